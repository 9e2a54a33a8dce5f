/*
 * out.c: buffered output in wiping memory. Nothing that came from outside reaches a terminal unlooked at.
 */
#include "base.h"

#include "out.h"

#include "os.h"

enum { FLUSH_AT = 64 << 10, OUT_MAX = 64 << 20 };

void nk_out_init(struct nk_out *out, int fd, bool terminal, bool colour)
{
	*out = (struct nk_out){ .fd = fd, .terminal = terminal, .colour = colour, .failed = nk_done() };
	nk_buf_init_wiping(&out->buf, OUT_MAX);
}

void nk_out_done(struct nk_out *out)
{
	nk_buf_done(&out->buf);
}

static void hand_over(struct nk_out *out)
{
	if (nk_ok(out->failed) && out->buf.len > 0) {
		out->failed = nk_os_fd_write(out->fd, out->buf.ptr, out->buf.len, &out->err);
	}
	nk_buf_reset(&out->buf);
}

/* Past the buffer: what is long, and what there is no memory for: that there is none must be said as well. */
static void hand_on(struct nk_out *out, struct nk_bytes b)
{
	hand_over(out);
	out->failed = nk_ok(out->failed) ? nk_os_fd_write(out->fd, b.ptr, b.len, &out->err) : out->failed;
}

void nk_out_bytes(struct nk_out *out, struct nk_bytes b)
{
	if (!nk_ok(out->failed) || b.len == 0) {
		return;
	}
	out->written += b.len;
	if (b.len >= FLUSH_AT || !nk_ok(nk_buf_add(&out->buf, b.ptr, b.len, &out->err))) {
		hand_on(out, b);
		return;
	}
	if (out->buf.len >= FLUSH_AT) {
		hand_over(out);
	}
}

void nk_out_c(struct nk_out *out, const char *text)
{
	nk_out_bytes(out, nk_str_bytes(nk_str_c(text)));
}

void nk_out_f(struct nk_out *out, const char *fmt, ...)
{
	char text[2048];
	va_list args;
	int len = 0;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	nk_assert(len >= 0);
	nk_out_bytes(out, nk_bytes_of(text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1));
	explicit_bzero(text, sizeof(text));
}

/* Control characters of both blocks, and what turns the direction of writing, could make one line look like another.
 */
static bool is_dangerous(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x200e || cp == 0x200f || cp == 0x2028 ||
		cp == 0x2029 || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

typedef void put_fn(void *to, struct nk_str piece);

/* Calls `put` with the clean pieces in order. */
static void clean(struct nk_str s, bool keep_lines, put_fn *put, void *to)
{
	size_t from = 0;
	size_t at = 0;
	size_t bad = 0;
	size_t end = nk_utf8_valid(nk_str_bytes(s), &bad) ? s.len : bad;

	while (at < end) {
		const size_t here = at;
		const uint32_t cp = nk_utf8_next((struct nk_str){ s.ptr, end }, &at);

		if (!is_dangerous(cp) || (keep_lines && (cp == '\n' || cp == '\t'))) {
			continue;
		}
		put(to, nk_str_sub(s, from, here - from));
		put(to, cp == '\n' || cp == '\r' || cp == '\t' ? NK_STR(" ") : NK_STR("?"));
		from = at;
	}
	put(to, nk_str_sub(s, from, end - from));
	if (end < s.len) {
		put(to, NK_STR("?"));
	}
}

static void put_out(void *to, struct nk_str piece)
{
	nk_out_bytes(to, nk_str_bytes(piece));
}

void nk_out_text(struct nk_out *out, struct nk_str s)
{
	clean(s, false, put_out, out);
}

void nk_out_lines(struct nk_out *out, struct nk_str s)
{
	clean(s, true, put_out, out);
}

void nk_out_pad(struct nk_out *out, size_t blanks)
{
	static const char room[] = "                                ";

	while (blanks > 0) {
		const size_t n = blanks < sizeof(room) - 1 ? blanks : sizeof(room) - 1;

		nk_out_bytes(out, nk_bytes_of(room, n));
		blanks -= n;
	}
}

void nk_out_colour(struct nk_out *out, enum nk_colour colour)
{
	static const char *const codes[] = {
		[NK_COLOUR_NONE] = "\033[0m",
		[NK_COLOUR_BOLD] = "\033[1m",
		[NK_COLOUR_RED] = "\033[31m",
		[NK_COLOUR_GREEN] = "\033[32m",
		[NK_COLOUR_YELLOW] = "\033[33m",
		[NK_COLOUR_BLUE] = "\033[34m",
		[NK_COLOUR_CYAN] = "\033[36m",
	};

	if (out->colour) {
		nk_out_c(out, codes[colour]);
	}
}

NK_RESULT nk_out_flush(struct nk_out *out, struct nk_err *err)
{
	hand_over(out);
	if (!nk_ok(out->failed) && err != NULL) {
		*err = out->err;
	}
	return out->failed;
}

struct in_arena {
	char *at;
	size_t len;
};

static void put_arena(void *to, struct nk_str piece)
{
	struct in_arena *const a = to;

	if (piece.len > 0) {
		memcpy(a->at + a->len, piece.ptr, piece.len);
		a->len += piece.len;
	}
}

NK_RESULT nk_out_clean(struct nk_arena *arena, struct nk_str s, struct nk_str *out, struct nk_err *err)
{
	/* A piece never gets longer: what is replaced has at least one byte. */
	struct in_arena a = { nk_arena_alloc(arena, s.len + 1), 0 };

	if (a.at == NULL) {
		return nk_fail_nomem(err);
	}
	clean(s, false, put_arena, &a);
	*out = (struct nk_str){ a.at, a.len };
	return nk_done();
}
