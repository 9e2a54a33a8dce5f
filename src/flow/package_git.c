/*
 * package_git.c: the checkout that a package is made from: clean, and what is committed.
 *
 * Invariant: not one byte is taken from the working tree: the commit is fetched into a repository of our own, which computes the
 * digest of every object anew and knows neither the checkout's configuration nor its filters and attributes. That the checkout is
 * clean is a courtesy to who builds. git runs without network and without hooks.
 */
#include "base.h"
#include "package_int.h"

enum { GIT_OUT_MAX = 64 << 20, GIT_WAIT_MS = 120000, ARGS_MAX = 24 };

/* What a program said last: about files of a checkout, nobody's data. */
static struct nk_str last_line(struct nk_str said)
{
	struct nk_str line = NK_STR("");
	struct nk_str rest = nk_str_trim(said);

	while (nk_str_cut(&rest, '\n', &line)) {
	}
	return nk_utf8_valid(nk_str_bytes(line), NULL) ? line : NK_STR("");
}

NK_RESULT nk_package_run(const struct nk_package_job *job, struct nk_buf *out, bool *no_network, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf own = { 0 };
	const struct nk_os_job j = {
		.argv = job->argv, .dir = job->dir, .variables = job->variables, .wait_ms = job->wait_ms, .quiet = out == NULL
	};
	struct nk_os_job_end end = { 0 };

	nk_buf_init(&own, GIT_OUT_MAX);
	NK_TRY(nk_os_job(&j, out != NULL ? out : &own, &end, err));
	if (no_network != NULL) {
		*no_network = *no_network && end.no_network;
	}
	return end.status == 0 ? nk_done()
			       : nk_fail(err, NK_IO, NK_N("%1$s failed, it ended with %2$d: %3$s"), job->what, end.status,
					 nk_short(last_line(nk_buf_str(&own))).text);
}

/* A repository, and the file that stands for the user's configuration. */
struct gitting {
	struct nk_package_source *source;
	const char *dir, *config;
};

static NK_RESULT git(const struct gitting *g, const char *const *words, struct nk_buf *out, struct nk_err *err)
{
	char config[PATH_MAX + 32];
	const char *const variables[] = { "GIT_CONFIG_NOSYSTEM=1", config, "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0",
		"GIT_NO_REPLACE_OBJECTS=1", NULL };
	const char *argv[ARGS_MAX] = { "/usr/bin/git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c",
		"core.hooksPath=/dev/null", "-C", g->dir };
	const struct nk_package_job job = {
		.argv = argv, .variables = variables, .wait_ms = GIT_WAIT_MS, .what = "git"
	};
	size_t n = 9;

	(void)snprintf(config, sizeof(config), "GIT_CONFIG_GLOBAL=%s", g->config);
	for (size_t i = 0; words[i] != NULL && n < ARGS_MAX - 1; i++) {
		argv[n++] = words[i];
	}
	nk_buf_reset(out);
	return nk_package_run(&job, out, &g->source->no_network, err);
}

/* The first path that is not as committed; files that git does not know are looked at by the allow-list. */
static NK_RESULT all_clean(const struct gitting *g, struct nk_buf *out, struct nk_err *err)
{
	static const char *const status[] = { "status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=none",
		NULL };
	static const char *const flags[] = { "ls-files", "-v", "-z", NULL };
	struct nk_str rest;
	struct nk_str row;

	NK_TRY(git(g, status, out, err));
	if (out->len > 3) {
		rest = nk_buf_str(out);
		(void)nk_str_cut(&rest, '\0', &row);
		return nk_fail(err, NK_CONFLICT, NK_N("the checkout is not as committed: %s; commit or restore it first"),
			nk_short(nk_str_sub(row, 3, row.len)).text);
	}
	NK_TRY(git(g, flags, out, err));
	rest = nk_buf_str(out);
	while (nk_str_cut(&rest, '\0', &row)) {
		if (row.len > 2 && row.ptr[0] != 'H') {
			return nk_fail(err, NK_CONFLICT, NK_N("git was told not to look at %s: undo that (update-index) first"),
				nk_short(nk_str_sub(row, 2, row.len)).text);
		}
	}
	return nk_done();
}

