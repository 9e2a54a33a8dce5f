/*
 * ledger_int.h: the handle behind ledger.h; private to this floor.
 */
#ifndef NK_LEDGER_INT_H
#define NK_LEDGER_INT_H

#include "ledger.h"

#include "note.h"
#include "tile.h"

struct nk_ledger {
	struct nk_store *store;
	struct nk_tile_dir files; /* .path is ours */
	struct nk_buf origin;
	struct nk_key *seed; /* in locked memory; NULL: read only */
	bool simulated_clock;
	bool published; /* a checkpoint stands on the disk; `edge` and `checkpoint` are of it */
	struct nk_edge edge;
	struct nk_buf checkpoint; /* the signed note as it is */
	struct nk_buf scratch; /* one leaf */
};

enum { NK_CHECKPOINT_MAX = 1 << 20 };

#define NK_CHECKPOINT_FILE "checkpoint"

/* nk_ledger_file: the path of a file directly in the ledger's folder. */
const char *nk_ledger_file(const struct nk_tile_dir *dir, const char *name, char text[static NK_TILE_PATH_MAX]);
/* nk_ledger_count: leaves in the store, as this handle sees them (uncommitted ones too inside a transaction). */
NK_RESULT nk_ledger_count(struct nk_store *store, uint64_t *out, struct nk_err *err);
/* nk_ledger_fork: NK_CORRUPT: entry `index` is one thing in the store and another in the files. */
NK_RESULT nk_ledger_fork(const struct nk_tile_dir *dir, uint64_t index, struct nk_err *err);
/* nk_note_vkey: the verifier key of a seed under a name; `out->name` borrows `name`. */
void nk_note_vkey(struct nk_str name, const struct nk_key *seed, struct nk_vkey *out);
/* nk_note_vkey_true: does the key hash belong to name and key? */
bool nk_note_vkey_true(const struct nk_vkey *key);
/*
 * nk_note_open: is there a true signature by `key`? *out_cp is the checkpoint in it (slices into `note`).
 * NK_AUTH, NK_INVALID.
 */
NK_RESULT nk_note_open(
	struct nk_bytes note, const struct nk_vkey *key, struct nk_checkpoint *out_cp, struct nk_err *err);

#endif
