/*
 * mime.h: mail messages (RFC 5322, MIME) for the files mime_*.c and fmt_mail.c.
 */
#ifndef NKX_MIME_H
#define NKX_MIME_H

#include "base.h"

#include "mime_charset.h"

enum { NKX_MIME_LINE = 16384, NKX_MIME_HEAD = 262144, NKX_MIME_DEPTH = 32 };

/* Lines of a source; one that is longer than NKX_MIME_LINE comes in pieces. */
struct nkx_lines {
	const struct nkx_source *s;
	uint64_t at; /* of buf[0] in the source */
	size_t from, n; /* bytes in buf not given yet: [from, n) */
	bool middle; /* the last piece did not end its line */
	uint8_t buf[4 * NKX_MIME_LINE];
};
struct nkx_line {
	const uint8_t *p; /* with its line end */
	size_t len;
	uint64_t at; /* in the source */
	bool starts; /* begins a line */
};
/* nkx_line_next: the next one, valid until the next call. false: end, or the source failed. */
bool nkx_line_next(struct nkx_lines *l, struct nkx_line *out);
/* nkx_line_trim: its length without the line end and blanks before it. */
size_t nkx_line_trim(const struct nkx_line *line);
/* nkx_line_is_from: "From somebody Thu Jan  1 00:00:00 2026": the line between messages of an mbox. */
bool nkx_line_is_from(const uint8_t *p, size_t len);
/* nkx_line_is_field: "Name: …"; returns the length of the name, 0: none. */
size_t nkx_line_is_field(const uint8_t *p, size_t len);

enum nkx_mime_coding { NKX_MIME_PLAIN, NKX_MIME_BASE64, NKX_MIME_QUOTED, NKX_MIME_UU };
enum nkx_mime_kind { NKX_MIME_TEXT, NKX_MIME_HTML, NKX_MIME_MULTI, NKX_MIME_MESSAGE, NKX_MIME_FILE, NKX_MIME_SECRET };

/* What a block of headers says about its body. */
struct nkx_mime_info {
	enum nkx_mime_kind kind;
	enum nkx_mime_coding coding;
	char boundary[256];
	char name[512]; /* UTF-8; "": none */
};
/* nkx_mime_headers: reads a block of headers, and puts it decoded as lines through `t` (NULL: not). */
void nkx_mime_headers(const uint8_t *block, size_t len, struct nkx_mime_info *out, struct nkx_text *t);

/* Un-coding of bodies, in pieces. */
struct nkx_mime_decoder {
	enum nkx_mime_coding coding;
	uint32_t bits;
	unsigned n_bits;
	bool done; /* base64: "=" came; uuencode: "end" */
	uint8_t tail[64]; /* quoted: what waits for the rest of its line */
	size_t n_tail;
};
/* nkx_mime_decode: out has room for len + 64 bytes; returns how many it wrote. `end`: nothing follows. */
size_t nkx_mime_decode(struct nkx_mime_decoder *d, const uint8_t *in, size_t len, bool end, uint8_t *out);

/* nkx_mime_read: walks a message and all its parts. */
enum nkx_why nkx_mime_read(struct nkx_work *w, const struct nkx_source *s);

#endif
