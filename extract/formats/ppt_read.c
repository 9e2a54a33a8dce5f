/*
 * ppt_read.c: PowerPoint 97 to 2003: a tree of records that is gone through flat: containers are entered, atoms of
 * text go out, objects are opened.
 *
 * Slides, notes, masters and comments all have their text in the same three atoms; text of deleted slides that a fast
 * save left is still a record or goes out with the rest.
 */
#include "base.h"

#include "cfb.h"

enum {
	TEXT_CHARS = 0x0fa0,
	TEXT_BYTES = 0x0fa8,
	CSTRING = 0x0fba,
	OLE_OBJECT = 0x1011,
	TAG_BLOB = 0x138b, /* an atom that holds records: comments of newer versions */
	CRYPT_SESSION = 0x2f14,
	USER_EDIT = 0x0ff5,
	PERSIST = 0x1772,
	PLACEHOLDER = 0x0bc3,
	MOST_OBJECTS = 1000
};

struct ppt_record {
	unsigned version, instance, type;
	uint8_t *p;
	size_t len;
};

/* The record at *at; a container is entered, an atom passed over. */
static bool next_record(const struct nkx_cfb_bytes *b, size_t *at, struct ppt_record *out)
{
	if (b->len - *at < 8) {
		return false;
	}
	const uint8_t *head = b->p + *at;
	size_t len = nk_get_le32(head + 4);

	out->version = head[0] & 15;
	out->instance = (unsigned)nk_get_le16(head) >> 4;
	out->type = nk_get_le16(head + 2);
	out->p = b->p + *at + 8;
	*at += 8;
	out->len = len < b->len - *at ? len : b->len - *at;
	if (out->type == TAG_BLOB) {
		out->version = 15;
	}
	if (out->version != 15) {
		*at += out->len;
		return len == out->len;
	}
	return true;
}

static void put_text(struct nkx_text *t, const struct ppt_record *r)
{
	size_t step = r->type == TEXT_BYTES ? 1 : 2, from = 0;
	size_t n = r->len / step;

	for (size_t i = 0; i <= n; i++) {
		unsigned u = i == n ? 0 : step == 1 ? r->p[i] : nk_get_le16(r->p + 2 * i);

		if (u >= 0x20) {
			continue;
		}
		if (step == 1) {
			nkx_put_8bit(t, 28591, r->p + from, i - from);
		} else {
			nkx_put_utf16(t, r->p + 2 * from, i - from);
		}
		nkx_put(t, u == 9 ? "\t" : "\n", 1);
		from = i + 1;
	}
}

static bool is_text(const struct ppt_record *r)
{
	return r->version != 15 && (r->type == TEXT_CHARS || r->type == TEXT_BYTES || r->type == CSTRING) &&
		r->len > 0;
}

static void texts(struct nkx_cfb *c, const struct nkx_cfb_bytes *b, const char *name)
{
	struct nkx_text t = { .w = c->w };
	struct ppt_record r;
	bool open = false;

	for (size_t at = 0; next_record(b, &at, &r);) {
		if (!is_text(&r)) {
			continue;
		}
		open = open || nkx_stream_begin(c->w, name, "ppt-text", NKS_KIND_TEXT);
		if (!open) {
			return;
		}
		put_text(&t, &r);
		memset(r.p, 0, r.len);
	}
	if (open) {
		nkx_put_flush(&t);
		nkx_stream_end(c->w, NKX_SCANNED, NKX_WHY_NONE);
	}
	explicit_bzero(t.buf, sizeof(t.buf));
}

/* An embedded object: a compound file, packed with zlib when the instance is 1. */
static void object(struct nkx_cfb *c, const struct ppt_record *r, const char *name)
{
	struct nkx_source s = { .mem = r->p, .fd = -1, .size = r->len };
	enum nkx_why why;
	uint64_t used = 0;

	if (r->instance != 1 || r->len < 4) {
		(void)nkx_nested(c->w, name, &s, NULL);
		memset(r->p, 0, r->len);
		return;
	}
	struct nkx_pipe *p = nkx_nested_begin(c->w, name, r->len, NULL);

	if (p == NULL) {
		return;
	}
	why = nkx_inflate(c->w, &s, 4, r->len - 4, 15, p, &used);
	nkx_nested_end(&p, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	if (why == NKX_WHY_NONE) {
		memset(r->p, 0, r->len);
	}
}

static bool encrypted(const struct nkx_cfb_bytes *b, struct nkx_cfb *c, uint32_t user)
{
	struct ppt_record r;

	for (size_t at = 0; next_record(b, &at, &r);) {
		if (r.type == CRYPT_SESSION) {
			return true;
		}
	}
	if (user == NKX_CFB_NONE) {
		return false;
	}
	struct nkx_cfb_bytes u = nkx_cfb_load(c, user);
	bool yes = u.len >= 16 && nk_get_le32(u.p + 12) == UINT32_C(0xf3d1c4df);
	char name[700];

	nkx_cfb_path(c, user, name, sizeof(name));
	nkx_cfb_rest(c, name, &u); /* who saved it last */
	nkx_cfb_bytes_done(&u);
	return yes;
}

static void wipe_structure(const struct nkx_cfb_bytes *b)
{
	struct ppt_record r;

	for (size_t at = 0; next_record(b, &at, &r);) {
		if (r.type == USER_EDIT || r.type == PERSIST || r.type == PLACEHOLDER) {
			memset(r.p, 0, r.version == 15 ? 0 : r.len);
		}
	}
}

void nkx_ppt_read(struct nkx_cfb *c, const char *path, uint32_t document, uint32_t user)
{
	struct nkx_cfb_bytes b = nkx_cfb_load(c, document);
	struct ppt_record r;
	unsigned objects = 0;
	char name[700];

	if (b.p == NULL) {
		return;
	}
	(void)snprintf(name, sizeof(name), "%sslides", path);
	if (encrypted(&b, c, user)) {
		nkx_not_scanned(c->w, name, "ppt-text", NKX_WHY_ENCRYPTED, b.len);
		nkx_cfb_bytes_done(&b);
		return;
	}
	texts(c, &b, name);
	for (size_t at = 0; next_record(&b, &at, &r) && objects < MOST_OBJECTS;) {
		if (r.type == OLE_OBJECT && r.version != 15 && r.len > 0 && nkx_entry(c->w)) {
			(void)snprintf(name, sizeof(name), "%sobject %u", path, ++objects);
			object(c, &r, name);
		}
	}
	wipe_structure(&b);
	nkx_cfb_path(c, document, name, sizeof(name));
	nkx_cfb_rest(c, name, &b);
	nkx_cfb_bytes_done(&b);
}
