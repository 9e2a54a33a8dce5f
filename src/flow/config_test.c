/*
 * config_test.c: the configuration says what is wrong, where, and what was meant; conf.d comes after the main file.
 */
#include "base.h"

#include <cmocka.h>

#include "config.h"
#include "kit.h"

#define TARGET "[target ldap1]\ntype = ldap\nuri = ldap://127.0.0.1:389\nbase = dc=example,dc=jp\n"

struct home {
	struct kit_tmp tmp;
};

static struct home home_new(const char *main_file)
{
	struct home h = { .tmp = kit_tmp() };
	struct nk_err err = { 0 };
	const struct nk_env *env = kit_env();

	kit_ok(env->mkdir(env->self, kit_path(&h.tmp, "conf.d"), &err), &err);
	kit_ok(nk_env_write_new(env, kit_path(&h.tmp, "nokosazu.conf"), nk_str_bytes(nk_str_c(main_file)), &err), &err);
	return h;
}

static void home_done(struct home *h)
{
	kit_tmp_done(&h->tmp);
}

static void more(struct home *h, const char *name, const char *text)
{
	struct nk_err err = { 0 };

	kit_ok(nk_env_write_new(kit_env(), kit_path(&h->tmp, name), nk_str_bytes(nk_str_c(text)), &err), &err);
}

/* Refused, and the sentence holds each of these words. */
static void refused(const char *text, const char *const *words, size_t n)
{
	NK_OWNED(home_done) struct home h = home_new(text);
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	struct nk_err err = { 0 };

	kit_fails(nk_config_load(kit_env(), h.tmp.dir, &c, &err), NK_CONFIG);
	for (size_t i = 0; i < n; i++) {
		if (strstr(err.text[NK_LANG_EN], words[i]) == NULL) {
			fail_msg("\"%s\" is not in: %s", words[i], err.text[NK_LANG_EN]);
		}
	}
}

#define REFUSED(text, ...) refused((text), (const char *const[]){ __VA_ARGS__ }, \
	sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void an_unknown_key_is_refused_with_its_place_and_the_nearest_one(void **state)
{
	(void)state;
	REFUSED("[people]\ngrace_day = 3\n", "nokosazu.conf", "line 2", "grace_day", "grace_days");
	REFUSED("[guard]\n\nleave_prcent = 3\n", "line 3", "leave_percent");
	REFUSED("[target a]\nstartls = yes\n", "starttls");
	REFUSED("[peeple]\ngrace_days = 3\n", "grace_days", "unknown section or key");
}

static void a_target_needs_a_name(void **state)
{
	(void)state;
	REFUSED("[target]\ntype = ldap\n", "line 2", "target NAME");
	REFUSED("[target ]\ntype = ldap\n", "line 2");
}

static void a_number_outside_its_limits_or_no_number_is_refused(void **state)
{
	(void)state;
	REFUSED("[people]\ngrace_days = 3661\n", "line 2", "3661", "grace_days");
	REFUSED("[people]\ngrace_days = thirty\n", "thirty");
	REFUSED("[people]\ngrace_days = -1\n", "-1");
	REFUSED("[people]\ngrace_days =\n", "line 2");
	REFUSED("[vault]\nthreshold = 0\n", "threshold");
}

static void yes_and_no_are_the_only_answers(void **state)
{
	(void)state;
	REFUSED("[vault]\nsingle_copy = true\n", "yes or no", "true");
	REFUSED("[vault]\nsingle_copy = YES\n", "YES");
}

static void an_unknown_profile_or_type_is_refused(void **state)
{
	(void)state;
	REFUSED(TARGET "profile = kindergarten\n", "ldap1", "kindergarten");
	REFUSED("[target x1]\ntype = carrier-pigeon\nbase = dc=a\n", "x1", "carrier-pigeon");
}

static void presets_hold_until_something_is_said(void **state)
{
	NK_OWNED(home_done) struct home h = home_new(TARGET);
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_config_load(kit_env(), h.tmp.dir, &c, &err), &err);
	assert_int_equal(c->grace_days, 30);
	assert_int_equal(c->plan_hours, 24);
	assert_int_equal(c->tz_minutes, 540);
	assert_int_equal(c->n_targets, 1);
	assert_true(nk_str_eq(c->targets[0].profile, NK_STR("school")));
	assert_int_equal(c->targets[0].settings.page, 1000);
	assert_true(nk_str_eq(c->targets[0].settings.people_base, NK_STR("ou=people,dc=example,dc=jp")));
}

static void files_of_conf_d_come_after_in_order_of_their_names(void **state)
{
	NK_OWNED(home_done) struct home h = home_new("[people]\ngrace_days = 10\ntombstone_months = 7\n" TARGET);
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	struct nk_err err = { 0 };

	(void)state;
	more(&h, "conf.d/b.conf", "[people]\ngrace_days = 12\n");
	more(&h, "conf.d/a.conf", "[people]\ngrace_days = 11\n[plan]\nexpire_hours = 5\n");
	more(&h, "conf.d/c.conf.off", "[people]\ngrace_days = 13\n");
	kit_ok(nk_config_load(kit_env(), h.tmp.dir, &c, &err), &err);
	assert_int_equal(c->grace_days, 12);
	assert_int_equal(c->plan_hours, 5);
	assert_int_equal(c->tombstone_months, 7);
}

