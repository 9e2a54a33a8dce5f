/*
 * import_map.c: import map: shows what the columns of a list probably are, asks about what is doubtful, and keeps the
 * answer for the source.
 *
 * Kinds of values are shown, never a value; --show adds one of each column, and only on a terminal.
 */
#include "base.h"

#include "import_show.h"
#include "os.h"

enum { SETS_MAX = 64, ANSWERS_MAX = 96 };

struct mapping {
	struct nk_cli *cli;
	struct nk_map_request req;
	struct nk_map_reply reply;
	struct nk_str sets[SETS_MAX], answers[ANSWERS_MAX];
	bool kept, differs; /* differs: from the one that is kept for the source, which stays */
};

static NK_RESULT as_json(const struct mapping *m, struct nk_err *err)
{
	const struct nk_map_reply *const r = &m->reply;
	struct nk_json j;

	nk_cli_json_begin(m->cli, &j, "import-map");
	nk_cli_json_str(&j, "encoding", r->encoding);
	nk_cli_json_bool(&j, "workbook", r->book);
	nk_cli_json_number(&j, "rows", r->rows);
	nk_cli_json_number(&j, "hidden_sheets", r->hidden_sheets);
	nk_cli_json_str(&j, "key", r->key);
	nk_cli_json_bool(&j, "kept", m->kept);
	nk_cli_json_bool(&j, "differs", m->differs);
	nk_json_key(&j, "columns");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < r->n_columns; i++) {
		nk_json_open(&j, '{');
		nk_cli_json_str(&j, "header", r->columns[i].header);
		nk_cli_json_str(&j, "item", nk_str_c(r->columns[i].item));
		nk_cli_json_str(&j, "kind", nk_str_c(r->columns[i].kind));
		nk_cli_json_number(&j, "filled", r->columns[i].filled);
		nk_cli_json_number(&j, "distinct", r->columns[i].distinct);
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "doubts");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < r->n_doubts; i++) {
		nk_json_open(&j, '{');
		nk_cli_json_str(&j, "id", nk_str_c(r->doubts[i].id));
		nk_cli_json_str(&j, "column", r->doubts[i].column);
		nk_cli_json_number(&j, "n", r->doubts[i].n);
		nk_cli_json_bool(&j, "open", r->doubts[i].open);
		nk_cli_json_bool(&j, "yes", r->doubts[i].yes);
		if (r->doubts[i].text.len > 0) {
			nk_cli_json_str(&j, "text", r->doubts[i].text);
		}
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	nk_cli_json_str(&j, "mapping", r->text);
	return nk_cli_json_end(m->cli, &j, err);
}

