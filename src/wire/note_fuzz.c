/*
 * note_fuzz.c: notes, checkpoints, proofs and verifier keys that parse have exactly the spelling that we would print.
 */
#include "base.h"
#include "note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_checkpoint(struct nk_str text)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_checkpoint cp = { 0 };

	nk_buf_init(&out, SIZE_MAX);
	if (nk_ok(nk_checkpoint_parse(text, &cp, NULL))) {
		nk_assert(nk_ok(nk_checkpoint_print(&cp, &out, NULL)));
		nk_assert(nk_str_starts(text, nk_buf_str(&out))); /* extension lines may follow */
	}
}

static void try_note(struct nk_bytes text, struct nk_arena *arena)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_note note = { 0 };

	nk_buf_init(&out, SIZE_MAX);
	if (nk_ok(nk_note_parse(text, arena, &note, NULL))) {
		nk_assert(nk_ok(nk_note_print(&note, &out, NULL)));
		nk_assert(nk_bytes_eq(text, nk_buf_bytes(&out)));
		try_checkpoint(note.text);
	}
}

static void try_proof(struct nk_bytes text, struct nk_arena *arena)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_tlog_proof p = { 0 };

	nk_buf_init(&out, SIZE_MAX);
	if (nk_ok(nk_tlog_proof_parse(text, arena, &p, NULL))) {
		nk_assert(nk_ok(nk_tlog_proof_print(&p, &out, NULL)));
		nk_assert(nk_bytes_eq(text, nk_buf_bytes(&out)));
		try_note(p.checkpoint, arena);
	}
}

static void try_key(struct nk_str text)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_vkey key = { 0 };

	nk_buf_init(&out, SIZE_MAX);
	if (nk_ok(nk_vkey_parse(text, &key, NULL))) {
		nk_assert(nk_ok(nk_vkey_print(&key, &out, NULL)));
		nk_assert(nk_str_ieq(text, nk_buf_str(&out))); /* the hash may be in capitals */
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_bytes text = { data, size };

	nk_assert(nk_ok(nk_arena_new(NK_ARENA_PLAIN, SIZE_MAX, &arena, NULL)));
	try_note(text, arena);
	try_proof(text, arena);
	try_checkpoint(nk_bytes_str(text));
	try_key(nk_bytes_str(text));
	return 0;
}
