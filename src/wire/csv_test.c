/*
 * csv_test.c: rows, places and faults of CSV text, in every way of cutting it into chunks.
 */
#include "base.h"
#include "csv.h"

#include "kit_skip.h"

#include <cmocka.h>

/* Reads `text` in chunks of `step` bytes; rows go to `out` as "line@byte:a|b;" (with a '!' when a line end was
 * quoted). */
static nk_rc render(struct nk_bytes text, size_t step, const struct nk_csv_limits *limits, struct nk_buf *out,
	struct nk_csv **out_csv)
{
	struct nk_csv_row row = { 0 };
	struct nk_err err;
	size_t at = 0;
	bool have = false;

	assert_true(nk_ok(nk_csv_new(',', limits, out_csv, NULL)));
	do {
		const size_t n = text.len - at < step ? text.len - at : step;
		assert_true(nk_ok(nk_csv_feed(*out_csv, nk_bytes_of(text.ptr + at, n), at + n == text.len, NULL)));
		at += n;
		do {
			NK_TRY(nk_csv_next(*out_csv, &row, &have, &err));
			if (!have) {
				continue;
			}
			assert_true(nk_ok(nk_buf_printf(out, NULL, "%" PRIu64 "@%" PRIu64 "%s:", row.line, row.byte,
				row.quoted_line_end ? "!" : "")));
			for (size_t i = 0; i < row.n; i++) {
				assert_true(nk_ok(nk_buf_printf(
					out, NULL, "%s%.*s", i > 0 ? "|" : "", NK_FMT(nk_bytes_str(row.fields[i])))));
			}
			assert_true(nk_ok(nk_buf_add_c(out, ";", NULL)));
		} while (have);
	} while (at < text.len);
	return nk_done();
}

static void expect_bytes(struct nk_bytes text, const char *want)
{
	for (size_t step = 1; step <= text.len + 1; step++) {
		NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
		NK_OWNED(nk_buf_done) struct nk_buf got = { 0 };

		nk_buf_init(&got, 1 << 16);
		assert_true(nk_ok(render(text, step, NULL, &got, &csv)));
		assert_true(nk_ok(nk_buf_add_byte(&got, 0, NULL)));
		assert_string_equal((const char *)got.ptr, want);
	}
}

static void expect(const char *text, const char *want)
{
	expect_bytes(nk_str_bytes(nk_str_c(text)), want);
}

static void expect_fault(struct nk_bytes text, const struct nk_csv_limits *limits, enum nk_csv_fault fault,
	const uint64_t want[static 3])
{
	for (size_t step = 1; step <= text.len; step++) {
		NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
		NK_OWNED(nk_buf_done) struct nk_buf got = { 0 };
		struct nk_csv_row row;
		uint64_t place[3];
		bool have = true;

		nk_buf_init(&got, 1 << 16);
		assert_int_equal(render(text, step, limits, &got, &csv).code, NK_INVALID);
		assert_int_equal(nk_csv_fault_at(csv, &place[0], &place[1], &place[2]), fault);
		assert_int_equal(place[0], want[0]);
		assert_int_equal(place[1], want[1]);
		assert_int_equal(place[2], want[2]);
		assert_int_equal(nk_csv_next(csv, &row, &have, NULL).code, NK_INVALID);
	}
}

static void rows_come_with_their_lines_and_bytes(void **state)
{
	(void)state;
	expect("a,b\r\nc,d\r\n", "1@0:a|b;2@5:c|d;");
	expect("a,b\nc,d", "1@0:a|b;2@4:c|d;");
	expect("a\rb\r\rc", "1@0:a;2@2:b;3@4:;4@5:c;");
	expect("", "");
	expect("a,,\n", "1@0:a||;");
	expect(",", "1@0:|;");
}

static void an_empty_line_is_a_row_of_one_empty_field(void **state)
{
	(void)state;
	expect("a\n\nb\n", "1@0:a;2@2:;3@3:b;");
	expect("\n", "1@0:;");
	expect("\r\n\r\n", "1@0:;2@2:;");
}

static void quotes_hold_commas_quotes_and_line_ends(void **state)
{
	(void)state;
	expect("\"a,b\",\"say \"\"hi\"\"\"\n", "1@0:a,b|say \"hi\";");
	expect("\"a\nb\",c\r\nd\r\n", "1@0!:a\nb|c;3@9:d;");
	expect("\"a\r\nb\"\nc", "1@0!:a\r\nb;3@7:c;");
	expect("\"\r\"\n\nx", "1@0!:\r;3@4:;4@5:x;");
	expect("\"\"", "1@0:;");
	expect("\"\",\"\"\n", "1@0:|;");
}

static void cp932_trail_bytes_are_no_separators(void **state)
{
	/* 表 is 95 5C, ソ is 83 5C, ポ is 83 7C: backslash and bar as second bytes. */
	(void)state;
	expect("\x95\x5c,\x83\x7c\n", "1@0:\x95\x5c|\x83\x7c;");
}

