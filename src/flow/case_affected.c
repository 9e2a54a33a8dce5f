/*
 * case_affected.c: what is known about reading each copy of a case.
 *
 * "Yes" when a reading is on the books; "no" only while logs cover every minute of the window (I8); else unknown, with
 * the minutes that nobody can answer for.
 */
#include "base.h"

#include "case_int.h"

enum { INTERVALS_MAX = 100000 };

struct window {
	nk_time from, until;
};

static NK_RESULT readings(struct nk_flow *flow, struct nk_uuid holding, const struct window *w, uint64_t *out,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT COUNT(*) FROM seen WHERE holding_id = ?1 AND at >= ?2 AND at <= ?3 AND (?2 > 0 OR NOT EXISTS "
		"(SELECT 1 FROM reach r WHERE r.holding_id = seen.holding_id AND r.party_id = seen.party_id AND r.warrant_id IS NOT NULL))",
		&s, err));
	nk_stmt_uuid(s, 1, holding);
	nk_stmt_int(s, 2, w->from);
	nk_stmt_int(s, 3, w->until);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u64(nk_col_int(s, 0)) : 0;
	return nk_done();
}

static int by_from(const void *a, const void *b)
{
	const struct window *const x = a;
	const struct window *const y = b;

	return x->from < y->from ? -1 : x->from > y->from ? 1 : 0;
}

/* The minutes of the window that no complete log covers, or that a log says are missing. */
static int64_t uncovered(struct window *complete, size_t n, const struct window *w)
{
	nk_time at = w->from;
	int64_t missing = 0;

	qsort(complete, n, sizeof(*complete), by_from);
	for (size_t i = 0; i < n && at < w->until; i++) {
		const nk_time from = complete[i].from < w->until ? complete[i].from : w->until;

		missing += from > at ? from - at : 0;
		at = complete[i].until > at ? complete[i].until : at;
	}
	missing += w->until > at ? w->until - at : 0;
	return missing;
}

struct log_of {
	struct nk_vec complete; /* of struct window */
	struct nk_buf sources;
	int64_t gaps; /* µs that logs themselves say are missing inside the window */
};

static void log_done(struct log_of *l)
{
	nk_vec_done(&l->complete);
	nk_buf_done(&l->sources);
}

static NK_RESULT take_row(const struct nk_stmt *s, const struct window *w, struct log_of *out, struct nk_err *err)
{
	const struct window row = { nk_col_int(s, 0), nk_col_int(s, 1) };
	void *item = NULL;

	if (nk_col_int(s, 2) == 0) {
		const nk_time from = row.from > w->from ? row.from : w->from;
		const nk_time until = row.until < w->until ? row.until : w->until;

		out->gaps += until > from ? until - from : 0;
		return nk_done();
	}
	NK_TRY(nk_vec_push(&out->complete, &item, err));
	*(struct window *)item = row;
	if (nk_str_find(nk_buf_str(&out->sources), nk_col_text(s, 3)) != SIZE_MAX) {
		return nk_done();
	}
	NK_TRY(nk_buf_add_c(&out->sources, out->sources.len > 0 ? ", " : "", err));
	return nk_buf_add_str(&out->sources, nk_col_text(s, 3), err);
}

static NK_RESULT read_log(
	struct nk_flow *flow, struct nk_uuid holding, const struct window *w, struct log_of *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool more = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT from_at, until_at, complete, why FROM coverage WHERE holding_id = ?1 AND until_at >= ?2 AND from_at <= ?3",
		&s, err));
	nk_stmt_uuid(s, 1, holding);
	nk_stmt_int(s, 2, w->from);
	nk_stmt_int(s, 3, w->until);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		NK_TRY(take_row(s, w, out, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	return nk_done();
}

static NK_RESULT verdict(struct nk_flow *flow, const struct nk_case_copy *copy, struct nk_arena *arena,
	struct nk_affected *out, struct nk_err *err)
{
	NK_OWNED(log_done) struct log_of log = { .gaps = 0 };
	const struct window w = { copy->from_at, copy->until_at != 0 ? copy->until_at : nk_now(flow->env) };
	int64_t missing = 0;

	nk_vec_init(&log.complete, sizeof(struct window), INTERVALS_MAX);
	nk_buf_init(&log.sources, 64 * 1024);
	NK_TRY(readings(flow, copy->id, &w, &out->readers, err));
	NK_TRY(read_log(flow, copy->id, &w, &log, err));
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&log.sources), &out->sources, err));
	out->read = NK_TRI_UNKNOWN;
	if (out->readers > 0) {
		out->read = NK_TRI_YES;
		return nk_done();
	}
	if (copy->from_at == 0 || log.complete.len == 0) {
		return nk_done(); /* no window, or no log at all */
	}
	missing = uncovered(log.complete.items, log.complete.len, &w) + log.gaps;
	if (missing == 0 && copy->until_at != 0) {
		out->read = NK_TRI_NO;
		return nk_done();
	}
	out->missing_minutes = nk_u32(nk_u64((missing + 60 * NK_SECOND - 1) / (60 * NK_SECOND)) % UINT32_MAX);
	return nk_done();
}

NK_RESULT nk_case_affected(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_affected **out, size_t *out_n, struct nk_err *err)
{
	struct nk_case_copy *copies = NULL;
	char id[NK_UUID_TEXT];
	size_t n = 0;

	NK_TRY(nk_case_copies(flow, c, arena, &copies, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_affected *const a = &(*out)[i];
		const bool feared = nk_str_eq(copies[i].harm, NK_STR("may-be-leaked"));

		NK_TRY(nk_arena_dup(arena, nk_str_c(nk_uuid_print(copies[i].id, id)), &a->id, err));
		NK_TRY(nk_arena_printf(arena, &a->query, err, "ask:%.8s", id));
		a->kind = copies[i].kind;
		a->harm = copies[i].harm;
		a->unaccounted = !copies[i].certain || nk_str_eq(copies[i].gone, NK_STR("unaccounted"));
		a->persons = (struct nk_count){ feared || a->unaccounted ? 0 : copies[i].persons, copies[i].persons_max };
		NK_TRY(verdict(flow, &copies[i], arena, a, err));
	}
	*out_n = n;
	return nk_done();
}
