/*
 * cmd_training.c: nokosazu training: question sets, coverage, attendance, certificate. Sittings: training_take.c;
 * drills: training_drill_show.c.
 */
#include "base.h"

#include "flow_training.h"
#include "signing.h"
#include "training_show.h"
#include "unlock.h"

enum { SET_MAX = 1 << 20 };

static NK_RESULT set_json(struct nk_cli *cli, const struct nk_training_set *s, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "question-set");
	nk_cli_json_str(&j, "name", s->name);
	nk_cli_json_str(&j, "title", s->title);
	nk_cli_json_str(&j, "procedures", s->procedures);
	nk_cli_json_number(&j, "questions", s->questions);
	nk_cli_json_str(&j, "digest", nk_str_c(s->digest));
	nk_cli_json_bool(&j, "usable", s->usable);
	nk_cli_json_bool(&j, "waits", s->waits);
	nk_cli_json_id(&j, "warrant", s->warrant);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT set(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_training_set s;

	nk_buf_init(&text, SET_MAX + 1);
	NK_TRY(nk_cli_read(cli, cli->args.operands[0], &text, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_training_set(cli->flow, nk_buf_bytes(&text), cli->arena, &s, err));
	cli->status = s.waits ? nk_err_exit(NK_GUARD) : cli->status;
	if (cli->json) {
		return set_json(cli, &s, err);
	}
	if (s.waits) {
		nk_cli_say(cli, NK_N("Nothing is taken in yet: an officer looks at the questions and signs for them:"));
		nk_cli_hint(cli, "warrant sign --role officer --key FILE %.*s", NK_FMT(nk_cli_id(cli, s.warrant)));
		nk_cli_say(cli, NK_N("Then give the same command again."));
		return nk_done();
	}
	nk_cli_say(cli, NK_N("The set is taken in: %llu questions."), (unsigned long long)s.questions);
	return nk_done();
}

static NK_RESULT sets(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Set")), nk_cli_tr(cli, NK_N("Title")),
		nk_cli_tr(cli, NK_N(">Questions")), nk_cli_tr(cli, NK_N("Procedures")), nk_cli_tr(cli, NK_N("State")) };
	struct nk_training_set *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_training_sets(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].name, rows[i].title, nk_cli_number(cli, rows[i].questions),
			rows[i].procedures, nk_cli_word(cli, rows[i].usable ? NK_STR("usable") : NK_STR("outdated")) };

		NK_TRY(cli->json ? set_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (n == 0) {
		nk_cli_say(cli, NK_N("There are no questions yet: nokosazu training set FILE"));
	}
	return nk_done();
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_training_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "training");
	nk_cli_json_id(&j, "party", r->party);
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_str(&j, "procedure", r->procedure);
	nk_cli_json_number(&j, "revision", r->revision);
	nk_cli_json_str(&j, "state", nk_str_c(r->state));
	nk_cli_json_number(&j, "passed_revision", r->passed_revision);
	nk_cli_json_time(&j, "passed_at", r->passed_at);
	nk_cli_json_date(&j, "until", r->until);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT summary_json(struct nk_cli *cli, const struct nk_training_reply *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "coverage");
	nk_cli_json_str(&j, "period", nk_str_c(r->period));
	nk_cli_json_date(&j, "from", r->first);
	nk_cli_json_date(&j, "until", r->last);
	nk_cli_json_date(&j, "deadline", r->deadline);
	nk_cli_json_number(&j, "persons", r->persons);
	nk_cli_json_number(&j, "passed", r->passed);
	nk_cli_json_number(&j, "standing", r->standing);
	nk_cli_json_number(&j, "attended", r->attended);
	nk_cli_json_number(&j, "left", r->left);
	nk_cli_json_number(&j, "percent", r->persons > 0 ? r->passed * 100 / r->persons : 0);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT row_text(struct nk_cli *cli, struct nk_table *table, const struct nk_training_row *r, struct nk_err *err)
{
	const struct nk_str cells[] = { r->name, r->procedure, nk_cli_number(cli, r->revision),
		nk_cli_word(cli, nk_str_c(r->state)),
		r->passed_revision > 0 ? nk_cli_text(cli, "@%u", r->passed_revision) : NK_STR("-"),
		nk_cli_day(cli, r->passed_at), nk_cli_date(cli, r->until) };

	return nk_table_row(table, cells, err);
}

