/*
 * rest.c: see rest.h.
 *
 * Invariant: r->done only grows, and passes nothing that was neither understood nor looked at nor reported.
 */
#include "base.h"

#include "nkx_work.h"
#include "rest.h"

#include <archive.h>

enum { BLOCK = 512, CPIO_HEAD = 110, KEEP_MAX = 32 << 20, LOOK = 65536, ZEROS_MAX = 1 << 20 };

/* Another piece of a packed archive. false: the end. */
static bool pull(struct nkx_rest *r, const uint8_t **out, size_t *len)
{
	const uint64_t before = r->pulled;
	uint64_t skip = 0;
	size_t held = (size_t)(r->pulled - r->done);

	if (r->ended || r->w->gone) {
		return false;
	}
	r->why = nkx_unpack_next(r->u, out, len);
	if (r->why != NKX_WHY_NONE || *len == 0) {
		r->ended = true;
		return false;
	}
	r->pulled += *len;
	if (held == 0 && r->passing > before) {
		skip = r->passing - before < *len ? r->passing - before : *len;
		r->done += skip;
		r->from = 0;
	}
	if (r->from > r->room / 2) {
		memmove(r->kept, r->kept + r->from, held);
		r->from = 0;
	}
	if (r->from + held + *len > r->room) {
		const size_t room = 2 * (held + *len) + LOOK;
		uint8_t *more = room > KEEP_MAX ? NULL : realloc(r->kept, r->from + room);

		if (more == NULL) {
			r->why = NKX_WHY_TOO_LARGE;
			r->ended = true;
			r->pulled = before;
			r->done = r->done < before ? r->done : before;
			return false;
		}
		r->kept = more;
		r->room = r->from + room;
	}
	memcpy(r->kept + r->from + held, *out + skip, *len - (size_t)skip);
	return true;
}

static la_ssize_t on_read(struct archive *a, void *data, const void **out)
{
	struct nkx_rest *r = data;
	const uint8_t *bytes = NULL;
	size_t len = 0;

	(void)a;
	if (r->shown < r->pulled) {
		/* A copy: what is kept may move before libarchive has done with it. */
		len = r->pulled - r->shown < LOOK ? (size_t)(r->pulled - r->shown) : LOOK;
		memcpy(r->lent, r->kept + r->from + (size_t)(r->shown - r->done), len);
		r->shown += len;
		*out = r->lent;
		return (la_ssize_t)len;
	}
	if (!pull(r, &bytes, &len)) {
		return 0;
	}
	r->shown = r->pulled;
	*out = bytes;
	return (la_ssize_t)len;
}

struct archive *nkx_rest_open(struct nkx_rest *r, struct nkx_squash *q, nkx_squash_set_fn *set)
{
	struct archive *a = NULL;

	r->shown = r->base;
	if (r->u == NULL) {
		*q = (struct nkx_squash){ .source = r->s, .at = r->base, .len = r->s->size - r->base };
		return nkx_squash_open(q, set);
	}
	r->lent = r->lent != NULL ? r->lent : malloc(LOOK);
	a = r->lent != NULL ? archive_read_new() : NULL;
	if (a == NULL) {
		return NULL;
	}
	set(a);
	(void)archive_read_set_callback_data(a, r);
	(void)archive_read_set_read_callback(a, on_read);
	if (archive_read_open1(a) < ARCHIVE_WARN) {
		(void)archive_read_free(a);
		return NULL;
	}
	return a;
}

/* Bytes of [r->done, to), all of which were pulled. */
static void drop(struct nkx_rest *r, uint64_t to)
{
	if (to <= r->done) {
		return;
	}
	if (r->u != NULL) {
		to = to < r->pulled ? to : r->pulled;
		r->from = to == r->pulled ? 0 : r->from + (size_t)(to - r->done);
	}
	r->done = to;
}

static void understood(struct nkx_rest *r, uint64_t to)
{
	if (r->u == NULL && to > r->done) {
		nkx_claimed(r->w, r->done, to - r->done);
	}
	drop(r, to);
}

