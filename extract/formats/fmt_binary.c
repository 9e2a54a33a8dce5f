/*
 * fmt_binary.c: bytes of unknown form, carved for text of every encoding.
 *
 * Some forms are known to hide what is in them (packed or encrypted, and nobody here opens them): those are "partly" or not
 * scanned. So is what looks like chance (opaque.h), whatever it is.
 */
#include "base.h"

#include "nkx_plain.h"
#include "zip_dir.h"

extern const struct nkx_format nkx_format_zip;

struct closed {
	const char *magic;
	size_t len, at;
	enum nkx_why why;
};

static const struct closed closed[] = {
	{ "!BDN", 4, 0, NKX_WHY_UNKNOWN_FORMAT }, /* Outlook PST: mostly permuted bytes */
	{ "EVF\x09\x0d\x0a\xff", 7, 0, NKX_WHY_UNKNOWN_FORMAT }, /* EnCase image, packed */
	{ "EVF2\x0d\x0a\x81", 7, 0, NKX_WHY_UNKNOWN_FORMAT },
	{ "LUKS\xba\xbe", 6, 0, NKX_WHY_ENCRYPTED },
	{ "hsqs", 4, 0, NKX_WHY_UNKNOWN_FORMAT }, /* squashfs */
	{ "QFI\xfb", 4, 0, NKX_WHY_UNKNOWN_FORMAT }, /* qcow2 */
	{ "KDMV", 4, 0, NKX_WHY_UNKNOWN_FORMAT }, /* vmdk, may be packed */
	{ "PACK\0\0\0", 7, 0, NKX_WHY_UNKNOWN_FORMAT }, /* git objects, packed */
	{ "Salted__", 8, 0, NKX_WHY_ENCRYPTED }, /* openssl enc */
	{ "age-encryption.org/", 19, 0, NKX_WHY_ENCRYPTED },
	{ "-----BEGIN PGP MESSAGE-----", 27, 0, NKX_WHY_ENCRYPTED },
	{ "\x04\x22\x4d\x18", 4, 0, NKX_WHY_UNKNOWN_FORMAT }, /* lz4 */
	{ "\x03\xd9\xa2\x9a", 4, 0, NKX_WHY_ENCRYPTED }, /* KeePass */
	{ "LZIP", 4, 0, NKX_WHY_UNKNOWN_FORMAT },
	{ "MSWIM\0\0\0", 8, 0, NKX_WHY_UNKNOWN_FORMAT },
};

static const struct closed *closed_at(const uint8_t *head, size_t len)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(closed); i++) {
		const struct closed *c = &closed[i];

		if (len >= c->at + c->len && memcmp(head + c->at, c->magic, c->len) == 0) {
			return c;
		}
	}
	return NULL;
}

enum nkx_why nkx_binary_closed(const uint8_t *head, size_t len)
{
	const struct closed *const c = closed_at(head, len);

	return c != NULL ? c->why : NKX_WHY_NONE;
}

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return closed_at(head, len) != NULL ? 60 : 1;
}

static bool is_program(const uint8_t *head, size_t len)
{
	return len >= 4 &&
		(memcmp(head, "MZ", 2) == 0 ||
			memcmp(head,
				"\x7f"
				"ELF",
				4) == 0);
}

static enum nkx_why open_binary(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t head[64];
	const size_t n = nkx_read_some(s, 0, head, sizeof(head));
	const enum nkx_why closed_why = w->raw ? NKX_WHY_NONE : nkx_binary_closed(head, n);
	enum nkx_why why = NKX_WHY_NONE;

	/* A program that unpacks itself: a zip with something before it. */
	if (!w->raw && is_program(head, n) && nkx_zip_ends(s)) {
		return nkx_format_zip.open(w, s, name);
	}
	why = nkx_plain_open(w, s, "binary", NKS_KIND_BINARY);

	return closed_why != NKX_WHY_NONE && (why == NKX_WHY_NONE || why == NKX_WHY_OPAQUE) ? closed_why : why;
}

const struct nkx_format nkx_format_binary = { "binary", sniff, open_binary, false };
