/*
 * target_ldap_test.c: the LDAP target against a real slapd: what it reads, writes, finds, and what it says when it cannot.
 */
#include "base.h"

#include <cmocka.h>

#include "kit.h"
#include "kit_slapd.h"
#include "target.h"

#define PEOPLE "ou=people," KIT_BASE
#define GROUPS "ou=groups," KIT_BASE
#define UNITS "ou=units," KIT_BASE
#define CONTAINERS                                                            \
	"dn: " PEOPLE "\nobjectClass: organizationalUnit\nou: people\n\n"     \
	"dn: " GROUPS "\nobjectClass: organizationalUnit\nou: groups\n\n"     \
	"dn: " UNITS "\nobjectClass: organizationalUnit\nou: units\n\n"

static const struct nk_attr wanted[] = { { .name = { "uid", 3 } }, { .name = { "cn", 2 } }, { .name = { "sn", 2 } },
	{ .name = { "sn;lang-ja", 10 } }, { .name = { "displayName;lang-ja", 19 } }, { .name = { "mail", 4 } },
	{ .name = { "description", 11 } }, { .name = { "employeeType", 12 } } };

static struct nk_target_settings settings(const struct kit_slapd *s)
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

static void opened_done(struct opened *o)
{
	nk_target_close(&o->t);
	nk_arena_free(&o->arena);
}

static void open_with(struct opened *o, const struct nk_target_settings *s)
{
	memset(o, 0, sizeof(*o));
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 512 << 20, &o->arena, &o->err), &o->err);
	kit_ok(nk_target_open(nk_os_env(), nk_target_find_type(NK_STR("ldap")), s, &o->t, &o->err), &o->err);
}

static void open_plain(struct opened *o, const struct kit_slapd *s)
{
	const struct nk_target_settings set = settings(s);

	open_with(o, &set);
}

static enum nk_code open_code(const struct nk_target_settings *s)
{
	NK_OWNED(nk_target_close) struct nk_target_link *t = NULL;

	return nk_target_open(nk_os_env(), nk_target_find_type(NK_STR("ldap")), s, &t, NULL).code;
}

/* A step that adds a person "uN". */
static struct nk_step add_person(struct nk_arena *arena, unsigned n)
{
	struct nk_attr *attrs = nk_arena_array(arena, 5, sizeof(*attrs));
	struct nk_str *values = nk_arena_array(arena, 6, sizeof(*values));
	struct nk_step s = { .kind = NK_STEP_ADD, .object_kind = NK_OBJECT_PERSON, .person_number = n + 1, .attrs = attrs, .n_attrs = 5 };

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

static struct nk_step add_group(struct nk_arena *arena)
{
	struct nk_attr *attrs = nk_arena_array(arena, 2, sizeof(*attrs));
	struct nk_str *values = nk_arena_array(arena, 2, sizeof(*values));

	values[0] = NK_STR("groupOfNames");
	values[1] = NK_STR("2025-1-1");
	attrs[0] = (struct nk_attr){ NK_STR("objectClass"), &values[0], 1 };
	attrs[1] = (struct nk_attr){ NK_STR("cn"), &values[1], 1 };
	return (struct nk_step){ .kind = NK_STEP_ADD, .object_kind = NK_OBJECT_GROUP, .key = NK_STR("cn=2025-1-1," GROUPS), .attrs = attrs, .n_attrs = 2 };
}

static struct nk_step member(enum nk_step_kind kind, struct nk_str person)
{
	return (struct nk_step){ .kind = kind, .object_kind = NK_OBJECT_GROUP, .key = NK_STR("cn=2025-1-1," GROUPS), .value = person };
}

static const struct nk_str two[] = { { "two", 3 } };
static const struct nk_mod describe = { .op = NK_MOD_REPLACE, .attr = { { "description", 11 }, two, 1 } };

static struct nk_step modify(struct nk_str key, struct nk_str version, struct nk_mod *room)
{
	*room = describe;
	return (struct nk_step){ .kind = NK_STEP_MODIFY, .object_kind = NK_OBJECT_PERSON, .key = key, .version = version, .mods = room, .n_mods = 1 };
}

static void apply(struct opened *o, const struct nk_step *steps, size_t n, struct nk_step_result *results)
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

static struct nk_str value(const struct nk_entry *e, const char *attr)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		if (nk_str_ieq(e->attrs[i].name, nk_str_c(attr))) {
			return e->attrs[i].values[0];
		}
	}
	return (struct nk_str){ 0 };
}

