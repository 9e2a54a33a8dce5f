/*
 * person.c: what one person's record says: the name that people see, and whether an account is due on a day.
 */
#include "base.h"

#include "people_int.h"

void nk_people_name_of(const struct nk_person *p, bool kana, struct nk_str *out_family, struct nk_str *out_given)
{
	const struct nk_str shown_family = p->field[kana ? NK_FIELD_FAMILY_SHOWN_KANA : NK_FIELD_FAMILY_SHOWN];
	const struct nk_str shown_given = p->field[kana ? NK_FIELD_GIVEN_SHOWN_KANA : NK_FIELD_GIVEN_SHOWN];

	/* Half by half: a preferred given name alone goes with the legal family name. */
	*out_family = shown_family.len > 0 ? shown_family : p->field[kana ? NK_FIELD_FAMILY_KANA : NK_FIELD_FAMILY];
	*out_given = shown_given.len > 0 ? shown_given : p->field[kana ? NK_FIELD_GIVEN_KANA : NK_FIELD_GIVEN];
}

NK_RESULT nk_person_shown(const struct nk_person *p, bool kana, struct nk_buf *out, struct nk_err *err)
{
	struct nk_str family = { NULL, 0 };
	struct nk_str given = { NULL, 0 };

	nk_people_name_of(p, kana, &family, &given);
	NK_TRY(nk_buf_add_str(out, family, err));
	if (family.len > 0 && given.len > 0) {
		NK_TRY(nk_buf_add_byte(out, ' ', err));
	}
	return nk_buf_add_str(out, given, err);
}

bool nk_person_hidden(const struct nk_person *p)
{
	return (p->flags & (NK_PERSON_HIDDEN | NK_PERSON_SHIELDED)) != 0;
}

NK_RESULT nk_person_listed(const struct nk_person *p, bool kana, struct nk_buf *out, struct nk_err *err)
{
	if (!nk_person_hidden(p)) {
		return nk_person_shown(p, kana, out, err);
	}
	return kana ? nk_done() : nk_buf_printf(out, err, "#%u", p->number);
}

enum nk_person_state nk_person_state_longer(enum nk_person_state a, enum nk_person_state b)
{
	static const unsigned rank[NK_PERSON_STATE_COUNT] = { [NK_PERSON_ACTIVE] = 5,
		[NK_PERSON_PLANNED] = 4,
		[NK_PERSON_SUSPENDED] = 3,
		[NK_PERSON_LEAVING] = 2,
		[NK_PERSON_RETAINED] = 1 };

	return rank[a] >= rank[b] ? a : b;
}

bool nk_person_active_on(const struct nk_person *p, nk_date day)
{
	const bool begun = p->valid_from == NK_DATE_NONE || p->valid_from <= day;
	const bool ended = p->valid_until != NK_DATE_NONE && p->valid_until <= day;

	switch (p->state) {
	case NK_PERSON_ACTIVE:
		return begun && !ended;
	case NK_PERSON_PLANNED:
		/* Becomes active by the calendar, and only by it. */
		return p->valid_from != NK_DATE_NONE && begun && !ended;
	case NK_PERSON_SUSPENDED:
	case NK_PERSON_LEAVING:
	case NK_PERSON_RETAINED:
	case NK_PERSON_ERASED:
	case NK_PERSON_STATE_COUNT:
		break;
	}
	return false;
}
