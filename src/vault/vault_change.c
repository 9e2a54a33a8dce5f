/*
 * vault_change.c: destroying keys and rotating the epoch, in the steps of vault.h.
 *
 * Invariant: before commit only areas are written that nothing in force refers to; the one header sector written by
 * commit decides; after it the vault in memory is the new one and the old areas wait to be destroyed.
 */
#include "base.h"

#include "vault_change_int.h"

static void change_free(struct nk_vault_change **change)
{
	struct nk_vault_change *c = *change;

	if (c == NULL) {
		return;
	}
	if (c->sealer != NULL) {
		c->sealer->close(&c->handle);
	}
	if (c->vault->change == c) {
		c->vault->change = NULL;
	}
	nk_locked_free((void **)&c->next);
	nk_locked_free((void **)&c->bucket_keys);
	free(c->areas);
	free(c->touched);
	free(c->slots);
	free(c);
	*change = NULL;
}

/* A copy of everything that is in force, with a new root. */
static NK_RESULT change_new(
	struct nk_vault *vault, enum change_kind kind, struct nk_vault_change **out, struct nk_err *err)
{
	NK_OWNED(change_free) struct nk_vault_change *c = NULL;
	const uint32_t buckets = vault->head.buckets;

	NK_TRY(nk_vault_usable_(vault, true, err));
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		return nk_fail_nomem(err);
	}
	c->vault = vault;
	c->kind = kind;
	c->head = vault->head;
	c->head.table = 1 - vault->head.table;
	c->areas = calloc(buckets, sizeof(*c->areas));
	c->touched = calloc(buckets, sizeof(*c->touched));
	if (c->areas == NULL || c->touched == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(c->areas, vault->areas, buckets);
	NK_TRY(nk_locked_new(sizeof(*c->next), (void **)&c->next, err));
	NK_TRY(nk_locked_new(buckets * sizeof(struct nk_key), (void **)&c->bucket_keys, err));
	memcpy(c->bucket_keys, vault->bucket_keys, buckets * sizeof(struct nk_key));
	*c->next = *vault->secrets;
	NK_TRY(nk_key_random(vault->env, &c->next->root, err));
	vault->change = c;
	*out = c;
	c = NULL;
	return nk_done();
}

