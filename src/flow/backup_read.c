/*
 * backup_read.c: a part of a backup opened: authenticated, unpacked in a stream, every digest compared.
 *
 * Invariant: the bytes come from a stranger until nk_backup_read has returned NK_OK: a sink that makes files makes them
 * where nothing opens them before. Names come from the manifest alone, and that allows only known places.
 */
#include "base.h"
#include "backup_int.h"

#include "dsse.h"
#include "intoto.h"
#include "tar.h"

enum { IDENTITIES = 16, HEADER_READ = 256 * 1024, ENVELOPE_MAX = 4 << 20 };

struct reading {
	const struct nk_backup_sink *sink; /* NULL: only checked */
	struct nk_arena *arena;
	struct nk_backup_manifest *m;
	struct nk_tar_reader tar;
	struct nk_buf text;
	bool has_manifest, in_file;
	size_t next;
	struct nk_hasher *hasher;
	const char *path;
};

static void reading_done(struct reading *r)
{
	nk_buf_done(&r->text);
	nk_hasher_free(&r->hasher);
}

static NK_RESULT bad(struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT, NK_N("this part of a backup does not hold what its manifest says"));
}

static NK_RESULT begin(void *arg, struct nk_str name, uint64_t size, struct nk_err *err)
{
	struct reading *const r = arg;
	const struct nk_backup_file *f = NULL;
	char want[32];

	if (!r->has_manifest) {
		return nk_str_eq(name, NK_STR(NK_BACKUP_MANIFEST)) && size <= NK_BACKUP_MANIFEST_MAX ? nk_done() : bad(err);
	}
	(void)snprintf(want, sizeof(want), "f%zu", r->next);
	if (r->next >= r->m->n_files || !nk_str_eq(name, nk_str_c(want)) || size != r->m->files[r->next].size) {
		return bad(err);
	}
	f = &r->m->files[r->next];
	r->in_file = true;
	nk_hasher_free(&r->hasher);
	NK_TRY(nk_hasher_new(true, NULL, &r->hasher, err));
	return r->sink != NULL ? r->sink->begin(r->sink->arg, f, err) : nk_done();
}

static NK_RESULT bytes(void *arg, struct nk_bytes b, struct nk_err *err)
{
	struct reading *const r = arg;

	if (!r->has_manifest) {
		return nk_buf_add(&r->text, b.ptr, b.len, err);
	}
	nk_hasher_add(r->hasher, b);
	return r->sink != NULL ? r->sink->bytes(r->sink->arg, b, err) : nk_done();
}

static NK_RESULT end(void *arg, struct nk_err *err)
{
	struct reading *const r = arg;
	const struct nk_backup_file *f = NULL;
	struct nk_hash digest;

	if (!r->has_manifest) {
		r->has_manifest = true;
		return nk_backup_manifest_parse(nk_buf_bytes(&r->text), r->arena, r->m, err);
	}
	f = &r->m->files[r->next++];
	nk_hasher_end(r->hasher, &digest);
	if (!nk_ct_equal(digest.b, f->sha256.b, sizeof(digest.b))) {
		return bad(err);
	}
	return r->sink != NULL ? r->sink->end(r->sink->arg, f, err) : nk_done();
}

static NK_RESULT to_tar(void *arg, const void *buf, size_t len, struct nk_err *err)
{
	struct reading *const r = arg;

	return nk_tar_push(&r->tar, nk_bytes_of(buf, len), err);
}

static NK_RESULT read_with(struct reading *r, const struct nk_age_with *with, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	const struct nk_tar_sink sink = { r, begin, bytes, end };
	const struct nk_age_io io = { nk_age_fd_read, &fd, to_tar, r };
	uint64_t size = 0;

	NK_TRY(nk_os_fd_open_read(r->path, UINT64_MAX, &fd, &size, err));
	nk_tar_reader_init(&r->tar, &sink);
	NK_TRY(nk_age_open(with, &io, err));
	NK_TRY(nk_tar_end(&r->tar, err));
	return r->has_manifest && r->next == r->m->n_files ? nk_done() : bad(err);
}

