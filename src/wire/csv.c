/*
 * csv.c: the CSV reader is a state machine over bytes: runs of plain bytes are copied at once, only the bytes of the
 * table below are looked at one by one.
 *
 * Invariant: `row` holds the unquoted text of the row so far, `fields` the lengths of its finished fields; every
 * input byte before `at` is accounted for in `line` and `byte`. After a fault nothing moves any more.
 */
#include "base.h"
#include "csv.h"

enum state { ROW_START, FIELD_START, BARE, QUOTED, QUOTE_SEEN, FAULTY };

enum { UNDRAINED_MAX = 64 << 20 };

struct nk_csv {
	struct nk_csv_limits limits;
	char delimiter;
	enum state state;
	bool last; /* no chunk follows */
	bool skip_lf; /* the byte before was a CR outside quotes or inside them */
	bool row_out; /* the row in `row` was handed out */
	bool quoted_line_end;
	struct nk_buf in;
	size_t at; /* in `in` */
	struct nk_buf row;
	struct nk_vec fields; /* struct nk_bytes */
	size_t field_start; /* in `row` */
	uint64_t rows;
	uint64_t line; /* of the next byte, from 1 */
	uint64_t byte; /* of the next byte, from 0 */
	uint64_t row_line;
	uint64_t row_byte;
	uint64_t quote_line;
	uint64_t quote_byte;
	enum nk_csv_fault fault;
	uint64_t fault_line;
	uint64_t fault_field;
	uint64_t fault_byte;
};

static struct nk_csv_limits limits_of(const struct nk_csv_limits *given)
{
	struct nk_csv_limits l = { .field_bytes = 65536, .row_fields = 256, .row_bytes = 1 << 20, .rows = 20000000 };

	if (given == NULL) {
		return l;
	}
	l.field_bytes = given->field_bytes != 0 ? given->field_bytes : l.field_bytes;
	l.row_fields = given->row_fields != 0 ? given->row_fields : l.row_fields;
	l.row_bytes = given->row_bytes != 0 ? given->row_bytes : l.row_bytes;
	l.rows = given->rows != 0 ? given->rows : l.rows;
	return l;
}

NK_RESULT nk_csv_new(char delimiter, const struct nk_csv_limits *limits, struct nk_csv **out, struct nk_err *err)
{
	if (delimiter != ',' && delimiter != ';' && delimiter != '\t') {
		return nk_fail(err, NK_INVALID, "a CSV delimiter must be a comma, a semicolon or a TAB");
	}
	struct nk_csv *csv = calloc(1, sizeof(*csv));
	if (csv == NULL) {
		return nk_fail_nomem(err);
	}
	csv->limits = limits_of(limits);
	csv->delimiter = delimiter;
	csv->line = 1;
	nk_buf_init_wiping(&csv->in, UNDRAINED_MAX);
	nk_buf_init_wiping(&csv->row, csv->limits.row_bytes);
	nk_vec_init(&csv->fields, sizeof(struct nk_bytes), csv->limits.row_fields);
	*out = csv;
	return nk_done();
}

void nk_csv_free(struct nk_csv **csv)
{
	if (*csv == NULL) {
		return;
	}
	nk_buf_done(&(*csv)->in);
	nk_buf_done(&(*csv)->row);
	nk_vec_done(&(*csv)->fields);
	free(*csv);
	*csv = NULL;
}

/* Like nk_buf_reset, but wipes only what was used: one long row must not make every later row dear. */
static void forget(struct nk_buf *buf)
{
	if (buf->len > 0) {
		explicit_bzero(buf->ptr, buf->len);
	}
	buf->len = 0;
}

NK_RESULT nk_csv_feed(struct nk_csv *csv, struct nk_bytes chunk, bool last, struct nk_err *err)
{
	nk_assert(!csv->last);
	if (csv->at == csv->in.len) {
		forget(&csv->in);
		csv->at = 0;
	}
	if (chunk.len > 0) {
		NK_TRY(nk_buf_add(&csv->in, chunk.ptr, chunk.len, err));
	}
	csv->last = last;
	return nk_done();
}

