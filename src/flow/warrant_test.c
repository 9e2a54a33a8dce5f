/*
 * warrant_test.c: 申請 → 承認 → 作業報告 → 報告承認, and every way round it that must not be one.
 */
#include "base.h"

#include <cmocka.h>

#include "asked_int.h"
#include "flow_test_kit.h"
#include "cert.h"
#include "kit_scan.h"

struct judge {
	struct nk_key seed;
	struct nk_uuid id;
};

static struct judge enrol(struct ft *t, const char *roles)
{
	struct nk_party_request req = { .name = NK_STR("承認 係"), .roles = nk_str_c(roles) };
	struct nk_err err = { 0 };
	struct judge j;

	kit_ok(ft_enrol(t, &req, &j.seed, &j.id, &err), &err);
	return j;
}

static struct nk_warrant_request wish(void)
{
	return (struct nk_warrant_request){ .kind = NK_STR("egress"),
		.verbs = NK_STR("SEAL"),
		.scope = NK_STR("bundle:0123"),
		.purpose = NK_STR("障害の調査"),
		.needs = NK_STR("officer"),
		.until_at = kit_env()->now(kit_env()->self) + 3 * NK_DAY,
		.uses = 2,
		.details = nk_str_bytes(NK_STR("{\"files\":[{\"name\":\"a.log\",\"sha256\":\"00\"}]}")) };
}

static struct nk_uuid request(struct ft *t)
{
	const struct nk_warrant_request req = wish();
	struct nk_err err = { 0 };
	struct nk_uuid id;

	kit_ok(nk_op_warrant_request(t->flow, &req, &id, &err), &err);
	return id;
}

static nk_rc judge(struct ft *t, struct nk_uuid id, const char *step, const char *role, const struct judge *j)
{
	const struct nk_warrant_judge_request req = {
		.id = id, .step = nk_str_c(step), .role = nk_str_c(role), .seed = &j->seed
	};
	struct nk_err err = { 0 };

	return nk_op_warrant_judge(t->flow, &req, &err);
}

static nk_rc look_at(struct ft *t, struct nk_uuid id, const char *scope)
{
	struct nk_err err = { 0 };

	return nk_warrant_look(t->flow, id, NK_STR("egress"), NK_STR("SEAL"), nk_str_c(scope), t->arena, NULL, &err);
}

static nk_rc look(struct ft *t, struct nk_uuid id)
{
	return look_at(t, id, "bundle:0123");
}

static nk_rc use(struct ft *t, struct nk_uuid id)
{
	struct nk_err err = { 0 };

	return nk_op_warrant_use(t->flow, id, NK_STR(""), &err);
}

struct two {
	struct judge superior, officer;
};

static struct nk_uuid granted(struct ft *t, struct two *who)
{
	struct nk_err err = { 0 };
	struct nk_uuid id;

	ft_new(t, NULL);
	ft_open(t);
	who->superior = enrol(t, "superior");
	who->officer = enrol(t, "officer");
	id = request(t);
	kit_fails(look(t, id), NK_DENIED);
	kit_ok(judge(t, id, "sign", "superior", &who->superior), &err);
	kit_fails(look(t, id), NK_DENIED); /* one role is not both */
	kit_fails(use(t, id), NK_DENIED);
	kit_ok(judge(t, id, "sign", "officer", &who->officer), &err);
	kit_ok(look(t, id), &err);
	return id;
}

static void state_is(struct ft *t, struct nk_uuid id, const char *state)
{
	struct nk_warrant_row row;
	struct nk_err err = { 0 };

	kit_ok(nk_op_warrant_show(t->flow, id, t->arena, &row, &err), &err);
	assert_true(nk_str_eq(row.state, nk_str_c(state)));
}

/* A change that somebody made to the store beside the program. */
#define SPOIL(t, sql)                                                                   \
	do {                                                                            \
		NK_OWNED(nk_tx_end) struct nk_tx *tx_ = NULL;                           \
		NK_OWNED(nk_stmt_put) struct nk_stmt *stmt_ = NULL;                     \
		struct nk_err err_ = { 0 };                                             \
		kit_ok(nk_tx_begin((t)->flow->store, &tx_, &err_), &err_);              \
		kit_ok(nk_stmt_get((t)->flow->store, sql, &stmt_, &err_), &err_);       \
		kit_ok(nk_stmt_run(stmt_, &err_), &err_);                               \
		nk_tx_count_leaf(tx_);                                                  \
		kit_ok(nk_tx_commit(&tx_, &err_), &err_);                               \
	} while (0)

