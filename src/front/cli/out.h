/*
 * out.h: what goes to standard output and standard error: buffered in wiping memory, cleaned, coloured on a terminal.
 *
 * Text that did not come from this program (names, paths, addresses) goes through nk_out_text, which lets no control
 * character and no change of writing direction through to the terminal. The first failure sticks; nk_out_flush tells.
 */
#ifndef NK_OUT_H
#define NK_OUT_H

enum nk_colour {
	NK_COLOUR_NONE,
	NK_COLOUR_BOLD,
	NK_COLOUR_RED,
	NK_COLOUR_GREEN,
	NK_COLOUR_YELLOW,
	NK_COLOUR_BLUE,
	NK_COLOUR_CYAN
};

struct nk_out {
	int fd;
	bool terminal;
	bool colour;
	uint64_t written; /* bytes that were put here, flushed or not */
	struct nk_buf buf;
	nk_rc failed;
	struct nk_err err;
};

void nk_out_init(struct nk_out *out, int fd, bool terminal, bool colour);
/* nk_out_done: wipes; what was not flushed is lost. */
void nk_out_done(struct nk_out *out);

/* nk_out_c: our own text as it is. nk_out_bytes: anything as it is (a proof). nk_out_f: printf for our own words,
 * numbers and ids; the caller translates the format. */
void nk_out_c(struct nk_out *out, const char *text);
void nk_out_bytes(struct nk_out *out, struct nk_bytes b);
void nk_out_f(struct nk_out *out, const char *fmt, ...) NK_PRINTF(2, 3);
/* nk_out_text: text of others, cleaned; line feeds and TABs become blanks. nk_out_lines: the same, they are kept. */
void nk_out_text(struct nk_out *out, struct nk_str s);
void nk_out_lines(struct nk_out *out, struct nk_str s);
void nk_out_pad(struct nk_out *out, size_t blanks);
/* nk_out_colour: from here on, until NK_COLOUR_NONE; nothing where no colour is wanted. */
void nk_out_colour(struct nk_out *out, enum nk_colour colour);
/* nk_out_flush: everything is handed to the kernel; the first failure since nk_out_init. */
NK_RESULT nk_out_flush(struct nk_out *out, struct nk_err *err);

/* nk_out_clean: what nk_out_text would print, as a text in the arena. */
NK_RESULT nk_out_clean(struct nk_arena *arena, struct nk_str s, struct nk_str *out, struct nk_err *err);

#endif