static nk_rc fail_at(const struct nk_csv *csv, struct nk_err *err)
{
	const unsigned long long line = csv->fault_line;
	const unsigned long long field = csv->fault_field;

	switch (csv->fault) {
	case NK_CSV_QUOTE_UNCLOSED:
		return nk_fail(err, NK_INVALID,
			"CSV line %1$llu, field %2$llu: a quotation mark is opened here and never closed; "
			"close it, or double it if it belongs to the text",
			line, field);
	case NK_CSV_QUOTE_STRAY:
		return nk_fail(err, NK_INVALID,
			"CSV line %1$llu, field %2$llu: a quotation mark stands inside the text; "
			"quote the whole field and double the inner mark",
			line, field);
	case NK_CSV_NUL:
		return nk_fail(err, NK_INVALID,
			"CSV line %1$llu, field %2$llu: there is a NUL byte; save the file again as CSV in UTF-8",
			line, field);
	case NK_CSV_FIELD_TOO_LONG:
		return nk_fail(err, NK_INVALID,
			"CSV line %1$llu, field %2$llu: the field is too long; look for a missing quotation mark",
			line, field);
	case NK_CSV_ROW_TOO_LONG:
		return nk_fail(err, NK_INVALID,
			"CSV line %1$llu, field %2$llu: the row is too long; look for a missing quotation mark", line,
			field);
	case NK_CSV_TOO_MANY_FIELDS:
		return nk_fail(err, NK_INVALID, "CSV line %1$llu, field %2$llu: the row has more fields than allowed",
			line, field);
	case NK_CSV_TOO_MANY_ROWS:
		return nk_fail(err, NK_INVALID, "CSV line %1$llu, field %2$llu: the file has more rows than allowed",
			line, field);
	case NK_CSV_FINE:
	case NK_CSV_FAULT_COUNT:
		break;
	}
	return nk_fail(err, NK_INTERNAL, "the CSV reader is in an impossible state");
}

/* The place of a fault is the next byte, or the opening quotation mark where that is what is wrong. */
static void set_fault(struct nk_csv *csv, enum nk_csv_fault fault)
{
	const bool at_quote = fault == NK_CSV_QUOTE_UNCLOSED;

	csv->state = FAULTY;
	csv->fault = fault;
	csv->fault_line = at_quote ? csv->quote_line : csv->line;
	csv->fault_byte = at_quote ? csv->quote_byte : csv->byte;
	csv->fault_field = csv->fields.len + 1;
}

static bool is_plain(const struct nk_csv *csv, uint8_t b)
{
	if (csv->state == QUOTED) {
		return b != '"' && b != '\r' && b != '\n' && b != '\0';
	}
	return b != (uint8_t)csv->delimiter && b != '"' && b != '\r' && b != '\n' && b != '\0';
}

/* Adds bytes to the field; false: a limit is exceeded and the fault is set. */
static bool add_bytes(struct nk_csv *csv, const uint8_t *bytes, size_t len, nk_rc *rc, struct nk_err *err)
{
	if (len > csv->limits.field_bytes - (csv->row.len - csv->field_start)) {
		set_fault(csv, NK_CSV_FIELD_TOO_LONG);
		return false;
	}
	*rc = nk_buf_add(&csv->row, bytes, len, err);
	return nk_ok(*rc);
}

/* The raw length of the row, quotation marks and separators included, stays within the limit. */
static bool row_has_room(struct nk_csv *csv, size_t more)
{
	if (csv->byte - csv->row_byte + more <= csv->limits.row_bytes) {
		return true;
	}
	set_fault(csv, NK_CSV_ROW_TOO_LONG);
	return false;
}

static bool end_field(struct nk_csv *csv, nk_rc *rc, struct nk_err *err)
{
	struct nk_bytes *field = NULL;
	void *item = NULL;

	if (csv->fields.len >= csv->limits.row_fields) {
		set_fault(csv, NK_CSV_TOO_MANY_FIELDS);
		return false;
	}
	*rc = nk_vec_push(&csv->fields, &item, err);
	if (!nk_ok(*rc)) {
		return false;
	}
	field = item;
	field->len = csv->row.len - csv->field_start;
	csv->field_start = csv->row.len;
	csv->state = FIELD_START;
	return true;
}

