/*
 * template_word.c: the names that templates may use, and what they stand for. One row each.
 *
 * A preferred ("shown") name that is blank falls back to the legal one; a romaji name that is blank comes from the
 * kana.
 */
#include "base.h"

#include "template_int.h"

#include "kana.h"

/* Which objects a name may be used for. */
enum { OF_PERSON = 1, OF_UNIT = 2, OF_GROUP = 4, OF_ALL = 7, OF_LOGIN = 8 };

enum word {
	W_SURNAME,
	W_GIVEN_NAME,
	W_NAME,
	W_NAME_KANA,
	W_SURNAME_LATIN,
	W_GIVEN_LATIN,
	W_NAME_LATIN,
	W_ROLE,
	W_AFFILIATION,
	W_NUMBER,
	W_YEAR,
	W_YEAR2,
	W_INITIALS,
	W_SEQ,
	W_SEQ2,
	W_SEQ3,
	W_SEQ4,
	W_DOMAIN,
	W_UNIT_NAME,
	W_UNIT_CODE,
	W_UNIT_KEY,
	W_UNIT_KIND,
	W_UNIT_LABEL,
	W_GROUP_TITLE,
	W_GROUP_CODE,
	W_GROUP_KEY,
	W_GROUP_KIND,
	W_GROUP_GRADE,
	W_GROUP_YEAR,
	W_GROUP_LABEL,
	W_COUNT
};

struct word_row {
	const char *name;
	unsigned of;
};

static const struct word_row words[] = {
	[W_SURNAME] = { "surname",
		OF_PERSON }, /* never blank when there is any name or login: for sn, which LDAP demands */
	[W_GIVEN_NAME] = { "given_name", OF_PERSON },
	[W_NAME] = { "name", OF_PERSON },
	[W_NAME_KANA] = { "name_kana", OF_PERSON },
	[W_SURNAME_LATIN] = { "surname_latin", OF_PERSON }, /* romaji, else like surname */
	[W_GIVEN_LATIN] = { "given_latin", OF_PERSON },
	[W_NAME_LATIN] = { "name_latin", OF_PERSON },
	[W_ROLE] = { "role", OF_PERSON },
	[W_AFFILIATION] = { "affiliation", OF_PERSON }, /* of eduPerson: student, faculty, staff, affiliate */
	[W_NUMBER] = { "number", OF_PERSON },
	[W_YEAR] = { "year", OF_PERSON }, /* school year in which the person came: 2026 */
	[W_YEAR2] = { "year2", OF_PERSON }, /* 26 */
	[W_INITIALS] = { "initials", OF_PERSON }, /* of the names in romaji, family first: sh */
	[W_SEQ] = { "seq", OF_LOGIN }, /* nothing for the first of a name, then 2, 3, … */
	[W_SEQ2] = { "seq2", OF_LOGIN }, /* 01, 02, … */
	[W_SEQ3] = { "seq3", OF_LOGIN },
	[W_SEQ4] = { "seq4", OF_LOGIN },
	[W_DOMAIN] = { "domain", OF_ALL }, /* example.ac.jp, of the target's base */
	[W_UNIT_NAME] = { "unit.name", OF_ALL },
	[W_UNIT_CODE] = { "unit.code", OF_ALL },
	[W_UNIT_KEY] = { "unit.key", OF_ALL },
	[W_UNIT_KIND] = { "unit.kind", OF_ALL },
	[W_UNIT_LABEL] = { "unit.label", OF_ALL }, /* the code, else the key */
	[W_GROUP_TITLE] = { "group.title", OF_PERSON | OF_GROUP },
	[W_GROUP_CODE] = { "group.code", OF_PERSON | OF_GROUP },
	[W_GROUP_KEY] = { "group.key", OF_PERSON | OF_GROUP },
	[W_GROUP_KIND] = { "group.kind", OF_PERSON | OF_GROUP },
	[W_GROUP_GRADE] = { "group.grade", OF_PERSON | OF_GROUP },
	[W_GROUP_YEAR] = { "group.year", OF_PERSON | OF_GROUP },
	[W_GROUP_LABEL] = { "group.label",
		OF_PERSON | OF_GROUP }, /* the code, else the title and a piece of the id */
};
_Static_assert(NK_ARRAY_LEN(words) == W_COUNT, "a row for every name");

