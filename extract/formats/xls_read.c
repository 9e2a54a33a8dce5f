/*
 * xls_read.c: Excel 95 to 2003: the globals (code page, sheets, shared strings, which formats are dates), then each
 * sheet, then what is left.
 */
#include "base.h"

#include "xls_int.h"

enum { SHEETS = 4096 };

static void sheet_record(struct nkx_xls *x, const struct nkx_xls_record *r)
{
	size_t n = r->len >= 8 ? r->p[6] : 0;
	struct nkx_xls_sheet *more =
		n == 0 || x->n_sheets >= SHEETS ? NULL : reallocarray(x->sheets, x->n_sheets + 1, sizeof(*more));

	if (more == NULL) {
		return;
	}
	x->sheets = more;
	struct nkx_xls_sheet *s = &x->sheets[x->n_sheets++];
	bool wide = !x->old && (r->p[7] & 1) != 0;
	size_t head = x->old ? 7 : 8;

	n *= wide ? 2 : 1;
	s->at = nk_get_le32(r->p);
	s->hidden = (r->p[4] & 3) != 0;
	nkx_name_utf8(r->p + head, n < r->len - head ? n : r->len - head, wide, s->name, sizeof(s->name));
	memset(r->p, 0, r->len);
}

/* A number format whose text has a year, or month and day. */
static void format_record(struct nkx_xls *x, const struct nkx_xls_record *r)
{
	unsigned id = r->len >= 2 ? nk_get_le16(r->p) : 0;
	bool quoted = false, year = false, month = false, day = false;

	for (size_t i = x->old ? 3 : 5; i < r->len; i++) {
		char c = (char)r->p[i];

		quoted = quoted != (c == '"');
		year = year || (!quoted && (c == 'y' || c == 'Y' || c == 'e'));
		month = month || (!quoted && (c == 'm' || c == 'M'));
		day = day || (!quoted && (c == 'd' || c == 'D'));
	}
	if ((year && month) || (month && day)) {
		x->date_formats[id / 8] |= (uint8_t)(1U << (id % 8));
	}
}

static void xf_record(struct nkx_xls *x, const struct nkx_xls_record *r)
{
	unsigned id = r->len >= 4 ? nk_get_le16(r->p + 2) : 0;

	if (x->dates == NULL) {
		x->dates = calloc(1, 8192);
	}
	if (x->dates == NULL || x->n_xf >= 65536) {
		return;
	}
	bool date = (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58) ||
		(x->date_formats[id / 8] >> (id % 8) & 1) != 0;

	if (date) {
		x->dates[x->n_xf / 8] |= (uint8_t)(1U << (x->n_xf % 8));
	}
	x->n_xf++;
}

/* The first substream. Returns the place behind it, or 0 with *why set. */
static size_t globals(struct nkx_xls *x, size_t at, enum nkx_why *why)
{
	struct nkx_xls_record r;

	while (nkx_xls_next(x, &at, &r) && r.id != XLS_EOF) {
		if (r.id == XLS_FILEPASS) {
			*why = NKX_WHY_ENCRYPTED;
			return 0;
		}
		if (r.id == XLS_CODEPAGE && r.len >= 2) {
			x->codepage = nk_get_le16(r.p);
		} else if (r.id == XLS_BOUNDSHEET) {
			sheet_record(x, &r);
		} else if (r.id == XLS_FORMAT) {
			format_record(x, &r);
		} else if (r.id == XLS_XF) {
			xf_record(x, &r);
		} else if (r.id == XLS_SST && !nkx_xls_shared(x, &r, at)) {
			*why = NKX_WHY_MEMORY;
			return 0;
		}
	}
	return at;
}

static void sheet_name(const struct nkx_xls *x, size_t at, const char *what, char *out, size_t room)
{
	for (size_t i = 0; i < x->n_sheets; i++) {
		if (x->sheets[i].at == at) {
			(void)snprintf(out, room, "%s%s%s%s", x->path, x->sheets[i].name,
				x->sheets[i].hidden ? " (hidden)" : "", what);
			return;
		}
	}
	(void)snprintf(out, room, "%ssheet%s", x->path, what);
}

