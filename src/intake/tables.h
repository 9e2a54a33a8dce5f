/*
 * tables.h: a zip, a CSV or TSV file or a workbook as rows of UTF-8 text, read in a child that can only compute.
 *
 * The bytes of the file are hostile: no parser of ours sees them in this process. The child (tables_child.c) reads
 * the descriptor, unzips, decides each file's encoding, splits, decodes, blanks columns of passwords, and writes
 * messages to a pipe; this side reads them with limits and believes none of them (lengths, UTF-8, order of messages).
 */
#ifndef NK_TABLES_H
#define NK_TABLES_H

#include "kana.h"

enum nk_tables_kind { NK_TABLES_FILE, NK_TABLES_HEADER, NK_TABLES_ROW, NK_TABLES_FAULT, NK_TABLES_FILE_END };

/* What the file is as a container. */
enum nk_tables_package { NK_TABLES_BARE, NK_TABLES_ZIP, NK_TABLES_BOOK, NK_TABLES_PACKAGE_COUNT };

/* What can be wrong with a file as a file of rows. */
enum nk_tables_fault {
	NK_TABLES_QUOTE_UNCLOSED,
	NK_TABLES_QUOTE_STRAY,
	NK_TABLES_NUL,
	NK_TABLES_FIELD_TOO_LONG,
	NK_TABLES_ROW_TOO_LONG,
	NK_TABLES_TOO_MANY_FIELDS,
	NK_TABLES_TOO_MANY_ROWS,
	NK_TABLES_ENCODING, /* a field is not text of the file's encoding */
	NK_TABLES_ENCODING_MIXED, /* no one encoding fits the whole file */
	NK_TABLES_WIDTH, /* more or fewer fields than the header: the row is not given */
	NK_TABLES_NO_HEADER, /* empty file */
	NK_TABLES_FOLDER, /* the files stand in a folder of the zip */
	NK_TABLES_TITLE, /* lines above the header were passed over; told once, at the header's line */
	NK_TABLES_SHEET_HIDDEN, /* of a workbook: not read, its rows are counted */
	NK_TABLES_SHEET_OTHER, /* the same of a visible one */
	NK_TABLES_SHEET_MISSING, /* none to read */
	NK_TABLES_FORMULA, /* a cell is a formula: its last value is given */
	NK_TABLES_FAULT_COUNT
};

struct nk_tables_event {
	enum nk_tables_kind kind;
	struct nk_str file; /* name in the zip, "" for a bare file and the sheet that is read, else the sheet's; good
			     * until the next event */
	enum nk_tables_package package;
	enum nk_encoding encoding; /* FILE */
	uint64_t line; /* HEADER, ROW, FAULT; 1 = first line of the file, 0 = not about a line */
	uint64_t column; /* FAULT: field number from 1, 0 = none */
	const struct nk_str *fields; /* HEADER, ROW: valid UTF-8, good until the next event */
	size_t n;
	enum nk_tables_fault fault;
	uint64_t rows, passwords; /* FILE_END: rows behind the header; rows of them with a password */
};

/* nk_tables_fn: takes one event; its failure ends the reading. */
typedef NK_RESULT nk_tables_fn(void *arg, const struct nk_tables_event *event, struct nk_err *err);

struct nk_tables_options {
	int fd; /* readable at random places by env->read */
	uint64_t size;
	const struct nk_key *digest_key;
	const char *const
		*order; /* files whose rows are wanted, given in this order; the rows of others are only counted */
	size_t n_order;
	struct nk_bytes here; /* for fuzzers: the file itself, read in this process; else empty */
	bool peek; /* names and headers only: no rows, no digest, and nothing is wrong with anything */
	struct nk_str sheet; /* of a workbook; empty: the first visible one */
	uint64_t header_line; /* of a bare file or a workbook; 0: the first line that looks like one */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *progress_arg;
};

struct nk_tables_totals {
	struct nk_hash digest; /* BLAKE2b-256 of the whole file under digest_key */
	uint64_t passwords;
};

/*
 * nk_tables_read: everything in the file, event by event. A failure of `fn` ends the reading (the child is killed)
 * and is returned. NK_INVALID: no sound zip; NK_LIMIT: a limit of the zip, the rows, memory (1 GiB) or CPU (300 s);
 * NK_DENIED: the sandbox stopped the child; NK_UNSUPPORTED: encrypted zip, or no sandbox on this machine.
 */
NK_RESULT nk_tables_read(const struct nk_env *env, const struct nk_tables_options *opt, nk_tables_fn *fn, void *arg,
	struct nk_tables_totals *out, struct nk_err *err);

/* nk_tables_read_here: the same on bytes in memory and without a child, for tests and fuzzers of the child's reader.
 */
NK_RESULT nk_tables_read_here(struct nk_bytes file, const struct nk_tables_options *opt, nk_tables_fn *fn, void *arg,
	struct nk_tables_totals *out, struct nk_err *err);
/* nk_tables_listen: only the parent's side, on the messages of a child that may lie; for fuzzers. */
NK_RESULT nk_tables_listen(
	struct nk_bytes messages, nk_tables_fn *fn, void *arg, struct nk_tables_totals *out, struct nk_err *err);

#endif
