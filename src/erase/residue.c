/*
 * residue.c: plants the controls, has the places looked through by the scanner's workers, and counts what they say.
 *
 * Invariant: a place counts as scanned only when every stream in it was scanned whole; everything else that is met on
 * the way is counted as unscanned. No value that is found leaves the workers: names of files come masked.
 */
#include "base.h"

#include "residue_int.h"

#include "nkx.h"
#include "spell.h"

enum { HITS_MAX = 10000, UNSCANNED_MAX = 1000, WAITING_MAX = 16 * 1024 * 1024 };

static const char *const kind_names[NK_PLACE_KIND_COUNT] = {
	[NK_PLACE_STORE] = "store",
	[NK_PLACE_VAULT] = "vault",
	[NK_PLACE_LEDGER] = "ledger",
	[NK_PLACE_HOME] = "home",
	[NK_PLACE_TARGET_FILES] = "target-files",
	[NK_PLACE_EXTRA] = "extra",
};

const char *nk_place_kind_name(enum nk_place_kind k)
{
	return k < NK_PLACE_KIND_COUNT ? kind_names[k] : "";
}

bool nk_place_kind_by_name(struct nk_str name, enum nk_place_kind *out)
{
	for (unsigned k = 0; k < NK_PLACE_KIND_COUNT; k++) {
		if (nk_str_eq(name, nk_str_c(kind_names[k]))) {
			*out = (enum nk_place_kind)k;
			return true;
		}
	}
	return false;
}

uint64_t nk_residue_hits(const struct nk_residue_report *report)
{
	uint64_t hits = 0;

	for (size_t i = 0; i < report->n_places; i++) {
		hits += report->places[i].hits;
	}
	return hits;
}

bool nk_residue_is_valid(const struct nk_residue_report *report)
{
	for (size_t i = 0; i < report->n_places; i++) {
		if (!report->places[i].control_found || report->places[i].unscanned > 0) {
			return false;
		}
	}
	return report->n_places > 0;
}

/* One scan of all places, and where it is at the moment. */
struct run {
	const struct nk_residue_options *opt;
	struct nk_arena *arena;
	struct nk_residue_index index;
	struct nkx_pool *pool;
	struct nk_vec hits;
	struct nk_vec unscanned;
	struct nk_vec waiting; /* struct nkx_finding of streams that are open, until their ends tell their paths */
	struct nk_vec ended; /* those of the stream that ends now */
	struct nk_residue_place_report *report; /* of the place at hand */
	size_t place;
	size_t item_hits, item_unscanned; /* where those of the item at hand begin: its name comes with its end */
	unsigned controls_seen; /* bit per encoding */
	nk_rc failed; /* in a callback */
};

static void run_done(struct run *r)
{
	nkx_pool_free(&r->pool);
	nk_residue_index_done(&r->index);
	nk_vec_done(&r->hits);
	nk_vec_done(&r->unscanned);
	nk_vec_done(&r->waiting);
	nk_vec_done(&r->ended);
}

static bool only_digits(struct nk_str value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9') {
			return false;
		}
	}
	return true;
}

static size_t hits_max(const struct nk_residue_options *opt)
{
	return opt->hits_max > 0 ? opt->hits_max : HITS_MAX;
}

static NK_RESULT note_hit(struct run *r, const struct nk_residue_pattern *p, const struct nkx_finding *found,
	struct nk_str file, bool others)
{
	struct nk_residue_hit hit = { .place = r->place,
		.file = NK_STR(""),
		.offset = found->in_name ? 0 : found->f.offset,
		.person_number = p->person_number,
		.item = p->item,
		.encoding = found->in_name ? "file-name" : nks_encoding_name(found->f.encoding),
		.digits = only_digits(p->value),
		.bits = nk_residue_bits(found, only_digits(p->value)),
		.stream = (found->item << 20) + found->stream,
		.token = found->f.token };
	void *room = NULL;

	if (others) {
		r->report->hits_of_others++;
		return nk_done();
	}
	r->report->hits++;
	if (r->hits.len >= hits_max(r->opt)) {
		return nk_done();
	}
	NK_TRY(nk_arena_dup(r->arena, file, &hit.file, NULL));
	NK_TRY(nk_vec_push(&r->hits, &room, NULL));
	*(struct nk_residue_hit *)room = hit;
	return nk_done();
}

static bool of_others(const struct nk_residue_pattern *p, const struct nkx_finding *found)
{
	return p->also_of_others || (p->folded_of_others && (found->f.why & NKS_WHY(EXACT)) == 0);
}

/* A text that is two things of one person, login and number say, is one trace. */
static bool told(const struct run *r, const uint32_t *all, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (all[k] < r->opt->n_patterns &&
			r->opt->patterns[all[k]].person_number == r->opt->patterns[all[i]].person_number) {
			return true;
		}
	}
	return false;
}

