/*
 * escapes.c: finds what is written in escapes inside a block, kind by kind, and gives the decoded bytes on.
 *
 * On text without escapes this is one pass over 64 units at a time that finds nothing. Invariant: the work for a
 * block is linear in its length, whatever stands in it.
 */
#include "escapes_int.h"

#include <string.h>

void nks_sink_give(struct nks_sink *sink, size_t end)
{
	const struct nks_text *t = sink->text;
	const bool reported = sink->begin < t->from && end < t->from + NKS_TAIL;

	if (sink->n > 0 && !reported && !sink->stopped) {
		/* The rest of a run that is longer than the block before could see stands where this block begins. */
		const size_t at = sink->begin < t->from ? t->from : sink->begin;
		sink->stopped = !sink->found(sink->arg, sink->via, at, end - at, sink->bytes, sink->n);
	}
	explicit_bzero(sink->bytes, sink->n);
	sink->n = 0;
}

void nks_sink_put(struct nks_sink *sink, uint8_t byte, size_t at)
{
	if (sink->n == NKS_ESCAPE_ROOM) {
		uint8_t kept[NKS_ESCAPE_KEPT];

		memcpy(kept, sink->bytes + NKS_ESCAPE_ROOM - NKS_ESCAPE_KEPT, NKS_ESCAPE_KEPT);
		nks_sink_give(sink, at);
		memcpy(sink->bytes, kept, NKS_ESCAPE_KEPT);
		explicit_bzero(kept, sizeof kept);
		sink->n = NKS_ESCAPE_KEPT;
		sink->begin = at;
	}
	sink->bytes[sink->n++] = byte;
}

void nks_sink_put_unit(struct nks_sink *sink, uint32_t c, size_t at)
{
	if (c < 0x80) {
		nks_sink_put(sink, (uint8_t)c, at);
		return;
	}
	if (c < 0x800) {
		nks_sink_put(sink, (uint8_t)(0xc0 | (c >> 6)), at);
	} else {
		if (c < 0x10000) {
			nks_sink_put(sink, (uint8_t)(0xe0 | (c >> 12)), at);
		} else {
			nks_sink_put(sink, (uint8_t)(0xf0 | (c >> 18)), at);
			nks_sink_put(sink, (uint8_t)(0x80 | ((c >> 12) & 0x3f)), at);
		}
		nks_sink_put(sink, (uint8_t)(0x80 | ((c >> 6) & 0x3f)), at);
	}
	nks_sink_put(sink, (uint8_t)(0x80 | (c & 0x3f)), at);
}

/* Where each kind of run of this block has ended: nothing before that is looked at again for it. */
struct walk {
	struct nks_sink sink;
	size_t done[NKS_VIA_COUNT];
	size_t weak,
		weak_end; /* quoted: first and end of the last of a chain of escapes of ASCII; weak_end 0: none */
};

static size_t run_at(struct walk *w, size_t at, enum nks_via via)
{
	size_t end = 0;

	if (at < w->done[via]) {
		return 0;
	}
	w->sink.via = via;
	w->sink.begin = at;
	w->sink.n = 0;
	if (via == NKS_VIA_PERCENT) {
		end = nks_escapes_percent(&w->sink, at, w->done[via]);
	} else if (via == NKS_VIA_BACKSLASH) {
		end = nks_escapes_backslash(&w->sink, at, w->done[via]);
	} else if (via == NKS_VIA_ENTITY) {
		end = nks_escapes_entity(&w->sink, at, w->done[via]);
	} else if (via == NKS_VIA_BASE64) {
		end = nks_escapes_base64(&w->sink, at, w->done[via]);
	} else if (w->sink.text->u[at + 1] == '?') {
		end = nks_escapes_words(&w->sink, at);
	} else {
		end = nks_escapes_quoted(&w->sink, at, w->done[via]);
	}
	w->done[via] = end;
	return end;
}

static inline bool is_hex(nks_unit u)
{
	return (unsigned)u - '0' < 10 || ((unsigned)u | 0x20) - 'a' < 6;
}

/* Cheap: most marks are no escapes. Behind n there are zeros. */
static bool may_begin(const nks_unit *u, enum nks_via via)
{
	if (via == NKS_VIA_BACKSLASH) {
		return u[1] == 'u' || u[1] == 'U' || u[1] == 'x' || u[1] == '2' || u[1] == '3';
	}
	if (via == NKS_VIA_ENTITY) {
		return u[1] == '#' || u[1] == 'n' || u[1] == 'c';
	}
	return (is_hex(u[1]) && is_hex(u[2])) || (via == NKS_VIA_QUOTED && u[1] == '?');
}

