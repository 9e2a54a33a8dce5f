/*
 * vault.c: opening, closing, status, and the small things all vault_*.c share.
 *
 * Invariant: nothing is handed out before the header was authenticated with the
 * unlock secret and the epoch secret, and recovery has run.
 */
#include "base.h"

#include "vault_int.h"

#include "os.h"

enum { LOCK_WAIT_MS = 2000 };

static const char *const file_names[] = { "vault", "lock", "client.key", "epoch", "vault.receipts", NULL };

const char *const *nk_vault_file_names(void)
{
	return file_names;
}

void nk_vault_name_put_(char out[static NKV_NAME_LEN], struct nk_str name)
{
	nk_assert(name.len < NKV_NAME_LEN);
	memset(out, 0, NKV_NAME_LEN);
	memcpy(out, name.ptr, name.len);
}

uint32_t nk_vault_threshold_(const struct nk_vault_options *opt)
{
	return opt->sealing.threshold != 0 ? opt->sealing.threshold : NKV_THRESHOLD_DEFAULT;
}

uint64_t nk_vault_e3_since_(uint64_t before, enum nk_level cap, uint64_t epoch)
{
	return cap >= NK_LEVEL_E3 ? before : epoch;
}

NK_RESULT nk_vault_unlock_secret_(
	const struct nk_kdf_params *kdf, const struct nk_vault_options *opt, struct nk_key *out, struct nk_err *err)
{
	if (opt->n_escrow > 0) {
		return nk_vault_escrow_join_(opt->escrow, opt->n_escrow, out, err);
	}
	if (opt->secret_is_keyfile) {
		if (opt->secret.len < NK_KEY_LEN) {
			return nk_fail(err, NK_CONFIG,
				"the key file of the vault is too short: at least %d random bytes are needed",
				(int)NK_KEY_LEN);
		}
		nk_kdf_keyfile(kdf, opt->secret, out);
		return nk_done();
	}
	if (opt->secret.len == 0) {
		return nk_fail(err, NK_AUTH, "the passphrase of the vault is empty");
	}
	return nk_kdf_passphrase(kdf, opt->secret, out, err);
}

NK_RESULT nk_vault_sealer_open_(const struct nk_env *env, const char *name, const struct nk_vault_options *opt,
	const struct nk_sealer **out_sealer, struct nk_sealer_handle **out, struct nk_err *err)
{
	const struct nk_sealer *sealer = nk_sealer_find(nk_str_c(name));
	struct nk_sealer_settings settings = opt->sealing;

	if (sealer == NULL) {
		return nk_fail(err, NK_CONFIG, "this program has no sealer named \"%s\"", name);
	}
	if (settings.dir == NULL) {
		settings.dir = opt->dir;
	}
	settings.threshold = nk_vault_threshold_(opt);
	NK_TRY(sealer->open(env, &settings, out, err));
	*out_sealer = sealer;
	return nk_done();
}

NK_RESULT nk_vault_usable_(const struct nk_vault *vault, bool for_change, struct nk_err *err)
{
	if (vault->broken) {
		return nk_fail(err, NK_CONFLICT,
			"a write to the vault was cut off: close it and open it again, which finishes or undoes it");
	}
	if (for_change && vault->change != NULL) {
		return nk_fail(err, NK_BUSY, "a change of the vault is under way: finish or drop it first");
	}
	if (for_change && (vault->head.flags & NKV_UNFINISHED) != 0) {
		return nk_fail(err, NK_CONFLICT,
			"the last change of the vault is committed but not finished: close it and open it again");
	}
	return nk_done();
}

void nk_vault_index_set_(struct nk_vault *vault, uint64_t number, struct nk_vindex to)
{
	struct nk_vindex *at = &vault->index[number];

	vault->counts[at->kind][at->state]--;
	if (at->state == NK_SLOT_FREE) {
		vault->free_count[number / NKV_SLOTS]--;
	}
	if (to.state == NK_SLOT_FREE) {
		to.kind = 0;
		vault->free_count[number / NKV_SLOTS]++;
	}
	vault->counts[to.kind][to.state]++;
	*at = to;
}

void nk_vault_index_load_(struct nk_vault *vault, uint64_t bucket, const uint8_t *area)
{
	const uint64_t first = bucket * NKV_SLOTS;
	uint64_t i;

	for (i = 0; i < NKV_SLOTS; i++) {
		struct nk_vslot slot;

		nk_layout_slot_get(area + i * NKV_SLOT_LEN, &slot);
		if (slot.kind >= NK_SLOT_KIND_COUNT || slot.state >= NK_SLOT_STATE_COUNT) {
			/* damaged: says so when it is opened */
			slot = (struct nk_vslot){ .kind = NK_SLOT_SYSTEM, .state = NK_SLOT_LIVE };
		}
		nk_vault_index_set_(vault, first + i, (struct nk_vindex){ slot.generation, slot.kind, slot.state });
	}
}

