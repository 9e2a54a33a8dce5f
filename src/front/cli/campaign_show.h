/*
 * campaign_show.h: the board of a campaign as text, JSON, and one self-contained page.
 */
#ifndef NK_CAMPAIGN_SHOW_H
#define NK_CAMPAIGN_SHOW_H

#include "cli.h"
#include "flow_campaign.h"

NK_RESULT nk_campaign_text(struct nk_cli *cli, const struct nk_board *b, struct nk_err *err);
NK_RESULT nk_campaign_json(struct nk_cli *cli, const struct nk_board *b, struct nk_err *err);
/* nk_campaign_html: no script, nothing fetched: a policy in the page forbids it. States are told in words, not by colour
 * alone. */
NK_RESULT nk_campaign_html(struct nk_cli *cli, const struct nk_board *b, struct nk_buf *out, struct nk_err *err);

#endif
