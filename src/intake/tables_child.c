/*
 * tables_child.c: the work of the child: the digest, the zip's directory, the files in the order that was asked for.
 *
 * Runs under seccomp: opens nothing, prints nothing. What is wrong with the input becomes a message, never an exit.
 * Pure but for job->read and out->write, so that tests and fuzzers run it in their own process.
 */
#include "base.h"
#include "tables_int.h"

enum { FLUSH_AT = 128 << 10, DIGEST_STEP = 256 << 10 };

NK_RESULT nk_tables_child_tools(const struct nk_key *digest_key, struct tables_tools *out, struct nk_err *err)
{
	for (int e = 0; e < NK_ENC_COUNT; e++) {
		if (e != NK_ENC_UTF8) {
			NK_TRY(nk_codec_new((enum nk_encoding)e, NK_ENC_UTF8, &out->codec[e], err));
		}
	}
	return nk_hasher_new(false, digest_key, &out->hasher, err);
}

void nk_tables_child_tools_done(struct tables_tools *tools)
{
	for (int e = 0; e < NK_ENC_COUNT; e++) {
		nk_codec_free(&tools->codec[e]);
	}
	nk_hasher_free(&tools->hasher);
	nk_csv_free(&tools->csv);
}

NK_RESULT nk_tables_child_begin(struct tables_out *out, enum tables_message type, struct nk_err *err)
{
	out->start = out->buf.len;
	NK_TRY(nk_buf_add_byte(&out->buf, (uint8_t)type, err));
	return nk_buf_add_le32(&out->buf, 0, err);
}

static NK_RESULT flush(struct tables_out *out, struct nk_err *err)
{
	NK_TRY(out->write(out->arg, nk_buf_bytes(&out->buf), err));
	nk_buf_reset(&out->buf);
	out->start = 0;
	return nk_done();
}

NK_RESULT nk_tables_child_end(struct tables_out *out, struct nk_err *err)
{
	nk_put_le32(out->buf.ptr + out->start + 1, nk_u32(out->buf.len - out->start - 5));
	out->start = out->buf.len;
	return out->buf.len >= FLUSH_AT ? flush(out, err) : nk_done();
}

/* Tells the parent why the file cannot be read at all; the texts are ours. */
static NK_RESULT tell_error(struct tables_out *out, const struct nk_err *what, struct nk_err *err)
{
	NK_TRY(nk_tables_child_begin(out, TABLES_ERROR, err));
	NK_TRY(nk_buf_add_byte(&out->buf, (uint8_t)what->code, err));
	for (int lang = 0; lang < NK_LANG_COUNT; lang++) {
		const struct nk_str text = nk_str_c(what->text[lang]);

		NK_TRY(nk_buf_add_le32(&out->buf, nk_u32(text.len), err));
		NK_TRY(nk_buf_add_str(&out->buf, text, err));
	}
	return nk_tables_child_end(out, err);
}

static NK_RESULT hash_all(const struct tables_job *job, struct nk_hash *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };
	uint8_t *at = NULL;
	uint64_t done = 0;

	nk_buf_init_wiping(&buf, DIGEST_STEP);
	NK_TRY(nk_buf_reserve(&buf, DIGEST_STEP, &at, err));
	while (done < job->size) {
		const uint64_t left = job->size - done;
		size_t len = 0;

		NK_TRY(job->read(
			job->read_arg, done, at, left < DIGEST_STEP ? nk_size(left) : DIGEST_STEP, &len, err));
		if (len == 0) {
			return nk_fail(err, NK_INVALID, "the roster became shorter while it was read: read it again");
		}
		nk_hasher_add(job->tools->hasher, nk_bytes_of(at, len));
		done += len;
	}
	nk_hasher_end(job->tools->hasher, out);
	return nk_done();
}

/* A bare file, read from its beginning. */
struct bare {
	const struct tables_job *job;
	uint64_t at;
};

static NK_RESULT bare_more(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	struct bare *bare = arg;

	NK_TRY(bare->job->read(bare->job->read_arg, bare->at, buf, len, out_len, err));
	bare->at += *out_len;
	return nk_done();
}

static NK_RESULT zip_more(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	return nk_zip_read(arg, buf, len, out_len, err);
}

/* A name that can be shown: UTF-8, or CP932 as Windows writes them; else a word. */
static NK_RESULT readable_name(struct tables_tools *tools, struct nk_str name, struct nk_buf *out, struct nk_err *err)
{
	size_t bad = 0;

	nk_buf_reset(out);
	if (nk_utf8_valid(nk_str_bytes(name), NULL)) {
		return nk_buf_add_str(out, nk_str_sub(name, 0, TABLES_NAME_MAX), err);
	}
	if (nk_ok(nk_codec_run(tools->codec[NK_ENC_CP932], nk_str_bytes(name), out, &bad, NULL)) &&
		out->len <= TABLES_NAME_MAX) {
		return nk_done();
	}
	nk_buf_reset(out);
	return nk_buf_add_c(out, "?", err);
}

