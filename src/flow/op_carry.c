/*
 * op_carry.c: asking for, and sealing, what is to be carried out.
 *
 * Invariant (A6): what leaves has exactly the digests and recipients that were signed, and no more persons in it than
 * the signers were shown; its holding is on the books before the first byte is written. Refusals are written down.
 */
#include "base.h"

#include "asked_int.h"
#include "carry_int.h"
#include "flow_sweep.h"
#include "json.h"

#define VERB "SEAL"

nk_rc nk_carry_tell(struct nk_flow *flow, const char *what, nk_rc rc, const char *why)
{
	if (rc.code == NK_DENIED || rc.code == NK_EXISTS || rc.code == NK_PENDING || rc.code == NK_CONFLICT || rc.code == NK_LIMIT) {
		nk_flow_refused(flow, what, why != NULL ? why : nk_err_name(rc.code));
	}
	return rc;
}

/* --- asking --- */

/* The superior always, whatever [warrant] egress says; the officer when anybody is in it, or nobody can know. */
static NK_RESULT needs(const struct nk_flow *flow, const struct nk_carry_extent *x, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	const bool officer = x->persons > 0 || x->others > 0 || x->unscanned > 0;

	const struct nk_str own = nk_warrant_needs(flow, NK_STR("egress"));
	const char *const superior = nk_words_have(own, NK_STR("superior")) ? "" : ",superior";
	const char *const second = !officer || nk_words_have(own, NK_STR("officer")) ? "" : ",officer";

	return nk_arena_printf(arena, out, err, "%.*s%s%s", NK_FMT(own), superior, second);
}

