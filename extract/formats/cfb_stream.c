/*
 * cfb_stream.c: entries of a compound file: their names, and the bytes of a stream for whoever reads them.
 */
#include "base.h"

#include "cfb.h"
#include "mime_charset.h"

enum { ENTRY = 128, PATH_PARTS = 12 };

static const uint8_t *entry_of(const struct nkx_cfb *c, uint32_t id)
{
	return c->dir + (size_t)id * ENTRY;
}

enum nkx_cfb_type nkx_cfb_type(const struct nkx_cfb *c, uint32_t id)
{
	switch (entry_of(c, id)[66]) {
	case 1:
		return NKX_CFB_STORAGE;
	case 2:
		return NKX_CFB_STREAM;
	case 5:
		return NKX_CFB_ROOT;
	default:
		return NKX_CFB_FREE;
	}
}

uint64_t nkx_cfb_size(const struct nkx_cfb *c, uint32_t id)
{
	uint64_t low = nk_get_le32(entry_of(c, id) + 0x78);

	/* Files with small sectors have rubbish in the upper half. */
	return c->shift == 9 ? low : low | (uint64_t)nk_get_le32(entry_of(c, id) + 0x7c) << 32;
}

static size_t name_units(const struct nkx_cfb *c, uint32_t id)
{
	size_t n = nk_get_le16(entry_of(c, id) + 64) / 2;

	return n == 0 ? 0 : n > 32 ? 31 : n - 1;
}

static char lower(unsigned unit)
{
	return (char)(unit >= 'A' && unit <= 'Z' ? unit + 32 : unit < 128 ? unit : 127);
}

bool nkx_cfb_starts(const struct nkx_cfb *c, uint32_t id, const char *ascii)
{
	size_t n = name_units(c, id), len = strlen(ascii);

	if (n < len) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (lower(nk_get_le16(entry_of(c, id) + 2 * i)) != lower((unsigned char)ascii[i])) {
			return false;
		}
	}
	return true;
}

bool nkx_cfb_named(const struct nkx_cfb *c, uint32_t id, const char *ascii)
{
	return name_units(c, id) == strlen(ascii) && nkx_cfb_starts(c, id, ascii);
}

void nkx_cfb_name(const struct nkx_cfb *c, uint32_t id, char *out, size_t room)
{
	const uint8_t *name = entry_of(c, id);
	size_t n = name_units(c, id);

	while (n > 0 && nk_get_le16(name) < 0x20) {
		name += 2;
		n--;
	}
	nkx_name_utf8(name, 2 * n, true, out, room);
}

void nkx_cfb_path(const struct nkx_cfb *c, uint32_t id, char *out, size_t room)
{
	uint32_t parts[PATH_PARTS];
	size_t n = 0, len = 0;

	for (uint32_t at = id; at != 0 && n < PATH_PARTS; at = c->node[at].parent) {
		parts[n++] = at;
	}
	out[0] = '\0';
	while (n > 0 && len + 1 < room) {
		char one[128];

		nkx_cfb_name(c, parts[--n], one, sizeof(one));
		int wrote = snprintf(out + len, room - len, "%s%s", len > 0 ? "/" : "", one);

		len += wrote < 0 ? 0 : (size_t)wrote;
	}
}

static void feed_extents(struct nkx_cfb *c, const struct nkx_cfb_extent *list, size_t n, struct nkx_pipe *p)
{
	uint8_t piece[16384];

	for (size_t i = 0; i < n; i++) {
		for (uint64_t done = 0; done < list[i].len;) {
			uint64_t left = list[i].len - done;
			size_t want = left < sizeof(piece) ? (size_t)left : sizeof(piece);

			if (!nkx_read(c->s, list[i].at + done, piece, want) || !nkx_nested_feed(p, piece, want)) {
				return;
			}
			done += want;
		}
	}
}

static void give_extents(
	struct nkx_cfb *c, const struct nkx_cfb_extent *list, size_t n, const char *name, const char *hint)
{
	if (n == 1) {
		struct nkx_source part = nkx_source_part(c->s, list[0].at, list[0].len);

		(void)nkx_nested(c->w, name, &part, hint);
		return;
	}
	uint64_t packed = 0;

	for (size_t i = 0; i < n; i++) {
		packed += list[i].len;
	}
	struct nkx_pipe *p = nkx_nested_begin(c->w, name, packed, hint);

	if (p != NULL) {
		feed_extents(c, list, n, p);
		nkx_nested_end(&p, NKX_SCANNED, NKX_WHY_NONE);
	}
}

void nkx_cfb_give(struct nkx_cfb *c, uint32_t id, const char *name, const char *hint)
{
	size_t n = 0;
	struct nkx_cfb_extent *list = nkx_cfb_take(c, id, &n);

	if (list != NULL && n > 0) {
		give_extents(c, list, n, name, hint);
	}
	free(list);
}

struct nkx_cfb_bytes nkx_cfb_load(struct nkx_cfb *c, uint32_t id)
{
	struct nkx_cfb_bytes b = { NULL, 0 };
	size_t n = 0;
	uint64_t size = 0;
	struct nkx_cfb_extent *list = nkx_cfb_take(c, id, &n);

	for (size_t i = 0; i < n; i++) {
		size += list[i].len;
	}
	if (size > 0 && size <= nkx_limits(c->w)->in_memory) {
		b.p = malloc((size_t)size);
	}
	if (b.p == NULL && size > 0) {
		char name[600];

		nkx_cfb_path(c, id, name, sizeof(name));
		nkx_partly(c->w, NKX_WHY_TOO_LARGE);
		give_extents(c, list, n, name, "binary");
	}
	for (size_t i = 0; b.p != NULL && i < n; i++) {
		size_t len = (size_t)list[i].len;

		if (!nkx_read(c->s, list[i].at, b.p + b.len, len)) {
			c->cut = true;
			break;
		}
		b.len += len;
	}
	free(list);
	return b;
}

void nkx_cfb_bytes_done(struct nkx_cfb_bytes *b)
{
	if (b->p != NULL) {
		explicit_bzero(b->p, b->len);
	}
	free(b->p);
	b->p = NULL;
	b->len = 0;
}

void nkx_cfb_rest(struct nkx_cfb *c, const char *name, const struct nkx_cfb_bytes *b)
{
	size_t used = 0;

	for (size_t i = 0; i < b->len && used <= 8; i++) {
		used += b->p[i] != 0;
	}
	if (used > 8 && nkx_stream_begin(c->w, name, "binary", NKS_KIND_BINARY)) {
		(void)nkx_stream_feed(c->w, b->p, b->len);
		nkx_stream_end(c->w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static void put_text(void *arg, const char *utf8, size_t len)
{
	nkx_put(arg, utf8, len);
}

void nkx_put_8bit(struct nkx_text *t, unsigned codepage, const uint8_t *bytes, size_t len)
{
	struct nkx_charset_to to = { put_text, t };
	struct nkx_charset_state s = { .charset = NKX_CHARSET_GUESS };

	if (codepage == 1200) {
		nkx_put_utf16(t, bytes, len / 2);
		return;
	}
	if (codepage == 1252 || codepage == 28591) {
		s.charset = NKX_CHARSET_LATIN;
	} else if (codepage == 932) {
		s.charset = NKX_CHARSET_CP932;
	}
	nkx_charset_put(&s, bytes, len, &to);
}
