/*
 * census_words.c: words by which accounts of programs, rooms and offices are known, and the words of a census.
 *
 * ASCII words count as whole words ("svc-backup", "root"), Japanese ones anywhere. A word is a hint for whoever
 * decides, no decision.
 */
#include "base.h"
#include "census.h"

static const struct {
	const char *word;
	enum nk_census_kind kind;
} words[] = {
	{ "admin", NK_CENSUS_SERVICE }, { "administrator", NK_CENSUS_SERVICE }, { "root", NK_CENSUS_SERVICE },
	{ "svc", NK_CENSUS_SERVICE }, { "service", NK_CENSUS_SERVICE }, { "daemon", NK_CENSUS_SERVICE },
	{ "system", NK_CENSUS_SERVICE }, { "backup", NK_CENSUS_SERVICE }, { "batch", NK_CENSUS_SERVICE },
	{ "sync", NK_CENSUS_SERVICE }, { "ldap", NK_CENSUS_SERVICE }, { "radius", NK_CENSUS_SERVICE },
	{ "proxy", NK_CENSUS_SERVICE }, { "bind", NK_CENSUS_SERVICE }, { "monitor", NK_CENSUS_SERVICE },
	{ "printer", NK_CENSUS_SERVICE }, { "scanner", NK_CENSUS_SERVICE }, { "copier", NK_CENSUS_SERVICE },
	{ "test", NK_CENSUS_SERVICE }, { "api", NK_CENSUS_SERVICE }, { "bot", NK_CENSUS_SERVICE },
	{ "breakglass", NK_CENSUS_SERVICE }, { "emergency", NK_CENSUS_SERVICE }, { "管理者", NK_CENSUS_SERVICE },
	{ "連携", NK_CENSUS_SERVICE }, { "複合機", NK_CENSUS_SERVICE }, { "プリンタ", NK_CENSUS_SERVICE },
	{ "テスト", NK_CENSUS_SERVICE }, { "システム", NK_CENSUS_SERVICE }, { "緊急用", NK_CENSUS_SERVICE },
	{ "guest", NK_CENSUS_SHARED }, { "shared", NK_CENSUS_SHARED }, { "common", NK_CENSUS_SHARED },
	{ "office", NK_CENSUS_SHARED }, { "info", NK_CENSUS_SHARED }, { "room", NK_CENSUS_SHARED },
	{ "jimu", NK_CENSUS_SHARED }, { "kyotsu", NK_CENSUS_SHARED }, { "shokuin", NK_CENSUS_SHARED },
	{ "library", NK_CENSUS_SHARED }, { "kiosk", NK_CENSUS_SHARED }, { "共用", NK_CENSUS_SHARED },
	{ "共有", NK_CENSUS_SHARED }, { "共通", NK_CENSUS_SHARED }, { "職員室", NK_CENSUS_SHARED },
	{ "事務室", NK_CENSUS_SHARED }, { "校長室", NK_CENSUS_SHARED }, { "保健室", NK_CENSUS_SHARED },
	{ "図書室", NK_CENSUS_SHARED }, { "教室", NK_CENSUS_SHARED }, { "窓口", NK_CENSUS_SHARED },
	{ "代表", NK_CENSUS_SHARED }, { "予備", NK_CENSUS_SHARED }, { "ゲスト", NK_CENSUS_SHARED },
	{ "来客", NK_CENSUS_SHARED },
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_word(struct nk_str text, struct nk_str word)
{
	for (size_t at = 0; at + word.len <= text.len; at++) {
		const bool whole = (at == 0 || !is_letter(text.ptr[at - 1])) &&
			(at + word.len == text.len || !is_letter(text.ptr[at + word.len]));

		if (nk_str_ieq(nk_str_sub(text, at, word.len), word) && (whole || !is_letter(word.ptr[0]))) {
			return true;
		}
	}
	return false;
}

enum nk_census_kind nk_census_words(struct nk_str text)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (has_word(text, nk_str_c(words[i].word))) {
			return words[i].kind;
		}
	}
	return NK_CENSUS_NOBODY;
}

static const struct {
	const char *name, *text;
} whys[NK_CENSUS_WHY_COUNT] = {
	{ "login", NK_N("login") },
	{ "mail", NK_N("mail") },
	{ "number", NK_N("number") },
	{ "name", NK_N("name") },
	{ "variant", NK_N("name in other characters") },
	{ "kana", NK_N("reading") },
	{ "romaji", NK_N("romaji") },
	{ "former", NK_N("as it was before") },
	{ "other-name", NK_N("but another name") },
	{ "several", NK_N("several persons fit") },
	{ "left", NK_N("left before") },
};
static const struct {
	const char *name, *text;
} kinds[NK_CENSUS_KIND_COUNT] = {
	[NK_CENSUS_NOBODY] = { "nobody", NK_N("matches nobody") },
	[NK_CENSUS_SURE] = { "sure", NK_N("almost certainly a person's") },
	[NK_CENSUS_LIKELY] = { "likely", NK_N("probably a person's") },
	[NK_CENSUS_POSSIBLE] = { "possible", NK_N("possibly a person's") },
	[NK_CENSUS_LEAVER] = { "leaver", NK_N("of somebody who left") },
	[NK_CENSUS_SERVICE] = { "service", NK_N("looks like a service account") },
	[NK_CENSUS_SHARED] = { "shared", NK_N("looks like a shared account") },
};

const char *nk_census_why_name(unsigned i)
{
	return whys[i].name;
}

const char *nk_census_why_text(unsigned i)
{
	return whys[i].text;
}

const char *nk_census_kind_name(enum nk_census_kind k)
{
	return kinds[k].name;
}

const char *nk_census_kind_text(enum nk_census_kind k)
{
	return kinds[k].text;
}
