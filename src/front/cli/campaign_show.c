/*
 * campaign_show.c: the board of a campaign as people and programs read it.
 */
#include "base.h"

#include "campaign_show.h"

static const char *const state_words[] = { "-", "unknown", "done", "verified", "waived" };
/* For people: "verified" alone would be taken for a copy's end. */
static const char *const state_text[] = { "-", NK_N("not proven"), NK_N("done"), NK_N("checked by a third party"), NK_N("waived") };
static const char *const step_words[NK_CAMPAIGN_STEPS] = { "erase", "patch", "verify" };

static struct nk_str sentence(const struct nk_cli *cli, const struct nk_board *b)
{
	return cli->lang == NK_LANG_JA ? b->sentence_ja : b->sentence_en;
}

NK_RESULT nk_campaign_text(struct nk_cli *cli, const struct nk_board *b, struct nk_err *err)
{
	NK_OWNED(nk_table_done) struct nk_table table = { 0 };
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Site")), nk_cli_tr(cli, NK_N("Version")), nk_cli_tr(cli, NK_N("Last report")),
		nk_cli_tr(cli, NK_N("Erase")), nk_cli_tr(cli, NK_N("Patch")), nk_cli_tr(cli, NK_N("Verify")), nk_cli_tr(cli, NK_N("Joined")) };

	nk_table_init(&table, cli->arena, titles, NK_ARRAY_LEN(titles));
	for (size_t i = 0; i < b->n_sites; i++) {
		const struct nk_board_site *const s = &b->sites[i];
		const struct nk_str cells[] = { s->name, s->version.len > 0 ? s->version : nk_str_c(nk_cli_tr(cli, NK_N("not told"))),
			s->silent ? nk_cli_word(cli, NK_STR("silent")) : nk_cli_when(cli, s->last_report),
			nk_cli_word(cli, nk_str_c(state_text[s->step[0]])), nk_cli_word(cli, nk_str_c(state_text[s->step[1]])),
			nk_cli_word(cli, nk_str_c(state_text[s->step[2]])), s->ended ? nk_cli_word(cli, NK_STR("ended"))
			: s->late						    ? nk_cli_word(cli, NK_STR("later"))
										    : NK_STR("") };

		NK_TRY(nk_table_row(&table, cells, err));
	}
	nk_table_print(&table, 0, &cli->out);
	nk_out_c(&cli->out, "\n");
	nk_out_text(&cli->out, sentence(cli, b));
	nk_out_c(&cli->out, "\n");
	return nk_done();
}

static void site_json(struct nk_json *j, const struct nk_board_site *s)
{
	nk_json_open(j, '{');
	nk_cli_json_str(j, "site", s->name);
	nk_cli_json_str(j, "version", s->version);
	nk_cli_json_time(j, "last_report", s->last_report);
	for (size_t k = 0; k < NK_CAMPAIGN_STEPS; k++) {
		nk_cli_json_str(j, step_words[k], nk_str_c(state_words[s->step[k]]));
	}
	nk_cli_json_bool(j, "complete", s->complete);
	nk_cli_json_bool(j, "silent", s->silent);
	nk_cli_json_bool(j, "late", s->late);
	nk_cli_json_bool(j, "ended", s->ended);
	nk_json_close(j, '}');
}

NK_RESULT nk_campaign_json(struct nk_cli *cli, const struct nk_board *b, struct nk_err *err)
{
	struct nk_json j;

	nk_cli_json_begin(cli, &j, "campaign");
	nk_cli_json_id(&j, "id", b->id);
	nk_cli_json_str(&j, "version", b->version);
	nk_cli_json_str(&j, "steps", b->steps);
	nk_cli_json_time(&j, "started_at", b->started_at);
	nk_cli_json_time(&j, "due_at", b->due_at);
	nk_cli_json_time(&j, "closed_at", b->closed_at);
	nk_cli_json_number(&j, "sites_in_all", b->n_sites);
	nk_cli_json_number(&j, "complete", b->complete);
	nk_cli_json_number(&j, "waived", b->waived);
	nk_cli_json_number(&j, "silent", b->silent);
	nk_cli_json_bool(&j, "all", b->all);
	nk_cli_json_str(&j, "sentence", b->sentence_ja);
	nk_json_key(&j, "sites");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < b->n_sites; i++) {
		site_json(&j, &b->sites[i]);
	}
	nk_json_close(&j, ']');
	return nk_cli_json_end(cli, &j, err);
}

