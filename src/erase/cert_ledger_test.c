/*
 * cert_ledger_test.c: a certificate's place in a real ledger, and every way to pretend one.
 */
#include "base.h"

#include <cmocka.h>

#include "cert.h"

#include "cert_test_kit.h"
#include "kit_store.h"

#define LEAF_OK "the ledger's entry names this statement"
#define TREE_OK "that entry is in the ledger, as its signed checkpoint shows"
#define NAME_OK "it is the ledger that the statement names"

struct world {
	struct kit_store k;
	struct nk_ledger *ledger;
	struct facts facts;
	struct nk_buf statement, envelope, proof, vkey;
};

static void world_done(struct world *w)
{
	nk_buf_done(&w->statement);
	nk_buf_done(&w->envelope);
	nk_buf_done(&w->proof);
	nk_buf_done(&w->vkey);
	nk_ledger_close(&w->ledger);
	kit_store_done(&w->k);
}

static uint64_t append(struct world *w, enum nk_leaf_type type, const char *fact, struct nk_bytes hex)
{
	const struct nk_leaf_item item = { .key = fact, .hex = hex, .form = NK_ITEM_HEX };
	const struct nk_leaf leaf = { .type = type, .actor = { { 9 } }, .items = &item, .n_items = 1 };
	struct nk_tx *tx = kit_begin(&w->k);
	struct nk_err err = { 0 };
	uint64_t index = 0;

	kit_ok(nk_ledger_append(w->ledger, tx, &leaf, &index, &err), &err);
	kit_ok(nk_tx_commit(&tx, &err), &err);
	return index;
}

static void prove(struct world *w, uint64_t index)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };
	struct nk_err err = { 0 };

	nk_buf_init(&plain, 1 << 20);
	nk_buf_init(&entry, 1 << 20);
	nk_buf_reset(&w->proof);
	kit_ok(nk_ledger_prove(w->ledger, index, &plain, &err), &err);
	kit_ok(nk_ledger_entry(w->ledger, index, &entry, &err), &err);
	kit_ok(nk_cert_proof(nk_buf_bytes(&plain), nk_buf_bytes(&entry), &w->proof, &err), &err);
}

/* A ledger of some other leaves, with the certificate's leaf (of this type, with this fact) among them. */
static void world_new(struct world *w, const char *origin, enum nk_leaf_type type, const char *fact)
{
	const struct nk_key seed = facts_seed(0x55);
	const struct nk_ledger_options opt = { .dir = NULL, .origin = nk_str_c(origin), .seed = &seed };
	struct nk_ledger_options with_dir = opt;
	struct nk_hash digest;
	struct nk_err err = { 0 };
	uint64_t index = 0;

	memset(w, 0, sizeof(*w));
	kit_store_new(&w->k);
	nk_buf_init(&w->statement, NK_CERT_STATEMENT_MAX);
	nk_buf_init(&w->envelope, 2 * NK_CERT_STATEMENT_MAX);
	nk_buf_init(&w->proof, 1 << 20);
	nk_buf_init(&w->vkey, 1 << 10);
	facts_init(&w->facts);
	facts_envelope(&w->facts, &w->statement, &w->envelope);
	with_dir.dir = kit_path(&w->k.tmp, "ledger");
	kit_ok(nk_ledger_open(w->k.store, &with_dir, &w->ledger, &err), &err);
	nk_cert_digest(nk_buf_bytes(&w->statement), &digest);
	for (uint8_t i = 0; i < 9; i++) {
		const uint64_t at = append(w, i == 5 ? type : NK_LEAF_SCAN, i == 5 ? fact : "other",
			nk_bytes_of(digest.b, i == 5 ? NK_HASH_LEN : i));

		index = i == 5 ? at : index;
	}
	kit_ok(nk_ledger_publish(w->ledger, &err), &err);
	kit_ok(nk_ledger_vkey(w->ledger, &w->vkey, &err), &err);
	prove(w, index);
}

static struct nk_cert_verify_report verify_proof(const struct world *w, struct nk_bytes proof, struct nk_str vkey)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	const struct nk_key seed = facts_seed(0x99);
	struct nk_cert_verify_input in = {
		.envelope = nk_buf_bytes(&w->envelope), .proof = proof, .ledger_vkey = vkey
	};
	struct nk_cert_verify_report r;
	struct nk_err err = { 0 };

	nk_buf_init(&statement, NK_CERT_STATEMENT_MAX);
	nk_sign_public(&seed, in.cert_pub);
	kit_ok(nk_cert_verify(&in, &statement, &r, &err), &err);
	return r;
}

