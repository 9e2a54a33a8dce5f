/*
 * redact_fuzz.c: any bytes to be redacted with one made-up person in the index: whatever is given out does not hold him,
 * and redacting it again changes nothing of the roster's (there is nothing left to find).
 */
#include "base.h"
#include "redact_int.h"

#include "spell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16 };

static void must(nk_rc rc)
{
	nk_assert(nk_ok(rc));
}

/* A redactor without an installation: two texts of one person. */
static void make(struct nk_flow *flow, struct nk_redactor *r)
{
	static const struct nk_scan_text texts[] = {
		{ .number = 0, .field = "kanji", .value = { "虚原 消太郎", sizeof("虚原 消太郎") - 1 } },
		{ .number = 0, .field = "login", .value = { "zp7001", 6 } },
	};
	static const uint8_t seed[16] = { 1 };

	flow->env = nk_os_env();
	r->flow = flow;
	r->roster.fd = -1;
	nk_vec_init_wiping(&r->findings, sizeof(struct nk_whose_finding), 100000);
	nk_vec_init_wiping(&r->pseudonyms, sizeof(struct nk_str), 100000);
	nk_map_init(&r->made, seed);
	nk_map_init(&r->taken, seed);
	memset(&r->key, 7, sizeof(r->key));
	must(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &r->arena, NULL));
	must(nk_scan_keys_texts(flow->env, texts, NK_ARRAY_LEN(texts), &r->roster, NULL));
	must(nk_whose_new(r->roster.index, &r->whose, NULL));
	must(nk_redact_begin(r, NULL));
}

static void try_one(struct nk_redactor *r, struct nk_bytes in,
	NK_RESULT (*fn)(struct nk_redactor *, struct nk_bytes, struct nk_buf *, const char **, struct nk_err *))
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	const char *why = NULL;
	struct nk_err err;

	nk_buf_init(&out, 64 << 20);
	if (nk_ok(fn(r, in, &out, &why, &err)) && why == NULL && fn == nk_redact_text) {
		nk_assert(nk_str_find(nk_buf_str(&out), NK_STR("虚原消太郎")) == SIZE_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nk_redactor *r = calloc(1, sizeof(*r));
	struct nk_flow *flow = calloc(1, sizeof(*flow));

	nk_assert(r != NULL && flow != NULL);
	if (size <= INPUT_MAX) {
		make(flow, r);
		try_one(r, nk_bytes_of(data, size), nk_redact_text);
		try_one(r, nk_bytes_of(data, size), nk_redact_xlsx);
		try_one(r, nk_bytes_of(data, size), nk_redact_part_of_xlsx);
		try_one(r, nk_bytes_of(data, size), nk_redact_db);
		nk_redactor_free(&r);
	}
	free(r);
	free(flow);
	return 0;
}
