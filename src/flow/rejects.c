/*
 * rejects.c: the rows with errors, alone, with the reason in front: a CSV that a person mends in a spreadsheet.
 *
 * A copy of personal data like every other: a holding with an end before the first byte. Cells that a spreadsheet would
 * take for a formula get an apostrophe in front (OWASP, CSV injection). Rows that could not be split stand there with
 * their line and no cells; passwords were dropped in the child. So do those of protected persons, of our records or by publicFlg.
 */
#include "base.h"
#include "roster_int.h"

#include "csv.h"
#include "csv_mapping.h"
#include "measures_int.h"
#include "tables.h"

enum { FILES_MAX = 64, OUT_MAX = 256 << 20 };

struct writing {
	const struct nk_check_request *req;
	const struct nk_vec *bad;
	struct nk_buf text; /* wiping */
	const char *order[FILES_MAX];
	size_t n_order;
	size_t next; /* of bad, in order */
	struct nk_buf header; /* wiping: of the file at hand, as CSV */
	bool headed;
	struct nk_people *people;
	struct nk_str key; /* column of the mapping; empty: OneRoster's */
	size_t key_at; /* of the file at hand; SIZE_MAX: none */
	size_t public_at; /* publicFlg likewise */
	uint64_t held_back; /* rows of protected persons: without their cells */
	struct nk_vec numbers; /* uint32_t: persons of the rows that we know */
	struct nk_str file; /* in the arena */
	struct nk_arena *arena;
	uint64_t rows;
};

static int cmp_bad(const void *a, const void *b)
{
	const struct nk_bad_row *const x = a;
	const struct nk_bad_row *const y = b;
	const int file = nk_str_cmp(x->file, y->file);

	if (file != 0) {
		return file;
	}
	return x->line < y->line ? -1 : x->line > y->line ? 1 : strcmp(x->rule, y->rule);
}

/* A cell as data, whatever it begins with. */
static NK_RESULT put_safe(struct nk_buf *out, bool first, struct nk_str field, struct nk_err *err)
{
	static const struct nk_str bad[] = { { "=", 1 }, { "+", 1 }, { "-", 1 }, { "@", 1 }, { "\t", 1 }, { "\r", 1 }, { "＝", 3 },
		{ "＋", 3 }, { "－", 3 }, { "＠", 3 } };
	NK_OWNED(nk_buf_done) struct nk_buf quoted = { 0 };

	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		if (!nk_str_starts(field, bad[i])) {
			continue;
		}
		nk_buf_init_wiping(&quoted, field.len + 1);
		NK_TRY(nk_buf_add_byte(&quoted, '\'', err));
		NK_TRY(nk_buf_add_str(&quoted, field, err));
		return nk_csv_put_field(out, first, nk_buf_str(&quoted), err);
	}
	return nk_csv_put_field(out, first, field, err);
}

static NK_RESULT put_line_end(struct nk_buf *out, struct nk_err *err)
{
	return nk_buf_add_c(out, "\r\n", err);
}

static const struct nk_bad_row *bad_at(const struct writing *w, size_t i)
{
	return i < w->bad->len ? nk_vec_at(w->bad, i) : NULL;
}

static bool is_at(const struct nk_bad_row *b, struct nk_str file, uint64_t line)
{
	return b != NULL && b->line == line && nk_str_eq(b->file, file);
}

/* Everything that was said about the row, in one cell. */
static NK_RESULT put_reason(struct writing *w, size_t from, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf reason = { 0 };
	const struct nk_bad_row *const first = bad_at(w, from);
	char line[24];

	if (first == NULL) {
		return nk_done();
	}
	nk_buf_init_wiping(&reason, 1 << 16);
	for (size_t i = from; is_at(bad_at(w, i), first->file, first->line) && reason.len < 8000; i++) {
		const struct nk_bad_row *const b = bad_at(w, i);

		NK_TRY(reason.len > 0 ? nk_buf_add_c(&reason, "; ", err) : nk_done());
		NK_TRY(nk_buf_add_c(&reason, b->rule, err));
		NK_TRY(nk_buf_add_byte(&reason, ' ', err));
		if (b->column.len > 0) {
			NK_TRY(nk_buf_add_str(&reason, b->column, err));
			NK_TRY(nk_buf_add_c(&reason, ": ", err));
		}
		NK_TRY(nk_buf_add_c(&reason, nk_tr(w->req->lang, b->what), err));
	}
	(void)snprintf(line, sizeof(line), "%" PRIu64, first->line);
	NK_TRY(put_safe(&w->text, true, nk_buf_str(&reason), err));
	NK_TRY(put_safe(&w->text, false, first->file, err));
	return put_safe(&w->text, false, nk_str_c(line), err);
}

