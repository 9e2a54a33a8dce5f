/*
 * source.c: bytes at any place, in memory or behind a descriptor.
 *
 * Invariant: nothing outside [0, size) of the source is ever read, whatever places an opener asks for.
 */
#include "base.h"

#include "nkx_work.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOLE_LEAST = 1 << 20 };

static size_t read_fd(const struct nkx_source *s, uint64_t at, uint8_t *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		const ssize_t got = pread(s->fd, buf + done, len - done, (off_t)(s->at + at + done));

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0 && s->failed != NULL) {
			*s->failed = true;
		}
		if (got <= 0) {
			break;
		}
		done += (size_t)got;
	}
	return done;
}

enum nkx_why nkx_missing(const struct nkx_source *s)
{
	return s->failed != NULL && *s->failed ? NKX_WHY_READ_ERROR : NKX_WHY_CHANGED;
}

size_t nkx_read_some(const struct nkx_source *s, uint64_t at, void *buf, size_t len)
{
	if (at >= s->size) {
		return 0;
	}
	if (len > s->size - at) {
		len = (size_t)(s->size - at);
	}
	if (s->mem == NULL) {
		return read_fd(s, at, buf, len);
	}
	memcpy(buf, s->mem + at, len);
	return len;
}

bool nkx_read(const struct nkx_source *s, uint64_t at, void *buf, size_t len)
{
	return nkx_read_some(s, at, buf, len) == len;
}

struct nkx_source nkx_source_part(const struct nkx_source *s, uint64_t at, uint64_t size)
{
	struct nkx_source part = *s;

	if (at > s->size) {
		at = s->size;
	}
	if (size > s->size - at) {
		size = s->size - at;
	}
	part.size = size;
	if (s->mem != NULL) {
		part.mem = s->mem + at;
	} else {
		part.at = s->at + at;
	}
	return part;
}

const uint8_t *nkx_load(struct nkx_work *w, const struct nkx_source *s, uint8_t **owned)
{
	uint8_t *copy = NULL;

	*owned = NULL;
	if (s->mem != NULL) {
		return s->mem;
	}
	if (s->size > w->limits.in_memory) {
		return NULL;
	}
	copy = malloc((size_t)s->size + 1);
	if (copy == NULL) {
		return NULL;
	}
	if (!nkx_read(s, 0, copy, (size_t)s->size)) {
		nkx_partly(w, nkx_missing(s));
		free(copy);
		return NULL;
	}
	copy[s->size] = 0;
	*owned = copy;
	return copy;
}

/* Where data ends and a hole begins, behind `at`; `at` itself when it lies in one. Without holes: the end. */
static uint64_t data_until(const struct nkx_source *s, uint64_t at, uint64_t end)
{
	off_t hole = 0;

	if (s->mem != NULL || end - at < 2 * (uint64_t)HOLE_LEAST) {
		return end;
	}
	hole = lseek(s->fd, (off_t)(s->at + at), SEEK_HOLE);
	if (hole < 0 || (uint64_t)hole - s->at >= end) {
		return end;
	}
	return (uint64_t)hole - s->at;
}

/* Where data begins again behind a hole at `at`. */
static uint64_t hole_until(const struct nkx_source *s, uint64_t at, uint64_t end)
{
	const off_t data = lseek(s->fd, (off_t)(s->at + at), SEEK_DATA);

	if (data < 0) {
		return errno == ENXIO ? end : at;
	}
	return (uint64_t)data - s->at < end ? (uint64_t)data - s->at : end;
}

static bool feed_run(struct nkx_work *w, const struct nkx_source *s, uint64_t at, uint64_t end)
{
	while (at < end) {
		const size_t want = end - at < NKX_CHUNK ? (size_t)(end - at) : NKX_CHUNK;
		const uint8_t *bytes = s->mem == NULL ? w->chunk : s->mem + at;

		if (s->mem == NULL && read_fd(s, at, w->chunk, want) != want) {
			nkx_partly(w, nkx_missing(s));
			return false;
		}
		if (!nkx_stream_feed(w, bytes, want)) {
			return false;
		}
		at += want;
	}
	return true;
}

bool nkx_feed_range(struct nkx_work *w, const struct nkx_source *s, uint64_t at, uint64_t len, struct nks_stream run)
{
	const uint64_t first = at;
	const uint64_t base = run.base;
	uint64_t end = at > s->size ? at : s->size;

	end = len < end - at ? at + len : end;
	while (at < end) {
		uint64_t until = data_until(s, at, end);
		const uint64_t next = until < end ? hole_until(s, until, end) : end;

		/* Small holes are read as the zeros that they are. */
		until = next - until < HOLE_LEAST ? next : until;
		run.base = base + (at - first);
		if (until > at) {
			if (!nkx_slot_scan(w, &run) || !feed_run(w, s, at, until)) {
				nkx_slot_stop(w);
				return false;
			}
			nkx_slot_stop(w);
		}
		if (next > until) {
			nkx_slot_top(w)->bytes += next - until;
		}
		at = next > until ? next : until;
	}
	return true;
}
