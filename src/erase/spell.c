/*
 * residue_spell.c: the texts by which a person is looked for.
 *
 * Invariant: a surname alone is never one of them, and no text comes twice for one person. Texts too short to be
 * looked for are given too: the scan counts them, so that the certificate can say so.
 */
#include "base.h"

#include "residue_int.h"

#include "kana.h"

struct spelling {
	struct nk_arena *arena;
	struct nk_vec *out;
	size_t first; /* of this person in `out` */
	uint32_t number;
};

enum letter_case { AS_IT_IS, UPPER, LOWER, CAPITAL, CASES };

static NK_RESULT add(struct spelling *s, enum nk_item_class item, struct nk_str value, struct nk_err *err)
{
	void *room = NULL;

	if (value.len == 0) {
		return nk_done();
	}
	for (size_t i = s->first; i < s->out->len; i++) {
		const struct nk_residue_pattern *p = nk_vec_at(s->out, i);

		if (nk_str_eq(p->value, value)) {
			return nk_done();
		}
	}
	NK_TRY(nk_vec_push(s->out, &room, err));
	*(struct nk_residue_pattern *)room = (struct nk_residue_pattern){ s->number, item, value, false };
	return nk_done();
}

static NK_RESULT join(
	struct spelling *s, const struct nk_str *parts, size_t n, struct nk_str *out, struct nk_err *err)
{
	size_t len = 0;
	char *text = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!nk_add_size(len, parts[i].len, &len)) {
			return nk_fail_nomem(err);
		}
	}
	text = nk_arena_alloc(s->arena, len + 1);
	if (text == NULL) {
		return nk_fail_nomem(err);
	}
	*out = (struct nk_str){ text, len };
	for (size_t i = 0; i < n; i++) {
		if (parts[i].len > 0) {
			memcpy(text, parts[i].ptr, parts[i].len);
			text += parts[i].len;
		}
	}
	return nk_done();
}

/* Two parts with something between. */
static NK_RESULT add_pair(struct spelling *s, enum nk_item_class item, struct nk_str a, struct nk_str between,
	struct nk_str b, struct nk_err *err)
{
	const struct nk_str parts[] = { a, between, b };
	struct nk_str text;

	NK_TRY(join(s, parts, 3, &text, err));
	return add(s, item, text, err);
}

static NK_RESULT add_name(
	struct spelling *s, enum nk_item_class item, struct nk_str family, struct nk_str given, struct nk_err *err)
{
	if (family.len == 0 || given.len == 0) {
		return nk_done();
	}
	NK_TRY(add_pair(s, item, family, NK_STR(" "), given, err));
	NK_TRY(add_pair(s, item, family, NK_STR(""), given, err));
	return add_pair(s, item, family, NK_STR("\u3000"), given, err);
}

