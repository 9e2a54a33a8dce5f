/*
 * csv_mapping.h: how a list of one's own (CSV, TSV, xlsx) is to be read, from an INI text (docs/howto/csv-mapping.md).
 */
#ifndef NK_CSV_MAPPING_H
#define NK_CSV_MAPPING_H

#include "people.h"

enum { CSV_MAPPED_MAX = 64, CSV_VALUES_MAX = 128, CSV_GAIJI_MAX = 512 };

/* What a column can become besides an item of the record. */
enum nk_csv_part {
	NK_CSV_FIELD, /* an item: field */
	NK_CSV_FULL_NAME, /* split at the first blank into family and given */
	NK_CSV_FULL_KANA,
	NK_CSV_FULL_SHOWN, /* 通称名 */
	NK_CSV_FULL_SHOWN_KANA,
	NK_CSV_FORMER, /* 旧姓: a surname or a full name of before */
	NK_CSV_FORMER_KANA,
	NK_CSV_ATTENDANCE, /* 出席番号: the class becomes a group */
	NK_CSV_DEPARTMENT, /* joined behind the faculty */
	NK_CSV_AFFILIATION, /* faculty and department in one cell, with a blank, a line end or ・ between */
	NK_CSV_STATE, /* through [values] */
	NK_CSV_VALID_FROM,
	NK_CSV_VALID_UNTIL
};

enum nk_csv_state { NK_CSV_ACTIVE, NK_CSV_SUSPENDED, NK_CSV_ABSENT };

struct nk_csv_mapped {
	struct nk_str column;
	enum nk_csv_part part;
	enum nk_field field;
	unsigned line;
};

struct nk_csv_mapping {
	struct nk_csv_mapped mapped[CSV_MAPPED_MAX];
	size_t n_mapped;
	struct nk_str key; /* column that is the source key */
	int key_case; /* -1 lower, 0 as it is, 1 upper */
	bool key_any_length;
	unsigned key_digits; /* keys of digits that are shorter get their zeros back; 0: they are refused */
	bool class_with_grade; /* a class is called by grade and class: 1 and A are 1年A組 */
	bool name_refuse; /* a full name without a blank is an error, not a family name */
	struct nk_str sheet; /* of a workbook; empty: the first visible one */
	uint64_t header_line; /* 0: the first line that looks like one */
	struct nk_str login; /* column; empty: the key in lower case; "-": none, the rules of [names] make one */
	struct nk_str unit; /* column of the unit's name; empty: unit_name */
	struct nk_str unit_name, unit_kind;
	enum nk_role role;
	int school_year;
	struct {
		struct nk_str value;
		enum nk_csv_state state;
	} values[CSV_VALUES_MAX];
	size_t n_values;
	struct {
		struct nk_str column;
		bool any; /* every form that can mean one day only is fine; else other forms than ISO are told */
	} dates[CSV_MAPPED_MAX];
	size_t n_dates;
	struct {
		uint32_t from;
		struct nk_str to;
	} gaiji[CSV_GAIJI_MAX];
	size_t n_gaiji;
};

/* nk_csv_mapping_read: slices live in `arena`. NK_CONFIG names the line and what it should be. */
NK_RESULT nk_csv_mapping_read(
	struct nk_bytes text, struct nk_arena *arena, struct nk_csv_mapping *out, struct nk_err *err);

#endif
