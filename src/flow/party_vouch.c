/*
 * party_vouch.c: who may judge others is not for the operator alone to say: once there is an officer, such a party comes
 * and goes only under an order that an officer signed for exactly these roles and keys.
 *
 * Invariant: the order is looked for by what it covers and its signed details are compared with what is enrolled. While a
 * party that judges has no such order behind it, every statement of this house says so.
 */
#include "base.h"

#include "party_int.h"

enum { DAYS_TO_SIGN = 7, DETAILS_MAX = 1 << 16 };

static bool judges_as(const struct nk_flow *flow, struct nk_str word)
{
	const char *kind = NULL;

	for (size_t i = 0; (kind = nk_warrant_kind_word(i)) != NULL; i++) {
		struct nk_str needs = nk_warrant_needs(flow, nk_str_c(kind));
		struct nk_str role;

		while (nk_str_cut(&needs, nk_str_chr(needs, ',') < nk_str_chr(needs, ' ') ? ',' : ' ', &role)) {
			if (word.len > 0 && nk_str_eq(nk_str_trim(role), word)) {
				return true;
			}
		}
	}
	return nk_role_judges(word);
}

bool nk_party_judges(const struct nk_flow *flow, const struct nk_party *p)
{
	struct nk_str rest = p->roles;
	struct nk_str role;
	bool judges = judges_as(flow, p->unit);

	while (!judges && nk_str_cut(&rest, ',', &role)) {
		judges = judges_as(flow, nk_str_trim(role));
	}
	return judges;
}

static bool is_officer(const struct nk_party *p)
{
	return !p->ended && (p->has_key || p->ssh_key.len > 0) && nk_party_has_role(p, NK_STR("officer"));
}

NK_RESULT nk_party_officers(struct nk_flow *flow, struct nk_uuid beside, size_t *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_party *list = NULL;
	size_t n = 0;

	*out = 0;
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 256 << 20, &arena, err));
	NK_TRY(nk_party_list(flow->store, NULL, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		*out += is_officer(&list[i]) && !nk_uuid_eq(list[i].id, beside) ? 1 : 0;
	}
	return nk_done();
}

/* What a signature of this party is worth hangs on these; its name is in the sealed details alone (DECISIONS 10). */
static NK_RESULT add_scope(const struct nk_party *p, char out[static NK_PARTY_SCOPE], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	char key[2 * NK_SIGN_PUB_LEN + 1] = "";
	char hex[65];
	struct nk_hash h;
	struct nk_json j;

	if (p->has_key) {
		nk_hex_print(p->public_key, sizeof(p->public_key), key);
	}
	nk_buf_init(&b, DETAILS_MAX);
	nk_json_init_canonical(&j, &b);
	nk_json_open(&j, '[');
	nk_json_str(&j, p->kind);
	nk_json_str(&j, p->roles);
	nk_json_str(&j, p->unit);
	nk_json_str(&j, p->organisation);
	nk_json_c(&j, key);
	nk_json_str(&j, p->ssh_key);
	nk_json_str(&j, p->recipient);
	nk_json_close(&j, ']');
	NK_TRY(nk_json_end(&j, err));
	nk_sha256(nk_buf_bytes(&b), &h);
	nk_hex_print(h.b, sizeof(h.b), hex);
	(void)snprintf(out, NK_PARTY_SCOPE, "party:add:%s", hex);
	return nk_done();
}

static NK_RESULT add_details(const struct nk_party *p, struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "contact");
	nk_json_str(&j, p->contact);
	nk_json_key(&j, "deputy");
	nk_json_c(&j, nk_uuid_is_nil(p->deputy) ? "" : nk_uuid_print(p->deputy, id));
	nk_json_key(&j, "kind");
	nk_json_str(&j, p->kind);
	nk_json_key(&j, "name");
	nk_json_str(&j, p->label);
	nk_json_key(&j, "organisation");
	nk_json_str(&j, p->organisation);
	nk_json_key(&j, "public_key");
	nk_json_hex(&j, nk_bytes_of(p->public_key, p->has_key ? sizeof(p->public_key) : 0));
	nk_json_key(&j, "recipient");
	nk_json_str(&j, p->recipient);
	nk_json_key(&j, "roles");
	nk_json_str(&j, p->roles);
	nk_json_key(&j, "ssh_key");
	nk_json_str(&j, p->ssh_key);
	nk_json_key(&j, "unit");
	nk_json_str(&j, p->unit);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT end_details(const struct nk_party *p, struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "name");
	nk_json_str(&j, p->label);
	nk_json_key(&j, "party");
	nk_json_c(&j, nk_uuid_print(p->id, id));
	nk_json_key(&j, "roles");
	nk_json_str(&j, p->roles);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_party_vouching(const struct nk_party *p, bool end, struct nk_party_vouch *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];

	nk_buf_init_wiping(&out->details, DETAILS_MAX);
	out->verb = end ? NK_STR("END") : NK_STR("ENROL");
	out->purpose = NK_STR("who may judge what others do");
	if (end) {
		(void)snprintf(out->scope, sizeof(out->scope), "party:end:%s", nk_uuid_print(p->id, id));
		return end_details(p, &out->details, err);
	}
	NK_TRY(add_scope(p, out->scope, err));
	return add_details(p, &out->details, err);
}

void nk_party_vouch_done(struct nk_party_vouch *v)
{
	nk_buf_done(&v->details);
}

