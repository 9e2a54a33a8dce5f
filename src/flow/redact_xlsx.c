/*
 * redact_xlsx.c: a workbook: every text of every part is redacted, the parts packed anew.
 *
 * A part that is no XML (a picture, a macro, an embedded file) cannot be shown to be empty: the workbook is refused.
 * Several runs of one text (<si> with more than one <t>) become one run, so that a name cannot hide between two.
 */
#include "base.h"
#include "redact_int.h"

#include "zip.h"
#include "zip_write.h"

enum { PARTS_MAX = 4096 };

static const char left[] = NK_N("something of a person is left that could not be replaced");
static const char no_xml[] = NK_N("a part of it is no text (a picture, a macro, an embedded file): take it out first");
static const char no_utf8[] = NK_N("a part of it is not UTF-8");

struct memory {
	struct nk_bytes bytes;
};

static NK_RESULT read_memory(void *arg, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	const struct memory *const m = arg;
	const size_t there = at < m->bytes.len ? m->bytes.len - (size_t)at : 0;

	(void)err;
	*out_len = len < there ? len : there;
	if (*out_len > 0) {
		memcpy(buf, m->bytes.ptr + at, *out_len);
	}
	return nk_done();
}

/* --- XML: texts and attribute values out, the same number of them in again --- */

static NK_RESULT put_entity(struct nk_str name, struct nk_buf *out, struct nk_err *err)
{
	static const struct {
		const char *name, *text;
	} known[] = { { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" } };
	uint32_t c = 0;
	uint8_t utf8[4];

	for (size_t i = 0; i < NK_ARRAY_LEN(known); i++) {
		if (nk_str_eq(name, nk_str_c(known[i].name))) {
			return nk_buf_add_c(out, known[i].text, err);
		}
	}
	for (size_t i = nk_str_starts(name, NK_STR("#x")) ? 2 : 1; i < name.len && name.ptr[0] == '#'; i++) {
		const char d = name.ptr[i];
		const uint32_t v = d >= '0' && d <= '9' ? (uint32_t)(d - '0') : (uint32_t)((d | 0x20) - 'a' + 10);

		c = c * (name.ptr[1] == 'x' ? 16 : 10) + v;
		c = c > 0x10ffff ? 0xfffd : c;
	}
	c = c < 0x20 && c != '\t' && c != '\n' && c != '\r' ? ' ' : c >= 0xd800 && c < 0xe000 ? 0xfffd : c;
	return nk_buf_add(out, utf8, nk_utf8_put(c, utf8), err);
}

static NK_RESULT unescape(struct nk_str in, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < in.len;) {
		const struct nk_str rest = nk_str_sub(in, i, in.len);
		const size_t semicolon = in.ptr[i] == '&' ? nk_str_chr(rest, ';') : SIZE_MAX;
		const uint8_t c = (uint8_t)in.ptr[i];

		if (semicolon != SIZE_MAX && semicolon > 1 && semicolon < 12) {
			NK_TRY(put_entity(nk_str_sub(rest, 1, semicolon - 1), out, err));
			i += semicolon + 1;
			continue;
		}
		NK_TRY(nk_buf_add_byte(out, c == 0x1e || c == 0x1f ? ' ' : c, err));
		i++;
	}
	return nk_done();
}

static NK_RESULT escape(struct nk_str in, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < in.len; i++) {
		const char c = in.ptr[i];

		NK_TRY(c == '&' ? nk_buf_add_c(out, "&amp;", err)
			: c == '<' ? nk_buf_add_c(out, "&lt;", err)
			: c == '>' ? nk_buf_add_c(out, "&gt;", err)
			: c == '"' ? nk_buf_add_c(out, "&quot;", err)
				   : nk_buf_add_byte(out, (uint8_t)c, err));
	}
	return nk_done();
}

/* One walk over a part, done twice: first the texts are gathered (out NULL), then put back from `cells`. */
struct xml {
	struct nk_str in;
	size_t at;
	struct nk_buf *texts; /* gathered, U+001E behind each */
	struct nk_str cells; /* redacted, in the same order */
	struct nk_buf *out;
};

static struct nk_str next_cell(struct xml *x)
{
	const size_t end = nk_str_chr(x->cells, '\x1e');
	const struct nk_str cell = nk_str_sub(x->cells, 0, end == SIZE_MAX ? x->cells.len : end);

	x->cells = end == SIZE_MAX ? NK_STR("") : nk_str_sub(x->cells, end + 1, x->cells.len);
	return cell;
}

static NK_RESULT one_text(struct xml *x, struct nk_str raw, struct nk_err *err)
{
	if (x->out != NULL) {
		return escape(next_cell(x), x->out, err);
	}
	NK_TRY(unescape(raw, x->texts, err));
	return nk_buf_add_byte(x->texts, 0x1e, err);
}

