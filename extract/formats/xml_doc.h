/*
 * xml_doc.h: the text of one XML part of an office document: WordprocessingML, DrawingML, PresentationML, properties,
 * and any other part whose text stands in its elements.
 *
 * Runs of a paragraph are joined; text boxes, field codes and telling attributes (authors, alternative texts, titles)
 * go aside; furigana are apart. One reader, all names without prefixes; see doc_out.h for where things go.
 */
#ifndef NKX_XML_DOC_H
#define NKX_XML_DOC_H

#include "doc_out.h"
#include "xml_read.h"

struct nkx_xml_doc {
	struct nkx_out *out;
	unsigned rt, box, code; /* depths of <rt>, <txbxContent>, field codes */
	unsigned para;
	bool inline_text; /* the element at hand holds text of a run */
	bool measure; /* the element at hand holds a number of no interest */
	bool line_after; /* text of an element that is no run was put */
	char aside_last;
	uint32_t span; /* columns of the cell at hand */
};
void nkx_xml_doc_start(struct nkx_xml_doc *d, struct nkx_out *out);
/* nkx_xml_doc_handlers: for nkx_xml_new. */
struct nkx_xml_handlers nkx_xml_doc_handlers(struct nkx_xml_doc *d);
/* nkx_xml_attrs_aside: attributes that may say something about somebody, a line for the element. */
void nkx_xml_attrs_aside(struct nkx_out *out, const char *const *attrs);

#endif
