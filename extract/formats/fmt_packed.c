/*
 * fmt_packed.c: one stream packed: gzip, bzip2, xz, zstd, compress. A packed tar is walked at once, without holding
 * it in memory.
 *
 * Invariant: bytes behind the packed stream are not claimed, so they are carved.
 */
#include "base.h"

#include "nkx_work.h"
#include "squash.h"

#include <archive.h>
#include <archive_entry.h>

enum { PEEK = 4096, MEMBERS_MAX = 65536, GZ_HEAD = 10, TEXT_MAX = 65536, TAIL = 1 << 20 };

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

static void set_raw(struct archive *a)
{
	(void)archive_read_support_format_raw(a);
	(void)archive_read_support_filter_gzip(a);
	(void)archive_read_support_filter_bzip2(a);
	(void)archive_read_support_filter_xz(a);
	(void)archive_read_support_filter_zstd(a);
	(void)archive_read_support_filter_compress(a);
}

/* The first unpacked bytes. */
static size_t peek(const struct nkx_source *s, uint8_t *out)
{
	struct nkx_squash q = { .source = s, .len = s->size };
	struct archive *a = nkx_squash_open(&q, set_raw);
	struct archive_entry *e = NULL;
	la_ssize_t got = 0;

	if (a != NULL && archive_read_next_header(a, &e) >= ARCHIVE_WARN) {
		got = archive_read_data(a, out, PEEK);
	}
	nkx_squash_close(&q, &a);
	return got > 0 ? (size_t)got : 0;
}

static bool holds_tar(const struct nkx_source *s)
{
	uint8_t head[PEEK];
	const bool is = nkx_archive_is_tar(head, peek(s, head));

	explicit_bzero(head, sizeof(head));
	return is;
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

/* gzip: the texts of a member's header. */
struct member {
	char name[NKX_NAME_MAX];
	char comment[NKX_NAME_MAX];
};

static size_t cut_text(const uint8_t *bytes, size_t len, char *out, size_t room)
{
	const uint8_t *end = memchr(bytes, 0, len);
	const size_t n = end != NULL ? (size_t)(end - bytes) : len;

	nkx_name_utf8(bytes, n, false, out, room);
	return end != NULL ? n + 1 : len;
}

static bool read_member(const struct nkx_source *s, uint64_t at, struct member *m)
{
	uint8_t head[PEEK];
	const size_t n = nkx_read_some(s, at, head, sizeof(head));
	size_t i = GZ_HEAD;

	memset(m, 0, sizeof(*m));
	if (sniff_gzip(head, n, 0, "") == 0) {
		return false;
	}
	if ((head[3] & 4) != 0 && n >= i + 2) {
		i += 2 + (size_t)nk_get_le16(head + i);
	}
	if ((head[3] & 8) != 0 && i < n) {
		i += cut_text(head + i, n - i, m->name, sizeof(m->name));
	}
	if ((head[3] & 16) != 0 && i < n) {
		(void)cut_text(head + i, n - i, m->comment, sizeof(m->comment));
	}
	return true;
}

static void report_comment(struct nkx_work *w, const char *comment)
{
	if (comment[0] != '\0' && nkx_stream_begin(w, ":comment", "gzip-comment", NKS_KIND_TEXT)) {
		(void)nkx_stream_feed(w, comment, strlen(comment));
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

/* All members, one after another, as one content: that is what gzip means by them. */
static enum nkx_why gzip_members(struct nkx_work *w, const struct nkx_source *s, struct nkx_pipe *p)
{
	uint64_t at = 0;
	struct member m;

	for (unsigned i = 0; i < MEMBERS_MAX && at < s->size; i++) {
		uint64_t used = 0;
		enum nkx_why why = NKX_WHY_NONE;

		if (!read_member(s, at, &m)) {
			return NKX_WHY_NONE;
		}
		why = nkx_inflate(w, s, at, s->size - at, 31, p, &used);
		nkx_claimed(w, at, used);
		if (why != NKX_WHY_NONE) {
			return why;
		}
		at += used;
		if (used == 0 || w->stop != NKX_WHY_NONE) {
			return NKX_WHY_NONE;
		}
	}
	return NKX_WHY_NONE;
}

static enum nkx_why open_gzip(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	char inner[NKX_NAME_MAX];
	struct member m;
	struct nkx_pipe *p = NULL;
	enum nkx_why why = NKX_WHY_NONE;

	if (!read_member(s, 0, &m)) {
		return NKX_WHY_UNKNOWN_FORMAT;
	}
	report_comment(w, m.comment);
	if (holds_tar(s)) {
		return nkx_archive_walk(w, s, true);
	}
	inner_name(name, inner, sizeof(inner));
	p = nkx_nested_begin(w, m.name[0] != '\0' ? m.name : inner, s->size, NULL);
	if (p == NULL) {
		return w->stop;
	}
	why = gzip_members(w, s, p);
	nkx_nested_end(&p, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	return NKX_WHY_NONE;
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
	struct nkx_squash q = { .source = s, .len = s->size };
	struct archive *a = NULL;
	struct archive_entry *e = NULL;
	struct nkx_pipe *p = NULL;
	enum nkx_why why = NKX_WHY_DAMAGED;

	if (holds_tar(s)) {
		return nkx_archive_walk(w, s, true);
	}
	a = nkx_squash_open(&q, set_raw);
	if (a == NULL) {
		return NKX_WHY_DAMAGED;
	}
	inner_name(name, inner, sizeof(inner));
	p = nkx_nested_begin(w, inner, s->size, NULL);
	if (p != NULL) {
		why = archive_read_next_header(a, &e) >= ARCHIVE_WARN ? nkx_squash_data(a, p) : nkx_squash_why(a);
		nkx_nested_end(&p, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	}
	nkx_claimed(w, 0, why == NKX_WHY_NONE ? packed_end(s, kind) : s->size);
	nkx_squash_close(&q, &a);
	return NKX_WHY_NONE;
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

const struct nkx_format nkx_format_gzip = { "gzip", sniff_gzip, open_gzip, false };
const struct nkx_format nkx_format_bzip2 = { "bzip2", sniff_bzip2, open_bzip2, false };
const struct nkx_format nkx_format_xz = { "xz", sniff_xz, open_xz, false };
const struct nkx_format nkx_format_zstd = { "zstd", sniff_zstd, open_other, false };
const struct nkx_format nkx_format_compress = { "compress", sniff_compress, open_other, false };
