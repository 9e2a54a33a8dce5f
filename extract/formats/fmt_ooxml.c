/*
 * fmt_ooxml.c: docx, xlsx, pptx and their variants with macros: every part of the package is read, known ones by
 * their meaning.
 *
 * What a part is, is told by its name; names that nobody knows are opened like any file. Shared strings are read
 * before the sheets that refer to them, and those to which nothing refers, left from deleted cells, are a stream of
 * their own.
 */
#include "base.h"

#include "xlsx.h"
#include "xml_doc.h"
#include "xml_part.h"

extern const struct nkx_format nkx_format_docx, nkx_format_xlsx, nkx_format_pptx;

struct book {
	const struct nkx_pkg *pkg;
	const char *format;
	struct nkx_xlsx_strings strings;
	struct nkx_xlsx_styles styles;
	size_t strings_at, styles_at, workbook_at;
	bool strings_whole;
	struct nkx_xml_doc doc;
	struct nkx_xlsx_sheet sheet;
};

static struct nkx_xml_handlers begin_doc(void *reader, struct nkx_out *out)
{
	struct book *book = reader;

	nkx_xml_doc_start(&book->doc, out);
	return nkx_xml_doc_handlers(&book->doc);
}

static struct nkx_xml_handlers begin_sheet(void *reader, struct nkx_out *out)
{
	struct book *book = reader;

	nkx_xlsx_sheet_start(&book->sheet, out, &book->strings, &book->styles);
	return nkx_xlsx_sheet_handlers(&book->sheet);
}

static void on_workbook(void *arg, const char *name, const char *const *attrs)
{
	struct book *book = arg;

	if (strcmp(name, "workbookPr") == 0) {
		const char *from = nkx_xml_attr(attrs, "date1904");

		book->styles.from_1904 = from != NULL && (from[0] == '1' || from[0] == 't');
	}
}

static void no_end(void *arg, const char *name)
{
	(void)arg;
	(void)name;
}

static void no_text(void *arg, const char *utf8, size_t len)
{
	(void)arg;
	(void)utf8;
	(void)len;
}

/* What cells refer to, before any cell is read. */
static void read_shared(struct book *book)
{
	struct nkx_xml_handlers handlers = { on_workbook, no_end, no_text, book };

	book->strings_at = nkx_pkg_find(book->pkg, "xl/sharedStrings.xml");
	book->styles_at = nkx_pkg_find(book->pkg, "xl/styles.xml");
	book->workbook_at = nkx_pkg_find(book->pkg, "xl/workbook.xml");
	if (book->workbook_at != SIZE_MAX) {
		(void)nkx_xml_part_quiet(book->pkg, book->workbook_at, &handlers);
	}
	if (book->styles_at != SIZE_MAX) {
		handlers = nkx_xlsx_styles_handlers(&book->styles);
		(void)nkx_xml_part_quiet(book->pkg, book->styles_at, &handlers);
	}
	if (book->strings_at != SIZE_MAX) {
		handlers = nkx_xlsx_strings_handlers(&book->strings);
		book->strings_whole = nkx_xml_part_quiet(book->pkg, book->strings_at, &handlers) == NKX_WHY_NONE &&
			!book->strings.full;
	}
}

