/*
 * nks_scan_int.h: a scan from the inside: scan.c takes the stream apart, scan_look.c shows its blocks to the
 * consumers, scan_found.c puts their findings in order.
 */
#ifndef NKS_SCAN_INT_H
#define NKS_SCAN_INT_H

#include "nks_decode.h"
#include "nks_layout.h"

enum { NKS_DEPTHS = 3 }; /* the text itself, escaped text in it, escaped text in that */

/* Where an encoding goes on in the next block. */
struct nks_resume {
	uint64_t at;
	uint8_t mode;
	bool known;
};

struct nks_found {
	struct nks_finding f;
	uint32_t order; /* in which it was found */
	uint32_t look; /* by which reading of the bytes */
	uint64_t inner, inner_end; /* where in the bytes that were read: those of an escape all have the place of the escape */
};

struct nks_scan {
	struct nks_options options;
	struct nks_detect_options detect;
	nks_finding_fn *fn;
	void *arg;
	struct nks_matcher *matcher; /* NULL without an index */
	struct nks_block block[NKS_DEPTHS];
	struct nks_layout *layout[NKS_ENCODING_COUNT]; /* made when first needed */
	bool laid[NKS_ENCODING_COUNT]; /* begun for this stream */
	struct nks_span *spans, *windows; /* NKS_SPANS each: of a carver; of what is undecodable */
	struct nks_carver *carver;
	nks_unit *folded;

	struct nks_stream stream;
	bool begun, guessed;
	struct nks_guess guess;
	struct nks_resume resume[NKS_ENCODING_COUNT];
	uint8_t *window; /* own copy of what is being looked through */
	const uint8_t *buf; /* bytes of the stream from offset buf_base on: the window, or where the caller has them */
	size_t fill;
	uint64_t buf_base;
	uint64_t at; /* first byte that is not looked through */
	uint64_t rows_before; /* line ends before stream.from */
	enum nks_status status;
	struct nks_summary summary;

	struct nks_found *found;
	size_t n_found, found_room;
	uint32_t looks; /* readings so far */
	const struct nks_text *text; /* being looked through, for rules */
};

/* How a block is shown. */
struct nks_look {
	uint64_t from, to; /* offsets between which findings begin */
	bool first, last, carved;
	enum nks_via via;
	unsigned depth;
	struct nks_layout *layout;
};
/* nks_scan_look: the decoded block to all consumers; false: stop, s->status says why. */
bool nks_scan_look(struct nks_scan *s, struct nks_block *b, const struct nks_look *look);
/* nks_scan_hit: an nks_emit_fn whose argument is the scan. */
bool nks_scan_hit(void *scan, const struct nks_text *text, const struct nks_hit *hit);
/* nks_scan_report: sorts what was found, drops what was found twice, calls the caller's function. */
bool nks_scan_report(struct nks_scan *s);

#endif
