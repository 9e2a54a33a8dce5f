/*
 * restore_replay.c: the staging place is brought in order before it becomes an installation: who was erased since the
 * backup is erased again, by pseudonyms of the later ledger and by keys that are gone; copies that only the old run
 * knew are closed; tokens are made anew when their key is gone; leaf and statement.
 *
 * Invariant: when this returns, nobody of the later ledger's erased opens, and the store says what it could not know.
 */
#include "base.h"
#include "backup_int.h"

struct replaying {
	struct nk_restoring *r;
	struct nk_flow *flow;
	struct nk_people *people;
	uint32_t *numbers; /* to be erased again: those who open first, then those without a key */
	size_t n, n_open;
	uint32_t *loose; /* parts whose head goes and who were not erased: they point to nobody from now on */
	size_t n_loose;
	struct nk_slot index;
	struct nk_key index_key;
	struct nk_uuid evidence;
};

static int by_bytes(const void *a, const void *b)
{
	const uint8_t *const x = a;
	const uint8_t *const y = b;

	for (size_t i = 0; i < NK_MAC_LEN; i++) {
		if (x[i] != y[i]) {
			return x[i] < y[i] ? -1 : 1;
		}
	}
	return 0;
}

static NK_RESULT is_in(
	struct replaying *w, const struct nk_vec *list, const struct nk_person *p, bool *out, struct nk_err *err)
{
	struct nk_pseudonym who;

	*out = false;
	if (list->len == 0) {
		return nk_done();
	}
	NK_TRY(nk_people_pseudonym(w->people, p, who.b, err));
	*out = bsearch(&who, list->items, list->len, sizeof(who), by_bytes) != NULL;
	return nk_done();
}

/* Whoever is erased as a part has a leaf of his own. One who has none was split off before, whoever he was joined to since: he lives. */
static NK_RESULT is_left_over(struct replaying *w, const struct nk_person *p, bool *out, struct nk_err *err)
{
	*out = nk_people_is_orphan(w->people, p);
	if (*out || !nk_people_is_part(w->people, p)) {
		return nk_done();
	}
	return is_in(w, &w->r->erased, nk_people_head(w->people, p), out, err);
}

static NK_RESULT look_at(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct replaying *const w = arg;
	bool erased = false;
	bool loose = false;

	NK_TRY(is_in(w, &w->r->erased, p, &erased, err));
	if (erased) {
		w->numbers[w->n++] = p->number;
		return nk_done();
	}
	NK_TRY(is_left_over(w, p, &loose, err));
	if (loose) {
		w->loose[w->n_loose++] = p->number;
	}
	return nk_done();
}

static NK_RESULT find(struct replaying *w, struct nk_err *err)
{
	const uint32_t *gone = NULL;
	size_t n_gone = 0;

	NK_TRY(nk_flow_people(w->flow, &w->people, err));
	n_gone = nk_people_unfinished(w->people, &gone);
	w->numbers = nk_arena_array(w->r->arena, nk_people_count(w->people) + n_gone, sizeof(*w->numbers));
	w->loose = nk_arena_array(w->r->arena, nk_people_count(w->people), sizeof(*w->loose));
	if (w->numbers == NULL || w->loose == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_people_each(w->people, look_at, w, err));
	w->n_open = w->n;
	for (size_t i = 0; i < n_gone; i++) {
		w->numbers[w->n++] = gone[i];
	}
	w->r->out->erased_again = w->n;
	w->r->out->without_key = n_gone;
	return nk_done();
}

/* --- keys --- */

static NK_RESULT slots_of(struct replaying *w, const char *sql, struct nk_vec *slots, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(w->flow->store, sql, &s, err));
	for (size_t i = 0; i < w->n; i++) {
		nk_stmt_rewind(s);
		nk_stmt_int(s, 1, w->numbers[i]);
		NK_TRY(nk_stmt_step(s, &have, err));
		while (have) {
			void *at = NULL;
			const struct nk_slot slot = { nk_u64(nk_col_int(s, 0)), nk_u32(nk_u64(nk_col_int(s, 1))) };

			NK_TRY(nk_vec_push(slots, &at, err));
			memcpy(at, &slot, sizeof(slot));
			NK_TRY(nk_stmt_step(s, &have, err));
		}
	}
	return nk_done();
}

static NK_RESULT destroy(struct replaying *w, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec slots = { 0 };
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish f;
	uint64_t survivors = 0;
	uint64_t sequence = 0;
	nk_rc rc;

	nk_vec_init(&slots, sizeof(struct nk_slot), 100000000);
	NK_TRY(slots_of(w, "SELECT slot, generation FROM person WHERE number = ?1", &slots, err));
	NK_TRY(slots_of(w, "SELECT slot, generation FROM link WHERE person_number = ?1", &slots, err));
	if (w->n == 0 || slots.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_vault_destroy_prepare(w->flow->vault, slots.items, slots.len, &change, err));
	rc = nk_vault_change_verify(change, &survivors, err);
	rc = nk_ok(rc) ? nk_vault_change_commit(change, &sequence, err) : rc;
	rc = nk_ok(rc) ? nk_vault_change_finish(&change, &f, err) : rc;
	nk_vault_change_drop(&change);
	return rc;
}

