/*
 * slot.c: the stack of open streams of one item.
 *
 * Invariant: slots end in the reverse order of their beginning, each once; bytes are counted where they are fed.
 */
#include "base.h"

#include "nkx_work.h"

struct nkx_slot *nkx_slot_top(struct nkx_work *w)
{
	nk_assert(w->n_slots > 0);
	return &w->slots[w->n_slots - 1];
}

/* Paths may be long as an attacker likes; what is shown keeps both ends. */
static char *join(const char *above, const char *name)
{
	static const char cut[] = "…";
	const size_t up = strlen(above);
	const size_t len = strlen(name);
	const size_t most = NKX_PATH_CUT;
	char *path = malloc(NKX_PATH_MAX);

	if (path == NULL) {
		return NULL;
	}
	if (up == 0 || len == 0) {
		(void)snprintf(path, NKX_PATH_MAX, "%s", up == 0 ? name : above);
	} else if (up <= most) {
		(void)snprintf(path, NKX_PATH_MAX, "%s!/%s", above, name);
	} else {
		size_t keep = most;

		while (keep > 0 && ((uint8_t)above[keep] & 0xc0) == 0x80) {
			keep--;
		}
		(void)snprintf(path, NKX_PATH_MAX, "%.*s%s!/%s", (int)keep, above, cut, name);
	}
	return path;
}

static bool push(struct nkx_work *w, const char *name, const char *format, bool apart)
{
	char clean[NKX_NAME_MAX];
	char masked[NKX_NAME_MAX * 2];
	const char *above = w->level != NULL && w->depth > 0 ? w->slots[w->level->slot].path : "";
	struct nkx_slot *slot = &w->slots[w->n_slots];
	const unsigned at = w->n_slots;

	if (at >= NKX_SLOTS || w->gone) {
		return false;
	}
	nkx_utf8_clean(name, clean, sizeof(clean));
	memset(slot, 0, sizeof(*slot));
	memset(masked, 0, sizeof(masked));
	if (apart || clean[0] == '\0') {
		(void)snprintf(masked, sizeof(masked), "%s", clean);
	} else if (!w->sink->name(w->sink->arg, clean, masked, sizeof(masked))) {
		w->gone = true;
		return false;
	}
	/* The item's own stream has no path inside the item; the sink is given its name as it may be shown. */
	slot->path = w->depth == 0 ? calloc(1, 1) : join(above, masked);
	explicit_bzero(clean, sizeof(clean));
	if (slot->path == NULL) {
		nkx_partly(w, NKX_WHY_MEMORY);
		return false;
	}
	slot->number = w->next_number++;
	slot->format = format;
	w->n_slots++;
	if (!w->sink->begin(w->sink->arg, at, slot->number, w->depth == 0 ? masked : slot->path, format)) {
		w->gone = true;
	}
	return true;
}

enum nkx_why nkx_slot_skip(struct nkx_work *w)
{
	const uint32_t number = nkx_slot_top(w)->number;

	for (uint32_t i = 0; i < w->n_skips; i++) {
		if (w->skips[i] == number) {
			return (enum nkx_why)w->skip_whys[i];
		}
	}
	return NKX_WHY_NONE;
}

static void pop(struct nkx_work *w, enum nkx_state state, enum nkx_why why)
{
	struct nkx_slot *slot = nkx_slot_top(w);
	struct nkx_stream_end end = { 0 };
	const enum nkx_why before = w->stop;

	nkx_slot_stop(w);
	if (w->stop != before && state == NKX_SCANNED) {
		state = NKX_PARTLY;
		why = w->stop;
	}
	end.number = slot->number;
	end.format = slot->format;
	end.state = state;
	end.why = why;
	end.bytes = slot->bytes;
	end.skipped = slot->skipped;
	end.out = nkx_out_used(w);
	end.entries = w->entries;
	end.sum = slot->sum;
	end.sum.bytes = slot->bytes;
	if (!w->sink->end(w->sink->arg, w->n_slots - 1, &end)) {
		w->gone = true;
	}
	free(slot->path);
	slot->path = NULL;
	w->n_slots--;
}

bool nkx_slot_scan(struct nkx_work *w, const struct nks_stream *stream)
{
	struct nkx_slot *slot = nkx_slot_top(w);

	if (w->gone || w->stop != NKX_WHY_NONE) {
		return false;
	}
	if (!w->sink->scan(w->sink->arg, w->n_slots - 1, stream)) {
		nkx_partly(w, NKX_WHY_MEMORY);
		return false;
	}
	slot->scanning = true;
	return true;
}

void nkx_slot_stop(struct nkx_work *w)
{
	struct nkx_slot *slot = nkx_slot_top(w);
	struct nks_summary sum = { 0 };

	if (!slot->scanning) {
		return;
	}
	slot->scanning = false;
	if (!w->sink->scan_end(w->sink->arg, w->n_slots - 1, &sum) && w->stop == NKX_WHY_NONE) {
		w->stop = NKX_WHY_MEMORY;
	}
	slot->sum.units += sum.units;
	slot->sum.rows += sum.rows;
	slot->sum.encodings |= sum.encodings;
	slot->sum.carved = slot->sum.carved || sum.carved;
	slot->sum.gaiji = slot->sum.gaiji || sum.gaiji;
	slot->sum.findings += sum.findings;
	slot->sum.weak += sum.weak;
}

