/*
 * ldap_test_kit.h: a slapd, an opened target and made-up persons, for the tests of the LDAP target.
 */
#ifndef LDAP_TEST_KIT_H
#define LDAP_TEST_KIT_H

#include "base.h"

#include <cmocka.h>

#include "kit.h"
#include "kit_slapd.h"
#include "target.h"

#define PEOPLE "ou=people," KIT_BASE
#define GROUPS "ou=groups," KIT_BASE
#define UNITS "ou=units," KIT_BASE
#define CONTAINERS                                                        \
	"dn: " PEOPLE "\nobjectClass: organizationalUnit\nou: people\n\n" \
	"dn: " GROUPS "\nobjectClass: organizationalUnit\nou: groups\n\n" \
	"dn: " UNITS "\nobjectClass: organizationalUnit\nou: units\n\n"

static const struct nk_attr wanted[] = { { .name = { "uid", 3 } }, { .name = { "cn", 2 } }, { .name = { "sn", 2 } },
	{ .name = { "sn;lang-ja", 10 } }, { .name = { "displayName;lang-ja", 19 } }, { .name = { "mail", 4 } },
	{ .name = { "description", 11 } }, { .name = { "employeeType", 12 } } };

static inline struct nk_target_settings settings(const struct kit_slapd *s)
{
	return (struct nk_target_settings){ .name = NK_STR("school"),
		.uri = nk_str_c(s->uri),
		.base = NK_STR(KIT_BASE),
		.people_base = NK_STR(PEOPLE),
		.groups_base = NK_STR(GROUPS),
		.units_base = NK_STR(UNITS),
		.bind_dn = NK_STR(KIT_ADMIN),
		.allow_plain = true,
		.secret = nk_bytes_of("secret", 6),
		.wanted = wanted,
		.n_wanted = NK_ARRAY_LEN(wanted) };
}

/* One opened target with an arena. */
struct opened {
	struct nk_target_link *t;
	struct nk_arena *arena;
	struct nk_err err;
};

static inline void opened_done(struct opened *o)
{
	nk_target_close(&o->t);
	nk_arena_free(&o->arena);
}

static inline void open_with(struct opened *o, const struct nk_target_settings *s)
{
	memset(o, 0, sizeof(*o));
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 512 << 20, &o->arena, &o->err), &o->err);
	kit_ok(nk_target_open(nk_os_env(), nk_target_find_type(NK_STR("ldap")), s, &o->t, &o->err), &o->err);
}

static inline void open_plain(struct opened *o, const struct kit_slapd *s)
{
	const struct nk_target_settings set = settings(s);

	open_with(o, &set);
}

static inline enum nk_code open_code(const struct nk_target_settings *s)
{
	NK_OWNED(nk_target_close) struct nk_target_link *t = NULL;

	return nk_target_open(nk_os_env(), nk_target_find_type(NK_STR("ldap")), s, &t, NULL).code;
}

/* A step that adds a person "uN". */
static inline struct nk_step add_person(struct nk_arena *arena, unsigned n)
{
	struct nk_attr *attrs = nk_arena_array(arena, 5, sizeof(*attrs));
	struct nk_str *values = nk_arena_array(arena, 6, sizeof(*values));
	struct nk_step s = { .kind = NK_STEP_ADD,
		.object_kind = NK_OBJECT_PERSON,
		.person_number = n + 1,
		.attrs = attrs,
		.n_attrs = 5 };

	assert_true(nk_ok(nk_arena_printf(arena, &s.key, NULL, "uid=u%u," PEOPLE, n)));
	assert_true(nk_ok(nk_arena_printf(arena, &values[0], NULL, "u%u", n)));
	values[1] = NK_STR("inetOrgPerson");
	values[2] = NK_STR("山田");
	values[3] = NK_STR("太郎 (テスト*)");
	assert_true(nk_ok(nk_arena_printf(arena, &values[4], NULL, "u%u@example.ac.jp", n)));
	attrs[0] = (struct nk_attr){ NK_STR("uid"), &values[0], 1 };
	attrs[1] = (struct nk_attr){ NK_STR("objectClass"), &values[1], 1 };
	attrs[2] = (struct nk_attr){ NK_STR("sn"), &values[2], 1 };
	attrs[3] = (struct nk_attr){ NK_STR("cn"), &values[3], 1 };
	attrs[4] = (struct nk_attr){ NK_STR("mail"), &values[4], 1 };
	return s;
}

