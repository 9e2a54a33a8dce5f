/*
 * pdf_lex.c: tokens of PDF, and what the dictionary of an object says. Goes forward only; whatever stands there.
 */
#include "base.h"

#include "pdf_int.h"

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

static bool is_mark(uint8_t c)
{
	return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' || c == '}' ||
		c == '/' || c == '%';
}

static void skip_blank(struct nkx_pdf_lex *l)
{
	while (l->at < l->n) {
		if (l->p[l->at] == '%') {
			while (l->at < l->n && l->p[l->at] != '\n' && l->p[l->at] != '\r') {
				l->at++;
			}
		} else if (is_space(l->p[l->at])) {
			l->at++;
		} else {
			return;
		}
	}
}

static void put(struct nkx_pdf_lex *l, uint32_t byte)
{
	const uint8_t b = (uint8_t)byte;

	(void)nkx_strand_put(&l->string, &b, 1);
}

static void escape(struct nkx_pdf_lex *l)
{
	static const char from[] = "nrtbf";
	static const char to[] = "\n\r\t\b\f";
	const uint8_t c = l->p[l->at++];
	const char *known = c != 0 ? strchr(from, c) : NULL;
	uint32_t v = 0;

	if (known != NULL) {
		put(l, (uint8_t)to[known - from]);
	} else if (c >= '0' && c <= '7') {
		v = (uint32_t)c - '0';
		for (int i = 0; i < 2 && l->at < l->n && l->p[l->at] >= '0' && l->p[l->at] <= '7'; i++) {
			v = v * 8 + l->p[l->at++] - '0';
		}
		put(l, v & 0xff);
	} else if (c == '\r') {
		l->at += l->at < l->n && l->p[l->at] == '\n' ? 1 : 0;
	} else if (c != '\n') {
		put(l, c);
	}
}

static void literal(struct nkx_pdf_lex *l)
{
	unsigned depth = 1;

	while (l->at < l->n) {
		const uint8_t c = l->p[l->at++];

		if (c == '\\' && l->at < l->n) {
			escape(l);
			continue;
		}
		depth += c == '(' ? 1 : 0;
		depth -= c == ')' ? 1 : 0;
		if (depth == 0) {
			return;
		}
		put(l, c);
	}
}

