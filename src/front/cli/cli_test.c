/*
 * cli_test.c: whole runs of the program: exit status, languages, JSON, the notice's sheet, a new installation.
 */
#include "base.h"

#include "cli.h"

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kana.h"
#include "kit.h"
#include "sheet.h"

enum { WORDS = 32, TEXT_MAX = 1 << 20 };

struct run {
	struct kit_tmp tmp;
	int status;
	struct nk_buf out, err;
	char lines[2048];
	char *argv[WORDS + 1];
};

static const char *japanese(const char *name)
{
	return strcmp(name, "LANG") == 0 ? "ja_JP.UTF-8" : NULL;
}

static const char *nothing(const char *name)
{
	(void)name;
	return NULL;
}

static void run_done(struct run *r)
{
	nk_buf_done(&r->out);
	nk_buf_done(&r->err);
	kit_tmp_done(&r->tmp);
}

static void run_new(struct run *r)
{
	r->tmp = kit_tmp();
	nk_buf_init(&r->out, TEXT_MAX);
	nk_buf_init(&r->err, TEXT_MAX);
}

static void take(struct run *r, const char *name, int fd, struct nk_buf *into)
{
	struct nk_err err;

	nk_buf_reset(into);
	(void)close(fd);
	kit_ok(nk_env_read_all(kit_env(), kit_path(&r->tmp, name), TEXT_MAX, into, &err), &err);
	kit_ok(nk_buf_reserve(into, 1, &(uint8_t *){ NULL }, &err), &err);
	into->ptr[into->len] = '\0';
	assert_int_equal(unlink(kit_path(&r->tmp, name)), 0);
}

/* Runs "nokosazu" and the words; a '%' in them is the folder of the test. */
static int run(struct run *r, const char *(*variable)(const char *name), const char *words)
{
	struct nk_cli_start start = { .env = kit_env(), .variable = variable, .out_fd = -1, .err_fd = -1 };
	struct nk_err err;
	int argc = 0;
	size_t at = 0;

	for (const char *from = words; *from != '\0'; from++) {
		const char *const piece = *from == '%' ? r->tmp.dir : (const char[]){ *from, '\0' };

		nk_assert(at + strlen(piece) < sizeof(r->lines));
		memcpy(r->lines + at, piece, strlen(piece));
		at += strlen(piece);
	}
	r->lines[at] = '\0';
	r->argv[argc++] = (char[]){ "nokosazu" };
	for (char *word = r->lines; *word != '\0' && argc < WORDS;) {
		r->argv[argc++] = word;
		word += strcspn(word, " ");
		if (*word == ' ') {
			*word++ = '\0';
		}
	}
	r->argv[argc] = NULL;
	kit_ok(start.env->open(start.env->self, kit_path(&r->tmp, "stdout"), NK_OPEN_CREATE, &start.out_fd, &err),
		&err);
	kit_ok(start.env->open(start.env->self, kit_path(&r->tmp, "stderr"), NK_OPEN_CREATE, &start.err_fd, &err),
		&err);
	r->status = nk_cli_main(&start, argc, r->argv);
	take(r, "stdout", start.out_fd, &r->out);
	take(r, "stderr", start.err_fd, &r->err);
	return r->status;
}

static bool out_has(const struct run *r, const char *text)
{
	return nk_str_find(nk_buf_str(&r->out), nk_str_c(text)) != SIZE_MAX;
}

static bool err_has(const struct run *r, const char *text)
{
	return nk_str_find(nk_buf_str(&r->err), nk_str_c(text)) != SIZE_MAX;
}

static void alone_it_prints_an_overview(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };

	(void)state;
	run_new(&r);
	assert_int_equal(run(&r, nothing, ""), 0);
	assert_true(out_has(&r, "nokosazu import --check FILE"));
	assert_true(out_has(&r, "  verify  "));
	assert_int_equal(r.err.len, 0);
	assert_false(out_has(&r, "\033"));
}

