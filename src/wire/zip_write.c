/*
 * zip_write.c: a zip made in memory (APPNOTE 6.3.10: local headers, deflate, central directory). Nothing touches a disk.
 */
#include "base.h"

#include "zip_write.h"

#include <zlib.h>

enum { VERSION = 20, FLAG_UTF8 = 0x0800, DEFLATED = 8, DATE_1980 = 0x0021, ENTRIES_MAX = 65535, LEVEL = 6 };
#define BYTES_MAX UINT32_MAX

void nk_zip_write_begin(struct nk_zip_writer *w, struct nk_buf *out)
{
	*w = (struct nk_zip_writer){ .out = out };
	nk_buf_init(&w->directory, 64 << 20);
}

void nk_zip_write_drop(struct nk_zip_writer *w)
{
	nk_buf_done(&w->directory);
}

static NK_RESULT add_le16(struct nk_buf *out, uint32_t v, struct nk_err *err)
{
	NK_TRY(nk_buf_add_byte(out, (uint8_t)(v & 0xff), err));
	return nk_buf_add_byte(out, (uint8_t)(v >> 8 & 0xff), err);
}

/* What local header and directory have in common, from "version needed" to the length of the extra field. */
static NK_RESULT add_facts(
	struct nk_buf *out, const uint32_t facts[static 3], size_t name_len, struct nk_err *err)
{
	NK_TRY(add_le16(out, VERSION, err));
	NK_TRY(add_le16(out, FLAG_UTF8, err));
	NK_TRY(add_le16(out, DEFLATED, err));
	NK_TRY(add_le16(out, 0, err));
	NK_TRY(add_le16(out, DATE_1980, err));
	for (size_t i = 0; i < 3; i++) {
		NK_TRY(nk_buf_add_le32(out, facts[i], err));
	}
	NK_TRY(add_le16(out, (uint32_t)name_len, err));
	return add_le16(out, 0, err);
}

static NK_RESULT deflate_all(struct nk_bytes data, struct nk_buf *out, struct nk_err *err)
{
	z_stream z = { 0 };
	uint8_t *room = NULL;
	size_t most = 0;
	int status = Z_OK;

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		return nk_fail_nomem(err);
	}
	most = deflateBound(&z, data.len);
	if (!nk_ok(nk_buf_reserve(out, most, &room, err))) {
		(void)deflateEnd(&z);
		return nk_fail_nomem(err);
	}
	z.next_in = (Bytef *)(uintptr_t)data.ptr;
	z.avail_in = (uInt)data.len;
	z.next_out = room;
	z.avail_out = (uInt)most;
	status = deflate(&z, Z_FINISH);
	out->len += most - z.avail_out;
	(void)deflateEnd(&z);
	return status == Z_STREAM_END ? nk_done() : nk_fail(err, NK_INTERNAL, "zlib did not finish");
}

NK_RESULT nk_zip_write_add(struct nk_zip_writer *w, struct nk_str name, struct nk_bytes data, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf packed = { 0 };
	const size_t at = w->out->len;
	uint32_t facts[3] = { (uint32_t)crc32(0, data.ptr, (uInt)data.len), 0, (uint32_t)data.len };

	if (data.len >= BYTES_MAX || at >= BYTES_MAX || name.len > UINT16_MAX || w->entries == ENTRIES_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("a zip file cannot hold that much"));
	}
	nk_buf_init_wiping(&packed, BYTES_MAX);
	NK_TRY(deflate_all(data, &packed, err));
	facts[1] = (uint32_t)packed.len;
	NK_TRY(nk_buf_add_le32(w->out, 0x04034b50, err));
	NK_TRY(add_facts(w->out, facts, name.len, err));
	NK_TRY(nk_buf_add_str(w->out, name, err));
	NK_TRY(nk_buf_add(w->out, packed.ptr, packed.len, err));
	NK_TRY(nk_buf_add_le32(&w->directory, 0x02014b50, err));
	NK_TRY(add_le16(&w->directory, VERSION, err));
	NK_TRY(add_facts(&w->directory, facts, name.len, err));
	/* Comment, disk, attributes: none. */
	NK_TRY(add_le16(&w->directory, 0, err));
	NK_TRY(nk_buf_add_le32(&w->directory, 0, err));
	NK_TRY(nk_buf_add_le32(&w->directory, 0, err));
	NK_TRY(nk_buf_add_le32(&w->directory, (uint32_t)at, err));
	NK_TRY(nk_buf_add_str(&w->directory, name, err));
	w->entries++;
	return nk_done();
}

NK_RESULT nk_zip_write_end(struct nk_zip_writer *w, struct nk_err *err)
{
	const size_t at = w->out->len;

	if (at + w->directory.len >= BYTES_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("a zip file cannot hold that much"));
	}
	NK_TRY(nk_buf_add(w->out, w->directory.ptr, w->directory.len, err));
	NK_TRY(nk_buf_add_le32(w->out, 0x06054b50, err));
	NK_TRY(nk_buf_add_le32(w->out, 0, err));
	NK_TRY(add_le16(w->out, w->entries, err));
	NK_TRY(add_le16(w->out, w->entries, err));
	NK_TRY(nk_buf_add_le32(w->out, (uint32_t)w->directory.len, err));
	NK_TRY(nk_buf_add_le32(w->out, (uint32_t)at, err));
	return add_le16(w->out, 0, err);
}
