/*
 * nkx_work.h: one item being looked through, as the files of pool/ see it. Openers include nkx_open.h only.
 *
 * A work is a stack of levels (sources inside sources) and a stack of open streams. Each level has one stream of its
 * own (the container itself, to which unclaimed ranges are given); openers begin others on top. Where bytes and ends
 * go is the sink's matter: the worker's sink scans and sends messages, the tests' sink keeps texts. Invariant:
 * whatever an opener does, every stream that was begun is ended once, with a state.
 */
#ifndef NKX_WORK_H
#define NKX_WORK_H

#include "nkx_open.h"

#include <iconv.h>
#include <locale.h>

enum {
	NKX_CHARSETS = 8,
	NKX_SLOTS = 48, /* open streams at once: two a level, and the item's */
	NKX_DEPTH_MAX = 20, /* whatever the limits say: levels recurse */
	NKX_NAME_MAX = 2048, /* of one component of a path */
	NKX_PATH_CUT = 3072, /* above this a path is shortened in the middle */
	NKX_PATH_MAX = 8192,
	NKX_HEAD = 4096, /* bytes that are sniffed at */
	NKX_CHUNK = 262144, /* bytes that are read from a source at a time */
	NKX_PART_HEAD = 65536 /* first bytes of a stream that its later parts are shown */
};

struct nkx_stream_end {
	uint32_t number;
	const char *format;
	enum nkx_state state;
	enum nkx_why why;
	uint64_t bytes, skipped;
	uint64_t out, entries; /* of the budgets, used so far */
	struct nks_summary sum;
};

/* Where things go. false: stop everything. `slot`: place in the stack of open streams. */
struct nkx_sink {
	void *arg;
	/* name: looks through the name of the stream that is begun next; writes it with findings masked. */
	bool (*name)(void *arg, const char *name, char *masked, size_t room);
	/* begin: `path` is that inside the item, or, of number 0, the item's name as it may be shown. */
	bool (*begin)(void *arg, unsigned slot, uint32_t number, const char *path, const char *format);
	/* scan … scan_end: one run of bytes of the stream in that slot; there may be several, one after another. */
	bool (*scan)(void *arg, unsigned slot, const struct nks_stream *stream);
	bool (*feed)(void *arg, unsigned slot, const void *bytes, size_t len);
	bool (*scan_end)(void *arg, unsigned slot, struct nks_summary *out);
	bool (*end)(void *arg, unsigned slot, const struct nkx_stream_end *end);
	enum nkx_why (*pdf)(void *arg, const uint8_t *pdf, size_t len, char **out, size_t *out_len);
	/* progress: called often; false: the time is over. */
	bool (*alive)(void *arg, uint64_t bytes);
};

struct nkx_range {
	uint64_t from, to;
};

struct nkx_slot {
	uint32_t number;
	const char *format;
	bool scanning, named;
	uint64_t bytes, skipped;
	struct nks_summary sum;
	char *path; /* masked */
};

struct nkx_level {
	struct nkx_level *up;
	const struct nkx_source *source; /* NULL: bytes that go by */
	unsigned slot; /* of its own stream */
	enum nkx_why why; /* the first reason why it is not whole */
	bool plain; /* opened as text or binary */
	unsigned children; /* streams and sources that came out of it */
	struct nkx_range *claims;
	size_t n_claims, room_claims;
	uint64_t hash;
	bool hashed;
};

/* A piece of an item: entries [first, first + count) of a long archive, or bytes of a long plain file. */
struct nkx_part {
	bool is_part;
	uint32_t index, of;
	uint64_t from, to;
};
/* How an item may be cut in pieces; an opener that could be cut fills it in instead of opening (only when asked). */
enum { NKX_CUTS_MAX = 8192 };
struct nkx_cut {
	bool asked; /* may be cut: it is the item itself */
	bool wanted; /* the opener wants pieces and has opened nothing */
	uint32_t n;
	uint64_t at[NKX_CUTS_MAX + 1]; /* piece i is [at[i], at[i + 1]) */
};

/* A file as it was when it was submitted, or, without a pool, when its work began. */
struct nkx_stamp {
	bool known;
	uint64_t size;
	int64_t sec, nsec, change_sec, change_nsec;
};

struct nkx_work {
	const struct nkx_sink *sink;
	struct nkx_limits limits;
	struct nkx_level *level; /* the innermost */
	unsigned depth; /* of levels: 1 for the item itself */
	struct nkx_slot slots[NKX_SLOTS];
	unsigned n_slots;
	uint32_t next_number;
	uint64_t total_out, entries, held, read;
	uint64_t size; /* of the item, or a piece's share of it: so much may be fed without having been unpacked */
	bool read_failed; /* a read of the item's file did: what is missing is not its end */
	enum nkx_why stop; /* nothing more is looked at, for this reason */
	bool gone; /* the sink does not want more */
	struct nkx_part part;
	struct nkx_cut *cut;
	uint8_t *chunk; /* NKX_CHUNK */
	locale_t locale, locale_before;
	iconv_t charsets[NKX_CHARSETS]; /* kept open, so that libarchive finds them loaded */
	struct nkx_stamp stamp;
	const uint32_t *skips; /* numbers of streams that ended a worker before, and why that was */
	const uint32_t *skip_whys;
	uint32_t n_skips;
	enum nkx_why lost; /* the item could not be opened at all, for this reason */
	bool raw; /* carve, never open */
};

