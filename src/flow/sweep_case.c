/*
 * sweep_case.c: what a sweep found for the first time is a doubt, and a case.
 *
 * Paths come masked from the scan, and the text is sealed under the case's key anyway.
 */
#include "base.h"
#include "sweep_int.h"

#include "flow_case.h"

enum { SUSPECT_TEXT = 16 * 1024, TOLD_PATHS = 20 };

NK_RESULT nk_sweep_doubt(struct nk_sweeping *s, size_t fresh, struct nk_sweep_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_suspect_request req = { 0 };
	struct nk_suspect_reply reply;
	size_t told = 0;

	nk_buf_init_wiping(&text, SUSPECT_TEXT);
	NK_TRY(nk_buf_printf(&text, err, "sweep: %zu files hold data of persons and are no holding:\n", fresh));
	for (size_t i = 0; i < s->files.len && told < TOLD_PATHS; i++) {
		const struct nk_sweep_file *const f = nk_vec_at(&s->files, i);

		if (nk_uuid_is_nil(f->known) && f->path.len < 512) {
			NK_TRY(nk_buf_printf(&text, err, "%.*s (%" PRIu64 ")%s\n", NK_FMT(f->path), nk_sweep_persons_in(s, f),
				f->changed ? " changed" : ""));
			told++;
		}
	}
	req.text = nk_buf_str(&text);
	NK_TRY(nk_op_suspect(s->flow, &req, &reply, err));
	(void)snprintf(out->receipt, sizeof(out->receipt), "%s", reply.receipt);
	return nk_done();
}

/* The case knows which copies it is about. */
NK_RESULT nk_sweep_doubt_about(struct nk_sweeping *s, const struct nk_sweep_reply *out, struct nk_err *err)
{
	for (size_t i = 0; i < out->n_suspects; i++) {
		const struct nk_case_hold_request req = { .ref = nk_str_c(out->receipt),
			.holding = out->suspects[i].holding,
			.harm = NK_STR("may-be-leaked") };

		if (!out->suspects[i].known) {
			NK_TRY(nk_op_case_hold(s->flow, &req, err));
		}
	}
	return nk_done();
}

