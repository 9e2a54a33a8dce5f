/*
 * deb_fuzz.c: a package that somebody sent: read, and when it is one, written and read again.
 */
#include "base.h"

#include "deb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf again = { 0 };
	struct nk_deb deb;
	struct nk_deb second;

	nk_buf_init(&again, NK_DEB_MAX);
	if (!nk_ok(nk_arena_new(NK_ARENA_PLAIN, (size_t)1 << 30, &arena, NULL)) ||
		!nk_ok(nk_deb_read(nk_bytes_of(data, size), arena, &deb, NULL))) {
		return 0;
	}
	(void)nk_deb_version_cmp(nk_deb_field(deb.control, "Version"), nk_deb_field(deb.control, "Depends"));
	if (nk_ok(nk_deb_write(&deb, 1, &again, NULL))) {
		nk_assert(nk_ok(nk_deb_read(nk_buf_bytes(&again), arena, &second, NULL)) && second.n == deb.n);
	}
	return 0;
}
