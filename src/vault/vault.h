/*
 * vault.h: the keys of persons, apart from their data; made so that a key can really be destroyed.
 *
 * Files of fixed slots, overwritten in place, two levels: root → bucket keys →
 * slot keys. Root sealed under unlock secret and epoch secret (sealer.h). Areas
 * A and B for buckets, root table and header; the commit is one 512-byte header
 * sector. A second place mirrors every write (DECISIONS 1), unless created with
 * single_copy. After reference/erasure.md §9 and Reardon, Basin, Capkun 2013.
 *
 * Calls have the shape of messages (no callbacks into the caller between begin and commit of a key operation), so
 * that a process of its own can serve them. One vault handle, one thread, one process (lock file).
 */
#ifndef NK_VAULT_H
#define NK_VAULT_H

#include "crypto.h"
#include "sealer.h"

enum nk_slot_kind {
	NK_SLOT_PERSON = 1,
	NK_SLOT_LINK,
	NK_SLOT_CONTACT,
	NK_SLOT_CASE,
	NK_SLOT_SYSTEM,
	NK_SLOT_KIND_COUNT
};
enum nk_slot_state { NK_SLOT_FREE, NK_SLOT_LIVE, NK_SLOT_DESTROYED, NK_SLOT_STATE_COUNT };

/* Names a key for ever: slots are used again, generations never. */
struct nk_slot {
	uint64_t number;
	uint32_t generation;
};

struct nk_vault;

struct nk_vault_options {
	const char *dir; /* <home>/vault */
	/* second place, another folder (better: another disk); NULL only with single_copy */
	const char *copy_dir;
	bool single_copy;
	struct nk_str sealer; /* "file" | "custodian" */
	struct nk_sealer_settings sealing;
	/* The unlock secret: a passphrase, or the contents of a key file. */
	struct nk_bytes secret;
	bool secret_is_keyfile;
	/*
	 * Or, when the secret is lost: the typed recovery sheets (nk_vault_escrow), enough of them; `secret` is
	 * then not used. Open only.
	 */
	const struct nk_str *escrow;
	size_t n_escrow;
	uint32_t kdf_memory_kb; /* create only; 0 = 262144 */
};

/* nk_vault_create: an empty vault at epoch 1; NK_EXISTS when there is one. Durable on return, second place included.
 */
NK_RESULT nk_vault_create(const struct nk_env *env, const struct nk_vault_options *opt, struct nk_err *err);

/*
 * nk_vault_open: unlock, finish or undo what a crash left (before anything is handed out), bring a lagging second
 * place up.
 * min_sequence: what the store remembers (0 = nothing): a vault below it stops everything with NK_CORRUPT
 * (DECISIONS 2).
 * NK_AUTH: wrong unlock secret. NK_UNAVAILABLE: the sealer, or the second place. NK_BUSY: another process has it.
 * NK_NEWER: format of a newer version.
 */
NK_RESULT nk_vault_open(const struct nk_env *env, const struct nk_vault_options *opt, uint64_t min_sequence,
	struct nk_vault **out, struct nk_err *err);
void nk_vault_close(struct nk_vault **vault);

struct nk_vault_status {
	uint64_t sequence;
	uint64_t epoch;
	uint32_t buckets;
	uint64_t slots[NK_SLOT_KIND_COUNT][NK_SLOT_STATE_COUNT]; /* [kind][state]; free slots under kind 0 */
	char sealer[32];
	bool single_copy;
	bool recovered; /* something was finished or undone when it was opened */
	bool escrow_rehearsed;
};
/* nk_vault_status: from memory, cannot fail. Counts are those of the last open, kept up by each call since. */
void nk_vault_status(const struct nk_vault *vault, struct nk_vault_status *out);

/*
 * nk_vault_add: n new random keys of one kind, durable in both places on return; out_slots has n places, out_keys
 * n or NULL.
 * Written before the store's commit that names them; what is never named is released at start (nk_vault_release).
 */
NK_RESULT nk_vault_add(struct nk_vault *vault, enum nk_slot_kind kind, size_t n, struct nk_slot *out_slots,
	struct nk_key *out_keys, struct nk_err *err);

/*
 * nk_vault_key: opens one. NK_GONE: destroyed, proven by the mark. NK_CORRUPT: unknown slot, other generation or
 * kind, damaged: the caller must stop, such a person is not erased. The purpose of the opening is the caller's event.
 */
NK_RESULT nk_vault_key(
	struct nk_vault *vault, enum nk_slot_kind kind, struct nk_slot slot, struct nk_key *out, struct nk_err *err);

