/*
 * op_init.c: a new installation. Order: folders, configuration, vault with the house keys, store, first leaf, public
 * keys.
 *
 * Killed in the middle, the folder is no installation yet (the fact "tenant" is written last, with the INIT leaf),
 * and a second init in it says what to remove.
 */
#include "base.h"
#include "flow_int.h"
#include "flow_warrant.h"

#include "cert.h"
#include "os.h"

struct making {
	const struct nk_env *env;
	const struct nk_init_request *req;
	struct nk_flow *flow;
	struct nk_slot slots[NK_HOUSE_KEY_COUNT];
	struct nk_key keys[NK_HOUSE_KEY_COUNT];
	char origin[256];
};

static NK_RESULT folders(const struct making *m, struct nk_err *err)
{
	static const char *const names[] = { "", "/conf.d", "/store", "/vault", "/ledger", "/certificates",
		"/public" };
	const struct nk_env *const env = m->env;
	char path[PATH_MAX];

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", m->req->home, names[i]);
		NK_TRY(env->mkdir(env->self, path, err));
	}
	return nk_done();
}

static bool one_line(struct nk_str s)
{
	return nk_str_chr(s, '\n') == SIZE_MAX && nk_str_chr(s, '\r') == SIZE_MAX;
}

static NK_RESULT write_config(const struct making *m, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_init_request *const r = m->req;
	char path[PATH_MAX];

	nk_buf_init(&text, 1 << 20);
	if (!one_line(r->organisation) || !one_line(r->domain) || r->organisation.len == 0 || r->domain.len == 0) {
		return nk_fail(
			err, NK_USAGE, NK_N("organisation and domain are one line of text each and must be given"));
	}
	NK_TRY(nk_buf_printf(&text, err,
		"# Configuration of this installation: see nokosazu.conf(5).\n[site]\norganisation = %.*s\ndomain = %.*s\n\n[vault]\nsealer = %.*s\n",
		NK_FMT(r->organisation), NK_FMT(r->domain), NK_FMT(r->sealer)));
	if (r->copy_dir != NULL) {
		NK_TRY(nk_buf_printf(&text, err, "copy = %s\n", r->copy_dir));
	}
	NK_TRY(nk_buf_printf(&text, err, "single_copy = %s\n", r->single_copy ? "yes" : "no"));
	if (r->n_custodians > 0) {
		NK_TRY(nk_buf_printf(&text, err, "threshold = %u\ncustodians =", r->threshold));
		for (size_t i = 0; i < r->n_custodians; i++) {
			NK_TRY(nk_buf_printf(&text, err, " %s", r->custodians[i]));
		}
		NK_TRY(nk_buf_add_c(&text, "\n", err));
	}
	if (r->key_file != NULL) {
		NK_TRY(nk_buf_printf(&text, err, "key_file = %s\n", r->key_file));
	}
	(void)snprintf(path, sizeof(path), "%s/nokosazu.conf", r->home);
	return nk_env_write_new(m->env, path, nk_buf_bytes(&text), err);
}

/* The simulated clock is an offset to the real one, so that it goes on by itself. It starts at 09:00 in Japan. */
static NK_RESULT write_clock(const struct making *m, struct nk_err *err)
{
	char text[64];
	char path[PATH_MAX];
	int n;

	if (m->req->clock == NK_DATE_NONE) {
		return nk_done();
	}
	n = snprintf(text, sizeof(text), "simulated %" PRId64 "\n", (int64_t)m->req->clock * NK_DAY - nk_now(m->env));
	(void)snprintf(path, sizeof(path), "%s/clock", m->req->home);
	return nk_env_write_new(m->env, path, nk_bytes_of(text, nk_size((uint64_t)n)), err);
}

static NK_RESULT make_vault(struct making *m, struct nk_err *err)
{
	struct nk_flow *const f = m->flow;
	const char *custodians[NK_CONFIG_WORDS_MAX];
	struct nk_vault_options vo;
	char dir[PATH_MAX];
	char copy[PATH_MAX];

	NK_TRY(nk_config_load(m->env, m->req->home, &f->config, err));
	(void)snprintf(dir, sizeof(dir), "%s/vault", m->req->home);
	nk_flow_vault_options(f->config, m->req->secret, m->req->secret_is_keyfile, dir, custodians, copy, &vo);
	vo.kdf_memory_kb = m->req->kdf_memory_kb;
	NK_TRY(nk_vault_create(m->env, &vo, err));
	NK_TRY(nk_vault_open(m->env, &vo, 0, &f->vault, err));
	return nk_house_keys_make(f->vault, m->slots, m->keys, err);
}

static NK_RESULT first_party(struct making *m, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_flow *const f = m->flow;
	const struct nk_party p = { .id = f->actor,
		.kind = NK_STR("operator"),
		.roles = NK_STR("operator"),
		.label = m->req->operator_name };

	return nk_party_add(tx, &m->keys[NK_HOUSE_LOG], &p, err);
}

