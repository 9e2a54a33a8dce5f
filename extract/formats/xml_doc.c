/*
 * xml_doc.c: see xml_doc.h.
 */
#include "base.h"

#include "xml_doc.h"

void nkx_xml_doc_start(struct nkx_xml_doc *d, struct nkx_out *out)
{
	memset(d, 0, sizeof(*d));
	d->out = out;
	d->aside_last = '\n';
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Not a measure, a colour or an id: characters above ASCII, an address, words, or a number of somebody's. */
static bool is_telling(const char *value)
{
	size_t digits = 0;

	for (const char *c = value; *c != '\0'; c++) {
		if ((unsigned char)*c >= 0x80 || *c == '@') {
			return true;
		}
		if (*c == ' ' && c > value && letter(c[-1]) && letter(c[1])) {
			return true;
		}
		digits += *c >= '0' && *c <= '9' ? 1 : 0;
	}
	return digits >= 4;
}

/* Attributes that office programs fill with measures, places and ids, by the thousand. */
static bool is_made(const char *name, const char *value)
{
	static const char *const made[] = { "w", "h", "x", "y", "cx", "cy", "l", "t", "r", "b", "left", "right", "top",
		"bottom", "header", "footer", "gutter", "hanging", "firstLine", "before", "after", "line", "pos", "sz",
		"start", "end", "paraId", "textId", "editId", "anchorId", "relativeHeight", "distT", "distB", "distL",
		"distR", "color", "fill", "rgb", "lastClr", "uri", "ref", "sqref", "spans", "ht", "width", "height",
		"linePitch", "uid", "coordsize", "path", "style", "durableId", "topLinePunct", "tentative", "nsid",
		"tmpl", "pitch", "panose", "sig", "usb0", "usb1", "usb2", "usb3", "csb0", "csb1", NULL };

	for (const char *c = value; *c != '\0'; c++) {
		if ((unsigned char)*c >= 0x80 || *c == '@') {
			return false;
		}
	}
	return strlen(value) < 64 && (strncmp(name, "rsid", 4) == 0 || nkx_xml_is(name, made));
}

void nkx_xml_attrs_aside(struct nkx_out *out, const char *const *attrs)
{
	static const char *const kept[] = { "author", "name", "initials", "descr", "title", "displayText", "alt",
		"userId", "displayName", "instr", "defaultValue", "tooltip", "string", "display", "prompt",
		"promptTitle", "target", "location", "creator", "user", "userName", "string-value", "href", "Target",
		"error", "comment", "description", "codeName", "sqlref", "command", NULL };
	static const char *const fonts[] = { "ascii", "eastAsia", "hAnsi", "cs", "Ignorable", "typeface",
		"font-family", "font-family-asian", "font-family-complex", "font-name", "font-name-asian",
		"font-name-complex", "style-name", "schemaLocation", NULL };
	bool any = false;

	for (size_t i = 0; attrs[i] != NULL && attrs[i + 1] != NULL; i += 2) {
		const char *name = nkx_xml_local(attrs[i]);

		if (attrs[i + 1][0] == '\0' || strncmp(attrs[i], "xmlns", 5) == 0 || nkx_xml_is(name, fonts) ||
			(!nkx_xml_is(name, kept) && (!is_telling(attrs[i + 1]) || is_made(name, attrs[i + 1])))) {
			continue;
		}
		if (any) {
			nkx_out_aside(out, "\t", 1);
		}
		any = true;
		nkx_out_aside(out, name, strlen(name));
		nkx_out_aside(out, "=", 1);
		nkx_out_aside(out, attrs[i + 1], strlen(attrs[i + 1]));
	}
	if (any) {
		nkx_out_aside(out, "\n", 1);
	}
}

static bool is_aside(const struct nkx_xml_doc *d)
{
	return d->box > 0 || d->code > 0;
}

static void put(struct nkx_xml_doc *d, const char *utf8, size_t len)
{
	if (len == 0) {
		return;
	}
	if (d->rt > 0) {
		nkx_out_ruby(d->out, utf8, len);
	} else if (is_aside(d)) {
		nkx_out_aside(d->out, utf8, len);
		d->aside_last = utf8[len - 1];
	} else {
		nkx_out_put(d->out, utf8, len);
	}
}

static void line(struct nkx_xml_doc *d)
{
	if (d->rt > 0) {
		return;
	}
	if (!is_aside(d)) {
		nkx_out_line(d->out);
	} else if (d->aside_last != '\n') {
		put(d, "\n", 1);
	}
}

static bool is_run_text(const char *name)
{
	static const char *const names[] = { "t", "delText", NULL };

	return nkx_xml_is(name, names);
}

static bool is_code(const char *name)
{
	static const char *const names[] = { "instrText", "delInstrText", "f", NULL };

	return nkx_xml_is(name, names);
}

static void symbol(struct nkx_xml_doc *d, const char *const *attrs)
{
	const char *hex = nkx_xml_attr(attrs, "char");
	uint32_t v = 0;
	char text[4];

	for (size_t i = 0; hex != NULL && i < 4 && hex[i] != '\0'; i++) {
		const char c = hex[i];

		v = v * 16 + (uint32_t)(c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0');
	}
	if (v >= 0x20 && v < 0xffff) {
		put(d, text, nkx_utf8_put(v, text));
	}
}

static void table_start(struct nkx_xml_doc *d, const char *name, const char *const *attrs)
{
	if (is_aside(d)) {
		line(d);
	} else if (strcmp(name, "tbl") == 0) {
		nkx_out_table(d->out, true);
	} else if (strcmp(name, "tr") == 0) {
		nkx_out_row(d->out);
	} else if (strcmp(name, "tc") == 0) {
		d->span = 1;
		nkx_out_cell(d->out, 1);
	} else if (strcmp(name, "gridSpan") == 0) {
		d->span = nkx_xml_number(attrs, "val", 1, 64);
	}
}

static void table_end(struct nkx_xml_doc *d, const char *name)
{
	if (is_aside(d)) {
		line(d);
	} else if (strcmp(name, "tbl") == 0) {
		nkx_out_table(d->out, false);
	} else if (strcmp(name, "tc") == 0 && d->span > 1) {
		nkx_out_cell(d->out, d->span - 1);
		d->span = 1;
	}
}

static bool is_table(const char *name)
{
	static const char *const names[] = { "tbl", "tr", "tc", "gridSpan", NULL };

	return nkx_xml_is(name, names);
}

/* Elements that say what people typed in an attribute that elsewhere holds measures. */
static void typed_value(struct nkx_xml_doc *d, const char *name, const char *const *attrs)
{
	static const char *const names[] = { "alias", "tag", "docVar", "default", "result", "listEntry", "statusText",
		"helpText", "listItem", "query", "connectString", NULL };
	const char *value = nkx_xml_is(name, names) ? nkx_xml_attr(attrs, "val") : NULL;

	if (value != NULL && !is_telling(value)) {
		nkx_out_aside(d->out, name, strlen(name));
		nkx_out_aside(d->out, "=", 1);
		nkx_out_aside(d->out, value, strlen(value));
		nkx_out_aside(d->out, "\n", 1);
	}
}

/* Small things of a run. */
static bool run_start(struct nkx_xml_doc *d, const char *name, const char *const *attrs)
{
	if (is_run_text(name)) {
		d->inline_text = true;
	} else if (strcmp(name, "tab") == 0 && d->para > 0) {
		put(d, "\t", 1);
	} else if (strcmp(name, "br") == 0 || strcmp(name, "cr") == 0) {
		line(d);
	} else if (strcmp(name, "noBreakHyphen") == 0) {
		put(d, "-", 1);
	} else if (strcmp(name, "sym") == 0) {
		symbol(d, attrs);
	} else {
		return false;
	}
	return true;
}

/* Places of drawings: numbers that nobody typed. */
static bool is_measure(const char *name)
{
	static const char *const names[] = { "rowOff", "colOff", "row", "col", "posOffset", "pctWidth", "pctHeight",
		NULL };

	return nkx_xml_is(name, names);
}

static void on_start(void *arg, const char *name, const char *const *attrs)
{
	struct nkx_xml_doc *d = arg;

	d->inline_text = false;
	d->line_after = false;
	d->measure = is_measure(name);
	if (attrs[0] != NULL) {
		nkx_xml_attrs_aside(d->out, attrs);
		typed_value(d, name, attrs);
	}
	if (strcmp(name, "p") == 0) {
		d->para++;
		line(d);
	} else if (strcmp(name, "rt") == 0) {
		d->rt++;
	} else if (strcmp(name, "rPh") == 0) {
		d->rt++;
	} else if (strcmp(name, "txbxContent") == 0) {
		d->box++;
		line(d);
	} else if (is_code(name)) {
		d->code++;
		d->inline_text = true;
	} else if (is_table(name)) {
		table_start(d, name, attrs);
	} else {
		(void)run_start(d, name, attrs);
	}
}

static void on_end(void *arg, const char *name)
{
	struct nkx_xml_doc *d = arg;

	if (d->line_after || strcmp(name, "p") == 0 || strcmp(name, "si") == 0) {
		line(d);
		d->para -= d->para > 0 && strcmp(name, "p") == 0 ? 1 : 0;
	}
	d->inline_text = false;
	d->line_after = false;
	d->measure = false;
	if (strcmp(name, "rt") == 0 || strcmp(name, "rPh") == 0) {
		d->rt -= d->rt > 0 ? 1 : 0;
		nkx_out_ruby(d->out, " ", 1);
	} else if (strcmp(name, "txbxContent") == 0) {
		line(d);
		d->box -= d->box > 0 ? 1 : 0;
	} else if (is_code(name)) {
		d->code -= d->code > 0 ? 1 : 0;
	} else if (is_table(name)) {
		table_end(d, name);
	}
}

static bool blank(const char *utf8, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (utf8[i] != ' ' && utf8[i] != '\n' && utf8[i] != '\r' && utf8[i] != '\t') {
			return false;
		}
	}
	return true;
}

static void on_text(void *arg, const char *utf8, size_t len)
{
	struct nkx_xml_doc *d = arg;

	if (d->inline_text) {
		put(d, utf8, len);
		return;
	}
	if (d->measure || (!d->line_after && blank(utf8, len))) {
		return;
	}
	if (!d->line_after) {
		line(d);
	}
	d->line_after = true;
	put(d, utf8, len);
}

struct nkx_xml_handlers nkx_xml_doc_handlers(struct nkx_xml_doc *d)
{
	return (struct nkx_xml_handlers){ on_start, on_end, on_text, d };
}
