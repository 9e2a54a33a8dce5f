/*
 * pool_bad_test.c: workers that lie, babble or wait for ever; more of everything than is reported; files that change.
 */
#include "base.h"

#include "nkx_kit.h"
#include "proto.h"
#include "os.h"

#include <cmocka.h>

#include "kit_skip.h"
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zip_kit.h"

enum { MEMBERS = 60, MEMBER = 262144, LINES = 100010 };

/* A format of this test only: files that begin with NKXFAULT and a letter. */
const struct nkx_format *nkx_test_format(void);

static int fault_sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 9 && memcmp(head, "NKXFAULT", 8) == 0 ? 99 : 0;
}

static void say(struct nkx_scanner *s, enum nkx_msg_type type, size_t len)
{
	struct nkx_msg *m = nkx_scanner_msg(s);

	m->type = type;
	m->len = (uint32_t)len;
	nkx_scanner_send(s, m);
}

/* One finding that is right but for what the letter says. */
static void say_finding(struct nkx_scanner *s, uint8_t what)
{
	struct nkx_m_findings *f = &nkx_scanner_msg(s)->u.findings;

	memset(f, 0, sizeof(*f));
	f->n = 1;
	f->number = what == 's' ? 99 : 0;
	f->of[0].f.class = what == 'r' ? NKS_CLASS_RULE : NKS_CLASS_MAIL;
	f->of[0].rule = what == 'r' ? 7 : 0;
	f->of[0].f.chance = what == 'n' ? (double)NAN : 0.0;
	f->of[0].f.units = what == 'u' ? UINT32_MAX : 1;
	memset(&f->of[0].in_name, what == 'b' ? 77 : 0, 1);
	say(s, NKX_W_FINDINGS, nkx_msg_findings_len(1));
}

static void say_end(struct nkx_scanner *s)
{
	struct nkx_m_end *e = &nkx_scanner_msg(s)->u.end;

	memset(e, 0, sizeof(*e));
	(void)snprintf(e->format, sizeof(e->format), "text");
	memset(&e->sum.carved, 200, 1);
	say(s, NKX_W_END, sizeof(*e));
}

static void say_pdf(struct nkx_scanner *s)
{
	struct nkx_m_item item;
	int fd = -1;

	memset(&nkx_scanner_msg(s)->u.pdf, 0, sizeof(struct nkx_m_pdf));
	nkx_scanner_msg(s)->u.pdf.len = 100;
	say(s, NKX_W_PDF, sizeof(struct nkx_m_pdf));
	while (nkx_scanner_next(s, &item, &fd)) {
		continue;
	}
}

static void babble(struct nkx_scanner *s)
{
	for (;;) {
		nkx_scanner_msg(s)->u.alive = 1;
		say(s, NKX_W_ALIVE, sizeof(uint64_t));
	}
}

