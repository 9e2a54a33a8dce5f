/*
 * training_drill.c: drills: a planted suspicion, and how long until somebody told of it.
 *
 * Invariant: what is planted holds made-up persons only and ends with the drill's mark; a suspicion older than the
 * planting is not about it; a score is written once; only the very bytes that were planted are removed.
 */
#include "base.h"
#include "training_int.h"

#include "hold_int.h"
#include "json.h"

enum { TEXT_MAX = 8192, DRILLS_MAX = 10000, PERSONS = 8 };

#define MARK "NOKOSAZU-DRILL"

/* Families and given names that are put together by chance; the domain belongs to nobody (RFC 2606). */
static NK_RESULT residue_text(struct nk_flow *flow, const char *id, struct nk_buf *out, struct nk_err *err)
{
	static const char *const family[] = { "残川", "幻田", "試山", "仮沢", "架野", "虚原", "偽島", "想井" };
	static const char *const given[] = { "消太郎", "失恵子", "無量介", "滅多美", "忘八重", "空之助", "影乃", "霞" };
	uint8_t dice[PERSONS][4];

	NK_TRY(nk_random(flow->env, dice, sizeof(dice), err));
	NK_TRY(nk_buf_add_c(out, "学年,組,番号,氏名,メールアドレス,備考\r\n", err));
	for (unsigned i = 0; i < PERSONS; i++) {
		NK_TRY(nk_buf_printf(out, err, "%u,%u,%u,%s %s,z%02x%02x%u@example.jp,\r\n", 1 + dice[i][0] % 3,
			1 + dice[i][1] % 6, i + 1, family[dice[i][2] % NK_ARRAY_LEN(family)],
			given[dice[i][3] % NK_ARRAY_LEN(given)], dice[i][0], dice[i][1], i));
	}
	return nk_buf_printf(out, err, ",,,,,%s %s\r\n", MARK, id);
}

static NK_RESULT notice_text(struct nk_flow *flow, const char *id, struct nk_buf *out, struct nk_err *err)
{
	(void)flow;
	return nk_buf_printf(out, err,
		"ご担当者様\n\n突然のご連絡を失礼いたします。\n先日、貴校のものと思われる名簿の一部を、公開のウェブサイト上で見かけました。\n"
		"氏名とメールアドレスが三十名ほど並んでおり、ページの末尾に貴校の校名がありました。\n"
		"間違いであればよいのですが、念のためお知らせいたします。\n\n匿名の者より\n\n(整理番号 %s %s)\n",
		MARK, id);
}

struct planting {
	struct nk_str kind;
	const char *path;
	struct nk_bytes text;
};

static struct nk_column_box box_of(const struct nk_flow *flow, struct nk_uuid id)
{
	return (struct nk_column_box){ flow->key[NK_HOUSE_LOG], "drill", id, PATH_MAX };
}

static void digest_of(const struct nk_flow *flow, struct nk_uuid id, struct nk_bytes text, struct nk_hash *out)
{
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu drill 1")), nk_bytes_of(id.b, sizeof(id.b)), text };

	nk_blake(flow->key[NK_HOUSE_DIGEST], parts, NK_ARRAY_LEN(parts), out);
}