static inline struct nk_step add_group(struct nk_arena *arena)
{
	struct nk_attr *attrs = nk_arena_array(arena, 2, sizeof(*attrs));
	struct nk_str *values = nk_arena_array(arena, 2, sizeof(*values));

	values[0] = NK_STR("groupOfNames");
	values[1] = NK_STR("2025-1-1");
	attrs[0] = (struct nk_attr){ NK_STR("objectClass"), &values[0], 1 };
	attrs[1] = (struct nk_attr){ NK_STR("cn"), &values[1], 1 };
	return (struct nk_step){ .kind = NK_STEP_ADD,
		.object_kind = NK_OBJECT_GROUP,
		.key = NK_STR("cn=2025-1-1," GROUPS),
		.attrs = attrs,
		.n_attrs = 2 };
}

static inline struct nk_step member(enum nk_step_kind kind, struct nk_str person)
{
	return (struct nk_step){
		.kind = kind, .object_kind = NK_OBJECT_GROUP, .key = NK_STR("cn=2025-1-1," GROUPS), .value = person
	};
}

static const struct nk_str two[] = { { "two", 3 } };
static const struct nk_mod describe = { .op = NK_MOD_REPLACE, .attr = { { "description", 11 }, two, 1 } };

static inline struct nk_step modify(struct nk_str key, struct nk_str version, struct nk_mod *room)
{
	*room = describe;
	return (struct nk_step){ .kind = NK_STEP_MODIFY,
		.object_kind = NK_OBJECT_PERSON,
		.key = key,
		.version = version,
		.mods = room,
		.n_mods = 1 };
}

static inline void apply(struct opened *o, const struct nk_step *steps, size_t n, struct nk_step_result *results)
{
	kit_ok(nk_target_apply(o->t, steps, n, results, o->arena, &o->err), &o->err);
}

static const struct nk_entry *read_one(struct opened *o, const char *key, struct nk_snapshot *snap)
{
	kit_ok(nk_target_read(o->t, o->arena, snap, &o->err), &o->err);
	for (size_t i = 0; i < snap->n; i++) {
		if (nk_str_eq(snap->entries[i].key, nk_str_c(key))) {
			return &snap->entries[i];
		}
	}
	return NULL;
}

static inline struct nk_str value(const struct nk_entry *e, const char *attr)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		if (nk_str_ieq(e->attrs[i].name, nk_str_c(attr))) {
			return e->attrs[i].values[0];
		}
	}
	return (struct nk_str){ 0 };
}

static inline size_t count(const struct nk_entry *e, const char *attr)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		if (nk_str_ieq(e->attrs[i].name, nk_str_c(attr))) {
			return e->attrs[i].n;
		}
	}
	return 0;
}

/* LDIF of the containers and n persons p0…; one of them has language-tagged values. */
static inline void load(struct nk_buf *out, unsigned n)
{
	struct nk_err err = { 0 };

	nk_buf_init(out, 64 << 20);
	kit_ok(nk_buf_add_c(out, CONTAINERS, &err), &err);
	for (unsigned i = 0; i < n; i++) {
		kit_ok(nk_buf_printf(out, &err,
			       "dn: uid=p%u," PEOPLE
			       "\nobjectClass: inetOrgPerson\nuid: p%u\ncn: 人 %u\nsn: 姓%u\nsn;lang-ja: 東%u\n"
			       "displayName;lang-ja: 東%u 花子\nmail: p%u@example.ac.jp\n\n",
			       i, i, i, i, i, i, i),
			&err);
	}
	kit_ok(nk_buf_add_byte(out, 0, &err), &err);
}

#endif
