/*
 * kit_badzip.h: makes zips in memory byte by byte, good ones and every kind of lying one, for tests of the zip
 *reader.
 *
 * Header only. An entry tells the truth wherever it is not told to lie. (kit_zip.h is the plain writer.) Typical:
 *
 *	struct kit_badzip k;
 *	kit_badzip_make(&k, entries, n, false);
 *	... k.zip.ptr, k.zip.len ...
 *	kit_badzip_done(&k);
 */
#ifndef KIT_BADZIP_H
#define KIT_BADZIP_H

#include "base.h"

#include <cmocka.h>
#include <zlib.h>

/* One entry; numbers that are 0 are filled in truthfully. */
struct kit_badzip_entry {
	const char *name;
	size_t name_len; /* 0: strlen */
	const char *local_name;
	const uint8_t *data;
	size_t len;
	bool deflate;
	unsigned flags;
	unsigned local_flags; /* xor */
	unsigned local_method; /* xor */
	unsigned method; /* added to the true one */
	uint32_t attributes;
	uint32_t crc_lie; /* xor, both headers */
	uint32_t local_crc_lie;
	uint64_t size_claim; /* in the directory (and locally, unless a descriptor is used) */
	bool descriptor;
	bool zip64; /* sizes in an extra field of the directory */
	int64_t local_shift; /* where the directory says that it is, off by so much */
};

struct kit_badzip {
	struct nk_buf zip;
	struct nk_buf central;
	size_t n;
};

