/*
 * open_fuzz.c: any bytes through the whole way in: sniffed, opened, nested, carved. The kit asserts that every stream
 * ends once.
 */
#include "base.h"

#include "nkx_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nkx_kit_options o = { .limits = { .total_out = 32 << 20, .entries = 2000, .in_memory = 4 << 20 } };
	struct nkx_kit_report r;

	nkx_kit_open_with(&o, data, size, "x.bin", &r);
	nkx_kit_free(&r);
	return 0;
}
