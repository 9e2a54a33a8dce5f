/*
 * restore_drill.c: a backup restored for a trial: compared with the living installation, looked through, destroyed,
 * written down.
 *
 * Invariant: the scratch place is named in the store before it exists, so that a run that was cut off is cleaned by the
 * next start; the epoch is never turned there, whatever holds it is the living installation's; a drill that failed is
 * written down as failed and closes no duty.
 */
#include "base.h"
#include "backup_int.h"

#include "residue.h"

#define FACT "drill_place"
enum { SAMPLE = 50 };

struct drilling {
	struct nk_flow *flow;
	struct nk_restoring r;
	struct nk_restore_request req;
	struct nk_drill *out;
	struct nk_people *people; /* of the living */
	struct nk_people *there; /* of the copy */
	char top[PATH_MAX], ledger[PATH_MAX];
	uint32_t *missing; /* who do not open there */
	size_t n_missing;
};

/* --- the scratch place --- */

static NK_RESULT note_place(struct nk_flow *flow, const char *place, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_store_set_blob(tx, FACT, nk_str_bytes(nk_str_c(place)), err));
	return nk_flow_commit_quiet(flow, &tx, err);
}

static NK_RESULT clean(struct nk_flow *flow, const char *top, struct nk_err *err)
{
	char home[PATH_MAX];

	if ((size_t)snprintf(home, sizeof(home), "%s/home", top) >= sizeof(home)) {
		return nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
	}
	NK_TRY(nk_restore_clean(flow->env, home, err));
	if (nk_os_is_there(top)) {
		NK_TRY(nk_os_tree_remove(top, err));
	}
	return note_place(flow, "", err);
}

NK_RESULT nk_restore_drill_left(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf place = { 0 };
	struct nk_err own;
	nk_rc rc;

	if (!flow->write) {
		return nk_done();
	}
	nk_buf_init(&place, PATH_MAX);
	rc = nk_store_fact_blob(flow->store, FACT, &place, &own);
	if (rc.code == NK_NOT_FOUND || (nk_ok(rc) && place.len == 0)) {
		return nk_done();
	}
	if (!nk_ok(rc)) {
		return nk_err_pass(err, &own);
	}
	NK_TRY(nk_buf_add(&place, "", 1, err));
	return clean(flow, (const char *)place.ptr, err);
}

static NK_RESULT make_place(struct drilling *d, const char *into, struct nk_err *err)
{
	const struct nk_env *const env = d->flow->env;
	char real[PATH_MAX];

	if (!nk_os_is_folder(into)) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("%s is no folder: the drill needs one for its scratch place"), into);
	}
	NK_TRY(nk_os_real_path(into, real, err));
	if ((size_t)snprintf(d->top, sizeof(d->top), "%s/nokosazu-drill", real) >= sizeof(d->top) - 64) {
		return nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
	}
	if (nk_os_is_there(d->top)) {
		return nk_fail(err, NK_EXISTS, NK_N("%s is there already: another drill, or somebody's; remove it or name another folder"), d->top);
	}
	NK_TRY(note_place(d->flow, d->top, err));
	NK_TRY(env->mkdir(env->self, d->top, err));
	(void)snprintf(d->r.home, sizeof(d->r.home), "%.*s/home", PATH_MAX - 16, d->top);
	(void)snprintf(d->r.copy, sizeof(d->r.copy), "%.*s/second", PATH_MAX - 16, d->top);
	return nk_done();
}

/* --- comparing --- */

static NK_RESULT survivor(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct drilling *const d = arg;

	(void)err;
	if (nk_people_by_id(d->there, p->id) != NULL) {
		d->out->opened++;
		return nk_done();
	}
	d->missing[d->n_missing++] = p->number;
	return nk_done();
}

static NK_RESULT returned(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct drilling *const d = arg;

	(void)err;
	d->out->returned += nk_people_by_id(d->people, p->id) == NULL ? 1 : 0;
	return nk_done();
}

/* Who is not there although the backup's extent has him did not survive; the others joined later. */
static NK_RESULT compare(struct drilling *d, struct nk_err *err)
{
	bool had = false;

	nk_flow_tell(d->flow, NK_N("comparing"), 0, 0);
	NK_TRY(nk_flow_people(d->flow, &d->people, err));
	NK_TRY(nk_flow_people(d->r.flow, &d->there, err));
	d->missing = nk_arena_array(d->r.arena, nk_people_count(d->people), sizeof(*d->missing));
	if (d->missing == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_people_each(d->people, survivor, d, err));
	NK_TRY(nk_people_each(d->there, returned, d, err));
	d->out->survivors = d->out->opened;
	for (size_t i = 0; i < d->n_missing; i++) {
		NK_TRY(nk_extent_touches(d->flow->store, d->r.data.holding, &d->missing[i], 1, &had, err));
		d->out->survivors += had ? 1 : 0;
		d->out->newer += had ? 0 : 1;
	}
	nk_flow_close(&d->r.flow);
	d->there = NULL;
	return nk_done();
}

struct sampling {
	uint32_t numbers[SAMPLE];
	size_t n, at, step;
};

static NK_RESULT sample_one(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct sampling *const s = arg;

	(void)err;
	if (s->at++ % s->step == 0 && s->n < SAMPLE) {
		s->numbers[s->n++] = p->number;
	}
	return nk_done();
}

