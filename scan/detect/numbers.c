/*
 * numbers.c: numbers as people write them: digits of both widths and kanji numerals, positional (一九八五) or named
 * (六十年).
 */
#include "nks_detect_int.h"

enum { NUMBER_MAX = 8, TEN = 10, HUNDRED = 100, THOUSAND = 1000 };

/* 0 to 9, 10, 100, 1000; 20 and 30 for 廿 and 卅; -1: no numeral. */
static int numeral(nks_unit u)
{
	switch (u) {
	case 0x3007:
	case 0x96f6:
		return 0;
	case 0x4e00:
	case 0x58f1:
		return 1;
	case 0x4e8c:
	case 0x5f10:
		return 2;
	case 0x4e09:
	case 0x53c2:
		return 3;
	case 0x56db:
		return 4;
	case 0x4e94:
		return 5;
	case 0x516d:
		return 6;
	case 0x4e03:
		return 7;
	case 0x516b:
		return 8;
	case 0x4e5d:
		return 9;
	case 0x5341:
		return TEN;
	case 0x767e:
		return HUNDRED;
	case 0x5343:
		return THOUSAND;
	case 0x5eff:
		return 20;
	case 0x5345:
		return 30;
	default:
		return -1;
	}
}

bool nks_is_numeral(nks_unit u)
{
	return numeral(u) >= 0;
}

static size_t digits_number(const struct nks_text *t, size_t i, unsigned *out)
{
	size_t n = 0;
	unsigned value = 0;
	while (i + n < t->n && nks_is_digit(t->u[i + n])) {
		if (n == NUMBER_MAX) {
			return 0;
		}
		value = value * TEN + nks_digit(t->u[i + n]);
		n++;
	}
	*out = value;
	return n;
}

/* 六十, 百二十三, 一九八五: named numbers add up what positional ones shift. */
static size_t kanji_number(const struct nks_text *t, size_t i, unsigned *out)
{
	unsigned total = 0, part = 0;
	size_t n = 0;
	bool has_part = false;
	while (i + n < t->n) {
		int v = numeral(t->u[i + n]);
		if (v < 0) {
			break;
		}
		if (n == NUMBER_MAX) {
			return 0;
		}
		if (v == TEN || v == HUNDRED || v == THOUSAND) {
			total += (has_part ? part : 1) * (unsigned)v;
			part = 0;
			has_part = false;
		} else if (v > TEN) {
			total += (unsigned)v;
		} else {
			part = part * TEN + (unsigned)v;
			has_part = true;
		}
		n++;
	}
	*out = total + part;
	return n;
}

size_t nks_number(const struct nks_text *text, size_t i, unsigned *out)
{
	if (i >= text->n) {
		return 0;
	}
	if (nks_is_digit(text->u[i])) {
		return digits_number(text, i, out);
	}
	return kanji_number(text, i, out);
}
