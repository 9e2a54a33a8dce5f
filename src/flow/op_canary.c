/*
 * op_canary.c: canary persons of this site and of others: invented, enrolled like anybody else, and so to be found
 * wherever this site's data goes. They are nobody: their values stand in clear.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"

enum { CANARIES_MAX = 1000, CSV_MAX = 4 << 20, SEED = 16 };

static NK_RESULT seed_of(struct nk_flow *flow, char hex[static 2 * SEED + 1], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf kept = { 0 };
	struct nk_err why;
	uint8_t seed[SEED];
	nk_rc rc;

	nk_buf_init(&kept, SEED);
	rc = nk_store_fact_blob(flow->store, "canary_seed", &kept, &why);
	if (!nk_ok(rc) && rc.code != NK_NOT_FOUND) {
		return nk_err_pass(err, &why);
	}
	if (nk_ok(rc) && kept.len == SEED) {
		nk_hex_print(kept.ptr, SEED, hex);
		return nk_done();
	}
	NK_TRY(nk_random(flow->env, seed, sizeof(seed), err));
	nk_hex_print(seed, SEED, hex);
	{
		NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
		const struct nk_leaf_item item = nk_item_text("act", NK_STR("seed"));

		NK_TRY(nk_tx_begin(flow->store, &tx, err));
		NK_TRY(nk_store_set_blob(tx, "canary_seed", nk_bytes_of(seed, sizeof(seed)), err));
		NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_CANARY, &item, 1, NULL, err));
		return nk_flow_commit(flow, &tx, err);
	}
}

static NK_RESULT count_of(struct nk_flow *flow, uint32_t *out, struct nk_err *err)
{
	struct nk_err why;
	int64_t n = 0;
	const nk_rc rc = nk_store_fact_int(flow->store, "canary_count", &n, &why);

	if (!nk_ok(rc) && rc.code != NK_NOT_FOUND) {
		return nk_err_pass(err, &why);
	}
	*out = nk_ok(rc) && n >= 0 && n <= CANARIES_MAX ? (uint32_t)n : 0;
	return nk_done();
}

/* Like any other list: read, judged by the guard, written with leaves; in memory, so that there is nothing to destroy. */
static NK_RESULT enrol(
	struct nk_flow *flow, struct nk_str seed, uint32_t n, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf csv = { 0 };
	struct nk_import_request req = { .fd = -1,
		.label = NK_STR("canary persons"),
		.source = NK_CANARY_SOURCE,
		.format = NK_STR("csv"),
		.mapping = nk_str_bytes(nk_canary_mapping()) };
	struct nk_import_reply reply;
	nk_rc rc;

	nk_buf_init(&csv, CSV_MAX);
	NK_TRY(nk_canary_csv(seed, n, arena, &csv, err));
	NK_TRY(nk_os_memfd("nokosazu-canary", &req.fd, err));
	req.size = csv.len;
	rc = nk_os_fd_write(req.fd, csv.ptr, csv.len, err);
	rc = nk_ok(rc) ? nk_op_import(flow, &req, arena, &reply, err) : rc;
	nk_os_fd_close(&req.fd);
	NK_TRY(rc);
	if (reply.outcome == NK_IMPORT_NEEDS_APPROVAL || reply.outcome == NK_IMPORT_STOPPED) {
		return nk_fail(err, NK_GUARD, NK_N("the guard holds the canary persons back: make fewer at once"));
	}
	if (reply.outcome == NK_IMPORT_REFUSED) {
		return nk_fail(err, NK_CONFLICT, NK_N("the canary persons cannot be enrolled: one of their logins is taken"));
	}
	return nk_uuid_is_nil(reply.holding)
		? nk_done()
		: nk_holding_end(flow, reply.holding, NK_HOLDING_import_file, NK_GONE_VERIFIED, NK_STR("was in memory only"), err);
}

static NK_RESULT put_row(
	struct nk_tx *tx, const struct nk_canary_text *t, uint32_t person, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO canary(site, value, field, person_number, since) VALUES (?1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT (site, field, value) DO NOTHING",
		&s, err));
	nk_stmt_text(s, 1, t->site);
	nk_stmt_text(s, 2, t->value);
	nk_stmt_text(s, 3, t->field);
	if (person == 0) {
		nk_stmt_null(s, 4);
	} else {
		nk_stmt_int(s, 4, person);
	}
	nk_stmt_int(s, 5, now);
	return nk_stmt_run(s, err);
}

struct writing {
	struct nk_flow *flow;
	struct nk_str seed, site;
	uint32_t n;
	struct nk_arena *arena;
};

static NK_RESULT one_person(const struct writing *w, struct nk_tx *tx, uint32_t i, struct nk_err *err)
{
	struct nk_canary_text fields[NK_CANARY_FIELDS];
	struct nk_canary_person c;
	const struct nk_person *p = NULL;

	NK_TRY(nk_canary_invent(w->seed, i, w->arena, &c, err));
	NK_TRY(nk_canary_fields(&c, w->arena, fields, err));
	p = nk_people_by_source(w->flow->people, NK_CANARY_SOURCE, c.number);
	if (p == NULL) {
		return nk_fail(err, NK_INTERNAL, NK_N("a canary person was not enrolled"));
	}
	for (size_t k = 0; k < NK_CANARY_FIELDS; k++) {
		fields[k].site = w->site;
		NK_TRY(put_row(tx, &fields[k], p->number, nk_now(w->flow->env), err));
	}
	return nk_done();
}

