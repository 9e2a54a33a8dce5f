/*
 * holding.c: copies of data about persons: opened before the copy exists, closed by evidence.
 *
 * Invariants: I2, no holding without custodian, purpose, warrant that holds, expiry and closing duty; I3, kinds under
 * dual control close only when a second party has checked.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"
#include "holding_int.h"

enum { HOLDINGS_MAX = 10000000 };

#define COLUMNS                                                                                                       \
	"SELECT id, kind, place, custodian_id, purpose, warrant_id, derived_from, opened_at, expires_at, "                \
	"COALESCE(closed_at, 0), gone, was_read, existence, place_box, checked_by FROM holding "

struct kind_row {
	const char *name;
	const char *summary;
	bool dual;
};

static const struct kind_row kinds[] = {
#define ROW(name, dual, summary) [NK_HOLDING_##name] = { #name, NK_N(summary), dual },
#include "holdings.inc"
#undef ROW
};
_Static_assert(NK_ARRAY_LEN(kinds) == NK_HOLDING_KIND_COUNT, "a row for every kind");

static const char *const gone_names[] = {
	[NK_GONE_OPEN] = "open",
	[NK_GONE_VERIFIED] = "verified",
	[NK_GONE_UNVERIFIED] = "unverified",
	[NK_GONE_LOST] = "lost",
	[NK_GONE_UNACCOUNTED] = "unaccounted",
};
_Static_assert(NK_ARRAY_LEN(gone_names) == NK_GONE_COUNT, "a word for every end");

const char *nk_holding_kind_name(enum nk_holding_kind k)
{
	nk_assert(k < NK_HOLDING_KIND_COUNT);
	return kinds[k].name;
}

const char *nk_holding_kind_summary(enum nk_holding_kind k)
{
	nk_assert(k < NK_HOLDING_KIND_COUNT);
	return kinds[k].summary;
}

bool nk_holding_kind_dual(enum nk_holding_kind k)
{
	nk_assert(k < NK_HOLDING_KIND_COUNT);
	return kinds[k].dual;
}

const char *nk_gone_name(enum nk_gone g)
{
	nk_assert(g < NK_GONE_COUNT);
	return gone_names[g];
}

const char *nk_holding_gone(const struct nk_holding *h)
{
	const bool alone = nk_uuid_is_nil(h->checked_by) || nk_uuid_eq(h->checked_by, h->custodian);

	return h->gone == NK_GONE_VERIFIED && alone ? NK_N("destroyed") : nk_gone_name(h->gone);
}

bool nk_holding_kind_of(struct nk_str name, enum nk_holding_kind *out)
{
	for (unsigned k = 0; k < NK_HOLDING_KIND_COUNT; k++) {
		if (nk_str_eq(name, nk_str_c(kinds[k].name))) {
			*out = (enum nk_holding_kind)k;
			return true;
		}
	}
	return false;
}

bool nk_gone_of(struct nk_str name, enum nk_gone *out)
{
	for (unsigned g = 0; g < NK_GONE_COUNT; g++) {
		if (nk_str_eq(name, nk_str_c(gone_names[g]))) {
			*out = (enum nk_gone)g;
			return true;
		}
	}
	return false;
}

static NK_RESULT check(const struct nk_holding *h, struct nk_err *err)
{
	const char *missing = NULL;

	if (nk_uuid_is_nil(h->custodian)) {
		missing = "custodian";
	} else if (h->purpose.len == 0) {
		missing = "purpose";
	} else if (nk_uuid_is_nil(h->warrant)) {
		missing = "warrant";
	} else if (h->place.len == 0) {
		missing = "place";
	} else if (h->expires_at == 0) {
		missing = "expires_at";
	}
	if (missing != NULL) {
		return nk_fail(err, NK_INVALID, "a holding cannot be opened without \"%s\"", missing);
	}
	if (h->opened_at <= 0 || h->expires_at <= h->opened_at) {
		return nk_fail(err, NK_INVALID, "a holding must expire after it was opened");
	}
	return nk_done();
}

/* The copy may only come to be under a warrant that is signed and holds at that moment. */
static NK_RESULT check_warrant(struct nk_tx *tx, const struct nk_holding *h, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];
	bool found = false;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"SELECT id FROM warrant WHERE id = ?1 AND signer_id IS NOT NULL AND state IN ('granted', 'spent') AND from_at <= ?2 AND until_at > ?2",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, h->warrant);
	nk_stmt_int(stmt, 2, h->opened_at);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_fail(err, NK_DENIED,
			"warrant %s is not signed or does not hold at this time; have one signed",
			nk_uuid_print(h->warrant, text));
	}
	return nk_done();
}

static struct nk_column_box box_of(const struct nk_key *key, struct nk_uuid id)
{
	return (struct nk_column_box){ key, "place", id, PATH_MAX };
}

