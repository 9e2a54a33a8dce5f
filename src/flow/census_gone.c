/*
 * census_gone.c: accounts of before that were to be erased: asked for once more, then written down as gone.
 *
 * Invariant: "erased" is said of an account only when the target was asked for it after the deletion, showed its sentinel,
 * and showed neither it nor an entry that names it. What is not there any more without that is "gone": whoever did it.
 */
#include "base.h"
#include "apply_int.h"
#include "census_int.h"
#include "measures_int.h"

#include "readback.h"

struct leaving {
	struct nk_applying *a;
	struct nk_decisions decisions;
	struct nk_link *links; /* of no person: name and anchor alone */
	struct nk_link_key *keys;
	const struct nk_link **ask;
	bool *absent;
	size_t n;
	struct nk_readback readback;
	struct nk_vec rows; /* of struct nk_decided */
	size_t erased;
};

static void leaving_done(struct leaving *l)
{
	nk_decisions_done(&l->decisions);
	nk_vec_done(&l->rows);
}

static bool was_deleted(const struct nk_applying *a, size_t i)
{
	const struct nk_step *const s = &a->todo[i];

	return s->kind == NK_STEP_DELETE && s->object_kind == NK_OBJECT_PERSON && s->person_number == 0 &&
		a->results[i].outcome == NK_OUTCOME_DONE;
}

static NK_RESULT room(struct leaving *l, struct nk_err *err)
{
	struct nk_arena *const arena = l->a->arena;

	l->links = nk_arena_array(arena, l->a->n, sizeof(*l->links));
	l->keys = nk_arena_array(arena, l->a->n, sizeof(*l->keys));
	l->ask = nk_arena_array(arena, l->a->n, sizeof(*l->ask));
	l->absent = nk_arena_array(arena, l->a->n, sizeof(*l->absent));
	return l->links == NULL || l->keys == NULL || l->ask == NULL || l->absent == NULL ? nk_fail_nomem(err) : nk_done();
}

static NK_RESULT push(struct leaving *l, const struct nk_hash *entry, enum nk_decision what, struct nk_err *err)
{
	void *at = NULL;

	NK_TRY(nk_vec_push(&l->rows, &at, err));
	*(struct nk_decided *)at = (struct nk_decided){ .entry = *entry, .what = what };
	return nk_done();
}

/* Those that this run deleted: the target is asked for each by name and anchor. */
static NK_RESULT read_back(struct leaving *l, struct nk_err *err)
{
	struct nk_applying *const a = l->a;

	for (size_t i = 0; i < a->n; i++) {
		if (was_deleted(a, i)) {
			l->keys[l->n] = (struct nk_link_key){ .kind = NK_STR("dn"), .value = a->todo[i].key };
			l->links[l->n] = (struct nk_link){
				.target = a->planning.target.id, .anchor = a->todo[i].anchor, .keys = &l->keys[l->n], .n_keys = 1
			};
			l->ask[l->n] = &l->links[l->n];
			l->n++;
		}
	}
	if (l->n == 0) {
		return nk_done();
	}
	nk_flow_tell(a->flow, NK_N("reading back"), 0, l->n);
	NK_TRY(nk_readback_run(a->planning.target.link, l->ask, l->n, NULL, NULL, l->absent, &l->readback, err));
	for (size_t i = 0; i < l->n; i++) {
		struct nk_hash mac;

		nk_census_mac(&l->decisions, l->links[i].anchor, &mac);
		l->erased += l->absent[i] ? 1 : 0;
		NK_TRY(l->absent[i] ? push(l, &mac, NK_DECISION_ERASED, err) : nk_done());
	}
	return nk_done();
}

/* What was held when this run began; the rest of those that were to go had gone before. */
static NK_RESULT seen(const struct leaving *l, struct nk_map *out, struct nk_err *err)
{
	const struct nk_snapshot *const held = &l->a->planning.snapshot;

	for (size_t i = 0; i < held->n; i++) {
		struct nk_str kept;
		struct nk_hash mac;

		if (held->entries[i].kind == NK_OBJECT_PERSON) {
			nk_census_mac(&l->decisions, held->entries[i].anchor, &mac);
			NK_TRY(nk_arena_dup(l->a->arena, nk_bytes_str(nk_bytes_of(mac.b, NK_HASH_LEN)), &kept, err));
			NK_TRY(nk_map_put(out, nk_str_bytes(kept), 1, err));
		}
	}
	return nk_done();
}

