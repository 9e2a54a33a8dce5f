/*
 * flow.c: opening and closing an installation, committing, leaves.
 *
 * Order of opening, and why: lock (one writer) → configuration → clock → store → vault (checked against the sequence
 * that the store remembers) → house keys → ledger (rolls forward) → leftovers of a cut-off run → people on first use.
 */
#include "base.h"
#include "flow_int.h"
#include "backup_int.h"
#include "hold_int.h"
#include "measures_int.h"
#include "sweep_int.h"

static const struct nk_op ops[] = {
#define ROW(name, role, writes, leaf, summary) { #name, #role, leaf, summary, writes },
#include "ops.inc"
#undef ROW
};

const struct nk_op *nk_ops(size_t *out_n)
{
	*out_n = NK_ARRAY_LEN(ops);
	return ops;
}

void nk_flow_tell(struct nk_flow *flow, const char *phase, uint64_t done, uint64_t total)
{
	if (flow->progress != NULL) {
		flow->progress(flow->progress_arg, phase, done, total);
	}
}

nk_date nk_flow_today(const struct nk_flow *flow)
{
	return nk_time_day(nk_now(flow->env), (int)flow->config->tz_minutes);
}

void nk_flow_path(const struct nk_flow *flow, const char *name, char path[static PATH_MAX])
{
	const int n = snprintf(path, PATH_MAX, "%s/%s", flow->home, name);

	nk_assert(n > 0 && n < PATH_MAX);
}

bool nk_flow_clock_simulated(const struct nk_flow *flow)
{
	return flow->simulated;
}

struct nk_leaf_item nk_item_text(const char *key, struct nk_str text)
{
	return (struct nk_leaf_item){ .key = key, .text = text, .form = NK_ITEM_TEXT };
}

struct nk_leaf_item nk_item_hex(const char *key, const void *bytes, size_t len)
{
	return (struct nk_leaf_item){ .key = key, .hex = nk_bytes_of(bytes, len), .form = NK_ITEM_HEX };
}

struct nk_leaf_item nk_item_number(const char *key, uint64_t number)
{
	return (struct nk_leaf_item){ .key = key, .number = nk_i64(number), .form = NK_ITEM_NUMBER };
}

NK_RESULT nk_flow_leaf(struct nk_flow *flow, struct nk_tx *tx, enum nk_leaf_type type,
	const struct nk_leaf_item *items, size_t n, uint64_t *out_index, struct nk_err *err)
{
	const struct nk_leaf leaf = { .type = type, .actor = flow->actor, .items = items, .n_items = n };

	NK_TRY(nk_settings_tell(flow, tx, err));
	return nk_ledger_append(flow->ledger, tx, &leaf, out_index, err);
}

NK_RESULT nk_flow_person_leaves(struct nk_flow *flow, struct nk_tx *tx, enum nk_leaf_type type,
	const uint32_t *numbers, const struct nk_pseudonym *who, size_t n, const struct nk_leaf_item *items,
	size_t n_items, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_people *people = NULL;
	struct nk_leaf *leaves;

	NK_TRY(n > 0 ? nk_settings_tell(flow, tx, err) : nk_done());
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	leaves = nk_arena_array(arena, n, sizeof(*leaves));
	if (leaves == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		leaves[i] = (struct nk_leaf){
			.type = type, .about_person = true, .actor = flow->actor, .items = items, .n_items = n_items
		};
		if (who != NULL) {
			leaves[i].who = who[i];
			continue;
		}
		const struct nk_person *const p = nk_people_by_number(people, numbers[i]);

		nk_assert(p != NULL);
		NK_TRY(nk_people_pseudonym(people, p, leaves[i].who.b, err));
	}
	return nk_ledger_append_many(flow->ledger, tx, leaves, n, err);
}

static NK_RESULT remember_sequence(struct nk_flow *flow, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_vault_status status;

	nk_vault_status(flow->vault, &status);
	NK_TRY(nk_store_set_int(tx, "vault_sequence", nk_i64(status.sequence), err));
	return flow->keep_pending ? nk_done() : nk_store_set_int(tx, "slots_pending", 0, err);
}

NK_RESULT nk_flow_commit_quiet(struct nk_flow *flow, struct nk_tx **tx, struct nk_err *err)
{
	NK_TRY(remember_sequence(flow, *tx, err));
	return nk_tx_commit(tx, err);
}

NK_RESULT nk_flow_commit(struct nk_flow *flow, struct nk_tx **tx, struct nk_err *err)
{
	NK_TRY(nk_flow_commit_quiet(flow, tx, err));
	return nk_ledger_publish(flow->ledger, err);
}

