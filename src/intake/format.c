/*
 * format.c: the table of roster formats, made from formats.rows, and the rules for what the child found.
 */
#include "base.h"
#include "format.h"

#define ROW(name) extern const struct nk_format nk_format_##name;
#include "formats.inc"
#undef ROW

static const struct nk_format *const formats[] = {
#define ROW(name) &nk_format_##name,
#include "formats.inc"
#undef ROW
};

const struct nk_format *nk_format_by_name(struct nk_str name)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(formats); i++) {
		if (nk_str_eq(nk_str_c(formats[i]->name), name)) {
			return formats[i];
		}
	}
	return NULL;
}

const struct nk_format *nk_format_by_peek(const struct nk_format_peek *peek)
{
	const struct nk_format *best = NULL;
	int most = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(formats); i++) {
		const int sure = formats[i]->fits(peek);

		if (sure > most) {
			most = sure;
			best = formats[i];
		}
	}
	return best;
}

static const enum nk_rule_id faults[] = {
	[NK_TABLES_QUOTE_UNCLOSED] = NK_RULE_CSV_1,
	[NK_TABLES_QUOTE_STRAY] = NK_RULE_CSV_2,
	[NK_TABLES_NUL] = NK_RULE_CSV_3,
	[NK_TABLES_FIELD_TOO_LONG] = NK_RULE_CSV_4,
	[NK_TABLES_ROW_TOO_LONG] = NK_RULE_CSV_5,
	[NK_TABLES_TOO_MANY_FIELDS] = NK_RULE_CSV_6,
	[NK_TABLES_TOO_MANY_ROWS] = NK_RULE_CSV_7,
	[NK_TABLES_ENCODING] = NK_RULE_CSV_8,
	[NK_TABLES_ENCODING_MIXED] = NK_RULE_CSV_9,
	[NK_TABLES_WIDTH] = NK_RULE_CSV_10,
	[NK_TABLES_NO_HEADER] = NK_RULE_CSV_11,
	[NK_TABLES_FOLDER] = NK_RULE_ZIP_1,
	[NK_TABLES_TITLE] = NK_RULE_CSV_12,
	[NK_TABLES_SHEET_HIDDEN] = NK_RULE_XLS_1,
	[NK_TABLES_SHEET_OTHER] = NK_RULE_XLS_2,
	[NK_TABLES_SHEET_MISSING] = NK_RULE_XLS_4,
	[NK_TABLES_FORMULA] = NK_RULE_XLS_3,
};

_Static_assert(NK_ARRAY_LEN(faults) == NK_TABLES_FAULT_COUNT, "one rule for each fault");

const struct nk_rule *nk_format_fault(enum nk_tables_fault fault)
{
	return nk_rule(faults[fault]);
}

enum nk_rule_id nk_format_fault_id(enum nk_tables_fault fault)
{
	return faults[fault];
}
