/*
 * driver.h: what the store asks of a database; private to this floor. SQLite now, PostgreSQL joins by a file and
 * a row in drivers.rows.
 *
 * A driver knows nothing of transactions' owners, leaves or caches: it runs
 * what it is told and says which class of failure happened, never a value.
 */
#ifndef NK_DRIVER_H
#define NK_DRIVER_H

#include "store.h"

struct nk_driver_ops;

/* A connection: the driver's own struct begins with this. */
struct nk_driver {
	const struct nk_driver_ops *ops;
};

/* A prepared statement of the driver; only the driver looks inside. */
struct nk_native;

/*
 * One row of the table of drivers. Binding places count from 1, columns from 0.
 * bind_* give false when the place does not exist or memory is short.
 * Slices are copied at bind; column slices live until the next step or reset.
 */
struct nk_driver_ops {
	const char *name;
	/* takes: is this path one of mine? */
	bool (*takes)(const char *path);
	/* open: connected, the connection's settings made and checked, no schema asked for yet. */
	NK_RESULT (*open)
	(const struct nk_env *env, const struct nk_store_options *opt, struct nk_driver **out, struct nk_err *err);
	void (*close)(struct nk_driver **driver);
	/*
	 * ready: the schema is accepted; from now on `prepare` takes only SELECT, INSERT, UPDATE and DELETE,
	 * and closing may tidy up.
	 */
	void (*ready)(struct nk_driver *driver);
	/* find_table: is there a table of this name, and is there any table at all? */
	NK_RESULT (*find_table)
	(struct nk_driver *driver, const char *name, bool *out_found, bool *out_any, struct nk_err *err);
	/* script: several statements of the house (a migration) in the transaction at hand; `name` is for the error.
	 */
	NK_RESULT (*script)(struct nk_driver *driver, const char *name, const char *sql, struct nk_err *err);

	NK_RESULT (*begin)(struct nk_driver *driver, struct nk_err *err);
	NK_RESULT (*commit)(struct nk_driver *driver, struct nk_err *err);
	void (*rollback)(struct nk_driver *driver);
	/* dirty: was a row outside the tables of bookkeeping.rows written since begin? */
	bool (*dirty)(const struct nk_driver *driver);

	NK_RESULT (*prepare)
	(struct nk_driver *driver, const char *sql, struct nk_native **out, bool *out_writes, struct nk_err *err);
	const char *(*sql)(struct nk_native *stmt);
	void (*finalize)(struct nk_native *stmt);
	NK_RESULT (*step)(struct nk_driver *driver, struct nk_native *stmt, bool *out_row, struct nk_err *err);
	void (*reset)(struct nk_native *stmt, bool forget);
	bool (*bind_int)(struct nk_native *stmt, int at, int64_t v);
	bool (*bind_text)(struct nk_native *stmt, int at, struct nk_str s);
	bool (*bind_blob)(struct nk_native *stmt, int at, struct nk_bytes b);
	bool (*bind_null)(struct nk_native *stmt, int at);
	int64_t (*col_int)(struct nk_native *stmt, int col);
	struct nk_str (*col_text)(struct nk_native *stmt, int col);
	struct nk_bytes (*col_blob)(struct nk_native *stmt, int col);
	bool (*col_is_null)(struct nk_native *stmt, int col);
	int64_t (*changes)(struct nk_driver *driver);

	NK_RESULT (*scrub)(struct nk_driver *driver, bool full, struct nk_err *err);
	/* copy: the live rows into the empty file `path`, durable; nothing of free pages. */
	NK_RESULT (*copy)(struct nk_driver *driver, const char *path, struct nk_err *err);
	NK_RESULT (*check)(struct nk_driver *driver, struct nk_err *err);
};

#define ROW(name) extern const struct nk_driver_ops nk_driver_##name;
#include "drivers.inc"
#undef ROW

/* nk_driver_for: the first driver that takes the path; NULL when none does. */
const struct nk_driver_ops *nk_driver_for(const char *path);
/* nk_driver_exempt: does bookkeeping.rows name this table? */
bool nk_driver_exempt(const char *table);
/* nk_driver_words: the first words of a statement, up to the first bracket, into text[64]: what errors name it by. */
const char *nk_driver_words(const char *sql, char text[static 64]);

#endif
