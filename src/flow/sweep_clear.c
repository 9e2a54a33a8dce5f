/*
 * sweep_clear.c: the end of a residue: removed, looked for again, signed for, and looked for by another party.
 *
 * I3: who removed it cannot say alone that it is gone; only the second party's own signature closes the holding.
 */
#include "base.h"
#include "sweep_int.h"
#include "closing.h"

#include "hold_int.h"

static const char mask[] = "▒";

struct matching {
	const struct nk_env *env;
	struct nk_str rest; /* of the pattern, behind the folder at hand */
	char dir[PATH_MAX];
	char found[PATH_MAX];
	unsigned n;
	unsigned depth;
};

/* A name against a masked one: each run of the mask stands for one character or more. */
static bool fits(struct nk_str name, struct nk_str pattern)
{
	const size_t m = sizeof(mask) - 1;

	while (pattern.len > 0 && !nk_str_starts(pattern, nk_str_c(mask))) {
		if (name.len == 0 || name.ptr[0] != pattern.ptr[0]) {
			return false;
		}
		name = nk_str_sub(name, 1, name.len);
		pattern = nk_str_sub(pattern, 1, pattern.len);
	}
	if (pattern.len == 0) {
		return name.len == 0;
	}
	while (nk_str_starts(pattern, nk_str_c(mask))) {
		pattern = nk_str_sub(pattern, m, pattern.len);
	}
	for (size_t skip = 1; skip <= name.len; skip++) {
		if (fits(nk_str_sub(name, skip, name.len), pattern)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT look_in(struct matching *m, struct nk_err *err);

static NK_RESULT try_name(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct matching *const m = arg;
	const struct nk_str rest = m->rest;
	const size_t slash = nk_str_chr(rest, '/');
	const size_t len = strlen(m->dir);
	nk_rc rc = nk_done();

	if (!fits(name, nk_str_sub(rest, 0, slash == SIZE_MAX ? rest.len : slash)) || len + name.len + 2 > PATH_MAX) {
		return rc;
	}
	(void)snprintf(m->dir + len, PATH_MAX - len, "/%.*s", NK_FMT(name));
	if (slash == SIZE_MAX) {
		memcpy(m->found, m->dir, PATH_MAX);
		m->n++;
	} else if (is_dir) {
		m->rest = nk_str_sub(rest, slash + 1, rest.len);
		rc = look_in(m, err);
		m->rest = rest;
	}
	m->dir[len] = '\0';
	return rc;
}

static NK_RESULT look_in(struct matching *m, struct nk_err *err)
{
	return m->env->list(m->env->self, m->dir[0] != '\0' ? m->dir : "/", try_name, m, err);
}

NK_RESULT nk_sweep_find(
	const struct nk_env *env, struct nk_str place, char out[static PATH_MAX], bool *out_there, struct nk_err *err)
{
	struct matching *m = NULL;
	nk_rc rc = nk_done();
	bool mine = false;
	size_t plain = nk_str_find(place, nk_str_c(mask));

	(void)snprintf(out, PATH_MAX, "%.*s", NK_FMT(place));
	if (plain == SIZE_MAX) {
		*out_there = nk_os_kind_of(out, &mine) != NK_OS_NOTHING;
		return rc;
	}
	m = calloc(1, sizeof(*m));
	if (m == NULL) {
		return nk_fail_nomem(err);
	}
	while (place.ptr[plain] != '/') {
		plain--;
	}
	m->env = env;
	m->rest = nk_str_sub(place, plain + 1, place.len);
	(void)snprintf(m->dir, sizeof(m->dir), "%.*s", (int)plain, place.ptr);
	rc = look_in(m, err);
	*out_there = m->n > 0;
	if (nk_ok(rc) && m->n > 1) {
		rc = nk_fail(err, NK_CONFLICT,
			NK_N("%u files fit the masked name of this residue: remove the right one yourself, then sweep check"), m->n);
	}
	memcpy(out, m->found, PATH_MAX);
	free(m);
	return rc;
}

/* --- removing --- */

/* Only what was found: whatever lies under that name by now may be somebody's work. Rows of before 0007 list no bytes. */
static NK_RESULT is_what_was_found(struct nk_flow *flow, struct nk_uuid holding, const char *path, struct nk_err *err)
{
	const struct nk_env *const env = flow->env;
	bool same = false;
	bool any = false;
	int fd = -1;
	nk_rc rc;

	NK_TRY(env->open(env->self, path, NK_OPEN_READ, &fd, err));
	rc = nk_copy_is_noted(flow, holding, fd, &same, &any, err);
	env->close(env->self, &fd);
	NK_TRY(rc);
	return same || !any ? nk_done()
			    : nk_fail(err, NK_CONFLICT,
				      NK_N("another file lies there now than the sweep found, and is left alone: nokosazu sweep, which looks at it, then sweep clear"));
}

static NK_RESULT remove_file(struct nk_flow *flow, struct nk_uuid holding, struct nk_str place, bool *out_there, struct nk_err *err)
{
	const struct nk_env *const env = flow->env;
	char path[PATH_MAX];
	int fd = -1;
	nk_rc rc;

	NK_TRY(nk_sweep_find(env, place, path, out_there, err));
	if (!*out_there) {
		return nk_done();
	}
	NK_TRY(is_what_was_found(flow, holding, path, err));
	NK_TRY(env->open(env->self, path, NK_OPEN_WRITE, &fd, err));
	rc = nk_copy_erase(env, path, fd, err);
	env->close(env->self, &fd);
	return rc;
}

static bool in_home(const struct nk_flow *flow, const char *name, struct nk_str path)
{
	char folder[PATH_MAX];
	char real[PATH_MAX];
	struct nk_err why;

	nk_flow_path(flow, name, folder);
	return nk_ok(nk_os_real_path(folder, real, &why)) && nk_sweep_inside(path, nk_str_c(real));
}

static NK_RESULT remove_residue(struct nk_flow *flow, const struct nk_holding *h, bool *out_there, struct nk_err *err)
{
	const struct nk_str place = h->place;

	*out_there = true;
	if (in_home(flow, "vault", place) || in_home(flow, "ledger", place)) {
		return nk_fail(err, NK_UNSUPPORTED,
			NK_N("a residue inside the vault or the ledger cannot be removed without destroying them: restore from a backup"));
	}
	if (in_home(flow, "store/nokosazu.db", place) || in_home(flow, "store/nokosazu.db-wal", place) ||
		in_home(flow, "store/nokosazu.db-shm", place)) {
		return nk_store_scrub(flow->store, true, err); /* every page anew, free ones and the journal gone */
	}
	return remove_file(flow, h->id, place, out_there, err);
}

/* --- looking again --- */

static void folder_of(const struct nk_holding *h, char out[static PATH_MAX])
{
	const size_t m = nk_str_find(h->place, nk_str_c(mask));
	struct nk_str folder = nk_str_sub(h->place, 0, m == SIZE_MAX ? h->place.len : m);

	while (folder.len > 1 && folder.ptr[folder.len - 1] != '/') {
		folder.len--;
	}
	(void)snprintf(out, PATH_MAX, "%.*s", NK_FMT(folder));
}

static NK_RESULT is_gone(struct nk_sweeping *s, const struct nk_holding *h, struct nk_err *err)
{
	for (size_t i = 0; i < s->files.len; i++) {
		const struct nk_sweep_file *const f = nk_vec_at(&s->files, i);

		if (nk_str_eq(f->path, h->place)) {
			return nk_fail(err, NK_INCOMPLETE,
				NK_N("the second sweep still finds traces in %s: it is live content there, remove it first"),
				nk_short(f->path).text);
		}
	}
	return nk_done();
}

static NK_RESULT sweep_again(struct nk_sweeping *s, const struct nk_holding *h, struct nk_err *err)
{
	char path[PATH_MAX];

	folder_of(h, path);
	NK_TRY(nk_sweep_place(s, path, "place of the residue", err));
	NK_TRY(nk_sweep_scan(s, err));
	NK_TRY(is_gone(s, h, err));
	if (!nk_sweep_controls(s) || s->unscanned > 0) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("the second sweep of %1$s is not valid: %2$llu files could not be read, control person found: %3$s"), path,
			(unsigned long long)s->unscanned, nk_sweep_controls(s) ? "yes" : "no");
	}
	return nk_done();
}

static NK_RESULT open_one(struct nk_flow *flow, struct nk_uuid id, struct nk_arena *arena, struct nk_holding *out, struct nk_err *err)
{
	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], id, arena, out, err));
	if (out->kind != NK_HOLDING_residue) {
		return nk_fail(err, NK_INVALID, NK_N("a holding of kind \"%s\" does not end this way"),
			nk_holding_kind_name(out->kind));
	}
	return out->closed_at == 0 ? nk_done() : nk_fail(err, NK_EXISTS, NK_N("this holding is closed already"));
}

