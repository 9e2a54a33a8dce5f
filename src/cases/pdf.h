/*
 * pdf.h: a small PDF writer over cairo and pango: headings, paragraphs, tables, a picture, page numbers. A4.
 *
 * Bytes go to the caller's function as they are made; nothing is written anywhere else. Same calls, same bytes, given
 * the same fonts (the date is the caller's).
 */
#ifndef NK_PDF_H
#define NK_PDF_H

#include "picture.h"

struct nk_pdf;
/* nk_pdf_write_fn: takes the next bytes of the document; its first failure ends the writing and is what nk_pdf_end returns. */
typedef NK_RESULT nk_pdf_write_fn(void *arg, struct nk_bytes part, struct nk_err *err);
struct nk_pdf_spec {
	struct nk_str title;
	struct nk_str footer; /* at the foot of each page, beside "2 / 5" */
	enum nk_lang lang;
	nk_time at; /* date of the document */
	bool sheets; /* each page is somebody's own: no numbers at the foot */
	nk_pdf_write_fn *write;
	void *arg;
};
NK_RESULT nk_pdf_open(const struct nk_pdf_spec *spec, struct nk_pdf **out, struct nk_err *err);
void nk_pdf_free(struct nk_pdf **pdf);
NK_RESULT nk_pdf_title(struct nk_pdf *pdf, struct nk_str text, struct nk_err *err);
NK_RESULT nk_pdf_heading(struct nk_pdf *pdf, struct nk_str text, struct nk_err *err);
NK_RESULT nk_pdf_para(struct nk_pdf *pdf, struct nk_str text, struct nk_err *err);
/* nk_pdf_table: rows × columns texts, row by row; the first row is the head and stands again on each page; widths are
 * shares. At most 8 columns, 5,000 rows. A row that does not fit on a page is cut between lines. */
struct nk_pdf_table {
	size_t columns;
	size_t rows;
	const double *shares;
	const struct nk_str *cells;
};
NK_RESULT nk_pdf_table(struct nk_pdf *pdf, const struct nk_pdf_table *t, struct nk_err *err);
/* nk_pdf_picture: scaled to the width of the page; a long one goes over several pages. */
NK_RESULT nk_pdf_picture(struct nk_pdf *pdf, const struct nk_picture *p, struct nk_err *err);
/* nk_pdf_undrawn: how many characters so far no font of the system has; they are drawn as boxes, and the foot of each page
 * says so. */
size_t nk_pdf_undrawn(const struct nk_pdf *pdf);
/* nk_pdf_end: the last page and the trailer; then only nk_pdf_free. */
NK_RESULT nk_pdf_end(struct nk_pdf *pdf, struct nk_err *err);

#endif
