/*
 * nks_builder.h: the index while it is made: records, and the filters' bits.
 *
 * Invariant: memory that held a record is wiped before it is given back.
 */
#ifndef NKS_BUILDER_H
#define NKS_BUILDER_H

#include "nks_index.h"

enum { NKS_CHUNK = 131072 /* 2 MiB, a huge page */, NKS_PARTS = 4096, NKS_PENDING = 64 };

/* One key of one person, before equal ones are put together. */
struct nks_record {
	uint64_t hash;
	uint32_t person;
	uint16_t exact;
	uint8_t field;
	uint8_t spare;
};

struct nks_builder {
	struct nks_keys derived;
	struct nks_record **chunk;
	size_t n_chunks, room_chunks;
	size_t used; /* in the last chunk */
	uint64_t records;
	uint64_t part[NKS_PARTS]; /* records by the highest bits of their hash */
	uint8_t *filter[NKS_F_COUNT];
	uint8_t *seen; /* bit per person */
	size_t seen_len; /* bytes */
	uint64_t persons, top_person;
	struct nks_head head; /* traits, lens, digits_of, phones */
	struct {
		uint8_t *byte;
		uint8_t bit;
	} pending[NKS_PENDING]; /* bits of filters to be set, fetched ahead */
	size_t n_pending;
	/* scratch of one call */
	uint32_t person;
	enum nks_field field;
	nks_unit raw[NKS_KEY_MAX + 8], folded[NKS_KEY_MAX + 8];
	size_t n;
};

/* What nks_builder_add does for names, and for the rest. The value stands in b->raw and b->folded. */
enum nks_status nks_add_name(struct nks_builder *b);
enum nks_status nks_add_text(struct nks_builder *b);
/* A key that is ready: its hash and the spelling. `len` is noted as a length of the lane. */
enum nks_status nks_add_key(struct nks_builder *b, enum nks_lane lane, uint64_t hash, size_t len, uint16_t exact);
/* Letters of a name that is no romaji, both orders. */
enum nks_status nks_add_phrase(struct nks_builder *b);
/* nks_set_one, nks_set_two: bits of a filter; nks_set_pending: those that are still to be set. */
void nks_set_pending(struct nks_builder *b);
void nks_set_one(struct nks_builder *b, enum nks_filter f, uint32_t at);
void nks_set_two(struct nks_builder *b, enum nks_filter f, uint64_t value);

#endif
