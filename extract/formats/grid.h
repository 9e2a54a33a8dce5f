/*
 * grid.h: cells of a sheet that come with their places, as a table stream in which row and column are right.
 *
 * Rows and cells that the document leaves out are written as empty ones. How many of these are written is bounded: a
 * sheet that puts one cell at the far end of each row loses its columns, not its text.
 */
#ifndef NKX_GRID_H
#define NKX_GRID_H

#include "doc_out.h"

struct nkx_grid {
	struct nkx_out *out; /* its running text is the table */
	uint32_t row, column; /* where it stands, from 0 */
	uint64_t filled; /* empty ones written */
	bool begun; /* something stands in the cell at hand */
};
void nkx_grid_start(struct nkx_grid *g, struct nkx_out *out);
/* nkx_grid_to: goes to a cell; back in the same row, or to a row above, begins a new row. */
void nkx_grid_to(struct nkx_grid *g, uint32_t row, uint32_t column);
/* nkx_grid_put: text of the cell at hand; cell and row ends in it become blanks. */
void nkx_grid_put(struct nkx_grid *g, const void *bytes, size_t len);
/* nkx_grid_end: ends the last row. */
void nkx_grid_end(struct nkx_grid *g);

#endif
