/*
 * ledger_test.c: leaves, the files made from them, and proofs.
 */
#include "base.h"

#include <cmocka.h>

#include "ledger_kit.h"

/* leaves ------------------------------------------------------------------------------------------------------ */

static void a_leaf_is_canonical_json(void **state)
{
	const uint8_t digest[2] = { 0xab, 0x01 };
	const struct nk_leaf_item items[] = {
		{ .key = "target", .text = NK_STR("ldap\"1"), .form = NK_ITEM_TEXT },
		{ .key = "count", .number = -5, .form = NK_ITEM_NUMBER },
		{ .key = "digest", .hex = { digest, 2 }, .form = NK_ITEM_HEX },
	};
	const struct nk_leaf leaf = { .type = NK_LEAF_COPY_OUT,
		.about_person = true,
		.who = { { 0xff } },
		.actor = { { 1 } },
		.items = items,
		.n_items = 3 };
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	uint64_t index = 99;

	(void)state;
	kit_ok(nk_tx_begin(w.store, &tx, &err), &err);
	kit_ok(nk_ledger_append(w.ledger, tx, &leaf, &index, &err), &err);
	assert_int_equal(index, 0);
	kit_ok(append_number(w.ledger, tx, 7), &err);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	entry_is(&w, 0,
		"{\"actor\":\"01000000-0000-0000-0000-000000000000\",\"facts\":{\"count\":-5,\"digest\":\"ab01\","
		"\"target\":\"ldap\\\"1\"},"
		"\"seq\":0,\"time\":\"2026-04-01T00:00:00.000Z\",\"type\":\"copy_out\",\"v\":1,\"who\":"
		"\"ff000000000000000000000000000000\"}");
	entry_is(&w, 1,
		"{\"actor\":\"09000000-0000-0000-0000-000000000000\",\"facts\":{\"number\":7},"
		"\"seq\":1,\"time\":\"2026-04-01T00:00:00.000Z\",\"type\":\"scan\",\"v\":1}");
}

static void a_simulated_clock_is_said_in_every_leaf(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();

	(void)state;
	nk_ledger_close(&w.ledger);
	kit_ok(open_ledger(&w, &seed, true), &err);
	append(&w, 1);
	entry_is(&w, 0,
		"{\"actor\":\"09000000-0000-0000-0000-000000000000\",\"clock\":\"simulated\",\"facts\":{\"number\":0}"
		","
		"\"seq\":0,\"time\":\"2026-04-01T00:00:00.000Z\",\"type\":\"scan\",\"v\":1}");
}

static void a_batch_is_ordered_by_pseudonym_and_not_by_the_roster(void **state)
{
	struct nk_leaf leaves[50] = { 0 };
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(leaves); i++) {
		leaves[i] = (struct nk_leaf){ .type = NK_LEAF_JOIN, .about_person = true };
		kit_ok(nk_random(kit_env(), leaves[i].who.b, sizeof(leaves[i].who.b), &err), &err);
	}
	kit_ok(nk_tx_begin(w.store, &tx, &err), &err);
	kit_ok(nk_ledger_append_many(w.ledger, tx, leaves, NK_ARRAY_LEN(leaves), &err), &err);
	kit_ok(nk_ledger_append_many(w.ledger, tx, leaves, 0, &err), &err);
	leaves[3].about_person = false;
	kit_fails(nk_ledger_append_many(w.ledger, tx, leaves, NK_ARRAY_LEN(leaves), &err), NK_INTERNAL);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	for (size_t i = 0; i < NK_ARRAY_LEN(leaves); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };
		char hex[2 * NK_MAC_LEN + 1];

		nk_buf_init(&buf, NK_ENTRY_MAX);
		kit_ok(nk_ledger_entry(w.ledger, i, &buf, &err), &err);
		nk_hex_print(leaves[i].who.b, NK_MAC_LEN, hex);
		assert_true(nk_str_find(nk_buf_str(&buf), nk_str_c(hex)) != SIZE_MAX);
		assert_true(i == 0 ||
			nk_str_cmp((struct nk_str){ (const char *)leaves[i - 1].who.b, NK_MAC_LEN },
				(struct nk_str){ (const char *)leaves[i].who.b, NK_MAC_LEN }) < 0);
	}
	kit_fails(nk_ledger_entry(w.ledger, 50, &(struct nk_buf){ 0 }, &err), NK_NOT_FOUND);
	kit_fails(nk_ledger_entry(w.ledger, UINT64_MAX, &(struct nk_buf){ 0 }, &err), NK_NOT_FOUND);
}

