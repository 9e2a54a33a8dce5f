/*
 * op_census.c: day one: whose are the accounts a target held before us, and what is decided about each.
 *
 * Reading writes nothing. A decision is one row and one leaf; adopting also makes the link, so that the next plan
 * shows what would change in the account. Nothing is ever written at the target here.
 */
#include "base.h"
#include "census_csv.h"
#include "census_int.h"
#include "flow_census.h"

struct counted {
	struct nk_open_target target;
	struct nk_snapshot held;
	struct nk_links *links;
	struct nk_decisions decisions;
};

static void counted_done(struct counted *c)
{
	nk_decisions_done(&c->decisions);
	nk_links_free(&c->links);
	nk_open_target_close(&c->target);
}

/* The target, read to its end: a blind read is no census. */
static NK_RESULT open_all(
	struct nk_flow *flow, struct nk_str target, struct nk_arena *arena, struct counted *c, struct nk_err *err)
{
	struct nk_people *people = NULL;

	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_open_target(flow, target, arena, &c->target, err));
	NK_TRY(nk_decisions_open(flow, c->target.id, &c->decisions, err));
	NK_TRY(nk_links_open(flow->store, flow->vault, c->target.id, &c->links, err));
	nk_flow_tell(flow, NK_N("reading the target"), 0, 0);
	NK_TRY(nk_target_read(c->target.link, arena, &c->held, err));
	if (!c->held.complete || !c->held.sentinel_seen) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("the target was not read to its end, or its sentinel was not seen: no census is made of a part"));
	}
	return nk_done();
}

static struct nk_str value_of(const struct nk_entry *e, const char *attr)
{
	struct nk_str best = NK_STR("");

	for (size_t i = 0; i < e->n_attrs; i++) {
		const size_t semi = nk_str_chr(e->attrs[i].name, ';');
		const struct nk_str base = nk_str_sub(e->attrs[i].name, 0, semi == SIZE_MAX ? e->attrs[i].name.len : semi);

		if (nk_str_ieq(base, nk_str_c(attr)) && e->attrs[i].n > 0 && (best.len == 0 || semi == SIZE_MAX)) {
			best = e->attrs[i].values[0];
		}
	}
	return best;
}

static NK_RESULT fill_person(struct nk_flow *flow, const struct nk_census_match *m, struct nk_arena *arena,
	struct nk_census_person *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };
	const struct nk_person *const p = nk_people_by_number(flow->people, m->number);

	*out = (struct nk_census_person){ .number = m->number, .confidence = m->confidence };
	for (unsigned i = 0; i < NK_CENSUS_WHY_COUNT; i++) {
		if ((m->why & (1U << i)) != 0) {
			out->why[out->n_why] = nk_census_why_name(i);
			out->why_text[out->n_why++] = nk_census_why_text(i);
		}
	}
	if (p == NULL) {
		return nk_done();
	}
	nk_buf_init_wiping(&name, 4096);
	NK_TRY(nk_person_listed(p, false, &name, err));
	out->id = p->id;
	out->state = nk_str_c(nk_person_state_name(p->state));
	NK_TRY(nk_arena_dup(arena, p->field[NK_FIELD_LOGIN], &out->login, err));
	return nk_arena_dup(arena, nk_buf_str(&name), &out->name, err);
}

