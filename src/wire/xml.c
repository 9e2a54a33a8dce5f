/*
 * xml.c: tags, attributes and texts of a part of an office file.
 */
#include "base.h"
#include "xml.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Place of `what` from `from` on; SIZE_MAX: none. */
static size_t find(const struct nk_xml *x, size_t from, struct nk_str what)
{
	const size_t at = nk_str_find(nk_str_sub(x->in, from, x->in.len), what);

	return at == SIZE_MAX ? SIZE_MAX : from + at;
}

static NK_RESULT cut_off(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, "a part of the workbook is damaged: its XML is cut off");
}

static struct nk_str without_prefix(struct nk_str name)
{
	const size_t colon = nk_str_chr(name, ':');

	return colon == SIZE_MAX ? name : nk_str_sub(name, colon + 1, name.len);
}

/* The end of a tag that begins at `from`: '>' outside of quotes. */
static size_t tag_end(const struct nk_xml *x, size_t from)
{
	char quote = 0;

	for (size_t i = from; i < x->in.len; i++) {
		const char c = x->in.ptr[i];

		if (quote != 0) {
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '>') {
			return i;
		}
	}
	return SIZE_MAX;
}

static NK_RESULT take_tag(struct nk_xml *x, struct nk_xml_piece *out, struct nk_err *err)
{
	const size_t end = tag_end(x, x->at + 1);
	struct nk_str inner;
	size_t len = 0;
	bool empty = false;

	if (end == SIZE_MAX) {
		return cut_off(err);
	}
	inner = nk_str_sub(x->in, x->at + 1, end - x->at - 1);
	x->at = end + 1;
	out->kind = inner.len > 0 && inner.ptr[0] == '/' ? NK_XML_END : NK_XML_START;
	inner = out->kind == NK_XML_END ? nk_str_sub(inner, 1, inner.len) : inner;
	empty = out->kind == NK_XML_START && inner.len > 0 && inner.ptr[inner.len - 1] == '/';
	inner = empty ? nk_str_sub(inner, 0, inner.len - 1) : inner;
	while (len < inner.len && !is_blank(inner.ptr[len])) {
		len++;
	}
	out->name = without_prefix(nk_str_sub(inner, 0, len));
	out->rest = nk_str_sub(inner, len, inner.len);
	x->close = empty;
	x->name = out->name;
	return nk_done();
}

static NK_RESULT take_cdata(struct nk_xml *x, struct nk_xml_piece *out, struct nk_err *err)
{
	const size_t end = find(x, x->at + 9, NK_STR("]]>"));

	if (end == SIZE_MAX) {
		return cut_off(err);
	}
	*out = (struct nk_xml_piece){ .kind = NK_XML_TEXT, .rest = nk_str_sub(x->in, x->at + 9, end - x->at - 9), .plain = true };
	x->at = end + 3;
	return nk_done();
}

/* A comment or a processing instruction is passed over. */
static NK_RESULT pass_over(struct nk_xml *x, struct nk_str end, struct nk_err *err)
{
	const size_t at = find(x, x->at, end);

	if (at == SIZE_MAX) {
		return cut_off(err);
	}
	x->at = at + end.len;
	return nk_done();
}

NK_RESULT nk_xml_next(struct nk_xml *x, struct nk_xml_piece *out, bool *out_have, struct nk_err *err)
{
	*out = (struct nk_xml_piece){ .kind = NK_XML_END, .name = x->name };
	*out_have = true;
	if (x->close) {
		x->close = false;
		return nk_done();
	}
	while (x->at < x->in.len) {
		const struct nk_str left = nk_str_sub(x->in, x->at, x->in.len);

		if (left.ptr[0] != '<') {
			const size_t end = nk_str_chr(left, '<');

			*out = (struct nk_xml_piece){ .kind = NK_XML_TEXT, .rest = nk_str_sub(left, 0, end == SIZE_MAX ? left.len : end) };
			x->at += out->rest.len;
			return nk_done();
		}
		if (nk_str_starts(left, NK_STR("<!--"))) {
			NK_TRY(pass_over(x, NK_STR("-->"), err));
		} else if (nk_str_starts(left, NK_STR("<?"))) {
			NK_TRY(pass_over(x, NK_STR("?>"), err));
		} else if (nk_str_starts(left, NK_STR("<![CDATA["))) {
			return take_cdata(x, out, err);
		} else if (nk_str_starts(left, NK_STR("<!"))) {
			return nk_fail(err, NK_INVALID, "a part of the workbook declares a document type: that is not read");
		} else {
			return take_tag(x, out, err);
		}
	}
	*out_have = false;
	return nk_done();
}

