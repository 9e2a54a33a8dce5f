/*
 * pdf_draw.c: see pdf_draw.h. One pass over the tokens; searching for what was seen has a budget, behind which a line
 * counts as not seen.
 */
#include "base.h"

#include "mime_charset.h"
#include "pdf_draw.h"
#include "utf.h"

enum { LINE_MAX_BYTES = 1 << 20, OUT_MAX = 1 << 24, NEAR = 65536, WIDE_GAP = 150 };

struct draw {
	struct nkx_pdf_lex lex;
	struct nkx_strand line, out; /* bytes of the line at hand; all lines as UTF-8 */
	struct nk_bytes number; /* the last one, as it stands */
	struct nk_bytes height; /* of the text before */
	unsigned arrays, dicts;
	size_t known, unknown;
	struct nkx_pdf_seen *seen;
};

void nkx_pdf_seen_of(struct nkx_pdf_seen *seen, const char *text, size_t len)
{
	*seen = (struct nkx_pdf_seen){ .p = malloc(len > 0 ? len : 1), .left = UINT64_C(1) << 28 };
	for (size_t i = 0; i < len && seen->p != NULL; i++) {
		if ((unsigned char)text[i] > ' ') {
			seen->p[seen->n++] = text[i];
		}
	}
}

void nkx_pdf_seen_done(struct nkx_pdf_seen *seen)
{
	if (seen->p != NULL) {
		explicit_bzero(seen->p, seen->n);
		free(seen->p);
	}
	*seen = (struct nkx_pdf_seen){ .p = NULL };
}

static bool find(struct nkx_pdf_seen *seen, size_t from, size_t to, const struct nkx_strand *s)
{
	const char *hit = NULL;

	if (to - from > seen->left) {
		return false;
	}
	seen->left -= to - from;
	hit = memmem(seen->p + from, to - from, s->p, s->n);
	seen->at = hit != NULL ? (size_t)(hit - seen->p) + s->n : seen->at;
	return hit != NULL;
}

/* Whether the line, of which blanks are taken out here, stands in the text of the pages. */
static bool is_seen(struct nkx_pdf_seen *seen, const char *utf8, size_t len)
{
	struct nkx_strand s = { .max = LINE_MAX_BYTES };
	bool found = false;
	bool good = true;

	for (size_t i = 0; i < len && good; i++) {
		good = (unsigned char)utf8[i] <= ' ' || nkx_strand_put(&s, utf8 + i, 1);
	}
	if (good && s.n == 0) {
		found = true;
	} else if (good && seen != NULL && seen->p != NULL) {
		const size_t near = seen->n - seen->at < NEAR ? seen->n : seen->at + NEAR;

		found = find(seen, seen->at, near, &s) || find(seen, 0, seen->n, &s);
	}
	nkx_strand_done(&s);
	return found;
}

static void put(void *arg, const char *utf8, size_t len)
{
	(void)nkx_strand_put(arg, utf8, len);
}

static bool is_plausible(unsigned u)
{
	return (u >= 0x20 && u < 0x250) || (u >= 0x3000 && u < 0x3100) || (u >= 0x4e00 && u < 0xa000) ||
		(u >= 0xff00 && u < 0xfff0);
}

/* Two bytes a character: as UTF-16 when most of it is Japanese or Latin then; else they are numbers of glyphs, which
 * say nothing. */
static bool is_wide(const uint8_t *p, size_t n)
{
	size_t good = 0;
	size_t zero = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		good += is_plausible((unsigned)p[i] << 8 | p[i + 1]) ? 1 : 0;
		zero += p[i] == 0 || p[i] == 0x30 ? 1 : 0; /* Latin and kana: no text is without */
	}
	return n % 2 == 0 && n >= 4 && good * 5 >= n / 2 * 4 && zero > 0;
}

static size_t controls(const uint8_t *p, size_t n)
{
	size_t odd = 0;

	for (size_t i = 0; i < n; i++) {
		odd += p[i] < 0x20 && p[i] != '\n' && p[i] != '\r' && p[i] != '\t' && p[i] != 0x1b ? 1 : 0;
	}
	return odd;
}

