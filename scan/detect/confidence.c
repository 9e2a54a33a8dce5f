/*
 * confidence.c: how sure a finding is, from its reasons alone: the points of weights.rows, summed.
 */
#include "nks_text.h"

static const int8_t points[NKS_CLASS_COUNT][NKS_WHY_COUNT] = {
#include "nks_weights.inc"
};
_Static_assert(NKS_WHY_COUNT <= 64, "a reason is a bit");

unsigned nks_confidence(enum nks_class c, uint64_t why)
{
	int sum = 0;
	if (c >= NKS_CLASS_COUNT) {
		return 0;
	}
	for (; why != 0; why &= why - 1) {
		size_t bit = (size_t)__builtin_ctzll(why);
		sum += bit < NKS_WHY_COUNT ? points[c][bit] : 0;
	}
	if (sum < 0) {
		return 0;
	}
	return sum > 100 ? 100 : (unsigned)sum;
}
