/*
 * det_mail.c: addresses of mail, of the sizes of RFC 5321, with an ending that is in use.
 *
 * Local parts are what people have: letters, digits, . _ + - % ~, doubled dots and dots at the end too (Japanese
 * mobile addresses). What looks like one and is none: user@host of programs and URLs, foo@2x.png, versions.
 */
#include "nks_detect_int.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, PART_MAX = 63, SHORT = 8 };

/* Endings of two letters: countries (ISO 3166) and ac eu su uk. */
static const char countries[] =
	"acadaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjbmbnbobrbsbtbwbybzcacccdcfcgchcickclcmcncocrcucvcwcxcyczdedjdkdmdo"
	"dzeceeegereseteufifjfkfmfofrgagdgegfggghgiglgmgngpgqgrgsgtgugwgyhkhmhnhrhthuidieiliminioiqirisitjejmjojpkekgkhkikmknkpkr"
	"kwkykzlalblclilklrlsltlulvlymamcmdmemgmhmkmlmmmnmompmqmrmsmtmumvmwmxmymznancnenfngninlnonpnrnunzompapepfpgphpkplpmpnprps"
	"ptpwpyqarerorsrurwsasbscsdsesgshsiskslsmsnsosrssstsusvsxsysztctdtftgthtjtktltmtntotrtttvtwtzuaugukusuyuzvavcvevgvivnvu"
	"wfwsyeytzazmzw";
/* Endings of more than two letters. */
static const char *const endings[] = { "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "pro",
	"museum", "coop", "aero", "jobs", "mobi", "travel", "cat", "tel", "asia", "xyz", "app", "dev", "cloud",
	"online", "site", "shop", "store", "tech", "blog", "club", "work", "world", "group", "email", "mail", "live",
	"page", "link", "space", "website", "academy", "school", "university", "college", "education", "study",
	"tokyo", "kyoto", "osaka", "nagoya", "yokohama", "okinawa", "ryukyu", "example", "test", "invalid", "local",
	"internal", "lan", "home", "corp", "arpa", "google", "goog", "amazon", "microsoft", "apple", "canon",
	"toyota", "sony", "hitachi", "fujitsu", "nhk", "moe", "ninja", "news", "media", "design", "today", "life",
	"love", "fun", "art", "best", "top", "vip", "win", "wiki", "zone", "company", "center", "team", "earth",
	"games", "care", "clinic", "health", "hospital", "doctor", "family", "house", "foundation", "ngo", "ong" };
/* Of two letters, more often a file than a country behind an @. */
static const char *const files[] = { "js", "ts", "so", "py", "rb", "cs", "hs", "md", "gz", "xz", "db" };

static nks_unit at_of(const struct nks_text *t, size_t i)
{
	return i < t->n ? nks_fold[t->u[i]] : 0;
}

static bool is_alnum(nks_unit f)
{
	return (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9');
}

static bool is_local(nks_unit f)
{
	return is_alnum(f) || f == '.' || f == '_' || f == '-' || f == '+' || f == '%' || f == '~';
}

static bool same(const struct nks_text *t, size_t at, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++) {
		if (word[i] == 0 || at_of(t, at + i) != (nks_unit)(unsigned char)word[i]) {
			return false;
		}
	}
	return word[len] == 0;
}

static bool among(const struct nks_text *t, size_t at, size_t len, const char *const *words, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (same(t, at, len, words[k])) {
			return true;
		}
	}
	return false;
}

/* Where the domain that begins at `from` ends, and its last part; 0: none. */
static size_t domain_end(const struct nks_text *t, size_t from, size_t *last)
{
	size_t i = from, part = from, end = 0;
	while (i - from <= DOMAIN_MAX) {
		nks_unit f = at_of(t, i);
		if (is_alnum(f) || (f == '-' && i > part)) {
			i++;
			continue;
		}
		if (i == part || i - part > PART_MAX || at_of(t, i - 1) == '-') {
			break;
		}
		end = i;
		*last = part;
		if (f != '.' || !is_alnum(at_of(t, i + 1))) {
			break;
		}
		part = ++i;
	}
	return end;
}

static bool is_country(nks_unit a, nks_unit b)
{
	for (size_t i = 0; i + 1 < sizeof countries - 1; i += 2) {
		if (a == (nks_unit)(unsigned char)countries[i] && b == (nks_unit)(unsigned char)countries[i + 1]) {
			return true;
		}
	}
	return false;
}