static inline void kit_badzip_16_(struct nk_buf *b, unsigned v)
{
	const uint8_t p[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	assert_true(nk_ok(nk_buf_add(b, p, 2, NULL)));
}

static inline void kit_badzip_32_(struct nk_buf *b, uint64_t v)
{
	assert_true(nk_ok(nk_buf_add_le32(b, (uint32_t)v, NULL)));
}

static inline void kit_badzip_64_(struct nk_buf *b, uint64_t v)
{
	assert_true(nk_ok(nk_buf_add_le64(b, v, NULL)));
}

static inline void kit_badzip_pack_(const struct kit_badzip_entry *m, struct nk_buf *out)
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

static inline void kit_badzip_start(struct kit_badzip *k)
{
	nk_buf_init(&k->zip, 64 << 20);
	nk_buf_init(&k->central, 1 << 20);
	k->n = 0;
}

/* What both headers say about an entry. */
struct kit_badzip_facts {
	uint32_t crc;
	uint64_t packed;
	uint64_t size;
};

static inline void kit_badzip_local_(
	struct kit_badzip *k, const struct kit_badzip_entry *m, struct kit_badzip_facts f)
{
	const char *name = m->local_name != NULL ? m->local_name : m->name;
	const size_t name_len = m->name_len != 0 ? m->name_len : strlen(name);

	kit_badzip_32_(&k->zip, 0x04034b50);
	kit_badzip_16_(&k->zip, 20);
	kit_badzip_16_(&k->zip, (m->flags | (m->descriptor ? 8u : 0u)) ^ m->local_flags);
	kit_badzip_16_(&k->zip, ((m->deflate ? 8u : 0u) + m->method) ^ m->local_method);
	kit_badzip_32_(&k->zip, 0);
	kit_badzip_32_(&k->zip, m->descriptor ? 0 : f.crc ^ m->local_crc_lie);
	kit_badzip_32_(&k->zip, m->descriptor ? 0 : f.packed);
	kit_badzip_32_(&k->zip, m->descriptor ? 0 : f.size);
	kit_badzip_16_(&k->zip, (unsigned)name_len);
	kit_badzip_16_(&k->zip, 0);
	assert_true(nk_ok(nk_buf_add(&k->zip, name, name_len, NULL)));
}

static inline void kit_badzip_central_(
	struct kit_badzip *k, const struct kit_badzip_entry *m, struct kit_badzip_facts f, uint64_t at)
{
	const size_t name_len = m->name_len != 0 ? m->name_len : strlen(m->name);

	kit_badzip_32_(&k->central, 0x02014b50);
	kit_badzip_16_(&k->central, 3 << 8 | 20);
	kit_badzip_16_(&k->central, 20);
	kit_badzip_16_(&k->central, m->flags | (m->descriptor ? 8u : 0u));
	kit_badzip_16_(&k->central, (m->deflate ? 8u : 0u) + m->method);
	kit_badzip_32_(&k->central, 0);
	kit_badzip_32_(&k->central, f.crc);
	kit_badzip_32_(&k->central, m->zip64 ? UINT32_MAX : f.packed);
	kit_badzip_32_(&k->central, m->zip64 ? UINT32_MAX : f.size);
	kit_badzip_16_(&k->central, (unsigned)name_len);
	kit_badzip_16_(&k->central, m->zip64 ? 20 : 0);
	kit_badzip_16_(&k->central, 0);
	kit_badzip_32_(&k->central, 0);
	kit_badzip_32_(&k->central, m->attributes);
	kit_badzip_32_(&k->central, at + (uint64_t)m->local_shift);
	assert_true(nk_ok(nk_buf_add(&k->central, m->name, name_len, NULL)));
	if (m->zip64) {
		kit_badzip_16_(&k->central, 1);
		kit_badzip_16_(&k->central, 16);
		kit_badzip_64_(&k->central, f.size);
		kit_badzip_64_(&k->central, f.packed);
	}
}

static inline void kit_badzip_add(struct kit_badzip *k, const struct kit_badzip_entry *m)
{
	NK_OWNED(nk_buf_done) struct nk_buf packed = { 0 };
	const uint64_t at = k->zip.len;
	const uint8_t *data = m->data != NULL ? m->data : (const uint8_t *)"";
	struct kit_badzip_facts f = { .crc = (uint32_t)crc32(0, data, (uInt)m->len) ^ m->crc_lie,
		.size = m->size_claim != 0 ? m->size_claim : m->len };

	kit_badzip_pack_(m, &packed);
	f.packed = packed.len;
	kit_badzip_local_(k, m, f);
	assert_true(nk_ok(nk_buf_add(&k->zip, packed.ptr, packed.len, NULL)));
	if (m->descriptor) {
		kit_badzip_32_(&k->zip, 0x08074b50);
		kit_badzip_32_(&k->zip, f.crc ^ m->local_crc_lie);
		kit_badzip_32_(&k->zip, f.packed);
		kit_badzip_32_(&k->zip, f.size);
	}
	kit_badzip_central_(k, m, f, at);
	k->n++;
}

/* The directory and the end record; with zip64 the long one too. */
static inline void kit_badzip_end(struct kit_badzip *k, bool zip64)
{
	const uint64_t at = k->zip.len;
	const uint64_t len = k->central.len;

	assert_true(nk_ok(nk_buf_add(&k->zip, k->central.ptr, k->central.len, NULL)));
	if (zip64) {
		const uint64_t end = k->zip.len;
		kit_badzip_32_(&k->zip, 0x06064b50);
		kit_badzip_64_(&k->zip, 44);
		kit_badzip_32_(&k->zip, 45 | 45 << 16);
		kit_badzip_64_(&k->zip, 0);
		kit_badzip_64_(&k->zip, k->n);
		kit_badzip_64_(&k->zip, k->n);
		kit_badzip_64_(&k->zip, len);
		kit_badzip_64_(&k->zip, at);
		kit_badzip_32_(&k->zip, 0x07064b50);
		kit_badzip_32_(&k->zip, 0);
		kit_badzip_64_(&k->zip, end);
		kit_badzip_32_(&k->zip, 1);
	}
	kit_badzip_32_(&k->zip, 0x06054b50);
	kit_badzip_32_(&k->zip, 0);
	kit_badzip_16_(&k->zip, zip64 ? UINT16_MAX : (unsigned)k->n);
	kit_badzip_16_(&k->zip, zip64 ? UINT16_MAX : (unsigned)k->n);
	kit_badzip_32_(&k->zip, zip64 ? UINT32_MAX : len);
	kit_badzip_32_(&k->zip, zip64 ? UINT32_MAX : at);
	kit_badzip_16_(&k->zip, 0);
}

static inline void kit_badzip_done(struct kit_badzip *k)
{
	nk_buf_done(&k->zip);
	nk_buf_done(&k->central);
}

/* A zip of these entries. */
static inline void kit_badzip_make(struct kit_badzip *k, const struct kit_badzip_entry *entries, size_t n, bool zip64)
{
	kit_badzip_start(k);
	for (size_t i = 0; i < n; i++) {
		kit_badzip_add(k, &entries[i]);
	}
	kit_badzip_end(k, zip64);
}

#endif
