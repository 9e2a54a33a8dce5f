/*
 * tables_decode.c: one file of the package: its encoding, its header, its rows, as messages. Part of the child.
 *
 * The encoding is decided on the first 32 MiB (in practice the whole file) and never changed afterwards; what does
 * not fit it is a fault with its line. UTF-16 is turned into UTF-8 before it is split, the others are split first.
 * Values of columns whose header speaks of a password never leave this file: they are blanked here.
 */
#include "base.h"
#include "tables_int.h"

enum { SAMPLE_MAX = 32 << 20, PEEK_MAX = 64 << 10, STEP = 256 << 10, FAULTS_MAX = 5000, TEXT_MAX = 4 << 20 };

struct decoder {
	struct tables_tools *tools;
	struct tables_out *out;
	const struct tables_file *file;
	enum nk_encoding enc;
	bool have_header;
	bool enough; /* peeking, and the header was given */
	uint64_t header_line, titles;
	size_t width; /* fields of the header */
	bool secret[TABLES_FIELDS_MAX]; /* columns of passwords */
	uint64_t rows, passwords, faults;
	struct nk_buf text; /* wiping: fields of a row as UTF-8 */
	size_t end[TABLES_FIELDS_MAX]; /* of each field in `text` */
	struct nk_buf wide; /* wiping: UTF-16 turned into UTF-8 */
	struct nk_buf carry; /* wiping: bytes of an unfinished UTF-16 character */
};

NK_RESULT nk_tables_decode_fault(
	struct tables_out *out, enum nk_tables_fault fault, uint64_t line, uint64_t column, struct nk_err *err)
{
	NK_TRY(nk_tables_child_begin(out, TABLES_FAULT, err));
	NK_TRY(nk_buf_add_byte(&out->buf, (uint8_t)fault, err));
	NK_TRY(nk_buf_add_le64(&out->buf, line, err));
	NK_TRY(nk_buf_add_le64(&out->buf, column, err));
	return nk_tables_child_end(out, err);
}

NK_RESULT nk_tables_decode_start(struct tables_out *out, struct nk_str name, enum nk_encoding enc, struct nk_err *err)
{
	NK_TRY(nk_tables_child_begin(out, TABLES_FILE, err));
	NK_TRY(nk_buf_add_byte(&out->buf, (uint8_t)enc, err));
	NK_TRY(nk_buf_add_str(&out->buf, name, err));
	return nk_tables_child_end(out, err);
}

NK_RESULT nk_tables_decode_stop(struct tables_out *out, uint64_t rows, uint64_t passwords, struct nk_err *err)
{
	NK_TRY(nk_tables_child_begin(out, TABLES_FILE_END, err));
	NK_TRY(nk_buf_add_le64(&out->buf, rows, err));
	NK_TRY(nk_buf_add_le64(&out->buf, passwords, err));
	return nk_tables_child_end(out, err);
}

/* A file with a fault in every row must not become a flood. */
static NK_RESULT fault(
	struct decoder *d, enum nk_tables_fault what, uint64_t line, uint64_t column, struct nk_err *err)
{
	d->faults++;
	return d->faults > FAULTS_MAX ? nk_done() : nk_tables_decode_fault(d->out, what, line, column, err);
}

static enum nk_tables_fault fault_of_csv(enum nk_csv_fault f)
{
	switch (f) {
	case NK_CSV_QUOTE_UNCLOSED:
		return NK_TABLES_QUOTE_UNCLOSED;
	case NK_CSV_NUL:
		return NK_TABLES_NUL;
	case NK_CSV_FIELD_TOO_LONG:
		return NK_TABLES_FIELD_TOO_LONG;
	case NK_CSV_ROW_TOO_LONG:
		return NK_TABLES_ROW_TOO_LONG;
	case NK_CSV_TOO_MANY_FIELDS:
		return NK_TABLES_TOO_MANY_FIELDS;
	case NK_CSV_TOO_MANY_ROWS:
		return NK_TABLES_TOO_MANY_ROWS;
	case NK_CSV_FINE:
	case NK_CSV_QUOTE_STRAY:
	case NK_CSV_FAULT_COUNT:
		break;
	}
	return NK_TABLES_QUOTE_STRAY;
}

