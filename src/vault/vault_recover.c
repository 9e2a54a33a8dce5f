/*
 * vault_recover.c: what opening does between reading the header and handing the vault out.
 *
 * Invariant: the header in force decides. It says e: what was pending is dropped. It says e + 1 and UNFINISHED: the
 * destruction is done again. Every step may be cut off and run again.
 */
#include "base.h"

#include "vault_int.h"

/* Bucket key and area from the root table; a damaged entry of the first place is mended from the second. */
static NK_RESULT read_entry(struct nk_vault *vault, uint64_t bucket, uint8_t *const table[2], struct nk_err *err)
{
	const size_t at = bucket * NKV_ENTRY_LEN;
	unsigned i;

	for (i = 0; i < vault->places.n; i++) {
		unsigned area = 0;

		if (nk_layout_entry_open(vault->head.id, &vault->secrets->root, bucket, table[i] + at, &area,
			    &vault->bucket_keys[bucket])) {
			vault->areas[bucket] = nk_u8(area);
			break;
		}
	}
	if (i == vault->places.n) {
		return nk_fail(err, NK_CORRUPT,
			"the root table of the vault is damaged at bucket %" PRIu64 ", in every place: put back "
			"its latest backup",
			bucket);
	}
	if (vault->places.n == 2 &&
		!nk_bytes_eq(nk_bytes_of(table[0] + at, NKV_ENTRY_LEN), nk_bytes_of(table[1] + at, NKV_ENTRY_LEN))) {
		vault->recovered = true;
		return nk_places_write_one(&vault->places, 1 - i, nk_layout_table_at(vault->head.table) + at,
			table[i] + at, NKV_ENTRY_LEN, err);
	}
	return nk_done();
}

static NK_RESULT read_table(struct nk_vault *vault, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	uint8_t *table[2] = { NULL, NULL };
	const size_t len = (size_t)vault->head.buckets * NKV_ENTRY_LEN;
	uint64_t b;
	unsigned i;

	nk_buf_init(&room, 2 * len);
	NK_TRY(nk_buf_reserve(&room, 2 * len, &table[0], err));
	table[1] = table[0] + len;
	for (i = 0; i < vault->places.n; i++) {
		NK_TRY(nk_places_read(&vault->places, i, nk_layout_table_at(vault->head.table), table[i], len, err));
	}
	for (b = 0; b < vault->head.buckets; b++) {
		NK_TRY(read_entry(vault, b, table, err));
	}
	return nk_done();
}

static bool slot_sound(const struct nk_vault *vault, uint64_t bucket, uint64_t i, const uint8_t *slot)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };

	return nk_layout_zero(slot, NKV_SLOT_LEN) ||
		nk_layout_slot_open(vault->head.id, &vault->bucket_keys[bucket], bucket * NKV_SLOTS + i, slot, &key);
}

/*
 * The places differ in this bucket: a write into free slots was cut off, or one place is damaged. Slot by slot the
 * first place is right if it is sound (it is written first), else the second.
 */
static NK_RESULT mend_bucket(struct nk_vault *vault, uint64_t bucket, struct nk_err *err)
{
	uint64_t i;

	for (i = 0; i < NKV_SLOTS; i++) {
		uint8_t *a = vault->work[0] + i * NKV_SLOT_LEN;
		const uint8_t *b = vault->work[1] + i * NKV_SLOT_LEN;

		if (nk_bytes_eq(nk_bytes_of(a, NKV_SLOT_LEN), nk_bytes_of(b, NKV_SLOT_LEN)) ||
			slot_sound(vault, bucket, i, a)) {
			continue;
		}
		if (!slot_sound(vault, bucket, i, b)) {
			return nk_fail(err, NK_CORRUPT,
				"slot %" PRIu64 " of the vault is damaged in both places: put back its latest backup",
				bucket * NKV_SLOTS + i);
		}
		memcpy(a, b, NKV_SLOT_LEN);
	}
	memset(vault->work[0] + NKV_SLOTS * NKV_SLOT_LEN, 0, NKV_AREA_LEN - NKV_SLOTS * NKV_SLOT_LEN);
	NK_TRY(nk_places_write(
		&vault->places, nk_layout_area_at(bucket, vault->areas[bucket]), vault->work[0], NKV_AREA_LEN, err));
	vault->recovered = true;
	return nk_done();
}

