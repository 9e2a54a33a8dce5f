/*
 * scan.c: a stream of bytes in blocks: guessed, decoded, shown, reported.
 *
 * A group is the bytes [at, to) that are looked through at one time, in one encoding or in several; around it lie
 * bytes that are decoded too, as context. Invariant: each finding begins in exactly one group. What a decided
 * encoding cannot read is looked through in all the others, with the bytes around it.
 */
#include "nks_scan_int.h"

#include <stdlib.h>
#include <string.h>

enum {
	WINDOW = 512 * 1024,
	GUESS = 64 * 1024,
	ONE_MAX = 96 * 1024, /* bytes of a group in one encoding; units end it earlier */
	MANY_MAX = 28 * 1024, /* bytes of a group in several */
	CONTEXT = 1024, /* bytes around a group in several */
	AROUND = 512, /* bytes around what is undecodable */
	TAIL_MAX = 4096, /* bytes of the tail in one encoding */
	KEEP = 8192 + 2 * NKS_STEP, /* bytes that are kept before `at` */
	MARGIN = 64,
	IN_PLACE = 128 * 1024, /* bytes of one feed from which on they are looked through where they lie */
	COPY_MAX = 128 * 1024,
	HEAD_MAX = 16 * 1024,
	NO_PHASES = 1 << 16, /* beside bits of encodings */
};

enum nks_status nks_scan_new(const struct nks_options *options, nks_finding_fn *fn, void *arg, struct nks_scan **out)
{
	struct nks_scan *s = calloc(1, sizeof(*s));
	bool good = s != NULL;

	*out = NULL;
	for (unsigned d = 0; good && d < NKS_DEPTHS; d++) {
		good = nks_block_init(&s->block[d]);
	}
	if (good) {
		s->options = *options;
		s->detect = (struct nks_detect_options){ options->classes, options->number_forms,
			options->n_number_forms };
		s->fn = fn;
		s->arg = arg;
		s->window = malloc(WINDOW);
		s->buf = s->window;
		s->spans = malloc(NKS_SPANS * sizeof(*s->spans));
		s->windows = malloc(NKS_SPANS * sizeof(*s->windows));
		s->folded = malloc(NKS_BLOCK * sizeof(nks_unit));
		s->carver = nks_carver_new();
		good = s->window != NULL && s->spans != NULL && s->windows != NULL && s->folded != NULL &&
			s->carver != NULL;
	}
	if (good && options->index != NULL) {
		good = nks_matcher_new(options->index, &s->matcher) == NKS_OK;
	}
	if (!good) {
		nks_scan_free(&s);
		return NKS_NOMEM;
	}
	*out = s;
	return NKS_OK;
}

void nks_scan_free(struct nks_scan **scan)
{
	struct nks_scan *const s = *scan;

	if (s == NULL) {
		return;
	}
	for (unsigned d = 0; d < NKS_DEPTHS; d++) {
		nks_block_done(&s->block[d]);
	}
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		nks_layout_free(&s->layout[e]);
	}
	nks_matcher_free(&s->matcher);
	nks_carver_free(&s->carver);
	if (s->window != NULL) {
		explicit_bzero(s->window, WINDOW);
	}
	if (s->folded != NULL) {
		explicit_bzero(s->folded, NKS_BLOCK * sizeof(nks_unit));
	}
	free(s->window);
	free(s->spans);
	free(s->windows);
	free(s->folded);
	free(s->found);
	free(s);
	*scan = NULL;
}

enum nks_status nks_scan_begin(struct nks_scan *s, const struct nks_stream *stream)
{
	s->stream = *stream;
	s->begun = true;
	s->guessed = false;
	memset(s->resume, 0, sizeof(s->resume));
	memset(s->laid, 0, sizeof(s->laid));
	memset(&s->summary, 0, sizeof(s->summary));
	s->fill = 0;
	s->buf_base = stream->base;
	s->at = stream->base;
	s->rows_before = 0;
	s->n_found = 0;
	s->status = NKS_OK;
	return NKS_OK;
}

