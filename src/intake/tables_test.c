/*
 * tables_test.c: the child and the parent: what comes out of hostile files, and what a lying child achieves. Data
 * made up.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_roster.h"
#include "tables.h"
#include "tables_int.h"

struct heard {
	char text[8192]; /* one line an event */
	size_t len;
};

static void note(struct heard *h, const char *fmt, ...) NK_PRINTF(2, 3);
static void note(struct heard *h, const char *fmt, ...)
{
	va_list args;
	int len = 0;

	va_start(args, fmt);
	len = vsnprintf(h->text + h->len, sizeof(h->text) - h->len, fmt, args);
	va_end(args);
	h->len += len > 0 && (size_t)len < sizeof(h->text) - h->len ? (size_t)len : 0;
}

static NK_RESULT hear(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	static const char *const kinds[] = { "file", "header", "row", "fault", "end" };
	struct heard *h = arg;

	(void)err;
	note(h, "%s", kinds[ev->kind]);
	if (ev->kind == NK_TABLES_FILE) {
		note(h, " %.*s %s", NK_FMT(ev->file), nk_encoding_name(ev->encoding));
	}
	if (ev->kind == NK_TABLES_FAULT) {
		note(h, " %d:%d:%d", (int)ev->fault, (int)ev->line, (int)ev->column);
	}
	if (ev->kind == NK_TABLES_FILE_END) {
		note(h, " %d %d", (int)ev->rows, (int)ev->passwords);
	}
	for (size_t i = 0; i < ev->n; i++) {
		note(h, "|%.*s", NK_FMT(ev->fields[i]));
	}
	note(h, "\n");
	return nk_done();
}

static const char *const order[] = { "manifest.csv", "users.csv" };

/* In a real child, as in life. */
static nk_rc read_bytes(struct nk_bytes bytes, struct heard *h, struct nk_tables_totals *totals, struct nk_err *err)
{
	static const struct nk_key key = { { 3 } };
	struct nk_tables_options opt = {
		.size = bytes.len, .digest_key = &key, .order = order, .n_order = NK_ARRAY_LEN(order)
	};
	nk_rc rc = nk_done();

	*h = (struct heard){ .len = 0 };
	kit_ok(nk_crypto_init(err), err);
	kit_ok(nk_os_memfd("kit", &opt.fd, err), err);
	kit_ok(nk_os_fd_write(opt.fd, bytes.ptr, bytes.len, err), err);
	rc = nk_tables_read(nk_os_env(), &opt, hear, h, totals, err);
	nk_os_fd_close(&opt.fd);
	return rc;
}

static void expect_text(struct nk_bytes bytes, const char *wanted)
{
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	struct heard h;

	kit_ok(read_bytes(bytes, &h, &totals, &err), &err);
	assert_string_equal(h.text, wanted);
}

static struct nk_bytes lit(const char *text)
{
	return nk_bytes_of(text, strlen(text));
}

static void a_csv_comes_out_as_rows_with_their_lines(void **state)
{
	(void)state;
	expect_text(
		lit("a,b\r\n1,\"x\ny\"\r\n\r\n2,z\r\n"), "file  UTF-8\nheader|a|b\nrow|1|x\ny\nrow|2|z\nend 2 0\n");
}

static void a_byte_order_mark_is_not_part_of_the_first_header(void **state)
{
	(void)state;
	expect_text(lit("\xef\xbb\xbf"
			"id,name\n1,\xe5\xa4\xaa\n"),
		"file  UTF-8\nheader|id|name\nrow|1|太\nend 1 0\n");
}

static void cp932_and_utf16_become_utf8(void **state)
{
	static const uint8_t wide[] = { 0xff, 0xfe, 'i', 0, 'd', 0, ',', 0, 'n', 0, '\n', 0, '1', 0, ',', 0, 0x2a,
		0x59, 0x30, 0x75, '\n', 0 };

	(void)state;
	/* 学籍番号,氏名 / 1,髙橋 元気 (髙 = FBFC) */
	expect_text(lit("\x8a\x77\x90\xd0\x94\xd4\x8d\x86,\x8e\x81\x96\xbc\n1,\xfb\xfc\x8b\xb4 "
			"\x8c\xb3\x8b\x43\n2,\x91\xbe\x93\x63 \x8f\xac\x8f\x74\n"),
		"file  CP932\nheader|学籍番号|氏名\nrow|1|髙橋 元気\nrow|2|太田 小春\nend 2 0\n");
	expect_text(nk_bytes_of(wide, sizeof(wide)), "file  UTF-16LE\nheader|id|n\nrow|1|太田\nend 1 0\n");
}

