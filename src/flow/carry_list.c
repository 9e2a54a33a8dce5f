/*
 * carry_list.c: what is outside, what was refused, and the weekly figures (徹底).
 *
 * Invariant: every figure is counted by the query that is named beside it; nothing here is typed by anybody.
 */
#include "base.h"

#include "campaign_int.h"
#include "carry_int.h"
#include "json.h"

NK_RESULT nk_carry_leaf(struct nk_flow *flow, struct nk_tx *tx, const char *act, struct nk_uuid holding,
	struct nk_uuid warrant, struct nk_err *err)
{
	const struct nk_leaf_item items[3] = { nk_item_text("act", nk_str_c(act)), nk_item_hex("holding", holding.b, 16),
		nk_item_hex("warrant", warrant.b, 16) };

	return nk_flow_leaf(flow, tx, NK_LEAF_CARRY, items, NK_ARRAY_LEN(items), NULL, err);
}

NK_RESULT nk_carry_holding(struct nk_flow *flow, struct nk_uuid warrant, struct nk_arena *arena, struct nk_holding *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_uuid id;
	bool row = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id FROM holding WHERE warrant_id = ?1 AND kind = 'bundle' ORDER BY rowid DESC LIMIT 1", &stmt, err));
	nk_stmt_uuid(stmt, 1, warrant);
	NK_TRY(nk_stmt_step(stmt, &row, err));
	if (!row || !nk_col_uuid(stmt, 0, &id)) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("no bundle was sealed under this warrant"));
	}
	return nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], id, arena, out, err);
}

/* --- bundles --- */

NK_RESULT nk_carry_has(struct nk_flow *flow, struct nk_uuid holding, const char *predicate, struct nk_arena *arena,
	bool *out, struct nk_err *err)
{
	struct nk_evidence *list = NULL;
	char about[64];
	size_t n = 0;

	(void)nk_holding_about(holding, about);
	NK_TRY(nk_evidence_list(flow->store, nk_str_c(about), arena, &list, &n, err));
	*out = false;
	for (size_t i = 0; i < n; i++) {
		*out = *out || nk_str_eq(list[i].kind, nk_str_c(predicate));
	}
	return nk_done();
}

NK_RESULT nk_carry_received_at(
	struct nk_flow *flow, struct nk_uuid holding, const char *place, struct nk_arena *arena, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key secret = { { 0 } };
	struct nk_evidence *list = NULL;
	struct nk_hash there;
	char hex[2 * NK_HASH_LEN + 1];
	char about[64];
	char real[PATH_MAX];
	size_t n = 0;

	(void)nk_holding_about(holding, about);
	NK_TRY(nk_os_real_path(place, real, err));
	nk_carry_secret(flow, holding, &secret);
	nk_carry_place(&secret, nk_str_c(real), &there);
	nk_hex_print(there.b, sizeof(there.b), hex);
	NK_TRY(nk_evidence_list(flow->store, nk_str_c(about), arena, &list, &n, err));
	*out = false;
	for (size_t i = 0; i < n && !*out; i++) {
		NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
		struct nk_str said = { 0 };

		if (nk_str_eq(list[i].kind, NK_STR(NK_PREDICATE_RECEIPT))) {
			NK_TRY(nk_exchange_body(list[i].statement, arena, &doc, err));
			*out = nk_jstr(nk_jget(nk_jdoc_root(doc), "place"), &said) && nk_str_eq(said, nk_str_c(hex));
		}
	}
	return nk_done();
}

static NK_RESULT row_of(struct nk_flow *flow, const struct nk_holding *h, struct nk_arena *arena,
	struct nk_carry_row *out, struct nk_err *err)
{
	struct nk_extent_total total;

