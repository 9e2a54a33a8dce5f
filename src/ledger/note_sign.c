/*
 * note_sign.c: the keys of signed notes (c2sp.org/signed-note, Ed25519): signing, checking, checkpoints behind a
 * signature.
 */
#include "base.h"

#include "ledger.h"

#include "ledger_int.h"

enum { ED25519 = 1, ARENA_MAX = 2 << 20 };

static uint32_t key_hash(struct nk_str name, uint8_t type, const uint8_t pub[static NK_SIGN_PUB_LEN])
{
	const uint8_t middle[2] = { '\n', type };
	const struct nk_bytes parts[3] = { nk_str_bytes(name), nk_bytes_of(middle, 2),
		nk_bytes_of(pub, NK_SIGN_PUB_LEN) };
	struct nk_hash h;

	nk_sha256_parts(parts, 3, &h);
	return (uint32_t)h.b[0] << 24 | (uint32_t)h.b[1] << 16 | (uint32_t)h.b[2] << 8 | h.b[3];
}

void nk_note_vkey(struct nk_str name, const struct nk_key *seed, struct nk_vkey *out)
{
	*out = (struct nk_vkey){ .name = name, .type = ED25519 };
	nk_sign_public(seed, out->pub);
	out->key_hash = key_hash(name, ED25519, out->pub);
}

bool nk_note_vkey_true(const struct nk_vkey *key)
{
	return key->type == ED25519 && key->key_hash == key_hash(key->name, ED25519, key->pub);
}

NK_RESULT nk_note_sign(
	struct nk_str text, struct nk_str key_name, const struct nk_key *seed, struct nk_buf *out, struct nk_err *err)
{
	uint8_t sig[NK_SIG_LEN];
	struct nk_note note = { .text = text, .n_sigs = 1 };
	struct nk_vkey key;

	nk_note_vkey(key_name, seed, &key);
	nk_sign(seed, nk_str_bytes(text), sig);
	note.sigs[0] = (struct nk_note_sig){
		.name = key_name, .key_hash = key.key_hash, .sig = nk_bytes_of(sig, sizeof(sig))
	};
	return nk_note_print(&note, out, err);
}

/* At least one signature by the key, and every one by it is true. */
static bool signed_by(const struct nk_note *note, const struct nk_vkey *key)
{
	bool found = false;

	for (size_t i = 0; i < note->n_sigs; i++) {
		const struct nk_note_sig *s = &note->sigs[i];

		if (s->key_hash != key->key_hash || !nk_str_eq(s->name, key->name)) {
			continue;
		}
		if (s->sig.len != NK_SIG_LEN || !nk_sign_verify(key->pub, nk_str_bytes(note->text), s->sig.ptr)) {
			return false;
		}
		found = true;
	}
	return found;
}

NK_RESULT nk_note_open(
	struct nk_bytes note, const struct nk_vkey *key, struct nk_checkpoint *out_cp, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_note parsed;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, ARENA_MAX, &arena, err));
	NK_TRY(nk_note_parse(note, arena, &parsed, err));
	if (!nk_note_vkey_true(key) || !signed_by(&parsed, key)) {
		return nk_fail(err, NK_AUTH, "the checkpoint is not signed by the ledger's key");
	}
	NK_TRY(nk_checkpoint_parse(parsed.text, out_cp, err));
	if (!nk_str_eq(out_cp->origin, key->name)) {
		return nk_fail(err, NK_AUTH, "the checkpoint is of another ledger than its key");
	}
	return nk_done();
}

bool nk_note_check(struct nk_bytes note_text, struct nk_str vkey)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_note note;
	struct nk_vkey key;

	return nk_ok(nk_arena_new(NK_ARENA_PLAIN, ARENA_MAX, &arena, NULL)) &&
		nk_ok(nk_vkey_parse(vkey, &key, NULL)) && nk_note_vkey_true(&key) &&
		nk_ok(nk_note_parse(note_text, arena, &note, NULL)) && signed_by(&note, &key);
}

NK_RESULT nk_proof_check(struct nk_bytes proof_text, struct nk_str vkey, struct nk_bytes entry, uint64_t *out_index,
	uint64_t *out_size, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_hash path[NK_PROOF_MAX_HASHES];
	struct nk_tlog_proof proof;
	struct nk_checkpoint cp;
	struct nk_hash root;
	struct nk_hash leaf;
	struct nk_vkey key;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 2 * ARENA_MAX, &arena, err));
	NK_TRY(nk_vkey_parse(vkey, &key, err));
	NK_TRY(nk_tlog_proof_parse(proof_text, arena, &proof, err));
	NK_TRY(nk_note_open(proof.checkpoint, &key, &cp, err));
	for (size_t i = 0; i < proof.n_hashes; i++) {
		memcpy(path[i].b, proof.hashes[i], NK_HASH_LEN);
	}
	memcpy(root.b, cp.root, NK_HASH_LEN);
	nk_merkle_leaf(entry, &leaf);
	if (!nk_merkle_inclusion(proof.index, cp.size, &leaf, path, proof.n_hashes, &root)) {
		return nk_fail(err, NK_INVALID, "the proof does not show this entry in the ledger of the checkpoint");
	}
	if (out_index != NULL) {
		*out_index = proof.index;
	}
	if (out_size != NULL) {
		*out_size = cp.size;
	}
	return nk_done();
}
