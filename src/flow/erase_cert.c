/*
 * erase_cert.c: the last stage: statement, signature, the leaf that binds it, and the files that a third party
 * checks.
 */
#include "base.h"
#include "apply_int.h"
#include "backup_int.h"
#include "erase_int.h"

#include "dsse.h"
#include "measures_int.h"
#include "note.h"

static bool is_external(enum nk_holding_kind k)
{
	return k == NK_HOLDING_import_file || k == NK_HOLDING_notice || k == NK_HOLDING_export;
}

/* Copies outside that had one of these persons: only a verified end counts as gone, nobody's word does (I10). */
static NK_RESULT external_open(struct nk_erasing *e, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	NK_TRY(nk_holding_list(e->flow->store, e->flow->key[NK_HOUSE_LOG], false, e->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		bool has = false;

		if (is_external(list[i].kind) && list[i].gone != NK_GONE_VERIFIED) {
			NK_TRY(nk_extent_touches(e->flow->store, list[i].id, e->numbers, e->n, &has, err));
		}
		e->cert.external_open += has ? 1 : 0;
	}
	/* Backups count while a keys part is left that has these persons' keys; without one their data parts open nobody. */
	NK_TRY(nk_backup_open_for(e->flow, e->numbers, e->n, e->arena, &e->cert.backups_open, &e->cert.backups_until, err));
	e->cert.external_open += e->cert.backups_open;
	return nk_done();
}

static int by_bytes(const void *a, const void *b)
{
	const struct nk_hash *const x = a;
	const struct nk_hash *const y = b;

	for (size_t i = 0; i < NK_HASH_LEN; i++) {
		if (x->b[i] != y->b[i]) {
			return x->b[i] < y->b[i] ? -1 : 1;
		}
	}
	return 0;
}

static NK_RESULT commitments(struct nk_erasing *e, struct nk_err *err)
{
	struct nk_hash *const list = nk_arena_array(e->arena, e->n, sizeof(*list));

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < e->n; i++) {
		list[i] = e->persons[i].commitment;
	}
	qsort(list, e->n, sizeof(*list), by_bytes);
	e->cert.commitments = list;
	e->cert.persons = e->n;
	return nk_done();
}

static void retained(struct nk_erasing *e)
{
	const uint64_t contacts = e->retained[1].count;

	e->retained[0].what = NK_STR("tombstones of logins and mail addresses");
	e->retained[0].rule = NK_STR("no re-issue of a login name or mail address");
	e->retained[1].what = NK_STR("notification contact");
	e->retained[1].rule = NK_STR("a leaver must be reachable when an old copy turns up");
	e->cert.retained = e->retained;
	e->cert.n_retained = contacts > 0 ? 2 : 1;
}

static NK_RESULT fill(struct nk_erasing *e, struct nk_err *err)
{
	struct nk_cert *const c = &e->cert;
	NK_OWNED(nk_buf_done) struct nk_buf origin = { 0 };
	bool alone = false;

	nk_buf_init(&origin, 512);
	NK_TRY(nk_store_fact_blob(e->flow->store, "origin", &origin, err));
	NK_TRY(nk_arena_dup(e->arena, nk_buf_str(&origin), &c->origin, err));
	c->job = e->job.id;
	c->issuer = e->flow->config->organisation;
	c->plan = e->plan.hash;
	c->requested_by = e->plan.made_by;
	if (!nk_uuid_is_nil(e->plan.warrant)) {
		NK_TRY(nk_erase_signer(e, &c->approved_by, err));
		NK_TRY(nk_party_alone(e->flow, &alone, err));
		c->limitation = alone ? NK_STR(NK_LIMITATION_ALONE) : NK_STR("");
	} else {
		c->limitation = NK_STR("no second person was needed by the limits of this installation");
	}
	if (nk_flow_limitation(e->flow).len > 0) {
		/* [separation] limitation, and that of a restore: every statement says it. */
		NK_TRY(nk_arena_printf(e->arena, &c->limitation, err, "%.*s%s%.*s", NK_FMT(c->limitation),
			c->limitation.len > 0 ? "; " : "", NK_FMT(e->flow->config->limitation)));
	}
	c->grace_days = e->flow->config->grace_days;
	c->simulated_clock = e->flow->simulated;
	c->single_copy = e->flow->config->single_copy;
	c->receipts = e->receipts;
	if (nk_str_eq(e->flow->config->sealer, NK_STR("custodian"))) {
		c->holders = nk_u32(e->flow->config->custodians.n);
		c->threshold = e->flow->config->threshold;
	}
	c->scan_before = &e->before;
	c->scan_after = e->after.n_places > 0 ? &e->after : NULL;
	c->places = e->places;
	c->targets = e->targets;
	c->n_targets = e->flow->config->n_targets;
	c->issued_at = nk_now(e->flow->env);
	retained(e);
	NK_TRY(commitments(e, err));
	return external_open(e, err);
}

NK_RESULT nk_erase_signer(struct nk_erasing *e, struct nk_uuid *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(e->flow->store, "SELECT signer_id FROM warrant WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, e->plan.warrant);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have || !nk_col_uuid(s, 0, out)) {
		return nk_fail(err, NK_CORRUPT, NK_N("the approval of this erasure is not in the store"));
	}
	return nk_done();
}

/* The certificate's leaf is the digest of the DSSE payload (DECISIONS 10); the proof carries the leaf in its extra
 * line. */
