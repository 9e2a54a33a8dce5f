/*
 * hold_known.c: which bytes a copy is made of, written down when it is finished and compared when a file is found at
 * its place.
 *
 * Invariant: a place explains nothing by itself; only a file that bears a listed name and has exactly the listed bytes
 * is part of a copy. What was never listed (an unfinished copy, a folder of before 0007) explains nothing.
 */
#include "base.h"

#include "hold_int.h"

enum { DIGEST_STEP = 65536 };

NK_RESULT nk_copy_digest(const struct nk_env *env, int fd, struct nk_holding_file *out, struct nk_err *err)
{
	NK_OWNED(nk_hasher_free) struct nk_hasher *h = NULL;
	uint8_t step[DIGEST_STEP];
	uint64_t at = 0;
	size_t n = 1;

	NK_TRY(nk_hasher_new(true, NULL, &h, err));
	while (n > 0) {
		NK_TRY(env->read(env->self, fd, at, step, sizeof(step), &n, err));
		nk_hasher_add(h, nk_bytes_of(step, n));
		at += n;
	}
	nk_wipe(step, sizeof(step));
	*out = (struct nk_holding_file){ .size = at };
	nk_hasher_end(h, &out->sha256);
	return nk_done();
}

/* What stands behind the place: "" when it is the place itself; false: elsewhere. */
static bool name_below(struct nk_str place, struct nk_str path, struct nk_str *out)
{
	while (place.len > 1 && place.ptr[place.len - 1] == '/') {
		place.len--;
	}
	if (place.len == 0 || place.ptr[0] != '/' || !nk_str_starts(path, place)) {
		return false;
	}
	*out = nk_str_sub(path, place.len, path.len);
	if (out->len > 0 && out->ptr[0] != '/') {
		return false;
	}
	*out = nk_str_sub(*out, out->len > 0 ? 1 : 0, out->len);
	return true;
}

/* The listed file of that name; NULL: none. */
static NK_RESULT listed(struct nk_flow *flow, const struct nk_holding *h, struct nk_str path, struct nk_arena *arena,
	const struct nk_holding_file **out, struct nk_err *err)
{
	struct nk_holding_file *files = NULL;
	struct nk_str name = { 0 };
	size_t n = 0;

	*out = NULL;
	if (h->kind == NK_HOLDING_residue || !name_below(h->place, path, &name)) {
		return nk_done();
	}
	NK_TRY(nk_holding_files(flow->store, flow->key[NK_HOUSE_LOG], h->id, arena, &files, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(files[i].name, name)) {
			*out = &files[i];
		}
	}
	return nk_done();
}

static bool same(const struct nk_holding_file *a, const struct nk_holding_file *b)
{
	return a->size == b->size && nk_ct_equal(a->sha256.b, b->sha256.b, sizeof(a->sha256.b));
}

NK_RESULT nk_copy_is_fd(struct nk_flow *flow, const struct nk_holding *h, int fd, enum nk_copy_is *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_holding_file *f = NULL;
	struct nk_holding_file now;

	*out = NK_COPY_UNKNOWN;
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 1 << 26, &arena, err));
	NK_TRY(listed(flow, h, h->place, arena, &f, err));
	if (f == NULL) {
		return nk_done();
	}
	NK_TRY(nk_copy_digest(flow->env, fd, &now, err));
	*out = same(f, &now) ? NK_COPY_SAME : NK_COPY_CHANGED;
	return nk_done();
}

NK_RESULT nk_copy_is(struct nk_flow *flow, const struct nk_holding *h, const char *path, enum nk_copy_is *out,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_env *const env = flow->env;
	const struct nk_holding_file *f = NULL;
	struct nk_holding_file now;
	struct nk_err why;
	bool mine = false;
	int fd = -1;
	nk_rc rc;

	*out = NK_COPY_UNKNOWN;
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 1 << 26, &arena, err));
	NK_TRY(listed(flow, h, nk_str_c(path), arena, &f, err));
	if (f == NULL) {
		return nk_done();
	}
	*out = NK_COPY_CHANGED;
	if (nk_os_kind_of(path, &mine) != NK_OS_FILE || !nk_ok(env->open(env->self, path, NK_OPEN_READ, &fd, &why))) {
		return nk_done(); /* what cannot be looked at is not taken for the copy (I10) */
	}
	rc = nk_copy_digest(env, fd, &now, err);
	env->close(env->self, &fd);
	*out = nk_ok(rc) && same(f, &now) ? NK_COPY_SAME : NK_COPY_CHANGED;
	return rc;
}

static NK_RESULT is_noted(
	struct nk_flow *flow, struct nk_uuid holding, const struct nk_holding_file *now, bool *out, bool *out_any, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_holding_file *files = NULL;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 1 << 26, &arena, err));
	NK_TRY(nk_holding_files(flow->store, flow->key[NK_HOUSE_LOG], holding, arena, &files, &n, err));
	*out = false;
	*out_any = n > 0;
	for (size_t i = 0; i < n; i++) {
		*out = *out || same(&files[i], now);
	}
	return nk_done();
}

