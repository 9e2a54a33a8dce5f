/*
 * pdf_walk.c: see pdf_walk.h. Each byte is looked at once as structure; streams decode into bounded memory.
 */
#include "base.h"

#include "mime_charset.h"
#include "pdf_draw.h"
#include "utf.h"

enum { AGAIN = 4, PARTS = 20000, BINARY_LEAST = 64, BLANK = 48 };

static void put(void *arg, const char *utf8, size_t len)
{
	nkx_put(arg, utf8, len);
}

static void part(struct nkx_pdf *pdf, const char *what, const struct nk_bytes *bytes, const char *hint)
{
	const struct nkx_source s = { .mem = bytes->ptr, .fd = -1, .size = bytes->len };
	char name[40];

	if (bytes->len == 0 || pdf->found_only) {
		return;
	}
	if (pdf->parts++ >= PARTS) {
		nkx_partly(pdf->w, NKX_WHY_TOO_MANY);
		return;
	}
	nkx_put_flush(pdf->text);
	(void)snprintf(name, sizeof(name), "#%s-%u", what, pdf->number);
	(void)nkx_nested(pdf->w, name, &s, hint);
}

/* Signatures and keys: more signs that no text has than chance would give one. */
static bool is_binary(const uint8_t *bytes, size_t len)
{
	size_t odd = 0;
	const bool wide =
		len >= 2 && ((bytes[0] == 0xfe && bytes[1] == 0xff) || (bytes[0] == 0xff && bytes[1] == 0xfe));

	for (size_t i = 0; !wide && i < len; i++) {
		odd += bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != '\t' && bytes[i] != 0x1b
			? 1
			: 0;
	}
	return len > 0 && odd * 20 > len;
}

/* Keys of ciphers, sums and dates: never of a person. Only when they look like it, so that nothing hides under such a
 * key. */
static bool is_noise(const char *key, const uint8_t *bytes, size_t len)
{
	static const char *const keys[] = { "ID", "O", "U", "OE", "UE", "Perms", "CheckSum", "Panose", "Lookup" };

	if (len >= 6 && len < 32 && memcmp(bytes, "D:", 2) == 0 && bytes[2] >= '0' && bytes[2] <= '9') {
		return true;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(keys); i++) {
		if (strcmp(keys[i], key) == 0) {
			return len < 128 && is_binary(bytes, len);
		}
	}
	return false;
}

static void tell(void *arg, const char *key, const uint8_t *bytes, size_t len)
{
	struct nkx_pdf *pdf = arg;
	const struct nkx_charset_to to = { put, pdf->text };
	struct nkx_charset_state state = { .charset = NKX_CHARSET_GUESS };
	struct nkx_utf16 utf16 = { 0 };

	if (len == 0 || pdf->found_only || is_noise(key, bytes, len)) {
		return;
	}
	if (len >= BINARY_LEAST && is_binary(bytes, len)) {
		part(pdf, "bytes", &(struct nk_bytes){ bytes, len }, "binary");
		return;
	}
	nkx_put(pdf->text, key, strlen(key));
	nkx_put(pdf->text, ": ", 2);
	if (len >= 2 && ((bytes[0] == 0xfe && bytes[1] == 0xff) || (bytes[0] == 0xff && bytes[1] == 0xfe))) {
		utf16.big = bytes[0] == 0xfe;
		nkx_utf16_feed(&utf16, bytes + 2, len - 2, put, pdf->text);
	} else {
		const size_t mark = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

		nkx_charset_put(&state, bytes + mark, len - mark, &to);
	}
	nkx_put(pdf->text, "\n", 1);
}

static bool holds(struct nk_bytes b, const char *text)
{
	return memmem(b.ptr, b.len < 8192 ? b.len : 8192, text, strlen(text)) != NULL;
}

static void walk_tokens(struct nkx_pdf *pdf, struct nk_bytes b, bool content)
{
	const struct nkx_pdf_teller teller = { tell, pdf, content };
	struct nkx_pdf_lex lex = { .p = b.ptr, .n = b.len, .string.max = 1 << 24 };
	struct nkx_pdf_dict ignored;

	while (nkx_pdf_object(&lex, &teller, &ignored) != PDF_AFTER_CUT) {
		continue;
	}
	nkx_strand_done(&lex.string);
}

