/*
 * age_in.c: the bytes of an age file, out of their ASCII armour where they have one (strict PEM, C2SP age.md).
 *
 * Invariant: after the armour's end line there is nothing but blanks, else the file is refused when it is read to its
 * end; every armoured byte string has one spelling only.
 */
#include "base.h"

#include "age_int.h"
#include "json.h"

#define BEGIN_LINE "-----BEGIN AGE ENCRYPTED FILE-----"
#define END_LINE "-----END AGE ENCRYPTED FILE-----"

enum { ARMOR_COLUMNS = 64, BLANKS_MAX = 1024 };

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static NK_RESULT bad_armor(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, "the armour of the age file is damaged");
}

static NK_RESULT fill(struct nk_age_in *in, struct nk_err *err)
{
	if (in->at == in->len && !in->end) {
		in->at = 0;
		in->len = 0;
		NK_TRY(in->io->read(in->io->read_arg, in->raw, NK_AGE_RAW, &in->len, err));
		in->end = in->len == 0;
	}
	return nk_done();
}

/* Up to and over the next LF; without LF and one CR. *out_none: the file ended before anything came. */
static NK_RESULT raw_line(struct nk_age_in *in, char line[static NK_AGE_LINE], size_t *out_len, bool *out_none, struct nk_err *err)
{
	size_t n = 0;
	bool any = false;
	bool done = false;

	while (!done) {
		NK_TRY(fill(in, err));
		if (in->end) {
			break;
		}
		any = true;
		done = in->raw[in->at] == '\n';
		if (!done && n == NK_AGE_LINE) {
			return bad_armor(err);
		}
		if (!done) {
			line[n++] = (char)in->raw[in->at];
		}
		in->at++;
	}
	*out_len = n > 0 && line[n - 1] == '\r' ? n - 1 : n;
	*out_none = !any;
	return nk_done();
}

static NK_RESULT blanks_to_the_end(struct nk_age_in *in, struct nk_err *err)
{
	size_t n = 0;

	for (;;) {
		NK_TRY(fill(in, err));
		if (in->end) {
			return nk_done();
		}
		if (!is_blank(in->raw[in->at++]) || ++n > BLANKS_MAX) {
			return bad_armor(err);
		}
	}
}

/* The next line of the armour into in->line; nothing at its end. */
static NK_RESULT armor_line(struct nk_age_in *in, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	char text[NK_AGE_LINE];
	struct nk_str line = { .ptr = text };
	bool none = false;

	nk_buf_init_wiping(&out, sizeof(in->line));
	in->line_at = 0;
	in->line_len = 0;
	NK_TRY(raw_line(in, text, &line.len, &none, err));
	if (!none && nk_str_eq(line, NK_STR(END_LINE))) {
		in->armor_end = true;
		return blanks_to_the_end(in, err);
	}
	if (none || in->armor_short || line.len == 0 || line.len > ARMOR_COLUMNS ||
		!nk_ok(nk_base64_get(&out, line, NULL))) {
		return bad_armor(err);
	}
	in->armor_short = line.len < ARMOR_COLUMNS || out.len < sizeof(in->line);
	memcpy(in->line, out.ptr, out.len);
	in->line_len = out.len;
	return nk_done();
}

NK_RESULT nk_age_in_init(struct nk_age_in *in, const struct nk_age_io *io, struct nk_err *err)
{
	char text[NK_AGE_LINE];
	struct nk_str line = { .ptr = text };
	size_t blanks = 0;
	bool none = false;

	memset(in, 0, sizeof(*in));
	in->io = io;
	in->raw = malloc(NK_AGE_RAW);
	if (in->raw == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(fill(in, err));
	while (!in->end && blanks <= BLANKS_MAX && is_blank(in->raw[in->at])) {
		in->at++;
		blanks++;
		NK_TRY(fill(in, err));
	}
	if (in->end || (blanks == 0 && in->raw[in->at] != '-')) {
		return nk_done();
	}
	NK_TRY(raw_line(in, text, &line.len, &none, err));
	if (!nk_str_eq(line, NK_STR(BEGIN_LINE))) {
		return bad_armor(err);
	}
	in->armored = true;
	return nk_done();
}

void nk_age_in_done(struct nk_age_in *in)
{
	nk_wipe(in->line, sizeof(in->line));
	free(in->raw);
	in->raw = NULL;
}

static NK_RESULT some(struct nk_age_in *in, uint8_t *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	size_t n = 0;

	if (in->armored) {
		if (in->line_at == in->line_len && !in->armor_end) {
			NK_TRY(armor_line(in, err));
		}
		n = in->line_len - in->line_at < len ? in->line_len - in->line_at : len;
		memcpy(buf, in->line + in->line_at, n);
		in->line_at += n;
	} else if (in->at == in->len && len >= NK_AGE_RAW && !in->end) {
		NK_TRY(in->io->read(in->io->read_arg, buf, len, &n, err)); /* a whole chunk: not by way of raw */
		in->end = n == 0;
	} else {
		NK_TRY(fill(in, err));
		n = in->len - in->at < len ? in->len - in->at : len;
		memcpy(buf, in->raw + in->at, n);
		in->at += n;
	}
	*out_len = n;
	return nk_done();
}

NK_RESULT nk_age_in_read(struct nk_age_in *in, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	size_t have = 0;
	size_t n = 1;

	while (have < len && n > 0) {
		NK_TRY(some(in, (uint8_t *)buf + have, len - have, &n, err));
		have += n;
	}
	*out_len = have;
	return nk_done();
}

NK_RESULT nk_age_in_line(struct nk_age_in *in, struct nk_buf *line, struct nk_err *err)
{
	nk_buf_reset(line);
	for (;;) {
		uint8_t c = 0;
		size_t n = 0;

		NK_TRY(some(in, &c, 1, &n, err));
		if (n == 0 || line->len >= NK_AGE_LINE) {
			return nk_age_bad(err);
		}
		if (c == '\n') {
			return nk_done();
		}
		NK_TRY(nk_buf_add_byte(line, c, err));
	}
}
