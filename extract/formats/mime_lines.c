/*
 * mime_lines.c: lines of a mail or mailbox, and the codings of bodies.
 */
#include "base.h"

#include "mime.h"

static void fill(struct nkx_lines *l)
{
	memmove(l->buf, l->buf + l->from, l->n - l->from);
	l->at += l->from;
	l->n -= l->from;
	l->from = 0;
	l->n += nkx_read_some(l->s, l->at + l->n, l->buf + l->n, sizeof(l->buf) - l->n);
}

bool nkx_line_next(struct nkx_lines *l, struct nkx_line *out)
{
	if (l->n - l->from < NKX_MIME_LINE) {
		fill(l);
	}
	size_t left = l->n - l->from;

	if (left == 0) {
		return false;
	}
	size_t most = left < NKX_MIME_LINE ? left : NKX_MIME_LINE;
	const uint8_t *p = l->buf + l->from;
	const uint8_t *end = memchr(p, '\n', most);

	out->p = p;
	out->len = end != NULL ? (size_t)(end - p) + 1 : most;
	out->at = l->at + l->from;
	out->starts = !l->middle;
	l->middle = end == NULL;
	l->from += out->len;
	return true;
}

size_t nkx_line_trim(const struct nkx_line *line)
{
	size_t len = line->len;

	while (len > 0 &&
		(line->p[len - 1] == '\n' || line->p[len - 1] == '\r' || line->p[len - 1] == ' ' ||
			line->p[len - 1] == '\t')) {
		len--;
	}
	return len;
}

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

bool nkx_line_is_from(const uint8_t *p, size_t len)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	bool month = false, clock = false;

	if (len < 20 || memcmp(p, "From ", 5) != 0) {
		return false;
	}
	len = len < 400 ? len : 400;
	for (size_t i = 5; i + 4 < len && p[i] != '\n'; i++) {
		if (p[i] != ' ') {
			continue;
		}
		for (size_t m = 0; m < 36 && !month; m += 3) {
			month = memcmp(p + i + 1, months + m, 3) == 0 && p[i + 4] == ' ';
		}
		clock = clock ||
			(month && i + 6 < len && digit(p[i + 1]) && digit(p[i + 2]) && p[i + 3] == ':' &&
				digit(p[i + 4]) && digit(p[i + 5]));
	}
	return month && clock;
}

size_t nkx_line_is_field(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && n < 80 && p[n] > ' ' && p[n] < 127 && p[n] != ':') {
		n++;
	}
	size_t name = n;

	while (n < len && (p[n] == ' ' || p[n] == '\t')) {
		n++;
	}
	return name > 0 && n < len && p[n] == ':' ? name : 0;
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static size_t base64(struct nkx_mime_decoder *d, const uint8_t *in, size_t len, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int v = base64_value(in[i]);

		if (in[i] == '=') { /* several blocks may stand one behind the other */
			d->n_bits = 0;
		}
		if (v < 0) {
			continue;
		}
		d->bits = (d->bits << 6 | (uint32_t)v) & 0xffffff;
		d->n_bits += 6;
		if (d->n_bits >= 8) {
			d->n_bits -= 8;
			out[n++] = (uint8_t)(d->bits >> d->n_bits);
		}
	}
	return n;
}

static int hex(uint8_t c)
{
	if (digit(c)) {
		return c - '0';
	}
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Gives the waiting bytes out as they are. */
static size_t spill(struct nkx_mime_decoder *d, uint8_t *out)
{
	size_t n = d->n_tail;

	memcpy(out, d->tail, n);
	d->n_tail = 0;
	return n;
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A byte behind '=': true: used. The tail holds '=' and what came since. */
static bool quoted_byte(struct nkx_mime_decoder *d, uint8_t b, uint8_t *out, size_t *n)
{
	bool first = d->n_tail == 1;

	if (b == '\n' && (first || blank(d->tail[1]))) {
		d->n_tail = 0;
		return true;
	}
	if (!first && hex(d->tail[1]) >= 0 && hex(b) >= 0) {
		out[(*n)++] = (uint8_t)(hex(d->tail[1]) * 16 + hex(b));
		d->n_tail = 0;
		return true;
	}
	if ((first && hex(b) >= 0) || (blank(b) && (first || blank(d->tail[1])) && d->n_tail < sizeof(d->tail) - 1)) {
		d->tail[d->n_tail++] = b;
		return true;
	}
	*n += spill(d, out + *n);
	return false;
}

static size_t quoted(struct nkx_mime_decoder *d, const uint8_t *in, size_t len, bool end, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (d->n_tail > 0 && quoted_byte(d, in[i], out, &n)) {
			continue;
		}
		if (in[i] == '=') {
			d->tail[d->n_tail++] = '=';
		} else {
			out[n++] = in[i];
		}
	}
	return end ? n + spill(d, out + n) : n;
}

/* A line of uuencode. */
static size_t uu(struct nkx_mime_decoder *d, const uint8_t *in, size_t len, uint8_t *out)
{
	size_t n = 0;

	if (len >= 3 && memcmp(in, "end", 3) == 0) {
		d->done = true;
		return 0;
	}
	size_t wanted = len == 0 ? 0 : (in[0] - 32U) & 63U;

	for (size_t i = 1; i + 3 < len && n < wanted; i += 4) {
		uint32_t bits = 0;

		for (size_t k = 0; k < 4; k++) {
			bits = bits << 6 | ((in[i + k] - 32U) & 63U);
		}
		for (int shift = 16; shift >= 0 && n < wanted; shift -= 8) {
			out[n++] = (uint8_t)(bits >> shift);
		}
	}
	return n;
}

size_t nkx_mime_decode(struct nkx_mime_decoder *d, const uint8_t *in, size_t len, bool end, uint8_t *out)
{
	switch (d->coding) {
	case NKX_MIME_BASE64:
		return base64(d, in, len, out);
	case NKX_MIME_QUOTED:
		return quoted(d, in, len, end, out);
	case NKX_MIME_UU:
		return uu(d, in, len, out);
	case NKX_MIME_PLAIN:
		break;
	}
	memcpy(out, in, len);
	return len;
}
