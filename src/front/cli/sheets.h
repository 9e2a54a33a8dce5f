/*
 * sheets.h: recovery sheets as people give them: typed on the terminal, or from a file.
 */
#ifndef NK_SHEETS_H
#define NK_SHEETS_H

#include "cli.h"

enum { NK_SHEETS_MAX = 32, NK_SHEETS_TEXT = 1 << 20 };

/* nk_sheets_ask: sheet by sheet on the terminal, until an empty line; blanks and hyphens do not matter. nk_sheets_read:
 * one sheet a line; other lines of a printed sheet are passed over because they have blanks in them. Texts in the run's
 * wiping arena. nk_sheets: from the file when there is a path, else asked for. */
NK_RESULT nk_sheets_ask(struct nk_cli *cli, struct nk_str sheets[static NK_SHEETS_MAX], size_t *n, struct nk_err *err);
NK_RESULT nk_sheets_read(
	struct nk_cli *cli, const char *path, struct nk_str sheets[static NK_SHEETS_MAX], size_t *n, struct nk_err *err);
NK_RESULT nk_sheets(
	struct nk_cli *cli, const char *path, struct nk_str sheets[static NK_SHEETS_MAX], size_t *n, struct nk_err *err);

#endif
