/*
 * assert_nk.c: the end of a process that found its own bug. Prints the place, never a value.
 */
#include "base.h"

_Noreturn void nk_assert_failed(const char *file, int line, const char *what)
{
	(void)fprintf(stderr, "nokosazu: bug at %s:%d: %s\n", file, line, what);
	abort();
}
