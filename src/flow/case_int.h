/*
 * case_int.h: the inside of a case, for the files case_*.c: the row, its key, its notes, its duties.
 *
 * I9: known_at stands in the row, in the leaf, and in what every note is sealed with: a row whose time was changed
 * opens none of its notes.
 */
#ifndef NK_CASE_INT_H
#define NK_CASE_INT_H

#include "flow_case.h"
#include "facts.h"
#include "measures_int.h"

struct nk_case {
	struct nk_uuid id;
	char receipt[NK_RECEIPT_TEXT];
	struct nk_slot slot;
	nk_time known_at;
	nk_time closed_at;
	struct nk_str known_by, state, regime, classes;
};

enum { NK_CASE_ABOUT = 96 };
/* nk_case_about: "case:<id>" and, with `part`, "/<part>:<seq>". */
struct nk_str nk_case_about(struct nk_uuid id, const char *part, uint64_t seq, char text[static NK_CASE_ABOUT]);

/* case_store.c. nk_case_find: by receipt or id; NK_USAGE mistyped, NK_NOT_FOUND. nk_case_find_open: NK_CONFLICT when
 * it is closed or dismissed. nk_case_each: all, oldest first. */
NK_RESULT nk_case_find(
	struct nk_flow *flow, struct nk_str ref, struct nk_arena *arena, struct nk_case *out, struct nk_err *err);
NK_RESULT nk_case_find_open(
	struct nk_flow *flow, struct nk_str ref, struct nk_arena *arena, struct nk_case *out, struct nk_err *err);
NK_RESULT nk_case_all(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_case **out, size_t *out_n, struct nk_err *err);
NK_RESULT nk_case_insert(struct nk_tx *tx, const struct nk_case *c, struct nk_err *err);
/* nk_case_new_receipt: random, printed, with its check character. */
NK_RESULT nk_case_new_receipt(const struct nk_env *env, char out[static NK_RECEIPT_TEXT], struct nk_err *err);
/* nk_case_set_state: closed_at 0: it goes on. nk_case_set_classes: classes and regime as they stand in *c. */
NK_RESULT nk_case_set_classes(struct nk_tx *tx, const struct nk_case *c, struct nk_err *err);
NK_RESULT nk_case_set_state(struct nk_tx *tx, const struct nk_case *c, const char *state, nk_time closed_at,
	struct nk_err *err);

/* case_note.c: words are put in order of their keys; keys are ours, texts anybody's, and looked through before they are kept
 * (case_scan.c), but for the doubt itself. */
struct nk_case_write {
	enum nk_leaf_type leaf; /* SUSPECT or CASE */
	const char *kind;
	struct nk_uuid party; /* nil: flow->actor */
	struct nk_case_word *words;
	size_t n_words;
	struct nk_bytes file;
	struct nk_uuid evidence; /* of a signature made before */
	bool anyway; /* texts may name persons of the roster */
};
struct nk_case_written {
	uint64_t seq;
	struct nk_hash digest; /* of the sealed record */
	struct nk_uuid evidence; /* that the note was written: ends duties */
};
NK_RESULT nk_case_write_note(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_write *w, struct nk_case_written *out, struct nk_err *err);
/* nk_case_notes: those of a kind (NULL: all), opened, in order. */
NK_RESULT nk_case_notes(struct nk_flow *flow, const struct nk_case *c, const char *kind, struct nk_arena *arena,
	struct nk_case_note **out, size_t *out_n, struct nk_err *err);
NK_RESULT nk_case_file(
	struct nk_flow *flow, const struct nk_case *c, uint64_t seq, struct nk_buf *out, struct nk_err *err);
/* nk_case_first_digest: SHA-256 of the sealed SUSPECT: what signatures in the case are about. */
NK_RESULT nk_case_first_digest(
	struct nk_flow *flow, const struct nk_case *c, struct nk_hash *out, struct nk_err *err);

/* case_sign.c: an act in the case signed by a person's own key. The signer must be enrolled (NK_DENIED) and, when a role
 * is named, hold it; the attempt of somebody else is for the caller to write down (nk_flow_refused). */
struct nk_case_signing {
	const struct nk_key *seed;
	const char *act; /* ack attend leave decide dismiss classify hold */
	struct nk_str role;
	struct nk_str text; /* what is signed with it; the statement holds only its salted digest */
};
struct nk_case_signed {
	struct nk_party party;
	struct nk_uuid evidence;
	char salt[65]; /* of the text's digest: kept in the sealed note */
};
NK_RESULT nk_case_sign(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_signing *s, struct nk_arena *arena, struct nk_case_signed *out, struct nk_err *err);
/* nk_case_signature_true: may this party sign so (nk_party_may_judge), and does this evidence still say that `party` did
 * `act` as `role`, by the key enrolled now? */
NK_RESULT nk_case_signature_true(struct nk_flow *flow, const struct nk_case *c, const char *act, struct nk_uuid party,
	struct nk_str role, struct nk_uuid evidence, bool *out, struct nk_err *err);

/* case_duty.c. Roles that nobody holds: the operator owes it, and *out_nobody (may be NULL) says so. */
NK_RESULT nk_case_duty(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_str about,
	const char *role, nk_time due_at, bool *out_nobody, struct nk_err *err);
