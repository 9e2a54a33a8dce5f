/*
 * op_import.c: take in a roster: read in the child, compare, judge, and only then one transaction that changes
 * people.
 *
 * Nothing is written before the guard has spoken. The file is an external holding with a duty to destroy it
 * (DECISIONS 23).
 */
#include "base.h"
#include "measures_int.h"

#include "flow_person.h"
#include "flow_roster.h"
#include "guard_flow.h"
#include "intake.h"
#include "year_flow.h"

struct importing {
	struct nk_flow *flow;
	const struct nk_import_request *req;
	struct nk_arena *arena;
	struct nk_import_reply *out;
	struct nk_people *people;
	const struct nk_roster *roster;
	struct nk_changes *changes;
	struct nk_source source;
	bool known_source;
	struct nk_vec findings; /* of struct nk_shown_finding */
	struct nk_guard_verdict verdict;
	struct nk_hash hash;
	struct nk_uuid warrant; /* of an approval that is used */
	uint32_t *numbers; /* person of each change */
};

static void tell(void *arg, uint64_t done, uint64_t total)
{
	nk_flow_tell(arg, NK_N("reading the roster"), done, total);
}

static NK_RESULT find_source(struct importing *im, struct nk_err *err)
{
	struct nk_err none;
	const nk_rc rc = nk_source_get(im->flow->store, im->req->source, im->arena, &im->source, &none);

	im->known_source = nk_ok(rc);
	return nk_ok(rc) || rc.code == NK_NOT_FOUND ? nk_done() : nk_err_pass(err, &none);
}

static NK_RESULT read_roster(struct importing *im, struct nk_err *err)
{
	const struct nk_finding *findings = NULL;
	size_t n = 0;
	struct nk_intake_options opt = {
		.fd = im->req->fd,
		.size = im->req->size,
		.format = im->req->format,
		.strict = im->req->strict,
		.mapping = im->req->mapping,
		.digest_key = im->flow->key[NK_HOUSE_DIGEST],
		.progress = tell,
		.progress_arg = im->flow,
	};
	nk_rc rc = nk_done();

	NK_TRY(find_source(im, err));
	if (im->known_source && im->source.last_import != 0) {
		opt.base = im->people;
		opt.base_source = im->source.id;
		opt.base_name = im->req->source;
	}
	if (opt.mapping.len == 0) {
		NK_TRY(nk_mapping_load(im->flow->env, im->flow->home, im->req->source, im->arena, &opt.mapping, err));
	}
	rc = nk_intake_read(im->flow->env, &opt, im->arena, &im->roster, &findings, &n, err);

	NK_TRY(nk_shown_intake(findings, n, im->arena, &im->findings, err));
	nk_shown_label(&im->findings, im->req->label);
	if (rc.code == NK_INVALID && n > 0) {
		im->out->outcome = NK_IMPORT_REFUSED;
		return nk_done();
	}
	return rc;
}

static NK_RESULT compare(struct importing *im, struct nk_err *err)
{
	if (!im->known_source) {
		im->source = (struct nk_source){ .name = im->req->source, .format = im->roster->format };
		NK_TRY(nk_uuid_new(im->flow->env, &im->source.id, err));
	}
	nk_flow_tell(im->flow, NK_N("comparing"), 0, 0);
	return nk_changes_make(im->roster, im->people, im->req->source, im->source.id, nk_flow_today(im->flow),
		im->arena, &im->changes, err);
}

static struct nk_import_case case_of(const struct importing *im)
{
	return (struct nk_import_case){ .roster = im->roster,
		.changes = im->changes,
		.source = &im->source,
		.known = im->known_source,
		.expected_year = im->req->expected_year };
}

static NK_RESULT judge(struct importing *im, struct nk_err *err)
{
	const struct nk_import_case c = case_of(im);

	NK_TRY(nk_import_judge(im->flow, &c, im->arena, &im->verdict, err));
	im->out->approve_count = im->verdict.to_approve;
	return nk_shown_guard(im->verdict.findings, im->verdict.n, &im->findings, err);
}

