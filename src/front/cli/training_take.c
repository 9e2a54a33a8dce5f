/*
 * training_take.c: a sitting in the terminal, or by a program over pipes.
 *
 * Invariant: while somebody thinks the installation is closed: nobody waits for it, and nothing is written before the
 * last answer of a set.
 */
#include "base.h"
#include "training_show.h"

#include "flow_training.h"
#include "os.h"
#include "signing.h"
#include "unlock.h"

enum { LINE_MAX_LEN = 64 };

/* Bytes of standard input that were read beyond the line at hand. */
struct answers {
	char bytes[LINE_MAX_LEN];
	size_t len;
};

/* One line without its line feed; *out_end: the input has ended. */
static NK_RESULT next_line(struct answers *a, struct nk_str *out, char room[static LINE_MAX_LEN], bool *out_end, struct nk_err *err)
{
	*out_end = false;
	for (;;) {
		const size_t at = nk_str_chr((struct nk_str){ a->bytes, a->len }, '\n');
		size_t got = 0;

		if (at != SIZE_MAX || a->len == sizeof(a->bytes)) {
			const size_t n = at != SIZE_MAX ? at : a->len;
			const size_t used = at != SIZE_MAX ? at + 1 : a->len;

			memcpy(room, a->bytes, n);
			*out = nk_str_trim((struct nk_str){ room, n });
			memmove(a->bytes, a->bytes + used, a->len - used);
			a->len -= used;
			return nk_done();
		}
		NK_TRY(nk_os_fd_read(0, a->bytes + a->len, sizeof(a->bytes) - a->len, &got, err));
		if (got == 0) {
			*out_end = true;
			return nk_done();
		}
		a->len += got;
	}
}

static NK_RESULT ask_json(struct nk_cli *cli, const struct nk_training_paper *p, size_t i, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "question");
	nk_cli_json_str(&j, "set", p->set);
	nk_cli_json_number(&j, "number", i + 1);
	nk_cli_json_number(&j, "of", p->n);
	nk_cli_json_str(&j, "id", p->items[i].id);
	nk_cli_json_str(&j, "text", p->items[i].text);
	nk_json_key(&j, "choices");
	nk_json_open(&j, '[');
	for (size_t k = 0; k < NK_TRAINING_CHOICES; k++) {
		nk_json_str(&j, p->items[i].choices[k]);
	}
	nk_json_close(&j, ']');
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT ask(struct nk_cli *cli, const struct nk_training_paper *p, size_t i, struct nk_err *err)
{
	if (cli->json) {
		NK_TRY(ask_json(cli, p, i, err));
		return nk_out_flush(&cli->out, err);
	}
	nk_cli_print(cli, NK_N("\nQuestion %1$zu of %2$zu\n"), i + 1, p->n);
	nk_out_text(&cli->out, p->items[i].text);
	nk_out_c(&cli->out, "\n");
	for (size_t k = 0; k < NK_TRAINING_CHOICES; k++) {
		nk_out_f(&cli->out, "  %zu. ", k + 1);
		nk_out_text(&cli->out, p->items[i].choices[k]);
		nk_out_c(&cli->out, "\n");
	}
	nk_cli_print(cli, NK_N("Answer (1 to 4): "));
	return nk_out_flush(&cli->out, err);
}

static NK_RESULT answer(
	struct nk_cli *cli, struct nk_training_paper *p, size_t i, struct answers *a, struct nk_err *err)
{
	char room[LINE_MAX_LEN];

	NK_TRY(ask(cli, p, i, err));
	for (;;) {
		struct nk_str line;
		uint32_t digit = 0;
		bool end = false;

		NK_TRY(next_line(a, &line, room, &end, err));
		if (end) {
			return nk_fail(err, NK_CANCELLED,
				NK_N("the answers ended before the questions did; this set is not recorded"));
		}
		if (nk_parse_u32(line, 1, NK_TRAINING_CHOICES, &digit)) {
			p->items[i].answer = digit;
			return nk_done();
		}
		nk_cli_say(cli, NK_N("One of the digits 1 to 4 is wanted."));
		NK_TRY(nk_out_flush(&cli->talk, err));
	}
}

static NK_RESULT item_json(struct nk_cli *cli, const struct nk_training_item *item, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "answer");
	nk_cli_json_str(&j, "id", item->id);
	nk_cli_json_number(&j, "answer", item->answer);
	nk_cli_json_number(&j, "right", item->right);
	nk_cli_json_str(&j, "section", item->section);
	nk_cli_json_str(&j, "reason", item->reason);
	return nk_cli_json_end(cli, &j, err);
}

