/*
 * scan_found.c: hits become findings: offset, row, token, confidence; sorted, each once.
 *
 * Several readings of the same bytes may find the same text: it is reported once. What two encodings read differently
 * out of the same bytes beyond ASCII cannot both be right: the surer one stays.
 */
#include "nks_scan_int.h"

#include <stdlib.h>
#include <string.h>

enum { NEIGHBOURS = 64, LEAST = 50 };

uint64_t nks_text_offset(const struct nks_text *text, size_t i)
{
	const struct nks_block *const b = text->origin;

	return b->derived ? b->fixed : b->base + nks_block_at(b, i);
}

/* The token of units [at, at + len): folded, without what may stand between the parts of a name; digits with
 * separators as digits alone. */
static uint64_t token_of(struct nks_scan *s, const struct nks_text *text, size_t at, size_t len)
{
	bool digits = true;
	size_t n = 0;

	for (size_t i = at; i < at + len && n < NKS_BLOCK; i++) {
		const nks_unit u = nks_fold[text->u[i]];
		if (!nks_text_is(text, NKS_M_GAP, i)) {
			s->folded[n++] = u;
			digits = digits && u < 0x80 && !((u | 0x20) >= 'a' && (u | 0x20) <= 'z') && u != '@' &&
				u != '.';
		}
	}
	if (digits) {
		size_t k = 0;
		for (size_t i = 0; i < n; i++) {
			if (s->folded[i] >= '0' && s->folded[i] <= '9') {
				s->folded[k++] = s->folded[i];
			}
		}
		n = k > 0 ? k : n;
	}
	return nks_token(s->options.token_key, s->folded, n);
}

static bool has_gaiji(const struct nks_text *text, size_t at, size_t len)
{
	for (size_t i = at; i < at + len; i++) {
		if (text->u[i] >= 0xe000 && text->u[i] <= 0xf8ff) {
			return true;
		}
	}
	return false;
}

enum { AROUND = 32, MIXED = 26, LONG_HEX = 32, LONG_NUMBER = 13, RUN_LOOK = 48 }; /* RUN_LOOK: less than NKS_PAD */

/* Bytes of ciphertext are nearly all different (of 32 some 30 are); texts, tables and what programs write are not. */
static bool are_mixed(const uint8_t *bytes)
{
	uint64_t seen[4] = { 0 };
	unsigned different = 0;

	for (size_t i = 0; i < AROUND; i++) {
		const uint64_t bit = UINT64_C(1) << (bytes[i] & 63);

		different += (seen[bytes[i] >> 6] & bit) == 0 ? 1 : 0;
		seen[bytes[i] >> 6] |= bit;
	}
	return different >= MIXED;
}

static bool is_among_mixed(const struct nks_scan *s, uint64_t offset, uint64_t end)
{
	if (offset < s->buf_base || end > s->buf_base + s->fill) {
		return false;
	}
	return (offset - s->buf_base >= AROUND && are_mixed(s->buf + (offset - s->buf_base) - AROUND)) ||
		(s->buf_base + s->fill - end >= AROUND && are_mixed(s->buf + (end - s->buf_base)));
}

static bool is_sign(nks_unit u, bool hex)
{
	return (u >= '0' && u <= '9') || (hex && ((u >= 'a' && u <= 'f') || (u >= 'A' && u <= 'F') || u == '-'));
}

/* Whether a run of such signs around the place is so long. */
static bool is_in_run(const struct nks_text *t, size_t at, size_t len, bool hex, size_t least)
{
	size_t before = 0;
	size_t behind = 0;

	while (before < RUN_LOOK && before < at && is_sign(t->u[at - before - 1], hex)) {
		before++;
	}
	while (behind < RUN_LOOK && is_sign(t->u[at + len + behind], hex)) {
		behind++;
	}
	for (size_t i = 0; i < len; i++) {
		if (!is_sign(t->u[at + i], hex)) {
			return false;
		}
	}
	return before + len + behind >= least;
}

static struct nks_found *add(struct nks_scan *s)
{
	if (s->n_found == s->found_room) {
		const size_t room = s->found_room > 0 ? 2 * s->found_room : 256;
		struct nks_found *const bigger = realloc(s->found, room * sizeof(*bigger));
		if (bigger == NULL) {
			s->status = NKS_NOMEM;
			return NULL;
		}
		s->found = bigger;
		s->found_room = room;
	}
	struct nks_found *const found = &s->found[s->n_found];
	memset(found, 0, sizeof(*found));
	found->order = (uint32_t)s->n_found++;
	found->look = s->looks;
	return found;
}

static void place(const struct nks_scan *s, const struct nks_text *text, size_t at, struct nks_finding *f)
{
	if (text->layout == NULL) {
		return;
	}
	const struct nks_place there = nks_layout_cell(text, at);
	f->row = there.row > s->rows_before ? (uint32_t)(there.row - s->rows_before) : there.row;
	f->column = there.column;
}

