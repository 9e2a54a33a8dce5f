/*
 * redact_int.h: one redactor, for the files redact_*.c.
 */
#ifndef NK_REDACT_INT_H
#define NK_REDACT_INT_H

#include "flow_redact.h"
#include "scan_int.h"

enum { NK_REDACT_FILE_MAX = 256 << 20, NK_REDACT_PASSES = 4 };

struct nk_redactor {
	struct nk_flow *flow;
	struct nk_arena *arena; /* wiping: pseudonyms */
	struct nk_key key;
	struct nk_scan_keys roster;
	struct nk_whose *whose;
	struct nks_options options;
	struct nks_scan *scan;
	struct nk_vec findings; /* struct nk_whose_finding, of the text at hand */
	struct nk_map made; /* what for → place in `pseudonyms` */
	struct nk_map taken; /* pseudonyms that are in use */
	struct nk_vec pseudonyms; /* struct nk_str */
	nk_rc failed; /* in a callback */
	uint64_t replaced;
};

/* What is replaced by one pseudonym. */
struct nk_redact_what {
	bool name; /* a name or another text of words; else something that keeps its shape */
	bool mail; /* keeps what stands behind the @ */
	bool person; /* id is a person's number, else the token of a value */
	uint64_t id;
};
/* redact_scan.c: with key and roster in place: the scan over them. */
NK_RESULT nk_redact_begin(struct nk_redactor *r, struct nk_err *err);
/* redact_names.c: the pseudonym for this text; lives as long as the redactor. */
NK_RESULT nk_redact_pseudonym(struct nk_redactor *r, const struct nk_redact_what *what, struct nk_str text,
	struct nk_str *out, struct nk_err *err);

/*
 * redact_scan.c: valid UTF-8 in, the same with pseudonyms out (appended). `table`: U+001F ends a cell, U+001E a row.
 * *out_clean: what came out was looked through again and holds nobody.
 */
NK_RESULT nk_redact_utf8(struct nk_redactor *r, struct nk_str in, bool table, struct nk_buf *out, bool *out_clean,
	struct nk_err *err);
/* nk_redact_known: does this text, by itself, mean anybody of the roster? */
NK_RESULT nk_redact_known(struct nk_redactor *r, struct nk_str text, bool *out, struct nk_err *err);

/* redact_text.c, redact_xlsx.c, redact_db.c: *out_why NULL: done; else why not (msgid). */
NK_RESULT nk_redact_text(
	struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, const char **out_why, struct nk_err *err);
NK_RESULT nk_redact_xlsx(
	struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, const char **out_why, struct nk_err *err);
/* nk_redact_part_of_xlsx: one XML part, for tests. */
NK_RESULT nk_redact_part_of_xlsx(
	struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, const char **out_why, struct nk_err *err);
NK_RESULT nk_redact_db(
	struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, const char **out_why, struct nk_err *err);

#endif
