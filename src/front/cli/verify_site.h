/*
 * verify_site.h: nokosazu verify site: the check of a whole site by somebody who is a stranger to it.
 */
#ifndef NK_VERIFY_SITE_H
#define NK_VERIFY_SITE_H

#include "cli.h"

/* nk_verify_site_run: needs --out and --key, may have --root; status 2 when it did not pass. */
NK_RESULT nk_verify_site_run(struct nk_cli *cli, struct nk_err *err);

#endif
