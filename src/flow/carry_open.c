/*
 * carry_open.c: a bundle opened at the other side.
 *
 * Invariant: the whole bundle is authenticated before the first byte of it is written; nothing is overwritten; files
 * with another digest than the manifest's, or that it does not name, end the opening, and what was written goes again. It
 * goes on the books only when an enrolled site signed its manifest.
 */
#include "base.h"

#include "carry_int.h"
#include "tar.h"

enum { IDENTITIES = 16 };

struct opening {
	const struct nk_env *env;
	const struct nk_carry_open_request *req;
	struct nk_arena *arena;
	struct nk_age_with with;
	int fd; /* the bundle */
	struct nk_hash bundle;
	struct nk_tar_reader tar;
	struct nk_buf text; /* manifest.json */
	struct nk_carry_manifest manifest;
	bool has_manifest;
	bool check_only; /* first round */
	size_t at; /* which file of the manifest comes next */
	int out; /* the file at hand; -1: the manifest */
	uint64_t out_at, out_size;
	struct nk_hasher *hasher;
	size_t made; /* files that stand in the folder */
	uint64_t bytes;
	struct nk_str dir;
};

static void opening_done(struct opening *o)
{
	nk_os_fd_close(&o->fd);
	o->env->close(o->env->self, &o->out);
	nk_hasher_free(&o->hasher);
	nk_buf_done(&o->text);
	nk_key_wipe(&o->manifest.secret);
}

static NK_RESULT bad(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, NK_N("the bundle does not hold what its manifest says"));
}

static NK_RESULT path_of(const struct opening *o, size_t i, char out[static PATH_MAX], struct nk_err *err)
{
	const int n = snprintf(out, PATH_MAX, "%.*s/%.*s", NK_FMT(o->dir), NK_FMT(o->manifest.files[i].name));

	return n > 0 && n < PATH_MAX ? nk_done() : nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
}

/* --- what the archive tells --- */

static NK_RESULT begin_file(struct opening *o, struct nk_str name, uint64_t size, struct nk_err *err)
{
	const struct nk_carry_file *const f = o->at < o->manifest.n_files ? &o->manifest.files[o->at] : NULL;
	char path[PATH_MAX];

	if (f == NULL || !nk_str_eq(f->name, name) || f->size != size) {
		return bad(err);
	}
	nk_hasher_free(&o->hasher);
	NK_TRY(nk_hasher_new(true, NULL, &o->hasher, err));
	o->out_at = 0;
	if (o->check_only) {
		return nk_done();
	}
	NK_TRY(path_of(o, o->at, path, err));
	NK_TRY(o->env->open(o->env->self, path, NK_OPEN_EXCLUSIVE, &o->out, err));
	o->made = o->at + 1;
	return nk_done();
}

static NK_RESULT on_begin(void *arg, struct nk_str name, uint64_t size, struct nk_err *err)
{
	struct opening *const o = arg;

	o->out_size = size;
	if (o->has_manifest) {
		return begin_file(o, name, size, err);
	}
	nk_buf_reset(&o->text);
	return nk_str_eq(name, NK_STR(NK_CARRY_MANIFEST)) && size > 0 && size <= NK_CARRY_MANIFEST_MAX ? nk_done() : bad(err);
}

static NK_RESULT on_bytes(void *arg, struct nk_bytes b, struct nk_err *err)
{
	struct opening *const o = arg;

	if (!o->has_manifest) {
		return nk_buf_add(&o->text, b.ptr, b.len, err);
	}
	nk_hasher_add(o->hasher, b);
	if (!o->check_only) {
		NK_TRY(o->env->write(o->env->self, o->out, o->out_at, b.ptr, b.len, err));
	}
	o->out_at += b.len;
	return nk_done();
}

static NK_RESULT on_end(void *arg, struct nk_err *err)
{
	struct opening *const o = arg;
	struct nk_hash digest;

	if (!o->has_manifest) {
		o->has_manifest = true;
		return o->check_only ? nk_carry_manifest_read(nk_buf_bytes(&o->text), o->arena, &o->manifest, err) : nk_done();
	}
	nk_hasher_end(o->hasher, &digest);
	if (!nk_ct_equal(digest.b, o->manifest.files[o->at].sha256.b, sizeof(digest.b))) {
		return bad(err);
	}
	if (!o->check_only) {
		NK_TRY(o->env->sync(o->env->self, o->out, err));
		o->env->close(o->env->self, &o->out);
		o->bytes += o->out_at;
	}
	o->at++;
	return nk_done();
}

/* --- two rounds over the bundle --- */

