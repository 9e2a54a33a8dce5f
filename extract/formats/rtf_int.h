/*
 * rtf_int.h: what the two halves of the RTF reader share: the tokens (fmt_rtf.c) and their meaning (rtf_words.c).
 */
#ifndef NKX_RTF_INT_H
#define NKX_RTF_INT_H

#include "doc_out.h"
#include "mime_charset.h"

enum { RTF_DEPTH = 256, RTF_FONTS = 1024 };

enum nkx_rtf_dest {
	RTF_TEXT,
	RTF_ASIDE, /* info, notes, headers, fields, and every destination that is not known */
	RTF_FONTS_DEST, /* the table of fonts: names go aside */
	RTF_HEX, /* a picture, an object: bytes as hexadecimal digits */
	RTF_NOTHING, /* colours and the like: text only when it is more than digits and semicolons */
};

struct nkx_rtf_level {
	uint8_t dest;
	uint8_t charset; /* enum nkx_charset of the font at hand */
	uint8_t uc;
	bool destination; /* this group began one: hex ends with it */
	bool in_table;
};

struct nkx_rtf {
	struct nkx_work *w;
	struct nkx_out out;
	struct nkx_rtf_level levels[RTF_DEPTH];
	unsigned depth; /* of levels; groups beyond RTF_DEPTH share the last */
	unsigned beyond;
	struct nkx_charset_state state;
	uint8_t fonts[RTF_FONTS]; /* enum nkx_charset */
	uint32_t font; /* that is being defined */
	uint8_t base; /* enum nkx_charset of the document */
	unsigned skip; /* fallback characters that follow a \u */
	uint32_t high; /* surrogate */
	bool star; /* \* was read: the next word is a destination */
	bool table, cell_waits; /* in a table; no cell was begun yet */
	char aside_last;
	uint8_t nibble;
	bool has_nibble;
	struct nkx_strand hex;
	struct nkx_strand quiet; /* of RTF_NOTHING */
	bool hex_text; /* something that is no digit stood in the hex, and few digits since */
	uint8_t n_before;
	uint8_t before[64]; /* digits that may belong to such text */
	unsigned n_objects;
	bool damaged;
	size_t n_raw;
	uint8_t raw[256]; /* bytes in the font's character set */
};

static inline struct nkx_rtf_level *nkx_rtf_top(struct nkx_rtf *r)
{
	return &r->levels[r->depth];
}

/* nkx_rtf_word: a control word with its number. nkx_rtf_put: decoded text where it belongs. nkx_rtf_raw_flush: bytes
 * that waited. */
void nkx_rtf_word(struct nkx_rtf *r, const char *word, bool has_number, int32_t number);
void nkx_rtf_put(struct nkx_rtf *r, const char *utf8, size_t len);
void nkx_rtf_raw_flush(struct nkx_rtf *r);
/* nkx_rtf_quiet: what was met in RTF_NOTHING goes aside when it says something. */
void nkx_rtf_quiet(struct nkx_rtf *r);

#endif
