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

static NK_RESULT look(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct looking *const l = arg;
	const struct nk_str *const f = p->field;

	(void)err;
	l->persons += stands_name(l->text, f[NK_FIELD_FAMILY], f[NK_FIELD_GIVEN]) ||
			stands_name(l->text, f[NK_FIELD_FAMILY_KANA], f[NK_FIELD_GIVEN_KANA]) ||
			stands(l->text, f[NK_FIELD_LOGIN]) || stands(l->text, f[NK_FIELD_MAIL]) ||
			stands(l->text, f[NK_FIELD_STUDENT_NUMBER])
		? 1
		: 0;
	return nk_done();
}

NK_RESULT nk_case_scan_text(struct nk_flow *flow, const struct nk_case_words *req, struct nk_err *err)
{
	struct looking l = { .text = req->text };
	struct nk_people *people = NULL;

	if (req->anyway || req->text.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_people_each(people, look, &l, err));
	if (l.persons == 0) {
		return nk_done();
	}
	return nk_fail(err, NK_GUARD,
		NK_N("the text names %llu persons of the roster; a case needs numbers and item classes, not names. Write it without them, or keep it with --anyway"),
		(unsigned long long)l.persons);
}