static size_t count(const struct nk_entry *e, const char *attr)
{
	for (size_t i = 0; i < e->n_attrs; i++) {
		if (nk_str_ieq(e->attrs[i].name, nk_str_c(attr))) {
			return e->attrs[i].n;
		}
	}
	return 0;
}

/* LDIF of the containers and n persons p0…; one of them has language-tagged values. */
static void load(struct nk_buf *out, unsigned n)
{
	struct nk_err err = { 0 };

	nk_buf_init(out, 64 << 20);
	kit_ok(nk_buf_add_c(out, CONTAINERS, &err), &err);
	for (unsigned i = 0; i < n; i++) {
		kit_ok(nk_buf_printf(out, &err,
			       "dn: uid=p%u," PEOPLE "\nobjectClass: inetOrgPerson\nuid: p%u\ncn: 人 %u\nsn: 姓%u\nsn;lang-ja: 東%u\ndisplayName;lang-ja: 東%u 花子\nmail: p%u@example.ac.jp\n\n",
			       i, i, i, i, i, i, i),
			&err);
	}
	kit_ok(nk_buf_add_byte(out, 0, &err), &err);
}

static void more_entries_than_a_page_are_read_to_the_end(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif;
	const struct nk_entry *e = NULL;
	struct nk_snapshot snap = { 0 };

	(void)state;
	load(&ldif, 2345);
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = (const char *)ldif.ptr });
	open_plain(&o, &s);
	e = read_one(&o, "uid=p2344," PEOPLE, &snap);
	assert_int_equal(snap.n, 2345 + 3);
	assert_true(snap.complete && snap.sentinel_seen && snap.bytes > 2345 * 50);
	assert_non_null(e);
	assert_int_equal(e->kind, NK_OBJECT_PERSON);
	assert_int_equal(e->anchor.len, 36);
	assert_true(e->version.len > 20);
	assert_true(nk_str_eq(value(e, "sn;lang-ja"), NK_STR("東2344")));
	assert_true(nk_str_eq(value(e, "sn"), NK_STR("姓2344")));
	assert_int_equal(value(e, "userPassword").len, 0);
}

static void the_first_run_finds_nothing_and_makes_all(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	static const struct nk_str unit[] = { { "organizationalUnit", 18 } };
	static const struct nk_attr ou[] = { { { "objectClass", 11 }, unit, 1 } };
	struct nk_step steps[3];
	struct nk_step_result results[3];
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ 0 });
	open_plain(&o, &s);
	assert_null(read_one(&o, PEOPLE, &snap));
	assert_true(snap.complete && snap.n == 0);
	steps[0] = (struct nk_step){ .kind = NK_STEP_ADD, .object_kind = NK_OBJECT_CONTAINER, .key = NK_STR(PEOPLE), .attrs = ou, .n_attrs = 1 };
	steps[1] = add_person(o.arena, 1);
	steps[2] = add_person(o.arena, 2);
	apply(&o, steps, 3, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[2].outcome, NK_OUTCOME_DONE);
	assert_non_null(read_one(&o, "uid=u2," PEOPLE, &snap));
	assert_int_equal(snap.n, 3);
}

