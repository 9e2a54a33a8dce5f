/*
 * op_site.c: sites and their keys, and what a site says of itself.
 *
 * Invariant: nothing is believed of a site that its enrolled key did not sign; a key is enrolled only with the
 * fingerprint that came another way.
 */
#include "base.h"
#include "campaign_int.h"
#include "party_int.h"

NK_RESULT nk_exchange_body(struct nk_bytes envelope, struct nk_arena *arena, struct nk_jdoc **out, struct nk_err *err)
{
	struct nk_dsse dsse;
	struct nk_intoto st;

	NK_TRY(nk_dsse_parse(envelope, arena, &dsse, err));
	NK_TRY(nk_intoto_parse(dsse.payload, arena, &st, err));
	return nk_jdoc_parse(nk_str_bytes(st.predicate), NK_INTOTO_MAX, out, err);
}

NK_RESULT nk_exchange_text(const struct nk_jdoc *doc, const char *key, struct nk_str *out, struct nk_err *err)
{
	if (!nk_jstr(nk_jget(nk_jdoc_root(doc), key), out) || out->len == 0 || out->len > 1024) {
		return nk_fail(err, NK_INVALID, NK_N("the file lacks \"%s\", or it is no text"), key);
	}
	return nk_done();
}

NK_RESULT nk_exchange_id(const struct nk_jdoc *doc, const char *key, struct nk_uuid *out, struct nk_err *err)
{
	struct nk_str text;

	NK_TRY(nk_exchange_text(doc, key, &text, err));
	if (!nk_uuid_parse(text, out)) {
		return nk_fail(err, NK_INVALID, NK_N("\"%s\" in the file is not an id"), key);
	}
	return nk_done();
}

/* Groups of four hexadecimal digits of the key's digest: read aloud, compared by two people. */
static void fingerprint_of(const uint8_t key[static NK_SIGN_PUB_LEN], char out[static NK_FINGERPRINT])
{
	struct nk_hash h;
	char hex[2 * NK_HASH_LEN + 1];

	nk_sha256(nk_bytes_of(key, NK_SIGN_PUB_LEN), &h);
	nk_hex_print(h.b, NK_HASH_LEN, hex);
	(void)snprintf(out, NK_FINGERPRINT, "%.4s-%.4s-%.4s-%.4s-%.4s-%.4s", hex, hex + 4, hex + 8, hex + 12, hex + 16, hex + 20);
}

NK_RESULT nk_op_site_identity(
	struct nk_flow *flow, struct nk_buf *out, char out_fingerprint[static NK_FINGERPRINT], struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	struct nk_statement s = { .predicate = NK_PREDICATE_SITE_IDENTITY, .result = "", .about = NK_STR("site") };
	char id[NK_UUID_TEXT];
	char name[NK_UUID_TEXT + 8];
	uint8_t pub[NK_SIGN_PUB_LEN];
	struct nk_json j;
	struct nk_str envelope;

	nk_buf_init(&body, 1 << 16);
	nk_buf_init(&vkey, 1024);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 8 << 20, &arena, err));
	NK_TRY(nk_ledger_vkey(flow->ledger, &vkey, err));
	nk_sign_public(flow->key[NK_HOUSE_CERT], pub);
	(void)nk_uuid_print(flow->tenant, id);
	nk_json_init_canonical(&j, &body);
	nk_json_open(&j, '{');
	nk_json_key(&j, "ledger_key");
	nk_json_str(&j, nk_buf_str(&vkey));
	nk_json_key(&j, "name");
	nk_json_str(&j, flow->config->organisation);
	nk_json_key(&j, "public_key");
	nk_json_hex(&j, nk_bytes_of(pub, sizeof(pub)));
	nk_json_key(&j, "site");
	nk_json_c(&j, id);
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	(void)snprintf(name, sizeof(name), "site:%s", id);
	s.subject = name;
	s.body = nk_buf_str(&body);
	nk_sha256(nk_bytes_of(pub, sizeof(pub)), &s.subject_sha256);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_statement_make(flow, tx, &s, arena, NULL, &envelope, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	fingerprint_of(pub, out_fingerprint);
	NK_TRY(nk_buf_add_str(out, envelope, err));
	return nk_buf_add_byte(out, '\n', err);
}

