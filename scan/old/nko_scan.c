/*
 * nko_scan.c: a stream of bytes against an index.
 *
 * Invariant: a window is looked up only when as many bytes as the longest pattern has lie behind it in the buffer (or
 * the stream is at its end), and as many before it are still there: what is found does not depend on how the stream
 * was cut.
 */
#include "nkscan_old_int.h"

#include <stdlib.h>

enum { BLOCK = 65536, SLACK = 8 };

struct nko_scan {
	const struct nko_index *index;
	nko_finding_fn *fn;
	void *arg;
	uint8_t *buf; /* room + SLACK bytes */
	size_t room, len;
	size_t high; /* bytes of buf that were used in this stream */
	size_t next; /* place in buf of the next window */
	uint64_t base; /* offset in the stream of buf[0] */
	struct nko_finding *found; /* not yet reported */
	size_t n_found, found_cap;
	int stopped;
};

enum nko_status nko_scan_new(const struct nko_index *index, nko_finding_fn *fn, void *arg, struct nko_scan **out)
{
	struct nko_scan *scan = calloc(1, sizeof(*scan));

	if (scan == NULL) {
		return NKO_NOMEM;
	}
	scan->index = index;
	scan->fn = fn;
	scan->arg = arg;
	scan->room = BLOCK + 3 * index->longest;
	scan->buf = calloc(1, scan->room + SLACK);
	if (scan->buf == NULL) {
		free(scan);
		return NKO_NOMEM;
	}
	*out = scan;
	return NKO_OK;
}

void nko_scan_free(struct nko_scan **scan)
{
	struct nko_scan *s = *scan;

	if (s == NULL) {
		return;
	}
	nko_drop(s->buf, s->room + SLACK);
	free(s->found);
	free(s);
	*scan = NULL;
}

static int note(struct nko_scan *scan, const struct nko_pattern *p, size_t start)
{
	struct nko_finding *fresh = NULL;
	const size_t cap = scan->found_cap == 0 ? 64 : scan->found_cap * 2;

	if (scan->n_found == scan->found_cap) {
		fresh = reallocarray(scan->found, cap, sizeof(*fresh));
		if (fresh == NULL) {
			return 0;
		}
		scan->found = fresh;
		scan->found_cap = cap;
	}
	scan->found[scan->n_found++] =
		(struct nko_finding){ p->number, (enum nko_encoding)p->encoding, scan->base + start, p->len };
	return 1;
}

/* Every pattern whose window this is, compared whole. */
static int look_closer(struct nko_scan *scan, size_t at, uint64_t window)
{
	const struct nko_index *x = scan->index;
	const uint64_t bucket = nko_hash(window) >> (64 - x->head_bits);

	for (uint32_t c = x->heads[bucket]; c < x->heads[bucket + 1]; c++) {
		const struct nko_pattern *p = &x->patterns[x->cells[c].pattern];

		if (x->cells[c].window != window || at < p->anchor || scan->len - (at - p->anchor) < p->len) {
			continue;
		}
		if (memcmp(scan->buf + at - p->anchor, x->pool + p->at, p->len) == 0 &&
			!note(scan, p, at - p->anchor)) {
			return 0;
		}
	}
	return 1;
}

static int in_order(const void *left, const void *right)
{
	const struct nko_finding *a = left;
	const struct nko_finding *b = right;

	if (a->offset != b->offset) {
		return a->offset < b->offset ? -1 : 1;
	}
	if (a->length != b->length) {
		return a->length > b->length ? -1 : 1;
	}
	if (a->pattern != b->pattern) {
		return a->pattern < b->pattern ? -1 : 1;
	}
	return (int)a->encoding - (int)b->encoding;
}

/* Reports what lies before `limit` (an offset of the stream): nothing that is found later can begin before it. */
static void report(struct nko_scan *scan, uint64_t limit)
{
	size_t done = 0;

	if (scan->n_found == 0) {
		return;
	}
	qsort(scan->found, scan->n_found, sizeof(*scan->found), in_order);
	while (done < scan->n_found && scan->found[done].offset < limit && !scan->stopped) {
		scan->stopped = scan->fn(scan->arg, &scan->found[done]) != 0;
		done++;
	}
	scan->n_found -= done;
	memmove(scan->found, scan->found + done, scan->n_found * sizeof(*scan->found));
}

/* Looks up every window before `limit` (a place in buf). */
static int run(struct nko_scan *scan, size_t limit)
{
	const uint64_t *map = scan->index->map;
	const unsigned shift = 64 - scan->index->map_bits;
	const uint8_t *buf = scan->buf;

	for (size_t at = scan->next; at < limit; at++) {
		const uint64_t window = nko_window(buf + at);
		const uint64_t bit = nko_hash(window) >> shift;

		if ((map[bit >> 6] >> (bit & 63) & 1) != 0 && !look_closer(scan, at, window)) {
			return 0;
		}
	}
	scan->next = limit > scan->next ? limit : scan->next;
	return 1;
}

/* The buffer keeps as many bytes before the next window as the longest pattern has. */
static void compact(struct nko_scan *scan)
{
	const size_t keep = scan->index->longest;
	const size_t gone = scan->next > keep ? scan->next - keep : 0;

	memmove(scan->buf, scan->buf + gone, scan->len - gone);
	scan->len -= gone;
	scan->next -= gone;
	scan->base += gone;
}

enum nko_status nko_scan_feed(struct nko_scan *scan, const void *bytes, size_t len)
{
	const size_t longest = scan->index->longest;
	const uint8_t *from = bytes;

	while (len > 0 && longest > 0 && !scan->stopped) {
		const size_t part = len < scan->room - scan->len ? len : scan->room - scan->len;

		memcpy(scan->buf + scan->len, from, part);
		scan->len += part;
		scan->high = scan->len > scan->high ? scan->len : scan->high;
		from += part;
		len -= part;
		if (scan->len < scan->room) {
			break;
		}
		if (!run(scan, scan->len - longest)) {
			return NKO_NOMEM;
		}
		report(scan, scan->base + scan->next > longest ? scan->base + scan->next - longest : 0);
		compact(scan);
	}
	return NKO_OK;
}

enum nko_status nko_scan_end(struct nko_scan *scan)
{
	enum nko_status status = NKO_OK;

	if (scan->index->longest > 0 && !scan->stopped) {
		memset(scan->buf + scan->len, 0, SLACK);
		status =
			run(scan, scan->len < NKO_MIN_BYTES ? 0 : scan->len - NKO_MIN_BYTES + 1) ? NKO_OK : NKO_NOMEM;
		report(scan, UINT64_MAX);
	}
	explicit_bzero(scan->buf, scan->high);
	scan->high = 0;
	scan->len = 0;
	scan->next = 0;
	scan->base = 0;
	scan->n_found = 0;
	scan->stopped = 0;
	return status;
}
