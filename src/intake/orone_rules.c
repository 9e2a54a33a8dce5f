/*
 * orone_rules.c: the rules of OneRoster and of Japan's profile, as tables: headers, values, references.
 *
 * From reference/rosters.md §4–§7. A row: column, check, where it holds (base, Japan, both), rule (rule_rows.h).
 * Pure data and pure checks of one value.
 */
#include "base.h"
#include "orone.h"

#include "value_date.h"
#include "value_text.h"

#define ERR NK_FINDING_ERROR
#define WARN NK_FINDING_WARNING

static const char *const columns[] = {
#define COL(name, header) [ORONE_##name] = header,
	ORONE_COLUMNS(COL)
#undef COL
};

const char *nk_orone_rules_column(enum orone_column c)
{
	return columns[c];
}

/* ---- checks of one value that is not blank ---- */

static bool in_words(struct nk_str v, const char *words)
{
	struct nk_str rest = nk_str_c(words);
	struct nk_str word;

	while (nk_str_cut(&rest, ' ', &word)) {
		if (nk_str_eq(v, word)) {
			return true;
		}
	}
	return false;
}

static bool is_extension(struct nk_str v)
{
	return nk_str_starts(v, NK_STR("ext:")) && v.len > 4;
}

static bool must_be_blank(struct nk_str v)
{
	return v.len == 0;
}

static bool date_iso(struct nk_str v)
{
	nk_date d = 0;

	return nk_value_date(v, &d) == NK_DATE_EXACT;
}

static bool date_certain(struct nk_str v)
{
	nk_date d = 0;
	const enum nk_date_reading r = nk_value_date(v, &d);

	return r == NK_DATE_EXACT || r == NK_DATE_LOOSE || r == NK_DATE_SERIAL;
}

static bool date_first_april(struct nk_str v)
{
	return v.len == 10 && nk_str_ends(v, NK_STR("-04-01"));
}

static bool date_last_march(struct nk_str v)
{
	return v.len == 10 && nk_str_ends(v, NK_STR("-03-31"));
}

static bool bool_loose(struct nk_str v)
{
	bool b = false;

	return nk_value_bool(v, &b);
}

static bool year(struct nk_str v)
{
	uint32_t y = 0;

	return v.len == 4 && nk_parse_u32(v, 1900, 2999, &y);
}

static bool year_title(struct nk_str v)
{
	return v.len == 4 + 6 && year(nk_str_sub(v, 0, 4)) && nk_str_ends(v, NK_STR("年度"));
}

static bool year_title_start(struct nk_str v)
{
	return v.len >= 10 && year_title(nk_str_sub(v, 0, 10));
}

static bool number(struct nk_str v)
{
	uint32_t n = 0;

	return nk_parse_u32(v, 0, 9999, &n);
}

static bool no_halfwidth(struct nk_str v)
{
	return !nk_has_halfwidth_kana(v);
}

static bool no_gaiji(struct nk_str v)
{
	return !nk_value_has_gaiji(v);
}

static bool no_invisible(struct nk_str v)
{
	return !nk_value_has_invisible(v);
}

static bool not_padded(struct nk_str v)
{
	return !nk_value_is_padded(v);
}

static bool not_mangled(struct nk_str v)
{
	return !nk_value_is_mangled(v);
}

static bool session_type(struct nk_str v)
{
	return in_words(v, "gradingPeriod semester schoolYear term") || is_extension(v);
}

static bool session_type_jp(struct nk_str v)
{
	return nk_str_eq(v, NK_STR("schoolYear"));
}

static bool org_type(struct nk_str v)
{
	return in_words(v, "department school district local state national") || is_extension(v);
}

static bool org_type_jp(struct nk_str v)
{
	return in_words(v, "district school");
}

static bool digit_in(char c, char lo, char hi)
{
	return c >= lo && c <= hi;
}

/* [A-H][12][0-4][0-9][123][0-9]{7}[0-9], or [0-4][0-9]{5} of a board. */
static bool school_code(struct nk_str v)
{
	uint64_t n = 0;

	if (v.len == 6) {
		return digit_in(v.ptr[0], '0', '4') && nk_parse_u64(v, 0, UINT64_MAX, &n);
	}
	return v.len == 13 && digit_in(v.ptr[0], 'A', 'H') && digit_in(v.ptr[1], '1', '2') &&
		digit_in(v.ptr[2], '0', '4') && digit_in(v.ptr[3], '0', '9') && digit_in(v.ptr[4], '1', '3') &&
		nk_parse_u64(nk_str_sub(v, 5, 8), 0, UINT64_MAX, &n);
}

static bool each_item(struct nk_str v, bool (*ok)(struct nk_str item))
{
	struct nk_str item;

	while (nk_str_cut(&v, ',', &item)) {
		if (!ok(nk_str_trim(item))) {
			return false;
		}
	}
	return true;
}