static bool is_ascii(struct nk_bytes b)
{
	unsigned char all = 0;

	for (size_t i = 0; i < b.len; i++) {
		all |= b.ptr[i];
	}
	return all < 0x80;
}

/* One field into d->text; false: not text of this encoding. */
static bool decode_field(struct decoder *d, struct nk_bytes field)
{
	size_t bad = 0;

	if (is_ascii(field)) {
		return nk_ok(nk_buf_add(&d->text, field.ptr, field.len, NULL));
	}
	if (d->tools->codec[d->enc] == NULL || d->enc == NK_ENC_UTF16LE || d->enc == NK_ENC_UTF16BE) {
		return nk_utf8_valid(field, NULL) && nk_ok(nk_buf_add(&d->text, field.ptr, field.len, NULL));
	}
	return nk_ok(nk_codec_run(d->tools->codec[d->enc], field, &d->text, &bad, NULL));
}

/* All fields into d->text; *out_bad = number of the first that is not text, or 0. */
static void decode_row(struct decoder *d, const struct nk_csv_row *row, size_t *out_bad)
{
	nk_buf_reset(&d->text);
	*out_bad = 0;
	for (size_t i = 0; i < row->n; i++) {
		const bool hide = d->have_header && d->secret[i];

		if (!hide && !decode_field(d, row->fields[i])) {
			*out_bad = i + 1;
			return;
		}
		d->end[i] = d->text.len;
	}
}

static NK_RESULT send_row(
	struct decoder *d, enum tables_message type, const struct nk_csv_row *row, struct nk_err *err)
{
	size_t at = 0;

	NK_TRY(nk_tables_child_begin(d->out, type, err));
	NK_TRY(nk_buf_add_le64(&d->out->buf, row->line, err));
	NK_TRY(nk_buf_add_le32(&d->out->buf, nk_u32(row->n), err));
	for (size_t i = 0; i < row->n; i++) {
		NK_TRY(nk_buf_add_le32(&d->out->buf, nk_u32(d->end[i] - at), err));
		NK_TRY(nk_buf_add(&d->out->buf, d->text.ptr + at, d->end[i] - at, err));
		at = d->end[i];
	}
	return nk_tables_child_end(d->out, err);
}

/* Does a header speak of a password? Too much is better than too little here. */
static bool is_secret(struct nk_str header)
{
	static const struct nk_str words[] = { { "password", 8 }, { "passwd", 6 }, { "パスワード", 15 },
		{ "ﾊﾟｽﾜｰﾄﾞ", 21 }, { "暗証", 6 } };

	for (size_t w = 0; w < NK_ARRAY_LEN(words); w++) {
		for (size_t i = 0; i + words[w].len <= header.len; i++) {
			if (nk_str_ieq(nk_str_sub(header, i, words[w].len), words[w])) {
				return true;
			}
		}
	}
	return false;
}

static NK_RESULT take_header(struct decoder *d, const struct nk_csv_row *row, struct nk_err *err)
{
	size_t at = 0;

	d->have_header = true;
	d->enough = d->file->peek;
	d->width = row->n;
	if (d->titles > 0 && !d->file->peek) {
		NK_TRY(fault(d, NK_TABLES_TITLE, row->line, 0, err));
		d->faults--;
	}
	for (size_t i = 0; i < row->n; i++) {
		d->secret[i] = is_secret((struct nk_str){ (const char *)d->text.ptr + at, d->end[i] - at });
		at = d->end[i];
	}
	return d->file->wanted ? send_row(d, TABLES_HEADER, row, err) : nk_done();
}

static bool has_password(const struct decoder *d, const struct nk_csv_row *row)
{
	for (size_t i = 0; i < row->n; i++) {
		if (d->secret[i] && nk_str_trim(nk_bytes_str(row->fields[i])).len > 0) {
			return true;
		}
	}
	return false;
}

