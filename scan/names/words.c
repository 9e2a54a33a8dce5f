/* Lookup of words: open addressing over one constant array; a slot is tag (16 bits) | class (6) | cost / 16 (10), 0
 * is empty. Smaller bit maps before it say of most words that they are not there. */
#include "nks_words.h"

#include <stddef.h>
#include <string.h>

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

/* A few slots in a row, looked at without a branch. */
struct look {
	uint32_t at;
	uint32_t mine; /* bit per slot: of that word */
	bool more; /* no slot of these is empty */
};

typedef uint32_t lanes __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));
_Static_assert(NKS_WORD_LOOK * sizeof(uint32_t) == 2 * sizeof(lanes), "two of these");

/* A bit for each of eight lanes that are all ones or all zeros. */
static uint32_t bits_of(lanes low, lanes high)
{
	halves both = (halves)((low & (lanes){ 1, 2, 4, 8 }) | (high & (lanes){ 16, 32, 64, 128 }));
	uint64_t one = both[0] | both[1];
	return (uint32_t)(one | one >> 32);
}

static void look_at(uint32_t tag, struct look *look)
{
	lanes low, high;
	memcpy(&low, &nks_word_slots[look->at], sizeof low);
	memcpy(&high, &nks_word_slots[look->at + 4], sizeof high);
	uint32_t mine = bits_of((lanes)(low >> 16 == tag), (lanes)(high >> 16 == tag));
	uint32_t empty = bits_of((lanes)(low == 0), (lanes)(high == 0));
	look->mine = mine & ((empty & (0 - empty)) - 1); /* before the first empty one */
	look->more = empty == 0;
}

static int32_t cost_of(uint32_t slot)
{
	return (int32_t)(slot & 1023) * COST_STEP - COST_SHIFT;
}

size_t nks_words_hashed(uint32_t hash, struct nks_word *out)
{
	uint32_t h = finish(hash);
	struct look look = { .at = h >> (32 - NKS_WORD_BITS), .more = true };
	size_t n = 0;
	if (!has(nks_known_bits, h >> (32 - NKS_KNOWN_BITS))) {
		return 0; /* the table itself is far away */
	}
	for (; look.more; look.at = (look.at + NKS_WORD_LOOK) % SLOTS) {
		look_at(h & 0xffff, &look);
		for (; look.mine && n < NKS_WORD_MEANINGS; look.mine &= look.mine - 1) {
			uint32_t slot = nks_word_slots[look.at + (unsigned)__builtin_ctz(look.mine)];
			out[n].class = (uint8_t)((slot >> 10) & 63);
			out[n].cost = cost_of(slot);
			n++;
		}
	}
	return n;
}

/* The classes of the word as bits; *out_cost: the least cost as `class`. */
static uint64_t classes_of(uint32_t h, unsigned class, int32_t *out_cost)
{
	struct look look = { .at = h >> (32 - NKS_WORD_BITS), .more = true };
	uint64_t found = 0;
	if (!has(nks_known_bits, h >> (32 - NKS_KNOWN_BITS))) {
		return 0;
	}
	for (; look.more; look.at = (look.at + NKS_WORD_LOOK) % SLOTS) {
		look_at(h & 0xffff, &look);
		for (; look.mine; look.mine &= look.mine - 1) {
			uint32_t slot = nks_word_slots[look.at + (unsigned)__builtin_ctz(look.mine)];
			unsigned is = (slot >> 10) & 63;
			int32_t cost = is == class ? cost_of(slot) : NKS_COST_NONE;
			found |= UINT64_C(1) << is;
			*out_cost = cost < *out_cost ? cost : *out_cost;
		}
	}
	return found;
}

static uint32_t hash_of(const nks_unit *folded, size_t n)
{
	uint32_t h = NKS_WORD_HASH;
	for (size_t i = 0; i < n; i++) {
		h = nks_word_hash(h, folded[i]);
	}
	return finish(h);
}

int32_t nks_word_cost(const nks_unit *folded, size_t n, unsigned class)
{
	uint32_t h = hash_of(folded, n);
	const uint64_t *bits = class == NKS_W_SURNAME ? nks_surname_words
		: class == NKS_W_GIVEN                ? nks_given_words
						      : NULL;
	int32_t least = NKS_COST_NONE;
	if (!bits || has(bits, h >> (32 - NKS_PAIR_BITS))) {
		classes_of(h, class, &least);
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
	static const uint64_t common = UINT64_C(1) << NKS_W_SAHEN | UINT64_C(1) << NKS_W_NAI |
		UINT64_C(1) << NKS_W_NOUN | UINT64_C(1) << NKS_W_ADJECTIVAL | UINT64_C(1) << NKS_W_PLACE |
		UINT64_C(1) << NKS_W_ADVERBIAL | UINT64_C(1) << NKS_W_ORG;
	int32_t cost = NKS_COST_NONE;
	return (classes_of(hash_of(u, n), NKS_WORD_CLASSES, &cost) & common) != 0;
}