static bool grade(struct nk_str v)
{
	return in_words(v, "P1 P2 P3 P4 P5 P6 J1 J2 J3 H1 H2 H3 E1 E2 E3");
}

static bool grades_jp(struct nk_str v)
{
	return each_item(v, grade);
}

static bool subject_code(struct nk_str v)
{
	uint32_t n = 0;

	return v.len == 4 && (v.ptr[0] == 'P' || v.ptr[0] == 'J') &&
		nk_parse_u32(nk_str_sub(v, 1, 3), 10, v.ptr[0] == 'P' ? 100 : 90, &n) && n % 10 == 0;
}

static bool subject_codes_jp(struct nk_str v)
{
	return each_item(v, subject_code);
}

static bool class_type(struct nk_str v)
{
	return in_words(v, "homeroom scheduled") || is_extension(v);
}

static bool class_type_jp(struct nk_str v)
{
	return in_words(v, "homeroom scheduled");
}

static bool role_user(struct nk_str v)
{
	return in_words(v, "administrator aide guardian parent proctor relative student teacher") || is_extension(v);
}

static bool role_role(struct nk_str v)
{
	return in_words(v,
		       "aide counselor districtAdministrator guardian parent principal proctor relative "
		       "siteAdministrator student systemAdministrator teacher") ||
		is_extension(v);
}

static bool role_role_jp(struct nk_str v)
{
	return role_role(v) && !is_extension(v);
}

static bool role_type(struct nk_str v)
{
	return in_words(v, "primary secondary");
}

static bool role_enrollment(struct nk_str v)
{
	return in_words(v, "administrator proctor student teacher guardian") || is_extension(v);
}

static bool sex(struct nk_str v)
{
	return in_words(v, "male female unspecified other") || is_extension(v);
}

/* ---- rows of the tables ---- */

#define NEEDED(column) { column, NULL, ORONE_ALL, NK_RULE_OR_REQ_1 }
#define NEEDED_JP(column) { column, NULL, ORONE_JP, NK_RULE_OR_REQ_2 }
#define UUID4(column) { column, nk_value_is_uuid4, ORONE_JP, NK_RULE_OR_JP_1 }
#define NOT_MANGLED(column) { column, not_mangled, ORONE_ALL, NK_RULE_OR_VAL_1 }
#define BULK \
	{ "status", must_be_blank, ORONE_ALL, NK_RULE_OR_BULK_1 }, { "dateLastModified", must_be_blank, ORONE_ALL, NK_RULE_OR_BULK_1 }
#define ID BULK, NEEDED("sourcedId"), NOT_MANGLED("sourcedId"), UUID4("sourcedId")
#define DATE(column) { column, date_certain, ORONE_ALL, NK_RULE_OR_VAL_3 }, { column, date_iso, ORONE_ALL, NK_RULE_OR_VAL_4 }
#define BOOL(column) { column, bool_loose, ORONE_ALL, NK_RULE_OR_VAL_5 }, { column, nk_value_is_bool, ORONE_ALL, NK_RULE_OR_VAL_6 }
#define WORD(column, ok) { column, ok, ORONE_ALL, NK_RULE_OR_VAL_2 }
#define WORD_JP(column, ok) { column, ok, ORONE_JP, NK_RULE_OR_JP_2 }
#define WIDE(column) { column, no_halfwidth, ORONE_JP, NK_RULE_OR_JP_3 }
#define TEXT(column) \
	WIDE(column), { column, no_gaiji, ORONE_ALL, NK_RULE_TEXT_1 }, { column, no_invisible, ORONE_ALL, NK_RULE_TEXT_2 }, \
		{ column, not_padded, ORONE_ALL, NK_RULE_TEXT_3 }

#define REF(column, to, list, later) { column, to, list, later, NK_RULE_OR_REF_1 }

static const struct orone_header manifest_headers[] = { { "propertyName,value", 0 } };
static const struct orone_rule manifest_rules[] = { NEEDED("propertyName") };

static const struct orone_header session_headers[] = {
	{ "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear", 0 },
};
static const struct orone_rule session_rules[] = {
	ID,
	NEEDED("title"),
	NEEDED("type"),
	NEEDED("startDate"),
	NEEDED("endDate"),
	NEEDED("schoolYear"),
	WORD("type", session_type),
	WORD_JP("type", session_type_jp),
	WORD_JP("title", year_title),
	WIDE("title"),
	DATE("startDate"),
	DATE("endDate"),
	WORD_JP("startDate", date_first_april),
	WORD_JP("endDate", date_last_march),
	WORD("schoolYear", year),
};
static const struct orone_ref session_refs[] = { REF("parentSourcedId", ORONE_SESSIONS, false, true) };

