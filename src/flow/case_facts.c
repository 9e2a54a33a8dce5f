/*
 * case_facts.c: what forms, letters and texts of a case bind to, computed from the books.
 *
 * Numbers come from queries over extents, duties and notes alone and are never typed (I11); what only people know comes
 * from the newest note "fill" of that field. What nobody knows stays unknown (I10).
 */
#include "base.h"

#include "case_int.h"

static const char *const item_words[NK_ITEM_COUNT] = {
	[NK_ITEM_ids] = "ids",
	[NK_ITEM_login] = "login",
	[NK_ITEM_mail] = "mail",
	[NK_ITEM_name] = "name",
	[NK_ITEM_kana] = "kana",
	[NK_ITEM_class] = "class",
	[NK_ITEM_birth] = "birth",
	[NK_ITEM_password] = "password",
};

const char *nk_case_item_word(enum nk_item_class c)
{
	return item_words[c];
}

static bool read_count(struct nk_str text, struct nk_count *out)
{
	struct nk_str head;

	if (!nk_str_cut(&text, '-', &head) || !nk_parse_u64(head, 0, UINT64_MAX / 2, &out->least)) {
		return false;
	}
	out->most = out->least;
	return text.len == 0 || (nk_parse_u64(text, 0, UINT64_MAX / 2, &out->most) && out->most >= out->least);
}

bool nk_case_fact_set(struct nk_case_facts *f, enum nk_fact_id id, struct nk_str text)
{
	struct nk_count count = { 0, 0 };
	enum nk_tri tri = NK_TRI_UNKNOWN;
	nk_time at = 0;
	nk_date on = NK_DATE_NONE;

	if (nk_str_eq(text, NK_STR("n/a"))) {
		nk_fact_not_applicable(f, id);
		return true;
	}
	switch (nk_fact_type(id)) {
	case NK_FACT_text:
	case NK_FACT_choice:
		nk_fact_text_is(f, id, text);
		return text.len > 0;
	case NK_FACT_count:
		if (!read_count(text, &count)) {
			return false;
		}
		nk_fact_count_is(f, id, count);
		return true;
	case NK_FACT_tri:
		if (!nk_tri_by_name(text, &tri)) {
			return false;
		}
		nk_fact_tri_is(f, id, tri);
		return true;
	case NK_FACT_time:
		if (!nk_time_parse(text, &at)) {
			return false;
		}
		nk_fact_time_is(f, id, at);
		return true;
	case NK_FACT_date:
		if (!nk_date_parse(text, &on)) {
			return false;
		}
		nk_fact_date_is(f, id, on);
		return true;
	}
	return false;
}

/* What people have filled in; the newest of each field stands. */
static NK_RESULT filled(
	struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena, struct nk_case_facts *f, struct nk_err *err)
{
	struct nk_case_note *notes = NULL;
	enum nk_fact_id id = NK_FACT_ID_summary;
	size_t n = 0;

	NK_TRY(nk_case_notes(flow, c, "fill", arena, &notes, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_fact_by_name(nk_case_text(&notes[i], "field"), &id)) {
			(void)nk_case_fact_set(f, id, nk_case_text(&notes[i], "text"));
		}
	}
	return nk_done();
}

/* "yes", "feared" or "no" of a harm over all copies; unknown while there is no copy. */
static void harm(struct nk_case_facts *f, enum nk_fact_id id, const struct nk_case_copy *copies, size_t n,
	const char *sure, const char *feared)
{
	const char *word = n > 0 ? "no" : "";

	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(copies[i].harm, nk_str_c(sure)) && copies[i].certain) {
			word = "yes";
		} else if ((nk_str_eq(copies[i].harm, nk_str_c(feared)) || nk_str_eq(copies[i].harm, nk_str_c(sure))) &&
			strcmp(word, "yes") != 0) {
			word = "feared";
		}
	}
	nk_fact_text_is(f, id, nk_str_c(word));
}

