/*
 * mail_test.c: messages and mailboxes: headers, parts, codings, what is broken.
 */
#include "base.h"

#include <setjmp.h>
#include <cmocka.h>

#include "kit_skip.h"
#include "mime.h"
#include "nkx_kit.h"

#define HEAD "From: a@example.jp\r\nTo: b@example.jp\r\n"

static void open_mail(const char *mail, struct nkx_kit_report *r)
{
	nkx_kit_open(mail, strlen(mail), "x.eml", r);
	assert_string_equal(r->streams[0].format, "mail");
}

/* Whether the stream is there and is exactly this. */
static void is(const struct nkx_kit_report *r, const char *path, const char *text)
{
	const struct nkx_kit_stream *s = nkx_kit_stream(r, path);

	assert_non_null(s);
	assert_string_equal(s->text, text);
}

static bool header(const char *field, const char *decoded)
{
	char mail[1200];
	struct nkx_kit_report r;

	(void)snprintf(mail, sizeof(mail), HEAD "%s\r\n\r\nbody\r\n", field);
	open_mail(mail, &r);
	bool found = nkx_kit_in(nkx_kit_stream(&r, "headers"), decoded);

	nkx_kit_free(&r);
	return found;
}

static void encoded_words_are_decoded(void **state)
{
	(void)state;
	assert_true(header("Subject: =?UTF-8?B?5bGx55Sw?= =?UTF-8?B?5aSq6YOO?=", "山田太郎"));
	assert_true(header("Subject: =?utf-8?Q?=E5=B1=B1=E7=94=B0_Taro?=", "山田 Taro"));
	assert_true(header("Subject: =?Shift_JIS?B?jlKTY5G+mFk=?=", "山田太郎"));
	assert_true(header("Subject: =?EUC-JP?B?u7PFxMLAz7o=?=", "山田太郎"));
	assert_true(header("Subject: =?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?=", "山田太郎"));
}

static void a_name_cut_between_two_words_is_whole(void **state)
{
	(void)state;
	/* The shift of the first word goes on in the second; a character of UTF-8 is cut in two. */
	assert_true(header("Subject: =?ISO-2022-JP?B?GyRCOzNF?=\r\n =?ISO-2022-JP?B?REJATzobKEI=?=", "山田太郎"));
	assert_true(header("Subject: =?UTF-8?B?5bGx55Q=?=\r\n =?UTF-8?B?sOWkqumDjg==?=", "山田太郎"));
}

static void raw_bytes_in_a_header_are_read(void **state)
{
	(void)state;
	assert_true(header("Subject: \x8e\x52\x93\x63\x91\xbe\x98\x59", "山田太郎"));
	assert_true(header("Subject: \x1b$B;3ED\x1b(B", "山田"));
	assert_true(header("Subject: 山田", "山田"));
}

static void a_folded_header_is_one_line(void **state)
{
	(void)state;
	assert_true(header("Subject: Yamada\r\n\tTarou", "Yamada Tarou"));
}

static void a_body_is_decoded(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_mail(HEAD "Content-Transfer-Encoding: base64\r\n\r\n5bGx55Sw\r\n5aSq6YOO\r\n", &r);
	is(&r, "body", "山田太郎");
	nkx_kit_free(&r);
	open_mail(HEAD "Content-Transfer-Encoding: quoted-printable\r\n\r\n=E5=B1=B1=\r\n=E7=94=B0 a=3Db =zz=", &r);
	is(&r, "body", "山田 a=b =zz=");
	nkx_kit_free(&r);
}

static void quoted_printable_is_the_same_in_any_pieces(void **state)
{
	static const char text[] = "a=E5=B1=B1= \r\n=3D==3D=4\r\n=\n=\r\nz=";
	uint8_t whole[200], pieces[200];
	struct nkx_mime_decoder d = { .coding = NKX_MIME_QUOTED };
	size_t n = nkx_mime_decode(&d, (const uint8_t *)text, sizeof(text) - 1, true, whole), m = 0;

	(void)state;
	d = (struct nkx_mime_decoder){ .coding = NKX_MIME_QUOTED };
	for (size_t i = 0; i + 1 < sizeof(text); i++) {
		m += nkx_mime_decode(&d, (const uint8_t *)text + i, 1, i + 2 == sizeof(text), pieces + m);
	}
	assert_int_equal(n, m);
	assert_memory_equal(whole, pieces, n);
	assert_memory_equal(whole, "a山===3", 7);
}