/* A line that the pages do not show; true: they do. */
static bool tell_line(struct draw *d, struct nkx_strand *utf8)
{
	const bool seen = utf8->n == 0 || is_seen(d->seen, utf8->p, utf8->n);

	if (!seen) {
		(void)nkx_strand_put(&d->out, utf8->p, utf8->n);
		(void)nkx_strand_put(&d->out, "\n", 1);
	}
	nkx_strand_done(utf8);
	return seen;
}

static void line_end(struct draw *d)
{
	struct nkx_strand utf8 = { .max = 4 * (size_t)LINE_MAX_BYTES };
	struct nkx_charset_state state = { .charset = NKX_CHARSET_GUESS };
	const struct nkx_charset_to to = { put, &utf8 };
	const uint8_t *p = (const uint8_t *)d->line.p;
	const size_t n = d->line.n;
	const bool narrow = n > 0 && controls(p, n) * 20 <= n;

	if (narrow) {
		nkx_charset_put(&state, p, n, &to);
	}
	if (n > 0 && (!narrow || !tell_line(d, &utf8)) && is_wide(p, n)) {
		struct nkx_utf16 utf16 = { .big = true };

		nkx_utf16_feed(&utf16, p, n, put, &utf8);
		(void)tell_line(d, &utf8);
	}
	if (n > 0) {
		explicit_bzero(d->line.p, n);
		d->line.n = 0;
	}
}

static void add(struct draw *d, const void *bytes, size_t n)
{
	if (!nkx_strand_put(&d->line, bytes, n)) {
		line_end(d);
		(void)nkx_strand_put(&d->line, bytes, n);
	}
}

static bool is_operator(const struct nkx_pdf_lex *l)
{
	static const char all[] = " b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h "
				  "i ID j J K k l m M MP n q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ "
				  "TL Tm Tr Ts Tw Tz v w W W* y ' \" true false null ";
	char word[8] = " ";

	if (l->word_len > 5 || memchr(l->word, 0, l->word_len) != NULL) {
		return false;
	}
	memcpy(word + 1, l->word, l->word_len);
	word[1 + l->word_len] = ' ';
	return strstr(all, word) != NULL;
}

static bool is_number(const struct nkx_pdf_lex *l)
{
	for (size_t i = 0; i < l->word_len; i++) {
		const uint8_t c = l->word[i];

		if ((c < '0' || c > '9') && c != '.' && c != '-' && (c != '+' || i > 0)) {
			return false;
		}
	}
	return l->word_len < 24;
}