static unsigned bit_of(enum nk_object_kind object)
{
	switch (object) {
	case NK_OBJECT_UNIT:
		return OF_UNIT;
	case NK_OBJECT_GROUP:
		return OF_GROUP;
	case NK_OBJECT_PERSON:
		return OF_PERSON;
	case NK_TEMPLATE_LOGIN:
		return OF_PERSON | OF_LOGIN;
	case NK_OBJECT_CONTAINER:
		return 0;
	}
	return 0;
}

/* Shorter words for a person's names and places. */
static const struct {
	const char *name;
	const char *of;
} aliases[] = {
	{ "romaji.family", "family_romaji" },
	{ "romaji.given", "given_romaji" },
	{ "kana.family", "family_shown_kana" },
	{ "kana.given", "given_shown_kana" },
	{ "school", "unit.label" },
	{ "class", "group.code" },
};

/* Items of the record stand behind the rows of the table. */
int nk_template_word(struct nk_str name, enum nk_object_kind object)
{
	enum nk_field field = NK_FIELD_COUNT;

	for (size_t i = 0; i < NK_ARRAY_LEN(aliases) && (bit_of(object) & OF_PERSON) != 0; i++) {
		if (nk_str_eq(name, nk_str_c(aliases[i].name))) {
			name = nk_str_c(aliases[i].of);
		}
	}

	for (int w = 0; w < W_COUNT; w++) {
		if ((words[w].of & bit_of(object)) != 0 && nk_str_eq(name, nk_str_c(words[w].name))) {
			return w;
		}
	}
	if ((bit_of(object) & OF_PERSON) != 0 && nk_field_by_name(name, &field) && field != NK_FIELD_FORMER &&
		field != NK_FIELD_MERGED_INTO) {
		return W_COUNT + (int)field;
	}
	return -1;
}

bool nk_template_word_counts(int word)
{
	return word != W_DOMAIN && !(word >= W_SEQ && word <= W_SEQ4);
}

static struct nk_str field_or(const struct nk_person *p, enum nk_field first, enum nk_field second)
{
	const struct nk_str value = nk_str_trim(p->field[first]);

	return value.len > 0 ? value : nk_str_trim(p->field[second]);
}

static NK_RESULT romaji_of(const struct nk_person *p, bool family, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_str romaji = nk_str_trim(p->field[family ? NK_FIELD_FAMILY_ROMAJI : NK_FIELD_GIVEN_ROMAJI]);

	if (romaji.len > 0) {
		return nk_buf_add_str(out, romaji, err);
	}
	return nk_romaji(family ? field_or(p, NK_FIELD_FAMILY_SHOWN_KANA, NK_FIELD_FAMILY_KANA)
				: field_or(p, NK_FIELD_GIVEN_SHOWN_KANA, NK_FIELD_GIVEN_KANA),
		out, err);
}

static NK_RESULT field_value(const struct nk_person *p, enum nk_field f, struct nk_buf *out, struct nk_err *err)
{
	static const struct {
		enum nk_field shown, legal;
	} pairs[] = {
		{ NK_FIELD_FAMILY_SHOWN, NK_FIELD_FAMILY },
		{ NK_FIELD_GIVEN_SHOWN, NK_FIELD_GIVEN },
		{ NK_FIELD_FAMILY_SHOWN_KANA, NK_FIELD_FAMILY_KANA },
		{ NK_FIELD_GIVEN_SHOWN_KANA, NK_FIELD_GIVEN_KANA },
	};

	if (f == NK_FIELD_FAMILY_ROMAJI || f == NK_FIELD_GIVEN_ROMAJI) {
		return romaji_of(p, f == NK_FIELD_FAMILY_ROMAJI, out, err);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		if (f == pairs[i].shown) {
			return nk_buf_add_str(out, field_or(p, pairs[i].shown, pairs[i].legal), err);
		}
	}
	return nk_buf_add_str(out, nk_str_trim(p->field[f]), err);
}

static struct nk_str surname_of(const struct nk_person *p)
{
	struct nk_str value = field_or(p, NK_FIELD_FAMILY_SHOWN, NK_FIELD_FAMILY);

