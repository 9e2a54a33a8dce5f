/*
 * fmt_sqlite.c: SQLite databases, write-ahead logs and rollback journals.
 *
 * Tables become tables, row by row; free pages, freed blocks, the rest of pages and what is damaged are not claimed,
 * so they are carved. Invariant: every page is walked once; trees are followed with a stack of bounded depth.
 */
#include "base.h"

#include "sqlite_int.h"

enum { HEAD = 100, TABLES_MAX = 65536, WAL_HEAD = 32, FRAME_HEAD = 24, JOURNAL_HEAD = 28 };

static const uint8_t journal_sign[8] = { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 };

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)nk_get_be16(p) << 16 | nk_get_be16(p + 2);
}

static int sniff_sqlite(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= HEAD && memcmp(head, "SQLite format 3", 16) == 0 ? 95 : 0;
}

static int sniff_wal(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= WAL_HEAD && (be32(head) | 1) == 0x377f0683 && be32(head + 4) == 3007000 ? 90 : 0;
}

static int sniff_journal(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= JOURNAL_HEAD && memcmp(head, journal_sign, 8) == 0 ? 90 : 0;
}

static bool page_size_ok(uint32_t size)
{
	return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

static bool init(struct nkx_sq *q, struct nkx_work *w, const struct nkx_source *s, uint32_t page_size)
{
	q->w = w;
	q->s = s;
	q->out.w = w;
	q->page_size = page_size;
	q->usable = page_size;
	q->n_pages = (s->size + page_size - 1) / page_size;
	q->n_pages = q->n_pages > UINT32_MAX ? UINT32_MAX : q->n_pages;
	q->claims = true;
	q->page = malloc(page_size);
	q->seen = calloc(1, (size_t)q->n_pages / 8 + 1);
	return q->page != NULL && q->seen != NULL;
}

static void done(struct nkx_sq *q)
{
	if (q->page != NULL) {
		explicit_bzero(q->page, q->page_size);
	}
	if (q->payload != NULL) {
		explicit_bzero(q->payload, q->payload_room);
	}
	free(q->page);
	free(q->payload);
	free(q->seen);
	explicit_bzero(&q->out, sizeof(q->out));
}

static bool load(struct nkx_sq *q, uint32_t number)
{
	const uint64_t at = (uint64_t)(number - 1) * q->page_size;
	const size_t got = nkx_read_some(q->s, at, q->page, q->page_size);

	memset(q->page + got, 0, q->page_size - got);
	return got > 0;
}

typedef void cell_fn(struct nkx_sq *q, void *arg, const struct nkx_sq_cell *c);

static uint32_t head_of(uint32_t page)
{
	return page == 1 ? HEAD : 0;
}

/* The children of an inner page are its cells' and the last one; place i. */
static uint32_t child_at(const struct nkx_sq *q, uint32_t head, uint32_t cells, uint32_t i)
{
	struct nkx_sq_cell c;

	if (i == cells) {
		return be32(q->page + head + 8);
	}
	return nkx_sq_cell(q, q->page, head, i, &c) ? c.child : 0;
}

static void visit_cells(struct nkx_sq *q, uint32_t page, uint32_t cells, cell_fn *fn, void *arg)
{
	for (uint32_t i = 0; i < cells && q->w->stop == NKX_WHY_NONE && !q->w->gone; i++) {
		struct nkx_sq_cell c;

		if (!nkx_sq_cell(q, q->page, head_of(page), i, &c)) {
			q->damaged = true;
		} else if (c.total > 0) {
			fn(q, arg, &c);
		}
	}
}

/* First sight of a page: claimed, its cells given to fn. Returns its cells, or -1 when it is none or was seen. */
static int64_t enter(struct nkx_sq *q, uint32_t page, cell_fn *fn, void *arg)
{
	uint32_t cells = 0;

	if (!nkx_sq_see(q, page) || !load(q, page) || !nkx_sq_head(q, q->page, head_of(page), &cells)) {
		q->damaged = true;
		return -1;
	}
	nkx_sq_claim(q, q->page, head_of(page), (uint64_t)(page - 1) * q->page_size);
	if (fn != NULL) {
		visit_cells(q, page, cells, fn, arg);
	}
	return cells;
}

static bool inner(const struct nkx_sq *q, uint32_t page)
{
	const uint8_t type = q->page[head_of(page)];

	return type == NKX_SQ_INDEX_IN || type == NKX_SQ_TABLE_IN;
}

/* All cells with a payload of the tree below `root`. */
static void tree(struct nkx_sq *q, uint32_t root, cell_fn *fn, void *arg)
{
	struct {
		uint32_t page, next, cells;
	} stack[NKX_SQ_TREE];
	unsigned depth = 0;
	uint32_t page = root;

	for (;;) {
		const int64_t cells = page != 0 ? enter(q, page, fn, arg) : -1;

		if (cells >= 0 && inner(q, page)) {
			if (depth == NKX_SQ_TREE) {
				q->damaged = true;
			} else {
				stack[depth].page = page;
				stack[depth].next = 0;
				stack[depth].cells = (uint32_t)cells;
				depth++;
			}
		}
		while (depth > 0 && stack[depth - 1].next > stack[depth - 1].cells) {
			depth--;
		}
		if (depth == 0 || q->w->stop != NKX_WHY_NONE || q->w->gone) {
			return;
		}
		if (!load(q, stack[depth - 1].page)) {
			return;
		}
		page = child_at(q, head_of(stack[depth - 1].page), stack[depth - 1].cells, stack[depth - 1].next);
		stack[depth - 1].next++;
	}
}

struct schema {
	struct nkx_sq_table *tables;
	size_t n, room;
};

static void on_schema(struct nkx_sq *q, void *arg, const struct nkx_sq_cell *c)
{
	struct schema *schema = arg;
	struct nkx_sq_table *more = NULL;
	const size_t len = nkx_sq_payload(q, q->page, c, true);

	nkx_sq_row(q, NULL, c->rowid, q->payload, len);
	if (schema->n == schema->room) {
		schema->room = schema->room == 0 ? 16 : schema->room * 2;
		more = schema->room > TABLES_MAX ? NULL : realloc(schema->tables, schema->room * sizeof(*more));
		if (more == NULL) {
			schema->room = schema->n;
			nkx_partly(q->w, NKX_WHY_TOO_MANY);
			return;
		}
		schema->tables = more;
	}
	if (nkx_sq_schema(q, q->payload, len, &schema->tables[schema->n])) {
		schema->n++;
	}
}

static void on_row(struct nkx_sq *q, void *arg, const struct nkx_sq_cell *c)
{
	const size_t len = nkx_sq_payload(q, q->page, c, true);

	if (len > 0) {
		nkx_sq_row(q, arg, c->rowid, q->payload, len);
	}
}

/* Keys of an index stand in their table too: only their overflow pages are followed. */
static void on_key(struct nkx_sq *q, void *arg, const struct nkx_sq_cell *c)
{
	(void)arg;
	if (c->overflow != 0) {
		(void)nkx_sq_payload(q, q->page, c, true);
	}
}

static void open_table(struct nkx_sq *q, struct nkx_sq_table *t)
{
	if (t->is_index) {
		tree(q, t->root, on_key, NULL);
		return;
	}
	if (!nkx_stream_begin(q->w, t->name[0] != '\0' ? t->name : "[table]", "sqlite-table", NKS_KIND_TABLE)) {
		return;
	}
	nkx_sq_header(q, t);
	tree(q, t->root, on_row, t);
	nkx_put_flush(&q->out);
	nkx_stream_end(q->w, NKX_SCANNED, NKX_WHY_NONE);
}

/* Pages that only say where other pages hang. */
static void claim_maps(struct nkx_sq *q)
{
	const uint64_t step = q->usable / 5 + 1;

	for (uint64_t page = 2; page <= q->n_pages; page += step) {
		nkx_claimed(q->w, (page - 1) * q->page_size, q->usable);
	}
}

static void walk_database(struct nkx_sq *q, const uint8_t *head)
{
	struct schema schema = { NULL, 0, 0 };
	const bool maps = be32(head + 52) != 0;

	if (nkx_stream_begin(q->w, "sqlite_schema", "sqlite-table", NKS_KIND_TABLE)) {
		tree(q, 1, on_schema, &schema);
		nkx_put_flush(&q->out);
		nkx_stream_end(q->w, NKX_SCANNED, NKX_WHY_NONE);
	}
	for (size_t i = 0; i < schema.n; i++) {
		open_table(q, &schema.tables[i]);
	}
	if (maps) {
		claim_maps(q);
	}
	free(schema.tables);
}

static enum nkx_why open_sqlite(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	struct nkx_sq q = { .w = w };
	uint8_t head[HEAD];
	uint32_t size = 0;
	enum nkx_why why = NKX_WHY_NONE;

	(void)name;
	if (!nkx_read(s, 0, head, sizeof(head))) {
		return NKX_WHY_CUT_OFF;
	}
	size = nk_get_be16(head + 16) == 1 ? 65536U : nk_get_be16(head + 16);
	if (!page_size_ok(size) || head[20] > size - 480) {
		return NKX_WHY_DAMAGED;
	}
	if (!init(&q, w, s, size)) {
		done(&q);
		return NKX_WHY_MEMORY;
	}
	q.usable -= head[20];
	q.text = be32(head + 56) == 2 ? NKX_SQ_UTF16LE : be32(head + 56) == 3 ? NKX_SQ_UTF16BE : NKX_SQ_UTF8;
	walk_database(&q, head);
	if (s->size % size != 0 || (uint64_t)be32(head + 28) * size > s->size) {
		why = NKX_WHY_CUT_OFF;
	}
	why = q.damaged && why == NKX_WHY_NONE ? NKX_WHY_DAMAGED : why;
	done(&q);
	return why;
}

/* A page of a log: rows of whatever table it belongs to. Its overflow pages are other pages of the log: carved. */
static void open_frame(struct nkx_sq *q, uint64_t at, uint32_t number)
{
	uint32_t cells = 0;
	const uint32_t head = head_of(number);
	const size_t got = nkx_read_some(q->s, at, q->page, q->page_size);

	memset(q->page + got, 0, q->page_size - got);
	if (number == 1 && memcmp(q->page, "SQLite format 3", 16) == 0) {
		q->text = be32(q->page + 56) == 2 ? NKX_SQ_UTF16LE
			: be32(q->page + 56) == 3 ? NKX_SQ_UTF16BE
						  : NKX_SQ_UTF8;
		q->usable = q->page[20] < q->page_size - 480 ? q->page_size - q->page[20] : q->page_size;
	}
	if (got == 0 || !nkx_sq_head(q, q->page, head, &cells)) {
		return;
	}
	/* Of unknown encoding: its bytes are carved too. */
	q->claims = q->text != NKX_SQ_UNKNOWN;
	nkx_sq_claim(q, q->page, head, at);
	for (uint32_t i = 0; i < cells && q->w->stop == NKX_WHY_NONE; i++) {
		struct nkx_sq_cell c;

		if (nkx_sq_cell(q, q->page, head, i, &c) && c.total > 0) {
			/* Not as one argument beside the other: the payload may move. */
			const size_t len = nkx_sq_payload(q, q->page, &c, false);

			nkx_sq_row(q, NULL, c.rowid, q->payload, len);
		}
	}
}

/* Frames of `step` bytes, the page behind `before` of them, its number in the first four. */
struct frames {
	uint64_t at, end;
	uint32_t step, before, page_size;
	const char *name;
};

static enum nkx_why walk_frames(struct nkx_work *w, const struct nkx_source *s, const struct frames *f)
{
	struct nkx_sq q = { .w = w };
	uint64_t at = f->at;

	if (!init(&q, w, s, f->page_size)) {
		done(&q);
		return NKX_WHY_MEMORY;
	}
	if (nkx_stream_begin(w, f->name, "sqlite-table", NKS_KIND_TABLE)) {
		while (at + f->before < f->end && w->stop == NKX_WHY_NONE && !w->gone) {
			uint8_t number[4];

			if (!nkx_read(s, at, number, sizeof(number))) {
				break;
			}
			nkx_claimed(w, at, f->before);
			open_frame(&q, at + f->before, be32(number));
			at += f->step;
		}
		nkx_put_flush(&q.out);
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
	done(&q);
	return NKX_WHY_NONE;
}

static enum nkx_why open_wal(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t head[WAL_HEAD];
	struct frames f = { .at = WAL_HEAD, .end = s->size, .before = FRAME_HEAD, .name = "[frames]" };
	enum nkx_why why = NKX_WHY_NONE;

	(void)name;
	if (!nkx_read(s, 0, head, sizeof(head)) || !page_size_ok(be32(head + 8))) {
		return NKX_WHY_DAMAGED;
	}
	f.page_size = be32(head + 8);
	f.step = f.page_size + FRAME_HEAD;
	nkx_claimed(w, 0, WAL_HEAD);
	why = walk_frames(w, s, &f);
	return why == NKX_WHY_NONE && (s->size - WAL_HEAD) % f.step != 0 ? NKX_WHY_CUT_OFF : why;
}

static enum nkx_why open_journal(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t head[JOURNAL_HEAD];
	struct frames f = { .before = 4, .end = s->size, .name = "[pages]" };
	uint32_t sector = 0;

	(void)name;
	if (!nkx_read(s, 0, head, sizeof(head)) || !page_size_ok(be32(head + 24))) {
		return NKX_WHY_DAMAGED;
	}
	sector = be32(head + 20);
	f.at = sector >= 32 && sector <= 65536 ? sector : 512;
	f.page_size = be32(head + 24);
	f.step = f.page_size + 8;
	nkx_claimed(w, 0, JOURNAL_HEAD);
	return walk_frames(w, s, &f);
}

const struct nkx_format nkx_format_sqlite = { "sqlite", sniff_sqlite, open_sqlite, true };
const struct nkx_format nkx_format_sqlite_wal = { "sqlite-wal", sniff_wal, open_wal, true };
const struct nkx_format nkx_format_sqlite_journal = { "sqlite-journal", sniff_journal, open_journal, true };
