/*
 * escapes_look.c: whether bytes may be text. Only for what came out of base64, where nothing else says so: when in
 * doubt, yes, but random bytes should be no.
 */
#include "escapes_int.h"

#include <string.h>

static bool is_control(uint8_t b)
{
	return (b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b && b != 0x1e &&
		       b != 0x1f) ||
		b == 0x7f;
}

/* UTF-8, cut anywhere, of all ASCII to all kanji; ISO-2022-JP is ASCII here. */
static bool is_utf8(const uint8_t *s, size_t n)
{
	size_t i = 0;

	while (i < n && i < 3 && (s[i] & 0xc0) == 0x80) {
		i++;
	}
	while (i < n) {
		const size_t len = s[i] < 0x80 ? 1 : s[i] >= 0xf0 ? 4 : s[i] >= 0xe0 ? 3 : 2;

		if (is_control(s[i]) || (s[i] >= 0x80 && (s[i] < 0xc2 || s[i] > 0xf4))) {
			return false;
		}
		for (size_t k = 1; k < len && i + k < n; k++) {
			if ((s[i + k] & 0xc0) != 0x80) {
				return false;
			}
		}
		i += len;
	}
	return true;
}

/* CP932 or EUC: every character is one, and at least half of the bytes that are no ASCII are of double ones. */
static bool is_double_byte(const uint8_t *s, size_t n, bool euc)
{
	size_t pairs = 0;
	size_t single = 0;

	for (size_t i = 0; i < n; i++) {
		const uint8_t b = s[i];
		const uint8_t trail = i + 1 < n ? s[i + 1] : 0xa1;
		const bool lead = euc ? b >= 0xa1 && b <= 0xfc : (b >= 0x81 && b <= 0x9f) || (b >= 0xe0 && b <= 0xfc);

		if (is_control(b)) {
			return false;
		}
		if (b < 0x80) {
			continue;
		}
		if (euc && (b == 0x8e || b == 0x8f) && trail >= 0xa1) {
			i += b - 0x8dU;
			continue;
		}
		if (!lead) {
			single++;
			if (euc || b < 0xa1 || b > 0xdf) {
				return false;
			}
			continue;
		}
		if (euc ? trail < 0xa1 : trail < 0x40 || trail == 0x7f || trail > 0xfc) {
			return false;
		}
		/* What is in use: kana and kanji of the first two levels. */
		pairs += euc ? (b >= 0xa4 && b <= 0xa5) || (b >= 0xb0 && b <= 0xf4)
			     : b <= 0x83 || (b >= 0x88 && b <= 0xea);
		single += euc ? (b >= 0xa9 && b < 0xb0) || b > 0xf4 : (b >= 0x85 && b <= 0x86) || b > 0xf0;
		i++;
	}
	return pairs >= 2 && pairs >= single;
}

static bool is_of_use(unsigned unit)
{
	return (unit >= 0x20 && unit < 0x7f) || unit == '\n' || unit == '\r' || unit == '\t' ||
		(unit >= 0x3000 && unit < 0x3100) || (unit >= 0x4e00 && unit < 0x9fb0) ||
		(unit >= 0xff00 && unit < 0xffa0) || unit == 0xfeff;
}

static bool is_utf16(const uint8_t *s, size_t n, unsigned high)
{
	size_t good = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		good += is_of_use((unsigned)s[i + high] << 8 | s[i + 1 - high]);
	}
	return good * 10 >= n / 2 * 9;
}

static bool is_known_file(const uint8_t *s, size_t n)
{
	static const char *const magics[] = { "%PDF-", "PK\3\4", "\x1f\x8b\x08", "\xd0\xcf\x11\xe0",
		"SQLite format 3", "{\\rtf" };

	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
		const size_t len = strlen(magics[i]);

		if (n >= len && memcmp(s, magics[i], len) == 0) {
			return true;
		}
	}
	return false;
}

bool nks_is_texty(const uint8_t *bytes, size_t n)
{
	return is_utf8(bytes, n) || is_known_file(bytes, n) || is_double_byte(bytes, n, false) ||
		is_double_byte(bytes, n, true) || is_utf16(bytes, n, 0) || is_utf16(bytes, n, 1);
}
