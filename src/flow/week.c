/*
 * week.c: the figures of adherence (徹底): one table of named queries, and refused attempts as the ledger has them.
 *
 * Invariant: nothing here is typed or estimated, and names of nobody are in it. A standing order, which the operator signs
 * alone, is nobody's permission: a warrant counts when somebody who judges has signed it.
 */
#include "base.h"

#include "case_int.h"
#include "flow_week.h"
#include "json.h"

enum { REFUSED_MAX = 100000, LEAF_MAX = 1 << 20 };

/* [from, until), and the moment at which something is overdue. */
struct span {
	nk_time from, until, at;
};

/* What a copy that has left this house is, and whether somebody else has allowed it. */
#define SPAN "WITH s(a, b, t) AS (SELECT ?1, ?2, ?3) "
#define OPENED "h.opened_at >= s.a AND h.opened_at < s.b "
#define NOT_ALLOWED "NOT EXISTS (SELECT 1 FROM warrant_part p WHERE p.warrant_id = h.warrant_id AND p.part = 'sign' AND p.side = 'judges') "
#define LEFT "h.kind IN ('bundle', 'export', 'medium', 'paper', 'letter', 'backup', 'backup_keys') "

static const struct query {
	const char *name, *text, *sql;
} queries[] = {
	{ "left-without-warrant", NK_N("copies that left with nobody's warrant"),
		SPAN "SELECT count(*) FROM holding h, s WHERE " LEFT "AND h.kind NOT IN ('backup', 'backup_keys') AND " OPENED "AND " NOT_ALLOWED },
	{ "backups-without-warrant", NK_N("parts of backups that were made with nobody's warrant"),
		SPAN "SELECT count(*) FROM holding h, s WHERE h.kind IN ('backup', 'backup_keys') AND " OPENED "AND " NOT_ALLOWED },
	{ "readable-without-warrant", NK_N("copies that somebody could read whom nobody had allowed to"),
		SPAN "SELECT count(DISTINCT r.holding_id) FROM reach r, s WHERE r.warrant_id IS NULL AND r.from_at >= s.a AND r.from_at < s.b" },
	{ "bundles-sealed", NK_N("bundles that left"), SPAN "SELECT count(*) FROM holding h, s WHERE h.kind = 'bundle' AND " OPENED },
	{ "backups-made", NK_N("parts of backups that were made"),
		SPAN "SELECT count(*) FROM holding h, s WHERE h.kind IN ('backup', 'backup_keys') AND " OPENED },
	{ "letters-written", NK_N("files of letters that were written"),
		SPAN "SELECT count(*) FROM holding h, s WHERE h.kind = 'letter' AND " OPENED },
	{ "bundles-overdue", NK_N("bundles that should be destroyed and are not shown to be"),
		SPAN "SELECT count(*) FROM holding h, s WHERE h.kind = 'bundle' AND h.expires_at < s.t AND (h.closed_at IS NULL OR h.closed_at > s.t)" },
	{ "duties-overdue", NK_N("duties that are overdue"),
		SPAN "SELECT count(*) FROM duty d, s WHERE d.due_at < s.t AND (d.closed_at IS NULL OR d.closed_at > s.t)" },
	{ "duties-late", NK_N("duties that were done late"),
		SPAN "SELECT count(*) FROM duty d, s WHERE d.closed_at > d.due_at AND d.closed_at >= s.a AND d.closed_at < s.b" },
	{ "exceptions-asked", NK_N("exceptions that were asked for"),
		SPAN "SELECT count(*) FROM warrant w, s WHERE w.kind = 'exception' AND w.from_at >= s.a AND w.from_at < s.b" },
	{ "exceptions-used", NK_N("exceptions that were used"),
		SPAN "SELECT count(*) FROM warrant_part p JOIN warrant w ON w.id = p.warrant_id, s WHERE w.kind = 'exception' AND p.part = 'use' "
		"AND p.at >= s.a AND p.at < s.b" },
};

/* Copies that left with anybody in them. */
static const char with_persons[] = SPAN "SELECT h.id FROM holding h, s WHERE " LEFT "AND " OPENED
	"AND (EXISTS (SELECT 1 FROM extent e WHERE e.holding_id = h.id) OR EXISTS (SELECT 1 FROM extent_upper u WHERE u.holding_id = h.id))";

_Static_assert(NK_ARRAY_LEN(queries) + 4 <= NK_FIGURES_MAX, "room for the four that are no query of a count");

static NK_RESULT begin(struct nk_flow *flow, const char *sql, const struct span *w, struct nk_stmt **out, struct nk_err *err)
{
	NK_TRY(nk_stmt_get(flow->store, sql, out, err));
	nk_stmt_int(*out, 1, w->from);
	nk_stmt_int(*out, 2, w->until);
	nk_stmt_int(*out, 3, w->at);
	return nk_done();
}

static NK_RESULT count(struct nk_flow *flow, const char *sql, const struct span *w, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(begin(flow, sql, w, &s, err));
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u64(nk_col_int(s, 0)) : 0;
	return nk_done();
}

static void add(struct nk_week *out, const char *query, const char *text, uint64_t n)
{
	nk_assert(out->n < NK_FIGURES_MAX);
	out->figures[out->n++] = (struct nk_figure){ query, text, n };
}

