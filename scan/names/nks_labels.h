/*
 * nks_labels.h: the words of labels.rows, folded, as tools/scantab/labels.py lays them out. For this folder only.
 *
 * Words are found by their last unit: a word's units stand reversed, so that a search can begin where a label ends.
 */
#ifndef NKS_LABELS_H
#define NKS_LABELS_H

#include "nks_layout.h"

enum { NKS_LABEL_LONGEST = 32, NKS_LABEL_BUCKETS = 256, NKS_LABEL_PAIR_BITS = 14 };

struct nks_label_word {
	uint16_t at; /* in nks_label_units */
	uint8_t len;
	uint8_t label; /* enum nks_label; NONE is a word that looks like a label and is none */
};
extern const nks_unit nks_label_units[];
extern const struct nks_label_word nks_label_words[]; /* by bucket, longest first */
extern const uint16_t nks_label_first[NKS_LABEL_BUCKETS + 1];
extern const uint64_t nks_label_ends[1024]; /* folded units that end a word */
extern const uint64_t nks_label_pairs[1 << (NKS_LABEL_PAIR_BITS - 6)]; /* the last and the one before it; or 0 */

/* nks_label_ending: the longest label that ends before unit `end` of running text and begins at lo or behind. Blanks
 * and hyphens within it do not count. NONE when there is none; *out_at is where it begins. */
enum nks_label nks_label_ending(const nks_unit *u, size_t lo, size_t end, size_t *out_at);

#endif
