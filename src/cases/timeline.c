/*
 * timeline.c: the course of a case laid out from top to bottom: a heading for each day, the gap in days said between
 * them, one mark and text a moment. Marks differ in shape as well as in colour.
 */
#include "base.h"

#include "timeline.h"
#include "words_int.h"

enum { MAX_ROWS = 200, MAX_SHAPES = 8000, WIDTH = 900, TIME_X = 128, MARK_X = 158, TEXT_X = 184, TEXT_SIZE = 14, LINE = 22 };

#define INK 0x1F2328U
#define FAINT 0x6E7781U
#define RULE 0xC9D1D9U

struct row {
	nk_time at;
	nk_time until;
	enum nk_moment_lane lane;
	bool guessed;
	bool later; /* behind the day of the paper */
	size_t order; /* as given: the sort is a stable one */
	struct nk_str text;
};
struct laying {
	struct nk_arena *arena;
	enum nk_lang lang;
	struct nk_vec shapes;
	double y;
	nk_date day;
	nk_time now;
	bool now_shown;
};

struct lane_look {
	const char *label;
	uint32_t colour;
	enum nk_shape_kind mark;
	bool hollow;
};
static const struct lane_look looks[NK_LANE_COUNT] = {
	[NK_LANE_EVENT] = { NK_N("what happened"), 0xB3261EU, NK_SHAPE_DOT, false },
	[NK_LANE_DECISION] = { NK_N("decision"), 0x1F4E9EU, NK_SHAPE_BOX, false },
	[NK_LANE_REPORT] = { NK_N("report or notice"), 0x0B6E4FU, NK_SHAPE_BOX, true },
	[NK_LANE_PERSON] = { NK_N("towards the persons"), 0x6F42C1U, NK_SHAPE_DOT, true },
	[NK_LANE_DEADLINE] = { NK_N("deadline"), 0x9A5B00U, NK_SHAPE_BOX, true },
};

static nk_rc add(struct laying *l, const struct nk_shape *shape, struct nk_err *err)
{
	void *made = NULL;

	NK_TRY(nk_vec_push(&l->shapes, &made, err));
	*(struct nk_shape *)made = *shape;
	return nk_done();
}

static nk_rc mark(struct laying *l, enum nk_moment_lane lane, double x, double y, struct nk_err *err)
{
	const struct lane_look *look = &looks[lane];
	struct nk_shape s = { .kind = look->mark, .x = x, .y = y, .x2 = 6, .colour = look->colour, .hollow = look->hollow };

	if (look->mark == NK_SHAPE_BOX) {
		s.x = x - 6;
		s.y = y - 6;
		s.x2 = 12;
		s.y2 = 12;
	}
	s.dashed = lane == NK_LANE_DEADLINE;
	return add(l, &s, err);
}

static nk_rc written(struct laying *l, double x, double y, struct nk_str text, struct nk_err *err)
{
	const struct nk_shape s = { .kind = NK_SHAPE_TEXT, .x = x, .y = y, .y2 = TEXT_SIZE, .colour = INK, .text = text };

	return add(l, &s, err);
}

/* About the width of a character in ems: enough for breaking lines. */
static double width_of(uint32_t cp)
{
	return cp < 0x1100 || (cp >= 0xFF61 && cp <= 0xFF9F) ? 0.58 : 1.0;
}

/* The longest start of the text that fits into `ems`; breaks at a blank where there is one near. */
static size_t fitting(struct nk_str text, double ems)
{
	size_t at = 0;
	size_t blank = 0;
	double used = 0;

	while (at < text.len) {
		const size_t before = at;
		const uint32_t cp = nk_utf8_next(text, &at);

		used += width_of(cp);
		if (cp == '\n') {
			return at;
		}
		if (used > ems && before > 0) {
			return blank > before / 2 ? blank : before;
		}
		if (cp == ' ' || cp == 0x3000 || cp == 0x3001 || cp == 0x3002) {
			blank = at;
		}
	}
	return at;
}

