/*
 * cli.c: from argv to a verb and back to an exit status; words and JSON that all verbs share.
 *
 * Invariant: whatever happens, the flow is closed, the line of progress is taken away and what was read is wiped.
 */
#include "base.h"

#include "cli.h"

#include "help.h"
#include "os.h"

enum { ARENA_MAX_SHIFT = 40, JSON_MAX = 1 << 30, DEFAULT_TZ = 540, EXIT_INTERRUPTED = 130, EXIT_USAGE = 64 };

const char *nk_cli_tr(const struct nk_cli *cli, const char *msgid)
{
	return nk_tr(cli->lang, msgid);
}

/* The catalogue's texts take the arguments of their msgids: tools/po2c.py checks it. */
void nk_cli_say(struct nk_cli *cli, const char *msgid, ...)
{
	char text[1024];
	va_list args;

	if (cli->quiet) {
		return;
	}
	nk_progress_clear(&cli->progress);
	(void)nk_out_flush(&cli->out, NULL).code;
	va_start(args, msgid);
	(void)vsnprintf(text, sizeof(text), nk_cli_tr(cli, msgid), args);
	va_end(args);
	nk_out_lines(&cli->talk, nk_str_c(text));
	nk_out_c(&cli->talk, "\n");
	(void)nk_out_flush(&cli->talk, NULL).code;
}

void nk_cli_print(struct nk_cli *cli, const char *msgid, ...)
{
	char text[2048];
	va_list args;

	va_start(args, msgid);
	(void)vsnprintf(text, sizeof(text), nk_cli_tr(cli, msgid), args);
	va_end(args);
	nk_out_lines(&cli->out, nk_str_c(text));
}

void nk_cli_hint(struct nk_cli *cli, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (cli->quiet) {
		return;
	}
	nk_progress_clear(&cli->progress);
	(void)nk_out_flush(&cli->out, NULL).code;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	nk_out_c(&cli->talk, "  nokosazu ");
	if (cli->home_typed) {
		nk_out_c(&cli->talk, "--home ");
		nk_out_text(&cli->talk, nk_str_c(cli->home));
		nk_out_c(&cli->talk, " ");
	}
	nk_out_text(&cli->talk, nk_str_c(text));
	nk_out_c(&cli->talk, "\n");
	(void)nk_out_flush(&cli->talk, NULL).code;
}

struct nk_str nk_cli_text(struct nk_cli *cli, const char *fmt, ...)
{
	struct nk_str out = NK_STR("");
	char room[2048];
	va_list args;
	int len = 0;

	va_start(args, fmt);
	len = vsnprintf(room, sizeof(room), fmt, args);
	va_end(args);
	nk_assert(len >= 0);
	if (nk_ok(cli->out.failed)) {
		const size_t n = (size_t)len < sizeof(room) ? (size_t)len : sizeof(room) - 1;

		cli->out.failed = nk_arena_dup(cli->arena, (struct nk_str){ room, n }, &out, &cli->out.err);
	}
	explicit_bzero(room, sizeof(room));
	return out;
}

struct nk_str nk_cli_number(struct nk_cli *cli, uint64_t n)
{
	return nk_cli_text(cli, "%" PRIu64, n);
}

struct nk_str nk_cli_id(struct nk_cli *cli, struct nk_uuid id)
{
	char text[NK_UUID_TEXT];

	return nk_cli_text(cli, "%s", nk_uuid_print(id, text));
}

struct nk_str nk_cli_date(struct nk_cli *cli, nk_date date)
{
	char text[NK_DATE_TEXT];

	return nk_cli_text(cli, "%s", nk_date_print(date, text));
}

/* [site] timezone_minutes where the configuration says something else than Japan. */
static int minutes_east(struct nk_cli *cli)
{
	struct nk_config_row *rows = NULL;
	size_t n = 0;
	uint32_t minutes = DEFAULT_TZ;

	if (cli->tz_minutes >= 0) {
		return cli->tz_minutes;
	}
	if (nk_ok(nk_op_config_show(cli->env, cli->home, cli->arena, &rows, &n, NULL))) {
		for (size_t i = 0; i < n; i++) {
			if (nk_str_eq(rows[i].key, NK_STR("timezone_minutes"))) {
				(void)nk_parse_u32(rows[i].value, 0, 840, &minutes);
			}
		}
	}
	cli->tz_minutes = nk_int(minutes);
	return cli->tz_minutes;
}

struct nk_str nk_cli_when(struct nk_cli *cli, nk_time t)
{
	char text[NK_TIME_TEXT];