/* Values of attributes within a tag; names and the rest as they are. */
static NK_RESULT one_tag(struct xml *x, struct nk_str tag, struct nk_err *err)
{
	const bool plain = tag.len < 2 || tag.ptr[1] == '?' || tag.ptr[1] == '!' || tag.ptr[1] == '/';
	size_t done = 0;

	for (size_t i = 0; i < tag.len && !plain; i++) {
		const char quote = tag.ptr[i];
		size_t end = 0;

		if (quote != '"' && quote != '\'') {
			continue;
		}
		end = nk_str_chr(nk_str_sub(tag, i + 1, tag.len), quote);
		if (end == SIZE_MAX) {
			break;
		}
		NK_TRY(x->out != NULL ? nk_buf_add_str(x->out, nk_str_sub(tag, done, i - done), err) : nk_done());
		NK_TRY(x->out != NULL ? nk_buf_add_byte(x->out, '"', err) : nk_done());
		NK_TRY(one_text(x, nk_str_sub(tag, i + 1, end), err));
		NK_TRY(x->out != NULL ? nk_buf_add_byte(x->out, '"', err) : nk_done());
		i += end + 1;
		done = i + 1;
	}
	return x->out != NULL ? nk_buf_add_str(x->out, nk_str_sub(tag, done, tag.len), err) : nk_done();
}

static bool tag_is(struct nk_str tag, const char *name)
{
	const size_t n = strlen(name);

	return tag.len > n + 1 && nk_str_eq(nk_str_sub(tag, 1, n), nk_str_c(name)) &&
		(tag.ptr[n + 1] == '>' || tag.ptr[n + 1] == ' ' || tag.ptr[n + 1] == '/');
}

static NK_RESULT walk_xml(struct xml *x, struct nk_err *err)
{
	while (x->at < x->in.len) {
		const struct nk_str rest = nk_str_sub(x->in, x->at, x->in.len);
		const size_t open = nk_str_chr(rest, '<');
		const struct nk_str text = nk_str_sub(rest, 0, open == SIZE_MAX ? rest.len : open);
		size_t close = SIZE_MAX;

		NK_TRY(text.len > 0 ? one_text(x, text, err) : nk_done());
		if (open == SIZE_MAX) {
			return nk_done();
		}
		close = nk_str_chr(nk_str_sub(rest, open, rest.len), '>');
		close = close == SIZE_MAX ? rest.len - open : close + 1;
		NK_TRY(one_tag(x, nk_str_sub(rest, open, close), err));
		x->at += open + close;
	}
	return nk_done();
}

/* The runs of each <si> and <is> as one: texts of its <t> joined into the first, the others emptied; readings of kanji
 * (<rPh>) stay apart. */
static NK_RESULT join_runs(struct nk_str in, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf joined = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf behind = { 0 };
	bool inside = false;
	bool reading = false;
	bool in_t = false;
	bool first = true;

	nk_buf_init_wiping(&joined, NK_REDACT_FILE_MAX);
	nk_buf_init_wiping(&behind, NK_REDACT_FILE_MAX);
	for (size_t at = 0; at < in.len;) {
		const struct nk_str rest = nk_str_sub(in, at, in.len);
		const size_t end = rest.ptr[0] == '<' ? nk_str_chr(rest, '>') : nk_str_chr(rest, '<');
		const struct nk_str piece = nk_str_sub(rest, 0, end == SIZE_MAX ? rest.len : rest.ptr[0] == '<' ? end + 1 : end);
		const bool of_run = inside && in_t && !reading && piece.ptr[0] != '<';

		at += piece.len;
		reading = tag_is(piece, "rPh") ? true : tag_is(piece, "/rPh") ? false : reading;
		in_t = tag_is(piece, "t") ? piece.ptr[piece.len - 2] != '/' : tag_is(piece, "/t") ? false : in_t;
		if (of_run) {
			NK_TRY(nk_buf_add_str(&joined, piece, err));
			continue;
		}
		if (tag_is(piece, "si") || tag_is(piece, "is")) {
			inside = true;
			first = true;
		}
		NK_TRY(nk_buf_add_str(inside && !first ? &behind : out, piece, err));
		first = first && !(inside && !reading && in_t && tag_is(piece, "t"));
		if (tag_is(piece, "/si") || tag_is(piece, "/is")) {
			NK_TRY(nk_buf_add_str(out, nk_buf_str(&joined), err));
			NK_TRY(nk_buf_add_str(out, nk_buf_str(&behind), err));
			nk_buf_reset(&joined);
			nk_buf_reset(&behind);
			inside = false;
		}
	}
	NK_TRY(nk_buf_add_str(out, nk_buf_str(&joined), err));
	return nk_buf_add_str(out, nk_buf_str(&behind), err);
}