static NK_RESULT put_header(struct writing *w, struct nk_err *err)
{
	if (w->headed) {
		return nk_done();
	}
	w->headed = true;
	NK_TRY(put_safe(&w->text, true, nk_str_c(nk_tr(w->req->lang, NK_N("reason"))), err));
	NK_TRY(put_safe(&w->text, false, nk_str_c(nk_tr(w->req->lang, NK_N("file"))), err));
	NK_TRY(put_safe(&w->text, false, nk_str_c(nk_tr(w->req->lang, NK_N("line"))), err));
	NK_TRY(nk_buf_add_str(&w->text, nk_buf_str(&w->header), err));
	return put_line_end(&w->text, err);
}

/* Whose row it is, when it is somebody's whom we have. */
static NK_RESULT take_person(struct writing *w, const struct nk_str *fields, bool *out_hidden, struct nk_err *err)
{
	const struct nk_person *p = NULL;
	void *item = NULL;

	if (w->key_at == SIZE_MAX) {
		return nk_done();
	}
	p = nk_people_by_source(w->people, w->req->source, nk_str_trim(fields[w->key_at]));
	*out_hidden = p != NULL && nk_person_hidden(p);
	if (p == NULL || *out_hidden) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&w->numbers, &item, err));
	*(uint32_t *)item = p->number;
	return nk_done();
}

/* The column by which a row of this file is somebody's. */
static void find_key(struct writing *w, const struct nk_tables_event *ev)
{
	const bool users = nk_str_eq(ev->file, NK_STR("users.csv")) || nk_str_eq(ev->file, NK_STR("demographics.csv"));
	const struct nk_str name = w->key.len > 0 ? w->key : users ? NK_STR("sourcedId") : NK_STR("userSourcedId");

	w->key_at = SIZE_MAX;
	w->public_at = SIZE_MAX;
	for (size_t i = 0; i < ev->n; i++) {
		w->public_at = nk_str_ieq(nk_str_trim(ev->fields[i]), NK_STR("metadata.jp.publicFlg")) ? i : w->public_at;
		if (nk_str_eq(nk_str_trim(ev->fields[i]), name)) {
			w->key_at = i;
		}
	}
}

static int cmp_number(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y ? 1 : 0;
}

/* In order, each once. */
static size_t tidy_numbers(struct nk_vec *numbers)
{
	uint32_t *const list = numbers->items;
	size_t n = 0;

	qsort(list, numbers->len, sizeof(*list), cmp_number);
	for (size_t i = 0; i < numbers->len; i++) {
		if (n == 0 || list[n - 1] != list[i]) {
			list[n++] = list[i];
		}
	}
	return n;
}

