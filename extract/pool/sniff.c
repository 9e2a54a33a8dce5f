/*
 * sniff.c: the table of formats, and which one a source is.
 *
 * Invariant: there is always an answer: what nobody knows is "text" or "binary".
 */
#include "base.h"

#include "nkx_work.h"

#define ROW(name, symbol, file) extern const struct nkx_format nkx_format_##symbol;
#include "nkx_formats.inc"
#undef ROW

static const struct nkx_format *const formats[] = {
#define ROW(name, symbol, file) &nkx_format_##symbol,
#include "nkx_formats.inc"
#undef ROW
};

static const char *const why_names[NKX_WHY_COUNT] = {
	[NKX_WHY_NONE] = "",
#define ROW(name, upper, text) [NKX_WHY_##upper] = name,
#include "nkx_whys.inc"
#undef ROW
};

static const char *const why_texts[NKX_WHY_COUNT] = {
	[NKX_WHY_NONE] = "",
#define ROW(name, upper, text) [NKX_WHY_##upper] = NK_N(text),
#include "nkx_whys.inc"
#undef ROW
};

const char *nkx_why_name(enum nkx_why why)
{
	return why_names[why];
}

const char *nkx_why_text(enum nkx_why why)
{
	return why_texts[why];
}

/* Test programs have formats of their own, for crashes and hangs. */
const struct nkx_format *nkx_test_format(void) __attribute__((weak));

const struct nkx_format *nkx_format_at(size_t i)
{
	if (i == NK_ARRAY_LEN(formats) && nkx_test_format != NULL) {
		return nkx_test_format();
	}
	return i < NK_ARRAY_LEN(formats) ? formats[i] : NULL;
}

const struct nkx_format *nkx_format_named(const char *name)
{
	const struct nkx_format *format = NULL;

	for (size_t i = 0; (format = nkx_format_at(i)) != NULL; i++) {
		if (strcmp(format->name, name) == 0) {
			return format;
		}
	}
	return NULL;
}

static int score_of(const struct nkx_format *format, const struct nkx_sniffed *what)
{
	if (what->hint != NULL && strcmp(what->hint, format->name) == 0) {
		return 1000;
	}
	return format->sniff(what->head, what->len, what->size, what->name);
}

const struct nkx_format *nkx_sniff(const struct nkx_sniffed *what, unsigned skip)
{
	int below = INT_MAX;
	size_t below_at = 0;

	for (;;) {
		int best = 0;
		size_t best_at = 0;

		/* The next one in the order of score, then of rows. */
		for (size_t i = 0; nkx_format_at(i) != NULL; i++) {
			const int score = score_of(nkx_format_at(i), what);
			const bool later = score < below || (score == below && i > below_at);

			if (later && score > best) {
				best = score;
				best_at = i;
			}
		}
		if (best == 0) {
			return NULL;
		}
		if (skip == 0) {
			return nkx_format_at(best_at);
		}
		skip--;
		below = best;
		below_at = best_at;
	}
}