static bool is_type(const struct nkx_pdf_dict *d, const char *type)
{
	return strcmp(d->type, type) == 0;
}

static void image(struct nkx_pdf *pdf, const struct nkx_pdf_dict *d, struct nk_bytes b, int stopped_at)
{
	pdf->images++;
	if (stopped_at == PDF_DCT) {
		part(pdf, "image", &b, NULL);
	} else if (d->width > 64 && d->height > 64) {
		pdf->pixels++;
	}
}

/* A profile of colours says how long it is. */
static bool is_profile(struct nk_bytes b)
{
	return b.len > 128 && memcmp(b.ptr + 36, "acsp", 4) == 0 &&
		((size_t)b.ptr[0] << 24 | (size_t)b.ptr[1] << 16 | (size_t)b.ptr[2] << 8 | b.ptr[3]) == b.len;
}

static bool is_blank(struct nk_bytes b)
{
	size_t i = 0;

	while (i < b.len && b.ptr[i] <= ' ') {
		i++;
	}
	return i == b.len;
}

/* A stream of no kind that is known: what its bytes say. */
static void unnamed(struct nkx_pdf *pdf, struct nk_bytes b)
{
	if (is_profile(b) || is_blank(b)) {
		return;
	}
	if (holds(b, "begincmap")) {
		nkx_pdf_rest(pdf, b);
	} else if (nkx_pdf_draw(pdf, b)) {
		pdf->drawings += b.len > BLANK ? 1 : 0;
		walk_tokens(pdf, b, true);
	} else {
		part(pdf, "stream", &b, NULL);
	}
}

static bool is_font(const struct nkx_pdf_dict *d)
{
	return d->is_font || strcmp(d->subtype, "Type1C") == 0 || strcmp(d->subtype, "CIDFontType0C") == 0 ||
		strcmp(d->subtype, "OpenType") == 0;
}

/* What its dictionary calls a font or references is so only when its bytes look like it: nothing hides behind a name.
 */
static bool looks_like_font(struct nk_bytes b)
{
	static const char *const signs[] = { "OTTO", "true", "ttcf", "typ1", "%!PS", "%!Fo", "\200\001" };

	for (size_t i = 0; i < NK_ARRAY_LEN(signs); i++) {
		if (b.len >= strlen(signs[i]) && memcmp(b.ptr, signs[i], strlen(signs[i])) == 0) {
			return true;
		}
	}
	return b.len >= 4 && (memcmp(b.ptr, "\0\1\0\0", 4) == 0 || memcmp(b.ptr, "\1\0\4", 3) == 0);
}

static void decoded(struct nkx_pdf *pdf, const struct nkx_pdf_dict *d, struct nk_bytes b, int stopped_at)
{
	static const uint8_t nothing[1] = { 0 };

	b.ptr = b.ptr != NULL ? b.ptr : nothing;
	if (strcmp(d->subtype, "Image") == 0 || stopped_at == PDF_DCT || stopped_at == PDF_PIXELS) {
		image(pdf, d, b, stopped_at);
	} else if (stopped_at >= 0) {
		nkx_partly(pdf->w, stopped_at == PDF_CRYPT ? NKX_WHY_ENCRYPTED : NKX_WHY_UNSUPPORTED);
	} else if (is_type(d, "ObjStm")) {
		const size_t skip = d->first < b.len ? d->first : 0;

		pdf->fonts += memmem(b.ptr, b.len, "/Font", 5) != NULL ? 1 : 0;
		walk_tokens(pdf, (struct nk_bytes){ b.ptr + skip, b.len - skip }, false);
	} else if (is_type(d, "EmbeddedFile")) {
		part(pdf, "attachment", &b, NULL);
	} else if (is_type(d, "Metadata") || strcmp(d->subtype, "XML") == 0) {
		part(pdf, "xmp", &b, "markup");
	} else if (!(is_font(d) && looks_like_font(b)) && !(is_type(d, "XRef") && is_binary(b.ptr, b.len))) {
		unnamed(pdf, b);
	}
}