/* --- rows --- */

static NK_RESULT run_for_each(struct replaying *w, const char *sql, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(w->flow->store, sql, &s, err));
	for (size_t i = 0; i < w->n; i++) {
		nk_stmt_int(s, 1, w->numbers[i]);
		NK_TRY(nk_stmt_run(s, err));
	}
	return nk_done();
}

/* A login is not given again because its erasure was forgotten for an hour. */
static NK_RESULT tombstones(struct replaying *w, struct nk_tx *tx, struct nk_err *err)
{
	const nk_date until = nk_flow_today(w->flow) + (nk_date)(w->flow->config->tombstone_months * 31);
	uint64_t names = 0;

	for (size_t i = 0; i < w->n_open; i++) {
		const struct nk_person *const p = nk_people_by_number(w->people, w->numbers[i]);

		if (p != NULL) {
			NK_TRY(nk_tombstone_leave(w->people, tx, p, until, &names, err));
		}
	}
	return nk_done();
}

/* As an erasure does: the store and the targets; files of others keep theirs. */
static NK_RESULT extents(struct replaying *w, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	NK_TRY(nk_holding_list(w->flow->store, w->flow->key[NK_HOUSE_LOG], true, w->r->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		for (unsigned c = 0; (list[i].kind == NK_HOLDING_store || list[i].kind == NK_HOLDING_target) && c < NK_ITEM_COUNT; c++) {
			NK_TRY(nk_extent_remove(tx, list[i].id, (enum nk_item_class)c, w->numbers, w->n, err));
		}
	}
	return nk_done();
}

static NK_RESULT rows(struct replaying *w, struct nk_tx *tx, struct nk_err *err)
{
	NK_TRY(tombstones(w, tx, err));
	NK_TRY(run_for_each(w, "DELETE FROM link WHERE person_number = ?1", err));
	NK_TRY(extents(w, tx, err));
	for (size_t i = 0; i < w->n_loose; i++) {
		struct nk_person now = *nk_people_by_number(w->people, w->loose[i]);

		now.field[NK_FIELD_MERGED_INTO] = NK_STR("");
		NK_TRY(nk_people_update(w->people, tx, &now, err));
	}
	NK_TRY(nk_people_erase(w->people, tx, w->numbers, w->n, err));
	if (!w->flow->index_lost) {
		return nk_done();
	}
	w->r->out->tokens_anew = true;
	NK_TRY(nk_people_retoken(w->people, tx, &w->index_key, err));
	return nk_house_key_change(tx, NK_HOUSE_INDEX, w->index, nk_now(w->flow->env), err);
}

/* The work file of the backup itself was open in the cut; it is not here. Its two parts are where they were put. */
static NK_RESULT work_files(struct replaying *w, struct nk_tx *tx, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *all = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec ids = { 0 };
	const nk_time now = nk_now(w->flow->env);
	bool have = false;

	nk_vec_init(&ids, sizeof(struct nk_uuid), 100000);
	NK_TRY(nk_stmt_get(w->flow->store, "SELECT holding_id FROM copy_open", &s, err));
	NK_TRY(nk_stmt_step(s, &have, err));
	while (have) {
		void *at = NULL;

		NK_TRY(nk_vec_push(&ids, &at, err));
		if (!nk_col_uuid(s, 0, at)) {
			return nk_fail(err, NK_CORRUPT, "table copy_open: an id has the wrong length");
		}
		NK_TRY(nk_stmt_step(s, &have, err));
	}
	for (size_t i = 0; i < ids.len; i++) {
		const struct nk_uuid id = *(const struct nk_uuid *)nk_vec_at(&ids, i);
		struct nk_holding h;

		NK_TRY(nk_holding_get(w->flow->store, w->flow->key[NK_HOUSE_LOG], id, w->r->arena, &h, err));
		if (h.closed_at == 0 && h.kind == NK_HOLDING_temp) {
			NK_TRY(nk_holding_close(tx, id, NK_GONE_VERIFIED, w->evidence, w->flow->actor, now, err));
			NK_TRY(nk_reach_close(tx, id, now, err));
		}
	}
	NK_TRY(nk_stmt_get(w->flow->store, "DELETE FROM copy_open", &all, err));
	return nk_stmt_run(all, err);
}

/* What was read of a target lay in the store folder of the machine that is lost: it is not here, and nobody knows of there. */
static NK_RESULT old_copies(struct replaying *w, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	NK_TRY(nk_holding_list(w->flow->store, w->flow->key[NK_HOUSE_LOG], true, w->r->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].kind == NK_HOLDING_target_copy && list[i].closed_at == 0) {
			NK_TRY(nk_holding_close(
				tx, list[i].id, NK_GONE_UNACCOUNTED, w->evidence, w->flow->actor, nk_now(w->flow->env), err));
		}
	}
	return nk_done();
}

