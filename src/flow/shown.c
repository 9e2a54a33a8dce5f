/*
 * shown.c: findings of reading and of the guards as rows for people, in both languages.
 */
#include "base.h"
#include "flow_int.h"

static NK_RESULT push(struct nk_vec *out, struct nk_shown_finding **f, struct nk_err *err)
{
	void *at = NULL;

	NK_TRY(nk_vec_push(out, &at, err));
	*f = at;
	return nk_done();
}

NK_RESULT nk_shown_intake(
	const struct nk_finding *f, size_t n, struct nk_arena *arena, struct nk_vec *out, struct nk_err *err)
{
	static const char *const severity[] = {
		[NK_FINDING_NOTE] = "note", [NK_FINDING_WARNING] = "warning", [NK_FINDING_ERROR] = "error"
	};

	for (size_t i = 0; i < n; i++) {
		struct nk_shown_finding *s = NULL;

		NK_TRY(push(out, &s, err));
		(void)snprintf(s->severity, sizeof(s->severity), "%s", severity[f[i].severity]);
		(void)snprintf(s->rule, sizeof(s->rule), "%s", f[i].rule);
		NK_TRY(nk_arena_dup(arena, f[i].file, &s->file, err));
		NK_TRY(nk_arena_dup(arena, f[i].column, &s->column, err));
		s->line = f[i].line;
		s->times = f[i].times;
		for (unsigned l = 0; l < NK_LANG_COUNT; l++) {
			(void)snprintf(s->text[l], sizeof(s->text[l]), "%s", nk_tr((enum nk_lang)l, f[i].what));
			if (f[i].todo != NULL) {
				(void)snprintf(s->todo[l], sizeof(s->todo[l]), "%s", nk_tr((enum nk_lang)l, f[i].todo));
			}
		}
	}
	return nk_done();
}

void nk_shown_label(struct nk_vec *shown, struct nk_str label)
{
	for (size_t i = 0; i < shown->len; i++) {
		struct nk_shown_finding *const s = nk_vec_at(shown, i);

		s->file = s->file.len == 0 && s->line > 0 ? label : s->file;
	}
}

/* What is stopped nobody can approve, whatever the rule says of its milder case. */
static const char *todo_of(const struct nk_guard_finding *f)
{
	const char *const todo = nk_guard_todo(f->rule);

	return f->verdict == NK_VERDICT_STOPPED && strstr(todo, "approves") != NULL
		? NK_N("this cannot be approved: look at what is listed, mend it where it comes from, and try again")
		: todo;
}

NK_RESULT nk_shown_guard(const struct nk_guard_finding *f, size_t n, struct nk_vec *out, struct nk_err *err)
{
	static const char *const severity[] = {
		[NK_VERDICT_FREE] = "note", [NK_VERDICT_APPROVAL] = "approve", [NK_VERDICT_STOPPED] = "stop"
	};

	for (size_t i = 0; i < n; i++) {
		struct nk_shown_finding *s = NULL;
		struct nk_err text;

		NK_TRY(push(out, &s, err));
		(void)snprintf(s->severity, sizeof(s->severity), "%s", severity[f[i].verdict]);
		(void)snprintf(s->rule, sizeof(s->rule), "%s", f[i].rule);
		s->times = 1;
		s->of_guard = true;
		s->cell = f[i].cell;
		s->figure = f[i].figure;
		s->now = f[i].counted ? f[i].now : f[i].figure;
		s->last = f[i].last;
		s->limit = f[i].limit;
		nk_guard_text(&f[i], &text);
		for (unsigned l = 0; l < NK_LANG_COUNT; l++) {
			memcpy(s->text[l], text.text[l], sizeof(s->text[l]) - 1);
			s->text[l][sizeof(s->text[l]) - 1] = '\0';
			(void)snprintf(
				s->todo[l], sizeof(s->todo[l]), "%s", nk_tr((enum nk_lang)l, todo_of(&f[i])));
		}
	}
	return nk_done();
}

/* The msgid of a guard's finding always takes cell, figure and limit, in this order; the last figure may follow. */
void nk_guard_text(const struct nk_guard_finding *f, struct nk_err *out)
{
	for (unsigned l = 0; l < NK_LANG_COUNT; l++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(out->text[l], sizeof(out->text[l]), nk_tr((enum nk_lang)l, f->what),
			nk_short(f->cell).text, f->figure, f->limit, f->last, f->now);
#pragma GCC diagnostic pop
	}
}

NK_RESULT nk_shown_end(struct nk_vec *vec, struct nk_arena *arena, const struct nk_shown_finding **out, size_t *out_n,
	struct nk_err *err)
{
	struct nk_shown_finding *const list = nk_vec_keep(vec, arena);

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	*out = list;
	*out_n = vec->len;
	return nk_done();
}
