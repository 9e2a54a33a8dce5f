/*
 * cmd_restore.c: nokosazu restore: look at a backup, bring an installation back, try whether that works.
 */
#include "base.h"

#include "flow_backup.h"
#include "os.h"
#include "sheets.h"
#include "unlock.h"

enum { IDENTITY_MAX = 16384, NOTE_MAX = 1 << 16, SECRET_MAX = 4096 };

struct texts {
	struct nk_buf identities, witness, certificate, secret;
	struct nk_str sheets[NK_SHEETS_MAX];
};

static void texts_done(struct texts *t)
{
	nk_buf_done(&t->identities);
	nk_buf_done(&t->witness);
	nk_buf_done(&t->certificate);
	nk_buf_done(&t->secret);
}

static NK_RESULT file_of(struct nk_cli *cli, const char *option, struct nk_buf *out, struct nk_err *err)
{
	return nk_args_has(&cli->args, option) ? nk_cli_read(cli, nk_args_get(&cli->args, option), out, err) : nk_done();
}

static NK_RESULT common(struct nk_cli *cli, struct texts *t, struct nk_restore_request *req, struct nk_err *err)
{
	nk_buf_init_wiping(&t->identities, IDENTITY_MAX);
	nk_buf_init(&t->witness, NOTE_MAX);
	nk_buf_init(&t->certificate, NOTE_MAX);
	nk_buf_init_wiping(&t->secret, SECRET_MAX);
	NK_TRY(file_of(cli, "identity", &t->identities, err));
	NK_TRY(file_of(cli, "witness", &t->witness, err));
	NK_TRY(file_of(cli, "certificate", &t->certificate, err));
	*req = (struct nk_restore_request){ .bundle = cli->args.operands[0],
		.keys = nk_args_get(&cli->args, "keys"),
		.identities = nk_buf_str(&t->identities),
		.witness = nk_buf_bytes(&t->witness),
		.certificate_pem = nk_buf_bytes(&t->certificate),
		.into = nk_args_get(&cli->args, "into"),
		.copy = nk_args_get(&cli->args, "copy"),
		.ledger = nk_args_get(&cli->args, "ledger"),
		.without_ledger = nk_args_str(&cli->args, "without-later-ledger"),
		.epoch_file = nk_args_get(&cli->args, "epoch-file"),
		.progress = nk_progress_tell,
		.progress_arg = &cli->progress };
	return nk_done();
}

/* --- --check --- */

static NK_RESULT check_json(struct nk_cli *cli, const struct nk_restore_checked *c, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "restore-check");
	nk_cli_json_bool(&j, "looked_inside", c->opened);
	nk_cli_json_bool(&j, "signature", c->signature);
	nk_cli_json_bool(&j, "keys_checked", c->keys_checked);
	nk_cli_json_bool(&j, "pair", c->pair);
	nk_cli_json_bool(&j, "witness", c->witness);
	nk_cli_json_bool(&j, "witness_knows_more", c->behind);
	nk_cli_json_bool(&j, "epoch_inside", c->epoch_inside);
	nk_cli_json_number(&j, "files", c->files);
	nk_cli_json_number(&j, "bytes", c->bytes);
	nk_cli_json_number(&j, "entries", c->entries);
	nk_cli_json_number(&j, "persons", c->persons);
	nk_cli_json_time(&j, "made_at", c->made_at);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT check(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(texts_done) struct texts t = { .secret = { 0 } };
	struct nk_restore_request req;
	struct nk_restore_checked c;

	NK_TRY(common(cli, &t, &req, err));
	NK_TRY(nk_op_restore_check(cli->env, &req, cli->arena, &c, err));
	if (!c.signature || c.behind) {
		cli->status = nk_err_exit(NK_INCOMPLETE);
	}
	if (cli->json) {
		return check_json(cli, &c, err);
	}
	nk_cli_say(cli,
		c.signature ? NK_N("The digests are those that were signed when it was made.")
			    : NK_N("No statement lies beside it: nobody can say that this is what was made."));
	if (c.opened) {
		nk_cli_say(cli,
			NK_N("Inside: %1$llu files, %2$llu entries of the ledger, %3$llu persons, made %4$s; "
			     "the store is sound, the ledger gives its checkpoint."),
			(unsigned long long)c.files, (unsigned long long)c.entries, (unsigned long long)c.persons,
			nk_cli_when(cli, c.made_at).ptr);
	} else {
		nk_cli_say(cli, NK_N("Looked at from outside only: --identity FILE looks inside."));
	}
	if (c.behind) {
		nk_cli_say(cli, NK_N("A checkpoint is known that is newer: bring the later ledger when you restore this."));
	}
	return nk_done();
}

