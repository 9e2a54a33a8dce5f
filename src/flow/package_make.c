/*
 * package_make.c: from a clean checkout to the bytes of a package: compiled without network, stripped, packed.
 *
 * Invariant: the bytes follow from the commit and the tools; times are the commit's, nothing of the machine is in them.
 */
#include "base.h"
#include "package_int.h"

enum { FILE_MAX = 128 << 20, TEXT_MAX = 1 << 20, COMPILE_MS = 3600000, TOOL_MS = 60000 };

struct making {
	const struct nk_package_make *how;
	struct nk_arena *arena;
	struct nk_package_made *out;
	char work[PATH_MAX]; /* "": none */
	struct nk_str build; /* folder with the programs */
};

NK_RESULT nk_package_read_file(const struct nk_env *env, const char *path, size_t max, struct nk_arena *arena,
	struct nk_bytes *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_str kept;

	nk_buf_init(&b, max);
	NK_TRY(nk_env_read_all(env, path, max, &b, err));
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&b), &kept, err));
	*out = nk_str_bytes(kept);
	return nk_done();
}

static void making_done(struct making *m)
{
	if (m->work[0] != '\0') {
		/* What cannot be removed lies in the temporary folder: the system's own cleaning takes it. */
		const nk_rc ignored = nk_os_tree_remove(m->work, NULL);

		(void)ignored;
	}
}

static NK_RESULT read_source(struct making *m, const char *name, struct nk_str *out, struct nk_err *err)
{
	struct nk_str path;
	struct nk_bytes bytes;

	NK_TRY(nk_arena_printf(m->arena, &path, err, "%s/%s", m->out->source.tree.ptr, name));
	NK_TRY(nk_package_read_file(m->how->env, path.ptr, TEXT_MAX, m->arena, &bytes, err));
	if (!nk_utf8_valid(bytes, NULL)) {
		return nk_fail(err, NK_INVALID, NK_N("not a text: %s"), name);
	}
	*out = nk_bytes_str(bytes);
	return nk_done();
}

/* version: '0.1.0' of meson.build. */
static NK_RESULT find_version(struct making *m, struct nk_err *err)
{
	static const char key[] = "version: '";
	struct nk_str text;
	size_t at = 0;

	m->out->version = m->how->version;
	if (m->how->version.len == 0) {
		NK_TRY(read_source(m, "meson.build", &text, err));
		at = nk_str_find(text, NK_STR("version: '"));
		text = at == SIZE_MAX ? NK_STR("") : nk_str_sub(text, at + sizeof(key) - 1, 64);
		at = nk_str_chr(text, '\'');
		m->out->version = at == SIZE_MAX ? NK_STR("") : nk_str_sub(text, 0, at);
	}
	for (size_t i = 0; i < m->out->version.len; i++) {
		const char c = m->out->version.ptr[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'z') && strchr(".+~-", c) == NULL) {
			m->out->version.len = 0;
		}
	}
	return m->out->version.len > 0 && m->out->version.len <= 40 && m->out->version.ptr[0] >= '0' &&
			m->out->version.ptr[0] <= '9'
		? nk_done()
		: nk_fail(err, NK_INVALID, NK_N("a version begins with a digit and has only digits, a to z and . + ~ - in it"));
}

static NK_RESULT tool(struct making *m, const struct nk_package_job *job, struct nk_buf *out, struct nk_err *err)
{
	return nk_package_run(job, out, &m->out->no_network, err);
}

static NK_RESULT find_architecture(struct making *m, struct nk_err *err)
{
	static const char *const argv[] = { "/usr/bin/dpkg", "--print-architecture", NULL };
	const struct nk_package_job job = { .argv = argv, .wait_ms = TOOL_MS, .what = "dpkg" };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, 4096);
	NK_TRY(tool(m, &job, &text, err));
	return nk_arena_dup(m->arena, nk_str_trim(nk_buf_str(&text)), &m->out->architecture, err);
}

/* What is committed, compiled in a folder of its own. */
static NK_RESULT compile(struct making *m, struct nk_err *err)
{
	struct nk_str epoch;

	NK_TRY(nk_arena_printf(m->arena, &m->build, err, "%s/build-package", m->out->source.tree.ptr));
	NK_TRY(nk_arena_printf(m->arena, &epoch, err, "SOURCE_DATE_EPOCH=%" PRIu64, m->out->source.epoch));
	{
		const char *const variables[] = { epoch.ptr, "PYTHONDONTWRITEBYTECODE=1", NULL };
		const char *const setup[] = { "/usr/bin/meson", "setup", "-Ddebug=false", "-Doptimization=2", m->build.ptr,
			m->out->source.tree.ptr, NULL };
		const char *const make[] = { "/usr/bin/ninja", "-C", m->build.ptr, "src/bin/nokosazu",
			"src/bin/nokosazu-custodian", NULL };
		const struct nk_package_job jobs[] = { { setup, NULL, variables, COMPILE_MS, "meson" },
			{ make, NULL, variables, COMPILE_MS, "ninja" } };

		for (size_t i = 0; i < NK_ARRAY_LEN(jobs); i++) {
			NK_TRY(tool(m, &jobs[i], NULL, err));
		}
	}
	return nk_done();
}

static NK_RESULT programs(struct making *m, struct nk_err *err)
{
	if (m->how->binary == NULL) {
		return compile(m, err);
	}
	m->build = nk_str_c(m->how->binary);
	return nk_done();
}

