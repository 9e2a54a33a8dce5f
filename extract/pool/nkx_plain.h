/*
 * nkx_plain.h: see plain.c.
 */
#ifndef NKX_PLAIN_H
#define NKX_PLAIN_H

#include "nkx_work.h"

/* nkx_plain_open: all bytes of the source into the level's own stream, or its part, or a proposal how to cut it. */
enum nkx_why nkx_plain_open(struct nkx_work *w, const struct nkx_source *s, const char *format, enum nks_kind kind);

#endif
