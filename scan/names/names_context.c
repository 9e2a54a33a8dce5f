/*
 * What stands around a possible name: forms of address, roles, readings and dates in brackets, labels. Pure; looks at
 * most some dozen units away.
 */
#include "nks_labels.h"
#include "nks_names.h"

#include <uchar.h>

enum { NOTE_MAX = 24, SUPPORT = 2000, SUPPORT_READING = 5000 };

struct role {
	const char16_t *word;
	uint8_t len;
	char kind; /* 'h' form of address, 'a' role behind a name, 'b' role before a name, '2' both */
};

#define ROLE(text, kind)                                       \
	{                                                      \
		text, sizeof text / sizeof(char16_t) - 1, kind \
	}
static const struct role roles[] = {
	ROLE(u"様", 'h'),
	ROLE(u"さま", 'h'),
	ROLE(u"さん", 'h'),
	ROLE(u"サン", 'h'),
	ROLE(u"ちゃん", 'h'),
	ROLE(u"くん", 'h'),
	ROLE(u"君", 'h'),
	ROLE(u"氏", 'h'),
	ROLE(u"殿", 'h'),
	ROLE(u"嬢", 'h'),
	ROLE(u"先生", 'h'),
	ROLE(u"先輩", 'h'),
	ROLE(u"女史", 'h'),
	ROLE(u"選手", 'a'),
	ROLE(u"容疑者", 'a'),
	ROLE(u"被告", 'a'),
	ROLE(u"受刑者", 'a'),
	ROLE(u"死刑囚", 'a'),
	ROLE(u"教授", '2'),
	ROLE(u"准教授", '2'),
	ROLE(u"助教授", '2'),
	ROLE(u"助教", '2'),
	ROLE(u"講師", '2'),
	ROLE(u"教諭", '2'),
	ROLE(u"教員", 'b'),
	ROLE(u"助手", '2'),
	ROLE(u"博士", '2'),
	ROLE(u"校長", '2'),
	ROLE(u"副校長", '2'),
	ROLE(u"教頭", '2'),
	ROLE(u"園長", '2'),
	ROLE(u"学長", '2'),
	ROLE(u"総長", '2'),
	ROLE(u"学部長", '2'),
	ROLE(u"部長", '2'),
	ROLE(u"次長", '2'),
	ROLE(u"課長", '2'),
	ROLE(u"係長", '2'),
	ROLE(u"主任", '2'),
	ROLE(u"主事", '2'),
	ROLE(u"主査", '2'),
	ROLE(u"室長", '2'),
	ROLE(u"局長", '2'),
	ROLE(u"所長", '2'),
	ROLE(u"店長", '2'),
	ROLE(u"支店長", '2'),
	ROLE(u"工場長", '2'),
	ROLE(u"社長", '2'),
	ROLE(u"会長", '2'),
	ROLE(u"副会長", '2'),
	ROLE(u"副社長", '2'),
	ROLE(u"専務", '2'),
	ROLE(u"常務", '2'),
	ROLE(u"取締役", '2'),
	ROLE(u"理事", '2'),
	ROLE(u"理事長", '2'),
	ROLE(u"監事", '2'),
	ROLE(u"委員", '2'),
	ROLE(u"委員長", '2'),
	ROLE(u"幹事", '2'),
	ROLE(u"議員", '2'),
	ROLE(u"議長", '2'),
	ROLE(u"知事", '2'),
	ROLE(u"市長", '2'),
	ROLE(u"町長", '2'),
	ROLE(u"村長", '2'),
	ROLE(u"区長", '2'),
	ROLE(u"大臣", '2'),
	ROLE(u"首相", '2'),
	ROLE(u"総理", '2'),
	ROLE(u"長官", '2'),
	ROLE(u"大使", '2'),
	ROLE(u"代表", '2'),
	ROLE(u"監督", '2'),
	ROLE(u"投手", '2'),
	ROLE(u"捕手", '2'),
	ROLE(u"内野手", '2'),
	ROLE(u"外野手", '2'),
	ROLE(u"騎手", '2'),
	ROLE(u"名人", 'a'),
	ROLE(u"竜王", 'a'),
	ROLE(u"棋士", 'b'),
	ROLE(u"力士", 'b'),
	ROLE(u"医師", '2'),
	ROLE(u"看護師", '2'),
	ROLE(u"弁護士", '2'),
	ROLE(u"税理士", '2'),
	ROLE(u"会計士", '2'),
	ROLE(u"行政書士", '2'),
	ROLE(u"司法書士", '2'),
	ROLE(u"保健師", '2'),
	ROLE(u"記者", '2'),
	ROLE(u"編集長", '2'),
	ROLE(u"画伯", 'a'),
	ROLE(u"師匠", 'a'),
	ROLE(u"担任", '2'),
	ROLE(u"顧問", '2'),
	ROLE(u"主将", '2'),
	ROLE(u"隊長", '2'),
	ROLE(u"少佐", '2'),
	ROLE(u"大佐", '2'),
	ROLE(u"中佐", '2'),
	ROLE(u"少将", '2'),
	ROLE(u"中将", '2'),
	ROLE(u"大将", '2'),
	ROLE(u"大尉", '2'),
	ROLE(u"中尉", '2'),
	ROLE(u"巡査", '2'),
	ROLE(u"警部", '2'),
	ROLE(u"刑事", '2'),
	ROLE(u"判事", '2'),
	ROLE(u"検事", '2'),
	ROLE(u"裁判長", '2'),
	ROLE(u"作家", 'b'),
	ROLE(u"小説家", 'b'),
	ROLE(u"漫画家", 'b'),
	ROLE(u"作曲家", 'b'),
	ROLE(u"作詞家", 'b'),
	ROLE(u"画家", 'b'),
	ROLE(u"建築家", 'b'),
	ROLE(u"彫刻家", 'b'),
	ROLE(u"写真家", 'b'),
	ROLE(u"評論家", 'b'),
	ROLE(u"政治家", 'b'),
	ROLE(u"実業家", 'b'),
	ROLE(u"歌手", 'b'),
	ROLE(u"俳優", 'b'),
	ROLE(u"女優", 'b'),
	ROLE(u"声優", 'b'),
	ROLE(u"詩人", 'b'),
	ROLE(u"俳人", 'b'),
	ROLE(u"歌人", 'b'),
	ROLE(u"学者", 'b'),
	ROLE(u"武将", 'b'),
	ROLE(u"主人公", 'b'),
	ROLE(u"脚本家", 'b'),
	ROLE(u"映画監督", 'b'),
	ROLE(u"演出家", 'b'),
	ROLE(u"落語家", 'b'),
	ROLE(u"長男", 'b'),
	ROLE(u"次男", 'b'),
	ROLE(u"三男", 'b'),
	ROLE(u"長女", 'b'),
	ROLE(u"次女", 'b'),
	ROLE(u"三女", 'b'),
	ROLE(u"保護者", 'b'),
	ROLE(u"担当", 'b'),
	ROLE(u"責任者", 'b'),
	ROLE(u"部員", 'b'),
	ROLE(u"社員", 'b'),
	ROLE(u"職員", 'b'),
	ROLE(u"生徒", 'b'),
	ROLE(u"学生", 'b'),
	ROLE(u"被害者", 'b'),
	ROLE(u"発起人", 'b'),
	ROLE(u"代理人", 'b'),
	ROLE(u"相続人", 'b'),
	ROLE(u"創業者", 'b'),
	ROLE(u"創設者", 'b'),
	ROLE(u"研究者", 'b'),
};

