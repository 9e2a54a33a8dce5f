/*
 * tile.c: tiles and entry bundles as files. Writing is idempotent; nothing here syncs.
 *
 * Invariant: a file of a tile holds what the tree says or is not yet covered by
 * any checkpoint; partial ones go only when the full one is durable.
 */
#include "base.h"

#include "tile.h"

const char *nk_tile_path(const struct nk_tile_dir *dir, struct nk_tile tile, char text[static NK_TILE_PATH_MAX])
{
	char level[16] = "entries";
	char number[40] = "";
	char width[16] = "";
	uint64_t parts[8];
	size_t n = 0;
	size_t at = 0;

	if (tile.level != NK_TILE_ENTRIES) {
		(void)snprintf(level, sizeof(level), "%u", tile.level);
	}
	for (uint64_t i = tile.index; n == 0 || i > 0; i /= 1000) {
		parts[n++] = i % 1000;
	}
	while (n > 0) {
		n--;
		at += (size_t)snprintf(
			number + at, sizeof(number) - at, n > 0 ? "x%03u/" : "%03u", (unsigned)parts[n]);
	}
	if (tile.width < NK_TILE_WIDTH) {
		(void)snprintf(width, sizeof(width), ".p/%u", tile.width);
	}
	(void)snprintf(text, NK_TILE_PATH_MAX, "%.*s/tile/%s/%s%s", NK_TILE_DIR_MAX, dir->path, level, number, width);
	return text;
}

/* Every folder between the ledger's and the file. */
static nk_rc make_folders(const struct nk_tile_dir *dir, const char *path, struct nk_err *err)
{
	char text[NK_TILE_PATH_MAX];
	const size_t len = strlen(path);

	memcpy(text, path, len + 1);
	for (size_t i = strlen(dir->path) + 1; i < len; i++) {
		if (text[i] == '/') {
			text[i] = '\0';
			NK_TRY(dir->env->mkdir(dir->env->self, text, err));
			text[i] = '/';
		}
	}
	return nk_done();
}

static nk_rc open_for_write(const struct nk_tile_dir *dir, const char *path, int *out_file, struct nk_err *err)
{
	const nk_rc rc = dir->env->open(dir->env->self, path, NK_OPEN_CREATE, out_file, err);

	if (rc.code != NK_NOT_FOUND) {
		return rc;
	}
	NK_TRY(make_folders(dir, path, err));
	return dir->env->open(dir->env->self, path, NK_OPEN_CREATE, out_file, err);
}

static nk_rc fill(const struct nk_env *env, int file, struct nk_bytes data, struct nk_err *err)
{
	uint64_t size = 0;

	NK_TRY(env->write(env->self, file, 0, data.ptr, data.len, err));
	NK_TRY(env->size(env->self, file, &size, err));
	return size > data.len ? env->truncate(env->self, file, data.len, err) : nk_done();
}

NK_RESULT nk_tile_write(const struct nk_tile_dir *dir, struct nk_tile tile, struct nk_bytes data, struct nk_err *err)
{
	char path[NK_TILE_PATH_MAX];
	int file = -1;
	nk_rc rc;

	(void)nk_tile_path(dir, tile, path);
	NK_TRY(open_for_write(dir, path, &file, err));
	rc = fill(dir->env, file, data, err);
	dir->env->close(dir->env->self, &file);
	return rc;
}

static nk_rc missing(const struct nk_tile_dir *dir, struct nk_tile tile, struct nk_err *err)
{
	char path[NK_TILE_PATH_MAX];

	return nk_fail(err, NK_CORRUPT, "the ledger's file %s is missing: restore it from a copy of the ledger",
		nk_tile_path(dir, tile, path));
}

NK_RESULT nk_tile_load(const struct nk_tile_dir *dir, struct nk_tile *tile, struct nk_buf *out, struct nk_err *err)
{
	const size_t max =
		tile->level == NK_TILE_ENTRIES ? (size_t)NK_BUNDLE_MAX : NK_TILE_WIDTH * sizeof(struct nk_hash);
	const struct nk_tile full = { tile->level, tile->index, NK_TILE_WIDTH };
	char path[NK_TILE_PATH_MAX];
	nk_rc rc = nk_env_read_all(dir->env, nk_tile_path(dir, *tile, path), max, out, err);

	if (rc.code == NK_NOT_FOUND && tile->width < NK_TILE_WIDTH) {
		rc = nk_env_read_all(dir->env, nk_tile_path(dir, full, path), max, out, err);
		if (nk_ok(rc)) {
			tile->width = NK_TILE_WIDTH;
		}
	}
	if (rc.code == NK_NOT_FOUND) {
		return missing(dir, *tile, err);
	}
	if (rc.code == NK_LIMIT) {
		return nk_fail(err, NK_CORRUPT, "the ledger's file %s is longer than it can be", path);
	}
	return rc;
}

