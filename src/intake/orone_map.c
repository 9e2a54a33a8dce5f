/*
 * orone_map.c: what a row means for us: org → unit, class → group, user → person, role and enrolment → membership.
 *
 * Ids that point nowhere were told before; here they are passed over. Romaji is made from kana. The row's own checks
 * that need two columns or another row stand here too.
 */
#include "base.h"
#include "orone.h"

#include "value_date.h"
#include "value_text.h"

struct nk_str nk_orone_map_get(const struct orone *o, const struct orone_row *row, enum orone_column c)
{
	const size_t at = o->table[row->file].at[c];

	return at != SIZE_MAX ? row->fields[at] : NK_STR("");
}

static NK_RESULT keep(
	struct orone *o, const struct orone_row *row, enum orone_column c, struct nk_str *out, struct nk_err *err)
{
	return nk_roster_build_copy(o->run->build, nk_orone_map_get(o, row, c), out, err);
}

static NK_RESULT tell(struct orone *o, const struct nk_rule *rule, const struct orone_row *row, enum orone_column c,
	struct nk_err *err)
{
	return nk_orone_row_finding(o, rule, row->file, row->line, nk_orone_rules_column(c), err);
}

static nk_date date_of(const struct orone *o, const struct orone_row *row, enum orone_column c)
{
	nk_date d = NK_DATE_NONE;
	const struct nk_str v = nk_orone_map_get(o, row, c);

	if (v.len == 0) {
		return NK_DATE_NONE;
	}
	switch (nk_value_date(v, &d)) {
	case NK_DATE_EXACT:
	case NK_DATE_LOOSE:
	case NK_DATE_SERIAL:
		return d;
	case NK_DATE_PAST_ERA:
	case NK_DATE_AMBIGUOUS:
	case NK_DATE_BAD:
		break;
	}
	return NK_DATE_NONE;
}

/* A value that must be unique although it is no id: kept with the line of its first row. */
static NK_RESULT take_unique(struct orone *o, const struct orone_row *row, enum orone_column c, struct nk_map *map,
	const struct nk_rule *rule, struct nk_err *err)
{
	const struct nk_str v = nk_orone_map_get(o, row, c);
	NK_OWNED(nk_buf_done) struct nk_buf low = { 0 };
	struct nk_str kept;
	uint64_t line = 0;

	if (v.len == 0) {
		return nk_done();
	}
	nk_buf_init_wiping(&low, 1 << 20);
	NK_TRY(nk_value_ascii_case(v, false, &low, err));
	if (nk_map_get(map, nk_buf_bytes(&low), &line)) {
		NK_TRY(nk_orone_row_finding(o, rule, row->file, line, nk_orone_rules_column(c), err));
		return tell(o, rule, row, c, err);
	}
	NK_TRY(nk_arena_dup(o->run->arena, nk_buf_str(&low), &kept, err));
	return nk_map_put(map, nk_str_bytes(kept), row->line, err);
}

static NK_RESULT map_session(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	const nk_date start = date_of(o, row, ORONE_startDate);

	(void)err;
	if (nk_str_eq(nk_orone_map_get(o, row, ORONE_type), NK_STR("schoolYear")) && start != NK_DATE_NONE &&
		nk_school_year(start) > o->session_year) {
		o->session_year = nk_school_year(start);
	}
	return nk_done();
}

static NK_RESULT map_org(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	struct nk_roster_unit unit = { 0 };
	struct orone_org *org = NULL;
	void *item = NULL;
	size_t at = 0;

	NK_TRY(keep(o, row, ORONE_sourcedId, &unit.key, err));
	NK_TRY(keep(o, row, ORONE_parentSourcedId, &unit.parent_key, err));
	NK_TRY(keep(o, row, ORONE_type, &unit.kind, err));
	NK_TRY(keep(o, row, ORONE_name, &unit.name, err));
	NK_TRY(keep(o, row, ORONE_identifier, &unit.code, err));
	if (nk_str_eq(unit.kind, NK_STR("district")) && unit.parent_key.len > 0 && o->japan) {
		NK_TRY(tell(o, nk_rule(NK_RULE_OR_JP_6), row, ORONE_parentSourcedId, err));
	}
	NK_TRY(take_unique(o, row, ORONE_identifier, &o->codes, nk_rule(NK_RULE_OR_DUP_4), err));
	if (row->known) {
		*(struct nk_roster_unit *)nk_vec_at(&o->run->build->units, row->index) = unit;
		return row->gone ? nk_roster_build_gone(o->run->build, NK_GONE_UNIT, row->index, err) : nk_done();
	}
	NK_TRY(nk_vec_push(&o->orgs, &item, err));
	org = item;
	*org = (struct orone_org){
		.parent = SIZE_MAX, .line = row->line, .school = nk_str_eq(unit.kind, NK_STR("school"))
	};
	return nk_roster_build_unit(o->run->build, &unit, &at, err);
}

