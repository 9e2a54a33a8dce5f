/*
 * mapping_default.c: the two profiles: "school" and "university". Rows to read and to overrule in the configuration.
 *
 * Kana stand under lang-ja-kana: the tag of BCP 47 for Japanese in katakana, as an option of RFC 3866. slapd takes
 * every lang- option as it is delivered; ";phonetic" (Netscape's way) it does not, unless it is configured.
 */
#include "base.h"

#include "mapping.h"

#define S(lit)                         \
	{                              \
		(lit), sizeof(lit) - 1 \
	}
#define PERSON(attr, template, needs, required) { NK_OBJECT_PERSON, S(attr), S(template), S(needs), required, false },
#define GROUP(attr, template, needs, required) { NK_OBJECT_GROUP, S(attr), S(template), S(needs), required, false },
#define UNIT(attr, template, needs, required) { NK_OBJECT_UNIT, S(attr), S(template), S(needs), required, false },

#define JAPANESE_NAMES                                                    \
	PERSON("sn;lang-ja", "{family_shown}", "", false)                 \
	PERSON("givenName;lang-ja", "{given_shown}", "", false)           \
	PERSON("displayName;lang-ja", "{name}", "", false)                \
	PERSON("sn;lang-ja-kana", "{family_shown_kana}", "", false)       \
	PERSON("givenName;lang-ja-kana", "{given_shown_kana}", "", false) \
	PERSON("displayName;lang-ja-kana", "{name_kana}", "", false)      \
	PERSON("o;lang-ja", "{unit.name}", "", false)

#define GROUPS_AND_UNITS                                                 \
	GROUP("cn", "{group.year}-{unit.label}-{group.label}", "", true) \
	GROUP("description", "{unit.name} {group.title}", "", false)     \
	GROUP("o;lang-ja", "{unit.name}", "", false)                     \
	GROUP("ou;lang-ja", "{group.title}", "", false)                  \
	UNIT("ou", "{unit.label}", "", true)                             \
	UNIT("ou;lang-ja", "{unit.name}", "", false)                     \
	UNIT("description", "{unit.name}", "", false)                    \
	UNIT("businessCategory", "{unit.kind}", "", false)

static const struct nk_map_row school_rows[] = { PERSON("uid", "{login}", "", true) PERSON("cn", "{name}", "", true)
		PERSON("sn", "{surname}", "", true) PERSON("givenName", "{given_shown}", "", false)
			PERSON("displayName", "{name}", "", false) PERSON("mail", "{mail}", "", false)
				PERSON("employeeNumber", "{student_number}", "", false) PERSON(
					"ou;lang-ja", "{home_class}", "", false) JAPANESE_NAMES GROUPS_AND_UNITS };

static const struct nk_map_row university_rows[] = { PERSON("uid", "{login}", "", true) PERSON(
	"cn", "{name_latin}", "", true) PERSON("sn", "{surname_latin}", "", true) PERSON("givenName", "{given_latin}",
	"", false) PERSON("displayName", "{name_latin}", "", false) PERSON("mail", "{mail}", "",
	false) PERSON("employeeNumber", "{student_number}", "", false) PERSON("ou;lang-ja", "{faculty}", "",
	false) PERSON("eduPersonPrincipalName", "{login}@{domain}", "eduPerson", false) PERSON("eduPersonAffiliation",
	"{affiliation}", "eduPerson", false) PERSON("eduPersonScopedAffiliation", "{affiliation}@{domain}",
	"eduPerson", false) PERSON("jasn", "{family_shown}", "jasn", false) PERSON("jaGivenName", "{given_shown}",
	"jaGivenName", false) PERSON("jaDisplayName", "{name}", "jaDisplayName", false) PERSON("jao", "{unit.name}",
	"jao", false) PERSON("jaou", "{faculty}", "jaou", false) JAPANESE_NAMES GROUPS_AND_UNITS };

static const struct nk_str school_person[] = { S("inetOrgPerson") };
/* The auxiliary class of the ja* attributes has had two names. */
static const struct nk_str university_person[] = { S("inetOrgPerson"), S("eduPerson"), S("gakuninPerson"),
	S("jaPerson") };
static const struct nk_str group_classes[] = { S("groupOfNames") };
static const struct nk_str unit_classes[] = { S("organizationalUnit") };

static const struct nk_mapping school = {
	.rows = school_rows,
	.n_rows = NK_ARRAY_LEN(school_rows),
	.person_rdn = S("uid"),
	.group_rdn = S("cn"),
	.unit_rdn = S("ou"),
	.person_classes = school_person,
	.n_person_classes = NK_ARRAY_LEN(school_person),
	.group_classes = group_classes,
	.n_group_classes = NK_ARRAY_LEN(group_classes),
	.unit_classes = unit_classes,
	.n_unit_classes = NK_ARRAY_LEN(unit_classes),
	.suspend_attr = S("employeeType"),
	.suspend_value = S("suspended"),
};

static const struct nk_mapping university = {
	.rows = university_rows,
	.n_rows = NK_ARRAY_LEN(university_rows),
	.person_rdn = S("uid"),
	.group_rdn = S("cn"),
	.unit_rdn = S("ou"),
	.person_classes = university_person,
	.n_person_classes = NK_ARRAY_LEN(university_person),
	.group_classes = group_classes,
	.n_group_classes = NK_ARRAY_LEN(group_classes),
	.unit_classes = unit_classes,
	.n_unit_classes = NK_ARRAY_LEN(unit_classes),
	.suspend_attr = S("employeeType"),
	.suspend_value = S("suspended"),
};

const struct nk_mapping *nk_mapping_default(struct nk_str profile)
{
	if (nk_str_eq(profile, NK_STR("school"))) {
		return &school;
	}
	return nk_str_eq(profile, NK_STR("university")) ? &university : NULL;
}
