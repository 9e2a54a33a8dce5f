/*
 * parties_test.c: who is enrolled, in which words, and which units may not share a party or a key.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"
#include "party_int.h"

struct judge {
	struct nk_key seed;
	struct nk_uuid id;
};

static nk_rc enrol_rc(struct ft *t, struct nk_party_request *req, struct judge *out, struct nk_err *err)
{
	return ft_enrol(t, req, &out->seed, &out->id, err);
}

static struct judge enrol(struct ft *t, const char *roles)
{
	struct nk_party_request req = { .name = NK_STR("承認 係"), .roles = nk_str_c(roles) };
	struct nk_err err = { 0 };
	struct judge j;

	kit_ok(enrol_rc(t, &req, &j, &err), &err);
	return j;
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

#define APART "[separation]\napart = development/build maker/verifier\n"

static void a_key_in_two_units_that_must_be_apart_makes_the_configuration_invalid(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_party_request req = { .name = NK_STR("兼務 太郎"), .roles = NK_STR("development"), .unit = NK_STR("build") };
	struct nk_party_request one = { .name = NK_STR("開発 花子"), .roles = NK_STR("release"), .unit = NK_STR("development") };
	struct judge j;
	struct nk_party_reply id;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, APART);
	ft_open(&t);
	/* At enrolment: one party in both, then one key in both. */
	kit_fails(enrol_rc(&t, &req, &j, &err), NK_CONFIG);
	kit_ok(enrol_rc(&t, &one, &j, &err), &err);
	one.unit = NK_STR("build");
	kit_fails(nk_op_party_add(t.flow, &one, &id, &err), NK_CONFIG);
	one.unit = NK_STR("training");
	kit_fails(nk_op_party_add(t.flow, &one, &id, &err), NK_EXISTS);
	/* At load: somebody wrote it beside the program. */
	SPOIL(&t,
		"INSERT INTO party(id, kind, roles, label, public_key, enrolled_at, unit) SELECT randomblob(16), kind, 'build', label, "
		"public_key, enrolled_at, 'works' FROM party WHERE unit = 'development'");
	ft_close(&t);
	kit_fails(ft_open_rc(&t, kit_env(), true, &t.flow, &err), NK_CONFIG);
	assert_non_null(strstr(err.text[NK_LANG_EN], "development"));
	assert_non_null(strstr(err.text[NK_LANG_EN], "build"));
	ft_write(&t, "conf.d/u.conf", "[separation]\nlimitation = 担当が一人しかいないため\n");
	kit_ok(ft_open_rc(&t, kit_env(), true, &t.flow, &err), &err);
	ft_close(&t);
	ft_unlink(&t, "conf.d/u.conf");
	ft_write(&t, "conf.d/test.conf", "[separation]\napart = development/\n");
	kit_fails(ft_open_rc(&t, kit_env(), true, &t.flow, &err), NK_CONFIG);
}

static void a_party_is_known_by_words_that_somebody_explained(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_party_request req = { .name = NK_STR("係"), .roles = NK_STR("ofiser") };
	struct judge j;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, "[roles]\nlibrarian = 司書\n");
	ft_open(&t);
	kit_fails(enrol_rc(&t, &req, &j, &err), NK_INVALID);
	req.roles = NK_STR("librarian");
	req.kind = NK_STR("robot");
	kit_fails(enrol_rc(&t, &req, &j, &err), NK_INVALID);
	req.kind = NK_STR("program");
	req.unit = NK_STR("Büro");
	kit_fails(enrol_rc(&t, &req, &j, &err), NK_INVALID);
	req.unit = NK_STR("library");
	req.ssh_key = NK_STR("ssh-rsa AAAA");
	assert_false(nk_ok(enrol_rc(&t, &req, &j, &err)));
	req.ssh_key = NK_STR("");
	req.recipient = NK_STR("nobody");
	kit_fails(enrol_rc(&t, &req, &j, &err), NK_INVALID);
	req.recipient = NK_STR("");
	req.deputy.b[0] = 1;
	kit_fails(enrol_rc(&t, &req, &j, &err), NK_NOT_FOUND);
	req.deputy.b[0] = 0;
	kit_ok(enrol_rc(&t, &req, &j, &err), &err);
}

