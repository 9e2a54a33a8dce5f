/*
 * names.c: logins and mail addresses by rule: who needs one, what the rule gives, which number tells two apart.
 *
 * Invariant: what is given is nobody's, not reserved, not blocked, and given once in a run; the same persons get the same
 * names in whatever order they came.
 */
#include "base.h"

#include "names.h"

#include "crypto.h"
#include "template_int.h"

enum { SEQ_MOST = 99999, VALUE_MAX = 4096 };

struct one { /* somebody who needs a name */
	const struct nk_person *person;
	struct nk_template_scope scope;
	struct nk_str login; /* made in this run, or there already */
};

struct naming {
	struct nk_people *people;
	const struct nk_names_options *opt;
	struct nk_arena *arena;
	const struct nk_template *ready[NK_NAMES_RULES_MAX];
	struct nk_vec ones; /* struct one */
	struct nk_vec rows; /* struct nk_names_row */
	struct nk_map given; /* names of this run */
	struct nk_map tried; /* text without its number → last number tried */
	struct nk_buf text;
	struct nk_buf clean;
};

/* ---- rules --------------------------------------------------------------------------------------------------- */

static bool is_role(struct nk_str word)
{
	for (int r = 0; r < NK_ROLE_COUNT; r++) {
		if (nk_str_eq(word, nk_str_c(nk_role_name((enum nk_role)r)))) {
			return true;
		}
	}
	return nk_str_eq(word, NK_STR("protected"));
}

static size_t count_of(struct nk_str text, struct nk_str word)
{
	size_t n = 0;

	for (size_t i = 0; i + word.len <= text.len; i++) {
		n += nk_str_eq(nk_str_sub(text, i, word.len), word) ? 1 : 0;
	}
	return n;
}

NK_RESULT nk_names_rule(struct nk_str key, struct nk_str template, struct nk_arena *arena, struct nk_names_rule *out,
	struct nk_err *err)
{
	const struct nk_template *unused = NULL;
	struct nk_str rest = key;
	struct nk_str head = { 0 };

	(void)nk_str_cut(&rest, '.', &head);
	if (!nk_str_eq(head, NK_STR("login")) && !nk_str_eq(head, NK_STR("mail"))) {
		return nk_fail(err, NK_CONFIG, "a rule of [names] begins with login or mail");
	}
	if (head.len < key.len && !is_role(rest)) {
		return nk_fail(err, NK_CONFIG, "a rule of [names] is for a role (student, teacher, …) or for \"protected\"");
	}
	out->field = head.ptr[0] == 'l' ? NK_FIELD_LOGIN : NK_FIELD_MAIL;
	out->who = head.len < key.len ? rest : NK_STR("");
	NK_TRY(nk_template_compile(template, NK_TEMPLATE_LOGIN, arena, &unused, err));
	if (count_of(template, NK_STR("{seq")) > 1) {
		return nk_fail(err, NK_CONFIG, "a rule of [names] has {seq} more than once");
	}
	if (out->field == NK_FIELD_LOGIN && count_of(template, NK_STR("{login}")) > 0) {
		return nk_fail(err, NK_CONFIG, "a rule for a login cannot use {login}");
	}
	if (out->field == NK_FIELD_MAIL && count_of(template, NK_STR("@")) != 1) {
		return nk_fail(err, NK_CONFIG, "a rule for a mail address needs one @");
	}
	NK_TRY(nk_arena_dup(arena, out->who, &out->who, err));
	return nk_arena_dup(arena, template, &out->template, err);
}

/* The rule for somebody: that of his role before the one for everybody; a protected person's is his own. */
static int rule_of(const struct naming *m, enum nk_field field, const struct one *one)
{
	const bool hidden = nk_person_hidden(one->person);
	const bool guardian = one->scope.has_role && one->scope.role == NK_ROLE_GUARDIAN;
	const char *const word = hidden ? "protected" : one->scope.has_role ? nk_role_name(one->scope.role) : "";
	int best = -1;

	for (size_t i = 0; i < m->opt->n_rules; i++) {
		const struct nk_names_rule *const r = &m->opt->rules[i];

		if (r->field != field) {
			continue;
		}
		if (r->who.len > 0 && nk_str_eq(r->who, nk_str_c(word))) {
			return (int)i;
		}
		best = r->who.len == 0 && !hidden && !guardian ? (int)i : best;
	}
	return best;
}