static void from_request_to_accepted_report_each_step_leaves_its_leaf(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_warrant_row row;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(use(&t, id), &err);
	kit_ok(use(&t, id), &err);
	kit_fails(use(&t, id), NK_DENIED);
	state_is(&t, id, "spent");
	kit_fails(judge(&t, id, "accept", "superior", &who.superior), NK_NOT_FOUND);
	kit_ok(nk_op_warrant_report(t.flow, id, NK_STR("調査した。持ち出しは返却済み。"), &err), &err);
	kit_fails(nk_op_warrant_report(t.flow, id, NK_STR("また"), &err), NK_DENIED);
	kit_ok(judge(&t, id, "accept", "superior", &who.superior), &err);
	kit_ok(nk_op_warrant_show(t.flow, id, t.arena, &row, &err), &err);
	assert_true(nk_str_eq(row.state, NK_STR("accepted")));
	assert_true(nk_str_eq(row.report, NK_STR("調査した。持ち出しは返却済み。")));
	assert_true(nk_str_eq(row.purpose, NK_STR("障害の調査")));
	assert_int_equal(row.n_steps, 7);
	for (size_t i = 0; i < row.n_steps; i++) {
		assert_true(row.steps[i].verdict.len == 0 || nk_str_eq(row.steps[i].verdict, NK_STR("good")));
	}
	assert_int_equal(ft_leaves(t.flow, "warrant_ask"), 1);
	assert_int_equal(ft_leaves(t.flow, "warrant_use"), 2);
	assert_int_equal(ft_leaves(t.flow, "warrant_report"), 1);
	assert_int_equal(ft_leaves(t.flow, "warrant_accept"), 1);
}

static int64_t open_duties(struct ft *t, const char *kind)
{
	struct nk_duty *list = NULL;
	struct nk_err err = { 0 };
	int64_t found = 0;
	size_t n = 0;

	kit_ok(nk_duty_list(t->flow->store, true, t->arena, &list, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		found += nk_str_eq(list[i].kind, nk_str_c(kind)) ? 1 : 0;
	}
	return found;
}

static void the_report_and_its_acceptance_are_owed(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_err err = { 0 };

	(void)state;
	assert_int_equal(open_duties(&t, "report-work"), 0);
	kit_ok(use(&t, id), &err);
	kit_ok(use(&t, id), &err);
	assert_int_equal(open_duties(&t, "report-work"), 1);
	kit_ok(nk_op_warrant_report(t.flow, id, NK_STR("した"), &err), &err);
	assert_int_equal(open_duties(&t, "report-work"), 0);
	assert_int_equal(open_duties(&t, "accept-report"), 1);
	/* Refused: it is owed again. */
	kit_ok(judge(&t, id, "refuse", "officer", &who.officer), &err);
	assert_int_equal(open_duties(&t, "accept-report"), 0);
	assert_int_equal(open_duties(&t, "report-work"), 1);
	kit_ok(nk_op_warrant_report(t.flow, id, NK_STR("詳しく"), &err), &err);
	kit_ok(judge(&t, id, "accept", "superior", &who.superior), &err);
	assert_int_equal(open_duties(&t, "report-work") + open_duties(&t, "accept-report"), 0);
}

static void a_refused_attempt_is_written_down_without_its_words(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	const size_t before = ft_leaves(t.flow, "refused");

	(void)state;
	kit_fails(judge(&t, id, "sign", "auditor", &who.officer), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), before + 1);
	assert_true(kit_scan(kit_env(), t.home, NK_STR("障害の調査"), NULL) == 0);
}

static void a_key_of_nobody_a_role_not_held_and_a_role_not_needed_sign_nothing(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct judge stranger;
	struct judge officer;
	struct judge auditor;
	struct nk_err err = { 0 };
	struct nk_uuid id;
	uint8_t pub[32];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	officer = enrol(&t, "officer");
	auditor = enrol(&t, "auditor");
	id = request(&t);
	kit_ok(nk_op_party_key(kit_env(), &stranger.seed, pub, &err), &err);
	kit_fails(judge(&t, id, "sign", "officer", &stranger), NK_DENIED);
	kit_fails(judge(&t, id, "sign", "superior", &officer), NK_DENIED);
	kit_fails(judge(&t, id, "sign", "auditor", &auditor), NK_DENIED);
	state_is(&t, id, "requested");
}

