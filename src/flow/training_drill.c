/*
 * training_drill.c: drills: a planted suspicion, and how long until somebody told of it.
 *
 * Invariant: what is planted holds made-up persons only and ends with the drill's mark; a suspicion older than the
 * planting is not about it; a score is written once.
 */
#include "base.h"
#include "training_int.h"

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

static NK_RESULT put_row(
	struct nk_flow *flow, struct nk_uuid id, struct nk_str kind, const char *place, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("drill")), nk_item_hex("drill", id.b, sizeof(id.b)),
		nk_item_text("kind", kind) };

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "INSERT INTO drill(id, kind, planted_at, place) VALUES (?1, ?2, ?3, ?4)", &s, err));
	nk_stmt_uuid(s, 1, id);
	nk_stmt_text(s, 2, kind);
	nk_stmt_int(s, 3, nk_now(flow->env));
	nk_stmt_text(s, 4, nk_str_c(place));
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
	NK_TRY(put_row(flow, *out_id, notice ? NK_STR("notice") : NK_STR("residue"), path, err));
	return nk_env_write_new(flow->env, path, nk_buf_bytes(&text), err);
}

static NK_RESULT take_row(const struct nk_stmt *s, struct nk_arena *arena, struct nk_drill_row *out, struct nk_err *err)
{
	*out = (struct nk_drill_row){ .planted_at = nk_col_int(s, 3), .told_at = nk_col_int(s, 4) };
	if (!nk_col_uuid(s, 0, &out->id)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a drill in the store is damaged"));
	}
	(void)nk_col_uuid(s, 5, &out->incident);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 1), &out->kind, err));
	return nk_arena_dup(arena, nk_col_text(s, 2), &out->place, err);
}

NK_RESULT nk_op_drill_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_drill_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_drill_row), DRILLS_MAX);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT id, kind, place, planted_at, COALESCE(told_at, 0), incident_id FROM drill ORDER BY planted_at, rowid", &s,
		err));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *row = NULL;

		NK_TRY(nk_vec_push(&rows, &row, err));
		NK_TRY(take_row(s, arena, row, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = nk_arena_array(arena, rows.len, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	if (rows.len > 0) {
		memcpy(*out, rows.items, rows.len * sizeof(**out));
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

NK_RESULT nk_op_drill_score(struct nk_flow *flow, struct nk_uuid id, struct nk_str receipt, struct nk_arena *arena,
	struct nk_drill_row *out, struct nk_err *err)
{
	char path[PATH_MAX];

	NK_TRY(find_drill(flow, id, arena, out, err));
	if (out->told_at != 0) {
		return nk_fail(err, NK_EXISTS, NK_N("this drill is scored already"));
	}
	NK_TRY(find_told(flow, receipt, out, err));
	NK_TRY(put_score(flow, out, err));
	(void)snprintf(path, sizeof(path), "%.*s", NK_FMT(out->place));
	return flow->env->unlink(flow->env->self, path, err);
}