static NK_RESULT keep(const struct nk_vec *files, struct nk_arena *arena, const struct nk_str **out, size_t *out_n, struct nk_err *err)
{
	struct nk_str *const kept = nk_vec_keep(files, arena);

	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	*out = kept;
	*out_n = files->len;
	return nk_done();
}

/* "100644 blob <object>\tpath": regular files only; a link leads somewhere that nobody reviewed. */
static NK_RESULT take_files(
	struct nk_package_source *s, struct nk_str rest, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec files = { 0 };
	struct nk_str row;

	nk_vec_init(&files, sizeof(struct nk_str), NK_DEB_FILES_MAX);
	while (nk_str_cut(&rest, '\0', &row)) {
		const size_t tab = nk_str_chr(row, '\t');
		void *at = NULL;

		if (tab == SIZE_MAX || !nk_str_starts(row, NK_STR("100"))) {
			continue;
		}
		NK_TRY(nk_vec_push(&files, &at, err));
		NK_TRY(nk_arena_dup(arena, nk_str_sub(row, tab + 1, row.len), at, err));
	}
	return keep(&files, arena, &s->files, &s->n, err);
}

static NK_RESULT take_others(
	struct nk_package_source *s, struct nk_str rest, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec files = { 0 };
	struct nk_str row;

	nk_vec_init(&files, sizeof(struct nk_str), NK_DEB_FILES_MAX);
	while (nk_str_cut(&rest, '\0', &row)) {
		void *at = NULL;

		if (row.len > 0) {
			NK_TRY(nk_vec_push(&files, &at, err));
			NK_TRY(nk_arena_dup(arena, row, at, err));
		}
	}
	return keep(&files, arena, &s->others, &s->n_others, err);
}

/* What the checkout's own repository says of itself is not believed: its commit, with every object's digest computed again. */
static NK_RESULT fetch(const struct gitting *g, struct nk_arena *arena, struct nk_buf *text, struct nk_err *err)
{
	static const char off[] = "* -text -eol -ident -filter -export-ignore -export-subst -working-tree-encoding\n";
	static const char *const init[] = { "init", "--quiet", "--bare", ".", NULL };
	static const char *const show[] = { "show", "-s", "--format=%H %ct", "FETCH_HEAD", NULL };
	const char *const get[] = { "fetch", "--quiet", "--depth", "1", "--no-tags", g->source->dir, "HEAD", NULL };
	struct nk_str rest;
	struct nk_str word;

	NK_TRY(git(g, init, text, err));
	NK_TRY(nk_os_put_below(g->dir, "info/attributes", 0600, nk_str_bytes(nk_str_c(off)), err));
	NK_TRY(git(g, get, text, err));
	NK_TRY(git(g, show, text, err));
	rest = nk_str_trim(nk_buf_str(text));
	if (!nk_str_cut(&rest, ' ', &word) || word.len < 40 || !nk_parse_u64(rest, 0, UINT32_MAX, &g->source->epoch)) {
		return nk_fail(err, NK_INVALID, NK_N("this is no git checkout with a commit: %s"), g->source->dir);
	}
	return nk_arena_dup(arena, word, &g->source->revision, err);
}

