/*
 * op_notice.c: initial passwords, made only at the moment they are set, shown once, stored nowhere.
 *
 * For whom: the rule of the configuration ([notice] grades, classes), active persons with an account and without a
 * password from us. The sheets are a holding that is open before the first password exists and closes when they were
 * handed out.
 */
#include "base.h"
#include "measures_int.h"
#include "person_int.h"
#include "year_flow.h"

enum { PASSWORD_LEN = 12 };

struct issuing {
	struct nk_flow *flow;
	const struct nk_notice_request *req;
	struct nk_arena *arena;
	struct nk_notice_reply *out;
	struct nk_open_target target;
	struct nk_links *links;
	uint32_t *numbers;
	size_t n;
};

static bool word_in(const struct nk_config_words *w, struct nk_str s)
{
	for (size_t i = 0; i < w->n; i++) {
		if (s.len > 0 && nk_str_eq(w->word[i], s)) {
			return true;
		}
	}
	return false;
}

/* A class by its title or code, or, where several schools have one of that title, by "school/title". */
static bool class_named(const struct issuing *is, const struct nk_group *g)
{
	const struct nk_config_words *const classes = &is->flow->config->notice_classes;
	const struct nk_unit *const u = nk_people_unit(is->flow->people, g->unit);

	if (word_in(classes, g->title) || word_in(classes, g->code)) {
		return true;
	}
	for (size_t i = 0; u != NULL && i < classes->n; i++) {
		const struct nk_str w = classes->word[i];

		if (w.len == u->name.len + 1 + g->title.len && nk_str_starts(w, u->name) &&
			w.ptr[u->name.len] == '/' && nk_str_ends(w, g->title)) {
			return true;
		}
	}
	return false;
}

/* 2 and 2年 are one grade. */
static bool grade_named(const struct nk_config_words *grades, struct nk_str grade)
{
	for (size_t i = 0; grade.len > 0 && i < grades->n; i++) {
		const struct nk_str w = grades->word[i];

		if (nk_str_starts(w, grade) && (w.len == grade.len || nk_str_eq(nk_str_sub(w, grade.len, w.len), NK_STR("年")))) {
			return true;
		}
	}
	return false;
}

static bool named_by_rule(const struct issuing *is, const struct nk_person *p)
{
	if (grade_named(&is->flow->config->notice_grades, p->field[NK_FIELD_GRADE])) {
		return true;
	}
	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_group *const g = p->memberships[i].is_group
			? nk_people_group(is->flow->people, p->memberships[i].where)
			: NULL;

		if (g != NULL && nk_str_eq(g->kind, NK_STR("homeroom")) && class_named(is, g)) {
			return true;
		}
	}
	return false;
}

static bool is_only(const struct issuing *is, const struct nk_person *p)
{
	char id[NK_UUID_TEXT];

	return nk_str_eq(p->field[NK_FIELD_LOGIN], is->req->only) ||
		nk_str_eq(nk_str_c(nk_uuid_print(p->id, id)), is->req->only);
}

/* In whichever record of the person. */
static bool any_record(
	const struct issuing *is, const struct nk_person *p, bool (*fits)(const struct issuing *is, const struct nk_person *p))
{
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(is->flow->people, p->number, all);

	for (size_t i = 0; i < n; i++) {
		if (fits(is, nk_people_by_number(is->flow->people, all[i]))) {
			return true;
		}
	}
	return false;
}

static bool wanted(const struct issuing *is, const struct nk_year *year, const struct nk_person *p)
{
	const struct nk_link *const l = nk_links_of(is->links, p->number);
	struct nk_year_wanted by_rules;

	nk_year_of(year, p, nk_flow_today(is->flow), &by_rules);
	if (l == NULL || l->state != NK_LINK_PRESENT || by_rules.presence != NK_YEAR_USABLE ||
		nk_people_is_part(is->flow->people, p) || /* one sheet a person: the head's account */
		nk_str_eq(p->field[NK_FIELD_SOURCE], NK_STR("canary"))) { /* canary persons are nobody: no paper for them */
		return false;
	}
	if (is->req->only.len > 0) {
		return any_record(is, p, is_only);
	}
	/* A sheet tells name and class: for a protected person it is never one of many. */
	return !l->password_set && !nk_person_hidden(p) && any_record(is, p, named_by_rule);
}

