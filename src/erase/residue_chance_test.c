/*
 * residue_chance_test.c: what ciphertext holds by chance accuses nobody; what two texts of one person say together counts.
 */
#include "base.h"

#include <cmocka.h>

#include "residue_int.h"

#include "kit_store.h"

enum { PATTERNS = 8753, MEGABYTES = 3, DB = 1, WAL = 2 };

static struct nkx_finding in_bytes(uint32_t length, uint64_t why)
{
	return (struct nkx_finding){
		.f = { .of_index = true, .length = length, .units = length, .via = NKS_VIA_PLAIN, .why = why, .mixed = true }
	};
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

static void hit(struct place *p, uint64_t stream, uint32_t person, uint64_t offset, unsigned bits)
{
	void *room = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_vec_push(&p->hits, &room, &err), &err);
	*(struct nk_residue_hit *)room =
		(struct nk_residue_hit){ .stream = stream, .person_number = person, .offset = offset, .bits = bits, .token = offset };
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
	hit(&p, DB, 1, 10, 0);
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

/* In a table of a database, in a core: bytes that are no text, and no ciphertext either. */
static void where_the_bytes_around_are_no_ciphertext_everything_counts(void **state)
{
	struct nkx_finding f = in_bytes(6, NKS_WHY(RANDOM));
	struct nkx_finding two = in_bytes(4, NKS_WHY(RANDOM));

	(void)state;
	assert_true(nk_residue_bits(&f, false) > 0);
	f.f.mixed = false;
	assert_int_equal(nk_residue_bits(&f, false), 0);
	/* But for two kanji of two bytes, which programs and tables hold by chance as well. */
	two.f.mixed = false;
	assert_in_range(nk_residue_bits(&two, false), 1, NK_RESIDUE_LEAST_BITS - 1);
}

static void a_number_within_a_digest_is_nobodys(void **state)
{
	struct nkx_finding f = in_bytes(7, 0);

	(void)state;
	assert_int_equal(nk_residue_bits(&f, true), 0);
	f.f.digest = true;
	assert_int_equal(nk_residue_bits(&f, false), 0);
	assert_in_range(nk_residue_bits(&f, true), 1, NK_RESIDUE_LEAST_BITS - 1);
	f.in_name = true;
	assert_in_range(nk_residue_bits(&f, true), 1, NK_RESIDUE_LEAST_BITS - 1);
}

static void put(struct kit_store *k, const char *name, const char *text, size_t len)
{
	struct nk_err err = { 0 };

	kit_ok(nk_env_write_new(k->env, kit_path(&k->tmp, name), nk_bytes_of(text, len), &err), &err);
}

static const struct {
	const char *name, *text;
	size_t len;
	bool counts;
} places[] = {
#define PLACE(name, text, counts) { name, text, sizeof(text) - 1, counts }
	PLACE("planted-numbers.txt", "8801234,present\n", true),
	PLACE("IMG8801234.jpg", "", true),
	PLACE("class.txt", "8801234A\n", true),
	PLACE("row", "\0\0\001\007\0008801234taro\0\003\0\0\0\0\0\0", true), /* columns of a record touch each other */
	PLACE("digest", "a3f8801234c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f801\n", false),
	PLACE("id", "3f2a8801-2348-4012-9488-0128801234ab\n", false),
	PLACE("long", "No. 9880123400000\n", false),
#undef PLACE
};

/* 森一郎 in CP932, six bytes, in a place so large that they are likely: among bytes that are all different, and among zeros. */
static void three_characters_in_ciphertext_are_weighed(void **state)
{
	enum { BYTES = 131072, AT = 40000, MANY = 8193 };
	static const char name[] = "\x90\x58\x88\xea\x98\x59";
	static struct nk_residue_pattern patterns[MANY];
	static char others[MANY][16];
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_place place = { .kind = NK_PLACE_VAULT, .label = NK_STR("folder") };
	const struct nk_residue_options opt = { .places = &place, .n_places = 1, .patterns = patterns, .n_patterns = MANY };
	static char bytes[BYTES];
	struct nk_residue_report r;
	struct kit_store k;
	struct nk_err err = { 0 };
	uint32_t x = 2463534242;

	(void)state;
	kit_store_new(&k);
	patterns[0] = (struct nk_residue_pattern){
		.person_number = 1, .item = NK_ITEM_name, .field = NKS_FIELD_KANJI, .value = NK_STR("森 一郎")
	};
	for (unsigned i = 1; i < MANY; i++) {
		(void)snprintf(others[i], sizeof(others[i]), "zq-%06u-zq", i);
		patterns[i] = (struct nk_residue_pattern){
			.person_number = 1 + i, .item = NK_ITEM_login, .field = NKS_FIELD_LOGIN, .value = nk_str_c(others[i])
		};
	}
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, &err), &err);
	kit_ok(k.env->mkdir(k.env->self, kit_path(&k.tmp, "there"), &err), &err);
	place.path = kit_path(&k.tmp, "there");
	for (size_t i = 0; i < BYTES; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (char)(x & 0xff);
	}
	for (size_t at = AT; at < 2 * AT; at += 1001) { /* what stands before decides how it is read: not each is found */
		memcpy(bytes + at, name, sizeof(name) - 1);
	}
	put(&k, "there/sealed", bytes, BYTES);
	kit_ok(nk_residue_scan(k.env, &opt, arena, &r, &err), &err);
	assert_int_equal(r.places[0].hits, 0);
	assert_true(r.by_chance > 10);
	memset(bytes, 0, BYTES);
	memcpy(bytes + AT, name, sizeof(name) - 1);
	put(&k, "there/table", bytes, BYTES);
	kit_ok(nk_residue_scan(k.env, &opt, arena, &r, &err), &err);
	assert_int_equal(r.places[0].hits, 1);
	kit_store_done(&k);
}