/* DECISIONS 13: the standing holdings need a warrant too; alone, the operator signs his own, and it says so. */
static NK_RESULT standing_order(struct making *m, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_flow *const f = m->flow;
	const nk_time now = nk_now(f->env);
	uint8_t sig[NK_SIG_LEN];
	const struct nk_warrant w = {
		.id = f->standing_order,
		.kind = NK_STR("order"),
		.verbs = NK_STR("hold,provision,notify"),
		.scope = NK_STR("standing"),
		.requester = f->actor,
		.signer = f->actor,
		.signature = nk_bytes_of(sig, sizeof(sig)),
		.limitation = NK_STR(
			"signed by the operator alone: nobody else was enrolled when this installation was made"),
		.from_at = now,
		.until_at = now + 3650 * NK_DAY,
		.uses_left = NK_WARRANT_UNLIMITED,
		.review_on = nk_time_day(now, 540) + 365,
	};

	/* The operator has no key of his own yet: the site's certificate key signs the order's id for him. */
	nk_sign(&m->keys[NK_HOUSE_CERT], nk_bytes_of(f->standing_order.b, sizeof(f->standing_order.b)), sig);
	return nk_warrant_add(tx, &w, err);
}

static NK_RESULT standing_holdings(struct making *m, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_flow *const f = m->flow;
	const nk_time now = nk_now(f->env);
	struct nk_holding h = { .kind = NK_HOLDING_store,
		.place = NK_STR("store"),
		.custodian = f->actor,
		.purpose = NK_STR("identity management"),
		.warrant = f->standing_order,
		.opened_at = now,
		.expires_at = now + 3650 * NK_DAY,
		.was_read = "yes" };
	struct nk_uuid copy;

	NK_TRY(nk_holding_open(tx, &m->keys[NK_HOUSE_LOG], &h, &f->store_holding, err));
	NK_TRY(nk_reach_open(tx, f->store_holding, f->actor, now, err));
	if (m->req->copy_dir == NULL) {
		return nk_done();
	}
	h.kind = NK_HOLDING_vault_copy;
	h.place = NK_STR("second place of the vault");
	h.purpose = NK_STR("keys survive the loss of a disk");
	return nk_holding_open(tx, &m->keys[NK_HOUSE_LOG], &h, &copy, err);
}

static NK_RESULT facts(struct making *m, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_flow *const f = m->flow;

	NK_TRY(nk_store_set_blob(tx, "operator", nk_bytes_of(f->actor.b, 16), err));
	NK_TRY(nk_store_set_blob(tx, "standing_order", nk_bytes_of(f->standing_order.b, 16), err));
	NK_TRY(nk_store_set_blob(tx, "store_holding", nk_bytes_of(f->store_holding.b, 16), err));
	NK_TRY(nk_store_set_blob(tx, "origin", nk_str_bytes(nk_str_c(m->origin)), err));
	return nk_store_set_blob(tx, "tenant", nk_bytes_of(f->tenant.b, 16), err);
}

static NK_RESULT make_store(struct making *m, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_flow *const f = m->flow;
	char path[PATH_MAX];
	char ledger_dir[PATH_MAX];
	const struct nk_store_options so = { .path = path, .mode = NK_STORE_CREATE, .wait_ms = 1000 };
	char id[NK_UUID_TEXT];
	struct nk_leaf_item items[3];

	(void)snprintf(path, sizeof(path), "%s/store/nokosazu.db", m->req->home);
	(void)snprintf(ledger_dir, sizeof(ledger_dir), "%s/ledger", m->req->home);
	NK_TRY(nk_store_open(f->env, &so, &f->store, err));
	NK_TRY(nk_uuid_new(f->env, &f->tenant, err));
	NK_TRY(nk_uuid_new(f->env, &f->actor, err));
	NK_TRY(nk_uuid_new(f->env, &f->standing_order, err));
	(void)snprintf(m->origin, sizeof(m->origin), "nokosazu.%.*s/%.8s", NK_FMT(m->req->domain),
		nk_uuid_print(f->tenant, id));
	const struct nk_ledger_options lo = { .dir = ledger_dir,
		.origin = nk_str_c(m->origin),
		.seed = &m->keys[NK_HOUSE_LEDGER],
		.simulated_clock = m->req->clock != NK_DATE_NONE };

	NK_TRY(nk_ledger_open(f->store, &lo, &f->ledger, err));
	NK_TRY(nk_tx_begin(f->store, &tx, err));
	NK_TRY(nk_house_keys_save(tx, m->slots, nk_now(f->env), err));
	NK_TRY(first_party(m, tx, err));
	NK_TRY(standing_order(m, tx, err));
	NK_TRY(standing_holdings(m, tx, err));
	NK_TRY(facts(m, tx, err));
	items[0] = nk_item_text("version", NK_STR(NK_VERSION));
	items[1] = nk_item_text("sealer", m->req->sealer);
	items[2] = nk_item_text("copies", m->req->single_copy ? NK_STR("single") : NK_STR("two"));
	NK_TRY(nk_flow_leaf(f, tx, NK_LEAF_INIT, items, 3, NULL, err));
	return nk_flow_commit(f, &tx, err);
}

