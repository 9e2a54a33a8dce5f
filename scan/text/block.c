/*
 * block.c: decoded text with masks, and the way back from units to bytes.
 *
 * Invariant: from each mark, decoding gives the units that stand behind it; marks ascend in units and in bytes.
 */
#include "nks_decode.h"

#include <stdlib.h>
#include <string.h>

enum {
	WORDS = NKS_BLOCK / 64,
	MASK_WORDS = WORDS + 4, /* one before, and what a wide look takes behind */
	FULL = NKS_BLOCK - NKS_STEP - NKS_AHEAD - 2,
	NEAR = 8, /* units that a walk goes one by one */
	BACK = 8192, /* bytes that the next block goes back, at most */
};

nks_decode_fn *nks_decoder(enum nks_encoding encoding)
{
	static nks_decode_fn *const decoders[NKS_ENCODING_COUNT] = {
		[NKS_UTF8] = nks_decode_utf8,
		[NKS_CP932] = nks_decode_cp932,
		[NKS_EUCJP] = nks_decode_eucjp,
		[NKS_JIS] = nks_decode_jis,
		[NKS_UTF16LE] = nks_decode_utf16le,
		[NKS_UTF16BE] = nks_decode_utf16be,
	};

	return decoders[encoding];
}

bool nks_block_init(struct nks_block *b)
{
	memset(b, 0, sizeof(*b));
	b->wide = NKS_HAS_AVX2();
	b->u_room = calloc(NKS_PAD + NKS_BLOCK + NKS_PAD + NKS_SLACK, sizeof(nks_unit));
	b->mask_room = calloc((size_t)MASK_WORDS * NKS_M_COUNT, sizeof(uint64_t));
	b->done = calloc(WORDS + 1, 1);
	b->marks = calloc(NKS_MARKS, sizeof(struct nks_mark));
	b->odds = calloc(NKS_SPANS, sizeof(struct nks_span));
	if (b->u_room == NULL || b->mask_room == NULL || b->done == NULL || b->marks == NULL || b->odds == NULL) {
		nks_block_done(b);
		return false;
	}
	b->u = b->u_room + NKS_PAD;
	for (size_t m = 0; m < NKS_M_COUNT; m++) {
		b->masks.word[m] = b->mask_room + m * MASK_WORDS + 1;
	}
	return true;
}

void nks_block_done(struct nks_block *b)
{
	if (b->u_room != NULL) {
		explicit_bzero(b->u_room, (NKS_PAD + NKS_BLOCK + NKS_PAD + NKS_SLACK) * sizeof(nks_unit));
	}
	free(b->u_room);
	free(b->mask_room);
	free(b->done);
	free(b->marks);
	free(b->odds);
	memset(b, 0, sizeof(*b));
}

void nks_block_reset(struct nks_block *b, enum nks_encoding encoding, const uint8_t *bytes, size_t len, uint64_t base)
{
	memset(b->done, 0, WORDS + 1);
	b->n = 0;
	b->masks.any = 0;
	b->masks.gaiji = false;
	b->n_marks = 0;
	b->bytes = bytes;
	b->len = len;
	b->base = base;
	b->derived = false;
	b->final = true;
	b->cut = false;
	b->encoding = encoding;
	b->n_odds = 0;
}

static bool add_mark(struct nks_block *b, size_t at, size_t stop, uint8_t mode)
{
	if (b->n_marks == NKS_MARKS) {
		return false;
	}
	b->marks[b->n_marks++] = (struct nks_mark){ (uint32_t)b->n, (uint32_t)at, (uint32_t)stop, mode };
	return true;
}

/* Whole words of ASCII, as long as they come; returns where it ended. */
static size_t take_run(struct nks_block *b, size_t at, size_t stop, uint8_t mode)
{
	const size_t room = (size_t)(FULL - b->n) / 64;
	const size_t there = (stop - at) / 64;
	const size_t word = b->n / 64;

	if (there == 0 || (b->bytes[at] & 0x80) != 0) {
		return at;
	}
	const size_t k = nks_ascii_run(&b->masks, word, b->bytes + at, there < room ? there : room, b->u + b->n);
	if (k == 0 || !add_mark(b, at, stop, mode)) {
		return at;
	}
	memset(b->done + word, 1, k);
	b->n += 64 * k;
	return at + 64 * k;
}