/* --- bringing back --- */

static NK_RESULT secret_of(struct nk_cli *cli, struct texts *t, struct nk_restore_request *req, struct nk_err *err)
{
	const char *const file = nk_args_get(&cli->args, "key-file");
	const char *const variable = cli->start->variable("NOKOSAZU_KEY_FILE");
	const char *const key = file != NULL ? file : variable;

	if (nk_args_has(&cli->args, "sheets")) {
		req->escrow = t->sheets;
		return nk_sheets_read(cli, nk_args_get(&cli->args, "sheets"), t->sheets, &req->n_escrow, err);
	}
	req->secret_is_keyfile = key != NULL && key[0] != '\0';
	NK_TRY(req->secret_is_keyfile
			? nk_unlock_read_key(cli, key, &t->secret, err)
			: nk_os_ask_secret(nk_cli_tr(cli, NK_N("Passphrase of the installation that is restored: ")), &t->secret, err));
	req->secret = nk_buf_bytes(&t->secret);
	return nk_done();
}

static NK_RESULT restored_json(struct nk_cli *cli, const struct nk_restored *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "restore");
	nk_cli_json_id(&j, "backup", r->backup);
	nk_cli_json_number(&j, "persons", r->persons);
	nk_cli_json_number(&j, "erased_again", r->erased_again);
	nk_cli_json_number(&j, "without_key", r->without_key);
	nk_cli_json_number(&j, "entries", r->entries);
	nk_cli_json_number(&j, "later_entries", r->later);
	nk_cli_json_time(&j, "replayed_until", r->ledger_until);
	nk_cli_json_bool(&j, "limited", r->limited);
	nk_cli_json_number(&j, "epoch", r->epoch);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT show_restored(struct nk_cli *cli, const struct nk_restore_request *req, const struct nk_restored *r, struct nk_err *err)
{
	if (cli->json) {
		return restored_json(cli, r, err);
	}
	nk_cli_say(cli, NK_N("Restored to %1$s: %2$llu persons open."), req->into, (unsigned long long)r->persons);
	nk_cli_say(cli, NK_N("The ledger was replayed until %1$s (%2$llu later entries): %3$llu persons were erased again."),
		nk_cli_when(cli, r->ledger_until).ptr, (unsigned long long)r->later, (unsigned long long)r->erased_again);
	if (r->limited) {
		nk_cli_say(cli, NK_N("The later ledger was not there: every statement of this installation says so from now on."));
	}
	if (r->epoch == 0) {
		nk_cli_say(cli, NK_N("The epoch could not be turned: nokosazu vault rotate, when the sealer is there."));
	}
	nk_cli_say(cli, NK_N("Import the rosters of today and plan before anything is applied: what changed after the backup is not in it."));
	return nk_done();
}

static NK_RESULT restore(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(texts_done) struct texts t = { .secret = { 0 } };
	struct nk_restore_request req;
	struct nk_restored done;

	NK_TRY(nk_args_need(&cli->args, "keys", err));
	NK_TRY(nk_args_need(&cli->args, "identity", err));
	NK_TRY(nk_args_need(&cli->args, "into", err));
	NK_TRY(common(cli, &t, &req, err));
	NK_TRY(secret_of(cli, &t, &req, err));
	NK_TRY(nk_op_restore(cli->env, &req, cli->arena, &done, err));
	nk_progress_clear(&cli->progress);
	if (done.epoch == 0) { /* older copies of the vault open as before */
		cli->status = nk_err_exit(NK_PENDING);
	}
	return show_restored(cli, &req, &done, err);
}

/* --- --drill --- */

