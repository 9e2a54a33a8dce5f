/*
 * nkx_open.h: what an opener is, inside a worker. One file and one row of formats.rows each.
 *
 * An opener is given a source (bytes at any place), and gives back streams of text or bytes, and further sources
 * that are opened in turn. It is pure computation: it calls nothing of the kernel. All memory comes from malloc under
 * the worker's limit and is freed; a failed allocation is NKX_WHY_MEMORY. Every byte of the source is either given to
 * a stream, or accounted for as structure, or carved: an opener notes the ranges it understood, and the rest is
 * carved by the caller.
 */
#ifndef NKX_OPEN_H
#define NKX_OPEN_H

#include "nkx.h"

/* One item being looked through: budgets, path, where findings go. */
struct nkx_work;

/* Bytes that can be read at any place. Either in memory (`mem` not NULL) or behind a descriptor. */
struct nkx_source {
	const uint8_t *mem;
	int fd;
	uint64_t at; /* of the source's first byte in fd */
	uint64_t size;
	bool *failed; /* set when a read fails that is not the end; NULL: nobody asks */
};
/* nkx_read: exactly len bytes at `at`, or false (end, or the file shrank or failed: the stream is then "partly").
 * nkx_read_some: as many as there are. */
bool nkx_read(const struct nkx_source *s, uint64_t at, void *buf, size_t len);
size_t nkx_read_some(const struct nkx_source *s, uint64_t at, void *buf, size_t len);
/* nkx_source_part: a source inside this one. */
struct nkx_source nkx_source_part(const struct nkx_source *s, uint64_t at, uint64_t size);
/* nkx_load: all of it in memory (at most limits.in_memory): s->mem itself, or *owned allocated (free it). NULL: too
 * large or no memory. */
const uint8_t *nkx_load(struct nkx_work *w, const struct nkx_source *s, uint8_t **owned);

/* Streams. Names are UTF-8 as far as known (nkx_name_utf8 makes them so) and are looked through themselves. A stream
 * may be begun within another only by nkx_nested. */
bool nkx_stream_begin(struct nkx_work *w, const char *name, const char *format, enum nks_kind kind);
bool nkx_stream_feed(struct nkx_work *w, const void *bytes, size_t len); /* false: budget or stop: give up quietly */
void nkx_stream_end(struct nkx_work *w, enum nkx_state state, enum nkx_why why);

/* nkx_not_scanned: something that is there and was not looked at: one stream of state NOT (or PARTLY). */
void nkx_not_scanned(struct nkx_work *w, const char *name, const char *format, enum nkx_why why, uint64_t bytes);
/* nkx_partly: the container at hand was not understood whole: its own stream ends as PARTLY with this reason (the
 * first one given counts). */
void nkx_partly(struct nkx_work *w, enum nkx_why why);

/* nkx_nested: opens what was found inside: sniffed and walked like a file, one level deeper, under `name`. Budgets,
 * depth and the cycle check (hash of the content) are applied here. hint: a row's name when the container knows
 * better than the bytes ("text"), or NULL. */
bool nkx_nested(struct nkx_work *w, const char *name, const struct nkx_source *source, const char *hint);
/* nkx_nested_bytes: the same for bytes that are produced piece by piece (a packed entry): collected in memory up to
 * limits.in_memory when the first bytes are of a format that needs random access, else streamed straight into the
 * scanner. */
struct nkx_pipe;
struct nkx_pipe *nkx_nested_begin(
	struct nkx_work *w, const char *name, uint64_t packed, const char *hint); /* NULL: give up */
bool nkx_nested_feed(struct nkx_pipe *p, const void *bytes, size_t len);
/* nkx_nested_check: a CRC-32 of what is fed is kept (call it before the first feed). nkx_nested_fed: bytes fed so
 * far, and that CRC. */
void nkx_nested_check(struct nkx_pipe *p);
uint64_t nkx_nested_fed(const struct nkx_pipe *p, uint32_t *out_crc);
/* state and why: how the producing ended: a wrong checksum or a cut end is PARTLY. */
void nkx_nested_end(struct nkx_pipe **p, enum nkx_state state, enum nkx_why why);

