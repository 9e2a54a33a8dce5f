/*
 * questions.c: lines → questions. Every line has a sign, and the sign says what may follow; nothing is guessed.
 */
#include "base.h"
#include "questions.h"

enum want { WANT_HEAD, WANT_SET, WANT_TITLE, WANT_TIE, WANT_ITEM, WANT_CHOICE, WANT_REASON };

struct reading {
	struct nk_arena *arena;
	struct nk_questions *out;
	struct nk_vec items; /* of struct nk_question */
	struct nk_question now;
	unsigned n_choices, n_right;
	enum want want;
	unsigned line;
};

static NK_RESULT bad(const struct reading *r, const char *what, struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, NK_N("question set, line %1$u: %2$s"), r->line, what);
}

static NK_RESULT keep(const struct reading *r, struct nk_str text, struct nk_str *out, struct nk_err *err)
{
	const struct nk_str t = nk_str_trim(text);

	if (t.len == 0) {
		return bad(r, "there is no text", err);
	}
	return nk_arena_dup(r->arena, t, out, err);
}

bool nk_procedure_name_ok(struct nk_str name)
{
	if (name.len == 0 || name.len > NK_PROCEDURE_NAME || name.ptr[0] < 'a' || name.ptr[0] > 'z') {
		return false;
	}
	for (size_t i = 0; i < name.len; i++) {
		const char c = name.ptr[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
			return false;
		}
	}
	return true;
}

bool nk_procedure_section(struct nk_str text, struct nk_str section)
{
	struct nk_str line;

	while (section.len > 0 && nk_str_cut(&text, '\n', &line)) {
		size_t at = 0;

		while (at < line.len && line.ptr[at] == '#') {
			at++;
		}
		if (at == 0 || at == line.len || line.ptr[at] != ' ') {
			continue;
		}
		line = nk_str_sub(line, at + 1, line.len);
		if (nk_str_starts(line, section) && (line.len == section.len || line.ptr[section.len] == ' ')) {
			return true;
		}
	}
	return false;
}

/* "carry@1 <64 hexadecimal characters>" */
static NK_RESULT take_tie(struct reading *r, struct nk_str rest, struct nk_err *err)
{
	struct nk_question_tie tie;
	struct nk_str name;
	struct nk_str revision;

	if (r->out->n_ties == NK_QUESTIONS_TIES) {
		return bad(r, "too many procedures", err);
	}
	if (!nk_str_cut(&rest, '@', &name) || !nk_procedure_name_ok(name) || !nk_str_cut(&rest, ' ', &revision) ||
		!nk_parse_u32(revision, 1, 1000000, &tie.revision) ||
		!nk_hex_parse(nk_str_trim(rest), tie.digest.b, sizeof(tie.digest.b))) {
		return bad(r, "wanted: procedure NAME@REVISION DIGEST", err);
	}
	for (size_t i = 0; i < r->out->n_ties; i++) {
		if (nk_str_eq(r->out->ties[i].name, name)) {
			return bad(r, "this procedure is named twice", err);
		}
	}
	NK_TRY(nk_arena_dup(r->arena, name, &tie.name, err));
	r->out->ties[r->out->n_ties++] = tie;
	return nk_done();
}

static NK_RESULT take_head(struct reading *r, struct nk_str word, struct nk_str rest, struct nk_err *err)
{
	if (r->want == WANT_HEAD && nk_str_eq(word, NK_STR("nokosazu-questions")) &&
		nk_str_eq(nk_str_trim(rest), NK_STR("v1"))) {
		r->want = WANT_SET;
		return nk_done();
	}
	if (r->want == WANT_SET && nk_str_eq(word, NK_STR("set")) && nk_procedure_name_ok(nk_str_trim(rest))) {
		r->want = WANT_TITLE;
		return keep(r, rest, &r->out->set, err);
	}
	if (r->want == WANT_TITLE && nk_str_eq(word, NK_STR("title"))) {
		r->want = WANT_TIE;
		return keep(r, rest, &r->out->title, err);
	}
	if ((r->want == WANT_TIE || (r->want == WANT_ITEM && r->items.len == 0)) &&
		nk_str_eq(word, NK_STR("procedure"))) {
		r->want = WANT_ITEM;
		return take_tie(r, rest, err);
	}
	return bad(r, "this line is not wanted here", err);
}

static NK_RESULT take_question(struct reading *r, struct nk_str rest, struct nk_err *err)
{
	struct nk_str id;

	if (r->want != WANT_ITEM) {
		return bad(r, "a question begins before the one above it has ended, or before the head has", err);
	}
	if (!nk_str_cut(&rest, ' ', &id) || !nk_procedure_name_ok(id)) {
		return bad(r, "wanted: ? ID TEXT", err);
	}
	for (size_t i = 0; i < r->items.len; i++) {
		const struct nk_question *const q = nk_vec_at(&r->items, i);

		if (nk_str_eq(q->id, id)) {
			return bad(r, "another question has this id", err);
		}
	}
	memset(&r->now, 0, sizeof(r->now));
	r->n_choices = 0;
	r->n_right = 0;
	r->want = WANT_CHOICE;
	NK_TRY(nk_arena_dup(r->arena, id, &r->now.id, err));
	return keep(r, rest, &r->now.text, err);
}

