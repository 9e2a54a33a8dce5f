/*
 * unpack.h: one packed stream, pulled piece by piece: gzip by zlib, all else by libarchive.
 *
 * What of the source was understood is noted and claimed at the end, when the level at hand is that of the source
 * again: packed data, and headers without words in them. Bytes behind the stream are not claimed.
 */
#ifndef NKX_UNPACK_H
#define NKX_UNPACK_H

#include "nkx_open.h"

struct nkx_unpack;
/* nkx_unpack_open: NULL: no memory. gzip: all members, one after another; else whatever libarchive knows. */
struct nkx_unpack *nkx_unpack_open(struct nkx_work *w, const struct nkx_source *s, bool gzip);
/* nkx_unpack_next: the next bytes, borrowed until the next call; *out_len 0: the end. NONE, or why it ends here. */
enum nkx_why nkx_unpack_next(struct nkx_unpack *u, const uint8_t **out, size_t *out_len);
/* nkx_unpack_claim: claims what was understood, none of it from `most` on. */
void nkx_unpack_claim(struct nkx_unpack *u, uint64_t most);
void nkx_unpack_close(struct nkx_unpack **u);

/* The header of a gzip member: where the parts of it begin. false: there is none at `at`. */
struct nkx_gzip_head {
	uint64_t len; /* of all of it */
	uint64_t name, name_len; /* places in the source, without the NUL; 0: none */
	uint64_t comment, comment_len;
	bool extra;
};
bool nkx_gzip_head(const struct nkx_source *s, uint64_t at, struct nkx_gzip_head *out);

#endif
