/*
 * decode_jis.c: ISO-2022-JP with all that goes by its name: CP50220, CP50221, CP50222, ISO-2022-JP-1.
 *
 * JIS X 0208 is read with NEC's and IBM's characters; half-width kana by ESC ( I, by SO and SI, and as eight bits. A
 * line end leads back to ASCII, as each line has to begin.
 */
#include "nks_decode.h"
#include "nks_tables.h"

#include <string.h>

/* Escape sequences that are known: what follows ESC, and the mode they lead to. */
struct jis_escape {
	const char *text;
	uint8_t len, mode;
};
static const struct jis_escape ESCAPES[] = {
	{ "$B", 2, NKS_JIS_0208 },
	{ "$@", 2, NKS_JIS_0208 },
	{ "(B", 2, NKS_JIS_ASCII },
	{ "(J", 2, NKS_JIS_ASCII },
	{ "(H", 2, NKS_JIS_ASCII },
	{ "(I", 2, NKS_JIS_KANA },
	{ "$(D", 3, NKS_JIS_0212 },
	{ "$(B", 3, NKS_JIS_0208 },
	{ "$(@", 3, NKS_JIS_0208 },
	{ "$(O", 3, NKS_JIS_0208 },
	{ "$(Q", 3, NKS_JIS_0208 },
};

static void bad_byte(struct nks_cut *c)
{
	nks_odd(c, c->p);
	c->p++;
	nks_put_break(c);
}

static void take_escape(struct nks_cut *c)
{
	const size_t left = (size_t)(c->end - c->p) - 1;

	for (size_t i = 0; i < sizeof(ESCAPES) / sizeof(ESCAPES[0]); i++) {
		const struct jis_escape *const e = &ESCAPES[i];
		if (left >= e->len && memcmp(c->p + 1, e->text, e->len) == 0) {
			c->mode = e->mode;
			c->p += 1 + e->len;
			return;
		}
	}
	*c->out++ = *c->p++;
}

/* Controls, whatever the mode. */
static void take_control(struct nks_cut *c)
{
	const uint8_t b = *c->p;

	if (b == 0x1b) {
		take_escape(c);
		return;
	}
	if (b == 0x0e || b == 0x0f) {
		c->mode = (uint8_t)(b == 0x0e ? c->mode | NKS_JIS_SHIFTED : c->mode & ~NKS_JIS_SHIFTED);
		c->p++;
		return;
	}
	if (b == '\n' || b == '\r') {
		c->mode = NKS_JIS_ASCII;
	}
	if (b == 0) {
		nks_odd(c, c->p);
	}
	*c->out++ = *c->p++;
}

static void take_double(struct nks_cut *c, const uint16_t *table)
{
	const uint8_t *const p = c->p;

	if (p[0] < 0x21 || p[0] > 0x7e) {
		*c->out++ = *c->p++;
		return;
	}
	if (c->end - p < 2 || p[1] < 0x21 || p[1] > 0x7e) {
		bad_byte(c);
		return;
	}
	const nks_unit u = table[(p[0] - 0x21) * 94 + (p[1] - 0x21)];
	if (u == NKS_BREAK) {
		bad_byte(c);
		c->p++;
		return;
	}
	*c->out++ = u;
	c->p += 2;
}

static void take_any(struct nks_cut *c)
{
	const uint8_t b = *c->p;
	const bool kana = c->mode == NKS_JIS_KANA || (c->mode & NKS_JIS_SHIFTED) != 0;

	if (b < 0x20) {
		take_control(c);
	} else if (b >= 0x80) {
		nks_odd(c, c->p);
		if (b >= 0xa1 && b <= 0xdf) {
			nks_put_half(c, b);
			c->p++;
		} else {
			bad_byte(c);
		}
	} else if (kana && b >= 0x21 && b <= 0x5f) {
		nks_put_half(c, (uint8_t)(b + 0x80));
		c->p++;
	} else if (c->mode == NKS_JIS_0208) {
		take_double(c, nks_jisx0208_units);
	} else if (c->mode == NKS_JIS_0212) {
		take_double(c, nks_jisx0212_units);
	} else {
		*c->out++ = *c->p++;
	}
}

static bool is_mark(const struct nks_cut *c)
{
	const bool kana = c->mode == NKS_JIS_KANA || (c->mode & NKS_JIS_SHIFTED) != 0;

	return *c->p == 0xde || *c->p == 0xdf || (kana && (*c->p == 0x5e || *c->p == 0x5f));
}

/* The ASCII of a line: like nks_take_ascii, but it leaves line ends and shifts alone (they change nothing in this
 * mode but SO does). */
static bool take_plain(struct nks_cut *c)
{
	const uint8_t *const begin = c->p;

	while (c->p < c->limit && *c->p >= 0x20 && *c->p < 0x80) {
		*c->out++ = *c->p++;
	}
	return c->p != begin;
}

void nks_decode_jis(struct nks_cut *c)
{
	const uint8_t *const last = c->final ? c->end : c->end - NKS_AHEAD;

	c->limit = c->limit < last ? c->limit : last;
	while (c->p < c->limit) {
		if (c->mode != NKS_JIS_ASCII || !take_plain(c)) {
			take_any(c);
		}
	}
	while (c->p < last && is_mark(c)) {
		take_any(c);
	}
}
