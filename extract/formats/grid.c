/*
 * grid.c: see grid.h.
 */
#include "base.h"

#include "grid.h"
#include "nks_text.h"

#define FILL_MAX (UINT64_C(8) * 1024 * 1024)

static const char cell_end = NKS_CELL;
static const char row_end = NKS_ROW;

void nkx_grid_start(struct nkx_grid *g, struct nkx_out *out)
{
	memset(g, 0, sizeof(*g));
	g->out = out;
}

static void fill(struct nkx_grid *g, const char *with, uint32_t n)
{
	for (uint32_t i = 0; i < n && (i == 0 || g->filled < FILL_MAX); i++) {
		nkx_out_put(g->out, with, 1);
		g->filled++;
	}
}

void nkx_grid_to(struct nkx_grid *g, uint32_t row, uint32_t column)
{
	if (row > g->row) {
		fill(g, &row_end, row - g->row);
		g->row = row;
		g->column = 0;
		g->begun = false;
	} else if (row < g->row || column < g->column || (column == g->column && g->begun)) {
		fill(g, &row_end, 1);
		g->row++;
		g->column = 0;
		g->begun = false;
	}
	if (column > g->column) {
		fill(g, &cell_end, column - g->column);
		g->column = column;
		g->begun = false;
	}
}

void nkx_grid_put(struct nkx_grid *g, const void *bytes, size_t len)
{
	const char *at = bytes;

	g->begun = g->begun || len > 0;
	while (len > 0) {
		size_t n = 0;

		while (n < len && at[n] != NKS_CELL && at[n] != NKS_ROW) {
			n++;
		}
		nkx_out_put(g->out, at, n);
		if (n < len) {
			nkx_out_put(g->out, " ", 1);
			n++;
		}
		at += n;
		len -= n;
	}
}

void nkx_grid_end(struct nkx_grid *g)
{
	if (g->begun || g->column > 0) {
		fill(g, &row_end, 1);
	}
	g->begun = false;
	g->column = 0;
}
