/*
 * op_suspect.c: somebody has a doubt. No role, no warrant, no category, no approval stands before it.
 *
 * Order (docs/adr/0003): the case's key is durable first, then one transaction writes the row, the sealed text, the
 * leaf and the duties. What is not configured makes it poorer, never impossible: no officer → the operator owes the
 * duties; no law → a duty to look the deadlines up.
 */
#include "base.h"

#include "case_int.h"

enum { CONVENE_HOURS = 24 };

static NK_RESULT check(struct nk_flow *flow, const struct nk_suspect_request *req, struct nk_err *err)
{
	static const char *const who[] = { "", "outsider", "clerk", "anonymous" };
	bool known = false;

	if (nk_str_trim(req->text).len == 0 && req->file.len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a doubt needs a text or a photo; any few words will do"));
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(who); i++) {
		known = known || nk_str_eq(req->by, nk_str_c(who[i]));
	}
	if (!known) {
		return nk_fail(err, NK_USAGE, NK_N("--by is outsider, clerk or anonymous: never a name"));
	}
	if (req->known_at > nk_now(flow->env)) {
		return nk_fail(err, NK_INVALID, NK_N("a time of knowing that has not come yet is not taken"));
	}
	if (req->known_at != 0 && nk_str_trim(req->because).len == 0) {
		return nk_fail(err, NK_USAGE,
			NK_N("an earlier time of knowing needs --because: how it was known, and why it is told now"));
	}
	return nk_done();
}

static NK_RESULT make_row(
	struct nk_flow *flow, const struct nk_suspect_request *req, char actor[static NK_UUID_TEXT], struct nk_case *c, struct nk_err *err)
{
	enum nk_regime regime = NK_REGIME_PUBLIC; /* the lower threshold, unless the configuration knows better */

	(void)nk_regime_by_name(flow->config->cases.regime, &regime);
	*c = (struct nk_case){ .known_at = req->known_at != 0 ? req->known_at : nk_now(flow->env),
		.known_by = req->by.len > 0 ? req->by : nk_str_c(nk_uuid_print(flow->actor, actor)),
		.state = NK_STR("suspected"),
		.regime = nk_str_c(nk_regime_name(regime)),
		.classes = NK_STR("") };
	NK_TRY(nk_uuid_new(flow->env, &c->id, err));
	NK_TRY(nk_case_new_receipt(flow->env, c->receipt, err));
	NK_TRY(nk_flow_slots_pending(flow, err));
	return nk_vault_add(flow->vault, NK_SLOT_CASE, 1, &c->slot, NULL, err);
}

static NK_RESULT by_law(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, struct nk_uuid evidence,
	struct nk_err *err)
{
	struct nk_err own = { 0 };
	char about[NK_CASE_ABOUT];

	if (nk_ok(nk_case_lawful_duties(flow, tx, c, evidence, &own))) {
		return nk_done();
	}
	if (own.code == NK_NOMEM || own.code == NK_NO_SPACE) { /* says nothing about the law; told again it can work */
		return nk_err_pass(err, &own);
	}
	return nk_case_duty(flow, tx, "case-look-up-deadlines", nk_case_about(c->id, NULL, 0, about), "officer",
		nk_now(flow->env) + NK_DAY, NULL, err);
}

static NK_RESULT duties(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, struct nk_uuid evidence,
	struct nk_suspect_reply *out, struct nk_err *err)
{
	const nk_time now = nk_now(flow->env);
	char text[NK_CASE_ABOUT];
	const struct nk_str about = nk_case_about(c->id, NULL, 0, text);

	out->ack_due = now + (nk_time)flow->config->cases.ack_minutes * 60 * NK_SECOND;
	NK_TRY(nk_case_duty(flow, tx, "case-ack", about, "officer", out->ack_due, &out->nobody_on_duty, err));
	NK_TRY(nk_case_duty(flow, tx, "case-convene", about, "officer", now + CONVENE_HOURS * 3600 * NK_SECOND,
		&out->nobody_on_duty, err));
	return by_law(flow, tx, c, evidence, err);
}

static NK_RESULT prompt_due(struct nk_flow *flow, const struct nk_case *c, nk_time *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_duty *list = NULL;
	size_t n = 0;

	*out = 0;
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_case_duties(flow, c, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(list[i].kind, NK_STR("case-report-prompt"))) {
			*out = list[i].due_at;
		}
	}
	return nk_done();
}

NK_RESULT nk_op_case_time(struct nk_flow *flow, struct nk_str text, nk_time *out, struct nk_err *err)
{
	const nk_time east = (nk_time)flow->config->tz_minutes * 60 * NK_SECOND;
	char full[32] = "";
	nk_date day = NK_DATE_NONE;

	if (nk_time_parse(text, out)) {
		return nk_done();
	}
	if (nk_date_parse(text, &day)) {
		*out = ((nk_time)day + 1) * NK_DAY - east - 1;
		return nk_done();
	}
	if (text.len == 16 || text.len == 19) {
		(void)snprintf(full, sizeof(full), "%.10sT%.*s%sZ", text.ptr, (int)text.len - 11, text.ptr + 11,
			text.len == 16 ? ":00" : "");
	}
	if (!nk_time_parse(nk_str_c(full), out)) {
		return nk_fail(err, NK_USAGE, NK_N("a time is written 2026-11-23T09:30 (as clocks here show it), or with seconds and Z"));
	}
	*out -= east;
	return nk_done();
}

NK_RESULT nk_op_suspect(struct nk_flow *flow, const struct nk_suspect_request *req, struct nk_suspect_reply *out,
	struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_case c;
	struct nk_case_written done;
	char actor[NK_UUID_TEXT];
	struct nk_case_word words[] = { { NK_STR("text"), req->text }, { NK_STR("because"), req->because },
		{ NK_STR("by"), req->by } };
	const struct nk_case_write w = { .leaf = NK_LEAF_SUSPECT,
		.kind = "suspect",
		.words = words,
		.n_words = NK_ARRAY_LEN(words),
		.file = req->file };

	memset(out, 0, sizeof(*out));
	NK_TRY(check(flow, req, err));
	NK_TRY(make_row(flow, req, actor, &c, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_case_insert(tx, &c, err));
	NK_TRY(nk_case_write_note(flow, tx, &c, &w, &done, err));
	NK_TRY(duties(flow, tx, &c, done.evidence, out, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	out->id = c.id;
	out->known_at = c.known_at;
	out->told_at = nk_now(flow->env);
	memcpy(out->receipt, c.receipt, sizeof(out->receipt));
	return prompt_due(flow, &c, &out->prompt_due, err);
}