static void one_party_does_not_sign_in_two_roles(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct judge both;
	struct nk_err err = { 0 };
	struct nk_uuid id;

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	both = enrol(&t, "officer,superior");
	id = request(&t);
	kit_ok(judge(&t, id, "sign", "officer", &both), &err);
	kit_fails(judge(&t, id, "sign", "superior", &both), NK_DENIED);
	kit_fails(judge(&t, id, "sign", "officer", &both), NK_EXISTS);
	kit_fails(use(&t, id), NK_DENIED);
}

static void who_asked_does_not_sign_and_who_signed_does_not_carry_out(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_uuid operator_id = t.flow->actor;
	struct nk_uuid waiting = request(&t);
	struct nk_uuid second;
	struct nk_err err = { 0 };

	(void)state;
	/* The signer at the keyboard. */
	t.flow->actor = who.superior.id;
	kit_fails(judge(&t, waiting, "sign", "superior", &who.superior), NK_DENIED);
	kit_fails(look(&t, id), NK_DENIED);
	kit_fails(use(&t, id), NK_DENIED);
	kit_fails(nk_op_warrant_report(t.flow, id, NK_STR("x"), &err), NK_DENIED);
	/* A request of an officer's own. */
	t.flow->actor = who.officer.id;
	second = request(&t);
	kit_fails(judge(&t, second, "sign", "officer", &who.officer), NK_DENIED);
	t.flow->actor = operator_id;
	kit_fails(judge(&t, second, "sign", "officer", &who.officer), NK_DENIED);
	kit_ok(judge(&t, second, "sign", "superior", &who.superior), &err);
}

static void a_warrant_holds_for_its_time_its_uses_and_its_scope_only(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_err err = { 0 };

	(void)state;
	kit_fails(look_at(&t, id, "bundle:0124"), NK_DENIED);
	kit_fails(nk_warrant_look(t.flow, id, NK_STR("egress"), NK_STR("SEA"), NK_STR("bundle:0123"), t.arena, NULL, &err),
		NK_DENIED);
	kit_fails(nk_warrant_look(t.flow, id, NK_STR("access"), NK_STR("SEAL"), NK_STR("bundle:0123"), t.arena, NULL, &err),
		NK_DENIED);
	kit_clock_move(-2 * NK_DAY);
	kit_fails(look(&t, id), NK_DENIED);
	kit_clock_move(5 * NK_DAY);
	kit_fails(look(&t, id), NK_DENIED);
	kit_fails(use(&t, id), NK_DENIED);
	state_is(&t, id, "expired");
}

static void the_store_cannot_widen_what_was_signed(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_err err = { 0 };

	(void)state;
	SPOIL(&t, "UPDATE warrant SET until_at = until_at + 1 WHERE kind = 'egress'");
	kit_fails(look(&t, id), NK_DENIED);
	SPOIL(&t, "UPDATE warrant SET until_at = until_at - 1, scope = 'bundle:0124' WHERE kind = 'egress'");
	kit_fails(look_at(&t, id, "bundle:0124"), NK_DENIED);
	SPOIL(&t, "UPDATE warrant SET scope = 'bundle:0123', needs = 'superior' WHERE kind = 'egress'");
	kit_fails(look(&t, id), NK_DENIED);
	SPOIL(&t, "UPDATE warrant SET needs = 'superior,officer', uses_left = 3 WHERE kind = 'egress'");
	kit_fails(look(&t, id), NK_DENIED);
	SPOIL(&t, "UPDATE warrant SET uses_left = 2 WHERE kind = 'egress'");
	kit_ok(look(&t, id), &err);
	/* Used twice, and the counter put back. */
	kit_ok(use(&t, id), &err);
	kit_ok(use(&t, id), &err);
	SPOIL(&t, "UPDATE warrant SET uses_left = 2, state = 'granted' WHERE kind = 'egress'");
	kit_fails(use(&t, id), NK_DENIED);
}

