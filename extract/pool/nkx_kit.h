/*
 * nkx_kit.h: runs openers in this process, without a pool and without the scanner, for tests and fuzz targets.
 *
 * Every stream is recorded with the bytes that it was given. Streams stand in the order of their numbers.
 */
#ifndef NKX_KIT_H
#define NKX_KIT_H

#include "nkx_open.h"

struct nkx_kit_stream {
	uint32_t number;
	char *path; /* "" for the item itself */
	char format[32];
	enum nkx_state state;
	enum nkx_why why;
	uint64_t bytes, skipped;
	enum nks_kind kind; /* of its last run of bytes */
	uint64_t base; /* of its first run */
	char *text; /* NUL-terminated behind len; binary NULs are in it */
	size_t len;
	bool ended;
};
struct nkx_kit_report {
	struct nkx_kit_stream *streams;
	size_t n, room;
	size_t kept; /* bytes in all texts; beyond 64 MiB nothing is kept */
};
struct nkx_kit_options {
	struct nkx_limits limits;
	const char *pdf_text; /* what nkx_pdf_text answers; NULL: the tool is missing */
	enum nkx_why pdf_why; /* with that text: it is not all */
	size_t pdf_least; /* shorter ones are damaged and have no text */
	bool raw;
};

/* nkx_kit_open: `bytes` as an item with this name ("a.docx"), default limits. Asserts that every stream ended once.
 * The report is given back by nkx_kit_free. nkx_kit_open_with: with options. */
void nkx_kit_open(const void *bytes, size_t len, const char *name, struct nkx_kit_report *out);
void nkx_kit_open_with(const struct nkx_kit_options *options, const void *bytes, size_t len, const char *name,
	struct nkx_kit_report *out);
/* nkx_kit_file: the same for a file (path under the project, or whole); false: it cannot be read. Read by descriptor.
 */
bool nkx_kit_file(const char *path, struct nkx_kit_report *out);
void nkx_kit_free(struct nkx_kit_report *report);
/* nkx_kit_stream: by path; NULL: none. nkx_kit_holds: whether any stream's text holds these characters. nkx_kit_in:
 * one's. */
const struct nkx_kit_stream *nkx_kit_stream(const struct nkx_kit_report *report, const char *path);
bool nkx_kit_in(const struct nkx_kit_stream *stream, const char *utf8);
bool nkx_kit_holds(const struct nkx_kit_report *report, const char *utf8);
/* nkx_kit_print: to stderr, for looking at: numbers, paths, states, lengths. */
void nkx_kit_print(const struct nkx_kit_report *report);

#endif
