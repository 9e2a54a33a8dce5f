/*
 * merkle.c: the Merkle tree of RFC 6962 §2.1: hashes, proofs and their checks. Pure.
 *
 * Trees are seen as complete subtrees: node `index` at `level` covers the
 * leaves index·2^level … (index+1)·2^level − 1. What is not complete is
 * folded from complete ones, right to left.
 */
#include "base.h"

#include "merkle.h"

enum { LEVELS = 64 };

/* Proofs of trees up to this size fit 63 hashes. */
static const uint64_t PROVABLE = UINT64_C(1) << 62;

void nk_merkle_leaf(struct nk_bytes entry, struct nk_hash *out)
{
	static const uint8_t prefix[1] = { 0 };
	const struct nk_bytes parts[2] = { { prefix, 1 }, entry };

	nk_sha256_parts(parts, 2, out);
}

void nk_merkle_node(const struct nk_hash *left, const struct nk_hash *right, struct nk_hash *out)
{
	uint8_t text[1 + 2 * NK_HASH_LEN];

	text[0] = 1;
	memcpy(text + 1, left->b, NK_HASH_LEN);
	memcpy(text + 1 + NK_HASH_LEN, right->b, NK_HASH_LEN);
	nk_sha256(nk_bytes_of(text, sizeof(text)), out);
}

void nk_merkle_empty(struct nk_hash *out)
{
	nk_sha256(nk_bytes_of("", 0), out);
}

static bool same(const struct nk_hash *a, const struct nk_hash *b)
{
	return nk_bytes_eq(nk_bytes_of(a->b, NK_HASH_LEN), nk_bytes_of(b->b, NK_HASH_LEN));
}

