/*
 * account_sheet.c: the page itself. Large type, dark on white, nothing said by colour alone; texts stand in the order in
 * which they are read, so that a reader by ear has them in that order too.
 */
#include "base.h"

#include "account_sheet.h"
#include "pdf_int.h"

#define INK 0x1F2328U
#define SOFT 0x4B5563U
#define BLUE 0x1F4E9EU
#define PALE 0xF3F6FBU
#define EDGE 0xB6C4DCU
#define LEFT PDF_MARGIN
#define RIGHT (PDF_WIDTH - PDF_MARGIN)

/* What is printed in both languages; the run's comes first. */
struct pair {
	const char *ja;
	const char *en;
};
static const struct pair title = { "アカウントのお知らせ", "Your account" };
static const struct pair login_label = { "ユーザー名", "User name" };
static const struct pair password_label = { "最初のパスワード", "First password" };
static const struct pair address_label = { "サインインするページ", "Where to sign in" };
static const struct pair signs = { "数字と英小文字だけです。すきまは見やすくするためのもので、入力しません。",
	"Digits and small letters only. The gaps are for reading: do not type them." };
static const struct pair steps[] = {
	{ "上のページを開きます（カメラでQRコードを読み取ってもかまいません）。", "Open the page above; a camera can read the code." },
	{ "ユーザー名と最初のパスワードを入力します。", "Type the user name and the first password." },
	{ "すぐに、自分だけが知っている新しいパスワードに変えます。", "At once, change it to a password that only you know." },
	{ "この紙をだれにも見せず、変えたあとは細かく切って捨てます。", "Show this sheet to nobody; afterwards cut it up and throw it away." },
};
static const struct pair lost = { "なくしたとき、人に見られたときは、すぐに知らせてください。新しく作り直します。",
	"Lost it, or somebody saw it? Say so at once: you get a new one." };
static const struct pair ask = { "お問い合わせ", "Questions" };

static const char *first(const struct nk_pdf *pdf, struct pair p)
{
	return pdf->spec.lang == NK_LANG_JA ? p.ja : p.en;
}

static const char *second(const struct nk_pdf *pdf, struct pair p)
{
	return pdf->spec.lang == NK_LANG_JA ? p.en : p.ja;
}

struct pen { /* where and how the next text is written; y moves down */
	struct nk_pdf *pdf;
	double x, y, width;
	nk_rc rc;
	struct nk_err *err;
};

static PangoLayout *laid_out(struct pen *p, struct nk_str text, struct pdf_style *style, double least)
{
	PangoLayout *layout = pdf_layout(p->pdf, text, style);

	while (layout != NULL && style->size > least && p->pdf->to->pango_layout_get_line_count(layout) > 1) {
		p->pdf->to->g_object_unref(layout);
		style->size -= 1;
		layout = pdf_layout(p->pdf, text, style);
	}
	return layout;
}

/* A text at the pen; smaller, down to `least`, when it would need a second line. */
static void write_text(struct pen *p, struct nk_str text, struct pdf_style style, double least)
{
	PangoLayout *layout;
	const struct pdf_place at = { p->x, p->y, PDF_HEIGHT - 20 };
	int from = 0;

	if (!nk_ok(p->rc) || text.len == 0) {
		return;
	}
	style.width = p->width;
	layout = laid_out(p, text, &style, least);
	if (layout == NULL) {
		p->rc = nk_fail(p->err, NK_INVALID, "a text of the notice is not UTF-8");
		return;
	}
	pdf_ink(p->pdf, style.colour);
	p->y += pdf_lines(p->pdf, layout, &at, &from);
	if (from < p->pdf->to->pango_layout_get_line_count(layout)) {
		p->rc = nk_fail(p->err, NK_LIMIT, "a text of the notice is too long for its page");
	}
	p->pdf->to->g_object_unref(layout);
}

static void write_c(struct pen *p, const char *text, struct pdf_style style)
{
	write_text(p, nk_str_c(text), style, style.size);
}

