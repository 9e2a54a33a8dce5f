/*
 * dsse_fuzz.c: an envelope that parses prints to one that parses to the same.
 */
#include "base.h"
#include "dsse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_same(const struct nk_dsse *a, const struct nk_dsse *b)
{
	nk_assert(nk_str_eq(a->payload_type, b->payload_type) && nk_bytes_eq(a->payload, b->payload));
	nk_assert(a->n_sigs == b->n_sigs);
	for (size_t i = 0; i < a->n_sigs; i++) {
		nk_assert(nk_str_eq(a->sigs[i].keyid, b->sigs[i].keyid));
		nk_assert(nk_bytes_eq(nk_bytes_of(a->sigs[i].sig, 64), nk_bytes_of(b->sigs[i].sig, 64)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_dsse env = { 0 };
	struct nk_dsse again = { 0 };
	struct nk_err err;

	nk_buf_init(&text, SIZE_MAX);
	nk_assert(nk_ok(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX, &arena, NULL)));
	if (!nk_ok(nk_dsse_parse(nk_bytes_of(data, size), arena, &env, &err))) {
		return 0;
	}
	nk_assert(nk_ok(nk_dsse_print(&env, &text, NULL)));
	nk_assert(nk_ok(nk_dsse_parse(nk_buf_bytes(&text), arena, &again, NULL)));
	expect_same(&env, &again);
	nk_buf_reset(&text);
	nk_assert(nk_ok(nk_dsse_pae(env.payload_type, env.payload, &text, NULL)));
	return 0;
}
