/*
 * package_canary.c: canary persons: invented, and the texts by which they are found anywhere.
 *
 * Invariant: the same seed invents the same persons. Names are made of characters that nobody is called by together;
 * logins, numbers and mail addresses carry chance of the seed, so that one belongs to one site.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"

enum { PARTS = 16, CANARY_LINE = 4096 };

struct part {
	const char *kanji, *kana;
};

static const struct part family_head[PARTS] = { { "籠", "カゴ" }, { "囀", "サエ" }, { "鳴", "ナキ" }, { "羽", "ハネ" },
	{ "霞", "カスミ" }, { "虚", "ウロ" }, { "仮", "カリ" }, { "標", "シメ" }, { "架", "カケ" }, { "影", "カゲ" },
	{ "写", "ウツシ" }, { "空", "ソラ" }, { "幻", "ゲン" }, { "像", "カタ" }, { "試", "タメ" }, { "札", "フダ" } };
static const struct part family_tail[PARTS] = { { "棲", "ズミ" }, { "梢", "コズエ" }, { "鈴", "スズ" }, { "笛", "ブエ" },
	{ "綴", "ツヅリ" }, { "襞", "ヒダ" }, { "簾", "スダレ" }, { "硯", "スズリ" }, { "篝", "カガリ" }, { "轍", "ワダチ" },
	{ "楔", "クサビ" }, { "錨", "イカリ" }, { "鏡", "カガミ" }, { "鍵", "カギ" }, { "鞘", "サヤ" }, { "雫", "シズク" } };
static const struct part given_head[PARTS] = { { "虹", "ニジ" }, { "露", "ツユ" }, { "宵", "ヨイ" }, { "霜", "シモ" },
	{ "暁", "アキ" }, { "朧", "オボロ" }, { "雪", "ユキ" }, { "潮", "シオ" }, { "珠", "タマ" }, { "紗", "サ" },
	{ "綾", "アヤ" }, { "緋", "ヒ" }, { "蒼", "ソウ" }, { "琥", "コ" }, { "玻", "ハ" }, { "瑠", "ル" } };
static const struct part given_tail[PARTS] = { { "標", "シルベ" }, { "鈴", "スズ" }, { "緒", "オ" }, { "弥", "ヤ" },
	{ "音", "ネ" }, { "代", "ヨ" }, { "葉", "ハ" }, { "人", "ト" }, { "介", "スケ" }, { "江", "エ" }, { "帆", "ホ" },
	{ "里", "リ" }, { "之", "ユキ" }, { "香", "カ" }, { "実", "ミ" }, { "吾", "ゴ" } };

NK_RESULT nk_canary_invent(
	struct nk_str seed, uint32_t i, struct nk_arena *arena, struct nk_canary_person *out, struct nk_err *err)
{
	uint8_t number[4];
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu canary 1")), nk_str_bytes(seed), nk_bytes_of(number, 4) };
	const struct part *f[4];
	struct nk_hash h;
	char hex[2 * NK_HASH_LEN + 1];

	nk_put_le32(number, i);
	nk_sha256_parts(parts, NK_ARRAY_LEN(parts), &h);
	nk_hex_print(h.b, NK_HASH_LEN, hex);
	f[0] = &family_head[h.b[16] % PARTS];
	f[1] = &family_tail[h.b[17] % PARTS];
	f[2] = &given_head[h.b[18] % PARTS];
	f[3] = &given_tail[h.b[19] % PARTS];
	NK_TRY(nk_arena_printf(arena, &out->family, err, "%s%s", f[0]->kanji, f[1]->kanji));
	NK_TRY(nk_arena_printf(arena, &out->given, err, "%s%s", f[2]->kanji, f[3]->kanji));
	NK_TRY(nk_arena_printf(arena, &out->family_kana, err, "%s%s", f[0]->kana, f[1]->kana));
	NK_TRY(nk_arena_printf(arena, &out->given_kana, err, "%s%s", f[2]->kana, f[3]->kana));
	NK_TRY(nk_arena_printf(arena, &out->login, err, "kn%.12s", hex));
	NK_TRY(nk_arena_printf(arena, &out->mail, err, "kn%.12s@canary.example.jp", hex));
	return nk_arena_printf(arena, &out->number, err, "KN%.10s", hex + 12);
}

struct nk_str nk_canary_mapping(void)
{
	return NK_STR("[columns]\n番号 = student_number\n氏名 = full_name\nフリガナ = full_kana\nメール = mail\n\n"
		      "[options]\nkey = 番号\nkey_case = keep\nkey_length = any\nlogin = 利用者\nunit_name = 検査用\nunit_kind = school\n"
		      "role = student\n");
}

NK_RESULT nk_canary_csv(struct nk_str seed, uint32_t n, struct nk_arena *arena, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add_c(out, "番号,氏名,フリガナ,メール,利用者\n", err));
	for (uint32_t i = 0; i < n; i++) {
		struct nk_canary_person p;

		NK_TRY(nk_canary_invent(seed, i, arena, &p, err));
		NK_TRY(nk_buf_printf(out, err, "%s,%s %s,%s %s,%s,%s\n", p.number.ptr, p.family.ptr, p.given.ptr,
			p.family_kana.ptr, p.given_kana.ptr, p.mail.ptr, p.login.ptr));
	}
	return nk_done();
}

NK_RESULT nk_canary_fields(
	const struct nk_canary_person *p, struct nk_arena *arena, struct nk_canary_text out[static NK_CANARY_FIELDS], struct nk_err *err)
{
	out[0].field = NK_STR("kanji");
	out[1].field = NK_STR("kana");
	out[2] = (struct nk_canary_text){ .field = NK_STR("login"), .value = p->login };
	out[3] = (struct nk_canary_text){ .field = NK_STR("mail"), .value = p->mail };
	out[4] = (struct nk_canary_text){ .field = NK_STR("id"), .value = p->number };
	NK_TRY(nk_arena_printf(arena, &out[0].value, err, "%s %s", p->family.ptr, p->given.ptr));
	return nk_arena_printf(arena, &out[1].value, err, "%s %s", p->family_kana.ptr, p->given_kana.ptr);
}

NK_RESULT nk_canary_texts(struct nk_flow *flow, struct nk_vec *out, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT site, field, value FROM canary ORDER BY site, rowid", &s, err));
	for (;;) {
		struct nk_canary_text *t = NULL;
		void *at = NULL;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			return nk_done();
		}
		NK_TRY(nk_vec_push(out, &at, err));
		t = at;
		NK_TRY(nk_arena_dup(arena, nk_col_text(s, 0), &t->site, err));
		NK_TRY(nk_arena_dup(arena, nk_col_text(s, 1), &t->field, err));
		NK_TRY(nk_arena_dup(arena, nk_col_text(s, 2), &t->value, err));
	}
}

static bool is_field(struct nk_str field)
{
	static const char *const known[] = { "kanji", "kana", "login", "mail", "id" };

	for (size_t i = 0; i < NK_ARRAY_LEN(known); i++) {
		if (nk_str_eq(field, nk_str_c(known[i]))) {
			return true;
		}
	}
	return false;
}

static NK_RESULT parse_line(struct nk_str line, struct nk_canary_text *out, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval root;
	struct nk_canary_text t = { NK_STR(""), NK_STR(""), NK_STR("") };

	NK_TRY(nk_jdoc_parse(nk_str_bytes(line), CANARY_LINE, &doc, err));
	root = nk_jdoc_root(doc);
	(void)nk_jstr(nk_jget(root, "site"), &t.site);
	(void)nk_jstr(nk_jget(root, "field"), &t.field);
	(void)nk_jstr(nk_jget(root, "value"), &t.value);
	if (t.site.len == 0 || t.site.len > 200 || !is_field(t.field) || t.value.len < 4 || t.value.len > 200) {
		return nk_fail(err, NK_INVALID, NK_N("this is no list of canary persons, as \"canary export\" writes it"));
	}
	NK_TRY(nk_arena_dup(arena, t.site, &out->site, err));
	NK_TRY(nk_arena_dup(arena, t.field, &out->field, err));
	return nk_arena_dup(arena, t.value, &out->value, err);
}

NK_RESULT nk_canary_parse(struct nk_bytes text, struct nk_vec *out, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_str rest = nk_bytes_str(text);
	struct nk_str line;

	while (nk_str_cut(&rest, '\n', &line)) {
		void *at = NULL;

		if (line.len == 0) {
			continue;
		}
		NK_TRY(nk_vec_push(out, &at, err));
		NK_TRY(parse_line(line, at, arena, err));
	}
	return nk_done();
}
