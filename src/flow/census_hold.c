/*
 * census_hold.c: the census as plans need it: who would get a second account beside one that nobody decided about.
 */
#include "base.h"
#include "census_int.h"

enum { TARGETS_MAX = NK_CONFIG_TARGETS_MAX };

struct formers {
	struct nk_links *links[TARGETS_MAX];
	size_t n;
};

static void formers_done(struct formers *f)
{
	for (size_t i = 0; i < f->n; i++) {
		nk_links_free(&f->links[i]);
	}
}

/* The links of every target, for the names people had there. */
static NK_RESULT open_all(struct nk_flow *flow, struct formers *f, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = true;

	NK_TRY(nk_stmt_get(flow->store, "SELECT id FROM target", &s, err));
	while (f->n < TARGETS_MAX) {
		struct nk_uuid id;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			return nk_done();
		}
		if (!nk_col_uuid(s, 0, &id)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a row of table target is damaged"));
		}
		NK_TRY(nk_links_open(flow->store, flow->vault, id, &f->links[f->n], err));
		f->n++;
	}
	return nk_done();
}

static NK_RESULT gone(void *arg, struct nk_str login, bool *out, struct nk_err *err)
{
	struct nk_flow *const flow = arg;

	return nk_tombstone_has(flow->people, login, nk_flow_today(flow), out, err);
}

NK_RESULT nk_census_count(struct nk_flow *flow, const struct nk_open_target *target, const struct nk_snapshot *held,
	const struct nk_links *links, struct nk_arena *arena, struct nk_census *out, struct nk_err *err)
{
	NK_OWNED(formers_done) struct formers f = { .n = 0 };
	struct nk_census_input in = { .people = flow->people,
		.held = held,
		.links = links,
		.people_base = target->settings.people_base,
		.gone = gone,
		.gone_arg = flow };

	NK_TRY(nk_random(flow->env, in.seed, sizeof(in.seed), err));
	NK_TRY(open_all(flow, &f, err));
	in.former = (const struct nk_links *const *)f.links;
	in.n_former = f.n;
	return nk_census_make(&in, arena, out, err);
}

static int cmp_number(const void *a, const void *b)
{
	const uint32_t *const x = a;
	const uint32_t *const y = b;

	return *x < *y ? -1 : *x > *y ? 1 : 0;
}

static bool is_open(const struct nk_planning *p, const struct nk_decisions *d, const struct nk_entry *e)
{
	return e->kind == NK_OBJECT_PERSON && nk_links_by_anchor(p->links, e->anchor) == NULL &&
		nk_decisions_of(d, e->anchor, NULL) == NK_DECISION_NONE;
}

static uint64_t count_open(const struct nk_planning *p, const struct nk_decisions *d)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->snapshot.n; i++) {
		n += is_open(p, d, &p->snapshot.entries[i]) ? 1 : 0;
	}
	return n;
}

NK_RESULT nk_census_hold(struct nk_flow *flow, const struct nk_planning *p, const struct nk_decisions *d,
	struct nk_arena *arena, uint32_t **out, size_t *out_n, uint64_t *out_undecided, struct nk_err *err)
{
	const unsigned keys = NK_CENSUS_LOGIN | NK_CENSUS_MAIL | NK_CENSUS_NUMBER;
	struct nk_census census;

	*out = NULL;
	*out_n = 0;
	*out_undecided = count_open(p, d);
	if (*out_undecided == 0) {
		return nk_done();
	}
	NK_TRY(nk_census_count(flow, &p->target, &p->snapshot, p->links, arena, &census, err));
	*out = nk_arena_array(arena, census.n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < census.n; i++) {
		const struct nk_census_account *a = &census.accounts[i];

		if (a->n > 0 && (a->match[0].why & keys) != 0 && (a->match[0].why & NK_CENSUS_LEFT) == 0 && is_open(p, d, a->entry) &&
			nk_links_of(p->links, a->match[0].number) == NULL) {
			(*out)[(*out_n)++] = a->match[0].number;
		}
	}
	if (*out_n > 0) {
		qsort(*out, *out_n, sizeof(**out), cmp_number);
	}
	return nk_done();
}
