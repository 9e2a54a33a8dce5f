/*
 * case_end.c: how a case ends: dismissed under a signature, or closed with cause, lesson and the roll-out to the peers.
 *
 * A doubt is never downgraded unsigned, and by the officer alone only while it is nothing but a doubt; a case never
 * closes over an open duty. B4: without the roll-out the same thing happens at the next school.
 */
#include "base.h"

#include "case_int.h"

enum { ROLLOUT_DAYS = 14 };

static NK_RESULT end_all(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, struct nk_uuid evidence,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_duty *list = NULL;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(nk_case_duties(flow, c, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].closed_at == 0) {
			NK_TRY(nk_case_duty_end(flow, tx, list[i].kind.ptr, list[i].about, evidence, err));
		}
	}
	return nk_done();
}

/* Was a class ever named in it? What was taken away later counts as well: else it would be taken away and dismissed by one. */
static NK_RESULT had_class(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena, bool *out, struct nk_err *err)
{
	struct nk_case_note *notes = NULL;
	size_t n = 0;

	*out = false;
	NK_TRY(nk_case_notes(flow, c, "classify", arena, &notes, &n, err));
	for (size_t i = 0; i < n; i++) {
		*out = *out || !nk_str_eq(nk_case_text(&notes[i], "to"), NK_STR("none"));
	}
	return nk_done();
}

/* Only a doubt that nothing has borne out yet: no headquarters, no copy (each is linked with a harm), never a class. */
static NK_RESULT is_mere_doubt(struct nk_flow *flow, const struct nk_case *c, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_copy *copies = NULL;
	bool classed = false;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_copies(flow, c, arena, &copies, &n, err));
	NK_TRY(had_class(flow, c, arena, &classed, err));
	*out = n == 0 && !classed && nk_str_eq(c->state, NK_STR("suspected"));
	return nk_done();
}

/* Everything else ends only while the headquarters sits, and by a decision about the extent and classes as they are. */
static NK_RESULT check_dismissable(
	struct nk_flow *flow, const struct nk_case *c, const struct nk_party *by, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_present *list = NULL;
	uint64_t extent = 0;
	uint64_t classes = 0;
	bool good = false;
	size_t n = 0;

	NK_TRY(is_mere_doubt(flow, c, &good, err));
	if (good) {
		return nk_done();
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(nk_case_present(flow, c, arena, &list, &n, &good, err));
	if (good) {
		NK_TRY(nk_case_behind(flow, c, "extent", &extent, err));
		NK_TRY(nk_case_behind(flow, c, "classify", &classes, err));
		NK_TRY(nk_case_decided(flow, c, extent > classes ? extent : classes, by->id, &good, err));
	}
	if (!good) {
		nk_flow_refused(flow, "case-dismiss", NK_N("more than a doubt, and the headquarters has not decided it"));
		return nk_fail(err, NK_DENIED,
			NK_N("this is more than a doubt (copies, a class or a headquarters): it is dismissed only while the headquarters is quorate and somebody other than who dismisses has decided it since the last change (nokosazu case decide)"));
	}
	return nk_done();
}

/* Two persons: who took a class away, or decided it in the headquarters, is not the one who dismisses. */
static NK_RESULT another_person(struct nk_flow *flow, const struct nk_case *c, const struct nk_party *by, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_note *notes = NULL;
	bool same = false;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_notes(flow, c, "classify", arena, &notes, &n, err));
	for (size_t i = 0; i < n; i++) {
		same = same || (nk_uuid_eq(notes[i].party, by->id) &&
			nk_case_takes_away(nk_case_text(&notes[i], "from"), nk_case_text(&notes[i], "to")));
	}
	if (!same) {
		return nk_done();
	}
	nk_flow_refused(flow, "case-dismiss", NK_N("who took a class away was to dismiss the case too"));
	return nk_fail(err, NK_DENIED,
		NK_N("who took a class of this case away does not dismiss it: another officer signs (nokosazu case dismiss --key FILE)"));
}

