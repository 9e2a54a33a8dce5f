/*
 * warrant_text.c: what was asked and what is signed, as texts: made, sealed, opened, compared.
 *
 * Invariant: the statement that a judge signs follows from the sealed request and from who decides what in which role;
 * purpose and details may name persons, so they leave the seal only for those who sign or are shown them.
 */
#include "base.h"

#include "asked_int.h"
#include "intoto.h"
#include "json.h"
#include "party_int.h"

enum { NONCE = 32, AAD_MAX = 64 };

static void put_str(struct nk_json *j, const char *key, struct nk_str s)
{
	nk_json_key(j, key);
	nk_json_str(j, s);
}

static void put_uuid(struct nk_json *j, const char *key, struct nk_uuid id)
{
	char text[NK_UUID_TEXT];

	put_str(j, key, nk_str_c(nk_uuid_print(id, text)));
}

static void put_time(struct nk_json *j, const char *key, nk_time t)
{
	char text[NK_TIME_TEXT];

	put_str(j, key, nk_str_c(nk_time_print(t, text)));
}

static struct nk_str details_of(struct nk_str given)
{
	return given.len > 0 ? given : NK_STR("{}");
}

static NK_RESULT print(struct nk_flow *flow, const struct nk_warrant_ask *ask, const struct nk_warrant *w,
	struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf rest = { 0 };
	const struct nk_str limitation = nk_flow_limitation(flow);
	uint8_t nonce[NONCE];
	struct nk_json j;

	nk_buf_init_wiping(&rest, 1 << 16);
	NK_TRY(nk_random(flow->env, nonce, sizeof(nonce), err));
	nk_json_init_canonical(&j, &rest);
	nk_json_open(&j, '{');
	put_time(&j, "from", w->from_at);
	put_str(&j, "kind", w->kind);
	put_str(&j, "limitation", limitation);
	put_str(&j, "needs", w->needs);
	nk_json_key(&j, "nonce");
	nk_json_hex(&j, nk_bytes_of(nonce, sizeof(nonce)));
	put_str(&j, "purpose", ask->purpose);
	put_uuid(&j, "requester", w->requester);
	put_str(&j, "scope", w->scope);
	put_time(&j, "until", w->until_at);
	nk_json_key(&j, "uses");
	nk_json_int(&j, w->uses_left);
	put_str(&j, "verbs", w->verbs);
	put_uuid(&j, "warrant", w->id);
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	/* "details" is the first of the keys in order. */
	NK_TRY(nk_buf_add_c(out, "{\"details\":", err));
	NK_TRY(nk_buf_add_str(out, details_of(ask->details), err));
	NK_TRY(nk_buf_add_c(out, ",", err));
	return nk_buf_add(out, rest.ptr + 1, rest.len - 1, err);
}

static NK_RESULT check_details(struct nk_str details, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;

	if (details.len == 0) {
		return nk_done();
	}
	if (details.ptr[0] != '{') {
		return nk_fail(err, NK_INVALID, NK_N("the details of a request must be a JSON object"));
	}
	return nk_jdoc_parse(nk_str_bytes(details), NK_ASKED_DETAILS_MAX, &doc, err);
}

static struct nk_bytes aad_of(
	struct nk_uuid id, const struct nk_warrant_part *part, uint8_t room[static AAD_MAX])
{
	const char *const word = nk_part_name(part->part);
	const size_t n = strlen(word);

	nk_assert(n + 2 * sizeof(id.b) + 7 <= AAD_MAX);
	memcpy(room, "warrant", 7);
	memcpy(room + 7, id.b, sizeof(id.b));
	memcpy(room + 7 + sizeof(id.b), part->party.b, sizeof(part->party.b));
	memcpy(room + 7 + 2 * sizeof(id.b), word, n);
	return nk_bytes_of(room, 7 + 2 * sizeof(id.b) + n);
}

NK_RESULT nk_asked_seal(struct nk_flow *flow, struct nk_uuid id, const struct nk_warrant_part *part,
	struct nk_bytes plain, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf padded = { 0 };
	uint8_t room[AAD_MAX];
	uint8_t *at = NULL;

	nk_buf_init_wiping(&padded, 2 * NK_ASKED_MAX);
	NK_TRY(nk_buf_add(&padded, plain.ptr, plain.len, err));
	NK_TRY(nk_pad(&padded, err));
	NK_TRY(nk_buf_reserve(out, padded.len + NK_SEAL_EXTRA, &at, err));
	NK_TRY(nk_seal(
		flow->env, flow->key[NK_HOUSE_LOG], aad_of(id, part, room), nk_buf_bytes(&padded), at, err));
	out->len += padded.len + NK_SEAL_EXTRA;
	return nk_done();
}

