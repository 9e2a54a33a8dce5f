/*
 * carry_show.c: what carrying out answers, as text and as JSON. Nobody's values: counts, ids, names of files.
 */
#include "base.h"

#include "carry_show.h"

static void extent_json(struct nk_json *j, const struct nk_carry_extent *x)
{
	nk_cli_json_number(j, "persons", x->persons);
	nk_cli_json_number(j, "others", x->others);
	nk_cli_json_number(j, "unscanned", x->unscanned);
	nk_json_key(j, "items");
	nk_json_open(j, '{');
	for (size_t i = 0; i < x->n_items; i++) {
		nk_cli_json_number(j, x->items[i].name, x->items[i].persons);
	}
	nk_json_close(j, '}');
}

static void extent_text(struct nk_cli *cli, const struct nk_carry_extent *x)
{
	nk_cli_print(cli, NK_N("In these files, by their bytes: data of %llu persons of the roster"), (unsigned long long)x->persons);
	nk_out_c(&cli->out, "\n");
	for (size_t i = 0; i < x->n_items; i++) {
		nk_out_f(&cli->out, "  %s: %llu\n", nk_cli_word(cli, nk_str_c(x->items[i].name)).ptr, (unsigned long long)x->items[i].persons);
	}
	if (x->others > 0) {
		nk_cli_print(cli, NK_N("%llu places look like data of persons who are not in the roster"), (unsigned long long)x->others);
		nk_out_c(&cli->out, "\n");
	}
	if (x->unscanned > 0) {
		nk_cli_print(cli, NK_N("%llu parts could not be looked through: nobody knows what is in them"), (unsigned long long)x->unscanned);
		nk_out_c(&cli->out, "\n");
	}
}

static void hex_json(struct nk_json *j, const char *key, const struct nk_hash *h)
{
	nk_json_key(j, key);
	nk_json_hex(j, nk_bytes_of(h->b, sizeof(h->b)));
}

NK_RESULT nk_carry_show_asked(struct nk_cli *cli, const struct nk_carry_asked *a, struct nk_err *err)
{
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, "carry-request");
		nk_cli_json_id(&j, "warrant", a->warrant);
		nk_cli_json_str(&j, "needs", a->needs);
		nk_cli_json_number(&j, "files", a->n_files);
		extent_json(&j, &a->extent);
		return nk_cli_json_end(cli, &j, err);
	}
	for (size_t i = 0; i < a->n_files; i++) {
		char hex[65];

		nk_hex_print(a->files[i].sha256.b, NK_HASH_LEN, hex);
		nk_out_f(&cli->out, "%s  ", hex);
		nk_out_text(&cli->out, a->files[i].name);
		nk_out_c(&cli->out, "\n");
	}
	extent_text(cli, &a->extent);
	nk_cli_print(cli, NK_N("Warrant %1$s waits for the signatures of: %2$s"), nk_cli_id(cli, a->warrant).ptr, nk_short(a->needs).text);
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Asked for. When it is signed:"));
	nk_cli_hint(cli, "carry seal --out FILE.age %s", nk_cli_id(cli, a->warrant).ptr);
	return nk_done();
}

NK_RESULT nk_carry_show_sealed(struct nk_cli *cli, const struct nk_carry_sealed *s, struct nk_err *err)
{
	char hex[65];
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, "carry-sealed");
		nk_cli_json_id(&j, "holding", s->holding);
		nk_cli_json_id(&j, "evidence", s->evidence);
		hex_json(&j, "sha256", &s->sha256);
		nk_cli_json_number(&j, "bytes", s->bytes);
		nk_cli_json_time(&j, "destroy_by", s->destroy_by);
		extent_json(&j, &s->extent);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_hex_print(s->sha256.b, sizeof(s->sha256.b), hex);
	nk_out_f(&cli->out, "%s  %llu\n", hex, (unsigned long long)s->bytes);
	extent_text(cli, &s->extent);
	nk_cli_print(cli, NK_N("To be destroyed by %s"), nk_cli_when(cli, s->destroy_by).ptr);
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Sealed. Only the named keys open it; it is on the books until somebody has shown that it is gone."));
	return nk_done();
}

