/*
 * fmt_oneroster.c: the OneRoster zip (bulk; 1.1, 1.2, 1.2.1 and Japan's generations A, B, C), from the child's events
 * to a roster.
 *
 * Demographics are checked and not imported; gradebook files are counted. The rows of the small files before
 * users.csv wait until its header has said whether Japan's rules hold. A delta: orone_delta.c.
 */
#include "base.h"
#include "format.h"
#include "orone.h"

enum { WAITING_MAX = 20000000 };

static NK_RESULT take_fault(struct orone *o, const struct nk_tables_event *ev, struct nk_err *err)
{
	const size_t at = ev->column > 0 ? nk_size(ev->column - 1) : SIZE_MAX;
	const struct orone_table *t = &o->table[o->file];
	const char *column = o->known && at < t->width && at < ORONE_FIELDS_MAX && t->column_name[at] != NULL
		? t->column_name[at]
		: "";
	/* A row that could not be read makes references to it dangle: do not tell those too. */
	if (o->known && ev->file.len > 0) {
		o->table[o->file].broken = true;
	}
	return nk_findings_add(o->run->findings, nk_format_fault(ev->fault),
		(struct nk_place){ o->file_name, ev->line, nk_str_c(column) }, err);
}

static NK_RESULT take_file(struct orone *o, const struct nk_tables_event *ev, struct nk_err *err)
{
	NK_TRY(nk_arena_dup(o->run->arena, ev->file, &o->file_name, err));
	NK_TRY(nk_orone_manifest_file(o, ev->file, err));
	/* Without a manifest, or in a delta, the rows mean nothing that we could rely on. */
	o->ignore = !o->known || (o->file != ORONE_MANIFEST && !o->table[ORONE_MANIFEST].here) ||
		(o->file != ORONE_MANIFEST && o->delta && o->run->opt->base == NULL && !o->run->opt->look_only);
	if (o->known && o->file != ORONE_MANIFEST && !o->ignore) {
		NK_TRY(nk_orone_delta_load(o, err));
	}
	if (o->known && o->run->build->head.encoding.len == 0 && o->file == ORONE_USERS) {
		o->run->build->head.encoding = nk_str_c(nk_encoding_name(ev->encoding));
	}
	return nk_done();
}

static NK_RESULT keep_row(struct orone *o, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct nk_str *fields = nk_arena_array(o->run->arena, ev->n, sizeof(*fields));
	void *item = NULL;

	if (fields == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < ev->n; i++) {
		NK_TRY(nk_roster_build_copy(o->run->build, ev->fields[i], &fields[i], err));
	}
	NK_TRY(nk_vec_push(&o->waiting, &item, err));
	*(struct orone_waiting *)item = (struct orone_waiting){ o->file, ev->line, fields, ev->n };
	return nk_done();
}

/* Now it is known which rules hold: the rows that waited are taken in the order of the files. */
static NK_RESULT stop_waiting(struct orone *o, struct nk_err *err)
{
	if (o->users_seen) {
		return nk_done();
	}
	o->users_seen = true;
	o->japan = (o->table[ORONE_USERS].variants & (ORONE_JP_A | ORONE_JP_BC)) != 0 ||
		nk_str_eq(o->version, NK_STR("1.2_JP"));
	for (int f = ORONE_SESSIONS; f < ORONE_USERS; f++) {
		nk_orone_header_checks(o, (enum orone_file)f);
	}
	for (size_t i = 0; i < o->waiting.len; i++) {
		const struct orone_waiting *w = nk_vec_at(&o->waiting, i);

		NK_TRY(nk_orone_row_take(o, w->file, w->line, w->fields, err));
	}
	return nk_done();
}

static NK_RESULT take_header(struct orone *o, const struct nk_tables_event *ev, struct nk_err *err)
{
	if (o->ignore) {
		return nk_done();
	}
	NK_TRY(nk_orone_header_take(o, ev->fields, ev->n, err));
	o->ignore = o->table[o->file].broken;
	if (o->file >= ORONE_USERS) {
		NK_TRY(stop_waiting(o, err));
	}
	nk_orone_header_checks(o, o->file);
	return nk_done();
}

static NK_RESULT take_row(struct orone *o, const struct nk_tables_event *ev, struct nk_err *err)
{
	if (o->ignore) {
		return nk_done();
	}
	if (o->file > ORONE_MANIFEST && o->file < ORONE_USERS && !o->users_seen) {
		return keep_row(o, ev, err);
	}
	return nk_orone_row_take(o, o->file, ev->line, ev->fields, err);
}