static void count(struct importing *im)
{
	const struct nk_changes *const c = im->changes;
	struct nk_import_reply *const o = im->out;

	o->format = im->roster->format;
	o->generation = im->roster->generation;
	o->encoding = im->roster->encoding;
	o->persons = im->roster->n_persons;
	o->units = im->roster->n_units;
	o->groups = im->roster->n_groups;
	o->joined = c->counts[NK_CHANGE_JOIN];
	o->returned = c->counts[NK_CHANGE_RETURN];
	o->changed = c->counts[NK_CHANGE_CHANGE];
	o->left = c->counts[NK_CHANGE_LEAVE];
	o->unchanged = c->counts[NK_CHANGE_NONE];
	o->renamed = c->renamed;
	o->moved = c->moved;
	o->classes = c->classes;
	o->passwords_dropped = im->roster->passwords_dropped;
	o->rows_not_imported = im->roster->rows_not_imported;
}

/* What a second person signs: this file, for this source, with these numbers. Keyed, because a roster can be guessed.
 */
static void hash_of(struct importing *im)
{
	const uint64_t figures[] = { im->out->joined, im->out->returned, im->out->changed, im->out->left };
	const struct nk_bytes parts[] = { nk_bytes_of(im->roster->digest.b, NK_HASH_LEN),
		nk_str_bytes(im->req->source), nk_bytes_of(figures, sizeof(figures)) };

	nk_blake(im->flow->key[NK_HOUSE_DIGEST], parts, NK_ARRAY_LEN(parts), &im->hash);
	nk_hex_print(im->hash.b, NK_HASH_LEN, im->out->hash);
}

static struct nk_approval_key key_of(const struct importing *im)
{
	return (struct nk_approval_key){ NK_STR("import"), im->out->hash, im->out->approve_count };
}

/* Stopped stays stopped; held back goes on only with a signed exception for exactly this. */
static NK_RESULT approval(struct importing *im, bool *out_go, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_err why;
	const struct nk_approval_key key = key_of(im);
	struct nk_leaf_item items[2];
	nk_rc rc;

	*out_go = im->verdict.worst == NK_VERDICT_FREE;
	if (im->verdict.worst == NK_VERDICT_STOPPED) {
		im->out->outcome = NK_IMPORT_STOPPED;
		return nk_done();
	}
	if (*out_go) {
		return nk_done();
	}
	rc = nk_approval_state(im->flow, &key, &im->warrant, &why);
	*out_go = nk_ok(rc);
	im->out->outcome = NK_IMPORT_NEEDS_APPROVAL;
	if (nk_ok(rc) || rc.code == NK_GUARD || im->req->check_only) {
		return nk_done();
	}
	if (rc.code != NK_NOT_FOUND) {
		return nk_err_pass(err, &why);
	}
	items[0] = nk_item_text("kind", NK_STR("import"));
	items[1] = nk_item_hex("hash", im->hash.b, NK_HASH_LEN);
	NK_TRY(nk_tx_begin(im->flow->store, &tx, err));
	NK_TRY(nk_approval_request(im->flow, tx, &key, err));
	NK_TRY(nk_flow_leaf(im->flow, tx, NK_LEAF_PLAN, items, 2, NULL, err));
	return nk_flow_commit(im->flow, &tx, err);
}

