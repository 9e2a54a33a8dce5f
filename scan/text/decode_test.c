/*
 * decode_test.c: every decoder beside glibc's iconv, vectors beside plain code, and the way back from units to bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "nks_decode.h"
#include "nks_tables.h"

enum { ROOM = 16384 };

static const char *const CODESETS[NKS_ENCODING_COUNT] = { "UTF-8", "CP932", "EUC-JP-MS", "ISO-2022-JP-3", "UTF-16LE",
	"UTF-16BE" };

/* Numbers that are the same in each run. */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static size_t utf8_of(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* UTF-8 in another encoding by iconv; 0: it cannot be written there. */
static size_t encoded(enum nks_encoding e, const char *utf8, size_t len, uint8_t *out, size_t room)
{
	iconv_t cd = iconv_open(CODESETS[e], "UTF-8");
	char copy[ROOM];
	char *in = copy;
	char *to = (char *)out;
	size_t left = room;

	assert_true(cd != (iconv_t)-1);
	memcpy(copy, utf8, len);
	const bool good = iconv(cd, &in, &len, &to, &left) == 0 && iconv(cd, NULL, NULL, &to, &left) == 0;
	(void)iconv_close(cd);
	return good ? room - left : 0;
}

static void decoded(struct nks_block *b, enum nks_encoding e, const uint8_t *bytes, size_t len)
{
	nks_block_reset(b, e, bytes, len, 0);
	assert_int_equal(nks_block_take(b, 0, len, 0), len);
	nks_block_seal(b);
}

static void assert_units(struct nks_block *b, const char *utf8, size_t len)
{
	nks_unit want[ROOM];
	size_t n = 0;

	assert_int_equal(nks_units_of(utf8, len, want, ROOM, &n), NKS_OK);
	assert_int_equal(b->n, n);
	assert_memory_equal(b->u, want, n * sizeof(*want));
}

/* Where CP932 and its relatives have another character than the tables of JIS: the waves, dashes and signs of
 * reference section 6. iconv writes them by JIS, the scanner reads them by Microsoft; both fold to the same. */
static bool is_known_difference(uint32_t c)
{
	static const uint16_t known[] = { 0x5c, 0x7e, 0xa5, 0x203e, 0x2014, 0x2015, 0x2016, 0x2225, 0x2212, 0xff0d,
		0x301c, 0xff5e, 0xa2, 0xa3, 0xac, 0xffe0, 0xffe1, 0xffe2, 0xa6, 0xffe4, 0x2022 };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i] == c) {
			return true;
		}
	}
	return false;
}

static void every_character_is_read_as_iconv_writes_it(void **state)
{
	struct nks_block b;
	unsigned count[NKS_ENCODING_COUNT] = { 0 };

	(void)state;
	assert_true(nks_block_init(&b));
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		for (uint32_t c = 0x20; c < 0x30000; c += c == 0xd7ff ? 0x801 : c < 0x10000 ? 1 : 251) {
			char utf8[8];
			uint8_t bytes[64];
			const size_t len = utf8_of(c, utf8);
			const bool jis2004 = e == NKS_JIS && !nks_jisx0208_has(c) && c > 0x7e;
			const bool c1 = c >= 0x80 && c <= 0xa0 && e >= NKS_CP932 && e <= NKS_JIS;
			const size_t n =
				is_known_difference(c) || c >= 0xfffe || jis2004 || c1 || (c >= 0xe000 && c <= 0xf8ff)
				? 0
				: encoded((enum nks_encoding)e, utf8, len, bytes, sizeof(bytes));
			if (n == 0) {
				continue;
			}
			decoded(&b, (enum nks_encoding)e, bytes, n);
			assert_units(&b, utf8, len);
			count[e]++;
		}
	}
	assert_true(count[NKS_UTF8] > 56000 && count[NKS_UTF16LE] > 56000 && count[NKS_UTF16BE] > 56000);
	assert_true(count[NKS_CP932] > 7400 && count[NKS_EUCJP] > 13000 && count[NKS_JIS] > 6900);
	nks_block_done(&b);
}

static void characters_in_a_row_are_read_as_alone(void **state)
{
	struct nks_block b;
	char *const utf8 = malloc(ROOM);
	uint8_t *const bytes = malloc(ROOM);

	(void)state;
	assert_true(nks_block_init(&b) && utf8 != NULL && bytes != NULL);
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		for (uint32_t c = 0x3041; c < 0x9f00; c += 41) {
			size_t n = 0;
			for (uint32_t i = 0; i < 41 * 5; i += 5) {
				const uint32_t u = c + i % 41;
				const bool known = nks_jisx0208_has(u) && !is_known_difference(u) &&
					!(u >= 0x3099 && u <= 0x309c);
				n += known ? utf8_of(u, utf8 + n) : 0;
				n += i % 45 == 40 ? utf8_of('a', utf8 + n) : 0;
			}
			const size_t len = n > 0 ? encoded((enum nks_encoding)e, utf8, n, bytes, ROOM) : 0;
			if (len > 0) {
				decoded(&b, (enum nks_encoding)e, bytes, len);
				assert_units(&b, utf8, n);
			}
		}
	}
	nks_block_done(&b);
	free(utf8);
	free(bytes);
}

