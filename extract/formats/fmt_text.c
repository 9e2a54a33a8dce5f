/*
 * fmt_text.c: plain text of any encoding: everything that has few control characters.
 */
#include "base.h"

#include "nkx_plain.h"

static bool is_control(uint8_t c)
{
	return c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b && c != 0x0b && c != 0x1a;
}

/* UTF-16 has a zero in every other byte as soon as there is ASCII in it, and hardly one at the same parity's
 * neighbour. */
static bool is_wide(const uint8_t *head, size_t len)
{
	size_t zeros[2] = { 0, 0 };

	if (len >= 2 && ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff))) {
		return true;
	}
	for (size_t i = 0; i < len; i++) {
		zeros[i & 1] += head[i] == 0;
	}
	return (zeros[0] == 0 && zeros[1] > len / 32) || (zeros[1] == 0 && zeros[0] > len / 32);
}

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	size_t odd = 0;

	(void)size;
	(void)name;
	for (size_t i = 0; i < len; i++) {
		odd += is_control(head[i]);
	}
	return odd <= len / 128 || is_wide(head, len) ? 5 : 0;
}

static enum nkx_why open_text(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	(void)name;
	return nkx_plain_open(w, s, "text", NKS_KIND_UNKNOWN);
}

const struct nkx_format nkx_format_text = { "text", sniff, open_text, false };
