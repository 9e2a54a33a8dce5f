/*
 * sealer_file.c: the epoch secret in a file on this machine: works everywhere, and proves nothing beyond E2.
 *
 * Invariant: the file is never made anew or renamed; its two cells (one page each) are overwritten in place and
 * synced. What the file system and the device below keep of old contents is not known: hence the cap.
 */
#include "base.h"

#include "cells.h"

#include "os.h"

enum { CELL_STEP = 4096, FILE_LEN = 2 * CELL_STEP };

struct nk_sealer_handle {
	const struct nk_env *env;
	char dir[PATH_MAX];
	char path[PATH_MAX];
	char organisation[64];
};

/* The open file and what stands in it, for the time of one call. */
struct epoch_file {
	const struct nk_env *env;
	const char *path;
	int file;
	struct nk_cell cells[2];
};

static void file_done(struct epoch_file *f)
{
	f->env->close(f->env->self, &f->file);
	nk_wipe(f->cells, sizeof(f->cells));
}

static NK_RESULT sealer_open(const struct nk_env *env, const struct nk_sealer_settings *settings,
	struct nk_sealer_handle **out, struct nk_err *err)
{
	struct nk_sealer_handle *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		return nk_fail_nomem(err);
	}
	h->env = env;
	if ((size_t)snprintf(h->dir, sizeof(h->dir), "%s", settings->dir) >= sizeof(h->dir) ||
		(size_t)snprintf(h->path, sizeof(h->path), "%s/epoch", settings->dir) >= sizeof(h->path)) {
		free(h);
		return nk_fail(err, NK_CONFIG, "the path of the epoch file is longer than %d bytes", (int)PATH_MAX);
	}
	(void)snprintf(h->organisation, sizeof(h->organisation), "%.*s", NK_FMT(settings->organisation));
	if (!nk_utf8_valid(nk_bytes_of(h->organisation, strlen(h->organisation)), NULL)) {
		h->organisation[0] = '\0'; /* cut inside a character */
	}
	*out = h;
	return nk_done();
}

static void sealer_close(struct nk_sealer_handle **handle)
{
	free(*handle);
	*handle = NULL;
}

static NK_RESULT file_open(
	const struct nk_sealer_handle *h, enum nk_open_mode mode, struct epoch_file *f, struct nk_err *err)
{
	uint8_t bytes[NK_CELL_LEN];
	nk_rc rc;
	unsigned i;

	rc = h->env->open(h->env->self, h->path, mode, &f->file, err);
	if (rc.code == NK_NOT_FOUND) {
		return nk_fail(err, NK_UNAVAILABLE,
			"the epoch file %s is missing: without it the vault cannot be opened", h->path);
	}
	NK_TRY(rc);
	for (i = 0; i < 2; i++) {
		size_t got = 0;

		memset(bytes, 0, sizeof(bytes));
		NK_TRY(h->env->read(h->env->self, f->file, (uint64_t)i * CELL_STEP, bytes, sizeof(bytes), &got, err));
		(void)nk_cell_get(bytes, &f->cells[i]);
	}
	nk_wipe(bytes, sizeof(bytes));
	return nk_done();
}

static NK_RESULT write_cell(const struct epoch_file *f, unsigned i, struct nk_err *err)
{
	uint8_t bytes[NK_CELL_LEN] = { 0 };
	nk_rc rc;

	if (f->cells[i].state != NK_CELL_EMPTY) {
		nk_cell_put(&f->cells[i], bytes);
	}
	rc = f->env->write(f->env->self, f->file, (uint64_t)i * CELL_STEP, bytes, sizeof(bytes), err);
	nk_wipe(bytes, sizeof(bytes));
	NK_TRY(rc);
	if (!nk_ok(f->env->sync(f->env->self, f->file, err))) {
		nk_env_sync_failed(f->path);
	}
	return nk_done();
}

static NK_RESULT sealer_get(struct nk_sealer_handle *h, uint64_t epoch, struct nk_key *out, struct nk_err *err)
{
	NK_OWNED(file_done) struct epoch_file f = { .env = h->env, .path = h->path, .file = -1 };
	const struct nk_cell *cell = NULL;
	enum nk_code code;

	NK_TRY(file_open(h, NK_OPEN_READ, &f, err));
	code = nk_cells_get(f.cells, epoch, &cell);
	if (code == NK_GONE) {
		return nk_fail(err, NK_GONE,
			"the epoch secret of epoch %1$" PRIu64 " was destroyed (%2$s): this is an old copy of the "
			"vault",
			epoch, h->path);
	}
	if (code != NK_OK) {
		return nk_fail(err, NK_UNAVAILABLE, "the secret of epoch %1$" PRIu64 " is not in the epoch file %2$s",
			epoch, h->path);
	}
	memcpy(out->b, cell->payload, sizeof(out->b));
	return nk_done();
}

