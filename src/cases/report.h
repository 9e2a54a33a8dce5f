/*
 * report.h: the report of a case as PDF: head, nine items, deadlines, holdings with their sentences, timeline picture,
 * missing and unchecked fields. One call; bytes go to the caller's function (pdf.h).
 */
#ifndef NK_REPORT_H
#define NK_REPORT_H

#include "form.h"
#include "pdf.h"

struct nk_report {
	const struct nk_law *law;
	const struct nk_case_facts *facts;
	enum nk_form_kind kind;
	enum nk_lang lang;
	nk_pdf_write_fn *write;
	void *arg;
};
NK_RESULT nk_report_pdf(const struct nk_report *r, struct nk_err *err);

#endif
