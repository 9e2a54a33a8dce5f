/*
 * escapes_int.h: between the files of nks_escapes.
 *
 * A sink collects the bytes of one run and gives them on. Runs of one kind do not overlap; each unit is looked at a
 * bounded number of times.
 */
#ifndef NKS_ESCAPES_INT_H
#define NKS_ESCAPES_INT_H

#include "nks_text.h"

enum { NKS_ESCAPE_ROOM = 16384, NKS_ESCAPE_KEPT = 256, NKS_QUOTED_GAP = 78 };

struct nks_sink {
	const struct nks_text *text;
	nks_escape_fn *found;
	void *arg;
	enum nks_via via;
	bool stopped; /* found said false */
	size_t begin; /* first unit of the run */
	size_t strong; /* escapes that plain text has no reason to hold */
	size_t n;
	uint8_t bytes[NKS_ESCAPE_ROOM];
};

/* nks_sink_put: one more byte; what is full is given on as if the run ended at unit `at`, and goes on with its last
 * bytes. */
void nks_sink_put(struct nks_sink *sink, uint8_t byte, size_t at);
void nks_sink_put_unit(struct nks_sink *sink, uint32_t codepoint, size_t at); /* as UTF-8 */
/* nks_sink_give: the bytes so far, of a run that ends before unit `end`. The sink is empty then. What the block
 * before has reported (begun before `from`, ended within its tail) is not given. */
void nks_sink_give(struct nks_sink *sink, size_t end);

/* Each reads the run that begins at or around the trigger `at` (not looking behind `floor`), gives it, and returns
 * the unit behind it; `at` + 1 when there is none. */
size_t nks_escapes_percent(struct nks_sink *sink, size_t at, size_t floor);
size_t nks_escapes_backslash(struct nks_sink *sink, size_t at, size_t floor);
size_t nks_escapes_entity(struct nks_sink *sink, size_t at, size_t floor);
size_t nks_escapes_quoted(struct nks_sink *sink, size_t at, size_t floor);
size_t nks_escapes_words(struct nks_sink *sink, size_t at);
size_t nks_escapes_base64(struct nks_sink *sink, size_t at, size_t floor);

/* nks_hex: value of a hexadecimal digit, -1 when it is none. nks_sextet: value of a character of base64 (both
 * alphabets), -1. */
int nks_hex(nks_unit u);
int nks_sextet(nks_unit u);

/*
 * nks_escapes_next: the next word of 64 units, from `word` on, in which something may begin; behind `to` when there
 * is none. marks: bits of % \ & = # ? before a letter, a digit or another of them. more: runs of at least 16 letters,
 * digits and + / - _ (and with letters of both cases, as far as this and the words around tell): the first bit of
 * each such run within the word; a run over several words has its bit in one of the first two.
 */
struct nks_found {
	uint64_t marks, more;
};
size_t nks_escapes_next(const struct nks_text *text, size_t word, struct nks_found *out);

/* nks_is_texty: whether bytes out of base64 may be text in one of the encodings, or begin as a file does that can
 * hold some. */
bool nks_is_texty(const uint8_t *bytes, size_t n);

#endif
