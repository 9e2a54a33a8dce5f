/*
 * text_test.c: times, ids, UTF-8, languages, and whole files by a made-up env.
 */
#include "base.h"

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

static void days_are_counted_as_the_calendar_does(void **state)
{
	nk_date date = 0;
	char text[NK_DATE_TEXT];

	(void)state;
	assert_true(nk_date_parse(NK_STR("1970-01-01"), &date));
	assert_int_equal(date, 0);
	assert_true(nk_date_parse(NK_STR("2000-02-29"), &date));
	assert_int_equal(date, 11016);
	assert_true(nk_date_parse(NK_STR("1600-01-01"), &date));
	assert_int_equal(date, -135140);
	/* Every day from 1600 to 9999 goes there and back, one after the other. */
	for (nk_date d = -135140; d <= 2932896; d++) {
		const struct nk_ymd ymd = nk_date_split(d);
		nk_date back = 0;

		assert_true(nk_date_make(ymd, &back));
		assert_int_equal(back, d);
	}
	assert_string_equal(nk_date_print(2932896, text), "9999-12-31");
	assert_string_equal(nk_date_print(-135140, text), "1600-01-01");
	assert_string_equal(nk_date_print(NK_DATE_NONE, text), "-");
	assert_string_equal(nk_date_print(INT32_MAX, text), "?");
}

static void days_that_do_not_exist_are_refused(void **state)
{
	static const char *const bad[] = { "", "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-01", "2023-04-31",
		"2023-04-00", "1599-12-31", "2023-4-1", "2023/04/01", "20230401", "2023-04-01 ", " 023-04-01",
		"-023-04-01", "2023-04-1x" };
	nk_date date = 5;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		assert_false(nk_date_parse(nk_str_c(bad[i]), &date));
	}
	assert_false(nk_date_make((struct nk_ymd){ 10000, 1, 1 }, &date));
	assert_int_equal(date, 5);
}

static void times_are_printed_and_read(void **state)
{
	nk_time t = 0;
	char text[NK_TIME_TEXT];

	(void)state;
	assert_true(nk_time_parse(NK_STR("2026-04-01T09:08:07.123456Z"), &t));
	assert_true(t == INT64_C(1775034487123456));
	assert_string_equal(nk_time_print(t, text), "2026-04-01T09:08:07.123Z");
	assert_true(nk_time_parse(NK_STR("1969-12-31T23:59:59.5Z"), &t));
	assert_true(t == -500000);
	assert_string_equal(nk_time_print(t, text), "1969-12-31T23:59:59.500Z");
	assert_true(nk_time_parse(NK_STR("1970-01-01T00:00:00.0000019Z"), &t));
	assert_true(t == 1);
	assert_string_equal(nk_time_print(INT64_MIN, text), "-290308-12-21T19:59:05.224Z");
	assert_string_equal(nk_time_print(INT64_MAX, text), "294247-01-10T04:00:54.775Z");
}

static void times_with_anything_wrong_are_refused(void **state)
{
	static const char *const bad[] = { "", "2026-04-01", "2026-04-01T09:08:07", "2026-04-01 09:08:07Z",
		"2026-04-01T24:00:00Z", "2026-04-01T09:60:00Z", "2026-04-01T09:08:60Z", "2026-04-01T09:08:07.Z",
		"2026-04-01T09:08:07,5Z", "2026-04-01T09:08:07.5xZ", "2026-04-01T09:08:07+09:00",
		"2026-04-01T9:08:07.0Z" };
	nk_time t = 5;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		assert_false(nk_time_parse(nk_str_c(bad[i]), &t));
	}
	assert_true(t == 5);
}

