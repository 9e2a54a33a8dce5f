/*
 * help_test.c: what the program says about itself is what the manual says: usage, options, summaries, settings.
 */
#include "base.h"

#include "help.h"

#include <cmocka.h>

#include "kit.h"

/* Of config.h, which front/cli may not include: the settings as text. */
NK_RESULT nk_config_help(struct nk_buf *out, struct nk_err *err);

enum { PAGE_MAX = 1 << 20 };

static void read_page(const char *name, struct nk_buf *out)
{
	char path[512];
	struct nk_err err;

	(void)snprintf(path, sizeof(path), "%s/man/%s", NK_SOURCE_DIR, name);
	nk_buf_init(out, PAGE_MAX);
	kit_ok(nk_env_read_all(kit_env(), path, PAGE_MAX, out, &err), &err);
}

/* The body of a section: from behind its heading to the next one. */
static struct nk_str section(const struct nk_buf *page, const char *heading)
{
	char line[64];
	struct nk_str rest = nk_buf_str(page);
	size_t at = 0;

	(void)snprintf(line, sizeof(line), "\n.Sh %s\n", heading);
	at = nk_str_find(rest, nk_str_c(line));
	if (at == SIZE_MAX) {
		return NK_STR("");
	}
	rest = nk_str_sub(rest, at + strlen(line), rest.len);
	at = nk_str_find(rest, NK_STR("\n.Sh "));
	return at == SIZE_MAX ? rest : nk_str_sub(rest, 0, at + 1);
}

static void same(const char *verb, const char *what, struct nk_str page, const struct nk_buf *wanted)
{
	if (!nk_str_eq(page, nk_buf_str(wanted))) {
		fail_msg("man/nokosazu-%s.1, %s: write what \"nokosazu help --mdoc %s\" prints:\n%.*s", verb, what,
			verb, NK_FMT(nk_buf_str(wanted)));
	}
}

static void every_verb_has_a_page_with_its_synopsis_and_options(void **state)
{
	size_t n = 0;
	const struct nk_cmd *const *const cmds = nk_cmd_all(&n);
	struct nk_err err;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		NK_OWNED(nk_buf_done) struct nk_buf page = { 0 };
		NK_OWNED(nk_buf_done) struct nk_buf wanted = { 0 };
		char name[64];
		char summary[256];

		(void)snprintf(name, sizeof(name), "nokosazu-%s.1", cmds[i]->name);
		read_page(name, &page);
		nk_buf_init(&wanted, PAGE_MAX);
		kit_ok(nk_mdoc_synopsis(cmds[i], &wanted, &err), &err);
		same(cmds[i]->name, "SYNOPSIS", section(&page, "SYNOPSIS"), &wanted);
		nk_buf_reset(&wanted);
		kit_ok(nk_mdoc_options(cmds[i], &wanted, &err), &err);
		same(cmds[i]->name, "OPTIONS", section(&page, "OPTIONS"), &wanted);
		(void)snprintf(summary, sizeof(summary), ".Nd %s\n", cmds[i]->summary);
		assert_true(nk_str_find(nk_buf_str(&page), nk_str_c(summary)) != SIZE_MAX);
	}
}

static void the_overview_has_every_verb_and_the_common_options(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf page = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ja = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf wanted = { 0 };
	size_t n = 0;
	const struct nk_cmd *const *const cmds = nk_cmd_all(&n);
	struct nk_err err;

	(void)state;
	read_page("nokosazu.1", &page);
	read_page("ja/nokosazu.1", &ja);
	nk_buf_init(&wanted, PAGE_MAX);
	kit_ok(nk_mdoc_common(&wanted, &err), &err);
	assert_true(nk_str_find(section(&page, "OPTIONS"), nk_buf_str(&wanted)) != SIZE_MAX);
	for (const struct nk_cmd_option *o = nk_cmd_common(); o->name != NULL; o++) {
		char item[64];

		(void)snprintf(item, sizeof(item), "Fl -%s", o->name);
		assert_true(nk_str_find(section(&ja, "OPTIONS"), nk_str_c(item)) != SIZE_MAX);
	}
	for (size_t i = 0; i < n; i++) {
		char item[128];

		(void)snprintf(item, sizeof(item), ".It Xr nokosazu-%s 1\n", cmds[i]->name);
		assert_true(nk_str_find(nk_buf_str(&ja), nk_str_c(item)) != SIZE_MAX);
		(void)snprintf(item, sizeof(item), ".It Xr nokosazu-%s 1\n%s\n", cmds[i]->name, cmds[i]->summary);
		assert_true(nk_str_find(nk_buf_str(&page), nk_str_c(item)) != SIZE_MAX);
	}
}

/* Is there a word "--name" in one of the usage lines? */
static bool in_usage(const struct nk_cmd *cmd, const char *name)
{
	for (size_t i = 0; cmd->usage[i] != NULL; i++) {
		struct nk_str rest = nk_str_c(cmd->usage[i]);
		struct nk_str word = { NULL, 0 };

		while (nk_str_cut(&rest, ' ', &word)) {
			while (word.len > 0 && strchr("[](", word.ptr[0]) != NULL) {
				word = nk_str_sub(word, 1, word.len);
			}
			while (word.len > 0 && strchr("])", word.ptr[word.len - 1]) != NULL) {
				word.len--;
			}
			if (nk_str_starts(word, NK_STR("--")) &&
				nk_str_eq(nk_str_sub(word, 2, word.len), nk_str_c(name))) {
				return true;
			}
		}
	}
	return false;
}