NK_RESULT nk_flow_slots_pending(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_store_set_int(tx, "slots_pending", 1, err));
	return nk_tx_commit(&tx, err);
}

void nk_flow_forget(struct nk_flow *flow)
{
	nk_people_free(&flow->people);
}

NK_RESULT nk_flow_people(struct nk_flow *flow, struct nk_people **out, struct nk_err *err)
{
	if (flow->people == NULL) {
		const struct nk_people_options opt = { .tenant = flow->tenant,
			.index_key = flow->key[NK_HOUSE_INDEX],
			.tombstone_key = flow->key[NK_HOUSE_TOMBSTONE],
			.tokens_lost = flow->index_lost };

		nk_flow_tell(flow, NK_N("opening the records"), 0, 0);
		NK_TRY(nk_people_open(flow->store, flow->vault, &opt, &flow->people, err));
	}
	*out = flow->people;
	return nk_done();
}

/* <home>/clock: "simulated <µs to add to the real clock>"; missing: the real clock. */
static NK_RESULT open_clock(struct nk_flow *flow, const struct nk_env *env, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char path[PATH_MAX];
	int64_t offset = 0;
	struct nk_err own;

	flow->env = env;
	nk_buf_init(&text, 256);
	nk_flow_path(flow, "clock", path);
	if (!nk_ok(nk_env_read_all(env, path, text.max, &text, &own))) {
		return own.code == NK_NOT_FOUND ? nk_done() : nk_err_pass(err, &own);
	}
	if (!nk_str_starts(nk_buf_str(&text), NK_STR("simulated ")) ||
		!nk_parse_i64(nk_str_trim(nk_str_sub(nk_buf_str(&text), 10, text.len)), INT64_MIN / 4, INT64_MAX / 4,
			&offset)) {
		return nk_fail(err, NK_CORRUPT, NK_N("%s is not readable as a clock file"), path);
	}
	flow->simulated = true;
	flow->clock = *env;
	flow->clock.ahead = offset;
	flow->env = &flow->clock;
	return nk_done();
}

static NK_RESULT fact_uuid(struct nk_flow *flow, const char *name, struct nk_uuid *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init(&b, 64);
	NK_TRY(nk_store_fact_blob(flow->store, name, &b, err));
	if (b.len != sizeof(out->b)) {
		return nk_fail(err, NK_CORRUPT, NK_N("the store's fact \"%s\" is damaged"), name);
	}
	memcpy(out->b, b.ptr, sizeof(out->b));
	return nk_done();
}

/* What a restore could not know is said by every statement from then on. */
static NK_RESULT limitation_of(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf restored = { 0 };
	const struct nk_str own = flow->config->limitation;
	struct nk_err none;
	nk_rc rc;

	nk_buf_init(&restored, 65536);
	flow->limitation = own;
	rc = nk_store_fact_blob(flow->store, "restore_limitation", &restored, &none);
	if (rc.code == NK_NOT_FOUND) {
		return nk_done();
	}
	if (!nk_ok(rc)) {
		return nk_err_pass(err, &none);
	}
	return nk_arena_printf(flow->config->arena, &flow->limitation, err, "%.*s%s%.*s", NK_FMT(own), own.len > 0 ? "; " : "",
		NK_FMT(nk_buf_str(&restored)));
}

static NK_RESULT open_store(struct nk_flow *flow, const struct nk_flow_options *opt, struct nk_err *err)
{
	char path[PATH_MAX];
	const struct nk_store_options so = {
		.path = path, .mode = flow->write ? NK_STORE_WRITE : NK_STORE_READ, .wait_ms = opt->wait_ms
	};

	nk_flow_path(flow, "store/nokosazu.db", path);
	NK_TRY(nk_store_open(flow->env, &so, &flow->store, err));
	NK_TRY(limitation_of(flow, err));
	NK_TRY(fact_uuid(flow, "tenant", &flow->tenant, err));
	NK_TRY(fact_uuid(flow, "operator", &flow->actor, err));
	NK_TRY(fact_uuid(flow, "standing_order", &flow->standing_order, err));
	return fact_uuid(flow, "store_holding", &flow->store_holding, err);
}