static NK_RESULT grow_plain(void **array, size_t n, size_t item, struct nk_err *err)
{
	void *fresh = reallocarray(*array, n, item);

	if (fresh == NULL) {
		return nk_fail_nomem(err);
	}
	*array = fresh;
	return nk_done();
}

NK_RESULT nk_vault_room_(struct nk_vault *vault, uint32_t buckets, struct nk_err *err)
{
	const uint32_t old = vault->buckets_cap;
	uint32_t cap = old > 0 ? old : 16;
	void *keys = NULL;
	uint32_t b;

	while (cap < buckets) {
		cap *= 2;
	}
	if (cap == old) {
		return nk_done();
	}
	NK_TRY(grow_plain((void **)&vault->areas, cap, sizeof(*vault->areas), err));
	NK_TRY(grow_plain((void **)&vault->free_count, cap, sizeof(*vault->free_count), err));
	NK_TRY(grow_plain((void **)&vault->index, (size_t)cap * NKV_SLOTS, sizeof(*vault->index), err));
	NK_TRY(nk_locked_new(cap * sizeof(struct nk_key), &keys, err));
	if (old > 0) {
		memcpy(keys, vault->bucket_keys, old * sizeof(struct nk_key));
	}
	nk_locked_free((void **)&vault->bucket_keys);
	vault->bucket_keys = keys;
	vault->buckets_cap = cap;
	/* Unused room counts as free but in no status: nk_vault_status looks only at what is in use. */
	memset(vault->areas + old, 0, cap - old);
	memset(vault->index + (size_t)old * NKV_SLOTS, 0, (size_t)(cap - old) * NKV_SLOTS * sizeof(*vault->index));
	for (b = old; b < cap; b++) {
		vault->free_count[b] = NKV_SLOTS;
	}
	vault->counts[0][NK_SLOT_FREE] += (uint64_t)(cap - old) * NKV_SLOTS;
	return nk_done();
}

static NK_RESULT head_write(struct nk_vault *vault, const struct nk_vhead *head, struct nk_err *err)
{
	uint8_t sector[NKV_SECTOR];
	unsigned i;

	nk_layout_head_put(head, sector);
	for (i = 0; i < vault->places.n; i++) {
		NK_TRY(nk_places_write_one(
			&vault->places, i, nk_layout_head_at(head->sequence), sector, sizeof(sector), err));
		nk_places_sync_one(&vault->places, i);
	}
	return nk_done();
}

NK_RESULT nk_vault_head_commit_(struct nk_vault *vault, struct nk_vhead *head, const struct nk_key *kek,
	const struct nk_key *root, struct nk_err *err)
{
	nk_rc rc;

	head->sequence = vault->head.sequence + 1;
	NK_TRY(nk_layout_root_wrap(vault->env, kek, root, head, err));
	rc = head_write(vault, head, err);
	if (!nk_ok(rc)) {
		vault->broken = true; /* which header is in force is known only to the disk now */
		return rc;
	}
	vault->head = *head;
	return nk_done();
}

/* What the two sectors of one place say. */
struct place_look {
	struct nk_vhead head;
	bool good;
	bool draft;
	bool repair; /* a sector is torn */
	uint8_t bytes[2][NKV_SECTOR];
};

static NK_RESULT look_at(const struct nk_places *p, unsigned place, struct place_look *out, struct nk_err *err)
{
	uint64_t size = 0;
	unsigned s;

	memset(out, 0, sizeof(*out));
	NK_TRY(p->env->size(p->env->self, p->file[place], &size, err));
	out->draft = size < nk_layout_size(1); /* no vault is that small */
	for (s = 0; s < 2; s++) {
		struct nk_vhead head;
		size_t got = 0;

		NK_TRY(p->env->read(
			p->env->self, p->file[place], nk_layout_head_at(s), out->bytes[s], NKV_SECTOR, &got, err));
		switch (nk_layout_head_get(out->bytes[s], &head)) {
		case NK_HEAD_NEWER:
			return nk_fail(err, NK_NEWER,
				"the vault %s was written by a newer version of this program: use that version",
				p->path[place]);
		case NK_HEAD_GOOD:
			if ((head.flags & NKV_DRAFT) != 0) {
				out->draft = true;
			} else if (!out->good || head.sequence > out->head.sequence) {
				out->good = true;
				out->head = head;
			}
			break;
		case NK_HEAD_DAMAGED:
			out->repair = true;
			break;
		case NK_HEAD_EMPTY:
			break;
		}
	}
	return nk_done();
}

/* What reading both places' headers led to. */
struct choice {
	unsigned winner;
	bool lagging; /* the other place is behind */
	bool repair; /* header sectors differ or are torn */
};

