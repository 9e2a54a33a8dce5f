/*
 * sweep_test.c: what counts as a trace, what is inside a live holding, who may say that a residue is gone, and that nothing
 * is sealed while somebody lies about.
 */
#include "base.h"

#include <cmocka.h>

#include <unistd.h>

#include "flow_sweep.h"
#include "flow_test_kit.h"
#include "measures_int.h"

/* Folders of the test's own: those of the machine are everybody's. */
static void begin_with(struct ft *t, const char *temp)
{
	struct nk_err err = { 0 };
	char text[1400];
	char path[300];

	ft_new(t, NULL);
	(void)snprintf(path, sizeof(path), "%s/temp", t->tmp.dir);
	kit_ok(kit_env()->mkdir(kit_env()->self, path, &err), &err);
	(void)snprintf(text, sizeof(text), "[sweep]\ntemp = %s\nlogs = %s\ncrash = %s\n", temp != NULL ? temp : path, path, path);
	ft_write(t, "conf.d/sweep.conf", text);
	ft_open(t);
	assert_int_equal(ft_import(t, 0).outcome, NK_IMPORT_DONE);
}

static void begin(struct ft *t)
{
	begin_with(t, NULL);
}

static nk_rc check_by(struct ft *t, struct nk_uuid holding, const struct nk_key *seed, struct nk_err *err)
{
	const struct nk_sweep_check req = { .holding = holding, .seed = seed };
	struct nk_sweep_cleared c;

	return nk_op_sweep_check(t->flow, &req, t->arena, &c, err);
}

static struct nk_sweep_reply sweep_everything(struct ft *t)
{
	const struct nk_sweep_request req = { .n_places = 0 };
	struct nk_sweep_reply r;
	struct nk_err err = { 0 };

	kit_ok(nk_op_sweep(t->flow, &req, t->arena, &r, &err), &err);
	return r;
}

static struct nk_sweep_reply sweep(struct ft *t)
{
	const struct nk_sweep_request req = { .installation_only = true };
	struct nk_sweep_reply r;
	struct nk_err err = { 0 };

	kit_ok(nk_op_sweep(t->flow, &req, t->arena, &r, &err), &err);
	assert_true(r.controls);
	return r;
}

/* "残川 消太郎" and the like: a name that only one has. */
static void put_name(struct ft *t, const char *file, unsigned i)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s %s\n", ft_family(i), ft_given(i));
	ft_write(t, file, text);
}

static void a_site_that_nobody_spoiled_is_clean_and_can_seal(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;

	(void)state;
	begin(&t);
	r = sweep_everything(&t);
	assert_true(r.clean);
	assert_true(r.complete);
	assert_true(r.whole);
	assert_int_equal(r.persons, FT_PERSONS);
	assert_int_equal(ft_leaves(t.flow, "sweep"), 2); /* the sweep, and the statement about it */
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM evidence WHERE about = 'sweep' AND result = 'PASSED'"), 1);
	kit_ok(nk_sweep_before_seal(t.flow, &err), &err);
	ft_done(&t);
}

static void nothing_is_sealed_while_a_copy_lies_about(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	put_name(&t, "forgotten.csv", 5);
	assert_int_equal(nk_sweep_before_seal(t.flow, &err).code, NK_DENIED);
	assert_null(strstr(err.text[NK_LANG_EN], ft_family(5)));
	assert_int_equal(ft_leaves(t.flow, "refused"), 1);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM incident_holding i JOIN holding h ON h.id = i.holding_id WHERE h.kind = 'residue'"), 1);
	/* Found again, it is known: no second case. */
	assert_int_equal(nk_sweep_before_seal(t.flow, &err).code, NK_DENIED);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM incident"), 1);
	ft_unlink(&t, "forgotten.csv");
	kit_ok(nk_sweep_before_seal(t.flow, &err), &err);
	ft_done(&t);
}

/* Of bytes like chance much is left out; a whole name is not. */
static void a_name_in_the_middle_of_ciphertext_is_a_trace(void **state)
{
	enum { BYTES = 65536 };
	static char bytes[BYTES + 1];
	struct ft t;
	struct nk_sweep_reply r;
	uint32_t x = 2463534242;

	(void)state;
	begin(&t);
	for (size_t i = 0; i < BYTES; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (char)(1 + x % 255);
	}
	ft_write(&t, "planted-sealed.bin", bytes);
	r = sweep(&t);
	assert_true(r.clean);
	assert_false(r.complete);
	(void)snprintf(bytes + BYTES / 2, 64, "%s%s", ft_family(5), ft_given(5));
	bytes[strlen(bytes)] = 1;
	ft_write(&t, "planted-sealed.bin", bytes);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	assert_int_equal(r.suspects[0].persons, 1);
	ft_done(&t);
}

