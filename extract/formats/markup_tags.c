/*
 * markup_tags.c: see markup_tags.h.
 */
#include "base.h"

#include "markup_tags.h"

struct row {
	const char *name;
	enum nkx_tag_kind kind;
};

/* The same in all modes. Names of OOXML and ODF beside those of HTML; sorted by use, not by name. */
static const struct row common[] = { { "p", NKX_TAG_BLOCK }, { "br", NKX_TAG_BLOCK }, { "table", NKX_TAG_TABLE },
	{ "tbl", NKX_TAG_TABLE }, { "tr", NKX_TAG_ROW }, { "td", NKX_TAG_CELL }, { "th", NKX_TAG_CELL },
	{ "tc", NKX_TAG_CELL }, { "ruby", NKX_TAG_RUBY }, { "rt", NKX_TAG_RUBY_TEXT }, { "table-row", NKX_TAG_ROW },
	{ "table-cell", NKX_TAG_CELL }, { "tab", NKX_TAG_BLANK }, { "ruby-text", NKX_TAG_RUBY_TEXT },
	{ "h", NKX_TAG_BLOCK } };

static const char *const html_blocks[] = { "address", "article", "aside", "blockquote", "body", "button", "caption",
	"center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer",
	"form", "frame", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "iframe",
	"input", "legend", "li", "main", "menu", "nav", "noscript", "ol", "optgroup", "option", "pre", "section",
	"select", "summary", "tbody", "textarea", "tfoot", "thead", "title", "ul", "meta", "link", "svg", "text",
	"desc" };
static const char *const html_inline[] = { "a", "abbr", "acronym", "area", "audio", "b", "base", "basefont", "bdi",
	"bdo", "big", "canvas", "cite", "code", "col", "colgroup", "data", "datalist", "del", "dfn", "em", "embed",
	"font", "g", "i", "img", "ins", "kbd", "label", "map", "mark", "meter", "nobr", "object", "output", "param",
	"path", "picture", "progress", "q", "rb", "rp", "rtc", "s", "samp", "slot", "small", "source", "span",
	"strike", "strong", "sub", "sup", "template", "time", "track", "tspan", "tt", "u", "use", "var", "video",
	"wbr", "rect", "circle", "line", "defs", "polygon" };
static const char *const html_raw[] = { "script", "style", "xmp" };
static const char *const xml_inline[] = { "b", "i", "u", "em", "strong", "span", "font", "a", "sub", "sup", "rb",
	"rp", "t", "r", "tspan", "s", "small", "big", "code", "tt", "mark", "emphasis", "phrase", "q", "rpr",
	"rubybase", "rubypr", "ruby-base", "rfonts", "lang", "sz", "szcs", "color", "prooferr", "bookmarkstart",
	"bookmarkend", "smarttag", "hyperlink" };
static const char *const office_blocks[] = { "si", "row", "c", "v", "is", "comment", "cr", "sheet", "definedname",
	"deltext", "title", "creator", "lastmodifiedby", "subject", "keywords", "description", "list-item",
	"annotation", "line-break", "s", "rph" };

static bool is_one_of(const char *const *names, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		if (names[i][0] == name[0] && strlen(names[i]) == len && memcmp(names[i], name, len) == 0) {
			return true;
		}
	}
	return false;
}

enum nkx_tag_kind nkx_tag_kind(enum nkx_markup_mode mode, const char *name, size_t len)
{
	const char *colon = memchr(name, ':', len);

	if (colon != NULL) {
		len -= (size_t)(colon + 1 - name);
		name = colon + 1;
	}
	if (len == 0) {
		return mode == NKX_MARKUP_XML ? NKX_TAG_BLOCK : NKX_TAG_INLINE;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(common); i++) {
		if (common[i].name[0] == name[0] && strlen(common[i].name) == len &&
			memcmp(common[i].name, name, len) == 0) {
			return common[i].kind;
		}
	}
	if (mode == NKX_MARKUP_XML) {
		return is_one_of(xml_inline, NK_ARRAY_LEN(xml_inline), name, len) ? NKX_TAG_INLINE : NKX_TAG_BLOCK;
	}
	if (mode == NKX_MARKUP_OFFICE) {
		return is_one_of(office_blocks, NK_ARRAY_LEN(office_blocks), name, len) ? NKX_TAG_BLOCK
											: NKX_TAG_INLINE;
	}
	if (is_one_of(html_raw, NK_ARRAY_LEN(html_raw), name, len)) {
		return NKX_TAG_RAW;
	}
	if (is_one_of(html_blocks, NK_ARRAY_LEN(html_blocks), name, len)) {
		return NKX_TAG_BLOCK;
	}
	return colon != NULL || is_one_of(html_inline, NK_ARRAY_LEN(html_inline), name, len) ? NKX_TAG_INLINE
											     : NKX_TAG_UNKNOWN;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

static bool numeric(const char *text, size_t len, uint32_t *code)
{
	const bool hex = len > 1 && (text[1] == 'x' || text[1] == 'X');
	const uint32_t base = hex ? 16 : 10;
	uint32_t v = 0;

	for (size_t i = hex ? 2 : 1; i < len; i++) {
		const int d = digit(text[i]);

		if (d >= (int)base || v > 0x10ffff) {
			return false;
		}
		v = v * base + (uint32_t)d;
	}
	*code = v;
	return len > (hex ? 2u : 1u) && v != 0 && v <= 0x10ffff;
}

bool nkx_entity(const char *text, size_t len, uint32_t *code)
{
	static const struct {
		const char *name;
		uint32_t code;
	} known[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
		{ "nbsp", 0xa0 }, { "shy", 0xad }, { "ensp", 0x2002 }, { "emsp", 0x2003 }, { "thinsp", 0x2009 },
		{ "zwj", 0x200d }, { "zwnj", 0x200c }, { "ndash", 0x2013 }, { "mdash", 0x2014 }, { "middot", 0xb7 },
		{ "hellip", 0x2026 }, { "yen", 0xa5 }, { "commat", '@' }, { "period", '.' }, { "hyphen", 0x2010 },
		{ "lowbar", '_' }, { "num", '#' }, { "ouml", 0xf6 }, { "ocirc", 0xf4 }, { "omacr", 0x14d },
		{ "umacr", 0x16b }, { "Omacr", 0x14c }, { "NewLine", '\n' } };

	if (len > 0 && text[0] == '#') {
		return numeric(text, len, code);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(known); i++) {
		if (strlen(known[i].name) == len && memcmp(known[i].name, text, len) == 0) {
			*code = known[i].code;
			return true;
		}
	}
	return false;
}
