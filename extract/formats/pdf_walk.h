/*
 * pdf_walk.h: all objects of a PDF, one after another: their strings as one stream, their streams opened in turn.
 */
#ifndef NKX_PDF_WALK_H
#define NKX_PDF_WALK_H

#include "pdf_int.h"

struct nkx_pdf_seen;
struct nkx_pdf {
	struct nkx_work *w;
	const uint8_t *p;
	size_t n;
	struct nkx_text *text; /* strings, a line each, under their keys */
	struct nkx_pdf_seen *seen; /* the text of the pages: pdf_draw.h; NULL: none */
	struct nkx_pdf_lex lex;
	uint32_t number; /* of the object at hand */
	size_t no_endstream; /* behind here there is none */
	unsigned parts, again;
	uint32_t objects, images, pixels, fonts, drawings; /* pixels: pictures that are no files of their own */
	uint32_t pages; /* as many as the page tree says there are */
	bool encrypted, damaged, found_only; /* found_only: says what is there, tells nothing (for encrypted ones) */
};
/* nkx_pdf_walk: the caller has begun a stream. Marks as claimed what it understood. */
void nkx_pdf_walk(struct nkx_pdf *pdf);

#endif
