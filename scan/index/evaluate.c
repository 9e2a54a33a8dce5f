/*
 * evaluate.c: what a hit of the index is worth: its surroundings, its spelling, its confidence.
 *
 * All figures stand in `worth` below. Invariant: what is found is never dropped because of a neighbour in Japanese
 * text; it is only trusted less. Numbers and tokens inside longer ones are none.
 */
#include "nks_match.h"

/* Confidence of a field: with BOUNDARY, without, less for another spelling, less in carved bytes when short. */
static const struct {
	uint8_t free, glued, folded, carved, brief; /* brief: units up to which carved is all there is */
} worth[NKS_FIELD_COUNT] = {
	[NKS_FIELD_KANJI] = { 80, 55, 3, 20, 3 },
	[NKS_FIELD_KANA] = { 60, 45, 2, 25, 5 },
	[NKS_FIELD_ROMAJI] = { 50, 50, 2, 20, 8 },
	[NKS_FIELD_LOGIN] = { 90, 75, 0, 30, 6 },
	[NKS_FIELD_ID] = { 92, 70, 2, 30, 6 },
	[NKS_FIELD_MAIL] = { 98, 90, 1, 5, 6 },
	[NKS_FIELD_PHONE] = { 94, 70, 2, 25, 8 },
	[NKS_FIELD_BIRTHDAY] = { 70, 70, 0, 20, 8 },
	[NKS_FIELD_TEXT] = { 95, 95, 3, 5, 4 },
};

static bool is_one_of(nks_unit u, const nks_unit *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i] == u) {
			return true;
		}
	}
	return false;
}

/* 様 氏 君 殿 嬢 宛 先 生 教 博 選 議 被 容 姉 兄: kanji with which what follows a name begins. */
static bool is_honorific(nks_unit u)
{
	static const nks_unit list[] = { 0x69d8, 0x6c0f, 0x541b, 0x6bbf, 0x5b22, 0x5b9b, 0x5148, 0x751f, 0x6559,
		0x535a, 0x9078, 0x8b70, 0x88ab, 0x5bb9, 0x59c9, 0x5144 };

	return is_one_of(u, list, sizeof(list) / sizeof(*list));
}

/* 名 者 師 徒 員 長 生 授 士 人 組 番 年 室: with which what stands before a name ends. */
static bool is_label_end(nks_unit u)
{
	static const nks_unit list[] = { 0x540d, 0x8005, 0x5e2b, 0x5f92, 0x54e1, 0x9577, 0x751f, 0x6388, 0x58eb,
		0x4eba, 0x7d44, 0x756a, 0x5e74, 0x5ba4 };

	return is_one_of(u, list, sizeof(list) / sizeof(*list));
}

static bool is_hiragana(nks_unit u)
{
	return u >= 0x3041 && u <= 0x309f;
}

/* さん さま くん ちゃん ちゃ 先生: with which what follows a name in kana begins. */
static bool is_kana_honorific(const nks_unit *u)
{
	return (u[0] == 0x3055 && (u[1] == 0x3093 || u[1] == 0x307e)) || (u[0] == 0x304f && u[1] == 0x3093) ||
		(u[0] == 0x3061 && u[1] == 0x3083) || (u[0] == 0x30b5 && (u[1] == 0x30f3 || u[1] == 0x30de));
}

static bool name_is_free(const struct nks_text *t, size_t at, size_t end)
{
	const bool han_first = nks_text_is(t, NKS_M_HAN, at);
	const bool han_last = nks_text_is(t, NKS_M_HAN, end - 1);
	const nks_unit *next = t->u + end;
	bool before = true;
	bool behind = true;

	if (at > 0) {
		const nks_unit last = t->u[at - 1];
		const bool kana = nks_text_is(t, NKS_M_KANA, at - 1);

		before = han_first ? !nks_text_is(t, NKS_M_HAN, at - 1) || is_label_end(last)
				   : !kana || is_hiragana(last) != is_hiragana(t->u[at]);
	}
	if (han_last) {
		behind = !nks_text_is(t, NKS_M_HAN, end) || is_honorific(*next);
	} else {
		behind = !nks_text_is(t, NKS_M_KANA, end) || is_hiragana(*next) != is_hiragana(next[-1]) ||
			is_kana_honorific(next);
	}
	return before && behind;
}

/* Whether what stands at i belongs to a token together with what is `by` further. */
static bool is_glued(const struct nks_text *t, size_t i, bool back)
{
	const nks_unit f = nks_fold[t->u[i]];

	if (nks_is_alnum(t, i)) {
		return true;
	}
	if (f != '.' && f != '_' && f != '-' && f != '@') {
		return false;
	}
	return back ? i > 0 && nks_is_alnum(t, i - 1) : nks_is_alnum(t, i + 1);
}

static bool digits_are_free(const struct nks_text *t, size_t at, size_t end)
{
	const nks_unit f = at > 0 ? nks_fold[t->u[at - 1]] : 0;
	const nks_unit g = nks_fold[t->u[end]];
	const bool before =
		at > 0 && (nks_is_alnum(t, at - 1) || ((f == '-' || f == '.') && at > 1 && nks_is_alnum(t, at - 2)));
	const bool behind = nks_is_alnum(t, end) || ((g == '-' || g == '.') && nks_is_alnum(t, end + 1));

	return !before && !behind;
}

