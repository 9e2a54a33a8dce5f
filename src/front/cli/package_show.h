/*
 * package_show.h: what the verb package prints.
 */
#ifndef NK_PACKAGE_SHOW_H
#define NK_PACKAGE_SHOW_H

#include "cli.h"
#include "flow_package.h"

/* nk_package_show_gate: what the gate found; the exit status is that of findings when there are any. */
NK_RESULT nk_package_show_gate(struct nk_cli *cli, const struct nk_package_gate *gate, struct nk_err *err);
/* nk_package_show_check: line by line; status 2 when it is not good. */
NK_RESULT nk_package_show_check(struct nk_cli *cli, const struct nk_package_check_reply *reply, struct nk_err *err);
NK_RESULT nk_package_show_drift(struct nk_cli *cli, const struct nk_package_drift_reply *reply, struct nk_err *err);

#endif
