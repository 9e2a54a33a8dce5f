/*
 * report.c: the report of a case as a document: what is due, the form, the copies with their sentences, the course as a
 * picture, and at the end what is missing and what nobody has checked.
 */
#include "base.h"

#include "report.h"
#include "sentence.h"
#include "law_int.h"
#include "timeline.h"
#include "words_int.h"

enum { MAX_TEXT = 1 << 20, MAX_ARENA = 64 << 20, MAX_CELLS = 40000 };

struct making {
	const struct nk_report *r;
	const struct nk_case_facts *facts;
	enum nk_lang lang;
	struct nk_arena *arena;
	struct nk_pdf *pdf;
	struct nk_form form;
	struct nk_buf text;
	struct nk_vec cells; /* struct nk_str */
};

static nk_rc cell(struct making *m, struct nk_str text, struct nk_err *err)
{
	void *made = NULL;

	NK_TRY(nk_vec_push(&m->cells, &made, err));
	*(struct nk_str *)made = text;
	return nk_done();
}

static nk_rc word(struct making *m, const char *msgid, struct nk_err *err)
{
	return cell(m, nk_str_c(nk_tr(m->lang, msgid)), err);
}

/* What stands in m->text becomes a cell. */
static nk_rc written(struct making *m, struct nk_err *err)
{
	struct nk_str kept = { NULL, 0 };

	NK_TRY(case_keep(&m->text, m->arena, &kept, err));
	return cell(m, kept, err);
}

static nk_rc table(struct making *m, const double *shares, size_t columns, struct nk_err *err)
{
	const struct nk_pdf_table t = { .columns = columns, .rows = m->cells.len / columns, .shares = shares, .cells = m->cells.items };
	const nk_rc rc = nk_pdf_table(m->pdf, &t, err);

	nk_vec_clear(&m->cells);
	return rc;
}

static nk_rc heading(struct making *m, const char *msgid, struct nk_err *err)
{
	return nk_pdf_heading(m->pdf, nk_str_c(nk_tr(m->lang, msgid)), err);
}

static nk_rc para(struct making *m, struct nk_err *err)
{
	NK_TRY(nk_pdf_para(m->pdf, nk_buf_str(&m->text), err));
	nk_buf_reset(&m->text);
	return nk_done();
}

static nk_rc front(struct making *m, struct nk_err *err)
{
	const struct nk_short at = case_time(m->facts->now, m->lang);
	const struct nk_short unknown = case_number(m->form.unknown);
	const struct nk_short missing = case_number(m->form.missing);
	const struct nk_short unchecked = case_number(m->form.unchecked);
	const struct nk_str args[] = { m->facts->case_id, m->facts->receipt, nk_str_c(at.text) };
	const struct nk_str counts[] = { nk_str_c(unknown.text), nk_str_c(missing.text), nk_str_c(unchecked.text) };

	NK_TRY(nk_buf_add_str(&m->text, m->form.title[m->lang], err));
	NK_TRY(nk_buf_add_c(&m->text, m->lang == NK_LANG_JA ? "　" : ": ", err));
	NK_TRY(case_put(&m->text, m->lang, nk_form_kind_words(m->form.kind), err));
	if (m->form.unverified) {
		NK_TRY(case_put(&m->text, m->lang, NK_N(" [unverified]"), err));
	}
	NK_TRY(nk_pdf_title(m->pdf, nk_buf_str(&m->text), err));
	nk_buf_reset(&m->text);
	if (m->facts->title.len > 0) {
		NK_TRY(nk_pdf_para(m->pdf, m->facts->title, err));
	}
	NK_TRY(case_say(&m->text, m->lang, NK_N("Case %1$s, receipt number %2$s, as of %3$s (Japan)"), args, err));
	NK_TRY(para(m, err));
	NK_TRY(case_say(&m->text, m->lang,
		NK_N("Not known yet: %1$s. Missing: %2$s. Fields whose description nobody has checked (marked [unverified]): %3$s. This is a "
		     "draft made from the records; nothing was submitted by this program."),
		counts, err));
	NK_TRY(para(m, err));
	if (m->facts->simulated) {
		NK_TRY(case_put(&m->text, m->lang, NK_N("The clock is a simulated one: this paper is a rehearsal."), err));
		NK_TRY(para(m, err));
	}
	return nk_done();
}