NK_RESULT nk_vault_reconcile_(struct nk_vault *vault, struct nk_err *err)
{
	const bool before = vault->recovered;
	uint64_t b;
	unsigned i;

	vault->recovered = false;
	NK_TRY(read_table(vault, err));
	for (b = 0; b < vault->head.buckets; b++) {
		for (i = 0; i < vault->places.n; i++) {
			NK_TRY(nk_places_read(&vault->places, i, nk_layout_area_at(b, vault->areas[b]),
				vault->work[i], NKV_AREA_LEN, err));
		}
		if (vault->places.n == 2 &&
			!nk_bytes_eq(nk_bytes_of(vault->work[0], NKV_AREA_LEN),
				nk_bytes_of(vault->work[1], NKV_AREA_LEN))) {
			NK_TRY(mend_bucket(vault, b, err));
		}
		nk_vault_index_load_(vault, b, vault->work[0]);
	}
	if (vault->recovered) {
		nk_places_sync(&vault->places);
	}
	vault->recovered = vault->recovered || before;
	return nk_done();
}

/* Zeros over everything that is not in force: inactive areas, inactive table, what lies behind the last bucket. */
static NK_RESULT wipe_inactive(struct nk_vault *vault, bool *out_found, struct nk_err *err)
{
	const size_t used = (size_t)vault->head.buckets * NKV_ENTRY_LEN;
	uint64_t b;

	for (b = 0; b < vault->head.buckets; b++) {
		NK_TRY(nk_places_wipe(
			&vault->places, nk_layout_area_at(b, 1U - vault->areas[b]), NKV_AREA_LEN, out_found, err));
	}
	NK_TRY(nk_places_wipe(&vault->places, nk_layout_table_at(1 - vault->head.table), used, out_found, err));
	return nk_done();
}

/* Buckets that were being added when the header was not yet written. */
static NK_RESULT wipe_behind(struct nk_vault *vault, bool *out_found, struct nk_err *err)
{
	const size_t used = (size_t)vault->head.buckets * NKV_ENTRY_LEN;
	unsigned area;

	for (area = 0; area < 2 && used < NKV_TABLE_LEN; area++) {
		NK_TRY(nk_places_wipe(
			&vault->places, nk_layout_table_at(area) + used, NKV_TABLE_LEN - used, out_found, err));
	}
	return nk_places_trim(&vault->places, nk_layout_size(vault->head.buckets), out_found, err);
}

static NK_RESULT table_left_over(const struct nk_vault *vault, bool *out_found, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	const size_t len = (size_t)vault->head.buckets * NKV_ENTRY_LEN;
	uint8_t *at = NULL;
	unsigned i;

	nk_buf_init(&room, len);
	NK_TRY(nk_buf_reserve(&room, len, &at, err));
	for (i = 0; i < vault->places.n; i++) {
		NK_TRY(nk_places_read(&vault->places, i, nk_layout_table_at(1 - vault->head.table), at, len, err));
		*out_found = *out_found || !nk_layout_zero(at, len);
	}
	return nk_done();
}