static NK_RESULT extents(struct importing *im, struct nk_tx *tx, struct nk_uuid holding, struct nk_err *err)
{
	static const enum nk_item_class classes[] = { NK_ITEM_ids, NK_ITEM_login, NK_ITEM_mail, NK_ITEM_name,
		NK_ITEM_kana, NK_ITEM_class };
	uint32_t *const in_file = nk_arena_array(im->arena, im->roster->n_persons, sizeof(*in_file));
	size_t n = 0;

	if (in_file == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < im->roster->n_persons; i++) {
		const struct nk_person *const p = nk_people_by_source(
			im->people, im->req->source, im->roster->persons[i].field[NK_FIELD_SOURCE_KEY]);

		if (p != NULL && im->roster->persons[i].line > 0) {
			in_file[n++] = p->number;
		}
	}
	/* A delta names those who leave; a bulk is silent about them. */
	for (size_t i = 0; i < im->changes->n && nk_str_eq(im->roster->generation, NK_STR("delta")); i++) {
		if (im->changes->list[i].kind == NK_CHANGE_LEAVE && n < im->roster->n_persons) {
			in_file[n++] = im->changes->list[i].number;
		}
	}
	for (size_t c = 0; c < NK_ARRAY_LEN(classes); c++) {
		NK_TRY(nk_extent_add(tx, holding, classes[c], in_file, n, err));
		NK_TRY(nk_extent_add(tx, im->flow->store_holding, classes[c], in_file, n, err));
	}
	return nk_done();
}

static NK_RESULT file_holding(struct importing *im, struct nk_tx *tx, struct nk_err *err)
{
	const nk_time now = nk_now(im->flow->env);
	const struct nk_holding h = {
		.kind = NK_HOLDING_import_file,
		.place = NK_STR("roster file"),
		.custodian = im->flow->actor,
		.purpose = NK_STR("roster taken in"),
		.warrant = im->flow->standing_order,
		.opened_at = now,
		.expires_at = now + (int64_t)im->flow->config->import_days * NK_DAY,
		.was_read = "yes",
	};

	im->out->destroy_by = h.expires_at;
	NK_TRY(nk_holding_open(tx, im->flow->key[NK_HOUSE_LOG], &h, &im->out->holding, err));
	return extents(im, tx, im->out->holding, err);
}

static NK_RESULT leaves(struct importing *im, struct nk_tx *tx, struct nk_err *err)
{
	static const struct {
		enum nk_change_kind change;
		enum nk_leaf_type leaf;
	} pairs[] = { { NK_CHANGE_JOIN, NK_LEAF_JOIN }, { NK_CHANGE_RETURN, NK_LEAF_RETURN },
		{ NK_CHANGE_CHANGE, NK_LEAF_CHANGE }, { NK_CHANGE_LEAVE, NK_LEAF_LEAVE } };
	struct nk_leaf_item items[6];
	uint32_t *const some = nk_arena_array(im->arena, im->changes->n, sizeof(*some));

	if (some == NULL) {
		return nk_fail_nomem(err);
	}
	items[0] = nk_item_hex("digest", im->roster->digest.b, NK_HASH_LEN);
	items[1] = nk_item_number("joined", im->out->joined);
	items[2] = nk_item_number("changed", im->out->changed);
	items[3] = nk_item_number("left", im->out->left);
	items[4] = nk_item_number("returned", im->out->returned);
	items[5] = nk_item_text("source", im->req->source);
	NK_TRY(nk_flow_leaf(im->flow, tx, NK_LEAF_IMPORT, items, 6, NULL, err));
	for (size_t k = 0; k < NK_ARRAY_LEN(pairs); k++) {
		size_t n = 0;

		for (size_t i = 0; i < im->changes->n; i++) {
			if (im->changes->list[i].kind == pairs[k].change) {
				some[n++] = im->numbers[i];
			}
		}
		if (n > 0) {
			NK_TRY(nk_flow_person_leaves(im->flow, tx, pairs[k].leaf, some, NULL, n, NULL, 0, err));
		}
	}
	return nk_done();
}

struct staying {
	const struct nk_year *year;
	nk_date today;
};

static uint32_t overlap(const void *arg, const struct nk_person *before)
{
	const struct staying *const s = arg;

	return nk_year_overlap(s->year, before, s->today);
}

