/*
 * mapping_store.c: the mapping of each source, a plain file that people can read; and opening a roster.
 *
 * A mapping holds names of columns and words such as 在学, nobody's data.
 */
#include "base.h"
#include "flow_roster.h"

#include "os.h"
#include "pack.h"

enum { MAPPING_MAX = 1 << 20, NAME_MAX_ = 64 };

NK_RESULT nk_roster_open(const struct nk_env *env, const char *path, int *out_fd, uint64_t *out_size, struct nk_err *err)
{
	return nk_os_is_folder(path) ? nk_pack_folder(env, path, out_fd, out_size, err)
				     : nk_os_fd_open_read(path, UINT64_C(1) << 30, out_fd, out_size, err);
}

static bool is_name(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];
		const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';

		if (!plain && (c != '.' || i == 0)) {
			return false;
		}
	}
	return s.len > 0 && s.len <= NAME_MAX_;
}

static bool path_of(const char *home, struct nk_str source, char path[static PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s/mappings/%.*s.map", home, NK_FMT(source)) < PATH_MAX;
}

NK_RESULT nk_mapping_load(const struct nk_env *env, const char *home, struct nk_str source, struct nk_arena *arena,
	struct nk_bytes *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char path[PATH_MAX];
	struct nk_str kept;

	*out = nk_bytes_of(NULL, 0);
	if (!is_name(source) || !path_of(home, source, path) || !nk_os_is_there(path)) {
		return nk_done();
	}
	nk_buf_init(&text, MAPPING_MAX);
	NK_TRY(nk_env_read_all(env, path, MAPPING_MAX, &text, err));
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&text), &kept, err));
	*out = nk_str_bytes(kept);
	return nk_done();
}

NK_RESULT nk_mapping_save(
	const struct nk_env *env, const char *home, struct nk_str source, struct nk_bytes text, struct nk_err *err)
{
	char path[PATH_MAX];

	if (!is_name(source) || snprintf(path, sizeof(path), "%s/mappings", home) >= (int)sizeof(path)) {
		return nk_fail(err, NK_USAGE, NK_N("the name of a source is made of letters, digits, - _ and ."));
	}
	NK_TRY(env->mkdir(env->self, path, err));
	if (!path_of(home, source, path)) {
		return nk_fail(err, NK_USAGE, NK_N("the path of the folder is too long"));
	}
	return nk_env_replace(env, path, text, err);
}
