/*
 * scan_words.c: the words by which every form of a scan's report speaks.
 */
#include "base.h"

#include "scan_show.h"

static const struct {
	const char *what, *word;
} words[] = {
	{ "mail", NK_N("mail address") },
	{ "phone", NK_N("phone number") },
	{ "address", NK_N("postal address") },
	{ "mynumber", NK_N("My Number") },
	{ "corporate-number", NK_N("corporate number (public)") },
	{ "driving-licence", NK_N("driving licence number") },
	{ "passport", NK_N("passport number") },
	{ "residence-card", NK_N("residence card number") },
	{ "pension-number", NK_N("basic pension number") },
	{ "health-insurance", NK_N("health insurance number") },
	{ "bank-account", NK_N("bank account") },
	{ "credit-card", NK_N("credit card number") },
	{ "birth-date", NK_N("date of birth") },
	{ "person-name", NK_N("name of a person") },
	{ "person-number", NK_N("student or staff number") },
	{ "rule", NK_N("own rule") },
	{ "kanji", NK_N("name") },
	{ "kana", NK_N("name in kana") },
	{ "romaji", NK_N("name in romaji") },
	{ "login", NK_N("login") },
	{ "id", NK_N("number or id") },
	{ "birthday", NK_N("birthday") },
	{ "text", NK_N("text") },
};

const char *nk_scan_word(const struct nk_cli *cli, const char *what)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (strcmp(words[i].what, what) == 0) {
			return nk_cli_tr(cli, words[i].word);
		}
	}
	return what;
}

struct nk_str nk_scan_words(struct nk_cli *cli, const char *what)
{
	struct nk_str out = NK_STR("");
	struct nk_str rest = nk_str_c(what);

	while (rest.len > 0) {
		const size_t plus = nk_str_find(rest, NK_STR(" + "));
		const struct nk_str one = nk_str_sub(rest, 0, plus == SIZE_MAX ? rest.len : plus);
		const char *const word = nk_scan_word(cli, nk_cli_text(cli, "%.*s", NK_FMT(one)).ptr);

		out = nk_cli_text(cli, "%.*s%s%s", NK_FMT(out), out.len > 0 ? " + " : "", word);
		rest = plus == SIZE_MAX ? NK_STR("") : nk_str_sub(rest, plus + 3, rest.len);
	}
	return out;
}

struct nk_str nk_scan_size(struct nk_cli *cli, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	double shown = (double)bytes;
	size_t u = 0;

	while (shown >= 999.5 && u + 1 < NK_ARRAY_LEN(units)) {
		shown /= 1000;
		u++;
	}
	return u == 0 || shown >= 99.5 ? nk_cli_text(cli, "%.0f %s", shown, units[u])
				       : nk_cli_text(cli, "%.1f %s", shown, units[u]);
}

int nk_scan_status(const struct nk_scan_reply *r)
{
	if (!r->complete) {
		return nk_err_exit(NK_INCOMPLETE);
	}
	return r->clean ? 0 : 2;
}

struct nk_str nk_scan_place(struct nk_cli *cli, const char *file, const char *inside)
{
	return nk_cli_text(cli, "%s%s%s", file, inside[0] != '\0' ? "!/" : "", inside);
}

struct nk_str nk_scan_uri(struct nk_cli *cli, struct nk_str path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	static const char hex[] = "0123456789ABCDEF";
	char *const text = nk_arena_array(cli->arena, path.len + 1, 3);
	size_t n = 0;

	if (text == NULL) {
		return NK_STR("");
	}
	for (size_t i = 0; i < path.len; i++) {
		const uint8_t c = (uint8_t)path.ptr[i];

		if (c != 0 && strchr(plain, c) != NULL) {
			text[n++] = (char)c;
			continue;
		}
		text[n++] = '%';
		text[n++] = hex[c >> 4];
		text[n++] = hex[c & 15];
	}
	return (struct nk_str){ text, n };
}