static void a_wrong_line_gives_64_and_a_hint(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };

	(void)state;
	run_new(&r);
	assert_int_equal(run(&r, nothing, "aply x"), 64);
	assert_true(err_has(&r, "nokosazu: unknown verb \"aply\""));
	assert_true(err_has(&r, "\"apply\""));
	assert_int_equal(r.out.len, 0);
	assert_int_equal(run(&r, nothing, "plan --frobnicate"), 64);
	assert_int_equal(run(&r, nothing, "--lang fr plan"), 64);
	assert_int_equal(run(&r, nothing, "--json"), 64);
	assert_int_equal(run(&r, nothing, "clock yesterday"), 64);
	assert_int_equal(run(&r, nothing, "holding close 12"), 64);
	assert_int_equal(run(&r, nothing, "help nonsense"), 64);
	assert_int_equal(run(&r, nothing, "help --completion fish"), 64);
}

static void the_language_is_that_of_the_environment_or_of_the_option(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };

	(void)state;
	run_new(&r);
	assert_int_equal(nk_lang_of("ja_JP.UTF-8"), NK_LANG_JA);
	assert_int_equal(run(&r, japanese, "--lang en help plan"), 0);
	assert_true(out_has(&r, "Usage"));
	assert_int_equal(run(&r, nothing, "help plan --lang ja"), 0);
	assert_int_equal(out_has(&r, "Usage"), strcmp(nk_tr(NK_LANG_JA, "Usage"), "Usage") == 0);
	assert_int_equal(run(&r, nothing, "plan --lang ja --frobnicate"), 64);
	assert_true(err_has(&r, "frobnicate"));
}

static void help_of_a_verb_has_usage_and_every_option(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };
	NK_OWNED(run_done) struct run again = { 0 };
	size_t n = 0;
	const struct nk_cmd *const *const cmds = nk_cmd_all(&n);

	(void)state;
	run_new(&r);
	run_new(&again);
	for (size_t i = 0; i < n; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "%s --help", cmds[i]->name);
		assert_int_equal(run(&r, nothing, line), 0);
		for (const struct nk_cmd_option *o = cmds[i]->options; o != NULL && o->name != NULL; o++) {
			(void)snprintf(line, sizeof(line), "  --%s", o->name);
			assert_true(out_has(&r, line) || out_has(&r, line + 1));
		}
		(void)snprintf(line, sizeof(line), "help %s", cmds[i]->name);
		assert_int_equal(run(&again, nothing, line), 0);
		assert_true(nk_str_eq(nk_buf_str(&r.out), nk_buf_str(&again.out)));
	}
}

static void an_error_is_one_json_object_when_json_is_asked_for(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_str code = { NULL, 0 };
	int64_t v = 0;
	int64_t status = 0;
	struct nk_err err;

	(void)state;
	run_new(&r);
	assert_int_equal(run(&r, nothing, "--home %/none config show --json"), 1);
	kit_ok(nk_jdoc_parse(nk_buf_bytes(&r.out), TEXT_MAX, &doc, &err), &err);
	assert_true(nk_jint(nk_jget(nk_jdoc_root(doc), "v"), &v) && v == 1);
	assert_true(nk_jstr(nk_jget(nk_jdoc_root(doc), "code"), &code));
	assert_true(nk_str_eq(code, NK_STR("NOT_FOUND")));
	assert_true(nk_jint(nk_jget(nk_jdoc_root(doc), "exit"), &status) && status == 1);
	assert_true(err_has(&r, "nokosazu: "));
}

/* Every line of stdout is a JSON object of version 1; returns how many there are. */
static size_t json_lines(const struct run *r, const char *type)
{
	struct nk_str rest = nk_buf_str(&r->out);
	struct nk_str line = { NULL, 0 };
	size_t n = 0;

	while (nk_str_cut(&rest, '\n', &line)) {
		NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
		struct nk_str got = { NULL, 0 };
		struct nk_err err;
		int64_t v = 0;

		if (line.len == 0) {
			continue;
		}
		kit_ok(nk_jdoc_parse(nk_str_bytes(line), TEXT_MAX, &doc, &err), &err);
		assert_true(nk_jint(nk_jget(nk_jdoc_root(doc), "v"), &v) && v == 1);
		assert_true(nk_jstr(nk_jget(nk_jdoc_root(doc), "type"), &got));
		assert_true(nk_str_eq(got, nk_str_c(type)));
		n++;
	}
	return n;
}