static NK_RESULT take_choice(struct reading *r, bool right, struct nk_str rest, struct nk_err *err)
{
	const struct nk_str text = nk_str_trim(rest);

	if (r->want != WANT_CHOICE) {
		return bad(r, "a choice without its question, or a fifth one", err);
	}
	for (unsigned i = 0; i < r->n_choices; i++) {
		if (nk_str_eq(r->now.choices[i], text)) {
			return bad(r, "this choice is there twice", err);
		}
	}
	if (right && r->n_right > 0) {
		return bad(r, "two choices are marked as right", err);
	}
	if (right) {
		r->n_right = 1;
		r->now.right = r->n_choices;
	}
	NK_TRY(keep(r, rest, &r->now.choices[r->n_choices], err));
	r->n_choices++;
	if (r->n_choices == NK_QUESTION_CHOICES) {
		r->want = WANT_REASON;
	}
	return nk_done();
}

static bool section_ok(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((s.ptr[i] < '0' || s.ptr[i] > '9') && s.ptr[i] != '.') {
			return false;
		}
	}
	return s.len > 0 && s.len <= 12 && s.ptr[0] != '.' && s.ptr[s.len - 1] != '.';
}

static bool is_tied(const struct nk_questions *q, struct nk_str name)
{
	for (size_t i = 0; i < q->n_ties; i++) {
		if (nk_str_eq(q->ties[i].name, name)) {
			return true;
		}
	}
	return false;
}

/* "carry#4.1 why" */
static NK_RESULT take_reason(struct reading *r, struct nk_str rest, struct nk_err *err)
{
	struct nk_str name;
	struct nk_str section;
	void *item = NULL;

	if (r->want != WANT_REASON || r->n_right != 1) {
		return bad(r, "four choices are wanted before the reason, one of them marked as right", err);
	}
	if (!nk_str_cut(&rest, '#', &name) || !nk_str_cut(&rest, ' ', &section) || !section_ok(section)) {
		return bad(r, "wanted: ! PROCEDURE#SECTION REASON", err);
	}
	if (!is_tied(r->out, name)) {
		return bad(r, "the set is not tied to this procedure", err);
	}
	NK_TRY(nk_arena_dup(r->arena, name, &r->now.procedure, err));
	NK_TRY(nk_arena_dup(r->arena, section, &r->now.section, err));
	NK_TRY(keep(r, rest, &r->now.reason, err));
	NK_TRY(nk_vec_push(&r->items, &item, err));
	*(struct nk_question *)item = r->now;
	r->want = WANT_ITEM;
	return nk_done();
}

static NK_RESULT take_line(struct reading *r, struct nk_str line, struct nk_err *err)
{
	struct nk_str rest = line;
	struct nk_str word;

	if (line.len > NK_QUESTION_LINE) {
		return bad(r, "the line is too long", err);
	}
	for (size_t i = 0; i < line.len; i++) {
		if ((unsigned char)line.ptr[i] < 0x20 || line.ptr[i] == 0x7F) {
			return bad(r, "there is a control character", err);
		}
	}
	if (nk_str_trim(line).len == 0 || line.ptr[0] == '#') {
		return nk_done();
	}
	(void)nk_str_cut(&rest, ' ', &word);
	if (word.len != 1) {
		return take_head(r, word, rest, err);
	}
	switch (word.ptr[0]) {
	case '?':
		return take_question(r, rest, err);
	case '+':
		return take_choice(r, true, rest, err);
	case '-':
		return take_choice(r, false, rest, err);
	case '!':
		return take_reason(r, rest, err);
	default:
		return bad(r, "this line is not wanted here", err);
	}
}

static void reading_done(struct reading *r)
{
	nk_vec_done(&r->items);
}

static NK_RESULT hand_over(struct reading *r, struct nk_err *err)
{
	struct nk_question *items = nk_vec_keep(&r->items, r->arena);

	if (items == NULL) {
		return nk_fail_nomem(err);
	}
	r->out->items = items;
	r->out->n_items = r->items.len;
	return nk_done();
}

NK_RESULT nk_questions_parse(
	struct nk_bytes text, struct nk_arena *arena, struct nk_questions *out, struct nk_err *err)
{
	struct nk_questions got = { .n_ties = 0 };
	NK_OWNED(reading_done) struct reading r = { .arena = arena, .out = &got };
	struct nk_str rest = nk_bytes_str(text);
	struct nk_str line;

	nk_vec_init(&r.items, sizeof(struct nk_question), NK_QUESTIONS_MAX);
	if (text.len > NK_QUESTIONS_SIZE) {
		return nk_fail(err, NK_LIMIT, NK_N("a question set has at most %d bytes"), NK_QUESTIONS_SIZE);
	}
	if (!nk_utf8_valid(text, NULL)) {
		return nk_fail(err, NK_INVALID, NK_N("the question set is not UTF-8"));
	}
	nk_sha256(text, &got.digest);
	while (nk_str_cut(&rest, '\n', &line)) {
		r.line++;
		NK_TRY(take_line(&r, line, err));
	}
	if (r.want != WANT_ITEM || r.items.len == 0) {
		return bad(&r, "the text ends too early", err);
	}
	NK_TRY(hand_over(&r, err));
	*out = got;
	return nk_done();
}
