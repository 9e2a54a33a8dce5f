/*
 * csv.h: comma-separated text (RFC 4180), pulled field by field from chunks of bytes.
 *
 * Works on bytes and never decodes: splitting at ',' '"' CR LF is right for
 * UTF-8, CP932 and EUC-JP alike (those bytes are never trail bytes). Keeps exact
 * line, column and byte places. No memory but its own buffer. Line ends CRLF,
 * LF and CR are accepted (counted); a line end in quotes is part of the field.
 */
#ifndef NK_CSV_H
#define NK_CSV_H

struct nk_csv_limits {
	size_t field_bytes; /* default 65536 */
	size_t row_fields; /* default 256 */
	size_t row_bytes; /* default 1 MiB */
	uint64_t rows; /* default 20 million */
};

/* What is wrong with the text at a place; the caller makes it a finding. */
enum nk_csv_fault {
	NK_CSV_FINE,
	NK_CSV_QUOTE_UNCLOSED, /* end of input inside quotes */
	NK_CSV_QUOTE_STRAY, /* text behind a closing quote, or a quote inside a bare field */
	NK_CSV_NUL,
	NK_CSV_FIELD_TOO_LONG,
	NK_CSV_ROW_TOO_LONG,
	NK_CSV_TOO_MANY_FIELDS,
	NK_CSV_TOO_MANY_ROWS,
	NK_CSV_FAULT_COUNT
};

struct nk_csv_row {
	const struct nk_bytes *fields; /* unquoted; good until the next call */
	size_t n;
	uint64_t line; /* of its first byte, 1 = first line of the file */
	uint64_t byte; /* offset of its first byte */
	bool quoted_line_end; /* a field of this row holds a line end */
};

struct nk_csv;

/* nk_csv_new: `delimiter` is ',', ';' or TAB (NK_INVALID else). limits NULL, or a limit of 0: its default. The
 * reader is the caller's (nk_csv_free, which wipes what it holds and accepts NULL). */
NK_RESULT nk_csv_new(char delimiter, const struct nk_csv_limits *limits, struct nk_csv **out, struct nk_err *err);
void nk_csv_free(struct nk_csv **csv);
/* nk_csv_feed: more bytes; the chunk is copied. `last` = nothing follows (the chunk may be empty). At most 64
 * MiB wait to be read by nk_csv_next (NK_LIMIT). A byte order mark is the caller's to skip. */
NK_RESULT nk_csv_feed(struct nk_csv *csv, struct nk_bytes chunk, bool last, struct nk_err *err);
/*
 * nk_csv_next: *out_have says whether a complete row was there (else feed more, or done). An empty line is a row of
 * one empty field. NK_INVALID on a fault: nk_csv_fault_at tells which and where; the reader then stays failed.
 */
NK_RESULT nk_csv_next(struct nk_csv *csv, struct nk_csv_row *out_row, bool *out_have, struct nk_err *err);
/* nk_csv_fault_at: the fault and its place: line and field from 1, byte from 0; for an unclosed quotation mark
 * where it opens. NK_CSV_FINE while there is none. */
enum nk_csv_fault nk_csv_fault_at(
	const struct nk_csv *csv, uint64_t *out_line, uint64_t *out_field, uint64_t *out_byte);

/* nk_csv_put_field: writes one field, quoted when needed, with a comma before it unless first. Data mode: the
 * text is written as it is. A field that does not fit (NK_LIMIT) leaves `out` as it was. */
NK_RESULT nk_csv_put_field(struct nk_buf *out, bool first, struct nk_str field, struct nk_err *err);

#endif
