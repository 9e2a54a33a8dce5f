/*
 * cmd_sweep.c: nokosazu sweep: copies that nobody wrote down: found, removed, and checked by another party.
 */
#include "base.h"

#include "flow_sweep.h"
#include "unlock.h"

enum { KEY_FILE_MAX = 256, SHOWN_UNREAD = 20 };

static NK_RESULT read_seed(struct nk_cli *cli, const char *path, struct nk_key *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init_wiping(&text, KEY_FILE_MAX);
	NK_TRY(nk_unlock_read_key(cli, path, &text, err));
	return nk_hex_parse(nk_str_trim(nk_buf_str(&text)), out->b, sizeof(out->b))
		? nk_done()
		: nk_fail(err, NK_INVALID,
			  NK_N("%s is not a signing key: it should hold 64 hexadecimal characters, as \"nokosazu "
			       "party key\" makes it"),
			  path);
}

/* --- what was found --- */

static NK_RESULT places_json(struct nk_cli *cli, const struct nk_sweep_reply *r, struct nk_err *err)
{
	for (size_t i = 0; i < r->n_places; i++) {
		struct nk_json j;

		nk_cli_json_begin(cli, &j, "sweep-place");
		nk_cli_json_str(&j, "label", r->places[i].label);
		nk_cli_json_str(&j, "path", r->places[i].path);
		nk_cli_json_number(&j, "files", r->places[i].files);
		nk_cli_json_number(&j, "bytes", r->places[i].bytes);
		nk_cli_json_number(&j, "traces", r->places[i].traces);
		nk_cli_json_number(&j, "unscanned", r->places[i].unscanned);
		nk_cli_json_bool(&j, "control_found", r->places[i].control_found);
		NK_TRY(nk_cli_json_end(cli, &j, err));
	}
	return nk_done();
}

static NK_RESULT suspects_json(struct nk_cli *cli, const struct nk_sweep_reply *r, struct nk_err *err)
{
	struct nk_json j;

	for (size_t i = 0; i < r->n_suspects; i++) {
		nk_cli_json_begin(cli, &j, "suspect");
		nk_cli_json_id(&j, "holding", r->suspects[i].holding);
		nk_cli_json_str(&j, "path", r->suspects[i].path);
		nk_cli_json_number(&j, "persons", r->suspects[i].persons);
		nk_cli_json_number(&j, "traces", r->suspects[i].traces);
		nk_cli_json_bool(&j, "known", r->suspects[i].known);
		nk_cli_json_bool(&j, "changed", r->suspects[i].changed);
		NK_TRY(nk_cli_json_end(cli, &j, err));
	}
	for (size_t i = 0; i < r->n_left_out; i++) {
		nk_cli_json_begin(cli, &j, "left-out");
		nk_cli_json_str(&j, "place", r->left_out[i].path);
		nk_cli_json_bool(&j, "off", r->left_out[i].off);
		NK_TRY(nk_cli_json_end(cli, &j, err));
	}
	for (size_t i = 0; i < r->n_unread; i++) {
		nk_cli_json_begin(cli, &j, "unread");
		nk_cli_json_str(&j, "path", r->unread[i].path);
		nk_cli_json_str(&j, "why", nk_str_c(r->unread[i].why));
		NK_TRY(nk_cli_json_end(cli, &j, err));
	}
	return nk_done();
}

static NK_RESULT reply_json(struct nk_cli *cli, const struct nk_sweep_reply *r, struct nk_err *err)
{
	struct nk_json j;

	NK_TRY(places_json(cli, r, err));
	NK_TRY(suspects_json(cli, r, err));
	nk_cli_json_begin(cli, &j, "sweep");
	nk_cli_json_number(&j, "files", r->files);
	nk_cli_json_number(&j, "bytes", r->bytes);
	nk_cli_json_number(&j, "suspects", r->n_suspects + r->more);
	nk_cli_json_number(&j, "inside", r->inside);
	nk_cli_json_number(&j, "alone", r->alone);
	nk_cli_json_number(&j, "unscanned", r->unscanned);
	nk_cli_json_number(&j, "left_out", r->n_left_out);
	nk_cli_json_number(&j, "persons", r->persons);
	nk_cli_json_number(&j, "texts", r->texts);
	nk_cli_json_str(&j, "dictionary", r->dictionary);
	nk_cli_json_str(&j, "scanner", nk_str_c(r->scanner));
	nk_cli_json_bool(&j, "controls", r->controls);
	nk_cli_json_bool(&j, "complete", r->complete);
	nk_cli_json_bool(&j, "clean", r->clean);
	nk_cli_json_str(&j, "receipt", nk_str_c(r->receipt));
	return nk_cli_json_end(cli, &j, err);
}

