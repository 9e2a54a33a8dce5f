/*
 * plan_test_kit.h: a small school in a store, and a target made up in memory, for the tests of the plan. All persons
 * are made up.
 */
#ifndef PLAN_TEST_KIT_H
#define PLAN_TEST_KIT_H

#include "base.h"

#include <cmocka.h>

#include "kit_store.h"
#include "plan.h"

#define KIT_PEOPLE "ou=people,dc=example,dc=ac,dc=jp"
enum { SCHOOL_MAX = 400, SCHOOL_CLASSES = 4 };

struct school {
	struct kit_store k;
	struct nk_people *people;
	struct nk_links *links;
	struct nk_arena *arena;
	struct nk_target_settings settings;
	struct nk_desired_options opt;
	struct nk_uuid target;
	struct nk_uuid classes[SCHOOL_CLASSES];
	struct nk_person persons[SCHOOL_MAX];
	struct nk_membership ms[SCHOOL_MAX][2];
	char text[SCHOOL_MAX][2][48];
	size_t n;
	struct nk_known_object *known;
	size_t n_known;
	struct nk_err err;
};

static inline void school_put_groups_(struct school *s)
{
	struct nk_tx *tx = kit_begin(&s->k);
	const struct nk_unit unit = { .id = s->k.unit,
		.source = s->k.source,
		.key = NK_STR("u1"),
		.kind = NK_STR("school"),
		.name = NK_STR("星見ヶ原市立東小学校"),
		.code = NK_STR("B148210000017"),
		.ended_on = NK_DATE_NONE };

	kit_ok(nk_people_put_unit(s->people, tx, &unit, &s->err), &s->err);
	for (uint32_t i = 0; i < SCHOOL_CLASSES; i++) {
		static const struct nk_str codes[] = { { "1-1", 3 }, { "1-2", 3 }, { "2-1", 3 }, { "", 0 } };
		struct nk_group g = { .source = s->k.source,
			.unit = s->k.unit,
			.kind = NK_STR("homeroom"),
			.title = NK_STR("ひまわり学級"),
			.code = codes[i],
			.grade = NK_STR("P1"),
			.school_year = 2026,
			.ended_on = NK_DATE_NONE };
		static const struct nk_str keys[] = { { "g0", 2 }, { "g1", 2 }, { "g2", 2 }, { "g3", 2 } };

		s->classes[i] = kit_uuid(0x40000000U + i);
		g.id = s->classes[i];
		g.key = keys[i];
		kit_ok(nk_people_put_group(s->people, tx, &g, &s->err), &s->err);
	}
	kit_commit(&tx);
}

static inline void school_person_(struct school *s, size_t i)
{
	struct nk_person *p = &s->persons[i];

	(void)snprintf(s->text[i][0], sizeof(s->text[i][0]), "hm%04zu", i);
	(void)snprintf(s->text[i][1], sizeof(s->text[i][1]), "hm%04zu@example.ac.jp", i);
	*p = kit_person(s->text[i][0], "東海林", "花子", "ショウジ", "ハナコ");
	p->field[NK_FIELD_MAIL] = nk_str_c(s->text[i][1]);
	s->ms[i][0] = (struct nk_membership){ .where = s->k.unit,
		.primary = true,
		.role = NK_ROLE_STUDENT,
		.from = NK_DATE_NONE,
		.until = NK_DATE_NONE };
	s->ms[i][1] = (struct nk_membership){ .where = s->classes[i % 3],
		.is_group = true,
		.role = NK_ROLE_STUDENT,
		.from = NK_DATE_NONE,
		.until = NK_DATE_NONE,
		.number = (uint32_t)i + 1 };
	p->memberships = s->ms[i];
	p->n_memberships = 2;
}

