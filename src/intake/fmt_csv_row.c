/*
 * fmt_csv_row.c: one row of a plain CSV becomes a person, by the mapping file.
 *
 * Mended silently: blanks at the ends, width and case of keys and mail. Mended and told: half-width kana, private
 * characters, dates of other forms. Never guessed: keys that a spreadsheet has changed, days that can be two.
 */
#include "base.h"
#include "fmt_csv.h"

#include "value_date.h"
#include "value_text.h"

#define ERR NK_FINDING_ERROR
#define WARN NK_FINDING_WARNING

static const struct nk_rule key_blank = { "CSV-KEY-1", ERR, ERR,
	NK_N("the key column is blank: this row belongs to nobody") };
static const struct nk_rule key_mangled = {
	"CSV-KEY-2", ERR, ERR,
	NK_N("a spreadsheet has changed this key (as 1.23E+05 or #N/A): export the file again and do not save it in Excel")
};
static const struct nk_rule key_twice = { "CSV-KEY-4", ERR, ERR,
	NK_N("this key stands in more than one row; each row with it is listed") };
static const struct nk_rule item_twice = { "CSV-DUP-1", ERR, ERR,
	NK_N("this value must be one person's only and stands in more than one row") };
static const struct nk_rule name_blank = { "CSV-NAME-1", ERR, ERR, NK_N("the name is blank") };
static const struct nk_rule name_whole = { "CSV-NAME-2", WARN, WARN,
	NK_N("no blank between family and given name: all of it was taken as the family name") };
static const struct nk_rule name_lines = { "CSV-NAME-3", WARN, WARN,
	NK_N("a line end inside the name: only the first line was taken") };
static const struct nk_rule name_quoted = { "CSV-NAME-4", WARN, WARN,
	NK_N("the name stands in quotation marks that belong to the value; they were left out") };
static const struct nk_rule gaiji = { "TEXT-1", WARN, WARN,
	NK_N("a private character (gaiji) that other systems show as something else") };
static const struct nk_rule halfwidth = { "CSV-KANA-1", ERR, WARN,
	NK_N("half-width katakana; kana columns were made full-width") };
static const struct nk_rule mangled = { "CSV-VAL-1", ERR, WARN,
	NK_N("a spreadsheet's error or changed number (as #N/A or 1.23E+05); it was read as blank") };
static const struct nk_rule state_unknown = { "CSV-VAL-2", ERR, ERR,
	NK_N("this state is not in the [values] of the mapping file: add it there as active, suspended or absent") };
static const struct nk_rule date_loose = { "CSV-DATE-1", ERR, WARN,
	NK_N("a date in another form than YYYY-MM-DD; it was read because it can mean one day only") };
static const struct nk_rule date_serial = { "CSV-DATE-2", ERR, WARN,
	NK_N("a date as a serial number of Excel; it was read by the 1900 calendar") };
static const struct nk_rule date_era = { "CSV-DATE-3", ERR, WARN,
	NK_N("a date in an era that had not begun or had ended on that day; check it") };
static const struct nk_rule date_two = { "CSV-DATE-4", ERR, ERR,
	NK_N("day and month cannot be told apart: write YYYY-MM-DD") };
static const struct nk_rule date_bad = { "CSV-DATE-5", ERR, WARN,
	NK_N("this is no date, or a day that does not exist; it was read as blank") };

NK_RESULT nk_fmt_csv_tell(
	struct fmt_csv *f, const struct nk_rule *rule, uint64_t line, size_t column, struct nk_err *err)
{
	const struct nk_str name = column < f->width ? f->header[column] : NK_STR("");

	return nk_findings_add(f->run->findings, rule, (struct nk_place){ NK_STR(""), line, name }, err);
}

static NK_RESULT keep(struct fmt_csv *f, struct nk_str s, struct nk_str *out, struct nk_err *err)
{
	return nk_roster_build_copy(f->run->build, s, out, err);
}

