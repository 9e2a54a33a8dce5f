/*
 * redact_text.c: a text of any encoding: decoded, redacted, encoded as it was.
 *
 * What is no text in one encoding is refused: half of it would stay unread.
 */
#include "base.h"
#include "redact_int.h"

#include "kana.h"

static const char no_text[] = NK_N("no text of one known encoding: it cannot be redacted");
static const char left[] = NK_N("something of a person is left that could not be replaced");
static const char no_words[] = NK_N("a pseudonym cannot be written in its encoding");

static NK_RESULT convert(enum nk_encoding from, enum nk_encoding to, struct nk_bytes in, struct nk_buf *out, bool *out_ok,
	struct nk_err *err)
{
	NK_OWNED(nk_codec_free) struct nk_codec *codec = NULL;
	size_t bad = 0;
	struct nk_err own;
	nk_rc rc;

	NK_TRY(nk_codec_new(from, to, &codec, err));
	rc = nk_codec_run(codec, in, out, &bad, &own);
	*out_ok = nk_ok(rc);
	return nk_ok(rc) || rc.code == NK_INVALID ? nk_done() : nk_err_pass(err, &own);
}

/* --- ISO-2022-JP: the rows and cells of EUC-JP, seven bits each, between escapes --- */

static bool is_jis(struct nk_bytes in)
{
	bool escape = false;

	for (size_t i = 0; i < in.len; i++) {
		if (in.ptr[i] >= 0x80) {
			return false;
		}
		escape = escape || (in.ptr[i] == 0x1b && i + 2 < in.len && (in.ptr[i + 1] == '$' || in.ptr[i + 1] == '('));
	}
	return escape;
}

/* The set that an escape of three bytes at i begins: 0 ASCII, 1 kana of one byte, 2 kanji; -1: another. */
static int set_of(const uint8_t *esc)
{
	if (esc[1] == '$' && (esc[2] == 'B' || esc[2] == '@')) {
		return 2;
	}
	if (esc[1] == '(') {
		return esc[2] == 'I' ? 1 : esc[2] == 'B' || esc[2] == 'J' ? 0 : -1;
	}
	return -1;
}

static NK_RESULT from_jis(struct nk_bytes in, struct nk_buf *euc, bool *out_ok, struct nk_err *err)
{
	int set = 0;

	*out_ok = true;
	for (size_t i = 0; i < in.len && *out_ok;) {
		const uint8_t c = in.ptr[i];

		if (c == 0x1b) {
			set = i + 2 < in.len ? set_of(in.ptr + i) : -1;
			*out_ok = set >= 0;
			i += 3;
			continue;
		}
		if (c <= 0x20 || set == 0) {
			set = c == '\n' ? 0 : set;
			NK_TRY(nk_buf_add_byte(euc, c, err));
			i++;
			continue;
		}
		NK_TRY(set == 1 ? nk_buf_add_byte(euc, 0x8e, err) : nk_done());
		NK_TRY(nk_buf_add_byte(euc, c | 0x80, err));
		*out_ok = set == 1 || i + 1 < in.len;
		NK_TRY(set == 2 && *out_ok ? nk_buf_add_byte(euc, in.ptr[i + 1] | 0x80, err) : nk_done());
		i += set == 2 ? 2 : 1;
	}
	return nk_done();
}

static NK_RESULT to_jis(struct nk_bytes euc, struct nk_buf *out, struct nk_err *err)
{
	static const char *const escapes[] = { "\x1b(B", "\x1b(I", "\x1b$B" };
	int set = 0;

	for (size_t i = 0; i < euc.len;) {
		const uint8_t c = euc.ptr[i];
		const int want = c < 0x80 ? 0 : c == 0x8e ? 1 : 2;
		const size_t n = want == 0 ? 1 : 2;

		if (want != set) {
			NK_TRY(nk_buf_add_c(out, escapes[want], err));
			set = want;
		}
		for (size_t k = want == 1 ? 1 : 0; k < n && i + k < euc.len; k++) {
			NK_TRY(nk_buf_add_byte(out, euc.ptr[i + k] & 0x7f, err));
		}
		i += n;
	}
	return set == 0 ? nk_done() : nk_buf_add_c(out, escapes[0], err);
}

/* --- one text --- */

struct coding {
	enum nk_encoding encoding;
	bool jis;
	size_t skip; /* BOM, kept as it is */
};

static NK_RESULT decode(const struct coding *c, struct nk_bytes in, struct nk_buf *utf8, bool *out_ok, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf euc = { 0 };
	const struct nk_bytes body = nk_bytes_of(in.ptr + c->skip, in.len - c->skip);
	size_t bad = 0;

	if (c->jis) {
		nk_buf_init_wiping(&euc, 2 * NK_REDACT_FILE_MAX);
		NK_TRY(from_jis(body, &euc, out_ok, err));
		return *out_ok ? convert(NK_ENC_EUCJP, NK_ENC_UTF8, nk_buf_bytes(&euc), utf8, out_ok, err) : nk_done();
	}
	if (c->encoding == NK_ENC_UTF8) {
		*out_ok = nk_utf8_valid(body, &bad);
		return nk_buf_add(utf8, body.ptr, body.len, err);
	}
	return convert(c->encoding, NK_ENC_UTF8, body, utf8, out_ok, err);
}

static NK_RESULT encode(const struct coding *c, struct nk_bytes utf8, struct nk_buf *out, bool *out_ok, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf euc = { 0 };

	*out_ok = true;
	if (c->jis) {
		nk_buf_init_wiping(&euc, 2 * NK_REDACT_FILE_MAX);
		NK_TRY(convert(NK_ENC_UTF8, NK_ENC_EUCJP, utf8, &euc, out_ok, err));
		return *out_ok ? to_jis(nk_buf_bytes(&euc), out, err) : nk_done();
	}
	return c->encoding == NK_ENC_UTF8 ? nk_buf_add(out, utf8.ptr, utf8.len, err)
					  : convert(NK_ENC_UTF8, c->encoding, utf8, out, out_ok, err);
}

static bool has_nul(struct nk_bytes b)
{
	return b.len > 0 && memchr(b.ptr, 0, b.len) != NULL;
}

NK_RESULT nk_redact_text(
	struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, const char **out_why, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf utf8 = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf done = { 0 };
	struct coding c = { .jis = is_jis(in) };
	size_t bad = 0;
	bool ok = false;

	nk_buf_init_wiping(&utf8, 3 * (size_t)NK_REDACT_FILE_MAX);
	nk_buf_init_wiping(&done, 4 * (size_t)NK_REDACT_FILE_MAX);
	*out_why = no_text;
	if (!c.jis && in.len > 0 && !nk_encoding_guess(in, true, &c.encoding, &c.skip, &bad)) {
		return nk_done();
	}
	NK_TRY(decode(&c, in, &utf8, &ok, err));
	if (!ok || has_nul(nk_buf_bytes(&utf8))) {
		return nk_done();
	}
	NK_TRY(nk_redact_utf8(r, nk_buf_str(&utf8), false, &done, &ok, err));
	*out_why = left;
	if (!ok) {
		return nk_done();
	}
	NK_TRY(nk_buf_add(out, in.ptr, c.skip, err));
	NK_TRY(encode(&c, nk_buf_bytes(&done), out, &ok, err));
	*out_why = ok ? NULL : no_words;
	return nk_done();
}
