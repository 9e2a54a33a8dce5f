/*
 * pdf.c: pages of text through pango and cairo; bytes leave only through the caller's function.
 *
 * Each page is recorded; nk_pdf_end plays them into the document with their numbers. A text that is not UTF-8 is refused.
 */
#include "base.h"

#include "pdf_int.h"
#include "os.h"
#include "words_int.h"

static const char *const functions[] = {
#define ROW(function) #function,
#include "pdf_library.inc"
#undef ROW
};
_Static_assert(sizeof(struct pdf_library) == sizeof(functions), "a pointer for each name, and nothing else");

static const char family[] = "BIZ UDPGothic,Noto Sans CJK JP,IPAexGothic,sans-serif";
static const char mono_family[] = "BIZ UDGothic,Noto Sans Mono CJK JP,IPAGothic,monospace";

#define INK 0x1F2328U
#define FAINT 0x6E7781U

#if NK_SANITIZED
/* fontconfig keeps a few hundred bytes until the process ends; giving them back (FcFini) aborts when a cache is still in
 * use, so the leak checker is told instead. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\n";
}
#endif

static cairo_status_t take_bytes(void *arg, const unsigned char *data, unsigned int len)
{
	struct nk_pdf *pdf = arg;

	if (nk_ok(pdf->written)) {
		pdf->written = pdf->spec.write(pdf->spec.arg, nk_bytes_of(data, len), &pdf->why);
	}
	return nk_ok(pdf->written) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

void pdf_ink(struct nk_pdf *pdf, uint32_t colour)
{
	pdf->to->cairo_set_source_rgb(pdf->page, (double)(colour >> 16 & 0xFF) / 255, (double)(colour >> 8 & 0xFF) / 255,
		(double)(colour & 0xFF) / 255);
}

static nk_rc drawn(const struct nk_pdf *pdf, struct nk_err *err)
{
	const struct pdf_library *const to = pdf->to;
	const cairo_status_t status = to->cairo_status(pdf->page);

	return status == CAIRO_STATUS_SUCCESS ? nk_done() : nk_fail(err, NK_IO, "cannot draw the page: %s", to->cairo_status_to_string(status));
}

NK_RESULT pdf_turn(struct nk_pdf *pdf, struct nk_err *err)
{
	const cairo_rectangle_t all = { 0, 0, PDF_WIDTH, PDF_HEIGHT };
	void *made = NULL;
	cairo_surface_t *surface;

	if (pdf->page != NULL) {
		NK_TRY(drawn(pdf, err));
		pdf->to->cairo_destroy(pdf->page);
		pdf->page = NULL;
	}
	NK_TRY(nk_vec_push(&pdf->pages, &made, err));
	surface = pdf->to->cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &all);
	*(cairo_surface_t **)made = surface;
	pdf->page = pdf->to->cairo_create(surface);
	pdf->y = PDF_MARGIN;
	return drawn(pdf, err);
}

NK_RESULT pdf_room(struct nk_pdf *pdf, double height, struct nk_err *err)
{
	return pdf->y + height > PDF_BOTTOM && pdf->y > PDF_MARGIN ? pdf_turn(pdf, err) : nk_done();
}

NK_RESULT nk_pdf_open(const struct nk_pdf_spec *spec, struct nk_pdf **out, struct nk_err *err)
{
	NK_OWNED(nk_pdf_free) struct nk_pdf *pdf = calloc(1, sizeof(*pdf));

	if (pdf == NULL) {
		return nk_fail_nomem(err);
	}
	pdf->spec = *spec;
	pdf->written = nk_done();
	nk_vec_init(&pdf->pages, sizeof(cairo_surface_t *), PDF_MAX_PAGES);
	pdf->to = &pdf->library;
	NK_TRY(nk_os_library("pangocairo", functions, NK_ARRAY_LEN(functions), &pdf->library, err));
	pdf->fonts = pdf->to->pango_cairo_font_map_new();
	if (pdf->fonts == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(pdf_turn(pdf, err));
	*out = pdf;
	pdf = NULL;
	return nk_done();
}

void nk_pdf_free(struct nk_pdf **pdf)
{
	struct nk_pdf *p = *pdf;

	if (p == NULL) {
		return;
	}
	if (p->page != NULL) {
		p->to->cairo_destroy(p->page);
	}
	for (size_t i = 0; i < p->pages.len; i++) {
		p->to->cairo_surface_destroy(*(cairo_surface_t **)nk_vec_at(&p->pages, i));
	}
	nk_vec_done(&p->pages);
	if (p->fonts != NULL) {
		p->to->g_object_unref(p->fonts);
	}
	free(p);
	*pdf = NULL;
}

PangoLayout *pdf_layout(struct nk_pdf *pdf, struct nk_str text, const struct pdf_style *style)
{
	PangoContext *context;
	PangoLayout *layout;
	PangoFontDescription *font;

	if (!nk_utf8_valid(nk_str_bytes(text), NULL) || text.len > INT_MAX || memchr(text.len > 0 ? text.ptr : "x", 0, text.len) != NULL) {
		return NULL;
	}
	context = pdf->to->pango_font_map_create_context(pdf->fonts);
	pdf->to->pango_cairo_context_set_resolution(context, 72);
	pdf->to->pango_context_set_language(context, pdf->to->pango_language_from_string(pdf->spec.lang == NK_LANG_JA ? "ja" : "en"));
	layout = pdf->to->pango_layout_new(context);
	pdf->to->g_object_unref(context);
	font = pdf->to->pango_font_description_from_string(style->mono ? mono_family : family);
	pdf->to->pango_font_description_set_size(font, (int)(style->size * PANGO_SCALE));
	pdf->to->pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pdf->to->pango_layout_set_font_description(layout, font);
	pdf->to->pango_font_description_free(font);
	pdf->to->pango_layout_set_width(layout, (int)(style->width * PANGO_SCALE));
	pdf->to->pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pdf->to->pango_layout_set_alignment(layout, style->align);
	pdf->to->pango_layout_set_line_spacing(layout, 1.25F);
	pdf->to->pango_layout_set_text(layout, text.len > 0 ? text.ptr : "", (int)text.len);
	pdf->undrawn += (size_t)pdf->to->pango_layout_get_unknown_glyphs_count(layout);
	return layout;
}

size_t nk_pdf_undrawn(const struct nk_pdf *pdf)
{
	return pdf->undrawn;
}

/* The height of a line, with its share of the spacing. */
static double line_height(const struct pdf_library *to, PangoLayoutLine *line, double *out_ascent)
{
	PangoRectangle box;

	to->pango_layout_line_get_extents(line, NULL, &box);
	*out_ascent = (double)-box.y / PANGO_SCALE * 1.125;
	return (double)box.height / PANGO_SCALE * 1.25;
}

