/*
 * fmt_rtf.c: Rich Text Format: its tokens; what they mean stands in rtf_words.c.
 *
 * Text in the fonts' character sets and as \u becomes UTF-8; pictures and objects are opened in turn. A group that
 * never ends, ends too often or nests too deep does no harm; the reader goes on to the end of the bytes.
 */
#include "base.h"

#include "rtf_int.h"

extern const struct nkx_format nkx_format_rtf;

enum { PIECE = 65536 };

struct input {
	const struct nkx_source *s;
	uint64_t at;
	size_t i, n;
	uint8_t buf[PIECE];
};

static int next(struct input *in)
{
	if (in->i == in->n) {
		in->at += in->n;
		in->n = nkx_read_some(in->s, in->at, in->buf, sizeof(in->buf));
		in->i = 0;
		if (in->n == 0) {
			return -1;
		}
	}
	return in->buf[in->i++];
}

/* Only ever of what was got last. */
static void back(struct input *in, int c)
{
	if (c >= 0) {
		in->i--;
	}
}

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0) {
		head += 3;
		len -= 3;
	}
	return len >= 5 && memcmp(head, "{\\rt", 4) == 0 ? 95 : 0;
}

static int nibble(int c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void hex_byte(struct nkx_rtf *r, uint8_t byte)
{
	if (!nkx_strand_put(&r->hex, &byte, 1)) {
		r->damaged = true;
	}
}

static void raw_byte(struct nkx_rtf *r, int c)
{
	r->raw[r->n_raw++] = (uint8_t)c;
	if (r->n_raw == sizeof(r->raw)) {
		nkx_rtf_raw_flush(r);
	}
}

/* The digits that waited: text, when they stand close to what is no digit. */
static void give_before(struct nkx_rtf *r, bool text)
{
	for (size_t i = 0; i < r->n_before && text; i++) {
		raw_byte(r, r->before[i]);
	}
	r->n_before = 0;
}

/* Text between hexadecimal digits, with the digits around it, goes aside. */
static void hex_text(struct nkx_rtf *r, int c)
{
	if (c != ' ' && c != '\t' && nibble(c) < 0) {
		give_before(r, true);
		raw_byte(r, c);
		r->hex_text = true;
		return;
	}
	if (r->n_before == sizeof(r->before) && r->hex_text) {
		give_before(r, true);
		raw_byte(r, '\n');
		r->hex_text = false;
	} else if (r->n_before == sizeof(r->before)) {
		r->n_before /= 2;
		memmove(r->before, r->before + r->n_before, r->n_before);
	}
	r->before[r->n_before++] = (uint8_t)c;
}

/* A byte of text in the font's character set, or half a byte of a picture. */
static void byte_of(struct nkx_rtf *r, int c)
{
	if (nkx_rtf_top(r)->dest == RTF_HEX) {
		const int v = nibble(c);

		if (v >= 0 && r->has_nibble) {
			hex_byte(r, (uint8_t)(r->nibble << 4 | v));
		}
		r->has_nibble = v >= 0 ? !r->has_nibble : r->has_nibble;
		r->nibble = v >= 0 ? (uint8_t)v : r->nibble;
		hex_text(r, c);
		return;
	}
	if (r->skip > 0) {
		r->skip--;
		return;
	}
	raw_byte(r, c);
}

static void binary(struct nkx_rtf *r, struct input *in, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		const int c = next(in);

		if (c < 0) {
			r->damaged = true;
			return;
		}
		hex_byte(r, (uint8_t)c);
	}
}

static void word(struct nkx_rtf *r, struct input *in, int c)
{
	char name[33];
	size_t n = 0;
	int64_t v = 0;
	bool minus = false;
	bool has = false;

	for (; (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); c = next(in)) {
		if (n < sizeof(name) - 1) {
			name[n++] = (char)c;
		}
	}
	name[n] = '\0';
	if (c == '-') {
		minus = true;
		c = next(in);
	}
	for (; c >= '0' && c <= '9'; c = next(in)) {
		v = v < INT32_MAX / 10 ? v * 10 + (c - '0') : v;
		has = true;
	}
	if (c != ' ') {
		back(in, c);
	}
	if (strcmp(name, "bin") == 0) {
		binary(r, in, minus ? 0 : (int32_t)v);
		return;
	}
	nkx_rtf_word(r, name, has, (int32_t)(minus ? -v : v));
}

static void symbol(struct nkx_rtf *r, int c)
{
	nkx_rtf_raw_flush(r);
	if (c == '*') {
		r->star = true;
	} else if (c == '~') {
		nkx_rtf_put(r, "\xc2\xa0", 2);
	} else if (c == '_') {
		nkx_rtf_put(r, "-", 1);
	} else if (c == '\n' || c == '\r') {
		nkx_rtf_word(r, "par", false, 0);
	} else if (c == '\\' || c == '{' || c == '}') {
		byte_of(r, c);
	}
}