/* The units of the stream's beginning, for a layout of a part of it. */
static size_t head_units(struct nks_scan *s, enum nks_encoding encoding)
{
	struct nks_block *const b = &s->block[NKS_DEPTHS - 1];
	const size_t len = s->stream.head_len < HEAD_MAX ? s->stream.head_len : HEAD_MAX;

	if (s->stream.head == NULL || s->stream.base == 0) {
		return 0;
	}
	nks_block_reset(b, encoding, s->stream.head, len, 0);
	(void)nks_block_take(b, 0, len, 0);
	nks_block_seal(b);
	return b->n;
}

/* The layout of an encoding, begun for this stream; NULL when there is no memory for it, s->status says so. */
static struct nks_layout *layout_of(struct nks_scan *s, enum nks_encoding encoding)
{
	if (s->layout[encoding] == NULL && nks_layout_new(&s->layout[encoding]) != NKS_OK) {
		s->status = NKS_NOMEM;
		return NULL;
	}
	if (!s->laid[encoding]) {
		const size_t n = head_units(s, encoding);
		nks_layout_begin(
			s->layout[encoding], s->stream.kind == NKS_KIND_TABLE, s->block[NKS_DEPTHS - 1].u, n);
		s->laid[encoding] = true;
	}
	return s->layout[encoding];
}

static void guess(struct nks_scan *s, bool final)
{
	const bool has_head = s->stream.head != NULL && s->stream.head_len > 0;
	const uint8_t *const bytes = has_head ? s->stream.head : s->buf;
	const size_t len = has_head ? s->stream.head_len : s->fill;
	const size_t used = len < GUESS ? len : GUESS;

	s->guessed = true;
	if (s->stream.kind == NKS_KIND_TEXT || s->stream.kind == NKS_KIND_TABLE) {
		s->guess = (struct nks_guess){ .decided = true, .encoding = NKS_UTF8, .candidates = 1U << NKS_UTF8 };
	} else if (s->stream.kind == NKS_KIND_BINARY) {
		s->guess = (struct nks_guess){ .binary = true };
	} else {
		nks_guess_of(bytes, used, used == len && (has_head ? len < GUESS : final), &s->guess);
	}
	s->summary.carved = s->guess.binary;
}

/* Where a character of the encoding begins, at `at` or a little behind. */
static size_t synced(const struct nks_scan *s, enum nks_encoding encoding, size_t at)
{
	const size_t end = s->fill - at < AROUND ? s->fill : at + AROUND;

	if (encoding == NKS_UTF16LE || encoding == NKS_UTF16BE) {
		return at + (size_t)((s->buf_base + at) % 2);
	}
	if (s->buf_base + at == 0) {
		return at;
	}
	for (size_t i = at; i < end; i++) {
		const uint8_t b = s->buf[i];
		if (encoding == NKS_UTF8 ? (b & 0xc0) != 0x80 : encoding == NKS_JIS ? b == 0x1b : b < 0x40) {
			return i;
		}
		if (encoding == NKS_JIS && b == '\n') {
			return i + 1;
		}
	}
	return at;
}

/* Decodes into block 0 from where this encoding goes on, `max` bytes from `at` on; returns where it ended, *out_begin
 * where it began. */
static size_t decode(struct nks_scan *s, enum nks_encoding encoding, size_t max, bool final, size_t *out_begin)
{
	struct nks_block *const b = &s->block[0];
	const struct nks_resume *const r = &s->resume[encoding];
	const size_t at = (size_t)(s->at - s->buf_base);
	const size_t before = at < CONTEXT ? 0 : at - CONTEXT;
	const bool known = r->known && r->at >= s->buf_base && r->at <= s->at;
	const size_t begin = known ? (size_t)(r->at - s->buf_base) : synced(s, encoding, before);

	nks_block_reset(b, encoding, s->buf, s->fill, s->buf_base);
	b->final = final;
	*out_begin = begin;
	if (begin >= s->fill) {
		return s->fill;
	}
	const size_t stop = s->fill - at < max ? s->fill : at + max;
	return nks_block_take(b, begin, stop, known ? r->mode : 0);
}