/* nkx_carve: a range of the source as one binary stream. nkx_claimed: [at, at + len) is understood; what no call
 * named is carved behind the opener's end when it is of 4 bytes at least behind the zeros it begins with. */
void nkx_carve(struct nkx_work *w, const char *name, const struct nkx_source *s, uint64_t at, uint64_t len);
void nkx_claimed(struct nkx_work *w, uint64_t at, uint64_t len);

/* A stream begun with the name "" is the container's own: its bytes are the container's, and its path too. Claim what
 * was fed to it. Gaps are carved into it behind the opener's end. nkx_nested, nkx_nested_begin and named streams
 * count as entries themselves.
 */

/* nkx_budget: takes `out` bytes out of `in`; false: exceeded (the reason is noted with the container). nkx_entry: one
 * more entry. */
bool nkx_budget(struct nkx_work *w, uint64_t in, uint64_t out);
bool nkx_entry(struct nkx_work *w);
const struct nkx_limits *nkx_limits(const struct nkx_work *w);

/* nkx_name_utf8: a name of unknown encoding (UTF-8, CP932, EUC-JP, UTF-16LE when `wide`) as UTF-8 into out[room],
 * controls and what cannot be decoded as U+FFFD. */
void nkx_name_utf8(const void *bytes, size_t len, bool wide, char *out, size_t room);
/* nkx_utf8_torn: whether bytes that are no UTF-8 are so for the most part: cut inside a character, or with a bad
 * byte. They are read as UTF-8, and should be carved too. */
bool nkx_utf8_torn(const void *bytes, size_t len);

/* nkx_inflate: raw deflate (window bits -15), zlib (15) or gzip (31) of a range, through `p`. Returns what it is
 * worth (state and why for nkx_nested_end); *out_in: bytes of input that were used. */
enum nkx_why nkx_inflate(struct nkx_work *w, const struct nkx_source *s, uint64_t at, uint64_t len, int window_bits,
	struct nkx_pipe *p, uint64_t *out_in);

/* nkx_pdf_text: asks the parent for pdftotext's reading of these bytes: *out allocated, UTF-8, form feeds between
 * pages. NONE, or why not, or why not all: there may be text (*out not NULL) then too. */
enum nkx_why nkx_pdf_text(struct nkx_work *w, const uint8_t *pdf, size_t len, char **out, size_t *out_len);

/* Text that an opener makes of markup or of its own records: a small buffer that is fed on when full. */
struct nkx_text {
	struct nkx_work *w;
	size_t n;
	char buf[4096];
};
void nkx_put(struct nkx_text *t, const char *utf8, size_t len);
void nkx_put_utf16(struct nkx_text *t, const uint8_t *le, size_t units); /* little-endian */
void nkx_put_codepoint(struct nkx_text *t, uint32_t c);
void nkx_put_flush(struct nkx_text *t);

/* nkx_markup: XML or HTML of any encoding as text: feeds it to the stream at hand; see fmt_markup.c. */

/*
 * A format: `const struct nkx_format nkx_format_docx` for the row "docx | ooxml" (- in names becomes _). formats.rows
 * holds only rows whose symbol is there: uncomment yours when its file is. size is UINT64_MAX where it is not known
 * yet. When open answers UNKNOWN_FORMAT and nothing came out, the next best format is tried (its claims are
 * forgotten). sniff: how sure (0 no … 100) from the first bytes (at least min(size, 4096) are there) and the name's
 * ending; never from the ending alone. open: walks it. NONE: understood; else the container is PARTLY (some of it
 * was) or NOT for this reason, and unclaimed bytes are carved.
 */
struct nkx_format {
	const char *name; /* row of formats.rows */
	int (*sniff)(const uint8_t *head, size_t len, uint64_t size, const char *name);
	enum nkx_why (*open)(struct nkx_work *w, const struct nkx_source *s, const char *name);
	bool random_access; /* must be wholly in memory, or a file, to be opened */
};

#endif