static NK_RESULT take_file_end(struct orone *o, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct nk_roster *head = &o->run->build->head;

	if (ev->passwords > 0) {
		NK_TRY(nk_findings_add_times(o->run->findings, nk_rule(NK_RULE_OR_PW_1),
			(struct nk_place){ o->file_name, 0, NK_STR("password") }, ev->passwords, err));
	}
	head->passwords_dropped += ev->passwords;
	if (!o->known || o->file == ORONE_DEMOGRAPHICS) {
		head->rows_not_imported += ev->rows;
	}
	if (o->known && o->file == ORONE_DEMOGRAPHICS && ev->rows > 0) {
		NK_TRY(nk_findings_add_times(o->run->findings, nk_rule(NK_RULE_OR_DEM_1),
			(struct nk_place){ o->file_name, 0, NK_STR("") }, ev->rows, err));
	}
	return nk_done();
}

static NK_RESULT take_event(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	struct orone *o = arg;

	switch (ev->kind) {
	case NK_TABLES_FILE:
		return take_file(o, ev, err);
	case NK_TABLES_HEADER:
		return take_header(o, ev, err);
	case NK_TABLES_ROW:
		return take_row(o, ev, err);
	case NK_TABLES_FAULT:
		return take_fault(o, ev, err);
	case NK_TABLES_FILE_END:
		return take_file_end(o, ev, err);
	}
	return nk_done();
}

static void orone_done(struct orone **po)
{
	struct orone *o = *po;

	if (o == NULL) {
		return;
	}
	for (int f = 0; f < ORONE_FILE_COUNT; f++) {
		nk_map_done(&o->table[f].ids);
		nk_vec_done(&o->table[f].seen);
	}
	nk_map_done(&o->logins);
	nk_map_done(&o->masters);
	nk_map_done(&o->codes);
	nk_vec_done(&o->waiting);
	nk_vec_done(&o->later);
	nk_vec_done(&o->orgs);
	nk_vec_done(&o->users);
	nk_buf_done(&o->scratch);
}

static NK_RESULT orone_new(struct nk_format_run *run, struct orone **out, struct nk_err *err)
{
	struct orone *o = nk_arena_alloc(run->arena, sizeof(*o));
	uint8_t seed[16];

	if (o == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_random(run->env, seed, sizeof(seed), err));
	o->run = run;
	for (int f = 0; f < ORONE_FILE_COUNT; f++) {
		nk_map_init(&o->table[f].ids, seed);
		nk_vec_init(&o->table[f].seen, sizeof(struct orone_seen), WAITING_MAX);
	}
	nk_map_init(&o->logins, seed);
	nk_map_init(&o->masters, seed);
	nk_map_init(&o->codes, seed);
	nk_vec_init(&o->waiting, sizeof(struct orone_waiting), WAITING_MAX);
	nk_vec_init(&o->later, sizeof(struct orone_later), WAITING_MAX);
	nk_vec_init(&o->orgs, sizeof(struct orone_org), WAITING_MAX);
	nk_vec_init(&o->users, sizeof(struct orone_user), WAITING_MAX);
	nk_buf_init_wiping(&o->scratch, 1 << 20);
	*out = o;
	return nk_done();
}

static NK_RESULT read_oneroster(struct nk_format_run *run, struct nk_err *err)
{
	const char *order[ORONE_FILE_COUNT];
	struct nk_tables_options opt = { .fd = run->opt->fd,
		.size = run->opt->size,
		.digest_key = run->opt->digest_key,
		.here = run->opt->here,
		.order = order,
		.n_order = ORONE_FILE_COUNT,
		.progress = run->opt->progress,
		.progress_arg = run->opt->progress_arg };
	struct nk_tables_totals totals = { 0 };
	NK_OWNED(orone_done) struct orone *o = NULL;

	for (int f = 0; f < ORONE_FILE_COUNT; f++) {
		order[f] = nk_orone_rules_of((enum orone_file)f)->name;
	}
	NK_TRY(orone_new(run, &o, err));
	NK_TRY(nk_tables_read(run->env, &opt, take_event, o, &totals, err));
	run->build->head.digest = totals.digest;
	if (run->findings->errors > 0 && o->file_name.ptr == NULL) {
		return nk_done();
	}
	NK_TRY(stop_waiting(o, err));
	return nk_orone_end(o, err);
}

/* A manifest, or a header as only OneRoster has it; a zip in which nothing can be seen gets its faults told here. */
static int fits(const struct nk_format_peek *peek)
{
	size_t csv = 0;

	if (peek->package != NK_TABLES_ZIP) {
		return 0;
	}
	if (peek->folder || nk_format_peek_file(peek, "manifest.csv") != NULL) {
		return 95;
	}
	for (size_t i = 0; i < peek->n; i++) {
		const struct nk_format_file *const f = &peek->files[i];

		csv += nk_str_ends(f->name, NK_STR(".csv")) ? 1 : 0;
		if (nk_format_peek_has(f, "sourcedId") && nk_format_peek_has(f, "status")) {
			return 80;
		}
	}
	return csv == 0 ? 10 : 0;
}

const struct nk_format nk_format_oneroster = { .name = "oneroster", .fits = fits, .read = read_oneroster };
