/*
 * warrant_part_test.c: the steps of a warrant, and that the tables keep the sides apart when nobody else does (I4).
 */
#include "base.h"

#include "custody_test_kit.h"

static nk_rc step(struct nk_tx *tx, struct nk_uuid id, enum nk_part part, struct nk_uuid party, const char *role)
{
	const struct nk_warrant_part p = {
		.part = part, .party = party, .role = nk_str_c(role), .at = KIT_START, .leaf = -1
	};
	struct nk_err err = { 0 };

	return nk_warrant_step(tx, id, &p, &err);
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

/* A request that two roles have to sign; a third party who could sign as well. */
static struct nk_uuid two_roles(struct world *w, struct nk_tx *tx)
{
	struct nk_warrant open = order(w);
	struct nk_err err = { 0 };

	open.id = kit_uuid(204);
	open.signer = (struct nk_uuid){ { 0 } };
	open.needs = NK_STR("officer,superior");
	add_party(w, tx, kit_uuid(102), NK_STR("superior"), NK_STR("上長 三郎"));
	kit_ok(nk_warrant_add(tx, &open, &err), &err);
	return open.id;
}

static void a_warrant_is_granted_when_every_role_has_signed_by_parties_of_their_own(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_tx *tx = NULL;
	struct nk_warrant got;
	struct nk_err err = { 0 };
	struct nk_uuid id;

	(void)state;
	world_new(&w);
	tx = kit_begin(&w.k);
	id = two_roles(&w, tx);
	kit_fails(sign(tx, id, w.officer_id, "auditor", "s"), NK_DENIED);
	kit_ok(sign(tx, id, w.officer_id, "officer", "s"), &err);
	kit_fails(sign(tx, id, w.officer_id, "superior", "s"), NK_DENIED);
	kit_fails(sign(tx, id, kit_uuid(102), "officer", "s"), NK_EXISTS);
	kit_fails(nk_warrant_use(tx, id, w.operator_id, KIT_START, &err), NK_DENIED);
	kit_ok(nk_warrant_get(w.k.store, id, w.arena, &got, &err), &err);
	STR_EQ(got.state, NK_STR("requested"));
	kit_ok(sign(tx, id, kit_uuid(102), "superior", "s"), &err);
	kit_ok(nk_warrant_get(w.k.store, id, w.arena, &got, &err), &err);
	STR_EQ(got.state, NK_STR("granted"));
	kit_fails(nk_warrant_use(tx, id, kit_uuid(102), KIT_START, &err), NK_DENIED);
	kit_ok(nk_warrant_use(tx, id, w.operator_id, KIT_START, &err), &err);
	kit_ok(nk_warrant_use(tx, id, w.operator_id, KIT_START, &err), &err);
	kit_ok(nk_warrant_get(w.k.store, id, w.arena, &got, &err), &err);
	STR_EQ(got.state, NK_STR("spent"));
	kit_commit(&tx);
}

static void a_warrant_goes_through_its_four_steps_and_no_other_way(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_tx *tx = NULL;
	struct nk_warrant_part *parts = NULL;
	struct nk_warrant got;
	struct nk_err err = { 0 };
	const struct nk_uuid other = kit_uuid(103);
	struct nk_uuid id;
	size_t n = 0;

	(void)state;
	world_new(&w);
	tx = kit_begin(&w.k);
	add_party(&w, tx, other, NK_STR("clerk"), NK_STR("事務 四郎"));
	id = w.warrant_id;
	kit_fails(step(tx, id, NK_PART_ACCEPT, w.officer_id, "officer"), NK_DENIED);
	kit_fails(step(tx, id, NK_PART_REPORT, w.officer_id, ""), NK_DENIED);
	kit_fails(step(tx, id, NK_PART_REPORT, other, ""), NK_DENIED);
	kit_ok(nk_warrant_use(tx, id, w.operator_id, KIT_START, &err), &err);
	kit_ok(step(tx, id, NK_PART_REPORT, w.operator_id, ""), &err);
	kit_fails(nk_warrant_use(tx, id, w.operator_id, KIT_START, &err), NK_DENIED);
	kit_fails(step(tx, id, NK_PART_ACCEPT, w.operator_id, "officer"), NK_DENIED);
	/* A report that is refused is made again. */
	kit_ok(step(tx, id, NK_PART_REFUSE, w.officer_id, "officer"), &err);
	kit_ok(step(tx, id, NK_PART_REPORT, w.operator_id, ""), &err);
	kit_ok(step(tx, id, NK_PART_ACCEPT, w.officer_id, "officer"), &err);
	kit_fails(step(tx, id, NK_PART_REVOKE, w.officer_id, "officer"), NK_DENIED);
	kit_fails(step(tx, id, NK_PART_REPORT, w.operator_id, ""), NK_DENIED);
	kit_commit(&tx);
	kit_ok(nk_warrant_get(w.k.store, id, w.arena, &got, &err), &err);
	STR_EQ(got.state, NK_STR("accepted"));
	kit_ok(nk_warrant_parts(w.k.store, id, w.arena, &parts, &n, &err), &err);
	assert_true(n == 7 && parts[0].part == NK_PART_REQUEST && parts[1].part == NK_PART_SIGN && parts[6].part == NK_PART_ACCEPT);
}

static void what_was_refused_or_revoked_permits_nothing(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_holding h;
	struct nk_uuid id;
	struct nk_uuid holding;

	(void)state;
	world_new(&w);
	tx = kit_begin(&w.k);
	id = two_roles(&w, tx);
	kit_ok(step(tx, id, NK_PART_REFUSE, w.officer_id, "officer"), &err);
	kit_fails(sign(tx, id, kit_uuid(102), "superior", "s"), NK_DENIED);
	kit_fails(nk_warrant_use(tx, id, w.operator_id, KIT_START, &err), NK_DENIED);
	kit_ok(step(tx, w.warrant_id, NK_PART_REVOKE, w.officer_id, "officer"), &err);
	kit_fails(nk_warrant_use(tx, w.warrant_id, w.operator_id, KIT_START, &err), NK_DENIED);
	h = holding_of(&w, NK_HOLDING_notice);
	kit_fails(nk_holding_open(tx, &w.k.label_key, &h, &holding, &err), NK_DENIED);
	kit_commit(&tx);
}

/* Around the C code: the table's own rules. Bound: ?1 a warrant, ?2 the requester, ?3 the officer. */
static nk_rc around_(struct world *w, struct nk_uuid id, struct nk_stmt *stmt)
{
	struct nk_err err = { 0 };

	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_uuid(stmt, 2, w->operator_id);
	nk_stmt_uuid(stmt, 3, w->officer_id);
	return nk_stmt_run(stmt, &err);
}

#define AROUND(w, id, good, sql)                                                        \
	do {                                                                            \
		NK_OWNED(nk_stmt_put) struct nk_stmt *stmt_ = NULL;                     \
		struct nk_err err_ = { 0 };                                             \
		kit_ok(nk_stmt_get((w)->k.store, sql " AND ?2 <> ?3 AND ?1 <> ?2", &stmt_, &err_), &err_); \
		assert_true(nk_ok(around_((w), (id), stmt_)) == (good));                 \
	} while (0)

#define SIDE(party, side) "INSERT INTO warrant_side SELECT ?1, " party ", '" side "', '' WHERE 1"
#define PART(party, side, part, role) \
	"INSERT INTO warrant_part SELECT ?1, " party ", '" side "', '" part "', '" role "', NULL, 1, NULL WHERE 1"

static void i4_the_tables_themselves_keep_the_sides_apart(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_tx *tx = NULL;
	struct nk_uuid id;

	(void)state;
	world_new(&w);
	tx = kit_begin(&w.k);
	id = two_roles(&w, tx);
	/* The requester on the other side, on both without a reason, or signing from his own side. */
	AROUND(&w, id, false, SIDE("?2", "judges"));
	AROUND(&w, id, false, SIDE("?2", "both"));
	AROUND(&w, id, false, "UPDATE warrant_side SET side = 'both' WHERE party_id = ?2 AND warrant_id = ?1");
	AROUND(&w, id, false, PART("?2", "does", "sign", "officer"));
	AROUND(&w, id, false, PART("?2", "does", "accept", "officer"));
	AROUND(&w, id, false, PART("?2", "judges", "sign", "officer"));
	/* Nobody's side: there is no such row. */
	AROUND(&w, id, false, PART("?3", "judges", "sign", "officer"));
	AROUND(&w, id, false, SIDE("?3", "reads"));
	/* The control: it is not the statement that is wrong. */
	AROUND(&w, id, true, SIDE("?3", "judges"));
	AROUND(&w, id, true, PART("?3", "judges", "sign", "officer"));
	/* One party in two roles, one role by two, the judge who does, or who changes sides. */
	AROUND(&w, id, false, PART("?3", "judges", "sign", "superior"));
	AROUND(&w, id, false, PART("?3", "judges", "use", ""));
	AROUND(&w, id, false, PART("?3", "does", "use", ""));
	AROUND(&w, id, false, PART("?3", "judges", "report", ""));
	AROUND(&w, id, false, "UPDATE warrant_side SET side = 'does' WHERE party_id = ?3 AND warrant_id = ?1");
	AROUND(&w, id, false, "UPDATE warrant SET signer_id = requester_id WHERE id = ?1");
	nk_tx_end(&tx);
}

static void one_key_is_known_in_both_its_spellings(void **state)
{
	struct nk_party a = { .ssh_key = NK_STR("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f x@y") };
	struct nk_party b = { .has_key = true };

	(void)state;
	for (uint8_t i = 0; i < NK_SIGN_PUB_LEN; i++) {
		b.public_key[i] = i;
	}
	assert_true(nk_party_same_key(&a, &b));
	b.public_key[0] = 9;
	assert_false(nk_party_same_key(&a, &b));
	b.has_key = false;
	assert_false(nk_party_same_key(&a, &b));
	b.ssh_key = a.ssh_key;
	assert_true(nk_party_same_key(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_warrant_is_granted_when_every_role_has_signed_by_parties_of_their_own),
		cmocka_unit_test(a_warrant_goes_through_its_four_steps_and_no_other_way),
		cmocka_unit_test(what_was_refused_or_revoked_permits_nothing),
		cmocka_unit_test(i4_the_tables_themselves_keep_the_sides_apart),
		cmocka_unit_test(one_key_is_known_in_both_its_spellings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
