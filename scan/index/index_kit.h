/*
 * index_kit.h: for the tests of the index: blocks of text made by hand, and what was found in them.
 *
 * Header only. Masks are computed by the classes the index itself uses; that decoders give the same ones is their
 * test.
 */
#ifndef INDEX_KIT_H
#define INDEX_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef KIT_WITHOUT_CMOCKA /* fuzzers */
#define assert_true(what) ((what) ? (void)0 : abort())
#define assert_non_null(what) assert_true((what) != NULL)
#define assert_int_equal(a, b) assert_true((a) == (b))
#else
#include <cmocka.h>
#endif

#include "nks_match.h"

static const uint8_t kit_key[NKS_KEY_BYTES] = "a key that is only used in tests";

enum { KIT_HITS = 4096 };

/* A block: units with their padding, masks with a zero word around. */
struct kit_block {
	nks_unit *units;
	uint64_t *words[NKS_M_COUNT];
	struct nks_text text;
};

struct kit_found {
	struct nks_hit hit[KIT_HITS];
	size_t n;
	size_t stop_after; /* 0: never */
};

static inline void kit_masks(struct kit_block *b)
{
	static const enum nks_mask of_class[] = { [NKS_U_DIGIT] = NKS_M_DIGIT,
		[NKS_U_ALPHA] = NKS_M_ALPHA,
		[NKS_U_HAN] = NKS_M_HAN,
		[NKS_U_KANA] = NKS_M_KANA,
		[NKS_U_GAP] = NKS_M_GAP };

	for (size_t i = 0; i < b->text.n; i++) {
		const nks_unit u = b->text.u[i];
		const enum nks_unit_class c = nks_unit_class(u);
		const enum nks_mask m = u == '@' || u == 0xff20 ? NKS_M_AT : of_class[c];

		if (c != NKS_U_OTHER || m == NKS_M_AT) {
			b->words[m][1 + i / 64] |= UINT64_C(1) << (i % 64);
			b->text.any |= UINT64_C(1) << m;
		}
	}
}

static inline void kit_block(struct kit_block *b, const nks_unit *units, size_t n)
{
	memset(b, 0, sizeof(*b));
	b->units = calloc(n + 2 * NKS_PAD, sizeof(*b->units));
	assert_non_null(b->units);
	if (n > 0) {
		memcpy(b->units + NKS_PAD, units, n * sizeof(*units));
	}
	b->text.u = b->units + NKS_PAD;
	b->text.n = n;
	b->text.to = n;
	b->text.first = true;
	b->text.last = true;
	for (unsigned m = 0; m < NKS_M_COUNT; m++) {
		b->words[m] = calloc((n + 63) / 64 + 2, sizeof(uint64_t));
		assert_non_null(b->words[m]);
		b->text.mask[m] = b->words[m] + 1;
	}
	kit_masks(b);
}

static inline void kit_block_done(struct kit_block *b)
{
	free(b->units);
	for (unsigned m = 0; m < NKS_M_COUNT; m++) {
		free(b->words[m]);
	}
}

static inline bool kit_emit(void *arg, const struct nks_text *text, const struct nks_hit *hit)
{
	struct kit_found *f = arg;

	(void)text;
	assert_true(f->n < KIT_HITS);
	f->hit[f->n++] = *hit;
	return f->stop_after == 0 || f->n < f->stop_after;
}

static inline void kit_match(struct nks_matcher *m, const struct nks_text *text, struct kit_found *found)
{
	found->n = 0;
	(void)nks_match_block(m, text, kit_emit, found);
}

/* An index of a test: add, open, look. */
struct kit_index {
	struct nks_builder *builder;
	uint8_t *blob;
	size_t len;
	struct nks_index *index;
	struct nks_matcher *matcher;
	struct kit_found *found;
};

static inline void kit_new(struct kit_index *k)
{
	memset(k, 0, sizeof(*k));
	assert_int_equal(nks_builder_new(kit_key, &k->builder), NKS_OK);
	k->found = calloc(1, sizeof(*k->found));
	assert_non_null(k->found);
}

static inline void kit_add(struct kit_index *k, uint32_t person, enum nks_field field, const char *value)
{
	assert_int_equal(nks_builder_add(k->builder, person, field, value, strlen(value)), NKS_OK);
}

static inline void kit_open(struct kit_index *k)
{
	assert_int_equal(nks_builder_seal(k->builder, &k->blob, &k->len), NKS_OK);
	assert_int_equal(nks_index_open(k->blob, k->len, kit_key, &k->index), NKS_OK);
	assert_int_equal(nks_matcher_new(k->index, &k->matcher), NKS_OK);
}

static inline void kit_done(struct kit_index *k)
{
	nks_matcher_free(&k->matcher);
	nks_index_close(&k->index);
	nks_blob_free(&k->blob, k->len);
	nks_builder_free(&k->builder);
	free(k->found);
}

static inline size_t kit_units(const char *utf8, nks_unit *out, size_t room)
{
	size_t n = 0;

	assert_int_equal(nks_units_of(utf8, strlen(utf8), out, room, &n), NKS_OK);
	return n;
}

/* How many hits a text gives; they stand in k->found. */
static inline size_t kit_look(struct kit_index *k, const char *utf8)
{
	nks_unit units[2048];
	struct kit_block b;

	kit_block(&b, units, kit_units(utf8, units, 2048));
	kit_match(k->matcher, &b.text, k->found);
	kit_block_done(&b);
	return k->found->n;
}

/* Exactly one hit, of this field and person. */
static inline bool kit_is_one(struct kit_index *k, const char *utf8, enum nks_field field, uint32_t person)
{
	uint32_t whose = UINT32_MAX;

	return kit_look(k, utf8) == 1 && k->found->hit[0].field == field &&
		nks_index_persons(k->index, k->found->hit[0].key, &whose, 1) == 1 && whose == person;
}

#define kit_assert_one(k, utf8, field, person)                           \
	do {                                                             \
		if (!kit_is_one(k, utf8, field, person)) {               \
			fail_msg("%zu hits in %s", (k)->found->n, utf8); \
		}                                                        \
	} while (0)
#define kit_assert_none(k, utf8)                                         \
	do {                                                             \
		if (kit_look(k, utf8) != 0) {                            \
			fail_msg("%zu hits in %s", (k)->found->n, utf8); \
		}                                                        \
	} while (0)

#endif
