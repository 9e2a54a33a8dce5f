/*
 * cfb_props.c: property sets (MS-OLEPS: title, author, company, own properties) and objects that were embedded as a
 * file (Ole10Native).
 */
#include "base.h"

#include "cfb.h"

enum {
	VT_I2 = 2,
	VT_VARIANT = 12,
	VT_LPSTR = 0x1e,
	VT_LPWSTR = 0x1f,
	VT_FILETIME = 0x40,
	VT_VECTOR = 0x1000,
	DEPTH = 3,
	MOST = 4096
};

struct set {
	uint8_t *p; /* the section */
	size_t len;
	size_t budget; /* bytes of text that may still come out of it: properties may all point to one place */
	unsigned codepage;
	struct nkx_text *t;
};

/* Each reader gives the bytes it used at `at`; 0: not understood. */
static size_t put_string(struct set *s, size_t at, bool wide)
{
	if (s->len - at < 4) {
		return 0;
	}
	uint64_t n = nk_get_le32(s->p + at);
	uint64_t bytes = wide ? 2 * n : n;

	if (bytes > s->len - at - 4 || bytes + 4 > s->budget) {
		return 0;
	}
	s->budget -= (size_t)bytes + 4;
	size_t len = (size_t)bytes;
	const uint8_t *text = s->p + at + 4;
	size_t step = wide || s->codepage == 1200 ? 2 : 1;

	while (len >= step && text[len - 1] == 0 && text[len - step] == 0) {
		len -= step;
	}
	nkx_put_8bit(s->t, step == 2 ? 1200 : s->codepage, text, len);
	nkx_put(s->t, "\n", 1);
	memset(s->p + at, 0, 4 + (size_t)bytes);
	return 4 + (((size_t)bytes + 3) & ~(size_t)3);
}

/* A number or a time: nobody's data. */
static size_t plain(struct set *s, size_t at, size_t len)
{
	if (s->len - at < len) {
		return 0;
	}
	memset(s->p + at, 0, len);
	return len;
}

static size_t put_value(struct set *s, size_t at, unsigned type)
{
	switch (type) {
	case VT_LPSTR:
		return put_string(s, at, false);
	case VT_LPWSTR:
		return put_string(s, at, true);
	case VT_I2:
	case 3: /* numbers and flags of four bytes */
	case 4:
	case 11:
		return plain(s, at, 4);
	case VT_FILETIME:
	case 5:
	case 20:
		return plain(s, at, 8);
	default:
		return 0;
	}
}

static void put_vector(struct set *s, size_t at, unsigned type)
{
	uint32_t n = s->len - at < 4 ? 0 : nk_get_le32(s->p + at);

	at += 4;
	for (uint32_t i = 0; i < n && i < MOST && at < s->len; i++) {
		unsigned one = type;

		if (type == VT_VARIANT) {
			if (s->len - at < 4) {
				return;
			}
			one = nk_get_le32(s->p + at) & 0xffff;
			at += 4;
		}
		size_t used = at < s->len ? put_value(s, at, one) : 0;

		if (used == 0 || used > s->len - at) {
			return;
		}
		at += used;
	}
}

/* Names of own properties. */
static void put_dictionary(struct set *s, size_t at)
{
	uint32_t n = nk_get_le32(s->p + at);

	at += 4;
	for (uint32_t i = 0; i < n && i < MOST && s->len - at >= 8; i++) {
		uint64_t chars = nk_get_le32(s->p + at + 4);
		uint64_t bytes = s->codepage == 1200 ? ((2 * chars + 3) & ~UINT64_C(3)) : chars;

		if (bytes > s->len - at - 8 || bytes + 8 > s->budget) {
			return;
		}
		size_t text = (size_t)(chars == 0 ? 0 : s->codepage == 1200 ? 2 * chars - 2 : chars - 1);

		s->budget -= (size_t)bytes + 8;
		nkx_put_8bit(s->t, s->codepage, s->p + at + 8, text);
		nkx_put(s->t, "\n", 1);
		memset(s->p + at + 8, 0, (size_t)bytes);
		at += 8 + (size_t)bytes;
	}
}