/* --- what is said --- */

static NK_RESULT body(const struct replaying *w, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_restored *const o = w->r->out;
	char when[NK_TIME_TEXT];
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "backup");
	nk_json_c(&j, nk_uuid_print(o->backup, id));
	nk_json_key(&j, "entries");
	nk_json_int(&j, nk_i64(o->entries));
	nk_json_key(&j, "erased_again");
	nk_json_int(&j, nk_i64(o->erased_again));
	nk_json_key(&j, "later_entries");
	nk_json_int(&j, nk_i64(o->later));
	nk_json_key(&j, "later_ledger");
	nk_json_str(&j, o->limited ? w->r->req->without_ledger : NK_STR("replayed"));
	nk_json_key(&j, "limits");
	nk_json_c(&j, "what was changed after the backup is not in it, persons who joined and copies that were made among them; their entries are in the ledger");
	nk_json_key(&j, "replayed_until");
	nk_json_c(&j, nk_time_print(o->ledger_until, when));
	nk_json_key(&j, "result");
	nk_json_c(&j, o->limited ? "LIMITED" : "PASSED");
	nk_json_key(&j, "without_key");
	nk_json_int(&j, nk_i64(o->without_key));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT remember_limitation(struct replaying *w, struct nk_tx *tx, struct nk_err *err)
{
	char when[NK_TIME_TEXT];
	struct nk_str text = { NULL, 0 };

	if (!w->r->out->limited) {
		return nk_done();
	}
	NK_TRY(nk_arena_printf(w->r->arena, &text, err,
		"restored from a backup of %s without the ledger that went on (%.*s): persons erased after that may have come back",
		nk_time_print(w->r->data.made_at, when), NK_FMT(w->r->req->without_ledger)));
	NK_TRY(nk_store_set_blob(tx, "restore_limitation", nk_str_bytes(text), err));
	NK_TRY(nk_arena_dup(w->flow->config->arena, text, &w->flow->limitation, err));
	return nk_done();
}

static NK_RESULT say(struct replaying *w, struct nk_tx *tx, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_restored *const o = w->r->out;
	struct nk_statement st = { .predicate = NK_PREDICATE_RESTORE, .result = o->limited ? "" : "PASSED" };
	const struct nk_leaf_item items[5] = { nk_item_hex("holding", o->backup.b, sizeof(o->backup.b)),
		nk_item_number("entries", o->entries), nk_item_number("later", o->later),
		nk_item_number("erased_again", o->erased_again), nk_item_text("ledger", o->limited ? NK_STR("missing") : NK_STR("replayed")) };
	char about[64];

	nk_buf_init(&text, 1 << 20);
	(void)nk_holding_about(o->backup, about);
	st.subject = about;
	st.about = nk_str_c(about);
	nk_sha256(nk_bytes_of(o->backup.b, sizeof(o->backup.b)), &st.subject_sha256);
	NK_TRY(body(w, &text, err));
	st.body = nk_buf_str(&text);
	NK_TRY(nk_flow_leaf(w->flow, tx, NK_LEAF_RESTORE, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_statement_make(w->flow, tx, &st, w->r->arena, &w->evidence, NULL, err);
}

static NK_RESULT write_down(struct replaying *w, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(w->flow->store, &tx, err));
	NK_TRY(remember_limitation(w, tx, err));
	NK_TRY(say(w, tx, err));
	NK_TRY(rows(w, tx, err));
	NK_TRY(work_files(w, tx, err));
	NK_TRY(old_copies(w, tx, err));
	return nk_flow_commit(w->flow, &tx, err);
}

static NK_RESULT replay(struct replaying *w, struct nk_err *err)
{
	NK_TRY(nk_flow_slots_pending(w->flow, err));
	NK_TRY(find(w, err));
	NK_TRY(destroy(w, err));
	if (w->flow->index_lost) {
		NK_TRY(nk_vault_add(w->flow->vault, NK_SLOT_SYSTEM, 1, &w->index, &w->index_key, err));
	}
	NK_TRY(write_down(w, err));
	w->r->out->persons = nk_people_count(w->people);
	return nk_store_scrub(w->flow->store, w->n > 0, err);
}

NK_RESULT nk_restore_replay(struct nk_restoring *r, struct nk_err *err)
{
	struct replaying w = { .r = r };
	const struct nk_flow_options opt = { .home = r->home,
		.secret = r->req->secret,
		.secret_is_keyfile = r->req->secret_is_keyfile,
		.write = true,
		.restoring = true,
		.escrow = r->req->escrow,
		.n_escrow = r->req->n_escrow,
		.wait_ms = 1000,
		.progress = r->req->progress,
		.progress_arg = r->req->progress_arg };
	nk_rc rc;

	r->out->backup = r->data.backup;
	NK_TRY(nk_flow_open(r->env, &opt, &r->flow, err));
	w.flow = r->flow;
	rc = replay(&w, err);
	nk_key_wipe(&w.index_key);
	return rc;
}
