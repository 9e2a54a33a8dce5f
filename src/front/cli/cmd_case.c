/*
 * cmd_case.c: nokosazu case: what follows a doubt, step by step, until it is closed or dismissed.
 *
 * Each sub-verb is one act; what is signed wants the acting person's own key (--key). Nothing is ever sent to anybody.
 */
#include "base.h"

#include "case_show.h"
#include "signing.h"
#include "unlock.h"
#include "week_show.h"

enum { PAPER_MAX = 256 << 20 };

static struct nk_str ref(const struct nk_cli *cli)
{
	return nk_args_operand(&cli->args, 0);
}

/* --text TEXT, or - for standard input. */
static NK_RESULT text_of(struct nk_cli *cli, const char *option, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_str typed = nk_args_str(&cli->args, option);

	nk_buf_init_wiping(out, NK_CASE_TEXT_MAX);
	if (nk_str_eq(typed, NK_STR("-"))) {
		return nk_cli_read(cli, "-", out, err);
	}
	return nk_buf_add_str(out, typed, err);
}

static bool anyway(const struct nk_cli *cli)
{
	return nk_args_has(&cli->args, "anyway");
}

static NK_RESULT need_seed(struct nk_cli *cli, struct nk_key *out, struct nk_err *err)
{
	bool have = false;

	NK_TRY(nk_args_need(&cli->args, "key", err));
	return nk_signing_seed(cli, out, &have, err);
}

static NK_RESULT list(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_case_row *rows = NULL;
	size_t n = 0;

	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_case_list(cli->flow, !nk_args_has(&cli->args, "all"), cli->arena, &rows, &n, err));
	return nk_case_show_list(cli, rows, n, err);
}

static NK_RESULT show(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	struct nk_case_view v;
	uint64_t seq = 0;

	NK_TRY(nk_unlock_open(cli, false, err));
	if (nk_args_has(&cli->args, "note-file")) {
		nk_buf_init_wiping(&file, NK_CASE_FILE_MAX);
		NK_TRY(nk_args_number(&cli->args, "note-file", 0, UINT32_MAX, &seq, err));
		NK_TRY(nk_op_case_file(cli->flow, ref(cli), seq, &file, err));
		nk_out_bytes(&cli->out, nk_buf_bytes(&file));
		return nk_done();
	}
	NK_TRY(nk_op_case_show(cli->flow, ref(cli), cli->arena, &v, err));
	return nk_case_show_one(cli, &v, err);
}

static NK_RESULT search(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_case_hit *hits = NULL;
	size_t n = 0;

	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_case_search(cli->flow, nk_args_operand(&cli->args, 0), cli->arena, &hits, &n, err));
	NK_TRY(nk_case_show_hits(cli, hits, n, err));
	return n > 0 ? nk_done() : nk_fail(err, NK_NOT_FOUND, NK_N("no text of any case has these words"));
}

static NK_RESULT week(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_week w;
	nk_date until = NK_DATE_NONE;

	if (nk_args_has(&cli->args, "until") && !nk_date_parse(nk_args_str(&cli->args, "until"), &until)) {
		return nk_fail(err, NK_USAGE, NK_N("the last day of the week is written 2026-11-23"));
	}
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_week(cli->flow, until, 1, cli->arena, &w, err));
	return nk_week_show(cli, "week", &w, true, err);
}

/* --- headquarters --- */