static void parts_preamble_and_epilogue_are_all_there(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_mail(HEAD
		"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\nbefore\r\n--b\r\n\r\none\r\n--b\r\n"
		"Content-Type: application/octet-stream; name=list.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n"
		"5bGx55Sw\r\n--b--\r\nbehind\r\n",
		&r);
	is(&r, "preamble", "before\r\n");
	is(&r, "part 1", "one\r\n");
	is(&r, "list.txt", "山田");
	is(&r, "epilogue", "behind\r\n");
	assert_int_equal(r.streams[0].state, NKX_SCANNED);
	nkx_kit_free(&r);
}

static void the_name_of_an_attachment_is_read_in_all_forms(void **state)
{
	static const char *const forms[] = { "filename*=utf-8''%E5%B1%B1%E7%94%B0.txt",
		"filename*0*=utf-8''%E5%B1%B1;\r\n filename*1*=%E7%94%B0.txt",
		"filename=\"=?ISO-2022-JP?B?GyRCOzNFRBsoQi50eHQ=?=\"",
		"filename*=iso-2022-jp''%1B%24B%3B3ED%1B%28B.txt", "filename=\"\x8e\x52\x93\x63.txt\"" };
	char mail[1000];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(forms); i++) {
		struct nkx_kit_report r;

		(void)snprintf(mail, sizeof(mail),
			HEAD "Content-Type: application/x-thing\r\nContent-Disposition: attachment; %s\r\n\r\nx\r\n",
			forms[i]);
		open_mail(mail, &r);
		assert_non_null(nkx_kit_stream(&r, "山田.txt"));
		nkx_kit_free(&r);
	}
}

static void a_message_in_a_message_is_opened(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_mail(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
		       "From: c@example.jp\r\nSubject: inner\r\n\r\nYamada\r\n--b--\r\n",
		&r);
	is(&r, "part 1!/body", "Yamada\r\n");
	nkx_kit_free(&r);
}

static void a_missing_boundary_is_text_and_cut_off(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_mail(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\nYamada\r\n--other\r\nTarou\r\n", &r);
	is(&r, "preamble", "Yamada\r\n--other\r\nTarou\r\n");
	assert_int_equal(r.streams[0].state, NKX_PARTLY);
	assert_int_equal(r.streams[0].why, NKX_WHY_CUT_OFF);
	nkx_kit_free(&r);
	open_mail(HEAD "Content-Type: multipart/mixed\r\n\r\nYamada\r\n", &r);
	is(&r, "body", "Yamada\r\n");
	nkx_kit_free(&r);
}

static void too_many_parts_are_told(void **state)
{
	struct nkx_kit_options options = { .limits = { .entries = 10 } };
	struct nkx_kit_report r;
	char mail[1000] = HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
	size_t n = strlen(mail);

	(void)state;
	for (int i = 0; i < 50; i++) {
		n += (size_t)snprintf(mail + n, sizeof(mail) - n, "--b\r\n\r\nx\r\n");
	}
	nkx_kit_open_with(&options, mail, n, "x.eml", &r);
	assert_int_equal(r.streams[0].why, NKX_WHY_TOO_MANY);
	assert_in_range(r.n, 5, 20);
	nkx_kit_free(&r);
}

static void a_uuencoded_file_in_a_text_is_opened(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_mail(HEAD "\r\nhello\r\nbegin 644 list.txt\r\n+66%M861A(%1A<F]U\r\n`\r\nend\r\nbye\r\n", &r);
	assert_non_null(nkx_kit_stream(&r, "list.txt"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "list.txt"), "Yamada Taro"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "body"), "bye"));
	nkx_kit_free(&r);
}

