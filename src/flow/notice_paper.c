/*
 * notice_paper.c: notices as a PDF, one page a person; looked at before any password is set whether it can be made.
 *
 * Invariant: the bytes go to the caller alone; nothing of them is kept or written by us.
 */
#include "base.h"

#include "account_sheet.h"
#include "flow_int.h"
#include "flow_notice.h"

static NK_RESULT nowhere(void *arg, struct nk_bytes part, struct nk_err *err)
{
	(void)arg;
	(void)part;
	(void)err;
	return nk_done();
}

static NK_RESULT code_of(struct nk_flow *flow, struct nk_qr *out, struct nk_err *err)
{
	*out = (struct nk_qr){ .dark = NULL };
	return flow->config->notice_address.len > 0 ? nk_qr_make(flow->config->notice_address, out, err) : nk_done();
}

/* Password in groups of four; the blanks are not part of it. */
static NK_RESULT grouped(struct nk_str password, struct nk_buf *out, struct nk_err *err)
{
	nk_buf_reset(out);
	for (size_t i = 0; i < password.len; i++) {
		if (i > 0 && i % 4 == 0) {
			NK_TRY(nk_buf_add_byte(out, ' ', err));
		}
		NK_TRY(nk_buf_add_byte(out, (uint8_t)password.ptr[i], err));
	}
	return nk_done();
}

struct drawing {
	struct nk_flow *flow;
	struct nk_pdf *pdf;
	struct nk_qr qr;
	char day[NK_DATE_TEXT];
	char reference[NK_UUID_TEXT];
};

static NK_RESULT draw(struct drawing *d, const struct nk_notice *n, bool another, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf password = { 0 };
	struct nk_account_sheet s = { .organisation = d->flow->config->organisation,
		.unit = n->unit,
		.group = n->group,
		.seat = n->seat,
		.name = n->name,
		.kana = n->kana,
		.login = n->login,
		.address = d->flow->config->notice_address,
		.desk = d->flow->config->notice_desk,
		.day = nk_str_c(d->day),
		.reference = nk_str_sub(nk_str_c(d->reference), 0, 8) };

	nk_buf_init_wiping(&password, 1024);
	NK_TRY(grouped(n->password, &password, err));
	s.password = nk_buf_str(&password);
	return nk_account_sheet_draw(d->pdf, &s, d->qr.dark != NULL ? &d->qr : NULL, another, err);
}

static NK_RESULT draw_all(struct drawing *d, const struct nk_notice_reply *r, struct nk_err *err)
{
	for (size_t i = 0; i < r->n; i++) {
		nk_flow_tell(d->flow, NK_N("drawing notices"), i, r->n);
		NK_TRY(draw(d, &r->sheets[i], i > 0, err));
	}
	return nk_pdf_end(d->pdf, err);
}

NK_RESULT nk_op_notice_pdf(struct nk_flow *flow, const struct nk_notice_reply *reply, const struct nk_notice_paper *paper,
	struct nk_err *err)
{
	NK_OWNED(nk_pdf_free) struct nk_pdf *pdf = NULL;
	struct drawing d = { .flow = flow };
	const struct nk_pdf_spec spec = { .title = nk_str_c(nk_tr(paper->lang, NK_N("Account notices"))),
		.lang = paper->lang,
		.at = nk_now(flow->env),
		.sheets = true,
		.write = paper->write,
		.arg = paper->arg };
	nk_rc rc;

	(void)nk_date_print(nk_time_day(reply->hand_out_by, (int)flow->config->tz_minutes), d.day);
	(void)nk_uuid_print(reply->holding, d.reference);
	NK_TRY(nk_pdf_open(&spec, &pdf, err));
	d.pdf = pdf;
	NK_TRY(code_of(flow, &d.qr, err));
	rc = draw_all(&d, reply, err);
	nk_qr_done(&d.qr);
	return rc;
}

NK_RESULT nk_op_notice_pdf_ready(struct nk_flow *flow, enum nk_lang lang, struct nk_err *err)
{
	struct nk_notice nobody = { .name = NK_STR("-"), .login = NK_STR("-"), .password = NK_STR("-") };
	const struct nk_notice_reply one = { .sheets = &nobody, .n = 1 };
	const struct nk_notice_paper paper = { .lang = lang, .write = nowhere };

	return nk_op_notice_pdf(flow, &one, &paper, err);
}