static void a_target_named_twice_is_one_target_and_the_later_value_counts(void **state)
{
	NK_OWNED(home_done) struct home h = home_new(TARGET);
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	const struct nk_config_target *t = NULL;
	struct nk_err err = { 0 };

	(void)state;
	more(&h, "conf.d/target-ldap1.conf", "[target ldap1]\npage = 20\n");
	more(&h, "conf.d/target-ldap2.conf", "[target ldap2]\ntype = ldap\nbase = dc=two\nprofile = university\n");
	kit_ok(nk_config_load(kit_env(), h.tmp.dir, &c, &err), &err);
	assert_int_equal(c->n_targets, 2);
	t = nk_config_find_target(c, NK_STR("ldap1"));
	assert_non_null(t);
	assert_int_equal(t->settings.page, 20);
	assert_true(nk_str_eq(t->settings.base, NK_STR("dc=example,dc=jp")));
	assert_null(nk_config_find_target(c, NK_STR("ldap3")));
}

static void an_error_in_conf_d_names_that_file(void **state)
{
	NK_OWNED(home_done) struct home h = home_new("");
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	struct nk_err err = { 0 };

	(void)state;
	more(&h, "conf.d/late.conf", "[people]\ngrace = 3\n");
	kit_fails(nk_config_load(kit_env(), h.tmp.dir, &c, &err), NK_CONFIG);
	assert_non_null(strstr(err.text[NK_LANG_EN], "late.conf"));
}

static void a_folder_without_a_configuration_is_no_installation(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	struct nk_err err = { 0 };

	(void)state;
	kit_fails(nk_config_load(kit_env(), tmp.dir, &c, &err), NK_NOT_FOUND);
}

static void every_row_knows_where_it_was_set(void **state)
{
	NK_OWNED(home_done) struct home h = home_new("[people]\ngrace_days = 10\n");
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_config_value *rows = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, &err), &err);
	more(&h, "conf.d/a.conf", "\n[plan]\nexpire_hours = 5\n");
	kit_ok(nk_config_rows(kit_env(), h.tmp.dir, arena, &rows, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_true(nk_str_eq(rows[1].section, NK_STR("plan")));
	assert_true(nk_str_eq(rows[1].value, NK_STR("5")));
	assert_true(nk_str_eq(rows[1].file, NK_STR("a.conf")));
	assert_int_equal(rows[1].line, 3);
}

/* The settings as the ledger's digest has them. */
static void strength_of(const char *text, char out[static 16384])
{
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct home h = home_new(text);
	struct nk_err err = { 0 };

	nk_buf_init(&b, 16000);
	kit_ok(nk_config_load(kit_env(), h.tmp.dir, &c, &err), &err);
	kit_ok(nk_config_strength(c, &b, &err), &err);
	(void)snprintf(out, 16384, "%.*s", NK_FMT(nk_buf_str(&b)));
	home_done(&h);
}

static void what_is_watched_or_protected_is_part_of_what_the_ledger_tells(void **state)
{
	static const char *const texts[] = { "[guard]\nprotected = hm250058\n", "[guard]\nsentinels = B148210000017\n",
		"[guard]\ngraduates = no\n", TARGET "sentinel = uid=a,dc=example,dc=jp\n" };
	char plain[16384];
	char with[16384];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		char text[512];

		(void)snprintf(text, sizeof(text), "[site]\norganisation = X\ndomain = example.jp\n%s", i < 3 ? "" : TARGET);
		strength_of(text, plain);
		(void)snprintf(text, sizeof(text), "[site]\norganisation = X\ndomain = example.jp\n%s", texts[i]);
		strength_of(text, with);
		assert_string_not_equal(plain, with);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_key_is_refused_with_its_place_and_the_nearest_one),
		cmocka_unit_test(a_target_needs_a_name),
		cmocka_unit_test(a_number_outside_its_limits_or_no_number_is_refused),
		cmocka_unit_test(yes_and_no_are_the_only_answers),
		cmocka_unit_test(an_unknown_profile_or_type_is_refused),
		cmocka_unit_test(presets_hold_until_something_is_said),
		cmocka_unit_test(files_of_conf_d_come_after_in_order_of_their_names),
		cmocka_unit_test(a_target_named_twice_is_one_target_and_the_later_value_counts),
		cmocka_unit_test(an_error_in_conf_d_names_that_file),
		cmocka_unit_test(a_folder_without_a_configuration_is_no_installation),
		cmocka_unit_test(every_row_knows_where_it_was_set),
		cmocka_unit_test(what_is_watched_or_protected_is_part_of_what_the_ledger_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
