/*
 * case_test_kit.h: one invented case with everything in it, for the tests of forms, letters, exports and papers.
 */
#ifndef NK_CASE_TEST_KIT_H
#define NK_CASE_TEST_KIT_H

#include "facts.h"

#include <cmocka.h>

static inline nk_time kit_at(const char *text)
{
	nk_time t = 0;

	assert_true(nk_time_parse(nk_str_c(text), &t));
	return t;
}

static inline nk_date kit_day(const char *text)
{
	nk_date d = NK_DATE_NONE;

	assert_true(nk_date_parse(nk_str_c(text), &d));
	return d;
}

static const struct nk_item_persons kit_items[] = {
	{ { "name", 4 }, { 8236, 8236 } },
	{ { "mail", 4 }, { 8236, 8236 } },
	{ { "ids", 3 }, { 5198, 5198 } },
};
static const struct nk_affected kit_affected[] = {
	{ .id = { "a", 1 }, .kind = { "target", 6 }, .harm = { "may-be-leaked", 13 }, .read = NK_TRI_UNKNOWN, .missing_minutes = 7,
		.persons = { 0, 13434 } },
	{ .id = { "b", 1 }, .kind = { "terminal", 8 }, .harm = { "leaked", 6 }, .read = NK_TRI_YES, .readers = 3, .persons = { 4, 4 } },
	{ .id = { "c", 1 }, .kind = { "backup", 6 }, .harm = { "damaged", 7 }, .read = NK_TRI_NO,
		.sources = { "操作ログ（欠落なし）", 30 }, .persons = { 13434, 13434 } },
};

/* The moments of kit_facts: invented after case E of controls.md. */
static inline void kit_course(struct nk_moment course[static 8])
{
	course[0] = (struct nk_moment){ kit_at("2023-08-15T18:40:00Z"), kit_at("2023-08-16T00:10:00Z"), NK_LANE_EVENT, true,
		NK_STR("外部からディレクトリサーバーへの不正なログイン。送信元の調査中") };
	course[1] = (struct nk_moment){ kit_at("2023-08-16T00:20:00Z"), 0, NK_LANE_EVENT, false,
		NK_STR("監視が異常な検索を検知し、職員が疑いを報告（受付番号 S-2023-0007）") };
	course[2] = (struct nk_moment){ kit_at("2023-08-16T01:05:00Z"), 0, NK_LANE_DECISION, false, NK_STR("対策本部を設置（取締役・個人情報保護主幹部門が出席）") };
	course[3] = (struct nk_moment){ kit_at("2023-08-16T02:30:00Z"), 0, NK_LANE_DECISION, false,
		NK_STR("サーバーをネットワークから切り離し、接続している全システムの管理者パスワードを変更。あわせて、過去 90 日分の操作ログと認証ログの保全を開始") };
	course[4] = (struct nk_moment){ kit_at("2023-08-18T06:00:00Z"), 0, NK_LANE_REPORT, false, NK_STR("個人情報保護委員会へ速報を提出") };
	course[5] = (struct nk_moment){ kit_at("2023-08-22T03:00:00Z"), 0, NK_LANE_REPORT, false, NK_STR("ウェブサイトで公表 <第1報>") };
	course[6] = (struct nk_moment){ kit_at("2023-08-25T01:00:00Z"), 0, NK_LANE_PERSON, false, NK_STR("本人 8,236 名へ通知を発送") };
	course[7] = (struct nk_moment){ kit_at("2023-08-30T08:00:00Z"), 0, NK_LANE_DECISION, false, NK_STR("再発防止策を決定") };
}

/* Facts as they are known on 2023-08-31; `course` has eight moments. */
static inline void kit_facts(struct nk_case_facts *f, const struct nk_moment *course)
{
	memset(f, 0, sizeof(*f));
	f->case_id = NK_STR("5b2c1160-a083-41f0-b4de-6102c171a07e");
	f->receipt = NK_STR("S-2023-0007");
	f->title = NK_STR("ディレクトリサーバーへの不正アクセス（架空の事案）");
	f->now = kit_at("2023-08-31T00:00:00Z");
	f->classes = (struct nk_classes){ .certain = 1U << NK_CLASS_MANY, .feared = 1U << NK_CLASS_WRONGFUL };
	f->items = kit_items;
	f->items_n = NK_ARRAY_LEN(kit_items);
	f->affected = kit_affected;
	f->affected_n = NK_ARRAY_LEN(kit_affected);
	f->course = course;
	f->course_n = 8;
	nk_fact_text_is(f, NK_FACT_ID_reporter, NK_STR("架空教育委員会"));
	nk_fact_text_is(f, NK_FACT_ID_reporter_address, NK_STR("架空県架空市1-2-3"));
	nk_fact_text_is(f, NK_FACT_ID_reporter_head, NK_STR("代表 架空 一郎"));
	nk_fact_text_is(f, NK_FACT_ID_clerk, NK_STR("情報政策課 架空 二郎 000-0000-0000"));
	nk_fact_text_is(f, NK_FACT_ID_summary, NK_STR("ディレクトリサーバーが外部から不正に操作され、登録者の情報が閲覧された可能性がある。"));
	nk_fact_time_is(f, NK_FACT_ID_occurred_from, kit_at("2023-08-15T18:40:00Z"));
	nk_fact_time_is(f, NK_FACT_ID_known_at, kit_at("2023-08-16T00:20:00Z"));
	nk_fact_text_is(f, NK_FACT_ID_discoverer, NK_STR("program"));
	nk_fact_text_is(f, NK_FACT_ID_data_kind, NK_STR("生徒・職員"));
	nk_fact_count_is(f, NK_FACT_ID_persons, (struct nk_count){ 8236, 13434 });
	nk_fact_text_is(f, NK_FACT_ID_cause_kind, NK_STR("unauthorised-access"));
	nk_fact_text_is(f, NK_FACT_ID_harm, NK_STR("unknown"));
	nk_fact_not_applicable(f, NK_FACT_ID_entrusting);
	nk_fact_not_applicable(f, NK_FACT_ID_report_before);
	nk_fact_count_is(f, NK_FACT_ID_persons_told, (struct nk_count){ 8236, 8236 });
	nk_fact_text_is(f, NK_FACT_ID_desk, NK_STR("専用窓口 0120-000-000（平日 9:00〜17:00）"));
}

#endif
