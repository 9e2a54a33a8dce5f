/*
 * sweep_scan.c: the dictionary of everybody, the scan, and what its traces mean.
 *
 * Invariant: a trace is dropped only for a stated reason: a live holding lists its file with these very bytes, it lies in
 * the configured folder of a target's own files, it is digits alone or the scan calls it chance (both are counted), or it
 * is one of this site's canary persons in the store, whose table keeps them in clear (they are nobody).
 */
#include "base.h"
#include "sweep_int.h"

#include "hold_int.h"
#include "nkx.h"

/* What the scan looked for, as a digest that nobody without the house's key can guess from. */
static NK_RESULT digest_dictionary(struct nk_sweeping *s, struct nk_err *err)
{
	struct nk_bytes *const parts = calloc(s->n_patterns + 1, sizeof(*parts));
	struct nk_hash digest;

	if (parts == NULL) {
		return nk_fail_nomem(err);
	}
	parts[0] = nk_str_bytes(NK_STR("nokosazu sweep dictionary 1"));
	for (size_t i = 0; i < s->n_patterns; i++) {
		parts[i + 1] = nk_str_bytes(s->patterns[i].value);
	}
	nk_blake(s->flow->key[NK_HOUSE_DIGEST], parts, s->n_patterns + 1, &digest);
	free(parts);
	nk_hex_print(digest.b, sizeof(digest.b), s->dictionary);
	return nk_done();
}

/* --- controls that a sweep which was cut off left behind --- */

struct clearing {
	const struct nk_env *env;
	const char *dir;
};

static NK_RESULT clear_control(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	static const char prefix[] = "nokosazu-control-";
	const struct clearing *const c = arg;
	char path[PATH_MAX];
	bool mine = false;

	if (is_dir || !nk_str_starts(name, nk_str_c(prefix)) || name.len != sizeof(prefix) - 1 + 16) {
		return nk_done();
	}
	(void)snprintf(path, sizeof(path), "%s/%.*s", c->dir, NK_FMT(name));
	return nk_os_kind_of(path, &mine) == NK_OS_FILE && mine ? c->env->unlink(c->env->self, path, err) : nk_done();
}

static NK_RESULT clear_controls(struct nk_sweeping *s, struct nk_err *err)
{
	const struct nk_env *const env = s->flow->env;

	for (size_t i = 0; i < s->n_places; i++) {
		struct clearing c = { env, s->places[i].path };
		bool mine = false;

		if (nk_os_kind_of(c.dir, &mine) == NK_OS_FOLDER) {
			NK_TRY(env->list(env->self, c.dir, clear_control, &c, err));
		}
	}
	return nk_done();
}

static void tell(void *arg, uint64_t bytes)
{
	nk_flow_tell(arg, NK_N("sweeping"), bytes, 0);
}

static NK_RESULT scan(struct nk_sweeping *s, struct nk_err *err)
{
	const struct nk_residue_options opt = {
		.places = s->places,
		.n_places = s->n_places,
		.patterns = s->patterns,
		.n_patterns = s->n_patterns,
		.plant = nk_store_control_plant,
		.unplant = nk_store_control_unplant,
		.plant_arg = s->flow,
		.hits_max = NK_SWEEP_HITS_MAX,
		.progress = tell,
		.progress_arg = s->flow,
	};

	return nk_residue_scan(s->flow->env, &opt, s->arena, &s->report, err);
}

bool nk_sweep_controls(const struct nk_sweeping *s)
{
	for (size_t i = 0; i < s->report.n_places; i++) {
		if (!s->report.places[i].control_found) {
			return false;
		}
	}
	return s->report.n_places > 0;
}

bool nk_sweep_unread_counts(const struct nk_residue_unscanned *u)
{
	return u->why != NULL && strcmp(u->why, nkx_why_text(NKX_WHY_NOT_A_FILE)) != 0;
}

static void count_unscanned(struct nk_sweeping *s)
{
	for (size_t i = 0; i < s->report.n_places; i++) {
		s->unscanned += s->report.places[i].unscanned;
	}
	for (size_t i = 0; i < s->report.n_unscanned; i++) {
		s->unscanned -= nk_sweep_unread_counts(&s->report.unscanned[i]) ? 0 : 1;
	}
}

/* --- what the traces mean --- */