	if (t == 0) {
		return NK_STR("-");
	}
	(void)nk_time_print(t + (int64_t)minutes_east(cli) * 60 * NK_SECOND, text);
	text[10] = ' ';
	return nk_cli_text(cli, "%.16s", text);
}

struct nk_str nk_cli_when_zone(struct nk_cli *cli, nk_time t)
{
	const int east = minutes_east(cli);

	return east % 60 == 0 ? nk_cli_text(cli, "%s UTC+%d", nk_cli_when(cli, t).ptr, east / 60)
			      : nk_cli_text(cli, "%s UTC+%d:%02d", nk_cli_when(cli, t).ptr, east / 60, east % 60);
}

struct nk_str nk_cli_day(struct nk_cli *cli, nk_time t)
{
	return t == 0 ? NK_STR("-") : nk_cli_date(cli, nk_time_day(t, minutes_east(cli)));
}

void nk_cli_list(struct nk_cli *cli, const struct nk_table *table)
{
	nk_table_print(table, 0, &cli->out);
	if (table->cells.len == 0 && !cli->json) {
		nk_cli_say(cli, NK_N("There is nothing to list."));
	}
}

struct nk_str nk_cli_word(struct nk_cli *cli, struct nk_str word)
{
	struct nk_str copy = NK_STR("");

	if (!nk_ok(nk_arena_dup(cli->arena, word, &copy, &cli->out.err))) {
		return word;
	}
	return nk_str_c(nk_cli_tr(cli, copy.ptr));
}

void nk_cli_json_begin(struct nk_cli *cli, struct nk_json *j, const char *type)
{
	nk_buf_reset(&cli->json_line);
	nk_json_init(j, &cli->json_line);
	nk_json_open(j, '{');
	nk_json_key(j, "v");
	nk_json_int(j, 1);
	nk_json_key(j, "type");
	nk_json_c(j, type);
}

NK_RESULT nk_cli_json_end(struct nk_cli *cli, struct nk_json *j, struct nk_err *err)
{
	nk_json_close(j, '}');
	NK_TRY(nk_json_end(j, err));
	nk_out_bytes(&cli->out, nk_buf_bytes(&cli->json_line));
	nk_out_c(&cli->out, "\n");
	return nk_done();
}

void nk_cli_json_str(struct nk_json *j, const char *key, struct nk_str s)
{
	nk_json_key(j, key);
	nk_json_str(j, s);
}

void nk_cli_json_number(struct nk_json *j, const char *key, uint64_t n)
{
	nk_json_key(j, key);
	nk_json_int(j, nk_i64(n));
}

void nk_cli_json_bool(struct nk_json *j, const char *key, bool b)
{
	nk_json_key(j, key);
	nk_json_bool(j, b);
}

void nk_cli_json_id(struct nk_json *j, const char *key, struct nk_uuid id)
{
	char text[NK_UUID_TEXT];

	nk_json_key(j, key);
	if (nk_uuid_is_nil(id)) {
		nk_json_null(j);
		return;
	}
	nk_json_c(j, nk_uuid_print(id, text));
}

void nk_cli_json_date(struct nk_json *j, const char *key, nk_date date)
{
	char text[NK_DATE_TEXT];

	nk_json_key(j, key);
	if (date == NK_DATE_NONE) {
		nk_json_null(j);
		return;
	}
	nk_json_c(j, nk_date_print(date, text));
}

void nk_cli_json_time(struct nk_json *j, const char *key, nk_time t)
{
	char text[NK_TIME_TEXT];

	nk_json_key(j, key);
	if (t == 0) {
		nk_json_null(j);
		return;
	}
	nk_json_c(j, nk_time_print(t, text));
}

NK_RESULT nk_cli_done(struct nk_cli *cli, const char *type, const char *msgid, struct nk_err *err)
{
	struct nk_json j;

	if (!cli->json) {
		if (!cli->quiet) {
			nk_progress_clear(&cli->progress);
			nk_out_c(&cli->talk, nk_cli_tr(cli, msgid));
			nk_out_c(&cli->talk, "\n");
		}
		return nk_done();
	}
	nk_cli_json_begin(cli, &j, type);
	nk_cli_json_bool(&j, "done", true);
	return nk_cli_json_end(cli, &j, err);
}

NK_RESULT nk_cli_confirm(struct nk_cli *cli, const char *question, struct nk_err *err)
{
	char answer[16] = "";
	size_t len = 0;

	if (cli->yes || !nk_os_is_terminal(0) || !cli->talk.terminal) {
		return nk_done();
	}
	nk_progress_clear(&cli->progress);
	NK_TRY(nk_out_flush(&cli->out, err));
	nk_out_c(&cli->talk, nk_cli_tr(cli, question));
	nk_out_f(&cli->talk, " [%s] ", nk_cli_tr(cli, NK_N("type yes or no")));
	NK_TRY(nk_out_flush(&cli->talk, err));
	NK_TRY(nk_os_fd_read(0, answer, sizeof(answer), &len, err));
	if (nk_str_ieq(nk_str_trim((struct nk_str){ answer, len }), NK_STR("yes"))) {
		return nk_done();
	}
	return nk_fail(err, NK_CANCELLED, NK_N("not done, because the answer was not \"yes\""));
}

