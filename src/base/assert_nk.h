/*
 * assert_nk.h: nk_assert, for our own bugs only.
 *
 * Stays on in release and aborts. Input is never asserted: bad input is an
 * error (err.h). The text names the place, never a value.
 */
#ifndef NK_ASSERT_NK_H
#define NK_ASSERT_NK_H

_Noreturn void nk_assert_failed(const char *file, int line, const char *what);

#define nk_assert(cond) ((cond) ? (void)0 : nk_assert_failed(__FILE__, __LINE__, #cond))

#endif
