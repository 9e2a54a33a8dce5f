/*
 * flow.h: the operations. Everything a front end can ask for, one function and one row of ops.rows each.
 *
 * Only this floor begins transactions. Each writing operation: rights → warrant → holding (before a copy exists) →
 * change + leaf in one transaction → what follows outside, rolled forward. Front ends see this header and nothing
 * below but base. Replies live in req/reply arenas that wipe; personal values in them are for showing, never for
 * logs. One struct nk_flow, one thread.
 */
#ifndef NK_FLOW_H
#define NK_FLOW_H

#include "crypto.h"

/* Progress of long work: phase is a msgid; total 0 = unknown. Called at most some 20 times a second. */
typedef void nk_progress_fn(void *arg, const char *phase, uint64_t done, uint64_t total);

struct nk_flow;

struct nk_flow_options {
	const char *home;
	struct nk_bytes secret; /* passphrase, or contents of the key file */
	bool secret_is_keyfile;
	bool write; /* may change something; readers wait for a writer and the other way round */
	bool locked_only; /* no unlock secret: only what needs no key (ledger verify, some of doctor) */
	const struct nk_str *escrow; /* typed recovery sheets in the place of a lost secret */
	size_t n_escrow;
	bool restoring; /* what a restore has put down and not yet brought in order: op_restore.c alone */
	int64_t wait_ms;
	nk_progress_fn *progress; /* may be NULL */
	void *progress_arg;
};

/* nk_flow_open: lock, configuration, store, vault, recovery of whatever was cut off, ledger, people.
 * nk_flow_secret_kind: what is needed to unlock: *out_keyfile = path in the configuration, "" = passphrase. */
NK_RESULT nk_flow_open(
	const struct nk_env *env, const struct nk_flow_options *opt, struct nk_flow **out, struct nk_err *err);
void nk_flow_close(struct nk_flow **flow);
/* nk_flow_end_job: NK_INCOMPLETE, "finished with errors", when a copy that was made could not be removed (hold.c), by
 * this run or by one that was cut off before it. Asked at the end of every verb. */
NK_RESULT nk_flow_end_job(struct nk_flow *flow, struct nk_err *err);
NK_RESULT nk_flow_secret_kind(
	const struct nk_env *env, const char *home, struct nk_buf *out_keyfile, struct nk_err *err);
bool nk_flow_clock_simulated(const struct nk_flow *flow);

/* The table of operations, for help and the documentation. */
struct nk_op {
	const char *name, *role, *leaf, *summary;
	bool writes;
};
/* nk_ops: all of them, static, in order of name. */
const struct nk_op *nk_ops(size_t *out_n);

/* init ----------------------------------------------------------------------------------------------------------- */
struct nk_init_request {
	const char *home;
	struct nk_bytes secret;
	bool secret_is_keyfile;
	const char *key_file; /* path to remember, or NULL */
	struct nk_str organisation; /* 星見ヶ原市教育委員会 */
	struct nk_str domain; /* of logins and the ledger's origin: hoshimi.example.jp */
	struct nk_str operator_name; /* personal; sealed */
	const char *copy_dir; /* second place of the vault; NULL only with single_copy */
	bool single_copy;
	struct nk_str sealer; /* file | custodian */
	const char *const *custodians;
	size_t n_custodians;
	unsigned threshold;
	nk_date clock; /* simulated from that day on; NK_DATE_NONE: the real clock */
	uint32_t kdf_memory_kb; /* 0 = default */
};
NK_RESULT nk_op_init(const struct nk_env *env, const struct nk_init_request *req, struct nk_err *err);

/* nk_op_clock: moves a simulated clock forward to 09:00 Japan time of a day (NK_DENIED on the real clock). */
NK_RESULT nk_op_clock(struct nk_flow *flow, nk_date day, struct nk_err *err);

/* import --------------------------------------------------------------------------------------------------------- */
struct nk_shown_finding { /* a finding of reading or of the guard, as rows for people and JSON */
	char severity[12]; /* note | warning | error | stop | approve | approved */
	char rule[16];
	struct nk_str file;
	uint64_t line;
	struct nk_str column;
	char text[NK_LANG_COUNT][320];
	char todo[NK_LANG_COUNT][320]; /* what somebody does about it; empty: the text says it */
	uint64_t times;
	bool of_guard; /* then: school × grade × role or a word, and the figures */
	struct nk_str cell;
	uint64_t figure, now, last, limit;
};
/* nk_guard_todo: what somebody does about a finding of that rule: a msgid. */
const char *nk_guard_todo(const char *rule);