static size_t list_len(struct nk_str list)
{
	size_t n = 0;
	struct nk_str item;

	while (nk_str_cut(&list, ',', &item)) {
		n++;
	}
	return n;
}

static NK_RESULT check_subjects(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	const size_t names = list_len(nk_orone_map_get(o, row, ORONE_subjects));
	const size_t codes = list_len(nk_orone_map_get(o, row, ORONE_subjectCodes));

	return o->japan && names != codes ? tell(o, nk_rule(NK_RULE_OR_JP_7), row, ORONE_subjectCodes, err) : nk_done();
}

static NK_RESULT map_class(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	struct nk_roster_group group = { .school_year = o->session_year };
	size_t at = 0;

	NK_TRY(keep(o, row, ORONE_sourcedId, &group.key, err));
	NK_TRY(keep(o, row, ORONE_schoolSourcedId, &group.unit_key, err));
	NK_TRY(keep(o, row, ORONE_classType, &group.kind, err));
	NK_TRY(keep(o, row, ORONE_title, &group.title, err));
	NK_TRY(keep(o, row, ORONE_classCode, &group.code, err));
	NK_TRY(keep(o, row, ORONE_grades, &group.grade, err));
	if (nk_orone_row_find(o, ORONE_ORGS, group.unit_key, &at) &&
		!((const struct orone_org *)nk_vec_at(&o->orgs, at))->school) {
		NK_TRY(tell(o, nk_rule(NK_RULE_OR_REF_2), row, ORONE_schoolSourcedId, err));
	}
	NK_TRY(check_subjects(o, row, err));
	if (row->known) {
		*(struct nk_roster_group *)nk_vec_at(&o->run->build->groups, row->index) = group;
		return row->gone ? nk_roster_build_gone(o->run->build, NK_GONE_GROUP, row->index, err) : nk_done();
	}
	return nk_roster_build_group(o->run->build, &group, &at, err);
}

static NK_RESULT romaji(struct orone *o, struct nk_str kana, struct nk_str *out, struct nk_err *err)
{
	nk_buf_reset(&o->scratch);
	*out = NK_STR("");
	if (kana.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_romaji(kana, &o->scratch, err));
	return nk_roster_build_copy(o->run->build, nk_buf_str(&o->scratch), out, err);
}

static NK_RESULT map_fields(
	struct orone *o, const struct orone_row *row, struct nk_roster_person *p, struct nk_err *err)
{
	static const struct {
		enum nk_field field;
		enum orone_column column;
	} pairs[] = { { NK_FIELD_SOURCE_KEY, ORONE_sourcedId }, { NK_FIELD_MASTER_ID, ORONE_userMasterIdentifier },
		{ NK_FIELD_LOGIN, ORONE_username }, { NK_FIELD_STUDENT_NUMBER, ORONE_identifier },
		{ NK_FIELD_MAIL, ORONE_email }, { NK_FIELD_FAMILY, ORONE_familyName },
		{ NK_FIELD_GIVEN, ORONE_givenName }, { NK_FIELD_MIDDLE, ORONE_middleName },
		{ NK_FIELD_FAMILY_KANA, ORONE_kanaFamilyName }, { NK_FIELD_GIVEN_KANA, ORONE_kanaGivenName },
		{ NK_FIELD_FAMILY_SHOWN, ORONE_preferredFamilyName },
		{ NK_FIELD_GIVEN_SHOWN, ORONE_preferredGivenName },
		{ NK_FIELD_FAMILY_SHOWN_KANA, ORONE_kanaPreferredFamilyName },
		{ NK_FIELD_GIVEN_SHOWN_KANA, ORONE_kanaPreferredGivenName }, { NK_FIELD_GRADE, ORONE_grades } };

	for (size_t i = 0; i < NK_FIELD_COUNT; i++) {
		p->field[i] = NK_STR("");
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		NK_TRY(keep(o, row, pairs[i].column, &p->field[pairs[i].field], err));
	}
	NK_TRY(romaji(o, p->field[NK_FIELD_FAMILY_KANA], &p->field[NK_FIELD_FAMILY_ROMAJI], err));
	return romaji(o, p->field[NK_FIELD_GIVEN_KANA], &p->field[NK_FIELD_GIVEN_ROMAJI], err);
}

