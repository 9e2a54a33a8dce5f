/*
 * case_letters.c: the notice to each person of a case, with the items that this person's copies really hold.
 *
 * I1: a file of letters exists only as a holding with its persons, an end and a closing duty. Persons erased since are
 * counted, never guessed. The note of the case tells numbers, not names. To a protected person nothing is written without a
 * second person's warrant: those letters are counted as held back, and the case has not written to everybody.
 */
#include "base.h"

#include "case_int.h"
#include "person_int.h"
#include "letter.h"
#include "num.h"

enum { LETTER_DAYS = 30, LETTERS_MAX = 1 << 30 };

struct writing {
	struct nk_flow *flow;
	const struct nk_case_letters_request *req;
	struct nk_arena *arena;
	struct nk_law *law;
	struct nk_people *people;
	struct nk_case c;
	struct nk_case_facts facts;
	struct nk_case_letters_reply *out;
	struct nk_uuid signer, evidence; /* of the officer who signed for it; nil: the headquarters decided */
	uint64_t seen_kinds[256 / 64]; /* sets of item classes that were met */
};

static void writing_done(struct writing *w)
{
	nk_law_free(&w->law);
	nk_arena_free(&w->arena);
}

static NK_RESULT name_of(
	const struct nk_person *p, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	const struct nk_str family =
		p->field[NK_FIELD_FAMILY_SHOWN].len > 0 ? p->field[NK_FIELD_FAMILY_SHOWN] : p->field[NK_FIELD_FAMILY];
	const struct nk_str given =
		p->field[NK_FIELD_GIVEN_SHOWN].len > 0 ? p->field[NK_FIELD_GIVEN_SHOWN] : p->field[NK_FIELD_GIVEN];

	return nk_arena_printf(arena, out, err, "%.*s %.*s", NK_FMT(family), NK_FMT(given));
}

static NK_RESULT one_letter(struct writing *w, const struct nk_person *p, unsigned classes, struct nk_buf *out,
	struct nk_err *err)
{
	struct nk_str items[NK_ITEM_COUNT];
	char number[24];
	struct nk_letter letter = { .items = items, .on = nk_flow_today(w->flow) };

	for (unsigned c = 0; c < NK_ITEM_COUNT; c++) {
		if ((classes & (1U << c)) != 0) {
			items[letter.items_n] = nk_str_c(nk_case_item_word((enum nk_item_class)c));
			letter.items_n++;
		}
	}
	w->out->letters++;
	w->out->kinds += (w->seen_kinds[classes / 64] >> (classes % 64) & 1) == 0 ? 1 : 0;
	w->seen_kinds[classes / 64] |= UINT64_C(1) << (classes % 64);
	(void)snprintf(number, sizeof(number), "%" PRIu64, w->out->letters);
	letter.number = nk_str_c(number);
	NK_TRY(name_of(p, w->arena, &letter.addressee, err));
	return nk_letter_write(w->law, &w->facts, &letter, w->req->lang, out, err);
}
_Static_assert(NK_ITEM_COUNT <= 8, "seen_kinds has a bit a set of item classes");

static NK_RESULT put_file(struct writing *w, const char *name, const uint32_t *numbers, size_t n, struct nk_bytes text,
	struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *hold = NULL;
	char path[PATH_MAX];
	struct nk_hold_spec spec = { .kind = NK_HOLDING_letter,
		.path = path,
		.purpose = NK_STR("letters to persons of a case"),
		.warrant = w->req->warrant,
		.expires_at = nk_now(w->flow->env) + LETTER_DAYS * NK_DAY,
		.numbers = numbers,
		.n = n,
		.classes = 1U << NK_ITEM_name };

	if (snprintf(path, sizeof(path), "%s/%s", w->req->dir, name) >= (int)sizeof(path)) {
		return nk_fail(err, NK_USAGE, NK_N("the path of the folder is too long"));
	}
	spec.place = nk_str_c(path);
	NK_TRY(nk_hold_open(w->flow, &spec, &hold, err));
	w->out->holding = nk_hold_id(hold);
	NK_TRY(nk_os_fd_write(nk_hold_fd(hold), text.ptr, text.len, err));
	return nk_hold_keep(&hold, err);
}

