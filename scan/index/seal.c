/*
 * seal.c: the records, put in order, become the finished block.
 *
 * Records are spread by the highest bits of their hash and sorted part by part, twice gone through: once to count
 * what is equal, once to write. Table, Bloom words and keys follow in the order of the hash, so that all is written
 * from front to back. Invariant: the same values under the same key give the same bytes, in whatever order they were
 * added.
 */
#include "nks_builder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct seal {
	struct nks_record *record; /* all, sorted by hash, field, person, spelling */
	size_t n;
	uint8_t *blob;
	size_t len;
	struct nks_head *head;
	uint64_t *bloom;
	struct nks_bucket *table;
	struct nks_key_row *keys;
	uint32_t *lists;
	uint64_t n_keys, n_lists; /* so far */
	uint64_t bucket; /* that is filled now */
	unsigned slot;
	uint64_t probe; /* highest */
};

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static int order_of(const struct nks_record *a, const struct nks_record *b)
{
	if (a->hash != b->hash) {
		return a->hash < b->hash ? -1 : 1;
	}
	if (a->field != b->field) {
		return a->field < b->field ? -1 : 1;
	}
	if (a->person != b->person) {
		return a->person < b->person ? -1 : 1;
	}
	return a->exact < b->exact ? -1 : a->exact > b->exact;
}

static int order_fn(const void *a, const void *b)
{
	return order_of(a, b);
}

/* Short runs by insertion, long ones (many namesakes) by the library. */
static void sort_run(struct nks_record *r, size_t n)
{
	if (n > 48) {
		qsort(r, n, sizeof(*r), order_fn);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		const struct nks_record x = r[i];
		size_t j = i;

		while (j > 0 && order_of(&x, &r[j - 1]) < 0) {
			r[j] = r[j - 1];
			j--;
		}
		r[j] = x;
	}
}

/* A part, spread by the next 8 bits of the hash. `tmp` holds as many. */
static void sort_part(struct nks_record *r, size_t n, struct nks_record *tmp)
{
	size_t at[257] = { 0 };

	for (size_t i = 0; i < n; i++) {
		at[((r[i].hash >> 44) & 255) + 1]++;
	}
	for (size_t i = 1; i <= 256; i++) {
		at[i] += at[i - 1];
	}
	for (size_t i = 0; i < n; i++) {
		tmp[at[(r[i].hash >> 44) & 255]++] = r[i];
	}
	memcpy(r, tmp, n * sizeof(*r));
	for (size_t i = 0, from = 0; i < 256; i++) {
		sort_run(r + from, at[i] - from);
		from = at[i];
	}
}

static void *map_block(size_t len)
{
	void *block = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED) {
		return NULL;
	}
	(void)madvise(block, len, MADV_HUGEPAGE);
	return block;
}

/* All chunks into one block, spread by part; the chunks are wiped and gone then. */
static enum nks_status spread(struct nks_builder *b, struct seal *s)
{
	size_t at[NKS_PARTS];
	size_t sum = 0;

	s->n = b->records;
	s->record = map_block((s->n + 1) * sizeof(*s->record));
	if (s->record == NULL) {
		return NKS_NOMEM;
	}
	for (size_t p = 0; p < NKS_PARTS; p++) {
		at[p] = sum;
		sum += b->part[p];
	}
	for (size_t c = 0; c < b->n_chunks; c++) {
		const size_t n = c + 1 < b->n_chunks ? NKS_CHUNK : b->used;

		for (size_t i = 0; i < n; i++) {
			s->record[at[b->chunk[c][i].hash >> 52]++] = b->chunk[c][i];
		}
		explicit_bzero(b->chunk[c], n * sizeof(**b->chunk));
		free(b->chunk[c]);
		b->chunk[c] = NULL;
	}
	b->n_chunks = 0;
	return NKS_OK;
}

static enum nks_status sort_all(struct nks_builder *b, struct seal *s)
{
	uint64_t most = 0;
	struct nks_record *tmp = NULL;
	size_t from = 0;

	for (size_t p = 0; p < NKS_PARTS; p++) {
		most = b->part[p] > most ? b->part[p] : most;
	}
	tmp = malloc((most + 1) * sizeof(*tmp));
	if (tmp == NULL) {
		return NKS_NOMEM;
	}
	for (size_t p = 0; p < NKS_PARTS; p++) {
		sort_part(s->record + from, b->part[p], tmp);
		from += b->part[p];
	}
	explicit_bzero(tmp, most * sizeof(*tmp));
	free(tmp);
	return NKS_OK;
}