static NK_RESULT ask(struct nk_flow *flow, const struct nk_carry_request *req, const struct nk_carry_paper *paper,
	struct nk_carry_asked *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf details = { 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_warrant_ask a = { .kind = NK_STR("egress"),
		.verbs = NK_STR(VERB),
		.purpose = req->purpose,
		.needs = out->needs,
		.until_at = paper->until,
		.uses = 1 };
	char scope[80];

	nk_buf_init_wiping(&details, NK_CARRY_MANIFEST_MAX);
	NK_TRY(nk_carry_details(paper, &details, err));
	nk_carry_scope(flow, nk_buf_str(&details), scope);
	a.scope = nk_str_c(scope);
	a.details = nk_buf_str(&details);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_warrant_ask(flow, tx, &a, &out->warrant, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT request(struct nk_flow *flow, const struct nk_carry_request *req, struct nk_arena *arena,
	struct nk_carry_asked *out, const char **why, struct nk_err *err)
{
	NK_OWNED(nk_carry_taken_done) struct nk_carry_taken taken = { .n = 0 };
	struct nk_carry_paper paper = { .ticket = req->ticket,
		.until = ((nk_time)req->until_day + 1) * NK_DAY - (nk_time)flow->config->tz_minutes * 60 * NK_SECOND };
	struct nk_carry_whose whose;

	if (paper.until > nk_now(flow->env) + (nk_time)flow->config->carry_days * NK_DAY) {
		return nk_fail(err, NK_USAGE, NK_N("it is to be destroyed within %u days: [carry] until_days"), (unsigned)flow->config->carry_days);
	}
	if (req->purpose.len == 0 || paper.until <= nk_now(flow->env)) {
		return nk_fail(err, NK_USAGE, NK_N("carrying out needs a purpose, and a day to come until which it is destroyed again"));
	}
	*why = "a recipient who is not enrolled";
	NK_TRY(nk_carry_recipients(flow, req->to, req->n_to, arena, &paper.to, &paper.n_to, err));
	*why = "a wildcard, or a name that no bundle holds";
	NK_TRY(nk_carry_files(req->paths, req->n_paths, arena, &paper.files, err));
	paper.n_files = req->n_paths;
	*why = "a folder, link, pipe or device, a file that does not stand still, or more than is held in memory";
	NK_TRY(nk_carry_take(flow, paper.files, paper.n_files, &taken, err));
	NK_TRY(nk_carry_scan(flow, paper.files, paper.n_files, &taken, arena, &whose, err));
	paper.extent = whose.extent;
	out->files = paper.files;
	out->n_files = paper.n_files;
	out->extent = whose.extent;
	*why = NULL;
	NK_TRY(needs(flow, &whose.extent, arena, &out->needs, err));
	return ask(flow, req, &paper, out, err);
}

NK_RESULT nk_op_carry_request(struct nk_flow *flow, const struct nk_carry_request *req, struct nk_arena *arena,
	struct nk_carry_asked *out, struct nk_err *err)
{
	const char *why = NULL;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	rc = request(flow, req, arena, out, &why, err);
	if (!nk_ok(rc) && why != NULL) { /* not only what is denied: trying another name for a folder is an attempt too */
		nk_flow_refused(flow, "carry request", why);
	}
	return rc;
}

/* --- sealing --- */

struct sealing {
	struct nk_flow *flow;
	const struct nk_carry_seal_request *req;
	struct nk_arena *arena;
	struct nk_warrant warrant;
	struct nk_carry_paper paper;
	struct nk_carry_whose whose;
	struct nk_carry_taken taken;
	struct nk_carry_sealed *out;
	const char *why; /* of a refusal: words of ours */
};

static NK_RESULT same_recipients(struct sealing *s, struct nk_err *err)
{
	struct nk_carry_to *to = NULL;
	size_t n = 0;
	nk_rc rc;

	if (s->req->n_to == 0) {
		return nk_done();
	}
	rc = nk_carry_recipients(s->flow, s->req->to, s->req->n_to, s->arena, &to, &n, err);
	for (size_t i = 0; nk_ok(rc) && i < n && n == s->paper.n_to; i++) {
		if (!nk_str_eq(to[i].text, s->paper.to[i].text)) {
			n = 0;
		}
	}
	return nk_ok(rc) && n == s->paper.n_to
		? nk_done()
		: nk_fail(err, NK_DENIED, NK_N("the warrant is for other recipients; ask again for these"));
}

/* Nor is the scope enough: who signs, how often and how long are as nk_op_carry_request asks, of what is inside. */
static NK_RESULT as_requested(struct sealing *s, struct nk_err *err)
{
	struct nk_asked asked;
	struct nk_str must = { 0 };
	struct nk_str role = { 0 };
	bool same = false;

	s->why = "not asked for as carrying out is: fewer roles, more uses or another end";
	NK_TRY(nk_asked_get(s->flow, s->req->warrant, s->arena, &asked, err));
	NK_TRY(needs(s->flow, &s->paper.extent, s->arena, &must, err));
	same = asked.uses == 1 && s->warrant.until_at == s->paper.until;
	while (nk_str_cut(&must, ',', &role)) {
		same = same && (role.len == 0 || nk_words_have(s->warrant.needs, role));
	}
	return same ? nk_done()
		    : nk_fail(err, NK_DENIED,
			      NK_N("this warrant has not the roles, the one use or the end that carrying out needs; ask with nokosazu carry request"));
}

/* What was signed: read from the warrant, never from what is said now. */
static NK_RESULT read_warrant(struct sealing *s, struct nk_err *err)
{
	struct nk_flow *const flow = s->flow;
	struct nk_str details = { 0 };
	char scope[80];
	nk_rc rc;

	NK_TRY(nk_warrant_get(flow->store, s->req->warrant, s->arena, &s->warrant, err));
	s->why = NULL; /* the warrant's own reasons: refusal.c */
	NK_TRY(nk_warrant_look(flow, s->req->warrant, NK_STR("egress"), NK_STR(VERB), s->warrant.scope, s->arena, &details, err));
	nk_carry_scope(flow, details, scope);
	s->why = "a recipient is another than signed, or not enrolled any more";
	if (!nk_str_eq(s->warrant.scope, nk_str_c(scope))) {
		return nk_fail(err, NK_DENIED, NK_N("this warrant is not one to carry out files; nokosazu carry request makes one"));
	}
	rc = nk_carry_details_read(flow, details, s->arena, &s->paper, err);
	if (rc.code == NK_NOT_FOUND) {
		return nk_fail(err, NK_DENIED, NK_N("a recipient of this warrant is not enrolled any more with that key; ask again"));
	}
	NK_TRY(rc);
	NK_TRY(same_recipients(s, err));
	return as_requested(s, err);
}

/* The bytes as they are now, taken once, against what was signed. */
static NK_RESULT take_files(struct sealing *s, struct nk_err *err)
{
	const struct nk_carry_paper *const p = &s->paper;
	struct nk_carry_file *const now = nk_arena_array(s->arena, p->n_files, sizeof(*now));
	nk_rc rc;

	if (now == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(now, p->files, p->n_files * sizeof(*now));
	s->why = "a file is another than signed";
	rc = nk_carry_take(s->flow, now, p->n_files, &s->taken, err);
	if (rc.code == NK_USAGE || rc.code == NK_NOT_FOUND || rc.code == NK_INVALID) { /* a link, a pipe or nothing bears its name by now */
		rc = nk_fail(err, NK_DENIED, NK_N("%s is not the file that was signed: it has changed; ask again"),
			nk_short(p->files[s->taken.n].name).text);
	}
	if (rc.code == NK_LIMIT) {
		s->why = "more than is held in memory";
	}
	NK_TRY(rc);
	for (size_t i = 0; i < p->n_files; i++) {
		if (now[i].size != p->files[i].size || !nk_ct_equal(now[i].sha256.b, p->files[i].sha256.b, sizeof(now[i].sha256.b))) {
			return nk_fail(err, NK_DENIED, NK_N("%s is not the file that was signed: it has changed; ask again"),
				nk_short(p->files[i].name).text);
		}
	}
	return nk_done();
}

static NK_RESULT check_content(struct sealing *s, struct nk_err *err)
{
	const struct nk_carry_extent *const shown = &s->paper.extent;
	const struct nk_carry_extent *const is = &s->whose.extent;

	NK_TRY(take_files(s, err));
	s->why = "more is inside than was shown to those who signed";
	NK_TRY(nk_carry_scan(s->flow, s->paper.files, s->paper.n_files, &s->taken, s->arena, &s->whose, err));
	s->whose.extent.persons_shown = shown->persons;
	if (is->persons > shown->persons || is->unscanned > shown->unscanned) {
		return nk_fail(err, NK_DENIED,
			NK_N("more persons are found in the files than those who signed were shown (%1$llu, shown %2$llu); ask again"),
			(unsigned long long)is->persons, (unsigned long long)shown->persons);
	}
	return nk_done();
}

static NK_RESULT take(struct sealing *s, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(s->flow->store, &tx, err));
	NK_TRY(nk_warrant_take(s->flow, tx, s->req->warrant, NK_STR("egress"), NK_STR(VERB), s->warrant.scope, s->arena, NULL, err));
	return nk_flow_commit(s->flow, &tx, err);
}

/* The others who can read it, beside the first. */
static NK_RESULT reach_all(struct sealing *s, struct nk_uuid holding, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const nk_time now = nk_now(s->flow->env);

	NK_TRY(nk_tx_begin(s->flow->store, &tx, err));
	for (size_t i = 1; i < s->paper.n_to; i++) {
		NK_TRY(nk_reach_open(tx, holding, s->paper.to[i].party, now, err));
	}
	NK_TRY(nk_carry_leaf(s->flow, tx, "begun", holding, s->req->warrant, err));
	return nk_flow_commit(s->flow, &tx, err);
}

static NK_RESULT write_bundle(struct sealing *s, struct nk_hold *hold, struct nk_err *err)
{
	char when[NK_TIME_TEXT];
	struct nk_carry_manifest m = { .warrant = s->req->warrant,
		.holding = nk_hold_id(hold),
		.until = nk_str_c(nk_time_print(s->paper.until, when)),
		.files = s->paper.files,
		.n_files = s->paper.n_files };
	const struct nk_carry_writing w = { &s->paper, &m, &s->taken, nk_hold_fd(hold) };
	nk_rc rc;

	nk_carry_secret(s->flow, m.holding, &m.secret);
	rc = nk_carry_manifest_sign(s->flow, &m, err);
	rc = nk_ok(rc) ? nk_carry_write(s->flow, &w, &s->out->sha256, &s->out->bytes, err) : rc;
	nk_key_wipe(&m.secret);
	return rc;
}

static NK_RESULT statement_body(const struct sealing *s, struct nk_buf *out, struct nk_err *err)
{
	char warrant[NK_UUID_TEXT];
	char when[NK_TIME_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "destroy_by");
	nk_json_c(&j, nk_time_print(s->paper.until, when));
	nk_json_key(&j, "files");
	nk_json_int(&j, nk_i64(s->paper.n_files));
	nk_json_key(&j, "persons");
	nk_json_int(&j, nk_i64(s->whose.extent.persons));
	nk_json_key(&j, "recipients");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < s->paper.n_to; i++) {
		nk_json_str(&j, s->paper.to[i].text);
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "unscanned");
	nk_json_int(&j, nk_i64(s->whose.extent.unscanned));
	nk_json_key(&j, "warrant");
	nk_json_c(&j, nk_uuid_print(s->req->warrant, warrant));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT prove(struct sealing *s, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	struct nk_statement st = { .predicate = NK_PREDICATE_CARRY, .subject_sha256 = s->out->sha256, .result = "" };
	char about[64];

	nk_buf_init(&body, 65536);
	NK_TRY(statement_body(s, &body, err));
	(void)nk_holding_about(s->out->holding, about);
	st.subject = about;
	st.about = nk_str_c(about);
	st.body = nk_buf_str(&body);
	NK_TRY(nk_tx_begin(s->flow->store, &tx, err));
	NK_TRY(nk_statement_make(s->flow, tx, &st, s->arena, &s->out->evidence, NULL, err));
	NK_TRY(nk_carry_leaf(s->flow, tx, "sealed", s->out->holding, s->req->warrant, err));
	return nk_flow_commit(s->flow, &tx, err);
}

/* A warrant's one use is not spent on a folder that is not there or not ours to write into. */
static NK_RESULT can_be_made(const struct sealing *s, struct nk_err *err)
{
	const struct nk_env *const env = s->flow->env;

	NK_TRY(nk_env_write_new(env, s->req->out_path, nk_bytes_of("", 0), err));
	return env->unlink(env->self, s->req->out_path, err);
}

static NK_RESULT seal(struct sealing *s, struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *hold = NULL;
	struct nk_hold_spec spec = { .kind = NK_HOLDING_bundle,
		.path = s->req->out_path,
		.purpose = NK_STR("carried out"),
		.warrant = s->req->warrant };
	bool mine = false;

	NK_TRY(read_warrant(s, err));
	s->why = "the bundle would overwrite a file";
	if (nk_os_kind_of(s->req->out_path, &mine) != NK_OS_NOTHING) { /* before the one use is gone */
		return nk_fail(err, NK_EXISTS, NK_N("the file %s is there already and is not overwritten"), s->req->out_path);
	}
	NK_TRY(check_content(s, err));
	s->why = "the sweep before sealing was not clean";
	NK_TRY(nk_sweep_before_seal(s->flow, err));
	s->why = "the bundle cannot be written there";
	NK_TRY(can_be_made(s, err));
	s->why = NULL;
	NK_TRY(take(s, err));
	spec.reach = s->paper.to[0].party;
	spec.expires_at = s->paper.until;
	spec.numbers = s->whose.numbers;
	spec.n = s->whose.n;
	spec.classes_of = s->whose.classes;
	NK_TRY(nk_hold_open(s->flow, &spec, &hold, err));
	s->out->holding = nk_hold_id(hold);
	NK_TRY(reach_all(s, s->out->holding, err));
	s->why = "a file is another than signed";
	NK_TRY(write_bundle(s, hold, err));
	NK_TRY(nk_hold_keep(&hold, err));
	s->out->destroy_by = s->paper.until;
	s->out->extent = s->whose.extent;
	return prove(s, err);
}

/* The reason is known only when it is over. */
static nk_rc tell_seal(const struct sealing *s, nk_rc rc, const struct nk_err *err)
{
	return nk_carry_tell(s->flow, "carry seal", rc, s->why != NULL ? s->why : nk_refusal_word(err));
}

NK_RESULT nk_op_carry_seal(struct nk_flow *flow, const struct nk_carry_seal_request *req, struct nk_arena *arena,
	struct nk_carry_sealed *out, struct nk_err *err)
{
	struct sealing s = { .flow = flow, .req = req, .arena = arena, .out = out };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	rc = seal(&s, err);
	nk_carry_taken_done(&s.taken);
	return tell_seal(&s, rc, err);
}
