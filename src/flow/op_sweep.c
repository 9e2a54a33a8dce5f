/*
 * op_sweep.c: copies that nobody wrote down: looked for, told, put on the books; and looked for before anything is sealed.
 */
#include "base.h"
#include "sweep_int.h"

static NK_RESULT reply_places(struct nk_sweeping *s, struct nk_sweep_reply *out, struct nk_err *err)
{
	struct nk_sweep_place *const list = nk_arena_array(s->arena, s->n_places, sizeof(*list));
	struct nk_sweep_left *const left = nk_vec_keep(&s->left_out, s->arena);

	if (list == NULL || left == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < s->n_places; i++) {
		const struct nk_residue_place_report *const p = &s->report.places[i];

		list[i] = (struct nk_sweep_place){ .label = s->places[i].label,
			.path = nk_str_c(s->places[i].path),
			.files = p->files,
			.bytes = p->bytes,
			.traces = p->hits,
			.unscanned = p->unscanned,
			.control_found = p->control_found };
		out->files += p->files;
		out->bytes += p->bytes;
	}
	out->places = list;
	out->n_places = s->n_places;
	out->left_out = left;
	out->n_left_out = s->left_out.len;
	return nk_done();
}

static NK_RESULT reply_unread(struct nk_sweeping *s, struct nk_sweep_reply *out, struct nk_err *err)
{
	struct nk_sweep_unread *const list = nk_arena_array(s->arena, s->report.n_unscanned, sizeof(*list));

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < s->report.n_unscanned; i++) {
		const struct nk_residue_unscanned *const u = &s->report.unscanned[i];

		if (nk_sweep_unread_counts(u)) {
			list[out->n_unread].why = u->why;
			NK_TRY(nk_arena_printf(s->arena, &list[out->n_unread++].path, err, "%s%s%.*s",
				nk_str_starts(u->file, NK_STR("/")) ? "" : s->places[u->place].path,
				u->file.len == 0 || u->file.ptr[0] == '/' ? "" : "/", NK_FMT(u->file)));
		}
	}
	out->unread = list;
	return nk_done();
}

NK_RESULT nk_sweep_fill(struct nk_sweeping *s, struct nk_sweep_reply *out, struct nk_err *err)
{
	NK_TRY(reply_places(s, out, err));
	NK_TRY(reply_unread(s, out, err));
	out->unscanned = s->unscanned;
	out->inside = s->inside;
	out->alone = s->alone;
	out->persons = s->n;
	out->texts = s->report.patterns;
	memcpy(out->scanner, s->report.scanner, sizeof(out->scanner));
	out->controls = nk_sweep_controls(s);
	out->complete = out->controls && out->unscanned == 0 && s->off == 0;
	out->clean = s->files.len == 0;
	return nk_arena_dup(s->arena, nk_str_c(s->dictionary), &out->dictionary, err);
}

NK_RESULT nk_sweep_look(
	struct nk_sweeping *s, const struct nk_sweep_request *req, const char *also, struct nk_sweep_reply *out, struct nk_err *err)
{
	out->whole = req->n_places == 0 && !req->installation_only;
	NK_TRY(nk_sweep_places(s, req, err));
	NK_TRY(also != NULL ? nk_sweep_place(s, also, "place of the residue", err) : nk_done());
	NK_TRY(nk_sweep_scan(s, err));
	NK_TRY(nk_sweep_fill(s, out, err));
	return nk_sweep_book(s, out, err);
}

NK_RESULT nk_op_sweep(struct nk_flow *flow, const struct nk_sweep_request *req, struct nk_arena *arena,
	struct nk_sweep_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_sweeping_done) struct nk_sweeping s = { 0 };

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_sweeping_init(&s, flow, arena, err));
	NK_TRY(nk_sweep_look(&s, req, NULL, out, err));
	return nk_flow_end_job(flow, err);
}

NK_RESULT nk_sweep_before_seal(struct nk_flow *flow, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_sweep_request req = { .installation_only = true };
	struct nk_sweep_reply r;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	NK_TRY(nk_op_sweep(flow, &req, arena, &r, err));
	if (!r.clean) {
		nk_flow_refused(flow, "seal", NK_N("the sweep found copies that nobody wrote down"));
		return nk_fail(err, NK_DENIED,
			NK_N("nothing is sealed: %llu files of this installation hold data of persons and are on no books; nokosazu sweep, then sweep clear"),
			(unsigned long long)(r.n_suspects + r.more));
	}
	return r.complete ? nk_done()
			  : nk_fail(err, NK_INCOMPLETE,
				    NK_N("nothing is sealed: the sweep before it could not look through everything: nokosazu sweep"));
}
