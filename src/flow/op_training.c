/*
 * op_training.c: question sets, sittings, marks, attendance.
 *
 * Invariant: a set is taken in only when its ties are revisions of the register, digest by digest, and every reference
 * is a section of them; a result is written down whatever it is, once, and never changed.
 */
#include "base.h"
#include "training_int.h"

#include "exam.h"
#include "json.h"
#include "party_int.h"

enum { SETS_MAX = 1000, WHAT_MAX = 512, TIES_TEXT = 1024, BODY_MAX = 16384, DETAILS_MAX = 4096 };

/* --- sets --- */

static NK_RESULT ties_text(const struct nk_questions *q, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, TIES_TEXT);
	for (size_t i = 0; i < q->n_ties; i++) {
		NK_TRY(nk_buf_printf(&text, err, "%s%.*s@%u", i > 0 ? "," : "", NK_FMT(q->ties[i].name),
			q->ties[i].revision));
	}
	return nk_arena_dup(arena, nk_buf_str(&text), out, err);
}

/* Is the tie a revision of the register, in force or to come, with this very text? */
static NK_RESULT tie_fits(
	struct nk_flow *flow, const struct nk_question_tie *tie, struct nk_arena *arena, bool *out, struct nk_err *err)
{
	struct nk_procedure *list = NULL;
	size_t n = 0;
	uint32_t in_force = 0;

	*out = false;
	NK_TRY(nk_procedures(flow, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(list[i].name, tie->name) && list[i].in_force) {
			in_force = list[i].revision;
		}
	}
	for (size_t i = 0; i < n; i++) {
		*out = *out ||
			(nk_str_eq(list[i].name, tie->name) && list[i].revision == tie->revision &&
				list[i].revision >= in_force &&
				nk_bytes_eq(nk_bytes_of(list[i].digest.b, NK_HASH_LEN),
					nk_bytes_of(tie->digest.b, NK_HASH_LEN)));
	}
	return nk_done();
}

static NK_RESULT usable(struct nk_flow *flow, const struct nk_questions *q, struct nk_arena *arena, bool *out,
	struct nk_err *err)
{
	*out = true;
	for (size_t i = 0; i < q->n_ties && *out; i++) {
		NK_TRY(tie_fits(flow, &q->ties[i], arena, out, err));
	}
	return nk_done();
}

static NK_RESULT set_row(struct nk_flow *flow, const struct nk_questions *q, struct nk_arena *arena,
	struct nk_training_set *out, struct nk_err *err)
{
	*out = (struct nk_training_set){ .name = q->set, .title = q->title, .questions = q->n_items };
	nk_hex_print(q->digest.b, sizeof(q->digest.b), out->digest);
	NK_TRY(ties_text(q, arena, &out->procedures, err));
	return usable(flow, q, arena, &out->usable, err);
}

static const struct nk_question_tie *tie_of(const struct nk_questions *q, struct nk_str name)
{
	for (size_t i = 0; i < q->n_ties; i++) {
		if (nk_str_eq(q->ties[i].name, name)) {
			return &q->ties[i];
		}
	}
	nk_assert(false); /* the parser has looked */
	return NULL;
}

/* Every reason names a section that the procedure has. */
static NK_RESULT sections_fit(
	struct nk_flow *flow, const struct nk_questions *q, struct nk_arena *arena, struct nk_err *err)
{
	for (size_t i = 0; i < q->n_items; i++) {
		const struct nk_question *const x = &q->items[i];
		struct nk_procedure p;
		struct nk_str text;

		NK_TRY(nk_procedure_get(flow, x->procedure, tie_of(q, x->procedure)->revision, arena, &p, err));
		NK_TRY(nk_procedure_text(flow, &p, arena, &text, err));
		if (!nk_procedure_section(text, x->section)) {
			return nk_fail(err, NK_CONFLICT,
				NK_N("question \"%1$s\" refers to section %2$s, which the procedure does not have"),
				nk_short(x->id).text, nk_short(x->section).text);
		}
	}
	return nk_done();
}

