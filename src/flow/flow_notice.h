/*
 * flow_notice.h: notices as a PDF (nk_op_notice_issue makes what stands in them).
 */
#ifndef NK_FLOW_NOTICE_H
#define NK_FLOW_NOTICE_H

#include "flow.h"

struct nk_notice_paper {
	enum nk_lang lang; /* both languages are printed; this one first */
	NK_RESULT (*write)(void *arg, struct nk_bytes part, struct nk_err *err); /* secret: to a printer */
	void *arg;
};
/* nk_op_notice_pdf: one page a sheet, in their order. NK_UNAVAILABLE: a library is missing. */
NK_RESULT nk_op_notice_pdf(struct nk_flow *flow, const struct nk_notice_reply *reply, const struct nk_notice_paper *paper,
	struct nk_err *err);
/* nk_op_notice_pdf_ready: could it be made? To be asked before passwords are set: they are shown once. */
NK_RESULT nk_op_notice_pdf_ready(struct nk_flow *flow, enum nk_lang lang, struct nk_err *err);

#endif
