/*
 * cfb_walk.c: the tables of a compound file: FAT, DIFAT, mini FAT and directory.
 *
 * Invariant: a sector is in at most one chain (bit in `used`), so all chains together are never longer than the file,
 * whatever its tables say. The tree is walked with a stack of its own, every entry once.
 */
#include "base.h"

#include "cfb.h"

enum { HEADER = 512, ENTRY = 128, MINI_SHIFT = 6, IN_HEADER = 109 };
#define LAST_SECTOR UINT32_C(0xfffffffa)
#define CHAIN_END UINT32_C(0xfffffffe)

static bool bit_take(uint8_t *bits, uint32_t i)
{
	uint8_t mask = (uint8_t)(1U << (i % 8));

	if (bits[i / 8] & mask) {
		return false;
	}
	bits[i / 8] |= mask;
	return true;
}

static uint64_t sector_at(const struct nkx_cfb *c, uint32_t sector)
{
	return ((uint64_t)sector + 1) << c->shift;
}

/* Reads one table sector as numbers and claims it. */
static bool table_sector(struct nkx_cfb *c, uint32_t sector, uint32_t *out)
{
	uint8_t raw[4096];
	size_t size = (size_t)1 << c->shift;

	if (sector >= c->sectors || !bit_take(c->used, sector)) {
		c->damaged = true;
		return false;
	}
	if (!nkx_read(c->s, sector_at(c, sector), raw, size)) {
		c->cut = true;
		return false;
	}
	nkx_claimed(c->w, sector_at(c, sector), size);
	for (size_t i = 0; i < size / 4; i++) {
		out[i] = nk_get_le32(raw + 4 * i);
	}
	return true;
}

/* One FAT sector: the next of the table. false: the table is complete. */
static bool fat_sector(struct nkx_cfb *c, uint32_t sector, uint32_t *filled)
{
	uint32_t numbers[1024];
	uint32_t per = (uint32_t)1 << (c->shift - 2);

	if (*filled >= c->sectors) {
		return false;
	}
	uint32_t n = c->sectors - *filled < per ? c->sectors - *filled : per;

	if (table_sector(c, sector, numbers)) {
		memcpy(c->fat + *filled, numbers, n * sizeof(uint32_t));
	}
	*filled += n;
	return true;
}

static void read_fat(struct nkx_cfb *c, const uint8_t *header)
{
	uint32_t filled = 0;
	uint32_t per = (uint32_t)1 << (c->shift - 2);
	uint32_t next = nk_get_le32(header + 0x44);
	uint32_t numbers[1024];

	memset(c->fat, 0xff, (size_t)c->sectors * sizeof(uint32_t));
	for (uint32_t i = 0; i < IN_HEADER; i++) {
		uint32_t sector = nk_get_le32(header + 0x4c + 4 * i);

		if (sector >= LAST_SECTOR || !fat_sector(c, sector, &filled)) {
			break;
		}
	}
	while (next < LAST_SECTOR && filled < c->sectors && table_sector(c, next, numbers)) {
		for (uint32_t i = 0; i + 1 < per && numbers[i] < LAST_SECTOR; i++) {
			if (!fat_sector(c, numbers[i], &filled)) {
				break;
			}
		}
		next = numbers[per - 1];
	}
}

/* The sectors of a chain, at most `most` of them. *out_n: how many; fewer than wanted: the chain is damaged. */
static uint32_t *chain(struct nkx_cfb *c, uint32_t start, uint32_t most, uint32_t *out_n)
{
	uint32_t n = 0, room = 16;
	uint32_t *list = malloc(room * sizeof(uint32_t));

	for (uint32_t at = start; list != NULL && n < most && at != CHAIN_END; at = c->fat[at]) {
		if (at >= c->sectors || !bit_take(c->used, at)) {
			c->damaged = true;
			break;
		}
		if (n == room) {
			uint32_t *more = reallocarray(list, room, 2 * sizeof(uint32_t));

			if (more == NULL) {
				c->damaged = true;
				break;
			}
			list = more;
			room *= 2;
		}
		list[n++] = at;
	}
	*out_n = n;
	return list;
}

/* The directory's bytes; entries that were in use are structure, names of deleted ones are left for carving. */
static enum nkx_why read_directory(struct nkx_cfb *c, uint32_t start)
{
	static const uint8_t zeros[64];
	uint32_t n = 0;
	uint32_t *list = chain(c, start, c->sectors, &n);
	size_t size = (size_t)1 << c->shift;

	if (n > 0 && (uint64_t)n * size <= nkx_limits(c->w)->in_memory) {
		c->dir = calloc(n, size);
	}
	for (uint32_t i = 0; c->dir != NULL && i < n; i++) {
		uint64_t at = sector_at(c, list[i]);

		if (nkx_read_some(c->s, at, c->dir + (size_t)i * size, size) < size) {
			c->cut = true;
		}
		for (size_t e = 0; e < size; e += ENTRY) {
			const uint8_t *entry = c->dir + (size_t)i * size + e;

			if (entry[66] != NKX_CFB_FREE || memcmp(entry, zeros, 64) == 0) {
				nkx_claimed(c->w, at + e, ENTRY);
			}
		}
	}
	free(list);
	if (c->dir == NULL) {
		return n == 0 ? NKX_WHY_DAMAGED : NKX_WHY_TOO_LARGE;
	}
	c->entries = (uint32_t)((uint64_t)n * size / ENTRY);
	return NKX_WHY_NONE;
}

