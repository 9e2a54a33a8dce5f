/*
 * carry_end.c: the end of a bundle: receipt, destruction, the second look.
 *
 * Invariant (I3): a bundle is off the books only when its place was scanned for exactly the persons that were in it, a
 * control person was planted and found, nothing was left, and a second party signed that. It is called verified only
 * when that party judges here and had no part in it, and the place is the one where it was opened by its receipt.
 */
#include "base.h"

#include "carry_int.h"
#include "closing.h"
#include "hold_int.h"
#include "json.h"
#include "party_int.h"
#include "residue.h"

/* --- receipt --- */

static NK_RESULT keep_receipt(struct nk_flow *flow, const struct nk_carry_receipt *r, struct nk_bytes text,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_statement st = { .predicate = NK_PREDICATE_RECEIPT, .subject_sha256 = r->bundle, .result = "PASSED" };
	struct nk_uuid evidence;
	char about[64];
	bool before = false;

	(void)nk_holding_about(r->holding, about);
	st.subject = about;
	st.about = nk_str_c(about);
	st.body = nk_str_trim(nk_bytes_str(text));
	NK_TRY(nk_carry_has(flow, r->holding, NK_PREDICATE_RECEIPT, arena, &before, err));
	if (before) {
		return nk_fail(err, NK_EXISTS, NK_N("the receipt of this bundle was taken in before"));
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_statement_make(flow, tx, &st, arena, &evidence, NULL, err));
	NK_TRY(nk_carry_leaf(flow, tx, "received", r->holding, r->warrant, err));
	return nk_flow_commit(flow, &tx, err);
}

/* The receipt again in our spelling: nothing that was added to it is kept. */
static NK_RESULT take_receipt(struct nk_flow *flow, struct nk_bytes text, struct nk_arena *arena,
	struct nk_uuid *out_holding, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf own = { 0 };
	NK_OWNED(nk_key_wipe) struct nk_key secret = { { 0 } };
	struct nk_carry_receipt r;
	struct nk_holding h;

	NK_TRY(nk_carry_receipt_read(flow, text, arena, &r, err));
	NK_TRY(nk_carry_holding(flow, r.warrant, arena, &h, err));
	if (!nk_uuid_eq(h.id, r.holding)) {
		return nk_fail(err, NK_DENIED, NK_N("this receipt is of another bundle than the warrant's"));
	}
	nk_buf_init(&own, 8192);
	nk_carry_secret(flow, r.holding, &secret);
	NK_TRY(nk_carry_receipt_print(&r, &secret, &own, err));
	NK_TRY(keep_receipt(flow, &r, nk_buf_bytes(&own), arena, err));
	*out_holding = r.holding;
	return nk_done();
}

NK_RESULT nk_op_carry_receipt(struct nk_flow *flow, struct nk_bytes receipt, struct nk_arena *arena,
	struct nk_uuid *out_holding, struct nk_err *err)
{
	const nk_rc rc = take_receipt(flow, receipt, arena, out_holding, err);

	return nk_carry_tell(flow, "carry receipt", rc,
		rc.code == NK_EXISTS ? "taken in before" : "not made by who opened a bundle of this house");
}

/* --- the second look --- */

struct ending {
	struct nk_flow *flow;
	const struct nk_carry_end_request *req;
	struct nk_arena *arena;
	struct nk_holding holding;
	struct nk_party by;
	struct nk_residue_report report;
	uint64_t persons; /* that were looked for */
	struct nk_carry_ended *out;
	const char *why; /* of a refusal, when it is none of the usual */
};

static NK_RESULT second_party(struct ending *e, struct nk_err *err)
{
	NK_TRY(nk_signer_of(e->flow, e->req->seed, e->arena, &e->by, err));
	if (nk_uuid_eq(e->by.id, e->holding.custodian) || nk_uuid_eq(e->by.id, e->flow->actor)) {
		return nk_fail(err, NK_DENIED, NK_N("who carried it out cannot say alone that it is gone: another party's key is needed"));
	}
	return nk_done();
}

/* On the side of those who asked, carried out or received; or nobody whose word was to count here. */
static NK_RESULT is_partial(const struct ending *e, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const char *side = "";

	*out = !nk_party_judges(e->flow, &e->by) || !nk_ok(nk_party_may_judge(e->flow, &e->by, NK_STR(""), NULL));
	NK_TRY(nk_warrant_side_of(e->flow->store, e->req->warrant, e->by.id, &side, err));
	*out = *out || strcmp(side, "does") == 0 || strcmp(side, "both") == 0;
	if (*out) {
		return nk_done();
	}
	NK_TRY(nk_stmt_get(e->flow->store, "SELECT 1 FROM reach WHERE holding_id = ?1 AND party_id = ?2", &s, err));
	nk_stmt_uuid(s, 1, e->holding.id);
	nk_stmt_uuid(s, 2, e->by.id);
	return nk_stmt_step(s, out, err);
}