/* By the scanner itself. */
static void a_number_is_found_wherever_it_is_no_part_of_a_digest(void **state)
{
	struct nk_residue_pattern pattern = { .person_number = 1, .item = NK_ITEM_ids, .field = NKS_FIELD_ID, .value = NK_STR("8801234") };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_place place = { .kind = NK_PLACE_EXTRA, .label = NK_STR("folder") };
	const struct nk_residue_options opt = { .places = &place, .n_places = 1, .patterns = &pattern, .n_patterns = 1 };
	struct nk_residue_report r;
	struct kit_store k;
	struct nk_err err = { 0 };
	size_t counted = 0;

	(void)state;
	kit_store_new(&k);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
	kit_ok(k.env->mkdir(k.env->self, kit_path(&k.tmp, "there"), &err), &err);
	for (size_t i = 0; i < NK_ARRAY_LEN(places); i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "there/%s", places[i].name);
		put(&k, path, places[i].text, places[i].len);
		counted += places[i].counts ? 1 : 0;
	}
	place.path = kit_path(&k.tmp, "there");
	kit_ok(nk_residue_scan(k.env, &opt, arena, &r, &err), &err);
	assert_true(r.valid);
	assert_int_equal(r.places[0].hits, counted);
	assert_true(r.by_chance >= NK_ARRAY_LEN(places) - counted);
	assert_int_equal(r.patterns_too_short, 0);
	kit_store_done(&k);
}

static void how_much_is_enough_grows_with_the_bytes_and_the_persons(void **state)
{
	NK_OWNED(place_done) struct place small;
	NK_OWNED(place_done) struct place large;

	(void)state;
	place_new(&small, MEGABYTES * UINT64_C(1000000));
	hit(&small, DB, 1, 10, 48);
	hit(&small, DB, 2, 90000, 40);
	settle(&small);
	assert_int_equal(small.report.hits, 1);
	assert_int_equal(small.report.by_chance, 1);
	assert_int_equal(((struct nk_residue_hit *)nk_vec_at(&small.hits, 0))->person_number, 1);
	place_new(&large, UINT64_C(3000) * 1000000);
	hit(&large, DB, 1, 10, 48);
	hit(&large, DB, 2, 90000, 64);
	settle(&large);
	assert_int_equal(large.report.hits, 1);
	assert_int_equal(((struct nk_residue_hit *)nk_vec_at(&large.hits, 0))->person_number, 2);
}