static bool any_rule(const struct naming *m, enum nk_field field)
{
	for (size_t i = 0; i < m->opt->n_rules; i++) {
		if (m->opt->rules[i].field == field) {
			return true;
		}
	}
	return false;
}

/* ---- a value ------------------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* What the template gave, in lower case and of our letters only; marks of {seq} and an @ stay. */
static NK_RESULT clean(struct naming *m, struct nk_err *err)
{
	nk_buf_reset(&m->clean);
	for (size_t i = 0; i < m->text.len; i++) {
		const uint8_t b = m->text.ptr[i];
		const char c = b >= 'A' && b <= 'Z' ? (char)(b + ('a' - 'A')) : (char)b;
		const bool mark = b >= NK_SEQ_MARK && b < NK_SEQ_MARK + NK_SEQ_MARKS;

		if (is_word(c) || mark || (b < 0x80 && b != 0 && strchr("._-@", c) != NULL)) {
			NK_TRY(nk_buf_add_byte(&m->clean, (uint8_t)c, err));
		}
	}
	return nk_done();
}

struct parts { /* of a cleaned value: before and behind the number, and behind the @ with it */
	struct nk_str head;
	struct nk_str tail;
	struct nk_str domain;
	unsigned digits; /* 0: no number for the first of a name */
	bool has_seq;
	size_t most; /* bytes before the domain */
};

static struct parts parts_of(const struct naming *m, enum nk_field field)
{
	const struct nk_str all = nk_buf_str(&m->clean);
	const size_t at = field == NK_FIELD_MAIL ? nk_str_chr(all, '@') : SIZE_MAX;
	const struct nk_str local = nk_str_sub(all, 0, at == SIZE_MAX ? all.len : at);
	struct parts p = { .head = local, .domain = nk_str_sub(all, local.len, all.len) };

	p.most = field == NK_FIELD_LOGIN ? m->opt->length : (size_t)NK_NAMES_LOCAL_MAX;
	for (size_t i = 0; i < local.len; i++) {
		const uint8_t b = (uint8_t)local.ptr[i];

		if (b >= NK_SEQ_MARK && b < NK_SEQ_MARK + NK_SEQ_MARKS) {
			p.has_seq = true;
			p.digits = b == NK_SEQ_MARK ? 0 : b - NK_SEQ_MARK + 1U;
			p.head = nk_str_sub(local, 0, i);
			p.tail = nk_str_sub(local, i + 1, local.len);
		}
	}
	return p;
}

static struct nk_str trim_ends(struct nk_str s)
{
	while (s.len > 0 && !is_word(s.ptr[0])) {
		s = nk_str_sub(s, 1, s.len);
	}
	while (s.len > 0 && !is_word(s.ptr[s.len - 1])) {
		s.len--;
	}
	return s;
}

/* The value with number `seq` (0: none), cut before the number so that it is never too long. Empty: nothing is left. */
static NK_RESULT value_with(struct naming *m, const struct parts *p, uint32_t seq, struct nk_str *out, struct nk_err *err)
{
	char number[16] = "";
	struct nk_str head = p->head;
	size_t rest = p->tail.len;
	struct nk_str local;

	*out = NK_STR("");
	if (seq > 0) {
		(void)snprintf(number, sizeof(number), "%0*u", (int)p->digits, seq);
	}
	rest += strlen(number);
	if (rest > p->most) {
		return nk_done();
	}
	head.len = head.len > p->most - rest ? p->most - rest : head.len;
	NK_TRY(nk_arena_printf(m->arena, &local, err, "%.*s%s%.*s", NK_FMT(head), number, NK_FMT(p->tail)));
	local = trim_ends(local);
	if (local.len == 0 || local.len + p->domain.len > NK_NAMES_MAIL_MAX || p->domain.len == 1) {
		return nk_done();
	}
	return nk_arena_printf(m->arena, out, err, "%.*s%.*s", NK_FMT(local), NK_FMT(p->domain));
}

static NK_RESULT is_free(struct naming *m, enum nk_field field, struct nk_str value, uint32_t number, bool *out,
	struct nk_err *err)
{
	const struct nk_person *const holder = nk_people_by_field(m->people, field, value);
	uint64_t unused = 0;
	bool blocked = false;