static void a_school_year_begins_on_the_first_of_april_in_japan(void **state)
{
	nk_date date = 0;
	nk_time t = 0;

	(void)state;
	assert_true(nk_date_parse(NK_STR("2026-03-31"), &date));
	assert_int_equal(nk_school_year(date), 2025);
	assert_int_equal(nk_school_year(date + 1), 2026);
	assert_true(nk_time_parse(NK_STR("2026-03-31T14:59:59.999Z"), &t));
	assert_int_equal(nk_time_day(t, 540), date);
	assert_int_equal(nk_time_day(t + 1000, 540), date + 1);
	assert_int_equal(nk_time_day(-1, 0), -1);
	(void)nk_time_day(INT64_MAX, 840);
	(void)nk_time_day(INT64_MIN, -720);
}

static void an_id_is_printed_and_read(void **state)
{
	const char *const good = "0123abcd-4567-489a-8bcd-ef0123456789";
	struct nk_uuid id = { { 0 } };
	struct nk_uuid other = { { 0 } };
	char text[NK_UUID_TEXT];

	(void)state;
	assert_true(nk_uuid_is_nil(id));
	assert_true(nk_uuid_parse(nk_str_c(good), &id));
	assert_false(nk_uuid_is_nil(id));
	assert_string_equal(nk_uuid_print(id, text), good);
	assert_true(nk_uuid_parse(NK_STR("0123ABCD4567489A8BCDEF0123456789"), &other));
	assert_true(nk_uuid_eq(id, other));
	other.b[15]++;
	assert_true(nk_uuid_cmp(id, other) < 0);
	assert_false(nk_uuid_parse(NK_STR("0123abcd-4567-489a-8bcd-ef012345678"), &other));
	assert_false(nk_uuid_parse(NK_STR("0123abcd-4567-489a-8bcd-ef012345678g"), &other));
	assert_false(nk_uuid_parse(NK_STR("0123abcd+4567-489a-8bcd-ef0123456789"), &other));
	assert_false(nk_uuid_parse(NK_STR("0123abcd4567489a8bcdef012345678-"), &other));
	assert_false(nk_uuid_parse(NK_STR(""), &other));
}

static void hexadecimal_wants_exactly_its_digits(void **state)
{
	uint8_t bytes[3] = { 7, 7, 7 };
	char text[7];

	(void)state;
	assert_true(nk_hex_parse(NK_STR("00fF1a"), bytes, 3));
	nk_hex_print(bytes, 3, text);
	assert_string_equal(text, "00ff1a");
	assert_false(nk_hex_parse(NK_STR("00ff1a0"), bytes, 3));
	assert_false(nk_hex_parse(NK_STR("00ff"), bytes, 3));
	assert_false(nk_hex_parse(NK_STR("11111g"), bytes, 3));
	assert_int_equal(bytes[0], 0);
}

static void only_well_formed_utf8_is_valid(void **state)
{
	static const struct {
		const char *text;
		size_t bad;
	} cases[] = {
		{ "abcdefgh\xff", 8 },
		{ "\xc0\x80", 0 }, /* over-long NUL */
		{ "a\xe0\x9f\xbf", 1 }, /* over-long */
		{ "\xed\xa0\x80", 0 }, /* surrogate */
		{ "\xf0\x8f\xbf\xbf", 0 }, /* over-long */
		{ "\xf4\x90\x80\x80", 0 }, /* beyond U+10FFFF */
		{ "\xe3\x81", 0 }, /* ends inside */
		{ "\xe3\x81\x82\xe3\x81x", 3 }, /* broken off */
		{ "\x80", 0 },
	};
	size_t bad = 99;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(cases); i++) {
		assert_false(nk_utf8_valid(nk_str_bytes(nk_str_c(cases[i].text)), &bad));
		assert_int_equal(bad, cases[i].bad);
	}
	assert_true(nk_utf8_valid(nk_bytes_of(NULL, 0), NULL));
	assert_true(nk_utf8_valid(nk_str_bytes(NK_STR("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\xc2\x80")), NULL));
}

static void every_code_point_goes_there_and_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		uint8_t bytes[4];
		size_t len = 0;
		size_t at = 0;

		if (cp >= 0xd800 && cp <= 0xdfff) {
			continue;
		}
		len = nk_utf8_put(cp, bytes);
		assert_true(nk_utf8_valid(nk_bytes_of(bytes, len), NULL));
		assert_int_equal(nk_utf8_next(nk_bytes_str(nk_bytes_of(bytes, len)), &at), cp);
		assert_int_equal(at, len);
	}
}

