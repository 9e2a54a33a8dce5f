/*
 * snapshot_test.c: what was read of a target as bytes and back; damaged bytes; and that nothing can be done through it.
 */
#include "base.h"

#include <cmocka.h>

#include "kit.h"
#include "snapshot.h"

static const struct nk_str values[2] = { { "甲", 3 }, { "", 0 } };
static const struct nk_attr attrs[2] = { { { "cn;lang-ja", 10 }, values, 2 }, { { "mail", 4 }, NULL, 0 } };
static const struct nk_entry entries[3] = {
	{ .kind = NK_OBJECT_CONTAINER, .key = { "ou=people", 9 } },
	{ .kind = NK_OBJECT_PERSON, .key = { "uid=a", 5 }, .anchor = { "11", 2 }, .version = { "v1", 2 }, .attrs = attrs, .n_attrs = 2 },
	{ .kind = NK_OBJECT_GROUP, .key = { "cn=g", 4 }, .anchor = { "22", 2 } },
};
static const struct nk_snapshot snapshot = { .entries = entries, .n = 3, .complete = true, .sentinel_seen = true, .bytes = 77 };

static void print(struct nk_buf *out)
{
	static const struct nk_str lacking[] = { { "eduPerson", 9 } };
	struct nk_err err = { 0 };

	nk_buf_init_wiping(out, 1 << 20);
	kit_ok(nk_snapshot_print(&snapshot, lacking, 1, out, &err), &err);
}

/* Opens and reads; the first error. */
static nk_rc read_back(struct nk_bytes bytes, struct nk_arena *arena, struct nk_snapshot *out)
{
	NK_OWNED(nk_target_close) struct nk_target_link *t = NULL;
	struct nk_err err = { 0 };

	NK_TRY(nk_snapshot_open(bytes, &t, &err));
	return nk_target_read(t, arena, out, &err);
}

static void what_was_read_of_a_target_is_read_from_its_copy(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_snapshot s = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
	print(&text);
	assert_true(nk_ok(read_back(nk_buf_bytes(&text), arena, &s)));
	nk_buf_done(&text); /* what was read lives in the arena */
	assert_int_equal(s.n, 3);
	assert_true(s.complete && s.sentinel_seen && s.bytes == 77);
	assert_int_equal(s.entries[1].kind, NK_OBJECT_PERSON);
	assert_true(nk_str_eq(s.entries[1].key, NK_STR("uid=a")) && nk_str_eq(s.entries[1].anchor, NK_STR("11")));
	assert_true(nk_str_eq(s.entries[1].version, NK_STR("v1")));
	assert_int_equal(s.entries[1].n_attrs, 2);
	assert_true(nk_str_eq(s.entries[1].attrs[0].values[0], NK_STR("甲")));
	assert_int_equal(s.entries[1].attrs[0].values[1].len, 0);
	assert_int_equal(s.entries[1].attrs[1].n, 0);
	assert_true(nk_str_eq(s.entries[2].anchor, NK_STR("22")));
}

static void a_copy_of_a_target_cut_anywhere_is_damaged(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_snapshot s = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
	print(&text);
	for (size_t n = 0; n < text.len; n++) {
		uint8_t *const cut = malloc(n + 1);

		assert_non_null(cut);
		memcpy(cut, text.ptr, n);
		assert_int_equal(read_back(nk_bytes_of(cut, n), arena, &s).code, NK_CORRUPT);
		free(cut);
	}
	kit_ok(nk_buf_add_byte(&text, 0, &err), &err);
	assert_int_equal(read_back(nk_buf_bytes(&text), arena, &s).code, NK_CORRUPT);
}

static void a_copy_of_a_target_with_any_changed_byte_is_read_within_its_bounds(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	(void)state;
	print(&text);
	for (size_t i = 0; i < text.len; i++) {
		NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
		struct nk_snapshot s = { 0 };
		struct nk_err err = { 0 };
		nk_rc rc;

		kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
		text.ptr[i] ^= 0xFF;
		rc = read_back(nk_buf_bytes(&text), arena, &s);
		assert_true(nk_ok(rc) || rc.code == NK_CORRUPT);
		text.ptr[i] ^= 0xFF;
	}
}

static void a_copy_knows_what_the_schema_of_its_target_lacked(void **state)
{
	NK_OWNED(nk_target_close) struct nk_target_link *t = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	print(&text);
	kit_ok(nk_snapshot_open(nk_buf_bytes(&text), &t, &err), &err);
	assert_false(nk_target_has(t, NK_STR("eduperson")));
	assert_true(nk_target_has(t, NK_STR("inetOrgPerson")));
}

static nk_rc never(void *arg, const struct nk_entry *entry, struct nk_err *err)
{
	(void)arg;
	(void)entry;
	(void)err;
	fail();
	return nk_done();
}

static void nothing_can_be_done_to_a_target_through_its_copy(void **state)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_target_close) struct nk_target_link *t = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_step step = { .kind = NK_STEP_DELETE, .object_kind = NK_OBJECT_PERSON, .key = { "uid=a", 5 } };
	const struct nk_needle needle = { { "dn", 2 }, { "uid=a", 5 } };
	struct nk_step_result result = { .outcome = NK_OUTCOME_NOT_SENT };
	struct nk_target_probe probe;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
	print(&text);
	kit_ok(nk_snapshot_open(nk_buf_bytes(&text), &t, &err), &err);
	assert_int_equal(nk_target_apply(t, &step, 1, &result, arena, &err).code, NK_DENIED);
	assert_int_equal(nk_target_set_password(t, NK_STR("uid=a"), nk_bytes_of("x", 1), &err).code, NK_DENIED);
	assert_int_equal(nk_target_find(t, &needle, 1, never, NULL, &err).code, NK_DENIED);
	assert_int_equal(nk_target_probe(t, &probe, &err).code, NK_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_read_of_a_target_is_read_from_its_copy),
		cmocka_unit_test(a_copy_of_a_target_cut_anywhere_is_damaged),
		cmocka_unit_test(a_copy_of_a_target_with_any_changed_byte_is_read_within_its_bounds),
		cmocka_unit_test(a_copy_knows_what_the_schema_of_its_target_lacked),
		cmocka_unit_test(nothing_can_be_done_to_a_target_through_its_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
