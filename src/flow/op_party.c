/*
 * op_party.c: who acts and who may sign: enrol, end and list. Names of operators are personal too and stand sealed.
 *
 * Invariant: one key, one party; and none in two units that the configuration wants apart (without a stated reason). Who judges
 * comes and goes under an officer's order (party_vouch.c).
 */
#include "base.h"

#include "party_int.h"
#include "sshsig.h"

enum { WORD_MAX = 32 };

static bool is_word(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) {
			return false;
		}
	}
	return s.len > 0 && s.len <= WORD_MAX;
}

static bool is_known(const struct nk_flow *flow, struct nk_str word)
{
	bool own = nk_role_label(word) != NULL;

	for (size_t i = 0; i < flow->config->n_roles && !own; i++) {
		own = nk_str_eq(flow->config->roles[i].word, word);
	}
	return own;
}

static NK_RESULT check_words(const struct nk_flow *flow, const struct nk_party *p, struct nk_err *err)
{
	struct nk_str rest = p->roles;
	struct nk_str role;

	while (nk_str_cut(&rest, ',', &role)) {
		role = nk_str_trim(role);
		if (!is_word(role) || !is_known(flow, role)) {
			return nk_fail(err, NK_INVALID,
				NK_N("there is no role \"%s\"; a site's own roles stand in [roles] of the configuration"),
				nk_short(role).text);
		}
	}
	if ((p->unit.len > 0 && !is_word(p->unit)) || (p->organisation.len > 0 && !is_word(p->organisation))) {
		return nk_fail(err, NK_INVALID,
			NK_N("a unit or organisation is a word of small letters, digits, - and _, such as \"development\""));
	}
	return nk_done();
}

static bool is_kind(struct nk_str kind)
{
	static const char *const kinds[] = { "operator", "officer", "person", "unit", "organisation", "program", "site",
		"anyone" };

	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		if (nk_str_eq(kind, nk_str_c(kinds[i]))) {
			return true;
		}
	}
	return false;
}

static NK_RESULT check_request(const struct nk_flow *flow, const struct nk_party *p, struct nk_err *err)
{
	struct nk_sshkey ssh;

	if (p->label.len == 0 || p->roles.len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a party needs a name and at least one role"));
	}
	if (nk_party_has_role(p, NK_STR("operator"))) {
		return nk_fail(err, NK_DENIED,
			NK_N("roles of one who carries out and one who approves are kept apart: not \"operator\""));
	}
	if (nk_party_has_role(p, NK_STR("officer")) && !p->has_key && p->ssh_key.len == 0) {
		return nk_fail(err, NK_INVALID,
			NK_N("an officer without a key could sign nothing: --public-key, as nokosazu party key prints it, or --ssh-key"));
	}
	if (!is_kind(p->kind)) {
		return nk_fail(err, NK_INVALID,
			NK_N("a party is of kind officer, person, unit, organisation, program, site or anyone"));
	}
	NK_TRY(check_words(flow, p, err));
	if (p->recipient.len > 0 && !nk_str_starts(p->recipient, NK_STR("age1"))) {
		return nk_fail(err, NK_INVALID, NK_N("a recipient is a public key of age: it begins with age1"));
	}
	return p->ssh_key.len > 0 ? nk_sshkey_parse(p->ssh_key, &ssh, err) : nk_done();
}

/* One human with one key under two names could sign twice. */
static NK_RESULT check_others(struct nk_flow *flow, const struct nk_party *p, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_party *list = NULL;
	size_t n = 0;
	bool deputy = nk_uuid_is_nil(p->deputy);

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 256 << 20, &arena, err));
	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	NK_TRY(nk_separation_with(flow, p, list, n, err));
	for (size_t i = 0; i < n; i++) {
		if (!list[i].ended && nk_party_same_key(p, &list[i]) && flow->config->limitation.len == 0) {
			return nk_fail(err, NK_EXISTS, NK_N("this key is enrolled already; each party has a key of its own"));
		}
		deputy = deputy || (!list[i].ended && nk_uuid_eq(list[i].id, p->deputy));
	}
	return deputy ? nk_done() : nk_fail(err, NK_NOT_FOUND, NK_N("nobody is enrolled who could be this deputy"));
}

