/*
 * open.c: a finished index where it lies: checked, its filters deciphered, and asked whose a key is.
 *
 * Invariant: nothing of the block is trusted further than its head says, and the head only under the right key; every
 * number behind the head is compared with a bound before it is used.
 */
#include "nks_index.h"

#include <stdlib.h>
#include <string.h>

/* Whether the head describes this block. */
static bool head_fits(const struct nks_head *h, size_t len)
{
	size_t filters = 0;

	if (memcmp(h->magic, "NKSINDEX", 8) != 0 || h->version != 3 || h->head_len != sizeof(*h) || h->total != len) {
		return false;
	}
	for (unsigned i = 0; i < NKS_S_COUNT; i++) {
		if (h->section[i].at % 64 != 0 || h->section[i].at > len ||
			h->section[i].len > len - h->section[i].at) {
			return false;
		}
	}
	for (unsigned f = 0; f < NKS_F_COUNT; f++) {
		const bool by_value = f == NKS_F_HAN_KANA || f == NKS_F_TEXT1 || f == NKS_F_DIGIT5;

		if (h->log2[f] < (by_value ? nks_filter_log2[f] : 6) || h->log2[f] > nks_filter_log2[f]) {
			return false;
		}
		filters += (size_t)1 << (h->log2[f] - 3);
	}
	return filters == h->section[NKS_S_FILTERS].len && h->keys < UINT32_MAX && h->buckets > 0 &&
		h->buckets <= UINT32_MAX && h->bloom_words > 0 && h->bloom_words <= UINT32_MAX &&
		h->max_probe < NKS_SPARE && h->section[NKS_S_BLOOM].len == h->bloom_words * sizeof(uint64_t) &&
		h->section[NKS_S_TABLE].len == (h->buckets + NKS_SPARE) * sizeof(struct nks_bucket) &&
		h->section[NKS_S_KEYS].len == h->keys * sizeof(struct nks_key_row) &&
		h->section[NKS_S_LISTS].len % 4 == 0 && h->section[NKS_S_LISTS].len / 4 < UINT32_MAX;
}

/* A bit map by folded unit, as one by unit. */
static void unfold(const uint8_t *folded, uint8_t *out)
{
	for (uint32_t u = 0; u < 65536; u++) {
		out[u / 8] |= (uint8_t)(nks_bit(folded, nks_fold[u]) << (u % 8));
	}
}

static enum nks_status take_filters(struct nks_index *x, const uint8_t *blob)
{
	const size_t len = x->head->section[NKS_S_FILTERS].len;
	uint8_t *at = NULL;

	x->block_len = len + 2 * 8192;
	x->block = aligned_alloc(64, (x->block_len + 63) / 64 * 64);
	if (x->block == NULL) {
		return NKS_NOMEM;
	}
	memcpy(x->block, blob + x->head->section[NKS_S_FILTERS].at, len);
	nks_cipher(&x->derived, x->block, len);
	at = x->block;
	for (unsigned f = 0; f < NKS_F_COUNT; f++) {
		x->filter[f] = at;
		x->mask[f] = (UINT32_C(1) << x->head->log2[f]) - 1;
		at += (size_t)1 << (x->head->log2[f] - 3);
	}
	x->raw_text1 = at;
	x->raw_han_kana = at + 8192;
	memset(at, 0, 2 * (size_t)8192);
	if (nks_has_lane(x->head, NKS_LANE_TEXT)) {
		unfold(x->filter[NKS_F_TEXT1], x->raw_text1);
	}
	if (nks_has_lane(x->head, NKS_LANE_HAN)) {
		unfold(x->filter[NKS_F_HAN_KANA], x->raw_han_kana);
	}
	return NKS_OK;
}

