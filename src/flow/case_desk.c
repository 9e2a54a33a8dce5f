/*
 * case_desk.c: what is written into a case: notes, fields of the form that people know, inquiries and their answers,
 * dated assertions, what was submitted, what was published. Each is a note of its own; nothing is corrected in place.
 */
#include "base.h"

#include "case_int.h"
#include "facts.h"

enum { WORDS = 6 };

/* One note in a transaction of its own; `more` runs in it, behind the note. */
typedef NK_RESULT more_fn(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_written *done, const void *arg, struct nk_err *err);
struct entry {
	struct nk_str ref;
	const char *kind;
	struct nk_case_word words[WORDS];
	size_t n;
	struct nk_bytes file;
	bool anyway;
	more_fn *more; /* may be NULL */
	const void *arg;
};

static NK_RESULT write_entry(struct nk_flow *flow, struct entry *e, uint64_t *out_seq, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_case_write w = {
		.leaf = NK_LEAF_CASE, .kind = e->kind, .words = e->words, .n_words = e->n, .file = e->file, .anyway = e->anyway
	};
	struct nk_case_written done;
	struct nk_case c;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, e->ref, arena, &c, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_case_write_note(flow, tx, &c, &w, &done, err));
	if (e->more != NULL) {
		NK_TRY(e->more(flow, tx, &c, &done, e->arg, err));
	}
	if (out_seq != NULL) {
		*out_seq = done.seq;
	}
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT need_text(struct nk_str text, struct nk_err *err)
{
	return nk_str_trim(text).len > 0 ? nk_done()
					 : nk_fail(err, NK_USAGE, NK_N("an empty text says nothing: --text TEXT"));
}

NK_RESULT nk_op_case_note(struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err)
{
	struct entry e = {
		.ref = req->ref, .kind = "note", .words = { { NK_STR("text"), req->text } }, .n = 1, .file = req->file, .anyway = req->anyway
	};

	if (req->file.len == 0) {
		NK_TRY(need_text(req->text, err));
	}
	return write_entry(flow, &e, out_seq, err);
}

/* What is computed is never typed. */
static bool is_computed(enum nk_fact_id id)
{
	static const enum nk_fact_id computed[] = { NK_FACT_ID_known_at, NK_FACT_ID_classes, NK_FACT_ID_course,
		NK_FACT_ID_items, NK_FACT_ID_persons, NK_FACT_ID_persons_told, NK_FACT_ID_inquiries,
		NK_FACT_ID_inquiries_open, NK_FACT_ID_leaked, NK_FACT_ID_lost, NK_FACT_ID_damaged,
		NK_FACT_ID_published_on, NK_FACT_ID_report_form, NK_FACT_ID_report_before };

	for (size_t i = 0; i < NK_ARRAY_LEN(computed); i++) {
		if (computed[i] == id) {
			return true;
		}
	}
	return false;
}

static NK_RESULT check_field(const struct nk_case_words *req, enum nk_fact_id *out, struct nk_err *err)
{
	struct nk_case_facts scratch = { .case_id = { NULL, 0 } };

	if (!nk_fact_by_name(req->field, out)) {
		return nk_fail(err, NK_USAGE, NK_N("no form has a field \"%s\" (nokosazu case report lists them)"),
			nk_short(req->field).text);
	}
	if (is_computed(*out)) {
		return nk_fail(err, NK_DENIED,
			NK_N("the field \"%s\" is computed from the books and never typed"), nk_short(req->field).text);
	}
	if (!nk_case_fact_set(&scratch, *out, nk_str_trim(req->text))) {
		return nk_fail(err, NK_USAGE,
			NK_N("the field \"%s\" wants a text, a number, yes|no|unknown, YYYY-MM-DD or a time, or n/a, by its kind"),
			nk_short(req->field).text);
	}
	return nk_done();
}

static NK_RESULT after_fill(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_written *done, const void *arg, struct nk_err *err)
{
	const enum nk_fact_id id = *(const enum nk_fact_id *)arg;

	if (id == NK_FACT_ID_entrusting) {
		return nk_case_lawful_duties(flow, tx, c, done->evidence, err);
	}
	if (id == NK_FACT_ID_cause || id == NK_FACT_ID_cause_kind || id == NK_FACT_ID_cause_who) {
		return nk_case_disclosure_check(flow, tx, c, err);
	}
	return nk_done();
}

NK_RESULT nk_op_case_fill(struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err)
{
	enum nk_fact_id id = NK_FACT_ID_summary;
	struct entry e = { .ref = req->ref,
		.kind = "fill",
		.words = { { NK_STR("field"), req->field }, { NK_STR("text"), nk_str_trim(req->text) } },
		.n = 2,
		.anyway = req->anyway,
		.more = after_fill,
		.arg = &id };

	NK_TRY(need_text(req->text, err));
	NK_TRY(check_field(req, &id, err));
	return write_entry(flow, &e, out_seq, err);
}

