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

NK_RESULT nk_fmt_csv_tell(
	struct fmt_csv *f, const struct nk_rule *rule, uint64_t line, size_t column, struct nk_err *err)
{
	const struct nk_str name = column < f->width ? f->header[column] : NK_STR("");

	return nk_findings_add(f->run->findings, rule, (struct nk_place){ NK_STR(""), line, name }, err);
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
		return any_form(f, at) ? nk_done() : nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_DATE_1), row->line, at, err);
	case NK_DATE_SERIAL:
		*out = day;
		return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_DATE_2), row->line, at, err);
	case NK_DATE_PAST_ERA:
		*out = day;
		return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_DATE_3), row->line, at, err);
	case NK_DATE_AMBIGUOUS:
		return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_DATE_4), row->line, at, err);
	case NK_DATE_BAD:
		break;
	}
	return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_DATE_5), row->line, at, err);
}

static NK_RESULT take_birth(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_roster_person *p, struct nk_err *err)
{
	char text[NK_DATE_TEXT];
	nk_date day = NK_DATE_NONE;

	NK_TRY(read_date(f, row, at, &day, err));
	return day == NK_DATE_NONE ? nk_done()
				   : nk_fmt_csv_keep(f, nk_str_c(nk_date_print(day, text)), &p->field[NK_FIELD_BIRTH_DATE], err);
}

static NK_RESULT take_grade(struct fmt_csv *f, struct nk_str v, struct nk_str *out, struct nk_err *err)
{
	NK_TRY(nk_fmt_csv_narrow(f, v, 0, out, err));
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
		return nk_fmt_csv_tell(
			f, nk_rule(is_key_field(field) ? NK_RULE_CSV_KEY_2 : NK_RULE_CSV_VAL_1), row->line, at, err);
	}
	if (is_key_field(field) && at == f->key_at && field != NK_FIELD_LOGIN) {
		p->field[field] = p->field[NK_FIELD_SOURCE_KEY];
		return nk_done();
	}
	if (is_key_field(field)) {
		return nk_fmt_csv_narrow(f, at == f->key_at ? p->field[NK_FIELD_SOURCE_KEY] : text,
			field == NK_FIELD_LOGIN ? -1 : f->map.key_case, &p->field[field], err);
	}
	if (field == NK_FIELD_MAIL) {
		return nk_fmt_csv_narrow(f, text, -1, &p->field[field], err);
	}
	if (field == NK_FIELD_GRADE) {
		return take_grade(f, text, &p->field[field], err);
	}
	NK_TRY(is_kana_field(field) ? nk_fmt_csv_mend_kana(f, row, at, &text, err) : nk_fmt_csv_mend_text(f, row, at, &text, err));
	return nk_fmt_csv_keep(f, text, &p->field[field], err);
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
	return nk_fmt_csv_keep(f, nk_buf_str(&f->a), &p->field[NK_FIELD_FACULTY], err);
}

/* Where the faculty ends in "工学部 機械工学科": a blank, a line end or ・; the length of what is between. */
static size_t affiliation_gap(struct nk_str s, size_t *out_len)
{
	static const struct nk_str gaps[] = { { " ", 1 }, { "\n", 1 }, { "\r", 1 }, { "\t", 1 }, { "\xe3\x80\x80", 3 }, { "・", 3 }, { "･", 3 }, { "/", 1 },
		{ "／", 3 } };
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < NK_ARRAY_LEN(gaps); i++) {
		const size_t at = nk_str_find(s, gaps[i]);

		if (at < best) {
			best = at;
			*out_len = gaps[i].len;
		}
	}
	return best;
}

static NK_RESULT take_affiliation(
	struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_roster_person *p, struct nk_err *err)
{
	const struct nk_str text = nk_str_trim(row->fields[at]);
	size_t len = 0;
	const size_t gap = affiliation_gap(text, &len);

	if (gap == SIZE_MAX) {
		return nk_fmt_csv_keep(f, text, &p->field[NK_FIELD_FACULTY], err);
	}
	nk_buf_reset(&f->a);
	NK_TRY(nk_buf_add_str(&f->a, nk_str_sub(text, 0, gap), err));
	NK_TRY(nk_buf_add_byte(&f->a, ' ', err));
	NK_TRY(nk_buf_add_str(&f->a, nk_str_trim(nk_str_sub(text, gap + len, text.len)), err));
	return nk_fmt_csv_keep(f, nk_buf_str(&f->a), &p->field[NK_FIELD_FACULTY], err);
}

