/*
 * xls_sst.c: records of Excel over their CONTINUE records, and the table of shared strings.
 *
 * A string may break anywhere: at the border of a CONTINUE inside its characters stands one more byte that says the
 * width of the rest; inside its formatting runs or its reading none does.
 */
#include "base.h"

#include "xls_int.h"

bool nkx_xls_next(struct nkx_xls *x, size_t *at, struct nkx_xls_record *out)
{
	if (x->b.len - *at < 4) {
		return false;
	}
	out->at = *at;
	out->id = nk_get_le16(x->b.p + *at);
	out->len = nk_get_le16(x->b.p + *at + 2);
	out->p = x->b.p + *at + 4;
	if (out->len > x->b.len - *at - 4) {
		return false;
	}
	*at += 4 + out->len;
	return true;
}

/* To the next CONTINUE when this record is used up. false: there is none. */
static bool turn(struct nkx_xls_cursor *c)
{
	while (c->in >= c->r.len) {
		struct nkx_xls_record r;
		size_t at = c->next;

		if (c->bad || !nkx_xls_next(c->x, &at, &r) || r.id != XLS_CONTINUE) {
			c->bad = true;
			return false;
		}
		c->r = r;
		c->in = 0;
		c->next = at;
	}
	return true;
}

unsigned nkx_xls_u8(struct nkx_xls_cursor *c)
{
	return turn(c) ? c->r.p[c->in++] : 0;
}

unsigned nkx_xls_u16(struct nkx_xls_cursor *c)
{
	unsigned low = nkx_xls_u8(c);

	return low | nkx_xls_u8(c) << 8;
}

uint32_t nkx_xls_u32(struct nkx_xls_cursor *c)
{
	uint32_t low = nkx_xls_u16(c);

	return low | (uint32_t)nkx_xls_u16(c) << 16;
}

void nkx_xls_skip(struct nkx_xls_cursor *c, uint64_t n)
{
	while (n > 0 && turn(c)) {
		size_t left = c->r.len - c->in;
		size_t step = n < left ? (size_t)n : left;

		c->in += step;
		n -= step;
	}
}

bool nkx_xls_chars(struct nkx_xls_cursor *c, uint32_t n, bool wide, nkx_xls_put_fn *put, void *arg)
{
	while (n > 0) {
		if (c->in >= c->r.len) {
			if (!turn(c)) {
				return true;
			}
			wide = (c->r.p[c->in++] & 1) != 0;
		}
		size_t fit = (c->r.len - c->in) / (wide ? 2 : 1);
		size_t step = n < fit ? n : fit;

		if (step == 0 && c->in < c->r.len) { /* half a character before the border: a lie */
			c->in = c->r.len;
			continue;
		}
		if (step > 0 && !put(arg, c->r.p + c->in, step, wide)) {
			return false;
		}
		c->in += step * (wide ? 2 : 1);
		n -= (uint32_t)step;
	}
	return true;
}

struct grow {
	char **p;
	size_t *len, *room;
	unsigned high; /* half of a pair */
};

static bool add(struct grow *g, const char *bytes, size_t len)
{
	if (*g->room - *g->len < len) {
		size_t room = 2 * *g->room + len + 64;
		char *more = realloc(*g->p, room);

		if (more == NULL) {
			return false;
		}
		*g->p = more;
		*g->room = room;
	}
	memcpy(*g->p + *g->len, bytes, len);
	*g->len += len;
	return true;
}

static bool add_unit(struct grow *g, unsigned u)
{
	char out[4];
	size_t n = 0;
	uint32_t c = u;

	if (u >= 0xd800 && u < 0xdc00) {
		g->high = u;
		return true;
	}
	if (u >= 0xdc00 && u < 0xe000) {
		c = g->high != 0 ? 0x10000 + ((g->high - 0xd800) << 10) + (u - 0xdc00) : 0xfffd;
	}
	g->high = 0;
	if (c < 0x80) {
		out[n++] = (char)(c == 0x1e || c == 0x1f || c == 0 ? ' ' : c);
	} else if (c < 0x800) {
		out[n++] = (char)(0xc0 | c >> 6);
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		out[n++] = (char)(0xe0 | c >> 12);
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		out[n++] = (char)(0xf0 | c >> 18);
		out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	}
	return add(g, out, n);
}

