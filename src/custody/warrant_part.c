/*
 * warrant_part.c: the steps in a warrant's life, one table of them: who may, in which state, and what comes of it.
 *
 * Invariant (I4): in one warrant a party is on one side: it asks, carries out and reports, or it signs, refuses, revokes
 * and accepts. Looked at here for a clear word; the keys and checks of warrant_side and warrant_part hold it anyway.
 */
#include "base.h"

#include "custody.h"

#include "column_int.h"
#include "warrant_int.h"

enum { PARTS_MAX = 1000000, NEEDS_MAX = 16 };

enum { REQUESTED = 1, GRANTED = 2, SPENT = 4, REPORTED = 8 };

struct step {
	const char *name;
	bool judges;
	unsigned from; /* states in which it can be done */
	const char *to; /* NULL: the step says itself */
};

static const struct step steps[NK_PART_COUNT] = {
	[NK_PART_REQUEST] = { "request", false, 0, NULL },
	[NK_PART_SIGN] = { "sign", true, REQUESTED, NULL },
	[NK_PART_REFUSE] = { "refuse", true, REQUESTED | REPORTED, "refused" },
	[NK_PART_REVOKE] = { "revoke", true, REQUESTED | GRANTED | SPENT, "revoked" },
	[NK_PART_USE] = { "use", false, GRANTED, NULL },
	[NK_PART_REPORT] = { "report", false, GRANTED | SPENT, "reported" },
	[NK_PART_ACCEPT] = { "accept", true, REPORTED, "accepted" },
};

const char *nk_part_name(enum nk_part p)
{
	nk_assert(p < NK_PART_COUNT);
	return steps[p].name;
}

static unsigned state_bit(struct nk_str state)
{
	static const struct {
		const char *word;
		unsigned bit;
	} states[] = { { "requested", REQUESTED }, { "granted", GRANTED }, { "spent", SPENT }, { "reported", REPORTED } };

	for (size_t i = 0; i < NK_ARRAY_LEN(states); i++) {
		if (nk_str_eq(state, nk_str_c(states[i].word))) {
			return states[i].bit;
		}
	}
	return 0;
}