static NK_RESULT redact_part(
	struct nk_redactor *r, struct nk_str part, struct nk_buf *out, bool *out_clean, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf runs = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf texts = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf cells = { 0 };
	struct xml x = { .texts = &texts };

	nk_buf_init_wiping(&runs, NK_REDACT_FILE_MAX);
	nk_buf_init_wiping(&texts, NK_REDACT_FILE_MAX);
	nk_buf_init_wiping(&cells, NK_REDACT_FILE_MAX);
	NK_TRY(join_runs(part, &runs, err));
	x.in = nk_buf_str(&runs);
	NK_TRY(walk_xml(&x, err));
	NK_TRY(nk_redact_utf8(r, nk_buf_str(&texts), true, &cells, out_clean, err));
	x = (struct xml){ .in = nk_buf_str(&runs), .cells = nk_buf_str(&cells), .out = out };
	return walk_xml(&x, err);
}

NK_RESULT nk_redact_part_of_xlsx(
	struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, const char **out_why, struct nk_err *err)
{
	bool clean = true;
	size_t bad = 0;

	*out_why = nk_utf8_valid(in, &bad) ? NULL : no_utf8;
	if (*out_why != NULL) {
		return nk_done();
	}
	NK_TRY(redact_part(r, nk_bytes_str(in), out, &clean, err));
	*out_why = clean ? NULL : left;
	return nk_done();
}

/* --- the zip --- */

static NK_RESULT read_entry(struct nk_zip *zip, size_t i, struct nk_buf *out, struct nk_err *err)
{
	size_t got = 1;

	NK_TRY(nk_zip_begin(zip, i, err));
	while (got > 0) {
		uint8_t *at = NULL;

		NK_TRY(nk_buf_reserve(out, 65536, &at, err));
		NK_TRY(nk_zip_read(zip, at, 65536, &got, err));
		out->len += got;
	}
	return nk_done();
}

static bool is_xml(struct nk_str name)
{
	return nk_str_ends(name, NK_STR(".xml")) || nk_str_ends(name, NK_STR(".rels")) || nk_str_ends(name, NK_STR(".vml"));
}

/* Settings of a printer and a preview are of no use to anybody: empty in the result. */
static bool is_dispensable(struct nk_str name)
{
	return nk_str_find(name, NK_STR("printerSettings")) != SIZE_MAX;
}

static NK_RESULT one_entry(struct nk_redactor *r, struct nk_zip *zip, size_t i, struct nk_zip_writer *w, const char **out_why,
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf part = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf done = { 0 };
	const struct nk_zip_entry *const e = nk_zip_at(zip, i);
	const bool xml = is_xml(e->name);
	bool clean = true;
	size_t bad = 0;

	nk_buf_init_wiping(&part, NK_REDACT_FILE_MAX);
	nk_buf_init_wiping(&done, 2 * (size_t)NK_REDACT_FILE_MAX);
	if (e->is_folder) {
		return nk_done();
	}
	*out_why = xml || is_dispensable(e->name) ? NULL : no_xml;
	if (*out_why != NULL || !xml) {
		return *out_why != NULL ? nk_done() : nk_zip_write_add(w, e->name, nk_bytes_of("", 0), err);
	}
	NK_TRY(read_entry(zip, i, &part, err));
	*out_why = nk_utf8_valid(nk_buf_bytes(&part), &bad) ? NULL : no_utf8;
	if (*out_why != NULL) {
		return nk_done();
	}
	NK_TRY(redact_part(r, nk_buf_str(&part), &done, &clean, err));
	*out_why = clean ? NULL : left;
	return clean ? nk_zip_write_add(w, e->name, nk_buf_bytes(&done), err) : nk_done();
}

NK_RESULT nk_redact_xlsx(
	struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, const char **out_why, struct nk_err *err)
{
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;
	NK_OWNED(nk_zip_write_drop) struct nk_zip_writer w = { 0 };
	const struct nk_zip_limits limits = { .entries = PARTS_MAX,
		.entry_bytes = NK_REDACT_FILE_MAX,
		.total_bytes = 2 * (uint64_t)NK_REDACT_FILE_MAX,
		.ratio = 1100,
		.folders = true };
	struct memory m = { in };

	nk_zip_write_begin(&w, out);
	*out_why = NULL;
	NK_TRY(nk_zip_open(read_memory, &m, in.len, &limits, &zip, err));
	for (size_t i = 0; i < nk_zip_count(zip) && *out_why == NULL; i++) {
		NK_TRY(one_entry(r, zip, i, &w, out_why, err));
	}
	return *out_why == NULL ? nk_zip_write_end(&w, err) : nk_done();
}
