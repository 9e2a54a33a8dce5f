/*
 * fmt_csv.c: a list of one's own (CSV, TSV, xlsx) with a mapping, from the child's events to a roster.
 */
#include "base.h"
#include "fmt_csv.h"

#include "value_text.h"

enum { SEEN_MAX = 20000000, LENGTHS = 64 };

/* ﾌﾘｶﾞﾅ and フリガナ are one header: it is ours to read, not somebody's name. */
static bool same_folded(struct fmt_csv *f, struct nk_str a, struct nk_str b)
{
	nk_buf_reset(&f->a);
	nk_buf_reset(&f->b);
	return nk_ok(nk_fold(a, &f->a, NULL)) && nk_ok(nk_fold(b, &f->b, NULL)) && f->a.len > 0 &&
		nk_str_eq(nk_buf_str(&f->a), nk_buf_str(&f->b));
}

/* Where a column stands in the header; told when it is missing or there twice. */
static NK_RESULT find_column(struct fmt_csv *f, struct nk_str name, size_t *out, struct nk_err *err)
{
	*out = SIZE_MAX;
	if (name.len == 0) {
		return nk_done();
	}
	for (size_t i = 0; i < f->width; i++) {
		if (!nk_str_eq(f->header[i], name) && !same_folded(f, f->header[i], name)) {
			continue;
		}
		if (*out != SIZE_MAX) {
			f->dead = true;
			return nk_findings_add(
				f->run->findings, nk_rule(NK_RULE_CSV_HDR_2), (struct nk_place){ NK_STR(""), 1, name }, err);
		}
		*out = i;
	}
	if (*out == SIZE_MAX) {
		f->dead = true;
		return nk_findings_add(f->run->findings, nk_rule(NK_RULE_CSV_HDR_1), (struct nk_place){ NK_STR(""), 1, name }, err);
	}
	return nk_done();
}

/* Classes that become groups are some school's: without one nothing of the list can be taken in. Told once. */
static NK_RESULT check_school(struct fmt_csv *f, uint64_t line, struct nk_err *err)
{
	size_t class_at = SIZE_MAX;

	for (size_t i = 0; i < f->map.n_mapped; i++) {
		if (f->map.mapped[i].part == NK_CSV_FIELD && f->map.mapped[i].field == NK_FIELD_HOME_CLASS) {
			class_at = f->at[i];
		}
	}
	if (!f->with_attendance || class_at == SIZE_MAX || f->map.unit.len > 0 || f->map.unit_name.len > 0) {
		return nk_done();
	}
	f->dead = true;
	return nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_UNIT_1), line, class_at, err);
}

static NK_RESULT take_header(struct fmt_csv *f, const struct nk_tables_event *ev, struct nk_err *err)
{
	f->width = ev->n;
	for (size_t i = 0; i < ev->n; i++) {
		NK_TRY(nk_roster_build_copy(f->run->build, nk_str_trim(ev->fields[i]), &f->header[i], err));
	}
	NK_TRY(find_column(f, f->map.key, &f->key_at, err));
	NK_TRY(find_column(f, nk_str_eq(f->map.login, NK_STR("-")) ? NK_STR("") : f->map.login, &f->login_at, err));
	NK_TRY(find_column(f, f->map.unit, &f->unit_at, err));
	for (size_t i = 0; i < f->map.n_mapped; i++) {
		f->with_attendance = f->with_attendance || f->map.mapped[i].part == NK_CSV_ATTENDANCE;
		NK_TRY(find_column(f, f->map.mapped[i].column, &f->at[i], err));
	}
	return check_school(f, ev->line, err);
}

/* A sheet that is not read is mentioned by its name. */
static NK_RESULT take_other_sheet(struct fmt_csv *f, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct nk_str name;

	if (ev->kind == NK_TABLES_FILE_END) {
		f->run->build->head.rows_not_imported += ev->rows;
	}
	if (ev->kind != NK_TABLES_FAULT) {
		return nk_done();
	}
	NK_TRY(nk_roster_build_copy(f->run->build, ev->file, &name, err));
	return nk_findings_add(
		f->run->findings, nk_format_fault(ev->fault), (struct nk_place){ name, 0, NK_STR("") }, err);
}

static NK_RESULT take_event(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct fmt_csv *f = arg;
	const struct csv_row row = { ev->line, ev->fields };

	if (ev->file.len > 0) {
		return take_other_sheet(f, ev, err);
	}
	switch (ev->kind) {
	case NK_TABLES_FILE:
		f->run->build->head.encoding = nk_str_c(nk_encoding_name(ev->encoding));
		f->run->build->head.generation = ev->package == NK_TABLES_BOOK ? NK_STR("xlsx") : NK_STR("");
		return nk_done();
	case NK_TABLES_HEADER:
		return take_header(f, ev, err);
	case NK_TABLES_ROW:
		return f->dead ? nk_done() : nk_fmt_csv_row(f, &row, err);
	case NK_TABLES_FAULT:
		return nk_fmt_csv_tell(f, nk_format_fault(ev->fault), ev->line,
			ev->column > 0 ? nk_size(ev->column - 1) : SIZE_MAX, err);
	case NK_TABLES_FILE_END:
		f->run->build->head.passwords_dropped = ev->passwords;
		if (ev->passwords == 0) {
			return nk_done();
		}
		return nk_findings_add_times(f->run->findings, nk_rule(NK_RULE_CSV_PW_1),
			(struct nk_place){ NK_STR(""), 0, NK_STR("") }, ev->passwords, err);
	}
	return nk_done();
}

