/*
 * custody_test.c: the copies' nouns, and the invariants I2, I3, I4 (DESIGN 2) by name.
 */
#include "base.h"

#include "custody_test_kit.h"

#include "kit_scan.h"

static struct nk_uuid open_holding(struct world *w, enum nk_holding_kind kind)
{
	const struct nk_holding h = holding_of(w, kind);
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };
	struct nk_uuid id;

	kit_ok(nk_holding_open(tx, &w->k.label_key, &h, &id, &err), &err);
	kit_commit(&tx);
	return id;
}

static struct nk_uuid add_evidence(struct world *w, struct nk_tx *tx)
{
	const struct nk_hash digest = { { 7 } };
	struct nk_err err = { 0 };
	struct nk_uuid id;

	(void)w;
	kit_ok(nk_evidence_add(tx, NK_STR("statement"), &digest, nk_bytes_of("{}", 2), 3, KIT_START, &id, &err),
		&err);
	return id;
}

static void refused(struct world *w, const struct nk_holding *h, enum nk_code code)
{
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };
	struct nk_uuid id;

	kit_fails(nk_holding_open(tx, &w->k.label_key, h, &id, &err), code);
	nk_tx_end(&tx);
}

static void i2_no_holding_without_custodian_purpose_warrant_expiry_and_duty(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_holding h;
	struct nk_holding *holdings = NULL;
	struct nk_duty *duties = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid id;
	size_t n = 0;

	(void)state;
	world_new(&w);
	h = holding_of(&w, NK_HOLDING_store);
	h.custodian = (struct nk_uuid){ { 0 } };
	refused(&w, &h, NK_INVALID);
	h = holding_of(&w, NK_HOLDING_store);
	h.purpose = NK_STR("");
	refused(&w, &h, NK_INVALID);
	h = holding_of(&w, NK_HOLDING_store);
	h.place = NK_STR("");
	refused(&w, &h, NK_INVALID);
	h = holding_of(&w, NK_HOLDING_store);
	h.warrant = (struct nk_uuid){ { 0 } };
	refused(&w, &h, NK_INVALID);
	h = holding_of(&w, NK_HOLDING_store);
	h.expires_at = 0;
	refused(&w, &h, NK_INVALID);
	h.expires_at = h.opened_at;
	refused(&w, &h, NK_INVALID);
	kit_ok(nk_holding_list(w.k.store, &w.k.label_key, false, w.arena, &holdings, &n, &err), &err);
	assert_true(n == 0);
	id = open_holding(&w, NK_HOLDING_store);
	kit_ok(nk_duty_list(w.k.store, true, w.arena, &duties, &n, &err), &err);
	assert_true(n == 1 && nk_uuid_eq(duties[0].holding, id) && nk_uuid_eq(duties[0].owner, w.operator_id));
	assert_true(duties[0].due_at == KIT_START + 30 * NK_DAY);
	STR_EQ(duties[0].kind, NK_STR("close-holding"));
}

static void i2_the_warrant_of_a_holding_must_be_signed_and_hold(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_warrant unsigned_one;
	struct nk_holding h;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	unsigned_one = order(&w);
	unsigned_one.id = kit_uuid(201);
	unsigned_one.signer = (struct nk_uuid){ { 0 } };
	tx = kit_begin(&w.k);
	kit_ok(nk_warrant_add(tx, &unsigned_one, &err), &err);
	kit_commit(&tx);
	h = holding_of(&w, NK_HOLDING_store);
	h.warrant = kit_uuid(201);
	refused(&w, &h, NK_DENIED);
	h.warrant = kit_uuid(299);
	refused(&w, &h, NK_DENIED);
	h = holding_of(&w, NK_HOLDING_store);
	h.opened_at = KIT_START + 100 * NK_DAY;
	h.expires_at = KIT_START + 200 * NK_DAY;
	refused(&w, &h, NK_DENIED);
	h.opened_at = KIT_START - 2 * NK_DAY;
	refused(&w, &h, NK_DENIED);
}