/* All places where something can be scanned are taken: the name of what comes then cannot be looked through. */
static void take_all(struct nkx_work *w)
{
	static const uint8_t inner[] = "NKXFAULT.";
	const struct nkx_source source = { .mem = inner, .fd = -1, .size = sizeof(inner) - 1 };

	for (unsigned i = 0; i < 8; i++) {
		(void)nkx_stream_begin(w, "s", "text", NKS_KIND_TEXT);
	}
	(void)nkx_nested(w, "inner", &source, NULL);
	for (unsigned i = 0; i < 8; i++) {
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static void make_much(struct nkx_work *w)
{
	static const char line[1024] = "x";

	if (nkx_stream_begin(w, "much", "text", NKS_KIND_TEXT)) {
		for (unsigned i = 0; i < 40 << 10; i++) {
			(void)nkx_stream_feed(w, line, sizeof(line));
		}
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static enum nkx_why fault_open(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	struct nkx_scanner *scanner = w->sink->arg;
	uint8_t head[9] = "";

	(void)name;
	(void)nkx_read(s, 0, head, sizeof(head));
	nkx_claimed(w, 0, s->size);
	switch (head[8]) {
	case 'a':
		babble(scanner);
		break;
	case 'p':
		say_pdf(scanner);
		break;
	case 'e':
		say_end(scanner);
		break;
	case 'y':
		say(scanner, NKX_W_READY, 0);
		break;
	case 'w':
		take_all(w);
		break;
	case 'x':
		make_much(w);
		break;
	case '.':
		break;
	default:
		say_finding(scanner, head[8]);
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
	uint64_t findings, reported, bytes;
};

static bool on_finding(void *arg, const struct nkx_finding *f)
{
	struct log *log = arg;

	(void)f;
	log->findings++;
	return true;
}

static bool on_stream(void *arg, const struct nkx_stream *s)
{
	static const char *const states[] = { "scanned", "partly", "not" };
	struct log *log = arg;

	log->bytes += s->stream > 0 ? s->bytes : 0;
	(void)nk_buf_printf(&log->text, NULL, "s %" PRIu64 " %u %s %s [%s]\n", s->item, s->stream, states[s->state],
		nkx_why_name(s->why), s->path)
		.code;
	return true;
}

static bool on_item(void *arg, const struct nkx_item_end *e)
{
	struct log *log = arg;

	log->reported += e->reported;
	(void)nk_buf_printf(
		&log->text, NULL, "i %" PRIu64 " %s %" PRIu64 " %" PRIu64 "\n", e->item, e->shown, e->findings, e->reported)
		.code;
	return true;
}

static void log_done(struct log *log)
{
	nk_buf_done(&log->text);
}

static bool has(const struct log *log, const char *line)
{
	return log->text.len > 0 && memmem(log->text.ptr, log->text.len, line, strlen(line)) != NULL;
}

static struct nkx_pool *start(struct log *log, unsigned workers, const struct nkx_options *like)
{
	const struct nkx_reports reports = { on_finding, on_stream, on_item, NULL, log };
	struct nkx_options o = { .index_fd = -1 };
	struct nkx_pool *pool = NULL;

	if (like != NULL) {
		o = *like;
	}
	o.index_fd = -1;
	o.workers = workers;
	o.classes = UINT64_C(1) << NKS_CLASS_MAIL;
	memset(log, 0, sizeof(*log));
	nk_buf_init(&log->text, 64 << 20);
	assert_int_equal(nkx_pool_start(&o, &reports, &pool, NULL).code, NK_OK);
	return pool;
}

static int file_of(const void *bytes, size_t len)
{
	int fd = -1;

	assert_true(nk_ok(nk_os_memfd("item", &fd, NULL)));
	assert_true(nk_ok(nk_os_fd_write(fd, bytes, len, NULL)));
	return fd;
}

static void put_fd(struct nkx_pool *pool, const char *name, int fd)
{
	const struct nkx_item item = { .fd = fd, .name = name };

	assert_true(nk_ok(nkx_pool_submit(pool, &item, NULL)));
}

static void put(struct nkx_pool *pool, const char *name, const char *text)
{
	put_fd(pool, name, file_of(text, strlen(text)));
}

static void end(struct nkx_pool *pool)
{
	assert_int_equal(nkx_pool_finish(pool, NULL).code, NK_OK);
	nkx_pool_free(&pool);
}

static void workers_that_say_what_makes_no_sense_are_not_believed(void **state)
{
	static const char letters[] = "rsnubey";
	NK_OWNED(log_done) struct log log;
	struct nkx_pool *pool = start(&log, 2, NULL);

	(void)state;
	for (size_t i = 0; letters[i] != '\0'; i++) {
		char text[] = "NKXFAULT?";

		text[8] = letters[i];
		put(pool, "x", text);
	}
	put(pool, "x", "NKXFAULTf"); /* one that is right */
	end(pool);
	for (size_t i = 0; letters[i] != '\0'; i++) {
		char line[32];

		(void)snprintf(line, sizeof(line), "s %zu 0 not crash", i);
		assert_true(has(&log, line));
	}
	assert_int_equal(log.findings, 1);
	assert_true(has(&log, "s 7 0 scanned"));
}

static void waiting_and_babbling_have_an_end_and_what_changed_meanwhile_is_told(void **state)
{
	const struct nkx_options o = { .limits = { .seconds = 1 } };
	NK_OWNED(log_done) struct log log;
	struct nkx_pool *pool = start(&log, 1, &o);
	int fd = file_of("hello\n", 6);
	const int writer = dup(fd);

	(void)state;
	put(pool, "a", "NKXFAULTp");
	put(pool, "b", "NKXFAULTa");
	put_fd(pool, "c", fd);
	assert_int_equal(write(writer, "more\n", 5), 5);
	assert_int_equal(close(writer), 0);
	end(pool);
	assert_true(has(&log, "s 0 0 not time"));
	assert_true(has(&log, "s 1 0 not time"));
	assert_true(has(&log, "s 2 0 partly changed"));
}

/* `each` bytes a line, with one address. */
static int many_lines(size_t each)
{
	static const char mail[] = "hanako.sato@example.ac.jp";
	char *all = malloc(LINES * each);
	int fd = -1;

	assert_non_null(all);
	memset(all, ' ', LINES * each);
	for (size_t i = 0; i < LINES; i++) {
		memcpy(all + i * each, mail, sizeof(mail) - 1);
		all[(i + 1) * each - 1] = '\n';
	}
	fd = file_of(all, LINES * each);
	free(all);
	return fd;
}

static void findings_that_are_not_reported_are_counted_and_told_of(void **state)
{
	NK_OWNED(log_done) struct log log;
	struct nkx_pool *pool = start(&log, 2, NULL);

	(void)state;
	put_fd(pool, "one", many_lines(32));
	put_fd(pool, "pieces", many_lines(180));
	end(pool);
	assert_true(has(&log, "s 0 0 partly too-many"));
	assert_true(has(&log, "i 0 one 100010 100000\n"));
	assert_true(has(&log, "s 1 0 partly too-many"));
	assert_true(has(&log, "i 1 pieces 100010 100000\n"));
	assert_int_equal(log.findings, 200000);
}

static void a_name_with_more_findings_than_are_kept_is_not_shown(void **state)
{
	NK_OWNED(log_done) struct log log;
	struct nkx_pool *pool = start(&log, 1, NULL);
	char name[1200] = "";

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		const size_t at = strlen(name);

		(void)snprintf(name + at, sizeof(name) - at, "sato%02u@example.ac.jp ", i);
	}
	put(pool, name, "nothing here\n");
	end(pool);
	assert_false(has(&log, "example"));
	assert_true(has(&log, "s 0 0 partly too-many []\ni 0 ▒ 40 32\n"));
}

static void a_name_that_could_not_be_looked_through_is_told_of(void **state)
{
	NK_OWNED(log_done) struct log log;
	struct nkx_pool *pool = start(&log, 1, NULL);

	(void)state;
	put(pool, "x", "NKXFAULTw");
	end(pool);
	assert_true(has(&log, "partly memory [▒]"));
}

static size_t make_zip(uint8_t *zip)
{
	struct zk_entry e[MEMBERS];
	uint8_t *noise = calloc(MEMBERS, MEMBER);
	char names[MEMBERS][16];
	uint32_t seed = 7;
	size_t len = 0;

	assert_non_null(noise);
	for (size_t i = 0; i < (size_t)MEMBERS * MEMBER; i++) {
		seed = seed * 1664525 + 1013904223;
		noise[i] = (uint8_t)("0123456789abcdef ghijklmnopqrstuvwxyz\n"[(seed >> 24) % 38]);
	}
	for (unsigned i = 0; i < MEMBERS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "m%02u.txt", i);
		e[i] = (struct zk_entry){ .name = names[i], .bytes = noise + i * (size_t)MEMBER, .len = MEMBER };
	}
	len = zk_make(e, MEMBERS, "x", zip);
	free(noise);
	return len;
}

static void the_pieces_of_an_item_share_its_budgets(void **state)
{
	const struct nkx_options o = { .limits = { .total_out = 9 << 20 } };
	const struct nkx_options few = { .limits = { .entries = 41 } };
	NK_OWNED(log_done) struct log log;
	NK_OWNED(log_done) struct log other;
	uint8_t *zip = malloc(32 << 20);
	struct nkx_pool *pool = start(&log, 2, &o);
	size_t len = 0;

	(void)state;
	assert_non_null(zip);
	len = make_zip(zip);
	put_fd(pool, "x.zip", file_of(zip, len));
	put(pool, "c.txt", "x\n");
	end(pool);
	assert_true(has(&log, "s 0 0 partly too-large"));
	assert_true(has(&log, "s 1 0 scanned"));
	assert_true(log.bytes >= 8 << 20);
	assert_true(log.bytes <= 10 << 20);
	pool = start(&other, 2, &few);
	put_fd(pool, "x.zip", file_of(zip, len));
	end(pool);
	free(zip);
	assert_true(has(&other, "s 0 0 partly too-many"));
	assert_true(other.bytes <= (uint64_t)42 * MEMBER);
}

static void what_openers_make_counts_too(void **state)
{
	const struct nkx_options o = { .limits = { .total_out = 1 << 20 } };
	NK_OWNED(log_done) struct log log;
	struct nkx_pool *pool = start(&log, 1, &o);

	(void)state;
	put(pool, "x", "NKXFAULTx");
	end(pool);
	assert_true(has(&log, "partly too-large [much]"));
	assert_true(log.bytes <= 2 << 20);
}

static void a_read_error_is_called_one(void **state)
{
	NK_OWNED(log_done) struct log log;
	struct nkx_pool *pool = start(&log, 1, NULL);
	char path[] = "/tmp/nkx-bad-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "hello", 5), 5);
	assert_int_equal(close(fd), 0);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(unlink(path), 0);
	put_fd(pool, "x", fd);
	end(pool);
	assert_false(has(&log, "s 0 0 scanned"));
	assert_true(has(&log, " read-error []"));
}

static void four_kanji_behind_a_zip_are_seen(void **state)
{
	static const char kanji[] = "\x8e\x52\x93\x63\x91\xbe\x98\x59";
	struct zk_entry e = { .name = "a.txt", .bytes = (const uint8_t *)"x\n", .len = 2 };
	uint8_t zip[1024];
	const size_t len = zk_make(&e, 1, "", zip);
	struct nkx_kit_report r;

	(void)state;
	memcpy(zip + len, kanji, sizeof(kanji) - 1);
	nkx_kit_open(zip, len + sizeof(kanji) - 1, "a.zip", &r);
	assert_true(nkx_kit_in(nkx_kit_stream(&r, ""), kanji));
	nkx_kit_free(&r);
}

static void what_pdftotext_said_before_it_failed_is_looked_at(void **state)
{
	static const char script[] = "#!/bin/sh\nprintf 'hanako.sato@example.ac.jp\\f'\nexit 99\n";
	static const char pdf[] = "%PDF-1.4\n1 0 obj << /Type /Page >> endobj %%EOF";
	char path[] = "/tmp/nkx-bad-XXXXXX";
	const struct nkx_options o = { .pdftotext = path };
	NK_OWNED(log_done) struct log log;
	struct nkx_pool *pool = NULL;
	int fd = -1;

	(void)state;
	if (nk_os_has_landlock()) {
		kit_skip(__func__); /* such a program may not be run */
		return;
	}
	fd = mkstemp(path);
	assert_int_equal(write(fd, script, sizeof(script) - 1), sizeof(script) - 1);
	assert_int_equal(fchmod(fd, 0700), 0);
	assert_int_equal(close(fd), 0);
	pool = start(&log, 1, &o);
	put(pool, "a.pdf", pdf);
	end(pool);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(log.findings, 1);
	assert_true(has(&log, "s 0 0 partly damaged"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workers_that_say_what_makes_no_sense_are_not_believed),
		cmocka_unit_test(waiting_and_babbling_have_an_end_and_what_changed_meanwhile_is_told),
		cmocka_unit_test(findings_that_are_not_reported_are_counted_and_told_of),
		cmocka_unit_test(a_name_with_more_findings_than_are_kept_is_not_shown),
		cmocka_unit_test(a_name_that_could_not_be_looked_through_is_told_of),
		cmocka_unit_test(the_pieces_of_an_item_share_its_budgets),
		cmocka_unit_test(what_openers_make_counts_too),
		cmocka_unit_test(a_read_error_is_called_one),
		cmocka_unit_test(four_kanji_behind_a_zip_are_seen),
		cmocka_unit_test(what_pdftotext_said_before_it_failed_is_looked_at),
	};

	nkx_worker_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
