/*
 * sheets.c: recovery sheets, typed or from a file. Invariant: what was typed lives in wiping memory alone.
 */
#include "base.h"

#include "sheets.h"

#include "os.h"

enum { SHEET_TEXT = 1024 };

NK_RESULT nk_sheets_ask(struct nk_cli *cli, struct nk_str sheets[static NK_SHEETS_MAX], size_t *n, struct nk_err *err)
{
	for (*n = 0; *n < NK_SHEETS_MAX; (*n)++) {
		NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

		nk_buf_init_wiping(&text, SHEET_TEXT);
		NK_TRY(nk_os_ask_secret(
			nk_cli_tr(cli, NK_N("The groups of a sheet (nothing: enough): ")), &text, err));
		if (nk_str_trim(nk_buf_str(&text)).len == 0) {
			return nk_done();
		}
		NK_TRY(nk_arena_dup(cli->arena, nk_buf_str(&text), &sheets[*n], err));
	}
	return nk_done();
}

NK_RESULT nk_sheets_read(
	struct nk_cli *cli, const char *path, struct nk_str sheets[static NK_SHEETS_MAX], size_t *n, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_str rest = { NULL, 0 };
	struct nk_str one = { NULL, 0 };

	nk_buf_init_wiping(&text, NK_SHEETS_TEXT);
	NK_TRY(nk_cli_read(cli, path, &text, err));
	rest = nk_buf_str(&text);
	*n = 0;
	while (*n < NK_SHEETS_MAX && nk_str_cut(&rest, '\n', &one)) {
		one = nk_str_trim(one);
		if (one.len > 0 && nk_str_chr(one, ' ') == SIZE_MAX) {
			NK_TRY(nk_arena_dup(cli->arena, one, &sheets[(*n)++], err));
		}
	}
	return nk_done();
}

NK_RESULT nk_sheets(
	struct nk_cli *cli, const char *path, struct nk_str sheets[static NK_SHEETS_MAX], size_t *n, struct nk_err *err)
{
	return path != NULL ? nk_sheets_read(cli, path, sheets, n, err) : nk_sheets_ask(cli, sheets, n, err);
}