static void what_is_encrypted_is_not_scanned(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	open_mail(HEAD "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
		       "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n",
		&r);
	assert_int_equal(nkx_kit_stream(&r, "smime.p7m")->why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
	open_mail(HEAD
		"Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n"
		"\r\nxxxx\r\n--b--\r\n",
		&r);
	assert_int_equal(nkx_kit_stream(&r, "part 1")->why, NKX_WHY_ENCRYPTED);
	nkx_kit_free(&r);
	open_mail(HEAD "\r\nhello\r\n-----BEGIN PGP MESSAGE-----\r\nxx\r\n-----END PGP MESSAGE-----\r\nbye\r\n", &r);
	assert_true(nkx_kit_holds(&r, "bye"));
	assert_false(nkx_kit_holds(&r, "xx"));
	bool told = false;

	for (size_t i = 0; i < r.n; i++) {
		told = told || (r.streams[i].state == NKX_NOT && r.streams[i].why == NKX_WHY_ENCRYPTED);
	}
	assert_true(told);
	nkx_kit_free(&r);
}

static void each_message_of_a_mailbox_is_a_source(void **state)
{
	static const char box[] =
		"From a@example.jp Mon Jan  5 10:00:00 2026\nFrom: a@example.jp\nSubject: one\n\nfirst\n"
		">From here\nFrom now on it is text\n\n"
		"From b@example.jp Tue Jan  6 10:00:00 2026\nFrom: b@example.jp\nSubject: two\n\nsecond\n";
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(box, sizeof(box) - 1, "x", &r);
	assert_string_equal(r.streams[0].format, "mbox");
	assert_non_null(nkx_kit_stream(&r, "message 1!/body"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "message 1!/body"), "From now on"));
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "message 1!/headers"), "From a@example.jp"));
	is(&r, "message 2!/body", "second\n");
	nkx_kit_free(&r);
}

static void a_text_that_begins_with_from_is_no_mailbox(void **state)
{
	static const char text[] = "From here on, 10:30 in Jan 2026\nSubject to change: yes\n";
	struct nkx_kit_report r;

	(void)state;
	nkx_kit_open(text, sizeof(text) - 1, "x.txt", &r);
	assert_string_equal(r.streams[0].format, "text");
	nkx_kit_free(&r);
}

static void winmail_dat_is_opened(void **state)
{
	uint8_t b[200] = { 0x78, 0x9f, 0x3e, 0x22, 1, 0 };
	size_t n = 6;
	struct {
		uint32_t id;
		const char *bytes;
	} parts[] = { { 0x18004, "Yamada" }, { 0x18010, "list.txt" }, { 0x6800f, "in the file" } };
	struct nkx_kit_report r;

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(parts); i++) {
		size_t len = strlen(parts[i].bytes);

		b[n] = 1;
		nk_put_le32(b + n + 1, parts[i].id);
		nk_put_le32(b + n + 5, (uint32_t)len);
		memcpy(b + n + 9, parts[i].bytes, len);
		n += 9 + len + 2;
	}
	nkx_kit_open(b, n, "winmail.dat", &r);
	assert_string_equal(r.streams[0].format, "tnef");
	is(&r, "subject", "Yamada");
	is(&r, "list.txt", "in the file");
	nkx_kit_free(&r);
}

static void samples_of_others_are_read(void **state)
{
	struct nkx_kit_report r;

	(void)state;
	if (!nkx_kit_file(NK_SOURCE_DIR "/../shared/data/scan/mail/japanese_iso_2022.eml", &r)) {
		kit_skip(__func__);
		return;
	}
	assert_true(nkx_kit_in(nkx_kit_stream(&r, "headers"), "まみむめも"));
	nkx_kit_free(&r);
	assert_true(nkx_kit_file(NK_SOURCE_DIR "/../shared/data/scan/mail/japanese_attachment_long_name.eml", &r));
	assert_non_null(nkx_kit_stream(&r, "かきくけこかきくけこかきくけこかきくけこかきくけこ.txt"));
	nkx_kit_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoded_words_are_decoded),
		cmocka_unit_test(a_name_cut_between_two_words_is_whole),
		cmocka_unit_test(raw_bytes_in_a_header_are_read),
		cmocka_unit_test(a_folded_header_is_one_line),
		cmocka_unit_test(a_body_is_decoded),
		cmocka_unit_test(quoted_printable_is_the_same_in_any_pieces),
		cmocka_unit_test(parts_preamble_and_epilogue_are_all_there),
		cmocka_unit_test(the_name_of_an_attachment_is_read_in_all_forms),
		cmocka_unit_test(a_message_in_a_message_is_opened),
		cmocka_unit_test(a_missing_boundary_is_text_and_cut_off),
		cmocka_unit_test(too_many_parts_are_told),
		cmocka_unit_test(a_uuencoded_file_in_a_text_is_opened),
		cmocka_unit_test(what_is_encrypted_is_not_scanned),
		cmocka_unit_test(each_message_of_a_mailbox_is_a_source),
		cmocka_unit_test(a_text_that_begins_with_from_is_no_mailbox),
		cmocka_unit_test(winmail_dat_is_opened),
		cmocka_unit_test(samples_of_others_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
