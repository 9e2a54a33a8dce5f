/*
 * cmd_backup.c: nokosazu backup: an installation in two sealed parts, the list of them, their end.
 */
#include "base.h"

#include "flow_backup.h"
#include "unlock.h"

static size_t words(const struct nk_cli *cli, const char *option, struct nk_str out[static NK_BACKUP_RECIPIENTS])
{
	const char *given[NK_BACKUP_RECIPIENTS];
	const size_t n = nk_args_all(&cli->args, option, given, NK_BACKUP_RECIPIENTS);

	for (size_t i = 0; i < n && i < NK_BACKUP_RECIPIENTS; i++) {
		out[i] = nk_str_c(given[i]);
	}
	return n < NK_BACKUP_RECIPIENTS ? n : (size_t)NK_BACKUP_RECIPIENTS;
}

static void part_json(struct nk_json *j, const char *key, const struct nk_backup_part *p)
{
	if (nk_uuid_is_nil(p->holding)) {
		return;
	}
	nk_json_key(j, key);
	nk_json_open(j, '{');
	nk_cli_json_id(j, "holding", p->holding);
	nk_cli_json_str(j, "path", p->path);
	nk_json_key(j, "sha256");
	nk_json_hex(j, nk_bytes_of(p->sha256.b, sizeof(p->sha256.b)));
	nk_cli_json_number(j, "bytes", p->bytes);
	nk_json_close(j, '}');
}

static NK_RESULT show_made(struct nk_cli *cli, const struct nk_backup_made *m, struct nk_err *err)
{
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, "backup");
		part_json(&j, "data", &m->data);
		part_json(&j, "keys", &m->keys);
		nk_cli_json_number(&j, "persons", m->persons);
		nk_cli_json_number(&j, "entries", m->entries);
		nk_cli_json_number(&j, "epoch", m->epoch);
		nk_cli_json_bool(&j, "epoch_inside", m->epoch_inside);
		nk_cli_json_bool(&j, "recipient_alone", m->recipient_alone);
		nk_cli_json_bool(&j, "one_device", m->one_device);
		nk_cli_json_time(&j, "destroy_by", m->expires_at);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli, NK_N("data part: %s"), m->data.path.ptr);
	nk_out_c(&cli->out, "\n");
	if (!nk_uuid_is_nil(m->keys.holding)) {
		nk_cli_print(cli, NK_N("keys part: %s"), m->keys.path.ptr);
		nk_out_c(&cli->out, "\n");
	}
	nk_cli_print(cli, NK_N("%1$llu persons, %2$llu entries of the ledger; to be destroyed by %3$s"), (unsigned long long)m->persons,
		(unsigned long long)m->entries, nk_cli_day(cli, m->expires_at).ptr);
	nk_out_c(&cli->out, "\n");
	if (m->epoch_inside) {
		nk_cli_say(cli, NK_N("The keys part opens everybody in it, with a data part and the unlock secret, until it is destroyed: keep it apart, and destroy the older ones after an erasure."));
	}
	if (m->recipient_alone) {
		nk_cli_say(cli, NK_N("A recipient was enrolled before the first officer, by the operator alone: the statement of this backup says so."));
	}
	if (m->one_device) {
		nk_cli_say(cli, NK_N("Data and keys lie on one device: the statement of this backup says so."));
	}
	return nk_done();
}

