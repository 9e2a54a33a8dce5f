/*
 * cmd_duty.c: nokosazu duty: who owes what by when, and calling them in time. Overdue ones give exit status 2.
 */
#include "base.h"

#include "flow_duty.h"
#include "os.h"
#include "signing.h"
#include "unlock.h"

enum { WATCH_MAX_MS = 15 * 60 * 1000 };

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_duty_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "duty");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_id(&j, "holding", r->holding);
	nk_cli_json_str(&j, "kind", r->kind);
	nk_cli_json_str(&j, "place", r->place);
	nk_cli_json_str(&j, "about", r->about);
	nk_cli_json_id(&j, "owner", r->owner);
	nk_cli_json_time(&j, "due_at", r->due_at);
	nk_cli_json_time(&j, "closed_at", r->closed_at);
	nk_cli_json_bool(&j, "overdue", r->overdue);
	nk_cli_json_bool(&j, "unheard", r->unheard);
	nk_cli_json_number(&j, "level", r->level);
	nk_cli_json_time(&j, "told_at", r->told_at);
	nk_cli_json_time(&j, "acked_at", r->acked_at);
	return nk_cli_json_end(cli, &j, err);
}

static struct nk_str state_of(struct nk_cli *cli, const struct nk_duty_row *r)
{
	return nk_cli_word(cli,
		r->closed_at != 0    ? NK_STR("closed")
			: r->unheard ? nk_str_c(NK_N("unheard"))
			: r->overdue ? NK_STR("overdue")
				     : NK_STR("open"));
}

static struct nk_str called(struct nk_cli *cli, unsigned level)
{
	static const char *const who[] = { "-", NK_N("owner"), NK_N("deputy"), NK_N("director") };

	return level == 0 || level >= NK_ARRAY_LEN(who) ? NK_STR("-") : nk_str_c(nk_cli_tr(cli, who[level]));
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("What is owed")), nk_cli_tr(cli, NK_N("Place")),
		nk_cli_tr(cli, NK_N("Due")), nk_cli_tr(cli, NK_N("State")), nk_cli_tr(cli, NK_N("Owed by")), nk_cli_tr(cli, NK_N("Reached")),
		nk_cli_tr(cli, NK_N("Duty")), nk_cli_tr(cli, NK_N("Holding")) };
	const struct nk_duty_query q = { .all = nk_args_has(&cli->args, "all"),
		.overdue = nk_args_has(&cli->args, "overdue"),
		.about = nk_args_str(&cli->args, "about") };
	struct nk_duty_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open_list(cli, err));
	NK_TRY(nk_op_duty_find(cli->flow, &q, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { nk_cli_word(cli, rows[i].kind),
			rows[i].place.len > 0 ? nk_cli_word(cli, rows[i].place) : rows[i].about,
			nk_cli_day(cli, rows[i].due_at), state_of(cli, &rows[i]), rows[i].who, called(cli, rows[i].level),
			nk_cli_id(cli, rows[i].id),
			nk_uuid_is_nil(rows[i].holding) ? NK_STR("-") : nk_cli_id(cli, rows[i].holding) };

		if (rows[i].overdue) {
			cli->status = nk_err_exit(NK_PENDING);
		}
		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (n == 0) {
		nk_cli_say(cli, NK_N("Nothing is owed."));
	}
	return nk_done();
}

static NK_RESULT call_json(struct nk_cli *cli, const struct nk_duty_call *c, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "duty-call");
	nk_cli_json_id(&j, "duty", c->duty);
	nk_cli_json_str(&j, "kind", c->kind);
	nk_cli_json_str(&j, "about", c->about);
	nk_cli_json_time(&j, "due_at", c->due_at);
	nk_cli_json_number(&j, "level", c->level);
	nk_cli_json_id(&j, "party", c->party);
	nk_cli_json_bool(&j, "told", c->told && c->channel.len > 0);
	nk_cli_json_bool(&j, "shown", c->told && c->channel.len == 0);
	nk_cli_json_str(&j, "channel", c->channel);
	nk_cli_json_str(&j, "why", nk_str_c(c->why[cli->lang]));
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT show_calls(struct nk_cli *cli, const struct nk_duty_run *r, struct nk_err *err)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_duty_call *const c = &r->calls[i];
		char id[NK_UUID_TEXT];

		if (cli->json) {
			NK_TRY(call_json(cli, c, err));
			continue;
		}
		nk_cli_print(cli, c->told && c->channel.len == 0 ? NK_N("shown here only, for %1$s: %2$s, due %3$s, duty %4$s\n")
				     : c->told ? NK_N("called %1$s: %2$s, due %3$s, duty %4$s\n")
					  : NK_N("NOT called %1$s: %2$s, due %3$s, duty %4$s\n"),
			called(cli, c->level).ptr, nk_cli_word(cli, c->kind).ptr, nk_cli_when(cli, c->due_at).ptr,
			nk_uuid_print(c->duty, id));
		if (c->why[cli->lang][0] != '\0') {
			nk_out_f(&cli->out, "  %s\n", c->why[cli->lang]);
		}
	}
	return nk_done();
}

static NK_RESULT run_json(struct nk_cli *cli, const struct nk_duty_run *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "duty-run");
	nk_cli_json_number(&j, "open", r->open);
	nk_cli_json_number(&j, "overdue", r->overdue);
	nk_cli_json_number(&j, "called", r->n - r->failed - r->shown);
	nk_cli_json_number(&j, "failed", r->failed);
	nk_cli_json_number(&j, "shown", r->shown);
	nk_cli_json_time(&j, "next_at", r->next_at);
	nk_cli_json_number(&j, "dropped", r->dropped);
	nk_cli_json_number(&j, "drop_left", r->drop_left);
	nk_json_key(&j, "drop_why");
	nk_json_open(&j, '{');
	for (unsigned i = 0; i < NK_DROP_WHYS; i++) {
		if (r->drop_why[i] > 0) {
			nk_cli_json_number(&j, nk_drop_why_text((enum nk_drop_why)i), r->drop_why[i]);
		}
	}
	nk_json_close(&j, '}');
	return nk_cli_json_end(cli, &j, err);
}

