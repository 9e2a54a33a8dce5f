/*
 * encoding.c: the encodings of the field through glibc's iconv.
 *
 * Invariant: what cannot be written is refused with its place, never replaced; the two characters that iconv would
 * silently turn into a backslash and a tilde (U+00A5, U+203E) are refused too.
 */
#include "base.h"
#include "kana.h"

#include <iconv.h>

enum { STEP_MAX = 65536, SLACK = 64 };

struct nk_codec {
	iconv_t cd;
	enum nk_encoding to;
};

const char *nk_encoding_name(enum nk_encoding e)
{
	static const char *const names[] = {
		[NK_ENC_UTF8] = "UTF-8",
		[NK_ENC_CP932] = "CP932",
		[NK_ENC_EUCJP] = "EUCJP-MS",
		[NK_ENC_UTF16LE] = "UTF-16LE",
		[NK_ENC_UTF16BE] = "UTF-16BE",
	};
	_Static_assert(NK_ARRAY_LEN(names) == NK_ENC_COUNT, "a name for each encoding");

	nk_assert((size_t)e < NK_ARRAY_LEN(names));
	return names[e];
}

NK_RESULT nk_codec_new(enum nk_encoding from, enum nk_encoding to, struct nk_codec **out, struct nk_err *err)
{
	nk_assert(from == NK_ENC_UTF8 || to == NK_ENC_UTF8);
	struct nk_codec *codec = calloc(1, sizeof(*codec));
	if (codec == NULL) {
		return nk_fail_nomem(err);
	}
	codec->to = to;
	codec->cd = iconv_open(nk_encoding_name(to), nk_encoding_name(from));
	if (codec->cd == (iconv_t)-1) {
		free(codec);
		return nk_fail(err, NK_UNSUPPORTED,
			"the system cannot convert %1$s to %2$s; install the package libc6 completely (gconv modules)",
			nk_encoding_name(from), nk_encoding_name(to));
	}
	*out = codec;
	return nk_done();
}

void nk_codec_free(struct nk_codec **codec)
{
	if (*codec == NULL) {
		return;
	}
	(void)iconv_close((*codec)->cd);
	free(*codec);
	*codec = NULL;
}

/* The length of `in` up to the first character that iconv would falsify on the way to a Japanese encoding. */
static size_t honest_len(const struct nk_codec *codec, struct nk_bytes in)
{
	if (codec->to != NK_ENC_CP932 && codec->to != NK_ENC_EUCJP) {
		return in.len;
	}
	for (size_t i = 0; i + 1 < in.len; i++) {
		const uint8_t *p = in.ptr + i;
		if ((p[0] == 0xc2 && p[1] == 0xa5) ||
			(p[0] == 0xe2 && i + 2 < in.len && p[1] == 0x80 && p[2] == 0xbe)) {
			return i;
		}
	}
	return in.len;
}

/* Converts all of the input or stops at the first bad byte; *out_done is how far it came. */
static nk_rc convert(
	struct nk_codec *codec, struct nk_bytes in, struct nk_buf *out, size_t *out_done, struct nk_err *err)
{
	char *from = (char *)(uintptr_t)in.ptr;
	size_t left = in.len;

	(void)iconv(codec->cd, NULL, NULL, NULL, NULL);
	while (left > 0) {
		uint8_t *at = NULL;
		size_t room = left < STEP_MAX ? left * 2 + SLACK : (size_t)STEP_MAX;
		room = room < out->max - out->len ? room : out->max - out->len;
		NK_TRY(nk_buf_reserve(out, room, &at, err));
		char *to = (char *)at;
		const size_t before = room;
		const size_t rc = iconv(codec->cd, &from, &left, &to, &room);
		const int why = errno;
		out->len += before - room;
		if (rc == (size_t)-1 && why != E2BIG) {
			break;
		}
		if (rc == (size_t)-1 && before == room) {
			return nk_fail(err, NK_LIMIT, "the converted text is longer than %zu bytes", out->max);
		}
	}
	*out_done = in.len - left;
	return nk_done();
}

NK_RESULT nk_codec_run(
	struct nk_codec *codec, struct nk_bytes in, struct nk_buf *out, size_t *out_bad, struct nk_err *err)
{
	const size_t before = out->len;
	const size_t honest = honest_len(codec, in);
	size_t done = 0;

	nk_rc rc = convert(codec, nk_bytes_of(in.ptr, honest), out, &done, err);
	if (nk_ok(rc) && done < in.len) {
		*out_bad = done;
		rc = nk_fail(err, NK_INVALID,
			"byte %zu of the text cannot be converted: it does not fit the encoding", done);
	}
	if (!nk_ok(rc)) {
		out->len = before;
	}
	return rc;
}