struct nk_import_request {
	int fd;
	uint64_t size;
	struct nk_str label; /* what to call the file in messages; never kept: a file's name may be a person's */
	struct nk_str source; /* --source NAME, default "main" */
	struct nk_str format; /* empty: by content */
	struct nk_bytes mapping;
	bool strict;
	bool check_only; /* read, compare and judge; write nothing */
	int expected_year; /* 0: of today */
};
enum nk_import_outcome {
	NK_IMPORT_DONE,
	NK_IMPORT_SAME,
	NK_IMPORT_CHECKED,
	NK_IMPORT_NEEDS_APPROVAL,
	NK_IMPORT_STOPPED,
	NK_IMPORT_REFUSED
};
struct nk_import_reply {
	enum nk_import_outcome outcome;
	struct nk_str format, generation, encoding;
	uint64_t persons, units, groups;
	uint64_t joined, returned, changed, renamed, moved, classes, left, unchanged;
	uint64_t passwords_dropped, rows_not_imported;
	uint64_t named, unnamed; /* logins and mails made by [names]; those that no rule could make */
	const struct nk_shown_finding *findings;
	size_t n_findings;
	char hash[65]; /* to approve, when outcome is NEEDS_APPROVAL */
	uint64_t approve_count; /* the number the approver types */
	struct nk_uuid holding; /* of the file */
	nk_time destroy_by;
};
NK_RESULT nk_op_import(struct nk_flow *flow, const struct nk_import_request *req, struct nk_arena *arena,
	struct nk_import_reply *out, struct nk_err *err);

/* plan, approve, apply ------------------------------------------------------------------------------------------- */
struct nk_plan_line { /* one step or conflict, for showing */
	char sign; /* + add, ~ change, > rename, - suspend, ^ resume, x delete, ! conflict */
	char kind[16]; /* nk_step_kind_name, or "conflict" */
	char object[12]; /* person | group | unit | container */
	struct nk_str key; /* DN: personal */
	struct nk_str shown; /* the person's name, or the group's title */
	struct nk_str detail; /* "displayName;lang-ja: 佐藤 花 → 鈴木 花"; several joined by "; " */
};
struct nk_plan_reply {
	char hash[65];
	enum { NK_PLAN_FREE, NK_PLAN_NEEDS_APPROVAL, NK_PLAN_STOPPED } verdict;
	bool erase;
	const struct nk_plan_line *lines;
	size_t n_lines;
	uint64_t add, change, rename, suspend, resume, member_add, member_remove, remove, conflicts, unchanged,
		foreign, no_login;
	uint64_t undecided; /* accounts that were there before us and nobody decided about: never in a plan */
	uint64_t steps;
	uint64_t approve_count;
	const struct nk_shown_finding *findings;
	size_t n_findings;
	nk_time expires_at;
	uint64_t held; /* entries read from the target */
	nk_date as_of; /* a dry run for that day: nothing was kept; 0: for real */
	nk_time copy_at; /* made against what was read then; 0: against the target itself */
};
struct nk_plan_request {
	struct nk_str target; /* name; empty: the only one */
	bool show_only; /* do not save (no hash to apply) */
	nk_date as_of; /* a dry run for that day, which keeps nothing; 0: today, for real */
	bool copy; /* with as_of: against the copy of what was last read of the target (docs/adr/0016), not the target */
};
NK_RESULT nk_op_plan(struct nk_flow *flow, const struct nk_plan_request *req, struct nk_arena *arena,
	struct nk_plan_reply *out, struct nk_err *err);

struct nk_plan_erase_request {
	struct nk_uuid only; /* one person; nil: all who are due */
	bool even_if_not_due; /* with `only`: a request of the person; 削除日 is moved to today, with its own leaf */
	nk_date as_of; /* as above; not with even_if_not_due */
};
NK_RESULT nk_op_plan_erase(struct nk_flow *flow, const struct nk_plan_erase_request *req, struct nk_arena *arena,
	struct nk_plan_reply *out, struct nk_err *err);