static NK_RESULT put_row(
	struct nk_flow *flow, struct nk_uuid id, const struct planting *p, struct nk_err *err)
{
	const struct nk_column_box box = box_of(flow, id);
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf place = { 0 };
	struct nk_hash digest;
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("drill")), nk_item_hex("drill", id.b, sizeof(id.b)),
		nk_item_text("kind", p->kind) };

	NK_TRY(nk_column_seal(flow->env, &box, nk_str_bytes(nk_str_c(p->path)), &place, err));
	digest_of(flow, id, p->text, &digest);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "INSERT INTO drill(id, kind, planted_at, place, place_box, digest) VALUES (?1, ?2, ?3, '', ?4, ?5)", &s,
		err));
	nk_stmt_uuid(s, 1, id);
	nk_stmt_text(s, 2, p->kind);
	nk_stmt_int(s, 3, nk_now(flow->env));
	nk_stmt_blob(s, 4, nk_buf_bytes(&place));
	nk_stmt_blob(s, 5, nk_bytes_of(digest.b, sizeof(digest.b)));
	NK_TRY(nk_stmt_run(s, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_TRAINING, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

/* Before the drill is written down: the file itself is made afterwards, and never over another. */
static NK_RESULT nothing_there(struct nk_flow *flow, const char *path, struct nk_err *err)
{
	int file = -1;

	if (nk_ok(flow->env->open(flow->env->self, path, NK_OPEN_READ, &file, err))) {
		flow->env->close(flow->env->self, &file);
		return nk_fail(err, NK_EXISTS, NK_N("there is a file at the place of the drill already"));
	}
	return nk_done();
}

NK_RESULT nk_op_drill_plant(
	struct nk_flow *flow, bool notice, const char *path, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct planting p;
	char id[NK_UUID_TEXT];

	if (path[0] != '/') {
		return nk_fail(err, NK_USAGE, NK_N("the place of a drill is a whole path, beginning with \"/\""));
	}
	if (!nk_utf8_valid(nk_str_bytes(nk_str_c(path)), NULL)) {
		return nk_fail(err, NK_USAGE, NK_N("the path is not UTF-8"));
	}
	NK_TRY(nothing_there(flow, path, err));
	nk_buf_init(&text, TEXT_MAX);
	NK_TRY(nk_uuid_new(flow->env, out_id, err));
	(void)nk_uuid_print(*out_id, id);
	NK_TRY(notice ? notice_text(flow, id, &text, err) : residue_text(flow, id, &text, err));
	p = (struct planting){ notice ? NK_STR("notice") : NK_STR("residue"), path, nk_buf_bytes(&text) };
	NK_TRY(put_row(flow, *out_id, &p, err));
	return nk_env_write_new(flow->env, path, nk_buf_bytes(&text), err);
}

static NK_RESULT take_row(const struct nk_flow *flow, const struct nk_stmt *s, struct nk_arena *arena,
	struct nk_drill_row *out, struct nk_err *err)
{
	struct nk_column_box box;
	struct nk_bytes plain = { 0 };

	*out = (struct nk_drill_row){ .planted_at = nk_col_int(s, 3), .told_at = nk_col_int(s, 4) };
	if (!nk_col_uuid(s, 0, &out->id)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a drill in the store is damaged"));
	}
	(void)nk_col_uuid(s, 5, &out->incident);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 1), &out->kind, err));
	if (nk_col_is_null(s, 6)) { /* of before 0007 */
		return nk_arena_dup(arena, nk_col_text(s, 2), &out->place, err);
	}
	box = box_of(flow, out->id);
	NK_TRY(nk_column_unseal(&box, nk_col_blob(s, 6), arena, &plain, err));
	out->place = nk_bytes_str(plain);
	return nk_done();
}

NK_RESULT nk_op_drill_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_drill_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_drill_row), DRILLS_MAX);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, kind, place, planted_at, COALESCE(told_at, 0), incident_id, place_box FROM drill ORDER BY planted_at, rowid", &s,
		err));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *row = NULL;

		NK_TRY(nk_vec_push(&rows, &row, err));
		NK_TRY(take_row(flow, s, arena, row, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = nk_vec_keep(&rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = rows.len;
	return nk_done();
}

static NK_RESULT find_drill(
	struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_drill_row *out, struct nk_err *err)
{
	struct nk_drill_row *list = NULL;
	size_t n = 0;

	NK_TRY(nk_op_drill_list(flow, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(list[i].id, id)) {
			*out = list[i];
			return nk_done();
		}
	}
	return nk_fail(err, NK_NOT_FOUND, NK_N("there is no such drill (nokosazu training drill list)"));
}

static NK_RESULT find_told(struct nk_flow *flow, struct nk_str receipt, struct nk_drill_row *row, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT id, known_at FROM incident WHERE receipt = ?1", &s, err));
	nk_stmt_text(s, 1, receipt);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have || !nk_col_uuid(s, 0, &row->incident)) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("nobody told of a suspicion under receipt \"%s\""), nk_short(receipt).text);
	}
	row->told_at = nk_col_int(s, 1);
	if (row->told_at < row->planted_at) {
		return nk_fail(err, NK_CONFLICT, NK_N("this suspicion is older than the drill: it was about something else"));
	}
	return nk_done();
}

