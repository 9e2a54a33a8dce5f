/*
 * pool_test.c: items through real workers: order, pieces, crashes, hangs, limits, the sandbox.
 */
#include "base.h"

#include "nkx_work.h"
#include "os.h"

#include <cmocka.h>

#include "kit_skip.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zip_kit.h"

/* A format of this test only: files that begin with NKXFAULT and a letter. */
const struct nkx_format *nkx_test_format(void);

static int fault_sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 9 && memcmp(head, "NKXFAULT", 8) == 0 ? 99 : 0;
}

static void hang(void)
{
	for (;;) {
		__asm__ volatile("" ::: "memory");
	}
}

static void escape(struct nkx_work *w)
{
	const int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	const int net = socket(AF_INET, SOCK_STREAM, 0);

	if (nkx_stream_begin(w, file < 0 && net < 0 ? "shut-in" : "free", "text", NKS_KIND_TEXT)) {
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static void eat(void)
{
	for (size_t i = 0; i < 4096; i++) {
		volatile uint8_t *p = malloc(1 << 20);

		if (p == NULL) {
			_exit(nk_err_exit(NK_NOMEM));
		}
		p[4096] = 1;
	}
}

static enum nkx_why fault_open(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t head[9] = "";

	(void)name;
	(void)nkx_read(s, 0, head, sizeof(head));
	nkx_claimed(w, 0, s->size);
	switch (head[8]) {
	case 'c':
		abort();
	case 'h':
		hang();
		break;
	case 'e':
		escape(w);
		break;
	case 'm':
		eat();
		break;
	default:
		break;
	}
	return NKX_WHY_NONE;
}

static const struct nkx_format fault = { "fault", fault_sniff, fault_open, true };

const struct nkx_format *nkx_test_format(void)
{
	return &fault;
}

/* What was reported, as lines. */
struct log {
	struct nk_buf text;
	unsigned findings, streams, items;
	unsigned stop_after;
};

static bool on_finding(void *arg, const struct nkx_finding *f)
{
	struct log *log = arg;

	log->findings++;
	(void)nk_buf_printf(&log->text, NULL, "f %" PRIu64 " %u %s %s at %" PRIu64 " row %u\n", f->item, f->stream,
		f->in_name ? "name" : "bytes",
		f->f.of_index ? nks_field_name((enum nks_field)f->f.field)
			      : nks_class_name((enum nks_class)f->f.class),
		f->f.offset, f->f.row)
		.code;
	return true;
}

static bool on_stream(void *arg, const struct nkx_stream *s)
{
	struct log *log = arg;

	log->streams++;
	(void)nk_buf_printf(&log->text, NULL, "s %" PRIu64 " %u %s %s %s %" PRIu64 " [%s]\n", s->item, s->stream,
		s->format,
		s->state == NKX_SCANNED          ? "scanned"
			: s->state == NKX_PARTLY ? "partly"
						 : "not",
		nkx_why_name(s->why), s->bytes, s->path)
		.code;
	return log->stop_after == 0 || log->streams < log->stop_after;
}

static bool on_item(void *arg, const struct nkx_item_end *e)
{
	struct log *log = arg;

	log->items++;
	(void)nk_buf_printf(&log->text, NULL, "i %" PRIu64 " %s %u %u %u %" PRIu64 "\n", e->item, e->shown,
		e->streams, e->partly, e->not_scanned, e->findings)
		.code;
	return true;
}

static void log_done(struct log *log)
{
	nk_buf_done(&log->text);
}

static void log_init(struct log *log)
{
	memset(log, 0, sizeof(*log));
	nk_buf_init(&log->text, 64 << 20);
}

static bool has(const struct log *log, const char *line)
{
	return log->text.len > 0 && memmem(log->text.ptr, log->text.len, line, strlen(line)) != NULL;
}

static struct nkx_pool *start(struct log *log, unsigned workers, const struct nkx_limits *limits)
{
	const struct nkx_reports reports = { on_finding, on_stream, on_item, NULL, log };
	struct nkx_options o = { .workers = workers, .classes = UINT64_MAX, .index_fd = -1 };
	struct nkx_pool *pool = NULL;
	struct nk_err err;

	if (limits != NULL) {
		o.limits = *limits;
	}
	log_init(log);
	assert_int_equal(nkx_pool_start(&o, &reports, &pool, &err).code, NK_OK);
	return pool;
}

static void put(struct nkx_pool *pool, const char *name, const void *bytes, size_t len)
{
	struct nkx_item item = { .name = name };

	assert_true(nk_ok(nk_os_memfd("item", &item.fd, NULL)));
	assert_true(nk_ok(nk_os_fd_write(item.fd, bytes, len, NULL)));
	assert_true(nk_ok(nkx_pool_submit(pool, &item, NULL)));
}

static void put_text(struct nkx_pool *pool, const char *name, const char *text)
{
	put(pool, name, text, strlen(text));
}

static void end(struct nkx_pool *pool)
{
	assert_int_equal(nkx_pool_finish(pool, NULL).code, NK_OK);
	nkx_pool_free(&pool);
}

static void what_is_found_is_reported_in_the_order_of_the_items(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = start(&log, 2, NULL);
	const char *at = NULL;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "file%02u.txt", i);
		put_text(pool, name, i % 2 == 0 ? "mail: hanako.sato@example.ac.jp\n" : "nothing here\n");
	}
	end(pool);
	assert_int_equal(log.items, 40);
	assert_int_equal(log.streams, 40);
	assert_true(log.findings >= 20);
	at = (const char *)log.text.ptr;
	for (unsigned i = 0; i < 40; i++) {
		char line[32];
		const size_t left = log.text.len - (size_t)(at - (const char *)log.text.ptr);

		(void)snprintf(line, sizeof(line), "i %u ", i);
		at = memmem(at, left, line, strlen(line));
		assert_non_null(at);
	}
}