/* Pointers are made only now: the row's buffer no longer moves. */
static void hand_out(struct nk_csv *csv, struct nk_csv_row *out_row)
{
	struct nk_bytes *fields = csv->fields.items;
	const uint8_t *at = csv->row.ptr != NULL ? csv->row.ptr : (const uint8_t *)"";

	for (size_t i = 0; i < csv->fields.len; i++) {
		fields[i].ptr = at;
		at += fields[i].len;
	}
	*out_row = (struct nk_csv_row){ .fields = fields,
		.n = csv->fields.len,
		.line = csv->row_line,
		.byte = csv->row_byte,
		.quoted_line_end = csv->quoted_line_end };
	csv->state = ROW_START;
	csv->row_out = true;
}

static bool begin_row(struct nk_csv *csv)
{
	if (csv->rows >= csv->limits.rows) {
		set_fault(csv, NK_CSV_TOO_MANY_ROWS);
		return false;
	}
	csv->rows++;
	csv->row_line = csv->line;
	csv->row_byte = csv->byte;
	csv->state = FIELD_START;
	return true;
}

/* Goes over one byte that is not part of a line end. */
static void step(struct nk_csv *csv)
{
	csv->at++;
	csv->byte++;
	csv->skip_lf = false;
}

/* Goes over a CR or LF; the LF of a CRLF does not count again. */
static void step_line_end(struct nk_csv *csv, uint8_t b)
{
	csv->at++;
	csv->byte++;
	csv->line += b == '\n' && csv->skip_lf ? 0 : 1;
	csv->skip_lf = b == '\r';
}

/* One byte of meaning outside quotation marks, or inside them when quoted. *out_end: the row is complete. */
static bool take_special(struct nk_csv *csv, uint8_t b, bool *out_end, nk_rc *rc, struct nk_err *err)
{
	if (b == '\0') {
		set_fault(csv, NK_CSV_NUL);
		return false;
	}
	if (csv->state == QUOTED && b == '"') {
		csv->state = QUOTE_SEEN;
		step(csv);
		return true;
	}
	if (csv->state == QUOTED) {
		csv->quoted_line_end = true;
		if (!add_bytes(csv, &b, 1, rc, err)) {
			return false;
		}
		step_line_end(csv, b);
		return true;
	}
	if (b == '\r' || b == '\n') {
		*out_end = end_field(csv, rc, err);
		if (*out_end) {
			step_line_end(csv, b);
		}
		return *out_end;
	}
	if (b == (uint8_t)csv->delimiter && end_field(csv, rc, err)) {
		step(csv);
		return true;
	}
	return false;
}

/* A quotation mark outside quotes: opens the field, is the second of a doubled one, or is stray. */
static bool take_quote(struct nk_csv *csv, nk_rc *rc, struct nk_err *err)
{
	if (csv->state == BARE) {
		set_fault(csv, NK_CSV_QUOTE_STRAY);
		return false;
	}
	if (csv->state == QUOTE_SEEN && !add_bytes(csv, (const uint8_t *)"\"", 1, rc, err)) {
		return false;
	}
	if (csv->state == FIELD_START) {
		csv->quote_line = csv->line;
		csv->quote_byte = csv->byte;
	}
	csv->state = QUOTED;
	step(csv);
	return true;
}

/* The longest run of plain bytes from here; sets the state of a bare field. */
static bool take_run(struct nk_csv *csv, nk_rc *rc, struct nk_err *err)
{
	const uint8_t *p = csv->in.ptr + csv->at;
	const size_t left = csv->in.len - csv->at;
	size_t n = 1;

	if (csv->state == QUOTE_SEEN) {
		set_fault(csv, NK_CSV_QUOTE_STRAY);
		return false;
	}
	if (csv->state == FIELD_START) {
		csv->state = BARE;
	}
	while (n < left && is_plain(csv, p[n])) {
		n++;
	}
	if (!row_has_room(csv, n) || !add_bytes(csv, p, n, rc, err)) {
		return false;
	}
	csv->at += n;
	csv->byte += n;
	csv->skip_lf = false;
	return true;
}

