/*
 * doc_test.c: Word's piece table, Word 95, PowerPoint's records, Outlook's properties.
 */
#include "base.h"

#include <setjmp.h>
#include <cmocka.h>

#include "cfb_kit.h"
#include "kit_skip.h"
#include "nkx_kit.h"

static struct cfb_kit kit;

/* A document of two pieces: "Hello " in 8 bits at 0x400, 山田 in 16 bits at 0x500; something forgotten at 0x600. */
static void make_doc(uint8_t doc[0x700], uint8_t table[64], unsigned flags)
{
	memset(doc, 0, 0x700);
	memset(table, 0, 64);
	nk_put_le32(doc, 0xa5ec | 0xc1U << 16);
	nk_put_le32(doc + 10, flags);
	nk_put_le32(doc + 0x1a2, 0);
	nk_put_le32(doc + 0x1a6, 33);
	memcpy(doc + 0x400, "Hello ", 6);
	(void)cfb_kit_utf16(doc + 0x500, u"山\x05田");
	memcpy(doc + 0x600, "forgotten by a fast save", 24);
	table[0] = 2;
	nk_put_le32(table + 1, 28);
	nk_put_le32(table + 5 + 4, 6);
	nk_put_le32(table + 5 + 8, 9);
	nk_put_le32(table + 5 + 12 + 2, 0x40000000 | 0x800);
	nk_put_le32(table + 5 + 20 + 2, 0x500);
}