/* Everything is sealed: of persons who live nothing may lie in clear in the bytes of the copy; the control must. */
static NK_RESULT look_through(struct drilling *d, struct nk_err *err)
{
	const struct nk_place place = { .kind = NK_PLACE_EXTRA, .path = d->r.home, .label = NK_STR("scratch place of the drill") };
	struct nk_residue_options opt = { .places = &place, .n_places = 1 };
	struct nk_residue_pattern *patterns = NULL;
	struct nk_residue_report report;
	struct sampling s = { .step = nk_people_count(d->people) / SAMPLE + 1 };
	nk_rc rc;

	nk_flow_tell(d->flow, NK_N("looking through the bytes"), 0, 0);
	NK_TRY(nk_people_each(d->people, sample_one, &s, err));
	NK_TRY(nk_residue_patterns(d->people, s.numbers, s.n, d->r.arena, &patterns, &opt.n_patterns, err));
	opt.patterns = patterns;
	rc = nk_residue_scan(d->flow->env, &opt, d->r.arena, &report, err);
	for (size_t i = 0; i < opt.n_patterns; i++) {
		nk_wipe((char *)(uintptr_t)patterns[i].value.ptr, patterns[i].value.len);
	}
	NK_TRY(rc);
	d->out->sample = s.n;
	d->out->traces = nk_residue_hits(&report);
	d->out->control_found = report.places[0].control_found;
	return nk_done();
}

/* --- written down --- */

static void put_number(struct nk_json *j, const char *key, uint64_t n)
{
	nk_json_key(j, key);
	nk_json_int(j, nk_i64(n));
}

static NK_RESULT body(const struct drilling *d, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_drill *const o = d->out;
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "backup");
	nk_json_c(&j, nk_uuid_print(d->r.data.backup, id));
	nk_json_key(&j, "control_found");
	nk_json_bool(&j, o->control_found);
	put_number(&j, "entries", o->restored.entries);
	put_number(&j, "erased_again", o->restored.erased_again);
	put_number(&j, "joined_later", o->newer);
	put_number(&j, "later_entries", o->restored.later);
	nk_json_key(&j, "limits");
	nk_json_c(&j, "clear values were looked for of a sample of the persons; that the medium keeps the backup until it is needed is not seen");
	put_number(&j, "opened", o->opened);
	nk_json_key(&j, "result");
	nk_json_c(&j, o->passed ? "PASSED" : "FAILED");
	put_number(&j, "returned", o->returned);
	put_number(&j, "sample", o->sample);
	nk_json_key(&j, "scratch");
	nk_json_c(&j, "overwritten and removed");
	put_number(&j, "survivors", o->survivors);
	put_number(&j, "traces", o->traces);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT write_down(struct drilling *d, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_flow *const flow = d->flow;
	struct nk_statement st = { .predicate = NK_PREDICATE_DRILL, .result = d->out->passed ? "PASSED" : "FAILED" };
	char about[64];

	nk_buf_init(&text, 65536);
	NK_TRY(body(d, &text, err));
	(void)nk_holding_about(d->r.data.backup, about);
	st.subject = about;
	st.about = nk_str_c(about);
	nk_sha256(nk_bytes_of(d->r.data.backup.b, sizeof(d->r.data.backup.b)), &st.subject_sha256);
	st.body = nk_buf_str(&text);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_statement_make(flow, tx, &st, d->r.arena, &d->out->evidence, NULL, err));
	if (d->out->passed) {
		d->out->next = nk_now(flow->env) + (int64_t)flow->config->backup_drill_days * NK_DAY;
		NK_TRY(nk_duty_end(flow, tx, "restore-drill", NK_STR("restore-drill"), d->out->evidence, err));
		NK_TRY(nk_backup_drill_duty(flow, tx, d->out->next, err));
	}
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT try_it(struct drilling *d, struct nk_err *err)
{
	NK_TRY(nk_restore_staged(&d->r, err));
	if (!nk_uuid_eq(d->r.data.tenant, d->flow->tenant)) {
		return nk_fail(err, NK_CONFLICT, NK_N("this is the backup of another installation"));
	}
	NK_TRY(compare(d, err));
	return look_through(d, err);
}

NK_RESULT nk_op_restore_drill(struct nk_flow *flow, const struct nk_restore_request *req, struct nk_arena *arena,
	struct nk_drill *out, struct nk_err *err)
{
	struct drilling d = { .flow = flow, .req = *req, .out = out };
	struct nk_err own;
	nk_rc rc;
	nk_rc gone;

	memset(out, 0, sizeof(*out));
	nk_flow_path(flow, "ledger", d.ledger);
	d.req.ledger = d.ledger;
	d.r = (struct nk_restoring){ .env = flow->env, .req = &d.req, .arena = arena, .out = &out->restored };
	NK_TRY(make_place(&d, req->into, err));
	rc = try_it(&d, err);
	nk_restore_done(&d.r);
	gone = clean(flow, d.top, &own);
	NK_TRY(rc);
	if (!nk_ok(gone)) {
		return nk_err_pass(err, &own);
	}
	out->passed = out->opened == out->survivors && out->returned == 0 && out->traces == 0 && out->control_found;
	return write_down(&d, err);
}