/* Looks at [r->done, to). The stream is begun when the first such bytes are there. */
static void look(struct nkx_rest *r, uint64_t to)
{
	const char *own = r->w->slots[r->w->level->slot].format;

	if (r->u != NULL) {
		to = to < r->pulled ? to : r->pulled;
	}
	if (to <= r->done) {
		return;
	}
	while (r->u != NULL && r->done < to) {
		const size_t len = to - r->done < LOOK ? (size_t)(to - r->done) : LOOK;

		r->looking = r->looking || nkx_stream_begin(r->w, "", own, NKS_KIND_BINARY);
		if (!r->looking || !nkx_budget(r->w, len, len) ||
			!nkx_stream_feed(r->w, r->kept + r->from, len)) {
			nkx_partly(r->w, r->w->stop != NKX_WHY_NONE ? r->w->stop : NKX_WHY_TOO_LARGE);
			break;
		}
		drop(r, r->done + len);
	}
	drop(r, to);
}

static size_t peek(struct nkx_rest *r, uint64_t at, uint8_t *out, size_t len)
{
	if (r->u == NULL) {
		return nkx_read_some(r->s, at, out, len);
	}
	if (at < r->done || at >= r->pulled) {
		return 0;
	}
	len = r->pulled - at < len ? (size_t)(r->pulled - at) : len;
	memcpy(out, r->kept + r->from + (size_t)(at - r->done), len);
	return len;
}

static bool all_zero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != 0) {
			return false;
		}
	}
	return true;
}

/* A text field: nothing behind its NUL. */
static bool text_field(const uint8_t *p, size_t len)
{
	const uint8_t *end = memchr(p, 0, len);

	return end == NULL || all_zero(end, len - (size_t)(end - p));
}

static bool numbers(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != 0 && p[i] != ' ' && (p[i] < '0' || p[i] > '7')) {
			return false;
		}
	}
	return true;
}

/* Sizes may be binary: then they are below 2^56. */
static bool wide_numbers(const uint8_t *p, size_t len)
{
	return numbers(p, len) || (p[0] == 0x80 && all_zero(p + 1, len - 8));
}

static bool plain_tar(const uint8_t *p)
{
	const bool gnu = memcmp(p + 257, "ustar  ", 8) == 0;
	const bool posix = memcmp(p + 257, "ustar\00000", 8) == 0;
	const bool link = p[156] == '1' || p[156] == '2';

	if (p[156] != 0 && (p[156] < '0' || p[156] > '7')) {
		return false;
	}
	if (!text_field(p, 100) || !text_field(p + 157, 100) || (!link && p[157] != 0)) {
		return false;
	}
	if (!numbers(p + 100, 8) || !wide_numbers(p + 108, 8) || !wide_numbers(p + 116, 8) ||
		!wide_numbers(p + 124, 12) || !wide_numbers(p + 136, 12) || !numbers(p + 148, 8)) {
		return false;
	}
	if (!gnu && !posix) {
		return all_zero(p + 257, 255);
	}
	return text_field(p + 265, 32) && text_field(p + 297, 32) && wide_numbers(p + 329, 8) &&
		wide_numbers(p + 337, 8) && (gnu ? all_zero(p + 345, 155) : text_field(p + 345, 155)) &&
		all_zero(p + 500, 12);
}

