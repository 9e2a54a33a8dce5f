/*
 * level.c: one source after another: sniffed, opened, its gaps carved, its end told.
 *
 * Invariant: the recursion is bounded by limits.depth; a source that is not opened is reported.
 */
#include "base.h"

#include "nkx_work.h"

enum { TRIES = 3, GAP_LEAST = 4, SURE = 75, ZEROS_MAX = 65536, CLAIMS_MAX = 1 << 20 };

void nkx_claimed(struct nkx_work *w, uint64_t at, uint64_t len)
{
	struct nkx_level *level = w->level;
	struct nkx_range *last = NULL;
	uint64_t to = 0;

	if (level == NULL || len == 0) {
		return;
	}
	to = len > UINT64_MAX - at ? UINT64_MAX : at + len;
	last = level->n_claims > 0 ? &level->claims[level->n_claims - 1] : NULL;
	if (last != NULL && at >= last->from && at <= last->to) {
		last->to = to > last->to ? to : last->to;
		return;
	}
	if (level->n_claims == level->room_claims) {
		const size_t room = level->room_claims == 0 ? 64 : level->room_claims * 2;
		struct nkx_range *more =
			room > CLAIMS_MAX ? NULL : realloc(level->claims, room * sizeof(*level->claims));

		/* What is not noted is carved: more work, never less. */
		if (more == NULL) {
			return;
		}
		level->claims = more;
		level->room_claims = room;
	}
	level->claims[level->n_claims++] = (struct nkx_range){ at, to };
}

static int by_from(const void *a, const void *b)
{
	const struct nkx_range *left = a;
	const struct nkx_range *right = b;

	return (left->from > right->from) - (left->from < right->from);
}

static bool same_kind(const struct nkx_work *w, const struct nkx_format *format)
{
	uint8_t head[NKX_HEAD];
	const size_t n = nkx_read_some(w->level->source, 0, head, sizeof(head));

	return format->sniff(head, n, w->level->source->size, "") > 0;
}

/* A container where nobody expects one: behind the end of another (a zip behind a picture or a program). */
static bool gap_nested(struct nkx_work *w, const struct nkx_source *s, uint64_t from, uint64_t to)
{
	const char *own = w->slots[w->level->slot].format;
	struct nkx_source part = nkx_source_part(s, from, to - from);
	uint8_t head[NKX_HEAD];
	const size_t n = nkx_read_some(&part, 0, head, sizeof(head));
	const struct nkx_sniffed what = { head, n, part.size, "", NULL };
	const struct nkx_format *format = from > 0 && !w->raw ? nkx_sniff(&what, 0) : NULL;
	char name[40];

	/* Not what the container is made of itself: a part of a document that its opener left out. */
	if (format == NULL || strcmp(format->name, own) == 0 || same_kind(w, format) ||
		format->sniff(head, n, part.size, "") < SURE) {
		return false;
	}
	(void)snprintf(name, sizeof(name), "[at %" PRIu64 "]", from);
	(void)nkx_nested(w, name, &part, NULL);
	return true;
}

/* Carves [from, to) without the zeros it begins with. Four bytes are two kanji. */
static void gap(struct nkx_work *w, const struct nkx_source *s, uint64_t from, uint64_t to)
{
	uint8_t look[512];
	size_t n = 0;
	size_t zeros = 0;
	size_t skipped = 0;

	if (to - from < GAP_LEAST) {
		return;
	}
	do {
		n = to - from < sizeof(look) ? (size_t)(to - from) : sizeof(look);
		n = nkx_read_some(s, from, look, n);
		for (zeros = 0; zeros < n && look[zeros] == 0; zeros++) {
			continue;
		}
		from += zeros;
		skipped += zeros;
	} while (n > 0 && zeros == n && to > from && skipped < ZEROS_MAX);
	if (n == 0 && to > from) {
		nkx_partly(w, nkx_missing(s));
		return;
	}
	if (to - from >= GAP_LEAST && !gap_nested(w, s, from, to)) {
		(void)nkx_feed_range(
			w, s, from, to - from, (struct nks_stream){ .kind = NKS_KIND_BINARY, .base = from });
	}
}