static NK_RESULT put_set(struct nk_flow *flow, struct nk_bytes text, const struct nk_questions *q, const struct nk_party_vouch *v,
	struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("questions")),
		nk_item_hex("digest", q->digest.b, sizeof(q->digest.b)), nk_item_text("set", q->set),
		nk_item_hex("warrant", v->warrant.b, sizeof(v->warrant.b)) };

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_party_vouch_take(flow, tx, v, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx), "INSERT INTO question_set(name, digest, text, at) VALUES (?1, ?2, ?3, ?4)",
		&s, err));
	nk_stmt_text(s, 1, q->set);
	nk_stmt_blob(s, 2, nk_bytes_of(q->digest.b, sizeof(q->digest.b)));
	nk_stmt_blob(s, 3, text);
	nk_stmt_int(s, 4, nk_now(flow->env));
	NK_TRY(nk_stmt_run(s, err));
	NK_TRY(nk_warrant_done(flow, tx, v->warrant, v->scope, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_TRAINING, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

/* What the officer signs: exactly these questions, and for what. */
static NK_RESULT order_for(const struct nk_training_set *set, struct nk_party_vouch *out, struct nk_err *err)
{
	struct nk_json j;

	*out = (struct nk_party_vouch){ .verb = NK_STR("CHANGE"), .purpose = NK_STR("questions are put in force") };
	nk_buf_init(&out->details, DETAILS_MAX);
	(void)snprintf(out->scope, sizeof(out->scope), "questions:%s", set->digest);
	nk_json_init_canonical(&j, &out->details);
	nk_json_open(&j, '{');
	nk_json_key(&j, "digest");
	nk_json_c(&j, set->digest);
	nk_json_key(&j, "procedures");
	nk_json_str(&j, set->procedures);
	nk_json_key(&j, "questions");
	nk_json_int(&j, nk_i64(set->questions));
	nk_json_key(&j, "set");
	nk_json_str(&j, set->name);
	nk_json_key(&j, "title");
	nk_json_str(&j, set->title);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT is_new(struct nk_flow *flow, const struct nk_questions *q, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT 1 FROM question_set WHERE name = ?1 AND digest = ?2", &s, err));
	nk_stmt_text(s, 1, q->set);
	nk_stmt_blob(s, 2, nk_bytes_of(q->digest.b, sizeof(q->digest.b)));
	NK_TRY(nk_stmt_step(s, &have, err));
	return have ? nk_fail(err, NK_EXISTS, NK_N("these questions are taken in already (nokosazu training sets)")) : nk_done();
}

/* A test of one question that anybody passes is none. */
static NK_RESULT check_set(
	struct nk_flow *flow, const struct nk_questions *q, const struct nk_training_set *set, struct nk_arena *arena, struct nk_err *err)
{
	if (!set->usable) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("the questions are tied to \"%s\", which is not what the register holds: read them again against the procedure, then change the line \"procedure\" (nokosazu procedure list shows the digests)"),
			nk_short(set->procedures).text);
	}
	if (q->n_items < NK_TRAINING_LEAST) {
		return nk_fail(err, NK_INVALID, NK_N("a set has at least %d questions"), (int)NK_TRAINING_LEAST);
	}
	NK_TRY(is_new(flow, q, err));
	return sections_fit(flow, q, arena, err);
}

NK_RESULT nk_op_training_set(struct nk_flow *flow, struct nk_bytes text, struct nk_arena *arena,
	struct nk_training_set *out, struct nk_err *err)
{
	NK_OWNED(nk_party_vouch_done) struct nk_party_vouch v = { .verb = NK_STR("") };
	struct nk_questions q;
	nk_rc rc = nk_done();

	NK_TRY(nk_questions_parse(text, arena, &q, err));
	NK_TRY(set_row(flow, &q, arena, out, err));
	NK_TRY(check_set(flow, &q, out, arena, err));
	NK_TRY(order_for(out, &v, err));
	NK_TRY(nk_party_vouch_find(flow, &v, &out->waits, err));
	out->warrant = v.warrant;
	if (out->waits) {
		return nk_done();
	}
	rc = put_set(flow, text, &q, &v, err);
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "training set", err);
	}
	return rc;
}