static bool is_affiliation(const struct fmt_csv *f, size_t at)
{
	for (size_t i = 0; i < f->map.n_mapped; i++) {
		if (f->at[i] == at && f->map.mapped[i].part == NK_CSV_AFFILIATION) {
			return true;
		}
	}
	return false;
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
	return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_VAL_2), row->line, at, err);
}

/* A name in one column, legal or shown, or its reading. */
static NK_RESULT take_full(
	struct fmt_csv *f, const struct csv_row *row, size_t i, struct nk_roster_person *p, struct nk_err *err)
{
	static const struct {
		enum nk_csv_part part;
		enum nk_field family, given;
		bool kana, needed;
	} fulls[] = { { NK_CSV_FULL_NAME, NK_FIELD_FAMILY, NK_FIELD_GIVEN, false, true },
		{ NK_CSV_FULL_KANA, NK_FIELD_FAMILY_KANA, NK_FIELD_GIVEN_KANA, true, false },
		{ NK_CSV_FULL_SHOWN, NK_FIELD_FAMILY_SHOWN, NK_FIELD_GIVEN_SHOWN, false, false },
		{ NK_CSV_FULL_SHOWN_KANA, NK_FIELD_FAMILY_SHOWN_KANA, NK_FIELD_GIVEN_SHOWN_KANA, true, false } };
	const size_t at = f->at[i];
	struct csv_name name = { NK_STR(""), NK_STR("") };
	size_t k = 0;

	while (fulls[k].part != f->map.mapped[i].part) {
		k++;
	}
	if (fulls[k].needed && nk_value_blank(row->fields[at])) {
		return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_NAME_1), row->line, at, err);
	}
	NK_TRY(fulls[k].kana ? nk_fmt_csv_kana(f, row, at, p->field[NK_FIELD_GIVEN].len > 0, &name, err)
			     : nk_fmt_csv_name(f, row, at, &name, err));
	p->field[fulls[k].family] = name.family;
	p->field[fulls[k].given] = name.given;
	return nk_done();
}

/* 出席番号: of the class, which becomes a group then. */
static NK_RESULT take_attendance(struct fmt_csv *f, const struct csv_row *row, size_t at, struct nk_err *err)
{
	struct nk_str v;

	f->attendance = 0;
	NK_TRY(nk_fmt_csv_narrow(f, row->fields[at], 0, &v, err));
	if (v.len == 0 || nk_parse_u32(v, 0, 9999, &f->attendance)) {
		return nk_done();
	}
	return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_VAL_3), row->line, at, err);
}

static NK_RESULT take_part(struct fmt_csv *f, const struct csv_row *row, size_t i, struct nk_roster_person *p,
	enum nk_csv_state *state, struct nk_err *err)
{
	const size_t at = f->at[i];

	switch (f->map.mapped[i].part) {
	case NK_CSV_FIELD:
		return take_field(f, row, i, p, err);
	case NK_CSV_FULL_NAME:
	case NK_CSV_FULL_KANA:
	case NK_CSV_FULL_SHOWN:
	case NK_CSV_FULL_SHOWN_KANA:
		return take_full(f, row, i, p, err);
	case NK_CSV_FORMER:
	case NK_CSV_FORMER_KANA:
		return nk_done(); /* behind the name: finish */
	case NK_CSV_ATTENDANCE:
		return take_attendance(f, row, at, err);
	case NK_CSV_DEPARTMENT:
		return take_department(f, row, at, p, err);
	case NK_CSV_AFFILIATION:
		return take_affiliation(f, row, at, p, err);
	case NK_CSV_STATE:
		return take_state(f, row, at, state, err);
	case NK_CSV_VALID_FROM:
		return read_date(f, row, at, &p->valid_from, err);
	case NK_CSV_VALID_UNTIL:
		return read_date(f, row, at, &p->valid_until, err);
	}
	return nk_done();
}