static void an_unclosed_quote_is_reported_where_it_opens(void **state)
{
	(void)state;
	expect_fault(nk_str_bytes(NK_STR("a,b\nc,\"d\ne,f\n")), NULL, NK_CSV_QUOTE_UNCLOSED,
		(const uint64_t[]){ 2, 2, 6 });
}

static void a_stray_quote_is_a_fault(void **state)
{
	(void)state;
	expect_fault(nk_str_bytes(NK_STR("x\na,b\"c\n")), NULL, NK_CSV_QUOTE_STRAY, (const uint64_t[]){ 2, 2, 5 });
	expect_fault(nk_str_bytes(NK_STR("\"a\"b\n")), NULL, NK_CSV_QUOTE_STRAY, (const uint64_t[]){ 1, 1, 3 });
	expect_fault(nk_str_bytes(NK_STR("\"a\" ,b\n")), NULL, NK_CSV_QUOTE_STRAY, (const uint64_t[]){ 1, 1, 3 });
}

static void a_nul_is_a_fault_even_in_quotes(void **state)
{
	(void)state;
	expect_fault(nk_bytes_of("a,\0b\n", 5), NULL, NK_CSV_NUL, (const uint64_t[]){ 1, 2, 2 });
	expect_fault(nk_bytes_of("\"\n\0\"\n", 5), NULL, NK_CSV_NUL, (const uint64_t[]){ 2, 1, 2 });
}

static void every_limit_stops_the_reading(void **state)
{
	const struct nk_csv_limits fields = { .row_fields = 3 };
	const struct nk_csv_limits field = { .field_bytes = 4 };
	const struct nk_csv_limits row = { .row_bytes = 8 };
	const struct nk_csv_limits rows = { .rows = 2 };

	(void)state;
	expect_fault(
		nk_str_bytes(NK_STR("a,b,c,d\n")), &fields, NK_CSV_TOO_MANY_FIELDS, (const uint64_t[]){ 1, 4, 7 });
	expect_fault(nk_str_bytes(NK_STR("1\n2\n3\n")), &rows, NK_CSV_TOO_MANY_ROWS, (const uint64_t[]){ 3, 1, 4 });
	for (size_t step = 1; step < 12; step++) {
		NK_OWNED(nk_csv_free) struct nk_csv *a = NULL;
		NK_OWNED(nk_csv_free) struct nk_csv *b = NULL;
		NK_OWNED(nk_buf_done) struct nk_buf got = { 0 };
		uint64_t place[3];

		nk_buf_init(&got, 1 << 16);
		assert_int_equal(
			render(nk_str_bytes(NK_STR("abcd,abcde\n")), step, &field, &got, &a).code, NK_INVALID);
		assert_int_equal(nk_csv_fault_at(a, &place[0], &place[1], &place[2]), NK_CSV_FIELD_TOO_LONG);
		assert_int_equal(
			render(nk_str_bytes(NK_STR("a\nb,\"\",\"\",c\n")), step, &row, &got, &b).code, NK_INVALID);
		assert_int_equal(nk_csv_fault_at(b, &place[0], &place[1], &place[2]), NK_CSV_ROW_TOO_LONG);
		assert_int_equal(place[0], 2);
	}
}

static void the_largest_allowed_row_passes(void **state)
{
	const struct nk_csv_limits limits = { .row_bytes = 6, .row_fields = 2, .field_bytes = 3, .rows = 1 };
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf got = { 0 };

	(void)state;
	nk_buf_init(&got, 100);
	assert_true(nk_ok(render(nk_str_bytes(NK_STR("ab,cd\n")), 2, &limits, &got, &csv)));
}

static void an_endless_line_needs_no_endless_memory(void **state)
{
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	struct nk_csv_row row;
	uint8_t chunk[4096];
	bool have = false;
	nk_rc rc = nk_done();
	size_t fed = 0;

	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	assert_true(nk_ok(nk_csv_new(',', NULL, &csv, NULL)));
	while (nk_ok(rc) && fed < (4 << 20)) {
		assert_true(nk_ok(nk_csv_feed(csv, nk_bytes_of(chunk, sizeof(chunk)), false, NULL)));
		rc = nk_csv_next(csv, &row, &have, NULL);
		fed += sizeof(chunk);
	}
	assert_int_equal(rc.code, NK_INVALID);
	assert_true(fed <= 65536 + sizeof(chunk));
}

static void a_fault_names_line_and_field_but_not_the_text(void **state)
{
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	struct nk_csv_row row;
	struct nk_err err = { 0 };
	bool have = false;

	(void)state;
	assert_true(nk_ok(nk_csv_new(',', NULL, &csv, NULL)));
	assert_true(nk_ok(nk_csv_feed(csv, nk_str_bytes(NK_STR("q,secret\"name\n")), true, NULL)));
	assert_int_equal(nk_csv_next(csv, &row, &have, &err).code, NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "line 1, field 2"));
	assert_null(strstr(err.text[NK_LANG_EN], "secret"));
}

