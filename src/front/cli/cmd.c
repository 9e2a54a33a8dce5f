/*
 * cmd.c: the table of verbs, the common options, and the nearest known name to a mistyped one.
 */
#include "base.h"

#include "cmd.h"

#define ROW(name) extern const struct nk_cmd nk_cmd_##name;
#include "cmds.inc"
#undef ROW

static const struct nk_cmd *const cmds[] = {
#define ROW(name) &nk_cmd_##name,
#include "cmds.inc"
#undef ROW
};

static const struct nk_cmd_option common[] = {
	{ "home", 0, "DIR", NK_N("folder of the installation (default: $NOKOSAZU_HOME, else /var/lib/nokosazu)"),
		NULL },
	{ "key-file", 0, "FILE",
		NK_N("file with the unlock secret (default: $NOKOSAZU_KEY_FILE, else the configuration's)"), NULL },
	{ "json", 0, NULL, NK_N("print JSON: one object, or one a line for lists"), NULL },
	{ "lang", 0, "en|ja", NK_N("language of texts (default: by LC_ALL, LC_MESSAGES, LANG)"), NULL },
	{ "quiet", 'q', NULL, NK_N("no remarks and no progress on the standard error output, only errors"), NULL },
	{ "no-color", 0, NULL, NK_N("no colours (also by the environment variable NO_COLOR)"), NULL },
	{ "yes", 'y', NULL, NK_N("do not ask before what cannot be taken back"), NULL },
	{ "help", 'h', NULL, NK_N("print the help and end"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd *const *nk_cmd_all(size_t *out_n)
{
	*out_n = NK_ARRAY_LEN(cmds);
	return cmds;
}

const struct nk_cmd *nk_cmd_find(const char *name)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(cmds); i++) {
		if (strcmp(cmds[i]->name, name) == 0) {
			return cmds[i];
		}
	}
	return NULL;
}

const struct nk_cmd_option *nk_cmd_common(void)
{
	return common;
}

const char *nk_cmd_job_title(enum nk_cmd_job job)
{
	static const char *const titles[] = {
		[NK_CMD_ROSTER] = NK_N("From the roster to the systems"),
		[NK_CMD_PERSONS] = NK_N("One person"),
		[NK_CMD_COPIES] = NK_N("Systems and copies"),
		[NK_CMD_PROOF] = NK_N("Proof"),
		[NK_CMD_HOUSE] = NK_N("The installation"),
		[NK_CMD_SELF] = NK_N("This program"),
	};

	_Static_assert(NK_ARRAY_LEN(titles) == NK_CMD_JOB_COUNT, "one title for each job");
	return titles[job];
}

enum { WORD_MAX = 32 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edits between two words, two neighbours changed round counting as one; words of more than WORD_MAX bytes are far.
 */
static unsigned distance(struct nk_str a, struct nk_str b)
{
	unsigned row[3][WORD_MAX + 1];

	if (a.len > WORD_MAX || b.len > WORD_MAX) {
		return UINT_MAX;
	}
	for (size_t j = 0; j <= b.len; j++) {
		row[0][j] = (unsigned)j;
	}
	for (size_t i = 1; i <= a.len; i++) {
		unsigned *const now = row[i % 3];
		const unsigned *const last = row[(i + 2) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			const unsigned other = a.ptr[i - 1] == b.ptr[j - 1] ? 0 : 1;

			now[j] = least(last[j - 1] + other, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1]) {
				now[j] = least(now[j], row[(i + 1) % 3][j - 2] + 1);
			}
		}
	}
	return row[a.len % 3][b.len];
}

struct search {
	struct nk_str typed;
	const char *best;
	unsigned best_distance;
};

static struct search search_for(struct nk_str typed)
{
	/* A third of the word may be wrong, and one letter of a short one. */
	const size_t wrong = typed.len / 3;

	return (struct search){ typed, NULL, (wrong > 1 ? (unsigned)least((unsigned)wrong, WORD_MAX) : 1) + 1 };
}

static void look(struct search *s, const char *name)
{
	const struct nk_str n = nk_str_c(name);
	/* The beginning of a word is taken for the word. */
	const unsigned d = s->typed.len >= 2 && nk_str_starts(n, s->typed) ? 1 : distance(s->typed, n);

	if (d < s->best_distance) {
		s->best = name;
		s->best_distance = d;
	}
}

const char *nk_cmd_nearest_verb(struct nk_str typed)
{
	struct search s = search_for(typed);

	for (size_t i = 0; i < NK_ARRAY_LEN(cmds); i++) {
		look(&s, cmds[i]->name);
	}
	return s.best;
}

const char *nk_cmd_nearest_sub(const struct nk_cmd *cmd, struct nk_str typed)
{
	struct search s = search_for(typed);

	for (const struct nk_cmd_sub *sub = cmd->subs; sub != NULL && sub->name != NULL; sub++) {
		look(&s, sub->name);
	}
	return s.best;
}

const char *nk_cmd_nearest_option(const struct nk_cmd *cmd, struct nk_str typed)
{
	struct search s = search_for(typed);

	for (const struct nk_cmd_option *o = cmd != NULL ? cmd->options : NULL; o != NULL && o->name != NULL; o++) {
		look(&s, o->name);
	}
	for (const struct nk_cmd_option *o = common; o->name != NULL; o++) {
		look(&s, o->name);
	}
	return s.best;
}
