/*
 * siphash.c: SipHash with 2-4 and 1-3 rounds (Aumasson, Bernstein 2012), and what the index derives with it.
 *
 * Invariant: nothing here depends on the machine's alignment; the length is part of every hash.
 */
#include "nks_index.h"

#include <string.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotl(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t x = 0;

	memcpy(&x, p, sizeof(x));
	return x;
}

static inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

/* The last word: the rest of the bytes, and the length in the highest. */
static inline uint64_t sip_tail(const uint8_t *p, size_t len)
{
	uint64_t x = (uint64_t)len << 56;

	for (size_t i = 0; i < (len & 7); i++) {
		x |= (uint64_t)p[i] << (8 * i);
	}
	return x;
}

static inline uint64_t sip(const uint8_t *key, const uint8_t *p, size_t len, unsigned c, unsigned d)
{
	const uint64_t k0 = load64(key);
	const uint64_t k1 = load64(key + 8);
	struct sip s = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
		k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573) };

	for (size_t i = 0; i <= len / 8; i++) {
		const uint64_t m = i < len / 8 ? load64(p + 8 * i) : sip_tail(p + 8 * i, len);

		s.v3 ^= m;
		for (unsigned r = 0; r < c; r++) {
			sip_round(&s);
		}
		s.v0 ^= m;
	}
	s.v2 ^= 0xff;
	for (unsigned r = 0; r < d; r++) {
		sip_round(&s);
	}
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t nks_siphash(const uint8_t key[static 16], const void *data, size_t len)
{
	return sip(key, data, len, 2, 4);
}

uint64_t nks_siphash13(const uint8_t key[static 16], const void *data, size_t len)
{
	return sip(key, data, len, 1, 3);
}

uint64_t nks_hash_bytes(const struct nks_keys *k, enum nks_lane lane, const void *bytes, size_t n)
{
	return sip(k->lane[lane], bytes, n, 1, 3);
}

uint64_t nks_hash_units(const struct nks_keys *k, enum nks_lane lane, const nks_unit *u, size_t n)
{
	return sip(k->lane[lane], (const uint8_t *)u, n * sizeof(*u), 1, 3);
}

/* 16 bytes of a purpose: both halves of the key take part. */
static void derive(
	uint8_t out[static 16], const uint8_t key[static NKS_KEY_BYTES], const char *purpose, unsigned number)
{
	uint8_t label[24] = { 0 };

	memcpy(label, purpose, strnlen(purpose, 16));
	for (unsigned i = 0; i < 2; i++) {
		uint64_t half = 0;

		label[16] = (uint8_t)number;
		label[17] = (uint8_t)i;
		half = nks_siphash(key, label, sizeof(label));
		memcpy(label + 16, &half, sizeof(half));
		half = nks_siphash(key + 16, label, sizeof(label));
		memcpy(out + 8 * i, &half, sizeof(half));
		memset(label + 16, 0, 8);
	}
	explicit_bzero(label, sizeof(label));
}

void nks_keys_derive(struct nks_keys *out, const uint8_t key[static NKS_KEY_BYTES])
{
	uint8_t exact[16];

	for (unsigned i = 0; i < NKS_LANE_COUNT; i++) {
		derive(out->lane[i], key, "nks lane", i);
	}
	derive(out->cipher, key, "nks cipher", 0);
	derive(out->check, key, "nks check", 0);
	derive(exact, key, "nks exact", 0);
	memcpy(&out->exact, exact, sizeof(out->exact));
	explicit_bzero(exact, sizeof(exact));
}

uint16_t nks_exact(const struct nks_keys *k, uint64_t hash, const nks_unit *raw, size_t n)
{
	uint64_t x = hash ^ k->exact;

	for (size_t i = 0; i < n; i++) {
		x = (x ^ raw[i]) * UINT64_C(0x9fb21c651e98df25);
		x ^= x >> 32;
	}
	return (uint16_t)((x * UINT64_C(0x9e3779b97f4a7c15)) >> 48);
}

void nks_cipher(const struct nks_keys *k, uint8_t *bytes, size_t n)
{
	for (uint64_t i = 0; i < n / 8; i++) {
		const uint64_t x = load64(bytes + 8 * i) ^ nks_siphash13(k->cipher, &i, sizeof(i));

		memcpy(bytes + 8 * i, &x, sizeof(x));
	}
}

void nks_head_check(const struct nks_keys *k, const struct nks_head *head, uint64_t out[static 2])
{
	out[0] = nks_siphash(k->check, head, offsetof(struct nks_head, check));
	out[1] = nks_siphash(k->check, out, sizeof(out[0]));
}
