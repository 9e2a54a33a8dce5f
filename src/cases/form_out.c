/*
 * form_out.c: a filled form as lines and as JSON.
 */
#include "base.h"
#include "json.h"

#include "form.h"
#include "law_int.h"
#include "words_int.h"

static const char *const kinds[NK_FORM_KIND_COUNT] = { NK_N("preliminary report"), NK_N("final report") };
static const char *const items[CASE_NINE] = { NK_N("who reports"), NK_N("1 outline"), NK_N("2 items of data"),
	NK_N("3 number of persons"), NK_N("4 cause"), NK_N("5 secondary harm, or the fear of it"),
	NK_N("6 what was done towards the persons"), NK_N("7 publication"), NK_N("8 measures against repetition"),
	NK_N("9 other matters") };

const char *nk_form_kind_words(enum nk_form_kind kind)
{
	return kinds[kind < NK_FORM_KIND_COUNT ? kind : NK_FORM_PRELIMINARY];
}

const char *nk_form_item_words(uint32_t item)
{
	return items[item < CASE_NINE ? item : 0];
}

static nk_rc text_head(const struct nk_form *form, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_short on = case_date(form->on, lang);
	const struct nk_short unknown = case_number(form->unknown);
	const struct nk_short missing = case_number(form->missing);
	const struct nk_short unchecked = case_number(form->unchecked);
	const struct nk_str args[] = { form->case_id, nk_str_c(on.text), nk_str_c(unknown.text), nk_str_c(missing.text),
		nk_str_c(unchecked.text) };

	NK_TRY(nk_buf_add_str(out, form->title[lang], err));
	NK_TRY(nk_buf_add_c(out, lang == NK_LANG_JA ? "　" : ": ", err));
	NK_TRY(case_put(out, lang, kinds[form->kind], err));
	if (form->unverified) {
		NK_TRY(case_put(out, lang, NK_N(" [unverified]"), err));
	}
	NK_TRY(case_say(out, lang, NK_N("\ncase %1$s, as of %2$s; not known yet: %3$s, missing: %4$s, unverified fields: %5$s\n"), args, err));
	if (form->simulated) {
		NK_TRY(case_put(out, lang, NK_N("The clock is a simulated one: this paper is a rehearsal.\n"), err));
	}
	return nk_done();
}

/* Lines of a value stand under each other, behind the label. */
static nk_rc text_value(struct nk_str value, struct nk_buf *out, struct nk_err *err)
{
	struct nk_str line;
	const bool many = nk_str_chr(value, '\n') != SIZE_MAX;

	while (nk_str_cut(&value, '\n', &line)) {
		NK_TRY(nk_buf_add_c(out, many ? "\n    " : " ", err));
		NK_TRY(nk_buf_add_str(out, line, err));
	}
	return nk_done();
}

NK_RESULT nk_form_text(const struct nk_form *form, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	uint32_t item = UINT32_MAX;

	NK_TRY(text_head(form, lang, out, err));
	for (size_t i = 0; i < form->n; i++) {
		const struct nk_form_field *f = &form->fields[i];

		if (f->item != item) {
			item = f->item;
			NK_TRY(nk_buf_add_c(out, "\n", err));
			NK_TRY(case_put(out, lang, nk_form_item_words(item), err));
			NK_TRY(nk_buf_add_c(out, "\n", err));
		}
		NK_TRY(nk_buf_add_c(out, "  ", err));
		NK_TRY(nk_buf_add_str(out, f->label[lang], err));
		if (f->unverified) {
			NK_TRY(case_put(out, lang, NK_N(" [unverified]"), err));
		}
		NK_TRY(nk_buf_add_c(out, lang == NK_LANG_JA ? "：" : ":", err));
		NK_TRY(text_value(f->value[lang], out, err));
		NK_TRY(nk_buf_add_c(out, "\n", err));
	}
	return nk_done();
}

static void json_both(struct nk_json *j, const char *key, const struct nk_str both[NK_LANG_COUNT])
{
	nk_json_key(j, key);
	nk_json_open(j, '{');
	nk_json_key(j, "en");
	nk_json_str(j, both[NK_LANG_EN]);
	nk_json_key(j, "ja");
	nk_json_str(j, both[NK_LANG_JA]);
	nk_json_close(j, '}');
}

static void json_date(struct nk_json *j, const char *key, nk_date day)
{
	char text[NK_DATE_TEXT];

	nk_json_key(j, key);
	if (day == NK_DATE_NONE) {
		nk_json_null(j);
	} else {
		nk_json_c(j, nk_date_print(day, text));
	}
}

static void json_field(struct nk_json *j, const struct nk_form_field *f)
{
	nk_json_open(j, '{');
	nk_json_key(j, "id");
	nk_json_str(j, f->id);
	nk_json_key(j, "item");
	nk_json_int(j, f->item);
	json_both(j, "label", f->label);
	nk_json_key(j, "state");
	nk_json_c(j, nk_field_state_name(f->state));
	nk_json_key(j, "human");
	nk_json_bool(j, f->human);
	nk_json_key(j, "unverified");
	nk_json_bool(j, f->unverified);
	json_both(j, "value", f->value);
	nk_json_key(j, "query");
	if (f->query.len > 0) {
		nk_json_str(j, f->query);
	} else {
		nk_json_null(j);
	}
	nk_json_key(j, "source");
	nk_json_str(j, f->origin->source);
	json_date(j, "checked", f->origin->checked);
	nk_json_close(j, '}');
}

static void json_ids(struct nk_json *j, const struct nk_form *form, const char *key, enum nk_field_state state)
{
	nk_json_key(j, key);
	nk_json_open(j, '[');
	for (size_t i = 0; i < form->n; i++) {
		if (form->fields[i].state == state) {
			nk_json_str(j, form->fields[i].id);
		}
	}
	nk_json_close(j, ']');
}

NK_RESULT nk_form_json(const struct nk_form *form, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "form");
	nk_json_str(&j, form->id);
	nk_json_key(&j, "kind");
	nk_json_c(&j, form->kind == NK_FORM_FINAL ? "final" : "preliminary");
	json_both(&j, "title", form->title);
	nk_json_key(&j, "case");
	nk_json_str(&j, form->case_id);
	json_date(&j, "on", form->on);
	nk_json_key(&j, "unverified");
	nk_json_bool(&j, form->unverified);
	nk_json_key(&j, "simulated");
	nk_json_bool(&j, form->simulated);
	nk_json_key(&j, "fields");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < form->n; i++) {
		json_field(&j, &form->fields[i]);
	}
	nk_json_close(&j, ']');
	json_ids(&j, form, "missing", NK_FIELD_MISSING);
	json_ids(&j, form, "unknown", NK_FIELD_UNKNOWN);
	nk_json_key(&j, "unchecked");
	nk_json_int(&j, (int64_t)form->unchecked);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}
