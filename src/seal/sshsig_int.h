/*
 * sshsig_int.h: strings as SSH writes them (a length of four bytes, big end first), for the files of sshsig.
 */
#ifndef NK_SSHSIG_INT_H
#define NK_SSHSIG_INT_H

#include "sshsig.h"

#define NK_SSH_ED25519 "ssh-ed25519"
#define NK_SSH_SK_ED25519 "sk-ssh-ed25519@openssh.com"

/* nk_ssh_u32, nk_ssh_string: the next of a cursor; after a failure c->bad and 0 or empty. */
uint32_t nk_ssh_u32(struct nk_cursor *c);
struct nk_str nk_ssh_string(struct nk_cursor *c);
/* nk_ssh_put: a string behind what is there. */
NK_RESULT nk_ssh_put(struct nk_buf *out, struct nk_str s, struct nk_err *err);
/* nk_sshkey_blob: the key from its bytes on the wire. NK_INVALID, NK_UNSUPPORTED. */
NK_RESULT nk_sshkey_blob(struct nk_str blob, struct nk_sshkey *out, struct nk_err *err);

#endif
