/*
 * deb_read.c: reads a Debian package that somebody sent.
 *
 * Invariant: what comes out has only paths of nk_deb_path_ok, each once, regular files, and no script that would run
 * at installation; what is anything else is refused, not skipped.
 */
#include "base.h"

#include "deb.h"
#include "deb_int.h"

#include <zlib.h>

enum { AR_HEAD = 60, CONTROL_MAX = 4 * 1024 * 1024 };

static NK_RESULT bad(const char *why, struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, "this is no package of ours: %s", why);
}

static NK_RESULT member(struct nk_bytes *rest, const char *name, struct nk_bytes *out, struct nk_err *err)
{
	const struct nk_str head = nk_bytes_str(nk_bytes_of(rest->ptr, rest->len < AR_HEAD ? rest->len : AR_HEAD));
	struct nk_str digits;
	uint64_t size = 0;
	size_t step = 0;

	if (head.len < AR_HEAD || head.ptr[58] != '`' || head.ptr[59] != '\n') {
		return bad("it is cut off, or no archive", err);
	}
	if (!nk_str_eq(nk_str_trim(nk_str_sub(head, 0, 16)), nk_str_c(name))) {
		return bad("its members are not debian-binary, control.tar.gz, data.tar.gz", err);
	}
	digits = nk_str_trim(nk_str_sub(head, 48, 10));
	if (!nk_parse_u64(digits, 0, NK_DEB_MAX, &size) || size > rest->len - AR_HEAD) {
		return bad("a member is longer than the file", err);
	}
	*out = nk_bytes_of(rest->ptr + AR_HEAD, nk_size(size));
	step = AR_HEAD + nk_size(size) + (size % 2 == 1 ? 1 : 0);
	if (step > rest->len) {
		return bad("it is cut off, or no archive", err);
	}
	*rest = nk_bytes_of(rest->ptr + step, rest->len - step);
	return nk_done();
}

static NK_RESULT inflate_all(z_stream *z, size_t max, struct nk_buf *out, struct nk_err *err)
{
	uint8_t block[16384];
	int rc = Z_OK;

	while (rc == Z_OK) {
		z->next_out = block;
		z->avail_out = sizeof(block);
		rc = inflate(z, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END) {
			return bad("its compressed data is damaged", err);
		}
		if (sizeof(block) - z->avail_out > max - out->len) {
			return nk_fail(err, NK_LIMIT, "the package unpacks to more than the limit");
		}
		NK_TRY(nk_buf_add(out, block, sizeof(block) - z->avail_out, err));
	}
	return z->avail_in == 0 ? nk_done() : bad("there is something behind its compressed data", err);
}

/* Into the arena, so that slices live as long as it does. */
static NK_RESULT unpack(
	struct nk_bytes gz, size_t max, struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf tar = { 0 };
	z_stream z = { 0 };
	struct nk_str kept;
	nk_rc rc;

	nk_buf_init(&tar, max);
	if (inflateInit2(&z, 15 + 16) != Z_OK) {
		return nk_fail_nomem(err);
	}
	/* zlib does not write there, but its z_const is empty by default. */
	z.next_in = (union { const uint8_t *in; uint8_t *out; }){ .in = gz.ptr }.out;
	z.avail_in = nk_u32(gz.len);
	rc = inflate_all(&z, max, &tar, err);
	(void)inflateEnd(&z);
	NK_TRY(rc);
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&tar), &kept, err));
	*out = nk_str_bytes(kept);
	return nk_done();
}

static bool octal(struct nk_str s, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < s.len && s.ptr[i] == ' ') {
		i++;
	}
	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '7'; i++) {
		if (v >> 40 != 0) {
			return false;
		}
		v = v << 3 | (uint64_t)(s.ptr[i] - '0');
	}
	for (; i < s.len; i++) {
		if (s.ptr[i] != ' ' && s.ptr[i] != '\0') {
			return false;
		}
	}
	*out = v;
	return true;
}

static struct nk_str upto_nul(struct nk_str s)
{
	const size_t n = nk_str_chr(s, '\0');

	return n == SIZE_MAX ? s : nk_str_sub(s, 0, n);
}

struct entry {
	struct nk_str path; /* without "./"; empty: the root */
	bool is_dir;
	unsigned mode;
	struct nk_bytes data;
};

static bool sum_ok(const uint8_t *h, uint64_t said)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < NK_TAR_BLOCK; i++) {
		sum += i >= 148 && i < 156 ? ' ' : h[i];
	}
	return sum == said;
}

static NK_RESULT name_of(struct nk_str head, struct nk_arena *arena, struct entry *e, struct nk_err *err)
{
	const struct nk_str name = upto_nul(nk_str_sub(head, 0, NK_TAR_NAME));
	const struct nk_str prefix = upto_nul(nk_str_sub(head, 345, NK_TAR_PREFIX));
	struct nk_str whole;

	NK_TRY(nk_arena_printf(arena, &whole, err, "%.*s%s%.*s", NK_FMT(prefix), prefix.len > 0 ? "/" : "", NK_FMT(name)));
	if (!nk_str_starts(whole, NK_STR("./"))) {
		return bad("a path in it does not begin with ./", err);
	}
	e->path = nk_str_sub(whole, 2, whole.len);
	if (e->is_dir && e->path.len > 0) {
		if (e->path.ptr[e->path.len - 1] != '/') {
			return bad("a folder in it is no folder", err);
		}
		e->path.len--;
	}
	return (e->is_dir && e->path.len == 0) || nk_deb_path_ok(e->path)
		? nk_done()
		: bad("a path in it leads elsewhere", err);
}

