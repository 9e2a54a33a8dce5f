/*
 * csv_mapping.c: reads the mapping file of a plain CSV. Strict: a word that is not known is an error with its line.
 */
#include "base.h"
#include "csv_mapping.h"

#include "ini.h"

struct reading {
	struct nk_csv_mapping *m;
	struct nk_arena *arena;
};

static bool part_of(struct nk_str word, struct nk_csv_mapped *out)
{
	static const struct {
		const char *word;
		enum nk_csv_part part;
	} parts[] = { { "full_name", NK_CSV_FULL_NAME }, { "full_kana", NK_CSV_FULL_KANA },
		{ "full_shown", NK_CSV_FULL_SHOWN }, { "full_shown_kana", NK_CSV_FULL_SHOWN_KANA },
		{ "former_name", NK_CSV_FORMER }, { "former_kana", NK_CSV_FORMER_KANA }, { "attendance", NK_CSV_ATTENDANCE },
		{ "department", NK_CSV_DEPARTMENT }, { "affiliation", NK_CSV_AFFILIATION }, { "state", NK_CSV_STATE }, { "valid_from", NK_CSV_VALID_FROM },
		{ "valid_until", NK_CSV_VALID_UNTIL } };

	for (size_t i = 0; i < NK_ARRAY_LEN(parts); i++) {
		if (nk_str_eq(nk_str_c(parts[i].word), word)) {
			out->part = parts[i].part;
			return true;
		}
	}
	out->part = NK_CSV_FIELD;
	return nk_field_by_name(word, &out->field) && out->field != NK_FIELD_SOURCE &&
		out->field != NK_FIELD_SOURCE_KEY && out->field != NK_FIELD_FORMER &&
		out->field != NK_FIELD_MERGED_INTO;
}

/* 学籍番号 = student_number, login */
static NK_RESULT take_column(
	struct nk_csv_mapping *m, struct nk_str column, struct nk_str words, unsigned line, struct nk_err *err)
{
	struct nk_str word;

	while (nk_str_cut(&words, ',', &word)) {
		struct nk_csv_mapped mapped = { .column = column, .line = line };

		if (!part_of(nk_str_trim(word), &mapped)) {
			return nk_fail(err, NK_CONFIG,
				"mapping file, line %u: columns become items such as student_number, "
				"family, mail, or full_name, full_kana, full_shown, full_shown_kana, former_name, former_kana, department, "
				"affiliation, attendance, state, valid_from, valid_until",
				line);
		}
		if (m->n_mapped >= CSV_MAPPED_MAX) {
			return nk_fail(err, NK_LIMIT, "mapping file, line %1$u: more than %2$d columns", line,
				(int)CSV_MAPPED_MAX);
		}
		m->mapped[m->n_mapped++] = mapped;
	}
	return nk_done();
}

static bool take_role(struct nk_csv_mapping *m, struct nk_str value)
{
	for (int r = 0; r < NK_ROLE_COUNT; r++) {
		if (nk_str_eq(nk_str_c(nk_role_name((enum nk_role)r)), value)) {
			m->role = (enum nk_role)r;
			return true;
		}
	}
	return false;
}

static bool take_case(struct nk_csv_mapping *m, struct nk_str value)
{
	m->key_case = nk_str_eq(value, NK_STR("upper")) ? 1 : nk_str_eq(value, NK_STR("lower")) ? -1 : 0;
	return m->key_case != 0 || nk_str_eq(value, NK_STR("keep"));
}

static bool take_year(struct nk_csv_mapping *m, struct nk_str value)
{
	uint32_t year = 0;

	if (!nk_parse_u32(value, 1900, 2999, &year)) {
		return false;
	}
	m->school_year = (int)year;
	return true;
}

static NK_RESULT take_option(
	struct nk_csv_mapping *m, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	const struct {
		const char *word;
		struct nk_str *to;
	} texts[] = { { "key", &m->key }, { "login", &m->login }, { "unit", &m->unit },
		{ "unit_name", &m->unit_name }, { "unit_kind", &m->unit_kind }, { "sheet", &m->sheet } };

	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		if (nk_str_eq(nk_str_c(texts[i].word), key)) {
			*texts[i].to = value;
			return nk_done();
		}
	}
	if (nk_str_eq(key, NK_STR("key_case"))) {
		return take_case(m, value)
			? nk_done()
			: nk_fail(err, NK_CONFIG, "mapping file, line %u: key_case is upper, lower or keep", line);
	}
	if (nk_str_eq(key, NK_STR("key_length"))) {
		m->key_any_length = nk_str_eq(value, NK_STR("any"));
		return m->key_any_length || nk_str_eq(value, NK_STR("same")) || nk_parse_u32(value, 1, 32, &m->key_digits)
			? nk_done()
			: nk_fail(err, NK_CONFIG, "mapping file, line %u: key_length is same, any, or the number of digits", line);
	}
	if (nk_str_eq(key, NK_STR("name_split"))) {
		m->name_refuse = nk_str_eq(value, NK_STR("refuse"));
		return m->name_refuse || nk_str_eq(value, NK_STR("blank"))
			? nk_done()
			: nk_fail(err, NK_CONFIG, "mapping file, line %u: name_split is blank or refuse", line);
	}
	if (nk_str_eq(key, NK_STR("class_name"))) {
		m->class_with_grade = nk_str_eq(value, NK_STR("grade_class"));
		return m->class_with_grade || nk_str_eq(value, NK_STR("class"))
			? nk_done()
			: nk_fail(err, NK_CONFIG, "mapping file, line %u: class_name is class or grade_class", line);
	}
	if (nk_str_eq(key, NK_STR("header_line"))) {
		return nk_parse_u64(value, 1, 1000, &m->header_line)
			? nk_done()
			: nk_fail(err, NK_CONFIG, "mapping file, line %u: header_line is the number of the header's line", line);
	}
	if (nk_str_eq(key, NK_STR("role"))) {
		return take_role(m, value)
			? nk_done()
			: nk_fail(err, NK_CONFIG,
				  "mapping file, line %u: role is student, teacher, staff or another role of the house",
				  line);
	}
	if (nk_str_eq(key, NK_STR("school_year"))) {
		return take_year(m, value)
			? nk_done()
			: nk_fail(err, NK_CONFIG, "mapping file, line %u: school_year is a year of four digits",
				  line);
	}
	return nk_fail(err, NK_CONFIG,
		"mapping file, line %u: options are key, key_case, key_length, name_split, login, unit, unit_name, "
		"unit_kind, role, school_year, class_name, sheet, header_line",
		line);
}