/* So little stands in every ciphertext, or in every list of digests: it is not even weighed with what stands beside it. */
static bool by_chance(const struct nkx_finding *found, const struct nk_residue_pattern *p)
{
	const unsigned bits = nk_residue_bits(found, only_digits(p->value));

	return bits > 0 && bits < NK_RESIDUE_LEAST_BITS;
}

/* Only in plain bytes is a place a place, so that one value can lie inside another. */
static bool has_place(const struct nkx_finding *found)
{
	return !found->in_name && found->f.via == NKS_VIA_PLAIN;
}

/* What one finding means: a control, a value of somebody who stays, or a trace of each leaver who has it. */
static NK_RESULT judge(struct run *r, const struct nkx_finding *found, struct nk_str file, uint64_t *other_end)
{
	const size_t n = nks_index_persons(r->index.index, found->f.key, NULL, 0);
	const uint64_t end = found->f.offset + found->f.length;
	uint32_t *const all = calloc(n + 1, sizeof(*all));
	bool chance = false;
	nk_rc rc = nk_done();

	if (all == NULL) {
		return nk_fail_nomem(NULL);
	}
	(void)nks_index_persons(r->index.index, found->f.key, all, n);
	for (size_t i = 0; i < n && nk_ok(rc); i++) {
		if (all[i] >= r->opt->n_patterns) {
			/* A control: of this place, or of another one, which means nothing. */
			if (all[i] - r->opt->n_patterns == r->place && !found->in_name) {
				r->controls_seen |= 1U << found->f.encoding;
			}
			continue;
		}
		if (r->opt->patterns[all[i]].person_number == 0) {
			*other_end = end > *other_end ? end : *other_end;
			continue;
		}
		if (told(r, all, i)) {
			continue;
		}
		const bool others = of_others(&r->opt->patterns[all[i]], found) || (has_place(found) && end <= *other_end);

		if (!others && by_chance(found, &r->opt->patterns[all[i]])) {
			chance = true;
			continue;
		}
		rc = note_hit(r, &r->opt->patterns[all[i]], found, file, others);
	}
	r->report->by_chance += chance ? 1 : 0; /* of one text, however many have it */
	free(all);
	return rc;
}

static bool on_finding(void *arg, const struct nkx_finding *found)
{
	struct run *const r = arg;
	void *room = NULL;

	r->failed = nk_vec_push(&r->waiting, &room, NULL);
	if (nk_ok(r->failed)) {
		*(struct nkx_finding *)room = *found;
	}
	return nk_ok(r->failed);
}

static NK_RESULT note_unscanned(struct run *r, struct nk_str file, const char *why)
{
	struct nk_residue_unscanned item = { r->place, NK_STR(""), why };
	void *room = NULL;

	r->report->unscanned++;
	if (r->unscanned.len >= UNSCANNED_MAX) {
		return nk_done();
	}
	NK_TRY(nk_arena_dup(r->arena, file, &item.file, NULL));
	NK_TRY(nk_vec_push(&r->unscanned, &room, NULL));
	*(struct nk_residue_unscanned *)room = item;
	return nk_done();
}

/* By place, in a name before in the bytes, longer ones first where several begin at one byte: so a value around
 * another one is seen before it. */
static int by_place(const void *a, const void *b)
{
	const struct nkx_finding *const x = a;
	const struct nkx_finding *const y = b;

	if (x->in_name != y->in_name) {
		return x->in_name ? -1 : 1;
	}
	if (x->f.offset != y->f.offset) {
		return x->f.offset < y->f.offset ? -1 : 1;
	}
	if (x->f.length != y->f.length) {
		return x->f.length > y->f.length ? -1 : 1;
	}
	return x->f.token != y->f.token ? (x->f.token < y->f.token ? -1 : 1) : 0;
}

/* One text found by two of its keys, or through two encodings that read the same there: equal values have equal
 * tokens. (The places of names, and of what stands in one escaped run, are all the same.) */
static bool same_place(const struct nkx_finding *a, const struct nkx_finding *b)
{
	return a->in_name == b->in_name && a->f.offset == b->f.offset && a->f.length == b->f.length &&
		a->f.token == b->f.token;
}

/* An inner stream ends before the one around it: only what was found in this one. */
static NK_RESULT take_ended(struct run *r, uint32_t stream)
{
	struct nkx_finding *const all = r->waiting.items;
	size_t kept = 0;
	void *room = NULL;

	nk_vec_clear(&r->ended);
	for (size_t i = 0; i < r->waiting.len; i++) {
		if (all[i].stream != stream) {
			all[kept++] = all[i];
			continue;
		}
		NK_TRY(nk_vec_push(&r->ended, &room, NULL));
		*(struct nkx_finding *)room = all[i];
	}
	r->waiting.len = kept;
	return nk_done();
}