void nkx_gaps(struct nkx_work *w)
{
	struct nkx_level *level = w->level;
	const struct nkx_source *s = level->source;
	uint64_t at = 0;

	if (level->n_claims > 1) {
		qsort(level->claims, level->n_claims, sizeof(level->claims[0]), by_from);
	}
	for (size_t i = 0; i < level->n_claims && at < s->size; i++) {
		const struct nkx_range r = level->claims[i];

		if (r.from > at) {
			gap(w, s, at, r.from < s->size ? r.from : s->size);
		}
		at = r.to > at ? r.to : at;
	}
	if (at < s->size) {
		gap(w, s, at, s->size);
	}
}

void nkx_carve(struct nkx_work *w, const char *name, const struct nkx_source *s, uint64_t at, uint64_t len)
{
	const enum nkx_why before = w->level != NULL ? w->level->why : NKX_WHY_NONE;
	enum nkx_why why = NKX_WHY_NONE;

	if (!nkx_stream_begin(w, name, "binary", NKS_KIND_BINARY)) {
		return;
	}
	nkx_slot_stop(w);
	if (!nkx_feed_range(w, s, at, len, (struct nks_stream){ .kind = NKS_KIND_BINARY, .base = at })) {
		why = w->level->why != NKX_WHY_NONE ? w->level->why : NKX_WHY_CHANGED;
		w->level->why = before;
	}
	nkx_slot_end(w, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
}

/* What an end with this reason is worth when nothing came out of it. */
static enum nkx_state state_of(const struct nkx_work *w, const struct nkx_level *level)
{
	if (level->why == NKX_WHY_NONE) {
		return NKX_SCANNED;
	}
	if (level->why == NKX_WHY_UNKNOWN_FORMAT || level->children > 0) {
		return NKX_PARTLY;
	}
	/* Raw bytes that were looked at are something where they are not packed or encrypted. */
	if (!level->plain || level->why == NKX_WHY_ENCRYPTED || level->why == NKX_WHY_OPAQUE) {
		return NKX_NOT;
	}
	return w->slots[level->slot].bytes > 0 ? NKX_PARTLY : NKX_NOT;
}

bool nkx_is_plain(const struct nkx_format *format)
{
	return strcmp(format->name, "text") == 0 || strcmp(format->name, "binary") == 0;
}

/* Opens the source as its best format, or as the next best when that one says that it is not his after all. */
static void try_formats(struct nkx_work *w, struct nkx_level *level, const struct nkx_sniffed *what)
{
	const struct nkx_format *format = nkx_format_named("binary");

	for (unsigned tried = 0; tried < TRIES; tried++) {
		const struct nkx_format *next = w->raw ? NULL : nkx_sniff(what, tried);
		enum nkx_why why = NKX_WHY_NONE;

		format = next != NULL ? next : nkx_format_named("binary");
		w->slots[level->slot].format = format->name;
		if (format->random_access && level->source->mem == NULL && level->source->fd < 0) {
			continue;
		}
		level->plain = nkx_is_plain(format);
		why = format->open(w, level->source, what->name);
		if (why != NKX_WHY_UNKNOWN_FORMAT || level->children > 0 || nkx_is_plain(format)) {
			if (why != NKX_WHY_NONE) {
				nkx_partly(w, why);
			}
			return;
		}
		level->n_claims = 0;
	}
	w->slots[level->slot].format = "binary";
	nkx_partly(w, NKX_WHY_UNKNOWN_FORMAT);
}

/* The work of a level between its begin and its end. */
static void walk(struct nkx_work *w, struct nkx_level *level, const struct nkx_open_args *args)
{
	uint8_t head[NKX_HEAD];
	const size_t n = nkx_read_some(level->source, 0, head, sizeof(head));
	const struct nkx_sniffed what = { head, n, level->source->size, args->name, args->hint };

	if (n < sizeof(head) && n < level->source->size) {
		nkx_partly(w, nkx_missing(level->source));
	}
	if (level->source->size == 0) {
		w->slots[level->slot].format = args->hint != NULL ? args->hint : "text";
		return;
	}
	try_formats(w, level, &what);
	/* Streams that the opener left open end before the container's own one goes on. */
	while (w->n_slots > level->slot + 1) {
		nkx_slot_end(w, NKX_PARTLY, w->stop != NKX_WHY_NONE ? w->stop : NKX_WHY_DAMAGED);
	}
	nkx_slot_stop(w);
	if (w->cut == NULL || !w->cut->wanted) {
		nkx_gaps(w);
	}
	explicit_bzero(head, sizeof(head));
}

static void check_stamp(struct nkx_work *w, const struct nkx_source *source)
{
	const struct nkx_stamp now = nkx_stamp_of(source);
	const struct nkx_stamp then = w->stamp;

	if (w->read_failed) {
		nkx_partly(w, NKX_WHY_READ_ERROR);
	}
	if (now.known != then.known || now.size != then.size || now.sec != then.sec || now.nsec != then.nsec ||
		now.change_sec != then.change_sec || now.change_nsec != then.change_nsec) {
		nkx_partly(w, NKX_WHY_CHANGED);
	}
}

bool nkx_level_open(struct nkx_work *w, const struct nkx_source *source, const struct nkx_open_args *args)
{
	struct nkx_level level = { .source = source };

	if (!nkx_level_push(w, &level, args, "binary")) {
		return false;
	}
	if (nkx_slot_skip(w) != NKX_WHY_NONE || w->lost != NKX_WHY_NONE) {
		level.why = w->lost != NKX_WHY_NONE ? w->lost : nkx_slot_skip(w);
		nkx_level_stream_end(w, NKX_NOT, level.why);
		return !w->gone;
	}
	walk(w, &level, args);
	if (level.up == NULL) {
		check_stamp(w, source);
	}
	if (w->stop != NKX_WHY_NONE) {
		nkx_partly(w, w->stop);
	}
	nkx_level_stream_end(w, state_of(w, &level), level.why);
	return !w->gone && w->stop == NKX_WHY_NONE;
}

/* Deeper than the limit: its bytes as they are. */
static bool too_deep(struct nkx_work *w, const char *name, const struct nkx_source *source)
{
	struct nkx_level level = { .source = source };

	if (!nkx_level_stream(w, &level, name, "binary")) {
		return false;
	}
	nkx_partly(w, NKX_WHY_TOO_DEEP);
	nkx_gaps(w);
	nkx_level_stream_end(w, NKX_NOT, NKX_WHY_TOO_DEEP);
	return !w->gone;
}

bool nkx_level_nested(struct nkx_work *w, const struct nkx_source *source, const struct nkx_open_args *args)
{
	w->level->children++;
	if (nkx_is_cycle(w, source)) {
		nkx_not_scanned(w, args->name, "binary", NKX_WHY_CYCLE, source->size);
		return true;
	}
	if (w->depth > w->limits.depth) {
		return too_deep(w, args->name, source);
	}
	return nkx_level_open(w, source, args);
}

bool nkx_nested(struct nkx_work *w, const char *name, const struct nkx_source *source, const char *hint)
{
	const struct nkx_open_args args = { .name = name[0] != '\0' ? name : "[unnamed]", .hint = hint };

	if (w->level == NULL || !nkx_entry(w)) {
		return false;
	}
	if (!nkx_budget(w, source->size, source->size)) {
		nkx_not_scanned(w, args.name, "binary", w->stop, source->size);
		return false;
	}
	return nkx_level_nested(w, source, &args);
}