/* Digits only: people type hyphens and blanks as they like. */
static bool same_fingerprint(struct nk_str typed, const char *right)
{
	size_t at = 0;

	for (size_t i = 0; i < typed.len; i++) {
		const char c = typed.ptr[i];

		if (c == '-' || c == ' ') {
			continue;
		}
		at += right[at] == '-' ? 1 : 0;
		if (right[at] == 0 || (c | 0x20) != (right[at] | 0x20)) {
			return false;
		}
		at++;
	}
	return right[at] == 0;
}

/* One that had ended comes back with what was known of it. */
static NK_RESULT site_row(struct nk_tx *tx, const struct nk_site *s, struct nk_str ledger_key, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO site(id, name, organisation, public_key, ledger_key, recipient, enrolled_at) VALUES (?1, ?2, ?3, ?4, ?5, '', ?6) "
		"ON CONFLICT (id) DO UPDATE SET name = excluded.name, organisation = excluded.organisation, public_key = excluded.public_key, "
		"ledger_key = excluded.ledger_key, enrolled_at = excluded.enrolled_at, ended_at = NULL", &q, err));
	nk_stmt_uuid(q, 1, s->id);
	nk_stmt_text(q, 2, s->name);
	nk_stmt_text(q, 3, s->organisation);
	nk_stmt_blob(q, 4, nk_bytes_of(s->key, sizeof(s->key)));
	nk_stmt_text(q, 5, ledger_key);
	nk_stmt_int(q, 6, now);
	return nk_stmt_run(q, err);
}

/* Is it new here (*out_new), or one that has ended? A name belongs to one site, also after its end: a campaign may still say it. */
static NK_RESULT is_free(struct nk_flow *flow, const struct nk_site *s, struct nk_arena *arena, bool *out_new, struct nk_err *err)
{
	struct nk_site *all = NULL;
	size_t n = 0;

	*out_new = true;
	NK_TRY(nk_sites(flow, arena, &all, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(all[i].id, s->id)) {
			*out_new = false;
			if (!all[i].ended) {
				return nk_fail(err, NK_EXISTS, NK_N("this site is enrolled here already (nokosazu site list)"));
			}
			if (!nk_ct_equal(all[i].key, s->key, sizeof(s->key))) {
				return nk_fail(err, NK_DENIED, NK_N("this site was known here by another key; it comes back only with that one"));
			}
		} else if (nk_str_eq(all[i].name, s->name)) {
			return nk_fail(err, NK_EXISTS, NK_N("a site of this name is or was known here; give another one (--name)"));
		}
	}
	return nk_done();
}

/* What the envelope says, not yet believed. */
static NK_RESULT identity_read(
	const struct nk_site_enrol_request *req, const struct nk_jdoc *doc, struct nk_site *s,
	struct nk_str *ledger_key, struct nk_err *err)
{
	struct nk_str hex;
	char right[NK_FINGERPRINT];

	NK_TRY(nk_exchange_id(doc, "site", &s->id, err));
	NK_TRY(nk_exchange_text(doc, "name", &s->name, err));
	NK_TRY(nk_exchange_text(doc, "ledger_key", ledger_key, err));
	NK_TRY(nk_exchange_text(doc, "public_key", &hex, err));
	if (!nk_hex_parse(hex, s->key, sizeof(s->key))) {
		return nk_fail(err, NK_INVALID, NK_N("the site's public key is not 64 hexadecimal digits"));
	}
	fingerprint_of(s->key, right);
	if (!same_fingerprint(req->fingerprint, right)) {
		return nk_fail(err, NK_DENIED,
			NK_N("the fingerprint is another: ask the site for it by telephone (nokosazu site identity prints it)"));
	}
	s->name = req->name.len > 0 ? req->name : s->name;
	s->organisation = req->organisation.len > 0 ? req->organisation : s->name;
	return nk_done();
}