/* What keeps it from being called verified: gone is gone, but it is not said of what nobody looked at. */
static NK_RESULT weigh(struct ending *e, struct nk_err *err)
{
	bool received = false;
	bool partial = false;
	bool there = false;

	NK_TRY(is_partial(e, &partial, err));
	NK_TRY(nk_carry_has(e->flow, e->holding.id, NK_PREDICATE_RECEIPT, e->arena, &received, err));
	NK_TRY(nk_carry_received_at(e->flow, e->holding.id, e->req->place, e->arena, &there, err));
	e->out->why = partial ? NK_N("who signed does not judge here, or asked for it, carried it out or received it")
		: !received ? NK_N("no receipt of its recipient is on the books: nobody knows where it was opened")
		: !there ? NK_N("its receipt says that it was opened in another place than the one that was looked through")
			 : NULL;
	e->out->unverified = e->out->why != NULL;
	return nk_done();
}

/* What was destroyed here stands in the books even when traces are found elsewhere. */
static NK_RESULT note_erased(const struct ending *e, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_statement st = { .predicate = NK_PREDICATE_ERASED, .body = NK_STR("{\"method\":\"overwritten and removed\"}"), .result = "" };
	char about[64];

	(void)nk_holding_about(e->holding.id, about);
	st.subject = about;
	st.about = nk_str_c(about);
	nk_sha256(nk_bytes_of(e->holding.id.b, sizeof(e->holding.id.b)), &st.subject_sha256);
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_statement_make(e->flow, tx, &st, e->arena, NULL, NULL, err));
	NK_TRY(nk_carry_leaf(e->flow, tx, "erased", e->holding.id, e->req->warrant, err));
	return nk_flow_commit(e->flow, &tx, err);
}

/* The bundle itself, where it still lies at home. */
static NK_RESULT destroy_bundle(struct ending *e, struct nk_err *err)
{
	enum nk_copy_is is = NK_COPY_UNKNOWN;
	const struct nk_env *const env = e->flow->env;
	char path[PATH_MAX];
	bool mine = false;
	int fd = -1;
	nk_rc rc;

	if (e->holding.place.len >= sizeof(path)) {
		return nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
	}
	memcpy(path, e->holding.place.ptr, e->holding.place.len);
	path[e->holding.place.len] = '\0';
	if (nk_os_kind_of(path, &mine) != NK_OS_FILE) {
		return nk_done();
	}
	NK_TRY(env->open(env->self, path, NK_OPEN_WRITE, &fd, err));
	rc = nk_copy_is_fd(e->flow, &e->holding, fd, &is, err);
	if (nk_ok(rc) && is != NK_COPY_SAME) {
		e->why = "another file lies where the bundle was written";
		rc = nk_fail(err, NK_CONFLICT,
			NK_N("%s is not the bundle that was sealed: it is left alone; see what it is, move it away, then again"), path);
	}
	rc = nk_ok(rc) ? nk_copy_erase(env, path, fd, err) : rc;
	env->close(env->self, &fd);
	return nk_ok(rc) ? note_erased(e, err) : rc;
}

/* The same place gives the same digest in this house; its path, which may hold a name, does not leave with the statement. */
static void place_digest(const struct ending *e, char out[static 65])
{
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu carry place 1")), nk_str_bytes(nk_str_c(e->req->place)) };
	struct nk_hash h;

	nk_blake(e->flow->key[NK_HOUSE_DIGEST], parts, NK_ARRAY_LEN(parts), &h);
	nk_hex_print(h.b, sizeof(h.b), out);
}

static NK_RESULT look_again(struct ending *e, struct nk_err *err)
{
	const struct nk_place place = { .kind = NK_PLACE_EXTRA, .path = e->req->place, .label = NK_STR("where the bundle lay") };
	struct nk_residue_options opt = { .places = &place, .n_places = 1 };
	struct nk_residue_pattern *patterns = NULL;
	struct nk_extent_person *persons = NULL;
	struct nk_people *people = NULL;
	uint32_t *numbers = NULL;
	size_t n = 0;
	nk_rc rc;

	NK_TRY(nk_extent_persons(e->flow->store, &e->holding.id, 1, e->arena, &persons, &n, err));
	e->persons = n;
	numbers = nk_arena_array(e->arena, n, sizeof(*numbers));
	if (numbers == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		numbers[i] = persons[i].number;
	}
	NK_TRY(nk_flow_people(e->flow, &people, err));
	NK_TRY(nk_residue_patterns(people, numbers, n, e->arena, &patterns, &opt.n_patterns, err));
	opt.patterns = patterns;
	rc = nk_residue_scan(e->flow->env, &opt, e->arena, &e->report, err);
	for (size_t i = 0; i < opt.n_patterns; i++) {
		nk_wipe((char *)(uintptr_t)patterns[i].value.ptr, patterns[i].value.len);
	}
	return rc;
}

