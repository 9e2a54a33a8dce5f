/*
 * xml_read.c: see xml_read.h.
 *
 * expat 2.5.0 looks at an unfinished token again with each piece, so that one huge attribute would cost the square of
 * its length: hence the limit of a token. Its hash salt is given, so that it asks the kernel for nothing.
 */
#include "base.h"

#include "xml_read.h"

#include <expat.h>

enum { TOKEN_MAX = 2 * 1024 * 1024, DEPTH_MAX = 10000, PIECE = 256 * 1024 };

struct nkx_xml {
	XML_Parser parser;
	struct nkx_xml_handlers h;
	uint64_t fed;
	unsigned depth;
	enum nkx_why why;
};

static void halt(struct nkx_xml *x, enum nkx_why why)
{
	if (x->why == NKX_WHY_NONE) {
		x->why = why;
	}
	(void)XML_StopParser(x->parser, XML_FALSE);
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attrs)
{
	struct nkx_xml *x = arg;

	if (x->why != NKX_WHY_NONE) {
		return;
	}
	if (++x->depth > DEPTH_MAX) {
		halt(x, NKX_WHY_TOO_DEEP);
		return;
	}
	x->h.start(x->h.arg, nkx_xml_local(name), (const char *const *)(uintptr_t)attrs);
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct nkx_xml *x = arg;

	if (x->why == NKX_WHY_NONE) {
		x->depth--;
		x->h.end(x->h.arg, nkx_xml_local(name));
	}
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int len)
{
	struct nkx_xml *x = arg;

	if (x->why == NKX_WHY_NONE && len > 0) {
		x->h.text(x->h.arg, text, (size_t)len);
	}
}

static void XMLCALL on_doctype(
	void *arg, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid, int has_internal)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)has_internal;
	halt(arg, NKX_WHY_UNSUPPORTED);
}

struct nkx_xml *nkx_xml_new(const struct nkx_xml_handlers *handlers)
{
	struct nkx_xml *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		return NULL;
	}
	x->h = *handlers;
	x->parser = XML_ParserCreate(NULL);
	if (x->parser == NULL) {
		free(x);
		return NULL;
	}
	(void)XML_SetHashSalt(x->parser, (unsigned long)(uintptr_t)x->parser | 1);
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	(void)XML_SetParamEntityParsing(x->parser, XML_PARAM_ENTITY_PARSING_NEVER);
	return x;
}

static bool feed(struct nkx_xml *x, const char *bytes, size_t len, bool last)
{
	XML_Index at = 0;

	if (x->why != NKX_WHY_NONE) {
		return false;
	}
	x->fed += len;
	if (XML_Parse(x->parser, bytes, (int)len, last) != XML_STATUS_OK) {
		halt(x, XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY ? NKX_WHY_MEMORY : NKX_WHY_DAMAGED);
		return false;
	}
	at = XML_GetCurrentByteIndex(x->parser);
	if (at >= 0 && x->fed > (uint64_t)at && x->fed - (uint64_t)at > TOKEN_MAX) {
		halt(x, NKX_WHY_TOO_LARGE);
		return false;
	}
	return true;
}

bool nkx_xml_feed(struct nkx_xml *x, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		const size_t n = len < PIECE ? len : PIECE;

		if (!feed(x, at, n, false)) {
			return false;
		}
		at += n;
		len -= n;
	}
	return x->why == NKX_WHY_NONE;
}

enum nkx_why nkx_xml_end(struct nkx_xml *x)
{
	(void)feed(x, "", 0, true);
	return x->why;
}

void nkx_xml_free(struct nkx_xml **x)
{
	if (*x != NULL) {
		XML_ParserFree((*x)->parser);
		free(*x);
		*x = NULL;
	}
}

const char *nkx_xml_local(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

const char *nkx_xml_attr(const char *const *attrs, const char *name)
{
	for (size_t i = 0; attrs[i] != NULL && attrs[i + 1] != NULL; i += 2) {
		if (attrs[i][0] == name[0] && strcmp(attrs[i], name) == 0) {
			return attrs[i + 1];
		}
		if (strcmp(nkx_xml_local(attrs[i]), name) == 0) {
			return attrs[i + 1];
		}
	}
	return NULL;
}

uint32_t nkx_xml_number(const char *const *attrs, const char *name, uint32_t none, uint32_t max)
{
	const char *text = nkx_xml_attr(attrs, name);
	uint32_t v = 0;

	if (text == NULL || *text < '0' || *text > '9') {
		return none;
	}
	for (; *text >= '0' && *text <= '9'; text++) {
		v = v * 10 + (uint32_t)(*text - '0');
		if (v > max || v > UINT32_MAX / 16) {
			return max;
		}
	}
	return v;
}

bool nkx_xml_is(const char *name, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (names[i][0] == name[0] && strcmp(name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}
