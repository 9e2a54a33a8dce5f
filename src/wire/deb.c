/*
 * deb.c: writes a Debian package: members debian-binary, control.tar.gz, data.tar.gz; everything sorted, owned by
 * root, of one time.
 *
 * Invariant: the bytes follow from files, control text and epoch alone.
 */
#include "base.h"

#include "deb.h"
#include "deb_int.h"

#include <zlib.h>

bool nk_deb_path_ok(struct nk_str path)
{
	struct nk_str rest = path;
	struct nk_str part;

	if (path.len == 0 || path.len > NK_DEB_PATH_MAX || path.ptr[path.len - 1] == '/' ||
		!nk_utf8_valid(nk_str_bytes(path), NULL)) {
		return false;
	}
	while (nk_str_cut(&rest, '/', &part)) {
		if (part.len == 0 || part.len > NK_TAR_NAME - 4 || nk_str_eq(part, NK_STR(".")) || nk_str_eq(part, NK_STR(".."))) {
			return false;
		}
	}
	for (size_t i = 0; i < path.len; i++) {
		if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == '\\' || path.ptr[i] == 0x7f) {
			return false;
		}
	}
	return true;
}

/* The name that does not fit is cut at a slash: the front goes into the prefix. */
static bool tar_name(uint8_t *h, const char *name)
{
	const size_t len = strlen(name);
	size_t cut = 0;

	if (len <= NK_TAR_NAME) {
		memcpy(h, name, len);
		return true;
	}
	for (size_t i = 1; i < len && i <= NK_TAR_PREFIX; i++) {
		cut = name[i] == '/' && len - i - 1 <= NK_TAR_NAME && len > i + 1 ? i : cut;
	}
	if (cut == 0) {
		return false;
	}
	memcpy(h, name + cut + 1, len - cut - 1);
	memcpy(h + 345, name, cut);
	return true;
}

static void octal(uint8_t *at, size_t digits, uint64_t v)
{
	for (size_t i = digits; i > 0; i--) {
		at[i - 1] = (uint8_t)('0' + (v & 7));
		v >>= 3;
	}
}

struct tar {
	struct nk_buf *out;
	uint64_t epoch;
};

static NK_RESULT entry(
	const struct tar *t, const char *name, unsigned mode, bool is_dir, struct nk_bytes data, struct nk_err *err)
{
	static const uint8_t zeros[NK_TAR_BLOCK] = { 0 };
	uint8_t h[NK_TAR_BLOCK] = { 0 };
	uint64_t sum = 0;

	if (!tar_name(h, name)) {
		return nk_fail(err, NK_INVALID, "a path is too long for a package: %s", name);
	}
	octal(h + 100, 7, mode);
	octal(h + 108, 7, 0);
	octal(h + 116, 7, 0);
	octal(h + 124, 11, data.len);
	octal(h + 136, 11, t->epoch);
	memset(h + 148, ' ', 8);
	h[156] = is_dir ? '5' : '0';
	memcpy(h + 257, "ustar\00000", 8);
	memcpy(h + 265, "root", 4);
	memcpy(h + 297, "root", 4);
	for (size_t i = 0; i < sizeof(h); i++) {
		sum += h[i];
	}
	octal(h + 148, 6, sum);
	h[154] = 0;
	NK_TRY(nk_buf_add(t->out, h, sizeof(h), err));
	NK_TRY(nk_buf_add(t->out, data.ptr, data.len, err));
	return nk_buf_add(t->out, zeros, (NK_TAR_BLOCK - data.len % NK_TAR_BLOCK) % NK_TAR_BLOCK, err);
}

static NK_RESULT tar_end(const struct tar *t, struct nk_err *err)
{
	static const uint8_t zeros[NK_TAR_BLOCK] = { 0 };

	NK_TRY(nk_buf_add(t->out, zeros, sizeof(zeros), err));
	return nk_buf_add(t->out, zeros, sizeof(zeros), err);
}

/* The folders of `path` that `before` did not have. */
static NK_RESULT folders(const struct tar *t, struct nk_str before, struct nk_str path, struct nk_err *err)
{
	char name[NK_DEB_PATH_MAX + 8];

	for (size_t i = 0; i < path.len; i++) {
		if (path.ptr[i] != '/') {
			continue;
		}
		if (before.len > i && nk_str_eq(nk_str_sub(before, 0, i + 1), nk_str_sub(path, 0, i + 1))) {
			continue;
		}
		(void)snprintf(name, sizeof(name), "./%.*s/", (int)i, path.ptr);
		NK_TRY(entry(t, name, 0755, true, nk_bytes_of("", 0), err));
	}
	return nk_done();
}

static NK_RESULT data_tar(const struct nk_deb *deb, const struct tar *t, struct nk_err *err)
{
	struct nk_str before = NK_STR("");
	char name[NK_DEB_PATH_MAX + 8];

	NK_TRY(entry(t, "./", 0755, true, nk_bytes_of("", 0), err));
	for (size_t i = 0; i < deb->n; i++) {
		const struct nk_deb_file *const f = &deb->files[i];

		if (!nk_deb_path_ok(f->path) || nk_str_cmp(before, f->path) >= 0 || (f->mode != 0644 && f->mode != 0755)) {
			return nk_fail(err, NK_INVALID, "this path cannot stand in a package, or not here: %s",
				nk_short(f->path).text);
		}
		NK_TRY(folders(t, before, f->path, err));
		(void)snprintf(name, sizeof(name), "./%.*s", NK_FMT(f->path));
		NK_TRY(entry(t, name, f->mode, false, f->data, err));
		before = f->path;
	}
	return tar_end(t, err);
}