enum nks_status nks_index_open(
	const void *blob, size_t len, const uint8_t key[static NKS_KEY_BYTES], struct nks_index **out)
{
	const struct nks_head *head = blob;
	struct nks_index *x = NULL;
	uint64_t check[2] = { 0 };
	enum nks_status status = NKS_BAD_INDEX;

	if (blob == NULL || (uintptr_t)blob % 64 != 0 || len < sizeof(*head)) {
		return NKS_BAD_INDEX;
	}
	x = calloc(1, sizeof(*x));
	if (x == NULL) {
		return NKS_NOMEM;
	}
	nks_keys_derive(&x->derived, key);
	nks_head_check(&x->derived, head, check);
	if (memcmp(check, head->check, sizeof(check)) == 0 && head_fits(head, len)) {
		x->head = head;
		x->bloom = (const void *)((const uint8_t *)blob + head->section[NKS_S_BLOOM].at);
		x->table = (const void *)((const uint8_t *)blob + head->section[NKS_S_TABLE].at);
		x->keys = (const void *)((const uint8_t *)blob + head->section[NKS_S_KEYS].at);
		x->lists = (const void *)((const uint8_t *)blob + head->section[NKS_S_LISTS].at);
		x->n_lists = head->section[NKS_S_LISTS].len / 4;
		status = take_filters(x, blob);
	}
	if (status != NKS_OK) {
		nks_index_close(&x);
		return status;
	}
	*out = x;
	return NKS_OK;
}

void nks_index_close(struct nks_index **index)
{
	struct nks_index *x = *index;

	if (x == NULL) {
		return;
	}
	if (x->block != NULL) {
		explicit_bzero(x->block, x->block_len);
		free(x->block);
	}
	explicit_bzero(x, sizeof(*x));
	free(x);
	*index = NULL;
}

void nks_index_facts(const struct nks_index *index, struct nks_index_facts *out)
{
	const struct nks_head *h = index->head;

	*out = (struct nks_index_facts){
		.keys = h->keys, .persons = h->persons, .ordinals = h->top_person, .bytes = h->total
	};
	memcpy(out->keys_of, h->keys_of, sizeof(out->keys_of));
}

bool nks_has_lane(const struct nks_head *h, enum nks_lane lane)
{
	const uint64_t *l = h->lens[lane];

	return (l[0] | l[1] | l[2] | l[3] | l[4]) != 0;
}

size_t nks_longest(const struct nks_head *h, enum nks_lane lane)
{
	for (size_t w = 5; w > 0; w--) {
		if (h->lens[lane][w - 1] != 0) {
			return 64 * (w - 1) + 63 - (size_t)__builtin_clzll(h->lens[lane][w - 1]);
		}
	}
	return 0;
}

/* The entries of a key: *out_n 0 when there is none. */
static const uint32_t *entries_of(const struct nks_index *x, uint32_t key, size_t *out_n)
{
	const struct nks_key_row *row = NULL;
	uint32_t n = 0;

	*out_n = 0;
	if (key >= x->head->keys) {
		return NULL;
	}
	row = x->keys + key;
	if ((row->field & NKS_KEY_LIST) == 0) {
		*out_n = 1;
		return &row->posting;
	}
	if (row->posting >= x->n_lists) {
		return NULL;
	}
	n = x->lists[row->posting];
	if ((uint64_t)n + (n + (uint64_t)1) / 2 > x->n_lists - row->posting - 1) {
		return NULL;
	}
	*out_n = n;
	return x->lists + row->posting + 1;
}

size_t nks_key_count(const struct nks_index *index, uint32_t key)
{
	size_t n = 0;

	(void)entries_of(index, key, &n);
	return n;
}

bool nks_key_is_exact(const struct nks_index *index, uint32_t key, uint16_t exact)
{
	size_t n = 0;
	const uint32_t *persons = entries_of(index, key, &n);

	if (n == 0) {
		return false;
	}
	if ((index->keys[key].field & NKS_KEY_LIST) == 0) {
		return index->keys[key].exact == exact;
	}
	for (size_t i = 0; i < n; i++) {
		if ((uint16_t)(persons[n + i / 2] >> (16 * (i % 2))) == exact) {
			return true;
		}
	}
	return false;
}

