/*
 * pdf_test.c: what pdftotext does not give: strings, attachments, XMP, object streams, revisions; what is said of
 * pages without text. Files are made here, without cross references where they do not matter. Made-up names.
 */
#include "base.h"

#include <cmocka.h>
#include <zlib.h>

#include "kit_skip.h"
#include "nkx_kit.h"
#include "pdf_int.h"

static void open_pdf(const char *bytes, size_t len, const char *text, struct nkx_kit_report *r)
{
	const struct nkx_kit_options o = { .pdf_text = text };

	nkx_kit_open_with(&o, bytes, len, "a.pdf", r);
}

static void open_text(const char *pdf, const char *text, struct nkx_kit_report *r)
{
	open_pdf(pdf, strlen(pdf), text, r);
}

struct made {
	char p[16384];
	size_t n;
};

static void add(struct made *m, const void *p, size_t n)
{
	assert_true(m->n + n <= sizeof(m->p));
	memcpy(m->p + m->n, p, n);
	m->n += n;
}

static void add_c(struct made *m, const char *text)
{
	add(m, text, strlen(text));
}

static void add_packed(struct made *m, const char *dict, const void *bytes, size_t n)
{
	uint8_t packed[4096];
	uLongf len = sizeof(packed);
	char head[256];

	assert_int_equal(compress(packed, &len, bytes, n), Z_OK);
	(void)snprintf(head, sizeof(head), "%s /Filter /FlateDecode /Length %lu >>\nstream\r\n", dict, len);
	add_c(m, head);
	add(m, packed, len);
	add_c(m, "\nendstream\nendobj\n");
}

static void strings_of_all_objects_are_read(void **state)
{
	static const char pdf[] =
		"%PDF-1.7\n1 0 obj << /Author (\\376\\377\\134qu0) /Title <FEFF592A90CE> /Subject (a \\(b\\) \\101\\n) "
		"/Producer (\357\273\277\351\210\264\346\234\250) /Keywords (\216\122\223\143\221\276\230\131) >> endobj\n"
		"2 0 obj << /T (name) /TU (label) /V 3 0 R /Kids [ << /V (in a kid) >> ] /Opt [(one) (two)] >> endobj 3 0 obj (a value of its own) endobj\n"
		"4 0 obj << /Type /Annot /Contents (said here) /A << /S /JavaScript /JS (app.alert\\('js'\\)) >> /P 1 0 R >> endobj\n"
		"trailer << /Root 1 0 R /ID [<00010203><04050607>] /Info << /Note (in the trailer) >> >> startxref 0 %%EOF\n";
	static const char *const texts[] = { "Author: 山田\n", "Title: 太郎\n", "Subject: a (b) A\n",
		"Producer: 鈴木\n", "Keywords: 山田太郎\n", "T: name\n", "TU: label\n", "V: in a kid\n",
		"Opt: one\nOpt: two\n", ": a value of its own\n", "Contents: said here\n", "JS: app.alert('js')\n",
		"Note: in the trailer\n" };
	struct nkx_kit_report r;

	(void)state;
	open_pdf(pdf, sizeof(pdf) - 1, "page\f", &r);
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		if (!nkx_kit_in(nkx_kit_stream(&r, "#objects"), texts[i])) {
			print_message("# %s", texts[i]);
		}
		assert_true(nkx_kit_in(nkx_kit_stream(&r, "#objects"), texts[i]));
	}
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "page"));
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void streams_are_unpacked_and_opened(void **state)
{
	static const char objects[] = "5 0 6 20 << /V (in an object stream) >> << /Names [(second) 1 0 R] >>";
	static const char drawing[] =
		"BT /F1 12 Tf (glyphs) Tj 0 -14 Td [(more) 3 (glyphs)] TJ ET /Span << /ActualText (actual text) >> BDC EMC q 1 0 0 1 0 0 cm BI /W 1 ID <<(x) EI Q";
	struct made m = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	add_c(&m, "%PDF-1.5\n");
	add_c(&m, "1 0 obj ");
	add_packed(&m, "<< /Type /ObjStm /N 2 /First 9", objects, sizeof(objects) - 1);
	add_c(&m, "2 0 obj ");
	add_packed(&m, "<< /Type /EmbeddedFile", "attached: tanaka", 16);
	add_c(&m, "3 0 obj ");
	add_packed(
		&m, "<< /Type /Metadata /Subtype /XML", "<x:xmpmeta><dc:creator>Sato</dc:creator></x:xmpmeta>", 52);
	add_c(&m, "4 0 obj ");
	add_packed(&m, "<<", drawing, sizeof(drawing) - 1);
	add_c(&m, "7 0 obj ");
	add_packed(&m, "<<", "var name = \"in a script\";", 25);
	add_c(&m,
		"8 0 obj << /Filter [/ASCIIHexDecode /ASCII85Decode] >> stream\n3837635552445d692c2245626f377e3e>\nendstream endobj\n%%EOF");
	open_pdf(m.p, m.n, "text\f", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "#objects"), "V: in an object stream\n"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "#objects"), "Names: second\n"));
	assert_true(nkx_kit_holds(&r, "attached: tanaka"));
	assert_true(nkx_kit_holds(&r, "Sato"));
	assert_true(nkx_kit_holds(&r, "ActualText: actual text\n"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "#objects"), "glyphs\nmoreglyphs\n")); /* no page shows them */
	assert_true(nkx_kit_holds(&r, "in a script"));
	assert_true(nkx_kit_holds(&r, "Hello W"));
	nkx_kit_free(&r);
}