double pdf_lines(struct nk_pdf *pdf, PangoLayout *layout, const struct pdf_place *at, int *from)
{
	const int n = pdf->to->pango_layout_get_line_count(layout);
	double used = 0;

	for (; *from < n; (*from)++) {
		PangoLayoutLine *line = pdf->to->pango_layout_get_line_readonly(layout, *from);
		double ascent;
		const double height = line_height(pdf->to, line, &ascent);
		PangoRectangle box;
		double x = at->x;

		if (at->y + used + height > at->bottom) {
			break;
		}
		pdf->to->pango_layout_line_get_extents(line, NULL, &box);
		if (pdf->to->pango_layout_get_alignment(layout) == PANGO_ALIGN_RIGHT) {
			x += (double)(pdf->to->pango_layout_get_width(layout) - box.width) / PANGO_SCALE;
		}
		pdf->to->cairo_move_to(pdf->page, x, at->y + used + ascent);
		pdf->to->pango_cairo_show_layout_line(pdf->page, line);
		used += height;
	}
	return used;
}

static nk_rc put_text(struct nk_pdf *pdf, struct nk_str text, const struct pdf_style *style, struct nk_err *err)
{
	PangoLayout *layout = pdf_layout(pdf, text, style);
	int from = 0;

	if (layout == NULL) {
		return nk_fail(err, NK_INVALID, "a text of the report is not UTF-8");
	}
	while (from < pdf->to->pango_layout_get_line_count(layout)) {
		const int before = from;
		const struct pdf_place at = { PDF_MARGIN, pdf->y, PDF_BOTTOM };
		nk_rc rc;

		pdf_ink(pdf, style->colour);
		pdf->y += pdf_lines(pdf, layout, &at, &from);
		if (from >= pdf->to->pango_layout_get_line_count(layout)) {
			break;
		}
		rc = before == from && pdf->y <= PDF_MARGIN ? nk_fail(err, NK_LIMIT, "a line of the report is higher than a page")
							    : pdf_turn(pdf, err);
		if (!nk_ok(rc)) {
			pdf->to->g_object_unref(layout);
			return rc;
		}
	}
	pdf->to->g_object_unref(layout);
	return drawn(pdf, err);
}