/* nk_vault_each: all live slots in order of number (to find the unreferenced ones at start). */
typedef NK_RESULT nk_vault_slot_fn(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err);
NK_RESULT nk_vault_each(struct nk_vault *vault, nk_vault_slot_fn *fn, void *arg, struct nk_err *err);
/* nk_vault_release: slots that nothing ever referred to become free (overwritten). */
NK_RESULT nk_vault_release(struct nk_vault *vault, const struct nk_slot *slots, size_t n, struct nk_err *err);

/*
 * Destroying keys (level E2), in steps with the ledger between them (DECISIONS 5, 7; docs/adr/0003):
 * prepare: new keys for the touched buckets and a new root, survivors re-wrapped, written to the inactive areas,
 * synced in both places
 * verify: every survivor of the touched buckets and every bucket opens under the new path, else NK_CORRUPT and
 * nothing is destroyed
 *   commit:  one header sector, sequence + 1, in both places, synced. From here the keys are gone for the vault.
 *   finish:  the old areas are overwritten and synced; the change object is freed.
 * nk_vault_change_drop before commit leaves the vault as it was. A crash before commit = as before; after =
 * finished by the next open.
 * Slots already destroyed are passed over. NK_CORRUPT for unknown ones.
 */
struct nk_vault_change;
NK_RESULT nk_vault_destroy_prepare(struct nk_vault *vault, const struct nk_slot *slots, size_t n,
	struct nk_vault_change **out, struct nk_err *err);

/*
 * Rotating the epoch (level E3 when the sealer allows): the same steps; prepare also makes E(e+1), gives it to
 * the sealer as pending and
 * reads it back; verify unwraps every live key of the vault under the new path and the second place's image; finish
 * has the sealer destroy E(e) and gives the receipts. Refuses without a second place unless single_copy (NK_DENIED).
 */
NK_RESULT nk_vault_rotate_prepare(struct nk_vault *vault, struct nk_vault_change **out, struct nk_err *err);
/*
 * nk_vault_reseal_prepare: a rotation that also moves to another sealer or unlock secret (opt's sealer, sealing,
 * secret; an empty secret keeps the one in force).
 */
NK_RESULT nk_vault_reseal_prepare(
	struct nk_vault *vault, const struct nk_vault_options *opt, struct nk_vault_change **out, struct nk_err *err);

NK_RESULT nk_vault_change_verify(struct nk_vault_change *change, uint64_t *out_survivors, struct nk_err *err);
NK_RESULT nk_vault_change_commit(struct nk_vault_change *change, uint64_t *out_sequence, struct nk_err *err);
struct nk_vault_finish {
	struct nk_receipt receipts[NK_RECEIPTS_MAX];
	size_t n_receipts;
	enum nk_level cap; /* E2 for a destroy; the sealer's cap for a rotation */
	uint64_t epoch; /* in force now */
	uint64_t oldest; /* destroy: the oldest epoch in which a key that died now was made; else 0 */
	/*
	 * every epoch from this one up to the one before `epoch` died at E3; a key reaches E3 only if its
	 * `oldest` is not below
	 */
	uint64_t e3_since;
};
NK_RESULT nk_vault_change_finish(struct nk_vault_change **change, struct nk_vault_finish *out, struct nk_err *err);
void nk_vault_change_drop(struct nk_vault_change **change);

/*
 * nk_vault_recovered: what the last open had to finish: receipts of a rotation that a crash cut off after its
 * commit.
 */
void nk_vault_recovered(const struct nk_vault *vault, struct nk_vault_finish *out);
/*
 * nk_vault_told: the receipts of the last rotation are written down. Until then they are kept beside the vault, and
 * nk_vault_recovered gives them again after each open, to readers and writers alike.
 */
NK_RESULT nk_vault_told(struct nk_vault *vault, struct nk_err *err);

/*
 * nk_vault_escrow: the unlock secret's recovery sheet as text: L as k-of-n Shamir shares, one sheet each, base32
 * with a check (DECISIONS 8). Never R or E.
 */
NK_RESULT nk_vault_escrow(
	struct nk_vault *vault, unsigned k, unsigned n, struct nk_buf *out_sheets, struct nk_err *err);
/* nk_vault_escrow_try: rehearsal: do these typed shares give L? Marks the header as rehearsed. NK_AUTH when not. */
NK_RESULT nk_vault_escrow_try(struct nk_vault *vault, const struct nk_str *shares, size_t n, struct nk_err *err);
/* nk_vault_file_names: names of the vault's own files inside its folder, NULL-terminated, static (doctor, scan). */
const char *const *nk_vault_file_names(void);

#endif
