/*
 * residue_chance_test.c: what ciphertext holds by chance accuses nobody; what two texts of one person say together counts.
 */
#include "base.h"

#include <cmocka.h>

#include "residue_int.h"

#include "kit_store.h"

enum { PATTERNS = 8753, MEGABYTES = 3 };

static struct nkx_finding in_bytes(uint32_t length, uint64_t why)
{
	return (struct nkx_finding){ .f = { .of_index = true, .length = length, .units = length, .via = NKS_VIA_PLAIN, .why = why } };
}

struct place {
	struct nk_vec hits;
	struct nk_residue_place_report report;
};

static void place_done(struct place *p)
{
	nk_vec_done(&p->hits);
}

static void place_new(struct place *p, uint64_t bytes)
{
	memset(p, 0, sizeof(*p));
	nk_vec_init(&p->hits, sizeof(struct nk_residue_hit), 1000);
	p->report.bytes = bytes;
}

static void hit(struct place *p, const char *file, uint32_t person, uint64_t offset, unsigned bits)
{
	void *room = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_vec_push(&p->hits, &room, &err), &err);
	*(struct nk_residue_hit *)room =
		(struct nk_residue_hit){ .file = nk_str_c(file), .person_number = person, .offset = offset, .bits = bits };
	p->report.hits++;
}

static void settle(struct place *p)
{
	struct nk_err err = { 0 };

	kit_ok(nk_residue_settle(&p->hits, 0, PATTERNS, &p->report, &err), &err);
	assert_int_equal(p->hits.len, p->report.hits);
}

static void in_a_text_a_finding_means_somebody_however_short(void **state)
{
	NK_OWNED(place_done) struct place p;
	const struct nkx_finding f = in_bytes(4, 0);

	(void)state;
	assert_int_equal(nk_residue_bits(&f, false), 0);
	place_new(&p, UINT64_C(1) << 40);
	hit(&p, "a.txt", 1, 10, 0);
	settle(&p);
	assert_int_equal(p.report.hits, 1);
	assert_int_equal(p.report.by_chance, 0);
}

/* Two kanji of CP932, and three of UTF-16 of which one is any private character: both were met in random bytes. */
static void what_random_bytes_hold_is_not_even_kept(void **state)
{
	const struct nkx_finding two = in_bytes(4, NKS_WHY(RANDOM));
	const struct nkx_finding private_one = in_bytes(6, NKS_WHY(RANDOM) | NKS_WHY(GAIJI));
	const struct nkx_finding three = in_bytes(6, NKS_WHY(RANDOM));

	(void)state;
	assert_in_range(nk_residue_bits(&two, false), 1, NK_RESIDUE_LEAST_BITS - 1);
	assert_in_range(nk_residue_bits(&private_one, false), 1, NK_RESIDUE_LEAST_BITS - 1);
	assert_in_range(nk_residue_bits(&three, false), NK_RESIDUE_LEAST_BITS, 48);
}

/* 8801234 in the digest "...a8801234c..." of a plan is nobody's number; with a comma on both sides it is. */
static void a_number_within_a_digest_is_nobodys(void **state)
{
	const struct nkx_finding inside = in_bytes(7, 0);
	const struct nkx_finding free_one = in_bytes(7, NKS_WHY(BOUNDARY));
	struct nkx_finding name = in_bytes(7, NKS_WHY(RANDOM));

	(void)state;
	assert_in_range(nk_residue_bits(&inside, true), 1, NK_RESIDUE_LEAST_BITS - 1);
	assert_int_equal(nk_residue_bits(&inside, false), 0);
	assert_int_equal(nk_residue_bits(&free_one, true), 0);
	name.in_name = true;
	assert_int_equal(nk_residue_bits(&name, false), 0);
	assert_in_range(nk_residue_bits(&name, true), 1, NK_RESIDUE_LEAST_BITS - 1);
}

static void put(struct kit_store *k, const char *name, const char *text, size_t len)
{
	struct nk_err err = { 0 };

	kit_ok(nk_env_write_new(k->env, kit_path(&k->tmp, name), nk_bytes_of(text, len), &err), &err);
}

