/*
 * tables_book.c: one sheet of a workbook as rows; the others are named and counted. Part of the child.
 *
 * Cells that the sheet leaves out are blank; all rows have the width of the widest. Line = the row's number in Excel.
 */
#include "base.h"
#include "tables_book.h"

enum { SHEETS_MAX = 1024, STRINGS_MAX = 512 << 20, COUNT_MAX = 20000000, CELLS_MAX = 64 << 20, FORMULAS_MAX = 1000 };

struct sheet {
	const struct book *book;
	struct nk_xml x;
	struct nk_buf cells; /* wiping: texts of the row at hand */
	struct nk_buf value, attr; /* wiping */
	size_t from[TABLES_FIELDS_MAX], to[TABLES_FIELDS_MAX];
	struct nk_bytes fields[TABLES_FIELDS_MAX];
	size_t width; /* 0: as wide as the row */
	uint64_t line;
	size_t column, last; /* of the cell at hand; columns of the row so far */
	size_t filled;
	bool formula[TABLES_FIELDS_MAX];
	bool too_wide, in_value, in_text, is_formula;
	unsigned phonetic;
	char type; /* s shared, b truth, t text, n number */
	struct nk_buf style; /* of the cell at hand */
	struct tables_out *out; /* NULL: only looking */
	uint64_t header_line;
	size_t formulas;
};

static void sheet_done(struct sheet *s)
{
	nk_buf_done(&s->cells);
	nk_buf_done(&s->value);
	nk_buf_done(&s->attr);
	nk_buf_done(&s->style);
}

static void sheet_init(struct sheet *s, const struct book *book, struct nk_str part)
{
	*s = (struct sheet){ .book = book, .x = { .in = part } };
	nk_buf_init_wiping(&s->cells, CELLS_MAX);
	nk_buf_init_wiping(&s->value, CELLS_MAX);
	nk_buf_init_wiping(&s->attr, 64 << 10);
	nk_buf_init(&s->style, 64 << 10);
}

/* "AB12": the column from 0; SIZE_MAX: no such reference. */
static size_t column_of(struct nk_str ref)
{
	size_t n = 0;
	size_t i = 0;

	for (; i < ref.len && i < 4 && ref.ptr[i] >= 'A' && ref.ptr[i] <= 'Z'; i++) {
		n = n * 26 + (size_t)(ref.ptr[i] - 'A') + 1;
	}
	return i == 0 ? SIZE_MAX : n - 1;
}

static NK_RESULT begin_row(struct sheet *s, const struct nk_xml_piece *p)
{
	uint64_t line = 0;

	nk_buf_reset(&s->cells);
	memset(s->from, 0, sizeof(s->from));
	memset(s->to, 0, sizeof(s->to));
	memset(s->formula, 0, sizeof(s->formula));
	s->column = 0;
	s->last = 0;
	s->filled = 0;
	s->line = nk_xml_attr(p, "r", &s->attr) && nk_parse_u64(nk_buf_str(&s->attr), s->line + 1, 10000000, &line) ? line : s->line + 1;
	return nk_done();
}

static NK_RESULT begin_cell(struct sheet *s, const struct nk_xml_piece *p, struct nk_err *err)
{
	const size_t column = nk_xml_attr(p, "r", &s->attr) ? column_of(nk_buf_str(&s->attr)) : SIZE_MAX;

	s->column = column != SIZE_MAX ? column : s->last;
	s->last = s->column + 1;
	s->type = 'n';
	s->is_formula = false;
	nk_buf_reset(&s->value);
	if (nk_xml_attr(p, "t", &s->attr) && s->attr.len > 0) {
		const struct nk_str t = nk_buf_str(&s->attr);

		s->type = nk_str_eq(t, NK_STR("s")) ? 's' : nk_str_eq(t, NK_STR("b")) ? 'b' : nk_str_eq(t, NK_STR("n")) ? 'n' : 't';
	}
	nk_buf_reset(&s->style);
	return nk_xml_attr(p, "s", &s->attr) ? nk_buf_add_str(&s->style, nk_buf_str(&s->attr), err) : nk_done();
}

