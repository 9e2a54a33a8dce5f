/*
 * zip_lost.c: see zip_lost.h.
 *
 * Invariant: a limit that ends the search is said; what is claimed was opened, shown, or holds no words.
 */
#include "base.h"

#include "nkx_work.h"
#include "squash.h"
#include "zip_lost.h"

enum { LOCAL_LEN = 30, CENTRAL_LEN = 46, END_LEN = 22, LOST_MAX = 65536, LOOK = 65536, NAME_LONG = 600 };

/* How the unpacking of an entry ended, against what was written about it. */
static enum nkx_why judge(const struct nkx_pipe *p, enum nkx_why why, uint64_t size, uint32_t crc)
{
	uint32_t is = 0;
	const uint64_t fed = nkx_nested_fed(p, &is);

	if (why == NKX_WHY_NONE && (fed != size || is != crc)) {
		return NKX_WHY_DAMAGED;
	}
	return why;
}

static bool open_stored(struct nkx_work *w, const struct nkx_source *s, const struct nkx_zip_member *m)
{
	const struct nkx_source part = nkx_source_part(s, m->data, m->packed);
	const enum nkx_why why = part.size < m->packed ? NKX_WHY_CUT_OFF : NKX_WHY_NONE;

	if (why == NKX_WHY_NONE) {
		return nkx_nested(w, m->name, &part, NULL);
	}
	return nkx_entry(w) && nkx_budget(w, part.size, part.size) &&
		nkx_level_nested(w, &part, &(struct nkx_open_args){ .name = m->name, .why = why });
}

