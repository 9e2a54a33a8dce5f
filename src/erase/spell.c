/*
 * spell.c: the texts by which a person is looked for.
 */
#include "base.h"

#include "spell.h"

#include "kana.h"

struct spelling {
	struct nk_arena *arena;
	struct nk_vec *out;
	size_t first; /* of this person in `out` */
};

NK_RESULT nk_spell_fail(enum nks_status status, struct nk_err *err)
{
	switch (status) {
	case NKS_LIMIT:
		return nk_fail(err, NK_LIMIT,
			NK_N("there are more texts to look for than the scan can take: take fewer persons at once"));
	case NKS_BAD_TEXT:
		return nk_fail(err, NK_INTERNAL, NK_N("a text to look for is not UTF-8"));
	case NKS_BAD_INDEX:
		return nk_fail(err, NK_INVALID,
			NK_N("the index of persons cannot be opened: it is damaged, or its key is another one"));
	case NKS_OK:
	case NKS_NOMEM:
	case NKS_STOPPED:
		break;
	}
	return nk_fail_nomem(err);
}

NK_RESULT nk_spell_add(struct nks_builder *builder, uint32_t ordinal, enum nks_field field, struct nk_str value,
	bool *out_short, struct nk_err *err)
{
	const enum nks_status status = nks_builder_add(builder, ordinal, field, value.ptr, value.len);

	*out_short = status == NKS_LIMIT;
	return status == NKS_OK || status == NKS_LIMIT ? nk_done() : nk_spell_fail(status, err);
}

static NK_RESULT add(
	struct spelling *s, enum nk_item_class item, enum nks_field field, struct nk_str value, struct nk_err *err)
{
	void *room = NULL;
	struct nk_spelling *one = NULL;

	if (value.len == 0) {
		return nk_done();
	}
	for (size_t i = s->first; i < s->out->len; i++) {
		one = nk_vec_at(s->out, i);
		if (one->field == field && nk_str_eq(one->value, value)) {
			return nk_done();
		}
	}
	NK_TRY(nk_vec_push(s->out, &room, err));
	one = room;
	*one = (struct nk_spelling){ .item = item, .field = field };
	/* A copy: the person is wiped from memory before the last scan looks for him. */
	return nk_arena_dup(s->arena, value, &one->value, err);
}

/* The parts that are there, with a blank between. */
static NK_RESULT add_parts(struct spelling *s, enum nk_item_class item, enum nks_field field,
	const struct nk_str parts[static 3], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init_wiping(&text, 4096);
	for (size_t i = 0; i < 3; i++) {
		if (parts[i].len > 0 && text.len > 0) {
			NK_TRY(nk_buf_add_byte(&text, ' ', err));
		}
		NK_TRY(nk_buf_add_str(&text, parts[i], err));
	}
	return add(s, item, field, nk_buf_str(&text), err);
}

static NK_RESULT add_name(struct spelling *s, enum nk_item_class item, enum nks_field field, struct nk_str family,
	struct nk_str given, struct nk_err *err)
{
	return family.len > 0 && given.len > 0
		? add_parts(s, item, field, (const struct nk_str[3]){ family, given, { NULL, 0 } }, err)
		: nk_done();
}

/* Both orders: people with a middle name are written so and so. */
static NK_RESULT add_middle(struct spelling *s, const struct nk_str *f, struct nk_err *err)
{
	if (f[NK_FIELD_MIDDLE].len == 0 || f[NK_FIELD_FAMILY].len == 0 || f[NK_FIELD_GIVEN].len == 0) {
		return nk_done();
	}
	NK_TRY(add_parts(s, NK_ITEM_name, NKS_FIELD_KANJI,
		(const struct nk_str[3]){ f[NK_FIELD_FAMILY], f[NK_FIELD_MIDDLE], f[NK_FIELD_GIVEN] }, err));
	return add_parts(s, NK_ITEM_name, NKS_FIELD_KANJI,
		(const struct nk_str[3]){ f[NK_FIELD_GIVEN], f[NK_FIELD_MIDDLE], f[NK_FIELD_FAMILY] }, err);
}

