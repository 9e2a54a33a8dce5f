/*
 * sds.c: reading the files of School Data Sync by name of column, and what a row becomes.
 *
 * Invariant: an index in `users`, `units`, `groups` is that of the roster that is being built.
 */
#include "base.h"
#include "sds.h"

#include "value_date.h"
#include "value_text.h"

enum { MANY = 20000000 };

static NK_RESULT tell_file(struct sds *s, enum nk_rule_id rule, struct nk_place place, struct nk_err *err)
{
	return nk_findings_add(s->run->findings, nk_rule(rule), place, err);
}

struct nk_str nk_sds_get(const struct sds *s, const struct sds_row *row, size_t column)
{
	const size_t at = s->at[column];
	const struct nk_str v = at != SIZE_MAX ? nk_str_trim(row->fields[at]) : NK_STR("");

	return nk_str_eq(v, NK_STR("NULL")) || nk_str_eq(v, NK_STR("null")) ? NK_STR("") : v;
}

NK_RESULT nk_sds_tell(struct sds *s, enum nk_rule_id rule, const struct sds_row *row, size_t column, struct nk_err *err)
{
	const char *const name = column != SIZE_MAX ? s->format->files[s->file].columns[column] : "";

	return tell_file(s, rule, (struct nk_place){ s->file_name, row->line, nk_str_c(name) }, err);
}

NK_RESULT nk_sds_keep(struct sds *s, struct nk_str text, struct nk_str *out, struct nk_err *err)
{
	return nk_roster_build_copy(s->run->build, text, out, err);
}

NK_RESULT nk_sds_find(struct sds *s, const struct nk_map *map, const struct sds_row *row, size_t column, size_t *out,
	struct nk_err *err)
{
	const struct nk_str id = nk_sds_get(s, row, column);
	uint64_t at = 0;

	*out = SIZE_MAX;
	if (id.len == 0) {
		return nk_done();
	}
	if (nk_map_get(map, nk_str_bytes(id), &at)) {
		*out = nk_size(at);
		return nk_done();
	}
	return nk_sds_tell(s, NK_RULE_SDS_REF_1, row, column, err);
}

NK_RESULT nk_sds_put(struct sds *s, struct nk_map *map, const struct sds_row *row, size_t column, size_t index, bool *out_new,
	struct nk_err *err)
{
	const struct nk_str id = nk_sds_get(s, row, column);
	struct nk_str kept;
	uint64_t at = 0;

	*out_new = false;
	if (id.len == 0) {
		return nk_done();
	}
	if (nk_map_get(map, nk_str_bytes(id), &at)) {
		return nk_sds_tell(s, NK_RULE_SDS_DUP_1, row, column, err);
	}
	*out_new = true;
	NK_TRY(nk_arena_dup(s->run->arena, id, &kept, err));
	return nk_map_put(map, nk_str_bytes(kept), index, err);
}

static NK_RESULT take_login(struct sds *s, const struct sds_row *row, size_t column, struct nk_str login, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf low = { 0 };
	struct nk_str kept;
	uint64_t line = 0;

	if (login.len == 0) {
		return nk_done();
	}
	nk_buf_init_wiping(&low, 1 << 20);
	NK_TRY(nk_value_ascii_case(login, false, &low, err));
	if (nk_map_get(&s->logins, nk_buf_bytes(&low), &line)) {
		return nk_sds_tell(s, NK_RULE_SDS_DUP_2, row, column, err);
	}
	NK_TRY(nk_arena_dup(s->run->arena, nk_buf_str(&low), &kept, err));
	return nk_map_put(&s->logins, nk_str_bytes(kept), row->line, err);
}

/* What is odd about a name; it is kept as it stands. */
static NK_RESULT check_name(struct sds *s, const struct sds_row *row, struct nk_str name, struct nk_err *err)
{
	if (nk_value_has_gaiji(name)) {
		NK_TRY(nk_sds_tell(s, NK_RULE_TEXT_1, row, SIZE_MAX, err));
	}
	return nk_value_has_invisible(name) ? nk_sds_tell(s, NK_RULE_TEXT_2, row, SIZE_MAX, err) : nk_done();
}

