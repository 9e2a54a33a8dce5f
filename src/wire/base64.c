/*
 * base64.c: Base64 of RFC 4648 §4 with padding.
 *
 * Invariant: strict: one text for each byte string; anything else is refused, so that signed texts cannot be varied.
 */
#include "base.h"
#include "json.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Three bytes (or the last one or two) as four letters. */
static void put_group(const uint8_t *in, size_t n, uint8_t *out)
{
	const uint32_t v = (uint32_t)in[0] << 16 | (n > 1 ? (uint32_t)in[1] << 8 : 0) | (n > 2 ? in[2] : 0);

	out[0] = (uint8_t)letters[v >> 18];
	out[1] = (uint8_t)letters[v >> 12 & 63];
	out[2] = n > 1 ? (uint8_t)letters[v >> 6 & 63] : '=';
	out[3] = n > 2 ? (uint8_t)letters[v & 63] : '=';
}

NK_RESULT nk_base64_put(struct nk_buf *out, struct nk_bytes b, struct nk_err *err)
{
	const size_t groups = b.len / 3 + (b.len % 3 != 0);
	uint8_t *at = NULL;
	size_t len = 0;

	if (!nk_mul_size(groups, 4, &len)) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_buf_reserve(out, len, &at, err));
	for (size_t i = 0; i < groups; i++) {
		put_group(b.ptr + 3 * i, b.len - 3 * i, at + 4 * i);
	}
	out->len += len;
	return nk_done();
}

/* The six bits of a letter, or 64. */
static uint32_t value_of(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return (uint32_t)(c - 'A');
	}
	if (c >= 'a' && c <= 'z') {
		return (uint32_t)(c - 'a') + 26;
	}
	if (c >= '0' && c <= '9') {
		return (uint32_t)(c - '0') + 52;
	}
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Four letters, of which the last `pad` are '='; false for a foreign letter or bits that should be zero. */
static bool get_group(const char *in, size_t pad, uint8_t out[static 3])
{
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		const uint32_t bits = i < 4 - pad ? value_of(in[i]) : 0;
		if (bits > 63) {
			return false;
		}
		v = v << 6 | bits;
	}
	out[0] = (uint8_t)(v >> 16);
	out[1] = (uint8_t)(v >> 8);
	out[2] = (uint8_t)v;
	return (v & ((UINT32_C(1) << 8 * pad) - 1)) == 0;
}

static size_t padding_of(struct nk_str text)
{
	if (text.len == 0 || text.ptr[text.len - 1] != '=') {
		return 0;
	}
	return text.ptr[text.len - 2] == '=' ? 2 : 1;
}

NK_RESULT nk_base64_get(struct nk_buf *out, struct nk_str text, struct nk_err *err)
{
	const size_t before = out->len;
	uint8_t three[3] = { 0 };
	nk_rc rc = nk_done();

	if (text.len % 4 != 0) {
		return nk_fail(err, NK_INVALID, "a Base64 text has a length that is not a multiple of four");
	}
	const size_t pad = padding_of(text);
	for (size_t i = 0; i < text.len && nk_ok(rc); i += 4) {
		const size_t here = i + 4 == text.len ? pad : 0;
		if (!get_group(text.ptr + i, here, three)) {
			rc = nk_fail(err, NK_INVALID, "a Base64 text has a letter that does not belong there");
		} else {
			rc = nk_buf_add(out, three, 3 - here, err);
		}
	}
	explicit_bzero(three, sizeof(three));
	if (!nk_ok(rc)) {
		out->len = before;
	}
	return rc;
}