static NK_RESULT to_tar(void *arg, const void *buf, size_t len, struct nk_err *err)
{
	struct opening *const o = arg;

	return nk_tar_push(&o->tar, nk_bytes_of(buf, len), err);
}

/* What is read is hashed as well: the bundle's own digest is what the other side knows it by. */
struct source {
	int fd;
	struct nk_hasher *hasher;
};

static NK_RESULT read_hashed(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	struct source *const s = arg;

	NK_TRY(nk_os_fd_read(s->fd, buf, len, out_len, err));
	nk_hasher_add(s->hasher, nk_bytes_of(buf, *out_len));
	return nk_done();
}

static NK_RESULT round_over(struct opening *o, bool check_only, struct nk_err *err)
{
	NK_OWNED(nk_hasher_free) struct nk_hasher *hasher = NULL;
	const struct nk_tar_sink sink = { o, on_begin, on_bytes, on_end };
	struct source source = { .fd = -1 };
	const struct nk_age_io io = { read_hashed, &source, to_tar, o };
	struct nk_hash digest;
	uint64_t size = 0;

	nk_os_fd_close(&o->fd);
	NK_TRY(nk_os_fd_open_read(o->req->bundle, UINT64_MAX, &o->fd, &size, err));
	NK_TRY(nk_hasher_new(true, NULL, &hasher, err));
	source = (struct source){ o->fd, hasher };
	o->check_only = check_only;
	o->has_manifest = false;
	o->at = 0;
	nk_tar_reader_init(&o->tar, &sink);
	NK_TRY(nk_age_open(&o->with, &io, err));
	NK_TRY(nk_tar_end(&o->tar, err));
	if (o->at != o->manifest.n_files) {
		return bad(err);
	}
	nk_hasher_end(hasher, &digest);
	if (!check_only && !nk_ct_equal(digest.b, o->bundle.b, sizeof(digest.b))) {
		return nk_fail(err, NK_CONFLICT, NK_N("the bundle changed while it was opened"));
	}
	o->bundle = digest;
	return nk_done();
}

/* What was written of a bundle that then failed goes again. */
static void take_back(struct opening *o)
{
	char path[PATH_MAX];
	struct nk_err own;

	o->env->close(o->env->self, &o->out);
	for (size_t i = 0; i < o->made; i++) {
		if (nk_ok(path_of(o, i, path, &own))) {
			const nk_rc rc = o->env->unlink(o->env->self, path, &own);

			(void)rc; /* the failure that is being told says enough */
		}
	}
}

static NK_RESULT write_out(struct opening *o, struct nk_err *err)
{
	const nk_rc rc = round_over(o, false, err);

	if (!nk_ok(rc)) {
		take_back(o);
	}
	return rc;
}

