/*
 * nkscan.h: finds known texts in bytes. A library of its own: libc only, no other header of this house.
 *
 * Version 0 is the simple exact form: patterns are given as UTF-8 and looked
 * for in UTF-8, CP932, UTF-16LE and UTF-16BE, streamed, across chunk borders.
 * The full scanner (folding, containers, detectors) replaces what is behind
 * this header later; the calls stay.
 *
 * Patterns are personal data: the index keeps them in memory that is wiped by
 * nko_index_free. Findings carry the pattern's number and place, never its text.
 * An index may be used by several threads at once, a scan by one.
 */
#ifndef NKSCAN_H
#define NKSCAN_H

#include <stddef.h>
#include <stdint.h>

#define NKO_VERSION 0
/* Shortest run of bytes that is looked for: below it random bytes (ciphertext) would match by chance. Longest text of
 * a pattern. */
#define NKO_MIN_BYTES 6
#define NKO_MAX_BYTES 1024

enum nko_encoding { NKO_UTF8, NKO_CP932, NKO_UTF16LE, NKO_UTF16BE, NKO_ENCODING_COUNT };
enum nko_status {
	NKO_OK,
	NKO_NOMEM,
	NKO_LIMIT,
	NKO_BAD_TEXT,
	NKO_PARTIAL, /* added, but shorter than NKO_MIN_BYTES in one encoding or more, and not looked for in those */
	NKO_UNAVAILABLE, /* this system's iconv does not know CP932 */
};

struct nko_index;
struct nko_scan;

struct nko_finding {
	uint32_t pattern; /* as given to nko_index_add */
	enum nko_encoding encoding;
	uint64_t offset; /* of its first byte in the stream */
	uint32_t length; /* bytes */
};

/* Called for each finding in order of offset, longer ones first where several begin at one byte; non-zero ends the
 * scan. */
typedef int nko_finding_fn(void *arg, const struct nko_finding *finding);

/* nko_version: "0.1.0", static. nko_encoding_name: "utf-8" and so on, static. */
const char *nko_version(void);
const char *nko_encoding_name(enum nko_encoding encoding);

/* nko_index_new: empty. NKO_UNAVAILABLE, NKO_NOMEM. */
enum nko_status nko_index_new(struct nko_index **out);
/*
 * nko_index_add: a text of at least 6 bytes of UTF-8 (NKO_LIMIT below: too short to mean anybody, or above
 * NKO_MAX_BYTES). Texts that CP932 cannot write are looked for in the other encodings only. Texts without any
 * non-ASCII byte are looked for once for UTF-8 and CP932 (findings say UTF-8). NKO_PARTIAL: two kanji are 6 bytes of
 * UTF-8 and 4 of CP932 and UTF-16, so they are looked for in UTF-8 alone. NKO_BAD_TEXT: not UTF-8. One number may be
 * given to several texts.
 */
enum nko_status nko_index_add(struct nko_index *index, uint32_t pattern, const char *utf8, size_t len);
/* nko_index_seal: builds the search structure; no adds after it. NKO_NOMEM. */
enum nko_status nko_index_seal(struct nko_index *index);
/* nko_index_free: wipes all patterns; accepts NULL. */
void nko_index_free(struct nko_index **index);

/* nko_scan_new: over a sealed index, which must outlive it. */
enum nko_status nko_scan_new(const struct nko_index *index, nko_finding_fn *fn, void *arg, struct nko_scan **out);
/* nko_scan_feed: the next bytes of the stream, of any length. NKO_NOMEM. After `fn` ended the scan it does nothing.
 */
enum nko_status nko_scan_feed(struct nko_scan *scan, const void *bytes, size_t len);
/* nko_scan_end: the stream is at its end; reports what is left. The scan is then empty, and may be fed another stream
 * from offset 0. */
enum nko_status nko_scan_end(struct nko_scan *scan);
void nko_scan_free(struct nko_scan **scan);

/* nko_encode: the bytes of a text in an encoding; *out_len 0 when the encoding cannot write it. Room: 4 × len is
 * enough (NKO_LIMIT else). */
enum nko_status nko_encode(
	enum nko_encoding to, const char *utf8, size_t len, uint8_t *out, size_t room, size_t *out_len);

#endif
