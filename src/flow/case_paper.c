/*
 * case_paper.c: the papers of a case: report, publication draft, VERIS record, picture of the course.
 *
 * Nothing is ever sent. A paper that goes into a file is a holding with an end and a duty to destroy it, on the books
 * before the file exists: its texts may name people.
 */
#include "base.h"

#include "case_int.h"
#include "letter.h"
#include "report.h"
#include "sentence.h"
#include "timeline.h"
#include "veris.h"

enum { PAPER_DAYS = 180, PAPER_MAX = 64 << 20 };

struct at_hand { /* a case with its facts */
	struct nk_arena *arena;
	struct nk_law *law;
	struct nk_case c;
	struct nk_case_facts facts;
};

static void at_hand_done(struct at_hand *h)
{
	nk_law_free(&h->law);
	nk_arena_free(&h->arena);
}

static NK_RESULT take_at_hand(
	struct nk_flow *flow, struct nk_str ref, enum nk_lang lang, struct at_hand *out, struct nk_err *err)
{
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &out->arena, err));
	NK_TRY(nk_case_law(flow, &out->law, err));
	NK_TRY(nk_case_find(flow, ref, out->arena, &out->c, err));
	return nk_case_facts_make(flow, out->law, &out->c, lang, out->arena, &out->facts, err);
}

NK_RESULT nk_case_paper_out(struct nk_flow *flow, const char *path, struct nk_bytes bytes, struct nk_uuid *out_holding,
	struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *hold = NULL;
	const struct nk_hold_spec spec = { .kind = NK_HOLDING_case_file,
		.path = path,
		.place = nk_str_c(path),
		.purpose = NK_STR("paper of a case"),
		.expires_at = nk_now(flow->env) + PAPER_DAYS * NK_DAY };

	NK_TRY(nk_hold_open(flow, &spec, &hold, err));
	*out_holding = nk_hold_id(hold);
	NK_TRY(nk_os_fd_write(nk_hold_fd(hold), bytes.ptr, bytes.len, err));
	return nk_hold_keep(&hold, err);
}

static NK_RESULT add_part(void *arg, struct nk_bytes part, struct nk_err *err)
{
	return nk_buf_add(arg, part.ptr, part.len, err);
}

static NK_RESULT print_form(struct at_hand *h, const struct nk_case_report_request *req, const struct nk_form *form,
	struct nk_buf *out, struct nk_err *err)
{
	const struct nk_report r = { .law = h->law,
		.facts = &h->facts,
		.kind = form->kind,
		.lang = req->lang,
		.write = add_part,
		.arg = out };

	switch (req->form) {
	case NK_CASE_PDF:
		return nk_report_pdf(&r, err);
	case NK_CASE_TXT:
		return nk_form_text(form, req->lang, out, err);
	case NK_CASE_JSON:
		return nk_form_json(form, out, err);
	}
	return nk_done();
}

static NK_RESULT list_missing(
	const struct nk_form *form, struct nk_arena *arena, struct nk_case_paper *out, struct nk_err *err)
{
	struct nk_case_missing *list = nk_arena_array(arena, form->n, sizeof(*list));

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	out->missing = list;
	for (size_t i = 0; i < form->n; i++) {
		const struct nk_form_field *const f = &form->fields[i];
		struct nk_case_missing *const m = &list[out->n_missing];

		if (f->state != NK_FIELD_MISSING && f->state != NK_FIELD_UNKNOWN) {
			continue;
		}
		NK_TRY(nk_arena_dup(arena, f->id, &m->id, err));
		for (unsigned l = 0; l < NK_LANG_COUNT; l++) {
			NK_TRY(nk_arena_dup(arena, f->label[l], &m->label[l], err));
		}
		out->n_missing++;
	}
	/* What the law lets be unknown goes out as it is; what a person has to write never does. */
	out->allowed = form->missing == 0;
	return nk_done();
}

NK_RESULT nk_op_case_report(struct nk_flow *flow, const struct nk_case_report_request *req, struct nk_buf *out,
	struct nk_arena *arena, struct nk_case_paper *out_paper, struct nk_err *err)
{
	NK_OWNED(at_hand_done) struct at_hand h = { .arena = NULL };
	struct nk_form_ask ask = { .kind = NK_FORM_PRELIMINARY };
	struct nk_form form;

