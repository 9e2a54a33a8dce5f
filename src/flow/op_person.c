/*
 * op_person.c: find, show, where, hold. Replies are personal: for the screen that asked.
 */
#include "base.h"
#include "flow_int.h"
#include "person_int.h"

static NK_RESULT copy(struct nk_arena *arena, struct nk_str s, struct nk_str *out, struct nk_err *err)
{
	return nk_arena_dup(arena, s, out, err);
}

static NK_RESULT shown(
	struct nk_arena *arena, const struct nk_person *p, bool kana, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init_wiping(&b, 4096);
	NK_TRY(nk_person_shown(p, kana, &b, err));
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

static NK_RESULT row_of(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena,
	struct nk_person_row *r, struct nk_err *err)
{
	struct nk_person whole = *p;

	nk_people_whole_dates(flow->people, &whole);
	*r = (struct nk_person_row){
		.id = p->id,
		.number = p->number,
		.state = nk_person_state_name(whole.state),
		.valid_from = whole.valid_from,
		.valid_until = whole.valid_until,
		.delete_on = whole.delete_on,
		.dated = (p->flags & NK_PERSON_DATED) != 0,
		.hold = (p->flags & NK_PERSON_HOLD) != 0,
		.is_protected = (p->flags & NK_PERSON_PROTECTED) != 0,
		.hidden = nk_person_hidden(p),
	};
	NK_TRY(shown(arena, p, false, &r->name, err));
	NK_TRY(shown(arena, p, true, &r->kana, err));
	NK_TRY(copy(arena, p->field[NK_FIELD_LOGIN], &r->login, err));
	NK_TRY(copy(arena, p->field[NK_FIELD_MAIL], &r->mail, err));
	NK_TRY(copy(arena, p->field[NK_FIELD_SOURCE], &r->source, err));
	NK_TRY(copy(arena, p->field[NK_FIELD_SOURCE_KEY], &r->source_key, err));
	NK_TRY(copy(arena, p->field[NK_FIELD_STUDENT_NUMBER], &r->student_number, err));
	NK_TRY(copy(arena, p->field[NK_FIELD_GRADE], &r->grade, err));
	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *const m = &p->memberships[i];
		const struct nk_unit *const u = m->is_group ? NULL : nk_people_unit(flow->people, m->where);
		const struct nk_group *const g = m->is_group ? nk_people_group(flow->people, m->where) : NULL;

		if (u != NULL && (r->unit.len == 0 || m->primary)) {
			NK_TRY(copy(arena, u->name, &r->unit, err));
		}
		if (g != NULL && nk_str_eq(g->kind, NK_STR("homeroom")) && r->group.len == 0) {
			NK_TRY(copy(arena, g->title, &r->group, err));
		}
	}
	return nk_done();
}

/* In a list a protected person is a number, a login and a state. */
NK_RESULT nk_person_bare(
	struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena, struct nk_person_row *r, struct nk_err *err)
{
	struct nk_person whole = *p;

	nk_people_whole_dates(flow->people, &whole);
	*r = (struct nk_person_row){ .id = p->id,
		.number = p->number,
		.state = nk_person_state_name(whole.state),
		.valid_from = NK_DATE_NONE,
		.valid_until = NK_DATE_NONE,
		.delete_on = NK_DATE_NONE,
		.hidden = nk_person_hidden(p) };
	NK_TRY(nk_arena_printf(arena, &r->name, err, "#%u", p->number));
	return copy(arena, p->field[NK_FIELD_LOGIN], &r->login, err);
}

NK_RESULT nk_person_row(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena, struct nk_person_row *out,
	struct nk_err *err)
{
	return nk_person_hidden(p) ? nk_person_bare(flow, p, arena, out, err) : row_of(flow, p, arena, out, err);
}

NK_RESULT nk_op_person_find(struct nk_flow *flow, struct nk_str query, size_t max, struct nk_arena *arena,
	struct nk_person_row **out, size_t *out_n, size_t *out_total, struct nk_err *err)
{
	struct nk_people *people = NULL;
	const struct nk_person **found;
	size_t n = 0;

