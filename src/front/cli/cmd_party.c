/*
 * cmd_party.c: nokosazu party: who may approve, and their signing keys.
 */
#include "base.h"

#include "unlock.h"

enum { HEX = 2 * NK_KEY_LEN + 1 };

static NK_RESULT keys_of(struct nk_cli *cli, struct nk_party_request *req, struct nk_buf *ssh, struct nk_err *err)
{
	if (nk_args_has(&cli->args, "public-key") &&
		!nk_hex_parse(nk_args_str(&cli->args, "public-key"), req->public_key, sizeof(req->public_key))) {
		return nk_fail(err, NK_USAGE,
			NK_N("a public key is 64 hexadecimal characters, as \"nokosazu party key\" prints it"));
	}
	if (nk_args_has(&cli->args, "ssh-key")) {
		NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "ssh-key"), ssh, err));
		if (!nk_utf8_valid(nk_buf_bytes(ssh), NULL)) {
			return nk_fail(err, NK_INVALID, NK_N("%s is no OpenSSH public key"),
				nk_args_get(&cli->args, "ssh-key"));
		}
		req->ssh_key = nk_str_trim(nk_buf_str(ssh));
	}
	if (nk_args_has(&cli->args, "deputy") && !nk_uuid_parse(nk_args_str(&cli->args, "deputy"), &req->deputy)) {
		return nk_fail(err, NK_USAGE, NK_N("--deputy wants an id, as \"nokosazu party list\" shows it"));
	}
	return nk_done();
}

/* Done, or an officer signs first. */
static NK_RESULT told(struct nk_cli *cli, const struct nk_party_reply *r, const char *type, const char *done, struct nk_err *err)
{
	struct nk_json j;

	cli->status = r->waits ? nk_err_exit(NK_GUARD) : cli->status;
	if (cli->json) {
		nk_cli_json_begin(cli, &j, type);
		nk_cli_json_id(&j, "id", r->id);
		nk_cli_json_id(&j, "warrant", r->warrant);
		nk_cli_json_bool(&j, "waits", r->waits);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, r->waits ? r->warrant : r->id));
	nk_out_c(&cli->out, "\n");
	if (!r->waits) {
		return nk_cli_done(cli, type, done, err);
	}
	nk_cli_say(cli, NK_N("Nothing is changed yet: who judges others comes and goes under an officer's signature. He looks and signs:"));
	nk_cli_hint(cli, "warrant show %.*s", NK_FMT(nk_cli_id(cli, r->warrant)));
	nk_cli_hint(cli, "warrant sign --role officer --key FILE %.*s", NK_FMT(nk_cli_id(cli, r->warrant)));
	nk_cli_say(cli, NK_N("Then give the same command again."));
	return nk_done();
}

static NK_RESULT add(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf ssh = { 0 };
	struct nk_party_request req = { .name = nk_args_str(&cli->args, "name"),
		.roles = nk_args_has(&cli->args, "role") ? nk_args_str(&cli->args, "role") : NK_STR("officer"),
		.kind = nk_args_str(&cli->args, "kind"),
		.unit = nk_args_str(&cli->args, "unit"),
		.organisation = nk_args_str(&cli->args, "organisation"),
		.recipient = nk_args_str(&cli->args, "recipient"),
		.contact = nk_args_str(&cli->args, "contact") };
	struct nk_party_reply reply;

	nk_buf_init(&ssh, 4096);
	NK_TRY(nk_args_need(&cli->args, "name", err));
	NK_TRY(keys_of(cli, &req, &ssh, err));
	if (req.kind.len == 0 && !nk_args_has(&cli->args, "ssh-key")) {
		NK_TRY(nk_args_need(&cli->args, "public-key", err));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_party_add(cli->flow, &req, &reply, err));
	return told(cli, &reply, "party", NK_N("Enrolled."), err);
}