/* The order that was asked for: signed, or still waiting; of several the last. */
static NK_RESULT find(struct nk_flow *flow, const struct nk_party_vouch *v, struct nk_uuid *out, bool *out_signed,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, state FROM warrant WHERE kind = 'order' AND scope = ?1 AND state IN ('requested', 'granted') AND until_at > ?2 "
		"ORDER BY state, rowid DESC LIMIT 1",
		&s, err));
	nk_stmt_text(s, 1, nk_str_c(v->scope));
	nk_stmt_int(s, 2, nk_now(flow->env));
	NK_TRY(nk_stmt_step(s, &have, err));
	memset(out, 0, sizeof(*out));
	*out_signed = have && nk_str_eq(nk_col_text(s, 1), NK_STR("granted"));
	return !have || nk_col_uuid(s, 0, out) ? nk_done() : nk_fail(err, NK_CORRUPT, NK_N("a warrant in the store is damaged"));
}

static NK_RESULT ask(struct nk_flow *flow, const struct nk_party_vouch *v, struct nk_uuid *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_warrant_ask a = { .kind = NK_STR("order"),
		.verbs = v->verb,
		.scope = nk_str_c(v->scope),
		.purpose = v->purpose,
		.needs = NK_STR("officer"),
		.uses = 1,
		.until_at = nk_now(flow->env) + DAYS_TO_SIGN * NK_DAY,
		.details = nk_buf_str(&v->details) };

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_ask(flow, tx, &a, out, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_party_vouch_find(struct nk_flow *flow, struct nk_party_vouch *v, bool *out_waits, struct nk_err *err)
{
	bool is_signed = false;

	NK_TRY(find(flow, v, &v->warrant, &is_signed, err));
	*out_waits = !is_signed;
	return nk_uuid_is_nil(v->warrant) ? ask(flow, v, &v->warrant, err) : nk_done();
}

NK_RESULT nk_party_vouch_take(struct nk_flow *flow, struct nk_tx *tx, const struct nk_party_vouch *v, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_str details = { NULL, 0 };

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_warrant_take(flow, tx, v->warrant, NK_STR("order"), v->verb, nk_str_c(v->scope), arena, &details, err));
	if (!nk_str_eq(details, nk_buf_str(&v->details))) {
		return nk_fail(err, NK_DENIED,
			NK_N("what the officer signed names another person, contact or deputy than this; ask anew with what is right"));
	}
	return nk_done();
}

static NK_RESULT is_vouched(struct nk_flow *flow, const struct nk_party *p, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	char scope[NK_PARTY_SCOPE];

	NK_TRY(add_scope(p, scope, err));
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT 1 FROM warrant w JOIN warrant_part p ON p.warrant_id = w.id AND p.part = 'use' WHERE w.kind = 'order' AND w.scope = ?1",
		&s, err));
	nk_stmt_text(s, 1, nk_str_c(scope));
	return nk_stmt_step(s, out, err);
}

/* Somebody who could have been asked for the order was there when this party came. By the order of the rows: clocks can be set. */
static NK_RESULT came_after_an_officer(struct nk_flow *flow, struct nk_uuid id, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT 1 FROM party o WHERE (o.public_key IS NOT NULL OR o.ssh_key <> '') AND "
		"',' || replace(o.roles, ' ', '') || ',' LIKE '%,officer,%' AND o.rowid < (SELECT rowid FROM party WHERE id = ?1) LIMIT 1",
		&s, err));
	nk_stmt_uuid(s, 1, id);
	return nk_stmt_step(s, out, err);
}

NK_RESULT nk_party_is_alone(struct nk_flow *flow, const struct nk_party *p, bool *out, struct nk_err *err)
{
	bool vouched = false;

	NK_TRY(is_vouched(flow, p, &vouched, err));
	*out = !vouched;
	return nk_done();
}

NK_RESULT nk_party_may_judge(struct nk_flow *flow, const struct nk_party *p, struct nk_str role, struct nk_err *err)
{
	bool later = false;
	bool vouched = false;

	if (p->ended) {
		return nk_fail(err, NK_DENIED, NK_N("this person is no longer enrolled"));
	}
	if (role.len > 0 && !nk_party_has_role(p, role) && !nk_str_eq(p->unit, role)) {
		return nk_fail(err, NK_DENIED, NK_N("this person does not have the role \"%s\""), nk_short(role).text);
	}
	NK_TRY(came_after_an_officer(flow, p->id, &later, err));
	NK_TRY(later ? is_vouched(flow, p, &vouched, err) : nk_done());
	return !later || vouched
		? nk_done()
		: nk_fail(err, NK_DENIED,
			  NK_N("no officer signed that this person may judge (enrolled by the operator alone): end and enrol anew under an officer's order (nokosazu party end, party add)"));
}

NK_RESULT nk_party_alone(struct nk_flow *flow, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_party *list = NULL;
	bool vouched = true;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 256 << 20, &arena, err));
	NK_TRY(nk_party_list(flow->store, NULL, arena, &list, &n, err));
	for (size_t i = 0; i < n && vouched; i++) {
		if (!list[i].ended && nk_party_judges(flow, &list[i])) {
			NK_TRY(is_vouched(flow, &list[i], &vouched, err));
		}
	}
	*out = !vouched;
	return nk_done();
}

NK_RESULT nk_flow_said_limitation(struct nk_flow *flow, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_str own = nk_flow_limitation(flow);
	bool alone = false;
	size_t weaker = 0;

	NK_TRY(nk_party_alone(flow, &alone, err));
	NK_TRY(nk_settings_weaker(flow, &weaker, err));
	NK_TRY(nk_buf_add_str(out, own, err));
	if (alone) {
		NK_TRY(nk_buf_printf(out, err, "%s" NK_LIMITATION_ALONE, out->len > 0 ? "; " : ""));
	}
	return weaker == 0 ? nk_done() : nk_buf_printf(out, err, "%s" NK_LIMITATION_WEAKER, out->len > 0 ? "; " : "", weaker);
}
