/*
 * procedure_read.c: read and acknowledged, under the reader's own key.
 *
 * Invariant: once for each person and revision; the statement names the digest of the revision, and its end of the
 * duty to read and its leaf stand in one transaction.
 */
#include "base.h"
#include "training_int.h"

#include "cert.h"
#include "intoto.h"
#include "json.h"
#include "questions.h"

enum { BODY_MAX = 4096, ENVELOPE_MAX = 64 << 10 };

/* What the reader signs: the digest of the revision, by whom; the same bytes whenever they are asked for. */
static NK_RESULT acknowledgement(
	struct nk_flow *flow, const struct nk_procedure *p, struct nk_uuid who, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	char name[NK_PROCEDURE_NAME + 32];
	char id[NK_UUID_TEXT];
	struct nk_intoto_subject subject = { .has_sha256 = true };
	struct nk_intoto st = { .type = NK_STR(NK_PREDICATE_READ), .subjects = &subject, .n_subjects = 1 };
	struct nk_json j;

	nk_buf_init(&body, BODY_MAX);
	nk_json_init_canonical(&j, &body);
	nk_json_open(&j, '{');
	nk_json_key(&j, "party");
	nk_json_c(&j, nk_uuid_print(who, id));
	nk_json_key(&j, "read");
	nk_json_bool(&j, true);
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	(void)snprintf(name, sizeof(name), "procedure:%.*s@%u", NK_FMT(p->name), p->revision);
	subject.name = nk_str_c(name);
	memcpy(subject.sha256, p->digest.b, sizeof(subject.sha256));
	st.predicate = nk_buf_str(&body);
	return nk_statement_print(flow, &st, out, err);
}

/* Signed here with a seed (or, for an operator without a key, with the house's): an envelope like any other. */
static NK_RESULT keep_envelope(struct nk_flow *flow, struct nk_tx *tx, const struct nk_procedure *p,
	const struct nk_party *who, const struct nk_key *seed, struct nk_str about, struct nk_buf *statement,
	struct nk_uuid *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	uint8_t pub[NK_SIGN_PUB_LEN];

	nk_buf_init(&envelope, ENVELOPE_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_cert_sign(nk_buf_bytes(statement), seed, &envelope, err));
	nk_sign_public(seed, pub);
	return nk_statement_take(flow, tx, nk_buf_bytes(&envelope), pub, NK_PREDICATE_READ, &p->digest, about, who->id,
		arena, NULL, out, err);
}

/* Signed elsewhere with an SSH or FIDO key: the armoured signature is kept, the statement can be made again. */
static NK_RESULT keep_sshsig(struct nk_flow *flow, struct nk_tx *tx, const struct nk_party *who,
	const struct nk_training_who *by, struct nk_str about, const struct nk_buf *statement, struct nk_uuid *out,
	struct nk_err *err)
{
	struct nk_evidence e = { .kind = NK_STR(NK_PREDICATE_READ),
		.about = about,
		.statement = by->sshsig,
		.signer = who->id,
		.at = nk_now(flow->env) };
	struct nk_leaf_item items[3];
	uint64_t leaf = 0;

	NK_TRY(nk_training_proved(by, who, nk_buf_bytes(statement), err));
	nk_sha256(nk_buf_bytes(statement), &e.digest);
	items[0] = nk_item_text("about", about);
	items[1] = nk_item_hex("payload", e.digest.b, sizeof(e.digest.b));
	items[2] = nk_item_text("predicate", e.kind);
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_EVIDENCE, items, NK_ARRAY_LEN(items), &leaf, err));
	e.leaf = nk_i64(leaf);
	return nk_evidence_put(tx, &e, out, err);
}

