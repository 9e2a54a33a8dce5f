/*
 * bundle_out.c: the way out of a bundle: whatever is written is counted and hashed before it leaves.
 */
#include "base.h"
#include "bundle_out.h"

#include "os.h"
#include "tar.h"

NK_RESULT nk_bundle_out_put(void *arg, const void *buf, size_t len, struct nk_err *err)
{
	struct nk_bundle_out *const w = arg;

	nk_hasher_add(w->hasher, nk_bytes_of(buf, len));
	w->bytes += len;
	return nk_os_fd_write(w->fd, buf, len, err);
}

NK_RESULT nk_bundle_out_pad(struct nk_age_writer *age, uint64_t size, struct nk_err *err)
{
	static const uint8_t zeros[NK_TAR_BLOCK] = { 0 };

	return nk_age_write(age, nk_bytes_of(zeros, nk_tar_padding(size)), err);
}