NK_RESULT nk_op_case_dismiss(struct nk_flow *flow, const struct nk_case_dismiss_request *req, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_case_signing s = { .seed = req->seed, .act = "dismiss", .role = NK_STR("officer"), .text = req->reason };
	struct nk_case_signed who;
	struct nk_case_written done;
	struct nk_party party;
	struct nk_case c;
	struct nk_case_word words[] = { { NK_STR("reason"), req->reason }, { NK_STR("salt"), NK_STR("") } };
	struct nk_case_write w = { .leaf = NK_LEAF_CASE, .kind = "dismiss", .words = words, .n_words = 2, .anyway = req->anyway };

	if (nk_str_trim(req->reason).len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a doubt is dismissed only with its reason: --reason TEXT"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, req->ref, arena, &c, err));
	if (!nk_ok(nk_signer_of(flow, req->seed, arena, &party, NULL)) || !nk_party_has_role(&party, NK_STR("officer"))) {
		nk_flow_refused(flow, "case-dismiss", NK_N("the signer is not an officer"));
		return nk_fail(err, NK_DENIED, NK_N("a doubt is dismissed by the officer's signature alone: --key FILE"));
	}
	NK_TRY(check_dismissable(flow, &c, &party, err));
	NK_TRY(another_person(flow, &c, &party, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_case_sign(flow, tx, &c, &s, arena, &who, err));
	words[1].text = nk_str_c(who.salt);
	w.party = who.party.id;
	w.evidence = who.evidence;
	NK_TRY(nk_case_write_note(flow, tx, &c, &w, &done, err));
	NK_TRY(end_all(flow, tx, &c, done.evidence, err));
	NK_TRY(nk_case_set_state(tx, &c, "dismissed", nk_now(flow->env), err));
	return nk_flow_commit(flow, &tx, err);
}

/* Duties that are open but for the roll-out itself. */
static NK_RESULT open_duties(
	struct nk_flow *flow, const struct nk_case *c, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_duty *list = NULL;
	size_t n = 0;

	*out = 0;
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(nk_case_duties(flow, c, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		*out += list[i].closed_at == 0 && !nk_str_eq(list[i].kind, NK_STR("case-rollout")) ? 1 : 0;
	}
	return nk_done();
}

static NK_RESULT campaign_began(
	struct nk_flow *flow, const struct nk_case *c, struct nk_uuid campaign, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT 1 FROM campaign c WHERE c.id = ?1 AND c.started_at >= ?2 AND EXISTS "
					 "(SELECT 1 FROM campaign_site p JOIN site s ON s.id = p.site_id WHERE p.campaign_id = c.id AND s.last_version <> '')", &s, err));
	nk_stmt_uuid(s, 1, campaign);
	nk_stmt_int(s, 2, c->known_at);
	NK_TRY(nk_stmt_step(s, &have, err));
	return have ? nk_done()
		    : nk_fail(err, NK_NOT_FOUND, NK_N("there is no campaign of this id that was started after the doubt and concerns a site whose version is known (nokosazu campaign list)"));
}

static NK_RESULT want_rollout(struct nk_flow *flow, const struct nk_case *c, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	char about[NK_CASE_ABOUT];

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_case_duty_once(
		flow, tx, c, "case-rollout", "officer", nk_now(flow->env) + ROLLOUT_DAYS * NK_DAY, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	return nk_fail(err, NK_PENDING,
		NK_N("the same thing could be at the peer sites: start a campaign there and close with --campaign ID, or with --waiver ID of a warrant (exception, verb WAIVE, scope %s/rollout). The duty is open now"),
		nk_case_about(c->id, NULL, 0, about).ptr);
}

static NK_RESULT waive(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, struct nk_uuid waiver,
	struct nk_arena *arena, struct nk_err *err)
{
	char about[NK_CASE_ABOUT];
	char scope[NK_CASE_ABOUT + 16];
	nk_rc rc;

	(void)snprintf(scope, sizeof(scope), "%s/rollout", nk_case_about(c->id, NULL, 0, about).ptr);
	rc = nk_warrant_take(flow, tx, waiver, NK_STR("exception"), NK_STR("WAIVE"), nk_str_c(scope), arena, NULL, err);
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "case-close", err);
	}
	NK_TRY(rc);
	return nk_warrant_done(flow, tx, waiver, scope, err);
}

NK_RESULT nk_op_case_close(struct nk_flow *flow, const struct nk_case_close_request *req, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const bool by_campaign = !nk_uuid_is_nil(req->campaign);
	const bool by_waiver = !nk_uuid_is_nil(req->waiver);
	struct nk_case_written done;
	struct nk_case c;
	uint64_t open = 0;
	char id[NK_UUID_TEXT];
	struct nk_case_word words[] = { { NK_STR("cause"), req->cause }, { NK_STR("lesson"), req->lesson },
		{ NK_STR("rollout"), nk_str_c(nk_uuid_print(by_campaign ? req->campaign : req->waiver, id)) } };
	const struct nk_case_write w = { .leaf = NK_LEAF_CASE, .kind = "close", .words = words, .n_words = 3, .anyway = req->anyway };

	if (nk_str_trim(req->cause).len == 0 || nk_str_trim(req->lesson).len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a case closes with its cause and its lesson: --cause TEXT --lesson TEXT"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, req->ref, arena, &c, err));
	NK_TRY(open_duties(flow, &c, &open, err));
	if (open > 0) {
		nk_flow_refused(flow, "case-close", NK_N("duties are open"));
		return nk_fail(err, NK_PENDING, NK_N("the case %1$s has %2$llu open duties and does not close over them (nokosazu case show %1$s)"),
			c.receipt, (unsigned long long)open);
	}
	if (!by_campaign && !by_waiver) {
		return want_rollout(flow, &c, err);
	}
	if (by_campaign) {
		NK_TRY(campaign_began(flow, &c, req->campaign, err));
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	if (!by_campaign) {
		NK_TRY(waive(flow, tx, &c, req->waiver, arena, err));
	}
	NK_TRY(nk_case_write_note(flow, tx, &c, &w, &done, err));
	NK_TRY(end_all(flow, tx, &c, done.evidence, err));
	NK_TRY(nk_case_set_state(tx, &c, "closed", nk_now(flow->env), err));
	return nk_flow_commit(flow, &tx, err);
}
