/*
 * zip_dir.h: the central directory of a zip, checked.
 *
 * Everything in it is a claim of the file: places and lengths are within the file, entries that share bytes are
 * marked, names are UTF-8. What is not so is left out and said.
 */
#ifndef NKX_ZIP_DIR_H
#define NKX_ZIP_DIR_H

#include "nkx_open.h"

enum {
	NKX_ZIP_ENCRYPTED = 1,
	NKX_ZIP_DESCRIPTOR = 8,
	NKX_ZIP_UTF8 = 2048,
	NKX_ZIP_MASKED = 8192 /* the directory itself is encrypted */
};

struct nkx_zip_entry {
	uint64_t local; /* place of its local header */
	uint64_t packed, size;
	uint64_t end; /* at least: local header and data */
	uint32_t crc;
	uint16_t method, flags;
	uint32_t name_at, name_len; /* in the directory's bytes */
	uint32_t extra_len, comment_len;
	bool overlaps, twice; /* twice: the very same place as an earlier one */
};
struct nkx_zip {
	const struct nkx_source *source;
	uint8_t *dir;
	size_t dir_len;
	uint64_t dir_at;
	uint64_t end_at; /* of the end record */
	uint32_t comment_len; /* of the archive, behind the end record */
	struct nkx_zip_entry *entries;
	size_t n;
	bool cut_off; /* fewer entries than the end record says, or the directory is damaged */
};

/* nkx_zip_read: NONE, or why there is no directory. Give back with nkx_zip_done in any case. */
enum nkx_why nkx_zip_read(struct nkx_work *w, const struct nkx_source *s, struct nkx_zip *out);
/* nkx_zip_ends: whether an end record with at least one entry stands at the end of the source. */
bool nkx_zip_ends(const struct nkx_source *s);
void nkx_zip_done(struct nkx_zip *zip);
/* nkx_zip_name: of an entry, as UTF-8. */
void nkx_zip_name(const struct nkx_zip *zip, const struct nkx_zip_entry *e, char *out, size_t room);

/* A local header as it stands. nkx_zip_local: false: there is none at `at`. */
struct nkx_zip_local {
	uint64_t at, data; /* where its data begins */
	uint64_t packed, size;
	uint32_t crc;
	uint16_t method, flags, name_len, extra_len;
	bool plain_extra; /* extra fields of known kinds only: nothing is hidden there */
};
bool nkx_zip_local(const struct nkx_source *s, uint64_t at, struct nkx_zip_local *out);
/* nkx_zip_plain_extra: whether extra fields hold no words. nkx_zip_second_name: whether a name that is shown instead
 * of the entry's own is among them. */
bool nkx_zip_plain_extra(const uint8_t *extra, size_t len);
bool nkx_zip_second_name(const uint8_t *extra, size_t len);

#endif