static void control(struct nkx_rtf *r, struct input *in)
{
	const int c = next(in);

	if (c == '\'') {
		const int high = nibble(next(in));
		const int low = high >= 0 ? nibble(next(in)) : -1;

		if (low >= 0 && nkx_rtf_top(r)->dest == RTF_HEX) {
			give_before(r, true); /* digits that stand before it */
			raw_byte(r, high << 4 | low);
		} else if (low >= 0) {
			byte_of(r, high << 4 | low);
		}
	} else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
		word(r, in, c);
	} else if (c >= 0) {
		symbol(r, c);
	}
}

/* A picture or object is whole. */
static void object(struct nkx_rtf *r)
{
	char name[32];
	struct nkx_source s = { .mem = (const uint8_t *)r->hex.p, .fd = -1, .size = r->hex.n };

	if (r->hex.n > 0) {
		(void)snprintf(name, sizeof(name), "#object-%u", ++r->n_objects);
		(void)nkx_nested(r->w, name, &s, NULL);
	}
	nkx_strand_done(&r->hex);
}

static void open_group(struct nkx_rtf *r)
{
	nkx_rtf_raw_flush(r);
	r->skip = 0;
	if (r->depth + 1 == RTF_DEPTH) {
		r->beyond++;
		return;
	}
	r->levels[r->depth + 1] = r->levels[r->depth];
	r->depth++;
	nkx_rtf_top(r)->destination = false;
}

static void close_group(struct nkx_rtf *r)
{
	const struct nkx_rtf_level was = *nkx_rtf_top(r);

	give_before(r, r->hex_text);
	r->hex_text = false;
	nkx_rtf_raw_flush(r);
	r->skip = 0;
	r->star = false;
	if (r->beyond > 0) {
		r->beyond--;
		return;
	}
	if (was.destination && was.dest == RTF_HEX) {
		object(r);
	} else if (was.destination && was.dest == RTF_NOTHING) {
		nkx_rtf_quiet(r);
	} else if (was.destination && was.dest != RTF_TEXT) {
		nkx_rtf_put(r, "\n", 1);
	}
	if (r->depth > 0) {
		const bool in_table = was.in_table;

		r->depth--;
		nkx_rtf_top(r)->in_table = was.dest == RTF_TEXT ? in_table : nkx_rtf_top(r)->in_table;
		r->state = (struct nkx_charset_state){ .charset = nkx_rtf_top(r)->charset };
	}
}

static void read_all(struct nkx_rtf *r, struct input *in)
{
	int c = 0;

	while (!r->out.stopped && (c = next(in)) >= 0) {
		if (c == '{') {
			open_group(r);
		} else if (c == '}') {
			close_group(r);
		} else if (c == '\\') {
			control(r, in);
		} else if (c != '\r' && c != '\n' && c != 0) {
			byte_of(r, c);
		}
	}
	r->damaged = r->damaged || r->depth > 0;
	give_before(r, r->hex_text);
	nkx_rtf_raw_flush(r);
	nkx_rtf_quiet(r);
	if (nkx_rtf_top(r)->dest == RTF_HEX) {
		object(r);
	}
}

static void start(struct nkx_rtf *r, struct nkx_work *w)
{
	memset(r, 0, sizeof(*r));
	r->w = w;
	r->base = NKX_CHARSET_GUESS;
	r->levels[0].uc = 1;
	r->levels[0].charset = r->base;
	memset(r->fonts, r->base, sizeof(r->fonts));
	r->state.charset = r->base;
	r->quiet.max = 1 << 20;
	r->hex.max = (size_t)nkx_limits(w)->in_memory;
	r->aside_last = '\n';
	nkx_out_start(&r->out, nkx_out_stream(w), false);
}

static enum nkx_why open_rtf(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	struct nkx_rtf *r = malloc(sizeof(*r));
	struct input *in = malloc(sizeof(*in));

	(void)name;
	if (r == NULL || in == NULL || !nkx_stream_begin(w, "", "rtf", NKS_KIND_TEXT)) {
		free(r);
		free(in);
		return NKX_WHY_MEMORY;
	}
	in->s = s;
	in->at = 0;
	in->i = in->n = 0;
	start(r, w);
	read_all(r, in);
	nkx_out_flush(&r->out);
	nkx_stream_end(w, r->damaged ? NKX_PARTLY : NKX_SCANNED, r->damaged ? NKX_WHY_DAMAGED : NKX_WHY_NONE);
	nkx_out_emit(w, &r->out, "", "rtf");
	nkx_claimed(w, 0, s->size);
	nkx_out_done(&r->out);
	nkx_strand_done(&r->hex);
	nkx_strand_done(&r->quiet);
	explicit_bzero(r, sizeof(*r));
	explicit_bzero(in->buf, sizeof(in->buf));
	free(r);
	free(in);
	return NKX_WHY_NONE;
}

const struct nkx_format nkx_format_rtf = { "rtf", sniff, open_rtf, true };
