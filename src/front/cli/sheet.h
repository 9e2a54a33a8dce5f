/*
 * sheet.h: an account notice as a sheet of paper: a box of text, one person each. Secret: to a printer, never to a
 * log.
 */
#ifndef NK_SHEET_H
#define NK_SHEET_H

#include "cli.h"

/* What stands on every sheet: until when (a day as text), where to sign in and whom to ask (may be empty). */
struct nk_sheet_foot {
	struct nk_str hand_out_by, address, desk;
};
/* nk_sheet_print: one sheet, ending with a form feed when another one follows. */
void nk_sheet_print(struct nk_cli *cli, const struct nk_notice *notice, const struct nk_sheet_foot *foot, bool another);
/* nk_sheet_grouped: a password in groups of four for reading; the blanks are not part of it. */
struct nk_str nk_sheet_grouped(struct nk_cli *cli, struct nk_str password);

#endif