/* Does an officer sign first, and has he? `waits`: not yet; *v has the order that was asked for. */
static NK_RESULT vouched(struct nk_flow *flow, const struct nk_party *p, bool end, struct nk_party_vouch *v,
	struct nk_party_reply *out, struct nk_err *err)
{
	const struct nk_uuid nobody = { { 0 } };
	size_t officers = 0;

	NK_TRY(nk_party_officers(flow, nobody, &officers, err));
	if (officers == 0 || !nk_party_judges(flow, p)) {
		return nk_done();
	}
	NK_TRY(nk_party_vouching(p, end, v, err));
	NK_TRY(nk_party_vouch_find(flow, v, &out->waits, err));
	out->warrant = v->warrant;
	return nk_done();
}

/* The order, when there is one: used, and reported by the act itself; somebody else accepts the report. */
static NK_RESULT use_order(struct nk_flow *flow, struct nk_tx *tx, const struct nk_party_vouch *v,
	struct nk_leaf_item *items, size_t *n, struct nk_err *err)
{
	if (nk_uuid_is_nil(v->warrant)) {
		return nk_done();
	}
	NK_TRY(nk_party_vouch_take(flow, tx, v, err));
	NK_TRY(nk_warrant_done(flow, tx, v->warrant, v->scope, err));
	items[(*n)++] = nk_item_hex("warrant", v->warrant.b, sizeof(v->warrant.b));
	return nk_done();
}