	*out = false;
	for (size_t i = 0; i < m->opt->n_reserved && field == NK_FIELD_LOGIN; i++) {
		if (nk_str_ieq(value, m->opt->reserved[i])) {
			return nk_done();
		}
	}
	if ((holder != NULL && holder->number != number) || nk_map_get(&m->given, nk_str_bytes(value), &unused)) {
		return nk_done();
	}
	/* Whoever gets another name does not get the one he has. */
	if (holder != NULL && m->opt->renew) {
		return nk_done();
	}
	NK_TRY(nk_tombstone_has(m->people, value, m->opt->today, &blocked, err));
	*out = !blocked;
	return nk_done();
}

/* ---- numbers ------------------------------------------------------------------------------------------------- */

static uint32_t most_of(const struct parts *p)
{
	static const uint32_t most[] = { SEQ_MOST, 0, 99, 999, 9999 };

	return p->has_seq ? most[p->digits] : 0;
}

static NK_RESULT first_free(struct naming *m, const struct one *one, enum nk_field field, struct nk_names_row *row,
	struct nk_err *err)
{
	const struct parts p = parts_of(m, field);
	const bool plain = p.digits == 0; /* the first has no number, the second is 2 */
	struct nk_str key = nk_buf_str(&m->clean);
	uint64_t seq = plain ? 0 : 1;

	row->why = NK_NAMES_TAKEN;
	NK_TRY(nk_arena_dup(m->arena, key, &key, err));
	(void)nk_map_get(&m->tried, nk_str_bytes(key), &seq);
	for (; seq <= most_of(&p); seq = seq == 0 ? 2 : seq + 1) {
		struct nk_str value;
		bool is = false;

		NK_TRY(value_with(m, &p, (uint32_t)seq, &value, err));
		if (value.len == 0) {
			row->why = NK_NAMES_BLANK;
			return nk_done();
		}
		NK_TRY(is_free(m, field, value, one->person->number, &is, err));
		if (is) {
			row->why = NK_NAMES_GIVEN;
			row->value = value;
			NK_TRY(nk_map_put(&m->given, nk_str_bytes(value), 1, err));
			break;
		}
	}
	return nk_map_put(&m->tried, nk_str_bytes(key), seq, err);
}

static NK_RESULT make_one(struct naming *m, struct one *one, enum nk_field field, struct nk_err *err)
{
	const int rule = rule_of(m, field, one);
	struct nk_person p = *one->person;
	struct nk_names_row *row = NULL;
	void *room = NULL;
	bool blank = false;

	if (rule < 0 && (!nk_person_hidden(&p) || !any_rule(m, field))) {
		return nk_done(); /* nobody asked for a name of this kind of person */
	}
	NK_TRY(nk_vec_push(&m->rows, &room, err));
	row = room;
	*row = (struct nk_names_row){ .number = p.number, .field = field, .why = NK_NAMES_HIDDEN };
	if (rule < 0) {
		return nk_done();
	}
	p.field[NK_FIELD_LOGIN] = one->login;
	one->scope.person = &p;
	nk_buf_reset(&m->text);
	NK_TRY(nk_template_run(m->ready[rule], &one->scope, &m->text, &blank, err));
	one->scope.person = one->person;
	row->why = NK_NAMES_BLANK;
	if (blank) {
		return nk_done();
	}
	NK_TRY(clean(m, err));
	NK_TRY(first_free(m, one, field, row, err));
	if (field == NK_FIELD_LOGIN && row->why == NK_NAMES_GIVEN) {
		one->login = row->value;
	}
	return nk_done();
}

/* ---- who ----------------------------------------------------------------------------------------------------- */

static bool is_here(const struct nk_person *p)
{
	return (p->state == NK_PERSON_PLANNED || p->state == NK_PERSON_ACTIVE || p->state == NK_PERSON_SUSPENDED) &&
		!nk_str_eq(p->field[NK_FIELD_SOURCE], NK_STR("canary"));
}

/* In whichever record. */
static bool whole_is_here(const struct nk_people *people, const struct nk_person *p)
{
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(people, p->number, all);

	for (size_t i = 0; i < n; i++) {
		if (is_here(i == 0 ? p : nk_people_by_number(people, all[i]))) {
			return true;
		}
	}
	return false;
}

static bool needs(const struct naming *m, const struct nk_person *p, enum nk_field field)
{
	const unsigned made = field == NK_FIELD_LOGIN ? NK_PERSON_LOGIN_MADE : NK_PERSON_MAIL_MADE;

	if (!any_rule(m, field)) {
		return false;
	}
	/* An address that the source gave is the source's to change. */
	return p->field[field].len == 0 || (m->opt->renew && (field == NK_FIELD_LOGIN || (p->flags & made) != 0));
}

