/*
 * tables.c: the parent's side: starts the child, listens to its messages, believes nothing.
 *
 * Invariant: an event is given out only when its message had the length it claimed, every text in it is valid UTF-8,
 * a row follows a header of the same width in the same file, and the totals come last.
 */
#include "base.h"
#include "crypto.h"
#include "tables.h"

#include "os.h"
#include "tables_int.h"

enum { MEMORY_MB = 1024, CPU_S = 300, WAIT_MS = 10000, STEP = 256 << 10, FILES_MAX = 4096, PROGRESS_EVERY = 4096 };

/* Where messages come from: a pipe or bytes. */
struct listener {
	NK_RESULT (*more)(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err);
	void *more_arg;
	nk_tables_fn *fn;
	void *fn_arg;
	const struct nk_tables_options *opt;
	struct nk_buf in; /* wiping */
	size_t at;
	char name[TABLES_NAME_MAX];
	size_t name_len;
	bool in_file, have_header, done;
	size_t width;
	uint64_t files, events, heard, total;
	enum nk_tables_package package;
	struct nk_str fields[TABLES_FIELDS_MAX];
	struct nk_tables_totals totals;
};

static NK_RESULT out_of_turn(struct nk_err *err)
{
	return nk_fail(
		err, NK_INVALID, "the reading process gave an answer that makes no sense: the file is not taken in");
}

/* Bytes until `want` of them stand behind l->at; false: the stream ended. */
static NK_RESULT need(struct listener *l, size_t want, bool *out_have, struct nk_err *err)
{
	while (l->in.len - l->at < want) {
		uint8_t *room = NULL;
		size_t len = 0;

		if (l->at > 0) {
			memmove(l->in.ptr, l->in.ptr + l->at, l->in.len - l->at);
			l->in.len -= l->at;
			l->at = 0;
		}
		NK_TRY(nk_buf_reserve(&l->in, STEP, &room, err));
		NK_TRY(l->more(l->more_arg, room, STEP, &len, err));
		if (len == 0) {
			*out_have = false;
			return nk_done();
		}
		l->in.len += len;
	}
	*out_have = true;
	return nk_done();
}

static struct nk_tables_event event_of(const struct listener *l, enum nk_tables_kind kind)
{
	return (struct nk_tables_event){ .kind = kind, .file = { l->name, l->name_len }, .package = l->package };
}

static NK_RESULT hear_package(struct listener *l, struct nk_cursor c, struct nk_err *err)
{
	uint8_t package = 0;

	l->total = nk_cursor_le64(&c);
	package = nk_cursor_u8(&c);
	if (c.bad || c.left != 0 || l->files > 0 || package >= NK_TABLES_PACKAGE_COUNT) {
		return out_of_turn(err);
	}
	l->package = (enum nk_tables_package)package;
	return nk_done();
}

static NK_RESULT hear_file(struct listener *l, struct nk_cursor c, struct nk_err *err)
{
	struct nk_tables_event ev = { 0 };
	const uint8_t enc = nk_cursor_u8(&c);
	const struct nk_bytes name = nk_bytes_of(c.ptr, c.left);

	if (c.bad || l->in_file || enc >= NK_ENC_COUNT || name.len > TABLES_NAME_MAX || !nk_utf8_valid(name, NULL) ||
		l->files >= FILES_MAX) {
		return out_of_turn(err);
	}
	l->files++;
	l->in_file = true;
	l->have_header = false;
	l->name_len = name.len;
	if (name.len > 0) {
		memcpy(l->name, name.ptr, name.len);
	}
	ev = event_of(l, NK_TABLES_FILE);
	ev.encoding = (enum nk_encoding)enc;
	return l->fn(l->fn_arg, &ev, err);
}