static NK_RESULT show_columns(const struct mapping *m, struct nk_err *err)
{
	struct nk_cli *const cli = m->cli;
	const struct nk_map_reply *const r = &m->reply;
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Column")), nk_cli_tr(cli, NK_N("Is")), nk_cli_tr(cli, NK_N("What stands in it")),
		nk_cli_tr(cli, NK_N(">filled")), nk_cli_tr(cli, NK_N(">different")), m->req.samples ? nk_cli_tr(cli, NK_N("A value")) : "" };
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };

	nk_table_init(&table, cli->arena, titles, m->req.samples ? 6 : 5);
	for (size_t i = 0; i < r->n_columns; i++) {
		const struct nk_map_column *const c = &r->columns[i];
		const bool is_key = nk_str_eq(c->header, r->key) && r->key.len > 0;
		const struct nk_str cells[] = { c->header,
			nk_cli_text(cli, "%s%s", c->item[0] != '\0' ? c->item : "?", is_key ? nk_cli_tr(cli, NK_N(", the key")) : ""),
			nk_str_c(nk_cli_tr(cli, c->kind)), nk_cli_number(cli, c->filled), nk_cli_number(cli, c->distinct), c->sample };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static void show_doubt(struct nk_cli *cli, struct nk_out *to, const struct nk_map_doubt *d)
{
	if (d->column.len > 0) {
		nk_out_text(to, d->column);
		nk_out_c(to, ": ");
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	nk_out_f(to, nk_cli_tr(cli, d->ask), (unsigned long long)d->n);
#pragma GCC diagnostic pop
}

static bool is_name(const struct nk_map_doubt *d)
{
	return strcmp(d->id, "unit_name") == 0;
}

/* The name itself is the answer; an empty line takes what is presumed. */
static NK_RESULT ask_name(struct mapping *m, const struct nk_map_doubt *d, struct nk_err *err)
{
	char answer[512] = "";
	size_t len = 0;
	struct nk_str name;

	show_doubt(m->cli, &m->cli->talk, d);
	nk_out_f(&m->cli->talk, " [%.*s] ", NK_FMT(d->text));
	NK_TRY(nk_out_flush(&m->cli->talk, err));
	NK_TRY(nk_os_fd_read(0, answer, sizeof(answer), &len, err));
	if (len > 0) {
		name = nk_str_trim((struct nk_str){ answer, len });
		m->answers[m->req.n_answers++] = nk_cli_text(m->cli, "unit_name=%.*s", NK_FMT(name.len > 0 ? name : d->text));
	}
	return nk_done();
}

/* One question on the terminal; an empty line is the preset, the end of the input is no answer. */
static NK_RESULT ask(struct mapping *m, const struct nk_map_doubt *d, struct nk_err *err)
{
	struct nk_cli *const cli = m->cli;
	char answer[16] = "";
	size_t len = 0;
	bool yes = d->yes;

	if (strcmp(d->id, "key") == 0 || m->req.n_answers >= ANSWERS_MAX) {
		return nk_done();
	}
	if (is_name(d)) {
		return ask_name(m, d, err);
	}
	show_doubt(cli, &cli->talk, d);
	nk_out_f(&cli->talk, " [%s] ", nk_cli_tr(cli, d->yes ? NK_N("y or n; Enter: yes") : NK_N("y or n; Enter: no")));
	NK_TRY(nk_out_flush(&cli->talk, err));
	NK_TRY(nk_os_fd_read(0, answer, sizeof(answer), &len, err));
	if (len == 0) {
		return nk_done();
	}
	if (answer[0] == 'y' || answer[0] == 'Y' || answer[0] == 'n' || answer[0] == 'N') {
		yes = answer[0] == 'y' || answer[0] == 'Y';
	}
	m->answers[m->req.n_answers++] =
		nk_cli_text(cli, "%s%s%.*s=%s", d->id, d->column.len > 0 ? ":" : "", NK_FMT(d->column), yes ? "yes" : "no");
	return nk_done();
}

static NK_RESULT ask_all(struct mapping *m, struct nk_err *err)
{
	NK_TRY(nk_out_flush(&m->cli->out, err));
	for (size_t i = 0; i < m->reply.n_doubts; i++) {
		if (m->reply.doubts[i].open) {
			NK_TRY(ask(m, &m->reply.doubts[i], err));
		}
	}
	return nk_op_map(m->cli->env, &m->req, m->cli->arena, &m->reply, err);
}

static void tell_doubts(const struct mapping *m)
{
	for (size_t i = 0; i < m->reply.n_doubts; i++) {
		const struct nk_map_doubt *const d = &m->reply.doubts[i];

		nk_out_c(&m->cli->out, d->open ? "  ? " : d->yes ? "  + " : "  - ");
		nk_out_f(&m->cli->out, "[%s] ", d->id);
		show_doubt(m->cli, &m->cli->out, d);
		if (is_name(d)) {
			nk_out_f(&m->cli->out, "  %.*s", NK_FMT(d->text));
		} else if (d->open && strcmp(d->id, "key") != 0) {
			nk_cli_print(m->cli, d->yes ? NK_N("  (presumed: yes)") : NK_N("  (presumed: no)"));
		}
		nk_out_c(&m->cli->out, "\n");
	}
}

static bool has_line(struct nk_str text, struct nk_str line)
{
	struct nk_str one;

	while (nk_str_cut(&text, '\n', &one)) {
		if (nk_str_eq(one, line)) {
			return true;
		}
	}
	return false;
}

static void lines_only_in(struct nk_out *out, const char *mark, struct nk_str in, struct nk_str other)
{
	struct nk_str one;

	while (nk_str_cut(&in, '\n', &one)) {
		if (one.len > 0 && !has_line(other, one)) {
			nk_out_c(out, mark);
			nk_out_text(out, one);
			nk_out_c(out, "\n");
		}
	}
}

/* Somebody may have edited what is kept: it is replaced by --renew or a yes only. */
static NK_RESULT may_replace(struct mapping *m, struct nk_str source, bool *out, struct nk_err *err)
{
	struct nk_cli *const cli = m->cli;
	struct nk_bytes old;
	struct nk_str was;
	char answer[16] = "";
	size_t len = 0;

	NK_TRY(nk_mapping_load(cli->env, cli->home, source, cli->arena, &old, err));
	was = (struct nk_str){ (const char *)old.ptr, old.len };
	*out = old.len == 0 || nk_str_eq(was, m->reply.text) || nk_args_has(&cli->args, "renew");
	if (*out) {
		return nk_done();
	}
	m->differs = true;
	if (cli->json) {
		return nk_done();
	}
	lines_only_in(&cli->out, "  - ", was, m->reply.text);
	lines_only_in(&cli->out, "  + ", m->reply.text, was);
	NK_TRY(nk_out_flush(&cli->out, err));
	if (cli->yes || !nk_os_is_terminal(0) || !cli->talk.terminal) {
		return nk_done();
	}
	nk_out_c(&cli->talk, nk_cli_tr(cli, NK_N("is the mapping that is kept to be replaced by this one?")));
	nk_out_c(&cli->talk, " [yes/NO] ");
	NK_TRY(nk_out_flush(&cli->talk, err));
	NK_TRY(nk_os_fd_read(0, answer, sizeof(answer), &len, err));
	*out = len > 0 && (answer[0] == 'y' || answer[0] == 'Y');
	m->differs = !*out;
	return nk_done();
}

/* The key and the school's name have no preset that --yes could take. */
static bool decided(const struct mapping *m)
{
	for (size_t i = 0; i < m->reply.n_doubts; i++) {
		if (is_name(&m->reply.doubts[i]) && m->reply.doubts[i].text.len == 0) {
			return false;
		}
	}
	return m->reply.key.len > 0 && (m->reply.n_open == 0 || m->cli->yes);
}

static NK_RESULT keep(struct mapping *m, struct nk_str source, struct nk_err *err)
{
	struct nk_cli *const cli = m->cli;
	bool replace = false;

	if (!decided(m)) {
		cli->status = nk_err_exit(NK_PENDING);
		return nk_done();
	}
	if (!nk_os_is_folder(cli->home)) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("there is no installation to keep the mapping in: name it with --home"));
	}
	NK_TRY(may_replace(m, source, &replace, err));
	if (!replace) {
		cli->status = nk_err_exit(NK_PENDING);
		return nk_done();
	}
	NK_TRY(nk_mapping_save(cli->env, cli->home, source, nk_str_bytes(m->reply.text), err));
	m->kept = true;
	return nk_done();
}