#define INIT \
	"--home %/h init --organisation Board --domain b.example.jp --operator Op --copy %/copy --key-file %/key --clock 2026-04-01"

static void an_installation_is_made_and_asked(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };
	struct stat st;

	(void)state;
	run_new(&r);
	assert_int_equal(run(&r, nothing, INIT), 0);
	assert_true(err_has(&r, "party key FILE"));
	assert_int_equal(stat(kit_path(&r.tmp, "key"), &st), 0);
	assert_int_equal(st.st_size, 32);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(run(&r, nothing, "--home %/h holding list --json"), 0);
	assert_int_equal(json_lines(&r, "holding"), 2);
	assert_int_equal(run(&r, nothing, "--home %/h party list --json"), 0);
	assert_int_equal(json_lines(&r, "party"), 1);
	assert_int_equal(run(&r, nothing, "--home %/h config show --json"), 0);
	assert_true(json_lines(&r, "setting") > 3);
	assert_int_equal(run(&r, nothing, "--home %/h person find nobody --json"), 1);
	assert_int_equal(r.out.len, 0);
	assert_int_equal(run(&r, nothing, "--home %/h vault status"), 0);
	assert_true(out_has(&r, "file"));
	assert_int_equal(run(&r, nothing, "--home %/h ledger verify --json"), 0);
	assert_int_equal(json_lines(&r, "ledger-verify"), 1);
	assert_int_equal(run(&r, nothing, "--home %/h clock 2026-05-01 --quiet"), 0);
	assert_int_equal(r.err.len, 0);
	assert_int_equal(run(&r, nothing, "--home %/h doctor --json"), 2);
	assert_true(json_lines(&r, "doctor") > 3);
	assert_int_equal(run(&r, nothing, INIT), nk_err_exit(NK_EXISTS));
}

static void a_key_file_that_others_can_read_is_refused(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };

	(void)state;
	run_new(&r);
	assert_int_equal(run(&r, nothing, INIT), 0);
	assert_int_equal(chmod(kit_path(&r.tmp, "key"), 0644), 0);
	assert_int_equal(run(&r, nothing, "--home %/h party list"), nk_err_exit(NK_DENIED));
	assert_int_equal(r.out.len, 0);
}

static void init_wants_one_answer_about_the_second_place(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };

	(void)state;
	run_new(&r);
	assert_int_equal(
		run(&r, nothing, "--home %/h init --organisation B --domain b --operator O --key-file %/k"), 64);
	assert_int_equal(
		run(&r, nothing,
			"--home %/h init --organisation B --domain b --operator O --key-file %/k --copy %/c --single-copy"),
		64);
	assert_int_equal(
		run(&r, nothing,
			"--home %/h init --organisation B --domain b --operator O --key-file k --single-copy"),
		64);
	assert_int_equal(
		run(&r, nothing, "--home %/h init --domain b --operator O --key-file %/k --single-copy"), 64);
	assert_int_equal(access(kit_path(&r.tmp, "h"), F_OK), -1);
	assert_int_equal(access(kit_path(&r.tmp, "k"), F_OK), -1);
}

static void a_signing_key_is_made_for_its_owner_only(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };
	struct stat st;

	(void)state;
	run_new(&r);
	assert_int_equal(run(&r, nothing, "party key %/o.key"), 0);
	assert_int_equal(r.out.len, 65);
	assert_int_equal(stat(kit_path(&r.tmp, "o.key"), &st), 0);
	assert_int_equal(st.st_size, 65);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(run(&r, nothing, "party key %/o.key"), nk_err_exit(NK_EXISTS));
}

