/*
 * vault_keys.c: adding, opening, walking and releasing slots.
 *
 * Invariant: writes into the active area of a bucket touch only free slots, first in one place until it is durable,
 * then in the other: whatever is cut off, one place has each neighbour whole. New buckets become part of the vault by
 * the header's bucket count.
 */
#include "base.h"

#include "vault_int.h"

enum { BATCH_SLOTS = 64 * NKV_SLOTS, GROW_MAX = 64 };

/* Consecutive slots of one bucket and their bytes in the batch. */
struct run {
	uint64_t number;
	size_t count;
	size_t at;
};

struct batch {
	struct nk_buf bytes;
	struct nk_vec runs;
};

static void batch_init(struct batch *b)
{
	nk_buf_init(&b->bytes, (size_t)BATCH_SLOTS * NKV_SLOT_LEN);
	nk_vec_init(&b->runs, sizeof(struct run), BATCH_SLOTS);
}

static void batch_done(struct batch *b)
{
	nk_buf_done(&b->bytes);
	nk_vec_done(&b->runs);
}

static uint64_t slot_at(const struct nk_vault *vault, uint64_t number)
{
	const uint64_t bucket = number / NKV_SLOTS;

	return nk_layout_area_at(bucket, vault->areas[bucket]) + number % NKV_SLOTS * NKV_SLOT_LEN;
}

static NK_RESULT batch_write(struct nk_vault *vault, const struct batch *b, struct nk_err *err)
{
	unsigned place;
	size_t i;

	vault->cached = UINT64_MAX;
	for (place = 0; place < vault->places.n; place++) {
		for (i = 0; i < b->runs.len; i++) {
			const struct run *run = nk_vec_at(&b->runs, i);

			NK_TRY(nk_places_write_one(&vault->places, place, slot_at(vault, run->number),
				b->bytes.ptr + run->at, run->count * NKV_SLOT_LEN, err));
		}
		nk_places_sync_one(&vault->places, place);
	}
	return nk_done();
}

static NK_RESULT batch_slot(struct batch *b, uint64_t number, uint8_t **out_at, struct nk_err *err)
{
	struct run *run = b->runs.len > 0 ? nk_vec_at(&b->runs, b->runs.len - 1) : NULL;

	NK_TRY(nk_buf_reserve(&b->bytes, NKV_SLOT_LEN, out_at, err));
	if (run == NULL || run->number + run->count != number || number % NKV_SLOTS == 0) {
		void *fresh = NULL;

		NK_TRY(nk_vec_push(&b->runs, &fresh, err));
		run = fresh;
		run->number = number;
		run->at = b->bytes.len;
	}
	run->count++;
	b->bytes.len += NKV_SLOT_LEN;
	return nk_done();
}

/* What a call of nk_vault_add is filling. */
struct filling {
	struct nk_vault *vault;
	enum nk_slot_kind kind;
	struct nk_slot *slots;
	struct nk_key *keys; /* NULL: not wanted */
	size_t n;
	size_t done;
};

static NK_RESULT fresh_keys(struct nk_vault *vault, size_t n, struct nk_err *err)
{
	NK_TRY(nk_random(vault->env, vault->scratch->keys, n * sizeof(vault->scratch->keys[0]), err));
	return nk_random(vault->env, vault->scratch->nonces, n * sizeof(vault->scratch->nonces[0]), err);
}

/* Seals the i-th key of the scratch into the slot and hands it out. */
static void fill_slot(struct filling *f, uint64_t number, uint32_t generation, const struct nk_key *bucket_key,
	size_t i, uint8_t *out)
{
	struct nk_vscratch *s = f->vault->scratch;
	const struct nk_vseal how = { f->vault->head.id, bucket_key, s->nonces[i] };
	const struct nk_vslot slot = { nk_u8(f->kind), NK_SLOT_LIVE, generation, f->vault->head.epoch };

	nk_layout_slot_seal(&how, number, &slot, &s->keys[i], out);
	f->slots[f->done] = (struct nk_slot){ number, generation };
	if (f->keys != NULL) {
		f->keys[f->done] = s->keys[i];
	}
	f->done++;
}