static void a_request_that_was_changed_or_exchanged_is_noticed(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_uuid other = request(&t);

	(void)state;
	SPOIL(&t, "UPDATE warrant SET request_digest = zeroblob(32) WHERE kind = 'egress' AND state = 'granted'");
	kit_fails(look(&t, id), NK_DENIED);
	SPOIL(&t, "UPDATE warrant SET request_digest = zeroblob(32) WHERE kind = 'egress'");
	kit_fails(judge(&t, other, "sign", "superior", &who.superior), NK_DENIED);
	SPOIL(&t, "UPDATE warrant SET request = zeroblob(200) WHERE kind = 'egress'");
	kit_fails(look(&t, id), NK_DENIED);
	kit_fails(judge(&t, other, "sign", "superior", &who.superior), NK_DENIED);
}

static void a_state_that_says_granted_without_signatures_allows_nothing(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid other;

	(void)state;
	(void)granted(&t, &who);
	other = request(&t);
	SPOIL(&t, "UPDATE warrant SET state = 'granted' WHERE state = 'requested'");
	kit_fails(look(&t, other), NK_DENIED);
	/* The signatures of the other warrant moved here. */
	SPOIL(&t,
		"INSERT INTO warrant_side SELECT (SELECT id FROM warrant WHERE signer_id IS NULL), party_id, side, limitation "
		"FROM warrant_side s WHERE side = 'judges'");
	SPOIL(&t,
		"INSERT INTO warrant_part SELECT (SELECT id FROM warrant WHERE signer_id IS NULL), party_id, side, part, role, "
		"statement, at, leaf FROM warrant_part WHERE part = 'sign' AND side = 'judges'");
	kit_fails(look(&t, other), NK_DENIED);
	kit_fails(use(&t, other), NK_DENIED);
}

/* Somebody who may write to the store and has its log key puts `by`'s signature on warrant `of` under the officer of
 * `id`. */
static void forge(struct ft *t, struct nk_uuid id, struct nk_uuid of, const struct two *who, const struct judge *by)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_warrant_part part = { .part = NK_PART_SIGN, .party = who->officer.id, .role = NK_STR("officer") };
	struct nk_asked a;
	struct nk_party signer;
	struct nk_err err = { 0 };

	nk_buf_init(&statement, 1 << 20);
	nk_buf_init(&envelope, 1 << 20);
	nk_buf_init(&box, 1 << 20);
	kit_ok(nk_asked_get(t->flow, of, t->arena, &a, &err), &err);
	kit_ok(nk_party_get(t->flow->store, NULL, part.party, t->arena, &signer, &err), &err);
	kit_ok(nk_asked_statement(t->flow, &a, &part, &signer, NULL, &statement, &err), &err);
	kit_ok(nk_cert_sign(nk_buf_bytes(&statement), &by->seed, &envelope, &err), &err);
	kit_ok(nk_asked_seal(t->flow, id, &part, nk_buf_bytes(&envelope), &box, &err), &err);
	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_stmt_get(t->flow->store, "UPDATE warrant_part SET statement = ?1 WHERE role = 'officer'", &stmt, &err), &err);
	nk_stmt_blob(stmt, 1, nk_buf_bytes(&box));
	kit_ok(nk_stmt_run(stmt, &err), &err);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &err), &err);
}

static void a_forged_signature_is_not_believed(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_err err = { 0 };

	(void)state;
	forge(&t, id, id, &who, &who.officer); /* the control: it is not the forging that spoils it */
	kit_ok(look(&t, id), &err);
	forge(&t, id, id, &who, &who.superior);
	kit_fails(look(&t, id), NK_DENIED);
	/* The officer's own, but under another request. */
	forge(&t, id, request(&t), &who, &who.officer);
	kit_fails(look(&t, id), NK_DENIED);
	kit_fails(use(&t, id), NK_DENIED);
}

