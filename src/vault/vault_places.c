/*
 * vault_places.c: the vault's file in its two places.
 *
 * Invariant: the same bytes go to the same offset in each place; which order the places are served in is the
 * caller's.
 */
#include "base.h"

#include "vault_int.h"

enum { STEP = 1024 * 1024 };

void nk_places_init(struct nk_places *p, const struct nk_env *env)
{
	memset(p, 0, sizeof(*p));
	p->env = env;
	p->file[0] = -1;
	p->file[1] = -1;
}

void nk_places_done(struct nk_places *p)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		if (p->env != NULL) {
			p->env->close(p->env->self, &p->file[i]);
		}
	}
}

static NK_RESULT name_one(char out[static PATH_MAX], const char *dir, struct nk_err *err)
{
	const int len = snprintf(out, PATH_MAX, "%s/vault", dir);

	if (len < 0 || len >= PATH_MAX) {
		return nk_fail(err, NK_CONFIG, "the path of the vault is longer than %d bytes", (int)PATH_MAX);
	}
	return nk_done();
}

NK_RESULT nk_places_name(struct nk_places *p, const struct nk_vault_options *opt, struct nk_err *err)
{
	if ((opt->copy_dir == NULL) != opt->single_copy) {
		return nk_fail(err, NK_CONFIG,
			"the vault needs a second place (copy_dir), or the explicit choice of a single copy; not "
			"both, not neither");
	}
	NK_TRY(name_one(p->path[0], opt->dir, err));
	p->n = 1;
	if (opt->copy_dir != NULL) {
		if (strcmp(opt->dir, opt->copy_dir) == 0) {
			return nk_fail(err, NK_CONFIG, "the second place of the vault must be another folder than %s",
				opt->dir);
		}
		NK_TRY(name_one(p->path[1], opt->copy_dir, err));
		p->n = 2;
	}
	return nk_done();
}

NK_RESULT nk_places_open(struct nk_places *p, enum nk_open_mode mode, struct nk_err *err)
{
	nk_rc rc[2] = { { NK_OK }, { NK_OK } };
	unsigned i;

	for (i = 0; i < p->n; i++) {
		rc[i] = p->env->open(p->env->self, p->path[i], mode, &p->file[i], err);
	}
	if (nk_ok(rc[0]) && nk_ok(rc[1])) {
		return nk_done();
	}
	if (rc[0].code == NK_NOT_FOUND && (p->n == 1 || rc[1].code == NK_NOT_FOUND)) {
		return nk_fail(err, NK_NOT_FOUND, "there is no vault at %s", p->path[0]);
	}
	i = nk_ok(rc[0]) ? 1 : 0;
	if (p->n == 1 || !nk_ok(rc[1 - i])) {
		return rc[i];
	}
	return nk_fail(err, NK_UNAVAILABLE,
		"one of the two places of the vault cannot be opened: %1$s (%2$s); mount it, or copy %3$s there "
		"when it is lost",
		p->path[i], nk_err_name(rc[i].code), p->path[1 - i]);
}

NK_RESULT nk_places_read(
	const struct nk_places *p, unsigned place, uint64_t at, void *buf, size_t len, struct nk_err *err)
{
	size_t got = 0;

	NK_TRY(p->env->read(p->env->self, p->file[place], at, buf, len, &got, err));
	if (got != len) {
		return nk_fail(err, NK_CORRUPT, "the vault is cut off at byte %1$" PRIu64 " of its file %2$s",
			at + got, p->path[place]);
	}
	return nk_done();
}

NK_RESULT nk_places_write_one(
	const struct nk_places *p, unsigned place, uint64_t at, const void *buf, size_t len, struct nk_err *err)
{
	return p->env->write(p->env->self, p->file[place], at, buf, len, err);
}

NK_RESULT nk_places_write(const struct nk_places *p, uint64_t at, const void *buf, size_t len, struct nk_err *err)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		NK_TRY(nk_places_write_one(p, i, at, buf, len, err));
	}
	return nk_done();
}

void nk_places_sync_one(const struct nk_places *p, unsigned place)
{
	struct nk_err err;

	if (!nk_ok(p->env->sync(p->env->self, p->file[place], &err))) {
		nk_env_sync_failed(p->path[place]);
	}
}

void nk_places_sync(const struct nk_places *p)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		nk_places_sync_one(p, i);
	}
}

static NK_RESULT copy_range(
	const struct nk_places *p, unsigned from, uint64_t at, uint64_t size, uint8_t *step, struct nk_err *err)
{
	while (at < size) {
		const size_t len = size - at < STEP ? (size_t)(size - at) : STEP;

		NK_TRY(nk_places_read(p, from, at, step, len, err));
		NK_TRY(nk_places_write_one(p, 1 - from, at, step, len, err));
		at += len;
	}
	return nk_done();
}

NK_RESULT nk_places_copy(const struct nk_places *p, unsigned from, uint64_t size, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf step = { 0 };
	uint8_t *room = NULL;

	nk_buf_init(&step, STEP);
	NK_TRY(nk_buf_reserve(&step, STEP, &room, err));
	NK_TRY(copy_range(p, from, NKV_TABLE_AT, size, room, err));
	nk_places_sync_one(p, 1 - from);
	NK_TRY(copy_range(p, from, 0, NKV_TABLE_AT, room, err));
	nk_places_sync_one(p, 1 - from);
	return nk_done();
}

NK_RESULT nk_places_trim(const struct nk_places *p, uint64_t size, bool *out_trimmed, struct nk_err *err)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		uint64_t now = 0;

		NK_TRY(p->env->size(p->env->self, p->file[i], &now, err));
		if (now > size) {
			NK_TRY(p->env->truncate(p->env->self, p->file[i], size, err));
			nk_places_sync_one(p, i);
			*out_trimmed = true;
		}
	}
	return nk_done();
}

static NK_RESULT wipe_one(const struct nk_places *p, unsigned place, uint64_t at, struct nk_buf *step,
	bool *out_found, struct nk_err *err)
{
	NK_TRY(nk_places_read(p, place, at, step->ptr, step->len, err));
	if (nk_layout_zero(step->ptr, step->len)) {
		return nk_done();
	}
	*out_found = true;
	memset(step->ptr, 0, step->len);
	return nk_places_write_one(p, place, at, step->ptr, step->len, err);
}

NK_RESULT nk_places_wipe(const struct nk_places *p, uint64_t at, size_t len, bool *out_found, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf step = { 0 };
	uint8_t *room = NULL;
	unsigned i;

	nk_buf_init(&step, len);
	NK_TRY(nk_buf_reserve(&step, len, &room, err));
	step.len = len;
	for (i = 0; i < p->n; i++) {
		NK_TRY(wipe_one(p, i, at, &step, out_found, err));
	}
	return nk_done();
}
