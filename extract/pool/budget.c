/*
 * budget.c: limits, and whether a source contains itself.
 *
 * Invariant: exceeding a limit is noted with a reason before anything is given up; nothing ends in silence.
 */
#include "base.h"

#include "nkx_work.h"

#include <zlib.h>

enum { SAMPLE = 1024 };

void nkx_limits_default(struct nkx_limits *l)
{
	l->ratio = l->ratio != 0 ? l->ratio : 1032;
	l->depth = l->depth != 0 ? l->depth : 16;
	l->depth = l->depth > NKX_DEPTH_MAX - 2 ? NKX_DEPTH_MAX - 2 : l->depth;
	l->entries = l->entries != 0 ? l->entries : 1000000;
	l->seconds = l->seconds != 0 ? l->seconds : 600;
	l->memory_mb = l->memory_mb != 0 ? l->memory_mb : 320;
	l->in_memory = l->in_memory != 0 ? l->in_memory : UINT64_C(64) << 20;
}

const struct nkx_limits *nkx_limits(const struct nkx_work *w)
{
	return &w->limits;
}

/* The whole item is over its budget: what comes is not looked at, and every level says so. */
static bool stop(struct nkx_work *w, enum nkx_why why)
{
	if (w->stop == NKX_WHY_NONE) {
		w->stop = why;
	}
	nkx_partly(w, why);
	return false;
}

bool nkx_budget(struct nkx_work *w, uint64_t in, uint64_t out)
{
	uint64_t most = 0;

	if (w->stop != NKX_WHY_NONE || w->gone) {
		return false;
	}
	if (out > (1U << 20) && !__builtin_mul_overflow(in, (uint64_t)w->limits.ratio, &most) && out > most) {
		nkx_partly(w, NKX_WHY_RATIO);
		return false;
	}
	if (out > w->limits.total_out || w->total_out > w->limits.total_out - out) {
		return stop(w, NKX_WHY_TOO_LARGE);
	}
	w->total_out += out;
	return true;
}

bool nkx_entry(struct nkx_work *w)
{
	if (w->stop != NKX_WHY_NONE || w->gone) {
		return false;
	}
	w->entries++;
	if (w->entries > w->limits.entries) {
		return stop(w, NKX_WHY_TOO_MANY);
	}
	if ((w->entries & 63) == 0 && !w->sink->alive(w->sink->arg, w->read)) {
		return stop(w, NKX_WHY_TIME);
	}
	return true;
}

/* A quick hash: size, first and last bytes. Equal ones are then compared whole. */
static uint64_t quick_hash(const struct nkx_source *s)
{
	uint8_t sample[2 * SAMPLE];
	size_t n = nkx_read_some(s, 0, sample, SAMPLE);

	n += nkx_read_some(s, s->size > SAMPLE ? s->size - SAMPLE : 0, sample + n, SAMPLE);
	return s->size ^ ((uint64_t)crc32_z(0, sample, n) << 32);
}

static bool same_bytes(const struct nkx_source *a, const struct nkx_source *b)
{
	uint8_t left[SAMPLE];
	uint8_t right[SAMPLE];
	uint64_t at = 0;

	if (a->size != b->size) {
		return false;
	}
	while (at < a->size) {
		const size_t n = nkx_read_some(a, at, left, SAMPLE);

		if (n == 0 || nkx_read_some(b, at, right, n) != n || memcmp(left, right, n) != 0) {
			return false;
		}
		at += n;
	}
	return true;
}

bool nkx_is_cycle(struct nkx_work *w, const struct nkx_source *source)
{
	const uint64_t hash = quick_hash(source);
	struct nkx_level *up = w->level;

	for (; up != NULL; up = up->up) {
		if (up->source == NULL) {
			continue;
		}
		if (!up->hashed) {
			up->hash = quick_hash(up->source);
			up->hashed = true;
		}
		if (up->hash == hash && same_bytes(up->source, source)) {
			return true;
		}
	}
	return false;
}
