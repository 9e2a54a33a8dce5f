/*
 * form.h: a report form as law/form-*.law describes it, filled from the facts of a case.
 *
 * Nothing is ever sent: the program prepares, shows what is missing, and records who submitted. 「（未把握）」 stands
 * only in a 速報; in a 確報 the same field is listed as missing. A field whose row nobody has checked says 未確認.
 */
#ifndef NK_FORM_H
#define NK_FORM_H

#include "facts.h"

enum nk_form_kind { NK_FORM_PRELIMINARY, NK_FORM_FINAL, NK_FORM_KIND_COUNT }; /* 速報, 確報 */
enum nk_field_state {
	NK_FIELD_FILLED, /* from a query */
	NK_FIELD_NOT_APPLICABLE, /* 該当なし */
	NK_FIELD_UNKNOWN, /* 速報: （未把握） */
	NK_FIELD_MISSING, /* 確報: not known; in a 速報 only what its row calls needed */
	NK_FIELD_STATE_COUNT
};
/* nk_field_state_name: "filled", "not-applicable", "unknown", "missing". */
const char *nk_field_state_name(enum nk_field_state s);

struct nk_form_field {
	struct nk_str id; /* "persons" */
	uint32_t item; /* of the nine items of rule 8(1); 0: head of the form */
	struct nk_str label[NK_LANG_COUNT];
	enum nk_field_state state;
	bool human; /* a person writes it (bound to a note of the case), no query computes it */
	bool unverified; /* 未確認 */
	struct nk_str value[NK_LANG_COUNT]; /* as printed, with 「［query id］」 behind numbers */
	struct nk_str query; /* its query id, or "" */
	const struct nk_law_origin *origin;
};
struct nk_form {
	struct nk_str id; /* "appi-1" */
	struct nk_str title[NK_LANG_COUNT];
	enum nk_form_kind kind;
	nk_date on;
	bool unverified; /* the description itself */
	const struct nk_form_field *fields; /* in the order of the form */
	size_t n;
	size_t missing; /* fields in NK_FIELD_MISSING */
	size_t unknown; /* fields in NK_FIELD_UNKNOWN */
	size_t unchecked; /* fields that print 未確認 */
	struct nk_str case_id;
	bool simulated;
};
/*
 * nk_form_fill: the form "appi-1" (private, appendix2) or "appi-public" in the description valid on facts->now. The
 * result is in `arena` and borrows from facts and law. NK_NOT_FOUND: law/ has no such form on that day; NK_INVALID: a
 * fact's text is not UTF-8.
 */
struct nk_form_ask {
	struct nk_str form; /* empty: the one of the regime */
	enum nk_form_kind kind;
};
NK_RESULT nk_form_fill(const struct nk_law *law, const struct nk_form_ask *ask, const struct nk_case_facts *facts, struct nk_arena *arena,
	struct nk_form *out, struct nk_err *err);
/* nk_form_kind_words: 速報, 確報; nk_form_item_words: "3 本人の数", 0: the head. msgids, static. */
const char *nk_form_kind_words(enum nk_form_kind kind);
const char *nk_form_item_words(uint32_t item);
/* nk_form_text: as lines for people; nk_form_json: {"form", "kind", "fields":[…], "missing":[…]}. Both append. */
NK_RESULT nk_form_text(const struct nk_form *form, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_form_json(const struct nk_form *form, struct nk_buf *out, struct nk_err *err);

#endif