/* Narrow, without blanks at the ends, in the case that is wanted; into f->a. */
static NK_RESULT narrow(struct fmt_csv *f, struct nk_str s, int letter_case, struct nk_str *out, struct nk_err *err)
{
	nk_buf_reset(&f->a);
	nk_buf_reset(&f->b);
	NK_TRY(nk_value_narrow(s, &f->a, err));
	if (letter_case == 0) {
		return keep(f, nk_str_trim(nk_buf_str(&f->a)), out, err);
	}
	NK_TRY(nk_value_ascii_case(nk_str_trim(nk_buf_str(&f->a)), letter_case > 0, &f->b, err));
	return keep(f, nk_buf_str(&f->b), out, err);
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
	NK_TRY(keep(f, nk_buf_str(&f->a), text, err));
	return left ? nk_fmt_csv_tell(f, &gaiji, row->line, at, err) : nk_done();
}

static NK_RESULT mend_text(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_str *text, struct nk_err *err)
{
	const size_t end = nk_str_chr(*text, '\n');

	if (end != SIZE_MAX) {
		*text = nk_str_sub(*text, 0, end);
		NK_TRY(nk_fmt_csv_tell(f, &name_lines, row->line, at, err));
	}
	*text = nk_str_trim(*text);
	NK_TRY(mend_gaiji(f, row, at, text, err));
	return nk_has_halfwidth_kana(*text) ? nk_fmt_csv_tell(f, &halfwidth, row->line, at, err) : nk_done();
}

/* Kana: full-width katakana, whatever it was. */
static NK_RESULT mend_kana(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_str *text, struct nk_err *err)
{
	NK_TRY(mend_text(f, row, at, text, err));
	nk_buf_reset(&f->b);
	NK_TRY(nk_value_kana(*text, &f->b, err));
	return keep(f, nk_buf_str(&f->b), text, err);
}

static NK_RESULT take_name(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_roster_person *p, struct nk_err *err)
{
	struct nk_str text = row->fields[at];
	struct nk_str family;
	struct nk_str given;

	NK_TRY(mend_text(f, row, at, &text, err));
	if (text.len > 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"') {
		text = nk_str_sub(text, 1, text.len - 2);
		NK_TRY(nk_fmt_csv_tell(f, &name_quoted, row->line, at, err));
	}
	if (nk_value_blank(text)) {
		return nk_fmt_csv_tell(f, &name_blank, row->line, at, err);
	}
	if (!nk_value_split_name(text, &family, &given)) {
		NK_TRY(nk_fmt_csv_tell(f, &name_whole, row->line, at, err));
	}
	NK_TRY(keep(f, family, &p->field[NK_FIELD_FAMILY], err));
	return keep(f, given, &p->field[NK_FIELD_GIVEN], err);
}

static NK_RESULT take_kana(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_roster_person *p, struct nk_err *err)
{
	struct nk_str text = row->fields[at];
	struct nk_str family;
	struct nk_str given;

	NK_TRY(mend_kana(f, row, at, &text, err));
	(void)nk_value_split_name(text, &family, &given);
	NK_TRY(keep(f, family, &p->field[NK_FIELD_FAMILY_KANA], err));
	return keep(f, given, &p->field[NK_FIELD_GIVEN_KANA], err);
}

static bool any_form(const struct fmt_csv *f, size_t at)
{
	for (size_t i = 0; i < f->map.n_dates; i++) {
		if (nk_str_eq(f->map.dates[i].column, f->header[at])) {
			return f->map.dates[i].any;
		}
	}
	return false;
}

