/*
 * flow_case.h: a doubt, and the case that is the closure of it, as front ends ask for them.
 *
 * A SUSPECT fixes the time of knowing (I9: no statement of this program ever changes it); everything after it is an
 * append-only sealed note, a leaf of the ledger, and the duties it opens and ends. Texts are sealed under the case's
 * own key. `ref` is a receipt number as it was printed, or an id. Texts of replies live in the given arena.
 */
#ifndef NK_FLOW_CASE_H
#define NK_FLOW_CASE_H

#include "flow.h"

#define NK_PREDICATE_ATTENDANCE "https://nokosazu.example/predicate/attendance/v1"

enum {
	NK_CASE_TEXT_MAX = 64 * 1024, /* bytes of one text */
	NK_CASE_FILE_MAX = 16 * 1024 * 1024, /* bytes of one photo */
	NK_RECEIPT_TEXT = 10, /* "ABCD-EFGH" and a NUL */
};

/* suspect -------------------------------------------------------------------------------------------------------- */
struct nk_suspect_request {
	struct nk_str text; /* free; may name people: sealed */
	struct nk_bytes file; /* a photo, or empty */
	nk_time known_at; /* 0: now; never later than now */
	struct nk_str because; /* needed with known_at: why it was known earlier than it was told */
	struct nk_str by; /* outsider, clerk, anonymous; empty: who operates the program */
};
struct nk_suspect_reply {
	struct nk_uuid id;
	char receipt[NK_RECEIPT_TEXT];
	nk_time known_at;
	nk_time told_at;
	nk_time ack_due;
	nk_time prompt_due; /* 速報 */
	bool nobody_on_duty; /* no officer is enrolled: the duties lie with the operator */
};
/* nk_op_suspect: needs no role, no warrant, no category. NK_USAGE: no text, or an earlier time without a reason;
 * NK_INVALID: a time that has not come yet. */
NK_RESULT nk_op_suspect(struct nk_flow *flow, const struct nk_suspect_request *req, struct nk_suspect_reply *out,
	struct nk_err *err);
/* nk_receipt_read: a typed receipt number into its printed form; false: mistyped (the last character is a check). */
bool nk_receipt_read(struct nk_str typed, char out[static NK_RECEIPT_TEXT]);

/* nk_op_case_time: "2026-11-23T09:30" or "2026-11-23 09:30" at the installation's place, "2026-11-23" (its end), or
 * UTC with a Z. NK_USAGE. */
NK_RESULT nk_op_case_time(struct nk_flow *flow, struct nk_str text, nk_time *out, struct nk_err *err);

/* looking -------------------------------------------------------------------------------------------------------- */
struct nk_case_row {
	struct nk_uuid id;
	char receipt[NK_RECEIPT_TEXT];
	struct nk_str state, regime, classes, known_by;
	nk_time known_at, closed_at;
	uint64_t open_duties, overdue;
	nk_time next_due; /* 0: none */
};
NK_RESULT nk_op_case_list(struct nk_flow *flow, bool only_open, struct nk_arena *arena, struct nk_case_row **out,
	size_t *out_n, struct nk_err *err);

