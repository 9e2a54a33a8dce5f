/*
 * nks_roles.h: roles, forms of address and things beside names, and sets of kanji, folded, as tools/scantab/roles.py
 * lays out roles.rows. For this folder only. Each list is in buckets by the unit that is next to the name, longest
 * words first.
 */
#ifndef NKS_ROLES_H
#define NKS_ROLES_H

#include "nks_text.h"

enum nks_role_kind { NKS_ROLE_ADDRESS, NKS_ROLE_BEHIND, NKS_ROLE_BEFORE, NKS_ROLE_BOTH, NKS_ROLE_THING };
enum nks_role_list { NKS_ROLES_BEHIND, NKS_ROLES_BEFORE, NKS_ROLES_THING, NKS_ROLE_LISTS };
enum { NKS_ROLE_BUCKETS = 128, NKS_KANJI_FIRST = 0x3400, NKS_KANJI_SETS = 0x9fff + 1 - NKS_KANJI_FIRST };

struct nks_role {
	uint16_t at; /* in nks_role_units */
	uint8_t len;
	uint8_t kind;
};
extern const nks_unit nks_role_units[];
extern const struct nks_role nks_roles[];
extern const uint16_t nks_role_first[NKS_ROLE_LISTS * NKS_ROLE_BUCKETS + 1];

/* Index in nks_role_first for a folded unit next to a name. */
static inline size_t nks_role_bucket(enum nks_role_list list, nks_unit folded)
{
	return (size_t)list * NKS_ROLE_BUCKETS + ((uint32_t)folded * UINT32_C(0x9e3779b1) >> 25);
}

enum nks_kanji_set {
	NKS_KANJI_PREFIX = 1,
	NKS_KANJI_PLACE_END = 2,
	NKS_KANJI_THREE_END = 4,
	NKS_KANJI_SUFFIX = 8,
	NKS_KANJI_AREA = 16,
	NKS_KANJI_NO_AREA = 32
};
extern const uint8_t nks_kanji_sets[NKS_KANJI_SETS];

static inline bool nks_kanji_in(nks_unit folded, enum nks_kanji_set set)
{
	uint32_t k = (uint32_t)folded - NKS_KANJI_FIRST;
	return k < NKS_KANJI_SETS && (nks_kanji_sets[k] & set) != 0;
}

#endif
