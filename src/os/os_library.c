/*
 * os_library.c: libraries that few commands need, loaded when one does.
 *
 * Invariant: only what libraries.rows lists is ever loaded, by its file name alone, by the system's own search; it stays
 * until the process ends, because such libraries do not bear being unloaded.
 */
#include "base.h"

#include "os.h"

#include <dlfcn.h>

static const struct library {
	const char *word;
	const char *file;
} libraries[] = {
#define ROW(word, file) { #word, file },
#include "libraries.inc"
#undef ROW
};

const char *nk_os_library_file(size_t i)
{
	return i < NK_ARRAY_LEN(libraries) ? libraries[i].file : NULL;
}

static const char *file_of(const char *word)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(libraries); i++) {
		if (strcmp(libraries[i].word, word) == 0) {
			return libraries[i].file;
		}
	}
	nk_assert(false); /* a word of the code, with no row */
	return "";
}

NK_RESULT nk_os_library(const char *word, const char *const *names, size_t n, void *out, struct nk_err *err)
{
	const char *const file = file_of(word);
	void *const handle = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (handle == NULL) {
		return nk_fail(err, NK_UNAVAILABLE, "the library %1$s cannot be loaded; install it: %2$s", file, dlerror());
	}
	for (size_t i = 0; i < n; i++) {
		void *const found = dlsym(handle, names[i]);

		if (found == NULL) {
			return nk_fail(err, NK_UNAVAILABLE, "the library %1$s is of another version: it has no %2$s", file, names[i]);
		}
		memcpy((uint8_t *)out + i * sizeof(found), &found, sizeof(found));
	}
	return nk_done();
}