static void pieces_are_put_together_and_marks_left_out(void **state)
{
	uint8_t doc[0x700], table[64];
	struct cfb_kit_entry e[] = { { "WordDocument", -1, doc, sizeof(doc) },
		{ "1Table", -1, table, sizeof(table) } };
	struct nkx_kit_report r;

	(void)state;
	make_doc(doc, table, 0x200);
	cfb_kit_make(&kit, e, 2);
	nkx_kit_open(kit.file, kit.len, "x.doc", &r);
	assert_non_null(nkx_kit_stream(&r, "document"));
	assert_string_equal(nkx_kit_stream(&r, "document")->text, "Hello 山田");
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void what_a_fast_save_left_is_carved(void **state)
{
	uint8_t doc[0x700], table[64];
	struct cfb_kit_entry e[] = { { "WordDocument", -1, doc, sizeof(doc) },
		{ "0Table", -1, table, sizeof(table) } };
	struct nkx_kit_report r;

	(void)state;
	make_doc(doc, table, 0);
	cfb_kit_make(&kit, e, 2);
	nkx_kit_open(kit.file, kit.len, "x.doc", &r);
	const struct nkx_kit_stream *rest = nkx_kit_stream(&r, "WordDocument");

	assert_non_null(rest);
	assert_int_equal(rest->kind, NKS_KIND_BINARY);
	assert_memory_equal(rest->text + 0x600, "forgotten", 9);
	assert_int_equal(rest->text[0x400], 0); /* that was understood */
	nkx_kit_free(&r);
}

static void pieces_that_lie_outside_are_damage(void **state)
{
	uint8_t doc[0x700], table[64];
	struct cfb_kit_entry e[] = { { "WordDocument", -1, doc, sizeof(doc) },
		{ "0Table", -1, table, sizeof(table) } };
	struct nkx_kit_report r;

	(void)state;
	make_doc(doc, table, 0);
	nk_put_le32(table + 5 + 8, 0x7fffffff);
	cfb_kit_make(&kit, e, 2);
	nkx_kit_open(kit.file, kit.len, "x.doc", &r);
	assert_int_equal(r.streams[0].state, NKX_PARTLY);
	assert_int_equal(r.streams[0].why, NKX_WHY_DAMAGED);
	nkx_kit_free(&r);
}

static void a_document_with_a_password_is_not_scanned(void **state)
{
	uint8_t doc[0x700], table[64];
	struct cfb_kit_entry e[] = { { "WordDocument", -1, doc, sizeof(doc) },
		{ "0Table", -1, table, sizeof(table) } };
	struct nkx_kit_report r;

	(void)state;
	make_doc(doc, table, 0x100);
	cfb_kit_make(&kit, e, 2);
	nkx_kit_open(kit.file, kit.len, "x.doc", &r);
	assert_int_equal(nkx_kit_stream(&r, "document")->state, NKX_NOT);
	assert_int_equal(nkx_kit_stream(&r, "document")->why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
}

static void word_95_is_fed_as_it_is(void **state)
{
	uint8_t doc[0x400] = { 0 };
	struct cfb_kit_entry e[] = { { "WordDocument", -1, doc, sizeof(doc) } };
	struct nkx_kit_report r;

	(void)state;
	nk_put_le32(doc, 0xa5dc | 0x68U << 16);
	nk_put_le32(doc + 0x18, 0x300);
	nk_put_le32(doc + 0x1c, 0x308);
	memcpy(doc + 0x300, "\x8e\x52\x93\x63\x91\xbe\x98\x59", 8);
	cfb_kit_make(&kit, e, 1);
	nkx_kit_open(kit.file, kit.len, "x.doc", &r);
	assert_int_equal(nkx_kit_stream(&r, "document")->kind, NKS_KIND_UNKNOWN);
	assert_memory_equal(nkx_kit_stream(&r, "document")->text, "\x8e\x52\x93\x63", 4);
	nkx_kit_free(&r);
}

static size_t atom(uint8_t *at, unsigned version, unsigned type, const void *bytes, size_t len)
{
	nk_put_le32(at, version | type << 16);
	nk_put_le32(at + 4, (uint32_t)len);
	memcpy(at + 8, bytes, len);
	return 8 + len;
}

static void slides_notes_and_comments_are_read(void **state)
{
	uint8_t b[400] = { 0 }, wide[16];
	size_t n = 0, len = cfb_kit_utf16(wide, u"山田");
	struct cfb_kit_entry e[] = { { "PowerPoint Document", -1, b, sizeof(b) } };
	struct nkx_kit_report r;

	(void)state;
	n += atom(b + n, 15, 0x03f0, "", 0); /* notes: a container */
	nk_put_le32(b + n - 4, 200);
	n += atom(b + n, 0, 0x0fa0, wide, len);
	n += atom(b + n, 0, 0x0fa8, "Tar\rou", 6);
	n += atom(b + n, 0, 0x138b, "", 0); /* a blob with a comment in it */
	nk_put_le32(b + n - 4, 8 + (uint32_t)len);
	n += atom(b + n, 0, 0x0fba, wide, len);
	e[0].len = n;
	cfb_kit_make(&kit, e, 1);
	nkx_kit_open(kit.file, kit.len, "x.ppt", &r);
	assert_non_null(nkx_kit_stream(&r, "slides"));
	assert_string_equal(nkx_kit_stream(&r, "slides")->text, "山田\nTar\nou\n山田\n");
	nkx_kit_free(&r);
}

static void slides_with_a_password_are_not_scanned(void **state)
{
	uint8_t b[64] = { 0 };
	size_t n = atom(b, 15, 0x2f14, "", 0);
	struct cfb_kit_entry e[] = { { "PowerPoint Document", -1, b, n } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 1);
	nkx_kit_open(kit.file, kit.len, "x.ppt", &r);
	assert_int_equal(nkx_kit_stream(&r, "slides")->why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
}

static void properties_of_a_message_are_named(void **state)
{
	uint8_t subject[16], name[32];
	size_t len = cfb_kit_utf16(subject, u"山田"), name_len = cfb_kit_utf16(name, u"名簿.txt");
	struct cfb_kit_entry e[] = { { "__properties_version1.0", -1, "xxxxxxxx", 8 },
		{ "__substg1.0_0037001F", -1, subject, len }, { "__substg1.0_0C1A001E", -1, "\x8e\x52\x93\x63", 4 },
		{ "__attach_version1.0_#00000000", -1, NULL, 0 }, { "__substg1.0_3707001F", 3, name, name_len },
		{ "__substg1.0_37010102", 3, "in the file", 11 } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 6);
	nkx_kit_open(kit.file, kit.len, "x.msg", &r);
	assert_string_equal(nkx_kit_stream(&r, "subject")->text, "山田");
	assert_int_equal(nkx_kit_stream(&r, "sender")->kind, NKS_KIND_UNKNOWN);
	assert_non_null(nkx_kit_stream(&r, "__attach_version1.0_#00000000/名簿.txt"));
	assert_string_equal(nkx_kit_stream(&r, "__attach_version1.0_#00000000/名簿.txt")->text, "in the file");
	nkx_kit_free(&r);
}

static void a_packed_body_is_unpacked(void **state)
{
	/* The example of MS-OXRTFCP 4.1.1: {\rtf1\ansi\ansicpg1252\pard hello world} and a line end. */
	static const uint8_t packed[] = { 0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7,
		0xa7, 0x03, 0, 0x0a, 0, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68,
		0x65, 0x6c, 0x09, 0, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0 };
	struct cfb_kit_entry e[] = { { "__substg1.0_10090102", -1, packed, sizeof(packed) } };
	struct nkx_kit_report r;

	(void)state;
	cfb_kit_make(&kit, e, 1);
	nkx_kit_open(kit.file, kit.len, "x.msg", &r);
	assert_non_null(nkx_kit_stream(&r, "body.rtf"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "body.rtf"), "hello world"));
	assert_int_equal(nkx_kit_stream(&r, "body.rtf")->state, NKX_SCANNED);
	nkx_kit_free(&r);
}

/* A sample of others: `stream` of the file holds `text`. */
static bool sample(const char *file, const char *stream, const char *text)
{
	struct nkx_kit_report r;
	char path[600];

	(void)snprintf(path, sizeof(path), NK_SOURCE_DIR "/../shared/data/scan/%s", file);
	if (!nkx_kit_file(path, &r)) {
		return false;
	}
	assert_non_null(nkx_kit_stream(&r, stream));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, stream), text));
	nkx_kit_free(&r);
	return true;
}