/* Whether in the run that goes on behind the escape before `i` another one comes that is more than ASCII. */
static bool quoted_pays(const struct nks_text *t, size_t i)
{
	const nks_unit *u = t->u;

	for (size_t end = i; i < t->n && i - end < NKS_QUOTED_GAP; i++) {
		if (u[i] != '=' && ((u[i] >= ' ' && u[i] < 0x7f) || u[i] == '\r' || u[i] == '\n' || u[i] == '\t')) {
			continue;
		}
		const bool escape = is_hex(u[i + 1]) && is_hex(u[i + 2]);
		if (u[i] != '=' || (!escape && u[i + 1] != '\n' && u[i + 1] != '\r')) {
			return false;
		}
		if (escape && (u[i + 1] >= '8' || (u[i + 1] == '1' && (u[i + 2] | 0x20) == 'b'))) {
			return true;
		}
		end = i + 1;
	}
	return false;
}

/* Quoted-printable is worth a look where it holds more than ASCII: "page=64" is written everywhere. */
static void quoted_at(struct walk *w, size_t at)
{
	const nks_unit *u = w->sink.text->u + at;
	const bool weak = u[1] < '8' && (u[1] != '1' || (u[2] | 0x20) != 'b');
	const bool chained = w->weak_end != 0 && at - w->weak_end < NKS_QUOTED_GAP;

	if (at < w->done[NKS_VIA_QUOTED]) {
		return;
	}
	if (weak) {
		w->weak = chained ? w->weak : at;
		w->weak_end = at + 3;
		return;
	}
	w->weak_end = 0;
	if (!quoted_pays(w->sink.text, at + 3)) {
		return;
	}
	if (chained && w->weak >= w->done[NKS_VIA_QUOTED]) {
		(void)run_at(w, w->weak, NKS_VIA_QUOTED);
	}
	(void)run_at(w, at, NKS_VIA_QUOTED);
}

static void mark_at(struct walk *w, size_t at)
{
	const nks_unit *u = w->sink.text->u + at;
	if (*u == '#' || *u == '?') {
		return;
	}
	const enum nks_via via = *u == '%' ? NKS_VIA_PERCENT
		: *u == '\\'               ? NKS_VIA_BACKSLASH
		: *u == '&'                ? NKS_VIA_ENTITY
					   : NKS_VIA_QUOTED;

	if (!may_begin(u, via)) {
		return;
	}
	if (via == NKS_VIA_QUOTED && u[1] != '?') {
		quoted_at(w, at);
	} else {
		(void)run_at(w, at, via);
	}
}

/* The candidates of one word of the bit maps. */
static void look(struct walk *w, size_t word, struct nks_found here)
{
	const size_t to = w->sink.text->to;

	while (here.marks != 0 && !w->sink.stopped) {
		const size_t at = word * 64 + (size_t)__builtin_ctzll(here.marks);

		here.marks &= here.marks - 1;
		if (at < to) {
			mark_at(w, at);
		}
	}
	while (here.more != 0 && !w->sink.stopped) {
		const size_t at = word * 64 + (size_t)__builtin_ctzll(here.more);

		here.more &= here.more - 1;
		if (at < to) {
			(void)run_at(w, at, NKS_VIA_BASE64);
		}
	}
}

/* From the first word on that has a candidate: the sink is large, and most blocks need none. */
static __attribute__((noinline)) bool look_from(
	const struct nks_text *text, size_t word, struct nks_found here, nks_escape_fn *found, void *arg)
{
	__attribute__((uninitialized)) struct walk w;

	memset(w.done, 0, sizeof w.done);
	w.weak = 0;
	w.weak_end = 0;
	w.sink.text = text;
	w.sink.found = found;
	w.sink.arg = arg;
	w.sink.stopped = false;
	w.sink.n = 0;
	while (word * 64 < text->to && !w.sink.stopped) {
		look(&w, word, here);
		word = nks_escapes_next(text, word + 1, &here);
	}
	return !w.sink.stopped;
}

bool nks_escapes(const struct nks_text *text, nks_escape_fn *found, void *arg)
{
	struct nks_found here = { 0 };
	const size_t word = nks_escapes_next(text, 0, &here);

	return word * 64 >= text->to || look_from(text, word, here, found, arg);
}
