/*
 * intoto_fuzz.c: whatever is read as a statement prints to one that says the same; cutting finds what the reader finds.
 */
#include "base.h"
#include "intoto.h"
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A member that is cut out is valid JSON again when it is an object; and the reader knows of it too. */
static void cut(struct nk_bytes text)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *part = NULL;
	struct nk_str member = { NULL, 0 };

	if (!nk_ok(nk_jdoc_parse(text, NK_INTOTO_MAX, &doc, NULL))) {
		return;
	}
	if (!nk_json_member_text(nk_str_trim(nk_bytes_str(text)), "predicate", &member)) {
		return;
	}
	nk_assert(nk_jget(nk_jdoc_root(doc), "predicate").v != NULL);
	nk_assert(member.len > 0);
	if (member.ptr[0] == '{' || member.ptr[0] == '[') {
		nk_assert(nk_ok(nk_jdoc_parse(nk_str_bytes(member), NK_INTOTO_MAX, &part, NULL)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_intoto st = { 0 };
	struct nk_intoto again = { 0 };

	cut(nk_bytes_of(data, size));
	nk_buf_init(&text, 2 * (size_t)NK_INTOTO_MAX);
	nk_assert(nk_ok(nk_arena_new(NK_ARENA_PLAIN, SIZE_MAX, &arena, NULL)));
	if (!nk_ok(nk_intoto_parse(nk_bytes_of(data, size), arena, &st, NULL)) || st.predicate.len == 0) {
		return 0;
	}
	if (!nk_ok(nk_intoto_print(&st, NK_STR("few"), &text, NULL))) {
		return 0; /* too long, or a predicate that nests deeper than it may alone */
	}
	/* Subjects without a SHA-256 print without a digest, and a name of ours under another spelling would come twice. */
	if (!nk_ok(nk_intoto_parse(nk_buf_bytes(&text), arena, &again, NULL))) {
		return 0;
	}
	nk_assert(nk_str_eq(st.type, again.type) && st.n_subjects == again.n_subjects);
	return 0;
}
