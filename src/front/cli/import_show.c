/*
 * import_show.c: the report of import check: place and rule, what is wrong, what to do; never a value.
 */
#include "base.h"

#include "findings.h"
#include "import_show.h"

static NK_RESULT as_json(struct nk_cli *cli, const struct nk_check_reply *r, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "import-check");
	nk_cli_json_bool(&j, "sound", r->sound);
	nk_cli_json_str(&j, "format", r->format);
	nk_cli_json_str(&j, "generation", r->generation);
	nk_cli_json_str(&j, "encoding", r->encoding);
	nk_cli_json_number(&j, "persons", r->persons);
	nk_cli_json_number(&j, "units", r->units);
	nk_cli_json_number(&j, "groups", r->groups);
	nk_cli_json_number(&j, "passwords_dropped", r->passwords_dropped);
	nk_cli_json_number(&j, "rows_not_imported", r->rows_not_imported);
	nk_cli_json_number(&j, "rejected", r->rejected);
	nk_cli_json_number(&j, "held_back", r->held_back);
	nk_cli_json_id(&j, "holding", r->holding);
	nk_cli_json_time(&j, "destroy_by", r->destroy_by);
	nk_findings_json(cli, &j, r->findings, r->n_findings);
	return nk_cli_json_end(cli, &j, err);
}

static void talk(struct nk_cli *cli, const struct nk_check_reply *r)
{
	char id[NK_UUID_TEXT];

	if (!nk_uuid_is_nil(r->holding)) {
		nk_cli_say(cli,
			NK_N("The rows with errors stand in the file that was made: %1$llu of them. It is a copy of personal data: "
			     "destroy it by %2$s and say so:"),
			(unsigned long long)r->rejected, nk_cli_day(cli, r->destroy_by).ptr);
		nk_cli_hint(cli, "holding close %s --verified", nk_uuid_print(r->holding, id));
		if (r->held_back > 0) {
			nk_cli_say(cli, NK_N("Of protected persons' rows (%llu) it has line and reason only: mend them in the source."),
				(unsigned long long)r->held_back);
		}
	}
	if (!r->sound) {
		nk_cli_say(cli, NK_N("This file cannot be taken in as it is. Nothing was changed."));
	} else if (r->n_findings > 0) {
		nk_cli_say(cli, NK_N("This file can be taken in; look at what was found. Nothing was changed."));
	} else {
		nk_cli_say(cli, NK_N("Nothing is wrong with this file. Nothing was changed."));
	}
}

NK_RESULT nk_import_show_check(struct nk_cli *cli, const struct nk_check_reply *r, struct nk_err *err)
{
	cli->status = r->sound && nk_findings_count(r->findings, r->n_findings, "warning") == 0 ? 0 : nk_err_exit(NK_PENDING);
	if (cli->json) {
		return as_json(cli, r, err);
	}
	if (r->sound) {
		nk_out_text(&cli->out, nk_cli_text(cli, "%.*s%s%.*s, %.*s: ", NK_FMT(r->format), r->generation.len > 0 ? " " : "",
			NK_FMT(r->generation), NK_FMT(r->encoding)));
		nk_cli_print(cli, NK_N("%1$llu persons, %2$llu units, %3$llu groups\n"), (unsigned long long)r->persons,
			(unsigned long long)r->units, (unsigned long long)r->groups);
	}
	nk_findings_print(cli, r->findings, r->n_findings, nk_args_has(&cli->args, "all"));
	talk(cli, r);
	return nk_done();
}
