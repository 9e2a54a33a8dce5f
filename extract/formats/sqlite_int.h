/*
 * sqlite_int.h: pages, cells and records of SQLite databases, without SQLite: hostile files are read page by page.
 */
#ifndef NKX_SQLITE_INT_H
#define NKX_SQLITE_INT_H

#include "nkx_work.h"

enum nkx_sq_text { NKX_SQ_UNKNOWN, NKX_SQ_UTF8, NKX_SQ_UTF16LE, NKX_SQ_UTF16BE };
enum {
	NKX_SQ_COLUMNS = 128,
	NKX_SQ_TREE = 24,
	NKX_SQ_INDEX_IN = 2,
	NKX_SQ_TABLE_IN = 5,
	NKX_SQ_INDEX_LEAF = 10,
	NKX_SQ_TABLE_LEAF = 13
};

struct nkx_sq {
	struct nkx_work *w;
	const struct nkx_source *s;
	uint32_t page_size, usable;
	uint64_t n_pages;
	enum nkx_sq_text text;
	uint8_t *seen; /* bit per page */
	uint8_t *page; /* the page at hand */
	uint8_t *payload; /* of the cell at hand */
	size_t payload_room;
	struct nkx_text out;
	bool damaged;
	bool claims; /* note what was understood */
};

/* A cell of a page that was read. */
struct nkx_sq_cell {
	uint32_t at, len; /* in the page: all of it */
	uint32_t child; /* of inner pages */
	uint64_t total; /* bytes of payload; 0: none */
	uint32_t local_at, local; /* those on the page */
	uint32_t overflow; /* page where it goes on */
	uint64_t rowid;
};
/* nkx_sq_cell: cell i of the page in `page` (its header begins at `head`: 100 on page 1). false: it lies outside. */
bool nkx_sq_cell(const struct nkx_sq *q, const uint8_t *page, uint32_t head, uint32_t i, struct nkx_sq_cell *out);
/* nkx_sq_head: whether a page's header is possible; *out_cells its cells. */
bool nkx_sq_head(const struct nkx_sq *q, const uint8_t *page, uint32_t head, uint32_t *out_cells);
/* nkx_sq_claim: header, pointers and cells of a page that begins at `at` of the source. */
void nkx_sq_claim(struct nkx_sq *q, const uint8_t *page, uint32_t head, uint64_t at);
/* nkx_sq_payload: all of a cell's payload, overflow pages followed (when `follow`), into q->payload; returns its
 * length. */
size_t nkx_sq_payload(struct nkx_sq *q, const uint8_t *page, const struct nkx_sq_cell *c, bool follow);
/* nkx_sq_see: marks a page; false: it is outside, or was seen already. */
bool nkx_sq_see(struct nkx_sq *q, uint32_t page);
/* nkx_sq_varint: a number of 1 to 9 bytes; returns how many, 0: none there. */
size_t nkx_sq_varint(const uint8_t *p, size_t len, uint64_t *out);

/* What a table is called and how its columns are. */
struct nkx_sq_table {
	char name[256];
	uint32_t root;
	bool is_index;
	unsigned n_columns;
	char columns[NKX_SQ_COLUMNS][64];
	int rowid_column; /* INTEGER PRIMARY KEY; -1: none */
};
/* nkx_sq_schema: reads a record of sqlite_schema. false: it has no pages, or is none. */
bool nkx_sq_schema(struct nkx_sq *q, const uint8_t *record, size_t len, struct nkx_sq_table *out);
/* nkx_sq_row: writes a record as one row of the stream at hand; blobs that are something of their own are opened. */
void nkx_sq_row(
	struct nkx_sq *q, const struct nkx_sq_table *table, uint64_t rowid, const uint8_t *record, size_t len);
/* nkx_sq_header: the row of column names. */
void nkx_sq_header(struct nkx_sq *q, const struct nkx_sq_table *table);

/* A value of a record. */
struct nkx_sq_value {
	uint64_t type;
	const uint8_t *at;
	size_t len; /* that are there */
};
struct nkx_sq_values {
	const uint8_t *head, *head_end, *at, *end;
};
bool nkx_sq_values(struct nkx_sq_values *v, const uint8_t *record, size_t len);
bool nkx_sq_next(struct nkx_sq_values *v, struct nkx_sq_value *out);
/* nkx_sq_utf8: a text value as UTF-8, cut at room. */
void nkx_sq_utf8(const struct nkx_sq *q, const struct nkx_sq_value *v, char *out, size_t room);

#endif
