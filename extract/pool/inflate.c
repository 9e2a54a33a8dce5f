/*
 * inflate.c: deflate, zlib and gzip through a pipe.
 *
 * Invariant: ends as soon as the pipe does not want more, the input ends, or it is damaged.
 */
#include "base.h"

#include "nkx_work.h"

#include <zlib.h>

enum { IN = 65536, OUT = 131072 };

struct room {
	z_stream z;
	uint8_t in[IN];
	uint8_t out[OUT];
};

/* One step's output is fed on. */
static enum nkx_why step(struct room *r, struct nkx_pipe *p, bool *out_end, bool *out_gone)
{
	int rc = Z_OK;

	do {
		size_t n = 0;

		r->z.next_out = r->out;
		r->z.avail_out = OUT;
		rc = inflate(&r->z, Z_NO_FLUSH);
		n = OUT - r->z.avail_out;
		if (n > 0 && !nkx_nested_feed(p, r->out, n)) {
			*out_gone = true;
			return NKX_WHY_NONE;
		}
		if (rc == Z_STREAM_END) {
			*out_end = true;
			return NKX_WHY_NONE;
		}
		if (rc != Z_OK && rc != Z_BUF_ERROR) {
			return rc == Z_MEM_ERROR ? NKX_WHY_MEMORY : NKX_WHY_DAMAGED;
		}
	} while (r->z.avail_out == 0 || (r->z.avail_in > 0 && rc == Z_OK));
	return NKX_WHY_NONE;
}

enum nkx_why nkx_inflate(struct nkx_work *w, const struct nkx_source *s, uint64_t at, uint64_t len, int window_bits,
	struct nkx_pipe *p, uint64_t *out_in)
{
	struct room *r = malloc(sizeof(*r));
	enum nkx_why why = NKX_WHY_NONE;
	uint64_t used = 0;
	bool end = false;
	bool gone = false;

	(void)w;
	*out_in = 0;
	if (r == NULL) {
		return NKX_WHY_MEMORY;
	}
	memset(&r->z, 0, sizeof(r->z));
	if (inflateInit2(&r->z, window_bits) != Z_OK) {
		free(r);
		return NKX_WHY_MEMORY;
	}
	while (!end && !gone && why == NKX_WHY_NONE) {
		const size_t want = len - used < IN ? (size_t)(len - used) : IN;
		const size_t got = nkx_read_some(s, at + used, r->in, want);

		if (got == 0) {
			why = NKX_WHY_CUT_OFF;
			break;
		}
		r->z.next_in = r->in;
		r->z.avail_in = (uInt)got;
		why = step(r, p, &end, &gone);
		used += got - r->z.avail_in;
	}
	*out_in = used;
	(void)inflateEnd(&r->z);
	explicit_bzero(r, sizeof(*r));
	free(r);
	return why;
}
