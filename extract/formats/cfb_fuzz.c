/*
 * cfb_fuzz.c: any bytes as a compound file; and, when the first byte says so, as a book, document or slides inside a
 * good one, so that the readers of records are reached.
 */
#include "base.h"

#include "cfb_kit.h"
#include "nkx_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cfb_kit kit;
	static const char *const names[] = { "Workbook", "Book", "PowerPoint Document", "\005SummaryInformation",
		"\001Ole10Native", "__substg1.0_10090102", "WordDocument" };
	struct nkx_kit_options options = { .limits = { .total_out = 1 << 24, .entries = 10000, .depth = 4 } };
	struct nkx_kit_report r;

	if (size > 0 && data[0] < NK_ARRAY_LEN(names) && size < 30000) {
		size_t half = data[0] == 6 ? size / 2 : size - 1;
		struct cfb_kit_entry e[] = { { names[data[0]], -1, data + 1, half },
			{ "0Table", -1, data + size - half, half } };

		cfb_kit_make(&kit, e, data[0] == 6 && half > 0 ? 2 : 1);
		data = kit.file;
		size = kit.len;
	}
	nkx_kit_open_with(&options, data, size, "x.doc", &r);
	nkx_kit_free(&r);
	return 0;
}