static NK_RESULT add(
	struct nk_flow *flow, const struct nk_party *p, const struct nk_party_vouch *v, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_leaf_item items[5];
	size_t n = 0;

	items[n++] = nk_item_hex("party", p->id.b, 16);
	if (p->has_key) {
		items[n++] = nk_item_hex("public", p->public_key, sizeof(p->public_key));
	}
	items[n++] = nk_item_text("roles", p->roles);
	items[n++] = nk_item_text("unit", p->unit);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(use_order(flow, tx, v, items, &n, err));
	NK_TRY(nk_party_add(tx, flow->key[NK_HOUSE_LOG], p, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_PARTY, items, n, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT enrol(
	struct nk_flow *flow, struct nk_party *p, struct nk_party_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_party_vouch_done) struct nk_party_vouch v = { .verb = NK_STR("") };

	NK_TRY(check_others(flow, p, err));
	NK_TRY(vouched(flow, p, false, &v, out, err));
	if (out->waits) {
		return nk_done();
	}
	NK_TRY(nk_uuid_new(flow->env, &p->id, err));
	out->id = p->id;
	return add(flow, p, &v, err);
}

NK_RESULT nk_op_party_add(
	struct nk_flow *flow, const struct nk_party_request *req, struct nk_party_reply *out, struct nk_err *err)
{
	static const uint8_t none[sizeof(req->public_key)];
	struct nk_party p = { .kind = req->kind.len > 0 ? req->kind : NK_STR("officer"),
		.roles = req->roles,
		.label = req->name,
		.has_key = !nk_ct_equal(req->public_key, none, sizeof(none)),
		.unit = req->unit,
		.organisation = req->organisation,
		.ssh_key = nk_str_trim(req->ssh_key),
		.recipient = req->recipient,
		.contact = req->contact,
		.deputy = req->deputy };
	nk_rc rc = nk_done();

	memset(out, 0, sizeof(*out));
	memcpy(p.public_key, req->public_key, sizeof(p.public_key));
	/* An SSH key is an Ed25519 key: its owner signs with it whatever asks for a signature, and anybody can check it. */
	p.has_key = p.has_key || nk_party_raw_key(p.ssh_key, p.public_key);
	NK_TRY(check_request(flow, &p, err));
	rc = enrol(flow, &p, out, err);
	if (rc.code == NK_DENIED || rc.code == NK_EXISTS || rc.code == NK_CONFIG || rc.code == NK_NOT_FOUND) {
		nk_flow_refused_why(flow, "party add", err);
	}
	return rc;
}

/* Without an officer nobody could approve anything again, not even the next officer. */
static NK_RESULT not_the_last(struct nk_flow *flow, const struct nk_party *p, struct nk_err *err)
{
	size_t others = 0;

	NK_TRY(nk_party_officers(flow, p->id, &others, err));
	if (others == 0 && nk_party_has_role(p, NK_STR("officer"))) {
		return nk_fail(err, NK_DENIED,
			NK_N("this is the last officer: enrol a successor first (nokosazu party add --role officer), whom this one approves"));
	}
	return nk_done();
}

static NK_RESULT leave(struct nk_flow *flow, struct nk_uuid id, struct nk_party_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_party_vouch_done) struct nk_party_vouch v = { .verb = NK_STR("") };
	struct nk_leaf_item items[3] = { nk_item_text("ended", NK_STR("yes")), nk_item_hex("party", id.b, 16) };
	struct nk_party p;
	size_t n = 2;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], id, arena, &p, err));
	if (nk_str_eq(p.kind, NK_STR("site"))) {
		return nk_fail(err, NK_DENIED, NK_N("this is a site: it goes under an officer's order (nokosazu site end)"));
	}
	if (!p.ended) {
		NK_TRY(not_the_last(flow, &p, err));
		NK_TRY(vouched(flow, &p, true, &v, out, err));
	}
	if (out->waits) {
		return nk_done();
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(use_order(flow, tx, &v, items, &n, err));
	NK_TRY(nk_party_end(tx, id, nk_now(flow->env), err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_PARTY, items, n, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_party_end(struct nk_flow *flow, struct nk_uuid id, struct nk_party_reply *out, struct nk_err *err)
{
	nk_rc rc = nk_done();

	*out = (struct nk_party_reply){ .id = id };
	if (nk_uuid_eq(id, flow->actor)) {
		return nk_fail(err, NK_DENIED, NK_N("the operator of this installation cannot be ended"));
	}
	rc = leave(flow, id, out, err);
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "party end", err);
	}
	return rc;
}

NK_RESULT nk_roles_called(
	const struct nk_flow *flow, struct nk_str roles, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_str role;

	nk_buf_init(&b, 1 << 16);
	while (nk_str_cut(&roles, ',', &role)) {
		NK_TRY(nk_buf_add_c(&b, b.len > 0 ? "、" : "", err));
		NK_TRY(nk_buf_add_str(&b, nk_config_role_label(flow->config, nk_str_trim(role)), err));
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

NK_RESULT nk_op_party_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_party_row **out, size_t *out_n, struct nk_err *err)
{
	struct nk_party *list = NULL;
	size_t n = 0;

	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		const struct nk_party *const p = &list[i];
		struct nk_party_row *const r = &(*out)[i];

		*r = (struct nk_party_row){ .id = p->id,
			.name = p->label,
			.roles = p->roles,
			.has_key = p->has_key || p->ssh_key.len > 0,
			.ended = p->ended,
			.kind = p->kind,
			.unit = p->unit,
			.organisation = p->organisation,
			.ssh_key = p->ssh_key,
			.recipient = p->recipient,
			.contact = p->contact,
			.deputy = p->deputy };
		NK_TRY(nk_roles_called(flow, p->roles, arena, &r->called, err));
	}
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_op_party_key(
	const struct nk_env *env, struct nk_key *out_seed, uint8_t out_public[static 32], struct nk_err *err)
{
	NK_TRY(nk_key_random(env, out_seed, err));
	nk_sign_public(out_seed, out_public);
	return nk_done();
}
