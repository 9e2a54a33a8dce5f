/*
 * image_test.c: texts beside the pixels: EXIF, XMP, IPTC, comments, chunks. Pictures are made here.
 */
#include "base.h"

#include <cmocka.h>
#include <zlib.h>

#include "nkx_kit.h"

struct bytes {
	uint8_t p[4096];
	size_t n;
};

static void add(struct bytes *b, const void *p, size_t n)
{
	assert_true(b->n + n <= sizeof(b->p));
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void be(struct bytes *b, uint32_t v, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		const uint8_t byte = (uint8_t)(v >> (8 * i));

		add(b, &byte, 1);
	}
}

static void le(struct bytes *b, uint32_t v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t byte = (uint8_t)(v >> (8 * i));

		add(b, &byte, 1);
	}
}

static void segment(struct bytes *b, uint8_t marker, const void *p, size_t n)
{
	be(b, 0xff00u | marker, 2);
	be(b, (uint32_t)n + 2, 2);
	add(b, p, n);
}

static void entry(struct bytes *b, uint32_t tag, uint32_t type, uint32_t count, uint32_t value)
{
	le(b, tag, 2);
	le(b, type, 2);
	le(b, count, 4);
	le(b, value, 4);
}

/* Artist in CP932, XPAuthor in UTF-16, a user comment in UTF-16, a directory that points at itself. */
static struct bytes exif(void)
{
	struct bytes b = { .n = 0 };

	add(&b, "II*\0\x08\0\0\0", 8);
	le(&b, 4, 2);
	entry(&b, 0x013b, 2, 9, 100);
	entry(&b, 0x9c9d, 1, 8, 110);
	entry(&b, 0x8769, 4, 1, 66);
	entry(&b, 0x0131, 2, 3, 'O' | 'K' << 8);
	le(&b, 8, 4); /* the next directory is this one */
	le(&b, 0, 4);
	le(&b, 1, 2); /* at 66 */
	b.n = 66;
	le(&b, 1, 2);
	entry(&b, 0x9286, 7, 12, 120);
	le(&b, 66, 4);
	b.n = 100;
	add(&b, "\x8e\x52\x93\x63\x91\xbe\x98\x59\0", 9); /* 山田太郎 */
	b.n = 110;
	add(&b, "\x34\x92\x28\x67\0\0\0\0", 8); /* 鈴木 */
	b.n = 120;
	add(&b, "UNICODE\0\x71\x5c\x30\x75", 12); /* 山田 */
	return b;
}

static struct bytes jpeg(void)
{
	struct bytes b = { .n = 0 };
	struct bytes e = { .n = 0 };
	const struct bytes tiff = exif();

	be(&b, 0xffd8, 2);
	add(&e, "Exif\0\0", 6);
	add(&e, tiff.p, tiff.n);
	segment(&b, 0xe1, e.p, e.n);
	segment(&b, 0xe1, "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:li>佐藤</rdf:li></x:xmpmeta>", 75);
	segment(&b, 0xed,
		"Photoshop 3.0\0"
		"8BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x50\0\x09高橋一",
		14 + 12 + 14);
	segment(&b, 0xfe, "a comment", 9);
	segment(&b, 0xc0, "\x08\x00\xc8\x01\x00\x03", 6);
	segment(&b, 0xda, "\0\0", 2);
	add(&b, "\x12\x34\xff\x00\x56\xff\xd0\x78", 8);
	be(&b, 0xffd9, 2);
	return b;
}

static void a_jpeg_tells_its_texts_and_that_its_pixels_were_not_read(void **state)
{
	struct bytes b = jpeg();
	struct nkx_kit_report r;

	(void)state;
	add(&b, "PK\3\4 appended by somebody", 25);
	nkx_kit_open(b.p, b.n, "a.jpg", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "山田太郎\n"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "鈴木\n"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "山田\n"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "OK\n"));
	assert_true(nkx_kit_holds(&r, "佐藤"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "高橋一\n"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "a comment\n"));
	assert_true(nkx_kit_holds(&r, "appended by somebody"));
	assert_int_equal(nkx_kit_stream(&r, "(pixels)")->why, NKX_WHY_NO_TEXT);
	assert_int_equal(nkx_kit_stream(&r, "(pixels)")->state, NKX_NOT);
	nkx_kit_free(&r);
}

static void every_cut_of_a_jpeg_is_told(void **state)
{
	const struct bytes b = jpeg();

	(void)state;
	for (size_t n = 3; n < b.n; n++) {
		uint8_t *copy = malloc(n);
		struct nkx_kit_report r;

		assert_non_null(copy);
		memcpy(copy, b.p, n);
		nkx_kit_open(copy, n, "a.jpg", &r);
		assert_int_not_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
		nkx_kit_free(&r);
		free(copy);
	}
}

