/*
 * dn.c: distinguished names as text (RFC 4514). Pure; nothing here knows a server.
 *
 * Invariant: two names that differ only in letter case of ASCII, blanks around separators or the way of escaping fold
 * to the same bytes; different values never do.
 */
#include "base.h"

#include "dn.h"

enum { DN_MAX = 65536 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static int hex_digit(char c)
{
	const char l = lower(c);

	if (l >= '0' && l <= '9') {
		return l - '0';
	}
	return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

static bool is_special(char c)
{
	return c == ',' || c == '+' || c == '"' || c == '\\' || c == '<' || c == '>' || c == ';';
}

NK_RESULT nk_dn_escape(struct nk_str value, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < value.len; i++) {
		const char c = value.ptr[i];
		const bool edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == value.len && c == ' ');

		if (c == '\0') {
			NK_TRY(nk_buf_add_c(out, "\\00", err));
			continue;
		}
		if (edge || is_special(c)) {
			NK_TRY(nk_buf_add_byte(out, '\\', err));
		}
		NK_TRY(nk_buf_add_byte(out, (uint8_t)c, err));
	}
	return nk_done();
}

/* Place of the next unescaped ',' or '+' (or '=' when asked) from `at`; dn.len when there is none. */
static size_t separator(struct nk_str dn, size_t at, bool equals)
{
	for (; at < dn.len; at++) {
		const char c = dn.ptr[at];

		if (c == '\\') {
			at++;
			continue;
		}
		if (equals ? c == '=' : (c == ',' || c == '+')) {
			return at;
		}
	}
	return dn.len;
}

/* Takes one character of a value, escapes resolved; false for a broken escape. */
static bool take_char(struct nk_str s, size_t *at, char *out)
{
	int high = 0;
	int low = 0;

	if (s.ptr[*at] != '\\') {
		*out = s.ptr[(*at)++];
		return true;
	}
	if (*at + 1 >= s.len) {
		return false;
	}
	high = hex_digit(s.ptr[*at + 1]);
	low = *at + 2 < s.len ? hex_digit(s.ptr[*at + 2]) : -1;
	if (high >= 0 && low >= 0) {
		*out = (char)(unsigned char)(high * 16 + low);
		*at += 3;
		return true;
	}
	*out = s.ptr[*at + 1];
	*at += 2;
	return true;
}

/* Blanks at both ends that are not escaped. */
static struct nk_str trim_blanks(struct nk_str s)
{
	while (s.len > 0 && s.ptr[0] == ' ') {
		s = nk_str_sub(s, 1, s.len);
	}
	while (s.len > 0 && s.ptr[s.len - 1] == ' ' && !(s.len > 1 && s.ptr[s.len - 2] == '\\')) {
		s.len--;
	}
	return s;
}

static NK_RESULT fold_plain(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	uint8_t *at = NULL;

	NK_TRY(nk_buf_reserve(out, s.len, &at, err));
	for (size_t i = 0; i < s.len; i++) {
		at[i] = (uint8_t)lower(s.ptr[i]);
	}
	out->len += s.len;
	return nk_done();
}

static NK_RESULT fail_name(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, "a name of the target is not a distinguished name (RFC 4514)");
}

static NK_RESULT fold_value(struct nk_str value, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf raw = { 0 };
	size_t at = 0;

	if (nk_str_chr(value, '\\') == SIZE_MAX && (value.len == 0 || value.ptr[0] != '#')) {
		return fold_plain(value, out, err);
	}
	if (value.len > 0 && value.ptr[0] == '#') {
		return fold_plain(value, out, err);
	}
	nk_buf_init_wiping(&raw, DN_MAX);
	while (at < value.len) {
		char c = 0;

		if (!take_char(value, &at, &c)) {
			return fail_name(err);
		}
		NK_TRY(nk_buf_add_byte(&raw, (uint8_t)lower(c), err));
	}
	return nk_dn_escape(nk_buf_str(&raw), out, err);
}

NK_RESULT nk_dn_fold(struct nk_str dn, struct nk_buf *out, struct nk_err *err)
{
	size_t at = 0;

	if (dn.len > DN_MAX) {
		return fail_name(err);
	}
	while (at < dn.len) {
		const size_t end = separator(dn, at, false);
		const size_t equals = separator(nk_str_sub(dn, 0, end), at, true);
		const struct nk_str type = trim_blanks(nk_str_sub(dn, at, equals - at));

		if (equals >= end || type.len == 0) {
			return fail_name(err);
		}
		NK_TRY(fold_plain(type, out, err));
		NK_TRY(nk_buf_add_byte(out, '=', err));
		NK_TRY(fold_value(trim_blanks(nk_str_sub(dn, equals + 1, end - equals - 1)), out, err));
		if (end < dn.len) {
			NK_TRY(nk_buf_add_byte(out, (uint8_t)dn.ptr[end], err));
			if (end + 1 == dn.len) {
				return fail_name(err);
			}
		}
		at = end + 1;
	}
	return nk_done();
}

NK_RESULT nk_dn_fold_into(struct nk_str dn, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };

	nk_buf_init_wiping(&buf, (size_t)DN_MAX * 3);
	NK_TRY(nk_dn_fold(dn, &buf, err));
	return nk_arena_dup(arena, nk_buf_str(&buf), out, err);
}

bool nk_dn_split(struct nk_str dn, struct nk_str *out_rdn, struct nk_str *out_parent)
{
	size_t at = 0;

	while (at < dn.len) {
		at = separator(dn, at, false);
		if (at < dn.len && dn.ptr[at] == ',') {
			*out_rdn = nk_str_sub(dn, 0, at);
			*out_parent = trim_blanks(nk_str_sub(dn, at + 1, dn.len));
			return out_parent->len > 0;
		}
		at++;
	}
	return false;
}

bool nk_dn_under(struct nk_str dn, struct nk_str base)
{
	if (nk_str_eq(dn, base) || base.len == 0) {
		return true;
	}
	return dn.len > base.len && nk_str_ends(dn, base) && dn.ptr[dn.len - base.len - 1] == ',';
}

NK_RESULT nk_dn_domain(struct nk_str dn, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf folded = { 0 };
	struct nk_str rest;
	struct nk_str head;
	const size_t start = out->len;

	nk_buf_init(&folded, (size_t)DN_MAX * 3);
	NK_TRY(nk_dn_fold(dn, &folded, err));
	rest = nk_buf_str(&folded);
	while (nk_str_cut(&rest, ',', &head)) {
		if (!nk_str_starts(head, NK_STR("dc="))) {
			continue;
		}
		if (out->len > start) {
			NK_TRY(nk_buf_add_byte(out, '.', err));
		}
		NK_TRY(nk_buf_add_str(out, nk_str_sub(head, 3, head.len), err));
	}
	return nk_done();
}
