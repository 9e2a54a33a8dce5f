/*
 * census_store.c: what was decided about accounts that were there before us: rows are added, never changed.
 *
 * A row holds no name: the account's anchor, which the target gave it at random, keyed with the house's digest key.
 */
#include "base.h"
#include "census_int.h"

enum { WHAT_BITS = 8 };

static const char *const names[NK_DECISION_COUNT] = { "", "adopt", "ignore", "service", "shared", "erase-later", "erased",
	"gone" };

const char *nk_decision_name(enum nk_decision d)
{
	return names[d];
}

bool nk_decision_of(struct nk_str word, enum nk_decision *out)
{
	for (size_t i = NK_DECISION_ADOPT; i < NK_DECISION_COUNT; i++) {
		if (nk_str_eq(word, nk_str_c(names[i]))) {
			*out = (enum nk_decision)i;
			return true;
		}
	}
	return false;
}

void nk_census_mac(const struct nk_decisions *d, struct nk_str anchor, struct nk_hash *out)
{
	char low[128];
	const size_t n = anchor.len < sizeof(low) ? anchor.len : sizeof(low);
	struct nk_bytes parts[3] = { nk_str_bytes(NK_STR("census")), nk_bytes_of(d->target.b, sizeof(d->target.b)),
		nk_bytes_of(low, n) };

	for (size_t i = 0; i < n; i++) {
		low[i] = anchor.ptr[i] >= 'A' && anchor.ptr[i] <= 'Z' ? (char)(anchor.ptr[i] - 'A' + 'a') : anchor.ptr[i];
	}
	nk_blake(d->key, parts, NK_ARRAY_LEN(parts), out);
}

/* A decision of before 0010, or without a day: the days of grace that a leaver has. */
static int64_t due_of(const struct nk_flow *flow, int64_t day, nk_time decided_at)
{
	return day != 0 ? day : nk_time_day(decided_at, (int)flow->config->tz_minutes) + (int64_t)flow->config->grace_days;
}

NK_RESULT nk_decisions_open(struct nk_flow *flow, struct nk_uuid target, struct nk_decisions *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	uint8_t seed[16];
	bool have = true;

	*out = (struct nk_decisions){ .target = target, .key = flow->key[NK_HOUSE_DIGEST], .today = nk_flow_today(flow) };
	NK_TRY(nk_random(flow->env, seed, sizeof(seed), err));
	nk_map_init(&out->map, seed);
	nk_map_init(&out->due, seed);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, SIZE_MAX / 2, &out->kept, err));
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT entry, what, decided_at, due_on FROM census_decision WHERE target_id = ?1 ORDER BY decided_at, rowid", &s, err));
	nk_stmt_uuid(s, 1, target);
	for (;;) {
		enum nk_decision what = NK_DECISION_NONE;
		struct nk_str entry;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			return nk_done();
		}
		if (!nk_decision_of(nk_col_text(s, 1), &what) || nk_col_blob(s, 0).len != NK_HASH_LEN) {
			return nk_fail(err, NK_CORRUPT, NK_N("a row of table census_decision is damaged"));
		}
		NK_TRY(nk_arena_dup(out->kept, nk_bytes_str(nk_col_blob(s, 0)), &entry, err));
		NK_TRY(nk_map_put(
			&out->map, nk_str_bytes(entry), (nk_u64(nk_col_int(s, 2)) << WHAT_BITS) | (uint64_t)what, err));
		if (what == NK_DECISION_ERASE_LATER) {
			NK_TRY(nk_map_put(&out->due, nk_str_bytes(entry), nk_u64(due_of(flow, nk_col_int(s, 3), nk_col_int(s, 2))), err));
		}
	}
}

void nk_decisions_done(struct nk_decisions *d)
{
	nk_map_done(&d->map);
	nk_map_done(&d->due);
	nk_arena_free(&d->kept);
}

enum nk_decision nk_decisions_at(const struct nk_decisions *d, const struct nk_hash *entry, nk_time *out_at)
{
	uint64_t value = 0;

	if (!nk_map_get(&d->map, nk_bytes_of(entry->b, NK_HASH_LEN), &value)) {
		return NK_DECISION_NONE;
	}
	if (out_at != NULL) {
		*out_at = nk_i64(value >> WHAT_BITS);
	}
	return (enum nk_decision)(value & ((1U << WHAT_BITS) - 1));
}

enum nk_decision nk_decisions_of(const struct nk_decisions *d, struct nk_str anchor, nk_time *out_at)
{
	struct nk_hash mac;

	nk_census_mac(d, anchor, &mac);
	return nk_decisions_at(d, &mac, out_at);
}

nk_date nk_decisions_due_on(const struct nk_decisions *d, struct nk_str anchor)
{
	struct nk_hash mac;
	uint64_t day = 0;

	nk_census_mac(d, anchor, &mac);
	return nk_decisions_of(d, anchor, NULL) == NK_DECISION_ERASE_LATER &&
			nk_map_get(&d->due, nk_bytes_of(mac.b, NK_HASH_LEN), &day)
		? (nk_date)nk_i64(day)
		: 0;
}

bool nk_decisions_due(const void *arg, struct nk_str anchor)
{
	const struct nk_decisions *const d = arg;
	const nk_date day = nk_decisions_due_on(d, anchor);

	return day != 0 && day <= d->today;
}

bool nk_decisions_kept(const void *arg, struct nk_str anchor)
{
	const enum nk_decision d = nk_decisions_of(arg, anchor, NULL);

	return d != NK_DECISION_NONE && d != NK_DECISION_ADOPT && !nk_decisions_due(arg, anchor);
}

NK_RESULT nk_decision_put(
	struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid target, const struct nk_decided *d, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_leaf_item items[3] = { nk_item_text("decision", nk_str_c(nk_decision_name(d->what))),
		nk_item_hex("entry", d->entry.b, NK_HASH_LEN), nk_item_hex("target", target.b, sizeof(target.b)) };

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO census_decision(target_id, entry, what, person_number, decided_at, decided_by, due_on) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		&s, err));
	nk_stmt_uuid(s, 1, target);
	nk_stmt_blob(s, 2, nk_bytes_of(d->entry.b, NK_HASH_LEN));
	nk_stmt_text(s, 3, nk_str_c(nk_decision_name(d->what)));
	nk_stmt_int(s, 4, d->person);
	nk_stmt_int(s, 5, nk_now(flow->env));
	nk_stmt_uuid(s, 6, flow->actor);
	nk_stmt_int(s, 7, d->what == NK_DECISION_ERASE_LATER ? due_of(flow, d->due_on, nk_now(flow->env)) : 0);
	NK_TRY(nk_stmt_run(s, err));
	return nk_flow_leaf(flow, tx, NK_LEAF_CENSUS, items, NK_ARRAY_LEN(items), NULL, err);
}
