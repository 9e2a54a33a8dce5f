/*
 * letter.c: the notice to one person with his own items, and the text of a publication, which names nobody.
 *
 * Items 1, 2, 4, 5 and 9 stand in a letter; all nine in a publication. What is not known is said to be under
 * investigation: nothing is left out in silence.
 */
#include "base.h"

#include "form.h"
#include "law_int.h"
#include "letter.h"
#include "words_int.h"

enum { MAX_ITEMS = 64 };

struct writing {
	const struct nk_law *law;
	const struct nk_case_facts *facts;
	enum nk_lang lang;
	struct nk_buf *out;
	unsigned number; /* of the last heading */
};

/* The words set of a fact's choices is that of its field in the form; here the few that letters use. */
static struct nk_str words_of(enum nk_fact_id id)
{
	if (id == NK_FACT_ID_cause_kind) {
		return NK_STR("cause_kind");
	}
	if (id == NK_FACT_ID_persons_state || id == NK_FACT_ID_published) {
		return NK_STR("state");
	}
	return id == NK_FACT_ID_harm || id == NK_FACT_ID_leaked || id == NK_FACT_ID_lost || id == NK_FACT_ID_damaged
		? NK_STR("harm")
		: (struct nk_str){ NULL, 0 };
}

static nk_rc line(struct writing *w, const char *msgid, struct nk_err *err)
{
	NK_TRY(case_put(w->out, w->lang, msgid, err));
	return nk_buf_add_c(w->out, "\n", err);
}

static nk_rc heading(struct writing *w, const char *nine, struct nk_err *err)
{
	struct nk_str word = { NULL, 0 };

	if (w->facts->regime != NK_REGIME_PUBLIC || !law_named_word(w->law, "nine_public", nk_str_c(nine), w->lang, &word, NULL)) {
		(void)law_named_word(w->law, "nine", nk_str_c(nine), w->lang, &word, NULL);
	}
	NK_TRY(nk_buf_printf(w->out, err, "\n%u ", ++w->number));
	NK_TRY(nk_buf_add_str(w->out, word, err));
	return nk_buf_add_c(w->out, "\n", err);
}

static nk_rc indented(struct writing *w, struct nk_str text, struct nk_err *err)
{
	struct nk_str one;

	while (nk_str_cut(&text, '\n', &one)) {
		NK_TRY(nk_buf_add_c(w->out, w->lang == NK_LANG_JA ? "　" : "  ", err));
		NK_TRY(nk_buf_add_str(w->out, one, err));
		NK_TRY(nk_buf_add_c(w->out, "\n", err));
	}
	return nk_done();
}

/* One fact as a paragraph; *out_any says whether there was one. */
static nk_rc fact(struct writing *w, enum nk_fact_id id, bool *out_any, struct nk_err *err)
{
	const struct case_value v = { .law = w->law, .facts = w->facts, .id = id, .set = words_of(id) };
	NK_OWNED(nk_buf_done) struct nk_buf text = { .ptr = NULL };

	if (!case_fact_is_there(w->facts, id)) {
		return nk_done();
	}
	nk_buf_init_wiping(&text, 1 << 20);
	NK_TRY(case_fact_put(&v, w->lang, &text, err));
	*out_any = true;
	return indented(w, nk_buf_str(&text), err);
}