static void earlier_revisions_are_read_too(void **state)
{
	struct made m = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	add_c(&m,
		"%PDF-1.4\n1 0 obj << /V (old value) >> endobj\nxref\n0 1\n0000000000 65535 f \ntrailer << >> startxref 9 %%EOF\n");
	add_c(&m,
		"1 0 obj << /V (new value) /Padding (so that the file is long enough for it) >> endobj\nxref\n0 1\n0000000000 65535 f \ntrailer << >> startxref 9 %%EOF\n");
	open_pdf(m.p, m.n, "text\f", &r);
	assert_true(nkx_kit_holds(&r, "old value"));
	assert_true(nkx_kit_holds(&r, "new value"));
	assert_non_null(nkx_kit_stream(&r, "#revision-1"));
	assert_null(nkx_kit_stream(&r, "#revision-2"));
	assert_false(nkx_kit_holds(&r, "65535 f"));
	nkx_kit_free(&r);
}

/* Twenty-four revisions, the object of one of them changed each time. */
static void made_of_revisions(struct made *m, unsigned n)
{
	char text[200];

	m->n = 0;
	add_c(m, "%PDF-1.4\n");
	for (unsigned i = 1; i <= n; i++) {
		(void)snprintf(text, sizeof(text),
			"4 0 obj << /Length 64 >> stream\nBT /F1 12 Tf 72 700 Td (drawn in %02u) Tj ET%*s\nendstream endobj\n"
			"trailer << >> startxref 9 %%%%EOF\n",
			i, 24, "");
		add_c(m, text);
	}
}

static void more_revisions_than_are_read_are_told_of(void **state)
{
	struct made m = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	made_of_revisions(&m, 24);
	open_pdf(m.p, m.n, "drawn in 24\f", &r);
	assert_non_null(nkx_kit_stream(&r, "#revision-1"));
	assert_null(nkx_kit_stream(&r, "#revision-2"));
	assert_null(nkx_kit_stream(&r, "#revision-8"));
	for (unsigned i = 9; i <= 23; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "#revision-%u", i);
		assert_non_null(nkx_kit_stream(&r, name));
	}
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_PARTLY);
	assert_int_equal(nkx_kit_stream(&r, "")->why, NKX_WHY_TOO_MANY);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "#objects"), "drawn in 05\n"));
	assert_false(nkx_kit_in(nkx_kit_stream(&r, "#objects"), "drawn in 24\n")); /* a page shows it */
	nkx_kit_free(&r);
	made_of_revisions(&m, 17);
	open_pdf(m.p, m.n, "x\f", &r);
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void a_revision_that_cannot_be_read_is_told_of(void **state)
{
	struct made m = { .n = 0 };
	struct nkx_kit_options o = { .pdf_text = "x\f" };
	struct nkx_kit_report r;

	(void)state;
	made_of_revisions(&m, 3);
	o.pdf_least = m.n;
	nkx_kit_open_with(&o, m.p, m.n, "a.pdf", &r);
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_PARTLY);
	assert_int_equal(nkx_kit_stream(&r, "")->why, NKX_WHY_DAMAGED);
	nkx_kit_free(&r);
}

static void text_of_a_reader_that_did_not_finish_is_used(void **state)
{
	static const char pdf[] = "%PDF-1.4\n1 0 obj << /Type /Page >> endobj %%EOF";
	const struct nkx_kit_options o = { .pdf_text = "the first page\f", .pdf_why = NKX_WHY_TIME };
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open_with(&o, pdf, sizeof(pdf) - 1, "a.pdf", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "the first page"));
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_PARTLY);
	assert_int_equal(nkx_kit_stream(&r, "")->why, NKX_WHY_TIME);
	nkx_kit_free(&r);
}

