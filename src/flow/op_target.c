/*
 * op_target.c: register a target, list, test. Its bind password is tried first, then sealed; never in a file.
 */
#include "base.h"
#include "flow_int.h"

static bool plain_name(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
			return false;
		}
	}
	return s.len > 0 && s.len <= 32;
}

static NK_RESULT line(struct nk_buf *b, const char *key, struct nk_str value, struct nk_err *err)
{
	if (value.len == 0) {
		return nk_done();
	}
	if (nk_str_chr(value, '\n') != SIZE_MAX || nk_str_chr(value, '\r') != SIZE_MAX) {
		return nk_fail(err, NK_USAGE, NK_N("a setting of a target is one line of text: %s"), key);
	}
	return nk_buf_printf(b, err, "%s = %.*s\n", key, NK_FMT(value));
}

static NK_RESULT conf_text(const struct nk_target_request *r, struct nk_buf *b, struct nk_err *err)
{
	NK_TRY(nk_buf_printf(b, err, "# Written by \"nokosazu target add\". See nokosazu.conf(5).\n[target %.*s]\n",
		NK_FMT(r->name)));
	NK_TRY(line(b, "type", r->type, err));
	NK_TRY(line(b, "uri", r->uri, err));
	NK_TRY(line(b, "base", r->base, err));
	NK_TRY(line(b, "bind_dn", r->bind_dn, err));
	NK_TRY(line(b, "ca_file", r->ca_file, err));
	NK_TRY(line(b, "profile", r->profile, err));
	NK_TRY(line(b, "files", r->files, err));
	NK_TRY(line(b, "rewrite", r->rewrite != NULL ? nk_str_c(r->rewrite) : NK_STR(""), err));
	NK_TRY(line(b, "starttls", r->starttls ? NK_STR("yes") : NK_STR(""), err));
	return line(b, "allow_plain", r->allow_plain ? NK_STR("yes") : NK_STR(""), err);
}

/* A bind and a look at the root, before anything is kept. */
static NK_RESULT try_it(
	struct nk_flow *flow, const struct nk_target_request *r, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_target_close) struct nk_target_link *link = NULL;
	const struct nk_target *const type = nk_target_find_type(r->type);
	struct nk_target_probe probe;
	struct nk_target_settings s = { .name = r->name,
		.uri = r->uri,
		.base = r->base,
		.bind_dn = r->bind_dn,
		.ca_file = r->ca_file,
		.starttls = r->starttls,
		.allow_plain = r->allow_plain,
		.secret = r->secret,
		.page = 1000,
		.window = 64,
		.batch = 100,
		.timeout_ms = 30000 };

	if (type == NULL) {
		return nk_fail(err, NK_USAGE, NK_N("no such type of target: \"%s\""), nk_short(r->type).text);
	}
	NK_TRY(nk_arena_printf(arena, &s.people_base, err, "ou=people,%.*s", NK_FMT(r->base)));
	NK_TRY(nk_arena_printf(arena, &s.groups_base, err, "ou=groups,%.*s", NK_FMT(r->base)));
	NK_TRY(nk_arena_printf(arena, &s.units_base, err, "ou=units,%.*s", NK_FMT(r->base)));
	NK_TRY(nk_target_open(flow->env, type, &s, &link, err));
	return nk_target_probe(link, &probe, err);
}

static NK_RESULT holding(struct nk_flow *flow, struct nk_tx *tx, const struct nk_target_request *r,
	struct nk_uuid *out, struct nk_err *err)
{
	const nk_time now = nk_now(flow->env);
	const struct nk_holding h = { .kind = NK_HOLDING_target,
		.place = r->name,
		.custodian = flow->actor,
		.purpose = NK_STR("accounts"),
		.warrant = flow->standing_order,
		.opened_at = now,
		.expires_at = now + 3650 * NK_DAY,
		.was_read = "yes" };

	NK_TRY(nk_holding_open(tx, flow->key[NK_HOUSE_LOG], &h, out, err));
	return nk_reach_open(tx, *out, flow->actor, now, err);
}

