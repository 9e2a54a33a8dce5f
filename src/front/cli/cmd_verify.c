/*
 * cmd_verify.c: nokosazu verify: checks a certificate, or any other signed statement, with public keys alone. Needs no
 * installation and no secret.
 *
 * The keys are never taken from beside the statement: whoever forged one would have put his own there.
 */
#include "base.h"

#include "cli.h"
#include "flow_duty.h"
#include "verify_site.h"

enum { ENVELOPE_MAX = 16 << 20, PROOF_MAX = 16 << 20, KEY_MAX = 65536, KEYS_MAX = 64 };

struct papers {
	struct nk_buf envelope, proof, pem, vkey;
	bool has_proof, has_vkey;
	struct nk_verify_key keys[KEYS_MAX]; /* the certificate key first */
	size_t n_keys;
};

static void papers_done(struct papers *p)
{
	nk_buf_done(&p->envelope);
	nk_buf_done(&p->proof);
	nk_buf_done(&p->pem);
	nk_buf_done(&p->vkey);
}

/* A file that was named must be there; one that stands at its usual place may be missing. */
static NK_RESULT read_named(struct nk_cli *cli, const char *named, struct nk_str usual, struct nk_buf *out,
	bool *out_there, struct nk_err *err)
{
	struct nk_err why;
	nk_rc rc = nk_done();

	*out_there = true;
	if (named != NULL) {
		return nk_cli_read(cli, named, out, err);
	}
	rc = nk_cli_read(cli, usual.ptr, out, &why);
	if (rc.code == NK_NOT_FOUND) {
		*out_there = false;
		return nk_done();
	}
	if (!nk_ok(rc)) {
		*err = why;
	}
	return rc;
}

/* a.dsse.json → a.tlog-proof */
static struct nk_str proof_place(struct nk_cli *cli, struct nk_str envelope)
{
	static const char ending[] = ".dsse.json";
	const size_t cut = nk_str_ends(envelope, NK_STR(".dsse.json")) ? sizeof(ending) - 1 : 0;

	return nk_cli_text(cli, "%.*s.tlog-proof", NK_FMT(nk_str_sub(envelope, 0, envelope.len - cut)));
}

struct listing {
	struct nk_cli *cli;
	struct papers *papers;
	const char *dir;
};

/* Keys of others: every other .pem and .pub of the folder. */
static NK_RESULT take_key(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	const struct listing *const l = arg;
	struct papers *const p = l->papers;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	if (is_dir || nk_str_eq(name, NK_STR("certificate.pem")) ||
		(!nk_str_ends(name, NK_STR(".pem")) && !nk_str_ends(name, NK_STR(".pub")))) {
		return nk_done();
	}
	if (p->n_keys == KEYS_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("more than %d keys in one folder"), (int)KEYS_MAX);
	}
	nk_buf_init(&text, KEY_MAX);
	NK_TRY(nk_cli_read(l->cli, nk_cli_text(l->cli, "%s/%.*s", l->dir, NK_FMT(name)).ptr, &text, err));
	NK_TRY(nk_arena_dup(l->cli->arena, name, &p->keys[p->n_keys].name, err));
	NK_TRY(nk_arena_dup(l->cli->arena, nk_buf_str(&text), &p->keys[p->n_keys].text, err));
	p->n_keys++;
	return nk_done();
}

static NK_RESULT read_keys(struct nk_cli *cli, const char *dir, struct papers *p, struct nk_err *err)
{
	struct listing l = { .cli = cli, .papers = p, .dir = dir };

	p->keys[0] = (struct nk_verify_key){ NK_STR("certificate.pem"), nk_buf_str(&p->pem) };
	p->n_keys = 1;
	return nk_args_has(&cli->args, "keys") ? cli->env->list(cli->env->self, dir, take_key, &l, err) : nk_done();
}

static NK_RESULT read_papers(struct nk_cli *cli, struct papers *p, struct nk_err *err)
{
	const struct nk_args *const args = &cli->args;
	const struct nk_str file = nk_args_operand(args, 0);
	const char *const keys =
		nk_args_has(args, "keys") ? nk_args_get(args, "keys") : nk_cli_text(cli, "%s/public", cli->home).ptr;
	bool has_pem = false;

	nk_buf_init(&p->envelope, ENVELOPE_MAX);
	nk_buf_init(&p->proof, PROOF_MAX);
	nk_buf_init(&p->pem, KEY_MAX);
	nk_buf_init(&p->vkey, KEY_MAX);
	NK_TRY(read_named(cli, nk_args_get(args, "cert-key"), nk_cli_text(cli, "%s/certificate.pem", keys), &p->pem,
		&has_pem, err));
	if (!has_pem) {
		return nk_fail(err, NK_USAGE,
			NK_N("the public key of certificates is needed: --keys DIR, a folder with "
			     "certificate.pem and ledger.vkey that you "
			     "got from the issuer, or --cert-key FILE"));
	}
	NK_TRY(read_keys(cli, keys, p, err));
	NK_TRY(read_named(cli, nk_args_get(args, "ledger-key"), nk_cli_text(cli, "%s/ledger.vkey", keys), &p->vkey,
		&p->has_vkey, err));
	NK_TRY(nk_cli_read(cli, file.ptr, &p->envelope, err));
	return read_named(cli, nk_args_get(args, "proof"), proof_place(cli, file), &p->proof, &p->has_proof, err);
}