static NK_RESULT places_table(struct nk_cli *cli, const struct nk_sweep_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Place")), nk_cli_tr(cli, NK_N("Path")),
		nk_cli_tr(cli, NK_N("Files")), nk_cli_tr(cli, NK_N("Bytes")), nk_cli_tr(cli, NK_N("Unread")),
		nk_cli_tr(cli, NK_N("Control")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < r->n_places; i++) {
		const struct nk_sweep_place *const p = &r->places[i];
		const struct nk_str cells[] = { nk_cli_word(cli, p->label), p->path, nk_cli_number(cli, p->files),
			nk_cli_number(cli, p->bytes), nk_cli_number(cli, p->unscanned),
			nk_cli_word(cli, p->control_found ? NK_STR("yes") : NK_STR("no")) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static NK_RESULT suspects_table(struct nk_cli *cli, const struct nk_sweep_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Suspect")), nk_cli_tr(cli, NK_N("Persons")),
		nk_cli_tr(cli, NK_N("State")), nk_cli_tr(cli, NK_N("Holding")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < r->n_suspects; i++) {
		const struct nk_sweep_suspect *const p = &r->suspects[i];
		const struct nk_str cells[] = { p->path, nk_cli_number(cli, p->persons),
			nk_cli_word(cli, p->known ? NK_STR("known") : p->changed ? NK_STR("changed") : NK_STR("new")), nk_cli_id(cli, p->holding) };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	return nk_done();
}

static void unread_text(struct nk_cli *cli, const struct nk_sweep_reply *r)
{
	for (size_t i = 0; i < r->n_left_out; i++) {
		nk_cli_print(cli,
			r->left_out[i].off ? NK_N("NOT looked at, by the configuration ([sweep] %s = none): the sweep is not complete\n")
					   : NK_N("Left out, this user cannot write there: %s\n"),
			r->left_out[i].path.ptr);
	}
	for (size_t i = 0; i < r->n_unread && i < SHOWN_UNREAD; i++) {
		nk_cli_print(cli, NK_N("Not looked through: %1$s (%2$s)\n"), r->unread[i].path.ptr,
			nk_cli_tr(cli, r->unread[i].why));
	}
}

static void verdict_text(struct nk_cli *cli, const struct nk_sweep_reply *r)
{
	if (r->alone > 0) {
		nk_cli_print(cli, NK_N("Not counted: %llu times digits alone, or so little in ciphertext or a digest that it stands there by chance.\n"),
			(unsigned long long)r->alone);
	}
	if (!r->controls) {
		nk_cli_print(cli, NK_N("NOT VALID: a control person that was planted was not found.\n"));
	}
	if (r->clean) {
		nk_cli_print(cli,
			r->complete ? NK_N("Clean: in the places looked at, no data of %1$llu persons outside of the books (%2$llu files, %3$llu bytes).\n")
				    : NK_N("Nothing found of %1$llu persons in what could be read (%2$llu files, %3$llu bytes).\n"),
			(unsigned long long)r->persons, (unsigned long long)r->files, (unsigned long long)r->bytes);
		return;
	}
	nk_cli_print(cli, NK_N("SUSPECT: %llu files hold data of persons and are on no books.\n"),
		(unsigned long long)(r->n_suspects + r->more));
	if (r->receipt[0] != '\0') {
		nk_cli_print(cli, NK_N("Receipt of the doubt: %s\n"), r->receipt);
	}
	nk_cli_say(cli, NK_N("Remove each with:"));
	nk_cli_hint(cli, "sweep clear %.*s", NK_FMT(nk_cli_id(cli, r->suspects[0].holding)));
}

static NK_RESULT look(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_sweep_request req = { .places = (const char *const *)cli->args.operands,
		.n_places = cli->args.n_operands,
		.temp_dir = cli->start->variable("TMPDIR"),
		.installation_only = nk_args_has(&cli->args, "installation") };
	struct nk_sweep_reply reply;

	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_sweep(cli->flow, &req, cli->arena, &reply, err));
	nk_progress_clear(&cli->progress);
	cli->status = !reply.complete ? nk_err_exit(NK_INCOMPLETE) : reply.clean ? 0 : nk_err_exit(NK_PENDING);
	if (cli->json) {
		return reply_json(cli, &reply, err);
	}
	NK_TRY(places_table(cli, &reply, err));
	if (!reply.clean) {
		nk_cli_print(cli, "\n");
		NK_TRY(suspects_table(cli, &reply, err));
	}
	unread_text(cli, &reply);
	verdict_text(cli, &reply);
	return nk_done();
}

/* --- its end --- */

static NK_RESULT cleared(struct nk_cli *cli, const char *type, const struct nk_sweep_cleared *r, struct nk_err *err)
{
	const char *const to = nk_args_get(&cli->args, "out");
	struct nk_json j;

	nk_progress_clear(&cli->progress);
	if (to != NULL) {
		NK_TRY(nk_env_write_new(cli->env, to, nk_str_bytes(r->envelope), err));
	}
	if (cli->json) {
		nk_cli_json_begin(cli, &j, type);
		nk_cli_json_str(&j, "path", r->path);
		nk_cli_json_bool(&j, "was_there", r->was_there);
		nk_cli_json_number(&j, "files", r->files);
		nk_cli_json_number(&j, "bytes", r->bytes);
		nk_cli_json_id(&j, "evidence", r->evidence);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli, NK_N("Swept again: %1$llu files, %2$llu bytes, nothing left.\n"), (unsigned long long)r->files,
		(unsigned long long)r->bytes);
	return nk_done();
}

static NK_RESULT clear(struct nk_cli *cli, struct nk_uuid id, struct nk_err *err)
{
	struct nk_sweep_cleared reply;

	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_sweep_clear(cli->flow, id, cli->arena, &reply, err));
	NK_TRY(cleared(cli, "sweep-clear", &reply, err));
	nk_cli_say(cli, reply.was_there ? NK_N("Removed. The holding stays open until another party has looked with its own key:")
					: NK_N("It was gone already. The holding stays open until another party has looked with its own key:"));
	nk_cli_hint(cli, "sweep check %.*s --key FILE", NK_FMT(nk_cli_id(cli, id)));
	return nk_done();
}

static NK_RESULT check(struct nk_cli *cli, struct nk_uuid id, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	const struct nk_sweep_check req = { .holding = id, .seed = &seed, .temp_dir = cli->start->variable("TMPDIR") };
	struct nk_sweep_cleared reply;

	NK_TRY(nk_args_need(&cli->args, "key", err));
	NK_TRY(read_seed(cli, nk_args_get(&cli->args, "key"), &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_sweep_check(cli->flow, &req, cli->arena, &reply, err));
	NK_TRY(cleared(cli, "sweep-check", &reply, err));
	nk_cli_say(cli, NK_N("The residue is off the books: removed by one, looked for by another."));
	return nk_done();
}

/* "clear" and "check" are words of ours; a folder of that name is "./clear". */
static NK_RESULT sweep_run(struct nk_cli *cli, struct nk_err *err)
{
	char **const words = cli->args.operands;
	const size_t n = cli->args.n_operands;
	struct nk_uuid id;

	if (n == 0 || (strcmp(words[0], "clear") != 0 && strcmp(words[0], "check") != 0)) {
		return look(cli, err);
	}
	if (n != 2 || !nk_uuid_parse(nk_str_c(words[1]), &id)) {
		return nk_fail(err, NK_USAGE,
			NK_N("\"sweep clear HOLDING\" or \"sweep check --key FILE HOLDING\"; a folder called clear is \"./clear\""));
	}
	return strcmp(words[0], "clear") == 0 ? clear(cli, id, err) : check(cli, id, err);
}

static const char *const usage[] = { "sweep [--installation] [PLACE…]", "sweep clear [--out FILE] HOLDING",
	"sweep check --key FILE [--out FILE] HOLDING", NULL };

static const struct nk_cmd_option options[] = {
	{ "installation", 0, NULL, NK_N("only the installation and the configured places, no temporary folders"), NULL },
	{ "key", 0, "FILE", NK_N("the second party's own signing key"), NULL },
	{ "out", 0, "FILE", NK_N("write the signed statement there"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_sweep = {
	.name = "sweep",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("look for copies of personal data that nobody wrote down, and remove them"),
	.options = options,
	.min = 0,
	.max = 1000,
	.run = sweep_run,
};