static void push(struct nkx_cfb *c, uint32_t *stack, uint32_t *n, uint32_t id, uint32_t parent)
{
	if (id == NKX_CFB_NONE) {
		return;
	}
	if (id >= c->entries || c->node[id].reached) {
		c->damaged = true;
		return;
	}
	if (nkx_cfb_type(c, id) == NKX_CFB_FREE) {
		return;
	}
	c->node[id].reached = true;
	c->node[id].parent = parent;
	c->node[id].next = c->node[parent].first;
	c->node[parent].first = id;
	stack[(*n)++] = id;
}

static void walk_from(struct nkx_cfb *c, uint32_t *stack, uint32_t n)
{
	while (n > 0) {
		uint32_t id = stack[--n];
		const uint8_t *entry = c->dir + (size_t)id * ENTRY;

		if (id != 0) {
			push(c, stack, &n, nk_get_le32(entry + 0x44), c->node[id].parent);
			push(c, stack, &n, nk_get_le32(entry + 0x48), c->node[id].parent);
		}
		if (nkx_cfb_type(c, id) != NKX_CFB_STREAM) {
			push(c, stack, &n, nk_get_le32(entry + 0x4c), id);
		}
	}
}

/* The tree; what it does not reach but is in use hangs from the root. */
static enum nkx_why walk_tree(struct nkx_cfb *c)
{
	uint32_t *stack = malloc((size_t)c->entries * sizeof(uint32_t));

	c->node = calloc(c->entries, sizeof(*c->node));
	if (stack == NULL || c->node == NULL) {
		free(stack);
		return NKX_WHY_MEMORY;
	}
	for (uint32_t i = 0; i < c->entries; i++) {
		c->node[i].first = c->node[i].next = NKX_CFB_NONE;
	}
	c->node[0].reached = true;
	stack[0] = 0;
	walk_from(c, stack, 1);
	for (uint32_t i = 1; i < c->entries; i++) {
		uint32_t n = 0;

		if (!c->node[i].reached) {
			push(c, stack, &n, i, 0);
			walk_from(c, stack, n);
		}
	}
	free(stack);
	return NKX_WHY_NONE;
}

static void read_mini(struct nkx_cfb *c, const uint8_t *header)
{
	uint32_t n = 0;
	uint32_t *list = chain(c, nk_get_le32(header + 0x3c), c->sectors, &n);
	uint32_t per = (uint32_t)1 << (c->shift - 2);
	size_t size = (size_t)1 << c->shift;
	uint8_t raw[4096];

	c->mini = n > 0 ? calloc(n, size) : NULL;
	for (uint32_t i = 0; c->mini != NULL && i < n; i++) {
		if (!nkx_read(c->s, sector_at(c, list[i]), raw, size)) {
			c->cut = true;
			break;
		}
		nkx_claimed(c->w, sector_at(c, list[i]), size);
		for (uint32_t k = 0; k < per; k++) {
			c->mini[i * per + k] = nk_get_le32(raw + 4 * (size_t)k);
		}
		c->n_mini = (i + 1) * per;
	}
	free(list);
	uint64_t wanted = (nkx_cfb_size(c, 0) + size - 1) >> c->shift;

	c->small = chain(
		c, nk_get_le32(c->dir + 0x74), (uint32_t)(wanted < c->sectors ? wanted : c->sectors), &c->n_small);
	c->mini_used = calloc(1, (size_t)c->n_mini / 8 + 1);
}

enum nkx_why nkx_cfb_open(struct nkx_work *w, const struct nkx_source *s, struct nkx_cfb *c)
{
	uint8_t header[HEADER];
	enum nkx_why why;

	memset(c, 0, sizeof(*c));
	c->w = w;
	c->s = s;
	if (!nkx_read(s, 0, header, sizeof(header))) {
		return NKX_WHY_CUT_OFF;
	}
	c->shift = nk_get_le16(header + 0x1e);
	c->cutoff = nk_get_le32(header + 0x38);
	if ((c->shift != 9 && c->shift != 12) || nk_get_le16(header + 0x20) != MINI_SHIFT || s->size >> 43 != 0) {
		return NKX_WHY_DAMAGED;
	}
	uint64_t size = (uint64_t)1 << c->shift;
	uint64_t sectors = s->size <= size ? 0 : (s->size - 1) >> c->shift;

