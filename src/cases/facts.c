/*
 * facts.c: the names of the facts (facts.rows), and how flow sets them.
 */
#include "base.h"

#include "facts.h"

struct fact_row {
	const char *name;
	enum nk_fact_type type;
	const char *query;
	const char *what;
};
static const struct fact_row facts[NK_FACT_ID_COUNT] = {
#define ROW(name, type, query, what) { #name, NK_FACT_##type, query, NK_N(what) },
#include "facts.inc"
#undef ROW
};

enum nk_fact_type nk_fact_type(enum nk_fact_id id)
{
	nk_assert(id < NK_FACT_ID_COUNT);
	return facts[id].type;
}

const char *nk_fact_name(enum nk_fact_id id)
{
	nk_assert(id < NK_FACT_ID_COUNT);
	return facts[id].name;
}

const char *nk_fact_query(enum nk_fact_id id)
{
	nk_assert(id < NK_FACT_ID_COUNT);
	return facts[id].query;
}

const char *nk_fact_what(enum nk_fact_id id)
{
	nk_assert(id < NK_FACT_ID_COUNT);
	return facts[id].what;
}

bool nk_fact_by_name(struct nk_str name, enum nk_fact_id *out)
{
	for (size_t i = 0; i < NK_FACT_ID_COUNT; i++) {
		if (nk_str_eq(name, nk_str_c(facts[i].name))) {
			*out = (enum nk_fact_id)i;
			return true;
		}
	}
	return false;
}

static struct nk_fact *known(struct nk_case_facts *f, enum nk_fact_id id)
{
	nk_assert(id < NK_FACT_ID_COUNT);
	f->fact[id].knows = NK_KNOWN;
	return &f->fact[id];
}

void nk_fact_text_is(struct nk_case_facts *f, enum nk_fact_id id, struct nk_str text)
{
	if (nk_str_trim(text).len > 0) {
		known(f, id)->text = nk_str_trim(text);
	}
}

void nk_fact_count_is(struct nk_case_facts *f, enum nk_fact_id id, struct nk_count count)
{
	if (count.most != UINT64_MAX || count.least != 0) {
		known(f, id)->count = count;
	}
}

void nk_fact_tri_is(struct nk_case_facts *f, enum nk_fact_id id, enum nk_tri tri)
{
	if (tri != NK_TRI_UNKNOWN) {
		known(f, id)->tri = tri;
	}
}

void nk_fact_time_is(struct nk_case_facts *f, enum nk_fact_id id, nk_time at)
{
	if (at != 0) {
		known(f, id)->at = at;
	}
}

void nk_fact_date_is(struct nk_case_facts *f, enum nk_fact_id id, nk_date on)
{
	if (on != NK_DATE_NONE) {
		known(f, id)->on = on;
	}
}

void nk_fact_not_applicable(struct nk_case_facts *f, enum nk_fact_id id)
{
	nk_assert(id < NK_FACT_ID_COUNT);
	f->fact[id].knows = NK_NOT_APPLICABLE;
}