/* Strings that no cell shows (deleted cells leave theirs behind), and all readings. */
static void leftovers(struct nkx_xls *x)
{
	struct nkx_xls_strings *s = &x->strings;
	struct nkx_text t = { .w = x->c->w };
	char name[700];
	bool open = false;

	(void)snprintf(name, sizeof(name), "%sshared strings", x->path);
	for (size_t i = 0; i < s->n; i++) {
		if ((s->used[i / 8] >> (i % 8) & 1) != 0) {
			continue;
		}
		open = open || nkx_stream_begin(x->c->w, name, "xls-strings", NKS_KIND_TEXT);
		if (!open) {
			return;
		}
		nkx_put(&t, s->text + s->at[i], s->at[i + 1] - s->at[i]);
		nkx_put(&t, "\n", 1);
	}
	if (open) {
		nkx_put_flush(&t);
		nkx_stream_end(x->c->w, NKX_SCANNED, NKX_WHY_NONE);
	}
	explicit_bzero(t.buf, sizeof(t.buf));
	(void)snprintf(name, sizeof(name), "%sphonetic", x->path);
	if (s->phonetic_len > 0 && nkx_stream_begin(x->c->w, name, "xls-phonetic", NKS_KIND_TEXT)) {
		(void)nkx_stream_feed(x->c->w, s->phonetic, s->phonetic_len);
		nkx_stream_end(x->c->w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static bool all_zero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != 0) {
			return false;
		}
	}
	return true;
}

/* Heads of records whose content was understood are structure. */
static void wipe_heads(struct nkx_xls *x)
{
	struct nkx_xls_record r;

	for (size_t at = 0; nkx_xls_next(x, &at, &r);) {
		bool plain = r.id == XLS_BOF || r.id == XLS_XF || r.id == XLS_CODEPAGE;

		if (plain || all_zero(r.p, r.len)) {
			memset(x->b.p + r.at, 0, 4 + r.len);
		}
	}
}

static enum nkx_why sheets(struct nkx_xls *x)
{
	enum nkx_why why = NKX_WHY_NONE;
	struct nkx_xls_record r;
	bool first = true;
	char name[900];

	for (size_t at = 0; nkx_xls_next(x, &at, &r);) {
		if (r.id != XLS_BOF || r.len < 4) {
			continue;
		}
		if (first) {
			x->old = nk_get_le16(r.p) < 0x0600;
			first = false;
			if (nk_get_le16(r.p + 2) == 5) {
				at = globals(x, at, &why);
			}
			if (why != NKX_WHY_NONE) {
				return why;
			}
			continue;
		}
		size_t from = at;

		sheet_name(x, r.at, "", name, sizeof(name));
		at = nkx_xls_cells(x, from, name);
		sheet_name(x, r.at, " (notes)", name, sizeof(name));
		nkx_xls_notes(x, from, at, name);
	}
	return first ? NKX_WHY_UNSUPPORTED : NKX_WHY_NONE;
}

void nkx_xls_read(struct nkx_cfb *c, const char *path, uint32_t book)
{
	struct nkx_xls *x = calloc(1, sizeof(*x));
	char name[700];

	if (x == NULL) {
		nkx_partly(c->w, NKX_WHY_MEMORY);
		return;
	}
	x->c = c;
	x->path = path;
	x->codepage = 932;
	nkx_cfb_path(c, book, name, sizeof(name));
	x->b = nkx_cfb_load(c, book);
	enum nkx_why why = x->b.p != NULL ? sheets(x) : NKX_WHY_NONE;

	if (why == NKX_WHY_ENCRYPTED) {
		nkx_not_scanned(c->w, name, "xls-sheet", why, x->b.len);
	} else if (x->b.p != NULL) {
		if (why != NKX_WHY_NONE) {
			nkx_partly(c->w, why);
		}
		leftovers(x);
		wipe_heads(x);
		nkx_cfb_rest(c, name, &x->b);
	}
	nkx_xls_strings_done(&x->strings);
	nkx_cfb_bytes_done(&x->b);
	free(x->sheets);
	free(x->dates);
	free(x);
}
