/*
 * tar.h: the archive inside a bundle: POSIX ustar of plain files with plain names, so that any `tar` opens it.
 *
 * A writer that is pushed and a reader that is pushed: nothing is kept but a header, so the stream may be of any
 * length. Names are file names without folders, UTF-8, 1 to 100 bytes; sizes to 8 GiB - 1. Pure.
 */
#ifndef NK_TAR_H
#define NK_TAR_H

enum { NK_TAR_NAME_MAX = 100, NK_TAR_BLOCK = 512 };
#define NK_TAR_SIZE_MAX UINT64_C(8589934591)

/* nk_tar_name_ok: no folder, no leading '-' or '.', no control characters, UTF-8, 1–100 bytes. */
bool nk_tar_name_ok(struct nk_str name);
/* nk_tar_header: the 512 bytes before a file's bytes; NK_INVALID: name or size. */
NK_RESULT nk_tar_header(struct nk_str name, uint64_t size, uint8_t out[static NK_TAR_BLOCK], struct nk_err *err);
/* nk_tar_padding: how many zero bytes follow a file of that size. At the end of all: two zero blocks. */
size_t nk_tar_padding(uint64_t size);

/* What the reader tells: a file begins, some of its bytes, it has ended. The first failure ends the reading. */
struct nk_tar_sink {
	void *arg;
	NK_RESULT (*begin)(void *arg, struct nk_str name, uint64_t size, struct nk_err *err);
	NK_RESULT (*bytes)(void *arg, struct nk_bytes b, struct nk_err *err);
	NK_RESULT (*end)(void *arg, struct nk_err *err);
};
struct nk_tar_reader {
	const struct nk_tar_sink *sink;
	uint8_t block[NK_TAR_BLOCK];
	size_t have; /* of the block */
	uint64_t left; /* of the file */
	size_t skip; /* padding behind it */
	unsigned zeros; /* empty blocks seen */
};
/* nk_tar_reader_init: nothing read yet; `sink` lives as long as the reader. */
void nk_tar_reader_init(struct nk_tar_reader *r, const struct nk_tar_sink *sink);
/* nk_tar_push: the next bytes. NK_INVALID: not such an archive. nk_tar_end: NK_INVALID when it was not whole. */
NK_RESULT nk_tar_push(struct nk_tar_reader *r, struct nk_bytes b, struct nk_err *err);
NK_RESULT nk_tar_end(const struct nk_tar_reader *r, struct nk_err *err);

#endif
