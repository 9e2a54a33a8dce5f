/*
 * mime_headers.c: header fields: unfolded, encoded words (RFC 2047) and parameters (RFC 2231) decoded.
 *
 * Words of one charset that follow each other are one text: many mailers cut ISO-2022-JP and multi-byte characters at
 * the border of words, against the rule. Nothing is lost: what does not decode stays as it is written.
 */
#include "base.h"

#include "mime.h"

struct word {
	const uint8_t *charset, *text;
	size_t charset_len, text_len, len; /* len: of all of it */
	bool base64;
};

/* "=?charset?B?text?=" at p. */
static bool word_at(const uint8_t *p, size_t len, struct word *out)
{
	if (len < 8 || p[0] != '=' || p[1] != '?') {
		return false;
	}
	len = len < 2048 ? len : 2048;
	const uint8_t *set_end = memchr(p + 2, '?', len - 2);
	size_t at = set_end == NULL ? len : (size_t)(set_end - p);

	if (len - at < 4 || p[at + 2] != '?') {
		return false;
	}
	const uint8_t *star = memchr(p + 2, '*', at - 2); /* a language */

	out->charset = p + 2;
	out->charset_len = star != NULL ? (size_t)(star - p) - 2 : at - 2;
	out->base64 = (p[at + 1] | 32) == 'b';
	out->text = p + at + 3;
	for (size_t i = at + 3; i + 1 < len; i++) {
		if (p[i] == '?' && p[i + 1] == '=') {
			out->text_len = i - at - 3;
			out->len = i + 2;
			return out->base64 || (p[at + 1] | 32) == 'q';
		}
	}
	return false;
}

static void put_word(const struct word *word, struct nkx_charset_state *state, const struct nkx_charset_to *to)
{
	struct nkx_mime_decoder d = { .coding = word->base64 ? NKX_MIME_BASE64 : NKX_MIME_QUOTED };
	uint8_t in[2048], out[2048 + 64];
	size_t n = word->text_len < sizeof(in) ? word->text_len : sizeof(in);

	for (size_t i = 0; i < n; i++) {
		in[i] = !word->base64 && word->text[i] == '_' ? ' ' : word->text[i];
	}
	n = nkx_mime_decode(&d, in, n, true, out);
	nkx_charset_put(state, out, n, to);
	explicit_bzero(in, sizeof(in));
	explicit_bzero(out, sizeof(out));
}

static size_t blanks(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && (p[n] == ' ' || p[n] == '\t' || p[n] == '\r' || p[n] == '\n')) {
		n++;
	}
	return n;
}

/* A run of encoded words; returns how many bytes of p it took. */
static size_t put_words(const uint8_t *p, size_t len, const struct nkx_charset_to *to)
{
	struct nkx_charset_state state = { .charset = NKX_CHARSET_GUESS };
	struct word word;
	size_t at = 0, next = 0;

	while (word_at(p + next, len - next, &word)) {
		enum nkx_charset charset = nkx_charset_of((const char *)word.charset, word.charset_len);

		if (at == 0 || charset != state.charset) {
			state = (struct nkx_charset_state){ .charset = charset };
		}
		/* UTF-8 is put as it is: a character may be cut between two words. */
		put_word(&word, &state, to);
		at = next + word.len;
		next = at + blanks(p + at, len - at);
	}
	return at;
}

/* A whole value: text as it is, words decoded, folds undone. */
static void put_value(const uint8_t *p, size_t len, const struct nkx_charset_to *to)
{
	size_t from = 0;

	for (size_t i = 0; i < len;) {
		struct nkx_charset_state guess = { .charset = NKX_CHARSET_GUESS };
		struct word word;
		bool fold = p[i] == '\r' || p[i] == '\n';

		if (!fold && (p[i] != '=' || !word_at(p + i, len - i, &word))) {
			i++;
			continue;
		}
		nkx_charset_put(&guess, p + from, i - from, to);
		if (fold) {
			i += blanks(p + i, len - i);
			to->put(to->arg, " ", 1);
		} else {
			i += put_words(p + i, len - i, to);
		}
		from = i;
	}
	struct nkx_charset_state guess = { .charset = NKX_CHARSET_GUESS };

	nkx_charset_put(&guess, p + from, len - from, to);
}