static int by_person(const void *a, const void *b)
{
	const struct nk_sweep_trace *const x = a;
	const struct nk_sweep_trace *const y = b;
	const int path = nk_str_cmp(x->path, y->path);

	if (path != 0 || x->number != y->number) {
		return path != 0 ? path : x->number < y->number ? -1 : 1;
	}
	return x->item != y->item ? (x->item < y->item ? -1 : 1) : (int)x->digits - (int)y->digits;
}

static NK_RESULT path_of(struct nk_sweeping *s, const struct nk_residue_hit *h, struct nk_str *out, struct nk_err *err)
{
	const struct nk_str file = nk_str_sub(h->file, 0, h->file_len);

	if (nk_str_starts(file, NK_STR("/"))) {
		*out = file;
		return nk_done();
	}
	return nk_arena_printf(s->arena, out, err, "%s/%.*s", s->places[h->place].path, NK_FMT(file));
}

static NK_RESULT collect(struct nk_sweeping *s, struct nk_err *err)
{
	s->traces = nk_arena_array(s->arena, s->report.n_hits, sizeof(*s->traces));
	if (s->traces == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < s->report.n_hits; i++) {
		const struct nk_residue_hit *const h = &s->report.hits[i];
		struct nk_sweep_trace *const t = &s->traces[s->n_traces];

		*t = (struct nk_sweep_trace){ .number = h->person_number, .item = h->item, .digits = h->digits };
		NK_TRY(path_of(s, h, &t->path, err));
		s->n_traces++;
	}
	for (size_t i = 0; i < s->report.n_places; i++) {
		s->alone += s->report.places[i].by_chance;
	}
	if (s->n_traces > 1) {
		qsort(s->traces, s->n_traces, sizeof(*s->traces), by_person);
	}
	return nk_done();
}

static bool one_person(const struct nk_sweep_trace *a, const struct nk_sweep_trace *b)
{
	return a->number == b->number && nk_str_eq(a->path, b->path);
}

/* Leaves one trace a file, person and item, and none of a person of whom there are only digits of one item. */
static void condense(struct nk_sweeping *s)
{
	size_t kept = 0;

	for (size_t i = 0, end = 0; i < s->n_traces; i = end) {
		bool counts = false;

		for (end = i; end < s->n_traces && one_person(&s->traces[i], &s->traces[end]); end++) {
			counts = counts || !s->traces[end].digits || s->traces[end].item != s->traces[i].item;
		}
		s->alone += counts ? 0 : end - i;
		for (size_t k = i; counts && k < end; k++) {
			const bool again = k > i && s->traces[k].item == s->traces[k - 1].item;

			if (!again) {
				s->traces[kept++] = s->traces[k];
			}
		}
	}
	s->n_traces = kept;
}

/* --- canary persons where they belong --- */

static NK_RESULT is_canary(struct nk_sweeping *s, uint32_t number, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;

	NK_TRY(nk_stmt_get(s->flow->store, "SELECT 1 FROM canary WHERE person_number = ?1", &q, err));
	nk_stmt_int(q, 1, number);
	return nk_stmt_step(q, out, err);
}

/* In the store alone: the same persons anywhere else are told like anybody. */
static NK_RESULT drop_canaries(struct nk_sweeping *s, struct nk_err *err)
{
	char folder[PATH_MAX];
	char store[PATH_MAX];
	size_t kept = 0;

	nk_flow_path(s->flow, "store", folder);
	NK_TRY(nk_os_real_path(folder, store, err));
	for (size_t i = 0; i < s->n_traces; i++) {
		bool canary = false;

		if (nk_sweep_inside(s->traces[i].path, nk_str_c(store))) {
			NK_TRY(is_canary(s, s->traces[i].number, &canary, err));
		}
		s->inside += canary ? 1 : 0;
		if (!canary) {
			s->traces[kept++] = s->traces[i];
		}
	}
	s->n_traces = kept;
	return nk_done();
}

/* --- which files are inside a live holding --- */

struct live {
	struct nk_holding *holdings;
	size_t n;
	char target_files[NK_CONFIG_TARGETS_MAX][PATH_MAX];
	size_t n_target_files;
};

static void target_folders(const struct nk_sweeping *s, struct live *l)
{
	const struct nk_config *const c = s->flow->config;

	for (size_t i = 0; i < c->n_targets; i++) {
		struct nk_err gone;

		if (c->targets[i].files.len > 0 &&
			nk_ok(nk_os_real_path(c->targets[i].files.ptr, l->target_files[l->n_target_files], &gone))) {
			l->n_target_files++;
		}
	}
}