static nk_rc section(struct writing *w, const char *nine, const enum nk_fact_id *ids, size_t n, struct nk_err *err)
{
	bool any = false;

	NK_TRY(heading(w, nine, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(fact(w, ids[i], &any, err));
	}
	if (!any) {
		NK_TRY(indented(w, nk_str_c(nk_tr(w->lang, NK_N("This is being looked into; what becomes known will be told."))), err));
	}
	return nk_done();
}

static const enum nk_fact_id outline[] = { NK_FACT_ID_summary };
static const enum nk_fact_id cause[] = { NK_FACT_ID_cause_kind, NK_FACT_ID_cause };
static const enum nk_fact_id harm[] = { NK_FACT_ID_harm, NK_FACT_ID_harm_text };
static const enum nk_fact_id other[] = { NK_FACT_ID_other };
static const enum nk_fact_id persons[] = { NK_FACT_ID_persons };
static const enum nk_fact_id told[] = { NK_FACT_ID_persons_state, NK_FACT_ID_persons_told, NK_FACT_ID_persons_text };
static const enum nk_fact_id published[] = { NK_FACT_ID_published, NK_FACT_ID_published_on, NK_FACT_ID_published_text };
static const enum nk_fact_id measures[] = { NK_FACT_ID_measures_done, NK_FACT_ID_measures_planned, NK_FACT_ID_measures_until };
static const enum nk_fact_id items[] = { NK_FACT_ID_items };

static nk_rc outline_of(struct writing *w, struct nk_err *err)
{
	static const struct {
		enum nk_fact_id id;
		const char *label;
	} days[] = { { NK_FACT_ID_occurred_from, NK_N("When it began: ") }, { NK_FACT_ID_known_at, NK_N("When we came to know: ") } };

	NK_TRY(section(w, "1", outline, NK_ARRAY_LEN(outline), err));
	for (size_t i = 0; i < NK_ARRAY_LEN(days); i++) {
		if (case_fact_is_there(w->facts, days[i].id)) {
			NK_TRY(nk_buf_add_c(w->out, w->lang == NK_LANG_JA ? "　" : "  ", err));
			NK_TRY(case_put(w->out, w->lang, days[i].label, err));
			NK_TRY(nk_buf_add_c(w->out, case_time(w->facts->fact[days[i].id].at, w->lang).text, err));
			NK_TRY(nk_buf_add_c(w->out, "\n", err));
		}
	}
	return nk_done();
}

/* His items, in the order of law/words.law, each once. */
static nk_rc own_items(struct writing *w, const struct nk_letter *letter, struct nk_err *err)
{
	struct nk_str words[MAX_ITEMS];
	bool first = true;

	if (letter->items_n == 0) {
		return nk_fail(err, NK_INVALID, "a letter needs at least one item of the person");
	}
	if (letter->items_n > MAX_ITEMS) {
		return nk_fail(err, NK_LIMIT, "a letter has at most 64 items");
	}
	for (size_t i = 0; i < letter->items_n; i++) {
		if (!nk_law_item_word(w->law, letter->items[i], w->lang, &words[i])) {
			return nk_fail(err, NK_INVALID, "law/words.law has no word for the item %s", nk_short(letter->items[i]).text);
		}
	}
	NK_TRY(heading(w, "2", err));
	NK_TRY(nk_buf_add_c(w->out, w->lang == NK_LANG_JA ? "　" : "  ", err));
	for (size_t i = 0; i < letter->items_n; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++) {
			again = again || nk_str_eq(words[k], words[i]);
		}
		if (again) {
			continue;
		}
		NK_TRY(nk_buf_add_c(w->out, first ? "" : w->lang == NK_LANG_JA ? "、" : ", ", err));
		NK_TRY(nk_buf_add_str(w->out, words[i], err));
		first = false;
	}
	return nk_buf_add_c(w->out, "\n", err);
}

static nk_rc sender(struct writing *w, struct nk_err *err)
{
	const struct nk_fact *reporter = &w->facts->fact[NK_FACT_ID_reporter];

	if (reporter->knows != NK_KNOWN) {
		return nk_done();
	}
	NK_TRY(nk_buf_add_str(w->out, reporter->text, err));
	return nk_buf_add_c(w->out, "\n", err);
}