/* The zeros that a spreadsheet cut, where the mapping says how many digits there are. */
static NK_RESULT pad_key(struct fmt_csv *f, const struct csv_row *row, struct nk_str *key, struct nk_err *err)
{
	uint64_t n = 0;

	if (key->len == 0 || key->len >= f->map.key_digits || !nk_parse_u64(*key, 0, UINT64_MAX, &n)) {
		return nk_done();
	}
	nk_buf_reset(&f->b);
	for (size_t i = key->len; i < f->map.key_digits; i++) {
		NK_TRY(nk_buf_add_byte(&f->b, '0', err));
	}
	NK_TRY(nk_buf_add_str(&f->b, *key, err));
	NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_KEY_5), row->line, f->key_at, err));
	return nk_fmt_csv_keep(f, nk_buf_str(&f->b), key, err);
}

static NK_RESULT take_key(
	struct fmt_csv *f, const struct csv_row *row, struct nk_str *out, bool *out_new, struct nk_err *err)
{
	struct csv_seen *seen = NULL;
	uint64_t at = 0;
	void *item = NULL;

	*out_new = false;
	NK_TRY(nk_fmt_csv_narrow(f, row->fields[f->key_at], f->map.key_case, out, err));
	NK_TRY(pad_key(f, row, out, err));
	if (nk_value_is_mangled(*out)) {
		return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_KEY_2), row->line, f->key_at, err);
	}
	if (out->len == 0) {
		return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_KEY_1), row->line, f->key_at, err);
	}
	if (nk_map_get(&f->keys, nk_str_bytes(*out), &at)) {
		seen = nk_vec_at(&f->seen, nk_size(at));
		if (!seen->told) {
			seen->told = true;
			NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_KEY_4), seen->line, f->key_at, err));
		}
		return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_KEY_4), row->line, f->key_at, err);
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
	NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_DUP_1), first, SIZE_MAX, err));
	return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_DUP_1), line, SIZE_MAX, err);
}

static NK_RESULT unit_of(struct fmt_csv *f, const struct csv_row *row, size_t *out, struct nk_err *err)
{
	struct nk_str name = f->unit_at != SIZE_MAX ? nk_str_trim(row->fields[f->unit_at]) : f->map.unit_name;
	struct nk_roster_unit unit = { .kind = f->map.unit_kind };
	uint64_t at = 0;

	*out = SIZE_MAX;
	if (f->unit_at != SIZE_MAX && is_affiliation(f, f->unit_at)) {
		size_t len = 0;
		const size_t gap = affiliation_gap(name, &len);

		name = gap != SIZE_MAX ? nk_str_sub(name, 0, gap) : name;
	}
	if (name.len == 0) {
		return nk_done();
	}
	if (nk_map_get(&f->units, nk_str_bytes(name), &at)) {
		*out = nk_size(at);
		return nk_done();
	}
	NK_TRY(nk_fmt_csv_keep(f, name, &unit.key, err));
	unit.name = unit.key;
	NK_TRY(nk_roster_build_unit(f->run->build, &unit, out, err));
	return nk_map_put(&f->units, nk_str_bytes(unit.key), *out, err);
}

static NK_RESULT romaji(struct fmt_csv *f, struct nk_str kana, struct nk_str *out, struct nk_err *err)
{
	nk_buf_reset(&f->a);
	NK_TRY(nk_romaji(kana, &f->a, err));
	return nk_fmt_csv_keep(f, nk_buf_str(&f->a), out, err);
}

/* The reading of the name that somebody goes by: one of another name would tell the legal one in its place. */
static struct nk_str reading_in_use(const struct nk_roster_person *p, bool family)
{
	const struct nk_str shown = p->field[family ? NK_FIELD_FAMILY_SHOWN : NK_FIELD_GIVEN_SHOWN];
	const struct nk_str kana = p->field[family ? NK_FIELD_FAMILY_SHOWN_KANA : NK_FIELD_GIVEN_SHOWN_KANA];
	const bool other = shown.len > 0 && !nk_str_eq(shown, p->field[family ? NK_FIELD_FAMILY : NK_FIELD_GIVEN]);

