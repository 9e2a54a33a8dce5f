/*
 * sds.h: what the two families of Microsoft School Data Sync have in common: files of rows read by column name.
 *
 * v1 and v2 differ in their files and columns (tables in fmt_sds1.c, fmt_sds2.c); how a header is taken, how ids are
 * looked up and what a person is made of stands in sds.c. Files come in the order of the table, so that a row is
 * checked against files before it. Passwords were dropped in the child.
 */
#ifndef NK_SDS_H
#define NK_SDS_H

#include "format.h"

enum { SDS_COLUMNS = 24, SDS_FILES = 8 };

struct sds;
struct sds_row {
	const struct nk_str *fields;
	uint64_t line;
};

struct sds_file {
	const char *name;
	const char *columns[SDS_COLUMNS]; /* those we read; NULL ends. Others of the standard are passed over in silence */
	unsigned needed; /* bits of columns without which the file is not read */
	unsigned filled; /* bits of columns that no row may leave blank */
	unsigned keys; /* bits of columns that a spreadsheet must not have changed */
	bool core; /* a roster cannot do without it */
	bool absent_ok; /* core, but another file may stand for it: told by the format itself */
	NK_RESULT (*row)(struct sds *s, const struct sds_row *row, struct nk_err *err);
};

struct sds_format {
	const struct sds_file *files;
	size_t n;
	const char *const *others; /* of the standard, not read; NULL ends */
};

/* Beside each person: what the roles said. */
struct sds_user {
	uint64_t line;
	bool has_role, all_end, told;
	nk_date from, until;
};

struct sds {
	struct nk_format_run *run;
	const struct sds_format *format;
	bool here[SDS_FILES];
	bool broken[SDS_FILES];
	size_t file; /* being read; SIZE_MAX: none of ours */
	struct nk_str file_name; /* in the arena */
	size_t at[SDS_COLUMNS];
	struct nk_str header[256];
	size_t width;
	struct nk_map units, groups, users, logins, homes; /* id → index; login → line; courses that are homerooms */
	struct nk_vec people; /* struct sds_user */
	bool japan, graded;
	int school_year;
};

/* nk_sds_read: the whole package by the table; then the ends: nobody, no role, missing files. */
NK_RESULT nk_sds_read(struct nk_format_run *run, const struct sds_format *format, struct nk_err *err);

/* For the rows. get: a column, trimmed, NULL read as blank. tell: a breach in a column (SIZE_MAX: none). */
struct nk_str nk_sds_get(const struct sds *s, const struct sds_row *row, size_t column);
NK_RESULT nk_sds_tell(struct sds *s, enum nk_rule_id rule, const struct sds_row *row, size_t column, struct nk_err *err);
/* find: the index of an id; told when it is not there and is not blank; SIZE_MAX then. */
NK_RESULT nk_sds_find(struct sds *s, const struct nk_map *map, const struct sds_row *row, size_t column, size_t *out,
	struct nk_err *err);
/* put: an id that must be new; *out_new is false when it is doubled (told). */
NK_RESULT nk_sds_put(struct sds *s, struct nk_map *map, const struct sds_row *row, size_t column, size_t index, bool *out_new,
	struct nk_err *err);
/* person: makes one with these texts; NK_FIELD_* not given are blank. *out is SIZE_MAX when the id is doubled. */
struct sds_person {
	size_t id, login; /* columns */
	struct nk_str family, given, middle, mail, number;
	bool enabled;
};
NK_RESULT nk_sds_person(struct sds *s, const struct sds_row *row, const struct sds_person *p, size_t *out, struct nk_err *err);
/* role_of: the word of a role in any case; unknown: OTHER, told in `column`. */
NK_RESULT nk_sds_role(struct sds *s, const struct sds_row *row, size_t column, enum nk_role *out, struct nk_err *err);
/* grade: the grade of a person, 07 → J1 in a Japanese roster. date: blank is NK_DATE_NONE. */
NK_RESULT nk_sds_grade(struct sds *s, size_t person, struct nk_str grade, struct nk_err *err);
NK_RESULT nk_sds_date(struct sds *s, const struct sds_row *row, size_t column, nk_date *out, struct nk_err *err);
NK_RESULT nk_sds_keep(struct sds *s, struct nk_str text, struct nk_str *out, struct nk_err *err);

#endif