static bool same(struct nk_bytes a, struct nk_bytes b)
{
	return a.len == b.len && a.len > 0 && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static bool is_zero(struct nk_bytes a)
{
	return a.len == 0 || (a.len == 1 && a.ptr[0] == '0');
}

/* Where text is shown next: on another line, or further along this one. */
static void move(struct draw *d)
{
	const struct nkx_pdf_lex *l = &d->lex;

	if (nkx_pdf_word_is(l, "Td") || nkx_pdf_word_is(l, "TD")) {
		if (!is_zero(d->number)) {
			line_end(d);
		} else if (d->line.n > 0) {
			add(d, " ", 1);
		}
	} else if (nkx_pdf_word_is(l, "Tm")) {
		if (!same(d->height, d->number)) {
			line_end(d);
		}
		d->height = d->number;
	} else if (nkx_pdf_word_is(l, "ET") || nkx_pdf_word_is(l, "T*") || nkx_pdf_word_is(l, "BT")) {
		line_end(d);
	}
}

static void number(struct draw *d)
{
	const struct nkx_pdf_lex *l = &d->lex;
	unsigned back = 0;

	for (size_t i = 1; i < l->word_len && i < 6 && l->word[0] == '-' && l->word[i] != '.'; i++) {
		back = back * 10 + l->word[i] - '0';
	}
	if (d->arrays == 0) {
		d->number = (struct nk_bytes){ l->word, l->word_len };
	} else if (back >= WIDE_GAP && d->line.n > 0) {
		add(d, " ", 1);
	}
}

/* A word that no drawing has: told as it stands. */
static void strange(struct draw *d)
{
	d->unknown++;
	add(d, " ", 1);
	add(d, d->lex.word, d->lex.word_len < 256 ? d->lex.word_len : 256);
}

static void take(struct draw *d, enum nkx_pdf_token token)
{
	struct nkx_pdf_lex *l = &d->lex;

	if (token == PDF_STRING && d->dicts == 0) {
		add(d, l->string.p, l->string.n);
	} else if (token == PDF_NUMBER && is_number(l)) {
		number(d);
	} else if (token == PDF_WORD && is_operator(l)) {
		d->known++;
		if (nkx_pdf_word_is(l, "'") || nkx_pdf_word_is(l, "\"")) {
			line_end(d);
		}
		move(d);
		if (nkx_pdf_word_is(l, "ID")) {
			nkx_pdf_skip_image(l);
		}
	} else if (token == PDF_WORD || token == PDF_NUMBER) {
		strange(d);
	}
	d->arrays += token == PDF_ARRAY ? 1 : 0;
	d->arrays -= token == PDF_ARRAY_END && d->arrays > 0 ? 1 : 0;
	d->dicts += token == PDF_DICT ? 1 : 0;
	d->dicts -= token == PDF_DICT_END && d->dicts > 0 ? 1 : 0;
}

/* Comments are no tokens, but somebody wrote them. */
static void comments(struct draw *d)
{
	struct nkx_pdf_lex *l = &d->lex;

	while (l->at < l->n && (l->p[l->at] <= ' ' || l->p[l->at] == '%')) {
		const size_t from = l->at;

		if (l->p[l->at] != '%') {
			l->at++;
			continue;
		}
		while (l->at < l->n && l->p[l->at] != '\n' && l->p[l->at] != '\r') {
			l->at++;
		}
		line_end(d);
		add(d, l->p + from, l->at - from < LINE_MAX_BYTES ? l->at - from : LINE_MAX_BYTES);
		line_end(d);
	}
}

bool nkx_pdf_draw(struct nkx_pdf *pdf, struct nk_bytes b)
{
	struct draw d = { .lex = { .p = b.ptr, .n = b.len, .string.max = 1 << 24 },
		.line.max = LINE_MAX_BYTES,
		.out.max = OUT_MAX,
		.seen = pdf->seen };
	enum nkx_pdf_token token = PDF_END;
	bool drawing = false;

	do {
		comments(&d);
		token = nkx_pdf_next(&d.lex);
		if (token != PDF_END) {
			take(&d, token);
		}
	} while (token != PDF_END && (d.unknown < 64 || d.unknown * 8 < d.known));
	line_end(&d);
	drawing = token == PDF_END && d.unknown * 8 <= d.known && (d.known > 0 || d.out.n == 0);
	if (drawing && d.out.n > 0) {
		nkx_put(pdf->text, d.out.p, d.out.n);
	}
	nkx_strand_done(&d.lex.string);
	nkx_strand_done(&d.line);
	nkx_strand_done(&d.out);
	return drawing;
}

static void put_text(void *arg, const char *utf8, size_t len)
{
	nkx_put(arg, utf8, len);
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

void nkx_pdf_rest(struct nkx_pdf *pdf, struct nk_bytes b)
{
	struct nkx_charset_state state = { .charset = NKX_CHARSET_GUESS };
	const struct nkx_charset_to to = { put_text, pdf->text };
	size_t i = 0;

	while (i < b.len) {
		const uint8_t *open = memchr(b.ptr + i, '<', b.len - i);
		const size_t to_open = open != NULL ? (size_t)(open - b.ptr) : b.len;

		nkx_charset_put(&state, b.ptr + i, to_open - i, &to);
		nkx_put(pdf->text, " ", 1);
		i = to_open + 1;
		while (i < b.len && (is_hex(b.ptr[i]) || b.ptr[i] <= ' ')) {
			i++;
		}
	}
	nkx_put(pdf->text, "\n", 1);
}
