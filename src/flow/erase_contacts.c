/*
 * erase_contacts.c: a leaver must be reachable when an old copy turns up years later: where a rule says so, one mail
 * stays under a key of its own, on the books as a holding with an end, and the certificate names it (DESIGN 3.6).
 */
#include "base.h"
#include "erase_int.h"

static NK_RESULT keep_one(struct nk_erasing *e, struct nk_tx *tx, struct nk_uuid holding, struct nk_slot slot,
	const struct nk_key *key, const struct nk_person *p, nk_date until, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	struct nk_uuid id;
	uint8_t *at = NULL;

	nk_buf_init(&box, 65536);
	nk_buf_init_wiping(&plain, 65536);
	NK_TRY(nk_uuid_new(e->flow->env, &id, err));
	NK_TRY(nk_buf_add_str(&plain, p->field[NK_FIELD_MAIL], err));
	NK_TRY(nk_pad(&plain, err));
	NK_TRY(nk_buf_reserve(&box, plain.len + NK_SEAL_EXTRA, &at, err));
	NK_TRY(nk_seal(e->flow->env, key, nk_bytes_of(id.b, 16), nk_buf_bytes(&plain), at, err));
	box.len += plain.len + NK_SEAL_EXTRA;
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO contact(id, holding_id, slot, generation, expires_on, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		&s, err));
	nk_stmt_uuid(s, 1, id);
	nk_stmt_uuid(s, 2, holding);
	nk_stmt_int(s, 3, nk_i64(slot.number));
	nk_stmt_int(s, 4, slot.generation);
	nk_stmt_int(s, 5, until);
	nk_stmt_blob(s, 6, nk_buf_bytes(&box));
	return nk_stmt_run(s, err);
}

static NK_RESULT holding_of(
	struct nk_erasing *e, struct nk_tx *tx, nk_time until, struct nk_uuid *out, struct nk_err *err)
{
	const nk_time now = nk_now(e->flow->env);
	const struct nk_holding h = {
		.kind = NK_HOLDING_contact,
		.place = NK_STR("store"),
		.custodian = e->flow->actor,
		.purpose = NK_STR("notification only"),
		.warrant = e->flow->standing_order,
		.opened_at = now,
		.expires_at = until,
		.was_read = "no",
	};

	return nk_holding_open(tx, e->flow->key[NK_HOUSE_LOG], &h, out, err);
}

static NK_RESULT keep_all(struct nk_erasing *e, struct nk_tx *tx, const struct nk_slot *slots,
	const struct nk_key *keys, struct nk_err *err)
{
	const nk_date until = nk_date_add_months(nk_flow_today(e->flow), e->flow->config->contact_months);
	struct nk_uuid holding;
	size_t kept = 0;

	NK_TRY(holding_of(e, tx, (int64_t)until * NK_DAY, &holding, err));
	for (size_t i = 0; i < e->n; i++) {
		const struct nk_person *const p = nk_people_by_number(e->flow->people, e->numbers[i]);

		if (p == NULL || p->field[NK_FIELD_MAIL].len == 0) {
			continue;
		}
		NK_TRY(keep_one(e, tx, holding, slots[kept], &keys[kept], p, until, err));
		NK_TRY(nk_extent_add(tx, holding, NK_ITEM_mail, &e->numbers[i], 1, err));
		kept++;
	}
	e->retained[1].count = kept;
	e->retained[1].until = until;
	return nk_done();
}

static size_t mails(const struct nk_erasing *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++) {
		const struct nk_person *const p = nk_people_by_number(e->flow->people, e->numbers[i]);

		n += p != NULL && p->field[NK_FIELD_MAIL].len > 0 ? 1 : 0;
	}
	return n;
}

/* Slots durable before the rows that name them; none for a job that has kept its contacts already. */
NK_RESULT nk_erase_contacts_keys(struct nk_erasing *e, struct nk_err *err)
{
	const size_t n = mails(e);

	if (!e->flow->config->keep_contact || n == 0 || e->retained[1].count > 0) {
		return nk_done();
	}
	e->contact_slots = nk_arena_array(e->arena, n, sizeof(*e->contact_slots));
	e->contact_keys = nk_arena_array(e->arena, n, sizeof(*e->contact_keys));
	if (e->contact_slots == NULL || e->contact_keys == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_flow_slots_pending(e->flow, err));
	return nk_vault_add(e->flow->vault, NK_SLOT_CONTACT, n, e->contact_slots, e->contact_keys, err);
}

NK_RESULT nk_erase_contacts(struct nk_erasing *e, struct nk_tx *tx, struct nk_err *err)
{
	return e->contact_keys != NULL ? keep_all(e, tx, e->contact_slots, e->contact_keys, err) : nk_done();
}