static void windows(struct nk_case_facts *f, const struct nk_case_copy *copies, size_t n)
{
	nk_time from = 0;
	nk_time until = 0;

	for (size_t i = 0; i < n; i++) {
		from = copies[i].from_at != 0 && (from == 0 || copies[i].from_at < from) ? copies[i].from_at : from;
		until = copies[i].until_at > until ? copies[i].until_at : until;
	}
	if (from != 0) {
		nk_fact_time_is(f, NK_FACT_ID_occurred_from, from);
	}
	if (until != 0) {
		nk_fact_time_is(f, NK_FACT_ID_occurred_until, until);
	}
}

static NK_RESULT items(struct nk_flow *flow, const struct nk_law *law, const struct nk_case_copy *copies, size_t n,
	enum nk_lang lang, struct nk_arena *arena, struct nk_case_facts *f, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_extent_total sure;
	struct nk_extent_total all;
	struct nk_item_persons *rows = nk_arena_array(arena, NK_ITEM_COUNT, sizeof(*rows));
	struct nk_uuid *ids = NULL;
	struct nk_str word;
	size_t k = 0;

	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_init(&text, 4096);
	NK_TRY(nk_case_copy_ids(copies, n, true, arena, &ids, &k, err));
	NK_TRY(nk_extent_together(flow->store, ids, k, &sure, err));
	NK_TRY(nk_case_copy_ids(copies, n, false, arena, &ids, &k, err));
	NK_TRY(nk_extent_together(flow->store, ids, k, &all, err));
	f->items = rows;
	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		if (all.of_max[c] == 0) {
			continue;
		}
		rows[f->items_n].item = nk_str_c(item_words[c]);
		rows[f->items_n].persons = (struct nk_count){ sure.of[c], all.without ? UINT64_MAX : all.of_max[c] };
		word = rows[f->items_n].item;
		(void)nk_law_item_word(law, word, lang, &word);
		NK_TRY(nk_buf_add_c(&text, f->items_n == 0 ? "" : lang == NK_LANG_JA ? "、" : ", ", err));
		NK_TRY(nk_buf_add_str(&text, word, err));
		f->items_n++;
	}
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&text), &word, err));
	nk_fact_text_is(f, NK_FACT_ID_items, word);
	return nk_done();
}

static NK_RESULT knowing(
	struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena, struct nk_case_facts *f, struct nk_err *err)
{
	struct nk_case_note *notes = NULL;
	size_t n = 0;

	nk_fact_time_is(f, NK_FACT_ID_known_at, c->known_at);
	if (nk_str_eq(c->known_by, NK_STR("outsider"))) {
		nk_fact_text_is(f, NK_FACT_ID_discoverer, NK_STR("outsider"));
	}
	NK_TRY(nk_case_notes(flow, c, "suspect", arena, &notes, &n, err));
	for (size_t i = 0; i < n; i++) {
		nk_fact_text_is(f, NK_FACT_ID_known_why, nk_case_text(&notes[i], "because"));
	}
	if (n > 0 && nk_case_text(&notes[0], "because").len == 0) {
		nk_fact_not_applicable(f, NK_FACT_ID_known_why); /* told when it was known */
	}
	return nk_done();
}