static NK_RESULT gone_before(struct leaving *l, const struct nk_map *held, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = true;

	NK_TRY(nk_stmt_get(l->a->flow->store,
		"SELECT DISTINCT entry FROM census_decision WHERE target_id = ?1 AND what = 'erase-later'", &s, err));
	nk_stmt_uuid(s, 1, l->decisions.target);
	for (;;) {
		struct nk_hash mac;
		uint64_t found = 0;

		NK_TRY(nk_stmt_step(s, &have, err));
		if (!have) {
			return nk_done();
		}
		if (nk_col_blob(s, 0).len != NK_HASH_LEN) {
			return nk_fail(err, NK_CORRUPT, NK_N("a row of table census_decision is damaged"));
		}
		memcpy(mac.b, nk_col_blob(s, 0).ptr, NK_HASH_LEN);
		if (nk_decisions_at(&l->decisions, &mac, NULL) == NK_DECISION_ERASE_LATER &&
			!nk_map_get(held, nk_bytes_of(mac.b, NK_HASH_LEN), &found)) {
			NK_TRY(push(l, &mac, NK_DECISION_GONE, err));
		}
	}
}

/* ---- written down ------------------------------------------------------------------------------------------------- */

static NK_RESULT body(const struct leaving *l, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "accounts");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < l->rows.len; i++) {
		const struct nk_decided *const d = nk_vec_at(&l->rows, i);

		if (d->what == NK_DECISION_ERASED) {
			nk_json_hex(&j, nk_bytes_of(d->entry.b, NK_HASH_LEN));
		}
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "limits");
	nk_json_c(&j, "the live directory was asked; its files, logs and backups were not looked at");
	nk_json_key(&j, "readback");
	nk_json_open(&j, '{');
	nk_json_key(&j, "absent");
	nk_json_int(&j, nk_i64(l->erased));
	nk_json_key(&j, "asked");
	nk_json_int(&j, nk_i64(l->n));
	nk_json_key(&j, "sentinel_seen");
	nk_json_bool(&j, l->readback.sentinel_seen);
	nk_json_close(&j, '}');
	nk_json_key(&j, "target");
	nk_json_str(&j, l->a->planning.target.settings.name);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT statement(struct leaving *l, struct nk_tx *tx, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char hex[2 * NK_HASH_LEN + 1];
	char about[sizeof(hex) + 8];
	struct nk_statement st = { .predicate = NK_PREDICATE_CENSUS,
		.subject = about,
		.subject_sha256 = l->a->row.hash,
		.result = l->erased == l->n ? "PASSED" : "FAILED" };

	if (l->n == 0) {
		return nk_done();
	}
	nk_hex_print(l->a->row.hash.b, NK_HASH_LEN, hex);
	(void)snprintf(about, sizeof(about), "plan:%s", hex);
	nk_buf_init(&text, 64 << 20);
	NK_TRY(body(l, &text, err));
	st.about = nk_str_c(about);
	st.body = nk_buf_str(&text);
	return nk_statement_make(l->a->flow, tx, &st, l->a->arena, NULL, NULL, err);
}

static NK_RESULT write_down(struct leaving *l, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	if (l->rows.len == 0 && l->n == 0) {
		return nk_done();
	}
	NK_TRY(nk_tx_begin(l->a->flow->store, &tx, err));
	for (size_t i = 0; i < l->rows.len; i++) {
		NK_TRY(nk_decision_put(l->a->flow, tx, l->decisions.target, nk_vec_at(&l->rows, i), err));
	}
	NK_TRY(statement(l, tx, err));
	return nk_flow_commit_quiet(l->a->flow, &tx, err); /* link slots may be pending: the end of the apply publishes */
}

NK_RESULT nk_census_gone(struct nk_applying *a, uint64_t *out_left, struct nk_err *err)
{
	NK_OWNED(leaving_done) struct leaving l = { .a = a };
	struct nk_map held;
	uint8_t seed[16];
	nk_rc rc;

	*out_left = 0;
	nk_vec_init(&l.rows, sizeof(struct nk_decided), 10000000);
	NK_TRY(nk_decisions_open(a->flow, a->planning.target.id, &l.decisions, err));
	if (l.decisions.map.len == 0) {
		return nk_done(); /* nothing was ever decided here: no account is looked at for it */
	}
	NK_TRY(room(&l, err));
	NK_TRY(read_back(&l, err));
	NK_TRY(nk_random(a->flow->env, seed, sizeof(seed), err));
	nk_map_init(&held, seed);
	rc = seen(&l, &held, err);
	rc = nk_ok(rc) ? gone_before(&l, &held, err) : rc;
	nk_map_done(&held);
	NK_TRY(rc);
	*out_left = l.n - l.erased;
	return write_down(&l, err);
}
