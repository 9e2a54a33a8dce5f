/*
 * cmd_scan.c: nokosazu scan: whose data lies in these files, and what could not be looked through.
 */
#include "base.h"

#include "scan_show.h"
#include "unlock.h"

enum { WORDS_MAX = 64, RULES_FILE_MAX = 1 << 20, SCRATCH_MAX = 64 * 1024 * 1024, INDEX_DAYS = 30 };

/* One scan as it is told: the texts of one file live in `scratch`. */
struct telling {
	struct nk_cli *cli;
	const struct nk_scan_form *form;
	struct nk_arena *scratch;
	struct nk_arena *kept; /* the run's own */
};

static bool on_finding(void *arg, const struct nk_scan_finding *f)
{
	struct telling *const t = arg;

	t->cli->arena = t->scratch;
	t->form->finding(t->cli, f);
	nk_arena_reset(t->scratch);
	t->cli->arena = t->kept;
	return nk_ok(t->cli->out.failed);
}

static bool on_stream(void *arg, const struct nk_scan_stream *s)
{
	struct telling *const t = arg;

	t->cli->arena = t->scratch;
	t->form->stream(t->cli, s);
	nk_arena_reset(t->scratch);
	t->cli->arena = t->kept;
	return nk_ok(t->cli->out.failed);
}

static bool on_file(void *arg, const struct nk_scan_file *f)
{
	struct telling *const t = arg;
	struct nk_err err;

	t->form->file(t->cli, f);
	return nk_ok(t->cli->out.failed) && nk_ok(nk_out_flush(&t->cli->out, &err));
}

static NK_RESULT choose_form(const struct nk_cli *cli, const struct nk_scan_form **out, struct nk_err *err)
{
	const bool sarif = nk_args_has(&cli->args, "sarif");
	const bool html = nk_args_has(&cli->args, "html");

	if (cli->json + sarif + html > 1) {
		return nk_fail(err, NK_USAGE, NK_N("one of --json, --sarif and --html"));
	}
	*out = cli->json ? &nk_scan_form_json
		: sarif  ? &nk_scan_form_sarif
		: html   ? &nk_scan_form_html
			 : &nk_scan_form_text;
	return nk_done();
}

/* Words of an option that may be given several times, and hold several parted by commas. */
static NK_RESULT split(struct nk_cli *cli, const char *option, const char **out, size_t *out_n, struct nk_err *err)
{
	const char *given[WORDS_MAX];
	const size_t n = nk_args_all(&cli->args, option, given, WORDS_MAX);

	*out_n = 0;
	for (size_t i = 0; i < n; i++) {
		struct nk_str rest = nk_str_c(given[i]);

		while (rest.len > 0) {
			const size_t comma = nk_str_chr(rest, ',');
			const struct nk_str word =
				nk_str_trim(nk_str_sub(rest, 0, comma == SIZE_MAX ? rest.len : comma));

			if (*out_n == WORDS_MAX) {
				return nk_fail(
					err, NK_USAGE, NK_N("more than %1$d words for --%2$s"), WORDS_MAX, option);
			}
			out[(*out_n)++] = nk_cli_text(cli, "%.*s", NK_FMT(word)).ptr;
			rest = comma == SIZE_MAX ? NK_STR("") : nk_str_sub(rest, comma + 1, rest.len);
		}
	}
	return nk_done();
}

/* Rules of the command line, and of a file: NAME=PATTERN a line, "#" begins a comment. */
static NK_RESULT rules_of(struct nk_cli *cli, const char **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_str rest;

	*out_n = nk_args_all(&cli->args, "rule", out, WORDS_MAX);
	if (!nk_args_has(&cli->args, "rules")) {
		return nk_done();
	}
	nk_buf_init(&text, RULES_FILE_MAX);
	NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "rules"), &text, err));
	for (rest = nk_buf_str(&text); rest.len > 0;) {
		const size_t end = nk_str_chr(rest, '\n');
		const struct nk_str line = nk_str_trim(nk_str_sub(rest, 0, end == SIZE_MAX ? rest.len : end));

		rest = end == SIZE_MAX ? NK_STR("") : nk_str_sub(rest, end + 1, rest.len);
		if (line.len == 0 || line.ptr[0] == '#') {
			continue;
		}
		if (*out_n == WORDS_MAX) {
			return nk_fail(err, NK_USAGE, NK_N("more than %d rules"), WORDS_MAX);
		}
		out[(*out_n)++] = nk_cli_text(cli, "%.*s", NK_FMT(line)).ptr;
	}
	return nk_done();
}