static NK_RESULT read_date(struct fmt_csv *f, const struct csv_row *row, size_t at, nk_date *out, struct nk_err *err)
{
	nk_date day = NK_DATE_NONE;

	*out = NK_DATE_NONE;
	if (nk_value_blank(row->fields[at])) {
		return nk_done();
	}
	switch (nk_value_date(nk_str_trim(row->fields[at]), &day)) {
	case NK_DATE_EXACT:
		*out = day;
		return nk_done();
	case NK_DATE_LOOSE:
		*out = day;
		return any_form(f, at) ? nk_done() : nk_fmt_csv_tell(f, &date_loose, row->line, at, err);
	case NK_DATE_SERIAL:
		*out = day;
		return nk_fmt_csv_tell(f, &date_serial, row->line, at, err);
	case NK_DATE_PAST_ERA:
		*out = day;
		return nk_fmt_csv_tell(f, &date_era, row->line, at, err);
	case NK_DATE_AMBIGUOUS:
		return nk_fmt_csv_tell(f, &date_two, row->line, at, err);
	case NK_DATE_BAD:
		break;
	}
	return nk_fmt_csv_tell(f, &date_bad, row->line, at, err);
}

static NK_RESULT take_birth(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_roster_person *p, struct nk_err *err)
{
	char text[NK_DATE_TEXT];
	nk_date day = NK_DATE_NONE;

	NK_TRY(read_date(f, row, at, &day, err));
	return day == NK_DATE_NONE ? nk_done()
				   : keep(f, nk_str_c(nk_date_print(day, text)), &p->field[NK_FIELD_BIRTH_DATE], err);
}

static NK_RESULT take_grade(struct fmt_csv *f, struct nk_str v, struct nk_str *out, struct nk_err *err)
{
	NK_TRY(narrow(f, v, 0, out, err));
	if (nk_str_ends(*out, NK_STR("年"))) {
		*out = nk_str_sub(*out, 0, out->len - 3);
	}
	return nk_done();
}

static bool is_kana_field(enum nk_field f)
{
	return f == NK_FIELD_FAMILY_KANA || f == NK_FIELD_GIVEN_KANA || f == NK_FIELD_FAMILY_SHOWN_KANA ||
		f == NK_FIELD_GIVEN_SHOWN_KANA;
}

static bool is_key_field(enum nk_field f)
{
	return f == NK_FIELD_STUDENT_NUMBER || f == NK_FIELD_LOGIN || f == NK_FIELD_MASTER_ID;
}

static NK_RESULT take_field(
	struct fmt_csv *f, const struct csv_row *row, size_t i, struct nk_roster_person *p, struct nk_err *err)
{
	const enum nk_field field = f->map.mapped[i].field;
	const size_t at = f->at[i];
	struct nk_str text = row->fields[at];

	if (field == NK_FIELD_BIRTH_DATE) {
		return take_birth(f, row, at, p, err);
	}
	if (nk_value_is_mangled(nk_str_trim(text))) {
		return nk_fmt_csv_tell(f, is_key_field(field) ? &key_mangled : &mangled, row->line, at, err);
	}
	if (is_key_field(field)) {
		return narrow(f, text, field == NK_FIELD_LOGIN ? -1 : f->map.key_case, &p->field[field], err);
	}
	if (field == NK_FIELD_MAIL) {
		return narrow(f, text, -1, &p->field[field], err);
	}
	if (field == NK_FIELD_GRADE) {
		return take_grade(f, text, &p->field[field], err);
	}
	NK_TRY(is_kana_field(field) ? mend_kana(f, row, at, &text, err) : mend_text(f, row, at, &text, err));
	return keep(f, text, &p->field[field], err);
}

static NK_RESULT take_department(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_roster_person *p, struct nk_err *err)
{
	const struct nk_str name = nk_str_trim(row->fields[at]);
	const struct nk_str faculty = p->field[NK_FIELD_FACULTY];

	if (name.len == 0) {
		return nk_done();
	}
	nk_buf_reset(&f->a);
	NK_TRY(nk_buf_add_str(&f->a, faculty, err));
	NK_TRY(faculty.len > 0 ? nk_buf_add_byte(&f->a, ' ', err) : nk_done());
	NK_TRY(nk_buf_add_str(&f->a, name, err));
	return keep(f, nk_buf_str(&f->a), &p->field[NK_FIELD_FACULTY], err);
}