/* With --out the coverage is signed, too. */
static NK_RESULT list_statement(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_str envelope;

	if (!nk_args_has(&cli->args, "out")) {
		return nk_done();
	}
	NK_TRY(nk_op_training_statement(cli->flow, cli->arena, &envelope, err));
	return nk_env_write_new(cli->env, nk_args_get(&cli->args, "out"), nk_str_bytes(envelope), err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Full name")), nk_cli_tr(cli, NK_N("Procedure")),
		nk_cli_tr(cli, NK_N(">Revision")), nk_cli_tr(cli, NK_N("State")), nk_cli_tr(cli, NK_N("Passed on")),
		nk_cli_tr(cli, NK_N("Day")), nk_cli_tr(cli, NK_N("Right stands until")) };
	struct nk_training_reply r;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, nk_args_has(&cli->args, "out"), err));
	NK_TRY(list_statement(cli, err));
	NK_TRY(nk_op_training_list(cli->flow, cli->arena, &r, err));
	for (size_t i = 0; i < r.n; i++) {
		NK_TRY(cli->json ? row_json(cli, &r.rows[i], err) : row_text(cli, &table, &r.rows[i], err));
	}
	cli->status = r.passed < r.persons ? nk_err_exit(NK_PENDING) : 0;
	if (cli->json) {
		return summary_json(cli, &r, err);
	}
	nk_table_print(&table, 0, &cli->out);
	nk_cli_print(cli, NK_N("%1$s: %2$llu of %3$llu persons have passed everything (%4$llu%%); the rights of %5$llu stand; %6$llu were at a training; %7$llu have left.\n"),
		r.period, (unsigned long long)r.passed, (unsigned long long)r.persons,
		(unsigned long long)(r.persons > 0 ? r.passed * 100 / r.persons : 0), (unsigned long long)r.standing,
		(unsigned long long)r.attended, (unsigned long long)r.left);
	return nk_done();
}

static NK_RESULT open_duties(struct nk_cli *cli, struct nk_err *err)
{
	uint64_t opened = 0;
	struct nk_json j;

	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_training_open(cli->flow, &opened, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "training-open");
		nk_cli_json_number(&j, "opened", opened);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_say(cli, NK_N("%llu duties were laid."), (unsigned long long)opened);
	return nk_done();
}

static NK_RESULT attend(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid party;

	NK_TRY(nk_signing_party(cli, &party, err));
	NK_TRY(nk_args_need(&cli->args, "what", err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_training_attend(cli->flow, party, nk_args_str(&cli->args, "what"), err));
	return nk_cli_done(cli, "training-attended", NK_N("Recorded. It does not stand in for the test."), err);
}

static NK_RESULT certificate(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_uuid party;
	struct nk_str envelope;
	struct nk_str text;
	struct nk_json j;

	NK_TRY(nk_args_need(&cli->args, "out", err));
	NK_TRY(nk_cli_operand_id(cli, 0, &party, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_training_certificate(cli->flow, party, cli->arena, &envelope, &text, err));
	NK_TRY(nk_env_write_new(cli->env, nk_args_get(&cli->args, "out"), nk_str_bytes(envelope), err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "training-certificate");
		nk_cli_json_id(&j, "party", party);
		nk_cli_json_str(&j, "text", text);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_lines(&cli->out, text);
	nk_cli_say(cli, NK_N("The signed statement is in the file; it carries no name."));
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "set", 1, 1, set },
	{ "sets", 0, 0, sets },
	{ "take", 0, 0, nk_training_take },
	{ "list", 0, 0, list },
	{ "open", 0, 0, open_duties },
	{ "attend", 0, 0, attend },
	{ "certificate", 1, 1, certificate },
	{ "drill", 1, 2, nk_training_drill },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "training set FILE", "training sets", "training take [--key FILE] [--set NAME]",
	"training take --statement --party ID", "training take --sshsig FILE --party ID [--set NAME]",
	"training list [--out FILE]", "training open", "training attend --party ID --what TEXT", "training certificate --out FILE ID",
	"training drill plant [--notice] --place FILE", "training drill score --receipt NUMBER ID", "training drill list",
	NULL };

static const struct nk_cmd_option options[] = {
	{ "key", 0, "FILE", NK_N("one's own signing key"), "take" },
	{ "set", 0, "NAME", NK_N("this set (default: all that are to be passed in this half-year)"), "take" },
	{ "party", 0, "ID", NK_N("who was there; who sits, when he signs with an SSH key"), "attend take" },
	{ "statement", 0, NULL, NK_N("print the bytes that an SSH key is to sign"), "take" },
	{ "sshsig", 0, "FILE", NK_N("a signature by ssh-keygen -Y sign -n nokosazu-training over those bytes"), "take" },
	{ "what", 0, "TEXT", NK_N("which training it was; kept encrypted"), "attend" },
	{ "out", 0, "FILE", NK_N("where the signed statement goes; must not exist"), "list certificate" },
	{ "notice", 0, NULL, NK_N("plant a made-up letter instead of a made-up list of persons"), "drill" },
	{ "place", 0, "FILE", NK_N("the file to be planted; must not exist"), "drill" },
	{ "receipt", 0, "NUMBER", NK_N("the receipt of the suspicion that somebody told of"), "drill" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_training = {
	.name = "training",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("take the half-yearly test, see who has passed, hold drills"),
	.options = options,
	.subs = subs,
};
