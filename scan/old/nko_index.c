/*
 * nko_index.c: the patterns, and the structure by which a scan finds them.
 *
 * Invariant: memory that held a pattern is wiped before it is freed, also when it grows.
 */
#include "nkscan_old_int.h"

#include <limits.h>
#include <stdlib.h>

enum { COUNT_BITS = 20, PATTERNS_MAX = 1 << 26 };

void nko_drop(void *ptr, size_t len)
{
	if (ptr != NULL) {
		explicit_bzero(ptr, len);
		free(ptr);
	}
}

/* Twice the room, the old block wiped. `used` and `*cap` are in bytes. */
static int grow(void **ptr, size_t used, size_t *cap, size_t need)
{
	size_t fresh_cap = *cap == 0 ? 4096 : *cap;
	void *fresh = NULL;

	if (need <= *cap) {
		return 1;
	}
	while (fresh_cap < need) {
		if (fresh_cap > SIZE_MAX / 2) {
			return 0;
		}
		fresh_cap *= 2;
	}
	fresh = malloc(fresh_cap);
	if (fresh == NULL) {
		return 0;
	}
	if (used > 0) {
		memcpy(fresh, *ptr, used);
	}
	nko_drop(*ptr, *cap);
	*ptr = fresh;
	*cap = fresh_cap;
	return 1;
}

enum nko_status nko_index_new(struct nko_index **out)
{
	struct nko_index *index = calloc(1, sizeof(*index));

	if (index == NULL) {
		return NKO_NOMEM;
	}
	index->cd = nko_cd_open();
	if (index->cd == NULL) {
		free(index);
		return NKO_UNAVAILABLE;
	}
	*out = index;
	return NKO_OK;
}

void nko_index_free(struct nko_index **index)
{
	struct nko_index *x = *index;

	if (x == NULL) {
		return;
	}
	nko_cd_close(x->cd);
	nko_drop(x->pool, x->pool_cap);
	nko_drop(x->patterns, x->cap);
	nko_drop(x->cells, x->n * sizeof(*x->cells));
	free(x->map);
	free(x->heads);
	free(x);
	*index = NULL;
}

static enum nko_status keep(
	struct nko_index *index, uint32_t number, enum nko_encoding encoding, const uint8_t *bytes, size_t len)
{
	void *pool = index->pool;
	void *patterns = index->patterns;
	struct nko_pattern *p = NULL;

	if (index->n >= PATTERNS_MAX) {
		return NKO_LIMIT;
	}
	/* Eight more bytes: windows are read eight bytes at a time. */
	if (!grow(&pool, index->pool_len, &index->pool_cap, index->pool_len + len + 8)) {
		return NKO_NOMEM;
	}
	index->pool = pool;
	if (!grow(&patterns, index->n * sizeof(*p), &index->cap, (index->n + 1) * sizeof(*p))) {
		return NKO_NOMEM;
	}
	index->patterns = patterns;
	memcpy(index->pool + index->pool_len, bytes, len);
	memset(index->pool + index->pool_len + len, 0, 8);
	p = &index->patterns[index->n];
	*p = (struct nko_pattern){ index->pool_len, number, (uint16_t)len, 0, (uint8_t)encoding };
	index->pool_len += len;
	index->n++;
	index->longest = len > index->longest ? len : index->longest;
	return NKO_OK;
}

static int is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] >= 0x80) {
			return 0;
		}
	}
	return 1;
}

enum nko_status nko_index_add(struct nko_index *index, uint32_t pattern, const char *utf8, size_t len)
{
	uint8_t bytes[4 * NKO_MAX_BYTES];
	const int ascii = is_ascii(utf8, len);
	enum nko_status status = NKO_OK;
	int partial = 0;

	if (index->sealed || len < NKO_MIN_BYTES || len > NKO_MAX_BYTES) {
		return NKO_LIMIT;
	}
	for (unsigned e = 0; e < NKO_ENCODING_COUNT && status == NKO_OK; e++) {
		size_t made = 0;

		if (ascii && e == NKO_CP932) {
			continue;
		}
		status = nko_encode_with(index->cd, (enum nko_encoding)e, utf8, len, bytes, sizeof(bytes), &made);
		if (status == NKO_OK && made >= NKO_MIN_BYTES) {
			status = keep(index, pattern, (enum nko_encoding)e, bytes, made);
		} else if (made > 0) {
			partial = 1;
		}
	}
	explicit_bzero(bytes, sizeof(bytes));
	return status != NKO_OK ? status : partial ? NKO_PARTIAL : NKO_OK;
}

