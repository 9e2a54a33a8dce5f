/*
 * backup_bundle.c: a part of a backup as a file: age around a tar of the manifest and the files.
 *
 * Invariant: what goes in has the digests of the manifest, looked at again while it goes in.
 */
#include "base.h"
#include "backup_int.h"

#include "tar.h"
#include "bundle_out.h"

enum { READ = 256 * 1024 };

static NK_RESULT changed(const struct nk_backup_file *f, struct nk_err *err)
{
	return nk_fail(err, NK_CONFLICT, NK_N("%s changed while the backup was written: try again"), nk_short(f->path).text);
}

struct pass {
	struct nk_hasher *hasher;
	struct nk_age_writer *age; /* NULL: only looked at */
	struct nk_flow *flow;
	const char *phase;
	uint64_t done, total;
};

/* One file through the hash, and into the bundle when there is one. */
static NK_RESULT run_through(const char *from, struct pass *p, uint8_t *buf, uint64_t *out_size, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	uint64_t at_most = 0;
	size_t n = 1;

	*out_size = 0;
	NK_TRY(nk_os_fd_open_read(from, NK_TAR_SIZE_MAX, &fd, &at_most, err));
	while (n > 0) {
		NK_TRY(nk_os_fd_read(fd, buf, READ, &n, err));
		*out_size += n;
		nk_hasher_add(p->hasher, nk_bytes_of(buf, n));
		if (p->age != NULL) {
			NK_TRY(nk_age_write(p->age, nk_bytes_of(buf, n), err));
			p->done += n;
			nk_flow_tell(p->flow, p->phase, p->done, p->total);
		}
	}
	return nk_done();
}

static NK_RESULT digest_one(struct nk_backup_file *f, uint8_t *buf, struct nk_err *err)
{
	NK_OWNED(nk_hasher_free) struct nk_hasher *h = NULL;
	struct pass p = { .age = NULL };

	NK_TRY(nk_hasher_new(true, NULL, &h, err));
	p.hasher = h;
	NK_TRY(run_through(f->from, &p, buf, &f->size, err));
	nk_hasher_end(h, &f->sha256);
	return nk_done();
}

NK_RESULT nk_backup_digest(struct nk_backup_file *files, size_t n, struct nk_err *err)
{
	uint8_t *const buf = malloc(READ);
	nk_rc rc = buf == NULL ? nk_fail_nomem(err) : nk_done();

	for (size_t i = 0; i < n && nk_ok(rc); i++) {
		rc = digest_one(&files[i], buf, err);
	}
	if (buf != NULL) {
		nk_wipe(buf, READ);
	}
	free(buf);
	return rc;
}

static NK_RESULT put_header(struct nk_age_writer *age, struct nk_str name, uint64_t size, struct nk_err *err)
{
	uint8_t header[NK_TAR_BLOCK];

	NK_TRY(nk_tar_header(name, size, header, err));
	return nk_age_write(age, nk_bytes_of(header, sizeof(header)), err);
}

static NK_RESULT put_file(struct pass *p, const struct nk_backup_file *f, size_t index, uint8_t *buf, struct nk_err *err)
{
	NK_OWNED(nk_hasher_free) struct nk_hasher *h = NULL;
	char name[32];
	struct nk_hash digest;
	uint64_t size = 0;

	(void)snprintf(name, sizeof(name), "f%zu", index);
	NK_TRY(nk_hasher_new(true, NULL, &h, err));
	p->hasher = h;
	NK_TRY(put_header(p->age, nk_str_c(name), f->size, err));
	NK_TRY(run_through(f->from, p, buf, &size, err));
	nk_hasher_end(h, &digest);
	if (size != f->size || !nk_ct_equal(digest.b, f->sha256.b, sizeof(digest.b))) {
		return changed(f, err);
	}
	return nk_bundle_out_pad(p->age, f->size, err);
}

static NK_RESULT put_all(struct pass *p, const struct nk_backup_manifest *m, struct nk_err *err)
{
	static const uint8_t end[2 * NK_TAR_BLOCK] = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	uint8_t *const buf = malloc(READ);
	nk_rc rc = buf == NULL ? nk_fail_nomem(err) : nk_done();

	nk_buf_init(&text, NK_BACKUP_MANIFEST_MAX);
	rc = nk_ok(rc) ? nk_backup_manifest_print(m, &text, err) : rc;
	rc = nk_ok(rc) ? put_header(p->age, NK_STR(NK_BACKUP_MANIFEST), text.len, err) : rc;
	rc = nk_ok(rc) ? nk_age_write(p->age, nk_buf_bytes(&text), err) : rc;
	rc = nk_ok(rc) ? nk_bundle_out_pad(p->age, text.len, err) : rc;
	for (size_t i = 0; i < m->n_files && nk_ok(rc); i++) {
		rc = put_file(p, &m->files[i], i, buf, err);
	}
	if (buf != NULL) {
		nk_wipe(buf, READ);
	}
	free(buf);
	return nk_ok(rc) ? nk_age_write(p->age, nk_bytes_of(end, sizeof(end)), err) : rc;
}

NK_RESULT nk_backup_write(struct nk_flow *flow, const struct nk_backup_writing *w, struct nk_hash *out_sha256,
	uint64_t *out_bytes, struct nk_err *err)
{
	NK_OWNED(nk_age_writer_free) struct nk_age_writer *age = NULL;
	NK_OWNED(nk_hasher_free) struct nk_hasher *hasher = NULL;
	struct nk_age_recipient keys[NK_BACKUP_RECIPIENTS];
	struct nk_bundle_out way = { .fd = w->fd };
	const struct nk_age_io io = { .write = nk_bundle_out_put, .write_arg = &way };
	const struct nk_age_to to = { .recipients = keys, .n = w->n_to };
	struct pass p = { .flow = flow, .phase = w->phase };

	nk_assert(w->n_to <= NK_BACKUP_RECIPIENTS);
	for (size_t i = 0; i < w->n_to; i++) {
		keys[i] = w->to[i].key;
	}
	for (size_t i = 0; i < w->manifest->n_files; i++) {
		p.total += w->manifest->files[i].size;
	}
	NK_TRY(nk_hasher_new(true, NULL, &hasher, err));
	way.hasher = hasher;
	NK_TRY(nk_age_writer_new(flow->env, &to, &io, &age, err));
	p.age = age;
	NK_TRY(put_all(&p, w->manifest, err));
	NK_TRY(nk_age_writer_end(age, err));
	nk_hasher_end(hasher, out_sha256);
	*out_bytes = way.bytes;
	return nk_done();
}
