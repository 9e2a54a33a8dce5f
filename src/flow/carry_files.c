/*
 * carry_files.c: the files of a request: named one by one, and whose data is in them by their bytes.
 *
 * Invariant: nothing that was declared counts; what could not be looked through is told and never taken for empty.
 */
#include "base.h"

#include "carry_int.h"
#include "tar.h"

static NK_RESULT name_of(const char *path, struct nk_arena *arena, struct nk_carry_file *out, struct nk_err *err)
{
	const struct nk_str all = nk_str_c(path);
	char whole[PATH_MAX];
	const char *slash = NULL;

	if (nk_str_chr(all, '*') != SIZE_MAX || nk_str_chr(all, '?') != SIZE_MAX || strcmp(path, "-") == 0) {
		return nk_fail(err, NK_USAGE, NK_N("no wildcards: name each file that is to leave"));
	}
	NK_TRY(nk_os_whole_path(path, whole, err));
	NK_TRY(nk_arena_dup(arena, nk_str_c(whole), &out->path, err));
	slash = strrchr(out->path.ptr, '/');
	out->name = nk_str_c(slash != NULL ? slash + 1 : out->path.ptr);
	if (!nk_tar_name_ok(out->name) || nk_str_eq(out->name, NK_STR(NK_CARRY_MANIFEST))) {
		return nk_fail(err, NK_USAGE,
			NK_N("a file that leaves has a plain name of at most 100 bytes that does not begin with . or - and is not manifest.json"));
	}
	return nk_done();
}

NK_RESULT nk_carry_files(const char *const *paths, size_t n, struct nk_arena *arena, struct nk_carry_file **out, struct nk_err *err)
{
	struct nk_carry_file *const files = nk_arena_array(arena, n, sizeof(*files));

	if (files == NULL) {
		return nk_fail_nomem(err);
	}
	if (n == 0 || n > NK_CARRY_FILES) {
		return nk_fail(err, NK_USAGE, NK_N("1 to %d files leave together"), (int)NK_CARRY_FILES);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(name_of(paths[i], arena, &files[i], err));
		for (size_t k = 0; k < i; k++) {
			if (nk_str_eq(files[k].name, files[i].name)) {
				return nk_fail(err, NK_USAGE, NK_N("two of the files have the same name"));
			}
		}
	}
	*out = files;
	return nk_done();
}

/* --- whose --- */

struct seen {
	uint32_t number;
	unsigned classes;
};
struct range {
	uint64_t from, to;
	bool own; /* of somebody in the roster */
};
struct looking {
	struct nk_vec seen; /* struct seen, unsorted, a person as often as found (compacted when full) */
	struct nk_vec ranges; /* struct range, of the stream at hand */
	uint64_t others;
	nk_rc failed;
};

static enum nk_item_class class_of(const char *field)
{
	static const struct {
		const char *field;
		enum nk_item_class item;
	} rows[] = { { "kanji", NK_ITEM_name }, { "kana", NK_ITEM_kana }, { "romaji", NK_ITEM_name },
		{ "login", NK_ITEM_login }, { "mail", NK_ITEM_mail }, { "birthday", NK_ITEM_birth } };

	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].field, field) == 0) {
			return rows[i].item;
		}
	}
	return NK_ITEM_ids;
}

