/*
 * ledger.h: what happened, append-only: a C2SP tlog whose leaves are committed with the change they tell of.
 *
 * A leaf is a row of the store, written in the same transaction as the change;
 * tiles (c2sp.org/tlog-tiles, height 8) and the signed checkpoint are files made
 * from committed leaves, by rolling forward: publish is idempotent and runs after each commit and at start.
 * Leaves hold pseudonyms, commitments, counts and ids, never a person's value or a guessable hash of one
 * (DECISIONS 10).
 */
#ifndef NK_LEDGER_H
#define NK_LEDGER_H

#include "crypto.h"
#include "merkle.h"
#include "store.h"

struct nk_ledger;

/* Types in leaves.rows (name, text); the word in the leaf is the lower-case name. */
enum nk_leaf_type {
#define ROW(name, summary) NK_LEAF_##name,
#include "leaves.inc"
#undef ROW
	NK_LEAF_COUNT
};

struct nk_pseudonym {
	uint8_t b[NK_MAC_LEN];
};

/* One fact of a leaf; keys are lower-case words, sorted by the ledger. Exactly one of text, number, hex is used. */
struct nk_leaf_item {
	const char *key;
	struct nk_str text; /* ids, words of ours; never a person's */
	struct nk_bytes hex; /* digests, commitments, ciphertext */
	int64_t number;
	enum { NK_ITEM_TEXT, NK_ITEM_HEX, NK_ITEM_NUMBER } form;
};

struct nk_leaf {
	enum nk_leaf_type type;
	bool about_person;
	struct nk_pseudonym who; /* of the person, when about_person */
	struct nk_uuid actor; /* party that acted */
	const struct nk_leaf_item *items;
	size_t n_items;
};

struct nk_ledger_options {
	const char *dir; /* <home>/ledger */
	struct nk_str origin; /* "nokosazu.<site>/<instance>"; also the key name of the note */
	const struct nk_key *seed; /* Ed25519 seed that signs checkpoints; NULL: read only */
	bool simulated_clock; /* every leaf then says "clock":"simulated" */
};

/*
 * nk_ledger_open: and roll forward (not without a seed). Reads the checkpoint and the right edge of the
 * tree: NK_CORRUPT (the place is named) when the tiles do not give the checkpoint's root or the newest
 * leaves differ between files and store; nk_ledger_check compares all. NK_CONFLICT: the files have more
 * leaves than the store (a data restore): nothing was changed. The store outlives the ledger.
 */
NK_RESULT nk_ledger_open(
	struct nk_store *store, const struct nk_ledger_options *opt, struct nk_ledger **out, struct nk_err *err);
void nk_ledger_close(struct nk_ledger **ledger);

/*
 * nk_ledger_append: one leaf (canonical JSON, server time) in this transaction; *out_index (may be NULL) is
 * its number, final once committed.
 */
NK_RESULT nk_ledger_append(struct nk_ledger *ledger, struct nk_tx *tx, const struct nk_leaf *leaf,
	uint64_t *out_index, struct nk_err *err);
/* nk_ledger_append_many: a batch about persons; sorted by pseudonym before it is written (DECISIONS 10). */
NK_RESULT nk_ledger_append_many(
	struct nk_ledger *ledger, struct nk_tx *tx, struct nk_leaf *leaves, size_t n, struct nk_err *err);
/*
 * nk_ledger_publish: tiles, entry bundles and checkpoint up to the last committed leaf, durable on return.
 * Outside a transaction, with a seed (else NK_INTERNAL). A failure (NK_NO_SPACE, NK_IO) leaves the old
 * checkpoint and what it needs; call again.
 */
NK_RESULT nk_ledger_publish(struct nk_ledger *ledger, struct nk_err *err);

/*
 * nk_ledger_check: every leaf of the store against its hash and against the tiles: NK_CORRUPT names the first
 * that differs.
 */
NK_RESULT nk_ledger_check(struct nk_ledger *ledger, struct nk_err *err);

/*
 * nk_ledger_has_file: is `name` (a path below the ledger's folder, as "tile/0/000.p/3") a file of this ledger? Its name is as
 * the specification writes it, its tile lies within the published tree, and its bytes are what the leaves of the store give:
 * entries and level 0 by the store, each level above by the tiles below it. *out false: it is not; a file that is missing or
 * cannot be read is none either. Costs up to 256 leaves or tiles.
 */
