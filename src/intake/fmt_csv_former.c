/*
 * fmt_csv_former.c: what somebody was called before (旧姓), as a column of a list says it: an entry of the item FORMER.
 *
 * Invariant: a surname alone goes with the given name of today, so that the whole name of before is found; a name that is still
 * the name is none of before. When it changed is not known.
 */
#include "base.h"
#include "fmt_csv.h"

#include "value_text.h"

/* "鈴木", "鈴木 花子": the halves; without a blank the surname. */
static NK_RESULT halves(struct fmt_csv *f, struct nk_str text, struct csv_name *out, struct nk_err *err)
{
	struct nk_str family = text;
	struct nk_str given = NK_STR("");

	if (nk_value_blank(text)) {
		return nk_done();
	}
	if (!nk_value_split_name(text, &family, &given)) {
		family = nk_str_trim(text);
		given = NK_STR("");
	}
	NK_TRY(nk_fmt_csv_keep(f, family, &out->family, err));
	return nk_fmt_csv_keep(f, given, &out->given, err);
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
		NK_TRY(halves(f, text, reading ? kana : name, err));
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
