/*
 * propose.c: the pass over the list, what the headers say, which column is the key, and what is doubtful.
 */
#include "base.h"
#include "propose.h"

#include "format.h"
#include "propose_count.h"
#include "value_text.h"

enum { DISTINCT_MAX = 2000000 };

static const struct {
	const char *item, *words;
} known[] = {
#define ROW(item, words) { item, words },
#include "column_rows.h"
#undef ROW
};

struct proposing {
	const struct nk_propose_options *opt;
	struct nk_arena *arena;
	struct nk_proposal *out;
	struct nk_map seen; /* column and value → 1 */
	struct nk_buf a, b; /* wiping */
	bool package;
};

/* The item whose list of headers has this one. */
static NK_RESULT item_of(struct proposing *p, struct nk_str header, const char **out, struct nk_err *err)
{
	*out = "";
	nk_buf_reset(&p->a);
	NK_TRY(nk_fold(header, &p->a, err));
	for (size_t i = 0; i < NK_ARRAY_LEN(known); i++) {
		struct nk_str rest = nk_str_c(known[i].words);
		struct nk_str word;

		while (nk_str_cut(&rest, ' ', &word)) {
			nk_buf_reset(&p->b);
			NK_TRY(nk_fold(word, &p->b, err));
			if (p->b.len > 0 && nk_str_eq(nk_buf_str(&p->a), nk_buf_str(&p->b))) {
				*out = known[i].item;
				return nk_done();
			}
		}
	}
	return nk_done();
}

static NK_RESULT take_header(struct proposing *p, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct nk_proposal *const out = p->out;

	out->columns = nk_arena_array(p->arena, ev->n, sizeof(*out->columns));
	if (out->columns == NULL) {
		return nk_fail_nomem(err);
	}
	out->n_columns = ev->n;
	for (size_t i = 0; i < ev->n; i++) {
		out->columns[i] = (struct nk_column){ .item = "" };
		NK_TRY(nk_arena_dup(p->arena, nk_str_trim(ev->fields[i]), &out->columns[i].header, err));
		NK_TRY(item_of(p, out->columns[i].header, &out->columns[i].item, err));
	}
	return nk_done();
}

/* How many different values: a set keyed by column and value. */
static NK_RESULT count_distinct(struct proposing *p, size_t column, struct nk_str v, struct nk_err *err)
{
	struct nk_str kept;
	uint64_t at = 0;

	if (p->out->columns[column].distinct >= DISTINCT_MAX) {
		return nk_done();
	}
	nk_buf_reset(&p->a);
	NK_TRY(nk_buf_add_le32(&p->a, nk_u32(column), err));
	NK_TRY(nk_buf_add_str(&p->a, v, err));
	if (nk_map_get(&p->seen, nk_buf_bytes(&p->a), &at)) {
		return nk_done();
	}
	p->out->columns[column].distinct++;
	NK_TRY(nk_arena_dup(p->arena, nk_buf_str(&p->a), &kept, err));
	return nk_map_put(&p->seen, nk_str_bytes(kept), 1, err);
}

static NK_RESULT take_row(struct proposing *p, const struct nk_tables_event *ev, struct nk_err *err)
{
	size_t filled = 0;

	for (size_t i = 0; i < ev->n; i++) {
		filled += nk_value_blank(ev->fields[i]) ? 0 : 1;
	}
	/* As the reader does: a remark or a total is no row of somebody's. */
	if (filled <= 2 && ev->n > 3) {
		return nk_done();
	}
	p->out->rows++;
	for (size_t i = 0; i < ev->n && i < p->out->n_columns; i++) {
		struct nk_column *const c = &p->out->columns[i];

		nk_buf_reset(&p->b);
		NK_TRY(nk_value_narrow(ev->fields[i], &p->b, err));
		nk_propose_count(c, nk_str_trim(nk_buf_str(&p->b)));
		if (p->b.len == 0) {
			continue;
		}
		if (p->opt->samples && c->sample.len == 0) {
			NK_TRY(nk_arena_dup(p->arena, nk_str_trim(ev->fields[i]), &c->sample, err));
		}
		NK_TRY(count_distinct(p, i, nk_str_trim(nk_buf_str(&p->b)), err));
	}
	return nk_done();
}