size_t nks_index_persons(const struct nks_index *index, uint32_t key, uint32_t *out, size_t max)
{
	size_t n = 0;
	size_t distinct = 0;
	uint32_t last = UINT32_MAX;
	const uint32_t *persons = entries_of(index, key, &n);

	for (size_t i = 0; i < n; i++) {
		if (persons[i] == last) {
			continue;
		}
		last = persons[i];
		if (distinct < max) {
			out[distinct] = last;
		}
		distinct++;
	}
	return distinct;
}

bool nks_keys_share(const struct nks_index *index, uint32_t a, uint32_t b)
{
	size_t na = 0;
	size_t nb = 0;
	const uint32_t *pa = entries_of(index, a, &na);
	const uint32_t *pb = entries_of(index, b, &nb);

	if (na > nb) {
		const uint32_t *p = pa;
		const size_t n = na;

		pa = pb;
		pb = p;
		na = nb;
		nb = n;
	}
	for (size_t i = 0; i < na && i < 64; i++) {
		size_t low = 0;
		size_t high = nb;

		while (low < high) {
			const size_t mid = (low + high) / 2;

			low = pb[mid] < pa[i] ? mid + 1 : low;
			high = pb[mid] < pa[i] ? high : mid;
		}
		if (low < nb && pb[low] == pa[i]) {
			return true;
		}
	}
	return false;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

static double more(double a, double b)
{
	return a > b ? a : b;
}

/* x times base to the power of n, without the mathematical library. */
static double times_power(double x, double base, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		x *= base;
	}
	return x;
}

static double name_chance(const struct nks_index *x, enum nks_field field, size_t units, double density)
{
	const double keys = (double)x->head->keys_of[field];
	const double four = density * keys / 932554.0 * 300.0 / 57000.0;

	return least(0.9,
		units > 4 ? times_power(four, 0.5, units < 40 ? units - 4 : 36) : times_power(four, 4, 4 - units));
}

static double text_chance(const struct nks_index *x, enum nks_field field, size_t units, bool digits)
{
	const double keys = (double)x->head->keys_of[field];

	switch (field) {
	case NKS_FIELD_KANJI:
		return name_chance(x, field, units, 1);
	case NKS_FIELD_KANA:
		return name_chance(x, field, units > 2 ? units - 2 : 0, 4);
	case NKS_FIELD_ROMAJI:
		return name_chance(x, field, units / 3, 16);
	case NKS_FIELD_PHONE:
		return least(
			0.9, units >= 10 ? (double)x->head->phones[1] / 2.7e8 : (double)x->head->phones[0] / 1e8);
	case NKS_FIELD_LOGIN:
	case NKS_FIELD_ID:
		if (digits) {
			const size_t n = units > NKS_DIGITS_MAX ? NKS_DIGITS_MAX : units;

			return least(0.9, times_power(more((double)x->head->digits_of[n], 1), 0.1, n));
		}
		return least(0.9, more(1e-9, times_power(keys, 1.0 / 36, units < 16 ? units : 16)));
	case NKS_FIELD_BIRTHDAY:
		return least(0.9, 1.0 / 30000.0 * 33.0);
	case NKS_FIELD_MAIL:
	case NKS_FIELD_TEXT:
	case NKS_FIELD_COUNT:
		break;
	}
	return times_power(keys, 0.5, 64);
}

double nks_chance(const struct nks_index *index, enum nks_field field, size_t units, bool digits, bool carved)
{
	const double text = text_chance(index, field, units, digits);
	const double keys = (double)index->head->keys_of[field];

	if (!carved || field == NKS_FIELD_MAIL || field == NKS_FIELD_TEXT) {
		return text;
	}
	return least(0.9, more(text, times_power(300.0 * keys, 1.0 / 4096, units < 64 ? units : 64)));
}
