/*
 * index_fuzz.c: a hostile index file under the right key does no harm.
 *
 * Input: five bytes each: three for a place, one that is written there, one ignored unless 1 (then the place counts
 * from the head's sections on). The head's check is made right again afterwards.
 */
#define KIT_WITHOUT_CMOCKA
#include "index_kit.h"

static void patch(uint8_t *blob, size_t len, const uint8_t *data, size_t size)
{
	const size_t body = ((const struct nks_head *)(void *)blob)->section[NKS_S_BLOOM].at;

	for (size_t i = 0; i + 5 <= size; i += 5) {
		const size_t at = data[i] | (size_t)data[i + 1] << 8 | (size_t)data[i + 2] << 16;

		blob[data[i + 4] == 1 ? (body + at) % len : at % sizeof(struct nks_head)] = data[i + 3];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kit_index k;
	struct nks_keys keys;
	uint8_t *copy = NULL;

	kit_new(&k);
	for (uint32_t p = 0; p < 3; p++) {
		kit_add(&k, p, NKS_FIELD_KANJI, "山田 太郎");
		kit_add(&k, p, NKS_FIELD_BIRTHDAY, "2010-04-01");
		kit_add(&k, p, NKS_FIELD_TEXT, "control text");
	}
	assert_int_equal(nks_builder_seal(k.builder, &k.blob, &k.len), NKS_OK);
	copy = aligned_alloc(64, k.len);
	assert_non_null(copy);
	memcpy(copy, k.blob, k.len);
	patch(copy, k.len, data, size);
	nks_keys_derive(&keys, kit_key);
	nks_head_check(&keys, (struct nks_head *)(void *)copy, ((struct nks_head *)(void *)copy)->check);
	if (nks_index_open(copy, k.len, kit_key, &k.index) == NKS_OK) {
		struct nks_index_facts facts;
		uint32_t persons[4];

		assert_int_equal(nks_matcher_new(k.index, &k.matcher), NKS_OK);
		(void)kit_look(&k, "山田太郎 2010-04-01 control text 山 田 太 郎 H22.4.1");
		nks_index_facts(k.index, &facts);
		for (uint32_t key = 0; key < 8; key++) {
			(void)nks_index_persons(k.index, key, persons, 4);
		}
	}
	kit_done(&k);
	free(copy);
	return 0;
}