/* Its identity, proved by the key in it, in one commit with the campaigns that it joins. */
static NK_RESULT put_site(struct nk_flow *flow, const struct nk_site_enrol_request *req, const struct nk_site *s,
	struct nk_str ledger_key, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *taken = NULL;
	struct nk_party p = { .id = s->id, .kind = NK_STR("site"), .roles = NK_STR("site"), .label = s->name, .has_key = true };
	struct nk_hash subject;
	const struct nk_leaf_item items[] = { nk_item_text("what", NK_STR("enrolled")), nk_item_hex("site", s->id.b, 16),
		nk_item_hex("public", s->key, sizeof(s->key)) };
	bool is_new = true;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	nk_sha256(nk_bytes_of(s->key, sizeof(s->key)), &subject);
	memcpy(p.public_key, s->key, sizeof(p.public_key));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_statement_take(flow, tx, req->envelope, s->key, NK_PREDICATE_SITE_IDENTITY, &subject, NK_STR("site"), s->id, arena,
		&taken, NULL, err));
	NK_TRY(is_free(flow, s, arena, &is_new, err));
	NK_TRY(is_new ? nk_party_add(tx, flow->key[NK_HOUSE_LOG], &p, err) : nk_done());
	NK_TRY(site_row(tx, s, ledger_key, nk_now(flow->env), err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_SITE, items, NK_ARRAY_LEN(items), NULL, err));
	NK_TRY(nk_campaign_join(flow, tx, s, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT enrol(struct nk_flow *flow, const struct nk_site_enrol_request *req, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_site s = { .version = NK_STR("") };
	struct nk_str ledger_key;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(nk_exchange_body(req->envelope, arena, &doc, err));
	NK_TRY(identity_read(req, doc, &s, &ledger_key, err));
	if (nk_uuid_eq(s.id, flow->tenant)) {
		return nk_fail(err, NK_INVALID, NK_N("this is the identity of this very installation"));
	}
	NK_TRY(put_site(flow, req, &s, ledger_key, err));
	*out_id = s.id;
	return nk_done();
}

NK_RESULT nk_op_site_enrol(struct nk_flow *flow, const struct nk_site_enrol_request *req, struct nk_uuid *out_id, struct nk_err *err)
{
	const nk_rc rc = enrol(flow, req, out_id, err);

	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "site enrol", err);
	}
	return rc;
}

static NK_RESULT take_site(const struct nk_stmt *q, struct nk_arena *arena, struct nk_site *out, struct nk_err *err)
{
	const struct nk_bytes key = nk_col_blob(q, 4);

	if (!nk_col_uuid(q, 0, &out->id) || key.len != sizeof(out->key)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a site in the store is damaged"));
	}
	memcpy(out->key, key.ptr, sizeof(out->key));
	NK_TRY(nk_arena_dup(arena, nk_col_text(q, 1), &out->name, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(q, 2), &out->organisation, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(q, 3), &out->version, err));
	out->enrolled_at = nk_col_int(q, 5);
	out->last_report = nk_col_is_null(q, 6) ? 0 : nk_col_int(q, 6);
	out->ended = !nk_col_is_null(q, 7);
	return nk_done();
}