struct small {
	char *at;
	size_t n, room;
};

static void put_small(void *arg, const char *utf8, size_t len)
{
	struct small *s = arg;

	if (s->n + len < s->room) {
		memcpy(s->at + s->n, utf8, len);
		s->n += len;
		s->at[s->n] = '\0';
	}
}

static void put_text(void *arg, const char *utf8, size_t len)
{
	nkx_put(arg, utf8, len);
}

static bool is(const uint8_t *p, size_t len, const char *lower)
{
	size_t n = strlen(lower);

	if (len < n) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if ((p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]) != lower[i]) {
			return false;
		}
	}
	return true;
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A value of RFC 2231: charset'language'%xx; only the first section names the charset. */
static void put_2231(const uint8_t *p, size_t len, struct nkx_charset_state *state, struct small *out, bool first)
{
	struct nkx_charset_to to = { put_small, out };
	const uint8_t *quote = first ? memchr(p, '\'', len) : NULL;
	uint8_t bytes[512];
	size_t n = 0, at = 0;

	if (quote != NULL) {
		const uint8_t *second = memchr(quote + 1, '\'', len - (size_t)(quote - p) - 1);

		state->charset = nkx_charset_of((const char *)p, (size_t)(quote - p));
		at = second != NULL ? (size_t)(second - p) + 1 : (size_t)(quote - p) + 1;
	}
	for (; at < len && n < sizeof(bytes); at++) {
		if (p[at] == '%' && len - at > 2 && hex(p[at + 1]) >= 0 && hex(p[at + 2]) >= 0) {
			bytes[n++] = (uint8_t)(hex(p[at + 1]) * 16 + hex(p[at + 2]));
			at += 2;
		} else {
			bytes[n++] = p[at];
		}
	}
	nkx_charset_put(state, bytes, n, &to);
}

struct param {
	const uint8_t *name, *value;
	size_t name_len, value_len;
};

/* The next parameter behind *at; false: no more. */
static bool next_param(const uint8_t *p, size_t len, size_t *at, struct param *out)
{
	while (*at < len && p[*at] != ';') {
		*at += 1;
	}
	*at += *at < len;
	*at += blanks(p + *at, len - *at);
	const size_t name = *at;

	while (*at < len && p[*at] != '=' && p[*at] != ';') {
		*at += 1;
	}
	if (*at >= len) {
		return false;
	}
	out->name = p + name;
	out->name_len = *at - name;
	out->value_len = 0;
	out->value = p + *at;
	if (p[*at] == ';') {
		return true;
	}
	*at += 1;
	*at += blanks(p + *at, len - *at);
	const bool quoted = *at < len && p[*at] == '"';
	const size_t from = *at + (quoted ? 1 : 0);

	for (*at = from; *at < len && (quoted ? p[*at] != '"' : p[*at] != ';' && p[*at] > ' ');) {
		*at += quoted && p[*at] == '\\' && *at + 1 < len ? 2 : 1;
	}
	*at = *at < len ? *at : len;
	out->value = p + from;
	out->value_len = *at - from;
	return true;
}

static void boundary(const struct param *param, struct nkx_mime_info *out)
{
	size_t n = param->value_len < sizeof(out->boundary) - 1 ? param->value_len : sizeof(out->boundary) - 1;

	memcpy(out->boundary, param->value, n);
	out->boundary[n] = '\0';
}