static void a_finding_in_a_name_is_masked_there(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = start(&log, 1, NULL);

	(void)state;
	put_text(pool, "mails/hanako.sato@example.ac.jp", "nothing here\n");
	end(pool);
	assert_true(has(&log, " name mail"));
	assert_false(has(&log, "hanako"));
	assert_true(has(&log, "▒"));
}

static void a_crash_costs_one_stream(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = start(&log, 2, NULL);

	(void)state;
	put_text(pool, "a.txt", "mail: hanako.sato@example.ac.jp\n");
	put_text(pool, "b.bin", "NKXFAULTc");
	put_text(pool, "c.txt", "mail: hanako.sato@example.ac.jp\n");
	end(pool);
	assert_true(has(&log, "s 0 0 text scanned"));
	assert_true(has(&log, "s 1 0 binary not crash"));
	assert_true(has(&log, "s 2 0 text scanned"));
}

/* A tar of three files, made by hand. */
static size_t tar_add(uint8_t *tar, size_t at, const char *name, const char *text)
{
	uint8_t *h = tar + at;
	const size_t len = strlen(text);
	unsigned sum = 0;

	memset(h, 0, 512);
	(void)snprintf((char *)h, 100, "%s", name);
	(void)snprintf((char *)h + 100, 8, "0000644");
	(void)snprintf((char *)h + 124, 12, "%011o", (unsigned)len & 0777777U);
	(void)snprintf((char *)h + 136, 12, "00000000000");
	memset(h + 148, ' ', 8);
	h[156] = '0';
	memcpy(h + 257, "ustar", 6);
	memcpy(h + 263, "00", 2);
	for (size_t i = 0; i < 512; i++) {
		sum += h[i];
	}
	(void)snprintf((char *)h + 148, 8, "%06o", sum);
	memset(h + 512, 0, 512);
	memcpy(h + 512, text, len);
	return at + 1024;
}