static nk_rc due_text(struct making *m, const struct nk_deadline *d, struct nk_err *err)
{
	if (d->due == NK_DATE_NONE) {
		NK_TRY(case_put(&m->text, m->lang, NK_N("promptly"), err));
	} else if (d->from != NK_DATE_NONE && d->from != d->due) {
		NK_TRY(nk_buf_add_c(&m->text, case_date(d->from, m->lang).text, err));
		NK_TRY(nk_buf_add_c(&m->text, m->lang == NK_LANG_JA ? "〜" : " to ", err));
		NK_TRY(nk_buf_add_c(&m->text, case_date(d->due, m->lang).text, err));
	} else {
		NK_TRY(nk_buf_add_c(&m->text, case_date(d->due, m->lang).text, err));
	}
	if (d->counted != d->due && d->due != NK_DATE_NONE) {
		const struct nk_short counted = case_date(d->counted, m->lang);
		const struct nk_str arg = nk_str_c(counted.text);

		NK_TRY(case_say(&m->text, m->lang, NK_N(" (counted: %s, shut)"), &arg, err));
	}
	return written(m, err);
}

static nk_rc deadlines(struct making *m, struct nk_err *err)
{
	static const double shares[] = { 36, 35, 29 };

	if (m->facts->deadlines_n == 0) {
		return nk_done();
	}
	NK_TRY(heading(m, NK_N("What is due"), err));
	NK_TRY(word(m, NK_N("duty"), err));
	NK_TRY(word(m, NK_N("last day"), err));
	NK_TRY(word(m, NK_N("by which rule"), err));
	for (size_t i = 0; i < m->facts->deadlines_n; i++) {
		const struct nk_deadline *d = &m->facts->deadlines[i];

		NK_TRY(nk_buf_add_str(&m->text, d->word[m->lang], err));
		if (d->needs_review) {
			NK_TRY(case_put(&m->text, m->lang, NK_N(" [needs review: no calendar for that year]"), err));
		}
		if (d->unverified) {
			NK_TRY(case_put(&m->text, m->lang, NK_N(" [unverified]"), err));
		}
		NK_TRY(written(m, err));
		NK_TRY(due_text(m, d, err));
		NK_TRY(cell(m, d->origin->source, err));
	}
	return table(m, shares, 3, err);
}

static nk_rc fields(struct making *m, struct nk_err *err)
{
	static const double shares[] = { 34, 66 };
	size_t i = 0;

	while (i < m->form.n) {
		const uint32_t item = m->form.fields[i].item;

		NK_TRY(heading(m, nk_form_item_words(item), err));
		NK_TRY(word(m, NK_N("field"), err));
		NK_TRY(word(m, NK_N("value"), err));
		for (; i < m->form.n && m->form.fields[i].item == item; i++) {
			const struct nk_form_field *f = &m->form.fields[i];

			NK_TRY(nk_buf_add_str(&m->text, f->label[m->lang], err));
			if (f->unverified) {
				NK_TRY(case_put(&m->text, m->lang, NK_N(" [unverified]"), err));
			}
			NK_TRY(written(m, err));
			NK_TRY(cell(m, f->value[m->lang], err));
		}
		NK_TRY(table(m, shares, 2, err));
	}
	return nk_done();
}

static nk_rc holding_words(struct making *m, const char *set, struct nk_str name, struct nk_err *err)
{
	struct nk_str text = name;

	(void)law_named_word(m->r->law, set, name, m->lang, &text, NULL);
	return cell(m, text, err);
}

