/*
 * merkle_test.c: hashes and proofs against published values, a naive tree written from the definitions of RFC
 * 6962, and published vectors.
 */
#include "base.h"

#include <cmocka.h>

#include "json.h"
#include "kit.h"
#include "kit_skip.h"
#include "merkle.h"

enum { SIZES = 300, NAIVE = 72 };

static struct nk_err err;

static bool same(const struct nk_hash *a, const struct nk_hash *b)
{
	return nk_bytes_eq(nk_bytes_of(a->b, NK_HASH_LEN), nk_bytes_of(b->b, NK_HASH_LEN));
}

static void assert_hex(const struct nk_hash *h, const char *hex)
{
	char text[2 * NK_HASH_LEN + 1];

	nk_hex_print(h->b, NK_HASH_LEN, text);
	assert_string_equal(text, hex);
}

/* Leaves of our own: the number as text. */
static void make_leaves(struct nk_hash *leaves, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[24];
		const int len = snprintf(text, sizeof(text), "leaf %zu", i);

		nk_merkle_leaf(nk_bytes_of(text, (size_t)len), &leaves[i]);
	}
}

/* The naive tree: MTH, PATH and SUBPROOF as RFC 6962 §2.1 writes them. */
static size_t split(size_t n)
{
	size_t k = 1;

	while (2 * k < n) {
		k *= 2;
	}
	return k;
}

static struct nk_hash mth(const struct nk_hash *leaves, size_t n)
{
	struct nk_hash left;
	struct nk_hash right;
	struct nk_hash out;

	if (n == 0) {
		nk_merkle_empty(&out);
		return out;
	}
	if (n == 1) {
		return leaves[0];
	}
	left = mth(leaves, split(n));
	right = mth(leaves + split(n), n - split(n));
	nk_merkle_node(&left, &right, &out);
	return out;
}

static size_t naive_path(size_t m, const struct nk_hash *leaves, size_t n, struct nk_hash *out)
{
	const size_t k = split(n);
	size_t len;

	if (n == 1) {
		return 0;
	}
	if (m < k) {
		len = naive_path(m, leaves, k, out);
		out[len] = mth(leaves + k, n - k);
	} else {
		len = naive_path(m - k, leaves + k, n - k, out);
		out[len] = mth(leaves, k);
	}
	return len + 1;
}

static size_t naive_subproof(size_t m, const struct nk_hash *leaves, size_t n, bool whole, struct nk_hash *out)
{
	const size_t k = split(n);
	size_t len;

	if (m == n) {
		out[0] = mth(leaves, n);
		return whole ? 0 : 1;
	}
	if (m <= k) {
		len = naive_subproof(m, leaves, k, whole, out);
		out[len] = mth(leaves + k, n - k);
	} else {
		len = naive_subproof(m - k, leaves + k, n - k, false, out);
		out[len] = mth(leaves, k);
	}
	return len + 1;
}

/* Complete subtrees of a table of leaves, for nk_merkle_get_fn; refuses what is not complete in `size`. */
struct table {
	const struct nk_hash *leaves;
	size_t size;
};

static nk_rc get_node(void *arg, unsigned level, uint64_t index, struct nk_hash *out, struct nk_err *e)
{
	const struct table *t = arg;
	const size_t n = (size_t)1 << level;

	if ((index + 1) * n > t->size) {
		return nk_fail(e, NK_INTERNAL, "an incomplete subtree was asked for");
	}
	*out = mth(t->leaves + index * n, n);
	return nk_done();
}

