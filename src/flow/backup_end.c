/*
 * backup_end.c: what backups there are, what they can still open, and their end.
 *
 * Invariant (I3): only a second party's key takes a part off the books as gone; what is overwritten is the file whose
 * digest was signed when it was made, and no other.
 */
#include "base.h"
#include "backup_int.h"
#include "closing.h"

#include "hold_int.h"

/* --- the list --- */

/* Persons of the part who are not here any more. */
static NK_RESULT erased_in(struct nk_flow *flow, const struct nk_backup_fact *f, struct nk_arena *arena, uint64_t *out,
	struct nk_err *err)
{
	struct nk_extent_person *list = NULL;
	struct nk_people *people = NULL;
	size_t n = 0;

	*out = 0;
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_extent_persons(flow->store, &f->holding, 1, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		*out += nk_people_by_number(people, list[i].number) == NULL ? 1 : 0;
	}
	return nk_done();
}

/* A data part opens nobody by itself: what counts is whether a keys part is left that has the key. */
static NK_RESULT fate(struct nk_flow *flow, const struct nk_backup_fact *f, bool keys_left, struct nk_arena *arena,
	struct nk_backup_row *row, struct nk_err *err)
{
	uint64_t erased = 0;

	if (f->row.closed_at != 0) {
		row->gone = f->row.gone == NK_GONE_VERIFIED ? NK_N("gone, verified") : NK_N("gone, not verified");
	}
	if (f->row.gone == NK_GONE_VERIFIED) {
		return nk_done();
	}
	NK_TRY(erased_in(flow, f, arena, &erased, err));
	row->erased = f->keys ? (nk_backup_can_open(flow, f) ? erased : 0) : (keys_left ? erased : 0);
	if (f->row.closed_at == 0) {
		row->gone = row->erased > 0 ? NK_N("open: persons erased since can still be opened with it")
			: erased > 0	    ? NK_N("open: of persons erased since it opens nobody")
					    : NK_N("open");
	}
	return nk_done();
}

/* Is a keys part left that could open somebody of this data part who was erased since? */
static NK_RESULT keys_left_for(struct nk_flow *flow, const struct nk_backup_fact *data, struct nk_arena *arena, bool *out,
	struct nk_err *err)
{
	struct nk_extent_person *list = NULL;
	struct nk_people *people = NULL;
	uint32_t *gone = NULL;
	nk_time until = 0;
	uint64_t parts = 0;
	size_t n = 0;
	size_t n_gone = 0;

	*out = false;
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_extent_persons(flow->store, &data->holding, 1, arena, &list, &n, err));
	gone = nk_arena_array(arena, n, sizeof(*gone));
	if (gone == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		if (nk_people_by_number(people, list[i].number) == NULL) {
			gone[n_gone++] = list[i].number;
		}
	}
	if (n_gone > 0) {
		NK_TRY(nk_backup_open_for(flow, gone, n_gone, arena, &parts, &until, err));
	}
	*out = parts > 0;
	return nk_done();
}

static NK_RESULT row_of(struct nk_flow *flow, const struct nk_backup_fact *f, struct nk_arena *arena,
	struct nk_backup_row *row, struct nk_err *err)
{
	bool keys_left = false;

	*row = (struct nk_backup_row){ .holding = f->holding,
		.pair = f->pair,
		.keys = f->keys,
		.place = f->row.place,
		.made_at = f->row.opened_at,
		.expires_at = f->row.expires_at,
		.closed_at = f->row.closed_at,
		.gone = NK_N("open"),
		.epoch = f->epoch,
		.entries = f->entries,
		.persons = f->persons,
		.epoch_inside = f->epoch_inside,
		.whole = f->whole };
	if (!f->keys && f->row.gone != NK_GONE_VERIFIED) {
		NK_TRY(keys_left_for(flow, f, arena, &keys_left, err));
	}
	return fate(flow, f, keys_left, arena, row, err);
}

NK_RESULT nk_op_backup_list(struct nk_flow *flow, struct nk_arena *arena, struct nk_backup_row **out, size_t *out_n,
	struct nk_err *err)
{
	struct nk_backup_fact *facts = NULL;
	size_t n = 0;