/* One bad row: with its cells when it has any. */
static NK_RESULT put_row(struct writing *w, const struct nk_str *fields, size_t n, struct nk_err *err)
{
	const struct nk_bad_row *const first = bad_at(w, w->next);
	const struct nk_str file = first != NULL ? first->file : NK_STR("");
	const uint64_t line = first != NULL ? first->line : 0;
	bool hidden = false;

	NK_TRY(n > 0 ? take_person(w, fields, &hidden, err) : nk_done());
	hidden = hidden || (w->public_at < n && nk_str_ieq(nk_str_trim(fields[w->public_at]), NK_STR("false")));
	w->held_back += hidden ? 1 : 0;
	n = hidden ? 0 : n; /* line and reason are told: the row is mended in the source */
	NK_TRY(put_header(w, err));
	NK_TRY(put_reason(w, w->next, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(put_safe(&w->text, false, fields[i], err));
	}
	w->rows++;
	while (is_at(bad_at(w, w->next), file, line)) {
		w->next++;
	}
	return put_line_end(&w->text, err);
}

/* Bad rows of this file before a line, which were never given: told without cells. */
static NK_RESULT catch_up(struct writing *w, uint64_t line, struct nk_err *err)
{
	for (const struct nk_bad_row *b = bad_at(w, w->next); b != NULL && nk_str_eq(b->file, w->file) && b->line < line;
		b = bad_at(w, w->next)) {
		NK_TRY(put_row(w, NULL, 0, err));
	}
	return nk_done();
}

/* The files come in the order that was asked for: that of `bad`. */
static NK_RESULT begin_file(struct writing *w, const struct nk_tables_event *ev, struct nk_err *err)
{
	nk_buf_reset(&w->header);
	w->headed = false;
	NK_TRY(nk_arena_dup(w->arena, ev->file, &w->file, err));
	for (const struct nk_bad_row *b = bad_at(w, w->next); b != NULL && nk_str_cmp(b->file, w->file) < 0; b = bad_at(w, w->next)) {
		w->next++;
	}
	return nk_done();
}

static NK_RESULT take_event(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct writing *const w = arg;

	switch (ev->kind) {
	case NK_TABLES_FILE:
		return begin_file(w, ev, err);
	case NK_TABLES_HEADER:
		find_key(w, ev);
		for (size_t i = 0; i < ev->n; i++) {
			NK_TRY(put_safe(&w->header, false, ev->fields[i], err));
		}
		return nk_done();
	case NK_TABLES_ROW:
		NK_TRY(catch_up(w, ev->line, err));
		return is_at(bad_at(w, w->next), w->file, ev->line) ? put_row(w, ev->fields, ev->n, err) : nk_done();
	case NK_TABLES_FILE_END:
		return catch_up(w, UINT64_MAX, err);
	case NK_TABLES_FAULT:
		break;
	}
	return nk_done();
}

static NK_RESULT collect(struct writing *w, const struct nk_env *env, struct nk_err *err)
{
	static const struct nk_key no_key = { { 0 } };
	struct nk_csv_mapping map = { .n_mapped = 0 };
	struct nk_tables_options opt = {
		.fd = w->req->fd, .size = w->req->size, .digest_key = &no_key, .order = w->order
	};
	struct nk_tables_totals totals = { 0 };

	for (size_t i = 0; i < w->bad->len && w->n_order < FILES_MAX; i++) {
		const struct nk_str file = bad_at(w, i)->file;
		struct nk_str kept;

		if (file.len > 0 && (w->n_order == 0 || !nk_str_eq(nk_str_c(w->order[w->n_order - 1]), file))) {
			NK_TRY(nk_arena_dup(w->arena, file, &kept, err));
			w->order[w->n_order++] = kept.ptr;
		}
	}
	opt.n_order = w->n_order;
	if (w->req->mapping.len > 0) {
		NK_TRY(nk_csv_mapping_read(w->req->mapping, w->arena, &map, err));
		opt.sheet = map.sheet;
		opt.header_line = map.header_line;
		w->key = map.key;
	}
	/* Excel takes UTF-8 for what it is only with a mark. */
	NK_TRY(nk_buf_add_c(&w->text, "\xef\xbb\xbf", err));
	return nk_tables_read(env, &opt, take_event, w, &totals, err);
}

static NK_RESULT save(struct nk_flow *flow, struct writing *w, struct nk_check_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *hold = NULL;
	const struct nk_hold_spec spec = { .kind = NK_HOLDING_rejects,
		.path = w->req->rejects,
		.place = nk_str_c(w->req->rejects),
		.purpose = NK_STR("rows of a roster file to be mended"),
		.warrant = flow->standing_order,
		.expires_at = nk_now(flow->env) + (int64_t)flow->config->import_days * NK_DAY,
		.n = w->numbers.len > 0 ? tidy_numbers(&w->numbers) : 0,
		.numbers = w->numbers.items,
		.classes = 1U << NK_ITEM_ids | 1U << NK_ITEM_name | 1U << NK_ITEM_kana | 1U << NK_ITEM_login | 1U << NK_ITEM_mail };

	NK_TRY(nk_hold_open(flow, &spec, &hold, err));
	out->holding = nk_hold_id(hold);
	out->destroy_by = spec.expires_at;
	out->rejected = w->rows;
	out->held_back = w->held_back;
	NK_TRY(nk_os_fd_write(nk_hold_fd(hold), w->text.ptr, w->text.len, err));
	return nk_hold_keep(&hold, err);
}

static void writing_done(struct writing *w)
{
	nk_buf_done(&w->text);
	nk_buf_done(&w->header);
	nk_vec_done(&w->numbers);
}

NK_RESULT nk_rejects_write(struct nk_flow *flow, const struct nk_check_request *req, struct nk_vec *bad,
	struct nk_arena *arena, struct nk_check_reply *out, struct nk_err *err)
{
	NK_OWNED(writing_done) struct writing w = { .req = req, .bad = bad, .arena = arena };

	if (bad->len == 0) {
		return nk_done();
	}
	qsort(bad->items, bad->len, sizeof(struct nk_bad_row), cmp_bad);
	nk_buf_init_wiping(&w.text, OUT_MAX);
	nk_buf_init_wiping(&w.header, 1 << 20);
	nk_vec_init(&w.numbers, sizeof(uint32_t), bad->len);
	NK_TRY(nk_flow_people(flow, &w.people, err));
	NK_TRY(collect(&w, flow->env, err));
	return w.rows > 0 ? save(flow, &w, out, err) : nk_done();
}
