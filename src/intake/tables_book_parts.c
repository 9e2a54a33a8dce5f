/*
 * tables_book_parts.c: workbook.xml, its relations, shared strings, and which styles are dates.
 */
#include "base.h"
#include "tables_book.h"

enum { PART_MAX = 256 << 20, STEP = 256 << 10, ATTR_MAX = 64 << 10 };

NK_RESULT nk_tables_book_part(struct book *b, struct nk_str name, struct nk_buf *out, struct nk_err *err)
{
	const size_t at = nk_zip_find(b->zip, name);

	nk_buf_reset(out);
	if (at == SIZE_MAX) {
		return nk_done();
	}
	NK_TRY(nk_zip_begin(b->zip, at, err));
	for (;;) {
		uint8_t *room = NULL;
		size_t len = 0;

		if (out->len > PART_MAX) {
			return nk_fail(err, NK_LIMIT, "a part of the workbook is larger than 256 MiB: export it as CSV");
		}
		NK_TRY(nk_buf_reserve(out, STEP, &room, err));
		NK_TRY(nk_zip_read(b->zip, room, STEP, &len, err));
		if (len == 0) {
			break;
		}
		out->len += len;
	}
	if (out->len >= 3 && out->ptr[0] == 0xef && out->ptr[1] == 0xbb && out->ptr[2] == 0xbf) {
		out->len -= 3;
		memmove(out->ptr, out->ptr + 3, out->len);
	}
	return nk_utf8_valid(nk_buf_bytes(out), NULL) ? nk_done() : nk_fail(err, NK_INVALID, "a part of the workbook is not UTF-8");
}

/* Calls `fn` with each piece of a part. */
typedef NK_RESULT piece_fn(struct book *b, const struct nk_xml_piece *p, struct nk_buf *attr, void *arg, struct nk_err *err);

static NK_RESULT each_piece(struct book *b, const char *name, piece_fn *fn, void *arg, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf part = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf attr = { 0 };
	struct nk_xml x = { .at = 0 };
	struct nk_xml_piece p = { .kind = NK_XML_END };
	bool have = true;

	nk_buf_init_wiping(&part, (size_t)PART_MAX + STEP + 1);
	nk_buf_init_wiping(&attr, ATTR_MAX);
	NK_TRY(nk_tables_book_part(b, nk_str_c(name), &part, err));
	x.in = nk_buf_str(&part);
	for (;;) {
		NK_TRY(nk_xml_next(&x, &p, &have, err));
		if (!have) {
			return nk_done();
		}
		NK_TRY(fn(b, &p, &attr, arg, err));
	}
}

static NK_RESULT keep_attr(struct book *b, const struct nk_xml_piece *p, const char *name, struct nk_buf *attr, struct nk_str *out,
	struct nk_err *err)
{
	*out = NK_STR("");
	return nk_xml_attr(p, name, attr) ? nk_arena_dup(b->arena, nk_buf_str(attr), out, err) : nk_done();
}

static NK_RESULT workbook_piece(struct book *b, const struct nk_xml_piece *p, struct nk_buf *attr, void *arg, struct nk_err *err)
{
	struct book_sheet *sheet = NULL;
	void *item = NULL;

	(void)arg;
	if (p->kind != NK_XML_START) {
		return nk_done();
	}
	if (nk_str_eq(p->name, NK_STR("workbookPr")) && nk_xml_attr(p, "date1904", attr)) {
		b->from_1904 = !nk_str_eq(nk_buf_str(attr), NK_STR("0")) && !nk_str_eq(nk_buf_str(attr), NK_STR("false"));
	}
	if (!nk_str_eq(p->name, NK_STR("sheet"))) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&b->sheets, &item, err));
	sheet = item;
	*sheet = (struct book_sheet){ .hidden = nk_xml_attr(p, "state", attr) && !nk_str_eq(nk_buf_str(attr), NK_STR("visible")) };
	NK_TRY(keep_attr(b, p, "name", attr, &sheet->name, err));
	return keep_attr(b, p, "id", attr, &sheet->rid, err);
}

/* Targets are relative to xl/, or begin with "/". */
static NK_RESULT relation_piece(struct book *b, const struct nk_xml_piece *p, struct nk_buf *attr, void *arg, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf path = { 0 };
	struct nk_str id;
	struct nk_str target;

	(void)arg;
	if (p->kind != NK_XML_START || !nk_str_eq(p->name, NK_STR("Relationship"))) {
		return nk_done();
	}
	NK_TRY(keep_attr(b, p, "Id", attr, &id, err));
	NK_TRY(keep_attr(b, p, "Target", attr, &target, err));
	nk_buf_init(&path, ATTR_MAX);
	if (nk_str_starts(target, NK_STR("/"))) {
		NK_TRY(nk_buf_add_str(&path, nk_str_sub(target, 1, target.len), err));
	} else {
		NK_TRY(nk_buf_add_c(&path, "xl/", err));
		NK_TRY(nk_buf_add_str(&path, target, err));
	}
	for (size_t i = 0; i < b->sheets.len; i++) {
		struct book_sheet *sheet = nk_vec_at(&b->sheets, i);

		if (id.len > 0 && nk_str_eq(sheet->rid, id)) {
			NK_TRY(nk_arena_dup(b->arena, nk_buf_str(&path), &sheet->part, err));
		}
	}
	return nk_done();
}

struct in_strings {
	unsigned phonetic;
	bool in_t;
};