static NK_RESULT put_score(struct nk_flow *flow, const struct nk_drill_row *row, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const nk_time took = row->told_at - row->planted_at;
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("drill-score")),
		nk_item_hex("case", row->incident.b, sizeof(row->incident.b)),
		nk_item_hex("drill", row->id.b, sizeof(row->id.b)), nk_item_number("seconds", nk_u64(took / NK_SECOND)) };

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"UPDATE drill SET told_at = ?2, incident_id = ?3, by_party = ?4 WHERE id = ?1 AND told_at IS NULL", &s, err));
	nk_stmt_uuid(s, 1, row->id);
	nk_stmt_int(s, 2, row->told_at);
	nk_stmt_uuid(s, 3, row->incident);
	nk_stmt_uuid(s, 4, flow->actor);
	NK_TRY(nk_stmt_run(s, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_TRAINING, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

/* --- the planted file --- */

static NK_RESULT planted_digest(struct nk_flow *flow, struct nk_uuid id, struct nk_hash *out, bool *out_have, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_bytes kept;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT digest FROM drill WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, id);
	NK_TRY(nk_stmt_step(s, &have, err));
	kept = have ? nk_col_blob(s, 0) : nk_bytes_of("", 0);
	*out_have = kept.len == sizeof(out->b);
	if (*out_have) {
		memcpy(out->b, kept.ptr, sizeof(out->b));
	}
	return nk_done();
}

/* A drill of before 0007 has no digest: then its own mark must be in it. */
static NK_RESULT is_planted(struct nk_flow *flow, const struct nk_drill_row *row, int fd, bool *out, struct nk_err *err)
{
	uint8_t text[TEXT_MAX + 1];
	char mark[sizeof(MARK) + NK_UUID_TEXT];
	char id[NK_UUID_TEXT];
	struct nk_hash kept = { { 0 } };
	struct nk_hash now;
	bool have = false;
	size_t n = 0;

	NK_TRY(flow->env->read(flow->env->self, fd, 0, text, sizeof(text), &n, err));
	NK_TRY(planted_digest(flow, row->id, &kept, &have, err));
	digest_of(flow, row->id, nk_bytes_of(text, n), &now);
	(void)snprintf(mark, sizeof(mark), "%s %s", MARK, nk_uuid_print(row->id, id));
	*out = n <= TEXT_MAX &&
		(have ? nk_ct_equal(kept.b, now.b, sizeof(now.b))
		      : nk_str_find(nk_bytes_str(nk_bytes_of(text, n)), nk_str_c(mark)) != SIZE_MAX);
	return nk_done();
}

/* Opened and looked at: somebody's own file may lie there by now. *out_fd -1: nothing is there any more. */
static NK_RESULT open_planted(struct nk_flow *flow, const struct nk_drill_row *row, int *out_fd, struct nk_err *err)
{
	const struct nk_env *const env = flow->env;
	const char *const path = row->place.ptr;
	bool mine = false;
	bool ours = false;
	nk_rc rc = nk_done();

	if (nk_os_kind_of(path, &mine) == NK_OS_NOTHING) {
		return rc;
	}
	if (nk_os_kind_of(path, &mine) == NK_OS_FILE) {
		NK_TRY(env->open(env->self, path, NK_OPEN_WRITE, out_fd, err));
		rc = is_planted(flow, row, *out_fd, &ours, err);
	}
	if (nk_ok(rc) && !ours) {
		nk_flow_refused(flow, "training drill score", NK_N("another file lies where the drill was planted"));
		rc = nk_fail(err, NK_CONFLICT,
			NK_N("%s is not the file that was planted: it is left alone and nothing is scored; see what it is, move it away, then again"),
			path);
	}
	if (!nk_ok(rc)) {
		env->close(env->self, out_fd);
	}
	return rc;
}

NK_RESULT nk_op_drill_score(struct nk_flow *flow, struct nk_uuid id, struct nk_str receipt, struct nk_arena *arena,
	struct nk_drill_row *out, struct nk_err *err)
{
	int fd = -1;
	nk_rc rc;

	NK_TRY(find_drill(flow, id, arena, out, err));
	if (out->told_at != 0) {
		return nk_fail(err, NK_EXISTS, NK_N("this drill is scored already"));
	}
	NK_TRY(find_told(flow, receipt, out, err));
	NK_TRY(open_planted(flow, out, &fd, err));
	rc = put_score(flow, out, err);
	if (nk_ok(rc) && fd >= 0) {
		rc = nk_copy_erase(flow->env, out->place.ptr, fd, err);
	}
	flow->env->close(flow->env->self, &fd);
	return rc;
}