static void a_role_has_the_first_who_has_not_ended(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct judge a;
	struct judge b;
	struct nk_party got;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	kit_fails(nk_role_party(t.flow, "officer", t.arena, &got, &err), NK_NOT_FOUND);
	a = enrol(&t, "officer");
	kit_clock_move(NK_SECOND);
	b = enrol(&t, "auditor,officer");
	kit_ok(nk_role_party(t.flow, "officer", t.arena, &got, &err), &err);
	assert_true(nk_uuid_eq(got.id, a.id));
	kit_ok(ft_end(&t, a.id, &err), &err);
	kit_ok(nk_role_party(t.flow, "officer", t.arena, &got, &err), &err);
	assert_true(nk_uuid_eq(got.id, b.id));
	kit_fails(nk_signer_of(t.flow, &a.seed, t.arena, &got, &err), NK_DENIED);
	kit_ok(nk_signer_of(t.flow, &b.seed, t.arena, &got, &err), &err);
}

/* What the operator alone can do about who judges, once there is an officer: nothing. */
static void who_judges_comes_and_goes_under_an_officers_order(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	static const char *const judging[] = { "verifier", "director", "privacy", "superior", "officer", "auditor", "clerk" };
	struct nk_party_request req = { .name = NK_STR("仮の 人") };
	struct nk_party_reply r;
	struct nk_key seed;
	struct judge officer;
	struct judge before;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, "[warrant]\nchange = clerk\n");
	ft_open(&t);
	before = enrol(&t, "superior"); /* nobody is there yet who could sign for him */
	officer = enrol(&t, "officer");
	for (size_t i = 0; i < NK_ARRAY_LEN(judging); i++) {
		req.roles = nk_str_c(judging[i]);
		kit_ok(nk_op_party_key(kit_env(), &seed, req.public_key, &err), &err);
		kit_ok(nk_op_party_add(t.flow, &req, &r, &err), &err);
		assert_true(r.waits);
	}
	req.unit = NK_STR("development"); /* a unit judges as a role does */
	req.roles = NK_STR("teacher");
	kit_ok(nk_op_party_add(t.flow, &req, &r, &err), &err);
	assert_true(r.waits);
	req.unit = NK_STR("");
	kit_ok(nk_op_party_add(t.flow, &req, &r, &err), &err);
	assert_false(r.waits);
	kit_ok(nk_op_party_end(t.flow, before.id, &r, &err), &err);
	assert_true(r.waits);
	kit_fails(nk_op_party_end(t.flow, officer.id, &r, &err), NK_DENIED); /* the last one */
	assert_string_equal(nk_refusal_word(&err), "last-officer");
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM party WHERE ended_at IS NULL"), 4);
}

static void an_officers_order_is_for_one_person_with_one_key_and_one_use(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_party_request req = { .name = NK_STR("仮の 人"), .roles = NK_STR("verifier") };
	struct nk_party_request other;
	struct nk_party_reply r;
	struct nk_party_reply again;
	struct nk_key seed;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	(void)enrol(&t, "officer");
	kit_ok(nk_op_party_key(kit_env(), &seed, req.public_key, &err), &err);
	kit_ok(nk_op_party_add(t.flow, &req, &r, &err), &err);
	kit_ok(ft_sign(&t, r.warrant, &err), &err);
	other = req;
	other.public_key[0] ^= 1;
	kit_ok(nk_op_party_add(t.flow, &other, &again, &err), &err);
	assert_true(again.waits && !nk_uuid_eq(again.warrant, r.warrant));
	other = req;
	other.name = NK_STR("別の 人");
	kit_fails(nk_op_party_add(t.flow, &other, &again, &err), NK_DENIED);
	assert_string_equal(nk_refusal_word(&err), "other-scope");
	kit_ok(nk_op_party_add(t.flow, &req, &again, &err), &err);
	assert_false(again.waits);
	kit_ok(ft_end(&t, again.id, &err), &err);
	kit_ok(nk_op_party_add(t.flow, &req, &again, &err), &err);
	assert_true(again.waits); /* a second time needs a second order */
	/* The acts reported themselves; that somebody else accepts is owed. */
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM duty WHERE kind = 'report-work' AND closed_at IS NULL"), 0);
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM duty WHERE kind = 'accept-report' AND closed_at IS NULL"), 2);
}