static void a_crash_inside_an_archive_costs_its_member_only(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = start(&log, 1, NULL);
	uint8_t *tar = calloc(1, 16384);
	size_t at = 0;

	(void)state;
	assert_non_null(tar);
	at = tar_add(tar, at, "a.txt", "mail: hanako.sato@example.ac.jp\n");
	at = tar_add(tar, at, "b.bin", "NKXFAULTc");
	at = tar_add(tar, at, "c.txt", "mail: hanako.sato@example.ac.jp\n");
	at = tar_add(tar, at, "d.bin", "NKXFAULTc");
	at = tar_add(tar, at, "e.txt", "mail: hanako.sato@example.ac.jp\n");
	put(pool, "x.tar", tar, at + 1024);
	end(pool);
	free(tar);
	assert_true(has(&log, "scanned  32 [a.txt]"));
	assert_true(has(&log, "not crash 0 [b.bin]"));
	assert_true(has(&log, "scanned  32 [c.txt]"));
	assert_true(has(&log, "not crash 0 [d.bin]"));
	assert_true(has(&log, "scanned  32 [e.txt]"));
	assert_true(has(&log, "s 0 0 tar scanned"));
	assert_int_equal(log.streams, 6);
	assert_int_equal(log.findings, 3);
}

static void a_hang_is_ended_by_the_clock(void **state)
{
	const struct nkx_limits limits = { .seconds = 1 };
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = start(&log, 2, &limits);

	(void)state;
	put_text(pool, "b.bin", "NKXFAULTh");
	put_text(pool, "c.txt", "mail: hanako.sato@example.ac.jp\n");
	end(pool);
	assert_true(has(&log, "s 0 0 binary not time"));
	assert_true(has(&log, "s 1 0 text scanned"));
}

static void memory_has_a_limit(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = NULL;

	(void)state;
	if (NK_SANITIZED) {
		kit_skip(__func__); /* no address-space limit in sanitizer builds */
		return;
	}
	pool = start(&log, 1, NULL);
	put_text(pool, "b.bin", "NKXFAULTm");
	put_text(pool, "c.txt", "mail: hanako.sato@example.ac.jp\n");
	end(pool);
	assert_true(has(&log, "s 0 0 binary not memory"));
	assert_true(has(&log, "s 1 0 text scanned"));
}

static void a_worker_can_open_neither_files_nor_sockets(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = start(&log, 1, NULL);

	(void)state;
	put_text(pool, "e.bin", "NKXFAULTe");
	end(pool);
	assert_true(has(&log, "[shut-in]"));
	assert_false(has(&log, "[free]"));
}

/* 40 MiB of lines with a mail address here and there, also across the borders of pieces. */
static void fill(uint8_t *big, size_t len)
{
	static const char line[] = "the quick brown fox jumps over the lazy dog and back again\n";
	static const char mail[] = "hanako.sato@example.ac.jp,";

	for (size_t i = 0; i < len; i++) {
		big[i] = (uint8_t)line[i % (sizeof(line) - 1)];
	}
	for (size_t at = 1000; at + 64 < len; at += (1 << 20) - 7) {
		memcpy(big + at, mail, sizeof(mail) - 1);
	}
	memcpy(big + (8 << 20) - 10, mail, sizeof(mail) - 1);
	memcpy(big + (16 << 20) - 25, mail, sizeof(mail) - 1);
}

static void scan_big(struct log *log, unsigned workers, const uint8_t *big, size_t len)
{
	struct nkx_pool *pool = start(log, workers, NULL);

	put_text(pool, "a.txt", "mail: hanako.sato@example.ac.jp\n");
	put(pool, "big.txt", big, len);
	put_text(pool, "c.txt", "mail: hanako.sato@example.ac.jp\n");
	end(pool);
}

static void two_workers_say_the_same_of_one_big_file_as_one(void **state)
{
	const size_t len = 40 << 20;
	uint8_t *big = malloc(len);
	NK_OWNED(log_done) struct log one;
	NK_OWNED(log_done) struct log two;

	(void)state;
	assert_non_null(big);
	fill(big, len);
	scan_big(&one, 1, big, len);
	scan_big(&two, 2, big, len);
	free(big);
	assert_true(has(&one, "s 1 0 text scanned  41943040 []"));
	assert_true(one.findings > 40);
	assert_int_equal(one.text.len, two.text.len);
	assert_memory_equal(one.text.ptr, two.text.ptr, one.text.len);
}

