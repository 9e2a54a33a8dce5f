/*
 * xlsx.h: the parts of a workbook that belong together: shared strings, formats of dates, sheets.
 */
#ifndef NKX_XLSX_H
#define NKX_XLSX_H

#include "grid.h"
#include "xml_read.h"

/* Shared strings. Cells refer to them by number; those that no cell uses any more are what is left of deleted cells.
 */
struct nkx_xlsx_strings {
	struct nkx_strand text, furigana;
	size_t *ends; /* of each in text.p */
	uint8_t *used; /* one bit each */
	size_t n, room;
	bool full; /* too many or too long: cells find nothing from here on */
	bool in_si, in_t;
	unsigned in_rph;
};
void nkx_xlsx_strings_start(struct nkx_xlsx_strings *s, size_t max);
struct nkx_xml_handlers nkx_xlsx_strings_handlers(struct nkx_xlsx_strings *s);
void nkx_xlsx_strings_done(struct nkx_xlsx_strings *s);
/* nkx_xlsx_string: number i, marked as used; false: none. nkx_xlsx_unused: the next unused one from *i on. */
bool nkx_xlsx_string(struct nkx_xlsx_strings *s, size_t i, struct nk_str *out);
bool nkx_xlsx_unused(const struct nkx_xlsx_strings *s, size_t *i, struct nk_str *out);

/* Which cell formats are dates. */
enum { NKX_XLSX_STYLES = 65536 };
struct nkx_xlsx_styles {
	uint8_t date[NKX_XLSX_STYLES / 8]; /* by the number a cell gives */
	uint8_t date_format[NKX_XLSX_STYLES / 8]; /* by the number of a format */
	size_t n;
	bool in_xfs;
	bool from_1904;
};
struct nkx_xml_handlers nkx_xlsx_styles_handlers(struct nkx_xlsx_styles *s);
/* nkx_xlsx_is_date_format: a format code that shows year and month, or month and day. */
bool nkx_xlsx_is_date_format(const char *code);
/* nkx_xlsx_date: a serial number as YYYY-MM-DD, or false. */
bool nkx_xlsx_date(const char *serial, size_t len, bool from_1904, char out[static 16]);

/* One sheet. */
struct nkx_xlsx_sheet {
	struct nkx_grid grid;
	struct nkx_out *out; /* formulas, headers, attributes go aside */
	struct nkx_xlsx_strings *strings;
	const struct nkx_xlsx_styles *styles;
	uint32_t row, column; /* of the cell at hand, from 0 */
	uint32_t style;
	char type; /* s shared, i inline, t text, n number */
	unsigned in_rph;
	bool in_value, in_t, in_aside;
	size_t n_value;
	char value[64]; /* numbers only; longer ones are text */
	bool cut;
};
void nkx_xlsx_sheet_start(struct nkx_xlsx_sheet *s, struct nkx_out *out, struct nkx_xlsx_strings *strings,
	const struct nkx_xlsx_styles *styles);
struct nkx_xml_handlers nkx_xlsx_sheet_handlers(struct nkx_xlsx_sheet *s);

#endif