/* The residue that is open for it; and whether a folder of a target's own files explains it, which change all the time. */
static bool by_place(const struct live *l, struct nk_sweep_file *f)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct nk_holding *const h = &l->holdings[i];

		if (h->kind == NK_HOLDING_residue && nk_str_eq(f->path, h->place)) {
			f->known = h->id;
		}
	}
	for (size_t i = 0; i < l->n_target_files; i++) {
		if (nk_sweep_inside(f->path, nk_str_c(l->target_files[i]))) {
			return true;
		}
	}
	return false;
}

/* Inside of a live holding only by its bytes: a place explains nothing by itself. */
static NK_RESULT by_bytes(struct nk_sweeping *s, const struct live *l, struct nk_sweep_file *f, bool *out, struct nk_err *err)
{
	char path[PATH_MAX];
	struct nk_err why;
	bool there = false;

	*out = false;
	if (f->path.len >= sizeof(path) || !nk_ok(nk_sweep_find(s->flow->env, f->path, path, &there, &why)) || !there) {
		return nk_done(); /* gone, or two files under one masked name: not known to be a copy of ours */
	}
	for (size_t i = 0; i < l->n && !*out; i++) {
		enum nk_copy_is is = NK_COPY_UNKNOWN;

		NK_TRY(nk_copy_is(s->flow, &l->holdings[i], path, &is, err));
		*out = is == NK_COPY_SAME;
		f->changed = f->changed || is == NK_COPY_CHANGED;
	}
	return nk_done();
}

/* What says nothing to anybody, as an index of keys or a sealed copy does, but is by its bytes a copy that is on the books. */
static NK_RESULT explain_unread(struct nk_sweeping *s, const struct live *l, struct nk_err *err)
{
	for (size_t i = 0; i < s->report.n_unscanned; i++) {
		struct nk_residue_unscanned *const u = &s->report.unscanned[i];
		struct nk_sweep_file f = { .n = 0 };
		bool inside = false;

		if (strcmp(u->why, nkx_why_text(NKX_WHY_OPAQUE)) != 0) {
			continue;
		}
		NK_TRY(nk_arena_printf(s->arena, &f.path, err, "%s%s%.*s", nk_str_starts(u->file, NK_STR("/")) ? "" : s->places[u->place].path,
			u->file.len == 0 || u->file.ptr[0] == '/' ? "" : "/", NK_FMT(u->file)));
		NK_TRY(by_bytes(s, l, &f, &inside, err));
		if (inside) {
			u->why = NULL;
			s->unscanned--;
		}
	}
	return nk_done();
}

static NK_RESULT judge(struct nk_sweeping *s, struct nk_err *err)
{
	struct live *const l = nk_arena_array(s->arena, 1, sizeof(*l));

	if (l == NULL) {
		return nk_fail_nomem(err);
	}
	memset(l, 0, sizeof(*l));
	NK_TRY(nk_holding_list(s->flow->store, s->flow->key[NK_HOUSE_LOG], true, s->arena, &l->holdings, &l->n, err));
	target_folders(s, l);
	NK_TRY(explain_unread(s, l, err));
	for (size_t i = 0, end = 0; i < s->n_traces; i = end) {
		struct nk_sweep_file f = { .path = s->traces[i].path, .first = i };
		bool inside = true;
		void *room = NULL;

		for (end = i; end < s->n_traces && nk_str_eq(s->traces[end].path, f.path); end++) {
			continue;
		}
		f.n = end - i;
		if (!by_place(l, &f)) {
			NK_TRY(by_bytes(s, l, &f, &inside, err));
		}
		if (inside) {
			s->inside += f.n;
			continue;
		}
		NK_TRY(nk_vec_push(&s->files, &room, err));
		memcpy(room, &f, sizeof(f));
	}
	return nk_done();
}

NK_RESULT nk_sweep_scan(struct nk_sweeping *s, struct nk_err *err)
{
	struct nk_people *people = NULL;

	nk_flow_tell(s->flow, NK_N("making the index of persons"), 0, 0);
	NK_TRY(nk_flow_people(s->flow, &people, err));
	NK_TRY(nk_residue_patterns(people, s->numbers, s->n, s->arena, &s->patterns, &s->n_patterns, err));
	NK_TRY(digest_dictionary(s, err));
	NK_TRY(clear_controls(s, err));
	NK_TRY(scan(s, err));
	count_unscanned(s);
	NK_TRY(collect(s, err));
	condense(s);
	NK_TRY(drop_canaries(s, err));
	return judge(s, err);
}