NK_RESULT nk_pdf_title(struct nk_pdf *pdf, struct nk_str text, struct nk_err *err)
{
	static const struct pdf_style style = { .size = 14.5, .width = PDF_INNER, .bold = true, .colour = INK };

	NK_TRY(pdf_room(pdf, 60, err));
	NK_TRY(put_text(pdf, text, &style, err));
	pdf->y += 4;
	pdf_ink(pdf, 0x1F4E9E);
	pdf->to->cairo_rectangle(pdf->page, PDF_MARGIN, pdf->y, PDF_INNER, 2);
	pdf->to->cairo_fill(pdf->page);
	pdf->y += 12;
	return nk_done();
}

NK_RESULT nk_pdf_heading(struct nk_pdf *pdf, struct nk_str text, struct nk_err *err)
{
	static const struct pdf_style style = { .size = 12, .width = PDF_INNER, .bold = true, .colour = 0x1F4E9E };

	NK_TRY(pdf_room(pdf, 140, err)); /* with the head and a row of the table that follows */
	pdf->y += pdf->y > PDF_MARGIN ? 10 : 0;
	NK_TRY(put_text(pdf, text, &style, err));
	pdf->y += 4;
	return nk_done();
}

NK_RESULT nk_pdf_para(struct nk_pdf *pdf, struct nk_str text, struct nk_err *err)
{
	static const struct pdf_style style = { .size = 9.5, .width = PDF_INNER, .colour = INK };

	NK_TRY(put_text(pdf, text, &style, err));
	pdf->y += 5;
	return nk_done();
}

/* The foot of page i: what the caller wants there, and "2 / 5". */
static nk_rc foot(struct nk_pdf *pdf, size_t i, struct nk_err *err)
{
	struct pdf_style style = { .size = 8, .width = PDF_INNER, .colour = FAINT };
	const struct pdf_place at = { PDF_MARGIN, PDF_HEIGHT - 42, PDF_HEIGHT };
	char number[48];
	char warning[320];
	PangoLayout *layout;
	int from = 0;
	const size_t undrawn = pdf->undrawn; /* of the paper, without what stands here */

	if (pdf->spec.sheets && pdf->undrawn == 0) {
		return nk_done();
	}
	(void)snprintf(number, sizeof(number), "%zu / %zu", i + 1, pdf->pages.len);
	(void)snprintf(warning, sizeof(warning), "%s (%zu) %.60s", nk_tr(pdf->spec.lang, NK_N("the fonts lack characters of this paper")),
		pdf->undrawn, pdf->spec.lang == NK_LANG_JA ? "the fonts lack characters of this paper" : "");
	pdf_ink(pdf, 0xC9D1D9);
	pdf->to->cairo_rectangle(pdf->page, PDF_MARGIN, PDF_HEIGHT - 48, PDF_INNER, 0.6);
	pdf->to->cairo_fill(pdf->page);
	pdf_ink(pdf, FAINT);
	layout = pdf_layout(pdf, pdf->undrawn > 0 ? nk_str_c(warning) : pdf->spec.footer, &style);
	if (layout == NULL) {
		return nk_fail(err, NK_INVALID, "a text of the report is not UTF-8");
	}
	(void)pdf_lines(pdf, layout, &at, &from);
	pdf->to->g_object_unref(layout);
	style.align = PANGO_ALIGN_RIGHT;
	layout = pdf_layout(pdf, nk_str_c(number), &style);
	from = 0;
	(void)pdf_lines(pdf, layout, &at, &from);
	pdf->to->g_object_unref(layout);
	pdf->undrawn = undrawn;
	return nk_done();
}

