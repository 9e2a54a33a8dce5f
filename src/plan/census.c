/*
 * census.c: for each account without a link: who may it be, how sure, and why.
 *
 * A key alone is not enough where the name is another one: logins are given twice. A name that several persons have
 * proves nobody. What looks like a service or a room is told as such only where no key fits a person.
 */
#include "base.h"
#include "census.h"

enum { SURE = 80, LIKELY = 50, HITS_MAX = 1000 };

struct counting {
	const struct nk_census_input *in;
	struct nk_census_index *index;
	struct nk_vec hits;
	struct nk_buf text; /* wiping */
};

static void counting_done(struct counting *c)
{
	nk_census_index_free(&c->index);
	nk_vec_done(&c->hits);
	nk_buf_done(&c->text);
}

static bool is_attr(const struct nk_attr *a, const char *name)
{
	const size_t semi = nk_str_chr(a->name, ';');

	return nk_str_ieq(nk_str_sub(a->name, 0, semi == SIZE_MAX ? a->name.len : semi), nk_str_c(name));
}

static bool is_any(const struct nk_attr *a, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (is_attr(a, *names)) {
			return true;
		}
	}
	return false;
}

static const char *const key_attrs[] = { "uid", "mail", "employeeNumber", "eduPersonPrincipalName", NULL };
static const char *const name_attrs[] = { "cn", "displayName", "jaDisplayName", NULL };

/* sn and givenName with the same option make a name too; cn often holds a login. */
static NK_RESULT look_pairs(struct counting *c, const struct nk_entry *e, struct nk_err *err)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		for (size_t k = 0; is_attr(&e->attrs[i], "sn") && e->attrs[i].n == 1 && k < e->n_attrs; k++) {
			const struct nk_str option = nk_str_sub(e->attrs[i].name, 2, e->attrs[i].name.len);
			const struct nk_str other = nk_str_sub(e->attrs[k].name, 9, e->attrs[k].name.len);

			if (!is_attr(&e->attrs[k], "givenName") || e->attrs[k].n != 1 || !nk_str_ieq(option, other)) {
				continue;
			}
			nk_buf_reset(&c->text);
			NK_TRY(nk_buf_add_str(&c->text, e->attrs[i].values[0], err));
			NK_TRY(nk_buf_add_str(&c->text, e->attrs[k].values[0], err));
			NK_TRY(nk_census_look(c->index, nk_buf_str(&c->text), false, &c->hits, err));
		}
	}
	return nk_done();
}

/* "hanako.sato" as a name of letters: what is no letter goes. */
static NK_RESULT look_login_as_name(struct counting *c, struct nk_str login, struct nk_err *err)
{
	nk_buf_reset(&c->text);
	for (size_t i = 0; i < login.len && login.ptr[i] != '@'; i++) {
		const char b = login.ptr[i];

		if ((b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z')) {
			NK_TRY(nk_buf_add_byte(&c->text, (uint8_t)b, err));
		}
	}
	return c->text.len >= 6 ? nk_census_look(c->index, nk_buf_str(&c->text), false, &c->hits, err) : nk_done();
}

static NK_RESULT look(struct counting *c, const struct nk_entry *e, bool *out_named, struct nk_err *err)
{
	*out_named = false;
	nk_vec_clear(&c->hits);
	for (size_t i = 0; i < e->n_attrs; i++) {
		const struct nk_attr *a = &e->attrs[i];

		for (size_t v = 0; v < a->n; v++) {
			if (is_any(a, key_attrs)) {
				NK_TRY(nk_census_look(c->index, a->values[v], true, &c->hits, err));
				NK_TRY(look_login_as_name(c, a->values[v], err));
			}
			if (is_any(a, name_attrs)) {
				*out_named = true;
				NK_TRY(nk_census_look(c->index, a->values[v], false, &c->hits, err));
			}
		}
	}
	return look_pairs(c, e, err);
}

static unsigned confidence_of(unsigned why, bool named)
{
	const bool key = (why & (NK_CENSUS_LOGIN | NK_CENSUS_MAIL | NK_CENSUS_NUMBER)) != 0;
	const bool name = (why & (NK_CENSUS_NAME | NK_CENSUS_VARIANT)) != 0;
	const bool reading = (why & NK_CENSUS_KANA) != 0;
	const bool former = (why & NK_CENSUS_FORMER) != 0;
	unsigned percent;

	if (key) {
		percent = name || reading || former || (why & NK_CENSUS_ROMAJI) != 0 ? 98 : named ? 55 : 90;
	} else if (name) {
		percent = reading ? 90 : (why & NK_CENSUS_NAME) != 0 ? 75 : 70;
	} else if (former) {
		percent = reading ? 70 : 60;
	} else {
		percent = reading ? 40 : 30;
	}
	if ((why & NK_CENSUS_SEVERAL) != 0 && !key) {
		return former && !name && !reading ? 20 : 25; /* who has the name now comes first */
	}
	return percent;
}

static void add_hit(struct nk_census_account *a, struct nk_census_match *all, size_t *n, const struct nk_census_hit *h)
{
	const unsigned why = h->why | (h->several ? (unsigned)NK_CENSUS_SEVERAL : 0U);

	(void)a;
	for (size_t i = 0; i < *n; i++) {
		if (all[i].number == h->number) {
			/* Several namesakes count no longer once something of the person's own fits too. */
			all[i].why |= why;
			return;
		}
	}
	if (*n < HITS_MAX) {
		all[(*n)++] = (struct nk_census_match){ .number = h->number, .why = why };
	}
}

static int by_confidence(const void *a, const void *b)
{
	const struct nk_census_match *x = a;
	const struct nk_census_match *y = b;

	if (x->confidence != y->confidence) {
		return x->confidence > y->confidence ? -1 : 1;
	}
	return x->number < y->number ? -1 : x->number > y->number ? 1 : 0;
}

/* With every record of his. */
static bool has_left(const struct nk_people *people, uint32_t number)
{
	uint32_t all[NK_WHOLE_MAX];
	const size_t n = nk_people_whole(people, number, all);

	for (size_t i = 0; i < n; i++) {
		const struct nk_person *const p = nk_people_by_number(people, all[i]);

		if (p == NULL ||
			(p->state != NK_PERSON_LEAVING && p->state != NK_PERSON_RETAINED && p->state != NK_PERSON_ERASED)) {
			return false;
		}
	}
	return true;
}

static NK_RESULT rank(struct counting *c, struct nk_census_account *a, bool named, struct nk_err *err)
{
	struct nk_census_match *all = calloc(c->hits.len + 1, sizeof(*all));
	size_t n = 0;

	if (all == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < c->hits.len; i++) {
		add_hit(a, all, &n, nk_vec_at(&c->hits, i));
	}
	for (size_t i = 0; i < n; i++) {
		const unsigned key = NK_CENSUS_LOGIN | NK_CENSUS_MAIL | NK_CENSUS_NUMBER;
		const unsigned name = NK_CENSUS_NAME | NK_CENSUS_VARIANT | NK_CENSUS_KANA | NK_CENSUS_FORMER | NK_CENSUS_ROMAJI;

		all[i].why |= (all[i].why & key) != 0 && (all[i].why & name) == 0 && named ? (unsigned)NK_CENSUS_OTHER_NAME : 0U;
		all[i].why |= has_left(c->in->people, all[i].number) ? (unsigned)NK_CENSUS_LEFT : 0U;
		all[i].why &= (all[i].why & NK_CENSUS_NAME) != 0 ? ~(unsigned)NK_CENSUS_VARIANT : ~0U;
		all[i].confidence = confidence_of(all[i].why, named);
	}
	qsort(all, n, sizeof(*all), by_confidence);
	a->n = n < NK_CENSUS_CANDIDATES ? n : NK_CENSUS_CANDIDATES;
	memcpy(a->match, all, a->n * sizeof(*all));
	free(all);
	return nk_done();
}

static enum nk_census_kind words_of(const struct nk_entry *e)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		for (size_t v = 0; v < e->attrs[i].n; v++) {
			const bool told = is_attr(&e->attrs[i], "uid") || is_any(&e->attrs[i], name_attrs);
			const enum nk_census_kind k = told ? nk_census_words(e->attrs[i].values[v]) : NK_CENSUS_NOBODY;

			if (k != NK_CENSUS_NOBODY) {
				return k;
			}
		}
	}
	return NK_CENSUS_NOBODY;
}

