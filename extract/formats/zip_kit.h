/*
 * zip_kit.h: writes zips for tests, right ones and lying ones. Test programs only.
 */
#ifndef NKX_ZIP_KIT_H
#define NKX_ZIP_KIT_H

#include <zlib.h>

struct zk_entry {
	const char *name;
	const void *bytes;
	size_t len;
	bool deflate, hidden, encrypted, wrong_crc, descriptor;
	const char *comment;
	uint32_t lie_size; /* instead of the right one */
	uint16_t method; /* instead of 0 or 8 */
	int share; /* its place is that of entry share - 1; 0: its own */
	/* filled in */
	uint32_t at, packed, crc;
};

struct zk_out {
	uint8_t *p;
	size_t n;
};

static inline void zk_16(struct zk_out *o, unsigned v)
{
	o->p[o->n++] = (uint8_t)v;
	o->p[o->n++] = (uint8_t)(v >> 8);
}

static inline void zk_32(struct zk_out *o, uint32_t v)
{
	zk_16(o, v & 0xffff);
	zk_16(o, v >> 16);
}

static inline void zk_bytes(struct zk_out *o, const void *bytes, size_t len)
{
	memcpy(o->p + o->n, bytes, len);
	o->n += len;
}

static inline unsigned zk_method(const struct zk_entry *e)
{
	return e->method != 0 ? e->method : e->deflate ? 8U : 0U;
}

static inline unsigned zk_flags(const struct zk_entry *e)
{
	return (e->encrypted ? 1U : 0U) | (e->descriptor ? 8U : 0U);
}

static inline void zk_local(struct zk_out *o, struct zk_entry *e)
{
	uLongf room = compressBound((uLong)e->len) + 64;
	uint8_t *packed = malloc(room);
	z_stream z = { 0 };

	e->at = (uint32_t)o->n;
	e->crc = (uint32_t)crc32_z(0, e->bytes, e->len) ^ (e->wrong_crc ? 1U : 0U);
	(void)deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)(uintptr_t)e->bytes;
	z.avail_in = (uInt)e->len;
	z.next_out = packed;
	z.avail_out = (uInt)room;
	(void)deflate(&z, Z_FINISH);
	e->packed = e->deflate ? (uint32_t)z.total_out : (uint32_t)e->len;
	(void)deflateEnd(&z);
	zk_32(o, 0x04034b50);
	zk_16(o, 20);
	zk_16(o, zk_flags(e));
	zk_16(o, zk_method(e));
	zk_32(o, 0);
	zk_32(o, e->descriptor ? 0 : e->crc);
	zk_32(o, e->descriptor ? 0 : e->packed);
	zk_32(o, e->descriptor ? 0 : (uint32_t)e->len);
	zk_16(o, (unsigned)strlen(e->name));
	zk_16(o, 0);
	zk_bytes(o, e->name, strlen(e->name));
	zk_bytes(o, e->deflate ? packed : e->bytes, e->packed);
	if (e->descriptor) {
		zk_32(o, 0x08074b50);
		zk_32(o, e->crc);
		zk_32(o, e->packed);
		zk_32(o, (uint32_t)e->len);
	}
	free(packed);
}

static inline void zk_central(struct zk_out *o, const struct zk_entry *e, const struct zk_entry *place)
{
	const char *comment = e->comment != NULL ? e->comment : "";

	zk_32(o, 0x02014b50);
	zk_32(o, 0x00140014);
	zk_16(o, zk_flags(e));
	zk_16(o, zk_method(e));
	zk_32(o, 0);
	zk_32(o, place->crc);
	zk_32(o, place->packed);
	zk_32(o, e->lie_size != 0 ? e->lie_size : (uint32_t)place->len);
	zk_16(o, (unsigned)strlen(e->name));
	zk_16(o, 0);
	zk_16(o, (unsigned)strlen(comment));
	zk_32(o, 0);
	zk_32(o, 0);
	zk_32(o, place->at);
	zk_bytes(o, e->name, strlen(e->name));
	zk_bytes(o, comment, strlen(comment));
}

/* zk_make: a zip of these entries into out (large enough); returns its length. */
static inline size_t zk_make(struct zk_entry *entries, size_t n, const char *comment, uint8_t *out)
{
	struct zk_out o = { out, 0 };
	size_t dir = 0;
	unsigned listed = 0;

	for (size_t i = 0; i < n; i++) {
		if (entries[i].share == 0) {
			zk_local(&o, &entries[i]);
		}
	}
	dir = o.n;
	for (size_t i = 0; i < n; i++) {
		if (!entries[i].hidden) {
			zk_central(
				&o, &entries[i], entries[i].share > 0 ? &entries[entries[i].share - 1] : &entries[i]);
			listed++;
		}
	}
	zk_32(&o, 0x06054b50);
	zk_32(&o, 0);
	zk_16(&o, listed);
	zk_16(&o, listed);
	zk_32(&o, (uint32_t)(o.n - dir - 12));
	zk_32(&o, (uint32_t)dir);
	zk_16(&o, (unsigned)strlen(comment));
	zk_bytes(&o, comment, strlen(comment));
	return o.n;
}

#endif