struct nk_plan_summary {
	char hash[65];
	bool erase;
	struct nk_str target;
	char state[12], verdict[12];
	bool approved;
	nk_time made_at, expires_at;
};
NK_RESULT nk_op_plan_list(struct nk_flow *flow, struct nk_arena *arena, struct nk_plan_summary **out, size_t *out_n,
	struct nk_err *err);

struct nk_approve_request {
	struct nk_str hash; /* at least 8 hex characters; of a plan, an erase plan or an import */
	uint64_t count; /* the number the approver typed: must be the one shown */
	struct nk_key seed; /* the approver's signing key, read from his key file by the front */
};
NK_RESULT nk_op_approve(struct nk_flow *flow, const struct nk_approve_request *req, struct nk_err *err);
NK_RESULT nk_op_cancel(struct nk_flow *flow, struct nk_str hash, struct nk_err *err);

struct nk_apply_reply {
	bool erase;
	uint64_t done, refused, left; /* steps */
	uint64_t conflicts;
	struct nk_str
		refused_text; /* one line a refused step: kind, person's number or group, code; no personal values */
	/* of an erasure: */
	uint64_t erased;
	struct nk_uuid job;
	struct nk_str certificate; /* path of the envelope; .tlog-proof, .ja.txt, .en.txt beside it */
	char level[4]; /* "E2" */
	bool rehearsed_e3;
	struct nk_str text[NK_LANG_COUNT]; /* the certificate for people */
};
struct nk_apply_request {
	struct nk_str hash;
	const char *extra_scan; /* a further folder to scan in an erasure, or NULL */
	const char *subject_copy_dir; /* write each person's opening there (a holding); NULL: no openings are kept */
};
/* nk_op_apply: a target's plan or an erase plan; resumable: the same hash again goes on. NK_CONFLICT drift, NK_GUARD
 * not approved, NK_UNAVAILABLE target gone, NK_INCOMPLETE some steps refused. */
NK_RESULT nk_op_apply(struct nk_flow *flow, const struct nk_apply_request *req, struct nk_arena *arena,
	struct nk_apply_reply *out, struct nk_err *err);

/* person --------------------------------------------------------------------------------------------------------- */
struct nk_person_row {
	struct nk_uuid id;
	uint32_t number;
	struct nk_str name, kana, login, mail, source, source_key, student_number, unit, group, grade;
	const char *state;
	nk_date valid_from, valid_until, delete_on;
	bool dated; /* the dates were set by hand (person dates) */
	bool hold, is_protected, hidden;
	/* show only: */
	struct nk_str former; /* lines: until, name, kana */
	struct nk_str records; /* of one person in several (person merge): number, source, source key, login, state, name; else empty */
	struct nk_str memberships; /* lines */
	struct nk_str targets; /* lines: target, state, anchor, keys */
	struct nk_str holdings; /* lines: holding, kind, items (person where) */
};
NK_RESULT nk_op_person_find(struct nk_flow *flow, struct nk_str query, size_t max, struct nk_arena *arena,
	struct nk_person_row **out, size_t *out_n, size_t *out_total, struct nk_err *err);
/* nk_op_person_show: by id, login, student number or source key of any of the person's records: the head's row, lists of all. */
NK_RESULT nk_op_person_show(struct nk_flow *flow, struct nk_str key, struct nk_arena *arena,
	struct nk_person_row *out, struct nk_err *err);
NK_RESULT nk_op_person_hold(struct nk_flow *flow, struct nk_str key, bool hold, struct nk_err *err);

/* target --------------------------------------------------------------------------------------------------------- */
struct nk_target_request {
	struct nk_str name, type, uri, base, bind_dn, ca_file, profile, files;
	struct nk_bytes secret; /* bind password; kept in the vault's care */
	bool starttls, allow_plain;
	const char *rewrite; /* a program that rewrites the target's files, run after an erasure; NULL: none */
};
struct nk_target_row {
	struct nk_str name, type, uri, base;
	uint64_t links;
	nk_time last_read;
	uint64_t last_count;
};
struct nk_target_test_reply {
	struct nk_str vendor, version;
	bool bound, encrypted, transactions, assertion, password_modify;
	uint64_t entries;
};
NK_RESULT nk_op_target_add(struct nk_flow *flow, const struct nk_target_request *req,
	struct nk_err *err); /* tries it first; then writes conf.d/target-NAME.conf */
