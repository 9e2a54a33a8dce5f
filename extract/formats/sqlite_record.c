/*
 * sqlite_record.c: records as rows of text.
 *
 * Invariant: what is put is UTF-8; a text that is not of the database's encoding is read as Japanese of another.
 */
#include "base.h"

#include "nks_text.h"
#include "sqlite_int.h"

enum { SMALL = 256, TYPE_FLOAT = 7, TYPE_FIRST = 12 };

bool nkx_sq_values(struct nkx_sq_values *v, const uint8_t *record, size_t len)
{
	uint64_t head = 0;
	const size_t n = nkx_sq_varint(record, len, &head);

	if (n == 0 || head < n) {
		return false;
	}
	v->head = record + n;
	v->head_end = record + (head < len ? (size_t)head : len);
	v->at = v->head_end;
	v->end = record + len;
	return true;
}

static uint64_t size_of(uint64_t type)
{
	static const uint8_t sizes[TYPE_FIRST] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0 };

	return type < TYPE_FIRST ? sizes[type] : (type - TYPE_FIRST) / 2;
}

bool nkx_sq_next(struct nkx_sq_values *v, struct nkx_sq_value *out)
{
	const size_t n =
		v->head < v->head_end ? nkx_sq_varint(v->head, (size_t)(v->head_end - v->head), &out->type) : 0;
	uint64_t size = 0;

	if (n == 0) {
		return false;
	}
	v->head += n;
	size = size_of(out->type);
	out->at = v->at;
	out->len = size < (uint64_t)(v->end - v->at) ? (size_t)size : (size_t)(v->end - v->at);
	v->at += out->len;
	return true;
}

static void swap(uint8_t *to, const uint8_t *from, size_t units)
{
	for (size_t i = 0; i < units; i++) {
		to[2 * i] = from[2 * i + 1];
		to[2 * i + 1] = from[2 * i];
	}
}

/* Big-endian through little-endian pieces. */
static void put_be(struct nkx_text *t, const uint8_t *be, size_t units)
{
	uint8_t le[512];

	while (units > 0) {
		size_t n = units < sizeof(le) / 2 ? units : sizeof(le) / 2;

		/* Not between the halves of a character above the BMP. */
		n -= n < units && n > 1 && (be[2 * n - 2] & 0xfc) == 0xd8 ? 1U : 0U;
		swap(le, be, n);
		nkx_put_utf16(t, le, n);
		be += 2 * n;
		units -= n;
	}
}

static bool looks_wide(const uint8_t *p, size_t len, size_t parity)
{
	size_t zeros = 0;

	for (size_t i = parity; i < len; i += 2) {
		zeros += p[i] == 0;
	}
	return len >= 4 && len % 2 == 0 && zeros > len / 16;
}

static enum nkx_sq_text text_of(const struct nkx_sq *q, const uint8_t *p, size_t len)
{
	if (q->text != NKX_SQ_UNKNOWN) {
		return q->text;
	}
	if (looks_wide(p, len, 1)) {
		return NKX_SQ_UTF16LE;
	}
	return looks_wide(p, len, 0) ? NKX_SQ_UTF16BE : NKX_SQ_UTF8;
}

/* Bytes that are no UTF-8: written by a program that did not care. A piece at a time. */
static void put_other(struct nkx_text *t, const uint8_t *p, size_t len)
{
	char out[3 * SMALL + 4];

	while (len > 0) {
		const size_t n = len < SMALL ? len : SMALL;

		nkx_name_utf8(p, n, false, out, sizeof(out));
		nkx_put(t, out, strlen(out));
		p += n;
		len -= n;
	}
}

static void put_text(struct nkx_sq *q, const uint8_t *p, size_t len)
{
	switch (text_of(q, p, len)) {
	case NKX_SQ_UTF16LE:
		nkx_put_utf16(&q->out, p, len / 2);
		break;
	case NKX_SQ_UTF16BE:
		put_be(&q->out, p, len / 2);
		break;
	case NKX_SQ_UTF8:
	case NKX_SQ_UNKNOWN:
		if (nk_utf8_valid((struct nk_bytes){ p, len }, NULL)) {
			nkx_put(&q->out, (const char *)p, len);
		} else {
			put_other(&q->out, p, len);
		}
		break;
	}
}