static void a_leaf_that_is_wrong_is_refused(void **state)
{
	static char big[NK_ENTRY_MAX];
	const struct nk_leaf_item twice[] = { { .key = "a", .form = NK_ITEM_NUMBER },
		{ .key = "b", .form = NK_ITEM_NUMBER }, { .key = "a", .form = NK_ITEM_NUMBER } };
	const struct nk_leaf_item word = { .key = "Not A Word", .form = NK_ITEM_NUMBER };
	const struct nk_leaf_item many[65] = { 0 };
	struct nk_leaf_item size = { .key = "a", .text = { big, sizeof(big) }, .form = NK_ITEM_TEXT };
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_leaf leaf = { .type = NK_LEAF_INIT, .items = twice, .n_items = 3 };

	(void)state;
	memset(big, 'x', sizeof(big));
	kit_ok(nk_tx_begin(w.store, &tx, &err), &err);
	kit_fails(nk_ledger_append(w.ledger, tx, &leaf, NULL, &err), NK_INTERNAL);
	leaf.items = &word;
	leaf.n_items = 1;
	kit_fails(nk_ledger_append(w.ledger, tx, &leaf, NULL, &err), NK_INTERNAL);
	leaf.items = many;
	leaf.n_items = 65;
	kit_fails(nk_ledger_append(w.ledger, tx, &leaf, NULL, &err), NK_INTERNAL);
	leaf.items = &size;
	leaf.n_items = 1;
	kit_fails(nk_ledger_append(w.ledger, tx, &leaf, NULL, &err), NK_LIMIT);
	size.text.len = 60000;
	kit_ok(nk_ledger_append(w.ledger, tx, &leaf, NULL, &err), &err);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	kit_ok(nk_ledger_publish(w.ledger, &err), &err);
	kit_ok(replay(&w), &err);
}

static void a_leaf_makes_the_change_committable_and_a_rollback_takes_its_number_back(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	(void)state;
	append(&w, 2);
	kit_ok(nk_tx_begin(w.store, &tx, &err), &err);
	kit_ok(append_number(w.ledger, tx, 5), &err);
	kit_fails(nk_ledger_publish(w.ledger, &err), NK_INTERNAL); /* nothing uncommitted gets out */
	nk_tx_end(&tx);
	kit_ok(nk_ledger_publish(w.ledger, &err), &err);
	assert_int_equal(nk_ledger_size(w.ledger), 2);
	append(&w, 1);
	assert_int_equal(nk_ledger_size(w.ledger), 3);
	kit_ok(replay(&w), &err);
}

/* files ------------------------------------------------------------------------------------------------------- */

static void tiles_are_named_as_the_specification_says(void **state)
{
	const struct nk_tile_dir dir = { kit_env(), "d" };
	char text[NK_TILE_PATH_MAX];

	(void)state;
	assert_string_equal(nk_tile_path(&dir, (struct nk_tile){ 0, 1234067, 256 }, text), "d/tile/0/x001/x234/067");
	assert_string_equal(nk_tile_path(&dir, (struct nk_tile){ 3, 7, 17 }, text), "d/tile/3/007.p/17");
	assert_string_equal(nk_tile_path(&dir, (struct nk_tile){ NK_TILE_ENTRIES, 1000, 255 }, text),
		"d/tile/entries/x001/000.p/255");
	assert_string_equal(nk_tile_path(&dir, (struct nk_tile){ 0, UINT64_MAX, 256 }, text),
		"d/tile/0/x018/x446/x744/x073/x709/x551/615");
}

