/*
 * zip_dir.c: see zip_dir.h.
 */
#include "base.h"

#include "zip_dir.h"

enum {
	END_LEN = 22,
	END64_LEN = 56,
	LOCATOR_LEN = 20,
	CENTRAL_LEN = 46,
	LOCAL_LEN = 30,
	COMMENT_MAX = 65535,
	ENTRIES_MAX = 4 << 20
};

/* The end record: the last one whose comment fits behind it. */
static bool find_end(const struct nkx_source *s, uint64_t *out_at, uint8_t *end)
{
	const uint64_t most = END_LEN + COMMENT_MAX;
	const size_t len = s->size < most ? (size_t)s->size : (size_t)most;
	const uint64_t from = s->size - len;
	uint8_t *tail = malloc(len + 1);
	bool found = false;

	if (tail == NULL || len < END_LEN || !nkx_read(s, from, tail, len)) {
		free(tail);
		return false;
	}
	for (size_t i = len - END_LEN + 1; i-- > 0 && !found;) {
		found = memcmp(tail + i, "PK\5\6", 4) == 0 && nk_get_le16(tail + i + 20) <= len - END_LEN - i;
		if (found) {
			*out_at = from + i;
			memcpy(end, tail + i, END_LEN);
		}
	}
	free(tail);
	return found;
}

struct claim { /* what the end records say */
	uint64_t entries, size, at;
};

static bool end64(const struct nkx_source *s, uint64_t end_at, struct claim *c)
{
	uint8_t loc[LOCATOR_LEN];
	uint8_t rec[END64_LEN];
	uint64_t at = 0;

	if (end_at < LOCATOR_LEN || !nkx_read(s, end_at - LOCATOR_LEN, loc, sizeof(loc)) ||
		memcmp(loc, "PK\6\7", 4) != 0) {
		return false;
	}
	at = nk_get_le64(loc + 8);
	if (!nkx_read(s, at, rec, sizeof(rec)) || memcmp(rec, "PK\6\6", 4) != 0) {
		/* Something stands before the archive: the record lies right before its locator. */
		at = end_at - LOCATOR_LEN;
		if (at < END64_LEN || !nkx_read(s, at - END64_LEN, rec, sizeof(rec)) ||
			memcmp(rec, "PK\6\6", 4) != 0) {
			return false;
		}
	}
	c->entries = nk_get_le64(rec + 32);
	c->size = nk_get_le64(rec + 40);
	c->at = nk_get_le64(rec + 48);
	return true;
}

/* Loads the directory; what stands before the archive (a program that unpacks itself) moves all places. */
static enum nkx_why load(struct nkx_work *w, struct nkx_zip *z, struct claim *c, uint64_t *out_shift)
{
	const struct nkx_source *s = z->source;
	uint64_t at = c->at;
	uint8_t sign[4];

	*out_shift = 0;
	if (c->size > nkx_limits(w)->in_memory) {
		return NKX_WHY_TOO_LARGE;
	}
	if (c->entries == 0) {
		return NKX_WHY_NONE;
	}
	if (!nkx_read(s, at, sign, 4) || memcmp(sign, "PK\1\2", 4) != 0) {
		if (c->size > z->end_at || at > z->end_at - c->size) {
			return NKX_WHY_CUT_OFF;
		}
		at = z->end_at - c->size;
		if (!nkx_read(s, at, sign, 4) || memcmp(sign, "PK\1\2", 4) != 0) {
			return NKX_WHY_DAMAGED;
		}
		*out_shift = at - c->at;
	}
	/* Up to the end record, whatever its size is said to be: a lie cannot hide entries. */
	if (at > z->end_at || z->end_at - at > nkx_limits(w)->in_memory) {
		return NKX_WHY_DAMAGED;
	}
	z->dir_at = at;
	z->dir_len = (size_t)(z->end_at - at);
	z->dir = malloc(z->dir_len + 1);
	if (z->dir == NULL) {
		return NKX_WHY_MEMORY;
	}
	return nkx_read(s, at, z->dir, z->dir_len) ? NKX_WHY_NONE : NKX_WHY_CHANGED;
}

/* The 64-bit sizes in the extra field, each only where its short form is all ones. */
static void widen(struct nkx_zip_entry *e, const uint8_t *extra, size_t len)
{
	while (len >= 4) {
		const size_t n = nk_get_le16(extra + 2);
		const bool is64 = nk_get_le16(extra) == 1;
		uint64_t *fields[3] = { &e->size, &e->packed, &e->local };
		size_t at = 0;

		if (n > len - 4) {
			return;
		}
		for (size_t i = 0; is64 && i < 3; i++) {
			if (*fields[i] == UINT32_MAX && at + 8 <= n) {
				*fields[i] = nk_get_le64(extra + 4 + at);
				at += 8;
			}
		}
		extra += 4 + n;
		len -= 4 + n;
	}
}

