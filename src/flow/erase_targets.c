/*
 * erase_targets.c: take the persons out of every target, and ask each target anew whether they are gone.
 *
 * First out of the groups, then the accounts; then a read-back with every key they ever had there. A target that
 * cannot be asked stops the erasure here: nothing is destroyed before every copy that we made has been looked for.
 */
#include "base.h"
#include "erase_int.h"

#include "merge_int.h"
#include "readback.h"

/* A name in the link of somebody who stays, of an account that came from somebody who leaves (person merge, split since). */
struct handed {
	struct nk_link_key key;
	uint32_t holder; /* whose link it is */
};

struct emptying {
	struct nk_erasing *e;
	struct nk_open_target target;
	struct nk_links *links;
	const struct nk_link **mine;
	bool *absent;
	size_t n;
	struct nk_snapshot snapshot;
	struct nk_map dns; /* every DN these persons ever had → their number */
	struct nk_map anchors;
	struct nk_vec steps; /* of struct nk_step */
	struct nk_map *staying; /* values of everybody who stays */
	struct nk_map taken; /* names that they have or had at this target */
	struct nk_map leaving; /* numbers of those who leave */
	struct nk_vec handed; /* struct handed: names of those who leave in links of those who stay */
	struct nk_map ours; /* anchors of our own groups here → place in objects */
	struct nk_vec objects; /* struct nk_uuid */
};

static bool taken(void *arg, struct nk_str kind, struct nk_str value, uint32_t number)
{
	const struct emptying *const m = arg;
	uint64_t found = 0;

	(void)kind;
	(void)number;
	return nk_map_get(m->staying, nk_str_bytes(value), &found) ||
		nk_map_get(&m->taken, nk_str_bytes(value), &found);
}

static bool leaves(const struct emptying *m, uint32_t number)
{
	uint64_t found = 0;

	return nk_map_get(&m->leaving, nk_bytes_of(&number, sizeof(number)), &found);
}

/* Does the account itself still have this name? Then it is its owner's now, wherever it came from. */
static bool shows(const struct emptying *m, const struct nk_link *l, const struct nk_link_key *key)
{
	const struct nk_entry *e = NULL;

	for (size_t i = 0; l->anchor.len > 0 && i < m->snapshot.n && e == NULL; i++) {
		e = nk_str_eq(m->snapshot.entries[i].anchor, l->anchor) ? &m->snapshot.entries[i] : NULL;
	}
	if (e == NULL || nk_str_eq(key->kind, NK_STR("dn"))) {
		return e != NULL && nk_str_eq(e->key, key->value);
	}
	for (size_t i = 0; i < e->n_attrs; i++) {
		for (size_t v = 0; v < e->attrs[i].n; v++) {
			if (nk_str_eq(e->attrs[i].values[v], key->value)) {
				return true;
			}
		}
	}
	return false;
}

/* What the link of one who stays names is theirs, but for what came with the account of one who leaves and is gone from it. */
static NK_RESULT names_of(struct emptying *m, const struct nk_link *l, struct nk_err *err)
{
	for (size_t k = 0; k < l->n_keys; k++) {
		const struct nk_link_key *const key = &l->keys[k];
		void *at = NULL;

		if (key->from == 0 || !leaves(m, key->from)) {
			NK_TRY(nk_map_put(&m->taken, nk_str_bytes(key->value), l->person_number, err));
			continue;
		}
		NK_TRY(nk_vec_push(&m->handed, &at, err));
		memcpy(at, &(struct handed){ *key, l->person_number }, sizeof(struct handed));
		if (shows(m, l, key)) {
			NK_TRY(nk_map_put(&m->taken, nk_str_bytes(key->value), l->person_number, err));
		}
	}
	return nk_done();
}

/* What links of others name is theirs now, whoever had it before; and the anchors of groups that we made. */
static NK_RESULT names_of_others(struct emptying *m, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	for (size_t i = 0; i < m->e->n; i++) {
		NK_TRY(nk_map_put(&m->leaving, nk_bytes_of(&m->e->numbers[i], sizeof(uint32_t)), 1, err));
	}
	for (size_t i = 0; i < nk_links_count(m->links); i++) {
		const struct nk_link *const l = nk_links_at(m->links, i);

		if (!leaves(m, l->person_number)) {
			NK_TRY(names_of(m, l, err));
		}
	}
	NK_TRY(nk_stmt_get(m->e->flow->store, "SELECT anchor, object_id FROM target_object WHERE target_id = ?1", &s, err));
	nk_stmt_uuid(s, 1, m->target.id);
	for (;;) {
		struct nk_str anchor;
		void *at = NULL;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			return nk_done();
		}
		NK_TRY(nk_arena_dup(m->e->arena, nk_bytes_str(nk_col_blob(s, 0)), &anchor, err));
		NK_TRY(nk_map_put(&m->ours, nk_str_bytes(anchor), m->objects.len, err));
		NK_TRY(nk_vec_push(&m->objects, &at, err));
		(void)nk_col_uuid(s, 1, at);
	}
}

