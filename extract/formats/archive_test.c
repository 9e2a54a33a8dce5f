/*
 * archive_test.c: archives and packed streams: good, cut at every sixteenth, with bytes changed, encrypted, in
 * themselves.
 */
#include "base.h"

#include "nkx_kit.h"

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "kit_skip.h"
#include <sys/stat.h>

enum { ROOM = 8 << 20 };

static const char one[] = "氏名,電話\n山田太郎,03-0000-0000\n";
static const char two[] = "second file: 佐藤花子\n";

struct kind {
	const char *name; /* as the report calls the container */
	int (*format)(struct archive *);
	int (*filter)(struct archive *);
	bool raw;
};

static const struct kind kinds[] = {
	{ "tar", archive_write_set_format_pax_restricted, NULL, false },
	{ "tar", archive_write_set_format_gnutar, NULL, false },
	{ "cpio", archive_write_set_format_cpio_newc, NULL, false },
	{ "7z", archive_write_set_format_7zip, NULL, false },
	{ "iso", archive_write_set_format_iso9660, NULL, false },
	{ "ar", archive_write_set_format_ar_bsd, NULL, false },
	{ "gzip", archive_write_set_format_ustar, archive_write_add_filter_gzip, false },
	{ "bzip2", archive_write_set_format_ustar, archive_write_add_filter_bzip2, false },
	{ "xz", archive_write_set_format_ustar, archive_write_add_filter_xz, false },
	{ "zstd", archive_write_set_format_ustar, archive_write_add_filter_zstd, false },
	{ "compress", archive_write_set_format_ustar, archive_write_add_filter_compress, false },
	{ "gzip", archive_write_set_format_raw, archive_write_add_filter_gzip, true },
	{ "bzip2", archive_write_set_format_raw, archive_write_add_filter_bzip2, true },
	{ "xz", archive_write_set_format_raw, archive_write_add_filter_xz, true },
	{ "zstd", archive_write_set_format_raw, archive_write_add_filter_zstd, true },
	{ "compress", archive_write_set_format_raw, archive_write_add_filter_compress, true },
};

static void add(struct archive *a, const char *name, const char *text)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)strlen(text));
	assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
	assert_int_equal(archive_write_data(a, text, strlen(text)), strlen(text));
	archive_entry_free(e);
}

static size_t make(const struct kind *k, uint8_t *out)
{
	struct archive *a = archive_write_new();
	size_t used = 0;

	assert_int_equal(k->format(a), ARCHIVE_OK);
	if (k->filter != NULL) {
		assert_true(k->filter(a) >= ARCHIVE_WARN);
	}
	assert_int_equal(archive_write_set_bytes_per_block(a, 0), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, out, ROOM, &used), ARCHIVE_OK);
	add(a, "list.txt", one);
	if (!k->raw) {
		add(a, "more.txt", two);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	assert_int_equal(archive_write_free(a), ARCHIVE_OK);
	return used;
}

static unsigned not_whole(const struct nkx_kit_report *r)
{
	unsigned n = 0;

	for (size_t i = 0; i < r->n; i++) {
		n += r->streams[i].state != NKX_SCANNED;
	}
	return n;
}

static void every_kind_is_opened(void **state)
{
	uint8_t *bytes = malloc(ROOM);

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		const size_t len = make(&kinds[i], bytes);
		struct nkx_kit_report r;

		nkx_kit_open(bytes, len, "x.bin", &r);
		assert_string_equal(r.streams[0].format, kinds[i].name);
		assert_true(nkx_kit_holds(&r, "山田太郎"));
		assert_true(kinds[i].raw || nkx_kit_holds(&r, "佐藤花子"));
		assert_int_equal(not_whole(&r), 0);
		nkx_kit_free(&r);
	}
	free(bytes);
}

static void a_cut_archive_is_never_called_scanned(void **state)
{
	uint8_t *bytes = malloc(ROOM);

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		const size_t len = make(&kinds[i], bytes);
		const bool has_end = kinds[i].filter != NULL && kinds[i].filter != archive_write_add_filter_compress;

		for (size_t part = 1; part < 16; part++) {
			struct nkx_kit_report r;

			nkx_kit_open(bytes, len * part / 16, "x.bin", &r);
			/* tar, cpio, ar and .Z have no end that could be missed: what is there is read. */
			if (has_end && strcmp(r.streams[0].format, kinds[i].name) == 0) {
				assert_true(not_whole(&r) > 0);
			}
			nkx_kit_free(&r);
		}
	}
	free(bytes);
}