static void i2_a_holding_rolls_back_together_with_its_duty(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_holding h;
	struct nk_holding *holdings = NULL;
	struct nk_duty *duties = NULL;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid id;
	size_t n = 0;

	(void)state;
	world_new(&w);
	h = holding_of(&w, NK_HOLDING_export);
	tx = kit_begin(&w.k);
	kit_ok(nk_holding_open(tx, &w.k.label_key, &h, &id, &err), &err);
	nk_tx_end(&tx);
	kit_ok(nk_holding_list(w.k.store, &w.k.label_key, false, w.arena, &holdings, &n, &err), &err);
	assert_true(n == 0);
	kit_ok(nk_duty_list(w.k.store, false, w.arena, &duties, &n, &err), &err);
	assert_true(n == 0);
}

static nk_rc close_as(struct world *w, struct nk_uuid id, enum nk_gone gone, struct nk_uuid checked_by)
{
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };
	const nk_rc rc = nk_holding_close(tx, id, gone, add_evidence(w, tx), checked_by, KIT_START + 9, &err);

	if (nk_ok(rc)) {
		kit_commit(&tx);
	}
	nk_tx_end(&tx);
	return rc;
}

static void i3_dual_control_kinds_close_only_with_a_check_by_a_second_party(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	const struct nk_uuid nobody = { { 0 } };
	struct nk_holding got;
	struct nk_err err = { 0 };
	struct nk_uuid id;

	(void)state;
	world_new(&w);
	id = open_holding(&w, NK_HOLDING_export);
	kit_fails(close_as(&w, id, NK_GONE_VERIFIED, nobody), NK_DENIED);
	kit_fails(close_as(&w, id, NK_GONE_VERIFIED, w.operator_id), NK_DENIED);
	kit_fails(close_as(&w, id, NK_GONE_LOST, w.operator_id), NK_DENIED);
	/* Not a party at all. */
	assert_false(nk_ok(close_as(&w, id, NK_GONE_VERIFIED, kit_uuid(999))));
	kit_ok(close_as(&w, id, NK_GONE_VERIFIED, w.officer_id), &err);
	kit_ok(nk_holding_get(w.k.store, &w.k.label_key, id, w.arena, &got, &err), &err);
	assert_true(got.closed_at == KIT_START + 9 && got.gone == NK_GONE_VERIFIED);
	/* A kind without dual control needs no second party. */
	kit_ok(close_as(&w, open_holding(&w, NK_HOLDING_notice), NK_GONE_UNVERIFIED, nobody), &err);
}

static void i4_who_asks_does_not_sign_and_who_signed_does_not_execute(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_warrant both;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	both = order(&w);
	both.id = kit_uuid(202);
	both.signer = both.requester;
	tx = kit_begin(&w.k);
	kit_fails(nk_warrant_add(tx, &both, &err), NK_DENIED);
	nk_tx_end(&tx);
	tx = kit_begin(&w.k);
	kit_fails(nk_warrant_use(tx, w.warrant_id, w.officer_id, KIT_START, &err), NK_DENIED);
	kit_ok(nk_warrant_use(tx, w.warrant_id, w.operator_id, KIT_START, &err), &err);
	/* One person for everything: only with the limitation that says so. */
	both.limitation = NK_STR("one person only");
	kit_ok(nk_warrant_add(tx, &both, &err), &err);
	kit_ok(nk_warrant_use(tx, both.id, both.signer, KIT_START, &err), &err);
	kit_commit(&tx);
}

static nk_rc sign(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid party, const char *role, const char *signature)
{
	const struct nk_warrant_part p = { .part = NK_PART_SIGN,
		.party = party,
		.role = nk_str_c(role),
		.statement = nk_str_bytes(nk_str_c(signature)),
		.at = KIT_START,
		.leaf = -1 };
	struct nk_err err = { 0 };

	return nk_warrant_step(tx, id, &p, &err);
}