static NK_RESULT each_letter(
	struct writing *w, const struct nk_extent_person *persons, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	uint32_t *numbers = nk_arena_array(w->arena, n, sizeof(*numbers));
	char name[32];
	size_t k = 0;

	if (numbers == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_init_wiping(&text, LETTERS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct nk_person *const p = nk_people_by_number(w->people, persons[i].number);

		if (p == NULL) {
			w->out->gone++;
			continue;
		}
		if (nk_person_hidden(p) && nk_uuid_is_nil(w->req->warrant)) {
			w->out->held_back++;
			continue;
		}
		NK_TRY(one_letter(w, p, persons[i].classes, &text, err));
		numbers[k] = persons[i].number;
		k++;
		if (w->req->each) {
			(void)snprintf(name, sizeof(name), "letter-%05" PRIu64 ".txt", w->out->letters);
			NK_TRY(put_file(w, name, &numbers[k - 1], 1, nk_buf_bytes(&text), err));
			nk_buf_reset(&text);
		} else {
			NK_TRY(nk_buf_add_c(&text, "\f\n", err));
		}
	}
	if (w->req->each || k == 0) {
		return nk_done();
	}
	return put_file(w, "letters.txt", numbers, k, nk_buf_bytes(&text), err);
}

static NK_RESULT prepare(struct writing *w, struct nk_extent_person **out, size_t *out_n, struct nk_err *err)
{
	struct nk_case_copy *copies = NULL;
	struct nk_uuid *ids = NULL;
	size_t n = 0;
	size_t k = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &w->arena, err));
	NK_TRY(nk_case_law(w->flow, &w->law, err));
	NK_TRY(nk_case_find_open(w->flow, w->req->ref, w->arena, &w->c, err));
	NK_TRY(nk_case_facts_make(w->flow, w->law, &w->c, w->req->lang, w->arena, &w->facts, err));
	NK_TRY(nk_case_copies(w->flow, &w->c, w->arena, &copies, &n, err));
	NK_TRY(nk_case_copy_ids(copies, n, false, w->arena, &ids, &k, err));
	NK_TRY(nk_extent_persons(w->flow->store, ids, k, w->arena, out, out_n, err));
	NK_TRY(nk_person_heads(w->flow, *out, out_n, err));
	if (*out_n == 0) {
		return nk_fail(err, NK_NOT_FOUND,
			NK_N("no copy of this case has anybody on the books: nobody to write to (nokosazu case hold)"));
	}
	return nk_flow_people(w->flow, &w->people, err);
}

static NK_RESULT note(struct writing *w, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	char letters[24];
	char kinds[24];
	char gone[24];
	struct nk_case_written done;
	struct nk_case_word words[] = { { NK_STR("letters"), NK_STR("") }, { NK_STR("kinds"), NK_STR("") },
		{ NK_STR("gone"), NK_STR("") } };
	struct nk_case_write e = {
		.leaf = NK_LEAF_CASE, .kind = "letter", .words = words, .n_words = NK_ARRAY_LEN(words)
	};

	(void)snprintf(letters, sizeof(letters), "%" PRIu64, w->out->letters);
	(void)snprintf(kinds, sizeof(kinds), "%" PRIu64, w->out->kinds);
	words[0].text = nk_str_c(letters);
	words[1].text = nk_str_c(kinds);
	(void)snprintf(gone, sizeof(gone), "%" PRIu64, w->out->gone);
	words[2].text = nk_str_c(gone);
	e.party = w->signer;
	e.evidence = w->evidence;
	NK_TRY(nk_tx_begin(w->flow->store, &tx, err));
	NK_TRY(nk_case_write_note(w->flow, tx, &w->c, &e, &done, err));
	if (!nk_uuid_is_nil(w->req->warrant)) {
		NK_TRY(nk_warrant_done(w->flow, tx, w->req->warrant, "letters to protected persons written", err));
	}
	return nk_flow_commit(w->flow, &tx, err);
}

/* Plain letters to everybody leave the seal: an officer who is not who asks signs for it, or the headquarters decided since the
 * copies were last changed. */
