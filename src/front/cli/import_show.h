/*
 * import_show.h: import check and import map: what a file is, before anything is taken in.
 */
#ifndef NK_IMPORT_SHOW_H
#define NK_IMPORT_SHOW_H

#include "cli.h"
#include "flow_roster.h"

/* nk_import_show_check: the report; cli->status 2 when something was found. */
NK_RESULT nk_import_show_check(struct nk_cli *cli, const struct nk_check_reply *r, struct nk_err *err);
/* nk_import_map: proposes what the columns are, asks about doubts on a terminal, keeps it for the source. */
NK_RESULT nk_import_map(struct nk_cli *cli, const char *path, struct nk_str source, struct nk_err *err);

#endif
