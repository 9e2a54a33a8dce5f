/*
 * nkx_plain.h: see plain.c.
 */
#ifndef NKX_PLAIN_H
#define NKX_PLAIN_H

#include "nkx_work.h"

/* nkx_plain_open: all bytes of the source into the level's own stream, or its part, or a proposal how to cut it. OPAQUE
 * when they look like chance (opaque.h), but not where nothing is opened at all (raw). */
enum nkx_why nkx_plain_open(struct nkx_work *w, const struct nkx_source *s, const char *format, enum nks_kind kind);
/* nkx_binary_closed: why bytes that begin so are not understood: a form that is known to hide what is in it; NONE: none is. */
enum nkx_why nkx_binary_closed(const uint8_t *head, size_t len);

#endif