static enum nk_role role_of(struct nk_str word)
{
	static const struct {
		const char *word;
		enum nk_role role;
	} roles[] = { { "student", NK_ROLE_STUDENT }, { "teacher", NK_ROLE_TEACHER }, { "aide", NK_ROLE_AIDE },
		{ "principal", NK_ROLE_PRINCIPAL }, { "administrator", NK_ROLE_ADMINISTRATOR },
		{ "districtAdministrator", NK_ROLE_ADMINISTRATOR }, { "siteAdministrator", NK_ROLE_ADMINISTRATOR },
		{ "systemAdministrator", NK_ROLE_ADMINISTRATOR }, { "guardian", NK_ROLE_GUARDIAN },
		{ "parent", NK_ROLE_GUARDIAN }, { "relative", NK_ROLE_GUARDIAN }, { "counselor", NK_ROLE_STAFF },
		{ "proctor", NK_ROLE_STAFF } };

	for (size_t i = 0; i < NK_ARRAY_LEN(roles); i++) {
		if (nk_str_eq(nk_str_c(roles[i].word), word)) {
			return roles[i].role;
		}
	}
	return NK_ROLE_OTHER;
}

/* 1.1: the orgs of a user stand in his own row. */
static NK_RESULT map_own_orgs(struct orone *o, const struct orone_row *row, size_t person, struct nk_err *err)
{
	struct nk_str rest = nk_orone_map_get(o, row, ORONE_orgSourcedIds);
	struct nk_roster_membership m = { .role = role_of(nk_orone_map_get(o, row, ORONE_role)),
		.primary = true,
		.from = NK_DATE_NONE,
		.until = NK_DATE_NONE };
	const struct orone_row stays = { .file = row->file, .line = row->line };
	struct nk_str id;

	while (nk_str_cut(&rest, ',', &id)) {
		if (nk_orone_row_find(o, ORONE_ORGS, nk_str_trim(id), &m.where)) {
			NK_TRY(nk_orone_delta_membership(o, &stays, person, &m, err));
			m.primary = false;
		}
	}
	return nk_done();
}

/* Of a delta: the person's row is new, the memberships stay until rows of theirs say otherwise. */
static NK_RESULT replace_user(struct orone *o, const struct orone_row *row, const struct orone_user *user,
	const struct nk_roster_person *p, struct nk_err *err)
{
	struct nk_roster_person *const old = nk_roster_build_at(o->run->build, row->index);
	const struct nk_roster_person before = *old;

	*old = *p;
	old->n_memberships = before.n_memberships;
	old->valid_from = before.valid_from;
	old->valid_until = before.valid_until;
	if (user->home == SIZE_MAX) {
		old->field[NK_FIELD_HOME_CLASS] = before.field[NK_FIELD_HOME_CLASS];
	}
	*(struct orone_user *)nk_vec_at(&o->users, row->index) = *user;
	if (row->gone) {
		return nk_roster_build_gone(o->run->build, NK_GONE_PERSON, row->index, err);
	}
	if (o->table[ORONE_USERS].at[ORONE_orgSourcedIds] != SIZE_MAX) {
		nk_roster_build_drop(o->run->build, row->index, NULL);
	}
	return map_own_orgs(o, row, row->index, err);
}

static NK_RESULT map_user(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	struct nk_roster_person p = {
		.enabled = true, .valid_from = NK_DATE_NONE, .valid_until = NK_DATE_NONE, .line = row->line
	};
	struct orone_user user = {
		.line = row->line, .home = SIZE_MAX, .all_end = true, .from = NK_DATE_NONE, .until = NK_DATE_NONE
	};
	void *item = NULL;
	size_t at = 0;

	NK_TRY(map_fields(o, row, &p, err));
	(void)nk_value_bool(nk_orone_map_get(o, row, ORONE_enabledUser), &p.enabled);
	NK_TRY(take_unique(o, row, ORONE_username, &o->logins, nk_rule(NK_RULE_OR_DUP_2), err));
	NK_TRY(take_unique(o, row, ORONE_userMasterIdentifier, &o->masters, nk_rule(NK_RULE_OR_DUP_3), err));
	user.role = role_of(nk_orone_map_get(o, row, ORONE_role));
	if (nk_orone_row_find(o, ORONE_CLASSES, nk_orone_map_get(o, row, ORONE_homeClass), &user.home)) {
		p.field[NK_FIELD_HOME_CLASS] =
			((const struct nk_roster_group *)nk_vec_at(&o->run->build->groups, user.home))->title;
	}
	if (row->known) {
		return replace_user(o, row, &user, &p, err);
	}
	NK_TRY(nk_vec_push(&o->users, &item, err));
	*(struct orone_user *)item = user;
	NK_TRY(nk_roster_build_person(o->run->build, &p, &at, err));
	return map_own_orgs(o, row, at, err);
}