static bool all_digits(struct nk_str s)
{
	for (size_t i = 0; s.ptr != NULL && i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9') {
			return false;
		}
	}
	return s.len > 0 && s.len < LENGTHS;
}

/* How long keys of digits are: as most of them, or as the longest that begins with a zero: where spreadsheets have
 * been, most may be short. */
static size_t usual_length(const struct fmt_csv *f)
{
	size_t count[LENGTHS] = { 0 };
	size_t usual = 0;
	size_t zero = 0;

	for (size_t i = 0; i < f->seen.len; i++) {
		const struct csv_seen s = *(const struct csv_seen *)nk_vec_at(&f->seen, i);

		if (all_digits(s.key)) {
			count[s.key.len]++;
			usual = count[s.key.len] > count[usual] ? s.key.len : usual;
			zero = nk_str_starts(s.key, NK_STR("0")) && s.key.len > zero ? s.key.len : zero;
		}
	}
	return zero > usual ? zero : usual;
}

/* Keys of digits that are shorter have lost their zeros. */
static NK_RESULT find_lost_zeros(struct fmt_csv *f, struct nk_err *err)
{
	const size_t usual = usual_length(f);

	for (size_t i = 0; i < f->seen.len; i++) {
		const struct csv_seen s = *(const struct csv_seen *)nk_vec_at(&f->seen, i);

		if (s.key.len < usual && all_digits(s.key)) {
			NK_TRY(nk_fmt_csv_tell(f, nk_rule(NK_RULE_CSV_KEY_3), s.line, f->key_at, err));
		}
	}
	return nk_done();
}

static void fmt_csv_done(struct fmt_csv **pf)
{
	struct fmt_csv *f = *pf;

	if (f == NULL) {
		return;
	}
	nk_map_done(&f->keys);
	nk_map_done(&f->logins);
	nk_map_done(&f->masters);
	nk_map_done(&f->numbers);
	nk_map_done(&f->mails);
	nk_map_done(&f->units);
	nk_map_done(&f->groups);
	nk_vec_done(&f->seen);
	nk_buf_done(&f->a);
	nk_buf_done(&f->b);
}

static NK_RESULT fmt_csv_new(struct nk_format_run *run, struct fmt_csv **out, struct nk_err *err)
{
	struct fmt_csv *f = nk_arena_alloc(run->arena, sizeof(*f));
	uint8_t seed[16];

	if (f == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_random(run->env, seed, sizeof(seed), err));
	f->run = run;
	nk_map_init(&f->keys, seed);
	nk_map_init(&f->logins, seed);
	nk_map_init(&f->masters, seed);
	nk_map_init(&f->numbers, seed);
	nk_map_init(&f->mails, seed);
	nk_map_init(&f->units, seed);
	nk_map_init(&f->groups, seed);
	nk_vec_init(&f->seen, sizeof(struct csv_seen), SEEN_MAX);
	nk_buf_init_wiping(&f->a, 1 << 20);
	nk_buf_init_wiping(&f->b, 1 << 20);
	*out = f;
	return nk_done();
}

static NK_RESULT read_mapped(struct fmt_csv *f, struct nk_err *err)
{
	const struct nk_intake_options *const from = f->run->opt;
	struct nk_tables_options opt = { .fd = from->fd,
		.size = from->size,
		.digest_key = from->digest_key,
		.here = from->here,
		.progress = from->progress,
		.progress_arg = from->progress_arg };
	struct nk_tables_totals totals = { 0 };

	NK_TRY(nk_csv_mapping_read(from->mapping, f->run->arena, &f->map, err));
	opt.sheet = f->map.sheet;
	opt.header_line = f->map.header_line;
	NK_TRY(nk_tables_read(f->run->env, &opt, take_event, f, &totals, err));
	f->run->build->head.digest = totals.digest;
	f->run->build->head.school_year = f->map.school_year;
	return f->map.key_any_length ? nk_done() : find_lost_zeros(f, err);
}

static NK_RESULT read_csv(struct nk_format_run *run, struct nk_err *err)
{
	NK_OWNED(fmt_csv_done) struct fmt_csv *f = NULL;

	NK_TRY(fmt_csv_new(run, &f, err));
	return f != NULL ? read_mapped(f, err) : nk_fail_nomem(err);
}

/* A list of one's own: text, or a workbook. */
static int fits(const struct nk_format_peek *peek)
{
	return peek->package != NK_TABLES_ZIP ? 50 : 0;
}

const struct nk_format nk_format_csv = { .name = "csv", .fits = fits, .read = read_csv };
