/*
 * law_folder.c: reads the *.law files of a folder and lays them over the law that is compiled in.
 *
 * Files hold nobody's data. A folder that is named and not there is an error: a changed deadline must not be lost without
 * a word.
 */
#include "base.h"

#include "law_folder.h"

enum { MAX_FILES = 64, MAX_FILE = 4 << 20, MAX_ARENA = 80 << 20 };

struct reading {
	const struct nk_env *env;
	const char *folder;
	struct nk_arena *arena;
	struct nk_law_text texts[MAX_FILES];
	size_t n;
};

static NK_RESULT one_file(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct reading *const r = arg;
	NK_OWNED(nk_buf_done) struct nk_buf text = { .ptr = NULL };
	char path[PATH_MAX];

	if (is_dir || !nk_str_ends(name, NK_STR(".law"))) {
		return nk_done();
	}
	if (r->n == MAX_FILES) {
		return nk_fail(err, NK_LIMIT, NK_N("%s holds more than 64 files of law data"), r->folder);
	}
	(void)snprintf(path, sizeof(path), "%s/%.*s", r->folder, NK_FMT(name));
	nk_buf_init(&text, MAX_FILE);
	NK_TRY(nk_env_read_all(r->env, path, MAX_FILE, &text, err));
	NK_TRY(nk_arena_dup(r->arena, nk_buf_str(&text), &r->texts[r->n].text, err));
	NK_TRY(nk_arena_dup(r->arena, name, &r->texts[r->n].name, err));
	r->n++;
	return nk_done();
}

NK_RESULT nk_flow_law(const struct nk_env *env, struct nk_str folder, struct nk_law **out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct reading r = { .env = env };
	struct nk_str path;

	if (folder.len == 0) {
		return nk_law_new(NULL, 0, out, err);
	}
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, MAX_ARENA, &arena, err));
	NK_TRY(nk_arena_dup(arena, folder, &path, err));
	r.folder = path.ptr;
	r.arena = arena;
	NK_TRY(env->list(env->self, r.folder, one_file, &r, err));
	return nk_law_new(r.texts, r.n, out, err);
}
