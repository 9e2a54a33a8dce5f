/*
 * fmt_csv.c: a plain CSV of one's own with a mapping file, from the child's events to a roster.
 */
#include "base.h"
#include "fmt_csv.h"

#include "value_text.h"

static const struct nk_rule no_column = { "CSV-HDR-1", NK_FINDING_ERROR, NK_FINDING_ERROR,
	NK_N("the mapping file names this column, but the header does not have it") };
static const struct nk_rule column_twice = { "CSV-HDR-2", NK_FINDING_ERROR, NK_FINDING_ERROR,
	NK_N("this column stands twice in the header") };
static const struct nk_rule passwords = {
	"CSV-PW-1", NK_FINDING_WARNING, NK_FINDING_WARNING,
	NK_N("rows carried a password in clear; it was dropped unread and kept nowhere. Ask the source to leave the column blank")
};
static const struct nk_rule zeros_lost = { "CSV-KEY-3", NK_FINDING_ERROR, NK_FINDING_ERROR,
	NK_N("this key of digits is shorter than the others: a spreadsheet has probably cut its leading "
	     "zeros; export the file again, or set key_length = any") };

enum { SEEN_MAX = 20000000, LENGTHS = 64 };

/* Where a column stands in the header; told when it is missing or there twice. */
static NK_RESULT find_column(struct fmt_csv *f, struct nk_str name, size_t *out, struct nk_err *err)
{
	*out = SIZE_MAX;
	if (name.len == 0) {
		return nk_done();
	}
	for (size_t i = 0; i < f->width; i++) {
		if (!nk_str_eq(f->header[i], name)) {
			continue;
		}
		if (*out != SIZE_MAX) {
			f->dead = true;
			return nk_findings_add(
				f->run->findings, &column_twice, (struct nk_place){ NK_STR(""), 1, name }, err);
		}
		*out = i;
	}
	if (*out == SIZE_MAX) {
		f->dead = true;
		return nk_findings_add(f->run->findings, &no_column, (struct nk_place){ NK_STR(""), 1, name }, err);
	}
	return nk_done();
}

static NK_RESULT take_header(struct fmt_csv *f, const struct nk_tables_event *ev, struct nk_err *err)
{
	f->width = ev->n;
	for (size_t i = 0; i < ev->n; i++) {
		NK_TRY(nk_roster_build_copy(f->run->build, nk_str_trim(ev->fields[i]), &f->header[i], err));
	}
	NK_TRY(find_column(f, f->map.key, &f->key_at, err));
	NK_TRY(find_column(f, f->map.login, &f->login_at, err));
	NK_TRY(find_column(f, f->map.unit, &f->unit_at, err));
	for (size_t i = 0; i < f->map.n_mapped; i++) {
		NK_TRY(find_column(f, f->map.mapped[i].column, &f->at[i], err));
	}
	return nk_done();
}

static NK_RESULT take_event(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct fmt_csv *f = arg;
	const struct csv_row row = { ev->line, ev->fields };

	switch (ev->kind) {
	case NK_TABLES_FILE:
		f->run->build->head.encoding = nk_str_c(nk_encoding_name(ev->encoding));
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
		return nk_findings_add_times(f->run->findings, &passwords,
			(struct nk_place){ NK_STR(""), 0, NK_STR("") }, ev->passwords, err);
	}
	return nk_done();
}

static bool all_digits(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9') {
			return false;
		}
	}
	return s.len > 0 && s.len < LENGTHS;
}

/* Keys of digits that are shorter than the commonest length have lost their zeros. */
static NK_RESULT find_lost_zeros(struct fmt_csv *f, struct nk_err *err)
{
	size_t count[LENGTHS] = { 0 };
	size_t usual = 0;

	for (size_t i = 0; i < f->seen.len; i++) {
		const struct csv_seen *s = nk_vec_at(&f->seen, i);

		if (all_digits(s->key)) {
			count[s->key.len]++;
			usual = count[s->key.len] > count[usual] ? s->key.len : usual;
		}
	}
	for (size_t i = 0; i < f->seen.len; i++) {
		const struct csv_seen *s = nk_vec_at(&f->seen, i);

		if (all_digits(s->key) && s->key.len < usual) {
			NK_TRY(nk_fmt_csv_tell(f, &zeros_lost, s->line, f->key_at, err));
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
	nk_vec_init(&f->seen, sizeof(struct csv_seen), SEEN_MAX);
	nk_buf_init_wiping(&f->a, 1 << 20);
	nk_buf_init_wiping(&f->b, 1 << 20);
	*out = f;
	return nk_done();
}

static NK_RESULT read_csv(struct nk_format_run *run, struct nk_err *err)
{
	const struct nk_tables_options opt = { .fd = run->opt->fd,
		.size = run->opt->size,
		.digest_key = run->opt->digest_key,
		.progress = run->opt->progress,
		.progress_arg = run->opt->progress_arg };
	struct nk_tables_totals totals = { 0 };
	NK_OWNED(fmt_csv_done) struct fmt_csv *f = NULL;

	NK_TRY(fmt_csv_new(run, &f, err));
	NK_TRY(nk_csv_mapping_read(run->opt->mapping, run->arena, &f->map, err));
	NK_TRY(nk_tables_read(run->env, &opt, take_event, f, &totals, err));
	run->build->head.digest = totals.digest;
	run->build->head.school_year = f->map.school_year;
	return f->map.key_any_length ? nk_done() : find_lost_zeros(f, err);
}

/* Anything that is not a zip may be text; the child decides whether it is. */
static bool sniff_text(struct nk_bytes head)
{
	return head.len < 2 || head.ptr[0] != 'P' || head.ptr[1] != 'K';
}

const struct nk_format nk_format_csv = { .name = "csv", .sniff = sniff_text, .read = read_csv };