static int nibble(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void hexadecimal(struct nkx_pdf_lex *l)
{
	int high = -1;

	while (l->at < l->n && l->p[l->at] != '>') {
		const int v = nibble(l->p[l->at++]);

		if (v < 0) {
			continue;
		}
		if (high >= 0) {
			put(l, (uint32_t)(high << 4 | v));
			high = -1;
		} else {
			high = v;
		}
	}
	l->at += l->at < l->n ? 1 : 0;
	if (high >= 0) {
		put(l, (uint32_t)high << 4);
	}
}

static void regular(struct nkx_pdf_lex *l)
{
	while (l->at < l->n && !is_space(l->p[l->at]) && !is_mark(l->p[l->at])) {
		l->at++;
	}
}

static enum nkx_pdf_token mark(struct nkx_pdf_lex *l, uint8_t c)
{
	const bool twice = l->at < l->n && l->p[l->at] == c;

	if (c == '(') {
		literal(l);
		return PDF_STRING;
	}
	if (c == '<' && !twice) {
		hexadecimal(l);
		return PDF_STRING;
	}
	if ((c == '<' || c == '>') && twice) {
		l->at++;
		return c == '<' ? PDF_DICT : PDF_DICT_END;
	}
	if (c == '/') {
		l->word = l->p + l->at;
		regular(l);
		l->word_len = (size_t)(l->p + l->at - l->word);
		return PDF_NAME;
	}
	return c == '[' ? PDF_ARRAY : c == ']' ? PDF_ARRAY_END : PDF_WORD;
}

enum nkx_pdf_token nkx_pdf_next(struct nkx_pdf_lex *l)
{
	uint8_t c = 0;

	skip_blank(l);
	if (l->at >= l->n) {
		return PDF_END;
	}
	if (l->string.n > 0) {
		explicit_bzero(l->string.p, l->string.n);
		l->string.n = 0;
	}
	l->word = l->p + l->at;
	l->word_len = 1;
	c = l->p[l->at++];
	if (is_mark(c)) {
		return mark(l, c);
	}
	regular(l);
	l->word_len = (size_t)(l->p + l->at - l->word);
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ? PDF_NUMBER : PDF_WORD;
}

bool nkx_pdf_word_is(const struct nkx_pdf_lex *l, const char *word)
{
	return strlen(word) == l->word_len && memcmp(word, l->word, l->word_len) == 0;
}

static uint32_t number(const struct nkx_pdf_lex *l)
{
	uint32_t v = 0;

	for (size_t i = 0; i < l->word_len && l->word[i] >= '0' && l->word[i] <= '9'; i++) {
		if (v > UINT32_MAX / 10 - 1) {
			return UINT32_MAX;
		}
		v = v * 10 + l->word[i] - '0';
	}
	return v;
}

static void copy_word(const struct nkx_pdf_lex *l, char out[static 24])
{
	const size_t n = l->word_len < 23 ? l->word_len : 23;

	memcpy(out, l->word, n);
	out[n] = '\0';
}

struct nest {
	bool dict[PDF_NESTING], at_key[PDF_NESTING];
	char key[PDF_NESTING][24];
	unsigned depth, beyond;
};

static void push(struct nest *s, bool dict)
{
	const unsigned up = s->depth;

	if (s->depth + 1 == PDF_NESTING) {
		s->beyond++;
		return;
	}
	s->depth++;
	s->dict[s->depth] = dict;
	s->at_key[s->depth] = dict;
	memcpy(s->key[s->depth], s->key[up], sizeof(s->key[0]));
}

static void value_done(struct nest *s)
{
	s->at_key[s->depth] = s->dict[s->depth];
}

static void pop(struct nest *s)
{
	if (s->beyond > 0) {
		s->beyond--;
	} else if (s->depth > 0) {
		s->depth--;
		value_done(s);
	}
}

static uint8_t filter_of(const char *name)
{
	static const struct {
		const char *name;
		uint8_t filter;
	} known[] = { { "FlateDecode", PDF_FLATE }, { "Fl", PDF_FLATE }, { "LZWDecode", PDF_LZW }, { "LZW", PDF_LZW },
		{ "ASCIIHexDecode", PDF_HEX }, { "AHx", PDF_HEX }, { "ASCII85Decode", PDF_85 }, { "A85", PDF_85 },
		{ "RunLengthDecode", PDF_RUN }, { "RL", PDF_RUN }, { "DCTDecode", PDF_DCT }, { "DCT", PDF_DCT },
		{ "JPXDecode", PDF_PIXELS }, { "CCITTFaxDecode", PDF_PIXELS }, { "CCF", PDF_PIXELS },
		{ "JBIG2Decode", PDF_PIXELS }, { "Crypt", PDF_CRYPT } };

	for (size_t i = 0; i < NK_ARRAY_LEN(known); i++) {
		if (strcmp(known[i].name, name) == 0) {
			return known[i].filter;
		}
	}
	return PDF_UNKNOWN;
}

static void name_value(struct nkx_pdf_dict *d, const struct nest *s, const struct nkx_pdf_lex *l)
{
	const char *key = s->key[s->depth];
	char value[24];

	copy_word(l, value);
	if (s->depth == 1 && strcmp(key, "Type") == 0) {
		memcpy(d->type, value, sizeof(d->type));
	} else if (s->depth == 1 && (strcmp(key, "Subtype") == 0 || strcmp(key, "S") == 0)) {
		memcpy(d->subtype, value, sizeof(d->subtype));
	} else if (s->depth <= 2 && (strcmp(key, "Filter") == 0 || strcmp(key, "F") == 0) &&
		d->n_filters < PDF_FILTERS) {
		d->filters[d->n_filters++] = filter_of(value);
	}
}

static void number_value(struct nkx_pdf_dict *d, const struct nest *s, uint32_t v)
{
	const struct {
		const char *key;
		uint32_t *to;
	} known[] = { { "Predictor", &d->predictor }, { "Colors", &d->colors }, { "BitsPerComponent", &d->bits },
		{ "Columns", &d->columns }, { "EarlyChange", &d->early }, { "First", &d->first },
		{ "Width", &d->width }, { "Height", &d->height }, { "Count", &d->count } };
	const char *key = s->key[s->depth];

	if (s->depth == 1 && strcmp(key, "Length") == 0) {
		d->length = v;
		d->has_length = true;
	}
	if (s->depth == 1 && (strcmp(key, "Length1") == 0 || strcmp(key, "Length2") == 0)) {
		d->is_font = true;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(known) && s->depth <= 3; i++) {
		if (strcmp(known[i].key, key) == 0) {
			*known[i].to = v;
		}
	}
}

static void key_met(struct nkx_pdf_dict *d, struct nest *s, const struct nkx_pdf_lex *l)
{
	copy_word(l, s->key[s->depth]);
	s->at_key[s->depth] = false;
	d->encrypted = d->encrypted || (s->depth == 1 && strcmp(s->key[s->depth], "Encrypt") == 0);
}

static void word_met(struct nkx_pdf_dict *d, const struct nest *s, const struct nkx_pdf_lex *l)
{
	if (nkx_pdf_word_is(l, "R") && s->depth == 1 && strcmp(s->key[1], "Length") == 0) {
		d->has_length = false; /* it stands elsewhere */
	}
}

void nkx_pdf_skip_image(struct nkx_pdf_lex *l)
{
	while (l->at + 3 < l->n) {
		const uint8_t *e = memchr(l->p + l->at, 'E', l->n - l->at - 3);

		if (e == NULL) {
			l->at = l->n;
			return;
		}
		l->at = (size_t)(e - l->p) + 1;
		if (e[1] == 'I' && is_space(e[2]) && is_space(e[-1])) {
			return;
		}
	}
}

static void value_met(struct nkx_pdf_lex *l, enum nkx_pdf_token token, const struct nkx_pdf_teller *teller,
	struct nkx_pdf_dict *d, struct nest *s)
{
	if (token == PDF_STRING) {
		if (!teller->content || s->key[s->depth][0] != 0) {
			teller->string(teller->arg, s->key[s->depth], (const uint8_t *)l->string.p, l->string.n);
		}
	} else if (token == PDF_NAME && s->at_key[s->depth]) {
		key_met(d, s, l);
		return;
	} else if (token == PDF_NAME) {
		name_value(d, s, l);
	} else if (token == PDF_NUMBER) {
		number_value(d, s, number(l));
		return; /* perhaps of a reference */
	} else if (token == PDF_WORD) {
		word_met(d, s, l);
		if (teller->content && nkx_pdf_word_is(l, "ID")) {
			nkx_pdf_skip_image(l);
		}
	}
	value_done(s);
}

/* A number is followed by a key, or by what makes it a reference: then the key is met as a name. */
static bool ends_number(enum nkx_pdf_token token, const struct nest *s)
{
	return token == PDF_NAME && s->dict[s->depth] && !s->at_key[s->depth];
}

enum nkx_pdf_after nkx_pdf_object(
	struct nkx_pdf_lex *l, const struct nkx_pdf_teller *teller, struct nkx_pdf_dict *dict)
{
	struct nest s;
	enum nkx_pdf_token token = PDF_END;
	bool after_number = false;

	memset(&s, 0, sizeof(s));
	memset(dict, 0, sizeof(*dict));
	dict->early = 1;
	while ((token = nkx_pdf_next(l)) != PDF_END) {
		if (after_number && ends_number(token, &s)) {
			s.at_key[s.depth] = true;
		}
		after_number = token == PDF_NUMBER;
		if (token == PDF_DICT || token == PDF_ARRAY) {
			push(&s, token == PDF_DICT);
		} else if (token == PDF_DICT_END || token == PDF_ARRAY_END) {
			pop(&s);
		} else if (token == PDF_WORD && !teller->content && nkx_pdf_word_is(l, "stream")) {
			return PDF_AFTER_STREAM;
		} else if (token == PDF_WORD && !teller->content &&
			(nkx_pdf_word_is(l, "endobj") || nkx_pdf_word_is(l, "startxref"))) {
			return PDF_AFTER_END;
		} else {
			value_met(l, token, teller, dict, &s);
		}
	}
	return PDF_AFTER_CUT;
}