static void remember(struct nks_scan *s, const struct nks_block *b, uint64_t to)
{
	const size_t at = (size_t)(to - s->buf_base);
	const struct nks_mark mark = nks_block_resume(b, nks_block_unit(b, at), at);

	s->resume[b->encoding] = (struct nks_resume){ s->buf_base + mark.at, mark.mode, b->n_marks > 0 };
}

/* A group ends where the part begins or ends that is asked for, so that rows can be counted. */
static uint64_t at_border(const struct nks_scan *s, uint64_t to)
{
	if (s->at < s->stream.from && s->stream.from < to) {
		return s->stream.from;
	}
	return s->stream.to != 0 && s->at < s->stream.to && s->stream.to < to ? s->stream.to : to;
}

/* One look of a carver over the spans `within`. */
static bool carve(struct nks_scan *s, enum nks_carve how, const struct nks_span *within, size_t n_within,
	const struct nks_look *look)
{
	struct nks_block *const b = &s->block[0];
	const size_t n = nks_carve_find(s->carver, how, s->buf, within, n_within, s->buf_base, s->spans);

	if (n == 0) {
		return true;
	}
	nks_block_reset(b, nks_carve_encoding(how), s->buf, s->fill, s->buf_base);
	b->cut = true;
	for (size_t i = 0; i < n; i++) {
		(void)nks_block_take(b, s->spans[i].at, s->spans[i].stop, 0);
	}
	return nks_scan_look(s, b, look);
}

static bool is_odd_phase(enum nks_carve how)
{
	return how == NKS_CARVE_CP932_ODD || how == NKS_CARVE_EUCJP_ODD || how == NKS_CARVE_CP932_REST ||
		how == NKS_CARVE_EUCJP_REST;
}

/* Every look but those of the encodings in `without`; with NO_PHASES not in their other phases either. */
static bool carve_all(
	struct nks_scan *s, const struct nks_span *within, size_t n, uint32_t without, struct nks_look look)
{
	const bool carved = look.carved;

	if (n == 0) {
		return true;
	}
	nks_carve_begin(s->carver, s->buf, (struct nks_span){ within[0].at, within[n - 1].stop });
	for (unsigned how = 0; how < NKS_CARVE_COUNT; how++) {
		const enum nks_encoding encoding = nks_carve_encoding((enum nks_carve)how);
		const bool phase = is_odd_phase((enum nks_carve)how);
		const bool known = ((without >> encoding) & 1) != 0;
		if (known && !phase) {
			(void)nks_carve_find(
				s->carver, (enum nks_carve)how, s->buf, within, n, s->buf_base, s->spans);
		}
		if (known && (!phase || (without & NO_PHASES) != 0)) {
			continue;
		}
		look.carved = carved || phase;
		if (!carve(s, (enum nks_carve)how, within, n, &look)) {
			return false;
		}
	}
	return true;
}

/* What the decided encoding cannot read, with the bytes around it, into `out`. */
static size_t odd_windows(const struct nks_block *b, size_t begin, size_t end, struct nks_span *out)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_odds; i++) {
		if (b->odds[i].stop <= begin) {
			continue;
		}
		const size_t at = b->odds[i].at < begin + AROUND ? begin : b->odds[i].at - AROUND;
		const size_t stop =
			end - b->odds[i].stop < AROUND || b->odds[i].stop > end ? end : b->odds[i].stop + AROUND;
		if (n > 0 && at <= out[n - 1].stop) {
			out[n - 1].stop = stop;
		} else {
			out[n++] = (struct nks_span){ at, stop };
		}
	}
	return n;
}

