/*
 * map.h: a flat hash from byte strings to a 64-bit number, keyed against flooding.
 *
 * Keys are borrowed: the memory behind them outlives the map. No deletion of
 * single keys; nk_map_put on a present key replaces its number.
 */
#ifndef NK_MAP_H
#define NK_MAP_H

struct nk_map_cell;

struct nk_map {
	struct nk_map_cell *cells;
	size_t len;
	size_t cap;
	uint64_t seed[2];
};

/* nk_map_init: `seed` is 16 random bytes (from nk_env). */
void nk_map_init(struct nk_map *map, const uint8_t seed[16]);
void nk_map_done(struct nk_map *map);
NK_RESULT nk_map_put(struct nk_map *map, struct nk_bytes key, uint64_t value, struct nk_err *err);
/* nk_map_get: false when the key is not there. */
bool nk_map_get(const struct nk_map *map, struct nk_bytes key, uint64_t *out_value);

/* nk_map_hash: the map's own keyed hash (SipHash-1-3) for indexes of another shape; `seed` is 16 random bytes. */
uint64_t nk_map_hash(const uint8_t seed[16], struct nk_bytes key);

#endif
