/*
 * msg_read.c: Outlook messages (MS-OXMSG): every property is a stream "__substg1.0_" and its number and type in eight
 * hex digits.
 *
 * Texts go out one stream each, named by the property; attachments are opened under their own name; the compressed
 * RTF body (MS-OXRTFCP) is unpacked.
 */
#include "base.h"

#include "cfb.h"
#include "mime_charset.h"

enum { SIBLINGS = 256, WINDOW = 4096, UNICODE = 0x1f, BYTES = 0x1e, BINARY = 0x102, MULTIPLE = 0x1000 };
static const char prefix[] = "__substg1.0_";

static const struct {
	uint16_t id;
	const char *name;
} props[] = { { 0x001a, "message class" }, { 0x0037, "subject" }, { 0x003d, "subject prefix" },
	{ 0x0040, "received by" }, { 0x0042, "sent representing" }, { 0x0044, "received representing" },
	{ 0x004d, "original author" }, { 0x0050, "reply to" }, { 0x005a, "original sender" },
	{ 0x0065, "sent representing address" }, { 0x0070, "topic" }, { 0x0076, "received by address" },
	{ 0x007d, "headers" }, { 0x0c1a, "sender" }, { 0x0c1f, "sender address" }, { 0x0e02, "bcc" },
	{ 0x0e03, "cc" }, { 0x0e04, "to" }, { 0x0e1d, "normalized subject" }, { 0x1000, "body" },
	{ 0x1009, "body.rtf" }, { 0x1013, "body.html" }, { 0x1035, "message id" }, { 0x3001, "display name" },
	{ 0x3002, "address type" }, { 0x3003, "address" }, { 0x3004, "comment" }, { 0x3701, "data" },
	{ 0x3703, "extension" }, { 0x3704, "file name" }, { 0x3707, "long file name" }, { 0x39fe, "smtp address" },
	{ 0x39ff, "display name (7 bit)" }, { 0x3a06, "given name" }, { 0x3a08, "business phone" },
	{ 0x3a09, "home phone" }, { 0x3a11, "surname" }, { 0x3a15, "postal address" }, { 0x3a16, "company" },
	{ 0x3a1c, "mobile phone" }, { 0x3a20, "transmittable name" }, { 0x5d01, "sender smtp address" },
	{ 0x8049, "kana" } };

static bool hex_of(const struct nkx_cfb *c, uint32_t id, unsigned *prop, unsigned *type)
{
	char name[128];
	uint32_t value = 0;

	if (!nkx_cfb_starts(c, id, prefix)) {
		return false;
	}
	nkx_cfb_name(c, id, name, sizeof(name));
	const char *p = name + sizeof(prefix) - 1;

	for (int i = 0; i < 8; i++) {
		char h = p[i];
		unsigned digit = h >= '0' && h <= '9' ? (unsigned)(h - '0') : ((unsigned)h | 32U) - 'a' + 10U;

		if (digit > 15) {
			return false;
		}
		value = value << 4 | digit;
	}
	*prop = value >> 16;
	*type = value & 0xffff;
	return true;
}

static void prop_name(const char *path, unsigned prop, char *out, size_t room)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(props); i++) {
		if (props[i].id == prop) {
			(void)snprintf(out, room, "%s%s", path, props[i].name);
			return;
		}
	}
	(void)snprintf(out, room, "%sproperty %04x", path, prop);
}

/* The name of the file that an attachment was: from the property streams beside its data. */
static bool file_name(const struct nkx_cfb *c, uint32_t data, char *out, size_t room)
{
	static const unsigned wanted[] = { 0x3707, 0x3704, 0x3001 };
	uint32_t best = NKX_CFB_NONE;
	size_t rank = NK_ARRAY_LEN(wanted);
	unsigned best_type = 0, looked = 0;

	for (uint32_t id = c->node[c->node[data].parent].first; id != NKX_CFB_NONE && looked++ < SIBLINGS;
		id = c->node[id].next) {
		unsigned prop = 0, type = 0;

		if (!hex_of(c, id, &prop, &type) || (type != UNICODE && type != BYTES)) {
			continue;
		}
		for (size_t i = 0; i < rank; i++) {
			if (prop == wanted[i]) {
				rank = i;
				best = id;
				best_type = type;
			}
		}
	}
	if (best == NKX_CFB_NONE) {
		return false;
	}
	uint8_t bytes[512];
	size_t len = nkx_cfb_peek(c, best, bytes, sizeof(bytes));

	nkx_name_utf8(bytes, len, best_type == UNICODE, out, room);
	return len > 0;
}

