/*
 * merkle.h: the Merkle tree of RFC 6962 §2.1 with SHA-256: hashes, proofs, their checks. Pure.
 */
#ifndef NK_MERKLE_H
#define NK_MERKLE_H

#include "crypto.h"

/* SHA-256(0x00 ‖ entry), SHA-256(0x01 ‖ left ‖ right), the root of no leaves. `out` may be `left` or `right`. */
void nk_merkle_leaf(struct nk_bytes entry, struct nk_hash *out);
void nk_merkle_node(const struct nk_hash *left, const struct nk_hash *right, struct nk_hash *out);
void nk_merkle_empty(struct nk_hash *out);

/* Proof checks (RFC 9162 §2.1.3.2, §2.1.4.2): true only when everything fits exactly. */
bool nk_merkle_inclusion(uint64_t index, uint64_t size, const struct nk_hash *leaf, const struct nk_hash *proof,
	size_t n, const struct nk_hash *root);
bool nk_merkle_consistency(uint64_t size1, uint64_t size2, const struct nk_hash *root1, const struct nk_hash *root2,
	const struct nk_hash *proof, size_t n);

/* Where hashes of complete subtrees come from: level 0 = leaves; hash of node `index` at `level`. */
typedef NK_RESULT nk_merkle_get_fn(
	void *arg, unsigned level, uint64_t index, struct nk_hash *out, struct nk_err *err);
/* nk_merkle_root_of, nk_merkle_prove_*: from such a source. Proofs have at most 63 hashes. */
NK_RESULT nk_merkle_root_of(uint64_t size, nk_merkle_get_fn *get, void *arg, struct nk_hash *out, struct nk_err *err);
NK_RESULT nk_merkle_prove_inclusion(uint64_t index, uint64_t size, nk_merkle_get_fn *get, void *arg,
	struct nk_hash out[static 63], size_t *out_n, struct nk_err *err);
NK_RESULT nk_merkle_prove_consistency(uint64_t size1, uint64_t size2, nk_merkle_get_fn *get, void *arg,
	struct nk_hash out[static 63], size_t *out_n, struct nk_err *err);

/* A tree that grows leaf by leaf in O(log n) memory, giving its root at any size. */
struct nk_merkle_stack {
	struct nk_hash node[64];
	uint64_t size;
};
/* nk_merkle_push: one more leaf at the right. nk_merkle_root: the root of all so far; the stack goes on. */
void nk_merkle_push(struct nk_merkle_stack *s, const struct nk_hash *leaf);
void nk_merkle_root(const struct nk_merkle_stack *s, struct nk_hash *out);

#endif