/* nkx_work_init: limits with 0 for defaults. nkx_work_done: frees. */
bool nkx_work_init(struct nkx_work *w, const struct nkx_sink *sink, const struct nkx_limits *limits);
void nkx_work_done(struct nkx_work *w);
/* nkx_limits_default: fills in what is 0. */
void nkx_limits_default(struct nkx_limits *limits);
/* nkx_total_out: the limit of an item of that size. nkx_out_used: what w has used of it: bytes that came out of
 * containers, or text that openers made beyond what they were given. */
uint64_t nkx_total_out(const struct nkx_limits *limits, uint64_t size);
uint64_t nkx_out_used(const struct nkx_work *w);
/* nkx_work_item: looks through one whole item (or a part of it, w->part). `name` is given to the sniffers. All
 * budgets begin anew, for each piece too: how much the pieces of one item used together is added up by the parent,
 * which stops at the limit. apart: the name is not looked through. When w->cut says "wanted" afterwards nothing but
 * the item's own stream was reported. */
struct nkx_item_source {
	struct nkx_source source;
	const char *name;
	bool raw, name_apart;
	uint64_t size; /* of the whole item, for budgets */
	struct nkx_stamp stamp; /* of its file when it was submitted */
};
void nkx_work_item(struct nkx_work *w, const struct nkx_item_source *item);

/* nkx_may_cut: whether the source at hand is the item itself and may be cut in pieces. nkx_is_piece: whether only
 * w->part of it is wanted. */
static inline bool nkx_may_cut(const struct nkx_work *w)
{
	return w->cut != NULL && w->cut->asked && w->depth == 1;
}
static inline bool nkx_is_piece(const struct nkx_work *w)
{
	return w->part.is_part && w->depth == 1;
}

/* For the files of pool/ and the plain openers. */

/* nkx_level_open: sniffs a source and walks it as a new level named `name` in the one at hand. head/len: the first
 * bytes. */
struct nkx_open_args {
	const char *name;
	const char *hint;
	enum nkx_why why; /* known already: it is not whole */
	bool apart;
};
bool nkx_level_open(struct nkx_work *w, const struct nkx_source *source, const struct nkx_open_args *args);
/* nkx_level_nested: the same for what was found inside another: checks depth and cycles first. */
bool nkx_level_nested(struct nkx_work *w, const struct nkx_source *source, const struct nkx_open_args *args);
/* nkx_stamp_of: of the file behind a source. nkx_missing: why a read of it came back short: the file has changed, or
 * could not be read. */
enum nkx_why nkx_missing(const struct nkx_source *s);
struct nkx_stamp nkx_stamp_of(const struct nkx_source *s);
/* nkx_is_plain: text or binary, which need no source. */
bool nkx_is_plain(const struct nkx_format *format);
/* nkx_level_push, nkx_level_stream_end: begins and ends a level. nkx_level_stream: one whose bytes go by: its own
 * stream only. */
bool nkx_level_stream(struct nkx_work *w, struct nkx_level *level, const char *name, const char *format);
bool nkx_level_push(
	struct nkx_work *w, struct nkx_level *level, const struct nkx_open_args *args, const char *format);
void nkx_level_stream_end(struct nkx_work *w, enum nkx_state state, enum nkx_why why);
/* nkx_slot_top: the stream at hand. nkx_slot_scan: begins a run of bytes in it; nkx_slot_stop ends it. */
struct nkx_slot *nkx_slot_top(struct nkx_work *w);
bool nkx_slot_scan(struct nkx_work *w, const struct nks_stream *stream);
void nkx_slot_stop(struct nkx_work *w);
/* nkx_slot_skip: why the stream at hand is not to be looked at: it ended a worker before. NONE: no reason. */
enum nkx_why nkx_slot_skip(struct nkx_work *w);
/* nkx_slot_end: the stream at hand ends when an opener began it; the level's own one goes on. */
void nkx_slot_end(struct nkx_work *w, enum nkx_state state, enum nkx_why why);
/* nkx_feed_range: [at, at + len) of a source into the stream at hand, as one run or, where the file has large holes,
 * several. `run` says kind, base and so on of the first; base is that of byte `at`. false: it could not be read whole
 * (noted). */
bool nkx_feed_range(struct nkx_work *w, const struct nkx_source *s, uint64_t at, uint64_t len, struct nks_stream run);
/* nkx_gaps: what nobody claimed of the level's source, carved into its own stream. */
void nkx_gaps(struct nkx_work *w);
/* nkx_is_cycle: whether the source is, byte for byte, one of those that it lies in. */
bool nkx_is_cycle(struct nkx_work *w, const struct nkx_source *source);

/* Table of formats. nkx_format_at: in order of formats.rows, NULL behind the last. nkx_format_named: NULL: none. */
const struct nkx_format *nkx_format_at(size_t i);
const struct nkx_format *nkx_format_named(const char *name);
/* nkx_sniff: the best format for these first bytes but not the first `skip` best ones; never NULL while skip is 0. */
struct nkx_sniffed {
	const uint8_t *head;
	size_t len;
	uint64_t size;
	const char *name;
	const char *hint;
};
const struct nkx_format *nkx_sniff(const struct nkx_sniffed *what, unsigned skip);

/* nkx_utf8_clean: copies a name, controls and what is not UTF-8 as U+FFFD; cut at room. */
void nkx_utf8_clean(const char *name, char *out, size_t room);

#endif