static void about_of(struct nk_uuid id, char about[static 64], struct nk_hash *out_subject)
{
	(void)nk_holding_about(id, about);
	nk_sha256(nk_bytes_of(id.b, sizeof(id.b)), out_subject);
}

static void fill(const struct nk_sweeping *s, const struct nk_holding *h, struct nk_sweep_cleared *out)
{
	out->path = h->place;
	for (size_t i = 0; i < s->report.n_places; i++) {
		out->files += s->report.places[i].files;
		out->bytes += s->report.places[i].bytes;
	}
}

NK_RESULT nk_op_sweep_clear(struct nk_flow *flow, struct nk_uuid holding, struct nk_arena *arena,
	struct nk_sweep_cleared *out, struct nk_err *err)
{
	NK_OWNED(nk_sweeping_done) struct nk_sweeping s = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_statement st = { .predicate = NK_PREDICATE_SVR, .result = "PASSED" };
	struct nk_holding h;
	char about[64];

	memset(out, 0, sizeof(*out));
	NK_TRY(open_one(flow, holding, arena, &h, err));
	NK_TRY(remove_residue(flow, &h, &out->was_there, err));
	NK_TRY(nk_sweeping_init(&s, flow, arena, err));
	NK_TRY(sweep_again(&s, &h, err));
	fill(&s, &h, out);
	nk_buf_init(&body, 1 << 20);
	NK_TRY(nk_sweep_statement(&s, true, NK_STR("house"), &body, err));
	about_of(holding, about, &st.subject_sha256);
	st.subject = about;
	st.about = nk_str_c(about);
	st.body = nk_buf_str(&body);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_statement_make(flow, tx, &st, arena, &out->evidence, &out->envelope, err));
	return nk_flow_commit(flow, &tx, err);
}

