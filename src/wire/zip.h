/*
 * zip.h: reads a zip (APPNOTE 6.3.10) as hostile input: by its central directory only, streamed, never to a disk.
 *
 * Refuses: no or second end record, zip64 beyond the limits, encryption,
 * methods other than stored and deflate, overlapping entries, local header that
 * contradicts the central one, duplicate names (also by case), absolute names,
 * "..", backslashes, NUL, symbolic links, wrong CRC or size, data behind its
 * end, and whatever exceeds the limits. Bytes before the first entry and between
 * entries are refused too. Names count as the same without regard to ASCII case.
 */
#ifndef NK_ZIP_H
#define NK_ZIP_H

struct nk_zip_limits {
	uint32_t entries; /* default 64 */
	uint64_t entry_bytes; /* default 2 GiB, uncompressed */
	uint64_t total_bytes; /* default 4 GiB, uncompressed */
	uint32_t ratio; /* default 200: uncompressed / compressed above 1 MiB */
	bool folders; /* accept names with '/' (default no) */
};

struct nk_zip_entry {
	struct nk_str name; /* as stored; known to be UTF-8 only if its flag says so; lives as long as the zip */
	uint64_t size; /* uncompressed */
	uint64_t compressed;
	uint32_t crc;
	bool is_folder;
};

/* Where the bytes come from: pread-like; *out_len < len only at the end. */
typedef NK_RESULT nk_zip_read_fn(void *arg, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err);

struct nk_zip;

/* nk_zip_open: reads and checks the directory and every local header. limits NULL, or a limit of 0: its default.
 * Errors name the fault and the entry's number (from 1), not its name. NK_INVALID, NK_LIMIT, NK_UNSUPPORTED, or
 * what `read` said. `arg` and what is behind it outlive the zip. nk_zip_close wipes, and accepts NULL. */
NK_RESULT nk_zip_open(nk_zip_read_fn *read, void *arg, uint64_t size, const struct nk_zip_limits *limits,
	struct nk_zip **out, struct nk_err *err);
void nk_zip_close(struct nk_zip **zip);
size_t nk_zip_count(const struct nk_zip *zip);
const struct nk_zip_entry *nk_zip_at(const struct nk_zip *zip, size_t i);
/* nk_zip_find: index of a name, by bytes, or SIZE_MAX. */
size_t nk_zip_find(const struct nk_zip *zip, struct nk_str name);

/* One entry at a time: nk_zip_begin, nk_zip_read (len > 0) until *out_len is 0; the next begin ends it. CRC,
 * size and the end of the packed data are checked with the last bytes: until then what was read is not to be
 * trusted. NK_INVALID: damaged; further reads fail too. Memory: about 80 KiB, whatever the size. */
NK_RESULT nk_zip_begin(struct nk_zip *zip, size_t i, struct nk_err *err);
NK_RESULT nk_zip_read(struct nk_zip *zip, void *buf, size_t len, size_t *out_len, struct nk_err *err);

#endif
