/*
 * picture.c: a drawing as SVG 1.1: one element, no script, no outside reference; title and description for who listens.
 */
#include "base.h"

#include "picture.h"

static const char font[] = "'BIZ UDPGothic','Noto Sans CJK JP','Hiragino Sans','Yu Gothic',sans-serif";

/* XML forbids most control characters, U+FFFE and U+FFFF; what is forbidden becomes U+FFFD. */
static bool allowed(uint32_t cp)
{
	return cp == '\t' || cp == '\n' || (cp >= 0x20 && cp != 0x7F && cp != 0xFFFE && cp != 0xFFFF);
}

static nk_rc put_char(struct nk_buf *out, uint32_t cp, struct nk_err *err)
{
	uint8_t bytes[4];

	switch (cp) {
	case '<':
		return nk_buf_add_c(out, "&lt;", err);
	case '>':
		return nk_buf_add_c(out, "&gt;", err);
	case '&':
		return nk_buf_add_c(out, "&amp;", err);
	case '"':
		return nk_buf_add_c(out, "&quot;", err);
	case '\'':
		return nk_buf_add_c(out, "&#39;", err);
	default:
		break;
	}
	if (!allowed(cp)) {
		return nk_buf_add_c(out, "\xEF\xBF\xBD", err);
	}
	return nk_buf_add(out, bytes, nk_utf8_put(cp, bytes), err);
}

static nk_rc put_text(struct nk_buf *out, struct nk_str text, struct nk_err *err)
{
	size_t at = 0;

	if (!nk_utf8_valid(nk_str_bytes(text), NULL)) {
		return nk_fail(err, NK_INVALID, "a text of a picture is not UTF-8");
	}
	while (at < text.len) {
		NK_TRY(put_char(out, nk_utf8_next(text, &at), err));
	}
	return nk_done();
}

/* Paint: fill and stroke of a shape. */
static nk_rc put_paint(struct nk_buf *out, const struct nk_shape *s, struct nk_err *err)
{
	if (s->hollow) {
		NK_TRY(nk_buf_printf(out, err, " fill=\"#ffffff\" stroke=\"#%06x\" stroke-width=\"2\"", s->colour));
	} else {
		NK_TRY(nk_buf_printf(out, err, " fill=\"#%06x\"", s->colour));
	}
	return nk_buf_add_c(out, s->dashed ? " stroke-dasharray=\"4 3\"/>\n" : "/>\n", err);
}

static nk_rc put_written(struct nk_buf *out, const struct nk_shape *s, struct nk_err *err)
{
	static const char *const anchors[] = { [NK_ANCHOR_START] = "start", [NK_ANCHOR_MIDDLE] = "middle", [NK_ANCHOR_END] = "end" };

	NK_TRY(nk_buf_printf(out, err, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\" fill=\"#%06x\"%s text-anchor=\"%s\">", s->x, s->y,
		s->y2, s->colour, s->bold ? " font-weight=\"bold\"" : "", anchors[s->anchor]));
	NK_TRY(put_text(out, s->text, err));
	return nk_buf_add_c(out, "</text>\n", err);
}

static nk_rc put_shape(struct nk_buf *out, const struct nk_shape *s, struct nk_err *err)
{
	switch (s->kind) {
	case NK_SHAPE_LINE:
		return nk_buf_printf(out, err, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#%06x\" stroke-width=\"1.5\"%s/>\n",
			s->x, s->y, s->x2, s->y2, s->colour, s->dashed ? " stroke-dasharray=\"4 3\"" : "");
	case NK_SHAPE_BOX:
		NK_TRY(nk_buf_printf(out, err, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"", s->x, s->y, s->x2, s->y2));
		return put_paint(out, s, err);
	case NK_SHAPE_DOT:
		NK_TRY(nk_buf_printf(out, err, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"", s->x, s->y, s->x2));
		return put_paint(out, s, err);
	case NK_SHAPE_TEXT:
		return put_written(out, s, err);
	}
	return nk_done();
}

NK_RESULT nk_picture_svg(const struct nk_picture *p, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_printf(out, err,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\" "
		"aria-labelledby=\"t d\" xml:lang=\"%s\" lang=\"%s\" font-family=\"%s\">\n<title id=\"t\">",
		p->width, p->height, p->width, p->height, p->lang == NK_LANG_JA ? "ja" : "en", p->lang == NK_LANG_JA ? "ja" : "en", font));
	NK_TRY(put_text(out, p->title, err));
	NK_TRY(nk_buf_add_c(out, "</title>\n<desc id=\"d\">", err));
	NK_TRY(put_text(out, p->desc, err));
	NK_TRY(nk_buf_printf(out, err, "</desc>\n<rect x=\"0\" y=\"0\" width=\"%.0f\" height=\"%.0f\" fill=\"#ffffff\"/>\n", p->width, p->height));
	for (size_t i = 0; i < p->n; i++) {
		NK_TRY(put_shape(out, &p->shapes[i], err));
	}
	return nk_buf_add_c(out, "</svg>\n", err);
}
