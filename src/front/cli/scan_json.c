/*
 * scan_json.c: a scan as JSON lines: every finding, every stream with its state, every file, and a summary.
 */
#include "base.h"

#include "scan_show.h"

static void put(struct nk_cli *cli, struct nk_json *j)
{
	struct nk_err err;
	const nk_rc rc = nk_cli_json_end(cli, j, &err);

	if (!nk_ok(rc) && nk_ok(cli->out.failed)) {
		cli->out.failed = rc;
		cli->out.err = err;
	}
}

static void put_real(struct nk_json *j, const char *key, double v)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.3g", v);
	nk_json_key(j, key);
	nk_json_c(j, text);
}

static void put_hex(struct nk_json *j, const char *key, uint64_t v)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%016llx", (unsigned long long)v);
	nk_json_key(j, key);
	nk_json_c(j, text);
}

static void put_why(struct nk_json *j, const struct nk_scan_finding *f)
{
	nk_json_key(j, "why");
	nk_json_open(j, '[');
	for (size_t i = 0; i < f->n_why; i++) {
		nk_json_c(j, f->why[i]);
	}
	nk_json_close(j, ']');
}

static void put_persons(struct nk_json *j, const struct nk_scan_finding *f)
{
	nk_json_key(j, "persons");
	nk_json_open(j, '[');
	for (size_t i = 0; i < f->n_persons && i < NK_SCAN_PERSONS_SHOWN; i++) {
		nk_json_int(j, f->persons[i]);
	}
	nk_json_close(j, ']');
	nk_cli_json_number(j, "persons_in_all", f->n_persons);
	nk_cli_json_bool(j, "corroborated", f->corroborated);
	put_real(j, "chance", f->chance);
}

static void finding(struct nk_cli *cli, const struct nk_scan_finding *f)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "finding");
	nk_cli_json_str(&j, "file", nk_str_c(f->file));
	nk_cli_json_str(&j, "path", nk_str_c(f->inside));
	nk_cli_json_bool(&j, "in_name", f->in_name);
	nk_cli_json_str(&j, f->of_person ? "field" : "class", nk_str_c(f->what));
	if (f->rule != NULL) {
		nk_cli_json_str(&j, "rule", nk_str_c(f->rule));
	}
	nk_cli_json_number(&j, "confidence", f->confidence);
	put_why(&j, f);
	nk_cli_json_number(&j, "offset", f->offset);
	nk_cli_json_number(&j, "length", f->length);
	nk_cli_json_number(&j, "characters", f->characters);
	if (f->row > 0) {
		nk_cli_json_number(&j, "row", f->row);
		nk_cli_json_number(&j, "column", f->column);
	}
	nk_cli_json_str(&j, "encoding", nk_str_c(f->encoding));
	nk_cli_json_str(&j, "via", nk_str_c(f->via));
	put_hex(&j, "token", f->token);
	if (f->of_person) {
		put_persons(&j, f);
	}
	put(cli, &j);
}

static void stream(struct nk_cli *cli, const struct nk_scan_stream *s)
{
	static const char *const states[] = { "scanned", "partly", "not-scanned" };
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "stream");
	nk_cli_json_str(&j, "file", nk_str_c(s->file));
	nk_cli_json_str(&j, "path", nk_str_c(s->inside));
	nk_cli_json_str(&j, "format", nk_str_c(s->format));
	nk_cli_json_str(&j, "state", nk_str_c(states[s->state]));
	if (s->state != NK_SCAN_SCANNED) {
		nk_cli_json_str(&j, "why", nk_str_c(s->why));
	}
	nk_cli_json_number(&j, "bytes", s->bytes);
	nk_cli_json_number(&j, "skipped", s->skipped);
	put(cli, &j);
}

static void file(struct nk_cli *cli, const struct nk_scan_file *f)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "file");
	nk_cli_json_str(&j, "file", nk_str_c(f->file));
	nk_cli_json_number(&j, "bytes", f->bytes);
	nk_cli_json_number(&j, "streams", f->streams);
	nk_cli_json_number(&j, "partly", f->partly);
	nk_cli_json_number(&j, "not_scanned", f->not_scanned);
	nk_cli_json_number(&j, "findings", f->findings);
	put(cli, &j);
}

static void counts(struct nk_json *j, const char *key, const struct nk_scan_count *list, size_t n)
{
	nk_json_key(j, key);
	nk_json_open(j, '{');
	for (size_t i = 0; i < n; i++) {
		nk_cli_json_number(j, list[i].what, list[i].n);
	}
	nk_json_close(j, '}');
}

static void end(struct nk_cli *cli, const struct nk_scan_reply *r)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "summary");
	nk_cli_json_bool(&j, "clean", r->clean);
	nk_cli_json_bool(&j, "complete", r->complete);
	nk_cli_json_number(&j, "files", r->files);
	nk_cli_json_number(&j, "streams", r->streams);
	nk_cli_json_number(&j, "bytes", r->bytes);
	nk_cli_json_number(&j, "partly", r->partly);
	nk_cli_json_number(&j, "not_scanned", r->not_scanned);
	nk_cli_json_number(&j, "bytes_partly", r->bytes_partly);
	nk_cli_json_number(&j, "bytes_not_scanned", r->bytes_not);
	nk_cli_json_number(&j, "findings", r->findings);
	nk_cli_json_number(&j, "weak", r->weak);
	counts(&j, "by_class", r->by_class, r->n_by_class);
	counts(&j, "not_by_why", r->not_by_why, r->n_not_by_why);
	nk_cli_json_bool(&j, "roster", r->roster);
	if (r->roster) {
		nk_cli_json_number(&j, "roster_persons", r->roster_persons);
		nk_cli_json_number(&j, "left_out", r->left_out);
		nk_cli_json_number(&j, "persons", r->persons);
		nk_cli_json_number(&j, "persons_sure", r->persons_sure);
		counts(&j, "verdict", r->verdict, r->n_verdict);
	}
	put(cli, &j);
}

static void begin(struct nk_cli *cli)
{
	(void)cli;
}

const struct nk_scan_form nk_scan_form_json = { begin, finding, stream, file, end };
