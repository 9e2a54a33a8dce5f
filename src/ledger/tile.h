/*
 * tile.h: tiles and entry bundles as files (c2sp.org/tlog-tiles, height 8), and the right edge of the tree in
 * memory; private to this floor.
 */
#ifndef NK_TILE_H
#define NK_TILE_H

#include "merkle.h"

enum {
	NK_TILE_WIDTH = 256,
	NK_TILE_LEVELS = 8,
	NK_TILE_ENTRIES = 64, /* the "level" of entry bundles */
	NK_TILE_DIR_MAX = 3900, /* longest folder of a ledger */
	NK_TILE_PATH_MAX = 4096,
	NK_ENTRY_MAX = 65535,
	NK_BUNDLE_MAX = NK_TILE_WIDTH * (NK_ENTRY_MAX + 2),
};

/* A tile or bundle: width 256 is a full one, 1–255 a partial one. */
struct nk_tile {
	unsigned level;
	uint64_t index;
	unsigned width;
};

/* Where the files are. */
struct nk_tile_dir {
	const struct nk_env *env;
	const char *path; /* at most NK_TILE_DIR_MAX bytes */
};

/* nk_tile_path: the file's path below the folder, as the specification names it. */
const char *nk_tile_path(const struct nk_tile_dir *dir, struct nk_tile tile, char text[static NK_TILE_PATH_MAX]);
/* nk_tile_write: the file holds exactly these bytes; folders are made; nothing is synced. */
NK_RESULT nk_tile_write(const struct nk_tile_dir *dir, struct nk_tile tile, struct nk_bytes data, struct nk_err *err);
/*
 * nk_tile_load: the file's bytes are appended to `out`; a partial one that is
 * not there is sought in the full one (whose beginning it is): tile->width then becomes 256.
 * NK_CORRUPT when neither is there.
 */
NK_RESULT nk_tile_load(const struct nk_tile_dir *dir, struct nk_tile *tile, struct nk_buf *out, struct nk_err *err);
/* nk_tile_hashes: the same for a hash tile: `width` hashes. NK_CORRUPT for a file of a wrong length. */
NK_RESULT nk_tile_hashes(const struct nk_tile_dir *dir, struct nk_tile tile, struct nk_hash out[static NK_TILE_WIDTH],
	struct nk_err *err);
/*
 * nk_tile_drop_partials: deletes every partial file of a tile that is full now, and their folder where the
 * system allows it.
 */
NK_RESULT nk_tile_drop_partials(const struct nk_tile_dir *dir, unsigned level, uint64_t index, struct nk_err *err);
/*
 * nk_tile_each_partial: calls fn for every partial file of a tile, narrowest first by name order; a missing
 * folder has none.
 */
typedef NK_RESULT nk_tile_partial_fn(void *arg, struct nk_tile tile, struct nk_err *err);
NK_RESULT nk_tile_each_partial(const struct nk_tile_dir *dir, unsigned level, uint64_t index, nk_tile_partial_fn *fn,
	void *arg, struct nk_err *err);
/* nk_tile_fold: root of 2^k hashes (a complete subtree), n ≤ 256. */
void nk_tile_fold(const struct nk_hash *hashes, size_t n, struct nk_hash *out);

/* The right edge: the unfinished tile of each level; at level l it holds (size >> 8l) mod 256 hashes. */
struct nk_edge {
	uint64_t size;
	struct nk_hash tile[NK_TILE_LEVELS][NK_TILE_WIDTH];
};

/* Sees each tile that has become full (256 hashes). */
typedef NK_RESULT nk_edge_full_fn(void *arg, struct nk_tile tile, const struct nk_hash *hashes, struct nk_err *err);

unsigned nk_edge_width(const struct nk_edge *edge, unsigned level);
/* nk_edge_tile: the unfinished tile of a level (width may be 0). */
struct nk_tile nk_edge_tile(const struct nk_edge *edge, unsigned level);
NK_RESULT nk_edge_push(
	struct nk_edge *edge, const struct nk_hash *leaf, nk_edge_full_fn *full, void *arg, struct nk_err *err);
void nk_edge_root(const struct nk_edge *edge, struct nk_hash *out);
/* nk_edge_load: from the files of a tree of `size` leaves. NK_CORRUPT. */
NK_RESULT nk_edge_load(const struct nk_tile_dir *dir, uint64_t size, struct nk_edge *edge, struct nk_err *err);

/* Any node of a published tree from its files (nk_merkle_get_fn); keeps the last tile of each level. */
struct nk_tile_reader {
	struct nk_tile_dir dir;
	uint64_t size;
	struct nk_tile have[NK_TILE_LEVELS]; /* width 0: none */
	struct nk_hash tile[NK_TILE_LEVELS][NK_TILE_WIDTH];
};
NK_RESULT nk_tile_get(void *reader, unsigned level, uint64_t index, struct nk_hash *out, struct nk_err *err);

#endif