NK_RESULT nk_backup_read(const char *path, struct nk_str identities, const struct nk_backup_sink *sink,
	struct nk_arena *arena, struct nk_backup_manifest *out, struct nk_err *err)
{
	NK_OWNED(reading_done) struct reading r = { .sink = sink, .arena = arena, .m = out, .path = path };
	struct nk_key keys[IDENTITIES];
	struct nk_age_with with = { .identities = keys };
	nk_rc rc;

	nk_buf_init(&r.text, NK_BACKUP_MANIFEST_MAX);
	NK_TRY(nk_age_identities(identities, keys, IDENTITIES, &with.n, err));
	rc = read_with(&r, &with, err);
	nk_wipe(keys, sizeof(keys));
	return rc;
}

/* --- from outside --- */

static NK_RESULT digest_of(const char *path, struct nk_hash *out, uint64_t *out_bytes, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	NK_OWNED(nk_hasher_free) struct nk_hasher *h = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	uint8_t *at = NULL;
	uint64_t size = 0;
	size_t n = 1;

	nk_buf_init(&room, HEADER_READ);
	NK_TRY(nk_buf_reserve(&room, HEADER_READ, &at, err));
	NK_TRY(nk_os_fd_open_read(path, UINT64_MAX, &fd, &size, err));
	NK_TRY(nk_hasher_new(true, NULL, &h, err));
	*out_bytes = 0;
	while (n > 0) {
		NK_TRY(nk_os_fd_read(fd, at, HEADER_READ, &n, err));
		nk_hasher_add(h, nk_bytes_of(at, n));
		*out_bytes += n;
	}
	nk_hasher_end(h, out);
	return nk_done();
}

static bool signed_by(const struct nk_dsse *env, const uint8_t pub[static NK_SIGN_PUB_LEN])
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };
	struct nk_err none;

	nk_buf_init(&pae, 2 * ENVELOPE_MAX);
	if (!nk_ok(nk_dsse_pae(env->payload_type, env->payload, &pae, &none))) {
		return false;
	}
	for (size_t i = 0; i < env->n_sigs; i++) {
		if (nk_sign_verify(pub, nk_buf_bytes(&pae), env->sigs[i].sig)) {
			return true;
		}
	}
	return false;
}

/* Whatever is wrong with it: it is not a statement over this part. */
static bool statement_fits(struct nk_bytes text, const uint8_t pub[static NK_SIGN_PUB_LEN], const struct nk_hash *sha256)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_err none;
	struct nk_intoto st;
	struct nk_dsse env;

	if (!nk_ok(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, &none)) || !nk_ok(nk_dsse_parse(text, arena, &env, &none)) ||
		!signed_by(&env, pub) || !nk_ok(nk_intoto_parse(env.payload, arena, &st, &none)) ||
		!nk_str_eq(st.type, NK_STR(NK_PREDICATE_BACKUP))) {
		return false;
	}
	for (size_t i = 0; i < st.n_subjects; i++) {
		if (st.subjects[i].has_sha256 && nk_ct_equal(st.subjects[i].sha256, sha256->b, NK_HASH_LEN)) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_backup_outside(const struct nk_env *env, const char *path, const uint8_t pub[static NK_SIGN_PUB_LEN],
	struct nk_hash *out_sha256, uint64_t *out_bytes, bool *out_signed, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char beside[PATH_MAX];
	struct nk_err own;
	nk_rc rc;

	*out_signed = false;
	NK_TRY(digest_of(path, out_sha256, out_bytes, err));
	if ((size_t)snprintf(beside, sizeof(beside), "%s%s", path, NK_BACKUP_STATEMENT) >= sizeof(beside)) {
		return nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
	}
	nk_buf_init(&text, ENVELOPE_MAX);
	rc = nk_env_read_all(env, beside, ENVELOPE_MAX, &text, &own);
	if (rc.code == NK_NOT_FOUND) {
		return nk_done();
	}
	if (!nk_ok(rc)) {
		return nk_err_pass(err, &own);
	}
	*out_signed = statement_fits(nk_buf_bytes(&text), pub, out_sha256);
	return *out_signed ? nk_done()
			   : nk_fail(err, NK_CORRUPT, NK_N("%s is not the part that was signed: it has another digest, or its statement is of another house"),
				     path);
}
