/*
 * mapping.h: from people to the entries that a target should hold: templates of the configuration. Stage ③, first
 * half. Pure.
 *
 * A template is text with {name} or {name|function|function}: e.g. {login}, {family_shown} {given_shown},
 * {family_romaji|title}, {unit.code}-{group.code}, {group.year}; rows of one attribute add up to several values.
 * Functions, a fixed few: lower, upper, title, romaji, kana, trim, default:X, first:N. No language: no conditions, no
 * loops. A template whose names are all blank gives no value.
 */
#ifndef NK_MAPPING_H
#define NK_MAPPING_H

#include "link.h"
#include "people.h"
#include "target.h"

struct nk_map_row {
	enum nk_object_kind object;
	struct nk_str attr; /* "displayName;lang-ja" */
	struct nk_str template;
	struct nk_str
		needs; /* object class or attribute the target must know, else the row is left out; empty: always */
	bool required;
	bool hidden; /* "protected.person.cn = …": for protected persons, instead of the attribute's other rows */
};

/* Which of two names a target takes: 通称名 or 戸籍名. */
enum nk_name_use {
	NK_NAME_IN_USE, /* the preferred ("shown") name, else the legal one; the legal name of who has another is not told */
	NK_NAME_LEGAL, /* the legal name; the other is not told, and where no legal one is known the login stands */
	NK_NAME_BOTH, /* as the rows say: {family} the legal one, {family_shown} that in use */
	NK_NAME_USE_COUNT
};
/* nk_name_use_word: "in-use", "legal", "both"; static. nk_name_use_of: false: no such word. */
const char *nk_name_use_word(enum nk_name_use use);
bool nk_name_use_of(struct nk_str word, enum nk_name_use *out);
/* nk_name_use_apply: what is left of a person's names for such a target, in `p`, a copy of the record's view. The name in romaji
 * is that in use: a legal one comes from its kana. Nothing is allocated. */
void nk_name_use_apply(enum nk_name_use use, struct nk_person *p);

struct nk_mapping {
	const struct nk_map_row *rows;
	size_t n_rows;
	struct nk_str person_rdn; /* attribute: uid */
	struct nk_str group_rdn, unit_rdn;
	const struct nk_str *person_classes, *group_classes,
		*unit_classes; /* object classes; each left out when the target lacks it */
	size_t n_person_classes, n_group_classes, n_unit_classes;
	struct nk_str suspend_attr, suspend_value; /* employeeType, suspended; userPassword is removed with it */
	bool scheduled_groups; /* groups for subject classes too; default homerooms only: false */
	enum nk_name_use name;
	const struct nk_str *hide; /* attributes that no protected person has, whoever wrote them: settings.present of the target */
	size_t n_hide;
};

/* nk_mapping_default: "school" (inetOrgPerson with ;lang-ja, groups per class) or "university" (eduPerson, ja* where
 * the schema has them). Static. NULL: no such profile. */
const struct nk_mapping *nk_mapping_default(struct nk_str profile);
/* Of a protected person (nk_person_hidden) every target gets what rows give without name, reading, class, number in class,
 * school, faculty and birth date: cn and sn become the login, others are left out, and he is in no group. */
/* nk_mapping_row: a row "person.displayName;lang-ja = {family_shown} {given_shown}" of the configuration over the
 * profile's; NK_CONFIG names the fault and its column. */
NK_RESULT nk_mapping_row(struct nk_str key, struct nk_str template, struct nk_arena *arena, struct nk_map_row *out,
	struct nk_err *err);
/* nk_template_check: are names and functions known? NK_CONFIG names the fault and its column. The names stand in
 * template_word.c. */
NK_RESULT nk_template_check(struct nk_str template, enum nk_object_kind object, struct nk_err *err);

struct nk_year;
struct nk_desired_options {
	const struct nk_mapping *mapping;
	const struct nk_target_settings *settings; /* bases */
	struct nk_target_link *target; /* for has(); may be NULL: everything is known */
	nk_date today;
	const struct nk_year *year; /* who may sign in by the house's rules; NULL: by the persons' own dates */
	const struct nk_links *links; /* of this target: accounts that parts of a person still have; NULL: none has */
};
/*
 * nk_desired_make: entries for units, groups (with members as MEMBER steps later: "member" is not among attrs),
 * persons. Planned persons are not there yet; leaving and suspended ones are there as suspended, without memberships.
 * Records of one person give one entry, with the head's names and the memberships of all that are usable; a part that has
 * an account of its own here is there as suspended. Sorted by key (bytes of the folded name). Ended units and groups
 * are not there. Two units or groups that get one name are told apart by a piece of their id; two persons: NK_CONFLICT
 * with their numbers. A row is left out when the target does not know its attribute.
 */
struct nk_member_pair {
	uint32_t group; /* index into entries */
	uint32_t person; /* index into entries */
};
struct nk_desired {
	const struct nk_entry *entries;
	size_t n;
	const struct nk_member_pair *members; /* sorted by group, then person */
	size_t n_members;
	size_t skipped_no_login; /* persons without a login: counted, never silent */
	size_t skipped_blank; /* persons, groups, units whose value for a required row is blank */
};
NK_RESULT nk_desired_make(const struct nk_people *people, const struct nk_desired_options *opt,
	struct nk_arena *arena, struct nk_desired *out, struct nk_err *err);
/* nk_mapping_attrs: names of all attributes the mapping writes, for the target's `wanted`. */
NK_RESULT nk_mapping_attrs(const struct nk_mapping *m, struct nk_arena *arena, const struct nk_attr **out,
	size_t *out_n, struct nk_err *err);

#endif