static void a_password_never_leaves_the_child(void **state)
{
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	struct heard h;
	struct kit_zip z;

	(void)state;
	kit_zip_start(&z);
	kit_zip_add(&z, "users.csv", lit("sourcedId,PassWord,name\n1,hunter2,a\n2,,b\n3,hunter2,hunter2,c\n"));
	kit_ok(read_bytes(kit_zip_end(&z), &h, &totals, &err), &err);
	kit_zip_done(&z);
	assert_null(strstr(h.text, "hunter2"));
	assert_string_equal(h.text,
		"file users.csv UTF-8\nheader|sourcedId|PassWord|name\nrow|1||a\nrow|2||b\nfault 9:4:0\nend 3 1\n");
	assert_true(totals.passwords == 1);
	expect_text(lit("番号,初期パスワード\n1,hunter2\n"),
		"file  UTF-8\nheader|番号|初期パスワード\nrow|1|\nend 1 1\n");
}

static void files_come_in_the_order_that_was_asked_for_and_others_are_only_counted(void **state)
{
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	struct heard h;
	struct kit_zip z;

	(void)state;
	kit_zip_start(&z);
	kit_zip_add(&z, "results.csv", lit("a\n1\n2\n"));
	kit_zip_add(&z, "users.csv", lit("a\n3\n"));
	kit_zip_add(&z, "readme.txt", lit("hello"));
	kit_zip_add_deflated(&z, "manifest.csv", lit("a\n4\n"));
	kit_ok(read_bytes(kit_zip_end(&z), &h, &totals, &err), &err);
	kit_zip_done(&z);
	assert_string_equal(h.text,
		"file manifest.csv UTF-8\nheader|a\nrow|4\nend 1 0\nfile users.csv UTF-8\nheader|a\nrow|3\nend 1 0\n"
		"file results.csv UTF-8\nend 2 0\nfile readme.txt UTF-8\nend 0 0\n");
}

static void a_folder_in_a_zip_is_told(void **state)
{
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	struct heard h;
	struct kit_zip z;

	(void)state;
	kit_zip_start(&z);
	kit_zip_add(&z, "x/users.csv", lit("a\n3\n"));
	kit_ok(read_bytes(kit_zip_end(&z), &h, &totals, &err), &err);
	kit_zip_done(&z);
	assert_string_equal(h.text, "fault 11:0:0\n");
}

static void tabs_and_semicolons_separate_when_they_are_what_is_there(void **state)
{
	static const uint8_t wide[] = { 0xff, 0xfe, 'i', 0, 'd', 0, '\t', 0, 'n', 0, '\r', 0, '\n', 0, '1', 0, '\t', 0, 0x2a, 0x59,
		0x2c, 0, '\r', 0, '\n', 0 };

	(void)state;
	expect_text(lit("id\tname, all\n1\ta, b\n"), "file  UTF-8\nheader|id|name, all\nrow|1|a, b\nend 1 0\n");
	expect_text(lit("id;name\n1;\"a;b\"\n"), "file  UTF-8\nheader|id|name\nrow|1|a;b\nend 1 0\n");
	expect_text(nk_bytes_of(wide, sizeof(wide)), "file  UTF-16LE\nheader|id|n\nrow|1|太,\nend 1 0\n");
}

static void titles_above_the_header_are_passed_over_and_told(void **state)
{
	(void)state;
	expect_text(lit("list of 2026,,\n\nid,name,class\n1,a,A\n2,b,B\n"),
		"file  UTF-8\nfault 12:3:0\nheader|id|name|class\nrow|1|a|A\nrow|2|b|B\nend 2 0\n");
	expect_text(lit("list of 2026\nid,name,class\n1,a,A\n2,b,B\n"),
		"file  UTF-8\nfault 12:2:0\nheader|id|name|class\nrow|1|a|A\nrow|2|b|B\nend 2 0\n");
}

