/*
 * book_fuzz.c: parts of a workbook → rows, without a child. Parts stand behind each other, U+001E between: workbook,
 * relations, strings, styles, sheet.
 */
#include "base.h"

#include "crypto.h"
#include "tables.h"
#include "zip_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static NK_RESULT touch(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	(void)arg;
	(void)err;
	for (size_t i = 0; i < ev->n; i++) {
		nk_assert(nk_utf8_valid(nk_str_bytes(ev->fields[i]), NULL));
	}
	return nk_done();
}

static bool pack(struct nk_str parts, struct nk_buf *zip)
{
	static const struct nk_str names[] = { { "xl/workbook.xml", 15 }, { "xl/_rels/workbook.xml.rels", 26 },
		{ "xl/sharedStrings.xml", 20 }, { "xl/styles.xml", 13 }, { "xl/worksheets/sheet1.xml", 24 } };
	NK_OWNED(nk_zip_write_drop) struct nk_zip_writer w = { .out = NULL };
	struct nk_str part;

	nk_zip_write_begin(&w, zip);
	if (!nk_ok(nk_zip_write_add(&w, NK_STR("[Content_Types].xml"), nk_bytes_of("", 0), NULL))) {
		return false;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(names) && nk_str_cut(&parts, '\x1e', &part); i++) {
		if (!nk_ok(nk_zip_write_add(&w, names[i], nk_str_bytes(part), NULL))) {
			return false;
		}
	}
	return nk_ok(nk_zip_write_end(&w, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nk_tables_options opt = { .peek = size % 2 == 1 };
	NK_OWNED(nk_buf_done) struct nk_buf zip = { 0 };
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };

	nk_buf_init(&zip, 1 << 22);
	if (nk_ok(nk_crypto_init(&err)) && pack((struct nk_str){ (const char *)data, size }, &zip)) {
		(void)nk_tables_read_here(nk_buf_bytes(&zip), &opt, touch, NULL, &totals, &err).code;
	}
	return 0;
}
