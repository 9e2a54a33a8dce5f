/*
 * scan_collect.c: from the pool's reports to the caller's: a file's findings wait until its name is known, then they
 * are told with their streams, in order.
 */
#include "base.h"
#include "scan_int.h"

enum { FILE_ARENA = 256 * 1024 * 1024, KEPT_MAX = 16 * 1024 * 1024 };

struct kept_stream {
	struct nk_scan_stream s;
	size_t first, n; /* its findings in `kept` */
};

NK_RESULT nk_scan_collector_init(struct nk_scan_collector *c, struct nk_err *err)
{
	nk_vec_init(&c->findings, sizeof(struct nk_whose_finding), KEPT_MAX);
	nk_vec_init(&c->ended, sizeof(struct nk_whose_finding), KEPT_MAX);
	nk_vec_init(&c->kept, sizeof(struct nk_whose_finding), KEPT_MAX);
	nk_vec_init(&c->streams, sizeof(struct kept_stream), KEPT_MAX);
	return nk_arena_new(NK_ARENA_WIPING, FILE_ARENA, &c->arena, err);
}

void nk_scan_collector_done(struct nk_scan_collector *c)
{
	nk_vec_done(&c->findings);
	nk_vec_done(&c->ended);
	nk_vec_done(&c->kept);
	nk_vec_done(&c->streams);
	nk_arena_free(&c->arena);
}

static bool on_finding(void *arg, const struct nkx_finding *f)
{
	struct nk_scan_collector *const c = arg;
	void *room = NULL;

	c->failed = nk_vec_push(&c->findings, &room, NULL);
	if (!nk_ok(c->failed)) {
		return false;
	}
	((struct nk_whose_finding *)room)->found = *f;
	return true;
}

/* An inner stream ends before the one around it: its findings go to `ended`. */
static NK_RESULT take_ended(struct nk_scan_collector *c, uint32_t stream)
{
	struct nk_whose_finding *const all = c->findings.items;
	size_t left = 0;
	void *room = NULL;

	nk_vec_clear(&c->ended);
	for (size_t i = 0; i < c->findings.len; i++) {
		if (all[i].found.stream != stream) {
			all[left++] = all[i];
			continue;
		}
		NK_TRY(nk_vec_push(&c->ended, &room, NULL));
		*(struct nk_whose_finding *)room = all[i];
	}
	c->findings.len = left;
	return nk_done();
}

static NK_RESULT keep_stream(struct nk_scan_collector *c, const struct nkx_stream *s)
{
	struct kept_stream k = { .first = c->kept.len, .n = c->ended.len };
	struct nk_str path;
	struct nk_str format;
	void *room = NULL;

	NK_TRY(nk_arena_dup(c->arena, nk_str_c(s->path), &path, NULL));
	NK_TRY(nk_arena_dup(c->arena, nk_str_c(s->format), &format, NULL));
	k.s = (struct nk_scan_stream){
		.inside = path.ptr,
		.format = format.ptr,
		.state = (enum nk_scan_state)s->state,
		.why = nkx_why_name(s->why),
		.why_text = nkx_why_text(s->why),
		.bytes = s->bytes,
		.skipped = s->skipped,
	};
	for (size_t i = 0; i < c->ended.len; i++) {
		NK_TRY(nk_vec_push(&c->kept, &room, NULL));
		*(struct nk_whose_finding *)room = *(const struct nk_whose_finding *)nk_vec_at(&c->ended, i);
	}
	NK_TRY(nk_vec_push(&c->streams, &room, NULL));
	*(struct kept_stream *)room = k;
	return nk_done();
}

static void add_up(struct nk_scan_collector *c, const struct nkx_stream *s)
{
	struct nk_scan_reply *const r = c->out;

	r->streams++;
	r->bytes += s->bytes;
	r->weak += s->summary.weak;
	if (s->state == NKX_PARTLY) {
		r->partly++;
		r->bytes_partly += s->skipped;
	} else if (s->state == NKX_NOT) {
		r->not_scanned++;
		r->bytes_not += s->skipped;
	}
	if (s->state != NKX_SCANNED) {
		c->by_why[s->why]++;
	}
}

static bool on_stream(void *arg, const struct nkx_stream *s)
{
	struct nk_scan_collector *const c = arg;

	add_up(c, s);
	c->failed = take_ended(c, s->stream);
	if (!nk_ok(c->failed)) {
		return false;
	}
	if (c->whose != NULL) {
		nk_whose_judge(c->whose, c->ended.items, c->ended.len);
	}
	/* One file with more streams than memory holds must not end the scan of all others: it is told as told in
	 * part. */
	c->untold += !nk_ok(keep_stream(c, s));
	return true;
}

static void explain(const struct nk_whose_finding *w, struct nk_scan_finding *out)
{
	for (unsigned b = 0; b < NKS_WHY_COUNT && out->n_why < NK_SCAN_WHY_MAX; b++) {
		if ((w->found.f.why >> b & 1U) != 0) {
			out->why[out->n_why] = nks_why_name((enum nks_why)b);
			out->why_text[out->n_why++] = nks_why_text((enum nks_why)b);
		}
	}
	if (w->corroborated && (w->found.f.why & NKS_WHY(CORROBORATED)) == 0 && out->n_why < NK_SCAN_WHY_MAX) {
		out->why[out->n_why] = nks_why_name(NKS_WHY_BIT_CORROBORATED);
		out->why_text[out->n_why++] = nks_why_text(NKS_WHY_BIT_CORROBORATED);
	}
}