static bool plain_cpio(const uint8_t *p, size_t len)
{
	size_t name = 0;

	if (len < CPIO_HEAD + 2 || memcmp(p, "07070", 5) != 0 || (p[5] != '1' && p[5] != '2')) {
		return false;
	}
	for (size_t i = 6; i < CPIO_HEAD; i++) {
		const int digit = p[i] >= '0' && p[i] <= '9' ? p[i] - '0'
			: (p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'f' ? (p[i] | 0x20) - 'a' + 10
								       : -1;

		if (digit < 0) {
			return false;
		}
		name = i >= 94 && i < 102 ? name * 16 + (size_t)digit : name;
	}
	return name > 1 && name < LOOK && ((CPIO_HEAD + name + 3) & ~(size_t)3) == len &&
		memchr(p + CPIO_HEAD, 0, name) == p + CPIO_HEAD + name - 1 &&
		all_zero(p + CPIO_HEAD + name, len - CPIO_HEAD - name);
}

void nkx_rest_header(struct nkx_rest *r, uint64_t from, uint64_t to, bool told)
{
	uint8_t p[BLOCK];
	size_t n = 0;

	if (from > r->done && from - r->done <= sizeof(p)) {
		n = (size_t)(from - r->done);
		if (peek(r, r->done, p, n) == n && all_zero(p, n)) {
			understood(r, from);
		}
	}
	look(r, from);
	n = to > from && to - from <= sizeof(p) ? (size_t)(to - from) : 0;
	if (told && r->done == from && n > 0 && peek(r, from, p, n) == n &&
		(n == BLOCK ? plain_tar(p) : plain_cpio(p, n))) {
		understood(r, to);
	}
	look(r, to);
}

void nkx_rest_data(struct nkx_rest *r, uint64_t to)
{
	understood(r, to);
}

void nkx_rest_pass(struct nkx_rest *r, uint64_t to)
{
	if (r->u != NULL && to > r->done) {
		r->passing = to;
		drop(r, to);
	}
}

/* The next byte that is not zero, all before it passed. false: there is none, or it is too far: then it is carved. */
static bool pass_zeros(struct nkx_rest *r)
{
	uint8_t look_at[4096];
	const uint8_t *bytes = NULL;
	size_t len = 0;
	uint64_t passed = 0;

	for (;;) {
		const size_t n = peek(r, r->done, look_at, sizeof(look_at));
		size_t zeros = 0;

		while (zeros < n && look_at[zeros] == 0) {
			zeros++;
		}
		understood(r, r->done + zeros);
		if (zeros < n) {
			return true;
		}
		passed += zeros;
		if (r->u == NULL && (n == 0 || passed > ZEROS_MAX)) {
			return false;
		}
		if (n == 0 && (!pull(r, &bytes, &len) || !nkx_budget(r->w, len, len))) {
			return false;
		}
	}
}

bool nkx_rest_again(struct nkx_rest *r, uint64_t end)
{
	uint8_t head[BLOCK];
	const uint8_t *bytes = NULL;
	size_t len = 0;
	size_t n = 0;

	while (end > r->done) {
		const uint64_t to = end - r->done < sizeof(head) ? end : r->done + sizeof(head);

		/* The end mark is zeros, or, of cpio, an entry with a name that says so. */
		n = peek(r, r->done, head, (size_t)(to - r->done));
		if (n == 0) {
			break;
		}
		if (all_zero(head, n) || plain_cpio(head, n)) {
			understood(r, r->done + n);
		} else {
			look(r, r->done + n);
		}
	}
	if (!pass_zeros(r)) {
		return false;
	}
	while (r->u != NULL && r->pulled - r->done < BLOCK && pull(r, &bytes, &len)) {
		continue;
	}
	n = peek(r, r->done, head, sizeof(head));
	if (r->done <= r->base || !nkx_archive_is_tar(head, n)) {
		return false;
	}
	r->base = r->done;
	return true;
}

void nkx_rest_end(struct nkx_rest *r)
{
	const uint8_t *bytes = NULL;
	size_t len = 0;

	if (r->u != NULL) {
		r->passing = 0;
		while (pass_zeros(r) && r->w->stop == NKX_WHY_NONE && !r->w->gone) {
			look(r, r->pulled);
			while (r->w->stop == NKX_WHY_NONE && pull(r, &bytes, &len)) {
				look(r, r->pulled);
			}
		}
		if (r->looking) {
			nkx_stream_end(r->w, NKX_SCANNED, NKX_WHY_NONE);
		}
	}
	if (r->kept != NULL) {
		explicit_bzero(r->kept, r->room);
	}
	free(r->kept);
	free(r->lent);
	r->kept = r->lent = NULL;
}