/* Text of others inside the page. */
static NK_RESULT put(struct nk_buf *out, struct nk_str s, struct nk_err *err)
{
	static const struct {
		char c;
		const char *as;
	} escapes[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" } };

	for (size_t i = 0; i < s.len; i++) {
		const char *as = NULL;

		for (size_t k = 0; k < NK_ARRAY_LEN(escapes); k++) {
			as = s.ptr[i] == escapes[k].c ? escapes[k].as : as;
		}
		NK_TRY(as != NULL ? nk_buf_add_c(out, as, err) : nk_buf_add_byte(out, (uint8_t)s.ptr[i], err));
	}
	return nk_done();
}

static NK_RESULT cell(struct nk_buf *out, const char *tag, const char *css, struct nk_str s, struct nk_err *err)
{
	NK_TRY(nk_buf_printf(out, err, "<%s%s%s%s>", tag, css[0] != 0 ? " class=\"" : "", css, css[0] != 0 ? "\"" : ""));
	NK_TRY(put(out, s, err));
	return nk_buf_printf(out, err, "</%s>", tag);
}

static NK_RESULT page_row(struct nk_cli *cli, const struct nk_board_site *s, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add_c(out, "<tr>", err));
	NK_TRY(nk_buf_add_c(out, "<th scope=\"row\">", err));
	NK_TRY(put(out, s->name, err));
	NK_TRY(nk_buf_add_c(out, "</th>", err));
	NK_TRY(cell(out, "td", "", s->version.len > 0 ? s->version : nk_str_c(nk_cli_tr(cli, NK_N("not told"))), err));
	NK_TRY(cell(out, "td", s->silent ? "u" : "", s->silent ? nk_cli_word(cli, NK_STR("silent")) : nk_cli_when(cli, s->last_report), err));
	for (size_t k = 0; k < NK_CAMPAIGN_STEPS; k++) {
		static const char *const css[] = { "", "u", "d", "v", "w" };

		NK_TRY(cell(out, "td", css[s->step[k]], nk_cli_word(cli, nk_str_c(state_text[s->step[k]])), err));
	}
	NK_TRY(cell(out, "td", "", s->ended ? nk_cli_word(cli, NK_STR("ended"))
		: s->late ? nk_cli_word(cli, NK_STR("later")) : nk_str_c(nk_cli_tr(cli, NK_N("from the start"))), err));
	return nk_buf_add_c(out, "</tr>\n", err);
}

/* Colours have at least 4.5:1, every state is a word; on a phone the table scrolls, with the site's name kept in sight. */
static const char style[] =
	":root{color-scheme:light dark}"
	"body{font:16px/1.6 system-ui,'BIZ UDPGothic','Noto Sans JP',sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1a1a1c;background:#fff}"
	"h1{font-size:1.5rem;line-height:1.3}p.s{font-size:1.4rem;font-weight:bold;overflow-wrap:anywhere}p.i{overflow-wrap:anywhere}"
	".t{overflow-x:auto}table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;padding:.3rem 0}"
	"th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #767679;white-space:nowrap}tbody th{position:sticky;left:0;background:#fff}"
	"progress{width:100%;height:1.5rem}td.u{background:#fdeeee;color:#8c0000}td.w{background:#fff4d6}td.v,td.d{background:#e6f5ec}"
	"@media(prefers-color-scheme:dark){body,tbody th{background:#1a1a1c;color:#f1f1f4}td.u{background:#4b1111;color:#fff}td.w{background:#4a3a00}"
	"td.v,td.d{background:#10402a}}"
	"@media print{body{max-width:none;margin:0;background:#fff;color:#000}.t{overflow:visible}th,td{font-size:11px;padding:.2rem .3rem}tbody th{white-space:normal;position:static;background:#fff;"
	"color:#000}td.u,td.w,td.v,td.d{background:#fff;color:#000}tr{break-inside:avoid}}";

