/*
 * kit_zip.h: makes zips in memory, good ones and every kind of bad one, for tests.
 *
 * Header only. A struct kit_zip_entry tells the truth wherever it is not told to lie. Typical:
 *
 *	struct kit_zip k;
 *	kit_zip_make(&k, entries, n, false);
 *	... k.zip.ptr, k.zip.len ...
 *	kit_zip_done(&k);
 */
#ifndef KIT_ZIP_H
#define KIT_ZIP_H

#include "base.h"

#include <cmocka.h>
#include <zlib.h>

/* One entry; numbers that are 0 are filled in truthfully. */
struct kit_zip_entry {
	const char *name;
	size_t name_len;      /* 0: strlen */
	const char *local_name;
	const uint8_t *data;
	size_t len;
	bool deflate;
	unsigned flags;
	unsigned local_flags; /* xor */
	unsigned method;      /* added to the true one */
	uint32_t attributes;
	uint32_t crc_lie;     /* xor, both headers */
	uint32_t local_crc_lie;
	uint64_t size_claim;  /* in the directory (and locally, unless a descriptor is used) */
	bool descriptor;
	bool zip64;           /* sizes in an extra field of the directory */
	int64_t local_shift;  /* where the directory says that it is, off by so much */
};

struct kit_zip {
	struct nk_buf zip;
	struct nk_buf central;
	size_t n;
};