static void adds_in(bool transactions, uint32_t window)
{
	enum { N = 250 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step *steps = NULL;
	struct nk_step_result *results = NULL;
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };
	const struct nk_entry *e = NULL;

	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	set = settings(&s);
	set.window = window;
	set.batch = transactions ? 0 : 1;
	open_with(&o, &set);
	steps = nk_arena_array(o.arena, N + 3, sizeof(*steps));
	results = nk_arena_array(o.arena, N + 3, sizeof(*results));
	for (unsigned i = 0; i < N; i++) {
		steps[i] = add_person(o.arena, i);
	}
	steps[N] = add_group(o.arena);
	steps[N + 1] = member(NK_STEP_MEMBER_ADD, steps[0].key);
	steps[N + 2] = member(NK_STEP_MEMBER_ADD, steps[1].key);
	apply(&o, steps, N + 3, results);
	for (unsigned i = 0; i < N + 3; i++) {
		assert_int_equal(results[i].outcome, NK_OUTCOME_DONE);
		assert_int_equal(results[i].anchor.len, i <= N ? 36 : 0);
	}
	e = read_one(&o, "cn=2025-1-1," GROUPS, &snap);
	assert_non_null(e);
	assert_int_equal(count(e, "member"), 2);
	assert_true(nk_str_eq(e->anchor, results[N].anchor));
	e = read_one(&o, "uid=u249," PEOPLE, &snap);
	assert_true(nk_str_eq(e->anchor, results[249].anchor));
	assert_true(nk_str_eq(value(e, "cn"), NK_STR("太郎 (テスト*)")));
}

static void adds_are_done_in_transactions(void **state)
{
	(void)state;
	adds_in(true, 64);
	adds_in(true, 1);
}

static void adds_are_done_one_by_one(void **state)
{
	(void)state;
	adds_in(false, 64);
}

static void one_bad_entry_in_a_batch_is_the_only_one_missing(void **state)
{
	enum { N = 30 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[N];
	struct nk_step_result results[N];
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	open_plain(&o, &s);
	for (unsigned i = 0; i < N; i++) {
		steps[i] = add_person(o.arena, i);
	}
	steps[7].n_attrs = 2; /* no sn, no cn */
	steps[21].n_attrs = 3;
	apply(&o, steps, N, results);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(results[i].outcome, i == 7 || i == 21 ? NK_OUTCOME_REFUSED : NK_OUTCOME_DONE);
	}
	assert_int_equal(results[7].code, LDAP_OBJECT_CLASS_VIOLATION);
	assert_null(read_one(&o, "uid=u7," PEOPLE, &snap));
	assert_int_equal(snap.n, 3 + N - 2);
}

static void an_entry_that_stands_there_stops_the_rest(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[4];
	struct nk_step_result results[4];
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	open_plain(&o, &s);
	steps[0] = add_person(o.arena, 1);
	apply(&o, steps, 1, results);
	for (unsigned i = 0; i < 4; i++) {
		steps[i] = add_person(o.arena, i);
	}
	apply(&o, steps, 4, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_CONFLICT);
	assert_int_equal(results[2].outcome, NK_OUTCOME_NOT_SENT);
	assert_int_equal(results[3].outcome, NK_OUTCOME_NOT_SENT);
	assert_null(read_one(&o, "uid=u3," PEOPLE, &snap));
}