/* A program without the symbols that only its makers need. */
static NK_RESULT stripped(struct making *m, const char *path, size_t i, struct nk_bytes *out, struct nk_err *err)
{
	struct nk_str to;

	NK_TRY(nk_arena_printf(m->arena, &to, err, "%s/stripped-%zu", m->work, i));
	{
		const char *const argv[] = { "/usr/bin/strip", "--strip-unneeded", "-o", to.ptr, path, NULL };
		const struct nk_package_job job = { .argv = argv, .wait_ms = TOOL_MS, .what = "strip" };

		NK_TRY(tool(m, &job, NULL, err));
	}
	return nk_package_read_file(m->how->env, to.ptr, FILE_MAX, m->arena, out, err);
}

static NK_RESULT read_entry(
	struct making *m, const struct nk_package_entry *e, size_t i, struct nk_deb_file *f, struct nk_err *err)
{
	const struct nk_str mark = NK_STR("@build/");
	struct nk_str path;

	f->path = e->path;
	f->mode = e->mode;
	if (nk_str_starts(e->from, mark)) {
		NK_TRY(nk_arena_printf(m->arena, &path, err, "%.*s/%.*s", NK_FMT(m->build),
			NK_FMT(nk_str_sub(e->from, mark.len, e->from.len))));
		return stripped(m, path.ptr, i, &f->data, err);
	}
	NK_TRY(nk_arena_printf(m->arena, &path, err, "%s/%.*s", m->out->source.tree.ptr, NK_FMT(e->from)));
	return nk_package_read_file(m->how->env, path.ptr, FILE_MAX, m->arena, &f->data, err);
}

static NK_RESULT read_files(struct making *m, struct nk_err *err)
{
	struct nk_package_entry *entries = NULL;
	struct nk_deb_file *files = NULL;
	struct nk_str list;
	size_t n = 0;

	NK_TRY(read_source(m, NK_PACKAGE_LIST, &list, err));
	NK_TRY(nk_package_entries(list, &m->out->source, m->arena, &entries, &n, err));
	files = nk_arena_array(m->arena, n, sizeof(*files));
	if (files == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(read_entry(m, &entries[i], i, &files[i], err));
	}
	m->out->deb.files = files;
	m->out->deb.n = n;
	return nk_done();
}

/* @WORD@ of the template. */
static NK_RESULT fill(struct making *m, struct nk_str template, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	char size[24];
	uint64_t kib = 0;
	struct nk_str part;

	for (size_t i = 0; i < m->out->deb.n; i++) {
		kib += (m->out->deb.files[i].data.len + 1023) / 1024;
	}
	(void)snprintf(size, sizeof(size), "%" PRIu64, kib);
	nk_buf_init(&text, TEXT_MAX);
	for (bool inside = false; nk_str_cut(&template, '@', &part); inside = !inside) {
		const struct nk_str with = !inside		    ? part
			: nk_str_eq(part, NK_STR("VERSION"))	    ? m->out->version
			: nk_str_eq(part, NK_STR("ARCHITECTURE"))   ? m->out->architecture
			: nk_str_eq(part, NK_STR("INSTALLED_SIZE")) ? nk_str_c(size)
								    : NK_STR("");

		if (inside && with.len == 0) {
			return nk_fail(err, NK_INVALID, NK_N("%s holds a word in @ that is not known"), NK_PACKAGE_CONTROL);
		}
		NK_TRY(nk_buf_add_str(&text, with, err));
	}
	NK_TRY(nk_arena_dup(m->arena, nk_buf_str(&text), &m->out->deb.control, err));
	m->out->name = nk_deb_field(m->out->deb.control, "Package");
	return m->out->name.len > 0 ? nk_done() : nk_fail(err, NK_INVALID, NK_N("%s names no package"), NK_PACKAGE_CONTROL);
}

static NK_RESULT make(struct making *m, struct nk_err *err)
{
	struct nk_package_made *const out = m->out;
	struct nk_str control;

	NK_TRY(nk_os_work_folder(m->work, err));
	NK_TRY(nk_package_source(m->how->source, m->work, m->arena, &out->source, err));
	out->no_network = out->source.no_network;
	NK_TRY(find_version(m, err));
	NK_TRY(find_architecture(m, err));
	NK_TRY(programs(m, err));
	NK_TRY(read_files(m, err));
	NK_TRY(read_source(m, NK_PACKAGE_CONTROL, &control, err));
	NK_TRY(fill(m, control, err));
	NK_TRY(read_source(m, NK_PACKAGE_CONFFILES, &out->deb.conffiles, err));
	NK_TRY(read_source(m, NK_PACKAGE_KNOWN, &out->known, err));
	out->deb.makes_user = true;
	NK_TRY(nk_deb_write(&out->deb, out->source.epoch, &out->bytes, err));
	nk_sha256(nk_buf_bytes(&out->bytes), &out->digest);
	return nk_arena_printf(m->arena, &out->file, err, "%.*s_%.*s_%.*s.deb", NK_FMT(out->name), NK_FMT(out->version),
		NK_FMT(out->architecture));
}

NK_RESULT nk_package_make(
	const struct nk_package_make *how, struct nk_arena *arena, struct nk_package_made *out, struct nk_err *err)
{
	NK_OWNED(making_done) struct making m = { .how = how, .arena = arena, .out = out };

	memset(out, 0, sizeof(*out));
	nk_buf_init(&out->bytes, NK_DEB_MAX);
	return make(&m, err);
}