static bool is_wanted(const struct tables_job *job, struct nk_str name)
{
	for (size_t i = 0; i < job->n_order; i++) {
		if (nk_str_eq(nk_str_c(job->order[i]), name)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT send_entry(
	const struct tables_job *job, struct nk_zip *zip, size_t i, uint64_t *passwords, struct nk_err *err)
{
	const struct nk_str stored = nk_zip_at(zip, i)->name;
	NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };
	struct tables_file file = { .wanted = job->peek || is_wanted(job, stored), .peek = job->peek, .more = zip_more, .arg = zip };

	nk_buf_init(&name, 4096);
	NK_TRY(readable_name(job->tools, stored, &name, err));
	file.name = nk_buf_str(&name);
	if (!nk_str_ends(stored, NK_STR(".csv"))) {
		NK_TRY(nk_tables_decode_start(job->out, file.name, NK_ENC_UTF8, err));
		return nk_tables_decode_stop(job->out, 0, 0, err);
	}
	NK_TRY(nk_zip_begin(zip, i, err));
	return nk_tables_decode_file(job->tools, job->out, &file, passwords, err);
}

/* What the names in a zip say: a workbook, or files at its top, or files in a folder. */
static bool is_book(const struct nk_zip *zip)
{
	return nk_zip_find(zip, NK_STR("[Content_Types].xml")) != SIZE_MAX &&
		nk_zip_find(zip, NK_STR("xl/workbook.xml")) != SIZE_MAX;
}

static bool has_folder(const struct nk_zip *zip)
{
	for (size_t i = 0; i < nk_zip_count(zip); i++) {
		if (nk_str_chr(nk_zip_at(zip, i)->name, '/') != SIZE_MAX) {
			return true;
		}
	}
	return false;
}

static NK_RESULT tell_total(const struct tables_job *job, const struct nk_zip *zip, struct nk_err *err)
{
	const enum nk_tables_package package = zip == NULL ? NK_TABLES_BARE : is_book(zip) ? NK_TABLES_BOOK : NK_TABLES_ZIP;
	uint64_t total = zip != NULL ? 0 : job->size;

	for (size_t i = 0; zip != NULL && i < nk_zip_count(zip); i++) {
		total += nk_zip_at(zip, i)->size;
	}
	NK_TRY(nk_tables_child_begin(job->out, TABLES_PACKAGE, err));
	NK_TRY(nk_buf_add_le64(&job->out->buf, total, err));
	NK_TRY(nk_buf_add_byte(&job->out->buf, (uint8_t)package, err));
	return nk_tables_child_end(job->out, err);
}

static NK_RESULT run_zip(const struct tables_job *job, uint64_t *passwords, struct nk_err *err)
{
	/* Folders are let in here so that they get a helpful word instead of a refusal. */
	const struct nk_zip_limits limits = { .folders = true };
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;

	NK_TRY(nk_zip_open(job->read, job->read_arg, job->size, &limits, &zip, err));
	NK_TRY(tell_total(job, zip, err));
	if (is_book(zip)) {
		return nk_tables_book_run(job, zip, passwords, err);
	}
	if (has_folder(zip)) {
		return nk_tables_decode_fault(job->out, NK_TABLES_FOLDER, 0, 0, err);
	}
	for (size_t i = 0; i < job->n_order; i++) {
		const size_t at = nk_zip_find(zip, nk_str_c(job->order[i]));

		if (at != SIZE_MAX) {
			NK_TRY(send_entry(job, zip, at, passwords, err));
		}
	}
	for (size_t i = 0; i < nk_zip_count(zip); i++) {
		if (!is_wanted(job, nk_zip_at(zip, i)->name)) {
			NK_TRY(send_entry(job, zip, i, passwords, err));
		}
	}
	return nk_done();
}

static NK_RESULT run_bare(const struct tables_job *job, uint64_t *passwords, struct nk_err *err)
{
	struct bare bare = { .job = job };
	const struct tables_file file = {
		.name = NK_STR(""), .wanted = true, .whole = true, .peek = job->peek, .header_line = job->header_line,
		.more = bare_more, .arg = &bare
	};

	NK_TRY(tell_total(job, NULL, err));
	return nk_tables_decode_file(job->tools, job->out, &file, passwords, err);
}

static NK_RESULT run_any(
	const struct tables_job *job, struct nk_hash *digest, uint64_t *passwords, struct nk_err *err)
{
	uint8_t head[2] = { 0 };
	size_t len = 0;

	NK_TRY(job->peek ? nk_done() : hash_all(job, digest, err));
	NK_TRY(job->read(job->read_arg, 0, head, sizeof(head), &len, err));
	if (len == 2 && head[0] == 'P' && head[1] == 'K') {
		return run_zip(job, passwords, err);
	}
	return run_bare(job, passwords, err);
}

NK_RESULT nk_tables_child_run(const struct tables_job *job, struct nk_err *err)
{
	struct nk_hash digest = { 0 };
	uint64_t passwords = 0;
	struct nk_err what = { .code = NK_OK };
	const nk_rc rc = run_any(job, &digest, &passwords, &what);

	if (!nk_ok(rc)) {
		/* A message that was cut short by the failure is dropped. */
		job->out->buf.len = job->out->start;
		NK_TRY(tell_error(job->out, &what, err));
		return flush(job->out, err);
	}
	NK_TRY(nk_tables_child_begin(job->out, TABLES_END, err));
	NK_TRY(nk_buf_add(&job->out->buf, digest.b, sizeof(digest.b), err));
	NK_TRY(nk_buf_add_le64(&job->out->buf, passwords, err));
	NK_TRY(nk_tables_child_end(job->out, err));
	return flush(job->out, err);
}
