/*
 * vault_verify.c: reading a prepared change back from the disk before anything is destroyed.
 *
 * Invariant: nothing is taken from memory but the keys: every byte that the new path will rest on is read from every
 * place, is the same in each, and opens.
 */
#include "base.h"

#include "vault_change_int.h"

static NK_RESULT bad_bucket(uint64_t bucket, struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT,
		"the new state of the vault did not verify at bucket %" PRIu64
		": nothing was destroyed; check the disk",
		bucket);
}

static NK_RESULT bad_slot(uint64_t number, struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT,
		"the new state of the vault did not verify at slot %" PRIu64
		": nothing was destroyed; check the disk",
		number);
}

/* The same bytes in every place, into work[0]. */
static NK_RESULT read_same(
	const struct nk_vault *vault, uint64_t at, size_t len, uint8_t *const room[2], struct nk_err *err)
{
	NK_TRY(nk_places_read(&vault->places, 0, at, room[0], len, err));
	if (vault->places.n == 2) {
		NK_TRY(nk_places_read(&vault->places, 1, at, room[1], len, err));
		if (!nk_bytes_eq(nk_bytes_of(room[0], len), nk_bytes_of(room[1], len))) {
			return nk_fail(err, NK_CORRUPT,
				"the two places of the vault differ at byte %" PRIu64 " after writing: nothing "
				"was destroyed; check the disks",
				at);
		}
	}
	return nk_done();
}

static NK_RESULT verify_table(const struct nk_vault_change *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	const size_t len = (size_t)c->head.buckets * NKV_ENTRY_LEN;
	uint8_t *table[2] = { NULL, NULL };
	uint32_t b;

	nk_buf_init(&room, 2 * len);
	NK_TRY(nk_buf_reserve(&room, 2 * len, &table[0], err));
	table[1] = table[0] + len;
	NK_TRY(read_same(c->vault, nk_layout_table_at(c->head.table), len, table, err));
	for (b = 0; b < c->head.buckets; b++) {
		NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
		unsigned area = 2;

		if (!nk_layout_entry_open(
			    c->head.id, &c->next->root, b, table[0] + (size_t)b * NKV_ENTRY_LEN, &area, &key) ||
			area != c->areas[b] || !nk_ct_equal(&key, &c->bucket_keys[b], sizeof(key))) {
			return bad_bucket(b, err);
		}
	}
	return nk_done();
}

/* One slot of the new area: it opens, and it is what it was, or the mark of what dies. */
static NK_RESULT verify_slot(const struct nk_vault_change *c, uint64_t number, const uint8_t *bytes, bool dying,
	uint64_t *live, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	const struct nk_vindex *was = &c->vault->index[number];
	struct nk_vslot slot;

	if (nk_layout_zero(bytes, NKV_SLOT_LEN)) {
		return was->generation == 0 ? nk_done() : bad_slot(number, err);
	}
	nk_layout_slot_get(bytes, &slot);
	if (!nk_layout_slot_open(c->head.id, &c->bucket_keys[number / NKV_SLOTS], number, bytes, &key) ||
		slot.generation != was->generation || slot.kind != was->kind ||
		slot.state != (dying ? (uint8_t)NK_SLOT_DESTROYED : was->state)) {
		return bad_slot(number, err);
	}
	if (slot.state != NK_SLOT_LIVE) {
		return nk_layout_zero(key.b, sizeof(key.b)) ? nk_done() : bad_slot(number, err);
	}
	(*live)++;
	return nk_done();
}

static NK_RESULT verify_bucket(
	const struct nk_vault_change *c, uint64_t bucket, size_t *next, uint64_t *live, struct nk_err *err)
{
	uint64_t i;

	NK_TRY(read_same(c->vault, nk_layout_area_at(bucket, c->areas[bucket]), NKV_AREA_LEN, c->vault->work, err));
	for (i = 0; i < NKV_SLOTS; i++) {
		const uint64_t number = bucket * NKV_SLOTS + i;
		bool dying = false;

		while (*next < c->n_slots && c->slots[*next].number == number) {
			dying = true;
			(*next)++;
		}
		NK_TRY(verify_slot(c, number, c->vault->work[0] + i * NKV_SLOT_LEN, dying, live, err));
	}
	return nk_done();
}

NK_RESULT nk_vault_change_verify(struct nk_vault_change *change, uint64_t *out_survivors, struct nk_err *err)
{
	const size_t n = change->kind == CHANGE_DESTROY ? change->n_touched : change->head.buckets;
	uint64_t live = 0;
	size_t next = 0;
	size_t i;

	NK_TRY(nk_vault_usable_(change->vault, false, err));
	if (change->state == CHANGE_COMMITTED) {
		return nk_fail(err, NK_CONFLICT, "a change of the vault is verified before it is committed");
	}
	NK_TRY(verify_table(change, err));
	for (i = 0; i < n; i++) {
		NK_TRY(verify_bucket(
			change, change->kind == CHANGE_DESTROY ? change->touched[i] : i, &next, &live, err));
	}
	change->state = CHANGE_VERIFIED;
	*out_survivors = live;
	return nk_done();
}