static void half_width_kana_and_marks_become_whole_kana_everywhere(void **state)
{
	static const char text[] = "ﾔﾏﾀﾞ ﾀﾛｳ ﾊﾟﾋﾞ ｳﾞｱﾞ カﾞﾞ";
	static const uint8_t jis[] = "\x1b(ITOJ@^ @[3\x1b(B ab\x1b$B;3ED\n;3";
	static const uint8_t shifted[] = "\x0eTO@^\x0f TO";
	struct nks_block b;

	(void)state;
	assert_true(nks_block_init(&b));
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		uint8_t bytes[256];
		const size_t n = e == NKS_JIS
			? 0
			: encoded((enum nks_encoding)e, text, sizeof(text) - 1, bytes, sizeof(bytes));
		if (n > 0) {
			decoded(&b, (enum nks_encoding)e, bytes, n);
			assert_units(&b, text, sizeof(text) - 1);
		}
	}
	decoded(&b, NKS_JIS, jis, sizeof(jis) - 1);
	assert_units(&b, "ヤマハダ タロウ ab山田\n;3", strlen("ヤマハダ タロウ ab山田\n;3"));
	decoded(&b, NKS_JIS, shifted, sizeof(shifted) - 1);
	assert_units(&b, "ヤマダ TO", strlen("ヤマダ TO"));
	nks_block_done(&b);
}

static void vendor_kanji_are_read_from_each_of_their_codes(void **state)
{
	static const struct {
		enum nks_encoding encoding;
		const char *bytes, *utf8;
	} rows[] = {
		{ NKS_CP932, "\xee\xe0\xed\x95", "髙﨑" },
		{ NKS_CP932, "\xfb\xfc\xfa\xb1", "髙﨑" },
		{ NKS_CP932, "\x87\x40\x81\x60\x81\x7c", "①～－" },
		{ NKS_CP932, "\xf0\x40", "\xee\x80\x80" },
		{ NKS_EUCJP, "\xfc\xe2\xf9\xf5", "髙﨑" },
		{ NKS_EUCJP, "\x8f\xb0\xa1", "丂" },
		{ NKS_JIS, "\x1b$B|byu\x1b(B", "髙﨑" },
		{ NKS_JIS, "\x1b$(D0!\x1b(B", "丂" },
	};
	struct nks_block b;

	(void)state;
	assert_true(nks_block_init(&b));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decoded(&b, rows[i].encoding, (const uint8_t *)rows[i].bytes, strlen(rows[i].bytes));
		assert_units(&b, rows[i].utf8, strlen(rows[i].utf8));
		assert_int_equal(b.n_odds, 0);
	}
	nks_block_done(&b);
}

static void what_cannot_be_decoded_is_one_break_and_is_noted(void **state)
{
	static const struct {
		enum nks_encoding encoding;
		const char *bytes;
		size_t len;
	} rows[] = {
		{ NKS_UTF8, "a\xc0\x80\xffz", 5 },
		{ NKS_UTF8, "a\xed\xa0\x80z", 5 },
		{ NKS_UTF8, "a\xe3\x81z", 4 },
		{ NKS_UTF8, "a\xf5z", 3 },
		{ NKS_UTF8, "a\xf4\x90\x80\x80z", 6 },
		{ NKS_UTF8, "a\xe0\x80\x80z", 5 },
		{ NKS_CP932, "a\xfd\xff\x80z", 5 },
		{ NKS_CP932, "a\x85\x20z", 4 },
		{ NKS_EUCJP, "a\x80\xa4z", 4 },
		{ NKS_UTF16LE, "a\0\0\xd8z\0", 6 },
		{ NKS_UTF16BE, "\0a\xdc\0\0z", 6 },
	};
	struct nks_block b;

	(void)state;
	assert_true(nks_block_init(&b));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decoded(&b, rows[i].encoding, (const uint8_t *)rows[i].bytes, rows[i].len);
		assert_in_range(b.n, 3, 4);
		assert_int_equal(b.u[0], 'a');
		assert_int_equal(b.u[1], NKS_BREAK);
		assert_int_equal(b.u[b.n - 1], 'z');
		assert_int_equal(b.n_odds, 1);
	}
	nks_block_done(&b);
}

