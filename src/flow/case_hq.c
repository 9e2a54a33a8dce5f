/*
 * case_hq.c: the headquarters of a case: called, checked in by signature, quorate or not, deciding.
 *
 * Quorate means: at this moment, at least one director and at least one of the privacy department are checked in, two
 * persons, by signatures that are verified anew each time. Without it nothing is decided; the attempt is a leaf.
 */
#include "base.h"

#include "case_int.h"
#include "duty_int.h"
#include "json.h"
#include "training_int.h"

#define RULE "director>=1,privacy>=1"
static const char *const mandatory[] = { "director", "privacy" };

static NK_RESULT take_present(struct nk_flow *flow, const struct nk_case *c, const struct nk_stmt *s,
	struct nk_arena *arena, struct nk_case_present *out, struct nk_err *err)
{
	struct nk_uuid evidence = { { 0 } };

	(void)nk_col_uuid(s, 1, &out->party);
	(void)nk_col_uuid(s, 4, &evidence);
	out->from_at = nk_col_int(s, 2);
	out->until_at = nk_col_int(s, 3);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 0), &out->role, err));
	return nk_case_signature_true(flow, c, "attend", out->party, out->role, evidence, &out->is_true, err);
}

static bool has_role(const struct nk_case_present *list, size_t n, const char *role)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].until_at == 0 && list[i].is_true && nk_str_eq(list[i].role, nk_str_c(role))) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_case_present(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_case_present **out, size_t *out_n, bool *out_quorate, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_case_present), 100000);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT role, party_id, from_at, COALESCE(until_at, 0), evidence_id FROM role_held WHERE incident_id = ?1 "
		"ORDER BY from_at, rowid",
		&s, err));
	nk_stmt_uuid(s, 1, c->id);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_present(flow, c, s, arena, item, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = nk_vec_keep(&rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = rows.len;
	*out_quorate = true;
	for (size_t i = 0; i < NK_ARRAY_LEN(mandatory); i++) {
		*out_quorate = *out_quorate && has_role(*out, rows.len, mandatory[i]);
	}
	return nk_done();
}

/* Who signs, and may he: looked at before anything is written; a refusal is written down. */
static NK_RESULT who_acts(struct nk_flow *flow, const struct nk_key *seed, struct nk_str role, const char *what,
	struct nk_arena *arena, struct nk_party *out, struct nk_err *err)
{
	struct nk_err own = { 0 };
	const nk_rc rc = nk_signer_of(flow, seed, arena, out, &own);

	if (!nk_ok(rc)) {
		nk_flow_refused(flow, what, NK_N("the key belongs to nobody who is enrolled"));
		return nk_err_pass(err, &own);
	}
	if (role.len > 0 && !nk_party_has_role(out, role)) {
		nk_flow_refused(flow, what, NK_N("the signer does not have the role"));
		return nk_fail(err, NK_DENIED, NK_N("this person does not have the role \"%s\""), nk_short(role).text);
	}
	return nk_done();
}

/* The officer, or the deputy or director who was called for him: nobody else's word ends the duty to acknowledge. */
static NK_RESULT is_called(struct nk_flow *flow, const struct nk_case *c, const struct nk_party *by, struct nk_arena *arena,
	struct nk_err *err)
{
	char about[NK_CASE_ABOUT];
	struct nk_duty *list = NULL;
	size_t n = 0;

	NK_TRY(nk_duty_of(flow->store, nk_case_about(c->id, NULL, 0, about), arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(list[i].kind, NK_STR("case-ack")) && nk_ok(nk_duty_may_ack(flow, &list[i], by, true, arena, NULL))) {
			return nk_done();
		}
	}
	nk_flow_refused(flow, "case-ack", NK_N("the signer neither owes it nor was called for it"));
	return nk_fail(err, NK_DENIED, NK_N("this person neither owes this duty nor was called for it"));
}

NK_RESULT nk_op_case_ack(struct nk_flow *flow, struct nk_str ref, const struct nk_key *seed, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case c;
	struct nk_party party;
	struct nk_case_signed who;
	struct nk_case_written done;
	char about[NK_CASE_ABOUT];
	struct nk_case_signing s = { .seed = seed, .act = "ack" };
	struct nk_case_word words[] = { { NK_STR("role"), NK_STR("") } };
	struct nk_case_write w = { .leaf = NK_LEAF_CASE, .kind = "ack", .words = words, .n_words = 1 };

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, ref, arena, &c, err));
	NK_TRY(who_acts(flow, seed, NK_STR(""), "case-ack", arena, &party, err));
	NK_TRY(is_called(flow, &c, &party, arena, err));
	s.role = nk_party_has_role(&party, NK_STR("officer")) ? NK_STR("officer")
		: nk_party_has_role(&party, NK_STR("director")) ? NK_STR("director")
								 : NK_STR("deputy");
	words[0].text = s.role;
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	s.role = nk_party_has_role(&party, s.role) ? s.role : NK_STR("");
	NK_TRY(nk_case_sign(flow, tx, &c, &s, arena, &who, err));
	w.party = party.id;
	w.evidence = who.evidence;
	NK_TRY(nk_case_write_note(flow, tx, &c, &w, &done, err));
	NK_TRY(nk_case_duty_end(
		flow, tx, "case-ack", nk_case_about(c.id, NULL, 0, about), who.evidence, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT is_present(
	struct nk_flow *flow, const struct nk_case *c, struct nk_uuid party, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT 1 FROM role_held WHERE incident_id = ?1 AND party_id = ?2 AND until_at IS NULL", &s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_uuid(s, 2, party);
	return nk_stmt_step(s, out, err);
}

static NK_RESULT hold_role(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, struct nk_str role,
	const struct nk_case_signed *who, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO role_held(incident_id, role, party_id, evidence_id, from_at) VALUES (?1, ?2, ?3, ?4, ?5)", &s,
		err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_text(s, 2, role);
	nk_stmt_uuid(s, 3, who->party.id);
	nk_stmt_uuid(s, 4, who->evidence);
	nk_stmt_int(s, 5, nk_now(flow->env));
	return nk_stmt_run(s, err);
}

static NK_RESULT print_quorum(const struct nk_case *c, const struct nk_case_present *list, size_t n, bool met,
	struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;
	struct nk_hash rule;
	char id[NK_UUID_TEXT];

	nk_sha256(nk_str_bytes(NK_STR(RULE)), &rule);
	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "case");
	nk_json_c(&j, nk_uuid_print(c->id, id));
	nk_json_key(&j, "met");
	nk_json_bool(&j, met);
	nk_json_key(&j, "present");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		if (list[i].until_at == 0 && list[i].is_true) {
			nk_json_open(&j, '{');
			nk_json_key(&j, "party");
			nk_json_c(&j, nk_uuid_print(list[i].party, id));
			nk_json_key(&j, "role");
			nk_json_str(&j, list[i].role);
			nk_json_close(&j, '}');
		}
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "rule");
	nk_json_c(&j, RULE);
	nk_json_key(&j, "rule_digest");
	nk_json_hex(&j, nk_bytes_of(rule.b, sizeof(rule.b)));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

/* Once somebody came or went: is it quorate, and is that news? */
static NK_RESULT quorum_now(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, bool was,
	struct nk_arena *arena, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	struct nk_case_present *list = NULL;
	struct nk_statement st = { .predicate = NK_PREDICATE_QUORUM };
	struct nk_uuid evidence;
	char about[NK_CASE_ABOUT];
	size_t n = 0;

	NK_TRY(nk_case_present(flow, c, arena, &list, &n, out, err));
	if (*out == was) {
		return nk_done();
	}
	nk_buf_init(&body, 1 << 20);
	NK_TRY(print_quorum(c, list, n, *out, &body, err));
	st.about = nk_case_about(c->id, NULL, 0, about);
	st.subject = about;
	st.result = *out ? "PASSED" : "FAILED";
	st.body = nk_buf_str(&body);
	NK_TRY(nk_case_first_digest(flow, c, &st.subject_sha256, err));
	NK_TRY(nk_statement_make(flow, tx, &st, arena, &evidence, NULL, err));
	if (!*out) {
		return nk_done();
	}
	NK_TRY(nk_case_duty_end(flow, tx, "case-convene", st.about, evidence, err));
	return nk_str_eq(c->state, NK_STR("suspected")) ? nk_case_set_state(tx, c, "quorate", 0, err) : nk_done();
}

static NK_RESULT come(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_signing *s, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_case_signed who;
	struct nk_case_written done;
	struct nk_case_word words[] = { { NK_STR("role"), s->role } };
	struct nk_case_write w = { .leaf = NK_LEAF_CASE, .kind = s->act, .words = words, .n_words = 1 };

	NK_TRY(nk_case_sign(flow, tx, c, s, arena, &who, err));
	w.party = who.party.id;
	w.evidence = who.evidence;
	NK_TRY(nk_case_write_note(flow, tx, c, &w, &done, err));
	return hold_role(flow, tx, c, s->role, &who, err);
}

/* Where the configuration asks for it ([training] required_for = case): a test passed that still stands. */
static NK_RESULT may_sit(struct nk_flow *flow, struct nk_uuid party, struct nk_err *err)
{
	const nk_rc rc = nk_training_need(flow, party, NK_STR("case"), err);

	if (rc.code == NK_DENIED) {
		nk_flow_refused(flow, "case-attend", NK_N("no test passed that still stands"));
	}
	return rc;
}

NK_RESULT nk_op_case_attend(struct nk_flow *flow, struct nk_str ref, struct nk_str role, const struct nk_key *seed,
	bool *out_quorate, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_case_signing s = { .seed = seed, .act = "attend", .role = role };
	struct nk_case_present *list = NULL;
	struct nk_case c;
	struct nk_party party;
	bool there = false;
	bool was = false;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, ref, arena, &c, err));
	if (role.len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("--role says in which role: director, privacy, officer …"));
	}
	NK_TRY(who_acts(flow, seed, role, "case-attend", arena, &party, err));
	NK_TRY(may_sit(flow, party.id, err));
	NK_TRY(is_present(flow, &c, party.id, &there, err));
	if (there) {
		return nk_fail(err, NK_EXISTS,
			NK_N("this person is checked in already; one person sits in one role (nokosazu case leave)"));
	}
	NK_TRY(nk_case_present(flow, &c, arena, &list, &n, &was, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(come(flow, tx, &c, &s, arena, err));
	NK_TRY(quorum_now(flow, tx, &c, was, arena, out_quorate, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT go(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, const struct nk_key *seed,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_case_signing signing = { .seed = seed, .act = "leave" };
	struct nk_case_signed who;
	struct nk_case_written done;
	struct nk_case_write w = { .leaf = NK_LEAF_CASE, .kind = "leave" };

	NK_TRY(nk_case_sign(flow, tx, c, &signing, arena, &who, err));
	w.party = who.party.id;
	w.evidence = who.evidence;
	NK_TRY(nk_case_write_note(flow, tx, c, &w, &done, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE role_held SET until_at = ?3 WHERE incident_id = ?1 AND party_id = ?2 AND until_at IS NULL", &s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_uuid(s, 2, who.party.id);
	nk_stmt_int(s, 3, nk_now(flow->env));
	return nk_stmt_run(s, err);
}

NK_RESULT nk_op_case_leave(
	struct nk_flow *flow, struct nk_str ref, const struct nk_key *seed, bool *out_quorate, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_present *list = NULL;
	struct nk_case c;
	struct nk_party party;
	bool there = false;
	bool was = false;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, ref, arena, &c, err));
	NK_TRY(who_acts(flow, seed, NK_STR(""), "case-leave", arena, &party, err));
	NK_TRY(is_present(flow, &c, party.id, &there, err));
	if (!there) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("this person is not checked in"));
	}
	NK_TRY(nk_case_present(flow, &c, arena, &list, &n, &was, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(go(flow, tx, &c, seed, arena, err));
	NK_TRY(quorum_now(flow, tx, &c, was, arena, out_quorate, err));
	return nk_flow_commit(flow, &tx, err);
}
