/*
 * flow_census.h: day one: whose are the accounts that a target held before us. Part of flow.h for the front ends.
 */
#ifndef NK_FLOW_CENSUS_H
#define NK_FLOW_CENSUS_H

#include "flow.h"

enum { NK_CENSUS_SHOWN = 3, NK_CENSUS_WHYS = 11 };

struct nk_census_request {
	struct nk_str target; /* empty: the only one */
	bool undecided_only;
	const char *csv; /* file that is made, as a holding; NULL: none */
	enum nk_lang lang; /* of that file */
};
struct nk_census_person { /* somebody it may be */
	uint32_t number;
	struct nk_uuid id;
	struct nk_str name, login, state;
	unsigned confidence; /* per cent */
	const char *why[NK_CENSUS_WHYS], *why_text[NK_CENSUS_WHYS]; /* words; msgids */
	size_t n_why;
};
struct nk_census_row {
	struct nk_str entry; /* its name at the target: personal */
	struct nk_str uid, mail, name;
	bool hidden; /* may be a protected person's: without name and mail, and in no file */
	const char *kind, *kind_text; /* "sure", "nobody" …; msgid */
	struct nk_str decision; /* adopt, ignore, service, shared, erase-later; empty: undecided */
	nk_time decided_at;
	nk_date due_on; /* erase-later: from that day on a plan proposes it; else 0 */
	struct nk_census_person persons[NK_CENSUS_SHOWN];
	size_t n_persons;
};
struct nk_census_count {
	const char *kind, *kind_text;
	uint64_t n;
};
struct nk_census_reply {
	struct nk_str target;
	uint64_t ours, accounts, undecided; /* accounts: not ours */
	struct nk_census_count kinds[8];
	size_t n_kinds;
	const struct nk_census_row *rows;
	size_t n_rows;
	uint64_t held_back; /* rows that the file does not have: protected persons' */
	struct nk_uuid holding; /* of the file */
	nk_time destroy_by;
};
/* nk_op_census: reads the target and says; writes nothing but the file that was asked for. NK_INCOMPLETE: the target
 * could not be read to its end. */
NK_RESULT nk_op_census(struct nk_flow *flow, const struct nk_census_request *req, struct nk_arena *arena,
	struct nk_census_reply *out, struct nk_err *err);

struct nk_census_decide {
	struct nk_str target;
	struct nk_str entry; /* its name (DN), uid or anchor */
	struct nk_str what; /* adopt, ignore, service, shared, erase-later */
	struct nk_str person; /* adopt: id, login, number or source key */
	nk_date due_on; /* erase-later: from when on a plan proposes it; 0: [people] grace_days from today */
};
/*
 * nk_op_census_decide: one account, one decision, kept as a row and a leaf. Nothing is written at the target. "adopt"
 * makes the account the person's: the next plan says what would change in it. NK_NOT_FOUND: no such account; NK_CONFLICT:
 * it is ours, or two have that uid; NK_EXISTS: the person has an account there.
 */
NK_RESULT nk_op_census_decide(struct nk_flow *flow, const struct nk_census_decide *req, struct nk_arena *arena,
	struct nk_err *err);

#endif
