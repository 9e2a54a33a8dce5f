/*
 * way_out_test.c: what leaves, or lets leave, without being a bundle: approvals that were asked for by hand, backups for
 * somebody of the operator's own choice, letters, copies said to be gone, settings made weaker.
 */
#include "base.h"

#include <cmocka.h>

#include "asked_int.h"
#include "backup_test_kit.h"
#include "case_test_kit.h"

/* Every leaver needs a second person. */
#define STRICT "[guard]\ngraduates = no\nleave_number = 0\nleave_percent = 0\nseason_percent = 0\n"

static struct nk_import_reply waiting(struct ft *t)
{
	struct nk_import_reply r;

	ft_new(t, STRICT);
	kit_clock_move(60 * NK_DAY);
	ft_open(t);
	assert_int_equal(ft_import(t, 0).outcome, NK_IMPORT_DONE);
	r = ft_import(t, 2);
	assert_int_equal(r.outcome, NK_IMPORT_NEEDS_APPROVAL);
	return r;
}

/* As by an older version, or by a program of one's own: the store has a warrant of that hash, signed for another number. */
static void ask_beside(struct ft *t, const char *what, const char *hash, uint32_t uses, nk_time until)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_judging how = { .part = NK_PART_SIGN, .role = NK_STR("officer"), .seed = &t->officer };
	struct nk_warrant_ask ask = { .kind = NK_STR("exception"),
		.verbs = NK_STR("apply"),
		.purpose = NK_STR("小修正"),
		.uses = uses,
		.until_at = until };
	char scope[160];
	struct nk_uuid id;
	struct nk_err err = { 0 };

	(void)snprintf(scope, sizeof(scope), "%s:%s:%d", what, hash, strcmp(what, "import") == 0 ? 2 : 1);
	ask.scope = nk_str_c(scope);
	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_warrant_ask(t->flow, tx, &ask, &id, &err), &err);
	kit_ok(nk_asked_judge(t->flow, tx, id, &how, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
}

static void an_approval_is_only_what_the_guard_asked_for_itself(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r = waiting(&t);
	const nk_time now = nk_now(kit_env());
	struct nk_approve_request yes;

	(void)state;
	(void)enrol(&t, "officer");
	ask_beside(&t, "x", r.hash, 1, now + NK_DAY / 2); /* of no operation, for another number */
	ask_beside(&t, "plan", r.hash, 1, now + NK_DAY / 2); /* of another operation */
	ask_beside(&t, "import", r.hash, 50, now + NK_DAY / 2); /* for more than one use */
	ask_beside(&t, "import", r.hash, 1, now + 30 * NK_DAY); /* for longer than a day */
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_NEEDS_APPROVAL);
	assert_int_equal(ft_person(t.flow, ft_leaver(0))->state, NK_PERSON_ACTIVE);
	yes = (struct nk_approve_request){ .hash = nk_str_c(r.hash), .count = 2, .seed = t.officer };
	assert_int_equal(nk_op_approve(t.flow, &yes, NULL).code, NK_CONFLICT); /* "plan" bears this hash, too */
}

static void what_stands_in_clear_of_a_warrant_is_of_closed_lists(void **state)
{
	static const struct {
		const char *scope, *verbs, *needs;
		nk_rc want;
	} asked[] = {
		{ "case:018f0000-0000-4000-8000-000000000001/rollout", "WAIVE", "", { NK_OK } },
		{ "persons:018f0000-0000-4000-8000-000000000001,018f0000-0000-4000-8000-000000000002", "MERGE", "officer", { NK_OK } },
		{ "log", "LOOK,COPY", "", { NK_OK } },
		{ "残川消太郎", "READ", "", { NK_INVALID } },
		{ "person:zankawa", "READ", "", { NK_INVALID } },
		{ "person:abe", "READ", "", { NK_INVALID } }, /* hexadecimal, and a family name */
		{ "log", "ZANKAWA", "", { NK_INVALID } },
		{ "log", "LOOK", "zankawa", { NK_INVALID } },
		{ "import:0011:1", "LOOK", "", { NK_DENIED } },
		{ "x:0011:1", "apply", "", { NK_INVALID } },
	};
	NK_OWNED(ft_done) struct ft t;
	struct nk_uuid id;

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	for (size_t i = 0; i < NK_ARRAY_LEN(asked); i++) {
		const struct nk_warrant_request req = { .kind = NK_STR("exception"),
			.verbs = nk_str_c(asked[i].verbs),
			.scope = nk_str_c(asked[i].scope),
			.needs = nk_str_c(asked[i].needs),
			.purpose = NK_STR("試し"),
			.uses = 1,
			.until_at = nk_now(kit_env()) + NK_DAY };

		assert_int_equal(nk_op_warrant_request(t.flow, &req, &id, NULL).code, asked[i].want.code);
	}
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM warrant WHERE kind = 'exception'"), 3);
}

