/*
 * scan_sarif.c: a scan as SARIF 2.1.0 (OASIS), for the tools that gather findings of scanners.
 *
 * Results are written as they come; what was not looked through are notifications of the invocation, which is then
 * not successful: a reader of SARIF that looks at results alone must not take it for clean.
 */
#include "base.h"

#include "scan_show.h"

enum { NOTES_MAX = 16 * 1024 * 1024 };

/* State of the one SARIF document of a run: notifications wait for the end. */
struct sarif {
	struct nk_buf notes;
	bool any_result, any_note;
};

static struct sarif *state(struct nk_cli *cli)
{
	return cli->form_state;
}

static void begin(struct nk_cli *cli)
{
	struct sarif *const s = nk_arena_alloc(cli->arena, sizeof(*s));

	cli->form_state = s;
	if (s == NULL) {
		return;
	}
	nk_buf_init_wiping(&s->notes, NOTES_MAX);
	nk_out_c(&cli->out,
		"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{"
		"\"columnKind\":\"unicodeCodePoints\",\"results\":[");
}

static const char *level(const struct nk_scan_finding *f)
{
	return f->confidence >= 80 ? "error" : f->confidence >= 50 ? "warning" : "note";
}

static void location(struct nk_json *j, struct nk_cli *cli, const char *file, const char *inside)
{
	nk_json_key(j, "physicalLocation");
	nk_json_open(j, '{');
	nk_json_key(j, "artifactLocation");
	nk_json_open(j, '{');
	nk_cli_json_str(j, "uri", nk_scan_uri(cli, nk_scan_place(cli, file, inside)));
	nk_json_close(j, '}');
}

static void explain(struct nk_json *j, struct nk_cli *cli, const struct nk_scan_finding *f)
{
	struct nk_str text = nk_cli_text(cli, "%s, %u %%", nk_scan_word(cli, f->what), f->confidence);

	for (size_t i = 0; i < f->n_why; i++) {
		text = nk_cli_text(
			cli, "%.*s%s %s", NK_FMT(text), i == 0 ? ":" : ";", nk_cli_tr(cli, f->why_text[i]));
	}
	nk_json_key(j, "message");
	nk_json_open(j, '{');
	nk_cli_json_str(j, "text", text);
	nk_json_close(j, '}');
}

static void put(struct nk_cli *cli, struct nk_json *j, bool *any)
{
	struct nk_err err;
	const nk_rc rc = nk_json_end(j, &err);

	if (!nk_ok(rc)) {
		cli->out.failed = nk_ok(cli->out.failed) ? rc : cli->out.failed;
		cli->out.err = err;
		return;
	}
	nk_out_c(&cli->out, *any ? ",\n" : "\n");
	nk_out_bytes(&cli->out, nk_buf_bytes(&cli->json_line));
	*any = true;
}

static void properties(struct nk_json *j, const struct nk_scan_finding *f)
{
	nk_json_key(j, "properties");
	nk_json_open(j, '{');
	nk_cli_json_number(j, "confidence", f->confidence);
	nk_cli_json_str(j, "encoding", nk_str_c(f->encoding));
	nk_cli_json_str(j, "via", nk_str_c(f->via));
	if (f->row > 0) {
		nk_cli_json_number(j, "row", f->row);
		nk_cli_json_number(j, "column", f->column);
	}
	nk_json_key(j, "persons");
	nk_json_open(j, '[');
	for (size_t i = 0; i < f->n_persons && i < NK_SCAN_PERSONS_SHOWN; i++) {
		nk_json_int(j, f->persons[i]);
	}
	nk_json_close(j, ']');
	nk_json_close(j, '}');
}