static NK_RESULT seal_place(const struct nk_env *env, const struct nk_key *key, struct nk_uuid id, struct nk_str place,
	struct nk_buf *out, struct nk_err *err)
{
	const struct nk_column_box box = box_of(key, id);

	return nk_column_seal(env, &box, nk_str_bytes(place), out, err);
}

NK_RESULT nk_holding_place(const struct nk_key *key, struct nk_uuid id, const struct nk_stmt *stmt,
	const struct nk_holding_columns *at, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	const struct nk_column_box box = box_of(key, id);
	struct nk_bytes plain = { 0 };

	if (nk_col_is_null(stmt, at->box)) { /* of before 0007 */
		return nk_column_text(stmt, at->place, arena, out, err);
	}
	*out = NK_STR("");
	if (key == NULL) {
		return nk_done();
	}
	NK_TRY(nk_column_unseal(&box, nk_col_blob(stmt, at->box), arena, &plain, err));
	*out = nk_bytes_str(plain);
	return nk_done();
}

const char *nk_holding_about(struct nk_uuid id, char out[static NK_HOLDING_ABOUT])
{
	char text[NK_UUID_TEXT];

	(void)snprintf(out, NK_HOLDING_ABOUT, "holding:%s", nk_uuid_print(id, text));
	return out;
}

