/*
 * map.c: open addressing with linear probing over keyed SipHash-1-3.
 *
 * Invariant: cap is 0 or a power of two, at most three quarters of the cells are
 * taken, so that every probe ends at a free cell (key.ptr == NULL).
 */
#include "base.h"

enum { MAP_FIRST = 16 };

struct nk_map_cell {
	const uint8_t *key;
	size_t key_len;
	uint64_t hash;
	uint64_t value;
};

static const uint8_t empty_key[1] = { 0 };

static uint64_t rotl(uint64_t v, unsigned n)
{
	return (v << n) | (v >> (64 - n));
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static uint64_t sip13(const uint64_t seed[2], struct nk_bytes b)
{
	uint64_t v[4] = { seed[0] ^ UINT64_C(0x736f6d6570736575), seed[1] ^ UINT64_C(0x646f72616e646f6d),
		seed[0] ^ UINT64_C(0x6c7967656e657261), seed[1] ^ UINT64_C(0x7465646279746573) };
	uint64_t tail = (uint64_t)b.len << 56;
	size_t at = 0;

	for (; b.len - at >= 8; at += 8) {
		const uint64_t word = nk_get_le64(b.ptr + at);

		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	for (unsigned shift = 0; at < b.len; at++, shift += 8) {
		tail |= (uint64_t)b.ptr[at] << shift;
	}
	v[3] ^= tail;
	sip_round(v);
	v[0] ^= tail;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void nk_map_init(struct nk_map *map, const uint8_t seed[16])
{
	*map = (struct nk_map){ .seed = { nk_get_le64(seed), nk_get_le64(seed + 8) } };
}

void nk_map_done(struct nk_map *map)
{
	free(map->cells);
	map->cells = NULL;
	map->len = 0;
	map->cap = 0;
}

/* The cell of `key`, or the free cell where it belongs. */
static struct nk_map_cell *find_cell(struct nk_map_cell *cells, size_t cap, struct nk_bytes key, uint64_t hash)
{
	size_t i = (size_t)hash & (cap - 1);

	while (cells[i].key != NULL) {
		const struct nk_bytes there = { cells[i].key, cells[i].key_len };

		if (cells[i].hash == hash && nk_bytes_eq(there, key)) {
			break;
		}
		i = (i + 1) & (cap - 1);
	}
	return &cells[i];
}

static bool map_grow(struct nk_map *map)
{
	struct nk_map_cell *cells = NULL;
	size_t cap = MAP_FIRST;

	if (map->cap != 0 && !nk_mul_size(map->cap, 2, &cap)) {
		return false;
	}
	cells = calloc(cap, sizeof(*cells));
	if (cells == NULL) {
		return false;
	}
	for (size_t i = 0; i < map->cap; i++) {
		const struct nk_map_cell *old = &map->cells[i];

		if (old->key != NULL) {
			*find_cell(cells, cap, nk_bytes_of(old->key, old->key_len), old->hash) = *old;
		}
	}
	free(map->cells);
	map->cells = cells;
	map->cap = cap;
	return true;
}

NK_RESULT nk_map_put(struct nk_map *map, struct nk_bytes key, uint64_t value, struct nk_err *err)
{
	const uint64_t hash = sip13(map->seed, key);
	struct nk_map_cell *cell = NULL;

	if (map->len >= map->cap / 4 * 3 && !map_grow(map)) {
		return nk_fail_nomem(err);
	}
	cell = find_cell(map->cells, map->cap, key, hash);
	if (cell->key == NULL) {
		/* A free cell is one without a key: the empty key needs an address of its own. */
		cell->key = key.len > 0 ? key.ptr : empty_key;
		cell->key_len = key.len;
		cell->hash = hash;
		map->len++;
	}
	cell->value = value;
	return nk_done();
}

bool nk_map_get(const struct nk_map *map, struct nk_bytes key, uint64_t *out_value)
{
	const struct nk_map_cell *cell = NULL;

	if (map->len == 0) {
		return false;
	}
	cell = find_cell(map->cells, map->cap, key, sip13(map->seed, key));
	if (cell->key == NULL) {
		return false;
	}
	*out_value = cell->value;
	return true;
}

uint64_t nk_map_hash(const uint8_t seed[16], struct nk_bytes key)
{
	const uint64_t words[2] = { nk_get_le64(seed), nk_get_le64(seed + 8) };

	return sip13(words, key);
}