static NK_RESULT put_value(
	struct nk_map *map, struct nk_arena *arena, struct nk_str value, uint32_t number, struct nk_err *err)
{
	struct nk_str kept;

	if (value.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_arena_dup(arena, value, &kept, err));
	return nk_map_put(map, nk_str_bytes(kept), number, err);
}

/* Whole values of everybody who stays: a namesake's entry is no trace of the one who left. */
static NK_RESULT staying_values(struct nk_erasing *e, struct nk_map *map, struct nk_err *err)
{
	struct nk_people *const people = e->flow->people;
	struct nk_map leaving;
	uint8_t seed[16];
	nk_rc rc = nk_done();

	NK_TRY(nk_random(e->flow->env, seed, sizeof(seed), err));
	nk_map_init(&leaving, seed);
	for (size_t i = 0; nk_ok(rc) && i < e->n; i++) {
		rc = nk_map_put(&leaving, nk_bytes_of(&e->numbers[i], sizeof(uint32_t)), 1, err);
	}
	for (size_t i = 0; nk_ok(rc) && i < nk_people_count(people); i++) {
		const struct nk_person *const p = nk_people_at(people, i);
		NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };
		uint64_t gone = 0;

		nk_buf_init_wiping(&name, 4096);
		if (nk_map_get(&leaving, nk_bytes_of(&p->number, sizeof(p->number)), &gone)) {
			continue;
		}
		for (unsigned f = 0; nk_ok(rc) && f < NK_FIELD_COUNT; f++) {
			rc = put_value(map, e->arena, p->field[f], p->number, err);
		}
		for (unsigned kana = 0; nk_ok(rc) && kana < 2; kana++) {
			nk_buf_reset(&name);
			rc = nk_person_shown(p, kana == 1, &name, err);
			rc = nk_ok(rc) ? put_value(map, e->arena, nk_buf_str(&name), p->number, err) : rc;
		}
	}
	nk_map_done(&leaving);
	return rc;
}

static bool is_taken(const struct emptying *m, struct nk_str value)
{
	uint64_t other = 0;

	return nk_map_get(&m->taken, nk_str_bytes(value), &other);
}

/* A person's link with the names that are in another's; *out NULL: there is nothing of that person's at this target. */
static NK_RESULT whole_link(struct emptying *m, uint32_t number, const struct nk_link **out, struct nk_err *err)
{
	const struct nk_link *const own = nk_links_of(m->links, number);
	struct nk_link *l = NULL;
	struct nk_link_key *keys = NULL;
	size_t n = own != NULL ? own->n_keys : 0;

	*out = own;
	if (m->handed.len == 0) {
		return nk_done();
	}
	l = nk_arena_alloc(m->e->arena, sizeof(*l));
	keys = nk_arena_array(m->e->arena, n + m->handed.len, sizeof(*keys));
	if (l == NULL || keys == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t k = 0; k < n; k++) {
		keys[k] = own->keys[k];
	}
	for (size_t i = 0; i < m->handed.len; i++) {
		const struct handed *const h = nk_vec_at(&m->handed, i);

		if (h->key.from == number && !taken(m, h->key.kind, h->key.value, number)) {
			keys[n++] = h->key;
		}
	}
	if (own == NULL && n == 0) {
		return nk_done();
	}
	*l = own != NULL ? *own : (struct nk_link){ .person_number = number, .target = m->target.id };
	l->keys = keys;
	l->n_keys = n;
	*out = l;
	return nk_done();
}

static NK_RESULT find_mine(struct emptying *m, struct nk_err *err)
{
	struct nk_erasing *const e = m->e;

	m->mine = nk_arena_array(e->arena, e->n, sizeof(*m->mine));
	m->absent = nk_arena_array(e->arena, e->n, sizeof(*m->absent));
	if (m->mine == NULL || m->absent == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < e->n; i++) {
		const struct nk_link *l = NULL;

		NK_TRY(whole_link(m, e->numbers[i], &l, err));
		if (l == NULL) {
			continue;
		}
		m->mine[m->n++] = l;
		if (l->anchor.len > 0) {
			NK_TRY(nk_map_put(&m->anchors, nk_str_bytes(l->anchor), l->person_number, err));
		}
		for (size_t k = 0; k < l->n_keys; k++) {
			if (nk_str_eq(l->keys[k].kind, NK_STR("dn")) && !is_taken(m, l->keys[k].value)) {
				NK_TRY(nk_map_put(&m->dns, nk_str_bytes(l->keys[k].value), l->person_number, err));
			}
		}
	}
	return nk_done();
}

