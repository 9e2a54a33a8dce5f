/*
 * match_fuzz.c: all ways to look through a block find the same.
 *
 * Input: first byte: alignment of the block; the rest: units, one a byte of a table that holds what the keys are made
 * of, or two bytes behind 0xff. Compared: the reference; vectors; and the reference with filters that let everything
 * through, so that a key which a filter throws out is noticed.
 */
#define KIT_WITHOUT_CMOCKA
#include "index_kit.h"

static void fill(struct nks_builder *b)
{
	static const struct {
		uint32_t person;
		enum nks_field field;
		const char *value;
	} values[] = { { 1, NKS_FIELD_KANJI, "山田 太郎" }, { 2, NKS_FIELD_KANJI, "山 田" },
		{ 3, NKS_FIELD_KANJI, "太 さくら" }, { 4, NKS_FIELD_KANJI, "さく 太郎" },
		{ 5, NKS_FIELD_KANJI, "山田 太" }, { 1, NKS_FIELD_KANA, "サク ラー" },
		{ 2, NKS_FIELD_KANA, "サクラ サク" }, { 3, NKS_FIELD_KANA, "サク" },
		{ 1, NKS_FIELD_ROMAJI, "Sato Nanna" }, { 2, NKS_FIELD_ROMAJI, "Shinya Ono" },
		{ 3, NKS_FIELD_ROMAJI, "Stn Aht" }, { 1, NKS_FIELD_LOGIN, "sa.to" }, { 2, NKS_FIELD_LOGIN, "ato1" },
		{ 3, NKS_FIELD_LOGIN, "1-a" }, { 1, NKS_FIELD_MAIL, "a@to.na" },
		{ 1, NKS_FIELD_PHONE, "0810-111-011" }, { 2, NKS_FIELD_ID, "0011" }, { 3, NKS_FIELD_ID, "810110" },
		{ 1, NKS_FIELD_BIRTHDAY, "2010-10-10" }, { 1, NKS_FIELD_TEXT, "a山1。" },
		{ 2, NKS_FIELD_TEXT, "a山1。。" } };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		assert_int_equal(nks_builder_add(b, values[i].person, values[i].field, values[i].value,
					 strlen(values[i].value)),
			NKS_OK);
	}
}

static size_t units_of(const uint8_t *data, size_t size, nks_unit *out)
{
	static const nks_unit table[] = { 0x5c71, 0x7530, 0x592a, 0x90ce, 0x3055, 0x304f, 0x3089, 0x30b5, 0x30af,
		0x30e9, 0x30fc, ' ', 0x3000, 's', 'a', 't', 'o', 'n', 'h', 'i', 'y', 'S', 'A', '.', '-', '@', '\'',
		'0', '1', '8', '2', ',', 0x3002, 0x5e74, 0xff11, 0xff41, 0xe001, '+', '(', ')', 0x6708, 0x660e,
		0x30e5, 0x30f4, '\n', '/', 0x14d, 0x5143, 0 };
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (data[i] == 0xff && i + 2 < size) {
			out[n++] = (nks_unit)(data[i + 1] | data[i + 2] << 8);
			i += 2;
		} else {
			out[n++] = table[data[i] % (sizeof(table) / sizeof(*table))];
		}
	}
	return n;
}

static void same(const struct kit_found *a, const struct kit_found *b)
{
	if (a->n != b->n) {
		abort();
	}
	for (size_t i = 0; i < a->n; i++) {
		const struct nks_hit *x = &a->hit[i];
		const struct nks_hit *y = &b->hit[i];

		if (x->at != y->at || x->len != y->len || x->key != y->key || x->why != y->why ||
			x->confidence != y->confidence) {
			abort();
		}
	}
}

/* Made once: the index as it is, and the same with filters that let everything through. */
static struct kit_index *index_of(bool open)
{
	static struct kit_index made[2];
	struct kit_index *k = &made[open];

	if (k->index == NULL) {
		kit_new(k);
		fill(k->builder);
		kit_open(k);
		if (open) {
			memset(k->index->block, 0xff, k->index->block_len);
		}
	}
	return k;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kit_index *k = index_of(false);
	struct kit_index *open = index_of(true);
	struct kit_block b;
	struct kit_found *reference = k->found;
	struct kit_found *other = open->found;
	nks_unit *units = NULL;
	size_t shift = 0;
	size_t n = 0;

	if (size == 0 || size > KIT_HITS / 4) {
		return 0;
	}
	shift = data[0] & 63;
	units = calloc(size + 64, sizeof(*units));
	assert_non_null(units);
	n = shift + units_of(data + 1, size - 1, units + shift);
	kit_block(&b, units, n);
	(void)nks_matcher_force(k->matcher, NKS_PATH_SCALAR);
	kit_match(k->matcher, &b.text, reference);
	for (unsigned p = 1; p < NKS_PATH_COUNT; p++) {
		if (nks_matcher_force(k->matcher, (enum nks_path)p)) {
			kit_match(k->matcher, &b.text, other);
			same(reference, other);
		}
	}
	(void)nks_matcher_force(open->matcher, NKS_PATH_SCALAR);
	kit_match(open->matcher, &b.text, other);
	same(reference, other);
	kit_block_done(&b);
	free(units);
	return 0;
}
