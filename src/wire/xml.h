/*
 * xml.h: the markup of a small XML document in memory (XML 1.0), pulled piece by piece. Pure.
 *
 * For parts of office files, which are hostile: no DTD (refused), no external anything, entities only the five and
 * numbers. Well-formedness is not proven: pieces come as they stand, and whoever reads counts depth himself.
 */
#ifndef NK_XML_H
#define NK_XML_H

enum nk_xml_kind { NK_XML_START, NK_XML_END, NK_XML_TEXT };

struct nk_xml {
	struct nk_str in; /* valid UTF-8 */
	size_t at;
	bool close; /* an empty element was given as START: END comes next */
	struct nk_str name; /* of that element */
};

struct nk_xml_piece {
	enum nk_xml_kind kind;
	struct nk_str name; /* START, END: without its prefix */
	struct nk_str rest; /* START: the attributes as they stand; TEXT: the text as it stands */
	bool plain; /* TEXT: from CDATA: nothing in it is escaped */
};

/* nk_xml_next: *out_have is false at the end. NK_INVALID: a tag that does not end, or a DTD. Slices are of `in`. */
NK_RESULT nk_xml_next(struct nk_xml *x, struct nk_xml_piece *out, bool *out_have, struct nk_err *err);
/* nk_xml_attr: the value of an attribute, its name without prefix; unescaped into `out`, which is reset first. False:
 * not there. */
bool nk_xml_attr(const struct nk_xml_piece *start, const char *name, struct nk_buf *out);
/* nk_xml_text: a text unescaped, appended to `out`; an entity that is not known is left out. NK_LIMIT of `out`. */
NK_RESULT nk_xml_text(const struct nk_xml_piece *text, struct nk_buf *out, struct nk_err *err);

#endif