static NK_RESULT judge(struct ending *e, struct nk_err *err)
{
	const struct nk_residue_place_report *const p = &e->report.places[0];

	e->out->files = p->files;
	e->out->bytes = p->bytes;
	e->out->traces = nk_residue_hits(&e->report);
	e->out->unscanned = p->unscanned;
	e->out->control_found = p->control_found;
	if (e->out->traces > 0) {
		return nk_fail(err, NK_PENDING, NK_N("it is not gone: %1$llu traces of the persons are still in %2$s"),
			(unsigned long long)e->out->traces, e->req->place);
	}
	if (!nk_residue_is_valid(&e->report)) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("not everything in %s could be looked through, or the control person was not found: nothing is closed"), e->req->place);
	}
	return nk_done();
}

static NK_RESULT body(const struct ending *e, struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	char party[NK_UUID_TEXT];
	char place[65];
	struct nk_json j;

	place_digest(e, place);
	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "bytes");
	nk_json_int(&j, nk_i64(e->out->bytes));
	nk_json_key(&j, "closer");
	nk_json_c(&j, nk_uuid_print(e->by.id, party));
	nk_json_key(&j, "control_found");
	nk_json_bool(&j, e->out->control_found);
	nk_json_key(&j, "files");
	nk_json_int(&j, nk_i64(e->out->files));
	nk_json_key(&j, "holding");
	nk_json_c(&j, nk_uuid_print(e->holding.id, id));
	nk_json_key(&j, "limits");
	nk_json_c(&j, "files of the place as they are named; free blocks, other copies and what is encrypted are not seen");
	nk_json_key(&j, "method");
	nk_json_c(&j, e->req->returned ? "returned" : "destroyed");
	nk_json_key(&j, "persons");
	nk_json_int(&j, nk_i64(e->persons));
	nk_json_key(&j, "place_digest");
	nk_json_c(&j, place);
	nk_json_key(&j, "result");
	nk_json_c(&j, e->out->unverified ? "UNVERIFIED" : "PASSED");
	nk_json_key(&j, "scanner");
	nk_json_c(&j, e->report.scanner);
	nk_json_key(&j, "traces");
	nk_json_int(&j, nk_i64(e->out->traces));
	nk_json_key(&j, "unverified_because");
	nk_json_c(&j, e->out->why != NULL ? e->out->why : "");
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT close_books(struct ending *e, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_flow *const flow = e->flow;
	struct nk_closing c = { .holding = e->holding.id,
		.gone = e->out->unverified ? NK_GONE_UNVERIFIED : NK_GONE_VERIFIED,
		.how = "looked at by another party",
		.predicate = NK_PREDICATE_CLOSURE,
		.by = &e->by,
		.seed = e->req->seed };
	char about[NK_HOLDING_ABOUT];

	nk_buf_init(&text, 65536);
	nk_buf_init(&envelope, 4 << 20);
	NK_TRY(body(e, &text, err));
	c.body = nk_buf_str(&text);
	NK_TRY(nk_closing_sign(flow, &c, &envelope, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_carry_leaf(flow, tx, e->req->returned ? "returned" : "destroyed", e->holding.id, e->req->warrant, err));
	NK_TRY(nk_closing_book(flow, tx, &c, nk_buf_bytes(&envelope), e->arena, &e->out->evidence, err));
	NK_TRY(nk_warrant_done(flow, tx, e->req->warrant, nk_holding_about(e->holding.id, about), err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT end_it(struct ending *e, struct nk_err *err)
{
	NK_TRY(nk_carry_holding(e->flow, e->req->warrant, e->arena, &e->holding, err));
	e->out->holding = e->holding.id;
	if (e->holding.closed_at != 0) {
		return nk_fail(err, NK_EXISTS, NK_N("this bundle is off the books already"));
	}
	NK_TRY(second_party(e, err));
	NK_TRY(destroy_bundle(e, err));
	NK_TRY(look_again(e, err));
	NK_TRY(judge(e, err));
	NK_TRY(weigh(e, err));
	return close_books(e, err);
}

NK_RESULT nk_op_carry_end(struct nk_flow *flow, const struct nk_carry_end_request *req, struct nk_arena *arena,
	struct nk_carry_ended *out, struct nk_err *err)
{
	struct ending e = { .flow = flow, .req = req, .arena = arena, .out = out };

	nk_rc rc;

	memset(out, 0, sizeof(*out));
	rc = end_it(&e, err);
	return nk_carry_tell(flow, req->returned ? "carry return" : "carry destroy", rc,
		e.why != NULL ? e.why
		: rc.code == NK_PENDING ? "traces of the persons are still there"
		: rc.code == NK_EXISTS ? "off the books already"
				       : "the key is nobody's, or of who carried it out");
}