static void put_text_property(struct nkx_cfb *c, uint32_t id, const char *name, bool wide)
{
	struct nkx_cfb_bytes b = nkx_cfb_load(c, id);
	struct nkx_text t = { .w = c->w };

	if (b.p == NULL || !nkx_stream_begin(c->w, name, "msg-text", wide ? NKS_KIND_TEXT : NKS_KIND_UNKNOWN)) {
		nkx_cfb_bytes_done(&b);
		return;
	}
	if (wide) {
		nkx_put_utf16(&t, b.p, b.len / 2);
		nkx_put_flush(&t);
	} else {
		(void)nkx_stream_feed(c->w, b.p, b.len);
	}
	nkx_stream_end(c->w, NKX_SCANNED, NKX_WHY_NONE);
	explicit_bzero(t.buf, sizeof(t.buf));
	nkx_cfb_bytes_done(&b);
}

static void put_rtf(struct nkx_cfb *c, uint32_t id, const char *name)
{
	struct nkx_cfb_bytes b = nkx_cfb_load(c, id);
	struct nkx_pipe *p = b.p == NULL ? NULL : nkx_nested_begin(c->w, name, b.len, "rtf");

	if (p != NULL) {
		enum nkx_why why = nkx_lzfu(c->w, b.p, b.len, p);

		nkx_nested_end(&p, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	}
	nkx_cfb_bytes_done(&b);
}

bool nkx_msg_stream(struct nkx_cfb *c, const char *path, uint32_t id)
{
	unsigned prop = 0, type = 0;
	char name[900], file[400];

	if (!hex_of(c, id, &prop, &type)) {
		return false;
	}
	if (strstr(path, "__nameid") != NULL) { /* tables with numbers and names of own properties */
		(void)snprintf(name, sizeof(name), "%s%04x", path, prop);
		nkx_cfb_give(c, id, name, "binary");
		return true;
	}
	prop_name(path, prop, name, sizeof(name));
	type &= ~(unsigned)MULTIPLE;
	if (type == UNICODE || type == BYTES) {
		put_text_property(c, id, name, type == UNICODE);
	} else if (prop == 0x1009) {
		put_rtf(c, id, name);
	} else if (prop == 0x3701 && file_name(c, id, file, sizeof(file))) {
		(void)snprintf(name, sizeof(name), "%s%s", path, file);
		nkx_cfb_give(c, id, name, NULL);
	} else {
		nkx_cfb_give(c, id, name, NULL);
	}
	return true;
}

static const char dictionary[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
	"Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i"
	"\\u\\tab\\tx";

struct lzfu {
	uint8_t window[WINDOW];
	size_t write;
	uint8_t out[WINDOW];
	size_t n;
	struct nkx_pipe *p;
};

static bool lzfu_byte(struct lzfu *z, uint8_t b)
{
	z->window[z->write] = b;
	z->write = (z->write + 1) % WINDOW;
	z->out[z->n++] = b;
	if (z->n < sizeof(z->out)) {
		return true;
	}
	z->n = 0;
	return nkx_nested_feed(z->p, z->out, sizeof(z->out));
}

static bool lzfu_copy(struct lzfu *z, size_t from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!lzfu_byte(z, z->window[(from + i) % WINDOW])) {
			return false;
		}
	}
	return true;
}

/* Unpacks; true: the end mark came. */
static bool lzfu_run(struct lzfu *z, const uint8_t *in, size_t len)
{
	size_t at = 16;

	while (at < len) {
		unsigned flags = in[at++];

		for (int bit = 0; bit < 8 && at < len; bit++, flags >>= 1) {
			if ((flags & 1) == 0) {
				if (!lzfu_byte(z, in[at++])) {
					return false;
				}
				continue;
			}
			if (len - at < 2) {
				return false;
			}
			size_t from = (size_t)in[at] << 4 | in[at + 1] >> 4, n = (in[at + 1] & 15U) + 2U;

			at += 2;
			if (from == z->write) {
				return true;
			}
			if (!lzfu_copy(z, from, n)) {
				return false;
			}
		}
	}
	return false;
}

enum nkx_why nkx_lzfu(struct nkx_work *w, const uint8_t *in, size_t len, struct nkx_pipe *p)
{
	if (len < 16) {
		return NKX_WHY_CUT_OFF;
	}
	uint32_t packed = nk_get_le32(in), kind = nk_get_le32(in + 8);

	if (kind == UINT32_C(0x414c454d)) { /* not compressed */
		return nkx_nested_feed(p, in + 16, len - 16) ? NKX_WHY_NONE : NKX_WHY_STOPPED;
	}
	if (kind != UINT32_C(0x75465a4c)) {
		return NKX_WHY_UNSUPPORTED;
	}
	struct lzfu *z = calloc(1, sizeof(*z));

	if (z == NULL) {
		return NKX_WHY_MEMORY;
	}
	(void)w;
	memcpy(z->window, dictionary, sizeof(dictionary) - 1);
	z->write = sizeof(dictionary) - 1;
	z->p = p;
	len = packed < len - 4 ? packed + 4 : len;
	bool whole = lzfu_run(z, in, len);
	bool fed = z->n == 0 || nkx_nested_feed(p, z->out, z->n);

	explicit_bzero(z, sizeof(*z));
	free(z);
	return whole && fed ? NKX_WHY_NONE : NKX_WHY_CUT_OFF;
}