	NK_TRY(nk_flow_people(flow, &people, err));
	found = nk_arena_array(arena, max, sizeof(struct nk_person *));
	*out = nk_arena_array(arena, max, sizeof(**out));
	if (found == NULL || *out == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_people_search(people, query, max, found, &n, out_total, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_person_row(flow, found[i], arena, &(*out)[i], err));
	}
	*out_n = n;
	return nk_done();
}

/* Every record of one person, in order; fn writes lines. */
typedef NK_RESULT record_fn(struct nk_flow *flow, const struct nk_person *p, struct nk_buf *out, struct nk_err *err);

static NK_RESULT of_all_records(struct nk_flow *flow, const struct nk_person *head, record_fn *fn, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(flow->people, head->number, all);

	nk_buf_init_wiping(&b, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		NK_TRY(fn(flow, nk_people_by_number(flow->people, all[i]), &b, err));
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

static NK_RESULT record_line(struct nk_flow *flow, const struct nk_person *p, struct nk_buf *out, struct nk_err *err)
{
	(void)flow;
	NK_TRY(nk_buf_printf(out, err, "#%u\t%.*s\t%.*s\t%.*s\t%s\t", p->number, NK_FMT(p->field[NK_FIELD_SOURCE]),
		NK_FMT(p->field[NK_FIELD_SOURCE_KEY]), NK_FMT(p->field[NK_FIELD_LOGIN]), nk_person_state_name(p->state)));
	NK_TRY(nk_person_shown(p, false, out, err));
	return nk_buf_add_byte(out, '\n', err);
}

static NK_RESULT membership_lines(struct nk_flow *flow, const struct nk_person *p, struct nk_buf *b, struct nk_err *err)
{
	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *const m = &p->memberships[i];
		const struct nk_unit *const u = m->is_group ? NULL : nk_people_unit(flow->people, m->where);
		const struct nk_group *const g = m->is_group ? nk_people_group(flow->people, m->where) : NULL;
		char from[NK_DATE_TEXT];
		char until[NK_DATE_TEXT];
		const struct nk_str name = u != NULL ? u->name : g != NULL ? g->title : NK_STR("?");

		NK_TRY(nk_buf_printf(b, err, "%s\t%.*s\t%s\t%s\t%s\t%u\n", m->is_group ? "group" : "unit",
			NK_FMT(name), nk_role_name(m->role), nk_date_print(m->from, from),
			nk_date_print(m->until, until), m->number));
	}
	return nk_done();
}

static NK_RESULT former_lines(struct nk_flow *flow, const struct nk_person *p, struct nk_buf *b, struct nk_err *err)
{
	struct nk_str rest = p->field[NK_FIELD_FORMER];
	struct nk_person before;
	nk_time until = 0;

	(void)flow;
	while (nk_former_next(&rest, &until, &before)) {
		char text[NK_TIME_TEXT];

		NK_TRY(nk_buf_printf(b, err, "%s\t", until != 0 ? nk_time_print(until, text) : "-"));
		NK_TRY(nk_person_shown(&before, false, b, err));
		NK_TRY(nk_buf_add_byte(b, '\t', err));
		NK_TRY(nk_person_shown(&before, true, b, err));
		NK_TRY(nk_buf_add_byte(b, '\n', err));
	}
	return nk_done();
}

/* A name that an account had while it was another record's is shown as long as the two are one person. */
static bool is_of(struct nk_flow *flow, const struct nk_person *p, const struct nk_link_key *key)
{
	const struct nk_person *const from = key->from == 0 ? p : nk_people_by_number(flow->people, key->from);

	return from != NULL && nk_people_head(flow->people, from) == nk_people_head(flow->people, p);
}

/* One record's account at one target; of a part only when there is one. */
static NK_RESULT account_line(struct nk_flow *flow, const struct nk_person *p, struct nk_str target, const struct nk_link *l,
	struct nk_buf *b, struct nk_err *err)
{
	static const char *const states[NK_LINK_STATE_COUNT] = { "intended", "present", "absent" };

	if (l == NULL && nk_people_is_part(flow->people, p)) {
		return nk_done();
	}
	NK_TRY(nk_buf_printf(b, err, "%.*s\t%s\t", NK_FMT(target), l != NULL ? states[l->state] : "-"));
	NK_TRY(nk_person_seen(flow, p, target, b, err));
	NK_TRY(nk_buf_printf(b, err, "\t%.*s", NK_FMT(l != NULL ? l->anchor : NK_STR("-"))));
	for (size_t k = 0; l != NULL && k < l->n_keys; k++) {
		if (is_of(flow, p, &l->keys[k])) {
			NK_TRY(nk_buf_printf(b, err, "\t%.*s=%.*s", NK_FMT(l->keys[k].kind), NK_FMT(l->keys[k].value)));
		}
	}
	return nk_buf_add_c(b, "\n", err);
}

static NK_RESULT target_lines(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(flow->people, p->number, all);
	bool have = false;

	nk_buf_init_wiping(&b, 1 << 20);
	NK_TRY(nk_stmt_get(flow->store, "SELECT id, name FROM target ORDER BY name", &s, err));
	for (;;) {
		NK_OWNED(nk_links_free) struct nk_links *links = NULL;
		struct nk_uuid id;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		if (!nk_col_uuid(s, 0, &id)) {
			continue;
		}
		NK_TRY(nk_links_open(flow->store, flow->vault, id, &links, err));
		for (size_t i = 0; i < n; i++) {
			NK_TRY(account_line(flow, nk_people_by_number(flow->people, all[i]), nk_col_text(s, 1),
				nk_links_of(links, all[i]), &b, err));
		}
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

static NK_RESULT holding_lines(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	static const char *const classes[NK_ITEM_COUNT] = { "ids", "login", "mail", "name", "kana", "class", "birth",
		"password" };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_extent_row *rows = NULL;
	size_t n = 0;

	nk_buf_init(&b, 1 << 20);
	NK_TRY(nk_person_extents(flow, p->number, arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_holding h;
		char id[NK_UUID_TEXT];
		char since[NK_TIME_TEXT];
		char until[NK_TIME_TEXT];

		NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], rows[i].holding, arena, &h, err));
		NK_TRY(nk_buf_printf(&b, err, "%s\t%s\t%.*s\t%s\t%s\t%s\t", nk_uuid_print(h.id, id),
			nk_holding_kind_name(h.kind), NK_FMT(h.place), nk_time_print(h.opened_at, since),
			nk_time_print(h.expires_at, until), nk_holding_gone(&h)));
		for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
			if ((rows[i].classes & (1u << c)) != 0) {
				NK_TRY(nk_buf_printf(&b, err, "%s ", classes[c]));
			}
		}
		NK_TRY(nk_buf_add_c(&b, "\n", err));
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

NK_RESULT nk_op_person_show(struct nk_flow *flow, struct nk_str key, struct nk_arena *arena,
	struct nk_person_row *out, struct nk_err *err)
{
	const struct nk_person *p = NULL;

	NK_TRY(nk_person_by(flow, key, &p, err));
	NK_TRY(row_of(flow, p, arena, out, err));
	if (nk_people_is_merged(flow->people, p->number)) {
		NK_TRY(of_all_records(flow, p, record_line, arena, &out->records, err));
	}
	NK_TRY(of_all_records(flow, p, former_lines, arena, &out->former, err));
	NK_TRY(of_all_records(flow, p, membership_lines, arena, &out->memberships, err));
	NK_TRY(target_lines(flow, p, arena, &out->targets, err));
	return holding_lines(flow, p, arena, &out->holdings, err);
}

NK_RESULT nk_op_person_hold(struct nk_flow *flow, struct nk_str key, bool hold, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_person *p = NULL;
	const struct nk_leaf_item items[1] = { nk_item_number("hold", hold ? 1 : 0) };
	uint32_t all[NK_WHOLE_MAX];
	size_t n = 0;

	NK_TRY(nk_person_by(flow, key, &p, err));
	n = nk_people_whole(flow->people, p->number, all);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_person_leaves(flow, tx, NK_LEAF_HOLD, all, NULL, n, items, 1, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_person now = *nk_people_by_number(flow->people, all[i]);

		now.flags = hold ? now.flags | NK_PERSON_HOLD : now.flags & ~(unsigned)NK_PERSON_HOLD;
		NK_TRY(nk_people_update(flow->people, tx, &now, err));
	}
	return nk_flow_commit(flow, &tx, err);
}