static NK_RESULT hear_row(struct listener *l, struct nk_cursor c, bool header, struct nk_err *err)
{
	struct nk_tables_event ev = event_of(l, header ? NK_TABLES_HEADER : NK_TABLES_ROW);

	ev.line = nk_cursor_le64(&c);
	ev.n = nk_cursor_le32(&c);
	if (c.bad || !l->in_file || header == l->have_header || ev.n > TABLES_FIELDS_MAX ||
		(!header && ev.n != l->width)) {
		return out_of_turn(err);
	}
	for (size_t i = 0; i < ev.n; i++) {
		const struct nk_bytes text = nk_cursor_take(&c, nk_cursor_le32(&c));

		if (c.bad || !nk_utf8_valid(text, NULL)) {
			return out_of_turn(err);
		}
		l->fields[i] = nk_bytes_str(text);
	}
	if (c.left != 0) {
		return out_of_turn(err);
	}
	l->have_header = true;
	l->width = header ? ev.n : l->width;
	ev.fields = l->fields;
	return l->fn(l->fn_arg, &ev, err);
}

static NK_RESULT hear_fault(struct listener *l, struct nk_cursor c, struct nk_err *err)
{
	struct nk_tables_event ev = event_of(l, NK_TABLES_FAULT);
	const uint8_t fault = nk_cursor_u8(&c);

	ev.line = nk_cursor_le64(&c);
	ev.column = nk_cursor_le64(&c);
	if (c.bad || c.left != 0 || fault >= NK_TABLES_FAULT_COUNT) {
		return out_of_turn(err);
	}
	ev.fault = (enum nk_tables_fault)fault;
	return l->fn(l->fn_arg, &ev, err);
}

static NK_RESULT hear_file_end(struct listener *l, struct nk_cursor c, struct nk_err *err)
{
	struct nk_tables_event ev = event_of(l, NK_TABLES_FILE_END);

	ev.rows = nk_cursor_le64(&c);
	ev.passwords = nk_cursor_le64(&c);
	if (c.bad || c.left != 0 || !l->in_file) {
		return out_of_turn(err);
	}
	l->in_file = false;
	NK_TRY(l->fn(l->fn_arg, &ev, err));
	l->name_len = 0;
	return nk_done();
}

static NK_RESULT hear_end(struct listener *l, struct nk_cursor c, struct nk_err *err)
{
	const struct nk_bytes digest = nk_cursor_take(&c, NK_HASH_LEN);

	l->totals.passwords = nk_cursor_le64(&c);
	if (c.bad || c.left != 0 || l->in_file) {
		return out_of_turn(err);
	}
	memcpy(l->totals.digest.b, digest.ptr, NK_HASH_LEN);
	l->done = true;
	return nk_done();
}

/* The child says that the file cannot be read; its text is shown only when it is printable. */
static NK_RESULT hear_error(struct nk_cursor c, struct nk_err *err)
{
	const uint8_t code = nk_cursor_u8(&c);
	struct nk_err told = { .code = (enum nk_code)code };

	if (code == NK_OK || code >= NK_CODE_COUNT) {
		return out_of_turn(err);
	}
	for (int lang = 0; lang < NK_LANG_COUNT; lang++) {
		const struct nk_bytes text = nk_cursor_take(&c, nk_cursor_le32(&c));

		if (c.bad || text.len >= sizeof(told.text[0]) || !nk_utf8_valid(text, NULL)) {
			return out_of_turn(err);
		}
		for (size_t i = 0; i < text.len; i++) {
			told.text[lang][i] = text.ptr[i] < 0x20 || text.ptr[i] == 0x7f ? ' ' : (char)text.ptr[i];
		}
	}
	if (err != NULL) {
		*err = told;
	}
	return (nk_rc){ told.code };
}

static NK_RESULT hear(struct listener *l, uint8_t type, struct nk_bytes body, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(body);

	switch (type) {
	case TABLES_PACKAGE:
		return hear_package(l, c, err);
	case TABLES_FILE:
		return hear_file(l, c, err);
	case TABLES_HEADER:
		return hear_row(l, c, true, err);
	case TABLES_ROW:
		return hear_row(l, c, false, err);
	case TABLES_FAULT:
		return hear_fault(l, c, err);
	case TABLES_FILE_END:
		return hear_file_end(l, c, err);
	case TABLES_END:
		return hear_end(l, c, err);
	case TABLES_ERROR:
		return hear_error(c, err);
	default:
		return out_of_turn(err);
	}
}

static void show_progress(struct listener *l, bool end)
{
	const struct nk_tables_options *opt = l->opt;

	l->events++;
	if (opt == NULL || opt->progress == NULL || (!end && l->events % PROGRESS_EVERY != 0)) {
		return;
	}
	opt->progress(opt->progress_arg, end || l->heard > l->total ? l->total : l->heard, l->total);
}