/* The romaji of the record, else made from the kana. */
static NK_RESULT romaji_of(struct nk_str stored, struct nk_str kana, struct nk_buf *out, struct nk_err *err)
{
	return stored.len > 0 ? nk_buf_add_str(out, stored, err) : nk_romaji(kana, out, err);
}

static NK_RESULT add_romaji(struct spelling *s, const struct nk_str *f, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf family = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf given = { 0 };

	nk_buf_init_wiping(&family, 4096);
	nk_buf_init_wiping(&given, 4096);
	NK_TRY(romaji_of(f[NK_FIELD_FAMILY_ROMAJI], f[NK_FIELD_FAMILY_KANA], &family, err));
	NK_TRY(romaji_of(f[NK_FIELD_GIVEN_ROMAJI], f[NK_FIELD_GIVEN_KANA], &given, err));
	return add_name(s, NK_ITEM_name, NKS_FIELD_ROMAJI, nk_buf_str(&family), nk_buf_str(&given), err);
}

static struct nk_str or_else(struct nk_str a, struct nk_str b)
{
	return a.len > 0 ? a : b;
}

static NK_RESULT add_names(struct spelling *s, const struct nk_str *f, struct nk_err *err)
{
	NK_TRY(add_name(s, NK_ITEM_name, NKS_FIELD_KANJI, f[NK_FIELD_FAMILY], f[NK_FIELD_GIVEN], err));
	/* Tables have the columns the other way round too (OneRoster). */
	NK_TRY(add_name(s, NK_ITEM_name, NKS_FIELD_KANJI, f[NK_FIELD_GIVEN], f[NK_FIELD_FAMILY], err));
	NK_TRY(add_name(s, NK_ITEM_name, NKS_FIELD_KANJI, or_else(f[NK_FIELD_FAMILY_SHOWN], f[NK_FIELD_FAMILY]),
		or_else(f[NK_FIELD_GIVEN_SHOWN], f[NK_FIELD_GIVEN]), err));
	NK_TRY(add_middle(s, f, err));
	NK_TRY(add_name(s, NK_ITEM_kana, NKS_FIELD_KANA, f[NK_FIELD_FAMILY_KANA], f[NK_FIELD_GIVEN_KANA], err));
	return add_name(s, NK_ITEM_kana, NKS_FIELD_KANA,
		or_else(f[NK_FIELD_FAMILY_SHOWN_KANA], f[NK_FIELD_FAMILY_KANA]),
		or_else(f[NK_FIELD_GIVEN_SHOWN_KANA], f[NK_FIELD_GIVEN_KANA]), err);
}

NK_RESULT nk_spell(
	const struct nk_person *p, bool birthday, struct nk_arena *arena, struct nk_vec *out, struct nk_err *err)
{
	static const struct {
		enum nk_field of;
		enum nks_field as;
	} words[] = { { NK_FIELD_LOGIN, NKS_FIELD_LOGIN }, { NK_FIELD_MAIL, NKS_FIELD_MAIL },
		{ NK_FIELD_SOURCE_KEY, NKS_FIELD_ID }, { NK_FIELD_MASTER_ID, NKS_FIELD_ID },
		{ NK_FIELD_STUDENT_NUMBER, NKS_FIELD_ID } };
	struct spelling s = { arena, out, out->len };
	struct nk_str rest = p->field[NK_FIELD_FORMER];
	struct nk_person before;
	nk_time until = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		NK_TRY(add(&s, nk_field_class(words[i].of), words[i].as, p->field[words[i].of], err));
	}
	NK_TRY(add_names(&s, p->field, err));
	NK_TRY(add_romaji(&s, p->field, err));
	while (nk_former_next(&rest, &until, &before)) {
		NK_TRY(add_names(&s, before.field, err));
		NK_TRY(add_romaji(&s, before.field, err));
	}
	return birthday ? add(&s, NK_ITEM_birth, NKS_FIELD_BIRTHDAY, p->field[NK_FIELD_BIRTH_DATE], err) : nk_done();
}
