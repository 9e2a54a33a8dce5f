/*
 * odf_doc.h: the text of one XML part of an OpenDocument: content, styles (headers), properties; flat files too.
 *
 * A sheet of a spreadsheet is a table stream of its own, in which rows and columns are right although the document
 * writes repeated ones once. Notes, annotations and text boxes inside a paragraph go aside.
 */
#ifndef NKX_ODF_DOC_H
#define NKX_ODF_DOC_H

#include "grid.h"
#include "xml_read.h"

struct nkx_odf_doc {
	struct nkx_work *w; /* NULL: sheets go on as running text (tests) */
	struct nkx_out *out;
	const char *name, *format; /* of the streams of sheets */
	unsigned para, notes, ruby, sheets;
	bool spreadsheet, in_sheet, line_after, stream_open;
	char aside_last;
	struct nkx_grid grid;
	uint32_t row, column, rows, columns; /* where the sheet is; how often the row and cell at hand count */
	bool cell_any;
	size_t n_value, n_seen; /* value of the cell's attribute, and how much of it its text showed */
	char value[64];
	char seen[64];
};
void nkx_odf_doc_start(struct nkx_odf_doc *d, struct nkx_out *out);
struct nkx_xml_handlers nkx_odf_doc_handlers(struct nkx_odf_doc *d);

#endif
