/*
 * kit_store.h: a fresh store and vault in a folder of one test's own, and persons to put in.
 *
 * The vault has the file sealer, a second place and a key file (no Argon2id). Only for test programs, which have
 * src/store/tx on their path. All persons are made up. Typical:
 *
 *	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
 *	kit_store_new(&k);
 *	struct nk_people *people = kit_people_open(&k);
 *	struct nk_tx *tx = kit_begin(&k);
 *	... kit_people_add(&k, people, tx, persons, n) ...
 *	kit_commit(&tx);
 */
#ifndef KIT_STORE_H
#define KIT_STORE_H

#include "base.h"

#include <cmocka.h>

#include "crypto.h"
#include "kit.h"
#include "people.h"
#include "store.h"
#include "store_tx.h"
#include "vault.h"

struct kit_store {
	struct kit_tmp tmp;
	char db[256];
	char vault_dir[256];
	char copy_dir[256];
	char sealer_dir[256];
	uint8_t secret[32];
	const struct nk_env *env;
	struct nk_store *store;
	struct nk_vault *vault;
	struct nk_uuid tenant;
	struct nk_key index_key;
	struct nk_key tombstone_key;
	struct nk_key label_key;
	struct nk_uuid source; /* "kit", in table source */
	struct nk_uuid unit; /* a school */
	struct nk_uuid group; /* a class of it */
};

/* kit_uuid: an id that is told apart by its number. */
static inline struct nk_uuid kit_uuid(uint32_t n)
{
	struct nk_uuid id = { { 0x5a } };

	nk_put_le32(id.b + 12, n);
	return id;
}

static inline struct nk_key kit_key(uint8_t fill)
{
	struct nk_key key;

	memset(key.b, fill, sizeof(key.b));
	return key;
}

static inline struct nk_vault_options kit_vault_options(const struct kit_store *k)
{
	return (struct nk_vault_options){
		.dir = k->vault_dir,
		.copy_dir = k->copy_dir,
		.sealer = NK_STR("file"),
		.sealing = { .dir = k->sealer_dir, .organisation = NK_STR("kit") },
		.secret = nk_bytes_of(k->secret, sizeof(k->secret)),
		.secret_is_keyfile = true,
	};
}

static inline struct nk_tx *kit_begin(struct kit_store *k)
{
	struct nk_err err = { 0 };
	struct nk_tx *tx = NULL;

	kit_ok(nk_tx_begin(k->store, &tx, &err), &err);
	return tx;
}

/* kit_commit: counts a leaf, as the ledger would have. */
static inline void kit_commit(struct nk_tx **tx)
{
	struct nk_err err = { 0 };

	nk_tx_count_leaf(*tx);
	kit_ok(nk_tx_commit(tx, &err), &err);
}

/* kit_exec: one statement, a literal, in a transaction of its own. */
#define kit_exec(k, sql)                                                                \
	do {                                                                            \
		struct nk_tx *kit_tx_ = kit_begin(k);                                   \
		struct nk_stmt *kit_stmt_ = NULL;                                       \
		struct nk_err kit_err_ = { 0 };                                         \
		kit_ok(nk_stmt_get((k)->store, sql, &kit_stmt_, &kit_err_), &kit_err_); \
		kit_ok(nk_stmt_run(kit_stmt_, &kit_err_), &kit_err_);                   \
		nk_stmt_put(&kit_stmt_);                                                \
		kit_commit(&kit_tx_);                                                   \
	} while (0)

static inline void kit_source_(struct kit_store *k)
{
	struct nk_tx *tx = kit_begin(k);
	struct nk_stmt *stmt = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_stmt_get(k->store,
		       "INSERT INTO source(id, name, format, settings) VALUES (?1, 'kit', 'csv', x'7b7d')", &stmt,
		       &err),
		&err);
	nk_stmt_uuid(stmt, 1, k->source);
	kit_ok(nk_stmt_run(stmt, &err), &err);
	nk_stmt_put(&stmt);
	kit_commit(&tx);
}

static inline void kit_store_open(struct kit_store *k, enum nk_store_mode mode)
{
	const struct nk_store_options so = { .path = k->db, .mode = mode, .wait_ms = 1000 };
	const struct nk_vault_options vo = kit_vault_options(k);
	struct nk_err err = { 0 };

	kit_ok(nk_vault_open(k->env, &vo, 0, &k->vault, &err), &err);
	kit_ok(nk_store_open(k->env, &so, &k->store, &err), &err);
}