/* school_new: n pupils in the first three of four classes; nothing at the target yet. */
static inline void school_new(struct school *s, size_t n)
{
	memset(s, 0, sizeof(*s));
	nk_assert(n <= SCHOOL_MAX);
	kit_store_new(&s->k);
	kit_exec(&s->k,
		"INSERT INTO target(id, name, type, holding_id) VALUES (x'5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a', "
		"'t', 'ldap', x'00000000000000000000000000000001')");
	memset(s->target.b, 0x5a, sizeof(s->target.b));
	s->people = kit_people_open(&s->k);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 512 << 20, &s->arena, &s->err), &s->err);
	school_put_groups_(s);
	for (size_t i = 0; i < n; i++) {
		school_person_(s, i);
	}
	s->n = n;
	if (n > 0) {
		kit_people_add(&s->k, s->people, s->persons, n);
	}
	kit_ok(nk_links_open(s->k.store, s->k.vault, s->target, &s->links, &s->err), &s->err);
	s->settings = (struct nk_target_settings){ .name = NK_STR("t"),
		.base = NK_STR("dc=example,dc=ac,dc=jp"),
		.people_base = NK_STR(KIT_PEOPLE),
		.groups_base = NK_STR("ou=groups,dc=example,dc=ac,dc=jp"),
		.units_base = NK_STR("ou=units,dc=example,dc=ac,dc=jp") };
	s->opt = (struct nk_desired_options){ .mapping = nk_mapping_default(NK_STR("school")),
		.settings = &s->settings,
		.today = nk_time_day(KIT_START, 540) };
	s->known = nk_arena_array(s->arena, 1000, sizeof(*s->known));
}

static inline void school_done(struct school *s)
{
	nk_links_free(&s->links);
	nk_people_free(&s->people);
	nk_arena_free(&s->arena);
	kit_store_done(&s->k);
}

static inline struct nk_desired school_desired(struct school *s)
{
	struct nk_desired d = { 0 };

	kit_ok(nk_desired_make(s->people, &s->opt, s->arena, &d, &s->err), &s->err);
	return d;
}

/* school_update: person i as it stands in s->persons. */
static inline void school_update(struct school *s, size_t i)
{
	struct nk_tx *tx = kit_begin(&s->k);

	kit_ok(nk_people_update(s->people, tx, &s->persons[i], &s->err), &s->err);
	kit_commit(&tx);
}

/* What the store is to remember of a person at the target; anchor empty: intended only. */
struct school_memory {
	uint32_t number;
	struct nk_str dn;
	struct nk_str anchor;
};

/* school_links: all in one transaction; for persons without a link yet. */
static inline void school_links(struct school *s, const struct school_memory *list, size_t n)
{
	struct nk_slot *slots = calloc(n + 1, sizeof(*slots));
	struct nk_key *keys = calloc(n + 1, sizeof(*keys));
	struct nk_tx *tx = NULL;

	nk_assert(slots != NULL && keys != NULL);
	if (n > 0) {
		kit_ok(nk_vault_add(s->k.vault, NK_SLOT_LINK, n, slots, keys, &s->err), &s->err);
	}
	tx = kit_begin(&s->k);
	for (size_t i = 0; i < n; i++) {
		const struct nk_link_key dn = { .kind = NK_STR("dn"), .value = list[i].dn };
		const struct nk_link l = { .person_number = list[i].number,
			.target = s->target,
			.slot = slots[i],
			.state = list[i].anchor.len > 0 ? NK_LINK_PRESENT : NK_LINK_INTENDED,
			.anchor = list[i].anchor,
			.keys = &dn,
			.n_keys = 1 };

		kit_ok(nk_links_put(s->links, tx, &l, &keys[i], &s->err), &s->err);
	}
	kit_commit(&tx);
	free(slots);
	free(keys);
}

static inline void school_link(struct school *s, uint32_t number, struct nk_str dn, struct nk_str anchor)
{
	const struct school_memory one = { number, dn, anchor };

	school_links(s, &one, 1);
}

static inline void school_know(struct school *s, struct nk_uuid object, struct nk_str anchor)
{
	for (size_t i = 0; i < s->n_known; i++) {
		if (nk_uuid_eq(s->known[i].object, object)) {
			s->known[i].anchor = anchor;
			return;
		}
	}
	nk_assert(s->n_known < 1000);
	s->known[s->n_known++] = (struct nk_known_object){ object, anchor };
}

