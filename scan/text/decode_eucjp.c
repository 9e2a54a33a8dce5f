/*
 * decode_eucjp.c: EUC-JP with Microsoft's and IBM's additions: two bytes, SS2 half-width kana, SS3 JIS X 0212.
 */
#include "nks_decode.h"
#include "nks_tables.h"

static bool is_high(uint8_t b)
{
	return b >= 0xa1 && b <= 0xfe;
}

static void bad_byte(struct nks_cut *c)
{
	nks_odd(c, c->p);
	c->p++;
	nks_put_break(c);
}

static void take_unit(struct nks_cut *c, nks_unit u, size_t len)
{
	if (u == NKS_BREAK) {
		bad_byte(c);
		return;
	}
	*c->out++ = u;
	c->p += len;
}

static void take_single(struct nks_cut *c)
{
	const uint8_t *const p = c->p;
	const size_t left = (size_t)(c->end - p);

	if (p[0] < 0x80) {
		if (p[0] == 0 || (p[0] == 0x1b && left > 1 && (p[1] == '$' || p[1] == '('))) {
			nks_odd(c, p);
		}
		*c->out++ = *c->p++;
	} else if (p[0] == 0x8e && left > 1 && p[1] >= 0xa1 && p[1] <= 0xdf) {
		nks_put_half(c, p[1]);
		c->p += 2;
	} else if (p[0] == 0x8f && left > 2 && is_high(p[1]) && is_high(p[2])) {
		take_unit(c, nks_jisx0212_units[(p[1] - 0xa1) * 94 + (p[2] - 0xa1)], 3);
	} else if (is_high(p[0]) && left > 1 && is_high(p[1])) {
		take_unit(c, nks_jisx0208_units[(p[0] - 0xa1) * 94 + (p[1] - 0xa1)], 2);
	} else {
		bad_byte(c);
	}
}

/* Characters of two bytes as long as they come: the common path. */
static void take_double(struct nks_cut *c)
{
	const uint8_t *p = c->p;
	nks_unit *out = c->out;
	const uint8_t *const end = c->end - c->limit >= 1 ? c->limit : c->end - 1;

	while (p < end && is_high(p[0]) && is_high(p[1])) {
		const nks_unit u = nks_jisx0208_units[(size_t)(p[0] - 0xa1) * 94 + (size_t)(p[1] - 0xa1)];
		if (u == NKS_BREAK) {
			break;
		}
		*out++ = u;
		p += 2;
	}
	c->p = p;
	c->out = out;
}

static bool is_mark(const struct nks_cut *c)
{
	return c->end - c->p > 1 && c->p[0] == 0x8e && (c->p[1] == 0xde || c->p[1] == 0xdf);
}

void nks_decode_eucjp(struct nks_cut *c)
{
	const uint8_t *const last = c->final ? c->end : c->end - NKS_AHEAD;

	c->limit = c->limit < last ? c->limit : last;
	while (c->p < c->limit) {
		if (*c->p < 0x80 && nks_take_ascii(c)) {
			continue;
		}
		take_double(c);
		if (c->p < c->limit) {
			take_single(c);
		}
	}
	while (c->p < last && is_mark(c)) {
		take_single(c);
	}
}