static NK_RESULT push_step(struct emptying *m, struct nk_step step, struct nk_err *err)
{
	void *at = NULL;

	NK_TRY(nk_vec_push(&m->steps, &at, err));
	memcpy(at, &step, sizeof(step));
	return nk_done();
}

static NK_RESULT out_of_group(
	struct emptying *m, const struct nk_entry *entry, const struct nk_attr *members, struct nk_err *err)
{
	size_t leaving = 0;
	uint64_t at = 0;
	const bool ours = nk_map_get(&m->ours, nk_str_bytes(entry->anchor), &at);

	for (size_t v = 0; v < members->n; v++) {
		uint64_t number = 0;

		if (!nk_map_get(&m->dns, nk_str_bytes(members->values[v]), &number)) {
			continue;
		}
		leaving++;
		NK_TRY(push_step(m,
			(struct nk_step){ .kind = NK_STEP_MEMBER_REMOVE,
				.object_kind = NK_OBJECT_GROUP,
				.object = ours ? *(const struct nk_uuid *)nk_vec_at(&m->objects, at) : (struct nk_uuid){ { 0 } },
				.person_number = nk_u32(number),
				.key = entry->key,
				.anchor = entry->anchor,
				.version = entry->version,
				.value = members->values[v] },
			err));
	}
	/* Taking out the last member deletes a groupOfNames: only our own may go that way. */
	if (leaving > 0 && leaving == members->n && !ours) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("target %s: a group that is not ours has nobody but persons who leave; empty or delete it there, then the same command goes on"),
			nk_short(m->target.config->settings.name).text);
	}
	return nk_done();
}

static NK_RESULT out_of_groups(struct emptying *m, const struct nk_entry *entry, struct nk_err *err)
{
	for (size_t i = 0; i < entry->n_attrs; i++) {
		if (nk_str_ieq(entry->attrs[i].name, NK_STR("member"))) {
			NK_TRY(out_of_group(m, entry, &entry->attrs[i], err));
		}
	}
	return nk_done();
}

/* Accounts by their anchor alone; one that a crash left without a noted anchor was noted by the plan just made. */
static NK_RESULT make_steps(struct emptying *m, struct nk_err *err)
{
	for (size_t i = 0; i < m->snapshot.n; i++) {
		if (m->snapshot.entries[i].kind != NK_OBJECT_PERSON) {
			NK_TRY(out_of_groups(m, &m->snapshot.entries[i], err));
		}
	}
	for (size_t i = 0; i < m->snapshot.n; i++) {
		const struct nk_entry *const entry = &m->snapshot.entries[i];
		uint64_t number = 0;

		if (entry->kind != NK_OBJECT_PERSON ||
			!nk_map_get(&m->anchors, nk_str_bytes(entry->anchor), &number)) {
			continue;
		}
		NK_TRY(push_step(m,
			(struct nk_step){ .kind = NK_STEP_DELETE,
				.object_kind = NK_OBJECT_PERSON,
				.person_number = nk_u32(number),
				.key = entry->key,
				.anchor = entry->anchor,
				.version = entry->version },
			err));
	}
	return nk_done();
}

static NK_RESULT send(struct emptying *m, struct nk_cert_target *t, struct nk_err *err)
{
	struct nk_step_result *const results = nk_arena_array(m->e->arena, m->steps.len, sizeof(*results));

	if (results == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < m->steps.len; i++) {
		results[i].outcome = NK_OUTCOME_NOT_SENT;
	}
	NK_TRY(nk_target_apply(m->target.link, m->steps.items, m->steps.len, results, m->e->arena, err));
	for (size_t i = 0; i < m->steps.len; i++) {
		const struct nk_step *const s = nk_vec_at(&m->steps, i);

		if (results[i].outcome != NK_OUTCOME_DONE) {
			return nk_fail(err, NK_INCOMPLETE,
				NK_N("target %1$s did not take out person %2$u (code %3$d); the same command goes on"),
				nk_short(m->target.config->settings.name).text, s->person_number, results[i].code);
		}
		t->deleted += s->kind == NK_STEP_DELETE ? 1 : 0;
	}
	return nk_done();
}