/* The time of a person is from the first begin to the last end of the roles; a role without an end has none. */
static void widen(struct orone_user *u, nk_date from, nk_date until)
{
	if (!u->has_role) {
		u->from = from;
	} else if (from == NK_DATE_NONE || u->from == NK_DATE_NONE) {
		u->from = NK_DATE_NONE;
	} else {
		u->from = from < u->from ? from : u->from;
	}
	u->has_role = true;
	u->all_end = u->all_end && until != NK_DATE_NONE;
	u->until = until != NK_DATE_NONE && (u->until == NK_DATE_NONE || until > u->until) ? until : u->until;
}

static NK_RESULT take_dates(
	struct orone *o, const struct orone_row *row, struct nk_roster_membership *m, struct nk_err *err)
{
	m->from = date_of(o, row, ORONE_beginDate);
	m->until = date_of(o, row, ORONE_endDate);
	return m->from != NK_DATE_NONE && m->until != NK_DATE_NONE && m->until < m->from
		? tell(o, nk_rule(NK_RULE_OR_VAL_7), row, ORONE_endDate, err)
		: nk_done();
}

static NK_RESULT map_role(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	const bool primary = nk_str_eq(nk_orone_map_get(o, row, ORONE_roleType), NK_STR("primary"));
	struct nk_roster_membership m = { .role = role_of(nk_orone_map_get(o, row, ORONE_role)), .primary = primary };
	struct orone_user *user = NULL;
	size_t person = 0;

	NK_TRY(take_dates(o, row, &m, err));
	if (!nk_orone_row_find(o, ORONE_USERS, nk_orone_map_get(o, row, ORONE_userSourcedId), &person)) {
		return nk_done();
	}
	user = nk_vec_at(&o->users, person);
	user->has_primary = user->has_primary || primary;
	user->has_secondary = user->has_secondary || !primary;
	widen(user, m.from, m.until);
	if (!nk_orone_row_find(o, ORONE_ORGS, nk_orone_map_get(o, row, ORONE_orgSourcedId), &m.where)) {
		return nk_done();
	}
	return nk_orone_delta_membership(o, row, person, &m, err);
}

static NK_RESULT check_enrollment(struct orone *o, const struct orone_row *row, const struct nk_roster_membership *m,
	bool primary, struct nk_err *err)
{
	const struct nk_roster_group *group = nk_vec_at(&o->run->build->groups, m->where);

	if (!nk_str_eq(group->unit_key, nk_orone_map_get(o, row, ORONE_schoolSourcedId))) {
		NK_TRY(tell(o, nk_rule(NK_RULE_OR_REF_3), row, ORONE_schoolSourcedId, err));
	}
	return primary && m->role == NK_ROLE_STUDENT && o->japan ? tell(o, nk_rule(NK_RULE_OR_JP_8), row, ORONE_primary, err)
								 : nk_done();
}

static NK_RESULT map_enrollment(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	struct nk_roster_membership m = { .is_group = true, .role = role_of(nk_orone_map_get(o, row, ORONE_role)) };
	struct orone_user *user = NULL;
	bool primary = false;
	bool shown = true;
	size_t person = 0;

	NK_TRY(take_dates(o, row, &m, err));
	if (!nk_orone_row_find(o, ORONE_USERS, nk_orone_map_get(o, row, ORONE_userSourcedId), &person) ||
		!nk_orone_row_find(o, ORONE_CLASSES, nk_orone_map_get(o, row, ORONE_classSourcedId), &m.where)) {
		return nk_done();
	}
	(void)nk_value_bool(nk_orone_map_get(o, row, ORONE_primary), &primary);
	(void)nk_value_bool(nk_orone_map_get(o, row, ORONE_publicFlg), &shown);
	(void)nk_parse_u32(nk_orone_map_get(o, row, ORONE_shussekiNo), 0, 9999, &m.number);
	NK_TRY(check_enrollment(o, row, &m, primary, err));
	user = nk_vec_at(&o->users, person);
	m.hidden = !shown;
	m.primary = primary || m.where == user->home;
	user->home_seen = user->home_seen || m.where == user->home;
	return nk_orone_delta_membership(o, row, person, &m, err);
}

NK_RESULT nk_orone_map_row(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	switch (row->file) {
	case ORONE_SESSIONS:
		return map_session(o, row, err);
	case ORONE_ORGS:
		return map_org(o, row, err);
	case ORONE_COURSES:
		return check_subjects(o, row, err);
	case ORONE_CLASSES:
		return map_class(o, row, err);
	case ORONE_USERS:
		return map_user(o, row, err);
	case ORONE_ROLES:
		return map_role(o, row, err);
	case ORONE_ENROLLMENTS:
		return map_enrollment(o, row, err);
	case ORONE_MANIFEST:
	case ORONE_PROFILES:
	case ORONE_DEMOGRAPHICS:
	case ORONE_FILE_COUNT:
		break;
	}
	return nk_done();
}