static NK_RESULT take_row(struct decoder *d, const struct nk_csv_row *row, struct nk_err *err)
{
	size_t bad = 0;

	if (row->n == 1 && row->fields[0].len == 0) {
		return nk_done();
	}
	if (!d->have_header && row->line < d->header_line) {
		d->titles++;
		return nk_done();
	}
	if (d->have_header) {
		d->rows++;
	}
	if (d->have_header && !d->file->wanted) {
		return nk_done();
	}
	/* Columns of a row of another width cannot be told apart: a password might be anywhere in it. */
	if (row->n > TABLES_FIELDS_MAX || (d->have_header && row->n != d->width)) {
		return fault(d, NK_TABLES_WIDTH, row->line, 0, err);
	}
	if (d->have_header) {
		d->passwords += has_password(d, row) ? 1 : 0;
	}
	decode_row(d, row, &bad);
	if (bad != 0) {
		return fault(d, NK_TABLES_ENCODING, row->line, bad, err);
	}
	return d->have_header ? send_row(d, TABLES_ROW, row, err) : take_header(d, row, err);
}

/* Feeds bytes to the splitter and takes the rows that are complete. *out_go = false: the file cannot be read further.
 */
static NK_RESULT feed(struct decoder *d, struct nk_bytes bytes, bool last, bool *out_go, struct nk_err *err)
{
	struct nk_csv *csv = d->tools->csv;

	NK_TRY(nk_csv_feed(csv, bytes, last, err));
	for (;;) {
		struct nk_csv_row row = { 0 };
		bool have = false;
		const nk_rc rc = nk_csv_next(csv, &row, &have, err);

		if (rc.code == NK_INVALID) {
			uint64_t line = 0;
			uint64_t field = 0;
			uint64_t byte = 0;
			const enum nk_csv_fault what = nk_csv_fault_at(csv, &line, &field, &byte);

			*out_go = false;
			return fault(d, fault_of_csv(what), line, field, err);
		}
		NK_TRY(rc);
		if (!have) {
			return nk_done();
		}
		NK_TRY(take_row(d, &row, err));
		if (d->enough) {
			*out_go = false;
			return nk_done();
		}
	}
}

/* UTF-16 to UTF-8 at character boundaries; the rest waits in d->carry. */
static NK_RESULT feed_wide(struct decoder *d, struct nk_bytes bytes, bool last, bool *out_go, struct nk_err *err)
{
	size_t bad = 0;
	size_t whole = 0;

	NK_TRY(nk_buf_add(&d->carry, bytes.ptr, bytes.len, err));
	whole = d->carry.len & ~(size_t)1;
	if (!last && whole >= 2) {
		const uint8_t high = d->carry.ptr[d->enc == NK_ENC_UTF16LE ? whole - 1 : whole - 2];

		whole -= (high & 0xfc) == 0xd8 ? 2 : 0;
	}
	nk_buf_reset(&d->wide);
	if ((last && whole != d->carry.len) ||
		!nk_ok(nk_codec_run(
			d->tools->codec[d->enc], nk_bytes_of(d->carry.ptr, whole), &d->wide, &bad, err))) {
		*out_go = false;
		return fault(d, NK_TABLES_ENCODING, 0, 0, err);
	}
	memmove(d->carry.ptr, d->carry.ptr + whole, d->carry.len - whole);
	d->carry.len -= whole;
	return feed(d, nk_buf_bytes(&d->wide), last, out_go, err);
}

static NK_RESULT feed_any(struct decoder *d, struct nk_bytes bytes, bool last, bool *out_go, struct nk_err *err)
{
	const bool wide = d->enc == NK_ENC_UTF16LE || d->enc == NK_ENC_UTF16BE;

	if (bytes.len == 0 && !last) {
		return nk_done();
	}
	return wide ? feed_wide(d, bytes, last, out_go, err) : feed(d, bytes, last, out_go, err);
}

/* The beginning of the file, as much as there is up to SAMPLE_MAX. */
static NK_RESULT take_sample(
	const struct tables_file *file, struct nk_buf *sample, bool *out_whole, struct nk_err *err)
{
	while (sample->len < (file->peek ? PEEK_MAX : SAMPLE_MAX)) {
		uint8_t *at = NULL;
		size_t len = 0;

		NK_TRY(nk_buf_reserve(sample, STEP, &at, err));
		NK_TRY(file->more(file->arg, at, STEP, &len, err));
		if (len == 0) {
			*out_whole = true;
			return nk_done();
		}
		sample->len += len;
	}
	*out_whole = false;
	return nk_done();
}

static uint64_t line_of(struct nk_bytes text, size_t place)
{
	uint64_t line = 1;

	for (size_t i = 0; i < place && i < text.len; i++) {
		line += text.ptr[i] == '\n' || (text.ptr[i] == '\r' && (i + 1 >= text.len || text.ptr[i + 1] != '\n'))
			? 1
			: 0;
	}
	return line;
}