	if (value.len == 0) {
		value = field_or(p, NK_FIELD_GIVEN_SHOWN, NK_FIELD_GIVEN);
	}
	return value.len > 0 ? value : nk_str_trim(p->field[NK_FIELD_LOGIN]);
}

static NK_RESULT two(struct nk_str a, struct nk_str b, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add_str(out, a, err));
	if (a.len > 0 && b.len > 0) {
		NK_TRY(nk_buf_add_byte(out, ' ', err));
	}
	return nk_buf_add_str(out, b, err);
}

static NK_RESULT title_case(struct nk_buf *text, size_t from)
{
	bool start = true;

	for (size_t i = from; i < text->len; i++) {
		uint8_t *c = &text->ptr[i];

		if (*c >= 'A' && *c <= 'Z' && !start) {
			*c = (uint8_t)(*c + ('a' - 'A'));
		} else if (*c >= 'a' && *c <= 'z' && start) {
			*c = (uint8_t)(*c - ('a' - 'A'));
		}
		start = *c == ' ' || *c == '-' || *c == '\'';
	}
	return nk_done();
}

static NK_RESULT latin(const struct nk_person *p, bool family, struct nk_buf *out, struct nk_err *err)
{
	const size_t from = out->len;

	NK_TRY(romaji_of(p, family, out, err));
	if (out->len > from) {
		return title_case(out, from);
	}
	return nk_buf_add_str(out, family ? surname_of(p) : field_or(p, NK_FIELD_GIVEN_SHOWN, NK_FIELD_GIVEN), err);
}

static NK_RESULT name_latin(const struct nk_person *p, struct nk_buf *out, struct nk_err *err)
{
	const size_t from = out->len;

	NK_TRY(latin(p, false, out, err));
	if (out->len > from) {
		NK_TRY(nk_buf_add_byte(out, ' ', err));
	}
	return latin(p, true, out, err);
}

static NK_RESULT person_name(const struct nk_person *p, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_str family = field_or(p, NK_FIELD_FAMILY_SHOWN, NK_FIELD_FAMILY);
	const struct nk_str given = field_or(p, NK_FIELD_GIVEN_SHOWN, NK_FIELD_GIVEN);

	if (family.len == 0 && given.len == 0) {
		return nk_buf_add_str(out, nk_str_trim(p->field[NK_FIELD_LOGIN]), err);
	}
	return two(family, given, out, err);
}

static const char *affiliation(const struct nk_template_scope *s)
{
	if (!s->has_role) {
		return "";
	}
	switch (s->role) {
	case NK_ROLE_STUDENT:
		return "student";
	case NK_ROLE_TEACHER:
		return "faculty";
	case NK_ROLE_AIDE:
	case NK_ROLE_PRINCIPAL:
	case NK_ROLE_ADMINISTRATOR:
	case NK_ROLE_STAFF:
		return "staff";
	case NK_ROLE_GUARDIAN:
	case NK_ROLE_OTHER:
		return "affiliate";
	case NK_ROLE_COUNT:
		break;
	}
	return "";
}

static NK_RESULT year_value(const struct nk_template_scope *s, bool two_digits, struct nk_buf *out, struct nk_err *err)
{
	const int year = s->person->valid_from != NK_DATE_NONE ? nk_school_year(s->person->valid_from) : s->year;

	if (year <= 0) {
		return nk_done();
	}
	return two_digits ? nk_buf_printf(out, err, "%02d", year % 100) : nk_buf_printf(out, err, "%d", year);
}

static NK_RESULT initials(const struct nk_person *p, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };

	nk_buf_init_wiping(&name, 8192);
	for (unsigned part = 0; part < 2; part++) {
		nk_buf_reset(&name);
		NK_TRY(romaji_of(p, part == 0, &name, err));
		NK_TRY(nk_buf_add_str(out, nk_str_sub(nk_buf_str(&name), 0, name.len > 0 ? 1 : 0), err));
	}
	return nk_done();
}