static int by_number(const void *a, const void *b)
{
	const struct nk_slot *x = a;
	const struct nk_slot *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* Those slots of the request that are live, in order, each once; marks are proven and passed over. */
static NK_RESULT take_slots(struct nk_vault_change *c, const struct nk_slot *slots, size_t n, struct nk_err *err)
{
	const uint64_t end = (uint64_t)c->vault->head.buckets * NKV_SLOTS;
	size_t i;

	c->slots = calloc(n > 0 ? n : 1, sizeof(*c->slots));
	if (c->slots == NULL) {
		return nk_fail_nomem(err);
	}
	for (i = 0; i < n; i++) {
		const struct nk_vindex *at = slots[i].number < end ? &c->vault->index[slots[i].number] : NULL;

		if (at == NULL || at->generation != slots[i].generation || at->state == NK_SLOT_FREE) {
			return nk_fail(err, NK_CORRUPT,
				"slot %1$" PRIu64
				" (generation %2$u) cannot be destroyed: it is unknown to the vault",
				slots[i].number, slots[i].generation);
		}
		if (at->state == NK_SLOT_DESTROYED) {
			NK_OWNED(nk_key_wipe) struct nk_key none = { { 0 } };
			const nk_rc rc = nk_vault_key(c->vault, (enum nk_slot_kind)at->kind, slots[i], &none, err);

			if (rc.code != NK_GONE) {
				return nk_ok(rc) ? nk_fail(err, NK_CORRUPT,
							   "slot %" PRIu64
							   " of the vault is damaged in every place: put back its "
							   "latest backup",
							   slots[i].number)
						 : rc;
			}
			continue;
		}
		c->slots[c->n_slots++] = slots[i];
	}
	qsort(c->slots, c->n_slots, sizeof(*c->slots), by_number);
	return nk_done();
}

/* The new root table into the inactive area, all entries under the new root. */
static NK_RESULT write_table(struct nk_vault_change *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	const size_t len = (size_t)c->head.buckets * NKV_ENTRY_LEN;
	const size_t nonces_len = (size_t)c->head.buckets * NK_NONCE_LEN;
	uint8_t *entries = NULL;
	uint8_t *nonces = NULL;
	uint32_t b;

	nk_buf_init(&room, len + nonces_len);
	NK_TRY(nk_buf_reserve(&room, len + nonces_len, &entries, err));
	nonces = entries + len;
	NK_TRY(nk_random(c->vault->env, nonces, nonces_len, err));
	for (b = 0; b < c->head.buckets; b++) {
		const struct nk_vseal how = { c->head.id, &c->next->root, nonces + (size_t)b * NK_NONCE_LEN };

		nk_layout_entry_seal(&how, b, c->areas[b], &c->bucket_keys[b], entries + (size_t)b * NKV_ENTRY_LEN);
	}
	return nk_places_write(&c->vault->places, nk_layout_table_at(c->head.table), entries, len, err);
}

/* One slot from under the old bucket key to under the new one; dying: only its mark. */
static NK_RESULT rewrap_slot(
	struct nk_vault_change *c, uint64_t number, bool dying, const uint8_t *from, uint8_t *to, struct nk_err *err)
{
	const uint64_t bucket = number / NKV_SLOTS;
	const struct nk_vseal how = { c->head.id, &c->bucket_keys[bucket],
		c->vault->scratch->nonces[number % NKV_SLOTS] };
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct nk_vslot slot;

	if (!nk_layout_slot_open(c->head.id, &c->vault->bucket_keys[bucket], number, from, &key)) {
		return nk_fail(err, NK_CORRUPT,
			"slot %" PRIu64 " of the vault is damaged: nothing was destroyed; put back the latest "
			"backup of the vault",
			number);
	}
	nk_layout_slot_get(from, &slot);
	if (dying) {
		c->oldest = c->oldest == 0 || slot.epoch < c->oldest ? slot.epoch : c->oldest;
		slot.state = NK_SLOT_DESTROYED;
		slot.epoch = c->head.epoch;
	}
	nk_layout_slot_seal(&how, number, &slot, slot.state == NK_SLOT_LIVE ? &key : NULL, to);
	return nk_done();
}

/* A new key and the other area for each bucket that a dying slot is in. */
static NK_RESULT plan_buckets(struct nk_vault_change *c, struct nk_err *err)
{
	size_t i;

	for (i = 0; i < c->n_slots; i++) {
		const uint32_t bucket = nk_u32(c->slots[i].number / NKV_SLOTS);

		if (c->n_touched == 0 || c->touched[c->n_touched - 1] != bucket) {
			c->touched[c->n_touched++] = bucket;
			c->areas[bucket] = nk_u8(1U - c->vault->areas[bucket]);
			NK_TRY(nk_key_random(c->vault->env, &c->bucket_keys[bucket], err));
		}
	}
	return nk_done();
}

/* The bucket of slots[*next] into its inactive area; *next moves behind its last slot. */
static NK_RESULT rewrap_bucket(struct nk_vault_change *c, uint64_t bucket, size_t *next, struct nk_err *err)
{
	struct nk_vault *vault = c->vault;
	uint64_t i;

	NK_TRY(nk_places_read(&vault->places, 0, nk_layout_area_at(bucket, vault->areas[bucket]), vault->work[0],
		NKV_AREA_LEN, err));
	NK_TRY(nk_random(vault->env, vault->scratch->nonces, sizeof(vault->scratch->nonces), err));
	memset(vault->work[1], 0, NKV_AREA_LEN);
	for (i = 0; i < NKV_SLOTS; i++) {
		const uint64_t number = bucket * NKV_SLOTS + i;
		const uint8_t *from = vault->work[0] + i * NKV_SLOT_LEN;
		bool dying = false;

		while (*next < c->n_slots && c->slots[*next].number == number) {
			dying = true;
			(*next)++;
		}
		if (!nk_layout_zero(from, NKV_SLOT_LEN)) {
			NK_TRY(rewrap_slot(c, number, dying, from, vault->work[1] + i * NKV_SLOT_LEN, err));
		}
	}
	return nk_places_write(
		&vault->places, nk_layout_area_at(bucket, c->areas[bucket]), vault->work[1], NKV_AREA_LEN, err);
}

static NK_RESULT prepare_destroy(struct nk_vault_change *c, const struct nk_slot *slots, size_t n, struct nk_err *err)
{
	size_t next = 0;
	size_t i;

	NK_TRY(take_slots(c, slots, n, err));
	NK_TRY(plan_buckets(c, err));
	/* The table first: an inactive table that is not empty tells the next open that there is something to wipe.
	 */
	NK_TRY(write_table(c, err));
	for (i = 0; i < c->n_touched; i++) {
		NK_TRY(rewrap_bucket(c, c->touched[i], &next, err));
	}
	nk_places_sync(&c->vault->places);
	return nk_done();
}

NK_RESULT nk_vault_destroy_prepare(struct nk_vault *vault, const struct nk_slot *slots, size_t n,
	struct nk_vault_change **out, struct nk_err *err)
{
	struct nk_vault_change *c = NULL;
	nk_rc rc;

	NK_TRY(change_new(vault, CHANGE_DESTROY, &c, err));
	rc = prepare_destroy(c, slots, n, err);
	if (!nk_ok(rc)) {
		nk_vault_change_drop(&c);
		return rc;
	}
	*out = c;
	return nk_done();
}

/* The intent goes into the header before the sealer hears of it, so that recovery knows what to drop. */
static NK_RESULT announce(struct nk_vault_change *c, struct nk_err *err)
{
	struct nk_vault *vault = c->vault;
	struct nk_vhead head = vault->head;

	if (!nk_layout_zero(head.pending, sizeof(head.pending))) {
		const nk_rc rc = vault->sealer->drop(vault->handle, head.epoch + 1, head.pending, err);

		/* A secret that never sealed anything may stay with a holder who is being left, dead ones above all.
		 */
		if (!nk_ok(rc) && c->sealer == NULL) {
			return rc;
		}
	}
	NK_TRY(nk_random(vault->env, head.pending, sizeof(head.pending), err));
	memset(head.other_sealer, 0, sizeof(head.other_sealer));
	if (c->sealer != NULL) {
		nk_vault_name_put_(head.other_sealer, nk_str_c(c->sealer->name));
	}
	NK_TRY(nk_vault_head_commit_(vault, &head, &vault->secrets->kek, &vault->secrets->root, err));
	c->announced = true;
	return nk_done();
}

static NK_RESULT put_secret(struct nk_vault_change *c, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key fresh = { { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key back = { { 0 } };
	const struct nk_sealer *sealer = c->sealer != NULL ? c->sealer : c->vault->sealer;
	struct nk_sealer_handle *handle = c->sealer != NULL ? c->handle : c->vault->handle;

	NK_TRY(nk_key_random(c->vault->env, &fresh, err));
	NK_TRY(sealer->put(handle, c->head.epoch, c->vault->head.pending, &fresh, err));
	NK_TRY(sealer->get(handle, c->head.epoch, &back, err));
	if (!nk_ct_equal(&fresh, &back, sizeof(back))) {
		return nk_fail(err, NK_CORRUPT, "the sealer \"%s\" gave back another epoch secret than it was given",
			sealer->name);
	}
	nk_layout_check(&fresh, c->head.check);
	nk_key_mix(&c->next->unlock, &fresh, &c->next->kek);
	return nk_done();
}

static NK_RESULT prepare_rotation(struct nk_vault_change *c, struct nk_err *err)
{
	if ((c->head.flags & NKV_SINGLE) == 0 && c->vault->places.n != 2) {
		return nk_fail(err, NK_DENIED,
			"the epoch is not rotated without a second place of the vault: a fault could then lose "
			"every key");
	}
	c->head.epoch++;
	c->head.flags |= NKV_ROTATION;
	c->head.other_holders = c->vault->head.holders;
	c->head.other_threshold = c->vault->head.threshold;
	NK_TRY(announce(c, err));
	memcpy(c->head.rotation, c->vault->head.pending, sizeof(c->head.rotation));
	memset(c->head.pending, 0, sizeof(c->head.pending));
	NK_TRY(put_secret(c, err));
	NK_TRY(write_table(c, err));
	nk_places_sync(&c->vault->places);
	return nk_done();
}

NK_RESULT nk_vault_rotate_prepare(struct nk_vault *vault, struct nk_vault_change **out, struct nk_err *err)
{
	struct nk_vault_change *c = NULL;
	nk_rc rc;

	NK_TRY(change_new(vault, CHANGE_ROTATE, &c, err));
	rc = prepare_rotation(c, err);
	if (!nk_ok(rc)) {
		nk_vault_change_drop(&c);
		return rc;
	}
	*out = c;
	return nk_done();
}

/* With a salt of its own; the escrow sheets of the old one are worth nothing then. */
static NK_RESULT new_unlock_secret(struct nk_vault_change *c, const struct nk_vault_options *opt, struct nk_err *err)
{
	NK_TRY(nk_random(c->vault->env, c->head.kdf.salt, sizeof(c->head.kdf.salt), err));
	if (opt->kdf_memory_kb != 0) {
		c->head.kdf.memory_kb = opt->kdf_memory_kb;
	}
	NK_TRY(nk_vault_unlock_secret_(&c->head.kdf, opt, &c->next->unlock, err));
	c->head.flags &= ~(uint32_t)(NKV_KEYFILE | NKV_REHEARSED);
	c->head.flags |= opt->secret_is_keyfile ? NKV_KEYFILE : 0U;
	return nk_done();
}

/* The new sealer, and the new unlock secret when one is given. */
static NK_RESULT prepare_reseal(struct nk_vault_change *c, const struct nk_vault_options *opt, struct nk_err *err)
{
	char name[NKV_NAME_LEN];

	if (opt->sealer.len == 0 || opt->sealer.len >= NKV_NAME_LEN) {
		return nk_fail(err, NK_CONFIG,
			"the name of the vault's sealer is missing or too long: \"file\" or \"custodian\"");
	}
	nk_vault_name_put_(name, opt->sealer);
	if (strcmp(name, c->vault->head.sealer) == 0 && strcmp(name, "file") == 0) {
		/* the same file in the same folder: an ordinary rotation at that sealer */
		c->sealer = NULL;
	} else {
		NK_TRY(nk_vault_sealer_open_(c->vault->env, name, opt, &c->sealer, &c->handle, err));
	}
	if (opt->secret.len > 0) {
		NK_TRY(new_unlock_secret(c, opt, err));
	}
	c->head.holders = nk_u32(opt->sealing.n_custodians);
	c->head.threshold = nk_vault_threshold_(opt);
	nk_vault_name_put_(c->head.other_sealer, c->sealer != NULL ? nk_str_c(c->vault->head.sealer) : NK_STR(""));
	memcpy(c->head.sealer, name, sizeof(name));
	return prepare_rotation(c, err);
}

NK_RESULT nk_vault_reseal_prepare(
	struct nk_vault *vault, const struct nk_vault_options *opt, struct nk_vault_change **out, struct nk_err *err)
{
	struct nk_vault_change *c = NULL;
	nk_rc rc;

	NK_TRY(change_new(vault, CHANGE_RESEAL, &c, err));
	rc = prepare_reseal(c, opt, err);
	if (!nk_ok(rc)) {
		nk_vault_change_drop(&c);
		return rc;
	}
	*out = c;
	return nk_done();
}

/* The change did not commit: its secret and its areas go. What cannot be undone now is undone by the next open. */
static void undo(struct nk_vault_change *c)
{
	struct nk_vault *vault = c->vault;
	struct nk_vhead head = vault->head;
	bool found = false;
	bool wiped = true;
	size_t i;

	for (i = 0; i < c->n_touched; i++) {
		const uint64_t at = nk_layout_area_at(c->touched[i], 1U - vault->areas[c->touched[i]]);

		wiped = nk_ok(nk_places_wipe(&vault->places, at, NKV_AREA_LEN, &found, NULL)) && wiped;
	}
	wiped = wiped &&
		nk_ok(nk_places_wipe(&vault->places, nk_layout_table_at(1 - vault->head.table),
			(size_t)head.buckets * NKV_ENTRY_LEN, &found, NULL));
	if (found) {
		nk_places_sync(&vault->places);
	}
	if (c->announced) {
		const struct nk_sealer *sealer = c->sealer != NULL ? c->sealer : vault->sealer;
		const nk_rc rc = sealer->drop(
			c->sealer != NULL ? c->handle : vault->handle, head.epoch + 1, head.pending, NULL);

		if (nk_ok(rc)) {
			memset(head.pending, 0, sizeof(head.pending));
			memset(head.other_sealer, 0, sizeof(head.other_sealer));
			(void)nk_vault_head_commit_(vault, &head, &vault->secrets->kek, &vault->secrets->root, NULL)
				.code;
		}
	}
}

void nk_vault_change_drop(struct nk_vault_change **change)
{
	struct nk_vault_change *c = *change;

	if (c != NULL && c->state != CHANGE_COMMITTED && !c->vault->broken) {
		undo(c);
	}
	change_free(change);
}

NK_RESULT nk_vault_change_commit(struct nk_vault_change *change, uint64_t *out_sequence, struct nk_err *err)
{
	struct nk_vault *vault = change->vault;
	size_t i;

	NK_TRY(nk_vault_usable_(vault, false, err));
	if (change->state != CHANGE_VERIFIED) {
		return nk_fail(
			err, NK_CONFLICT, "a change of the vault is committed once, and only after it was verified");
	}
	change->head.flags |= NKV_UNFINISHED;
	NK_TRY(nk_vault_head_commit_(vault, &change->head, &change->next->kek, &change->next->root, err));
	change->state = CHANGE_COMMITTED;
	*vault->secrets = *change->next;
	memcpy(vault->bucket_keys, change->bucket_keys, vault->head.buckets * sizeof(struct nk_key));
	memcpy(vault->areas, change->areas, vault->head.buckets);
	vault->cached = UINT64_MAX;
	for (i = 0; i < change->n_slots; i++) {
		struct nk_vindex at = vault->index[change->slots[i].number];

		at.state = NK_SLOT_DESTROYED;
		nk_vault_index_set_(vault, change->slots[i].number, at);
	}
	*out_sequence = vault->head.sequence;
	return nk_done();
}

/* Zeros over the areas that were in force before: no reading, they are known to hold something. */
static NK_RESULT overwrite_old(struct nk_vault_change *c, struct nk_err *err)
{
	struct nk_vault *vault = c->vault;
	const size_t len = (size_t)vault->head.buckets * NKV_ENTRY_LEN;
	bool found = false;
	size_t i;

	memset(vault->work[0], 0, NKV_AREA_LEN);
	for (i = 0; i < c->n_touched; i++) {
		NK_TRY(nk_places_write(&vault->places,
			nk_layout_area_at(c->touched[i], 1U - vault->areas[c->touched[i]]), vault->work[0],
			NKV_AREA_LEN, err));
	}
	return nk_places_wipe(&vault->places, nk_layout_table_at(1 - vault->head.table), len, &found, err);
}

static NK_RESULT destroy_epoch(struct nk_vault_change *c, struct nk_vault_finish *out, struct nk_err *err)
{
	struct nk_vault *vault = c->vault;

	/* After a reseal the old secret is still where it was: vault->sealer until the end of finish. */
	NK_TRY(vault->sealer->destroy(
		vault->handle, vault->head.epoch, vault->head.rotation, out->receipts, &out->n_receipts, err));
	out->cap = vault->sealer->cap(
		out->receipts, out->n_receipts, vault->head.other_holders, vault->head.other_threshold);
	return nk_done();
}

NK_RESULT nk_vault_change_finish(struct nk_vault_change **change, struct nk_vault_finish *out, struct nk_err *err)
{
	struct nk_vault_change *c = *change;
	struct nk_vault *vault = c->vault;
	struct nk_vhead head = vault->head;

	NK_TRY(nk_vault_usable_(vault, false, err));
	if (c->state != CHANGE_COMMITTED) {
		return nk_fail(err, NK_CONFLICT, "a change of the vault is finished only after it was committed");
	}
	memset(out, 0, sizeof(*out));
	out->cap = NK_LEVEL_E2;
	if (c->kind != CHANGE_DESTROY) {
		NK_TRY(destroy_epoch(c, out, err));
		head.e3_since = nk_vault_e3_since_(head.e3_since, out->cap, head.epoch);
	}
	out->epoch = head.epoch;
	out->oldest = c->oldest;
	out->e3_since = head.e3_since;
	NK_TRY(nk_vault_receipts_keep_(vault, out, err));
	NK_TRY(overwrite_old(c, err));
	head.flags &= ~(uint32_t)(NKV_UNFINISHED | NKV_ROTATION);
	memset(head.other_sealer, 0, sizeof(head.other_sealer));
	/* Into the sector of the old header, whose wrapped root goes with it; its sync covers the areas too. */
	NK_TRY(nk_vault_head_commit_(vault, &head, &vault->secrets->kek, &vault->secrets->root, err));
	if (c->sealer != NULL) {
		vault->sealer->close(&vault->handle);
		vault->sealer = c->sealer;
		vault->handle = c->handle;
		c->sealer = NULL;
		c->handle = NULL;
	}
	change_free(change);
	return nk_done();
}