/* Free slots of one bucket, as many as are still wanted, into the batch. */
static NK_RESULT fill_bucket(struct filling *f, uint64_t bucket, struct batch *b, struct nk_err *err)
{
	struct nk_vault *vault = f->vault;
	const size_t wanted = f->n - f->done;
	size_t used = 0;
	uint64_t i;

	NK_TRY(fresh_keys(vault, wanted < NKV_SLOTS ? wanted : (size_t)NKV_SLOTS, err));
	for (i = 0; i < NKV_SLOTS && f->done < f->n; i++) {
		const uint64_t number = bucket * NKV_SLOTS + i;
		const struct nk_vindex *at = &vault->index[number];
		uint8_t *out = NULL;

		if (at->state != NK_SLOT_FREE || at->generation == UINT32_MAX) {
			continue;
		}
		NK_TRY(batch_slot(b, number, &out, err));
		fill_slot(f, number, at->generation + 1, &vault->bucket_keys[bucket], used++, out);
	}
	nk_wipe(vault->scratch, sizeof(*vault->scratch));
	return nk_done();
}

static void index_added(struct filling *f, size_t from)
{
	size_t i;

	for (i = from; i < f->done; i++) {
		nk_vault_index_set_(f->vault, f->slots[i].number,
			(struct nk_vindex){ f->slots[i].generation, nk_u8(f->kind), NK_SLOT_LIVE });
	}
}

/* Free slots of existing buckets; *out_full when there was none. */
static NK_RESULT fill_free(struct filling *f, bool *out_full, struct nk_err *err)
{
	NK_OWNED(batch_done) struct batch b = { 0 };
	const size_t from = f->done;
	uint64_t bucket;

	batch_init(&b);
	for (bucket = 0; bucket < f->vault->head.buckets && f->done < f->n; bucket++) {
		if (f->vault->free_count[bucket] > 0) {
			NK_TRY(fill_bucket(f, bucket, &b, err));
		}
		if (f->done - from > BATCH_SLOTS - NKV_SLOTS) {
			break;
		}
	}
	*out_full = f->done == from;
	if (*out_full) {
		return nk_done();
	}
	NK_TRY(batch_write(f->vault, &b, err));
	index_added(f, from);
	return nk_done();
}

/*
 * Both areas of a new bucket in all places: the first with slots, the second empty, so that the room is really
 * there.
 */
static NK_RESULT write_bucket(struct filling *f, uint64_t bucket, const struct nk_key *bucket_key, struct nk_err *err)
{
	struct nk_vault *vault = f->vault;
	const size_t rest = f->n - f->done;
	const size_t count = rest < NKV_SLOTS ? rest : NKV_SLOTS;
	size_t i;

	memset(vault->work[0], 0, NKV_AREA_LEN);
	memset(vault->work[1], 0, NKV_AREA_LEN);
	NK_TRY(fresh_keys(vault, count, err));
	for (i = 0; i < count; i++) {
		fill_slot(f, bucket * NKV_SLOTS + i, 1, bucket_key, i, vault->work[0] + i * NKV_SLOT_LEN);
	}
	nk_wipe(vault->scratch, sizeof(*vault->scratch));
	NK_TRY(nk_places_write(&vault->places, nk_layout_area_at(bucket, 0), vault->work[0], NKV_AREA_LEN, err));
	return nk_places_write(&vault->places, nk_layout_area_at(bucket, 1), vault->work[1], NKV_AREA_LEN, err);
}

/* New buckets behind the last one: areas, then entries in the free end of the root table. Nothing of it counts yet.
 */
static NK_RESULT write_buckets(struct filling *f, uint32_t more, struct nk_err *err)
{
	struct nk_vault *vault = f->vault;
	const uint32_t first = vault->head.buckets;
	uint8_t entries[GROW_MAX * NKV_ENTRY_LEN];
	uint8_t nonces[GROW_MAX][NK_NONCE_LEN];
	uint32_t i;

	NK_TRY(nk_random(vault->env, nonces, sizeof(nonces), err));
	for (i = 0; i < more; i++) {
		const struct nk_vseal how = { vault->head.id, &vault->secrets->root, nonces[i] };
		struct nk_key *bucket_key = &vault->bucket_keys[first + i];

		NK_TRY(nk_key_random(vault->env, bucket_key, err));
		vault->areas[first + i] = 0;
		nk_layout_entry_seal(&how, first + i, 0, bucket_key, entries + (size_t)i * NKV_ENTRY_LEN);
		NK_TRY(write_bucket(f, first + i, bucket_key, err));
	}
	NK_TRY(nk_places_write(&vault->places,
		nk_layout_table_at(vault->head.table) + (uint64_t)first * NKV_ENTRY_LEN, entries,
		(size_t)more * NKV_ENTRY_LEN, err));
	nk_places_sync(&vault->places);
	return nk_done();
}

