/*
 * store.c: opening and closing the store, its upkeep, and the small facts in clear.
 *
 * Invariant: a handle that was given out has the newest schema this binary
 * knows (a reader: exactly that one), and its driver accepts row statements only.
 */
#include "base.h"

#include "store.h"

#include "migrate.h"
#include "store_int.h"

static nk_rc read_only_version(const struct nk_store *store, const char *path, struct nk_err *err)
{
	if (store->version == nk_migrate_newest()) {
		return nk_done();
	}
	return nk_fail(err, NK_CONFIG,
		"the store at %1$s has schema %2$u and this program wants %3$u: run a command that writes once, to "
		"migrate it",
		path, store->version, nk_migrate_newest());
}

static nk_rc prepare_schema(struct nk_store *store, const struct nk_store_options *opt, struct nk_err *err)
{
	NK_TRY(nk_migrate_look(store->driver, opt->path, &store->version, err));
	if (opt->mode == NK_STORE_CREATE && store->version != 0) {
		return nk_fail(err, NK_EXISTS, "there is a store at %s already; nothing was changed", opt->path);
	}
	if (opt->mode != NK_STORE_CREATE && store->version == 0) {
		return nk_fail(err, NK_CORRUPT, "the store at %s is empty: its making was cut off; run init again",
			opt->path);
	}
	if (opt->mode == NK_STORE_READ) {
		return read_only_version(store, opt->path, err);
	}
	return nk_migrate_run(store->driver, store->env, &store->version, err);
}

/* init on a file that is no database is "there is something", not "damaged". */
static nk_rc explain_create(const struct nk_store_options *opt, nk_rc rc, struct nk_err *err)
{
	if (opt->mode == NK_STORE_CREATE && rc.code == NK_CORRUPT) {
		return nk_fail(
			err, NK_EXISTS, "there is a file at %s that is not a store; it was not touched", opt->path);
	}
	return rc;
}

NK_RESULT nk_store_open(
	const struct nk_env *env, const struct nk_store_options *opt, struct nk_store **out, struct nk_err *err)
{
	NK_OWNED(nk_store_close) struct nk_store *store = calloc(1, sizeof(*store));
	const struct nk_driver_ops *ops = nk_driver_for(opt->path);
	nk_rc rc;

	if (store == NULL) {
		return nk_fail_nomem(err);
	}
	if (ops == NULL) {
		return nk_fail(err, NK_UNSUPPORTED, "no database driver takes the store address %s", opt->path);
	}
	store->env = env;
	store->mode = opt->mode;
	rc = ops->open(env, opt, &store->driver, err);
	if (nk_ok(rc)) {
		rc = prepare_schema(store, opt, err);
	}
	if (!nk_ok(rc)) {
		return explain_create(opt, rc, err);
	}
	ops->ready(store->driver);
	*out = store;
	store = NULL;
	return nk_done();
}

void nk_store_close(struct nk_store **store)
{
	struct nk_store *s = *store;

	if (s == NULL) {
		return;
	}
	nk_assert(s->tx == NULL);
	nk_assert(s->out == 0);
	nk_store_stmts_free(s);
	if (s->driver != NULL) {
		s->driver->ops->close(&s->driver);
	}
	free(s);
	*store = NULL;
}

const struct nk_env *nk_store_env(const struct nk_store *store)
{
	return store->env;
}

uint32_t nk_store_schema_version(const struct nk_store *store)
{
	return store->version;
}

bool nk_store_in_tx(const struct nk_store *store)
{
	return store->tx != NULL;
}

NK_RESULT nk_store_scrub(struct nk_store *store, bool full, struct nk_err *err)
{
	if (store->tx != NULL || store->mode == NK_STORE_READ) {
		return nk_fail(
			err, NK_INTERNAL, "the store can be scrubbed only by its writer, outside a transaction");
	}
	return store->driver->ops->scrub(store->driver, full, err);
}

NK_RESULT nk_store_copy(struct nk_store *store, const char *path, struct nk_err *err)
{
	if (store->tx != NULL) {
		return nk_fail(err, NK_INTERNAL, "the store cannot be copied inside a transaction");
	}
	return store->driver->ops->copy(store->driver, path, err);
}

NK_RESULT nk_store_check(struct nk_store *store, struct nk_err *err)
{
	return store->driver->ops->check(store->driver, err);
}

/* The one row of a fact; *out stays out for the caller to read the column. */
static nk_rc find_fact(
	struct nk_store *store, const char *sql, const char *name, struct nk_stmt **out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	NK_TRY(nk_stmt_get(store, sql, &stmt, err));
	nk_stmt_text(stmt, 1, nk_str_c(name));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	if (!row || nk_col_is_null(stmt, 0)) {
		return nk_fail(err, NK_NOT_FOUND, "the store does not know the fact \"%s\"", name);
	}
	*out = stmt;
	stmt = NULL;
	return nk_done();
}

NK_RESULT nk_store_fact_int(struct nk_store *store, const char *name, int64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(find_fact(store, "SELECT int_value FROM fact WHERE name = ?1", name, &stmt, err));
	*out = nk_col_int(stmt, 0);
	return nk_done();
}

NK_RESULT nk_store_fact_blob(struct nk_store *store, const char *name, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_bytes b;

	NK_TRY(find_fact(store, "SELECT blob_value FROM fact WHERE name = ?1", name, &stmt, err));
	b = nk_col_blob(stmt, 0);
	return nk_buf_add(out, b.ptr, b.len, err);
}

NK_RESULT nk_store_set_int(struct nk_tx *tx, const char *name, int64_t v, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO fact (name, int_value) VALUES (?1, ?2)"
		" ON CONFLICT (name) DO UPDATE SET int_value = excluded.int_value, blob_value = NULL",
		&stmt, err));
	nk_stmt_text(stmt, 1, nk_str_c(name));
	nk_stmt_int(stmt, 2, v);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_store_set_blob(struct nk_tx *tx, const char *name, struct nk_bytes v, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO fact (name, blob_value) VALUES (?1, ?2)"
		" ON CONFLICT (name) DO UPDATE SET blob_value = excluded.blob_value, int_value = NULL",
		&stmt, err));
	nk_stmt_text(stmt, 1, nk_str_c(name));
	nk_stmt_blob(stmt, 2, v);
	return nk_stmt_run(stmt, err);
}