/* A login of somebody who was erased is nobody's now. */
static NK_RESULT was_erased(struct counting *c, const struct nk_entry *e, bool *out, struct nk_err *err)
{
	for (size_t i = 0; c->in->gone != NULL && i < e->n_attrs; i++) {
		for (size_t v = 0; is_attr(&e->attrs[i], "uid") && v < e->attrs[i].n && !*out; v++) {
			NK_TRY(c->in->gone(c->in->gone_arg, e->attrs[i].values[v], out, err));
		}
	}
	return nk_done();
}

static NK_RESULT judge(struct counting *c, struct nk_census_account *a, struct nk_err *err)
{
	bool named = false;
	bool gone = false;

	NK_TRY(look(c, a->entry, &named, err));
	NK_TRY(rank(c, a, named, err));
	NK_TRY(was_erased(c, a->entry, &gone, err));
	a->kind = words_of(a->entry);
	if (gone || (a->n > 0 && (a->match[0].why & NK_CENSUS_LEFT) != 0 && a->match[0].confidence >= LIKELY)) {
		a->kind = NK_CENSUS_LEAVER;
		return nk_done();
	}
	if (a->n > 0 && (a->kind == NK_CENSUS_NOBODY || a->match[0].confidence >= SURE)) {
		a->kind = a->match[0].confidence >= SURE     ? NK_CENSUS_SURE
			: a->match[0].confidence >= LIKELY ? NK_CENSUS_LIKELY
							   : NK_CENSUS_POSSIBLE;
	}
	return nk_done();
}

NK_RESULT nk_census_make(
	const struct nk_census_input *in, struct nk_arena *arena, struct nk_census *out, struct nk_err *err)
{
	NK_OWNED(counting_done) struct counting c = { .in = in };

	*out = (struct nk_census){ .accounts = nk_arena_array(arena, in->held->n, sizeof(*out->accounts)) };
	if (out->accounts == NULL) {
		return nk_fail_nomem(err);
	}
	nk_vec_init(&c.hits, sizeof(struct nk_census_hit), 100000);
	nk_buf_init_wiping(&c.text, 1 << 16);
	for (size_t i = 0; i < in->held->n; i++) {
		const struct nk_entry *e = &in->held->entries[i];
		const bool ours = in->links != NULL && nk_links_by_anchor(in->links, e->anchor) != NULL;

		if (e->kind != NK_OBJECT_PERSON || nk_str_ieq(e->key, in->people_base)) {
			continue;
		}
		out->ours += ours ? 1 : 0;
		if (!ours) {
			out->accounts[out->n++] = (struct nk_census_account){ .entry = e };
		}
	}
	if (out->n == 0) {
		return nk_done();
	}
	NK_TRY(nk_census_index_new(in, &c.index, err));
	for (size_t i = 0; i < out->n; i++) {
		NK_TRY(judge(&c, &out->accounts[i], err));
	}
	return nk_done();
}