/* By the scanner itself: in a list, as the name of a file, between the bytes of a program's file; not in a digest. */
static void a_number_by_itself_is_found_wherever_it_stands(void **state)
{
	static const char list[] = "8801234,present\n";
	static const char binary[] = "\0\0\001\007\0008801234\0\003\0\0\0\0\0\0";
	static const char digest[] = "a3f8801234c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f801\n";
	static const char longer[] = "No. 988012340\n";
	struct nk_residue_pattern pattern = { .person_number = 1, .item = NK_ITEM_ids, .field = NKS_FIELD_ID, .value = NK_STR("8801234") };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_place place = { .kind = NK_PLACE_EXTRA, .label = NK_STR("folder") };
	const struct nk_residue_options opt = { .places = &place, .n_places = 1, .patterns = &pattern, .n_patterns = 1 };
	struct nk_residue_report r;
	struct kit_store k;
	struct nk_err err = { 0 };

	(void)state;
	kit_store_new(&k);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
	kit_ok(k.env->mkdir(k.env->self, kit_path(&k.tmp, "there"), &err), &err);
	put(&k, "there/planted-numbers.txt", list, sizeof(list) - 1);
	put(&k, "there/8801234.jpg", "", 0);
	put(&k, "there/table", binary, sizeof(binary) - 1);
	put(&k, "there/digests", digest, sizeof(digest) - 1);
	put(&k, "there/numbers", longer, sizeof(longer) - 1);
	place.path = kit_path(&k.tmp, "there");
	kit_ok(nk_residue_scan(k.env, &opt, arena, &r, &err), &err);
	assert_true(r.valid);
	assert_int_equal(r.places[0].hits, 3);
	assert_int_equal(r.places[0].by_chance, 2);
	assert_int_equal(r.patterns_too_short, 2);
	kit_store_done(&k);
}

static void how_much_is_enough_grows_with_the_bytes_and_the_persons(void **state)
{
	NK_OWNED(place_done) struct place small;
	NK_OWNED(place_done) struct place large;

	(void)state;
	place_new(&small, MEGABYTES * UINT64_C(1000000));
	hit(&small, "db", 1, 10, 48);
	hit(&small, "db", 2, 90000, 40);
	settle(&small);
	assert_int_equal(small.report.hits, 1);
	assert_int_equal(small.report.by_chance, 1);
	assert_int_equal(((struct nk_residue_hit *)nk_vec_at(&small.hits, 0))->person_number, 1);
	place_new(&large, UINT64_C(3000) * 1000000);
	hit(&large, "db", 1, 10, 48);
	hit(&large, "db", 2, 90000, 64);
	settle(&large);
	assert_int_equal(large.report.hits, 1);
	assert_int_equal(((struct nk_residue_hit *)nk_vec_at(&large.hits, 0))->person_number, 2);
}

static void two_texts_of_one_person_in_one_place_are_no_chance(void **state)
{
	NK_OWNED(place_done) struct place p;

	(void)state;
	place_new(&p, MEGABYTES * UINT64_C(1000000));
	hit(&p, "db", 7, 5000, 40); /* both stay: number and name in one record */
	hit(&p, "db", 7, 5012, 40);
	hit(&p, "db", 8, 5000, 40); /* far apart */
	hit(&p, "db", 8, 50000, 40);
	hit(&p, "db", 9, 5000, 40); /* in two files */
	hit(&p, "wal", 9, 5012, 40);
	hit(&p, "db", 10, 700, 40); /* the same bytes, read in two ways */
	hit(&p, "db", 10, 702, 40);
	settle(&p);
	assert_int_equal(p.report.hits, 2);
	assert_int_equal(p.report.by_chance, 6);
	for (size_t i = 0; i < p.hits.len; i++) {
		assert_int_equal(((struct nk_residue_hit *)nk_vec_at(&p.hits, i))->person_number, 7);
	}
}

static void what_belongs_to_those_who_stay_is_counted_with_theirs(void **state)
{
	NK_OWNED(place_done) struct place p;

	(void)state;
	place_new(&p, MEGABYTES * UINT64_C(1000000));
	hit(&p, "db", 1, 10, 40);
	((struct nk_residue_hit *)nk_vec_at(&p.hits, 0))->also_of_others = true;
	p.report.hits = 0;
	p.report.hits_of_others = 1;
	settle(&p);
	assert_int_equal(p.report.hits_of_others, 0);
	assert_int_equal(p.report.by_chance, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_text_a_finding_means_somebody_however_short),
		cmocka_unit_test(what_random_bytes_hold_is_not_even_kept),
		cmocka_unit_test(a_number_within_a_digest_is_nobodys),
		cmocka_unit_test(a_number_by_itself_is_found_wherever_it_stands),
		cmocka_unit_test(how_much_is_enough_grows_with_the_bytes_and_the_persons),
		cmocka_unit_test(two_texts_of_one_person_in_one_place_are_no_chance),
		cmocka_unit_test(what_belongs_to_those_who_stay_is_counted_with_theirs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
