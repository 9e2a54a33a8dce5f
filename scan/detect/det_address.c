/*
 * det_address.c: addresses from the prefecture, or from a city that there is, to the house number: 二丁目21番9号 =
 * 2の21の9 = 2-21-9.
 *
 * Asked at the sign that ends a city's name. A city with its prefecture and a house number is a finding; without the
 * prefecture the quarter has to be one of that city. Parts may stand in neighbouring cells.
 */
#include "nks_detect_int.h"

enum { CITY_BACK = 7, MIDDLE_MAX = 36, PARTS_MAX = 5, NUMBER_LONG = 6, POSTAL = 7 };

/* A house number: how many numbers, and whether words or marks make it one. */
struct house {
	size_t end;
	unsigned numbers;
	bool words; /* 番地, 番…号: nothing else is written so */
	bool chome;
};

/* The word between or behind numbers; 0: none, 1: 丁目, 2: 番地 番 号, 3: a mark. */
static unsigned word_at(const struct nks_text *t, size_t i, size_t *len)
{
	nks_unit a = i < t->n ? t->u[i] : 0, b = i + 1 < t->n ? t->u[i + 1] : 0;
	*len = 1;
	if (a == 0x4e01) {
		*len = b == 0x76ee ? 2 : 1;
		return b == 0x76ee || nks_is_digit(b) || nks_is_numeral(b) ? 1 : 0;
	}
	if (a == 0x756a) {
		*len = b == 0x5730 ? 2 : 1;
		return 2;
	}
	if (a == 0x53f7) {
		return 2;
	}
	bool number_behind = nks_is_digit(b) || nks_is_numeral(b);
	if ((nks_is_hyphen(a) || a == 0x306e || a == 0x30ce || a == 0x4e4b) && number_behind) {
		return 3;
	}
	return 0;
}

/* What the words say, as they come. */
static void take_word(struct house *h, unsigned kind, size_t len, nks_unit sign)
{
	if (kind == 1) {
		h->chome = true;
	}
	if (kind == 2 && (len == 2 || (sign == 0x53f7 && h->numbers > 1))) {
		h->words = true;
	}
}

static bool house_at(const struct nks_text *t, size_t i, struct house *h)
{
	*h = (struct house){ .end = i };
	while (h->numbers < PARTS_MAX) {
		unsigned value = 0;
		size_t len = 0, n = nks_number(t, i, &value);
		if (n == 0 || n > NUMBER_LONG || (value == 0 && h->numbers == 0)) {
			break;
		}
		h->numbers++;
		i += n;
		h->end = i;
		unsigned kind = word_at(t, i, &len);
		if (kind == 0) {
			break;
		}
		if (kind != 3) {
			take_word(h, kind, len, t->u[i]);
			h->end = i + len;
		}
		i += len;
		bool joined =
			kind == 2 && i < t->n && (t->u[i] == 0x306e || t->u[i] == 0x30ce || nks_is_hyphen(t->u[i]));
		i += joined ? 1 : 0;
		i += i < t->n && nks_is_blank(t->u[i]) ? 1 : 0;
	}
	return h->numbers > 0;
}

/* 0: none; 1: one number; 2: 丁目 alone; 3: a full one. */
static unsigned strength(const struct nks_text *t, const struct house *h)
{
	nks_unit next = h->end < t->n ? t->u[h->end] : 0;
	/* Years, hours, counts: another word goes on behind the last number. */
	if (next == 0x5e74 || next == 0x6708 || next == 0x65e5 || next == 0x6642 || next == 0x5206 ||
		next == 0x4eba || next == 0x5186 || next == 0x56de || next == 0x6b73 || next == '%' ||
		next == 0x3064 || next == 0x6761) {
		return h->words ? 3 : 0;
	}
	if (h->words || h->numbers > 1) {
		return 3;
	}
	return h->chome ? 2 : 1;
}

