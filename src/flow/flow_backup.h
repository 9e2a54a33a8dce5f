/*
 * flow_backup.h: backups of an installation, data and keys apart, and bringing one back.
 *
 * A backup has a data part (records as they are sealed, ledger, configuration) and a keys part (the vault, with its
 * file sealer the epoch secret too). Each is an age file for named recipients, a holding with an end, and has a signed
 * statement beside it. A restore replays every later erasure before anything opens (docs/backup.md).
 */
#ifndef NK_FLOW_BACKUP_H
#define NK_FLOW_BACKUP_H

#include "flow_warrant.h"

#define NK_PREDICATE_BACKUP NK_PREDICATE("backup/v1")
#define NK_PREDICATE_RESTORE NK_PREDICATE("restore/v1")
#define NK_PREDICATE_DRILL NK_PREDICATE("restore-drill/v1")

enum { NK_BACKUP_RECIPIENTS = 8 };

/* --- making (op_backup.c) --- */
struct nk_backup_request {
	const char *to, *keys_to; /* folders that are there; keys_to NULL: the data part alone */
	const struct nk_str *recipients, *keys_recipients; /* age1… of enrolled parties; none for the keys: the same */
	size_t n_recipients, n_keys_recipients;
	uint32_t days; /* until it must be gone; 0: as configured */
	bool same_device; /* data and keys may lie on one device; the statement says so */
	bool without_epoch; /* the epoch secret of the file sealer stays at home */
	struct nk_uuid warrant; /* nil: none; needed when [backup] warrant = yes */
};
struct nk_backup_part {
	struct nk_uuid holding; /* nil: not made */
	struct nk_str path;
	struct nk_hash sha256;
	uint64_t bytes;
};
struct nk_backup_made {
	struct nk_backup_part data, keys;
	uint64_t persons, entries; /* leaves of the ledger in it */
	uint64_t epoch;
	bool epoch_inside; /* the keys part opens without any sealer */
	bool one_device;
	bool recipient_alone; /* a recipient came before the first officer: no order is behind him, and the statement says so */
	nk_time expires_at;
};
/*
 * nk_op_backup: NK_USAGE: no recipient; NK_DENIED: a folder inside the installation, data and keys on one device, no
 * warrant where one is wanted, a recipient whom no officer vouched for though there was one;
 * a recipient of the data who is one of the keys too is allowed. NK_EXISTS.
 */
NK_RESULT nk_op_backup(struct nk_flow *flow, const struct nk_backup_request *req, struct nk_arena *arena,
	struct nk_backup_made *out, struct nk_err *err);

struct nk_backup_row {
	struct nk_uuid holding, pair; /* pair: the other part; nil: none */
	bool keys;
	struct nk_str place;
	nk_time made_at, expires_at, closed_at;
	const char *gone; /* msgid */
	uint64_t epoch, entries, persons;
	uint64_t erased; /* persons erased since whom this part, with the other, can still open */
	bool epoch_inside;
	bool whole; /* its statement is there: it was finished */
};
NK_RESULT nk_op_backup_list(struct nk_flow *flow, struct nk_arena *arena, struct nk_backup_row **out, size_t *out_n,
	struct nk_err *err);

struct nk_backup_destroy_request {
	struct nk_uuid holding;
	const struct nk_key *seed; /* of a second party (I3) */
	bool lost; /* it is not at its place: closed as unverified */
};
struct nk_backup_destroyed {
	struct nk_uuid evidence;
	struct nk_str place;
	uint64_t bytes;
	bool verified;
};
/* nk_op_backup_destroy: the file with the digest that was signed is overwritten and removed. NK_CONFLICT: another file
 * bears its name; NK_NOT_FOUND: it is not there and `lost` was not said; NK_DENIED: the key is of who keeps it. */
NK_RESULT nk_op_backup_destroy(struct nk_flow *flow, const struct nk_backup_destroy_request *req, struct nk_arena *arena,
	struct nk_backup_destroyed *out, struct nk_err *err);

/* --- bringing back (op_restore.c) --- */
struct nk_restore_request {
	const char *bundle, *keys; /* files; keys NULL: --check of the data part alone */
	struct nk_str identities; /* age identity file, as text; empty: --check looks at the outside only */
	struct nk_bytes certificate_pem; /* --check: whose signature; empty: that of the bundle itself */
	struct nk_bytes witness; /* a checkpoint that somebody kept; empty: none */
	/* restore and drill */
	const char *into; /* the new installation: must not be there; drill: a folder for the scratch place */
	const char *copy; /* second place of the vault; NULL only for one that was made with a single copy */
	const char *ledger; /* folder of a ledger that went on: the live one or any copy of it; NULL: none is left */
	struct nk_str without_ledger; /* why there is none: goes into every statement from then on */
	const char *epoch_file; /* epoch secret that was rescued, for a keys part without it; NULL */
	struct nk_bytes secret;
	bool secret_is_keyfile;
	const struct nk_str *escrow;
	size_t n_escrow;
	nk_progress_fn *progress;
	void *progress_arg;
};
struct nk_restore_checked {
	bool opened; /* looked inside: identities were given */
	bool signature; /* the statement beside it is there and true */
	uint64_t files, bytes, entries, persons;
	nk_time made_at;
	bool keys_checked;
	bool pair; /* data and keys were made together */
	bool witness; /* the ledger in it is a beginning or a continuation of the witness */
	bool behind; /* the witness knows more entries: later erasures are not in it */
	bool epoch_inside;
};
/* nk_op_restore_check: everything that can be verified without opening a key; changes nothing. */
NK_RESULT nk_op_restore_check(const struct nk_env *env, const struct nk_restore_request *req, struct nk_arena *arena,
	struct nk_restore_checked *out, struct nk_err *err);

struct nk_restored {
	struct nk_uuid backup; /* holding of the data part */
	uint64_t persons; /* who opens now */
	uint64_t erased_again; /* were alive in the backup, erased since */
	uint64_t without_key; /* of these: whose key was gone already */
	uint64_t entries, later; /* leaves of the backup; leaves that rejoined */
	nk_time ledger_until; /* time of the last entry that was replayed */
	bool limited; /* went on without the later ledger */
	uint64_t epoch; /* in force now; 0: the epoch could not be turned yet */
	bool tokens_anew;
};
/*
 * nk_op_restore: into a place beside `into`, brought in order there, then one rename; then the epoch is turned. Cut off
 * anywhere it leaves `into` whole or not there. NK_DENIED: the later ledger is not given and no reason is; NK_CORRUPT:
 * another history, a digest, a signature; NK_CONFLICT: the witness or the keys part knows a newer ledger; NK_EXISTS.
 */
NK_RESULT nk_op_restore(const struct nk_env *env, const struct nk_restore_request *req, struct nk_arena *arena,
	struct nk_restored *out, struct nk_err *err);

struct nk_drill {
	struct nk_restored restored;
	uint64_t survivors, opened; /* persons who must open, and do */
	uint64_t newer; /* joined after the backup: not in it */
	uint64_t returned; /* open in the copy and are not here any more: must be 0 */
	uint64_t traces; /* of the sample in clear in the copy's bytes: must be 0 */
	uint64_t sample;
	bool control_found;
	bool passed;
	struct nk_uuid evidence;
	nk_time next; /* the next drill is due */
};
/* nk_op_restore_drill: by the living installation: restored, compared, looked through, destroyed, written down. NK_OK
 * with passed false when it failed: that is written down too. */
NK_RESULT nk_op_restore_drill(struct nk_flow *flow, const struct nk_restore_request *req, struct nk_arena *arena,
	struct nk_drill *out, struct nk_err *err);

#endif
