/*
 * vault_create.c: an empty vault at epoch 1.
 *
 * Invariant: until a header without NKV_DRAFT is in one place there is no vault, and creating may be tried again;
 * the draft names the rotation under which the sealer may already hold a pending secret.
 */
#include "base.h"

#include "vault_int.h"

enum { LOCK_WAIT_MS = 2000, PASSES = 3, MEMORY_KB = 262144 };

struct creation {
	const struct nk_env *env;
	const struct nk_vault_options *opt;
	struct nk_places places;
	int lock;
	struct nk_vhead head;
	struct nk_vsecrets *secrets;
	struct nk_key *epoch;
	const struct nk_sealer *sealer;
	struct nk_sealer_handle *handle;
};

static void creation_done(struct creation *c)
{
	if (c->sealer != NULL) {
		c->sealer->close(&c->handle);
	}
	nk_locked_free((void **)&c->secrets);
	nk_key_drop(&c->epoch);
	nk_places_done(&c->places);
	c->env->close(c->env->self, &c->lock);
}

static NK_RESULT make_dirs(struct creation *c, struct nk_err *err)
{
	char path[PATH_MAX];

	NK_TRY(c->env->mkdir(c->env->self, c->opt->dir, err));
	if (c->opt->copy_dir != NULL) {
		NK_TRY(c->env->mkdir(c->env->self, c->opt->copy_dir, err));
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/lock", c->opt->dir) >= sizeof(path)) {
		return nk_fail(err, NK_CONFIG, "the path of the vault is longer than %d bytes", (int)PATH_MAX);
	}
	return c->env->lock(c->env->self, path, true, LOCK_WAIT_MS, &c->lock, err);
}

static NK_RESULT exists(const struct nk_places *p, unsigned place, struct nk_err *err)
{
	return nk_fail(err, NK_EXISTS, "there is a vault at %s already: it is not overwritten", p->path[place]);
}

/* One sector of what may be there: a vault, a draft (kept in *draft), or nothing. */
static NK_RESULT look_at_sector(
	const struct nk_places *p, unsigned place, unsigned s, struct nk_vhead *draft, struct nk_err *err)
{
	uint8_t sector[NKV_SECTOR] = { 0 };
	struct nk_vhead head;
	size_t got = 0;

	NK_TRY(p->env->read(p->env->self, p->file[place], nk_layout_head_at(s), sector, sizeof(sector), &got, err));
	switch (nk_layout_head_get(sector, &head)) {
	case NK_HEAD_NEWER:
		return exists(p, place, err);
	case NK_HEAD_GOOD:
		if ((head.flags & NKV_DRAFT) == 0) {
			return exists(p, place, err);
		}
		*draft = head;
		break;
	case NK_HEAD_DAMAGED:
	case NK_HEAD_EMPTY:
		break;
	}
	return nk_done();
}

/* NK_EXISTS unless all that is there is what a creation that was cut off leaves. */
static NK_RESULT look_for_vault(const struct nk_places *p, struct nk_vhead *draft, struct nk_err *err)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		uint64_t size = 0;
		unsigned s;

		NK_TRY(p->env->size(p->env->self, p->file[i], &size, err));
		for (s = 0; s < 2 && size > 0; s++) {
			NK_TRY(look_at_sector(p, i, s, draft, err));
		}
		if (size > nk_layout_size(1)) {
			return exists(p, i, err); /* its headers are damaged, but it is more than a beginning */
		}
	}
	return nk_done();
}

static NK_RESULT write_sector(const struct creation *c, unsigned place, uint64_t sequence, struct nk_err *err)
{
	uint8_t sector[NKV_SECTOR];

	nk_layout_head_put(&c->head, sector);
	NK_TRY(nk_places_write_one(&c->places, place, nk_layout_head_at(sequence), sector, sizeof(sector), err));
	nk_places_sync_one(&c->places, place);
	return nk_done();
}

static NK_RESULT fill_head(struct creation *c, struct nk_err *err)
{
	const struct nk_vault_options *opt = c->opt;
	struct nk_vhead *head = &c->head;

	head->flags = NKV_DRAFT | (opt->single_copy ? NKV_SINGLE : 0U) | (opt->secret_is_keyfile ? NKV_KEYFILE : 0U);
	head->epoch = 1;
	head->buckets = 1;
	head->kdf.passes = PASSES;
	head->kdf.memory_kb = opt->kdf_memory_kb != 0 ? opt->kdf_memory_kb : MEMORY_KB;
	head->holders = nk_u32(opt->sealing.n_custodians);
	head->threshold = nk_vault_threshold_(opt);
	head->e3_since = 1;
	nk_vault_name_put_(head->sealer, nk_str_c(c->sealer->name));
	NK_TRY(nk_random(c->env, head->id, sizeof(head->id), err));
	NK_TRY(nk_random(c->env, head->rotation, sizeof(head->rotation), err));
	return nk_random(c->env, head->kdf.salt, sizeof(head->kdf.salt), err);
}

