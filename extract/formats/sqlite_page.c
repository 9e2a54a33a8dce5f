/*
 * sqlite_page.c: pages, cells, overflow chains.
 *
 * Invariant: no place is used before it is known to lie in its page; each page is walked once, so no chain runs in a
 * circle.
 */
#include "base.h"

#include "sqlite_int.h"

size_t nkx_sq_varint(const uint8_t *p, size_t len, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 9 && i < len; i++) {
		if (i == 8) {
			*out = (v << 8) | p[i];
			return 9;
		}
		v = (v << 7) | (p[i] & 0x7f);
		if ((p[i] & 0x80) == 0) {
			*out = v;
			return i + 1;
		}
	}
	return 0;
}

bool nkx_sq_see(struct nkx_sq *q, uint32_t page)
{
	uint8_t *byte = NULL;
	const uint8_t bit = (uint8_t)(1U << ((page - 1) % 8));

	if (page == 0 || page > q->n_pages) {
		return false;
	}
	byte = &q->seen[(page - 1) / 8];
	if ((*byte & bit) != 0) {
		return false;
	}
	*byte |= bit;
	return true;
}

static bool is_inner(uint8_t type)
{
	return type == NKX_SQ_INDEX_IN || type == NKX_SQ_TABLE_IN;
}

bool nkx_sq_head(const struct nkx_sq *q, const uint8_t *page, uint32_t head, uint32_t *out_cells)
{
	const uint8_t type = page[head];
	const uint32_t size = is_inner(type) ? 12 : 8;

	if (!is_inner(type) && type != NKX_SQ_INDEX_LEAF && type != NKX_SQ_TABLE_LEAF) {
		return false;
	}
	*out_cells = nk_get_be16(page + head + 3);
	return head + size + 2 * *out_cells <= q->usable;
}

/* How much of a payload stands on the page itself. */
static uint32_t local_of(const struct nkx_sq *q, uint64_t total, bool table)
{
	const uint64_t u = q->usable;
	const uint64_t most = table ? u - 35 : (u - 12) * 64 / 255 - 23;
	const uint64_t least = (u - 12) * 32 / 255 - 23;
	uint64_t k = 0;

	if (total <= most) {
		return (uint32_t)total;
	}
	k = least + (total - least) % (u - 4);
	return (uint32_t)(k <= most ? k : least);
}

bool nkx_sq_cell(const struct nkx_sq *q, const uint8_t *page, uint32_t head, uint32_t i, struct nkx_sq_cell *out)
{
	const uint8_t type = page[head];
	const uint32_t pointers = head + (is_inner(type) ? 12U : 8U);
	uint32_t at = nk_get_be16(page + pointers + 2 * i);
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	out->at = at;
	if (is_inner(type)) {
		if (at + 4 > q->usable) {
			return false;
		}
		out->child = (uint32_t)nk_get_be16(page + at) << 16 | nk_get_be16(page + at + 2);
		at += 4;
	}
	if (at >= q->usable) {
		return false;
	}
	if (type != NKX_SQ_TABLE_IN) {
		n = nkx_sq_varint(page + at, q->usable - at, &out->total);
		at += (uint32_t)n;
	}
	if ((type != NKX_SQ_TABLE_IN && n == 0) || at > q->usable) {
		return false;
	}
	if (type == NKX_SQ_TABLE_IN || type == NKX_SQ_TABLE_LEAF) {
		n = nkx_sq_varint(page + at, q->usable - at, &out->rowid);
		at += (uint32_t)n;
		if (n == 0) {
			return false;
		}
	}
	out->local_at = at;
	out->local = type == NKX_SQ_TABLE_IN ? 0 : local_of(q, out->total, type == NKX_SQ_TABLE_LEAF);
	if (out->local > q->usable - at) {
		return false;
	}
	at += out->local;
	if (out->local < out->total) {
		if (at + 4 > q->usable) {
			return false;
		}
		out->overflow = (uint32_t)nk_get_be16(page + at) << 16 | nk_get_be16(page + at + 2);
		at += 4;
	}
	out->len = at - out->at;
	return true;
}

void nkx_sq_claim(struct nkx_sq *q, const uint8_t *page, uint32_t head, uint64_t at)
{
	uint32_t n = 0;

	if (!q->claims || !nkx_sq_head(q, page, head, &n)) {
		return;
	}
	nkx_claimed(q->w, at, head + (is_inner(page[head]) ? 12U : 8U) + 2 * n);
	/* Cells are written from the end of a page forwards: backwards they run on, and become one claim. */
	for (uint32_t i = n; i-- > 0;) {
		struct nkx_sq_cell c;

		if (nkx_sq_cell(q, page, head, i, &c)) {
			nkx_claimed(q->w, at + c.at, c.len);
		}
	}
}

static bool room(struct nkx_sq *q, size_t want)
{
	uint8_t *more = NULL;

	if (want <= q->payload_room) {
		return true;
	}
	more = realloc(q->payload, want);
	if (more == NULL) {
		return false;
	}
	q->payload = more;
	q->payload_room = want;
	return true;
}

size_t nkx_sq_payload(struct nkx_sq *q, const uint8_t *page, const struct nkx_sq_cell *c, bool follow)
{
	size_t n = c->local;
	uint32_t next = c->overflow;
	uint64_t left = c->total - c->local;
	uint8_t link[4];

	if (c->total > nkx_limits(q->w)->in_memory || !room(q, n + 64)) {
		nkx_partly(q->w, NKX_WHY_TOO_LARGE);
		return 0;
	}
	memcpy(q->payload, page + c->local_at, n);
	while (follow && left > 0) {
		const uint64_t at = (uint64_t)(next - 1) * q->page_size;
		const size_t step = left < q->usable - 4 ? (size_t)left : q->usable - 4;

		/* Room is made as pages prove to be there, not for what a cell says. */
		if (!nkx_sq_see(q, next) || !nkx_read(q->s, at, link, 4)) {
			q->damaged = true;
			break;
		}
		if (n + step > q->payload_room && !room(q, (n + step) * 2)) {
			nkx_partly(q->w, NKX_WHY_MEMORY);
			break;
		}
		if (!nkx_read(q->s, at + 4, q->payload + n, step)) {
			q->damaged = true;
			break;
		}
		nkx_claimed(q->w, at, 4 + step);
		n += step;
		left -= step;
		next = (uint32_t)nk_get_be16(link) << 16 | nk_get_be16(link + 2);
	}
	return n;
}
