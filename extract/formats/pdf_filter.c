/*
 * pdf_filter.c: what PDF packs streams with. Output counts for the budgets; what is damaged gives what came before.
 */
#include "base.h"

#include "pdf_int.h"

#include <zlib.h>

enum { STEP = 65536, ROW_MAX = 1 << 20 };

static enum nkx_why flate(struct nkx_work *w, struct nk_bytes in, struct nkx_strand *out)
{
	uint8_t *step = malloc(STEP);
	z_stream z = { 0 };
	enum nkx_why why = NKX_WHY_NONE;
	int rc = Z_OK;

	if (step == NULL || inflateInit(&z) != Z_OK) {
		free(step);
		return NKX_WHY_MEMORY;
	}
	z.next_in = (Bytef *)(uintptr_t)in.ptr;
	z.avail_in = in.len < UINT_MAX ? (uInt)in.len : UINT_MAX;
	while (why == NKX_WHY_NONE && rc != Z_STREAM_END) {
		size_t n = 0;

		z.next_out = step;
		z.avail_out = STEP;
		rc = inflate(&z, Z_NO_FLUSH);
		n = STEP - z.avail_out;
		if (!nkx_budget(w, 0, n)) {
			why = NKX_WHY_RATIO;
		} else if (!nkx_strand_put(out, step, n)) {
			why = NKX_WHY_TOO_LARGE;
		} else if (rc != Z_OK && rc != Z_STREAM_END) {
			why = NKX_WHY_DAMAGED;
		}
	}
	(void)inflateEnd(&z);
	explicit_bzero(step, STEP);
	free(step);
	return why;
}

struct lzw {
	struct {
		uint16_t up;
		uint8_t last;
	} table[4096];
	uint32_t next, width, early;
	uint32_t bits, n_bits;
	uint8_t out[4096];
};

/* The text of a code, from its end; number of bytes. */
static size_t lzw_text(struct lzw *z, uint32_t code)
{
	size_t n = sizeof(z->out);

	while (n > 0) {
		z->out[--n] = code < 256 ? (uint8_t)code : z->table[code].last;
		if (code < 256) {
			break;
		}
		code = z->table[code].up;
	}
	return sizeof(z->out) - n;
}

static enum nkx_why lzw_run(struct nkx_work *w, struct lzw *z, struct nk_bytes in, struct nkx_strand *out)
{
	uint32_t before = 256;
	uint8_t first = 0;

	for (size_t i = 0; i < in.len;) {
		uint32_t code = 0;
		size_t n = 0;

		while (z->n_bits < z->width && i < in.len) {
			z->bits = (z->bits << 8 | in.ptr[i++]) & 0xffffff;
			z->n_bits += 8;
		}
		if (z->n_bits < z->width) {
			break;
		}
		z->n_bits -= z->width;
		code = z->bits >> z->n_bits & ((1u << z->width) - 1);
		if (code == 257) {
			return NKX_WHY_NONE;
		}
		if (code == 256) {
			z->next = 258;
			z->width = 9;
			before = 256;
			continue;
		}
		if (code > z->next || (code >= z->next && before == 256) || (before == 256 && code > 255)) {
			return NKX_WHY_DAMAGED;
		}
		if (before != 256 && z->next < 4096) {
			if (code < z->next) {
				first = z->out[sizeof(z->out) - lzw_text(z, code)];
			}
			z->table[z->next].up = (uint16_t)before;
			z->table[z->next].last = first;
			z->next++;
		} else if (code >= z->next) {
			return NKX_WHY_DAMAGED;
		}
		n = lzw_text(z, code);
		first = z->out[sizeof(z->out) - n];
		if (!nkx_budget(w, 0, n) || !nkx_strand_put(out, z->out + sizeof(z->out) - n, n)) {
			return NKX_WHY_TOO_LARGE;
		}
		before = code;
		z->width = z->next + z->early >= 2048 ? 12
			: z->next + z->early >= 1024  ? 11
			: z->next + z->early >= 512   ? 10
						      : 9;
	}
	return NKX_WHY_CUT_OFF;
}