static void add_odd(struct nks_block *b, size_t from, size_t to)
{
	struct nks_span *const last = b->n_odds > 0 ? &b->odds[b->n_odds - 1] : NULL;

	if (last != NULL && (from - last->stop < NKS_STEP || b->n_odds == NKS_SPANS)) {
		last->stop = to + 1;
		return;
	}
	b->odds[b->n_odds++] = (struct nks_span){ from, to + 1 };
}

/* One step of decoding; returns where it ended. */
static size_t take_step(struct nks_block *b, struct nks_cut *c, size_t at, size_t limit)
{
	c->p = b->bytes + at;
	c->limit = b->bytes + limit;
	c->out = b->u + b->n;
	c->half = NULL;
	c->odd = NULL;
	nks_decoder(b->encoding)(c);
	b->n = (size_t)(c->out - b->u);
	if (c->odd != NULL) {
		add_odd(b, (size_t)(c->odd - b->bytes), (size_t)(c->odd_end - b->bytes));
	}
	return (size_t)(c->p - b->bytes);
}

/* How far the next step goes: to a word's border when ASCII seems to come. */
static size_t step_limit(const struct nks_block *b, size_t at, size_t stop)
{
	const size_t missing = 64 - b->n % 64;
	const size_t limit = stop - at > NKS_STEP ? at + NKS_STEP : stop;

	if (b->wide && missing < 64 && stop - at > 128 && b->bytes[at] < 0x80 && b->bytes[at + missing] < 0x80 &&
		b->bytes[at + 127] < 0x80) {
		return at + missing;
	}
	return limit;
}

size_t nks_block_take(struct nks_block *b, size_t at, size_t stop, uint8_t mode)
{
	const bool ascii = b->wide && b->encoding <= NKS_EUCJP;
	struct nks_cut c = {
		.end = b->bytes + (b->cut ? stop : b->len), .final = b->cut || b->final, .wide = b->wide, .mode = mode
	};

	if (b->n > 0 && b->n < FULL && b->u[b->n - 1] != NKS_BREAK) {
		b->u[b->n++] = NKS_BREAK;
	}
	if (!c.final && b->len < NKS_AHEAD) {
		return at;
	}
	while (at < stop && b->n < FULL) {
		if (ascii && b->n % 64 == 0) {
			const size_t before = at;
			at = take_run(b, at, stop, c.mode);
			if (at != before) {
				continue;
			}
		}
		if (!add_mark(b, at, stop, c.mode)) {
			break;
		}
		const size_t next = take_step(b, &c, at, step_limit(b, at, stop));
		if (next == at) {
			b->n_marks--;
			break;
		}
		at = next;
	}
	return at;
}

void nks_block_seal(struct nks_block *b)
{
	const size_t words = (b->n + 63) / 64;

	memset(b->u + b->n, 0, NKS_PAD * sizeof(nks_unit));
	for (size_t w = 0; w < words; w++) {
		if (b->done[w]) {
			continue;
		}
		if (b->wide) {
			nks_masks_wide(&b->masks, w, b->u + 64 * w);
		} else {
			nks_masks_plain(&b->masks, w, b->u + 64 * w);
		}
	}
	for (size_t m = 0; m < NKS_M_COUNT; m++) {
		b->masks.word[m][words] = 0;
		b->masks.word[m][words + 1] = 0;
	}
}

/* The way back ----------------------------------------------------------------------------------------------------
 */

/* Decoding again from a mark, one character a time. */
struct nks_walk {
	struct nks_cut cut;
	nks_unit room[1 + NKS_STEP + NKS_AHEAD + NKS_SLACK + 16];
};

static void walk_begin(struct nks_walk *w, const struct nks_block *b, const struct nks_mark *mark)
{
	w->cut = (struct nks_cut){ .p = b->bytes + mark->at,
		.end = b->bytes + (b->cut ? mark->stop : b->len),
		.out = w->room + 1,
		.final = b->cut || b->final,
		.mode = mark->mode };
	w->room[0] = b->u[(ptrdiff_t)mark->unit - 1];
}

