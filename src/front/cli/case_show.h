/*
 * case_show.h: a case as people and programs read it.
 */
#ifndef NK_CASE_SHOW_H
#define NK_CASE_SHOW_H

#include "cli.h"
#include "flow_case.h"

NK_RESULT nk_case_show_list(struct nk_cli *cli, const struct nk_case_row *rows, size_t n, struct nk_err *err);
NK_RESULT nk_case_show_one(struct nk_cli *cli, const struct nk_case_view *v, struct nk_err *err);
NK_RESULT nk_case_show_hits(struct nk_cli *cli, const struct nk_case_hit *hits, size_t n, struct nk_err *err);

#endif