static void strand_stream(struct book *book, const char *what, const struct nkx_strand *s)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "xl/sharedStrings.xml%s", what);
	if (s->n > 0 && nkx_stream_begin(book->pkg->w, name, book->format, NKS_KIND_TEXT)) {
		(void)nkx_stream_feed(book->pkg->w, s->p, s->n);
		nkx_stream_end(book->pkg->w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

/* After the sheets: which strings did no cell use? */
static void left_over(struct book *book)
{
	struct nk_str text;
	size_t i = 0;

	if (!nkx_xlsx_unused(&book->strings, &i, &text)) {
		return;
	}
	i = 0;
	if (nkx_stream_begin(book->pkg->w, "xl/sharedStrings.xml#unused", book->format, NKS_KIND_TEXT)) {
		while (nkx_xlsx_unused(&book->strings, &i, &text)) {
			(void)nkx_stream_feed(book->pkg->w, text.ptr, text.len);
			(void)nkx_stream_feed(book->pkg->w, "\n", 1);
		}
		nkx_stream_end(book->pkg->w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

static void read_with(struct book *book, size_t i, bool sheet)
{
	const struct nkx_xml_part part = { .pkg = book->pkg,
		.i = i,
		.format = book->format,
		.kind = sheet ? NKS_KIND_TABLE : NKS_KIND_TEXT,
		.begin = sheet ? begin_sheet : begin_doc,
		.reader = book };

	(void)nkx_xml_part_read(&part);
}

static bool is_sheet(const char *name)
{
	return nkx_pkg_has(name, "worksheets/") || nkx_pkg_has(name, "macrosheets/") ||
		nkx_pkg_has(name, "dialogsheets/");
}

/* Values stand in attributes there: read as markup, which keeps them all. */
static bool is_attributes(const char *name)
{
	return nkx_pkg_has(name, "pivotCache/") || nkx_pkg_has(name, "externalLinks/") ||
		nkx_pkg_has(name, "customXml/") || nkx_pkg_has(name, "queryTables/") ||
		nkx_pkg_has(name, "/tables/") || nkx_pkg_ends(name, ".rels") ||
		nkx_pkg_ends(name, "connections.xml") || nkx_pkg_ends(name, "[Content_Types].xml") ||
		nkx_pkg_ends(name, ".vml") || nkx_pkg_ends(name, "styles.xml") ||
		nkx_pkg_ends(name, "xl/workbook.xml") || nkx_pkg_has(name, "theme/");
}

static void read_part(struct book *book, size_t i)
{
	const char *name = book->pkg->parts[i].name;
	const size_t len = strlen(name);
	const bool xml = nkx_pkg_ends(name, ".xml");

	if (len > 0 && name[len - 1] == '/' && book->pkg->parts[i].size == 0) {
		nkx_claimed(book->pkg->w, book->pkg->parts[i].at, 30 + len);
		return;
	}
	if (i == book->strings_at && book->strings_whole) {
		strand_stream(book, "#furigana", &book->strings.furigana);
		return; /* the sheets have them, and left_over has the rest */
	}
	if (!xml || is_attributes(name)) {
		nkx_pkg_nested(book->pkg, i,
			xml || nkx_pkg_ends(name, ".rels") || nkx_pkg_ends(name, ".vml") ? "markup" : NULL);
		return;
	}
	read_with(book, i, is_sheet(name));
}

static enum nkx_why open_as(struct nkx_work *w, const struct nkx_source *s, const char *format)
{
	struct nkx_pkg pkg;
	struct book *book = NULL;
	enum nkx_why why = nkx_pkg_open(w, s, &pkg);

	if (why != NKX_WHY_NONE) {
		return why;
	}
	book = calloc(1, sizeof(*book));
	if (book == NULL) {
		nkx_pkg_done(&pkg);
		return NKX_WHY_MEMORY;
	}
	book->pkg = &pkg;
	book->format = format;
	book->strings_at = book->styles_at = book->workbook_at = SIZE_MAX;
	nkx_xlsx_strings_start(&book->strings, (size_t)nkx_limits(w)->in_memory / 2);
	if (nkx_pkg_find(&pkg, "xl/workbook.xml") != SIZE_MAX) { /* whatever the sniffer thought */
		read_shared(book);
	}
	for (size_t i = 0; i < pkg.n; i++) {
		read_part(book, i);
	}
	if (book->strings_whole) {
		left_over(book);
	}
	nkx_xlsx_strings_done(&book->strings);
	nkx_pkg_done(&pkg);
	explicit_bzero(book, sizeof(*book));
	free(book);
	return NKX_WHY_NONE;
}

static enum nkx_why open_docx(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	(void)name;
	return open_as(w, s, "docx");
}

static enum nkx_why open_xlsx(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	(void)name;
	return open_as(w, s, "xlsx");
}

static enum nkx_why open_pptx(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	(void)name;
	return open_as(w, s, "pptx");
}

static bool is_word(const char *name)
{
	return strncmp(name, "word/", 5) == 0;
}

static bool is_excel(const char *name)
{
	return strncmp(name, "xl/", 3) == 0;
}

static bool is_powerpoint(const char *name)
{
	return strncmp(name, "ppt/", 4) == 0;
}

static bool is_package(const char *name)
{
	return strcmp(name, "[Content_Types].xml") == 0 || strcmp(name, "_rels/.rels") == 0;
}

static int sniff_for(const uint8_t *head, size_t len, bool (*want)(const char *name), int none)
{
	if (len < 30 || memcmp(head, "PK\3\4", 4) != 0) {
		return 0;
	}
	if (nkx_pkg_first(head, len, want)) {
		return nkx_pkg_first(head, len, is_package) ? 90 : 85;
	}
	return nkx_pkg_first(head, len, is_package) ? none : 0;
}

static int sniff_docx(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return sniff_for(head, len, is_word, 82);
}

static int sniff_xlsx(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	/* Of a package that begins with other parts the name may decide; it is a package in any case. */
	return sniff_for(head, len, is_excel, name != NULL && nkx_pkg_has(name, ".xls") ? 83 : 0);
}

static int sniff_pptx(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	return sniff_for(head, len, is_powerpoint, name != NULL && nkx_pkg_has(name, ".ppt") ? 83 : 0);
}

const struct nkx_format nkx_format_docx = { "docx", sniff_docx, open_docx, true };
const struct nkx_format nkx_format_xlsx = { "xlsx", sniff_xlsx, open_xlsx, true };
const struct nkx_format nkx_format_pptx = { "pptx", sniff_pptx, open_pptx, true };
