/*
 * orone.h: inside of the OneRoster reader: files, columns, rules as rows, and what is known while reading.
 *
 * The child gives the files in the order of enum orone_file, so that a row is checked against files that came before
 * it. Which rules hold (base or Japan) is known only from the header of users.csv; rows of the small files before it
 * wait.
 */
#ifndef NK_ORONE_H
#define NK_ORONE_H

#include "format.h"
#include "tables.h"

enum orone_file {
	ORONE_MANIFEST,
	ORONE_SESSIONS,
	ORONE_ORGS,
	ORONE_COURSES,
	ORONE_CLASSES,
	ORONE_USERS,
	ORONE_PROFILES,
	ORONE_ROLES,
	ORONE_ENROLLMENTS,
	ORONE_DEMOGRAPHICS,
	ORONE_FILE_COUNT
};

/* Columns that the code asks for by name; others are only checked by rules. */
#define ORONE_COLUMNS(COL)                                                                                           \
	COL(sourcedId, "sourcedId")                                                                                  \
	COL(status, "status") COL(dateLastModified, "dateLastModified")                                             \
	COL(title, "title")                                                                                          \
	COL(type, "type")                                                                                            \
	COL(startDate, "startDate") COL(endDate, "endDate") COL(parentSourcedId, "parentSourcedId") COL(             \
		schoolYear, "schoolYear") COL(name, "name") COL(identifier, "identifier") COL(orgSourcedId,          \
		"orgSourcedId") COL(orgSourcedIds, "orgSourcedIds") COL(courseSourcedId,                             \
		"courseSourcedId") COL(classCode, "classCode") COL(classType, "classType") COL(schoolSourcedId,      \
		"schoolSourcedId") COL(termSourcedIds, "termSourcedIds") COL(grades, "grades") COL(subjects,         \
		"subjects") COL(subjectCodes, "subjectCodes") COL(enabledUser, "enabledUser") COL(username,          \
		"username") COL(givenName, "givenName") COL(familyName, "familyName") COL(middleName,                \
		"middleName") COL(email, "email") COL(role, "role") COL(roleType, "roleType")                        \
		COL(userMasterIdentifier, "userMasterIdentifier") COL(preferredGivenName, "preferredGivenName") COL( \
			preferredFamilyName, "preferredFamilyName") COL(primaryOrgSourcedId, "primaryOrgSourcedId")  \
			COL(kanaGivenName, "metadata.jp.kanaGivenName") COL(kanaFamilyName,                          \
				"metadata.jp.kanaFamilyName") COL(homeClass, "metadata.jp.homeClass")                \
				COL(kanaPreferredFamilyName, "metadata.jp.kanaPreferredFamilyName") COL(             \
					kanaPreferredGivenName, "metadata.jp.kanaPreferredGivenName")                \
					COL(userSourcedId, "userSourcedId") COL(classSourcedId, "classSourcedId")    \
						COL(primary, "primary") COL(beginDate, "beginDate")                  \
							COL(shussekiNo, "metadata.jp.shussekiNo")                    \
								COL(publicFlg, "metadata.jp.publicFlg")

enum orone_column {
#define COL(name, header) ORONE_##name,
	ORONE_COLUMNS(COL)
#undef COL
		ORONE_COLUMN_COUNT
};

/* Families of headers. A header variant belongs to some of them; a rule holds in some of them. */
enum {
	ORONE_1_1 = 1,
	ORONE_1_2 = 2,
	ORONE_1_2_1 = 4,
	ORONE_JP_A = 8,
	ORONE_JP_BC = 16,
	ORONE_JP_AB = 32,
	ORONE_JP_C = 64
};
enum { ORONE_BASE = 1, ORONE_JP = 2, ORONE_ALL = 3 };

/* One row of a rule table. ok NULL: the value must be there; else blank is fine and ok(value) must hold. First breach
 * of a column ends it. */
struct orone_rule {
	const char *column;
	bool (*ok)(struct nk_str value);
	unsigned profiles; /* ORONE_BASE, ORONE_JP */
	enum nk_rule_id rule;
};

/* One row of a reference table. */
struct orone_ref {
	const char *column;
	enum orone_file to;
	bool list; /* comma-separated */
	bool later; /* to a row that may come behind this one: looked up at the end */
	enum nk_rule_id rule;
};

struct orone_header {
	const char *names; /* comma-separated, in order */
	unsigned variants;
};

struct orone_def {
	const char *name; /* "users.csv" */
	const char *property; /* "file.users" */
	const struct orone_header *headers;
	size_t n_headers;
	const struct orone_rule *rules;
	size_t n_rules;
	const struct orone_ref *refs;
	size_t n_refs;
};

/* nk_orone_rules_of: what the tables say about a file; static. */
const struct orone_def *nk_orone_rules_of(enum orone_file file);
/* nk_orone_rules_columns: header names of enum orone_column. */
const char *nk_orone_rules_column(enum orone_column c);

enum { ORONE_FIELDS_MAX = 256, ORONE_CHECKS_MAX = 160 };

/* A row that was seen: where it stands, and whether its being doubled was told. */
struct orone_seen {
	uint64_t line;
	bool told;
};

