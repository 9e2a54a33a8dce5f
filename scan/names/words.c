/* Lookup of words: open addressing over one constant array; a slot is tag (16 bits) | class (6) | cost / 16 (10), 0
 * is empty. Smaller bit maps before it say of most words that they are not there. */
#include "nks_words.h"

#include <stddef.h>

enum { COST_STEP = 16, COST_SHIFT = 2048, SLOTS = 1 << NKS_WORD_BITS };

static uint32_t finish(uint32_t h)
{
	h *= UINT32_C(0x2c1b3c6d);
	return h ^ (h >> 13);
}

static bool has(const uint64_t *bits, uint32_t at)
{
	return (bits[at / 64] >> (at % 64)) & 1;
}

void nks_word_prefetch(uint32_t hash)
{
	uint32_t h = finish(hash);
	if (has(nks_known_bits, h >> (32 - NKS_KNOWN_BITS))) {
		__builtin_prefetch(&nks_word_slots[h >> (32 - NKS_WORD_BITS)]);
	}
}

size_t nks_words_hashed(uint32_t hash, struct nks_word *out)
{
	uint32_t h = finish(hash);
	uint32_t tag = h & 0xffff;
	size_t n = 0;
	if (!has(nks_known_bits, h >> (32 - NKS_KNOWN_BITS))) {
		return 0; /* the table itself is far away */
	}
	for (uint32_t at = h >> (32 - NKS_WORD_BITS); nks_word_slots[at]; at = (at + 1) % SLOTS) {
		uint32_t slot = nks_word_slots[at];
		if (slot >> 16 == tag && n < NKS_WORD_MEANINGS) {
			out[n].class = (uint8_t)((slot >> 10) & 63);
			out[n].cost = (int32_t)(slot & 1023) * COST_STEP - COST_SHIFT;
			n++;
		}
	}
	return n;
}

int32_t nks_word_cost(const nks_unit *folded, size_t n, unsigned class)
{
	struct nks_word found[NKS_WORD_MEANINGS];
	uint32_t h = NKS_WORD_HASH;
	for (size_t i = 0; i < n; i++) {
		h = nks_word_hash(h, folded[i]);
	}
	const uint64_t *bits = class == NKS_W_SURNAME ? nks_surname_words : class == NKS_W_GIVEN ? nks_given_words : NULL;
	if (bits && !has(bits, finish(h) >> (32 - NKS_PAIR_BITS))) {
		return NKS_COST_NONE;
	}
	size_t meanings = nks_words_hashed(h, found);
	int32_t least = NKS_COST_NONE;
	for (size_t k = 0; k < meanings; k++) {
		if (found[k].class == class && found[k].cost < least) {
			least = found[k].cost;
		}
	}
	return least;
}

int32_t nks_char_cost(enum nks_char_key key, nks_unit folded)
{
	const nks_unit units[2] = { (nks_unit)key, folded };
	return nks_word_cost(units, 2, NKS_W_CHAR);
}

bool nks_word_is_common(const nks_unit *u, size_t n)
{
	struct nks_word found[NKS_WORD_MEANINGS];
	uint32_t h = NKS_WORD_HASH;
	for (size_t i = 0; i < n; i++) {
		h = nks_word_hash(h, u[i]);
	}
	size_t meanings = nks_words_hashed(h, found);
	for (size_t k = 0; k < meanings; k++) {
		unsigned class = found[k].class;
		if (class <= NKS_W_ADJECTIVAL || class == NKS_W_PLACE || class == NKS_W_ADVERBIAL ||
			class == NKS_W_ORG) {
			return true;
		}
	}
	return false;
}