static NK_RESULT end_stream(struct run *r, const struct nkx_stream *s)
{
	uint64_t other_end[NKS_ENCODING_COUNT] = { 0 };
	const struct nk_str file = nk_str_c(s->path);

	NK_TRY(take_ended(r, s->stream));
	if (r->ended.len > 1) {
		qsort(r->ended.items, r->ended.len, sizeof(struct nkx_finding), by_place);
	}
	for (size_t i = 0; i < r->ended.len; i++) {
		const struct nkx_finding *const f = nk_vec_at(&r->ended, i);
		uint64_t nowhere = 0;

		if (f->f.of_index && !(i > 0 && same_place(nk_vec_at(&r->ended, i - 1), f))) {
			NK_TRY(judge(r, f, file, has_place(f) ? &other_end[f->f.encoding] : &nowhere));
		}
	}
	/* A link is a name and a target, which both were looked through: what it leads to is no part of this place.
	 */
	return s->state == NKX_SCANNED || s->why == NKX_WHY_LINK ? nk_done()
								 : note_unscanned(r, file, nkx_why_text(s->why));
}

static bool on_stream(void *arg, const struct nkx_stream *s)
{
	struct run *const r = arg;

	r->failed = end_stream(r, s);
	return nk_ok(r->failed);
}

/* "a.zip" and "b.txt": "a.zip!/b.txt". */
static NK_RESULT name_file(struct run *r, const char *item, struct nk_str *inside)
{
	return nk_arena_printf(
		r->arena, inside, NULL, "%s%s%.*s", item, inside->len > 0 ? "!/" : "", NK_FMT(*inside));
}

static bool on_item(void *arg, const struct nkx_item_end *item)
{
	struct run *const r = arg;

	r->report->bytes += item->bytes;
	r->report->files += item->partly == 0 && item->not_scanned == 0;
	for (size_t i = r->item_hits; i < r->hits.len && nk_ok(r->failed); i++) {
		struct nk_residue_hit *const hit = nk_vec_at(&r->hits, i);

		hit->file_len = strlen(item->shown);
		r->failed = name_file(r, item->shown, &hit->file);
	}
	for (size_t i = r->item_unscanned; i < r->unscanned.len && nk_ok(r->failed); i++) {
		r->failed = name_file(
			r, item->shown, &((struct nk_residue_unscanned *)nk_vec_at(&r->unscanned, i))->file);
	}
	r->item_hits = r->hits.len;
	r->item_unscanned = r->unscanned.len;
	return nk_ok(r->failed);
}

static void on_progress(void *arg, uint64_t bytes)
{
	const struct run *const r = arg;

	if (r->opt->progress != NULL) {
		r->opt->progress(r->opt->progress_arg, bytes);
	}
}

static NK_RESULT start(struct run *r, struct nk_err *err)
{
	const struct nkx_reports reports = {
		.finding = on_finding, .stream = on_stream, .item = on_item, .progress = on_progress, .arg = r
	};
	struct nkx_options options = { .index_fd = r->index.fd };
	nk_rc rc;

	memcpy(options.index_key, r->index.key, sizeof(options.index_key));
	rc = nkx_pool_start(&options, &reports, &r->pool, err);
	nk_wipe(options.index_key, sizeof(options.index_key));
	return rc;
}

/* Is the place one file? Then the control's file stands beside it. */
static bool is_file(const struct nk_env *env, const char *path)
{
	int file = -1;
	const nk_rc rc = env->open(env->self, path, NK_OPEN_READ, &file, NULL);

	env->close(env->self, &file);
	return nk_ok(rc);
}

static NK_RESULT control_path(
	const struct nk_place *place, bool file, const struct nk_control *c, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_str path = nk_str_c(place->path);
	size_t len = path.len;

	while (file && len > 0 && path.ptr[len - 1] != '/') {
		len--;
	}
	NK_TRY(nk_buf_add_str(out, nk_str_sub(path, 0, len), err));
	if (!file) {
		NK_TRY(nk_buf_add_byte(out, '/', err));
	}
	NK_TRY(nk_buf_add_c(out, c->file, err));
	return nk_buf_add_byte(out, 0, err);
}

/* Our own files, and a target's, are what they are: nothing in them is opened as something else. */
static bool is_raw(enum nk_place_kind kind)
{
	return kind == NK_PLACE_STORE || kind == NK_PLACE_VAULT || kind == NK_PLACE_LEDGER ||
		kind == NK_PLACE_TARGET_FILES;
}