static void put_number(struct nkx_sq *q, uint64_t type, const uint8_t *p, size_t len)
{
	char text[40];
	uint64_t v = type < TYPE_FLOAT && len > 0 && (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
	double d = 0;

	if (len < size_of(type)) {
		return;
	}
	for (size_t i = 0; i < len; i++) {
		v = (v << 8) | p[i];
	}
	if (type == TYPE_FLOAT) {
		memcpy(&d, &v, sizeof(d));
		(void)snprintf(text, sizeof(text), "%.15g", d);
	} else {
		(void)snprintf(text, sizeof(text), "%" PRId64,
			type == 9           ? INT64_C(1)
				: type == 8 ? INT64_C(0)
					    : (int64_t)v);
	}
	nkx_put(&q->out, text, strlen(text));
}

static void put_mark(struct nkx_sq *q, char mark)
{
	nkx_put(&q->out, &mark, 1);
}

static bool is_packed(const uint8_t *p, size_t len)
{
	static const struct {
		const char *magic;
		size_t n;
	} kinds[] = { { "\x1f\x8b\x08", 3 }, { "PK\3\4", 4 }, { "BZh", 3 },
		{ "\xfd"
		  "7zXZ",
			5 },
		{ "\x28\xb5\x2f\xfd", 4 }, { "7z\xbc\xaf", 4 }, { "%PDF", 4 } };

	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		if (len > kinds[i].n && memcmp(p, kinds[i].magic, kinds[i].n) == 0) {
			return true;
		}
	}
	return false;
}

/* A blob: short ones are text if they can be; longer ones, and packed ones, are something of their own. */
static void put_blob(struct nkx_sq *q, const char *where, const struct nkx_sq_value *v)
{
	const struct nkx_source part = { .mem = v->at, .fd = -1, .size = v->len };

	if (v->len <= SMALL && !is_packed(v->at, v->len)) {
		put_other(&q->out, v->at, v->len);
		return;
	}
	nkx_put_flush(&q->out);
	(void)nkx_nested(q->w, where, &part, NULL);
}

void nkx_sq_row(struct nkx_sq *q, const struct nkx_sq_table *table, uint64_t rowid, const uint8_t *record, size_t len)
{
	struct nkx_sq_values v;
	struct nkx_sq_value one;
	char where[400];

	if (!nkx_sq_values(&v, record, len)) {
		q->damaged = true;
		return;
	}
	for (int i = 0; nkx_sq_next(&v, &one); i++) {
		if (i > 0) {
			put_mark(q, NKS_CELL);
		}
		if (one.type == 0 && table != NULL && i == table->rowid_column) {
			(void)snprintf(where, sizeof(where), "%" PRIu64, rowid);
			nkx_put(&q->out, where, strlen(where));
		} else if (one.type != 0 && one.type < TYPE_FIRST) {
			put_number(q, one.type, one.at, one.len);
		} else if (one.type >= TYPE_FIRST && one.type % 2 == 1) {
			put_text(q, one.at, one.len);
		} else if (one.type >= TYPE_FIRST) {
			(void)snprintf(where, sizeof(where), "%s row %" PRIu64 " column %d",
				table != NULL ? table->name : "", rowid, i + 1);
			put_blob(q, where, &one);
		}
	}
	put_mark(q, NKS_ROW);
}

void nkx_sq_header(struct nkx_sq *q, const struct nkx_sq_table *table)
{
	for (unsigned i = 0; i < table->n_columns; i++) {
		if (i > 0) {
			put_mark(q, NKS_CELL);
		}
		nkx_put(&q->out, table->columns[i], strlen(table->columns[i]));
	}
	if (table->n_columns > 0) {
		put_mark(q, NKS_ROW);
	}
}

void nkx_sq_utf8(const struct nkx_sq *q, const struct nkx_sq_value *v, char *out, size_t room)
{
	const enum nkx_sq_text text = text_of(q, v->at, v->len);
	uint8_t le[1024];
	const size_t n = v->len < sizeof(le) ? v->len : sizeof(le);

	if (text == NKX_SQ_UTF16BE) {
		swap(le, v->at, n / 2);
		nkx_name_utf8(le, n & ~(size_t)1, true, out, room);
	} else {
		nkx_name_utf8(v->at, v->len, text == NKX_SQ_UTF16LE, out, room);
	}
}