static nk_rc wrapped(struct laying *l, struct nk_str text, struct nk_err *err)
{
	while (text.len > 0) {
		const size_t n = fitting(text, (double)(WIDTH - TEXT_X - 20) / TEXT_SIZE);

		NK_TRY(written(l, TEXT_X, l->y, nk_str_trim(nk_str_sub(text, 0, n)), err));
		text = nk_str_trim(nk_str_sub(text, n, SIZE_MAX));
		l->y += text.len > 0 ? LINE - 2 : 0;
	}
	return nk_done();
}

static nk_rc across(struct laying *l, uint32_t colour, bool dashed, struct nk_err *err)
{
	const struct nk_shape s = {
		.kind = NK_SHAPE_LINE, .x = 16, .y = l->y, .x2 = WIDTH - 16, .y2 = l->y, .colour = colour, .dashed = dashed
	};

	return add(l, &s, err);
}

static nk_rc legend(struct laying *l, struct nk_err *err)
{
	double x = 24;

	for (size_t i = 0; i < NK_LANE_COUNT; i++) {
		const struct nk_str label = nk_str_c(nk_tr(l->lang, looks[i].label));
		double ems = 0;
		size_t at = 0;

		NK_TRY(mark(l, (enum nk_moment_lane)i, x, l->y - 5, err));
		NK_TRY(written(l, x + 12, l->y, label, err));
		while (at < label.len) {
			ems += width_of(nk_utf8_next(label, &at));
		}
		x += 36 + ems * TEXT_SIZE;
	}
	l->y += 14;
	return across(l, RULE, false, err);
}

static nk_rc gap(struct laying *l, nk_date day, struct nk_err *err)
{
	const struct nk_short n = case_number(l->day == NK_DATE_NONE ? 0 : (uint64_t)(day - l->day));
	const struct nk_str arg = nk_str_c(n.text);
	struct nk_shape s = { .kind = NK_SHAPE_TEXT, .x = TEXT_X, .y = l->y + 24, .y2 = 12, .colour = FAINT };
	const struct nk_shape down = {
		.kind = NK_SHAPE_LINE, .x = MARK_X, .y = l->y + 10, .x2 = MARK_X, .y2 = l->y + 30, .colour = FAINT, .dashed = true
	};

	if (l->day == NK_DATE_NONE || day - l->day < 2) {
		return nk_done();
	}
	NK_TRY(case_text(l->arena, l->lang, NK_N("%s days later"), &arg, &s.text, err));
	NK_TRY(add(l, &s, err));
	NK_TRY(add(l, &down, err));
	l->y += 28;
	return nk_done();
}