static void a_judge_enrolled_by_the_operator_alone_is_said_in_every_statement(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_err err = { 0 };
	bool alone = true;

	(void)state;
	ft_new(&t, "[separation]\nlimitation = 小さい\n");
	ft_open(&t);
	nk_buf_init(&text, 4096);
	kit_ok(nk_party_alone(t.flow, &alone, &err), &err);
	assert_false(alone);
	(void)enrol(&t, "officer");
	(void)enrol(&t, "verifier"); /* under the officer's order: he changes nothing */
	kit_ok(nk_flow_said_limitation(t.flow, &text, &err), &err);
	assert_true(nk_str_eq(nk_buf_str(&text), NK_STR("小さい; " NK_LIMITATION_ALONE)));
	SPOIL(&t, "UPDATE party SET roles = 'teacher' WHERE roles = 'officer'");
	kit_ok(nk_party_alone(t.flow, &alone, &err), &err);
	assert_false(alone);
	SPOIL(&t, "UPDATE party SET roles = 'verifier,director' WHERE roles = 'verifier'");
	kit_ok(nk_party_alone(t.flow, &alone, &err), &err);
	assert_true(alone); /* nobody signed for that */
}

/* The configuration cannot make a judge of somebody whom the operator alone enrolled as one who only acts. */
static void whom_no_officer_vouched_for_judges_nothing_whatever_the_configuration_calls_him(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	const struct nk_warrant_request ask = { .kind = NK_STR("egress"), .verbs = NK_STR("SEAL"), .scope = NK_STR("bundle:00ff"),
		.purpose = NK_STR("調査"), .until_at = KIT_START + 2 * NK_DAY, .uses = 1 };
	struct nk_warrant_judge_request sign = { .step = NK_STR("sign"), .role = NK_STR("clerk") };
	struct judge clerk;
	struct judge vouched;
	struct nk_party p;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	(void)enrol(&t, "officer");
	clerk = enrol(&t, "clerk"); /* who acts: no order is asked for */
	ft_write(&t, "conf.d/test.conf", "[warrant]\negress = clerk\n");
	ft_reopen(&t);
	kit_ok(nk_op_warrant_request(t.flow, &ask, &sign.id, &err), &err);
	sign.seed = &clerk.seed;
	kit_fails(nk_op_warrant_judge(t.flow, &sign, &err), NK_DENIED);
	assert_string_equal(nk_refusal_word(&err), "not-vouched");
	kit_ok(nk_party_get(t.flow->store, NULL, clerk.id, t.arena, &p, &err), &err);
	kit_fails(nk_party_may_judge(t.flow, &p, NK_STR(""), &err), NK_DENIED); /* nor is he a second party */
	vouched = enrol(&t, "clerk"); /* now one who judges: under the officer's order */
	sign.seed = &vouched.seed;
	kit_ok(nk_op_warrant_judge(t.flow, &sign, &err), &err);
	kit_ok(nk_party_get(t.flow->store, NULL, vouched.id, t.arena, &p, &err), &err);
	kit_ok(nk_party_may_judge(t.flow, &p, NK_STR("clerk"), &err), &err);
	kit_fails(nk_party_may_judge(t.flow, &p, NK_STR("officer"), &err), NK_DENIED);
	/* Looked at again when it is used: what stands in the store is not enough. */
	SPOIL(&t, "DELETE FROM warrant_part WHERE part = 'use'");
	kit_fails(nk_warrant_look(t.flow, sign.id, NK_STR("egress"), NK_STR("SEAL"), ask.scope, t.arena, NULL, &err), NK_DENIED);
}

static void an_officer_without_a_key_could_sign_nothing_and_is_not_enrolled(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	const struct nk_party_request req = { .name = NK_STR("名ばかり"), .roles = NK_STR("officer") };
	struct nk_party_reply r;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	kit_fails(nk_op_party_add(t.flow, &req, &r, &err), NK_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_in_two_units_that_must_be_apart_makes_the_configuration_invalid),
		cmocka_unit_test(a_party_is_known_by_words_that_somebody_explained),
		cmocka_unit_test(a_role_has_the_first_who_has_not_ended),
		cmocka_unit_test(who_judges_comes_and_goes_under_an_officers_order),
		cmocka_unit_test(an_officers_order_is_for_one_person_with_one_key_and_one_use),
		cmocka_unit_test(a_judge_enrolled_by_the_operator_alone_is_said_in_every_statement),
		cmocka_unit_test(whom_no_officer_vouched_for_judges_nothing_whatever_the_configuration_calls_him),
		cmocka_unit_test(an_officer_without_a_key_could_sign_nothing_and_is_not_enrolled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