static enum nkx_why lzw(struct nkx_work *w, const struct nkx_pdf_dict *d, struct nk_bytes in, struct nkx_strand *out)
{
	struct lzw *z = calloc(1, sizeof(*z));
	enum nkx_why why = NKX_WHY_MEMORY;

	if (z != NULL) {
		z->next = 258;
		z->width = 9;
		z->early = d->early != 0 ? 1 : 0;
		why = lzw_run(w, z, in, out);
		explicit_bzero(z, sizeof(*z));
		free(z);
	}
	return why;
}

static enum nkx_why hex(struct nk_bytes in, struct nkx_strand *out)
{
	int high = -1;

	for (size_t i = 0; i < in.len && in.ptr[i] != '>'; i++) {
		const uint8_t c = in.ptr[i] | 0x20;
		const int v = in.ptr[i] >= '0' && in.ptr[i] <= '9' ? in.ptr[i] - '0'
			: c >= 'a' && c <= 'f'                     ? c - 'a' + 10
								   : -1;
		const uint8_t byte = (uint8_t)((high >= 0 ? high << 4 : 0) | (v >= 0 ? v : 0));

		if (v < 0) {
			continue;
		}
		if (high >= 0 && !nkx_strand_put(out, &byte, 1)) {
			return NKX_WHY_TOO_LARGE;
		}
		high = high >= 0 ? -1 : v;
	}
	return NKX_WHY_NONE;
}

static bool base85_group(const uint32_t digits[5], size_t n, struct nkx_strand *out)
{
	uint8_t bytes[4];
	uint32_t v = 0;

	for (size_t i = 0; i < 5; i++) {
		v = v * 85 + (i < n ? digits[i] : 84);
	}
	for (size_t i = 0; i < 4; i++) {
		bytes[i] = (uint8_t)(v >> (24 - 8 * i));
	}
	return n < 2 || nkx_strand_put(out, bytes, n - 1);
}

static enum nkx_why base85(struct nk_bytes in, struct nkx_strand *out)
{
	uint32_t digits[5] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < in.len && in.ptr[i] != '~'; i++) {
		if (in.ptr[i] == 'z' && n == 0) {
			if (!nkx_strand_put(out, "\0\0\0\0", 4)) {
				return NKX_WHY_TOO_LARGE;
			}
		} else if (in.ptr[i] >= '!' && in.ptr[i] <= 'u') {
			digits[n++] = (uint32_t)in.ptr[i] - '!';
		}
		if (n == 5) {
			if (!base85_group(digits, 5, out)) {
				return NKX_WHY_TOO_LARGE;
			}
			n = 0;
		}
	}
	return base85_group(digits, n, out) ? NKX_WHY_NONE : NKX_WHY_TOO_LARGE;
}

static enum nkx_why runs(struct nkx_work *w, struct nk_bytes in, struct nkx_strand *out)
{
	uint8_t same[128];

	for (size_t i = 0; i < in.len && in.ptr[i] != 128;) {
		const size_t n = in.ptr[i] < 128 ? (size_t)in.ptr[i] + 1 : 257 - (size_t)in.ptr[i];
		const bool copy = in.ptr[i] < 128;

		if ((copy ? n : 1) > in.len - i - 1) {
			return NKX_WHY_CUT_OFF;
		}
		if (!copy) {
			memset(same, in.ptr[i + 1], n);
		}
		if (!nkx_budget(w, 0, n) || !nkx_strand_put(out, copy ? in.ptr + i + 1 : same, n)) {
			return NKX_WHY_TOO_LARGE;
		}
		i += 1 + (copy ? n : 1);
	}
	return NKX_WHY_NONE;
}

