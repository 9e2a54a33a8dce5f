/*
 * pipe.c: bytes that an opener produces piece by piece.
 *
 * The first bytes decide: plain text and unknown bytes go straight into the scanner; what has to be read at any place
 * is collected in memory. Invariant: what is produced counts for the budgets before it is kept.
 */
#include "base.h"

#include "nkx_plain.h"
#include "nkx_work.h"
#include "opaque.h"

#include <zlib.h>

enum mode { HEAD, MEMORY, STREAM };

struct nkx_pipe {
	struct nkx_work *w;
	char name[NKX_NAME_MAX];
	char hint[32];
	uint64_t packed, produced;
	enum mode mode;
	enum nkx_why why;
	uint8_t *buf;
	size_t len, room;
	uint32_t crc;
	bool want_crc;
	struct nkx_level level; /* of STREAM */
	struct nkx_opaque opaque; /* of STREAM */
};

static void drop(struct nkx_pipe *p)
{
	if (p->buf != NULL) {
		explicit_bzero(p->buf, p->len);
		free(p->buf);
	}
	p->w->held -= p->room;
	p->buf = NULL;
	p->len = 0;
	p->room = 0;
}

struct nkx_pipe *nkx_nested_begin(struct nkx_work *w, const char *name, uint64_t packed, const char *hint)
{
	struct nkx_pipe *p = NULL;

	if (w->level == NULL || !nkx_entry(w)) {
		return NULL;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		nkx_not_scanned(w, name, "binary", NKX_WHY_MEMORY, packed);
		return NULL;
	}
	p->w = w;
	p->packed = packed;
	nkx_utf8_clean(name[0] != '\0' ? name : "[unnamed]", p->name, sizeof(p->name));
	(void)snprintf(p->hint, sizeof(p->hint), "%s", hint != NULL ? hint : "");
	return p;
}

void nkx_nested_check(struct nkx_pipe *p)
{
	p->want_crc = true;
}

uint64_t nkx_nested_fed(const struct nkx_pipe *p, uint32_t *out_crc)
{
	if (out_crc != NULL) {
		*out_crc = p->crc;
	}
	return p->produced;
}

static bool grow(struct nkx_pipe *p, size_t more)
{
	const struct nkx_limits *l = &p->w->limits;
	size_t room = p->room == 0 ? 16384 : p->room;
	uint8_t *bigger = NULL;

	if (more > l->in_memory || p->len > l->in_memory - more) {
		return false;
	}
	while (room < p->len + more) {
		room *= 2;
	}
	if (room == p->room) {
		return true;
	}
	if (p->w->held + (room - p->room) > 3 * l->in_memory) {
		return false;
	}
	bigger = realloc(p->buf, room);
	if (bigger == NULL) {
		return false;
	}
	p->w->held += room - p->room;
	p->buf = bigger;
	p->room = room;
	return true;
}

static const struct nkx_format *sniff(const struct nkx_pipe *p, uint64_t size)
{
	const struct nkx_sniffed what = { p->buf, p->len < NKX_HEAD ? p->len : NKX_HEAD, size, p->name,
		p->hint[0] != '\0' ? p->hint : NULL };

	return nkx_sniff(&what, 0);
}

/* From now on straight into the scanner, beginning with what was collected. */
static bool to_stream(struct nkx_pipe *p, enum nks_kind kind, enum nkx_why why)
{
	struct nkx_work *w = p->w;

	if (w->level != NULL) {
		w->level->children++;
	}
	p->mode = STREAM;
	if (!nkx_level_stream(w, &p->level, p->name, kind == NKS_KIND_BINARY ? "binary" : "text")) {
		p->mode = MEMORY;
		p->why = w->stop != NKX_WHY_NONE ? w->stop : NKX_WHY_MEMORY;
		return false;
	}
	if (why != NKX_WHY_NONE) {
		nkx_partly(w, why);
	}
	if (kind == NKS_KIND_UNKNOWN) {
		nkx_partly(w, nkx_binary_closed(p->buf, p->len));
	}
	p->why = nkx_slot_skip(w);
	if (p->why != NKX_WHY_NONE) {
		return false;
	}
	nkx_opaque_feed(&p->opaque, p->buf, p->len);
	if (!nkx_slot_scan(w, &(struct nks_stream){ .kind = kind }) || !nkx_stream_feed(w, p->buf, p->len)) {
		return false;
	}
	drop(p);
	return true;
}

