/*
 * doc_out.h: where readers of documents put the text they find: running text, tables, furigana and what stands aside.
 *
 * Running text goes on at once. A table of at least two rows and two columns is kept apart, so that it can be looked
 * through as a table, with its columns under its headings; furigana are kept apart, so that they do not tear the
 * names they stand over; attributes and comments are kept apart, so that they do not tear the text they stand in.
 * What is kept apart is bounded: when it becomes too much it goes into the running text, so that nothing is ever
 * lost. Knows nothing of workers and streams but in nkx_out_emit: readers can be tested with a buffer behind the
 * sink.
 */
#ifndef NKX_DOC_OUT_H
#define NKX_DOC_OUT_H

#include "nkx_open.h"

enum { NKX_OUT_TABLES = 64, NKX_STRAND_MAX = 8 * 1024 * 1024 };

/* Where bytes go in the end. false: give up, nothing more is wanted. */
struct nkx_dest {
	bool (*put)(void *arg, const char *bytes, size_t len);
	void *arg;
};

/* A growing text of at most `max` bytes; wiped when it goes. */
struct nkx_strand {
	char *p;
	size_t n, cap, max;
};
/* nkx_strand_put: false: no room or no memory, nothing was added. nkx_strand_done: wipes and frees; may be used
 * again. */
bool nkx_strand_put(struct nkx_strand *s, const void *bytes, size_t len);
void nkx_strand_done(struct nkx_strand *s);

struct nkx_out {
	struct nkx_dest sink;
	bool raw; /* the text is of unknown encoding: cells end with TAB, rows with newline */
	bool stopped; /* the sink wants no more */
	char last; /* byte put last into the running text */
	size_t n;
	char buf[4096];
	struct nkx_strand aside, ruby, tables;
	size_t ends[NKX_OUT_TABLES]; /* of each table kept, in `tables` */
	size_t n_tables;
	unsigned depth; /* of tables in tables */
	size_t from; /* of the table at hand, in `tables` */
	uint32_t rows, cells, widest, pending; /* pending: columns that the cell at hand covers beside its own */
	bool spilled; /* the table at hand goes into the running text */
};
/* nkx_out_start: an empty one. nkx_out_done: wipes. */
void nkx_out_start(struct nkx_out *o, struct nkx_dest sink, bool raw);
void nkx_out_done(struct nkx_out *o);
/* nkx_out_put: text where the reader is: in the running text, or in the cell of a table. nkx_out_code: one character.
 */
void nkx_out_put(struct nkx_out *o, const void *bytes, size_t len);
void nkx_out_code(struct nkx_out *o, uint32_t c);
/* nkx_out_line: a new line unless one was just begun. */
void nkx_out_line(struct nkx_out *o);
/* nkx_out_table: begins or ends a table. nkx_out_row, nkx_out_cell: begin a row, a cell of `span` columns. In a table
 * within a table, and outside of any, both are new lines. */
void nkx_out_table(struct nkx_out *o, bool begin);
void nkx_out_row(struct nkx_out *o);
void nkx_out_cell(struct nkx_out *o, uint32_t span);
/* nkx_out_aside, nkx_out_ruby: kept apart. The caller sets the line ends. */
void nkx_out_aside(struct nkx_out *o, const void *bytes, size_t len);
void nkx_out_ruby(struct nkx_out *o, const void *bytes, size_t len);
/* nkx_out_take_aside: what stands aside becomes the end of the running text. */
void nkx_out_take_aside(struct nkx_out *o);
/* nkx_out_flush: ends open tables, gives all running text to the sink. */
void nkx_out_flush(struct nkx_out *o);

/* nkx_out_stream: a sink that feeds the stream at hand. nkx_out_emit: behind the end of the running text's stream:
 * the strands as streams `name`#table-1 … #furigana, #aside. */
struct nkx_dest nkx_out_stream(struct nkx_work *w);
void nkx_out_emit(struct nkx_work *w, struct nkx_out *o, const char *name, const char *format);
/* nkx_utf8_put: c as UTF-8 into out; length. What is no character becomes U+FFFD. */
size_t nkx_utf8_put(uint32_t c, char out[static 4]);

#endif
