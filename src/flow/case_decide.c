/*
 * case_decide.c: what the headquarters decides: an order warrant, signed by somebody who is checked in, while quorate.
 *
 * The text is sealed in the case; the warrant's scope names the note, its signed details hold the salted digest.
 */
#include "base.h"

#include "asked_int.h"
#include "case_int.h"
#include "json.h"

enum { ORDER_DAYS = 365 };

static NK_RESULT check_about(struct nk_case_decision *req, struct nk_err *err)
{
	static const char *const words[] = { "order", "sanction", "publication", "other" };

	if (nk_str_trim(req->text).len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a decision needs its text: --text TEXT"));
	}
	if (req->about.len == 0) {
		req->about = NK_STR("order");
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (nk_str_eq(req->about, nk_str_c(words[i]))) {
			return nk_done();
		}
	}
	return nk_fail(err, NK_USAGE, NK_N("--about is order, sanction, publication or other"));
}

/* The role in which the signer is checked in now; a refusal is a leaf. */
static NK_RESULT seat_of(struct nk_flow *flow, const struct nk_case *c, const struct nk_key *seed,
	struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	struct nk_case_present *list = NULL;
	struct nk_party party;
	bool quorate = false;
	size_t n = 0;

	NK_TRY(nk_signer_of(flow, seed, arena, &party, err));
	NK_TRY(nk_case_present(flow, c, arena, &list, &n, &quorate, err));
	if (!quorate) {
		nk_flow_refused(flow, "case-decide", NK_N("the headquarters is not quorate"));
		return nk_fail(err, NK_DENIED,
			NK_N("the headquarters is not quorate: at least one director and one of the privacy department must be checked in (nokosazu case attend)"));
	}
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(list[i].party, party.id) && list[i].until_at == 0 && list[i].is_true) {
			*out = list[i].role;
			return nk_done();
		}
	}
	nk_flow_refused(flow, "case-decide", NK_N("the signer is not checked in"));
	return nk_fail(err, NK_DENIED, NK_N("only who is checked in decides (nokosazu case attend)"));
}

static NK_RESULT print_details(const struct nk_case *c, const struct nk_case_signed *who, struct nk_str text,
	struct nk_buf *out, struct nk_err *err)
{
	const struct nk_bytes parts[] = { nk_str_bytes(nk_str_c(who->salt)), nk_str_bytes(text) };
	struct nk_json j;
	struct nk_hash digest;
	char id[NK_UUID_TEXT];

	nk_sha256_parts(parts, 2, &digest);
	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "case");
	nk_json_c(&j, nk_uuid_print(c->id, id));
	nk_json_key(&j, "text_sha256");
	nk_json_hex(&j, nk_bytes_of(digest.b, sizeof(digest.b)));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT order(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_signed *who, const struct nk_case_decision *req, struct nk_str role, struct nk_uuid *out,
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf details = { 0 };
	const struct nk_judging how = { .part = NK_PART_SIGN, .role = role, .seed = req->seed };
	struct nk_warrant_ask ask = { .kind = NK_STR("order"),
		.verbs = NK_STR("DECIDE"),
		.purpose = req->about,
		.needs = role,
		.until_at = nk_now(flow->env) + ORDER_DAYS * NK_DAY,
		.uses = 1 };
	char about[NK_CASE_ABOUT];

	nk_buf_init(&details, 4096);
	NK_TRY(print_details(c, who, req->text, &details, err));
	ask.scope = nk_case_about(c->id, NULL, 0, about);
	ask.details = nk_buf_str(&details);
	NK_TRY(nk_warrant_ask(flow, tx, &ask, out, err));
	return nk_asked_judge(flow, tx, *out, &how, err);
}

NK_RESULT nk_case_behind(
	struct nk_flow *flow, const struct nk_case *c, const char *kind, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT COALESCE(MAX(seq) + 1, 0) FROM incident_note WHERE incident_id = ?1 AND kind = ?2", &s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_text(s, 2, nk_str_c(kind));
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = nk_u64(nk_col_int(s, 0));
	return nk_done();
}

NK_RESULT nk_case_decided(struct nk_flow *flow, const struct nk_case *c, uint64_t from, struct nk_uuid beside, bool *out,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_note *notes = NULL;
	size_t n = 0;

	*out = false;
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_notes(flow, c, "decide", arena, &notes, &n, err));
	for (size_t i = 0; i < n && !*out; i++) {
		if (notes[i].seq >= from && !nk_uuid_is_nil(notes[i].evidence) && !nk_uuid_eq(notes[i].party, beside)) {
			NK_TRY(nk_case_signature_true(flow, c, "decide", notes[i].party,
				nk_case_text(&notes[i], "role"), notes[i].evidence, out, err));
		}
	}
	return nk_done();
}

NK_RESULT nk_op_case_decide(struct nk_flow *flow, const struct nk_case_decision *given, struct nk_uuid *out_warrant,
	struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_decision req = *given;
	struct nk_case_signing s = { .seed = req.seed, .act = "decide", .text = req.text };
	struct nk_case_signed who;
	struct nk_case_written done;
	struct nk_case c;
	char id[NK_UUID_TEXT];
	struct nk_case_word words[] = { { NK_STR("about"), NK_STR("") }, { NK_STR("role"), NK_STR("") },
		{ NK_STR("salt"), NK_STR("") }, { NK_STR("text"), req.text }, { NK_STR("warrant"), NK_STR("") } };
	struct nk_case_write w = {
		.leaf = NK_LEAF_CASE, .kind = "decide", .words = words, .n_words = NK_ARRAY_LEN(words), .anyway = req.anyway
	};

	NK_TRY(check_about(&req, err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, req.ref, arena, &c, err));
	NK_TRY(seat_of(flow, &c, req.seed, arena, &s.role, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_case_sign(flow, tx, &c, &s, arena, &who, err));
	NK_TRY(order(flow, tx, &c, &who, &req, s.role, out_warrant, err));
	words[0].text = req.about;
	words[1].text = s.role;
	words[2].text = nk_str_c(who.salt);
	words[4].text = nk_str_c(nk_uuid_print(*out_warrant, id));
	w.party = who.party.id;
	w.evidence = who.evidence;
	NK_TRY(nk_case_write_note(flow, tx, &c, &w, &done, err));
	return nk_flow_commit(flow, &tx, err);
}
