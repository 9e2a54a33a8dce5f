/*
 * op_erase.c: the stages of an erasure, each durable before the next begins (docs/adr/0003). Run again, it goes on.
 *
 * The order is the promise: targets are emptied and read back, then places are scanned with a control person, and
 * only then do the keys die; the ledger says so after they are dead, never before.
 */
#include "base.h"
#include "erase_int.h"

#include "erase_list.h"
#include "target_copy.h"
#include "year_flow.h"

NK_RESULT nk_erase_stage(struct nk_erasing *e, struct nk_tx *tx, enum nk_erase_stage stage, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf state = { 0 };

	nk_buf_init(&state, 4 << 20);
	NK_TRY(nk_erase_state_print(e, &state, err));
	NK_TRY(nk_erase_job_stage(
		tx, e->job.id, stage > e->reached ? stage : e->reached, nk_buf_bytes(&state), err));
	e->job.stage = stage;
	return nk_done();
}

/* The stage's own transaction when nothing else goes into it. */
static NK_RESULT stage_alone(struct nk_erasing *e, enum nk_erase_stage stage, enum nk_leaf_type leaf,
	const struct nk_leaf_item *items, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_erase_stage(e, tx, stage, err));
	NK_TRY(nk_flow_leaf(e->flow, tx, leaf, items, n, NULL, err));
	return nk_flow_commit(e->flow, &tx, err);
}

static NK_RESULT room(struct nk_erasing *e, size_t n, struct nk_err *err)
{
	e->numbers = nk_arena_array(e->arena, n, sizeof(*e->numbers));
	e->who = nk_arena_array(e->arena, n, sizeof(*e->who));
	return e->numbers == NULL || e->who == NULL ? nk_fail_nomem(err) : nk_done();
}

static NK_RESULT known_persons(struct nk_erasing *e, struct nk_err *err)
{
	NK_TRY(nk_erase_job_persons(e->flow->store, e->job.id, e->arena, &e->persons, &e->n, err));
	NK_TRY(room(e, e->n, err));
	for (size_t i = 0; i < e->n; i++) {
		e->numbers[i] = e->persons[i].number;
		memcpy(e->who[i].b, e->persons[i].pseudonym, sizeof(e->who[i].b));
	}
	return nk_done();
}

/* The salt is kept nowhere but in the subject's own copy, when one is asked for (erase_copies.c). */
static NK_RESULT person_of(struct nk_erasing *e, size_t i, uint32_t number, struct nk_err *err)
{
	const struct nk_person *const p = nk_people_by_number(e->flow->people, number);
	struct nk_erase_person *const out = &e->persons[i];

	nk_assert(p != NULL); /* nk_erase_list_check has looked */
	*out = (struct nk_erase_person){ .number = number };
	e->openings[i].person = p->id;
	NK_TRY(nk_random(e->flow->env, e->openings[i].salt, sizeof(e->openings[i].salt), err));
	nk_cert_commit(e->openings[i].salt, p->id, &out->commitment);
	e->openings[i].commitment = out->commitment;
	return nk_people_pseudonym(e->flow->people, p, out->pseudonym, err);
}

static NK_RESULT still_due(
	struct nk_erasing *e, const struct nk_plan_step_row *steps, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_flow_year_done) struct nk_flow_year year = { .year = { .rules = NULL } };
	const nk_date today = nk_flow_today(e->flow);

	NK_TRY(nk_flow_year_open(e->flow, today, &year, err));
	return nk_erase_list_check(&year.year, today, e->plan.nonce, steps, n, &e->plan.hash, err);
}

