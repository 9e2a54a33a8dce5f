/*
 * propose_test.c: what a list's columns are taken for, what is asked, and that the mapping it writes reads the list.
 */
#include "base.h"

#include <cmocka.h>

#include "csv_mapping.h"
#include "kit_roster.h"
#include "propose.h"

struct proposed {
	struct nk_arena *arena;
	nk_rc rc;
	struct nk_err err;
	struct nk_proposal p;
	struct nk_buf text;
};

static void proposed_done(struct proposed *p)
{
	nk_arena_free(&p->arena);
	nk_buf_done(&p->text);
}

static struct proposed propose(const char *list, struct nk_propose_options opt)
{
	struct proposed p = { .rc = { NK_OK } };

	kit_ok(nk_crypto_init(&p.err), &p.err);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &p.arena, &p.err), &p.err);
	nk_buf_init(&p.text, 1 << 20);
	kit_ok(nk_os_memfd("kit", &opt.fd, &p.err), &p.err);
	kit_ok(nk_os_fd_write(opt.fd, list, strlen(list), &p.err), &p.err);
	opt.size = strlen(list);
	p.rc = nk_propose_make(nk_os_env(), &opt, p.arena, &p.p, &p.err);
	if (nk_ok(p.rc)) {
		kit_ok(nk_propose_print(&p.p, &p.text, &p.err), &p.err);
	}
	nk_os_fd_close(&opt.fd);
	return p;
}

/* All zeros, id NULL: it was not asked. */
static struct nk_doubt doubt_of(const struct proposed *p, const char *id)
{
	for (size_t i = 0; i < p->p.n_doubts; i++) {
		if (strcmp(p->p.doubts[i].id, id) == 0) {
			return p->p.doubts[i];
		}
	}
	return (struct nk_doubt){ .id = NULL };
}

static bool writes(const struct proposed *p, const char *line)
{
	return nk_str_find(nk_buf_str(&p->text), nk_str_c(line)) != SIZE_MAX;
}

#define HEADER "No,学籍番号,氏名,ふりがな,生年月日,学部,学年,クラス,出席番号,メールアドレス,通称名,状態,備考\n"
#define ROW_1 "1,21M0001,太田 元気,おおた げんき,H20.4.2,工学部,1年,A,3,a@x.jp,,在学,\n"
#define ROW_2 "2,21M0002,髙橋 直子,たかはし なおこ,平成19年5月1日,文学部,2,B,4,b@x.jp,佐藤 直子,休学,\n"

static void known_headers_become_items_and_the_mapping_reads_the_list(void **state)
{
	const struct nk_str birth = NK_STR("birth=yes");
	NK_OWNED(proposed_done)
	struct proposed p = propose(HEADER ROW_1 ROW_2, (struct nk_propose_options){ .fd = -1, .answers = &birth, .n_answers = 1 });
	static const char *const lines[] = { "学籍番号 = student_number\n", "氏名 = full_name\n", "ふりがな = full_kana\n", "生年月日 = birth_date\n",
		"学部 = faculty\n", "学年 = grade\n", "クラス = home_class\n", "出席番号 = attendance\n", "メールアドレス = mail\n",
		"通称名 = full_shown\n", "状態 = state\n", "key = 学籍番号\n", "key_case = upper\n", "class_name = grade_class\n", "unit = 学部\n", "休学 = suspended\n",
		"[dates]\n生年月日 = any\n" };
	struct nk_csv_mapping m;
	struct nk_str text;
	struct kit_read r;

	(void)state;
	kit_ok(p.rc, &p.err);
	for (size_t i = 0; i < NK_ARRAY_LEN(lines); i++) {
		if (!writes(&p, lines[i])) {
			fail_msg("the mapping lacks %s in\n%.*s", lines[i], NK_FMT(nk_buf_str(&p.text)));
		}
	}
	assert_false(writes(&p, "備考") || writes(&p, "No ="));
	kit_ok(nk_csv_mapping_read(nk_buf_bytes(&p.text), p.arena, &m, &p.err), &p.err);
	kit_ok(nk_arena_dup(p.arena, nk_buf_str(&p.text), &text, &p.err), &p.err);
	r = kit_read_bytes(nk_bytes_of(HEADER ROW_1 ROW_2, strlen(HEADER ROW_1 ROW_2)), (struct kit_read_options){ .mapping = text.ptr });
	kit_ok(r.rc, &r.err);
	assert_true(r.roster->n_persons == 2 && !r.roster->persons[1].enabled && r.roster->n_groups == 2);
	assert_string_equal(r.roster->persons[1].field[NK_FIELD_FAMILY_SHOWN].ptr, "佐藤");
	assert_string_equal(r.roster->persons[0].field[NK_FIELD_FAMILY_KANA].ptr, "オオタ");
	assert_true(r.roster->persons[0].n_memberships == 2 && r.roster->persons[0].memberships[1].number == 3);
	kit_read_done(&r);
}

