/*
 * json.c: JSON by appending to a buffer; the writer knows only where commas belong.
 *
 * Invariant: after nk_json_end without failure `out` got one whole JSON value, UTF-8, without blanks.
 */
#include "base.h"
#include "json.h"

#define EXACT_MAX (INT64_C(1) << 53)

void nk_json_init(struct nk_json *j, struct nk_buf *out)
{
	*j = (struct nk_json){ .out = out, .failed = { NK_OK } };
}

void nk_json_init_canonical(struct nk_json *j, struct nk_buf *out)
{
	nk_json_init(j, out);
	j->canonical = true;
}

static uint64_t bit(const struct nk_json *j)
{
	return UINT64_C(1) << j->depth;
}

static void put(struct nk_json *j, const char *text, size_t len)
{
	if (nk_ok(j->failed)) {
		j->failed = nk_buf_add(j->out, text, len, NULL);
	}
}

/* What comes before a value: a comma in an array, nothing behind a key; at depth 0 only one value. */
static void before_value(struct nk_json *j)
{
	const bool in_object = (j->objects & bit(j)) != 0;

	nk_assert(in_object == j->after_key);
	nk_assert(j->depth > 0 || (j->filled & 1) == 0);
	if ((j->filled & bit(j)) != 0 && !in_object) {
		put(j, ",", 1);
	}
	j->filled |= bit(j);
	j->after_key = false;
}

void nk_json_open(struct nk_json *j, char bracket)
{
	nk_assert(bracket == '{' || bracket == '[');
	nk_assert(j->depth < NK_JSON_DEPTH);
	before_value(j);
	put(j, &bracket, 1);
	j->depth++;
	j->filled &= ~bit(j);
	j->objects &= ~bit(j);
	j->objects |= bracket == '{' ? bit(j) : 0;
	j->key_len[j->depth] = 0;
}

void nk_json_close(struct nk_json *j, char bracket)
{
	const bool in_object = (j->objects & bit(j)) != 0;

	nk_assert(j->depth > 0 && !j->after_key && bracket == (in_object ? '}' : ']'));
	put(j, &bracket, 1);
	j->depth--;
}

/* The short escapes of RFC 8785, else \u00xx in lower case; 0 letters: the byte stands as it is. */
static size_t escape(unsigned char c, char out[static 6])
{
	static const char letters[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
	static const char hex[] = "0123456789abcdef";

	if (c >= 0x20 && c != '"' && c != '\\') {
		return 0;
	}
	out[0] = '\\';
	if (c == '"' || c == '\\') {
		out[1] = (char)c;
		return 2;
	}
	if (c < sizeof(letters) && letters[c] != 0) {
		out[1] = letters[c];
		return 2;
	}
	memcpy(out + 1, "u00", 3);
	out[4] = hex[c >> 4];
	out[5] = hex[c & 15];
	return 6;
}

static void put_text(struct nk_json *j, struct nk_str s)
{
	char escaped[6];
	size_t from = 0;

	if (nk_ok(j->failed) && !nk_utf8_valid(nk_str_bytes(s), NULL)) {
		j->failed = (nk_rc){ NK_INVALID };
	}
	put(j, "\"", 1);
	for (size_t i = 0; i < s.len; i++) {
		const size_t n = escape((unsigned char)s.ptr[i], escaped);
		if (n > 0) {
			put(j, s.ptr + from, i - from);
			put(j, escaped, n);
			from = i + 1;
		}
	}
	put(j, s.len > 0 ? s.ptr + from : "", s.len - from);
	put(j, "\"", 1);
}

/* Canonical keys rise; plain ASCII, so that the order of bytes is the order of UTF-16 code units. */
static void check_order(struct nk_json *j, struct nk_str key)
{
	const size_t d = j->depth;

	for (size_t i = 0; i < key.len; i++) {
		nk_assert(key.ptr[i] >= 0x20 && key.ptr[i] < 0x7f && key.ptr[i] != '"' && key.ptr[i] != '\\');
	}
	if (!nk_ok(j->failed)) {
		return;
	}
	const struct nk_str last = { (const char *)j->out->ptr + j->key_at[d], j->key_len[d] };
	nk_assert((j->filled & bit(j)) == 0 || nk_str_cmp(last, key) < 0);
	j->key_at[d] = j->out->len + ((j->filled & bit(j)) != 0 ? 2 : 1);
	j->key_len[d] = key.len;
}

void nk_json_key(struct nk_json *j, const char *key)
{
	nk_assert((j->objects & bit(j)) != 0 && !j->after_key);
	if (j->canonical) {
		check_order(j, nk_str_c(key));
	}
	if ((j->filled & bit(j)) != 0) {
		put(j, ",", 1);
	}
	put_text(j, nk_str_c(key));
	put(j, ":", 1);
	j->filled |= bit(j);
	j->after_key = true;
}

void nk_json_str(struct nk_json *j, struct nk_str s)
{
	before_value(j);
	put_text(j, s);
}

void nk_json_c(struct nk_json *j, const char *text)
{
	nk_json_str(j, nk_str_c(text));
}

void nk_json_int(struct nk_json *j, int64_t v)
{
	before_value(j);
	if (j->canonical && (v > EXACT_MAX || v < -EXACT_MAX) && nk_ok(j->failed)) {
		j->failed = (nk_rc){ NK_INVALID };
	}
	if (nk_ok(j->failed)) {
		j->failed = nk_buf_printf(j->out, NULL, "%" PRId64, v);
	}
}

void nk_json_bool(struct nk_json *j, bool v)
{
	before_value(j);
	put(j, v ? "true" : "false", v ? 4 : 5);
}

void nk_json_null(struct nk_json *j)
{
	before_value(j);
	put(j, "null", 4);
}

void nk_json_hex(struct nk_json *j, struct nk_bytes b)
{
	char two[3];

	before_value(j);
	put(j, "\"", 1);
	for (size_t i = 0; i < b.len; i++) {
		nk_hex_print(b.ptr + i, 1, two);
		put(j, two, 2);
	}
	put(j, "\"", 1);
}

void nk_json_base64(struct nk_json *j, struct nk_bytes b)
{
	before_value(j);
	put(j, "\"", 1);
	if (nk_ok(j->failed)) {
		j->failed = nk_base64_put(j->out, b, NULL);
	}
	put(j, "\"", 1);
}

NK_RESULT nk_json_end(struct nk_json *j, struct nk_err *err)
{
	if (nk_ok(j->failed)) {
		nk_assert(j->depth == 0 && (j->filled & 1) != 0);
		return nk_done();
	}
	if (j->failed.code == NK_NOMEM) {
		return nk_fail_nomem(err);
	}
	if (j->failed.code == NK_LIMIT) {
		return nk_fail(err, NK_LIMIT, "the JSON text grows beyond its limit");
	}
	return nk_fail(err, j->failed.code,
		"a value cannot be written as JSON: it is not UTF-8, or it is a number beyond 2^53");
}
