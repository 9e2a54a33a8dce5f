/*
 * case_show.c: a case on the screen: what the law wants by when, what is not known, who sits in the headquarters, whose
 * data it is about, what is owed, and every note in order. Its texts are somebody's: they go to stdout alone.
 */
#include "base.h"

#include "case_show.h"

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_case_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "case");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_str(&j, "receipt", nk_str_c(r->receipt));
	nk_cli_json_str(&j, "state", r->state);
	nk_cli_json_time(&j, "known_at", r->known_at);
	nk_cli_json_str(&j, "known_by", r->known_by);
	nk_cli_json_str(&j, "regime", r->regime);
	nk_cli_json_str(&j, "classes", r->classes);
	nk_cli_json_number(&j, "open_duties", r->open_duties);
	nk_cli_json_number(&j, "overdue", r->overdue);
	nk_cli_json_time(&j, "next_due", r->next_due);
	nk_cli_json_time(&j, "closed_at", r->closed_at);
	return nk_cli_json_end(cli, &j, err);
}

NK_RESULT nk_case_show_list(struct nk_cli *cli, const struct nk_case_row *rows, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Receipt")), nk_cli_tr(cli, NK_N("State")),
		nk_cli_tr(cli, NK_N("Known")), nk_cli_tr(cli, NK_N("Classes")), nk_cli_tr(cli, NK_N(">Duties")),
		nk_cli_tr(cli, NK_N(">Overdue")), nk_cli_tr(cli, NK_N("Next due")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { nk_str_c(rows[i].receipt), nk_cli_word(cli, rows[i].state),
			nk_cli_when(cli, rows[i].known_at),
			rows[i].classes.len > 0 ? rows[i].classes : nk_str_c(nk_cli_tr(cli, NK_N("not looked at"))),
			nk_cli_number(cli, rows[i].open_duties), nk_cli_number(cli, rows[i].overdue),
			nk_cli_when(cli, rows[i].next_due) };

		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_cli_list(cli, &table);
	return nk_done();
}

static void json_max(struct nk_json *j, const char *key, uint64_t n)
{
	nk_json_key(j, key);
	if (n == UINT64_MAX) {
		nk_json_null(j); /* no upper bound */
	} else {
		nk_json_int(j, nk_i64(n));
	}
}

static void clocks_json(struct nk_cli *cli, struct nk_json *j, const struct nk_case_view *v)
{
	nk_json_key(j, "clocks");
	nk_json_open(j, '[');
	for (size_t i = 0; i < v->n_clocks; i++) {
		nk_json_open(j, '{');
		nk_cli_json_str(j, "kind", v->clocks[i].kind);
		nk_cli_json_str(j, "word", v->clocks[i].word[cli->lang]);
		nk_cli_json_date(j, "due", v->clocks[i].due);
		nk_cli_json_str(j, "state", v->clocks[i].state);
		nk_cli_json_number(j, "unknown", v->clocks[i].unknown);
		nk_cli_json_bool(j, "needs_review", v->clocks[i].needs_review);
		nk_cli_json_bool(j, "unverified", v->clocks[i].unverified);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static void copies_json(struct nk_json *j, const struct nk_case_view *v)
{
	nk_json_key(j, "holdings");
	nk_json_open(j, '[');
	for (size_t i = 0; i < v->n_copies; i++) {
		nk_json_open(j, '{');
		nk_cli_json_id(j, "id", v->copies[i].id);
		nk_cli_json_str(j, "kind", v->copies[i].kind);
		nk_cli_json_str(j, "harm", v->copies[i].harm);
		nk_cli_json_str(j, "gone", v->copies[i].gone);
		nk_cli_json_time(j, "from", v->copies[i].from_at);
		nk_cli_json_time(j, "until", v->copies[i].until_at);
		nk_cli_json_number(j, "persons", v->copies[i].persons);
		json_max(j, "persons_max", v->copies[i].persons_max);
		nk_cli_json_bool(j, "certain", v->copies[i].certain);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static void items_json(struct nk_json *j, const struct nk_case_view *v)
{
	nk_json_key(j, "items");
	nk_json_open(j, '[');
	for (size_t i = 0; i < v->n_items; i++) {
		nk_json_open(j, '{');
		nk_cli_json_str(j, "items", v->items[i].words);
		nk_cli_json_number(j, "persons", v->items[i].persons);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static void duties_json(struct nk_json *j, const struct nk_case_view *v)
{
	nk_json_key(j, "duties");
	nk_json_open(j, '[');
	for (size_t i = 0; i < v->n_duties; i++) {
		nk_json_open(j, '{');
		nk_cli_json_id(j, "id", v->duties[i].id);
		nk_cli_json_str(j, "kind", v->duties[i].kind);
		nk_cli_json_time(j, "due_at", v->duties[i].due_at);
		nk_cli_json_time(j, "closed_at", v->duties[i].closed_at);
		nk_cli_json_bool(j, "overdue", v->duties[i].overdue);
		nk_cli_json_bool(j, "moved", v->duties[i].moved);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static void present_json(struct nk_json *j, const struct nk_case_view *v)
{
	nk_json_key(j, "headquarters");
	nk_json_open(j, '[');
	for (size_t i = 0; i < v->n_present; i++) {
		nk_json_open(j, '{');
		nk_cli_json_id(j, "party", v->present[i].party);
		nk_cli_json_str(j, "role", v->present[i].role);
		nk_cli_json_time(j, "from", v->present[i].from_at);
		nk_cli_json_time(j, "until", v->present[i].until_at);
		nk_cli_json_bool(j, "true", v->present[i].is_true);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static void notes_json(struct nk_json *j, const struct nk_case_view *v)
{
	nk_json_key(j, "notes");
	nk_json_open(j, '[');
	for (size_t i = 0; i < v->n_notes; i++) {
		const struct nk_case_note *const note = &v->notes[i];

		nk_json_open(j, '{');
		nk_cli_json_number(j, "seq", note->seq);
		nk_cli_json_str(j, "kind", note->kind);
		nk_cli_json_time(j, "at", note->at);
		nk_cli_json_id(j, "party", note->party);
		nk_cli_json_id(j, "evidence", note->evidence);
		nk_cli_json_number(j, "file_bytes", note->data_len);
		nk_json_key(j, "words");
		nk_json_open(j, '{');
		for (size_t k = 0; k < note->n_words; k++) {
			nk_json_key(j, note->words[k].key.ptr);
			nk_json_str(j, note->words[k].text);
		}
		nk_json_close(j, '}');
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static NK_RESULT one_json(struct nk_cli *cli, const struct nk_case_view *v, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "case");
	nk_cli_json_id(&j, "id", v->row.id);
	nk_cli_json_str(&j, "receipt", nk_str_c(v->row.receipt));
	nk_cli_json_str(&j, "state", v->row.state);
	nk_cli_json_time(&j, "known_at", v->row.known_at);
	nk_cli_json_str(&j, "known_by", v->row.known_by);
	nk_cli_json_str(&j, "regime", v->row.regime);
	nk_cli_json_str(&j, "classes", v->row.classes);
	nk_cli_json_bool(&j, "quorate", v->quorate);
	nk_cli_json_number(&j, "persons", v->persons_exact);
	json_max(&j, "persons_max", v->persons_max);
	nk_cli_json_str(&j, "persons_query", NK_STR("case.persons"));
	nk_cli_json_bool(&j, "reportable_by_number", v->by_count);
	clocks_json(cli, &j, v);
	copies_json(&j, v);
	items_json(&j, v);
	duties_json(&j, v);
	present_json(&j, v);
	notes_json(&j, v);
	return nk_cli_json_end(cli, &j, err);
}

static void heading(struct nk_cli *cli, const char *msgid)
{
	nk_out_c(&cli->out, "\n");
	nk_out_c(&cli->out, nk_cli_tr(cli, msgid));
	nk_out_c(&cli->out, "\n");
}

static void line(struct nk_cli *cli, const char *msgid, struct nk_str value)
{
	nk_out_c(&cli->out, nk_cli_tr(cli, msgid));
	nk_out_c(&cli->out, ": ");
	nk_out_text(&cli->out, value);
	nk_out_c(&cli->out, "\n");
}

static struct nk_str persons(struct nk_cli *cli, uint64_t least, uint64_t most)
{
	if (most == UINT64_MAX) {
		return nk_cli_text(cli, nk_cli_tr(cli, NK_N("%llu proved, no upper bound yet")), (unsigned long long)least);
	}
	if (least == most) {
		return nk_cli_number(cli, least);
	}
	return nk_cli_text(cli, nk_cli_tr(cli, NK_N("%1$llu proved, %2$llu at most")), (unsigned long long)least,
		(unsigned long long)most);
}

static void head(struct nk_cli *cli, const struct nk_case_view *v)
{
	line(cli, NK_N("Receipt"), nk_str_c(v->row.receipt));
	line(cli, NK_N("State"), nk_cli_word(cli, v->row.state));
	line(cli, NK_N("Time of knowing"), nk_cli_when(cli, v->row.known_at));
	line(cli, NK_N("Classes"),
		v->row.classes.len > 0 ? v->row.classes : nk_str_c(nk_cli_tr(cli, NK_N("not looked at"))));
	line(cli, NK_N("Persons [case.persons]"), persons(cli, v->persons_exact, v->persons_max));
	line(cli, NK_N("Headquarters"),
		nk_str_c(nk_cli_tr(cli, v->quorate ? NK_N("quorate") : NK_N("not quorate: it decides nothing"))));
}

static NK_RESULT clocks(struct nk_cli *cli, const struct nk_case_view *v, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("By law")), nk_cli_tr(cli, NK_N("Due")),
		nk_cli_tr(cli, NK_N("State")), nk_cli_tr(cli, NK_N(">Not known")), "" };

	heading(cli, NK_N("Clocks"));
	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < v->n_clocks; i++) {
		const struct nk_case_clock *const k = &v->clocks[i];
		const struct nk_str cells[] = { k->word[cli->lang].len > 0 ? k->word[cli->lang] : k->kind,
			k->due == NK_DATE_NONE ? nk_str_c(nk_cli_tr(cli, NK_N("promptly"))) : nk_cli_date(cli, k->due),
			nk_cli_word(cli, k->state), nk_cli_number(cli, k->unknown),
			nk_str_c(k->needs_review       ? nk_cli_tr(cli, NK_N("calendar not in law/: look"))
					: k->unverified ? nk_cli_tr(cli, NK_N("row of law/ not checked"))
							: "") };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 2, &cli->out);
	return nk_done();
}

static NK_RESULT copies(struct nk_cli *cli, const struct nk_case_view *v, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Id")), nk_cli_tr(cli, NK_N("Kind")),
		nk_cli_tr(cli, NK_N("Harm")), nk_cli_tr(cli, NK_N("Since")), nk_cli_tr(cli, NK_N("Until")),
		nk_cli_tr(cli, NK_N("Persons [ask]")) };

	heading(cli, NK_N("Copies"));
	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < v->n_copies; i++) {
		const struct nk_case_copy *const k = &v->copies[i];
		const struct nk_str cells[] = { nk_cli_id(cli, k->id), nk_cli_word(cli, k->kind), nk_cli_word(cli, k->harm),
			nk_cli_when(cli, k->from_at), nk_cli_when(cli, k->until_at),
			persons(cli, k->persons, k->persons_max) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 2, &cli->out);
	return nk_done();
}

static NK_RESULT items(struct nk_cli *cli, const struct nk_case_view *v, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N(">Persons [case.items]")), nk_cli_tr(cli, NK_N("Items")) };

	if (v->n_items == 0) {
		return nk_done();
	}
	nk_out_c(&cli->out, "\n");
	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < v->n_items; i++) {
		const struct nk_str cells[] = { nk_cli_number(cli, v->items[i].persons), v->items[i].words };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 2, &cli->out);
	return nk_done();
}

static NK_RESULT duties(struct nk_cli *cli, const struct nk_case_view *v, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Duty")), nk_cli_tr(cli, NK_N("Due")),
		nk_cli_tr(cli, NK_N("State")) };

	heading(cli, NK_N("Duties"));
	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < v->n_duties; i++) {
		const struct nk_case_duty *const d = &v->duties[i];
		const struct nk_str cells[] = { nk_cli_word(cli, d->kind), nk_cli_when(cli, d->due_at),
			nk_cli_word(cli, d->moved          ? NK_STR("moved")
					: d->closed_at != 0 ? NK_STR("done")
					: d->overdue       ? NK_STR("overdue")
							   : NK_STR("open")) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 2, &cli->out);
	return nk_done();
}

static NK_RESULT present(struct nk_cli *cli, const struct nk_case_view *v, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Role")), nk_cli_tr(cli, NK_N("From")),
		nk_cli_tr(cli, NK_N("Until")), nk_cli_tr(cli, NK_N("Signature")), nk_cli_tr(cli, NK_N("Id")) };

	heading(cli, NK_N("Headquarters"));
	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < v->n_present; i++) {
		const struct nk_case_present *const p = &v->present[i];
		const struct nk_str cells[] = { nk_cli_word(cli, p->role), nk_cli_when(cli, p->from_at),
			nk_cli_when(cli, p->until_at), nk_cli_word(cli, p->is_true ? NK_STR("yes") : NK_STR("no")),
			nk_cli_id(cli, p->party) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 2, &cli->out);
	return nk_done();
}

/* Is what stands under this key one of our own words? */
static bool is_word(struct nk_str key)
{
	static const char *const keys[] = { "role", "harm", "kind", "about", "by" };

	for (size_t i = 0; i < NK_ARRAY_LEN(keys); i++) {
		if (nk_str_eq(key, nk_str_c(keys[i]))) {
			return true;
		}
	}
	return false;
}

static void notes(struct nk_cli *cli, const struct nk_case_view *v)
{
	heading(cli, NK_N("What happened"));
	for (size_t i = 0; i < v->n_notes; i++) {
		const struct nk_case_note *const note = &v->notes[i];

		nk_out_f(&cli->out, "  %llu  %s  ", (unsigned long long)note->seq, nk_cli_when(cli, note->at).ptr);
		nk_out_text(&cli->out, nk_cli_word(cli, note->kind));
		for (size_t k = 0; k < note->n_words; k++) {
			if (nk_str_eq(note->words[k].key, NK_STR("salt"))) {
				continue;
			}
			nk_out_c(&cli->out, "\n       ");
			nk_out_text(&cli->out,
				nk_cli_word(cli, nk_str_eq(note->words[k].key, NK_STR("text")) ? NK_STR(NK_N("the text")) : note->words[k].key));
			nk_out_c(&cli->out, ": ");
			nk_out_text(&cli->out,
				is_word(note->words[k].key) ? nk_cli_word(cli, note->words[k].text) : note->words[k].text);
		}
		if (note->data_len > 0) {
			nk_out_f(&cli->out, "\n       %s: %llu", nk_cli_tr(cli, NK_N("file, bytes")),
				(unsigned long long)note->data_len);
		}
		nk_out_c(&cli->out, "\n");
	}
}

NK_RESULT nk_case_show_one(struct nk_cli *cli, const struct nk_case_view *v, struct nk_err *err)
{
	if (cli->json) {
		return one_json(cli, v, err);
	}
	head(cli, v);
	NK_TRY(clocks(cli, v, err));
	NK_TRY(copies(cli, v, err));
	NK_TRY(items(cli, v, err));
	NK_TRY(duties(cli, v, err));
	NK_TRY(present(cli, v, err));
	notes(cli, v);
	return nk_done();
}

NK_RESULT nk_case_show_hits(struct nk_cli *cli, const struct nk_case_hit *hits, size_t n, struct nk_err *err)
{
	struct nk_json j;

	for (size_t i = 0; i < n; i++) {
		if (cli->json) {
			nk_cli_json_begin(cli, &j, "case-hit");
			nk_cli_json_str(&j, "receipt", nk_str_c(hits[i].receipt));
			nk_cli_json_str(&j, "state", hits[i].state);
			nk_cli_json_number(&j, "seq", hits[i].seq);
			nk_cli_json_str(&j, "kind", hits[i].kind);
			nk_cli_json_time(&j, "at", hits[i].at);
			nk_cli_json_str(&j, "text", hits[i].text);
			NK_TRY(nk_cli_json_end(cli, &j, err));
			continue;
		}
		nk_out_f(&cli->out, "%s  %llu  %s  ", hits[i].receipt, (unsigned long long)hits[i].seq,
			nk_cli_when(cli, hits[i].at).ptr);
		nk_out_text(&cli->out, nk_cli_word(cli, hits[i].kind));
		nk_out_c(&cli->out, ": ");
		nk_out_text(&cli->out, hits[i].text);
		nk_out_c(&cli->out, "\n");
	}
	return nk_done();
}
