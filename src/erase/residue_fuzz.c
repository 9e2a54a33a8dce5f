/*
 * residue_fuzz.c: the scanner beside a naive search, on arbitrary patterns and bytes, cut anywhere.
 *
 * Input: a cut, then patterns up to a line feed each, an empty line, then the bytes to scan.
 */
#include "base.h"

#include "nkscan.h"

enum { PATTERNS_MAX = 16, FINDINGS_MAX = 100000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct counted {
	uint64_t n;
	uint64_t last;
	struct nk_bytes stream;
	const struct nk_str *patterns;
};

/* Each finding is checked against the bytes it names. */
static int on_finding(void *arg, const struct nks_finding *f)
{
	struct counted *c = arg;
	uint8_t bytes[4096];
	size_t len = 0;

	nk_assert(f->offset >= c->last && f->offset + f->length <= c->stream.len);
	nk_assert(nks_encode(f->encoding, c->patterns[f->pattern].ptr, c->patterns[f->pattern].len, bytes,
			  sizeof(bytes), &len) == NKS_OK);
	nk_assert(len == f->length &&
		nk_bytes_eq(nk_bytes_of(bytes, len), nk_bytes_of(c->stream.ptr + f->offset, len)));
	c->last = f->offset;
	c->n++;
	return c->n >= FINDINGS_MAX;
}

/* How often a pattern stands in the stream, in all encodings. */
static uint64_t naive(struct nk_str pattern, struct nk_bytes stream)
{
	uint64_t n = 0;

	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		uint8_t bytes[4096];
		size_t len = 0;

		if (nks_encode((enum nks_encoding)e, pattern.ptr, pattern.len, bytes, sizeof(bytes), &len) !=
				NKS_OK ||
			len < NKS_MIN_BYTES) {
			continue;
		}
		if (e == NKS_CP932 && nk_bytes_eq(nk_bytes_of(bytes, len), nk_str_bytes(pattern))) {
			continue;
		}
		for (size_t at = 0; at + len <= stream.len; at++) {
			n += nk_bytes_eq(nk_bytes_of(bytes, len), nk_bytes_of(stream.ptr + at, len));
		}
	}
	return n;
}

static void compare(const struct nks_index *index, const struct nk_str *patterns, struct nk_bytes stream, size_t cut,
	uint64_t want)
{
	NK_OWNED(nks_scan_free) struct nks_scan *scan = NULL;
	struct counted c = { .stream = stream, .patterns = patterns };

	nk_assert(nks_scan_new(index, on_finding, &c, &scan) == NKS_OK);
	for (size_t at = 0; at < stream.len; at += cut) {
		nk_assert(nks_scan_feed(scan, stream.ptr + at, stream.len - at < cut ? stream.len - at : cut) ==
			NKS_OK);
	}
	nk_assert(nks_scan_end(scan) == NKS_OK);
	nk_assert(c.n == want || c.n >= FINDINGS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nks_index_free) struct nks_index *index = NULL;
	struct nk_str patterns[PATTERNS_MAX];
	struct nk_str rest = { (const char *)data, size };
	struct nk_str line;
	uint64_t want = 0;
	uint32_t n = 0;
	size_t cut = 0;

	if (size < 2 || size > 4096 || nks_index_new(&index) != NKS_OK) {
		return 0;
	}
	cut = (size_t)data[0] + 1;
	rest = nk_str_sub(rest, 1, size);
	while (n < PATTERNS_MAX && nk_str_cut(&rest, '\n', &line) && line.len > 0) {
		const enum nks_status status = nks_index_add(index, n, line.ptr, line.len);

		if (status == NKS_OK || status == NKS_PARTIAL) {
			patterns[n++] = line;
		}
	}
	nk_assert(nks_index_seal(index) == NKS_OK);
	for (uint32_t i = 0; i < n; i++) {
		want += naive(patterns[i], nk_str_bytes(rest));
	}
	compare(index, patterns, nk_str_bytes(rest), cut, want);
	return 0;
}