/* The sample first, then the rest of the stream. */
static NK_RESULT feed_all(struct decoder *d, struct nk_bytes sample, bool whole, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf step = { 0 };
	uint8_t *at = NULL;
	bool go = true;

	for (size_t done = 0; go && done < sample.len; done += STEP) {
		const size_t len = sample.len - done < STEP ? sample.len - done : STEP;

		NK_TRY(feed_any(d, nk_bytes_of(sample.ptr + done, len), false, &go, err));
	}
	nk_buf_init_wiping(&step, STEP);
	NK_TRY(nk_buf_reserve(&step, STEP, &at, err));
	while (!whole && !d->enough) {
		size_t len = 0;

		NK_TRY(d->file->more(d->file->arg, at, STEP, &len, err));
		whole = len == 0;
		if (go) {
			NK_TRY(feed_any(d, nk_bytes_of(at, len), false, &go, err));
		}
	}
	return go ? feed_any(d, nk_bytes_of(at, 0), true, &go, err) : nk_done();
}

/* Which of , TAB ; is the most frequent outside of quotation marks in the first lines. */
static char delimiter_of(struct nk_bytes text)
{
	static const char marks[] = { ',', '\t', ';' };
	size_t count[NK_ARRAY_LEN(marks)] = { 0 };
	size_t best = 0;
	size_t lines = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.len && lines < TABLES_SHAPES; i++) {
		quoted = text.ptr[i] == '"' ? !quoted : quoted;
		lines += text.ptr[i] == '\n' ? 1 : 0;
		for (size_t m = 0; m < NK_ARRAY_LEN(marks); m++) {
			count[m] += !quoted && text.ptr[i] == (uint8_t)marks[m] ? 1 : 0;
		}
	}
	/* A TAB is hardly ever part of a text: it wins a draw. */
	best = count[1] > 0 && count[1] >= count[0] ? 1 : 0;
	best = count[2] > count[best] ? 2 : best;
	return marks[best];
}