static void a_character_that_is_cut_at_the_end_is_undecodable(void **state)
{
	static const struct {
		enum nks_encoding encoding;
		const char *bytes;
		size_t len;
	} rows[] = { { NKS_UTF8, "\xe5\xb1\xb1\xe7\x94", 5 }, { NKS_CP932, "\x8e\x52\x93", 3 },
		{ NKS_EUCJP, "\xbb\xb3\xc5", 3 }, { NKS_JIS, "\x1b$B;3E", 6 }, { NKS_UTF16LE, "\x71\x5c\x30", 3 } };
	struct nks_block b;

	(void)state;
	assert_true(nks_block_init(&b));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decoded(&b, rows[i].encoding, (const uint8_t *)rows[i].bytes, rows[i].len);
		assert_int_equal(b.n, 2);
		assert_int_equal(b.u[0], 0x5c71);
		assert_int_equal(b.u[1], NKS_BREAK);
	}
	nks_block_done(&b);
}

/* Bytes that are text mostly: runs of ASCII, of Japanese, of anything. */
static size_t mixture(enum nks_encoding e, uint32_t *seed, uint8_t *out, size_t room)
{
	static const char *const pieces[] = { "name,tel\r\n", "山田太郎", "ヤマダタロウ", "ﾔﾏﾀﾞﾊﾟ", "090-1234-5678 ",
		"か\xe3\x82\x99", "髙橋　﨑", "０１２＠ＡｂＣ", "辻\xf3\xa0\x84\x80邉",
		"the quick brown fox jumps over the lazy dog, twice, and then once more ", "—…“”",
		"<a href=\"/x\">・</a>", "𠮷野家", "é\xc2\xad\xe2\x80\x8d" };
	size_t n = 0;

	while (n + 400 < room) {
		const uint32_t r = next(seed);
		if (r % 16 == 0) {
			out[n++] = (uint8_t)next(seed);
			continue;
		}
		const char *const piece = pieces[r / 16 % (sizeof(pieces) / sizeof(pieces[0]))];
		for (uint32_t k = r / 4096 % 6; k > 0; k--) {
			n += encoded(e, piece, strlen(piece), out + n, room - n);
		}
	}
	return n;
}

static void vectors_give_what_plain_code_gives_at_every_alignment(void **state)
{
	struct nks_block wide;
	struct nks_block plain;
	uint32_t seed = 7;
	uint8_t *const room = malloc(ROOM + 64);

	(void)state;
	assert_non_null(room);
	assert_true(nks_block_init(&wide));
	assert_true(nks_block_init(&plain));
	plain.wide = false;
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		for (unsigned k = 0; k < 130; k++) {
			const size_t n = mixture((enum nks_encoding)e, &seed, room + k % 65, 512 + k * 24);
			decoded(&wide, (enum nks_encoding)e, room + k % 65, n);
			decoded(&plain, (enum nks_encoding)e, room + k % 65, n);
			assert_int_equal(wide.n, plain.n);
			assert_memory_equal(wide.u, plain.u, wide.n * sizeof(nks_unit));
			assert_int_equal(wide.masks.any, plain.masks.any);
			assert_int_equal(wide.masks.gaiji, plain.masks.gaiji);
			for (unsigned m = 0; m < NKS_M_COUNT; m++) {
				assert_memory_equal(wide.masks.word[m], plain.masks.word[m], (wide.n / 64 + 2) * 8);
			}
			assert_int_equal(wide.n_odds > 0, plain.n_odds > 0);
		}
	}
	nks_block_done(&wide);
	nks_block_done(&plain);
	free(room);
}

static void masks_are_the_same_for_every_unit(void **state)
{
	struct nks_block b;
	nks_unit u[64];
	uint64_t want[NKS_M_COUNT];

	(void)state;
	assert_true(nks_block_init(&b));
	for (uint32_t c = 0; c < 0x10000; c++) {
		for (uint32_t i = 0; i < 64; i++) {
			u[i] = (nks_unit)((i & 1) != 0 ? c + i * 977 : c);
		}
		b.masks.gaiji = false;
		nks_masks_plain(&b.masks, 0, u);
		const bool gaiji = b.masks.gaiji;
		for (unsigned m = 0; m < NKS_M_COUNT; m++) {
			want[m] = b.masks.word[m][0];
			b.masks.word[m][0] = 0;
		}
		b.masks.gaiji = false;
		if (b.wide) {
			nks_masks_wide(&b.masks, 0, u);
		} else {
			nks_masks_plain(&b.masks, 0, u);
		}
		assert_int_equal(b.masks.gaiji, gaiji);
		for (unsigned m = 0; m < NKS_M_COUNT; m++) {
			assert_int_equal(b.masks.word[m][0], want[m]);
		}
	}
	nks_block_done(&b);
}