NK_RESULT nk_asked_open(struct nk_flow *flow, struct nk_uuid id, const struct nk_warrant_part *part,
	struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err)
{
	const struct nk_bytes box = part->statement;
	uint8_t room[AAD_MAX];
	uint8_t *plain = NULL;
	size_t len = 0;

	if (box.len > NK_SEAL_EXTRA) {
		plain = nk_arena_alloc(arena, box.len);
		if (plain == NULL) {
			return nk_fail_nomem(err);
		}
		if (nk_open(flow->key[NK_HOUSE_LOG], aad_of(id, part, room), box, plain) &&
			nk_unpad(nk_bytes_of(plain, box.len - NK_SEAL_EXTRA), &len)) {
			*out = nk_bytes_of(plain, len);
			return nk_done();
		}
	}
	return nk_fail(err, NK_DENIED, NK_N("what was kept of this warrant does not open: it was changed"));
}

NK_RESULT nk_asked_new(struct nk_flow *flow, const struct nk_warrant_ask *ask, struct nk_arena *arena,
	struct nk_warrant *w, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	const struct nk_warrant_part part = { .part = NK_PART_REQUEST, .party = w->requester };
	struct nk_str kept;

	nk_buf_init_wiping(&text, NK_ASKED_MAX);
	nk_buf_init(&box, 2 * NK_ASKED_MAX);
	NK_TRY(check_details(ask->details, err));
	NK_TRY(print(flow, ask, w, &text, err));
	nk_sha256(nk_buf_bytes(&text), &w->request_digest);
	NK_TRY(nk_asked_seal(flow, w->id, &part, nk_buf_bytes(&text), &box, err));
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&box), &kept, err));
	w->request = nk_str_bytes(kept);
	return nk_done();
}

static bool same_text(struct nk_jval root, const char *key, struct nk_str want)
{
	struct nk_str s = { NULL, 0 };

	return nk_jstr(nk_jget(root, key), &s) && nk_str_eq(s, want);
}

static bool same_time(struct nk_jval root, const char *key, nk_time want)
{
	struct nk_str s = { NULL, 0 };
	nk_time t = 0;

	return nk_jstr(nk_jget(root, key), &s) && nk_time_parse(s, &t) && t == want;
}

static bool same_id(struct nk_jval root, const char *key, struct nk_uuid want)
{
	char text[NK_UUID_TEXT];

	return same_text(root, key, nk_str_c(nk_uuid_print(want, text)));
}

/* The row is only an index to the request: whatever it says must have been asked. */
static bool row_agrees(const struct nk_warrant *w, struct nk_jval root)
{
	int64_t uses = 0;

	return same_text(root, "kind", w->kind) && same_text(root, "verbs", w->verbs) &&
		same_text(root, "scope", w->scope) && same_text(root, "needs", w->needs) &&
		same_id(root, "warrant", w->id) && same_id(root, "requester", w->requester) &&
		same_time(root, "from", w->from_at) && same_time(root, "until", w->until_at) &&
		nk_jint(nk_jget(root, "uses"), &uses) && uses >= (int64_t)w->uses_left;
}

static NK_RESULT read_text(struct nk_asked *a, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval root;
	struct nk_str s = { NULL, 0 };
	int64_t uses = 0;

	NK_TRY(nk_jdoc_parse(nk_str_bytes(a->text), NK_ASKED_MAX, &doc, err));
	root = nk_jdoc_root(doc);
	if (!row_agrees(&a->row, root) || !nk_json_member_text(a->text, "details", &a->details)) {
		return nk_fail(err, NK_DENIED,
			NK_N("the warrant in the store says something else than what was asked for and signed"));
	}
	(void)nk_jint(nk_jget(root, "uses"), &uses);
	a->uses = (uint32_t)uses;
	NK_TRY(nk_arena_dup(arena, nk_jstr(nk_jget(root, "purpose"), &s) ? s : NK_STR(""), &a->purpose, err));
	return nk_arena_dup(arena, nk_jstr(nk_jget(root, "limitation"), &s) ? s : NK_STR(""), &a->limitation, err);
}

NK_RESULT nk_asked_get(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_asked *out,
	struct nk_err *err)
{
	struct nk_warrant_part part = { .part = NK_PART_REQUEST };
	struct nk_bytes text = { NULL, 0 };
	struct nk_hash digest;

