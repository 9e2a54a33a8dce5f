/*
 * fmt_markup.c: HTML, XHTML, XML and SVG as text, in any encoding and any state. See markup.h.
 *
 * UTF-8 and UTF-16 are given on as UTF-8. What is neither is given on as the bytes it is, without its tags: the
 * scanner finds out which encoding it is, whatever the document says about itself.
 */
#include "base.h"

#include "markup.h"
#include "utf.h"

extern const struct nkx_format nkx_format_markup;

enum { PIECE = 65536 };

/* How much the bytes look like markup: tags by name, of which three are proof. */
static unsigned tags_in(const uint8_t *head, size_t len)
{
	static const char *const names[] = { "html", "head", "body", "table", "tr", "td", "div", "span", "p", "br",
		"a", "h1", "h2", "ul", "li", "font", "img", "title", "meta", "link", "script", "b", "svg", "style",
		"ol", "form", "input" };
	unsigned found = 0;

	for (size_t i = 0; i + 2 < len; i++) {
		size_t n = 0;
		const size_t at = head[i] == '<' ? i + (head[i + 1] == '/' ? 2u : 1u) : len;

		while (at + n < len && n < 8 &&
			((head[at + n] | 0x20) >= 'a' || (head[at + n] >= '0' && head[at + n] <= '9')) &&
			(head[at + n] | 0x20) <= 'z') {
			n++;
		}
		for (size_t k = 0; n > 0 && k < NK_ARRAY_LEN(names); k++) {
			const bool ends = at + n < len &&
				(head[at + n] == '>' || head[at + n] == ' ' || head[at + n] == '/' ||
					head[at + n] == '\n' || head[at + n] == '\r');

			found += ends && strlen(names[k]) == n &&
					strncasecmp(names[k], (const char *)head + at, n) == 0
				? 1
				: 0;
		}
	}
	return found;
}

static bool begins(const uint8_t *at, size_t len, const char *with)
{
	const size_t n = strlen(with);

	return len >= n && strncasecmp((const char *)at, with, n) == 0;
}

/* The head without its mark and blanks, of UTF-16 only every other byte. */
static size_t narrow(const uint8_t *head, size_t len, uint8_t *out, size_t room)
{
	size_t skip = 0;
	const int wide = nkx_utf16_kind(head, len, &skip);
	const size_t step = wide != 0 ? 2 : 1;
	size_t n = 0;
	size_t at = skip + (wide == 2 ? 1 : 0);

	if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0) {
		at = 3;
	}
	for (; at < len && n < room; at += step) {
		if (n > 0 || (head[at] > ' ')) {
			out[n++] = head[at];
		}
	}
	return n;
}

int nkx_markup_sniff(const uint8_t *head, size_t len)
{
	static const char *const sure[] = { "<?xml", "<!doctype html", "<html", "<svg", "<head", "<body", "<rss",
		"<feed", "<!doctype" };
	uint8_t text[4096];
	const size_t n = narrow(head, len, text, sizeof(text));
	unsigned tags = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(sure); i++) {
		if (begins(text, n, sure[i])) {
			return 90;
		}
	}
	if (n == 0 || memchr(text, '\0', n) != NULL) {
		return 0;
	}
	tags = tags_in(text, n);
	if (text[0] == '<' && tags > 0) {
		return 80;
	}
	return tags >= 3 ? 60 : 0;
}

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return nkx_markup_sniff(head, len);
}

struct run {
	struct nkx_out out;
	struct nkx_markup markup;
	uint8_t piece[PIECE];
};

static void put(void *arg, const char *utf8, size_t len)
{
	nkx_markup_feed(arg, utf8, len);
}

/* Is all of it UTF-8? Read once before, since a stream has to say it when it begins. */
static bool is_utf8(const struct nkx_source *s, uint8_t *piece)
{
	struct nkx_utf8_check check = { 0 };
	uint64_t at = 0;
	size_t n = 0;

	while (!check.bad && (n = nkx_read_some(s, at, piece, PIECE)) > 0) {
		nkx_utf8_check(&check, piece, n);
		at += n;
	}
	return !check.bad && !check.jis && check.left == 0;
}

