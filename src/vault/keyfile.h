/*
 * keyfile.h: a small file (mode 0600) that holds a party's own secret keys, made when it is not there.
 */
#ifndef NK_KEYFILE_H
#define NK_KEYFILE_H

#include "crypto.h"

/* A party's keys: it signs with one and talks with the other; `peer` is a public key that it pinned (zero: none). */
struct nk_keyfile {
	struct nk_key sign;
	struct nk_kx_pair kx;
	uint8_t peer[32];
};

/*
 * nk_keyfile_load: reads `path`, or makes it with new random keys, durable on return. *out belongs in locked memory
 * or is wiped with nk_keyfile_wipe. NK_CORRUPT: damaged (a file that a crash left too short is made anew).
 */
NK_RESULT nk_keyfile_load(const struct nk_env *env, const char *path, struct nk_keyfile *out, struct nk_err *err);
/* nk_keyfile_pin: stores keys->peer in the file, in place. */
NK_RESULT nk_keyfile_pin(
	const struct nk_env *env, const char *path, const struct nk_keyfile *keys, struct nk_err *err);
void nk_keyfile_wipe(struct nk_keyfile *keys);

#endif
