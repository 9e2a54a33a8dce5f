/*
 * verify.c: whether the body of an index is as it was sealed: a damaged one would find less and say nothing.
 *
 * Against damage, not against a forger: who has the key needs no forged index, and who has not cannot sign its head.
 */
#include "nks_index.h"

#include <string.h>

enum { LANES = 8 };

void nks_body_sum(const struct nks_keys *keys, const uint8_t *body, size_t len, uint64_t out[static 2])
{
	uint64_t lane[LANES];
	uint64_t seed = 0;
	uint8_t rest[8 * LANES] = { 0 };

	memcpy(&seed, keys->check, sizeof(seed));
	for (size_t i = 0; i < LANES; i++) {
		lane[i] = seed ^ (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	}
	memcpy(rest, body + len / sizeof(rest) * sizeof(rest), len % sizeof(rest));
	for (size_t at = 0; at <= len; at += sizeof(rest)) {
		const uint8_t *const from = len - at >= sizeof(rest) ? body + at : rest;

		for (size_t i = 0; i < LANES; i++) {
			uint64_t word = 0;

			memcpy(&word, from + 8 * i, 8);
			lane[i] = (lane[i] ^ word) * UINT64_C(0xff51afd7ed558ccd);
			lane[i] ^= lane[i] >> 32;
		}
	}
	out[0] = nks_siphash(keys->check, lane, sizeof(lane));
	out[1] = len;
}

enum nks_status nks_index_verify(const struct nks_index *index)
{
	const struct nks_head *const head = index->head;
	uint64_t sum[2];

	nks_body_sum(&index->derived, (const uint8_t *)head + sizeof(*head), head->total - sizeof(*head), sum);
	return memcmp(sum, head->body, sizeof(sum)) == 0 ? NKS_OK : NKS_BAD_INDEX;
}
