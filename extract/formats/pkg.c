/*
 * pkg.c: see pkg.h. All places and lengths come from the file and are checked before use; parts that overlap are the
 * zip reader's matter.
 */
#include "base.h"

#include "pkg.h"
#include "zip_lost.h"

#include <zlib.h>

enum { LOCAL = 30, IN = 32768, OUT = 131072 };

static uint32_t u16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

/* A part of the directory that is sound in every respect; all else is the zip reader's. */
static bool take(const struct nkx_zip *zip, const struct nkx_zip_entry *e, struct nkx_pkg_part *out)
{
	char name[1024];

	if ((e->overlaps && !e->twice) || (e->flags & NKX_ZIP_MASKED) != 0) {
		return false;
	}
	nkx_zip_name(zip, e, name, sizeof(name));
	out->name = strdup(name);
	out->at = e->local;
	out->packed = e->packed;
	out->size = e->size;
	out->crc = e->crc;
	out->method = e->method;
	out->flags = e->flags;
	return out->name != NULL;
}

static enum nkx_why from_directory(struct nkx_pkg *pkg, const struct nkx_zip *zip)
{
	if (zip->n == 0 || zip->cut_off || zip->n > nkx_limits(pkg->w)->entries) {
		return NKX_WHY_UNKNOWN_FORMAT;
	}
	pkg->parts = calloc(zip->n, sizeof(*pkg->parts));
	if (pkg->parts == NULL) {
		return NKX_WHY_MEMORY;
	}
	for (size_t i = 0; i < zip->n; i++) {
		if (!take(zip, &zip->entries[i], &pkg->parts[pkg->n])) {
			return NKX_WHY_UNKNOWN_FORMAT;
		}
		pkg->n++;
	}
	return NKX_WHY_NONE;
}

static void free_all(struct nkx_pkg *pkg)
{
	for (size_t i = 0; pkg->parts != NULL && i < pkg->n; i++) {
		free(pkg->parts[i].name);
	}
	free(pkg->parts);
	pkg->parts = NULL;
	pkg->n = 0;
	nkx_zip_done(&pkg->zip);
}

enum nkx_why nkx_pkg_open(struct nkx_work *w, const struct nkx_source *source, struct nkx_pkg *out)
{
	enum nkx_why why = NKX_WHY_UNKNOWN_FORMAT;

	*out = (struct nkx_pkg){ .w = w, .source = source };
	if (nkx_zip_read(w, source, &out->zip) == NKX_WHY_NONE) {
		why = from_directory(out, &out->zip);
	}
	if (why != NKX_WHY_NONE) {
		free_all(out);
	}
	return why;
}

void nkx_pkg_done(struct nkx_pkg *pkg)
{
	if (pkg->parts != NULL) {
		nkx_zip_claim_directory(pkg->w, &pkg->zip);
		nkx_zip_gaps(pkg->w, &pkg->zip);
	}
	free_all(pkg);
}

size_t nkx_pkg_find(const struct nkx_pkg *pkg, const char *name)
{
	for (size_t i = 0; i < pkg->n; i++) {
		if (strcasecmp(pkg->parts[i].name, name) == 0) {
			return i;
		}
	}
	return SIZE_MAX;
}

struct reading {
	const struct nkx_pkg *pkg;
	const struct nkx_pkg_part *part;
	nkx_pkg_feed_fn *feed;
	void *arg;
	uint64_t made;
	uint32_t crc;
	bool enough;
	z_stream z;
	uint8_t in[IN];
	uint8_t out[OUT];
};

static enum nkx_why give(struct reading *r, const uint8_t *bytes, size_t len)
{
	const uint64_t in = r->part->packed > 0 ? r->part->packed : 1;

	r->made += len;
	r->crc = (uint32_t)crc32(r->crc, bytes, (uInt)len);
	if (r->made > (1 << 20) && r->made / nkx_limits(r->pkg->w)->ratio > in) {
		return NKX_WHY_RATIO;
	}
	if (!nkx_budget(r->pkg->w, 0, len)) {
		return NKX_WHY_TOO_LARGE;
	}
	r->enough = !r->feed(r->arg, bytes, len);
	return NKX_WHY_NONE;
}

static enum nkx_why unpack(struct reading *r, size_t got, bool *end)
{
	int rc = Z_OK;

	r->z.next_in = r->in;
	r->z.avail_in = (uInt)got;
	do {
		enum nkx_why why = NKX_WHY_NONE;

		r->z.next_out = r->out;
		r->z.avail_out = OUT;
		rc = inflate(&r->z, Z_NO_FLUSH);
		why = OUT > r->z.avail_out ? give(r, r->out, OUT - r->z.avail_out) : NKX_WHY_NONE;
		if (why != NKX_WHY_NONE || r->enough) {
			return why;
		}
		if (rc != Z_OK && rc != Z_BUF_ERROR && rc != Z_STREAM_END) {
			return NKX_WHY_DAMAGED;
		}
	} while (rc == Z_OK && (r->z.avail_in > 0 || r->z.avail_out == 0));
	*end = rc == Z_STREAM_END;
	return NKX_WHY_NONE;
}