static bool known_ending(const struct nks_text *t, size_t at, size_t end)
{
	if (end - at == 2) {
		return is_country(at_of(t, at), at_of(t, at + 1)) &&
			!among(t, at, 2, files, sizeof files / sizeof files[0]);
	}
	return among(t, at, end - at, endings, sizeof endings / sizeof endings[0]) || same(t, at, end - at, "local");
}

static bool all_letters(const struct nks_text *t, size_t at, size_t end)
{
	for (size_t i = at; i < end; i++) {
		if (at_of(t, i) < 'a' || at_of(t, i) > 'z') {
			return false;
		}
	}
	return end - at >= 2 && end - at <= 24;
}

/* user@host of a URL, of scp, of a Message-ID. */
static bool is_program(const struct nks_text *t, size_t at, size_t end)
{
	nks_unit before = at > 0 ? at_of(t, at - 1) : 0, behind = at_of(t, end), next = at_of(t, end + 1);
	if (before == '/' && at > 1 && at_of(t, at - 2) == '/') {
		return true;
	}
	if (before == ':' && at > 1 && at_of(t, at - 2) != ' ') {
		for (size_t k = 2; k < 40 && at > k + 1 && at_of(t, at - k) != ' '; k++) {
			if (at_of(t, at - k) == '/' && at_of(t, at - k - 1) == '/') {
				return true;
			}
		}
	}
	if (behind == ':' && (next == '/' || next == '~' || (next >= 'a' && next <= 'z'))) {
		return true;
	}
	return before == '<' &&
		(nks_run_word(t, at - 1, "-id") || nks_run_word(t, at - 1, "references") ||
			nks_run_word(t, at - 1, "in-reply-to"));
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	(void)run;
	size_t begin = at, last = 0;
	while (begin > 0 && at - begin <= LOCAL_MAX && is_local(at_of(text, begin - 1))) {
		begin--;
	}
	if (at - begin > LOCAL_MAX) {
		return false;
	}
	while (begin < at && !is_alnum(at_of(text, begin)) && at_of(text, begin) != '_') {
		begin++;
	}
	if (begin == at) {
		return false;
	}
	size_t end = domain_end(text, at + 1, &last);
	if (end == 0 || last == at + 1 || !all_letters(text, last, end) || at_of(text, end) == '@' ||
		nks_text_is(text, NKS_M_AT, end)) {
		return false;
	}
	hit->at = begin;
	hit->len = end - begin;
	hit->why = NKS_WHY(SHAPE);
	hit->why |= known_ending(text, last, end) ? NKS_WHY(EXISTS) : 0;
	hit->why |= is_program(text, begin, end) ? NKS_WHY(AGAINST) : 0;
	hit->why |= text->carved && hit->len < SHORT ? NKS_WHY(HALF_KNOWN) : 0;
	if ((hit->why & NKS_WHY(EXISTS)) == 0) {
		hit->why |= nks_context(text, begin, NKS_LABEL_BIT(MAIL)) & ~NKS_WHY(AGAINST);
	}
	return true;
}

static const char *const hits[] = {
	"連絡先は«taro.yamada@example.jp»です",
	"<«a@b.co.jp»>",
	"«ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ»",
	"mail=«x_y+tag@sub.example.ac.jp»;",
	"«abc..d.@docomo.ne.jp»",
	"\"Yamada\" <«yamada-hanako@mail.example.com»>, ",
	"mailto:«info@example.org».",
	"送信先「«s2512345@st.example.ed.jp»」",
	NULL,
};
static const char *const misses[] = {
	"icon@2x.png",
	"foo@3x.jpg",
	"libc@2.36-9",
	"user@localhost",
	"git@github.com:user/repo.git",
	"https://user:secret@host.com/",
	"ssh://deploy@host.example.com/",
	"getty@tty1.service",
	"@decorator.setter",
	"a @ b.c",
	"pkg@^1.2.3",
	"x@.com",
	"root@10.0.0.1",
	"Message-ID: <20261123.1234@mail.example.com>",
	"a@b",
	"name@example.verylongendingthatdoesnotexistatall",
	"key@module.js",
	NULL,
};

const struct nks_detector nks_det_mail = {
	.name = "mail", .class = NKS_CLASS_MAIL, .trigger = NKS_ON_AT, .look = look, .hits = hits, .misses = misses
};
