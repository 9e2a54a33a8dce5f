/*
 * pdf_int.h: the inside of PDF files: tokens, what a dictionary says, filters of streams.
 *
 * Objects are found by looking for them, not by the cross references, which may lie or be from another revision: so
 * all revisions are seen, and deleted objects too. No reference is followed, hence no loops.
 */
#ifndef NKX_PDF_INT_H
#define NKX_PDF_INT_H

#include "base.h"

#include "doc_out.h"

enum nkx_pdf_token {
	PDF_END,
	PDF_NAME,
	PDF_STRING,
	PDF_NUMBER,
	PDF_WORD,
	PDF_DICT,
	PDF_DICT_END,
	PDF_ARRAY,
	PDF_ARRAY_END
};

struct nkx_pdf_lex {
	const uint8_t *p;
	size_t n, at;
	struct nkx_strand string; /* the string met last, decoded to its bytes */
	const uint8_t *word; /* the name, number or word met last, as it stands */
	size_t word_len;
};
enum nkx_pdf_token nkx_pdf_next(struct nkx_pdf_lex *l);
bool nkx_pdf_word_is(const struct nkx_pdf_lex *l, const char *word);
/* nkx_pdf_skip_image: behind ID of a drawing: pixels up to EI, which are no tokens. */
void nkx_pdf_skip_image(struct nkx_pdf_lex *l);

/* What is known of an object from its own dictionary. */
enum nkx_pdf_filter { PDF_FLATE, PDF_LZW, PDF_HEX, PDF_85, PDF_RUN, PDF_DCT, PDF_PIXELS, PDF_UNKNOWN, PDF_CRYPT };
enum { PDF_FILTERS = 8, PDF_NESTING = 64 };
struct nkx_pdf_dict {
	char type[24], subtype[24];
	uint8_t filters[PDF_FILTERS];
	size_t n_filters;
	uint64_t length;
	bool has_length, is_font, encrypted;
	uint32_t predictor, colors, bits, columns, early, first, width, height, count;
};
/* nkx_pdf_object: reads one object from the lexer on: up to `stream`, `endobj` or the end. Every string is told with
 * the key it stands under ("" for none); content: only those in dictionaries (the others are glyphs). */
struct nkx_pdf_teller {
	void (*string)(void *arg, const char *key, const uint8_t *bytes, size_t len);
	void *arg;
	bool content;
};
enum nkx_pdf_after { PDF_AFTER_STREAM, PDF_AFTER_END, PDF_AFTER_CUT };
enum nkx_pdf_after nkx_pdf_object(
	struct nkx_pdf_lex *l, const struct nkx_pdf_teller *teller, struct nkx_pdf_dict *dict);

/* nkx_pdf_decode: the bytes of a stream through its filters, up to one that is no text's (DCT …: *stopped_at says
 * which). NONE, or what was wrong: what could be decoded is in `out` then. */
enum nkx_why nkx_pdf_decode(struct nkx_work *w, const struct nkx_pdf_dict *dict, struct nk_bytes in,
	struct nkx_strand *out, int *stopped_at);

#endif
