/*
 * pkg.h: office documents that are zips: their parts, read in the order that the reader wants.
 *
 * Only what such documents are made of: stored and deflated parts with a directory. Whatever else the file is, it is
 * the zip reader's: nkx_pkg_open says UNKNOWN_FORMAT, and the opener gives the source back untouched.
 */
#ifndef NKX_PKG_H
#define NKX_PKG_H

#include "zip_dir.h"

struct nkx_pkg_part {
	char *name; /* UTF-8 */
	uint64_t at, packed, size; /* at: of its local header */
	uint32_t crc;
	uint16_t method, flags;
};
struct nkx_pkg {
	struct nkx_work *w;
	const struct nkx_source *source;
	struct nkx_pkg_part *parts; /* in the order of the directory */
	size_t n;
	struct nkx_zip zip;
};
/* nkx_pkg_open: NONE, UNKNOWN_FORMAT, MEMORY, TOO_MANY. nkx_pkg_done: opens what no directory names, comments too, and
 * frees. */
enum nkx_why nkx_pkg_open(struct nkx_work *w, const struct nkx_source *source, struct nkx_pkg *out);
void nkx_pkg_done(struct nkx_pkg *pkg);
/* nkx_pkg_find: by name without regard to case; SIZE_MAX: none. */
size_t nkx_pkg_find(const struct nkx_pkg *pkg, const char *name);
/* nkx_pkg_read: the bytes of a part in pieces. NONE, or why they are not whole: ENCRYPTED, UNSUPPORTED, DAMAGED
 * (checksum too), RATIO, CUT_OFF, MEMORY. feed: false: enough; that is NONE. */
typedef bool nkx_pkg_feed_fn(void *arg, const void *bytes, size_t len);
enum nkx_why nkx_pkg_read(const struct nkx_pkg *pkg, size_t i, nkx_pkg_feed_fn *feed, void *arg);
/* nkx_pkg_nested: a part as a source of its own, under its name. */
void nkx_pkg_nested(const struct nkx_pkg *pkg, size_t i, const char *hint);
/* nkx_pkg_ends: whether a name ends with this, without regard to case. nkx_pkg_has: contains. */
bool nkx_pkg_ends(const char *name, const char *with);
bool nkx_pkg_has(const char *name, const char *text);
/* nkx_pkg_first: names of the parts whose local headers stand in these first bytes of a file: true when `want` says
 * so of one. */
bool nkx_pkg_first(const uint8_t *head, size_t len, bool (*want)(const char *name));

#endif