NK_RESULT nk_ledger_has_file(struct nk_ledger *ledger, struct nk_str name, bool *out, struct nk_err *err);

/* nk_ledger_size: leaves that the newest checkpoint covers. */
uint64_t nk_ledger_size(struct nk_ledger *ledger);
/* nk_ledger_prove: c2sp.org/tlog-proof@v1 of a published leaf against the newest checkpoint. */
NK_RESULT nk_ledger_prove(struct nk_ledger *ledger, uint64_t index, struct nk_buf *out, struct nk_err *err);
/* nk_ledger_entry: the leaf's bytes. */
NK_RESULT nk_ledger_entry(struct nk_ledger *ledger, uint64_t index, struct nk_buf *out, struct nk_err *err);
/* nk_ledger_vkey: the verifier key as C2SP text; NK_UNAVAILABLE without a seed. nk_ledger_origin: borrowed. */
NK_RESULT nk_ledger_vkey(const struct nk_ledger *ledger, struct nk_buf *out, struct nk_err *err);
struct nk_str nk_ledger_origin(const struct nk_ledger *ledger);

/*
 * nk_ledger_replay: reads only the files of `dir`: every entry bundle and tile, rebuilds the tree, checks
 * each stored hash and the checkpoint's signature against `vkey`, and a consistency with `older` (a
 * checkpoint note somebody kept; may be empty). `each` (may be NULL) sees every entry. *out tells what was
 * checked. NK_CORRUPT with the place; NK_NOT_FOUND: no checkpoint there; NK_AUTH: `older` is not signed by
 * `vkey`.
 */
struct nk_replay {
	uint64_t entries;
	struct nk_hash root;
	uint64_t checkpoint_size;
	bool older_checked;
};
/* nk_replay_fn: sees one entry, in order; `entry` is borrowed for the call. A failure ends the replay and is its
 * result. */
typedef NK_RESULT nk_replay_fn(void *arg, uint64_t index, struct nk_bytes entry, struct nk_err *err);
NK_RESULT nk_ledger_replay(const struct nk_env *env, const char *dir, struct nk_str vkey, struct nk_bytes older,
	nk_replay_fn *each, void *arg, struct nk_replay *out, struct nk_err *err);

/*
 * For a restore: nk_ledger_root: the root over the first `size` leaves that the store has; NK_CORRUPT: a leaf is missing
 * or has not its hash. nk_ledger_rejoin: the files of `dir`, replayed as nk_ledger_replay does and consistent with
 * `older`, begin with the store's leaves, and their later ones join the store in this transaction; `each` (may be
 * NULL) sees these. *out_added: how many. NK_CORRUPT: another history, or the newest were cut off: nothing joins.
 */
NK_RESULT nk_ledger_root(struct nk_store *store, uint64_t size, struct nk_hash *out, struct nk_err *err);
NK_RESULT nk_ledger_rejoin(struct nk_tx *tx, const char *dir, struct nk_str vkey, struct nk_bytes older,
	nk_replay_fn *each, void *arg, uint64_t *out_added, struct nk_err *err);
/* nk_checkpoint_check: a note signed by `vkey`: its size and root. NK_AUTH, NK_INVALID. */
NK_RESULT nk_checkpoint_check(struct nk_bytes note, struct nk_str vkey, uint64_t *out_size, struct nk_hash *out_root,
	struct nk_err *err);

/*
 * nk_proof_check: offline: is `entry` in the tree that a checkpoint signed by `vkey` states? NK_AUTH:
 * signature; NK_INVALID: proof. *out_index and *out_size may be NULL.
 */
NK_RESULT nk_proof_check(struct nk_bytes proof_text, struct nk_str vkey, struct nk_bytes entry, uint64_t *out_index,
	uint64_t *out_size, struct nk_err *err);
/* nk_note_sign: adds our Ed25519 signature line to the text. nk_note_check: a signature by vkey is there and true. */
NK_RESULT nk_note_sign(struct nk_str text, struct nk_str key_name, const struct nk_key *seed, struct nk_buf *out,
	struct nk_err *err);
bool nk_note_check(struct nk_bytes note_text, struct nk_str vkey);

#endif
