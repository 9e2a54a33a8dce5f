/*
 * campaign_int.h: what sites and campaigns share: the files they exchange, and who joins what.
 */
#ifndef NK_CAMPAIGN_INT_H
#define NK_CAMPAIGN_INT_H

#include "dsse.h"
#include "flow_campaign.h"
#include "intoto.h"
#include "json.h"
#include "measures_int.h"

#define NK_PREDICATE_SITE_IDENTITY NK_PREDICATE("site-identity/v1")
#define NK_PREDICATE_SITE_REQUEST NK_PREDICATE("site-request/v1")

/* nk_steps: the words of the steps, in the order of nk_board_site.step. */
extern const char *const nk_steps[NK_CAMPAIGN_STEPS];

/* nk_exchange_body: the predicate of an envelope that is NOT verified: to find out whose key to try. The document is
 * the caller's. */
NK_RESULT nk_exchange_body(struct nk_bytes envelope, struct nk_arena *arena, struct nk_jdoc **out, struct nk_err *err);
/* nk_exchange_text, nk_exchange_id: a text or an id of the predicate; NK_INVALID names the key. */
NK_RESULT nk_exchange_text(const struct nk_jdoc *doc, const char *key, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_exchange_id(const struct nk_jdoc *doc, const char *key, struct nk_uuid *out, struct nk_err *err);

struct nk_site {
	struct nk_uuid id;
	struct nk_str name, organisation, version;
	uint8_t key[NK_SIGN_PUB_LEN];
	nk_time enrolled_at, last_report;
	bool ended;
};
/* nk_site_find: by id, or by name when `id` is NULL; NK_NOT_FOUND. nk_site_known: the same, one that has ended too, when there is
 * no other. */
NK_RESULT nk_site_known(struct nk_flow *flow, const struct nk_uuid *id, struct nk_str name, struct nk_arena *arena,
	struct nk_site *out, struct nk_err *err);
NK_RESULT nk_site_find(struct nk_flow *flow, const struct nk_uuid *id, struct nk_str name, struct nk_arena *arena,
	struct nk_site *out, struct nk_err *err);
NK_RESULT nk_sites(struct nk_flow *flow, struct nk_arena *arena, struct nk_site **out, size_t *out_n, struct nk_err *err);
/* nk_campaign_join: the site becomes part of every open campaign (I10). */
NK_RESULT nk_campaign_join(struct nk_flow *flow, struct nk_tx *tx, const struct nk_site *site, struct nk_err *err);

/*
 * nk_third_party: a verification summary (SVR) about "site:<site>", kept as evidence `about`, that says that nothing was
 * left, and when (not before `since`), signed by an enrolled party with the role verifier whose organisation is none of: the
 * site's, this house's, that of any site enrolled here, maker, integrator, or any whose people have another role here. The key
 * decides, never the keyid. NK_DENIED: nobody such signed it (third_int.h); NK_INVALID: it is about another site, did not pass, is
 * older or of the future, binds no places, or no planted fault was found.
 */
struct nk_third {
	struct nk_uuid party, evidence;
};
NK_RESULT nk_third_party(struct nk_flow *flow, struct nk_tx *tx, struct nk_bytes envelope, struct nk_uuid site,
	struct nk_str site_organisation, nk_time since, struct nk_str about, struct nk_arena *arena, struct nk_third *out,
	struct nk_err *err);

#endif
