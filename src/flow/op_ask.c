/*
 * op_ask.c: the one question over a copy and everything derived from it, all copies of one person, and writing down
 * what is known of readings.
 *
 * Invariant: every number that leaves here names its query (I11): what was asked, at which state of the ledger.
 */
#include "base.h"
#include "flow_backup.h"
#include "flow_duty.h"
#include "measures_int.h"
#include "person_int.h"

#include "json.h"

enum { ABOUT = sizeof("holding:") + NK_UUID_TEXT };

static void query_of(struct nk_flow *flow, const char *what, struct nk_uuid id, char out[static 80])
{
	char text[NK_UUID_TEXT];

	(void)snprintf(out, 80, "%s:%s@%llu", what, nk_uuid_print(id, text),
		(unsigned long long)nk_ledger_size(flow->ledger));
}

static struct nk_str label_of(const struct nk_party *list, size_t n, struct nk_uuid id)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(list[i].id, id)) {
			return list[i].label;
		}
	}
	return NK_STR("-");
}

/* An open part of a backup: does it still open persons who were erased since? */
static NK_RESULT of_backups(struct nk_flow *flow, const struct nk_ask_row *rows, struct nk_arena *arena,
	struct nk_ask_reply *out, struct nk_err *err)
{
	struct nk_backup_row *list = NULL;
	size_t n = 0;

	for (size_t i = 0; i < out->n; i++) {
		if ((rows[i].kind != NK_HOLDING_backup && rows[i].kind != NK_HOLDING_backup_keys) || rows[i].gone != NK_ASK_OPEN) {
			continue;
		}
		NK_TRY(list == NULL ? nk_op_backup_list(flow, arena, &list, &n, err) : nk_done());
		for (size_t b = 0; b < n; b++) {
			if (nk_uuid_eq(list[b].holding, rows[i].holding)) {
				out->lines[i].gone = list[b].gone;
			}
		}
	}
	return nk_done();
}

NK_RESULT nk_op_ask(
	struct nk_flow *flow, struct nk_uuid holding, struct nk_arena *arena, struct nk_ask_reply *out, struct nk_err *err)
{
	struct nk_ask_row *rows = NULL;
	struct nk_party *parties = NULL;
	size_t n_parties = 0;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_ask(flow->store, flow->key[NK_HOUSE_LOG], holding, arena, &rows, &out->n, err));
	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &parties, &n_parties, err));
	out->lines = nk_arena_array(arena, out->n, sizeof(*out->lines));
	if (out->lines == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n; i++) {
		const struct nk_ask_row *const r = &rows[i];

		out->lines[i] = (struct nk_ask_line){ .depth = r->depth,
			.holding = r->holding,
			.party = r->party,
			.warrant = r->warrant,
			.kind = nk_str_c(nk_holding_kind_name(r->kind)),
			.place = r->place,
			.who = label_of(parties, n_parties, r->party),
			.persons_exact = r->persons_exact,
			.persons_max = r->persons_max,
			.since = r->since,
			.until = r->until,
			.was_read = r->was_read,
			.gone = nk_ask_gone_text(r->gone, r->possible) };
	}
	NK_TRY(of_backups(flow, rows, arena, out, err));
	query_of(flow, "ask", holding, out->query);
	return nk_done();
}

static NK_RESULT items_of(const struct nk_extent_row *r, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	static const char *const classes[NK_ITEM_COUNT] = { "ids", "login", "mail", "name", "kana", "class", "birth",
		"password" };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init(&b, 4096);
	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		const bool sure = (r->classes & (1u << c)) != 0;

		if (sure || (r->possible & (1u << c)) != 0) {
			NK_TRY(nk_buf_printf(&b, err, sure ? "%s%s" : "%s(%s)", b.len > 0 ? "," : "", classes[c]));
		}
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

/* How a copy ended, by the same judgement as the one question. */
static NK_RESULT fate_of(
	struct nk_flow *flow, struct nk_uuid holding, struct nk_arena *arena, const char **out, struct nk_err *err)
{
	struct nk_ask_row *rows = NULL;
	size_t n = 0;

	NK_TRY(nk_ask(flow->store, flow->key[NK_HOUSE_LOG], holding, arena, &rows, &n, err));
	nk_assert(n > 0);
	*out = nk_ask_gone_text(rows[0].gone, rows[0].possible);
	return nk_done();
}

static NK_RESULT copy_of(struct nk_flow *flow, const struct nk_extent_row *r, struct nk_arena *arena,
	struct nk_ask_copy *out, struct nk_err *err)
{
	struct nk_holding h;

	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], r->holding, arena, &h, err));
	*out = (struct nk_ask_copy){ .holding = h.id,
		.kind = nk_str_c(nk_holding_kind_name(h.kind)),
		.place = h.place,
		.opened_at = h.opened_at,
		.expires_at = h.expires_at,
		.closed_at = h.closed_at };
	NK_TRY(items_of(r, arena, &out->items, err));
	return fate_of(flow, h.id, arena, &out->gone, err);
}

