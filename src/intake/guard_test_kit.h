/*
 * guard_test_kit.h: a board of three schools and how its next file is made: one function for each word of
 * tests/guard/disasters.rows. Persons made up.
 */
#ifndef NK_GUARD_TEST_KIT_H
#define NK_GUARD_TEST_KIT_H

#include <cmocka.h>

#include "guard_source.h"
#include "kit_import.h"

enum {
	SCHOOLS = 3,
	GRADES = 6,
	PUPILS = 30,
	TEACHERS = 12,
	PER_SCHOOL = GRADES * PUPILS + TEACHERS,
	PERSONS = SCHOOLS * PER_SCHOOL
};

static const char *const grades[GRADES] = { "P1", "P2", "P3", "P4", "P5", "P6" };

/* The file that is judged, and what else the guard is told. */
struct disaster {
	struct nk_arena *arena;
	struct nk_roster roster;
	uint64_t left_in_window;
	uint32_t seen_days;
	struct nk_str sentinels[1];
	int expected_year;
};

static struct nk_str text(struct nk_arena *arena, const char *fmt, unsigned a, unsigned b)
{
	char buf[64];
	struct nk_str out;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(buf, sizeof(buf), fmt, a, b);
#pragma GCC diagnostic pop
	assert_true(nk_ok(nk_arena_dup(arena, nk_str_c(buf), &out, NULL)));
	return out;
}

/* Person i of school s: pupils first; keys and names are told apart by `series`, so that others can be made. */
static struct nk_roster_person person(struct nk_arena *arena, unsigned series, unsigned s, unsigned i)
{
	struct nk_roster_person p = {
		.enabled = true, .valid_from = NK_DATE_NONE, .valid_until = NK_DATE_NONE, .n_memberships = 1
	};
	const bool pupil = i < GRADES * PUPILS;
	const unsigned n = series * 100000 + s * PER_SCHOOL + i;

	for (size_t f = 0; f < NK_FIELD_COUNT; f++) {
		p.field[f] = NK_STR("");
	}
	p.field[NK_FIELD_SOURCE_KEY] = text(arena, "key-%06u-%u", n, 0);
	p.field[NK_FIELD_MASTER_ID] = text(arena, "master-%06u-%u", n, 0);
	p.field[NK_FIELD_LOGIN] = text(arena, "u%06u.%u", n, 0);
	p.field[NK_FIELD_FAMILY] = text(arena, "姓%u-%u", n, 1);
	p.field[NK_FIELD_GIVEN] = text(arena, "名%u-%u", n, 2);
	p.field[NK_FIELD_GRADE] = pupil ? nk_str_c(grades[i / PUPILS]) : NK_STR("");
	p.memberships = nk_arena_alloc(arena, sizeof(*p.memberships));
	assert_non_null(p.memberships);
	*p.memberships = (struct nk_roster_membership){ .where = s,
		.primary = true,
		.role = pupil ? NK_ROLE_STUDENT : NK_ROLE_TEACHER,
		.from = NK_DATE_NONE,
		.until = NK_DATE_NONE };
	return p;
}

static struct nk_roster board(struct nk_arena *arena)
{
	struct nk_roster r = { .format = NK_STR("oneroster"),
		.generation = NK_STR("jp-c"),
		.school_year = 2026,
		.n_units = SCHOOLS,
		.n_persons = PERSONS };

	r.units = nk_arena_array(arena, SCHOOLS, sizeof(*r.units));
	r.persons = nk_arena_array(arena, (size_t)PERSONS * 2, sizeof(*r.persons));
	assert_true(r.units != NULL && r.persons != NULL);
	for (unsigned s = 0; s < SCHOOLS; s++) {
		r.units[s] = (struct nk_roster_unit){ .key = text(arena, "school-%u-%u", s, 0),
			.parent_key = NK_STR(""),
			.kind = NK_STR("school"),
			.name = text(arena, "第%u小学校%u", s + 1, 0),
			.code = text(arena, "B14821000%u%03u", s, 7) };
		for (unsigned i = 0; i < PER_SCHOOL; i++) {
			r.persons[s * PER_SCHOOL + i] = person(arena, 0, s, i);
		}
	}
	return r;
}