static NK_RESULT new_job(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf state = { 0 };
	struct nk_plan_step_row *steps = NULL;

	nk_buf_init(&state, 1 << 20);
	NK_TRY(nk_plan_steps(e->flow->store, e->plan.id, e->arena, &steps, &e->n, err));
	if (e->n > NK_CERT_PERSONS_MAX) {
		return nk_fail(err, NK_LIMIT,
			NK_N("one certificate is for at most %d persons; erase in several lists"),
			NK_CERT_PERSONS_MAX);
	}
	NK_TRY(still_due(e, steps, e->n, err));
	e->persons = nk_arena_array(e->arena, e->n, sizeof(*e->persons));
	e->openings = nk_arena_array(e->arena, e->n, sizeof(*e->openings));
	if (e->persons == NULL || e->openings == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(room(e, e->n, err));
	for (size_t i = 0; i < e->n; i++) {
		NK_TRY(person_of(e, i, steps[i].person_number, err));
		e->numbers[i] = e->persons[i].number;
		memcpy(e->who[i].b, e->persons[i].pseudonym, sizeof(e->who[i].b));
	}
	e->job = (struct nk_erase_job){
		.plan = e->plan.id, .stage = NK_ERASE_RESTRICTED, .started_at = nk_now(e->flow->env)
	};
	e->cert.restricted_at = e->job.started_at;
	NK_TRY(nk_uuid_new(e->flow->env, &e->job.id, err));
	NK_TRY(nk_erase_state_print(e, &state, err));
	e->job.state = nk_buf_bytes(&state);
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_apply_begin(e->flow, &e->plan, e->warrant, tx, err));
	NK_TRY(nk_erase_job_new(tx, &e->job, e->persons, e->n, err));
	e->plan.warrant = e->warrant;
	NK_TRY(nk_flow_person_leaves(e->flow, tx, NK_LEAF_RESTRICT, e->numbers, e->who, e->n, NULL, 0, err));
	NK_TRY(nk_flow_person_leaves(e->flow, tx, NK_LEAF_ERASE_BEGIN, e->numbers, e->who, e->n, NULL, 0, err));
	NK_TRY(nk_flow_commit(e->flow, &tx, err));
	return nk_erase_copies_write(e, err);
}

/*
 * Gone on with while the keys live, everything is looked at anew: somebody may have come back, been put on hold, or
 * been copied somewhere since. Once the vault has destroyed them (all at once) there is only the way forward.
 */
static NK_RESULT look_again(struct nk_erasing *e, struct nk_err *err)
{
	struct nk_plan_step_row *steps = NULL;
	size_t n = 0;
	size_t alive = 0;

	if (e->job.stage >= NK_ERASE_KEYS_GONE) {
		return nk_done();
	}
	for (size_t i = 0; i < e->n; i++) {
		alive += nk_people_by_number(e->flow->people, e->numbers[i]) != NULL ? 1 : 0;
	}
	if (alive == 0) {
		return nk_done();
	}
	NK_TRY(nk_plan_steps(e->flow->store, e->plan.id, e->arena, &steps, &n, err));
	NK_TRY(still_due(e, steps, n, err));
	e->reached = e->job.stage;
	e->job.stage = NK_ERASE_RESTRICTED;
	return nk_done();
}

static NK_RESULT find_or_make(struct nk_erasing *e, struct nk_err *err)
{
	struct nk_err none;
	const nk_rc rc = nk_erase_job_get(e->flow->store, e->plan.id, e->arena, &e->job, &none);

	if (rc.code == NK_NOT_FOUND) {
		NK_TRY(nk_apply_approved(e->flow, &e->plan, &e->warrant, err));
		return new_job(e, err);
	}
	if (!nk_ok(rc)) {
		return nk_err_pass(err, &none);
	}
	e->warrant = e->plan.warrant;
	NK_TRY(nk_erase_state_parse(e, err));
	NK_TRY(known_persons(e, err));
	return look_again(e, err);
}

/* Tombstones and contacts, while login and mail are still known. Files of others stay open (DECISIONS 23). */
static NK_RESULT holdings(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_people *const people = e->flow->people;
	uint64_t names = 0;
	const nk_date until = nk_date_add_months(nk_flow_today(e->flow), e->flow->config->tombstone_months);

	NK_TRY(nk_erase_contacts_keys(e, err));
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	for (size_t i = 0; i < e->n; i++) {
		const struct nk_person *const p = nk_people_by_number(people, e->numbers[i]);

		if (p != NULL) {
			NK_TRY(nk_tombstone_leave(people, tx, p, until, &names, err));
		}
	}
	e->retained[0].count = names;
	e->retained[0].until = until;
	NK_TRY(nk_erase_contacts(e, tx, err));
	NK_TRY(nk_erase_stage(e, tx, NK_ERASE_HOLDINGS_DONE, err));
	{
		const struct nk_leaf_item items[2] = { nk_item_text("stage",
							       nk_str_c(nk_erase_stage_name(NK_ERASE_HOLDINGS_DONE))),
			nk_item_hex("job", e->job.id.b, 16) };

		NK_TRY(nk_flow_leaf(e->flow, tx, NK_LEAF_ERASE_STAGE, items, 2, NULL, err));
	}
	return nk_flow_commit(e->flow, &tx, err);
}

static NK_RESULT scanned(
	struct nk_erasing *e, const struct nk_residue_report *r, enum nk_erase_stage stage, struct nk_err *err)
{
	uint64_t bytes = 0;
	uint64_t hits = 0;