static NK_RESULT public_keys(struct making *m, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf pem = { 0 };
	uint8_t pub[NK_SIGN_PUB_LEN];
	char path[PATH_MAX];

	nk_buf_init(&vkey, 1024);
	nk_buf_init(&pem, 1024);
	NK_TRY(nk_ledger_vkey(m->flow->ledger, &vkey, err));
	NK_TRY(nk_buf_add_c(&vkey, "\n", err));
	(void)snprintf(path, sizeof(path), "%s/public/ledger.vkey", m->req->home);
	NK_TRY(nk_env_replace(m->env, path, nk_buf_bytes(&vkey), err));
	nk_sign_public(&m->keys[NK_HOUSE_CERT], pub);
	NK_TRY(nk_cert_pub_pem(pub, &pem, err));
	(void)snprintf(path, sizeof(path), "%s/public/certificate.pem", m->req->home);
	return nk_env_replace(m->env, path, nk_buf_bytes(&pem), err);
}

static NK_RESULT make(struct making *m, struct nk_err *err)
{
	NK_TRY(folders(m, err));
	NK_TRY(write_config(m, err));
	NK_TRY(write_clock(m, err));
	if (m->req->clock != NK_DATE_NONE) {
		m->flow->simulated = true;
		m->flow->clock = *m->env;
		m->flow->clock.ahead = (int64_t)m->req->clock * NK_DAY - nk_now(m->env);
		m->flow->env = &m->flow->clock;
	}
	NK_TRY(make_vault(m, err));
	NK_TRY(make_store(m, err));
	return public_keys(m, err);
}

/* Somebody's installation is never touched; one that was cut off holds nobody yet, and may be removed. */
static NK_RESULT nothing_there(const struct making *m, struct nk_err *err)
{
	NK_OWNED(nk_store_close) struct nk_store *store = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf tenant = { 0 };
	char path[PATH_MAX];
	const struct nk_store_options so = { .path = path, .mode = NK_STORE_READ, .wait_ms = 1000 };
	struct nk_err own;
	int file = -1;

	(void)snprintf(path, sizeof(path), "%s/nokosazu.conf", m->req->home);
	if (!nk_ok(m->env->open(m->env->self, path, NK_OPEN_READ, &file, &own))) {
		return own.code == NK_NOT_FOUND ? nk_done() : nk_err_pass(err, &own);
	}
	m->env->close(m->env->self, &file);
	nk_buf_init(&tenant, 64);
	(void)snprintf(path, sizeof(path), "%s/store/nokosazu.db", m->req->home);
	if (nk_ok(nk_store_open(m->env, &so, &store, &own)) && nk_ok(nk_store_fact_blob(store, "tenant", &tenant, &own))) {
		return nk_fail(err, NK_EXISTS, NK_N("there is an installation in %s already: it is not overwritten"), m->req->home);
	}
	return nk_fail(err, NK_EXISTS,
		NK_N("an installation was begun in %1$s and not finished: nothing is in it yet; remove this folder and the second place %2$s, and begin again"),
		m->req->home, m->req->copy_dir != NULL ? m->req->copy_dir : "");
}

/* Looked at before anything is written: the folder above the second place is not made, it is perhaps a disk that is not
 * there. */
static NK_RESULT copy_can_be_made(const struct nk_init_request *req, struct nk_err *err)
{
	char above[PATH_MAX];
	char *slash = NULL;

	if (req->copy_dir == NULL || nk_os_is_there(req->copy_dir) ||
		snprintf(above, sizeof(above), "%s", req->copy_dir) >= (int)sizeof(above)) {
		return nk_done();
	}
	for (size_t n = strlen(above); n > 1 && above[n - 1] == '/'; n--) {
		above[n - 1] = '\0';
	}
	slash = strrchr(above, '/');
	if (slash == NULL || slash == above) {
		return nk_done();
	}
	*slash = '\0';
	return nk_os_is_there(above)
		? nk_done()
		: nk_fail(err, NK_NOT_FOUND,
			  NK_N("the folder %s for the second place (--copy) is not there: is the disk mounted? The installation was not begun"), above);
}

NK_RESULT nk_op_init(const struct nk_env *env, const struct nk_init_request *req, struct nk_err *err)
{
	NK_OWNED(nk_flow_close) struct nk_flow *flow = calloc(1, sizeof(*flow));
	struct making m = { .env = env, .req = req, .flow = flow };
	nk_rc rc;

	if (flow == NULL) {
		return nk_fail_nomem(err);
	}
	flow->env = env;
	flow->lock = -1;
	if (!req->single_copy && req->copy_dir == NULL) {
		return nk_fail(err, NK_USAGE,
			NK_N("the vault needs a second place (--copy DIR, better on another disk), or --single-copy, which every statement will then say"));
	}
	NK_TRY(nothing_there(&m, err));
	NK_TRY(copy_can_be_made(req, err));
	rc = make(&m, err);
	nk_wipe(m.keys, sizeof(m.keys));
	return rc;
}
