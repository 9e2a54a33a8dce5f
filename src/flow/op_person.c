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
	*r = (struct nk_person_row){
		.id = p->id,
		.number = p->number,
		.state = nk_person_state_name(p->state),
		.valid_from = p->valid_from,
		.valid_until = p->valid_until,
		.delete_on = p->delete_on,
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
static NK_RESULT hidden_row(const struct nk_person *p, struct nk_arena *arena, struct nk_person_row *r, struct nk_err *err)
{
	*r = (struct nk_person_row){ .id = p->id,
		.number = p->number,
		.state = nk_person_state_name(p->state),
		.valid_from = NK_DATE_NONE,
		.valid_until = NK_DATE_NONE,
		.delete_on = NK_DATE_NONE,
		.hidden = true };
	NK_TRY(nk_arena_printf(arena, &r->name, err, "#%u", p->number));
	return copy(arena, p->field[NK_FIELD_LOGIN], &r->login, err);
}

NK_RESULT nk_person_row(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena, struct nk_person_row *out,
	struct nk_err *err)
{
	return nk_person_hidden(p) ? hidden_row(p, arena, out, err) : row_of(flow, p, arena, out, err);
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

/* By id, number (#123, as reports of scans say), login, student number, mail, or a source's key. */
NK_RESULT nk_person_by(struct nk_flow *flow, struct nk_str key, const struct nk_person **out, struct nk_err *err)
{
	static const enum nk_field fields[] = { NK_FIELD_LOGIN, NK_FIELD_STUDENT_NUMBER, NK_FIELD_MASTER_ID,
		NK_FIELD_MAIL };
	struct nk_people *people = NULL;
	struct nk_uuid id;
	uint32_t number = 0;

	NK_TRY(nk_flow_people(flow, &people, err));
	*out = nk_uuid_parse(key, &id) ? nk_people_by_id(people, id) : NULL;
	if (key.len > 1 && key.ptr[0] == '#' && nk_parse_u32(nk_str_sub(key, 1, key.len), 0, UINT32_MAX, &number)) {
		*out = nk_people_by_number(people, number);
	}
	for (size_t i = 0; *out == NULL && i < NK_ARRAY_LEN(fields); i++) {
		*out = nk_people_by_field(people, fields[i], key);
	}
	for (size_t i = 0; *out == NULL && i < nk_people_count(people); i++) {
		const struct nk_person *const p = nk_people_at(people, i);

		*out = nk_str_eq(p->field[NK_FIELD_SOURCE_KEY], key) ? p : NULL;
	}
	return *out != NULL
		? nk_done()
		: nk_fail(err, NK_NOT_FOUND,
			  NK_N("nobody has this id, login, number, mail or source key; search with \"nokosazu person find\""));
}

static NK_RESULT memberships(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init_wiping(&b, 1 << 20);
	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *const m = &p->memberships[i];
		const struct nk_unit *const u = m->is_group ? NULL : nk_people_unit(flow->people, m->where);
		const struct nk_group *const g = m->is_group ? nk_people_group(flow->people, m->where) : NULL;
		char from[NK_DATE_TEXT];
		char until[NK_DATE_TEXT];
		const struct nk_str name = u != NULL ? u->name : g != NULL ? g->title : NK_STR("?");

		NK_TRY(nk_buf_printf(&b, err, "%s\t%.*s\t%s\t%s\t%s\t%u\n", m->is_group ? "group" : "unit",
			NK_FMT(name), nk_role_name(m->role), nk_date_print(m->from, from),
			nk_date_print(m->until, until), m->number));
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

static NK_RESULT former_lines(const struct nk_person *p, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_str rest = p->field[NK_FIELD_FORMER];
	struct nk_person before;
	nk_time until = 0;

	nk_buf_init_wiping(&b, 1 << 16);
	while (nk_former_next(&rest, &until, &before)) {
		char text[NK_TIME_TEXT];

		NK_TRY(nk_buf_printf(&b, err, "%s\t", nk_time_print(until, text)));
		NK_TRY(nk_person_shown(&before, false, &b, err));
		NK_TRY(nk_buf_add_byte(&b, '\t', err));
		NK_TRY(nk_person_shown(&before, true, &b, err));
		NK_TRY(nk_buf_add_byte(&b, '\n', err));
	}
	return nk_arena_dup(arena, nk_buf_str(&b), out, err);
}

static NK_RESULT target_lines(struct nk_flow *flow, const struct nk_person *p, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	static const char *const states[NK_LINK_STATE_COUNT] = { "intended", "present", "absent" };
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	bool have = false;

	nk_buf_init_wiping(&b, 1 << 20);
	NK_TRY(nk_stmt_get(flow->store, "SELECT id, name FROM target ORDER BY name", &s, err));
	for (;;) {
		NK_OWNED(nk_links_free) struct nk_links *links = NULL;
		const struct nk_link *l;
		struct nk_uuid id;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			break;
		}
		if (!nk_col_uuid(s, 0, &id)) {
			continue;
		}
		NK_TRY(nk_links_open(flow->store, flow->vault, id, &links, err));
		l = nk_links_of(links, p->number);
		NK_TRY(nk_buf_printf(&b, err, "%.*s\t%s\t%.*s", NK_FMT(nk_col_text(s, 1)),
			l != NULL ? states[l->state] : "-", NK_FMT(l != NULL ? l->anchor : NK_STR("-"))));
		for (size_t k = 0; l != NULL && k < l->n_keys; k++) {
			NK_TRY(nk_buf_printf(
				&b, err, "\t%.*s=%.*s", NK_FMT(l->keys[k].kind), NK_FMT(l->keys[k].value)));
		}
		NK_TRY(nk_buf_add_c(&b, "\n", err));
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
	NK_TRY(nk_extent_of_person(flow->store, p->number, arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_holding h;
		char id[NK_UUID_TEXT];
		char since[NK_TIME_TEXT];
		char until[NK_TIME_TEXT];

		NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], rows[i].holding, arena, &h, err));
		NK_TRY(nk_buf_printf(&b, err, "%s\t%s\t%.*s\t%s\t%s\t%s\t", nk_uuid_print(h.id, id),
			nk_holding_kind_name(h.kind), NK_FMT(h.place), nk_time_print(h.opened_at, since),
			nk_time_print(h.expires_at, until), nk_gone_name(h.gone)));
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
	NK_TRY(former_lines(p, arena, &out->former, err));
	NK_TRY(memberships(flow, p, arena, &out->memberships, err));
	NK_TRY(target_lines(flow, p, arena, &out->targets, err));
	return holding_lines(flow, p, arena, &out->holdings, err);
}

NK_RESULT nk_op_person_hold(struct nk_flow *flow, struct nk_str key, bool hold, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_person *p = NULL;
	struct nk_person now;
	const struct nk_leaf_item items[1] = { nk_item_number("hold", hold ? 1 : 0) };

	NK_TRY(nk_person_by(flow, key, &p, err));
	now = *p;
	now.flags = hold ? p->flags | NK_PERSON_HOLD : p->flags & ~(unsigned)NK_PERSON_HOLD;
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_person_leaves(flow, tx, NK_LEAF_HOLD, &p->number, NULL, 1, items, 1, err));
	NK_TRY(nk_people_update(flow->people, tx, &now, err));
	return nk_flow_commit(flow, &tx, err);
}