static nk_rc day_heading(struct laying *l, nk_date day, struct nk_err *err)
{
	static const char *const ja[] = { "木", "金", "土", "日", "月", "火", "水" };
	static const char *const en[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	const int weekday = (int)(((day % 7) + 7) % 7);
	const struct nk_short date = case_date(day, l->lang);
	struct nk_shape s = { .kind = NK_SHAPE_TEXT, .x = 24, .y2 = 15, .colour = INK, .bold = true };

	NK_TRY(gap(l, day, err));
	l->y += 30;
	s.y = l->y;
	NK_TRY(nk_arena_printf(l->arena, &s.text, err, l->lang == NK_LANG_JA ? "%s（%s）" : "%s (%s)", date.text,
		l->lang == NK_LANG_JA ? ja[weekday] : en[weekday]));
	NK_TRY(add(l, &s, err));
	l->day = day;
	return nk_done();
}

static nk_rc now_line(struct laying *l, struct nk_err *err)
{
	const struct nk_short at = case_time(l->now, l->lang);
	const struct nk_str arg = nk_str_c(at.text);
	struct nk_shape s = { .kind = NK_SHAPE_TEXT, .x = WIDTH - 24, .y2 = 12, .colour = FAINT, .anchor = NK_ANCHOR_END };

	l->now_shown = true;
	l->y += 26;
	s.y = l->y - 4;
	NK_TRY(case_text(l->arena, l->lang, NK_N("as of %s; below: still to come"), &arg, &s.text, err));
	NK_TRY(add(l, &s, err));
	l->y += 2;
	return across(l, FAINT, true, err);
}

static struct nk_str hour_of(struct laying *l, const struct row *r, struct nk_err *err)
{
	const struct nk_short whole = case_time(r->at, NK_LANG_EN); /* YYYY-MM-DD hh:mm */
	struct nk_str text = { NULL, 0 };

	if (r->lane == NK_LANE_DEADLINE) {
		return nk_str_c(nk_tr(l->lang, NK_N("until the end")));
	}
	(void)nk_arena_dup(l->arena, nk_str_sub(nk_str_c(whole.text), 11, 5), &text, err).code;
	return text;
}

static nk_rc moment_text(struct laying *l, const struct row *r, struct nk_str *out, struct nk_err *err)
{
	const bool same_day = nk_time_day(r->until, CASE_JAPAN_MINUTES) == nk_time_day(r->at, CASE_JAPAN_MINUTES);
	const struct nk_short until = case_time(r->until, same_day ? NK_LANG_EN : l->lang);
	const struct nk_str whole = nk_str_c(until.text);
	const struct nk_str args[] = { r->text, same_day ? nk_str_sub(whole, whole.len - 5, 5) : whole };

	*out = r->text;
	if (r->until != 0) {
		NK_TRY(case_text(l->arena, l->lang, NK_N("%1$s (until %2$s)"), args, out, err));
	}
	if (r->guessed) {
		const struct nk_str so_far = *out;

		NK_TRY(case_text(l->arena, l->lang, NK_N("%s (guessed)"), &so_far, out, err));
	}
	return nk_done();
}

static nk_rc one_row(struct laying *l, const struct row *r, struct nk_err *err)
{
	const nk_date day = nk_time_day(r->at, CASE_JAPAN_MINUTES);
	struct nk_str text = { NULL, 0 };
	struct nk_shape at = { .kind = NK_SHAPE_TEXT, .x = TIME_X, .y2 = 13, .colour = FAINT, .anchor = NK_ANCHOR_END };

	if (r->later && !l->now_shown) {
		NK_TRY(now_line(l, err));
	}
	if (day != l->day) {
		NK_TRY(day_heading(l, day, err));
	}
	l->y += LINE + 2;
	at.y = l->y;
	at.text = hour_of(l, r, err);
	NK_TRY(add(l, &at, err));
	NK_TRY(mark(l, r->lane, MARK_X, l->y - 5, err));
	NK_TRY(moment_text(l, r, &text, err));
	return wrapped(l, text, err);
}

static int by_time(const void *a, const void *b)
{
	const struct row *x = a;
	const struct row *y = b;

	if (x->at != y->at) {
		return x->at < y->at ? -1 : 1;
	}
	return x->order < y->order ? -1 : 1;
}

static nk_rc gather(const struct nk_case_facts *f, enum nk_lang lang, struct nk_vec *rows, struct nk_err *err)
{
	void *made = NULL;

	for (size_t i = 0; i < f->course_n; i++) {
		const struct nk_moment *m = &f->course[i];

		NK_TRY(nk_vec_push(rows, &made, err));
		*(struct row *)made = (struct row){ .at = m->at, .until = m->until, .guessed = m->guessed, .text = nk_str_trim(m->text),
			.lane = m->lane < NK_LANE_COUNT ? m->lane : NK_LANE_EVENT, .order = rows->len,
			.later = f->now != 0 && m->at > f->now };
	}
	for (size_t i = 0; i < f->deadlines_n; i++) {
		const struct nk_deadline *d = &f->deadlines[i];

		if (d->due_at == 0) {
			continue;
		}
		NK_TRY(nk_vec_push(rows, &made, err));
		*(struct row *)made = (struct row){ .at = d->due_at, .text = d->word[lang], .lane = NK_LANE_DEADLINE, .order = rows->len,
			.later = f->now != 0 && d->due_at > f->now };
	}
	if (rows->len > 0) {
		qsort(rows->items, rows->len, sizeof(struct row), by_time);
	}
	return nk_done();
}

static nk_rc left_out(struct laying *l, size_t n, struct nk_err *err)
{
	const struct nk_short count = case_number(n);
	const struct nk_str arg = nk_str_c(count.text);
	struct nk_str text;

	l->y += LINE + 2;
	NK_TRY(case_text(l->arena, l->lang, NK_N("%s more are left out of this picture"), &arg, &text, err));
	return written(l, TEXT_X, l->y, text, err);
}

static nk_rc words_of_picture(
	struct laying *l, const struct nk_case_facts *f, const struct nk_vec *rows, struct nk_picture *p, struct nk_err *err)
{
	const struct nk_short n = case_number(rows->len);
	const struct nk_short from = rows->len > 0 ? case_time(((const struct row *)nk_vec_at(rows, 0))->at, l->lang) : case_number(0);
	const struct nk_short to =
		rows->len > 0 ? case_time(((const struct row *)nk_vec_at(rows, rows->len - 1))->at, l->lang) : case_number(0);
	const struct nk_str title[] = { f->receipt.len > 0 ? f->receipt : f->case_id };
	const struct nk_str desc[] = { nk_str_c(n.text), nk_str_c(from.text), nk_str_c(to.text) };

	NK_TRY(case_text(l->arena, l->lang, NK_N("Course of events, case %s"), title, &p->title, err));
	return case_text(l->arena, l->lang,
		rows->len > 0 ? NK_N("%1$s moments from %2$s to %3$s, one below the other, each with its time (Japan) and kind")
			      : NK_N("No moment has been written down yet"),
		desc, &p->desc, err);
}

static nk_rc lay_out(struct laying *l, const struct nk_case_facts *f, struct nk_vec *rows, struct nk_picture *out, struct nk_err *err)
{
	struct nk_shape title = { .kind = NK_SHAPE_TEXT, .x = 24, .y = 34, .y2 = 18, .colour = INK, .bold = true };
	struct nk_picture p = { .width = WIDTH, .lang = l->lang };
	struct nk_shape *shapes;

	NK_TRY(gather(f, l->lang, rows, err));
	NK_TRY(words_of_picture(l, f, rows, &p, err));
	title.text = p.title;
	NK_TRY(add(l, &title, err));
	l->y = 62;
	NK_TRY(legend(l, err));
	for (size_t i = 0; i < rows->len && i < MAX_ROWS; i++) {
		NK_TRY(one_row(l, nk_vec_at(rows, i), err));
	}
	if (rows->len > MAX_ROWS) {
		NK_TRY(left_out(l, rows->len - MAX_ROWS, err));
	}
	shapes = nk_vec_keep(&l->shapes, l->arena);
	if (shapes == NULL) {
		return nk_fail_nomem(err);
	}
	p.height = l->y + 24;
	p.shapes = shapes;
	p.n = l->shapes.len;
	*out = p;
	return nk_done();
}

NK_RESULT nk_timeline_make(
	const struct nk_case_facts *facts, enum nk_lang lang, struct nk_arena *arena, struct nk_picture *out, struct nk_err *err)
{
	struct laying l = { .arena = arena, .lang = lang, .day = NK_DATE_NONE, .now = facts->now };
	struct nk_vec rows;
	nk_rc rc;

	nk_vec_init_wiping(&l.shapes, sizeof(struct nk_shape), MAX_SHAPES);
	nk_vec_init_wiping(&rows, sizeof(struct row), 20000);
	rc = lay_out(&l, facts, &rows, out, err);
	nk_vec_done(&l.shapes);
	nk_vec_done(&rows);
	return rc;
}

NK_RESULT nk_timeline_svg(const struct nk_case_facts *facts, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_picture p;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_timeline_make(facts, lang, arena, &p, err));
	return nk_picture_svg(&p, out, err);
}
