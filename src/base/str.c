/*
 * str.c: slices compared, searched and cut. Never reads behind a slice, never needs a NUL.
 */
#include "base.h"

struct nk_str nk_str_c(const char *text)
{
	if (text == NULL) {
		return (struct nk_str){ NULL, 0 };
	}
	return (struct nk_str){ text, strlen(text) };
}

bool nk_str_eq(struct nk_str a, struct nk_str b)
{
	return nk_bytes_eq(nk_str_bytes(a), nk_str_bytes(b));
}

int nk_str_cmp(struct nk_str a, struct nk_str b)
{
	const size_t len = a.len < b.len ? a.len : b.len;
	const int order = len > 0 ? memcmp(a.ptr, b.ptr, len) : 0;

	if (order != 0) {
		return order;
	}
	return (a.len > b.len) - (a.len < b.len);
}

bool nk_bytes_eq(struct nk_bytes a, struct nk_bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool nk_str_ieq(struct nk_str a, struct nk_str b)
{
	if (a.len != b.len) {
		return false;
	}
	for (size_t i = 0; i < a.len; i++) {
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i])) {
			return false;
		}
	}
	return true;
}

bool nk_str_starts(struct nk_str s, struct nk_str prefix)
{
	return s.len >= prefix.len && nk_str_eq(nk_str_sub(s, 0, prefix.len), prefix);
}

bool nk_str_ends(struct nk_str s, struct nk_str suffix)
{
	return s.len >= suffix.len && nk_str_eq(nk_str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

size_t nk_str_find(struct nk_str s, struct nk_str needle)
{
	const char *found = NULL;

	if (needle.len == 0) {
		return 0;
	}
	if (s.len < needle.len) {
		return SIZE_MAX;
	}
	found = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return found == NULL ? SIZE_MAX : (size_t)(found - s.ptr);
}

size_t nk_str_chr(struct nk_str s, char c)
{
	const char *found = s.len > 0 ? memchr(s.ptr, (unsigned char)c, s.len) : NULL;

	return found == NULL ? SIZE_MAX : (size_t)(found - s.ptr);
}

struct nk_str nk_str_sub(struct nk_str s, size_t from, size_t len)
{
	const size_t start = from < s.len ? from : s.len;
	const size_t rest = s.len - start;

	if (s.ptr == NULL) {
		return s;
	}
	return (struct nk_str){ s.ptr + start, len < rest ? len : rest };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct nk_str nk_str_trim(struct nk_str s)
{
	const struct nk_str wide = NK_STR("\xe3\x80\x80"); /* U+3000, the Japanese space */

	for (;;) {
		if (s.len > 0 && is_blank(s.ptr[0])) {
			s = nk_str_sub(s, 1, SIZE_MAX);
		} else if (nk_str_starts(s, wide)) {
			s = nk_str_sub(s, wide.len, SIZE_MAX);
		} else if (s.len > 0 && is_blank(s.ptr[s.len - 1])) {
			s.len--;
		} else if (nk_str_ends(s, wide)) {
			s.len -= wide.len;
		} else {
			return s;
		}
	}
}

bool nk_str_cut(struct nk_str *s, char sep, struct nk_str *out_head)
{
	const size_t at = nk_str_chr(*s, sep);

	if (s->ptr == NULL) {
		return false;
	}
	if (at == SIZE_MAX) {
		*out_head = *s;
		*s = (struct nk_str){ NULL, 0 };
		return true;
	}
	*out_head = nk_str_sub(*s, 0, at);
	*s = nk_str_sub(*s, at + 1, SIZE_MAX);
	return true;
}
