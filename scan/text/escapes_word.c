/*
 * escapes_word.c: encoded words of mail headers (RFC 2047): =?charset?B or Q?text?=, several joined.
 *
 * The charset is not believed: the bytes go on as they are, those of neighbouring words in one, since writers cut
 * characters in two.
 */
#include "escapes_int.h"

enum { CHARSET_MOST = 40, WORD_MOST = 1000 };

struct word {
	size_t text, end; /* of the encoded text; the word ends two units behind `end` */
	bool base64;
};

static bool word_at(const nks_unit *u, size_t left, struct word *w)
{
	size_t i = 2;

	if (left < 8 || u[0] != '=' || u[1] != '?') {
		return false;
	}
	while (i < left && i < CHARSET_MOST && u[i] > ' ' && u[i] < 0x7f && u[i] != '?') {
		i++;
	}
	if (i + 3 >= left || u[i] != '?' || u[i + 2] != '?') {
		return false;
	}
	w->base64 = (u[i + 1] | 0x20) == 'b';
	if (!w->base64 && (u[i + 1] | 0x20) != 'q') {
		return false;
	}
	w->text = i + 3;
	for (i = w->text; i + 1 < left && i < WORD_MOST; i++) {
		if (u[i] == '?' && u[i + 1] == '=') {
			w->end = i;
			return true;
		}
		if (u[i] < ' ' || u[i] >= 0x7f) {
			return false;
		}
	}
	return false;
}

static void put_base64(struct nks_sink *sink, const nks_unit *u, const struct word *w, size_t at)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = w->text; i < w->end; i++) {
		const int six = nks_sextet(u[i]);

		if (six < 0) {
			continue;
		}
		bits = (bits << 6) | (uint32_t)six;
		have += 6;
		if (have >= 8) {
			have -= 8;
			nks_sink_put(sink, (uint8_t)(bits >> have), at);
		}
	}
}

static void put_q(struct nks_sink *sink, const nks_unit *u, const struct word *w, size_t at)
{
	for (size_t i = w->text; i < w->end; i++) {
		const bool escaped =
			u[i] == '=' && i + 2 < w->end && nks_hex(u[i + 1]) >= 0 && nks_hex(u[i + 2]) >= 0;

		if (escaped) {
			nks_sink_put(sink, (uint8_t)(nks_hex(u[i + 1]) * 16 + nks_hex(u[i + 2])), at);
			i += 2;
		} else {
			nks_sink_put(sink, u[i] == '_' ? ' ' : (uint8_t)u[i], at);
		}
	}
}

/* What stands between two words that belong together: blanks and folded line ends. */
static size_t blanks(const nks_unit *u, size_t left)
{
	size_t i = 0;

	while (i < left && i < 16 && (u[i] == ' ' || u[i] == '\t' || u[i] == '\r' || u[i] == '\n')) {
		i++;
	}
	return i;
}

size_t nks_escapes_words(struct nks_sink *sink, size_t at)
{
	const nks_unit *u = sink->text->u;
	const size_t n = sink->text->n;
	size_t end = at;
	size_t i = at;
	struct word w;

	while (i < n && word_at(u + i, n - i, &w)) {
		if (w.base64) {
			put_base64(sink, u + i, &w, i);
		} else {
			put_q(sink, u + i, &w, i);
		}
		end = i + w.end + 2;
		i = end + blanks(u + end, n - end);
	}
	if (end > at) {
		nks_sink_give(sink, end);
	}
	return end > at ? end : at + 1;
}