static NK_RESULT take_event(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct proposing *const p = arg;

	p->package = p->package || ev->package == NK_TABLES_ZIP;
	p->out->book = ev->package == NK_TABLES_BOOK;
	if (ev->file.len > 0 || p->package) {
		p->out->hidden_sheets += ev->kind == NK_TABLES_FAULT && ev->fault == NK_TABLES_SHEET_HIDDEN ? 1 : 0;
		return nk_done();
	}
	switch (ev->kind) {
	case NK_TABLES_FILE:
		p->out->encoding = nk_str_c(nk_encoding_name(ev->encoding));
		return nk_done();
	case NK_TABLES_HEADER:
		return take_header(p, ev, err);
	case NK_TABLES_ROW:
		return take_row(p, ev, err);
	case NK_TABLES_FAULT:
	case NK_TABLES_FILE_END:
		break;
	}
	return nk_done();
}

/* ---- what the caller said ---- */

static size_t column_named(const struct nk_proposal *out, struct nk_str name)
{
	for (size_t i = 0; i < out->n_columns; i++) {
		if (nk_str_eq(out->columns[i].header, name)) {
			return i;
		}
	}
	return SIZE_MAX;
}

static NK_RESULT take_set(struct nk_proposal *out, struct nk_str set, struct nk_err *err)
{
	const size_t eq = nk_str_chr(set, '=');
	const size_t column = column_named(out, nk_str_trim(nk_str_sub(set, 0, eq == SIZE_MAX ? set.len : eq)));
	const struct nk_str item = eq != SIZE_MAX ? nk_str_trim(nk_str_sub(set, eq + 1, set.len)) : NK_STR("");

	if (column == SIZE_MAX) {
		return nk_fail(err, NK_USAGE, NK_N("--set names a column that the header does not have; the table shows them"));
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(known); i++) {
		if (nk_str_eq(nk_str_c(known[i].item), item)) {
			out->columns[column].item = known[i].item;
			out->columns[column].said = true;
			return nk_done();
		}
	}
	return nk_fail(err, NK_USAGE,
		NK_N("--set COLUMN=ITEM: items are none, student_number, login, mail, full_name, full_kana, full_shown, former_name, former_kana, family, given, "
		     "family_kana, given_kana, birth_date, affiliation, faculty, department, grade, home_class, attendance, state, "
		     "valid_from, valid_until, unit, master_id"));
}

/* ---- doubts ---- */

static bool answered(const struct proposing *p, const char *id, struct nk_str column, bool *out)
{
	for (size_t i = 0; i < p->opt->n_answers; i++) {
		struct nk_str rest = p->opt->answers[i];
		const bool yes = nk_str_ends(rest, NK_STR("=yes"));
		const struct nk_str name = nk_str_sub(rest, 0, rest.len - (yes ? 4 : nk_str_ends(rest, NK_STR("=no")) ? 3 : 0));
		const size_t colon = nk_str_chr(name, ':');
		const struct nk_str of = colon != SIZE_MAX ? nk_str_sub(name, colon + 1, name.len) : NK_STR("");

		rest = nk_str_sub(name, 0, colon != SIZE_MAX ? colon : name.len);
		if (nk_str_eq(rest, nk_str_c(id)) && (of.len == 0 || nk_str_eq(of, column))) {
			*out = yes;
			return true;
		}
	}
	return false;
}

static bool doubt(struct proposing *p, struct nk_doubt d)
{
	struct nk_proposal *const out = p->out;
	const struct nk_str column = d.column != SIZE_MAX ? out->columns[d.column].header : NK_STR("");

	d.open = !answered(p, d.id, column, &d.yes);
	if (out->n_doubts < NK_PROPOSE_DOUBTS) {
		out->doubts[out->n_doubts++] = d;
	}
	return d.yes;
}