static void digits_alone_are_no_trace_but_beside_a_name_they_are(void **state)
{
	struct ft t;
	struct nk_sweep_reply r;

	(void)state;
	begin(&t);
	ft_write(&t, "planted-numbers.txt", "88005 88006 88007\n");
	r = sweep(&t);
	assert_true(r.clean);
	put_name(&t, "planted-numbers.txt", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	assert_int_equal(r.suspects[0].persons, 1);
	ft_done(&t);
}

static void what_a_live_holding_lists_is_inside_as_long_as_it_has_the_same_bytes(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	char path[256];
	const uint32_t number = 3;
	struct nk_hold *hold = NULL;
	struct nk_hold_spec spec = { .kind = NK_HOLDING_export,
		.path = path,
		.purpose = NK_STR("a test"),
		.numbers = &number,
		.n = 1,
		.classes = 1U << NK_ITEM_name };
	char text[128];

	(void)state;
	begin(&t);
	(void)snprintf(path, sizeof(path), "%s/planted-export.csv", t.home);
	(void)snprintf(text, sizeof(text), "%s %s\n", ft_family(5), ft_given(5));
	spec.expires_at = nk_now(kit_env()) + NK_DAY;
	kit_ok(nk_hold_open(t.flow, &spec, &hold, &err), &err);
	kit_ok(kit_env()->write(kit_env()->self, nk_hold_fd(hold), 0, text, strlen(text), &err), &err);
	kit_ok(nk_hold_keep(&hold, &err), &err);
	r = sweep(&t);
	assert_true(r.clean);
	assert_true(r.inside > 0);
	put_name(&t, "planted-export.csv.bak", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	ft_unlink(&t, "planted-export.csv.bak");
	put_name(&t, "planted-export.csv", 6); /* another file in the place of the copy */
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	assert_true(r.suspects[0].changed);
	ft_done(&t);
}

static void what_lies_there_by_now_is_not_removed_for_what_was_found(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	struct nk_sweep_cleared c;
	char path[512];

	(void)state;
	begin(&t);
	put_name(&t, "forgotten.csv", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	(void)snprintf(path, sizeof(path), "%.*s", NK_FMT(r.suspects[0].path));
	ft_write(&t, "forgotten.csv", "somebody's work of three weeks\n");
	assert_int_equal(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err).code, NK_CONFLICT);
	assert_true(nk_os_is_there(path));
	put_name(&t, "forgotten.csv", 6);
	assert_int_equal(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err).code, NK_CONFLICT);
	r = sweep(&t); /* looked at, it is known as it is now */
	assert_true(r.suspects[0].known);
	kit_ok(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err), &err);
	assert_false(nk_os_is_there(path));
	ft_done(&t);
}

static void who_removed_a_residue_cannot_say_that_it_is_gone(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	struct nk_sweep_cleared c;
	struct nk_key stranger = { { 9 } };

	(void)state;
	begin(&t);
	put_name(&t, "forgotten.csv", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	kit_ok(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err), &err);
	assert_true(c.was_there);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND closed_at IS NULL"), 1);
	const size_t refused = ft_leaves(t.flow, "refused");

	const struct nk_holding_close_request alone = { .holding = r.suspects[0].holding, .verified = true };

	assert_int_equal(nk_op_holding_close(t.flow, &alone, &err).code, NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), refused + 1);
	assert_int_equal(check_by(&t, r.suspects[0].holding, &stranger, &err).code, NK_DENIED);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND closed_at IS NULL"), 1);
	ft_done(&t);
}

static void officer(struct ft *t, struct nk_key *seed)
{
	struct nk_party_request req = { .name = NK_STR("責任 者"), .roles = NK_STR("officer") };
	struct nk_err err = { 0 };
	struct nk_uuid id;

	kit_ok(ft_enrol(t, &req, seed, &id, &err), &err);
}