static NK_RESULT listen_all(struct listener *l, struct nk_err *err)
{
	while (!l->done) {
		size_t len = 0;
		uint8_t type = 0;
		bool have = false;

		NK_TRY(need(l, 5, &have, err));
		if (!have) {
			return nk_fail(err, NK_INCOMPLETE, "the reading process ended before the file was read");
		}
		type = l->in.ptr[l->at];
		len = nk_get_le32(l->in.ptr + l->at + 1);
		if (len > TABLES_MESSAGE_MAX) {
			return out_of_turn(err);
		}
		NK_TRY(need(l, len + 5, &have, err));
		if (!have) {
			return nk_fail(err, NK_INCOMPLETE, "the reading process ended before the file was read");
		}
		l->at += len + 5;
		l->heard += len;
		NK_TRY(hear(l, type, nk_bytes_of(l->in.ptr + l->at - len, len), err));
		show_progress(l, l->done);
	}
	return nk_done();
}

static void listener_init(struct listener *l, nk_tables_fn *fn, void *arg)
{
	*l = (struct listener){ .fn = fn, .fn_arg = arg };
	nk_buf_init_wiping(&l->in, (size_t)TABLES_MESSAGE_MAX + 2 * (size_t)STEP + 5);
}

static void listener_done(struct listener *l)
{
	nk_buf_done(&l->in);
}

/* What the child needs; lives in the parent's stack, which the fork copies. */
struct child_work {
	const struct nk_env *env;
	const struct nk_tables_options *opt;
	struct tables_tools tools;
	int write_fd;
};

static int child_prepare(void *arg)
{
	struct child_work *work = arg;

	return nk_ok(nk_tables_child_tools(work->opt->digest_key, &work->tools, NULL)) ? 0 : 1;
}

static NK_RESULT child_read(void *arg, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	const struct child_work *work = arg;

	return work->env->read(work->env->self, work->opt->fd, at, buf, len, out_len, err);
}

static NK_RESULT child_write(void *arg, struct nk_bytes bytes, struct nk_err *err)
{
	const struct child_work *work = arg;

	return nk_os_fd_write(work->write_fd, bytes.ptr, bytes.len, err);
}

static int child_main(void *arg, int write_fd)
{
	struct child_work *work = arg;
	struct tables_out out = { .write = child_write, .arg = work };
	const struct tables_job job = { .read = child_read,
		.read_arg = work,
		.size = work->opt->size,
		.order = work->opt->order,
		.n_order = work->opt->n_order,
		.peek = work->opt->peek,
		.sheet = work->opt->sheet,
		.header_line = work->opt->header_line,
		.tools = &work->tools,
		.out = &out };
	nk_rc rc = nk_done();

	work->write_fd = write_fd;
	nk_buf_init_wiping(&out.buf, TABLES_OUT_MAX);
	rc = nk_tables_child_run(&job, NULL);
	nk_buf_done(&out.buf);
	return nk_ok(rc) ? 0 : 1;
}

static NK_RESULT pipe_more(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	return nk_os_fd_read(*(const int *)arg, buf, len, out_len, err);
}

/* [MS-CFB] section 2.2: what .xls files are, and .xlsx files with a password. Eight bytes say so, before anything is read
 * as text. */
static NK_RESULT not_an_old_book(const struct nk_env *env, int fd, struct nk_err *err)
{
	static const uint8_t compound[8] = { 0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1 };
	uint8_t head[sizeof(compound)];
	size_t n = 0;

	NK_TRY(env->read(env->self, fd, 0, head, sizeof(head), &n, err));
	return n == sizeof(head) && memcmp(head, compound, sizeof(head)) == 0
		? nk_fail(err, NK_INVALID,
			  NK_N("this is an old .xls workbook, or one with a password: open it, and save it as .xlsx without a password, or as CSV"))
		: nk_done();
}