static bool has_nul(const struct nks_scan *s, const struct nks_span *within, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (memchr(s->buf + within[i].at, 0, within[i].stop - within[i].at) != NULL) {
			return true;
		}
	}
	return false;
}

/* The end of a group in one encoding: NKS_TAIL units before what is decoded, or some bytes. */
static uint64_t end_of_one(const struct nks_scan *s, const struct nks_block *b, size_t end)
{
	const size_t unit = b->n > NKS_TAIL ? b->n - NKS_TAIL : 0;
	size_t to = nks_block_at(b, unit);

	to = end > TAIL_MAX && to + TAIL_MAX < end ? end - TAIL_MAX : to;
	return s->buf_base + to > s->at ? s->buf_base + to : s->buf_base + end;
}

/* A group in the encoding that was decided on. */
static bool group_of_one(struct nks_scan *s, bool final)
{
	struct nks_block *const b = &s->block[0];
	const bool strict = s->stream.kind == NKS_KIND_UNKNOWN;
	size_t begin = 0;
	size_t end = decode(s, s->guess.encoding, ONE_MAX, final, &begin);

	if (strict && b->n_odds > 0 && s->buf_base + end - s->at > MANY_MAX) {
		end = decode(s, s->guess.encoding, MANY_MAX, final, &begin);
	}
	const bool last = final && end >= s->fill;
	const uint64_t to = at_border(s, last ? s->buf_base + s->fill : end_of_one(s, b, end));
	struct nks_look look = { .from = s->at,
		.to = to,
		.first = s->at == 0,
		.last = last && to == s->buf_base + s->fill,
		.layout = layout_of(s, s->guess.encoding) };
	remember(s, b, to);
	if (s->status != NKS_OK || !nks_scan_look(s, b, &look)) {
		return false;
	}
	const size_t at = (size_t)(s->at - s->buf_base);
	s->at = to;
	if (!strict || b->n_odds == 0) {
		return true;
	}
	begin = begin + CONTEXT < at ? at - CONTEXT : begin;
	const size_t n = odd_windows(b, begin, end, s->windows);
	look.layout = NULL;
	look.carved = has_nul(s, s->windows, n);
	return carve_all(s, s->windows, n, UINT32_C(1) << s->guess.encoding, look);
}

/* One of several encodings over the whole group. */
static bool look_whole(struct nks_scan *s, enum nks_encoding encoding, bool final, size_t stop, struct nks_look look)
{
	struct nks_block *const b = &s->block[0];
	const size_t at = (size_t)(s->at - s->buf_base);
	size_t begin = 0;

	(void)decode(s, encoding, stop - at, final, &begin);
	remember(s, b, look.to);
	look.carved = encoding != s->guess.encoding && b->n_odds > 0;
	look.layout = layout_of(s, encoding);
	return s->status == NKS_OK && nks_scan_look(s, b, &look);
}

/* A group in several encodings, or carved. */
static bool group_of_many(struct nks_scan *s, bool final)
{
	const size_t at = (size_t)(s->at - s->buf_base);
	const size_t begin = at < CONTEXT ? 0 : at - CONTEXT;
	const size_t stop = s->fill - at < MANY_MAX ? s->fill : at + MANY_MAX;
	const bool last = final && stop == s->fill;
	const uint64_t to = at_border(s, s->buf_base + (last ? stop : stop - CONTEXT));
	const struct nks_span all = { begin, stop };
	const struct nks_look look = { .from = s->at,
		.to = to,
		.first = s->at == 0,
		.last = last && to == s->buf_base + s->fill,
		.carved = s->guess.binary };
	uint32_t whole = 0;

	if (!s->guess.binary) {
		whole = s->guess.candidates | UINT32_C(1) << s->guess.encoding;
		if (!look_whole(s, s->guess.encoding, final, stop, look)) {
			return false;
		}
		for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
			if (((whole >> e) & 1) != 0 && e != s->guess.encoding &&
				!look_whole(s, (enum nks_encoding)e, final, stop, look)) {
				return false;
			}
		}
	}
	const bool good = carve_all(s, &all, 1, whole | NO_PHASES, look);
	s->at = to;
	return good;
}