/* On the books of this house before it exists here. Persons of other houses are for those to know. */
static NK_RESULT enter(struct nk_flow *flow, const struct opening *o, nk_time until, struct nk_uuid *out_id, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_holding h = { .kind = NK_HOLDING_carried_in,
		.place = o->dir,
		.custodian = flow->actor,
		.purpose = NK_STR("carried in from another house"),
		.warrant = flow->standing_order,
		.opened_at = nk_now(flow->env),
		.expires_at = until,
		.was_read = "unknown" };

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_holding_open(tx, flow->key[NK_HOUSE_LOG], &h, out_id, err));
	for (size_t i = 0; i < o->manifest.n_files; i++) { /* exactly these: anything else in that folder is none of it */
		const struct nk_carry_file *const f = &o->manifest.files[i];
		const struct nk_holding_file file = { f->name, f->size, f->sha256 };

		NK_TRY(nk_holding_file_add(tx, flow->key[NK_HOUSE_LOG], *out_id, &file, err));
	}
	NK_TRY(nk_carry_leaf(flow, tx, "opened", *out_id, o->manifest.warrant, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT add_extent(struct nk_tx *tx, struct nk_uuid holding, const struct nk_carry_whose *w, uint32_t *some, struct nk_err *err)
{
	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		size_t n = 0;

		for (size_t i = 0; i < w->n; i++) {
			if ((w->classes[i] & (1U << c)) != 0) {
				some[n++] = w->numbers[i];
			}
		}
		if (n > 0) {
			NK_TRY(nk_extent_add(tx, holding, (enum nk_item_class)c, some, n, err));
		}
	}
	return nk_done();
}

/* Persons of this house who are in what came from another one: by the bytes, as when something leaves. */
static NK_RESULT whose_of_ours(struct nk_flow *flow, const struct opening *o, struct nk_uuid holding, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const size_t n = o->manifest.n_files;
	struct nk_carry_file *const files = nk_arena_array(o->arena, n, sizeof(*files));
	struct nk_carry_whose whose;
	uint32_t *some = NULL;
	char path[PATH_MAX];

	if (files == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		files[i] = o->manifest.files[i];
		NK_TRY(path_of(o, i, path, err));
		NK_TRY(nk_arena_dup(o->arena, nk_str_c(path), &files[i].path, err));
	}
	NK_TRY(nk_carry_scan(flow, files, n, NULL, o->arena, &whose, err));
	some = nk_arena_array(o->arena, whose.n + 1, sizeof(*some));
	if (some == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(add_extent(tx, holding, &whose, some, err));
	NK_TRY(nk_carry_leaf(flow, tx, "looked at", holding, o->manifest.warrant, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT receipt(const struct opening *o, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char when[NK_TIME_TEXT];
	struct nk_carry_receipt r = { .warrant = o->manifest.warrant,
		.holding = o->manifest.holding,
		.bundle = o->bundle,
		.opened_at = nk_str_c(nk_time_print(nk_now(o->env), when)),
		.files = o->manifest.n_files };

	nk_carry_place(&o->manifest.secret, o->dir, &r.place);
	nk_buf_init(&text, 8192);
	NK_TRY(nk_carry_receipt_print(&r, &o->manifest.secret, &text, err));
	return nk_arena_dup(o->arena, nk_buf_str(&text), out, err);
}

/* A house with books goes by its clock; a machine without one only tells. */
static NK_RESULT in_time(const struct opening *o, const struct nk_flow *flow, nk_time *out_until, bool *out_late, struct nk_err *err)
{
	const nk_time now = nk_now(flow != NULL ? flow->env : o->env);

	*out_late = !nk_time_parse(o->manifest.until, out_until) || now >= *out_until;
	if (*out_late && flow != NULL) {
		return nk_fail(err, NK_DENIED,
			NK_N("the bundle was to be destroyed by now (%s): it is not opened any more; destroy it"),
			nk_short(o->manifest.until).text);
	}
	if (flow != NULL && *out_until > now + (nk_time)flow->config->carry_days * NK_DAY) {
		return nk_fail(err, NK_DENIED,
			NK_N("the bundle may lie here until %1$s, which is more than %2$u days ([carry] until_days): it is not put on the books"),
			nk_short(o->manifest.until).text, (unsigned)flow->config->carry_days);
	}
	return nk_done();
}

static NK_RESULT open_all(struct nk_flow *flow, struct opening *o, struct nk_carry_opened *out, struct nk_err *err)
{
	char dir[PATH_MAX];
	nk_time until = 0;

	NK_TRY(nk_os_real_path(o->req->dir, dir, err));
	NK_TRY(nk_arena_dup(o->arena, nk_str_c(dir), &o->dir, err));
	NK_TRY(round_over(o, true, err));
	NK_TRY(in_time(o, flow, &until, &out->late, err));
	if (flow != NULL) { /* what anybody can make up explains no file of persons here */
		NK_TRY(nk_carry_manifest_of(flow, &o->manifest, err));
		NK_TRY(enter(flow, o, until, &out->holding, err));
	}
	NK_TRY(write_out(o, err));
	NK_TRY(o->env->sync_dir(o->env->self, dir, err));
	if (flow != NULL) {
		const nk_rc rc = whose_of_ours(flow, o, out->holding, err);

		if (!nk_ok(rc)) { /* not here without its persons on the books */
			take_back(o);
			return rc;
		}
	}
	out->warrant = o->manifest.warrant;
	out->from_holding = o->manifest.holding;
	out->n_files = o->manifest.n_files;
	out->bytes = o->bytes;
	out->destroy_by = o->manifest.until;
	return receipt(o, &out->receipt, err);
}

NK_RESULT nk_op_carry_open(const struct nk_env *env, struct nk_flow *flow, const struct nk_carry_open_request *req,
	struct nk_arena *arena, struct nk_carry_opened *out, struct nk_err *err)
{
	NK_OWNED(opening_done) struct opening o = { .env = env, .req = req, .arena = arena, .fd = -1, .out = -1 };
	struct nk_key identities[IDENTITIES];
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	nk_buf_init_wiping(&o.text, NK_CARRY_MANIFEST_MAX);
	o.with.identities = identities;
	rc = nk_age_identities(req->identities, identities, IDENTITIES, &o.with.n, err);
	rc = nk_ok(rc) ? open_all(flow, &o, out, err) : rc;
	nk_wipe(identities, sizeof(identities));
	return flow == NULL ? rc
			    : nk_carry_tell(flow, "carry open", rc,
				      rc.code == NK_DENIED ? "sealed for another key, by nobody who is enrolled, or its day is over or too far" : NULL);
}