static void its_place_in_the_ledger_is_shown(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	world_new(&w, "nokosazu.example.ed.jp/mihon", NK_LEAF_CERT, NK_CERT_LEAF_FACT);
	r = verify_proof(&w, nk_buf_bytes(&w.proof), nk_buf_str(&w.vkey));
	assert_true(r.good);
	assert_int_equal(check_of(&r, LEAF_OK), NK_CHECK_OK);
	assert_int_equal(check_of(&r, TREE_OK), NK_CHECK_OK);
	assert_int_equal(check_of(&r, NAME_OK), NK_CHECK_OK);
	/* Without the ledger's key the leaf is read, and nothing is claimed of it. */
	r = verify_proof(&w, nk_buf_bytes(&w.proof), (struct nk_str){ NULL, 0 });
	assert_true(r.good);
	assert_int_equal(check_of(&r, TREE_OK), NK_CHECK_NOT_DONE);
}

static void any_changed_byte_of_a_proof_is_noticed(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };

	(void)state;
	world_new(&w, "nokosazu.example.ed.jp/mihon", NK_LEAF_CERT, NK_CERT_LEAF_FACT);
	for (size_t i = 0; i < w.proof.len; i++) {
		w.proof.ptr[i] ^= 0x01;
		if (verify_proof(&w, nk_buf_bytes(&w.proof), nk_buf_str(&w.vkey)).good) {
			fail_msg("byte %zu of %zu", i, w.proof.len);
		}
		w.proof.ptr[i] ^= 0x01;
	}
	for (size_t len = 1; len < w.proof.len; len++) {
		assert_false(verify_proof(&w, nk_bytes_of(w.proof.ptr, len), nk_buf_str(&w.vkey)).good);
	}
}

static void a_leaf_of_another_kind_or_statement_does_not_do(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	world_new(&w, "nokosazu.example.ed.jp/mihon", NK_LEAF_CERT, NK_CERT_LEAF_FACT);
	prove(&w, 4);
	r = verify_proof(&w, nk_buf_bytes(&w.proof), nk_buf_str(&w.vkey));
	assert_false(r.good);
	assert_int_equal(check_of(&r, LEAF_OK), NK_CHECK_FAILED);
	assert_int_equal(check_of(&r, TREE_OK), NK_CHECK_OK);
}

static void a_digest_in_another_leaf_does_not_do(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	world_new(&w, "nokosazu.example.ed.jp/mihon", NK_LEAF_SCAN, NK_CERT_LEAF_FACT);
	r = verify_proof(&w, nk_buf_bytes(&w.proof), nk_buf_str(&w.vkey));
	assert_int_equal(check_of(&r, LEAF_OK), NK_CHECK_FAILED);
}

static void the_proof_of_another_ledger_does_not_do(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	struct nk_cert_verify_report r;

	(void)state;
	world_new(&w, "elsewhere.example/log", NK_LEAF_CERT, NK_CERT_LEAF_FACT);
	r = verify_proof(&w, nk_buf_bytes(&w.proof), nk_buf_str(&w.vkey));
	assert_false(r.good);
	assert_int_equal(check_of(&r, TREE_OK), NK_CHECK_OK);
	assert_int_equal(check_of(&r, NAME_OK), NK_CHECK_FAILED);
}

static void a_proof_without_its_leaf_proves_nothing(void **state)
{
	NK_OWNED(world_done) struct world w = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	struct nk_cert_verify_report r;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w, "nokosazu.example.ed.jp/mihon", NK_LEAF_CERT, NK_CERT_LEAF_FACT);
	nk_buf_init(&plain, 1 << 20);
	kit_ok(nk_ledger_prove(w.ledger, 5, &plain, &err), &err);
	r = verify_proof(&w, nk_buf_bytes(&plain), nk_buf_str(&w.vkey));
	assert_false(r.good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_place_in_the_ledger_is_shown),
		cmocka_unit_test(any_changed_byte_of_a_proof_is_noticed),
		cmocka_unit_test(a_leaf_of_another_kind_or_statement_does_not_do),
		cmocka_unit_test(a_digest_in_another_leaf_does_not_do),
		cmocka_unit_test(the_proof_of_another_ledger_does_not_do),
		cmocka_unit_test(a_proof_without_its_leaf_proves_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
