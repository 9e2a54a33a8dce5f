/*
 * scan_html.c: a scan as one self-contained page: a picture of where what lies, and the same as tables.
 *
 * No script, nothing fetched from anywhere: a policy in the page forbids it. A strip is a stream from its first to
 * its last byte, a mark in it a finding; what was not looked through is hatched. Every picture says in words what it
 * shows.
 */
#include "base.h"

#include "scan_show.h"

enum { MARKS_MAX = 1000, ROWS_MAX = 200, STRIPS_MAX = 100, PART_MAX = 64 * 1024 * 1024, WIDTH = 1000 };

struct mark {
	uint64_t offset;
	const char *what; /* static */
};

struct page {
	struct nk_buf strips, rows; /* of the file at hand */
	size_t n_strips, n_rows;
	uint64_t findings;
	struct mark marks[MARKS_MAX]; /* of the stream at hand */
	size_t n_marks;
	bool failed;
};

static const char style[] =
	"*{box-sizing:border-box}body{font:16px/1.6 system-ui,'BIZ UDPGothic','Noto Sans JP',sans-serif;max-width:72rem;margin:2rem "
	"auto;padding:0 1rem;color:#1a1a1c;background:#fff}h1{font-size:1.6rem}h2{font-size:1.1rem;overflow-wrap:anywhere;margin:2rem 0 "
	".5rem}table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px "
	"solid #949497;vertical-align:top;overflow-wrap:anywhere}td.n{text-align:right;font-variant-numeric:tabular-nums}svg{display:block;width:100%;"
	"height:1.4rem;background:#f1f1f4;border:1px solid #949497}svg.none{position:absolute;width:0;height:0;border:0}figure{margin:.4rem 0}figcaption{font-size:.85rem;overflow-wrap:anywhere}"
	".bad{border-left:.4rem solid #b40000;padding:.4rem .8rem;background:#fdeeee}.ok{border-left:.4rem solid #197a4b;padding:.4rem .8rem;"
	"background:#e6f5ec}rect.p{fill:#b40000}rect.n{fill:#0017c1}rect.o{fill:#8b5000}.key span{display:inline-block;width:1rem;height:1rem;"
	"margin:0 .3rem 0 1rem;vertical-align:middle}@media(prefers-color-scheme:dark){body{background:#1a1a1c;color:#f1f1f4}svg{background:#333}"
	".bad{background:#4b1111}.ok{background:#10402a}rect.p{fill:#ff7171}rect.n{fill:#7096f8}rect.o{fill:#ffa75c}}";

static struct page *state(struct nk_cli *cli)
{
	return cli->form_state;
}

/* Text of others inside the page. */
static void put_text(struct nk_buf *out, const char *text, bool *failed)
{
	struct nk_err err;
	nk_rc rc = nk_done();

	for (const char *c = text; *c != '\0' && nk_ok(rc); c++) {
		switch (*c) {
		case '&':
			rc = nk_buf_add_c(out, "&amp;", &err);
			break;
		case '<':
			rc = nk_buf_add_c(out, "&lt;", &err);
			break;
		case '>':
			rc = nk_buf_add_c(out, "&gt;", &err);
			break;
		case '"':
			rc = nk_buf_add_c(out, "&quot;", &err);
			break;
		default:
			rc = nk_buf_add_byte(out, (uint8_t)*c < 0x20 ? (uint8_t)' ' : (uint8_t)*c, &err);
			break;
		}
	}
	*failed = *failed || !nk_ok(rc);
}

static void put(struct nk_buf *out, bool *failed, const char *fmt, ...) NK_PRINTF(3, 4);
static void put(struct nk_buf *out, bool *failed, const char *fmt, ...)
{
	char text[512];
	struct nk_err err;
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	*failed = *failed || !nk_ok(nk_buf_add_c(out, text, &err));
}

static void begin(struct nk_cli *cli)
{
	struct page *const p = nk_arena_alloc(cli->arena, sizeof(*p));
	const bool ja = cli->lang == NK_LANG_JA;

	cli->form_state = p;
	if (p == NULL) {
		return;
	}
	nk_buf_init_wiping(&p->strips, PART_MAX);
	nk_buf_init_wiping(&p->rows, PART_MAX);
	nk_out_f(&cli->out,
		"<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
		"content=\"width=device-width\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'\"><title>%s</title><style>",
		ja ? "ja" : "en", nk_cli_tr(cli, NK_N("Scan for personal data")));
	nk_out_c(&cli->out, style);
	nk_out_f(&cli->out, "</style></head><body><main><h1>%s</h1>\n",
		nk_cli_tr(cli, NK_N("Scan for personal data")));
	nk_out_f(&cli->out,
		"<svg class=\"none\" aria-hidden=\"true\"><defs><pattern id=\"h\" width=\"8\" height=\"8\" "
		"patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"3\" height=\"8\" "
		"fill=\"#949497\"/></pattern></defs></svg>\n<p><a href=\"#result\">%s</a></p>\n",
		nk_cli_tr(cli, NK_N("Result")));
	nk_out_f(&cli->out,
		"<p class=\"key\">%s<span style=\"background:#b40000\"></span>%s<span style=\"background:#0017c1\"></span>%s"
		"<span style=\"background:#8b5000\"></span>%s</p>\n",
		nk_cli_tr(cli, NK_N("Marks:")), nk_cli_tr(cli, NK_N("of a known person")),
		nk_cli_tr(cli, NK_N("a number or address")), nk_cli_tr(cli, NK_N("a name or date")));
}