static void a_change_of_somebody_else_is_not_overwritten(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif;
	struct nk_mod room[3];
	struct nk_step steps[3];
	struct nk_step_result results[3];
	struct nk_snapshot snap = { 0 };
	const struct nk_entry *e = NULL;
	struct nk_str before;

	(void)state;
	load(&ldif, 3);
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = (const char *)ldif.ptr });
	open_plain(&o, &s);
	e = read_one(&o, "uid=p0," PEOPLE, &snap);
	before = e->version;
	steps[0] = modify(e->key, e->version, &room[0]);
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	/* In a batch, with the old version: refused for this entry, and the step before it is done all the same. */
	e = read_one(&o, "uid=p1," PEOPLE, &snap);
	steps[0] = modify(e->key, e->version, &room[0]);
	steps[1] = modify(NK_STR("uid=p0," PEOPLE), before, &room[1]);
	steps[2] = modify(NK_STR("uid=p2," PEOPLE), (struct nk_str){ 0 }, &room[2]);
	apply(&o, steps, 3, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_CONFLICT);
	assert_int_equal(results[2].outcome, NK_OUTCOME_NOT_SENT);
	e = read_one(&o, "uid=p2," PEOPLE, &snap);
	assert_int_equal(value(e, "description").len, 0);
	steps[0] = (struct nk_step){ .kind = NK_STEP_DELETE, .object_kind = NK_OBJECT_PERSON, .key = NK_STR("uid=p0," PEOPLE), .version = before };
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_CONFLICT);
	assert_non_null(read_one(&o, "uid=p0," PEOPLE, &snap));
}

static void a_rename_keeps_the_anchor_and_may_be_repeated(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif;
	struct nk_mod room;
	struct nk_step steps[2];
	struct nk_step_result results[2];
	struct nk_snapshot snap = { 0 };
	const struct nk_entry *e = NULL;
	struct nk_str anchor;

	(void)state;
	load(&ldif, 2);
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = (const char *)ldif.ptr });
	open_plain(&o, &s);
	e = read_one(&o, "uid=p0," PEOPLE, &snap);
	anchor = e->anchor;
	steps[0] = (struct nk_step){ .kind = NK_STEP_RENAME, .object_kind = NK_OBJECT_PERSON, .key = e->key, .new_key = NK_STR("uid=new," PEOPLE), .anchor = anchor, .version = e->version };
	steps[1] = modify(NK_STR("uid=new," PEOPLE), (struct nk_str){ 0 }, &room);
	apply(&o, steps, 2, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_DONE);
	e = read_one(&o, "uid=new," PEOPLE, &snap);
	assert_non_null(e);
	assert_true(nk_str_eq(e->anchor, anchor));
	assert_int_equal(count(e, "uid"), 1);
	assert_true(nk_str_eq(value(e, "description"), NK_STR("two")));
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	/* Gone, and not at the new name either: that is no success. */
	steps[0].new_key = NK_STR("uid=other," PEOPLE);
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_CONFLICT);
}

static void members_come_and_go_and_the_last_takes_the_group_along(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[4];
	struct nk_step_result results[4];
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	open_plain(&o, &s);
	steps[0] = add_group(o.arena);
	steps[1] = member(NK_STEP_MEMBER_ADD, NK_STR("uid=a," PEOPLE));
	apply(&o, steps, 2, results);
	/* Again, with one that is there and one that was never there: both count as done. */
	steps[0] = member(NK_STEP_MEMBER_ADD, NK_STR("uid=a," PEOPLE));
	steps[1] = member(NK_STEP_MEMBER_ADD, NK_STR("uid=b," PEOPLE));
	steps[2] = member(NK_STEP_MEMBER_REMOVE, NK_STR("uid=never," PEOPLE));
	apply(&o, steps, 3, results);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(results[i].outcome, NK_OUTCOME_DONE);
	}
	assert_int_equal(count(read_one(&o, "cn=2025-1-1," GROUPS, &snap), "member"), 2);
	steps[0] = member(NK_STEP_MEMBER_REMOVE, NK_STR("uid=a," PEOPLE));
	steps[1] = member(NK_STEP_MEMBER_REMOVE, NK_STR("uid=b," PEOPLE));
	apply(&o, steps, 2, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_DONE);
	assert_null(read_one(&o, "cn=2025-1-1," GROUPS, &snap));
	apply(&o, &steps[1], 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
}