/* What the command line leaves out, the configuration says. */
static NK_RESULT make(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_str to[NK_BACKUP_RECIPIENTS];
	struct nk_str keys_to[NK_BACKUP_RECIPIENTS];
	struct nk_backup_request req = { .to = nk_args_get(&cli->args, "to"),
		.keys_to = nk_args_get(&cli->args, "keys-to"),
		.recipients = to,
		.keys_recipients = keys_to,
		.same_device = nk_args_has(&cli->args, "same-device"),
		.without_epoch = nk_args_has(&cli->args, "without-epoch") };
	struct nk_backup_made made;
	uint64_t days = 0;

	req.n_recipients = words(cli, "for", to);
	req.n_keys_recipients = words(cli, "keys-for", keys_to);
	NK_TRY(nk_args_number(&cli->args, "days", 1, 3660, &days, err));
	req.days = nk_u32(days);
	if (nk_args_has(&cli->args, "warrant") && !nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &req.warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("--warrant wants an id, as \"nokosazu warrant list\" shows it"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_backup(cli->flow, &req, cli->arena, &made, err));
	nk_progress_clear(&cli->progress);
	return show_made(cli, &made, err);
}

static NK_RESULT list_json(struct nk_cli *cli, const struct nk_backup_row *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "backup-part");
	nk_cli_json_id(&j, "holding", r->holding);
	nk_cli_json_id(&j, "pair", r->pair);
	nk_cli_json_str(&j, "part", r->keys ? NK_STR("keys") : NK_STR("data"));
	nk_cli_json_str(&j, "place", r->place);
	nk_cli_json_time(&j, "made_at", r->made_at);
	nk_cli_json_time(&j, "destroy_by", r->expires_at);
	nk_cli_json_time(&j, "closed_at", r->closed_at);
	nk_cli_json_str(&j, "gone", nk_str_c(r->gone));
	nk_cli_json_number(&j, "epoch", r->epoch);
	nk_cli_json_bool(&j, "epoch_inside", r->epoch_inside);
	nk_cli_json_number(&j, "entries", r->entries);
	nk_cli_json_number(&j, "persons", r->persons);
	nk_cli_json_number(&j, "erased_still_open", r->erased);
	nk_cli_json_bool(&j, "finished", r->whole);
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	static const char *const titles[] = { NK_N("Part"), NK_N("Made"), NK_N("Destroy by"), NK_N("Persons"), NK_N("State"), NK_N("Id") };
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	struct nk_backup_row *rows = NULL;
	const char *head[NK_ARRAY_LEN(titles)];
	size_t n = 0;

	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_backup_list(cli->flow, cli->arena, &rows, &n, err));
	nk_progress_clear(&cli->progress);
	for (size_t i = 0; i < NK_ARRAY_LEN(titles); i++) {
		head[i] = nk_cli_tr(cli, titles[i]);
	}
	nk_table_init(&table, cli->arena, head, NK_ARRAY_LEN(head));
	for (size_t i = 0; i < n; i++) {
		const struct nk_backup_row *const r = &rows[i];
		const struct nk_str cells[] = { nk_cli_word(cli, r->keys ? NK_STR("keys") : NK_STR("data")),
			nk_cli_when(cli, r->made_at), nk_cli_day(cli, r->expires_at), nk_cli_number(cli, r->persons),
			nk_str_c(nk_cli_tr(cli, r->whole ? r->gone : NK_N("never finished"))), nk_cli_id(cli, r->holding) };

		if (cli->json) {
			NK_TRY(list_json(cli, r, err));
		} else {
			NK_TRY(nk_table_row(&table, cells, err));
		}
	}
	if (!cli->json) {
		nk_table_print(&table, 0, &cli->out);
	}
	return nk_done();
}

static NK_RESULT destroy(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	struct nk_backup_destroy_request req = { .seed = &seed, .lost = nk_args_has(&cli->args, "lost") };
	struct nk_backup_destroyed done;
	struct nk_json j;

	NK_TRY(nk_cli_operand_id(cli, 0, &req.holding, err));
	NK_TRY(nk_args_need(&cli->args, "key", err));
	NK_TRY(nk_unlock_seed(cli, nk_args_get(&cli->args, "key"), &seed, err));
	NK_TRY(nk_cli_confirm(cli, NK_N("This part of a backup is overwritten and removed. Go on?"), err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_backup_destroy(cli->flow, &req, cli->arena, &done, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "backup-destroyed");
		nk_cli_json_id(&j, "holding", req.holding);
		nk_cli_json_bool(&j, "verified", done.verified);
		nk_cli_json_number(&j, "bytes", done.bytes);
		nk_cli_json_id(&j, "evidence", done.evidence);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_say(cli,
		done.verified ? NK_N("The part is gone; the statement of it is on the books.")
			      : NK_N("The part is off the books as not verified: where it went nobody knows."));
	return nk_done();
}

static const struct nk_cmd_sub subs[] = {
	{ "make", 0, 0, make },
	{ "list", 0, 0, list },
	{ "destroy", 1, 1, destroy },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"backup make [--to DIR] [--keys-to DIR] [--for AGE-KEY ...] [--keys-for AGE-KEY ...] [--days N] [--same-device] "
	"[--without-epoch] [--warrant ID]",
	"backup list",
	"backup destroy ID --key FILE [--lost]",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "to", 0, "DIR", NK_N("folder for the data part; outside the installation"), "make" },
	{ "keys-to", 0, "DIR", NK_N("folder for the keys part, on another device; without it only the data are backed up"), "make" },
	{ "for", 0, "AGE-KEY", NK_N("age key of an enrolled party who can open it; once for each"), "make" },
	{ "keys-for", 0, "AGE-KEY", NK_N("the same for the keys part (default: --for)"), "make" },
	{ "days", 0, "N", NK_N("days after which it is to be destroyed"), "make" },
	{ "same-device", 0, NULL, NK_N("data and keys may lie on one device; the statement says so"), "make" },
	{ "without-epoch", 0, NULL, NK_N("the epoch secret stays at home: the keys part opens nothing without it"), "make" },
	{ "warrant", 0, "ID", NK_N("the warrant under which it leaves"), "make" },
	{ "key", 0, "FILE", NK_N("signing key of a second party, who looks on"), "destroy" },
	{ "lost", 0, NULL, NK_N("it is not at its place: off the books, not verified"), "destroy" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_backup = {
	.name = "backup",
	.job = NK_CMD_HOUSE,
	.usage = usage,
	.summary = NK_N("backups: data and keys apart, each sealed, each with an end"),
	.options = options,
	.subs = subs,
	.first_is_default = true,
};
