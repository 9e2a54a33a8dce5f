/*
 * package_twin.c: the minisign signature beside a package, for those who check with nothing of ours.
 */
#include "base.h"
#include "package_int.h"

#include "minisign.h"

static NK_RESULT hash(struct nk_bytes bytes, struct nk_hash512 *out, struct nk_err *err)
{
	NK_OWNED(nk_hasher512_free) struct nk_hasher512 *h = NULL;

	NK_TRY(nk_hasher512_new(false, &h, err));
	nk_hasher512_add(h, bytes);
	nk_hasher512_end(h, out);
	return nk_done();
}

NK_RESULT nk_package_twin(const char *file, struct nk_bytes bytes, const struct nk_key *seed, struct nk_arena *arena,
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const char *const slash = strrchr(file, '/');
	struct nk_hash512 h;

	nk_buf_init(&text, NK_MINISIGN_MAX);
	NK_TRY(hash(bytes, &h, err));
	NK_TRY(nk_minisign_sign(seed, &h, nk_str_c(slash == NULL ? file : slash + 1), &text, err));
	return nk_package_put(file, ".minisig", nk_buf_bytes(&text), arena, err);
}

NK_RESULT nk_package_twin_check(const struct nk_env *env, const char *file, struct nk_bytes bytes,
	const uint8_t pub[static NK_SIGN_PUB_LEN], struct nk_arena *arena, struct nk_err *err)
{
	struct nk_minisign_key key = { { 0 }, { 0 } };
	struct nk_hash512 h;
	struct nk_bytes text;
	struct nk_str path;
	struct nk_hash number;

	NK_TRY(nk_package_beside(file, ".minisig", arena, &path, err));
	NK_TRY(nk_package_read_file(env, path.ptr, NK_MINISIGN_MAX, arena, &text, err));
	NK_TRY(hash(bytes, &h, err));
	/* The number that nk_minisign_key_of gives the same key. */
	nk_sha256(nk_bytes_of(pub, NK_SIGN_PUB_LEN), &number);
	memcpy(key.id, number.b, sizeof(key.id));
	memcpy(key.pub, pub, sizeof(key.pub));
	return nk_minisign_verify(&key, nk_bytes_str(text), &h, NULL, err);
}