static void every_option_stands_in_a_usage_line_and_is_told_in_one_phrase(void **state)
{
	size_t n = 0;
	const struct nk_cmd *const *const cmds = nk_cmd_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct nk_cmd *const cmd = cmds[i];

		assert_true(i == 0 || strcmp(cmds[i - 1]->name, cmd->name) < 0);
		assert_true(cmd->run != NULL || cmd->subs != NULL);
		for (size_t u = 0; cmd->usage[u] != NULL; u++) {
			assert_int_equal(strncmp(cmd->usage[u], cmd->name, strlen(cmd->name)), 0);
		}
		for (const struct nk_cmd_option *o = cmd->options; o != NULL && o->name != NULL; o++) {
			if (!in_usage(cmd, o->name)) {
				fail_msg("nokosazu %s: no usage line has --%s", cmd->name, o->name);
			}
			assert_true(o->help[strlen(o->help) - 1] != '.');
		}
	}
}

static void every_sub_verb_stands_in_a_usage_line(void **state)
{
	size_t n = 0;
	const struct nk_cmd *const *const cmds = nk_cmd_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (const struct nk_cmd_sub *s = cmds[i]->subs; s != NULL && s->name != NULL; s++) {
			char head[64];
			bool there = false;

			(void)snprintf(head, sizeof(head), "%s %s", cmds[i]->name, s->name);
			for (size_t u = 0; cmds[i]->usage[u] != NULL; u++) {
				there = there || strncmp(cmds[i]->usage[u], head, strlen(head)) == 0;
			}
			assert_true(there);
		}
	}
}

/* One section of a page: two sections may have a key of the same name. */
static struct nk_str within(struct nk_str page, struct nk_str title)
{
	const size_t at = nk_str_find(page, title);
	size_t end;

	assert_true(at != SIZE_MAX);
	page = nk_str_sub(page, at + title.len, page.len);
	end = nk_str_find(page, NK_STR("\n.Ss "));
	return end != SIZE_MAX ? nk_str_sub(page, 0, end) : page;
}

/* "[section] key: limits: help" of the table, against the page's ".Ss [section]:", ".It Ic key Pq limits" and text.
 */
static void setting(struct nk_str line, struct nk_str page)
{
	const size_t bracket = nk_str_chr(line, ']');
	const size_t colon = nk_str_find(line, NK_STR(": "));
	const struct nk_str name = nk_str_sub(line, 0, bracket + 1);
	const struct nk_str key = nk_str_sub(line, bracket + 2, colon - bracket - 2);
	struct nk_str rest = nk_str_sub(line, colon + 2, line.len);
	char item[256];

	assert_true(bracket != SIZE_MAX && colon != SIZE_MAX);
	(void)snprintf(item, sizeof(item), "\n.Ss %.*s: ", NK_FMT(name));
	page = within(page, nk_str_c(item));
	(void)snprintf(item, sizeof(item), "\n.It Ic %.*s Pq ", NK_FMT(key));
	if (nk_str_find(page, nk_str_c(item)) == SIZE_MAX) {
		fail_msg("man/nokosazu.conf.5 does not have %.*s", NK_FMT(line));
	}
	page = nk_str_sub(page, nk_str_find(page, nk_str_c(item)) + strlen(item), page.len);
	/* Word by word, because lines are broken elsewhere and a comma stands alone in mdoc. */
	for (struct nk_str word = { NULL, 0 }; nk_str_cut(&rest, ' ', &word);) {
		const struct nk_str bare = nk_str_sub(
			word, 0, word.len - (word.len > 1 && strchr(",:", word.ptr[word.len - 1]) != NULL ? 1 : 0));
		const size_t at = nk_str_find(page, bare);

		if (at > 64) {
			fail_msg("man/nokosazu.conf.5 says something else for %.*s", NK_FMT(line));
		}
		page = nk_str_sub(page, at + bare.len, page.len);
	}
}

static void every_setting_is_in_its_page(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf page = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf table = { 0 };
	struct nk_str line = { NULL, 0 };
	struct nk_str rest;
	struct nk_err err;

	(void)state;
	read_page("nokosazu.conf.5", &page);
	nk_buf_init(&table, PAGE_MAX);
	kit_ok(nk_config_help(&table, &err), &err);
	assert_true(table.len > 0);
	rest = nk_buf_str(&table);
	while (nk_str_cut(&rest, '\n', &line)) {
		if (line.len > 0) {
			setting(line, nk_buf_str(&page));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_has_a_page_with_its_synopsis_and_options),
		cmocka_unit_test(the_overview_has_every_verb_and_the_common_options),
		cmocka_unit_test(every_option_stands_in_a_usage_line_and_is_told_in_one_phrase),
		cmocka_unit_test(every_sub_verb_stands_in_a_usage_line),
		cmocka_unit_test(every_setting_is_in_its_page),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
