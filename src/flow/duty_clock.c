/*
 * duty_clock.c: when a duty comes to which level, who is called then, and what he is told.
 *
 * Invariant: a notice is computed from the duty's row alone: its kind, its id, its due time. It names no data subject.
 */
#include "base.h"
#include "duty_int.h"

#include "json.h"

#define HOUR (INT64_C(3600) * NK_SECOND)

static int64_t hours(int of_kind, uint32_t of_config)
{
	return (of_kind >= 0 ? (int64_t)of_kind : (int64_t)of_config) * HOUR;
}

nk_time nk_duty_call_at(const struct nk_flow *flow, const struct nk_duty *d, unsigned level)
{
	const struct nk_duty_kind *const kind = nk_duty_kind_of(d->kind);
	const struct nk_config *const c = flow->config;

	nk_assert(level >= NK_DUTY_OWNER && level <= NK_DUTY_LEVELS);
	if (level == NK_DUTY_OWNER) {
		return d->due_at - hours(kind == NULL ? -1 : kind->remind_hours, c->remind_hours);
	}
	return level == NK_DUTY_DEPUTY
		? d->due_at + hours(kind == NULL ? -1 : kind->deputy_hours, c->deputy_hours)
		: d->due_at + hours(kind == NULL ? -1 : kind->director_hours, c->director_hours);
}

static NK_RESULT by_id(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_party *out,
	bool *out_there, struct nk_err *err)
{
	*out_there = false;
	if (nk_uuid_is_nil(id)) {
		return nk_done();
	}
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], id, arena, out, err));
	*out_there = !out->ended;
	return nk_done();
}

static NK_RESULT by_role(struct nk_flow *flow, const char *role, struct nk_arena *arena, struct nk_party *out,
	bool *out_there, struct nk_err *err)
{
	struct nk_err own = { 0 };
	const nk_rc rc = nk_role_party(flow, role, arena, out, &own);

	*out_there = nk_ok(rc);
	return nk_ok(rc) || rc.code == NK_NOT_FOUND ? nk_done() : nk_err_pass(err, &own);
}

NK_RESULT nk_duty_callee(struct nk_flow *flow, const struct nk_duty *d, unsigned level, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err)
{
	const struct nk_duty_kind *const kind = nk_duty_kind_of(d->kind);
	const char *const roles[] = { kind == NULL ? "director" : kind->last, "director", "officer" };
	struct nk_party owner;
	bool there = false;

	NK_TRY(by_id(flow, d->owner, arena, &owner, &there, err));
	if (level == NK_DUTY_OWNER && there) {
		*out = owner;
		return nk_done();
	}
	if (level <= NK_DUTY_DEPUTY) {
		NK_TRY(by_id(flow, owner.deputy, arena, out, &there, err));
		if (there) {
			return nk_done();
		}
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(roles); i++) {
		NK_TRY(by_role(flow, roles[i], arena, out, &there, err));
		if (there) {
			return nk_done();
		}
	}
	*out = owner;
	return owner.ended ? nk_fail(err, NK_NOT_FOUND,
				     NK_N("nobody can be called: enrol somebody with the role \"director\" (nokosazu party add)"))
			   : nk_done();
}

static NK_RESULT text_of(const struct nk_flow *flow, const struct nk_duty *d, unsigned level, struct nk_buf *out,
	struct nk_err *err)
{
	static const char *const why[] = { [NK_DUTY_OWNER] = NK_N("You owe this. Reminder."),
		[NK_DUTY_DEPUTY] = NK_N("You are called as the deputy: the due time is over."),
		[NK_DUTY_DIRECTOR] = NK_N("You are called as the last in the line: the due time is over.") };
	const struct nk_duty_kind *const kind = nk_duty_kind_of(d->kind);
	char id[NK_UUID_TEXT];
	char due[NK_TIME_TEXT];

	(void)flow;
	for (unsigned l = NK_LANG_COUNT; l-- > 0;) { /* Japanese first */
		const enum nk_lang lang = (enum nk_lang)l;

		NK_TRY(nk_buf_printf(out, err, "%s\n", nk_tr(lang, why[level])));
		NK_TRY(nk_buf_printf(out, err, "%s: %s\n", nk_tr(lang, NK_N("What is owed")),
			kind == NULL ? nk_short(d->kind).text : nk_tr(lang, kind->summary)));
		NK_TRY(nk_buf_printf(
			out, err, "%s: %s\n", nk_tr(lang, NK_N("Duty")), nk_uuid_print(d->id, id)));
		NK_TRY(nk_buf_printf(
			out, err, "%s: %s\n", nk_tr(lang, NK_N("Due")), nk_time_print(d->due_at, due)));
		NK_TRY(nk_buf_printf(out, err, "nokosazu duty list --about \"%.*s\"\n\n", NK_FMT(d->about)));
	}
	return nk_done();
}

static NK_RESULT json_of(const struct nk_duty *d, unsigned level, struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	char due[NK_TIME_TEXT];
	struct nk_json j;

	nk_json_init(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "about");
	nk_json_str(&j, d->about);
	nk_json_key(&j, "due_at");
	nk_json_c(&j, nk_time_print(d->due_at, due));
	nk_json_key(&j, "duty");
	nk_json_c(&j, nk_uuid_print(d->id, id));
	nk_json_key(&j, "kind");
	nk_json_str(&j, d->kind);
	nk_json_key(&j, "level");
	nk_json_int(&j, (int64_t)level);
	nk_json_key(&j, "type");
	nk_json_c(&j, "duty-call");
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_duty_message(const struct nk_flow *flow, const struct nk_duty *d, unsigned level, struct nk_arena *arena,
	struct nk_notify *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	char id[NK_UUID_TEXT];
	char due[NK_TIME_TEXT];

	*out = (struct nk_notify){ .now = nk_now(flow->env) };
	nk_buf_init(&b, 65536);
	NK_TRY(text_of(flow, d, level, &b, err));
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&b), &out->text, err));
	nk_buf_reset(&b);
	NK_TRY(json_of(d, level, &b, err));
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&b), &out->json, err));
	NK_TRY(nk_arena_printf(arena, &out->id, err, "%s.%u", nk_uuid_print(d->id, id), level));
	return nk_arena_printf(arena, &out->subject, err, "[nokosazu] %.*s due %.16sZ (%s)", NK_FMT(d->kind),
		nk_time_print(d->due_at, due), level == NK_DUTY_OWNER ? "reminder" : "overdue");
}