static void i4_a_warrant_is_signed_once_and_not_by_who_asked(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	const struct nk_bytes signature = nk_bytes_of("signature", 9);
	struct nk_warrant open;
	struct nk_warrant got;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	open = order(&w);
	open.id = kit_uuid(203);
	open.scope = NK_STR("plan");
	open.signer = (struct nk_uuid){ { 0 } };
	open.limitation = NK_STR("one person only");
	tx = kit_begin(&w.k);
	kit_ok(nk_warrant_add(tx, &open, &err), &err);
	kit_fails(nk_warrant_use(tx, open.id, w.operator_id, KIT_START, &err), NK_DENIED);
	kit_fails(sign(tx, open.id, w.operator_id, "officer", "signature"), NK_DENIED);
	kit_fails(sign(tx, open.id, w.officer_id, "officer", ""), NK_INVALID);
	kit_fails(sign(tx, kit_uuid(999), w.officer_id, "officer", "signature"), NK_NOT_FOUND);
	kit_ok(sign(tx, open.id, w.officer_id, "officer", "signature"), &err);
	kit_fails(sign(tx, open.id, w.officer_id, "officer", "signature"), NK_EXISTS);
	kit_commit(&tx);
	kit_ok(nk_warrant_find(w.k.store, NK_STR("order"), NK_STR("plan"), KIT_START, w.arena, &got, &err), &err);
	assert_true(nk_uuid_eq(got.signer, w.officer_id) && nk_bytes_eq(got.signature, signature));
}

static void a_warrant_holds_only_in_its_window_and_for_its_uses(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_warrant got;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	kit_ok(nk_warrant_find(w.k.store, NK_STR("order"), NK_STR("store"), KIT_START, w.arena, &got, &err), &err);
	assert_true(nk_uuid_eq(got.id, w.warrant_id) && got.uses_left == 2 && got.review_on == NK_DATE_NONE);
	kit_fails(nk_warrant_find(w.k.store, NK_STR("order"), NK_STR("else"), KIT_START, w.arena, &got, &err),
		NK_NOT_FOUND);
	kit_fails(nk_warrant_find(
			  w.k.store, NK_STR("order"), NK_STR("store"), KIT_START + 100 * NK_DAY, w.arena, &got, &err),
		NK_NOT_FOUND);
	tx = kit_begin(&w.k);
	kit_fails(nk_warrant_use(tx, w.warrant_id, w.operator_id, KIT_START - 2 * NK_DAY, &err), NK_DENIED);
	kit_fails(nk_warrant_use(tx, w.warrant_id, w.operator_id, KIT_START + 100 * NK_DAY, &err), NK_DENIED);
	kit_ok(nk_warrant_use(tx, w.warrant_id, w.operator_id, KIT_START, &err), &err);
	kit_ok(nk_warrant_use(tx, w.warrant_id, w.operator_id, KIT_START, &err), &err);
	kit_fails(nk_warrant_use(tx, w.warrant_id, w.operator_id, KIT_START, &err), NK_DENIED);
	kit_fails(nk_warrant_use(tx, kit_uuid(999), w.operator_id, KIT_START, &err), NK_NOT_FOUND);
	kit_commit(&tx);
	kit_fails(nk_warrant_find(w.k.store, NK_STR("order"), NK_STR("store"), KIT_START, w.arena, &got, &err),
		NK_NOT_FOUND);
}