static void what_is_doubtful_is_asked_and_answers_count(void **state)
{
	static const char list[] = "学籍番号,氏名,誕生日,備考\n0012,太田元気,1/2/2008,休学\n13,髙橋 直子,5/6/2008,\n";
	const struct nk_str answers[] = { NK_STR("zeros=yes"), NK_STR("split=no"), NK_STR("birth:誕生日=no") };
	NK_OWNED(proposed_done) struct proposed p = propose(list, (struct nk_propose_options){ .fd = -1 });
	NK_OWNED(proposed_done)
	struct proposed q = propose(list, (struct nk_propose_options){ .fd = -1, .answers = answers, .n_answers = 3 });

	(void)state;
	kit_ok(p.rc, &p.err);
	assert_true(doubt_of(&p, "zeros").id != NULL && doubt_of(&p, "zeros").open && !doubt_of(&p, "zeros").yes && doubt_of(&p, "zeros").n == 4);
	assert_true(doubt_of(&p, "split").n == 1 && doubt_of(&p, "state").yes && doubt_of(&p, "no-kana").id != NULL);
	assert_true(doubt_of(&p, "dates").n == 2 && doubt_of(&p, "key").id == NULL);
	assert_false(writes(&p, "key_length") || writes(&p, "name_split"));
	assert_true(writes(&q, "key_length = 4\n") && writes(&q, "name_split = refuse\n") && !writes(&q, "誕生日"));
	assert_false(doubt_of(&q, "zeros").open || doubt_of(&q, "split").open);
}

#define CLASSES "学籍番号,氏名,カナ,生年月日,学年,クラス,出席番号\n"
#define CLASSES_ROWS "1,太田 元気,オオタ ゲンキ,2008-04-02,1年,A,3\n2,髙橋 直子,タカハシ ナオコ,2007-05-01,2年,A,4\n3,森 一,モリ ハジメ,2008-05-01,１年,１,4\n"

static struct kit_read read_classes(struct proposed *p, const char *instead)
{
	struct nk_str text;

	kit_ok(nk_arena_dup(p->arena, nk_buf_str(&p->text), &text, &p->err), &p->err);
	return kit_read_bytes(nk_bytes_of(CLASSES CLASSES_ROWS, strlen(CLASSES CLASSES_ROWS)),
		(struct kit_read_options){ .mapping = instead != NULL ? instead : text.ptr });
}

static void classes_of_no_named_school_ask_for_its_name(void **state)
{
	const struct nk_str name = NK_STR("unit_name=星見高等学校");
	NK_OWNED(proposed_done) struct proposed p = propose(CLASSES CLASSES_ROWS, (struct nk_propose_options){ .fd = -1 });
	NK_OWNED(proposed_done)
	struct proposed q = propose(CLASSES CLASSES_ROWS, (struct nk_propose_options){ .fd = -1, .unit_name = NK_STR("本校") });
	NK_OWNED(proposed_done)
	struct proposed r = propose(CLASSES CLASSES_ROWS, (struct nk_propose_options){ .fd = -1, .answers = &name, .n_answers = 1 });

	(void)state;
	assert_true(doubt_of(&p, "unit_name").open && doubt_of(&p, "unit_name").text.len == 0 && !writes(&p, "unit_name"));
	assert_true(doubt_of(&q, "unit_name").open && writes(&q, "unit_name = 本校\nunit_kind = school\n"));
	assert_true(!doubt_of(&r, "unit_name").open && writes(&r, "unit_name = 星見高等学校\n"));
	assert_false(doubt_of(&p, "birth").yes || writes(&p, "生年月日"));
}

