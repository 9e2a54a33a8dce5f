/*
 * masks.c: the bit maps of a block, plainly; masks_wide.c makes the same ones by vectors.
 */
#include "nks_decode.h"

static bool is_within(nks_unit u, nks_unit from, nks_unit to)
{
	return u >= from && u <= to;
}

static bool is_digit(nks_unit u)
{
	return is_within(u, '0', '9') || is_within(u, 0xff10, 0xff19);
}

static bool is_alpha(nks_unit u)
{
	const nks_unit low = u | 0x20;

	if (is_within(low, 'a', 'z') || is_within(u, 0xff21, 0xff3a) || is_within(u, 0xff41, 0xff5a)) {
		return true;
	}
	return is_within(u, 0xc0, 0x24f) && u != 0xd7 && u != 0xf7;
}

static bool is_han(nks_unit u)
{
	return is_within(u, 0x3400, 0x9fff) || is_within(u, 0x3005, 0x3007) || is_within(u, 0xd800, 0xfaff);
}

static bool is_kana(nks_unit u)
{
	return is_within(u, 0x3041, 0x3096) || is_within(u, 0x309d, 0x309f) || is_within(u, 0x30a1, 0x30fa) ||
		is_within(u, 0x30fc, 0x30ff);
}

static bool is_gap(nks_unit u)
{
	static const nks_unit gaps[] = { '\t', '\n', '\r', NKS_ROW, NKS_CELL, ' ', '"', '\'', ',', '/', '<', '>',
		0xa0, 0x3000, 0x30fb, 0xff0c, 0xff0f, 0xff02, 0xff07, 0xff1c, 0xff1e };

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		if (gaps[i] == u) {
			return true;
		}
	}
	return is_within(u, 0x2000, 0x200a) || is_within(u, 0x2018, 0x201f);
}

static bool is_in(nks_unit u, enum nks_mask m)
{
	switch (m) {
	case NKS_M_DIGIT:
		return is_digit(u);
	case NKS_M_ALPHA:
		return is_alpha(u);
	case NKS_M_HAN:
		return is_han(u);
	case NKS_M_KANA:
		return is_kana(u);
	case NKS_M_AT:
		return u == '@' || u == 0xff20;
	case NKS_M_GAP:
		return is_gap(u);
	case NKS_M_SIGN:
		return u == '+' || u == '/' || u == '-' || u == '_';
	case NKS_M_ESCAPE:
		return u == '%' || u == '\\' || u == '&' || u == '=' || u == '#' || u == '?';
	case NKS_M_COUNT:
		break;
	}
	return false;
}

void nks_masks_plain(struct nks_masks *m, size_t w, const nks_unit *u)
{
	for (unsigned k = 0; k < NKS_M_COUNT; k++) {
		uint64_t bits = 0;
		for (unsigned i = 0; i < 64; i++) {
			bits |= (uint64_t)is_in(u[i], (enum nks_mask)k) << i;
		}
		m->word[k][w] = bits;
		m->any |= (uint64_t)(bits != 0) << k;
	}
	for (unsigned i = 0; i < 64; i++) {
		m->gaiji |= is_within(u[i], 0xe000, 0xf8ff);
	}
}
