/*
 * What stands around a possible name: forms of address, roles, readings and dates in brackets, labels. Pure; looks at
 * most some dozen units away.
 */
#include "nks_labels.h"
#include "nks_names.h"
#include "nks_roles.h"

#include <uchar.h>

enum { NOTE_MAX = 24, SUPPORT = 2000, SUPPORT_READING = 5000 };

static size_t length_of(const char16_t *word)
{
	size_t n = 0;
	while (word[n]) {
		n++;
	}
	return n;
}

static bool stands_at(const struct nks_text *t, size_t at, const char16_t *word, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (at + k >= t->n || nks_fold[t->u[at + k]] != nks_fold[word[k]]) {
			return false;
		}
	}
	return true;
}

/* Whether the folded role stands at `at`. Before a block there are zeros, behind it too. */
static bool is_role_at(const struct nks_text *t, size_t at, const struct nks_role *r)
{
	for (size_t k = 0; k < r->len; k++) {
		if (at + k >= t->n || nks_fold[t->u[at + k]] != nks_role_units[r->at + k]) {
			return false;
		}
	}
	return true;
}

/* The longest role that begins (or, behind = false, ends) at `at`, or NULL. */
static const struct nks_role *role_at(const struct nks_text *t, size_t at, bool behind)
{
	nks_unit next = t->u[behind ? (ptrdiff_t)at : (ptrdiff_t)at - 1];
	bool kana = next == u'さ' || next == u'サ' || next == u'く' || next == u'ち';
	if (next < 0x3400 && !(behind && kana)) {
		return NULL; /* all others begin and end with kanji */
	}
	size_t bucket = nks_role_bucket(behind ? NKS_ROLES_BEHIND : NKS_ROLES_BEFORE, nks_fold[next]);
	for (size_t k = nks_role_first[bucket]; k < nks_role_first[bucket + 1]; k++) {
		const struct nks_role *r = &nks_roles[k];
		if ((behind || r->len <= at) && is_role_at(t, behind ? at : at - r->len, r)) {
			return r;
		}
	}
	return NULL;
}

static bool is_blank(nks_unit u)
{
	return u == ' ' || u == 0x3000;
}

static bool is_kana(const struct nks_text *t, size_t i)
{
	return nks_text_is(t, NKS_M_KANA, i);
}

static bool is_han(const struct nks_text *t, size_t i)
{
	return nks_text_is(t, NKS_M_HAN, i);
}

size_t nks_names_role_behind(const struct nks_text *t, size_t at, bool *honorific)
{
	size_t skip = at < t->n && is_blank(t->u[at]) ? 1 : 0;
	const struct nks_role *r = role_at(t, at + skip, true);
	*honorific = r && r->kind == NKS_ROLE_ADDRESS;
	if (!r) {
		return 0;
	}
	size_t len = r->len;
	/* さんご is no form of address, 様子 and 氏名 neither. */
	size_t end = at + skip + len;
	bool one = len == 1 && end < t->n && is_han(t, end);
	return one ? 0 : skip + len;
}

/* A reading in brackets: （やまだ たろう、. */
static bool reading_behind(const struct nks_text *t, size_t at)
{
	if (at >= t->n || nks_fold[t->u[at]] != '(') {
		return false;
	}
	size_t i = at + 1;
	size_t kana = 0;
	while (i < t->n && i - at < NOTE_MAX && (is_kana(t, i) || is_blank(t->u[i]) || t->u[i] == 0x30fb)) {
		kana += is_kana(t, i);
		i++;
	}
	return kana >= 4 && i < t->n && (nks_fold[t->u[i]] == ')' || nks_fold[t->u[i]] == ',' || t->u[i] == 0x3001);
}

/* Dates and the like in brackets: （1950年, （昭和25年, （旧姓. */
static bool note_behind(const struct nks_text *t, size_t at)
{
	if (at >= t->n || nks_fold[t->u[at]] != '(') {
		return false;
	}
	size_t digits = 0;
	size_t i = at + 1;
	while (i < t->n && nks_text_is(t, NKS_M_DIGIT, i)) {
		digits++;
		i++;
	}
	return (digits == 4 && i < t->n && (t->u[i] == 0x5e74 || t->u[i] == '-')) ||
		stands_at(t, at + 1, u"昭和", 2) || stands_at(t, at + 1, u"明治", 2) ||
		stands_at(t, at + 1, u"大正", 2) || stands_at(t, at + 1, u"平成", 2) ||
		stands_at(t, at + 1, u"旧姓", 2) || stands_at(t, at + 1, u"本名", 2);
}