static NK_RESULT string_piece(struct book *b, const struct nk_xml_piece *p, struct nk_buf *attr, void *arg, struct nk_err *err)
{
	struct in_strings *s = arg;
	const bool start = p->kind == NK_XML_START;
	void *item = NULL;

	(void)attr;
	if (p->kind == NK_XML_TEXT) {
		return s->in_t && s->phonetic == 0 ? nk_xml_text(p, &b->strings, err) : nk_done();
	}
	if (nk_str_eq(p->name, NK_STR("rPh"))) {
		s->phonetic += start ? 1U : s->phonetic > 0 ? -1U : 0U;
	} else if (nk_str_eq(p->name, NK_STR("t"))) {
		s->in_t = start;
	} else if (nk_str_eq(p->name, NK_STR("si")) && !start) {
		NK_TRY(nk_vec_push(&b->ends, &item, err));
		*(size_t *)item = b->strings.len;
		*s = (struct in_strings){ 0 };
	}
	return nk_done();
}

/* Does a format code show a day or a year? What stands in quotes or brackets does not count. */
static bool shows_date(struct nk_str code)
{
	bool day = false;
	bool era = false;
	bool digits = false;
	char until = 0;

	if (nk_str_ieq(code, NK_STR("General"))) {
		return false;
	}
	for (size_t i = 0; i < code.len; i++) {
		const char c = code.ptr[i];

		if (until != 0) {
			until = c == until ? 0 : until;
		} else if (c == '"' || c == '[') {
			until = c == '"' ? '"' : ']';
		} else if (c == '\\' || c == '_' || c == '*') {
			i++;
		} else {
			day = day || c == 'y' || c == 'Y' || c == 'd' || c == 'D';
			era = era || c == 'e' || c == 'E' || c == 'g' || c == 'G';
			digits = digits || c == '0' || c == '#';
		}
	}
	return day || (era && !digits);
}

/* Formats that need no code (ECMA-376 part 1, 18.8.30), those of Japanese Excel too. */
static bool is_date_format(const struct book *b, uint32_t id)
{
	if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58)) {
		return true;
	}
	for (size_t i = 0; i < b->date_formats.len; i++) {
		if (*(const uint32_t *)nk_vec_at(&b->date_formats, i) == id) {
			return true;
		}
	}
	return false;
}

static NK_RESULT style_piece(struct book *b, const struct nk_xml_piece *p, struct nk_buf *attr, void *arg, struct nk_err *err)
{
	bool *in_xfs = arg;
	uint32_t id = 0;
	void *item = NULL;

	if (nk_str_eq(p->name, NK_STR("cellXfs")) && p->kind != NK_XML_TEXT) {
		*in_xfs = p->kind == NK_XML_START;
		return nk_done();
	}
	if (p->kind != NK_XML_START || !nk_xml_attr(p, "numFmtId", attr) || !nk_parse_u32(nk_buf_str(attr), 0, UINT32_MAX, &id)) {
		id = 0;
	}
	if (p->kind == NK_XML_START && nk_str_eq(p->name, NK_STR("numFmt"))) {
		if (!nk_xml_attr(p, "formatCode", attr) || !shows_date(nk_buf_str(attr))) {
			return nk_done();
		}
		NK_TRY(nk_vec_push(&b->date_formats, &item, err));
		*(uint32_t *)item = id;
		return nk_done();
	}
	if (p->kind != NK_XML_START || !*in_xfs || !nk_str_eq(p->name, NK_STR("xf"))) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&b->date_styles, &item, err));
	*(bool *)item = is_date_format(b, id);
	return nk_done();
}

NK_RESULT nk_tables_book_parts(struct book *b, struct nk_err *err)
{
	struct in_strings strings = { 0 };
	bool in_xfs = false;

	NK_TRY(each_piece(b, "xl/workbook.xml", workbook_piece, NULL, err));
	NK_TRY(each_piece(b, "xl/_rels/workbook.xml.rels", relation_piece, NULL, err));
	NK_TRY(each_piece(b, "xl/styles.xml", style_piece, &in_xfs, err));
	return each_piece(b, "xl/sharedStrings.xml", string_piece, &strings, err);
}

bool nk_tables_book_string(const struct book *b, struct nk_str index, struct nk_str *out)
{
	uint32_t i = 0;
	size_t from = 0;

	*out = NK_STR("");
	if (!nk_parse_u32(index, 0, UINT32_MAX - 1, &i) || i >= b->ends.len) {
		return false;
	}
	from = i > 0 ? *(const size_t *)nk_vec_at(&b->ends, i - 1) : 0;
	*out = nk_str_sub(nk_buf_str(&b->strings), from, *(const size_t *)nk_vec_at(&b->ends, i) - from);
	return true;
}

bool nk_tables_book_date(const struct book *b, struct nk_str style, struct nk_str number, char out[static NK_DATE_TEXT])
{
	const size_t dot = nk_str_chr(number, '.');
	uint32_t s = 0;
	uint32_t serial = 0;
	nk_date epoch = 0;

	if (!nk_parse_u32(style, 0, UINT32_MAX, &s) || s >= b->date_styles.len || !*(const bool *)nk_vec_at(&b->date_styles, s)) {
		return false;
	}
	/* Before 1 March 1900 Excel counts a day that never was. */
	if (!nk_parse_u32(nk_str_sub(number, 0, dot == SIZE_MAX ? number.len : dot), b->from_1904 ? 0 : 61, 2958465, &serial) ||
		!nk_date_parse(b->from_1904 ? NK_STR("1904-01-01") : NK_STR("1899-12-30"), &epoch)) {
		return false;
	}
	(void)nk_date_print(epoch + (nk_date)serial, out);
	return true;
}