static uint32_t number_of(struct nk_str digits, unsigned base)
{
	uint32_t n = 0;

	for (size_t i = 0; i < digits.len && n <= 0x10ffff; i++) {
		const char c = digits.ptr[i];
		const unsigned v = c >= '0' && c <= '9' ? (unsigned)(c - '0')
			: (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a') + 10 : 99;

		if (v >= base) {
			return 0;
		}
		n = n * base + v;
	}
	return n;
}

static NK_RESULT put_entity(struct nk_str name, struct nk_buf *out, struct nk_err *err)
{
	static const struct {
		const char *name;
		uint8_t byte;
	} known[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
	uint8_t utf8[4];
	uint32_t c = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(known); i++) {
		if (nk_str_eq(name, nk_str_c(known[i].name))) {
			return nk_buf_add_byte(out, known[i].byte, err);
		}
	}
	if (nk_str_starts(name, NK_STR("#x"))) {
		c = number_of(nk_str_sub(name, 2, name.len), 16);
	} else if (nk_str_starts(name, NK_STR("#"))) {
		c = number_of(nk_str_sub(name, 1, name.len), 10);
	}
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
		return nk_done();
	}
	return nk_buf_add(out, utf8, nk_utf8_put(c, utf8), err);
}

static NK_RESULT unescape(struct nk_str in, struct nk_buf *out, struct nk_err *err)
{
	while (in.len > 0) {
		const size_t amp = nk_str_chr(in, '&');
		const struct nk_str head = nk_str_sub(in, 0, amp == SIZE_MAX ? in.len : amp);
		size_t end = 0;

		NK_TRY(nk_buf_add_str(out, head, err));
		in = nk_str_sub(in, head.len, in.len);
		if (in.len == 0) {
			return nk_done();
		}
		end = nk_str_chr(nk_str_sub(in, 0, 16), ';');
		if (end == SIZE_MAX) {
			NK_TRY(nk_buf_add_byte(out, '&', err));
			in = nk_str_sub(in, 1, in.len);
			continue;
		}
		NK_TRY(put_entity(nk_str_sub(in, 1, end - 1), out, err));
		in = nk_str_sub(in, end + 1, in.len);
	}
	return nk_done();
}

bool nk_xml_attr(const struct nk_xml_piece *start, const char *name, struct nk_buf *out)
{
	struct nk_str rest = nk_str_trim(start->rest);

	nk_buf_reset(out);
	while (rest.len > 0) {
		const size_t eq = nk_str_chr(rest, '=');
		struct nk_str key;
		struct nk_str value;
		size_t end = 0;

		if (eq == SIZE_MAX) {
			return false;
		}
		key = without_prefix(nk_str_trim(nk_str_sub(rest, 0, eq)));
		value = nk_str_trim(nk_str_sub(rest, eq + 1, rest.len));
		if (value.len < 2 || (value.ptr[0] != '"' && value.ptr[0] != '\'')) {
			return false;
		}
		end = nk_str_chr(nk_str_sub(value, 1, value.len), value.ptr[0]);
		if (end == SIZE_MAX) {
			return false;
		}
		if (nk_str_eq(key, nk_str_c(name))) {
			return nk_ok(unescape(nk_str_sub(value, 1, end), out, NULL));
		}
		rest = nk_str_trim(nk_str_sub(value, end + 2, value.len));
	}
	return false;
}

NK_RESULT nk_xml_text(const struct nk_xml_piece *text, struct nk_buf *out, struct nk_err *err)
{
	return text->plain ? nk_buf_add_str(out, text->rest, err) : unescape(text->rest, out, err);
}
