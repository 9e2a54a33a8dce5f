/*
 * cells.h: two cells for what belongs to two epochs at a time (in force, pending), and what may be done with them.
 *
 * The file sealer keeps the epoch secret in them, a custodian his shares. Cell e & 1 is that of epoch e. A destroyed
 * secret leaves a mark in its cell, so that asking again gives the same answer. Pure: no I/O, no memory of its own.
 */
#ifndef NK_CELLS_H
#define NK_CELLS_H

#include "sealer.h"

enum nk_cell_state { NK_CELL_EMPTY, NK_CELL_HELD, NK_CELL_MARK, NK_CELL_STATE_COUNT };
enum { NK_CELL_PAYLOAD = 64, NK_CELL_LEN = 160 };

struct nk_cell {
	enum nk_cell_state state;
	uint64_t epoch;
	uint8_t rotation[NK_ROTATION_ID_LEN]; /* held: that which brought it; mark: that which destroyed it */
	nk_time at; /* mark: when it was destroyed */
	uint8_t payload[NK_CELL_PAYLOAD]; /* held: secret; else zero */
};

/* nk_cells_of: which cell an epoch has. */
static inline unsigned nk_cells_of(uint64_t epoch)
{
	return (unsigned)(epoch & 1);
}

/* nk_cells_get: NK_OK and *out_cell, NK_GONE (this epoch or a later one was destroyed), or NK_NOT_FOUND. */
enum nk_code nk_cells_get(const struct nk_cell cells[static 2], uint64_t epoch, const struct nk_cell **out_cell);
/*
 * nk_cells_put: NK_OK (cell nk_cells_of(epoch) is now that; twice the same is fine), NK_CONFLICT when something
 * else is held there, NK_GONE for an epoch that was destroyed.
 */
enum nk_code nk_cells_put(struct nk_cell cells[static 2], const struct nk_cell *held);
/* nk_cells_drop: wipes the secret of this epoch and rotation; false: there was none. */
bool nk_cells_drop(struct nk_cell cells[static 2], uint64_t epoch, const uint8_t rotation[static NK_ROTATION_ID_LEN]);
/*
 * nk_cells_destroy: below `epoch` everything becomes a mark of this rotation; the time of that is returned (an
 * earlier one when it was done before).
 */
nk_time nk_cells_destroy(struct nk_cell cells[static 2], uint64_t epoch,
	const uint8_t rotation[static NK_ROTATION_ID_LEN], nk_time now);

/* nk_cell_put, nk_cell_get: the cell as bytes with a checksum. false: torn or never written (*out is then empty). */
void nk_cell_put(const struct nk_cell *cell, uint8_t out[static NK_CELL_LEN]);
bool nk_cell_get(const uint8_t in[static NK_CELL_LEN], struct nk_cell *out);

#endif