/* Records of the key that begins at `from`: returns their end, *out_entries without repetitions. */
static size_t key_end(const struct seal *s, size_t from, size_t *out_entries)
{
	const struct nks_record *first = s->record + from;
	size_t i = from + 1;

	*out_entries = 1;
	while (i < s->n && s->record[i].hash == first->hash && s->record[i].field == first->field) {
		*out_entries += order_of(&s->record[i], &s->record[i - 1]) != 0;
		i++;
	}
	return i;
}

static uint64_t list_words(size_t entries)
{
	return entries < 2 ? 0 : 1 + entries + (entries + 1) / 2;
}

static void count_keys(struct seal *s, uint64_t *out_keys, uint64_t *out_lists)
{
	*out_keys = 0;
	*out_lists = 0;
	for (size_t i = 0; i < s->n;) {
		size_t entries = 0;

		i = key_end(s, i, &entries);
		*out_keys += 1;
		*out_lists += list_words(entries);
	}
}

/* Halves a filter as long as it is nearly empty: a small index shall stay in the nearest cache. */
static uint8_t shrink(uint8_t *map, uint8_t log2)
{
	for (; log2 > 12; log2--) {
		const size_t half = (size_t)1 << (log2 - 4);
		uint64_t bits = 0;

		for (size_t i = 0; i < 2 * half; i += 8) {
			uint64_t x = 0;

			memcpy(&x, map + i, sizeof(x));
			bits += (unsigned)__builtin_popcountll(x);
		}
		if (bits * 64 > (UINT64_C(1) << log2)) {
			return log2;
		}
		for (size_t i = 0; i < half; i++) {
			map[i] |= map[half + i];
		}
	}
	return log2;
}

static enum nks_status lay_out(struct nks_builder *b, struct seal *s)
{
	struct nks_head h = b->head;
	uint64_t lists = 0;
	size_t len[NKS_S_COUNT] = { 0 };
	size_t at = round_up(sizeof(h), 64);

	count_keys(s, &h.keys, &lists);
	if (h.keys >= UINT32_MAX || lists >= UINT32_MAX) {
		return NKS_LIMIT;
	}
	for (unsigned f = 0; f < NKS_F_COUNT; f++) {
		const bool by_value = f == NKS_F_HAN_KANA || f == NKS_F_TEXT1 || f == NKS_F_DIGIT5;

		h.log2[f] = by_value ? nks_filter_log2[f] : shrink(b->filter[f], nks_filter_log2[f]);
		len[NKS_S_FILTERS] += (size_t)1 << (h.log2[f] - 3);
	}
	h.buckets = h.keys / 6 + 1;
	h.bloom_words = h.keys * 27 / 128 + 1; /* 13.5 bits a key */
	len[NKS_S_BLOOM] = h.bloom_words * sizeof(uint64_t);
	len[NKS_S_TABLE] = (h.buckets + NKS_SPARE) * sizeof(struct nks_bucket);
	len[NKS_S_KEYS] = h.keys * sizeof(struct nks_key_row);
	len[NKS_S_LISTS] = lists * sizeof(uint32_t);
	for (unsigned i = 0; i < NKS_S_COUNT; i++) {
		h.section[i].at = at;
		h.section[i].len = len[i];
		at = round_up(at + len[i], 64);
	}
	h.total = at;
	h.persons = b->persons;
	h.top_person = b->top_person;
	s->len = at;
	s->blob = map_block(at);
	if (s->blob == NULL) {
		return NKS_NOMEM;
	}
	s->head = (struct nks_head *)(void *)s->blob;
	*s->head = h;
	s->bloom = (uint64_t *)(void *)(s->blob + h.section[NKS_S_BLOOM].at);
	s->table = (struct nks_bucket *)(void *)(s->blob + h.section[NKS_S_TABLE].at);
	s->keys = (struct nks_key_row *)(void *)(s->blob + h.section[NKS_S_KEYS].at);
	s->lists = (uint32_t *)(void *)(s->blob + h.section[NKS_S_LISTS].at);
	return NKS_OK;
}

static uint32_t write_list(struct seal *s, size_t from, size_t to, size_t entries)
{
	const uint64_t at = s->n_lists;
	uint32_t *persons = s->lists + at + 1;
	uint32_t *exact = persons + entries;
	size_t n = 0;

	s->lists[at] = (uint32_t)entries;
	for (size_t i = from; i < to; i++) {
		if (i > from && order_of(&s->record[i], &s->record[i - 1]) == 0) {
			continue;
		}
		persons[n] = s->record[i].person;
		exact[n / 2] |= (uint32_t)s->record[i].exact << (16 * (n % 2));
		n++;
	}
	s->n_lists += list_words(entries);
	return (uint32_t)at;
}