NK_RESULT nk_op_target_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_target_row **out, size_t *out_n, struct nk_err *err);
NK_RESULT nk_op_target_test(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena,
	struct nk_target_test_reply *out, struct nk_err *err);

/* notice --------------------------------------------------------------------------------------------------------- */
struct nk_notice {
	struct nk_str name, kana, login, password, unit,
		group; /* personal and secret: to paper or screen, never to a log */
	uint32_t seat; /* 出席番号 */
	struct nk_str grade; /* orders the sheets */
};
struct nk_notice_request {
	struct nk_str target;
	struct nk_uuid warrant; /* for a protected person: kind access, verb NOTICE, scope "person:<id>"; nil: none */
	struct nk_str
		only; /* one person (login or id); empty: all whom the rule names and who have no password yet */
};
struct nk_notice_reply {
	struct nk_uuid holding;
	struct nk_notice *sheets; /* by unit, grade, class and number */
	size_t n;
	struct nk_str address, desk; /* where to sign in, whom to ask; may be empty */
	nk_time hand_out_by;
};
NK_RESULT nk_op_notice_issue(struct nk_flow *flow, const struct nk_notice_request *req, struct nk_arena *arena,
	struct nk_notice_reply *out, struct nk_err *err);
/* nk_op_notice_done: the sheets were handed out (or destroyed): the holding closes. */
NK_RESULT nk_op_notice_done(struct nk_flow *flow, struct nk_uuid holding, struct nk_err *err);

/* party ---------------------------------------------------------------------------------------------------------- */
struct nk_party_request {
	struct nk_str name; /* personal; sealed */
	struct nk_str roles; /* officer … */
	uint8_t public_key[32]; /* zeros: none */
	struct nk_str kind; /* operator, officer, person, unit, organisation, program, site, anyone; empty: officer */
	struct nk_str unit, organisation; /* words */
	struct nk_str ssh_key; /* a line as in id_ed25519.pub */
	struct nk_str recipient; /* age1… */
	struct nk_str contact; /* personal; sealed */
	struct nk_uuid deputy; /* nil: none */
};
struct nk_party_row {
	struct nk_uuid id;
	struct nk_str name, roles;
	bool has_key, ended;
	struct nk_str kind, unit, organisation, ssh_key, recipient, contact;
	struct nk_str called; /* what its roles are called here: 校長、… */
	struct nk_uuid deputy;
};
struct nk_party_reply {
	struct nk_uuid id;
	struct nk_uuid warrant; /* the officer's order for it; nil: none was needed */
	bool waits; /* nothing was done: an officer signs that order first, then the same call again does it */
};
/* nk_op_party_add: a party that judges (roles.rows, [warrant]) needs an officer's order as soon as there is an officer.
 * NK_DENIED: the order is for something else, or not by whom it must be. */
NK_RESULT nk_op_party_add(
	struct nk_flow *flow, const struct nk_party_request *req, struct nk_party_reply *out, struct nk_err *err);
/* nk_op_party_end: it signs and does nothing more; what it signed is worth nothing from now on. The same order; NK_DENIED
 * for the last officer. */
NK_RESULT nk_op_party_end(struct nk_flow *flow, struct nk_uuid id, struct nk_party_reply *out, struct nk_err *err);
NK_RESULT nk_op_party_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_party_row **out, size_t *out_n, struct nk_err *err);
/* nk_op_party_key: a new signing key: the seed for the party's own key file, the public half for enrolment. */
NK_RESULT nk_op_party_key(
	const struct nk_env *env, struct nk_key *out_seed, uint8_t out_public[static 32], struct nk_err *err);

/* ledger, verify, vault, duties, doctor -------------------------------------------------------------------------- */
struct nk_ledger_reply {
	uint64_t entries;
	char root[65];
	bool older_checked;
	bool store_agrees;
};
NK_RESULT nk_op_ledger_verify(const struct nk_env *env, const char *home, struct nk_str vkey, struct nk_bytes older,
	struct nk_ledger_reply *out, struct nk_err *err);
NK_RESULT nk_op_ledger_proof(
	struct nk_flow *flow, uint64_t index, struct nk_buf *out_proof, struct nk_buf *out_entry, struct nk_err *err);