static const struct orone_header org_headers[] = {
	{ "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId", 0 }
};
static const struct orone_rule org_rules[] = {
	ID,
	NEEDED("name"),
	NEEDED("type"),
	WORD("type", org_type),
	WORD_JP("type", org_type_jp),
	TEXT("name"),
	WORD_JP("identifier", school_code),
};
static const struct orone_ref org_refs[] = { REF("parentSourcedId", ORONE_ORGS, false, true) };

static const struct orone_header course_headers[] = {
	{ "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
		0 },
};
static const struct orone_rule course_rules[] = {
	ID,
	NEEDED("title"),
	NEEDED("orgSourcedId"),
	WORD_JP("title", year_title_start),
	WIDE("title"),
	WORD_JP("courseCode", must_be_blank),
	WORD_JP("grades", grades_jp),
	WORD_JP("subjectCodes", subject_codes_jp),
};
static const struct orone_ref course_refs[] = { REF("orgSourcedId", ORONE_ORGS, false, false),
	REF("schoolYearSourcedId", ORONE_SESSIONS, false, false) };

#define CLASS_BASE                                                                                     \
	"sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location," \
	"schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods"
static const struct orone_header class_headers[] = { { CLASS_BASE, 0 },
	{ CLASS_BASE ",metadata.jp.specialNeeds", 0 } };
static const struct orone_rule class_rules[] = {
	ID,
	NEEDED("title"),
	NEEDED("classType"),
	NEEDED("courseSourcedId"),
	NEEDED("termSourcedIds"),
	NEEDED("schoolSourcedId"),
	WORD("classType", class_type),
	WORD_JP("classType", class_type_jp),
	TEXT("title"),
	WIDE("location"),
	WORD_JP("grades", grades_jp),
	WORD_JP("subjectCodes", subject_codes_jp),
	BOOL("metadata.jp.specialNeeds"),
};
static const struct orone_ref class_refs[] = { REF("courseSourcedId", ORONE_COURSES, false, false),
	REF("schoolSourcedId", ORONE_ORGS, false, false), REF("termSourcedIds", ORONE_SESSIONS, true, false) };

#define USER_12_START                                                                                     \
	"sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName," \
	"identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier"
#define USER_12_END ",preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
#define USER_KANA \
	",metadata.jp.kanaGivenName,metadata.jp.kanaFamilyName,metadata.jp.kanaMiddleName,metadata.jp.homeClass"
#define USER_KANA_SHOWN \
	",metadata.jp.kanaPreferredFamilyName,metadata.jp.kanaPreferredGivenName,metadata.jp.kanaPreferredMiddleName"
static const struct orone_header user_headers[] = {
	{ "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,"
	  "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password",
		ORONE_1_1 },
	{ USER_12_START ",resourceSourcedIds" USER_12_END, ORONE_1_2 },
	{ USER_12_START USER_12_END, ORONE_1_2_1 },
	{ USER_12_START ",resourceSourcedIds" USER_12_END USER_KANA, ORONE_JP_A },
	{ USER_12_START USER_12_END USER_KANA USER_KANA_SHOWN, ORONE_JP_BC },
};
static const struct orone_rule user_rules[] = {
	ID,
	NEEDED("enabledUser"),
	NEEDED("username"),
	NEEDED("givenName"),
	NEEDED("familyName"),
	NEEDED("orgSourcedIds"),
	NEEDED("role"),
	{ "userMasterIdentifier", NULL, ORONE_JP,
		NK_RULE_OR_JP_4 },
	NEEDED_JP("preferredGivenName"),
	NEEDED_JP("preferredFamilyName"),
	NEEDED_JP("metadata.jp.kanaGivenName"),
	NEEDED_JP("metadata.jp.kanaFamilyName"),
	BOOL("enabledUser"),
	WORD("role", role_user),
	NOT_MANGLED("username"),
	NOT_MANGLED("identifier"),
	NOT_MANGLED("userMasterIdentifier"),
	UUID4("userMasterIdentifier"),
	WORD_JP("grades", grades_jp),
	TEXT("givenName"),
	TEXT("familyName"),
	TEXT("middleName"),
	TEXT("preferredGivenName"),
	TEXT("preferredFamilyName"),
	WIDE("preferredMiddleName"),
	TEXT("metadata.jp.kanaGivenName"),
	TEXT("metadata.jp.kanaFamilyName"),
	WIDE("metadata.jp.kanaMiddleName"),
	TEXT("metadata.jp.kanaPreferredFamilyName"),
	TEXT("metadata.jp.kanaPreferredGivenName"),
	WIDE("metadata.jp.kanaPreferredMiddleName"),
};
static const struct orone_ref user_refs[] = { REF("orgSourcedIds", ORONE_ORGS, true, false),
	REF("agentSourcedIds", ORONE_USERS, true, true), REF("primaryOrgSourcedId", ORONE_ORGS, false, false),
	REF("metadata.jp.homeClass", ORONE_CLASSES, false, false) };