NK_RESULT nk_tables_read(const struct nk_env *env, const struct nk_tables_options *opt, nk_tables_fn *fn, void *arg,
	struct nk_tables_totals *out, struct nk_err *err)
{
	struct child_work work = { .env = env, .opt = opt };
	const struct nk_os_child_options child_opt = { .keep = &opt->fd,
		.keep_len = 1,
		.memory_mb = MEMORY_MB,
		.cpu_s = CPU_S,
		.prepare = child_prepare,
		.fn = child_main,
		.arg = &work };
	struct nk_os_child child = { .pid = -1 };
	NK_OWNED(nk_os_fd_close) int read_fd = -1;
	NK_OWNED(listener_done) struct listener l = { 0 };
	struct nk_err ended = { .code = NK_OK };
	int status = 0;
	nk_rc rc = nk_done();
	nk_rc wait_rc = nk_done();

	if (opt->here.len > 0) {
		return nk_tables_read_here(opt->here, opt, fn, arg, out, err);
	}
	NK_TRY(not_an_old_book(env, opt->fd, err));
	listener_init(&l, fn, arg);
	l.opt = opt;
	l.more = pipe_more;
	l.more_arg = &read_fd;
	NK_TRY(nk_os_child_start(&child_opt, &child, &read_fd, err));
	rc = listen_all(&l, err);
	nk_os_fd_close(&read_fd);
	wait_rc = nk_os_child_wait(&child, nk_ok(rc) || rc.code == NK_INCOMPLETE ? WAIT_MS : 0, &status, &ended);
	if (rc.code == NK_INCOMPLETE && !nk_ok(wait_rc)) {
		/* How it died says more than that it fell silent. */
		*err = ended;
		return wait_rc;
	}
	NK_TRY(rc);
	if (!nk_ok(wait_rc)) {
		*err = ended;
		return wait_rc;
	}
	*out = l.totals;
	return nk_done();
}

static NK_RESULT bytes_read(void *arg, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	const struct nk_bytes *file = arg;
	const size_t from = at < file->len ? nk_size(at) : file->len;
	const size_t n = file->len - from < len ? file->len - from : len;

	(void)err;
	if (n > 0) {
		memcpy(buf, file->ptr + from, n);
	}
	*out_len = n;
	return nk_done();
}

static NK_RESULT bytes_write(void *arg, struct nk_bytes bytes, struct nk_err *err)
{
	return nk_buf_add(arg, bytes.ptr, bytes.len, err);
}

/* Messages in memory. */
struct waiting {
	struct nk_bytes left;
};

static NK_RESULT waiting_more(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	struct waiting *w = arg;
	const size_t n = w->left.len < len ? w->left.len : len;

	(void)err;
	if (n > 0) {
		memcpy(buf, w->left.ptr, n);
	}
	w->left = nk_bytes_of(w->left.ptr + n, w->left.len - n);
	*out_len = n;
	return nk_done();
}

NK_RESULT nk_tables_listen(
	struct nk_bytes messages, nk_tables_fn *fn, void *arg, struct nk_tables_totals *out, struct nk_err *err)
{
	NK_OWNED(listener_done) struct listener l = { 0 };
	struct waiting w = { messages };

	listener_init(&l, fn, arg);
	l.more = waiting_more;
	l.more_arg = &w;
	NK_TRY(listen_all(&l, err));
	*out = l.totals;
	return nk_done();
}

NK_RESULT nk_tables_read_here(struct nk_bytes file, const struct nk_tables_options *opt, nk_tables_fn *fn, void *arg,
	struct nk_tables_totals *out, struct nk_err *err)
{
	NK_OWNED(nk_tables_child_tools_done) struct tables_tools tools = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf messages = { 0 };
	struct tables_out child_out = { .write = bytes_write, .arg = &messages };
	const struct tables_job job = { .read = bytes_read,
		.read_arg = &file,
		.size = file.len,
		.order = opt->order,
		.n_order = opt->n_order,
		.peek = opt->peek,
		.sheet = opt->sheet,
		.header_line = opt->header_line,
		.tools = &tools,
		.out = &child_out };
	nk_rc rc = nk_done();

	nk_buf_init_wiping(&messages, SIZE_MAX / 2);
	NK_TRY(nk_tables_child_tools(opt->digest_key, &tools, err));
	nk_buf_init_wiping(&child_out.buf, TABLES_OUT_MAX);
	rc = nk_tables_child_run(&job, err);
	nk_buf_done(&child_out.buf);
	NK_TRY(rc);
	return nk_tables_listen(nk_buf_bytes(&messages), fn, arg, out, err);
}
