/*
 * whose_test.c: findings that speak for each other, and verdicts about persons.
 */
#include "index_kit.h"

#include "nks_whose.h"

enum { SEEN = 600 };

struct seen {
	bool corroborated[SEEN];
	uint64_t offset[SEEN];
	size_t n;
};

static void see(void *arg, const struct nks_sighting *sighting, bool corroborated)
{
	struct seen *s = arg;

	assert_true(s->n < SEEN);
	s->offset[s->n] = sighting->finding.offset;
	s->corroborated[s->n++] = corroborated;
}

/* The findings of a text, one unit a byte, fed as one stream. */
static void feed(struct kit_index *k, struct nks_whose *w, uint64_t stream, const char *utf8, uint32_t row)
{
	(void)kit_look(k, utf8);
	for (size_t i = 0; i < k->found->n; i++) {
		const struct nks_hit *h = &k->found->hit[i];
		const struct nks_sighting s = { .stream = stream,
			.finding = { .of_index = true,
				.field = h->field,
				.encoding = NKS_CP932,
				.key = h->key,
				.row = row,
				.offset = 2 * h->at,
				.length = (uint32_t)(2 * h->len),
				.chance = h->chance } };

		nks_whose_add(w, &s);
	}
}

static void set_up(struct kit_index *k, struct seen *s, struct nks_whose **w)
{
	memset(s, 0, sizeof(*s));
	kit_new(k);
	kit_add(k, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(k, 2, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(k, 1, NKS_FIELD_KANA, "ヤマダ タロウ");
	kit_add(k, 1, NKS_FIELD_PHONE, "090-1234-5678");
	kit_add(k, 2, NKS_FIELD_PHONE, "090-8765-4321");
	kit_add(k, 3, NKS_FIELD_LOGIN, "hanako.s");
	kit_open(k);
	assert_int_equal(nks_whose_new(k->index, see, s, w), NKS_OK);
}

static void a_name_and_a_number_of_one_person_speak_for_each_other(void **state)
{
	struct kit_index k;
	struct seen s;
	struct nks_whose *w = NULL;
	struct nks_verdict v;
	struct nks_whose_totals totals;

	(void)state;
	set_up(&k, &s, &w);
	feed(&k, w, 1, "山田太郎 090-1234-5678", 0);
	nks_whose_flush(w);
	assert_int_equal(s.n, 2);
	assert_true(s.corroborated[0]);
	assert_true(s.corroborated[1]);
	assert_true(nks_whose_person(w, 1, &v));
	assert_int_equal(v.corroborated, 1U << NKS_FIELD_KANJI | 1U << NKS_FIELD_PHONE);
	assert_int_equal(v.namesakes, 2);
	assert_true(v.chance < 1e-8);
	assert_true(nks_whose_person(w, 2, &v));
	assert_int_equal(v.corroborated, 0);
	assert_int_equal(v.fields, 1U << NKS_FIELD_KANJI);
	assert_false(nks_whose_person(w, 3, &v));
	assert_false(nks_whose_person(w, 99, &v));
	nks_whose_totals(w, &totals);
	assert_int_equal(totals.persons, 2);
	assert_int_equal(totals.corroborated, 1);
	assert_int_equal(totals.name_only, 1);
	nks_whose_free(&w);
	kit_done(&k);
}

static void the_same_name_in_two_scripts_does_not_corroborate(void **state)
{
	struct kit_index k;
	struct seen s;
	struct nks_whose *w = NULL;

	(void)state;
	set_up(&k, &s, &w);
	feed(&k, w, 1, "山田太郎 ヤマダタロウ 山田太郎", 0);
	nks_whose_flush(w);
	assert_int_equal(s.n, 3);
	assert_false(s.corroborated[0] || s.corroborated[1] || s.corroborated[2]);
	nks_whose_free(&w);
	kit_done(&k);
}

static void distance_and_stream_part_them_but_not_within_a_row(void **state)
{
	char text[1024];
	const size_t name = strlen("山田太郎");
	struct kit_index k;
	struct seen s;
	struct nks_whose *w = NULL;

	(void)state;
	set_up(&k, &s, &w);
	memset(text, '.', sizeof(text));
	memcpy(text, "山田太郎", name);
	memcpy(text + name + 350, "090-1234-5678", sizeof("090-1234-5678"));
	text[name + 349] = ' ';
	feed(&k, w, 1, text, 0);
	feed(&k, w, 2, "山田太郎", 0);
	feed(&k, w, 3, "090-1234-5678", 0);
	nks_whose_flush(w);
	assert_int_equal(s.n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_false(s.corroborated[i]);
	}
	feed(&k, w, 4, text, 7);
	nks_whose_flush(w);
	assert_int_equal(s.n, 6);
	assert_true(s.corroborated[4] && s.corroborated[5]);
	nks_whose_free(&w);
	kit_done(&k);
}

static void a_dense_place_loses_none_and_keeps_their_order(void **state)
{
	char text[2048];
	size_t n = 0;
	struct kit_index k;
	struct seen s;
	struct nks_whose *w = NULL;

	(void)state;
	set_up(&k, &s, &w);
	while (n + 16 < sizeof(text) && s.n < 100) {
		memcpy(text + n, "hanako.s ", 10);
		n += 9;
	}
	feed(&k, w, 1, text, 5);
	feed(&k, w, 1, text, 5);
	nks_whose_flush(w);
	assert_int_equal(s.n, 2 * (n / 9));
	for (size_t i = 1; i < n / 9; i++) {
		assert_true(s.offset[i] > s.offset[i - 1]);
	}
	nks_whose_free(&w);
	kit_done(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_and_a_number_of_one_person_speak_for_each_other),
		cmocka_unit_test(the_same_name_in_two_scripts_does_not_corroborate),
		cmocka_unit_test(distance_and_stream_part_them_but_not_within_a_row),
		cmocka_unit_test(a_dense_place_loses_none_and_keeps_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