NK_RESULT nk_cli_refuse_terminal(const struct nk_cli *cli, struct nk_err *err)
{
	if (!cli->out.terminal || nk_args_has(&cli->args, "show")) {
		return nk_done();
	}
	return nk_fail(err, NK_DENIED,
		NK_N("what follows is secret and would stand on this terminal: send it to a printer (| lp) or say --show"));
}

NK_RESULT nk_cli_operand_id(const struct nk_cli *cli, size_t i, struct nk_uuid *out, struct nk_err *err)
{
	if (!nk_uuid_parse(nk_args_operand(&cli->args, i), out)) {
		return nk_fail(err, NK_USAGE, NK_N("an id of 36 characters is wanted, as the list shows it"));
	}
	return nk_done();
}

NK_RESULT nk_cli_read(const struct nk_cli *cli, const char *path, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	uint64_t size = 0;
	uint8_t *at = NULL;
	size_t len = 0;

	(void)cli;
	NK_TRY(nk_os_fd_open_read(path, out->max, &fd, &size, err));
	do {
		NK_TRY(nk_buf_reserve(out, out->max - out->len < 4096 ? out->max - out->len : 4096, &at, err));
		NK_TRY(nk_os_fd_read(fd, at, out->max - out->len < 4096 ? out->max - out->len : 4096, &len, err));
		out->len += len;
	} while (len > 0 && out->len < out->max);
	return nk_done();
}

static bool wants_colour(const struct nk_cli *cli)
{
	const char *const no = cli->start->variable("NO_COLOR");
	const char *const term = cli->start->variable("TERM");

	return !nk_args_has(&cli->args, "no-color") && (no == NULL || no[0] == '\0') &&
		(term == NULL || strcmp(term, "dumb") != 0);
}

static enum nk_lang language(const struct nk_cli_start *start)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		const char *const value = start->variable(names[i]);

		if (value != NULL && value[0] != '\0') {
			return nk_lang_of(value);
		}
	}
	return NK_LANG_EN;
}

static NK_RESULT settle(struct nk_cli *cli, struct nk_err *err)
{
	const char *const lang = nk_args_get(&cli->args, "lang");
	const char *const home = nk_args_get(&cli->args, "home");
	const char *const variable = cli->start->variable("NOKOSAZU_HOME");

	if (lang != NULL && strcmp(lang, "en") != 0 && strcmp(lang, "ja") != 0) {
		return nk_fail(err, NK_USAGE, NK_N("the languages are en and ja"));
	}
	if (lang != NULL) {
		cli->lang = nk_lang_of(lang);
	}
	if (home != NULL && home[0] == '\0') {
		return nk_fail(err, NK_USAGE, NK_N("--home wants the folder of the installation"));
	}
	cli->json = nk_args_has(&cli->args, "json");
	cli->quiet = nk_args_has(&cli->args, "quiet");
	cli->yes = nk_args_has(&cli->args, "yes");
	cli->home_typed = home != NULL;
	cli->home = home != NULL ? home : variable != NULL && variable[0] != '\0' ? variable : "/var/lib/nokosazu";
	cli->out.colour = cli->out.terminal && wants_colour(cli);
	cli->talk.colour = cli->talk.terminal && wants_colour(cli);
	nk_progress_init(&cli->progress, cli->env, &cli->talk, cli->lang, !cli->quiet);
	return nk_done();
}

static NK_RESULT unknown_verb(const char *typed, struct nk_err *err)
{
	const char *const near = nk_cmd_nearest_verb(nk_str_c(typed));

	if (near != NULL) {
		return nk_fail(err, NK_USAGE, NK_N("unknown verb \"%1$s\"; the nearest known one is \"%2$s\""),
			nk_short(nk_str_c(typed)).text, near);
	}
	return nk_fail(err, NK_USAGE, NK_N("unknown verb \"%s\"; \"nokosazu help\" lists them"),
		nk_short(nk_str_c(typed)).text);
}

