/*
 * utf.c: see utf.h.
 */
#include "base.h"

#include "utf.h"

static void lead(struct nkx_utf8_check *c, uint8_t b)
{
	c->low = 0x80;
	c->high = 0xbf;
	if (b >= 0xc2 && b <= 0xdf) {
		c->left = 1;
	} else if (b >= 0xe0 && b <= 0xef) {
		c->left = 2;
		c->low = b == 0xe0 ? 0xa0 : 0x80;
		c->high = b == 0xed ? 0x9f : 0xbf;
	} else if (b >= 0xf0 && b <= 0xf4) {
		c->left = 3;
		c->low = b == 0xf0 ? 0x90 : 0x80;
		c->high = b == 0xf4 ? 0x8f : 0xbf;
	} else {
		c->bad = true;
	}
}

void nkx_utf8_check(struct nkx_utf8_check *c, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len && !c->bad; i++) {
		const uint8_t b = bytes[i];

		if (c->left > 0) {
			c->bad = b < c->low || b > c->high;
			c->low = 0x80;
			c->high = 0xbf;
			c->left--;
		} else if (b >= 0x80) {
			lead(c, b);
		} else if (b == 0x1b && i + 1 < len && (bytes[i + 1] == '$' || bytes[i + 1] == '(')) {
			c->jis = true;
		}
	}
}

static size_t unit(struct nkx_utf16 *u, uint32_t v, char out[static 8])
{
	size_t n = 0;

	if (u->high != 0 && v >= 0xdc00 && v < 0xe000) {
		v = 0x10000 + ((u->high - 0xd800) << 10) + (v - 0xdc00);
		u->high = 0;
		return nkx_utf8_put(v, out);
	}
	if (u->high != 0) {
		n = nkx_utf8_put(0xfffd, out);
		u->high = 0;
	}
	if (v >= 0xd800 && v < 0xdc00) {
		u->high = v;
		return n;
	}
	return n + nkx_utf8_put(v, out + n);
}

void nkx_utf16_feed(struct nkx_utf16 *u, const uint8_t *bytes, size_t len, nkx_utf16_fn *fn, void *arg)
{
	char out[1024];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (u->n == 0) {
			u->half[0] = bytes[i];
			u->n = 1;
			continue;
		}
		u->n = 0;
		n += unit(u, u->big ? (uint32_t)(u->half[0] << 8 | bytes[i]) : (uint32_t)(bytes[i] << 8 | u->half[0]),
			out + n);
		if (n > sizeof(out) - 16) {
			fn(arg, out, n);
			n = 0;
		}
	}
	if (n > 0) {
		fn(arg, out, n);
	}
}

int nkx_utf16_kind(const uint8_t *head, size_t len, size_t *skip)
{
	size_t even = 0, odd = 0;

	*skip = 0;
	if (len >= 2 && ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff))) {
		*skip = 2;
		return head[0] == 0xff ? 1 : 2;
	}
	len = len > 512 ? 512 : len & ~(size_t)1;
	for (size_t i = 0; i + 1 < len; i += 2) {
		even += head[i] == 0 && head[i + 1] != 0 ? 1 : 0;
		odd += head[i + 1] == 0 && head[i] != 0 ? 1 : 0;
	}
	if (len >= 4 && odd * 4 > len / 2 && even == 0) {
		return 1;
	}
	return len >= 4 && even * 4 > len / 2 && odd == 0 ? 2 : 0;
}