	c->sectors = (uint32_t)(sectors < LAST_SECTOR ? sectors : LAST_SECTOR);
	if (c->sectors == 0) {
		return NKX_WHY_CUT_OFF;
	}
	nkx_claimed(w, 0, HEADER);
	c->fat = reallocarray(NULL, c->sectors, sizeof(uint32_t));
	c->used = calloc(1, (size_t)c->sectors / 8 + 1);
	if (c->fat == NULL || c->used == NULL) {
		return NKX_WHY_MEMORY;
	}
	read_fat(c, header);
	why = read_directory(c, nk_get_le32(header + 0x30));
	why = why == NKX_WHY_NONE ? walk_tree(c) : why;
	if (why == NKX_WHY_NONE) {
		read_mini(c, header);
	}
	return why != NKX_WHY_NONE ? why : c->mini_used == NULL ? NKX_WHY_MEMORY : NKX_WHY_NONE;
}

void nkx_cfb_done(struct nkx_cfb *c)
{
	free(c->fat);
	free(c->used);
	free(c->mini);
	free(c->mini_used);
	free(c->small);
	free(c->dir);
	free(c->node);
	memset(c, 0, sizeof(*c));
}

static bool extent_add(struct nkx_cfb_extent **list, size_t *n, uint64_t at, uint64_t len)
{
	if (*n > 0 && (*list)[*n - 1].at + (*list)[*n - 1].len == at) {
		(*list)[*n - 1].len += len;
		return true;
	}
	if ((*n & (*n - 1)) == 0) { /* a power of two: full */
		struct nkx_cfb_extent *more = reallocarray(*list, *n == 0 ? 1 : 2 * *n, sizeof(**list));

		if (more == NULL) {
			return false;
		}
		*list = more;
	}
	(*list)[(*n)++] = (struct nkx_cfb_extent){ at, len };
	return true;
}

/* A stream of the mini stream: pieces of 64 bytes. */
static uint64_t take_mini(struct nkx_cfb *c, uint32_t start, uint64_t size, struct nkx_cfb_extent **list, size_t *n)
{
	uint64_t got = 0;
	unsigned more = c->shift - MINI_SHIFT;

	for (uint32_t at = start; got < size && at != CHAIN_END; at = c->mini[at]) {
		if (at >= c->n_mini || at >> more >= c->n_small || !bit_take(c->mini_used, at)) {
			break;
		}
		uint64_t place =
			sector_at(c, c->small[at >> more]) + ((uint64_t)(at & ((1U << more) - 1)) << MINI_SHIFT);
		uint64_t len = size - got < 64 ? size - got : 64;

		if (!extent_add(list, n, place, len)) {
			break;
		}
		got += len;
	}
	return got;
}

static uint64_t take_big(struct nkx_cfb *c, uint32_t start, uint64_t size, struct nkx_cfb_extent **list, size_t *n)
{
	uint64_t got = 0;
	uint64_t one = (uint64_t)1 << c->shift;

	for (uint32_t at = start; got < size && at != CHAIN_END; at = c->fat[at]) {
		if (at >= c->sectors || !bit_take(c->used, at)) {
			break;
		}
		uint64_t len = size - got < one ? size - got : one;

		if (!extent_add(list, n, sector_at(c, at), len)) {
			break;
		}
		got += len;
	}
	return got;
}

struct nkx_cfb_extent *nkx_cfb_take(struct nkx_cfb *c, uint32_t id, size_t *out_n)
{
	struct nkx_cfb_extent *list = NULL;
	uint64_t size = nkx_cfb_size(c, id);
	uint32_t start = nk_get_le32(c->dir + (size_t)id * ENTRY + 0x74);
	size_t n = 0;

	*out_n = 0;
	if (c->node[id].taken || size == 0) {
		c->node[id].taken = true;
		return NULL;
	}
	c->node[id].taken = true;
	uint64_t got = size < c->cutoff ? take_mini(c, start, size, &list, &n) : take_big(c, start, size, &list, &n);

	if (got < size) {
		c->damaged = true;
	}
	for (size_t i = 0; i < n; i++) {
		if (list[i].at >= c->s->size || list[i].len > c->s->size - list[i].at) {
			c->cut = true;
			list[i].len = list[i].at < c->s->size ? c->s->size - list[i].at : 0;
		}
		nkx_claimed(c->w, list[i].at, list[i].len);
	}
	*out_n = n;
	return list;
}

size_t nkx_cfb_peek(const struct nkx_cfb *c, uint32_t id, uint8_t *out, size_t room)
{
	uint64_t size = nkx_cfb_size(c, id);
	uint32_t at = nk_get_le32(c->dir + (size_t)id * ENTRY + 0x74);
	unsigned more = c->shift - MINI_SHIFT;
	size_t n = 0;

	if (size >= c->cutoff) {
		return 0;
	}
	room = size < room ? (size_t)size : room;
	while (n < room && at < c->n_mini && at >> more < c->n_small) {
		uint64_t place =
			sector_at(c, c->small[at >> more]) + ((uint64_t)(at & ((1U << more) - 1)) << MINI_SHIFT);
		size_t len = room - n < 64 ? room - n : 64;

		if (!nkx_read(c->s, place, out + n, len)) {
			break;
		}
		n += len;
		at = c->mini[at];
	}
	return n;
}