NK_RESULT nk_sds_person(struct sds *s, const struct sds_row *row, const struct sds_person *p, size_t *out, struct nk_err *err)
{
	struct nk_roster_person person = {
		.enabled = p->enabled, .valid_from = NK_DATE_NONE, .valid_until = NK_DATE_NONE, .line = row->line
	};
	const struct {
		enum nk_field field;
		struct nk_str text;
	} texts[] = { { NK_FIELD_SOURCE_KEY, nk_sds_get(s, row, p->id) }, { NK_FIELD_LOGIN, nk_sds_get(s, row, p->login) },
		{ NK_FIELD_FAMILY, p->family }, { NK_FIELD_GIVEN, p->given }, { NK_FIELD_MIDDLE, p->middle },
		{ NK_FIELD_MAIL, p->mail }, { NK_FIELD_STUDENT_NUMBER, p->number } };
	bool is_new = false;
	void *item = NULL;

	*out = SIZE_MAX;
	NK_TRY(nk_sds_put(s, &s->users, row, p->id, s->people.len, &is_new, err));
	if (!is_new) {
		return nk_done();
	}
	for (size_t i = 0; i < NK_FIELD_COUNT; i++) {
		person.field[i] = NK_STR("");
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		NK_TRY(nk_sds_keep(s, texts[i].text, &person.field[texts[i].field], err));
	}
	NK_TRY(check_name(s, row, p->family, err));
	NK_TRY(check_name(s, row, p->given, err));
	NK_TRY(take_login(s, row, p->login, person.field[NK_FIELD_LOGIN], err));
	NK_TRY(nk_vec_push(&s->people, &item, err));
	*(struct sds_user *)item = (struct sds_user){
		.line = row->line, .all_end = true, .from = NK_DATE_NONE, .until = NK_DATE_NONE
	};
	return nk_roster_build_person(s->run->build, &person, out, err);
}

NK_RESULT nk_sds_role(struct sds *s, const struct sds_row *row, size_t column, enum nk_role *out, struct nk_err *err)
{
	static const struct {
		const char *word;
		enum nk_role role;
	} roles[] = { { "student", NK_ROLE_STUDENT }, { "teacher", NK_ROLE_TEACHER }, { "professor", NK_ROLE_TEACHER },
		{ "faculty", NK_ROLE_TEACHER }, { "lecturer", NK_ROLE_TEACHER }, { "substitute", NK_ROLE_TEACHER },
		{ "aide", NK_ROLE_AIDE }, { "assistant", NK_ROLE_AIDE }, { "teacherAssistant", NK_ROLE_AIDE },
		{ "principal", NK_ROLE_PRINCIPAL }, { "administrator", NK_ROLE_ADMINISTRATOR },
		{ "districtAdministrator", NK_ROLE_ADMINISTRATOR }, { "siteAdministrator", NK_ROLE_ADMINISTRATOR },
		{ "systemAdministrator", NK_ROLE_ADMINISTRATOR }, { "guardian", NK_ROLE_GUARDIAN },
		{ "parent", NK_ROLE_GUARDIAN }, { "relative", NK_ROLE_GUARDIAN }, { "counselor", NK_ROLE_STAFF },
		{ "proctor", NK_ROLE_STAFF }, { "staff", NK_ROLE_STAFF }, { "officeStaff", NK_ROLE_STAFF } };
	const struct nk_str word = nk_sds_get(s, row, column);

	*out = NK_ROLE_OTHER;
	for (size_t i = 0; i < NK_ARRAY_LEN(roles); i++) {
		if (nk_str_ieq(nk_str_c(roles[i].word), word)) {
			*out = roles[i].role;
			return nk_done();
		}
	}
	return word.len > 0 ? nk_sds_tell(s, NK_RULE_SDS_VAL_2, row, column, err) : nk_done();
}

NK_RESULT nk_sds_grade(struct sds *s, size_t person, struct nk_str grade, struct nk_err *err)
{
	static const char *const japan[] = { "P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3", "H1", "H2", "H3" };
	struct nk_roster_person *const p = nk_roster_build_at(s->run->build, person);
	uint32_t n = 0;

	if (grade.len == 0) {
		return nk_done();
	}
	if (s->japan && grade.len == 2 && nk_parse_u32(grade, 1, NK_ARRAY_LEN(japan), &n)) {
		s->graded = true;
		p->field[NK_FIELD_GRADE] = nk_str_c(japan[n - 1]);
		return nk_done();
	}
	return nk_sds_keep(s, grade, &p->field[NK_FIELD_GRADE], err);
}

