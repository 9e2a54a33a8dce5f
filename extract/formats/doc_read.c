/*
 * doc_read.c: Word documents: the piece table puts the text together, of all parts (main, footnotes, headers,
 * comments, endnotes, text boxes) in one go.
 *
 * Text that was deleted with tracking is still in a piece; text that a fast save left behind is in no piece and goes
 * out with the rest of the stream, as binary. Word 6 and 95 have 8-bit text in one run.
 */
#include "base.h"

#include "cfb.h"

enum { FIB_97 = 0xa5ec, FIB_95 = 0xa5dc, ENCRYPTED = 0x0100, TABLE_1 = 0x0200, JAPANESE = 0x0411 };

struct doc {
	struct nkx_cfb *c;
	struct nkx_cfb_bytes text; /* WordDocument */
	struct nkx_cfb_bytes table;
	unsigned lid;
	struct nkx_text *out;
};

struct piece {
	size_t at, bytes;
	bool wide;
};

/* A character below the blank. */
static void put_mark(struct nkx_text *t, unsigned u)
{
	switch (u) {
	case 7: /* end of a cell */
	case 9:
		nkx_put(t, "\t", 1);
		return;
	case 11:
	case 12:
	case 13:
		nkx_put(t, "\n", 1);
		return;
	case 0x13: /* a field: its code, its result */
	case 0x14:
	case 0x15:
		nkx_put(t, " ", 1);
		return;
	case 0x1e:
		nkx_put(t, "-", 1);
		return;
	default:
		return;
	}
}

/* A piece of UTF-16: runs of plain characters at once, marks one by one. */
static void put_wide(struct nkx_text *t, const uint8_t *p, size_t units)
{
	size_t from = 0;

	for (size_t i = 0; i < units; i++) {
		unsigned u = nk_get_le16(p + 2 * i);

		if (u >= 0x20) {
			continue;
		}
		nkx_put_utf16(t, p + 2 * from, i - from);
		put_mark(t, u);
		from = i + 1;
	}
	nkx_put_utf16(t, p + 2 * from, units - from);
}

static void put_narrow(struct nkx_text *t, const uint8_t *p, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		if (p[i] >= 0x20) {
			continue;
		}
		nkx_put_8bit(t, 1252, p + from, i - from);
		put_mark(t, p[i]);
		from = i + 1;
	}
	nkx_put_8bit(t, 1252, p + from, len - from);
}

/* Piece i of the table of n pieces at plc; false: it lies outside. */
static bool piece_at(const struct doc *d, const uint8_t *plc, size_t n, size_t i, struct piece *out)
{
	uint32_t first = nk_get_le32(plc + 4 * i), next = nk_get_le32(plc + 4 * i + 4);
	uint32_t fc = nk_get_le32(plc + 4 * (n + 1) + 8 * i + 2);

	out->wide = (fc & UINT32_C(0x40000000)) == 0;
	out->at = out->wide ? fc & UINT32_C(0x3fffffff) : (fc & UINT32_C(0x3fffffff)) / 2;
	if (next < first || out->at > d->text.len) {
		return false;
	}
	uint64_t bytes = (uint64_t)(next - first) * (out->wide ? 2 : 1);

	out->bytes = bytes < d->text.len - out->at ? (size_t)bytes : d->text.len - out->at;
	return bytes == out->bytes;
}

static bool has_high(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] >= 0x80) {
			return true;
		}
	}
	return false;
}

static void put_pieces(struct doc *d, const uint8_t *plc, size_t n)
{
	uint64_t budget = 2 * (uint64_t)d->text.len;
	struct piece piece;

	for (size_t i = 0; i < n; i++) {
		if (!piece_at(d, plc, n, i, &piece)) {
			d->c->damaged = true;
		} else if (piece.bytes > budget) {
			d->c->damaged = true;
			return;
		} else if (piece.wide) {
			put_wide(d->out, d->text.p + piece.at, piece.bytes / 2);
		} else {
			put_narrow(d->out, d->text.p + piece.at, piece.bytes);
		}
		budget -= piece.bytes <= budget ? piece.bytes : 0;
	}
}

/* Overwrites what was understood; 8-bit pieces of Japanese documents are left, when they may be CP932 after all. */
static void wipe_pieces(struct doc *d, const uint8_t *plc, size_t n)
{
	uint64_t budget = 2 * (uint64_t)d->text.len;
	struct piece piece;

	for (size_t i = 0; i < n; i++) {
		if (!piece_at(d, plc, n, i, &piece) || piece.bytes > budget) {
			continue;
		}
		budget -= piece.bytes;
		if (piece.wide || d->lid != JAPANESE || !has_high(d->text.p + piece.at, piece.bytes)) {
			memset(d->text.p + piece.at, 0, piece.bytes);
		}
	}
}

