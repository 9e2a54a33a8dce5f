/*
 * pdf_table.c: tables. The head stands again on each page; a row that is higher than what is left of a page goes to the
 * next one, or is cut between lines when it is higher than half a page.
 */
#include "base.h"

#include "pdf_int.h"

enum { MAX_COLUMNS = 8, MAX_ROWS = 5000 };
#define PAD 4.0
#define SIZE 9.0

struct table {
	struct nk_pdf *pdf;
	const struct nk_pdf_table *t;
	double x[MAX_COLUMNS + 1];
};
struct row {
	PangoLayout *cell[MAX_COLUMNS];
	int from[MAX_COLUMNS];
};

static void row_done(const struct table *t, struct row *row)
{
	for (size_t c = 0; c < MAX_COLUMNS; c++) {
		if (row->cell[c] != NULL) {
			t->pdf->to->g_object_unref(row->cell[c]);
			row->cell[c] = NULL;
		}
	}
}

static nk_rc row_make(const struct table *t, size_t r, struct row *out, struct nk_err *err)
{
	for (size_t c = 0; c < t->t->columns; c++) {
		const struct pdf_style style = {
			.size = SIZE, .width = t->x[c + 1] - t->x[c] - 2 * PAD, .bold = r == 0, .colour = 0x1F2328
		};

		out->cell[c] = pdf_layout(t->pdf, t->t->cells[r * t->t->columns + c], &style);
		if (out->cell[c] == NULL) {
			return nk_fail(err, NK_INVALID, "a text of the report is not UTF-8");
		}
	}
	return nk_done();
}

static double row_height(const struct table *t, const struct row *row)
{
	double most = 0;

	for (size_t c = 0; c < t->t->columns; c++) {
		int height = 0;

		t->pdf->to->pango_layout_get_size(row->cell[c], NULL, &height);
		most = (double)height / PANGO_SCALE + SIZE * 0.6 > most ? (double)height / PANGO_SCALE + SIZE * 0.6 : most;
	}
	return most + 2 * PAD;
}

static void shade(const struct table *t, double height)
{
	pdf_ink(t->pdf, 0xEAF0F8);
	t->pdf->to->cairo_rectangle(t->pdf->page, PDF_MARGIN, t->pdf->y, PDF_INNER, height);
	t->pdf->to->cairo_fill(t->pdf->page);
}

static void rule(const struct table *t)
{
	pdf_ink(t->pdf, 0xC9D1D9);
	t->pdf->to->cairo_rectangle(t->pdf->page, PDF_MARGIN, t->pdf->y, PDF_INNER, 0.6);
	t->pdf->to->cairo_fill(t->pdf->page);
}

static bool row_at_end(const struct table *t, const struct row *row)
{
	for (size_t c = 0; c < t->t->columns; c++) {
		if (row->from[c] < t->pdf->to->pango_layout_get_line_count(row->cell[c])) {
			return false;
		}
	}
	return true;
}

/* As many lines of each cell as fit on this page. */
static void row_draw(const struct table *t, struct row *row)
{
	double used = 0;

	for (size_t c = 0; c < t->t->columns; c++) {
		const struct pdf_place at = { t->x[c] + PAD, t->pdf->y + PAD, PDF_BOTTOM - PAD };
		double height;

		pdf_ink(t->pdf, 0x1F2328);
		height = pdf_lines(t->pdf, row->cell[c], &at, &row->from[c]);
		used = height > used ? height : used;
	}
	t->pdf->y += used + 2 * PAD;
	rule(t);
}

static nk_rc head(const struct table *t, struct nk_err *err)
{
	struct row row = { .cell = { NULL } };
	nk_rc rc = row_make(t, 0, &row, err);

	if (nk_ok(rc)) {
		shade(t, row_height(t, &row) - SIZE * 0.6 + 3);
		row_draw(t, &row);
	}
	row_done(t, &row);
	return rc;
}

static nk_rc row_put(const struct table *t, struct row *row, struct nk_err *err)
{
	const double height = row_height(t, row);

	if (t->pdf->y + height > PDF_BOTTOM && height < (PDF_BOTTOM - PDF_MARGIN) / 2) {
		NK_TRY(pdf_turn(t->pdf, err));
		NK_TRY(head(t, err));
	}
	row_draw(t, row);
	while (!row_at_end(t, row)) {
		const double before = t->pdf->y;

		NK_TRY(pdf_turn(t->pdf, err));
		NK_TRY(head(t, err));
		if (t->pdf->y > PDF_BOTTOM - 4 * SIZE) {
			return nk_fail(err, NK_LIMIT, "the head of a table is higher than a page (%d)", (int)before);
		}
		row_draw(t, row);
	}
	return nk_done();
}

NK_RESULT nk_pdf_table(struct nk_pdf *pdf, const struct nk_pdf_table *t, struct nk_err *err)
{
	struct table table = { .pdf = pdf, .t = t };
	double sum = 0;
	double at = 0;

	if (t->columns == 0 || t->columns > MAX_COLUMNS || t->rows == 0 || t->rows > MAX_ROWS) {
		return nk_fail(err, NK_LIMIT, "a table of the report has 1 to 8 columns and 1 to 5,000 rows");
	}
	for (size_t c = 0; c < t->columns; c++) {
		sum += t->shares[c];
	}
	for (size_t c = 0; c <= t->columns; c++) {
		table.x[c] = PDF_MARGIN + PDF_INNER * at / sum;
		at += c < t->columns ? t->shares[c] : 0;
	}
	NK_TRY(pdf_room(pdf, 90, err));
	NK_TRY(head(&table, err));
	for (size_t r = 1; r < t->rows; r++) {
		struct row row = { .cell = { NULL } };
		nk_rc rc = row_make(&table, r, &row, err);

		if (nk_ok(rc)) {
			rc = row_put(&table, &row, err);
		}
		row_done(&table, &row);
		NK_TRY(rc);
	}
	pdf->y += 8;
	return nk_done();
}