static NK_RESULT grow(struct filling *f, struct nk_err *err)
{
	struct nk_vault *vault = f->vault;
	const size_t wanted = (f->n - f->done + NKV_SLOTS - 1) / NKV_SLOTS;
	const uint32_t more = wanted < GROW_MAX ? nk_u32(wanted) : (uint32_t)GROW_MAX;
	const uint32_t left = NKV_BUCKETS_MAX - vault->head.buckets;
	const uint32_t count = more < left ? more : left;
	const size_t from = f->done;
	struct nk_vhead head = vault->head;

	if (count == 0) {
		return nk_fail(
			err, NK_LIMIT, "the vault is full: all %d slots are used", NKV_BUCKETS_MAX * NKV_SLOTS);
	}
	NK_TRY(nk_vault_room_(vault, head.buckets + count, err));
	NK_TRY(write_buckets(f, count, err));
	head.buckets += count;
	NK_TRY(nk_vault_head_commit_(vault, &head, &vault->secrets->kek, &vault->secrets->root, err));
	index_added(f, from);
	return nk_done();
}

NK_RESULT nk_vault_add(struct nk_vault *vault, enum nk_slot_kind kind, size_t n, struct nk_slot *out_slots,
	struct nk_key *out_keys, struct nk_err *err)
{
	struct filling f = { vault, kind, out_slots, out_keys, n, 0 };

	nk_assert(kind >= NK_SLOT_PERSON && kind < NK_SLOT_KIND_COUNT);
	NK_TRY(nk_vault_usable_(vault, true, err));
	while (f.done < f.n) {
		bool full = false;

		NK_TRY(fill_free(&f, &full, err));
		if (full) {
			NK_TRY(grow(&f, err));
		}
	}
	return nk_done();
}

/* The slot's bytes: from the cached bucket, or only they; the second opening in a row of one bucket loads it. */
static NK_RESULT read_slot(
	struct nk_vault *vault, unsigned place, uint64_t number, uint8_t out[static NKV_SLOT_LEN], struct nk_err *err)
{
	const uint64_t bucket = number / NKV_SLOTS;

	if (place == 0 && vault->cached != bucket && vault->last_bucket == bucket) {
		vault->cached = UINT64_MAX;
		NK_TRY(nk_places_read(&vault->places, 0, nk_layout_area_at(bucket, vault->areas[bucket]),
			vault->cache, NKV_AREA_LEN, err));
		vault->cached = bucket;
	}
	vault->last_bucket = bucket;
	if (place == 0 && vault->cached == bucket) {
		memcpy(out, vault->cache + number % NKV_SLOTS * NKV_SLOT_LEN, NKV_SLOT_LEN);
		return nk_done();
	}
	return nk_places_read(&vault->places, place, slot_at(vault, number), out, NKV_SLOT_LEN, err);
}

/* true: authentic; *out_slot says what it is. */
static bool open_slot(struct nk_vault *vault, uint64_t number, struct nk_vslot *out_slot, struct nk_key *out)
{
	unsigned place;

	for (place = 0; place < vault->places.n; place++) {
		uint8_t bytes[NKV_SLOT_LEN];

		if (nk_ok(read_slot(vault, place, number, bytes, NULL)) &&
			nk_layout_slot_open(
				vault->head.id, &vault->bucket_keys[number / NKV_SLOTS], number, bytes, out)) {
			nk_layout_slot_get(bytes, out_slot);
			return true;
		}
	}
	return false;
}

NK_RESULT nk_vault_key(
	struct nk_vault *vault, enum nk_slot_kind kind, struct nk_slot slot, struct nk_key *out, struct nk_err *err)
{
	struct nk_vslot found = { 0 };

