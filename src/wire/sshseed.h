/*
 * sshseed.h: the Ed25519 seed in a private key file of OpenSSH (its PROTOCOL.key). Pure.
 */
#ifndef NK_SSHSEED_H
#define NK_SSHSEED_H

#include "base.h"

enum { NK_SSHSEED_LEN = 32, NK_SSHSEED_FILE_MAX = 8192 };

/* nk_sshseed_is: does the text begin as such a file? */
bool nk_sshseed_is(struct nk_str text);
/*
 * nk_sshseed_get: the 32 bytes from which the key is made; the caller wipes them. NK_INVALID: damaged. NK_UNSUPPORTED: it
 * has a passphrase, is of another type, or is only a handle for a device, which signs by itself (ssh-keygen -Y sign).
 */
NK_RESULT nk_sshseed_get(struct nk_str text, uint8_t out[static NK_SSHSEED_LEN], struct nk_err *err);

#endif
