/*
 * nko_encode.c: a text in each of the encodings that are looked for.
 *
 * Invariant: an encoding gives the exact bytes or none; nothing is replaced or dropped.
 */
#include "nkscan_old_int.h"

#include <iconv.h>
#include <stdint.h>

void *nko_cd_open(void)
{
	const iconv_t cd = iconv_open("CP932", "UTF-8");

	/* iconv_open's failure is the pointer of all ones, (iconv_t)-1. */
	return (uintptr_t)cd == UINTPTR_MAX ? NULL : (void *)cd;
}

void nko_cd_close(void *cd)
{
	if (cd != NULL) {
		(void)iconv_close((iconv_t)cd);
	}
}

/* Bytes of the character that begins with `lead`, 0 when none does. */
static size_t lead_len(uint8_t lead)
{
	if (lead < 0x80) {
		return 1;
	}
	if (lead < 0xc2 || lead > 0xf4) {
		return 0;
	}
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* The character at p, which *out_len bytes make; *out_len 0 when it is not well-formed (RFC 3629). */
static uint32_t decode(const uint8_t *p, size_t left, size_t *out_len)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const size_t len = lead_len(p[0]);
	uint32_t cp = len < 2 ? p[0] : p[0] & (0xffU >> (len + 1));

	*out_len = 0;
	if (len == 0 || len > left) {
		return 0;
	}
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
		cp = cp << 6 | (p[i] & 0x3fU);
	}
	if (cp < least[len] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
		return 0;
	}
	*out_len = len;
	return cp;
}

static void put_unit(uint8_t *out, uint32_t unit, int big)
{
	out[big ? 0 : 1] = (uint8_t)(unit >> 8);
	out[big ? 1 : 0] = (uint8_t)(unit & 0xff);
}

/* One character as UTF-16; returns how many bytes. */
static size_t put_utf16(uint8_t out[static 4], uint32_t cp, int big)
{
	if (cp < 0x10000) {
		put_unit(out, cp, big);
		return 2;
	}
	put_unit(out, 0xd800 + ((cp - 0x10000) >> 10), big);
	put_unit(out + 2, 0xdc00 + ((cp - 0x10000) & 0x3ff), big);
	return 4;
}

static enum nko_status to_cp932(void *cd, const char *utf8, size_t len, uint8_t *out, size_t room, size_t *out_len)
{
	/* iconv does not write to its input; its prototype does not say so. */
	union {
		const char *given;
		char *wanted;
	} in = { .given = utf8 };
	char *at = (char *)out;
	size_t left = len;
	size_t free_room = room;

	*out_len = 0;
	(void)iconv((iconv_t)cd, NULL, NULL, NULL, NULL);
	/* Anything but 0 is a character that CP932 does not have (or one that was only written nearly). */
	if (iconv((iconv_t)cd, &in.wanted, &left, &at, &free_room) == 0 && left == 0) {
		*out_len = room - free_room;
	}
	return NKO_OK;
}

enum nko_status nko_encode_with(
	void *cd, enum nko_encoding to, const char *utf8, size_t len, uint8_t *out, size_t room, size_t *out_len)
{
	const uint8_t *in = (const uint8_t *)utf8;
	size_t made = 0;
	size_t step = 0;

	*out_len = 0;
	if (len > SIZE_MAX / 4 || room < 4 * len) {
		return NKO_LIMIT;
	}
	for (size_t at = 0; at < len; at += step) {
		const uint32_t cp = decode(in + at, len - at, &step);

		if (step == 0) {
			return NKO_BAD_TEXT;
		}
		if (to == NKO_UTF16LE || to == NKO_UTF16BE) {
			made += put_utf16(out + made, cp, to == NKO_UTF16BE);
		}
	}
	if (to == NKO_CP932) {
		return to_cp932(cd, utf8, len, out, room, out_len);
	}
	if (to == NKO_UTF8) {
		memcpy(out, utf8, len);
		made = len;
	}
	*out_len = made;
	return NKO_OK;
}

enum nko_status nko_encode(
	enum nko_encoding to, const char *utf8, size_t len, uint8_t *out, size_t room, size_t *out_len)
{
	void *cd = to == NKO_CP932 ? nko_cd_open() : NULL;
	enum nko_status status = NKO_UNAVAILABLE;

	*out_len = 0;
	if (to != NKO_CP932 || cd != NULL) {
		status = nko_encode_with(cd, to, utf8, len, out, room, out_len);
	}
	nko_cd_close(cd);
	return status;
}