/* A person in two of them is one person. */
static NK_RESULT persons(struct nk_flow *flow, const struct span *w, struct nk_week *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec ids = { 0 };
	struct nk_extent_total total;
	bool more = false;

	nk_vec_init(&ids, sizeof(struct nk_uuid), 1000000);
	NK_TRY(begin(flow, with_persons, w, &s, err));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&ids, &item, err));
		(void)nk_col_uuid(s, 0, item);
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	NK_TRY(nk_extent_together(flow->store, ids.items, ids.len, &total, err));
	add(out, "copies-with-persons", NK_N("copies that left with data of persons in them"), ids.len);
	add(out, "persons-that-left", NK_N("persons whose data are in those copies"), total.persons_max);
	return nk_done();
}

/* One REFUSED leaf into the list when it lies in the days. */
static NK_RESULT take_leaf(const struct nk_stmt *s, const struct span *w, struct nk_arena *arena, struct nk_vec *rows, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_refusal row = { .leaf = nk_u64(nk_col_int(s, 0)) };
	struct nk_str text = { NULL, 0 };
	struct nk_jval facts;
	void *item = NULL;

	NK_TRY(nk_jdoc_parse(nk_col_blob(s, 1), LEAF_MAX, &doc, err));
	if (!nk_jstr(nk_jget(nk_jdoc_root(doc), "type"), &text) || !nk_str_eq(text, NK_STR("refused"))) {
		return nk_done();
	}
	if (!nk_jstr(nk_jget(nk_jdoc_root(doc), "time"), &text) || !nk_time_parse(text, &row.at)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a leaf of the ledger has no time"));
	}
	if (row.at < w->from || row.at >= w->until) {
		return nk_done();
	}
	facts = nk_jget(nk_jdoc_root(doc), "facts");
	text = NK_STR("");
	(void)nk_jstr(nk_jget(facts, "what"), &text);
	NK_TRY(nk_arena_dup(arena, text, &row.what, err));
	text = NK_STR("");
	(void)nk_jstr(nk_jget(facts, "why"), &text);
	NK_TRY(nk_arena_printf(arena, &row.why, err, "%.*s", NK_FMT(text)));
	row.label = nk_refusal_label(row.why);
	row.label = row.label != NULL ? row.label : row.why.ptr; /* sentences of ours are msgids themselves */
	NK_TRY(nk_vec_push(rows, &item, err));
	memcpy(item, &row, sizeof(row));
	return nk_done();
}

static NK_RESULT refusals(struct nk_flow *flow, const struct span *w, struct nk_arena *arena, const struct nk_refusal **out,
	size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_refusal), REFUSED_MAX);
	NK_TRY(nk_stmt_get(flow->store, "SELECT seq, entry FROM leaf WHERE instr(entry, ?1) > 0 ORDER BY seq", &s, err));
	nk_stmt_blob(s, 1, nk_str_bytes(NK_STR("\"type\":\"refused\"")));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		NK_TRY(take_leaf(s, w, arena, &rows, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = nk_vec_keep(&rows, arena);
	*out_n = rows.len;
	return *out != NULL ? nk_done() : nk_fail_nomem(err);
}

NK_RESULT nk_op_refused(
	struct nk_flow *flow, struct nk_arena *arena, const struct nk_refusal **out, size_t *out_n, struct nk_err *err)
{
	const struct span all = { INT64_MIN, INT64_MAX, 0 };

	return refusals(flow, &all, arena, out, out_n, err);
}

uint64_t nk_week_figure(const struct nk_week *w, const char *query)
{
	size_t i = 0;

	while (i < w->n && strcmp(w->figures[i].query, query) != 0) {
		i++;
	}
	nk_assert(i < w->n);
	return w->figures[i].n;
}

NK_RESULT nk_op_week(struct nk_flow *flow, nk_date until, unsigned weeks, struct nk_arena *arena, struct nk_week *out,
	struct nk_err *err)
{
	size_t weaker = 0;
	const nk_time east = (nk_time)flow->config->tz_minutes * 60 * NK_SECOND;
	const nk_date last = until != NK_DATE_NONE ? until : nk_flow_today(flow);
	const nk_date first = last + 1 - 7 * (nk_date)weeks;
	const nk_time now = nk_now(flow->env);
	struct span w = { (nk_time)first * NK_DAY - east, ((nk_time)last + 1) * NK_DAY - east, 0 };

	w.at = now < w.until ? now : w.until;
	*out = (struct nk_week){ .from = first, .until = last };
	for (size_t i = 0; i < NK_ARRAY_LEN(queries); i++) {
		uint64_t n = 0;

		NK_TRY(count(flow, queries[i].sql, &w, &n, err));
		add(out, queries[i].name, queries[i].text, n);
	}
	NK_TRY(persons(flow, &w, out, err));
	NK_TRY(refusals(flow, &w, arena, &out->refused, &out->n_refused, err));
	add(out, "attempts-refused", NK_N("attempts that were refused"), out->n_refused);
	NK_TRY(nk_settings_weaker(flow, &weaker, err));
	add(out, "settings-weaker", NK_N("settings of the guard, of training or of who signs that are weaker now than as shipped"), weaker);
	return nk_done();
}