NK_RESULT nk_sds_date(struct sds *s, const struct sds_row *row, size_t column, nk_date *out, struct nk_err *err)
{
	const struct nk_str v = nk_sds_get(s, row, column);
	nk_date day = NK_DATE_NONE;

	*out = NK_DATE_NONE;
	if (v.len == 0) {
		return nk_done();
	}
	switch (nk_value_date(v, &day)) {
	case NK_DATE_EXACT:
	case NK_DATE_LOOSE:
	case NK_DATE_SERIAL:
		*out = day;
		return nk_done();
	case NK_DATE_PAST_ERA:
	case NK_DATE_AMBIGUOUS:
	case NK_DATE_BAD:
		break;
	}
	return nk_sds_tell(s, NK_RULE_SDS_VAL_1, row, column, err);
}

/* ---- the files ---- */

static NK_RESULT take_file(struct sds *s, const struct nk_tables_event *ev, struct nk_err *err)
{
	NK_TRY(nk_arena_dup(s->run->arena, ev->file, &s->file_name, err));
	s->file = SIZE_MAX;
	s->width = 0;
	if (s->run->build->head.encoding.len == 0) {
		s->run->build->head.encoding = nk_str_c(nk_encoding_name(ev->encoding));
	}
	for (size_t f = 0; f < s->format->n; f++) {
		if (nk_str_ieq(nk_str_c(s->format->files[f].name), ev->file)) {
			s->file = f;
			s->run->has_roles = s->run->has_roles || nk_str_ieq(ev->file, NK_STR("roles.csv"));
			s->here[f] = true;
			return nk_done();
		}
	}
	for (const char *const *other = s->format->others; *other != NULL; other++) {
		if (nk_str_ieq(nk_str_c(*other), ev->file)) {
			return tell_file(s, NK_RULE_SDS_FILE_3, (struct nk_place){ s->file_name, 0, NK_STR("") }, err);
		}
	}
	return tell_file(s, NK_RULE_SDS_FILE_2, (struct nk_place){ s->file_name, 0, NK_STR("") }, err);
}

/* v1 allows columns to be absent or in another order: they are found by name, without regard to case. */
static NK_RESULT take_header(struct sds *s, const struct nk_tables_event *ev, struct nk_err *err)
{
	const struct sds_file *const file = &s->format->files[s->file];

	s->width = ev->n;
	for (size_t c = 0; c < SDS_COLUMNS; c++) {
		s->at[c] = SIZE_MAX;
	}
	for (size_t c = 0; c < SDS_COLUMNS && file->columns[c] != NULL; c++) {
		const struct nk_place place = { s->file_name, 1, nk_str_c(file->columns[c]) };

		for (size_t i = 0; i < ev->n; i++) {
			if (!nk_str_ieq(nk_str_trim(ev->fields[i]), nk_str_c(file->columns[c]))) {
				continue;
			}
			if (s->at[c] != SIZE_MAX) {
				s->broken[s->file] = true;
				NK_TRY(tell_file(s, NK_RULE_SDS_HDR_2, place, err));
			}
			s->at[c] = i;
		}
		if (s->at[c] == SIZE_MAX && (file->needed & (1U << c)) != 0) {
			s->broken[s->file] = true;
			NK_TRY(tell_file(s, NK_RULE_SDS_HDR_1, place, err));
		}
	}
	return nk_done();
}

static NK_RESULT take_row(struct sds *s, const struct nk_tables_event *ev, struct nk_err *err)
{
	const struct sds_file *const file = &s->format->files[s->file];
	const struct sds_row row = { ev->fields, ev->line };

	for (size_t c = 0; c < SDS_COLUMNS && file->columns[c] != NULL; c++) {
		const struct nk_str v = nk_sds_get(s, &row, c);

		if ((file->filled & (1U << c)) != 0 && v.len == 0) {
			NK_TRY(nk_sds_tell(s, NK_RULE_SDS_REQ_1, &row, c, err));
		}
		if ((file->keys & (1U << c)) != 0 && nk_value_is_mangled(v)) {
			NK_TRY(nk_sds_tell(s, NK_RULE_SDS_VAL_4, &row, c, err));
		}
	}
	return file->row(s, &row, err);
}

static NK_RESULT take_file_end(struct sds *s, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct nk_roster *const head = &s->run->build->head;

	head->passwords_dropped += ev->passwords;
	head->rows_not_imported += s->file == SIZE_MAX ? ev->rows : 0;
	if (ev->passwords == 0) {
		return nk_done();
	}
	return nk_findings_add_times(s->run->findings, nk_rule(NK_RULE_OR_PW_1),
		(struct nk_place){ s->file_name, 0, NK_STR("password") }, ev->passwords, err);
}