static bool tell_finding(
	struct nk_scan_collector *c, const char *file, const char *inside, const struct nk_whose_finding *w)
{
	const struct nks_finding *const f = &w->found.f;
	struct nk_scan_finding out = {
		.file = file,
		.inside = inside,
		.in_name = w->found.in_name,
		.of_person = f->of_index,
		.what = f->of_index ? nks_field_name((enum nks_field)f->field)
				    : nks_class_name((enum nks_class)f->class),
		.confidence = w->corroborated && f->confidence < 95 ? 95 : f->confidence,
		.offset = f->offset,
		.length = f->length,
		.characters = f->units,
		.row = f->row,
		.column = f->column,
		.encoding = nks_encoding_name((enum nks_encoding)f->encoding),
		.via = nks_via_name((enum nks_via)f->via),
		.token = f->token,
		.n_persons = w->n_persons,
		.corroborated = w->corroborated,
		.chance = f->chance,
	};

	if (!f->of_index && f->class == NKS_CLASS_RULE && w->found.rule < c->n_rules) {
		out.rule = c->rule_names[w->found.rule];
	}
	memcpy(out.persons, w->persons, sizeof(out.persons));
	explain(w, &out);
	if (f->of_index) {
		c->by_field[f->field]++;
		c->out->findings_of_persons++;
	} else {
		c->by_class[f->class]++;
	}
	c->out->findings++;
	return c->to->finding == NULL || c->to->finding(c->to->arg, &out);
}

static bool tell_streams(struct nk_scan_collector *c, const char *file)
{
	for (size_t i = 0; i < c->streams.len; i++) {
		struct kept_stream *const k = nk_vec_at(&c->streams, i);

		k->s.file = file;
		for (size_t f = k->first; f < k->first + k->n; f++) {
			if (!tell_finding(c, file, k->s.inside, nk_vec_at(&c->kept, f))) {
				return false;
			}
		}
		if (c->to->stream != NULL && !c->to->stream(c->to->arg, &k->s)) {
			return false;
		}
	}
	return true;
}

/* What did not fit is said, as something that was not told whole. */
static bool tell_untold(struct nk_scan_collector *c, const char *file)
{
	const struct nk_scan_stream s = {
		.file = file,
		.inside = "",
		.format = "",
		.state = NK_SCAN_PARTLY,
		.why = nkx_why_name(NKX_WHY_TOO_MANY),
		.why_text = nkx_why_text(NKX_WHY_TOO_MANY),
	};

	if (c->untold == 0) {
		return true;
	}
	c->out->partly++;
	c->by_why[NKX_WHY_TOO_MANY]++;
	return c->to->stream == NULL || c->to->stream(c->to->arg, &s);
}

static bool on_item(void *arg, const struct nkx_item_end *item)
{
	struct nk_scan_collector *const c = arg;
	const struct nk_scan_file file = {
		.file = item->shown,
		.bytes = item->bytes,
		.streams = item->streams,
		.partly = item->partly,
		.not_scanned = item->not_scanned,
		.findings = item->findings,
	};
	const bool go_on = tell_streams(c, item->shown) && tell_untold(c, item->shown) &&
		(c->to->file == NULL || c->to->file(c->to->arg, &file));

	c->out->files++;
	c->untold = 0;
	nk_vec_clear(&c->streams);
	nk_vec_clear(&c->kept);
	nk_arena_reset(c->arena);
	return go_on;
}

static void on_progress(void *arg, uint64_t bytes)
{
	const struct nk_scan_collector *const c = arg;

	if (c->to->progress != NULL) {
		c->to->progress(c->to->progress_arg, NK_N("scanning"), bytes, 0);
	}
}

void nk_scan_collector_reports(struct nk_scan_collector *c, struct nkx_reports *out)
{
	*out = (struct nkx_reports){
		.finding = on_finding, .stream = on_stream, .item = on_item, .progress = on_progress, .arg = c
	};
}

NK_RESULT nk_scan_collector_end(struct nk_scan_collector *c, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_scan_count *const what = nk_arena_array(arena, NKS_CLASS_COUNT + NKS_FIELD_COUNT, sizeof(*what));
	struct nk_scan_count *const why = nk_arena_array(arena, NKX_WHY_COUNT, sizeof(*why));
	struct nk_scan_reply *const r = c->out;

	if (what == NULL || why == NULL) {
		return nk_fail_nomem(err);
	}
	for (unsigned i = 0; i < NKS_FIELD_COUNT; i++) {
		if (c->by_field[i] > 0) {
			what[r->n_by_class++] =
				(struct nk_scan_count){ nks_field_name((enum nks_field)i), c->by_field[i] };
		}
	}
	for (unsigned i = 0; i < NKS_CLASS_COUNT; i++) {
		if (c->by_class[i] > 0) {
			what[r->n_by_class++] =
				(struct nk_scan_count){ nks_class_name((enum nks_class)i), c->by_class[i] };
		}
	}
	for (unsigned i = 1; i < NKX_WHY_COUNT; i++) {
		if (c->by_why[i] > 0) {
			why[r->n_not_by_why++] =
				(struct nk_scan_count){ nkx_why_text((enum nkx_why)i), c->by_why[i] };
		}
	}
	r->by_class = what;
	r->not_by_why = why;
	r->clean = r->findings == 0;
	r->complete = r->partly == 0 && r->not_scanned == 0 && r->files > 0;
	return c->whose != NULL ? nk_whose_verdict(c->whose, arena, r, err) : nk_done();
}
