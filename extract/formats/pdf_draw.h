/*
 * pdf_draw.h: drawing instructions of PDF, and what they write that pdftotext did not give.
 *
 * pdftotext reads what a page shows. What no page shows (a form nobody uses, an earlier revision, a page it could not
 * read) stands in the instructions all the same: their strings are put together to lines, and lines that are not in
 * the text of the pages are told.
 */
#ifndef NKX_PDF_DRAW_H
#define NKX_PDF_DRAW_H

#include "pdf_walk.h"

/* The text of the pages without blanks, and how much of it may still be searched. */
struct nkx_pdf_seen {
	char *p;
	size_t n;
	size_t at; /* behind what was found last: lines mostly come in the same order */
	uint64_t left;
};
/* nkx_pdf_seen_of: of pdftotext's text; without memory nothing counts as seen. nkx_pdf_seen_done: wipes. */
void nkx_pdf_seen_of(struct nkx_pdf_seen *seen, const char *text, size_t len);
void nkx_pdf_seen_done(struct nkx_pdf_seen *seen);

/* nkx_pdf_draw: tells the lines, comments and unknown words of the bytes when they are drawing instructions. false:
 * they are something else, and nothing was told. */
bool nkx_pdf_draw(struct nkx_pdf *pdf, struct nk_bytes b);
/* nkx_pdf_rest: the bytes without what stands between < and >, as text: of a map of characters. */
void nkx_pdf_rest(struct nkx_pdf *pdf, struct nk_bytes b);

#endif
