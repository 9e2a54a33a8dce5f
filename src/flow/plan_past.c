/*
 * plan_past.c: what the plans of the last weeks took away at a target, from the counts that stand with each plan.
 */
#include "base.h"
#include "guard_flow.h"

#include "json.h"

enum { COUNTS_MAX = 4096 };

/* A plan of before these counts were kept has none of them: it counts as 0. */
static NK_RESULT taken_away(struct nk_str counts, enum nk_turn turn, uint64_t *sum, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	int64_t suspend = 0;
	int64_t gone = 0;
	int64_t week = 0;

	NK_TRY(nk_jdoc_parse(nk_str_bytes(counts), COUNTS_MAX, &doc, err));
	if (nk_jint(nk_jget(nk_jdoc_root(doc), "turn"), &week) && week == (int64_t)turn &&
		nk_jint(nk_jget(nk_jdoc_root(doc), "suspend"), &suspend) &&
		nk_jint(nk_jget(nk_jdoc_root(doc), "delete"), &gone) && suspend >= 0 && gone >= 0) {
		*sum += nk_u64(suspend) + nk_u64(gone);
	}
	return nk_done();
}

NK_RESULT nk_plan_recent(
	struct nk_flow *flow, struct nk_uuid target, enum nk_turn turn, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = true;

	*out = 0;
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT counts FROM plan WHERE kind = 'apply' AND target_id = ?1 AND state IN ('applying', 'done') AND made_at > ?2",
		&s, err));
	nk_stmt_uuid(s, 1, target);
	nk_stmt_int(s, 2, nk_now(flow->env) - (int64_t)flow->config->guard.window_days * NK_DAY);
	for (;;) {
		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			return nk_done();
		}
		NK_TRY(taken_away(nk_bytes_str(nk_col_blob(s, 0)), turn, out, err));
	}
}