static nk_rc play(struct nk_pdf *pdf, cairo_surface_t *document, struct nk_err *err)
{
	for (size_t i = 0; i < pdf->pages.len; i++) {
		nk_rc rc;

		pdf->page = pdf->to->cairo_create(document);
		pdf->to->cairo_set_source_surface(pdf->page, *(cairo_surface_t **)nk_vec_at(&pdf->pages, i), 0, 0);
		pdf->to->cairo_paint(pdf->page);
		rc = foot(pdf, i, err);
		pdf->to->cairo_show_page(pdf->page);
		if (nk_ok(rc) && nk_ok(pdf->written)) {
			rc = drawn(pdf, err);
		}
		pdf->to->cairo_destroy(pdf->page);
		pdf->page = NULL;
		NK_TRY(rc);
	}
	return nk_done();
}

static nk_rc write_document(struct nk_pdf *pdf, struct nk_err *err)
{
	cairo_surface_t *document = pdf->to->cairo_pdf_surface_create_for_stream(take_bytes, pdf, PDF_WIDTH, PDF_HEIGHT);
	NK_OWNED(nk_buf_done) struct nk_buf title = { .ptr = NULL };
	char at[NK_TIME_TEXT];
	nk_rc rc;

	nk_buf_init_wiping(&title, 4096);
	rc = nk_buf_add_str(&title, nk_str_sub(pdf->spec.title, 0, 4000), err);
	if (nk_ok(rc)) {
		rc = nk_buf_add_byte(&title, 0, err);
	}
	if (nk_ok(rc)) {
		pdf->to->cairo_pdf_surface_set_metadata(document, CAIRO_PDF_METADATA_TITLE, (const char *)title.ptr);
		pdf->to->cairo_pdf_surface_set_metadata(document, CAIRO_PDF_METADATA_CREATOR, "nokosazu");
		pdf->to->cairo_pdf_surface_set_metadata(document, CAIRO_PDF_METADATA_CREATE_DATE, nk_time_print(pdf->spec.at, at));
		rc = play(pdf, document, err);
	}
	pdf->to->cairo_surface_finish(document);
	if (nk_ok(rc) && nk_ok(pdf->written) && pdf->to->cairo_surface_status(document) != CAIRO_STATUS_SUCCESS) {
		rc = nk_fail(err, NK_IO, "cannot draw the page: %s",
			pdf->to->cairo_status_to_string(pdf->to->cairo_surface_status(document)));
	}
	pdf->to->cairo_surface_destroy(document);
	return rc;
}

NK_RESULT nk_pdf_end(struct nk_pdf *pdf, struct nk_err *err)
{
	nk_rc rc;

	nk_assert(pdf->page != NULL);
	NK_TRY(drawn(pdf, err));
	pdf->to->cairo_destroy(pdf->page);
	pdf->page = NULL;
	rc = write_document(pdf, err);
	return nk_ok(pdf->written) ? rc : nk_err_pass(err, &pdf->why);
}