struct words {
	const char *only[WORDS_MAX], *forms[WORDS_MAX], *rules[WORDS_MAX];
};

static NK_RESULT request(struct nk_cli *cli, struct words *w, struct nk_scan_request *req, struct nk_err *err)
{
	uint64_t least = 0;
	uint64_t workers = 0;
	uint64_t depth = 0;
	uint64_t unpacked = 0;
	uint64_t entries = 0;

	NK_TRY(split(cli, "only", w->only, &req->n_only, err));
	NK_TRY(split(cli, "number-form", w->forms, &req->n_number_forms, err));
	NK_TRY(rules_of(cli, w->rules, &req->n_rules, err));
	NK_TRY(nk_args_number(&cli->args, "least", 1, 100, &least, err));
	NK_TRY(nk_args_number(&cli->args, "workers", 1, 256, &workers, err));
	NK_TRY(nk_args_number(&cli->args, "depth", 1, 100, &depth, err));
	NK_TRY(nk_args_number(&cli->args, "max-unpacked", 1, 1 << 24, &unpacked, err));
	NK_TRY(nk_args_number(&cli->args, "max-entries", 1, 100000000, &entries, err));
	req->max_total = unpacked << 20;
	req->entries = (uint32_t)entries;
	req->home = cli->home;
	req->only = w->only;
	req->number_forms = w->forms;
	req->rules = w->rules;
	req->least = (unsigned)least;
	req->workers = (unsigned)workers;
	req->depth = (unsigned)depth;
	req->paths = (const char *const *)cli->args.operands;
	req->n_paths = cli->args.n_operands;
	req->roster = nk_args_has(&cli->args, "roster");
	req->index_file = nk_args_get(&cli->args, "index");
	req->key_file = nk_args_get(&cli->args, "index-key");
	req->one_file_system = nk_args_has(&cli->args, "one-file-system");
	if ((req->index_file == NULL) != (req->key_file == NULL)) {
		return nk_fail(err, NK_USAGE, NK_N("--index and --index-key belong together"));
	}
	if (req->roster && req->index_file != NULL) {
		return nk_fail(err, NK_USAGE, NK_N("--roster or --index: not both"));
	}
	return nk_done();
}

static NK_RESULT scan(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *scratch = NULL;
	struct words words;
	struct nk_scan_request req = { 0 };
	struct nk_scan_reply reply;
	struct telling t = { .cli = cli, .kept = cli->arena };
	const struct nk_scan_reports reports = { on_finding, on_stream, on_file, nk_progress_tell, &cli->progress,
		&t };

	if (nk_args_has(&cli->args, "reveal")) {
		return nk_fail(err, NK_DENIED,
			NK_N("--reveal shows what was found and needs a signed warrant; warrants cannot be signed yet, so it is refused"));
	}
	NK_TRY(choose_form(cli, &t.form, err));
	NK_TRY(request(cli, &words, &req, err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SCRATCH_MAX, &scratch, err));
	t.scratch = scratch;
	if (req.roster) {
		NK_TRY(nk_unlock_open(cli, false, err));
	}
	t.form->begin(cli);
	NK_TRY(nk_op_scan(cli->env, cli->flow, &req, &reports, cli->arena, &reply, err));
	t.form->end(cli, &reply);
	cli->status = nk_scan_status(&reply);
	return nk_done();
}

