/*
 * training_duties.c: duties to read a revision and to pass the test of a half-year, one for each person and procedure.
 *
 * Invariant: laid once: what a duty is about names half-year, procedure, revision and person, and none is laid that
 * was laid before, open or closed. About: "procedure:carry@2/<party>", "training:2026H1/carry@2/<party>".
 */
#include "base.h"
#include "training_int.h"

enum { ABOUT = 160 };

struct laying {
	struct nk_flow *flow;
	struct nk_tx *tx;
	struct nk_arena *arena;
	struct nk_period period;
	uint64_t opened;
};

static NK_RESULT lay(struct laying *l, const char *kind, const char *about, struct nk_uuid owner, nk_time due,
	struct nk_err *err)
{
	struct nk_duty *list = NULL;
	size_t n = 0;

	NK_TRY(nk_duty_of(l->flow->store, nk_str_c(about), l->arena, &list, &n, err));
	if (n > 0) {
		return nk_done();
	}
	NK_TRY(nk_duty_open(l->flow, l->tx, kind, nk_str_c(about), owner, NULL, due, NULL, err));
	l->opened++;
	return nk_done();
}

/* The last second of a day at the installation's place. */
static nk_time end_of(const struct nk_flow *flow, nk_date day)
{
	return ((nk_time)day + 1) * NK_DAY - (nk_time)flow->config->tz_minutes * 60 * NK_SECOND - NK_SECOND;
}

static NK_RESULT lay_read(
	struct laying *l, const struct nk_procedure *p, const struct nk_party *who, struct nk_err *err)
{
	const nk_date today = nk_flow_today(l->flow);
	const nk_date from = p->effective > today ? p->effective : today;
	char about[ABOUT];
	char id[NK_UUID_TEXT];
	nk_time read_at = 0;

	NK_TRY(nk_procedure_read_at(l->flow, p, who->id, &read_at, err));
	if (read_at != 0) {
		return nk_done();
	}
	(void)snprintf(about, sizeof(about), "procedure:%.*s@%u/%s", NK_FMT(p->name), p->revision,
		nk_uuid_print(who->id, id));
	return lay(l, NK_DUTY_READ, about, who->id, end_of(l->flow, from + (nk_date)l->flow->config->read_days), err);
}

static NK_RESULT lay_test(
	struct laying *l, const struct nk_procedure *p, const struct nk_party *who, struct nk_err *err)
{
	const nk_date soon = nk_flow_today(l->flow) + (nk_date)l->flow->config->read_days;
	nk_date due = nk_training_deadline(l->flow, &l->period);
	struct nk_standing s;
	char about[ABOUT];
	char id[NK_UUID_TEXT];

	NK_TRY(nk_standing_of(l->flow, who->id, p, &s, err));
	if (s.state == NK_STANDING_PASSED) {
		return nk_done();
	}
	due = due < soon ? soon : due;
	(void)snprintf(about, sizeof(about), "training:%s/%.*s@%u/%s", l->period.name, NK_FMT(p->name), p->revision,
		nk_uuid_print(who->id, id));
	return lay(l, NK_DUTY_TEST, about, who->id, end_of(l->flow, due), err);
}

NK_RESULT nk_training_duties(struct nk_flow *flow, struct nk_tx *tx, uint64_t *out_opened, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct laying l = { .flow = flow, .tx = tx, .period = nk_period_of(nk_flow_today(flow)) };
	struct nk_procedure *list = NULL;
	struct nk_party *people = NULL;
	size_t n = 0;
	size_t n_people = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 256 << 20, &arena, err));
	l.arena = arena;
	NK_TRY(nk_procedures(flow, arena, &list, &n, err));
	NK_TRY(nk_training_people(flow, arena, &people, &n_people, err));
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n_people && (list[i].newest || list[i].in_force); k++) {
			if (!nk_procedure_concerns(&list[i], &people[k])) {
				continue;
			}
			if (list[i].newest) {
				NK_TRY(lay_read(&l, &list[i], &people[k], err));
			}
			if (list[i].in_force) {
				NK_TRY(lay_test(&l, &list[i], &people[k], err));
			}
		}
	}
	*out_opened = l.opened;
	return nk_done();
}

/* "training:2026H1/carry@2/<party>", "procedure:carry@2/<party>": is it about this procedure, up to this revision? */
static bool covers(struct nk_str about, struct nk_str procedure, uint32_t revision)
{
	struct nk_str head;
	struct nk_str number;
	uint32_t of = 0;

	if (!nk_str_cut(&about, '@', &head) || !nk_str_ends(head, procedure) || !nk_str_cut(&about, '/', &number)) {
		return false;
	}
	head.len -= procedure.len;
	return head.len > 0 && (head.ptr[head.len - 1] == ':' || head.ptr[head.len - 1] == '/') &&
		nk_parse_u32(number, 1, UINT32_MAX, &of) && of <= revision;
}

NK_RESULT nk_training_end(struct nk_flow *flow, struct nk_tx *tx, const char *kind, struct nk_uuid party,
	struct nk_str procedure, uint32_t revision, struct nk_uuid evidence, uint64_t *closed, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_duty *list = NULL;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 256 << 20, &arena, err));
	NK_TRY(nk_duty_list(flow->store, true, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(list[i].owner, party) && nk_str_eq(list[i].kind, nk_str_c(kind)) &&
			covers(list[i].about, procedure, revision)) {
			NK_TRY(nk_duty_end_one(flow, tx, &list[i], evidence, err));
			*closed += 1;
		}
	}
	return nk_done();
}