/* Binds as somebody through libldap alone. */
static int bind_code(const char *uri, const char *dn, const char *password)
{
	const int version = LDAP_VERSION3;
	struct nk_buf secret;
	struct berval cred;
	LDAP *ld = NULL;
	int code = 0;

	nk_buf_init(&secret, 100);
	assert_true(nk_ok(nk_buf_add_c(&secret, password, NULL)));
	cred = (struct berval){ .bv_val = (char *)secret.ptr, .bv_len = secret.len };
	assert_int_equal(ldap_initialize(&ld, uri), LDAP_SUCCESS);
	(void)ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	code = ldap_sasl_bind_s(ld, dn, LDAP_SASL_SIMPLE, &cred, NULL, NULL, NULL);
	(void)ldap_unbind_ext(ld, NULL, NULL);
	nk_buf_done(&secret);
	return code;
}

static void a_password_opens_the_account_until_it_is_suspended(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif;
	static const struct nk_str suspended[] = { { "suspended", 9 } };
	static const struct nk_mod mark = { .op = NK_MOD_REPLACE, .attr = { { "employeeType", 12 }, suspended, 1 } };
	struct nk_target_settings set;
	struct nk_step step = { .kind = NK_STEP_SUSPEND, .object_kind = NK_OBJECT_PERSON, .key = NK_STR("uid=p0," PEOPLE), .mods = &mark, .n_mods = 1 };
	struct nk_step_result result;
	struct nk_snapshot snap = { 0 };

	(void)state;
	load(&ldif, 2);
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = (const char *)ldif.ptr });
	set = settings(&s);
	set.uri = nk_str_c(s.ldapi);
	set.allow_plain = false;
	open_with(&o, &set);
	kit_ok(nk_target_set_password(o.t, NK_STR("uid=p0," PEOPLE), nk_bytes_of("Ha-na 7", 7), &o.err), &o.err);
	assert_int_equal(bind_code(s.ldapi, "uid=p0," PEOPLE, "Ha-na 7"), LDAP_SUCCESS);
	assert_int_equal(bind_code(s.ldapi, "uid=p0," PEOPLE, "Ha-na 8"), LDAP_INVALID_CREDENTIALS);
	apply(&o, &step, 1, &result);
	assert_int_equal(result.outcome, NK_OUTCOME_DONE);
	assert_int_equal(bind_code(s.ldapi, "uid=p0," PEOPLE, "Ha-na 7"), LDAP_INVALID_CREDENTIALS);
	assert_true(nk_str_eq(value(read_one(&o, "uid=p0," PEOPLE, &snap), "employeeType"), NK_STR("suspended")));
	kit_fails(nk_target_set_password(o.t, NK_STR("uid=nobody," PEOPLE), nk_bytes_of("x", 1), NULL), NK_NOT_FOUND);
}

static void no_password_goes_out_in_clear(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_target_settings set;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	open_plain(&o, &s);
	kit_fails(nk_target_set_password(o.t, NK_STR(PEOPLE), nk_bytes_of("x", 1), NULL), NK_DENIED);
	set = settings(&s);
	set.allow_plain = false;
	assert_int_equal(open_code(&set), NK_CONFIG);
	set.allow_plain = true;
	set.uri = NK_STR("ldap://192.0.2.1:389");
	assert_int_equal(open_code(&set), NK_CONFIG);
	set.uri = nk_str_c(s.uri);
	set.starttls = true;
	assert_int_equal(open_code(&set), NK_CONFIG);
}

static void tls_needs_the_right_authority_and_the_right_host(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd other = { 0 };
	struct nk_target_settings set;
	struct nk_target_probe probe = { 0 };
	char named[64];

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS, .tls = true });
	kit_slapd_start(&other, &(struct kit_slapd_options){ .ldif = CONTAINERS, .tls = true });
	set = settings(&s);
	set.allow_plain = false;
	for (int starttls = 0; starttls < 2; starttls++) {
		NK_OWNED(opened_done) struct opened o = { 0 };

		set.uri = nk_str_c(starttls ? s.uri : s.ldaps);
		set.starttls = starttls == 1;
		set.ca_file = nk_str_c(s.ca_file);
		open_with(&o, &set);
		kit_ok(nk_target_probe(o.t, &probe, &o.err), &o.err);
		assert_true(probe.encrypted && probe.bound);
		set.ca_file = nk_str_c(other.ca_file);
		assert_int_equal(open_code(&set), NK_UNAVAILABLE);
		set.ca_file = nk_str_c(s.ca_file);
		(void)snprintf(named, sizeof(named), "%s://localhost:%u", starttls ? "ldap" : "ldaps", (unsigned)(starttls ? s.port : s.tls_port));
		set.uri = nk_str_c(named);
		assert_int_equal(open_code(&set), NK_UNAVAILABLE);
	}
}

