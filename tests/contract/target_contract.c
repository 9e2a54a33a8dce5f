/*
 * target_contract.c: what every row of targets.rows must do, run against a real server of its kind. A new target
 * needs one row in `servers` below; without it this program fails.
 */
#include "base.h"

#include <cmocka.h>

#include "kit_slapd.h"
#include "target.h"

#define PEOPLE "ou=people," KIT_BASE

/* A server of some kind, running, and how to reach it. */
struct server {
	struct kit_slapd slapd;
	struct nk_target_settings settings;
	char uri[64];
};

struct server_kind {
	const char *type;
	void (*start)(struct server *s);
	void (*freeze)(struct server *s); /* takes requests, gives no answers */
	void (*stop)(struct server *s);
};

static const struct nk_attr wanted[] = { { .name = { "uid", 3 } }, { .name = { "cn", 2 } }, { .name = { "sn", 2 } },
	{ .name = { "description", 11 } } };

static void ldap_start(struct server *s)
{
	kit_slapd_start(&s->slapd, &(struct kit_slapd_options){ .school_schema = false });
	(void)snprintf(s->uri, sizeof(s->uri), "%s", s->slapd.uri);
	s->settings = (struct nk_target_settings){ .name = NK_STR("contract"),
		.uri = nk_str_c(s->uri),
		.base = NK_STR(KIT_BASE),
		.people_base = NK_STR(PEOPLE),
		.groups_base = NK_STR("ou=groups," KIT_BASE),
		.units_base = NK_STR("ou=units," KIT_BASE),
		.bind_dn = NK_STR(KIT_ADMIN),
		.allow_plain = true,
		.secret = nk_bytes_of("secret", 6),
		.wanted = wanted,
		.n_wanted = NK_ARRAY_LEN(wanted) };
}

static void ldap_freeze(struct server *s)
{
	kit_slapd_freeze(&s->slapd);
}

static void ldap_stop(struct server *s)
{
	kit_slapd_stop(&s->slapd);
}

static const struct server_kind servers[] = {
	{ "ldap", ldap_start, ldap_freeze, ldap_stop },
};

static const struct server_kind *server_of(const struct nk_target *type)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(servers); i++) {
		if (strcmp(servers[i].type, type->name) == 0) {
			return &servers[i];
		}
	}
	fail_msg("the target type %s has no server in target_contract.c", type->name);
	return &servers[0];
}

/* One target type with its server, opened. */
struct bench {
	const struct nk_target *type;
	const struct server_kind *kind;
	struct server server;
	struct nk_target_link *t;
	struct nk_arena *arena;
	struct nk_err err;
};

static void bench_done(struct bench *b)
{
	nk_target_close(&b->t);
	nk_arena_free(&b->arena);
	b->kind->stop(&b->server);
}

static void bench_new(struct bench *b, const struct nk_target *type)
{
	memset(b, 0, sizeof(*b));
	b->type = type;
	b->kind = server_of(type);
	b->kind->start(&b->server);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &b->arena, &b->err), &b->err);
	kit_ok(nk_target_open(nk_os_env(), type, &b->server.settings, &b->t, &b->err), &b->err);
}

static const struct nk_str unit_class[] = { { "organizationalUnit", 18 } };
static const struct nk_str person_class[] = { { "inetOrgPerson", 13 } };
static const struct nk_str uid[] = { { "taro", 4 } };
static const struct nk_str name[] = { { "東 太郎", 10 } };
static const struct nk_attr unit_attrs[] = { { { "objectClass", 11 }, unit_class, 1 } };
static const struct nk_attr person_attrs[] = { { { "objectClass", 11 }, person_class, 1 }, { { "cn", 2 }, name, 1 },
	{ { "sn", 2 }, name, 1 }, { { "uid", 3 }, uid, 1 } };

static void add_steps(struct nk_step steps[static 2])
{
	steps[0] = (struct nk_step){ .kind = NK_STEP_ADD,
		.object_kind = NK_OBJECT_CONTAINER,
		.key = NK_STR(PEOPLE),
		.attrs = unit_attrs,
		.n_attrs = NK_ARRAY_LEN(unit_attrs) };
	steps[1] = (struct nk_step){ .kind = NK_STEP_ADD,
		.object_kind = NK_OBJECT_PERSON,
		.person_number = 1,
		.key = NK_STR("uid=taro," PEOPLE),
		.attrs = person_attrs,
		.n_attrs = NK_ARRAY_LEN(person_attrs) };
}

static size_t persons(struct bench *b, struct nk_entry *out)
{
	struct nk_snapshot snap = { 0 };
	size_t n = 0;

	kit_ok(nk_target_read(b->t, b->arena, &snap, &b->err), &b->err);
	assert_true(snap.complete);
	for (size_t i = 0; i < snap.n; i++) {
		if (snap.entries[i].kind == NK_OBJECT_PERSON) {
			*out = snap.entries[i];
			n++;
		}
	}
	return n;
}

typedef void contract_fn(struct bench *b);

static void for_every_type(contract_fn *fn)
{
	const struct nk_target *const *types = nk_target_types();

	for (size_t i = 0; types[i] != NULL; i++) {
		NK_OWNED(bench_done) struct bench b = { 0 };

		bench_new(&b, types[i]);
		assert_ptr_equal(nk_target_find_type(nk_str_c(types[i]->name)), types[i]);
		fn(&b);
	}
}