static void finding(struct nk_cli *cli, const struct nk_scan_finding *f)
{
	struct nk_json j;
	char token[32];

	if (state(cli) == NULL) {
		return;
	}
	nk_buf_reset(&cli->json_line);
	nk_json_init(&j, &cli->json_line);
	nk_json_open(&j, '{');
	nk_cli_json_str(&j, "ruleId", nk_str_c(f->what));
	nk_cli_json_str(&j, "level", nk_str_c(level(f)));
	explain(&j, cli, f);
	nk_json_key(&j, "locations");
	nk_json_open(&j, '[');
	nk_json_open(&j, '{');
	location(&j, cli, f->file, f->inside);
	nk_json_key(&j, "region");
	nk_json_open(&j, '{');
	nk_cli_json_number(&j, "byteOffset", f->offset);
	nk_cli_json_number(&j, "byteLength", f->length);
	nk_json_close(&j, '}');
	nk_json_close(&j, '}');
	nk_json_close(&j, '}');
	nk_json_close(&j, ']');
	(void)snprintf(token, sizeof(token), "%016llx", (unsigned long long)f->token);
	nk_json_key(&j, "partialFingerprints");
	nk_json_open(&j, '{');
	nk_cli_json_str(&j, "keyedHash/v1", nk_str_c(token));
	nk_json_close(&j, '}');
	properties(&j, f);
	nk_json_close(&j, '}');
	put(cli, &j, &state(cli)->any_result);
}

static void stream(struct nk_cli *cli, const struct nk_scan_stream *s)
{
	struct nk_json j;
	struct sarif *const st = state(cli);
	struct nk_err err;

	if (st == NULL || s->state == NK_SCAN_SCANNED) {
		return;
	}
	nk_buf_reset(&cli->json_line);
	nk_json_init(&j, &cli->json_line);
	nk_json_open(&j, '{');
	nk_cli_json_str(&j, "level", NK_STR("error"));
	nk_json_key(&j, "descriptor");
	nk_json_open(&j, '{');
	nk_cli_json_str(&j, "id", nk_str_c(s->why));
	nk_json_close(&j, '}');
	nk_json_key(&j, "message");
	nk_json_open(&j, '{');
	nk_cli_json_str(&j, "text",
		nk_cli_text(cli, "%s: %s",
			s->state == NK_SCAN_PARTLY ? nk_cli_tr(cli, NK_N("scanned in part"))
						   : nk_cli_tr(cli, NK_N("not scanned")),
			nk_cli_tr(cli, s->why_text)));
	nk_json_close(&j, '}');
	nk_json_key(&j, "locations");
	nk_json_open(&j, '[');
	nk_json_open(&j, '{');
	location(&j, cli, s->file, s->inside);
	nk_json_close(&j, '}');
	nk_json_close(&j, '}');
	nk_json_close(&j, ']');
	nk_json_close(&j, '}');
	if (!nk_ok(nk_json_end(&j, &err)) || (st->any_note && !nk_ok(nk_buf_add_c(&st->notes, ",\n", &err))) ||
		!nk_ok(nk_buf_add_str(&st->notes, nk_buf_str(&cli->json_line), &err))) {
		cli->out.failed = nk_fail(
			&cli->out.err, NK_LIMIT, NK_N("too much was not scanned to be told in SARIF: use --json"));
		return;
	}
	st->any_note = true;
}

static void file(struct nk_cli *cli, const struct nk_scan_file *f)
{
	(void)cli;
	(void)f;
}

static void rules(struct nk_cli *cli)
{
	size_t n = 0;
	const char *const *const names = nk_scan_classes(&n);

	for (size_t i = 0; i < n; i++) {
		nk_out_f(&cli->out, "%s{\"id\":\"%s\",\"shortDescription\":{\"text\":\"%s\"}}", i > 0 ? "," : "",
			names[i], nk_scan_word(cli, names[i]));
	}
}

static void end(struct nk_cli *cli, const struct nk_scan_reply *r)
{
	struct sarif *const st = state(cli);

	if (st == NULL) {
		return;
	}
	nk_out_c(&cli->out,
		"\n],\"tool\":{\"driver\":{\"name\":\"nokosazu\",\"version\":\"" NK_VERSION "\",\"rules\":[");
	rules(cli);
	nk_out_f(&cli->out,
		"]}},\"invocations\":[{\"executionSuccessful\":%s,\"exitCode\":%d,\"toolExecutionNotifications\":[",
		r->complete ? "true" : "false", nk_scan_status(r));
	nk_out_bytes(&cli->out, nk_buf_bytes(&st->notes));
	nk_out_c(&cli->out, "]}]}]}\n");
	nk_buf_done(&st->notes);
}

const struct nk_scan_form nk_scan_form_sarif = { begin, finding, stream, file, end };