static nk_rc count_full(void *arg, struct nk_tile tile, const struct nk_hash *hashes, struct nk_err *e)
{
	uint64_t *full = arg;

	(void)hashes;
	(void)e;
	assert_int_equal(tile.index, full[tile.level]);
	full[tile.level]++;
	return nk_done();
}

static void a_tree_of_70000_has_the_tiles_of_the_specification(void **state)
{
	struct nk_edge *edge = calloc(1, sizeof(*edge));
	uint64_t full[NK_TILE_LEVELS] = { 0 };
	struct nk_merkle_stack stack = { .size = 0 };
	struct nk_hash leaf = { { 7 } };
	struct nk_hash a;
	struct nk_hash b;

	(void)state;
	assert_non_null(edge);
	for (uint32_t i = 0; i < 70000; i++) {
		nk_put_le32(leaf.b, i);
		kit_ok(nk_edge_push(edge, &leaf, count_full, full, &err), &err);
		nk_merkle_push(&stack, &leaf);
	}
	assert_int_equal(full[0], 273);
	assert_int_equal(nk_edge_width(edge, 0), 112);
	assert_int_equal(full[1], 1);
	assert_int_equal(nk_edge_width(edge, 1), 17);
	assert_int_equal(full[2], 0);
	assert_int_equal(nk_edge_width(edge, 2), 1);
	assert_int_equal(nk_edge_width(edge, 3), 0);
	nk_edge_root(edge, &a);
	nk_merkle_root(&stack, &b);
	assert_true(nk_bytes_eq(nk_bytes_of(a.b, NK_HASH_LEN), nk_bytes_of(b.b, NK_HASH_LEN)));
	free(edge);
}

static void the_files_are_laid_out_as_the_specification_says(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf bundle = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };

	(void)state;
	assert_true(there(in_ledger(&w, "checkpoint"), UINT64_MAX)); /* of the empty tree */
	append(&w, 5);
	assert_true(there(in_ledger(&w, "tile/0/000.p/5"), 160));
	assert_true(there(in_ledger(&w, "tile/entries/000.p/5"), UINT64_MAX));
	append(&w, 250);
	assert_true(there(in_ledger(&w, "tile/0/000.p/5"),
		160)); /* of a signed checkpoint: stays until the full one is there */
	assert_true(there(in_ledger(&w, "tile/0/000.p/255"), 8160));
	append(&w, 4);
	assert_false(there(in_ledger(&w, "tile/0/000.p/5"), UINT64_MAX));
	assert_false(there(in_ledger(&w, "tile/0/000.p/255"), UINT64_MAX));
	assert_false(there(in_ledger(&w, "tile/entries/000.p/5"), UINT64_MAX));
	assert_true(there(in_ledger(&w, "tile/0/000"), 8192));
	assert_true(there(in_ledger(&w, "tile/0/001.p/3"), 96));
	assert_true(there(in_ledger(&w, "tile/1/000.p/1"), 32));
	assert_false(there(in_ledger(&w, "tile/2/000.p/1"), UINT64_MAX));
	read_file(in_ledger(&w, "tile/entries/001.p/3"), &bundle);
	nk_buf_init(&entry, NK_ENTRY_MAX);
	kit_ok(nk_ledger_entry(w.ledger, 256, &entry, &err), &err);
	assert_int_equal(nk_get_be16(bundle.ptr), entry.len);
	assert_true(nk_bytes_eq(nk_bytes_of(bundle.ptr + 2, entry.len), nk_buf_bytes(&entry)));
}

