/*
 * hold.c: copies of data about persons outside the store: a descriptor comes only together with its holding.
 *
 * I1, I2: holding, extent, reach, closing duty and leaf are committed before the file exists; until the copy is kept
 * or gone, table copy_open says so, so that a start after a cut-off run finds and removes it. What was there
 * before is never overwritten nor removed.
 */
#include "base.h"
#include "measures_int.h"

#include "hold_int.h"

struct nk_hold {
	struct nk_flow *flow;
	struct nk_uuid id;
	enum nk_holding_kind kind;
	int fd;
	char path[PATH_MAX]; /* "": a file in memory */
};

/* --- the books --- */

static NK_RESULT row_add(struct nk_tx *tx, struct nk_uuid id, bool file, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "INSERT INTO copy_open(holding_id, medium) VALUES (?1, ?2)", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	nk_stmt_text(stmt, 2, file ? NK_STR("file") : NK_STR("memory"));
	return nk_stmt_run(stmt, err);
}

static NK_RESULT row_remove(struct nk_tx *tx, struct nk_uuid id, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx), "DELETE FROM copy_open WHERE holding_id = ?1", &stmt, err));
	nk_stmt_uuid(stmt, 1, id);
	return nk_stmt_run(stmt, err);
}

static NK_RESULT forget_row(struct nk_flow *flow, struct nk_uuid id, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(row_remove(tx, id, err));
	return nk_flow_commit_quiet(flow, &tx, err);
}

/* Persons with different items: a list a class. */
static NK_RESULT extent_of_each(struct nk_tx *tx, struct nk_uuid id, const struct nk_hold_spec *s, struct nk_err *err)
{
	uint32_t *const some = calloc(s->n + 1, sizeof(*some));
	nk_rc rc = some == NULL ? nk_fail_nomem(err) : nk_done();

	for (unsigned c = 0; c < NK_ITEM_COUNT && nk_ok(rc); c++) {
		size_t n = 0;

		for (size_t i = 0; i < s->n; i++) {
			if ((s->classes_of[i] & (1U << c)) != 0) {
				some[n++] = s->numbers[i];
			}
		}
		rc = n > 0 ? nk_extent_add(tx, id, (enum nk_item_class)c, some, n, err) : nk_done();
	}
	free(some);
	return rc;
}

static NK_RESULT extent(struct nk_tx *tx, struct nk_uuid id, const struct nk_hold_spec *s, struct nk_err *err)
{
	if (s->classes_of != NULL) {
		return extent_of_each(tx, id, s, err);
	}
	for (unsigned c = 0; c < NK_ITEM_COUNT && s->n > 0; c++) {
		if ((s->classes & (1U << c)) != 0) {
			NK_TRY(nk_extent_add(tx, id, (enum nk_item_class)c, s->numbers, s->n, err));
		}
	}
	return nk_done();
}

static NK_RESULT enter(struct nk_hold *h, const struct nk_hold_spec *s, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_flow *const flow = h->flow;
	const nk_time now = nk_now(flow->env);
	const struct nk_holding row = {
		.kind = s->kind,
		.place = h->path[0] != '\0' ? nk_str_c(h->path) : s->place,
		.custodian = flow->actor,
		.purpose = s->purpose,
		.warrant = nk_uuid_is_nil(s->warrant) ? flow->standing_order : s->warrant,
		.derived_from = nk_uuid_is_nil(s->derived_from) ? flow->store_holding : s->derived_from,
		.opened_at = now,
		.expires_at = s->expires_at,
		.was_read = "unknown",
	};
	const struct nk_uuid reach = nk_uuid_is_nil(s->reach) ? flow->actor : s->reach;
	struct nk_leaf_item items[2];

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_holding_open(tx, flow->key[NK_HOUSE_LOG], &row, &h->id, err));
	NK_TRY(extent(tx, h->id, s, err));
	NK_TRY(nk_reach_open(tx, h->id, reach, now, err));
	NK_TRY(row_add(tx, h->id, h->path[0] != '\0', err));
	items[0] = nk_item_hex("holding", h->id.b, sizeof(h->id.b));
	items[1] = nk_item_text("kind", nk_str_c(nk_holding_kind_name(s->kind)));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_HOLDING_OPEN, items, 2, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

/* The copy is gone: the holding closes with that as its evidence. One under dual control stays open until somebody
 * else has looked (I3): then this is only the evidence for him. */
