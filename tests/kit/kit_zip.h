/*
 * kit_zip.h: writes small sound zips for tests (kit_badzip.h writes the lying ones). Needs zlib, which the house
 * links.
 */
#ifndef KIT_ZIP_H
#define KIT_ZIP_H

#include "base.h"

#include <zlib.h>

struct kit_zip {
	struct nk_buf body;
	struct nk_buf directory;
	uint16_t n;
};

static inline void kit_zip_start(struct kit_zip *z)
{
	nk_buf_init(&z->body, SIZE_MAX / 2);
	nk_buf_init(&z->directory, SIZE_MAX / 2);
	z->n = 0;
}

static inline void kit_zip_done(struct kit_zip *z)
{
	nk_buf_done(&z->body);
	nk_buf_done(&z->directory);
}

static inline void kit_zip_le16_(struct nk_buf *b, uint16_t v)
{
	nk_assert(nk_ok(nk_buf_add_byte(b, (uint8_t)(v & 0xff), NULL)) &&
		nk_ok(nk_buf_add_byte(b, (uint8_t)(v >> 8), NULL)));
}

static inline void kit_zip_le32_(struct nk_buf *b, uint32_t v)
{
	nk_assert(nk_ok(nk_buf_add_le32(b, v, NULL)));
}

/* Version, flags, method, time, date, CRC, sizes, name length, no extra field: the same in both headers. */
static inline void kit_zip_common_(
	struct nk_buf *b, bool deflated, uint32_t crc, const size_t sizes[2], size_t name_len)
{
	kit_zip_le16_(b, 20);
	kit_zip_le16_(b, 0x0800);
	kit_zip_le16_(b, deflated ? 8 : 0);
	kit_zip_le16_(b, 0);
	kit_zip_le16_(b, 0x5c61);
	kit_zip_le32_(b, crc);
	kit_zip_le32_(b, (uint32_t)sizes[0]);
	kit_zip_le32_(b, (uint32_t)sizes[1]);
	kit_zip_le16_(b, (uint16_t)name_len);
	kit_zip_le16_(b, 0);
}

static inline void kit_zip_entry_(
	struct kit_zip *z, const char *name, struct nk_bytes packed, const size_t sizes[2], uint32_t crc)
{
	const size_t at = z->body.len;
	const bool deflated = sizes[0] != sizes[1];

	kit_zip_le32_(&z->body, 0x04034b50);
	kit_zip_common_(&z->body, deflated, crc, sizes, strlen(name));
	nk_assert(nk_ok(nk_buf_add_c(&z->body, name, NULL)) &&
		nk_ok(nk_buf_add(&z->body, packed.ptr, packed.len, NULL)));
	kit_zip_le32_(&z->directory, 0x02014b50);
	kit_zip_le16_(&z->directory, 20);
	kit_zip_common_(&z->directory, deflated, crc, sizes, strlen(name));
	kit_zip_le16_(&z->directory, 0);
	kit_zip_le16_(&z->directory, 0);
	kit_zip_le16_(&z->directory, 0);
	kit_zip_le32_(&z->directory, 0);
	kit_zip_le32_(&z->directory, (uint32_t)at);
	nk_assert(nk_ok(nk_buf_add_c(&z->directory, name, NULL)));
	z->n++;
}

static inline uint32_t kit_zip_crc_(struct nk_bytes data)
{
	return (uint32_t)crc32(crc32(0, NULL, 0), data.ptr, (uInt)data.len);
}

/* kit_zip_add: one entry, stored. */
static inline void kit_zip_add(struct kit_zip *z, const char *name, struct nk_bytes data)
{
	const size_t sizes[2] = { data.len, data.len };

	kit_zip_entry_(z, name, data, sizes, kit_zip_crc_(data));
}

/* kit_zip_add_deflated: one entry, compressed as far as zlib can (for bombs). */
static inline void kit_zip_add_deflated(struct kit_zip *z, const char *name, struct nk_bytes data)
{
	uint8_t *packed = malloc(data.len + 1024);
	z_stream s;
	size_t sizes[2] = { 0, data.len };

	memset(&s, 0, sizeof(s));
	nk_assert(packed != NULL && deflateInit2(&s, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK);
	s.next_in = (Bytef *)(uintptr_t)data.ptr;
	s.avail_in = (uInt)data.len;
	s.next_out = packed;
	s.avail_out = (uInt)data.len + 1024;
	nk_assert(deflate(&s, Z_FINISH) == Z_STREAM_END);
	sizes[0] = s.total_out;
	kit_zip_entry_(z, name, nk_bytes_of(packed, sizes[0]), sizes, kit_zip_crc_(data));
	(void)deflateEnd(&s);
	free(packed);
}

/* kit_zip_end: the whole zip; good until kit_zip_done. Nothing may be added afterwards. */
static inline struct nk_bytes kit_zip_end(struct kit_zip *z)
{
	const size_t at = z->body.len;
	const size_t len = z->directory.len;

	nk_assert(nk_ok(nk_buf_add(&z->body, z->directory.ptr, len, NULL)));
	kit_zip_le32_(&z->body, 0x06054b50);
	kit_zip_le16_(&z->body, 0);
	kit_zip_le16_(&z->body, 0);
	kit_zip_le16_(&z->body, z->n);
	kit_zip_le16_(&z->body, z->n);
	kit_zip_le32_(&z->body, (uint32_t)len);
	kit_zip_le32_(&z->body, (uint32_t)at);
	kit_zip_le16_(&z->body, 0);
	return nk_buf_bytes(&z->body);
}

#endif