static void put_property(struct set *s, uint32_t id, size_t at)
{
	if (at > s->len || s->len - at < 8) {
		return;
	}
	if (id == 0) {
		put_dictionary(s, at);
		return;
	}
	unsigned type = nk_get_le32(s->p + at) & 0xffff;

	if ((type & VT_VECTOR) != 0) {
		put_vector(s, at + 4, type & 0xfff);
	} else {
		(void)put_value(s, at + 4, type);
	}
	memset(s->p + at, 0, 4);
}

static void put_section(struct set *s)
{
	uint32_t n = s->len < 8 ? 0 : nk_get_le32(s->p + 4);

	n = n < (s->len - 8) / 8 ? n : (uint32_t)((s->len - 8) / 8);
	n = n < MOST ? n : MOST;
	s->codepage = 1252;
	s->budget = 2 * s->len;
	for (uint32_t i = 0; i < n; i++) {
		size_t at = nk_get_le32(s->p + 12 + 8 * (size_t)i);

		if (nk_get_le32(s->p + 8 + 8 * (size_t)i) == 1 && at < s->len && s->len - at >= 8) {
			s->codepage = nk_get_le16(s->p + at + 4);
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		put_property(s, nk_get_le32(s->p + 8 + 8 * (size_t)i), nk_get_le32(s->p + 12 + 8 * (size_t)i));
	}
	if (n > 0) {
		memset(s->p, 0, 8 + 8 * (size_t)n);
	}
}

void nkx_ole_properties(struct nkx_cfb *c, const char *name, uint32_t id)
{
	struct nkx_cfb_bytes b = nkx_cfb_load(c, id);
	struct nkx_text t = { .w = c->w };
	bool known = b.len >= 48 && nk_get_le16(b.p) == 0xfffe;
	uint32_t sets = known ? nk_get_le32(b.p + 24) : 0;

	if (known && nkx_stream_begin(c->w, name, "properties", NKS_KIND_TEXT)) {
		for (uint32_t i = 0; i < sets && i < 4 && b.len >= 48 + 20 * (size_t)i; i++) {
			size_t at = nk_get_le32(b.p + 44 + 20 * (size_t)i);
			struct set s = { .t = &t };

			if (at < b.len) {
				s.p = b.p + at;
				s.len = b.len - at;
				put_section(&s);
			}
		}
		nkx_put_flush(&t);
		nkx_stream_end(c->w, NKX_SCANNED, NKX_WHY_NONE);
		memset(b.p, 0, 48);
	}
	explicit_bzero(t.buf, sizeof(t.buf));
	nkx_cfb_rest(c, name, &b);
	nkx_cfb_bytes_done(&b);
}

/* A text that ends with zero; 0: none. */
static size_t past_zero(const struct nkx_cfb_bytes *b, size_t at)
{
	const uint8_t *end = at < b->len ? memchr(b->p + at, 0, b->len - at) : NULL;

	return end == NULL ? 0 : (size_t)(end - b->p) + 1;
}

/* Where the file begins and how long it is: size, type, label, path, two shorts, the path again, its size. */
static size_t native_data(const struct nkx_cfb_bytes *b, size_t *out_len)
{
	size_t at = past_zero(b, 6);

	at = at == 0 ? 0 : past_zero(b, at);
	if (at == 0 || b->len - at < 8) {
		return 0;
	}
	uint64_t data = (uint64_t)at + 8 + nk_get_le32(b->p + at + 4);

	if (data + 4 > b->len) {
		return 0;
	}
	*out_len = nk_get_le32(b->p + data);
	return *out_len > b->len - (size_t)data - 4 ? 0 : (size_t)data + 4;
}

void nkx_ole_native(struct nkx_cfb *c, const char *name, uint32_t id)
{
	struct nkx_cfb_bytes b = nkx_cfb_load(c, id);
	size_t len = 0;
	size_t at = b.len > 10 ? native_data(&b, &len) : 0;
	char label[400], inner[1100];

	if (at > 0) {
		nkx_name_utf8(b.p + 6, strnlen((const char *)b.p + 6, b.len - 6), false, label, sizeof(label));
		(void)snprintf(inner, sizeof(inner), "%s/%s", name, label);
		struct nkx_source s = { .mem = b.p + at, .fd = -1, .size = len };

		(void)nkx_nested(c->w, inner, &s, NULL);
		memset(b.p + at, 0, len);
	}
	nkx_cfb_rest(c, name, &b);
	nkx_cfb_bytes_done(&b);
}
