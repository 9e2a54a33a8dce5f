/*
 * form.c: the fields of a form in the order of law/, each filled from one fact, or said to be missing.
 *
 * A value is never invented: what is not known is 「（未把握）」 in a 速報 and missing in a 確報.
 */
#include "base.h"

#include "form.h"
#include "law_int.h"
#include "words_int.h"

enum { MAX_FIELDS = 256, MAX_VALUE = 1 << 20 };

static const char *const states[NK_FIELD_STATE_COUNT] = { "filled", "not-applicable", "unknown", "missing" };

const char *nk_field_state_name(enum nk_field_state s)
{
	return s < NK_FIELD_STATE_COUNT ? states[s] : "";
}

struct filling {
	const struct nk_law *law;
	const struct nk_case_facts *facts;
	struct nk_arena *arena;
	struct nk_form *form;
	struct nk_buf text;
	struct nk_vec fields;
};

static const struct law_row *form_row(const struct filling *f, struct nk_str wanted, nk_date on)
{
	const struct nk_str regime = nk_str_c(nk_regime_name(f->facts->regime));
	const struct law_row *best = NULL;

	for (size_t i = 0; i < f->law->rows.len; i++) {
		const struct law_row *row = law_row_at(f->law, i);
		const bool fits = wanted.len > 0 ? nk_str_eq(row->name, wanted) : law_list_has(f->law, row, "regime", regime);

		if (row->kind == LAW_FORM && fits && law_holds(row, on) &&
			(best == NULL || row->origin.valid_from > best->origin.valid_from)) {
			best = row;
		}
	}
	return best;
}

static enum nk_field_state state_of(const struct filling *f, const struct law_row *row, enum nk_fact_id id)
{
	if (case_fact_is_there(f->facts, id)) {
		return NK_FIELD_FILLED;
	}
	if (f->facts->fact[id].knows == NK_NOT_APPLICABLE) {
		return NK_FIELD_NOT_APPLICABLE;
	}
	if (f->form->kind == NK_FORM_FINAL || law_list_has(f->law, row, "needed", NK_STR("yes"))) {
		return NK_FIELD_MISSING;
	}
	return NK_FIELD_UNKNOWN;
}

static nk_rc put_value(struct filling *f, const struct nk_form_field *field, const struct case_value *v, enum nk_lang lang,
	struct nk_err *err)
{
	switch (field->state) {
	case NK_FIELD_FILLED:
		return case_fact_put(v, lang, &f->text, err);
	case NK_FIELD_NOT_APPLICABLE:
		return case_put(&f->text, lang, NK_N("does not apply"), err);
	case NK_FIELD_UNKNOWN:
		return case_put(&f->text, lang, NK_N("(not known yet)"), err);
	case NK_FIELD_MISSING:
		return case_put(&f->text, lang, NK_N("(missing: to be filled in)"), err);
	case NK_FIELD_STATE_COUNT:
		break;
	}
	return nk_done();
}

/* A choice that is printed in words of the law is as unchecked as these words. */
static bool words_unverified(const struct filling *f, struct nk_str set)
{
	for (size_t i = 0; set.len > 0 && i < f->law->rows.len; i++) {
		const struct law_row *row = law_row_at(f->law, i);

		if (row->kind == LAW_WORDS && !row->replaced && nk_str_eq(row->name, set)) {
			return nk_law_unverified(&row->origin);
		}
	}
	return false;
}

static nk_rc add_field(struct filling *f, const struct law_row *row, struct nk_err *err)
{
	struct case_value v = { .law = f->law, .facts = f->facts, .id = NK_FACT_ID_COUNT };
	struct nk_form_field *field;
	struct nk_str bind = { NULL, 0 };
	void *made = NULL;

	(void)law_get(f->law, row, "bind", &bind);
	(void)law_get(f->law, row, "words", &v.set);
	if (!nk_fact_by_name(bind, &v.id)) {
		return nk_fail(err, NK_CONFIG, "section %s: bound to no fact", nk_short(row->origin.section).text);
	}
	NK_TRY(nk_vec_push(&f->fields, &made, err));
	field = made;
	field->id = row->name;
	field->item = law_num(f->law, row, "item");
	field->state = state_of(f, row, v.id);
	field->human = law_list_has(f->law, row, "human", NK_STR("yes"));
	field->unverified = nk_law_unverified(&row->origin) || words_unverified(f, v.set);
	field->query = field->human ? (struct nk_str){ NULL, 0 } : case_query(f->facts, v.id);
	field->origin = &row->origin;
	for (size_t lang = 0; lang < NK_LANG_COUNT; lang++) {
		field->label[lang] = law_word(f->law, row, (enum nk_lang)lang);
		NK_TRY(put_value(f, field, &v, (enum nk_lang)lang, err));
		if (!nk_utf8_valid(nk_buf_bytes(&f->text), NULL)) {
			return nk_fail(err, NK_INVALID, "the fact %s is not UTF-8", nk_fact_name(v.id));
		}
		NK_TRY(case_keep(&f->text, f->arena, &field->value[lang], err));
	}
	f->form->missing += field->state == NK_FIELD_MISSING;
	f->form->unknown += field->state == NK_FIELD_UNKNOWN;
	f->form->unchecked += field->unverified;
	return nk_done();
}

static nk_rc fill_in(struct filling *f, struct nk_str wanted, struct nk_err *err)
{
	const nk_date on = nk_time_day(f->facts->now, CASE_JAPAN_MINUTES);
	const struct law_row *form = form_row(f, wanted, on);
	struct nk_form_field *list;

	if (form == NULL) {
		return nk_fail(err, NK_NOT_FOUND, "law/ has no such form for that day");
	}
	f->form->id = form->name;
	f->form->on = on;
	f->form->unverified = nk_law_unverified(&form->origin);
	f->form->case_id = f->facts->case_id;
	f->form->simulated = f->facts->simulated;
	for (size_t lang = 0; lang < NK_LANG_COUNT; lang++) {
		f->form->title[lang] = law_word(f->law, form, (enum nk_lang)lang);
	}
	for (size_t i = 0; i < f->law->rows.len; i++) {
		const struct law_row *row = law_row_at(f->law, i);

		if (row->kind == LAW_FIELD && law_holds(row, on) && law_list_has(f->law, row, "forms", form->name)) {
			NK_TRY(add_field(f, row, err));
		}
	}
	list = nk_vec_keep(&f->fields, f->arena);
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	f->form->fields = list;
	f->form->n = f->fields.len;
	return nk_done();
}

NK_RESULT nk_form_fill(const struct nk_law *law, const struct nk_form_ask *ask, const struct nk_case_facts *facts, struct nk_arena *arena,
	struct nk_form *out, struct nk_err *err)
{
	struct nk_form form = { .kind = ask->kind };
	struct filling f = { .law = law, .facts = facts, .arena = arena, .form = &form };
	nk_rc rc;

	nk_buf_init_wiping(&f.text, MAX_VALUE);
	nk_vec_init_wiping(&f.fields, sizeof(struct nk_form_field), MAX_FIELDS);
	rc = fill_in(&f, ask->form, err);
	nk_buf_done(&f.text);
	nk_vec_done(&f.fields);
	if (nk_ok(rc)) {
		*out = form;
	}
	return rc;
}