static NK_RESULT row(struct nk_flow *flow, struct nk_tx *tx, const struct nk_target_request *r, struct nk_uuid id,
	struct nk_uuid h, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	uint8_t *at = NULL;

	nk_buf_init(&box, 8192);
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO target(id, name, type, holding_id, secret) VALUES (?1, ?2, ?3, ?4, ?5)", &s, err));
	nk_stmt_uuid(s, 1, id);
	nk_stmt_text(s, 2, r->name);
	nk_stmt_text(s, 3, r->type);
	nk_stmt_uuid(s, 4, h);
	if (r->secret.len > 0) {
		NK_TRY(nk_buf_reserve(&box, r->secret.len + NK_SEAL_EXTRA, &at, err));
		NK_TRY(nk_seal(flow->env, flow->key[NK_HOUSE_SECRET], nk_bytes_of(id.b, 16), r->secret, at, err));
		box.len += r->secret.len + NK_SEAL_EXTRA;
		nk_stmt_blob(s, 5, nk_buf_bytes(&box));
	} else {
		nk_stmt_null(s, 5);
	}
	return nk_stmt_run(s, err);
}

NK_RESULT nk_op_target_add(struct nk_flow *flow, const struct nk_target_request *req, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_uuid id = { { 0 } };
	struct nk_uuid h;
	char name[64];
	char path[PATH_MAX];
	const struct nk_leaf_item items[2] = { nk_item_hex("target", id.b, 16), nk_item_text("type", req->type) };

	nk_buf_init(&text, 65536);
	if (!plain_name(req->name)) {
		return nk_fail(err, NK_USAGE, NK_N("the name of a target is 1 to 32 of a-z, 0-9 and -"));
	}
	if (nk_config_find_target(flow->config, req->name) != NULL) {
		return nk_fail(err, NK_EXISTS, NK_N("there is a target of this name already"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(try_it(flow, req, arena, err));
	NK_TRY(conf_text(req, &text, err));
	NK_TRY(nk_uuid_new(flow->env, &id, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(holding(flow, tx, req, &h, err));
	NK_TRY(row(flow, tx, req, id, h, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_TARGET, items, 2, NULL, err));
	(void)snprintf(name, sizeof(name), "conf.d/target-%.*s.conf", NK_FMT(req->name));
	nk_flow_path(flow, name, path);
	NK_TRY(nk_flow_commit(flow, &tx, err));
	return nk_env_replace(flow->env, path, nk_buf_bytes(&text), err);
}

static NK_RESULT link_count(struct nk_flow *flow, struct nk_uuid id, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT count(*) FROM link WHERE target_id = ?1", &s, err));
	nk_stmt_uuid(s, 1, id);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u64(nk_col_int(s, 0)) : 0;
	return nk_done();
}

NK_RESULT nk_op_target_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_target_row **out, size_t *out_n, struct nk_err *err)
{
	const struct nk_config *const c = flow->config;

	*out = nk_arena_array(arena, c->n_targets, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < c->n_targets; i++) {
		NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
		struct nk_target_row *const r = &(*out)[i];
		struct nk_uuid id;
		bool have = false;

		*r = (struct nk_target_row){ .name = c->targets[i].settings.name,
			.type = c->targets[i].type,
			.uri = c->targets[i].settings.uri,
			.base = c->targets[i].settings.base };
		NK_TRY(nk_stmt_get(flow->store, "SELECT id FROM target WHERE name = ?1", &s, err));
		nk_stmt_text(s, 1, r->name);
		NK_TRY(nk_stmt_step(s, &have, err));
		if (have && nk_col_uuid(s, 0, &id)) {
			NK_TRY(link_count(flow, id, &r->links, err));
		}
	}
	*out_n = c->n_targets;
	return nk_done();
}

NK_RESULT nk_op_target_test(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena,
	struct nk_target_test_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_open_target_close) struct nk_open_target t = { .config = NULL };
	struct nk_target_probe p;
	struct nk_snapshot snapshot;

	NK_TRY(nk_open_target(flow, name, arena, &t, err));
	NK_TRY(nk_target_probe(t.link, &p, err));
	NK_TRY(nk_target_read(t.link, arena, &snapshot, err));
	*out = (struct nk_target_test_reply){ .bound = p.bound,
		.encrypted = p.encrypted,
		.transactions = p.transactions,
		.assertion = p.assertion,
		.password_modify = p.password_modify,
		.entries = snapshot.n };
	NK_TRY(nk_arena_dup(arena, nk_str_c(p.vendor), &out->vendor, err));
	return nk_arena_dup(arena, nk_str_c(p.version), &out->version, err);
}