/* Where the stream's bytes are: by its length when `endstream` stands behind it, else up to the next one. */
static struct nk_bytes stream_bytes(struct nkx_pdf *pdf, const struct nkx_pdf_dict *d)
{
	size_t at = pdf->lex.at;
	const uint8_t *end = NULL;

	at += at < pdf->n && pdf->p[at] == '\r' ? 1 : 0;
	at += at < pdf->n && pdf->p[at] == '\n' ? 1 : 0;
	if (d->has_length && d->length <= pdf->n - at) {
		const size_t to = at + (size_t)d->length;
		const size_t look = pdf->n - to < 16 ? pdf->n - to : 16;

		end = memmem(pdf->p + to, look, "endstream", 9);
		if (end != NULL) {
			pdf->lex.at = (size_t)(end - pdf->p) + 9;
			return (struct nk_bytes){ pdf->p + at, (size_t)d->length };
		}
	}
	end = at < pdf->no_endstream ? memmem(pdf->p + at, pdf->n - at, "endstream", 9) : NULL;
	if (end == NULL) {
		pdf->no_endstream = at < pdf->no_endstream ? at : pdf->no_endstream;
		pdf->damaged = true;
		pdf->lex.at = pdf->n;
		return (struct nk_bytes){ pdf->p + at, pdf->n - at };
	}
	pdf->lex.at = (size_t)(end - pdf->p) + 9;
	return (struct nk_bytes){ pdf->p + at, (size_t)(end - pdf->p) - at };
}

static void stream(struct nkx_pdf *pdf, const struct nkx_pdf_dict *d)
{
	const struct nk_bytes in = stream_bytes(pdf, d);
	struct nkx_strand out = { .max = (size_t)nkx_limits(pdf->w)->in_memory };
	enum nkx_why why = NKX_WHY_NONE;
	int stopped_at = -1;
	const bool pixels = strcmp(d->subtype, "Image") == 0 && (d->n_filters != 1 || d->filters[0] != PDF_DCT);

	pdf->fonts += is_font(d) ? 1 : 0;
	if (pdf->found_only || (pixels && d->n_filters > 0 && d->filters[d->n_filters - 1] != PDF_DCT)) {
		if (pixels) {
			image(pdf, d, in, PDF_PIXELS);
		}
		return;
	}
	if (d->n_filters == 0 || d->filters[0] >= PDF_DCT) { /* nothing to decode: where it lies */
		decoded(pdf, d, in, d->n_filters == 0 ? -1 : d->filters[0]);
		return;
	}
	why = nkx_pdf_decode(pdf->w, d, in, &out, &stopped_at);
	if (why != NKX_WHY_NONE) {
		nkx_partly(pdf->w, why);
	}
	decoded(pdf, d, (struct nk_bytes){ (const uint8_t *)out.p, out.n }, stopped_at);
	nkx_strand_done(&out);
}

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "12 0 obj": where the 12 begins, or SIZE_MAX. `at`: of "obj". */
static size_t object_start(struct nkx_pdf *pdf, size_t at, size_t least)
{
	size_t i = at;
	uint32_t scale = 1;

	for (int round = 0; round < 2; round++) {
		const size_t blank = i;

		while (i > least &&
			(pdf->p[i - 1] == ' ' || pdf->p[i - 1] == '\n' || pdf->p[i - 1] == '\r' ||
				pdf->p[i - 1] == '\t')) {
			i--;
		}
		if (i == least || !digit(pdf->p[i - 1]) || (round == 1 && i == blank) || blank - i > 8) {
			return SIZE_MAX;
		}
		pdf->number = 0;
		scale = 1;
		for (int n = 0; n < 9 && i > least && digit(pdf->p[i - 1]); n++, i--) {
			pdf->number += (uint32_t)(pdf->p[i - 1] - '0') * scale;
			scale *= 10;
		}
	}
	return i;
}