static int by_number(const void *a, const void *b)
{
	const struct seen *const x = a;
	const struct seen *const y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* A row a person. */
static void compact(struct nk_vec *seen)
{
	struct seen *const s = seen->items;
	size_t n = 0;

	if (seen->len == 0) {
		return;
	}
	qsort(s, seen->len, sizeof(*s), by_number);
	for (size_t i = 0; i < seen->len; i++) {
		if (n > 0 && s[n - 1].number == s[i].number) {
			s[n - 1].classes |= s[i].classes;
		} else {
			s[n++] = s[i];
		}
	}
	seen->len = n;
}

static int by_place(const void *a, const void *b)
{
	const struct range *const x = a;
	const struct range *const y = b;

	return x->from != y->from ? (x->from < y->from ? -1 : 1) : (int)y->own - (int)x->own;
}

/* What looks like data of persons and is not where somebody of the roster was found. */
static bool on_stream(void *arg, const struct nk_scan_stream *s)
{
	struct looking *const w = arg;
	struct range *const r = w->ranges.items;
	uint64_t own_to = 0;
	uint64_t own_from = UINT64_MAX;

	(void)s;
	if (w->ranges.len > 0) {
		qsort(r, w->ranges.len, sizeof(*r), by_place);
	}
	for (size_t i = 0; i < w->ranges.len; i++) { /* against those before it */
		own_to = r[i].own && r[i].to > own_to ? r[i].to : own_to;
		r[i].to = !r[i].own && r[i].from < own_to ? 0 : r[i].to;
	}
	for (size_t i = w->ranges.len; i-- > 0;) { /* and those behind it */
		own_from = r[i].own ? r[i].from : own_from;
		w->others += !r[i].own && r[i].to > 0 && r[i].to <= own_from;
	}
	nk_vec_clear(&w->ranges);
	return true;
}

static void note_place(struct looking *w, const struct nk_scan_finding *f)
{
	struct range *r = NULL;
	void *room = NULL;

	if (f->in_name || !nk_ok(nk_vec_push(&w->ranges, &room, NULL))) {
		w->others += !f->of_person; /* too many to compare: each counts */
		return;
	}
	r = room;
	*r = (struct range){ f->offset, f->offset + f->length, f->of_person };
}

static bool on_finding(void *arg, const struct nk_scan_finding *f)
{
	struct looking *const w = arg;
	const uint32_t n = f->n_persons < NK_SCAN_PERSONS_SHOWN ? f->n_persons : NK_SCAN_PERSONS_SHOWN;

	note_place(w, f);
	if (!f->of_person) {
		return true;
	}
	for (uint32_t i = 0; i < n && nk_ok(w->failed); i++) {
		struct seen *s = NULL;
		void *room = NULL;

		if (w->seen.len == w->seen.max) {
			compact(&w->seen);
		}
		w->failed = nk_vec_push(&w->seen, &room, NULL);
		if (nk_ok(w->failed)) {
			s = room;
			*s = (struct seen){ f->persons[i], 1U << class_of(f->what) };
		}
	}
	return nk_ok(w->failed);
}

static NK_RESULT fill(struct looking *w, struct nk_arena *arena, struct nk_carry_whose *out, struct nk_err *err)
{
	static const char *const names[NK_ITEM_COUNT] = { [NK_ITEM_ids] = "ids",
		[NK_ITEM_login] = "login",
		[NK_ITEM_mail] = "mail",
		[NK_ITEM_name] = "name",
		[NK_ITEM_kana] = "kana",
		[NK_ITEM_class] = "class",
		[NK_ITEM_birth] = "birth",
		[NK_ITEM_password] = "password" };

	compact(&w->seen);
	out->n = w->seen.len;
	out->numbers = nk_arena_array(arena, out->n, sizeof(*out->numbers));
	out->classes = nk_arena_array(arena, out->n, sizeof(*out->classes));
	if (out->numbers == NULL || out->classes == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n; i++) {
		const struct seen *const s = nk_vec_at(&w->seen, i);

		out->numbers[i] = s->number;
		out->classes[i] = s->classes;
	}
	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		uint64_t persons = 0;

		for (size_t i = 0; i < out->n; i++) {
			persons += (out->classes[i] & (1U << c)) != 0;
		}
		if (persons > 0) {
			out->extent.items[out->extent.n_items++] = (struct nk_carry_item){ names[c], persons };
		}
	}
	out->extent.persons = out->n;
	out->extent.others = w->others;
	return nk_done();
}

NK_RESULT nk_carry_scan(struct nk_flow *flow, const struct nk_carry_file *files, size_t n,
	const struct nk_carry_taken *taken, struct nk_arena *arena, struct nk_carry_whose *out, struct nk_err *err)
{
	const char **const paths = nk_arena_array(arena, n, sizeof(*paths));
	struct nk_scan_request req = { .home = flow->home,
		.paths = paths,
		.n_paths = n,
		.fds = taken != NULL ? taken->fds : NULL,
		.roster = true };
	struct looking w = { .others = 0 };
	const struct nk_scan_reports reports = { .finding = on_finding, .stream = on_stream, .arg = &w };
	struct nk_scan_reply reply = { 0 };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	if (paths == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		paths[i] = files[i].path.ptr;
	}
	nk_vec_init_wiping(&w.seen, sizeof(struct seen), 1 << 22);
	nk_vec_init(&w.ranges, sizeof(struct range), 1 << 22);
	rc = nk_op_scan(flow->env, flow, &req, &reports, arena, &reply, err);
	rc = nk_ok(rc) ? fill(&w, arena, out, err) : rc;
	nk_vec_done(&w.seen);
	nk_vec_done(&w.ranges);
	out->extent.unscanned = reply.partly + reply.not_scanned;
	return rc;
}