/* The newest version of each set. */
static NK_RESULT sets_of(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_questions **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_questions *list = nk_arena_array(arena, SETS_MAX, sizeof(*list));
	bool more = false;
	size_t n = 0;

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_stmt_get(flow->store, "SELECT text FROM question_set ORDER BY name, at DESC, rowid DESC", &s, err));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		struct nk_questions q;

		NK_TRY(nk_questions_parse(nk_col_blob(s, 0), arena, &q, err));
		if (n == 0 || !nk_str_eq(list[n - 1].set, q.set)) {
			if (n == SETS_MAX) {
				return nk_fail(err, NK_LIMIT, NK_N("more than %d question sets"), SETS_MAX);
			}
			list[n++] = q;
		}
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = list;
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_op_training_sets(struct nk_flow *flow, struct nk_arena *arena, struct nk_training_set **out,
	size_t *out_n, struct nk_err *err)
{
	struct nk_questions *list = NULL;

	NK_TRY(sets_of(flow, arena, &list, out_n, err));
	*out = nk_arena_array(arena, *out_n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < *out_n; i++) {
		NK_TRY(set_row(flow, &list[i], arena, &(*out)[i], err));
	}
	return nk_done();
}

/* --- sittings --- */

/* Is there anything in this set that concerns the person and that he has not passed in this half-year? */
static NK_RESULT wanted(struct nk_flow *flow, const struct nk_questions *q, const struct nk_party *who,
	struct nk_arena *arena, bool *out, struct nk_err *err)
{
	*out = false;
	for (size_t i = 0; i < q->n_ties; i++) {
		struct nk_procedure p;
		struct nk_standing s;

		NK_TRY(nk_procedure_get(flow, q->ties[i].name, q->ties[i].revision, arena, &p, err));
		NK_TRY(nk_standing_of(flow, who->id, &p, &s, err));
		*out = *out || (nk_procedure_concerns(&p, who) && s.state != NK_STANDING_PASSED);
	}
	return nk_done();
}

static NK_RESULT paper_of(struct nk_flow *flow, const struct nk_questions *q, struct nk_uuid who,
	struct nk_arena *arena, struct nk_training_paper *out, struct nk_err *err)
{
	struct nk_questions *kept = nk_arena_alloc(arena, sizeof(*kept));
	struct nk_exam *exam = nk_arena_alloc(arena, sizeof(*exam));
	struct nk_training_item *items = nk_arena_array(arena, q->n_items, sizeof(*items));

	if (kept == NULL || exam == NULL || items == NULL) {
		return nk_fail_nomem(err);
	}
	*kept = *q;
	NK_TRY(nk_exam_make(flow->env, kept, arena, exam, err));
	for (size_t i = 0; i < exam->n; i++) {
		const struct nk_question *const x = exam->items[i].question;

		items[i] = (struct nk_training_item){ .id = x->id, .text = x->text };
		for (size_t k = 0; k < NK_TRAINING_CHOICES; k++) {
			items[i].choices[k] = x->choices[exam->items[i].order[k]];
		}
	}
	*out = (struct nk_training_paper){
		.party = who, .set = q->set, .title = q->title, .items = items, .n = exam->n, .exam = exam
	};
	return nk_done();
}

static NK_RESULT choose(struct nk_flow *flow, const struct nk_questions *q, const struct nk_party *who,
	struct nk_str set, struct nk_arena *arena, bool *out, struct nk_err *err)
{
	NK_TRY(usable(flow, q, arena, out, err));
	if (set.len == 0) {
		return *out ? wanted(flow, q, who, arena, out, err) : nk_done();
	}
	if (!nk_str_eq(set, q->set)) {
		*out = false;
		return nk_done();
	}
	if (!*out) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("the questions of set \"%s\" are tied to an older revision; a new set is needed (nokosazu training set)"),
			nk_short(set).text);
	}
	return nk_done();
}