static NK_RESULT no_header(const struct nk_places *p, const struct place_look *look, struct nk_err *err)
{
	if (look[0].draft || look[1].draft) {
		return nk_fail(
			err, NK_NOT_FOUND, "the creation of the vault %s was cut off: create it again", p->path[0]);
	}
	return nk_fail(err, NK_CORRUPT,
		"no header of the vault %s can be read, in no place: put back its latest backup", p->path[0]);
}

static NK_RESULT choose(
	const struct nk_places *p, const struct place_look *look, struct choice *out, struct nk_err *err)
{
	out->winner = 0;
	out->lagging = false;
	out->repair = look[0].repair || look[0].draft;
	if (p->n == 1) {
		return look[0].good ? nk_done() : no_header(p, look, err);
	}
	if (!look[0].good && !look[1].good) {
		return no_header(p, look, err);
	}
	if (look[0].good && look[1].good) {
		if (!nk_bytes_eq(
			    nk_bytes_of(look[0].head.id, NKV_ID_LEN), nk_bytes_of(look[1].head.id, NKV_ID_LEN))) {
			return nk_fail(err, NK_CORRUPT,
				"%1$s and %2$s are two different vaults: one of the folders is wrong", p->path[0],
				p->path[1]);
		}
		out->winner = look[1].head.sequence > look[0].head.sequence ? 1 : 0;
		out->lagging = look[0].head.sequence != look[1].head.sequence;
	} else {
		out->winner = look[1].good ? 1 : 0;
		out->lagging = true;
	}
	out->repair = look[out->winner].repair || look[out->winner].draft ||
		!nk_bytes_eq(nk_bytes_of(look[0].bytes, sizeof(look[0].bytes)),
			nk_bytes_of(look[1].bytes, sizeof(look[1].bytes)));
	return nk_done();
}

static NK_RESULT check_options(const struct nk_vault *vault, uint64_t min_sequence, struct nk_err *err)
{
	if (vault->head.sequence < min_sequence) {
		return nk_fail(err, NK_CORRUPT,
			"this vault is older than the data: its sequence is %1$" PRIu64 ", the store has seen "
			"%2$" PRIu64 "; put back the latest copy of the vault",
			vault->head.sequence, min_sequence);
	}
	if (((vault->head.flags & NKV_SINGLE) != 0) != (vault->places.n == 1)) {
		if (vault->places.n == 1) {
			return nk_fail(err, NK_CONFIG, "this vault has a second place: name its folder (copy_dir)");
		}
		return nk_fail(
			err, NK_CONFIG, "this vault was made without a second place: it cannot be opened with one");
	}
	return nk_done();
}

/* Epoch secret and unlock secret give the key of the header; the header opens or the secret is wrong. */
static NK_RESULT unlock(struct nk_vault *vault, const struct nk_vault_options *opt, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key epoch = { { 0 } };
	uint8_t check[NKV_CHECK_LEN];

	NK_TRY(nk_vault_sealer_open_(vault->env, vault->head.sealer, opt, &vault->sealer, &vault->handle, err));
	NK_TRY(vault->sealer->get(vault->handle, vault->head.epoch, &epoch, err));
	nk_layout_check(&epoch, check);
	if (!nk_ct_equal(check, vault->head.check, sizeof(check))) {
		return nk_fail(err, NK_CORRUPT,
			"the sealer \"%1$s\" holds an epoch secret that is not that of this vault (epoch "
			"%2$" PRIu64 "): another vault's folder or custodians are configured",
			vault->head.sealer, vault->head.epoch);
	}
	NK_TRY(nk_vault_unlock_secret_(&vault->head.kdf, opt, &vault->secrets->unlock, err));
	nk_key_mix(&vault->secrets->unlock, &epoch, &vault->secrets->kek);
	if (!nk_layout_root_unwrap(&vault->secrets->kek, &vault->head, &vault->secrets->root)) {
		if ((vault->head.flags & NKV_KEYFILE) != 0) {
			return nk_fail(err, NK_AUTH, "the vault does not open: this is not its key file");
		}
		return nk_fail(err, NK_AUTH, "the vault does not open: the passphrase is wrong");
	}
	return nk_done();
}

static NK_RESULT allocate(struct nk_vault *vault, struct nk_err *err)
{
	unsigned i;

	NK_TRY(nk_locked_new(sizeof(*vault->secrets), (void **)&vault->secrets, err));
	NK_TRY(nk_locked_new(sizeof(*vault->scratch), (void **)&vault->scratch, err));
	for (i = 0; i < 2; i++) {
		vault->work[i] = calloc(1, NKV_AREA_LEN);
		if (vault->work[i] == NULL) {
			return nk_fail_nomem(err);
		}
	}
	vault->cache = calloc(1, NKV_AREA_LEN);
	return vault->cache != NULL ? nk_done() : nk_fail_nomem(err);
}