struct hits {
	char keys[16][128];
	size_t n;
};

static NK_RESULT hit(void *arg, const struct nk_entry *e, struct nk_err *err)
{
	struct hits *h = arg;

	(void)err;
	assert_true(h->n < 16);
	(void)snprintf(h->keys[h->n++], sizeof(h->keys[0]), "%.*s", NK_FMT(e->key));
	return nk_done();
}

static bool found(const struct hits *h, const char *key)
{
	for (size_t i = 0; i < h->n; i++) {
		if (strcmp(h->keys[i], key) == 0) {
			return true;
		}
	}
	return false;
}

#define HER "uid=hanako," PEOPLE
#define HER_LDIF                                                                                                       \
	"dn: " HER "\nobjectClass: inetOrgPerson\nuid: hanako\ncn: 東 花子\nsn: 東\nsn;lang-ja: 東海林\ngivenName;lang-ja-kana: ハナコ\n" \
	"displayName;lang-ja: 東海林 花子\nmail: Hana@example.ac.jp\nemployeeNumber: 4711\n\n"                        \
	"dn: uid=boss," PEOPLE "\nobjectClass: inetOrgPerson\nuid: boss\ncn: b\nsn: b\nmanager: " HER "\n\n"           \
	"dn: cn=class," GROUPS "\nobjectClass: groupOfNames\ncn: class\nmember: uid=boss," PEOPLE "\nmember: " HER "\n\n" \
	"dn: cn=memo," KIT_BASE "\nobjectClass: applicationProcess\ncn: memo\nseeAlso: UID=Hanako,ou=People," KIT_BASE "\n\n"

static const struct {
	const char *kind;
	const char *value;
	const char *key; /* NULL: nothing */
} asked[] = {
	{ "uid", "hanako", HER },
	{ "mail", "hana@EXAMPLE.ac.jp", HER },
	{ "cn", "東 花子", HER },
	{ "sn", "東海林", HER },
	{ "sn;lang-ja", "東海林", HER },
	{ "displayName", "東海林 花子", HER },
	{ "kana", "ハナコ", HER },
	{ "employeeNumber", "4711", HER },
	{ "dn", HER, "uid=boss," PEOPLE },
	{ "dn", HER, "cn=class," GROUPS },
	{ "dn", HER, "cn=memo," KIT_BASE },
	{ "dn", HER, HER },
	{ "a word nobody knows", "hanako", HER },
	{ "cn", "*", NULL },
	{ "uid", "x)(uid=*", NULL },
	{ "dn", "uid=never," PEOPLE, NULL },
};

static void every_trace_is_found(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_needle *many = NULL;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS HER_LDIF });
	open_plain(&o, &s);
	many = nk_arena_array(o.arena, 1000, sizeof(*many));
	for (size_t i = 0; i < 1000; i++) {
		many[i] = (struct nk_needle){ NK_STR("cn"), NK_STR("nobody") };
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(asked); i++) {
		const struct nk_needle one = { nk_str_c(asked[i].kind), nk_str_c(asked[i].value) };
		struct hits few = { .n = 0 };
		struct hits all = { .n = 0 };

		/* One needle is asked for with a filter, a thousand by reading everything. */
		kit_ok(nk_target_find(o.t, &one, 1, hit, &few, &o.err), &o.err);
		many[500] = one;
		kit_ok(nk_target_find(o.t, many, 1000, hit, &all, &o.err), &o.err);
		if (asked[i].key == NULL) {
			assert_int_equal(few.n, 0);
			assert_int_equal(all.n, 0);
			continue;
		}
		if (!found(&few, asked[i].key) || !found(&all, asked[i].key)) {
			fail_msg("%s = %s: filter %zu, sweep %zu", asked[i].kind, asked[i].value, few.n, all.n);
		}
	}
}

