/*
 * odf_doc.c: see odf_doc.h.
 */
#include "base.h"

#include "odf_doc.h"
#include "xml_doc.h"

void nkx_odf_doc_start(struct nkx_odf_doc *d, struct nkx_out *out)
{
	memset(d, 0, sizeof(*d));
	d->out = out;
	d->aside_last = '\n';
}

static bool is_aside(const struct nkx_odf_doc *d)
{
	return d->notes > 0 || (d->spreadsheet && !d->in_sheet);
}

static void cell_put(struct nkx_odf_doc *d, const char *utf8, size_t len)
{
	if (!d->cell_any) {
		nkx_grid_to(&d->grid, d->row, d->column);
		d->cell_any = true;
	}
	if (len <= sizeof(d->seen) - d->n_seen) {
		memcpy(d->seen + d->n_seen, utf8, len);
		d->n_seen += len;
	}
	nkx_grid_put(&d->grid, utf8, len);
}

static void put(struct nkx_odf_doc *d, const char *utf8, size_t len)
{
	if (len == 0) {
		return;
	}
	if (d->ruby > 0) {
		nkx_out_ruby(d->out, utf8, len);
	} else if (is_aside(d)) {
		nkx_out_aside(d->out, utf8, len);
		d->aside_last = utf8[len - 1];
	} else if (d->in_sheet) {
		cell_put(d, utf8, len);
	} else {
		nkx_out_put(d->out, utf8, len);
	}
}

static void line(struct nkx_odf_doc *d)
{
	if (d->ruby > 0) {
		return;
	}
	if (is_aside(d)) {
		if (d->aside_last != '\n') {
			put(d, "\n", 1);
		}
	} else if (d->in_sheet) {
		if (d->cell_any) {
			nkx_grid_put(&d->grid, "\n", 1);
		}
	} else {
		nkx_out_line(d->out);
	}
}

static void sheet_start(struct nkx_odf_doc *d)
{
	char name[96];

	if (d->w == NULL) {
		d->in_sheet = true;
	} else {
		nkx_out_flush(d->out);
		if (d->stream_open) {
			nkx_stream_end(d->w, NKX_SCANNED, NKX_WHY_NONE);
		}
		(void)snprintf(name, sizeof(name), "%.64s#sheet-%u", d->name, ++d->sheets);
		d->stream_open = nkx_stream_begin(d->w, name, d->format, NKS_KIND_TABLE);
		d->in_sheet = d->stream_open;
	}
	d->row = d->column = 0;
	d->rows = d->columns = 1;
	nkx_grid_start(&d->grid, d->out);
}

static void sheet_end(struct nkx_odf_doc *d)
{
	nkx_grid_end(&d->grid);
	if (d->w != NULL) {
		nkx_out_flush(d->out);
		nkx_stream_end(d->w, NKX_SCANNED, NKX_WHY_NONE);
		d->stream_open = false;
	}
	d->in_sheet = false;
}

static void cell_value(struct nkx_odf_doc *d, const char *const *attrs)
{
	static const char *const names[] = { "date-value", "string-value", "value" };

	d->n_value = 0;
	for (size_t i = 0; i < NK_ARRAY_LEN(names) && d->n_value == 0; i++) {
		const char *value = nkx_xml_attr(attrs, names[i]);
		const size_t n = value != NULL ? strlen(value) : 0;

		if (n > 0 && n <= sizeof(d->value)) {
			memcpy(d->value, value, n);
			d->n_value = n;
		} else if (n > 0) {
			nkx_out_aside(d->out, value, n);
			nkx_out_aside(d->out, "\n", 1);
		}
	}
}

/* What the cell shows is not always what it holds: 昭和60年4月1日 is 1985-04-01. */
static void cell_end(struct nkx_odf_doc *d)
{
	const bool shown = d->n_value <= d->n_seen && memmem(d->seen, d->n_seen, d->value, d->n_value) != NULL;

	if (d->n_value > 0 && !shown) {
		if (d->cell_any) {
			nkx_grid_put(&d->grid, " ", 1);
		}
		cell_put(d, d->value, d->n_value);
	}
	d->n_value = 0;
	d->column = d->columns > 16384 ? 16384 : d->column + d->columns;
	d->columns = 1;
}

static void sheet_element(struct nkx_odf_doc *d, const char *name, const char *const *attrs)
{
	if (strcmp(name, "table-row") == 0) {
		d->column = 0;
		d->rows = nkx_xml_number(attrs, "number-rows-repeated", 1, 1048576);
	} else {
		d->columns = nkx_xml_number(attrs, "number-columns-repeated", 1, 16384);
		d->cell_any = false;
		d->n_seen = 0;
		cell_value(d, attrs);
	}
}

static bool is_cell(const char *name)
{
	return strcmp(name, "table-cell") == 0 || strcmp(name, "covered-table-cell") == 0;
}