/* The next entry; *out_more false: the end. */
static NK_RESULT next(
	struct nk_bytes *rest, struct nk_arena *arena, struct entry *out, bool *out_more, struct nk_err *err)
{
	static const uint8_t zeros[NK_TAR_BLOCK] = { 0 };
	const struct nk_str head = nk_str_sub(nk_bytes_str(*rest), 0, NK_TAR_BLOCK);
	uint64_t size = 0;
	uint64_t mode = 0;
	uint64_t sum = 0;
	size_t step = 0;

	if (head.len < NK_TAR_BLOCK) {
		return bad("its list of files is cut off", err);
	}
	*out_more = memcmp(rest->ptr, zeros, NK_TAR_BLOCK) != 0;
	if (!*out_more) {
		return nk_done();
	}
	if (!octal(nk_str_sub(head, 124, 12), &size) || !octal(nk_str_sub(head, 100, 8), &mode) ||
		!octal(nk_str_sub(head, 148, 8), &sum) || !sum_ok(rest->ptr, sum)) {
		return bad("the head of a file in it is damaged", err);
	}
	if (head.ptr[156] != '0' && head.ptr[156] != '5') {
		return bad("it holds something that is neither file nor folder", err);
	}
	out->is_dir = head.ptr[156] == '5';
	out->mode = (unsigned)(mode & 07777);
	if (size > rest->len - NK_TAR_BLOCK || (out->is_dir && size != 0)) {
		return bad("a file in it is cut off", err);
	}
	NK_TRY(name_of(head, arena, out, err));
	out->data = nk_bytes_of(rest->ptr + NK_TAR_BLOCK, nk_size(size));
	step = NK_TAR_BLOCK + (nk_size(size) + NK_TAR_BLOCK - 1) / NK_TAR_BLOCK * NK_TAR_BLOCK;
	step = step > rest->len ? rest->len : step;
	*rest = nk_bytes_of(rest->ptr + step, rest->len - step);
	return nk_done();
}

static NK_RESULT read_control(struct nk_bytes tar, struct nk_arena *arena, struct nk_deb *out, struct nk_err *err)
{
	struct entry e = { 0 };
	bool more = true;

	for (;;) {
		NK_TRY(next(&tar, arena, &e, &more, err));
		if (!more) {
			break;
		}
		if (e.is_dir || nk_str_eq(e.path, NK_STR("md5sums"))) {
			continue;
		}
		if (!nk_utf8_valid(e.data, NULL)) {
			return bad("its control file is no text", err);
		}
		if (nk_str_eq(e.path, NK_STR("control"))) {
			out->control = nk_bytes_str(e.data);
		} else if (nk_str_eq(e.path, NK_STR("conffiles"))) {
			out->conffiles = nk_bytes_str(e.data);
		} else if (nk_str_eq(e.path, NK_STR("postinst")) && nk_str_eq(nk_bytes_str(e.data), nk_deb_postinst())) {
			out->makes_user = true;
		} else {
			return bad("it would run a script when it is installed", err);
		}
	}
	return out->control.len > 0 ? nk_done() : bad("it has no control file", err);
}

static NK_RESULT take_file(const struct entry *e, struct nk_vec *files, struct nk_err *err)
{
	const struct nk_deb_file *const last = files->len > 0 ? nk_vec_at(files, files->len - 1) : NULL;
	struct nk_deb_file *f = NULL;
	void *at = NULL;

	if (e->mode != 0644 && e->mode != 0755) {
		return bad("a file in it has other rights than 0644 and 0755", err);
	}
	if (last != NULL && nk_str_cmp(last->path, e->path) >= 0) {
		return bad("its files are not in order, or one comes twice", err);
	}
	NK_TRY(nk_vec_push(files, &at, err));
	f = at;
	*f = (struct nk_deb_file){ e->path, e->mode, e->data };
	return nk_done();
}

static NK_RESULT read_data(struct nk_bytes tar, struct nk_arena *arena, struct nk_vec *files, struct nk_err *err)
{
	struct entry e = { 0 };
	bool more = true;

	for (;;) {
		NK_TRY(next(&tar, arena, &e, &more, err));
		if (!more) {
			return nk_done();
		}
		if (!e.is_dir) {
			NK_TRY(take_file(&e, files, err));
		}
	}
}

NK_RESULT nk_deb_read(struct nk_bytes deb, struct nk_arena *arena, struct nk_deb *out, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec files = { 0 };
	struct nk_bytes rest = deb;
	struct nk_bytes part[3];
	struct nk_bytes tar;
	struct nk_deb_file *kept = NULL;

	memset(out, 0, sizeof(*out));
	nk_vec_init(&files, sizeof(struct nk_deb_file), NK_DEB_FILES_MAX);
	if (deb.len > NK_DEB_MAX || !nk_str_starts(nk_bytes_str(deb), NK_STR("!<arch>\n"))) {
		return bad("it does not begin as one", err);
	}
	rest = nk_bytes_of(deb.ptr + 8, deb.len - 8);
	NK_TRY(member(&rest, "debian-binary", &part[0], err));
	NK_TRY(member(&rest, "control.tar.gz", &part[1], err));
	NK_TRY(member(&rest, "data.tar.gz", &part[2], err));
	if (rest.len > 0 || !nk_str_eq(nk_bytes_str(part[0]), NK_STR("2.0\n"))) {
		return bad("there is something behind its members", err);
	}
	NK_TRY(unpack(part[1], CONTROL_MAX, arena, &tar, err));
	NK_TRY(read_control(tar, arena, out, err));
	NK_TRY(unpack(part[2], NK_DEB_MAX, arena, &tar, err));
	NK_TRY(read_data(tar, arena, &files, err));
	kept = nk_vec_keep(&files, arena);
	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	out->files = kept;
	out->n = files.len;
	return nk_done();
}
