/*
 * op_warrant.c: 申請 → 承認 → 作業報告 → 報告承認 as operations; the work is in warrant_{text,judge,use}.c.
 *
 * Invariant: each is one transaction with its leaf; an attempt that was denied leaves a leaf REFUSED.
 */
#include "base.h"

#include "asked_int.h"
#include "json.h"

static nk_rc tell(struct nk_flow *flow, const char *what, nk_rc rc, const struct nk_err *err)
{
	if (rc.code == NK_DENIED || rc.code == NK_EXISTS) {
		nk_flow_refused_why(flow, what, err);
	}
	return rc;
}

static NK_RESULT ask(
	struct nk_flow *flow, const struct nk_warrant_ask *a, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_ask(flow, tx, a, out_id, err));
	return nk_flow_commit(flow, &tx, err);
}

/* Somebody's JSON in the one spelling that is signed. */
static NK_RESULT details_of(struct nk_bytes given, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	if (given.len == 0) {
		return nk_done();
	}
	nk_buf_init_wiping(&text, NK_ASKED_DETAILS_MAX);
	NK_TRY(nk_jdoc_parse(given, NK_ASKED_DETAILS_MAX, &doc, err));
	if (!nk_jis_object(nk_jdoc_root(doc))) {
		return nk_fail(err, NK_INVALID, NK_N("the details of a request must be a JSON object"));
	}
	NK_TRY(nk_json_canonical(nk_jdoc_root(doc), &text, err));
	return nk_arena_dup(arena, nk_buf_str(&text), out, err);
}

NK_RESULT nk_op_warrant_request(
	struct nk_flow *flow, const struct nk_warrant_request *req, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_warrant_ask a = { .kind = req->kind,
		.verbs = req->verbs,
		.scope = req->scope,
		.purpose = req->purpose,
		.from_at = req->from_at,
		.until_at = req->until_at,
		.uses = req->uses };
	struct nk_str own;

	if (nk_warrant_kind_needs(req->kind) == NULL) {
		return nk_fail(err, NK_INVALID,
			NK_N("a warrant is of kind access, egress, change, release, order or exception; \"%s\" is none"),
			nk_short(req->kind).text);
	}
	NK_TRY(tell(flow, "warrant request", nk_ask_form(flow, req, err), err));
	if (req->until_at == 0) {
		a.until_at = ((nk_time)req->until_day + 1) * NK_DAY - (nk_time)flow->config->tz_minutes * 60 * NK_SECOND;
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 8 << 20, &arena, err));
	NK_TRY(details_of(req->details, arena, &a.details, err));
	own = nk_warrant_needs(flow, req->kind);
	/* More roles can be asked for, never fewer. */
	NK_TRY(nk_arena_printf(arena, &a.needs, err, "%.*s,%.*s", NK_FMT(own), NK_FMT(req->needs)));
	return ask(flow, &a, out_id, err);
}

static bool part_of(struct nk_str word, enum nk_part *out)
{
	static const enum nk_part judging[] = { NK_PART_SIGN, NK_PART_REFUSE, NK_PART_REVOKE, NK_PART_ACCEPT };

	for (size_t i = 0; i < NK_ARRAY_LEN(judging); i++) {
		if (nk_str_eq(word, nk_str_c(nk_part_name(judging[i])))) {
			*out = judging[i];
			return true;
		}
	}
	return false;
}

static NK_RESULT judge(
	struct nk_flow *flow, struct nk_uuid id, const struct nk_judging *how, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_warrant before;
	struct nk_hash digest;
	struct nk_str unused;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_warrant_get(flow->store, id, arena, &before, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_asked_judge(flow, tx, id, how, err));
	if (nk_str_eq(before.state, NK_STR("reported"))) {
		NK_TRY(nk_asked_report(flow, id, arena, &unused, &digest, err));
		NK_TRY(nk_warrant_report_judged(flow, tx, id, how->part, &digest, err));
	}
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_warrant_judge(struct nk_flow *flow, const struct nk_warrant_judge_request *req, struct nk_err *err)
{
	struct nk_judging how = { .role = req->role, .seed = req->seed, .party = req->party, .sshsig = req->sshsig };
	char what[24];

	if (!part_of(req->step, &how.part) || req->role.len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a decision is sign, refuse, revoke or accept, and in a role"));
	}
	(void)snprintf(what, sizeof(what), "warrant %s", nk_part_name(how.part));
	return tell(flow, what, judge(flow, req->id, &how, err), err);
}

NK_RESULT nk_op_warrant_statement(
	struct nk_flow *flow, const struct nk_warrant_judge_request *req, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_warrant_part part = { .party = req->party, .role = req->role };
	struct nk_party party;
	struct nk_hash report;
	struct nk_str unused;
	struct nk_asked a;

	if (!part_of(req->step, &part.part) || req->role.len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a decision is sign, refuse, revoke or accept, and in a role"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_asked_get(flow, req->id, arena, &a, err));
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], req->party, arena, &party, err));
	if (part.part == NK_PART_ACCEPT) {
		NK_TRY(nk_asked_report(flow, req->id, arena, &unused, &report, err));
	}
	return nk_asked_statement(flow, &a, &part, &party, part.part == NK_PART_ACCEPT ? &report : NULL, out, err);
}