/* A row of another width is told and is not taken for the header. */
static void the_first_line_is_the_header_although_a_row_is_wider(void **state)
{
	(void)state;
	expect_text(lit("id,name\n1,a,b\n2,c\n"), "file  UTF-8\nheader|id|name\nfault 9:2:0\nrow|2|c\nend 2 0\n");
}

static void a_zip_that_climbs_out_is_refused(void **state)
{
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	struct heard h;
	struct kit_zip z;

	(void)state;
	kit_zip_start(&z);
	kit_zip_add(&z, "../users.csv", lit("a\n3\n"));
	kit_fails(read_bytes(kit_zip_end(&z), &h, &totals, &err), NK_INVALID);
	kit_zip_done(&z);
	assert_string_equal(h.text, "");
	assert_true(strlen(err.text[NK_LANG_EN]) > 10);
}

static void a_zip_bomb_is_refused(void **state)
{
	const size_t size = 8 << 20;
	char *zeros = calloc(1, size);
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	struct heard h;
	struct kit_zip z;

	(void)state;
	assert_non_null(zeros);
	memset(zeros, 'a', size);
	kit_zip_start(&z);
	kit_zip_add_deflated(&z, "users.csv", nk_bytes_of(zeros, size));
	kit_fails(read_bytes(kit_zip_end(&z), &h, &totals, &err), NK_LIMIT);
	kit_zip_done(&z);
	free(zeros);
}

static void a_wrong_checksum_is_refused(void **state)
{
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	struct heard h;
	struct kit_zip z;
	struct nk_bytes all;

	(void)state;
	kit_zip_start(&z);
	kit_zip_add(&z, "users.csv", lit("a\n3\n"));
	all = kit_zip_end(&z);
	z.body.ptr[30 + 9 + 2] = '4'; /* the row's digit: local header is 30 bytes, the name 9 */
	kit_fails(read_bytes(all, &h, &totals, &err), NK_INVALID);
	kit_zip_done(&z);
}

static void faults_of_the_text_have_a_line(void **state)
{
	(void)state;
	expect_text(lit("a,b\n1,\"x\n2,y\n"), "file  UTF-8\nheader|a|b\nfault 0:2:2\nend 0 0\n");
	expect_text(
		lit("a,b\n1,2\n1,2,3\n4,5\n"), "file  UTF-8\nheader|a|b\nrow|1|2\nfault 9:3:0\nrow|4|5\nend 3 0\n");
	expect_text(lit(""), "file  UTF-8\nfault 10:0:0\nend 0 0\n");
}

static void two_encodings_in_one_file_are_refused_with_the_line(void **state)
{
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	struct heard h;

	(void)state;
	/* 太田 in UTF-8, then 太田 in CP932 */
	kit_ok(read_bytes(
		       lit("id,name\n1,\xe5\xa4\xaa\xe7\x94\xb0\n2,\xe5\xa4\xaa\xe7\x94\xb0\n3,\x91\xbe\x93\x63\n"),
		       &h, &totals, &err),
		&err);
	assert_string_equal(h.text, "file  UTF-8\nfault 8:4:0\nend 0 0\n");
}

static void the_digest_is_keyed_and_of_the_whole_file(void **state)
{
	struct nk_tables_totals a = { 0 };
	struct nk_tables_totals b = { 0 };
	struct nk_err err = { 0 };
	struct heard h;

	(void)state;
	kit_ok(read_bytes(lit("a\n1\n"), &h, &a, &err), &err);
	kit_ok(read_bytes(lit("a\n1\n"), &h, &b, &err), &err);
	assert_memory_equal(a.digest.b, b.digest.b, NK_HASH_LEN);
	kit_ok(read_bytes(lit("a\n2\n"), &h, &b, &err), &err);
	assert_memory_not_equal(a.digest.b, b.digest.b, NK_HASH_LEN);
}

/* A child that lies: messages by hand. */
static nk_rc listen(struct nk_buf *messages, struct heard *h)
{
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	nk_rc rc = nk_done();

	*h = (struct heard){ .len = 0 };
	rc = nk_tables_listen(nk_buf_bytes(messages), hear, h, &totals, &err);
	nk_buf_reset(messages);
	return rc;
}

