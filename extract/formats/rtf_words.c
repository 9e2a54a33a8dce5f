/*
 * rtf_words.c: what the control words of RTF mean for the text. Destinations that nobody knows are text aside, never
 * skipped.
 */
#include "base.h"

#include "rtf_int.h"

static void line(struct nkx_rtf *r)
{
	if (nkx_rtf_top(r)->dest != RTF_TEXT) {
		if (r->aside_last != '\n') {
			nkx_rtf_put(r, "\n", 1);
		}
		return;
	}
	nkx_out_line(&r->out);
}

static void cell_begin(struct nkx_rtf *r)
{
	if (r->table && r->cell_waits) {
		nkx_out_cell(&r->out, 1);
		r->cell_waits = false;
	}
}

void nkx_rtf_put(struct nkx_rtf *r, const char *utf8, size_t len)
{
	const struct nkx_rtf_level *top = nkx_rtf_top(r);

	if (len == 0) {
		return;
	}
	if (top->dest == RTF_NOTHING) {
		if (!nkx_strand_put(&r->quiet, utf8, len)) {
			nkx_rtf_quiet(r);
			nkx_out_aside(&r->out, utf8, len);
		}
		return;
	}
	if (top->dest != RTF_TEXT) {
		nkx_out_aside(&r->out, utf8, len);
		r->aside_last = utf8[len - 1];
		return;
	}
	if (r->table && !top->in_table) {
		nkx_out_table(&r->out, false);
		r->table = false;
	}
	cell_begin(r);
	nkx_out_put(&r->out, utf8, len);
}

void nkx_rtf_quiet(struct nkx_rtf *r)
{
	bool telling = r->quiet.n >= 4096;

	for (size_t i = 0; i < r->quiet.n && !telling; i++) {
		telling = strchr("0123456789abcdefABCDEF;{}- \n\t", r->quiet.p[i]) == NULL;
	}
	if (telling) {
		nkx_out_aside(&r->out, r->quiet.p, r->quiet.n);
		nkx_out_aside(&r->out, "\n", 1);
		r->aside_last = '\n';
	}
	nkx_strand_done(&r->quiet);
}

static void put_of(void *arg, const char *utf8, size_t len)
{
	nkx_rtf_put(arg, utf8, len);
}

void nkx_rtf_raw_flush(struct nkx_rtf *r)
{
	const struct nkx_charset_to to = { put_of, r };
	const size_t n = r->n_raw;

	r->n_raw = 0;
	if (n > 0) {
		nkx_charset_put(&r->state, r->raw, n, &to);
	}
}

static void set_charset(struct nkx_rtf *r, uint8_t charset)
{
	nkx_rtf_raw_flush(r);
	nkx_rtf_top(r)->charset = charset;
	r->state = (struct nkx_charset_state){ .charset = charset };
}

static uint8_t charset_of_font(const struct nkx_rtf *r, int32_t number)
{
	if (number == 128) {
		return NKX_CHARSET_CP932;
	}
	return r->base;
}

static uint8_t charset_of_page(int32_t number)
{
	switch (number) {
	case 932:
		return NKX_CHARSET_CP932;
	case 65001:
		return NKX_CHARSET_UTF8;
	case 51932:
	case 20932:
		return NKX_CHARSET_EUC;
	default:
		return NKX_CHARSET_GUESS;
	}
}

static void font(struct nkx_rtf *r, int32_t number)
{
	const uint32_t i = number >= 0 && number < RTF_FONTS ? (uint32_t)number : 0;

	if (nkx_rtf_top(r)->dest == RTF_FONTS_DEST) {
		r->font = i;
		return;
	}
	if (number >= 0 && number < RTF_FONTS && r->fonts[i] != nkx_rtf_top(r)->charset) {
		set_charset(r, r->fonts[i]);
	}
}

