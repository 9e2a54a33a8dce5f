/*
 * cert_sheet.c: text laid out for people: 80 columns, East Asian widths, lines broken where Japanese and English may
 * be broken.
 *
 * Invariant: no line is wider than 80 columns, unless one word alone is (an identifier is never cut).
 */
#include "base.h"

#include "cert_int.h"
#include "kana.h"

enum { COLUMNS = 80, LABEL = 24, TEXT_MAX = 8192 };

static void add(struct nk_sheet *s, struct nk_str text)
{
	if (nk_ok(s->rc)) {
		s->rc = nk_buf_add_str(s->out, text, NULL);
	}
}

static void blanks(struct nk_sheet *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		add(s, NK_STR(" "));
	}
}

/* Characters that must not begin a line (closing marks), or end one (opening marks). */
static bool is_one_of(struct nk_str c, const char *set)
{
	return c.len > 0 && nk_str_find(nk_str_c(set), c) != SIZE_MAX;
}

static bool may_break(struct nk_str before, struct nk_str after)
{
	if (nk_str_eq(before, NK_STR(" "))) {
		return true;
	}
	if (nk_str_eq(after, NK_STR(" ")) || is_one_of(after, "、。，．）」』】〕・：；？！ー々),.:;!?") ||
		is_one_of(before, "（「『【〔(")) {
		return false;
	}
	return nk_width(before) == 2 || nk_width(after) == 2;
}

static struct nk_str char_at(struct nk_str text, size_t at)
{
	size_t end = at;

	(void)nk_utf8_next(text, &end);
	return nk_str_sub(text, at, end - at);
}

/* Where the line that begins at `from` ends; at least one character, even when the room is too small for the first
 * word. */
static size_t line_end(struct nk_str text, size_t from, size_t room)
{
	struct nk_str before = { NULL, 0 };
	size_t good = 0;
	size_t width = 0;

	for (size_t at = from; at < text.len;) {
		const struct nk_str c = char_at(text, at);

		if (at > from && may_break(before, c)) {
			good = at;
		}
		width += nk_width(c);
		/* A blank may hang over the edge: it is not printed there. */
		if (width > room && good > from && !nk_str_eq(c, NK_STR(" "))) {
			return good;
		}
		before = c;
		at += c.len;
	}
	return text.len;
}

/* The text from column `at` on, following lines indented by `indent`. */
static void wrap(struct nk_sheet *s, struct nk_str text, size_t at, size_t indent)
{
	size_t from = 0;
	bool first = true;

	while (from < text.len) {
		const size_t room = COLUMNS - (first ? at : indent);
		const size_t end = line_end(text, from, room);

		if (!first) {
			blanks(s, indent);
		}
		add(s, nk_str_trim(nk_str_sub(text, from, end - from)));
		add(s, NK_STR("\n"));
		from = end;
		while (from < text.len && text.ptr[from] == ' ') {
			from++;
		}
		first = false;
	}
	if (text.len == 0) {
		add(s, NK_STR("\n"));
	}
}

/* The text of a msgid with its arguments; cut between characters when it is absurdly long. */
static struct nk_str __attribute__((format(printf, 3, 0)))
render(const struct nk_sheet *s, char room[static TEXT_MAX], const char *msgid, va_list args)
{
	const int len = vsnprintf(room, TEXT_MAX, nk_tr(s->lang, msgid), args);
	size_t n = len < 0 ? 0 : (size_t)len < TEXT_MAX ? (size_t)len : TEXT_MAX - 1;

	while (n > 0 && !nk_utf8_valid(nk_bytes_of(room, n), NULL)) {
		n--;
	}
	return (struct nk_str){ room, n };
}

void nk_sheet_gap(struct nk_sheet *s)
{
	add(s, NK_STR("\n"));
}

void nk_sheet_title(struct nk_sheet *s, const char *msgid)
{
	const struct nk_str text = nk_str_c(nk_tr(s->lang, msgid));
	const size_t width = nk_width(text);

	blanks(s, width < COLUMNS ? (COLUMNS - width) / 2 : 0);
	add(s, text);
	add(s, NK_STR("\n\n"));
}

void nk_sheet_head(struct nk_sheet *s, const char *msgid)
{
	nk_sheet_gap(s);
	wrap(s, nk_str_c(nk_tr(s->lang, msgid)), 0, 2);
}

void nk_sheet_para(struct nk_sheet *s, const char *msgid, ...)
{
	char room[TEXT_MAX];
	va_list args;

	va_start(args, msgid);
	blanks(s, 2);
	wrap(s, render(s, room, msgid, args), 2, 2);
	va_end(args);
}

void nk_sheet_item_text(struct nk_sheet *s, unsigned depth, struct nk_str text)
{
	const size_t indent = 2 + 2 * (size_t)depth;

	blanks(s, indent);
	add(s, s->lang == NK_LANG_JA ? NK_STR("・") : NK_STR("- "));
	wrap(s, text, indent + 2, indent + 2);
}

void nk_sheet_item(struct nk_sheet *s, unsigned depth, const char *msgid, ...)
{
	char room[TEXT_MAX];
	va_list args;

	va_start(args, msgid);
	nk_sheet_item_text(s, depth, render(s, room, msgid, args));
	va_end(args);
}

void nk_sheet_field(struct nk_sheet *s, const char *msgid, struct nk_str value)
{
	const struct nk_str label = nk_str_c(nk_tr(s->lang, msgid));
	const size_t width = nk_width(label) + 2;

	blanks(s, 2);
	add(s, label);
	if (nk_width(value) > COLUMNS - LABEL && nk_str_chr(value, ' ') == SIZE_MAX) {
		/* A long identifier has a line of its own. */
		nk_sheet_gap(s);
		blanks(s, 4);
		wrap(s, value, 4, 4);
		return;
	}
	blanks(s, width < LABEL ? LABEL - width : 1);
	wrap(s, value, width < LABEL ? LABEL : width + 1, LABEL);
}

void nk_sheet_field_f(struct nk_sheet *s, const char *msgid, const char *value_msgid, ...)
{
	char room[TEXT_MAX];
	va_list args;

	va_start(args, value_msgid);
	nk_sheet_field(s, msgid, render(s, room, value_msgid, args));
	va_end(args);
}