static bool keep(struct nkx_pipe *p, const uint8_t *bytes, size_t len)
{
	if (!grow(p, len)) {
		const struct nkx_format *format = sniff(p, UINT64_MAX);
		const enum nks_kind kind = format->random_access ? NKS_KIND_BINARY : NKS_KIND_UNKNOWN;

		if (!to_stream(p, kind, NKX_WHY_TOO_LARGE)) {
			return false;
		}
		nkx_opaque_feed(&p->opaque, bytes, len);
		return nkx_stream_feed(p->w, bytes, len);
	}
	memcpy(p->buf + p->len, bytes, len);
	p->len += len;
	if (p->mode == HEAD && p->len >= NKX_HEAD) {
		p->mode = MEMORY;
		if (p->w->depth <= p->w->limits.depth && nkx_is_plain(sniff(p, UINT64_MAX))) {
			return to_stream(p, NKS_KIND_UNKNOWN, NKX_WHY_NONE);
		}
	}
	return true;
}

/* The budgets, without a word about the container: it is this entry that is too large. */
static bool count(struct nkx_pipe *p, size_t len)
{
	struct nkx_work *w = p->w;
	uint64_t most = 0;

	p->produced += len;
	if (p->packed != 0 && p->produced > (1U << 20) &&
		!__builtin_mul_overflow(p->packed, (uint64_t)w->limits.ratio, &most) && p->produced > most) {
		p->why = NKX_WHY_RATIO;
		return false;
	}
	if (!nkx_budget(w, 0, len)) {
		p->why = w->stop;
		return false;
	}
	return true;
}

bool nkx_nested_feed(struct nkx_pipe *p, const void *bytes, size_t len)
{
	if (p->why != NKX_WHY_NONE || p->w->gone || !count(p, len)) {
		return false;
	}
	if (p->want_crc) {
		p->crc = (uint32_t)crc32_z(p->crc, bytes, len);
	}
	if (p->mode == STREAM) {
		nkx_opaque_feed(&p->opaque, bytes, len);
		return nkx_stream_feed(p->w, bytes, len);
	}
	return keep(p, bytes, len);
}

static void end_memory(struct nkx_pipe *p, enum nkx_state state, enum nkx_why why)
{
	const struct nkx_source source = { .mem = p->buf, .fd = -1, .size = p->len };
	const struct nkx_open_args args = { .name = p->name,
		.hint = p->hint[0] != '\0' ? p->hint : NULL,
		.why = state == NKX_SCANNED ? NKX_WHY_NONE : why };
	static const uint8_t nothing[1] = { 0 };
	struct nkx_source empty = source;

	if (p->len == 0 && state != NKX_SCANNED) {
		nkx_not_scanned(p->w, p->name, "binary", why, p->packed);
		return;
	}
	empty.mem = nothing;
	(void)nkx_level_nested(p->w, p->len == 0 ? &empty : &source, &args);
}

static enum nkx_state stream_state(enum nkx_why why)
{
	return why == NKX_WHY_NONE ? NKX_SCANNED : why == NKX_WHY_ENCRYPTED || why == NKX_WHY_OPAQUE ? NKX_NOT : NKX_PARTLY;
}

void nkx_nested_end(struct nkx_pipe **pipe, enum nkx_state state, enum nkx_why why)
{
	struct nkx_pipe *p = *pipe;

	*pipe = NULL;
	if (p == NULL) {
		return;
	}
	if (p->why != NKX_WHY_NONE) {
		why = p->why;
		state = NKX_PARTLY;
	}
	if (p->mode != STREAM) {
		end_memory(p, state, why);
	} else {
		struct nkx_slot *slot = nkx_slot_top(p->w);

		nkx_slot_stop(p->w);
		slot->format = slot->sum.carved ? "binary" : slot->format;
		if (state != NKX_SCANNED) {
			nkx_partly(p->w, why);
		}
		if (p->w->stop != NKX_WHY_NONE) {
			nkx_partly(p->w, p->w->stop);
		}
		if (nkx_opaque_is(&p->opaque)) {
			nkx_partly(p->w, NKX_WHY_OPAQUE);
		}
		why = p->level.why;
		nkx_level_stream_end(p->w, stream_state(why), why);
	}
	drop(p);
	free(p);
}
