/*
 * minisign.h: the second signature of a file that leaves the house: minisign's format, prehashed (BLAKE2b-512), with a
 * trusted comment; Debian's minisign checks ours, and these functions check minisign's.
 *
 * Signatures of the old kind (not prehashed) are refused. Pure but for nk_minisign_hash_fd.
 */
#ifndef NK_MINISIGN_H
#define NK_MINISIGN_H

#include "crypto_age.h"

enum { NK_MINISIGN_MAX = 4096, NK_MINISIGN_COMMENT_MAX = 1024 };

struct nk_minisign_key {
	uint8_t id[8];
	uint8_t pub[NK_SIGN_PUB_LEN];
};

/* nk_minisign_key_of: the public half of a seed; its number is made of the key itself. */
void nk_minisign_key_of(const struct nk_key *seed, struct nk_minisign_key *out);
/* nk_minisign_key_print: minisign.pub, two lines. _parse: that, or its second line alone. NK_INVALID. */
NK_RESULT nk_minisign_key_print(const struct nk_minisign_key *key, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_minisign_key_parse(struct nk_str text, struct nk_minisign_key *out, struct nk_err *err);
/* nk_minisign_hash_fd: of all that the descriptor still gives. */
NK_RESULT nk_minisign_hash_fd(int fd, struct nk_hash512 *out, struct nk_err *err);
/* nk_minisign_sign: the text of FILE.minisig. NK_INVALID: a comment of several lines, too long, or not UTF-8. */
NK_RESULT nk_minisign_sign(const struct nk_key *seed, const struct nk_hash512 *file, struct nk_str trusted_comment,
	struct nk_buf *out, struct nk_err *err);
/*
 * nk_minisign_verify: NK_DENIED: another key, another file, or another trusted comment; NK_INVALID: malformed;
 * NK_UNSUPPORTED: not prehashed. *out_comment (may be NULL): the trusted comment, borrowed from `text`.
 */
NK_RESULT nk_minisign_verify(const struct nk_minisign_key *key, struct nk_str text, const struct nk_hash512 *file,
	struct nk_str *out_comment, struct nk_err *err);

#endif