bool nkx_stream_begin(struct nkx_work *w, const char *name, const char *format, enum nks_kind kind)
{
	const struct nks_stream run = { .kind = kind };
	struct nkx_slot *slot = NULL;

	if (w->gone || w->stop != NKX_WHY_NONE || w->level == NULL) {
		return false;
	}
	if (nkx_slot_top(w)->scanning && name[0] == '\0') {
		return false;
	}
	w->level->children++;
	if (name[0] == '\0') {
		slot = nkx_slot_top(w);
		slot->format = format;
		return nkx_slot_scan(w, &run);
	}
	if (!nkx_entry(w) || !push(w, name, format, false)) {
		return false;
	}
	nkx_slot_top(w)->named = true;
	if (nkx_slot_skip(w) != NKX_WHY_NONE) {
		pop(w, NKX_NOT, nkx_slot_skip(w));
		return false;
	}
	if (!nkx_slot_scan(w, &run)) {
		pop(w, NKX_NOT, w->stop != NKX_WHY_NONE ? w->stop : NKX_WHY_MEMORY);
		return false;
	}
	return true;
}

bool nkx_stream_feed(struct nkx_work *w, const void *bytes, size_t len)
{
	struct nkx_slot *slot = w->n_slots > 0 ? nkx_slot_top(w) : NULL;

	if (slot == NULL || !slot->scanning || w->gone || w->stop != NKX_WHY_NONE) {
		return false;
	}
	if (len == 0) {
		return true;
	}
	if (!w->sink->feed(w->sink->arg, w->n_slots - 1, bytes, len)) {
		w->stop = NKX_WHY_MEMORY;
		return false;
	}
	slot->bytes += len;
	w->read += len;
	/* An opener that makes much out of little (a text that is referred to again and again). */
	if (nkx_out_used(w) > w->limits.total_out) {
		w->stop = NKX_WHY_TOO_LARGE;
		nkx_partly(w, w->stop);
		return false;
	}
	if (!w->sink->alive(w->sink->arg, w->read)) {
		w->stop = NKX_WHY_TIME;
		return false;
	}
	return true;
}

void nkx_stream_end(struct nkx_work *w, enum nkx_state state, enum nkx_why why)
{
	struct nkx_slot *slot = w->n_slots > 0 ? nkx_slot_top(w) : NULL;

	if (slot == NULL || !slot->scanning) {
		return;
	}
	nkx_slot_end(w, state, why);
}

void nkx_slot_end(struct nkx_work *w, enum nkx_state state, enum nkx_why why)
{
	if (w->stop != NKX_WHY_NONE && state == NKX_SCANNED) {
		state = NKX_PARTLY;
		why = w->stop;
	}
	if (nkx_slot_top(w)->named) {
		pop(w, state, why);
		return;
	}
	nkx_slot_stop(w);
	if (state != NKX_SCANNED) {
		nkx_partly(w, why);
	}
}

void nkx_not_scanned(struct nkx_work *w, const char *name, const char *format, enum nkx_why why, uint64_t bytes)
{
	if (w->level == NULL) {
		return;
	}
	if (name[0] == '\0') {
		nkx_partly(w, why);
		nkx_slot_top(w)->skipped += bytes;
		return;
	}
	if (!push(w, name, format, false)) {
		nkx_partly(w, w->stop != NKX_WHY_NONE ? w->stop : NKX_WHY_MEMORY);
		return;
	}
	w->level->children++;
	nkx_slot_top(w)->skipped = bytes;
	pop(w, NKX_NOT, why);
}

bool nkx_level_stream(struct nkx_work *w, struct nkx_level *level, const char *name, const char *format)
{
	return nkx_level_push(w, level, &(struct nkx_open_args){ .name = name }, format);
}

bool nkx_level_push(struct nkx_work *w, struct nkx_level *level, const struct nkx_open_args *args, const char *format)
{
	if (w->depth >= NKX_DEPTH_MAX || !push(w, args->name, format, args->apart)) {
		return false;
	}
	level->slot = w->n_slots - 1;
	level->up = w->level;
	w->level = level;
	w->depth++;
	if (args->why != NKX_WHY_NONE) {
		nkx_partly(w, args->why);
	}
	return true;
}

void nkx_level_stream_end(struct nkx_work *w, enum nkx_state state, enum nkx_why why)
{
	struct nkx_level *level = w->level;

	/* An opener that forgot one of its streams, or gave up in the middle of it. */
	while (w->n_slots > level->slot + 1) {
		pop(w, NKX_PARTLY, w->stop != NKX_WHY_NONE ? w->stop : NKX_WHY_DAMAGED);
	}
	pop(w, state, why);
	w->level = level->up;
	w->depth--;
	free(level->claims);
	level->claims = NULL;
}

void nkx_partly(struct nkx_work *w, enum nkx_why why)
{
	if (w->level != NULL && w->level->why == NKX_WHY_NONE) {
		w->level->why = why;
	}
}