static NK_RESULT page_head(struct nk_cli *cli, const struct nk_board *b, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_printf(out, err,
		"<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>",
		cli->lang == NK_LANG_JA ? "ja" : "en"));
	NK_TRY(put(out, sentence(cli, b), err));
	NK_TRY(nk_buf_printf(out, err, "</title><style>%s</style></head><body><main>\n", style));
	return cell(out, "h1", "", nk_cli_text(cli, "%s %.*s", nk_cli_tr(cli, NK_N("One patch for every site: version")), NK_FMT(b->version)), err);
}

/* What is known of all sites, in words and as a bar that has a name. */
static NK_RESULT page_whole(struct nk_cli *cli, const struct nk_board *b, struct nk_buf *out, struct nk_err *err)
{
	const unsigned percent = b->n_sites == 0 ? 0 : (unsigned)(100 * b->complete / b->n_sites);
	const struct {
		const char *what;
		nk_time at;
	} times[] = { { NK_N("As of"), b->at }, { NK_N("Begun"), b->started_at }, { NK_N("Due"), b->due_at }, { NK_N("Closed"), b->closed_at } };

	NK_TRY(nk_buf_add_c(out, "\n", err));
	NK_TRY(cell(out, "p", "s", sentence(cli, b), err));
	NK_TRY(nk_buf_add_c(out, "<progress max=\"100\" aria-label=\"", err));
	NK_TRY(put(out, nk_str_c(nk_cli_tr(cli, NK_N("Sites that are complete"))), err));
	NK_TRY(nk_buf_printf(out, err, "\" value=\"%u\">%u %%</progress>\n<p class=\"i\">", percent, percent));
	for (size_t i = 0; i < NK_ARRAY_LEN(times); i++) {
		if (times[i].at != 0) {
			NK_TRY(put(out, nk_cli_text(cli, "%s: %.*s · ", nk_cli_tr(cli, times[i].what), NK_FMT(nk_cli_when(cli, times[i].at))), err));
		}
	}
	NK_TRY(nk_buf_add_c(out, "ID ", err));
	NK_TRY(put(out, nk_cli_id(cli, b->id), err));
	return nk_buf_add_c(out, "</p>\n", err);
}

NK_RESULT nk_campaign_html(struct nk_cli *cli, const struct nk_board *b, struct nk_buf *out, struct nk_err *err)
{
	const char *const titles[] = { nk_cli_tr(cli, NK_N("Site")), nk_cli_tr(cli, NK_N("Version")), nk_cli_tr(cli, NK_N("Last report")),
		nk_cli_tr(cli, NK_N("Erase")), nk_cli_tr(cli, NK_N("Patch")), nk_cli_tr(cli, NK_N("Verify")), nk_cli_tr(cli, NK_N("Joined")) };

	NK_TRY(page_head(cli, b, out, err));
	NK_TRY(page_whole(cli, b, out, err));
	NK_TRY(nk_buf_add_c(out, "<div class=\"t\" role=\"region\" aria-labelledby=\"c\" tabindex=\"0\"><table><caption id=\"c\">", err));
	NK_TRY(put(out, nk_str_c(nk_cli_tr(cli, NK_N("Each site and step"))), err));
	NK_TRY(nk_buf_add_c(out, "</caption>\n<thead><tr>", err));
	for (size_t i = 0; i < NK_ARRAY_LEN(titles); i++) {
		NK_TRY(nk_buf_add_c(out, "<th scope=\"col\">", err));
		NK_TRY(put(out, nk_str_c(titles[i]), err));
		NK_TRY(nk_buf_add_c(out, "</th>", err));
	}
	NK_TRY(nk_buf_add_c(out, "</tr></thead><tbody>\n", err));
	for (size_t i = 0; i < b->n_sites; i++) {
		NK_TRY(page_row(cli, &b->sites[i], out, err));
	}
	return nk_buf_add_c(out, "</tbody></table></div>\n</main></body></html>\n", err);
}