static void a_signature_ends_with_its_signer_and_with_his_role(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_err err = { 0 };

	(void)state;
	SPOIL(&t, "UPDATE party SET roles = 'auditor' WHERE roles = 'officer'");
	kit_fails(look(&t, id), NK_DENIED);
	SPOIL(&t, "UPDATE party SET roles = 'officer' WHERE roles = 'auditor'");
	kit_ok(look(&t, id), &err);
	kit_fails(ft_end(&t, who.officer.id, &err), NK_DENIED); /* the last one */
	(void)enrol(&t, "officer");
	kit_ok(ft_end(&t, who.officer.id, &err), &err);
	kit_fails(look(&t, id), NK_DENIED);
	kit_fails(use(&t, id), NK_DENIED);
	kit_fails(judge(&t, request(&t), "sign", "officer", &who.officer), NK_DENIED);
	kit_fails(ft_end(&t, who.officer.id, &err), NK_NOT_FOUND);
	kit_fails(ft_end(&t, t.flow->actor, &err), NK_DENIED);
}

static void what_one_refuses_or_revokes_is_over(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_uuid other = request(&t);
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(judge(&t, other, "refuse", "officer", &who.officer), &err);
	kit_fails(judge(&t, other, "sign", "superior", &who.superior), NK_DENIED);
	kit_fails(look(&t, other), NK_DENIED);
	state_is(&t, other, "refused");
	kit_ok(judge(&t, id, "revoke", "officer", &who.officer), &err);
	kit_fails(use(&t, id), NK_DENIED);
	state_is(&t, id, "revoked");
	SPOIL(&t, "UPDATE warrant SET state = 'granted' WHERE state = 'revoked'");
	kit_fails(look(&t, id), NK_DENIED);
	kit_fails(use(&t, id), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "warrant_refuse"), 2);
}

static void two_names_with_one_key_are_not_two_signers(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_party_request req = { .name = NK_STR("別名"), .roles = NK_STR("officer") };
	struct nk_party_reply out;
	struct nk_err err = { 0 };

	(void)state;
	nk_sign_public(&who.superior.seed, req.public_key);
	kit_fails(nk_op_party_add(t.flow, &req, &out, &err), NK_EXISTS);
	/* As if it had been enrolled all the same: both signatures are good, and still of one human. */
	SPOIL(&t, "UPDATE party SET public_key = (SELECT public_key FROM party WHERE roles = 'superior') WHERE roles = 'officer'");
	id = request(&t);
	kit_ok(judge(&t, id, "sign", "superior", &who.superior), &err);
	kit_ok(judge(&t, id, "sign", "officer", &who.superior), &err);
	state_is(&t, id, "granted");
	kit_fails(look(&t, id), NK_DENIED);
}

static void a_request_that_is_not_complete_is_refused_with_the_word(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_warrant_request req;
	struct nk_uuid id;
	struct nk_err err = { 0 };
	char long_scope[256];

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	memset(long_scope, 'x', sizeof(long_scope));
	req = wish();
	req.purpose = NK_STR("");
	kit_fails(nk_op_warrant_request(t.flow, &req, &id, &err), NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "purpose"));
	req = wish();
	req.kind = NK_STR("anything");
	kit_fails(nk_op_warrant_request(t.flow, &req, &id, &err), NK_INVALID);
	req = wish();
	req.scope = (struct nk_str){ long_scope, 201 };
	kit_fails(nk_op_warrant_request(t.flow, &req, &id, &err), NK_INVALID);
	req = wish();
	req.uses = 0;
	kit_fails(nk_op_warrant_request(t.flow, &req, &id, &err), NK_INVALID);
	req = wish();
	req.until_at = 5;
	kit_fails(nk_op_warrant_request(t.flow, &req, &id, &err), NK_INVALID);
	req = wish();
	req.details = nk_str_bytes(NK_STR("[1]"));
	kit_fails(nk_op_warrant_request(t.flow, &req, &id, &err), NK_INVALID);
	req.details = nk_str_bytes(NK_STR("{\"a\":"));
	kit_fails(nk_op_warrant_request(t.flow, &req, &id, &err), NK_INVALID);
	assert_int_equal(ft_leaves(t.flow, "warrant_ask"), 0);
}

/* The roles of the configuration stand whatever the request names. */
static void the_configuration_says_who_signs_and_a_request_can_only_add(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_warrant_request req = wish();
	struct nk_warrant_row row;
	struct nk_uuid id;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, "[warrant]\negress = principal vice_principal\n[roles]\nprincipal = 学校長\n");
	ft_open(&t);
	kit_ok(nk_op_warrant_request(t.flow, &req, &id, &err), &err);
	kit_ok(nk_op_warrant_show(t.flow, id, t.arena, &row, &err), &err);
	assert_true(nk_str_eq(row.needs, NK_STR("principal,vice_principal,officer")));
	assert_true(nk_str_eq(row.waits_for, row.needs));
	assert_true(nk_str_eq(nk_config_role_label(t.flow->config, NK_STR("principal")), NK_STR("学校長")));
	assert_true(nk_str_eq(nk_config_role_label(t.flow->config, NK_STR("vice_principal")), NK_STR("教頭")));
}

