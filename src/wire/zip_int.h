/*
 * zip_int.h: what zip.c (the directory) and zip_read.c (the contents) share.
 *
 * Invariant: every entry of an open zip has been checked against its local header; its bytes lie within the file,
 * next to each other and without gaps.
 */
#ifndef NK_ZIP_INT_H
#define NK_ZIP_INT_H

#include <zlib.h>

enum { NK_ZIP_STORED = 0, NK_ZIP_DEFLATE = 8, NK_ZIP_INPUT = 32768 };

struct nk_zip_slot {
	struct nk_zip_entry pub;
	uint64_t local_at;
	uint64_t data_at;
	uint16_t flags;
	uint16_t method;
	unsigned number; /* from 1, for error texts */
};

/* The entry that is being read. */
struct nk_zip_stream {
	const struct nk_zip_slot *slot; /* NULL: none */
	bool inflating; /* `z` is set up */
	bool ended; /* checked and complete */
	z_stream z;
	uint64_t at; /* next compressed byte in the file */
	uint64_t left; /* compressed bytes not yet fetched */
	uint64_t produced;
	uLong crc;
	uint8_t input[NK_ZIP_INPUT];
};

struct nk_zip {
	nk_zip_read_fn *read;
	void *arg;
	uint64_t size;
	struct nk_zip_limits limits;
	struct nk_arena *arena;
	struct nk_zip_slot *slots;
	size_t n;
	struct nk_zip_stream stream;
};

/* nk_zip_fetch: exactly `len` bytes at `at`; less than that is NK_INVALID (the file is shorter than it says). */
NK_RESULT nk_zip_fetch(const struct nk_zip *zip, uint64_t at, void *buf, size_t len, struct nk_err *err);
/* nk_zip_end_stream: frees and wipes what the stream holds. */
void nk_zip_end_stream(struct nk_zip *zip);

/* Of zip_dir.c: finds the end record and the directory, and fills slots (not yet checked against local headers). */
NK_RESULT nk_zip_read_directory(struct nk_zip *zip, uint64_t *out_directory_at, struct nk_err *err);
/* nk_zip_zip64_sizes: those that are all ones are replaced from the zip64 field of `extra`; offset may be NULL. */
NK_RESULT nk_zip_zip64_sizes(
	struct nk_bytes extra, uint64_t *size, uint64_t *compressed, uint64_t *offset, struct nk_err *err);

#endif
