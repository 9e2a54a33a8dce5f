/*
 * pdf.c: nkx_pdf_text, which asks whoever the sink is.
 */
#include "base.h"

#include "nkx_work.h"

enum nkx_why nkx_pdf_text(struct nkx_work *w, const uint8_t *pdf, size_t len, char **out, size_t *out_len)
{
	*out = NULL;
	*out_len = 0;
	if (w->gone || w->stop != NKX_WHY_NONE) {
		return w->stop != NKX_WHY_NONE ? w->stop : NKX_WHY_STOPPED;
	}
	return w->sink->pdf(w->sink->arg, pdf, len, out, out_len);
}