static void a_stated_limitation_is_signed_by_everybody_who_signs(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct judge officer;
	struct nk_warrant_judge_request req = { .step = NK_STR("sign"), .role = NK_STR("officer") };
	struct nk_err err = { 0 };

	(void)state;
	nk_buf_init(&text, 1 << 20);
	ft_new(&t, "[separation]\nlimitation = 担当が一人しかいないため\n");
	ft_open(&t);
	officer = enrol(&t, "officer");
	req.id = request(&t);
	req.party = officer.id;
	kit_ok(nk_op_warrant_statement(t.flow, &req, &text, &err), &err);
	assert_true(nk_str_find(nk_buf_str(&text), NK_STR("\"limitation\":\"担当が一人しかいないため; " NK_LIMITATION_ALONE "\"")) != SIZE_MAX);
	assert_true(nk_str_find(nk_buf_str(&text), NK_STR("\"details\":{\"files\"")) != SIZE_MAX);
}

/* Whatever operation takes it: the report is owed in the same commit. */
static void whoever_takes_a_warrant_owes_its_report_and_another_its_acceptance(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct two who;
	struct nk_uuid id = granted(&t, &who);
	struct nk_warrant_row row;
	struct nk_err err = { 0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

		kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
		kit_ok(nk_warrant_take(t.flow, tx, id, NK_STR("egress"), NK_STR("SEAL"), NK_STR("bundle:0123"), t.arena, NULL, &err),
			&err);
		kit_ok(nk_warrant_done(t.flow, tx, id, "thing:1", &err), &err); /* the first time uses are left: nothing yet */
		kit_ok(nk_flow_commit(t.flow, &tx, &err), &err);
		kit_ok(nk_op_warrant_show(t.flow, id, t.arena, &row, &err), &err);
		assert_true(nk_str_eq(row.owes, i == 0 ? NK_STR("report") : NK_STR("accept")));
	}
	assert_true(nk_str_eq(row.report, NK_STR("thing:1")));
	kit_fails(judge(&t, id, "accept", "operator", &who.officer), NK_DENIED);
	kit_ok(judge(&t, id, "accept", "officer", &who.officer), &err);
	kit_ok(nk_op_warrant_show(t.flow, id, t.arena, &row, &err), &err);
	assert_true(row.owes.len == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_takes_a_warrant_owes_its_report_and_another_its_acceptance),
		cmocka_unit_test(from_request_to_accepted_report_each_step_leaves_its_leaf),
		cmocka_unit_test(the_report_and_its_acceptance_are_owed),
		cmocka_unit_test(a_refused_attempt_is_written_down_without_its_words),
		cmocka_unit_test(a_key_of_nobody_a_role_not_held_and_a_role_not_needed_sign_nothing),
		cmocka_unit_test(one_party_does_not_sign_in_two_roles),
		cmocka_unit_test(who_asked_does_not_sign_and_who_signed_does_not_carry_out),
		cmocka_unit_test(a_warrant_holds_for_its_time_its_uses_and_its_scope_only),
		cmocka_unit_test(the_store_cannot_widen_what_was_signed),
		cmocka_unit_test(a_request_that_was_changed_or_exchanged_is_noticed),
		cmocka_unit_test(a_state_that_says_granted_without_signatures_allows_nothing),
		cmocka_unit_test(a_forged_signature_is_not_believed),
		cmocka_unit_test(a_signature_ends_with_its_signer_and_with_his_role),
		cmocka_unit_test(what_one_refuses_or_revokes_is_over),
		cmocka_unit_test(two_names_with_one_key_are_not_two_signers),
		cmocka_unit_test(a_request_that_is_not_complete_is_refused_with_the_word),
		cmocka_unit_test(the_configuration_says_who_signs_and_a_request_can_only_add),
		cmocka_unit_test(a_stated_limitation_is_signed_by_everybody_who_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
