/*
 * cmd_target.c: nokosazu target: connected systems. Their passwords come from a file or the terminal, never from
 * argv.
 */
#include "base.h"

#include "os.h"
#include "unlock.h"

enum { SECRET_MAX = 4096 };

/* The password: a file, "-" for standard input, or asked; the line's end is not part of it. */
static NK_RESULT secret_of(struct nk_cli *cli, struct nk_buf *out, struct nk_err *err)
{
	const char *const path = nk_args_get(&cli->args, "secret-file");

	if (path != NULL) {
		NK_TRY(nk_cli_read(cli, path, out, err));
		while (out->len > 0 && (out->ptr[out->len - 1] == '\n' || out->ptr[out->len - 1] == '\r')) {
			out->len--;
		}
		return nk_done();
	}
	if (!nk_args_has(&cli->args, "bind-dn")) {
		return nk_done();
	}
	return nk_os_ask_secret(nk_cli_tr(cli, NK_N("Password of the connected system: ")), out, err);
}

static NK_RESULT add(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	const struct nk_args *const args = &cli->args;
	struct nk_target_request req = {
		.name = nk_args_operand(args, 0),
		.type = nk_args_str(args, "type"),
		.uri = nk_args_str(args, "uri"),
		.base = nk_args_str(args, "base"),
		.bind_dn = nk_args_str(args, "bind-dn"),
		.ca_file = nk_args_str(args, "ca-file"),
		.profile = nk_args_str(args, "profile"),
		.files = nk_args_str(args, "files"),
		.starttls = nk_args_has(args, "starttls"),
		.allow_plain = nk_args_has(args, "allow-plain"),
		.rewrite = nk_args_get(args, "rewrite"),
	};

	nk_buf_init_wiping(&secret, SECRET_MAX);
	NK_TRY(nk_args_need(args, "uri", err));
	NK_TRY(nk_args_need(args, "base", err));
	if (req.type.len == 0) {
		req.type = NK_STR("ldap");
	}
	if (req.profile.len == 0) {
		req.profile = NK_STR("school");
	}
	NK_TRY(secret_of(cli, &secret, err));
	req.secret = nk_buf_bytes(&secret);
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_target_add(cli->flow, &req, err));
	NK_TRY(nk_cli_done(
		cli, "target-add", NK_N("The system answered and is connected; nothing was written there."), err));
	nk_cli_say(cli, NK_N("Next, see what would change:"));
	nk_cli_hint(cli, "plan --target %.*s", NK_FMT(req.name));
	return nk_done();
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_target_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "target");
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_str(&j, "kind", r->type);
	nk_cli_json_str(&j, "uri", r->uri);
	nk_cli_json_str(&j, "base", r->base);
	nk_cli_json_number(&j, "links", r->links);
	nk_cli_json_time(&j, "last_read", r->last_read);
	nk_cli_json_number(&j, "last_count", r->last_count);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("System")), nk_cli_tr(cli, NK_N("Type")),
		nk_cli_tr(cli, NK_N("Address")), nk_cli_tr(cli, NK_N("Base")), nk_cli_tr(cli, NK_N(">Persons")) };
	struct nk_target_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open_locked(cli, err));
	NK_TRY(nk_op_target_list(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].name, rows[i].type, rows[i].uri, rows[i].base,
			nk_cli_number(cli, rows[i].links) };

		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	if (n == 0) {
		nk_cli_say(cli, NK_N("No system is connected yet:"));
		nk_cli_hint(cli, "target add NAME --uri ldaps://HOST --base SUFFIX --bind-dn DN --secret-file FILE");
	}
	return nk_done();
}

static NK_RESULT test_json(struct nk_cli *cli, const struct nk_target_test_reply *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "target-test");
	nk_cli_json_str(&j, "vendor", r->vendor);
	nk_cli_json_str(&j, "version", r->version);
	nk_cli_json_bool(&j, "bound", r->bound);
	nk_cli_json_bool(&j, "encrypted", r->encrypted);
	nk_cli_json_bool(&j, "transactions", r->transactions);
	nk_cli_json_bool(&j, "assertion", r->assertion);
	nk_cli_json_bool(&j, "password_modify", r->password_modify);
	nk_cli_json_number(&j, "entries", r->entries);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT test_show(struct nk_cli *cli, const struct nk_target_test_reply *r, struct nk_err *err)
{
	static const char *const titles[] = { "", "" };
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const struct {
		const char *label;
		bool yes;
	} facts[] = {
		{ NK_N("logged in"), r->bound },
		{ NK_N("connection encrypted"), r->encrypted },
		{ NK_N("transactions (RFC 5805)"), r->transactions },
		{ NK_N("assertions (RFC 4528)"), r->assertion },
		{ NK_N("setting passwords (RFC 3062)"), r->password_modify },
	};
	const struct nk_str server[] = { nk_str_c(nk_cli_tr(cli, NK_N("server"))),
		nk_cli_text(cli, "%.*s %.*s", NK_FMT(r->vendor), NK_FMT(r->version)) };
	const struct nk_str entries[] = { nk_str_c(nk_cli_tr(cli, NK_N("entries read"))),
		nk_cli_number(cli, r->entries) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_table_row(&table, server, err));
	for (size_t i = 0; i < NK_ARRAY_LEN(facts); i++) {
		const struct nk_str cells[] = { nk_str_c(nk_cli_tr(cli, facts[i].label)),
			nk_cli_word(cli, facts[i].yes ? NK_STR("yes") : NK_STR("no")) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	NK_TRY(nk_table_row(&table, entries, err));
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT test(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_target_test_reply reply;

	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_target_test(cli->flow, nk_args_operand(&cli->args, 0), cli->arena, &reply, err));
	return cli->json ? test_json(cli, &reply, err) : test_show(cli, &reply, err);
}

static const struct nk_cmd_sub subs[] = {
	{ "add", 1, 1, add },
	{ "list", 0, 0, list },
	{ "test", 1, 1, test },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"target add --uri URI --base DN [--type ldap] [--bind-dn DN] [--secret-file FILE] [--ca-file FILE] "
	"[--starttls] [--allow-plain] "
	"[--profile school|university] [--files DIR] [--rewrite PROGRAM] NAME",
	"target list",
	"target test NAME",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "uri", 0, "URI", NK_N("ldaps://HOST, ldap://HOST or ldapi://%2Fpath"), "add" },
	{ "base", 0, "DN", NK_N("suffix of the directory, such as dc=hoshimi,dc=example,dc=jp"), "add" },
	{ "type", 0, "ldap", NK_N("type of the system (default: ldap)"), "add" },
	{ "bind-dn", 0, "DN", NK_N("whom to log in as"), "add" },
	{ "secret-file", 0, "FILE",
		NK_N("file with the password, - for standard input (default: asked on the terminal)"), "add" },
	{ "ca-file", 0, "FILE", NK_N("certificates that sign the server's"), "add" },
	{ "starttls", 0, NULL, NK_N("encrypt an ldap:// connection with StartTLS"), "add" },
	{ "allow-plain", 0, NULL, NK_N("log in without encryption, on this machine only"), "add" },
	{ "profile", 0, "school|university", NK_N("which attributes accounts get (default: school)"), "add" },
	{ "files", 0, "DIR", NK_N("folder of the server's own files, to be searched for remains"), "add" },
	{ "rewrite", 0, "PROGRAM", NK_N("program that rewrites those files after an erasure"), "add" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_target = {
	.name = "target",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("connect, list and test systems"),
	.options = options,
	.subs = subs,
};