static void two_texts_of_one_person_in_one_place_are_no_chance(void **state)
{
	NK_OWNED(place_done) struct place p;

	(void)state;
	place_new(&p, MEGABYTES * UINT64_C(1000000));
	hit(&p, DB, 7, 5000, 40); /* both stay: number and name in one record */
	hit(&p, DB, 7, 5012, 40);
	hit(&p, DB, 8, 5000, 40); /* far apart */
	hit(&p, DB, 8, 50000, 40);
	hit(&p, DB, 9, 5000, 40); /* in two files */
	hit(&p, WAL, 9, 5012, 40);
	hit(&p, DB, 10, 700, 40); /* the same bytes, read in two ways */
	hit(&p, DB, 10, 702, 40);
	settle(&p);
	assert_int_equal(p.report.hits, 2);
	assert_int_equal(p.report.by_chance, 6);
	for (size_t i = 0; i < p.hits.len; i++) {
		assert_int_equal(((struct nk_residue_hit *)nk_vec_at(&p.hits, i))->person_number, 7);
	}
}

/* A cell of ciphertext that stands twice, and a record that is a byte too long. */
static void the_same_text_again_is_no_other_text(void **state)
{
	NK_OWNED(place_done) struct place p;

	(void)state;
	place_new(&p, MEGABYTES * UINT64_C(1000000));
	hit(&p, DB, 1, 5000, 40);
	hit(&p, DB, 1, 5500, 40);
	((struct nk_residue_hit *)nk_vec_at(&p.hits, 1))->token = 5000;
	hit(&p, DB, 2, 5000, 40);
	hit(&p, DB, 2, 5000 + 4097, 40);
	hit(&p, DB, 3, 5000, 40);
	hit(&p, DB, 3, 5000 + 4096, 40);
	settle(&p);
	assert_int_equal(p.report.hits, 2);
	assert_int_equal(((struct nk_residue_hit *)nk_vec_at(&p.hits, 0))->person_number, 3);
}

/* One for both: what stands beside a text that is certain is no chance; a pair must be beyond all pairs that there are. */
static void what_stands_beside_is_weighed(void **state)
{
	NK_OWNED(place_done) struct place p;
	NK_OWNED(place_done) struct place large;

	(void)state;
	place_new(&p, MEGABYTES * UINT64_C(1000000));
	hit(&p, DB, 1, 5000, 0);
	hit(&p, DB, 1, 5100, 40);
	settle(&p);
	assert_int_equal(p.report.hits, 2);
	place_new(&large, UINT64_C(30000) * 1000000); /* 35 bits, of patterns 14, 10 beyond: 59, and 16 for a pair: 75 */
	hit(&large, DB, 1, 5000, 40);
	hit(&large, DB, 1, 5100, 34);
	hit(&large, DB, 2, 5000, 40);
	hit(&large, DB, 2, 5100, 35);
	settle(&large);
	assert_int_equal(large.report.hits, 2);
	assert_int_equal(((struct nk_residue_hit *)nk_vec_at(&large.hits, 0))->person_number, 2);
}

/* The second place of a scan leaves the hits of the first one alone. */
static void a_place_is_settled_by_itself(void **state)
{
	NK_OWNED(place_done) struct place p;
	struct nk_err err = { 0 };

	(void)state;
	place_new(&p, UINT64_C(1) << 40);
	hit(&p, DB, 1, 5000, 40);
	hit(&p, DB, 2, 5000, 40);
	p.report.hits = 1;
	kit_ok(nk_residue_settle(&p.hits, 1, PATTERNS, &p.report, &err), &err);
	assert_int_equal(p.hits.len, 1);
	assert_int_equal(p.report.hits, 0);
	assert_int_equal(p.report.by_chance, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_text_a_finding_means_somebody_however_short),
		cmocka_unit_test(what_random_bytes_hold_is_not_even_kept),
		cmocka_unit_test(where_the_bytes_around_are_no_ciphertext_everything_counts),
		cmocka_unit_test(a_number_within_a_digest_is_nobodys),
		cmocka_unit_test(three_characters_in_ciphertext_are_weighed),
		cmocka_unit_test(a_number_is_found_wherever_it_is_no_part_of_a_digest),
		cmocka_unit_test(how_much_is_enough_grows_with_the_bytes_and_the_persons),
		cmocka_unit_test(two_texts_of_one_person_in_one_place_are_no_chance),
		cmocka_unit_test(the_same_text_again_is_no_other_text),
		cmocka_unit_test(what_stands_beside_is_weighed),
		cmocka_unit_test(a_place_is_settled_by_itself),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
