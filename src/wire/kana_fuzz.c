/*
 * kana_fuzz.c: any bytes through the guess, the decoder that it names, and the keys.
 */
#include "base.h"
#include "kana.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 1 << 22 };

/* NFC is settled, keys are UTF-8 of full width, romaji is ASCII. */
static void try_text(struct nk_str text)
{
	NK_OWNED(nk_buf_done) struct nk_buf a = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init_wiping(&a, TEXT_MAX);
	nk_buf_init_wiping(&b, TEXT_MAX);
	nk_assert(nk_ok(nk_nfc(text, &a, NULL)) && nk_utf8_valid(nk_buf_bytes(&a), NULL));
	nk_assert(nk_ok(nk_nfc(nk_buf_str(&a), &b, NULL)) && nk_bytes_eq(nk_buf_bytes(&a), nk_buf_bytes(&b)));
	nk_buf_reset(&a);
	nk_assert(nk_ok(nk_fold(text, &a, NULL)) && nk_utf8_valid(nk_buf_bytes(&a), NULL));
	nk_assert(!nk_has_halfwidth_kana(nk_buf_str(&a)));
	nk_buf_reset(&b);
	nk_assert(nk_ok(nk_romaji(text, &b, NULL)));
	for (size_t i = 0; i < b.len; i++) {
		nk_assert(b.ptr[i] >= 0x20 && b.ptr[i] < 0x7f);
	}
	nk_assert(nk_width(text) <= 2 * text.len);
}

static void decode(enum nk_encoding from, struct nk_bytes in, struct nk_buf *out)
{
	NK_OWNED(nk_codec_free) struct nk_codec *codec = NULL;
	size_t bad = SIZE_MAX;

	nk_buf_init_wiping(out, TEXT_MAX);
	nk_assert(nk_ok(nk_codec_new(from, NK_ENC_UTF8, &codec, NULL)));
	if (nk_ok(nk_codec_run(codec, in, out, &bad, NULL))) {
		nk_assert(nk_utf8_valid(nk_buf_bytes(out), NULL));
	} else {
		nk_assert(bad < in.len && out->len == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_bytes all = { data, size };
	enum nk_encoding e = NK_ENC_COUNT;
	size_t skip = 0;
	size_t bad = 0;

	if (size > 65536) {
		return 0;
	}
	if (!nk_encoding_guess(all, size % 2 == 0, &e, &skip, &bad)) {
		nk_assert(bad < size);
		return 0;
	}
	nk_assert(e < NK_ENC_COUNT && skip <= size);
	decode(e, nk_bytes_of(data + skip, size - skip), &text);
	try_text(nk_buf_str(&text));
	return 0;
}