/* A thing of at least so many units. */
static bool thing_at(const struct nks_text *t, size_t at, size_t least)
{
	size_t bucket = nks_role_bucket(NKS_ROLES_THING, nks_fold[t->u[at]]);
	for (size_t k = nks_role_first[bucket]; k < nks_role_first[bucket + 1]; k++) {
		if (nks_roles[k].len >= least && is_role_at(t, at, &nks_roles[k])) {
			return true;
		}
	}
	return false;
}

static bool is_thing(const struct nks_text *t, size_t at)
{
	bool joins = at + 1 < t->n && (t->u[at] == u'ケ' || t->u[at] == u'ヶ' || t->u[at] == u'ノ');
	if (joins && is_han(t, at + 1)) {
		return true; /* 大野亀ヶ岡 */
	}
	size_t skip = at < t->n && is_blank(t->u[at]) ? 1 : 0;
	return thing_at(t, at, 1) || (skip > 0 && thing_at(t, at + skip, 3));
}

/* 株式会社 before it, or the middle of an address. */
static bool is_of_thing(const struct nks_text *t, size_t at)
{
	static const char16_t places[] = u"市区町村郡県府州";
	size_t end = at > 0 && is_blank(t->u[at - 1]) ? at - 1 : at;
	if (end >= 2 && (stands_at(t, end - 2, u"会社", 2) || stands_at(t, end - 2, u"法人", 2))) {
		return true;
	}
	for (size_t k = 0; at > 0 && places[k]; k++) {
		if (t->u[at - 1] == places[k]) {
			return true;
		}
	}
	return false;
}

bool nks_names_doubtful(const struct nks_text *t, size_t at, size_t len)
{
	size_t end = at + len;
	bool number = end < t->n && nks_text_is(t, NKS_M_DIGIT, end);
	return number || is_thing(t, end) || is_of_thing(t, at);
}

static uint64_t label_reasons(const struct nks_text *t, size_t at)
{
	uint32_t columns = nks_layout_columns(t);
	uint32_t others = columns & ~(UINT32_C(1) << NKS_LABEL_NAME | UINT32_C(1) << NKS_LABEL_OTHER_NUMBER);
	uint64_t why = 0;
	if (columns >> NKS_LABEL_NAME & 1 && nks_layout_at(t, at).column_label == NKS_LABEL_NAME) {
		why |= NKS_WHY(COLUMN) | (others ? NKS_WHY(ROW) : 0);
	}
	size_t end = at;
	while (end > 0 && end + 6 > at && !is_han(t, end - 1) && !is_kana(t, end - 1) && t->u[end - 1] != NKS_BREAK &&
		!nks_text_is(t, NKS_M_ALPHA, end - 1) && !nks_text_is(t, NKS_M_DIGIT, end - 1)) {
		end--;
	}
	size_t begin = 0;
	size_t lo = end > NKS_LABEL_LONGEST ? end - NKS_LABEL_LONGEST : 0;
	if (nks_label_ending(t->u, lo, end, &begin) == NKS_LABEL_NAME) {
		why |= NKS_WHY(LABEL);
	}
	return why;
}

struct nks_around nks_names_around(const struct nks_text *t, size_t at, size_t len)
{
	struct nks_around out = { .why = t->carved ? NKS_WHY(RANDOM) : 0 };
	bool honorific = false;
	if (nks_names_role_behind(t, at + len, &honorific) > 0) {
		out.why |= honorific ? NKS_WHY(HONORIFIC) : NKS_WHY(NEAR);
		out.support = SUPPORT;
	}
	if (note_behind(t, at + len)) {
		out.why |= NKS_WHY(NEAR);
		out.support = SUPPORT;
	}
	size_t skip = at > 0 && (is_blank(t->u[at - 1]) || t->u[at - 1] == 0x30fb) ? 1 : 0;
	skip = at > 1 && t->u[at - 1] == 0x306e ? 1 : skip; /* の */
	if (role_at(t, at - skip, false)) {
		out.why |= NKS_WHY(NEAR);
		out.support = SUPPORT;
	}
	if (reading_behind(t, at + len)) {
		out.why |= NKS_WHY(NEAR);
		out.support = SUPPORT_READING;
	}
	out.why |= t->layout ? label_reasons(t, at) : 0;
	return out;
}