static void write_key(struct seal *s, size_t from, size_t to, size_t entries)
{
	const struct nks_record *r = s->record + from;
	const uint64_t home = nks_place(r->hash, s->head->buckets);
	struct nks_key_row *row = s->keys + s->n_keys++;

	row->exact = r->exact;
	row->field = r->field;
	row->more = (uint8_t)(r->hash >> 32);
	row->posting = r->person;
	if (entries > 1) {
		row->field |= NKS_KEY_LIST;
		row->posting = write_list(s, from, to, entries);
	}
	s->head->keys_of[r->field]++;
	s->bloom[nks_place(r->hash, s->head->bloom_words)] |= nks_bloom_bits(r->hash);
	if (home > s->bucket) {
		s->bucket = home;
		s->slot = 0;
	} else if (s->slot == 8) {
		s->bucket++;
		s->slot = 0;
	}
	s->probe = s->bucket - home > s->probe ? s->bucket - home : s->probe;
	if (s->probe <= NKS_SPARE) {
		s->table[s->bucket].tag[s->slot] = (uint32_t)r->hash;
		s->table[s->bucket].key[s->slot++] = (uint32_t)s->n_keys;
	}
}

static enum nks_status write_all(struct nks_builder *b, struct seal *s)
{
	uint8_t *to = s->blob + s->head->section[NKS_S_FILTERS].at;

	for (size_t i = 0; i < s->n;) {
		size_t entries = 0;
		const size_t end = key_end(s, i, &entries);

		write_key(s, i, end, entries);
		i = end;
	}
	if (s->probe >= NKS_SPARE) {
		return NKS_LIMIT; /* a keyed hash does not do that */
	}
	for (unsigned f = 0; f < NKS_F_COUNT; f++) {
		const size_t n = (size_t)1 << (s->head->log2[f] - 3);

		memcpy(to, b->filter[f], n);
		to += n;
	}
	nks_cipher(&b->derived, s->blob + s->head->section[NKS_S_FILTERS].at, s->head->section[NKS_S_FILTERS].len);
	s->head->max_probe = s->probe;
	memcpy(s->head->magic, "NKSINDEX", 8);
	s->head->version = 3;
	s->head->head_len = sizeof(*s->head);
	nks_body_sum(&b->derived, s->blob + sizeof(*s->head), s->head->total - sizeof(*s->head), s->head->body);
	nks_head_check(&b->derived, s->head, s->head->check);
	return NKS_OK;
}

/* Back to how a new builder is, under the same key. */
static void empty(struct nks_builder *b)
{
	for (size_t i = 0; i < b->n_chunks; i++) {
		explicit_bzero(b->chunk[i], NKS_CHUNK * sizeof(**b->chunk));
		free(b->chunk[i]);
	}
	for (unsigned f = 0; f < NKS_F_COUNT; f++) {
		explicit_bzero(b->filter[f], (size_t)1 << (nks_filter_log2[f] - 3));
	}
	explicit_bzero(b->raw, sizeof(b->raw));
	explicit_bzero(b->folded, sizeof(b->folded));
	memset(b->part, 0, sizeof(b->part));
	memset(&b->head, 0, sizeof(b->head));
	if (b->seen_len > 0) {
		memset(b->seen, 0, b->seen_len);
	}
	b->n_chunks = 0;
	b->used = 0;
	b->records = 0;
	b->persons = 0;
	b->top_person = 0;
}

enum nks_status nks_builder_seal(struct nks_builder *b, uint8_t **out, size_t *out_len)
{
	struct seal s = { 0 };
	enum nks_status status = NKS_OK;

	nks_set_pending(b);
	status = spread(b, &s);
	if (status == NKS_OK) {
		status = sort_all(b, &s);
	}
	if (status == NKS_OK) {
		status = lay_out(b, &s);
	}
	if (status == NKS_OK) {
		status = write_all(b, &s);
	}
	if (s.record != NULL) {
		explicit_bzero(s.record, s.n * sizeof(*s.record));
		(void)munmap(s.record, (s.n + 1) * sizeof(*s.record));
	}
	empty(b);
	if (status != NKS_OK) {
		nks_blob_free(&s.blob, s.len);
		return status;
	}
	*out = s.blob;
	*out_len = s.len;
	return NKS_OK;
}

void nks_blob_free(uint8_t **blob, size_t len)
{
	if (*blob == NULL) {
		return;
	}
	explicit_bzero(*blob, len);
	(void)munmap(*blob, len);
	*blob = NULL;
}