static void unicode(struct nkx_rtf *r, int32_t number)
{
	const uint32_t v = (uint32_t)number & 0xffff;
	char text[4];

	nkx_rtf_raw_flush(r);
	r->skip = nkx_rtf_top(r)->uc;
	if (v >= 0xd800 && v < 0xdc00) {
		r->high = v;
		return;
	}
	if (r->high != 0 && v >= 0xdc00 && v < 0xe000) {
		nkx_rtf_put(r, text, nkx_utf8_put(0x10000 + ((r->high - 0xd800) << 10) + (v - 0xdc00), text));
	} else if (v != 0) {
		nkx_rtf_put(r, text, nkx_utf8_put(v, text));
	}
	r->high = 0;
}

static void table_word(struct nkx_rtf *r, const char *word)
{
	if (nkx_rtf_top(r)->dest != RTF_TEXT) {
		nkx_rtf_put(r, "\t", 1);
		return;
	}
	if (word[0] == 't') { /* trowd */
		if (!r->table) {
			nkx_out_table(&r->out, true);
			r->table = true;
			r->cell_waits = true;
		}
	} else if (word[0] == 'c') { /* cell */
		cell_begin(r);
		r->cell_waits = true;
	} else if (r->table) { /* row */
		nkx_out_row(&r->out);
		r->cell_waits = true;
	} else {
		nkx_out_line(&r->out);
	}
}

static void destination(struct nkx_rtf *r, uint8_t dest)
{
	struct nkx_rtf_level *top = nkx_rtf_top(r);

	/* What is inside something kept aside stays there. */
	if (top->dest == RTF_ASIDE && dest == RTF_TEXT) {
		return;
	}
	top->dest = dest;
	top->destination = true;
	if (dest == RTF_HEX) {
		nkx_strand_done(&r->hex);
		r->has_nibble = false;
	}
	if (dest == RTF_ASIDE) {
		line(r);
	}
}

enum what {
	W_LINE,
	W_BLANK,
	W_CHAR,
	W_TABLE,
	W_ASIDE,
	W_HEX,
	W_NOTHING,
	W_FONTS,
	W_TEXT,
	W_PARD,
	W_INTBL,
	W_FONT,
	W_CHARSET,
	W_UC,
	W_U,
	W_PAGE,
	W_FONTPAGE,
	W_DEFAULT,
	W_SPECIAL
};

static const struct word {
	const char *word;
	uint8_t what;
	uint16_t code;
} words[] = { { "par", W_LINE, 0 }, { "line", W_LINE, 0 }, { "pard", W_PARD, 0 }, { "intbl", W_INTBL, 0 },
	{ "f", W_FONT, 0 }, { "af", W_FONT, 0 }, { "u", W_U, 0 }, { "uc", W_UC, 0 }, { "tab", W_BLANK, 0 },
	{ "cell", W_TABLE, 0 }, { "row", W_TABLE, 0 }, { "trowd", W_TABLE, 0 }, { "nestcell", W_BLANK, 0 },
	{ "nestrow", W_LINE, 0 }, { "sect", W_LINE, 0 }, { "page", W_LINE, 0 }, { "emdash", W_CHAR, 0x2014 },
	{ "endash", W_CHAR, 0x2013 }, { "lquote", W_CHAR, 0x2018 }, { "rquote", W_CHAR, 0x2019 },
	{ "ldblquote", W_CHAR, 0x201c }, { "rdblquote", W_CHAR, 0x201d }, { "bullet", W_CHAR, 0x2022 },
	{ "emspace", W_CHAR, 0x2003 }, { "enspace", W_CHAR, 0x2002 }, { "fonttbl", W_FONTS, 0 },
	{ "fcharset", W_CHARSET, 0 }, { "cpg", W_FONTPAGE, 0 }, { "ansicpg", W_PAGE, 0 }, { "plain", W_DEFAULT, 0 },
	{ "info", W_ASIDE, 0 }, { "stylesheet", W_ASIDE, 0 }, { "header", W_ASIDE, 0 }, { "headerl", W_ASIDE, 0 },
	{ "headerr", W_ASIDE, 0 }, { "headerf", W_ASIDE, 0 }, { "footer", W_ASIDE, 0 }, { "footerl", W_ASIDE, 0 },
	{ "footerr", W_ASIDE, 0 }, { "footerf", W_ASIDE, 0 }, { "footnote", W_ASIDE, 0 },
	{ "annotation", W_ASIDE, 0 }, { "fldinst", W_ASIDE, 0 }, { "shptxt", W_ASIDE, 0 }, { "pict", W_HEX, 0 },
	{ "objdata", W_HEX, 0 }, { "themedata", W_HEX, 0 }, { "datastore", W_HEX, 0 },
	{ "colorschememapping", W_HEX, 0 }, { "colortbl", W_NOTHING, 0 }, { "rsidtbl", W_NOTHING, 0 },
	{ "blipuid", W_NOTHING, 0 }, { "panose", W_NOTHING, 0 }, { "shppict", W_TEXT, 0 },
	{ "nonshppict", W_TEXT, 0 }, { "object", W_TEXT, 0 }, { "ud", W_TEXT, 0 }, { "result", W_TEXT, 0 },
	{ "fldrslt", W_TEXT, 0 }, { "title", W_SPECIAL, 0 }, { "author", W_SPECIAL, 0 }, { "operator", W_SPECIAL, 0 },
	{ "subject", W_SPECIAL, 0 }, { "company", W_SPECIAL, 0 }, { "manager", W_SPECIAL, 0 },
	{ "keywords", W_SPECIAL, 0 }, { "doccomm", W_SPECIAL, 0 } };