static enum nkx_why walk(struct run *r, const struct nkx_source *s, int wide, size_t skip)
{
	struct nkx_utf16 utf16 = { .big = wide == 2 };
	uint64_t at = skip;
	size_t n = 0;

	while (!r->out.stopped && (n = nkx_read_some(s, at, r->piece, PIECE)) > 0) {
		if (wide != 0) {
			nkx_utf16_feed(&utf16, r->piece, n, put, &r->markup);
		} else {
			nkx_markup_feed(&r->markup, (const char *)r->piece, n);
		}
		at += n;
	}
	nkx_markup_end(&r->markup);
	nkx_out_take_aside(&r->out);
	nkx_out_flush(&r->out);
	return at < s->size && !r->out.stopped ? NKX_WHY_READ_ERROR : NKX_WHY_NONE;
}

enum nkx_why nkx_markup_stream(struct nkx_work *w, const struct nkx_source *s, const struct nkx_markup_job *job)
{
	struct run *r = malloc(sizeof(*r));
	size_t skip = 0;
	size_t n = 0;
	int wide = 0;
	bool utf8 = false;
	enum nkx_why why = NKX_WHY_NONE;

	if (r == NULL) {
		return NKX_WHY_MEMORY;
	}
	n = nkx_read_some(s, 0, r->piece, 4096);
	wide = nkx_utf16_kind(r->piece, n, &skip);
	skip = n >= 3 && memcmp(r->piece, "\xef\xbb\xbf", 3) == 0 ? 3 : skip;
	utf8 = wide != 0 || is_utf8(s, r->piece);
	nkx_out_start(&r->out, nkx_out_stream(w), !utf8);
	nkx_markup_start(&r->markup, &r->out, job->mode);
	if (nkx_stream_begin(w, job->name, job->format, utf8 ? NKS_KIND_TEXT : NKS_KIND_UNKNOWN)) {
		why = walk(r, s, wide, skip);
		nkx_stream_end(
			w, why != NKX_WHY_NONE ? NKX_PARTLY : job->state, why != NKX_WHY_NONE ? why : job->why);
		nkx_out_emit(w, &r->out, job->name, job->format);
	}
	nkx_out_done(&r->out);
	explicit_bzero(r->piece, sizeof(r->piece));
	free(r);
	return why;
}

/* A page, unless it says that it is something else. */
static enum nkx_markup_mode mode_of(const struct nkx_source *s)
{
	uint8_t head[4096];
	uint8_t text[4096];
	const size_t n = narrow(head, nkx_read_some(s, 0, head, sizeof(head)), text, sizeof(text));

	if (!begins(text, n, "<?xml") && !begins(text, n, "<svg") && tags_in(text, n) > 0) {
		return NKX_MARKUP_HTML;
	}
	for (size_t i = 0; i + 5 < n; i++) {
		if (begins(text + i, n - i, "<html") || begins(text + i, n - i, "<!doctype html")) {
			return NKX_MARKUP_HTML;
		}
		if (begins(text + i, n - i, "<w:") || begins(text + i, n - i, "<pkg:") ||
			begins(text + i, n - i, "<office:")) {
			return NKX_MARKUP_OFFICE;
		}
	}
	return begins(text, n, "<") ? NKX_MARKUP_XML : NKX_MARKUP_HTML;
}

static enum nkx_why open_markup(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	const struct nkx_markup_job job = { "", "markup", mode_of(s), NKX_SCANNED, NKX_WHY_NONE };

	(void)name;
	nkx_claimed(w, 0, s->size);
	return nkx_markup_stream(w, s, &job);
}

const struct nkx_format nkx_format_markup = { "markup", sniff, open_markup, false };
