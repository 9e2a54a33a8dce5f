/*
 * xlsx_sheet.c: the cells of one sheet at their places. See xlsx.h.
 *
 * A cell holds what the file holds: numbers as they are written there (a phone number without its zero stays one),
 * and beside the serial number of a date the date itself.
 */
#include "base.h"

#include "xlsx.h"
#include "xml_doc.h"

void nkx_xlsx_sheet_start(struct nkx_xlsx_sheet *s, struct nkx_out *out, struct nkx_xlsx_strings *strings,
	const struct nkx_xlsx_styles *styles)
{
	memset(s, 0, sizeof(*s));
	s->out = out;
	s->strings = strings;
	s->styles = styles;
	nkx_grid_start(&s->grid, out);
}

/* "AB12": column 27, row 11; false: no place. */
static bool place(const char *ref, uint32_t *row, uint32_t *column)
{
	uint32_t c = 0;
	uint32_t r = 0;

	for (; *ref >= 'A' && *ref <= 'Z' && c < 100000; ref++) {
		c = c * 26 + (uint32_t)(*ref - 'A') + 1;
	}
	for (; *ref >= '0' && *ref <= '9' && r < 10000000; ref++) {
		r = r * 10 + (uint32_t)(*ref - '0');
	}
	if (c == 0 || c > 16384 || r == 0 || r > 1048576) {
		return false;
	}
	*row = r - 1;
	*column = c - 1;
	return true;
}

static void cell_start(struct nkx_xlsx_sheet *s, const char *const *attrs)
{
	const char *ref = nkx_xml_attr(attrs, "r");
	const char *type = nkx_xml_attr(attrs, "t");

	if (ref == NULL || !place(ref, &s->row, &s->column)) {
		s->column++;
	}
	s->style = nkx_xml_number(attrs, "s", 0, NKX_XLSX_STYLES);
	s->type = 'n';
	if (type != NULL && strcmp(type, "s") == 0) {
		s->type = 's';
	} else if (type != NULL && strcmp(type, "n") != 0) {
		s->type = 't';
	}
	nkx_grid_to(&s->grid, s->row, s->column);
}

static void on_start(void *arg, const char *name, const char *const *attrs)
{
	static const char *const notes[] = { "f", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader",
		"firstFooter", "formula1", "formula2", "formula", NULL };
	struct nkx_xlsx_sheet *s = arg;

	s->in_value = s->in_t = s->in_aside = false;
	s->n_value = 0;
	s->cut = false;
	if (strcmp(name, "c") == 0) {
		cell_start(s, attrs);
		return;
	}
	if (strcmp(name, "row") == 0) {
		const uint32_t r = nkx_xml_number(attrs, "r", 0, 1048576);

		s->row = r > 0 ? r - 1 : s->row + (s->grid.begun || s->grid.column > 0 ? 1 : 0);
		s->column = UINT32_MAX; /* the first cell without a place is in column 0 */
		return;
	}
	if (strcmp(name, "v") == 0) {
		s->in_value = true;
	} else if (strcmp(name, "t") == 0) {
		s->in_t = true;
	} else if (strcmp(name, "rPh") == 0) {
		s->in_rph++;
	} else {
		s->in_aside = nkx_xml_is(name, notes);
		nkx_xml_attrs_aside(s->out, attrs);
	}
}

/* 9.012345678E9 is 9012345678: whole numbers are written out. */
static size_t plain_number(const char *value, size_t len, char out[static 32])
{
	size_t n = 0;
	size_t behind = 0;
	size_t exponent = 0;
	size_t i = 0;
	bool point = false;

	for (; i < len && value[i] != 'E' && value[i] != 'e'; i++) {
		if (value[i] == '.' && !point) {
			point = true;
		} else if (value[i] >= '0' && value[i] <= '9' && n < 20) {
			out[n++] = value[i];
			behind += point ? 1 : 0;
		} else {
			return 0;
		}
	}
	i += i + 1 < len && value[i + 1] == '+' ? 2 : 1;
	for (; i < len && value[i] >= '0' && value[i] <= '9' && exponent < 100; i++) {
		exponent = exponent * 10 + (size_t)(value[i] - '0');
	}
	if (i != len || n == 0 || exponent < behind || n + exponent - behind > 20) {
		return 0;
	}
	for (; behind < exponent; behind++) {
		out[n++] = '0';
	}
	return n;
}

static void number_end(struct nkx_xlsx_sheet *s)
{
	char text[32];
	size_t n = 0;
	const uint32_t style = s->style < NKX_XLSX_STYLES ? s->style : 0;

	if (((s->styles->date[style / 8] >> (style % 8)) & 1) != 0 &&
		nkx_xlsx_date(s->value, s->n_value, s->styles->from_1904, text)) {
		nkx_grid_put(&s->grid, text, strlen(text));
		nkx_grid_put(&s->grid, " ", 1);
	}
	n = memchr(s->value, 'E', s->n_value) != NULL ? plain_number(s->value, s->n_value, text) : 0;
	if (n > 0) {
		nkx_grid_put(&s->grid, text, n);
		nkx_grid_put(&s->grid, " ", 1);
	}
	nkx_grid_put(&s->grid, s->value, s->n_value);
}

static void shared_end(struct nkx_xlsx_sheet *s)
{
	struct nk_str text;
	size_t i = 0;

	for (size_t k = 0; k < s->n_value; k++) {
		if (s->value[k] < '0' || s->value[k] > '9' || i > 1u << 28) {
			return;
		}
		i = i * 10 + (size_t)(s->value[k] - '0');
	}
	if (s->n_value > 0 && nkx_xlsx_string(s->strings, i, &text)) {
		nkx_grid_put(&s->grid, text.ptr, text.len);
	}
}

static void on_end(void *arg, const char *name)
{
	struct nkx_xlsx_sheet *s = arg;

	if (s->in_value && s->type == 's') {
		shared_end(s);
	} else if (s->in_value && s->type == 'n' && !s->cut) {
		number_end(s);
	}
	if (s->in_aside) {
		nkx_out_aside(s->out, "\n", 1);
	}
	s->in_value = s->in_t = s->in_aside = false;
	if (strcmp(name, "rPh") == 0 && s->in_rph > 0) {
		s->in_rph--;
		nkx_out_ruby(s->out, "\n", 1);
	}
	if (strcmp(name, "sheetData") == 0) {
		nkx_grid_end(&s->grid);
	}
}

static void value_text(struct nkx_xlsx_sheet *s, const char *utf8, size_t len)
{
	if (s->type == 't' || s->cut) {
		nkx_grid_put(&s->grid, utf8, len);
		return;
	}
	if (len > sizeof(s->value) - s->n_value) { /* no number is that long: it is text */
		s->cut = true;
		nkx_grid_put(&s->grid, s->value, s->n_value);
		nkx_grid_put(&s->grid, utf8, len);
		return;
	}
	memcpy(s->value + s->n_value, utf8, len);
	s->n_value += len;
}

static void on_text(void *arg, const char *utf8, size_t len)
{
	struct nkx_xlsx_sheet *s = arg;

	if (s->in_value) {
		value_text(s, utf8, len);
	} else if (s->in_t && s->in_rph > 0) {
		nkx_out_ruby(s->out, utf8, len);
	} else if (s->in_t) {
		nkx_grid_put(&s->grid, utf8, len);
	} else if (s->in_aside) {
		nkx_out_aside(s->out, utf8, len);
	}
}

struct nkx_xml_handlers nkx_xlsx_sheet_handlers(struct nkx_xlsx_sheet *s)
{
	return (struct nkx_xml_handlers){ on_start, on_end, on_text, s };
}