/* Keeps the persons for whom `stays` says yes. */
static void keep(struct disaster *d, bool (*stays)(const struct nk_roster_person *p, size_t i))
{
	size_t n = 0;

	for (size_t i = 0; i < d->roster.n_persons; i++) {
		if (stays(&d->roster.persons[i], i)) {
			d->roster.persons[n++] = d->roster.persons[i];
		}
	}
	d->roster.n_persons = n;
}

/* ---- how the file is made: one function for each word of the rows ---- */

static void the_same(struct disaster *d)
{
	(void)d;
}

static void nobody(struct disaster *d)
{
	d->roster.n_persons = 0;
}

static void only_one(struct disaster *d)
{
	d->roster.n_persons = 1;
}

static bool is_odd(const struct nk_roster_person *p, size_t i)
{
	(void)p;
	return i % 2 == 1;
}

static void every_second(struct disaster *d)
{
	keep(d, is_odd);
}

static bool not_in_the_last_school(const struct nk_roster_person *p, size_t i)
{
	(void)i;
	return p->memberships[0].where != SCHOOLS - 1;
}

static void without_a_school(struct disaster *d)
{
	keep(d, not_in_the_last_school);
	d->roster.n_units = SCHOOLS - 1;
}

static bool not_p3_of_the_first(const struct nk_roster_person *p, size_t i)
{
	(void)i;
	return p->memberships[0].where != 0 || !nk_str_eq(p->field[NK_FIELD_GRADE], NK_STR("P3"));
}

static void without_a_grade(struct disaster *d)
{
	keep(d, not_p3_of_the_first);
}

static void another_board(struct disaster *d)
{
	for (unsigned s = 0; s < SCHOOLS; s++) {
		d->roster.units[s].key = text(d->arena, "elsewhere-%u-%u", s, 0);
		for (unsigned i = 0; i < PER_SCHOOL; i++) {
			d->roster.persons[s * PER_SCHOOL + i] = person(d->arena, 5, s, i);
		}
	}
}

static void grade_times_four(struct disaster *d)
{
	for (unsigned i = 0; i < 3 * PUPILS; i++) {
		d->roster.persons[d->roster.n_persons++] = person(d->arena, 6 + i / PUPILS, 0, i % PUPILS);
	}
}

static void same_code(struct disaster *d)
{
	d->roster.units[1].code = d->roster.units[0].code;
}

static bool not_one_in_nine(const struct nk_roster_person *p, size_t i)
{
	(void)p;
	return i % 9 != 0;
}

static void one_in_nine_gone(struct disaster *d)
{
	keep(d, not_one_in_nine);
}

static bool not_one_in_thirty(const struct nk_roster_person *p, size_t i)
{
	(void)p;
	return i % 30 != 0;
}

static void one_in_thirty_gone(struct disaster *d)
{
	keep(d, not_one_in_thirty);
}

static void three_gone(struct disaster *d)
{
	d->roster.n_persons -= 3;
}

static void five_more_gone(struct disaster *d)
{
	d->roster.n_persons -= 5;
	d->left_in_window = 45;
}

static void year_before(struct disaster *d)
{
	d->roster.school_year = 2025;
}

/* Even the operator's word does not let an older file pass. */
static void year_before_wanted(struct disaster *d)
{
	d->roster.school_year = 2025;
	d->expected_year = 2025;
}

static void new_keys(struct disaster *d, bool masters)
{
	for (size_t i = 0; i < d->roster.n_persons; i++) {
		d->roster.persons[i].field[NK_FIELD_SOURCE_KEY] = text(d->arena, "other-%06u-%u", (unsigned)i, 0);
		if (masters) {
			d->roster.persons[i].field[NK_FIELD_MASTER_ID] =
				text(d->arena, "othermaster-%06u-%u", (unsigned)i, 0);
		}
	}
}