static char in_case(char c, enum letter_case how, bool first)
{
	const bool up = how == UPPER || (how == CAPITAL && first);

	if (how == AS_IT_IS) {
		return c;
	}
	if (up && c >= 'a' && c <= 'z') {
		return (char)(c - 'a' + 'A');
	}
	return !up && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static NK_RESULT cased(
	struct spelling *s, struct nk_str in, enum letter_case how, struct nk_str *out, struct nk_err *err)
{
	char *text = nk_arena_alloc(s->arena, in.len + 1);

	if (text == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < in.len; i++) {
		text[i] = in_case(in.ptr[i], how, i == 0);
	}
	*out = (struct nk_str){ text, in.len };
	return nk_done();
}

/* Both orders, in the usual cases; in lower case with a dot between too, as logins are made. */
static NK_RESULT add_romaji(struct spelling *s, struct nk_str family, struct nk_str given, struct nk_err *err)
{
	if (family.len == 0 || given.len == 0) {
		return nk_done();
	}
	for (unsigned how = 0; how < CASES; how++) {
		struct nk_str f;
		struct nk_str g;

		NK_TRY(cased(s, family, (enum letter_case)how, &f, err));
		NK_TRY(cased(s, given, (enum letter_case)how, &g, err));
		NK_TRY(add_pair(s, NK_ITEM_name, f, NK_STR(" "), g, err));
		NK_TRY(add_pair(s, NK_ITEM_name, g, NK_STR(" "), f, err));
		if (how == LOWER) {
			NK_TRY(add_pair(s, NK_ITEM_name, f, NK_STR("."), g, err));
			NK_TRY(add_pair(s, NK_ITEM_name, g, NK_STR("."), f, err));
		}
	}
	return nk_done();
}

/* The romaji of the record, else made from the kana. */
static NK_RESULT romaji_of(
	struct spelling *s, struct nk_str stored, struct nk_str kana, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf made = { 0 };

	nk_buf_init_wiping(&made, 4096);
	*out = stored;
	if (stored.len > 0 || kana.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_romaji(kana, &made, err));
	return nk_arena_dup(s->arena, nk_buf_str(&made), out, err);
}

static NK_RESULT add_word(struct spelling *s, enum nk_item_class item, struct nk_str value, struct nk_err *err)
{
	struct nk_str kept;
	struct nk_str lower;

	/* A copy: the person is wiped from memory before the last scan looks for him. */
	NK_TRY(nk_arena_dup(s->arena, value, &kept, err));
	NK_TRY(add(s, item, kept, err));
	NK_TRY(cased(s, kept, LOWER, &lower, err));
	return add(s, item, lower, err);
}

static struct nk_str or_else(struct nk_str a, struct nk_str b)
{
	return a.len > 0 ? a : b;
}

static NK_RESULT add_middle(struct spelling *s, const struct nk_str *f, struct nk_err *err)
{
	const struct nk_str blank = NK_STR(" ");
	const struct nk_str east[] = { f[NK_FIELD_FAMILY], blank, f[NK_FIELD_MIDDLE], blank, f[NK_FIELD_GIVEN] };
	const struct nk_str west[] = { f[NK_FIELD_GIVEN], blank, f[NK_FIELD_MIDDLE], blank, f[NK_FIELD_FAMILY] };
	struct nk_str text;

	if (f[NK_FIELD_MIDDLE].len == 0 || f[NK_FIELD_FAMILY].len == 0 || f[NK_FIELD_GIVEN].len == 0) {
		return nk_done();
	}
	NK_TRY(join(s, east, NK_ARRAY_LEN(east), &text, err));
	NK_TRY(add(s, NK_ITEM_name, text, err));
	NK_TRY(join(s, west, NK_ARRAY_LEN(west), &text, err));
	return add(s, NK_ITEM_name, text, err);
}

NK_RESULT nk_spell(const struct nk_person *p, struct nk_arena *arena, struct nk_vec *out, struct nk_err *err)
{
	static const enum nk_field words[] = { NK_FIELD_LOGIN, NK_FIELD_MAIL, NK_FIELD_SOURCE_KEY, NK_FIELD_MASTER_ID,
		NK_FIELD_STUDENT_NUMBER };
	struct spelling s = { arena, out, out->len, p->number };
	const struct nk_str *f = p->field;
	struct nk_str family;
	struct nk_str given;

	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		NK_TRY(add_word(&s, nk_field_class(words[i]), f[words[i]], err));
	}
	NK_TRY(add_name(&s, NK_ITEM_name, f[NK_FIELD_FAMILY], f[NK_FIELD_GIVEN], err));
	NK_TRY(add_name(&s, NK_ITEM_name, or_else(f[NK_FIELD_FAMILY_SHOWN], f[NK_FIELD_FAMILY]),
		or_else(f[NK_FIELD_GIVEN_SHOWN], f[NK_FIELD_GIVEN]), err));
	NK_TRY(add_middle(&s, f, err));
	NK_TRY(add_name(&s, NK_ITEM_kana, f[NK_FIELD_FAMILY_KANA], f[NK_FIELD_GIVEN_KANA], err));
	NK_TRY(add_name(&s, NK_ITEM_kana, or_else(f[NK_FIELD_FAMILY_SHOWN_KANA], f[NK_FIELD_FAMILY_KANA]),
		or_else(f[NK_FIELD_GIVEN_SHOWN_KANA], f[NK_FIELD_GIVEN_KANA]), err));
	NK_TRY(romaji_of(&s, f[NK_FIELD_FAMILY_ROMAJI], f[NK_FIELD_FAMILY_KANA], &family, err));
	NK_TRY(romaji_of(&s, f[NK_FIELD_GIVEN_ROMAJI], f[NK_FIELD_GIVEN_KANA], &given, err));
	return add_romaji(&s, family, given, err);
}