/* Notices, publications, reports before, inquiries: counted from the notes. */
static NK_RESULT told(
	struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena, struct nk_case_facts *f, struct nk_err *err)
{
	struct nk_case_note *notes = NULL;
	struct nk_count asked = { 0, 0 };
	struct nk_count answered = { 0, 0 };
	struct nk_count sent = { 0, 0 };
	uint64_t letters = 0;
	bool persons = false;
	bool before = false;
	size_t n = 0;

	NK_TRY(nk_case_notes(flow, c, NULL, arena, &notes, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str kind = notes[i].kind;
		const nk_date on = nk_time_day(notes[i].at, (int)flow->config->tz_minutes);

		asked.least += nk_str_eq(kind, NK_STR("inquiry")) ? 1 : 0;
		answered.least += nk_str_eq(kind, NK_STR("answer")) ? 1 : 0;
		if (nk_str_eq(kind, NK_STR("letter")) &&
			nk_parse_u64(nk_case_text(&notes[i], "letters"), 0, UINT64_MAX / 2, &letters)) {
			sent.least = letters > sent.least ? letters : sent.least;
		}
		if (nk_str_eq(kind, NK_STR("publish"))) {
			nk_fact_text_is(f, NK_FACT_ID_published, NK_STR("done"));
			nk_fact_date_is(f, NK_FACT_ID_published_on, on);
		}
		if (nk_str_eq(kind, NK_STR("submit"))) {
			persons = persons || nk_str_eq(nk_case_text(&notes[i], "kind"), NK_STR("persons"));
			if (nk_str_eq(nk_case_text(&notes[i], "kind"), NK_STR("prompt")) ||
				nk_str_eq(nk_case_text(&notes[i], "kind"), NK_STR("final"))) {
				nk_fact_date_is(f, NK_FACT_ID_report_before, on);
				before = true;
			}
		}
	}
	asked.most = asked.least;
	answered.least = answered.least < asked.least ? asked.least - answered.least : 0;
	answered.most = answered.least;
	sent.least = persons ? sent.least : 0; /* letters that were made are sent when somebody says so */
	sent.most = sent.least;
	nk_fact_count_is(f, NK_FACT_ID_inquiries, asked);
	nk_fact_count_is(f, NK_FACT_ID_inquiries_open, answered);
	nk_fact_count_is(f, NK_FACT_ID_persons_told, sent);
	nk_fact_text_is(f, NK_FACT_ID_report_form, before ? NK_STR("continued") : NK_STR("new"));
	if (!before) {
		nk_fact_not_applicable(f, NK_FACT_ID_report_before);
	}
	nk_fact_text_is(f, NK_FACT_ID_persons_state, persons ? NK_STR("done") : NK_STR("planned"));
	return nk_done();
}

static NK_RESULT assertions(
	struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena, struct nk_case_facts *f, struct nk_err *err)
{
	struct nk_case_note *notes = NULL;
	struct nk_assertion *list = NULL;
	nk_date until = NK_DATE_NONE;
	size_t n = 0;

	NK_TRY(nk_case_notes(flow, c, "assert", arena, &notes, &n, err));
	list = nk_arena_array(arena, n, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	f->assertions = list;
	for (size_t i = 0; i < n; i++) {
		if (!nk_date_parse(nk_case_text(&notes[i], "expires"), &until) || until < nk_flow_today(flow)) {
			continue; /* lapsed: it is not printed any more */
		}
		list[f->assertions_n] = (struct nk_assertion){ .kind = nk_case_text(&notes[i], "kind"),
			.at = notes[i].at,
			.expires_at = ((nk_time)until + 1) * NK_DAY - (nk_time)flow->config->tz_minutes * 60 * NK_SECOND - 1,
			.sources = nk_case_text(&notes[i], "sources") };
		f->assertions_n++;
	}
	return nk_done();
}

static NK_RESULT course_text(struct nk_flow *flow, struct nk_arena *arena, struct nk_case_facts *f, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_str text;

	nk_buf_init_wiping(&b, 1 << 20);
	for (size_t i = 0; i < f->course_n; i++) {
		const int64_t local = f->course[i].at + (int64_t)flow->config->tz_minutes * 60 * NK_SECOND;
		char when[NK_TIME_TEXT];

		(void)nk_time_print(local, when);
		NK_TRY(nk_buf_printf(&b, err, "%s%.10s %.5s ", i == 0 ? "" : "\n", when, when + 11));
		NK_TRY(nk_buf_add_str(&b, f->course[i].text, err));
	}
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&b), &text, err));
	nk_fact_text_is(f, NK_FACT_ID_course, text);
	return nk_done();
}