/* How unlike each other the bytes of a window are: 1–6. Runs of one byte (zeros, blanks) are everywhere in files. */
static unsigned variety(const uint8_t *p)
{
	unsigned kinds = 0;

	for (unsigned i = 0; i < NKO_MIN_BYTES; i++) {
		unsigned seen = 0;

		for (unsigned j = 0; j < i; j++) {
			seen |= p[j] == p[i];
		}
		kinds += seen == 0;
	}
	return kinds;
}

/* Each pattern's window: the rarest among all patterns' windows; among equals the one with most variety. */
static enum nko_status choose_anchors(struct nko_index *index)
{
	const size_t size = (size_t)1 << COUNT_BITS;
	uint32_t *counts = calloc(size, sizeof(*counts));

	if (counts == NULL) {
		return NKO_NOMEM;
	}
	for (size_t i = 0; i < index->n; i++) {
		const struct nko_pattern *p = &index->patterns[i];

		for (size_t at = 0; at + NKO_MIN_BYTES <= p->len; at++) {
			counts[nko_hash(nko_window(index->pool + p->at + at)) >> (64 - COUNT_BITS)]++;
		}
	}
	for (size_t i = 0; i < index->n; i++) {
		struct nko_pattern *p = &index->patterns[i];
		uint64_t best = UINT64_MAX;

		for (size_t at = 0; at + NKO_MIN_BYTES <= p->len; at++) {
			const uint8_t *bytes = index->pool + p->at + at;
			const uint64_t count = counts[nko_hash(nko_window(bytes)) >> (64 - COUNT_BITS)];
			const unsigned kinds = variety(bytes);
			const uint64_t cost = count * 8 + (6 - kinds) + (kinds < 3 ? UINT32_MAX : 0);

			if (cost < best) {
				best = cost;
				p->anchor = (uint16_t)at;
			}
		}
	}
	free(counts);
	return NKO_OK;
}

static unsigned bits_for(size_t n, unsigned least)
{
	unsigned bits = least;

	while (bits < 34 && ((size_t)1 << bits) < n) {
		bits++;
	}
	return bits;
}

/* Cells sorted by bucket (counting sort), and the bit map over them. */
static void fill(struct nko_index *index)
{
	uint32_t *heads = index->heads;
	const size_t buckets = (size_t)1 << index->head_bits;

	for (size_t i = 0; i < index->n; i++) {
		const struct nko_pattern *p = &index->patterns[i];
		const uint64_t hash = nko_hash(nko_window(index->pool + p->at + p->anchor));
		const uint64_t bit = hash >> (64 - index->map_bits);

		index->map[bit >> 6] |= UINT64_C(1) << (bit & 63);
		heads[hash >> (64 - index->head_bits)]++;
	}
	for (size_t b = 1; b <= buckets; b++) {
		heads[b] += heads[b - 1];
	}
	/* heads[b] is now the end of bucket b; filling backwards makes it the beginning. */
	for (size_t i = index->n; i > 0; i--) {
		const struct nko_pattern *p = &index->patterns[i - 1];
		const uint64_t window = nko_window(index->pool + p->at + p->anchor);
		const uint32_t at = --heads[nko_hash(window) >> (64 - index->head_bits)];

		index->cells[at] = (struct nko_cell){ window, (uint32_t)(i - 1) };
	}
}

enum nko_status nko_index_seal(struct nko_index *index)
{
	if (index->sealed) {
		return NKO_OK;
	}
	if (choose_anchors(index) != NKO_OK) {
		return NKO_NOMEM;
	}
	index->head_bits = bits_for(index->n, 6);
	index->map_bits = bits_for(index->n * 32, 16);
	index->map = calloc(((size_t)1 << index->map_bits) / 64, sizeof(*index->map));
	index->heads = calloc(((size_t)1 << index->head_bits) + 1, sizeof(*index->heads));
	index->cells = calloc(index->n + 1, sizeof(*index->cells));
	if (index->map == NULL || index->heads == NULL || index->cells == NULL) {
		free(index->map);
		free(index->heads);
		free(index->cells);
		index->map = NULL;
		index->heads = NULL;
		index->cells = NULL;
		return NKO_NOMEM;
	}
	fill(index);
	index->sealed = 1;
	return NKO_OK;
}
