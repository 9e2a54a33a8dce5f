/*
 * op_redact.c: files in, the same files without anybody out; and the proof that nobody is in them.
 *
 * Everything is in memory until it is shown to be empty: first the redactor looks at its own result, then the sandboxed
 * scanner opens it with the roster, as a stranger would. Only then a file is made.
 */
#include "base.h"
#include "redact_int.h"

static const char still[] = NK_N("the scan of the result still finds somebody of the roster");
static const char unread[] = NK_N("the result could not be looked through whole");

struct proving {
	uint64_t persons, unread;
};

static bool on_finding(void *arg, const struct nkx_finding *f)
{
	struct proving *const p = arg;

	p->persons += f->f.of_index ? 1 : 0;
	return true;
}

static bool on_stream(void *arg, const struct nkx_stream *s)
{
	struct proving *const p = arg;

	p->unread += s->state != NKX_SCANNED ? 1 : 0;
	return true;
}

static bool on_item(void *arg, const struct nkx_item_end *item)
{
	(void)arg;
	(void)item;
	return true;
}

/* The result as a stranger's scanner sees it: opened, in the sandbox, with everybody as the dictionary. */
static NK_RESULT prove(struct nk_redactor *r, struct nk_bytes result, const char **out_why, struct nk_err *err)
{
	NK_OWNED(nkx_pool_free) struct nkx_pool *pool = NULL;
	struct proving p = { 0 };
	const struct nkx_reports reports = { .finding = on_finding, .stream = on_stream, .item = on_item, .arg = &p };
	struct nkx_options options = { .workers = 1, .index_fd = r->roster.fd };
	struct nkx_item item = { .fd = -1, .name = "result", .name_apart = true };
	nk_rc rc;

	memcpy(options.index_key, r->roster.key, sizeof(options.index_key));
	rc = nkx_pool_start(&options, &reports, &pool, err);
	nk_wipe(options.index_key, sizeof(options.index_key));
	NK_TRY(rc);
	NK_TRY(nk_os_memfd("nokosazu-redacted", &item.fd, err));
	rc = nk_os_fd_write(item.fd, result.ptr, result.len, err);
	if (!nk_ok(rc)) {
		nk_os_fd_close(&item.fd);
		return rc;
	}
	NK_TRY(nkx_pool_submit(pool, &item, err));
	NK_TRY(nkx_pool_finish(pool, err));
	*out_why = p.persons > 0 ? still : p.unread > 0 ? unread : NULL;
	return nk_done();
}

static bool starts_with(struct nk_bytes in, const char *head, size_t len)
{
	return in.len >= len && nk_bytes_eq(nk_bytes_of(in.ptr, len), nk_bytes_of(head, len));
}

static NK_RESULT by_format(struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, struct nk_redact_file *about, struct nk_err *err)
{
	if (starts_with(in, "PK\x03\x04", 4)) {
		about->format = "xlsx";
		return nk_redact_xlsx(r, in, out, &about->why, err);
	}
	if (starts_with(in, "SQLite format 3", 16)) {
		about->format = "sqlite";
		return nk_redact_db(r, in, out, &about->why, err);
	}
	about->format = "text";
	return nk_redact_text(r, in, out, &about->why, err);
}

NK_RESULT nk_redact_bytes(struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, struct nk_redact_file *about,
	struct nk_err *err)
{
	const uint64_t before = r->replaced;

	about->why = NULL;
	NK_TRY(by_format(r, in, out, about, err));
	about->replaced = r->replaced - before;
	if (about->why == NULL && out->len > 0) {
		NK_TRY(prove(r, nk_buf_bytes(out), &about->why, err));
	}
	about->bytes = out->len;
	if (about->why != NULL) {
		nk_buf_reset(out);
	}
	return nk_done();
}

NK_RESULT nk_redact_name(struct nk_redactor *r, struct nk_str name, struct nk_buf *out, struct nk_err *err)
{
	size_t bad = 0;
	bool clean = true;

	if (!nk_utf8_valid(nk_str_bytes(name), &bad)) {
		return nk_fail(err, NK_INVALID, NK_N("a file's name is not UTF-8: rename it first"));
	}
	NK_TRY(nk_redact_utf8(r, name, false, out, &clean, err));
	return clean ? nk_done() : nk_fail(err, NK_INVALID, NK_N("a person in a file's name could not be replaced: rename it first"));
}

static struct nk_str base_name(const char *path)
{
	const char *const slash = strrchr(path, '/');

	return nk_str_c(slash == NULL ? path : slash + 1);
}

static NK_RESULT give_out(const struct nk_redact_request *req, struct nk_redactor *r, struct nk_redact_file *f,
	struct nk_bytes data, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };

	nk_buf_init_wiping(&name, PATH_MAX);
	NK_TRY(nk_redact_name(r, base_name(f->from.ptr), &name, err));
	NK_TRY(nk_arena_printf(arena, &f->to, err, "%s/%.*s", req->into, NK_FMT(nk_buf_str(&name))));
	return nk_env_write_new(r->flow->env, f->to.ptr, data, err);
}

static NK_RESULT one_file(const struct nk_redact_request *req, struct nk_redactor *r, struct nk_redact_file *f,
	struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf in = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_err own;
	nk_rc rc;

	nk_buf_init_wiping(&in, NK_REDACT_FILE_MAX);
	nk_buf_init_wiping(&out, 4 * (size_t)NK_REDACT_FILE_MAX);
	NK_TRY(nk_env_read_all(r->flow->env, f->from.ptr, in.max, &in, err));
	rc = nk_redact_bytes(r, nk_buf_bytes(&in), &out, f, &own);
	if (!nk_ok(rc) && rc.code != NK_INVALID && rc.code != NK_UNSUPPORTED && rc.code != NK_LIMIT) {
		return nk_err_pass(err, &own);
	}
	if (!nk_ok(rc)) {
		f->why = NK_N("it is not of a form that can be redacted");
	}
	return f->why == NULL ? give_out(req, r, f, nk_buf_bytes(&out), arena, err) : nk_done();
}

NK_RESULT nk_op_redact(struct nk_flow *flow, const struct nk_redact_request *req, struct nk_arena *arena,
	struct nk_redact_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_redactor_free) struct nk_redactor *r = NULL;
	struct nk_scan_reply whose = { 0 };
	struct nk_redact_file *const files = nk_arena_array(arena, req->n_files, sizeof(*files));

	memset(out, 0, sizeof(*out));
	if (files == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_redactor_new(flow, req->warrant, &r, err));
	NK_TRY(flow->env->mkdir(flow->env->self, req->into, err));
	for (size_t i = 0; i < req->n_files; i++) {
		files[i] = (struct nk_redact_file){ .to = NK_STR(""), .format = "" };
		NK_TRY(nk_arena_dup(arena, nk_str_c(req->files[i]), &files[i].from, err));
		nk_flow_tell(flow, NK_N("redacting"), i, req->n_files);
		NK_TRY(one_file(req, r, &files[i], arena, err));
		out->refused += files[i].why != NULL ? 1 : 0;
	}
	NK_TRY(nk_whose_verdict(r->whose, arena, &whose, err));
	out->files = files;
	out->n_files = req->n_files;
	out->persons = whose.persons;
	out->replaced = r->replaced;
	return nk_done();
}
