/*
 * account_sheet.h: an account notice: one page of a PDF a person, Japanese and English, to be read by a child or a
 * grandparent. Secret: to a printer, never to a log.
 */
#ifndef NK_ACCOUNT_SHEET_H
#define NK_ACCOUNT_SHEET_H

#include "pdf.h"
#include "qr.h"

struct nk_account_sheet {
	struct nk_str organisation, unit, group;
	uint32_t seat; /* 出席番号, 0: none */
	struct nk_str name, kana, login;
	struct nk_str password; /* in groups of four with blanks between them */
	struct nk_str address; /* where to sign in; empty: not said */
	struct nk_str desk; /* whom to ask; empty: whoever gave it */
	struct nk_str day; /* handed out by, as a day */
	struct nk_str reference; /* of the holding, for the office */
};
/* nk_account_sheet_draw: on the document's first page, or a new one when `another`. `qr` of the address, or NULL. Every text is
 * drawn whole: long ones get smaller, then go on in a second line. */
NK_RESULT nk_account_sheet_draw(struct nk_pdf *pdf, const struct nk_account_sheet *s, const struct nk_qr *qr, bool another,
	struct nk_err *err);

#endif
