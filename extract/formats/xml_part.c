/*
 * xml_part.c: see xml_part.h.
 */
#include "base.h"

#include "markup.h"
#include "xml_part.h"

struct feeding {
	struct nkx_xml *xml;
	const struct nkx_out *out;
};

static bool feed(void *arg, const void *bytes, size_t len)
{
	const struct feeding *f = arg;

	return nkx_xml_feed(f->xml, bytes, len) && (f->out == NULL || !f->out->stopped);
}

static enum nkx_why parse(
	const struct nkx_pkg *pkg, size_t i, const struct nkx_xml_handlers *handlers, const struct nkx_out *out)
{
	struct feeding f = { nkx_xml_new(handlers), out };
	enum nkx_why why = NKX_WHY_NONE;
	enum nkx_why xml = NKX_WHY_NONE;

	if (f.xml == NULL) {
		return NKX_WHY_MEMORY;
	}
	why = nkx_pkg_read(pkg, i, feed, &f);
	xml = nkx_xml_end(f.xml);
	nkx_xml_free(&f.xml);
	return why != NKX_WHY_NONE ? why : xml;
}

enum nkx_why nkx_xml_part_quiet(const struct nkx_pkg *pkg, size_t i, const struct nkx_xml_handlers *handlers)
{
	return parse(pkg, i, handlers, NULL);
}

static bool collect(void *arg, const void *bytes, size_t len)
{
	return nkx_strand_put(arg, bytes, len);
}

/* What is no sound XML is text between tags all the same. */
static void as_markup(const struct nkx_pkg *pkg, size_t i)
{
	struct nkx_strand all = { .max = (size_t)nkx_limits(pkg->w)->in_memory };
	const enum nkx_why why = nkx_pkg_read(pkg, i, collect, &all);
	const struct nkx_source s = { .mem = (const uint8_t *)all.p, .fd = -1, .size = all.n };
	char name[1100];
	const struct nkx_markup_job job = { name, "markup", NKX_MARKUP_OFFICE,
		why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why };

	(void)snprintf(name, sizeof(name), "%.1024s#as-markup", pkg->parts[i].name);
	if (all.n > 0) {
		(void)nkx_markup_stream(pkg->w, &s, &job);
	}
	nkx_strand_done(&all);
}

bool nkx_xml_part_read(const struct nkx_xml_part *part)
{
	struct nkx_work *w = part->pkg->w;
	const char *name = part->pkg->parts[part->i].name;
	struct nkx_out *out = malloc(sizeof(*out));
	struct nkx_xml_handlers handlers;
	enum nkx_why why = NKX_WHY_MEMORY;
	bool again = false;

	if (out == NULL) {
		nkx_not_scanned(w, name, part->format, NKX_WHY_MEMORY, 0);
		return false;
	}
	nkx_out_start(out, nkx_out_stream(w), false);
	handlers = part->begin(part->reader, out);
	if (part->own_streams || nkx_stream_begin(w, name, part->format, part->kind)) {
		why = parse(part->pkg, part->i, &handlers, out);
		nkx_out_flush(out);
		again = why == NKX_WHY_DAMAGED || why == NKX_WHY_UNSUPPORTED || why == NKX_WHY_TOO_LARGE ||
			why == NKX_WHY_TOO_DEEP || why == NKX_WHY_CUT_OFF;
		nkx_stream_end(w, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
		nkx_out_emit(w, out, name, part->format);
		if (part->own_streams && why != NKX_WHY_NONE) {
			nkx_partly(w, why);
		}
	}
	nkx_out_done(out);
	free(out);
	if (again) {
		as_markup(part->pkg, part->i);
	}
	return why == NKX_WHY_NONE;
}
