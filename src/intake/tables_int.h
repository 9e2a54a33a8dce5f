/*
 * tables_int.h: the messages between the child that reads and the parent that listens. Type, le32 length, body.
 */
#ifndef NK_TABLES_INT_H
#define NK_TABLES_INT_H

#include "crypto.h"
#include "csv.h"
#include "tables.h"
#include "zip.h"

enum tables_message {
	TABLES_PACKAGE = 1, /* le64 bytes to come, about; u8 enum nk_tables_package */
	TABLES_FILE, /* u8 encoding, name */
	TABLES_HEADER, /* le64 line, le32 n, n × (le32 length, text) */
	TABLES_ROW, /* the same */
	TABLES_FAULT, /* u8 fault, le64 line, le64 column */
	TABLES_FILE_END, /* le64 rows, le64 rows with a password */
	TABLES_END, /* digest, le64 rows with a password */
	TABLES_ERROR, /* u8 code, then the text in each language: le32 length, text */
};

enum { TABLES_MESSAGE_MAX = 4 << 20, TABLES_FIELDS_MAX = 256, TABLES_NAME_MAX = 255, TABLES_OUT_MAX = 16 << 20 };

/* Where the child's messages go. */
struct tables_out {
	struct nk_buf buf; /* wiping */
	size_t start; /* of the message that is being written */
	NK_RESULT (*write)(void *arg, struct nk_bytes bytes, struct nk_err *err);
	void *arg;
};

/* What must be opened before the sandbox closes. */
struct tables_tools {
	struct nk_codec *codec[NK_ENC_COUNT]; /* to UTF-8; NULL for UTF-8 */
	struct nk_hasher *hasher;
	struct nk_csv *csv; /* of the file that is being read */
};

NK_RESULT nk_tables_child_tools(const struct nk_key *digest_key, struct tables_tools *out, struct nk_err *err);
void nk_tables_child_tools_done(struct tables_tools *tools);

/* The child's work: reads through `read`, writes messages, always ends with END or ERROR. Fails only when `out`
 * fails. */
struct tables_job {
	nk_zip_read_fn *read;
	void *read_arg;
	uint64_t size;
	const char *const *order;
	size_t n_order;
	bool peek;
	struct nk_str sheet;
	uint64_t header_line;
	struct tables_tools *tools;
	struct tables_out *out;
};
NK_RESULT nk_tables_child_run(const struct tables_job *job, struct nk_err *err);

/* Message writing (child). */
NK_RESULT nk_tables_child_begin(struct tables_out *out, enum tables_message type, struct nk_err *err);
NK_RESULT nk_tables_child_end(struct tables_out *out, struct nk_err *err);

/*
 * One file of rows (tables_decode.c): bytes come from `more` until it gives none. Sends FILE … FILE_END.
 * `wanted` false: the rows are counted, not decoded and not sent.
 */
struct tables_file {
	struct nk_str name;
	bool wanted;
	bool whole; /* it is not in a zip: a name is not needed, all rows are wanted, lines may stand above the header */
	bool peek; /* the header is enough */
	uint64_t header_line; /* 0: look for it */
	NK_RESULT (*more)(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err);
	void *arg;
};
NK_RESULT nk_tables_decode_file(struct tables_tools *tools, struct tables_out *out, const struct tables_file *file,
	uint64_t *passwords, struct nk_err *err);
/* The same with rows that somebody else has split already (tables_book.c): UTF-8, all of `width` fields. */
struct tables_rows {
	NK_RESULT (*next)(void *arg, struct nk_csv_row *out, bool *out_have, struct nk_err *err);
	void *arg;
};
NK_RESULT nk_tables_decode_rows(struct tables_tools *tools, struct tables_out *out, const struct tables_file *file,
	const struct tables_rows *rows, uint64_t *passwords, struct nk_err *err);

/* How rows look from afar, to find the header: the first that is as wide as most and at least half filled. */
enum { TABLES_SHAPES = 40 };
struct tables_shape {
	uint64_t line;
	size_t n, filled;
};
uint64_t nk_tables_decode_header(const struct tables_shape *shapes, size_t n);

/* A workbook (tables_book.c): the sheet that counts, then the names and row counts of the others. */
NK_RESULT nk_tables_book_run(
	const struct tables_job *job, struct nk_zip *zip, uint64_t *passwords, struct nk_err *err);

NK_RESULT nk_tables_decode_fault(
	struct tables_out *out, enum nk_tables_fault fault, uint64_t line, uint64_t column, struct nk_err *err);
NK_RESULT nk_tables_decode_start(
	struct tables_out *out, struct nk_str name, enum nk_encoding enc, struct nk_err *err);
NK_RESULT nk_tables_decode_stop(struct tables_out *out, uint64_t rows, uint64_t passwords, struct nk_err *err);

#endif
