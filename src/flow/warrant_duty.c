/*
 * warrant_duty.c: the third and fourth step are owed after every use: who used a warrant reports the work, or the act
 * does it for him; one of its judges accepts the report; each by a duty that acts when it is overdue.
 *
 * Invariant: a duty of these ends by a statement of this house about the report's digest, never by itself.
 */
#include "base.h"

#include "asked_int.h"
#include "json.h"

#define REPORT_WORK "report-work"
#define ACCEPT_REPORT "accept-report"

enum { ACCEPT_DAYS = 7, ABOUT_LEN = 8 + NK_UUID_TEXT };

static struct nk_str about_of(struct nk_uuid id, char room[static ABOUT_LEN])
{
	char text[NK_UUID_TEXT];

	(void)snprintf(room, ABOUT_LEN, "warrant:%s", nk_uuid_print(id, text));
	return nk_str_c(room);
}

static NK_RESULT is_open(
	struct nk_flow *flow, const char *kind, struct nk_str about, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_duty *list = NULL;
	size_t n = 0;

	*out = false;
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, err));
	NK_TRY(nk_duty_of(flow->store, about, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		*out = *out || (list[i].closed_at == 0 && nk_str_eq(list[i].kind, nk_str_c(kind)));
	}
	return nk_done();
}

NK_RESULT nk_warrant_owes_report(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_warrant *w, struct nk_err *err)
{
	char room[ABOUT_LEN];
	const struct nk_str about = about_of(w->id, room);
	struct nk_uuid duty;
	bool open = false;

	NK_TRY(is_open(flow, REPORT_WORK, about, &open, err));
	return open ? nk_done()
		    : nk_duty_open(flow, tx, REPORT_WORK, about, flow->actor, NULL, w->until_at, &duty, err);
}

static NK_RESULT evidence_of(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, const char *step,
	const struct nk_hash *report, struct nk_uuid *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	char room[ABOUT_LEN];
	char at[NK_TIME_TEXT];
	const struct nk_str about = about_of(id, room);
	struct nk_statement s = { .predicate = NK_PREDICATE_CLOSURE,
		.subject = room,
		.subject_sha256 = *report,
		.about = about,
		.result = "" };
	struct nk_json j;

	nk_buf_init(&body, 4096);
	nk_json_init_canonical(&j, &body);
	nk_json_open(&j, '{');
	nk_json_key(&j, "at");
	nk_json_c(&j, nk_time_print(nk_now(flow->env), at));
	nk_json_key(&j, "step");
	nk_json_c(&j, step);
	nk_json_key(&j, "warrant");
	nk_json_str(&j, nk_str_sub(about, 8, about.len));
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	s.body = nk_buf_str(&body);
	return nk_statement_make(flow, tx, &s, NULL, out, NULL, err);
}

NK_RESULT nk_warrant_was_reported(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id,
	const struct nk_hash *report, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	char room[ABOUT_LEN];
	const struct nk_str about = about_of(id, room);
	struct nk_warrant w;
	struct nk_uuid evidence;
	struct nk_uuid duty;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_warrant_get(flow->store, id, arena, &w, err));
	NK_TRY(evidence_of(flow, tx, id, "report", report, &evidence, err));
	NK_TRY(nk_duty_end(flow, tx, REPORT_WORK, about, evidence, err));
	return nk_duty_open(flow, tx, ACCEPT_REPORT, about, w.signer, NULL, nk_now(flow->env) + ACCEPT_DAYS * NK_DAY,
		&duty, err);
}

/* With random bytes, so that the digest that others sign tells nothing about the words. */
static NK_RESULT report_text(struct nk_flow *flow, struct nk_str text, struct nk_buf *out, struct nk_err *err)
{
	uint8_t nonce[32];
	struct nk_json j;

	NK_TRY(nk_random(flow->env, nonce, sizeof(nonce), err));
	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "nonce");
	nk_json_hex(&j, nk_bytes_of(nonce, sizeof(nonce)));
	nk_json_key(&j, "report");
	nk_json_str(&j, text);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_warrant_report(
	struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, struct nk_str text, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	struct nk_warrant_part part = { .part = NK_PART_REPORT, .party = flow->actor, .at = nk_now(flow->env) };
	struct nk_leaf_item items[2];
	struct nk_hash digest;
	uint64_t leaf = 0;

	nk_buf_init_wiping(&plain, 8 * NK_REPORT_MAX);
	nk_buf_init(&box, 16 * NK_REPORT_MAX);
	NK_TRY(report_text(flow, text, &plain, err));
	nk_sha256(nk_buf_bytes(&plain), &digest);
	NK_TRY(nk_asked_seal(flow, id, &part, nk_buf_bytes(&plain), &box, err));
	part.statement = nk_buf_bytes(&box);
	items[0] = nk_item_hex("report", digest.b, sizeof(digest.b));
	items[1] = nk_item_hex("warrant", id.b, sizeof(id.b));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_WARRANT_REPORT, items, 2, &leaf, err));
	part.leaf = nk_i64(leaf);
	NK_TRY(nk_warrant_step(tx, id, &part, err));
	return nk_warrant_was_reported(flow, tx, id, &digest, err);
}

NK_RESULT nk_warrant_done(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, const char *what,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_warrant w;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_warrant_get(flow->store, id, arena, &w, err));
	/* Uses are left, or somebody reported it already. */
	return nk_str_eq(w.state, NK_STR("spent")) ? nk_warrant_report(flow, tx, id, nk_str_c(what), err) : nk_done();
}

NK_RESULT nk_warrant_owed(struct nk_flow *flow, struct nk_uuid id, struct nk_str *out, struct nk_err *err)
{
	char room[ABOUT_LEN];
	const struct nk_str about = about_of(id, room);
	bool report = false;
	bool accept = false;

	NK_TRY(is_open(flow, REPORT_WORK, about, &report, err));
	NK_TRY(is_open(flow, ACCEPT_REPORT, about, &accept, err));
	*out = report ? NK_STR("report") : accept ? NK_STR("accept") : NK_STR("");
	return nk_done();
}

NK_RESULT nk_warrant_report_judged(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid id, enum nk_part part,
	const struct nk_hash *report, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	char room[ABOUT_LEN];
	const struct nk_str about = about_of(id, room);
	struct nk_warrant w;
	struct nk_uuid evidence;
	struct nk_uuid duty;

	NK_TRY(evidence_of(flow, tx, id, nk_part_name(part), report, &evidence, err));
	NK_TRY(nk_duty_end(flow, tx, ACCEPT_REPORT, about, evidence, err));
	if (part == NK_PART_ACCEPT) {
		return nk_done();
	}
	/* Refused: it has to be made again, by who asked. */
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_warrant_get(flow->store, id, arena, &w, err));
	return nk_duty_open(flow, tx, REPORT_WORK, about, w.requester, NULL, nk_now(flow->env) + ACCEPT_DAYS * NK_DAY,
		&duty, err);
}
