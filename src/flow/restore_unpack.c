/*
 * restore_unpack.c: both parts of a backup put down in a staging place, where nothing opens them yet.
 *
 * Invariant: the staging place is nobody's installation. It names the second place of the vault that it has begun to
 * fill, so that a later run removes what one that was cut off left, there too, and touches no other vault.
 */
#include "base.h"
#include "backup_int.h"

#include "hold_int.h"

#define COPY_NOTE "restore-copy"

struct unpacking {
	struct nk_restoring *r;
	int fd, copy; /* the file at hand, and the vault's second place */
	uint64_t at;
};

static NK_RESULT path_of(const char *home, struct nk_str name, char out[static PATH_MAX], struct nk_err *err)
{
	const int n = snprintf(out, PATH_MAX, "%s/%.*s", home, NK_FMT(name));

	return n > 0 && n < PATH_MAX ? nk_done() : nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
}

static NK_RESULT erase_file(const struct nk_env *env, const char *path, struct nk_err *err)
{
	int fd = -1;
	nk_rc rc = env->open(env->self, path, NK_OPEN_WRITE, &fd, err);

	if (rc.code == NK_NOT_FOUND) {
		return nk_done();
	}
	rc = nk_ok(rc) ? nk_copy_erase(env, path, fd, err) : rc;
	env->close(env->self, &fd);
	return rc;
}

struct cleaning {
	const struct nk_env *env;
	const char *home;
};

/* Keys and records are overwritten; the rest only goes. */
static NK_RESULT clean_one(void *arg, const char *path, struct nk_err *err)
{
	const struct cleaning *const c = arg;
	char whole[PATH_MAX];

	if (strncmp(path, "vault/", 6) != 0 && strncmp(path, "store/", 6) != 0) {
		return nk_done();
	}
	NK_TRY(path_of(c->home, nk_str_c(path), whole, err));
	return erase_file(c->env, whole, err);
}

NK_RESULT nk_restore_clean(const struct nk_env *env, const char *home, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf copy = { 0 };
	struct cleaning c = { env, home };
	char note[PATH_MAX];
	struct nk_err own;

	if (!nk_os_is_there(home)) {
		return nk_done();
	}
	nk_buf_init(&copy, PATH_MAX);
	NK_TRY(path_of(home, NK_STR(COPY_NOTE), note, err));
	if (nk_ok(nk_env_read_all(env, note, PATH_MAX - 16, &copy, &own)) && copy.len > 0) {
		char vault[PATH_MAX];

		NK_TRY(nk_buf_add(&copy, "", 1, err));
		NK_TRY(path_of((const char *)copy.ptr, NK_STR("vault"), vault, err));
		NK_TRY(erase_file(env, vault, err));
	}
	NK_TRY(nk_os_tree_each(home, clean_one, &c, err));
	return nk_os_tree_remove(home, err);
}

NK_RESULT nk_restore_sync_name(const struct nk_env *env, const char *path, struct nk_err *err)
{
	char folder[PATH_MAX];
	char *slash = NULL;

	NK_TRY(nk_os_whole_path(path, folder, err));
	slash = strrchr(folder, '/');
	nk_assert(slash != NULL);
	slash[slash == folder ? 1 : 0] = '\0';
	return env->sync_dir(env->self, folder, err);
}

static NK_RESULT any_entry(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	(void)name;
	(void)is_dir;
	(void)err;
	*(bool *)arg = true;
	return nk_done();
}

/* The second place is an empty folder; its name is noted, in a staging place that stays, before anything is in it. */
static NK_RESULT second_place(struct nk_restoring *r, struct nk_err *err)
{
	const struct nk_env *const env = r->env;
	char note[PATH_MAX];
	bool something = false;

	if (r->copy[0] == '\0') {
		return nk_done();
	}
	NK_TRY(env->mkdir(env->self, r->copy, err));
	NK_TRY(env->list(env->self, r->copy, any_entry, &something, err));
	if (something) {
		return nk_fail(err, NK_EXISTS, NK_N("the second place %s is not empty: a restore overwrites nothing"), r->copy);
	}
	NK_TRY(path_of(r->home, NK_STR(COPY_NOTE), note, err));
	NK_TRY(nk_env_write_new(env, note, nk_str_bytes(nk_str_c(r->copy)), err));
	return nk_restore_sync_name(env, r->home, err);
}

static NK_RESULT folders(const struct nk_restoring *r, struct nk_err *err)
{
	static const char *const names[] = { "", "conf.d", "store", "vault", "ledger", "certificates", "public" };
	char path[PATH_MAX];

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		NK_TRY(path_of(r->home, nk_str_c(names[i]), path, err));
		NK_TRY(r->env->mkdir(r->env->self, path, err));
	}
	return nk_done();
}

/* --- files --- */

static void unpacking_done(struct unpacking *u)
{
	u->r->env->close(u->r->env->self, &u->fd);
	u->r->env->close(u->r->env->self, &u->copy);
}

