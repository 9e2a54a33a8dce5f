/*
 * layout_fuzz.c: no bytes disturb the reading of a layout; one that parses can be verified without links.
 */
#include "base.h"
#include "layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_layout_report report = { .n = 0 };
	struct nk_layout *layout = NULL;
	struct nk_err err;
	nk_rc rc = nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, &err);

	nk_assert(nk_ok(rc));
	if (!nk_ok(nk_layout_parse(nk_bytes_of(data, size), arena, &layout, &err))) {
		return 0;
	}
	rc = nk_layout_verify(layout, 0, &report, &err);
	nk_assert(nk_ok(rc) && report.n > 0); /* nobody has signed anything */
	nk_assert(!nk_ok(nk_layout_add_link(layout, nk_bytes_of(data, size), &err)));
	return 0;
}
