/*
 * carry_take.c: the files that are to leave, read once: what is digested, looked through and sealed are the same bytes.
 *
 * Invariant: every file is taken into a sealed memory file, which nobody can change; what does not fit into [carry] memory
 * is not taken at all: no stamp of a file proves that nobody wrote to it meanwhile (a shared mapping need not move one).
 * Links, pipes, devices, and files that the system makes up while they are read are not taken.
 */
#include "base.h"

#include "carry_int.h"
#include "tar.h"

enum { READ = 64 * 1024 };

static NK_RESULT changed(const struct nk_carry_file *f, struct nk_err *err)
{
	return nk_fail(err, NK_CONFLICT, NK_N("%s changed while it was read: nothing leaves of it; try again when nobody writes to it"),
		nk_short(f->name).text);
}

void nk_carry_taken_done(struct nk_carry_taken *t)
{
	for (size_t i = 0; i < t->n; i++) {
		nk_os_fd_close(&t->fds[i]);
	}
	t->n = 0;
}

static NK_RESULT open_plain(const struct nk_carry_file *f, int *out_fd, uint64_t *out_size, struct nk_err *err)
{
	struct nk_os_stamp stamp;
	bool mine = false;

	switch (nk_os_kind_of(f->path.ptr, &mine)) {
	case NK_OS_FOLDER:
		return nk_fail(err, NK_USAGE, NK_N("%s is a folder: name each file that is to leave"), f->path.ptr);
	case NK_OS_OTHER:
		return nk_fail(err, NK_USAGE, NK_N("%s is a link, a pipe or a device: name the file itself"), f->path.ptr);
	case NK_OS_NOTHING:
	case NK_OS_FILE:
		break;
	}
	NK_TRY(nk_os_fd_open_plain(f->path.ptr, out_fd, err));
	NK_TRY(nk_os_fd_stamp(*out_fd, &stamp, err));
	*out_size = stamp.size;
	return stamp.size <= NK_TAR_SIZE_MAX
		? nk_done()
		: nk_fail(err, NK_LIMIT, NK_N("%s is larger than what a bundle holds"), nk_short(f->name).text);
}

/* All of it, once; a byte more or less than it said it has is no file that stands still. */
static NK_RESULT read_once(struct nk_carry_file *f, int from, int to, uint64_t size, struct nk_err *err)
{
	NK_OWNED(nk_hasher_free) struct nk_hasher *h = NULL;
	uint8_t buf[READ];
	size_t n = 1;

	NK_TRY(nk_hasher_new(true, NULL, &h, err));
	f->size = 0;
	while (n > 0) {
		NK_TRY(nk_os_fd_read(from, buf, sizeof(buf), &n, err));
		f->size += n;
		if (f->size > size) {
			return changed(f, err);
		}
		nk_hasher_add(h, nk_bytes_of(buf, n));
		NK_TRY(nk_os_fd_write(to, buf, n, err));
	}
	nk_wipe(buf, sizeof(buf));
	nk_hasher_end(h, &f->sha256);
	return f->size == size ? nk_done() : changed(f, err);
}

static NK_RESULT take_one(struct nk_carry_file *f, uint64_t *room, struct nk_carry_taken *t, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int from = -1;
	uint64_t size = 0;

	NK_TRY(open_plain(f, &from, &size, err));
	if (size > *room) {
		return nk_fail(err, NK_LIMIT,
			NK_N("%s does not fit: the files that leave are held in memory, together at most [carry] memory MiB; raise it, ask for "
			     "fewer or smaller files, or carry copies with pseudonyms (--redact)"),
			nk_short(f->name).text);
	}
	*room -= size;
	NK_TRY(nk_os_memfd("nokosazu-leaving", &t->fds[t->n], err));
	t->n++;
	NK_TRY(read_once(f, from, t->fds[t->n - 1], size, err));
	return nk_os_memfd_seal(t->fds[t->n - 1], err);
}

NK_RESULT nk_carry_take(const struct nk_flow *flow, struct nk_carry_file *files, size_t n, struct nk_carry_taken *out,
	struct nk_err *err)
{
	uint64_t room = (uint64_t)flow->config->carry_memory << 20;

	nk_assert(n <= NK_CARRY_FILES);
	for (size_t i = 0; i < n; i++) {
		NK_TRY(take_one(&files[i], &room, out, err));
	}
	return nk_done();
}