static NK_RESULT build(struct nk_cli *cli, const char *path, struct nk_err *err)
{
	struct nk_scan_index_reply reply;
	uint64_t days = INDEX_DAYS;
	struct nk_json j;

	NK_TRY(nk_args_number(&cli->args, "days", 1, 366, &days, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_scan_index(cli->flow, path, (unsigned)days, &reply, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "scan-index");
		nk_cli_json_id(&j, "holding", reply.holding);
		nk_cli_json_number(&j, "persons", reply.persons);
		nk_cli_json_number(&j, "keys", reply.keys);
		nk_cli_json_number(&j, "bytes", reply.bytes);
		nk_cli_json_number(&j, "left_out", reply.left_out);
		nk_cli_json_time(&j, "destroy_by", reply.destroy_by);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli,
		NK_N("Index of %1$llu persons (%2$llu texts, %3$s). It is a holding: destroy it by %4$s.\n"),
		(unsigned long long)reply.persons, (unsigned long long)reply.keys, nk_scan_size(cli, reply.bytes).ptr,
		nk_cli_day(cli, reply.destroy_by).ptr);
	if (reply.left_out > 0) {
		nk_cli_print(cli, NK_N("%llu texts are too short or too long to be looked for and are not in it.\n"),
			(unsigned long long)reply.left_out);
	}
	nk_cli_say(cli, NK_N("Its key stays here. To scan elsewhere, carry the key there by another way:"));
	nk_cli_hint(cli, "scan index key %.*s FILE", NK_FMT(nk_cli_id(cli, reply.holding)));
	return nk_done();
}

static NK_RESULT key(struct nk_cli *cli, const char *id, const char *path, struct nk_err *err)
{
	struct nk_uuid holding;

	if (!nk_uuid_parse(nk_str_c(id), &holding)) {
		return nk_fail(err, NK_USAGE, NK_N("not an id: %s"), nk_short(nk_str_c(id)).text);
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_scan_key(cli->flow, holding, path, err));
	return nk_cli_done(cli, "scan-index-key",
		NK_N("Written. Whoever has this file and the index can try values against it: keep the two apart, and destroy both."),
		err);
}

/* "index" is a word of ours; a folder of that name is "./index". */
static NK_RESULT scan_run(struct nk_cli *cli, struct nk_err *err)
{
	char **const words = cli->args.operands;
	const size_t n = cli->args.n_operands;

	if (n == 0 || strcmp(words[0], "index") != 0) {
		return scan(cli, err);
	}
	if (n == 3 && strcmp(words[1], "build") == 0) {
		return build(cli, words[2], err);
	}
	if (n == 4 && strcmp(words[1], "key") == 0) {
		return key(cli, words[2], words[3], err);
	}
	return nk_fail(err, NK_USAGE,
		NK_N("\"scan index build FILE\" or \"scan index key HOLDING FILE\"; a folder called index is \"./index\""));
}

static const char *const usage[] = {
	"scan [--roster | --index FILE --index-key FILE] [--only CLASS,…] [--least PERCENT] [--number-form FORM] [--rule NAME=PATTERN] [--rules FILE] [--workers N] [--depth N] [--max-unpacked MIB] [--max-entries N] [--one-file-system] [--all] [--sarif | --html] [--reveal] PATH…",
	"scan index build [--days N] FILE", "scan index key HOLDING FILE", NULL
};

static const struct nk_cmd_option options[] = {
	{ "roster", 0, NULL, NK_N("say whose it is: look for the persons of this installation"), NULL },
	{ "index", 0, "FILE", NK_N("say whose it is by an index made elsewhere"), NULL },
	{ "index-key", 0, "FILE", NK_N("the key of that index, from another folder"), NULL },
	{ "only", 0, "CLASS", NK_N("only these classes: mail, phone, address, person-name …"), NULL },
	{ "least", 0, "PERCENT", NK_N("report from this confidence on (default 50)"), NULL },
	{ "number-form", 0, "FORM",
		NK_N("form of student or staff numbers: 9 a digit, A a letter, others themselves"), NULL },
	{ "rule", 0, "NAME=PATTERN",
		NK_N("a rule of your own: a regular expression (PCRE2); NAME==TEXT: a text as it stands"), NULL },
	{ "rules", 0, "FILE", NK_N("a file of such rules, one a line"), NULL },
	{ "workers", 0, "N", NK_N("processes at once (default: one a processor)"), NULL },
	{ "depth", 0, "N", NK_N("how deep containers are opened within each other (default 16)"), NULL },
	{ "max-unpacked", 0, "MIB",
		NK_N("how much containers of one file may unpack to (default 10240, or 200 times the file)"), NULL },
	{ "max-entries", 0, "N", NK_N("how many entries containers of one file may have (default 1000000)"), NULL },
	{ "one-file-system", 'x', NULL, NK_N("stay on the file system of each path"), NULL },
	{ "all", 0, NULL, NK_N("every finding of a file, not the first 20"), NULL },
	{ "sarif", 0, NULL, NK_N("the result as SARIF 2.1.0"), NULL },
	{ "html", 0, NULL, NK_N("the result as one HTML page with pictures"), NULL },
	{ "reveal", 0, NULL, NK_N("show what was found: needs a signed warrant"), NULL },
	{ "days", 0, "N", NK_N("days until the index must be destroyed (default 30)"), NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_scan = {
	.name = "scan",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("say whose personal data lies in files, and what could not be looked through"),
	.options = options,
	.min = 1,
	.max = 100000,
	.run = scan_run,
};