static uint8_t paeth(int a, int b, int c)
{
	const int p = a + b - c;
	const int pa = abs(p - a);
	const int pb = abs(p - b);
	const int pc = abs(p - c);

	return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

static void png_row(uint8_t kind, uint8_t *row, const uint8_t *above, size_t len, size_t bpp)
{
	for (size_t i = 0; i < len; i++) {
		const int left = i >= bpp ? row[i - bpp] : 0;
		const int up = above != NULL ? above[i] : 0;
		const int corner = i >= bpp && above != NULL ? above[i - bpp] : 0;
		int add = 0;

		if (kind == 1) {
			add = left;
		} else if (kind == 2) {
			add = up;
		} else if (kind == 3) {
			add = (left + up) / 2;
		} else if (kind == 4) {
			add = paeth(left, up, corner);
		}
		row[i] = (uint8_t)(row[i] + add);
	}
}

/* In place: rows move down over the bytes that name their predictor. */
static void predict(const struct nkx_pdf_dict *d, struct nkx_strand *s)
{
	const size_t colors = d->colors == 0 || d->colors > 32 ? 1 : d->colors;
	const size_t bits = d->bits == 0 || d->bits > 16 ? 8 : d->bits;
	const size_t columns = d->columns == 0 ? 1 : d->columns;
	const size_t bpp = (colors * bits + 7) / 8;
	const size_t len = columns > ROW_MAX ? 0 : (colors * bits * columns + 7) / 8;
	uint8_t *p = (uint8_t *)s->p;
	size_t to = 0;

	if (len == 0 || s->n == 0) {
		return;
	}
	if (d->predictor == 2) {
		for (size_t at = 0; bits == 8 && at + len <= s->n; at += len) {
			png_row(1, p + at, NULL, len, bpp);
		}
		return;
	}
	for (size_t at = 0; at < s->n; at += len + 1) {
		const uint8_t kind = p[at];
		const size_t n = s->n - at - 1 < len ? s->n - at - 1 : len;

		memmove(p + to, p + at + 1, n);
		png_row(kind, p + to, to >= len ? p + to - len : NULL, n, bpp);
		to += n;
	}
	s->n = to;
}

static enum nkx_why one(
	struct nkx_work *w, const struct nkx_pdf_dict *d, uint8_t filter, struct nk_bytes in, struct nkx_strand *out)
{
	enum nkx_why why = NKX_WHY_UNSUPPORTED;

	if (filter == PDF_FLATE || filter == PDF_LZW) {
		why = filter == PDF_FLATE ? flate(w, in, out) : lzw(w, d, in, out);
		if (d->predictor > 1) {
			predict(d, out);
		}
	} else if (filter == PDF_HEX) {
		why = hex(in, out);
	} else if (filter == PDF_85) {
		why = base85(in, out);
	} else if (filter == PDF_RUN) {
		why = runs(w, in, out);
	}
	return why;
}

enum nkx_why nkx_pdf_decode(struct nkx_work *w, const struct nkx_pdf_dict *dict, struct nk_bytes in,
	struct nkx_strand *out, int *stopped_at)
{
	struct nkx_strand held = { .max = out->max };
	enum nkx_why why = NKX_WHY_NONE;

	*stopped_at = -1;
	for (size_t i = 0; i < dict->n_filters && why == NKX_WHY_NONE; i++) {
		struct nkx_strand next = { .max = out->max };

		if (dict->filters[i] >= PDF_DCT) {
			*stopped_at = dict->filters[i];
			break;
		}
		why = one(w, dict, dict->filters[i], in, &next);
		nkx_strand_done(&held);
		held = next;
		in = (struct nk_bytes){ (const uint8_t *)held.p, held.n };
	}
	if (held.p == NULL && in.len > 0 && !nkx_strand_put(&held, in.ptr, in.len)) {
		why = NKX_WHY_TOO_LARGE;
	}
	nkx_strand_done(out);
	*out = held;
	return why;
}