	return kana.len > 0 || other ? kana : p->field[family ? NK_FIELD_FAMILY_KANA : NK_FIELD_GIVEN_KANA];
}

static NK_RESULT finish(struct fmt_csv *f, const struct csv_row *row, struct nk_roster_person *p, struct nk_err *err)
{
	if (p->field[NK_FIELD_LOGIN].len == 0 && !nk_str_eq(f->map.login, NK_STR("-"))) {
		const struct nk_str from =
			f->login_at != SIZE_MAX ? row->fields[f->login_at] : p->field[NK_FIELD_SOURCE_KEY];

		NK_TRY(nk_fmt_csv_narrow(f, from, -1, &p->field[NK_FIELD_LOGIN], err));
	}
	NK_TRY(nk_fmt_csv_former(f, row, p, err));
	NK_TRY(romaji(f, reading_in_use(p, true), &p->field[NK_FIELD_FAMILY_ROMAJI], err));
	NK_TRY(romaji(f, reading_in_use(p, false), &p->field[NK_FIELD_GIVEN_ROMAJI], err));
	NK_TRY(take_unique(f, &f->logins, p->field[NK_FIELD_LOGIN], row->line, err));
	NK_TRY(take_unique(f, &f->masters, p->field[NK_FIELD_MASTER_ID], row->line, err));
	NK_TRY(take_unique(f, &f->numbers, p->field[NK_FIELD_STUDENT_NUMBER], row->line, err));
	return take_unique(f, &f->mails, p->field[NK_FIELD_MAIL], row->line, err);
}

/* Of the mapping, or today's in Japan; told once. */
static NK_RESULT year_of(struct fmt_csv *f, int *out, struct nk_err *err)
{
	*out = f->map.school_year;
	if (*out != 0) {
		return nk_done();
	}
	*out = nk_school_year(nk_time_day(nk_now(f->run->env), 9 * 60));
	if (f->year_told) {
		return nk_done();
	}
	f->year_told = true;
	return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_YEAR_1), 0, SIZE_MAX, err);
}

/* The class of a unit, school year and grade, as a group; only where attendance numbers are read. */
static NK_RESULT class_of(
	struct fmt_csv *f, const struct nk_roster_person *p, size_t unit, size_t *out, struct nk_err *err)
{
	const struct nk_roster_unit *const u = unit != SIZE_MAX ? nk_vec_at(&f->run->build->units, unit) : NULL;
	const struct nk_str title = p->field[NK_FIELD_HOME_CLASS];
	struct nk_roster_group group = { .kind = NK_STR("homeroom"), .code = NK_STR("") };
	uint64_t at = 0;

	*out = SIZE_MAX;
	if (title.len == 0) {
		return nk_done();
	}
	if (u == NULL) {
		return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_UNIT_1), p->line, f->unit_at, err);
	}
	NK_TRY(year_of(f, &group.school_year, err));
	nk_buf_reset(&f->a);
	NK_TRY(nk_buf_printf(&f->a, err, "%.*s/%d/%.*s/%.*s", NK_FMT(u->key), group.school_year, NK_FMT(p->field[NK_FIELD_GRADE]),
		NK_FMT(title)));
	if (nk_map_get(&f->groups, nk_buf_bytes(&f->a), &at)) {
		*out = nk_size(at);
		return nk_done();
	}
	NK_TRY(nk_fmt_csv_keep(f, nk_buf_str(&f->a), &group.key, err));
	group.unit_key = u->key;
	NK_TRY(nk_fmt_csv_class(f, p->field[NK_FIELD_GRADE], title, &group.title, err));
	group.grade = p->field[NK_FIELD_GRADE];
	NK_TRY(nk_roster_build_group(f->run->build, &group, out, err));
	return nk_map_put(&f->groups, nk_str_bytes(group.key), *out, err);
}

