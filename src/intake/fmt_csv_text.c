/*
 * fmt_csv_text.c: the texts of a list of one's own: what is mended, what is told, how a name is split.
 *
 * A name in one column is split at its first blank and nowhere else: where there is none, the mapping says whether the
 * whole is the family name or an error.
 */
#include "base.h"
#include "fmt_csv.h"

#include "value_text.h"

NK_RESULT nk_fmt_csv_keep(struct fmt_csv *f, struct nk_str s, struct nk_str *out, struct nk_err *err)
{
	return nk_roster_build_copy(f->run->build, s, out, err);
}

/* Narrow, without blanks at the ends, in the case that is wanted; into f->a. */
NK_RESULT nk_fmt_csv_narrow(struct fmt_csv *f, struct nk_str s, int letter_case, struct nk_str *out, struct nk_err *err)
{
	nk_buf_reset(&f->a);
	nk_buf_reset(&f->b);
	NK_TRY(nk_value_narrow(s, &f->a, err));
	if (letter_case == 0) {
		return nk_fmt_csv_keep(f, nk_str_trim(nk_buf_str(&f->a)), out, err);
	}
	NK_TRY(nk_value_ascii_case(nk_str_trim(nk_buf_str(&f->a)), letter_case > 0, &f->b, err));
	return nk_fmt_csv_keep(f, nk_buf_str(&f->b), out, err);
}

static const struct nk_str *replacement(const struct fmt_csv *f, uint32_t cp)
{
	for (size_t i = 0; i < f->map.n_gaiji; i++) {
		if (f->map.gaiji[i].from == cp) {
			return &f->map.gaiji[i].to;
		}
	}
	return NULL;
}

/* Private characters that the mapping file explains are replaced; others stay and are told. */
static NK_RESULT mend_gaiji(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_str *text, struct nk_err *err)
{
	bool left = false;

	if (!nk_value_has_gaiji(*text)) {
		return nk_done();
	}
	nk_buf_reset(&f->a);
	for (size_t i = 0; i < text->len;) {
		const size_t from = i;
		const uint32_t cp = nk_utf8_next(*text, &i);
		const struct nk_str *to = replacement(f, cp);

		left = left || (to == NULL && cp >= 0xe000 && cp <= 0xf8ff);
		NK_TRY(nk_buf_add_str(&f->a, to != NULL ? *to : nk_str_sub(*text, from, i - from), err));
	}
	NK_TRY(nk_fmt_csv_keep(f, nk_buf_str(&f->a), text, err));
	return left ? nk_fmt_csv_tell(f, nk_rule(NK_RULE_TEXT_1), row->line, at, err) : nk_done();
}

NK_RESULT nk_fmt_csv_mend_text(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_str *text, struct nk_err *err)
{
	const size_t end = nk_str_chr(*text, '\n');

	if (end != SIZE_MAX) {
		*text = nk_str_sub(*text, 0, end);
		NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_NAME_3), row->line, at, err));
	}
	*text = nk_str_trim(*text);
	NK_TRY(mend_gaiji(f, row, at, text, err));
	if (nk_value_has_invisible(*text)) {
		NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_TEXT_2), row->line, at, err));
	}
	return nk_has_halfwidth_kana(*text) ? nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_KANA_1), row->line, at, err) : nk_done();
}

/* Kana: full-width katakana, whatever it was. */
NK_RESULT nk_fmt_csv_mend_kana(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_str *text, struct nk_err *err)
{
	NK_TRY(nk_fmt_csv_mend_text(f, row, at, text, err));
	nk_buf_reset(&f->b);
	NK_TRY(nk_value_kana(*text, &f->b, err));
	return nk_fmt_csv_keep(f, nk_buf_str(&f->b), text, err);
}

NK_RESULT nk_fmt_csv_name(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct csv_name *out, struct nk_err *err)
{
	struct nk_str text = row->fields[at];
	struct nk_str family;
	struct nk_str given;

	*out = (struct csv_name){ NK_STR(""), NK_STR("") };
	NK_TRY(nk_fmt_csv_mend_text(f, row, at, &text, err));
	if (text.len > 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"') {
		text = nk_str_sub(text, 1, text.len - 2);
		NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_NAME_4), row->line, at, err));
	}
	if (nk_value_blank(text)) {
		return nk_done();
	}
	if (!nk_value_split_name(text, &family, &given)) {
		NK_TRY(nk_fmt_csv_tell(
			f, nk_rule(f->map.name_refuse ? NK_RULE_CSV_NAME_5 : NK_RULE_CSV_NAME_2), row->line, at, err));
	}
	NK_TRY(nk_fmt_csv_keep(f, family, &out->family, err));
	return nk_fmt_csv_keep(f, given, &out->given, err);
}

NK_RESULT nk_fmt_csv_kana(
	struct fmt_csv *f, const struct csv_row *row, size_t at, bool split, struct csv_name *out, struct nk_err *err)
{
	struct nk_str text = row->fields[at];
	struct nk_str family;
	struct nk_str given;

	NK_TRY(nk_fmt_csv_mend_kana(f, row, at, &text, err));
	if (!nk_value_split_name(text, &family, &given) && split && text.len > 0) {
		NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_KANA_2), row->line, at, err));
	}
	NK_TRY(nk_fmt_csv_keep(f, family, &out->family, err));
	return nk_fmt_csv_keep(f, given, &out->given, err);
}

/* 1年A組 and 1-A say their grade; 11 does not: it is the eleventh class, or the first of grade 1. */
static bool says_grade(struct nk_str name, struct nk_str grade)
{
	return nk_str_starts(name, grade) && name.len > grade.len && (name.ptr[grade.len] < '0' || name.ptr[grade.len] > '9');
}

NK_RESULT nk_fmt_csv_class(struct fmt_csv *f, struct nk_str grade, struct nk_str name, struct nk_str *out, struct nk_err *err)
{
	const bool by_word = nk_str_ends(name, NK_STR("組")) || nk_str_ends(name, NK_STR("クラス"));
	struct nk_str narrow;
	uint64_t n = 0;

	*out = name;
	if (!f->map.class_with_grade || grade.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_fmt_csv_narrow(f, name, 0, &narrow, err));
	if (says_grade(narrow, grade)) {
		return nk_done();
	}
	nk_buf_reset(&f->a);
	NK_TRY(nk_buf_printf(&f->a, err, "%.*s%s%.*s%s", NK_FMT(grade), nk_parse_u64(grade, 0, 99, &n) ? "年" : " ", NK_FMT(name),
		by_word ? "" : "組"));
	return nk_fmt_csv_keep(f, nk_buf_str(&f->a), out, err);
}
