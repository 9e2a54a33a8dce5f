/*
 * table.h: a table for people: columns as wide as what stands in them, by the columns of a terminal (East Asian
 * widths).
 */
#ifndef NK_TABLE_H
#define NK_TABLE_H

#include "out.h"

enum { NK_TABLE_COLUMNS = 12 };

struct nk_table {
	struct nk_arena *arena; /* of the cells, the caller's */
	const char *titles[NK_TABLE_COLUMNS]; /* translated by the caller */
	bool headed; /* one of them says something */
	bool right[NK_TABLE_COLUMNS]; /* numbers stand right */
	size_t columns;
	struct nk_vec cells; /* of struct nk_str, row by row */
};

/* nk_table_init: `titles` are `columns` texts that live as long as the table, or NULL; a title beginning with '>'
 * stands right, without that sign. nk_table_done frees. */
void nk_table_init(struct nk_table *table, struct nk_arena *arena, const char *const *titles, size_t columns);
void nk_table_done(struct nk_table *table);
/* nk_table_row: one text a column, cleaned and copied. NK_NOMEM, NK_LIMIT. */
NK_RESULT nk_table_row(struct nk_table *table, const struct nk_str *cells, struct nk_err *err);
/* nk_table_print: nothing when there is no row. `indent`: blanks before each line. */
void nk_table_print(const struct nk_table *table, size_t indent, struct nk_out *out);

#endif