static void changed_bytes_do_no_harm(void **state)
{
	uint8_t *bytes = malloc(ROOM);

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		const size_t len = make(&kinds[i], bytes);
		const size_t most = len < 2048 ? len : 2048;

		for (size_t at = i % 7; at < most; at += 7) {
			struct nkx_kit_report r;
			const uint8_t was = bytes[at];

			bytes[at] = (uint8_t)(was ^ (at % 2 == 0 ? 0xff : 0x40));
			nkx_kit_open(bytes, len, "x.bin", &r);
			nkx_kit_free(&r);
			bytes[at] = was;
		}
	}
	free(bytes);
}

static void what_stands_behind_a_packed_stream_is_carved(void **state)
{
	static const char behind[] = "behind the end: 鈴木一郎";
	uint8_t *bytes = malloc(ROOM);

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		const struct kind *k = &kinds[i];
		size_t len = 0;
		struct nkx_kit_report r;

		if (!k->raw ||
			(strcmp(k->name, "gzip") != 0 && strcmp(k->name, "bzip2") != 0 &&
				strcmp(k->name, "xz") != 0)) {
			continue;
		}
		len = make(k, bytes);
		memcpy(bytes + len, behind, sizeof(behind));
		nkx_kit_open(bytes, len + sizeof(behind), "x.bin", &r);
		assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), "鈴木一郎"));
		nkx_kit_free(&r);
	}
	free(bytes);
}

static void several_members_of_gzip_are_one_content(void **state)
{
	static const struct kind gz = { "gzip", archive_write_set_format_raw, archive_write_add_filter_gzip, true };
	uint8_t *bytes = malloc(ROOM);
	const size_t len = make(&gz, bytes);
	struct nkx_kit_report r;

	(void)state;
	memcpy(bytes + len, bytes, len);
	nkx_kit_open(bytes, 2 * len, "x.csv.gz", &r);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.streams[1].path, "x.csv");
	assert_int_equal(r.streams[1].bytes, 2 * (sizeof(one) - 1));
	nkx_kit_free(&r);
	free(bytes);
}

static bool sample(const char *name, struct nkx_kit_report *r)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/../shared/data/scan/%s", NK_SOURCE_DIR, name);
	return nkx_kit_file(path, r);
}

static void japanese_names_are_read_in_their_encoding(void **state)
{
	static const char *const files[] = { "libarchive/test_read_format_cab_filename_cp932.cab",
		"libarchive/test_read_format_cpio_filename_eucjp.cpio",
		"libarchive/test_read_format_lha_filename_cp932.lzh",
		"libarchive/test_read_format_ustar_filename_eucjp.tar.Z",
		"libarchive/test_read_format_zip_filename_cp932.zip",
		"libarchive/test_read_format_zip_filename_utf8_jp.zip" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		struct nkx_kit_report r;
		bool kanji = false;

		if (!sample(files[i], &r)) {
			kit_skip(__func__);
			return;
		}
		for (size_t s = 0; s < r.n; s++) {
			kanji = kanji || strstr(r.streams[s].path, "漢字.txt") != NULL;
			assert_int_equal(r.streams[s].state, NKX_SCANNED);
		}
		assert_true(kanji);
		nkx_kit_free(&r);
	}
}

static void what_contains_itself_ends(void **state)
{
	struct nkx_kit_report r;
	static const char *const files[] = { "tika/quine.gz", "tika/droste.zip" };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		if (!sample(files[i], &r)) {
			kit_skip(__func__);
			return;
		}
		assert_int_equal(r.streams[r.n - 1].why, NKX_WHY_CYCLE);
		assert_int_equal(r.streams[r.n - 1].state, NKX_NOT);
		nkx_kit_free(&r);
	}
}

static void encrypted_is_not_scanned(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	if (!sample("tika/test7Z_protected_passTika.7z", &r)) {
		kit_skip(__func__);
		return;
	}
	assert_true(not_whole(&r) > 0);
	assert_int_equal(r.streams[r.n - 1].why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_opened),
		cmocka_unit_test(a_cut_archive_is_never_called_scanned),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(what_stands_behind_a_packed_stream_is_carved),
		cmocka_unit_test(several_members_of_gzip_are_one_content),
		cmocka_unit_test(japanese_names_are_read_in_their_encoding),
		cmocka_unit_test(what_contains_itself_ends),
		cmocka_unit_test(encrypted_is_not_scanned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