static NK_RESULT lock_dir(struct nk_vault *vault, const char *dir, struct nk_err *err)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/lock", dir) >= sizeof(path)) {
		return nk_fail(err, NK_CONFIG, "the path of the vault is longer than %d bytes", (int)PATH_MAX);
	}
	return vault->env->lock(vault->env->self, path, true, LOCK_WAIT_MS, &vault->lock, err);
}

/* The header sectors of all places become those of the header in force. */
static NK_RESULT repair_heads(struct nk_vault *vault, struct nk_err *err)
{
	uint8_t sector[NKV_SECTOR];
	unsigned s;

	nk_layout_head_put(&vault->head, sector);
	for (s = 0; s < 2; s++) {
		/* First the sector that may be torn; the one in force stays readable meanwhile. */
		NK_TRY(nk_places_write(&vault->places, nk_layout_head_at(vault->head.sequence + 1 + s), sector,
			sizeof(sector), err));
		nk_places_sync(&vault->places);
	}
	vault->recovered = true;
	return nk_done();
}

static NK_RESULT open_in(
	struct nk_vault *vault, const struct nk_vault_options *opt, uint64_t min_sequence, struct nk_err *err)
{
	struct place_look look[2];
	struct choice choice;
	unsigned i;

	NK_TRY(nk_places_name(&vault->places, opt, err));
	NK_TRY(nk_places_open(&vault->places, NK_OPEN_WRITE, err));
	NK_TRY(lock_dir(vault, opt->dir, err));
	memset(look, 0, sizeof(look));
	for (i = 0; i < vault->places.n; i++) {
		NK_TRY(look_at(&vault->places, i, &look[i], err));
	}
	NK_TRY(choose(&vault->places, look, &choice, err));
	vault->head = look[choice.winner].head;
	NK_TRY(check_options(vault, min_sequence, err));
	NK_TRY(unlock(vault, opt, err));
	NK_TRY(nk_vault_room_(vault, vault->head.buckets, err));
	if (choice.lagging) {
		NK_TRY(nk_places_copy(&vault->places, choice.winner, nk_layout_size(vault->head.buckets), err));
		vault->recovered = true;
	}
	if (choice.repair) {
		NK_TRY(repair_heads(vault, err));
	}
	NK_TRY(nk_vault_reconcile_(vault, err));
	return nk_vault_recover_(vault, opt, err);
}

NK_RESULT nk_vault_open(const struct nk_env *env, const struct nk_vault_options *opt, uint64_t min_sequence,
	struct nk_vault **out, struct nk_err *err)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = calloc(1, sizeof(*vault));

	if (vault == NULL) {
		return nk_fail_nomem(err);
	}
	vault->env = env;
	vault->lock = -1;
	vault->cached = UINT64_MAX;
	vault->last_bucket = UINT64_MAX;
	nk_places_init(&vault->places, env);
	NK_TRY(nk_crypto_init(err));
	NK_TRY(allocate(vault, err));
	NK_TRY(open_in(vault, opt, min_sequence, err));
	*out = vault;
	vault = NULL;
	return nk_done();
}

void nk_vault_close(struct nk_vault **vault)
{
	struct nk_vault *v = *vault;

	if (v == NULL) {
		return;
	}
	if (v->change != NULL) {
		struct nk_vault_change *change = v->change;

		nk_vault_change_drop(&change);
	}
	if (v->sealer != NULL) {
		v->sealer->close(&v->handle);
	}
	nk_locked_free((void **)&v->secrets);
	nk_locked_free((void **)&v->scratch);
	nk_locked_free((void **)&v->bucket_keys);
	free(v->areas);
	free(v->free_count);
	free(v->index);
	free(v->work[0]);
	free(v->work[1]);
	free(v->cache);
	nk_places_done(&v->places);
	v->env->close(v->env->self, &v->lock);
	free(v);
	*vault = NULL;
}

void nk_vault_status(const struct nk_vault *vault, struct nk_vault_status *out)
{
	memset(out, 0, sizeof(*out));
	out->sequence = vault->head.sequence;
	out->epoch = vault->head.epoch;
	out->buckets = vault->head.buckets;
	memcpy(out->slots, vault->counts, sizeof(out->slots));
	out->slots[0][NK_SLOT_FREE] -= (uint64_t)(vault->buckets_cap - vault->head.buckets) * NKV_SLOTS;
	memcpy(out->sealer, vault->head.sealer, sizeof(vault->head.sealer));
	out->single_copy = (vault->head.flags & NKV_SINGLE) != 0;
	out->escrow_rehearsed = (vault->head.flags & NKV_REHEARSED) != 0;
	out->recovered = vault->recovered;
}

void nk_vault_recovered(const struct nk_vault *vault, struct nk_vault_finish *out)
{
	*out = vault->finished;
}
