/*
 * carry_show.h: what carrying out answers, as text and as JSON.
 */
#ifndef NK_CARRY_SHOW_H
#define NK_CARRY_SHOW_H

#include "cli.h"
#include "flow_carry.h"

NK_RESULT nk_carry_show_asked(struct nk_cli *cli, const struct nk_carry_asked *a, struct nk_err *err);
NK_RESULT nk_carry_show_sealed(struct nk_cli *cli, const struct nk_carry_sealed *s, struct nk_err *err);
NK_RESULT nk_carry_show_opened(struct nk_cli *cli, const struct nk_carry_opened *o, struct nk_str receipt, struct nk_err *err);
NK_RESULT nk_carry_show_ended(struct nk_cli *cli, const struct nk_carry_ended *e, struct nk_err *err);
NK_RESULT nk_carry_show_list(struct nk_cli *cli, const struct nk_carry_row *rows, size_t n, bool overdue, struct nk_err *err);

#endif