static void the_hashes_of_rfc_6962_come_out(void **state)
{
	static const char *const inputs[] = { "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
		"606162636465666768696a6b6c6d6e6f" };
	static const char *const roots[] = {
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	};
	struct nk_merkle_stack stack = { .size = 0 };
	struct nk_hash h;

	(void)state;
	nk_merkle_empty(&h);
	assert_hex(&h, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	nk_merkle_root(&stack, &h);
	assert_hex(&h, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < NK_ARRAY_LEN(inputs); i++) {
		uint8_t entry[16];
		const size_t len = strlen(inputs[i]) / 2;

		assert_true(nk_hex_parse(nk_str_c(inputs[i]), entry, len));
		nk_merkle_leaf(nk_bytes_of(entry, len), &h);
		nk_merkle_push(&stack, &h);
		nk_merkle_root(&stack, &h);
		assert_hex(&h, roots[i]);
	}
}

static void roots_agree_with_the_naive_tree(void **state)
{
	static struct nk_hash leaves[SIZES];
	struct nk_merkle_stack stack = { .size = 0 };

	(void)state;
	make_leaves(leaves, SIZES);
	for (size_t n = 0; n <= SIZES; n++) {
		struct table t = { leaves, n };
		const struct nk_hash want = mth(leaves, n);
		struct nk_hash got;

		nk_merkle_root(&stack, &got);
		assert_true(same(&got, &want));
		kit_ok(nk_merkle_root_of(n, get_node, &t, &got, &err), &err);
		assert_true(same(&got, &want));
		if (n < SIZES) {
			nk_merkle_push(&stack, &leaves[n]);
		}
	}
}

static void every_inclusion_proof_is_the_one_of_the_definition(void **state)
{
	static struct nk_hash leaves[SIZES];
	struct nk_hash want[64];
	struct nk_hash got[63];
	size_t n = 0;

	(void)state;
	make_leaves(leaves, SIZES);
	for (size_t size = 1; size <= SIZES; size += size < NAIVE ? 1 : 19) {
		struct table t = { leaves, size };
		const struct nk_hash root = mth(leaves, size);

		for (size_t i = 0; i < size; i++) {
			kit_ok(nk_merkle_prove_inclusion(i, size, get_node, &t, got, &n, &err), &err);
			assert_int_equal(n, naive_path(i, leaves, size, want));
			for (size_t k = 0; k < n; k++) {
				assert_true(same(&got[k], &want[k]));
			}
			assert_true(nk_merkle_inclusion(i, size, &leaves[i], got, n, &root));
		}
		kit_fails(nk_merkle_prove_inclusion(size, size, get_node, &t, got, &n, &err), NK_NOT_FOUND);
	}
}

static void a_proof_shows_nothing_but_its_own_leaf_place_and_tree(void **state)
{
	static struct nk_hash leaves[NAIVE];
	struct nk_hash proof[64];
	size_t n = 0;

	(void)state;
	make_leaves(leaves, NAIVE);
	for (size_t size = 1; size < NAIVE; size += 5) {
		struct table t = { leaves, size };
		const struct nk_hash root = mth(leaves, size);
		const size_t i = size / 2;

		kit_ok(nk_merkle_prove_inclusion(i, size, get_node, &t, proof, &n, &err), &err);
		for (size_t other = 0; other < size; other++) {
			assert_true(nk_merkle_inclusion(other, size, &leaves[i], proof, n, &root) == (other == i));
			assert_true(nk_merkle_inclusion(i, size, &leaves[other], proof, n, &root) == (other == i));
		}
		for (size_t k = 0; k < n; k++) {
			proof[k].b[k % NK_HASH_LEN] ^= 1;
			assert_false(nk_merkle_inclusion(i, size, &leaves[i], proof, n, &root));
			proof[k].b[k % NK_HASH_LEN] ^= 1;
		}
		proof[n] = root;
		assert_false(nk_merkle_inclusion(i, size, &leaves[i], proof, n + 1, &root));
		assert_true(n == 0 || !nk_merkle_inclusion(i, size, &leaves[i], proof, n - 1, &root));
		assert_false(nk_merkle_inclusion(i, 0, &leaves[i], proof, n, &root));
	}
}

static void every_consistency_proof_is_the_one_of_the_definition(void **state)
{
	static struct nk_hash leaves[NAIVE];
	struct nk_hash want[64];
	struct nk_hash got[63];
	size_t n = 0;

	(void)state;
	make_leaves(leaves, NAIVE);
	for (size_t b = 1; b <= NAIVE; b++) {
		struct table t = { leaves, b };
		const struct nk_hash root2 = mth(leaves, b);

		for (size_t a = 1; a <= b; a++) {
			const struct nk_hash root1 = mth(leaves, a);

			kit_ok(nk_merkle_prove_consistency(a, b, get_node, &t, got, &n, &err), &err);
			assert_int_equal(n, naive_subproof(a, leaves, b, true, want));
			for (size_t k = 0; k < n; k++) {
				assert_true(same(&got[k], &want[k]));
			}
			assert_true(nk_merkle_consistency(a, b, &root1, &root2, got, n));
			assert_true(a == b || !nk_merkle_consistency(a, b, &root2, &root1, got, n));
			assert_true(n == 0 || !nk_merkle_consistency(a, b, &root1, &root2, got, n - 1));
			assert_false(nk_merkle_consistency(a + 1, b, &root1, &root2, got, n) && a + 1 != b);
		}
	}
	kit_fails(nk_merkle_prove_consistency(0, 4, get_node, NULL, got, &n, &err), NK_INVALID);
	kit_fails(nk_merkle_prove_consistency(5, 4, get_node, NULL, got, &n, &err), NK_INVALID);
}

static nk_rc any_node(void *arg, unsigned level, uint64_t index, struct nk_hash *out, struct nk_err *e)
{
	(void)e;
	*out = (struct nk_hash){ { (uint8_t)level, (uint8_t)index } };
	(*(size_t *)arg)++;
	return nk_done();
}

static void proofs_of_the_greatest_trees_fit_their_room(void **state)
{
	const uint64_t most = UINT64_C(1) << 62;
	struct nk_hash out[63];
	size_t asked = 0;
	size_t n = 0;

	(void)state;
	kit_ok(nk_merkle_prove_inclusion(0, most, any_node, &asked, out, &n, &err), &err);
	assert_int_equal(n, 62);
	kit_ok(nk_merkle_prove_consistency(1, most, any_node, &asked, out, &n, &err), &err);
	assert_int_equal(n, 62);
	kit_ok(nk_merkle_prove_consistency(3, most, any_node, &asked, out, &n, &err), &err);
	assert_int_equal(n, 63);
	kit_fails(nk_merkle_prove_inclusion(0, most + 1, any_node, &asked, out, &n, &err), NK_NOT_FOUND);
	kit_fails(nk_merkle_prove_consistency(3, most + 1, any_node, &asked, out, &n, &err), NK_INVALID);
}

/* Two cases of the published vectors (transparency-dev/merkle, Apache-2.0), so that they always run. */
static void from_base64(struct nk_str text, struct nk_hash *out)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };

	memset(out->b, 0, sizeof(out->b));
	nk_buf_init(&buf, 100);
	kit_ok(nk_base64_get(&buf, text, &err), &err);
	if (buf.len > 0) { /* some wrong cases have hashes that are too short */
		memcpy(out->b, buf.ptr, buf.len < sizeof(out->b) ? buf.len : sizeof(out->b));
	}
}

