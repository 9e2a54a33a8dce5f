/*
 * pack.c: reads a folder's CSV files and packs them; nothing touches a disk.
 */
#include "base.h"
#include "pack.h"

#include "os.h"
#include "zip_write.h"

enum { FILES_MAX = 64, STEP = 256 << 10 };
#define BYTES_MAX (UINT64_C(1) << 30)

struct packing {
	const struct nk_env *env;
	const char *dir;
	struct nk_zip_writer zip;
	struct nk_buf file; /* wiping */
	size_t n;
	uint64_t total;
};

static NK_RESULT read_file(struct packing *p, const char *path, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	size_t len = 0;

	nk_buf_reset(&p->file);
	NK_TRY(nk_os_fd_open_plain(path, &fd, err));
	do {
		uint8_t *at = NULL;

		NK_TRY(nk_buf_reserve(&p->file, STEP, &at, err));
		NK_TRY(p->env->read(p->env->self, fd, p->file.len, at, STEP, &len, err));
		p->file.len += len;
	} while (len > 0);
	return nk_done();
}

static NK_RESULT take_entry(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct packing *const p = arg;
	char path[PATH_MAX];
	bool mine = false;

	if (is_dir || name.len < 5 || !nk_str_ieq(nk_str_sub(name, name.len - 4, 4), NK_STR(".csv")) ||
		snprintf(path, sizeof(path), "%s/%.*s", p->dir, NK_FMT(name)) >= (int)sizeof(path) ||
		nk_os_kind_of(path, &mine) != NK_OS_FILE) {
		return nk_done();
	}
	NK_TRY(read_file(p, path, err));
	p->n++;
	p->total += p->file.len;
	if (p->n > FILES_MAX || p->total > BYTES_MAX) {
		return nk_fail(err, NK_LIMIT, "the folder has more than %d CSV files, or more than 1 GiB", (int)FILES_MAX);
	}
	return nk_zip_write_add(&p->zip, name, nk_buf_bytes(&p->file), err);
}

static void packing_done(struct packing *p)
{
	nk_zip_write_drop(&p->zip);
	nk_buf_done(&p->file);
}

NK_RESULT nk_pack_folder(const struct nk_env *env, const char *dir, int *out_fd, uint64_t *out_size, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf zip = { 0 };
	NK_OWNED(packing_done) struct packing p = { .env = env, .dir = dir };
	NK_OWNED(nk_os_fd_close) int fd = -1;

	nk_buf_init_wiping(&zip, BYTES_MAX + (1 << 20));
	nk_buf_init_wiping(&p.file, BYTES_MAX + STEP);
	nk_zip_write_begin(&p.zip, &zip);
	NK_TRY(env->list(env->self, dir, take_entry, &p, err));
	if (p.n == 0) {
		return nk_fail(err, NK_NOT_FOUND, "there is no CSV file in this folder");
	}
	NK_TRY(nk_zip_write_end(&p.zip, err));
	NK_TRY(nk_os_memfd("roster", &fd, err));
	NK_TRY(nk_os_fd_write(fd, zip.ptr, zip.len, err));
	NK_TRY(nk_os_memfd_seal(fd, err));
	*out_fd = fd;
	*out_size = zip.len;
	fd = -1;
	return nk_done();
}
