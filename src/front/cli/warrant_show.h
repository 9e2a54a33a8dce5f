/*
 * warrant_show.h: a warrant for people and as JSON, the same for warrant show and warrant list.
 */
#ifndef NK_WARRANT_SHOW_H
#define NK_WARRANT_SHOW_H

#include "cli.h"
#include "flow_warrant.h"

/* nk_warrant_show: with its steps, for people or as JSON by cli->json; status 2 when a signature is not good. */
NK_RESULT nk_warrant_show(struct nk_cli *cli, const struct nk_warrant_row *row, struct nk_err *err);
/* nk_warrant_uses: how many are left, or that there is no limit. */
struct nk_str nk_warrant_uses(struct nk_cli *cli, uint32_t left);
/* nk_warrant_details: the computed JSON of the request for people: what goes out in one sentence, then all of it. */
void nk_warrant_details(struct nk_cli *cli, struct nk_str details);
/* nk_warrant_json: one line of JSON; uses without a limit are null. */
NK_RESULT nk_warrant_json(struct nk_cli *cli, const struct nk_warrant_row *row, struct nk_err *err);

#endif