/* Whoever it may be: also one whom the list does not show. */
static bool may_be_protected(const struct nk_flow *flow, const struct nk_census_account *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct nk_person *const p = nk_people_by_number(flow->people, a->match[i].number);

		if (p != NULL && nk_person_hidden(p)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT fill_row(struct nk_flow *flow, const struct counted *c, const struct nk_census_account *a,
	struct nk_arena *arena, struct nk_census_row *out, struct nk_err *err)
{
	*out = (struct nk_census_row){ .entry = a->entry->key,
		.uid = value_of(a->entry, "uid"),
		.mail = value_of(a->entry, "mail"),
		.name = value_of(a->entry, "displayName"),
		.kind = nk_census_kind_name(a->kind),
		.kind_text = nk_census_kind_text(a->kind) };
	out->name = out->name.len > 0 ? out->name : value_of(a->entry, "cn");
	out->hidden = may_be_protected(flow, a);
	if (out->hidden) {
		out->name = NK_STR(""); /* what the target calls somebody who may be protected is not for lists of ours either */
		out->mail = NK_STR("");
	}
	out->decision = nk_str_c(nk_decision_name(nk_decisions_of(&c->decisions, a->entry->anchor, &out->decided_at)));
	out->due_on = nk_decisions_due_on(&c->decisions, a->entry->anchor);
	for (size_t i = 0; i < a->n && i < NK_CENSUS_SHOWN; i++) {
		NK_TRY(fill_person(flow, &a->match[i], arena, &out->persons[i], err));
		out->n_persons++;
	}
	return nk_done();
}

static NK_RESULT fill(struct nk_flow *flow, const struct nk_census_request *req, const struct counted *c,
	const struct nk_census *census, struct nk_arena *arena, struct nk_census_reply *out, struct nk_err *err)
{
	struct nk_census_row *const rows = nk_arena_array(arena, census->n, sizeof(*rows));

	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	out->target = c->target.settings.name;
	out->ours = census->ours;
	out->accounts = census->n;
	out->n_kinds = NK_CENSUS_KIND_COUNT;
	for (size_t i = 0; i < NK_CENSUS_KIND_COUNT; i++) {
		out->kinds[i].kind = nk_census_kind_name((enum nk_census_kind)i);
		out->kinds[i].kind_text = nk_census_kind_text((enum nk_census_kind)i);
	}
	for (size_t i = 0; i < census->n; i++) {
		const struct nk_census_account *const a = &census->accounts[i];
		const bool open = nk_decisions_of(&c->decisions, a->entry->anchor, NULL) == NK_DECISION_NONE;

		out->undecided += open ? 1 : 0;
		out->kinds[a->kind].n++;
		if (open || !req->undecided_only) {
			NK_TRY(fill_row(flow, c, a, arena, &rows[out->n_rows], err));
			out->n_rows++;
		}
	}
	out->rows = rows;
	return nk_done();
}

NK_RESULT nk_op_census(struct nk_flow *flow, const struct nk_census_request *req, struct nk_arena *arena,
	struct nk_census_reply *out, struct nk_err *err)
{
	NK_OWNED(counted_done) struct counted c = { .links = NULL };
	struct nk_census census;

	memset(out, 0, sizeof(*out));
	NK_TRY(open_all(flow, req->target, arena, &c, err));
	NK_TRY(nk_census_count(flow, &c.target, &c.held, c.links, arena, &census, err));
	NK_TRY(fill(flow, req, &c, &census, arena, out, err));
	return req->csv != NULL ? nk_census_csv(flow, req, arena, out, err) : nk_done();
}

/* ---- deciding ---- */

static NK_RESULT find_entry(
	const struct counted *c, struct nk_str word, const struct nk_entry **out, struct nk_err *err)
{
	*out = NULL;
	for (size_t i = 0; i < c->held.n; i++) {
		const struct nk_entry *const e = &c->held.entries[i];

		if (e->kind != NK_OBJECT_PERSON || (!nk_str_ieq(e->key, word) && !nk_str_ieq(e->anchor, word) &&
							   !nk_str_ieq(value_of(e, "uid"), word))) {
			continue;
		}
		if (*out != NULL) {
			return nk_fail(err, NK_CONFLICT, NK_N("more than one account has this word; give its whole name (DN)"));
		}
		*out = e;
	}
	if (*out == NULL) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("the target holds no such account below its base of persons"));
	}
	if (nk_links_by_anchor(c->links, (*out)->anchor) != NULL) {
		return nk_fail(err, NK_CONFLICT, NK_N("this account is a person's already; there is nothing to decide"));
	}
	return nk_done();
}

static const char *const naming[] = { "uid", "mail", "employeeNumber", "cn", "sn", "givenName", "displayName",
	"eduPersonPrincipalName" };

/* What the account is called now stays with the link, so that an erasure looks for it. */
static NK_RESULT keys_of(const struct nk_entry *e, struct nk_vec *keys, struct nk_err *err)
{
	void *at = NULL;

	NK_TRY(nk_vec_push(keys, &at, err));
	*(struct nk_link_key *)at = (struct nk_link_key){ .kind = NK_STR("dn"), .value = e->key };
	for (size_t i = 0; i < e->n_attrs; i++) {
		const size_t semi = nk_str_chr(e->attrs[i].name, ';');
		const struct nk_str base = nk_str_sub(e->attrs[i].name, 0, semi == SIZE_MAX ? e->attrs[i].name.len : semi);

		for (size_t k = 0; k < NK_ARRAY_LEN(naming); k++) {
			for (size_t v = 0; nk_str_ieq(base, nk_str_c(naming[k])) && v < e->attrs[i].n; v++) {
				NK_TRY(nk_vec_push(keys, &at, err));
				*(struct nk_link_key *)at =
					(struct nk_link_key){ .kind = nk_str_c(naming[k]), .value = e->attrs[i].values[v] };
			}
		}
	}
	return nk_done();
}