static nk_rc desk(struct writing *w, struct nk_err *err)
{
	bool any = false;

	NK_TRY(nk_buf_add_c(w->out, "\n", err));
	NK_TRY(line(w, NK_N("Where to ask"), err));
	NK_TRY(fact(w, NK_FACT_ID_desk, &any, err));
	if (!any) {
		NK_TRY(fact(w, NK_FACT_ID_clerk, &any, err));
	}
	return any ? nk_done() : indented(w, nk_str_c(nk_tr(w->lang, NK_N("(missing: to be filled in)"))), err);
}

static nk_rc letter_head(struct writing *w, const struct nk_letter *letter, struct nk_err *err)
{
	const struct nk_short on = case_date(letter->on, w->lang);
	const struct nk_str args[] = { letter->number, nk_str_c(on.text) };

	NK_TRY(case_say(w->out, w->lang, NK_N("No. %1$s, %2$s\n\n"), args, err));
	NK_TRY(case_say(w->out, w->lang, letter->addressee.len > 0 ? NK_N("To %s\n\n") : NK_N("To the person concerned\n\n"),
		&letter->addressee, err));
	NK_TRY(sender(w, err));
	NK_TRY(nk_buf_add_c(w->out, "\n", err));
	NK_TRY(line(w, NK_N("About a leak, or the fear of a leak, of your data"), err));
	NK_TRY(nk_buf_add_c(w->out, "\n", err));
	NK_TRY(line(w, NK_N("Data about you that we hold have leaked or may have leaked. We apologise, and tell you what is known."), err));
	return w->facts->simulated ? line(w, NK_N("The clock is a simulated one: this paper is a rehearsal."), err) : nk_done();
}

NK_RESULT nk_letter_write(const struct nk_law *law, const struct nk_case_facts *facts, const struct nk_letter *letter, enum nk_lang lang,
	struct nk_buf *out, struct nk_err *err)
{
	struct writing w = { .law = law, .facts = facts, .lang = lang, .out = out };

	NK_TRY(letter_head(&w, letter, err));
	NK_TRY(outline_of(&w, err));
	NK_TRY(own_items(&w, letter, err));
	NK_TRY(section(&w, "4", cause, NK_ARRAY_LEN(cause), err));
	NK_TRY(section(&w, "5", harm, NK_ARRAY_LEN(harm), err));
	NK_TRY(section(&w, "9", other, NK_ARRAY_LEN(other), err));
	return desk(&w, err);
}

NK_RESULT nk_publication_write(const struct nk_law *law, const struct nk_case_facts *facts, enum nk_lang lang, struct nk_buf *out,
	struct nk_err *err)
{
	struct writing w = { .law = law, .facts = facts, .lang = lang, .out = out };

	NK_TRY(nk_buf_add_c(out, case_date(nk_time_day(facts->now, CASE_JAPAN_MINUTES), lang).text, err));
	NK_TRY(nk_buf_add_c(out, "\n", err));
	NK_TRY(sender(&w, err));
	NK_TRY(nk_buf_add_c(out, "\n", err));
	NK_TRY(line(&w, NK_N("About a leak, or the fear of a leak, of personal data"), err));
	if (facts->simulated) {
		NK_TRY(line(&w, NK_N("The clock is a simulated one: this paper is a rehearsal."), err));
	}
	NK_TRY(outline_of(&w, err));
	NK_TRY(section(&w, "2", items, NK_ARRAY_LEN(items), err));
	NK_TRY(section(&w, "3", persons, NK_ARRAY_LEN(persons), err));
	NK_TRY(section(&w, "4", cause, NK_ARRAY_LEN(cause), err));
	NK_TRY(section(&w, "5", harm, NK_ARRAY_LEN(harm), err));
	NK_TRY(section(&w, "6", told, NK_ARRAY_LEN(told), err));
	NK_TRY(section(&w, "7", published, NK_ARRAY_LEN(published), err));
	NK_TRY(section(&w, "8", measures, NK_ARRAY_LEN(measures), err));
	NK_TRY(section(&w, "9", other, NK_ARRAY_LEN(other), err));
	return desk(&w, err);
}