static void the_checkpoint_is_a_signed_note_of_origin_size_and_root(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf note = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf other = { 0 };
	const struct nk_key another = { { 4 } };
	struct nk_str rest;
	struct nk_str line;

	(void)state;
	append(&w, 3);
	read_file(in_ledger(&w, "checkpoint"), &note);
	nk_buf_init(&vkey, 1000);
	kit_ok(nk_ledger_vkey(w.ledger, &vkey, &err), &err);
	assert_true(nk_str_starts(nk_buf_str(&vkey), NK_STR(ORIGIN "+")));
	assert_true(nk_note_check(nk_buf_bytes(&note), nk_buf_str(&vkey)));
	vkey_of(NK_STR(ORIGIN), &another, &other);
	assert_false(nk_note_check(nk_buf_bytes(&note), nk_buf_str(&other)));
	rest = nk_buf_str(&note);
	assert_true(nk_str_cut(&rest, '\n', &line) && nk_str_eq(line, NK_STR(ORIGIN)));
	assert_true(nk_str_cut(&rest, '\n', &line) && nk_str_eq(line, NK_STR("3")));
	assert_true(nk_str_cut(&rest, '\n', &line) && line.len == 44);
	assert_true(nk_str_cut(&rest, '\n', &line) && line.len == 0);
	assert_true(nk_str_starts(rest, NK_STR("\xe2\x80\x94 " ORIGIN " ")));
	assert_true(nk_str_eq(nk_ledger_origin(w.ledger), NK_STR(ORIGIN)));
	note.ptr[NK_STR(ORIGIN "\n").len] = '4';
	assert_false(nk_note_check(nk_buf_bytes(&note), nk_buf_str(&vkey)));
}

/* proofs ------------------------------------------------------------------------------------------------------ */

static void prove_all(struct world *w, struct nk_str vkey)
{
	const uint64_t size = nk_ledger_size(w->ledger);

	for (uint64_t i = 0; i < size; i++) {
		NK_OWNED(nk_buf_done) struct nk_buf proof = { 0 };
		NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };
		uint64_t index = 0;
		uint64_t in = 0;

		nk_buf_init(&proof, 1 << 20);
		nk_buf_init(&entry, NK_ENTRY_MAX);
		kit_ok(nk_ledger_prove(w->ledger, i, &proof, &err), &err);
		kit_ok(nk_ledger_entry(w->ledger, i, &entry, &err), &err);
		kit_ok(nk_proof_check(nk_buf_bytes(&proof), vkey, nk_buf_bytes(&entry), &index, &in, &err), &err);
		assert_int_equal(index, i);
		assert_int_equal(in, size);
	}
}

static void every_leaf_of_every_size_can_be_proven(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf none = { 0 };

	(void)state;
	vkey_of(NK_STR(ORIGIN), &seed, &vkey);
	for (unsigned size = 1; size <= 300; size++) {
		append(&w, 1);
		assert_int_equal(nk_ledger_size(w.ledger), size);
		if (size <= 33 || (size >= 254 && size <= 259) || size == 300) {
			prove_all(&w, nk_buf_str(&vkey));
		}
	}
	kit_fails(nk_ledger_prove(w.ledger, 300, &none, &err), NK_NOT_FOUND);
	kit_ok(replay(&w), &err);
}

static void a_changed_proof_proves_nothing(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf other = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf proof = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };
	const struct nk_key another = { { 4 } };

	(void)state;
	append(&w, 11);
	vkey_of(NK_STR(ORIGIN), &seed, &vkey);
	nk_buf_init(&proof, 1 << 20);
	nk_buf_init(&entry, NK_ENTRY_MAX);
	kit_ok(nk_ledger_prove(w.ledger, 6, &proof, &err), &err);
	kit_ok(nk_ledger_entry(w.ledger, 6, &entry, &err), &err);
	kit_ok(nk_proof_check(nk_buf_bytes(&proof), nk_buf_str(&vkey), nk_buf_bytes(&entry), NULL, NULL, &err), &err);
	for (size_t bit = 0; bit < 8 * proof.len; bit++) {
		proof.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(nk_ok(nk_proof_check(
			nk_buf_bytes(&proof), nk_buf_str(&vkey), nk_buf_bytes(&entry), NULL, NULL, &err)));
		proof.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	entry.ptr[0] ^= 1;
	kit_fails(nk_proof_check(nk_buf_bytes(&proof), nk_buf_str(&vkey), nk_buf_bytes(&entry), NULL, NULL, &err),
		NK_INVALID);
	entry.ptr[0] ^= 1;
	vkey_of(NK_STR(ORIGIN), &another, &other);
	kit_fails(nk_proof_check(nk_buf_bytes(&proof), nk_buf_str(&other), nk_buf_bytes(&entry), NULL, NULL, &err),
		NK_AUTH);
	nk_buf_done(&other);
	vkey_of(NK_STR("another.example/log"), &seed, &other);
	kit_fails(nk_proof_check(nk_buf_bytes(&proof), nk_buf_str(&other), nk_buf_bytes(&entry), NULL, NULL, &err),
		NK_AUTH);
}