/* kit_store_new: made and opened, with one row in table source. */
static inline void kit_store_new(struct kit_store *k)
{
	struct nk_vault_options vo;
	struct nk_err err = { 0 };

	memset(k, 0, sizeof(*k));
	k->env = kit_env();
	k->tmp = kit_tmp();
	(void)snprintf(k->db, sizeof(k->db), "%s", kit_path(&k->tmp, "store.db"));
	(void)snprintf(k->vault_dir, sizeof(k->vault_dir), "%s", kit_path(&k->tmp, "vault"));
	(void)snprintf(k->copy_dir, sizeof(k->copy_dir), "%s", kit_path(&k->tmp, "vault2"));
	(void)snprintf(k->sealer_dir, sizeof(k->sealer_dir), "%s", kit_path(&k->tmp, "sealer"));
	memset(k->secret, 0x42, sizeof(k->secret));
	k->tenant = kit_uuid(1);
	k->source = kit_uuid(2);
	k->unit = kit_uuid(3);
	k->group = kit_uuid(4);
	k->index_key = kit_key(0x11);
	k->tombstone_key = kit_key(0x22);
	k->label_key = kit_key(0x33);
	kit_ok(nk_crypto_init(&err), &err);
	kit_ok(k->env->mkdir(k->env->self, k->vault_dir, &err), &err);
	kit_ok(k->env->mkdir(k->env->self, k->copy_dir, &err), &err);
	kit_ok(k->env->mkdir(k->env->self, k->sealer_dir, &err), &err);
	vo = kit_vault_options(k);
	kit_ok(nk_vault_create(k->env, &vo, &err), &err);
	kit_store_open(k, NK_STORE_CREATE);
	kit_source_(k);
}

static inline void kit_store_close(struct kit_store *k)
{
	nk_store_close(&k->store);
	nk_vault_close(&k->vault);
}

static inline void kit_store_reopen(struct kit_store *k)
{
	kit_store_close(k);
	kit_store_open(k, NK_STORE_WRITE);
}

/* kit_store_done: closed, the folder removed. For NK_OWNED. */
static inline void kit_store_done(struct kit_store *k)
{
	kit_store_close(k);
	kit_tmp_done(&k->tmp);
}

static inline struct nk_people_options kit_people_options(const struct kit_store *k)
{
	return (struct nk_people_options){
		.tenant = k->tenant, .index_key = &k->index_key, .tombstone_key = &k->tombstone_key
	};
}

static inline struct nk_people *kit_people_open(struct kit_store *k)
{
	const struct nk_people_options opt = kit_people_options(k);
	struct nk_people *people = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_people_open(k->store, k->vault, &opt, &people, &err), &err);
	return people;
}

/* kit_person: an active person with these items; the texts are borrowed. Number, id, slot come with kit_people_add.
 */
static inline struct nk_person kit_person(
	const char *login, const char *family, const char *given, const char *family_kana, const char *given_kana)
{
	struct nk_person p = { .state = NK_PERSON_ACTIVE,
		.valid_from = NK_DATE_NONE,
		.valid_until = NK_DATE_NONE,
		.delete_on = NK_DATE_NONE };

	p.field[NK_FIELD_SOURCE] = NK_STR("kit");
	p.field[NK_FIELD_SOURCE_KEY] = nk_str_c(login);
	p.field[NK_FIELD_LOGIN] = nk_str_c(login);
	p.field[NK_FIELD_FAMILY] = nk_str_c(family);
	p.field[NK_FIELD_GIVEN] = nk_str_c(given);
	p.field[NK_FIELD_FAMILY_KANA] = nk_str_c(family_kana);
	p.field[NK_FIELD_GIVEN_KANA] = nk_str_c(given_kana);
	return p;
}

/* kit_people_add_rc: numbers, ids and keys for `persons` (which are changed), then nk_people_add. */
static inline nk_rc kit_people_add_rc(struct kit_store *k, struct nk_people *people, struct nk_tx *tx,
	struct nk_person *persons, size_t n, struct nk_err *err)
{
	struct nk_slot *slots = calloc(n, sizeof(*slots));
	struct nk_key *keys = calloc(n, sizeof(*keys));
	nk_rc rc = nk_done();

	nk_assert(slots != NULL && keys != NULL);
	kit_ok(nk_vault_add(k->vault, NK_SLOT_PERSON, n, slots, keys, err), err);
	for (size_t i = 0; i < n; i++) {
		persons[i].number = nk_people_next_number(people) + (uint32_t)i;
		persons[i].slot = slots[i];
		kit_ok(nk_uuid_new(k->env, &persons[i].id, err), err);
	}
	rc = nk_people_add(people, tx, persons, keys, n, err);
	nk_wipe(keys, n * sizeof(*keys));
	free(slots);
	free(keys);
	return rc;
}

/* kit_people_add: the same, must go well, in a transaction of its own. */
static inline void kit_people_add(struct kit_store *k, struct nk_people *people, struct nk_person *persons, size_t n)
{
	struct nk_tx *tx = kit_begin(k);
	struct nk_err err = { 0 };

	kit_ok(kit_people_add_rc(k, people, tx, persons, n, &err), &err);
	kit_commit(&tx);
}

/* kit_destroy: the keys of these slots, all steps. */
static inline void kit_destroy(struct kit_store *k, const struct nk_slot *slots, size_t n)
{
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish finish = { 0 };
	struct nk_err err = { 0 };
	uint64_t survivors = 0;
	uint64_t sequence = 0;

	kit_ok(nk_vault_destroy_prepare(k->vault, slots, n, &change, &err), &err);
	kit_ok(nk_vault_change_verify(change, &survivors, &err), &err);
	kit_ok(nk_vault_change_commit(change, &sequence, &err), &err);
	kit_ok(nk_vault_change_finish(&change, &finish, &err), &err);
}

#endif
