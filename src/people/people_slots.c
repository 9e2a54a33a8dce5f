/*
 * people_slots.c: which slots of the vault the store refers to, and the pseudonym under a person's key.
 */
#include "base.h"

#include "people_int.h"

#include "crypto.h"
#include "sealed_int.h"
#include "store.h"
#include "vault.h"

static NK_RESULT each_row(
	struct nk_stmt *stmt, enum nk_slot_kind kind, nk_vault_slot_fn *fn, void *arg, struct nk_err *err)
{
	bool more = false;

	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		const int64_t number = nk_col_int(stmt, 0);
		const int64_t generation = nk_col_int(stmt, 1);

		if (number < 0 || generation < 0 || generation > UINT32_MAX) {
			return nk_fail(err, NK_CORRUPT,
				"the store names slot %lld of the vault, which cannot be; restore the store from a backup",
				(long long)number);
		}
		NK_TRY(fn(arg, kind, (struct nk_slot){ (uint64_t)number, (uint32_t)generation }, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

NK_RESULT nk_people_each_slot(struct nk_store *store, nk_vault_slot_fn *fn, void *arg, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *persons = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *links = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *contacts = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *cases = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *keys = NULL;

	NK_TRY(nk_stmt_get(store, "SELECT slot, generation FROM person WHERE record IS NOT NULL ORDER BY number",
		&persons, err));
	NK_TRY(each_row(persons, NK_SLOT_PERSON, fn, arg, err));
	NK_TRY(nk_stmt_get(store, "SELECT slot, generation FROM link", &links, err));
	NK_TRY(each_row(links, NK_SLOT_LINK, fn, arg, err));
	NK_TRY(nk_stmt_get(store, "SELECT slot, generation FROM contact", &contacts, err));
	NK_TRY(each_row(contacts, NK_SLOT_CONTACT, fn, arg, err));
	NK_TRY(nk_stmt_get(store, "SELECT slot, generation FROM incident", &cases, err));
	NK_TRY(each_row(cases, NK_SLOT_CASE, fn, arg, err));
	NK_TRY(nk_stmt_get(store, "SELECT slot, generation FROM system_key", &keys, err));
	return each_row(keys, NK_SLOT_SYSTEM, fn, arg, err);
}

NK_RESULT nk_people_pseudonym(
	struct nk_people *people, const struct nk_person *p, uint8_t out[static NK_MAC_LEN], struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key ledger = { { 0 } };

	NK_TRY(nk_vault_key(people->vault, NK_SLOT_PERSON, p->slot, &key, err));
	nk_sealed_subkey(&key, NK_SUBKEY_LEDGER, &ledger);
	nk_mac16(&ledger, nk_bytes_of(p->id.b, sizeof(p->id.b)), out);
	return nk_done();
}