static void published_cases_of_consistency_hold(void **state)
{
	struct nk_hash root1;
	struct nk_hash root8;
	struct nk_hash proof[3];

	(void)state;
	from_base64(NK_STR("bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="), &root1);
	from_base64(NK_STR("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="), &root8);
	from_base64(NK_STR("lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c="), &proof[0]);
	from_base64(NK_STR("Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4="), &proof[1]);
	from_base64(NK_STR("a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ="), &proof[2]);
	assert_true(nk_merkle_consistency(1, 8, &root1, &root8, proof, 3));
	assert_false(nk_merkle_consistency(1, 8, &root8, &root1, proof, 3)); /* swapped roots */
	assert_true(nk_merkle_inclusion(0, 8, &root1, proof, 3, &root8));
	assert_false(nk_merkle_consistency(0, 8, &root1, &root8, proof, 3)); /* from nothing, nothing is shown */
}

/* The vectors' JSON is flat and has one key a line: a value is what stands behind its key. */
static struct nk_str value_of(struct nk_str text, const char *key)
{
	char quoted[32];
	size_t at;

	(void)snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = nk_str_find(text, nk_str_c(quoted));
	assert_true(at != SIZE_MAX);
	return nk_str_trim(nk_str_sub(text, at + strlen(quoted), SIZE_MAX));
}

static uint64_t number_of(struct nk_str text, const char *key)
{
	struct nk_str v = value_of(text, key);
	struct nk_str digits = { NULL, 0 };
	uint64_t out = 0;

	assert_true(nk_str_cut(&v, ',', &digits));
	assert_true(nk_parse_u64(nk_str_trim(digits), 0, UINT64_MAX, &out));
	return out;
}

