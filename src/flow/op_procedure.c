/*
 * op_procedure.c: the register of procedures: proposed, put in force under a warrant, shown, read and acknowledged.
 *
 * Invariant: what is put in force is exactly what was signed: scope and details are computed from the text again, and
 * compared. Revision, duties to read and to be tested, and leaf stand in one transaction.
 */
#include "base.h"
#include "training_int.h"

#include "json.h"
#include "questions.h"

enum { SCOPE = 160, TITLE_MAX = 200, CONCERNS_MAX = 200, DETAILS_MAX = 4096 };

#define DAYS_TO_SIGN 30

struct revision {
	const struct nk_procedure_request *req;
	uint32_t number;
	struct nk_hash digest;
	char hex[65];
	char scope[SCOPE];
	struct nk_buf details;
};

static void revision_done(struct revision *r)
{
	nk_buf_done(&r->details);
}

static bool concerns_ok(struct nk_str list)
{
	if (list.len == 0 || list.len > CONCERNS_MAX) {
		return false;
	}
	for (size_t i = 0; i < list.len; i++) {
		const char c = list.ptr[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != ',' && c != ' ' &&
			c != '*') {
			return false;
		}
	}
	return true;
}

static NK_RESULT check_request(const struct nk_procedure_request *req, struct nk_err *err)
{
	if (!nk_procedure_name_ok(req->name)) {
		return nk_fail(err, NK_USAGE,
			NK_N("a procedure is named by up to 40 small letters, digits and hyphens, such as \"carry\""));
	}
	if (req->title.len == 0 || req->title.len > TITLE_MAX || req->effective == NK_DATE_NONE) {
		return nk_fail(err, NK_USAGE, NK_N("a procedure needs a title and the day from which it is in force"));
	}
	if (!concerns_ok(req->concerns)) {
		return nk_fail(err, NK_USAGE,
			NK_N("whom a procedure concerns is a list of roles, separated by commas, or \"*\" for everybody"));
	}
	if (req->text.len == 0 || req->text.len > NK_PROCEDURE_TEXT_MAX || !nk_utf8_valid(req->text, NULL)) {
		return nk_fail(err, NK_INVALID, NK_N("a procedure is a text in UTF-8 of at most %d bytes"),
			NK_PROCEDURE_TEXT_MAX);
	}
	return nk_done();
}