static bool is_middle(const struct nks_text *t, size_t i)
{
	return nks_text_is(t, NKS_M_HAN, i) || nks_text_is(t, NKS_M_KANA, i) || nks_is_digit(t->u[i]) ||
		nks_text_is(t, NKS_M_ALPHA, i);
}

/* は を に で へ と も や: prose goes on. */
static bool is_particle(nks_unit u)
{
	return u == 0x306f || u == 0x3092 || u == 0x306b || u == 0x3067 || u == 0x3078 || u == 0x3068 ||
		u == 0x3082 || u == 0x3084;
}

/* One number behind a name of an unknown quarter: 大文字町45, and nothing goes on. */
static bool stands_alone(const struct nks_text *t, size_t at, size_t end)
{
	nks_unit before = at > 0 ? t->u[at - 1] : 0;
	bool quarter = before == 0x753a || before == 0x5b57 || before == 0x901a || before == 0xff09;
	return quarter && (end >= t->n || !is_middle(t, end));
}

/* The first house number in what follows the city (and quarter); its strength, 0: none. */
static unsigned house_behind(const struct nks_text *t, size_t i, bool town, struct house *h)
{
	size_t limit = i + MIDDLE_MAX < t->n ? i + MIDDLE_MAX : t->n;
	unsigned particles = 0;
	bool in_number = false;
	for (i = nks_skip_gap(t, i); i < limit; i++) {
		nks_unit u = t->u[i];
		bool numeral = nks_is_digit(u) || nks_is_numeral(u);
		if (numeral && !in_number && house_at(t, i, h)) {
			unsigned found = strength(t, h);
			if (found > 1 || (found == 1 && nks_is_digit(u) && (town || stands_alone(t, i, h->end)))) {
				return found;
			}
		}
		in_number = numeral;
		particles += is_particle(u) ? 1 : 0;
		bool blank = nks_is_blank(u) && i > 0 && !nks_is_blank(t->u[i - 1]);
		if (particles > (town ? 1U : 0U) || (!is_middle(t, i) && !blank)) {
			return 0;
		}
	}
	return 0;
}

/* Whether a postal code of the prefecture stands before `at`, written as one: lists of places have them bare. */
static bool postal_before(const struct nks_text *t, size_t at, unsigned prefecture)
{
	size_t i = at;
	unsigned code = 0, scale = 1, digits = 0;
	bool hyphen = false;
	for (unsigned k = 0; k < 3 && i > 0 && nks_text_is(t, NKS_M_GAP, i - 1); k++) {
		i--;
	}
	while (i > 0 && digits < POSTAL) {
		nks_unit u = t->u[--i];
		if (nks_is_digit(u)) {
			code += nks_digit(u) * scale;
			scale *= 10;
			digits++;
		} else if (nks_is_hyphen(u) && digits == 4 && !hyphen) {
			hyphen = true;
		} else {
			return false;
		}
	}
	bool marked = hyphen || (i > 0 && t->u[i - 1] == 0x3012);
	return digits == POSTAL && marked && nks_postal_prefecture(code, prefecture);
}

/* The city whose name, or whose first part, ends with the sign at `sign`: where it begins, its prefecture before it.
 */
struct found {
	size_t at, end;
	uint16_t city;
	bool prefixed;
};

