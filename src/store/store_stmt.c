/*
 * store_stmt.c: statements: the cache, binding, stepping, columns.
 *
 * Invariant: a statement is either in the cache (reset, no bindings) or out
 * with exactly one owner; no statement writes outside a transaction.
 */
#include "base.h"

#include "store.h"

#include "store_int.h"

struct nk_stmt {
	struct nk_store *store;
	const struct nk_driver_ops *ops;
	struct nk_native *native;
	const char *key; /* address of the literal */
	struct nk_stmt *next; /* while it is in */
	int bad_bind; /* first place whose binding failed, or 0 */
	bool writes;
};

static size_t bucket_of(const char *sql)
{
	const uintptr_t at = (uintptr_t)sql;

	return (size_t)((at >> 3) ^ (at >> 11)) % NK_STMT_BUCKETS;
}

static void stmt_free(struct nk_stmt *stmt)
{
	stmt->ops->finalize(stmt->native);
	free(stmt);
}

void nk_store_stmts_free(struct nk_store *store)
{
	for (size_t i = 0; i < NK_STMT_BUCKETS; i++) {
		while (store->cache[i] != NULL) {
			struct nk_stmt *stmt = store->cache[i];

			store->cache[i] = stmt->next;
			stmt_free(stmt);
		}
	}
}

/*
 * A cached one by address; the text is compared too, so that a caller who breaks the rule gets his own
 * statement all the same.
 */
static struct nk_stmt *take_cached(struct nk_store *store, const char *sql)
{
	for (struct nk_stmt **at = &store->cache[bucket_of(sql)]; *at != NULL; at = &(*at)->next) {
		struct nk_stmt *stmt = *at;

		if (stmt->key == sql && strcmp(stmt->ops->sql(stmt->native), sql) == 0) {
			*at = stmt->next;
			stmt->next = NULL;
			return stmt;
		}
	}
	return NULL;
}

NK_RESULT nk_stmt_get(struct nk_store *store, const char *sql, struct nk_stmt **out, struct nk_err *err)
{
	const struct nk_driver_ops *ops = store->driver->ops;
	struct nk_stmt *stmt = take_cached(store, sql);
	nk_rc rc;

	if (stmt == NULL) {
		stmt = calloc(1, sizeof(*stmt));
		if (stmt == NULL) {
			return nk_fail_nomem(err);
		}
		stmt->store = store;
		stmt->ops = ops;
		stmt->key = sql;
		rc = ops->prepare(store->driver, sql, &stmt->native, &stmt->writes, err);
		if (!nk_ok(rc)) {
			free(stmt);
			return rc;
		}
	}
	store->out++;
	*out = stmt;
	return nk_done();
}

void nk_stmt_put(struct nk_stmt **stmt)
{
	struct nk_stmt *s = *stmt;
	struct nk_stmt **head;

	if (s == NULL) {
		return;
	}
	s->ops->reset(s->native, true);
	s->bad_bind = 0;
	head = &s->store->cache[bucket_of(s->key)];
	s->next = *head;
	*head = s;
	s->store->out--;
	*stmt = NULL;
}

static void bound(struct nk_stmt *stmt, int at, bool good)
{
	if (!good && stmt->bad_bind == 0) {
		stmt->bad_bind = at;
	}
}

void nk_stmt_int(struct nk_stmt *stmt, int at, int64_t v)
{
	bound(stmt, at, stmt->ops->bind_int(stmt->native, at, v));
}

void nk_stmt_text(struct nk_stmt *stmt, int at, struct nk_str s)
{
	bound(stmt, at, stmt->ops->bind_text(stmt->native, at, s));
}

void nk_stmt_blob(struct nk_stmt *stmt, int at, struct nk_bytes b)
{
	bound(stmt, at, stmt->ops->bind_blob(stmt->native, at, b));
}

void nk_stmt_uuid(struct nk_stmt *stmt, int at, struct nk_uuid id)
{
	bound(stmt, at, stmt->ops->bind_blob(stmt->native, at, nk_bytes_of(id.b, sizeof(id.b))));
}

void nk_stmt_null(struct nk_stmt *stmt, int at)
{
	bound(stmt, at, stmt->ops->bind_null(stmt->native, at));
}

NK_RESULT nk_stmt_step(struct nk_stmt *stmt, bool *out_row, struct nk_err *err)
{
	char words[64];

	if (stmt->bad_bind != 0) {
		return nk_fail(err, NK_INTERNAL, "parameter %1$d of \"%2$s\" could not be bound", stmt->bad_bind,
			nk_driver_words(stmt->key, words));
	}
	if (stmt->writes && stmt->store->tx == NULL) {
		return nk_fail(
			err, NK_INTERNAL, "\"%s\" writes outside a transaction", nk_driver_words(stmt->key, words));
	}
	return stmt->ops->step(stmt->store->driver, stmt->native, out_row, err);
}

NK_RESULT nk_stmt_run(struct nk_stmt *stmt, struct nk_err *err)
{
	char words[64];
	bool row = false;
	const nk_rc rc = nk_stmt_step(stmt, &row, err);

	stmt->ops->reset(stmt->native, true);
	stmt->bad_bind = 0;
	if (nk_ok(rc) && row) {
		return nk_fail(err, NK_INTERNAL, "\"%s\" gave a row where none was expected",
			nk_driver_words(stmt->key, words));
	}
	return rc;
}

void nk_stmt_rewind(struct nk_stmt *stmt)
{
	stmt->ops->reset(stmt->native, false);
}

int64_t nk_col_int(const struct nk_stmt *stmt, int col)
{
	return stmt->ops->col_int(stmt->native, col);
}

struct nk_str nk_col_text(const struct nk_stmt *stmt, int col)
{
	return stmt->ops->col_text(stmt->native, col);
}

struct nk_bytes nk_col_blob(const struct nk_stmt *stmt, int col)
{
	return stmt->ops->col_blob(stmt->native, col);
}

bool nk_col_uuid(const struct nk_stmt *stmt, int col, struct nk_uuid *out)
{
	const struct nk_bytes b = nk_col_blob(stmt, col);

	if (b.len != sizeof(out->b)) {
		return false;
	}
	memcpy(out->b, b.ptr, sizeof(out->b));
	return true;
}

bool nk_col_is_null(const struct nk_stmt *stmt, int col)
{
	return stmt->ops->col_is_null(stmt->native, col);
}

int64_t nk_store_changes(const struct nk_store *store)
{
	return store->driver->ops->changes(store->driver);
}