static const char *colour(const struct nk_scan_finding *f)
{
	static const char *const names[] = { "person-name", "birth-date", "rule" };

	if (f->of_person) {
		return "p";
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		if (strcmp(f->what, names[i]) == 0) {
			return "o";
		}
	}
	return "n";
}

static void row(struct nk_cli *cli, struct page *p, const struct nk_scan_finding *f)
{
	put(&p->rows, &p->failed, "<tr><td>");
	put_text(&p->rows, f->inside, &p->failed);
	if (f->row > 0) {
		put(&p->rows, &p->failed, " %s %u, %s %u", nk_cli_tr(cli, NK_N("row")), f->row,
			nk_cli_tr(cli, NK_N("column")), f->column);
	}
	put(&p->rows, &p->failed, "</td><td class=\"n\">%llu</td><td>", (unsigned long long)f->offset);
	put_text(&p->rows, f->rule != NULL ? f->rule : nk_scan_word(cli, f->what), &p->failed);
	put(&p->rows, &p->failed, "</td><td class=\"n\">%u&nbsp;%%</td><td>", f->confidence);
	for (size_t i = 0; i < f->n_why; i++) {
		put(&p->rows, &p->failed, "%s%s", i > 0 ? ", " : "", nk_cli_tr(cli, f->why_text[i]));
	}
	put(&p->rows, &p->failed, "</td><td class=\"n\">");
	if (f->n_persons > 0) {
		put(&p->rows, &p->failed, f->n_persons > 1 ? "%u … (%u)" : "%u", f->persons[0], f->n_persons);
	}
	put(&p->rows, &p->failed, "</td></tr>\n");
}

static void finding(struct nk_cli *cli, const struct nk_scan_finding *f)
{
	struct page *const p = state(cli);

	if (p == NULL) {
		return;
	}
	p->findings++;
	if (p->n_marks < MARKS_MAX && !f->in_name) {
		p->marks[p->n_marks++] = (struct mark){ f->offset, colour(f) };
	}
	if (p->n_rows < ROWS_MAX) {
		p->n_rows++;
		row(cli, p, f);
	}
}

