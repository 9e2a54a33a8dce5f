/*
 * target_ldap_test.c: the LDAP target against a real slapd: connecting, reading, finding, passwords.
 */
#include "base.h"

#include <cmocka.h>

#include "ldap_test_kit.h"

static void more_entries_than_a_page_are_read_to_the_end(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif = { 0 };
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
	NK_OWNED(nk_buf_done) struct nk_buf ldif = { 0 };
	static const struct nk_str suspended[] = { { "suspended", 9 } };
	static const struct nk_mod mark = { .op = NK_MOD_REPLACE, .attr = { { "employeeType", 12 }, suspended, 1 } };
	struct nk_target_settings set;
	struct nk_step step = { .kind = NK_STEP_SUSPEND,
		.object_kind = NK_OBJECT_PERSON,
		.key = NK_STR("uid=p0," PEOPLE),
		.mods = &mark,
		.n_mods = 1 };
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
		(void)snprintf(named, sizeof(named), "%s://localhost:%u", starttls ? "ldap" : "ldaps",
			(unsigned)(starttls ? s.port : s.tls_port));
		set.uri = nk_str_c(named);
		assert_int_equal(open_code(&set), NK_UNAVAILABLE);
	}
}

static void a_handshake_that_nobody_answers_ends_in_time(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	struct nk_target_settings set;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS, .tls = true });
	kit_slapd_freeze(&s);
	set = settings(&s);
	set.timeout_ms = 200;
	set.ca_file = nk_str_c(s.ca_file);
	set.starttls = true;
	assert_int_equal(open_code(&set), NK_UNAVAILABLE);
	set.starttls = false;
	set.uri = nk_str_c(s.ldaps);
	assert_int_equal(open_code(&set), NK_UNAVAILABLE);
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
/* clang-format off */
#define HER_LDIF                                                                                      \
	"dn: " HER "\n"                                                                               \
	"objectClass: inetOrgPerson\nuid: hanako\ncn: 東 花子\nsn: 東\nsn;lang-ja: 東海林\n"                \
	"givenName;lang-ja-kana: ハナコ\ndisplayName;lang-ja: 東海林 花子\n"                              \
	"mail: Hana@example.ac.jp\nemployeeNumber: 4711\n\n"                                          \
	"dn: uid=boss," PEOPLE "\n"                                                                   \
	"objectClass: inetOrgPerson\nuid: boss\ncn: b\nsn: b\nmanager: " HER "\n\n"                   \
	"dn: cn=class," GROUPS "\n"                                                                   \
	"objectClass: groupOfNames\ncn: class\nmember: uid=boss," PEOPLE "\nmember: " HER "\n\n"       \
	"dn: cn=memo," KIT_BASE "\n"                                                                  \
	"objectClass: applicationProcess\ncn: memo\nseeAlso: UID=Hanako,ou=People," KIT_BASE "\n\n"
/* clang-format on */

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
#define READER_LDIF   \
	"dn: " READER \
	"\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: secret\n\n"

static void a_hidden_subtree_is_not_an_empty_one(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s,
		&(struct kit_slapd_options){ .ldif = CONTAINERS READER_LDIF HER_LDIF,
			.access =
				"access to attrs=userPassword by anonymous auth by * none\naccess to dn.subtree=\"" PEOPLE
				"\" by * none\naccess to * by * read\n" });
	set = settings(&s);
	set.bind_dn = NK_STR(READER);
	open_with(&o, &set);
	kit_ok(nk_target_read(o.t, o.arena, &snap, &o.err), &o.err);
	assert_false(snap.complete);
	assert_false(snap.sentinel_seen);
}

/* Persons and their sentinel are seen, the groups are not: they would all be made again. */
static void hidden_groups_are_not_missing_groups(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };

	(void)state;
	kit_slapd_start(&s,
		&(struct kit_slapd_options){ .ldif = CONTAINERS READER_LDIF HER_LDIF,
			.access =
				"access to attrs=userPassword by anonymous auth by * none\naccess to dn.subtree=\"" GROUPS
				"\" by * none\naccess to * by * read\n" });
	set = settings(&s);
	set.sentinel = NK_STR("uid=hanako,ou=people," KIT_BASE);
	set.bind_dn = NK_STR(READER);
	open_with(&o, &set);
	kit_ok(nk_target_read(o.t, o.arena, &snap, &o.err), &o.err);
	assert_true(snap.sentinel_seen);
	assert_false(snap.complete);
}