static void box(struct nk_pdf *pdf, double x, double y, double width, double height)
{
	const double r = 8;
	const double turn = 1.5707963267948966;
	cairo_t *const cr = pdf->page;

	for (unsigned stroke = 0; stroke < 2; stroke++) {
		pdf->to->cairo_new_sub_path(cr);
		pdf->to->cairo_arc(cr, x + width - r, y + r, r, -turn, 0);
		pdf->to->cairo_arc(cr, x + width - r, y + height - r, r, 0, turn);
		pdf->to->cairo_arc(cr, x + r, y + height - r, r, turn, 2 * turn);
		pdf->to->cairo_arc(cr, x + r, y + r, r, 2 * turn, 3 * turn);
		pdf->to->cairo_line_to(cr, x + width - r, y);
		pdf_ink(pdf, stroke == 0 ? PALE : EDGE);
		pdf->to->cairo_set_line_width(cr, 1);
		if (stroke == 0) {
			pdf->to->cairo_fill(cr);
		} else {
			pdf->to->cairo_stroke(cr);
		}
	}
}

static void draw_head(struct pen *p, const struct nk_account_sheet *s)
{
	struct nk_pdf *const pdf = p->pdf;

	write_text(p, s->organisation, (struct pdf_style){ .size = 10, .colour = SOFT }, 8);
	p->y += 4;
	write_c(p, first(pdf, title), (struct pdf_style){ .size = 24, .bold = true, .colour = BLUE });
	write_c(p, second(pdf, title), (struct pdf_style){ .size = 11, .colour = SOFT });
	p->y += 6;
	pdf_ink(pdf, BLUE);
	pdf->to->cairo_rectangle(pdf->page, LEFT, p->y, PDF_INNER, 2);
	pdf->to->cairo_fill(pdf->page);
	p->y += 22;
}

/* School, class, number; reading above the name, as in ruby. */
static void draw_person(struct pen *p, const struct nk_account_sheet *s)
{
	NK_OWNED(nk_buf_done) struct nk_buf place = { 0 };
	const bool ja = p->pdf->spec.lang == NK_LANG_JA;

	nk_buf_init_wiping(&place, 16384);
	if (nk_ok(p->rc)) {
		p->rc = nk_buf_printf(&place, p->err, "%.*s%s%.*s", NK_FMT(s->unit), s->group.len > 0 ? "　" : "", NK_FMT(s->group));
	}
	if (nk_ok(p->rc) && s->seat > 0) {
		p->rc = nk_buf_printf(&place, p->err, ja ? "　%u番" : "　No. %u", s->seat);
	}
	write_text(p, nk_str_trim(nk_buf_str(&place)), (struct pdf_style){ .size = 13, .colour = INK }, 9);
	p->y += 10;
	write_text(p, s->kana, (struct pdf_style){ .size = 10, .colour = SOFT }, 8);
	write_text(p, s->name, (struct pdf_style){ .size = 26, .bold = true, .colour = INK }, 13);
	p->y += 16;
}

static void label(struct pen *p, struct pair words)
{
	write_c(p, first(p->pdf, words), (struct pdf_style){ .size = 11, .bold = true, .colour = BLUE });
	p->y -= 2;
	write_c(p, second(p->pdf, words), (struct pdf_style){ .size = 9, .colour = SOFT });
}

/* A label to the left, what it names to the right of it, large and in signs of one width. */
static void labelled(struct pen *p, struct pair words, struct nk_str value, double size)
{
	const struct pen from = *p;
	double left;

	p->width = 130;
	label(p, words);
	left = p->y;
	p->x = from.x + 140;
	p->y = from.y + (size > 20 ? 0 : 4);
	p->width = from.width - 140;
	write_text(p, value, (struct pdf_style){ .size = size, .mono = true, .bold = true, .colour = INK }, 11);
	p->x = from.x;
	p->width = from.width;
	p->y = (left > p->y ? left : p->y) + 10;
}

static void draw_account(struct pen *p, const struct nk_account_sheet *s)
{
	const double top = p->y;
	const double height = 146;

	box(p->pdf, LEFT, top, PDF_INNER, height);
	p->x = LEFT + 18;
	p->width = PDF_INNER - 36;
	p->y = top + 18;
	labelled(p, login_label, s->login, 24);
	p->y += 4;
	labelled(p, password_label, s->password, 24);
	write_text(p, nk_str_c(first(p->pdf, signs)), (struct pdf_style){ .size = 9.5, .colour = INK }, 8);
	write_text(p, nk_str_c(second(p->pdf, signs)), (struct pdf_style){ .size = 8.5, .colour = SOFT }, 7);
	p->x = LEFT;
	p->width = PDF_INNER;
	p->y = (p->y > top + height ? p->y : top + height) + 18;
}

