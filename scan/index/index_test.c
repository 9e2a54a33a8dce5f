/*
 * index_test.c: the hash functions, the file, what is refused, and that a damaged file does no harm.
 */
#include "index_kit.h"

static void siphash_gives_the_published_values(void **state)
{
	uint8_t key[16];
	uint8_t data[15];

	(void)state;
	for (uint8_t i = 0; i < 16; i++) {
		key[i] = i;
		data[i % 15] = i % 15;
	}
	assert_true(nks_siphash(key, data, 15) == UINT64_C(0xa129ca6149be45e5));
	assert_true(nks_siphash(key, data, 0) == UINT64_C(0x726fdb47dd0e0e31));
	assert_true(nks_siphash13(key, data, 0) == UINT64_C(0xabac0158050fc4dc));
	assert_true(nks_siphash13(key, data, 1) == UINT64_C(0xc9f49bf37d57ca93));
}

static void what_is_too_short_or_too_long_is_refused(void **state)
{
	struct kit_index k;
	char text[1024];

	(void)state;
	kit_new(&k);
	memset(text, 'a', sizeof(text));
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_KANJI, "林", 3), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_KANJI, "", 0), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_KANA, " ア ", 5), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_LOGIN, "a", 1), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_ID, "123", 3), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_ID, "0000000", 7), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_PHONE, "12345", 5), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_BIRTHDAY, "2010-4-1", 8), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_TEXT, text, 257), NKS_LIMIT);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_TEXT, text, 256), NKS_OK);
	assert_int_equal(nks_builder_add(k.builder, 1, NKS_FIELD_TEXT, "abc\xff", 4), NKS_BAD_TEXT);
	assert_int_equal(nks_builder_add(k.builder, UINT32_MAX, NKS_FIELD_TEXT, text, 9), NKS_LIMIT);
	kit_done(&k);
}