static NK_RESULT put(
	struct fmt_csv *f, const struct csv_row *row, const struct nk_roster_person *p, struct nk_err *err)
{
	struct nk_roster_membership m = {
		.primary = true, .role = f->map.role, .from = NK_DATE_NONE, .until = NK_DATE_NONE
	};
	struct nk_roster_membership in_class = m;
	size_t person = 0;

	NK_TRY(unit_of(f, row, &m.where, err));
	NK_TRY(nk_roster_build_person(f->run->build, p, &person, err));
	NK_TRY(m.where != SIZE_MAX ? nk_roster_build_membership(f->run->build, person, &m, err) : nk_done());
	if (!f->with_attendance) {
		return nk_done();
	}
	in_class.is_group = true;
	in_class.number = f->attendance;
	NK_TRY(class_of(f, p, m.where, &in_class.where, err));
	return in_class.where != SIZE_MAX ? nk_roster_build_membership(f->run->build, person, &in_class, err) : nk_done();
}

/* "NULL", a dash: words for nothing. */
static NK_RESULT tidy(struct fmt_csv *f, struct csv_row *row, struct nk_str *clean, size_t *out_filled, struct nk_err *err)
{
	*out_filled = 0;
	for (size_t i = 0; i < f->width; i++) {
		const struct nk_str v = nk_str_trim(row->fields[i]);

		clean[i] = row->fields[i];
		if (nk_str_eq(v, NK_STR("NULL")) || nk_str_eq(v, NK_STR("null"))) {
			clean[i] = NK_STR("");
		} else if (nk_str_eq(v, NK_STR("-")) || nk_str_eq(v, NK_STR("－"))) {
			clean[i] = NK_STR("");
			NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_BLANK_1), row->line, i, err));
		}
		*out_filled += nk_value_blank(clean[i]) ? 0 : 1;
	}
	row->fields = clean;
	return nk_done();
}

/* Everything that stands in a row of somebody's. */
static NK_RESULT take_row(struct fmt_csv *f, const struct csv_row *row, struct nk_err *err)
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

/* （次頁へ続く）, ※, 計: how remarks begin, wherever they stand. */
static bool is_remark(struct nk_str s)
{
	static const struct nk_str starts[] = { { "（", 3 }, { "(", 1 }, { "※", 3 }, { "＊", 3 }, { "*", 1 }, { "【", 3 },
		{ "以上", 6 }, { "以下", 6 }, { "計", 3 }, { "合計", 6 }, { "総計", 6 }, { "小計", 6 }, { "次頁", 6 } };

	for (size_t i = 0; i < NK_ARRAY_LEN(starts); i++) {
		if (nk_str_starts(nk_str_trim(s), starts[i])) {
			return true;
		}
	}
	return nk_value_blank(s);
}

static bool has_name(const struct fmt_csv *f, const struct csv_row *row)
{
	for (size_t i = 0; i < f->map.n_mapped; i++) {
		const struct nk_csv_mapped *const m = &f->map.mapped[i];
		const bool name = m->part == NK_CSV_FULL_NAME ||
			(m->part == NK_CSV_FIELD && (m->field == NK_FIELD_FAMILY || m->field == NK_FIELD_GIVEN));

		if (name && f->at[i] != SIZE_MAX && !is_remark(row->fields[f->at[i]])) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_fmt_csv_row(struct fmt_csv *f, const struct csv_row *found, struct nk_err *err)
{
	struct nk_str clean[256];
	struct csv_row row = *found;
	size_t filled = 0;

	NK_TRY(tidy(f, &row, clean, &filled, err));
	/* A page turn, a total, a remark: one or two cells, and neither key nor name among them. */
	if (filled <= 2 && f->width > 3 && is_remark(row.fields[f->key_at]) && !has_name(f, &row)) {
		f->run->build->head.rows_not_imported++;
		return filled == 0 ? nk_done() : nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_ROW_1), row.line, SIZE_MAX, err);
	}
	return take_row(f, &row, err);
}