static void a_holding_closes_once_by_evidence_and_ends_its_duty(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	const struct nk_uuid nobody = { { 0 } };
	struct nk_holding *holdings = NULL;
	struct nk_duty *duties = NULL;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid id;
	size_t n = 0;

	(void)state;
	world_new(&w);
	id = open_holding(&w, NK_HOLDING_notice);
	(void)open_holding(&w, NK_HOLDING_store);
	tx = kit_begin(&w.k);
	kit_fails(nk_holding_close(tx, id, NK_GONE_VERIFIED, nobody, nobody, KIT_START, &err), NK_DENIED);
	kit_fails(nk_holding_close(tx, id, NK_GONE_OPEN, add_evidence(&w, tx), nobody, KIT_START, &err), NK_INVALID);
	kit_fails(
		nk_holding_close(tx, kit_uuid(999), NK_GONE_VERIFIED, add_evidence(&w, tx), nobody, KIT_START, &err),
		NK_NOT_FOUND);
	nk_tx_end(&tx);
	kit_ok(close_as(&w, id, NK_GONE_VERIFIED, nobody), &err);
	kit_fails(close_as(&w, id, NK_GONE_VERIFIED, nobody), NK_CONFLICT);
	kit_ok(nk_duty_list(w.k.store, true, w.arena, &duties, &n, &err), &err);
	assert_true(n == 1 && !nk_uuid_eq(duties[0].holding, id));
	kit_ok(nk_duty_list(w.k.store, false, w.arena, &duties, &n, &err), &err);
	assert_true(n == 2);
	kit_ok(nk_holding_list(w.k.store, &w.k.label_key, true, w.arena, &holdings, &n, &err), &err);
	assert_true(n == 1 && holdings[0].kind == NK_HOLDING_store);
	kit_ok(nk_holding_list(w.k.store, &w.k.label_key, false, w.arena, &holdings, &n, &err), &err);
	assert_true(n == 2);
}

static void i10_what_nobody_said_about_reading_is_unknown(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_holding got;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	kit_ok(nk_holding_get(w.k.store, &w.k.label_key, open_holding(&w, NK_HOLDING_store), w.arena, &got, &err), &err);
	assert_string_equal(got.was_read, "unknown");
	assert_true(got.gone == NK_GONE_OPEN && got.closed_at == 0 && nk_uuid_is_nil(got.derived_from));
	STR_EQ(got.place, NK_STR("/var/lib/nokosazu"));
	STR_EQ(got.purpose, NK_STR("identity management"));
}

static void a_duty_ends_once_and_only_by_evidence(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_duty duty = { .kind = NK_STR("review-order"), .due_at = KIT_START + NK_DAY };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid id;

	(void)state;
	world_new(&w);
	tx = kit_begin(&w.k);
	kit_fails(nk_duty_add(tx, &duty, &id, &err), NK_INVALID);
	duty.owner = w.operator_id;
	kit_ok(nk_duty_add(tx, &duty, &id, &err), &err);
	kit_fails(nk_duty_close(tx, id, (struct nk_uuid){ { 0 } }, KIT_START, &err), NK_DENIED);
	kit_ok(nk_duty_close(tx, id, add_evidence(&w, tx), KIT_START, &err), &err);
	kit_fails(nk_duty_close(tx, id, add_evidence(&w, tx), KIT_START, &err), NK_NOT_FOUND);
	kit_commit(&tx);
}

static void a_party_is_read_back_and_its_name_is_in_no_file(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_party *parties = NULL;
	struct nk_party got;
	struct nk_key wrong = kit_key(0x34);
	struct nk_err err = { 0 };
	size_t n = 0;

	(void)state;
	world_new(&w);
	kit_ok(nk_party_list(w.k.store, &w.k.label_key, w.arena, &parties, &n, &err), &err);
	assert_true(n == 2);
	kit_ok(nk_party_get(w.k.store, &w.k.label_key, w.officer_id, w.arena, &got, &err), &err);
	STR_EQ(got.label, NK_STR("管理 花子"));
	assert_true(nk_party_has_role(&got, NK_STR("second")) && nk_party_has_role(&got, NK_STR("officer")));
	assert_false(nk_party_has_role(&got, NK_STR("off")) || nk_party_has_role(&got, NK_STR("")));
	assert_false(got.has_key || got.ended);
	kit_fails(nk_party_get(w.k.store, &wrong, w.officer_id, w.arena, &got, &err), NK_CORRUPT);
	kit_fails(nk_party_get(w.k.store, &w.k.label_key, kit_uuid(999), w.arena, &got, &err), NK_NOT_FOUND);
	assert_true(kit_scan(w.k.env, w.k.tmp.dir, NK_STR("太郎残左"), NULL) == 0);
}