static NK_RESULT person_value(enum word w, const struct nk_template_scope *s, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_person *p = s->person;

	if (p == NULL) {
		return nk_done();
	}
	if (w == W_SURNAME) {
		return nk_buf_add_str(out, surname_of(p), err);
	}
	if (w == W_GIVEN_NAME) {
		return nk_buf_add_str(out, field_or(p, NK_FIELD_GIVEN_SHOWN, NK_FIELD_GIVEN), err);
	}
	if (w == W_NAME) {
		return person_name(p, out, err);
	}
	if (w == W_NAME_KANA) {
		return two(field_or(p, NK_FIELD_FAMILY_SHOWN_KANA, NK_FIELD_FAMILY_KANA),
			field_or(p, NK_FIELD_GIVEN_SHOWN_KANA, NK_FIELD_GIVEN_KANA), out, err);
	}
	if (w == W_SURNAME_LATIN || w == W_GIVEN_LATIN) {
		return latin(p, w == W_SURNAME_LATIN, out, err);
	}
	if (w == W_NAME_LATIN) {
		return name_latin(p, out, err);
	}
	if (w == W_NUMBER) {
		return s->number > 0 ? nk_buf_printf(out, err, "%u", s->number) : nk_done();
	}
	if (w == W_YEAR || w == W_YEAR2) {
		return year_value(s, w == W_YEAR2, out, err);
	}
	if (w == W_INITIALS) {
		return initials(p, out, err);
	}
	if (w >= W_SEQ && w <= W_SEQ4) {
		return nk_buf_add_byte(out, (uint8_t)(NK_SEQ_MARK + (w - W_SEQ)), err);
	}
	if (w == W_ROLE) {
		return nk_buf_add_c(out, s->has_role ? nk_role_name(s->role) : "", err);
	}
	return nk_buf_add_c(out, affiliation(s), err);
}

static NK_RESULT unit_value(enum word w, const struct nk_unit *u, struct nk_buf *out, struct nk_err *err)
{
	if (u == NULL) {
		return nk_done();
	}
	if (w == W_UNIT_NAME) {
		return nk_buf_add_str(out, u->name, err);
	}
	if (w == W_UNIT_CODE) {
		return nk_buf_add_str(out, u->code, err);
	}
	if (w == W_UNIT_KIND) {
		return nk_buf_add_str(out, u->kind, err);
	}
	if (w == W_UNIT_LABEL && nk_str_trim(u->code).len > 0) {
		return nk_buf_add_str(out, u->code, err);
	}
	return nk_buf_add_str(out, u->key, err);
}

static NK_RESULT group_label(const struct nk_group *g, struct nk_buf *out, struct nk_err *err)
{
	char hex[9];

	if (nk_str_trim(g->code).len > 0) {
		return nk_buf_add_str(out, g->code, err);
	}
	nk_hex_print(g->id.b, 4, hex);
	NK_TRY(nk_buf_add_str(out, g->title, err));
	return nk_buf_printf(out, err, "-%s", hex);
}

static NK_RESULT group_value(enum word w, const struct nk_group *g, struct nk_buf *out, struct nk_err *err)
{
	if (g == NULL) {
		return nk_done();
	}
	if (w == W_GROUP_TITLE) {
		return nk_buf_add_str(out, g->title, err);
	}
	if (w == W_GROUP_CODE) {
		return nk_buf_add_str(out, g->code, err);
	}
	if (w == W_GROUP_KEY) {
		return nk_buf_add_str(out, g->key, err);
	}
	if (w == W_GROUP_KIND) {
		return nk_buf_add_str(out, g->kind, err);
	}
	if (w == W_GROUP_GRADE) {
		return nk_buf_add_str(out, g->grade, err);
	}
	if (w == W_GROUP_YEAR) {
		return g->school_year > 0 ? nk_buf_printf(out, err, "%d", g->school_year) : nk_done();
	}
	return group_label(g, out, err);
}

NK_RESULT nk_template_word_value(
	int word, const struct nk_template_scope *scope, struct nk_buf *out, struct nk_err *err)
{
	if (word >= W_COUNT) {
		return scope->person == NULL ? nk_done()
					     : field_value(scope->person, (enum nk_field)(word - W_COUNT), out, err);
	}
	if (word == W_DOMAIN) {
		return nk_buf_add_str(out, scope->domain, err);
	}
	if (word < W_DOMAIN) {
		return person_value((enum word)word, scope, out, err);
	}
	if (word < W_GROUP_TITLE) {
		return unit_value((enum word)word, scope->unit, out, err);
	}
	return group_value((enum word)word, scope->group, out, err);
}