static NK_RESULT read_back(struct emptying *m, struct nk_cert_target *t, struct nk_err *err)
{
	nk_flow_tell(m->e->flow, NK_N("reading back"), 0, m->n);
	NK_TRY(nk_readback_run(m->target.link, m->mine, m->n, taken, m, m->absent, &t->readback, err));
	if (!t->readback.sentinel_seen) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("target %s did not show its sentinel: its answer proves nothing"),
			nk_short(m->target.config->settings.name).text);
	}
	if (t->readback.present > 0 || t->readback.mentions > 0) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("target %1$s still shows %2$llu accounts and %3$llu other entries that name these persons"),
			nk_short(m->target.config->settings.name).text, (unsigned long long)t->readback.present,
			(unsigned long long)t->readback.mentions);
	}
	if (!nk_readback_good(&t->readback)) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("target %s could not be asked for every one of these persons"),
			nk_short(m->target.config->settings.name).text);
	}
	return nk_done();
}

/* The plan is made once more only to find again what a crash left without a noted anchor; none of its steps is done.
 */
static NK_RESULT look_at_target(struct emptying *m, struct nk_err *err)
{
	struct nk_planning p = { .links = NULL };
	uint8_t nonce[32];
	nk_rc rc;

	NK_TRY(nk_random(m->e->flow->env, nonce, sizeof(nonce), err));
	rc = nk_planning_make(m->e->flow,
		&(struct nk_planning_ask){ .target = m->target.config->settings.name, .nonce = nonce }, m->e->arena, &p, err);
	m->target = p.target;
	m->links = p.links;
	m->snapshot = p.snapshot;
	NK_TRY(rc);
	return nk_planning_note_found(m->e->flow, &p, err);
}

/* The link of one who stays without the names of those who leave; one that the account has now is its owner's own. */
static NK_RESULT forget_in(struct emptying *m, struct nk_tx *tx, uint32_t holder, struct nk_err *err)
{
	const struct nk_leaf_item items[1] = { nk_item_hex("target", m->target.id.b, sizeof(m->target.id.b)) };
	const struct nk_link *const old = nk_links_of(m->links, holder);
	struct nk_link_key *const keys = nk_arena_array(m->e->arena, old->n_keys + 1, sizeof(*keys));
	struct nk_link next = *old;

	if (keys == NULL) {
		return nk_fail_nomem(err);
	}
	next.keys = keys;
	next.n_keys = 0;
	for (size_t k = 0; k < old->n_keys; k++) {
		const bool gone = old->keys[k].from != 0 && leaves(m, old->keys[k].from);

		if (gone && !shows(m, old, &old->keys[k])) {
			continue;
		}
		keys[next.n_keys] = old->keys[k];
		keys[next.n_keys++].from = gone ? 0 : old->keys[k].from;
	}
	NK_TRY(nk_flow_person_leaves(m->e->flow, tx, NK_LEAF_CHANGE, &holder, NULL, 1, items, 1, err));
	return nk_merge_reseal(m->e->flow, tx, m->links, old, &next, err);
}

/* After the read-back has looked for them: nobody's link keeps a name of somebody who is gone. */
static NK_RESULT forget_handed(struct emptying *m, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	uint32_t last = 0;

	if (m->handed.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_tx_begin(m->e->flow->store, &tx, err));
	for (size_t i = 0; i < m->handed.len; i++) {
		const struct handed *const h = nk_vec_at(&m->handed, i);

		if (h->holder != last) { /* they stand by holder */
			last = h->holder;
			NK_TRY(forget_in(m, tx, last, err));
		}
	}
	return nk_flow_commit(m->e->flow, &tx, err);
}

static NK_RESULT empty_one(struct emptying *m, struct nk_cert_target *t, struct nk_err *err)
{
	nk_flow_tell(m->e->flow, NK_N("taking out of the targets"), 0, m->n);
	NK_TRY(look_at_target(m, err));
	NK_TRY(names_of_others(m, err));
	NK_TRY(find_mine(m, err));
	NK_TRY(make_steps(m, err));
	NK_TRY(send(m, t, err));
	NK_TRY(read_back(m, t, err));
	return forget_handed(m, err);
}

/* Tells a target's owner to rewrite its files: a database keeps what was deleted in its free pages. */
static NK_RESULT rewrite(
	struct nk_erasing *e, const struct nk_config_target *c, struct nk_cert_target *t, struct nk_err *err)
{
	char program[PATH_MAX];
	char files[PATH_MAX];
	const char *argv[] = { program, files, NULL };
	int status = -1;

