/*
 * cmd_procedure.c: nokosazu procedure: the register of procedures: propose, put in force, show, read, who has not.
 */
#include "base.h"

#include "flow_training.h"
#include "signing.h"
#include "unlock.h"

static NK_RESULT request_of(
	struct nk_cli *cli, struct nk_procedure_request *req, struct nk_buf *text, struct nk_err *err)
{
	NK_TRY(nk_args_need(&cli->args, "title", err));
	NK_TRY(nk_args_need(&cli->args, "effective", err));
	NK_TRY(nk_args_need(&cli->args, "concerns", err));
	*req = (struct nk_procedure_request){ .name = nk_args_operand(&cli->args, 0),
		.title = nk_args_str(&cli->args, "title"),
		.concerns = nk_args_str(&cli->args, "concerns"),
		.effective = NK_DATE_NONE };
	if (!nk_date_parse(nk_args_str(&cli->args, "effective"), &req->effective)) {
		return nk_fail(err, NK_USAGE, NK_N("a day is written as YYYY-MM-DD"));
	}
	nk_buf_init(text, NK_PROCEDURE_TEXT_MAX + 1);
	NK_TRY(nk_cli_read(cli, cli->args.operands[1], text, err));
	req->text = nk_buf_bytes(text);
	return nk_done();
}

static NK_RESULT reply(struct nk_cli *cli, const char *type, const struct nk_procedure_reply *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, type);
	nk_cli_json_str(&j, "name", nk_args_operand(&cli->args, 0));
	nk_cli_json_number(&j, "revision", r->revision);
	nk_cli_json_str(&j, "digest", nk_str_c(r->digest));
	nk_cli_json_id(&j, "warrant", r->warrant);
	nk_cli_json_number(&j, "duties", r->duties);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT propose(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_procedure_request req;
	struct nk_procedure_reply r;

	NK_TRY(request_of(cli, &req, &text, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_procedure_propose(cli->flow, &req, &r, err));
	if (cli->json) {
		return reply(cli, "procedure-proposed", &r, err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, r.warrant));
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Asked for. When it is signed (nokosazu warrant sign), \"procedure add\" with the same text and --warrant puts revision %u in force."),
		r.revision);
	return nk_done();
}

