/*
 * flow_redact.h: files with consistent pseudonyms in the place of persons, so that maintenance needs nobody's data.
 *
 * What is replaced: every spelling of the persons of the roster, and what has the form of personal data. The same person
 * has the same pseudonym in all files of a run (or of a warrant), in kanji, kana and letters alike; mails, numbers and
 * telephones keep their shape. A result that still shows anybody of the roster, or anything that has the form of personal data and
 * was not put there, is not given out. Text (UTF-8, CP932, EUC-JP, ISO-2022-JP, UTF-16), CSV, logs, xlsx, SQLite.
 */
#ifndef NK_FLOW_REDACT_H
#define NK_FLOW_REDACT_H

#include "flow.h"

struct nk_redact_request {
	const char *const *files;
	size_t n_files;
	const char *into; /* folder: made when it is not there; no file in it is replaced */
	struct nk_uuid warrant; /* pseudonyms are the same for all runs of this warrant; nil: of this run only */
};
struct nk_redact_file {
	struct nk_str from, to; /* `to`: in the folder; persons in a name are replaced too; "": not given out */
	const char *format; /* text, xlsx, sqlite */
	uint64_t bytes;
	uint64_t replaced; /* places */
	const char *why; /* msgid: why it is not given out, or NULL */
};
struct nk_redact_reply {
	const struct nk_redact_file *files;
	size_t n_files;
	uint64_t persons; /* of the roster that were found */
	uint64_t replaced, refused;
};
/* nk_op_redact: NK_NOT_FOUND, NK_LIMIT: a file of more than 256 MiB. A file that is not given out is no error: out->refused. */
NK_RESULT nk_op_redact(struct nk_flow *flow, const struct nk_redact_request *req, struct nk_arena *arena,
	struct nk_redact_reply *out, struct nk_err *err);

/*
 * For other operations (carry --redact): one redactor for several files. nk_redact_bytes: *out_why is NULL when `out` is
 * the whole result, shown to be empty; else the reason (msgid), and `out` is empty.
 */
struct nk_redactor;
NK_RESULT nk_redactor_new(struct nk_flow *flow, struct nk_uuid warrant, struct nk_redactor **out, struct nk_err *err);
void nk_redactor_free(struct nk_redactor **r);
NK_RESULT nk_redact_bytes(struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, struct nk_redact_file *about,
	struct nk_err *err);
/* nk_redact_name: a file's name. */
NK_RESULT nk_redact_name(struct nk_redactor *r, struct nk_str name, struct nk_buf *out, struct nk_err *err);

#endif