static void each_unit_leads_back_to_its_bytes(void **state)
{
	struct nks_block b;
	struct nks_block one;
	uint32_t seed = 21;
	uint8_t *const room = malloc(ROOM);

	(void)state;
	assert_non_null(room);
	assert_true(nks_block_init(&b));
	assert_true(nks_block_init(&one));
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		const size_t n = mixture((enum nks_encoding)e, &seed, room, 4000);
		decoded(&b, (enum nks_encoding)e, room, n);
		assert_int_equal(nks_block_at(&b, b.n), n);
		for (size_t i = 0; i < b.n; i++) {
			const size_t at = nks_block_at(&b, i);
			const size_t end = nks_block_at(&b, i + 1);
			assert_true(at < end && end <= n);
			if (e != NKS_JIS) {
				assert_int_equal(nks_block_unit(&b, at), i);
			}
			if (e != NKS_JIS && b.u[i] != NKS_BREAK) {
				decoded(&one, (enum nks_encoding)e, room + at, end - at);
				assert_true(one.n >= 1 && one.u[0] == b.u[i]);
			}
		}
	}
	nks_block_done(&b);
	nks_block_done(&one);
	free(room);
}

static void decoding_in_pieces_gives_the_same(void **state)
{
	struct nks_block whole;
	struct nks_block part;
	uint32_t seed = 99;
	uint8_t *const room = malloc(ROOM);

	(void)state;
	assert_non_null(room);
	assert_true(nks_block_init(&whole));
	assert_true(nks_block_init(&part));
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		const size_t n = mixture((enum nks_encoding)e, &seed, room, 6000);
		decoded(&whole, (enum nks_encoding)e, room, n);
		for (size_t goal = NKS_LEAD; goal < whole.n; goal += 97) {
			const struct nks_mark mark = nks_block_resume(&whole, goal, nks_block_at(&whole, goal));
			nks_block_reset(&part, (enum nks_encoding)e, room, n, 0);
			part.u[-1] = mark.unit > 0 ? whole.u[mark.unit - 1] : 0;
			(void)nks_block_take(&part, mark.at, n, mark.mode);
			assert_true(mark.unit <= goal - NKS_LEAD);
			assert_int_equal(part.n, whole.n - mark.unit);
			assert_memory_equal(part.u, whole.u + mark.unit, part.n * sizeof(nks_unit));
			part.u[-1] = 0;
		}
	}
	nks_block_done(&whole);
	nks_block_done(&part);
	free(room);
}

static void positions_are_classified_alike_by_vectors_and_plainly(void **state)
{
	enum { ALL = 16 };
	uint8_t *const table = malloc(65536);
	uint8_t bytes[65 + 64];
	uint64_t pair[2][ALL] = { { 0 } };
	uint64_t byte[2][ALL] = { { 0 } };
	uint32_t seed = 3;

	(void)state;
	assert_non_null(table);
	for (size_t i = 0; i < 65536; i++) {
		table[i] = (uint8_t)(next(&seed) & 63);
	}
	for (unsigned k = 0; k < 4000; k++) {
		const uint8_t *const p = bytes + k % 64;
		for (size_t i = 0; i < sizeof(bytes); i++) {
			bytes[i] = (uint8_t)next(&seed);
		}
		nks_carve_classes(table, p, pair[0], byte[0]);
		nks_carve_classes_plain(table, p, pair[1], byte[1]);
		assert_memory_equal(pair[0], pair[1], sizeof(pair[0]));
		assert_memory_equal(byte[0], byte[1], sizeof(byte[0]));
	}
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_is_read_as_iconv_writes_it),
		cmocka_unit_test(characters_in_a_row_are_read_as_alone),
		cmocka_unit_test(half_width_kana_and_marks_become_whole_kana_everywhere),
		cmocka_unit_test(vendor_kanji_are_read_from_each_of_their_codes),
		cmocka_unit_test(what_cannot_be_decoded_is_one_break_and_is_noted),
		cmocka_unit_test(a_character_that_is_cut_at_the_end_is_undecodable),
		cmocka_unit_test(vectors_give_what_plain_code_gives_at_every_alignment),
		cmocka_unit_test(masks_are_the_same_for_every_unit),
		cmocka_unit_test(each_unit_leads_back_to_its_bytes),
		cmocka_unit_test(decoding_in_pieces_gives_the_same),
		cmocka_unit_test(positions_are_classified_alike_by_vectors_and_plainly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
