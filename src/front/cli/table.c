/*
 * table.c: aligned columns. Two blanks between columns, none at the end of a line.
 */
#include "base.h"

#include "table.h"

#include "kana.h"

enum { CELLS_MAX = 20000000, GAP = 2 };

void nk_table_init(struct nk_table *table, struct nk_arena *arena, const char *const *titles, size_t columns)
{
	nk_assert(columns > 0 && columns <= NK_TABLE_COLUMNS);
	*table = (struct nk_table){ .arena = arena, .columns = columns };
	nk_vec_init_wiping(&table->cells, sizeof(struct nk_str), CELLS_MAX);
	for (size_t i = 0; titles != NULL && i < columns; i++) {
		table->right[i] = titles[i][0] == '>';
		table->titles[i] = titles[i] + (table->right[i] ? 1 : 0);
		table->headed = table->headed || table->titles[i][0] != '\0';
	}
}

void nk_table_done(struct nk_table *table)
{
	nk_vec_done(&table->cells);
}

NK_RESULT nk_table_row(struct nk_table *table, const struct nk_str *cells, struct nk_err *err)
{
	for (size_t i = 0; i < table->columns; i++) {
		struct nk_str text = { NULL, 0 };
		void *at = NULL;

		NK_TRY(nk_out_clean(table->arena, cells[i], &text, err));
		NK_TRY(nk_vec_push(&table->cells, &at, err));
		*(struct nk_str *)at = text;
	}
	return nk_done();
}

static struct nk_str cell(const struct nk_table *t, size_t row, size_t column)
{
	return *(const struct nk_str *)nk_vec_at(&t->cells, row * t->columns + column);
}

static void widths(const struct nk_table *t, size_t rows, size_t out[static NK_TABLE_COLUMNS])
{
	for (size_t c = 0; c < t->columns; c++) {
		out[c] = t->titles[c] != NULL ? nk_width(nk_str_c(t->titles[c])) : 0;
		for (size_t r = 0; r < rows; r++) {
			const size_t w = nk_width(cell(t, r, c));

			out[c] = w > out[c] ? w : out[c];
		}
	}
}

/* The blanks before a cell are held back until something follows them, so that no line ends in blanks. */
static void put(const struct nk_table *t, const size_t *width, size_t column, struct nk_str text, size_t *held,
	struct nk_out *out)
{
	const size_t gap = width[column] - nk_width(text);

	*held += column > 0 ? GAP : 0;
	*held += t->right[column] ? gap : 0;
	if (text.len > 0) {
		nk_out_pad(out, *held);
		nk_out_text(out, text);
		*held = 0;
	}
	*held += t->right[column] ? 0 : gap;
}

void nk_table_print(const struct nk_table *table, size_t indent, struct nk_out *out)
{
	const size_t rows = table->cells.len / table->columns;
	size_t width[NK_TABLE_COLUMNS];
	size_t held = indent;

	if (rows == 0) {
		return;
	}
	widths(table, rows, width);
	if (table->headed) {
		nk_out_colour(out, NK_COLOUR_BOLD);
		for (size_t c = 0; c < table->columns; c++) {
			put(table, width, c, nk_str_c(table->titles[c]), &held, out);
		}
		nk_out_colour(out, NK_COLOUR_NONE);
		nk_out_c(out, "\n");
	}
	for (size_t r = 0; r < rows; r++) {
		held = indent;
		for (size_t c = 0; c < table->columns; c++) {
			put(table, width, c, cell(table, r, c), &held, out);
		}
		nk_out_c(out, "\n");
	}
}
