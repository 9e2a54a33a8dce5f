/*
 * picture.h: a drawing as a list of lines, boxes, dots and texts; made once, put out as SVG or on a page of a PDF.
 */
#ifndef NK_PICTURE_H
#define NK_PICTURE_H

enum nk_shape_kind { NK_SHAPE_LINE, NK_SHAPE_BOX, NK_SHAPE_DOT, NK_SHAPE_TEXT };
enum nk_anchor { NK_ANCHOR_START, NK_ANCHOR_MIDDLE, NK_ANCHOR_END };
struct nk_shape {
	enum nk_shape_kind kind;
	double x, y; /* start, corner, centre, base line */
	double x2, y2; /* end; width and height; radius in x2; size of the text in y2 */
	uint32_t colour; /* 0xRRGGBB */
	bool hollow; /* boxes and dots: only the edge */
	bool dashed;
	bool bold;
	enum nk_anchor anchor;
	struct nk_str text;
};
struct nk_picture {
	double width, height;
	struct nk_str title; /* read out by who cannot see it */
	struct nk_str desc;
	enum nk_lang lang;
	const struct nk_shape *shapes;
	size_t n;
};
/* nk_picture_svg: appends one svg element; every text is escaped, characters that XML forbids become U+FFFD. */
NK_RESULT nk_picture_svg(const struct nk_picture *p, struct nk_buf *out, struct nk_err *err);

#endif