static NK_RESULT end_cell(struct sheet *s, struct nk_err *err)
{
	char date[NK_DATE_TEXT];
	struct nk_str text = nk_buf_str(&s->value);

	if (s->column >= TABLES_FIELDS_MAX) {
		s->too_wide = s->too_wide || text.len > 0;
		return nk_done();
	}
	if (s->type == 's') {
		(void)nk_tables_book_string(s->book, nk_str_trim(text), &text);
	} else if (s->type == 'b') {
		text = nk_str_eq(text, NK_STR("1")) ? NK_STR("TRUE") : NK_STR("FALSE");
	} else if (s->type == 'n' && nk_tables_book_date(s->book, nk_buf_str(&s->style), text, date)) {
		text = nk_str_c(date);
	}
	s->from[s->column] = s->cells.len;
	NK_TRY(nk_buf_add_str(&s->cells, text, err));
	s->to[s->column] = s->cells.len;
	s->formula[s->column] = s->is_formula;
	s->filled += nk_str_trim(text).len > 0 ? 1 : 0;
	return nk_done();
}

static NK_RESULT take_text(struct sheet *s, const struct nk_xml_piece *p, struct nk_err *err)
{
	return s->in_value || (s->in_text && s->phonetic == 0) ? nk_xml_text(p, &s->value, err) : nk_done();
}

static NK_RESULT take_piece(struct sheet *s, const struct nk_xml_piece *p, bool *out_row, struct nk_err *err)
{
	const bool start = p->kind == NK_XML_START;

	if (p->kind == NK_XML_TEXT) {
		return take_text(s, p, err);
	}
	if (nk_str_eq(p->name, NK_STR("row"))) {
		*out_row = !start;
		return start ? begin_row(s, p) : nk_done();
	}
	if (nk_str_eq(p->name, NK_STR("c"))) {
		return start ? begin_cell(s, p, err) : end_cell(s, err);
	}
	if (nk_str_eq(p->name, NK_STR("v"))) {
		s->in_value = start;
	} else if (nk_str_eq(p->name, NK_STR("t"))) {
		s->in_text = start;
	} else if (nk_str_eq(p->name, NK_STR("f"))) {
		s->is_formula = s->is_formula || start;
	} else if (nk_str_eq(p->name, NK_STR("rPh"))) {
		s->phonetic += start ? 1U : s->phonetic > 0 ? -1U : 0U;
	}
	return nk_done();
}

/* The next row in which something stands. */
static NK_RESULT next_row(struct sheet *s, bool *out_have, struct nk_err *err)
{
	struct nk_xml_piece p = { .kind = NK_XML_END };
	bool row = false;

	for (;;) {
		NK_TRY(nk_xml_next(&s->x, &p, out_have, err));
		if (!*out_have) {
			return nk_done();
		}
		row = false;
		NK_TRY(take_piece(s, &p, &row, err));
		if (row && s->filled > 0) {
			return nk_done();
		}
	}
}

static NK_RESULT tell_formulas(struct sheet *s, struct nk_err *err)
{
	for (size_t i = 0; i < s->width && s->line > s->header_line && s->formulas < FORMULAS_MAX; i++) {
		if (s->formula[i]) {
			s->formulas++;
			NK_TRY(nk_tables_decode_fault(s->out, NK_TABLES_FORMULA, s->line, i + 1, err));
		}
	}
	return nk_done();
}

static NK_RESULT give_row(void *arg, struct nk_csv_row *out, bool *out_have, struct nk_err *err)
{
	struct sheet *s = arg;

	NK_TRY(next_row(s, out_have, err));
	if (!*out_have) {
		return nk_done();
	}
	for (size_t i = 0; i < s->width; i++) {
		s->fields[i] = nk_bytes_of(s->cells.ptr + s->from[i], s->to[i] - s->from[i]);
	}
	*out = (struct nk_csv_row){ .fields = s->fields, .n = s->width, .line = s->line };
	return tell_formulas(s, err);
}

/* How the sheet looks: its header, its width, its rows. */
struct seen {
	uint64_t header_line, rows;
	size_t width;
	bool too_wide;
};

static NK_RESULT look(const struct book *book, struct nk_str part, struct seen *out, struct nk_err *err)
{
	NK_OWNED(sheet_done) struct sheet s = { .book = NULL };
	struct tables_shape shapes[TABLES_SHAPES];
	bool have = true;
	size_t n = 0;

	*out = (struct seen){ .rows = 0 };
	sheet_init(&s, book, part);
	for (;;) {
		size_t last = 0;

		NK_TRY(next_row(&s, &have, err));
		if (!have) {
			break;
		}
		for (size_t i = 0; i < TABLES_FIELDS_MAX; i++) {
			last = s.to[i] > s.from[i] ? i + 1 : last;
		}
		out->rows++;
		out->width = last > out->width ? last : out->width;
		if (n < TABLES_SHAPES) {
			shapes[n++] = (struct tables_shape){ s.line, last, s.filled };
		}
	}
	out->too_wide = s.too_wide;
	out->header_line = nk_tables_decode_header(shapes, n);
	return nk_done();
}

