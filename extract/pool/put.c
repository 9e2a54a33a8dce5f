/*
 * put.c: text that openers make.
 *
 * Invariant: what is fed is UTF-8; a lone surrogate becomes U+FFFD.
 */
#include "base.h"

#include "nkx_work.h"

void nkx_put_flush(struct nkx_text *t)
{
	if (t->n > 0) {
		(void)nkx_stream_feed(t->w, t->buf, t->n);
		t->n = 0;
	}
}

void nkx_put(struct nkx_text *t, const char *utf8, size_t len)
{
	if (len > sizeof(t->buf) - t->n) {
		nkx_put_flush(t);
	}
	if (len > sizeof(t->buf)) {
		(void)nkx_stream_feed(t->w, utf8, len);
		return;
	}
	memcpy(t->buf + t->n, utf8, len);
	t->n += len;
}

void nkx_put_codepoint(struct nkx_text *t, uint32_t c)
{
	uint8_t out[4];
	const bool bad = c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff);

	nkx_put(t, (const char *)out, nk_utf8_put(bad ? 0xfffd : c, out));
}

void nkx_put_utf16(struct nkx_text *t, const uint8_t *le, size_t units)
{
	for (size_t i = 0; i < units; i++) {
		const uint32_t u = nk_get_le16(le + 2 * i);
		uint32_t low = 0;

		if (u >= 0xd800 && u < 0xdc00 && i + 1 < units) {
			low = nk_get_le16(le + 2 * i + 2);
		}
		if (low >= 0xdc00 && low < 0xe000) {
			nkx_put_codepoint(t, 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00));
			i++;
		} else {
			nkx_put_codepoint(t, u);
		}
	}
}