static inline void kit_zip_16_(struct nk_buf *b, unsigned v)
{
	const uint8_t p[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	assert_true(nk_ok(nk_buf_add(b, p, 2, NULL)));
}

static inline void kit_zip_32_(struct nk_buf *b, uint64_t v)
{
	assert_true(nk_ok(nk_buf_add_le32(b, (uint32_t)v, NULL)));
}

static inline void kit_zip_64_(struct nk_buf *b, uint64_t v)
{
	assert_true(nk_ok(nk_buf_add_le64(b, v, NULL)));
}

static inline void kit_zip_pack_(const struct kit_zip_entry *m, struct nk_buf *out)
{
	z_stream z = { 0 };
	uint8_t *at = NULL;

	nk_buf_init(out, 64 << 20);
	if (!m->deflate) {
		assert_true(nk_ok(nk_buf_add(out, m->data, m->len, NULL)));
		return;
	}
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
	const size_t room = deflateBound(&z, m->len);
	assert_true(nk_ok(nk_buf_reserve(out, room, &at, NULL)));
	z.next_in = (uint8_t *)(uintptr_t)m->data;
	z.avail_in = (uInt)m->len;
	z.next_out = at;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len = room - z.avail_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
}

static inline void kit_zip_start(struct kit_zip *k)
{
	nk_buf_init(&k->zip, 64 << 20);
	nk_buf_init(&k->central, 1 << 20);
	k->n = 0;
}

static inline void kit_zip_local_(
	struct kit_zip *k, const struct kit_zip_entry *m, uint32_t crc, uint64_t packed, uint64_t size)
{
	const char *name = m->local_name != NULL ? m->local_name : m->name;
	const size_t name_len = m->name_len != 0 ? m->name_len : strlen(name);

	kit_zip_32_(&k->zip, 0x04034b50);
	kit_zip_16_(&k->zip, 20);
	kit_zip_16_(&k->zip, (m->flags | (m->descriptor ? 8u : 0u)) ^ m->local_flags);
	kit_zip_16_(&k->zip, (m->deflate ? 8u : 0u) + m->method);
	kit_zip_32_(&k->zip, 0);
	kit_zip_32_(&k->zip, m->descriptor ? 0 : crc ^ m->local_crc_lie);
	kit_zip_32_(&k->zip, m->descriptor ? 0 : packed);
	kit_zip_32_(&k->zip, m->descriptor ? 0 : size);
	kit_zip_16_(&k->zip, (unsigned)name_len);
	kit_zip_16_(&k->zip, 0);
	assert_true(nk_ok(nk_buf_add(&k->zip, name, name_len, NULL)));
}

static inline void kit_zip_central_(
	struct kit_zip *k, const struct kit_zip_entry *m, uint32_t crc, uint64_t packed, uint64_t size, uint64_t at)
{
	const size_t name_len = m->name_len != 0 ? m->name_len : strlen(m->name);

	kit_zip_32_(&k->central, 0x02014b50);
	kit_zip_16_(&k->central, 3 << 8 | 20);
	kit_zip_16_(&k->central, 20);
	kit_zip_16_(&k->central, m->flags | (m->descriptor ? 8u : 0u));
	kit_zip_16_(&k->central, (m->deflate ? 8u : 0u) + m->method);
	kit_zip_32_(&k->central, 0);
	kit_zip_32_(&k->central, crc);
	kit_zip_32_(&k->central, m->zip64 ? UINT32_MAX : packed);
	kit_zip_32_(&k->central, m->zip64 ? UINT32_MAX : size);
	kit_zip_16_(&k->central, (unsigned)name_len);
	kit_zip_16_(&k->central, m->zip64 ? 20 : 0);
	kit_zip_16_(&k->central, 0);
	kit_zip_32_(&k->central, 0);
	kit_zip_32_(&k->central, m->attributes);
	kit_zip_32_(&k->central, at + (uint64_t)m->local_shift);
	assert_true(nk_ok(nk_buf_add(&k->central, m->name, name_len, NULL)));
	if (m->zip64) {
		kit_zip_16_(&k->central, 1);
		kit_zip_16_(&k->central, 16);
		kit_zip_64_(&k->central, size);
		kit_zip_64_(&k->central, packed);
	}
}

static inline void kit_zip_add(struct kit_zip *k, const struct kit_zip_entry *m)
{
	NK_OWNED(nk_buf_done) struct nk_buf packed = { 0 };
	const uint64_t at = k->zip.len;
	const uint32_t crc = (uint32_t)crc32(crc32(0, Z_NULL, 0), m->data != NULL ? m->data : (const uint8_t *)"",
				     (uInt)m->len) ^
		m->crc_lie;
	const uint64_t size = m->size_claim != 0 ? m->size_claim : m->len;

	kit_zip_pack_(m, &packed);
	kit_zip_local_(k, m, crc, packed.len, size);
	assert_true(nk_ok(nk_buf_add(&k->zip, packed.ptr, packed.len, NULL)));
	if (m->descriptor) {
		kit_zip_32_(&k->zip, 0x08074b50);
		kit_zip_32_(&k->zip, crc ^ m->local_crc_lie);
		kit_zip_32_(&k->zip, packed.len);
		kit_zip_32_(&k->zip, size);
	}
	kit_zip_central_(k, m, crc, packed.len, size, at);
	k->n++;
}

static inline void kit_zip_end(struct kit_zip *k, bool zip64)
{
	const uint64_t at = k->zip.len;
	const uint64_t len = k->central.len;

	assert_true(nk_ok(nk_buf_add(&k->zip, k->central.ptr, k->central.len, NULL)));
	if (zip64) {
		const uint64_t end = k->zip.len;
		kit_zip_32_(&k->zip, 0x06064b50);
		kit_zip_64_(&k->zip, 44);
		kit_zip_32_(&k->zip, 45 | 45 << 16);
		kit_zip_64_(&k->zip, 0);
		kit_zip_64_(&k->zip, k->n);
		kit_zip_64_(&k->zip, k->n);
		kit_zip_64_(&k->zip, len);
		kit_zip_64_(&k->zip, at);
		kit_zip_32_(&k->zip, 0x07064b50);
		kit_zip_32_(&k->zip, 0);
		kit_zip_64_(&k->zip, end);
		kit_zip_32_(&k->zip, 1);
	}
	kit_zip_32_(&k->zip, 0x06054b50);
	kit_zip_32_(&k->zip, 0);
	kit_zip_16_(&k->zip, zip64 ? UINT16_MAX : (unsigned)k->n);
	kit_zip_16_(&k->zip, zip64 ? UINT16_MAX : (unsigned)k->n);
	kit_zip_32_(&k->zip, zip64 ? UINT32_MAX : len);
	kit_zip_32_(&k->zip, zip64 ? UINT32_MAX : at);
	kit_zip_16_(&k->zip, 0);
}

static inline void kit_zip_done(struct kit_zip *k)
{
	nk_buf_done(&k->zip);
	nk_buf_done(&k->central);
}

/* A zip of these entries. */
static inline void kit_zip_make(struct kit_zip *k, const struct kit_zip_entry *entries, size_t n, bool zip64)
{
	kit_zip_start(k);
	for (size_t i = 0; i < n; i++) {
		kit_zip_add(k, &entries[i]);
	}
	kit_zip_end(k, zip64);
}

#endif