static void say(struct nk_buf *b, uint8_t type, uint32_t len, const char *body)
{
	assert_true(nk_ok(nk_buf_add_byte(b, type, NULL)) && nk_ok(nk_buf_add_le32(b, len, NULL)) &&
		nk_ok(nk_buf_add(b, body, len < 64 ? len : 0, NULL)));
}

static void a_child_that_lies_is_not_believed(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct heard h;

	(void)state;
	nk_buf_init(&b, 4096);
	say(&b, TABLES_FILE, 4,
		"\x09"
		"abc"); /* encoding 9 */
	kit_fails(listen(&b, &h), NK_INVALID);
	say(&b, TABLES_FILE, 3, "\x00\xff\xfe"); /* name that is no text */
	kit_fails(listen(&b, &h), NK_INVALID);
	say(&b, TABLES_ROW, 12, "\0\0\0\0\0\0\0\0\0\0\0\0"); /* a row without a file */
	kit_fails(listen(&b, &h), NK_INVALID);
	say(&b, TABLES_FILE, 2, "\0a");
	say(&b, TABLES_HEADER, 16, "\1\0\0\0\0\0\0\0\1\0\0\0\xff\xff\0\0"); /* a field longer than the message */
	kit_fails(listen(&b, &h), NK_INVALID);
	say(&b, TABLES_FILE, 2, "\0a");
	say(&b, TABLES_HEADER, 17, "\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\xff"); /* not UTF-8 */
	kit_fails(listen(&b, &h), NK_INVALID);
	say(&b, 99, 0, "");
	kit_fails(listen(&b, &h), NK_INVALID);
	say(&b, TABLES_ROW, 0x7fffffff, ""); /* a message of 2 GiB */
	kit_fails(listen(&b, &h), NK_INVALID);
	say(&b, TABLES_ERROR, 1, "\0"); /* an error that is none */
	kit_fails(listen(&b, &h), NK_INVALID);
	kit_fails(listen(&b, &h), NK_INCOMPLETE); /* says nothing at all */
}

static NK_RESULT stop_at_once(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	(void)arg;
	(void)ev;
	return nk_fail(err, NK_CANCELLED, "stop");
}

static void a_caller_that_stops_ends_the_child(void **state)
{
	struct nk_tables_options opt = { 0 };
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	size_t len = 8 << 20;
	char *text = malloc(len);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < len; i++) {
		text[i] = i % 8 == 7 ? '\n' : 'x';
	}
	kit_ok(nk_os_memfd("kit", &opt.fd, &err), &err);
	kit_ok(nk_os_fd_write(opt.fd, text, len, &err), &err);
	opt.size = len;
	kit_fails(nk_tables_read(nk_os_env(), &opt, stop_at_once, NULL, &totals, &err), NK_CANCELLED);
	assert_string_equal(err.text[NK_LANG_EN], "stop");
	nk_os_fd_close(&opt.fd);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_csv_comes_out_as_rows_with_their_lines),
		cmocka_unit_test(a_byte_order_mark_is_not_part_of_the_first_header),
		cmocka_unit_test(cp932_and_utf16_become_utf8),
		cmocka_unit_test(a_password_never_leaves_the_child),
		cmocka_unit_test(files_come_in_the_order_that_was_asked_for_and_others_are_only_counted),
		cmocka_unit_test(a_folder_in_a_zip_is_told),
		cmocka_unit_test(tabs_and_semicolons_separate_when_they_are_what_is_there),
		cmocka_unit_test(titles_above_the_header_are_passed_over_and_told),
		cmocka_unit_test(the_first_line_is_the_header_although_a_row_is_wider),
		cmocka_unit_test(a_zip_that_climbs_out_is_refused),
		cmocka_unit_test(a_zip_bomb_is_refused),
		cmocka_unit_test(a_wrong_checksum_is_refused),
		cmocka_unit_test(faults_of_the_text_have_a_line),
		cmocka_unit_test(two_encodings_in_one_file_are_refused_with_the_line),
		cmocka_unit_test(the_digest_is_keyed_and_of_the_whole_file),
		cmocka_unit_test(a_child_that_lies_is_not_believed),
		cmocka_unit_test(a_caller_that_stops_ends_the_child),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
