/*
 * pdf_int.h: what pdf.c and its parts share: pages are recorded first and put out at the end, when their number is known.
 */
#ifndef NK_PDF_INT_H
#define NK_PDF_INT_H

#include "pdf.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

enum { PDF_MAX_PAGES = 2000 };
#define PDF_WIDTH 595.28
#define PDF_HEIGHT 841.89
#define PDF_MARGIN 51.0
#define PDF_FOOT 66.0 /* free at the foot of a page */
#define PDF_INNER (PDF_WIDTH - 2 * PDF_MARGIN)
#define PDF_BOTTOM (PDF_HEIGHT - PDF_FOOT)

/* The functions of the libraries, which are loaded when a document is opened (os_library.c): pdf_library.rows. */
struct pdf_library {
#define ROW(function) __typeof__(function) *function;
#include "pdf_library.inc"
#undef ROW
};

struct nk_pdf {
	struct nk_pdf_spec spec;
	struct pdf_library library;
	const struct pdf_library *to; /* that one */
	PangoFontMap *fonts;
	struct nk_vec pages; /* cairo_surface_t *: recorded */
	cairo_t *page; /* the last one */
	double y;
	size_t undrawn; /* characters that no font has */
	nk_rc written; /* of the caller's function */
	struct nk_err why;
};

struct pdf_style {
	double size;
	double width;
	bool bold;
	bool mono; /* signs of one width */
	uint32_t colour;
	PangoAlignment align;
};
/* pdf_layout: a text laid out; NULL: no memory, or not UTF-8. pdf_turn: a new page. pdf_room: a new page when less than
 * `height` is left. pdf_ink: the colour of what follows. pdf_lines: draws the lines of a layout from *from on, at x and from
 * y downwards as far as `bottom`; *from becomes the first line that was not drawn; the height that was used is returned. */
PangoLayout *pdf_layout(struct nk_pdf *pdf, struct nk_str text, const struct pdf_style *style);
NK_RESULT pdf_turn(struct nk_pdf *pdf, struct nk_err *err);
NK_RESULT pdf_room(struct nk_pdf *pdf, double height, struct nk_err *err);
void pdf_ink(struct nk_pdf *pdf, uint32_t colour);
struct pdf_place {
	double x;
	double y;
	double bottom;
};
double pdf_lines(struct nk_pdf *pdf, PangoLayout *layout, const struct pdf_place *at, int *from);

#endif