static NK_RESULT add(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_procedure_request req;
	struct nk_procedure_reply r;

	NK_TRY(request_of(cli, &req, &text, err));
	if (nk_args_has(&cli->args, "warrant") && !nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &req.warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("--warrant takes the id of a warrant"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_procedure_add(cli->flow, &req, &r, err));
	if (cli->json) {
		return reply(cli, "procedure-added", &r, err);
	}
	nk_cli_say(cli, NK_N("Revision %1$u is in the register; %2$llu duties to read it and to pass its test are laid."),
		r.revision, (unsigned long long)r.duties);
	return nk_done();
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_procedure_row *r, struct nk_str text, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "procedure");
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_number(&j, "revision", r->revision);
	nk_cli_json_str(&j, "title", r->title);
	nk_cli_json_str(&j, "concerns", r->concerns);
	nk_cli_json_date(&j, "effective", r->effective);
	nk_cli_json_bool(&j, "in_force", r->in_force);
	nk_cli_json_str(&j, "digest", nk_str_c(r->digest));
	nk_cli_json_id(&j, "warrant", r->warrant);
	nk_cli_json_str(&j, "approvers", r->approvers);
	nk_cli_json_number(&j, "readers", r->readers);
	nk_cli_json_number(&j, "unread", r->unread);
	if (text.len > 0) {
		nk_cli_json_str(&j, "text", text);
	}
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Procedure")), nk_cli_tr(cli, NK_N(">Revision")),
		nk_cli_tr(cli, NK_N("Title")), nk_cli_tr(cli, NK_N("In force from")), nk_cli_tr(cli, NK_N("State")),
		nk_cli_tr(cli, NK_N("Approved by")), nk_cli_tr(cli, NK_N("Not read by")) };
	struct nk_procedure_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_procedure_list(cli->flow, nk_args_has(&cli->args, "all"), cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_procedure_row *const r = &rows[i];
		const struct nk_str cells[] = { r->name, nk_cli_number(cli, r->revision), r->title,
			nk_cli_date(cli, r->effective),
			nk_cli_word(cli, r->in_force ? NK_STR("in force") : NK_STR("not in force")), r->approvers,
			nk_cli_text(cli, "%llu/%llu", (unsigned long long)r->unread, (unsigned long long)r->readers) };

		NK_TRY(cli->json ? row_json(cli, r, NK_STR(""), err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (n == 0) {
		nk_cli_say(cli, NK_N("The register is empty."));
	}
	return nk_done();
}

static NK_RESULT show(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_procedure_row row;
	struct nk_str text;
	uint64_t revision = 0;

	NK_TRY(nk_args_number(&cli->args, "revision", 1, 1000000, &revision, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_procedure_show(
		cli->flow, nk_args_operand(&cli->args, 0), nk_u32(revision), cli->arena, &row, &text, err));
	if (cli->json) {
		return row_json(cli, &row, text, err);
	}
	nk_cli_say(cli, NK_N("Revision %1$u, in force from %2$.10s, SHA-256 %3$s"), row.revision,
		nk_cli_date(cli, row.effective).ptr, row.digest);
	nk_out_lines(&cli->out, text);
	return nk_done();
}

/* The bytes for ssh-keygen, as they are. */
static NK_RESULT statement(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_uuid party;

	nk_buf_init(&text, 64 << 10);
	NK_TRY(nk_signing_party(cli, &party, err));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_procedure_statement(cli->flow, nk_args_operand(&cli->args, 0), party, &text, err));
	nk_out_bytes(&cli->out, nk_buf_bytes(&text));
	return nk_done();
}

static NK_RESULT ack(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_signing_done) struct nk_signing room = { .sshsig = { 0 } };
	struct nk_training_who who;
	uint32_t revision = 0;
	struct nk_json j;

	if (nk_args_has(&cli->args, "statement")) {
		return statement(cli, err);
	}
	NK_TRY(nk_signing_who(cli, &room, &who, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_procedure_ack(cli->flow, nk_args_operand(&cli->args, 0), &who, &revision, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "procedure-read");
		nk_cli_json_str(&j, "name", nk_args_operand(&cli->args, 0));
		nk_cli_json_number(&j, "revision", revision);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_say(cli, NK_N("Acknowledged: revision %u was read."), revision);
	return nk_done();
}

static NK_RESULT reader_json(struct nk_cli *cli, const struct nk_procedure_reader *r, uint32_t revision, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "reader");
	nk_cli_json_id(&j, "party", r->party);
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_str(&j, "roles", r->roles);
	nk_cli_json_number(&j, "revision", revision);
	nk_cli_json_time(&j, "read_at", r->read_at);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT readers(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Full name")), nk_cli_tr(cli, NK_N("Roles")),
		nk_cli_tr(cli, NK_N("Read")), nk_cli_tr(cli, NK_N("Id")) };
	struct nk_procedure_reader *rows = NULL;
	uint32_t revision = 0;
	size_t unread = 0;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_procedure_readers(
		cli->flow, nk_args_operand(&cli->args, 0), cli->arena, &revision, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].name, rows[i].roles,
			rows[i].read_at != 0 ? nk_cli_when(cli, rows[i].read_at) : nk_cli_word(cli, NK_STR("not yet")),
			nk_cli_id(cli, rows[i].party) };

		unread += rows[i].read_at == 0 ? 1 : 0;
		NK_TRY(cli->json ? reader_json(cli, &rows[i], revision, err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	cli->status = unread > 0 ? nk_err_exit(NK_PENDING) : 0;
	nk_cli_say(cli, NK_N("Revision %1$u: %2$zu of %3$zu persons have not acknowledged it."), revision, unread, n);
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "propose", 2, 2, propose },
	{ "add", 2, 2, add },
	{ "list", 0, 0, list },
	{ "show", 1, 1, show },
	{ "ack", 1, 1, ack },
	{ "readers", 1, 1, readers },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "procedure propose --title TEXT --effective DATE --concerns ROLES NAME FILE",
	"procedure add --title TEXT --effective DATE --concerns ROLES --warrant ID NAME FILE", "procedure list [--all]",
	"procedure show [--revision N] NAME", "procedure ack [--key FILE] NAME",
	"procedure ack --statement --party ID NAME", "procedure ack --sshsig FILE --party ID NAME", "procedure readers NAME", NULL };

static const struct nk_cmd_option options[] = {
	{ "title", 0, "TEXT", NK_N("what the procedure is called"), "propose add" },
	{ "effective", 0, "DATE", NK_N("the day from which it is in force"), "propose add" },
	{ "concerns", 0, "ROLES", NK_N("who must read it and pass its test: roles, or \"*\" for everybody"), "propose add" },
	{ "warrant", 0, "ID", NK_N("the signed warrant for exactly this revision"), "add" },
	{ "all", 0, NULL, NK_N("all revisions"), "list" },
	{ "revision", 0, "N", NK_N("this revision (default: the one in force)"), "show" },
	{ "key", 0, "FILE", NK_N("the reader's own signing key"), "ack" },
	{ "party", 0, "ID", NK_N("who it is, when he signs with an SSH key"), "ack" },
	{ "statement", 0, NULL, NK_N("print the bytes that an SSH key is to sign"), "ack" },
	{ "sshsig", 0, "FILE", NK_N("a signature by ssh-keygen -Y sign -n nokosazu-training over those bytes"), "ack" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_procedure = {
	.name = "procedure",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("keep the register of procedures, and who has read them"),
	.options = options,
	.subs = subs,
};