/* Takes the characters that begin in the next `bytes` bytes, at least one; false: there is none. */
static bool walk_on(struct nks_walk *w, const struct nks_block *b, size_t bytes)
{
	const uint8_t *const before = w->cut.p;

	w->cut.limit = (size_t)(w->cut.end - before) > bytes ? before + bytes : before + 1;
	nks_decoder(b->encoding)(&w->cut);
	return w->cut.p != before;
}

static size_t walk_units(const struct nks_walk *w)
{
	return (size_t)(w->cut.out - (w->room + 1));
}

/* From this mark to the next each unit is one byte: a run of ASCII, or what looks like one by its length. */
static bool is_linear(const struct nks_block *b, size_t i)
{
	const struct nks_mark *const m = &b->marks[i];

	const bool alone = i + 1 == b->n_marks;
	if (b->done[m->unit / 64]) {
		return alone || m[1].unit != m->unit;
	}
	if (alone) {
		return false;
	}
	return m[1].at - m->at == m[1].unit - m->unit && m[1].at <= m->stop && m[1].stop == m->stop;
}

/* The last mark whose key is at most `value`. */
static size_t mark_before(const struct nks_block *b, size_t value, bool by_unit)
{
	size_t low = 0;
	size_t high = b->n_marks;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;
		const size_t key = by_unit ? b->marks[middle].unit : b->marks[middle].at;
		if (key <= value) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

size_t nks_block_at(const struct nks_block *b, size_t i)
{
	struct nks_walk walk;

	if (b->n_marks == 0) {
		return 0;
	}
	const size_t k = mark_before(b, i, true);
	const struct nks_mark *const mark = &b->marks[k];
	const size_t want = i - mark->unit;
	if (is_linear(b, k)) {
		return mark->at + want;
	}
	/* A unit takes a byte at least, so that many bytes lead never too far, but for marks that stand alone. */
	walk_begin(&walk, b, mark);
	for (size_t left = want; left > NEAR; left = want - walk_units(&walk)) {
		if (!walk_on(&walk, b, left - NEAR / 2) || walk_units(&walk) > want ||
			walk.cut.p >= b->bytes + mark->stop) {
			walk_begin(&walk, b, mark);
			break;
		}
	}
	for (;;) {
		const size_t at = (size_t)(walk.cut.p - b->bytes);
		if (at >= mark->stop || !walk_on(&walk, b, 1) || walk_units(&walk) > want) {
			return at;
		}
	}
}

size_t nks_block_unit(const struct nks_block *b, size_t at)
{
	struct nks_walk walk;

	if (b->n_marks == 0 || at <= b->marks[0].at) {
		return 0;
	}
	const size_t k = mark_before(b, at, false);
	const struct nks_mark *const mark = &b->marks[k];
	if (is_linear(b, k)) {
		const size_t unit = mark->unit + (at - mark->at);
		return unit < b->n ? unit : b->n;
	}
	walk_begin(&walk, b, mark);
	for (;;) {
		const size_t here = (size_t)(walk.cut.p - b->bytes);
		const size_t unit = mark->unit + walk_units(&walk);
		if (here >= at || here >= mark->stop || !walk_on(&walk, b, 1)) {
			return unit < b->n ? unit : b->n;
		}
	}
}

struct nks_mark nks_block_resume(const struct nks_block *b, size_t unit, size_t at)
{
	const size_t goal = unit > NKS_LEAD ? unit - NKS_LEAD : 0;

	if (b->n_marks == 0) {
		return (struct nks_mark){ 0 };
	}
	size_t k = mark_before(b, goal, true);
	while (b->marks[k].at + BACK < at && k + 1 < b->n_marks && b->marks[k + 1].at <= at) {
		k++;
	}
	struct nks_mark mark = b->marks[k];
	if (is_linear(b, k) && goal > mark.unit) {
		mark.at += (uint32_t)(goal - mark.unit);
		mark.unit = (uint32_t)goal;
	}
	return mark;
}
