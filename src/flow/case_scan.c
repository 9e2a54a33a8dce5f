/*
 * case_scan.c: a case holds ids and item classes, never values: a text that names somebody of the roster is held back
 * once, with the number of persons and never a name; with --anyway it is kept.
 *
 * Looked for are whole names (family and given, with or without a blank), logins, mail addresses and numbers of at
 * least four characters. It is a reminder for who writes, not a proof: other spellings pass.
 */
#include "base.h"

#include "case_int.h"

enum { SHORTEST = 4, NAME_MAX_BYTES = 256 };

struct looking {
	const struct nk_people *people;
	struct nk_str text;
	uint64_t persons;
};

static bool stands(struct nk_str text, struct nk_str value)
{
	return value.len >= SHORTEST && nk_str_find(text, value) != SIZE_MAX;
}

static bool stands_name(struct nk_str text, struct nk_str family, struct nk_str given)
{
	static const char *const between[] = { "", " ", "　" };
	char name[NAME_MAX_BYTES];
	bool found = false;

	if (family.len == 0 || given.len == 0) {
		return false;
	}
	for (size_t i = 0; !found && i < NK_ARRAY_LEN(between); i++) {
		const int n = snprintf(
			name, sizeof(name), "%.*s%s%.*s", NK_FMT(family), between[i], NK_FMT(given));

		found = n > 0 && n < (int)sizeof(name) && stands(text, nk_str_c(name));
	}
	nk_wipe(name, sizeof(name));
	return found;
}

static bool names_record(struct nk_str text, const struct nk_person *p)
{
	const struct nk_str *const f = p->field;

	return stands_name(text, f[NK_FIELD_FAMILY], f[NK_FIELD_GIVEN]) ||
		stands_name(text, f[NK_FIELD_FAMILY_KANA], f[NK_FIELD_GIVEN_KANA]) || stands(text, f[NK_FIELD_LOGIN]) ||
		stands(text, f[NK_FIELD_MAIL]) || stands(text, f[NK_FIELD_STUDENT_NUMBER]);
}

/* A person is counted once, by the first record that is named. */
static NK_RESULT look(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct looking *const l = arg;
	uint32_t all[NK_WHOLE_MAX];
	size_t n = 0;

	(void)err;
	if (!names_record(l->text, p)) {
		return nk_done();
	}
	n = nk_people_whole(l->people, p->number, all);
	for (size_t i = 0; i < n && all[i] != p->number; i++) {
		if (names_record(l->text, nk_people_by_number(l->people, all[i]))) {
			return nk_done();
		}
	}
	l->persons++;
	return nk_done();
}

/* What people write; the rest are words, numbers and ids of ours. */
static bool is_text(struct nk_str key)
{
	static const char *const texts[] = { "text", "reason", "because", "cause", "lesson", "sources", "how", "receipt" };

	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		if (nk_str_eq(key, nk_str_c(texts[i]))) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_case_scan_words(struct nk_flow *flow, const struct nk_case_write *w, struct nk_err *err)
{
	struct nk_people *people = NULL;
	uint64_t persons = 0;

	for (size_t i = 0; i < w->n_words && w->leaf != NK_LEAF_SUSPECT && !w->anyway; i++) {
		struct looking l = { .text = w->words[i].text };

		if (!is_text(w->words[i].key) || l.text.len == 0) {
			continue;
		}
		NK_TRY(nk_flow_people(flow, &people, err));
		l.people = people;
		NK_TRY(nk_people_each(people, look, &l, err));
		persons += l.persons;
	}
	if (persons == 0) {
		return nk_done();
	}
	return nk_fail(err, NK_GUARD,
		NK_N("the text names %llu persons of the roster; a case needs numbers and item classes, not names. Write it without them, or keep it with --anyway"),
		(unsigned long long)persons);
}