static void chunk(struct bytes *b, const char *type, const void *p, size_t n)
{
	be(b, (uint32_t)n, 4);
	add(b, type, 4);
	add(b, p, n);
	be(b, 0, 4);
}

static void chunks_of_a_png_are_read_packed_ones_too(void **state)
{
	static const char text[] = "田中次郎 packed";
	struct bytes b = { .n = 0 };
	uint8_t packed[256] = "Author\0";
	uLongf len = sizeof(packed) - 8;
	struct nkx_kit_report r;

	(void)state;
	add(&b, "\x89PNG\r\n\x1a\n", 8);
	chunk(&b, "IHDR", "\0\0\1\0\0\0\1\0\x08\0\0\0\0", 13);
	chunk(&b, "tEXt", "Title\0a list", 12);
	assert_int_equal(compress(packed + 8, &len, (const uint8_t *)text, strlen(text)), Z_OK);
	chunk(&b, "zTXt", packed, 8 + len);
	chunk(&b, "iTXt", "Comment\0\0\0ja\0\0山本", 21);
	chunk(&b, "IDAT", "\x78\x9c\x03\x00", 4);
	chunk(&b, "IEND", "", 0);
	nkx_kit_open(b.p, b.n, "a.png", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "a list\n"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), text));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "山本\n"));
	assert_int_equal(nkx_kit_stream(&r, "(pixels)")->state, NKX_NOT);
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void a_small_gif_has_a_comment_and_no_pixels_to_speak_of(void **state)
{
	static const char gif[] =
		"GIF89a\x10\0\x10\0\0\0\0!\xfe\x06yamada\0,\0\0\0\0\x10\0\x10\0\0\x02\x02\x44\x01\0;";
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(gif, sizeof(gif) - 1, "a.gif", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "yamada"));
	assert_null(nkx_kit_stream(&r, "(pixels)"));
	assert_int_equal(nkx_kit_stream(&r, "")->state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void a_webp_and_a_heic_hold_exif(void **state)
{
	const struct bytes tiff = exif();
	struct bytes b = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	add(&b, "RIFF", 4);
	le(&b, 22 + (uint32_t)tiff.n, 4);
	add(&b,
		"WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\0\0\xff\0\0"
		"EXIF",
		26);
	le(&b, (uint32_t)tiff.n, 4);
	add(&b, tiff.p, tiff.n);
	nkx_kit_open(b.p, b.n, "a.webp", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "山田太郎\n"));
	assert_non_null(nkx_kit_stream(&r, "(pixels)"));
	nkx_kit_free(&r);
	b.n = 0;
	be(&b, 16, 4);
	add(&b, "ftypheic\0\0\0\0", 12);
	be(&b, 14 + (uint32_t)tiff.n, 4);
	add(&b, "mdatExif\0\0", 10);
	add(&b, tiff.p, tiff.n);
	nkx_kit_open(b.p, b.n, "a.heic", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "山田太郎\n"));
	nkx_kit_free(&r);
}

static void a_tiff_is_read_but_for_its_strips(void **state)
{
	struct bytes b = { .n = 0 };
	struct nkx_kit_report r;

	(void)state;
	add(&b, "II*\0\x08\0\0\0", 8);
	le(&b, 5, 2);
	entry(&b, 256, 3, 1, 100);
	entry(&b, 257, 3, 1, 100);
	entry(&b, 0x010e, 2, 6, 90);
	entry(&b, 273, 4, 1, 120);
	entry(&b, 279, 4, 1, 30);
	le(&b, 0, 4);
	b.n = 90;
	add(&b, "yamada", 6);
	b.n = 120;
	add(&b, "pixels pixels pixels pixels pi left over bytes", 46);
	nkx_kit_open(b.p, b.n, "a.tif", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "yamada\n"));
	assert_false(nkx_kit_holds(&r, "pixels pixels"));
	assert_true(nkx_kit_holds(&r, "left over bytes"));
	assert_non_null(nkx_kit_stream(&r, "(pixels)"));
	nkx_kit_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jpeg_tells_its_texts_and_that_its_pixels_were_not_read),
		cmocka_unit_test(every_cut_of_a_jpeg_is_told),
		cmocka_unit_test(chunks_of_a_png_are_read_packed_ones_too),
		cmocka_unit_test(a_small_gif_has_a_comment_and_no_pixels_to_speak_of),
		cmocka_unit_test(a_webp_and_a_heic_hold_exif),
		cmocka_unit_test(a_tiff_is_read_but_for_its_strips),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
