/*
 * op_names.c: logins and mail addresses by the rules of [names]: said beforehand, or given.
 *
 * Invariant: a name that somebody gives up is blocked like that of an erased person, in the transaction that takes it. What
 * was cut off is finished by running it again: who has a name keeps it.
 */
#include "base.h"

#include "flow_int.h"
#include "flow_person.h"
#include "person_int.h"

static const char *const reasons[NK_NAMES_WHY_COUNT] = {
	[NK_NAMES_BLANK] = NK_N("something that the rule needs is blank (a reading, a number, a class …): correct the roster or the rule"),
	[NK_NAMES_TAKEN] = NK_N("it is somebody's already or still blocked, and the rule has no {seq} or no number left"),
	[NK_NAMES_HIDDEN] = NK_N("a protected person: a name would be told; give a rule for \"protected\" in [names]"),
};

static NK_RESULT options(struct nk_flow *flow, const struct nk_names_request *req, struct nk_names_options *out,
	struct nk_err *err)
{
	const struct nk_config *const c = flow->config;
	const struct nk_person *p = NULL;

	*out = (struct nk_names_options){ .rules = c->names,
		.n_rules = c->n_names,
		.length = c->names_length,
		.reserved = c->guard_protected.word,
		.n_reserved = c->guard_protected.n,
		.domain = c->domain,
		.today = nk_flow_today(flow),
		.renew = req->renew };
	if (req->only.len > 0) {
		NK_TRY(nk_person_by(flow, req->only, &p, err));
		out->only = p->number;
	}
	if (req->renew && out->only == 0) {
		return nk_fail(err, NK_USAGE, NK_N("another login is made for one person at a time: say for whom"));
	}
	return nk_done();
}

static NK_RESULT shown(struct nk_arena *arena, const struct nk_person *p, bool kana, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init_wiping(&b, 16384);
	NK_TRY(nk_person_listed(p, kana, &b, err));
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

static NK_RESULT line_of(struct nk_flow *flow, const struct nk_names_row *row, struct nk_arena *arena,
	struct nk_names_line *out, struct nk_err *err)
{
	const struct nk_person *const p = nk_people_by_number(flow->people, row->number);

	*out = (struct nk_names_line){ .number = row->number,
		.mail = row->field == NK_FIELD_MAIL,
		.given = row->why == NK_NAMES_GIVEN,
		.why = reasons[row->why],
		.value = row->value };
	nk_assert(p != NULL);
	NK_TRY(shown(arena, p, false, &out->name, err));
	NK_TRY(shown(arena, p, true, &out->kana, err));
	for (size_t i = 0; i < p->n_memberships && !nk_person_hidden(p); i++) {
		const struct nk_group *const g =
			p->memberships[i].is_group ? nk_people_group(flow->people, p->memberships[i].where) : NULL;

		if (g != NULL && nk_str_eq(g->kind, NK_STR("homeroom"))) {
			NK_TRY(nk_arena_dup(arena, g->title, &out->group, err));
		}
	}
	return nk_arena_dup(arena, p->field[row->field], &out->old, err);
}

static NK_RESULT tell(struct nk_flow *flow, const struct nk_names_row *rows, size_t n, struct nk_arena *arena,
	struct nk_names_reply *out, struct nk_err *err)
{
	out->lines = nk_arena_array(arena, n, sizeof(*out->lines));
	if (out->lines == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(line_of(flow, &rows[i], arena, &out->lines[i], err));
		out->logins += out->lines[i].given && !out->lines[i].mail ? 1 : 0;
		out->mails += out->lines[i].given && out->lines[i].mail ? 1 : 0;
		out->missing += out->lines[i].given ? 0 : 1;
	}
	out->n = n;
	return nk_done();
}

/* All rows of one person: his new record, and what he gives up. */
static NK_RESULT give_one(struct nk_flow *flow, struct nk_tx *tx, const struct nk_names_row *rows, size_t n, struct nk_err *err)
{
	const nk_date until = nk_date_add_months(nk_flow_today(flow), flow->config->tombstone_months);
	struct nk_person now = *nk_people_by_number(flow->people, rows[0].number);

	for (size_t i = 0; i < n; i++) {
		if (now.field[rows[i].field].len > 0) {
			NK_TRY(nk_tombstone_add(flow->people, tx, now.field[rows[i].field], until, err));
		}
		now.field[rows[i].field] = rows[i].value;
		now.flags |= rows[i].field == NK_FIELD_LOGIN ? NK_PERSON_LOGIN_MADE : NK_PERSON_MAIL_MADE;
	}
	return nk_people_update(flow->people, tx, &now, err);
}

static NK_RESULT give(struct nk_flow *flow, const struct nk_names_row *rows, size_t n, const struct nk_names_reply *r,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[2] = { nk_item_number("logins", r->logins), nk_item_number("mails", r->mails) };
	uint32_t *const numbers = nk_arena_array(arena, n, sizeof(*numbers));
	size_t m = 0;

	if (numbers == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	for (size_t i = 0; i < n;) {
		size_t end = i + 1;

		while (end < n && rows[end].number == rows[i].number) {
			end++;
		}
		numbers[m++] = rows[i].number;
		NK_TRY(give_one(flow, tx, rows + i, end - i, err));
		i = end;
	}
	NK_TRY(nk_flow_person_leaves(flow, tx, NK_LEAF_NAMES, numbers, NULL, m, items, 2, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_names(struct nk_flow *flow, const struct nk_names_request *req, struct nk_arena *arena,
	struct nk_names_reply *out, struct nk_err *err)
{
	struct nk_people *people = NULL;
	struct nk_names_options opt;
	struct nk_names_row *rows = NULL;
	size_t n = 0;
	size_t given = 0;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	if (flow->config->n_names == 0) {
		return nk_fail(err, NK_CONFIG,
			NK_N("there is no rule for logins: write one under [names], such as: login = {year2}{romaji.family}{seq}"));
	}
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(options(flow, req, &opt, err));
	nk_flow_tell(flow, NK_N("making names"), 0, 0);
	NK_TRY(nk_names_make(people, &opt, arena, &rows, &n, err));
	NK_TRY(tell(flow, rows, n, arena, out, err));
	if (req->dry_run) {
		return nk_done();
	}
	for (size_t i = 0; i < n; i++) {
		if (rows[i].why == NK_NAMES_GIVEN) {
			rows[given++] = rows[i];
		}
	}
	if (given == 0) {
		return nk_done();
	}
	rc = give(flow, rows, given, out, arena, err);
	if (!nk_ok(rc)) {
		nk_flow_forget(flow);
	}
	return rc;
}

NK_RESULT nk_op_names_fill(struct nk_flow *flow, struct nk_arena *arena, struct nk_names_reply *out, struct nk_err *err)
{
	const struct nk_names_request req = { .dry_run = false };

	memset(out, 0, sizeof(*out));
	return flow->config->n_names == 0 ? nk_done() : nk_op_names(flow, &req, arena, out, err);
}

static NK_RESULT any_over(struct nk_flow *flow, nk_date today, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(flow->store, "SELECT 1 FROM tombstone WHERE until_day < ?1 LIMIT 1", &s, err));
	nk_stmt_int(s, 1, today);
	return nk_stmt_step(s, out, err);
}

NK_RESULT nk_names_expire(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[1] = { nk_item_text("what", NK_STR("set free")) };
	const nk_date today = nk_flow_today(flow);
	struct nk_people *people = NULL;
	bool over = false;

	NK_TRY(any_over(flow, today, &over, err));
	if (!over) {
		return nk_done();
	}
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_tombstone_expire(people, tx, today, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_NAMES, items, 1, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}
