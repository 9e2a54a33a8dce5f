/*
 * import_guard.c: the source guard with what it asks of this installation, and what is remembered of an accepted file.
 *
 * Whole files and deltas come through here: the guard sits behind the comparison, not in a reader.
 */
#include "base.h"
#include "guard_flow.h"

static NK_RESULT past_of(struct nk_flow *flow, const struct nk_import_case *c, struct nk_guard_source_input *in,
	struct nk_arena *arena, struct nk_err *err)
{
	const struct nk_source_ask ask = { .source = c->source->id,
		.today = nk_flow_today(flow),
		.turn = in->turn,
		.window_days = flow->config->guard.window_days,
		.digest = nk_bytes_of(c->roster->digest.b, NK_HASH_LEN) };
	struct nk_str *ended = NULL;

	if (!c->known) {
		return nk_done();
	}
	in->last = c->source;
	NK_TRY(nk_source_past(flow->store, &ask, arena, &in->past, err));
	NK_TRY(nk_flow_ended_units(flow, c->source->name, c->source->id, arena, &ended, &in->n_ended, err));
	in->ended = ended;
	return nk_done();
}

NK_RESULT nk_import_judge(struct nk_flow *flow, const struct nk_import_case *c, struct nk_arena *arena,
	struct nk_guard_verdict *out, struct nk_err *err)
{
	const nk_date today = nk_flow_today(flow);
	struct nk_guard_source_input in = {
		.roster = c->roster,
		.changes = c->changes,
		.people = flow->people,
		.last_count = c->changes->had,
		.expected_year = c->expected_year != 0 ? c->expected_year : nk_school_year(today),
		.sentinels = flow->config->guard_sentinels.word,
		.n_sentinels = flow->config->guard_sentinels.n,
		.protected_logins = flow->config->guard_protected.word,
		.n_protected = flow->config->guard_protected.n,
	};

	NK_TRY(nk_flow_turn(flow, c->source->name, &in.turn, err));
	in.next_year_too = in.turn == NK_TURN_GREAT && nk_date_split(today).month == 3;
	NK_TRY(past_of(flow, c, &in, arena, err));
	return nk_guard_source(&in, &flow->config->guard, arena, out, err);
}

NK_RESULT nk_import_remember(struct nk_flow *flow, struct nk_tx *tx, const struct nk_import_case *c,
	const struct nk_guard_verdict *verdict, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_source s = *c->source;
	struct nk_source_run run = { .source = s.id,
		.at = nk_now(flow->env),
		.day = nk_flow_today(flow),
		.persons = c->roster->n_persons,
		.joined = c->changes->counts[NK_CHANGE_JOIN],
		.changed = c->changes->counts[NK_CHANGE_CHANGE],
		.left = verdict->left };

	nk_buf_init(&text, 8 << 20);
	NK_TRY(nk_shape_print(c->roster, &text, err));
	s.format = c->roster->format;
	s.last_digest = nk_bytes_of(c->roster->digest.b, NK_HASH_LEN);
	s.last_import = run.at;
	s.last_shape = nk_buf_bytes(&text);
	NK_TRY(nk_source_put(tx, &s, err));
	NK_TRY(nk_flow_turn(flow, s.name, &run.turn, err));
	run.digest = s.last_digest;
	run.shape = s.last_shape;
	return nk_source_run_put(tx, &run, err);
}
