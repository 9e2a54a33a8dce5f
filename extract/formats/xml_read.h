/*
 * xml_read.h: sound XML through expat: names without their prefixes, no entities but the five, no DOCTYPE at all.
 *
 * Takes nothing on trust: a DOCTYPE, a mistake, or one token of more than some MiB stops it, and the caller reads the
 * part as mere markup instead. Nothing is ever fetched.
 */
#ifndef NKX_XML_READ_H
#define NKX_XML_READ_H

#include "nkx_open.h"

struct nkx_xml_handlers {
	void (*start)(void *arg, const char *name, const char *const *attrs);
	void (*end)(void *arg, const char *name);
	void (*text)(void *arg, const char *utf8, size_t len);
	void *arg;
};
struct nkx_xml;
/* nkx_xml_new: NULL: no memory. nkx_xml_feed: false: it is over, ask nkx_xml_end. nkx_xml_end: the end of the bytes:
 * NONE, DAMAGED (no sound XML), UNSUPPORTED (a DOCTYPE), TOO_LARGE (a token), MEMORY, STOPPED (by nkx_xml_stop). */
struct nkx_xml *nkx_xml_new(const struct nkx_xml_handlers *handlers);
bool nkx_xml_feed(struct nkx_xml *x, const void *bytes, size_t len);
enum nkx_why nkx_xml_end(struct nkx_xml *x);
void nkx_xml_free(struct nkx_xml **x);
/* nkx_xml_attr: by its name without prefix; NULL: none. nkx_xml_number: its value as a number up to `max`, `none`
 * without one. */
const char *nkx_xml_attr(const char *const *attrs, const char *name);
uint32_t nkx_xml_number(const char *const *attrs, const char *name, uint32_t none, uint32_t max);
/* nkx_xml_local: a name without its prefix. nkx_xml_is: is it one of these names, NULL at the end? */
const char *nkx_xml_local(const char *name);
bool nkx_xml_is(const char *name, const char *const *names);

#endif