NK_RESULT nk_copy_is_noted(struct nk_flow *flow, struct nk_uuid holding, int fd, bool *out, bool *out_any, struct nk_err *err)
{
	struct nk_holding_file now;

	NK_TRY(nk_copy_digest(flow->env, fd, &now, err));
	return is_noted(flow, holding, &now, out, out_any, err);
}

NK_RESULT nk_copy_note(struct nk_flow *flow, struct nk_tx *tx, struct nk_uuid holding, const char *path, struct nk_err *err)
{
	const struct nk_env *const env = flow->env;
	struct nk_holding_file now;
	struct nk_err why;
	bool mine = false;
	bool there = false;
	bool any = false;
	int fd = -1;
	nk_rc rc;

	if (nk_os_kind_of(path, &mine) != NK_OS_FILE || !nk_ok(env->open(env->self, path, NK_OPEN_READ, &fd, &why))) {
		return nk_done(); /* gone meanwhile: nothing is known of it, and it is not removed by its name */
	}
	rc = nk_copy_digest(env, fd, &now, err);
	env->close(env->self, &fd);
	NK_TRY(rc);
	NK_TRY(is_noted(flow, holding, &now, &there, &any, err));
	return there ? nk_done() : nk_holding_file_add(tx, flow->key[NK_HOUSE_LOG], holding, &now, err);
}

/* --- rows of before 0007 --- */

static NK_RESULT adopt(struct nk_flow *flow, struct nk_tx *tx, const struct nk_holding *h, bool *out, struct nk_err *err)
{
	const struct nk_env *const env = flow->env;
	struct nk_holding_file file;
	struct nk_err why;
	bool mine = false;
	int fd = -1;
	nk_rc rc;

	*out = false;
	if (h->kind == NK_HOLDING_residue || !nk_str_starts(h->place, NK_STR("/")) ||
		nk_os_kind_of(h->place.ptr, &mine) != NK_OS_FILE ||
		!nk_ok(env->open(env->self, h->place.ptr, NK_OPEN_READ, &fd, &why))) {
		return nk_done();
	}
	rc = nk_copy_digest(env, fd, &file, err);
	env->close(env->self, &fd);
	NK_TRY(rc);
	*out = true;
	return nk_holding_file_add(tx, flow->key[NK_HOUSE_LOG], h->id, &file, err);
}

static NK_RESULT has_clear_places(struct nk_flow *flow, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;

	NK_TRY(nk_stmt_get(flow->store, "SELECT 1 FROM holding WHERE place_box IS NULL LIMIT 1", &stmt, err));
	return nk_stmt_step(stmt, out, err);
}

/* Drills of before 0007: their places too. One by one, as nk_holding_seal_places does. */
static NK_RESULT seal_drills(struct nk_flow *flow, struct nk_tx *tx, struct nk_err *err)
{
	for (;;) {
		NK_OWNED(nk_stmt_put) struct nk_stmt *row = NULL;
		NK_OWNED(nk_stmt_put) struct nk_stmt *put = NULL;
		NK_OWNED(nk_buf_done) struct nk_buf sealed = { 0 };
		struct nk_column_box box = { flow->key[NK_HOUSE_LOG], "drill", { { 0 } }, PATH_MAX };
		bool more = false;

		NK_TRY(nk_stmt_get(nk_tx_store(tx), "SELECT id, place FROM drill WHERE place_box IS NULL LIMIT 1", &row, err));
		NK_TRY(nk_stmt_step(row, &more, err));
		if (!more) {
			return nk_done();
		}
		if (!nk_col_uuid(row, 0, &box.id)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a drill in the store is damaged"));
		}
		NK_TRY(nk_column_seal(flow->env, &box, nk_str_bytes(nk_col_text(row, 1)), &sealed, err));
		nk_stmt_put(&row);
		NK_TRY(nk_stmt_get(nk_tx_store(tx), "UPDATE drill SET place = '', place_box = ?2 WHERE id = ?1", &put, err));
		nk_stmt_uuid(put, 1, box.id);
		nk_stmt_blob(put, 2, nk_buf_bytes(&sealed));
		NK_TRY(nk_stmt_run(put, err));
	}
}

static NK_RESULT upgrade(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_leaf_item items[2];
	struct nk_holding *list = NULL;
	uint64_t places = 0;
	uint64_t files = 0;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_holding_seal_places(tx, flow->key[NK_HOUSE_LOG], &places, err));
	NK_TRY(seal_drills(flow, tx, err));
	NK_TRY(nk_holding_list(nk_tx_store(tx), flow->key[NK_HOUSE_LOG], true, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		bool adopted = false;

		NK_TRY(adopt(flow, tx, &list[i], &adopted, err));
		files += adopted ? 1 : 0;
	}
	items[0] = nk_item_number("files", files);
	items[1] = nk_item_number("places", places);
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_UPGRADE, items, NK_ARRAY_LEN(items), NULL, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	return nk_store_scrub(flow->store, true, err); /* the clear texts leave the pages and the journal too */
}

NK_RESULT nk_hold_upgrade(struct nk_flow *flow, struct nk_err *err)
{
	bool clear = false;

	if (!flow->write) {
		return nk_done();
	}
	NK_TRY(has_clear_places(flow, &clear, err));
	return clear ? upgrade(flow, err) : nk_done();
}
