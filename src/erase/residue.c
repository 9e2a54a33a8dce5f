/*
 * residue.c: walks the places and scans every file through the env.
 *
 * Invariant: a file counts as scanned only when it was read to the end it had when it was opened; everything else
 * that is met on the way is counted as unscanned. No value that is found leaves this file: names of files are scanned
 * before they are written down.
 */
#include "base.h"

#include "residue.h"

#include "residue_int.h"

enum { CHUNK = 256 * 1024, HITS_MAX = 10000, UNSCANNED_MAX = 1000, DEEPEST = 64 };

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
	const struct nk_env *env;
	const struct nk_residue_options *opt;
	struct nk_arena *arena;
	struct nks_index *index;
	struct nks_scan *scan;
	uint8_t *chunk;
	struct nk_vec hits;
	struct nk_vec unscanned;
	struct nk_residue_place_report *report; /* of the place at hand */
	struct nk_control control; /* of the place at hand */
	uint64_t bytes;
	size_t place;
	struct nk_buf path; /* of the file at hand, with a NUL behind its end */
	struct nk_buf shown; /* the same from the place on, without values */
	unsigned depth;
	bool in_name; /* a name is scanned, not a file's bytes */
	bool name_has_value;
	uint64_t other_end[NKS_ENCODING_COUNT]; /* end of the furthest value of somebody who stays */
	unsigned controls_seen; /* bit per encoding */
	nk_rc failed; /* in a callback of the scanner */
};

static void run_done(struct run *r)
{
	nks_scan_free(&r->scan);
	nks_index_free(&r->index);
	if (r->chunk != NULL) {
		explicit_bzero(r->chunk, CHUNK);
		free(r->chunk);
		r->chunk = NULL;
	}
	nk_vec_done(&r->hits);
	nk_vec_done(&r->unscanned);
	nk_buf_done(&r->path);
	nk_buf_done(&r->shown);
}

/* The file at hand as it may be written down. */
static NK_RESULT shown_name(struct run *r, struct nk_str *out, struct nk_err *err)
{
	return nk_arena_dup(r->arena, nk_buf_str(&r->shown), out, err);
}

static NK_RESULT note_hit(
	struct run *r, const struct nk_residue_pattern *p, const struct nks_finding *found, bool others)
{
	struct nk_residue_hit hit = { r->place, NK_STR(""), found->offset, p->person_number, p->item,
		nks_encoding_name(found->encoding), others };
	void *room = NULL;

	if (others) {
		r->report->hits_of_others++;
	} else {
		r->report->hits++;
	}
	if (r->in_name) {
		hit.offset = 0;
		hit.encoding = "file-name";
	}
	if (r->hits.len >= HITS_MAX) {
		return nk_done();
	}
	NK_TRY(shown_name(r, &hit.file, NULL));
	NK_TRY(nk_vec_push(&r->hits, &room, NULL));
	*(struct nk_residue_hit *)room = hit;
	return nk_done();
}

static int on_finding(void *arg, const struct nks_finding *found)
{
	struct run *r = arg;
	const struct nk_residue_pattern *p = NULL;
	const uint64_t end = found->offset + found->length;
	bool others = false;

	if (found->pattern >= r->opt->n_patterns) {
		/* A control: of this place, or of another one, which means nothing. */
		if (found->pattern - r->opt->n_patterns == r->place && !r->in_name) {
			r->controls_seen |= 1U << found->encoding;
		}
		return 0;
	}
	p = &r->opt->patterns[found->pattern];
	if (p->person_number == 0) {
		if (end > r->other_end[found->encoding]) {
			r->other_end[found->encoding] = end;
		}
		return 0;
	}
	/* Longer values come first where both begin at one byte, so a value around this one has been seen by now. */
	others = p->also_of_others || end <= r->other_end[found->encoding];
	if (r->in_name) {
		r->name_has_value = true;
	}
	r->failed = note_hit(r, p, found, others);
	return nk_ok(r->failed) ? 0 : 1;
}

