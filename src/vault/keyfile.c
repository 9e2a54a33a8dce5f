/*
 * keyfile.c: see keyfile.h. Layout: magic 16, Ed25519 seed 32, X25519 secret 32, pinned peer 32, checksum 32.
 */
#include "base.h"

#include "keyfile.h"

enum { FILE_LEN = 16 + 3 * 32 + NK_HASH_LEN, SUM_AT = FILE_LEN - NK_HASH_LEN };

static const char magic[16] = "nokosazu keys 1";

void nk_keyfile_wipe(struct nk_keyfile *keys)
{
	nk_wipe(keys, sizeof(*keys));
}

static void sum_of(const uint8_t *bytes, struct nk_hash *out)
{
	const struct nk_bytes part = nk_bytes_of(bytes, SUM_AT);

	nk_blake(NULL, &part, 1, out);
}

static void put(const struct nk_keyfile *keys, uint8_t out[static FILE_LEN])
{
	struct nk_hash sum;

	memcpy(out, magic, sizeof(magic));
	memcpy(out + 16, keys->sign.b, 32);
	memcpy(out + 48, keys->kx.secret.b, 32);
	memcpy(out + 80, keys->peer, 32);
	sum_of(out, &sum);
	memcpy(out + SUM_AT, sum.b, sizeof(sum.b));
}

static bool get(const uint8_t in[static FILE_LEN], struct nk_keyfile *out)
{
	struct nk_hash sum;

	sum_of(in, &sum);
	if (!nk_bytes_eq(nk_bytes_of(in, sizeof(magic)), nk_bytes_of(magic, sizeof(magic))) ||
		!nk_ct_equal(sum.b, in + SUM_AT, sizeof(sum.b))) {
		return false;
	}
	memcpy(out->sign.b, in + 16, 32);
	memcpy(out->kx.secret.b, in + 48, 32);
	memcpy(out->peer, in + 80, 32);
	nk_kx_public(&out->kx.secret, out->kx.pub);
	return true;
}

static NK_RESULT make(const struct nk_env *env, const char *path, struct nk_keyfile *out, struct nk_err *err)
{
	uint8_t bytes[FILE_LEN];
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_key_random(env, &out->sign, err));
	NK_TRY(nk_kx_new(env, &out->kx, err));
	put(out, bytes);
	rc = nk_env_write_new(env, path, nk_bytes_of(bytes, sizeof(bytes)), err);
	nk_wipe(bytes, sizeof(bytes));
	return rc;
}

NK_RESULT nk_keyfile_load(const struct nk_env *env, const char *path, struct nk_keyfile *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	nk_rc rc;

	nk_buf_init_wiping(&bytes, FILE_LEN);
	rc = nk_env_read_all(env, path, FILE_LEN, &bytes, err);
	if (rc.code == NK_NOT_FOUND) {
		return make(env, path, out, err);
	}
	NK_TRY(rc);
	if (bytes.len < FILE_LEN) { /* a crash while it was made: nobody has seen these keys yet */
		NK_TRY(env->unlink(env->self, path, err));
		return make(env, path, out, err);
	}
	if (!get(bytes.ptr, out)) {
		return nk_fail(err, NK_CORRUPT, "the key file %s is damaged: put back a copy of it", path);
	}
	return nk_done();
}

NK_RESULT nk_keyfile_pin(
	const struct nk_env *env, const char *path, const struct nk_keyfile *keys, struct nk_err *err)
{
	uint8_t bytes[FILE_LEN];
	int file = -1;
	nk_rc rc;

	put(keys, bytes);
	rc = env->open(env->self, path, NK_OPEN_WRITE, &file, err);
	if (nk_ok(rc)) {
		rc = env->write(env->self, file, 0, bytes, sizeof(bytes), err);
	}
	if (nk_ok(rc) && !nk_ok(env->sync(env->self, file, err))) {
		nk_env_sync_failed(path);
	}
	env->close(env->self, &file);
	nk_wipe(bytes, sizeof(bytes));
	return rc;
}
