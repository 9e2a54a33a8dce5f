/*
 * migrate.c: brings the schema upward, one transaction a migration, and keeps the digest of each text that was
 * applied.
 *
 * Invariant: schema_version holds 1 … n without a gap, each with the digest of
 * the text compiled in here; anything else is refused before a byte is written.
 */
#include "base.h"

#include "migrate.h"

struct migration {
	uint32_t version;
	const char *name; /* of the file */
	uint8_t sha256[32];
	const char *sql;
};

#include "migrations.inc"

uint32_t nk_migrate_newest(void)
{
	return (uint32_t)NK_ARRAY_LEN(migrations);
}

static nk_rc check_row(const char *path, uint32_t at, int64_t version, struct nk_bytes digest, struct nk_err *err)
{
	if (version > (int64_t)nk_migrate_newest()) {
		return nk_fail(err, NK_NEWER,
			"the store at %1$s was made by a newer version (schema %2$lld, this program knows %3$u); "
			"it was not touched: use the newer program",
			path, (long long)version, nk_migrate_newest());
	}
	if (version != (int64_t)at + 1) {
		return nk_fail(err, NK_CORRUPT, "the store at %1$s lacks migration %2$u", path, at + 1);
	}
	if (!nk_bytes_eq(digest, nk_bytes_of(migrations[at].sha256, sizeof(migrations[at].sha256)))) {
		return nk_fail(err, NK_CORRUPT,
			"migration %1$s of the store at %2$s was another text when it was applied: "
			"this program was not made for this store",
			migrations[at].name, path);
	}
	return nk_done();
}

/* The newest version first, so that a newer store is called newer whatever else it changed. */
static nk_rc read_versions(
	struct nk_driver *driver, struct nk_native *stmt, const char *path, uint32_t *out_version, struct nk_err *err)
{
	const struct nk_driver_ops *ops = driver->ops;
	bool row = false;
	int64_t highest;
	uint32_t n = 0;

	NK_TRY(ops->step(driver, stmt, &row, err));
	highest = row ? ops->col_int(stmt, 2) : 0;
	if (highest > (int64_t)nk_migrate_newest()) {
		return check_row(path, nk_migrate_newest(), highest, (struct nk_bytes){ NULL, 0 }, err);
	}
	while (row) {
		NK_TRY(check_row(path, n, ops->col_int(stmt, 0), ops->col_blob(stmt, 1), err));
		n++;
		NK_TRY(ops->step(driver, stmt, &row, err));
	}
	*out_version = n;
	return nk_done();
}

NK_RESULT nk_migrate_look(struct nk_driver *driver, const char *path, uint32_t *out_version, struct nk_err *err)
{
	struct nk_native *stmt = NULL;
	bool found = false;
	bool any = false;
	bool writes;
	nk_rc rc;

	NK_TRY(driver->ops->find_table(driver, "schema_version", &found, &any, err));
	if (!any) {
		*out_version = 0;
		return nk_done();
	}
	if (!found) {
		return nk_fail(err, NK_CORRUPT, "the database at %s is not a store of Nokosazu", path);
	}
	NK_TRY(driver->ops->prepare(driver,
		"SELECT version, sha256, (SELECT max(version) FROM schema_version) FROM schema_version"
		" ORDER BY version",
		&stmt, &writes, err));
	rc = read_versions(driver, stmt, path, out_version, err);
	driver->ops->finalize(stmt);
	return rc;
}

static nk_rc note_version(
	struct nk_driver *driver, const struct nk_env *env, const struct migration *m, struct nk_err *err)
{
	const struct nk_driver_ops *ops = driver->ops;
	struct nk_native *stmt = NULL;
	bool row = false;
	bool bound;
	bool writes;
	nk_rc rc;

	NK_TRY(ops->prepare(driver, "INSERT INTO schema_version (version, sha256, applied_at) VALUES (?1, ?2, ?3)",
		&stmt, &writes, err));
	bound = ops->bind_int(stmt, 1, m->version) &&
		ops->bind_blob(stmt, 2, nk_bytes_of(m->sha256, sizeof(m->sha256))) &&
		ops->bind_int(stmt, 3, nk_now(env));
	rc = bound ? ops->step(driver, stmt, &row, err) : nk_fail_nomem(err);
	ops->finalize(stmt);
	return rc;
}

static nk_rc apply(struct nk_driver *driver, const struct nk_env *env, const struct migration *m, struct nk_err *err)
{
	static const char table[] = "CREATE TABLE schema_version (version BIGINT NOT NULL UNIQUE,"
				    " sha256 BLOB NOT NULL, applied_at BIGINT NOT NULL)";

	if (m->version == 1) {
		NK_TRY(driver->ops->script(driver, "CREATE TABLE schema_version", table, err));
	}
	NK_TRY(driver->ops->script(driver, m->name, m->sql, err));
	NK_TRY(note_version(driver, env, m, err));
	return driver->ops->commit(driver, err);
}

NK_RESULT nk_migrate_run(struct nk_driver *driver, const struct nk_env *env, uint32_t *version, struct nk_err *err)
{
	for (uint32_t i = *version; i < nk_migrate_newest(); i++) {
		nk_rc rc;

		NK_TRY(driver->ops->begin(driver, err));
		rc = apply(driver, env, &migrations[i], err);
		if (!nk_ok(rc)) {
			driver->ops->rollback(driver);
			return rc;
		}
		*version = migrations[i].version;
	}
	return nk_done();
}