/* What makes of a name before it the name of something else. */
static const struct role things[] = {
	ROLE(u"株式会社", 't'),
	ROLE(u"有限会社", 't'),
	ROLE(u"合同会社", 't'),
	ROLE(u"商店", 't'),
	ROLE(u"商会", 't'),
	ROLE(u"ビル", 't'),
	ROLE(u"学院", 't'),
	ROLE(u"学園", 't'),
	ROLE(u"高等", 't'),
	ROLE(u"高校", 't'),
	ROLE(u"大学", 't'),
	ROLE(u"中学", 't'),
	ROLE(u"小学", 't'),
	ROLE(u"病院", 't'),
	ROLE(u"医院", 't'),
	ROLE(u"診療所", 't'),
	ROLE(u"クリニック", 't'),
	ROLE(u"事務所", 't'),
	ROLE(u"工業", 't'),
	ROLE(u"産業", 't'),
	ROLE(u"製作所", 't'),
	ROLE(u"工務店", 't'),
	ROLE(u"建設", 't'),
	ROLE(u"銀行", 't'),
	ROLE(u"信用金庫", 't'),
	ROLE(u"支店", 't'),
	ROLE(u"支社", 't'),
	ROLE(u"会館", 't'),
	ROLE(u"学会", 't'),
	ROLE(u"文学", 't'),
	ROLE(u"文化", 't'),
	ROLE(u"記念", 't'),
	ROLE(u"公園", 't'),
	ROLE(u"神社", 't'),
	ROLE(u"大社", 't'),
	ROLE(u"鉄道", 't'),
	ROLE(u"空港", 't'),
	ROLE(u"美術館", 't'),
	ROLE(u"博物館", 't'),
	ROLE(u"図書館", 't'),
	ROLE(u"研究所", 't'),
	ROLE(u"電機", 't'),
	ROLE(u"電気", 't'),
	ROLE(u"製薬", 't'),
	ROLE(u"酒造", 't'),
	ROLE(u"書店", 't'),
	ROLE(u"書房", 't'),
	ROLE(u"出版", 't'),
	ROLE(u"旅館", 't'),
	ROLE(u"温泉", 't'),
	ROLE(u"団地", 't'),
	ROLE(u"御中", 't'),
	ROLE(u"丁目", 't'),
	ROLE(u"番地", 't'),
	ROLE(u"交差点", 't'),
	ROLE(u"駅", 't'),
	ROLE(u"線", 't'),
	ROLE(u"城", 't'),
	ROLE(u"寺", 't'),
	ROLE(u"川", 't'),
	ROLE(u"山", 't'),
	ROLE(u"島", 't'),
	ROLE(u"橋", 't'),
	ROLE(u"峠", 't'),
	ROLE(u"湖", 't'),
	ROLE(u"町", 't'),
	ROLE(u"市", 't'),
	ROLE(u"村", 't'),
	ROLE(u"区", 't'),
	ROLE(u"郡", 't'),
	ROLE(u"県", 't'),
	ROLE(u"街道", 't'),
	ROLE(u"通り", 't'),
	ROLE(u"賞", 't'),
	ROLE(u"杯", 't'),
};
#undef ROLE

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

