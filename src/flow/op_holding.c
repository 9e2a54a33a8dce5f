/*
 * op_holding.c: what copies are there, and closing those that ended.
 *
 * Invariant: nobody says of a file that still lies at its place that it was looked at and is gone; what is under dual
 * control ends by the signature of a second party, who judges here and neither had the copy nor carries out.
 */
#include "base.h"
#include "closing.h"
#include "json.h"

NK_RESULT nk_op_holding_list(struct nk_flow *flow, bool only_open, struct nk_arena *arena,
	struct nk_holding_row **out, size_t *out_n, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	NK_TRY(nk_holding_list(flow->store, flow->key[NK_HOUSE_LOG], only_open, arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		(*out)[i] = (struct nk_holding_row){
			.id = list[i].id,
			.kind = nk_str_c(nk_holding_kind_name(list[i].kind)),
			.place = list[i].place,
			.purpose = list[i].purpose,
			.gone = nk_str_c(nk_holding_gone(&list[i])),
			.opened_at = list[i].opened_at,
			.expires_at = list[i].expires_at,
			.closed_at = list[i].closed_at,
		};
		for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
			uint64_t persons = 0;

			NK_TRY(nk_extent_count(flow->store, list[i].id, (enum nk_item_class)c, &persons, err));
			(*out)[i].persons = persons > (*out)[i].persons ? persons : (*out)[i].persons;
		}
	}
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_holding_end(struct nk_flow *flow, struct nk_uuid id, enum nk_holding_kind kind, enum nk_gone gone,
	struct nk_str how, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_holding h;
	struct nk_hash digest;
	struct nk_uuid evidence;
	const nk_time now = nk_now(flow->env);
	const struct nk_bytes parts[] = { nk_bytes_of(id.b, 16), nk_str_bytes(how), nk_bytes_of(&now, sizeof(now)) };
	const struct nk_leaf_item items[3] = { nk_item_text("gone", nk_str_c(nk_gone_name(gone))),
		nk_item_hex("holding", id.b, 16), nk_item_text("how", how) };
	uint64_t leaf = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], id, arena, &h, err));
	if ((kind != NK_HOLDING_KIND_COUNT && h.kind != kind) || h.kind == NK_HOLDING_store ||
		h.kind == NK_HOLDING_target || h.kind == NK_HOLDING_vault_copy || h.kind == NK_HOLDING_contact) {
		return nk_fail(err, NK_INVALID, NK_N("a holding of kind \"%s\" does not end this way"),
			nk_holding_kind_name(h.kind));
	}
	if (h.closed_at != 0) {
		return nk_fail(err, NK_EXISTS, NK_N("this holding is closed already"));
	}
	nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &digest);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_HOLDING_CLOSE, items, 3, &leaf, err));
	NK_TRY(nk_evidence_add(
		tx, NK_STR("operator's word"), &digest, nk_bytes_of("", 0), nk_i64(leaf), now, &evidence, err));
	NK_TRY(nk_holding_close(tx, id, gone, evidence, flow->actor, now, err));
	return nk_flow_commit(flow, &tx, err);
}

/* --- closing by word, or before a second party --- */

struct ending {
	struct nk_flow *flow;
	const struct nk_holding_close_request *req;
	struct nk_arena *arena;
	struct nk_holding h;
	struct nk_party by;
};

/* Those that have an end of their own, which looks at more. */
static NK_RESULT not_here(const struct ending *e, struct nk_err *err)
{
	static const struct {
		enum nk_holding_kind kind;
		const char *verb;
	} own[] = { { NK_HOLDING_bundle, "nokosazu carry destroy" }, { NK_HOLDING_backup, "nokosazu backup destroy" },
		{ NK_HOLDING_backup_keys, "nokosazu backup destroy" }, { NK_HOLDING_residue, "nokosazu sweep clear, sweep check" },
		{ NK_HOLDING_store, "nothing" }, { NK_HOLDING_target, "nothing" }, { NK_HOLDING_vault_copy, "nothing" },
		{ NK_HOLDING_contact, "nothing" } };

	for (size_t i = 0; i < NK_ARRAY_LEN(own); i++) {
		if (e->h.kind == own[i].kind) {
			return nk_fail(err, nk_holding_kind_dual(e->h.kind) ? NK_DENIED : NK_INVALID,
				NK_N("a holding of kind \"%1$s\" does not end this way: %2$s ends it"),
				nk_holding_kind_name(e->h.kind), own[i].verb);
		}
	}
	if (e->h.closed_at != 0) {
		return nk_fail(err, NK_EXISTS, NK_N("this holding is closed already"));
	}
	/* Its file is the program's own: by nobody's word, only when it is not at its place any more (--verified looks). */
	return e->h.kind != NK_HOLDING_target_copy || e->req->verified
		? nk_done()
		: nk_fail(err, NK_INVALID, NK_N("a holding of kind \"%1$s\" does not end this way: %2$s ends it"),
			  nk_holding_kind_name(e->h.kind), "nokosazu duty run, nokosazu plan");
}