static bool add(struct nkx_zip *z, size_t *room, const struct nkx_zip_entry *e)
{
	if (z->n == *room) {
		const size_t more = *room == 0 ? 64 : *room * 2;
		struct nkx_zip_entry *bigger =
			more > ENTRIES_MAX ? NULL : realloc(z->entries, more * sizeof(*bigger));

		if (bigger == NULL) {
			return false;
		}
		z->entries = bigger;
		*room = more;
	}
	z->entries[z->n++] = *e;
	return true;
}

static enum nkx_why parse(struct nkx_zip *z, uint64_t shift, uint64_t claimed)
{
	size_t at = 0;
	size_t room = 0;

	while (z->dir_len - at >= CENTRAL_LEN && memcmp(z->dir + at, "PK\1\2", 4) == 0) {
		const uint8_t *p = z->dir + at;
		struct nkx_zip_entry e = { .flags = nk_get_le16(p + 8),
			.method = nk_get_le16(p + 10),
			.crc = nk_get_le32(p + 16),
			.packed = nk_get_le32(p + 20),
			.size = nk_get_le32(p + 24),
			.name_len = nk_get_le16(p + 28),
			.extra_len = nk_get_le16(p + 30),
			.comment_len = nk_get_le16(p + 32),
			.local = nk_get_le32(p + 42) };
		const size_t len = (size_t)CENTRAL_LEN + e.name_len + e.extra_len + e.comment_len;

		if (len > z->dir_len - at) {
			break;
		}
		e.name_at = (uint32_t)(at + CENTRAL_LEN);
		widen(&e, p + CENTRAL_LEN + e.name_len, e.extra_len);
		e.local = e.local > UINT64_MAX - shift ? UINT64_MAX : e.local + shift;
		if (!add(z, &room, &e)) {
			return NKX_WHY_MEMORY;
		}
		at += len;
	}
	/* 16 bits of a count that has more are no lie of ours to find. */
	z->cut_off = z->n < claimed || ((z->n & 0xffff) != (claimed & 0xffff));
	z->dir_len = at;
	return NKX_WHY_NONE;
}

static int by_place(const void *a, const void *b)
{
	const struct nkx_zip_entry *l = *(const struct nkx_zip_entry *const *)a;
	const struct nkx_zip_entry *r = *(const struct nkx_zip_entry *const *)b;

	if (l->local != r->local) {
		return l->local < r->local ? -1 : 1;
	}
	return (l > r) - (l < r);
}

/* Entries that share bytes: the second one is marked. One that is wholly the same as another is only said twice. */
static enum nkx_why mark_overlaps(struct nkx_zip *z)
{
	struct nkx_zip_entry **order = calloc(z->n + 1, sizeof(struct nkx_zip_entry *));
	const struct nkx_zip_entry *before = NULL;

	if (order == NULL) {
		return NKX_WHY_MEMORY;
	}
	for (size_t i = 0; i < z->n; i++) {
		struct nkx_zip_entry *e = &z->entries[i];
		const uint64_t head = (uint64_t)LOCAL_LEN + e->name_len;

		e->end = e->local > UINT64_MAX - head ? UINT64_MAX : e->local + head;
		e->end = e->packed > UINT64_MAX - e->end ? UINT64_MAX : e->end + e->packed;
		order[i] = e;
	}
	qsort(order, z->n, sizeof(order[0]), by_place);
	for (size_t i = 0; i < z->n; i++) {
		struct nkx_zip_entry *e = order[i];

		if (before != NULL && e->local == before->local && e->packed == before->packed &&
			e->size == before->size && e->crc == before->crc && e->method == before->method) {
			e->twice = true;
			continue;
		}
		e->overlaps = (before != NULL && e->local < before->end) || e->end > z->dir_at;
		before = before == NULL || e->end > before->end ? e : before;
	}
	free(order);
	return NKX_WHY_NONE;
}

enum nkx_why nkx_zip_read(struct nkx_work *w, const struct nkx_source *s, struct nkx_zip *out)
{
	uint8_t end[END_LEN];
	struct claim c = { 0 };
	uint64_t shift = 0;
	enum nkx_why why = NKX_WHY_NONE;

