/*
 * fmt_odf.c: OpenDocument: odt, ods, odp and the like, as zips and as flat XML.
 */
#include "base.h"

#include "markup.h"
#include "odf_doc.h"
#include "xml_part.h"

extern const struct nkx_format nkx_format_odf;

struct reader {
	struct nkx_odf_doc doc;
	struct nkx_work *w;
	const char *name;
	bool spreadsheet;
};

static struct nkx_xml_handlers begin(void *arg, struct nkx_out *out)
{
	struct reader *r = arg;

	nkx_odf_doc_start(&r->doc, out);
	r->doc.w = r->spreadsheet ? r->w : NULL;
	r->doc.name = r->name;
	r->doc.format = "odf";
	return nkx_odf_doc_handlers(&r->doc);
}

/* Parts in folders of embedded objects too. */
static bool is_text_part(const char *name)
{
	static const char *const names[] = { "content.xml", "styles.xml", "meta.xml" };

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		const size_t n = strlen(names[i]);
		const size_t len = strlen(name);

		if (nkx_pkg_ends(name, names[i]) && (len == n || name[len - n - 1] == '/')) {
			return true;
		}
	}
	return false;
}

struct look {
	bool encrypted, spreadsheet;
};

static void on_manifest(void *arg, const char *name, const char *const *attrs)
{
	struct look *l = arg;
	const char *type = nkx_xml_attr(attrs, "media-type");
	const char *path = nkx_xml_attr(attrs, "full-path");

	l->encrypted = l->encrypted || strcmp(name, "encryption-data") == 0;
	if (type != NULL && path != NULL && strcmp(path, "/") == 0) {
		l->spreadsheet = strstr(type, "spreadsheet") != NULL;
	}
}

