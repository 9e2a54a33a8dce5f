/*
 * fmt_tnef.c: winmail.dat (MS-OXTNEF): what Outlook packs a message into for others. Attributes one behind another,
 * attachments among them.
 *
 * Texts and properties are looked through as they are, files are opened under their title, a compressed RTF body is
 * unpacked.
 */
#include "base.h"

#include "cfb.h"

enum { FROM = 0x8000, SUBJECT = 0x8004, BODY = 0x800c, DATA = 0x800f, TITLE = 0x8010, HEAD = 9, TAIL = 2 };

struct tnef {
	struct nkx_work *w;
	const uint8_t *p;
	size_t len;
	char title[400]; /* of the attachment at hand */
	unsigned n;
};

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 16 && nk_get_le32(head) == UINT32_C(0x223e9f78) ? 95 : 0;
}

/* A compressed RTF body among the MAPI properties: found by its mark. */
static void rtf_in(struct tnef *t, const uint8_t *p, size_t len)
{
	const uint8_t *mark = len > 24 ? memmem(p + 8, len - 8, "LZFu", 4) : NULL;

	if (mark == NULL) {
		return;
	}
	const uint8_t *from = mark - 8;
	struct nkx_pipe *pipe = nkx_nested_begin(t->w, "body.rtf", 0, "rtf");

	if (pipe != NULL) {
		enum nkx_why why = nkx_lzfu(t->w, from, len - (size_t)(from - p), pipe);

		nkx_nested_end(&pipe, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	}
}

static void text(struct tnef *t, const char *name, const uint8_t *p, size_t len)
{
	if (len > 0 && nkx_stream_begin(t->w, name, "tnef-text", NKS_KIND_UNKNOWN)) {
		(void)nkx_stream_feed(t->w, p, len);
		nkx_stream_end(t->w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static void binary(struct tnef *t, const uint8_t *p, size_t len)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "properties %u", ++t->n);
	if (len > 8 && nkx_stream_begin(t->w, name, "binary", NKS_KIND_BINARY)) {
		(void)nkx_stream_feed(t->w, p, len);
		nkx_stream_end(t->w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static void attribute(struct tnef *t, uint32_t id, const uint8_t *p, size_t len)
{
	struct nkx_source data = { .mem = p, .fd = -1, .size = len };

	switch (id & 0xffff) {
	case FROM:
		text(t, "from", p, len);
		break;
	case SUBJECT:
		text(t, "subject", p, len);
		break;
	case BODY:
		text(t, "body", p, len);
		break;
	case TITLE:
		nkx_name_utf8(p, strnlen((const char *)p, len), false, t->title, sizeof(t->title));
		break;
	case DATA:
		(void)nkx_nested(t->w, t->title[0] != '\0' ? t->title : "attachment", &data, NULL);
		t->title[0] = '\0';
		break;
	default:
		binary(t, p, len);
		rtf_in(t, p, len);
	}
}

static enum nkx_why open_tnef(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	struct tnef t = { .w = w };
	uint8_t *owned = NULL;
	size_t at = 6;

	(void)name;
	t.p = nkx_load(w, s, &owned);
	if (t.p == NULL) {
		return NKX_WHY_TOO_LARGE;
	}
	t.len = (size_t)s->size;
	while (t.len - at >= HEAD + TAIL) {
		uint32_t id = nk_get_le32(t.p + at + 1);
		size_t len = nk_get_le32(t.p + at + 5);

		if (len > t.len - at - HEAD) {
			break;
		}
		attribute(&t, id, t.p + at + HEAD, len);
		at += HEAD + len;
		at += t.len - at < TAIL ? t.len - at : TAIL;
	}
	nkx_claimed(w, 0, at);
	bool whole = at == t.len;

	free(owned);
	return whole ? NKX_WHY_NONE : NKX_WHY_CUT_OFF;
}

const struct nkx_format nkx_format_tnef = { "tnef", sniff, open_tnef, true };