static void a_sentinel_that_is_not_seen_makes_the_read_incomplete(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	struct nk_target_settings set;

	(void)state;
	kit_slapd_start(&s,
		&(struct kit_slapd_options){ .ldif = CONTAINERS READER_LDIF HER_LDIF,
			.access =
				"access to attrs=userPassword by anonymous auth by * none\naccess to dn.children=\"" PEOPLE
				"\" by * none\naccess to * by * read\n" });
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

static void each_of_several_sentinels_must_be_seen(void **state)
{
	static const char *const lists[] = { "uid=hanako,ou=people," KIT_BASE "; ou=groups," KIT_BASE " ;",
		"uid=hanako,ou=people," KIT_BASE ";uid=nobody,ou=people," KIT_BASE };
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	struct nk_target_settings set;

	(void)state;
	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = CONTAINERS READER_LDIF HER_LDIF });
	set = settings(&s);
	for (size_t i = 0; i < NK_ARRAY_LEN(lists); i++) {
		NK_OWNED(opened_done) struct opened o = { 0 };
		struct nk_snapshot snap = { 0 };

		set.sentinel = nk_str_c(lists[i]);
		open_with(&o, &set);
		kit_ok(nk_target_read(o.t, o.arena, &snap, &o.err), &o.err);
		assert_int_equal(snap.complete, i == 0);
		assert_int_equal(snap.sentinel_seen, i == 0);
	}
}

static void a_limit_of_the_server_makes_the_read_incomplete(void **state)
{
	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
	NK_OWNED(opened_done) struct opened o = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf ldif = { 0 };
	struct nk_target_settings set;
	struct nk_snapshot snap = { 0 };

	(void)state;
	load(&ldif, 1500);
	ldif.len--;
	assert_true(nk_ok(nk_buf_add(&ldif, READER_LDIF, sizeof(READER_LDIF), NULL)));
	kit_slapd_start(&s,
		&(struct kit_slapd_options){ .ldif = (const char *)ldif.ptr,
			.global = "sizelimit size.soft=1200 size.hard=1200 size.prtotal=1200" });
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
	assert_true(nk_target_has(o.t, NK_STR("jasn")) && nk_target_has(o.t, NK_STR("EDUPERSON")) &&
		nk_target_has(o.t, NK_STR("sn;lang-ja")));
	assert_false(nk_target_has(o.t, NK_STR("sambaNTPassword")));
	assert_false(nk_target_has(o.t, NK_STR("")));
	kit_ok(nk_target_probe(o.t, &probe, &o.err), &o.err);
	assert_true(
		probe.transactions && probe.assertion && probe.password_modify && probe.bound && !probe.encrypted);
	assert_string_equal(probe.vendor, "OpenLDAP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_entries_than_a_page_are_read_to_the_end),
		cmocka_unit_test(a_password_opens_the_account_until_it_is_suspended),
		cmocka_unit_test(no_password_goes_out_in_clear),
		cmocka_unit_test(tls_needs_the_right_authority_and_the_right_host),
		cmocka_unit_test(a_handshake_that_nobody_answers_ends_in_time),
		cmocka_unit_test(every_trace_is_found),
		cmocka_unit_test(a_wrong_password_is_told_apart),
		cmocka_unit_test(a_hidden_subtree_is_not_an_empty_one),
		cmocka_unit_test(hidden_groups_are_not_missing_groups),
		cmocka_unit_test(a_sentinel_that_is_not_seen_makes_the_read_incomplete),
		cmocka_unit_test(each_of_several_sentinels_must_be_seen),
		cmocka_unit_test(a_limit_of_the_server_makes_the_read_incomplete),
		cmocka_unit_test(the_schema_tells_what_may_be_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