static void on_content(void *arg, const char *name, const char *const *attrs)
{
	struct look *l = arg;

	(void)attrs;
	l->spreadsheet = l->spreadsheet || strcmp(name, "spreadsheet") == 0;
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

static struct look look_at(const struct nkx_pkg *pkg)
{
	struct look l = { false, false };
	const struct nkx_xml_handlers manifest = { on_manifest, no_end, no_text, &l };
	const struct nkx_xml_handlers content = { on_content, no_end, no_text, &l };
	const size_t at = nkx_pkg_find(pkg, "META-INF/manifest.xml");
	const size_t text = nkx_pkg_find(pkg, "content.xml");

	if (at != SIZE_MAX) {
		(void)nkx_xml_part_quiet(pkg, at, &manifest);
	}
	if (at == SIZE_MAX && text != SIZE_MAX) {
		(void)nkx_xml_part_quiet(pkg, text, &content);
	}
	return l;
}

static void read_part(const struct nkx_pkg *pkg, size_t i, const struct look *l)
{
	const char *name = pkg->parts[i].name;
	struct reader *r = NULL;
	const bool content = strcmp(name, "content.xml") == 0;
	struct nkx_xml_part part = { .pkg = pkg, .i = i, .format = "odf", .kind = NKS_KIND_TEXT, .begin = begin };

	if (pkg->parts[i].size == 0) {
		return; /* folders */
	}
	if (!is_text_part(name)) {
		nkx_pkg_nested(pkg, i, nkx_pkg_ends(name, ".xml") || nkx_pkg_ends(name, ".rdf") ? "markup" : NULL);
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		nkx_not_scanned(pkg->w, name, "odf", NKX_WHY_MEMORY, 0);
		return;
	}
	r->w = pkg->w;
	r->name = name;
	r->spreadsheet = content && l->spreadsheet;
	part.reader = r;
	part.own_streams = r->spreadsheet;
	(void)nkx_xml_part_read(&part);
	explicit_bzero(r, sizeof(*r));
	free(r);
}

/* Parts that are encrypted say so in the manifest; mimetype, manifest and sometimes meta.xml are not. */
static void read_encrypted(const struct nkx_pkg *pkg, const struct look *l)
{
	for (size_t i = 0; i < pkg->n; i++) {
		const char *name = pkg->parts[i].name;

		if (strcmp(name, "mimetype") == 0 || strcmp(name, "META-INF/manifest.xml") == 0) {
			read_part(pkg, i, l);
		} else if (pkg->parts[i].size > 0) {
			nkx_claimed(pkg->w, pkg->parts[i].at, 30 + strlen(name) + pkg->parts[i].packed + 24);
			nkx_not_scanned(pkg->w, name, "odf", NKX_WHY_ENCRYPTED, pkg->parts[i].size);
		}
	}
}

static enum nkx_why open_zip(struct nkx_work *w, const struct nkx_source *s)
{
	struct nkx_pkg pkg;
	struct look l;
	const enum nkx_why why = nkx_pkg_open(w, s, &pkg);

	if (why != NKX_WHY_NONE) {
		return why;
	}
	l = look_at(&pkg);
	if (l.encrypted) {
		read_encrypted(&pkg, &l);
	} else {
		for (size_t i = 0; i < pkg.n; i++) {
			read_part(&pkg, i, &l);
		}
	}
	nkx_pkg_done(&pkg);
	return l.encrypted ? NKX_WHY_ENCRYPTED : NKX_WHY_NONE;
}

/* One XML file with everything in it. */
static enum nkx_why open_flat(struct nkx_work *w, const struct nkx_source *s)
{
	struct nkx_odf_doc doc;
	struct nkx_xml_handlers handlers;
	struct nkx_out *out = malloc(sizeof(*out));
	struct nkx_xml *xml = NULL;
	enum nkx_why why = NKX_WHY_MEMORY;

	if (out == NULL) {
		return why;
	}
	nkx_out_start(out, nkx_out_stream(w), false);
	nkx_odf_doc_start(&doc, out);
	doc.name = "";
	handlers = nkx_odf_doc_handlers(&doc);
	xml = nkx_xml_new(&handlers);
	if (xml != NULL && nkx_stream_begin(w, "", "odf", NKS_KIND_TEXT)) {
		uint8_t piece[4096];
		uint64_t at = 0;
		size_t n = 0;

		while ((n = nkx_read_some(s, at, piece, sizeof(piece))) > 0 && nkx_xml_feed(xml, piece, n)) {
			at += n;
		}
		why = nkx_xml_end(xml);
		nkx_out_flush(out);
		nkx_stream_end(w, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
		nkx_out_emit(w, out, "", "odf");
		if (why != NKX_WHY_NONE) {
			const struct nkx_markup_job job = { "#as-markup", "markup", NKX_MARKUP_OFFICE, NKX_SCANNED,
				NKX_WHY_NONE };

			(void)nkx_markup_stream(w, s, &job);
		}
		nkx_claimed(w, 0, s->size);
	}
	nkx_xml_free(&xml);
	nkx_out_done(out);
	free(out);
	return why;
}

static bool is_mimetype(const char *name)
{
	return strcmp(name, "mimetype") == 0;
}

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	if (len > 60 && memcmp(head, "PK\3\4", 4) == 0 && nkx_pkg_first(head, len < 200 ? len : 200, is_mimetype) &&
		memmem(head, len < 200 ? len : 200, "application/vnd.oasis.opendocument", 34) != NULL) {
		return 95;
	}
	return len > 60 && head[0] == '<' && memmem(head, len, "office:document", 15) != NULL &&
			memmem(head, len, "urn:oasis:names:tc:opendocument", 31) != NULL
		? 95
		: 0;
}

static enum nkx_why open_odf(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t head[2];

	(void)name;
	return nkx_read(s, 0, head, 2) && head[0] == 'P' ? open_zip(w, s) : open_flat(w, s);
}

const struct nkx_format nkx_format_odf = { "odf", sniff, open_odf, true };
