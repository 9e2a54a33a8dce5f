/*
 * scan_text.c: a scan for people: findings by file, what was not looked through, whose data it is, and the coverage.
 */
#include "base.h"

#include "scan_show.h"

enum { SHOWN_A_FILE = 20 };

/* The file at hand: its heading is printed before the first line that belongs to it. */
struct telling {
	bool headed;
	uint64_t shown;
	bool all;
};

static void begin(struct nk_cli *cli)
{
	struct telling *const t = nk_arena_alloc(cli->arena, sizeof(*t));

	if (t != NULL) {
		t->all = nk_args_has(&cli->args, "all");
	}
	cli->form_state = t;
}

static void head(struct nk_cli *cli, const char *file)
{
	struct telling *const t = cli->form_state;

	if (t->headed) {
		return;
	}
	t->headed = true;
	nk_progress_clear(&cli->progress);
	nk_out_colour(&cli->out, NK_COLOUR_BOLD);
	nk_out_text(&cli->out, nk_str_c(file));
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_c(&cli->out, "\n");
}

static void place(struct nk_cli *cli, const struct nk_scan_finding *f)
{
	if (f->inside[0] != '\0') {
		nk_out_text(&cli->out, nk_str_c(f->inside));
		nk_out_c(&cli->out, "  ");
	}
	if (f->in_name) {
		nk_cli_print(cli, NK_N("in the name"));
	} else if (f->row > 0) {
		nk_cli_print(cli, NK_N("row %1$u, column %2$u"), f->row, f->column);
	} else {
		nk_cli_print(cli, NK_N("byte %llu"), (unsigned long long)f->offset);
	}
}

static void whose(struct nk_cli *cli, const struct nk_scan_finding *f)
{
	if (f->n_persons == 0) {
		return;
	}
	if (f->n_persons == 1) {
		nk_cli_print(cli, NK_N("; person #%u"), f->persons[0]);
	} else {
		nk_cli_print(cli, NK_N("; one of %1$u namesakes (person #%2$u …)"), f->n_persons, f->persons[0]);
	}
	nk_cli_print(cli, NK_N("; by chance: %.2g"), f->chance);
}

static void finding(struct nk_cli *cli, const struct nk_scan_finding *f)
{
	struct telling *const t = cli->form_state;

	if (t == NULL) {
		return;
	}
	head(cli, f->file);
	if (!t->all && ++t->shown > SHOWN_A_FILE) {
		return;
	}
	nk_out_c(&cli->out, "  ");
	place(cli, f);
	nk_out_c(&cli->out, "  ");
	nk_out_colour(&cli->out, f->confidence >= 80 ? NK_COLOUR_RED : NK_COLOUR_YELLOW);
	nk_out_f(&cli->out, "%s", f->rule != NULL ? f->rule : nk_scan_word(cli, f->what));
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_cli_print(cli, NK_N(", %u characters, %u %%"), f->characters, f->confidence);
	for (size_t i = 0; i < f->n_why; i++) {
		nk_out_f(&cli->out, "%s%s", i == 0 ? ": " : ", ", nk_cli_tr(cli, f->why_text[i]));
	}
	whose(cli, f);
	nk_out_c(&cli->out, "\n");
}

static void stream(struct nk_cli *cli, const struct nk_scan_stream *s)
{
	if (s->state == NK_SCAN_SCANNED || cli->form_state == NULL) {
		return;
	}
	head(cli, s->file);
	nk_out_c(&cli->out, "  ");
	if (s->inside[0] != '\0') {
		nk_out_text(&cli->out, nk_str_c(s->inside));
		nk_out_c(&cli->out, "  ");
	}
	nk_out_colour(&cli->out, NK_COLOUR_YELLOW);
	nk_cli_print(cli, s->state == NK_SCAN_PARTLY ? NK_N("SCANNED IN PART") : NK_N("NOT SCANNED"));
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_f(&cli->out, ": %s\n", nk_cli_tr(cli, s->why_text));
}

static void file(struct nk_cli *cli, const struct nk_scan_file *f)
{
	struct telling *const t = cli->form_state;

	(void)f;
	if (t == NULL) {
		return;
	}
	if (t->shown > SHOWN_A_FILE) {
		nk_cli_print(cli, NK_N("  … and %llu more here (--all shows them)\n"),
			(unsigned long long)(t->shown - SHOWN_A_FILE));
	}
	if (t->headed) {
		nk_out_c(&cli->out, "\n");
	}
	t->headed = false;
	t->shown = 0;
}

static void counts(struct nk_cli *cli, const struct nk_scan_count *list, size_t n, bool reasons)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { "", ">" };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { reasons ? nk_str_c(nk_cli_tr(cli, list[i].what))
							: nk_scan_words(cli, list[i].what),
			nk_cli_number(cli, list[i].n) };

		if (!nk_ok(nk_table_row(&table, cells, &cli->out.err))) {
			cli->out.failed = (nk_rc){ NK_NOMEM };
			return;
		}
	}
	nk_table_print(&table, 4, &cli->out);
}

static void verdict(struct nk_cli *cli, const struct nk_scan_reply *r)
{
	if (!r->roster) {
		return;
	}
	nk_cli_print(cli, NK_N("Whose (%llu persons were looked for)\n"), (unsigned long long)r->roster_persons);
	if (r->persons == 0) {
		nk_cli_print(cli, NK_N("    nobody's, in what was looked through\n"));
		return;
	}
	nk_cli_print(cli,
		NK_N("    data of %1$llu persons; %2$llu of them for certain, by something that is theirs alone or by two things together\n"),
		(unsigned long long)r->persons, (unsigned long long)r->persons_sure);
	counts(cli, r->verdict, r->n_verdict, false);
}

static void coverage(struct nk_cli *cli, const struct nk_scan_reply *r)
{
	nk_cli_print(cli, NK_N("Coverage\n    looked through: %1$s in %2$llu streams of %3$llu files\n"),
		nk_scan_size(cli, r->bytes).ptr, (unsigned long long)r->streams, (unsigned long long)r->files);
	nk_cli_print(cli, NK_N("    in part: %1$llu streams (%2$s); not at all: %3$llu (%4$s)\n"),
		(unsigned long long)r->partly, nk_scan_size(cli, r->bytes_partly).ptr,
		(unsigned long long)r->not_scanned, nk_scan_size(cli, r->bytes_not).ptr);
	counts(cli, r->not_by_why, r->n_not_by_why, true);
	if (r->left_out > 0) {
		nk_cli_print(cli, NK_N("    not looked for: %llu values of persons that are too short or too long\n"),
			(unsigned long long)r->left_out);
	}
}

static void end(struct nk_cli *cli, const struct nk_scan_reply *r)
{
	nk_progress_clear(&cli->progress);
	if (r->n_by_class > 0) {
		nk_cli_print(cli, NK_N("Found\n"));
		counts(cli, r->by_class, r->n_by_class, false);
	}
	verdict(cli, r);
	coverage(cli, r);
	nk_out_c(&cli->out, "\n");
	if (!r->complete) {
		nk_cli_print(cli,
			r->clean
				? NK_N("Nothing found, but not everything could be looked through: this is not \"clean\".\n")
				: NK_N("Not everything could be looked through: there may be more.\n"));
	} else if (r->clean) {
		nk_cli_print(cli, NK_N("Clean: everything was looked through and nothing was found.\n"));
	}
}

const struct nk_scan_form nk_scan_form_text = { begin, finding, stream, file, end };