	memset(out, 0, sizeof(*out));
	out->source = s;
	if (!find_end(s, &out->end_at, end)) {
		return NKX_WHY_CUT_OFF;
	}
	out->comment_len = nk_get_le16(end + 20);
	c.entries = nk_get_le16(end + 10);
	c.size = nk_get_le32(end + 12);
	c.at = nk_get_le32(end + 16);
	if (nk_get_le16(end + 4) != 0 && nk_get_le16(end + 4) != 0xffff) {
		return NKX_WHY_UNSUPPORTED; /* one of several files */
	}
	if (c.entries == 0xffff || c.size == UINT32_MAX || c.at == UINT32_MAX) {
		(void)end64(s, out->end_at, &c);
	}
	why = load(w, out, &c, &shift);
	if (why == NKX_WHY_NONE && out->dir != NULL) {
		why = parse(out, shift, c.entries);
		why = why == NKX_WHY_NONE ? mark_overlaps(out) : why;
	}
	return why;
}

bool nkx_zip_ends(const struct nkx_source *s)
{
	uint8_t end[END_LEN];
	uint64_t at = 0;

	return find_end(s, &at, end) && nk_get_le16(end + 10) > 0 && nk_get_le32(end + 12) <= at;
}

void nkx_zip_done(struct nkx_zip *zip)
{
	if (zip->dir != NULL) {
		explicit_bzero(zip->dir, zip->dir_len);
	}
	free(zip->dir);
	free(zip->entries);
	zip->dir = NULL;
	zip->entries = NULL;
	zip->n = 0;
}

void nkx_zip_name(const struct nkx_zip *zip, const struct nkx_zip_entry *e, char *out, size_t room)
{
	const uint8_t *name = zip->dir + e->name_at;
	const uint8_t *extra = name + e->name_len;
	size_t left = e->extra_len;

	/* Info-ZIP's Unicode path stands beside a name in whatever the writer's machine used. */
	while (left >= 4 && (e->flags & NKX_ZIP_UTF8) == 0) {
		const size_t n = nk_get_le16(extra + 2);

		if (n > left - 4) {
			break;
		}
		if (nk_get_le16(extra) == 0x7075 && n > 5) {
			nkx_name_utf8(extra + 9, n - 5, false, out, room);
			return;
		}
		extra += 4 + n;
		left -= 4 + n;
	}
	nkx_name_utf8(name, e->name_len, false, out, room);
}

bool nkx_zip_second_name(const uint8_t *extra, size_t len)
{
	while (len >= 4) {
		const size_t n = nk_get_le16(extra + 2);

		if (nk_get_le16(extra) == 0x7075 || n > len - 4) {
			return true;
		}
		extra += 4 + n;
		len -= 4 + n;
	}
	return false;
}

/* Kinds of extra fields without room for words: sizes, times, owners. Names and comments in
 * Unicode, and padding, may hold some. */
bool nkx_zip_plain_extra(const uint8_t *extra, size_t len)
{
	static const uint16_t kinds[] = { 0x0001, 0x000a, 0x000d, 0x5455, 0x5855, 0x7855, 0x7875, 0x9901, 0xcafe };

	while (len >= 4) {
		const uint16_t kind = nk_get_le16(extra);
		const size_t n = nk_get_le16(extra + 2);
		bool known = false;

		for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
			known = known || kind == kinds[i];
		}
		if (!known || n > len - 4 || n > 64) {
			return false;
		}
		extra += 4 + n;
		len -= 4 + n;
	}
	return true;
}

bool nkx_zip_local(const struct nkx_source *s, uint64_t at, struct nkx_zip_local *out)
{
	uint8_t p[LOCAL_LEN];
	uint8_t extra[512];
	struct nkx_zip_entry wide = { 0 };
	size_t n = 0;

	if (!nkx_read(s, at, p, sizeof(p)) || memcmp(p, "PK\3\4", 4) != 0) {
		return false;
	}
	memset(out, 0, sizeof(*out));
	out->at = at;
	out->flags = nk_get_le16(p + 6);
	out->method = nk_get_le16(p + 8);
	out->crc = nk_get_le32(p + 14);
	out->name_len = nk_get_le16(p + 26);
	out->extra_len = nk_get_le16(p + 28);
	out->data = at + LOCAL_LEN + out->name_len + out->extra_len;
	wide.packed = nk_get_le32(p + 18);
	wide.size = nk_get_le32(p + 22);
	if (out->extra_len <= sizeof(extra)) {
		n = nkx_read_some(s, at + LOCAL_LEN + out->name_len, extra, out->extra_len);
		out->plain_extra = nkx_zip_plain_extra(extra, n);
		widen(&wide, extra, n);
	}
	out->packed = wide.packed;
	out->size = wide.size;
	return out->data <= s->size;
}