static void talk(const struct mapping *m, struct nk_str source)
{
	if (m->kept) {
		nk_cli_say(m->cli, NK_N("Kept for the source \"%.*s\": a plain file, to be read and edited:"), NK_FMT(source));
		nk_out_f(&m->cli->talk, "  %s/mappings/%.*s.map\n", m->cli->home, NK_FMT(source));
		nk_cli_say(m->cli, NK_N("Next, look at the file by it:"));
		nk_cli_hint(m->cli, "import check --source %.*s FILE", NK_FMT(source));
		return;
	}
	if (m->differs) {
		nk_cli_say(m->cli,
			NK_N("The mapping that is kept for the source \"%.*s\" is another one (- it alone, + this one alone) and stays as it is; "
			     "--renew replaces it, or edit it: %s/mappings/%.*s.map"),
			NK_FMT(source), m->cli->home, NK_FMT(source));
		return;
	}
	nk_cli_say(m->cli,
		NK_N("Nothing was kept yet: answer with --answer ID=yes or ID=no, --answer unit_name=NAME, --set COLUMN=ITEM, --key COLUMN; or accept what is presumed "
		     "with --yes."));
}

/* A school that is alone in its installation is called as the organisation. */
static struct nk_str organisation(struct nk_cli *cli)
{
	struct nk_config_row *rows = NULL;
	size_t n = 0;

	if (nk_ok(nk_op_config_show(cli->env, cli->home, cli->arena, &rows, &n, NULL))) {
		for (size_t i = 0; i < n; i++) {
			if (nk_str_eq(rows[i].key, NK_STR("organisation"))) {
				return rows[i].value;
			}
		}
	}
	return NK_STR("");
}

static void gather(struct mapping *m)
{
	const char *all[ANSWERS_MAX];

	m->req.n_sets = nk_args_all(&m->cli->args, "set", all, SETS_MAX);
	for (size_t i = 0; i < m->req.n_sets; i++) {
		m->sets[i] = nk_str_c(all[i]);
	}
	m->req.n_answers = nk_args_all(&m->cli->args, "answer", all, ANSWERS_MAX / 2);
	for (size_t i = 0; i < m->req.n_answers; i++) {
		m->answers[i] = nk_str_c(all[i]);
	}
	m->req.sets = m->sets;
	m->req.answers = m->answers;
	m->req.unit_name = organisation(m->cli);
	m->req.key = nk_args_str(&m->cli->args, "key");
	m->req.samples = nk_args_has(&m->cli->args, "show");
}

NK_RESULT nk_import_map(struct nk_cli *cli, const char *path, struct nk_str source, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	struct mapping m = { .cli = cli };

	gather(&m);
	if (m.req.samples && (!cli->out.terminal || cli->json)) {
		return nk_fail(err, NK_DENIED, NK_N("--show shows values of persons: only on a terminal"));
	}
	NK_TRY(nk_roster_open(cli->env, path, &fd, &m.req.size, err));
	m.req.fd = fd;
	NK_TRY(nk_op_map(cli->env, &m.req, cli->arena, &m.reply, err));
	if (!cli->json) {
		NK_TRY(show_columns(&m, err));
	}
	if (m.reply.n_open > 0 && !cli->yes && !cli->json && nk_os_is_terminal(0) && cli->talk.terminal) {
		NK_TRY(ask_all(&m, err));
	}
	NK_TRY(keep(&m, source, err));
	if (cli->json) {
		return as_json(&m, err);
	}
	tell_doubts(&m);
	talk(&m, source);
	return nk_done();
}