	NK_TRY(nk_backup_facts(flow, arena, &facts, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(row_of(flow, &facts[i], arena, &(*out)[i], err));
	}
	*out_n = n;
	return nk_done();
}

/* --- the end --- */

struct ending {
	struct nk_flow *flow;
	const struct nk_backup_destroy_request *req;
	struct nk_arena *arena;
	struct nk_backup_fact fact;
	struct nk_party by;
	struct nk_backup_destroyed *out;
	const char *method;
};

static NK_RESULT find(struct ending *e, struct nk_err *err)
{
	struct nk_backup_fact *list = NULL;
	size_t n = 0;

	NK_TRY(nk_backup_facts(e->flow, e->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_uuid_eq(list[i].holding, e->req->holding)) {
			e->fact = list[i];
			return list[i].row.closed_at == 0
				? nk_done()
				: nk_fail(err, NK_EXISTS, NK_N("this part of a backup is off the books already"));
		}
	}
	return nk_fail(err, NK_NOT_FOUND, NK_N("there is no such part of a backup: nokosazu backup list"));
}

static NK_RESULT second_party(struct ending *e, struct nk_err *err)
{
	NK_TRY(nk_signer_of(e->flow, e->req->seed, e->arena, &e->by, err));
	if (nk_uuid_eq(e->by.id, e->fact.row.custodian) || nk_uuid_eq(e->by.id, e->flow->actor)) {
		return nk_fail(err, NK_DENIED, NK_N("who made the backup cannot say alone that it is gone: another party's key is needed"));
	}
	return nk_done();
}

/* A part whose making was cut off was removed then, with that as its evidence. */
static NK_RESULT removed_before(struct ending *e, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const char *const path = e->fact.row.place.ptr;

	NK_TRY(nk_stmt_get(e->flow->store, "SELECT 1 FROM copy_open WHERE holding_id = ?1", &s, err));
	nk_stmt_uuid(s, 1, e->fact.holding);
	NK_TRY(nk_stmt_step(s, out, err));
	*out = !*out && !e->fact.whole && !nk_os_is_there(path);
	return nk_done();
}

static NK_RESULT not_there(struct ending *e, struct nk_err *err)
{
	bool removed = false;

	NK_TRY(removed_before(e, &removed, err));
	if (!removed && !e->req->lost) {
		return nk_fail(err, NK_NOT_FOUND,
			NK_N("%s is not there: bring it back and repeat, or close it as lost with --lost, which stays unverified"),
			e->fact.row.place.ptr);
	}
	e->out->verified = removed;
	e->method = removed ? "removed when its making was cut off" : "not found";
	return nk_done();
}

static NK_RESULT must_be_it(struct ending *e, const char *path, struct nk_err *err)
{
	uint8_t pub[NK_SIGN_PUB_LEN];
	struct nk_hash digest;
	bool is_signed = false;
	struct nk_err own;
	nk_rc rc;

	nk_sign_public(e->flow->key[NK_HOUSE_CERT], pub);
	rc = nk_backup_outside(e->flow->env, path, pub, &digest, &e->out->bytes, &is_signed, &own);
	if (!nk_ok(rc) && rc.code != NK_CORRUPT) {
		return nk_err_pass(err, &own);
	}
	return e->fact.whole && !nk_ct_equal(digest.b, e->fact.sha256.b, sizeof(digest.b))
		? nk_fail(err, NK_CONFLICT, NK_N("%s is not the part that was made: it has another digest; nothing was removed"), path)
		: nk_done();
}

static NK_RESULT destroy_file(struct ending *e, struct nk_err *err)
{
	const struct nk_env *const env = e->flow->env;
	char beside[PATH_MAX];
	char path[PATH_MAX];
	int fd = -1;
	nk_rc rc;

	(void)snprintf(path, sizeof(path), "%.*s", NK_FMT(e->fact.row.place));
	if (!nk_os_is_there(path)) {
		return not_there(e, err);
	}
	NK_TRY(must_be_it(e, path, err));
	NK_TRY(env->open(env->self, path, NK_OPEN_WRITE, &fd, err));
	rc = nk_copy_erase(env, path, fd, err);
	env->close(env->self, &fd);
	NK_TRY(rc);
	if ((size_t)snprintf(beside, sizeof(beside), "%s%s", path, NK_BACKUP_STATEMENT) < sizeof(beside)) {
		NK_TRY(env->unlink(env->self, beside, err));
	}
	e->out->verified = true;
	e->method = "digest compared, overwritten and removed";
	return nk_done();
}

static NK_RESULT body(const struct ending *e, struct nk_buf *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];
	char party[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "bytes");
	nk_json_int(&j, nk_i64(e->out->bytes));
	nk_json_key(&j, "closer");
	nk_json_c(&j, nk_uuid_print(e->by.id, party));
	nk_json_key(&j, "holding");
	nk_json_c(&j, nk_uuid_print(e->fact.holding, id));
	nk_json_key(&j, "limits");
	nk_json_c(&j, "the file at its place; copies that somebody made of it, and blocks that the medium keeps, are not seen");
	nk_json_key(&j, "method");
	nk_json_c(&j, e->method);
	nk_json_key(&j, "part");
	nk_json_c(&j, e->fact.keys ? "keys" : "data");
	nk_json_key(&j, "result");
	nk_json_c(&j, e->out->verified ? "PASSED" : "UNVERIFIED");
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT close_books(struct ending *e, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_closing c = { .holding = e->fact.holding,
		.gone = e->out->verified ? NK_GONE_VERIFIED : NK_GONE_UNVERIFIED,
		.how = "destroyed before another party",
		.predicate = NK_PREDICATE_CLOSURE,
		.by = &e->by,
		.seed = e->req->seed };

	nk_buf_init(&text, 65536);
	nk_buf_init(&envelope, 4 << 20);
	NK_TRY(body(e, &text, err));
	c.body = nk_buf_str(&text);
	NK_TRY(nk_closing_sign(e->flow, &c, &envelope, err));
	NK_TRY(nk_tx_begin(e->flow->store, &tx, err));
	NK_TRY(nk_closing_book(e->flow, tx, &c, nk_buf_bytes(&envelope), e->arena, &e->out->evidence, err));
	return nk_flow_commit(e->flow, &tx, err);
}

static NK_RESULT end_it(struct ending *e, struct nk_err *err)
{
	NK_TRY(find(e, err));
	NK_TRY(second_party(e, err));
	e->out->place = e->fact.row.place;
	NK_TRY(destroy_file(e, err));
	return close_books(e, err);
}

NK_RESULT nk_op_backup_destroy(struct nk_flow *flow, const struct nk_backup_destroy_request *req, struct nk_arena *arena,
	struct nk_backup_destroyed *out, struct nk_err *err)
{
	struct ending e = { .flow = flow, .req = req, .arena = arena, .out = out };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	rc = end_it(&e, err);
	return nk_carry_tell(flow, "backup destroy", rc, NULL);
}
