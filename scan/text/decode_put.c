/*
 * decode_put.c: normalising of single characters on their way into a block, as nks_norm.h says.
 *
 * Everything here is the rare path: decoders take common characters themselves.
 */
#include "nks_decode.h"
#include "nks_norm.h"

void nks_put_break(struct nks_cut *c)
{
	if (c->out[-1] != NKS_BREAK) {
		*c->out++ = NKS_BREAK;
	}
}

void nks_put_half(struct nks_cut *c, uint8_t raw)
{
	const bool mark = raw == 0xde || raw == 0xdf;

	if (mark && c->half == c->out) {
		const nks_unit whole = nks_voiced(c->out[-1], raw == 0xdf);
		if (whole != 0) {
			c->out[-1] = whole;
			c->half = NULL;
			return;
		}
		nks_odd(c, c->p);
	}
	*c->out++ = nks_half_kana_table[raw - 0xa1];
	c->half = c->out;
}

void nks_put_rare(struct nks_cut *c, nks_unit u)
{
	if (nks_is_half_kana(u)) {
		nks_put_half(c, (uint8_t)(u - 0xff61 + 0xa1));
		return;
	}
	if (u >= 0xfffe) {
		nks_odd(c, c->p);
		nks_put_break(c);
		return;
	}
	if (nks_is_dropped(u)) {
		return;
	}
	if (u == 0x3099 || u == 0x309a) {
		const nks_unit whole = nks_voiced(c->out[-1], u == 0x309a);
		if (whole != 0) {
			c->out[-1] = whole;
			return;
		}
	}
	*c->out++ = u;
}

void nks_put_above(struct nks_cut *c, uint32_t codepoint)
{
	const nks_unit u = nks_supplementary(codepoint);

	if (u != 0) {
		*c->out++ = u;
	}
}