static NK_RESULT write_all(struct importing *im, const struct nk_join_keys *joins, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_import_case c = case_of(im);
	NK_OWNED(nk_flow_year_done) struct nk_flow_year year = { .year = { .rules = NULL } };
	const struct staying staying = { &year.year, nk_flow_today(im->flow) };
	const struct nk_change_rules rules = { .today = staying.today,
		.grace_days = im->flow->config->grace_days,
		.blocked_until = nk_date_add_months(staying.today, im->flow->config->tombstone_months),
		.overlap = overlap,
		.overlap_arg = &staying };

	NK_TRY(nk_flow_year_open(im->flow, staying.today, &year, err));
	nk_flow_tell(im->flow, NK_N("writing"), 0, im->changes->n);
	NK_TRY(nk_tx_begin(im->flow->store, &tx, err));
	if (!nk_uuid_is_nil(im->warrant)) {
		const struct nk_approval_key key = key_of(im);

		NK_TRY(nk_approval_use(im->flow, tx, &key, im->warrant, err));
	}
	NK_TRY(nk_import_remember(im->flow, tx, &c, &im->verdict, err));
	NK_TRY(nk_changes_apply(im->people, tx, im->changes, joins, &rules, im->numbers, err));
	NK_TRY(file_holding(im, tx, err));
	NK_TRY(leaves(im, tx, err));
	if (!nk_uuid_is_nil(im->warrant)) {
		NK_TRY(nk_warrant_done(im->flow, tx, im->warrant, im->out->hash, err));
	}
	return nk_flow_commit(im->flow, &tx, err);
}

/* Keys first, durable; then the rows that name them (DECISIONS 4). */
static NK_RESULT take_in(struct importing *im, struct nk_err *err)
{
	const size_t n = im->changes->counts[NK_CHANGE_JOIN];
	struct nk_uuid *const ids = nk_arena_array(im->arena, n, sizeof(*ids));
	struct nk_slot *const slots = nk_arena_array(im->arena, n, sizeof(*slots));
	struct nk_key *const keys = nk_arena_array(im->arena, n, sizeof(*keys));
	const struct nk_join_keys joins = { ids, slots, keys };

	im->numbers = nk_arena_array(im->arena, im->changes->n, sizeof(*im->numbers));
	if (ids == NULL || slots == NULL || keys == NULL || im->numbers == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_uuid_new(im->flow->env, &ids[i], err));
	}
	if (n > 0) {
		NK_TRY(nk_flow_slots_pending(im->flow, err));
		nk_flow_tell(im->flow, NK_N("making keys"), 0, n);
		NK_TRY(nk_vault_add(im->flow->vault, NK_SLOT_PERSON, n, slots, keys, err));
	}
	NK_TRY(write_all(im, &joins, err));
	im->out->outcome = im->changes->n == 0 ? NK_IMPORT_SAME : NK_IMPORT_DONE;
	return nk_done();
}

static bool nothing_changes(const struct nk_changes *c)
{
	return c->n == 0 &&
		c->units_new + c->units_changed + c->groups_new + c->groups_changed + c->groups_ended == 0;
}

/* A login is given by us, and refused; an address may be somebody's own who comes back, and is told. */
static NK_RESULT tombstone_finding(
	struct importing *im, const struct nk_roster_person *now, enum nk_field field, struct nk_err *err)
{
	const bool login = field == NK_FIELD_LOGIN;
	const struct nk_finding f = { .severity = login ? NK_FINDING_ERROR : NK_FINDING_WARNING,
		.rule = "TOMBSTONE",
		.file = NK_STR("users"),
		.line = now->line,
		.column = login ? NK_STR("username") : NK_STR("email"),
		.what = login ? NK_N(
			"this login belonged to somebody who was erased and is not given again yet; decide: another login, or wait")
			      : NK_N("this mail address belonged to somebody who was erased: what is sent there may be meant for that person"),
		.times = 1 };

	im->out->outcome = login ? NK_IMPORT_REFUSED : im->out->outcome;
	return nk_shown_intake(&f, 1, im->arena, &im->findings, err);
}

