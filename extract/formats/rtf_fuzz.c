/*
 * rtf_fuzz.c: hostile bytes as a document of that kind: no crash, every stream ended once, no more output than the
 * budget.
 */
#include "base.h"

#include "nkx_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nkx_kit_options o = { .limits = { .total_out = 4 << 20, .in_memory = 4 << 20, .entries = 200 },
		.pdf_text = "x\f" };
	struct nkx_kit_report r;

	nkx_kit_open_with(&o, data, size, "a.rtf", &r);
	nkx_kit_free(&r);
	return 0;
}
