/*
 * help.h: help for people and for shells and manuals, all from the tables of cmd.h.
 */
#ifndef NK_HELP_H
#define NK_HELP_H

#include "cmd.h"
#include "out.h"

/* nk_help_overview: what `nokosazu` alone prints. nk_help_verb: what `nokosazu VERB --help` prints. */
void nk_help_overview(struct nk_out *out, enum nk_lang lang);
void nk_help_verb(struct nk_out *out, enum nk_lang lang, const struct nk_cmd *cmd);

/* nk_mdoc_synopsis, nk_mdoc_options: the bodies of these sections of a verb's manual page, as mdoc, in English.
 * nk_mdoc_common: the list of the common options, for nokosazu(1). All append. */
NK_RESULT nk_mdoc_synopsis(const struct nk_cmd *cmd, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_mdoc_options(const struct nk_cmd *cmd, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_mdoc_common(struct nk_buf *out, struct nk_err *err);

/* nk_completion_bash: a script for bash. */
void nk_completion_bash(struct nk_out *out);

#endif