/* False for the empty text, which is no hash in our types at all. */
static bool hash_of(struct nk_str text, const char *key, struct nk_hash *out)
{
	struct nk_str v = value_of(text, key);
	struct nk_str part = { NULL, 0 };

	if (v.ptr[0] != '"') {
		return false;
	}
	assert_true(nk_str_cut(&v, '"', &part) && nk_str_cut(&v, '"', &part));
	from_base64(part, out);
	return part.len > 0;
}

static size_t proof_of(struct nk_str text, struct nk_hash out[static 100])
{
	struct nk_str v = value_of(text, "proof");
	struct nk_str part = { NULL, 0 };
	size_t n = 0;

	if (v.ptr[0] != '[') {
		return 0; /* null */
	}
	assert_true(nk_str_cut(&v, '[', &part));
	v = nk_str_sub(v, 0, nk_str_chr(v, ']'));
	while (nk_str_cut(&v, '"', &part) && nk_str_cut(&v, '"', &part)) {
		assert_true(n < 100);
		from_base64(part, &out[n++]);
	}
	return n;
}

struct vectors {
	const char *folder;
	bool inclusion;
	size_t right;
	size_t wrong;
};

static bool holds(const struct vectors *v, struct nk_str text)
{
	struct nk_hash proof[100];
	const size_t n = proof_of(text, proof);
	struct nk_hash a;
	struct nk_hash b;

	if (v->inclusion) {
		return hash_of(text, "leafHash", &a) && hash_of(text, "root", &b) &&
			nk_merkle_inclusion(
				number_of(text, "leafIdx"), number_of(text, "treeSize"), &a, proof, n, &b);
	}
	return hash_of(text, "root1", &a) && hash_of(text, "root2", &b) &&
		nk_merkle_consistency(number_of(text, "size1"), number_of(text, "size2"), &a, &b, proof, n);
}

static nk_rc one_vector(void *arg, struct nk_str name, bool is_dir, struct nk_err *e)
{
	struct vectors *v = arg;
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };
	char path[600];
	bool wrong;

	(void)snprintf(path, sizeof(path), "%s/%.*s", v->folder, NK_FMT(name));
	if (is_dir) {
		const char *folder = v->folder;
		nk_rc rc;

		v->folder = path;
		rc = kit_env()->list(kit_env()->self, path, one_vector, v, e);
		v->folder = folder;
		return rc;
	}
	nk_buf_init(&buf, 1 << 20);
	NK_TRY(nk_env_read_all(kit_env(), path, 1 << 20, &buf, e));
	wrong = nk_str_starts(value_of(nk_buf_str(&buf), "wantErr"), NK_STR("true"));
	if (holds(v, nk_buf_str(&buf)) == wrong) {
		fail_msg("%s", path);
	}
	*(wrong ? &v->wrong : &v->right) += 1;
	return nk_done();
}

static void run_vectors(const char *folder, bool inclusion)
{
	struct vectors v = { folder, inclusion, 0, 0 };
	const nk_rc rc = kit_env()->list(kit_env()->self, folder, one_vector, &v, &err);

	if (rc.code == NK_NOT_FOUND) {
		kit_skip(folder);
		return;
	}
	kit_ok(rc, &err);
	assert_true(v.right > 0 && v.wrong > 50);
}

static void the_published_vectors_of_inclusion_pass(void **state)
{
	(void)state;
	run_vectors(NK_SOURCE_DIR "/../shared/data/vectors/merkle/inclusion", true);
}

static void the_published_vectors_of_consistency_pass(void **state)
{
	(void)state;
	run_vectors(NK_SOURCE_DIR "/../shared/data/vectors/merkle/consistency", false);
}

static int setup(void **state)
{
	(void)state;
	return nk_ok(nk_crypto_init(&err)) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hashes_of_rfc_6962_come_out),
		cmocka_unit_test(roots_agree_with_the_naive_tree),
		cmocka_unit_test(every_inclusion_proof_is_the_one_of_the_definition),
		cmocka_unit_test(a_proof_shows_nothing_but_its_own_leaf_place_and_tree),
		cmocka_unit_test(every_consistency_proof_is_the_one_of_the_definition),
		cmocka_unit_test(proofs_of_the_greatest_trees_fit_their_room),
		cmocka_unit_test(published_cases_of_consistency_hold),
		cmocka_unit_test(the_published_vectors_of_inclusion_pass),
		cmocka_unit_test(the_published_vectors_of_consistency_pass),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
