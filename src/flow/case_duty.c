/*
 * case_duty.c: what a case lays on people: acknowledging, convening, what the law wants by which day, looking again.
 *
 * A doubt is never lost because a role is not staffed: then the operator owes it. Due days are the law's (law/), from
 * the time of knowing; a reclassification ends the old duty by the note that says why and opens the new one.
 */
#include "base.h"

#include "case_int.h"
#include "law_folder.h"

static const char *const duty_words[NK_DEADLINE_COUNT] = {
	[NK_DEADLINE_PRELIMINARY] = "case-report-prompt",
	[NK_DEADLINE_FINAL] = "case-report-final",
	[NK_DEADLINE_PERSON] = "case-notify-persons",
	[NK_DEADLINE_ENTRUSTING] = "case-tell-entrusting",
	[NK_DEADLINE_PMARK_PRELIMINARY] = "case-pmark-prompt",
	[NK_DEADLINE_PMARK_FINAL] = "case-pmark-final",
	[NK_DEADLINE_OTHER] = NULL,
};

const char *nk_case_duty_word(enum nk_deadline_kind k)
{
	return duty_words[k];
}

NK_RESULT nk_case_duty(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_str about,
	const char *role, nk_time due_at, bool *out_nobody, struct nk_err *err)
{
	const struct nk_uuid nil = { { 0 } };
	struct nk_err own = { 0 };
	const nk_rc rc = nk_duty_open(flow, tx, kind, about, nil, role, due_at, NULL, &own);

	if (nk_ok(rc)) {
		return rc;
	}
	if (rc.code != NK_NOT_FOUND) {
		return nk_err_pass(err, &own);
	}
	if (out_nobody != NULL) {
		*out_nobody = true;
	}
	return nk_duty_open(flow, tx, kind, about, flow->actor, role, due_at, NULL, err);
}

NK_RESULT nk_case_duty_end(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_str about,
	struct nk_uuid evidence, struct nk_err *err)
{
	return nk_duty_end(flow, tx, kind, about, evidence, err);
}

/* The open duty of that kind: its due time, or 0. */
static NK_RESULT open_due(
	struct nk_flow *flow, const struct nk_case *c, const char *kind, nk_time *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	char about[NK_CASE_ABOUT];
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT due_at FROM duty WHERE about = ?1 AND kind = ?2 AND closed_at IS NULL", &s, err));
	nk_stmt_text(s, 1, nk_case_about(c->id, NULL, 0, about));
	nk_stmt_text(s, 2, nk_str_c(kind));
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_col_int(s, 0) : 0;
	return nk_done();
}

NK_RESULT nk_case_duty_once(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, const char *kind,
	const char *role, nk_time due_at, struct nk_err *err)
{
	char about[NK_CASE_ABOUT];
	nk_time due = 0;

	NK_TRY(open_due(flow, c, kind, &due, err));
	if (due != 0) {
		return nk_done();
	}
	return nk_case_duty(flow, tx, kind, nk_case_about(c->id, NULL, 0, about), role, due_at, NULL, err);
}

NK_RESULT nk_case_disclosure_check(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, struct nk_err *err)
{
	return nk_case_duty_once(flow, tx, c, "case-disclosure-check", "officer", nk_now(flow->env) + NK_DAY, err);
}

NK_RESULT nk_case_law(struct nk_flow *flow, struct nk_law **out, struct nk_err *err)
{
	return nk_flow_law(flow->env, flow->config->cases.law, out, err);
}

/* Was something of that kind submitted, by whose word ever? */
static NK_RESULT submitted(struct nk_flow *flow, const struct nk_case *c, const char *kind, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	char about[NK_CASE_ABOUT];
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT 1 FROM duty d JOIN evidence e ON e.id = d.evidence_id JOIN incident_note n ON n.leaf = e.leaf "
		"WHERE d.about = ?1 AND d.kind = ?2 AND n.incident_id = ?3 AND n.kind = 'submit'",
		&s, err));
	nk_stmt_text(s, 1, nk_case_about(c->id, NULL, 0, about));
	nk_stmt_text(s, 2, nk_str_c(kind));
	nk_stmt_uuid(s, 3, c->id);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have;
	return nk_done();
}

static NK_RESULT classes_of(struct nk_flow *flow, const struct nk_law *law, const struct nk_case *c,
	enum nk_regime regime, struct nk_classes *out, struct nk_err *err)
{
	const enum nk_tri said = c->classes.len == 0 ? NK_TRI_UNKNOWN : NK_TRI_NO;
	struct nk_class_ask ask = { .regime = regime,
		.on = nk_time_day(c->known_at, (int)flow->config->tz_minutes),
		.sensitive = said,
		.property = said,
		.wrongful = said,
		.ordinance = said };
	struct nk_classes words = { .certain = 0 };

	NK_TRY(nk_case_persons(flow, c, &ask.persons, err));
	*out = nk_law_classify(law, &ask);
	if (nk_classes_parse(c->classes, &words)) {
		out->certain |= words.certain;
		out->feared |= words.feared & ~out->certain;
	}
	return nk_done();
}

/* Somebody entrusted us with the data when a note of the case says who. */
static NK_RESULT is_entrusted(struct nk_flow *flow, const struct nk_case *c, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_note *notes = NULL;
	size_t n = 0;

	*out = false;
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_notes(flow, c, "fill", arena, &notes, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(nk_case_text(&notes[i], "field"), NK_STR("entrusting"))) {
			*out = true;
		}
	}
	return nk_done();
}