static NK_RESULT keep_acknowledgement(struct nk_flow *flow, struct nk_tx *tx, const struct nk_procedure *p,
	const struct nk_party *who, const struct nk_training_who *by, struct nk_uuid *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	char about[NK_PROCEDURE_NAME + 32];

	nk_buf_init(&statement, ENVELOPE_MAX);
	NK_TRY(acknowledgement(flow, p, who->id, &statement, err));
	(void)snprintf(about, sizeof(about), "procedure:%.*s@%u", NK_FMT(p->name), p->revision);
	if (by->seed == NULL && !nk_uuid_is_nil(by->party)) {
		return keep_sshsig(flow, tx, who, by, nk_str_c(about), &statement, out, err);
	}
	return keep_envelope(flow, tx, p, who, by->seed != NULL ? by->seed : flow->key[NK_HOUSE_CERT], nk_str_c(about),
		&statement, out, err);
}

static NK_RESULT put_read(struct nk_flow *flow, struct nk_tx *tx, const struct nk_procedure *p, struct nk_uuid who,
	struct nk_uuid evidence, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("read")), nk_item_text("name", p->name),
		nk_item_hex("party", who.b, sizeof(who.b)), nk_item_number("revision", p->revision) };

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO procedure_read(name, revision, party_id, at, evidence_id) VALUES (?1, ?2, ?3, ?4, ?5)", &s,
		err));
	nk_stmt_text(s, 1, p->name);
	nk_stmt_int(s, 2, p->revision);
	nk_stmt_uuid(s, 3, who);
	nk_stmt_int(s, 4, nk_now(flow->env));
	nk_stmt_uuid(s, 5, evidence);
	NK_TRY(nk_stmt_run(s, err));
	return nk_flow_leaf(flow, tx, NK_LEAF_PROCEDURE, items, NK_ARRAY_LEN(items), NULL, err);
}

static NK_RESULT may_read(struct nk_flow *flow, const struct nk_procedure *p, const struct nk_party *who,
	struct nk_err *err)
{
	nk_time read_at = 0;

	if (!nk_procedure_concerns(p, who)) {
		return nk_fail(err, NK_DENIED, NK_N("procedure \"%s\" does not concern any role of this person"),
			nk_short(p->name).text);
	}
	NK_TRY(nk_procedure_read_at(flow, p, who->id, &read_at, err));
	if (read_at != 0) {
		return nk_fail(err, NK_EXISTS, NK_N("this person has acknowledged revision %u already"), p->revision);
	}
	return nk_done();
}

static NK_RESULT find_reader(struct nk_flow *flow, const struct nk_procedure *p, const struct nk_training_who *by,
	struct nk_arena *arena, struct nk_party *who, struct nk_err *err)
{
	nk_rc rc = nk_training_person(flow, by, arena, who, err);

	if (nk_ok(rc)) {
		rc = may_read(flow, p, who, err);
	}
	if (rc.code == NK_DENIED) {
		nk_flow_refused(flow, "procedure ack", NK_N("not a key of somebody whom the procedure concerns"));
	}
	return rc;
}

NK_RESULT nk_op_procedure_ack(struct nk_flow *flow, struct nk_str name, const struct nk_training_who *by,
	uint32_t *out_revision, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_procedure p;
	struct nk_party who;
	struct nk_uuid evidence;
	uint64_t closed = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &arena, err));
	NK_TRY(nk_procedure_newest(flow, name, out_revision, err));
	NK_TRY(nk_procedure_get(flow, name, *out_revision, arena, &p, err));
	NK_TRY(find_reader(flow, &p, by, arena, &who, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(keep_acknowledgement(flow, tx, &p, &who, by, &evidence, err));
	NK_TRY(put_read(flow, tx, &p, who.id, evidence, err));
	NK_TRY(nk_training_end(flow, tx, NK_DUTY_READ, who.id, p.name, p.revision, evidence, &closed, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_procedure_statement(
	struct nk_flow *flow, struct nk_str name, struct nk_uuid party, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_procedure p;
	uint32_t newest = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, err));
	NK_TRY(nk_procedure_newest(flow, name, &newest, err));
	NK_TRY(nk_procedure_get(flow, name, newest, arena, &p, err));
	return acknowledgement(flow, &p, party, out, err);
}