unsigned nks_beside_left(const struct nks_text *t, size_t at)
{
	static const struct {
		nks_unit u;
		uint8_t beside;
	} known[] = { { u'の', NKS_B_NO }, { u'は', NKS_B_HA }, { u'が', NKS_B_GA }, { u'を', NKS_B_WO },
		{ u'に', NKS_B_NI }, { u'と', NKS_B_TO }, { u'も', NKS_B_MO }, { u'で', NKS_B_DE },
		{ u'へ', NKS_B_HE }, { u'や', NKS_B_YA }, { u'か', NKS_B_KA }, { u'た', NKS_B_TA },
		{ u'な', NKS_B_NA }, { u'る', NKS_B_VERB }, { u'い', NKS_B_ADJECTIVE }, { u'、', NKS_B_COMMA },
		{ u'，', NKS_B_COMMA }, { u'。', NKS_B_STOP }, { u'．', NKS_B_STOP }, { u'「', NKS_B_OPEN },
		{ u'『', NKS_B_OPEN }, { u'（', NKS_B_OPEN }, { u'(', NKS_B_OPEN }, { u'【', NKS_B_OPEN },
		{ u'」', NKS_B_CLOSE }, { u'』', NKS_B_CLOSE }, { u'）', NKS_B_CLOSE }, { u')', NKS_B_CLOSE },
		{ u'】', NKS_B_CLOSE }, { u'\n', NKS_B_EDGE }, { u'\r', NKS_B_EDGE }, { NKS_CELL, NKS_B_EDGE },
		{ NKS_ROW, NKS_B_EDGE }, { u'\t', NKS_B_EDGE }, { u',', NKS_B_EDGE }, { u'"', NKS_B_EDGE } };
	if (at == 0) {
		return NKS_B_EDGE;
	}
	nks_unit u = t->u[at - 1];
	for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
		if (known[k].u == u) {
			return known[k].beside;
		}
	}
	if (nks_text_is(t, NKS_M_DIGIT, at - 1)) {
		return NKS_W_NUMBER;
	}
	return nks_text_is(t, NKS_M_ALPHA, at - 1) || (u >= 0x30a1 && u <= 0x30fe) ? NKS_W_NOUN : NKS_B_SIGN;
}

unsigned nks_beside_right(const struct nks_text *t, size_t at)
{
	static const struct {
		const char16_t *text;
		uint8_t beside;
	} known[] = { { u"さん", NKS_W_S_PERSON }, { u"さま", NKS_W_S_PERSON }, { u"ちゃん", NKS_W_S_PERSON },
		{ u"くん", NKS_W_S_PERSON }, { u"の", NKS_B_NO }, { u"は", NKS_B_HA }, { u"が", NKS_B_GA },
		{ u"を", NKS_B_WO }, { u"に", NKS_B_NI }, { u"と", NKS_B_TO }, { u"も", NKS_B_MO },
		{ u"で", NKS_B_DE }, { u"へ", NKS_B_HE }, { u"や", NKS_B_YA }, { u"か", NKS_B_KA },
		{ u"な", NKS_B_NA }, { u"だ", NKS_B_DE }, { u"ま", NKS_B_DE }, { u"よ", NKS_B_DE },
		{ u"ら", NKS_B_DE }, { u"し", NKS_B_SURU }, { u"す", NKS_B_SURU }, { u"さ", NKS_B_SURU },
		{ u"、", NKS_B_COMMA }, { u"，", NKS_B_COMMA }, { u"。", NKS_B_STOP }, { u"．", NKS_B_STOP },
		{ u"「", NKS_B_OPEN }, { u"『", NKS_B_OPEN }, { u"（", NKS_B_OPEN }, { u"(", NKS_B_OPEN },
		{ u"」", NKS_B_CLOSE }, { u"』", NKS_B_CLOSE }, { u"）", NKS_B_CLOSE }, { u")", NKS_B_CLOSE },
		{ u"】", NKS_B_CLOSE }, { u"\n", NKS_B_EDGE }, { u"\r", NKS_B_EDGE }, { u"\x1f", NKS_B_EDGE },
		{ u"\x1e", NKS_B_EDGE }, { u"\t", NKS_B_EDGE }, { u",", NKS_B_EDGE }, { u"\"", NKS_B_EDGE } };
	if (at >= t->n) {
		return NKS_B_EDGE;
	}
	nks_unit edge = nks_fold[t->u[at]];
	for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
		if (nks_fold[known[k].text[0]] == edge && stands_at(t, at, known[k].text, length_of(known[k].text))) {
			return known[k].beside;
		}
	}
	if (nks_text_is(t, NKS_M_DIGIT, at)) {
		return NKS_W_NUMBER;
	}
	if (t->u[at] >= 0x3041 && t->u[at] <= 0x3096) {
		return NKS_B_VERB;
	}
	return nks_text_is(t, NKS_M_ALPHA, at) || is_kana(t, at) ? NKS_W_NOUN : NKS_B_SIGN;
}
