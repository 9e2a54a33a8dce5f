/*
 * unpack.c: see unpack.h.
 *
 * Invariant: a gzip member's header is claimed only when it holds no words, or, of the first member, when its opener
 * looks through them.
 */
#include "base.h"

#include "nkx_work.h"
#include "squash.h"
#include "unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

enum { IN = 65536, OUT = 131072, GZ_HEAD = 10, RANGES_MAX = 65536, WORDS_MAX = 600, ALIVE_EVERY = 4096 };

struct nkx_unpack {
	struct nkx_work *w;
	const struct nkx_source *s;
	bool gzip, inside, begun, ended;
	uint64_t at; /* in the source */
	uint64_t data; /* where the member's header ends */
	uint64_t members;
	struct nkx_range *ranges;
	size_t n_ranges, room;
	struct nkx_squash q;
	struct archive *a;
	z_stream z;
	uint8_t in[IN];
	uint8_t out[OUT];
};

/* What does not fit is not claimed, and so carved. */
static void note(struct nkx_unpack *u, uint64_t from, uint64_t to)
{
	struct nkx_range *last = u->n_ranges > 0 ? &u->ranges[u->n_ranges - 1] : NULL;

	if (from >= to) {
		return;
	}
	if (last != NULL && last->to == from) {
		last->to = to;
		return;
	}
	if (u->n_ranges == u->room) {
		const size_t room = u->room == 0 ? 16 : u->room * 2;
		struct nkx_range *more = room > RANGES_MAX ? NULL : realloc(u->ranges, room * sizeof(*more));

		if (more == NULL) {
			return;
		}
		u->ranges = more;
		u->room = room;
	}
	u->ranges[u->n_ranges++] = (struct nkx_range){ from, to };
}

/* Behind the next NUL from `at` on; 0: there is none. */
static uint64_t behind_text(const struct nkx_source *s, uint64_t at)
{
	uint8_t look[512];

	for (;;) {
		const size_t n = nkx_read_some(s, at, look, sizeof(look));
		const uint8_t *end = n > 0 ? memchr(look, 0, n) : NULL;

		if (end != NULL || n == 0) {
			return end != NULL ? at + (uint64_t)(end - look) + 1 : 0;
		}
		at += n;
	}
}

bool nkx_gzip_head(const struct nkx_source *s, uint64_t at, struct nkx_gzip_head *out)
{
	uint8_t p[GZ_HEAD];
	uint8_t n[2];
	uint64_t i = at + GZ_HEAD;

	memset(out, 0, sizeof(*out));
	if (!nkx_read(s, at, p, sizeof(p)) || memcmp(p, "\x1f\x8b\x08", 3) != 0 || p[3] >= 0x20) {
		return false;
	}
	if ((p[3] & 4) != 0) {
		if (!nkx_read(s, i, n, sizeof(n))) {
			return false;
		}
		out->extra = nk_get_le16(n) > 0;
		i += 2 + (uint64_t)nk_get_le16(n);
	}
	if ((p[3] & 8) != 0) {
		out->name = i;
		i = behind_text(s, i);
		out->name_len = i > out->name ? i - out->name - 1 : 0;
	}
	if (i != 0 && (p[3] & 16) != 0) {
		out->comment = i;
		i = behind_text(s, i);
		out->comment_len = i > out->comment ? i - out->comment - 1 : 0;
	}
	i += i != 0 && (p[3] & 2) != 0 ? 2 : 0;
	out->len = i > at ? i - at : 0;
	return i != 0 && i <= s->size;
}

static void set_raw(struct archive *a)
{
	(void)archive_read_support_format_raw(a);
	(void)archive_read_support_filter_bzip2(a);
	(void)archive_read_support_filter_xz(a);
	(void)archive_read_support_filter_lzma(a);
	(void)archive_read_support_filter_zstd(a);
	(void)archive_read_support_filter_compress(a);
}

struct nkx_unpack *nkx_unpack_open(struct nkx_work *w, const struct nkx_source *s, bool gzip)
{
	struct nkx_unpack *u = calloc(1, sizeof(*u));

	if (u == NULL) {
		return NULL;
	}
	u->w = w;
	u->s = s;
	u->gzip = gzip;
	u->q = (struct nkx_squash){ .source = s, .len = s->size };
	if (gzip ? inflateInit2(&u->z, 31) == Z_OK : (u->a = nkx_squash_open(&u->q, set_raw)) != NULL) {
		return u;
	}
	free(u);
	return NULL;
}