static NK_RESULT drill_json(struct nk_cli *cli, const struct nk_drill *d, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "restore-drill");
	nk_cli_json_bool(&j, "passed", d->passed);
	nk_cli_json_id(&j, "backup", d->restored.backup);
	nk_cli_json_number(&j, "survivors", d->survivors);
	nk_cli_json_number(&j, "opened", d->opened);
	nk_cli_json_number(&j, "joined_later", d->newer);
	nk_cli_json_number(&j, "returned", d->returned);
	nk_cli_json_number(&j, "erased_again", d->restored.erased_again);
	nk_cli_json_number(&j, "later_entries", d->restored.later);
	nk_cli_json_number(&j, "sample", d->sample);
	nk_cli_json_number(&j, "traces", d->traces);
	nk_cli_json_bool(&j, "control_found", d->control_found);
	nk_cli_json_id(&j, "evidence", d->evidence);
	nk_cli_json_time(&j, "next", d->next);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT drill(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(texts_done) struct texts t = { .secret = { 0 } };
	struct nk_restore_request req;
	struct nk_drill d;

	NK_TRY(nk_args_need(&cli->args, "keys", err));
	NK_TRY(nk_args_need(&cli->args, "identity", err));
	NK_TRY(common(cli, &t, &req, err));
	req.into = req.into != NULL ? req.into : "/tmp";
	NK_TRY(nk_unlock_secret(cli, &t.secret, &req.secret_is_keyfile, err));
	req.secret = nk_buf_bytes(&t.secret);
	NK_TRY(nk_unlock_open_with(cli, true, &req.secret, req.secret_is_keyfile, err));
	NK_TRY(nk_op_restore_drill(cli->flow, &req, cli->arena, &d, err));
	nk_progress_clear(&cli->progress);
	if (!d.passed) {
		cli->status = nk_err_exit(NK_PENDING);
	}
	if (cli->json) {
		return drill_json(cli, &d, err);
	}
	nk_cli_say(cli,
		NK_N("%1$llu of %2$llu persons who must open do; %3$llu were erased again, %4$llu came back; "
		     "%5$llu traces in clear, control found: %6$s."),
		(unsigned long long)d.opened, (unsigned long long)d.survivors, (unsigned long long)d.restored.erased_again,
		(unsigned long long)d.returned, (unsigned long long)d.traces,
		nk_cli_word(cli, d.control_found ? NK_STR("yes") : NK_STR("no")).ptr);
	nk_cli_say(cli,
		d.passed ? NK_N("The drill went well; it is in the ledger, and the scratch place is gone.")
			 : NK_N("The drill failed; that is in the ledger, and the scratch place is gone. Find out why before you need the backup."));
	return nk_done();
}

static NK_RESULT run(struct nk_cli *cli, struct nk_err *err)
{
	const bool only_check = nk_args_has(&cli->args, "check");
	const bool only_try = nk_args_has(&cli->args, "drill");

	if (only_check && only_try) {
		return nk_fail(err, NK_USAGE, NK_N("choose one: --check or --drill"));
	}
	return only_check ? check(cli, err) : only_try ? drill(cli, err) : restore(cli, err);
}

static const char *const usage[] = {
	"restore --check BUNDLE [--keys FILE] (--identity FILE | --certificate FILE) [--witness FILE]",
	"restore BUNDLE --keys FILE --identity FILE --into DIR [--copy DIR] (--ledger DIR | --without-later-ledger WHY) "
	"[--witness FILE] [--sheets FILE] [--epoch-file FILE]",
	"restore --drill BUNDLE --keys FILE --identity FILE [--into DIR]",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "check", 0, NULL, NK_N("verify everything, open no key, change nothing"), NULL },
	{ "drill", 0, NULL, NK_N("restore for a trial, compare, destroy, and write it down"), NULL },
	{ "keys", 0, "FILE", NK_N("the keys part: of the same time as the data part, or later"), NULL },
	{ "identity", 0, "FILE", NK_N("age identity of a recipient of both parts"), NULL },
	{ "certificate", 0, "FILE", NK_N("public key of the house, kept elsewhere: whose signature the parts must have"), NULL },
	{ "into", 0, "DIR", NK_N("the new installation; a drill: a folder for the scratch place (default: /tmp)"), NULL },
	{ "copy", 0, "DIR", NK_N("second place of the vault: an empty folder, better on another disk"), NULL },
	{ "ledger", 0, "DIR", NK_N("the ledger that went on after the backup: the old folder or any copy of it"), NULL },
	{ "without-later-ledger", 0, "WHY", NK_N("go on without it; every statement says why from then on"), NULL },
	{ "witness", 0, "FILE", NK_N("a checkpoint of the ledger that somebody kept"), NULL },
	{ "sheets", 0, "FILE", NK_N("recovery sheets in the place of a lost passphrase or key file"), NULL },
	{ "epoch-file", 0, "FILE", NK_N("the rescued epoch secret, for a keys part without it"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_restore = {
	.name = "restore",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("bring an installation back from a backup; check one; try it"),
	.options = options,
	.min = 1,
	.max = 1,
	.run = run,
};