	NK_TRY(nk_vault_usable_(vault, false, err));
	if (slot.number >= (uint64_t)vault->head.buckets * NKV_SLOTS || vault->index[slot.number].generation == 0) {
		return nk_fail(err, NK_CORRUPT,
			"slot %1$" PRIu64 " (generation %2$u) is unknown to the vault: vault and data do not "
			"belong together",
			slot.number, slot.generation);
	}
	if (!open_slot(vault, slot.number, &found, out)) {
		return nk_fail(err, NK_CORRUPT,
			"slot %" PRIu64 " of the vault is damaged in every place: put back its latest backup",
			slot.number);
	}
	if (found.generation == slot.generation && found.kind == kind && found.state == NK_SLOT_LIVE) {
		return nk_done();
	}
	nk_key_wipe(out);
	if (found.generation == slot.generation && found.kind == kind && found.state == NK_SLOT_DESTROYED) {
		return nk_fail(err, NK_GONE, "the key in slot %" PRIu64 " was destroyed", slot.number);
	}
	return nk_fail(err, NK_CORRUPT,
		"slot %1$" PRIu64 " is of another generation or kind than the data says (%2$u, %3$d): vault and "
		"data do not belong together",
		slot.number, slot.generation, (int)kind);
}

NK_RESULT nk_vault_each(struct nk_vault *vault, nk_vault_slot_fn *fn, void *arg, struct nk_err *err)
{
	const uint64_t end = (uint64_t)vault->head.buckets * NKV_SLOTS;
	uint64_t number;

	NK_TRY(nk_vault_usable_(vault, false, err));
	for (number = 0; number < end; number++) {
		const struct nk_vindex *at = &vault->index[number];

		if (at->state == NK_SLOT_LIVE) {
			NK_TRY(fn(arg, (enum nk_slot_kind)at->kind, (struct nk_slot){ number, at->generation }, err));
		}
	}
	return nk_done();
}

/* A free mark of the same generation over a live slot; one that is free already is passed over. */
static NK_RESULT release_one(struct nk_vault *vault, struct nk_slot slot, struct batch *b, struct nk_err *err)
{
	uint8_t nonce[NK_NONCE_LEN];
	const struct nk_vslot mark = { 0, NK_SLOT_FREE, slot.generation, vault->head.epoch };
	const struct nk_vindex *at = NULL;
	uint8_t *out = NULL;

	if (slot.number >= (uint64_t)vault->head.buckets * NKV_SLOTS) {
		return nk_fail(err, NK_CORRUPT, "slot %" PRIu64 " cannot be released: it is unknown to the vault",
			slot.number);
	}
	at = &vault->index[slot.number];
	if (at->state == NK_SLOT_FREE && at->generation == slot.generation) {
		return nk_done();
	}
	if (at->state != NK_SLOT_LIVE || at->generation != slot.generation) {
		return nk_fail(err, NK_CORRUPT,
			"slot %1$" PRIu64 " cannot be released: generation %2$u is not live in it", slot.number,
			slot.generation);
	}
	{
		const struct nk_vseal how = { vault->head.id, &vault->bucket_keys[slot.number / NKV_SLOTS], nonce };

		NK_TRY(nk_random(vault->env, nonce, sizeof(nonce), err));
		NK_TRY(batch_slot(b, slot.number, &out, err));
		nk_layout_slot_seal(&how, slot.number, &mark, NULL, out);
	}
	return nk_done();
}

NK_RESULT nk_vault_release(struct nk_vault *vault, const struct nk_slot *slots, size_t n, struct nk_err *err)
{
	size_t from;
	size_t i;

	NK_TRY(nk_vault_usable_(vault, true, err));
	for (from = 0; from < n; from += BATCH_SLOTS) {
		NK_OWNED(batch_done) struct batch b = { 0 };
		const size_t end = n - from < BATCH_SLOTS ? n : from + BATCH_SLOTS;

		batch_init(&b);
		for (i = from; i < end; i++) {
			NK_TRY(release_one(vault, slots[i], &b, err));
		}
		NK_TRY(batch_write(vault, &b, err));
		for (i = from; i < end; i++) {
			nk_vault_index_set_(
				vault, slots[i].number, (struct nk_vindex){ slots[i].generation, 0, NK_SLOT_FREE });
		}
	}
	return nk_done();
}