static NK_RESULT write_rows(const struct writing *w, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("make")), nk_item_number("count", w->n) };
	struct nk_people *people = NULL;

	NK_TRY(nk_flow_people(w->flow, &people, err));
	NK_TRY(nk_tx_begin(w->flow->store, &tx, err));
	for (uint32_t i = 0; i < w->n; i++) {
		NK_TRY(one_person(w, tx, i, err));
	}
	NK_TRY(nk_store_set_int(tx, "canary_count", w->n, err));
	NK_TRY(nk_store_set_blob(tx, "canary_site", nk_str_bytes(w->site), err));
	NK_TRY(nk_flow_leaf(w->flow, tx, NK_LEAF_CANARY, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(w->flow, &tx, err);
}

/* The name under which this site's canary persons are known: that of the first time. */
static NK_RESULT site_name(
	struct nk_flow *flow, struct nk_str wanted, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf kept = { 0 };
	struct nk_err why;
	nk_rc rc;

	nk_buf_init(&kept, 256);
	rc = nk_store_fact_blob(flow->store, "canary_site", &kept, &why);
	if (!nk_ok(rc) && rc.code != NK_NOT_FOUND) {
		return nk_err_pass(err, &why);
	}
	if (nk_ok(rc)) {
		return nk_arena_dup(arena, nk_buf_str(&kept), out, err);
	}
	*out = wanted.len > 0 ? wanted : flow->config->organisation;
	return out->len > 0 && out->len <= 200 ? nk_done() : nk_fail(err, NK_INVALID, NK_N("the name of a site has 1 to 200 bytes"));
}

NK_RESULT nk_op_canary_make(struct nk_flow *flow, uint32_t n, struct nk_str site, struct nk_arena *arena,
	uint32_t *out_all, struct nk_err *err)
{
	struct writing w = { .flow = flow, .arena = arena };
	char hex[2 * SEED + 1];
	uint32_t had = 0;

	NK_TRY(count_of(flow, &had, err));
	if (n == 0 || n > CANARIES_MAX - had) {
		return nk_fail(err, NK_LIMIT, NK_N("a site has at most %d canary persons"), (int)CANARIES_MAX);
	}
	NK_TRY(seed_of(flow, hex, err));
	w.seed = nk_str_c(hex);
	w.n = had + n;
	NK_TRY(site_name(flow, site, arena, &w.site, err));
	NK_TRY(enrol(flow, w.seed, w.n, arena, err));
	NK_TRY(write_rows(&w, err));
	*out_all = w.n;
	return nk_done();
}

NK_RESULT nk_op_canary_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_canary_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool have = false;

	nk_vec_init(&rows, sizeof(struct nk_canary_row), NK_PACKAGE_CANARIES_MAX);
	NK_TRY(nk_stmt_get(flow->store, "SELECT site, field, value, person_number FROM canary ORDER BY site, rowid", &s, err));
	for (;;) {
		struct nk_canary_row *r = NULL;
		void *at = NULL;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		NK_TRY(nk_vec_push(&rows, &at, err));
		r = at;
		NK_TRY(nk_arena_dup(arena, nk_col_text(s, 0), &r->site, err));
		NK_TRY(nk_arena_dup(arena, nk_col_text(s, 1), &r->field, err));
		NK_TRY(nk_arena_dup(arena, nk_col_text(s, 2), &r->value, err));
		r->person = nk_col_is_null(s, 3) ? 0 : (uint32_t)nk_col_int(s, 3);
	}
	*out = nk_vec_keep(&rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_op_canary_export(struct nk_flow *flow, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_canary_row *rows = NULL;
	size_t n = 0;
	size_t own = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, err));
	NK_TRY(nk_op_canary_list(flow, arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_json j;

		if (rows[i].person == 0) {
			continue;
		}
		own++;
		nk_json_init_canonical(&j, out);
		nk_json_open(&j, '{');
		nk_json_key(&j, "field");
		nk_json_str(&j, rows[i].field);
		nk_json_key(&j, "site");
		nk_json_str(&j, rows[i].site);
		nk_json_key(&j, "value");
		nk_json_str(&j, rows[i].value);
		nk_json_close(&j, '}');
		NK_TRY(nk_json_end(&j, err));
		NK_TRY(nk_buf_add_byte(out, '\n', err));
	}
	return own > 0 ? nk_done() : nk_fail(err, NK_NOT_FOUND, NK_N("this site has no canary persons: make some first"));
}

static NK_RESULT put_all(struct nk_flow *flow, const struct nk_vec *texts, uint64_t *out_new, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("import")), nk_item_number("count", texts->len) };

	*out_new = 0;
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	for (size_t i = 0; i < texts->len; i++) {
		NK_TRY(put_row(tx, nk_vec_at(texts, i), 0, nk_now(flow->env), err));
		*out_new += nk_store_changes(flow->store) > 0 ? 1 : 0;
	}
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_CANARY, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_canary_import(struct nk_flow *flow, struct nk_bytes text, uint64_t *out_new, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec texts = { 0 };
	struct nk_str own;

	nk_vec_init(&texts, sizeof(struct nk_canary_text), NK_PACKAGE_CANARIES_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, err));
	NK_TRY(nk_canary_parse(text, &texts, arena, err));
	NK_TRY(site_name(flow, NK_STR(""), arena, &own, err));
	for (size_t i = 0; i < texts.len; i++) {
		if (nk_str_eq(((struct nk_canary_text *)nk_vec_at(&texts, i))->site, own)) {
			return nk_fail(err, NK_DENIED, NK_N("this list says that it is of this very site"));
		}
	}
	return put_all(flow, &texts, out_new, err);
}