NK_RESULT nk_op_training_papers(struct nk_flow *flow, const struct nk_training_who *by, struct nk_str set,
	struct nk_arena *arena, struct nk_training_paper **out, size_t *out_n, struct nk_err *err)
{
	struct nk_questions *list = NULL;
	struct nk_party who;
	size_t n = 0;
	size_t kept = 0;

	_Static_assert((int)NK_TRAINING_CHOICES == (int)NK_QUESTION_CHOICES, "the front sees what the floor below gives");
	NK_TRY(nk_training_sitter(flow, by, arena, &who, err));
	NK_TRY(sets_of(flow, arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		bool take = false;

		NK_TRY(choose(flow, &list[i], &who, set, arena, &take, err));
		if (take) {
			NK_TRY(paper_of(flow, &list[i], who.id, arena, &(*out)[kept], err));
			kept++;
		}
	}
	if (kept == 0 && set.len > 0) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("there is no question set \"%s\" (nokosazu training sets)"),
			nk_short(set).text);
	}
	*out_n = kept;
	return nk_done();
}

/* --- marks --- */

struct mark {
	struct nk_uuid party;
	const struct nk_questions *q;
	struct nk_str ties;
	struct nk_training_result *result;
};

static NK_RESULT put_result(struct nk_flow *flow, struct nk_tx *tx, const struct mark *m, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_training_result *const r = m->result;
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("test")), nk_item_number("asked", r->asked),
		nk_item_hex("party", m->party.b, sizeof(m->party.b)), nk_item_number("passed", r->passed ? 1 : 0),
		nk_item_text("period", nk_str_c(r->period)), nk_item_text("procedures", m->ties),
		nk_item_hex("questions", m->q->digest.b, sizeof(m->q->digest.b)), nk_item_number("right", r->right) };
	uint64_t leaf = 0;

	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_TRAINING, items, NK_ARRAY_LEN(items), &leaf, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO training_result(party_id, kind, period, procedures, digest, asked, right_answers, passed, at, leaf) "
		"VALUES (?1, 'test', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		&s, err));
	nk_stmt_uuid(s, 1, m->party);
	nk_stmt_text(s, 2, nk_str_c(r->period));
	nk_stmt_text(s, 3, m->ties);
	nk_stmt_blob(s, 4, nk_bytes_of(m->q->digest.b, sizeof(m->q->digest.b)));
	nk_stmt_int(s, 5, nk_i64(r->asked));
	nk_stmt_int(s, 6, nk_i64(r->right));
	nk_stmt_int(s, 7, r->passed ? 1 : 0);
	nk_stmt_int(s, 8, nk_now(flow->env));
	nk_stmt_int(s, 9, nk_i64(leaf));
	return nk_stmt_run(s, err);
}