static void item_text(struct nk_cli *cli, const struct nk_training_item *item)
{
	const bool right = item->answer == item->right;

	nk_out_colour(&cli->out, right ? NK_COLOUR_GREEN : NK_COLOUR_RED);
	nk_out_c(&cli->out, nk_cli_tr(cli, right ? NK_N("right  ") : NK_N("wrong  ")));
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_text(&cli->out, item->text);
	nk_out_f(&cli->out, "\n    %u. ", item->right);
	nk_out_text(&cli->out, item->choices[item->right - 1]);
	nk_out_c(&cli->out, "\n    ");
	nk_out_text(&cli->out, item->section);
	nk_out_c(&cli->out, ": ");
	nk_out_text(&cli->out, item->reason);
	nk_out_c(&cli->out, "\n");
}

static NK_RESULT result_json(
	struct nk_cli *cli, const struct nk_training_paper *p, const struct nk_training_result *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "training-result");
	nk_cli_json_str(&j, "set", p->set);
	nk_cli_json_id(&j, "party", p->party);
	nk_cli_json_str(&j, "period", nk_str_c(r->period));
	nk_cli_json_number(&j, "asked", r->asked);
	nk_cli_json_number(&j, "right", r->right);
	nk_cli_json_number(&j, "wanted_percent", r->percent);
	nk_cli_json_bool(&j, "passed", r->passed);
	nk_cli_json_number(&j, "duties_closed", r->closed);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT show_result(
	struct nk_cli *cli, const struct nk_training_paper *p, const struct nk_training_result *r, struct nk_err *err)
{
	nk_out_c(&cli->out, cli->json ? "" : "\n");
	for (size_t i = 0; i < p->n; i++) {
		if (cli->json) {
			NK_TRY(item_json(cli, &p->items[i], err));
		} else {
			item_text(cli, &p->items[i]);
		}
	}
	if (cli->json) {
		return result_json(cli, p, r, err);
	}
	nk_cli_print(cli, NK_N("%1$llu of %2$llu right; %3$u%% are wanted: "), (unsigned long long)r->right,
		(unsigned long long)r->asked, r->percent);
	nk_out_c(&cli->out, nk_cli_tr(cli, r->passed ? NK_N("passed.\n") : NK_N("not passed.\n")));
	return nk_done();
}

static NK_RESULT sit(struct nk_cli *cli, struct nk_training_paper *p, const struct nk_training_who *who,
	struct answers *a, struct nk_err *err)
{
	struct nk_training_result r;

	if (!cli->json) {
		nk_out_text(&cli->out, p->title);
		nk_out_c(&cli->out, "\n");
	}
	for (size_t i = 0; i < p->n; i++) {
		NK_TRY(answer(cli, p, i, a, err));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_training_mark(cli->flow, p, who, cli->arena, &r, err));
	nk_flow_close(&cli->flow);
	if (!r.passed) {
		cli->status = nk_err_exit(NK_PENDING);
	}
	return show_result(cli, p, &r, err);
}

/* The bytes for ssh-keygen, as they are. */
static NK_RESULT statement(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_uuid party;

	nk_buf_init(&text, 4096);
	NK_TRY(nk_signing_party(cli, &party, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_training_statement_to_sit(cli->flow, party, &text, err));
	nk_out_bytes(&cli->out, nk_buf_bytes(&text));
	return nk_done();
}

NK_RESULT nk_training_take(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_signing_done) struct nk_signing room = { .sshsig = { 0 } };
	struct nk_training_paper *papers = NULL;
	struct nk_training_who who;
	struct answers a = { .len = 0 };
	size_t n = 0;

	if (nk_args_has(&cli->args, "statement")) {
		return statement(cli, err);
	}
	NK_TRY(nk_signing_who(cli, &room, &who, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_training_papers(
		cli->flow, &who, nk_args_str(&cli->args, "set"), cli->arena, &papers, &n, err));
	nk_flow_close(&cli->flow);
	for (size_t i = 0; i < n; i++) {
		NK_TRY(sit(cli, &papers[i], &who, &a, err));
	}
	if (n == 0) {
		nk_cli_say(cli, NK_N("Nothing is to be passed now."));
	}
	return nk_done();
}