struct orone_table {
	bool here; /* in the zip */
	bool broken; /* not to be relied on: header or text is wrong */
	bool declared, declared_absent;
	unsigned variants;
	size_t width;
	const char *column_name[ORONE_FIELDS_MAX]; /* of known columns, for findings; NULL for extra ones */
	size_t at[ORONE_COLUMN_COUNT]; /* SIZE_MAX: not there */
	struct {
		const struct orone_rule *rule;
		size_t column;
	} check[ORONE_CHECKS_MAX];
	size_t n_checks;
	size_t ref_at[8];
	bool may_be_dash[ORONE_FIELDS_MAX];
	uint64_t rows;
	struct nk_map ids; /* sourcedId → index in `seen` */
	struct nk_vec seen; /* struct orone_seen */
};

/* A row that waits for the header of users.csv, or a reference that waits for the end. */
struct orone_waiting {
	enum orone_file file;
	uint64_t line;
	const struct nk_str *fields;
	size_t n;
};
struct orone_later {
	enum orone_file file;
	const struct orone_ref *ref;
	uint64_t line;
	struct nk_str value;
	size_t from; /* index of the row, for cycles */
};

struct orone_org {
	size_t parent; /* SIZE_MAX: none */
	uint64_t line;
	bool school;
};
struct orone_user {
	uint64_t line;
	size_t home; /* group index, SIZE_MAX: none */
	bool kept; /* of a delta's base, and no row said anything yet */
	bool home_seen, has_primary, has_secondary, all_end, has_role;
	nk_date from, until; /* of the roles */
	enum nk_role role; /* 1.1 */
};

struct orone {
	struct nk_format_run *run;
	struct orone_table table[ORONE_FILE_COUNT];
	struct nk_vec waiting, later;
	struct nk_vec orgs, users; /* beside units and persons */
	struct nk_map logins, masters, codes; /* value → person or org index */
	enum orone_file file; /* that is being read */
	bool known, ignore; /* file: one of ours; its rows are passed over */
	bool users_seen, japan, no_manifest, delta, bulk, loaded;
	struct nk_str version; /* of the manifest, static */
	struct nk_str file_name; /* in the arena */
	int session_year;
	struct nk_vec unknown_files; /* file names seen, struct nk_str: those of the package */
	struct nk_buf scratch; /* wiping */
};

/* Headers (orone_header.c): compares, tells what is wrong, fills table->at and checks. */
NK_RESULT nk_orone_header_take(struct orone *o, const struct nk_str *names, size_t n, struct nk_err *err);
/* nk_orone_header_checks: the rules that hold, once it is known whether this is Japan's profile. */
void nk_orone_header_checks(struct orone *o, enum orone_file file);
struct nk_str nk_orone_header_generation(const struct orone *o);

/* Manifest (orone_manifest.c). */
NK_RESULT nk_orone_manifest_row(
	struct orone *o, uint64_t line, struct nk_str property, struct nk_str value, struct nk_err *err);
NK_RESULT nk_orone_manifest_file(struct orone *o, struct nk_str name, struct nk_err *err);
NK_RESULT nk_orone_manifest_end(struct orone *o, struct nk_err *err);

/* Rows (orone_row.c): rules, doubled ids, references, then orone_map. */
NK_RESULT nk_orone_row_take(
	struct orone *o, enum orone_file file, uint64_t line, const struct nk_str *fields, struct nk_err *err);
NK_RESULT nk_orone_row_finding(struct orone *o, const struct nk_rule *rule, enum orone_file file, uint64_t line,
	const char *column, struct nk_err *err);
bool nk_orone_row_find(const struct orone *o, enum orone_file file, struct nk_str id, size_t *out);

/* Mapping (orone_map.c): a row that passed becomes unit, group, person, membership. */
struct orone_row {
	enum orone_file file;
	uint64_t line;
	const struct nk_str *fields;
	size_t index; /* of its id in its table */
	bool known; /* of a delta: it takes the place of what was there */
	bool gone; /* of a delta: tobedeleted */
};
/* nk_orone_map_get: a column of a row; empty when the file does not have it. nk_orone_map_row: the row becomes what
 * it means. */
struct nk_str nk_orone_map_get(const struct orone *o, const struct orone_row *row, enum orone_column c);
NK_RESULT nk_orone_map_row(struct orone *o, const struct orone_row *row, struct nk_err *err);

/* A delta (orone_delta.c). load: what was there before, once. row: status and date; *out_take false: nothing to do.
 * membership: put, replaced or taken away. */
NK_RESULT nk_orone_delta_load(struct orone *o, struct nk_err *err);
NK_RESULT nk_orone_delta_row(struct orone *o, struct orone_row *row, bool *out_take, struct nk_err *err);
NK_RESULT nk_orone_delta_membership(
	struct orone *o, const struct orone_row *row, size_t person, const struct nk_roster_membership *m, struct nk_err *err);

/* The end (orone_end.c): what can be said only when all rows are in. */
NK_RESULT nk_orone_end(struct orone *o, struct nk_err *err);

#endif