/* --- by another party --- */

static int by_number(const void *key, const void *member)
{
	const uint32_t a = *(const uint32_t *)key;
	const uint32_t b = ((const struct nk_extent_person *)member)->number;

	return a < b ? -1 : a > b ? 1 : 0;
}

/* A residue that was moved instead of removed is found again, wherever it is looked for: by whom it is about. */
static NK_RESULT nobody_of_it(struct nk_sweeping *s, const struct nk_holding *h, struct nk_err *err)
{
	struct nk_extent_person *persons = NULL;
	size_t n = 0;

	NK_TRY(nk_extent_persons(s->flow->store, &h->id, 1, s->arena, &persons, &n, err));
	for (size_t i = 0; i < s->files.len; i++) {
		const struct nk_sweep_file *const f = nk_vec_at(&s->files, i);

		for (size_t k = f->first; n > 0 && k < f->first + f->n; k++) {
			if (bsearch(&s->traces[k].number, persons, n, sizeof(*persons), by_number) != NULL) {
				return nk_fail(err, NK_INCOMPLETE,
					NK_N("persons of this residue are found in %s, which is on no books: it may have been moved there; nokosazu sweep, then sweep clear"),
					nk_short(f->path).text);
			}
		}
	}
	return nk_done();
}

/* All that the sweep looks at, after the removal, and on the books: what it finds is a suspect like any other. */
static NK_RESULT sweep_all(struct nk_sweeping *s, const struct nk_holding *h, const char *temp_dir, struct nk_err *err)
{
	const struct nk_sweep_request req = { .temp_dir = temp_dir };
	struct nk_sweep_reply r = { 0 };
	char path[PATH_MAX];

	folder_of(h, path);
	NK_TRY(nk_sweep_look(s, &req, path, &r, err));
	NK_TRY(is_gone(s, h, err));
	NK_TRY(nobody_of_it(s, h, err));
	return r.complete ? nk_done()
			  : nk_fail(err, NK_INCOMPLETE,
				    NK_N("not everything was looked at (nokosazu sweep says what), so nobody can say that it is gone"));
}

static NK_RESULT close_checked(const struct nk_sweeping *s, struct nk_closing *c, struct nk_buf *envelope,
	struct nk_sweep_cleared *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	char id[NK_UUID_TEXT];

	nk_buf_init(&body, 1 << 20);
	NK_TRY(nk_sweep_statement(s, true, nk_str_c(nk_uuid_print(c->by->id, id)), &body, err));
	c->body = nk_buf_str(&body);
	NK_TRY(nk_closing_sign(s->flow, c, envelope, err));
	NK_TRY(nk_tx_begin(s->flow->store, &tx, err));
	NK_TRY(nk_closing_book(s->flow, tx, c, nk_buf_bytes(envelope), s->arena, &out->evidence, err));
	return nk_flow_commit(s->flow, &tx, err);
}

NK_RESULT nk_op_sweep_check(struct nk_flow *flow, const struct nk_sweep_check *req, struct nk_arena *arena,
	struct nk_sweep_cleared *out, struct nk_err *err)
{
	NK_OWNED(nk_sweeping_done) struct nk_sweeping s = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	struct nk_closing closing;
	struct nk_holding h;
	struct nk_party by;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	NK_TRY(open_one(flow, req->holding, arena, &h, err));
	rc = nk_closing_party(flow, h.custodian, req->seed, arena, &by, err);
	if (!nk_ok(rc)) {
		nk_flow_refused_why(flow, "sweep check", err);
		return rc;
	}
	NK_TRY(nk_sweeping_init(&s, flow, arena, err));
	NK_TRY(sweep_all(&s, &h, req->temp_dir, err));
	fill(&s, &h, out);
	nk_buf_init(&envelope, 4 << 20);
	closing = (struct nk_closing){ .holding = h.id,
		.gone = NK_GONE_VERIFIED,
		.how = "swept again by another party",
		.predicate = NK_PREDICATE_SVR,
		.by = &by,
		.seed = req->seed };
	NK_TRY(close_checked(&s, &closing, &envelope, out, err));
	return nk_arena_dup(arena, nk_buf_str(&envelope), &out->envelope, err);
}
