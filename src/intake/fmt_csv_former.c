/*
 * fmt_csv_former.c: what somebody was called before (旧姓), as a column of a list says it: an entry of the item FORMER.
 *
 * Invariant: a surname alone goes with the given name of today, so that the whole name of before is found; a name that is still
 * the name is none of before. When it changed is not known.
 */
#include "base.h"
#include "fmt_csv.h"

#include "value_text.h"

/* What lists write into the column of somebody who was never called otherwise. */
static bool says_none(struct nk_str text)
{
	static const char *const words[] = { "なし", "ナシ", "無し", "無", "無シ", "-", "－", "―" };
	const struct nk_str word = nk_str_trim(text);

	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (nk_str_eq(word, (struct nk_str){ words[i], strlen(words[i]) })) {
			return true;
		}
	}
	return nk_value_blank(word);
}

/* Hiragana, katakana and their marks, and blanks. */
static bool is_reading(struct nk_str text)
{
	for (size_t at = 0; at < text.len;) {
		const uint32_t cp = nk_utf8_next(text, &at);

		if ((cp < 0x3041 || cp > 0x30ff) && (cp < 0xff66 || cp > 0xff9f) && cp != 0x3000 && cp != ' ') {
			return false;
		}
	}
	return !nk_value_blank(text);
}

static bool take_end(struct nk_str *text, struct nk_str end)
{
	const bool there = nk_str_ends(*text, end);

	text->len -= there ? end.len : 0;
	return there;
}

/* "田中（たなか）": the name, and the reading in brackets; false: there is none. */
static bool bracketed(struct nk_str text, struct nk_str *out_name, struct nk_str *out_reading)
{
	const struct nk_str wide = NK_STR("（");
	struct nk_str rest = nk_str_trim(text);

	if (!take_end(&rest, NK_STR("）")) && !take_end(&rest, NK_STR(")"))) {
		return false;
	}
	for (size_t i = 1; i < rest.len; i++) {
		const struct nk_str tail = nk_str_sub(rest, i, SIZE_MAX);
		const size_t open = nk_str_starts(tail, wide) ? wide.len : tail.ptr[0] == '(' ? 1 : 0;

		if (open > 0) {
			*out_name = nk_str_trim(nk_str_sub(rest, 0, i));
			*out_reading = nk_str_trim(nk_str_sub(tail, open, SIZE_MAX));
			return is_reading(*out_reading) && !nk_value_blank(*out_name);
		}
	}
	return false;
}

/* "鈴木", "鈴木 花子": the halves; without a blank the surname. */
static NK_RESULT halves(struct fmt_csv *f, struct nk_str text, struct csv_name *out, struct nk_err *err)
{
	struct nk_str family = text;
	struct nk_str given = NK_STR("");

	if (says_none(text)) {
		return nk_done();
	}
	if (!nk_value_split_name(text, &family, &given)) {
		family = nk_str_trim(text);
		given = NK_STR("");
	}
	NK_TRY(nk_fmt_csv_keep(f, family, &out->family, err));
	return nk_fmt_csv_keep(f, given, &out->given, err);
}

/* A column of its own for the reading wins, wherever it stands. */
static NK_RESULT name_and_reading(
	struct fmt_csv *f, struct nk_str text, struct csv_name *name, struct csv_name *kana, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf mended = { 0 };
	struct nk_str only = text;
	struct nk_str reading = NK_STR("");

	if (!bracketed(text, &only, &reading)) {
		return halves(f, text, name, err);
	}
	NK_TRY(halves(f, only, name, err));
	if (kana->family.len > 0) {
		return nk_done();
	}
	nk_buf_init_wiping(&mended, 4096);
	NK_TRY(nk_value_kana(reading, &mended, err));
	return halves(f, nk_buf_str(&mended), kana, err);
}

static NK_RESULT read_names(
	struct fmt_csv *f, const struct csv_row *row, struct csv_name *name, struct csv_name *kana, struct nk_err *err)
{
	for (size_t i = 0; i < f->map.n_mapped; i++) {
		const bool reading = f->map.mapped[i].part == NK_CSV_FORMER_KANA;
		struct nk_str text;

		if (f->at[i] == SIZE_MAX || (!reading && f->map.mapped[i].part != NK_CSV_FORMER)) {
			continue;
		}
		text = row->fields[f->at[i]];
		NK_TRY(reading ? nk_fmt_csv_mend_kana(f, row, f->at[i], &text, err) : nk_fmt_csv_mend_text(f, row, f->at[i], &text, err));
		NK_TRY(reading ? halves(f, text, kana, err) : name_and_reading(f, text, name, kana, err));
	}
	return nk_done();
}

NK_RESULT nk_fmt_csv_former(struct fmt_csv *f, const struct csv_row *row, struct nk_roster_person *p, struct nk_err *err)
{
	struct csv_name name = { NK_STR(""), NK_STR("") };
	struct csv_name kana = { NK_STR(""), NK_STR("") };
	struct nk_person before = { .number = 0 };

	NK_TRY(read_names(f, row, &name, &kana, err));
	if (name.family.len == 0) {
		return nk_done();
	}
	before.field[NK_FIELD_FAMILY] = name.family;
	before.field[NK_FIELD_GIVEN] = name.given.len > 0 ? name.given : p->field[NK_FIELD_GIVEN];
	before.field[NK_FIELD_FAMILY_KANA] = kana.family;
	if (kana.family.len > 0) {
		before.field[NK_FIELD_GIVEN_KANA] = kana.given.len > 0 ? kana.given : p->field[NK_FIELD_GIVEN_KANA];
	}
	nk_buf_reset(&f->b);
	NK_TRY(nk_former_add(&before, 0, &f->b, err));
	return nk_former_known(p->field, nk_buf_str(&f->b)) ? nk_done()
							    : nk_fmt_csv_keep(f, nk_buf_str(&f->b), &p->field[NK_FIELD_FORMER], err);
}
