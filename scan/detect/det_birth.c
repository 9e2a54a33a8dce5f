/*
 * det_birth.c: dates of birth: a day of the calendar where a label or heading says so, or 生 follows.
 */
#include "nks_detect_int.h"

enum { YOUNGEST = 2035, OLDEST = 1880, TAIL = 3 };

/* 生, 生まれ, (生): but not 生徒 and 生活. */
static bool born_behind(const struct nks_text *t, size_t end)
{
	for (size_t i = end; i < t->n && i < end + TAIL; i++) {
		nks_unit u = t->u[i], next = i + 1 < t->n ? t->u[i + 1] : 0;
		if (u == 0x751f) {
			return !nks_text_is(t, NKS_M_HAN, i + 1) || next == 0x307e;
		}
		if (!nks_is_blank(u) && u != '(' && u != 0xff08) {
			return false;
		}
	}
	return false;
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	struct nks_date date = { .at = at };
	(void)run;
	if (!nks_day_at(text, at, &date) || date.year < OLDEST || date.year > YOUNGEST) {
		return false;
	}
	hit->at = date.at;
	hit->len = date.len;
	hit->why = NKS_WHY(SHAPE) | NKS_WHY(EXISTS);
	hit->why |=
		born_behind(text, date.at + date.len) ? NKS_WHY(LABEL) : nks_context(text, at, NKS_LABEL_BIT(BIRTH));
	return (hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN) | NKS_WHY(NEAR))) != 0;
}

static const char *const hits[] = {
	"生年月日: «1985/4/1»",
	"生年月日：«昭和60年4月1日»",
	"生年月日 «S60.4.1»",
	"生年月日 «19850401»",
	"生年月日 «S600401»",
	"«昭和六十年四月一日»生",
	"生年月日：«平成元年1月8日»",
	"生年月日 «㍼60年4月1日»",
	"誕生日: «２０１０年１２月３１日»",
	"«1985年4月1日»生まれ",
	"生年月日: «令和3年 5月 6日»",
	"生年月日 «H7.3.31»",
	"生年月日「«一九八五年四月一日»」",
	"生年月日 «1985-04-01»",
	"birthday: «1999-12-31»",
	"DOB: «19991231»",
	"生年月日 «12/31/1999»",
	"生年月日 «大正15年12月24日»",
	NULL,
};
static const char *const misses[] = {
	"1985/4/1",
	"昭和60年4月1日",
	"生年月日: 1985/13/1",
	"生年月日: 昭和65年4月1日",
	"生年月日: 1985/2/29",
	"生年月日 平成元年1月7日",
	"2026-11-23 08:01:58",
	"1985年4月1日生徒会",
	"生年月日 19851301",
	NULL,
};

const struct nks_detector nks_det_birth = { .name = "birth",
	.class = NKS_CLASS_BIRTH_DATE,
	.trigger = NKS_ON_DATE,
	.look = look,
	.hits = hits,
	.misses = misses };