static void verify_wants_keys_and_never_takes_those_beside_the_certificate(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };
	struct nk_err err;

	(void)state;
	run_new(&r);
	kit_ok(nk_env_write_new(kit_env(), kit_path(&r.tmp, "a.dsse.json"), nk_str_bytes(NK_STR("{}")), &err), &err);
	kit_ok(nk_env_write_new(kit_env(), kit_path(&r.tmp, "certificate.pem"), nk_str_bytes(NK_STR("x")), &err),
		&err);
	assert_int_equal(run(&r, nothing, "--home %/none verify %/a.dsse.json"), 64);
	assert_true(err_has(&r, "--keys"));
}

static void completion_names_every_verb_and_option(void **state)
{
	NK_OWNED(run_done) struct run r = { 0 };
	size_t n = 0;
	const struct nk_cmd *const *const cmds = nk_cmd_all(&n);

	(void)state;
	run_new(&r);
	assert_int_equal(run(&r, nothing, "help --completion bash"), 0);
	for (size_t i = 0; i < n; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "\t%s)\n", cmds[i]->name);
		assert_true(out_has(&r, text));
		for (const struct nk_cmd_option *o = cmds[i]->options; o != NULL && o->name != NULL; o++) {
			(void)snprintf(text, sizeof(text), " --%s", o->name);
			assert_true(out_has(&r, text));
		}
	}
}

static void every_line_of_a_sheet_is_as_wide_as_the_box(void **state)
{
	const struct nk_notice notice = { .name = NK_STR("髙橋 さくら"),
		.kana = NK_STR("タカハシ サクラ"),
		.login = NK_STR("s1"),
		.password = NK_STR("abcdefghjkmn"),
		.unit = NK_STR("星見ヶ原市立東小学校"),
		.group = NK_STR("1年1組"),
		.seat = 12 };
	NK_OWNED(run_done) struct run r = { 0 };
	struct nk_cli cli = { .env = kit_env() };
	struct nk_err err;
	struct nk_str rest;
	struct nk_str line = { NULL, 0 };
	int fd = -1;
	size_t n = 0;

	(void)state;
	run_new(&r);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &cli.arena, &err), &err);
	kit_ok(cli.env->open(cli.env->self, kit_path(&r.tmp, "stdout"), NK_OPEN_CREATE, &fd, &err), &err);
	for (unsigned lang = 0; lang < NK_LANG_COUNT; lang++) {
		nk_out_init(&cli.out, fd, false, false);
		cli.lang = (enum nk_lang)lang;
		nk_sheet_print(&cli, &notice, &(struct nk_sheet_foot){ .hand_out_by = NK_STR("2026-04-20"), .address = NK_STR("https://x.jp/") }, true);
		kit_ok(nk_out_flush(&cli.out, &err), &err);
		nk_out_done(&cli.out);
	}
	take(&r, "stdout", fd, &r.out);
	assert_true(out_has(&r, "abcd efgh jkmn"));
	assert_true(out_has(&r, "\f"));
	rest = nk_buf_str(&r.out);
	while (nk_str_cut(&rest, '\n', &line)) {
		if (line.len > 0 && line.ptr[0] == '\f') {
			line = nk_str_sub(line, 1, line.len);
		}
		if (line.len > 0) {
			assert_int_equal(nk_width(line), 66);
			n++;
		}
	}
	assert_true(n > 20);
	nk_arena_free(&cli.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_it_prints_an_overview),
		cmocka_unit_test(a_wrong_line_gives_64_and_a_hint),
		cmocka_unit_test(the_language_is_that_of_the_environment_or_of_the_option),
		cmocka_unit_test(help_of_a_verb_has_usage_and_every_option),
		cmocka_unit_test(an_error_is_one_json_object_when_json_is_asked_for),
		cmocka_unit_test(an_installation_is_made_and_asked),
		cmocka_unit_test(a_key_file_that_others_can_read_is_refused),
		cmocka_unit_test(init_wants_one_answer_about_the_second_place),
		cmocka_unit_test(a_signing_key_is_made_for_its_owner_only),
		cmocka_unit_test(verify_wants_keys_and_never_takes_those_beside_the_certificate),
		cmocka_unit_test(completion_names_every_verb_and_option),
		cmocka_unit_test(every_line_of_a_sheet_is_as_wide_as_the_box),
	};
	struct nk_err err;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!nk_ok(nk_crypto_init(&err))) {
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
