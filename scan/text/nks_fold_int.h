/* nks_fold_int.h: characters above the BMP that are more than a slot: between the generated table and fold.c. */
#ifndef NKS_FOLD_INT_H
#define NKS_FOLD_INT_H

#include <stddef.h>
#include <stdint.h>

struct nks_above {
	uint32_t codepoint;
	uint16_t unit;
};
extern const struct nks_above nks_above[]; /* in order */
extern const size_t nks_above_n;

#endif