/* The piece table in the CLX; NULL: none. *out_n: pieces. */
static uint8_t *find_pieces(struct doc *d, size_t *out_n)
{
	if (d->text.len < 0x1aa || d->table.p == NULL) {
		return NULL;
	}
	uint64_t at = nk_get_le32(d->text.p + 0x1a2), end = at + nk_get_le32(d->text.p + 0x1a6);

	end = end < d->table.len ? end : d->table.len;
	while (at + 5 <= end && d->table.p[at] == 1) { /* formatting of a fast save */
		at += 3 + (uint64_t)nk_get_le16(d->table.p + at + 1);
	}
	if (at + 5 > end || d->table.p[at] != 2) {
		return NULL;
	}
	uint64_t len = nk_get_le32(d->table.p + at + 1);

	len = len < end - at - 5 ? len : end - at - 5;
	if (len < 16) {
		return NULL;
	}
	*out_n = (size_t)((len - 4) / 12);
	return d->table.p + at + 5;
}

/* Word 6 and 95: 8-bit text from fcMin to fcMac, in the code page of its country. */
static void read_95(struct doc *d, const char *name)
{
	uint64_t from = nk_get_le32(d->text.p + 0x18), to = nk_get_le32(d->text.p + 0x1c);

	to = to < d->text.len ? to : d->text.len;
	if (from < to && nkx_stream_begin(d->c->w, name, "doc-text", NKS_KIND_UNKNOWN)) {
		(void)nkx_stream_feed(d->c->w, d->text.p + from, (size_t)(to - from));
		nkx_stream_end(d->c->w, NKX_SCANNED, NKX_WHY_NONE);
		memset(d->text.p + from, 0, (size_t)(to - from));
	} else {
		d->c->damaged = true;
	}
}

static void read_97(struct doc *d, const char *name)
{
	struct nkx_text t = { .w = d->c->w };
	size_t n = 0;
	uint8_t *plc = find_pieces(d, &n);

	if (plc == NULL) {
		d->c->damaged = true;
		return;
	}
	if (!nkx_stream_begin(d->c->w, name, "doc-text", NKS_KIND_TEXT)) {
		return;
	}
	d->out = &t;
	put_pieces(d, plc, n);
	nkx_put_flush(&t);
	explicit_bzero(t.buf, sizeof(t.buf));
	nkx_stream_end(d->c->w, NKX_SCANNED, NKX_WHY_NONE);
	wipe_pieces(d, plc, n);
}

void nkx_doc_read(struct nkx_cfb *c, const char *path, uint32_t document, uint32_t table0, uint32_t table1)
{
	struct doc d = { .c = c, .text = nkx_cfb_load(c, document) };
	char text_name[640], rest_name[640], table_name[640];

	if (d.text.p == NULL) {
		return;
	}
	(void)snprintf(text_name, sizeof(text_name), "%sdocument", path);
	(void)snprintf(rest_name, sizeof(rest_name), "%sWordDocument", path);
	unsigned magic = d.text.len >= 0x20 ? nk_get_le16(d.text.p) : 0;
	unsigned flags = magic != 0 ? nk_get_le16(d.text.p + 10) : 0;
	uint32_t table = (flags & TABLE_1) != 0 ? table1 : table0;

	d.lid = magic != 0 ? nk_get_le16(d.text.p + 6) : 0;
	if ((magic == FIB_97 || magic == FIB_95) && (flags & ENCRYPTED) != 0) {
		nkx_not_scanned(c->w, text_name, "doc-text", NKX_WHY_ENCRYPTED, d.text.len);
		nkx_cfb_bytes_done(&d.text);
		return;
	}
	if (magic == FIB_97 && table != NKX_CFB_NONE) {
		d.table = nkx_cfb_load(c, table);
		(void)snprintf(
			table_name, sizeof(table_name), "%s%s", path, (flags & TABLE_1) != 0 ? "1Table" : "0Table");
		read_97(&d, text_name);
		nkx_cfb_rest(c, table_name, &d.table);
	} else if (magic == FIB_95) {
		read_95(&d, text_name);
	} else {
		c->damaged = true;
	}
	nkx_cfb_rest(c, rest_name, &d.text);
	nkx_cfb_bytes_done(&d.table);
	nkx_cfb_bytes_done(&d.text);
}
