/*
 * backup_fuzz.c: any bytes as the manifest of a part: what is taken prints again to something that is taken as the same,
 * and none of its paths leaves the folder it is put in.
 */
#include "base.h"
#include "backup_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16 };

static void stays_below(struct nk_str path)
{
	nk_assert(path.len > 0 && path.ptr[0] != '/' && path.ptr[0] != '.');
	nk_assert(nk_str_find(path, NK_STR("..")) == SIZE_MAX || nk_str_find(path, NK_STR("/..")) == SIZE_MAX);
	nk_assert(nk_str_find(path, NK_STR("/.")) == SIZE_MAX && memchr(path.ptr, '\0', path.len) == NULL);
}

static void round_trip(const struct nk_backup_manifest *m, struct nk_arena *arena)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_backup_manifest back;
	struct nk_err err;

	nk_buf_init(&text, NK_BACKUP_MANIFEST_MAX);
	if (!nk_ok(nk_backup_manifest_print(m, &text, &err))) {
		return; /* a figure that JSON does not hold */
	}
	nk_assert(nk_ok(nk_backup_manifest_parse(nk_buf_bytes(&text), arena, &back, &err)));
	nk_assert(back.n_files == m->n_files && back.keys == m->keys && back.entries == m->entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_backup_manifest m;
	struct nk_err err;

	if (size > INPUT_MAX || !nk_ok(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &arena, &err))) {
		return 0;
	}
	if (nk_ok(nk_backup_manifest_parse(nk_bytes_of(data, size), arena, &m, &err))) {
		for (size_t i = 0; i < m.n_files; i++) {
			stays_below(m.files[i].path);
		}
		round_trip(&m, arena);
	}
	return 0;
}