static bool put_grow(void *arg, const uint8_t *p, size_t chars, bool wide)
{
	for (size_t i = 0; i < chars; i++) {
		if (!add_unit(arg, wide ? nk_get_le16(p + 2 * i) : p[i])) {
			return false;
		}
	}
	return true;
}

/* The reading that follows a string: 4 bytes of head, formatting, counts, then its characters. */
static bool reading(struct nkx_xls_cursor *c, uint32_t size, struct nkx_xls_strings *s)
{
	struct grow g = { &s->phonetic, &s->phonetic_len, &s->phonetic_room, 0 };
	uint32_t used = 14;

	if (size < used) {
		nkx_xls_skip(c, size);
		return true;
	}
	nkx_xls_skip(c, 10);
	uint32_t twice = nkx_xls_u16(c), chars = nkx_xls_u16(c);

	chars = chars < twice ? chars : twice;
	chars = chars < (size - used) / 2 ? chars : (size - used) / 2;
	for (uint32_t i = 0; i < chars && !c->bad; i++) {
		if (!add_unit(&g, nkx_xls_u16(c))) {
			return false;
		}
	}
	nkx_xls_skip(c, size - used - 2 * (uint64_t)chars);
	return chars == 0 || add(&g, "\n", 1);
}

static bool one_string(struct nkx_xls_cursor *c, struct nkx_xls_strings *s)
{
	struct grow g = { &s->text, &s->len, &s->room, 0 };
	uint32_t n = nkx_xls_u16(c);
	unsigned flags = nkx_xls_u8(c);
	uint32_t runs = (flags & 8) != 0 ? nkx_xls_u16(c) : 0;
	uint32_t ext = (flags & 4) != 0 ? nkx_xls_u32(c) : 0;

	if (!nkx_xls_chars(c, n, (flags & 1) != 0, put_grow, &g)) {
		return false;
	}
	nkx_xls_skip(c, 4 * (uint64_t)runs);
	return ext == 0 || reading(c, ext, s);
}

bool nkx_xls_shared(struct nkx_xls *x, const struct nkx_xls_record *r, size_t next)
{
	struct nkx_xls_strings *s = &x->strings;
	struct nkx_xls_cursor c = { .x = x, .r = *r, .next = next };

	nkx_xls_skip(&c, 4);
	uint32_t n = nkx_xls_u32(&c);
	/* Each string is at least three bytes of the stream. */
	size_t most = x->b.len / 3 < n ? x->b.len / 3 : n;

	if (s->at != NULL) {
		return true; /* a second table: left for carving */
	}
	s->at = reallocarray(NULL, most + 1, sizeof(*s->at));
	s->used = calloc(1, most / 8 + 1);
	if (s->at == NULL || s->used == NULL) {
		return false;
	}
	s->at[0] = 0;
	while (s->n < most && !c.bad) {
		if (!one_string(&c, s)) {
			return false;
		}
		s->at[++s->n] = s->len;
	}
	/* Understood: the record and all that continue it. */
	memset(r->p, 0, r->len);
	for (size_t at = next; at < c.next;) {
		struct nkx_xls_record more;

		if (!nkx_xls_next(x, &at, &more)) {
			break;
		}
		memset(more.p, 0, more.len);
	}
	return true;
}

void nkx_xls_strings_done(struct nkx_xls_strings *s)
{
	if (s->text != NULL) {
		explicit_bzero(s->text, s->len);
	}
	if (s->phonetic != NULL) {
		explicit_bzero(s->phonetic, s->phonetic_len);
	}
	free(s->text);
	free(s->phonetic);
	free(s->at);
	free(s->used);
	memset(s, 0, sizeof(*s));
}
