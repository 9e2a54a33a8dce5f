/*
 * progress.h: one line on standard error that says how far long work is. Only on a terminal, at most ten times a
 * second.
 */
#ifndef NK_PROGRESS_H
#define NK_PROGRESS_H

#include "out.h"

struct nk_progress {
	const struct nk_env *env;
	struct nk_out *out; /* standard error */
	enum nk_lang lang;
	bool on;
	const char *phase; /* the one that is shown */
	int64_t phase_ms; /* when it began */
	int64_t drawn_ms; /* when it was last drawn */
	bool drawn; /* the line is on the screen now */
};

/* nk_progress_init: shows nothing unless `on` and out is a terminal. */
void nk_progress_init(
	struct nk_progress *progress, const struct nk_env *env, struct nk_out *out, enum nk_lang lang, bool on);
/* nk_progress_tell: a nk_progress_fn of flow.h; arg is the struct. */
void nk_progress_tell(void *arg, const char *phase, uint64_t done, uint64_t total);
/* nk_progress_clear: takes the line from the screen; before anything else is written there. */
void nk_progress_clear(struct nk_progress *progress);
/* nk_progress_line: what is shown, without control codes, at most `width` columns. */
struct nk_progress_facts {
	const char *phase; /* translated */
	uint64_t done, total; /* total 0: unknown */
	int64_t ms; /* since the phase began */
	const char *rate_format, *left_format; /* translated: "%s/s", "%s left" */
};
void nk_progress_line(const struct nk_progress_facts *facts, size_t width, char text[static 512]);

#endif