NK_RESULT nk_op_ask_person(struct nk_flow *flow, struct nk_str key, struct nk_arena *arena,
	struct nk_ask_person_reply *out, struct nk_err *err)
{
	struct nk_extent_row *rows = NULL;
	struct nk_person_row person;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_op_person_show(flow, key, arena, &person, err));
	NK_TRY(nk_person_extents(flow, person.number, arena, &rows, &out->n, err));
	out->copies = nk_arena_array(arena, out->n, sizeof(*out->copies));
	if (out->copies == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n; i++) {
		NK_TRY(copy_of(flow, &rows[i], arena, &out->copies[i], err));
	}
	query_of(flow, "ask-person", person.id, out->query);
	return nk_done();
}

NK_RESULT nk_op_seen(struct nk_flow *flow, const struct nk_seen_request *req, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_leaf_item items[4] = { nk_item_text("what", NK_STR("read")),
		nk_item_hex("holding", req->holding.b, 16), nk_item_hex("party", req->party.b, 16),
		nk_item_number("at", nk_u64(req->at / NK_SECOND)) };
	struct nk_holding h;
	struct nk_party p;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, err));
	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], req->holding, arena, &h, err));
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], req->party, arena, &p, err));
	if (req->at > nk_now(flow->env)) {
		return nk_fail(err, NK_INVALID, NK_N("a reading cannot be in the future"));
	}
	if (req->at < h.opened_at) {
		return nk_fail(err, NK_INVALID, NK_N("nobody can have read this copy before it was made"));
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_seen_add(tx, req->holding, req->party, req->at, req->persons, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_SEEN, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT coverage_body(const struct nk_coverage_request *req, struct nk_buf *out, struct nk_err *err)
{
	char from[NK_TIME_TEXT];
	char until[NK_TIME_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "complete");
	nk_json_bool(&j, req->complete);
	nk_json_key(&j, "filtered");
	nk_json_bool(&j, req->filtered);
	nk_json_key(&j, "from");
	nk_json_c(&j, nk_time_print(req->from_at, from));
	nk_json_key(&j, "until");
	nk_json_c(&j, nk_time_print(req->until_at, until));
	nk_json_key(&j, "why");
	nk_json_str(&j, req->why);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT state_coverage(struct nk_flow *flow, struct nk_tx *tx, const struct nk_coverage_request *req,
	struct nk_uuid *out_evidence, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	struct nk_statement s = { .predicate = NK_PREDICATE_COVERAGE, .result = "" };
	char about[NK_HOLDING_ABOUT];

	nk_buf_init(&body, 65536);
	NK_TRY(coverage_body(req, &body, err));
	s.subject = nk_holding_about(req->holding, about);
	s.about = nk_str_c(about);
	nk_sha256(nk_bytes_of(req->holding.b, sizeof(req->holding.b)), &s.subject_sha256);
	s.body = nk_buf_str(&body);
	return nk_statement_make(flow, tx, &s, NULL, out_evidence, NULL, err);
}

NK_RESULT nk_op_coverage(
	struct nk_flow *flow, const struct nk_coverage_request *req, struct nk_uuid *out_evidence, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_coverage c = { .holding = req->holding,
		.from_at = req->from_at,
		.until_at = req->until_at,
		.complete = req->complete,
		.filtered = req->filtered,
		.why = req->why };
	const struct nk_leaf_item items[3] = { nk_item_text("what", NK_STR("coverage")),
		nk_item_hex("holding", req->holding.b, 16), nk_item_number("complete", req->complete ? 1 : 0) };
	struct nk_holding h;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], req->holding, arena, &h, err));
	if (req->until_at > nk_now(flow->env)) {
		return nk_fail(err, NK_INVALID, NK_N("nobody knows yet how complete a log will be: the interval ends in the future"));
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(state_coverage(flow, tx, req, &c.evidence, err));
	NK_TRY(nk_coverage_add(tx, &c, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_SEEN, items, NK_ARRAY_LEN(items), NULL, err));
	*out_evidence = c.evidence;
	return nk_flow_commit(flow, &tx, err);
}
