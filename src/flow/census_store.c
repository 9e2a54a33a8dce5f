/*
 * census_store.c: what was decided about accounts that were there before us: rows are added, never changed.
 *
 * A row holds no name: the account's anchor, which the target gave it at random, keyed with the house's digest key.
 */
#include "base.h"
#include "census_int.h"

enum { WHAT_BITS = 8 };

static const char *const names[NK_DECISION_COUNT] = { "", "adopt", "ignore", "service", "shared", "erase-later" };

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

NK_RESULT nk_decisions_open(struct nk_flow *flow, struct nk_uuid target, struct nk_decisions *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	uint8_t seed[16];
	bool have = true;

	*out = (struct nk_decisions){ .target = target, .key = flow->key[NK_HOUSE_DIGEST] };
	NK_TRY(nk_random(flow->env, seed, sizeof(seed), err));
	nk_map_init(&out->map, seed);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, SIZE_MAX / 2, &out->kept, err));
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT entry, what, decided_at FROM census_decision WHERE target_id = ?1 ORDER BY decided_at", &s, err));
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
	}
}

void nk_decisions_done(struct nk_decisions *d)
{
	nk_map_done(&d->map);
	nk_arena_free(&d->kept);
}

enum nk_decision nk_decisions_of(const struct nk_decisions *d, struct nk_str anchor, nk_time *out_at)
{
	struct nk_hash mac;
	uint64_t value = 0;

	nk_census_mac(d, anchor, &mac);
	if (!nk_map_get(&d->map, nk_bytes_of(mac.b, NK_HASH_LEN), &value)) {
		return NK_DECISION_NONE;
	}
	if (out_at != NULL) {
		*out_at = nk_i64(value >> WHAT_BITS);
	}
	return (enum nk_decision)(value & ((1U << WHAT_BITS) - 1));
}

bool nk_decisions_kept(const void *arg, struct nk_str anchor)
{
	const enum nk_decision d = nk_decisions_of(arg, anchor, NULL);

	return d != NK_DECISION_NONE && d != NK_DECISION_ADOPT;
}

NK_RESULT nk_decision_put(struct nk_flow *flow, struct nk_tx *tx, const struct nk_decisions *d, struct nk_str anchor,
	enum nk_decision what, uint32_t person, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_hash mac;

	nk_census_mac(d, anchor, &mac);
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO census_decision(target_id, entry, what, person_number, decided_at, decided_by) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		&s, err));
	nk_stmt_uuid(s, 1, d->target);
	nk_stmt_blob(s, 2, nk_bytes_of(mac.b, NK_HASH_LEN));
	nk_stmt_text(s, 3, nk_str_c(nk_decision_name(what)));
	nk_stmt_int(s, 4, person);
	nk_stmt_int(s, 5, nk_now(flow->env));
	nk_stmt_uuid(s, 6, flow->actor);
	return nk_stmt_run(s, err);
}