static NK_RESULT row_json(struct nk_cli *cli, const struct nk_party_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "party");
	nk_cli_json_id(&j, "id", r->id);
	nk_cli_json_str(&j, "name", r->name);
	nk_cli_json_str(&j, "roles", r->roles);
	nk_cli_json_str(&j, "called", r->called);
	nk_cli_json_str(&j, "kind", r->kind);
	nk_cli_json_str(&j, "unit", r->unit);
	nk_cli_json_str(&j, "organisation", r->organisation);
	nk_cli_json_str(&j, "ssh_key", r->ssh_key);
	nk_cli_json_str(&j, "recipient", r->recipient);
	nk_cli_json_str(&j, "contact", r->contact);
	nk_cli_json_id(&j, "deputy", r->deputy);
	nk_cli_json_bool(&j, "has_key", r->has_key);
	nk_cli_json_bool(&j, "ended", r->ended);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Full name")), nk_cli_tr(cli, NK_N("Roles")),
		nk_cli_tr(cli, NK_N("Called")), nk_cli_tr(cli, NK_N("Works in")),
		nk_cli_tr(cli, NK_N("Signing key")), nk_cli_tr(cli, NK_N("State")), nk_cli_tr(cli, NK_N("Id")) };
	struct nk_party_row *rows = NULL;
	size_t n = 0;

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_party_list(cli->flow, cli->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_str cells[] = { rows[i].name, rows[i].roles, rows[i].called, rows[i].unit,
			nk_cli_word(cli, rows[i].has_key ? NK_STR("yes") : NK_STR("no")),
			nk_cli_word(cli, rows[i].ended ? NK_STR("ended") : NK_STR("enrolled")),
			nk_cli_id(cli, rows[i].id) };

		NK_TRY(cli->json ? row_json(cli, &rows[i], err) : nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT end(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_party_reply reply;
	struct nk_uuid id;

	NK_TRY(nk_cli_operand_id(cli, 0, &id, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_party_end(cli->flow, id, &reply, err));
	return told(cli, &reply, "party-end", NK_N("Ended: from now on this party signs and does nothing."), err);
}

static NK_RESULT write_seed(struct nk_cli *cli, const struct nk_key *seed, struct nk_err *err)
{
	char hex[HEX + 1];
	nk_rc rc = nk_done();

	nk_hex_print(seed->b, sizeof(seed->b), hex);
	hex[HEX - 1] = '\n';
	rc = nk_env_write_new(cli->env, cli->args.operands[0], nk_bytes_of(hex, HEX), err);
	nk_wipe(hex, sizeof(hex));
	return rc;
}

static NK_RESULT key(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	uint8_t public_key[NK_SIGN_PUB_LEN];
	char hex[HEX];
	struct nk_json j;

	NK_TRY(nk_op_party_key(cli->env, &seed, public_key, err));
	NK_TRY(write_seed(cli, &seed, err));
	nk_hex_print(public_key, sizeof(public_key), hex);
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "party-key");
		nk_cli_json_str(&j, "public_key", nk_str_c(hex));
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_c(&cli->out, hex);
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli,
		NK_N("The file is this person's own key: whoever has it can approve. The public key above is for:"));
	nk_cli_hint(cli, "party add --name NAME --role officer --public-key %s", hex);
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "add", 0, 0, add },
	{ "list", 0, 0, list },
	{ "key", 1, 1, key },
	{ "end", 1, 1, end },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"party add --name NAME --public-key HEX [--role ROLES] [--unit UNIT] [--organisation WORD]",
	"party add --name NAME --ssh-key FILE [--role ROLES]",
	"party add --name NAME --kind KIND [--role ROLES] [--recipient age1…] [--contact ADDRESS] [--deputy ID]",
	"party end ID",
	"party list",
	"party key FILE",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "name", 0, "NAME", NK_N("who it is; kept encrypted"), "add" },
	{ "public-key", 0, "HEX", NK_N("the public half of the person's signing key"), "add" },
	{ "ssh-key", 0, "FILE", NK_N("the public half of an SSH or FIDO key (Ed25519), which signs as well"), "add" },
	{ "role", 0, "ROLE", NK_N("what the person may do (default: officer, who approves)"), "add" },
	{ "kind", 0, "KIND", NK_N("officer, person, unit, organisation, program, site or anyone"), "add" },
	{ "unit", 0, "UNIT", NK_N("the unit it belongs to, such as development or build"), "add" },
	{ "organisation", 0, "WORD", NK_N("the organisation it belongs to, such as maker or verifier"), "add" },
	{ "recipient", 0, "age1…", NK_N("the key to which bundles for it are sealed"), "add" },
	{ "contact", 0, "ADDRESS", NK_N("where notices go; kept encrypted"), "add" },
	{ "deputy", 0, "ID", NK_N("who is called when it does not answer"), "add" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_party = {
	.name = "party",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("enrol who may approve, and make their keys"),
	.options = options,
	.subs = subs,
};
