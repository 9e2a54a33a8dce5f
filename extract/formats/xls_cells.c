/*
 * xls_cells.c: the cells of a sheet as a table, and its notes, headers and footers as text.
 *
 * Invariant: what goes out stands at its row and column: a cell that comes before the one at hand begins the table
 * anew, at most RESTARTS times; then the rest of the sheet goes out without places.
 */
#include "base.h"

#include "xls_int.h"

enum { RESTARTS = 64, MOST_COLUMNS = 16384, LONG_STRING = 2048 };

struct table {
	struct nkx_xls *x;
	struct nkx_text t;
	const char *name;
	uint32_t row, column;
	uint32_t formula_row, formula_column; /* of the last formula: its string comes in the next record */
	unsigned restarts;
	bool open, stop;
};

static void repeat(struct nkx_text *t, char c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		nkx_put(t, &c, 1);
	}
}

static void close_table(struct table *t)
{
	if (t->open) {
		nkx_put_flush(&t->t);
		nkx_stream_end(t->x->c->w, NKX_SCANNED, NKX_WHY_NONE);
	}
	t->open = false;
}

/* To a cell. false: no more can be said. */
static bool move(struct table *t, uint32_t row, uint32_t column, size_t in, size_t out)
{
	bool back = row < t->row || (row == t->row && column < t->column);

	if (column >= MOST_COLUMNS) {
		t->x->c->damaged = true;
		column = t->column;
	}
	if (t->open && back && t->restarts < RESTARTS) {
		close_table(t);
		t->restarts++;
	}
	if (!t->open) {
		if (t->stop || !nkx_stream_begin(t->x->c->w, t->name, "xls-sheet", NKS_KIND_TABLE)) {
			t->stop = true;
			return false;
		}
		t->open = true;
		t->row = t->column = 0;
		back = false;
	}
	if (!nkx_budget(t->x->c->w, in, out + (back ? 1 : row - t->row))) {
		t->stop = true;
		return false;
	}
	if (back) {
		nkx_put(&t->t, "\036", 1);
		return true;
	}
	repeat(&t->t, '\036', row - t->row);
	repeat(&t->t, '\037', row > t->row ? column : column - t->column);
	t->row = row;
	t->column = column;
	return true;
}

/* Days since 1899-12-30 as a date (civil_from_days of Howard Hinnant, in the public domain). */
static void put_date(struct nkx_text *t, double serial)
{
	int64_t z = (int64_t)serial + 693899; /* days since 0000-03-01 */
	int64_t era = z / 146097, doe = z % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	char text[48];
	int n = snprintf(text, sizeof(text), "%04d-%02d-%02d", (int)(yoe + era * 400 + (month <= 2)), (int)month,
		(int)(doy - (153 * mp + 2) / 5 + 1));

	nkx_put(t, text, n > 0 ? (size_t)n : 0);
}

static void number(struct table *t, const uint8_t *cell, double value)
{
	unsigned xf = nk_get_le16(cell + 4);
	bool date = xf < t->x->n_xf && (t->x->dates[xf / 8] >> (xf % 8) & 1) != 0;
	char text[40];

	if (!move(t, nk_get_le16(cell), nk_get_le16(cell + 2), 14, sizeof(text))) {
		return;
	}
	if (date && value >= 1 && value < 2958466) {
		put_date(&t->t, value);
		return;
	}
	int n = snprintf(text, sizeof(text), "%.15g", value);

	nkx_put(&t->t, text, n > 0 ? (size_t)n : 0);
}

static double rk_value(uint32_t rk)
{
	double value;

	if ((rk & 2) != 0) {
		value = (double)((int32_t)rk >> 2);
	} else {
		uint64_t bits = (uint64_t)(rk & ~UINT32_C(3)) << 32;

		memcpy(&value, &bits, sizeof(value));
	}
	return (rk & 1) != 0 ? value / 100 : value;
}

