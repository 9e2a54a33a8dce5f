/*
 * ini.c: INI through libinih, made strict.
 *
 * Invariant: the text is checked as a whole (UTF-8, no control characters, short section names, nothing behind ']')
 * before libinih sees a byte, because it would cut or skip such things without a word.
 *
 * libinih's options are global variables of that library. They are set once (call_once), always to the same values,
 * and nothing else in the house may set them; readings in several threads are then independent.
 */
#include "base.h"
#include "ini.h"

#include "inih_place.h"
#include NK_INIH_HEADER
#include <threads.h>

enum { LINE_MAX_LEN = 65000, SECTION_MAX = 48, TEXT_MAX = 16 << 20 };

/* What libinih's two callbacks share. */
struct reading {
	struct nk_str rest;
	unsigned line; /* of the last bytes that were given to libinih */
	bool line_done; /* they ended with a line feed */
	nk_ini_row_fn *fn;
	void *arg;
	nk_rc rc;
	struct nk_err *err;
};

static void set_up(void)
{
	ini_allow_bom = true;
	ini_allow_inline_comments = false;
	ini_allow_multiline = false;
	ini_allow_no_value = false;
	ini_allow_realloc = true;
	ini_max_line = LINE_MAX_LEN + 8;
	ini_stop_on_first_error = true;
	ini_use_stack = false;
}

/* fgets for libinih. */
static char *next_piece(char *out, int size, void *stream)
{
	struct reading *r = stream;
	size_t n = 0;

	if (r->rest.len == 0 || size < 2) {
		return NULL;
	}
	const size_t room = (size_t)size - 1;
	const size_t end = nk_str_chr(r->rest, '\n');
	n = end == SIZE_MAX ? r->rest.len : end + 1;
	n = n < room ? n : room;
	memcpy(out, r->rest.ptr, n);
	out[n] = '\0';
	r->rest = nk_str_sub(r->rest, n, SIZE_MAX);
	r->line += r->line_done ? 1 : 0;
	r->line_done = out[n - 1] == '\n';
	return out;
}

static int take_row(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;

	if (name[0] == '\0') {
		r->rc = nk_fail(
			r->err, NK_CONFIG, "configuration, line %u: there is no key before the equals sign", r->line);
		return 0;
	}
	r->rc = r->fn(r->arg, nk_str_c(section), nk_str_c(name), nk_str_c(value), r->line, r->err);
	return nk_ok(r->rc) ? 1 : 0;
}

/* A line that begins with '[': a name of fair length, ']', and nothing behind it. */
static nk_rc check_section(struct nk_str line, unsigned number, struct nk_err *err)
{
	const size_t end = nk_str_chr(line, ']');

	if (end == SIZE_MAX || end != line.len - 1 || end < 2) {
		return nk_fail(err, NK_CONFIG,
			"configuration, line %u: a section must be written [name] on a line of its own", number);
	}
	if (end - 1 > SECTION_MAX) {
		return nk_fail(err, NK_CONFIG, "configuration, line %1$u: the section name is longer than %2$d bytes",
			number, (int)SECTION_MAX);
	}
	return nk_done();
}

static nk_rc check_line(struct nk_str line, unsigned number, struct nk_err *err)
{
	if (line.len > LINE_MAX_LEN) {
		return nk_fail(err, NK_CONFIG, "configuration, line %1$u: the line is longer than %2$d bytes", number,
			(int)LINE_MAX_LEN);
	}
	if (!nk_utf8_valid(nk_str_bytes(line), NULL)) {
		return nk_fail(err, NK_CONFIG,
			"configuration, line %u: the text is not UTF-8; save the file as UTF-8", number);
	}
	if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
		line.len--;
	}
	for (size_t i = 0; i < line.len; i++) {
		if (((unsigned char)line.ptr[i] < 0x20 && line.ptr[i] != '\t') || line.ptr[i] == 0x7f) {
			return nk_fail(
				err, NK_CONFIG, "configuration, line %u: there is a control character", number);
		}
	}
	while (line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
		line = nk_str_sub(line, 1, SIZE_MAX);
	}
	while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t')) {
		line.len--;
	}
	return line.len > 0 && line.ptr[0] == '[' ? check_section(line, number, err) : nk_done();
}

static nk_rc check_text(struct nk_str text, struct nk_err *err)
{
	struct nk_str line = { 0 };
	unsigned number = 0;

	while (nk_str_cut(&text, '\n', &line)) {
		number++;
		NK_TRY(check_line(line, number, err));
	}
	return nk_done();
}

NK_RESULT nk_ini_each(struct nk_bytes text, nk_ini_row_fn *fn, void *arg, struct nk_err *err)
{
	static once_flag once = ONCE_FLAG_INIT;
	struct nk_str s = nk_bytes_str(text);

	call_once(&once, set_up);
	if (s.len > TEXT_MAX) {
		return nk_fail(err, NK_CONFIG, "the configuration is longer than %d bytes", (int)TEXT_MAX);
	}
	if (nk_str_starts(s, NK_STR("\xef\xbb\xbf"))) {
		s = nk_str_sub(s, 3, SIZE_MAX);
	}
	NK_TRY(check_text(s, err));
	struct reading r = { .rest = s, .line_done = true, .fn = fn, .arg = arg, .rc = { NK_OK }, .err = err };
	const int rc = ini_parse_stream(next_piece, &r, take_row, &r);
	NK_TRY(r.rc);
	if (rc == -2) {
		return nk_fail_nomem(err);
	}
	if (rc != 0) {
		return nk_fail(err, NK_CONFIG,
			"configuration, line %u: a line must be a [section], key = value, or a comment", r.line);
	}
	return nk_done();
}