static NK_RESULT run_verb(struct nk_cli *cli, int argc, char **argv, struct nk_err *err)
{
	nk_rc rc = nk_done();

	cli->args.cmd = nk_cmd_find(strcmp(argv[0], "--version") == 0 ? "version" : argv[0]);
	if (cli->args.cmd == NULL) {
		return unknown_verb(argv[0], err);
	}
	rc = nk_args_parse(&cli->args, argc, argv, err);
	/* Also when something is wrong with them: the complaint is in the language that was asked for. */
	if (!nk_ok(rc)) {
		(void)settle(cli, NULL).code;
		return rc;
	}
	NK_TRY(settle(cli, err));
	if (nk_args_has(&cli->args, "help")) {
		nk_help_verb(&cli->out, cli->lang, cli->args.cmd);
		return nk_done();
	}
	NK_TRY(cli->args.sub != NULL ? cli->args.sub->run(cli, err) : cli->args.cmd->run(cli, err));
	return cli->flow != NULL ? nk_flow_end_job(cli->flow, err) : nk_done();
}

static NK_RESULT run(struct nk_cli *cli, int argc, char **argv, struct nk_err *err)
{
	int at = 0;

	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		return run_verb(cli, argc - 1, argv + 1, err);
	}
	NK_TRY(nk_args_front(&cli->args, argc, argv, &at, err));
	NK_TRY(settle(cli, err));
	if (at >= argc) {
		nk_help_overview(&cli->out, cli->lang);
		cli->status = argc == 1 || nk_args_has(&cli->args, "help") ? 0 : EXIT_USAGE;
		return nk_done();
	}
	return run_verb(cli, argc - at, argv + at, err);
}

static void json_error(struct nk_cli *cli, const struct nk_err *why)
{
	struct nk_json j;
	struct nk_err none;

	nk_cli_json_begin(cli, &j, "error");
	nk_json_key(&j, "code");
	nk_json_c(&j, nk_err_name(why->code));
	nk_cli_json_number(&j, "exit", nk_u64(nk_err_exit(why->code)));
	nk_json_key(&j, "text");
	nk_json_c(&j, why->text[cli->lang]);
	if (!nk_ok(nk_cli_json_end(cli, &j, &none))) {
		nk_buf_reset(&cli->json_line);
	}
}

static void complain(struct nk_cli *cli, const struct nk_err *why)
{
	(void)nk_out_flush(&cli->out, NULL).code;
	nk_out_colour(&cli->talk, NK_COLOUR_RED);
	nk_out_c(&cli->talk, "nokosazu: ");
	nk_out_colour(&cli->talk, NK_COLOUR_NONE);
	nk_out_lines(&cli->talk, nk_str_c(why->text[cli->lang]));
	nk_out_c(&cli->talk, "\n");
	if (cli->json && cli->out.written == 0) {
		json_error(cli, why);
	}
}

/* The exit status of an error; a tidy end after Ctrl-C is told as such, whatever it broke off. */
static int status_of(struct nk_cli *cli, nk_rc rc, const struct nk_err *err)
{
	struct nk_err lost;
	int status = cli->status;
	bool told = false;

	nk_progress_clear(&cli->progress);
	if (!nk_ok(rc)) {
		complain(cli, err);
		told = true;
		status = nk_os_interrupted() ? EXIT_INTERRUPTED : nk_err_exit(rc.code);
	}
	rc = nk_out_flush(&cli->out, &lost);
	if (!nk_ok(rc) && !told) {
		complain(cli, &lost);
		status = status == 0 ? nk_err_exit(rc.code) : status;
	}
	(void)nk_out_flush(&cli->talk, NULL).code;
	return status;
}

int nk_cli_main(const struct nk_cli_start *start, int argc, char **argv)
{
	struct nk_cli cli = {
		.env = start->env, .start = start, .lang = language(start), .tz_minutes = -1, .home = ""
	};
	struct nk_err err = { .code = NK_OK };
	nk_rc rc = nk_done();
	int status = 0;

	nk_out_init(&cli.out, start->out_fd, nk_os_is_terminal(start->out_fd), false);
	nk_out_init(&cli.talk, start->err_fd, nk_os_is_terminal(start->err_fd), false);
	nk_progress_init(&cli.progress, start->env, &cli.talk, cli.lang, false);
	nk_buf_init_wiping(&cli.json_line, JSON_MAX);
	rc = nk_arena_new(NK_ARENA_WIPING, (size_t)1 << ARENA_MAX_SHIFT, &cli.arena, &err);
	rc = nk_ok(rc) ? run(&cli, argc, argv, &err) : rc;
	nk_flow_close(&cli.flow);
	status = status_of(&cli, rc, &err);
	nk_arena_free(&cli.arena);
	nk_buf_done(&cli.json_line);
	nk_out_done(&cli.out);
	nk_out_done(&cli.talk);
	return status;
}
