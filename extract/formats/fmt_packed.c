/*
 * fmt_packed.c: one stream packed: gzip, bzip2, xz, zstd, compress, zlib. A packed tar is walked at once, without holding
 * it in memory.
 *
 * Invariant: bytes behind the packed stream are not claimed, so they are carved.
 */
#include "base.h"

#include "nkx_work.h"
#include "squash.h"
#include "unpack.h"

#include <zlib.h>

enum { PEEK = 4096, TAIL = 1 << 20 };

static bool starts(const uint8_t *head, size_t len, const char *sign, size_t n)
{
	return len >= n && memcmp(head, sign, n) == 0;
}

static int sniff_gzip(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 18 && starts(head, len, "\x1f\x8b\x08", 3) && head[3] < 0x20 ? 80 : 0;
}

static int sniff_bzip2(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 10 && starts(head, len, "BZh", 3) && head[3] >= '1' && head[3] <= '9' &&
			(memcmp(head + 4, "1AY&SY", 6) == 0 || memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0)
		? 85
		: 0;
}

static int sniff_xz(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return starts(head, len,
		       "\xfd"
		       "7zXZ\0",
		       6)
		? 85
		: 0;
}

static int sniff_zstd(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 8 && starts(head, len, "\x28\xb5\x2f\xfd", 4) ? 85 : 0;
}

static int sniff_compress(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 4 && starts(head, len, "\x1f\x9d", 2) && (head[2] & 0x1f) >= 9 && (head[2] & 0x1f) <= 16 &&
			(head[2] & 0x60) == 0
		? 60
		: 0;
}

/* Two bytes say little (text may begin with "x^"): the first bytes must unpack, and short ones to the end. */
static int sniff_zlib(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	uint8_t out[512];
	z_stream z = { .avail_in = (uInt)len };
	int rc = Z_OK;

	(void)name;
	if (len < 8 || (head[0] & 0x0f) != 8 || head[0] >> 4 > 7 || (head[1] & 0x20) != 0 || nk_get_be16(head) % 31 != 0 ||
		inflateInit(&z) != Z_OK) {
		return 0;
	}
	z.next_in = (uint8_t *)(uintptr_t)head; /* zlib only reads it */
	while (rc == Z_OK && z.avail_in > 0) {
		z.next_out = out;
		z.avail_out = sizeof(out);
		rc = inflate(&z, Z_NO_FLUSH);
	}
	(void)inflateEnd(&z);
	explicit_bzero(out, sizeof(out));
	return rc == Z_STREAM_END || ((rc == Z_OK || rc == Z_BUF_ERROR) && size > len && len >= 64) ? 75 : 0;
}

/* What the content is called: the packed name without its ending. */
static void inner_name(const char *name, char *out, size_t room)
{
	static const char *const endings[] = { ".gz", ".GZ", ".bz2", ".xz", ".zst", ".Z", ".z" };
	const char *slash = strrchr(name, '/');
	size_t len = 0;

	(void)snprintf(out, room, "%s", slash != NULL ? slash + 1 : name);
	len = strlen(out);
	for (size_t i = 0; i < NK_ARRAY_LEN(endings); i++) {
		const size_t n = strlen(endings[i]);

		if (len > n && strcmp(out + len - n, endings[i]) == 0) {
			out[len - n] = '\0';
			return;
		}
	}
	(void)snprintf(out, room, "[content]");
}

/* A text of a gzip header, as far as it is shown. */
static void read_text(const struct nkx_source *s, uint64_t at, uint64_t len, char *out, size_t room)
{
	uint8_t raw[NKX_NAME_MAX];
	const size_t n = nkx_read_some(s, at, raw, len < sizeof(raw) ? (size_t)len : sizeof(raw));

	nkx_name_utf8(raw, n, false, out, room);
}