static void samples_of_others_are_read(void **state)
{
	(void)state;
	if (!sample("poi/document_HeaderFooterUnicode.doc", "document", "Molière, has Unicode in it")) {
		kit_skip(__func__);
		return;
	}
	assert_true(sample("tika/testComment.doc", "document", "Here is a comment"));
	assert_true(sample("tika/testWORD6.doc", "document", "The quick brown fox"));
	assert_true(sample("tika/testWORD_phonetic.doc", "document", "とうきょう"));
	assert_true(sample("tika/testComment.ppt", "slides", "Here is some text"));
	assert_true(sample("poi/slideshow_WithComments.ppt", "slides", "This is a test comment"));
	assert_true(sample("tika/testMSG.msg", "body", "MIME"));
	assert_true(sample("tika/testMSG_Contact.msg", "surname", ""));
	assert_true(sample("poi/hpsf_TestShiftJIS.doc", "SummaryInformation", "第1章"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_put_together_and_marks_left_out),
		cmocka_unit_test(what_a_fast_save_left_is_carved),
		cmocka_unit_test(pieces_that_lie_outside_are_damage),
		cmocka_unit_test(a_document_with_a_password_is_not_scanned),
		cmocka_unit_test(word_95_is_fed_as_it_is),
		cmocka_unit_test(slides_notes_and_comments_are_read),
		cmocka_unit_test(slides_with_a_password_are_not_scanned),
		cmocka_unit_test(properties_of_a_message_are_named),
		cmocka_unit_test(a_packed_body_is_unpacked),
		cmocka_unit_test(samples_of_others_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
