/*
 * week_show.h: the figures of adherence and the refused attempts, as text and as JSON, for every verb that tells them.
 */
#ifndef NK_WEEK_SHOW_H
#define NK_WEEK_SHOW_H

#include "cli.h"

#include "flow_week.h"

/* nk_week_show: `type` of the JSON line; behind it a line for each refused attempt, when `refused`. */
NK_RESULT nk_week_show(struct nk_cli *cli, const char *type, const struct nk_week *w, bool refused, struct nk_err *err);
NK_RESULT nk_week_show_refused(struct nk_cli *cli, const struct nk_refusal *rows, size_t n, struct nk_err *err);

#endif