/* Parameters of Content-Type and Content-Disposition: boundary and name. */
static void params(const uint8_t *p, size_t len, struct nkx_mime_info *out)
{
	struct small name = { out->name, 0, sizeof(out->name) };
	struct nkx_charset_state state = { .charset = NKX_CHARSET_GUESS };
	struct nkx_charset_to to = { put_small, &name };
	struct param param;

	for (size_t at = 0; next_param(p, len, &at, &param);) {
		const size_t stem = is(param.name, param.name_len, "filename") ? 8
			: is(param.name, param.name_len, "name")               ? 4
									       : 0;

		if (is(param.name, param.name_len, "boundary")) {
			boundary(&param, out);
		}
		if (stem == 0 || (param.name_len > stem && param.name[stem] != '*')) {
			continue;
		}
		if (param.name_len == stem) {
			name.n = 0;
			put_value(param.value, param.value_len, &to);
		} else if (param.name[param.name_len - 1] == '*') {
			const bool first = param.name_len == stem + 1 || param.name[stem + 1] == '0';

			name.n = first ? 0 : name.n;
			put_2231(param.value, param.value_len, &state, &name, first);
		} else {
			name.n = param.name[stem + 1] == '0' ? 0 : name.n;
			put_value(param.value, param.value_len, &to);
		}
	}
}

static void content_type(const uint8_t *p, size_t len, struct nkx_mime_info *out)
{
	static const struct {
		const char *type;
		enum nkx_mime_kind kind;
	} types[] = { { "multipart/encrypted", NKX_MIME_SECRET }, { "multipart/", NKX_MIME_MULTI },
		{ "message/rfc822", NKX_MIME_MESSAGE }, { "message/global", NKX_MIME_MESSAGE },
		{ "message/", NKX_MIME_TEXT }, { "text/html", NKX_MIME_HTML }, { "text/", NKX_MIME_TEXT },
		{ "application/pkcs7-mime", NKX_MIME_SECRET }, { "application/x-pkcs7-mime", NKX_MIME_SECRET },
		{ "application/pgp-encrypted", NKX_MIME_SECRET } };

	out->kind = NKX_MIME_FILE;
	for (size_t i = 0; i < NK_ARRAY_LEN(types) && out->kind == NKX_MIME_FILE; i++) {
		if (is(p, len, types[i].type)) {
			out->kind = types[i].kind;
		}
	}
	/* Signed but not encrypted: the message is in it. */
	if (out->kind == NKX_MIME_SECRET && memmem(p, len, "signed-data", 11) != NULL) {
		out->kind = NKX_MIME_FILE;
	}
	params(p, len, out);
}

static void field(const uint8_t *p, size_t name, size_t len, struct nkx_mime_info *out)
{
	const uint8_t *colon = memchr(p, ':', len);
	size_t at = (size_t)(colon - p) + 1;

	at += blanks(p + at, len - at);
	if (name == 12 && is(p, name, "content-type")) {
		content_type(p + at, len - at, out);
	} else if (name == 19 && is(p, name, "content-disposition")) {
		params(p + at, len - at, out);
	} else if (name == 25 && is(p, name, "content-transfer-encoding")) {
		out->coding = is(p + at, len - at, "base64")                                ? NKX_MIME_BASE64
			: is(p + at, len - at, "quoted-printable")                          ? NKX_MIME_QUOTED
			: is(p + at, len - at, "x-uue") || is(p + at, len - at, "uuencode") ? NKX_MIME_UU
											    : NKX_MIME_PLAIN;
	}
}

void nkx_mime_headers(const uint8_t *block, size_t len, struct nkx_mime_info *out, struct nkx_text *t)
{
	struct nkx_charset_to to = { put_text, t };

	memset(out, 0, sizeof(*out));
	for (size_t at = 0; at < len;) {
		size_t end = at;

		do { /* the line and those that continue it */
			const uint8_t *line = memchr(block + end, '\n', len - end);

			end = line != NULL ? (size_t)(line - block) + 1 : len;
		} while (end < len && (block[end] == ' ' || block[end] == '\t'));
		size_t name = nkx_line_is_field(block + at, end - at);
		size_t text = end - at;

		while (text > 0 && (block[at + text - 1] == '\n' || block[at + text - 1] == '\r')) {
			text--;
		}
		if (name > 0) {
			field(block + at, name, text, out);
		}
		if (t != NULL) {
			put_value(block + at, text, &to);
			nkx_put(t, "\n", 1);
		}
		at = end;
	}
}
