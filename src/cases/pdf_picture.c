/*
 * pdf_picture.c: a picture on the page, cut between its texts where it is higher than what is left.
 */
#include "base.h"

#include "pdf_int.h"

static void path_of(const struct pdf_library *to, cairo_t *cr, const struct nk_shape *s)
{
	if (s->kind == NK_SHAPE_DOT) {
		to->cairo_new_sub_path(cr);
		to->cairo_arc(cr, s->x, s->y, s->x2, 0, 6.283185307179586);
	} else {
		to->cairo_rectangle(cr, s->x, s->y, s->x2, s->y2);
	}
}

static void draw_shape(struct nk_pdf *pdf, const struct nk_shape *s)
{
	static const double dashes[] = { 4, 3 };
	cairo_t *const cr = pdf->page;

	pdf->to->cairo_set_dash(cr, dashes, s->dashed ? 2 : 0, 0);
	if (s->kind == NK_SHAPE_LINE) {
		pdf_ink(pdf, s->colour);
		pdf->to->cairo_set_line_width(cr, 1.5);
		pdf->to->cairo_move_to(cr, s->x, s->y);
		pdf->to->cairo_line_to(cr, s->x2, s->y2);
		pdf->to->cairo_stroke(cr);
		return;
	}
	pdf_ink(pdf, s->hollow ? 0xFFFFFF : s->colour);
	path_of(pdf->to, cr, s);
	pdf->to->cairo_fill(cr);
	if (s->hollow) {
		pdf_ink(pdf, s->colour);
		pdf->to->cairo_set_line_width(cr, 2);
		path_of(pdf->to, cr, s);
		pdf->to->cairo_stroke(cr);
	}
}

static nk_rc draw_text(struct nk_pdf *pdf, const struct nk_shape *s, struct nk_err *err)
{
	const struct pdf_style style = { .size = s->y2, .width = 4000, .bold = s->bold };
	PangoLayout *layout = pdf_layout(pdf, s->text, &style);
	PangoLayoutLine *line;
	PangoRectangle box;
	double x = s->x;

	if (layout == NULL) {
		return nk_fail(err, NK_INVALID, "a text of the report is not UTF-8");
	}
	line = pdf->to->pango_layout_get_line_readonly(layout, 0);
	pdf->to->pango_layout_line_get_extents(line, NULL, &box);
	if (s->anchor != NK_ANCHOR_START) {
		x -= (double)box.width / PANGO_SCALE / (s->anchor == NK_ANCHOR_MIDDLE ? 2 : 1);
	}
	pdf_ink(pdf, s->colour);
	pdf->to->cairo_move_to(pdf->page, x, s->y);
	pdf->to->pango_cairo_show_layout_line(pdf->page, line);
	pdf->to->g_object_unref(layout);
	return nk_done();
}

/* The top and foot of a shape, with a little air. */
static void span_of(const struct nk_shape *s, double *top, double *foot)
{
	switch (s->kind) {
	case NK_SHAPE_LINE:
		*top = s->y < s->y2 ? s->y : s->y2;
		*foot = s->y < s->y2 ? s->y2 : s->y;
		break;
	case NK_SHAPE_BOX:
		*top = s->y;
		*foot = s->y + s->y2;
		break;
	case NK_SHAPE_DOT:
		*top = s->y - s->x2;
		*foot = s->y + s->x2;
		break;
	case NK_SHAPE_TEXT:
		*top = s->y - s->y2;
		*foot = s->y + s->y2 / 3;
		break;
	}
}

/* The lowest place at or above `wanted` (and below `from`) that goes through no shape. */
static double cut_at(const struct nk_picture *p, double from, double wanted)
{
	double cut = wanted;
	bool moved = true;

	while (moved && cut > from) {
		moved = false;
		for (size_t i = 0; i < p->n; i++) {
			double top = 0;
			double foot = 0;

			span_of(&p->shapes[i], &top, &foot);
			if (top < cut && cut < foot) {
				cut = top - 1;
				moved = true;
			}
		}
	}
	return cut > from + 20 ? cut : wanted;
}

static nk_rc draw_part(struct nk_pdf *pdf, const struct nk_picture *p, double from, double to, struct nk_err *err)
{
	const double scale = PDF_INNER / p->width;
	nk_rc rc = nk_done();

	pdf->to->cairo_save(pdf->page);
	pdf->to->cairo_translate(pdf->page, PDF_MARGIN, pdf->y - from * scale);
	pdf->to->cairo_scale(pdf->page, scale, scale);
	for (size_t i = 0; i < p->n && nk_ok(rc); i++) {
		double top = 0;
		double foot = 0;

		span_of(&p->shapes[i], &top, &foot);
		if (foot <= from || top >= to) {
			continue;
		}
		if (p->shapes[i].kind == NK_SHAPE_TEXT) {
			rc = draw_text(pdf, &p->shapes[i], err);
		} else {
			draw_shape(pdf, &p->shapes[i]);
		}
	}
	pdf->to->cairo_restore(pdf->page);
	pdf->y += (to - from) * scale;
	return rc;
}

NK_RESULT nk_pdf_picture(struct nk_pdf *pdf, const struct nk_picture *p, struct nk_err *err)
{
	const double scale = PDF_INNER / p->width;
	double from = 0;

	NK_TRY(pdf_room(pdf, 150, err));
	while (from < p->height) {
		const double room = (PDF_BOTTOM - pdf->y) / scale;
		const double to = from + room >= p->height ? p->height : cut_at(p, from, from + room);

		NK_TRY(draw_part(pdf, p, from, to, err));
		from = to;
		if (from < p->height) {
			NK_TRY(pdf_turn(pdf, err));
		}
	}
	pdf->y += 6;
	return nk_done();
}
