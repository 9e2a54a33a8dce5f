/*
 * reach.c: who could read a holding, from when until when; who did; and how complete the logs are that say so.
 *
 * Invariant: an interval is opened once and closed once; it is never taken back. No reading stands outside an interval,
 * and was_seen tells of each interval whether one lies in it.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"

/* was_seen of a row of reach whose end is `until`: does a reading lie in it? Where "anyone" could read, each counts. */
#define SEEN_UNTIL(until)                                                                                             \
	"CASE WHEN party_id IN (SELECT p.id FROM party p WHERE p.kind = 'anyone') THEN EXISTS (SELECT 1 FROM seen v "      \
	"WHERE v.holding_id = reach.holding_id AND v.at >= reach.from_at AND v.at <= " until ") ELSE EXISTS (SELECT 1 "    \
	"FROM seen v WHERE v.holding_id = reach.holding_id AND v.party_id = reach.party_id AND v.at >= reach.from_at "     \
	"AND v.at <= " until ") END"

/* Readings that were written down before the interval was. */
static NK_RESULT look_back(
	struct nk_tx *tx, struct nk_uuid holding, struct nk_uuid party, nk_time from, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE reach SET was_seen = " SEEN_UNTIL("COALESCE(reach.until_at, 9223372036854775807)")
		" WHERE holding_id = ?1 AND from_at = ?3 AND party_id = ?2",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_uuid(stmt, 2, party);
	nk_stmt_int(stmt, 3, from);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_reach_open(
	struct nk_tx *tx, struct nk_uuid holding, struct nk_uuid party, nk_time from, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	/* What nobody wrote down, nobody allowed. */
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO reach(holding_id, party_id, from_at, warrant_id) SELECT ?1, ?2, ?3, "
		"(SELECT warrant_id FROM holding WHERE id = ?1 AND kind <> 'residue') WHERE NOT EXISTS "
		"(SELECT 1 FROM reach WHERE holding_id = ?1 AND party_id = ?2 AND until_at IS NULL)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_uuid(stmt, 2, party);
	nk_stmt_int(stmt, 3, from);
	NK_TRY(nk_stmt_run(stmt, err));
	return look_back(tx, holding, party, from, err);
}

NK_RESULT nk_reach_note(struct nk_tx *tx, const struct nk_reach *r, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	if (r->from_at <= 0 || (r->until_at != 0 && r->until_at < r->from_at)) {
		return nk_fail(err, NK_INVALID, "who could read it: the end must not be before the beginning");
	}
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO reach(holding_id, party_id, from_at, until_at, warrant_id) VALUES (?1, ?2, ?3, ?4, ?5)", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, r->holding);
	nk_stmt_uuid(stmt, 2, r->party);
	nk_stmt_int(stmt, 3, r->from_at);
	nk_column_bind_time(stmt, 4, r->until_at);
	nk_column_bind_id(stmt, 5, r->warrant);
	NK_TRY(nk_stmt_run(stmt, err));
	return look_back(tx, r->holding, r->party, r->from_at, err);
}

NK_RESULT nk_reach_close(struct nk_tx *tx, struct nk_uuid holding, nk_time until, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE reach SET until_at = ?2, was_seen = " SEEN_UNTIL("?2") " WHERE holding_id = ?1 AND until_at IS NULL",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_int(stmt, 2, until);
	return nk_stmt_run(stmt, err);
}

static NK_RESULT could_read(
	struct nk_store *store, const struct nk_reach *r, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(store,
		"SELECT 1 FROM reach r JOIN party p ON p.id = r.party_id WHERE r.holding_id = ?1 AND (r.party_id = ?2 OR p.kind = 'anyone') "
		"AND r.from_at <= ?3 AND (r.until_at IS NULL OR r.until_at >= ?3)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, r->holding);
	nk_stmt_uuid(stmt, 2, r->party);
	nk_stmt_int(stmt, 3, r->from_at);
	return nk_stmt_step(stmt, out, err);
}

static NK_RESULT mark(struct nk_tx *tx, const struct nk_reach *moment, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE reach SET was_seen = 1 WHERE holding_id = ?1 AND from_at <= ?3 AND (until_at IS NULL OR until_at >= ?3) "
		"AND was_seen = 0 AND (party_id = ?2 OR party_id IN (SELECT p.id FROM party p WHERE p.kind = 'anyone'))",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, moment->holding);
	nk_stmt_uuid(stmt, 2, moment->party);
	nk_stmt_int(stmt, 3, moment->from_at);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_seen_add(struct nk_tx *tx, struct nk_uuid holding, struct nk_uuid party, nk_time at, uint64_t persons,
	struct nk_err *err)
{
	const struct nk_reach moment = { .holding = holding, .party = party, .from_at = at, .until_at = at };
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool could = false;

	if (at <= 0) {
		return nk_fail(err, NK_INVALID, "a reading needs the time at which it was");
	}
	NK_TRY(could_read(nk_tx_store(tx), &moment, &could, err));
	if (!could) {
		NK_TRY(nk_reach_note(tx, &moment, err));
	}
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO seen(holding_id, party_id, at, persons) VALUES (?1, ?2, ?3, ?4)", &stmt, err));
	nk_stmt_uuid(stmt, 1, holding);
	nk_stmt_uuid(stmt, 2, party);
	nk_stmt_int(stmt, 3, at);
	if (persons == UINT64_MAX) {
		nk_stmt_null(stmt, 4);
	} else {
		nk_stmt_int(stmt, 4, nk_i64(persons));
	}
	NK_TRY(nk_stmt_run(stmt, err));
	return mark(tx, &moment, err);
}

NK_RESULT nk_coverage_add(struct nk_tx *tx, const struct nk_coverage *c, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	if (c->from_at <= 0 || c->until_at <= c->from_at) {
		return nk_fail(err, NK_INVALID, "a log covers an interval: its end must be after its beginning");
	}
	if (nk_str_trim(c->why).len == 0) {
		return nk_fail(err, NK_INVALID, "a log is complete or has a gap for a reason: say its source, or what is missing");
	}
	if (c->complete && c->filtered) {
		return nk_fail(err, NK_DENIED,
			"a log of which a part was chosen can never be complete: what was left out is not known");
	}
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO coverage(holding_id, from_at, until_at, complete, why, evidence_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, c->holding);
	nk_stmt_int(stmt, 2, c->from_at);
	nk_stmt_int(stmt, 3, c->until_at);
	nk_stmt_int(stmt, 4, c->complete ? 1 : 0);
	nk_stmt_text(stmt, 5, c->why);
	nk_column_bind_id(stmt, 6, c->evidence);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_derived_add(struct nk_tx *tx, struct nk_uuid child, struct nk_uuid parent, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO derived(child_id, parent_id) VALUES (?1, ?2) ON CONFLICT (child_id, parent_id) DO NOTHING", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, child);
	nk_stmt_uuid(stmt, 2, parent);
	return nk_stmt_run(stmt, err);
}