static void what_was_in_flight_when_the_server_died_is_unknown(void **state)
{
	enum { N = 400 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[N];
	struct nk_step_result results[N];
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };
	size_t unknown = 0;
	size_t not_sent = 0;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	set = settings(&s);
	set.batch = 1; /* no transactions */
	set.window = 8;
	set.timeout_ms = 300;
	open_with(&o, &set);
	for (unsigned i = 0; i < N; i++) {
		steps[i] = add_person(o.arena, i);
	}
	/* Stopped: requests are taken by the kernel, and no answer comes. */
	kit_slapd_freeze(&s);
	apply(&o, steps, N, results);
	for (size_t i = 0; i < N; i++) {
		unknown += results[i].outcome == NK_OUTCOME_UNKNOWN ? 1 : 0;
		not_sent += results[i].outcome == NK_OUTCOME_NOT_SENT ? 1 : 0;
	}
	assert_int_equal(unknown + not_sent, N);
	assert_int_equal(unknown, 8);
	/* The handle says so from now on. */
	kit_fails(nk_target_read(o.t, o.arena, &snap, NULL), NK_UNAVAILABLE);
	kit_fails(nk_target_apply(o.t, steps, 1, results, o.arena, NULL), NK_UNAVAILABLE);
	kit_slapd_kill(&s);
}

static void a_dead_server_leaves_a_transaction_undone_or_unknown(void **state)
{
	enum { N = 300 };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_step steps[N];
	struct nk_step_result results[N];
	struct nk_target_settings set;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	set = settings(&s);
	set.timeout_ms = 500;
	open_with(&o, &set);
	for (unsigned i = 0; i < N; i++) {
		steps[i] = add_person(o.arena, i);
	}
	/* The first brings new attributes and goes alone; what follows would be one transaction. */
	apply(&o, steps, 1, results);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	kit_slapd_kill(&s);
	apply(&o, steps, N, results);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(results[i].outcome, NK_OUTCOME_NOT_SENT);
	}
	set = settings(&s);
	assert_int_equal(open_code(&set), NK_UNAVAILABLE);
}

static void a_wrong_password_is_told_apart(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	struct nk_target_settings set;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS });
	set = settings(&s);
	set.secret = nk_bytes_of("wrong", 5);
	assert_int_equal(open_code(&set), NK_AUTH);
	set = settings(&s);
	set.uri = NK_STR("http://127.0.0.1/");
	assert_int_equal(open_code(&set), NK_CONFIG);
}

#define READER "cn=reader," KIT_BASE
#define READER_LDIF "dn: " READER "\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: secret\n\n"

static void a_hidden_subtree_is_not_an_empty_one(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS READER_LDIF HER_LDIF,
		.access = "access to attrs=userPassword by anonymous auth by * none\naccess to dn.subtree=\"" PEOPLE "\" by * none\naccess to * by * read\n" });
	set = settings(&s);
	set.bind_dn = NK_STR(READER);
	open_with(&o, &set);
	kit_ok(nk_target_read(o.t, o.arena, &snap, &o.err), &o.err);
	assert_false(snap.complete);
	assert_false(snap.sentinel_seen);
}