/* Separators are for telephones: 2026-11-23 is not the number 20261123. */
static bool has_separators(const struct nks_text *t, size_t at, size_t end)
{
	for (size_t i = at; i < end; i++) {
		if (!nks_text_is(t, NKS_M_DIGIT, i)) {
			return true;
		}
	}
	return false;
}

bool nks_stands_free(const struct nks_matcher *m, const struct nks_raw *raw, bool *out_drop)
{
	const struct nks_text *t = m->t;
	const size_t at = raw->at;
	const size_t end = at + raw->span;

	*out_drop = false;
	switch ((enum nks_lane)raw->lane) {
	case NKS_LANE_HAN:
	case NKS_LANE_ODD:
	case NKS_LANE_KANA:
		return name_is_free(t, at, end);
	case NKS_LANE_TOKEN:
	case NKS_LANE_MAIL:
	case NKS_LANE_PHRASE:
		return (at == 0 || !is_glued(t, at - 1, true)) && !is_glued(t, end, false);
	case NKS_LANE_DIGITS:
		if (raw->field != NKS_FIELD_PHONE) {
			const bool letters =
				(at > 0 && nks_text_is(t, NKS_M_ALPHA, at - 1)) || nks_text_is(t, NKS_M_ALPHA, end);

			*out_drop = raw->abroad != 0 || letters || has_separators(t, at, end);
		}
		return digits_are_free(t, at, end);
	case NKS_LANE_ROMAJI:
		return true;
	case NKS_LANE_DATE:
	case NKS_LANE_TEXT:
	case NKS_LANE_COUNT:
		break;
	}
	return false;
}

/* Whether this unit is part of the key of that lane, or only stands between its parts. */
static bool counts(const struct nks_text *t, enum nks_lane lane, size_t i)
{
	switch (lane) {
	case NKS_LANE_HAN:
	case NKS_LANE_ODD:
	case NKS_LANE_KANA:
		return nks_text_is(t, NKS_M_HAN, i) || nks_text_is(t, NKS_M_KANA, i);
	case NKS_LANE_ROMAJI:
	case NKS_LANE_PHRASE:
		return nks_text_is(t, NKS_M_ALPHA, i);
	case NKS_LANE_DIGITS:
		return nks_text_is(t, NKS_M_DIGIT, i);
	case NKS_LANE_TOKEN:
	case NKS_LANE_MAIL:
	case NKS_LANE_DATE:
	case NKS_LANE_TEXT:
	case NKS_LANE_COUNT:
		break;
	}
	return true;
}

static uint64_t spelling(const struct nks_matcher *m, const struct nks_raw *raw, size_t *out_units)
{
	nks_unit squeezed[NKS_KEY_MAX] = { 0 };
	size_t n = 0;
	bool gaiji = false;
	uint16_t exact = 0;

	for (size_t i = raw->at; i < raw->at + (size_t)raw->span && n < NKS_KEY_MAX; i++) {
		if (counts(m->t, (enum nks_lane)raw->lane, i)) {
			squeezed[n++] = m->t->u[i];
			gaiji = gaiji || nks_fold[m->t->u[i]] == NKS_GAIJI;
		}
	}
	*out_units = n;
	exact = nks_exact(&m->x->derived, raw->hash, squeezed, n);
	return (nks_key_is_exact(m->x, raw->key, exact) && !gaiji ? NKS_WHY(EXACT) : NKS_WHY(FOLDED)) |
		(gaiji ? NKS_WHY(GAIJI) : 0);
}

bool nks_evaluate(const struct nks_matcher *m, const struct nks_raw *raw, struct nks_hit *out)
{
	bool drop = false;
	size_t units = 0;
	const bool is_free = nks_stands_free(m, raw, &drop);
	const enum nks_field field = (enum nks_field)raw->field;
	uint64_t why = spelling(m, raw, &units);
	int confidence = is_free ? worth[field].free : worth[field].glued;

	why |= is_free ? NKS_WHY(BOUNDARY) : 0;
	why |= m->t->carved ? NKS_WHY(RANDOM) : 0;
	why |= nks_index_persons(m->x, raw->key, NULL, 0) > 1 ? NKS_WHY(NAMESAKES) : 0;
	confidence -= (why & NKS_WHY(FOLDED)) != 0 ? worth[field].folded : 0;
	confidence -= (why & NKS_WHY(GAIJI)) != 0 ? 10 : 0;
	if (m->t->carved) {
		confidence -= units <= worth[field].brief ? 2 * worth[field].carved : worth[field].carved;
	}
	*out = (struct nks_hit){ .of_index = true,
		.field = raw->field,
		.confidence = (uint8_t)(confidence < 1 ? 1 : confidence),
		.at = raw->at,
		.len = raw->span,
		.why = why,
		.key = raw->key,
		.chance = nks_chance(m->x, field, units, raw->lane == NKS_LANE_DIGITS, m->t->carved) };
	return !drop;
}