static size_t column_of_item(const struct nk_proposal *out, const char *item)
{
	for (size_t i = 0; i < out->n_columns; i++) {
		if (strcmp(out->columns[i].item, item) == 0) {
			return i;
		}
	}
	return SIZE_MAX;
}

/* Two columns of one item: the first is read. */
static void drop_doubles(struct proposing *p)
{
	for (size_t i = 0; i < p->out->n_columns; i++) {
		struct nk_column *const c = &p->out->columns[i];
		const size_t first = column_of_item(p->out, c->item);

		if (c->item[0] != '\0' && strcmp(c->item, "none") != 0 && first < i) {
			if (doubt(p, (struct nk_doubt){ .id = "double", .column = i, .yes = true,
					     .ask = NK_N("two columns are the same item: is this one to be left out?") })) {
				c->item = "none";
			}
		}
	}
}

/* Where header and content disagree, the header is not believed without a word. */
static void compare_content(struct proposing *p)
{
	static const struct {
		const char *item;
		enum nk_column_kind kind;
	} expected[] = { { "mail", NK_COLUMN_MAIL }, { "birth_date", NK_COLUMN_DATE }, { "valid_from", NK_COLUMN_DATE },
		{ "full_kana", NK_COLUMN_KANA }, { "family_kana", NK_COLUMN_KANA }, { "given_kana", NK_COLUMN_KANA },
		{ "attendance", NK_COLUMN_NUMBER } };

	for (size_t i = 0; i < p->out->n_columns; i++) {
		struct nk_column *const c = &p->out->columns[i];

		for (size_t k = 0; k < NK_ARRAY_LEN(expected); k++) {
			if (c->filled == 0 || c->said || strcmp(expected[k].item, c->item) != 0 || expected[k].kind == c->kind) {
				continue;
			}
			if (!doubt(p, (struct nk_doubt){ .id = "content", .column = i, .yes = false,
					      .ask = NK_N("what stands in this column is not what its header says: is it to be read all the same?") })) {
				c->item = "none";
				break;
			}
		}
	}
}

/* A column of remarks in which 休学 and the like stand, and no column of states. */
static void find_states(struct proposing *p)
{
	for (size_t i = 0; i < p->out->n_columns && column_of_item(p->out, "state") == SIZE_MAX; i++) {
		struct nk_column *const c = &p->out->columns[i];

		if (c->said || c->state_words == 0 || c->state_words * 2 < c->filled || (c->item[0] != '\0' && strcmp(c->item, "none") != 0)) {
			continue;
		}
		if (doubt(p, (struct nk_doubt){ .id = "state", .column = i, .n = c->state_words, .yes = true,
				     .ask = NK_N("words such as 休学 stand in this column (%llu rows): is it to be read as the state?") })) {
			c->item = "state";
		}
	}
}

static void find_key(struct proposing *p)
{
	static const char *const best[] = { "student_number", "master_id", "login", "mail" };
	struct nk_proposal *const out = p->out;

	for (size_t k = 0; k < NK_ARRAY_LEN(best) && out->key == SIZE_MAX; k++) {
		out->key = column_of_item(out, best[k]);
	}
	if (out->key == SIZE_MAX) {
		(void)doubt(p, (struct nk_doubt){ .id = "key", .column = SIZE_MAX,
				       .ask = NK_N("no column is known to stay the same for a person: name it with --key COLUMN") });
		return;
	}
	if (strcmp(out->columns[out->key].item, "mail") == 0 && p->opt->key.len == 0) {
		(void)doubt(p, (struct nk_doubt){ .id = "key-mail", .column = out->key, .yes = false,
				       .ask = NK_N("only mail addresses tell people apart, and they change: is one the key all the same?") });
	}
	if (out->columns[out->key].distinct < out->columns[out->key].filled) {
		(void)doubt(p, (struct nk_doubt){ .id = "key-double", .column = out->key, .yes = true,
				       .n = out->columns[out->key].filled - out->columns[out->key].distinct,
				       .ask = NK_N("the key stands in %llu rows more than once, and those rows are refused: is it the key all the same?") });
	}
}