static enum nkx_why run(struct reading *r, uint64_t at)
{
	const bool stored = r->part->method == 0;
	uint64_t left = r->part->packed;
	enum nkx_why why = NKX_WHY_NONE;
	bool end = false;

	while (left > 0 && !end && !r->enough && why == NKX_WHY_NONE) {
		const size_t want = left < IN ? (size_t)left : IN;
		const size_t got = nkx_read_some(r->pkg->source, at, r->in, want);

		if (got == 0) {
			return NKX_WHY_CUT_OFF;
		}
		why = stored ? give(r, r->in, got) : unpack(r, got, &end);
		at += got;
		left -= got;
	}
	if (why != NKX_WHY_NONE || r->enough) {
		return why;
	}
	if (!stored && !end) {
		return NKX_WHY_CUT_OFF;
	}
	return r->crc == r->part->crc ? NKX_WHY_NONE : NKX_WHY_DAMAGED;
}

/* Where the bytes begin; claims the part but for words in its header. 0: the local header is none. */
static uint64_t data_at(const struct nkx_pkg *pkg, const struct nkx_pkg_part *part)
{
	struct nkx_zip_local local;
	uint64_t at = 0;

	if (!nkx_zip_local(pkg->source, part->at, &local)) {
		return 0;
	}
	at = local.data;
	if (at > pkg->source->size || part->packed > pkg->source->size - at) {
		return 0;
	}
	nkx_zip_claim_local(pkg->w, &pkg->zip, &pkg->zip.entries[part - pkg->parts], &local);
	return at;
}

enum nkx_why nkx_pkg_read(const struct nkx_pkg *pkg, size_t i, nkx_pkg_feed_fn *feed, void *arg)
{
	const struct nkx_pkg_part *part = &pkg->parts[i];
	const uint64_t at = data_at(pkg, part);
	struct reading *r = NULL;
	enum nkx_why why = NKX_WHY_NONE;

	if (at == 0) {
		return NKX_WHY_DAMAGED;
	}
	if ((part->flags & 1) != 0) {
		return NKX_WHY_ENCRYPTED;
	}
	if (part->method != 0 && part->method != 8) {
		return NKX_WHY_UNSUPPORTED;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL || inflateInit2(&r->z, -15) != Z_OK) {
		free(r);
		return NKX_WHY_MEMORY;
	}
	r->pkg = pkg;
	r->part = part;
	r->feed = feed;
	r->arg = arg;
	why = run(r, at);
	(void)inflateEnd(&r->z);
	explicit_bzero(r, sizeof(*r));
	free(r);
	return why;
}

static bool to_pipe(void *arg, const void *bytes, size_t len)
{
	return nkx_nested_feed(arg, bytes, len);
}

void nkx_pkg_nested(const struct nkx_pkg *pkg, size_t i, const char *hint)
{
	const struct nkx_pkg_part *part = &pkg->parts[i];
	struct nkx_pipe *pipe = NULL;
	enum nkx_why why = NKX_WHY_NONE;

	if ((part->flags & 1) != 0) {
		(void)data_at(pkg, part);
		nkx_not_scanned(pkg->w, part->name, "binary", NKX_WHY_ENCRYPTED, part->packed);
		return;
	}
	pipe = nkx_nested_begin(pkg->w, part->name, part->packed, hint);
	if (pipe == NULL) {
		return;
	}
	why = nkx_pkg_read(pkg, i, to_pipe, pipe);
	nkx_nested_end(&pipe, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
}

bool nkx_pkg_ends(const char *name, const char *with)
{
	const size_t n = strlen(name);
	const size_t k = strlen(with);

	return n >= k && strcasecmp(name + n - k, with) == 0;
}

bool nkx_pkg_has(const char *name, const char *text)
{
	return strcasestr(name, text) != NULL;
}

bool nkx_pkg_first(const uint8_t *head, size_t len, bool (*want)(const char *name))
{
	size_t at = 0;
	char name[256];

	while (len - at >= LOCAL) {
		const uint8_t *p = memmem(head + at, len - at, "PK\3\4", 4);
		size_t n = 0;

		if (p == NULL || len - (size_t)(p - head) < LOCAL) {
			return false;
		}
		at = (size_t)(p - head);
		n = u16(p + 26);
		if (n < sizeof(name) && n <= len - at - LOCAL) {
			memcpy(name, p + LOCAL, n);
			name[n] = '\0';
			if (want(name)) {
				return true;
			}
		}
		at += 4;
	}
	return false;
}