static NK_RESULT after_inquiry(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_written *done, const void *arg, struct nk_err *err)
{
	const struct nk_case_words *const req = arg;
	const nk_time hours = flow->config->cases.answer_hours;
	const nk_time due = req->due_at != 0 ? req->due_at : nk_now(flow->env) + hours * 3600 * NK_SECOND;
	char about[NK_CASE_ABOUT];

	return nk_case_duty(flow, tx, "case-inquiry", nk_case_about(c->id, "inquiry", done->seq, about), "officer", due,
		NULL, err);
}

NK_RESULT nk_op_case_inquiry(
	struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err)
{
	struct entry e = { .ref = req->ref,
		.kind = "inquiry",
		.words = { { NK_STR("text"), req->text } },
		.n = 1,
		.file = req->file,
		.anyway = req->anyway,
		.more = after_inquiry,
		.arg = req };

	NK_TRY(need_text(req->text, err));
	return write_entry(flow, &e, out_seq, err);
}

static NK_RESULT after_answer(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_written *done, const void *arg, struct nk_err *err)
{
	const struct nk_case_words *const req = arg;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_duty *list = NULL;
	char text[NK_CASE_ABOUT];
	const struct nk_str about = nk_case_about(c->id, "inquiry", req->seq, text);
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_duty_of(flow->store, about, arena, &list, &n, err));
	if (n == 0) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("this case has no inquiry number %llu"), (unsigned long long)req->seq);
	}
	return nk_case_duty_end(flow, tx, "case-inquiry", about, done->evidence, err);
}

NK_RESULT nk_op_case_answer(
	struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err)
{
	char number[24];
	struct entry e = { .ref = req->ref,
		.kind = "answer",
		.words = { { NK_STR("text"), req->text }, { NK_STR("to"), NK_STR("") } },
		.n = 2,
		.file = req->file,
		.anyway = req->anyway,
		.more = after_answer,
		.arg = req };

	(void)snprintf(number, sizeof(number), "%" PRIu64, req->seq);
	e.words[1].text = nk_str_c(number);
	NK_TRY(need_text(req->text, err));
	return write_entry(flow, &e, out_seq, err);
}

NK_RESULT nk_op_case_assert(struct nk_flow *flow, const struct nk_case_claim *req, struct nk_err *err)
{
	char until[NK_DATE_TEXT];
	struct entry e = { .ref = req->ref,
		.kind = "assert",
		.words = { { NK_STR("kind"), req->kind }, { NK_STR("sources"), nk_str_trim(req->sources) },
			{ NK_STR("expires"), NK_STR("") } },
		.n = 3,
		.anyway = req->anyway };

	if (!nk_str_eq(req->kind, NK_STR("no-misuse"))) {
		return nk_fail(err, NK_USAGE, NK_N("the kind of an assertion is no-misuse"));
	}
	if (nk_str_trim(req->sources).len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("an assertion without the sources that were looked at is not printed: --sources TEXT"));
	}
	if (req->expires == NK_DATE_NONE || req->expires <= nk_flow_today(flow)) {
		return nk_fail(err, NK_USAGE, NK_N("an assertion needs a day on which it lapses, later than today: --expires DATE"));
	}
	e.words[2].text = nk_str_c(nk_date_print(req->expires, until));
	return write_entry(flow, &e, NULL, err);
}

/* What may be submitted, and the duty that ends by it. */
static const struct {
	const char *kind, *duty;
} submittable[] = {
	{ "prompt", "case-report-prompt" },
	{ "final", "case-report-final" },
	{ "persons", "case-notify-persons" },
	{ "entrusting", "case-tell-entrusting" },
	{ "pmark-prompt", "case-pmark-prompt" },
	{ "pmark-final", "case-pmark-final" },
	{ "disclosure", "case-disclosure-check" },
	{ "deadlines", "case-look-up-deadlines" },
};

static NK_RESULT after_submit(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_written *done, const void *arg, struct nk_err *err)
{
	const size_t i = *(const size_t *)arg;
	char about[NK_CASE_ABOUT];

	NK_TRY(nk_case_duty_end(
		flow, tx, submittable[i].duty, nk_case_about(c->id, NULL, 0, about), done->evidence, err));
	return i < 2 ? nk_case_set_state(tx, c, "reported", 0, err) : nk_done();
}

