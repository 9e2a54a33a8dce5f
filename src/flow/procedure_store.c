/*
 * procedure_store.c: the register of procedures as rows, and whom each concerns.
 *
 * Invariant: in force is the newest revision whose day has come; a text that does not have its digest is not shown.
 */
#include "base.h"
#include "training_int.h"

enum { PROCEDURES_MAX = 10000 };

static NK_RESULT take_row(
	const struct nk_stmt *s, struct nk_arena *arena, struct nk_procedure *out, struct nk_err *err)
{
	*out = (struct nk_procedure){ .revision = nk_u32(nk_u64(nk_col_int(s, 1))),
		.effective = (nk_date)nk_col_int(s, 4),
		.at = nk_col_int(s, 6) };
	if (nk_col_blob(s, 3).len != NK_HASH_LEN || !nk_col_uuid(s, 5, &out->warrant)) {
		return nk_fail(err, NK_CORRUPT, NK_N("a procedure in the store is damaged"));
	}
	memcpy(out->digest.b, nk_col_blob(s, 3).ptr, NK_HASH_LEN);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 0), &out->name, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 2), &out->title, err));
	return nk_arena_dup(arena, nk_col_text(s, 7), &out->concerns, err);
}

/* Rows stand by name and rising revision. */
static void mark(struct nk_procedure *rows, size_t n, nk_date today)
{
	bool found = false;

	for (size_t i = n; i-- > 0;) {
		const bool last = i + 1 == n || !nk_str_eq(rows[i].name, rows[i + 1].name);

		found = found && !last;
		rows[i].newest = last;
		rows[i].in_force = !found && rows[i].effective <= today;
		found = found || rows[i].in_force;
	}
}

NK_RESULT nk_procedures(struct nk_flow *flow, struct nk_arena *arena, struct nk_procedure **out, size_t *out_n,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	struct nk_procedure *list = NULL;
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_procedure), PROCEDURES_MAX);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT name, revision, title, digest, effective_on, warrant_id, at, concerns FROM procedure_text ORDER BY name, revision",
		&s, err));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_row(s, arena, item, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	list = nk_vec_keep(&rows, arena);
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	mark(list, rows.len, nk_flow_today(flow));
	*out = list;
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_procedure_get(struct nk_flow *flow, struct nk_str name, uint32_t revision, struct nk_arena *arena,
	struct nk_procedure *out, struct nk_err *err)
{
	struct nk_procedure *list = NULL;
	const struct nk_procedure *found = NULL;
	size_t n = 0;

	NK_TRY(nk_procedures(flow, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_procedure *const p = &list[i];

		if (nk_str_eq(p->name, name) &&
			(revision == 0 ? p->in_force || (p->newest && found == NULL) : p->revision == revision)) {
			found = p;
		}
	}
	if (found == NULL) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("the register has no procedure \"%s\" of that revision"),
			nk_short(name).text);
	}
	*out = *found;
	return nk_done();
}

NK_RESULT nk_procedure_newest(struct nk_flow *flow, struct nk_str name, uint32_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(
		flow->store, "SELECT COALESCE(MAX(revision), 0) FROM procedure_text WHERE name = ?1", &s, err));
	nk_stmt_text(s, 1, name);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u32(nk_u64(nk_col_int(s, 0))) : 0;
	return nk_done();
}

NK_RESULT nk_procedure_text(struct nk_flow *flow, const struct nk_procedure *p, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_hash digest;
	bool have = false;

	NK_TRY(nk_stmt_get(
		flow->store, "SELECT text FROM procedure_text WHERE name = ?1 AND revision = ?2", &s, err));
	nk_stmt_text(s, 1, p->name);
	nk_stmt_int(s, 2, p->revision);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (have) {
		nk_sha256(nk_col_blob(s, 0), &digest);
	}
	if (!have || !nk_bytes_eq(nk_bytes_of(digest.b, NK_HASH_LEN), nk_bytes_of(p->digest.b, NK_HASH_LEN))) {
		return nk_fail(err, NK_CORRUPT, NK_N("a procedure in the store is damaged"));
	}
	return nk_arena_dup(arena, nk_bytes_str(nk_col_blob(s, 0)), out, err);
}

bool nk_procedure_concerns(const struct nk_procedure *p, const struct nk_party *party)
{
	struct nk_str rest = p->concerns;
	struct nk_str role;

	while (nk_str_cut(&rest, ',', &role)) {
		if (nk_str_eq(nk_str_trim(role), NK_STR("*")) || nk_party_has_role(party, nk_str_trim(role))) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_procedure_read_at(struct nk_flow *flow, const struct nk_procedure *p, struct nk_uuid party, nk_time *out,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT at FROM procedure_read WHERE name = ?1 AND revision = ?2 AND party_id = ?3", &s, err));
	nk_stmt_text(s, 1, p->name);
	nk_stmt_int(s, 2, p->revision);
	nk_stmt_uuid(s, 3, party);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_col_int(s, 0) : 0;
	return nk_done();
}

static bool is_person(const struct nk_party *p)
{
	static const char *const others[] = { "organisation", "program", "unit", "site", "anyone" };

	for (size_t i = 0; i < NK_ARRAY_LEN(others); i++) {
		if (nk_str_eq(p->kind, nk_str_c(others[i]))) {
			return false;
		}
	}
	return !p->ended && p->roles.len > 0;
}

NK_RESULT nk_training_people(struct nk_flow *flow, struct nk_arena *arena, struct nk_party **out, size_t *out_n,
	struct nk_err *err)
{
	struct nk_party *list = NULL;
	size_t n = 0;
	size_t kept = 0;

	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (is_person(&list[i])) {
			list[kept++] = list[i];
		}
	}
	*out = list;
	*out_n = kept;
	return nk_done();
}
