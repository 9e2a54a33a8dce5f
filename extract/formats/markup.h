/*
 * markup.h: takes the tags out of HTML and XML, whatever state they are in. Never fails.
 *
 * Works on bytes in which ASCII is ASCII: UTF-8, CP932 and EUC-JP (no part of a character is one of < > & " ' there),
 * and ISO-2022-JP (followed by its escapes). UTF-16 has to be made UTF-8 before. Text goes on as it is; tags become
 * nothing
 * (<b>), a new line (<p>), a cell or a row; attributes, comments, scripts, declarations and processing instructions
 * go aside whole: no byte of the input that could be text is lost.
 */
#ifndef NKX_MARKUP_H
#define NKX_MARKUP_H

#include "doc_out.h"

enum nkx_markup_mode {
	NKX_MARKUP_HTML, /* unknown tags are nothing */
	NKX_MARKUP_XML, /* unknown tags are new lines */
	NKX_MARKUP_OFFICE, /* parts of office files that are no sound XML: as HTML, with their own names */
};

struct nkx_markup {
	struct nkx_out *out;
	enum nkx_markup_mode mode;
	bool codes; /* entities above ASCII are decoded: the output is UTF-8 */
	int state;
	bool closing, in_rt, wide; /* wide: in a two-byte run of ISO-2022-JP */
	char quote, before[2]; /* the last bytes, for --> ]]> ?> */
	unsigned brackets;
	uint32_t span;
	size_t n_tag, n_attr, n_esc, n_entity, n_match;
	char tag[32], attr[48], esc[4], entity[12], raw_end[12];
	bool has_attr; /* the line aside has something */
};
void nkx_markup_start(struct nkx_markup *m, struct nkx_out *out, enum nkx_markup_mode mode);
void nkx_markup_feed(struct nkx_markup *m, const char *bytes, size_t len);
/* nkx_markup_end: what is open is closed; the caller flushes `out`. */
void nkx_markup_end(struct nkx_markup *m);

/* nkx_markup_stream: all of a source as the streams `name`, `name`#table-1 …: of any encoding. `state`: how its
 * bytes came to be. */
struct nkx_markup_job {
	const char *name, *format;
	enum nkx_markup_mode mode;
	enum nkx_state state;
	enum nkx_why why;
};
enum nkx_why nkx_markup_stream(struct nkx_work *w, const struct nkx_source *s, const struct nkx_markup_job *job);
/* nkx_markup_sniff: 0 … 100: how sure that this is HTML or XML. */
int nkx_markup_sniff(const uint8_t *head, size_t len);

#endif