static NK_RESULT take_state(
	struct fmt_csv *f, const struct csv_row *row, size_t at, enum nk_csv_state *out, struct nk_err *err)
{
	const struct nk_str v = nk_str_trim(row->fields[at]);

	for (size_t i = 0; i < f->map.n_values; i++) {
		if (nk_str_eq(f->map.values[i].value, v)) {
			*out = f->map.values[i].state;
			return nk_done();
		}
	}
	return nk_fmt_csv_tell(f, &state_unknown, row->line, at, err);
}

static NK_RESULT take_part(struct fmt_csv *f, const struct csv_row *row, size_t i, struct nk_roster_person *p,
	enum nk_csv_state *state, struct nk_err *err)
{
	const size_t at = f->at[i];

	switch (f->map.mapped[i].part) {
	case NK_CSV_FIELD:
		return take_field(f, row, i, p, err);
	case NK_CSV_FULL_NAME:
		return take_name(f, row, at, p, err);
	case NK_CSV_FULL_KANA:
		return take_kana(f, row, at, p, err);
	case NK_CSV_DEPARTMENT:
		return take_department(f, row, at, p, err);
	case NK_CSV_STATE:
		return take_state(f, row, at, state, err);
	case NK_CSV_VALID_FROM:
		return read_date(f, row, at, &p->valid_from, err);
	case NK_CSV_VALID_UNTIL:
		return read_date(f, row, at, &p->valid_until, err);
	}
	return nk_done();
}

static NK_RESULT take_key(
	struct fmt_csv *f, const struct csv_row *row, struct nk_str *out, bool *out_new, struct nk_err *err)
{
	struct csv_seen *seen = NULL;
	uint64_t at = 0;
	void *item = NULL;

	*out_new = false;
	NK_TRY(narrow(f, row->fields[f->key_at], f->map.key_case, out, err));
	if (nk_value_is_mangled(*out)) {
		return nk_fmt_csv_tell(f, &key_mangled, row->line, f->key_at, err);
	}
	if (out->len == 0) {
		return nk_fmt_csv_tell(f, &key_blank, row->line, f->key_at, err);
	}
	if (nk_map_get(&f->keys, nk_str_bytes(*out), &at)) {
		seen = nk_vec_at(&f->seen, nk_size(at));
		if (!seen->told) {
			seen->told = true;
			NK_TRY(nk_fmt_csv_tell(f, &key_twice, seen->line, f->key_at, err));
		}
		return nk_fmt_csv_tell(f, &key_twice, row->line, f->key_at, err);
	}
	NK_TRY(nk_map_put(&f->keys, nk_str_bytes(*out), f->seen.len, err));
	NK_TRY(nk_vec_push(&f->seen, &item, err));
	*(struct csv_seen *)item = (struct csv_seen){ row->line, *out, false };
	*out_new = true;
	return nk_done();
}

/* Unique items: who had it first is told by line. */
static NK_RESULT take_unique(
	struct fmt_csv *f, struct nk_map *map, struct nk_str v, uint64_t line, struct nk_err *err)
{
	uint64_t first = 0;

	if (v.len == 0) {
		return nk_done();
	}
	if (!nk_map_get(map, nk_str_bytes(v), &first)) {
		return nk_map_put(map, nk_str_bytes(v), line, err);
	}
	NK_TRY(nk_fmt_csv_tell(f, &item_twice, first, SIZE_MAX, err));
	return nk_fmt_csv_tell(f, &item_twice, line, SIZE_MAX, err);
}

