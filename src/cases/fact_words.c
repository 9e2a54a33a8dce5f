/*
 * fact_words.c: one fact as people read it; and what follows from the lists of a case without being set: items by
 * persons, the course of events, classes, kinds of harm.
 */
#include "base.h"

#include "law_int.h"
#include "sentence.h"
#include "words_int.h"

struct nk_str case_query(const struct nk_case_facts *facts, enum nk_fact_id id)
{
	const struct nk_fact *f = &facts->fact[id];

	return f->query.len > 0 ? f->query : nk_str_c(nk_fact_query(id));
}

struct harm_words {
	enum nk_fact_id fact;
	const char *sure;
	const char *feared;
};
static const struct harm_words harms[] = {
	{ NK_FACT_ID_leaked, "leaked", "may-be-leaked" },
	{ NK_FACT_ID_lost, "lost", "may-be-lost" },
	{ NK_FACT_ID_damaged, "damaged", "may-be-damaged" },
};

/* "yes" or "feared" when a holding of the case has that harm; "" when none has (which proves nothing). */
static struct nk_str harm_of(const struct nk_case_facts *facts, enum nk_fact_id id)
{
	struct nk_str found = { NULL, 0 };

	for (size_t h = 0; h < NK_ARRAY_LEN(harms); h++) {
		for (size_t i = 0; harms[h].fact == id && i < facts->affected_n; i++) {
			if (nk_str_eq(facts->affected[i].harm, nk_str_c(harms[h].sure))) {
				return NK_STR("yes");
			}
			if (nk_str_eq(facts->affected[i].harm, nk_str_c(harms[h].feared))) {
				found = NK_STR("feared");
			}
		}
	}
	return found;
}

static bool any_class(struct nk_classes c)
{
	return (c.certain | c.feared) != 0;
}

bool case_fact_is_there(const struct nk_case_facts *facts, enum nk_fact_id id)
{
	if (facts->fact[id].knows == NK_KNOWN) {
		return true;
	}
	if (id == NK_FACT_ID_items) {
		return facts->items_n > 0;
	}
	if (id == NK_FACT_ID_course) {
		return facts->course_n > 0;
	}
	if (id == NK_FACT_ID_classes) {
		return any_class(facts->classes);
	}
	return harm_of(facts, id).len > 0;
}

static nk_rc put_choice(const struct case_value *v, struct nk_str word, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	struct nk_str text = word;
	char set[52];

	if (v->set.len > 0 && v->set.len < sizeof(set)) {
		memcpy(set, v->set.ptr, v->set.len);
		set[v->set.len] = '\0';
		(void)law_named_word(v->law, set, word, lang, &text, NULL);
	}
	return nk_buf_add_str(out, text, err);
}

/* 氏名（8,236名）、メールアドレス（8,236名）［case.items］ */
static nk_rc put_items(const struct case_value *v, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_str query = case_query(v->facts, NK_FACT_ID_items);

	for (size_t i = 0; i < v->facts->items_n; i++) {
		const struct nk_item_persons *item = &v->facts->items[i];
		struct nk_str word = item->item;

		(void)nk_law_item_word(v->law, item->item, lang, &word);
		NK_TRY(nk_buf_add_c(out, i == 0 ? "" : lang == NK_LANG_JA ? "、" : "; ", err));
		NK_TRY(nk_buf_add_str(out, word, err));
		NK_TRY(nk_buf_add_c(out, lang == NK_LANG_JA ? "：" : ": ", err));
		NK_TRY(nk_sentence_count(item->persons, query, lang, out, err));
	}
	return nk_done();
}

static nk_rc put_course(const struct case_value *v, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < v->facts->course_n; i++) {
		const struct nk_moment *m = &v->facts->course[i];
		const struct nk_short at = case_time(m->at, lang);

		NK_TRY(nk_buf_add_c(out, i == 0 ? "" : "\n", err));
		NK_TRY(nk_buf_add_c(out, at.text, err));
		if (m->until != 0) {
			const struct nk_short until = case_time(m->until, lang);

			NK_TRY(nk_buf_add_c(out, lang == NK_LANG_JA ? "〜" : " to ", err));
			NK_TRY(nk_buf_add_c(out, until.text, err));
		}
		NK_TRY(nk_buf_add_c(out, lang == NK_LANG_JA ? "　" : "  ", err));
		NK_TRY(nk_buf_add_str(out, m->text, err));
		if (m->guessed) {
			NK_TRY(case_put(out, lang, NK_N(" (guessed)"), err));
		}
	}
	return nk_done();
}

static nk_rc put_classes(const struct case_value *v, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_fact *known = &v->facts->fact[NK_FACT_ID_known_at];
	const nk_date on = nk_time_day(known->knows == NK_KNOWN ? known->at : v->facts->now, CASE_JAPAN_MINUTES);
	const struct nk_classes c = v->facts->classes;
	bool first = true;

	for (unsigned i = NK_CLASS_SENSITIVE; i < NK_CLASS_COUNT; i++) {
		if (((c.certain | c.feared) & (1U << i)) == 0) {
			continue;
		}
		NK_TRY(nk_buf_add_c(out, first ? "" : lang == NK_LANG_JA ? "、" : "; ", err));
		NK_TRY(nk_buf_add_str(out, nk_law_class_words(v->law, v->facts->regime, (enum nk_law_class)i, on, lang), err));
		if ((c.certain & (1U << i)) == 0) {
			NK_TRY(case_put(out, lang, NK_N(" (feared)"), err));
		}
		first = false;
	}
	return nk_done();
}

static nk_rc put_derived(const struct case_value *v, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	if (v->id == NK_FACT_ID_items) {
		return put_items(v, lang, out, err);
	}
	if (v->id == NK_FACT_ID_course) {
		return put_course(v, lang, out, err);
	}
	if (v->id == NK_FACT_ID_classes) {
		return put_classes(v, lang, out, err);
	}
	return put_choice(v, harm_of(v->facts, v->id), lang, out, err);
}

static const char *const tri_words[NK_TRI_COUNT] = { NK_N("not known"), NK_N("not among the data"), NK_N("among the data") };

/* A number of persons, or of inquiries: on a form the wrong word is a wrong fact. */
static NK_RESULT put_count(const struct case_value *v, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_count count = v->facts->fact[v->id].count;
	const struct nk_str query = case_query(v->facts, v->id);
	const struct nk_short number = case_number(count.least);
	const struct nk_str args[] = { nk_str_c(number.text), query };

	if (v->id != NK_FACT_ID_inquiries && v->id != NK_FACT_ID_inquiries_open) {
		return nk_sentence_count(count, query, lang, out, err);
	}
	return case_say(out, lang, NK_N("%1$s inquiries [%2$s]"), args, err);
}

NK_RESULT case_fact_put(const struct case_value *v, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_fact *f = &v->facts->fact[v->id];

	if (f->knows != NK_KNOWN) {
		return put_derived(v, lang, out, err);
	}
	switch (nk_fact_type(v->id)) {
	case NK_FACT_text:
		return nk_buf_add_str(out, f->text, err);
	case NK_FACT_choice:
		return put_choice(v, f->text, lang, out, err);
	case NK_FACT_count:
		return put_count(v, lang, out, err);
	case NK_FACT_tri:
		return case_put(out, lang, tri_words[f->tri < NK_TRI_COUNT ? f->tri : NK_TRI_UNKNOWN], err);
	case NK_FACT_time:
		return nk_buf_add_c(out, case_time(f->at, lang).text, err);
	case NK_FACT_date:
		return nk_buf_add_c(out, case_date(f->on, lang).text, err);
	}
	return nk_done();
}
