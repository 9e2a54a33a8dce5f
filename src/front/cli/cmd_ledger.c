/*
 * cmd_ledger.c: nokosazu ledger: replay the whole ledger with the public key alone, or prove one entry.
 */
#include "base.h"

#include "unlock.h"

enum { VKEY_MAX = 4096, CHECKPOINT_MAX = 1 << 20, PROOF_MAX = 1 << 20, ENTRY_MAX = 16 << 20 };

static NK_RESULT read_vkey(struct nk_cli *cli, struct nk_buf *out, struct nk_err *err)
{
	const char *path = nk_args_get(&cli->args, "ledger-key");

	if (path == NULL) {
		path = nk_cli_text(cli, "%s/public/ledger.vkey", cli->home).ptr;
	}
	return nk_cli_read(cli, path, out, err);
}

static NK_RESULT verify(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf older = { 0 };
	const char *const older_path = nk_args_get(&cli->args, "older");
	struct nk_ledger_reply reply;
	struct nk_json j;

	nk_buf_init(&vkey, VKEY_MAX);
	nk_buf_init(&older, CHECKPOINT_MAX);
	NK_TRY(read_vkey(cli, &vkey, err));
	if (older_path != NULL) {
		NK_TRY(nk_cli_read(cli, older_path, &older, err));
	}
	NK_TRY(nk_op_ledger_verify(
		cli->env, cli->home, nk_str_trim(nk_buf_str(&vkey)), nk_buf_bytes(&older), &reply, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "ledger-verify");
		nk_cli_json_bool(&j, "good", true);
		nk_cli_json_number(&j, "entries", reply.entries);
		nk_cli_json_str(&j, "root", nk_str_c(reply.root));
		nk_cli_json_bool(&j, "older_checked", reply.older_checked);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli, NK_N("The ledger is right: %1$llu entries, root %2$s.\n"),
		(unsigned long long)reply.entries, reply.root);
	nk_cli_print(cli,
		reply.older_checked
			? NK_N("The older checkpoint is a part of it: nothing was taken back since then.\n")
			: NK_N("Not checked: whether it continues a checkpoint that you kept (--older FILE).\n"));
	return nk_done();
}

static NK_RESULT proof(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };
	uint64_t number = 0;
	struct nk_json j;

	nk_buf_init(&text, PROOF_MAX);
	nk_buf_init(&entry, ENTRY_MAX);
	if (!nk_parse_u64(nk_args_operand(&cli->args, 0), 0, INT64_MAX, &number)) {
		return nk_fail(err, NK_USAGE, NK_N("the number of an entry is wanted; the first one is 0"));
	}
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_ledger_proof(cli->flow, number, &text, &entry, err));
	if (!cli->json) {
		nk_out_bytes(&cli->out, nk_buf_bytes(nk_args_has(&cli->args, "entry") ? &entry : &text));
		return nk_done();
	}
	nk_cli_json_begin(cli, &j, "ledger-proof");
	nk_cli_json_number(&j, "number", number);
	nk_json_key(&j, "entry");
	nk_json_base64(&j, nk_buf_bytes(&entry));
	nk_cli_json_str(&j, "proof", nk_buf_str(&text));
	return nk_cli_json_end(cli, &j, err);
}

static const struct nk_cmd_sub subs[] = {
	{ "verify", 0, 0, verify },
	{ "proof", 1, 1, proof },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = { "ledger verify [--ledger-key FILE] [--older FILE]",
	"ledger proof [--entry] NUMBER", NULL };

static const struct nk_cmd_option options[] = {
	{ "ledger-key", 0, "FILE", NK_N("the ledger's public key (default: public/ledger.vkey of the installation)"),
		"verify" },
	{ "older", 0, "FILE", NK_N("a checkpoint that you kept: does the ledger continue it"), "verify" },
	{ "entry", 0, NULL, NK_N("print the bytes of the entry instead of its proof"), "proof" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_ledger = {
	.name = "ledger",
	.job = NK_CMD_PROOF,
	.usage = usage,
	.summary = NK_N("check the whole ledger, or prove one entry of it"),
	.options = options,
	.subs = subs,
};
