/*
 * redact_names.c: pseudonyms: the same for the same person in all files, made of the run's key, nobody's value.
 *
 * Names are four of twenty-two stems, alike in kanji, kana and letters; other texts keep their shape. One that is in use
 * already, or that means somebody of the roster, is made again.
 */
#include "base.h"
#include "redact_int.h"

enum { STEMS = 22, DRAWS_MAX = 1000, TEXT_MAX = 512 };

struct stem {
	const char *kanji, *hira, *kata, *half, *latin;
};
static const struct stem stems[STEMS] = {
	{ "甲", "あ", "ア", "ｱ", "ba" }, { "乙", "い", "イ", "ｲ", "bi" }, { "丙", "う", "ウ", "ｳ", "bu" },
	{ "丁", "え", "エ", "ｴ", "be" }, { "戊", "お", "オ", "ｵ", "bo" }, { "己", "か", "カ", "ｶ", "da" },
	{ "庚", "き", "キ", "ｷ", "de" }, { "辛", "く", "ク", "ｸ", "do" }, { "壬", "け", "ケ", "ｹ", "fa" },
	{ "癸", "こ", "コ", "ｺ", "fi" }, { "子", "さ", "サ", "ｻ", "fu" }, { "丑", "し", "シ", "ｼ", "fe" },
	{ "寅", "す", "ス", "ｽ", "fo" }, { "卯", "せ", "セ", "ｾ", "ga" }, { "辰", "そ", "ソ", "ｿ", "gi" },
	{ "巳", "た", "タ", "ﾀ", "gu" }, { "午", "ち", "チ", "ﾁ", "ge" }, { "未", "つ", "ツ", "ﾂ", "go" },
	{ "申", "て", "テ", "ﾃ", "pa" }, { "酉", "と", "ト", "ﾄ", "pi" }, { "戌", "な", "ナ", "ﾅ", "pu" },
	{ "亥", "に", "ニ", "ﾆ", "pe" },
};

enum form { FORM_KANJI, FORM_HIRA, FORM_KATA, FORM_HALF, FORM_LATIN, FORM_WIDE_LATIN, FORM_OTHER };

static bool within(uint32_t c, uint32_t from, uint32_t to)
{
	return c >= from && c <= to;
}

static enum form form_of_char(uint32_t c)
{
	if (within(c, 0x3400, 0x9fff) || within(c, 0xf900, 0xfaff) || c >= 0x20000 || c == 0x3005) {
		return FORM_KANJI;
	}
	if (within(c, 0x3041, 0x309f)) {
		return FORM_HIRA;
	}
	if (within(c, 0x30a1, 0x30ff) && c != 0x30fb) {
		return FORM_KATA;
	}
	if (within(c, 0xff66, 0xff9f)) {
		return FORM_HALF;
	}
	if (within(c, 0xff21, 0xff3a) || within(c, 0xff41, 0xff5a)) {
		return FORM_WIDE_LATIN;
	}
	return within(c | 0x20, 'a', 'z') ? FORM_LATIN : FORM_OTHER;
}

struct look {
	enum form form;
	bool capitals; /* all letters are */
	bool small;
	struct nk_str between; /* what parts surname and given name */
};

static struct look look_at(struct nk_str text)
{
	struct look l = { .form = FORM_OTHER, .capitals = true, .small = true, .between = NK_STR("") };

	for (size_t at = 0; at < text.len;) {
		const size_t begin = at;
		const uint32_t c = nk_utf8_next(text, &at);
		const enum form f = form_of_char(c);

		l.form = f < l.form ? f : l.form;
		l.capitals = l.capitals && !within(c, 'a', 'z') && !within(c, 0xff41, 0xff5a);
		l.small = l.small && !within(c, 'A', 'Z') && !within(c, 0xff21, 0xff3a);
		if (f == FORM_OTHER && begin > 0 && at < text.len && l.between.len == 0) {
			l.between = nk_str_sub(text, begin, at - begin);
		}
	}
	return l;
}

static NK_RESULT put_letters(const char *letters, const struct look *l, bool first, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; letters[i] != '\0'; i++) {
		const bool capital = l->capitals || (first && i == 0 && !l->small);
		const uint32_t c = (uint32_t)(letters[i] - (capital ? 'a' - 'A' : 0));
		uint8_t utf8[4];

		NK_TRY(nk_buf_add(out, utf8, nk_utf8_put(l->form == FORM_WIDE_LATIN ? c + 0xfee0 : c, utf8), err));
	}
	return nk_done();
}

static NK_RESULT put_stem(const struct stem *s, const struct look *l, bool first, struct nk_buf *out, struct nk_err *err)
{
	switch (l->form) {
	case FORM_HIRA:
		return nk_buf_add_c(out, s->hira, err);
	case FORM_KATA:
		return nk_buf_add_c(out, s->kata, err);
	case FORM_HALF:
		return nk_buf_add_c(out, s->half, err);
	case FORM_LATIN:
	case FORM_WIDE_LATIN:
		return put_letters(s->latin, l, first, out, err);
	case FORM_KANJI:
	case FORM_OTHER:
		break;
	}
	return nk_buf_add_c(out, s->kanji, err);
}

/* 仮甲乙 丙丁, カメアイ ウエ, Kabadi Bube. */
static NK_RESULT name_of(const uint8_t draw[static 32], struct nk_str text, struct nk_buf *out, struct nk_err *err)
{
	static const struct stem mark = { "仮", "か", "カ", "ｶ", "ka" };
	const struct look l = look_at(text);

	NK_TRY(put_stem(&mark, &l, true, out, err));
	for (size_t i = 0; i < 4; i++) {
		NK_TRY(i == 2 ? nk_buf_add_str(out, l.between, err) : nk_done());
		NK_TRY(put_stem(&stems[draw[i] % STEMS], &l, i == 2 && l.between.len > 0, out, err));
	}
	return nk_done();
}