	NK_TRY(nk_extent_together(flow->store, &h->id, 1, &total, err));
	*out = (struct nk_carry_row){ .holding = h->id,
		.warrant = h->warrant,
		.place = h->place,
		.gone = nk_str_c(nk_gone_name(h->gone)),
		.sealed_at = h->opened_at,
		.destroy_by = h->expires_at,
		.closed_at = h->closed_at,
		.persons = total.persons,
		.overdue = h->closed_at == 0 && nk_now(flow->env) >= h->expires_at };
	return nk_carry_has(flow, h->id, NK_PREDICATE_RECEIPT, arena, &out->received, err);
}

NK_RESULT nk_op_carry_list(struct nk_flow *flow, bool all, struct nk_arena *arena, struct nk_carry_row **out,
	size_t *out_n, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	struct nk_carry_row *rows = NULL;
	size_t n_all = 0;
	size_t n = 0;

	NK_TRY(nk_holding_list(flow->store, flow->key[NK_HOUSE_LOG], !all, arena, &list, &n_all, err));
	rows = nk_arena_array(arena, n_all, sizeof(*rows));
	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n_all; i++) {
		if (list[i].kind == NK_HOLDING_bundle) {
			NK_TRY(row_of(flow, &list[i], arena, &rows[n++], err));
		}
	}
	*out = rows;
	*out_n = n;
	return nk_done();
}

/* --- what was refused --- */

static NK_RESULT read_refusal(uint64_t seq, struct nk_bytes entry, nk_time since, struct nk_arena *arena,
	struct nk_vec *rows, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_carry_refusal r = { .leaf = seq };
	struct nk_carry_refusal *kept = NULL;
	struct nk_str what = { 0 };
	struct nk_str why = { 0 };
	struct nk_str type = { 0 };
	struct nk_str at = { 0 };
	struct nk_jval root;
	void *room = NULL;

	NK_TRY(nk_jdoc_parse(entry, entry.len + 1, &doc, err));
	root = nk_jdoc_root(doc);
	if (!nk_jstr(nk_jget(root, "type"), &type) || !nk_str_eq(type, NK_STR("refused")) ||
		!nk_jstr(nk_jget(root, "time"), &at) || !nk_time_parse(at, &r.at) || r.at < since) {
		return nk_done();
	}
	(void)nk_jstr(nk_jget(nk_jget(root, "facts"), "what"), &what);
	(void)nk_jstr(nk_jget(nk_jget(root, "facts"), "why"), &why);
	NK_TRY(nk_arena_dup(arena, what, &r.what, err));
	NK_TRY(nk_arena_dup(arena, why, &r.why, err));
	NK_TRY(nk_vec_push(rows, &room, err));
	kept = room;
	*kept = r;
	return nk_done();
}