/* The key may sign another note; that is no checkpoint of this ledger. */
static void a_note_that_is_no_checkpoint_of_the_ledger_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf note = { 0 };
	struct nk_checkpoint cp;
	struct nk_vkey key;

	(void)state;
	nk_note_vkey(NK_STR(ORIGIN), &seed, &key);
	nk_buf_init(&note, 1000);
	kit_ok(nk_note_sign(NK_STR("hello\n"), NK_STR(ORIGIN), &seed, &note, &err), &err);
	kit_fails(nk_note_open(nk_buf_bytes(&note), &key, &cp, &err), NK_INVALID);
	nk_buf_reset(&note);
	kit_ok(nk_note_sign(NK_STR("other.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
		       NK_STR(ORIGIN), &seed, &note, &err),
		&err);
	kit_fails(nk_note_open(nk_buf_bytes(&note), &key, &cp, &err), NK_AUTH);
}

/* The example that tests/verify hands to other people's code is what we write, byte for byte. */
static void assert_example(const char *name, struct nk_bytes want)
{
	NK_OWNED(nk_buf_done) struct nk_buf got = { 0 };
	char path[400];

	(void)snprintf(path, sizeof(path), "%s/tests/verify/example/%s", NK_SOURCE_DIR, name);
	read_file(path, &got);
	assert_true(nk_bytes_eq(nk_buf_bytes(&got), want));
}

static void the_example_for_other_peoples_code_is_what_we_write(void **state)
{
	NK_OWNED(world_done) struct world w = new_world();
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf proof = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };

	(void)state;
	append(&w, 300);
	vkey_of(NK_STR(ORIGIN), &seed, &vkey);
	kit_ok(nk_buf_add_byte(&vkey, '\n', &err), &err);
	nk_buf_init(&proof, 1 << 20);
	nk_buf_init(&entry, NK_ENTRY_MAX);
	kit_ok(nk_ledger_prove(w.ledger, 137, &proof, &err), &err);
	kit_ok(nk_ledger_entry(w.ledger, 137, &entry, &err), &err);
	assert_example("ledger.vkey", nk_buf_bytes(&vkey));
	assert_example("leaf137.tlog-proof", nk_buf_bytes(&proof));
	assert_example("leaf137.json", nk_buf_bytes(&entry));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leaf_is_canonical_json),
		cmocka_unit_test(a_simulated_clock_is_said_in_every_leaf),
		cmocka_unit_test(a_batch_is_ordered_by_pseudonym_and_not_by_the_roster),
		cmocka_unit_test(a_leaf_that_is_wrong_is_refused),
		cmocka_unit_test(a_leaf_makes_the_change_committable_and_a_rollback_takes_its_number_back),
		cmocka_unit_test(tiles_are_named_as_the_specification_says),
		cmocka_unit_test(a_tree_of_70000_has_the_tiles_of_the_specification),
		cmocka_unit_test(the_files_are_laid_out_as_the_specification_says),
		cmocka_unit_test(the_checkpoint_is_a_signed_note_of_origin_size_and_root),
		cmocka_unit_test(every_leaf_of_every_size_can_be_proven),
		cmocka_unit_test(a_changed_proof_proves_nothing),
		cmocka_unit_test(a_note_that_is_no_checkpoint_of_the_ledger_is_refused),
		cmocka_unit_test(the_example_for_other_peoples_code_is_what_we_write),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