static NK_RESULT take_value(
	struct nk_csv_mapping *m, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	static const struct {
		const char *word;
		enum nk_csv_state state;
	} states[] = { { "active", NK_CSV_ACTIVE }, { "suspended", NK_CSV_SUSPENDED }, { "absent", NK_CSV_ABSENT } };

	if (m->n_values >= CSV_VALUES_MAX) {
		return nk_fail(
			err, NK_LIMIT, "mapping file, line %1$u: more than %2$d values", line, (int)CSV_VALUES_MAX);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(states); i++) {
		if (nk_str_eq(nk_str_c(states[i].word), value)) {
			m->values[m->n_values].value = nk_str_eq(key, NK_STR("blank")) ? NK_STR("") : key;
			m->values[m->n_values].state = states[i].state;
			m->n_values++;
			return nk_done();
		}
	}
	return nk_fail(err, NK_CONFIG,
		"mapping file, line %u: values of the state column are active, suspended or absent", line);
}

static NK_RESULT take_date(
	struct nk_csv_mapping *m, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	if (m->n_dates >= CSV_MAPPED_MAX || (!nk_str_eq(value, NK_STR("any")) && !nk_str_eq(value, NK_STR("iso")))) {
		return nk_fail(err, NK_CONFIG, "mapping file, line %u: dates are iso or any", line);
	}
	m->dates[m->n_dates].column = key;
	m->dates[m->n_dates].any = nk_str_eq(value, NK_STR("any"));
	m->n_dates++;
	return nk_done();
}

/* U+E000 = 𠮷 */
static NK_RESULT take_gaiji(
	struct nk_csv_mapping *m, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	uint8_t cp[2];

	if (key.len != 6 || !nk_str_starts(key, NK_STR("U+")) ||
		!nk_hex_parse(nk_str_sub(key, 2, 4), cp, sizeof(cp)) || m->n_gaiji >= CSV_GAIJI_MAX) {
		return nk_fail(err, NK_CONFIG,
			"mapping file, line %u: gaiji are written as U+E000 = the character that is meant", line);
	}
	m->gaiji[m->n_gaiji].from = nk_get_be16(cp);
	m->gaiji[m->n_gaiji].to = value;
	m->n_gaiji++;
	return nk_done();
}

static NK_RESULT take_row(
	void *arg, struct nk_str section, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	struct reading *r = arg;

	NK_TRY(nk_arena_dup(r->arena, key, &key, err));
	NK_TRY(nk_arena_dup(r->arena, value, &value, err));
	if (nk_str_eq(section, NK_STR("columns"))) {
		return take_column(r->m, key, value, line, err);
	}
	if (nk_str_eq(section, NK_STR("options"))) {
		return take_option(r->m, key, value, line, err);
	}
	if (nk_str_eq(section, NK_STR("values"))) {
		return take_value(r->m, key, value, line, err);
	}
	if (nk_str_eq(section, NK_STR("dates"))) {
		return take_date(r->m, key, value, line, err);
	}
	if (nk_str_eq(section, NK_STR("gaiji"))) {
		return take_gaiji(r->m, key, value, line, err);
	}
	return nk_fail(
		err, NK_CONFIG, "mapping file, line %u: sections are columns, options, values, dates, gaiji", line);
}

NK_RESULT nk_csv_mapping_read(
	struct nk_bytes text, struct nk_arena *arena, struct nk_csv_mapping *out, struct nk_err *err)
{
	struct reading r = { out, arena };

	*out = (struct nk_csv_mapping){ .role = NK_ROLE_STUDENT, .unit_kind = NK_STR("faculty") };
	if (text.len == 0) {
		return nk_fail(
			err, NK_CONFIG, "a list of your own needs a mapping that says what its columns are: nokosazu import map FILE");
	}
	NK_TRY(nk_ini_each(text, take_row, &r, err));
	if (out->key.len == 0 || out->n_mapped == 0) {
		return nk_fail(err, NK_CONFIG,
			"the mapping file must name the key column ([options] key = …) and at least one column");
	}
	return nk_done();
}