bool nk_merkle_inclusion(uint64_t index, uint64_t size, const struct nk_hash *leaf, const struct nk_hash *proof,
	size_t n, const struct nk_hash *root)
{
	uint64_t fn = index;
	uint64_t sn = size - 1;
	struct nk_hash r = *leaf;

	if (index >= size) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (sn == 0) {
			return false;
		}
		if ((fn & 1) == 0 && fn != sn) {
			nk_merkle_node(&r, &proof[i], &r);
		} else {
			nk_merkle_node(&proof[i], &r, &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(&r, root);
}

/* RFC 9162 §2.1.4.2 from step 5 on: `first` is the node that both trees have, fn and sn are already shifted. */
static bool climb_both(uint64_t fn, uint64_t sn, const struct nk_hash *first, const struct nk_hash *proof, size_t n,
	struct nk_hash root[static 2])
{
	struct nk_hash fr = *first;
	struct nk_hash sr = *first;

	for (size_t i = 0; i < n; i++) {
		if (sn == 0) {
			return false;
		}
		if ((fn & 1) != 0 || fn == sn) {
			nk_merkle_node(&proof[i], &fr, &fr);
			nk_merkle_node(&proof[i], &sr, &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			nk_merkle_node(&sr, &proof[i], &sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	root[0] = fr;
	root[1] = sr;
	return sn == 0;
}

bool nk_merkle_consistency(uint64_t size1, uint64_t size2, const struct nk_hash *root1, const struct nk_hash *root2,
	const struct nk_hash *proof, size_t n)
{
	struct nk_hash got[2];
	uint64_t fn = size1 - 1;
	uint64_t sn = size2 - 1;
	bool whole;

	if (size1 == 0 || size1 > size2) {
		return false;
	}
	if (size1 == size2) {
		return n == 0 && same(root1, root2);
	}
	if (n == 0) {
		return false;
	}
	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	whole = fn == 0; /* size1 is a power of two: its root is the first node, and stands in no proof */
	if (whole) {
		return climb_both(fn, sn, root1, proof, n, got) && same(&got[0], root1) && same(&got[1], root2);
	}
	return climb_both(fn, sn, &proof[0], proof + 1, n - 1, got) && same(&got[0], root1) && same(&got[1], root2);
}

/*
 * The hash over leaves begin … end − 1, where begin is a multiple of a power of two that is not smaller than
 * their number.
 */
static nk_rc fold(
	uint64_t begin, uint64_t end, nk_merkle_get_fn *get, void *arg, struct nk_hash *out, struct nk_err *err)
{
	const uint64_t len = end - begin;
	struct nk_hash acc = { { 0 } };
	bool started = false;

	for (unsigned level = 0; level < LEVELS; level++) {
		struct nk_hash h;

		if (((len >> level) & 1) == 0) {
			continue;
		}
		NK_TRY(get(arg, level, (begin >> level) + (len >> level) - 1, &h, err));
		if (started) {
			nk_merkle_node(&h, &acc, &acc);
		} else {
			acc = h;
		}
		started = true;
	}
	*out = acc;
	return nk_done();
}

NK_RESULT nk_merkle_root_of(uint64_t size, nk_merkle_get_fn *get, void *arg, struct nk_hash *out, struct nk_err *err)
{
	if (size == 0) {
		nk_merkle_empty(out);
		return nk_done();
	}
	return fold(0, size, get, arg, out, err);
}

/* The siblings on the way from node `index` at `level` up to the root of a tree of `size` leaves. */
static nk_rc siblings(unsigned level, uint64_t index, uint64_t size, nk_merkle_get_fn *get, void *arg,
	struct nk_hash *out, size_t *n, struct nk_err *err)
{
	for (uint64_t last = (size - 1) >> level; last > 0; last >>= 1, index >>= 1, level++) {
		const uint64_t other = index ^ 1;

		if (other > last) {
			continue;
		}
		if (other == last) { /* may be incomplete */
			NK_TRY(fold(other << level, size, get, arg, &out[*n], err));
		} else {
			NK_TRY(get(arg, level, other, &out[*n], err));
		}
		(*n)++;
	}
	return nk_done();
}

NK_RESULT nk_merkle_prove_inclusion(uint64_t index, uint64_t size, nk_merkle_get_fn *get, void *arg,
	struct nk_hash out[static 63], size_t *out_n, struct nk_err *err)
{
	size_t n = 0;

	if (index >= size || size > PROVABLE) {
		return nk_fail(err, NK_NOT_FOUND, "entry %1$llu is not in a tree of %2$llu entries",
			(unsigned long long)index, (unsigned long long)size);
	}
	NK_TRY(siblings(0, index, size, get, arg, out, &n, err));
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_merkle_prove_consistency(uint64_t size1, uint64_t size2, nk_merkle_get_fn *get, void *arg,
	struct nk_hash out[static 63], size_t *out_n, struct nk_err *err)
{
	unsigned level = 0;
	size_t n = 0;

	if (size1 == 0 || size1 > size2 || size2 > PROVABLE) {
		return nk_fail(err, NK_INVALID, "there is no consistency proof from %1$llu to %2$llu entries",
			(unsigned long long)size1, (unsigned long long)size2);
	}
	if (size1 < size2) {
		while (((size1 >> level) & 1) == 0) {
			level++;
		}
		if ((size1 >> level) != 1) {
			NK_TRY(get(arg, level, (size1 >> level) - 1, &out[n++], err));
		}
		NK_TRY(siblings(level, (size1 >> level) - 1, size2, get, arg, out, &n, err));
	}
	*out_n = n;
	return nk_done();
}

void nk_merkle_push(struct nk_merkle_stack *s, const struct nk_hash *leaf)
{
	struct nk_hash h = *leaf;
	unsigned level = 0;

	for (uint64_t size = s->size; (size & 1) != 0; size >>= 1, level++) {
		nk_merkle_node(&s->node[level], &h, &h);
	}
	s->node[level] = h;
	s->size++;
}

void nk_merkle_root(const struct nk_merkle_stack *s, struct nk_hash *out)
{
	bool started = false;

	if (s->size == 0) {
		nk_merkle_empty(out);
		return;
	}
	for (unsigned level = 0; level < LEVELS; level++) {
		if (((s->size >> level) & 1) == 0) {
			continue;
		}
		if (started) {
			nk_merkle_node(&s->node[level], out, out);
		} else {
			*out = s->node[level];
		}
		started = true;
	}
}