NK_RESULT nk_op_warrant_envelope(struct nk_flow *flow, const struct nk_warrant_judge_request *req, struct nk_buf *out,
	struct nk_uuid *out_party, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_warrant_part *parts = NULL;
	struct nk_bytes kept = { NULL, 0 };
	enum nk_part part = NK_PART_SIGN;
	size_t n = 0;

	if (!part_of(req->step, &part)) {
		return nk_fail(err, NK_USAGE, NK_N("a decision is sign, refuse, revoke or accept, and in a role"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_warrant_parts(flow->store, req->id, arena, &parts, &n, err));
	while (n > 0 && !(parts[n - 1].part == part && nk_str_eq(parts[n - 1].role, req->role))) {
		n--;
	}
	if (n == 0) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("nobody has done this in that role"));
	}
	NK_TRY(nk_asked_open(flow, req->id, &parts[n - 1], arena, &kept, err));
	*out_party = parts[n - 1].party;
	return nk_buf_add(out, kept.ptr, kept.len, err);
}

static NK_RESULT use(struct nk_flow *flow, struct nk_uuid id, struct nk_str verb, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_warrant w;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_warrant_get(flow->store, id, arena, &w, err));
	if (verb.len == 0 && nk_str_chr(w.verbs, ',') != SIZE_MAX) {
		return nk_fail(err, NK_USAGE, NK_N("this warrant allows several acts; say which (--verb): %s"),
			nk_short(w.verbs).text);
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_take(flow, tx, id, w.kind, verb.len > 0 ? verb : w.verbs, w.scope, arena, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_warrant_use(struct nk_flow *flow, struct nk_uuid id, struct nk_str verb, struct nk_err *err)
{
	return tell(flow, "warrant use", use(flow, id, verb, err), err);
}

static NK_RESULT report(struct nk_flow *flow, struct nk_uuid id, struct nk_str text, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_report(flow, tx, id, text, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_warrant_report(struct nk_flow *flow, struct nk_uuid id, struct nk_str text, struct nk_err *err)
{
	if (nk_str_trim(text).len == 0 || text.len > NK_REPORT_MAX) {
		return nk_fail(err, NK_INVALID, NK_N("a report says in at most %d bytes what was done"), (int)NK_REPORT_MAX);
	}
	return tell(flow, "warrant report", report(flow, id, text, err), err);
}

static bool has_signed(const struct nk_warrant_part *parts, size_t n, struct nk_str role)
{
	for (size_t i = 0; i < n; i++) {
		if (parts[i].part == NK_PART_SIGN && nk_str_eq(parts[i].role, role)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT waits_for(struct nk_flow *flow, const struct nk_warrant *w, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_warrant_part *parts = NULL;
	struct nk_str rest = w->needs;
	struct nk_str role;
	size_t n = 0;

	nk_buf_init(&b, 1 << 12);
	if (nk_str_eq(w->state, NK_STR("requested"))) {
		NK_TRY(nk_warrant_parts(flow->store, w->id, arena, &parts, &n, err));
		while (nk_str_cut(&rest, ',', &role)) {
			if (!has_signed(parts, n, role)) {
				NK_TRY(nk_buf_add_c(&b, b.len > 0 ? "," : "", err));
				NK_TRY(nk_buf_add_str(&b, role, err));
			}
		}
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

static NK_RESULT called(struct nk_flow *flow, struct nk_str roles, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_str role;

	nk_buf_init(&b, 1 << 14);
	while (nk_str_cut(&roles, ',', &role)) {
		NK_TRY(nk_buf_add_c(&b, b.len > 0 ? ", " : "", err));
		NK_TRY(nk_buf_add_str(&b, nk_config_role_label(flow->config, role), err));
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

static NK_RESULT row_of(struct nk_flow *flow, const struct nk_warrant *w, struct nk_arena *arena,
	struct nk_warrant_row *out, struct nk_err *err)
{
	const bool over = nk_now(flow->env) >= w->until_at &&
		(nk_str_eq(w->state, NK_STR("granted")) || nk_str_eq(w->state, NK_STR("requested")));

	*out = (struct nk_warrant_row){ .id = w->id,
		.kind = w->kind,
		.verbs = w->verbs,
		.scope = w->scope,
		.needs = w->needs,
		.state = over ? NK_STR("expired") : w->state,
		.limitation = w->limitation,
		.requester = w->requester,
		.from_at = w->from_at,
		.until_at = w->until_at,
		.uses_left = w->uses_left };
	nk_hex_print(w->request_digest.b, sizeof(w->request_digest.b), out->digest);
	NK_TRY(nk_warrant_owed(flow, w->id, &out->owes, err));
	NK_TRY(waits_for(flow, w, arena, &out->waits_for, err));
	NK_TRY(called(flow, out->needs, arena, &out->needs_called, err));
	return called(flow, out->waits_for, arena, &out->waits_called, err);
}

/* It waits or holds, or something is still owed for it. */
static bool is_going_on(const struct nk_warrant_row *r)
{
	return r->owes.len > 0 || (!nk_str_eq(r->state, NK_STR("expired")) && !nk_str_eq(r->state, NK_STR("spent")));
}

NK_RESULT nk_op_warrant_list(struct nk_flow *flow, bool all, struct nk_arena *arena, struct nk_warrant_row **out,
	size_t *out_n, struct nk_err *err)
{
	struct nk_warrant *list = NULL;
	size_t n = 0;
	size_t kept = 0;

	NK_TRY(nk_warrant_list(flow->store, !all, arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(row_of(flow, &list[i], arena, &(*out)[kept], err));
		kept += all || is_going_on(&(*out)[kept]) ? 1 : 0;
	}
	*out_n = kept;
	return nk_done();
}

static NK_RESULT verdict(struct nk_flow *flow, const struct nk_asked *a, const struct nk_warrant_part *part,
	struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	struct nk_party signer;
	struct nk_err why = { 0 };

	*out = NK_STR("");
	if (part->role.len == 0 || part->statement.len == 0) {
		return nk_done();
	}
	*out = NK_STR("good");
	return nk_ok(nk_asked_verify(flow, a, part, arena, &signer, &why))
		? nk_done()
		: nk_arena_dup(arena, nk_str_c(why.text[NK_LANG_EN]), out, err);
}

static NK_RESULT steps_of(struct nk_flow *flow, const struct nk_asked *a, bool readable, struct nk_arena *arena,
	struct nk_warrant_row *out, struct nk_err *err)
{
	struct nk_warrant_part *parts = NULL;
	struct nk_warrant_step_row *rows = NULL;
	struct nk_party party;
	size_t n = 0;

	NK_TRY(nk_warrant_parts(flow->store, out->id, arena, &parts, &n, err));
	rows = nk_arena_array(arena, n, sizeof(*rows));
	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], parts[i].party, arena, &party, err));
		rows[i] = (struct nk_warrant_step_row){ .step = nk_str_c(nk_part_name(parts[i].part)),
			.role = parts[i].role,
			.called = parts[i].role.len > 0 ? nk_config_role_label(flow->config, parts[i].role) :
							  NK_STR(""),
			.party = parts[i].party,
			.name = party.label,
			.at = parts[i].at,
			.leaf = parts[i].leaf };
		if (readable) {
			NK_TRY(verdict(flow, a, &parts[i], arena, &rows[i].verdict, err));
		}
	}
	out->steps = rows;
	out->n_steps = n;
	return nk_done();
}

NK_RESULT nk_op_warrant_show(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena,
	struct nk_warrant_row *out, struct nk_err *err)
{
	struct nk_warrant w;
	struct nk_asked a = { .text = NK_STR("") };
	struct nk_hash digest;
	struct nk_err why = { 0 };
	bool readable = false;

	NK_TRY(nk_warrant_get(flow->store, id, arena, &w, err));
	NK_TRY(row_of(flow, &w, arena, out, err));
	/* The standing order of init carries no request of its own. */
	if (w.request.len > 0) {
		NK_TRY(nk_asked_get(flow, id, arena, &a, err));
		readable = true;
		out->purpose = a.purpose;
		out->details = a.details;
		out->limitation = a.limitation;
		out->uses = a.uses;
		if (!nk_ok(nk_asked_report(flow, id, arena, &out->report, &digest, &why)) && why.code != NK_NOT_FOUND) {
			return nk_err_pass(err, &why);
		}
	}
	return steps_of(flow, &a, readable, arena, out, err);
}
