/*
 * plain.c: what text and binary have in common: a long run of bytes that may be looked through in parts.
 *
 * Invariant: the parts depend on the size alone, never on how many workers there are.
 */
#include "base.h"

#include "nkx_plain.h"
#include "opaque.h"

enum { PART = 8 << 20, AROUND = 8192 };

/* A long plain file is cut into parts of 8 MiB, longer ones when there would be too many. */
static bool cut(struct nkx_work *w, uint64_t size)
{
	uint64_t step = PART;

	if (!nkx_may_cut(w) || size < 2 * (uint64_t)PART) {
		return false;
	}
	while (size / step >= NKX_CUTS_MAX) {
		step *= 2;
	}
	w->cut->wanted = true;
	w->cut->n = (uint32_t)((size + step - 1) / step);
	for (uint32_t i = 0; i < w->cut->n; i++) {
		w->cut->at[i] = i * step;
	}
	w->cut->at[w->cut->n] = size;
	return true;
}

/* Findings that begin in [from, to); bytes around it belong to its neighbours and are there to be looked at. */
static void feed_part(struct nkx_work *w, const struct nkx_source *s, enum nks_kind kind)
{
	const uint64_t from = w->part.from > s->size ? s->size : w->part.from;
	const uint64_t to = w->part.to > s->size ? s->size : w->part.to;
	const uint64_t begin = from > AROUND ? from - AROUND : 0;
	const uint64_t end = s->size - to > AROUND ? to + AROUND : s->size;
	uint8_t *head = from > 0 ? malloc(NKX_PART_HEAD) : NULL;
	struct nks_stream run = { .kind = kind, .base = begin, .from = from, .to = to, .head = head };
	const uint64_t before = nkx_slot_top(w)->bytes;

	run.head_len = head != NULL ? nkx_read_some(s, 0, head, NKX_PART_HEAD) : 0;
	if (from < to && nkx_feed_range(w, s, begin, end - begin, run)) {
		nkx_slot_top(w)->bytes = before + (to - from);
	}
	free(head);
}

/* Carving finds nothing in what is encrypted: that is no reason to call it clean. */
static enum nkx_why judged(const struct nkx_work *w, const struct nkx_source *s)
{
	const struct nkx_range all = { 0, s->size };
	const struct nkx_range r = nkx_is_piece(w) ? (struct nkx_range){ w->part.from, w->part.to } : all;
	const uint64_t to = r.to < s->size ? r.to : s->size;

	return r.from < to && nkx_opaque_range(s, r.from, to) ? NKX_WHY_OPAQUE : NKX_WHY_NONE;
}

enum nkx_why nkx_plain_open(struct nkx_work *w, const struct nkx_source *s, const char *format, enum nks_kind kind)
{
	struct nkx_slot *slot = nkx_slot_top(w);

	nkx_claimed(w, 0, s->size);
	slot->format = format;
	if (cut(w, s->size)) {
		return NKX_WHY_NONE;
	}
	if (nkx_is_piece(w)) {
		feed_part(w, s, kind);
	} else {
		(void)nkx_feed_range(w, s, 0, s->size, (struct nks_stream){ .kind = kind });
	}
	nkx_slot_stop(w);
	slot->format = slot->sum.carved ? "binary" : format;
	return w->raw ? NKX_WHY_NONE : judged(w, s);
}
