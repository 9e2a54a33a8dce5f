/*
 * fmt_pgp.c: OpenPGP packets (RFC 9580 section 4.2, RFC 4880 for the old ones): what is encrypted is told by name; what is
 * only packed (a signed file is) is opened.
 *
 * Invariant: encrypted data is never called scanned. ASCII armour is fmt_binary.c's.
 */
#include "base.h"

#include "nkx_open.h"

enum { MOST_HEAD = 32, TO_THE_END = -1 };

/* A packet's header: its tag, where its body begins, and its length where it says one (TO_THE_END, or a first part). */
struct packet {
	unsigned tag;
	size_t body;
	int64_t len;
};

static int64_t four(const uint8_t *p)
{
	return ((int64_t)nk_get_be16(p) << 16) + nk_get_be16(p + 2);
}

/* RFC 9580, 4.2.1: one, two or five bytes of length, or a power of two that is a first part. */
static bool new_length(const uint8_t *p, size_t len, struct packet *out)
{
	if (len < 7) {
		return false;
	}
	out->body = p[1] < 192 || (p[1] >= 224 && p[1] < 255) ? 2 : p[1] < 224 ? 3 : 6;
	out->len = p[1] < 192 ? p[1]
		: p[1] < 224  ? ((p[1] - 192) << 8) + p[2] + 192
		: p[1] < 255  ? TO_THE_END
			      : four(p + 2);
	return true;
}

/* 4.2.2: one, two or four bytes of length, or none. */
static bool old_length(const uint8_t *p, size_t len, struct packet *out)
{
	const unsigned kind = p[0] & 3U;

	if (len < 7) {
		return false;
	}
	out->body = kind == 3 ? 1 : 1 + (1U << kind);
	out->len = kind == 3 ? TO_THE_END
		: kind == 0  ? p[1]
		: kind == 1  ? (p[1] << 8) + p[2]
			     : four(p + 1);
	return true;
}

static bool packet_at(const uint8_t *p, size_t len, uint64_t size, struct packet *out)
{
	if (len < 8 || (p[0] & 0x80) == 0) {
		return false;
	}
	out->tag = (p[0] & 0x40) != 0 ? p[0] & 0x3fU : (p[0] >> 2) & 0x0fU;
	if (!((p[0] & 0x40) != 0 ? new_length(p, len, out) : old_length(p, len, out)) || out->body + 4 > len) {
		return false;
	}
	return out->len == TO_THE_END || (out->len >= 4 && (size == UINT64_MAX || (uint64_t)out->len <= size - out->body));
}

/* 5.1 a session key for a public key, 5.3 one by a passphrase, 5.13 and 5.16 encrypted data with a check. Encrypted data
 * without one (5.7) has nothing to be known by, and looks like chance. */
static bool is_encrypted(const struct packet *k, const uint8_t *b)
{
	switch (k->tag) {
	case 1:
		return (b[0] == 3 || b[0] == 6 || b[0] == 2) && k->len > 10;
	case 3:
		return (b[0] == 4 && b[1] >= 1 && b[1] <= 13 && b[2] <= 4) || ((b[0] == 5 || b[0] == 6) && b[1] < 64 && b[2] < 64);
	case 18:
		return b[0] == 1 || (b[0] == 2 && b[1] >= 1 && b[1] <= 13 && b[2] >= 1 && b[2] <= 3);
	case 20:
		return b[0] == 1 && b[1] >= 1 && b[1] <= 13 && b[2] >= 1 && b[2] <= 3;
	default:
		return false;
	}
}

/* 5.6: 1 raw deflate, 2 zlib, 3 bzip2; a whole packet that reaches to the end. */
static bool is_packed(const struct packet *k, const uint8_t *b, uint64_t size)
{
	return k->tag == 8 && b[0] >= 1 && b[0] <= 3 && (k->len == TO_THE_END || k->body + (uint64_t)k->len == size);
}

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	struct packet k;

	(void)name;
	if (!packet_at(head, len, size, &k)) {
		return 0;
	}
	return is_encrypted(&k, head + k.body) ? 70 : is_packed(&k, head + k.body, size) ? 40 : 0;
}

static enum nkx_why unpack(struct nkx_work *w, const struct nkx_source *s, const struct packet *k, bool zlib)
{
	struct nkx_pipe *p = nkx_nested_begin(w, "[content]", s->size, NULL);
	enum nkx_why why = NKX_WHY_NONE;
	uint64_t used = 0;
	const uint64_t at = k->body + 1;

	if (p == NULL) {
		return NKX_WHY_MEMORY;
	}
	why = nkx_inflate(w, s, at, s->size - at, zlib ? 15 : -15, p, &used);
	nkx_nested_end(&p, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	nkx_claimed(w, 0, at + used);
	return NKX_WHY_NONE;
}

static enum nkx_why open_pgp(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t head[MOST_HEAD];
	struct nkx_source part;
	struct packet k;
	uint8_t how = 0;

	(void)name;
	if (!packet_at(head, nkx_read_some(s, 0, head, sizeof(head)), s->size, &k)) {
		return NKX_WHY_UNKNOWN_FORMAT;
	}
	how = head[k.body];
	if (!is_packed(&k, head + k.body, s->size)) {
		return NKX_WHY_ENCRYPTED;
	}
	if (how != 3) {
		return unpack(w, s, &k, how == 2);
	}
	part = nkx_source_part(s, k.body + 1, s->size - k.body - 1);
	nkx_claimed(w, 0, s->size);
	(void)nkx_nested(w, "[content]", &part, NULL);
	return NKX_WHY_NONE;
}

const struct nkx_format nkx_format_openpgp = { "openpgp", sniff, open_pgp, false };