static void the_locale_decides_the_language(void **state)
{
	(void)state;
	assert_int_equal(nk_lang_of("ja_JP.UTF-8"), NK_LANG_JA);
	assert_int_equal(nk_lang_of("ja"), NK_LANG_JA);
	assert_int_equal(nk_lang_of("ja-JP"), NK_LANG_JA);
	assert_int_equal(nk_lang_of("jam"), NK_LANG_EN);
	assert_int_equal(nk_lang_of("C.UTF-8"), NK_LANG_EN);
	assert_int_equal(nk_lang_of(""), NK_LANG_EN);
	assert_int_equal(nk_lang_of(NULL), NK_LANG_EN);
}

static void a_text_without_translation_stays_english(void **state)
{
	(void)state;
	assert_string_equal(nk_tr(NK_LANG_JA, "no catalogue has this text"), "no catalogue has this text");
	assert_string_equal(nk_tr(NK_LANG_EN, "File exists"), "File exists");
	assert_string_equal(nk_tr(NK_LANG_JA, "File exists"), "ファイルがすでにあります");
}

/* A disk of one file; writes down what was done, one letter each, and fails where told. */
struct fake {
	char acts[32];
	const char *content;
	size_t reported; /* the size it claims */
	char fails;
};

static nk_rc fake_act(struct fake *fake, char act, struct nk_err *err)
{
	const size_t len = strlen(fake->acts);

	assert_true(len + 1 < sizeof(fake->acts));
	fake->acts[len] = act;
	return fake->fails == act ? nk_fail(err, NK_IO, "made to fail") : nk_done();
}

static nk_rc fake_open(void *self, const char *path, enum nk_open_mode mode, int *out_file, struct nk_err *err)
{
	(void)path;
	NK_TRY(fake_act(self, mode == NK_OPEN_EXCLUSIVE ? 'x' : 'o', err));
	*out_file = 3;
	return nk_done();
}

static void fake_close(void *self, int *file)
{
	if (*file >= 0) {
		(void)fake_act(self, 'c', NULL).code;
	}
	*file = -1;
}

static nk_rc fake_size(void *self, int file, uint64_t *out_size, struct nk_err *err)
{
	(void)file;
	(void)err;
	*out_size = ((struct fake *)self)->reported;
	return nk_done();
}

static nk_rc fake_read(void *self, int file, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	const struct nk_str rest = nk_str_sub(nk_str_c(((struct fake *)self)->content), (size_t)at, len);

	(void)file;
	(void)err;
	memcpy(buf, rest.ptr, rest.len);
	*out_len = rest.len;
	return nk_done();
}

static nk_rc fake_write(void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *err)
{
	(void)file;
	(void)at;
	(void)buf;
	(void)len;
	return fake_act(self, 'w', err);
}

static nk_rc fake_sync(void *self, int file, struct nk_err *err)
{
	(void)file;
	return fake_act(self, 's', err);
}

static nk_rc fake_sync_dir(void *self, const char *dir, struct nk_err *err)
{
	assert_string_equal(dir, "/some");
	return fake_act(self, 'd', err);
}

static nk_rc fake_unlink(void *self, const char *path, struct nk_err *err)
{
	(void)path;
	return fake_act(self, 'u', err);
}

static nk_rc fake_rename(void *self, const char *from, const char *to, struct nk_err *err)
{
	assert_string_equal(from, "/some/file.new");
	assert_string_equal(to, "/some/file");
	return fake_act(self, 'r', err);
}

static struct nk_env fake_env(struct fake *fake)
{
	return (struct nk_env){ .self = fake,
		.open = fake_open,
		.close = fake_close,
		.size = fake_size,
		.read = fake_read,
		.write = fake_write,
		.sync = fake_sync,
		.sync_dir = fake_sync_dir,
		.unlink = fake_unlink,
		.rename = fake_rename };
}

