/*
 * Where in a block a name may begin, by masks and by small bit maps alone, without a branch per unit: most kanji of a
 * text go no further. What is denied here is denied by all that comes later; the word table is never touched.
 */
#include "nks_names.h"

/* Bits of the mask word w, moved down by k < 64: bit i says what unit i + k is. */
static uint64_t ahead(const uint64_t *mask, size_t w, unsigned k)
{
	return mask[w] >> k | mask[w + 1] << (64 - k);
}

/* The same moved up: bit i says what unit i - 1 is. One zero word stands before a mask. */
static uint64_t before(const uint64_t *mask, size_t w)
{
	return mask[w] << 1 | mask[(ptrdiff_t)w - 1] >> 63;
}

/* Units of `bits` that have two kanji and behind them a given name in kana. */
static uint64_t seek_kana(const struct nks_text *t, size_t w, uint64_t bits, uint64_t kana)
{
	const nks_unit *u = t->u + w * 64;
	uint64_t found = 0;
	for (; bits; bits &= bits - 1) {
		unsigned i = (unsigned)__builtin_ctzll(bits);
		found |= (uint64_t)nks_kana_begins(u[i + 2], u[i + 3], kana >> i & 1) << i;
	}
	return found;
}

static uint64_t seek_blank(const struct nks_text *t, size_t w, uint64_t bits)
{
	const nks_unit *u = t->u + w * 64;
	uint64_t found = 0;
	for (; bits; bits &= bits - 1) {
		unsigned i = (unsigned)__builtin_ctzll(bits);
		found |= (uint64_t)(u[i + 1] == ' ' || u[i + 1] == 0x3000) << i;
	}
	return found;
}

/* What stands around three kanji, each 0 or 1: whether a fourth and a fifth follow, and whether the run begins here.
 */
struct beside {
	unsigned fourth, fifth, begins;
};

/* Whether may_begin of names.c could say yes, or is_invited: the same bit maps, without the words. */
static unsigned could_begin(const nks_unit *raw, struct beside b)
{
	nks_unit u[5];
	for (size_t k = 0; k < 5; k++) {
		u[k] = nks_fold[raw[k]];
	}
	unsigned pair = nks_pair_in(nks_surname_bits, u[0], u[1]);
	unsigned given1 = nks_pair_in(nks_given_bits, u[1], u[2]);
	unsigned given2 = nks_pair_in(nks_given_bits, u[2], u[3]);
	unsigned given3 = nks_pair_in(nks_given_bits, u[3], u[4]);
	unsigned first2 = nks_char_usual(NKS_C_GIVEN_FIRST, u[2]);
	unsigned first3 = nks_char_usual(NKS_C_GIVEN_FIRST, u[3]);
	unsigned last3 = nks_char_usual(NKS_C_GIVEN_LAST, u[3]);
	unsigned not4 = b.fourth ^ 1;
	unsigned not5 = b.fifth ^ 1;
	unsigned behind = not4 | not5 | given2 | first2 | given3 | first3 | (b.begins & not5 & last3);
	unsigned one = nks_pair_in(nks_surname_bits, u[0], 0);
	unsigned person = nks_pair_in(nks_person_bits, u[0], u[1]);
	unsigned rare1 = nks_char_usual(NKS_C_SURNAME_FIRST, u[0]);
	unsigned rare2 = nks_char_usual(NKS_C_SURNAME_LAST, u[1]);
	nks_unit a = raw[3];
	unsigned invites = (a == 0xff08) | (a == '(') | (a == 0x3055) | (a == 0x304f) | (a == 0x3061);
	return (pair & behind) | person | (one & given1) | (b.begins & b.fourth & (rare1 | rare2) & given2) |
		(not4 & invites);
}

static uint64_t seek_three(const struct nks_text *t, size_t w, uint64_t bits)
{
	const uint64_t *han = t->mask[NKS_M_HAN];
	uint64_t fourth = ahead(han, w, 3);
	uint64_t fifth = ahead(han, w, 4);
	uint64_t inside = before(han, w);
	uint64_t found = 0;
	for (; bits; bits &= bits - 1) {
		unsigned i = (unsigned)__builtin_ctzll(bits);
		struct beside b = { (unsigned)(fourth >> i) & 1, (unsigned)(fifth >> i) & 1,
			(unsigned)(~inside >> i) & 1 };
		found |= (uint64_t)could_begin(t->u + w * 64 + i, b) << i;
	}
	return found;
}

/* Units from which more kanji stand than the lattice takes at once. */
static uint64_t seek_long(const uint64_t *han, size_t w)
{
	static const unsigned steps[] = { 1, 2, 4, 8, 13 }; /* 1 and all of these: NKS_RUN_MAX + 1 */
	uint64_t lo = han[w];
	uint64_t hi = han[w + 1];
	for (size_t k = 0; lo && k < sizeof steps / sizeof steps[0]; k++) {
		lo &= lo >> steps[k] | hi << (64 - steps[k]);
		hi &= hi >> steps[k];
	}
	return lo;
}

uint64_t nks_names_seek(const struct nks_text *t, size_t w)
{
	const uint64_t *han = t->mask[NKS_M_HAN];
	const uint64_t *gap = t->mask[NKS_M_GAP];
	const uint64_t *kana = t->mask[NKS_M_KANA];
	if (han[w] == 0) {
		return 0;
	}
	uint64_t han1 = ahead(han, w, 1);
	uint64_t han2 = ahead(han, w, 2);
	uint64_t han3 = ahead(han, w, 3);
	uint64_t kana3 = ahead(kana, w, 3);
	uint64_t two = han[w] & han1;
	uint64_t found = seek_three(t, w, two & han2);
	found |= seek_kana(t, w, two & ahead(kana, w, 2) & (kana3 | han3), kana3);
	uint64_t pair = han[w] & ahead(gap, w, 1) & (han2 | (ahead(gap, w, 2) & han3));
	found |= seek_long(han, w);
	return found | (pair ? seek_blank(t, w, pair) : 0);
}