/* Both cells have their room from the start. */
static NK_RESULT make_room(const struct nk_sealer_handle *h, struct epoch_file *f, struct nk_err *err)
{
	static const uint8_t zeros[FILE_LEN];
	uint64_t size = 0;

	NK_TRY(h->env->size(h->env->self, f->file, &size, err));
	if (size >= FILE_LEN) {
		return nk_done();
	}
	NK_TRY(h->env->write(h->env->self, f->file, size, zeros, (size_t)(FILE_LEN - size), err));
	return h->env->sync_dir(h->env->self, h->dir, err);
}

static NK_RESULT sealer_put(struct nk_sealer_handle *h, uint64_t epoch,
	const uint8_t rotation[static NK_ROTATION_ID_LEN], const struct nk_key *secret, struct nk_err *err)
{
	NK_OWNED(file_done) struct epoch_file f = { .env = h->env, .path = h->path, .file = -1 };
	struct nk_cell held = { .state = NK_CELL_HELD, .epoch = epoch };
	enum nk_code code;

	NK_TRY(file_open(h, NK_OPEN_CREATE, &f, err));
	NK_TRY(make_room(h, &f, err));
	memcpy(held.rotation, rotation, sizeof(held.rotation));
	memcpy(held.payload, secret->b, sizeof(secret->b));
	code = nk_cells_put(f.cells, &held);
	nk_wipe(&held, sizeof(held));
	if (code != NK_OK) {
		return nk_fail(err, NK_CONFLICT,
			"the epoch file %1$s already holds a secret that epoch %2$" PRIu64 " would overwrite: it "
			"belongs to another vault or another rotation",
			h->path, epoch);
	}
	return write_cell(&f, nk_cells_of(epoch), err);
}

static NK_RESULT sealer_drop(struct nk_sealer_handle *h, uint64_t epoch,
	const uint8_t rotation[static NK_ROTATION_ID_LEN], struct nk_err *err)
{
	NK_OWNED(file_done) struct epoch_file f = { .env = h->env, .path = h->path, .file = -1 };

	NK_TRY(file_open(h, NK_OPEN_CREATE, &f, err));
	NK_TRY(make_room(h, &f, err));
	(void)nk_cells_drop(f.cells, epoch, rotation);
	if (f.cells[nk_cells_of(epoch)].state == NK_CELL_EMPTY) {
		return write_cell(&f, nk_cells_of(epoch), err); /* also over what a cut-off put left */
	}
	return nk_done();
}

static NK_RESULT sealer_destroy(struct nk_sealer_handle *h, uint64_t epoch,
	const uint8_t rotation[static NK_ROTATION_ID_LEN], struct nk_receipt *out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(file_done) struct epoch_file f = { .env = h->env, .path = h->path, .file = -1 };
	char host[256];
	nk_time at;

	NK_TRY(file_open(h, NK_OPEN_WRITE, &f, err));
	at = nk_cells_destroy(f.cells, epoch, rotation, nk_now(h->env));
	NK_TRY(write_cell(&f, nk_cells_of(epoch - 1), err));
	if (f.cells[nk_cells_of(epoch)].state == NK_CELL_EMPTY) {
		/* something older was there, or nothing that can be read */
		NK_TRY(write_cell(&f, nk_cells_of(epoch), err));
	}
	memset(out, 0, sizeof(*out));
	nk_os_host_name(host);
	(void)snprintf(out->holder, sizeof(out->holder), "file");
	(void)snprintf(out->medium, sizeof(out->medium), "file");
	(void)snprintf(out->host, sizeof(out->host), "%.63s", host);
	(void)snprintf(out->organisation, sizeof(out->organisation), "%s", h->organisation);
	out->epoch = epoch - 1;
	out->at = at;
	memcpy(out->rotation, rotation, sizeof(out->rotation));
	*out_n = 1;
	return nk_done();
}

static enum nk_level sealer_cap(const struct nk_receipt *receipts, size_t n, unsigned holders, unsigned threshold)
{
	(void)receipts;
	(void)n;
	(void)holders;
	(void)threshold;
	return NK_LEVEL_E2;
}

extern const struct nk_sealer nk_sealer_file;
const struct nk_sealer nk_sealer_file = {
	.name = "file",
	.open = sealer_open,
	.close = sealer_close,
	.get = sealer_get,
	.put = sealer_put,
	.drop = sealer_drop,
	.destroy = sealer_destroy,
	.cap = sealer_cap,
};
