/*
 * residue_chance.c: what in ciphertext is more than coincidence.
 *
 * Ciphertext holds every short text somewhere. How often is arithmetic: a text that takes b bits stands by chance
 * bytes x patterns / 2^b times in a place. What that makes likely says nothing about anybody by itself; beside another
 * text of the same person it does, as both together take the bits of both. So with a number inside a long one or inside
 * hexadecimal digits, which databases are full of. Where the bytes around are no ciphertext, in tables and in what
 * programs write, everything counts. What is left out is counted.
 */
#include "base.h"

#include "residue_int.h"

enum {
	LEAST_BYTES = 6, /* four bytes of two kanji: in programs and tables too they are nobody's */
	DIGIT = 4, /* bits: what a digit is among hexadecimal ones */
	FOLDING = 8, /* bits: other spellings, cases and gaps that read the same */
	GAIJI = 26, /* bits: a private character stands for any that CP932 cannot write; two of them in a name */
	BESIDE = 4096, /* bytes between two texts of one record */
	PAIR = 16, /* bits: places within that reach, times the texts of a person */
	BEYOND = 10 /* bits: once in a thousand scans */
};

unsigned nk_residue_bits(const struct nkx_finding *found, bool digits)
{
	const struct nks_finding *const f = &found->f;
	/* Of what is escaped only the length as it stands is known: four bits a byte, as in hexadecimal digits. */
	const size_t bits = (size_t)f->length * (f->via == NKS_VIA_PLAIN ? 8 : 4);
	const size_t less = FOLDING + ((f->why & NKS_WHY(GAIJI)) != 0 ? GAIJI : 0);

	if (digits && f->digest) { /* in a longer number, or in a digest: those are everywhere */
		return nk_u32((size_t)f->units * DIGIT);
	}
	if (found->in_name || (f->why & NKS_WHY(RANDOM)) == 0) {
		return 0;
	}
	if (!f->mixed && f->length >= LEAST_BYTES) {
		return 0;
	}
	return bits > less ? nk_u32(bits - less) : 1;
}

static unsigned bits_in(uint64_t n)
{
	unsigned bits = 0;

	for (; n > 0; n >>= 1) {
		bits++;
	}
	return bits;
}

static int by_person(const void *a, const void *b)
{
	const struct nk_residue_hit *const x = *(struct nk_residue_hit *const *)a;
	const struct nk_residue_hit *const y = *(struct nk_residue_hit *const *)b;

	if (x->person_number != y->person_number) {
		return x->person_number < y->person_number ? -1 : 1;
	}
	if (x->stream != y->stream) {
		return x->stream < y->stream ? -1 : 1;
	}
	if (x->offset != y->offset) {
		return x->offset < y->offset ? -1 : 1;
	}
	return x->token < y->token ? -1 : x->token > y->token;
}

/* Another text of the same person, and not the same bytes read in another way. */
static bool is_another(const struct nk_residue_hit *a, const struct nk_residue_hit *b)
{
	return a->token != b->token && b->offset - a->offset >= NK_RESIDUE_LEAST_BITS / 8;
}

/* Whether what stands here is enough, alone or with what stands within reach behind it. */
static void take_enough(struct nk_residue_hit **list, size_t n, unsigned needed)
{
	for (size_t i = 0; i < n; i++) {
		struct nk_residue_hit *const h = list[i];

		h->enough = h->enough || h->bits == 0 || h->bits >= needed;
		for (size_t k = i + 1; k < n && list[k]->person_number == h->person_number && list[k]->stream == h->stream &&
			list[k]->offset - h->offset <= BESIDE;
			k++) {
			if (is_another(h, list[k]) && (h->bits == 0 || list[k]->bits == 0 || h->bits + list[k]->bits >= needed + PAIR)) {
				h->enough = true;
				list[k]->enough = true;
			}
		}
	}
}

NK_RESULT nk_residue_settle(struct nk_vec *hits, size_t first, uint64_t patterns, struct nk_residue_place_report *place, struct nk_err *err)
{
	struct nk_residue_hit *const all = hits->items;
	const unsigned needed = bits_in(place->bytes) + bits_in(patterns) + BEYOND;
	struct nk_residue_hit **const list = calloc(hits->len - first + 1, sizeof(struct nk_residue_hit *));
	size_t kept = first;

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = first; i < hits->len; i++) {
		list[i - first] = &all[i];
	}
	qsort(list, hits->len - first, sizeof(struct nk_residue_hit *), by_person);
	take_enough(list, hits->len - first, needed);
	free(list);
	for (size_t i = first; i < hits->len; i++) {
		if (all[i].enough) {
			all[kept++] = all[i];
			continue;
		}
		place->hits--;
		place->by_chance++;
	}
	hits->len = kept;
	return nk_done();
}