static bool is_note(const char *name)
{
	static const char *const names[] = { "note", "annotation", "text-box", "tracked-changes", "event-listeners",
		NULL };

	return nkx_xml_is(name, names);
}

/* A drawing's text box is a text of its own where it does not stand in the middle of a paragraph. */
static bool tears(const struct nkx_odf_doc *d, const char *name)
{
	return is_note(name) && (d->para > 0 || d->in_sheet || d->notes > 0);
}

static void table_start(struct nkx_odf_doc *d, const char *name, const char *const *attrs)
{
	if (d->in_sheet || d->spreadsheet) {
		if (strcmp(name, "table") == 0 && !d->in_sheet && d->notes == 0) {
			sheet_start(d);
		} else if (d->in_sheet && strcmp(name, "table") != 0) {
			sheet_element(d, name, attrs);
		}
	} else if (is_aside(d)) {
		line(d);
	} else if (strcmp(name, "table") == 0) {
		nkx_out_table(d->out, true);
	} else if (strcmp(name, "table-row") == 0) {
		nkx_out_row(d->out);
	} else {
		nkx_out_cell(d->out, nkx_xml_number(attrs, "number-columns-repeated", 1, 64));
	}
}

static void table_end(struct nkx_odf_doc *d, const char *name)
{
	if (d->in_sheet) {
		if (is_cell(name)) {
			cell_end(d);
		} else if (strcmp(name, "table-row") == 0) {
			d->row = d->rows > 1048576 - (d->row & 0xfffff) ? d->row : d->row + d->rows;
			d->rows = 1;
		} else if (strcmp(name, "table") == 0) {
			sheet_end(d);
		}
	} else if (!is_aside(d) && strcmp(name, "table") == 0) {
		nkx_out_table(d->out, false);
	}
}

static bool is_table(const char *name)
{
	return strcmp(name, "table") == 0 || strcmp(name, "table-row") == 0 || is_cell(name);
}

static bool is_para(const char *name)
{
	return strcmp(name, "p") == 0 || strcmp(name, "h") == 0;
}

static void small_things(struct nkx_odf_doc *d, const char *name, const char *const *attrs)
{
	if (strcmp(name, "s") == 0) {
		for (uint32_t n = nkx_xml_number(attrs, "c", 1, 8); n > 0; n--) {
			put(d, " ", 1);
		}
	} else if (strcmp(name, "tab") == 0) {
		put(d, "\t", 1);
	} else if (strcmp(name, "line-break") == 0) {
		put(d, "\n", 1);
	} else if (strcmp(name, "ruby-text") == 0) {
		d->ruby++;
	} else if (strcmp(name, "spreadsheet") == 0) {
		d->spreadsheet = true;
	}
}

static void on_start(void *arg, const char *name, const char *const *attrs)
{
	struct nkx_odf_doc *d = arg;

	d->line_after = false;
	if (attrs[0] != NULL && !is_cell(name)) {
		nkx_xml_attrs_aside(d->out, attrs);
	}
	if (tears(d, name)) {
		d->notes++;
		line(d);
	} else if (is_para(name)) {
		line(d);
		d->para++;
	} else if (is_table(name) && d->notes == 0) {
		table_start(d, name, attrs);
	} else {
		small_things(d, name, attrs);
	}
}

static void on_end(void *arg, const char *name)
{
	struct nkx_odf_doc *d = arg;

	if (d->line_after || (is_para(name) && !d->in_sheet) || (is_para(name) && d->notes > 0)) {
		line(d);
	}
	d->line_after = false;
	if (is_para(name)) {
		d->para -= d->para > 0 ? 1 : 0;
	} else if (is_note(name)) {
		line(d);
		d->notes -= d->notes > 0 ? 1 : 0;
	} else if (strcmp(name, "ruby-text") == 0) {
		d->ruby -= d->ruby > 0 ? 1 : 0;
		nkx_out_ruby(d->out, " ", 1);
	} else if (is_table(name) && d->notes == 0) {
		table_end(d, name);
	} else if (strcmp(name, "spreadsheet") == 0) {
		d->spreadsheet = false;
	}
}

static void on_text(void *arg, const char *utf8, size_t len)
{
	struct nkx_odf_doc *d = arg;

	if (d->para == 0 && !d->line_after) {
		size_t i = 0;

		while (i < len && (utf8[i] == ' ' || utf8[i] == '\n' || utf8[i] == '\t' || utf8[i] == '\r')) {
			i++;
		}
		if (i == len) {
			return;
		}
		line(d);
		d->line_after = true;
	}
	put(d, utf8, len);
}

struct nkx_xml_handlers nkx_odf_doc_handlers(struct nkx_odf_doc *d)
{
	return (struct nkx_xml_handlers){ on_start, on_end, on_text, d };
}
