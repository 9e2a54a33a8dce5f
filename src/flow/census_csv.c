/*
 * census_csv.c: a census as a table for whoever decides, which is a copy of personal data: a holding with an end. Accounts that
 * may be a protected person's are not in it: they are decided on the screen.
 */
#include "base.h"
#include "measures_int.h"

#include "csv.h"
#include "flow_census.h"
#include "census_csv.h"
#include "os.h"

enum { TEXT_MAX = 256 << 20 };

/* A text that a spreadsheet would take for a formula gets an apostrophe before it. */
static NK_RESULT cell(struct nk_buf *out, bool first, struct nk_str text, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf safe = { 0 };

	if (text.len == 0 || strchr("=+-@\t\r", text.ptr[0]) == NULL) {
		return nk_csv_put_field(out, first, text, err);
	}
	nk_buf_init_wiping(&safe, 1 << 16);
	NK_TRY(nk_buf_add_byte(&safe, '\'', err));
	NK_TRY(nk_buf_add_str(&safe, text, err));
	return nk_csv_put_field(out, first, nk_buf_str(&safe), err);
}

static NK_RESULT whys(const struct nk_census_person *p, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	nk_buf_reset(out);
	for (size_t i = 0; i < p->n_why; i++) {
		NK_TRY(nk_buf_printf(out, err, "%s%s", i > 0 ? ", " : "", nk_tr(lang, p->why_text[i])));
	}
	return nk_done();
}

static NK_RESULT put_row(const struct nk_census_row *r, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf why = { 0 };
	static const struct nk_census_person nobody = { .number = 0 };
	const struct nk_census_person *const p = r->n_persons > 0 ? &r->persons[0] : &nobody;
	char percent[16];

	nk_buf_init(&why, 4096);
	NK_TRY(whys(p, lang, &why, err));
	(void)snprintf(percent, sizeof(percent), "%u", p->confidence);
	{
		const struct nk_str cells[] = { nk_str_c(nk_tr(lang, r->kind_text)), r->entry, r->uid, r->mail, r->name,
			nk_str_c(r->n_persons > 0 ? percent : ""), nk_buf_str(&why), p->name, p->login, p->state,
			r->decision };

		for (size_t i = 0; i < NK_ARRAY_LEN(cells); i++) {
			NK_TRY(cell(out, i == 0, cells[i], err));
		}
	}
	return nk_buf_add_c(out, "\r\n", err);
}

static NK_RESULT put_header(enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	static const char *const titles[] = { NK_N("What it looks like"), NK_N("Entry"), "uid", "mail", NK_N("Name there"),
		NK_N("Confidence"), NK_N("Why"), NK_N("Person"), NK_N("Login"), NK_N("State"), NK_N("Decision") };

	/* Excel takes UTF-8 for what it is only with a mark. */
	NK_TRY(nk_buf_add_c(out, "\xef\xbb\xbf", err));
	for (size_t i = 0; i < NK_ARRAY_LEN(titles); i++) {
		NK_TRY(cell(out, i == 0, nk_str_c(nk_tr(lang, titles[i])), err));
	}
	return nk_buf_add_c(out, "\r\n", err);
}

static NK_RESULT whose(
	const struct nk_census_reply *r, struct nk_arena *arena, uint32_t **out, size_t *out_n, struct nk_err *err)
{
	*out = nk_arena_array(arena, r->n_rows, sizeof(**out));
	*out_n = 0;
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < r->n_rows; i++) {
		if (r->rows[i].n_persons > 0 && !r->rows[i].hidden) {
			(*out)[(*out_n)++] = r->rows[i].persons[0].number;
		}
	}
	return nk_done();
}

NK_RESULT nk_census_csv(struct nk_flow *flow, const struct nk_census_request *req, struct nk_arena *arena,
	struct nk_census_reply *r, struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *hold = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_hold_spec spec = { .kind = NK_HOLDING_export,
		.path = req->csv,
		.place = nk_str_c(req->csv),
		.purpose = NK_STR("accounts of a target to be decided about"),
		.warrant = flow->standing_order,
		.expires_at = nk_now(flow->env) + (int64_t)flow->config->import_days * NK_DAY,
		.classes = 1U << NK_ITEM_login | 1U << NK_ITEM_mail | 1U << NK_ITEM_name };
	uint32_t *numbers = NULL;

	nk_buf_init_wiping(&text, TEXT_MAX);
	NK_TRY(put_header(req->lang, &text, err));
	for (size_t i = 0; i < r->n_rows; i++) {
		r->held_back += r->rows[i].hidden ? 1 : 0;
		NK_TRY(r->rows[i].hidden ? nk_done() : put_row(&r->rows[i], req->lang, &text, err));
	}
	NK_TRY(whose(r, arena, &numbers, &spec.n, err));
	spec.numbers = numbers;
	NK_TRY(nk_hold_open(flow, &spec, &hold, err));
	r->holding = nk_hold_id(hold);
	r->destroy_by = spec.expires_at;
	NK_TRY(nk_os_fd_write(nk_hold_fd(hold), text.ptr, text.len, err));
	return nk_hold_keep(&hold, err);
}
