/*
 * mime_charset.h: short texts in a declared character set as UTF-8: words of mail headers, strings of old documents.
 */
#ifndef NKX_MIME_CHARSET_H
#define NKX_MIME_CHARSET_H

#include "base.h"

#include "nkx_open.h"

enum nkx_charset {
	NKX_CHARSET_GUESS,
	NKX_CHARSET_UTF8,
	NKX_CHARSET_CP932,
	NKX_CHARSET_EUC,
	NKX_CHARSET_JIS,
	NKX_CHARSET_LATIN
};

/* Between the pieces of one text: the set that is shifted in (ISO-2022-JP), half a character. */
struct nkx_charset_state {
	enum nkx_charset charset;
	uint8_t set; /* 'B' ASCII, 'I' kana, '$' JIS X 0208, 'D' JIS X 0212 */
	uint8_t n;
	uint8_t half[4];
};

/* nkx_charset_of: by its name in a header; GUESS: unknown. */
enum nkx_charset nkx_charset_of(const char *name, size_t len);
/* nkx_charset_put: the bytes as UTF-8 through `put`. The state begins as { .charset = … } and may go on over several
 * calls; what GUESS means is decided for each call. */
typedef void nkx_charset_put_fn(void *arg, const char *utf8, size_t len);
struct nkx_charset_to {
	nkx_charset_put_fn *put;
	void *arg;
};
void nkx_charset_put(struct nkx_charset_state *s, const uint8_t *bytes, size_t len, const struct nkx_charset_to *to);

#endif