static nk_rc copies(struct making *m, struct nk_err *err)
{
	static const double shares[] = { 22, 14, 24, 40 };

	if (m->facts->affected_n == 0) {
		return nk_done();
	}
	NK_TRY(heading(m, NK_N("The copies that are affected"), err));
	NK_TRY(word(m, NK_N("copy"), err));
	NK_TRY(word(m, NK_N("harm"), err));
	NK_TRY(word(m, NK_N("persons"), err));
	NK_TRY(word(m, NK_N("was it read"), err));
	for (size_t i = 0; i < m->facts->affected_n; i++) {
		const struct nk_affected *a = &m->facts->affected[i];

		NK_TRY(holding_words(m, "holding", a->kind, err));
		NK_TRY(holding_words(m, "harm_kind", a->harm, err));
		NK_TRY(nk_sentence_count(a->persons, a->query.len > 0 ? a->query : NK_STR("case.persons"), m->lang, &m->text, err));
		NK_TRY(written(m, err));
		NK_TRY(nk_sentence_read(a, m->lang, &m->text, err));
		NK_TRY(written(m, err));
	}
	return table(m, shares, 4, err);
}

static nk_rc assertions(struct making *m, struct nk_err *err)
{
	for (size_t i = 0; i < m->facts->assertions_n; i++) {
		if (nk_ok(nk_sentence_misuse(&m->facts->assertions[i], m->facts->now, m->lang, &m->text, NULL))) {
			NK_TRY(para(m, err));
		}
		nk_buf_reset(&m->text);
	}
	return nk_done();
}

static nk_rc names_of(struct making *m, enum nk_field_state state, const char *title, struct nk_err *err)
{
	bool any = false;

	for (size_t i = 0; i < m->form.n; i++) {
		if (m->form.fields[i].state == state) {
			NK_TRY(nk_buf_add_c(&m->text, any ? (m->lang == NK_LANG_JA ? "、" : ", ") : "", err));
			NK_TRY(nk_buf_add_str(&m->text, m->form.fields[i].label[m->lang], err));
			any = true;
		}
	}
	if (!any) {
		return nk_done();
	}
	NK_TRY(heading(m, title, err));
	return para(m, err);
}

static nk_rc course(struct making *m, struct nk_err *err)
{
	struct nk_picture p;

	if (m->facts->course_n + m->facts->deadlines_n == 0) {
		return nk_done();
	}
	NK_TRY(nk_timeline_make(m->facts, m->lang, m->arena, &p, err));
	return nk_pdf_picture(m->pdf, &p, err);
}

static nk_rc whole(struct making *m, struct nk_err *err)
{
	NK_TRY(front(m, err));
	NK_TRY(deadlines(m, err));
	NK_TRY(names_of(m, NK_FIELD_MISSING, NK_N("Missing"), err));
	NK_TRY(names_of(m, NK_FIELD_UNKNOWN, NK_N("Not known yet"), err));
	NK_TRY(copies(m, err));
	NK_TRY(assertions(m, err));
	NK_TRY(fields(m, err));
	NK_TRY(course(m, err));
	return nk_pdf_end(m->pdf, err);
}

static nk_rc begin(struct making *m, struct nk_err *err)
{
	const struct nk_form_ask ask = { .kind = m->r->kind };
	struct nk_pdf_spec spec = { .lang = m->lang, .at = m->facts->now, .write = m->r->write, .arg = m->r->arg };
	const struct nk_str args[] = { m->facts->receipt.len > 0 ? m->facts->receipt : m->facts->case_id };

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, MAX_ARENA, &m->arena, err));
	NK_TRY(nk_form_fill(m->r->law, &ask, m->facts, m->arena, &m->form, err));
	spec.title = m->form.title[m->lang];
	NK_TRY(case_text(m->arena, m->lang, NK_N("case %s: holds personal data or may hold it; a copy is a holding"), args, &spec.footer, err));
	NK_TRY(nk_pdf_open(&spec, &m->pdf, err));
	return whole(m, err);
}

NK_RESULT nk_report_pdf(const struct nk_report *r, struct nk_err *err)
{
	struct making m = { .r = r, .facts = r->facts, .lang = r->lang };
	nk_rc rc;

	nk_buf_init_wiping(&m.text, MAX_TEXT);
	nk_vec_init_wiping(&m.cells, sizeof(struct nk_str), MAX_CELLS);
	rc = begin(&m, err);
	nk_buf_done(&m.text);
	nk_vec_done(&m.cells);
	nk_pdf_free(&m.pdf);
	nk_arena_free(&m.arena);
	return rc;
}