static NK_RESULT quorate(struct nk_cli *cli, const char *type, bool is, struct nk_err *err)
{
	struct nk_json j;

	if (cli->json) {
		nk_cli_json_begin(cli, &j, type);
		nk_cli_json_bool(&j, "quorate", is);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_say(cli, is ? NK_N("The headquarters is quorate: it can decide.")
			   : NK_N("Not quorate yet: at least one director and one of the privacy department must be checked in."));
	return nk_done();
}

static NK_RESULT ack(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };

	NK_TRY(need_seed(cli, &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_ack(cli->flow, ref(cli), &seed, err));
	return nk_cli_done(cli, "case-ack", NK_N("Acknowledged. Next: the headquarters (nokosazu case attend)."), err);
}

static NK_RESULT attend(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	bool is = false;

	NK_TRY(nk_args_need(&cli->args, "role", err));
	NK_TRY(need_seed(cli, &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_attend(cli->flow, ref(cli), nk_args_str(&cli->args, "role"), &seed, &is, err));
	return quorate(cli, "case-attend", is, err);
}

static NK_RESULT leave(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	bool is = false;

	NK_TRY(need_seed(cli, &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_leave(cli->flow, ref(cli), &seed, &is, err));
	return quorate(cli, "case-leave", is, err);
}

static NK_RESULT decide(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_case_decision req = {
		.ref = ref(cli), .about = nk_args_str(&cli->args, "about"), .seed = &seed, .anyway = anyway(cli)
	};
	struct nk_uuid warrant;
	struct nk_json j;

	NK_TRY(text_of(cli, "text", &text, err));
	NK_TRY(need_seed(cli, &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	req.text = nk_buf_str(&text);
	NK_TRY(nk_op_case_decide(cli->flow, &req, &warrant, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "case-decide");
		nk_cli_json_id(&j, "warrant", warrant);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_out_text(&cli->out, nk_cli_id(cli, warrant));
	nk_out_c(&cli->out, "\n");
	nk_cli_say(cli, NK_N("Decided: an order warrant holds from now on."));
	return nk_done();
}

/* --- scope --- */

static NK_RESULT hold(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	struct nk_case_hold_request req = { .ref = ref(cli),
		.harm = nk_args_str(&cli->args, "harm"),
		.because = nk_args_str(&cli->args, "because"),
		.anyway = anyway(cli) };
	bool signs = false;

	NK_TRY(nk_cli_operand_id(cli, 1, &req.holding, err));
	NK_TRY(nk_args_need(&cli->args, "harm", err));
	NK_TRY(nk_signing_seed(cli, &seed, &signs, err));
	req.seed = signs ? &seed : NULL;
	NK_TRY(nk_unlock_open(cli, true, err));
	if (nk_args_has(&cli->args, "from")) {
		NK_TRY(nk_op_case_time(cli->flow, nk_args_str(&cli->args, "from"), &req.from_at, err));
	}
	if (nk_args_has(&cli->args, "until")) {
		NK_TRY(nk_op_case_time(cli->flow, nk_args_str(&cli->args, "until"), &req.until_at, err));
	}
	NK_TRY(nk_op_case_hold(cli->flow, &req, err));
	return nk_cli_done(cli, "case-hold", NK_N("Linked. What was disclosed so far has to be checked again (nokosazu case show)."), err);
}

static NK_RESULT classify(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	struct nk_case_class_request req = { .ref = ref(cli),
		.classes = nk_args_str(&cli->args, "class"),
		.regime = nk_args_str(&cli->args, "regime"),
		.because = nk_args_str(&cli->args, "because"),
		.anyway = anyway(cli) };

	NK_TRY(nk_args_need(&cli->args, "class", err));
	if (nk_args_has(&cli->args, "key")) {
		NK_TRY(need_seed(cli, &seed, err));
		req.seed = &seed;
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_classify(cli->flow, &req, err));
	return nk_cli_done(cli, "case-classify", NK_N("Classified. The due days follow the law; the time of knowing stays."), err);
}

/* --- what is written --- */

typedef NK_RESULT words_fn(
	struct nk_flow *flow, const struct nk_case_words *req, uint64_t *out_seq, struct nk_err *err);

static NK_RESULT write_words(struct nk_cli *cli, words_fn *fn, struct nk_case_words *req, const char *type, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	struct nk_json j;
	uint64_t seq = 0;

	nk_buf_init_wiping(&file, NK_CASE_FILE_MAX);
	NK_TRY(text_of(cli, "text", &text, err));
	if (nk_args_has(&cli->args, "file")) {
		NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "file"), &file, err));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	if (nk_args_has(&cli->args, "due")) {
		NK_TRY(nk_op_case_time(cli->flow, nk_args_str(&cli->args, "due"), &req->due_at, err));
	}
	req->ref = ref(cli);
	req->text = nk_buf_str(&text);
	req->file = nk_buf_bytes(&file);
	req->anyway = anyway(cli);
	NK_TRY(fn(cli->flow, req, &seq, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, type);
		nk_cli_json_number(&j, "seq", seq);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_say(cli, NK_N("Recorded as number %llu of this case."), (unsigned long long)seq);
	return nk_done();
}

static NK_RESULT note(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_case_words req = { .seq = 0 };

	return write_words(cli, nk_op_case_note, &req, "case-note", err);
}

static NK_RESULT fill(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_case_words req = { .field = nk_args_operand(&cli->args, 1) };

	return write_words(cli, nk_op_case_fill, &req, "case-fill", err);
}

static NK_RESULT inquiry(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_case_words req = { .seq = 0 };

	if (!nk_args_has(&cli->args, "answer")) {
		return write_words(cli, nk_op_case_inquiry, &req, "case-inquiry", err);
	}
	NK_TRY(nk_args_number(&cli->args, "answer", 0, UINT32_MAX, &req.seq, err));
	return write_words(cli, nk_op_case_answer, &req, "case-answer", err);
}

static NK_RESULT claim(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_case_claim req = { .ref = ref(cli),
		.kind = nk_args_str(&cli->args, "text-kind"),
		.sources = nk_args_str(&cli->args, "sources"),
		.expires = NK_DATE_NONE,
		.anyway = anyway(cli) };

	(void)nk_date_parse(nk_args_str(&cli->args, "expires"), &req.expires);
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_assert(cli->flow, &req, err));
	return nk_cli_done(cli, "case-assert", NK_N("Recorded: it is printed with its day and sources until it lapses."), err);
}

static NK_RESULT submit(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_case_submit_request req = { .ref = ref(cli),
		.kind = nk_args_str(&cli->args, "kind"),
		.receipt = nk_args_str(&cli->args, "receipt"),
		.how = nk_args_str(&cli->args, "how"),
		.anyway = anyway(cli) };

	NK_TRY(nk_args_need(&cli->args, "kind", err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_submit(cli->flow, &req, err));
	return nk_cli_done(cli, "case-submit", NK_N("Recorded that it was submitted; this program submits nothing itself."), err);
}

/* --- papers --- */

static enum nk_case_form form_of(const struct nk_cli *cli, const char *path)
{
	const struct nk_str p = nk_str_c(path);

	if (p.len == 0) {
		return cli->json ? NK_CASE_JSON : NK_CASE_TXT;
	}
	return nk_str_ends(p, NK_STR(".pdf")) ? NK_CASE_PDF : nk_str_ends(p, NK_STR(".json")) ? NK_CASE_JSON : NK_CASE_TXT;
}

static void say_missing(struct nk_cli *cli, const struct nk_case_paper *paper)
{
	for (size_t i = 0; i < paper->n_missing; i++) {
		nk_out_f(&cli->talk, "  %s  ", paper->missing[i].id.ptr);
		nk_out_text(&cli->talk, paper->missing[i].label[cli->lang]);
		nk_out_c(&cli->talk, "\n");
	}
}

static NK_RESULT report(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_case_report_request req = { .ref = ref(cli),
		.kind = nk_args_str(&cli->args, "kind"),
		.lang = cli->lang,
		.path = nk_args_get(&cli->args, "out") };
	struct nk_case_paper paper;

	NK_TRY(nk_args_need(&cli->args, "kind", err));
	req.form = form_of(cli, req.path);
	nk_buf_init_wiping(&out, PAPER_MAX);
	NK_TRY(nk_unlock_open(cli, req.path != NULL, err));
	NK_TRY(nk_op_case_report(cli->flow, &req, &out, cli->arena, &paper, err));
	if (req.path == NULL) {
		nk_out_bytes(&cli->out, nk_buf_bytes(&out));
		nk_out_c(&cli->out, "\n");
	}
	if (paper.n_missing > 0) {
		nk_cli_say(cli, paper.allowed ? NK_N("Not known yet (a prompt report may say so):")
					      : NK_N("Missing: fill them in with nokosazu case fill C FIELD --text TEXT:"));
		if (!cli->quiet) {
			say_missing(cli, &paper);
		}
	}
	cli->status = paper.allowed ? 0 : nk_err_exit(NK_PENDING);
	return nk_done();
}

static NK_RESULT letters(struct nk_cli *cli, struct nk_err *err)
{
	struct nk_case_letters_request req = { .ref = ref(cli),
		.dir = nk_args_get(&cli->args, "into"),
		.lang = cli->lang,
		.each = nk_args_has(&cli->args, "each") };
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	bool signs = false;
	struct nk_case_letters_reply r;
	struct nk_json j;

	NK_TRY(nk_args_need(&cli->args, "into", err));
	NK_TRY(nk_signing_seed(cli, &seed, &signs, err));
	req.seed = signs ? &seed : NULL;
	if (nk_args_has(&cli->args, "warrant") && !nk_uuid_parse(nk_args_str(&cli->args, "warrant"), &req.warrant)) {
		return nk_fail(err, NK_USAGE, NK_N("--warrant needs an id"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_letters(cli->flow, &req, &r, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "case-letters");
		nk_cli_json_id(&j, "holding", r.holding);
		nk_cli_json_number(&j, "letters", r.letters);
		nk_cli_json_number(&j, "kinds", r.kinds);
		nk_cli_json_number(&j, "gone", r.gone);
		nk_cli_json_number(&j, "held_back", r.held_back);
		nk_cli_json_id(&j, "case", r.about);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_print(cli, NK_N("%1$llu letters in %2$llu different sets of items; %3$llu persons were erased since.\n"),
		(unsigned long long)r.letters, (unsigned long long)r.kinds, (unsigned long long)r.gone);
	if (r.held_back > 0) {
		nk_cli_print(cli,
			NK_N("To %1$llu protected persons nothing was written, which takes a second person: nokosazu warrant request --kind access "
			     "--verbs LETTERS --scope case:%2$s, then --warrant ID\n"),
			(unsigned long long)r.held_back, nk_cli_id(cli, r.about).ptr);
	}
	nk_cli_say(cli, NK_N("They are on the books with a day by which they are destroyed (nokosazu holding list)."));
	return nk_done();
}

static NK_RESULT publish(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_json j;
	uint64_t number = 0;

	nk_buf_init_wiping(&text, NK_CASE_TEXT_MAX);
	if (nk_args_has(&cli->args, "draft") == nk_args_has(&cli->args, "final")) {
		return nk_fail(err, NK_USAGE, NK_N("either --draft, or --final FILE with the text as it was published"));
	}
	if (nk_args_has(&cli->args, "draft")) {
		NK_TRY(nk_unlock_open(cli, false, err));
		NK_TRY(nk_op_case_draft(cli->flow, ref(cli), cli->lang, &text, err));
		nk_out_lines(&cli->out, nk_buf_str(&text));
		return nk_done();
	}
	NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "final"), &text, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_publish(cli->flow, ref(cli), nk_buf_str(&text), anyway(cli), &number, err));
	if (cli->json) {
		nk_cli_json_begin(cli, &j, "case-publish");
		nk_cli_json_number(&j, "number", number);
		return nk_cli_json_end(cli, &j, err);
	}
	nk_cli_say(cli, NK_N("Archived as publication number %llu."), (unsigned long long)number);
	return nk_done();
}

static NK_RESULT export(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };

	if (!nk_args_has(&cli->args, "veris")) {
		return nk_fail(err, NK_USAGE, NK_N("the form of the export is --veris"));
	}
	nk_buf_init_wiping(&out, PAPER_MAX);
	NK_TRY(nk_unlock_open(cli, false, err));
	NK_TRY(nk_op_case_veris(cli->flow, ref(cli), &out, err));
	nk_out_bytes(&cli->out, nk_buf_bytes(&out));
	nk_out_c(&cli->out, "\n");
	return nk_done();
}

static NK_RESULT timeline(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	const char *const path = nk_args_get(&cli->args, "svg");

	nk_buf_init_wiping(&out, PAPER_MAX);
	NK_TRY(nk_unlock_open(cli, path != NULL, err));
	NK_TRY(nk_op_case_timeline(cli->flow, ref(cli), cli->lang, path, &out, err));
	if (path == NULL) {
		nk_out_bytes(&cli->out, nk_buf_bytes(&out));
	}
	return nk_done();
}

/* --- the end --- */

static NK_RESULT dismiss(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key seed = { { 0 } };
	NK_OWNED(nk_buf_done) struct nk_buf reason = { 0 };
	struct nk_case_dismiss_request req = { .ref = ref(cli), .seed = &seed, .anyway = anyway(cli) };

	NK_TRY(text_of(cli, "reason", &reason, err));
	req.reason = nk_buf_str(&reason);
	NK_TRY(need_seed(cli, &seed, err));
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_dismiss(cli->flow, &req, err));
	return nk_cli_done(cli, "case-dismiss", NK_N("Dismissed, with the reason and the signature; the doubt itself stays on record."), err);
}

static NK_RESULT close_one(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf cause = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf lesson = { 0 };
	struct nk_case_close_request req = { .ref = ref(cli), .anyway = anyway(cli) };

	NK_TRY(text_of(cli, "cause", &cause, err));
	NK_TRY(text_of(cli, "lesson", &lesson, err));
	req.cause = nk_buf_str(&cause);
	req.lesson = nk_buf_str(&lesson);
	if ((nk_args_has(&cli->args, "campaign") && !nk_uuid_parse(nk_args_str(&cli->args, "campaign"), &req.campaign)) ||
		(nk_args_has(&cli->args, "waiver") && !nk_uuid_parse(nk_args_str(&cli->args, "waiver"), &req.waiver))) {
		return nk_fail(err, NK_USAGE, NK_N("--campaign and --waiver take an id of 36 characters"));
	}
	NK_TRY(nk_unlock_open(cli, true, err));
	NK_TRY(nk_op_case_close(cli->flow, &req, err));
	return nk_cli_done(cli, "case-close", NK_N("Closed. Cause and lesson are found by nokosazu case search."), err);
}

static const struct nk_cmd_sub subs[] = {
	{ "list", 0, 0, list },
	{ "show", 1, 1, show },
	{ "ack", 1, 1, ack },
	{ "attend", 1, 1, attend },
	{ "leave", 1, 1, leave },
	{ "decide", 1, 1, decide },
	{ "hold", 2, 2, hold },
	{ "classify", 1, 1, classify },
	{ "note", 1, 1, note },
	{ "fill", 2, 2, fill },
	{ "inquiry", 1, 1, inquiry },
	{ "assert", 1, 1, claim },
	{ "report", 1, 1, report },
	{ "submit", 1, 1, submit },
	{ "letters", 1, 1, letters },
	{ "publish", 1, 1, publish },
	{ "export", 1, 1, export },
	{ "timeline", 1, 1, timeline },
	{ "search", 1, 1, search },
	{ "week", 0, 0, week },
	{ "dismiss", 1, 1, dismiss },
	{ "close", 1, 1, close_one },
	{ NULL, 0, 0, NULL },
};

static const char *const usage[] = {
	"case list [--all]",
	"case show [--note-file N] C",
	"case ack --key FILE C",
	"case attend --role ROLE --key FILE C",
	"case leave --key FILE C",
	"case decide --text TEXT [--about WHAT] [--anyway] --key FILE C",
	"case hold --harm HARM [--from TIME] [--until TIME] [--because WHY] [--key FILE] C HOLDING",
	"case classify --class LIST [--regime REGIME] [--because WHY] [--key FILE] C",
	"case note [--text TEXT] [--file FILE] [--anyway] C",
	"case fill --text TEXT [--anyway] C FIELD",
	"case inquiry --text TEXT [--answer N] [--due TIME] [--file FILE] [--anyway] C",
	"case assert --text-kind KIND --sources TEXT --expires DATE C",
	"case report --kind KIND [--out FILE] C",
	"case submit --kind KIND [--receipt TEXT] [--how TEXT] C",
	"case letters --into DIR [--each] [--key FILE] [--warrant ID] C",
	"case publish --draft C",
	"case publish --final FILE C",
	"case export --veris C",
	"case timeline [--svg FILE] C",
	"case search TEXT",
	"case week [--until DATE]",
	"case dismiss --reason TEXT --key FILE C",
	"case close --cause TEXT --lesson TEXT [--campaign ID] [--waiver ID] C",
	NULL,
};

static const struct nk_cmd_option options[] = {
	{ "all", 0, NULL, NK_N("those that are closed too"), "list" },
	{ "note-file", 0, "N", NK_N("write the file that came with note N to standard output"), "show" },
	{ "key", 0, "FILE", NK_N("the acting person's own signing key"), "ack attend leave decide hold classify letters dismiss" },
	{ "role", 0, "ROLE", NK_N("in which role the person sits: director, privacy, officer …"), "attend" },
	{ "text", 0, "TEXT", NK_N("the words; - reads standard input; kept encrypted"), "decide note fill inquiry" },
	{ "about", 0, "WHAT", NK_N("order, sanction, publication or other"), "decide" },
	{ "harm", 0, "HARM", NK_N("leaked, may-be-leaked, lost or damaged"), "hold" },
	{ "from", 0, "TIME", NK_N("since when the copy lay open"), "hold" },
	{ "until", 0, "TIME", NK_N("until when"), "hold week" },
	{ "class", 0, "LIST", NK_N("classes of the rule, as 1,3 or 4? where feared; or none"), "classify" },
	{ "regime", 0, "REGIME", NK_N("private, public or appendix2"), "classify" },
	{ "because", 0, "WHY", NK_N("why a class is taken away, or less is said of a copy"), "hold classify" },
	{ "file", 0, "FILE", NK_N("a file that belongs to it; kept encrypted"), "note inquiry" },
	{ "anyway", 0, NULL, NK_N("keep the text although it names persons of the roster"),
		"decide hold classify note fill inquiry assert submit publish dismiss close" },
	{ "answer", 0, "N", NK_N("this answers inquiry number N"), "inquiry" },
	{ "due", 0, "TIME", NK_N("by when it is answered (default: a day)"), "inquiry" },
	{ "text-kind", 0, "KIND", NK_N("what is stated: no-misuse"), "assert" },
	{ "sources", 0, "TEXT", NK_N("what was looked at"), "assert" },
	{ "expires", 0, "DATE", NK_N("the last day on which it is printed"), "assert" },
	{ "kind", 0, "KIND", NK_N("prompt or final; submit also persons, entrusting, disclosure …"), "report submit" },
	{ "out", 0, "FILE", NK_N("a new file: .pdf, .json, otherwise text"), "report" },
	{ "receipt", 0, "TEXT", NK_N("the receipt number of the authority"), "submit" },
	{ "how", 0, "TEXT", NK_N("by which way"), "submit" },
	{ "into", 0, "DIR", NK_N("an existing folder for the letters"), "letters" },
	{ "each", 0, NULL, NK_N("a file of its own for each letter"), "letters" },
	{ "warrant", 0, "ID", NK_N("a second person's leave for letters to protected persons"), "letters" },
	{ "draft", 0, NULL, NK_N("print a text from the computed facts"), "publish" },
	{ "final", 0, "FILE", NK_N("the text as it was published, to archive"), "publish" },
	{ "veris", 0, NULL, NK_N("as a VERIS record"), "export" },
	{ "svg", 0, "FILE", NK_N("a new file for the picture; without it, standard output"), "timeline" },
	{ "reason", 0, "TEXT", NK_N("why the doubt was none"), "dismiss" },
	{ "cause", 0, "TEXT", NK_N("what caused it"), "close" },
	{ "lesson", 0, "TEXT", NK_N("what follows from it"), "close" },
	{ "campaign", 0, "ID", NK_N("the campaign that looks at the peer sites"), "close" },
	{ "waiver", 0, "ID", NK_N("a warrant that lets the roll-out be left out"), "close" },
	{ NULL, 0, NULL, NULL, NULL },
};

const struct nk_cmd nk_cmd_case = {
	.name = "case",
	.job = NK_CMD_COPIES,
	.usage = usage,
	.summary = NK_N("what follows a doubt: headquarters, law, letters, report, the end"),
	.options = options,
	.subs = subs,
};