static void facts_count_keys_and_persons(void **state)
{
	struct kit_index k;
	struct nks_index_facts facts;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(&k, 2, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(&k, 2, NKS_FIELD_MAIL, "a@example.jp");
	kit_add(&k, UINT32_MAX - 1, NKS_FIELD_LOGIN, "hanako");
	kit_open(&k);
	nks_index_facts(k.index, &facts);
	assert_int_equal(facts.keys, 3);
	assert_int_equal(facts.persons, 3);
	assert_int_equal(facts.keys_of[NKS_FIELD_KANJI], 1);
	assert_int_equal(facts.keys_of[NKS_FIELD_MAIL], 1);
	assert_int_equal(facts.bytes, k.len);
	assert_int_equal(nks_index_persons(k.index, 99, NULL, 0), 0);
	kit_done(&k);
}

static void an_empty_index_finds_nothing(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_open(&k);
	kit_assert_none(&k, "山田太郎 abc 090-1234-5678");
	kit_done(&k);
}

static void the_order_of_the_values_does_not_matter(void **state)
{
	struct kit_index a;
	struct kit_index b;

	(void)state;
	kit_new(&a);
	kit_new(&b);
	kit_add(&a, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(&a, 2, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(&a, 3, NKS_FIELD_PHONE, "0901234567");
	kit_add(&b, 3, NKS_FIELD_PHONE, "0901234567");
	kit_add(&b, 2, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(&b, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_open(&a);
	kit_open(&b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.blob, b.blob, a.len);
	kit_done(&a);
	kit_done(&b);
}

static void a_builder_is_empty_after_sealing(void **state)
{
	struct kit_index k;
	uint8_t *blob = NULL;
	size_t len = 0;
	struct nks_index *index = NULL;
	struct nks_index_facts facts;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_open(&k);
	assert_int_equal(nks_builder_seal(k.builder, &blob, &len), NKS_OK);
	assert_int_equal(nks_index_open(blob, len, kit_key, &index), NKS_OK);
	nks_index_facts(index, &facts);
	assert_int_equal(facts.keys, 0);
	assert_int_equal(facts.persons, 0);
	nks_index_close(&index);
	nks_blob_free(&blob, len);
	kit_done(&k);
}

static void another_key_or_version_or_length_is_refused(void **state)
{
	struct kit_index k;
	uint8_t key[NKS_KEY_BYTES];
	struct nks_index *index = NULL;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_open(&k);
	for (unsigned i = 0; i < NKS_KEY_BYTES; i++) {
		memcpy(key, kit_key, sizeof(key));
		key[i] ^= 1;
		assert_int_equal(nks_index_open(k.blob, k.len, key, &index), NKS_BAD_INDEX);
	}
	assert_int_equal(nks_index_open(k.blob, k.len - 64, kit_key, &index), NKS_BAD_INDEX);
	assert_int_equal(nks_index_open(k.blob, 8, kit_key, &index), NKS_BAD_INDEX);
	assert_int_equal(nks_index_open(k.blob + 1, k.len - 64, kit_key, &index), NKS_BAD_INDEX);
	for (size_t i = 0; i < sizeof(struct nks_head); i++) {
		k.blob[i] ^= 4;
		assert_int_equal(nks_index_open(k.blob, k.len, kit_key, &index), NKS_BAD_INDEX);
		k.blob[i] ^= 4;
	}
	assert_int_equal(nks_index_open(k.blob, k.len, kit_key, &index), NKS_OK);
	nks_index_close(&index);
	kit_done(&k);
}

/* Heads that lie, under the right key. */
static void a_lying_head_is_refused(void **state)
{
	struct kit_index k;
	struct nks_head *h = NULL;
	struct nks_index *index = NULL;
	struct nks_keys keys;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_open(&k);
	nks_keys_derive(&keys, kit_key);
	h = (struct nks_head *)(void *)k.blob;
	for (unsigned i = 0; i < 16; i++) {
		const struct nks_head good = *h;
		uint64_t *const victims[16] = { &h->section[0].at, &h->section[1].at, &h->section[2].at,
			&h->section[3].at, &h->section[0].len, &h->section[1].len, &h->section[2].len,
			&h->section[3].len, &h->section[4].at, &h->section[4].len, &h->buckets, &h->bloom_words,
			&h->keys, &h->max_probe, &h->total, &h->section[4].at };

		*victims[i] = i % 2 == 0 ? UINT64_MAX - 63 : UINT64_MAX / 2 + 1;
		nks_head_check(&keys, h, h->check);
		assert_int_equal(nks_index_open(k.blob, k.len, kit_key, &index), NKS_BAD_INDEX);
		*h = good;
	}
	h->log2[0] = 63;
	nks_head_check(&keys, h, h->check);
	assert_int_equal(nks_index_open(k.blob, k.len, kit_key, &index), NKS_BAD_INDEX);
	kit_done(&k);
}

static void damage_behind_the_head_does_no_harm(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	for (uint32_t p = 0; p < 4; p++) {
		kit_add(&k, p, NKS_FIELD_KANJI, "山田 太郎");
		kit_add(&k, p, NKS_FIELD_BIRTHDAY, "2010-04-01");
	}
	kit_open(&k);
	assert_int_equal(kit_look(&k, "山田太郎 2010-04-01"), 2);
	memset((uint8_t *)k.blob + k.index->head->section[NKS_S_LISTS].at, 0xff,
		k.index->head->section[NKS_S_LISTS].len);
	(void)kit_look(&k, "山田太郎 2010-04-01");
	assert_int_equal(nks_index_persons(k.index, 0, NULL, 0), 0);
	memset((uint8_t *)k.blob + k.index->head->section[NKS_S_KEYS].at, 0xff,
		k.index->head->section[NKS_S_KEYS].len);
	(void)kit_look(&k, "山田太郎 2010-04-01");
	memset((uint8_t *)k.blob + k.index->head->section[NKS_S_TABLE].at, 0xff,
		k.index->head->section[NKS_S_TABLE].len);
	kit_assert_none(&k, "山田太郎 2010-04-01");
	kit_done(&k);
}

/* Many keys: every one of them is found again, alone. */
static void of_many_keys_every_one_is_found(void **state)
{
	enum { MANY = 20000 };
	struct kit_index k;

	(void)state;
	kit_new(&k);
	for (uint32_t i = 0; i < MANY; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "u%05u-x", i);
		kit_add(&k, i, NKS_FIELD_LOGIN, text);
	}
	kit_open(&k);
	for (uint32_t i = 0; i < MANY; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "<u%05u-x>", i);
		kit_assert_one(&k, text, NKS_FIELD_LOGIN, i);
	}
	kit_done(&k);
}

static void chance_grows_with_the_keys_and_falls_with_the_length(void **state)
{
	struct kit_index k;

	(void)state;
	kit_new(&k);
	kit_add(&k, 1, NKS_FIELD_KANJI, "山田 太郎");
	kit_add(&k, 1, NKS_FIELD_KANJI, "山田 次郎");
	kit_add(&k, 1, NKS_FIELD_KANA, "ヤマダ タロウ");
	kit_add(&k, 1, NKS_FIELD_PHONE, "090-1234-5678");
	kit_add(&k, 1, NKS_FIELD_MAIL, "a@example.jp");
	kit_add(&k, 1, NKS_FIELD_ID, "1234567");
	kit_open(&k);
	assert_true(nks_chance(k.index, NKS_FIELD_KANJI, 3, false, false) >
		nks_chance(k.index, NKS_FIELD_KANJI, 4, false, false));
	assert_true(nks_chance(k.index, NKS_FIELD_KANJI, 2, false, true) >
		nks_chance(k.index, NKS_FIELD_KANJI, 2, false, false));
	assert_true(nks_chance(k.index, NKS_FIELD_MAIL, 9, false, false) < 1e-15);
	assert_true(nks_chance(k.index, NKS_FIELD_PHONE, 10, true, false) > 3e-9);
	assert_true(nks_chance(k.index, NKS_FIELD_PHONE, 10, true, false) < 4e-9);
	assert_true(nks_chance(k.index, NKS_FIELD_ID, 7, true, false) > 0.9e-7);
	assert_true(nks_chance(k.index, NKS_FIELD_ID, 7, true, false) < 1.1e-7);
	kit_done(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_gives_the_published_values),
		cmocka_unit_test(what_is_too_short_or_too_long_is_refused),
		cmocka_unit_test(facts_count_keys_and_persons),
		cmocka_unit_test(an_empty_index_finds_nothing),
		cmocka_unit_test(the_order_of_the_values_does_not_matter),
		cmocka_unit_test(a_builder_is_empty_after_sealing),
		cmocka_unit_test(another_key_or_version_or_length_is_refused),
		cmocka_unit_test(a_lying_head_is_refused),
		cmocka_unit_test(damage_behind_the_head_does_no_harm),
		cmocka_unit_test(of_many_keys_every_one_is_found),
		cmocka_unit_test(chance_grows_with_the_keys_and_falls_with_the_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
