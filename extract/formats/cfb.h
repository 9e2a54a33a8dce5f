/*
 * cfb.h: compound files (MS-CFB), the "OLE" files of old Office and Outlook, and what lies in them.
 *
 * A file is read by its FAT, every sector at most once: a sector that two chains want, or a chain that comes back to
 * itself, ends there and the file is damaged. What no chain reaches is left unclaimed, so that the caller carves it.
 * The readers of the streams (doc, xls, ppt, msg, property sets) get a copy of the stream's bytes, put what they
 * understand as text, overwrite that with zeros, and the remainder goes to the scanner as binary: nothing is lost.
 */
#ifndef NKX_CFB_H
#define NKX_CFB_H

#include "base.h"

#include "nkx_open.h"

#define NKX_CFB_NONE UINT32_MAX

enum nkx_cfb_type { NKX_CFB_FREE = 0, NKX_CFB_STORAGE = 1, NKX_CFB_STREAM = 2, NKX_CFB_ROOT = 5 };

struct nkx_cfb_node { /* one directory entry, in the tree */
	uint32_t parent;
	uint32_t first, next; /* children, in the order of the walk */
	bool reached;
	bool taken; /* its bytes were given to somebody */
};

struct nkx_cfb_extent {
	uint64_t at, len;
};

struct nkx_cfb {
	struct nkx_work *w;
	const struct nkx_source *s;
	unsigned shift; /* 2^shift bytes a sector */
	uint32_t cutoff; /* smaller streams lie in the mini stream */
	uint32_t sectors; /* that the file has room for */
	uint32_t *fat; /* sectors of them */
	uint8_t *used; /* bit per sector: some chain has it */
	uint32_t *mini;
	uint32_t n_mini;
	uint8_t *mini_used;
	uint32_t *small; /* sectors of the mini stream */
	uint32_t n_small;
	uint8_t *dir; /* 128 bytes an entry */
	uint32_t entries;
	struct nkx_cfb_node *node; /* entries of them */
	bool damaged, cut;
};

/* A stream's bytes in memory, writable: readers zero what they have understood. */
struct nkx_cfb_bytes {
	uint8_t *p; /* len bytes; NULL: none */
	size_t len;
};

/* nkx_cfb_open: reads tables and directory into *c, to be given back with nkx_cfb_done in any case. NONE, or why not.
 */
enum nkx_why nkx_cfb_open(struct nkx_work *w, const struct nkx_source *s, struct nkx_cfb *c);
void nkx_cfb_done(struct nkx_cfb *c);

enum nkx_cfb_type nkx_cfb_type(const struct nkx_cfb *c, uint32_t id);
uint64_t nkx_cfb_size(const struct nkx_cfb *c, uint32_t id);
/* nkx_cfb_named: whether that is its name: ASCII, case counts not. */
bool nkx_cfb_named(const struct nkx_cfb *c, uint32_t id, const char *ascii);
/* nkx_cfb_starts: whether its name begins so. */
bool nkx_cfb_starts(const struct nkx_cfb *c, uint32_t id, const char *ascii);
/* nkx_cfb_name: its own name as UTF-8, control characters in front left away. nkx_cfb_path: with the names of its
 * storages. */
void nkx_cfb_name(const struct nkx_cfb *c, uint32_t id, char *out, size_t room);
void nkx_cfb_path(const struct nkx_cfb *c, uint32_t id, char *out, size_t room);

/*
 * nkx_cfb_take: a stream's bytes as extents of the file, *out allocated, claimed. Once for each stream; NULL: empty,
 * taken before, or no memory. nkx_cfb_load: the same as bytes, freed with nkx_cfb_bytes_done; too large for memory:
 * given to the scanner as binary at once, and p is NULL.
 */
struct nkx_cfb_extent *nkx_cfb_take(struct nkx_cfb *c, uint32_t id, size_t *out_n);
struct nkx_cfb_bytes nkx_cfb_load(struct nkx_cfb *c, uint32_t id);
void nkx_cfb_bytes_done(struct nkx_cfb_bytes *b); /* wipes */
/* nkx_cfb_peek: first bytes of a small stream, which stays to be taken. */
size_t nkx_cfb_peek(const struct nkx_cfb *c, uint32_t id, uint8_t *out, size_t room);
/* nkx_cfb_give: the stream as a source of its own: sniffed and opened. */
void nkx_cfb_give(struct nkx_cfb *c, uint32_t id, const char *name, const char *hint);
/* nkx_cfb_rest: what a reader did not understand, as one binary stream; nothing when that is all zeros. */
void nkx_cfb_rest(struct nkx_cfb *c, const char *name, const struct nkx_cfb_bytes *b);

/* nkx_put_8bit: text in a code page of Windows (932, 1252, 65001, 1200; others are guessed) as UTF-8. */
void nkx_put_8bit(struct nkx_text *t, unsigned codepage, const uint8_t *bytes, size_t len);

/* The readers. Each takes the streams it knows; `path` names the storage ("" for the root, else ends in "/"). */
void nkx_doc_read(struct nkx_cfb *c, const char *path, uint32_t document, uint32_t table0, uint32_t table1);
void nkx_xls_read(struct nkx_cfb *c, const char *path, uint32_t book);
void nkx_ppt_read(struct nkx_cfb *c, const char *path, uint32_t document, uint32_t user);
void nkx_ole_properties(struct nkx_cfb *c, const char *name, uint32_t id);
void nkx_ole_native(struct nkx_cfb *c, const char *name, uint32_t id);
/* nkx_msg_stream: a property of a message by its name "__substg1.0_…"; false: it is none. */
bool nkx_msg_stream(struct nkx_cfb *c, const char *path, uint32_t id);
/* nkx_lzfu: compressed RTF of MS-OXRTFCP through `p`. */
enum nkx_why nkx_lzfu(struct nkx_work *w, const uint8_t *in, size_t len, struct nkx_pipe *p);

#endif
