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

const struct nk_format *nk_format_by_head(struct nk_bytes head)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(formats); i++) {
		if (formats[i]->sniff(head)) {
			return formats[i];
		}
	}
	return NULL;
}

static const struct nk_rule faults[] = {
	[NK_TABLES_QUOTE_UNCLOSED] = { "CSV-1", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("a quotation mark is opened and never closed") },
	[NK_TABLES_QUOTE_STRAY] = { "CSV-2", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("a quotation mark in the middle of a field: it must be doubled and the field quoted") },
	[NK_TABLES_NUL] = { "CSV-3", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("a NUL character: this is not a text file, or it is damaged") },
	[NK_TABLES_FIELD_TOO_LONG] = { "CSV-4", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("a field is longer than 64 KiB") },
	[NK_TABLES_ROW_TOO_LONG] = { "CSV-5", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("a row is longer than 1 MiB") },
	[NK_TABLES_TOO_MANY_FIELDS] = { "CSV-6", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("a row has more than 256 fields") },
	[NK_TABLES_TOO_MANY_ROWS] = { "CSV-7", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("the file has more than 20 million rows") },
	[NK_TABLES_ENCODING] = { "CSV-8", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("these bytes are not text in the encoding of the file: it is damaged or mixed") },
	[NK_TABLES_ENCODING_MIXED] = { "CSV-9", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("no one encoding fits the whole file (it is cut off, damaged or mixed of two); "
		     "from this line on it cannot be read") },
	[NK_TABLES_WIDTH] = { "CSV-10", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("this row has more or fewer fields than the header: perhaps a comma inside a value without quotation marks") },
	[NK_TABLES_NO_HEADER] = { "CSV-11", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("the file is empty: not even a header line is there") },
	[NK_TABLES_FOLDER] = { "ZIP-1", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("the files stand in a folder inside the zip: zip the CSV files themselves, not the folder that holds them") },
	[NK_TABLES_WORKBOOK] = { "ZIP-2", NK_FINDING_ERROR, NK_FINDING_ERROR,
		NK_N("this is an Excel workbook and not a OneRoster zip: save it as CSV, or export the "
		     "zip from the school system") },
};

_Static_assert(NK_ARRAY_LEN(faults) == NK_TABLES_FAULT_COUNT, "one rule for each fault");

const struct nk_rule *nk_format_fault(enum nk_tables_fault fault)
{
	return &faults[fault];
}