static NK_RESULT unit_of(struct fmt_csv *f, const struct csv_row *row, size_t *out, struct nk_err *err)
{
	struct nk_str name = f->unit_at != SIZE_MAX ? nk_str_trim(row->fields[f->unit_at]) : f->map.unit_name;
	struct nk_roster_unit unit = { .kind = f->map.unit_kind };
	uint64_t at = 0;

	*out = SIZE_MAX;
	if (name.len == 0) {
		return nk_done();
	}
	if (nk_map_get(&f->units, nk_str_bytes(name), &at)) {
		*out = nk_size(at);
		return nk_done();
	}
	NK_TRY(keep(f, name, &unit.key, err));
	unit.name = unit.key;
	NK_TRY(nk_roster_build_unit(f->run->build, &unit, out, err));
	return nk_map_put(&f->units, nk_str_bytes(unit.key), *out, err);
}

static NK_RESULT romaji(struct fmt_csv *f, struct nk_str kana, struct nk_str *out, struct nk_err *err)
{
	nk_buf_reset(&f->a);
	NK_TRY(nk_romaji(kana, &f->a, err));
	return keep(f, nk_buf_str(&f->a), out, err);
}

static NK_RESULT finish(struct fmt_csv *f, const struct csv_row *row, struct nk_roster_person *p, struct nk_err *err)
{
	if (p->field[NK_FIELD_LOGIN].len == 0) {
		const struct nk_str from =
			f->login_at != SIZE_MAX ? row->fields[f->login_at] : p->field[NK_FIELD_SOURCE_KEY];

		NK_TRY(narrow(f, from, -1, &p->field[NK_FIELD_LOGIN], err));
	}
	NK_TRY(romaji(f, p->field[NK_FIELD_FAMILY_KANA], &p->field[NK_FIELD_FAMILY_ROMAJI], err));
	NK_TRY(romaji(f, p->field[NK_FIELD_GIVEN_KANA], &p->field[NK_FIELD_GIVEN_ROMAJI], err));
	NK_TRY(take_unique(f, &f->logins, p->field[NK_FIELD_LOGIN], row->line, err));
	NK_TRY(take_unique(f, &f->masters, p->field[NK_FIELD_MASTER_ID], row->line, err));
	NK_TRY(take_unique(f, &f->numbers, p->field[NK_FIELD_STUDENT_NUMBER], row->line, err));
	return take_unique(f, &f->mails, p->field[NK_FIELD_MAIL], row->line, err);
}

static NK_RESULT put(
	struct fmt_csv *f, const struct csv_row *row, const struct nk_roster_person *p, struct nk_err *err)
{
	struct nk_roster_membership m = {
		.primary = true, .role = f->map.role, .from = NK_DATE_NONE, .until = NK_DATE_NONE
	};
	size_t person = 0;

	NK_TRY(unit_of(f, row, &m.where, err));
	NK_TRY(nk_roster_build_person(f->run->build, p, &person, err));
	return m.where != SIZE_MAX ? nk_roster_build_membership(f->run->build, person, &m, err) : nk_done();
}

NK_RESULT nk_fmt_csv_row(struct fmt_csv *f, const struct csv_row *row, struct nk_err *err)
{
	struct nk_roster_person p = {
		.enabled = true, .valid_from = NK_DATE_NONE, .valid_until = NK_DATE_NONE, .line = row->line
	};
	enum nk_csv_state state = NK_CSV_ACTIVE;
	bool is_new = false;

	for (size_t i = 0; i < NK_FIELD_COUNT; i++) {
		p.field[i] = NK_STR("");
	}
	NK_TRY(take_key(f, row, &p.field[NK_FIELD_SOURCE_KEY], &is_new, err));
	for (size_t i = 0; i < f->map.n_mapped; i++) {
		if (f->at[i] != SIZE_MAX) {
			NK_TRY(take_part(f, row, i, &p, &state, err));
		}
	}
	if (!is_new) {
		return nk_done();
	}
	if (state == NK_CSV_ABSENT) {
		f->run->build->head.rows_not_imported++;
		return nk_done();
	}
	p.enabled = state == NK_CSV_ACTIVE;
	NK_TRY(finish(f, row, &p, err));
	return put(f, row, &p, err);
}
