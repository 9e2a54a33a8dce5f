/*
 * zip_write.h: makes a zip in memory: deflated entries, no dates (1980-01-01), UTF-8 names, less than 4 GiB. The same
 * entries give the same bytes.
 */
#ifndef NK_ZIP_WRITE_H
#define NK_ZIP_WRITE_H

struct nk_zip_writer {
	struct nk_buf *out; /* the caller's: the zip, whole after nk_zip_write_end */
	struct nk_buf directory;
	uint32_t entries;
};
/* nk_zip_write_begin: *w is to be ended or dropped. nk_zip_write_add: one entry. nk_zip_write_end: the directory.
 * nk_zip_write_drop: for NK_OWNED. NK_LIMIT: beyond 4 GiB, or 65,535 entries. */
void nk_zip_write_begin(struct nk_zip_writer *w, struct nk_buf *out);
NK_RESULT nk_zip_write_add(struct nk_zip_writer *w, struct nk_str name, struct nk_bytes data, struct nk_err *err);
NK_RESULT nk_zip_write_end(struct nk_zip_writer *w, struct nk_err *err);
void nk_zip_write_drop(struct nk_zip_writer *w);

#endif