static NK_RESULT refusals(struct nk_flow *flow, nk_time since, struct nk_arena *arena, struct nk_vec *rows, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool more = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT seq, entry FROM leaf WHERE instr(entry, ?1) > 0 ORDER BY seq", &stmt, err));
	nk_stmt_blob(stmt, 1, nk_str_bytes(NK_STR("\"type\":\"refused\"")));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		NK_TRY(read_refusal(nk_u64(nk_col_int(stmt, 0)), nk_col_blob(stmt, 1), since, arena, rows, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

NK_RESULT nk_op_carry_refused(struct nk_flow *flow, nk_time since, struct nk_arena *arena, struct nk_carry_refusal **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };

	nk_vec_init(&rows, sizeof(struct nk_carry_refusal), 100000);
	NK_TRY(refusals(flow, since, arena, &rows, err));
	*out = nk_vec_keep(&rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = rows.len;
	return nk_done();
}

/* --- adherence --- */

static NK_RESULT count(struct nk_flow *flow, const char *sql, nk_time from, nk_time until, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	NK_TRY(nk_stmt_get(flow->store, sql, &stmt, err));
	nk_stmt_int(stmt, 1, from);
	nk_stmt_int(stmt, 2, until);
	NK_TRY(nk_stmt_step(stmt, &row, err));
	*out = row ? nk_u64(nk_col_int(stmt, 0)) : 0;
	return nk_done();
}

/* Persons in the bundles that left: a person in two of them is one person. */
static NK_RESULT count_persons(struct nk_flow *flow, const struct nk_carry_report *r, struct nk_arena *arena,
	uint64_t *out_bundles, uint64_t *out_persons, struct nk_err *err)
{
	struct nk_extent_total total = { .persons = 0 };
	struct nk_carry_row *rows = NULL;
	struct nk_uuid *ids = NULL;
	size_t n_rows = 0;
	size_t n = 0;

	NK_TRY(nk_op_carry_list(flow, true, arena, &rows, &n_rows, err));
	ids = nk_arena_array(arena, n_rows, sizeof(*ids));
	if (ids == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n_rows; i++) {
		if (rows[i].persons > 0 && rows[i].sealed_at >= r->from && rows[i].sealed_at < r->until) {
			ids[n++] = rows[i].holding;
		}
	}
	if (n > 0) {
		NK_TRY(nk_extent_together(flow->store, ids, n, &total, err));
	}
	*out_bundles = n;
	*out_persons = total.persons;
	return nk_done();
}

static void add(struct nk_carry_report *out, const char *query, const char *text, uint64_t n)
{
	nk_assert(out->n < NK_CARRY_FIGURES);
	out->figures[out->n++] = (struct nk_carry_figure){ query, text, n };
}

/* Literals in place: the cache of statements goes by their addresses. */
static NK_RESULT by_queries(struct nk_flow *flow, struct nk_carry_report *out, struct nk_err *err)
{
	uint64_t n = 0;

	NK_TRY(count(flow,
		"SELECT count(*) FROM holding h WHERE kind IN ('bundle', 'export', 'medium') AND opened_at >= ?1 AND opened_at < ?2 AND NOT EXISTS "
		"(SELECT 1 FROM warrant w WHERE w.id = h.warrant_id AND w.kind IN ('egress', 'order') AND w.signer_id IS NOT NULL)",
		out->from, out->until, &n, err));
	add(out, "egress-without-warrant", NK_N("copies that left without a warrant"), n);
	NK_TRY(count(flow, "SELECT count(*) FROM holding WHERE kind = 'bundle' AND opened_at >= ?1 AND opened_at < ?2", out->from, out->until, &n, err));
	add(out, "bundles-sealed", NK_N("bundles that left"), n);
	NK_TRY(count(flow, "SELECT count(*) FROM holding WHERE kind = 'bundle' AND closed_at IS NULL AND expires_at < ?2 AND ?1 = ?1", out->from,
		out->until, &n, err));
	add(out, "bundles-overdue", NK_N("bundles that should be destroyed and are not shown to be"), n);
	NK_TRY(count(flow, "SELECT count(*) FROM warrant WHERE kind = 'exception' AND from_at >= ?1 AND from_at < ?2", out->from, out->until, &n, err));
	add(out, "exceptions", NK_N("exceptions that were asked for"), n);
	return nk_done();
}

NK_RESULT nk_op_carry_report(struct nk_flow *flow, unsigned weeks, struct nk_arena *arena,
	struct nk_carry_report *out, struct nk_err *err)
{
	struct nk_carry_refusal *refused = NULL;
	uint64_t bundles = 0;
	uint64_t persons = 0;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	out->until = nk_now(flow->env) + 1;
	out->from = out->until - (nk_time)weeks * 7 * NK_DAY;
	NK_TRY(by_queries(flow, out, err));
	NK_TRY(count_persons(flow, out, arena, &bundles, &persons, err));
	add(out, "bundles-with-persons", NK_N("of them with data of persons"), bundles);
	add(out, "persons-that-left", NK_N("persons whose data left in bundles"), persons);
	NK_TRY(nk_op_carry_refused(flow, out->from, arena, &refused, &n, err));
	add(out, "attempts-refused", NK_N("attempts that were refused"), n);
	return nk_done();
}