/* Why nobody is left: each cause has its own remedy. */
static NK_RESULT nobody(const struct issuing *is, struct nk_err *err)
{
	const struct nk_config *const c = is->flow->config;
	const bool one = is->req->only.len > 0;
	bool fits = false;

	if (!one && c->notice_grades.n == 0 && c->notice_classes.n == 0) {
		return nk_fail(err, NK_NOT_FOUND,
			NK_N("no rule says who gets an initial password: write grades = … or classes = … under [notice] in conf.d/notice.conf, or "
			     "name one person with --person"));
	}
	for (size_t i = 0; !fits && i < nk_people_count(is->flow->people); i++) {
		const struct nk_person *const p = nk_people_at(is->flow->people, i);

		fits = one ? is_only(is, p) : named_by_rule(is, p);
	}
	if (!fits && one) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("nobody has the login or id that --person names (nokosazu person find)"));
	}
	if (!fits) {
		return nk_fail(err, NK_NOT_FOUND,
			NK_N("the grades and classes of [notice] fit nobody: grades are numbers (1), classes are called as their group (1年A組) or "
			     "school/class"));
	}
	return nk_fail(err, NK_NOT_FOUND,
		one ? NK_N("this person has no account that could get a password now: suspended, gone, or not made yet (nokosazu plan)")
		    : NK_N("nobody needs an initial password: whom [notice] names has one already, or no account yet (nokosazu plan)"));
}

static NK_RESULT choose(struct issuing *is, struct nk_err *err)
{
	NK_OWNED(nk_flow_year_done) struct nk_flow_year year = { .year = { .rules = NULL } };
	const size_t all = nk_people_count(is->flow->people);

	NK_TRY(nk_flow_year_open(is->flow, nk_flow_today(is->flow), &year, err));
	is->numbers = nk_arena_array(is->arena, all, sizeof(*is->numbers));
	if (is->numbers == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < all; i++) {
		const struct nk_person *const p = nk_people_at(is->flow->people, i);

		if (wanted(is, &year.year, p)) {
			is->numbers[is->n++] = p->number;
		}
	}
	return is->n > 0 ? nk_done() : nobody(is, err);
}

static NK_RESULT for_protected(struct issuing *is, struct nk_tx *tx, struct nk_err *err)
{
	const struct nk_person *const p = nk_people_by_number(is->flow->people, is->numbers[0]);

	return nk_person_hidden(p) ? nk_person_warranted(is->flow, tx, p->id, "access", "NOTICE", is->req->warrant, is->arena, err)
				   : nk_done();
}

static NK_RESULT open_holding(struct issuing *is, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	static const enum nk_item_class classes[] = { NK_ITEM_name, NK_ITEM_kana, NK_ITEM_login, NK_ITEM_class,
		NK_ITEM_password };
	const nk_time now = nk_now(is->flow->env);
	const struct nk_holding h = {
		.kind = NK_HOLDING_notice,
		.place = NK_STR("account notices"),
		.custodian = is->flow->actor,
		.purpose = NK_STR("handing out initial passwords"),
		.warrant = is->flow->standing_order,
		.opened_at = now,
		.expires_at = now + (int64_t)is->flow->config->notice_days * NK_DAY,
		.was_read = "yes",
	};
	struct nk_leaf_item items[2];

	NK_TRY(nk_tx_begin(is->flow->store, &tx, err));
	NK_TRY(for_protected(is, tx, err));
	NK_TRY(nk_holding_open(tx, is->flow->key[NK_HOUSE_LOG], &h, &is->out->holding, err));
	for (size_t c = 0; c < NK_ARRAY_LEN(classes); c++) {
		NK_TRY(nk_extent_add(tx, is->out->holding, classes[c], is->numbers, is->n, err));
	}
	items[0] = nk_item_hex("holding", is->out->holding.b, 16);
	items[1] = nk_item_text("kind", NK_STR("notice"));
	NK_TRY(nk_flow_person_leaves(is->flow, tx, NK_LEAF_PASSWORD, is->numbers, NULL, is->n, items, 2, err));
	is->out->hand_out_by = h.expires_at;
	return nk_flow_commit(is->flow, &tx, err);
}