static NK_RESULT walk(struct run *r, const struct nk_env *env, const char *path, const char *from, struct nk_err *err)
{
	static const char *const own[] = { "store", "vault", "ledger" }; /* places of their own */
	const struct nk_place *const place = &r->opt->places[r->place];
	const struct nkx_walk_options options = {
		.relative_to = from,
		.raw = is_raw(place->kind),
		.skip = place->kind == NK_PLACE_HOME ? own : place->skip,
		.n_skip = place->kind == NK_PLACE_HOME ? NK_ARRAY_LEN(own) : place->n_skip,
	};

	NK_TRY(nkx_walk(r->pool, env, path, &options, err));
	return nk_done();
}

static NK_RESULT scan_planted(struct run *r, const struct nk_env *env, bool file, const struct nk_control *c,
	const char *control, struct nk_err *err)
{
	const struct nk_place *const place = &r->opt->places[r->place];
	const size_t first = r->hits.len;

	r->controls_seen = 0;
	NK_TRY(walk(r, env, place->path, file ? NULL : place->path, err));
	if (file && c->planted && !c->by_caller) {
		NK_TRY(walk(r, env, control, NULL, err)); /* beside the file that is the place */
	}
	NK_TRY(nkx_pool_finish(r->pool, err));
	if (!nk_ok(r->failed)) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_residue_settle(&r->hits, first, r->opt->n_patterns, r->report, err));
	r->item_hits = r->hits.len;
	/* Its own file must give it in every encoding; a caller's row in any. */
	r->report->control_found = c->planted &&
		(c->by_caller ? r->controls_seen != 0 : r->controls_seen == (1U << NKS_ENCODING_COUNT) - 1);
	return nk_done();
}

static NK_RESULT scan_place(struct run *r, const struct nk_env *env, const struct nk_place *place,
	struct nk_control *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf control = { 0 };
	const bool file = is_file(env, place->path);
	nk_rc scanned;
	nk_rc cleared;

	nk_buf_init(&control, PATH_MAX);
	NK_TRY(control_path(place, file, c, &control, err));
	NK_TRY(nk_control_plant(env, r->opt, place, (const char *)control.ptr, c, err));
	scanned = scan_planted(r, env, file, c, (const char *)control.ptr, err);
	cleared = nk_control_unplant(env, r->opt, place, (const char *)control.ptr, c, nk_ok(scanned) ? err : NULL);
	return nk_ok(scanned) ? cleared : scanned;
}

static NK_RESULT finish(struct run *r, struct nk_residue_report *out, struct nk_err *err)
{
	struct nk_residue_hit *hits = nk_vec_keep(&r->hits, r->arena);
	struct nk_residue_unscanned *unscanned = nk_vec_keep(&r->unscanned, r->arena);

	if (hits == NULL || unscanned == NULL) {
		return nk_fail_nomem(err);
	}
	out->hits = hits;
	out->n_hits = r->hits.len;
	out->unscanned = unscanned;
	out->n_unscanned = r->unscanned.len;
	out->patterns = r->index.added;
	out->patterns_too_short = r->index.too_short;
	for (size_t i = 0; i < out->n_places; i++) {
		out->by_chance += out->places[i].by_chance;
	}
	out->valid = nk_residue_is_valid(out);
	(void)snprintf(out->scanner, sizeof(out->scanner), "%s", nks_version());
	return nk_done();
}

NK_RESULT nk_residue_scan(const struct nk_env *env, const struct nk_residue_options *opt, struct nk_arena *arena,
	struct nk_residue_report *out, struct nk_err *err)
{
	NK_OWNED(run_done) struct run r = { .opt = opt, .arena = arena, .index = { .fd = -1 }, .failed = { NK_OK } };
	struct nk_residue_report report = { .n_places = opt->n_places };
	struct nk_control *const controls = nk_arena_array(arena, opt->n_places, sizeof(*controls));

	nk_vec_init(&r.hits, sizeof(struct nk_residue_hit), hits_max(opt));
	nk_vec_init(&r.unscanned, sizeof(struct nk_residue_unscanned), UNSCANNED_MAX);
	nk_vec_init(&r.waiting, sizeof(struct nkx_finding), WAITING_MAX);
	nk_vec_init(&r.ended, sizeof(struct nkx_finding), WAITING_MAX);
	report.places = nk_arena_array(arena, opt->n_places, sizeof(*report.places));
	if (controls == NULL || report.places == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < opt->n_places; i++) {
		NK_TRY(nk_control_make(env, &controls[i], err));
	}
	NK_TRY(nk_residue_index_make(env, opt, controls, &r.index, err));
	NK_TRY(start(&r, err));
	for (size_t i = 0; i < opt->n_places; i++) {
		r.place = i;
		r.report = &report.places[i];
		NK_TRY(scan_place(&r, env, &opt->places[i], &controls[i], err));
	}
	NK_TRY(finish(&r, &report, err));
	*out = report;
	return nk_done();
}