	*out = (struct nk_asked){ .text = NK_STR("") };
	NK_TRY(nk_warrant_get(flow->store, id, arena, &out->row, err));
	if (out->row.request.len == 0) {
		return nk_fail(err, NK_DENIED,
			NK_N("this warrant carries no request that could be looked at; ask for a new one"));
	}
	part.party = out->row.requester;
	part.statement = out->row.request;
	NK_TRY(nk_asked_open(flow, id, &part, arena, &text, err));
	nk_sha256(text, &digest);
	if (!nk_ct_equal(digest.b, out->row.request_digest.b, sizeof(digest.b))) {
		return nk_fail(err, NK_DENIED, NK_N("the request of this warrant was changed after it was made"));
	}
	out->text = nk_bytes_str(text);
	return read_text(out, arena, err);
}

static const char *decision_of(enum nk_part part)
{
	switch (part) {
	case NK_PART_SIGN:
		return "granted";
	case NK_PART_REFUSE:
		return "refused";
	case NK_PART_REVOKE:
		return "revoked";
	case NK_PART_ACCEPT:
		return "accepted";
	case NK_PART_REQUEST:
	case NK_PART_USE:
	case NK_PART_REPORT:
	case NK_PART_COUNT:
		break;
	}
	nk_assert(false); /* who does, decides nothing */
	return "";
}

/* Behind "decision" and "details", in order. */
static NK_RESULT predicate_rest(const struct nk_asked *a, const struct nk_warrant_part *part,
	const struct nk_hash *report, struct nk_buf *out, struct nk_err *err)
{
	struct nk_hash scope;
	struct nk_json j;

	nk_sha256(nk_str_bytes(a->row.scope), &scope);
	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	put_time(&j, "from", a->row.from_at);
	put_str(&j, "kind", a->row.kind);
	put_uuid(&j, "party", part->party);
	put_str(&j, "purpose", a->purpose);
	if (report != NULL) {
		nk_json_key(&j, "report_digest");
		nk_json_hex(&j, nk_bytes_of(report->b, sizeof(report->b)));
	}
	put_uuid(&j, "requester", a->row.requester);
	put_str(&j, "role", part->role);
	put_str(&j, "scope", a->row.scope);
	nk_json_key(&j, "scope_digest");
	nk_json_hex(&j, nk_bytes_of(scope.b, sizeof(scope.b)));
	put_time(&j, "until", a->row.until_at);
	nk_json_key(&j, "uses");
	nk_json_int(&j, a->uses);
	put_str(&j, "verbs", a->row.verbs);
	put_uuid(&j, "warrant", a->row.id);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT limits_of(struct nk_flow *flow, const struct nk_asked *a, const struct nk_party *signer, struct nk_buf *out,
	struct nk_err *err)
{
	bool alone = false;

	NK_TRY(nk_party_is_alone(flow, signer, &alone, err));
	NK_TRY(nk_buf_add_str(out, a->limitation, err));
	return alone ? nk_buf_printf(out, err, "%s" NK_LIMITATION_ALONE, out->len > 0 ? "; " : "") : nk_done();
}

NK_RESULT nk_asked_statement(struct nk_flow *flow, const struct nk_asked *a, const struct nk_warrant_part *part,
	const struct nk_party *signer, const struct nk_hash *report, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf limits = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf predicate = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf rest = { 0 };
	struct nk_intoto_subject subject = { .has_sha256 = true };
	char name[16 + NK_UUID_TEXT];
	char id[NK_UUID_TEXT];
	const struct nk_intoto st = { .type = NK_STR(NK_PREDICATE_APPROVAL), .subjects = &subject, .n_subjects = 1 };
	struct nk_intoto whole = st;

	nk_buf_init_wiping(&predicate, NK_ASKED_MAX);
	nk_buf_init_wiping(&rest, 1 << 16);
	(void)snprintf(name, sizeof(name), "warrant:%s", nk_uuid_print(a->row.id, id));
	subject.name = nk_str_c(name);
	memcpy(subject.sha256, a->row.request_digest.b, sizeof(subject.sha256));
	NK_TRY(predicate_rest(a, part, report, &rest, err));
	NK_TRY(nk_buf_printf(&predicate, err, "{\"decision\":\"%s\",\"details\":", decision_of(part->part)));
	NK_TRY(nk_buf_add_str(&predicate, a->details, err));
	NK_TRY(nk_buf_add_c(&predicate, ",", err));
	NK_TRY(nk_buf_add(&predicate, rest.ptr + 1, rest.len - 1, err));
	whole.predicate = nk_buf_str(&predicate);
	nk_buf_init(&limits, 1 << 16);
	NK_TRY(limits_of(flow, a, signer, &limits, err));
	return nk_intoto_print(&whole, nk_buf_str(&limits), out, err);
}