static NK_RESULT lies_there(const struct ending *e, struct nk_str name, struct nk_err *err)
{
	char path[PATH_MAX];
	bool mine = false;

	if ((size_t)snprintf(path, sizeof(path), "%.*s%s%.*s", NK_FMT(e->h.place), name.len > 0 ? "/" : "", NK_FMT(name)) >= sizeof(path) ||
		nk_os_kind_of(path, &mine) == NK_OS_NOTHING) {
		return nk_done();
	}
	return nk_fail(err, NK_CONFLICT,
		NK_N("a file of this copy still lies at its place (nokosazu holding list): destroy it first, or move away what is another file by now; then close it as verified"));
}

/* By its listed files; where nothing was listed, by the place itself. A place that is a word has no file to look at. */
static NK_RESULT is_gone(const struct ending *e, struct nk_err *err)
{
	struct nk_holding_file *files = NULL;
	size_t n = 0;

	if (e->h.place.len == 0 || e->h.place.ptr[0] != '/') {
		return nk_done();
	}
	NK_TRY(nk_holding_files(e->flow->store, e->flow->key[NK_HOUSE_LOG], e->h.id, e->arena, &files, &n, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(lies_there(e, files[i].name, err));
	}
	return n > 0 ? nk_done() : lies_there(e, NK_STR(""), err);
}

static NK_RESULT body(const struct ending *e, struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "closer");
	nk_json_c(&j, nk_uuid_print(e->by.id, id));
	nk_json_key(&j, "holding");
	nk_json_c(&j, nk_uuid_print(e->h.id, id));
	nk_json_key(&j, "kind");
	nk_json_c(&j, nk_holding_kind_name(e->h.kind));
	nk_json_key(&j, "limits");
	nk_json_c(&j, "the place as it is written down; other copies, papers and what the medium keeps are the closer's word");
	nk_json_key(&j, "method");
	nk_json_c(&j, e->req->verified ? "looked at by a second party" : "said to be destroyed");
	nk_json_key(&j, "result");
	nk_json_c(&j, e->req->verified ? "PASSED" : "UNVERIFIED");
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT close_signed(struct ending *e, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_uuid evidence;
	struct nk_closing c = { .holding = e->h.id,
		.gone = e->req->verified ? NK_GONE_VERIFIED : NK_GONE_UNVERIFIED,
		.how = "looked at by another party",
		.predicate = NK_PREDICATE_CLOSURE,
		.by = &e->by,
		.seed = e->req->seed };

	nk_buf_init(&text, 65536);
	nk_buf_init(&envelope, 4 << 20);
	NK_TRY(nk_closing_party(e->flow, e->h.custodian, e->req->seed, e->arena, &e->by, err));
	NK_TRY(body(e, &text, err));
	c.body = nk_buf_str(&text);
	NK_TRY(nk_closing_sign(e->flow, &c, &envelope, err));
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_closing_book(e->flow, tx, &c, nk_buf_bytes(&envelope), e->arena, &evidence, err));
	return nk_flow_commit(e->flow, &tx, err);
}

static NK_RESULT end_it(struct ending *e, struct nk_err *err)
{
	const bool verified = e->req->verified;

	NK_TRY(nk_holding_get(e->flow->store, e->flow->key[NK_HOUSE_LOG], e->req->holding, e->arena, &e->h, err));
	NK_TRY(not_here(e, err));
	if (nk_holding_kind_dual(e->h.kind) && e->req->seed == NULL) {
		return nk_fail(err, NK_DENIED,
			NK_N("who has this copy cannot say alone that it is gone: a second party looks and signs (nokosazu holding close --verified --key FILE, a key of the officer or the superior)"));
	}
	NK_TRY(verified ? is_gone(e, err) : nk_done());
	if (e->req->seed != NULL) {
		return close_signed(e, err);
	}
	return nk_holding_end(e->flow, e->h.id, NK_HOLDING_KIND_COUNT, verified ? NK_GONE_VERIFIED : NK_GONE_UNVERIFIED,
		verified ? NK_STR("looked at and destroyed") : NK_STR("said to be destroyed"), err);
}

NK_RESULT nk_op_holding_close(struct nk_flow *flow, const struct nk_holding_close_request *req, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct ending e = { .flow = flow, .req = req };
	nk_rc rc;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	e.arena = arena;
	rc = end_it(&e, err);
	if (rc.code == NK_DENIED || rc.code == NK_CONFLICT) {
		nk_flow_refused(flow, "holding close",
			rc.code == NK_DENIED ? NK_N("one alone cannot say that this copy is gone") : NK_N("the file still lies at its place"));
	}
	return rc;
}