static const struct word *find(const char *word)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (strcmp(words[i].word, word) == 0) {
			return &words[i];
		}
	}
	return NULL;
}

static void defaults(struct nkx_rtf *r)
{
	set_charset(r, r->base);
}

static void set_font_charset(struct nkx_rtf *r, uint8_t charset)
{
	if (nkx_rtf_top(r)->dest == RTF_FONTS_DEST) {
		r->fonts[r->font] = charset;
		set_charset(r, charset);
	}
}

static void page(struct nkx_rtf *r, int32_t number)
{
	r->base = charset_of_page(number);
	memset(r->fonts, r->base, sizeof(r->fonts));
	set_charset(r, r->base);
}

static void act_state(struct nkx_rtf *r, uint8_t what, int32_t number)
{
	if (what == W_FONT) {
		font(r, number);
	} else if (what == W_CHARSET) {
		set_font_charset(r, charset_of_font(r, number));
	} else if (what == W_FONTPAGE) {
		set_font_charset(r, charset_of_page(number));
	} else if (what == W_UC) {
		nkx_rtf_top(r)->uc = number < 0 ? 0 : number > 16 ? 16 : (uint8_t)number;
	} else if (what == W_U) {
		unicode(r, number);
	} else if (what == W_PAGE) {
		page(r, number);
	} else if (what == W_DEFAULT) {
		defaults(r);
	} else {
		nkx_rtf_top(r)->in_table = what == W_INTBL;
	}
}

static void act(struct nkx_rtf *r, const struct word *word, int32_t number)
{
	char text[4];

	if (word->what >= W_PARD && word->what < W_SPECIAL) {
		act_state(r, word->what, number);
		return;
	}
	nkx_rtf_raw_flush(r);
	if (word->what == W_LINE || word->what == W_SPECIAL) {
		line(r);
	} else if (word->what == W_BLANK) {
		nkx_rtf_put(r, "\t", 1);
	} else if (word->what == W_CHAR) {
		nkx_rtf_put(r, text, nkx_utf8_put(word->code, text));
	} else if (word->what == W_TABLE) {
		table_word(r, word->word);
	} else if (word->what == W_TEXT) {
		destination(r, RTF_TEXT);
	} else {
		destination(r,
			word->what == W_HEX             ? RTF_HEX
				: word->what == W_FONTS ? RTF_FONTS_DEST
				: word->what == W_ASIDE ? RTF_ASIDE
							: RTF_NOTHING);
	}
}

void nkx_rtf_word(struct nkx_rtf *r, const char *text, bool has_number, int32_t number)
{
	const struct word *word = find(text);
	const bool star = r->star;

	r->star = false;
	if (word != NULL) {
		act(r, word, has_number ? number : word->what == W_UC ? 1 : 0);
	} else if (star && nkx_rtf_top(r)->dest != RTF_NOTHING) {
		nkx_rtf_raw_flush(r);
		destination(r, RTF_ASIDE);
	}
}