static void a_partys_name_opens_only_in_its_own_row(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_party got;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	kit_exec(&w.k, "UPDATE party SET label = (SELECT label FROM party WHERE roles = 'operator')");
	kit_fails(nk_party_get(w.k.store, &w.k.label_key, w.officer_id, w.arena, &got, &err), NK_CORRUPT);
}

static void extents_say_whose_and_which_items(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	const uint32_t many[5] = { 1, 2, 3, 70000, 4000000000U };
	const uint32_t some[2] = { 2, 3 };
	struct nk_extent_row *rows = NULL;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid a;
	struct nk_uuid b;
	uint64_t count = 0;
	size_t n = 0;

	(void)state;
	world_new(&w);
	a = open_holding(&w, NK_HOLDING_store);
	b = open_holding(&w, NK_HOLDING_target);
	tx = kit_begin(&w.k);
	kit_ok(nk_extent_add(tx, a, NK_ITEM_name, many, 5, &err), &err);
	kit_ok(nk_extent_add(tx, a, NK_ITEM_name, some, 2, &err), &err);
	kit_ok(nk_extent_add(tx, a, NK_ITEM_mail, some, 2, &err), &err);
	kit_ok(nk_extent_add(tx, b, NK_ITEM_login, some, 1, &err), &err);
	kit_commit(&tx);
	kit_ok(nk_extent_count(w.k.store, a, NK_ITEM_name, &count, &err), &err);
	assert_true(count == 5);
	kit_ok(nk_extent_count(w.k.store, b, NK_ITEM_kana, &count, &err), &err);
	assert_true(count == 0);
	kit_ok(nk_extent_of_person(w.k.store, 2, w.arena, &rows, &n, &err), &err);
	assert_true(n == 2);
	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].classes ==
			(nk_uuid_eq(rows[i].holding, a) ? (1U << NK_ITEM_name | 1U << NK_ITEM_mail)
							: 1U << NK_ITEM_login));
	}
	kit_ok(nk_extent_of_person(w.k.store, 4000000000U, w.arena, &rows, &n, &err), &err);
	assert_true(n == 1);
	tx = kit_begin(&w.k);
	kit_ok(nk_extent_remove(tx, a, NK_ITEM_name, many, 4, &err), &err);
	kit_ok(nk_extent_remove_everywhere(tx, some, 2, &err), &err);
	kit_commit(&tx);
	kit_ok(nk_extent_count(w.k.store, a, NK_ITEM_name, &count, &err), &err);
	assert_true(count == 1);
	kit_ok(nk_extent_count(w.k.store, a, NK_ITEM_mail, &count, &err), &err);
	assert_true(count == 0);
	/* A target that is not verified gone still holds the person, whatever we did here. */
	kit_ok(nk_extent_count(w.k.store, b, NK_ITEM_login, &count, &err), &err);
	assert_true(count == 1);
	kit_ok(close_as(&w, b, NK_GONE_VERIFIED, (struct nk_uuid){ { 0 } }), &err);
	tx = kit_begin(&w.k);
	kit_ok(nk_extent_remove_everywhere(tx, some, 2, &err), &err);
	kit_commit(&tx);
	kit_ok(nk_extent_count(w.k.store, b, NK_ITEM_login, &count, &err), &err);
	assert_true(count == 0);
}

static void a_damaged_extent_is_noticed(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	const uint32_t some[2] = { 2, 3 };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid a;
	uint64_t count = 0;

	(void)state;
	world_new(&w);
	a = open_holding(&w, NK_HOLDING_store);
	tx = kit_begin(&w.k);
	kit_ok(nk_extent_add(tx, a, NK_ITEM_name, some, 2, &err), &err);
	kit_commit(&tx);
	kit_exec(&w.k, "UPDATE extent SET persons = substr(persons, 1, length(persons) - 1)");
	kit_fails(nk_extent_count(w.k.store, a, NK_ITEM_name, &count, &err), NK_CORRUPT);
	kit_exec(&w.k, "UPDATE extent SET persons = x'00'");
	kit_fails(nk_extent_count(w.k.store, a, NK_ITEM_name, &count, &err), NK_CORRUPT);
	kit_exec(&w.k, "UPDATE extent SET persons = x''");
	kit_fails(nk_extent_count(w.k.store, a, NK_ITEM_name, &count, &err), NK_CORRUPT);
}