/* Makes room behind what is still needed. */
static void slide(struct nks_scan *s)
{
	const size_t at = (size_t)(s->at - s->buf_base);

	if (at > KEEP && s->fill > WINDOW - GUESS) {
		const size_t gone = at - KEEP;
		memmove(s->window, s->window + gone, s->fill - gone);
		s->fill -= gone;
		s->buf_base += gone;
	}
}

/* All groups for which there are bytes enough. */
static void go(struct nks_scan *s, bool final)
{
	if (!s->guessed && !final && s->fill < GUESS) {
		return;
	}
	if (!s->guessed) {
		guess(s, final);
	}
	const size_t enough = (s->guess.decided ? (size_t)ONE_MAX : (size_t)MANY_MAX) + MARGIN;
	while (s->status == NKS_OK) {
		const size_t left = (size_t)(s->buf_base + s->fill - s->at);
		if (final ? left == 0 : left < enough) {
			return;
		}
		if (s->stream.to != 0 && s->at >= s->stream.to) {
			s->at = s->buf_base + s->fill;
			return;
		}
		if (!(s->guess.decided ? group_of_one(s, final) : group_of_many(s, final)) || !nks_scan_report(s)) {
			return;
		}
		if (s->at == s->stream.from && s->guess.candidates != 0 && s->laid[s->guess.encoding]) {
			s->rows_before = nks_layout_rows(s->layout[s->guess.encoding]);
		}
	}
}

/* The rest of what the caller feeds, where it lies: `bytes` are from the stream's offset `base` on, all before s->at
 * - KEEP and more is no longer needed. What is needed on is in the window then. */
static void go_in_place(struct nks_scan *s, const uint8_t *bytes, size_t len, uint64_t base)
{
	const size_t first = (size_t)(s->at - KEEP - base);

	s->buf = bytes + first;
	s->buf_base = base + first;
	s->fill = len - first;
	go(s, false);
	const size_t at = (size_t)(s->at - s->buf_base);
	const size_t gone = at > KEEP ? at - KEEP : 0;
	const size_t rest = s->fill - gone < WINDOW ? s->fill - gone : WINDOW; /* more only after an error */
	memcpy(s->window, s->buf + gone, rest);
	s->buf = s->window;
	s->buf_base += gone;
	s->fill = rest;
}

enum nks_status nks_scan_feed(struct nks_scan *s, const void *bytes, size_t len)
{
	const uint64_t base = s->buf_base + s->fill;
	const uint8_t *p = bytes;
	size_t done = 0;

	while (done < len && s->status == NKS_OK) {
		const size_t room = WINDOW - s->fill;
		const bool direct = len - done > IN_PLACE && len < UINT32_MAX;
		const size_t most = direct && room > COPY_MAX ? COPY_MAX : room;
		const size_t n = len - done < most ? len - done : most;
		if (direct && s->guessed && s->at >= base + KEEP) {
			s->summary.bytes += len - done;
			go_in_place(s, p, len, base);
			return s->status;
		}
		memcpy(s->window + s->fill, p + done, n);
		s->fill += n;
		s->summary.bytes += n;
		done += n;
		go(s, false);
		slide(s);
	}
	return s->status;
}

enum nks_status nks_scan_end(struct nks_scan *s, struct nks_summary *out)
{
	if (s->status == NKS_OK) {
		go(s, true);
	}
	if (s->guessed && s->laid[s->guess.encoding]) {
		s->summary.rows = nks_layout_rows(s->layout[s->guess.encoding]) - s->rows_before;
	}
	if (out != NULL) {
		*out = s->summary;
	}
	s->begun = false;
	return s->status;
}