static NK_RESULT read_sheet(const struct tables_job *job, struct book *b, const struct book_sheet *which, uint64_t *passwords,
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf part = { 0 };
	NK_OWNED(sheet_done) struct sheet s = { .book = NULL };
	struct tables_file file = { .name = NK_STR(""), .wanted = true, .whole = true, .peek = job->peek };
	const struct tables_rows rows = { give_row, &s };
	struct seen seen;

	nk_buf_init_wiping(&part, SIZE_MAX / 4);
	NK_TRY(nk_tables_book_part(b, which->part, &part, err));
	NK_TRY(look(b, nk_buf_str(&part), &seen, err));
	sheet_init(&s, b, nk_buf_str(&part));
	s.width = seen.width;
	s.out = job->out;
	s.header_line = job->header_line != 0 ? job->header_line : seen.header_line;
	file.header_line = s.header_line;
	return nk_tables_decode_rows(job->tools, job->out, &file, &rows, passwords, err);
}

/* A sheet that is not read: what it is called and how many rows it has. */
static NK_RESULT count_sheet(const struct tables_job *job, struct book *b, const struct book_sheet *which, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf part = { 0 };
	struct seen seen;

	nk_buf_init_wiping(&part, SIZE_MAX / 4);
	NK_TRY(nk_tables_book_part(b, which->part, &part, err));
	NK_TRY(look(b, nk_buf_str(&part), &seen, err));
	if (seen.rows == 0) {
		return nk_done();
	}
	NK_TRY(nk_tables_decode_start(job->out, nk_str_sub(which->name, 0, TABLES_NAME_MAX), NK_ENC_UTF8, err));
	if (!job->peek) {
		NK_TRY(nk_tables_decode_fault(
			job->out, which->hidden ? NK_TABLES_SHEET_HIDDEN : NK_TABLES_SHEET_OTHER, 0, 0, err));
	}
	return nk_tables_decode_stop(job->out, seen.rows - 1, 0, err);
}

static size_t chosen(const struct tables_job *job, const struct book *b)
{
	for (size_t i = 0; i < b->sheets.len; i++) {
		const struct book_sheet *sheet = nk_vec_at(&b->sheets, i);

		if (sheet->part.len > 0 && (job->sheet.len > 0 ? nk_str_eq(sheet->name, job->sheet) : !sheet->hidden)) {
			return i;
		}
	}
	return SIZE_MAX;
}

static NK_RESULT run(const struct tables_job *job, struct book *b, uint64_t *passwords, struct nk_err *err)
{
	size_t at = 0;

	NK_TRY(nk_tables_book_parts(b, err));
	at = chosen(job, b);
	if (at == SIZE_MAX) {
		NK_TRY(nk_tables_decode_start(job->out, NK_STR(""), NK_ENC_UTF8, err));
		NK_TRY(nk_tables_decode_fault(job->out, NK_TABLES_SHEET_MISSING, 0, 0, err));
		return nk_tables_decode_stop(job->out, 0, 0, err);
	}
	NK_TRY(read_sheet(job, b, nk_vec_at(&b->sheets, at), passwords, err));
	for (size_t i = 0; i < b->sheets.len; i++) {
		const struct book_sheet *sheet = nk_vec_at(&b->sheets, i);

		if (i != at && sheet->part.len > 0) {
			NK_TRY(count_sheet(job, b, sheet, err));
		}
	}
	return nk_done();
}

NK_RESULT nk_tables_book_run(
	const struct tables_job *job, struct nk_zip *zip, uint64_t *passwords, struct nk_err *err)
{
	struct book b = { .zip = zip };
	nk_rc rc = nk_done();

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &b.arena, err));
	nk_vec_init(&b.sheets, sizeof(struct book_sheet), SHEETS_MAX);
	nk_vec_init(&b.ends, sizeof(size_t), COUNT_MAX);
	nk_vec_init(&b.date_formats, sizeof(uint32_t), 65536);
	nk_vec_init(&b.date_styles, sizeof(bool), 65536);
	nk_buf_init_wiping(&b.strings, STRINGS_MAX);
	rc = run(job, &b, passwords, err);
	nk_vec_done(&b.sheets);
	nk_vec_done(&b.ends);
	nk_vec_done(&b.date_formats);
	nk_vec_done(&b.date_styles);
	nk_buf_done(&b.strings);
	nk_arena_free(&b.arena);
	return rc;
}