	memset(out_paper, 0, sizeof(*out_paper));
	if (!nk_str_eq(req->kind, NK_STR("prompt")) && !nk_str_eq(req->kind, NK_STR("final"))) {
		return nk_fail(err, NK_USAGE, NK_N("--kind is prompt or final"));
	}
	ask.kind = nk_str_eq(req->kind, NK_STR("final")) ? NK_FORM_FINAL : NK_FORM_PRELIMINARY;
	NK_TRY(take_at_hand(flow, req->ref, req->lang, &h, err));
	NK_TRY(nk_form_fill(h.law, &ask, &h.facts, h.arena, &form, err));
	NK_TRY(list_missing(&form, arena, out_paper, err));
	NK_TRY(print_form(&h, req, &form, out, err));
	return req->path != NULL ? nk_case_paper_out(flow, req->path, nk_buf_bytes(out), &out_paper->holding, err)
				 : nk_done();
}

/* Copies that this program made have no place for other items than those of its record (E2). */
static bool closed_schema(const struct nk_case_facts *f)
{
	static const char *const kinds[] = { "store", "target", "vault_copy", "backup", "bundle", "export" };
	size_t known = 0;

	for (size_t i = 0; i < f->affected_n; i++) {
		for (size_t k = 0; k < NK_ARRAY_LEN(kinds); k++) {
			known += nk_str_eq(f->affected[i].kind, nk_str_c(kinds[k])) ? 1 : 0;
		}
	}
	return f->affected_n > 0 && known == f->affected_n;
}

static NK_RESULT add_schema(enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf names = { 0 };
	struct nk_hash digest;
	char hex[2 * NK_HASH_LEN + 1];

	nk_buf_init(&names, 65536);
	for (unsigned i = 0; i < NK_FIELD_COUNT; i++) {
		NK_TRY(nk_buf_printf(&names, err, "%s %s\n", nk_field_name((enum nk_field)i),
			nk_case_item_word(nk_field_class((enum nk_field)i))));
	}
	nk_sha256(nk_buf_bytes(&names), &digest);
	nk_hex_print(digest.b, sizeof(digest.b), hex);
	NK_TRY(nk_buf_add_c(out, "\n", err));
	return nk_buf_printf(out, err,
		nk_tr(lang, NK_N("Items other than these are not in it: the records have no place for them (schema sha256:%s).")), hex);
}

/* What may be said about reading and misuse: computed, never typed; what has lapsed says nothing. */
static NK_RESULT add_sentences(
	const struct nk_case_facts *f, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < f->affected_n; i++) {
		NK_TRY(nk_buf_add_c(out, "\n", err));
		NK_TRY(nk_sentence_read(&f->affected[i], lang, out, err));
	}
	for (size_t i = 0; i < f->assertions_n; i++) {
		NK_OWNED(nk_buf_done) struct nk_buf one = { 0 };

		nk_buf_init_wiping(&one, NK_CASE_TEXT_MAX);
		if (nk_ok(nk_sentence_misuse(&f->assertions[i], f->now, lang, &one, NULL))) {
			NK_TRY(nk_buf_add_c(out, "\n", err));
			NK_TRY(nk_buf_add_str(out, nk_buf_str(&one), err));
		}
	}
	if (closed_schema(f)) {
		NK_TRY(add_schema(lang, out, err));
	}
	return nk_buf_add_c(out, "\n", err);
}

NK_RESULT nk_op_case_draft(
	struct nk_flow *flow, struct nk_str ref, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(at_hand_done) struct at_hand h = { .arena = NULL };

	NK_TRY(take_at_hand(flow, ref, lang, &h, err));
	NK_TRY(nk_publication_write(h.law, &h.facts, lang, out, err));
	return add_sentences(&h.facts, lang, out, err);
}

NK_RESULT nk_op_case_veris(struct nk_flow *flow, struct nk_str ref, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(at_hand_done) struct at_hand h = { .arena = NULL };
	struct nk_veris v = { .facts = &h.facts };

	NK_TRY(take_at_hand(flow, ref, NK_LANG_EN, &h, err));
	v.dismissed = nk_str_eq(h.c.state, NK_STR("dismissed"));
	return nk_veris_json(&v, out, err);
}

NK_RESULT nk_op_case_timeline(struct nk_flow *flow, struct nk_str ref, enum nk_lang lang, const char *path,
	struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(at_hand_done) struct at_hand h = { .arena = NULL };
	struct nk_uuid holding;

	NK_TRY(take_at_hand(flow, ref, lang, &h, err));
	NK_TRY(nk_timeline_svg(&h.facts, lang, out, err));
	return path != NULL ? nk_case_paper_out(flow, path, nk_buf_bytes(out), &holding, err) : nk_done();
}
