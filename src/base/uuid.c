/*
 * uuid.c: random ids and hexadecimal.
 */
#include "base.h"

NK_RESULT nk_uuid_new(const struct nk_env *env, struct nk_uuid *out, struct nk_err *err)
{
	struct nk_uuid id;

	NK_TRY(nk_random(env, id.b, sizeof(id.b), err));
	id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x40); /* version 4 */
	id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80); /* variant of RFC 9562 */
	*out = id;
	return nk_done();
}

bool nk_uuid_eq(struct nk_uuid a, struct nk_uuid b)
{
	return nk_uuid_cmp(a, b) == 0;
}

int nk_uuid_cmp(struct nk_uuid a, struct nk_uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b));
}

bool nk_uuid_is_nil(struct nk_uuid id)
{
	return nk_uuid_eq(id, (struct nk_uuid){ { 0 } });
}

/* Is there a hyphen before byte i of the printed form? */
static bool hyphen_before(size_t i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

const char *nk_uuid_print(struct nk_uuid id, char text[static NK_UUID_TEXT])
{
	size_t at = 0;

	for (size_t i = 0; i < sizeof(id.b); i++) {
		if (hyphen_before(i)) {
			text[at++] = '-';
		}
		nk_hex_print(&id.b[i], 1, text + at);
		at += 2;
	}
	return text;
}

bool nk_uuid_parse(struct nk_str s, struct nk_uuid *out)
{
	struct nk_uuid id = { { 0 } };
	size_t at = 0;

	if (s.len == 2 * sizeof(id.b)) {
		return nk_hex_parse(s, out->b, sizeof(out->b));
	}
	if (s.len != NK_UUID_TEXT - 1) {
		return false;
	}
	for (size_t i = 0; i < sizeof(id.b); i++) {
		if (hyphen_before(i) && s.ptr[at++] != '-') {
			return false;
		}
		if (!nk_hex_parse(nk_str_sub(s, at, 2), &id.b[i], 1)) {
			return false;
		}
		at += 2;
	}
	*out = id;
	return true;
}

void nk_hex_print(const uint8_t *bytes, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 0x0f];
	}
	*text = '\0';
}

static bool hex_digit(char c, uint8_t *out)
{
	if (c >= '0' && c <= '9') {
		*out = (uint8_t)(c - '0');
	} else if (c >= 'a' && c <= 'f') {
		*out = (uint8_t)(c - 'a' + 10);
	} else if (c >= 'A' && c <= 'F') {
		*out = (uint8_t)(c - 'A' + 10);
	} else {
		return false;
	}
	return true;
}

bool nk_hex_parse(struct nk_str s, uint8_t *out, size_t len)
{
	uint8_t high = 0;
	uint8_t low = 0;

	if (s.len / 2 != len || s.len % 2 != 0) {
		return false;
	}
	/* Looked through first, so that *out is untouched on failure. */
	for (size_t i = 0; i < s.len; i++) {
		if (!hex_digit(s.ptr[i], &low)) {
			return false;
		}
	}
	for (size_t i = 0; i < len; i++) {
		(void)hex_digit(s.ptr[2 * i], &high);
		(void)hex_digit(s.ptr[2 * i + 1], &low);
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