static NK_RESULT details_of(struct revision *r, struct nk_err *err)
{
	char day[NK_DATE_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, &r->details);
	nk_json_open(&j, '{');
	nk_json_key(&j, "concerns");
	nk_json_str(&j, r->req->concerns);
	nk_json_key(&j, "digest");
	nk_json_c(&j, r->hex);
	nk_json_key(&j, "effective");
	nk_json_c(&j, nk_date_print(r->req->effective, day));
	nk_json_key(&j, "procedure");
	nk_json_str(&j, r->req->name);
	nk_json_key(&j, "revision");
	nk_json_int(&j, r->number);
	nk_json_key(&j, "title");
	nk_json_str(&j, r->req->title);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT revision_of(
	struct nk_flow *flow, const struct nk_procedure_request *req, struct revision *out, struct nk_err *err)
{
	out->req = req;
	nk_buf_init(&out->details, DETAILS_MAX);
	NK_TRY(check_request(req, err));
	NK_TRY(nk_procedure_newest(flow, req->name, &out->number, err));
	out->number++;
	nk_sha256(req->text, &out->digest);
	nk_hex_print(out->digest.b, sizeof(out->digest.b), out->hex);
	(void)snprintf(out->scope, sizeof(out->scope), "procedure:%.*s@%u:%s", NK_FMT(req->name), out->number,
		out->hex);
	return details_of(out, err);
}

static void reply_of(const struct revision *r, struct nk_uuid warrant, struct nk_procedure_reply *out)
{
	*out = (struct nk_procedure_reply){ .revision = r->number, .warrant = warrant };
	memcpy(out->digest, r->hex, sizeof(out->digest));
}

NK_RESULT nk_op_procedure_propose(struct nk_flow *flow, const struct nk_procedure_request *req,
	struct nk_procedure_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(revision_done) struct revision r = { .number = 0 };
	struct nk_warrant_ask ask = { .kind = NK_STR("order"),
		.verbs = NK_STR("CHANGE"),
		.purpose = NK_STR("a procedure is put in force"),
		.until_at = nk_now(flow->env) + DAYS_TO_SIGN * NK_DAY,
		.uses = 1 };
	struct nk_uuid id;

	NK_TRY(revision_of(flow, req, &r, err));
	ask.scope = nk_str_c(r.scope);
	ask.details = nk_buf_str(&r.details);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_ask(flow, tx, &ask, &id, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	reply_of(&r, id, out);
	return nk_done();
}

/* A revision is put in force by an order, or by a change that more roles sign; other kinds are not for this. */
static NK_RESULT kind_of(struct nk_flow *flow, struct nk_uuid warrant, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	if (nk_uuid_is_nil(warrant)) {
		return nk_fail(err, NK_DENIED,
			NK_N("a revision needs a warrant: nokosazu procedure propose asks for one"));
	}
	NK_TRY(nk_stmt_get(flow->store, "SELECT kind FROM warrant WHERE id = ?1", &s, err));
	nk_stmt_uuid(s, 1, warrant);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have && nk_str_eq(nk_col_text(s, 0), NK_STR("change")) ? NK_STR("change") : NK_STR("order");
	return nk_done();
}

static NK_RESULT put_row(struct nk_flow *flow, struct nk_tx *tx, const struct revision *r, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO procedure_text(name, revision, title, digest, text, effective_on, warrant_id, concerns, at) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		&s, err));
	nk_stmt_text(s, 1, r->req->name);
	nk_stmt_int(s, 2, r->number);
	nk_stmt_text(s, 3, r->req->title);
	nk_stmt_blob(s, 4, nk_bytes_of(r->digest.b, sizeof(r->digest.b)));
	nk_stmt_blob(s, 5, r->req->text);
	nk_stmt_int(s, 6, r->req->effective);
	nk_stmt_uuid(s, 7, r->req->warrant);
	nk_stmt_text(s, 8, r->req->concerns);
	nk_stmt_int(s, 9, nk_now(flow->env));
	return nk_stmt_run(s, err);
}

static NK_RESULT put_leaf(struct nk_flow *flow, struct nk_tx *tx, const struct revision *r, struct nk_err *err)
{
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("revision")),
		nk_item_hex("digest", r->digest.b, sizeof(r->digest.b)), nk_item_text("name", r->req->name),
		nk_item_number("revision", r->number),
		nk_item_hex("warrant", r->req->warrant.b, sizeof(r->req->warrant.b)) };

	return nk_flow_leaf(flow, tx, NK_LEAF_PROCEDURE, items, NK_ARRAY_LEN(items), NULL, err);
}