static void only_sane_delimiters_are_taken(void **state)
{
	NK_OWNED(nk_csv_free) struct nk_csv *tab = NULL;
	struct nk_csv *csv = NULL;

	(void)state;
	assert_int_equal(nk_csv_new('|', NULL, &csv, NULL).code, NK_INVALID);
	assert_int_equal(nk_csv_new('"', NULL, &csv, NULL).code, NK_INVALID);
	assert_true(nk_ok(nk_csv_new('\t', NULL, &tab, NULL)));
}

static void what_is_written_reads_back(void **state)
{
	static const char *const fields[] = { "plain", "", "a,b", "say \"hi\"", "two\nlines", "\xe5\xb1\xb1", "=cmd",
		" x " };
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_csv_row row = { 0 };
	bool have = false;

	(void)state;
	nk_buf_init(&out, 1000);
	for (size_t i = 0; i < NK_ARRAY_LEN(fields); i++) {
		assert_true(nk_ok(nk_csv_put_field(&out, i == 0, nk_str_c(fields[i]), NULL)));
	}
	assert_true(nk_str_eq(
		nk_buf_str(&out), NK_STR("plain,,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\xe5\xb1\xb1,=cmd, x ")));
	assert_true(nk_ok(nk_csv_new(',', NULL, &csv, NULL)));
	assert_true(nk_ok(nk_csv_feed(csv, nk_buf_bytes(&out), true, NULL)));
	assert_true(nk_ok(nk_csv_next(csv, &row, &have, NULL)));
	assert_true(have);
	assert_int_equal(row.n, NK_ARRAY_LEN(fields));
	for (size_t i = 0; i < NK_ARRAY_LEN(fields); i++) {
		assert_true(nk_str_eq(nk_bytes_str(row.fields[i]), nk_str_c(fields[i])));
	}
}

static void a_field_that_does_not_fit_leaves_the_buffer_as_it_was(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	(void)state;
	nk_buf_init(&out, 8);
	assert_true(nk_ok(nk_csv_put_field(&out, true, NK_STR("abc"), NULL)));
	assert_int_equal(nk_csv_put_field(&out, false, NK_STR("d\"e\"f"), NULL).code, NK_LIMIT);
	assert_true(nk_str_eq(nk_buf_str(&out), NK_STR("abc")));
}

/* The office's list: mixed line ends, a quoted line feed, an empty line, a row of eleven fields (data/README.md). */
static void the_list_of_an_office_is_read_to_its_end(void **state)
{
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	FILE *file = fopen(NK_SOURCE_DIR "/../shared/data/rosters/dirty/students-cp932.csv", "rbe");
	uint8_t chunk[1000];
	struct nk_csv_row row = { 0 };
	size_t counts[3] = { 0 };
	size_t n = 0;
	bool have = false;

	(void)state;
	if (file == NULL) {
		kit_skip(__func__);
		return;
	}
	assert_true(nk_ok(nk_csv_new(',', NULL, &csv, NULL)));
	do {
		n = fread(chunk, 1, sizeof(chunk), file);
		assert_true(nk_ok(nk_csv_feed(csv, nk_bytes_of(chunk, n), n < sizeof(chunk), NULL)));
		do {
			assert_true(nk_ok(nk_csv_next(csv, &row, &have, NULL)));
			counts[0] += have && row.n == 10 ? 1 : 0;
			counts[1] += have && row.n == 11 ? 1 : 0;
			counts[2] += have && row.n == 1 ? 1 : 0;
		} while (have);
	} while (n == sizeof(chunk));
	(void)fclose(file);
	assert_int_equal(counts[0], 3003);
	assert_int_equal(counts[1], 1);
	assert_int_equal(counts[2], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_with_their_lines_and_bytes),
		cmocka_unit_test(an_empty_line_is_a_row_of_one_empty_field),
		cmocka_unit_test(quotes_hold_commas_quotes_and_line_ends),
		cmocka_unit_test(cp932_trail_bytes_are_no_separators),
		cmocka_unit_test(an_unclosed_quote_is_reported_where_it_opens),
		cmocka_unit_test(a_stray_quote_is_a_fault),
		cmocka_unit_test(a_nul_is_a_fault_even_in_quotes),
		cmocka_unit_test(every_limit_stops_the_reading),
		cmocka_unit_test(the_largest_allowed_row_passes),
		cmocka_unit_test(an_endless_line_needs_no_endless_memory),
		cmocka_unit_test(a_fault_names_line_and_field_but_not_the_text),
		cmocka_unit_test(only_sane_delimiters_are_taken),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(a_field_that_does_not_fit_leaves_the_buffer_as_it_was),
		cmocka_unit_test(the_list_of_an_office_is_read_to_its_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
