/*
 * age_header.c: the header: version, stanzas, MAC.
 *
 * Invariant: what parses prints to the same bytes (one spelling only); recipients are counted before any is tried.
 */
#include "base.h"

#include "age_int.h"
#include "json.h"

enum { COLUMNS = 64, LINE_BYTES = 48 };

NK_RESULT nk_age_bad(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, "this is not an age file, or its header is damaged");
}

bool nk_age_b64(struct nk_str text, uint8_t *out, size_t room, size_t *out_len)
{
	NK_OWNED(nk_buf_done) struct nk_buf padded = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	const size_t pad = (4 - text.len % 4) % 4;

	nk_buf_init_wiping(&padded, NK_AGE_LINE + 4);
	nk_buf_init_wiping(&bytes, room);
	if (pad == 3 || nk_str_chr(text, '=') != SIZE_MAX || !nk_ok(nk_buf_add_str(&padded, text, NULL)) ||
		!nk_ok(nk_buf_add(&padded, "===", pad, NULL)) ||
		!nk_ok(nk_base64_get(&bytes, nk_buf_str(&padded), NULL))) {
		return false;
	}
	if (bytes.len > 0) {
		memcpy(out, bytes.ptr, bytes.len);
	}
	*out_len = bytes.len;
	return true;
}

NK_RESULT nk_age_b64_put(struct nk_buf *out, struct nk_bytes b, struct nk_err *err)
{
	NK_TRY(nk_base64_put(out, b, err));
	while (out->len > 0 && out->ptr[out->len - 1] == '=') {
		out->len--;
	}
	return nk_done();
}

static bool visible(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < 33 || s.ptr[i] > 126) {
			return false;
		}
	}
	return s.len > 0;
}

/* "type arg arg" behind "-> ". */
static bool read_args(struct nk_str line, struct nk_age_stanza *s)
{
	struct nk_str word = { 0 };

	if (line.len == 0 || line.ptr[line.len - 1] == ' ' || !nk_str_cut(&line, ' ', &s->type) || !visible(s->type)) {
		return false;
	}
	while (nk_str_cut(&line, ' ', &word)) {
		if (!visible(word)) {
			return false;
		}
		if (s->n_args < NK_AGE_ARGS) {
			s->args[s->n_args] = word;
		}
		s->n_args++;
	}
	return true;
}

/* One line of a body; *out_last: a short one, which ends it. */
static bool read_body(struct nk_str line, struct nk_age_stanza *s, bool *out_last)
{
	uint8_t bytes[LINE_BYTES];
	size_t n = 0;
	size_t keep = 0;

	if (line.len > COLUMNS || !nk_age_b64(line, bytes, sizeof(bytes), &n)) {
		return false;
	}
	if (s->body_len < sizeof(s->body)) {
		keep = n < sizeof(s->body) - s->body_len ? n : sizeof(s->body) - s->body_len;
		memcpy(s->body + s->body_len, bytes, keep);
	}
	s->body_len += n;
	*out_last = line.len < COLUMNS;
	return true;
}

/* The text to and with the line that begins with "---", which goes to *last. */
static NK_RESULT read_text(struct nk_age_in *in, struct nk_age_header *h, struct nk_buf *last, struct nk_err *err)
{
	size_t stanzas = 0;

	NK_TRY(nk_age_in_line(in, last, err));
	if (!nk_str_eq(nk_buf_str(last), NK_STR(NK_AGE_VERSION))) {
		return nk_age_bad(err);
	}
	while (!nk_str_starts(nk_buf_str(last), NK_STR("---"))) {
		NK_TRY(nk_buf_add_str(&h->text, nk_buf_str(last), err));
		NK_TRY(nk_buf_add_byte(&h->text, '\n', err));
		NK_TRY(nk_age_in_line(in, last, err));
		stanzas += nk_str_starts(nk_buf_str(last), NK_STR("->")) ? 1 : 0;
		if (stanzas > NK_AGE_STANZAS) {
			return nk_fail(err, NK_LIMIT, "the age file has more than %d recipients", (int)NK_AGE_STANZAS);
		}
	}
	return nk_buf_add_c(&h->text, "---", err);
}

static NK_RESULT read_stanzas(struct nk_age_header *h, struct nk_err *err)
{
	struct nk_str text = nk_buf_str(&h->text);
	struct nk_str line = { 0 };
	bool in_body = false;
	bool last = false;

	text.len -= 4; /* the LF and "---" */
	(void)nk_str_cut(&text, '\n', &line); /* the version */
	while (nk_str_cut(&text, '\n', &line)) {
		if (in_body) {
			if (!read_body(line, &h->stanzas[h->n - 1], &last)) {
				return nk_age_bad(err);
			}
			in_body = !last;
			continue;
		}
		if (h->n == NK_AGE_STANZAS || !nk_str_starts(line, NK_STR("-> ")) ||
			!read_args(nk_str_sub(line, 3, SIZE_MAX), &h->stanzas[h->n])) {
			return nk_age_bad(err);
		}
		h->n++;
		in_body = true;
	}
	return in_body || h->n == 0 ? nk_age_bad(err) : nk_done();
}

NK_RESULT nk_age_header_read(struct nk_age_in *in, struct nk_age_header *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf last = { 0 };
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	nk_buf_init(&out->text, NK_AGE_HEADER_MAX);
	nk_buf_init(&last, NK_AGE_LINE);
	NK_TRY(read_text(in, out, &last, err));
	NK_TRY(read_stanzas(out, err));
	if (last.len != 47 || last.ptr[3] != ' ' ||
		!nk_age_b64(nk_str_sub(nk_buf_str(&last), 4, SIZE_MAX), out->mac.b, sizeof(out->mac.b), &n) ||
		n != sizeof(out->mac.b)) {
		return nk_age_bad(err);
	}
	return nk_done();
}

void nk_age_header_done(struct nk_age_header *h)
{
	nk_buf_done(&h->text);
}

void nk_age_header_mac(const struct nk_age_file_key *key, struct nk_bytes text, struct nk_hash *out)
{
	NK_OWNED(nk_key_wipe) struct nk_key mac_key = { { 0 } };

	nk_hkdf_sha256(nk_bytes_of(key->b, sizeof(key->b)), nk_bytes_of("", 0), nk_str_bytes(NK_STR("header")), &mac_key);
	nk_hmac_sha256(nk_bytes_of(mac_key.b, sizeof(mac_key.b)), text, out);
}

void nk_age_payload_key(const struct nk_age_file_key *key, const uint8_t nonce[static NK_AGE_NONCE], struct nk_key *out)
{
	nk_hkdf_sha256(nk_bytes_of(key->b, sizeof(key->b)), nk_bytes_of(nonce, NK_AGE_NONCE),
		nk_str_bytes(NK_STR("payload")), out);
}

void nk_age_chunk_nonce(uint64_t counter, bool last, uint8_t out[static NK_CHAPOLY_NONCE])
{
	memset(out, 0, NK_CHAPOLY_NONCE);
	nk_put_be64(out + 3, counter);
	out[NK_CHAPOLY_NONCE - 1] = last ? 1 : 0;
}