	t->files = c->files.len == 0 ? NK_STR("not-examined") : NK_STR("clean");
	if (c->rewrite.len == 0 || c->files.len == 0) {
		return nk_done();
	}
	(void)snprintf(program, sizeof(program), "%.*s", NK_FMT(c->rewrite));
	(void)snprintf(files, sizeof(files), "%.*s", NK_FMT(c->files));
	nk_flow_tell(e->flow, NK_N("rewriting the target's files"), 0, 0);
	NK_TRY(nk_os_run(argv, 600000, &status, err));
	if (status != 0) {
		return nk_fail(err, NK_UNAVAILABLE, NK_N("the rewrite program of target %1$s ended with status %2$d"),
			nk_short(c->settings.name).text, status);
	}
	t->files = NK_STR("rewritten-and-clean");
	return nk_done();
}

static NK_RESULT one(struct nk_erasing *e, size_t i, struct nk_map *staying, struct nk_err *err)
{
	const struct nk_config_target *const c = &e->flow->config->targets[i];
	struct emptying m = { .e = e, .staying = staying };
	struct nk_cert_target *const t = &e->targets[i];
	uint8_t seed[16];
	nk_rc rc;

	NK_TRY(nk_random(e->flow->env, seed, sizeof(seed), err));
	nk_map_init(&m.dns, seed);
	nk_map_init(&m.anchors, seed);
	nk_map_init(&m.taken, seed);
	nk_map_init(&m.ours, seed);
	nk_vec_init(&m.objects, sizeof(struct nk_uuid), 10000000);
	nk_map_init(&m.leaving, seed);
	nk_vec_init_wiping(&m.handed, sizeof(struct handed), 10000000);
	nk_vec_init_wiping(&m.steps, sizeof(struct nk_step), 10000000);
	m.target.config = c; /* the name, until it is open */
	t->name = c->settings.name;
	t->type = c->type;
	rc = empty_one(&m, t, err);
	nk_vec_done(&m.steps);
	nk_map_done(&m.dns);
	nk_map_done(&m.anchors);
	nk_map_done(&m.taken);
	nk_map_done(&m.ours);
	nk_vec_done(&m.objects);
	nk_map_done(&m.leaving);
	nk_vec_done(&m.handed);
	nk_links_free(&m.links);
	nk_open_target_close(&m.target);
	NK_TRY(rc);
	return rewrite(e, c, t, err);
}

static NK_RESULT remember(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[1] = { nk_item_hex("job", e->job.id.b, 16) };

	e->cert.live_gone_at = nk_now(e->flow->env);
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_erase_stage(e, tx, NK_ERASE_TARGETS_GONE, err));
	NK_TRY(nk_flow_person_leaves(e->flow, tx, NK_LEAF_COPY_CLOSED, e->numbers, e->who, e->n, items, 1, err));
	return nk_flow_commit(e->flow, &tx, err);
}

/* A target that left the configuration still has these persons: nothing is destroyed before it was asked. */
static NK_RESULT all_configured(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(e->flow->store,
		"SELECT DISTINCT t.name FROM target t JOIN link l ON l.target_id = t.id WHERE l.person_number = ?1",
		&s, err));
	for (size_t i = 0; i < e->n; i++) {
		nk_stmt_int(s, 1, e->numbers[i]);
		for (;;) {
			NK_TRY(nk_stmt_step(s, &have, err));
			if (!have) {
				break;
			}
			if (nk_config_find_target(e->flow->config, nk_col_text(s, 0)) == NULL) {
				return nk_fail(err, NK_INCOMPLETE,
					NK_N("target %s has accounts of these persons and is no longer in the configuration; put it back, then the same command goes on"),
					nk_short(nk_col_text(s, 0)).text);
			}
		}
		nk_stmt_rewind(s);
	}
	return nk_done();
}

NK_RESULT nk_erase_targets(struct nk_erasing *e, struct nk_err *err)
{
	struct nk_map staying;
	uint8_t seed[16];
	nk_rc rc;

	NK_TRY(all_configured(e, err));
	NK_TRY(nk_random(e->flow->env, seed, sizeof(seed), err));
	nk_map_init(&staying, seed);
	rc = staying_values(e, &staying, err);
	for (size_t i = 0; nk_ok(rc) && i < e->flow->config->n_targets; i++) {
		rc = one(e, i, &staying, err);
	}
	nk_map_done(&staying);
	NK_TRY(rc);
	return remember(e, err);
}