static NK_RESULT classes_text(
	struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena, struct nk_case_facts *f, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_str text;

	(void)flow;
	nk_buf_init(&b, 256);
	NK_TRY(nk_classes_print(f->classes, &b, err));
	if (b.len == 0 && nk_str_eq(c->classes, NK_STR("none"))) {
		nk_fact_not_applicable(f, NK_FACT_ID_classes);
		return nk_done();
	}
	NK_TRY(nk_arena_dup(arena, nk_buf_str(&b), &text, err));
	nk_fact_text_is(f, NK_FACT_ID_classes, text);
	return nk_done();
}

static NK_RESULT from_books(struct nk_flow *flow, const struct nk_law *law, const struct nk_case *c, enum nk_lang lang,
	struct nk_arena *arena, struct nk_case_facts *f, struct nk_err *err)
{
	struct nk_case_copy *copies = NULL;
	struct nk_deadline *deadlines = NULL;
	struct nk_affected *affected = NULL;
	struct nk_moment *course = NULL;
	struct nk_count persons;
	size_t n = 0;

	NK_TRY(nk_case_copies(flow, c, arena, &copies, &n, err));
	NK_TRY(items(flow, law, copies, n, lang, arena, f, err));
	windows(f, copies, n);
	harm(f, NK_FACT_ID_leaked, copies, n, "leaked", "may-be-leaked");
	harm(f, NK_FACT_ID_lost, copies, n, "lost", "lost");
	harm(f, NK_FACT_ID_damaged, copies, n, "damaged", "damaged");
	NK_TRY(nk_case_persons(flow, c, &persons, err));
	if (n > 0) {
		nk_fact_count_is(f, NK_FACT_ID_persons, persons);
	}
	NK_TRY(nk_case_affected(flow, c, arena, &affected, &f->affected_n, err));
	NK_TRY(nk_case_course(flow, c, lang, arena, &course, &f->course_n, err));
	f->affected = affected;
	f->course = course;
	NK_TRY(nk_case_deadlines(flow, law, c, arena, &deadlines, &f->deadlines_n, &f->classes, err));
	f->deadlines = deadlines;
	NK_TRY(classes_text(flow, c, arena, f, err));
	return course_text(flow, arena, f, err);
}

NK_RESULT nk_case_facts_make(struct nk_flow *flow, const struct nk_law *law, const struct nk_case *c, enum nk_lang lang,
	struct nk_arena *arena, struct nk_case_facts *out, struct nk_err *err)
{
	char id[NK_UUID_TEXT];

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_arena_dup(arena, nk_str_c(nk_uuid_print(c->id, id)), &out->case_id, err));
	NK_TRY(nk_arena_dup(arena, nk_str_c(c->receipt), &out->receipt, err));
	(void)nk_regime_by_name(c->regime, &out->regime);
	out->now = nk_now(flow->env);
	out->simulated = flow->simulated;
	nk_fact_text_is(out, NK_FACT_ID_reporter, flow->config->organisation);
	nk_fact_text_is(out, NK_FACT_ID_reporter_address, flow->config->cases.address);
	nk_fact_text_is(out, NK_FACT_ID_reporter_head, flow->config->cases.head);
	nk_fact_text_is(out, NK_FACT_ID_reporter_trade, flow->config->cases.trade);
	nk_fact_text_is(out, NK_FACT_ID_clerk, flow->config->cases.clerk);
	nk_fact_text_is(out, NK_FACT_ID_desk, flow->config->cases.desk);
	NK_TRY(knowing(flow, c, arena, out, err));
	NK_TRY(told(flow, c, arena, out, err));
	NK_TRY(filled(flow, c, arena, out, err));
	NK_TRY(assertions(flow, c, arena, out, err));
	return from_books(flow, law, c, lang, arena, out, err);
}