static void reads_after_apply(struct bench *b)
{
	struct nk_step steps[2];
	struct nk_step_result results[2];
	struct nk_entry e = { 0 };

	assert_int_equal(persons(b, &e), 0);
	add_steps(steps);
	kit_ok(nk_target_apply(b->t, steps, 2, results, b->arena, &b->err), &b->err);
	assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
	assert_int_equal(results[1].outcome, NK_OUTCOME_DONE);
	assert_int_equal(persons(b, &e), 1);
	assert_true(results[1].anchor.len > 0 && nk_str_eq(e.anchor, results[1].anchor));
	assert_true(nk_str_eq(e.key, steps[1].key));
}

static void what_was_applied_is_read_back(void **state)
{
	(void)state;
	for_every_type(reads_after_apply);
}

static NK_RESULT count_entry(void *arg, const struct nk_entry *e, struct nk_err *err)
{
	(void)e;
	(void)err;
	++*(size_t *)arg;
	return nk_done();
}

static void applies_twice(struct bench *b)
{
	static const struct nk_str two[] = { { "two", 3 } };
	static const struct nk_mod mod = { .op = NK_MOD_REPLACE, .attr = { { "description", 11 }, two, 1 } };
	const struct nk_step modify = { .kind = NK_STEP_MODIFY,
		.object_kind = NK_OBJECT_PERSON,
		.key = NK_STR("uid=taro," PEOPLE),
		.mods = &mod,
		.n_mods = 1 };
	const struct nk_step remove = {
		.kind = NK_STEP_DELETE, .object_kind = NK_OBJECT_PERSON, .key = NK_STR("uid=taro," PEOPLE)
	};
	const struct nk_needle needle = { NK_STR("uid"), NK_STR("taro") };
	struct nk_step steps[2];
	struct nk_step_result results[2];
	struct nk_entry e = { 0 };
	size_t found = 0;

	add_steps(steps);
	kit_ok(nk_target_apply(b->t, steps, 2, results, b->arena, &b->err), &b->err);
	/* An entry that stands there is a conflict, and nothing is sent behind it; it is not made twice. */
	kit_ok(nk_target_apply(b->t, steps, 2, results, b->arena, &b->err), &b->err);
	assert_int_equal(results[0].outcome, NK_OUTCOME_CONFLICT);
	assert_int_equal(results[1].outcome, NK_OUTCOME_NOT_SENT);
	for (int i = 0; i < 2; i++) {
		kit_ok(nk_target_apply(b->t, &modify, 1, results, b->arena, &b->err), &b->err);
		assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
		assert_int_equal(persons(b, &e), 1);
	}
	kit_ok(nk_target_find(b->t, &needle, 1, count_entry, &found, &b->err), &b->err);
	assert_int_equal(found, 1);
	for (int i = 0; i < 2; i++) {
		kit_ok(nk_target_apply(b->t, &remove, 1, results, b->arena, &b->err), &b->err);
		assert_int_equal(results[0].outcome, NK_OUTCOME_DONE);
		assert_int_equal(persons(b, &e), 0);
	}
	kit_ok(nk_target_find(b->t, &needle, 1, count_entry, &found, &b->err), &b->err);
	assert_int_equal(found, 1);
}

static void a_step_done_twice_leaves_the_same_state(void **state)
{
	(void)state;
	for_every_type(applies_twice);
}

static void refuses_a_bad_password(struct bench *b)
{
	NK_OWNED(nk_target_close) struct nk_target_link *t = NULL;
	struct nk_target_settings s = b->server.settings;
	struct nk_err err = { 0 };

	s.secret = nk_bytes_of("wr0ng-Word", 10);
	kit_fails(nk_target_open(nk_os_env(), b->type, &s, &t, &err), NK_AUTH);
	assert_null(t);
	assert_null(strstr(err.text[NK_LANG_EN], "wr0ng"));
	s.secret = (struct nk_bytes){ NULL, 0 };
	kit_fails(nk_target_open(nk_os_env(), b->type, &s, &t, NULL), NK_CONFIG);
}

static void a_bad_password_is_told_apart(void **state)
{
	(void)state;
	for_every_type(refuses_a_bad_password);
}

static void gives_up(struct bench *b)
{
	NK_OWNED(nk_target_close) struct nk_target_link *t = NULL;
	struct nk_target_settings s = b->server.settings;
	struct nk_snapshot snap = { 0 };
	const int64_t start = nk_os_env()->mono_ms(nk_os_env()->self);

	s.timeout_ms = 200;
	kit_ok(nk_target_open(nk_os_env(), b->type, &s, &t, &b->err), &b->err);
	b->kind->freeze(&b->server);
	kit_fails(nk_target_read(t, b->arena, &snap, NULL), NK_UNAVAILABLE);
	nk_target_close(&t);
	kit_fails(nk_target_open(nk_os_env(), b->type, &s, &t, NULL), NK_UNAVAILABLE);
	/* Not a measurement: a wait without limit would be the fault. */
	assert_true(nk_os_env()->mono_ms(nk_os_env()->self) - start < 60000);
}

static void a_silent_server_is_not_waited_for_for_ever(void **state)
{
	(void)state;
	for_every_type(gives_up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_applied_is_read_back),
		cmocka_unit_test(a_step_done_twice_leaves_the_same_state),
		cmocka_unit_test(a_bad_password_is_told_apart),
		cmocka_unit_test(a_silent_server_is_not_waited_for_for_ever),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