uint64_t nk_tables_decode_header(const struct tables_shape *shapes, size_t n)
{
	size_t usual = 0;
	size_t most = 0;

	for (size_t i = 0; i < n; i++) {
		size_t same = 0;

		for (size_t k = 0; k < n; k++) {
			same += shapes[k].n == shapes[i].n ? 1 : 0;
		}
		if (same > most) {
			most = same;
			usual = shapes[i].n;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (shapes[i].n >= usual && shapes[i].filled * 2 >= usual) {
			return shapes[i].line;
		}
		/* A title is short: whatever is more is a header that is only odd. */
		if (shapes[i].filled > 3) {
			break;
		}
	}
	return n > 0 ? shapes[0].line : 0;
}

static NK_RESULT find_header(struct decoder *d, struct nk_bytes text, char delimiter, struct nk_err *err)
{
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	struct tables_shape shapes[TABLES_SHAPES];
	struct nk_csv_row row = { 0 };
	bool have = true;
	size_t n = 0;

	NK_TRY(nk_csv_new(delimiter, NULL, &csv, err));
	NK_TRY(nk_csv_feed(csv, text, false, err));
	while (n < TABLES_SHAPES && nk_ok(nk_csv_next(csv, &row, &have, NULL)) && have) {
		size_t filled = 0;

		for (size_t i = 0; i < row.n; i++) {
			filled += nk_str_trim(nk_bytes_str(row.fields[i])).len > 0 ? 1 : 0;
		}
		if (filled > 0) {
			shapes[n++] = (struct tables_shape){ row.line, row.n, filled };
		}
	}
	d->header_line = nk_tables_decode_header(shapes, n);
	return nk_done();
}

/* Delimiter and header line of a file that somebody made by hand; those of a package are as its standard says. */
static NK_RESULT look_at(struct decoder *d, struct nk_bytes sample, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf wide = { 0 };
	struct nk_bytes head = nk_bytes_of(sample.ptr, sample.len < PEEK_MAX ? sample.len : PEEK_MAX);
	char delimiter = ',';
	size_t bad = 0;

	nk_csv_free(&d->tools->csv);
	if (!d->file->whole) {
		return nk_csv_new(delimiter, NULL, &d->tools->csv, err);
	}
	if (d->enc == NK_ENC_UTF16LE || d->enc == NK_ENC_UTF16BE) {
		nk_buf_init_wiping(&wide, (size_t)PEEK_MAX * 4);
		/* What does not decode here is told when it is read. */
		(void)nk_codec_run(d->tools->codec[d->enc], head, &wide, &bad, NULL).code;
		if (wide.len == 0 && bad > 0) {
			(void)nk_codec_run(d->tools->codec[d->enc], nk_bytes_of(head.ptr, bad), &wide, &bad, NULL).code;
		}
		head = nk_buf_bytes(&wide);
	}
	delimiter = delimiter_of(head);
	NK_TRY(nk_csv_new(delimiter, NULL, &d->tools->csv, err));
	d->header_line = d->file->header_line;
	return d->header_line != 0 ? nk_done() : find_header(d, head, delimiter, err);
}

static NK_RESULT decode_sampled(struct decoder *d, struct nk_bytes sample, bool whole, struct nk_err *err)
{
	size_t skip = 0;
	size_t bad = 0;

	if (!nk_encoding_guess(sample, whole, &d->enc, &skip, &bad)) {
		NK_TRY(nk_tables_decode_start(d->out, d->file->name, NK_ENC_UTF8, err));
		if (!d->file->peek) {
			NK_TRY(fault(d, NK_TABLES_ENCODING_MIXED, line_of(sample, bad), 0, err));
		}
		return nk_tables_decode_stop(d->out, 0, 0, err);
	}
	NK_TRY(look_at(d, nk_bytes_of(sample.ptr + skip, sample.len - skip), err));
	NK_TRY(nk_tables_decode_start(d->out, d->file->name, d->enc, err));
	NK_TRY(feed_all(d, nk_bytes_of(sample.ptr + skip, sample.len - skip), whole, err));
	if (!d->have_header && d->faults == 0) {
		NK_TRY(fault(d, NK_TABLES_NO_HEADER, 0, 0, err));
	}
	return nk_tables_decode_stop(d->out, d->rows, d->passwords, err);
}

static void decoder_done(struct decoder *d)
{
	nk_buf_done(&d->text);
	nk_buf_done(&d->wide);
	nk_buf_done(&d->carry);
}

NK_RESULT nk_tables_decode_file(struct tables_tools *tools, struct tables_out *out, const struct tables_file *file,
	uint64_t *passwords, struct nk_err *err)
{
	NK_OWNED(decoder_done) struct decoder d = { .tools = tools, .out = out, .file = file };
	NK_OWNED(nk_buf_done) struct nk_buf sample = { 0 };
	bool whole = false;

	nk_buf_init_wiping(&d.text, TEXT_MAX);
	nk_buf_init_wiping(&d.wide, (size_t)STEP * 4);
	nk_buf_init_wiping(&d.carry, STEP + 8);
	nk_buf_init_wiping(&sample, (size_t)SAMPLE_MAX + STEP);
	NK_TRY(take_sample(file, &sample, &whole, err));
	NK_TRY(decode_sampled(&d, nk_buf_bytes(&sample), whole, err));
	*passwords += d.passwords;
	return nk_done();
}

NK_RESULT nk_tables_decode_rows(struct tables_tools *tools, struct tables_out *out, const struct tables_file *file,
	const struct tables_rows *rows, uint64_t *passwords, struct nk_err *err)
{
	NK_OWNED(decoder_done)
	struct decoder d = { .tools = tools, .out = out, .file = file, .enc = NK_ENC_UTF8, .header_line = file->header_line };
	struct nk_csv_row row = { 0 };
	bool have = true;

	nk_buf_init_wiping(&d.text, TEXT_MAX);
	NK_TRY(nk_tables_decode_start(out, file->name, NK_ENC_UTF8, err));
	while (!d.enough) {
		NK_TRY(rows->next(rows->arg, &row, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(take_row(&d, &row, err));
	}
	if (!d.have_header && !file->peek) {
		NK_TRY(fault(&d, NK_TABLES_NO_HEADER, 0, 0, err));
	}
	*passwords += d.passwords;
	return nk_tables_decode_stop(out, d.rows, d.passwords, err);
}
