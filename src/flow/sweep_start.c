/*
 * sweep_start.c: the cheap sweep of every start: names only, in temporary and crash folders: work files and memory images
 * of this program that should not be there. What is in them the nightly sweep says.
 */
#include "base.h"
#include "sweep_int.h"

struct strays {
	const char *dir;
	uint64_t n;
};

/* This program makes no named work files and forbids memory images: one of either is somebody's mistake, or an attack. */
static bool is_ours(struct nk_str name)
{
	const bool core = nk_str_find(name, NK_STR("nokosazu")) != SIZE_MAX &&
		(nk_str_find(name, NK_STR("core")) != SIZE_MAX || nk_str_ends(name, NK_STR(".crash")));

	return core || (nk_str_starts(name, NK_STR("nokosazu-copy")) || nk_str_starts(name, NK_STR("nokosazu-index")));
}

static NK_RESULT look(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct strays *const s = arg;
	char path[PATH_MAX];
	bool mine = false;

	(void)err;
	if (is_dir || !is_ours(name)) {
		return nk_done();
	}
	(void)snprintf(path, sizeof(path), "%s/%.*s", s->dir, NK_FMT(name));
	s->n += nk_os_kind_of(path, &mine) == NK_OS_FILE && mine ? 1 : 0;
	return nk_done();
}

uint64_t nk_sweep_start(const struct nk_flow *flow)
{
	static const char *const temp[] = { "/tmp", "/var/tmp" };
	static const char *const crash[] = { "/var/crash", "/var/lib/systemd/coredump" };
	const struct {
		const struct nk_config_words *given;
		const char *const *presets;
	} classes[] = { { &flow->config->sweep_temp, temp }, { &flow->config->sweep_crash, crash } };
	const struct nk_env *const env = flow->env;
	uint64_t n = 0;

	for (size_t c = 0; c < NK_ARRAY_LEN(classes); c++) {
		const struct nk_config_words *const w = classes[c].given;

		for (size_t i = 0; i < (w->n > 0 ? w->n : 2); i++) {
			struct strays s = { .dir = w->n > 0 ? w->word[i].ptr : classes[c].presets[i] };
			struct nk_err not_there;
			const nk_rc rc = env->list(env->self, s.dir, look, &s, &not_there);

			n += nk_ok(rc) ? s.n : 0;
		}
	}
	return n;
}