static NK_RESULT note_unscanned(struct run *r, enum nk_code why, struct nk_err *err)
{
	struct nk_residue_unscanned item = { r->place, NK_STR(""), why };
	void *room = NULL;

	r->report->unscanned++;
	if (r->unscanned.len >= UNSCANNED_MAX) {
		return nk_done();
	}
	NK_TRY(shown_name(r, &item.file, err));
	NK_TRY(nk_vec_push(&r->unscanned, &room, err));
	*(struct nk_residue_unscanned *)room = item;
	return nk_done();
}

static NK_RESULT feed_end(struct run *r, enum nks_status status, struct nk_err *err)
{
	const enum nks_status ended = nks_scan_end(r->scan);

	memset(r->other_end, 0, sizeof(r->other_end));
	if (!nk_ok(r->failed) || status != NKS_OK || ended != NKS_OK) {
		return nk_fail_nomem(err);
	}
	return nk_done();
}

struct opened {
	const struct nk_env *env;
	int file;
};

static void opened_close(struct opened *o)
{
	o->env->close(o->env->self, &o->file);
}

/* The bytes of an open file. *out_code: NK_OK, or why it could not be read whole. */
static NK_RESULT scan_bytes(struct run *r, int file, enum nk_code *out_code, uint64_t *out_bytes, struct nk_err *err)
{
	uint64_t size = 0;
	uint64_t at = 0;
	size_t got = 0;
	enum nks_status status = NKS_OK;
	nk_rc rc = r->env->size(r->env->self, file, &size, NULL);

	while (nk_ok(rc) && status == NKS_OK && nk_ok(r->failed)) {
		rc = r->env->read(r->env->self, file, at, r->chunk, CHUNK, &got, NULL);
		if (!nk_ok(rc) || got == 0) {
			break;
		}
		status = nks_scan_feed(r->scan, r->chunk, got);
		at += got;
		if (r->opt->progress != NULL) {
			r->opt->progress(r->opt->progress_arg, r->bytes + at);
		}
	}
	*out_bytes = at;
	*out_code = !nk_ok(rc) ? rc.code : at < size ? NK_INCOMPLETE : NK_OK;
	return feed_end(r, status, err);
}

/* The file at r->path; NK_OK in *out_code when it was scanned whole. */
static NK_RESULT scan_file(struct run *r, enum nk_code *out_code, uint64_t *out_bytes, struct nk_err *err)
{
	NK_OWNED(opened_close) struct opened o = { r->env, -1 };
	const nk_rc rc = r->env->open(r->env->self, (const char *)r->path.ptr, NK_OPEN_READ, &o.file, NULL);

	*out_code = rc.code;
	*out_bytes = 0;
	return nk_ok(rc) ? scan_bytes(r, o.file, out_code, out_bytes, err) : nk_done();
}

/* A file of the place: counted. */
static NK_RESULT take_file(struct run *r, struct nk_err *err)
{
	enum nk_code code = NK_OK;
	uint64_t bytes = 0;

	NK_TRY(scan_file(r, &code, &bytes, err));
	r->report->bytes += bytes;
	r->bytes += bytes;
	if (code != NK_OK) {
		return note_unscanned(r, code, err);
	}
	r->report->files++;
	return nk_done();
}

static NK_RESULT set_path(struct nk_buf *buf, size_t len, struct nk_str name, bool slash, struct nk_err *err)
{
	buf->len = len;
	if (slash) {
		NK_TRY(nk_buf_add_byte(buf, '/', err));
	}
	NK_TRY(nk_buf_add_str(buf, name, err));
	NK_TRY(nk_buf_add_byte(buf, 0, err));
	buf->len--;
	return nk_done();
}

/* Looks into the name itself; then writes it down, or that it is withheld. */
static NK_RESULT take_name(struct run *r, size_t shown_len, struct nk_str name, struct nk_err *err)
{
	r->in_name = true;
	r->name_has_value = false;
	NK_TRY(set_path(&r->shown, shown_len, NK_STR("(withheld)"), shown_len > 0, err));
	NK_TRY(feed_end(r, nks_scan_feed(r->scan, name.ptr, name.len), err));
	r->in_name = false;
	return r->name_has_value ? nk_done() : set_path(&r->shown, shown_len, name, shown_len > 0, err);
}