static bool find_city(const struct nks_text *t, size_t sign, struct found *out)
{
	size_t least = sign > CITY_BACK ? sign - CITY_BACK : 0;
	for (size_t start = least; start < sign; start++) {
		if (!nks_city_begin(t, start)) {
			continue;
		}
		size_t at = start;
		unsigned prefecture = nks_prefecture_before(t, start, &at);
		if (prefecture == 0 && start > 0 && nks_text_is(t, NKS_M_HAN, start - 1) &&
			t->u[start - 1] != 0x6240) {
			continue; /* a word goes on before it: only 住所… may */
		}
		size_t len = nks_city_at(t, start, prefecture, &out->city);
		if (len > sign - start) {
			out->at = prefecture > 0 ? at : start;
			out->end = start + len;
			out->prefixed = prefecture > 0;
			return true;
		}
	}
	return false;
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	struct found f = { .at = 0 };
	struct house h = { .end = 0 };
	(void)run;
	if (!find_city(text, at, &f)) {
		return false;
	}
	size_t town_from = nks_skip_gap(text, f.end);
	town_from +=
		town_from + 1 < text->n && text->u[town_from] == 0x5927 && text->u[town_from + 1] == 0x5b57 ? 2 : 0;
	size_t town = nks_town_at(text, town_from, f.city);
	/* A quarter's name may hold numbers (三条, 北10条西): the house number is looked for behind it, else from the
	 * city on. */
	unsigned found = house_behind(text, town_from + town, town > 0, &h);
	if (found == 0 && town > 0) {
		found = house_behind(text, town_from, true, &h);
	}
	hit->at = f.at;
	hit->len = (found > 0 ? h.end : town_from + town) - f.at;
	hit->why = NKS_WHY(EXISTS) | (f.prefixed ? NKS_WHY(PREFIX) : 0) | (town > 0 ? NKS_WHY(TOWN) : 0);
	hit->why |= postal_before(text, f.at, nks_prefecture_of(f.city)) ? NKS_WHY(NEAR) : 0;
	if (found > 0) {
		hit->why |= NKS_WHY(SHAPE) | (found == 3 ? NKS_WHY(HYPHENS) : 0);
		return f.prefixed || town > 0 || found == 3;
	}
	if (town == 0) {
		return false;
	}
	uint64_t context = nks_context(text, f.at, NKS_LABEL_BIT(ADDRESS));
	hit->why |= context & (NKS_WHY(LABEL) | NKS_WHY(COLUMN));
	if ((hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN) | NKS_WHY(NEAR))) == 0) {
		hit->why |= NKS_WHY(AGAINST); /* a quarter without a number is where something happened */
	}
	return true;
}

static const char *const hits[] = {
	"住所は«東京都千代田区千代田1-1»です",
	"«東京都新宿区西新宿二丁目8番1号»",
	"«東京都新宿区西新宿２の８の１»",
	"«神奈川県横浜市中区本町6丁目50番地の10»",
	"«北海道札幌市中央区北1条西2丁目»",
	"«横浜市中区日本大通1»",
	"«大阪府大阪市北区中之島１－３－２０» 役所",
	"«長野県北佐久郡軽井沢町大字長倉2381-1»",
	"«長野県軽井沢町長倉2381-1»",
	"\"«東京都\",\"千代田区\",\"丸の内1-1-1»\"",
	"«京都府京都市中京区寺町通御池上る上本能寺前町488番地»",
	"«東京都八丈町大賀郷2551番地2»",
	"〒100-0001 «千代田区千代田1-1»",
	"«埼玉県さいたま市浦和区常盤六丁目４番４号»",
	"«愛知県名古屋市中区三の丸三丁目1番2号»",
	"«東京都青梅市東青梅一丁目十一番地の一»",
	"住所: «岐阜県大野郡白川村荻町»",
	"«千葉県市川市八幡1-1-1»",
	"«広島県廿日市市下平良一丁目11番1号»",
	NULL,
};
static const char *const misses[] = {
	"東京都千代田区",
	"横浜市は三百万人",
	"先生は町へ行った",
	"京都市の一番の名所",
	"千葉県千葉市で2026年",
	"東京都港区の2人",
	"北区1",
	"大阪市で1-2の負け",
	"中央区 10:30",
	"東京都渋谷区2020年",
	"市区町村 1-2-3",
	NULL,
};

const struct nks_detector nks_det_address = { .name = "address",
	.class = NKS_CLASS_ADDRESS,
	.trigger = NKS_ON_PLACE,
	.look = look,
	.hits = hits,
	.misses = misses };