static void a_backup_is_for_nobody_whom_the_operator_alone_chose(void **state)
{
	struct bt b;
	struct nk_party own = { .kind = NK_STR("person"), .roles = NK_STR("custodian"), .label = NK_STR("自分 用") };
	struct nk_age_recipient r;
	const struct nk_key mine = { { 0x44 } };
	char to[NK_AGE_RECIPIENT_TEXT];
	struct nk_backup_request req;
	struct nk_str mine_to;

	(void)state;
	bt_new(&b, 2, NULL);
	nk_age_recipient_of(&mine, &r);
	nk_age_recipient_print(&r, to);
	mine_to = nk_str_c(to);
	own.recipient = mine_to;
	bt_party_(&b, &own);
	req = bt_request(&b);
	req.recipients = &mine_to;
	assert_int_equal(nk_op_backup(b.t.flow, &req, b.t.arena, &b.made, NULL).code, NK_DENIED);
	req = bt_request(&b);
	req.keys_recipients = &mine_to; /* nor the keys alone */
	req.n_keys_recipients = 1;
	assert_int_equal(nk_op_backup(b.t.flow, &req, b.t.arena, &b.made, NULL).code, NK_DENIED);
	assert_int_equal(ft_count(b.t.flow, "SELECT COUNT(*) FROM holding WHERE kind IN ('backup', 'backup_keys')"), 0);
	assert_int_equal(ft_leaves(b.t.flow, "refused"), 2);
	bt_backup(&b); /* for who came before the first officer, which is said */
	assert_true(b.made.recipient_alone);
	bt_done(&b);
}

static void letters_in_clear_take_an_officer_or_the_headquarters(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_letters_request req = { .lang = NK_LANG_JA };
	struct nk_case_letters_reply out;
	struct nk_holding_close_request end = { .verified = true };
	struct who auditor;
	struct who officer;
	struct nk_err err = { 0 };
	char path[PATH_MAX];

	(void)state;
	begin(&t);
	(void)ft_import(&t, 0);
	r = doubt(&t);
	link_copy(&t, r.receipt, a_copy(&t, 1, 10), "leaked");
	officer = enrol(&t, "officer");
	auditor = enrol(&t, "auditor");
	req.ref = nk_str_c(r.receipt);
	req.dir = t.tmp.dir;
	kit_fails(nk_op_case_letters(t.flow, &req, &out, &err), NK_DENIED);
	req.seed = &auditor.seed;
	kit_fails(nk_op_case_letters(t.flow, &req, &out, &err), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), 2);
	(void)snprintf(path, sizeof(path), "%s/letters.txt", t.tmp.dir);
	assert_false(nk_os_is_there(path));
	req.seed = &officer.seed;
	kit_ok(nk_op_case_letters(t.flow, &req, &out, &err), &err);
	/* And they end before a second party, when they are gone. */
	end.holding = out.holding;
	kit_fails(nk_op_holding_close(t.flow, &end, &err), NK_DENIED);
	end.seed = &auditor.seed;
	kit_fails(nk_op_holding_close(t.flow, &end, &err), NK_CONFLICT);
	assert_int_equal(unlink(path), 0);
	kit_ok(nk_op_holding_close(t.flow, &end, &err), &err);
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM holding WHERE kind = 'letter' AND gone = 'verified'"), 1);
}