NK_RESULT nk_carry_show_opened(struct nk_cli *cli, const struct nk_carry_opened *o, struct nk_str receipt, struct nk_err *err)
{
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, "carry-opened");
		nk_cli_json_id(&j, "warrant", o->warrant);
		nk_cli_json_id(&j, "from_holding", o->from_holding);
		nk_cli_json_id(&j, "holding", o->holding);
		nk_cli_json_number(&j, "files", o->n_files);
		nk_cli_json_number(&j, "bytes", o->bytes);
		nk_cli_json_str(&j, "destroy_by", o->destroy_by);
		nk_cli_json_str(&j, "receipt", receipt);
		nk_cli_json_bool(&j, "late", o->late);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli, NK_N("%1$llu files, to be destroyed by %2$s"), (unsigned long long)o->n_files, nk_short(o->destroy_by).text);
	nk_out_c(&cli->out, "\n");
	nk_out_text(&cli->out, receipt);
	nk_out_c(&cli->out, "\n");
	if (o->late) {
		nk_cli_say(cli, NK_N("Its day is over by the clock of this machine: destroy it."));
	}
	nk_cli_say(cli, NK_N("Opened. Give the receipt back to the house that sealed it."));
	return nk_done();
}

NK_RESULT nk_carry_show_ended(struct nk_cli *cli, const struct nk_carry_ended *e, struct nk_err *err)
{
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, "carry-ended");
		nk_cli_json_id(&j, "holding", e->holding);
		nk_cli_json_id(&j, "evidence", e->evidence);
		nk_cli_json_number(&j, "files", e->files);
		nk_cli_json_number(&j, "bytes", e->bytes);
		nk_cli_json_number(&j, "traces", e->traces);
		nk_cli_json_bool(&j, "control_found", e->control_found);
		nk_cli_json_bool(&j, "unverified", e->unverified);
		nk_cli_json_str(&j, "because", nk_str_c(e->why != NULL ? e->why : ""));
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli, NK_N("%llu files looked through, the control person found, no trace of the persons"), (unsigned long long)e->files);
	nk_out_c(&cli->out, "\n");
	if (e->unverified) {
		nk_cli_say(cli, NK_N("Off the books as NOT verified: %s."), nk_cli_tr(cli, e->why));
		return nk_done();
	}
	nk_cli_say(cli, NK_N("Gone, and looked at by a second party: off the books."));
	return nk_done();
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_carry_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "carry");
	nk_cli_json_id(&j, "warrant", r->warrant);
	nk_cli_json_id(&j, "holding", r->holding);
	nk_cli_json_str(&j, "place", r->place);
	nk_cli_json_number(&j, "persons", r->persons);
	nk_cli_json_time(&j, "sealed_at", r->sealed_at);
	nk_cli_json_time(&j, "destroy_by", r->destroy_by);
	nk_cli_json_time(&j, "closed_at", r->closed_at);
	nk_cli_json_bool(&j, "received", r->received);
	nk_cli_json_bool(&j, "overdue", r->overdue);
	nk_cli_json_str(&j, "gone", r->gone);
	return nk_cli_json_end(cli, &j, err);
}

NK_RESULT nk_carry_show_list(struct nk_cli *cli, const struct nk_carry_row *rows, size_t n, bool overdue, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Warrant")), nk_cli_tr(cli, NK_N("Place")), nk_cli_tr(cli, NK_N(">Persons")),
		nk_cli_tr(cli, NK_N("Since")), nk_cli_tr(cli, NK_N("Until")), nk_cli_tr(cli, NK_N("Received")), nk_cli_tr(cli, NK_N("State")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { nk_cli_id(cli, rows[i].warrant), rows[i].place, nk_cli_number(cli, rows[i].persons),
			nk_cli_day(cli, rows[i].sealed_at), nk_cli_day(cli, rows[i].destroy_by),
			nk_cli_word(cli, rows[i].received ? NK_STR("yes") : NK_STR("no")),
			nk_cli_word(cli, rows[i].overdue ? NK_STR("overdue") : rows[i].gone) };

		if (overdue && !rows[i].overdue) {
			continue;
		}
		cli->status = overdue ? nk_err_exit(NK_PENDING) : cli->status;
		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_cli_list(cli, &table);
	return nk_done();
}