static inline struct nk_attr school_members_(struct school *s, const struct nk_desired *d, size_t group)
{
	struct nk_str *values = nk_arena_array(s->arena, d->n_members, sizeof(*values));
	struct nk_attr a = { NK_STR("member"), values, 0 };

	for (size_t i = 0; i < d->n_members; i++) {
		if (d->members[i].group == group) {
			values[a.n++] = d->entries[d->members[i].person].key;
		}
	}
	return a;
}

/* school_mirror: a target that holds exactly what is desired, all of it known. Groups without members are left out.
 */
static inline struct nk_snapshot school_mirror(struct school *s)
{
	static const struct nk_str ou[] = { { "organizationalUnit", 18 } };
	static const struct nk_attr container[] = { { { "objectClass", 11 }, ou, 1 } };
	const struct nk_desired d = school_desired(s);
	const struct nk_str bases[] = { s->settings.people_base, s->settings.groups_base, s->settings.units_base };
	struct nk_entry *e = nk_arena_array(s->arena, d.n + 3, sizeof(*e));
	struct school_memory *memory = nk_arena_array(s->arena, d.n, sizeof(*memory));
	size_t n_memory = 0;
	size_t n = 0;

	for (size_t i = 0; i < 3; i++) {
		e[n++] = (struct nk_entry){
			.kind = NK_OBJECT_CONTAINER, .key = bases[i], .attrs = container, .n_attrs = 1
		};
	}
	for (size_t i = 0; i < d.n; i++) {
		struct nk_attr *attrs = nk_arena_array(s->arena, d.entries[i].n_attrs + 1, sizeof(*attrs));
		const struct nk_attr members = school_members_(s, &d, i);

		if (d.entries[i].kind == NK_OBJECT_GROUP && members.n == 0) {
			continue;
		}
		e[n] = d.entries[i];
		memcpy(attrs, d.entries[i].attrs, d.entries[i].n_attrs * sizeof(*attrs));
		attrs[e[n].n_attrs++] = members;
		e[n].attrs = attrs;
		e[n].object = (struct nk_uuid){ { 0 } };
		e[n].person_number = 0;
		e[n].version = NK_STR("20260401000000.000000Z#000000#000#000000");
		kit_ok(nk_arena_printf(s->arena, &e[n].anchor, &s->err, "00000000-0000-4000-8000-%012zu", n),
			&s->err);
		if (d.entries[i].kind == NK_OBJECT_PERSON) {
			memory[n_memory++] =
				(struct school_memory){ d.entries[i].person_number, e[n].key, e[n].anchor };
		} else {
			school_know(s, d.entries[i].object, e[n].anchor);
		}
		n++;
	}
	school_links(s, memory, n_memory);
	return (struct nk_snapshot){ .entries = e, .n = n, .complete = true, .sentinel_seen = true };
}

static inline nk_rc school_plan_rc(struct school *s, const struct nk_snapshot *held, struct nk_plan *out)
{
	const struct nk_desired d = school_desired(s);
	struct nk_desired *keep = nk_arena_alloc(s->arena, sizeof(*keep));
	struct nk_plan_input in = { .desired = keep,
		.held = held,
		.links = s->links,
		.known = s->known,
		.n_known = s->n_known,
		.mapping = s->opt.mapping,
		.settings = &s->settings,
		.target = s->target };

	*keep = d;
	memset(in.nonce, 7, sizeof(in.nonce));
	return nk_plan_make(&in, s->arena, out, &s->err);
}

static inline struct nk_plan school_plan(struct school *s, const struct nk_snapshot *held)
{
	struct nk_plan plan = { 0 };

	kit_ok(school_plan_rc(s, held, &plan), &s->err);
	return plan;
}

/* school_step: the first of its kind behind `skip` others; the test fails when there is none. */
static inline const struct nk_step *school_step(const struct nk_plan *plan, enum nk_step_kind kind, size_t skip)
{
	for (size_t i = 0; i < plan->n; i++) {
		if (plan->steps[i].kind == kind && skip-- == 0) {
			return &plan->steps[i];
		}
	}
	fail_msg("no step %s", nk_step_kind_name(kind));
	return plan->steps;
}

#endif
