/*
 * ooxml_fuzz.c: hostile XML as parts of office documents. The first byte says which part; the zip around it is sound,
 * since the zip reader has a target of its own.
 */
#include "base.h"

#include "kit_zip.h"
#include "nkx_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const char *type, *name;
} parts[] = { { NULL, "word/document.xml" }, { NULL, "xl/worksheets/sheet1.xml" }, { NULL, "xl/sharedStrings.xml" },
	{ NULL, "xl/styles.xml" }, { NULL, "ppt/slides/slide1.xml" },
	{ "application/vnd.oasis.opendocument.spreadsheet", "content.xml" },
	{ "application/vnd.oasis.opendocument.text", "content.xml" },
	{ "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml" } };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nkx_kit_options o = { .limits = { .total_out = 8 << 20, .in_memory = 4 << 20, .entries = 200 } };
	const size_t i = size > 0 ? data[0] % NK_ARRAY_LEN(parts) : 0;
	struct nkx_kit_report r;
	struct kit_zip z;
	struct nk_bytes all;

	if (size < 2) {
		return 0;
	}
	kit_zip_start(&z);
	if (parts[i].type != NULL) {
		kit_zip_add(&z, "mimetype", nk_str_bytes(nk_str_c(parts[i].type)));
		kit_zip_add(&z, "META-INF/manifest.xml",
			nk_str_bytes(NK_STR("<m><f full-path='/' media-type='spreadsheet'/></m>")));
	} else {
		kit_zip_add(&z, "[Content_Types].xml", nk_str_bytes(NK_STR("<Types/>")));
		kit_zip_add(&z, "xl/workbook.xml", nk_str_bytes(NK_STR("<workbook/>")));
	}
	kit_zip_add(&z, parts[i].name, nk_bytes_of(data + 1, size - 1));
	all = kit_zip_end(&z);
	nkx_kit_open_with(&o, all.ptr, all.len, "a", &r);
	nkx_kit_free(&r);
	kit_zip_done(&z);
	return 0;
}
