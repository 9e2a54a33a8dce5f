/*
 * edge.c: the right edge of the tree in memory (what grows), and nodes of a published tree from its files (what
 * stands).
 */
#include "base.h"

#include "tile.h"

enum { HEIGHT = 8 };

unsigned nk_edge_width(const struct nk_edge *edge, unsigned level)
{
	return (unsigned)((edge->size >> (HEIGHT * level)) & (NK_TILE_WIDTH - 1));
}

/* size >> 8(level+1), also where that shift would be 64. */
static uint64_t full_tiles(uint64_t size, unsigned level)
{
	return size >> (HEIGHT * level) >> HEIGHT;
}

struct nk_tile nk_edge_tile(const struct nk_edge *edge, unsigned level)
{
	return (struct nk_tile){ level, full_tiles(edge->size, level), nk_edge_width(edge, level) };
}

NK_RESULT nk_edge_push(
	struct nk_edge *edge, const struct nk_hash *leaf, nk_edge_full_fn *full, void *arg, struct nk_err *err)
{
	edge->tile[0][nk_edge_width(edge, 0)] = *leaf;
	edge->size++;
	for (unsigned level = 0; level + 1 < NK_TILE_LEVELS && nk_edge_width(edge, level) == 0; level++) {
		const uint64_t n = full_tiles(edge->size, level);

		NK_TRY(full(arg, (struct nk_tile){ level, n - 1, NK_TILE_WIDTH }, edge->tile[level], err));
		nk_tile_fold(edge->tile[level], NK_TILE_WIDTH, &edge->tile[level + 1][(n - 1) % NK_TILE_WIDTH]);
	}
	return nk_done();
}

/* Nodes that the root of the whole is made of always lie in unfinished tiles. */
static nk_rc edge_get(void *arg, unsigned level, uint64_t index, struct nk_hash *out, struct nk_err *err)
{
	const struct nk_edge *edge = arg;
	const unsigned sub = level % HEIGHT;
	const uint64_t first = index << sub;

	(void)err;
	nk_assert(first / NK_TILE_WIDTH == full_tiles(edge->size, level / HEIGHT));
	nk_tile_fold(&edge->tile[level / HEIGHT][first % NK_TILE_WIDTH], (size_t)1 << sub, out);
	return nk_done();
}

void nk_edge_root(const struct nk_edge *edge, struct nk_hash *out)
{
	const nk_rc rc = nk_merkle_root_of(edge->size, edge_get, (void *)(uintptr_t)edge, out, NULL);

	nk_assert(nk_ok(rc));
}

NK_RESULT nk_edge_load(const struct nk_tile_dir *dir, uint64_t size, struct nk_edge *edge, struct nk_err *err)
{
	edge->size = size;
	for (unsigned level = 0; level < NK_TILE_LEVELS; level++) {
		const struct nk_tile tile = nk_edge_tile(edge, level);

		if (tile.width > 0) {
			NK_TRY(nk_tile_hashes(dir, tile, edge->tile[level], err));
		}
	}
	return nk_done();
}

NK_RESULT nk_tile_get(void *reader, unsigned level, uint64_t index, struct nk_hash *out, struct nk_err *err)
{
	struct nk_tile_reader *r = reader;
	const unsigned row = level / HEIGHT;
	const unsigned sub = level % HEIGHT;
	const uint64_t first = index << sub;
	struct nk_tile tile = { row, first / NK_TILE_WIDTH, NK_TILE_WIDTH };

	nk_assert(row < NK_TILE_LEVELS);
	if (tile.index == full_tiles(r->size, row)) {
		tile.width = (unsigned)((r->size >> (HEIGHT * row)) & (NK_TILE_WIDTH - 1));
	}
	if (r->have[row].width != tile.width || r->have[row].index != tile.index) {
		r->have[row].width = 0;
		NK_TRY(nk_tile_hashes(&r->dir, tile, r->tile[row], err));
		r->have[row] = tile;
	}
	nk_tile_fold(&r->tile[row][first % NK_TILE_WIDTH], (size_t)1 << sub, out);
	return nk_done();
}
