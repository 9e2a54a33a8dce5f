/*
 * threads_test.c: one index, one set-up, several scans at once, from a cold start: each finds what the others find. Under
 * ThreadSanitizer (tools/san-extra) this is the proof that nothing shared is written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "nkscan.h"

enum { THREADS = 4, ROUNDS = 3, FOUND_MAX = 64, PERSONS = 100 };

static const uint8_t KEY[NKS_KEY_BYTES] = { 7, 7, 7 };
static const char *const FORMS[] = { "S9999999" };
static const char TEXT[] = "氏名,電話,メール,生年月日\n山田 太郎,090-1000-4000,user0000@school.example,2015-04-02\n"
			   "学籍番号 S1234567 〒100-0001 東京都千代田区千代田1-1\nuser0042@school.example\n"
			   "c2VjcmV0OiB1c2VyMDA3QHNjaG9vbC5leGFtcGxlIHVzZXIwMDA3QHNjaG9vbC5leGFtcGxl\n%75ser0007%40school.example\n"
			   "保護者 鈴木 花子 様 口座 1234567 カード 4111 1111 1111 1111\n";

struct shared {
	const struct nks_options *options;
	pthread_barrier_t start;
};

struct worker {
	pthread_t thread;
	struct shared *shared;
	struct nks_finding found[FOUND_MAX];
	size_t n;
	bool bad;
};

static int collect(void *arg, const struct nks_finding *f)
{
	struct worker *const w = arg;

	if (w->n < FOUND_MAX) {
		w->found[w->n] = *f;
	}
	w->n++;
	return 0;
}

static bool one_stream(struct nks_scan *scan)
{
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };
	struct nks_summary sum;

	return nks_scan_begin(scan, &stream) == NKS_OK && nks_scan_feed(scan, TEXT, sizeof(TEXT) - 1) == NKS_OK &&
		nks_scan_end(scan, &sum) == NKS_OK && sum.findings > 0;
}

/* No assertion in here: cmocka's own state belongs to the first thread. */
static void *work(void *arg)
{
	struct worker *const w = arg;
	struct nks_scan *scan = NULL;

	(void)pthread_barrier_wait(&w->shared->start);
	w->bad = nks_scan_new(w->shared->options, collect, w, &scan) != NKS_OK;
	for (int i = 0; i < ROUNDS && !w->bad; i++) {
		w->n = 0;
		w->bad = !one_stream(scan);
	}
	nks_scan_free(&scan);
	return NULL;
}

static struct nks_index *an_index(uint8_t **blob, size_t *len)
{
	struct nks_builder *b = NULL;
	struct nks_index *index = NULL;
	char mail[64];

	assert_int_equal(nks_builder_new(KEY, &b), NKS_OK);
	for (uint32_t i = 0; i < PERSONS; i++) {
		const int n = snprintf(mail, sizeof(mail), "user%04u@school.example", (unsigned)i);

		assert_int_equal(nks_builder_add(b, i, NKS_FIELD_MAIL, mail, (size_t)n), NKS_OK);
	}
	assert_int_equal(nks_builder_add(b, 0, NKS_FIELD_KANJI, "山田 太郎", strlen("山田 太郎")), NKS_OK);
	assert_int_equal(nks_builder_seal(b, blob, len), NKS_OK);
	nks_builder_free(&b);
	assert_int_equal(nks_index_open(*blob, *len, KEY, &index), NKS_OK);
	return index;
}

static void several_scans_at_once_share_an_index_and_find_the_same(void **state)
{
	static struct worker workers[THREADS];
	uint8_t *blob = NULL;
	size_t len = 0;
	struct nks_index *index = an_index(&blob, &len);
	const struct nks_options options = { .index = index,
		.classes = UINT64_MAX >> (64 - NKS_CLASS_COUNT),
		.least = 1,
		.number_forms = FORMS,
		.n_number_forms = 1 };
	struct shared shared = { .options = &options };

	(void)state;
	assert_int_equal(pthread_barrier_init(&shared.start, NULL, THREADS), 0);
	for (size_t i = 0; i < THREADS; i++) {
		workers[i].shared = &shared;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_false(workers[i].bad);
		assert_in_range(workers[i].n, 5, FOUND_MAX);
		assert_int_equal(workers[i].n, workers[0].n);
		for (size_t k = 0; k < workers[i].n; k++) {
			assert_int_equal(workers[i].found[k].offset, workers[0].found[k].offset);
			assert_int_equal(workers[i].found[k].confidence, workers[0].found[k].confidence);
			assert_int_equal(workers[i].found[k].token, workers[0].found[k].token);
		}
	}
	(void)pthread_barrier_destroy(&shared.start);
	nks_index_close(&index);
	nks_blob_free(&blob, len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_scans_at_once_share_an_index_and_find_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