struct adopting {
	uint32_t number;
	struct nk_slot slot;
	struct nk_key key;
};

static void adopting_done(struct adopting *a)
{
	nk_key_wipe(&a->key);
}

static NK_RESULT prepare(struct nk_flow *flow, const struct counted *c, const struct nk_census_decide *req,
	struct nk_arena *arena, struct adopting *out, struct nk_err *err)
{
	struct nk_person_row person;

	if (req->person.len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("adopt needs the person: id, login, number or source key"));
	}
	NK_TRY(nk_op_person_show(flow, req->person, arena, &person, err));
	if (nk_links_of(c->links, person.number) != NULL) {
		return nk_fail(err, NK_EXISTS, NK_N("this person has an account at the target already"));
	}
	out->number = person.number;
	NK_TRY(nk_flow_slots_pending(flow, err));
	return nk_vault_add(flow->vault, NK_SLOT_LINK, 1, &out->slot, &out->key, err);
}

static NK_RESULT adopt(struct nk_flow *flow, struct nk_tx *tx, struct counted *c, const struct nk_entry *e,
	const struct adopting *a, struct nk_err *err)
{
	static const enum nk_item_class classes[] = { NK_ITEM_ids, NK_ITEM_login, NK_ITEM_mail, NK_ITEM_name, NK_ITEM_kana,
		NK_ITEM_class };
	NK_OWNED(nk_vec_done) struct nk_vec keys = { 0 };
	struct nk_leaf_item items[1] = { nk_item_hex("holding", c->target.holding.b, sizeof(c->target.holding.b)) };
	struct nk_link l = { .person_number = a->number,
		.target = c->target.id,
		.slot = a->slot,
		.state = NK_LINK_PRESENT,
		.anchor = e->anchor };

	nk_vec_init_wiping(&keys, sizeof(struct nk_link_key), 4096);
	NK_TRY(keys_of(e, &keys, err));
	l.keys = keys.items;
	l.n_keys = keys.len;
	NK_TRY(nk_links_put(c->links, tx, &l, &a->key, err));
	for (size_t i = 0; i < NK_ARRAY_LEN(classes); i++) {
		NK_TRY(nk_extent_add(tx, c->target.holding, classes[i], &a->number, 1, err));
	}
	return nk_flow_person_leaves(flow, tx, NK_LEAF_COPY_OUT, &a->number, NULL, 1, items, 1, err);
}

static NK_RESULT decide(struct nk_flow *flow, const struct nk_census_decide *req, enum nk_decision what,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(counted_done) struct counted c = { .links = NULL };
	NK_OWNED(adopting_done) struct adopting a = { .number = 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_entry *e = NULL;
	struct nk_decided d = { .what = what, .due_on = req->due_on };

	NK_TRY(open_all(flow, req->target, arena, &c, err));
	NK_TRY(find_entry(&c, req->entry, &e, err));
	if (what == NK_DECISION_ADOPT) {
		NK_TRY(prepare(flow, &c, req, arena, &a, err));
	}
	nk_census_mac(&c.decisions, e->anchor, &d.entry);
	d.person = a.number;
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_decision_put(flow, tx, c.target.id, &d, err));
	if (what == NK_DECISION_ADOPT) {
		NK_TRY(adopt(flow, tx, &c, e, &a, err));
	}
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_census_decide(
	struct nk_flow *flow, const struct nk_census_decide *req, struct nk_arena *arena, struct nk_err *err)
{
	enum nk_decision what = NK_DECISION_NONE;

	if (!nk_decision_of(req->what, &what) || what > NK_DECISION_ERASE_LATER) {
		return nk_fail(err, NK_USAGE,
			NK_N("a decision is adopt PERSON, ignore, service, shared or erase-later"));
	}
	if (what != NK_DECISION_ERASE_LATER && req->due_on != 0) {
		return nk_fail(err, NK_USAGE, NK_N("a day goes with erase-later: --on DATE"));
	}
	if (what != NK_DECISION_ADOPT && req->person.len > 0) {
		return nk_fail(err, NK_USAGE, NK_N("only adopt takes a person"));
	}
	return decide(flow, req, what, arena, err);
}
