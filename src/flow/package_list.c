/*
 * package_list.c: the allow-list: which file of source or build goes where in the package, and with which rights.
 *
 * Invariant: a file that no row names is not in the package; a row that names nothing stops the build.
 */
#include "base.h"
#include "package_int.h"

struct row {
	struct nk_str to, from;
	unsigned mode;
	unsigned line;
};

struct listing {
	const struct nk_package_source *source;
	struct nk_arena *arena;
	struct nk_vec entries; /* of struct nk_package_entry */
};

static bool next_word(struct nk_str *rest, struct nk_str *out)
{
	*rest = nk_str_trim(*rest);
	if (rest->len == 0) {
		return false;
	}
	for (size_t i = 0; i < rest->len; i++) {
		if (rest->ptr[i] == ' ' || rest->ptr[i] == '\t') {
			*out = nk_str_sub(*rest, 0, i);
			*rest = nk_str_sub(*rest, i, rest->len);
			return true;
		}
	}
	*out = *rest;
	*rest = NK_STR("");
	return true;
}

static NK_RESULT add(struct listing *l, const struct row *r, struct nk_str name, struct nk_str from, struct nk_err *err)
{
	const bool folder = r->to.ptr[r->to.len - 1] == '/';
	struct nk_package_entry *e = NULL;
	void *at = NULL;

	NK_TRY(nk_vec_push(&l->entries, &at, err));
	e = at;
	e->mode = r->mode;
	e->from = from;
	return nk_arena_printf(
		l->arena, &e->path, err, "%.*s%.*s", NK_FMT(r->to), NK_FMT(folder ? name : NK_STR("")));
}

/* One '*' in the last part: any name there. "**" at the end: everything below. *out_name: what goes behind the folder. */
static bool matches(struct nk_str pattern, struct nk_str path, struct nk_str *out_name)
{
	const size_t star = nk_str_chr(pattern, '*');
	struct nk_str head;
	struct nk_str tail;
	size_t slash = 0;

	for (size_t i = 0; i < pattern.len; i++) {
		slash = pattern.ptr[i] == '/' ? i + 1 : slash;
	}
	*out_name = nk_str_sub(path, slash < path.len ? slash : path.len, path.len);
	if (star == SIZE_MAX) {
		return nk_str_eq(pattern, path);
	}
	head = nk_str_sub(pattern, 0, star);
	if (nk_str_ends(pattern, NK_STR("**"))) {
		return nk_str_starts(path, head) && path.len > head.len;
	}
	tail = nk_str_sub(pattern, star + 1, pattern.len);
	return path.len >= head.len + tail.len && nk_str_starts(path, head) && nk_str_ends(path, tail) &&
		nk_str_chr(*out_name, '/') == SIZE_MAX;
}

static NK_RESULT one_row(struct listing *l, const struct row *r, struct nk_err *err)
{
	const size_t before = l->entries.len;
	struct nk_str name;

	if (nk_str_starts(r->from, NK_STR("@build/"))) {
		return add(l, r, NK_STR(""), r->from, err);
	}
	for (size_t i = 0; i < l->source->n_others; i++) {
		if (matches(r->from, l->source->others[i], &name)) {
			return nk_fail(err, NK_CONFLICT, NK_N("%s would be in the package and is not committed: commit or remove it"),
				nk_short(l->source->others[i]).text);
		}
	}
	for (size_t i = 0; i < l->source->n; i++) {
		if (matches(r->from, l->source->files[i], &name)) {
			NK_TRY(add(l, r, name, l->source->files[i], err));
		}
	}
	return l->entries.len > before
		? nk_done()
		: nk_fail(err, NK_INVALID, NK_N("%1$s:%2$u names nothing that is committed"), NK_PACKAGE_LIST, r->line);
}

static NK_RESULT parse(struct listing *l, struct nk_str text, struct nk_err *err)
{
	struct nk_str line;
	struct nk_str mode;
	struct row r = { .line = 0 };

	while (nk_str_cut(&text, '\n', &line)) {
		r.line++;
		if (!next_word(&line, &mode) || mode.ptr[0] == '#') {
			continue;
		}
		if (!next_word(&line, &r.to) || !next_word(&line, &r.from) || nk_str_trim(line).len > 0 ||
			(!nk_str_eq(mode, NK_STR("0644")) && !nk_str_eq(mode, NK_STR("0755")))) {
			return nk_fail(err, NK_INVALID, NK_N("%1$s:%2$u is not \"0644|0755 PATH FROM\""), NK_PACKAGE_LIST, r.line);
		}
		r.mode = nk_str_eq(mode, NK_STR("0755")) ? 0755 : 0644;
		NK_TRY(one_row(l, &r, err));
	}
	return nk_done();
}

static int by_path(const void *a, const void *b)
{
	const struct nk_package_entry *const x = a;
	const struct nk_package_entry *const y = b;

	return nk_str_cmp(x->path, y->path);
}

static NK_RESULT finish(struct listing *l, struct nk_package_entry **out, size_t *out_n, struct nk_err *err)
{
	struct nk_package_entry *const kept = nk_vec_keep(&l->entries, l->arena);

	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	qsort(kept, l->entries.len, sizeof(*kept), by_path);
	for (size_t i = 0; i < l->entries.len; i++) {
		if (!nk_deb_path_ok(kept[i].path) || (i > 0 && nk_str_eq(kept[i - 1].path, kept[i].path))) {
			return nk_fail(err, NK_INVALID, NK_N("%1$s puts two files, or none that may be, at %2$s"), NK_PACKAGE_LIST,
				nk_short(kept[i].path).text);
		}
	}
	*out = kept;
	*out_n = l->entries.len;
	return nk_done();
}

NK_RESULT nk_package_entries(struct nk_str list, const struct nk_package_source *source, struct nk_arena *arena,
	struct nk_package_entry **out, size_t *out_n, struct nk_err *err)
{
	struct listing l = { .source = source, .arena = arena };
	nk_rc rc;

	nk_vec_init(&l.entries, sizeof(struct nk_package_entry), NK_DEB_FILES_MAX);
	rc = parse(&l, list, err);
	rc = nk_ok(rc) ? finish(&l, out, out_n, err) : rc;
	nk_vec_done(&l.entries);
	return rc;
}