/* unit_name=NAME; an empty NAME, one of several lines, yes and no are none. */
static struct nk_str name_answered(const struct proposing *p)
{
	const struct nk_str start = NK_STR("unit_name=");

	for (size_t i = 0; i < p->opt->n_answers; i++) {
		const struct nk_str a = p->opt->answers[i];
		const struct nk_str name = nk_str_starts(a, start) ? nk_str_trim(nk_str_sub(a, start.len, a.len)) : NK_STR("");

		if (name.len > 0 && nk_str_chr(name, '\n') == SIZE_MAX && !nk_str_eq(name, NK_STR("yes")) && !nk_str_eq(name, NK_STR("no"))) {
			return name;
		}
	}
	return NK_STR("");
}

/* Classes become groups, and a group is some school's: without a column that names it, a person does. */
static void find_school(struct proposing *p)
{
	static const char *const units[] = { "unit", "faculty", "affiliation" };
	const size_t class_at = column_of_item(p->out, "home_class");
	struct nk_doubt d = { .id = "unit_name", .column = SIZE_MAX, .yes = true,
		.ask = NK_N("classes, and no column says of which school: the school's name?") };
	bool yes = false;

	for (size_t i = 0; i < NK_ARRAY_LEN(units); i++) {
		if (column_of_item(p->out, units[i]) != SIZE_MAX) {
			return;
		}
	}
	if (class_at == SIZE_MAX || column_of_item(p->out, "attendance") == SIZE_MAX || p->out->n_doubts >= NK_PROPOSE_DOUBTS) {
		return;
	}
	d.text = name_answered(p);
	if (d.text.len == 0) {
		d.text = p->opt->unit_name;
		d.open = !answered(p, d.id, NK_STR(""), &yes) || !yes || d.text.len == 0;
		d.yes = d.text.len > 0;
	}
	p->out->doubts[p->out->n_doubts++] = d;
}

static void doubt_values(struct proposing *p)
{
	struct nk_proposal *const out = p->out;
	const struct nk_column *const key = out->key != SIZE_MAX ? &out->columns[out->key] : NULL;
	const size_t name = column_of_item(out, "full_name");
	const size_t birth = column_of_item(out, "birth_date");
	const size_t state = column_of_item(out, "state");

	if (key != NULL && key->digits > 0 && key->zero_longest > key->shortest && key->code == 0) {
		(void)doubt(p, (struct nk_doubt){ .id = "zeros", .column = out->key, .n = key->zero_longest, .yes = false,
				       .ask = NK_N("a spreadsheet has cut the zeros of some keys: are they to be filled up to %llu digits?") });
	}
	if (name != SIZE_MAX && out->columns[name].blanks_inside < out->columns[name].filled) {
		(void)doubt(p, (struct nk_doubt){ .id = "split", .column = name, .yes = true,
				       .n = out->columns[name].filled - out->columns[name].blanks_inside,
				       .ask = NK_N("%llu names have no blank between family and given name: is the whole to be taken as the family name "
						   "(no: such rows are refused)?") });
	}
	if (column_of_item(out, "full_kana") == SIZE_MAX && column_of_item(out, "family_kana") == SIZE_MAX) {
		(void)doubt(p, (struct nk_doubt){ .id = "no-kana", .column = SIZE_MAX, .yes = true,
				       .ask = NK_N("there is no reading of the names: are they to be taken in without kana?") });
	}
	if (birth != SIZE_MAX) {
		(void)doubt(p, (struct nk_doubt){ .id = "birth", .column = birth, .yes = out->columns[birth].said,
				       .ask = NK_N("birth dates are read only when a system needs them: does one?") });
	}
	if (state != SIZE_MAX && out->columns[state].state_words < out->columns[state].filled) {
		(void)doubt(p, (struct nk_doubt){ .id = "state-words", .column = state, .yes = true,
				       .n = out->columns[state].filled - out->columns[state].state_words,
				       .ask = NK_N("%llu rows have a state that is not known and will be refused until [values] names it: go on?") });
	}
}

