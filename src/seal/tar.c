/*
 * tar.c: ustar with plain files only.
 *
 * Invariant: no name leads out of a folder; anything that is not a plain file (links, devices, folders, long names) is
 * refused, never skipped.
 */
#include "base.h"

#include "tar.h"

enum { AT_MODE = 100, AT_UID = 108, AT_GID = 116, AT_SIZE = 124, AT_TIME = 136, AT_SUM = 148, AT_TYPE = 156, AT_MAGIC = 257 };

bool nk_tar_name_ok(struct nk_str name)
{
	if (name.len == 0 || name.len > NK_TAR_NAME_MAX || name.ptr[0] == '.' || name.ptr[0] == '-' ||
		!nk_utf8_valid(nk_str_bytes(name), NULL)) {
		return false;
	}
	for (size_t i = 0; i < name.len; i++) {
		const unsigned char c = (unsigned char)name.ptr[i];

		if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') {
			return false;
		}
	}
	return true;
}

size_t nk_tar_padding(uint64_t size)
{
	return (size_t)((NK_TAR_BLOCK - size % NK_TAR_BLOCK) % NK_TAR_BLOCK);
}

/* `digits` octal digits and a NUL. */
static void put_octal(uint8_t *at, unsigned digits, uint64_t v)
{
	for (unsigned i = digits; i > 0; i--) {
		at[i - 1] = (uint8_t)('0' + (v & 7));
		v >>= 3;
	}
}

static uint64_t sum_of(const uint8_t block[static NK_TAR_BLOCK])
{
	uint64_t sum = 0;

	for (size_t i = 0; i < NK_TAR_BLOCK; i++) {
		sum += i >= AT_SUM && i < AT_SUM + 8 ? ' ' : block[i];
	}
	return sum;
}

NK_RESULT nk_tar_header(struct nk_str name, uint64_t size, uint8_t out[static NK_TAR_BLOCK], struct nk_err *err)
{
	if (!nk_tar_name_ok(name)) {
		return nk_fail(err, NK_INVALID, "a file of a bundle needs a plain name of at most %d bytes", (int)NK_TAR_NAME_MAX);
	}
	if (size > NK_TAR_SIZE_MAX) {
		return nk_fail(err, NK_LIMIT, "a file of a bundle is at most 8 GiB");
	}
	memset(out, 0, NK_TAR_BLOCK);
	memcpy(out, name.ptr, name.len);
	put_octal(out + AT_MODE, 7, 0600);
	put_octal(out + AT_UID, 7, 0);
	put_octal(out + AT_GID, 7, 0);
	put_octal(out + AT_SIZE, 11, size);
	put_octal(out + AT_TIME, 11, 0);
	out[AT_TYPE] = '0';
	memcpy(out + AT_MAGIC, "ustar\0" "00", 8);
	put_octal(out + AT_SUM, 6, sum_of(out));
	out[AT_SUM + 7] = ' ';
	return nk_done();
}

static NK_RESULT bad(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, "what is in the bundle is not an archive of plain files");
}

static bool get_octal(const uint8_t *at, size_t n, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;

	for (; i < n && at[i] >= '0' && at[i] <= '7'; i++) {
		v = v << 3 | (uint64_t)(at[i] - '0');
	}
	if (i == 0 || (i < n && at[i] != '\0' && at[i] != ' ')) {
		return false;
	}
	*out = v;
	return true;
}

void nk_tar_reader_init(struct nk_tar_reader *r, const struct nk_tar_sink *sink)
{
	memset(r, 0, sizeof(*r));
	r->sink = sink;
}

static bool all_zero(const uint8_t block[static NK_TAR_BLOCK])
{
	for (size_t i = 0; i < NK_TAR_BLOCK; i++) {
		if (block[i] != 0) {
			return false;
		}
	}
	return true;
}

/* A whole header block. */
static NK_RESULT take_header(struct nk_tar_reader *r, struct nk_err *err)
{
	const uint8_t *const b = r->block;
	const size_t len = strnlen((const char *)b, NK_TAR_NAME_MAX);
	const struct nk_str name = { (const char *)b, len };
	uint64_t size = 0;
	uint64_t sum = 0;

	if (all_zero(b)) {
		r->zeros++;
		return nk_done();
	}
	if (r->zeros > 0 || memcmp(b + AT_MAGIC, "ustar", 5) != 0 || (b[AT_TYPE] != '0' && b[AT_TYPE] != '\0') ||
		!get_octal(b + AT_SIZE, 12, &size) || !get_octal(b + AT_SUM, 8, &sum) || sum != sum_of(b) ||
		size > NK_TAR_SIZE_MAX || b[345] != '\0' || !nk_tar_name_ok(name)) {
		return bad(err);
	}
	r->left = size;
	r->skip = nk_tar_padding(size);
	NK_TRY(r->sink->begin(r->sink->arg, name, size, err));
	return size == 0 ? r->sink->end(r->sink->arg, err) : nk_done();
}

/* Some of what is there: file bytes, padding, or header; returns how many were taken. */
static NK_RESULT take_some(struct nk_tar_reader *r, struct nk_bytes b, size_t *out_n, struct nk_err *err)
{
	size_t n = b.len;

	if (r->left > 0) {
		n = n < r->left ? n : (size_t)r->left;
		NK_TRY(r->sink->bytes(r->sink->arg, nk_bytes_of(b.ptr, n), err));
		r->left -= n;
		*out_n = n;
		return r->left == 0 ? r->sink->end(r->sink->arg, err) : nk_done();
	}
	if (r->skip > 0) {
		n = n < r->skip ? n : r->skip;
		r->skip -= n;
		*out_n = n;
		return nk_done();
	}
	n = n < NK_TAR_BLOCK - r->have ? n : NK_TAR_BLOCK - r->have;
	memcpy(r->block + r->have, b.ptr, n);
	r->have += n;
	*out_n = n;
	if (r->have == NK_TAR_BLOCK) {
		r->have = 0;
		return take_header(r, err);
	}
	return nk_done();
}

NK_RESULT nk_tar_push(struct nk_tar_reader *r, struct nk_bytes b, struct nk_err *err)
{
	while (b.len > 0) {
		size_t n = 0;

		NK_TRY(take_some(r, b, &n, err));
		b = nk_bytes_of(b.ptr + n, b.len - n);
	}
	return nk_done();
}

NK_RESULT nk_tar_end(const struct nk_tar_reader *r, struct nk_err *err)
{
	return r->zeros >= 2 && r->have == 0 && r->left == 0 && r->skip == 0 ? nk_done() : bad(err);
}
