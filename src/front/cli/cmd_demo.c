/*
 * cmd_demo.c: nokosazu demo measures: the five measures as one story among five parties under five user ids.
 *
 * Invariant: nothing is made outside of one new folder, and without --keep that folder is gone at the end. The story itself is
 * a script (tools/demo-measures), found beside this program where the package puts both, or in the checkout of --from.
 */
#include "base.h"

#include "cli.h"
#include "os.h"

enum { STORY_MS = 1800000 };

/* "<prefix>/bin/nokosazu" → "<prefix>"; the path of a build has no such prefix, and nothing is found there. */
static NK_RESULT prefix_of(struct nk_cli *cli, struct nk_str exe, struct nk_str *out, struct nk_err *err)
{
	const struct nk_str end = NK_STR("/bin/nokosazu");

	/* The last two words, not the first "/bin/": a folder that somebody calls so would choose what root runs. */
	return nk_arena_dup(cli->arena, nk_str_sub(exe, 0, nk_str_ends(exe, end) ? exe.len - end.len : 0), out, err);
}

static NK_RESULT script(struct nk_cli *cli, struct nk_str exe, struct nk_str *out, struct nk_err *err)
{
	const char *const from = nk_args_get(&cli->args, "from");
	char whole[PATH_MAX];
	struct nk_str prefix;

	if (from != NULL) {
		NK_TRY(nk_os_real_path(from, whole, err));
		NK_TRY(nk_arena_printf(cli->arena, out, err, "%s/tools/demo-measures", whole));
	} else {
		NK_TRY(prefix_of(cli, exe, &prefix, err));
		NK_TRY(nk_arena_printf(cli->arena, out, err, "%.*s/libexec/nokosazu/demo-measures", NK_FMT(prefix)));
	}
	return nk_os_is_there(out->ptr)
		? nk_done()
		: nk_fail(err, NK_NOT_FOUND, NK_N("the demonstration is not here: %s (in a checkout: --from CHECKOUT)"), out->ptr);
}

/* What will be made, before anything is. */
static void announce(struct nk_cli *cli)
{
	const char *const keep = nk_args_get(&cli->args, "keep");

	nk_cli_say(cli, NK_N("Five parties act in turn under the user ids 61001 to 61005; no accounts are made, nothing is sent anywhere."));
	if (keep != NULL) {
		nk_cli_say(cli, NK_N("Everything is made in the new folder %s, which stays."), keep);
	} else {
		nk_cli_say(cli, NK_N("Everything is made in one new folder below /tmp, which is removed at the end. All persons are made up."));
	}
}

static NK_RESULT measures(struct nk_cli *cli, struct nk_err *err)
{
	static const char *const passed_on[] = { "keep", "results" };
	const char *argv[8] = { NULL };
	struct nk_str words[NK_ARRAY_LEN(passed_on)];
	char exe[PATH_MAX];
	struct nk_str path;
	size_t n = 0;
	int status = 0;

	if (!nk_os_is_root()) {
		return nk_fail(err, NK_DENIED,
			NK_N("this demonstration needs root: it acts under five user ids in turn, so that nobody can read another's keys (sudo nokosazu demo measures)"));
	}
	NK_TRY(nk_os_real_path("/proc/self/exe", exe, err));
	NK_TRY(script(cli, nk_str_c(exe), &path, err));
	argv[n++] = path.ptr;
	argv[n++] = "--bin";
	argv[n++] = exe;
	for (size_t i = 0; i < NK_ARRAY_LEN(passed_on); i++) {
		char whole[PATH_MAX];

		if (!nk_args_has(&cli->args, passed_on[i])) {
			continue;
		}
		NK_TRY(nk_os_whole_path(nk_args_get(&cli->args, passed_on[i]), whole, err));
		NK_TRY(nk_arena_printf(cli->arena, &words[i], err, "--%s", passed_on[i]));
		argv[n++] = words[i].ptr;
		NK_TRY(nk_arena_dup(cli->arena, nk_str_c(whole), &words[i], err));
		argv[n++] = words[i].ptr;
	}
	announce(cli);
	NK_TRY(nk_out_flush(&cli->talk, err));
	NK_TRY(nk_os_run(argv, STORY_MS, &status, err));
	return status == 0 ? nk_done() : nk_fail(err, NK_INCOMPLETE, NK_N("the demonstration ended with status %d: not everything was as told"), status);
}

static const struct nk_cmd_option options[] = {
	{ "from", 0, "CHECKOUT", NK_N("take the story from a checkout of the source, not from where this program is installed"), NULL },
	{ "keep", 0, "FOLDER", NK_N("make everything in this new folder, and leave it there"), NULL },
	{ "results", 0, "FILE", NK_N("write one line for each thing that was looked at: ok or no, tab, sentence"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

static const struct nk_cmd_sub subs[] = {
	{ "measures", 0, 0, measures },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "demo measures [--from CHECKOUT] [--keep FOLDER] [--results FILE]", NULL };

const struct nk_cmd nk_cmd_demo = {
	.name = "demo",
	.job = NK_CMD_SELF,
	.usage = usage,
	.summary = NK_N("show the five measures among five parties on made-up persons"),
	.options = options,
	.subs = subs,
	.run = NULL,
};
