/*
 * carry_bundle.c: the bundle: one age file around a tar of manifest.json and the files.
 *
 * Invariant: what goes in has the digests that were signed, looked at again while it goes in; a file that changed in
 * between makes the whole bundle fail.
 */
#include "base.h"

#include "carry_int.h"
#include "tar.h"
#include "bundle_out.h"

enum { READ = 64 * 1024 };

static NK_RESULT put_manifest(struct nk_age_writer *age, const struct nk_carry_manifest *m, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	uint8_t header[NK_TAR_BLOCK];

	nk_buf_init_wiping(&text, NK_CARRY_MANIFEST_MAX);
	NK_TRY(nk_carry_manifest_print(m, &text, err));
	NK_TRY(nk_tar_header(NK_STR(NK_CARRY_MANIFEST), text.len, header, err));
	NK_TRY(nk_age_write(age, nk_bytes_of(header, sizeof(header)), err));
	NK_TRY(nk_age_write(age, nk_buf_bytes(&text), err));
	return nk_bundle_out_pad(age, text.len, err);
}

static NK_RESULT changed(const struct nk_carry_file *f, struct nk_err *err)
{
	return nk_fail(err, NK_DENIED, NK_N("%s is not the file that was signed: it has changed; ask again"), nk_short(f->name).text);
}

static NK_RESULT put_bytes(struct nk_flow *flow, struct nk_age_writer *age, int fd, const struct nk_carry_file *f, struct nk_err *err)
{
	NK_OWNED(nk_hasher_free) struct nk_hasher *h = NULL;
	uint8_t buf[READ];
	struct nk_hash digest;
	uint64_t at = 0;
	size_t n = 1;

	NK_TRY(nk_hasher_new(true, NULL, &h, err));
	while (n > 0) {
		NK_TRY(flow->env->read(flow->env->self, fd, at, buf, sizeof(buf), &n, err));
		at += n;
		if (at > f->size) {
			return changed(f, err);
		}
		nk_hasher_add(h, nk_bytes_of(buf, n));
		NK_TRY(nk_age_write(age, nk_bytes_of(buf, n), err));
	}
	nk_wipe(buf, sizeof(buf));
	nk_hasher_end(h, &digest);
	return at == f->size && nk_ct_equal(digest.b, f->sha256.b, sizeof(digest.b)) ? nk_done() : changed(f, err);
}

static NK_RESULT put_file(struct nk_flow *flow, struct nk_age_writer *age, int fd, const struct nk_carry_file *f, struct nk_err *err)
{
	uint8_t header[NK_TAR_BLOCK];

	NK_TRY(nk_tar_header(f->name, f->size, header, err));
	NK_TRY(nk_age_write(age, nk_bytes_of(header, sizeof(header)), err));
	NK_TRY(put_bytes(flow, age, fd, f, err));
	return nk_bundle_out_pad(age, f->size, err);
}

NK_RESULT nk_carry_write(struct nk_flow *flow, const struct nk_carry_writing *w, struct nk_hash *out_sha256,
	uint64_t *out_bytes, struct nk_err *err)
{
	static const uint8_t end[2 * NK_TAR_BLOCK] = { 0 };
	NK_OWNED(nk_age_writer_free) struct nk_age_writer *age = NULL;
	NK_OWNED(nk_hasher_free) struct nk_hasher *hasher = NULL;
	struct nk_age_recipient keys[NK_CARRY_RECIPIENTS];
	struct nk_bundle_out way = { .fd = w->fd };
	const struct nk_age_io io = { .write = nk_bundle_out_put, .write_arg = &way };
	const struct nk_age_to to = { .recipients = keys, .n = w->paper->n_to };

	for (size_t i = 0; i < w->paper->n_to; i++) {
		keys[i] = w->paper->to[i].key;
	}
	NK_TRY(nk_hasher_new(true, NULL, &hasher, err));
	way.hasher = hasher;
	NK_TRY(nk_age_writer_new(flow->env, &to, &io, &age, err));
	NK_TRY(put_manifest(age, w->manifest, err));
	for (size_t i = 0; i < w->paper->n_files; i++) {
		NK_TRY(put_file(flow, age, w->taken->fds[i], &w->paper->files[i], err));
	}
	NK_TRY(nk_age_write(age, nk_bytes_of(end, sizeof(end)), err));
	NK_TRY(nk_age_writer_end(age, err));
	nk_hasher_end(hasher, out_sha256);
	*out_bytes = way.bytes;
	return nk_done();
}