static NK_RESULT put_in_force(
	struct nk_flow *flow, const struct revision *r, struct nk_procedure_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_str kind = NK_STR("order");
	struct nk_str details = { NULL, 0 };

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(kind_of(flow, r->req->warrant, &kind, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_take(flow, tx, r->req->warrant, kind, NK_STR("CHANGE"), nk_str_c(r->scope), arena, &details,
		err));
	if (!nk_str_eq(details, nk_buf_str(&r->details))) {
		return nk_fail(err, NK_DENIED,
			NK_N("the warrant was signed for another title, day or circle of persons than this one"));
	}
	NK_TRY(put_row(flow, tx, r, err));
	NK_TRY(nk_warrant_done(flow, tx, r->req->warrant, r->scope, err));
	NK_TRY(nk_training_duties(flow, tx, &out->duties, err));
	NK_TRY(put_leaf(flow, tx, r, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_procedure_add(struct nk_flow *flow, const struct nk_procedure_request *req,
	struct nk_procedure_reply *out, struct nk_err *err)
{
	NK_OWNED(revision_done) struct revision r = { .number = 0 };
	nk_rc rc;

	NK_TRY(revision_of(flow, req, &r, err));
	reply_of(&r, req->warrant, out);
	rc = put_in_force(flow, &r, out, err);
	if (rc.code == NK_DENIED) {
		nk_flow_refused(flow, r.scope, NK_N("no warrant for this revision"));
	}
	return rc;
}

/* --- looking --- */

static NK_RESULT approvers_of(
	struct nk_flow *flow, struct nk_uuid warrant, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_str text = NK_STR("");
	bool more = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT party_id FROM warrant_part WHERE warrant_id = ?1 AND part = 'sign' ORDER BY at, rowid", &s, err));
	nk_stmt_uuid(s, 1, warrant);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		struct nk_party who;
		struct nk_uuid id;

		if (!nk_col_uuid(s, 0, &id)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a warrant in the store is damaged"));
		}
		NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], id, arena, &who, err));
		NK_TRY(nk_arena_printf(arena, &text, err, "%.*s%s%.*s", NK_FMT(text), text.len > 0 ? ", " : "",
			NK_FMT(who.label)));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = text;
	return nk_done();
}

struct people {
	struct nk_party *list;
	size_t n;
};

static NK_RESULT row_of(struct nk_flow *flow, const struct nk_procedure *p, const struct people *people,
	struct nk_arena *arena, struct nk_procedure_row *out, struct nk_err *err)
{
	*out = (struct nk_procedure_row){ .name = p->name,
		.title = p->title,
		.concerns = p->concerns,
		.revision = p->revision,
		.effective = p->effective,
		.in_force = p->in_force,
		.warrant = p->warrant,
		.at = p->at };
	nk_hex_print(p->digest.b, sizeof(p->digest.b), out->digest);
	for (size_t i = 0; i < people->n; i++) {
		nk_time read_at = 0;

		if (nk_procedure_concerns(p, &people->list[i])) {
			NK_TRY(nk_procedure_read_at(flow, p, people->list[i].id, &read_at, err));
			out->readers++;
			out->unread += read_at == 0 ? 1 : 0;
		}
	}
	return approvers_of(flow, p->warrant, arena, &out->approvers, err);
}

NK_RESULT nk_op_procedure_list(struct nk_flow *flow, bool all, struct nk_arena *arena, struct nk_procedure_row **out,
	size_t *out_n, struct nk_err *err)
{
	struct nk_procedure *list = NULL;
	struct people people = { 0 };
	size_t n = 0;
	size_t kept = 0;

	NK_TRY(nk_procedures(flow, arena, &list, &n, err));
	NK_TRY(nk_training_people(flow, arena, &people.list, &people.n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		if (all || list[i].in_force || list[i].newest) {
			NK_TRY(row_of(flow, &list[i], &people, arena, &(*out)[kept], err));
			kept++;
		}
	}
	*out_n = kept;
	return nk_done();
}

NK_RESULT nk_op_procedure_show(struct nk_flow *flow, struct nk_str name, uint32_t revision, struct nk_arena *arena,
	struct nk_procedure_row *out, struct nk_str *out_text, struct nk_err *err)
{
	struct people people = { 0 };
	struct nk_procedure p;

	NK_TRY(nk_procedure_get(flow, name, revision, arena, &p, err));
	NK_TRY(nk_training_people(flow, arena, &people.list, &people.n, err));
	NK_TRY(nk_procedure_text(flow, &p, arena, out_text, err));
	return row_of(flow, &p, &people, arena, out, err);
}

NK_RESULT nk_op_procedure_readers(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena,
	uint32_t *out_revision, struct nk_procedure_reader **out, size_t *out_n, struct nk_err *err)
{
	struct nk_party *list = NULL;
	struct nk_procedure p;
	size_t n = 0;
	size_t kept = 0;

	NK_TRY(nk_procedure_newest(flow, name, out_revision, err));
	NK_TRY(nk_procedure_get(flow, name, *out_revision, arena, &p, err));
	NK_TRY(nk_training_people(flow, arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_procedure_reader *const r = &(*out)[kept];

		if (nk_procedure_concerns(&p, &list[i])) {
			*r = (struct nk_procedure_reader){ .party = list[i].id, .name = list[i].label, .roles = list[i].roles };
			NK_TRY(nk_procedure_read_at(flow, &p, list[i].id, &r->read_at, err));
			kept++;
		}
	}
	*out_n = kept;
	return nk_done();
}