static NK_RESULT show_json(struct nk_cli *cli, const struct nk_verify_any_reply *any, struct nk_err *err)
{
	const struct nk_verify_reply *const r = &any->checks;
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "verify");
	nk_cli_json_bool(&j, "good", r->good);
	nk_cli_json_str(&j, "level", nk_str_c(r->level));
	nk_cli_json_str(&j, "predicate", any->predicate);
	nk_cli_json_str(&j, "signed_by", any->signed_by);
	nk_cli_json_str(&j, "subjects", any->subjects);
	nk_cli_json_str(&j, "body", any->body);
	nk_json_key(&j, "checks");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < r->n; i++) {
		nk_json_open(&j, '{');
		nk_cli_json_str(&j, "result", nk_str_c(r->lines[i].result));
		nk_cli_json_str(&j, "what", nk_str_c(nk_cli_tr(cli, r->lines[i].what)));
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	return nk_cli_json_end(cli, &j, err);
}

static void line(struct nk_cli *cli, const struct nk_verify_line *l)
{
	const bool good = strcmp(l->result, "ok") == 0;
	const bool bad = strcmp(l->result, "failed") == 0;

	nk_out_colour(&cli->out, good ? NK_COLOUR_GREEN : bad ? NK_COLOUR_RED : NK_COLOUR_YELLOW);
	nk_out_c(&cli->out, good ? "  ok    " : bad ? "  FAIL  " : "  -     ");
	nk_out_colour(&cli->out, NK_COLOUR_NONE);
	nk_out_c(&cli->out, nk_cli_tr(cli, l->what));
	nk_out_c(&cli->out, "\n");
}

static void show_statement(struct nk_cli *cli, const struct nk_verify_any_reply *any)
{
	if (!any->checks.good) {
		nk_cli_print(cli, NK_N("This statement is NOT good: do not rely on it.\n"));
		return;
	}
	nk_cli_print(cli, NK_N("The statement is good. Signed by: %s\n"), nk_short(any->signed_by).text);
	nk_out_lines(&cli->out, any->predicate);
	nk_out_c(&cli->out, "\n");
	nk_out_lines(&cli->out, any->subjects);
	nk_out_lines(&cli->out, any->body);
	nk_out_c(&cli->out, "\n");
}

static void show(struct nk_cli *cli, const struct nk_verify_any_reply *any)
{
	const struct nk_verify_reply *const r = &any->checks;
	bool open = false;

	nk_cli_print(cli, NK_N("Checked\n"));
	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->lines[i].result, "not checked") == 0) {
			open = true;
		} else {
			line(cli, &r->lines[i]);
		}
	}
	if (open) {
		nk_cli_print(cli, NK_N("\nNot checked\n"));
	}
	for (size_t i = 0; open && i < r->n; i++) {
		if (strcmp(r->lines[i].result, "not checked") == 0) {
			line(cli, &r->lines[i]);
		}
	}
	nk_out_c(&cli->out, "\n");
	if (!any->certificate) {
		show_statement(cli, any);
		return;
	}
	if (!r->good) {
		nk_cli_print(cli, NK_N("This certificate is NOT good: do not rely on it.\n"));
		return;
	}
	nk_cli_print(cli, NK_N("The certificate is good, level %s. What it says:\n\n"), r->level);
	nk_out_lines(&cli->out, r->text[cli->lang]);
}

static NK_RESULT verify_run(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(papers_done) struct papers p = { 0 };
	struct nk_verify_any_reply reply;
	struct nk_verify_request req;

	memset(&p, 0, sizeof(p));
	NK_TRY(read_papers(cli, &p, err));
	req = (struct nk_verify_request){ .envelope = nk_buf_bytes(&p.envelope),
		.proof = nk_buf_bytes(&p.proof),
		.keys = p.keys,
		.n_keys = p.n_keys,
		.ledger_vkey = nk_str_trim(nk_buf_str(&p.vkey)) };
	NK_TRY(nk_op_verify_any(&req, cli->arena, &reply, err));
	cli->status = reply.checks.good ? 0 : 1;
	if (cli->json) {
		return show_json(cli, &reply, err);
	}
	show(cli, &reply);
	if (!p.has_proof) {
		nk_cli_say(cli, NK_N("No proof of the ledger beside it: --proof FILE."));
	}
	if (!p.has_vkey) {
		nk_cli_say(cli, NK_N("No public key of the ledger: --ledger-key FILE."));
	}
	return nk_done();
}

static const char *const usage[] = { "verify [--keys DIR] [--cert-key PEM] [--ledger-key VKEY] [--proof FILE] FILE",
	"verify site --out FILE --key FILE [--root DIR]", NULL };

static const struct nk_cmd_sub subs[] = {
	{ "site", 0, 0, nk_verify_site_run },
	{ NULL, 0, 0, NULL },
};

static const struct nk_cmd_option options[] = {
	{ "keys", 0, "DIR",
		NK_N("folder with certificate.pem, ledger.vkey and keys of others as .pem or .pub (default: public/ of the installation)"), "-" },
	{ "cert-key", 0, "PEM", NK_N("public key of certificates, as a file"), "-" },
	{ "ledger-key", 0, "VKEY", NK_N("public key of the ledger, as a file"), "-" },
	{ "proof", 0, "FILE", NK_N("proof that the ledger has it (default: the .tlog-proof beside the certificate)"),
		"-" },
	{ "out", 0, "FILE", NK_N("a new file for the signed summary"), "site" },
	{ "key", 0, "FILE", NK_N("key file of the verifier, as party key makes it"), "site" },
	{ "root", 0, "DIR", NK_N("where the package is installed, when not on this system: looked through beside all places of the sweep"), "site" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_verify = {
	.name = "verify",
	.job = NK_CMD_PROOF,
	.usage = usage,
	.summary = NK_N("check a certificate or another signed statement with public keys alone"),
	.options = options,
	.subs = subs,
	.min = 1,
	.max = 1,
	.run = verify_run,
};