NK_RESULT nk_case_deadlines(struct nk_flow *flow, const struct nk_law *law, const struct nk_case *c,
	struct nk_arena *arena, struct nk_deadline **out, size_t *out_n, struct nk_classes *out_classes, struct nk_err *err)
{
	struct nk_deadline_ask ask = { .regime = NK_REGIME_PRIVATE,
		.known_at = c->known_at,
		.contract_hours = flow->config->cases.contract_hours,
		.pmark = flow->config->cases.pmark };

	if (!nk_regime_by_name(c->regime, &ask.regime)) {
		return nk_fail(err, NK_CORRUPT, NK_N("table incident: a regime that this version does not know"));
	}
	NK_TRY(classes_of(flow, law, c, ask.regime, &ask.classes, err));
	NK_TRY(is_entrusted(flow, c, &ask.entrusted, err));
	*out_classes = ask.classes;
	return nk_law_deadlines(law, &ask, arena, out, out_n, err);
}

struct wanted { /* by kind: due, or 0 when the law does not ask for it */
	nk_time due[NK_DEADLINE_COUNT];
};

static NK_RESULT wanted_of(struct nk_flow *flow, const struct nk_case *c, struct wanted *out, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_deadline *list = NULL;
	struct nk_classes classes;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 4 << 20, &arena, err));
	NK_TRY(nk_case_law(flow, &law, err));
	NK_TRY(nk_case_deadlines(flow, law, c, arena, &list, &n, &classes, err));
	for (size_t i = 0; i < n; i++) {
		out->due[list[i].kind] = list[i].due_at != 0 ? list[i].due_at : INT64_MAX;
	}
	/* "Promptly" is no day: it is looked for at the latest when the final report is due. */
	for (unsigned k = 0; k < NK_DEADLINE_COUNT; k++) {
		if (out->due[k] == INT64_MAX) {
			out->due[k] = out->due[NK_DEADLINE_FINAL] != 0 && out->due[NK_DEADLINE_FINAL] != INT64_MAX
				? out->due[NK_DEADLINE_FINAL]
				: nk_now(flow->env) + 3 * NK_DAY;
		}
	}
	return nk_done();
}

static NK_RESULT one_duty(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, const char *kind,
	nk_time want, struct nk_uuid evidence, struct nk_err *err)
{
	char about[NK_CASE_ABOUT];
	bool done = false;
	nk_time due = 0;

	NK_TRY(open_due(flow, c, kind, &due, err));
	NK_TRY(submitted(flow, c, kind, &done, err));
	(void)nk_case_about(c->id, NULL, 0, about);
	if (due == want || (due == 0 && done)) {
		return nk_done();
	}
	if (due != 0) {
		NK_TRY(nk_case_duty_end(flow, tx, kind, nk_str_c(about), evidence, err));
	}
	return want != 0 ? nk_case_duty(flow, tx, kind, nk_str_c(about), "officer", want, NULL, err) : nk_done();
}

NK_RESULT nk_case_lawful_duties(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	struct nk_uuid evidence, struct nk_err *err)
{
	struct wanted want;

	NK_TRY(wanted_of(flow, c, &want, err));
	for (unsigned k = 0; k < NK_DEADLINE_COUNT; k++) {
		if (duty_words[k] != NULL) {
			NK_TRY(one_duty(flow, tx, c, duty_words[k], want.due[k], evidence, err));
		}
	}
	return nk_done();
}

static NK_RESULT take_duty(struct nk_flow *flow, const struct nk_stmt *s, struct nk_arena *arena,
	struct nk_case_duty *out, struct nk_err *err)
{
	(void)nk_col_uuid(s, 0, &out->id);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 1), &out->kind, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 2), &out->about, err));
	out->due_at = nk_col_int(s, 3);
	out->closed_at = nk_col_int(s, 4);
	out->overdue = out->closed_at == 0 && out->due_at < nk_now(flow->env);
	out->moved = out->closed_at != 0 && nk_col_int(s, 5) != 0;
	return nk_done();
}

NK_RESULT nk_case_duties(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_case_duty **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	char about[NK_CASE_ABOUT];
	char from[NK_CASE_ABOUT + 2];
	char to[NK_CASE_ABOUT + 2];
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_case_duty), 1000000);
	(void)snprintf(from, sizeof(from), "%s/", nk_case_about(c->id, NULL, 0, about).ptr);
	(void)snprintf(to, sizeof(to), "%s0", about); /* '0' follows '/' */
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT d.id, d.kind, d.about, d.due_at, COALESCE(d.closed_at, 0), EXISTS (SELECT 1 FROM evidence e "
		"JOIN incident_note n ON n.leaf = e.leaf WHERE e.id = d.evidence_id AND n.incident_id = ?4 AND n.kind IN "
		"('classify', 'extent', 'fill')) FROM duty d WHERE d.about = ?1 OR (d.about >= ?2 AND d.about < ?3) "
		"ORDER BY d.due_at, d.rowid",
		&s, err));
	nk_stmt_text(s, 1, nk_str_c(about));
	nk_stmt_text(s, 2, nk_str_c(from));
	nk_stmt_text(s, 3, nk_str_c(to));
	nk_stmt_uuid(s, 4, c->id);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_duty(flow, s, arena, item, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = nk_vec_keep(&rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = rows.len;
	return nk_done();
}
