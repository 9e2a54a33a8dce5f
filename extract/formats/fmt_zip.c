/*
 * fmt_zip.c: zip archives, by their central directory; what lies beside it (deleted members, a directory that is
 * gone) by local headers.
 *
 * Invariant: each entry of the directory gives a stream, or a reason why not; bytes that no entry holds are looked at
 * for local headers and then carved.
 */
#include "base.h"

#include "nkx_work.h"
#include "zip_lost.h"

enum { PIECE = 4 << 20, PIECES_FROM = 16 };

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

static void open_entry(struct nkx_work *w, const struct nkx_zip *z, const struct nkx_zip_entry *e)
{
	char name[NKX_NAME_MAX];
	struct nkx_zip_local l;
	struct nkx_zip_member m = { name, 0, e->packed, e->size, e->crc, e->method, true };

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
		nkx_zip_claim_local(w, z, e, &l);
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
		/* Its bytes are looked at where they stood first; its name is another. */
		if (nkx_stream_begin(w, name, "link", NKS_KIND_TEXT)) {
			nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
		}
		return;
	}
	m.data = l.data;
	(void)nkx_zip_member(w, z->source, &m);
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
			nkx_zip_claim_local(w, z, &z->entries[i], &l);
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
	nkx_zip_claim_directory(w, z);
	nkx_zip_gaps(w, z);
	if (overlap) {
		nkx_partly(w, NKX_WHY_OVERLAP);
	}
	return z->cut_off ? NKX_WHY_DAMAGED : NKX_WHY_NONE;
}

static enum nkx_why open_zip(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	struct nkx_zip z;
	enum nkx_why why = nkx_zip_read(w, s, &z);

	(void)name;
	if (why != NKX_WHY_NONE) {
		/* Without a directory: whatever local headers there are. */
		nkx_zip_lost(w, s, 0, s->size);
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