static double real_value(const uint8_t *p)
{
	uint64_t bits = nk_get_le32(p) | (uint64_t)nk_get_le32(p + 4) << 32;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void many_rk(struct table *t, const struct nkx_xls_record *r)
{
	uint8_t cell[6];
	unsigned column = nk_get_le16(r->p + 2);

	for (size_t at = 4; at + 8 <= r->len; at += 6) {
		nk_put_le32(cell, (uint32_t)(nk_get_le16(r->p) | column << 16));
		memcpy(cell + 4, r->p + at, 2);
		number(t, cell, rk_value(nk_get_le32(r->p + at + 2)));
		column = (column + 1) & 0xffff;
	}
}

static void shared_label(struct table *t, const struct nkx_xls_record *r)
{
	struct nkx_xls_strings *s = &t->x->strings;
	uint32_t i = nk_get_le32(r->p + 6);

	if (i >= s->n) {
		t->x->c->damaged = true;
		return;
	}
	size_t len = s->at[i + 1] - s->at[i];

	if (len > LONG_STRING && (s->used[i / 8] >> (i % 8) & 1) != 0) {
		len = 0; /* was seen: many cells with one long text would multiply the file */
	}
	if (move(t, nk_get_le16(r->p), nk_get_le16(r->p + 2), 14, len)) {
		nkx_put(&t->t, s->text + s->at[i], len);
		s->used[i / 8] |= (uint8_t)(1U << (i % 8));
	}
}

static void formula(struct table *t, const struct nkx_xls_record *r)
{
	t->formula_row = nk_get_le16(r->p);
	t->formula_column = nk_get_le16(r->p + 2);
	if (nk_get_le16(r->p + 12) != 0xffff) {
		number(t, r->p, real_value(r->p + 6));
		memset(r->p + 6, 0, 8);
	}
}

/* Whether the record was a cell that is understood. */
static bool cell(struct table *t, const struct nkx_xls_record *r)
{
	if (r->id == XLS_LABELSST && r->len >= 10) {
		shared_label(t, r);
	} else if ((r->id == XLS_LABEL || r->id == XLS_RSTRING) && r->len >= 8) {
		if (move(t, nk_get_le16(r->p), nk_get_le16(r->p + 2), r->len, r->len)) {
			nkx_xls_string(t->x, &t->t, r->p + 6, r->len - 6, false);
		}
	} else if (r->id == XLS_NUMBER && r->len >= 14) {
		number(t, r->p, real_value(r->p + 6));
	} else if (r->id == XLS_RK && r->len >= 10) {
		number(t, r->p, rk_value(nk_get_le32(r->p + 6)));
	} else if (r->id == XLS_MULRK && r->len >= 12) {
		many_rk(t, r);
	} else if (r->id == XLS_STRING && r->len >= 2) {
		if (move(t, t->formula_row, t->formula_column, r->len, r->len)) {
			nkx_xls_string(t->x, &t->t, r->p, r->len, false);
		}
	} else {
		return false;
	}
	return true;
}

size_t nkx_xls_cells(struct nkx_xls *x, size_t from, const char *name)
{
	struct table t = { .x = x, .t = { .w = x->c->w }, .name = name };
	struct nkx_xls_record r;
	unsigned depth = 1;
	size_t at = from;

	while (depth > 0 && !t.stop && nkx_xls_next(x, &at, &r)) {
		if (r.id == XLS_BOF) {
			depth++;
		} else if (r.id == XLS_EOF) {
			depth--;
		} else if (r.id == XLS_FORMULA && r.len >= 20) {
			formula(&t, &r); /* texts inside its tokens stay for carving */
		} else if (cell(&t, &r)) {
			memset(r.p, 0, r.len);
		}
	}
	close_table(&t);
	explicit_bzero(t.t.buf, sizeof(t.t.buf));
	return at;
}

void nkx_xls_string(const struct nkx_xls *x, struct nkx_text *t, const uint8_t *p, size_t len, bool brief)
{
	size_t head = brief ? 1 : 2;

	if (len < head) {
		return;
	}
	size_t n = brief ? p[0] : nk_get_le16(p);

	if (x->old) {
		nkx_put_8bit(t, x->codepage, p + head, n < len - head ? n : len - head);
		return;
	}
	if (len < head + 1) {
		return;
	}
	unsigned flags = p[head];

	head += 1U + ((flags & 8) != 0 ? 2U : 0U) + ((flags & 4) != 0 ? 4U : 0U);
	if (len < head) {
		return;
	}
	if ((flags & 1) != 0) {
		nkx_put_utf16(t, p + head, n < (len - head) / 2 ? n : (len - head) / 2);
	} else {
		nkx_put_8bit(t, 28591, p + head, n < len - head ? n : len - head);
	}
}

struct notes {
	struct nkx_xls *x;
	struct nkx_text t;
	const char *name;
	bool open;
};

static bool notes_begin(struct notes *n)
{
	if (!n->open) {
		n->open = nkx_stream_begin(n->x->c->w, n->name, "xls-notes", NKS_KIND_TEXT);
	}
	return n->open;
}

static bool put_notes(void *arg, const uint8_t *p, size_t chars, bool wide)
{
	struct notes *n = arg;

	if (wide) {
		nkx_put_utf16(&n->t, p, chars);
	} else {
		nkx_put_8bit(&n->t, 28591, p, chars);
	}
	return true;
}

/* A text box: its characters stand in the CONTINUE records behind it. */
static void text_box(struct notes *n, const struct nkx_xls_record *r, size_t next)
{
	struct nkx_xls_cursor c = { .x = n->x, .r = *r, .in = r->len, .next = next };
	unsigned chars = nk_get_le16(r->p + 10);

	if (chars > 0 && notes_begin(n)) {
		(void)nkx_xls_chars(&c, chars, false, put_notes, n);
		nkx_put(&n->t, "\n", 1);
		for (size_t at = next; at < c.next;) {
			struct nkx_xls_record more;

			if (!nkx_xls_next(n->x, &at, &more)) {
				break;
			}
			memset(more.p, 0, more.len);
		}
	}
}

static void note(struct notes *n, const struct nkx_xls_record *r)
{
	bool edge = r->id == XLS_HEADER || r->id == XLS_FOOTER;
	size_t skip = edge ? 0 : r->id == XLS_NOTE ? (n->x->old ? 4 : 8) : 0;

	if (r->len < skip + 3 || !notes_begin(n)) {
		return;
	}
	nkx_xls_string(n->x, &n->t, r->p + skip, r->len - skip, edge && n->x->old);
	nkx_put(&n->t, "\n", 1);
	memset(r->p, 0, r->len);
}

void nkx_xls_notes(struct nkx_xls *x, size_t from, size_t to, const char *name)
{
	struct notes n = { .x = x, .t = { .w = x->c->w }, .name = name };
	struct nkx_xls_record r;

	for (size_t at = from; at < to && nkx_xls_next(x, &at, &r);) {
		if (r.id == XLS_TXO && r.len >= 18) {
			text_box(&n, &r, at);
		} else if (r.id == XLS_NOTE || r.id == XLS_HEADER || r.id == XLS_FOOTER) {
			note(&n, &r);
		}
	}
	if (n.open) {
		nkx_put_flush(&n.t);
		nkx_stream_end(x->c->w, NKX_SCANNED, NKX_WHY_NONE);
	}
	explicit_bzero(n.t.buf, sizeof(n.t.buf));
}