bool nks_scan_hit(void *scan, const struct nks_text *text, const struct nks_hit *hit)
{
	struct nks_scan *const s = scan;
	const struct nks_block *const b = text->origin;

	if (hit->at > text->n || hit->len > text->n - hit->at) {
		return true;
	}
	const uint64_t offset = nks_text_offset(text, hit->at);
	const uint64_t end = b->derived ? offset + b->fixed_len : nks_text_offset(text, hit->at + hit->len);
	if (offset < s->stream.from || (s->stream.to != 0 && offset >= s->stream.to)) {
		return true;
	}
	struct nks_found *const found = add(s);
	if (found == NULL) {
		return false;
	}
	struct nks_finding *const f = &found->f;
	f->of_index = hit->of_index;
	f->class = hit->class;
	f->field = hit->field;
	f->encoding = text->encoding;
	f->via = text->via;
	f->why = hit->why | (text->carved ? NKS_WHY(RANDOM) : 0) |
		(text->via != NKS_VIA_PLAIN ? NKS_WHY(ESCAPED) : 0) |
		(has_gaiji(text, hit->at, hit->len) ? NKS_WHY(GAIJI) : 0);
	f->confidence = hit->of_index ? hit->confidence : (uint8_t)nks_confidence((enum nks_class)hit->class, f->why);
	f->offset = offset;
	f->length = (uint32_t)(end - offset);
	f->mixed = hit->of_index && is_among_mixed(s, offset, end);
	f->digest = hit->of_index &&
		(is_in_run(text, hit->at, hit->len, true, LONG_HEX) || is_in_run(text, hit->at, hit->len, false, LONG_NUMBER));
	f->units = (uint32_t)hit->len;
	found->inner = b->derived ? nks_block_at(b, hit->at) : offset;
	found->inner_end = b->derived ? nks_block_at(b, hit->at + hit->len) : end;
	f->key = hit->key;
	f->chance = hit->chance;
	f->token = token_of(s, text, hit->at, hit->len);
	place(s, text, hit->at, f);
	return true;
}

static int by_offset(const void *one, const void *other)
{
	const struct nks_found *const a = one;
	const struct nks_found *const b = other;

	if (a->f.offset != b->f.offset) {
		return a->f.offset < b->f.offset ? -1 : 1;
	}
	return a->order < b->order ? -1 : 1;
}

static bool is_same(const struct nks_finding *a, const struct nks_finding *b)
{
	const bool kind =
		a->of_index == b->of_index && a->class == b->class && a->field == b->field && a->key == b->key;

	/* Findings of one run of escapes have one place: their texts tell them apart. */
	return kind && (a->via == NKS_VIA_PLAIN || a->token == b->token);
}

/* Whether a and b, which overlap, are one: the same text read twice, or two readings of the same bytes. */
static bool is_one(const struct nks_found *a, const struct nks_found *b)
{
	const bool one_place = a->inner == b->inner && a->inner_end == b->inner_end;

	if (a->f.via != b->f.via || a->inner >= b->inner_end || b->inner >= a->inner_end) {
		return false;
	}
	if (a->look == b->look) {
		return one_place && is_same(&a->f, &b->f);
	}
	return is_same(&a->f, &b->f) ||
		(a->inner_end - a->inner != a->f.units && b->inner_end - b->inner != b->f.units);
}

static bool is_better(const struct nks_found *a, const struct nks_found *b)
{
	if (a->f.of_index != b->f.of_index) {
		return a->f.of_index;
	}
	if (a->f.confidence != b->f.confidence) {
		return a->f.confidence > b->f.confidence;
	}
	return a->f.length != b->f.length ? a->f.length > b->f.length : a->order < b->order;
}

/* Marks those that are dropped by units = 0. */
static void drop_doubles(struct nks_scan *s)
{
	for (size_t i = 0; i < s->n_found; i++) {
		struct nks_found *const a = &s->found[i];
		const uint64_t end = a->f.offset + a->f.length;
		for (size_t j = i + 1; j < s->n_found && j - i < NEIGHBOURS && s->found[j].f.offset < end; j++) {
			struct nks_found *const b = &s->found[j];
			if (a->f.units == 0 || b->f.units == 0 || !is_one(a, b)) {
				continue;
			}
			*(is_better(a, b) ? &b->f.units : &a->f.units) = 0;
		}
	}
}

bool nks_scan_report(struct nks_scan *s)
{
	const unsigned least = s->options.least != 0 ? s->options.least : LEAST;

	if (s->n_found > 1) {
		qsort(s->found, s->n_found, sizeof(s->found[0]), by_offset);
		drop_doubles(s);
	}
	for (size_t i = 0; i < s->n_found; i++) {
		const struct nks_finding *const f = &s->found[i].f;
		if (f->units == 0) {
			continue;
		}
		if (!f->of_index && f->confidence < least) {
			s->summary.weak++;
			continue;
		}
		s->summary.findings++;
		if (s->fn(s->arg, f) != 0) {
			s->status = NKS_STOPPED;
			break;
		}
	}
	s->n_found = 0;
	return s->status == NKS_OK;
}