static void configuration(struct nk_json *j, const struct nk_questions *q)
{
	char name[NK_PROCEDURE_NAME + 32];

	nk_json_key(j, "configuration");
	nk_json_open(j, '[');
	for (size_t i = 0; i < q->n_ties; i++) {
		(void)snprintf(name, sizeof(name), "procedure:%.*s@%u", NK_FMT(q->ties[i].name), q->ties[i].revision);
		nk_json_open(j, '{');
		nk_json_key(j, "digest");
		nk_json_open(j, '{');
		nk_json_key(j, "sha256");
		nk_json_hex(j, nk_bytes_of(q->ties[i].digest.b, NK_HASH_LEN));
		nk_json_close(j, '}');
		nk_json_key(j, "name");
		nk_json_c(j, name);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

/* The statement of a pass: test-result/v0.1 about the party, for the duties that it ends. */
static NK_RESULT state_result(
	struct nk_flow *flow, struct nk_tx *tx, const struct mark *m, struct nk_uuid *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	char subject[NK_UUID_TEXT + 8];
	char id[NK_UUID_TEXT];
	struct nk_statement s = { .predicate = NK_PREDICATE_TEST, .subject = subject };
	struct nk_json j;

	nk_buf_init(&body, BODY_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	nk_json_init_canonical(&j, &body);
	nk_json_open(&j, '{');
	nk_json_key(&j, "asked");
	nk_json_int(&j, nk_i64(m->result->asked));
	configuration(&j, m->q);
	nk_json_key(&j, "period");
	nk_json_c(&j, m->result->period);
	nk_json_key(&j, "result");
	nk_json_c(&j, m->result->passed ? "PASSED" : "FAILED");
	nk_json_key(&j, "right");
	nk_json_int(&j, nk_i64(m->result->right));
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	(void)snprintf(subject, sizeof(subject), "party:%s", nk_uuid_print(m->party, id));
	nk_sha256(nk_bytes_of(m->party.b, sizeof(m->party.b)), &s.subject_sha256);
	s.body = nk_buf_str(&body);
	s.about = nk_str_c(subject);
	s.result = m->result->passed ? "PASSED" : "FAILED";
	return nk_statement_make(flow, tx, &s, arena, out, NULL, err);
}

static NK_RESULT write_mark(struct nk_flow *flow, const struct mark *m, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_uuid evidence;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(put_result(flow, tx, m, err));
	NK_TRY(state_result(flow, tx, m, &evidence, err));
	for (size_t i = 0; m->result->passed && i < m->q->n_ties; i++) {
		NK_TRY(nk_training_end(flow, tx, NK_DUTY_TEST, m->party, m->q->ties[i].name, m->q->ties[i].revision,
			evidence, &m->result->closed, err));
	}
	return nk_flow_commit(flow, &tx, err);
}

/* Takes the answers over, and gives what is right and why. */
static NK_RESULT show_right(
	struct nk_training_paper *paper, struct nk_exam *exam, struct nk_arena *arena, struct nk_err *err)
{
	for (size_t i = 0; i < paper->n; i++) {
		const struct nk_question *const x = exam->items[i].question;
		struct nk_training_item *const item = &paper->items[i];

		exam->items[i].answer = item->answer <= NK_TRAINING_CHOICES ? item->answer : 0;
		item->right = nk_exam_right(exam, i);
		item->reason = x->reason;
		NK_TRY(nk_arena_printf(arena, &item->section, err, "%.*s %.*s", NK_FMT(x->procedure), NK_FMT(x->section)));
	}
	return nk_done();
}

NK_RESULT nk_op_training_mark(struct nk_flow *flow, struct nk_training_paper *paper, const struct nk_training_who *by,
	struct nk_arena *arena, struct nk_training_result *out, struct nk_err *err)
{
	struct nk_exam exam = *(const struct nk_exam *)paper->exam;
	struct mark m = { .party = paper->party, .q = exam.questions, .result = out };
	struct nk_party who;
	bool fits = false;

	NK_TRY(nk_training_sitter(flow, by, arena, &who, err));
	if (!nk_uuid_eq(who.id, paper->party)) {
		return nk_fail(err, NK_DENIED, NK_N("these answers are another person's"));
	}
	NK_TRY(usable(flow, m.q, arena, &fits, err));
	if (!fits) {
		return nk_fail(err, NK_CONFLICT,
			NK_N("a procedure was revised while the questions were answered; nothing was recorded"));
	}
	NK_TRY(show_right(paper, &exam, arena, err));
	NK_TRY(ties_text(m.q, arena, &m.ties, err));
	*out = (struct nk_training_result){ .asked = exam.n,
		.right = nk_exam_score(&exam),
		.percent = flow->config->train_percent };
	out->passed = nk_exam_passed(out->right, out->asked, out->percent);
	memcpy(out->period, nk_period_of(nk_flow_today(flow)).name, sizeof(out->period));
	return write_mark(flow, &m, err);
}