/* One look at everything that is owed. Not told is incomplete, whatever else is overdue. */
static NK_RESULT look(struct nk_cli *cli, nk_time *out_next, nk_time *out_now, struct nk_err *err)
{
	struct nk_duty_run r;

	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_duty_run(cli->flow, cli->arena, &r, err));
	*out_next = r.next_at;
	*out_now = nk_op_duty_now(cli->flow);
	cli->status = r.failed > 0 || r.shown > 0 || r.drop_left > 0 ? nk_err_exit(NK_INCOMPLETE)
		: r.overdue > 0 ? nk_err_exit(NK_PENDING) : 0;
	NK_TRY(show_calls(cli, &r, err));
	if (cli->json) {
		return run_json(cli, &r, err);
	}
	if (r.dropped > 0) {
		nk_cli_say(cli, NK_N("%zu files of the drop folder became doubts."), r.dropped);
	}
	if (r.drop_left > 0) {
		nk_cli_say(cli, NK_N("%zu of the drop folder did NOT become doubts and are left there; look at them:"), r.drop_left);
	}
	for (unsigned i = 0; i < NK_DROP_WHYS; i++) {
		if (r.drop_why[i] > 0) {
			nk_cli_print(cli, "  %zu: %s\n", r.drop_why[i], nk_cli_tr(cli, nk_drop_why_text((enum nk_drop_why)i)));
		}
	}
	nk_cli_say(cli, NK_N("%1$zu are owed, %2$zu overdue; called: %3$zu, not reached: %4$zu."), r.open, r.overdue,
		r.n - r.failed - r.shown, r.failed);
	if (r.shown > 0) {
		nk_cli_say(cli, NK_N("No channel is configured ([duty]): %zu were only shown here, nobody was reached."), r.shown);
	}
	return nk_done();
}

static NK_RESULT run(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf path = { 0 };
	const bool watch = nk_args_has(&cli->args, "watch");
	nk_time next = 0;
	nk_time now = 0;

	nk_buf_init(&path, PATH_MAX);
	NK_TRY(nk_unlock_key_path(cli, &path, err));
	if (watch && path.len == 0) {
		return nk_fail(err, NK_USAGE,
			NK_N("watching opens the installation again and again: it needs a key file (--key-file), not a passphrase"));
	}
	NK_TRY(look(cli, &next, &now, err));
	while (watch && !nk_os_interrupted()) {
		const int64_t left = next == 0 ? WATCH_MAX_MS : (next - now) / 1000 + 1;

		/* Others may write meanwhile, and what they open may be due earlier. */
		nk_flow_close(&cli->flow);
		NK_TRY(nk_out_flush(&cli->out, err));
		NK_TRY(nk_out_flush(&cli->talk, err));
		nk_os_sleep(cli->status == nk_err_exit(NK_INCOMPLETE) || left > WATCH_MAX_MS ? WATCH_MAX_MS : left);
		if (!nk_os_interrupted()) {
			nk_arena_reset(cli->arena);
			NK_TRY(look(cli, &next, &now, err));
		}
	}
	return nk_done();
}

static NK_RESULT statement(struct nk_cli *cli, struct nk_uuid id, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_uuid party;

	nk_buf_init(&text, 4096);
	NK_TRY(nk_signing_party(cli, &party, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_duty_ack_statement(cli->flow, id, party, &text, err));
	nk_out_text(&cli->out, nk_buf_str(&text));
	return nk_done();
}

static NK_RESULT ack(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_signing_done) struct nk_signing room = { .seed = { { 0 } } };
	struct nk_training_who who;
	struct nk_uuid id;

	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	if (nk_args_has(&cli->args, "statement")) {
		return statement(cli, id, err);
	}
	NK_TRY(nk_signing_who(cli, &room, &who, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_duty_ack(cli->flow, id, &who, err));
	return nk_cli_done(cli, "duty-ack", NK_N("Noted that you know of it. It stays owed: only evidence ends it."), err);
}

static const struct nk_cmd_sub subs[] = {
	{ "list", 0, 0, list },
	{ "run", 0, 0, run },
	{ "ack", 1, 1, ack },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "duty list [--all | --overdue] [--about WHAT]", "duty run [--watch]",
	"duty ack [--key FILE] ID", "duty ack --statement --party ID ID", "duty ack --sshsig FILE --party ID ID", NULL };

static const struct nk_cmd_option options[] = {
	{ "all", 0, NULL, NK_N("those that are closed too"), "list" },
	{ "overdue", 0, NULL, NK_N("only those whose due time is over"), "list" },
	{ "about", 0, "WHAT", NK_N("only those about that: holding:ID, case:ID"), "list" },
	{ "watch", 0, NULL, NK_N("go on, and call again whenever something comes due"), "run" },
	{ "key", 0, "FILE", NK_N("the acting person's own signing key"), "ack" },
	{ "statement", 0, NULL, NK_N("print the bytes that an SSH key is to sign"), "ack" },
	{ "sshsig", 0, "FILE", NK_N("a signature by ssh-keygen -Y sign -n nokosazu-approval over those bytes"), "ack" },
	{ "party", 0, "ID", NK_N("who it is, when he signs with an SSH key"), "ack" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_duty = {
	.name = "duty",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("list what is owed by when, and call who owes it"),
	.options = options,
	.subs = subs,
};
