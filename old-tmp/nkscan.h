/*
 * nkscan.h: finds known texts in bytes. A library of its own: libc only, no other header of this house.
 *
 * Version 0 is the simple exact form: patterns are given as UTF-8 and looked
 * for in UTF-8, CP932, UTF-16LE and UTF-16BE, streamed, across chunk borders.
 * The full scanner (folding, containers, detectors) replaces what is behind
 * this header later; the calls stay.
 *
 * Patterns are personal data: the index keeps them in memory that is wiped by
 * nks_index_free. Findings carry the pattern's number and place, never its text.
 * An index may be used by several threads at once, a scan by one.
 */
#ifndef NKSCAN_H
#define NKSCAN_H

#include <stddef.h>
#include <stdint.h>

#define NKS_VERSION 0
/* Shortest run of bytes that is looked for: below it random bytes (ciphertext) would match by chance. Longest text of
 * a pattern. */
#define NKS_MIN_BYTES 6
#define NKS_MAX_BYTES 1024

enum nks_encoding { NKS_UTF8, NKS_CP932, NKS_UTF16LE, NKS_UTF16BE, NKS_ENCODING_COUNT };
enum nks_status {
	NKS_OK,
	NKS_NOMEM,
	NKS_LIMIT,
	NKS_BAD_TEXT,
	NKS_PARTIAL, /* added, but shorter than NKS_MIN_BYTES in one encoding or more, and not looked for in those */
	NKS_UNAVAILABLE, /* this system's iconv does not know CP932 */
};

struct nks_index;
struct nks_scan;

struct nks_finding {
	uint32_t pattern; /* as given to nks_index_add */
	enum nks_encoding encoding;
	uint64_t offset; /* of its first byte in the stream */
	uint32_t length; /* bytes */
};

/* Called for each finding in order of offset, longer ones first where several begin at one byte; non-zero ends the
 * scan. */
typedef int nks_finding_fn(void *arg, const struct nks_finding *finding);

/* nks_version: "0.1.0", static. nks_encoding_name: "utf-8" and so on, static. */
const char *nks_version(void);
const char *nks_encoding_name(enum nks_encoding encoding);

/* nks_index_new: empty. NKS_UNAVAILABLE, NKS_NOMEM. */
enum nks_status nks_index_new(struct nks_index **out);
/*
 * nks_index_add: a text of at least 6 bytes of UTF-8 (NKS_LIMIT below: too short to mean anybody, or above
 * NKS_MAX_BYTES). Texts that CP932 cannot write are looked for in the other encodings only. Texts without any
 * non-ASCII byte are looked for once for UTF-8 and CP932 (findings say UTF-8). NKS_PARTIAL: two kanji are 6 bytes of
 * UTF-8 and 4 of CP932 and UTF-16, so they are looked for in UTF-8 alone. NKS_BAD_TEXT: not UTF-8. One number may be
 * given to several texts.
 */
enum nks_status nks_index_add(struct nks_index *index, uint32_t pattern, const char *utf8, size_t len);
/* nks_index_seal: builds the search structure; no adds after it. NKS_NOMEM. */
enum nks_status nks_index_seal(struct nks_index *index);
/* nks_index_free: wipes all patterns; accepts NULL. */
void nks_index_free(struct nks_index **index);

/* nks_scan_new: over a sealed index, which must outlive it. */
enum nks_status nks_scan_new(const struct nks_index *index, nks_finding_fn *fn, void *arg, struct nks_scan **out);
/* nks_scan_feed: the next bytes of the stream, of any length. NKS_NOMEM. After `fn` ended the scan it does nothing.
 */
enum nks_status nks_scan_feed(struct nks_scan *scan, const void *bytes, size_t len);
/* nks_scan_end: the stream is at its end; reports what is left. The scan is then empty, and may be fed another stream
 * from offset 0. */
enum nks_status nks_scan_end(struct nks_scan *scan);
void nks_scan_free(struct nks_scan **scan);

/* nks_encode: the bytes of a text in an encoding; *out_len 0 when the encoding cannot write it. Room: 4 × len is
 * enough (NKS_LIMIT else). */
enum nks_status nks_encode(
	enum nks_encoding to, const char *utf8, size_t len, uint8_t *out, size_t room, size_t *out_len);

#endif