struct nk_verify_line {
	char result[12]; /* ok | failed | not checked */
	const char *what; /* msgid */
};
struct nk_verify_reply {
	bool good;
	char level[4];
	struct nk_verify_line lines[24];
	size_t n;
	struct nk_str text[NK_LANG_COUNT]; /* the certificate for people, from the verified statement */
};
/* nk_op_verify: needs no installation: bytes and public keys only (cert_pem, ledger_vkey as texts; the latter may be
 * empty). */
NK_RESULT nk_op_verify(struct nk_bytes envelope, struct nk_bytes proof, struct nk_str cert_pem,
	struct nk_str ledger_vkey, struct nk_arena *arena, struct nk_verify_reply *out, struct nk_err *err);

struct nk_vault_reply {
	uint64_t sequence, epoch, live, destroyed, released;
	char sealer[32];
	bool single_copy, escrow_rehearsed;
	char cap[4];
	size_t receipts;
};
NK_RESULT nk_op_vault_status(struct nk_flow *flow, struct nk_vault_reply *out, struct nk_err *err);
NK_RESULT nk_op_vault_rotate(struct nk_flow *flow, struct nk_vault_reply *out, struct nk_err *err);
struct nk_reseal_request {
	bool keep_sealing; /* the sealer and its holders stay as configured: only the secret is new */
	struct nk_str sealer;
	const char *const *custodians;
	size_t n_custodians;
	unsigned threshold;
	struct nk_bytes secret; /* empty: keep the unlock secret */
	bool secret_is_keyfile;
	const char *key_file;
};
NK_RESULT nk_op_vault_reseal(
	struct nk_flow *flow, const struct nk_reseal_request *req, struct nk_vault_reply *out, struct nk_err *err);
NK_RESULT nk_op_vault_escrow(
	struct nk_flow *flow, unsigned k, unsigned n, struct nk_buf *out_sheets, struct nk_err *err);
NK_RESULT nk_op_vault_escrow_try(struct nk_flow *flow, const struct nk_str *shares, size_t n, struct nk_err *err);

struct nk_duty_row {
	struct nk_uuid id, holding, owner;
	struct nk_str kind, place, about;
	struct nk_str who; /* owes it: the name, or, where nothing is unlocked, the roles */
	unsigned level; /* who was called: 0 nobody, 1 the owner, 2 the deputy, 3 the director */
	nk_time due_at, closed_at, told_at, acked_at;
	bool overdue;
	bool unheard; /* overdue, the last in the line was called, and nobody has said that he knows */
};

struct nk_holding_row {
	struct nk_uuid id;
	struct nk_str kind, place, purpose, gone;
	uint64_t persons;
	nk_time opened_at, expires_at, closed_at;
};
NK_RESULT nk_op_holding_list(struct nk_flow *flow, bool only_open, struct nk_arena *arena,
	struct nk_holding_row **out, size_t *out_n, struct nk_err *err);
struct nk_holding_close_request {
	struct nk_uuid holding;
	bool verified; /* it was looked at and destroyed, else the word of the custodian */
	const struct nk_key *seed; /* of a second party who looked; NULL: nobody; dual control wants one */
};
/* nk_op_holding_close: an external copy is gone. NK_CONFLICT: verified, and the file still lies at its place. NK_DENIED: a
 * second party is wanted, or this one is none. NK_INVALID: it has an end of its own. */
NK_RESULT nk_op_holding_close(struct nk_flow *flow, const struct nk_holding_close_request *req, struct nk_err *err);

struct nk_doctor_line {
	char level[8]; /* ok | warn | fail */
	char text[NK_LANG_COUNT][320];
};
NK_RESULT nk_op_doctor(const struct nk_env *env, const struct nk_flow_options *opt, const char *const *weak,
	size_t n_weak, struct nk_arena *arena, struct nk_doctor_line **out, size_t *out_n, struct nk_err *err);

struct nk_config_row {
	struct nk_str section, key, value, file;
	unsigned line;
	bool weaker; /* than as shipped: the ledger and every statement say how many such there are */
};
NK_RESULT nk_op_config_show(const struct nk_env *env, const char *home, struct nk_arena *arena,
	struct nk_config_row **out, size_t *out_n, struct nk_err *err); /* checks too: NK_CONFIG */

#endif
