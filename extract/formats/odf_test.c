/*
 * odf_test.c: OpenDocument: texts, sheets with repeated cells, notes, encryption, flat files. Made-up names; samples
 * when they are there.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_skip.h"
#include "kit_zip.h"
#include "nkx_kit.h"

#define ODT "application/vnd.oasis.opendocument.text"
#define ODS "application/vnd.oasis.opendocument.spreadsheet"
#define MANIFEST(type, more) \
	"<m:manifest><m:file-entry m:full-path='/' m:media-type='" type "'/>" more "</m:manifest>"

static void open_odf(const char *type, const char *manifest, const char *content, struct nkx_kit_report *r)
{
	struct kit_zip z;
	struct nk_bytes all;

	kit_zip_start(&z);
	kit_zip_add(&z, "mimetype", nk_str_bytes(nk_str_c(type)));
	kit_zip_add(&z, "content.xml", nk_str_bytes(nk_str_c(content)));
	kit_zip_add(&z, "styles.xml",
		nk_str_bytes(NK_STR("<styles><header><text:p xmlns:text='t'>頭書き</text:p></header></styles>")));
	kit_zip_add(&z, "meta.xml",
		nk_str_bytes(NK_STR("<m xmlns:dc='d'><dc:creator>作成者</dc:creator><dc:title>題</dc:title></m>")));
	kit_zip_add(&z, "META-INF/manifest.xml", nk_str_bytes(nk_str_c(manifest)));
	kit_zip_add(&z, "Pictures/x.bin", nk_str_bytes(NK_STR("hidden note in a part")));
	all = kit_zip_end(&z);
	nkx_kit_open(all.ptr, all.len, "a.odt", r);
	kit_zip_done(&z);
}

static void expect(const struct nkx_kit_report *r, const char *path, const char *text)
{
	const struct nkx_kit_stream *s = nkx_kit_stream(r, path);

	if (s == NULL) {
		nkx_kit_print(r);
	}
	assert_non_null(s);
	assert_string_equal(s->len > 0 ? s->text : "", text);
}

static const char text_doc[] =
	"<office:document-content xmlns:office='o' xmlns:text='t' xmlns:table='b' xmlns:draw='d' xmlns:dc='c'><office:body><office:text>"
	"<text:tracked-changes><text:changed-region><text:deletion><text:p>消した名</text:p></text:deletion></text:changed-region></text:tracked-changes>"
	"<text:p>山<text:span>田</text:span><text:s text:c='2'/><text:ruby><text:ruby-base>太郎</text:ruby-base><text:ruby-text>たろう</text:ruby-text></text:ruby>"
	"<office:annotation><dc:creator>評者</dc:creator><text:p>注</text:p></office:annotation><text:note><text:note-body><text:p>脚注</text:p></text:note-body></text:note>です</text:p>"
	"<table:table><table:table-row><table:table-cell><text:p>氏名</text:p></table:table-cell><table:table-cell><text:p>電話</text:p></table:table-cell></table:table-row>"
	"<table:table-row><table:table-cell/><table:table-cell><text:p>03</text:p></table:table-cell></table:table-row></table:table>"
	"<draw:frame><draw:text-box><text:p>箱</text:p></draw:text-box></draw:frame></office:text></office:body></office:document-content>";

static void a_text_is_read_with_its_notes_apart(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_odf(ODT, MANIFEST(ODT, ""), text_doc, &r);
	expect(&r, "content.xml", "消した名\n山田  太郎です\n箱\n");
	expect(&r, "content.xml#table-1",
		"氏名\x1f"
		"電話\x1e\x1f"
		"03\x1e");
	expect(&r, "content.xml#furigana", "たろう ");
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "content.xml#aside"), "評者\n注\n脚注\n"));
	expect(&r, "styles.xml", "頭書き\n");
	expect(&r, "meta.xml", "作成者\n題\n");
	assert_true(nkx_kit_holds(&r, "hidden note"));
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
	assert_string_equal(nkx_kit_stream(&r, "")->format, "odf");
	nkx_kit_free(&r);
}

static void repeated_cells_and_rows_keep_the_places_right(void **state)
{
	static const char doc[] =
		"<d xmlns:office='o' xmlns:text='t' xmlns:table='b'><office:spreadsheet><table:table table:name='名簿'><table:table-row table:number-rows-repeated='2'>"
		"<table:table-cell table:number-columns-repeated='16384'/></table:table-row><table:table-row><table:table-cell table:number-columns-repeated='2'/>"
		"<table:table-cell office:date-value='1985-04-01'><text:p>昭和60年4月1日</text:p></table:table-cell><table:covered-table-cell/>"
		"<table:table-cell office:value='9012345678'><office:annotation><text:p>覚え</text:p></office:annotation><text:p>9012345678</text:p></table:table-cell></table:table-row>"
		"<table:table-row table:number-rows-repeated='1048573'><table:table-cell/></table:table-row></table:table>"
		"<table:table table:display='false'><table:table-row><table:table-cell><text:p>隠し</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></d>";
	struct nkx_kit_report r;

	(void)state;
	open_odf(ODS, MANIFEST(ODS, ""), doc, &r);
	expect(&r, "content.xml#sheet-1",
		"\x1e\x1e\x1f\x1f"
		"昭和60年4月1日 1985-04-01\x1f\x1f"
		"9012345678\x1e");
	expect(&r, "content.xml#sheet-2", "隠し\x1e");
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "content.xml#aside"), "覚え"));
	assert_true(nkx_kit_holds(&r, "名簿"));
	assert_int_equal(nkx_kit_stream(&r, "content.xml#sheet-1")->kind, NKS_KIND_TABLE);
	nkx_kit_free(&r);
}

static void an_encrypted_document_is_not_scanned(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_odf(ODT, MANIFEST(ODT, "<m:file-entry><m:encryption-data/></m:file-entry>"), "garbage of a cipher", &r);
	assert_int_equal(nkx_kit_stream(&r, "content.xml")->why, NKX_WHY_ENCRYPTED);
	assert_int_equal(nkx_kit_stream(&r, "content.xml")->state, NKX_NOT);
	assert_int_not_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void a_flat_file_is_read_and_a_broken_one_too(void **state)
{
	static const char head[] =
		"<?xml version='1.0'?><office:document xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' xmlns:text='t'>";
	char text[512];
	struct nkx_kit_report r;

	(void)state;
	(void)snprintf(text, sizeof(text), "%s<text:p>山<text:span>田</text:span></text:p></office:document>", head);
	nkx_kit_open(text, strlen(text), "a.fodt", &r);
	assert_string_equal(nkx_kit_stream(&r, "")->format, "odf");
	assert_string_equal(nkx_kit_stream(&r, "")->text, "山田\n");
	nkx_kit_free(&r);
	(void)snprintf(text, sizeof(text), "%s<text:p>山<text:span>田</text:p>", head);
	nkx_kit_open(text, strlen(text), "a.fodt", &r);
	assert_int_equal(nkx_kit_stream(&r, "")->why, NKX_WHY_DAMAGED);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "#as-markup"), "山田"));
	nkx_kit_free(&r);
}

static void samples_of_others_give_their_texts(void **state)
{
	static const struct {
		const char *file, *text;
	} rows[] = { { "testFooter.odt", "footer" }, { "testODFwithOOo3.odt", "Tika is part of the Lucene project" },
		{ "testODTEmbedded.odt", "e" } };
	char path[512];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		struct nkx_kit_report r;

		(void)snprintf(path, sizeof(path), "%s/../shared/data/scan/tika/%s", NK_SOURCE_DIR, rows[i].file);
		if (!nkx_kit_file(path, &r)) {
			kit_skip(__func__);
			return;
		}
		if (!nkx_kit_holds(&r, rows[i].text)) {
			nkx_kit_print(&r);
		}
		assert_true(nkx_kit_holds(&r, rows[i].text));
		nkx_kit_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_read_with_its_notes_apart),
		cmocka_unit_test(repeated_cells_and_rows_keep_the_places_right),
		cmocka_unit_test(an_encrypted_document_is_not_scanned),
		cmocka_unit_test(a_flat_file_is_read_and_a_broken_one_too),
		cmocka_unit_test(samples_of_others_give_their_texts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
