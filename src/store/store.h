/*
 * store.h: the embedded store: prepared statements, one writer, numbered migrations. One driver interface
 * (drivers.rows); SQLite now.
 *
 * Plain SQL of the portable subset (reference/libraries.md §7), ?1 ?2 parameters,
 * ids as 16-byte blobs, times as µs UTC. No personal value in clear anywhere
 * (DECISIONS 9). Only flow can begin a transaction (tx/store_tx.h is on its
 * include path alone); the floors between write with the tx they are handed.
 * One handle, one thread. Errors name the table or the statement's first words, never a bound value.
 */
#ifndef NK_STORE_H
#define NK_STORE_H

struct nk_store;
struct nk_stmt;
struct nk_tx;

enum nk_store_mode { NK_STORE_CREATE, NK_STORE_WRITE, NK_STORE_READ };

struct nk_store_options {
	const char *path; /* <home>/store/nokosazu.db, or ":memory:" for tests */
	enum nk_store_mode mode;
	int64_t wait_ms; /* how long to wait for another process's lock */
};

/*
 * nk_store_open: opens, checks the schema version and migrates upward (each migration one transaction; its
 * digest is kept). NK_NEWER: made by a newer version, left untouched. NK_EXISTS: create, but it is there.
 * NK_BUSY: another process writes. NK_CORRUPT.
 */
NK_RESULT nk_store_open(
	const struct nk_env *env, const struct nk_store_options *opt, struct nk_store **out, struct nk_err *err);
void nk_store_close(struct nk_store **store);
const struct nk_env *nk_store_env(const struct nk_store *store);
uint32_t nk_store_schema_version(const struct nk_store *store);
/* nk_store_in_tx: is a transaction open on this handle? (The ledger publishes committed leaves only.) */
bool nk_store_in_tx(const struct nk_store *store);

/*
 * nk_store_scrub: after an erasure: VACUUM when `full`, then checkpoint TRUNCATE, whose busy answer is
 * NK_BUSY. Not inside a transaction.
 */
NK_RESULT nk_store_scrub(struct nk_store *store, bool full, struct nk_err *err);
/*
 * nk_store_copy: what is committed, as a store of its own in `path`: an empty file that is there already. Live rows
 * only: what was deleted does not travel. Not inside a transaction.
 */
NK_RESULT nk_store_copy(struct nk_store *store, const char *path, struct nk_err *err);
/* nk_store_check: integrity_check and foreign_key_check, and that no identifier is left of somebody without a record. */
NK_RESULT nk_store_check(struct nk_store *store, struct nk_err *err);

/*
 * nk_stmt_get: a statement from the handle's cache; `sql` is a literal (the cache goes by its address).
 * Put it back with nk_stmt_put (NK_OWNED): that resets it. Asking twice for one that is out gives a second
 * one. Binding failures are remembered and reported by the next step. Slices are copied at bind.
 */
NK_RESULT nk_stmt_get(struct nk_store *store, const char *sql, struct nk_stmt **out, struct nk_err *err);
void nk_stmt_put(struct nk_stmt **stmt);
void nk_stmt_int(struct nk_stmt *stmt, int at, int64_t v);
void nk_stmt_text(struct nk_stmt *stmt, int at, struct nk_str s);
void nk_stmt_blob(struct nk_stmt *stmt, int at, struct nk_bytes b);
void nk_stmt_uuid(struct nk_stmt *stmt, int at, struct nk_uuid id);
void nk_stmt_null(struct nk_stmt *stmt, int at);
/*
 * nk_stmt_step: *out_row = a row is there. A unique or foreign key violation is NK_EXISTS / NK_CONFLICT. A
 * writing statement outside a transaction is NK_INTERNAL.
 */
NK_RESULT nk_stmt_step(struct nk_stmt *stmt, bool *out_row, struct nk_err *err);
/*
 * nk_stmt_run: step a statement that gives no rows, and make it ready for new bindings. nk_stmt_rewind: ready
 * again, bindings kept.
 */
NK_RESULT nk_stmt_run(struct nk_stmt *stmt, struct nk_err *err);
void nk_stmt_rewind(struct nk_stmt *stmt);
/* Columns of the row at hand, from 0; slices are good until the next step, run, rewind or put. */
int64_t nk_col_int(const struct nk_stmt *stmt, int col);
struct nk_str nk_col_text(const struct nk_stmt *stmt, int col);
struct nk_bytes nk_col_blob(const struct nk_stmt *stmt, int col);
bool nk_col_uuid(const struct nk_stmt *stmt, int col, struct nk_uuid *out); /* false: NULL or not 16 bytes */
bool nk_col_is_null(const struct nk_stmt *stmt, int col);
/* nk_store_changes: rows changed by the last run on this handle. */
int64_t nk_store_changes(const struct nk_store *store);

/*
 * nk_tx_store: the store a transaction is on. nk_tx_count_leaf: the ledger says that it appended a leaf in it
 * (ledger only).
 */
struct nk_store *nk_tx_store(const struct nk_tx *tx);
void nk_tx_count_leaf(struct nk_tx *tx);

/* Small facts in clear: table fact(name, int_value, blob_value). Never a person's. NK_NOT_FOUND. */
NK_RESULT nk_store_fact_int(struct nk_store *store, const char *name, int64_t *out, struct nk_err *err);
NK_RESULT nk_store_fact_blob(struct nk_store *store, const char *name, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_store_set_int(struct nk_tx *tx, const char *name, int64_t v, struct nk_err *err);
NK_RESULT nk_store_set_blob(struct nk_tx *tx, const char *name, struct nk_bytes v, struct nk_err *err);

#endif
