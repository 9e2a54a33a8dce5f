/*
 * backup_int.h: between the files of backups and restores.
 */
#ifndef NK_BACKUP_INT_H
#define NK_BACKUP_INT_H

#include "age.h"
#include "carry_int.h"
#include "flow_backup.h"
#include "measures_int.h"

#define NK_BACKUP_FORMAT "nokosazu-backup/1"
#define NK_BACKUP_MANIFEST "manifest.json"
#define NK_BACKUP_STATEMENT ".dsse.json" /* behind a part's name: its signed statement */
enum { NK_BACKUP_MANIFEST_MAX = 16 << 20, NK_BACKUP_FILES_MAX = 100000, NK_BACKUP_NOTE_MAX = 1 << 16 };

struct nk_backup_file {
	struct nk_str path; /* below the installation */
	const char *from; /* where its bytes are read; writing only */
	struct nk_hash sha256;
	uint64_t size;
};

/* What a part says of itself, inside its seal. */
struct nk_backup_manifest {
	bool keys;
	struct nk_uuid backup; /* holding of the data part: the name of the pair */
	struct nk_uuid holding;
	struct nk_uuid tenant;
	nk_time made_at;
	uint64_t entries, persons, vault_sequence, epoch;
	bool epoch_inside, single_copy;
	struct nk_str checkpoint, vkey, certificate; /* the ledger's note and key, the certificate key as PEM */
	struct nk_backup_file *files;
	size_t n_files;
};

/* backup_manifest.c: canonical JSON both ways. _parse: slices live in `arena`; NK_INVALID; a path that could leave the
 * installation is refused. */
NK_RESULT nk_backup_manifest_print(const struct nk_backup_manifest *m, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_backup_manifest_parse(
	struct nk_bytes text, struct nk_arena *arena, struct nk_backup_manifest *out, struct nk_err *err);

/* backup_bundle.c: files are digested (size and sha256 are filled in), then written as an age file into `fd`. */
struct nk_backup_writing {
	struct nk_backup_manifest *manifest;
	const struct nk_carry_to *to;
	size_t n_to;
	int fd;
	const char *phase; /* msgid for progress */
};
NK_RESULT nk_backup_digest(struct nk_backup_file *files, size_t n, struct nk_err *err);
NK_RESULT nk_backup_write(struct nk_flow *flow, const struct nk_backup_writing *w, struct nk_hash *out_sha256,
	uint64_t *out_bytes, struct nk_err *err);

/* backup_read.c: a part opened: every file's bytes go to `take` after its name was checked against the manifest, and
 * all digests are compared; take may be NULL. The sink's begin gets the index of the file. */
struct nk_backup_sink {
	void *arg;
	NK_RESULT (*begin)(void *arg, const struct nk_backup_file *file, struct nk_err *err);
	NK_RESULT (*bytes)(void *arg, struct nk_bytes b, struct nk_err *err);
	NK_RESULT (*end)(void *arg, const struct nk_backup_file *file, struct nk_err *err);
};
NK_RESULT nk_backup_read(const char *path, struct nk_str identities, const struct nk_backup_sink *sink,
	struct nk_arena *arena, struct nk_backup_manifest *out, struct nk_err *err);
/* nk_backup_outside: digest and size of the part as it lies there, and whether the statement beside it is signed by
 * `pub` over this digest. */
NK_RESULT nk_backup_outside(const struct nk_env *env, const char *path, const uint8_t pub[static NK_SIGN_PUB_LEN],
	struct nk_hash *out_sha256, uint64_t *out_bytes, bool *out_signed, struct nk_err *err);

/* backup_book.c: what the books know: a backup is its holdings and the statements about them. */
struct nk_backup_fact {
	struct nk_uuid holding, pair;
	bool keys, whole, epoch_inside;
	uint64_t epoch, entries, persons;
	struct nk_hash sha256;
	struct nk_holding row;
};
/* nk_backup_facts: every backup holding, parts in order of opening; a part without its statement counts as one that
 * opens everybody (I10). */
NK_RESULT nk_backup_facts(struct nk_flow *flow, struct nk_arena *arena, struct nk_backup_fact **out, size_t *out_n,
	struct nk_err *err);
/* nk_backup_newest: of the data parts that are still on the books: when the newest finished one was made; was one never
 * finished; when one was last brought back for a trial, and whether that went well. 0: never. */
struct nk_backup_last {
	nk_time made_at, tried_at;
	bool unfinished, tried_well;
};
NK_RESULT nk_backup_newest(struct nk_flow *flow, struct nk_arena *arena, struct nk_backup_last *out, struct nk_err *err);
/* nk_backup_can_open: could this keys part, if it is still there, open keys now: it is not verified gone, and holds its
 * epoch secret or its epoch is in force. */
bool nk_backup_can_open(const struct nk_flow *flow, const struct nk_backup_fact *f);
/* nk_backup_open_for: parts, data and keys, by which one of these persons could still be opened: 0 when no keys part
 * is left. *out_until: when the last of the keys parts is to be gone. */
NK_RESULT nk_backup_open_for(struct nk_flow *flow, const uint32_t *numbers, size_t n, struct nk_arena *arena,
	uint64_t *out_parts, nk_time *out_until, struct nk_err *err);
/* nk_backup_drill_duty: the duty to restore for a trial, if none is open. */
NK_RESULT nk_backup_drill_duty(struct nk_flow *flow, struct nk_tx *tx, nk_time due, struct nk_err *err);

/* restore_unpack.c: both parts into a staging place; cleaned when it is there from a run that was cut off. */
struct nk_restoring {
	const struct nk_env *env;
	const struct nk_restore_request *req;
	struct nk_arena *arena;
	struct nk_restored *out;
	char home[PATH_MAX]; /* the staging place: <into>.restoring */
	char copy[PATH_MAX]; /* "": single copy */
	struct nk_backup_manifest data, keys;
	struct nk_vec erased; /* of struct nk_pseudonym, from later leaves, sorted */
	struct nk_flow *flow; /* open in the staging place */
};
NK_RESULT nk_restore_unpack(struct nk_restoring *r, struct nk_err *err);
NK_RESULT nk_restore_clean(const struct nk_env *env, const char *home, struct nk_err *err);
/* restore_ledger.c: the checkpoints that are known agree with the backup; later leaves join. */
NK_RESULT nk_restore_known(struct nk_restoring *r, struct nk_err *err);
NK_RESULT nk_restore_rejoin(struct nk_restoring *r, struct nk_err *err);
/* restore_replay.c: opens the staging place; who was erased since is erased again; leaf and statement. */
NK_RESULT nk_restore_replay(struct nk_restoring *r, struct nk_err *err);
/* nk_restore_sync_name: syncs the folder in which this file or folder has its name. */
NK_RESULT nk_restore_sync_name(const struct nk_env *env, const char *path, struct nk_err *err);
/* nk_restore_staged: unpack, ledger, replay; r->flow is open in the staging place. */
NK_RESULT nk_restore_staged(struct nk_restoring *r, struct nk_err *err);
void nk_restore_done(struct nk_restoring *r);
/* restore_drill.c: at the opening for writing: the scratch place of a drill that was cut off goes. */
NK_RESULT nk_restore_drill_left(struct nk_flow *flow, struct nk_err *err);

#endif