static void new_ids(struct disaster *d)
{
	new_keys(d, true);
}

static void new_ids_old_masters(struct disaster *d)
{
	new_keys(d, false);
}

/* P6 leaves, everybody else is promoted, a new P1 joins: as every April. */
static void year_turned(struct disaster *d)
{
	for (unsigned s = 0; s < SCHOOLS; s++) {
		for (unsigned i = 0; i < GRADES * PUPILS; i++) {
			struct nk_roster_person *p = &d->roster.persons[s * PER_SCHOOL + i];

			if (i >= (GRADES - 1) * PUPILS) {
				*p = person(d->arena, 9, s, i % PUPILS);
			} else {
				p->field[NK_FIELD_GRADE] = nk_str_c(grades[i / PUPILS + 1]);
			}
		}
	}
}

static bool not_half_of_p3(const struct nk_roster_person *p, size_t i)
{
	return p->memberships[0].where != 0 || !nk_str_eq(p->field[NK_FIELD_GRADE], NK_STR("P3")) || i % 2 == 0;
}

static void turned_without_half_a_grade(struct disaster *d)
{
	year_turned(d);
	keep(d, not_half_of_p3);
}

static bool not_p6(const struct nk_roster_person *p, size_t i)
{
	(void)i;
	return !nk_str_eq(p->field[NK_FIELD_GRADE], NK_STR("P6"));
}

static void only_graduates_gone(struct disaster *d)
{
	keep(d, not_p6);
}

static void new_values(struct disaster *d, enum nk_field f, const char *fmt)
{
	for (size_t i = 0; i < d->roster.n_persons; i++) {
		d->roster.persons[i].field[f] = text(d->arena, fmt, (unsigned)i, 0);
	}
}

static void new_logins(struct disaster *d)
{
	new_values(d, NK_FIELD_LOGIN, "other%06u.%u");
}

static void new_masters(struct disaster *d)
{
	new_values(d, NK_FIELD_MASTER_ID, "othermaster-%06u-%u");
}

static void garbled_names(struct disaster *d)
{
	new_values(d, NK_FIELD_FAMILY, "菴占陸%u-%u");
}

static void names_gone(struct disaster *d)
{
	for (size_t i = 0; i < d->roster.n_persons; i++) {
		d->roster.persons[i].field[NK_FIELD_GIVEN] = NK_STR("");
	}
}

static void switched_off(struct disaster *d)
{
	for (size_t i = 0; i < d->roster.n_persons; i++) {
		d->roster.persons[i].enabled = i % 10 != 0;
	}
}

static void seen_before(struct disaster *d)
{
	d->seen_days = 40;
}

static void sentinel_missing(struct disaster *d)
{
	d->sentinels[0] = NK_STR("B1482109999");
}

static const struct {
	const char *word;
	void (*make)(struct disaster *d);
} makers[] = {
#define MAKER(name)         \
	{                   \
#name, name \
	}
	MAKER(the_same),
	MAKER(nobody),
	MAKER(only_one),
	MAKER(every_second),
	MAKER(without_a_school),
	MAKER(without_a_grade),
	MAKER(another_board),
	MAKER(grade_times_four),
	MAKER(same_code),
	MAKER(one_in_nine_gone),
	MAKER(one_in_thirty_gone),
	MAKER(three_gone),
	MAKER(five_more_gone),
	MAKER(year_before),
	MAKER(year_before_wanted),
	MAKER(new_ids),
	MAKER(new_ids_old_masters),
	MAKER(year_turned),
	MAKER(turned_without_half_a_grade),
	MAKER(only_graduates_gone),
	MAKER(new_logins),
	MAKER(new_masters),
	MAKER(garbled_names),
	MAKER(names_gone),
	MAKER(switched_off),
	MAKER(seen_before),
	MAKER(sentinel_missing),
#undef MAKER
};

#endif
