/*
 * person_show.c: a person's head and lists. What a list has more than its columns goes into the last one.
 */
#include "base.h"

#include "person_show.h"

enum { FIELDS = 7 };

struct list_form {
	const char *key, *title;
	size_t columns;
	const char *keys[FIELDS];
	const char *titles[FIELDS];
	bool words[FIELDS]; /* a word of the program, to be translated */
	bool times[FIELDS]; /* a time as nk_time_print writes it */
};

static const struct list_form forms[] = {
	[NK_PERSON_SHOW_MEMBERSHIPS] = { "memberships", NK_N("Belongs to"), 6,
		{ "kind", "name", "role", "from", "until", "number" },
		{ NK_N("Kind"), NK_N("Name"), NK_N("Role"), NK_N("From"), NK_N("To"), NK_N("Number in class") },
		{ true, false, true }, { false } },
	[NK_PERSON_SHOW_TARGETS] = { "targets", NK_N("Accounts"), 6,
		{ "target", "state", "name_taken", "name", "anchor", "keys" },
		{ NK_N("System"), NK_N("State"), NK_N("Takes the name"), NK_N("Name there"), NK_N("Anchor"), NK_N("Every key so far") },
		{ false, true, true }, { false } },
	[NK_PERSON_SHOW_HOLDINGS] = { "holdings", NK_N("Copies"), 7,
		{ "id", "kind", "place", "since", "until", "gone", "items" },
		{ NK_N("Id"), NK_N("Kind"), NK_N("Place"), NK_N("Since"), NK_N("Until"), NK_N("Gone"),
			NK_N("Items") },
		{ false, true, true, false, false, true }, { false, false, false, true, true } },
	[NK_PERSON_SHOW_FORMER] = { "former_names", NK_N("Names of before"), 3, { "until", "name", "kana" },
		{ NK_N("Until"), NK_N("Full name"), NK_N("Reading") }, { false }, { true } },
	[NK_PERSON_SHOW_RECORDS] = { "records", NK_N("Records of this person"), 6,
		{ "record", "source", "source_key", "login", "state", "name" },
		{ NK_N("Number"), NK_N("Source"), NK_N("Source key"), NK_N("Login"), NK_N("State"), NK_N("Full name") },
		{ false, false, false, false, true }, { false } },
};

_Static_assert(NK_ARRAY_LEN(forms) == NK_PERSON_SHOW_COUNT, "one form for each list");

/* The line cut at TABs into `columns` fields; what is left over stays in the last. */
static void cut(struct nk_str line, size_t columns, struct nk_str *out)
{
	for (size_t i = 0; i < columns; i++) {
		out[i] = NK_STR("");
		if (i + 1 == columns) {
			out[i] = line.ptr != NULL ? nk_str_trim(line) : NK_STR("");
			return;
		}
		(void)nk_str_cut(&line, '\t', &out[i]);
	}
}

/* Words between blanks, each in the language of this run. */
static struct nk_str each_word(struct nk_cli *cli, struct nk_str words)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_str word = { NULL, 0 };
	struct nk_str out = words;

	nk_buf_init(&text, 4096);
	words = nk_str_trim(words);
	while (nk_str_cut(&words, ' ', &word)) {
		if (!nk_ok(nk_buf_add_c(&text, text.len > 0 ? ", " : "", NULL)) ||
			!nk_ok(nk_buf_add_str(&text, nk_cli_word(cli, word), NULL))) {
			return out;
		}
	}
	return nk_ok(nk_arena_dup(cli->arena, nk_buf_str(&text), &out, NULL)) ? out : NK_STR("");
}

static struct nk_str shown(struct nk_cli *cli, const struct list_form *form, size_t column, struct nk_str field)
{
	nk_time t = 0;

	if (form->words[column]) {
		return nk_cli_word(cli, field);
	}
	if (form->times[column] && nk_time_parse(field, &t)) {
		return nk_cli_when(cli, t);
	}
	if (strcmp(form->keys[column], "items") == 0) {
		return each_word(cli, field);
	}
	if (strcmp(form->keys[column], "number") == 0 && nk_str_eq(field, NK_STR("0"))) {
		return NK_STR("-"); /* not one of a class list */
	}
	return field;
}

