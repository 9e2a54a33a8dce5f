/*
 * fields.c: the items of a person's record, their classes, and the words for states and roles.
 *
 * Invariant: one row of fields.rows is one item; the tables here are made from the rows alone.
 */
#include "base.h"

#include "people.h"

struct field_row {
	const char *name; /* as in the rows: upper case */
	const char *label;
	enum nk_item_class item_class;
	bool unique;
};

static const struct field_row field_rows[] = {
#define ROW(name, item_class, unique, label) [NK_FIELD_##name] = { #name, NK_N(label), NK_ITEM_##item_class, unique },
#include "fields.inc"
#undef ROW
};
_Static_assert(NK_ARRAY_LEN(field_rows) == NK_FIELD_COUNT, "a row for every item");
_Static_assert(NK_FIELD_COUNT < 32, "changes keep a bit for every item");

/* The lower-case words: JSON, mappings and mapping files use them. */
static const char *const field_words[] = {
	[NK_FIELD_SOURCE] = "source",
	[NK_FIELD_SOURCE_KEY] = "source_key",
	[NK_FIELD_MASTER_ID] = "master_id",
	[NK_FIELD_LOGIN] = "login",
	[NK_FIELD_STUDENT_NUMBER] = "student_number",
	[NK_FIELD_MAIL] = "mail",
	[NK_FIELD_FAMILY] = "family",
	[NK_FIELD_GIVEN] = "given",
	[NK_FIELD_MIDDLE] = "middle",
	[NK_FIELD_FAMILY_KANA] = "family_kana",
	[NK_FIELD_GIVEN_KANA] = "given_kana",
	[NK_FIELD_FAMILY_SHOWN] = "family_shown",
	[NK_FIELD_GIVEN_SHOWN] = "given_shown",
	[NK_FIELD_FAMILY_SHOWN_KANA] = "family_shown_kana",
	[NK_FIELD_GIVEN_SHOWN_KANA] = "given_shown_kana",
	[NK_FIELD_FAMILY_ROMAJI] = "family_romaji",
	[NK_FIELD_GIVEN_ROMAJI] = "given_romaji",
	[NK_FIELD_GRADE] = "grade",
	[NK_FIELD_HOME_CLASS] = "home_class",
	[NK_FIELD_FACULTY] = "faculty",
	[NK_FIELD_BIRTH_DATE] = "birth_date",
	[NK_FIELD_FORMER] = "former",
	[NK_FIELD_MERGED_INTO] = "merged_into",
};
_Static_assert(NK_ARRAY_LEN(field_words) == NK_FIELD_COUNT, "a word for every item");

static const char *const state_names[] = {
	[NK_PERSON_PLANNED] = "planned",
	[NK_PERSON_ACTIVE] = "active",
	[NK_PERSON_SUSPENDED] = "suspended",
	[NK_PERSON_LEAVING] = "leaving",
	[NK_PERSON_RETAINED] = "retained",
	[NK_PERSON_ERASED] = "erased",
};
_Static_assert(NK_ARRAY_LEN(state_names) == NK_PERSON_STATE_COUNT, "a word for every state");

static const char *const role_names[] = {
	[NK_ROLE_STUDENT] = "student",
	[NK_ROLE_TEACHER] = "teacher",
	[NK_ROLE_AIDE] = "aide",
	[NK_ROLE_PRINCIPAL] = "principal",
	[NK_ROLE_ADMINISTRATOR] = "administrator",
	[NK_ROLE_GUARDIAN] = "guardian",
	[NK_ROLE_STAFF] = "staff",
	[NK_ROLE_OTHER] = "other",
};
_Static_assert(NK_ARRAY_LEN(role_names) == NK_ROLE_COUNT, "a word for every role");

enum nk_item_class nk_field_class(enum nk_field f)
{
	nk_assert(f < NK_FIELD_COUNT);
	return field_rows[f].item_class;
}

bool nk_field_unique(enum nk_field f)
{
	nk_assert(f < NK_FIELD_COUNT);
	return field_rows[f].unique;
}

const char *nk_field_label(enum nk_field f)
{
	nk_assert(f < NK_FIELD_COUNT);
	return field_rows[f].label;
}

const char *nk_field_name(enum nk_field f)
{
	nk_assert(f < NK_FIELD_COUNT);
	return field_words[f];
}

bool nk_field_by_name(struct nk_str name, enum nk_field *out)
{
	for (unsigned f = 0; f < NK_FIELD_COUNT; f++) {
		if (nk_str_eq(name, nk_str_c(field_words[f]))) {
			*out = (enum nk_field)f;
			return true;
		}
	}
	return false;
}

const char *nk_person_state_name(enum nk_person_state s)
{
	nk_assert(s < NK_PERSON_STATE_COUNT);
	return state_names[s];
}

const char *nk_role_name(enum nk_role r)
{
	nk_assert(r < NK_ROLE_COUNT);
	return role_names[r];
}
