/*
 * bundle_out.h: the way out of a bundle (carry, backup): age over tar, to a descriptor, counted and hashed on the way.
 */
#ifndef NK_BUNDLE_OUT_H
#define NK_BUNDLE_OUT_H

#include "age.h"
#include "crypto.h"

/* Descriptor and hasher are the caller's. */
struct nk_bundle_out {
	int fd;
	struct nk_hasher *hasher;
	uint64_t bytes;
};
/* nk_bundle_out_put: the write function of an nk_age_io; `arg` is a struct nk_bundle_out. */
NK_RESULT nk_bundle_out_put(void *arg, const void *buf, size_t len, struct nk_err *err);
/* nk_bundle_out_pad: what tar wants behind a file of this size. */
NK_RESULT nk_bundle_out_pad(struct nk_age_writer *age, uint64_t size, struct nk_err *err);

#endif