/* Every file of the commit as it is there, in work/source. */
static NK_RESULT unpack(const struct gitting *g, const char *work, struct nk_arena *arena, struct nk_buf *text, struct nk_err *err)
{
	struct nk_package_source *const s = g->source;
	struct nk_str tar;

	NK_TRY(nk_arena_printf(arena, &tar, err, "%s/source.tar", work));
	NK_TRY(nk_arena_printf(arena, &s->tree, err, "%s/source", work));
	{
		const char *const archive[] = { "archive", "--format=tar", "-o", tar.ptr, s->revision.ptr, NULL };
		const char *const files[] = { "ls-tree", "-r", "-z", "--full-tree", s->revision.ptr, NULL };
		const char *const mkdir[] = { "/usr/bin/mkdir", s->tree.ptr, NULL };
		const char *const extract[] = { "/usr/bin/tar", "-C", s->tree.ptr, "-xf", tar.ptr, NULL };
		const struct nk_package_job jobs[] = { { mkdir, NULL, NULL, GIT_WAIT_MS, "mkdir" },
			{ extract, NULL, NULL, GIT_WAIT_MS, "tar" } };

		NK_TRY(git(g, archive, text, err));
		for (size_t i = 0; i < NK_ARRAY_LEN(jobs); i++) {
			NK_TRY(nk_package_run(&jobs[i], NULL, &s->no_network, err));
		}
		NK_TRY(git(g, files, text, err));
	}
	return take_files(s, nk_buf_str(text), arena, err);
}

NK_RESULT nk_package_source(
	const char *dir, const char *work, struct nk_arena *arena, struct nk_package_source *out, struct nk_err *err)
{
	static const char *const others[] = { "ls-files", "-z", "--others", "--exclude-standard", NULL };
	static const char config_text[] = "[safe]\n\tdirectory = *\n"; /* fetch starts a git that takes no -c of ours */
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct gitting checkout = { .source = out, .dir = dir };
	struct gitting own = { .source = out };
	char real[PATH_MAX];
	struct nk_str config;
	struct nk_str repository;
	struct nk_str whole;

	*out = (struct nk_package_source){ .no_network = true };
	nk_buf_init(&text, GIT_OUT_MAX);
	NK_TRY(nk_os_real_path(dir, real, err));
	NK_TRY(nk_arena_dup(arena, nk_str_c(real), &whole, err));
	out->dir = whole.ptr;
	NK_TRY(nk_os_put_below(work, "git/config", 0600, nk_str_bytes(nk_str_c(config_text)), err));
	NK_TRY(nk_os_put_below(work, "git/own/description", 0600, nk_str_bytes(NK_STR("")), err)); /* makes the folders */
	NK_TRY(nk_arena_printf(arena, &config, err, "%s/git/config", work));
	NK_TRY(nk_arena_printf(arena, &repository, err, "%s/git/own", work));
	checkout.config = config.ptr;
	own.config = config.ptr;
	own.dir = repository.ptr;
	NK_TRY(fetch(&own, arena, &text, err));
	NK_TRY(all_clean(&checkout, &text, err));
	NK_TRY(git(&checkout, others, &text, err));
	NK_TRY(take_others(out, nk_buf_str(&text), arena, err));
	return unpack(&own, work, arena, &text, err);
}

/* --- no installation, no holding where it is built ----------------------------------------------------------------- */

struct looking {
	const char *dir;
};

static NK_RESULT is_store(void *arg, const char *path, struct nk_err *err)
{
	const struct looking *const l = arg;
	const struct nk_str p = nk_str_c(path);

	if (nk_str_eq(p, NK_STR("store/nokosazu.db")) || nk_str_ends(p, NK_STR("/store/nokosazu.db"))) {
		return nk_fail(err, NK_DENIED,
			NK_N("an installation lies in %s: nothing is built where persons are; use a fresh clone"), l->dir);
	}
	return nk_done();
}

bool nk_package_below(const char *inner, const char *outer)
{
	const size_t n = strlen(outer);

	return strncmp(inner, outer, n) == 0 && (inner[n] == '\0' || inner[n] == '/');
}

NK_RESULT nk_package_no_home(const char *dir, const char *home, struct nk_err *err)
{
	struct looking l = { dir };
	char whole_dir[PATH_MAX];
	char whole_home[PATH_MAX];

	if (home != NULL && nk_os_is_folder(home) && realpath(home, whole_home) != NULL && realpath(dir, whole_dir) != NULL &&
		(nk_package_below(whole_home, whole_dir) || nk_package_below(whole_dir, whole_home))) {
		return nk_fail(err, NK_DENIED,
			NK_N("an installation lies in %s: nothing is built where persons are; use a fresh clone"), dir);
	}
	return nk_os_tree_each(dir, is_store, &l, err);
}
