/*
 * fmt_zip.c: zip archives, by their central directory; what lies beside it (deleted members, a directory that is
 * gone) by local headers.
 *
 * Invariant: each entry of the directory gives a stream, or a reason why not; bytes that no entry holds are looked at
 * for local headers and then carved.
 */
#include "base.h"

#include "nkx_work.h"
#include "squash.h"
#include "zip_dir.h"

enum {
	LOCAL_LEN = 30,
	CENTRAL_LEN = 46,
	END_LEN = 22,
	PIECE = 4 << 20,
	PIECES_FROM = 16,
	LOST_MAX = 65536,
	LOOK = 65536
};

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	if (len >= 4 &&
		(memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0 ||
			memcmp(head, "PK\7\10", 4) == 0)) {
		return 80;
	}
	return 0;
}

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

struct member {
	const char *name;
	uint64_t data, packed, size;
	uint32_t crc;
	uint16_t method;
	bool known; /* sizes and crc are written down */
};

static bool open_stored(struct nkx_work *w, const struct nkx_source *s, const struct member *m)
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
static void open_packed(struct nkx_work *w, const struct nkx_source *s, const struct member *m, uint64_t *out_used)
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

/* The local header: a name there that the directory does not have is left for carving. */
static void claim_local(
	struct nkx_work *w, const struct nkx_zip *z, const struct nkx_zip_entry *e, const struct nkx_zip_local *l)
{
	uint8_t name[512];
	const bool same = l->name_len == e->name_len && e->name_len <= sizeof(name) &&
		nkx_read(z->source, l->at + LOCAL_LEN, name, l->name_len) &&
		memcmp(name, z->dir + e->name_at, e->name_len) == 0;
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

static void open_entry(struct nkx_work *w, const struct nkx_zip *z, const struct nkx_zip_entry *e)
{
	char name[NKX_NAME_MAX];
	struct nkx_zip_local l;
	uint64_t used = 0;
	struct member m = { name, 0, e->packed, e->size, e->crc, e->method, true };

	nkx_zip_name(z, e, name, sizeof(name));
	if (e->overlaps) {
		nkx_not_scanned(w, name, "binary", NKX_WHY_OVERLAP, e->size);
		return;
	}
	if (!nkx_zip_local(z->source, e->local, &l)) {
		nkx_not_scanned(
			w, name, "binary", e->local >= z->source->size ? NKX_WHY_CUT_OFF : NKX_WHY_DAMAGED, e->size);
		return;
	}
	if (!e->twice) {
		claim_local(w, z, e, &l);
	}
	if ((e->flags & NKX_ZIP_ENCRYPTED) != 0 || e->method == 99) {
		nkx_not_scanned(w, name, "binary", NKX_WHY_ENCRYPTED, e->size);
		return;
	}
	if (e->size == 0 && e->packed == 0 && e->name_len > 0 && z->dir[e->name_at + e->name_len - 1] == '/') {
		if (nkx_stream_begin(w, name, "folder", NKS_KIND_TEXT)) {
			nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
		}
		return;
	}
	if (e->twice) {
		return; /* its bytes are looked at where they stood first; its name is another */
	}
	m.data = l.data;
	if (e->method == 0) {
		(void)open_stored(w, z->source, &m);
	} else {
		open_packed(w, z->source, &m, &used);
	}
}

static void open_comment(struct nkx_work *w, const char *name, const uint8_t *bytes, size_t len)
{
	if (len > 0 && nkx_stream_begin(w, name, "zip-comment", NKS_KIND_UNKNOWN)) {
		(void)nkx_stream_feed(w, bytes, len);
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

/* The directory itself: names are looked at as names, comments as text. */
static void claim_directory(struct nkx_work *w, const struct nkx_zip *z)
{
	uint8_t *comment = malloc((size_t)z->comment_len + 1);

	for (size_t i = 0; i < z->n; i++) {
		const struct nkx_zip_entry *e = &z->entries[i];
		char name[NKX_NAME_MAX];

		if (e->comment_len == 0) {
			continue;
		}
		nkx_zip_name(z, e, name, sizeof(name) - 16);
		(void)snprintf(name + strlen(name), 16, ":comment");
		open_comment(w, name, z->dir + e->name_at + e->name_len + e->extra_len, e->comment_len);
	}
	nkx_claimed(w, z->dir_at, z->dir_len);
	nkx_claimed(w, z->end_at, (uint64_t)END_LEN + z->comment_len);
	if (comment != NULL && nkx_read(z->source, z->end_at + END_LEN, comment, z->comment_len)) {
		open_comment(w, ":comment", comment, z->comment_len);
	}
	free(comment);
}

/* A member that no directory names. Returns the place behind it. */
static uint64_t open_lost(struct nkx_work *w, const struct nkx_source *s, const struct nkx_zip_local *l)
{
	char name[NKX_NAME_MAX] = "[recovered]/";
	uint8_t raw[512];
	const size_t n =
		nkx_read_some(s, l->at + LOCAL_LEN, raw, l->name_len < sizeof(raw) ? l->name_len : sizeof(raw));
	const bool unknown = (l->flags & NKX_ZIP_DESCRIPTOR) != 0 && l->packed == 0;
	struct member m = { name, l->data, l->packed, l->size, l->crc, l->method, !unknown };
	uint64_t used = 0;

	nkx_name_utf8(raw, n, false, name + 12, sizeof(name) - 12);
	if (n > 0 && raw[n - 1] == '/' && m.packed == 0) {
		nkx_claimed(w, l->at, l->data - l->at);
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
		(void)open_stored(w, s, &m);
		used = l->packed > s->size - m.data ? s->size - m.data : l->packed;
	} else {
		open_packed(w, s, &m, &used);
	}
	nkx_claimed(w, l->at, l->data - l->at);
	nkx_claimed(w, l->data, used);
	return l->data + used > l->at ? l->data + used : l->at + 4;
}

/* Local headers in [from, to). */
static void look_for_lost(struct nkx_work *w, const struct nkx_source *s, uint64_t from, uint64_t to, unsigned *left)
{
	uint8_t *look = malloc(LOOK);
	uint64_t at = from;

	while (look != NULL && at + LOCAL_LEN <= to && *left > 0) {
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

/* Between the entries, in the order of the file. The order of the directory is not needed any more. */
static void open_gaps(struct nkx_work *w, struct nkx_zip *z)
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

static bool cut(struct nkx_work *w, const struct nkx_zip *z)
{
	uint64_t sum = 0;

	if (!nkx_may_cut(w) || z->n < PIECES_FROM) {
		return false;
	}
	w->cut->n = 0;
	w->cut->at[0] = 0;
	for (size_t i = 0; i < z->n; i++) {
		sum += z->entries[i].packed < PIECE ? z->entries[i].packed : PIECE;
		if (sum >= PIECE && i + 1 < z->n && w->cut->n + 1 < NKX_CUTS_MAX) {
			w->cut->at[++w->cut->n] = i + 1;
			sum = 0;
		}
	}
	w->cut->at[++w->cut->n] = z->n;
	w->cut->wanted = w->cut->n > 1;
	return w->cut->wanted;
}

static void open_entries(struct nkx_work *w, const struct nkx_zip *z)
{
	const struct nkx_part p = w->part;
	const bool piece = nkx_is_piece(w);
	const uint64_t from = piece ? p.from : 0;
	const uint64_t to = piece && p.to < z->n ? p.to : z->n;

	for (uint64_t i = from; i < to && !w->gone && w->stop == NKX_WHY_NONE; i++) {
		open_entry(w, z, &z->entries[i]);
	}
	/* The places of other pieces' entries are theirs to claim: here they are no gaps. */
	for (size_t i = 0; piece && i < z->n; i++) {
		struct nkx_zip_local l;

		if (p.index == 0 && !z->entries[i].overlaps && nkx_zip_local(z->source, z->entries[i].local, &l)) {
			claim_local(w, z, &z->entries[i], &l);
		}
	}
}

static enum nkx_why walk(struct nkx_work *w, struct nkx_zip *z)
{
	const bool later = nkx_is_piece(w) && w->part.index > 0;
	bool overlap = false;

	open_entries(w, z);
	if (later) {
		nkx_claimed(w, 0, z->source->size);
		return NKX_WHY_NONE;
	}
	for (size_t i = 0; i < z->n; i++) {
		overlap = overlap || z->entries[i].overlaps;
	}
	claim_directory(w, z);
	open_gaps(w, z);
	if (overlap) {
		nkx_partly(w, NKX_WHY_OVERLAP);
	}
	return z->cut_off ? NKX_WHY_DAMAGED : NKX_WHY_NONE;
}

static enum nkx_why open_zip(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	struct nkx_zip z;
	unsigned left = LOST_MAX;
	enum nkx_why why = nkx_zip_read(w, s, &z);

	(void)name;
	if (why != NKX_WHY_NONE) {
		/* Without a directory: whatever local headers there are. */
		look_for_lost(w, s, 0, s->size, &left);
		nkx_zip_done(&z);
		return why;
	}
	if (!cut(w, &z)) {
		why = walk(w, &z);
	}
	nkx_zip_done(&z);
	return why;
}

const struct nkx_format nkx_format_zip = { "zip", sniff, open_zip, true };
