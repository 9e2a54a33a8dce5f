/*
 * flow_person.h: what is done with persons by hand: names by rule, one person out of two and back, protection.
 */
#ifndef NK_FLOW_PERSON_H
#define NK_FLOW_PERSON_H

#include "flow.h"

/* names ---------------------------------------------------------------------------------------------------------- */
struct nk_names_request {
	bool dry_run; /* say it, change nothing */
	struct nk_str only; /* one person, by any key of nk_op_person_show; empty: everybody without a name */
	bool renew; /* with `only`: another login although there is one; the old one is blocked like an erased one */
};
struct nk_names_line { /* personal: for the screen that asked */
	uint32_t number;
	bool mail; /* else a login */
	bool given;
	const char *why; /* msgid when nothing was given; NULL else */
	struct nk_str name, kana, group, old, value;
};
struct nk_names_reply {
	struct nk_names_line *lines;
	size_t n;
	size_t logins, mails, missing; /* given; persons' names that no rule could make */
};
/* nk_op_names: logins and mails by the rules of [names]. NK_CONFIG: there is no rule. One transaction, one leaf a person. */
NK_RESULT nk_op_names(struct nk_flow *flow, const struct nk_names_request *req, struct nk_arena *arena,
	struct nk_names_reply *out, struct nk_err *err);
/* nk_op_names_fill: after an import: names for whoever has none; nothing when there is no rule. */
NK_RESULT nk_op_names_fill(struct nk_flow *flow, struct nk_arena *arena, struct nk_names_reply *out, struct nk_err *err);

/* protection (支援措置) ----------------------------------------------------------------------------------------------- */
struct nk_protect_request {
	struct nk_str person; /* by any key */
	bool lift; /* needs the warrant: kind order, verb UNPROTECT, scope "person:<id>" */
	struct nk_uuid warrant;
};
/* nk_op_protect: from now on name, class, school and reading go to no target, list, export or notice. Anybody who works here
 * may protect; lifting needs a second person. NK_DENIED. */
NK_RESULT nk_op_protect(struct nk_flow *flow, const struct nk_protect_request *req, struct nk_arena *arena, struct nk_err *err);

/* one person in several records (docs/adr/0015) ------------------------------------------------------------------- */
struct nk_merge_request {
	struct nk_str a, b; /* by any key; split: b alone, a record's own key */
	bool split;
	bool dry_run; /* say what would become of the accounts; takes no warrant */
	struct nk_uuid warrant; /* kind order, verb MERGE or SPLIT, scope "persons:<id of a>,<id of b>" */
};
struct nk_merge_account { /* personal: for the screen that asked */
	struct nk_str target, login;
	uint32_t number; /* of the record */
	const char *becomes; /* "stays", "handed-over", "retired", "resumed", "made-anew" */
	const char *text; /* the same as a msgid */
};
struct nk_merge_reply {
	struct nk_person_row a, b; /* as they were before: the head, and who points to it or did */
	struct nk_merge_account *accounts;
	size_t n;
	struct nk_str scope; /* that a warrant needs */
};
/*
 * nk_op_merge: b's record (and those that point to it) points to a's person from now on, or no more. Nothing is copied: names, keys
 * and sources stay apart, and split undoes exactly this; but hold and protection stay with both, and an account that was handed over
 * stays with the head. NK_NOT_FOUND: nobody has the key (erased ones too); NK_EXISTS: one person already; NK_CONFLICT: in an erase
 * plan that is open or carried out, in a plan that is being applied, a canary, or nothing to split; NK_LIMIT: more than NK_WHOLE_MAX
 * records; NK_DENIED: the warrant.
 */
NK_RESULT nk_op_merge(struct nk_flow *flow, const struct nk_merge_request *req, struct nk_arena *arena,
	struct nk_merge_reply *out, struct nk_err *err);

/* duplicates ----------------------------------------------------------------------------------------------------- */
enum { NK_ALIKE_REASONS = 3 };
struct nk_alike_pair { /* personal: for the screen that asked */
	struct nk_person_row a, b;
	const char *why[NK_ALIKE_REASONS]; /* msgids */
	size_t n_why;
};
struct nk_alike_reply {
	struct nk_alike_pair *pairs;
	size_t n;
	bool more; /* there are more than are told */
};
/* nk_op_alike: who may be one person twice. Nobody is ever merged by it. */
NK_RESULT nk_op_alike(struct nk_flow *flow, struct nk_arena *arena, struct nk_alike_reply *out, struct nk_err *err);

#endif