void nk_flow_vault_options(const struct nk_config *c, struct nk_bytes secret, bool is_keyfile, const char *dir,
	const char **custodians, char copy[static PATH_MAX], struct nk_vault_options *out)
{
	(void)snprintf(copy, PATH_MAX, "%.*s", NK_FMT(c->copy_dir));
	for (size_t i = 0; i < c->custodians.n; i++) {
		custodians[i] = c->custodians.word[i].ptr; /* texts of an arena end in a NUL */
	}
	*out = (struct nk_vault_options){
		.dir = dir,
		.copy_dir = c->copy_dir.len > 0 ? copy : NULL,
		.single_copy = c->single_copy,
		.sealer = c->sealer,
		.sealing = { .dir = dir,
			.custodians = custodians,
			.n_custodians = c->custodians.n,
			.threshold = c->threshold,
			.organisation = c->organisation },
		.secret = secret,
		.secret_is_keyfile = is_keyfile,
	};
}

static NK_RESULT open_vault(struct nk_flow *flow, const struct nk_flow_options *opt, struct nk_err *err)
{
	const char *custodians[NK_CONFIG_WORDS_MAX];
	struct nk_vault_options vo;
	char dir[PATH_MAX];
	char copy[PATH_MAX];
	int64_t sequence = 0;

	nk_flow_path(flow, "vault", dir);
	nk_flow_vault_options(flow->config, opt->secret, opt->secret_is_keyfile, dir, custodians, copy, &vo);
	vo.escrow = opt->escrow;
	vo.n_escrow = opt->n_escrow;
	NK_TRY(nk_store_fact_int(flow->store, "vault_sequence", &sequence, err));
	NK_TRY(nk_vault_open(flow->env, &vo, nk_u64(sequence), &flow->vault, err));
	return nk_house_keys_open(flow, err);
}

static NK_RESULT open_ledger(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf origin = { 0 };
	char dir[PATH_MAX];
	struct nk_ledger_options lo = { .dir = dir,
		.seed = flow->write ? flow->key[NK_HOUSE_LEDGER] : NULL,
		.simulated_clock = flow->simulated };

	nk_buf_init(&origin, 512);
	NK_TRY(nk_store_fact_blob(flow->store, "origin", &origin, err));
	lo.origin = nk_buf_str(&origin);
	nk_flow_path(flow, "ledger", dir);
	return nk_ledger_open(flow->store, &lo, &flow->ledger, err);
}

struct sweep {
	struct nk_map known;
	struct nk_vec keys; /* of struct nk_slot: memory for the map's keys */
	struct nk_vec loose; /* of struct nk_slot */
};

static NK_RESULT referenced(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	struct sweep *const s = arg;
	void *at = NULL;

	(void)kind;
	NK_TRY(nk_vec_push(&s->keys, &at, err));
	memcpy(at, &(uint64_t){ slot.number }, sizeof(uint64_t));
	return nk_done();
}

static NK_RESULT live(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	struct sweep *const s = arg;
	void *at = NULL;
	uint64_t found = 0;

	(void)kind;
	if (nk_map_get(&s->known, nk_bytes_of(&slot.number, sizeof(slot.number)), &found)) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(&s->loose, &at, err));
	memcpy(at, &slot, sizeof(slot));
	return nk_done();
}

/* Slots that were made for rows which never were committed (DECISIONS 4). */
static NK_RESULT release_unreferenced(struct nk_flow *flow, struct nk_err *err)
{
	struct sweep s = { .keys = { 0 } };
	uint8_t seed[16];
	int64_t pending = 0;
	nk_rc rc = nk_done();

	NK_TRY(nk_store_fact_int(flow->store, "slots_pending", &pending, err));
	if (pending == 0 || !flow->write) {
		return nk_done();
	}
	NK_TRY(nk_random(flow->env, seed, sizeof(seed), err));
	nk_map_init(&s.known, seed);
	nk_vec_init(&s.keys, sizeof(uint64_t), 100000000);
	nk_vec_init(&s.loose, sizeof(struct nk_slot), 100000000);
	rc = nk_people_each_slot(flow->store, referenced, &s, err);
	for (size_t i = 0; nk_ok(rc) && i < s.keys.len; i++) {
		rc = nk_map_put(&s.known, nk_bytes_of(nk_vec_at(&s.keys, i), sizeof(uint64_t)), 1, err);
	}
	if (nk_ok(rc)) {
		rc = nk_vault_each(flow->vault, live, &s, err);
	}
	if (nk_ok(rc) && s.loose.len > 0) {
		rc = nk_vault_release(flow->vault, s.loose.items, s.loose.len, err);
	}
	if (nk_ok(rc)) {
		NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

		rc = nk_tx_begin(flow->store, &tx, err);
		if (nk_ok(rc)) {
			rc = nk_flow_commit_quiet(flow, &tx, err);
		}
	}
	nk_map_done(&s.known);
	nk_vec_done(&s.keys);
	nk_vec_done(&s.loose);
	return rc;
}