static void report_comment(struct nkx_work *w, const struct nkx_source *s, const struct nkx_gzip_head *head)
{
	char comment[NKX_NAME_MAX];

	read_text(s, head->comment, head->comment_len, comment, sizeof(comment));
	if (comment[0] != '\0' && nkx_stream_begin(w, ":comment", "gzip-comment", NKS_KIND_TEXT)) {
		(void)nkx_stream_feed(w, comment, strlen(comment));
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static bool holds_tar(struct nkx_work *w, const struct nkx_source *s, bool gzip)
{
	struct nkx_unpack *u = nkx_unpack_open(w, s, gzip);
	uint8_t head[PEEK];
	size_t n = 0;
	bool is = false;

	while (u != NULL && n < sizeof(head)) {
		const uint8_t *bytes = NULL;
		size_t len = 0;

		if (nkx_unpack_next(u, &bytes, &len) != NKX_WHY_NONE || len == 0) {
			break;
		}
		len = len < sizeof(head) - n ? len : sizeof(head) - n;
		memcpy(head + n, bytes, len);
		n += len;
	}
	is = nkx_archive_is_tar(head, n);
	explicit_bzero(head, sizeof(head));
	nkx_unpack_close(&u);
	return is;
}

/* All that is unpacked, as one content: that is what gzip means by several members. */
static enum nkx_why one_content(struct nkx_work *w, struct nkx_unpack *u, const char *name, uint64_t packed)
{
	struct nkx_pipe *p = nkx_nested_begin(w, name, packed, NULL);
	enum nkx_why why = NKX_WHY_NONE;

	if (p == NULL) {
		return w->stop;
	}
	for (;;) {
		const uint8_t *bytes = NULL;
		size_t len = 0;

		why = nkx_unpack_next(u, &bytes, &len);
		if (why != NKX_WHY_NONE || len == 0 || !nkx_nested_feed(p, bytes, len)) {
			break;
		}
	}
	nkx_nested_end(&p, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	return NKX_WHY_NONE;
}

static enum nkx_why open_packed(
	struct nkx_work *w, const struct nkx_source *s, const char *content, bool gzip, uint64_t end)
{
	const bool tar = holds_tar(w, s, gzip);
	struct nkx_unpack *u = nkx_unpack_open(w, s, gzip);
	enum nkx_why why = NKX_WHY_MEMORY;

	if (u != NULL) {
		why = tar ? nkx_archive_walk(w, s, u) : one_content(w, u, content, s->size);
		nkx_unpack_claim(u, end);
	}
	nkx_unpack_close(&u);
	return why;
}

static enum nkx_why open_gzip(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	char inner[NKX_NAME_MAX];
	char own[NKX_NAME_MAX] = "";
	struct nkx_gzip_head head;

	if (!nkx_gzip_head(s, 0, &head)) {
		return s->size < PEEK ? NKX_WHY_CUT_OFF : NKX_WHY_UNKNOWN_FORMAT;
	}
	report_comment(w, s, &head);
	inner_name(name, inner, sizeof(inner));
	read_text(s, head.name, head.name_len, own, sizeof(own));
	return open_packed(w, s, own[0] != '\0' ? own : inner, true, s->size);
}

/* bzip2: behind its last end mark (48 bits at any bit) and check sum. */
static uint64_t bzip2_end(const uint8_t *tail, size_t len)
{
	const uint64_t mark = UINT64_C(0x177245385090);
	uint64_t bits = 0;
	uint64_t end = 0;

	for (size_t i = 0; i < len * 8; i++) {
		bits = ((bits << 1) | (((uint32_t)tail[i / 8] >> (7 - i % 8)) & 1U)) & UINT64_C(0xffffffffffff);
		if (bits == mark && i >= 47) {
			end = (i + 1 + 32 + 7) / 8;
		}
	}
	return end;
}

/* xz: behind its last footer. */
static uint64_t xz_end(const uint8_t *tail, size_t len)
{
	for (size_t i = len; i >= 12; i--) {
		if (tail[i - 2] == 'Y' && tail[i - 1] == 'Z' && tail[i - 4] == 0) {
			return i;
		}
	}
	return len;
}

/* What lies behind the packed stream, when its kind has an end that can be seen. */
static uint64_t packed_end(const struct nkx_source *s, char kind)
{
	const size_t len = s->size < TAIL ? (size_t)s->size : TAIL;
	uint8_t *tail = malloc(len + 1);
	uint64_t end = len;

	if (tail != NULL && nkx_read(s, s->size - len, tail, len)) {
		end = kind == 'b' ? bzip2_end(tail, len) : kind == 'x' ? xz_end(tail, len) : len;
	}
	free(tail);
	return end == 0 || end > len ? s->size : s->size - len + end;
}

static enum nkx_why open_raw(struct nkx_work *w, const struct nkx_source *s, const char *name, char kind)
{
	char inner[NKX_NAME_MAX];

	inner_name(name, inner, sizeof(inner));
	return open_packed(w, s, inner, false, packed_end(s, kind));
}

static enum nkx_why open_bzip2(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	return open_raw(w, s, name, 'b');
}

static enum nkx_why open_xz(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	return open_raw(w, s, name, 'x');
}

static enum nkx_why open_other(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	return open_raw(w, s, name, 0);
}

static enum nkx_why open_zlib(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	char inner[NKX_NAME_MAX];
	struct nkx_pipe *p = NULL;
	enum nkx_why why = NKX_WHY_NONE;
	uint64_t used = 0;

	inner_name(name, inner, sizeof(inner));
	p = nkx_nested_begin(w, inner, s->size, NULL);
	if (p == NULL) {
		return w->stop;
	}
	why = nkx_inflate(w, s, 0, s->size, MAX_WBITS, p, &used);
	nkx_nested_end(&p, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	nkx_claimed(w, 0, used);
	return NKX_WHY_NONE;
}

const struct nkx_format nkx_format_gzip = { "gzip", sniff_gzip, open_gzip, false };
const struct nkx_format nkx_format_bzip2 = { "bzip2", sniff_bzip2, open_bzip2, false };
const struct nkx_format nkx_format_xz = { "xz", sniff_xz, open_xz, false };
const struct nkx_format nkx_format_zstd = { "zstd", sniff_zstd, open_other, false };
const struct nkx_format nkx_format_compress = { "compress", sniff_compress, open_other, false };
const struct nkx_format nkx_format_zlib = { "zlib", sniff_zlib, open_zlib, false };