/* 12 of 31 signs that nobody mistakes on paper (no 0 O 1 l I): 59 bits. Bias-free by rejection. */
static NK_RESULT new_password(struct issuing *is, struct nk_str *out, struct nk_err *err)
{
	static const char signs[] = "23456789abcdefghjkmnpqrstuvwxyz";
	char *const text = nk_arena_alloc(is->arena, PASSWORD_LEN + 1);
	size_t n = 0;

	if (text == NULL) {
		return nk_fail_nomem(err);
	}
	while (n < PASSWORD_LEN) {
		uint8_t b = 0;

		NK_TRY(nk_random(is->flow->env, &b, 1, err));
		if (b < 248) {
			text[n++] = signs[b % 31];
		}
	}
	*out = (struct nk_str){ text, PASSWORD_LEN };
	return nk_done();
}

struct located {
	struct nk_arena *arena;
	struct nk_str anchor, key;
};

static NK_RESULT locate(void *arg, const struct nk_entry *entry, struct nk_err *err)
{
	struct located *const l = arg;

	return nk_str_eq(entry->anchor, l->anchor) ? nk_arena_dup(l->arena, entry->key, &l->key, err) : nk_done();
}

/* Where the account is now, by its anchor: the names on a link are history, one of them may be somebody else's today.
 */
static NK_RESULT key_of(struct issuing *is, const struct nk_link *link, struct nk_str *out, struct nk_err *err)
{
	struct located l = { .arena = is->arena, .anchor = link->anchor };
	const struct nk_needle needle = { NK_STR("anchor"), link->anchor };

	if (link->anchor.len > 0) {
		NK_TRY(nk_target_find(is->target.link, &needle, 1, locate, &l, err));
	}
	*out = l.key;
	return l.key.len > 0
		? nk_done()
		: nk_fail(err, NK_CONFLICT,
			  NK_N("the account of person %u is not where it was made; plan and apply first"),
			  link->person_number);
}

static NK_RESULT fill_sheet(struct issuing *is, const struct nk_person *p, struct nk_notice *s, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };

	nk_buf_init_wiping(&name, 4096);
	NK_TRY(nk_person_shown(p, false, &name, err));
	NK_TRY(nk_arena_dup(is->arena, nk_buf_str(&name), &s->name, err));
	nk_buf_reset(&name);
	NK_TRY(nk_person_shown(p, true, &name, err));
	NK_TRY(nk_arena_dup(is->arena, nk_buf_str(&name), &s->kana, err));
	s->login = p->field[NK_FIELD_LOGIN];
	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_membership *const m = &p->memberships[i];
		const struct nk_group *const g = m->is_group ? nk_people_group(is->flow->people, m->where) : NULL;
		const struct nk_unit *const u = m->is_group ? NULL : nk_people_unit(is->flow->people, m->where);

		if (g != NULL && nk_str_eq(g->kind, NK_STR("homeroom"))) {
			s->group = g->title;
			s->grade = g->grade.len > 0 ? g->grade : p->field[NK_FIELD_GRADE];
			s->seat = m->number;
		}
		s->unit = u != NULL && s->unit.len == 0 ? u->name : s->unit;
	}
	return nk_done();
}

static NK_RESULT set_one(struct issuing *is, uint32_t number, struct nk_notice *s, struct nk_err *err)
{
	const struct nk_person *const p = nk_people_by_number(is->flow->people, number);
	const struct nk_link *const l = nk_links_of(is->links, number);
	struct nk_str key;

	NK_TRY(fill_sheet(is, p, s, err));
	NK_TRY(key_of(is, l, &key, err));
	NK_TRY(new_password(is, &s->password, err));
	return nk_target_set_password(is->target.link, key, nk_str_bytes(s->password), err);
}