/* nk_case_law: the law of this installation (law_folder.h); the caller frees it. */
NK_RESULT nk_case_law(struct nk_flow *flow, struct nk_law **out, struct nk_err *err);
/* nk_case_deadlines: by law, now, for this case. */
NK_RESULT nk_case_deadlines(struct nk_flow *flow, const struct nk_law *law, const struct nk_case *c,
	struct nk_arena *arena, struct nk_deadline **out, size_t *out_n, struct nk_classes *out_classes, struct nk_err *err);
/* nk_case_duty_word: the kind of duty that a deadline is kept by; NULL: none. */
const char *nk_case_duty_word(enum nk_deadline_kind k);
/* nk_case_duty_once: unless one of that kind is open. */
NK_RESULT nk_case_duty_once(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, const char *kind,
	const char *role, nk_time due_at, struct nk_err *err);
NK_RESULT nk_case_duty_end(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_str about,
	struct nk_uuid evidence, struct nk_err *err);
NK_RESULT nk_case_duties(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_case_duty **out, size_t *out_n, struct nk_err *err);
/* nk_case_disclosure_check: extent or cause have changed: somebody looks whether what was told is still true. */
NK_RESULT nk_case_disclosure_check(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, struct nk_err *err);
/* nk_case_lawful_duties: opens, moves or ends the duties by law of this classification; `evidence`: of the change. */
NK_RESULT nk_case_lawful_duties(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	struct nk_uuid evidence, struct nk_err *err);

/* case_scope.c: persons over the holdings of the case: proved (of holdings that existed for certain and whose harm is
 * certain) and at most; no bound while a holding has no extent, or the case no holding. nk_case_copies: what is on the
 * books about each. */
NK_RESULT nk_case_persons(
	struct nk_flow *flow, const struct nk_case *c, struct nk_count *out, struct nk_err *err);
NK_RESULT nk_case_copies(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_case_copy **out, size_t *out_n, struct nk_err *err);
/* nk_case_copy_ids: ids of those that are `certain` (harm and existence), or of all. */
NK_RESULT nk_case_copy_ids(const struct nk_case_copy *copies, size_t n, bool certain, struct nk_arena *arena,
	struct nk_uuid **out, size_t *out_n, struct nk_err *err);

/* case_facts.c. nk_case_fact_set: a typed text by the field's kind; false: it is none. "n/a": does not apply. */
bool nk_case_fact_set(struct nk_case_facts *f, enum nk_fact_id id, struct nk_str text);
/* nk_case_facts: all of it from the books, in `arena` (wiping); `law` outlives it. */
NK_RESULT nk_case_facts_make(struct nk_flow *flow, const struct nk_law *law, const struct nk_case *c, enum nk_lang lang,
	struct nk_arena *arena, struct nk_case_facts *out, struct nk_err *err);
/* case_course.c: the course of events, oldest first. */
NK_RESULT nk_case_course(struct nk_flow *flow, const struct nk_case *c, enum nk_lang lang, struct nk_arena *arena,
	struct nk_moment **out, size_t *out_n, struct nk_err *err);
/* case_affected.c: each copy with what is known about reading it. */
NK_RESULT nk_case_affected(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_affected **out, size_t *out_n, struct nk_err *err);
/* nk_case_takes_away: does the second classification leave out, or only fear, what the first had? (case_scope.c) */
bool nk_case_takes_away(struct nk_str old, struct nk_str new);
/* nk_case_item_word: the word of an item class as law/ has it: "name", "kana" …; static. */
const char *nk_case_item_word(enum nk_item_class c);
/* case_paper.c: a paper of the case into a new file, which is a holding (case_file) with an end. */
NK_RESULT nk_case_paper_out(struct nk_flow *flow, const char *path, struct nk_bytes bytes, struct nk_uuid *out_holding,
	struct nk_err *err);
/* case_scan.c: NK_GUARD when one of the texts that people write (by their keys) names persons of the roster, and w->anyway
 * is not set. */
NK_RESULT nk_case_scan_words(struct nk_flow *flow, const struct nk_case_write *w, struct nk_err *err);

/* case_decide.c: has the headquarters decided in a note numbered `from` or later, by a signature that still holds and is
 * not of the party `beside` (nil: of anybody)? */
NK_RESULT nk_case_decided(struct nk_flow *flow, const struct nk_case *c, uint64_t from, struct nk_uuid beside, bool *out,
	struct nk_err *err);
/* nk_case_behind: the number behind the last note of that kind; 0: there is none. */
NK_RESULT nk_case_behind(
	struct nk_flow *flow, const struct nk_case *c, const char *kind, uint64_t *out, struct nk_err *err);
/* case_letters.c: *out_persons: how many persons of the case are on the books; *out_written: since the extent last
 * changed, letters were written to all of them (to those erased since nobody can write). */
NK_RESULT nk_case_written_to(struct nk_flow *flow, const struct nk_case *c, size_t *out_persons, bool *out_written,
	struct nk_err *err);

/* case_hq.c */
NK_RESULT nk_case_present(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_case_present **out, size_t *out_n, bool *out_quorate, struct nk_err *err);

/* suspect_drop.c. nk_suspect_drop: every file of the drop folder ([case] drop) becomes a doubt, gets its receipt beside
 * it (NAME.receipt.txt: number and time, nothing else) and goes; at most 100 a run. Hidden names are left: they are still
 * being written. Counts in `out`. */
struct nk_duty_run;
NK_RESULT nk_suspect_drop(struct nk_flow *flow, struct nk_duty_run *out, struct nk_err *err);

#endif