/* A login that is still blocked is a conflict that a person decides (DECISIONS 18), whether it comes with a new person or
 * with a change: the row is named, nothing is written. */
static NK_RESULT blocked_logins(struct importing *im, struct nk_err *err)
{
	static const enum nk_field kept[] = { NK_FIELD_LOGIN, NK_FIELD_MAIL };
	const nk_date today = nk_flow_today(im->flow);

	for (size_t i = 0; i < im->changes->n * NK_ARRAY_LEN(kept); i++) {
		const struct nk_person_change *const c = &im->changes->list[i / NK_ARRAY_LEN(kept)];
		const enum nk_field field = kept[i % NK_ARRAY_LEN(kept)];
		bool blocked = false;

		if (c->kind == NK_CHANGE_LEAVE || c->now->field[field].len == 0 ||
			(c->kind != NK_CHANGE_JOIN && (c->fields & (1U << field)) == 0)) {
			continue;
		}
		NK_TRY(nk_tombstone_has(im->people, c->now->field[field], today, &blocked, err));
		if (blocked) {
			NK_TRY(tombstone_finding(im, c->now, field, err));
		}
	}
	return nk_done();
}

/* Logins and mails by rule for whom the source gives none: a transaction of its own, which the next run makes up for. */
static NK_RESULT fill_names(struct importing *im, struct nk_err *err)
{
	struct nk_names_reply names;

	NK_TRY(nk_op_names_fill(im->flow, im->arena, &names, err));
	im->out->named = names.logins + names.mails;
	im->out->unnamed = names.missing;
	return nk_done();
}

/* What a second person was asked for has happened: it is told as that. */
static void was_approved(struct importing *im)
{
	for (size_t i = 0; i < im->findings.len && !nk_uuid_is_nil(im->warrant); i++) {
		struct nk_shown_finding *const f = nk_vec_at(&im->findings, i);

		if (strcmp(f->severity, "approve") == 0) {
			(void)snprintf(f->severity, sizeof(f->severity), "approved");
		}
	}
}

static NK_RESULT run(struct importing *im, struct nk_err *err)
{
	bool go = false;

	NK_TRY(nk_flow_people(im->flow, &im->people, err));
	NK_TRY(read_roster(im, err));
	if (im->out->outcome == NK_IMPORT_REFUSED) {
		return nk_done();
	}
	NK_TRY(compare(im, err));
	count(im);
	hash_of(im);
	NK_TRY(blocked_logins(im, err));
	if (im->out->outcome == NK_IMPORT_REFUSED) {
		return nk_done();
	}
	NK_TRY(judge(im, err));
	NK_TRY(approval(im, &go, err));
	if (!go) {
		return nk_done();
	}
	if (im->req->check_only) {
		im->out->outcome = NK_IMPORT_CHECKED;
		return nk_done();
	}
	if (im->known_source && nothing_changes(im->changes)) {
		im->out->outcome = NK_IMPORT_SAME;
		return fill_names(im, err);
	}
	NK_TRY(take_in(im, err));
	was_approved(im);
	return fill_names(im, err);
}

NK_RESULT nk_op_import(struct nk_flow *flow, const struct nk_import_request *req, struct nk_arena *arena,
	struct nk_import_reply *out, struct nk_err *err)
{
	struct importing im = { .flow = flow, .req = req, .arena = arena, .out = out };
	struct nk_err none;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	out->outcome = NK_IMPORT_CHECKED;
	nk_vec_init(&im.findings, sizeof(struct nk_shown_finding), 20000);
	rc = run(&im, err);
	if (!nk_ok(nk_shown_end(&im.findings, arena, &out->findings, &out->n_findings, &none))) {
		out->n_findings = 0;
	}
	nk_vec_done(&im.findings);
	if (!nk_ok(rc)) {
		nk_flow_forget(flow);
	}
	return rc;
}