static void a_new_file_is_durable_with_its_name(void **state)
{
	struct fake fake = { .acts = "" };
	const struct nk_env env = fake_env(&fake);

	(void)state;
	assert_true(nk_ok(nk_env_write_new(&env, "/some/file", nk_str_bytes(NK_STR("x")), NULL)));
	assert_string_equal(fake.acts, "xwscd");
}

static void a_file_that_cannot_be_written_is_taken_away(void **state)
{
	struct fake fake = { .acts = "", .fails = 'w' };
	const struct nk_env env = fake_env(&fake);

	(void)state;
	assert_int_equal(nk_env_write_new(&env, "/some/file", nk_str_bytes(NK_STR("x")), NULL).code, NK_IO);
	assert_string_equal(fake.acts, "xwuc");
}

static void a_file_is_replaced_only_by_one_that_is_durable(void **state)
{
	struct fake fake = { .acts = "" };
	const struct nk_env env = fake_env(&fake);

	(void)state;
	assert_true(nk_ok(nk_env_replace(&env, "/some/file", nk_str_bytes(NK_STR("x")), NULL)));
	assert_string_equal(fake.acts, "uxwscrd");
}

static void a_failed_sync_ends_the_process(void **state)
{
	static const char at[] = { 's', 'd' };

	(void)state;
	for (size_t i = 0; i < sizeof(at); i++) {
		int status = 0;
		const pid_t pid = fork();

		if (pid == 0) {
			struct fake fake = { .acts = "", .fails = at[i] };
			const struct nk_env env = fake_env(&fake);

			(void)close(STDERR_FILENO);
			(void)nk_env_write_new(&env, "/some/file", nk_str_bytes(NK_STR("x")), NULL).code;
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 74);
	}
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
	struct fake fake = { .acts = "", .content = "12345", .reported = 5 };
	const struct nk_env env = fake_env(&fake);
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };

	(void)state;
	nk_buf_init(&buf, 100);
	assert_true(nk_ok(nk_buf_add_c(&buf, "0", NULL)));
	assert_true(nk_ok(nk_env_read_all(&env, "/some/file", 5, &buf, NULL)));
	assert_true(nk_str_eq(nk_buf_str(&buf), NK_STR("012345")));
	assert_int_equal(nk_env_read_all(&env, "/some/file", 4, &buf, NULL).code, NK_LIMIT);
	fake.reported = 4;
	assert_int_equal(nk_env_read_all(&env, "/some/file", 9, &buf, NULL).code, NK_IO);
	fake.reported = 6;
	assert_int_equal(nk_env_read_all(&env, "/some/file", 9, &buf, NULL).code, NK_IO);
	assert_true(nk_str_eq(nk_buf_str(&buf), NK_STR("012345")));
	assert_string_equal(fake.acts,
		"ocococ"
		"oc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_are_counted_as_the_calendar_does),
		cmocka_unit_test(days_that_do_not_exist_are_refused),
		cmocka_unit_test(times_are_printed_and_read),
		cmocka_unit_test(times_with_anything_wrong_are_refused),
		cmocka_unit_test(a_school_year_begins_on_the_first_of_april_in_japan),
		cmocka_unit_test(an_id_is_printed_and_read),
		cmocka_unit_test(hexadecimal_wants_exactly_its_digits),
		cmocka_unit_test(only_well_formed_utf8_is_valid),
		cmocka_unit_test(every_code_point_goes_there_and_back),
		cmocka_unit_test(the_locale_decides_the_language),
		cmocka_unit_test(a_text_without_translation_stays_english),
		cmocka_unit_test(a_new_file_is_durable_with_its_name),
		cmocka_unit_test(a_file_that_cannot_be_written_is_taken_away),
		cmocka_unit_test(a_file_is_replaced_only_by_one_that_is_durable),
		cmocka_unit_test(a_failed_sync_ends_the_process),
		cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