static NK_RESULT choose(struct naming *m, struct nk_err *err)
{
	const size_t n = nk_people_count(m->people);

	for (size_t i = 0; i < n; i++) {
		const struct nk_person *const p = nk_people_at(m->people, i);
		struct one *one = NULL;
		void *room = NULL;

		if (nk_people_is_part(m->people, p)) {
			continue; /* has no account of its own */
		}
		if ((m->opt->only != 0 && p->number != m->opt->only) || (m->opt->only == 0 && !whole_is_here(m->people, p)) ||
			(!needs(m, p, NK_FIELD_LOGIN) && !needs(m, p, NK_FIELD_MAIL))) {
			continue;
		}
		NK_TRY(nk_vec_push(&m->ones, &room, err));
		one = room;
		one->person = p;
		one->login = p->field[NK_FIELD_LOGIN];
		nk_template_scope_of(m->people, p, m->opt->today, &one->scope);
		one->scope.domain = m->opt->domain;
		one->scope.year = nk_school_year(m->opt->today);
		one->scope.all = true;
	}
	return nk_done();
}

static int one_cmp(const void *a, const void *b)
{
	const struct nk_person *const x = ((const struct one *)a)->person;
	const struct nk_person *const y = ((const struct one *)b)->person;
	const int source = nk_str_cmp(x->field[NK_FIELD_SOURCE], y->field[NK_FIELD_SOURCE]);
	const int key = nk_str_cmp(x->field[NK_FIELD_SOURCE_KEY], y->field[NK_FIELD_SOURCE_KEY]);

	if (source != 0 || key != 0) {
		return source != 0 ? source : key;
	}
	return nk_uuid_cmp(x->id, y->id);
}

static int row_cmp(const void *a, const void *b)
{
	const struct nk_names_row *const x = a;
	const struct nk_names_row *const y = b;

	return x->number != y->number ? (x->number < y->number ? -1 : 1) : (int)x->field - (int)y->field;
}

static NK_RESULT make_all(struct naming *m, struct nk_err *err)
{
	static const enum nk_field fields[] = { NK_FIELD_LOGIN, NK_FIELD_MAIL };

	for (size_t i = 0; i < m->opt->n_rules; i++) {
		NK_TRY(nk_template_compile(m->opt->rules[i].template, NK_TEMPLATE_LOGIN, m->arena, &m->ready[i], err));
	}
	NK_TRY(choose(m, err));
	if (m->ones.len > 1) {
		qsort(m->ones.items, m->ones.len, sizeof(struct one), one_cmp);
	}
	for (size_t f = 0; f < NK_ARRAY_LEN(fields); f++) {
		for (size_t i = 0; i < m->ones.len; i++) {
			struct one *const one = nk_vec_at(&m->ones, i);

			if (needs(m, one->person, fields[f])) {
				NK_TRY(make_one(m, one, fields[f], err));
			}
		}
	}
	if (m->rows.len > 1) {
		qsort(m->rows.items, m->rows.len, sizeof(struct nk_names_row), row_cmp);
	}
	return nk_done();
}

static void naming_done(struct naming *m)
{
	nk_vec_done(&m->ones);
	nk_vec_done(&m->rows);
	nk_map_done(&m->given);
	nk_map_done(&m->tried);
	nk_buf_done(&m->text);
	nk_buf_done(&m->clean);
}

NK_RESULT nk_names_make(struct nk_people *people, const struct nk_names_options *opt, struct nk_arena *arena,
	struct nk_names_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(naming_done) struct naming m = { .people = people, .opt = opt, .arena = arena };
	uint8_t seed[16];

	nk_assert(opt->n_rules <= NK_NAMES_RULES_MAX && (!opt->renew || opt->only != 0));
	NK_TRY(nk_random(nk_store_env(nk_people_store(people)), seed, sizeof(seed), err));
	nk_vec_init_wiping(&m.ones, sizeof(struct one), UINT32_MAX);
	nk_vec_init_wiping(&m.rows, sizeof(struct nk_names_row), UINT32_MAX);
	nk_map_init(&m.given, seed);
	nk_map_init(&m.tried, seed);
	nk_buf_init_wiping(&m.text, VALUE_MAX);
	nk_buf_init_wiping(&m.clean, VALUE_MAX);
	NK_TRY(make_all(&m, err));
	*out = nk_vec_keep(&m.rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = m.rows.len;
	return nk_done();
}
