/*
 * squash.h: libarchive over a source. Nothing of it reaches a file: it reads our bytes and gives us bytes.
 */
#ifndef NKX_SQUASH_H
#define NKX_SQUASH_H

#include "nkx_open.h"

struct archive;

/* Bytes that libarchive reads: an optional head of our own, then [at, at + len) of a source. */
struct nkx_squash {
	const struct nkx_source *source;
	uint64_t at, len;
	const uint8_t *head;
	size_t head_len;
	uint64_t place; /* in head + range */
	uint8_t *buf;
	bool short_read; /* the source had fewer bytes than it said */
};
enum { NKX_SQUASH_BUF = 131072 };

/* nkx_squash_open: NULL: no memory, or libarchive says that it is none of these. `set` says which formats and
 * filters. Give back with nkx_squash_close, before the struct nkx_squash (which it fills) goes. */
typedef void nkx_squash_set_fn(struct archive *a);
struct archive *nkx_squash_open(struct nkx_squash *q, nkx_squash_set_fn *set);
void nkx_squash_close(struct nkx_squash *q, struct archive **a);
/* nkx_squash_why: what its last error means. */
enum nkx_why nkx_squash_why(struct archive *a);
/* nkx_squash_data: the data of the entry at hand through a pipe. nkx_squash_data_seen: and tells how many bytes went
 * through it, each time. */
enum nkx_why nkx_squash_data(struct archive *a, struct nkx_pipe *p);
typedef void nkx_squash_seen_fn(void *arg, size_t len);
enum nkx_why nkx_squash_data_seen(struct archive *a, struct nkx_pipe *p, nkx_squash_seen_fn *seen, void *arg);

/* Entries of a zip that are not deflated: bzip2, lzma, zstd, xz, ppmd. */
struct nkx_squash_member {
	uint64_t data, packed, size;
	uint32_t crc;
	uint16_t method;
};
bool nkx_squash_zip_method(uint16_t method);
enum nkx_why nkx_squash_zip(
	struct nkx_work *w, const struct nkx_source *s, const struct nkx_squash_member *m, struct nkx_pipe *p);

/* nkx_archive_walk: every entry of an archive (tar, cpio and so on); of a tar or cpio that is packed, `u` unpacks it;
 * NULL: it is not. See fmt_archive.c. */
struct nkx_unpack;
enum nkx_why nkx_archive_walk(struct nkx_work *w, const struct nkx_source *s, struct nkx_unpack *u);
/* nkx_archive_is_tar: whether these first bytes are those of a tar or cpio archive. */
bool nkx_archive_is_tar(const uint8_t *head, size_t len);

#endif
