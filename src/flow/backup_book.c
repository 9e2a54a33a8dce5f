/*
 * backup_book.c: what the books know of backups: holdings of two kinds, and the signed statement about each.
 *
 * I10: a part whose statement is missing (its making was cut off) counts as one that opens everybody in its extent.
 */
#include "base.h"
#include "backup_int.h"

#include "dsse.h"
#include "intoto.h"

static bool get_number(struct nk_jval root, const char *key, uint64_t *out)
{
	int64_t n = 0;
	const bool have = nk_jint(nk_jget(root, key), &n) && n >= 0;

	*out = have ? nk_u64(n) : 0;
	return have;
}

/* The predicate of the statement that was made when it was finished. */
static NK_RESULT take_body(struct nk_str predicate, struct nk_backup_fact *f, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_str word = { NULL, 0 };
	struct nk_jval root;

	NK_TRY(nk_jdoc_parse(nk_str_bytes(predicate), NK_BACKUP_MANIFEST_MAX, &doc, err));
	root = nk_jdoc_root(doc);
	f->whole = get_number(root, "epoch", &f->epoch) && get_number(root, "entries", &f->entries) &&
		get_number(root, "persons", &f->persons) && nk_jbool(nk_jget(root, "epoch_inside"), &f->epoch_inside) &&
		nk_jstr(nk_jget(root, "sha256"), &word) && nk_hex_parse(word, f->sha256.b, sizeof(f->sha256.b));
	if (nk_jstr(nk_jget(root, "pair"), &word)) {
		(void)nk_uuid_parse(word, &f->pair);
	}
	return nk_done();
}

static NK_RESULT facts_of(struct nk_flow *flow, struct nk_arena *arena, struct nk_backup_fact *f, struct nk_err *err)
{
	struct nk_evidence *list = NULL;
	char about[64];
	size_t n = 0;

	(void)nk_holding_about(f->holding, about);
	NK_TRY(nk_evidence_list(flow->store, nk_str_c(about), arena, &list, &n, err));
	for (size_t i = 0; i < n && !f->whole; i++) {
		struct nk_intoto st;
		struct nk_dsse env;

		if (!nk_str_eq(list[i].kind, NK_STR(NK_PREDICATE_BACKUP))) {
			continue;
		}
		NK_TRY(nk_dsse_parse(list[i].statement, arena, &env, err));
		NK_TRY(nk_intoto_parse(env.payload, arena, &st, err));
		NK_TRY(take_body(st.predicate, f, err));
	}
	return nk_done();
}

NK_RESULT nk_backup_facts(struct nk_flow *flow, struct nk_arena *arena, struct nk_backup_fact **out, size_t *out_n,
	struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	*out_n = 0;
	NK_TRY(nk_holding_list(flow->store, flow->key[NK_HOUSE_LOG], false, arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_backup_fact *const f = &(*out)[*out_n];

		if (list[i].kind != NK_HOLDING_backup && list[i].kind != NK_HOLDING_backup_keys) {
			continue;
		}
		*f = (struct nk_backup_fact){
			.holding = list[i].id, .keys = list[i].kind == NK_HOLDING_backup_keys, .row = list[i]
		};
		NK_TRY(facts_of(flow, arena, f, err));
		(*out_n)++;
	}
	return nk_done();
}

NK_RESULT nk_backup_newest(struct nk_flow *flow, struct nk_arena *arena, struct nk_backup_last *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_backup_fact *list = NULL;
	bool have = false;
	size_t n = 0;

	*out = (struct nk_backup_last){ .made_at = 0 };
	NK_TRY(nk_backup_facts(flow, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (!list[i].keys && list[i].row.closed_at == 0) {
			out->unfinished = out->unfinished || !list[i].whole;
			out->made_at = list[i].whole && list[i].row.opened_at > out->made_at ? list[i].row.opened_at : out->made_at;
		}
	}
	NK_TRY(nk_stmt_get(flow->store, "SELECT at, result FROM evidence WHERE kind = ?1 ORDER BY at DESC, rowid DESC LIMIT 1", &s, err));
	nk_stmt_text(s, 1, NK_STR(NK_PREDICATE_DRILL));
	NK_TRY(nk_stmt_step(s, &have, err));
	out->tried_at = have ? nk_col_int(s, 0) : 0;
	out->tried_well = have && nk_str_eq(nk_col_text(s, 1), NK_STR("PASSED"));
	return nk_done();
}

bool nk_backup_can_open(const struct nk_flow *flow, const struct nk_backup_fact *f)
{
	struct nk_vault_status s;

	nk_vault_status(flow->vault, &s);
	return f->keys && f->row.gone != NK_GONE_VERIFIED && (!f->whole || f->epoch_inside || f->epoch >= s.epoch);
}

static NK_RESULT touches(struct nk_flow *flow, const struct nk_backup_fact *f, const uint32_t *numbers, size_t n,
	bool *out, struct nk_err *err)
{
	*out = false;
	return f->row.gone == NK_GONE_VERIFIED ? nk_done()
					       : nk_extent_touches(flow->store, f->holding, numbers, n, out, err);
}

NK_RESULT nk_backup_open_for(struct nk_flow *flow, const uint32_t *numbers, size_t n, struct nk_arena *arena,
	uint64_t *out_parts, nk_time *out_until, struct nk_err *err)
{
	struct nk_backup_fact *list = NULL;
	uint64_t keys = 0;
	uint64_t data = 0;
	size_t n_list = 0;
	bool has = false;

	*out_parts = 0;
	*out_until = 0;
	NK_TRY(nk_backup_facts(flow, arena, &list, &n_list, err));
	for (size_t i = 0; i < n_list; i++) {
		NK_TRY(touches(flow, &list[i], numbers, n, &has, err));
		if (has && nk_backup_can_open(flow, &list[i])) {
			keys++;
			*out_until = list[i].row.expires_at > *out_until ? list[i].row.expires_at : *out_until;
		}
		data += has && !list[i].keys ? 1 : 0;
	}
	/* A data part alone opens nobody: its records are sealed under keys that are gone. */
	*out_parts = keys > 0 ? keys + data : 0;
	return nk_done();
}

NK_RESULT nk_backup_drill_duty(struct nk_flow *flow, struct nk_tx *tx, nk_time due, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_duty *list = NULL;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, err));
	NK_TRY(nk_duty_of(nk_tx_store(tx), NK_STR("restore-drill"), arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].closed_at == 0) {
			return nk_done();
		}
	}
	return nk_duty_open(flow, tx, "restore-drill", NK_STR("restore-drill"), flow->actor, NULL, due, NULL, err);
}