static const struct orone_header profile_headers[] = {
	{ "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,"
	  "description,credentialType,username,password",
		0 },
};
static const struct orone_rule profile_rules[] = {
	ID,
	NEEDED("userSourcedId"),
	NEEDED("profileType"),
	NEEDED("vendorId"),
	NEEDED("credentialType"),
	NEEDED("username"),
	WIDE("description"),
};
static const struct orone_ref profile_refs[] = { REF("userSourcedId", ORONE_USERS, false, false) };

static const struct orone_header role_headers[] = {
	{ "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
		0 },
};
static const struct orone_rule role_rules[] = {
	ID,
	NEEDED("userSourcedId"),
	NEEDED("roleType"),
	NEEDED("role"),
	NEEDED("orgSourcedId"),
	WORD("roleType", role_type),
	WORD("role", role_role),
	WORD_JP("role", role_role_jp),
	DATE("beginDate"),
	DATE("endDate"),
};
static const struct orone_ref role_refs[] = { REF("userSourcedId", ORONE_USERS, false, false),
	REF("orgSourcedId", ORONE_ORGS, false, false), REF("userProfileSourcedId", ORONE_PROFILES, false, false) };

#define ENROLLMENT_BASE \
	"sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
static const struct orone_header enrollment_headers[] = {
	{ ENROLLMENT_BASE, 0 },
	{ ENROLLMENT_BASE ",metadata.jp.ShussekiNo,metadata.jp.PublicFlg", ORONE_JP_AB },
	{ ENROLLMENT_BASE ",metadata.jp.shussekiNo,metadata.jp.publicFlg", ORONE_JP_C },
};
static const struct orone_rule enrollment_rules[] = {
	ID,
	NEEDED("classSourcedId"),
	NEEDED("schoolSourcedId"),
	NEEDED("userSourcedId"),
	NEEDED("role"),
	NEEDED_JP("primary"),
	WORD("role", role_enrollment),
	BOOL("primary"),
	DATE("beginDate"),
	DATE("endDate"),
	{ "metadata.jp.shussekiNo", number, ORONE_JP,
		NK_RULE_OR_JP_5 },
	BOOL("metadata.jp.publicFlg"),
};
static const struct orone_ref enrollment_refs[] = { REF("classSourcedId", ORONE_CLASSES, false, false),
	REF("schoolSourcedId", ORONE_ORGS, false, false), REF("userSourcedId", ORONE_USERS, false, false) };

static const struct orone_header demographic_headers[] = {
	{ "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,"
	  "blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,"
	  "demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,"
	  "stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
		0 },
};
static const struct orone_rule demographic_rules[] = { BULK, NEEDED("sourcedId"), NOT_MANGLED("sourcedId"),
	DATE("birthDate"), WORD("sex", sex) };
static const struct orone_ref demographic_refs[] = { REF("sourcedId", ORONE_USERS, false, false) };

#define DEF(file, property, stem, refs, n_refs)                                             \
	{                                                                                   \
		file, property, stem##_headers, NK_ARRAY_LEN(stem##_headers), stem##_rules, \
			NK_ARRAY_LEN(stem##_rules), refs, n_refs                            \
	}
#define DEF_REFS(file, property, stem) DEF(file, property, stem, stem##_refs, NK_ARRAY_LEN(stem##_refs))

static const struct orone_def defs[] = {
	[ORONE_MANIFEST] = DEF("manifest.csv", "", manifest, NULL, 0),
	[ORONE_SESSIONS] = DEF_REFS("academicSessions.csv", "file.academicSessions", session),
	[ORONE_ORGS] = DEF_REFS("orgs.csv", "file.orgs", org),
	[ORONE_COURSES] = DEF_REFS("courses.csv", "file.courses", course),
	[ORONE_CLASSES] = DEF_REFS("classes.csv", "file.classes", class),
	[ORONE_USERS] = DEF_REFS("users.csv", "file.users", user),
	[ORONE_PROFILES] = DEF_REFS("userProfiles.csv", "file.userProfiles", profile),
	[ORONE_ROLES] = DEF_REFS("roles.csv", "file.roles", role),
	[ORONE_ENROLLMENTS] = DEF_REFS("enrollments.csv", "file.enrollments", enrollment),
	[ORONE_DEMOGRAPHICS] = DEF_REFS("demographics.csv", "file.demographics", demographic),
};

_Static_assert(NK_ARRAY_LEN(defs) == ORONE_FILE_COUNT, "one row for each file");

const struct orone_def *nk_orone_rules_of(enum orone_file file)
{
	return &defs[file];
}