static void doubt_rest(struct proposing *p)
{
	for (size_t i = 0; i < p->out->n_columns; i++) {
		const struct nk_column *const c = &p->out->columns[i];

		if (c->item[0] == '\0' || strcmp(c->item, "none") == 0) {
			continue;
		}
		if (c->dates_ambiguous > 0 && c->kind == NK_COLUMN_DATE) {
			(void)doubt(p, (struct nk_doubt){ .id = "dates", .column = i, .n = c->dates_ambiguous, .yes = true,
					       .ask = NK_N("%llu dates can mean two days and will be refused: go on?") });
		}
		if (c->gaiji > 0) {
			(void)doubt(p, (struct nk_doubt){ .id = "gaiji", .column = i, .n = c->gaiji, .yes = true,
					       .ask = NK_N("%llu values have private characters (gaiji), kept as they are until [gaiji] says what they "
							   "mean: go on?") });
		}
	}
}

/* A list without a header begins with somebody's row: what is no header that we know is not shown then. */
static NK_RESULT check_header(const struct proposing *p, struct nk_err *err)
{
	for (size_t i = 0; i < p->out->n_columns; i++) {
		if (p->out->columns[i].item[0] != '\0') {
			return nk_done();
		}
	}
	return p->opt->n_sets > 0 || p->opt->key.len > 0
		? nk_done()
		: nk_fail(err, NK_INVALID,
			  NK_N("no header of this list is known, and its first line may be somebody's row: give it a header line, or say "
			       "what its columns are with --set COLUMN=ITEM"));
}

static NK_RESULT decide(struct proposing *p, struct nk_err *err)
{
	struct nk_proposal *const out = p->out;

	NK_TRY(check_header(p, err));

	for (size_t i = 0; i < out->n_columns; i++) {
		out->columns[i].kind = nk_propose_kind(&out->columns[i]);
	}
	for (size_t i = 0; i < p->opt->n_sets; i++) {
		NK_TRY(take_set(out, p->opt->sets[i], err));
	}
	if (p->opt->key.len > 0) {
		out->key = column_named(out, p->opt->key);
		if (out->key == SIZE_MAX) {
			return nk_fail(err, NK_USAGE, NK_N("--key names a column that the header does not have"));
		}
	}
	drop_doubles(p);
	compare_content(p);
	find_states(p);
	find_key(p);
	find_school(p);
	doubt_values(p);
	doubt_rest(p);
	return nk_done();
}

static void proposing_done(struct proposing *p)
{
	nk_map_done(&p->seen);
	nk_buf_done(&p->a);
	nk_buf_done(&p->b);
}

NK_RESULT nk_propose_make(const struct nk_env *env, const struct nk_propose_options *opt, struct nk_arena *arena,
	struct nk_proposal *out, struct nk_err *err)
{
	static const struct nk_key no_key = { { 0 } };
	const struct nk_tables_options tables = { .fd = opt->fd, .size = opt->size, .digest_key = &no_key };
	NK_OWNED(proposing_done) struct proposing p = { .opt = opt, .arena = arena, .out = out };
	struct nk_tables_totals totals = { 0 };
	uint8_t seed[16];

	*out = (struct nk_proposal){ .key = SIZE_MAX };
	NK_TRY(nk_random(env, seed, sizeof(seed), err));
	nk_map_init(&p.seen, seed);
	nk_buf_init_wiping(&p.a, 1 << 20);
	nk_buf_init_wiping(&p.b, 1 << 20);
	NK_TRY(nk_tables_read(env, &tables, take_event, &p, &totals, err));
	if (p.package) {
		return nk_fail(err, NK_UNSUPPORTED, NK_N("a package of several files needs no mapping; look at it with \"import check FILE\""));
	}
	if (out->n_columns == 0) {
		return nk_fail(err, NK_INVALID, NK_N("no header was found in this file"));
	}
	return decide(&p, err);
}