static NK_RESULT walk(struct run *r, struct nk_err *err);

static NK_RESULT take_entry(struct run *r, struct nk_str name, bool is_dir, struct nk_err *err)
{
	if (!is_dir) {
		return take_file(r, err);
	}
	(void)name;
	if (r->depth >= DEEPEST) {
		return note_unscanned(r, NK_LIMIT, err);
	}
	return walk(r, err);
}

static NK_RESULT on_entry(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct run *r = arg;
	const size_t path_len = r->path.len;
	const size_t shown_len = r->shown.len;
	nk_rc rc;

	if (r->depth == 1 && !r->control.by_caller && nk_str_eq(name, nk_str_c(r->control.file))) {
		return nk_done();
	}
	NK_TRY(take_name(r, shown_len, name, err));
	rc = set_path(&r->path, path_len, name, true, NULL);
	rc = nk_ok(rc) ? take_entry(r, name, is_dir, err) : note_unscanned(r, rc.code, err);
	r->path.len = path_len;
	r->path.ptr[path_len] = 0;
	r->shown.len = shown_len;
	return rc;
}

/* Marks a failure of our own inside a listing, so that it is not taken for one of the folder. */
struct listing {
	struct run *run;
	nk_rc own;
};

static NK_RESULT on_listed(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct listing *l = arg;

	l->own = on_entry(l->run, name, is_dir, err);
	return l->own;
}

/* The folder at r->path and everything below it. */
static NK_RESULT walk(struct run *r, struct nk_err *err)
{
	struct listing l = { r, nk_done() };
	nk_rc rc;

	r->depth++;
	rc = r->env->list(r->env->self, (const char *)r->path.ptr, on_listed, &l, err);
	r->depth--;
	if (nk_ok(rc) || !nk_ok(l.own)) {
		return rc;
	}
	return note_unscanned(r, rc.code, err);
}

/* Is the place one file? Then the control's file stands beside it. */
static bool is_file(const struct run *r, const char *path)
{
	NK_OWNED(opened_close) struct opened o = { r->env, -1 };

	return nk_ok(r->env->open(r->env->self, path, NK_OPEN_READ, &o.file, NULL));
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
	return set_path(out, out->len, nk_str_c(c->file), !file, err);
}

/* Was the control found? Its own file must give it in every encoding; a caller's row in any. */
static NK_RESULT look_for_control(struct run *r, const char *path, struct nk_err *err)
{
	enum nk_code code = NK_OK;
	uint64_t bytes = 0;

	if (r->control.by_caller) {
		r->report->control_found = r->control.planted && r->controls_seen != 0;
		return nk_done();
	}
	if (!r->control.planted) {
		return nk_done();
	}
	r->controls_seen = 0;
	NK_TRY(set_path(&r->path, 0, nk_str_c(path), false, err));
	NK_TRY(scan_file(r, &code, &bytes, err));
	r->report->control_found = code == NK_OK && r->controls_seen == (1U << NKS_ENCODING_COUNT) - 1;
	return nk_done();
}

static NK_RESULT scan_planted(
	struct run *r, const struct nk_place *place, bool file, const char *control, struct nk_err *err)
{
	r->controls_seen = 0;
	r->depth = 0;
	NK_TRY(set_path(&r->path, 0, nk_str_c(place->path), false, err));
	NK_TRY(set_path(&r->shown, 0, NK_STR(""), false, err));
	NK_TRY(file ? take_file(r, err) : walk(r, err));
	return look_for_control(r, control, err);
}

static NK_RESULT scan_place(struct run *r, const struct nk_place *place, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf control = { 0 };
	const bool file = is_file(r, place->path);
	nk_rc scanned;
	nk_rc cleared;

	nk_buf_init(&control, PATH_MAX);
	NK_TRY(control_path(place, file, &r->control, &control, err));
	NK_TRY(nk_control_plant(r->env, r->opt, place, (const char *)control.ptr, &r->control, err));
	scanned = scan_planted(r, place, file, (const char *)control.ptr, err);
	cleared = nk_control_unplant(
		r->env, r->opt, place, (const char *)control.ptr, &r->control, nk_ok(scanned) ? err : NULL);
	return nk_ok(scanned) ? cleared : scanned;
}