NK_RESULT nk_holding_open(struct nk_tx *tx, const struct nk_key *place_key, const struct nk_holding *h,
	struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf place = { 0 };
	struct nk_duty duty = { .kind = NK_STR("close-holding"), .owner = h->custodian, .due_at = h->expires_at };
	char about[NK_HOLDING_ABOUT];
	struct nk_uuid duty_id;
	struct nk_uuid id;

	NK_TRY(check(h, err));
	NK_TRY(check_warrant(tx, h, err));
	NK_TRY(nk_uuid_new(nk_store_env(nk_tx_store(tx)), &id, err));
	NK_TRY(seal_place(nk_store_env(nk_tx_store(tx)), place_key, id, h->place, &place, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO holding(id, kind, place, custodian_id, purpose, warrant_id, derived_from, opened_at, expires_at, gone, was_read, "
		"existence, place_box, persons, persons_max) VALUES (?1, ?2, '', ?4, ?5, ?6, ?7, ?8, ?9, 'open', ?10, ?11, ?3, 0, 0)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_text(stmt, 2, nk_str_c(nk_holding_kind_name(h->kind)));
	nk_stmt_blob(stmt, 3, nk_buf_bytes(&place));
	nk_stmt_uuid(stmt, 4, h->custodian);
	nk_stmt_text(stmt, 5, h->purpose);
	nk_stmt_uuid(stmt, 6, h->warrant);
	nk_column_bind_id(stmt, 7, h->derived_from);
	nk_stmt_int(stmt, 8, h->opened_at);
	nk_stmt_int(stmt, 9, h->expires_at);
	/* I10: not said means not known. */
	nk_stmt_text(stmt, 10, h->was_read[0] == '\0' ? NK_STR("unknown") : nk_str_c(h->was_read));
	nk_stmt_text(stmt, 11, h->possible ? NK_STR("possible") : NK_STR("certain"));
	NK_TRY(nk_stmt_run(stmt, err));
	/* I2: somebody can read it from the start, and is written down. */
	NK_TRY(nk_reach_open(tx, id, h->custodian, h->opened_at, err));
	duty.holding = id;
	duty.about = nk_str_c(nk_holding_about(id, about));
	NK_TRY(nk_duty_add(tx, &duty, &duty_id, err));
	*out_id = id;
	return nk_done();
}

static NK_RESULT take_row(const struct nk_stmt *stmt, const struct nk_key *place_key, struct nk_arena *arena,
	struct nk_holding *out, struct nk_err *err)
{
	const struct nk_holding_columns at = { .place = 2, .box = 13 };
	const struct nk_str was_read = nk_col_text(stmt, 11);

	*out = (struct nk_holding){
		.derived_from = nk_column_id_or_nil(stmt, 6),
		.opened_at = nk_col_int(stmt, 7),
		.expires_at = nk_col_int(stmt, 8),
		.closed_at = nk_col_int(stmt, 9),
		.possible = nk_str_eq(nk_col_text(stmt, 12), NK_STR("possible")),
		.checked_by = nk_column_id_or_nil(stmt, 14),
	};
	NK_TRY(nk_column_id(stmt, 0, "holding", &out->id, err));
	NK_TRY(nk_column_id(stmt, 3, "holding", &out->custodian, err));
	NK_TRY(nk_column_id(stmt, 5, "holding", &out->warrant, err));
	if (!nk_holding_kind_of(nk_col_text(stmt, 1), &out->kind) || !nk_gone_of(nk_col_text(stmt, 10), &out->gone) ||
		was_read.len >= sizeof(out->was_read)) {
		return nk_fail(err, NK_CORRUPT,
			"table holding: a row has a kind or a state that this version does not know");
	}
	memcpy(out->was_read, was_read.ptr, was_read.len);
	NK_TRY(nk_holding_place(place_key, out->id, stmt, &at, arena, &out->place, err));
	return nk_column_text(stmt, 4, arena, &out->purpose, err);
}

NK_RESULT nk_holding_get(struct nk_store *store, const struct nk_key *place_key, struct nk_uuid id,
	struct nk_arena *arena, struct nk_holding *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	char text[NK_UUID_TEXT];
	bool found = false;

	NK_TRY(nk_stmt_get(store, COLUMNS "WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_fail(err, NK_NOT_FOUND, "there is no holding %s", nk_uuid_print(id, text));
	}
	return take_row(stmt, place_key, arena, out, err);
}

NK_RESULT nk_holding_list(struct nk_store *store, const struct nk_key *place_key, bool only_open,
	struct nk_arena *arena, struct nk_holding **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_holding), HOLDINGS_MAX);
	NK_TRY(nk_stmt_get(
		store, COLUMNS "WHERE ?1 = 0 OR closed_at IS NULL ORDER BY opened_at, rowid", &stmt, err));
	nk_stmt_int(stmt, 1, only_open ? 1 : 0);
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_row(stmt, place_key, arena, item, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	NK_TRY(nk_column_list(&rows, arena, out, err));
	*out_n = rows.len;
	return nk_done();
}

static NK_RESULT may_close(
	const struct nk_holding *h, struct nk_uuid evidence, struct nk_uuid checked_by, struct nk_err *err)
{
	char text[NK_UUID_TEXT];

	if (h->closed_at != 0) {
		return nk_fail(err, NK_CONFLICT, "holding %s is closed already", nk_uuid_print(h->id, text));
	}
	if (nk_uuid_is_nil(evidence)) {
		return nk_fail(err, NK_DENIED, "holding %s closes only by evidence", nk_uuid_print(h->id, text));
	}
	if (kinds[h->kind].dual && (nk_uuid_is_nil(checked_by) || nk_uuid_eq(checked_by, h->custodian))) {
		return nk_fail(err, NK_DENIED,
			"holding %s is under dual control: a second party, not its custodian, must check that it is gone",
			nk_uuid_print(h->id, text));
	}
	return nk_done();
}

static NK_RESULT close_duty(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid evidence, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE duty SET closed_at = ?2, evidence_id = ?3 WHERE holding_id = ?1 AND kind = 'close-holding' AND closed_at IS NULL",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_int(stmt, 2, now);
	nk_stmt_uuid(stmt, 3, evidence);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_holding_close(struct nk_tx *tx, struct nk_uuid id, enum nk_gone gone, struct nk_uuid evidence,
	struct nk_uuid checked_by, nk_time now, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_holding h;

	if (gone == NK_GONE_OPEN || gone >= NK_GONE_COUNT || now <= 0) {
		return nk_fail(err, NK_INVALID, "a holding closes as verified, unverified, lost or unaccounted");
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 65536, &arena, err));
	NK_TRY(nk_holding_get(nk_tx_store(tx), NULL, id, arena, &h, err));
	NK_TRY(may_close(&h, evidence, checked_by, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE holding SET closed_at = ?2, gone = ?3, checked_by = ?4 WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_int(stmt, 2, now);
	nk_stmt_text(stmt, 3, nk_str_c(nk_gone_name(gone)));
	nk_column_bind_id(stmt, 4, checked_by);
	NK_TRY(nk_stmt_run(stmt, err));
	if (gone == NK_GONE_VERIFIED || gone == NK_GONE_UNVERIFIED) {
		NK_TRY(nk_reach_close(tx, id, now, err));
	}
	return close_duty(tx, id, evidence, now, err);
}

static NK_RESULT seal_one(struct nk_tx *tx, const struct nk_key *key, const struct nk_holding *h, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf place = { 0 };

	NK_TRY(seal_place(nk_store_env(nk_tx_store(tx)), key, h->id, h->place, &place, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE holding SET place = '', place_box = ?2 WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, h->id);
	nk_stmt_blob(stmt, 2, nk_buf_bytes(&place));
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_holding_seal_places(struct nk_tx *tx, const struct nk_key *place_key, uint64_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool more = false;

	*out_n = 0;
	for (;;) { /* one by one: a statement that is being read sees no row change under it */
		struct nk_holding h;

		NK_TRY(nk_arena_new(NK_ARENA_WIPING, 65536, &arena, err));
		NK_TRY(nk_stmt_get(nk_tx_store(tx), COLUMNS "WHERE place_box IS NULL LIMIT 1", &stmt, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
		if (!more) {
			return nk_done();
		}
		NK_TRY(take_row(stmt, NULL, arena, &h, err));
		nk_stmt_put(&stmt);
		NK_TRY(seal_one(tx, place_key, &h, err));
		nk_arena_free(&arena);
		(*out_n)++;
	}
}