NK_RESULT nk_person_show_part(
	struct nk_cli *cli, enum nk_person_show_list list, struct nk_str lines, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const struct list_form *const form = &forms[list];
	const char *titles[FIELDS];
	struct nk_str fields[FIELDS];
	struct nk_str line = { NULL, 0 };

	for (size_t i = 0; i < form->columns; i++) {
		titles[i] = nk_cli_tr(cli, form->titles[i]);
	}
	nk_table_init(&table, cli->arena, titles, form->columns);
	while (nk_str_cut(&lines, '\n', &line)) {
		if (line.len == 0) {
			continue;
		}
		cut(line, form->columns, fields);
		for (size_t i = 0; i < form->columns; i++) {
			fields[i] = shown(cli, form, i, fields[i]);
		}
		NK_TRY(nk_table_row(&table, fields, err));
	}
	nk_out_c(&cli->out, "\n");
	nk_out_colour(&cli->out, NK_COLOUR_BOLD);
	nk_out_c(&cli->out, nk_cli_tr(cli, form->title));
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_c(&cli->out, "\n");
	if (table.cells.len == 0) {
		nk_cli_print(cli, NK_N("  none\n"));
	}
	nk_table_print(&table, 2, &cli->out);
	return nk_done();
}

void nk_person_show_json(struct nk_json *j, enum nk_person_show_list list, struct nk_str lines)
{
	const struct list_form *const form = &forms[list];
	struct nk_str fields[FIELDS];
	struct nk_str line = { NULL, 0 };

	nk_json_key(j, form->key);
	nk_json_open(j, '[');
	while (nk_str_cut(&lines, '\n', &line)) {
		if (line.len == 0) {
			continue;
		}
		cut(line, form->columns, fields);
		nk_json_open(j, '{');
		for (size_t i = 0; i < form->columns; i++) {
			nk_cli_json_str(j, form->keys[i], fields[i]);
		}
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static NK_RESULT fact(
	struct nk_cli *cli, struct nk_table *table, const char *label, struct nk_str value, struct nk_err *err)
{
	const struct nk_str cells[] = { nk_str_c(nk_cli_tr(cli, label)), value };

	return value.len > 0 ? nk_table_row(table, cells, err) : nk_done();
}

static NK_RESULT flags(struct nk_cli *cli, struct nk_table *table, const struct nk_person_row *r, struct nk_err *err)
{
	NK_TRY(fact(cli, table, NK_N("Legal hold"), r->hold ? nk_cli_word(cli, NK_STR("yes")) : NK_STR(""), err));
	NK_TRY(fact(
		cli, table, NK_N("Protected"), r->is_protected ? nk_cli_word(cli, NK_STR("yes")) : NK_STR(""), err));
	return fact(cli, table, NK_N("Protected person"), r->hidden ? nk_cli_word(cli, NK_STR("yes")) : NK_STR(""), err);
}

NK_RESULT nk_person_show_head(struct nk_cli *cli, const struct nk_person_row *row, struct nk_err *err)
{
	static const char *const titles[] = { "", "" };
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	nk_out_colour(&cli->out, NK_COLOUR_BOLD);
	nk_out_text(&cli->out, row->name);
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_c(&cli->out, "  ");
	nk_out_text(&cli->out, row->kana);
	nk_out_c(&cli->out, "  ");
	nk_out_text(&cli->out, nk_cli_word(cli, nk_str_c(row->state)));
	nk_out_c(&cli->out, "\n");
	NK_TRY(fact(cli, &table, NK_N("Login"), row->login, err));
	NK_TRY(fact(cli, &table, NK_N("Mail"), row->mail, err));
	NK_TRY(fact(cli, &table, NK_N("Student number"), row->student_number, err));
	NK_TRY(fact(cli, &table, NK_N("Unit"), row->unit, err));
	NK_TRY(fact(cli, &table, NK_N("Class"), row->group, err));
	NK_TRY(fact(cli, &table, NK_N("Grade"), row->grade, err));
	NK_TRY(fact(cli, &table, NK_N("Valid from"), nk_cli_date(cli, row->valid_from), err));
	NK_TRY(fact(cli, &table, NK_N("Valid until"), nk_cli_date(cli, row->valid_until), err));
	NK_TRY(fact(cli, &table, NK_N("To be erased on"), nk_cli_date(cli, row->delete_on), err));
	NK_TRY(fact(cli, &table, NK_N("Dates by hand"), row->dated ? nk_cli_word(cli, NK_STR("yes")) : NK_STR(""), err));
	NK_TRY(fact(cli, &table, NK_N("Source"), row->source, err));
	NK_TRY(fact(cli, &table, NK_N("Key there"), row->source_key, err));
	NK_TRY(fact(cli, &table, NK_N("Id"), nk_cli_id(cli, row->id), err));
	NK_TRY(flags(cli, &table, row, err));
	nk_table_print(&table, 2, &cli->out);
	return nk_done();
}