/* The index over all patterns and one control for each place. */
static NK_RESULT prepare(
	struct run *r, const struct nk_control *controls, struct nk_residue_report *out, struct nk_err *err)
{
	enum nks_status status = nks_index_new(&r->index);
	bool too_short = false;
	bool added = false;

	for (size_t i = 0; i < r->opt->n_patterns && status == NKS_OK; i++) {
		const struct nk_residue_pattern *p = &r->opt->patterns[i];

		NK_TRY(nk_residue_index_add(r->index, nk_u32(i), p->value, &too_short, &added, err));
		out->patterns += added && p->person_number != 0;
		out->patterns_too_short += too_short && p->person_number != 0;
	}
	for (size_t i = 0; i < r->opt->n_places && status == NKS_OK; i++) {
		NK_TRY(nk_residue_index_add(r->index, nk_u32(r->opt->n_patterns + i), nk_control_text(&controls[i]),
			&too_short, &added, err));
	}
	if (status == NKS_OK) {
		status = nks_index_seal(r->index);
	}
	if (status == NKS_OK) {
		status = nks_scan_new(r->index, on_finding, r, &r->scan);
	}
	r->chunk = malloc(CHUNK);
	return status != NKS_OK || r->chunk == NULL ? nk_residue_index_fail(status, err) : nk_done();
}

static NK_RESULT finish(struct run *r, struct nk_residue_report *out, struct nk_err *err)
{
	struct nk_residue_hit *hits = nk_arena_array(r->arena, r->hits.len, sizeof(*hits));
	struct nk_residue_unscanned *unscanned = nk_arena_array(r->arena, r->unscanned.len, sizeof(*unscanned));

	if (hits == NULL || unscanned == NULL) {
		return nk_fail_nomem(err);
	}
	if (r->hits.len > 0) {
		memcpy(hits, r->hits.items, r->hits.len * sizeof(*hits));
	}
	if (r->unscanned.len > 0) {
		memcpy(unscanned, r->unscanned.items, r->unscanned.len * sizeof(*unscanned));
	}
	out->hits = hits;
	out->n_hits = r->hits.len;
	out->unscanned = unscanned;
	out->n_unscanned = r->unscanned.len;
	out->valid = nk_residue_is_valid(out);
	(void)snprintf(out->scanner, sizeof(out->scanner), "%s", nks_version());
	return nk_done();
}

NK_RESULT nk_residue_scan(const struct nk_env *env, const struct nk_residue_options *opt, struct nk_arena *arena,
	struct nk_residue_report *out, struct nk_err *err)
{
	NK_OWNED(run_done) struct run r = { .env = env, .opt = opt, .arena = arena, .failed = { NK_OK } };
	struct nk_residue_report report = { .n_places = opt->n_places };
	struct nk_control *controls = nk_arena_array(arena, opt->n_places, sizeof(*controls));

	nk_vec_init(&r.hits, sizeof(struct nk_residue_hit), HITS_MAX);
	nk_vec_init(&r.unscanned, sizeof(struct nk_residue_unscanned), UNSCANNED_MAX);
	nk_buf_init_wiping(&r.path, PATH_MAX);
	nk_buf_init_wiping(&r.shown, 2 * PATH_MAX);
	report.places = nk_arena_array(arena, opt->n_places, sizeof(*report.places));
	if (controls == NULL || report.places == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < opt->n_places; i++) {
		NK_TRY(nk_control_make(env, &controls[i], err));
	}
	NK_TRY(prepare(&r, controls, &report, err));
	for (size_t i = 0; i < opt->n_places; i++) {
		r.place = i;
		r.report = &report.places[i];
		r.control = controls[i];
		NK_TRY(scan_place(&r, &opt->places[i], err));
	}
	NK_TRY(finish(&r, &report, err));
	*out = report;
	return nk_done();
}