static NK_RESULT take_event(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct sds *const s = arg;

	switch (ev->kind) {
	case NK_TABLES_FILE:
		return take_file(s, ev, err);
	case NK_TABLES_HEADER:
		return s->file != SIZE_MAX ? take_header(s, ev, err) : nk_done();
	case NK_TABLES_ROW:
		return s->file != SIZE_MAX && !s->broken[s->file] ? take_row(s, ev, err) : nk_done();
	case NK_TABLES_FAULT:
		if (s->file != SIZE_MAX && ev->file.len > 0) {
			s->broken[s->file] = true;
		}
		return tell_file(s, nk_format_fault_id(ev->fault), (struct nk_place){ s->file_name, ev->line, NK_STR("") }, err);
	case NK_TABLES_FILE_END:
		return take_file_end(s, ev, err);
	}
	return nk_done();
}

/* ---- the end ---- */

static NK_RESULT finish_people(struct sds *s, struct nk_err *err)
{
	for (size_t i = 0; i < s->people.len; i++) {
		const struct sds_user *const u = nk_vec_at(&s->people, i);
		struct nk_roster_person *const p = nk_roster_build_at(s->run->build, i);

		p->valid_from = u->from;
		p->valid_until = u->has_role && u->all_end && u->until != NK_DATE_NONE ? u->until + 1 : NK_DATE_NONE;
		if (!u->has_role) {
			NK_TRY(tell_file(s, NK_RULE_SDS_ROLE_1, (struct nk_place){ NK_STR("users.csv"), u->line, NK_STR("") }, err));
		}
	}
	return nk_done();
}

static NK_RESULT finish(struct sds *s, struct nk_err *err)
{
	bool broken = false;

	for (size_t f = 0; f < s->format->n; f++) {
		const struct sds_file *const file = &s->format->files[f];

		broken = broken || s->broken[f];
		if (file->core && !file->absent_ok && !s->here[f]) {
			broken = true;
			NK_TRY(tell_file(s, NK_RULE_SDS_FILE_1, (struct nk_place){ nk_str_c(file->name), 0, NK_STR("") }, err));
		}
	}
	if (s->people.len == 0 && !broken) {
		NK_TRY(tell_file(s, NK_RULE_SDS_EMPTY_1, (struct nk_place){ NK_STR(""), 0, NK_STR("") }, err));
	}
	if (s->graded) {
		NK_TRY(tell_file(s, NK_RULE_SDS_GRADE_1, (struct nk_place){ NK_STR(""), 0, NK_STR("") }, err));
	}
	s->run->build->head.school_year = s->school_year;
	return finish_people(s, err);
}

static void sds_done(struct sds **ps)
{
	struct sds *const s = *ps;

	if (s == NULL) {
		return;
	}
	nk_map_done(&s->units);
	nk_map_done(&s->groups);
	nk_map_done(&s->users);
	nk_map_done(&s->logins);
	nk_map_done(&s->homes);
	nk_vec_done(&s->people);
}

NK_RESULT nk_sds_read(struct nk_format_run *run, const struct sds_format *format, struct nk_err *err)
{
	const char *order[SDS_FILES];
	const struct nk_tables_options opt = { .fd = run->opt->fd,
		.size = run->opt->size,
		.digest_key = run->opt->digest_key,
		.here = run->opt->here,
		.order = order,
		.n_order = format->n,
		.progress = run->opt->progress,
		.progress_arg = run->opt->progress_arg };
	struct nk_tables_totals totals = { 0 };
	NK_OWNED(sds_done) struct sds *s = NULL;
	uint8_t seed[16];

	nk_assert(format->n <= SDS_FILES);
	for (size_t f = 0; f < format->n; f++) {
		order[f] = format->files[f].name;
	}
	NK_TRY(nk_random(run->env, seed, sizeof(seed), err));
	s = nk_arena_alloc(run->arena, sizeof(*s));
	if (s == NULL) {
		return nk_fail_nomem(err);
	}
	s->run = run;
	s->format = format;
	s->file = SIZE_MAX;
	nk_map_init(&s->units, seed);
	nk_map_init(&s->groups, seed);
	nk_map_init(&s->users, seed);
	nk_map_init(&s->logins, seed);
	nk_map_init(&s->homes, seed);
	nk_vec_init(&s->people, sizeof(struct sds_user), MANY);
	NK_TRY(nk_tables_read(run->env, &opt, take_event, s, &totals, err));
	run->build->head.digest = totals.digest;
	return finish(s, err);
}