static uint32_t shaped(uint32_t c, uint8_t draw, bool first)
{
	static const uint32_t from[] = { '0', 'a', 'A', 0xff10, 0xff41, 0xff21 };

	for (size_t i = 0; i < NK_ARRAY_LEN(from); i++) {
		const uint32_t n = i % 3 == 0 ? 10 : 26;

		if (within(c, from[i], from[i] + n - 1)) {
			return first && c == from[i] && n == 10 ? c : from[i] + draw % n;
		}
	}
	return c;
}

/* Digits stay digits and letters letters, width and case as they were; a zero at the beginning stays. */
static NK_RESULT shape_of(
	const uint8_t draw[static 32], struct nk_str text, bool mail, struct nk_buf *out, struct nk_err *err)
{
	size_t drawn = 0;
	bool domain = false;

	for (size_t at = 0; at < text.len;) {
		const uint32_t c = nk_utf8_next(text, &at);
		uint8_t utf8[4];
		uint32_t to = c;

		domain = domain || (mail && (c == '@' || c == 0xff20));
		if (!domain) {
			to = shaped(c, draw[drawn % 32], drawn == 0);
			drawn += within(c, '0', '9') || within(c, 0xff10, 0xff19) || form_of_char(c) == FORM_LATIN ||
					form_of_char(c) == FORM_WIDE_LATIN
				? 1
				: 0;
		}
		NK_TRY(nk_buf_add(out, utf8, nk_utf8_put(to, utf8), err));
	}
	return nk_done();
}

static void draw_for(
	const struct nk_redactor *r, const struct nk_redact_what *what, uint64_t again, uint8_t out[static 32])
{
	const uint8_t kind = (uint8_t)((what->person ? 1 : 0) | (what->name ? 2 : 0));
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu pseudonym 1")), nk_bytes_of(&kind, 1),
		nk_bytes_of(&what->id, sizeof(what->id)), nk_bytes_of(&again, sizeof(again)) };
	struct nk_hash h;

	nk_blake(&r->key, parts, NK_ARRAY_LEN(parts), &h);
	memcpy(out, h.b, 32);
}

/* A text without letters and digits of its own has no shape to keep. */
static bool has_shape(struct nk_str text)
{
	for (size_t at = 0; at < text.len;) {
		const uint32_t c = nk_utf8_next(text, &at);

		if (within(c, '0', '9') || within(c, 0xff10, 0xff19) || form_of_char(c) == FORM_LATIN) {
			return true;
		}
	}
	return false;
}

/* Two spellings of one name may have one pseudonym, two persons never. */
static uint64_t whose_of(const struct nk_redact_what *what)
{
	return what->id ^ (what->person ? UINT64_C(1) << 63 : 0);
}

static NK_RESULT make(struct nk_redactor *r, const struct nk_redact_what *what, struct nk_str text, struct nk_str *out,
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf one = { 0 };
	uint8_t draw[32];
	uint64_t used = 0;
	bool known = true;

	nk_buf_init_wiping(&one, 8 * TEXT_MAX);
	for (uint64_t again = 0; again < DRAWS_MAX; again++) {
		nk_buf_reset(&one);
		draw_for(r, what, again, draw);
		NK_TRY(what->name || !has_shape(text) ? name_of(draw, text, &one, err)
						      : shape_of(draw, text, what->mail, &one, err));
		if ((nk_map_get(&r->taken, nk_buf_bytes(&one), &used) && used != whose_of(what)) ||
			nk_str_eq(nk_buf_str(&one), text)) {
			continue;
		}
		NK_TRY(nk_redact_known(r, nk_buf_str(&one), &known, err));
		if (!known) {
			NK_TRY(nk_arena_dup(r->arena, nk_buf_str(&one), out, err));
			return nk_map_put(&r->taken, nk_str_bytes(*out), whose_of(what), err);
		}
	}
	return nk_fail(err, NK_LIMIT, NK_N("no pseudonym is left for one of the values: redact fewer files at once"));
}

static struct nk_str beginning(struct nk_str text)
{
	size_t len = text.len < TEXT_MAX ? text.len : TEXT_MAX;

	while (len < text.len && len > 0 && ((uint8_t)text.ptr[len] & 0xc0) == 0x80) {
		len--;
	}
	return nk_str_sub(text, 0, len);
}

NK_RESULT nk_redact_pseudonym(struct nk_redactor *r, const struct nk_redact_what *what, struct nk_str text,
	struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf what_for = { 0 };
	struct nk_str kept;
	uint64_t place = 0;
	void *room = NULL;

	nk_buf_init_wiping(&what_for, 2 * TEXT_MAX);
	text = beginning(text);
	/* The same value in another spelling is another pseudonym's text, drawn alike. */
	NK_TRY(nk_buf_printf(&what_for, err, "%d%d %" PRIu64 " ", what->person, what->name, what->id));
	NK_TRY(nk_buf_add_str(&what_for, text, err));
	if (nk_map_get(&r->made, nk_buf_bytes(&what_for), &place)) {
		*out = *(const struct nk_str *)nk_vec_at(&r->pseudonyms, (size_t)place);
		return nk_done();
	}
	NK_TRY(make(r, what, text, out, err));
	NK_TRY(nk_arena_dup(r->arena, nk_buf_str(&what_for), &kept, err));
	NK_TRY(nk_map_put(&r->made, nk_str_bytes(kept), r->pseudonyms.len, err));
	NK_TRY(nk_vec_push(&r->pseudonyms, &room, err));
	*(struct nk_str *)room = *out;
	return nk_done();
}
