/*
 * base.h: the words of the house. The one header that every file includes, and includes first.
 *
 * It brings the system headers that everybody may use, the result and error
 * type, slices, buffers, arenas, numbers, times and struct nk_env, and then
 * bans the calls of banned.h. Base allocates memory and does nothing else:
 * no files, no clock, no randomness (those come in through struct nk_env).
 */
#ifndef NK_BASE_H
#define NK_BASE_H

#include <alloca.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The cleanup attribute: NK_OWNED(nk_x_free) struct nk_x *x = NULL; every way out frees it. */
#define NK_OWNED(fn) __attribute__((cleanup(fn)))
#define NK_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define NK_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#include "assert_nk.h"
#include "err.h"
#include "str.h"
#include "num.h"
#include "buf.h"
#include "arena.h"
#include "vec.h"
#include "map.h"
#include "when.h"
#include "uuid.h"
#include "text.h"
#include "env.h"

#include "banned.h"

#endif