static void what_its_dictionary_calls_something_else_is_opened(void **state)
{
	static const char *const dicts[] = { "<<", "<< /Type /XRef", "<< /Subtype /Type1C", "<< /Length1 30" };
	static const char csv[] = "1,report res taro.yamada@example.ac.jp,090-3214-5678\n2,x re x\n";
	static const char map[] = "taro begincmap 1 beginbfchar <0041> <0042> endbfchar hanako endcmap";

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(dicts); i++) {
		struct made m = { .n = 0 };
		struct nkx_kit_report r;

		add_c(&m, "%PDF-1.5\n6 0 obj ");
		add_packed(&m, dicts[i], csv, sizeof(csv) - 1);
		add_c(&m, "7 0 obj ");
		add_packed(&m, "<<", map, sizeof(map) - 1);
		open_pdf(m.p, m.n, "x\f", &r);
		assert_true(nkx_kit_holds(&r, "taro.yamada@example.ac.jp,090-3214-5678"));
		assert_true(nkx_kit_holds(&r, "hanako endcmap"));
		assert_false(nkx_kit_holds(&r, "0041"));
		nkx_kit_free(&r);
	}
}

static void what_no_page_shows_is_read_from_its_drawing(void **state)
{
	static const char form[] =
		"% a comment of hanako\nq BT /F1 12 Tf 72 700 Td [(ta) 20 (ro) -300 <7961>] TJ (mada) Tj 0 -12 Td <5c715c71> Tj\n"
		"<3042304430460041> Tj 0 -12 Td (on the page) Tj 10 0 Td (090) Tj (-1234) Tj ET Q";
	struct made m = { .n = 0 };
	struct nkx_kit_report r;
	const struct nkx_kit_stream *objects = NULL;

	(void)state;
	add_c(&m, "%PDF-1.5\n8 0 obj ");
	add_packed(&m, "<< /Type /XObject /Subtype /Form", form, sizeof(form) - 1);
	open_pdf(m.p, m.n, "taroyamad\n on  the\npage 090-12 34\f", &r);
	objects = nkx_kit_stream(&r, "#objects");
	assert_true(nkx_kit_in(objects, "taro yamada\n"));
	assert_true(nkx_kit_in(objects, "a comment of hanako\n"));
	assert_true(nkx_kit_in(objects, "山山あいうA\n"));
	assert_false(nkx_kit_in(objects, "on the page"));
	nkx_kit_free(&r);
}

static void pages_without_text_are_not_clean(void **state)
{
	static const char image[] =
		"%PDF-1.4\n1 0 obj << /Type /XObject /Subtype /Image /Width 900 /Height 900 /Filter /CCITTFaxDecode /Length 4 >> stream\nabcd\nendstream endobj %%EOF";
	static const char font[] = "%PDF-1.4\n1 0 obj << /Type /Font /BaseFont /X >> endobj %%EOF";
	static const char empty[] = "%PDF-1.4\n1 0 obj << /Type /Page >> endobj %%EOF";
	static const char curves[] =
		"%PDF-1.4\n1 0 obj << >> stream\nq 1 0 0 1 0 0 cm 0 0 m 10 10 l 20 0 l h f 5 5 m 9 9 l S Q\nendstream endobj %%EOF";
	struct nkx_kit_report r;

	(void)state;
	open_text(curves, "\f", &r); /* letters drawn as curves */
	assert_int_equal(nkx_kit_stream(&r, "(pages)")->why, NKX_WHY_NO_TEXT);
	nkx_kit_free(&r);
	open_text(image, "\f", &r);
	assert_int_equal(nkx_kit_stream(&r, "(pages)")->why, NKX_WHY_NO_TEXT);
	assert_non_null(nkx_kit_stream(&r, "(pixels)"));
	nkx_kit_free(&r);
	open_text(image, "one page has text\f\f", &r);
	assert_int_equal(nkx_kit_stream(&r, "(pages without text)")->state, NKX_NOT);
	nkx_kit_free(&r);
	open_text(font, " \f", &r);
	assert_int_equal(nkx_kit_stream(&r, "(pages)")->why, NKX_WHY_NO_TEXT);
	nkx_kit_free(&r);
	open_text(empty, "\f", &r);
	assert_null(nkx_kit_stream(&r, "(pages)"));
	nkx_kit_free(&r);
	open_text(font, NULL, &r);
	assert_int_equal(nkx_kit_stream(&r, "(pages)")->why, NKX_WHY_TOOL_MISSING);
	nkx_kit_free(&r);
}

