/*
 * str.h: text and bytes as slices: pointer and length, by value, borrowed.
 *
 * struct nk_str is valid UTF-8 and not NUL-terminated; struct nk_bytes is
 * anything. Who keeps a slice says until when the memory behind it lives.
 */
#ifndef NK_STR_H
#define NK_STR_H

struct nk_str {
	const char *ptr;
	size_t len;
};

struct nk_bytes {
	const uint8_t *ptr;
	size_t len;
};

/* NK_STR("literal"): a slice of a literal, without its NUL. */
#define NK_STR(lit) ((struct nk_str){ (lit), sizeof(lit) - 1 })
/* For printf: "%.*s", NK_FMT(s). Only for text that is nobody's personal data. */
#define NK_FMT(s) (int)((s).len > INT_MAX ? INT_MAX : (s).len), ((s).ptr != NULL ? (s).ptr : "")

/* nk_short: a NUL-terminated copy for messages, cut between characters: nk_short(s).text lives to the end of the full
 * expression. */
struct nk_short {
	char text[160];
};

static inline struct nk_short nk_short(struct nk_str s)
{
	struct nk_short out = { .text = "" };
	size_t n = s.len < sizeof(out.text) ? s.len : sizeof(out.text) - 1;

	while (n > 0 && n < s.len && ((unsigned char)s.ptr[n] & 0xC0) == 0x80) {
		n--;
	}
	if (n > 0) {
		memcpy(out.text, s.ptr, n);
	}
	out.text[n] = '\0';
	return out;
}

/* nk_str_bytes, nk_bytes_of, nk_bytes_str: the same memory under the other view; nk_bytes_str trusts that it is
 * UTF-8. */
static inline struct nk_bytes nk_str_bytes(struct nk_str s)
{
	return (struct nk_bytes){ (const uint8_t *)s.ptr, s.len };
}

static inline struct nk_bytes nk_bytes_of(const void *ptr, size_t len)
{
	return (struct nk_bytes){ ptr, len };
}

static inline struct nk_str nk_bytes_str(struct nk_bytes b)
{
	return (struct nk_str){ (const char *)b.ptr, b.len };
}

/* nk_str_c: slice of a NUL-terminated text; NULL gives the empty slice. */
struct nk_str nk_str_c(const char *text);
bool nk_str_eq(struct nk_str a, struct nk_str b);
/* nk_str_cmp: order by bytes (code points for UTF-8): <0, 0, >0. Not for secrets: nk_ct_equal (crypto). */
int nk_str_cmp(struct nk_str a, struct nk_str b);
bool nk_bytes_eq(struct nk_bytes a, struct nk_bytes b);
/* nk_str_ieq: ASCII letters without case, all else by bytes. */
bool nk_str_ieq(struct nk_str a, struct nk_str b);
bool nk_str_starts(struct nk_str s, struct nk_str prefix);
bool nk_str_ends(struct nk_str s, struct nk_str suffix);
/* nk_str_find: place of `needle` in `s` or SIZE_MAX. */
size_t nk_str_find(struct nk_str s, struct nk_str needle);
/* nk_str_chr: place of a byte or SIZE_MAX. */
size_t nk_str_chr(struct nk_str s, char c);
/* nk_str_sub: slice from `from`, at most `len` bytes; both are clamped. */
struct nk_str nk_str_sub(struct nk_str s, size_t from, size_t len);
/* nk_str_trim: without ASCII blanks (space, TAB, CR, LF) and U+3000 at both ends. */
struct nk_str nk_str_trim(struct nk_str s);
/* nk_str_cut: the part before `sep` goes to *out_head, *s becomes the part behind it; false when *s was empty and
 * done (use it in a while; a list "a,,b" gives "a", "", "b"). Without `sep` all of *s is the head and *s becomes
 * {NULL,0}. */
bool nk_str_cut(struct nk_str *s, char sep, struct nk_str *out_head);

#endif