static void strip(struct nk_cli *cli, struct page *p, const struct nk_scan_stream *s)
{
	const uint64_t all = s->bytes + s->skipped;

	put(&p->strips, &p->failed,
		"<figure><svg viewBox=\"0 0 %d 20\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"", WIDTH);
	put(&p->strips, &p->failed, nk_cli_tr(cli, NK_N("%zu marks in %llu bytes")), p->n_marks,
		(unsigned long long)s->bytes);
	put(&p->strips, &p->failed, "\">");
	if (s->state != NK_SCAN_SCANNED) {
		put(&p->strips, &p->failed, "<rect width=\"%d\" height=\"20\" fill=\"url(#h)\"/>", WIDTH);
	}
	for (size_t i = 0; i < p->n_marks; i++) {
		put(&p->strips, &p->failed, "<rect class=\"%s\" x=\"%llu\" width=\"2\" height=\"20\"/>",
			p->marks[i].what, (unsigned long long)(all > 0 ? p->marks[i].offset * (WIDTH - 2) / all : 0));
	}
	put(&p->strips, &p->failed, "</svg><figcaption>");
	put_text(&p->strips, s->inside[0] != '\0' ? s->inside : s->format, &p->failed);
	put(&p->strips, &p->failed, " · %s", nk_scan_size(cli, all).ptr);
	if (s->state != NK_SCAN_SCANNED) {
		put(&p->strips, &p->failed, " · <strong>%s: %s</strong>",
			nk_cli_tr(cli, s->state == NK_SCAN_PARTLY ? NK_N("scanned in part") : NK_N("not scanned")),
			nk_cli_tr(cli, s->why_text));
	}
	put(&p->strips, &p->failed, "</figcaption></figure>\n");
}

static void stream(struct nk_cli *cli, const struct nk_scan_stream *s)
{
	struct page *const p = state(cli);

	if (p == NULL) {
		return;
	}
	/* A stream in which nothing lies and that was looked through is counted, not drawn. */
	if ((p->n_marks > 0 || s->state != NK_SCAN_SCANNED) && p->n_strips < STRIPS_MAX) {
		p->n_strips++;
		strip(cli, p, s);
	}
	p->n_marks = 0;
}

static void file(struct nk_cli *cli, const struct nk_scan_file *f)
{
	struct page *const p = state(cli);
	NK_OWNED(nk_buf_done) struct nk_buf name = { 0 };

	if (p == NULL) {
		return;
	}
	if (p->findings > 0 || p->n_strips > 0) {
		nk_buf_init_wiping(&name, PART_MAX);
		put_text(&name, f->file, &p->failed);
		nk_out_c(&cli->out, "<section><h2>");
		nk_out_bytes(&cli->out, nk_buf_bytes(&name));
		nk_out_c(&cli->out, "</h2>\n");
		nk_out_bytes(&cli->out, nk_buf_bytes(&p->strips));
		if (p->n_rows > 0) {
			nk_out_f(&cli->out,
				"<details><summary>%s: %llu</summary><table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
				"<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n",
				nk_cli_tr(cli, NK_N("Findings")), (unsigned long long)p->findings,
				nk_cli_tr(cli, NK_N("Where")), nk_cli_tr(cli, NK_N("Byte")),
				nk_cli_tr(cli, NK_N("What")), nk_cli_tr(cli, NK_N("Confidence")),
				nk_cli_tr(cli, NK_N("Why")), nk_cli_tr(cli, NK_N("Person")));
			nk_out_bytes(&cli->out, nk_buf_bytes(&p->rows));
			nk_out_c(&cli->out, "</tbody></table></details>\n");
		}
		nk_out_c(&cli->out, "</section>\n");
	}
	if (p->failed) {
		cli->out.failed = nk_fail(
			&cli->out.err, NK_LIMIT, NK_N("too much was found in one file to be drawn: use --json"));
	}
	nk_buf_reset(&p->strips);
	nk_buf_reset(&p->rows);
	p->n_strips = 0;
	p->n_rows = 0;
	p->findings = 0;
}

static void counts(struct nk_cli *cli, const char *title, const struct nk_scan_count *list, size_t n, bool reasons)
{
	if (n == 0) {
		return;
	}
	nk_out_f(&cli->out, "<h2>%s</h2><table><tbody>\n", title);
	for (size_t i = 0; i < n; i++) {
		nk_out_f(&cli->out, "<tr><th scope=\"row\">%s</th><td class=\"n\">%llu</td></tr>\n",
			reasons ? nk_cli_tr(cli, list[i].what) : nk_scan_words(cli, list[i].what).ptr,
			(unsigned long long)list[i].n);
	}
	nk_out_c(&cli->out, "</tbody></table>\n");
}

static void end(struct nk_cli *cli, const struct nk_scan_reply *r)
{
	struct page *const p = state(cli);

	if (p == NULL) {
		return;
	}
	nk_out_f(&cli->out, "<section id=\"result\"><h2>%s</h2><p class=\"%s\">%s</p>\n",
		nk_cli_tr(cli, NK_N("Result")), r->clean && r->complete ? "ok" : "bad",
		nk_cli_tr(cli,
			!r->complete
				? (r->clean ? NK_N("Nothing found, but not everything could be looked through: this is not \"clean\".\n")
					    : NK_N("Not everything could be looked through: there may be more.\n"))
				: r->clean ? NK_N("Clean: everything was looked through and nothing was found.\n")
					   : NK_N("Everything was looked through.\n")));
	counts(cli, nk_cli_tr(cli, NK_N("Found\n")), r->by_class, r->n_by_class, false);
	if (r->roster) {
		counts(cli, nk_cli_tr(cli, NK_N("Whose: persons by what was found of them")), r->verdict,
			r->n_verdict, false);
	}
	nk_out_f(&cli->out, "<h2>%s</h2><p>", nk_cli_tr(cli, NK_N("Coverage")));
	nk_cli_print(cli,
		NK_N("Looked through: %1$s in %2$llu streams of %3$llu files; in part: %4$llu streams; not at all: %5$llu."),
		nk_scan_size(cli, r->bytes).ptr, (unsigned long long)r->streams, (unsigned long long)r->files,
		(unsigned long long)r->partly, (unsigned long long)r->not_scanned);
	nk_out_c(&cli->out, "</p>\n");
	counts(cli, nk_cli_tr(cli, NK_N("Not or not wholly looked through")), r->not_by_why, r->n_not_by_why, true);
	nk_out_c(&cli->out, "</section></main></body></html>\n");
	nk_buf_done(&p->strips);
	nk_buf_done(&p->rows);
}

const struct nk_scan_form nk_scan_form_html = { begin, finding, stream, file, end };