struct nk_case_word { /* one text of a note */
	struct nk_str key, text;
};
struct nk_case_note {
	uint64_t seq;
	struct nk_str kind;
	nk_time at;
	struct nk_uuid party;
	const struct nk_case_word *words;
	size_t n_words;
	uint64_t data_len; /* bytes of the file that came with it */
	struct nk_uuid evidence; /* of the signature; nil: unsigned */
	int64_t leaf;
};
/* nk_case_text: a text of a note, empty when it has none of that name. */
struct nk_str nk_case_text(const struct nk_case_note *note, const char *key);
struct nk_case_duty {
	struct nk_uuid id;
	struct nk_str kind, about;
	nk_time due_at, closed_at;
	bool overdue;
	bool moved; /* it did not end by being done: the law gave another day, or none */
};
struct nk_case_copy { /* a holding of the case */
	struct nk_uuid id;
	struct nk_str kind, place, harm, gone, was_read;
	nk_time from_at, until_at;
	uint64_t persons; /* seen in it, any item class */
	uint64_t persons_max; /* who may be in it; UINT64_MAX: nobody has written it down */
	bool certain; /* it existed for certain */
};
struct nk_case_present {
	struct nk_uuid party;
	struct nk_str role;
	nk_time from_at, until_at; /* until 0: still there */
	bool is_true; /* its signature was verified just now */
};
struct nk_case_clock { /* a duty by law */
	struct nk_str kind; /* preliminary, final, person, entrusting … */
	struct nk_str word[NK_LANG_COUNT]; /* 速報, 確報 … as the law says it */
	nk_date due; /* the last day; NK_DATE_NONE: as soon as the circumstances allow */
	struct nk_str state; /* open | overdue | done | not-needed */
	size_t unknown; /* fields of the form that are not known yet */
	bool needs_review; /* the calendar of that year is not in law/ */
	bool unverified; /* nobody has checked the row of law/: 未確認 */
};
struct nk_case_items { /* persons whose copies hold exactly these items */
	unsigned classes; /* bit (1 << nk_item_class) */
	struct nk_str words; /* "mail,name" */
	uint64_t persons;
};
struct nk_case_view {
	struct nk_case_row row;
	bool quorate;
	uint64_t persons_exact, persons_max; /* over all holdings */
	const struct nk_case_items *items; /* by sets of items; query case.items */
	size_t n_items;
	bool by_count; /* the number alone makes it reportable */
	const struct nk_case_clock *clocks;
	size_t n_clocks;
	const struct nk_case_copy *copies;
	size_t n_copies;
	const struct nk_case_duty *duties;
	size_t n_duties;
	const struct nk_case_present *present;
	size_t n_present;
	const struct nk_case_note *notes;
	size_t n_notes;
};
NK_RESULT nk_op_case_show(struct nk_flow *flow, struct nk_str ref, struct nk_arena *arena, struct nk_case_view *out,
	struct nk_err *err);
/* nk_op_case_file: the file that came with note `seq`. NK_NOT_FOUND. */
NK_RESULT nk_op_case_file(
	struct nk_flow *flow, struct nk_str ref, uint64_t seq, struct nk_buf *out, struct nk_err *err);
struct nk_case_hit {
	char receipt[NK_RECEIPT_TEXT];
	struct nk_str state, kind, text; /* the text as it stands in the note */
	uint64_t seq;
	nk_time at;
};
/* nk_op_case_search: every text of every case, opened in memory only. ASCII letters without case. */
NK_RESULT nk_op_case_search(struct nk_flow *flow, struct nk_str what, struct nk_arena *arena, struct nk_case_hit **out,
	size_t *out_n, struct nk_err *err);

/* headquarters --------------------------------------------------------------------------------------------------- */
/* Each with the acting person's own key. NK_DENIED when it is nobody's, or the role is not his. */
NK_RESULT nk_op_case_ack(struct nk_flow *flow, struct nk_str ref, const struct nk_key *seed, struct nk_err *err);
/* *out_quorate: at least one director and one of the privacy department are checked in now. */
NK_RESULT nk_op_case_attend(struct nk_flow *flow, struct nk_str ref, struct nk_str role, const struct nk_key *seed,
	bool *out_quorate, struct nk_err *err);
NK_RESULT nk_op_case_leave(
	struct nk_flow *flow, struct nk_str ref, const struct nk_key *seed, bool *out_quorate, struct nk_err *err);