/* The cross references and the trailer between the objects. */
static void between(struct nkx_pdf *pdf, size_t from, size_t to)
{
	const uint8_t *p = pdf->p;
	const struct nkx_pdf_teller teller = { tell, pdf, false };
	const uint8_t *xref = to > from ? memmem(p + from, to - from, "xref", 4) : NULL;
	const uint8_t *trailer = to > from ? memmem(p + from, to - from, "trailer", 7) : NULL;
	struct nkx_pdf_dict dict;
	size_t at = 0;

	if (from == 0 && to < 64 && to > 4 && memcmp(p, "%PDF", 4) == 0) {
		nkx_claimed(pdf->w, 0, to);
	}
	if (trailer != NULL) {
		pdf->lex.at = (size_t)(trailer - p) + 7;
		pdf->lex.n = to;
		(void)nkx_pdf_object(&pdf->lex, &teller, &dict);
		pdf->encrypted = pdf->encrypted || dict.encrypted;
		pdf->lex.n = pdf->n;
	}
	if (xref == NULL) {
		return;
	}
	at = (size_t)(xref - p);
	if (trailer == NULL && at + 4 < to) { /* startxref of a file with a stream of references */
		const size_t back = at >= from + 5 ? 5 : 0;

		nkx_claimed(pdf->w, at - back, to - at + back > 64 ? 64 : to - at + back);
		return;
	}
	while (at < to && (p[at] <= ' ' || digit(p[at]) || strchr("xreftnil", p[at]) != NULL)) {
		at++;
	}
	nkx_claimed(pdf->w, (uint64_t)(xref - p), at - (size_t)(xref - p));
	if (trailer != NULL && pdf->lex.at > (size_t)(trailer - p)) {
		const size_t end = to - pdf->lex.at < 32 ? to : pdf->lex.at + 32; /* the place of xref, %%EOF */

		nkx_claimed(pdf->w, (uint64_t)(trailer - p), end - (size_t)(trailer - p));
	}
}

static size_t object(struct nkx_pdf *pdf, size_t start, size_t body)
{
	const struct nkx_pdf_teller teller = { tell, pdf, false };
	struct nkx_pdf_dict dict;
	enum nkx_pdf_after after = PDF_AFTER_END;

	pdf->objects++;
	pdf->lex.at = body;
	after = nkx_pdf_object(&pdf->lex, &teller, &dict);
	pdf->encrypted = pdf->encrypted || (dict.encrypted && strcmp(dict.type, "XRef") == 0);
	pdf->fonts += strcmp(dict.type, "Font") == 0 ? 1 : 0;
	pdf->pages = strcmp(dict.type, "Pages") == 0 && dict.count > pdf->pages ? dict.count : pdf->pages;
	if (after == PDF_AFTER_STREAM) {
		stream(pdf, &dict);
	}
	if (after == PDF_AFTER_CUT) {
		pdf->damaged = true;
		if (pdf->again++ < AGAIN) { /* a string that never ends has swallowed the objects behind it */
			return body;
		}
	}
	nkx_claimed(pdf->w, start, pdf->lex.at - start);
	return pdf->lex.at;
}

void nkx_pdf_walk(struct nkx_pdf *pdf)
{
	size_t at = 0;
	size_t last = 0;

	pdf->no_endstream = pdf->n;
	pdf->lex.p = pdf->p;
	pdf->lex.n = pdf->n;
	pdf->lex.string.max = 1 << 24;
	while (at < pdf->n) {
		const uint8_t *obj = memmem(pdf->p + at, pdf->n - at, "obj", 3);
		size_t start = 0;

		if (obj == NULL) {
			break;
		}
		at = (size_t)(obj - pdf->p) + 3;
		start = object_start(pdf, at - 3, last);
		if (start != SIZE_MAX) {
			between(pdf, last, start);
			at = object(pdf, start, at);
			last = at;
		}
	}
	between(pdf, last, pdf->n);
	nkx_strand_done(&pdf->lex.string);
}