NK_RESULT nk_warrant_side_put(struct nk_tx *tx, struct nk_uuid id, const struct nk_warrant_part *part,
	struct nk_str limitation, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO warrant_side(warrant_id, party_id, side, limitation) VALUES (?1, ?2, ?3, ?4)", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_uuid(stmt, 2, part->party);
	nk_stmt_text(stmt, 3, part->side);
	nk_stmt_text(stmt, 4, limitation);
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_warrant_part_put(
	struct nk_tx *tx, struct nk_uuid id, const struct nk_warrant_part *part, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO warrant_part(warrant_id, party_id, side, part, role, statement, at, leaf) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_uuid(stmt, 2, part->party);
	nk_stmt_text(stmt, 3, part->side);
	nk_stmt_text(stmt, 4, nk_str_c(steps[part->part].name));
	nk_stmt_text(stmt, 5, part->role);
	if (part->statement.len > 0) {
		nk_stmt_blob(stmt, 6, part->statement);
	} else {
		nk_stmt_null(stmt, 6);
	}
	nk_stmt_int(stmt, 7, part->at);
	if (part->leaf >= 0) {
		nk_stmt_int(stmt, 8, part->leaf);
	} else {
		nk_stmt_null(stmt, 8);
	}
	return nk_stmt_run(stmt, err);
}

NK_RESULT nk_warrant_side_of(
	struct nk_store *store, struct nk_uuid id, struct nk_uuid party, const char **out, struct nk_err *err)
{
	static const char *const words[] = { "does", "judges", "both" };
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool found = false;

	*out = "";
	NK_TRY(nk_stmt_get(
		store, "SELECT side FROM warrant_side WHERE warrant_id = ?1 AND party_id = ?2", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_uuid(stmt, 2, party);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	for (size_t i = 0; found && i < NK_ARRAY_LEN(words); i++) {
		if (nk_str_eq(nk_col_text(stmt, 0), nk_str_c(words[i]))) {
			*out = words[i];
		}
	}
	return nk_done();
}

/* The party's side in this warrant: the one it has, or the one of this step from now on. */
static NK_RESULT stand(struct nk_tx *tx, struct nk_uuid id, struct nk_warrant_part *part, struct nk_err *err)
{
	const bool judges = steps[part->part].judges;
	const char *side = "";

	NK_TRY(nk_warrant_side_of(nk_tx_store(tx), id, part->party, &side, err));
	if (judges && strcmp(side, "does") == 0) {
		return nk_fail(err, NK_DENIED,
			"who asks for a warrant or carries it out does not sign or judge it; another party must");
	}
	if (!judges && strcmp(side, "judges") == 0) {
		return nk_fail(
			err, NK_DENIED, "who signed a warrant does not carry it out; another party must do it");
	}
	if (side[0] != '\0') {
		part->side = nk_str_c(side);
		return nk_done();
	}
	if (part->part == NK_PART_REPORT) {
		return nk_fail(err, NK_DENIED, "only who asked for a warrant or used it reports the work");
	}
	part->side = judges ? NK_STR("judges") : NK_STR("does");
	return nk_warrant_side_put(tx, id, part, NK_STR(""), err);
}

static NK_RESULT may_sign(
	struct nk_tx *tx, struct nk_uuid id, const struct nk_warrant_part *part, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool found = false;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"SELECT role FROM warrant_part WHERE warrant_id = ?1 AND part = 'sign' AND (role = ?2 OR party_id = ?3)", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_text(stmt, 2, part->role);
	nk_stmt_uuid(stmt, 3, part->party);
	NK_TRY(nk_stmt_step(stmt, &found, err));
	if (!found) {
		return nk_done();
	}
	return nk_str_eq(nk_col_text(stmt, 0), part->role)
		? nk_fail(err, NK_EXISTS, "the warrant is signed in this role already")
		: nk_fail(err, NK_DENIED, "this party has signed in another role; each role needs a party of its own");
}

static NK_RESULT use_state(const struct nk_warrant *w, struct nk_err *err)
{
	if (nk_str_eq(w->state, NK_STR("requested")) || nk_uuid_is_nil(w->signer)) {
		return nk_fail(err, NK_DENIED, "the warrant is not signed yet; another party must sign it");
	}
	if (w->uses_left == 0 || nk_str_eq(w->state, NK_STR("spent"))) {
		return nk_fail(err, NK_DENIED, "the warrant is used up; ask for a new one");
	}
	if (!nk_str_eq(w->state, NK_STR("granted"))) {
		return nk_fail(err, NK_DENIED, "the warrant was refused, revoked or reported as done; ask for a new one");
	}
	return nk_done();
}

static NK_RESULT wrong_state(const struct nk_warrant *w, enum nk_part part, struct nk_err *err)
{
	if (part == NK_PART_SIGN && nk_str_eq(w->state, NK_STR("granted"))) {
		return nk_fail(err, NK_EXISTS, "the warrant is signed already");
	}
	if (part == NK_PART_SIGN) {
		return nk_fail(err, NK_DENIED, "the warrant waits for no signature: it was refused, revoked or used");
	}
	if (part == NK_PART_ACCEPT) {
		return nk_fail(err, NK_DENIED, "there is no report that waits; the work has to be reported first");
	}
	if (part == NK_PART_REPORT) {
		return nk_fail(err, NK_DENIED, "only work under a granted warrant can be reported, and only once");
	}
	return nk_fail(err, NK_DENIED, "the warrant has come too far for this: look at its state");
}

static NK_RESULT may(const struct nk_warrant *w, const struct nk_warrant_part *part, struct nk_err *err)
{
	const struct step *const s = &steps[part->part];

	if (part->part == NK_PART_USE) {
		NK_TRY(use_state(w, err));
		if (part->at < w->from_at) {
			return nk_fail(err, NK_DENIED,
				"the warrant does not hold yet; look at the day from which it holds");
		}
	} else if ((state_bit(w->state) & s->from) == 0) {
		return wrong_state(w, part->part, err);
	}
	if ((part->part == NK_PART_USE || part->part == NK_PART_SIGN) && part->at >= w->until_at) {
		return nk_fail(err, NK_DENIED, "the warrant has expired; ask for a new one");
	}
	if (s->judges && !nk_words_have(w->needs, part->role)) {
		return nk_fail(err, NK_DENIED, "the warrant does not need anybody in this role");
	}
	if (part->part == NK_PART_SIGN && part->statement.len == 0) {
		return nk_fail(err, NK_INVALID, "signing a warrant needs a signature");
	}
	return nk_done();
}

static NK_RESULT all_signed(struct nk_tx *tx, const struct nk_warrant *w, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_str rest = w->needs;
	struct nk_str role;
	bool found = true;
	size_t n = 0;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"SELECT 1 FROM warrant_part WHERE warrant_id = ?1 AND part = 'sign' AND role = ?2", &stmt, err));
	while (found && n < NEEDS_MAX && nk_str_cut(&rest, ',', &role)) {
		nk_stmt_rewind(stmt);
		nk_stmt_uuid(stmt, 1, w->id);
		nk_stmt_text(stmt, 2, nk_str_trim(role));
		NK_TRY(nk_stmt_step(stmt, &found, err));
		n++;
	}
	*out = found && n > 0 && rest.len == 0;
	return nk_done();
}

static NK_RESULT set_state(struct nk_tx *tx, struct nk_uuid id, const char *state, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE warrant SET state = ?2 WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_text(stmt, 2, nk_str_c(state));
	return nk_stmt_run(stmt, err);
}

static NK_RESULT after_sign(
	struct nk_tx *tx, const struct nk_warrant *w, const struct nk_warrant_part *part, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool all = false;

	NK_TRY(all_signed(tx, w, &all, err));
	if (!all) {
		return nk_done();
	}
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE warrant SET signer_id = ?2, signature = ?3, state = 'granted' WHERE id = ?1 AND signer_id IS NULL", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, w->id);
	nk_stmt_uuid(stmt, 2, part->party);
	nk_stmt_blob(stmt, 3, part->statement);
	return nk_stmt_run(stmt, err);
}

static NK_RESULT after_use(struct nk_tx *tx, const struct nk_warrant *w, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "UPDATE warrant SET uses_left = uses_left - 1 WHERE id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, w->id);
	NK_TRY(nk_stmt_run(stmt, err));
	return w->uses_left == 1 ? set_state(tx, w->id, "spent", err) : nk_done();
}

/* A report that is refused has to be made again; the warrant itself stays used as it was. */
static NK_RESULT after(
	struct nk_tx *tx, const struct nk_warrant *w, const struct nk_warrant_part *part, struct nk_err *err)
{
	if (part->part == NK_PART_SIGN) {
		return after_sign(tx, w, part, err);
	}
	if (part->part == NK_PART_USE) {
		return after_use(tx, w, err);
	}
	if (part->part == NK_PART_REFUSE && nk_str_eq(w->state, NK_STR("reported"))) {
		return set_state(tx, w->id, "spent", err);
	}
	return set_state(tx, w->id, steps[part->part].to, err);
}

NK_RESULT nk_warrant_step(
	struct nk_tx *tx, struct nk_uuid id, const struct nk_warrant_part *part, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_warrant_part row = *part;
	struct nk_warrant w;

	nk_assert(part->part != NK_PART_REQUEST && part->part < NK_PART_COUNT);
	if (nk_uuid_is_nil(part->party)) {
		return nk_fail(err, NK_INVALID, "every step of a warrant is somebody's; who is it?");
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	NK_TRY(nk_warrant_get(nk_tx_store(tx), id, arena, &w, err));
	NK_TRY(may(&w, part, err));
	if (part->part == NK_PART_SIGN) {
		NK_TRY(may_sign(tx, id, part, err));
	}
	NK_TRY(stand(tx, id, &row, err));
	NK_TRY(nk_warrant_part_put(tx, id, &row, err));
	return after(tx, &w, &row, err);
}

NK_RESULT nk_warrant_use(
	struct nk_tx *tx, struct nk_uuid id, struct nk_uuid executor, nk_time now, struct nk_err *err)
{
	const struct nk_warrant_part part = { .part = NK_PART_USE, .party = executor, .at = now, .leaf = -1 };

	return nk_warrant_step(tx, id, &part, err);
}

static bool part_by_name(struct nk_str name, enum nk_part *out)
{
	for (unsigned p = 0; p < NK_PART_COUNT; p++) {
		if (nk_str_eq(name, nk_str_c(steps[p].name))) {
			*out = (enum nk_part)p;
			return true;
		}
	}
	return false;
}

static NK_RESULT take_part(
	const struct nk_stmt *stmt, struct nk_arena *arena, struct nk_warrant_part *out, struct nk_err *err)
{
	*out = (struct nk_warrant_part){ .at = nk_col_int(stmt, 5),
		.leaf = nk_col_is_null(stmt, 6) ? -1 : nk_col_int(stmt, 6) };
	if (!part_by_name(nk_col_text(stmt, 2), &out->part)) {
		return nk_fail(err, NK_CORRUPT, "table warrant_part: a row is damaged; restore the store from a backup");
	}
	NK_TRY(nk_column_id(stmt, 0, "warrant_part", &out->party, err));
	NK_TRY(nk_column_text(stmt, 1, arena, &out->side, err));
	NK_TRY(nk_column_text(stmt, 3, arena, &out->role, err));
	return nk_column_blob(stmt, 4, arena, &out->statement, err);
}

NK_RESULT nk_warrant_parts(struct nk_store *store, struct nk_uuid id, struct nk_arena *arena,
	struct nk_warrant_part **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_warrant_part), PARTS_MAX);
	NK_TRY(nk_stmt_get(store,
		"SELECT party_id, side, part, role, statement, at, leaf FROM warrant_part WHERE warrant_id = ?1 ORDER BY rowid", &stmt,
		err));
	nk_stmt_uuid(stmt, 1, id);
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_part(stmt, arena, item, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	NK_TRY(nk_column_list(&rows, arena, out, err));
	*out_n = rows.len;
	return nk_done();
}