static NK_RESULT record(struct nk_erasing *e, struct nk_bytes statement, struct nk_bytes envelope,
	uint64_t *out_index, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_hash digest;
	struct nk_uuid evidence;

	nk_sha256(statement, &digest);
	const struct nk_leaf_item items[2] = { nk_item_hex("job", e->job.id.b, 16),
		nk_item_hex("payload", digest.b, NK_HASH_LEN) };

	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_flow_leaf(e->flow, tx, NK_LEAF_CERT, items, 2, out_index, err));
	NK_TRY(nk_evidence_add(tx, NK_STR("erasure certificate"), &digest, envelope, nk_i64(*out_index),
		nk_now(e->flow->env), &evidence, err));
	NK_TRY(nk_plan_set_state(tx, e->plan.id, NK_PLAN_DONE, e->plan.warrant, err));
	NK_TRY(nk_apply_reported(e->flow, tx, &e->plan, err));
	e->cert_leaf = *out_index;
	NK_TRY(nk_erase_stage(e, tx, NK_ERASE_CERTIFIED, err));
	return nk_flow_commit(e->flow, &tx, err);
}

static NK_RESULT proof_of(struct nk_erasing *e, uint64_t index, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };
	struct nk_tlog_proof *const p = nk_arena_alloc(e->arena, sizeof(*p));

	nk_buf_init(&plain, 1 << 20);
	nk_buf_init(&entry, 1 << 17);
	if (p == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_ledger_prove(e->flow->ledger, index, &plain, err));
	NK_TRY(nk_ledger_entry(e->flow->ledger, index, &entry, err));
	NK_TRY(nk_tlog_proof_parse(nk_buf_bytes(&plain), e->arena, p, err));
	p->has_extra = true;
	p->extra = nk_buf_bytes(&entry);
	return nk_tlog_proof_print(p, out, err);
}

static NK_RESULT file(struct nk_erasing *e, const char *suffix, struct nk_bytes data, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	char name[128];
	char path[PATH_MAX];

	(void)snprintf(name, sizeof(name), "certificates/%s%s", nk_uuid_print(e->job.id, id), suffix);
	nk_flow_path(e->flow, name, path);
	return nk_env_replace(e->flow->env, path, data, err);
}

static NK_RESULT texts(struct nk_erasing *e, struct nk_bytes statement, struct nk_err *err)
{
	static const char *const suffix[NK_LANG_COUNT] = { [NK_LANG_EN] = ".en.txt", [NK_LANG_JA] = ".ja.txt" };

	for (unsigned l = 0; l < NK_LANG_COUNT; l++) {
		NK_OWNED(nk_buf_done) struct nk_buf t = { 0 };

		nk_buf_init(&t, 4 << 20);
		NK_TRY(nk_cert_text(statement, (enum nk_lang)l, &t, err));
		NK_TRY(file(e, suffix[l], nk_buf_bytes(&t), err));
		NK_TRY(nk_arena_dup(e->arena, nk_buf_str(&t), &e->out->text[l], err));
	}
	return nk_done();
}

static NK_RESULT reply(struct nk_erasing *e, struct nk_bytes statement, struct nk_err *err)
{
	struct nk_cert *const said = nk_arena_alloc(e->arena, sizeof(*said));
	enum nk_level level = NK_LEVEL_NONE;
	char id[NK_UUID_TEXT];

	if (said == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_cert_read(statement, e->arena, said, &level, err));
	(void)snprintf(e->out->level, sizeof(e->out->level), "%s", nk_level_name(level));
	e->out->rehearsed_e3 = said->rehearsed_e3;
	return nk_arena_printf(e->arena, &e->out->certificate, err, "%s/certificates/%s.dsse.json", e->flow->home,
		nk_uuid_print(e->job.id, id));
}

static NK_RESULT envelope_of(struct nk_erasing *e, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(e->flow->store,
		"SELECT statement FROM evidence WHERE leaf = ?1 AND kind = 'erasure certificate'", &s, err));
	nk_stmt_int(s, 1, nk_i64(e->cert_leaf));
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have) {
		return nk_fail(err, NK_CORRUPT, NK_N("the certificate of this erasure is not in the store"));
	}
	return nk_buf_add(out, nk_col_blob(s, 0).ptr, nk_col_blob(s, 0).len, err);
}

/* The store has the envelope, the ledger its leaf; the files are made from them, as often as somebody asks. */
NK_RESULT nk_erase_files(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf proof = { 0 };
	struct nk_dsse *const parsed = nk_arena_alloc(e->arena, sizeof(*parsed));

	nk_buf_init(&envelope, 128 << 20);
	nk_buf_init(&proof, 1 << 20);
	if (parsed == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_ledger_publish(e->flow->ledger, err));
	NK_TRY(envelope_of(e, &envelope, err));
	NK_TRY(nk_dsse_parse(nk_buf_bytes(&envelope), e->arena, parsed, err));
	NK_TRY(proof_of(e, e->cert_leaf, &proof, err));
	NK_TRY(file(e, ".dsse.json", nk_buf_bytes(&envelope), err));
	NK_TRY(file(e, ".tlog-proof", nk_buf_bytes(&proof), err));
	NK_TRY(texts(e, parsed->payload, err));
	return reply(e, parsed->payload, err);
}

NK_RESULT nk_erase_certify(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	uint64_t index = 0;

	nk_buf_init(&statement, 64 << 20);
	nk_buf_init(&envelope, 128 << 20);
	nk_flow_tell(e->flow, NK_N("writing the certificate"), 0, 0);
	NK_TRY(fill(e, err));
	NK_TRY(nk_cert_statement(&e->cert, &statement, err));
	NK_TRY(nk_cert_sign(nk_buf_bytes(&statement), e->flow->key[NK_HOUSE_CERT], &envelope, err));
	NK_TRY(record(e, nk_buf_bytes(&statement), nk_buf_bytes(&envelope), &index, err));
	return nk_erase_files(e, err);
}