/* Destroys the old epoch's secret where it was: at this sealer, or at the one that a reseal left. */
static NK_RESULT destroy_again(struct nk_vault *vault, const struct nk_vault_options *opt, struct nk_err *err)
{
	struct nk_vault_finish *f = &vault->finished;
	const struct nk_sealer *other = NULL;
	struct nk_sealer_handle *handle = NULL;
	nk_rc rc;

	f->cap = NK_LEVEL_E2;
	if (vault->head.other_sealer[0] == '\0') {
		NK_TRY(vault->sealer->destroy(
			vault->handle, vault->head.epoch, vault->head.rotation, f->receipts, &f->n_receipts, err));
		f->cap = vault->sealer->cap(
			f->receipts, f->n_receipts, vault->head.other_holders, vault->head.other_threshold);
		return nk_done();
	}
	rc = nk_vault_sealer_open_(vault->env, vault->head.other_sealer, opt, &other, &handle, err);
	if (nk_ok(rc)) {
		rc = other->destroy(
			handle, vault->head.epoch, vault->head.rotation, f->receipts, &f->n_receipts, err);
		if (nk_ok(rc)) {
			f->cap = other->cap(
				f->receipts, f->n_receipts, vault->head.other_holders, vault->head.other_threshold);
		}
		if (other == vault->sealer) {
			/* The same kind with other settings: who answered now may never have held the old secret. */
			f->cap = NK_LEVEL_E2;
		}
		other->close(&handle);
	}
	/* The sealer that was left may be gone for good: then nothing more than E2 is claimed, and the vault opens.
	 */
	return nk_done();
}

static NK_RESULT finish(struct nk_vault *vault, const struct nk_vault_options *opt, struct nk_err *err)
{
	struct nk_vhead head = vault->head;
	struct nk_vault_finish *f = &vault->finished;
	bool found = false;

	f->cap = NK_LEVEL_E2;
	if ((head.flags & NKV_ROTATION) != 0) {
		NK_TRY(destroy_again(vault, opt, err));
		head.e3_since = nk_vault_e3_since_(head.e3_since, f->cap, head.epoch);
	}
	NK_TRY(wipe_inactive(vault, &found, err));
	head.flags &= ~(uint32_t)(NKV_UNFINISHED | NKV_ROTATION);
	memset(head.other_sealer, 0, sizeof(head.other_sealer));
	f->epoch = head.epoch;
	f->e3_since = head.e3_since;
	NK_TRY(nk_vault_receipts_keep_(vault, f, err));
	NK_TRY(nk_vault_head_commit_(vault, &head, &vault->secrets->kek, &vault->secrets->root, err));
	vault->recovered = true;
	return nk_done();
}

/* A rotation that did not commit: its secret is dropped. When the sealer does not answer, the next open tries again.
 */
static NK_RESULT drop_pending(struct nk_vault *vault, const struct nk_vault_options *opt, struct nk_err *err)
{
	struct nk_vhead head = vault->head;
	const struct nk_sealer *sealer = vault->sealer;
	struct nk_sealer_handle *handle = NULL;
	nk_rc rc = nk_done();

	if (head.other_sealer[0] != '\0') {
		rc = nk_vault_sealer_open_(vault->env, head.other_sealer, opt, &sealer, &handle, NULL);
	}
	if (nk_ok(rc)) {
		rc = sealer->drop(handle != NULL ? handle : vault->handle, head.epoch + 1, head.pending, NULL);
	}
	if (handle != NULL) {
		sealer->close(&handle);
	}
	vault->recovered = true;
	if (!nk_ok(rc)) {
		return nk_done();
	}
	memset(head.pending, 0, sizeof(head.pending));
	memset(head.other_sealer, 0, sizeof(head.other_sealer));
	return nk_vault_head_commit_(vault, &head, &vault->secrets->kek, &vault->secrets->root, err);
}

NK_RESULT nk_vault_recover_(struct nk_vault *vault, const struct nk_vault_options *opt, struct nk_err *err)
{
	bool found = false;
	bool wiped = false;

	if ((vault->head.flags & NKV_UNFINISHED) != 0) {
		NK_TRY(finish(vault, opt, err));
	} else {
		NK_TRY(nk_vault_receipts_load_(vault, err));
		if (!nk_layout_zero(vault->head.pending, sizeof(vault->head.pending))) {
			NK_TRY(drop_pending(vault, opt, err));
		}
		NK_TRY(table_left_over(vault, &found, err));
	}
	if (found) {
		NK_TRY(wipe_inactive(vault, &wiped, err));
	}
	NK_TRY(wipe_behind(vault, &wiped, err));
	if (wiped) {
		nk_places_sync(&vault->places);
		vault->recovered = true;
	}
	return nk_done();
}
