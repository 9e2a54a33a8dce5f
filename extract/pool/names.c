/*
 * names.c: names inside containers, whose encoding nobody wrote down.
 *
 * Invariant: what comes out is UTF-8 without control characters, NUL-terminated, and not cut inside a character.
 */
#include "base.h"

#include "nkx_work.h"
#include "nks_tables.h"

struct out {
	char *at;
	size_t n, room;
	unsigned bad; /* what could not be decoded */
};

static void put(struct out *o, uint32_t c)
{
	uint8_t bytes[4];
	size_t n = 0;

	if (c == 0xffff || c == 0xfffd || (c >= 0xd800 && c < 0xe000)) {
		o->bad++;
		c = 0xfffd;
	}
	if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
		(c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)) {
		c = 0xfffd;
	}
	n = nk_utf8_put(c, bytes);
	if (o->n + n < o->room) {
		memcpy(o->at + o->n, bytes, n);
		o->n += n;
	} else {
		o->room = o->n + 1;
	}
}

static void from_wide(struct out *o, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		const uint32_t u = nk_get_le16(b + i);
		const uint32_t low = i + 3 < len ? nk_get_le16(b + i + 2) : 0;

		if (u >= 0xd800 && u < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			put(o, 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00));
			i += 2;
		} else {
			put(o, u);
		}
	}
}

static void from_utf8(struct out *o, const uint8_t *b, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t good = len - at;

		if (!nk_utf8_valid((struct nk_bytes){ b + at, len - at }, &good) && good == 0) {
			put(o, 0xfffd);
			at++;
			continue;
		}
		for (size_t i = 0; i < good;) {
			put(o, nk_utf8_next((struct nk_str){ (const char *)b + at, good }, &i));
		}
		at += good;
	}
}

static void from_cp932(struct out *o, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (b[i] < 0x80) {
			put(o, b[i]);
		} else if (b[i] >= 0xa1 && b[i] <= 0xdf) {
			put(o, 0xff61U + b[i] - 0xa1U);
		} else if (i + 1 < len && b[i + 1] >= 0x40) {
			put(o, nks_cp932_units[(b[i] - 0x80U) * 192U + (b[i + 1] - 0x40U)]);
			i++;
		} else {
			put(o, 0xffff);
		}
	}
}

static bool euc_pair(const uint8_t *b, size_t left)
{
	return left >= 2 && b[0] >= 0xa1 && b[0] != 0xff && b[1] >= 0xa1 && b[1] != 0xff;
}

static void from_euc(struct out *o, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (b[i] < 0x80) {
			put(o, b[i]);
		} else if (b[i] == 0x8e && i + 1 < len && b[i + 1] >= 0xa1 && b[i + 1] <= 0xdf) {
			put(o, 0xff61U + b[i + 1] - 0xa1U);
			i++;
		} else if (b[i] == 0x8f && euc_pair(b + i + 1, len - i - 1)) {
			put(o, nks_jisx0212_units[(b[i + 1] - 0xa1U) * 94U + (b[i + 2] - 0xa1U)]);
			i += 2;
		} else if (euc_pair(b + i, len - i)) {
			put(o, nks_jisx0208_units[(b[i] - 0xa1U) * 94U + (b[i + 1] - 0xa1U)]);
			i++;
		} else {
			put(o, 0xffff);
		}
	}
}

/* How unlike a name this reading is: undecodable, private, and half-width kana (what the wrong reading gives) count.
 */
static unsigned oddness(const char *utf8, size_t len, unsigned bad)
{
	unsigned odd = bad * 16;

	for (size_t i = 0; i < len;) {
		const uint32_t c = nk_utf8_next((struct nk_str){ utf8, len }, &i);

		odd += c >= 0xe000 && c < 0xf900 ? 8 : 0;
		odd += c >= 0xff61 && c <= 0xff9f ? 2 : 0;
		/* Greek and Cyrillic and box lines are in both sets and seldom in names. */
		odd += (c >= 0x370 && c < 0x530) || (c >= 0x2500 && c < 0x2580) ? 2 : 0;
	}
	return odd;
}

/* CP932 or EUC-JP: whichever reads better; on a tie CP932, which most archives with such names come from. */
static void from_japanese(struct out *o, const uint8_t *b, size_t len)
{
	char other[NKX_NAME_MAX];
	struct out euc = { other, 0, o->room < sizeof(other) ? o->room : sizeof(other), 0 };

	from_cp932(o, b, len);
	from_euc(&euc, b, len);
	if (oddness(other, euc.n, euc.bad) < oddness(o->at, o->n, o->bad)) {
		memcpy(o->at, other, euc.n);
		o->n = euc.n;
	}
}

/* EUC-JP can be well-formed UTF-8 by chance: then it reads as letters that hardly anybody writes (U+0180 to U+02FF,
 * U+0530 to U+07FF) and nothing else above ASCII. */
static bool unlikely_utf8(const uint8_t *b, size_t len)
{
	size_t odd = 0;
	size_t other = 0;

	for (size_t i = 0; i < len;) {
		const uint32_t c = nk_utf8_next((struct nk_str){ (const char *)b, len }, &i);

		odd += (c >= 0x180 && c < 0x300) || (c >= 0x530 && c < 0x800);
		other += c >= 0x80;
	}
	return odd > 0 && odd == other;
}

/* Bytes at the end that begin a character and do not end it. */
static size_t cut_tail(const uint8_t *b, size_t len)
{
	for (size_t n = 1; n <= 3 && n <= len; n++) {
		const uint8_t c = b[len - n];
		const size_t want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;

		if (c < 0x80 || want > 0) {
			return c >= 0x80 && c < 0xf5 && want > n ? n : 0;
		}
	}
	return 0;
}

bool nkx_utf8_torn(const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	size_t good = 0; /* bytes in characters of three and more: those of two may be anything */
	size_t bad = 0;
	const size_t tail = cut_tail(b, len);

	if (nk_utf8_valid((struct nk_bytes){ b, len }, NULL)) {
		return false;
	}
	for (size_t at = 0; at < len - tail;) {
		size_t n = len - tail - at;

		if (!nk_utf8_valid((struct nk_bytes){ b + at, n }, &n) && n == 0) {
			bad++;
			at++;
			continue;
		}
		for (const size_t end = at + n; at < end; at++) {
			good += b[at] >= 0xf0 ? 4 : b[at] >= 0xe0 ? 3 : 0;
		}
	}
	return good >= 2 * (bad + (tail > 0 ? 1U : 0U)) && good > 0;
}

void nkx_name_utf8(const void *bytes, size_t len, bool wide, char *out, size_t room)
{
	struct out o = { out, 0, room, 0 };

	if (room == 0) {
		return;
	}
	len = len > 4 * (size_t)NKX_NAME_MAX ? 4 * (size_t)NKX_NAME_MAX : len;
	if (wide) {
		from_wide(&o, bytes, len);
	} else if (nkx_utf8_torn(bytes, len) ||
		(nk_utf8_valid((struct nk_bytes){ bytes, len }, NULL) && !unlikely_utf8(bytes, len))) {
		from_utf8(&o, bytes, len);
	} else {
		from_japanese(&o, bytes, len);
	}
	out[o.n] = '\0';
}

void nkx_utf8_clean(const char *name, char *out, size_t room)
{
	struct out o = { out, 0, room, 0 };

	from_utf8(&o, (const uint8_t *)name, strlen(name));
	out[o.n] = '\0';
}