static bool take(struct nk_csv *csv, bool *out_end, nk_rc *rc, struct nk_err *err)
{
	const uint8_t b = csv->in.ptr[csv->at];

	if (csv->state == ROW_START && b == '\n' && csv->skip_lf) {
		step_line_end(csv, b);
		return true;
	}
	if (csv->state == ROW_START && !begin_row(csv)) {
		return false;
	}
	if (!row_has_room(csv, 1)) {
		return false;
	}
	if (b == '"' && csv->state != QUOTED) {
		return take_quote(csv, rc, err);
	}
	if (is_plain(csv, b)) {
		return take_run(csv, rc, err);
	}
	return take_special(csv, b, out_end, rc, err);
}

/* The last row may lack its line end. */
static bool take_end(struct nk_csv *csv, bool *out_end, nk_rc *rc, struct nk_err *err)
{
	if (!csv->last || csv->state == ROW_START) {
		return true;
	}
	if (csv->state == QUOTED) {
		set_fault(csv, NK_CSV_QUOTE_UNCLOSED);
		return false;
	}
	*out_end = end_field(csv, rc, err);
	return *out_end;
}

static void forget_row(struct nk_csv *csv)
{
	forget(&csv->row);
	nk_vec_clear(&csv->fields);
	csv->field_start = 0;
	csv->quoted_line_end = false;
	csv->row_out = false;
}

NK_RESULT nk_csv_next(struct nk_csv *csv, struct nk_csv_row *out_row, bool *out_have, struct nk_err *err)
{
	nk_rc rc = nk_done();
	bool fine = csv->state != FAULTY;
	bool end = false;

	if (csv->row_out) {
		forget_row(csv);
	}
	while (fine && !end && csv->at < csv->in.len) {
		fine = take(csv, &end, &rc, err);
	}
	if (fine && !end) {
		fine = take_end(csv, &end, &rc, err);
	}
	NK_TRY(rc);
	if (!fine) {
		return fail_at(csv, err);
	}
	if (end) {
		hand_out(csv, out_row);
	}
	*out_have = end;
	return nk_done();
}

enum nk_csv_fault nk_csv_fault_at(
	const struct nk_csv *csv, uint64_t *out_line, uint64_t *out_field, uint64_t *out_byte)
{
	*out_line = csv->fault_line;
	*out_field = csv->fault_field;
	*out_byte = csv->fault_byte;
	return csv->fault;
}

static nk_rc put_quoted(struct nk_buf *out, struct nk_str field, struct nk_err *err)
{
	NK_TRY(nk_buf_add_byte(out, '"', err));
	for (size_t i = 0; i < field.len; i++) {
		if (field.ptr[i] == '"') {
			NK_TRY(nk_buf_add_byte(out, '"', err));
		}
		NK_TRY(nk_buf_add_byte(out, (uint8_t)field.ptr[i], err));
	}
	return nk_buf_add_byte(out, '"', err);
}

NK_RESULT nk_csv_put_field(struct nk_buf *out, bool first, struct nk_str field, struct nk_err *err)
{
	const size_t before = out->len;
	const bool quote = nk_str_chr(field, ',') != SIZE_MAX || nk_str_chr(field, '"') != SIZE_MAX ||
		nk_str_chr(field, '\r') != SIZE_MAX || nk_str_chr(field, '\n') != SIZE_MAX;
	nk_rc rc = first ? nk_done() : nk_buf_add_byte(out, ',', err);

	if (nk_ok(rc)) {
		rc = quote ? put_quoted(out, field, err) : nk_buf_add_str(out, field, err);
	}
	if (!nk_ok(rc)) {
		out->len = before;
	}
	return rc;
}