static NK_RESULT close_books(struct nk_flow *flow, struct nk_uuid id, enum nk_holding_kind kind, const char *how, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const bool dual = nk_holding_kind_dual(kind);
	const nk_time now = nk_now(flow->env);
	const struct nk_bytes parts[] = { nk_bytes_of(id.b, 16), nk_str_bytes(nk_str_c(how)), nk_bytes_of(&now, sizeof(now)) };
	const struct nk_leaf_item items[3] = { nk_item_text("gone", dual ? NK_STR("open") : NK_STR("verified")),
		nk_item_hex("holding", id.b, 16), nk_item_text("how", nk_str_c(how)) };
	struct nk_hash digest;
	struct nk_uuid evidence;
	uint64_t leaf = 0;

	nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &digest);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_leaf(flow, tx, dual ? NK_LEAF_EVIDENCE : NK_LEAF_HOLDING_CLOSE, items, 3, &leaf, err));
	NK_TRY(nk_evidence_add(tx, NK_STR("removed by its job"), &digest, nk_bytes_of("", 0), nk_i64(leaf), now, &evidence, err));
	if (!dual) {
		NK_TRY(nk_holding_close(tx, id, NK_GONE_VERIFIED, evidence, flow->actor, now, err));
		NK_TRY(nk_reach_close(tx, id, now, err));
	}
	NK_TRY(row_remove(tx, id, err));
	return nk_flow_commit(flow, &tx, err);
}

/* --- the file --- */

/* Looked at before anything is on the books: a later start removes what the books name. */
static NK_RESULT must_be_new(const char *path, struct nk_err *err)
{
	unsigned mode = 0;
	bool mine = false;
	struct nk_err own;
	const nk_rc rc = nk_os_file_mode(path, &mode, &mine, &own);

	if (nk_ok(rc)) {
		return nk_fail(err, NK_EXISTS, NK_N("the file %s is there already and is not overwritten"), path);
	}
	return rc.code == NK_NOT_FOUND ? nk_done() : nk_err_pass(err, &own);
}

static NK_RESULT make_file(struct nk_hold *h, struct nk_err *err)
{
	const struct nk_env *const env = h->flow->env;

	if (h->path[0] == '\0') {
		return nk_os_memfd("nokosazu-copy", &h->fd, err);
	}
	return env->open(env->self, h->path, NK_OPEN_EXCLUSIVE, &h->fd, err);
}

static void hold_free(struct nk_hold **hold)
{
	struct nk_hold *const h = *hold;

	if (h != NULL) {
		h->flow->env->close(h->flow->env->self, &h->fd);
		free(h);
		*hold = NULL;
	}
}

NK_RESULT nk_hold_open(struct nk_flow *flow, const struct nk_hold_spec *spec, struct nk_hold **out, struct nk_err *err)
{
	NK_OWNED(hold_free) struct nk_hold *h = calloc(1, sizeof(*h));
	nk_rc rc;

	if (h == NULL) {
		return nk_fail_nomem(err);
	}
	h->flow = flow;
	h->fd = -1;
	h->kind = spec->kind;
	if (spec->path != NULL) {
		NK_TRY(nk_os_whole_path(spec->path, h->path, err));
		NK_TRY(must_be_new(h->path, err));
	}
	NK_TRY(enter(h, spec, err));
	rc = make_file(h, err);
	if (!nk_ok(rc)) {
		struct nk_err second;

		flow->unclosed += nk_ok(close_books(flow, h->id, h->kind, "never made", &second)) ? 0 : 1;
		return rc;
	}
	*out = h;
	h = NULL;
	return nk_done();
}

int nk_hold_fd(const struct nk_hold *hold)
{
	return hold->fd;
}

struct nk_uuid nk_hold_id(const struct nk_hold *hold)
{
	return hold->id;
}