static NK_RESULT mark(struct issuing *is, size_t done, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[2] = { nk_item_hex("holding", is->out->holding.b, 16),
		nk_item_number("set", done) };

	NK_TRY(nk_tx_begin(is->flow->store, &tx, err));
	for (size_t i = 0; i < done; i++) {
		struct nk_link l = *nk_links_of(is->links, is->numbers[i]);

		l.password_set = true;
		l.keys = NULL;
		l.n_keys = 0;
		NK_TRY(nk_links_put(is->links, tx, &l, NULL, err));
	}
	NK_TRY(nk_flow_leaf(is->flow, tx, NK_LEAF_PASSWORD, items, 2, NULL, err));
	return nk_flow_commit(is->flow, &tx, err);
}

static size_t digits(struct nk_str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9') {
		n++;
	}
	return n;
}

/* By bytes, but 2組 before 10組. */
static int title_order(struct nk_str x, struct nk_str y)
{
	size_t at = 0;

	while (at < x.len && at < y.len) {
		const size_t nx = digits(x, at);
		const size_t ny = digits(y, at);

		if (nx != ny && nx > 0 && ny > 0) {
			return nx < ny ? -1 : 1;
		}
		if (x.ptr[at] != y.ptr[at]) {
			break;
		}
		at++;
	}
	return nk_str_cmp(x, y);
}

static int class_order(const void *a, const void *b)
{
	const struct nk_notice *const x = a;
	const struct nk_notice *const y = b;
	const int unit = nk_str_cmp(x->unit, y->unit);
	const int grade = title_order(x->grade, y->grade);
	const int group = title_order(x->group, y->group);

	if (unit != 0 || grade != 0 || group != 0) {
		return unit != 0 ? unit : grade != 0 ? grade : group;
	}
	return x->seat == y->seat ? nk_str_cmp(x->kana, y->kana) : x->seat < y->seat ? -1 : 1;
}

static NK_RESULT issue(struct issuing *is, struct nk_err *err)
{
	struct nk_people *people = NULL;
	nk_rc rc = nk_done();
	size_t done = 0;

	NK_TRY(nk_flow_people(is->flow, &people, err));
	NK_TRY(nk_open_target(is->flow, is->req->target, is->arena, &is->target, err));
	NK_TRY(nk_links_open(is->flow->store, is->flow->vault, is->target.id, &is->links, err));
	NK_TRY(choose(is, err));
	is->out->sheets = nk_arena_array(is->arena, is->n, sizeof(*is->out->sheets));
	if (is->out->sheets == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(open_holding(is, err));
	for (done = 0; nk_ok(rc) && done < is->n; done += nk_ok(rc) ? 1 : 0) {
		nk_flow_tell(is->flow, NK_N("setting passwords"), done, is->n);
		rc = set_one(is, is->numbers[done], &is->out->sheets[done], err);
	}
	/* The sheets exist before anything else can fail: a password that was set and not shown helps nobody. */
	is->out->n = done;
	qsort(is->out->sheets, done, sizeof(*is->out->sheets), class_order);
	NK_TRY(mark(is, done, nk_ok(rc) ? err : NULL));
	return rc;
}

NK_RESULT nk_op_notice_issue(struct nk_flow *flow, const struct nk_notice_request *req, struct nk_arena *arena,
	struct nk_notice_reply *out, struct nk_err *err)
{
	struct issuing is = { .flow = flow, .req = req, .arena = arena, .out = out };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	out->address = flow->config->notice_address;
	out->desk = flow->config->notice_desk;
	rc = issue(&is, err);
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "notice", err);
	}
	nk_links_free(&is.links);
	nk_open_target_close(&is.target);
	return rc;
}

NK_RESULT nk_op_notice_done(struct nk_flow *flow, struct nk_uuid holding, struct nk_err *err)
{
	return nk_holding_end(flow, holding, NK_HOLDING_notice, NK_GONE_UNVERIFIED, NK_STR("handed out"), err);
}