struct nk_case_decision {
	struct nk_str ref, text;
	struct nk_str about; /* order, sanction, publication, other; empty: order */
	const struct nk_key *seed; /* of somebody who is checked in */
	bool anyway; /* as everywhere here: keep the text although it names persons of the roster (NK_GUARD) */
};
/* nk_op_case_decide: an order warrant that holds from now on. NK_DENIED without quorum: the attempt is a leaf. */
NK_RESULT nk_op_case_decide(struct nk_flow *flow, const struct nk_case_decision *req, struct nk_uuid *out_warrant,
	struct nk_err *err);

/* what happened -------------------------------------------------------------------------------------------------- */
struct nk_case_hold_request {
	struct nk_str ref;
	struct nk_uuid holding;
	struct nk_str harm; /* leaked, may-be-leaked, lost, damaged */
	nk_time from_at, until_at; /* the window; 0: not known */
	struct nk_str because;
	const struct nk_key *seed; /* needed to make what stands there smaller */
	bool anyway;
};
/* nk_op_case_hold: links a copy, or says anew what befell it. NK_DENIED: a lesser harm, or a window that begins later or ends
 * earlier (or that was not known and now is), unsigned or without its reason. */
NK_RESULT nk_op_case_hold(struct nk_flow *flow, const struct nk_case_hold_request *req, struct nk_err *err);
struct nk_case_class_request {
	struct nk_str ref;
	struct nk_str classes; /* "1,3", or "none" */
	struct nk_str regime; /* private, public, appendix2; empty: as it is */
	struct nk_str because;
	const struct nk_key *seed; /* needed to take a class away */
	bool anyway;
};
/* nk_op_case_classify: moves the due days by the law, never the time of knowing. NK_DENIED: taking a class away
 * unsigned. */
NK_RESULT nk_op_case_classify(struct nk_flow *flow, const struct nk_case_class_request *req, struct nk_err *err);
struct nk_case_words {
	struct nk_str ref;
	struct nk_str field; /* of a form (fill), or empty */
	struct nk_str text;
	uint64_t seq; /* the inquiry that is answered */
	nk_time due_at; /* of an inquiry; 0: a day */
	bool anyway; /* keep it although it names persons of the roster */
	struct nk_bytes file;
};
/* nk_op_case_note, _fill, _inquiry, _answer: *out_seq is the note's number (of an inquiry: what is answered). NK_GUARD:
 * the text names persons of the roster and `anyway` is not set; the error tells how many. */
NK_RESULT nk_op_case_note(
	struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err);
NK_RESULT nk_op_case_fill(
	struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err);
NK_RESULT nk_op_case_inquiry(
	struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err);
NK_RESULT nk_op_case_answer(
	struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err);
struct nk_case_claim {
	struct nk_str ref;
	struct nk_str kind; /* no-misuse */
	struct nk_str sources; /* what was looked at */
	nk_date expires; /* afterwards it is not printed any more */
	bool anyway;
};
NK_RESULT nk_op_case_assert(struct nk_flow *flow, const struct nk_case_claim *req, struct nk_err *err);

/* telling -------------------------------------------------------------------------------------------------------- */
struct nk_case_missing { /* a field that is not known */
	struct nk_str id, label[NK_LANG_COUNT];
};
struct nk_case_paper {
	const struct nk_case_missing *missing;
	size_t n_missing;
	bool allowed; /* the form may be sent with what is missing */
	struct nk_uuid holding; /* nil: nothing was written */
};
enum nk_case_form { NK_CASE_PDF, NK_CASE_TXT, NK_CASE_JSON };
struct nk_case_report_request {
	struct nk_str ref;
	struct nk_str kind; /* prompt | final */
	enum nk_case_form form;
	enum nk_lang lang;
	const char *path; /* a new file, which becomes a holding (case_file) with an end; NULL: only into *out */
};
/* nk_op_case_report: the form filled from the books, into *out (wiping) and the file. */
NK_RESULT nk_op_case_report(struct nk_flow *flow, const struct nk_case_report_request *req, struct nk_buf *out,
	struct nk_arena *arena, struct nk_case_paper *out_paper, struct nk_err *err);
