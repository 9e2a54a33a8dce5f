/*
 * mapping_fuzz.c: bytes → a mapping of a list's columns; what is read lives in the arena and is within its limits.
 */
#include "base.h"

#include "csv_mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nk_arena *arena = NULL;
	struct nk_csv_mapping m;
	struct nk_err err = { 0 };

	if (!nk_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 24, &arena, &err))) {
		return 0;
	}
	if (nk_ok(nk_csv_mapping_read(nk_bytes_of(data, size), arena, &m, &err))) {
		nk_assert(m.key.len > 0 && m.n_mapped > 0 && m.n_mapped <= CSV_MAPPED_MAX && m.key_digits <= 32);
	}
	nk_arena_free(&arena);
	return 0;
}
