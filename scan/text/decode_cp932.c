/*
 * decode_cp932.c: CP932 (WINDOWS-31J): JIS X 0208 with NEC's and IBM's characters, half-width kana, user area.
 *
 * UTF-8 and EUC-JP that go on in such a file read as valid but improbable CP932: both are noted as signs against it.
 */
#include "nks_decode.h"
#include "nks_tables.h"

#include <string.h>

/* Two characters of UTF-8 for Japanese, where CP932 would have rare kanji. */
static bool is_utf8_pair(const struct nks_cut *c)
{
	const uint8_t *const p = c->p;

	if (c->end - p < 6) {
		return false;
	}
	return p[0] >= 0xe3 && p[0] <= 0xe9 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80 && p[3] >= 0xe3 &&
		p[3] <= 0xef && (p[4] & 0xc0) == 0x80 && (p[5] & 0xc0) == 0x80;
}

/* Two kana of EUC-JP: here they would be punctuation marks with a kana between. */
static bool is_euc_pair(const struct nks_cut *c)
{
	const uint8_t *const p = c->p;

	return c->end - p >= 4 && (p[0] == 0xa4 || p[0] == 0xa5) && p[2] == p[0] && p[1] >= 0xa1 && p[3] >= 0xa1;
}

static void take_single(struct nks_cut *c)
{
	const uint8_t b = *c->p;

	if (b >= 0xa1 && b <= 0xdf) {
		if (is_euc_pair(c)) {
			nks_odd(c, c->p);
		}
		nks_put_half(c, b);
		c->p++;
		return;
	}
	if (b < 0x80) {
		if (b == 0 || (b == 0x1b && c->end - c->p > 1 && (c->p[1] == '$' || c->p[1] == '('))) {
			nks_odd(c, c->p);
		}
		*c->out++ = *c->p++;
		return;
	}
	nks_odd(c, c->p);
	c->p++;
	nks_put_break(c);
}

static inline nks_unit unit_of(const uint8_t *p)
{
	return nks_cp932_units[(size_t)p[0] * 192 + p[1] - (0x80 * 192 + 0x40)];
}

/* Four characters at a time whose first bytes are 80 to DF, as long as they come; returns how many. */
static size_t take_fours(const uint8_t *p, const uint8_t *end, nks_unit *out)
{
	const uint64_t each = UINT64_C(0x0001000100010001); /* 16 bits for each character */
	size_t n = 0;

	for (; end - p >= 8; p += 8, n += 4) {
		uint64_t x = 0;

		memcpy(&x, p, sizeof(x));
		/* of the first byte the highest bit, not the next two with it; of the second one of the highest two
		 */
		if ((x & each << 7) != each << 7 || (x & x << 1 & x << 2 & each << 7) != 0 ||
			((x | x << 1) & each << 15) != each << 15) {
			break;
		}
		/* first × 256 + second becomes first × 192 + second, from the table's beginning on */
		x = __builtin_bswap64(x);
		x -= ((x >> 8) & each * 0xff) * 64 + each * (0x80 * 192 + 0x40);
		const uint64_t four = (uint64_t)nks_cp932_units[x >> 48] |
			(uint64_t)nks_cp932_units[(x >> 32) & 0xffff] << 16 |
			(uint64_t)nks_cp932_units[(x >> 16) & 0xffff] << 32 |
			(uint64_t)nks_cp932_units[x & 0xffff] << 48;
		/* a break is all ones */
		if (((~four - each) & four & each << 15) != 0) {
			break;
		}
		memcpy(out + n, &four, sizeof(four));
	}
	return n;
}

/* One that the fours leave out; false: it is none. */
static bool take_odd_one(struct nks_cut *c, const uint8_t *end)
{
	const uint8_t *const p = c->p;

	if (p >= end || p[0] < 0x80 || p[1] < 0x40 || unit_of(p) == NKS_BREAK) {
		return false;
	}
	if (p[0] >= 0xe3 && p[0] <= 0xe9 && is_utf8_pair(c)) {
		nks_odd(c, p);
	}
	*c->out++ = unit_of(p);
	c->p += 2;
	return true;
}

/* Characters of two bytes as long as they come: the common path. */
static void take_double(struct nks_cut *c)
{
	const uint8_t *const end = c->end - c->limit >= 1 ? c->limit : c->end - 1;
	bool more = true;

	while (more) {
		const size_t fours = take_fours(c->p, end, c->out);
		c->p += 2 * fours;
		c->out += fours;
		for (unsigned k = 0; more && k < 4; k++) {
			more = take_odd_one(c, end);
		}
	}
}

void nks_decode_cp932(struct nks_cut *c)
{
	const uint8_t *const last = c->final ? c->end : c->end - NKS_AHEAD;

	c->limit = c->limit < last ? c->limit : last;
	while (c->p < c->limit) {
		if (*c->p < 0x80) {
			if (!nks_take_ascii(c)) {
				take_single(c);
			}
			continue;
		}
		const uint8_t *const before = c->p;
		take_double(c);
		if (c->p == before) {
			take_single(c);
		}
	}
	while (c->p < last && (*c->p == 0xde || *c->p == 0xdf)) {
		take_single(c);
	}
}
