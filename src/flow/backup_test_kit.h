/*
 * backup_test_kit.h: an installation with a recovery key and a second party, its backups, and bringing one back.
 */
#ifndef NK_BACKUP_TEST_KIT_H
#define NK_BACKUP_TEST_KIT_H

#include "backup_int.h"
#include "flow_test_kit.h"

struct bt {
	struct ft t;
	char m1[160], m2[160], into[160];
	struct nk_key identity, second;
	char recipient[NK_AGE_RECIPIENT_TEXT], identities[NK_AGE_IDENTITY_TEXT];
	struct nk_str to;
	struct nk_backup_made made;
	char data[300], keys[300];
};

static inline void bt_mkdir_(const char *path)
{
	struct nk_err err = { 0 };

	kit_ok(kit_env()->mkdir(kit_env()->self, path, &err), &err);
}

static inline void bt_party_(struct bt *b, const struct nk_party *like)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_flow *const flow = b->t.flow;
	struct nk_party p = *like;
	struct nk_err err = { 0 };
	struct nk_leaf_item item;

	kit_ok(nk_uuid_new(kit_env(), &p.id, &err), &err);
	kit_ok(nk_tx_begin(flow->store, &tx, &err), &err);
	kit_ok(nk_party_add(tx, flow->key[NK_HOUSE_LOG], &p, &err), &err);
	item = nk_item_hex("party", p.id.b, sizeof(p.id.b));
	kit_ok(nk_flow_leaf(flow, tx, NK_LEAF_PARTY, &item, 1, NULL, &err), &err);
	kit_ok(nk_flow_commit(flow, &tx, &err), &err);
}

/* bt_new: FT_PERSONS persons, of whom `leavers` have left and are due; open. */
static inline void bt_new(struct bt *b, unsigned leavers, const char *settings)
{
	struct nk_age_recipient r;
	struct nk_party second = { .kind = NK_STR("person"), .roles = NK_STR("officer"), .label = NK_STR("二番 目"), .has_key = true };
	struct nk_party rescue = { .kind = NK_STR("organisation"), .roles = NK_STR("contractor"), .label = NK_STR("救難") };

	memset(b, 0, sizeof(*b));
	ft_new(&b->t, settings);
	ft_open(&b->t);
	(void)snprintf(b->m1, sizeof(b->m1), "%s/m1", b->t.tmp.dir);
	(void)snprintf(b->m2, sizeof(b->m2), "%s/m2", b->t.tmp.dir);
	(void)snprintf(b->into, sizeof(b->into), "%s/back", b->t.tmp.dir);
	bt_mkdir_(b->m1);
	bt_mkdir_(b->m2);
	memset(b->identity.b, 0x21, sizeof(b->identity.b));
	memset(b->second.b, 0x33, sizeof(b->second.b));
	nk_age_recipient_of(&b->identity, &r);
	nk_age_recipient_print(&r, b->recipient);
	nk_age_identity_print(&b->identity, b->identities);
	b->to = nk_str_c(b->recipient);
	rescue.recipient = b->to;
	nk_sign_public(&b->second, second.public_key);
	bt_party_(b, &rescue); /* before there is an officer, who would have to sign for it */
	bt_party_(b, &second);
	ft_leave(&b->t, leavers);
}

static inline void bt_done(struct bt *b)
{
	ft_done(&b->t);
}

static inline struct nk_backup_request bt_request(struct bt *b)
{
	return (struct nk_backup_request){
		.to = b->m1, .keys_to = b->m2, .recipients = &b->to, .n_recipients = 1, .same_device = true
	};
}

/* bt_backup: both parts; b->data and b->keys are their paths. The clock moves, so that the next has another name. */
static inline void bt_backup(struct bt *b)
{
	const struct nk_backup_request req = bt_request(b);
	struct nk_err err = { 0 };

	kit_ok(nk_op_backup(b->t.flow, &req, b->t.arena, &b->made, &err), &err);
	(void)snprintf(b->data, sizeof(b->data), "%s", b->made.data.path.ptr);
	(void)snprintf(b->keys, sizeof(b->keys), "%s", b->made.keys.path.ptr);
	kit_clock_move(3600 * NK_SECOND);
}

static inline struct nk_restore_request bt_restore_request(struct bt *b, const char *ledger)
{
	return (struct nk_restore_request){ .bundle = b->data,
		.keys = b->keys,
		.identities = nk_str_c(b->identities),
		.into = b->into,
		.ledger = ledger,
		.secret = nk_bytes_of(b->t.secret, sizeof(b->t.secret)),
		.secret_is_keyfile = true };
}

/* bt_ledger: the ledger folder of the living installation. */
static inline const char *bt_ledger(struct bt *b, char path[static 256])
{
	(void)snprintf(path, 256, "%s/ledger", b->t.home);
	return path;
}

/* bt_erase: the leavers, whole, with certificate. */
static inline struct nk_apply_reply bt_erase(struct bt *b)
{
	const struct nk_plan_reply plan = ft_plan_erase(&b->t);
	struct nk_apply_reply out;
	struct nk_err err = { 0 };

	kit_ok(ft_apply_rc(b->t.flow, b->t.arena, plan.hash, &out, &err), &err);
	return out;
}

/* bt_back: the restored installation, open for reading. */
static inline struct nk_flow *bt_back(struct bt *b)
{
	const struct nk_flow_options o = { .home = b->into,
		.secret = nk_bytes_of(b->t.secret, sizeof(b->t.secret)),
		.secret_is_keyfile = true,
		.wait_ms = 1000 };
	struct nk_flow *flow = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_flow_open(kit_env(), &o, &flow, &err), &err);
	return flow;
}

#endif