/* One empty bucket and its entry in the root table. */
static NK_RESULT write_body(struct creation *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };
	NK_OWNED(nk_key_wipe) struct nk_key bucket_key = { { 0 } };
	uint8_t nonce[NK_NONCE_LEN];
	const struct nk_vseal how = { c->head.id, &c->secrets->root, nonce };
	const size_t len = nk_size(nk_layout_size(1));
	uint8_t *at = NULL;

	nk_buf_init(&room, len);
	NK_TRY(nk_buf_reserve(&room, len, &at, err));
	memset(at, 0, len);
	NK_TRY(nk_key_random(c->env, &bucket_key, err));
	NK_TRY(nk_random(c->env, nonce, sizeof(nonce), err));
	nk_layout_entry_seal(&how, 0, 0, &bucket_key, at + NKV_TABLE_AT);
	NK_TRY(nk_places_write(&c->places, NKV_TABLE_AT, at + NKV_TABLE_AT, len - NKV_TABLE_AT, err));
	nk_places_sync(&c->places);
	return nk_done();
}

/* E_1 goes to the sealer and comes back the same; the header's key is made from it. */
static NK_RESULT seal_epoch(struct creation *c, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key back = { { 0 } };

	NK_TRY(nk_key_random(c->env, c->epoch, err));
	NK_TRY(c->sealer->put(c->handle, 1, c->head.rotation, c->epoch, err));
	NK_TRY(c->sealer->get(c->handle, 1, &back, err));
	if (!nk_ct_equal(&back, c->epoch, sizeof(back))) {
		return nk_fail(err, NK_CORRUPT, "the sealer \"%s\" gave back another epoch secret than it was given",
			c->sealer->name);
	}
	nk_layout_check(c->epoch, c->head.check);
	nk_key_mix(&c->secrets->unlock, c->epoch, &c->secrets->kek);
	return nk_done();
}

static NK_RESULT write_heads(struct creation *c, struct nk_err *err)
{
	unsigned i;

	c->head.flags &= ~(uint32_t)NKV_DRAFT;
	c->head.sequence = 1;
	NK_TRY(nk_layout_root_wrap(c->env, &c->secrets->kek, &c->secrets->root, &c->head, err));
	for (i = 0; i < c->places.n; i++) {
		NK_TRY(write_sector(c, i, 1, err));
	}
	for (i = 0; i < c->places.n; i++) {
		NK_TRY(write_sector(c, i, 0, err)); /* over the draft */
	}
	return nk_done();
}

static NK_RESULT sync_dirs(const struct creation *c, struct nk_err *err)
{
	NK_TRY(c->env->sync_dir(c->env->self, c->opt->dir, err));
	return c->opt->copy_dir != NULL ? c->env->sync_dir(c->env->self, c->opt->copy_dir, err) : nk_done();
}

static NK_RESULT create_in(struct creation *c, struct nk_err *err)
{
	struct nk_vhead draft = { 0 };
	unsigned i;

	NK_TRY(nk_places_name(&c->places, c->opt, err));
	NK_TRY(make_dirs(c, err));
	NK_TRY(nk_places_open(&c->places, NK_OPEN_CREATE, err));
	NK_TRY(look_for_vault(&c->places, &draft, err));
	NK_TRY(nk_vault_unlock_secret_(&c->head.kdf, c->opt, &c->secrets->unlock, err));
	if (!nk_layout_zero(draft.rotation, sizeof(draft.rotation))) {
		NK_TRY(c->sealer->drop(c->handle, 1, draft.rotation, err));
	}
	for (i = 0; i < c->places.n; i++) {
		NK_TRY(write_sector(c, i, 0, err));
	}
	NK_TRY(sync_dirs(c, err));
	NK_TRY(nk_key_random(c->env, &c->secrets->root, err));
	NK_TRY(write_body(c, err));
	NK_TRY(seal_epoch(c, err));
	return write_heads(c, err);
}

static NK_RESULT sealer_name(const struct nk_vault_options *opt, char out[static NKV_NAME_LEN], struct nk_err *err)
{
	if (opt->sealer.len == 0 || opt->sealer.len >= NKV_NAME_LEN) {
		return nk_fail(err, NK_CONFIG,
			"the name of the vault's sealer is missing or too long: \"file\" or \"custodian\"");
	}
	nk_vault_name_put_(out, opt->sealer);
	return nk_done();
}

NK_RESULT nk_vault_create(const struct nk_env *env, const struct nk_vault_options *opt, struct nk_err *err)
{
	NK_OWNED(creation_done) struct creation c = { .env = env, .opt = opt, .lock = -1 };
	const struct nk_key none = { { 0 } };
	char name[NKV_NAME_LEN];

	nk_places_init(&c.places, env);
	NK_TRY(nk_crypto_init(err));
	NK_TRY(sealer_name(opt, name, err));
	NK_TRY(nk_locked_new(sizeof(*c.secrets), (void **)&c.secrets, err));
	NK_TRY(nk_key_keep(&none, &c.epoch, err));
	/* The sealer keeps its own file in the vault's folder, so the folder comes first. */
	NK_TRY(env->mkdir(env->self, opt->dir, err));
	NK_TRY(nk_vault_sealer_open_(env, name, opt, &c.sealer, &c.handle, err));
	NK_TRY(fill_head(&c, err));
	return create_in(&c, err);
}