/* Telling the persons ends by the letters to them; where nobody is on the books to write to, by what was decided. */
static NK_RESULT check_persons(struct nk_flow *flow, const struct nk_case *c, struct nk_err *err)
{
	bool good = false;
	const struct nk_uuid nobody = { { 0 } };
	size_t persons = 0;

	NK_TRY(nk_case_written_to(flow, c, &persons, &good, err));
	if (persons == 0) {
		NK_TRY(nk_case_decided(flow, c, 0, nobody, &good, err));
	}
	if (good) {
		return nk_done();
	}
	nk_flow_refused(flow, "case-submit", NK_N("persons were to be told with no letters to them"));
	return persons > 0
		? nk_fail(err, NK_DENIED,
			  NK_N("nobody has written to the %1$zu persons of this case as it stands now: nokosazu case letters %2$s"),
			  persons, c->receipt)
		: nk_fail(err, NK_DENIED,
			  NK_N("nobody of this case is on the books: link the copies (nokosazu case hold %1$s) and write to the persons (nokosazu case letters %1$s), or let the headquarters decide how they are told"),
			  c->receipt);
}

/* The final report follows the prompt one. */
static NK_RESULT check_final(struct nk_flow *flow, const struct nk_case *c, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_duty *list = NULL;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(nk_case_duties(flow, c, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].closed_at == 0 && nk_str_eq(list[i].kind, NK_STR("case-report-prompt"))) {
			return nk_fail(err, NK_CONFLICT,
				NK_N("the prompt report is still open: it is submitted before the final one (--kind prompt)"));
		}
	}
	return nk_done();
}

static NK_RESULT check_submit(struct nk_flow *flow, const struct nk_case_submit_request *req, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const bool told = nk_str_eq(req->kind, NK_STR("disclosure")) || nk_str_eq(req->kind, NK_STR("entrusting"));
	struct nk_case c;

	if (told && nk_str_trim(req->receipt).len == 0 && nk_str_trim(req->how).len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("say what was done, or by which receipt: --how TEXT or --receipt TEXT"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, req->ref, arena, &c, err));
	if (nk_str_eq(req->kind, NK_STR("final"))) {
		return check_final(flow, &c, err);
	}
	return nk_str_eq(req->kind, NK_STR("persons")) ? check_persons(flow, &c, err) : nk_done();
}

NK_RESULT nk_op_case_submit(struct nk_flow *flow, const struct nk_case_submit_request *req, struct nk_err *err)
{
	size_t at = NK_ARRAY_LEN(submittable);
	struct entry e = { .ref = req->ref,
		.kind = "submit",
		.words = { { NK_STR("kind"), req->kind }, { NK_STR("receipt"), req->receipt },
			{ NK_STR("how"), req->how } },
		.n = 3,
		.anyway = req->anyway,
		.more = after_submit,
		.arg = &at };

	for (size_t i = 0; i < NK_ARRAY_LEN(submittable); i++) {
		at = nk_str_eq(req->kind, nk_str_c(submittable[i].kind)) ? i : at;
	}
	if (at == NK_ARRAY_LEN(submittable)) {
		return nk_fail(err, NK_USAGE,
			NK_N("--kind is prompt, final, persons, entrusting, pmark-prompt, pmark-final, disclosure or deadlines"));
	}
	if (at < 2 && nk_str_trim(req->receipt).len == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a report that was submitted has a receipt number: --receipt TEXT"));
	}
	NK_TRY(check_submit(flow, req, err));
	return write_entry(flow, &e, NULL, err);
}

static NK_RESULT publications(struct nk_flow *flow, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT COUNT(*) FROM incident_note WHERE kind = 'publish'", &s, err));
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = nk_u64(nk_col_int(s, 0));
	return nk_done();
}

static NK_RESULT check_publish(struct nk_flow *flow, struct nk_str ref, struct nk_err *err)
{
	const struct nk_uuid nobody = { { 0 } };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case c;
	bool decided = false;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, ref, arena, &c, err));
	NK_TRY(nk_case_decided(flow, &c, 0, nobody, &decided, err));
	if (!decided) {
		nk_flow_refused(flow, "case-publish", NK_N("the headquarters has decided nothing"));
		return nk_fail(err, NK_DENIED,
			NK_N("nothing is published without a decision of the headquarters (nokosazu case decide)"));
	}
	return nk_done();
}

NK_RESULT nk_op_case_publish(
	struct nk_flow *flow, struct nk_str ref, struct nk_str text, bool anyway, uint64_t *out_number, struct nk_err *err)
{
	char number[24];
	char on[NK_DATE_TEXT];
	struct entry e = { .ref = ref,
		.kind = "publish",
		.words = { { NK_STR("number"), NK_STR("") }, { NK_STR("on"), NK_STR("") }, { NK_STR("text"), text } },
		.n = 3,
		.anyway = anyway };

	NK_TRY(need_text(text, err));
	NK_TRY(check_publish(flow, ref, err));
	NK_TRY(publications(flow, out_number, err));
	*out_number += 1;
	(void)snprintf(number, sizeof(number), "%" PRIu64, *out_number);
	e.words[0].text = nk_str_c(number);
	e.words[1].text = nk_str_c(nk_date_print(nk_flow_today(flow), on));
	return write_entry(flow, &e, NULL, err);
}