static NK_RESULT begin(void *arg, const struct nk_backup_file *f, struct nk_err *err)
{
	struct unpacking *const u = arg;
	const struct nk_env *const env = u->r->env;
	char path[PATH_MAX];

	u->at = 0;
	NK_TRY(path_of(u->r->home, f->path, path, err));
	NK_TRY(env->open(env->self, path, NK_OPEN_EXCLUSIVE, &u->fd, err));
	if (u->r->copy[0] == '\0' || !nk_str_eq(f->path, NK_STR("vault/vault"))) {
		return nk_done();
	}
	NK_TRY(path_of(u->r->copy, NK_STR("vault"), path, err));
	return env->open(env->self, path, NK_OPEN_EXCLUSIVE, &u->copy, err);
}

static NK_RESULT bytes(void *arg, struct nk_bytes b, struct nk_err *err)
{
	struct unpacking *const u = arg;
	const struct nk_env *const env = u->r->env;

	NK_TRY(env->write(env->self, u->fd, u->at, b.ptr, b.len, err));
	if (u->copy >= 0) {
		NK_TRY(env->write(env->self, u->copy, u->at, b.ptr, b.len, err));
	}
	u->at += b.len;
	return nk_done();
}

static NK_RESULT end(void *arg, const struct nk_backup_file *f, struct nk_err *err)
{
	struct unpacking *const u = arg;
	const struct nk_env *const env = u->r->env;

	(void)f;
	NK_TRY(env->sync(env->self, u->fd, err));
	env->close(env->self, &u->fd);
	if (u->copy >= 0) {
		NK_TRY(env->sync(env->self, u->copy, err));
		NK_TRY(env->sync_dir(env->self, u->r->copy, err));
		env->close(env->self, &u->copy);
	}
	return nk_done();
}

static NK_RESULT part(struct nk_restoring *r, const char *path, struct nk_backup_manifest *out, struct nk_err *err)
{
	NK_OWNED(unpacking_done) struct unpacking u = { .r = r, .fd = -1, .copy = -1 };
	const struct nk_backup_sink sink = { &u, begin, bytes, end };

	return nk_backup_read(path, r->req->identities, &sink, r->arena, out, err);
}

static NK_RESULT fits(const struct nk_restoring *r, struct nk_err *err)
{
	if (r->data.keys) {
		return nk_fail(err, NK_USAGE, NK_N("%s is the keys part: the data part comes first, the keys part behind --keys"), r->req->bundle);
	}
	if (r->req->keys == NULL) {
		return nk_done();
	}
	if (!r->keys.keys) {
		return nk_fail(err, NK_USAGE, NK_N("%s is not a keys part"), r->req->keys);
	}
	if (!nk_uuid_eq(r->data.tenant, r->keys.tenant)) {
		return nk_fail(err, NK_CORRUPT, NK_N("data part and keys part are of different installations"));
	}
	if (r->keys.vault_sequence < r->data.vault_sequence) {
		return nk_fail(err, NK_CORRUPT,
			NK_N("the keys part is older than the data part: persons who live would look erased; take one of the same time or a later one"));
	}
	return nk_done();
}

/* The epoch secret that somebody rescued from the machine that is lost. */
static NK_RESULT rescued_epoch(const struct nk_restoring *r, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	char path[PATH_MAX];

	if (r->req->epoch_file == NULL || r->keys.epoch_inside) {
		return nk_done();
	}
	nk_buf_init_wiping(&secret, 65536);
	NK_TRY(nk_env_read_all(r->env, r->req->epoch_file, 65536, &secret, err));
	NK_TRY(path_of(r->home, NK_STR("vault/epoch"), path, err));
	return nk_env_write_new(r->env, path, nk_buf_bytes(&secret), err);
}

/* Where the second place is now; later files of conf.d win. */
static NK_RESULT settings(const struct nk_restoring *r, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char path[PATH_MAX];

	if (r->copy[0] == '\0') {
		return nk_done();
	}
	nk_buf_init(&text, 65536);
	NK_TRY(nk_buf_printf(&text, err, "# Written by \"nokosazu restore\".\n[vault]\ncopy = %s\n", r->copy));
	NK_TRY(path_of(r->home, NK_STR("conf.d/zz-restore.conf"), path, err));
	return nk_env_replace(r->env, path, nk_buf_bytes(&text), err);
}

static NK_RESULT copy_wanted(struct nk_restoring *r, struct nk_err *err)
{
	if (r->keys.single_copy) {
		r->copy[0] = '\0';
		return nk_done();
	}
	return r->copy[0] != '\0' ? nk_done()
				  : nk_fail(err, NK_USAGE, NK_N("the vault of this installation has a second place: --copy DIR, an empty folder, better on another disk"));
}

NK_RESULT nk_restore_unpack(struct nk_restoring *r, struct nk_err *err)
{
	NK_TRY(nk_restore_clean(r->env, r->home, err));
	if (r->req->keys != NULL) { /* heads first: nothing is put down that cannot come to an end */
		NK_TRY(nk_backup_read(r->req->keys, r->req->identities, NULL, r->arena, &r->keys, err));
		NK_TRY(copy_wanted(r, err));
	}
	NK_TRY(folders(r, err));
	NK_TRY(second_place(r, err));
	NK_TRY(part(r, r->req->bundle, &r->data, err));
	NK_TRY(fits(r, err));
	if (r->req->keys == NULL) {
		return nk_done();
	}
	NK_TRY(part(r, r->req->keys, &r->keys, err));
	NK_TRY(fits(r, err));
	NK_TRY(rescued_epoch(r, err));
	return settings(r, err);
}
