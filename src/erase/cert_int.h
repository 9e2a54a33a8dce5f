/*
 * cert_int.h: what the files of the certificate know of each other.
 */
#ifndef NK_CERT_INT_H
#define NK_CERT_INT_H

#include "cert.h"

/* What a certificate does not cover: entries that follow from its facts. */
enum nk_scope {
	NK_SCOPE_SIMULATED_CLOCK,
	NK_SCOPE_COPIES_NEVER_REGISTERED,
	NK_SCOPE_MEMORY_AND_SWAP,
	NK_SCOPE_SNAPSHOTS_AND_FREED_BLOCKS,
	NK_SCOPE_TARGET_BACKUPS,
	NK_SCOPE_EXISTENCE_IN_LEDGER,
	NK_SCOPE_OTHER_FORMS,
	NK_SCOPE_VALUES_TOO_SHORT,
	NK_SCOPE_LIKE_CHANCE,
	NK_SCOPE_NO_SECOND_SEARCH,
	NK_SCOPE_TARGET_FILES_NOT_ERASED,
	NK_SCOPE_TARGET_FILES_NOT_EXAMINED,
	NK_SCOPE_EXTERNAL_OPEN,
	NK_SCOPE_BACKUPS_OPEN,
	NK_SCOPE_EARLIER_VAULTS,
	NK_SCOPE_EPOCH_SECRET_IN_FILE,
	NK_SCOPE_SINGLE_COPY,
	NK_SCOPE_COUNT
};
struct nk_scope_item {
	enum nk_scope what;
	uint64_t count; /* for those whose text has a figure */
};
/* nk_scope_of: the mandatory entries of these facts, in order; never none. Returns how many. */
size_t nk_scope_of(const struct nk_cert *cert, struct nk_scope_item out[static NK_SCOPE_COUNT]);
/* nk_scope_code: the word in the statement, static. nk_scope_has_count: does its text have a figure? */
const char *nk_scope_code(enum nk_scope what);
bool nk_scope_has_count(enum nk_scope what);
/* nk_scope_text: for people, in a language, appended to `out`. */
NK_RESULT nk_scope_text(const struct nk_scope_item *item, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);

/* Words of `files` of a target. */
enum nk_files { NK_FILES_NOT_EXAMINED, NK_FILES_CLEAN, NK_FILES_REWRITTEN, NK_FILES_NOT_ERASED, NK_FILES_COUNT };
bool nk_files_by_word(struct nk_str word, enum nk_files *out);
/* nk_cert_searched: was this search made at all? (NULL or without places: no.) */
bool nk_cert_searched(const struct nk_residue_report *scan);
/* nk_cert_decisive: the search that decides E1: the one after the keys' end, else the one before; NULL: none. */
const struct nk_residue_report *nk_cert_decisive(const struct nk_cert *cert);
/* nk_receipt_counts: is it signed, by a medium that is no file, and for this rotation? */
bool nk_receipt_counts(const struct nk_cert *cert, const struct nk_receipt *r);
/* nk_cert_leaf_names: does the leaf (of that type; NULL: of any) hold the digest of the statement? */
bool nk_cert_leaf_names(struct nk_bytes leaf, const char *type, struct nk_bytes statement);
/*
 * nk_cert_ledger_check: does the proof's entry name `statement` (leaf of that type; NULL: any), and does it lead to a checkpoint signed
 * by that key? What could not be done for want of a proof or a key is NOT_DONE. *out_proof is good when it answers true: both
 * were judged on a proof that can be read.
 */
struct nk_tlog_proof;
struct nk_cert_ledger {
	struct nk_bytes proof, statement;
	struct nk_str vkey;
	const char *leaf_type;
	enum nk_check leaf, tree; /* what came of it */
};
bool nk_cert_ledger_check(struct nk_cert_ledger *l, struct nk_arena *arena, struct nk_tlog_proof *out_proof);
extern const char nk_cert_what_leaf[], nk_cert_what_tree[];
bool nk_level_by_name(struct nk_str name, enum nk_level *out);

/* A sheet: text of 80 columns that people read. The first failure stays and everything after it does nothing. */
struct nk_sheet {
	struct nk_buf *out;
	enum nk_lang lang;
	nk_rc rc;
};
/* nk_sheet_title: centred. nk_sheet_head: a heading with blank line before. nk_sheet_para: a paragraph, indented by
 * two. nk_sheet_item: with a bullet; depth 0 or 1. nk_sheet_field: label and value. All take msgids (field: value as
 * it is). */
void nk_sheet_title(struct nk_sheet *s, const char *msgid);
void nk_sheet_head(struct nk_sheet *s, const char *msgid);
void nk_sheet_para(struct nk_sheet *s, const char *msgid, ...) NK_PRINTF(2, 3);
void nk_sheet_item(struct nk_sheet *s, unsigned depth, const char *msgid, ...) NK_PRINTF(3, 4);
void nk_sheet_item_text(struct nk_sheet *s, unsigned depth, struct nk_str text);
void nk_sheet_field(struct nk_sheet *s, const char *msgid, struct nk_str value);
void nk_sheet_field_f(struct nk_sheet *s, const char *msgid, const char *value_msgid, ...) NK_PRINTF(3, 4);
void nk_sheet_gap(struct nk_sheet *s);

#endif