/* The next member; false: there is none, and what is here is carved. */
static bool next_member(struct nkx_unpack *u)
{
	struct nkx_gzip_head head;
	const bool is = nkx_gzip_head(u->s, u->at, &head);
	const bool first = u->members == 0;
	bool told = false;

	if (!is) {
		return false;
	}
	u->members++;
	if (u->members % ALIVE_EVERY == 0 && !u->w->sink->alive(u->w->sink->arg, u->w->read)) {
		u->w->stop = NKX_WHY_TIME;
	}
	/* The opener tells short names and comments of the first member itself. */
	told = first ? head.name_len <= WORDS_MAX && head.comment_len <= WORDS_MAX : head.name + head.comment == 0;
	if (told && !head.extra) {
		note(u, u->at, u->at + head.len);
	}
	/* zlib reads the header again: behind it begins what is packed. */
	u->data = u->at + head.len;
	u->inside = inflateReset(&u->z) == Z_OK;
	return u->inside;
}

/* Fills the input when it is empty: false: nothing is left. */
static bool fill(struct nkx_unpack *u)
{
	size_t got = 0;

	if (u->z.avail_in > 0) {
		return true;
	}
	got = nkx_read_some(u->s, u->at, u->in, sizeof(u->in));
	u->z.next_in = u->in;
	u->z.avail_in = (uInt)got;
	return got > 0;
}

/* One call of zlib within a member. */
static enum nkx_why inflate_on(struct nkx_unpack *u, size_t *out_len)
{
	uInt before = 0;
	int rc = Z_OK;

	if (!fill(u)) {
		return NKX_WHY_CUT_OFF;
	}
	before = u->z.avail_in;
	u->z.next_out = u->out;
	u->z.avail_out = OUT;
	rc = inflate(&u->z, Z_NO_FLUSH);
	u->at += before - u->z.avail_in;
	*out_len = OUT - u->z.avail_out;
	u->inside = rc != Z_STREAM_END;
	if (rc == Z_OK || rc == Z_STREAM_END || (rc == Z_BUF_ERROR && u->z.avail_in == 0)) {
		return NKX_WHY_NONE;
	}
	return rc == Z_MEM_ERROR ? NKX_WHY_MEMORY : NKX_WHY_DAMAGED;
}

static enum nkx_why next_gzip(struct nkx_unpack *u, size_t *out_len)
{
	while (*out_len == 0 && !u->ended) {
		enum nkx_why why = NKX_WHY_NONE;
		uint64_t from = 0;

		if (u->w->stop != NKX_WHY_NONE) {
			u->ended = true;
			return u->w->stop;
		}
		if (!u->inside) {
			if (!next_member(u)) {
				u->ended = true;
				return u->begun ? NKX_WHY_NONE : NKX_WHY_DAMAGED;
			}
			u->begun = true;
		}
		from = u->at > u->data ? u->at : u->data;
		why = inflate_on(u, out_len);
		note(u, from, u->at);
		if (why != NKX_WHY_NONE) {
			u->ended = true;
			return why;
		}
	}
	return NKX_WHY_NONE;
}

static enum nkx_why next_other(struct nkx_unpack *u, const uint8_t **out, size_t *out_len)
{
	struct archive_entry *e = NULL;
	const void *bytes = NULL;
	la_int64_t place = 0;
	int rc = ARCHIVE_OK;

	if (!u->begun) {
		u->begun = true;
		rc = archive_read_next_header(u->a, &e);
	}
	while (rc >= ARCHIVE_WARN && rc != ARCHIVE_EOF && *out_len == 0) {
		rc = archive_read_data_block(u->a, &bytes, out_len, &place);
	}
	if (rc >= ARCHIVE_WARN && *out_len > 0 && rc != ARCHIVE_EOF) {
		*out = bytes;
		return NKX_WHY_NONE;
	}
	*out_len = 0;
	u->ended = true;
	u->at = (uint64_t)archive_filter_bytes(u->a, -1);
	note(u, 0, u->at);
	return rc == ARCHIVE_EOF ? NKX_WHY_NONE : nkx_squash_why(u->a);
}

enum nkx_why nkx_unpack_next(struct nkx_unpack *u, const uint8_t **out, size_t *out_len)
{
	*out = u->out;
	*out_len = 0;
	if (u->ended) {
		return NKX_WHY_NONE;
	}
	return u->gzip ? next_gzip(u, out_len) : next_other(u, out, out_len);
}

void nkx_unpack_claim(struct nkx_unpack *u, uint64_t most)
{
	for (size_t i = 0; i < u->n_ranges; i++) {
		const struct nkx_range r = u->ranges[i];
		const uint64_t to = r.to < most ? r.to : most;

		nkx_claimed(u->w, r.from, to > r.from ? to - r.from : 0);
	}
}

void nkx_unpack_close(struct nkx_unpack **unpack)
{
	struct nkx_unpack *u = *unpack;

	*unpack = NULL;
	if (u == NULL) {
		return;
	}
	if (u->gzip) {
		(void)inflateEnd(&u->z);
	} else {
		nkx_squash_close(&u->q, &u->a);
	}
	free(u->ranges);
	explicit_bzero(u, sizeof(*u));
	free(u);
}