static int64_t count_open_reach(struct world *w)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_err err = { 0 };
	bool row = false;

	kit_ok(nk_stmt_get(w->k.store, "SELECT COUNT(*) FROM reach WHERE until_at IS NULL", &stmt, &err), &err);
	kit_ok(nk_stmt_step(stmt, &row, &err), &err);
	return nk_col_int(stmt, 0);
}

static void reach_is_an_interval_that_closes_once(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid a;
	bool row = false;

	(void)state;
	world_new(&w);
	a = open_holding(&w, NK_HOLDING_store);
	tx = kit_begin(&w.k);
	kit_ok(nk_reach_open(tx, a, w.operator_id, KIT_START, &err), &err);
	kit_commit(&tx);
	assert_true(count_open_reach(&w) == 1);
	tx = kit_begin(&w.k);
	kit_ok(nk_reach_close(tx, a, KIT_START + 5, &err), &err);
	kit_ok(nk_reach_close(tx, a, KIT_START + 50, &err), &err);
	kit_commit(&tx);
	assert_true(count_open_reach(&w) == 0);
	kit_ok(nk_stmt_get(w.k.store, "SELECT until_at FROM reach", &stmt, &err), &err);
	kit_ok(nk_stmt_step(stmt, &row, &err), &err);
	assert_true(nk_col_int(stmt, 0) == KIT_START + 5);
	nk_stmt_put(&stmt);
	tx = kit_begin(&w.k);
	assert_false(nk_ok(nk_reach_open(tx, a, kit_uuid(999), KIT_START, &err)));
	nk_tx_end(&tx);
}

static void every_kind_and_every_end_has_a_word(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NK_HOLDING_KIND_COUNT; i++) {
		assert_true(strlen(nk_holding_kind_name((enum nk_holding_kind)i)) > 0);
		assert_true(strlen(nk_holding_kind_summary((enum nk_holding_kind)i)) > 0);
	}
	assert_string_equal(nk_holding_kind_name(NK_HOLDING_subject_copy), "subject_copy");
	assert_string_equal(nk_gone_name(NK_GONE_UNACCOUNTED), "unaccounted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(i2_no_holding_without_custodian_purpose_warrant_expiry_and_duty),
		cmocka_unit_test(i2_the_warrant_of_a_holding_must_be_signed_and_hold),
		cmocka_unit_test(i2_a_holding_rolls_back_together_with_its_duty),
		cmocka_unit_test(i3_dual_control_kinds_close_only_with_a_check_by_a_second_party),
		cmocka_unit_test(i4_who_asks_does_not_sign_and_who_signed_does_not_execute),
		cmocka_unit_test(i4_a_warrant_is_signed_once_and_not_by_who_asked),
		cmocka_unit_test(a_warrant_holds_only_in_its_window_and_for_its_uses),
		cmocka_unit_test(a_holding_closes_once_by_evidence_and_ends_its_duty),
		cmocka_unit_test(i10_what_nobody_said_about_reading_is_unknown),
		cmocka_unit_test(a_duty_ends_once_and_only_by_evidence),
		cmocka_unit_test(a_party_is_read_back_and_its_name_is_in_no_file),
		cmocka_unit_test(a_partys_name_opens_only_in_its_own_row),
		cmocka_unit_test(extents_say_whose_and_which_items),
		cmocka_unit_test(a_damaged_extent_is_noticed),
		cmocka_unit_test(reach_is_an_interval_that_closes_once),
		cmocka_unit_test(every_kind_and_every_end_has_a_word),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