NK_RESULT nk_tile_hashes(const struct nk_tile_dir *dir, struct nk_tile tile, struct nk_hash out[static NK_TILE_WIDTH],
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { 0 };
	struct nk_tile found = tile;
	char path[NK_TILE_PATH_MAX];

	nk_buf_init(&buf, NK_TILE_WIDTH * sizeof(struct nk_hash));
	NK_TRY(nk_tile_load(dir, &found, &buf, err));
	if (buf.len != found.width * sizeof(struct nk_hash)) {
		return nk_fail(err, NK_CORRUPT, "the ledger's file %1$s has %2$zu bytes instead of %3$zu",
			nk_tile_path(dir, found, path), buf.len, found.width * sizeof(struct nk_hash));
	}
	memcpy(out, buf.ptr, tile.width * sizeof(struct nk_hash));
	return nk_done();
}

/* The folder of a tile's partial files: the path of one of them without "/1". */
static const char *partial_folder(
	const struct nk_tile_dir *dir, unsigned level, uint64_t index, char text[static NK_TILE_PATH_MAX])
{
	(void)nk_tile_path(dir, (struct nk_tile){ level, index, 1 }, text);
	text[strlen(text) - 2] = '\0';
	return text;
}

struct each_partial {
	struct nk_tile tile;
	nk_tile_partial_fn *fn;
	void *arg;
};

static nk_rc one_partial(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	const struct each_partial *e = arg;
	struct nk_tile tile = e->tile;
	uint32_t width;

	if (is_dir || !nk_parse_u32(name, 1, NK_TILE_WIDTH - 1, &width) || name.ptr[0] == '0') {
		return nk_done(); /* not one of ours */
	}
	tile.width = width;
	return e->fn(e->arg, tile, err);
}

NK_RESULT nk_tile_each_partial(const struct nk_tile_dir *dir, unsigned level, uint64_t index, nk_tile_partial_fn *fn,
	void *arg, struct nk_err *err)
{
	struct each_partial e = { { level, index, 0 }, fn, arg };
	char folder[NK_TILE_PATH_MAX];
	const nk_rc rc =
		dir->env->list(dir->env->self, partial_folder(dir, level, index, folder), one_partial, &e, err);

	return rc.code == NK_NOT_FOUND ? nk_done() : rc;
}

static nk_rc drop_one(void *arg, struct nk_tile tile, struct nk_err *err)
{
	const struct nk_tile_dir *dir = arg;
	char path[NK_TILE_PATH_MAX];

	return dir->env->unlink(dir->env->self, nk_tile_path(dir, tile, path), err);
}

NK_RESULT nk_tile_drop_partials(const struct nk_tile_dir *dir, unsigned level, uint64_t index, struct nk_err *err)
{
	struct nk_tile_dir at = *dir;
	char folder[NK_TILE_PATH_MAX];
	nk_rc rc;

	NK_TRY(nk_tile_each_partial(dir, level, index, drop_one, &at, err));
	rc = dir->env->unlink(dir->env->self, partial_folder(dir, level, index, folder), NULL);
	(void)rc; /* an empty folder that stays harms nobody */
	return nk_done();
}

void nk_tile_fold(const struct nk_hash *hashes, size_t n, struct nk_hash *out)
{
	struct nk_hash row[NK_TILE_WIDTH / 2];

	if (n == 1) {
		*out = hashes[0];
		return;
	}
	for (size_t i = 0; i < n / 2; i++) {
		nk_merkle_node(&hashes[2 * i], &hashes[2 * i + 1], &row[i]);
	}
	for (n /= 2; n > 1; n /= 2) {
		for (size_t i = 0; i < n / 2; i++) {
			nk_merkle_node(&row[2 * i], &row[2 * i + 1], &row[i]);
		}
	}
	*out = row[0];
}
