/*
 * fmt_csv.h: inside of the plain CSV reader.
 */
#ifndef NK_FMT_CSV_H
#define NK_FMT_CSV_H

#include "csv_mapping.h"
#include "format.h"
#include "tables.h"

struct fmt_csv {
	struct nk_format_run *run;
	struct nk_csv_mapping map;
	struct nk_str header[256]; /* in the arena */
	size_t width;
	size_t at[CSV_MAPPED_MAX]; /* column of map.mapped[i]; SIZE_MAX: not there */
	size_t key_at, login_at, unit_at;
	bool dead; /* the header does not fit */
	struct nk_map keys; /* source key → index in `seen` */
	struct nk_vec seen; /* struct csv_seen */
	struct nk_map logins, masters, numbers, mails; /* unique items → line of the first */
	struct nk_map units; /* name → unit */
	struct nk_map groups; /* unit, grade and class → group */
	bool year_told; /* that the classes are of today's school year */
	bool with_attendance; /* the mapping has 出席番号: classes become groups */
	uint32_t attendance; /* of the row at hand */
	struct nk_buf a, b; /* wiping scratch */
};

struct csv_seen {
	uint64_t line;
	struct nk_str key;
	bool told;
};

/* One row being read (fmt_csv_row.c). */
struct csv_row {
	uint64_t line;
	const struct nk_str *fields;
};

/* A name in two halves; in the arena. */
struct csv_name {
	struct nk_str family, given;
};

/* Texts (fmt_csv_text.c). keep: into the arena. narrow: width, blanks and case. mend: what is not a value's own is taken
 * away or told. name, kana: split at the first blank. */
NK_RESULT nk_fmt_csv_keep(struct fmt_csv *f, struct nk_str s, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_fmt_csv_narrow(
	struct fmt_csv *f, struct nk_str s, int letter_case, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_fmt_csv_mend_text(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_str *text, struct nk_err *err);
NK_RESULT nk_fmt_csv_mend_kana(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_str *text, struct nk_err *err);
NK_RESULT nk_fmt_csv_name(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct csv_name *out, struct nk_err *err);
NK_RESULT nk_fmt_csv_kana(
	struct fmt_csv *f, const struct csv_row *row, size_t at, bool split, struct csv_name *out, struct nk_err *err);

/* What a class is called ([options] class_name): grade 1 and A are 1年A組; a class that begins with its grade is as it is. */
NK_RESULT nk_fmt_csv_class(struct fmt_csv *f, struct nk_str grade, struct nk_str name, struct nk_str *out, struct nk_err *err);
/* nk_fmt_csv_former (fmt_csv_former.c): the names of before of a row whose names are read; none when no column has them. */
NK_RESULT nk_fmt_csv_former(
	struct fmt_csv *f, const struct csv_row *row, struct nk_roster_person *p, struct nk_err *err);
NK_RESULT nk_fmt_csv_row(struct fmt_csv *f, const struct csv_row *row, struct nk_err *err);
NK_RESULT nk_fmt_csv_tell(
	struct fmt_csv *f, const struct nk_rule *rule, uint64_t line, size_t column, struct nk_err *err);

#endif