static void a_sentinel_that_is_not_seen_makes_the_read_incomplete(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	struct nk_target_settings set;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS READER_LDIF HER_LDIF,
		.access = "access to attrs=userPassword by anonymous auth by * none\naccess to dn.children=\"" PEOPLE "\" by * none\naccess to * by * read\n" });
	set = settings(&s);
	set.sentinel = NK_STR("UID=Hanako, ou=people," KIT_BASE);
	for (int hidden = 0; hidden < 2; hidden++) {
		NK_OWNED(opened_done) struct opened o = { 0 };
		struct nk_snapshot snap = { 0 };

		set.bind_dn = hidden ? NK_STR(READER) : NK_STR(KIT_ADMIN);
		open_with(&o, &set);
		kit_ok(nk_target_read(o.t, o.arena, &snap, &o.err), &o.err);
		assert_int_equal(snap.complete, hidden == 0);
	}
}

static void a_limit_of_the_server_makes_the_read_incomplete(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif;
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };

	(void)state;
	load(&ldif, 1500);
	ldif.len--;
	assert_true(nk_ok(nk_buf_add(&ldif, READER_LDIF, sizeof(READER_LDIF), NULL)));
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = (const char *)ldif.ptr, .global = "sizelimit size.soft=1200 size.hard=1200 size.prtotal=1200" });
	set = settings(&s);
	set.bind_dn = NK_STR(READER);
	open_with(&o, &set);
	kit_fails(nk_target_read(o.t, o.arena, &snap, NULL), NK_INCOMPLETE);
	/* The suffix itself not there or not to be seen. */
	set.bind_dn = NK_STR(KIT_ADMIN);
	set.base = NK_STR("dc=nowhere," KIT_BASE);
	opened_done(&o);
	open_with(&o, &set);
	kit_fails(nk_target_read(o.t, o.arena, &snap, NULL), NK_INCOMPLETE);
}

static void the_schema_tells_what_may_be_written(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_target_probe probe = { 0 };

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS, .school_schema = true });
	open_plain(&o, &s);
	assert_true(nk_target_has(o.t, NK_STR("jasn")) && nk_target_has(o.t, NK_STR("EDUPERSON")) && nk_target_has(o.t, NK_STR("sn;lang-ja")));
	assert_false(nk_target_has(o.t, NK_STR("sambaNTPassword")));
	assert_false(nk_target_has(o.t, NK_STR("")));
	kit_ok(nk_target_probe(o.t, &probe, &o.err), &o.err);
	assert_true(probe.transactions && probe.assertion && probe.password_modify && probe.bound && !probe.encrypted);
	assert_string_equal(probe.vendor, "OpenLDAP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_entries_than_a_page_are_read_to_the_end),
		cmocka_unit_test(the_first_run_finds_nothing_and_makes_all),
		cmocka_unit_test(adds_are_done_in_transactions),
		cmocka_unit_test(adds_are_done_one_by_one),
		cmocka_unit_test(one_bad_entry_in_a_batch_is_the_only_one_missing),
		cmocka_unit_test(an_entry_that_stands_there_stops_the_rest),
		cmocka_unit_test(a_change_of_somebody_else_is_not_overwritten),
		cmocka_unit_test(a_rename_keeps_the_anchor_and_may_be_repeated),
		cmocka_unit_test(members_come_and_go_and_the_last_takes_the_group_along),
		cmocka_unit_test(a_password_opens_the_account_until_it_is_suspended),
		cmocka_unit_test(no_password_goes_out_in_clear),
		cmocka_unit_test(tls_needs_the_right_authority_and_the_right_host),
		cmocka_unit_test(every_trace_is_found),
		cmocka_unit_test(what_was_in_flight_when_the_server_died_is_unknown),
		cmocka_unit_test(a_dead_server_leaves_a_transaction_undone_or_unknown),
		cmocka_unit_test(a_wrong_password_is_told_apart),
		cmocka_unit_test(a_hidden_subtree_is_not_an_empty_one),
		cmocka_unit_test(a_sentinel_that_is_not_seen_makes_the_read_incomplete),
		cmocka_unit_test(a_limit_of_the_server_makes_the_read_incomplete),
		cmocka_unit_test(the_schema_tells_what_may_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