static void what_could_not_be_opened_is_reported_in_its_turn(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = start(&log, 2, NULL);
	const struct nkx_item item = { .fd = -1, .name = "pipe", .why = NKX_WHY_NOT_A_FILE };

	(void)state;
	put_text(pool, "a.txt", "x\n");
	assert_true(nk_ok(nkx_pool_submit(pool, &item, NULL)));
	end(pool);
	assert_true(has(&log, "s 1 0 binary not not-a-file 0 []\ni 1 pipe 1 0 1 0\n"));
}

static void a_report_can_stop_the_work(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	struct nkx_pool *pool = start(&log, 2, NULL);
	nk_rc rc = nk_done();

	(void)state;
	log.stop_after = 2;
	for (unsigned i = 0; i < 30 && nk_ok(rc); i++) {
		struct nkx_item item = { .name = "a" };

		assert_true(nk_ok(nk_os_memfd("item", &item.fd, NULL)));
		assert_true(nk_ok(nk_os_fd_write(item.fd, "abc", 3, NULL)));
		rc = nkx_pool_submit(pool, &item, NULL);
	}
	rc = nk_ok(rc) ? nkx_pool_finish(pool, NULL) : rc;
	assert_int_equal(rc.code, NK_CANCELLED);
	assert_int_equal(log.streams, 2);
	nkx_pool_free(&pool);
}

/* 60 members of 256 KiB that do not pack, so that the archive is cut in pieces; some hold an address. */
static size_t make_zip(uint8_t *zip)
{
	struct zk_entry e[60];
	uint8_t *noise = malloc(60 * 262144);
	char names[60][16];
	uint32_t seed = 7;
	size_t len = 0;

	assert_non_null(noise);
	for (size_t i = 0; i < 60 * 262144; i++) {
		seed = seed * 1664525 + 1013904223;
		noise[i] = (uint8_t)("0123456789abcdef ghijklmnopqrstuvwxyz\n"[(seed >> 24) % 38]);
	}
	for (unsigned i = 0; i < 60; i++) {
		uint8_t *at = noise + i * 262144;

		(void)snprintf(names[i], sizeof(names[i]), "m%02u.txt", i);
		memcpy(at + 5000, " hanako.sato@example.ac.jp ", 27);
		e[i] = (struct zk_entry){ .name = names[i], .bytes = at, .len = 262144, .deflate = i % 2 == 0 };
	}
	len = zk_make(e, 60, "to: hanako.sato@example.ac.jp", zip);
	free(noise);
	return len;
}

static void scan_zip(struct log *log, unsigned workers, const uint8_t *zip, size_t len)
{
	struct nkx_pool *pool = start(log, workers, NULL);

	put(pool, "x.zip", zip, len);
	put_text(pool, "c.txt", "mail: hanako.sato@example.ac.jp\n");
	end(pool);
}

static void two_workers_say_the_same_of_one_long_zip_as_one(void **state)
{
	uint8_t *zip = malloc(32 << 20);
	size_t len = 0;
	NK_OWNED(log_done) struct log one;
	NK_OWNED(log_done) struct log two;

	(void)state;
	assert_non_null(zip);
	len = make_zip(zip);
	scan_zip(&one, 1, zip, len);
	scan_zip(&two, 2, zip, len);
	free(zip);
	assert_true(has(&one, "[m00.txt]"));
	assert_true(has(&one, "scanned  262144 [m59.txt]"));
	assert_true(has(&one, "[:comment]"));
	assert_int_equal(one.streams, 60 + 1 + 1 + 1);
	assert_true(one.findings >= 62);
	assert_int_equal(one.text.len, two.text.len);
	assert_memory_equal(one.text.ptr, two.text.ptr, one.text.len);
}

static const char pdf[] =
	"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
	"endobj\n4 0 obj<</Length 67>>stream\nBT /F 18 Tf 20 100 Td <68616e616b6f2e7361746f406578616d706c652e61632e6a70> "
	"Tj ET\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
	"trailer<</Root 1 0 R>>\n";