static void a_class_is_called_by_its_grade_and_is_some_schools(void **state)
{
	const struct nk_str name = NK_STR("unit_name=星見高等学校");
	NK_OWNED(proposed_done)
	struct proposed p = propose(CLASSES CLASSES_ROWS, (struct nk_propose_options){ .fd = -1, .answers = &name, .n_answers = 1 });
	static const char *const titles[] = { "1年A組", "2年A組", "1年１組" };
	struct kit_read r = read_classes(&p, NULL);

	(void)state;
	kit_ok(r.rc, &r.err);
	assert_int_equal(r.roster->n_groups, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(r.roster->groups[i].title.ptr, titles[i]);
		assert_true(r.roster->groups[i].school_year >= 2024);
	}
	kit_read_done(&r);
	r = read_classes(&p, "[columns]\n学籍番号 = student_number\n氏名 = full_name\nクラス = home_class\n出席番号 = attendance\n[options]\nkey = 学籍番号\n");
	assert_int_equal(r.rc.code, NK_INVALID);
	kit_read_done(&r);
}

static void a_list_without_a_key_asks_for_one(void **state)
{
	static const char list[] = "氏名,カナ\n太田 元気,オオタ ゲンキ\n";
	NK_OWNED(proposed_done) struct proposed p = propose(list, (struct nk_propose_options){ .fd = -1 });
	NK_OWNED(proposed_done) struct proposed q = propose(list, (struct nk_propose_options){ .fd = -1, .key = NK_STR("氏名") });

	(void)state;
	assert_true(p.p.key == SIZE_MAX && doubt_of(&p, "key").open);
	assert_true(q.p.key == 0 && doubt_of(&q, "key").id == NULL && writes(&q, "key = 氏名\n"));
}

static void content_that_contradicts_its_header_is_not_read_in_silence(void **state)
{
	NK_OWNED(proposed_done)
	struct proposed p = propose("学籍番号,氏名,カナ,メール\n1,太田 元気,太田 元気,なし\n", (struct nk_propose_options){ .fd = -1 });

	(void)state;
	assert_true(doubt_of(&p, "content").id != NULL && !writes(&p, "メール") && !writes(&p, "カナ"));
}

static void a_column_or_item_that_is_not_there_is_a_usage_error(void **state)
{
	const struct nk_str bad[] = { NK_STR("番号=login"), NK_STR("氏名=shoe_size"), NK_STR("氏名") };

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(bad); i++) {
		struct proposed p = propose("学籍番号,氏名\n1,太田 元気\n", (struct nk_propose_options){ .fd = -1, .sets = &bad[i], .n_sets = 1 });

		assert_true(p.rc.code == NK_USAGE);
		proposed_done(&p);
	}
}

/* Neither the proposal nor its text holds a value of somebody's, unless it was asked for. */
static void no_value_stands_in_a_proposal(void **state)
{
	NK_OWNED(proposed_done) struct proposed p = propose(HEADER ROW_1 ROW_2, (struct nk_propose_options){ .fd = -1 });

	(void)state;
	assert_false(writes(&p, "太田") || writes(&p, "21M") || writes(&p, "x.jp"));
	for (size_t i = 0; i < p.p.n_columns; i++) {
		assert_true(p.p.columns[i].sample.len == 0);
	}
}

/* The first line of such a list is somebody: it must not come out as a list of columns. */
static void a_list_without_a_header_is_refused_unshown(void **state)
{
	const struct nk_str set[] = { NK_STR("id=student_number") };
	NK_OWNED(proposed_done) struct proposed p = propose("21M0001,太田 元気,工学部\n21M0002,髙橋 直子,文学部\n", (struct nk_propose_options){ .fd = -1 });
	NK_OWNED(proposed_done)
	struct proposed q = propose("id,x\n1,a\n", (struct nk_propose_options){ .fd = -1, .sets = set, .n_sets = 1 });

	(void)state;
	assert_true(p.rc.code == NK_INVALID && strstr(p.err.text[NK_LANG_EN], "太田") == NULL);
	assert_true(nk_ok(q.rc) && q.p.key == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_headers_become_items_and_the_mapping_reads_the_list),
		cmocka_unit_test(what_is_doubtful_is_asked_and_answers_count),
		cmocka_unit_test(classes_of_no_named_school_ask_for_its_name),
		cmocka_unit_test(a_class_is_called_by_its_grade_and_is_some_schools),
		cmocka_unit_test(a_list_without_a_key_asks_for_one),
		cmocka_unit_test(content_that_contradicts_its_header_is_not_read_in_silence),
		cmocka_unit_test(a_column_or_item_that_is_not_there_is_a_usage_error),
		cmocka_unit_test(no_value_stands_in_a_proposal),
		cmocka_unit_test(a_list_without_a_header_is_refused_unshown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
