/*
 * case_course.c: the course of events of a case, from its notes and the windows of its copies.
 *
 * A note that somebody wrote stands with its own words; everything else is told in the words below, which name nobody.
 */
#include "base.h"

#include "case_int.h"

static const struct {
	const char *kind;
	enum nk_moment_lane lane;
	const char *text; /* msgid */
	const char *with; /* a word of the note that is added, or NULL */
} lines[] = {
	{ "suspect", NK_LANE_EVENT, NK_N("A doubt was told and recorded"), NULL },
	{ "ack", NK_LANE_DECISION, NK_N("Acknowledged by who is in charge"), NULL },
	{ "attend", NK_LANE_DECISION, NK_N("Checked in at the headquarters"), "role" },
	{ "leave", NK_LANE_DECISION, NK_N("Left the headquarters"), NULL },
	{ "decide", NK_LANE_DECISION, NK_N("Decision of the headquarters"), "text" },
	{ "extent", NK_LANE_EVENT, NK_N("A copy was found to be affected"), "harm" },
	{ "classify", NK_LANE_DECISION, NK_N("Classes of the rule"), "to" },
	{ "inquiry", NK_LANE_PERSON, NK_N("An inquiry came in"), NULL },
	{ "answer", NK_LANE_PERSON, NK_N("An inquiry was answered"), NULL },
	{ "assert", NK_LANE_DECISION, NK_N("Stated with date and sources"), "kind" },
	{ "letter", NK_LANE_PERSON, NK_N("Letters to persons were made"), "letters" },
	{ "submit", NK_LANE_REPORT, NK_N("Submitted by hand"), "kind" },
	{ "publish", NK_LANE_REPORT, NK_N("Published"), "number" },
	{ "dismiss", NK_LANE_DECISION, NK_N("Dismissed with a signature"), NULL },
	{ "close", NK_LANE_DECISION, NK_N("The case was closed"), NULL },
	{ "note", NK_LANE_EVENT, "", "text" },
};

static NK_RESULT one(struct nk_flow *flow, const struct nk_case_note *note, size_t k, enum nk_lang lang, struct nk_arena *arena,
	struct nk_moment *out, struct nk_err *err)
{
	const struct nk_str with = lines[k].with != NULL ? nk_case_text(note, lines[k].with) : NK_STR("");
	const bool role = lines[k].with != NULL && strcmp(lines[k].with, "role") == 0 && lang == NK_LANG_JA;
	const struct nk_str role_label = role ? nk_config_role_label(flow->config, with) : with;
	const char *const said = lines[k].text[0] != '\0' ? nk_tr(lang, lines[k].text) : "";
	const bool words = nk_str_eq(with, nk_case_text(note, "text"));

	out->at = note->at;
	out->lane = lines[k].lane;
	if (nk_case_text(note, "because").len > 0 && nk_str_eq(note->kind, NK_STR("classify"))) {
		return nk_arena_printf(arena, &out->text, err, "%s: %.*s → %.*s (%.*s)", said, NK_FMT(nk_case_text(note, "from")),
			NK_FMT(with), NK_FMT(nk_case_text(note, "because")));
	}
	if (with.len == 0) {
		return nk_arena_dup(arena, nk_str_c(said), &out->text, err);
	}
	return nk_arena_printf(arena, &out->text, err, "%s%s%.*s", said, said[0] == '\0' ? "" : ": ",
		NK_FMT(words || role ? role_label : nk_str_c(nk_tr(lang, with.ptr))));
}

static int by_time(const void *a, const void *b)
{
	const struct nk_moment *const x = a;
	const struct nk_moment *const y = b;

	return x->at < y->at ? -1 : x->at > y->at ? 1 : 0;
}

NK_RESULT nk_case_course(struct nk_flow *flow, const struct nk_case *c, enum nk_lang lang, struct nk_arena *arena,
	struct nk_moment **out, size_t *out_n, struct nk_err *err)
{
	struct nk_case_note *notes = NULL;
	struct nk_case_copy *copies = NULL;
	size_t n = 0;
	size_t n_copies = 0;
	size_t at = 0;

	NK_TRY(nk_case_notes(flow, c, NULL, arena, &notes, &n, err));
	NK_TRY(nk_case_copies(flow, c, arena, &copies, &n_copies, err));
	*out = nk_arena_array(arena, n + n_copies + 1, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n_copies; i++) {
		if (copies[i].from_at != 0) {
			(*out)[at] = (struct nk_moment){ .at = copies[i].from_at, .until = copies[i].until_at };
			NK_TRY(nk_arena_printf(arena, &(*out)[at].text, err, "%s: %s",
				nk_tr(lang, NK_N("A copy lay open")), nk_tr(lang, copies[i].kind.ptr)));
			at++;
		}
	}
	if (c->known_at != (n > 0 ? notes[0].at : 0)) {
		(*out)[at] = (struct nk_moment){ .at = c->known_at };
		NK_TRY(nk_arena_dup(arena, nk_str_c(nk_tr(lang, NK_N("It was known"))), &(*out)[at].text, err));
		at++;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < NK_ARRAY_LEN(lines); k++) {
			if (nk_str_eq(notes[i].kind, nk_str_c(lines[k].kind))) {
				NK_TRY(one(flow, &notes[i], k, lang, arena, &(*out)[at], err));
				at++;
			}
		}
	}
	qsort(*out, at, sizeof(**out), by_time);
	*out_n = at;
	return nk_done();
}