static NK_RESULT be_allowed(struct writing *w, struct nk_tx *tx, struct nk_err *err)
{
	const struct nk_case_signing s = { .seed = w->req->seed, .act = "letters", .role = NK_STR("officer") };
	struct nk_case_signed who;
	uint64_t extent = 0;
	bool decided = false;

	if (w->req->seed != NULL) {
		NK_TRY(nk_case_sign(w->flow, tx, &w->c, &s, w->arena, &who, err));
		w->signer = who.party.id;
		w->evidence = who.evidence;
		return !nk_uuid_eq(w->signer, w->flow->actor)
			? nk_done()
			: nk_fail(err, NK_DENIED, NK_N("who asks or carries out cannot approve: a second person signs with a key of his own"));
	}
	NK_TRY(nk_case_behind(w->flow, &w->c, "extent", &extent, err));
	NK_TRY(nk_case_decided(w->flow, &w->c, extent, w->flow->actor, &decided, err));
	return decided ? nk_done()
		       : nk_fail(err, NK_DENIED,
				 NK_N("letters in clear leave only when an officer signs for it (--key FILE, his own key), or the headquarters has decided since the copies of the case were last changed (nokosazu case decide)"));
}

/* Before the first file. */
static NK_RESULT take_leave(struct writing *w, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_str scope;
	char id[NK_UUID_TEXT];

	NK_TRY(nk_tx_begin(w->flow->store, &tx, err));
	NK_TRY(be_allowed(w, tx, err));
	if (!nk_uuid_is_nil(w->req->warrant)) {
		NK_TRY(nk_arena_printf(w->arena, &scope, err, "case:%s", nk_uuid_print(w->c.id, id)));
		NK_TRY(nk_warrant_take(w->flow, tx, w->req->warrant, NK_STR("access"), NK_STR("LETTERS"), scope, w->arena, NULL, err));
	} else if (nk_uuid_is_nil(w->evidence)) {
		return nk_done(); /* nothing to write down: the decision is on the books */
	}
	return nk_flow_commit(w->flow, &tx, err);
}

NK_RESULT nk_op_case_letters(struct nk_flow *flow, const struct nk_case_letters_request *req,
	struct nk_case_letters_reply *out, struct nk_err *err)
{
	NK_OWNED(writing_done) struct writing w = { .flow = flow, .req = req, .out = out };
	struct nk_extent_person *persons = NULL;
	size_t n = 0;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	NK_TRY(prepare(&w, &persons, &n, err));
	out->about = w.c.id;
	rc = take_leave(&w, err);
	if (rc.code == NK_DENIED) {
		nk_flow_refused_why(flow, "case letters", err);
	}
	NK_TRY(rc);
	NK_TRY(each_letter(&w, persons, n, err));
	return note(&w, err);
}

static uint64_t number_in(const struct nk_case_note *note, const char *key)
{
	uint64_t n = 0;

	return nk_parse_u64(nk_case_text(note, key), 0, UINT32_MAX, &n) ? n : 0;
}

NK_RESULT nk_case_written_to(struct nk_flow *flow, const struct nk_case *c, size_t *out_persons, bool *out_written,
	struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_extent_person *persons = NULL;
	struct nk_case_copy *copies = NULL;
	struct nk_case_note *notes = NULL;
	struct nk_uuid *ids = NULL;
	uint64_t extent = 0;
	size_t n = 0;
	size_t k = 0;

	*out_written = false;
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	NK_TRY(nk_case_copies(flow, c, arena, &copies, &n, err));
	NK_TRY(nk_case_copy_ids(copies, n, false, arena, &ids, &k, err));
	NK_TRY(nk_extent_persons(flow->store, ids, k, arena, &persons, out_persons, err));
	NK_TRY(nk_case_behind(flow, c, "extent", &extent, err));
	NK_TRY(nk_case_notes(flow, c, "letter", arena, &notes, &n, err));
	if (n > 0) {
		NK_TRY(nk_person_heads(flow, persons, out_persons, err)); /* one letter a person */
	}
	for (size_t i = 0; i < n; i++) {
		if (notes[i].seq >= extent &&
			number_in(&notes[i], "letters") + number_in(&notes[i], "gone") >= *out_persons) {
			*out_written = true;
		}
	}
	return nk_done();
}