static void a_residue_that_was_moved_is_found_again_and_not_signed_away(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	struct nk_sweep_cleared c;
	struct nk_key seed;
	char from[400];
	char to[400];

	(void)state;
	begin(&t);
	officer(&t, &seed);
	put_name(&t, "moved.csv", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	(void)snprintf(from, sizeof(from), "%s/moved.csv", t.home);
	(void)snprintf(to, sizeof(to), "%s/temp/elsewhere.txt", t.tmp.dir);
	assert_int_equal(rename(from, to), 0);
	kit_ok(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err), &err);
	assert_false(c.was_there);
	assert_int_equal(check_by(&t, r.suspects[0].holding, &seed, &err).code, NK_INCOMPLETE);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND closed_at IS NULL"), 2); /* a suspect itself */
	assert_int_equal(unlink(to), 0);
	kit_ok(check_by(&t, r.suspects[0].holding, &seed, &err), &err);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND gone = 'verified'"), 1);
	ft_done(&t);
}

static void who_judges_nothing_does_not_check_a_residue(void **state)
{
	struct nk_party_request clerk = { .name = NK_STR("事務 係"), .roles = NK_STR("clerk") };
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	struct nk_sweep_cleared c;
	struct nk_key seed;
	struct nk_uuid id;

	(void)state;
	begin(&t);
	kit_ok(ft_enrol(&t, &clerk, &seed, &id, &err), &err);
	put_name(&t, "forgotten.csv", 5);
	r = sweep(&t);
	kit_ok(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err), &err);
	const size_t refused = ft_leaves(t.flow, "refused");

	assert_int_equal(check_by(&t, r.suspects[0].holding, &seed, &err).code, NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), refused + 1);
	ft_done(&t);
}

static void a_class_of_places_that_is_off_is_told_and_nothing_passes(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	struct nk_sweep_cleared c;
	struct nk_key seed;

	(void)state;
	begin_with(&t, "none");
	officer(&t, &seed);
	r = sweep_everything(&t);
	assert_true(r.clean);
	assert_false(r.complete);
	assert_int_equal(r.n_left_out, 1);
	assert_true(r.left_out[0].off);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM evidence WHERE about = 'sweep' AND result = 'FAILED'"), 1);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM evidence WHERE about = 'sweep' AND result = 'PASSED'"), 0);
	put_name(&t, "forgotten.csv", 5);
	r = sweep(&t);
	kit_ok(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err), &err);
	assert_int_equal(check_by(&t, r.suspects[0].holding, &seed, &err).code, NK_INCOMPLETE); /* nor is anything called gone */
	ft_done(&t);
}

static void a_sweep_of_some_places_is_no_statement_about_the_installation(void **state)
{
	struct ft t;

	(void)state;
	begin(&t);
	assert_true(sweep(&t).complete);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM evidence WHERE about = 'sweep'"), 0);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM evidence WHERE about = 'sweep part' AND result = 'PASSED'"), 1);
	ft_done(&t);
}

static void a_residue_that_comes_back_is_not_signed_away(void **state)
{
	struct ft t;
	struct nk_err err = { 0 };
	struct nk_sweep_reply r;
	struct nk_sweep_cleared c;
	struct nk_key seed;

	(void)state;
	begin(&t);
	put_name(&t, "gone.csv", 5);
	r = sweep(&t);
	assert_int_equal(r.n_suspects, 1);
	kit_ok(nk_op_sweep_clear(t.flow, r.suspects[0].holding, t.arena, &c, &err), &err);
	put_name(&t, "gone.csv", 6);
	officer(&t, &seed);
	assert_int_equal(check_by(&t, r.suspects[0].holding, &seed, &err).code, NK_INCOMPLETE); /* it sweeps again before it signs */
	ft_unlink(&t, "gone.csv");
	kit_ok(check_by(&t, r.suspects[0].holding, &seed, &err), &err);
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'residue' AND gone = 'verified'"), 1);
	ft_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_that_nobody_spoiled_is_clean_and_can_seal),
		cmocka_unit_test(nothing_is_sealed_while_a_copy_lies_about),
		cmocka_unit_test(a_name_in_the_middle_of_ciphertext_is_a_trace),
		cmocka_unit_test(digits_alone_are_no_trace_but_beside_a_name_they_are),
		cmocka_unit_test(what_a_live_holding_lists_is_inside_as_long_as_it_has_the_same_bytes),
		cmocka_unit_test(what_lies_there_by_now_is_not_removed_for_what_was_found),
		cmocka_unit_test(who_removed_a_residue_cannot_say_that_it_is_gone),
		cmocka_unit_test(a_residue_that_comes_back_is_not_signed_away),
		cmocka_unit_test(a_residue_that_was_moved_is_found_again_and_not_signed_away),
		cmocka_unit_test(who_judges_nothing_does_not_check_a_residue),
		cmocka_unit_test(a_class_of_places_that_is_off_is_told_and_nothing_passes),
		cmocka_unit_test(a_sweep_of_some_places_is_no_statement_about_the_installation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