	for (size_t i = 0; i < r->n_places; i++) {
		bytes += r->places[i].bytes;
		hits += r->places[i].hits;
	}
	const struct nk_leaf_item items[4] = { nk_item_number("bytes", bytes), nk_item_number("hits", hits),
		nk_item_hex("job", e->job.id.b, 16), nk_item_number("valid", r->valid ? 1 : 0) };

	return stage_alone(e, stage, NK_LEAF_SCAN, items, 4, err);
}

static NK_RESULT run(struct nk_erasing *e, struct nk_err *err)
{
	NK_TRY(find_or_make(e, err));
	NK_TRY(nk_target_copies_end(e->flow, true, err)); /* in each run: a plan between two may have kept another one */
	if (e->job.stage < NK_ERASE_TARGETS_GONE) {
		NK_TRY(nk_erase_targets(e, err));
	}
	if (e->job.stage < NK_ERASE_HOLDINGS_DONE) {
		NK_TRY(holdings(e, err));
	}
	if (e->job.stage < NK_ERASE_SCANNED) {
		NK_TRY(nk_erase_scan_before(e, err));
		NK_TRY(scanned(e, &e->before, NK_ERASE_SCANNED, err));
	}
	if (e->job.stage < NK_ERASE_KEYS_GONE) {
		NK_TRY(nk_erase_keys(e, err));
	}
	if (e->job.stage < NK_ERASE_ROWS_GONE) {
		NK_TRY(nk_erase_rows(e, err));
	}
	if (e->job.stage < NK_ERASE_ROTATED) {
		NK_TRY(nk_erase_rotate(e, err));
	}
	if (e->job.stage < NK_ERASE_RESCANNED) {
		NK_TRY(nk_erase_scan_after(e, err));
		NK_TRY(scanned(e, &e->after, NK_ERASE_RESCANNED, err));
	}
	return e->job.stage < NK_ERASE_CERTIFIED ? nk_erase_certify(e, err) : nk_erase_files(e, err);
}

/* The vault may be ahead of the job by one crash: it is asked itself. */
static NK_RESULT keys_live(struct nk_flow *flow, const struct nk_erase_job *job, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	*out = true;
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT p.slot, p.generation FROM erase_person e JOIN person p ON p.number = e.person_number WHERE e.job_id = ?1",
		&s, err));
	nk_stmt_uuid(s, 1, job->id);
	for (;;) {
		NK_OWNED(nk_key_wipe) struct nk_key key;
		struct nk_err why;
		nk_rc rc;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			return nk_done();
		}
		rc = nk_vault_key(flow->vault, NK_SLOT_PERSON,
			(struct nk_slot){ nk_u64(nk_col_int(s, 0)), nk_u32(nk_u64(nk_col_int(s, 1))) }, &key, &why);
		if (rc.code == NK_GONE) {
			*out = false;
			return nk_done();
		}
		if (!nk_ok(rc)) {
			return nk_err_pass(err, &why);
		}
	}
}

NK_RESULT nk_erase_may_cancel(struct nk_flow *flow, const struct nk_plan_row *row, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_erase_job job;
	struct nk_err none;
	bool alive = true;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 8 << 20, &arena, err));
	if (!row->erase || !nk_ok(nk_erase_job_get(flow->store, row->id, arena, &job, &none))) {
		return nk_done();
	}
	NK_TRY(keys_live(flow, &job, &alive, err));
	return job.stage >= NK_ERASE_KEYS_GONE || !alive
		? nk_fail(err, NK_CONFLICT,
			  NK_N("the keys of these persons are destroyed; this cannot be taken back, only finished"))
		: nk_done();
}

NK_RESULT nk_erase_run(struct nk_flow *flow, const struct nk_plan_row *row, const struct nk_apply_request *req,
	struct nk_arena *arena, struct nk_apply_reply *out, struct nk_err *err)
{
	struct nk_erasing *const e = nk_arena_alloc(arena, sizeof(*e));
	nk_rc rc;

	if (e == NULL) {
		return nk_fail_nomem(err);
	}
	e->flow = flow;
	e->arena = arena;
	e->req = req;
	e->out = out;
	e->plan = *row;
	out->erase = true;
	rc = run(e, err);
	out->erased = e->job.stage >= NK_ERASE_ROWS_GONE ? e->n : 0;
	out->job = e->job.id;
	if (!nk_ok(rc)) {
		nk_flow_forget(flow);
	}
	return rc;
}
