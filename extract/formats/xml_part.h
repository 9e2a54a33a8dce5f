/*
 * xml_part.h: one XML part of a package through a reader into streams; what is no sound XML is read again as mere
 * markup.
 */
#ifndef NKX_XML_PART_H
#define NKX_XML_PART_H

#include "doc_out.h"
#include "pkg.h"
#include "xml_read.h"

struct nkx_xml_part {
	const struct nkx_pkg *pkg;
	size_t i;
	const char *format;
	enum nks_kind kind;
	/* begin: a reader that writes into `out`; its handlers. NULL text in the handlers: not to be read this way.
	 */
	struct nkx_xml_handlers (*begin)(void *reader, struct nkx_out *out);
	void *reader;
	bool own_streams; /* the reader begins and ends streams itself */
};
/* nkx_xml_part_read: true: it was sound. */
bool nkx_xml_part_read(const struct nkx_xml_part *part);
/* nkx_xml_part_quiet: the same without streams, for parts that others refer to: strings, formats. */
enum nkx_why nkx_xml_part_quiet(const struct nkx_pkg *pkg, size_t i, const struct nkx_xml_handlers *handlers);

#endif