struct nk_str nk_deb_postinst(void)
{
	return NK_STR("#!/bin/sh\n"
		      "# The service's user and its folder, and nothing else: no installation is made, no unit is switched on.\n"
		      "set -e\n"
		      "[ \"$1\" = configure ] || exit 0\n"
		      "root=${DPKG_ROOT:-}\n"
		      "if ! grep -q '^nokosazu:' \"$root/etc/passwd\"; then\n"
		      "\tuseradd ${root:+--prefix \"$root\"} --system --user-group --no-create-home --home-dir /var/lib/nokosazu"
		      " --shell /usr/sbin/nologin --comment Nokosazu nokosazu\n"
		      "fi\n"
		      "if [ ! -e \"$root/var/lib/nokosazu\" ]; then\n"
		      "\tmkdir -p \"$root/var/lib\"\n"
		      "\tmkdir -m 0700 \"$root/var/lib/nokosazu\"\n"
		      "\tchown \"$(sed -n 's/^nokosazu:[^:]*:\\([0-9]*\\):\\([0-9]*\\):.*/\\1:\\2/p' \"$root/etc/passwd\")\""
		      " \"$root/var/lib/nokosazu\"\n"
		      "fi\n"
		      "if [ -z \"$root\" ] && [ -d /run/systemd/system ]; then\n"
		      "\tsystemctl daemon-reload || true\n"
		      "fi\n");
}

static NK_RESULT control_tar(const struct nk_deb *deb, const struct tar *t, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf sums = { 0 };
	uint8_t md5[16];
	char hex[33];

	nk_buf_init(&sums, NK_DEB_MAX);
	for (size_t i = 0; i < deb->n; i++) {
		nk_md5(deb->files[i].data, md5);
		nk_hex_print(md5, sizeof(md5), hex);
		NK_TRY(nk_buf_printf(&sums, err, "%s  %.*s\n", hex, NK_FMT(deb->files[i].path)));
	}
	NK_TRY(entry(t, "./", 0755, true, nk_bytes_of("", 0), err));
	if (deb->conffiles.len > 0) {
		NK_TRY(entry(t, "./conffiles", 0644, false, nk_str_bytes(deb->conffiles), err));
	}
	NK_TRY(entry(t, "./control", 0644, false, nk_str_bytes(deb->control), err));
	NK_TRY(entry(t, "./md5sums", 0644, false, nk_buf_bytes(&sums), err));
	if (deb->makes_user) {
		NK_TRY(entry(t, "./postinst", 0755, false, nk_str_bytes(nk_deb_postinst()), err));
	}
	return tar_end(t, err);
}

static NK_RESULT squeeze(const struct nk_buf *tar, struct nk_buf *out, struct nk_err *err)
{
	z_stream z = { 0 };
	gz_header head = { .os = 255 };
	uint8_t *at = NULL;
	size_t room = 0;
	int rc = deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);

	if (rc != Z_OK || deflateSetHeader(&z, &head) != Z_OK || tar->len > UINT32_MAX / 2) {
		(void)deflateEnd(&z);
		return nk_fail(err, NK_LIMIT, "the package is too large");
	}
	room = deflateBound(&z, (uLong)tar->len);
	if (!nk_ok(nk_buf_reserve(out, room, &at, err))) {
		(void)deflateEnd(&z);
		return nk_fail(err, NK_LIMIT, "the package is too large");
	}
	z.next_in = tar->ptr;
	z.avail_in = nk_u32(tar->len);
	z.next_out = at;
	z.avail_out = nk_u32(room);
	rc = deflate(&z, Z_FINISH);
	out->len += room - z.avail_out;
	(void)deflateEnd(&z);
	return rc == Z_STREAM_END ? nk_done() : nk_fail(err, NK_INTERNAL, "the package could not be compressed");
}

static NK_RESULT member(
	struct nk_buf *out, const char *name, uint64_t epoch, struct nk_bytes data, struct nk_err *err)
{
	NK_TRY(nk_buf_printf(out, err, "%-16s%-12" PRIu64 "0     0     100644  %-10zu`\n", name, epoch, data.len));
	NK_TRY(nk_buf_add(out, data.ptr, data.len, err));
	return data.len % 2 == 0 ? nk_done() : nk_buf_add_byte(out, '\n', err);
}

static NK_RESULT packed(const struct nk_deb *deb, bool control, uint64_t epoch, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf tar = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf gz = { 0 };
	const struct tar t = { &tar, epoch };

	nk_buf_init(&tar, NK_DEB_MAX);
	nk_buf_init(&gz, NK_DEB_MAX);
	NK_TRY(control ? control_tar(deb, &t, err) : data_tar(deb, &t, err));
	NK_TRY(squeeze(&tar, &gz, err));
	return member(out, control ? "control.tar.gz" : "data.tar.gz", epoch, nk_buf_bytes(&gz), err);
}

NK_RESULT nk_deb_write(const struct nk_deb *deb, uint64_t epoch, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add_c(out, "!<arch>\n", err));
	NK_TRY(member(out, "debian-binary", epoch, nk_bytes_of("2.0\n", 4), err));
	NK_TRY(packed(deb, true, epoch, out, err));
	return packed(deb, false, epoch, out, err);
}
