/*
 * cfb_kit.h: makes small compound files for tests: 512 byte sectors, mini stream, one level of storages or more.
 *
 * Header only. The bytes are valid until the next call: one static block.
 */
#ifndef NKX_CFB_KIT_H
#define NKX_CFB_KIT_H

#include "base.h"

#include <uchar.h>

struct cfb_kit_entry {
	const char *name; /* ASCII */
	int parent; /* place of its storage in the list; -1: the root */
	const void *bytes; /* NULL: a storage */
	size_t len;
};

enum { CFB_KIT_ROOM = 1 << 18 };
#define CFB_KIT_END UINT32_C(0xfffffffe)
#define CFB_KIT_FREE UINT32_C(0xffffffff)

struct cfb_kit {
	uint8_t file[CFB_KIT_ROOM];
	uint32_t fat[128];
	uint32_t mini[128];
	uint8_t small[128 * 64];
	uint32_t n_sectors, n_mini;
	size_t len;
};

/* Appends a chain of sectors with these bytes; returns the first. */
static inline uint32_t cfb_kit_chain_(struct cfb_kit *k, const void *bytes, size_t len)
{
	uint32_t first = k->n_sectors;
	size_t n = (len + 511) / 512;

	for (size_t i = 0; i < n; i++) {
		size_t left = len - 512 * i;

		k->fat[k->n_sectors] = i + 1 < n ? k->n_sectors + 1 : CFB_KIT_END;
		memcpy(k->file + 512 * ((size_t)k->n_sectors + 1), (const uint8_t *)bytes + 512 * i,
			left < 512 ? left : 512);
		k->n_sectors++;
	}
	return n == 0 ? CFB_KIT_END : first;
}

static inline uint32_t cfb_kit_mini_(struct cfb_kit *k, const void *bytes, size_t len)
{
	uint32_t first = k->n_mini;
	size_t n = (len + 63) / 64;

	for (size_t i = 0; i < n; i++) {
		size_t left = len - 64 * i;

		k->mini[k->n_mini] = i + 1 < n ? k->n_mini + 1 : CFB_KIT_END;
		memcpy(k->small + 64 * (size_t)k->n_mini, (const uint8_t *)bytes + 64 * i, left < 64 ? left : 64);
		k->n_mini++;
	}
	return n == 0 ? CFB_KIT_END : first;
}

static inline void cfb_kit_entry_(uint8_t *e, const char *name, uint8_t type)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++) {
		e[2 * i] = (uint8_t)name[i];
	}
	e[64] = (uint8_t)(2 * n + 2);
	e[66] = type;
	nk_put_le32(e + 0x44, CFB_KIT_FREE);
	nk_put_le32(e + 0x48, CFB_KIT_FREE);
	nk_put_le32(e + 0x4c, CFB_KIT_FREE);
}

/* Hangs entry id as the first child of its parent. */
static inline void cfb_kit_hang_(uint8_t *dir, uint32_t id, uint32_t parent)
{
	uint32_t before = nk_get_le32(dir + 128 * (size_t)parent + 0x4c);

	nk_put_le32(dir + 128 * (size_t)id + 0x48, before);
	nk_put_le32(dir + 128 * (size_t)parent + 0x4c, id);
}

/* cfb_kit_make: the file of these entries; k->file, k->len. FAT in sector 0, mini FAT in 1. At most 126 sectors. */
static inline void cfb_kit_make(struct cfb_kit *k, const struct cfb_kit_entry *entries, size_t n)
{
	static const uint8_t magic[8] = { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 };
	uint8_t dir[32 * 128] = { 0 };

	memset(k, 0, sizeof(*k));
	memset(k->fat, 0xff, sizeof(k->fat));
	memset(k->mini, 0xff, sizeof(k->mini));
	k->fat[0] = UINT32_C(0xfffffffd);
	k->fat[1] = CFB_KIT_END;
	k->n_sectors = 2;
	cfb_kit_entry_(dir, "Root Entry", 5);
	for (size_t i = 0; i < n; i++) {
		uint8_t *e = dir + 128 * (i + 1);
		bool big = entries[i].len >= 4096;

		cfb_kit_entry_(e, entries[i].name, entries[i].bytes == NULL ? 1 : 2);
		nk_put_le32(e + 0x78, (uint32_t)entries[i].len);
		nk_put_le32(e + 0x74,
			big ? cfb_kit_chain_(k, entries[i].bytes, entries[i].len)
			    : cfb_kit_mini_(k, entries[i].bytes, entries[i].len));
		cfb_kit_hang_(dir, (uint32_t)i + 1, (uint32_t)(entries[i].parent + 1));
	}
	nk_put_le32(dir + 0x78, 64 * k->n_mini);
	nk_put_le32(dir + 0x74, cfb_kit_chain_(k, k->small, 64 * (size_t)k->n_mini));
	uint32_t directory = cfb_kit_chain_(k, dir, (n / 4 + 1) * 512);

	memcpy(k->file, magic, 8);
	k->file[0x18] = 0x3e;
	k->file[0x1a] = 3;
	k->file[0x1c] = 0xfe;
	k->file[0x1d] = 0xff;
	k->file[0x1e] = 9;
	k->file[0x20] = 6;
	nk_put_le32(k->file + 0x2c, 1);
	nk_put_le32(k->file + 0x30, directory);
	nk_put_le32(k->file + 0x38, 4096);
	nk_put_le32(k->file + 0x3c, 1);
	nk_put_le32(k->file + 0x40, 1);
	nk_put_le32(k->file + 0x44, CFB_KIT_END);
	memset(k->file + 0x4c, 0xff, 512 - 0x4c);
	nk_put_le32(k->file + 0x4c, 0);
	for (size_t i = 0; i < 128; i++) {
		nk_put_le32(k->file + 512 + 4 * i, k->fat[i]);
		nk_put_le32(k->file + 1024 + 4 * i, k->mini[i]);
	}
	k->len = 512 * ((size_t)k->n_sectors + 1);
}

/* UTF-16LE of ASCII or BMP text given as units. */
static inline size_t cfb_kit_utf16(uint8_t *out, const char16_t *text)
{
	size_t n = 0;

	for (; text[n] != 0; n++) {
		out[2 * n] = (uint8_t)text[n];
		out[2 * n + 1] = (uint8_t)(text[n] >> 8);
	}
	return 2 * n;
}

#endif