/* With the quiet zone of four modules that a reader needs. */
static double draw_code(struct nk_pdf *pdf, const struct nk_qr *qr, double x, double y)
{
	const double side = 108;
	const double module = side / (double)(qr->side + 8);

	pdf_ink(pdf, 0x000000);
	for (size_t i = 0; i < qr->side * qr->side; i++) {
		if (qr->dark[i] != 0) {
			pdf->to->cairo_rectangle(pdf->page, x + module * (double)(i % qr->side + 4),
				y + module * (double)(i / qr->side + 4), module, module);
		}
	}
	pdf->to->cairo_fill(pdf->page);
	return side;
}

static void draw_address(struct pen *p, const struct nk_account_sheet *s, const struct nk_qr *qr)
{
	const double top = p->y;
	double bottom = top;

	if (s->address.len == 0) {
		return;
	}
	if (qr != NULL) {
		bottom += draw_code(p->pdf, qr, RIGHT - 108, top - 8);
	}
	p->width = PDF_INNER - 130;
	label(p, address_label);
	p->y += 4;
	write_text(p, s->address, (struct pdf_style){ .size = 15, .mono = true, .colour = INK }, 10);
	p->width = PDF_INNER;
	p->y = (p->y > bottom ? p->y : bottom) + 12;
}

static void draw_steps(struct pen *p, size_t skip)
{
	for (size_t i = skip; i < NK_ARRAY_LEN(steps); i++) {
		char number[8];
		const double top = p->y;

		(void)snprintf(number, sizeof(number), "%zu.", i - skip + 1);
		p->width = 24;
		write_c(p, number, (struct pdf_style){ .size = 13, .bold = true, .colour = BLUE });
		p->x = LEFT + 24;
		p->y = top;
		p->width = PDF_INNER - 24;
		write_text(p, nk_str_c(first(p->pdf, steps[i])), (struct pdf_style){ .size = 12, .colour = INK }, 10);
		write_text(p, nk_str_c(second(p->pdf, steps[i])), (struct pdf_style){ .size = 9, .colour = SOFT }, 8);
		p->x = LEFT;
		p->width = PDF_INNER;
		p->y += 9;
	}
}

static void draw_foot(struct pen *p, const struct nk_account_sheet *s)
{
	NK_OWNED(nk_buf_done) struct nk_buf line = { 0 };
	const bool ja = p->pdf->spec.lang == NK_LANG_JA;

	nk_buf_init_wiping(&line, 16384);
	p->y += 4;
	write_text(p, nk_str_c(first(p->pdf, lost)), (struct pdf_style){ .size = 10.5, .bold = true, .colour = INK }, 9);
	write_text(p, nk_str_c(second(p->pdf, lost)), (struct pdf_style){ .size = 9, .colour = SOFT }, 8);
	if (s->desk.len > 0 && nk_ok(p->rc)) {
		p->rc = nk_buf_printf(&line, p->err, "%s / %s: %.*s", first(p->pdf, ask), second(p->pdf, ask), NK_FMT(s->desk));
		p->y += 6;
		write_text(p, nk_buf_str(&line), (struct pdf_style){ .size = 10.5, .colour = INK }, 9);
	}
	nk_buf_reset(&line);
	if (nk_ok(p->rc)) {
		p->rc = nk_buf_printf(&line, p->err, ja ? "手渡し期限 %.*s　控え %.*s" : "hand out by %.*s　record %.*s", NK_FMT(s->day),
			NK_FMT(s->reference));
	}
	p->y = p->y > PDF_HEIGHT - 46 ? p->y : PDF_HEIGHT - 46;
	write_text(p, nk_buf_str(&line), (struct pdf_style){ .size = 8, .colour = SOFT }, 7);
}

NK_RESULT nk_account_sheet_draw(struct nk_pdf *pdf, const struct nk_account_sheet *s, const struct nk_qr *qr, bool another,
	struct nk_err *err)
{
	struct pen p = { .pdf = pdf, .x = LEFT, .y = PDF_MARGIN - 6, .width = PDF_INNER, .err = err };

	p.rc = another ? pdf_turn(pdf, err) : nk_done();
	NK_TRY(p.rc);
	draw_head(&p, s);
	draw_person(&p, s);
	draw_account(&p, s);
	draw_address(&p, s, qr);
	draw_steps(&p, s->address.len > 0 ? 0 : 1); /* without a page to open */
	draw_foot(&p, s);
	return p.rc;
}