static void scan_pdf(struct log *log, const char *tool)
{
	const struct nkx_reports reports = { on_finding, on_stream, on_item, NULL, log };
	const struct nkx_options o = { .workers = 1, .index_fd = -1, .classes = UINT64_MAX, .pdftotext = tool };
	struct nkx_pool *pool = NULL;

	log_init(log);
	assert_int_equal(nkx_pool_start(&o, &reports, &pool, NULL).code, NK_OK);
	put(pool, "a.pdf", pdf, sizeof(pdf) - 1);
	put_text(pool, "c.txt", "mail: hanako.sato@example.ac.jp\n");
	end(pool);
}

static void the_text_of_a_pdf_comes_from_pdftotext(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };

	(void)state;
	if (access("/usr/bin/pdftotext", X_OK) != 0) {
		kit_skip(__func__);
		return;
	}
	scan_pdf(&log, NULL);
	assert_true(has(&log, "f 0 0 bytes mail"));
	assert_true(has(&log, "s 1 0 text scanned"));
}

static void a_pdf_without_pdftotext_is_not_called_scanned(void **state)
{
	NK_OWNED(log_done) struct log log = { .findings = 0 };

	(void)state;
	scan_pdf(&log, "/nowhere/pdftotext");
	assert_true(has(&log, "tool-missing"));
	assert_true(has(&log, "s 1 0 text scanned"));
}

static void a_rule_that_is_not_right_is_named(void **state)
{
	const struct nkx_rule rule = { "grade", "[0-9" };
	const struct nkx_reports reports = { on_finding, on_stream, on_item, NULL, NULL };
	const struct nkx_options o = { .workers = 1, .index_fd = -1, .rules = &rule, .n_rules = 1 };
	struct nkx_pool *pool = NULL;
	struct nk_err err;

	(void)state;
	assert_int_equal(nkx_pool_start(&o, &reports, &pool, &err).code, NK_INVALID);
	assert_non_null(strstr(err.text[NK_LANG_EN], "grade"));
	assert_null(pool);
}

static void rules_find_and_bad_ones_do_not_hang(void **state)
{
	const struct nkx_rule rules[] = { { "bad", "^(a|aa)+$" }, { "grade", "grade: ?[A-F]" } };
	NK_OWNED(log_done) struct log log = { .findings = 0 };
	const struct nkx_reports reports = { on_finding, on_stream, on_item, NULL, &log };
	const struct nkx_options o = {
		.workers = 1, .index_fd = -1, .rules = rules, .n_rules = 2, .classes = UINT64_C(1) << NKS_CLASS_RULE
	};
	struct nkx_pool *pool = NULL;

	(void)state;
	log_init(&log);
	assert_int_equal(nkx_pool_start(&o, &reports, &pool, NULL).code, NK_OK);
	put_text(pool, "a.txt", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa grade: B\n");
	end(pool);
	assert_true(has(&log, "f 0 0 bytes rule at 63"));
	assert_true(has(&log, "partly time"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_is_reported_in_the_order_of_the_items),
		cmocka_unit_test(a_finding_in_a_name_is_masked_there),
		cmocka_unit_test(a_crash_costs_one_stream),
		cmocka_unit_test(a_crash_inside_an_archive_costs_its_member_only),
		cmocka_unit_test(a_hang_is_ended_by_the_clock),
		cmocka_unit_test(memory_has_a_limit),
		cmocka_unit_test(a_worker_can_open_neither_files_nor_sockets),
		cmocka_unit_test(two_workers_say_the_same_of_one_big_file_as_one),
		cmocka_unit_test(what_could_not_be_opened_is_reported_in_its_turn),
		cmocka_unit_test(a_report_can_stop_the_work),
		cmocka_unit_test(two_workers_say_the_same_of_one_long_zip_as_one),
		cmocka_unit_test(the_text_of_a_pdf_comes_from_pdftotext),
		cmocka_unit_test(a_pdf_without_pdftotext_is_not_called_scanned),
		cmocka_unit_test(a_rule_that_is_not_right_is_named),
		cmocka_unit_test(rules_find_and_bad_ones_do_not_hang),
	};

	nkx_worker_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