/* *out_used: bytes of packed data that were read. */
static void open_packed(struct nkx_work *w, const struct nkx_source *s, const struct nkx_zip_member *m, uint64_t *out_used)
{
	struct nkx_pipe *p = NULL;
	enum nkx_why why = NKX_WHY_NONE;

	*out_used = m->packed;
	if (m->method != 8 && !nkx_squash_zip_method(m->method)) {
		nkx_not_scanned(w, m->name, "binary", NKX_WHY_UNSUPPORTED, m->packed);
		return;
	}
	p = nkx_nested_begin(w, m->name, m->packed, NULL);
	if (p == NULL) {
		return;
	}
	nkx_nested_check(p);
	if (m->method == 8) {
		why = nkx_inflate(w, s, m->data, m->packed, -15, p, out_used);
	} else {
		why = nkx_squash_zip(
			w, s, &(struct nkx_squash_member){ m->data, m->packed, m->size, m->crc, m->method }, p);
	}
	why = m->known ? judge(p, why, m->size, m->crc) : why;
	nkx_nested_end(&p, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
}

uint64_t nkx_zip_member(struct nkx_work *w, const struct nkx_source *s, const struct nkx_zip_member *m)
{
	uint64_t used = m->packed;

	if (m->method == 0) {
		(void)open_stored(w, s, m);
	} else {
		open_packed(w, s, m, &used);
	}
	return used;
}

/* Names that are shown whole, and as they stand. */
static bool name_is_told(const uint8_t *name, size_t len)
{
	return len <= NAME_LONG && !nkx_utf8_torn(name, len);
}

/* The local header: a name there that the directory does not have is left for carving. */
void nkx_zip_claim_local(
	struct nkx_work *w, const struct nkx_zip *z, const struct nkx_zip_entry *e, const struct nkx_zip_local *l)
{
	uint8_t name[512];
	const bool same = l->name_len == e->name_len && e->name_len <= sizeof(name) &&
		nkx_read(z->source, l->at + LOCAL_LEN, name, l->name_len) &&
		memcmp(name, z->dir + e->name_at, e->name_len) == 0 && name_is_told(name, e->name_len);
	uint8_t d[24];
	const uint64_t end = l->data + e->packed;

	nkx_claimed(w, l->at, LOCAL_LEN + (same ? l->name_len : 0U));
	if (l->plain_extra) {
		nkx_claimed(w, l->at + LOCAL_LEN + l->name_len, l->extra_len);
	}
	nkx_claimed(w, l->data, e->packed);
	if ((e->flags & NKX_ZIP_DESCRIPTOR) != 0 && nkx_read(z->source, end, d, 16)) {
		const uint64_t sign = memcmp(d, "PK\7\10", 4) == 0 ? 4 : 0;
		const bool wide = nkx_read(z->source, end, d, 24) && nk_get_le32(d + sign + 8) == 0 &&
			nk_get_le32(d + sign + 4) == (e->packed & UINT32_MAX) && e->packed != 0;

		nkx_claimed(w, end, sign + (wide ? 20U : 12U));
	}
}

static void open_comment(struct nkx_work *w, const char *name, const uint8_t *bytes, size_t len)
{
	if (len > 0 && nkx_stream_begin(w, name, "zip-comment", NKS_KIND_UNKNOWN)) {
		(void)nkx_stream_feed(w, bytes, len);
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

/* One entry of the directory. What of it is not shown with its stream is left for carving. */
static void claim_entry(struct nkx_work *w, const struct nkx_zip *z, const struct nkx_zip_entry *e)
{
	const uint8_t *name = z->dir + e->name_at;
	const uint64_t at = z->dir_at + e->name_at;
	const uint64_t extra = at + e->name_len;

	nkx_claimed(w, at - CENTRAL_LEN, CENTRAL_LEN);
	if (name_is_told(name, e->name_len) && !nkx_zip_second_name(name + e->name_len, e->extra_len)) {
		nkx_claimed(w, at, e->name_len);
	}
	if (nkx_zip_plain_extra(name + e->name_len, e->extra_len)) {
		nkx_claimed(w, extra, e->extra_len);
	}
	nkx_claimed(w, extra + e->extra_len, e->comment_len);
}

void nkx_zip_claim_directory(struct nkx_work *w, const struct nkx_zip *z)
{
	uint8_t *comment = malloc((size_t)z->comment_len + 1);

	for (size_t i = 0; i < z->n; i++) {
		const struct nkx_zip_entry *e = &z->entries[i];
		char name[NKX_NAME_MAX];

		claim_entry(w, z, e);
		if (e->comment_len == 0) {
			continue;
		}
		nkx_zip_name(z, e, name, sizeof(name) - 16);
		(void)snprintf(name + strlen(name), 16, ":comment");
		open_comment(w, name, z->dir + e->name_at + e->name_len + e->extra_len, e->comment_len);
	}
	nkx_claimed(w, z->end_at, END_LEN);
	if (comment != NULL && nkx_read(z->source, z->end_at + END_LEN, comment, z->comment_len)) {
		nkx_claimed(w, z->end_at + END_LEN, z->comment_len);
		open_comment(w, ":comment", comment, z->comment_len);
	}
	free(comment);
}

/* Its local header: a name that was not shown whole, and extra fields with words, are carved. */
static void claim_lost(struct nkx_work *w, const struct nkx_zip_local *l, bool told)
{
	nkx_claimed(w, l->at, LOCAL_LEN + (told ? l->name_len : 0U));
	if (l->plain_extra) {
		nkx_claimed(w, l->at + LOCAL_LEN + l->name_len, l->extra_len);
	}
}

/* A member that no directory names. Returns the place behind it. */
static uint64_t open_lost(struct nkx_work *w, const struct nkx_source *s, const struct nkx_zip_local *l)
{
	char name[NKX_NAME_MAX] = "[recovered]/";
	uint8_t raw[512];
	const size_t n =
		nkx_read_some(s, l->at + LOCAL_LEN, raw, l->name_len < sizeof(raw) ? l->name_len : sizeof(raw));
	const bool unknown = (l->flags & NKX_ZIP_DESCRIPTOR) != 0 && l->packed == 0;
	struct nkx_zip_member m = { name, l->data, l->packed, l->size, l->crc, l->method, !unknown };
	uint64_t used = 0;

	nkx_name_utf8(raw, n, false, name + 12, sizeof(name) - 12);
	if (n > 0 && raw[n - 1] == '/' && m.packed == 0) {
		claim_lost(w, l, false);
		return l->data;
	}
	m.packed = unknown || m.packed > s->size - m.data ? s->size - m.data : m.packed;
	if ((l->flags & NKX_ZIP_ENCRYPTED) != 0) {
		nkx_not_scanned(w, name, "binary", NKX_WHY_ENCRYPTED, l->size);
		used = unknown ? 0 : m.packed;
	} else if (l->method == 0 && unknown) {
		return l->at + 4; /* nobody knows where it ends: carved */
	} else if (l->method == 0) {
		m.packed = l->packed;
		(void)nkx_zip_member(w, s, &m);
		used = l->packed > s->size - m.data ? s->size - m.data : l->packed;
	} else {
		used = nkx_zip_member(w, s, &m);
	}
	claim_lost(w, l, name_is_told(raw, n) && n == l->name_len);
	nkx_claimed(w, l->data, used);
	return l->data + used > l->at ? l->data + used : l->at + 4;
}

/* Local headers in [from, to). */
static void look_for_lost(struct nkx_work *w, const struct nkx_source *s, uint64_t from, uint64_t to, unsigned *left)
{
	uint8_t *look = malloc(LOOK);
	uint64_t at = from;

	if (look == NULL) {
		nkx_partly(w, NKX_WHY_MEMORY);
	}
	while (look != NULL && at + LOCAL_LEN <= to && w->stop == NKX_WHY_NONE && !w->gone) {
		const size_t want = to - at < LOOK ? (size_t)(to - at) : LOOK;
		const size_t n = nkx_read_some(s, at, look, want);
		const uint8_t *hit = n >= 4 ? memmem(look, n, "PK\3\4", 4) : NULL;
		struct nkx_zip_local l;

		if (hit == NULL) {
			at += n > 3 && n == want ? n - 3 : to - at;
			continue;
		}
		at += (uint64_t)(hit - look);
		if (!nkx_zip_local(s, at, &l) || l.method > 100) {
			at += 4;
			continue;
		}
		if (*left == 0) {
			nkx_partly(w, NKX_WHY_TOO_MANY);
			break;
		}
		(*left)--;
		at = open_lost(w, s, &l);
	}
	free(look);
}

static int by_local(const void *a, const void *b)
{
	const struct nkx_zip_entry *l = a;
	const struct nkx_zip_entry *r = b;

	return (l->local > r->local) - (l->local < r->local);
}

void nkx_zip_gaps(struct nkx_work *w, struct nkx_zip *z)
{
	uint64_t at = 0;
	unsigned left = LOST_MAX;

	if (z->n > 1) {
		qsort(z->entries, z->n, sizeof(z->entries[0]), by_local);
	}
	for (size_t i = 0; i < z->n; i++) {
		const struct nkx_zip_entry *e = &z->entries[i];

		if (e->overlaps) {
			continue;
		}
		if (e->local > at && e->local - at > LOCAL_LEN) {
			look_for_lost(w, z->source, at, e->local, &left);
		}
		at = e->end > at ? e->end : at;
	}
	if (z->dir_at > at) {
		look_for_lost(w, z->source, at, z->dir_at, &left);
	}
}

void nkx_zip_lost(struct nkx_work *w, const struct nkx_source *s, uint64_t from, uint64_t to)
{
	unsigned left = LOST_MAX;

	look_for_lost(w, s, from, to, &left);
}