struct nk_case_submit_request {
	struct nk_str ref, kind; /* prompt | final | persons | entrusting */
	struct nk_str receipt; /* of the authority */
	struct nk_str how; /* channel */
	bool anyway;
};
/* nk_op_case_submit: says that a person has submitted it: this program never does. NK_CONFLICT: final while prompt is
 * open; NK_DENIED: persons without letters to them (with nobody on the books: without a decision). */
NK_RESULT nk_op_case_submit(struct nk_flow *flow, const struct nk_case_submit_request *req, struct nk_err *err);
struct nk_case_letters_reply {
	struct nk_uuid holding;
	uint64_t letters, gone; /* gone: erased since, nobody to write to */
	uint64_t held_back; /* protected persons, to whom nothing was written: that takes a warrant */
	struct nk_uuid about; /* the case: "case:<about>" is what such a warrant is for */
	uint64_t kinds; /* how many sets of items differ */
};
struct nk_case_letters_request {
	struct nk_str ref;
	const char *dir; /* an existing folder: letters.txt is made in it, a letter a page; with `each`, a file a letter */
	enum nk_lang lang;
	bool each;
	struct nk_uuid warrant; /* access, LETTERS, "case:<id>": protected persons too; nil: everybody else */
	const struct nk_key *seed; /* of an officer who signs for it; NULL: the headquarters must have decided */
};
/* nk_op_case_letters: a letter to each person of the case, with his own items. Every file is a holding of kind letter
 * with its persons, its end and its closing duty, on the books before it exists; it ends before a second party. NK_DENIED
 * without an officer's signature (who is not who asks) or a decision of the headquarters since the last change of the copies.
 * A protected person's name and that a copy
 * held it leave only under a warrant; until then the case has not written to everybody. NK_DENIED: a bad warrant. */
NK_RESULT nk_op_case_letters(struct nk_flow *flow, const struct nk_case_letters_request *req,
	struct nk_case_letters_reply *out, struct nk_err *err);
/* nk_op_case_draft: the publication text from the computed facts. nk_op_case_publish: the text as it was published is
 * archived: *out_number counts the publications of this installation; NK_DENIED without a decision in the case. */
NK_RESULT nk_op_case_draft(
	struct nk_flow *flow, struct nk_str ref, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_op_case_publish(
	struct nk_flow *flow, struct nk_str ref, struct nk_str text, bool anyway, uint64_t *out_number, struct nk_err *err);
NK_RESULT nk_op_case_veris(struct nk_flow *flow, struct nk_str ref, struct nk_buf *out, struct nk_err *err);
/* nk_op_case_timeline: the picture as SVG; `path` as in nk_case_report_request. */
NK_RESULT nk_op_case_timeline(struct nk_flow *flow, struct nk_str ref, enum nk_lang lang, const char *path,
	struct nk_buf *out, struct nk_err *err);

/* the end -------------------------------------------------------------------------------------------------------- */
/* nk_op_case_dismiss: the officer's signature is enough while nothing but the doubt is there; with a copy, a certain
 * class or once a headquarters sat, NK_DENIED unless it is quorate now and has decided since the last change. */
struct nk_case_dismiss_request {
	struct nk_str ref, reason;
	const struct nk_key *seed;
	bool anyway;
};
NK_RESULT nk_op_case_dismiss(struct nk_flow *flow, const struct nk_case_dismiss_request *req, struct nk_err *err);
struct nk_case_close_request {
	struct nk_str ref, cause, lesson;
	bool anyway;
	struct nk_uuid campaign; /* the roll-out to the peer sites, or … */
	struct nk_uuid waiver; /* … a warrant "exception", verb WAIVE, scope case:<id>/rollout */
};
/* nk_op_case_close: NK_PENDING while duties are open; without campaign and waiver it opens the duty of the roll-out. */
NK_RESULT nk_op_case_close(struct nk_flow *flow, const struct nk_case_close_request *req, struct nk_err *err);

#endif