/* The kind of the longest role that begins (or, behind = false, ends) at `at`; 0: none. */
static char role_at(const struct nks_text *t, size_t at, bool behind, size_t *out_len)
{
	char kind = 0;
	*out_len = 0;
	nks_unit next = t->u[behind ? (ptrdiff_t)at : (ptrdiff_t)at - 1];
	bool kana = next == u'さ' || next == u'サ' || next == u'く' || next == u'ち';
	if (next < 0x3400 && !(behind && kana)) {
		return 0; /* all others begin and end with kanji */
	}
	nks_unit edge = nks_fold[t->u[behind ? (ptrdiff_t)at : (ptrdiff_t)at - 1]]; /* zeros stand around a block */
	for (size_t k = 0; k < sizeof roles / sizeof roles[0]; k++) {
		const struct role *r = &roles[k];
		bool wanted = behind ? r->kind != 'b' : r->kind == 'b' || r->kind == '2';
		size_t n = r->len;
		nks_unit mine = nks_fold[r->word[behind ? 0 : n - 1]];
		if (mine != edge || !wanted || n <= *out_len || (!behind && n > at)) {
			continue;
		}
		if (stands_at(t, behind ? at : at - n, r->word, n)) {
			kind = r->kind;
			*out_len = n;
		}
	}
	return kind;
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
	size_t len = 0;
	char kind = role_at(t, at + skip, true, &len);
	*honorific = kind == 'h';
	if (kind == 0 || kind == 'x') {
		return 0;
	}
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

static bool is_thing(const struct nks_text *t, size_t at)
{
	bool joins = at + 1 < t->n && (t->u[at] == u'ケ' || t->u[at] == u'ヶ' || t->u[at] == u'ノ');
	if (joins && is_han(t, at + 1)) {
		return true; /* 大野亀ヶ岡 */
	}
	size_t skip = at < t->n && is_blank(t->u[at]) ? 1 : 0;
	for (size_t k = 0; k < sizeof things / sizeof things[0]; k++) {
		size_t n = things[k].len;
		size_t from = at + (n >= 3 ? skip : 0);
		if (nks_fold[t->u[from]] == nks_fold[things[k].word[0]] && stands_at(t, from, things[k].word, n)) {
			return true;
		}
	}
	return false;
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
	size_t role_len = 0;
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
	if (role_at(t, at - skip, false, &role_len)) {
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
	for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
		if (stands_at(t, at, known[k].text, length_of(known[k].text))) {
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
