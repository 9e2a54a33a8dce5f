/*
 * target.c: the list of targets and the wrappers: the one place that calls the slots, with their limits and checks.
 */
#include "base.h"

#include "target.h"

enum {
	PAGE = 1000,
	PAGE_MAX = 100000,
	WINDOW = 64,
	WINDOW_MAX = 1024,
	BATCH = 250,
	BATCH_MAX = 10000,
	TIMEOUT_MS = 30000,
	TIMEOUT_MAX_MS = 3600000,
};

#define ROW(name) extern const struct nk_target nk_target_##name;
#include "targets.inc"
#undef ROW

static const struct nk_target *const types[] = {
#define ROW(name) &nk_target_##name,
#include "targets.inc"
#undef ROW
	NULL,
};

static const char *const step_names[] = {
	[NK_STEP_ADD] = "add",
	[NK_STEP_MODIFY] = "modify",
	[NK_STEP_RENAME] = "rename",
	[NK_STEP_SUSPEND] = "suspend",
	[NK_STEP_RESUME] = "resume",
	[NK_STEP_MEMBER_ADD] = "member_add",
	[NK_STEP_MEMBER_REMOVE] = "member_remove",
	[NK_STEP_DELETE] = "delete",
};
_Static_assert(NK_ARRAY_LEN(step_names) == NK_STEP_KIND_COUNT, "a word for every kind of step");

const char *nk_step_kind_name(enum nk_step_kind k)
{
	nk_assert(k < NK_STEP_KIND_COUNT);
	return step_names[k];
}

const struct nk_target *nk_target_find_type(struct nk_str name)
{
	for (size_t i = 0; types[i] != NULL; i++) {
		if (nk_str_eq(nk_str_c(types[i]->name), name)) {
			return types[i];
		}
	}
	return NULL;
}

const struct nk_target *const *nk_target_types(void)
{
	return types;
}

static void default_u32(uint32_t *value, uint32_t unset)
{
	*value = *value == 0 ? unset : *value;
}

static NK_RESULT check_settings(struct nk_target_settings *s, struct nk_err *err)
{
	default_u32(&s->page, PAGE);
	default_u32(&s->window, WINDOW);
	default_u32(&s->batch, BATCH);
	s->timeout_ms = s->timeout_ms == 0 ? TIMEOUT_MS : s->timeout_ms;
	if (s->page > PAGE_MAX || s->window > WINDOW_MAX || s->batch > BATCH_MAX || s->timeout_ms < 0 ||
		s->timeout_ms > TIMEOUT_MAX_MS) {
		return nk_fail(err, NK_CONFIG,
			"a setting of the target is out of range: page up to %1$d, window up to %2$d, batch up "
			"to %3$d, timeout up to %4$d ms",
			(int)PAGE_MAX, (int)WINDOW_MAX, (int)BATCH_MAX, (int)TIMEOUT_MAX_MS);
	}
	if (s->uri.len == 0 || s->base.len == 0 || s->people_base.len == 0 || s->groups_base.len == 0 ||
		s->units_base.len == 0) {
		return nk_fail(err, NK_CONFIG, "the target has no uri or no base");
	}
	return nk_done();
}

NK_RESULT nk_target_open(const struct nk_env *env, const struct nk_target *type, const struct nk_target_settings *s,
	struct nk_target_link **out, struct nk_err *err)
{
	NK_OWNED(nk_target_close) struct nk_target_link *t = calloc(1, sizeof(*t));
	struct nk_target_settings checked = *s;

	if (t == NULL) {
		return nk_fail_nomem(err);
	}
	t->type = type;
	NK_TRY(check_settings(&checked, err));
	NK_TRY(type->open(env, &checked, &t->handle, err));
	*out = t;
	t = NULL;
	return nk_done();
}

void nk_target_close(struct nk_target_link **t)
{
	if (*t == NULL) {
		return;
	}
	(*t)->type->close(&(*t)->handle);
	free(*t);
	*t = NULL;
}

NK_RESULT nk_target_probe(struct nk_target_link *t, struct nk_target_probe *out, struct nk_err *err)
{
	return t->type->probe(t->handle, out, err);
}

bool nk_target_has(struct nk_target_link *t, struct nk_str name)
{
	return t->type->has(t->handle, name);
}

NK_RESULT nk_target_read(
	struct nk_target_link *t, struct nk_arena *arena, struct nk_snapshot *out, struct nk_err *err)
{
	return t->type->read(t->handle, arena, out, err);
}

NK_RESULT nk_target_apply(struct nk_target_link *t, const struct nk_step *steps, size_t n,
	struct nk_step_result *results, struct nk_arena *arena, struct nk_err *err)
{
	for (size_t i = 0; i < n; i++) {
		nk_assert(steps[i].key.len > 0 && steps[i].kind < NK_STEP_KIND_COUNT);
	}
	return n == 0 ? nk_done() : t->type->apply(t->handle, steps, n, results, arena, err);
}

NK_RESULT nk_target_set_password(
	struct nk_target_link *t, struct nk_str key, struct nk_bytes password, struct nk_err *err)
{
	if (key.len == 0 || password.len == 0) {
		return nk_fail(err, NK_INVALID, "an empty password, or a password for nobody, is never set");
	}
	return t->type->set_password(t->handle, key, password, err);
}

NK_RESULT nk_target_find(struct nk_target_link *t, const struct nk_needle *needles, size_t n, nk_entry_fn *fn,
	void *arg, struct nk_err *err)
{
	return n == 0 ? nk_done() : t->type->find(t->handle, needles, n, fn, arg, err);
}