static void an_encrypted_file_says_what_was_not_seen(void **state)
{
	static const char pdf[] =
		"%PDF-1.4\n1 0 obj << /V (cipher) >> endobj\ntrailer << /Encrypt 9 0 R >> startxref 0 %%EOF";
	struct nkx_kit_report r;

	(void)state;
	open_text(pdf, "readable pages\f", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "readable pages"));
	assert_int_equal(nkx_kit_stream(&r, "(strings and attachments)")->why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
	open_text(pdf, NULL, &r);
	assert_int_equal(nkx_kit_stream(&r, "(pages)")->why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
}

static struct nkx_strand decode(const struct nkx_pdf_dict *d, const void *in, size_t n);

struct noise {
	size_t strings;
};

static void count(void *arg, const char *key, const uint8_t *bytes, size_t len)
{
	struct noise *noise = arg;

	(void)key;
	(void)bytes;
	(void)len;
	noise->strings++;
}

static void the_dictionary_of_a_stream_is_understood(void **state)
{
	static const char text[] =
		"<< /Type/XObject/Subtype/Image /Filter [ /FlateDecode /DCTDecode ] /DecodeParms [ << /Predictor 15 /Columns 7 >> null ] "
		"/Length 12 0 R /Width 640 /Height 480 /X << /Type /Not >> >> stream";
	struct noise noise = { 0 };
	const struct nkx_pdf_teller teller = { count, &noise, false };
	struct nkx_pdf_lex lex = { .p = (const uint8_t *)text, .n = sizeof(text) - 1, .string.max = 100 };
	struct nkx_pdf_dict d;

	(void)state;
	assert_int_equal(nkx_pdf_object(&lex, &teller, &d), PDF_AFTER_STREAM);
	assert_string_equal(d.type, "XObject");
	assert_string_equal(d.subtype, "Image");
	assert_int_equal(d.n_filters, 2);
	assert_int_equal(d.filters[0], PDF_FLATE);
	assert_int_equal(d.filters[1], PDF_DCT);
	assert_int_equal(d.predictor, 15);
	assert_int_equal(d.columns, 7);
	assert_int_equal(d.width, 640);
	assert_false(d.has_length);
	nkx_strand_done(&lex.string);
}

/* A page tree that is a loop: pdftotext ends without a word and gives fewer pages than there are said to be. */
static void pages_that_nobody_read_are_told(void **state)
{
	static const char tree[] = "%PDF-1.4\n1 0 obj << /Type /Pages /Kids [1 0 R 1 0 R] /Count 2 >> endobj %%EOF";
	struct nkx_kit_report r;

	(void)state;
	open_text(tree, "one page\f", &r);
	assert_int_equal(nkx_kit_stream(&r, "(pages missing)")->why, NKX_WHY_DAMAGED);
	nkx_kit_free(&r);
	open_text(tree, "one page\ftwo pages\f", &r);
	assert_null(nkx_kit_stream(&r, "(pages missing)"));
	nkx_kit_free(&r);
}

static void loops_cuts_and_bombs_are_bounded(void **state)
{
	static const char loop[] =
		"%PDF-1.4\n1 0 obj << /Kids [1 0 R] /Parent 1 0 R /Length 1 0 R /V (in a loop) >> endobj\n2 0 obj << /Length 2 0 R >> stream\nx\nendstream endobj"
		"\ntrailer << /Prev 0 /Root 1 0 R >> startxref 0 %%EOF";
	static const char open[] =
		"%PDF-1.4\n1 0 obj << /V (never ends \n2 0 obj << /W (found all the same) >> endobj";
	char *deep = malloc(1 << 18);
	struct nkx_kit_report r;

	(void)state;
	open_text(loop, "x\f", &r);
	assert_true(nkx_kit_holds(&r, "in a loop"));
	nkx_kit_free(&r);
	for (size_t n = 9; n < sizeof(loop); n += 7) {
		open_pdf(loop, n, "x\f", &r);
		nkx_kit_free(&r);
	}
	open_text(open, "x\f", &r);
	assert_true(nkx_kit_holds(&r, "W: found all the same"));
	assert_int_equal(nkx_kit_stream(&r, "#objects")->state, NKX_PARTLY);
	nkx_kit_free(&r);
	assert_non_null(deep);
	memset(deep, '<', 1 << 18);
	memcpy(deep, "%PDF-1.4\n1 0 obj ", 17);
	open_pdf(deep, 1 << 18, "x\f", &r);
	nkx_kit_free(&r);
	for (size_t i = 17; i + 8 < 1 << 18; i += 8) {
		memcpy(deep + i, "1 0 obj(", 8);
	}
	open_pdf(deep, 1 << 18, "x\f", &r);
	nkx_kit_free(&r);
	for (size_t i = 17; i + 17 < 1 << 18; i += 17) {
		memcpy(deep + i, "1 0 obj<<>>stream", 17);
	}
	open_pdf(deep, 1 << 18, "x\f", &r);
	nkx_kit_free(&r);
	free(deep);
}

static void filters_give_what_they_were_given(void **state)
{
	/* LZW of the specification's example, run lengths, a PNG predictor (Up). */
	static const uint8_t lzw[] = { 0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01 };
	static const uint8_t run[] = { 2, 'a', 'b', 'c', 254, 'x', 128 };
	const struct nkx_pdf_dict d_lzw = { .filters = { PDF_LZW }, .n_filters = 1, .early = 1 };
	const struct nkx_pdf_dict d_run = { .filters = { PDF_RUN }, .n_filters = 1 };
	const struct nkx_pdf_dict d_up = { .filters = { PDF_FLATE }, .n_filters = 1, .predictor = 12, .columns = 3 };
	uint8_t packed[64];
	uLongf len = sizeof(packed);
	struct nkx_strand out;

	(void)state;
	out = decode(&d_lzw, lzw, sizeof(lzw));
	assert_int_equal(out.n, 10);
	assert_memory_equal(out.p, "\x2d\x2d\x2d\x2d\x2d\x41\x2d\x2d\x2d\x42", 10);
	nkx_strand_done(&out);
	out = decode(&d_run, run, sizeof(run));
	assert_int_equal(out.n, 6);
	assert_memory_equal(out.p, "abcxxx", 6);
	nkx_strand_done(&out);
	assert_int_equal(compress(packed, &len, (const uint8_t *)"\2abc\2\1\1\1", 8), Z_OK);
	out = decode(&d_up, packed, len);
	assert_int_equal(out.n, 6);
	assert_memory_equal(out.p, "abcbcd", 6);
	nkx_strand_done(&out);
}

static void samples_of_others_are_walked(void **state)
{
	static const char *const files[] = { "90ms_rksj_h_sample.pdf", "noembed-eucjp.pdf", "noembed-identity-2.pdf",
		"noembed-identity.pdf", "noembed-jis7.pdf", "noembed-sjis.pdf" };
	char path[512];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		struct nkx_kit_report r;

		(void)snprintf(path, sizeof(path), "%s/../shared/data/scan/pdfjs/%s", NK_SOURCE_DIR, files[i]);
		if (!nkx_kit_file(path, &r)) {
			kit_skip(__func__);
			return;
		}
		assert_int_equal(nkx_kit_stream(&r, "(pages)")->why, NKX_WHY_TOOL_MISSING);
		assert_int_equal(nkx_kit_stream(&r, "#objects")->state, NKX_SCANNED);
		nkx_kit_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_of_all_objects_are_read),
		cmocka_unit_test(streams_are_unpacked_and_opened),
		cmocka_unit_test(earlier_revisions_are_read_too),
		cmocka_unit_test(more_revisions_than_are_read_are_told_of),
		cmocka_unit_test(a_revision_that_cannot_be_read_is_told_of),
		cmocka_unit_test(text_of_a_reader_that_did_not_finish_is_used),
		cmocka_unit_test(what_its_dictionary_calls_something_else_is_opened),
		cmocka_unit_test(what_no_page_shows_is_read_from_its_drawing),
		cmocka_unit_test(pages_without_text_are_not_clean),
		cmocka_unit_test(an_encrypted_file_says_what_was_not_seen),
		cmocka_unit_test(the_dictionary_of_a_stream_is_understood),
		cmocka_unit_test(pages_that_nobody_read_are_told),
		cmocka_unit_test(loops_cuts_and_bombs_are_bounded),
		cmocka_unit_test(filters_give_what_they_were_given),
		cmocka_unit_test(samples_of_others_are_walked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A work without anybody behind it: for budgets only. */
#include "nkx_work.h"

static struct nkx_strand decode(const struct nkx_pdf_dict *d, const void *in, size_t n)
{
	static const struct nkx_sink nobody = { 0 };
	const struct nkx_limits limits = { .total_out = 1 << 20 };
	struct nkx_work w;
	struct nkx_strand out = { .max = 4096 };
	int stopped_at = 0;

	assert_true(nkx_work_init(&w, &nobody, &limits));
	assert_int_equal(nkx_pdf_decode(&w, d, (struct nk_bytes){ in, n }, &out, &stopped_at), NKX_WHY_NONE);
	nkx_work_done(&w);
	return out;
}