/* What these bytes are, in the commit that calls the copy finished. */
static NK_RESULT finish_row(const struct nk_hold *h, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_flow *const flow = h->flow;
	struct nk_holding_file file;

	NK_TRY(nk_copy_digest(flow->env, h->fd, &file, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_holding_file_add(tx, flow->key[NK_HOUSE_LOG], h->id, &file, err));
	NK_TRY(row_remove(tx, h->id, err));
	return nk_flow_commit_quiet(flow, &tx, err);
}

NK_RESULT nk_hold_keep(struct nk_hold **hold, struct nk_err *err)
{
	struct nk_hold *const h = *hold;
	const struct nk_env *const env = h->flow->env;

	if (h->path[0] == '\0') {
		return nk_fail(err, NK_INVALID, NK_N("a file in memory ends with its process: it cannot be kept"));
	}
	NK_TRY(env->sync(env->self, h->fd, err));
	NK_TRY(nk_copy_sync_folder(env, h->path, err));
	if (!nk_os_is_file(h->path, h->fd)) {
		return nk_fail(err, NK_CONFLICT, NK_N("%s was moved or replaced while it was written"), h->path);
	}
	NK_TRY(finish_row(h, err));
	hold_free(hold);
	return nk_done();
}

static NK_RESULT remove_copy(struct nk_hold *h, struct nk_err *err)
{
	const struct nk_env *const env = h->flow->env;

	if (h->path[0] == '\0') {
		env->close(env->self, &h->fd);
		return close_books(h->flow, h->id, h->kind, "a file in memory", err);
	}
	NK_TRY(nk_copy_erase(env, h->path, h->fd, err));
	return close_books(h->flow, h->id, h->kind, "overwritten and removed", err);
}

NK_RESULT nk_hold_close(struct nk_hold **hold, struct nk_err *err)
{
	nk_rc rc = nk_done();

	if (*hold == NULL) {
		return rc;
	}
	rc = remove_copy(*hold, err);
	(*hold)->flow->unclosed += nk_ok(rc) ? 0 : 1;
	hold_free(hold);
	return rc;
}

void nk_hold_drop(struct nk_hold **hold)
{
	struct nk_err told_by_the_end_of_the_job;
	const nk_rc rc = nk_hold_close(hold, &told_by_the_end_of_the_job);

	(void)rc;
}

NK_RESULT nk_flow_end_job(struct nk_flow *flow, struct nk_err *err)
{
	return flow->unclosed == 0
		? nk_done()
		: nk_fail(err, NK_INCOMPLETE,
			  NK_N("finished with errors: %u copies could not be removed; they stay on the books (nokosazu holding list), and the next start tries again"),
			  flow->unclosed);
}

/* --- after a run that was cut off --- */

struct left_copy {
	struct nk_uuid id;
	bool file; /* at the place of its holding; else it was in memory */
};

static NK_RESULT read_rows(struct nk_flow *flow, struct nk_vec *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool more = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT holding_id, medium FROM copy_open ORDER BY rowid", &stmt, err));
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		struct left_copy *row = NULL;
		void *room = NULL;

		NK_TRY(nk_vec_push(out, &room, err));
		row = room;
		if (!nk_col_uuid(stmt, 0, &row->id)) {
			return nk_fail(err, NK_CORRUPT, "table copy_open: an id has the wrong length");
		}
		row->file = nk_str_eq(nk_col_text(stmt, 1), NK_STR("file"));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

/* Ours is what only we can open: another's file that came to bear this name is left alone. */
NK_RESULT nk_copy_remove(const struct nk_env *env, const char *path, struct nk_err *err)
{
	unsigned mode = 0;
	bool mine = false;
	int fd = -1;
	nk_rc rc = env->open(env->self, path, NK_OPEN_WRITE, &fd, err);

	if (rc.code == NK_NOT_FOUND) {
		return nk_copy_sync_folder(env, path, err); /* with its folder gone nobody knows */
	}
	NK_TRY(rc);
	rc = nk_os_file_mode(path, &mode, &mine, err);
	if (nk_ok(rc) && (!mine || (mode & 077) != 0)) {
		rc = nk_fail(err, NK_CONFLICT, NK_N("%s is not the file that was made there"), path);
	}
	rc = nk_ok(rc) ? nk_copy_erase(env, path, fd, err) : rc;
	env->close(env->self, &fd);
	return rc;
}

NK_RESULT nk_hold_end(struct nk_flow *flow, const struct nk_holding *h, struct nk_err *err)
{
	nk_assert(!nk_holding_kind_dual(h->kind)); /* such a one ends before two (I3) */
	NK_TRY(nk_copy_remove(flow->env, h->place.ptr, err));
	return close_books(flow, h->id, h->kind, "overwritten and removed", err);
}

static NK_RESULT recover_one(struct nk_flow *flow, const struct left_copy *left, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_holding h;

	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], left->id, arena, &h, err));
	if (h.closed_at != 0) {
		return forget_row(flow, left->id, err);
	}
	if (left->file) {
		struct nk_err why;

		if (!nk_ok(nk_copy_remove(flow->env, h.place.ptr, &why))) {
			flow->unclosed++;
			nk_flow_tell(flow, NK_N("a copy of a run that was cut off could not be removed: nokosazu doctor"), 0, 0);
			return nk_done();
		}
	}
	return close_books(flow, left->id, h.kind, left->file ? "removed after a cut-off run" : "ended with its process", err);
}

NK_RESULT nk_hold_recover(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };

	if (!flow->write) {
		return nk_done();
	}
	nk_vec_init(&rows, sizeof(struct left_copy), 1000000);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, err));
	NK_TRY(read_rows(flow, &rows, err));
	for (size_t i = 0; i < rows.len; i++) {
		NK_TRY(recover_one(flow, nk_vec_at(&rows, i), arena, err));
	}
	return nk_done();
}
