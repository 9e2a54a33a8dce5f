/*
 * tables_book.h: the parts of a workbook (.xlsx, ECMA-376) that belong together, in the child.
 *
 * Everything is read whole into wiping memory, 256 MiB a part at most. Furigana (rPh) is not text of a cell.
 */
#ifndef NK_TABLES_BOOK_H
#define NK_TABLES_BOOK_H

#include "tables_int.h"
#include "xml.h"

struct book_sheet {
	struct nk_str name, part; /* part: its name in the zip; empty: not found */
	struct nk_str rid;
	bool hidden;
};

struct book {
	struct nk_zip *zip;
	struct nk_arena *arena; /* wiping */
	struct nk_vec sheets; /* struct book_sheet */
	struct nk_buf strings; /* wiping: all shared strings */
	struct nk_vec ends; /* size_t: of each in `strings` */
	struct nk_vec date_formats; /* uint32_t: custom formats that show a date */
	struct nk_vec date_styles; /* bool: of each cell style */
	bool from_1904;
};

/* nk_tables_book_parts: everything but the sheets. nk_tables_book_part: one part, UTF-8; NK_INVALID, NK_LIMIT. */
NK_RESULT nk_tables_book_parts(struct book *b, struct nk_err *err);
NK_RESULT nk_tables_book_part(struct book *b, struct nk_str name, struct nk_buf *out, struct nk_err *err);
bool nk_tables_book_string(const struct book *b, struct nk_str index, struct nk_str *out);
/* nk_tables_book_date: a serial number in a cell of this style as YYYY-MM-DD; false: it is no date. */
bool nk_tables_book_date(const struct book *b, struct nk_str style, struct nk_str number, char out[static NK_DATE_TEXT]);

#endif
