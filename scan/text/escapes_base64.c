/*
 * escapes_base64.c: runs of base64 in text, on one line or many, in either alphabet.
 *
 * A run that cannot be text is passed over. A run that began before this block is picked up at a line, or at the one
 * of four phases that reads as text.
 */
#include "escapes_int.h"

#include <string.h>

enum { LINE_LEAST = 32, TRIED = 512, LEAST = 16 };

int nks_sextet(nks_unit u)
{
	if (u >= 'a') {
		return u <= 'z' ? u - 'a' + 26 : -1;
	}
	if (u >= 'A' && u <= 'Z') {
		return u - 'A';
	}
	if (u >= '0' && u <= '9') {
		return u - '0' + 52;
	}
	return u == '+' || u == '-' ? 62 : u == '/' || u == '_' ? 63 : -1;
}

/* Kinds of signs of base64, bits. */
enum { UPPER = 1, LOWER = 2, DIGIT = 4, PLAIN = 8, URL = 16 };

struct run {
	size_t begin, end; /* end: behind the padding */
	size_t signs; /* of base64 in it */
	size_t line; /* first beginning of a line in it, 0: none */
	unsigned kinds;
};

static unsigned kind_of(nks_unit u)
{
	const unsigned low = u | 0x20;

	if (low >= 'a' && low <= 'z') {
		return u < 'a' ? UPPER : LOWER;
	}
	if (u >= '0' && u <= '9') {
		return DIGIT;
	}
	return u == '+' || u == '/' ? PLAIN : u == '-' || u == '_' ? URL : 0;
}

/* The unit behind a line end and the blanks that follow, when base64 goes on there; 0 when not. */
static size_t next_line(const struct nks_text *t, size_t at)
{
	size_t i = at;

	while (i < t->n && i < at + 12 && (t->u[i] == '\r' || t->u[i] == '\n' || t->u[i] == ' ' || t->u[i] == '\t')) {
		i++;
	}
	if (i + 4 > t->n || i == at || (t->u[at] != '\r' && t->u[at] != '\n')) {
		return 0;
	}
	return nks_sextet(t->u[i]) >= 0 && nks_sextet(t->u[i + 1]) >= 0 && nks_sextet(t->u[i + 2]) >= 0 ? i : 0;
}

static struct run run_of(const struct nks_text *t, size_t at)
{
	struct run r = { .begin = at };
	size_t line = at;
	size_t i = at;

	while (i < t->n) {
		size_t next = 0;
		const unsigned kind = kind_of(t->u[i]);

		if (kind != 0) {
			r.kinds |= kind;
			r.signs++;
			i++;
			continue;
		}
		next = i - line >= LINE_LEAST ? next_line(t, i) : 0;
		if (next == 0) {
			break;
		}
		r.line = r.line == 0 ? next : r.line;
		line = next;
		i = next;
	}
	for (size_t pad = 0; pad < 2 && i < t->n && t->u[i] == '='; pad++) {
		i++;
	}
	r.end = i;
	return r;
}

static bool may_be_base64(const struct run *r)
{
	const unsigned letters = UPPER | LOWER;

	return (r->kinds & letters) == letters && (r->kinds > letters || r->signs >= 24) &&
		(r->kinds & (PLAIN | URL)) != (PLAIN | URL);
}

/* At most `room` bytes of the run from unit `at` on; with a sink, all of them into it. */
static size_t decode(
	const struct nks_text *t, size_t at, size_t end, uint8_t *out, size_t room, struct nks_sink *sink)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = at; i < end && (sink != NULL || n < room); i++) {
		const int six = nks_sextet(t->u[i]);

		if (six < 0) {
			continue;
		}
		bits = (bits << 6) | (uint32_t)six;
		have += 6;
		if (have < 8) {
			continue;
		}
		have -= 8;
		if (sink != NULL) {
			nks_sink_put(sink, (uint8_t)(bits >> have), i);
		} else {
			out[n] = (uint8_t)(bits >> have);
		}
		n++;
	}
	return n;
}

static bool reads_as_text(const struct nks_text *t, size_t at, size_t end)
{
	uint8_t bytes[TRIED];
	const size_t n = decode(t, at, end, bytes, TRIED, NULL);
	const bool texty = nks_is_texty(bytes, n);

	explicit_bzero(bytes, n);
	return texty;
}

/* Where in a run to begin: its beginning when that is in the block, else the first phase that makes sense; end:
 * nowhere. */
static size_t phase_of(const struct nks_text *t, const struct run *r)
{
	size_t phases = 1;
	size_t at = r->begin;

	if (r->begin == 0 && !t->first) {
		at = r->line != 0 ? r->line : 0;
		phases = r->line != 0 ? 1 : 4;
	}
	for (size_t k = 0; k < phases; k++) {
		if (reads_as_text(t, at + k, r->end)) {
			return at + k;
		}
	}
	return r->end;
}

size_t nks_escapes_base64(struct nks_sink *sink, size_t at, size_t floor)
{
	const struct nks_text *t = sink->text;
	size_t begin = at;
	struct run r;

	while (begin > floor && nks_sextet(t->u[begin - 1]) >= 0) {
		begin--;
	}
	r = run_of(t, begin);
	begin = r.end;
	if (r.signs >= LEAST && may_be_base64(&r)) {
		begin = phase_of(t, &r);
	}
	if (begin < r.end) {
		sink->begin = begin;
		(void)decode(t, begin, r.end, NULL, 0, sink);
		nks_sink_give(sink, r.end);
	}
	return r.end > at ? r.end : at + 1;
}