NK_RESULT nk_flow_epoch_told(struct nk_tx *tx, uint64_t epoch, struct nk_err *err)
{
	return nk_store_set_int(tx, "epoch_told", nk_i64(epoch), err);
}

/* The leaf was committed, and the run ended before the vault heard of it. */
static NK_RESULT told_before(struct nk_flow *flow, uint64_t epoch, bool *out, struct nk_err *err)
{
	struct nk_err own;
	int64_t told = 0;
	const nk_rc rc = nk_store_fact_int(flow->store, "epoch_told", &told, &own);

	*out = nk_ok(rc) && nk_u64(told) >= epoch;
	return nk_ok(rc) || rc.code == NK_NOT_FOUND ? nk_done() : nk_err_pass(err, &own);
}

/* A rotation that was cut off behind its commit was finished by the vault: the ledger still has to hear of it. */
static NK_RESULT tell_recovered(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_vault_finish f;
	struct nk_leaf_item items[2];
	bool told = false;

	if (!flow->write) {
		return nk_done();
	}
	nk_vault_recovered(flow->vault, &f);
	if (f.n_receipts == 0) {
		return nk_done();
	}
	NK_TRY(told_before(flow, f.epoch, &told, err));
	if (told) {
		return nk_vault_told(flow->vault, err);
	}
	items[0] = nk_item_number("epoch", f.epoch);
	items[1] = nk_item_number("receipts", f.n_receipts);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_epoch_told(tx, f.epoch, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_ROTATE, items, 2, NULL, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	return nk_vault_told(flow->vault, err);
}

static NK_RESULT leftovers(struct nk_flow *flow, struct nk_err *err)
{
	NK_TRY(release_unreferenced(flow, err));
	NK_TRY(tell_recovered(flow, err));
	NK_TRY(nk_hold_upgrade(flow, err));
	NK_TRY(nk_hold_recover(flow, err));
	NK_TRY(nk_restore_drill_left(flow, err));
	if (flow->write && nk_sweep_start(flow) > 0) {
		nk_flow_tell(flow, NK_N("files that only this program would make lie in temporary folders: nokosazu sweep"), 0, 0);
	}
	return nk_done();
}

NK_RESULT nk_flow_open(
	const struct nk_env *env, const struct nk_flow_options *opt, struct nk_flow **out, struct nk_err *err)
{
	NK_OWNED(nk_flow_close) struct nk_flow *flow = calloc(1, sizeof(*flow));
	char path[PATH_MAX];

	if (flow == NULL) {
		return nk_fail_nomem(err);
	}
	flow->lock = -1;
	flow->env = env;
	flow->write = opt->write;
	flow->restoring = opt->restoring;
	flow->keep_pending = opt->restoring;
	flow->progress = opt->progress;
	flow->progress_arg = opt->progress_arg;
	if (strlen(opt->home) >= PATH_MAX - 64) {
		return nk_fail(err, NK_USAGE, NK_N("the path of the installation is too long"));
	}
	(void)snprintf(flow->home, sizeof(flow->home), "%s", opt->home);
	NK_TRY(nk_config_load(env, flow->home, &flow->config, err));
	nk_flow_path(flow, "lock", path);
	NK_TRY(env->lock(env->self, path, flow->write, opt->wait_ms, &flow->lock, err));
	NK_TRY(open_clock(flow, env, err));
	NK_TRY(open_store(flow, opt, err));
	NK_TRY(nk_separation_check(flow, err));
	if (!opt->locked_only) {
		NK_TRY(open_vault(flow, opt, err));
		NK_TRY(open_ledger(flow, err));
		NK_TRY(opt->restoring ? nk_done() : leftovers(flow, err));
	}
	*out = flow;
	flow = NULL;
	return nk_done();
}

void nk_flow_close(struct nk_flow **flow)
{
	struct nk_flow *const f = *flow;

	if (f == NULL) {
		return;
	}
	nk_flow_refused_late(f);
	nk_people_free(&f->people);
	nk_ledger_close(&f->ledger);
	for (unsigned k = 0; k < NK_HOUSE_KEY_COUNT; k++) {
		nk_key_drop(&f->key[k]);
	}
	nk_vault_close(&f->vault);
	nk_store_close(&f->store);
	nk_config_free(&f->config);
	f->env->close(f->env->self, &f->lock);
	free(f);
	*flow = NULL;
}

NK_RESULT nk_flow_secret_kind(
	const struct nk_env *env, const char *home, struct nk_buf *out_keyfile, struct nk_err *err)
{
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;

	NK_TRY(nk_config_load(env, home, &c, err));
	return nk_buf_add_str(out_keyfile, c->key_file, err);
}