static void settings_made_weaker_stand_in_the_ledger_and_in_every_statement(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_buf_done) struct nk_buf said = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	nk_buf_init(&said, 4096);
	ft_new(&t, STRICT); /* stricter is not weaker */
	ft_open(&t);
	(void)doubt(&t);
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM leaf WHERE instr(CAST(entry AS TEXT), '\"weaker\":0') > 0"), 1);
	kit_ok(nk_flow_said_limitation(t.flow, &said, &err), &err);
	assert_int_equal(said.len, 0);
	ft_close(&t);
	ft_write(&t, "conf.d/weak.conf", "[guard]\nleave_number = 100000\nleave_percent = 100\n[warrant]\negress = officer\n[training]\nrequired_for = none\n");
	ft_open(&t);
	(void)doubt(&t);
	(void)doubt(&t); /* once a change */
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM leaf WHERE instr(CAST(entry AS TEXT), '\"weaker\":4') > 0"), 1);
	kit_ok(nk_flow_said_limitation(t.flow, &said, &err), &err);
	assert_non_null(strstr(nk_buf_str(&said).ptr, "4 settings of the guard"));
	ft_close(&t);
	ft_unlink(&t, "conf.d/weak.conf");
	ft_open(&t);
	(void)doubt(&t);
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM leaf WHERE instr(CAST(entry AS TEXT), '\"weaker\":0') > 0"), 2); /* and so is the way back */
}

static void an_attempt_that_fails_inside_a_transaction_is_written_down(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct who auditor;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	r = doubt(&t);
	(void)enrol(&t, "officer");
	auditor = enrol(&t, "auditor");
	kit_fails(nk_op_case_classify(t.flow,
			  &(struct nk_case_class_request){
				  .ref = nk_str_c(r.receipt), .classes = NK_STR("none"), .because = NK_STR("違う"), .seed = &auditor.seed },
			  &err),
		NK_DENIED);
	ft_reopen(&t);
	assert_int_equal(ft_leaves(t.flow, "case-classify"), 1);
	assert_int_equal(ft_leaves(t.flow, "wrong-role"), 1);
}

static void who_approves_is_the_role_that_the_configuration_names(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_import_reply r;
	struct who principal;
	struct nk_approve_request yes;
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, STRICT "[warrant]\nexception = officer,principal\n");
	kit_clock_move(60 * NK_DAY);
	ft_open(&t);
	assert_int_equal(ft_import(&t, 0).outcome, NK_IMPORT_DONE);
	r = ft_import(&t, 2);
	assert_int_equal(r.outcome, NK_IMPORT_NEEDS_APPROVAL);
	(void)enrol(&t, "officer");
	principal = enrol(&t, "principal");
	yes = (struct nk_approve_request){ .hash = nk_str_c(r.hash), .count = 2, .seed = principal.seed };
	kit_ok(nk_op_approve(t.flow, &yes, &err), &err);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_NEEDS_APPROVAL); /* one of the two */
	yes.seed = t.officer;
	kit_ok(nk_op_approve(t.flow, &yes, &err), &err);
	assert_int_equal(ft_import(&t, 2).outcome, NK_IMPORT_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_approval_is_only_what_the_guard_asked_for_itself),
		cmocka_unit_test(what_stands_in_clear_of_a_warrant_is_of_closed_lists),
		cmocka_unit_test(a_backup_is_for_nobody_whom_the_operator_alone_chose),
		cmocka_unit_test(letters_in_clear_take_an_officer_or_the_headquarters),
		cmocka_unit_test(settings_made_weaker_stand_in_the_ledger_and_in_every_statement),
		cmocka_unit_test(an_attempt_that_fails_inside_a_transaction_is_written_down),
		cmocka_unit_test(who_approves_is_the_role_that_the_configuration_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