NK_RESULT nk_sites(struct nk_flow *flow, struct nk_arena *arena, struct nk_site **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec vec = { 0 };
	bool have = false;

	nk_vec_init(&vec, sizeof(struct nk_site), 100000);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, name, organisation, last_version, public_key, enrolled_at, last_report, ended_at FROM site ORDER BY name", &q, err));
	for (;;) {
		void *item = NULL;

		NK_TRY(nk_stmt_step(q, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(nk_vec_push(&vec, &item, err));
		NK_TRY(take_site(q, arena, item, err));
	}
	*out_n = vec.len;
	*out = nk_vec_keep(&vec, arena);
	return *out != NULL ? nk_done() : nk_fail_nomem(err);
}

/* Of two of one name the enrolled one. */
static NK_RESULT find(struct nk_flow *flow, const struct nk_uuid *id, struct nk_str name, bool ended, struct nk_arena *arena,
	struct nk_site *out, struct nk_err *err)
{
	struct nk_site *all = NULL;
	size_t n = 0;

	NK_TRY(nk_sites(flow, arena, &all, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (all[i].ended == ended && (id != NULL ? nk_uuid_eq(all[i].id, *id) : nk_str_eq(all[i].name, name))) {
			*out = all[i];
			return nk_done();
		}
	}
	return nk_fail(err, NK_NOT_FOUND, NK_N("this site is not enrolled here (nokosazu site enrol)"));
}

NK_RESULT nk_site_find(struct nk_flow *flow, const struct nk_uuid *id, struct nk_str name, struct nk_arena *arena,
	struct nk_site *out, struct nk_err *err)
{
	return find(flow, id, name, false, arena, out, err);
}

NK_RESULT nk_site_known(struct nk_flow *flow, const struct nk_uuid *id, struct nk_str name, struct nk_arena *arena,
	struct nk_site *out, struct nk_err *err)
{
	const nk_rc rc = find(flow, id, name, false, arena, out, err);

	return rc.code == NK_NOT_FOUND ? find(flow, id, name, true, arena, out, err) : rc;
}

NK_RESULT nk_op_site_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_site_row **out, size_t *out_n, struct nk_err *err)
{
	struct nk_site *all = NULL;

	NK_TRY(nk_sites(flow, arena, &all, out_n, err));
	*out = nk_arena_array(arena, *out_n + 1, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < *out_n; i++) {
		(*out)[i] = (struct nk_site_row){ all[i].id, all[i].name, all[i].organisation, all[i].version, all[i].enrolled_at,
			all[i].last_report, all[i].ended };
	}
	return nk_done();
}

static NK_RESULT not_in_a_campaign(struct nk_flow *flow, struct nk_uuid site, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *open = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT 1 FROM campaign_site s JOIN campaign c ON c.id = s.campaign_id WHERE s.site_id = ?1 AND c.closed_at IS NULL", &open, err));
	nk_stmt_uuid(open, 1, site);
	NK_TRY(nk_stmt_step(open, &have, err));
	return !have ? nk_done()
		     : nk_fail(err, NK_CONFLICT,
			       NK_N("an open campaign concerns this site; it cannot be left out by taking it off the list (campaign waive)"));
}

static NK_RESULT end_details(const struct nk_site *s, struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "name");
	nk_json_str(&j, s->name);
	nk_json_key(&j, "site");
	nk_json_c(&j, nk_uuid_print(s->id, id));
	nk_json_key(&j, "version");
	nk_json_str(&j, s->version);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT end_site(struct nk_flow *flow, const struct nk_site *s, const struct nk_party_vouch *v, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	const struct nk_leaf_item items[] = { nk_item_text("what", NK_STR("ended")), nk_item_hex("site", s->id.b, 16),
		nk_item_hex("warrant", v->warrant.b, 16) };

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_party_vouch_take(flow, tx, v, err));
	NK_TRY(nk_warrant_done(flow, tx, v->warrant, v->scope, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE site SET ended_at = ?2 WHERE id = ?1", &q, err));
	nk_stmt_uuid(q, 1, s->id);
	nk_stmt_int(q, 2, nk_now(flow->env));
	NK_TRY(nk_stmt_run(q, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_SITE, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT leave(struct nk_flow *flow, struct nk_str name, struct nk_party_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_party_vouch_done) struct nk_party_vouch v = { .verb = NK_STR("END"), .purpose = NK_STR("a site is no longer known here") };
	struct nk_site s;
	char id[NK_UUID_TEXT];

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(nk_site_find(flow, NULL, name, arena, &s, err));
	out->id = s.id;
	NK_TRY(not_in_a_campaign(flow, s.id, err));
	nk_buf_init_wiping(&v.details, 1 << 16);
	NK_TRY(end_details(&s, &v.details, err));
	(void)snprintf(v.scope, sizeof(v.scope), "site:end:%s", nk_uuid_print(s.id, id));
	NK_TRY(nk_party_vouch_find(flow, &v, &out->waits, err));
	out->warrant = v.warrant;
	return out->waits ? nk_done() : end_site(flow, &s, &v, err);
}

NK_RESULT nk_op_site_end(struct nk_flow *flow, struct nk_str name, struct nk_party_reply *out, struct nk_err *err)
{
	nk_rc rc = nk_done();

	memset(out, 0, sizeof(*out));
	rc = leave(flow, name, out, err);
	if (rc.code == NK_DENIED || rc.code == NK_CONFLICT) {
		nk_flow_refused_why(flow, "site end", err);
	}
	return rc;
}
