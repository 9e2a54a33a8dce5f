/*
 * package_test.c: the allow-list, the gate with canary persons of several sites, drift, layouts, canary persons as
 * persons. What needs git, dpkg and whole programs is in tests/e2e/c05-packages.sh.
 */
#include "base.h"

#include "flow_test_kit.h"
#include "package_int.h"

static struct ft begin(void)
{
	struct ft t;

	ft_new(&t, NULL);
	ft_open(&t);
	return t;
}

static void put(const char *dir, const char *name, const char *text)
{
	struct nk_err err = { 0 };

	kit_ok(nk_os_put_below(dir, name, 0644, nk_str_bytes(nk_str_c(text)), &err), &err);
}

static void canary_persons_are_persons_and_the_same_ones_come_again(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_canary_row *rows = NULL;
	struct nk_err err = { 0 };
	uint32_t all = 0;
	size_t n = 0;

	(void)state;
	nk_buf_init(&out, 1 << 20);
	kit_ok(nk_op_canary_make(t.flow, 3, NK_STR("東小学校"), t.arena, &all, &err), &err);
	assert_int_equal(all, 3);
	kit_ok(nk_op_canary_make(t.flow, 2, NK_STR(""), t.arena, &all, &err), &err);
	assert_int_equal(all, 5);
	kit_ok(nk_op_canary_list(t.flow, t.arena, &rows, &n, &err), &err);
	assert_int_equal(n, 5 * NK_CANARY_FIELDS);
	assert_int_equal(nk_people_count(ft_people(t.flow)), 5);
	for (size_t i = 0; i < n; i++) {
		assert_true(nk_str_eq(rows[i].site, NK_STR("東小学校")));
		assert_non_null(nk_people_by_number(t.flow->people, rows[i].person));
	}
	assert_int_equal(ft_count(t.flow, "SELECT count(*) FROM holding WHERE kind = 'import_file' AND closed_at IS NULL"), 0);
	kit_ok(nk_op_canary_export(t.flow, &out, &err), &err);
	assert_int_equal(nk_op_canary_import(t.flow, nk_buf_bytes(&out), &(uint64_t){ 0 }, &err).code, NK_DENIED);
	assert_int_equal(nk_op_canary_make(t.flow, 1000, NK_STR(""), t.arena, &all, &err).code, NK_LIMIT);
	assert_int_equal(ft_leaves(t.flow, "canary"), 5); /* the seed, two makings, and two imports of that source */
}

static const char other_site[] = "{\"field\":\"mail\",\"site\":\"学校17\",\"value\":\"kn0011223344@canary.example.jp\"}\n"
				 "{\"field\":\"kanji\",\"site\":\"学校17\",\"value\":\"囀鍵 虹標\"}\n"
				 "{\"field\":\"mail\",\"site\":\"学校18\",\"value\":\"kn9988776655@canary.example.jp\"}\n";

static struct nk_package_gate gate(struct ft *t, const char *path, const char *known, bool roster)
{
	NK_OWNED(nk_vec_done) struct nk_vec canaries = { 0 };
	struct nk_package_gate_request req = { .path = path, .known = nk_str_c(known), .roster = roster, .all_streams = true };
	struct nk_package_gate out;
	struct nk_err err = { 0 };

	nk_vec_init(&canaries, sizeof(struct nk_canary_text), NK_PACKAGE_CANARIES_MAX);
	kit_ok(nk_canary_parse(nk_bytes_of(other_site, sizeof(other_site) - 1), &canaries, t->arena, &err), &err);
	req.canaries = canaries.items;
	req.n_canaries = canaries.len;
	kit_ok(nk_package_gate(kit_env(), t->flow, &req, t->arena, &out, &err), &err);
	return out;
}

static void the_gate_names_the_site_of_a_canary_and_nothing_explains_it(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	const char *const dir = t.tmp.dir;
	struct nk_package_gate g;
	char path[512];

	(void)state;
	put(dir, "p/clean.txt", "nothing\n");
	(void)snprintf(path, sizeof(path), "%s/p", dir);
	g = gate(&t, path, "", false);
	assert_true(g.passed);
	assert_int_equal(g.canaries, 3);
	put(dir, "p/left.txt", "to: kn0011223344@canary.example.jp\n");
	g = gate(&t, path, "mail 9 *\n学校17 9 *\n", false);
	assert_false(g.passed);
	assert_false(g.no_canary);
	assert_true(nk_str_eq(g.canary_sites, NK_STR("学校17")));
}

static void a_canary_person_hides_nobody_and_is_of_no_site_by_name_alone(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_gate g;
	char path[512];
	char login[16];
	char text[256];
	bool person = false;

	(void)state;
	(void)ft_import(&t, 0);
	(void)snprintf(text, sizeof(text), "left: %s@example.jp, kn0011223344@canary.example.jp\n", ft_login(5, login).ptr);
	put(t.tmp.dir, "p/left.txt", text);
	(void)snprintf(path, sizeof(path), "%s/p", t.tmp.dir);
	g = gate(&t, path, "", true);
	assert_true(g.canary_found);
	for (size_t i = 0; i < g.n_findings; i++) {
		person = person || nk_str_eq(g.findings[i].what, NK_STR("person"));
	}
	assert_true(person);
	put(t.tmp.dir, "p/left.txt", "left: 囀鍵 虹標\n"); /* another site's may be called so too */
	g = gate(&t, path, "", false);
	assert_false(g.passed);
	assert_true(g.canary_found);
	assert_true(nk_str_eq(g.canary_sites, NK_STR(NK_CANARY_NAME_ALONE)));
}

static void a_finding_is_explained_as_often_as_its_row_says(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_gate g;
	char path[512];
	char known[600];

	(void)state;
	put(t.tmp.dir, "p/mails.txt", "a.person@example.ac.jp\nb.person@example.ac.jp\n");
	(void)snprintf(path, sizeof(path), "%s/p", t.tmp.dir);
	g = gate(&t, path, "", false);
	assert_false(g.passed);
	assert_int_equal(g.n_findings, 1);
	assert_int_equal(g.findings[0].count, 2);
	(void)snprintf(known, sizeof(known), "mail 1 %s/p/mails.txt # one\n", t.tmp.dir);
	g = gate(&t, path, known, false);
	assert_false(g.passed);
	assert_int_equal(g.findings[0].known, 1);
	(void)snprintf(known, sizeof(known), "mail 2 %s/p/* # two\n", t.tmp.dir);
	g = gate(&t, path, known, false);
	assert_true(g.passed);
	assert_int_equal(g.known, 2);
}

static void a_row_with_a_star_explains_all_its_paths_together_and_not_each(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_gate g;
	char path[512];
	char known[1200];

	(void)state;
	put(t.tmp.dir, "p/one.txt", "a.person@example.ac.jp\n");
	put(t.tmp.dir, "p/two.txt", "b.person@example.ac.jp\n");
	(void)snprintf(path, sizeof(path), "%s/p", t.tmp.dir);
	(void)snprintf(known, sizeof(known), "mail 1 %s/p/*\n", t.tmp.dir);
	g = gate(&t, path, known, false);
	assert_false(g.passed); /* one for both is one too few */
	assert_int_equal(g.known, 1);
	assert_int_equal(g.n_findings, 1);
	(void)snprintf(known, sizeof(known), "mail 2 %s/p/*\n", t.tmp.dir);
	assert_true(gate(&t, path, known, false).passed);
	/* The row of a path alone is used first, and what is left of it is of no use to another path. */
	(void)snprintf(known, sizeof(known), "mail 1 %s/p/*\nmail 9 %s/p/one.txt\n", t.tmp.dir, t.tmp.dir);
	assert_true(gate(&t, path, known, false).passed);
	(void)snprintf(known, sizeof(known), "mail 9 %s/p/one.txt\n", t.tmp.dir);
	assert_false(gate(&t, path, known, false).passed);
	(void)snprintf(known, sizeof(known), "mail 9 %s/p/on\n", t.tmp.dir); /* no star: no beginning of a path */
	assert_int_equal(gate(&t, path, known, false).n_findings, 2);
	(void)snprintf(known, sizeof(known), "mail 9\nphone 9 %s/p/*\n", t.tmp.dir);
	assert_int_equal(gate(&t, path, known, false).n_findings, 2);
}

static void somebody_of_the_roster_is_never_explained(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_gate g;
	char path[512];
	char login[16];
	char text[128];

	(void)state;
	(void)ft_import(&t, 0);
	(void)snprintf(text, sizeof(text), "left: %s@example.jp\n", ft_login(5, login).ptr);
	put(t.tmp.dir, "p/left.txt", text);
	(void)snprintf(path, sizeof(path), "%s/p", t.tmp.dir);
	g = gate(&t, path, "person 99 *\nmail 99 *\n", true);
	assert_false(g.passed);
	assert_false(g.extent_empty);
	assert_int_equal(g.roster_persons, FT_PERSONS);
}

static nk_rc entries(const char *list, size_t n_others, size_t *out_n)
{
	static const struct nk_str files[] = { NK_STR("docs/a.md"), NK_STR("docs/deep/b.md"), NK_STR("man/x.1"), NK_STR("man/x.5") };
	static const struct nk_str others[] = { NK_STR("man/y.1") };
	const struct nk_package_source source = { .files = files, .n = 4, .others = others, .n_others = n_others };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_package_entry *out = NULL;
	struct nk_err err = { 0 };
	nk_rc rc;

	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, &err), &err);
	rc = nk_package_entries(nk_str_c(list), &source, arena, &out, out_n, &err);
	for (size_t i = 0; nk_ok(rc) && i < *out_n; i++) {
		assert_true(nk_deb_path_ok(out[i].path));
	}
	return rc;
}

static void the_allow_list_takes_what_is_committed_and_refuses_the_rest(void **state)
{
	size_t n = 0;

	(void)state;
	assert_true(nk_ok(entries("# all\n0644 usr/share/man/man1/ man/*.1\n0644 usr/share/doc/ docs/**\n", 0, &n)));
	assert_int_equal(n, 3);
	assert_int_equal(entries("0644 usr/share/man/man1/ man/*.1\n", 1, &n).code, NK_CONFLICT);
	assert_int_equal(entries("0644 usr/share/man/man3/ man/*.3\n", 0, &n).code, NK_INVALID);
	assert_int_equal(entries("4755 usr/bin/ man/*.1\n", 0, &n).code, NK_INVALID);
	assert_int_equal(entries("0644 ../etc/ man/*.1\n", 0, &n).code, NK_INVALID);
	assert_int_equal(entries("0644 same man/x.1\n0644 same man/x.5\n", 0, &n).code, NK_INVALID);
}

static void drift_tells_what_nothing_explains(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_drift_reply out;
	struct nk_err err = { 0 };
	char path[512];

	(void)state;
	put(t.tmp.dir, "site/usr/share/left.txt", "x\n");
	(void)snprintf(path, sizeof(path), "%s/site", t.tmp.dir);
	kit_ok(nk_op_package_accept(t.flow, path, t.arena, &out, &err), &err);
	kit_ok(nk_op_package_drift(t.flow, path, t.arena, &out, &err), &err);
	assert_int_equal(out.n, 1);
	assert_true(nk_str_eq(out.rows[0].path, NK_STR("usr/share/left.txt")));
	put(t.home, "store/left.db", "x\n");
	kit_ok(nk_op_package_drift(t.flow, path, t.arena, &out, &err), &err);
	assert_int_equal(out.n, 2);
}

static size_t drifted(struct ft *t, const char *name, const char *text)
{
	struct nk_package_drift_reply out;
	struct nk_err err = { 0 };

	put(t->home, name, text);
	kit_ok(nk_op_package_drift(t->flow, t->tmp.dir, t->arena, &out, &err), &err);
	ft_unlink(t, name);
	return out.n;
}

static void a_file_that_is_only_called_like_one_of_the_home_is_residue(void **state)
{
	static const char *const named_like[] = { "ledger/tile/0/left.csv", "ledger/tile/entries/007", "ledger/tile/0/000.p/0",
		"ledger/tile/1/000", "ledger/tile/entries/000.p/255", "ledger/left.txt", "vault/staging", "vault/staging.csv", "vault/custodian.txt",
		"vault/vault.new", "ledger/tile/0/000.p/1", "ledger/tile/entries/000.p/1" }; /* the last two: names of ours, bytes of nobody */
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_drift_reply out;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_op_package_accept(t.flow, t.tmp.dir, t.arena, &out, &err), &err);
	kit_ok(nk_op_package_drift(t.flow, t.tmp.dir, t.arena, &out, &err), &err);
	assert_int_equal(out.n, 0); /* the tiles that the ledger wrote are explained */
	for (size_t i = 0; i < NK_ARRAY_LEN(named_like); i++) {
		if (drifted(&t, named_like[i], "x\n") != 1) {
			fail_msg("explained: %s", named_like[i]);
		}
	}
}

static void configuration_is_explained_by_what_was_written_down_and_not_by_its_name(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_drift_reply out;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_op_package_drift(t.flow, t.tmp.dir, t.arena, &out, &err), &err);
	assert_true(out.n > 0); /* nobody has written it down yet */
	kit_ok(nk_op_package_accept(t.flow, t.tmp.dir, t.arena, &out, &err), &err);
	assert_int_equal(out.n, 0);
	assert_true(out.accepted > 0);
	assert_int_equal(ft_leaves(t.flow, "package"), 1);
	assert_int_equal(drifted(&t, "conf.d/zz.conf", "# 名簿 仮の人\n"), 1);
	ft_write(&t, "conf.d/zz.conf", "# ours\n");
	kit_ok(nk_op_package_accept(t.flow, t.tmp.dir, t.arena, &out, &err), &err);
	kit_ok(nk_op_package_drift(t.flow, t.tmp.dir, t.arena, &out, &err), &err);
	assert_int_equal(out.n, 0);
	ft_write(&t, "conf.d/zz.conf", "# ours, and somebody's\n");
	kit_ok(nk_op_package_drift(t.flow, t.tmp.dir, t.arena, &out, &err), &err);
	assert_int_equal(out.n, 1);
}

static void a_file_in_the_place_of_a_certificate_is_explained_by_the_ledger_alone(void **state)
{
	static const char *const named_like[] = { "certificates/meibo.ja.txt", "certificates/x.dsse.json", "certificates/x.tlog-proof",
		"certificates/018f0000-0000-7000-8000-000000000001.ja.txt" };
	static const char *const suffixes[] = { "dsse.json", "tlog-proof", "ja.txt", "en.txt" };
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_drift_reply out;
	struct nk_plan_reply plan;
	struct nk_apply_reply done;
	struct nk_err err = { 0 };
	char id[NK_UUID_TEXT];
	char name[128];

	(void)state;
	ft_leave(&t, 1);
	plan = ft_plan_erase(&t);
	kit_ok(ft_apply_rc(t.flow, t.arena, plan.hash, &done, &err), &err);
	kit_ok(nk_op_package_accept(t.flow, t.tmp.dir, t.arena, &out, &err), &err);
	assert_int_equal(out.n, 0); /* its four files are those of the ledger */
	for (size_t i = 0; i < NK_ARRAY_LEN(named_like); i++) {
		assert_int_equal(drifted(&t, named_like[i], "名簿\n"), 1);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(suffixes); i++) {
		(void)snprintf(name, sizeof(name), "certificates/%s.%s", nk_uuid_print(done.job, id), suffixes[i]);
		assert_int_equal(drifted(&t, name, "名簿\n"), 1); /* its name, other bytes */
	}
}

static struct nk_package_party party(struct nk_key *seed, uint8_t fill, struct nk_str unit)
{
	struct nk_package_party p = { .unit = unit };

	memset(seed->b, fill, sizeof(seed->b));
	nk_sign_public(seed, p.pub);
	return p;
}

static void a_layout_is_good_only_by_development_and_until_it_expires(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_key seeds[2];
	const struct nk_package_party parties[] = { party(&seeds[0], 1, NK_STR("development")), party(&seeds[1], 2, NK_STR("build")) };
	const struct nk_package_keys keys = { parties, 2 };
	struct nk_package_layout got;
	struct nk_err err = { 0 };
	struct nk_str text;
	char path[512];

	(void)state;
	kit_ok(nk_package_layout_sign(&keys, NK_STR("x.deb"), KIT_START + NK_DAY, &seeds[0], t.arena, &text, &err), &err);
	put(t.tmp.dir, "layout", text.ptr);
	(void)snprintf(path, sizeof(path), "%s/layout", t.tmp.dir);
	kit_ok(nk_package_layout_read(kit_env(), path, &keys, t.arena, &got, &err), &err);
	assert_true(nk_package_has_key(got.package, got.n_package, parties[0].pub));
	assert_false(nk_package_has_key(got.deploy, got.n_deploy, parties[0].pub));
	assert_true(nk_package_has_key(got.deploy, got.n_deploy, parties[1].pub));
	kit_clock_move(2 * NK_DAY);
	assert_int_equal(nk_package_layout_read(kit_env(), path, &keys, t.arena, &got, &err).code, NK_DENIED);
	kit_clock_set(KIT_START);
	kit_ok(nk_package_layout_sign(&keys, NK_STR("x.deb"), KIT_START + NK_DAY, &seeds[1], t.arena, &text, &err), &err);
	put(t.tmp.dir, "layout", text.ptr);
	assert_int_equal(nk_package_layout_read(kit_env(), path, &keys, t.arena, &got, &err).code, NK_DENIED);
}

static struct nk_bytes link_of(struct ft *t, const struct nk_key *seed, const char *step, struct nk_hash digest)
{
	struct nk_package_paper p = { .predicate = NK_PREDICATE_LINK, .subject = NK_STR("x.deb"), .digest = digest };
	struct nk_err err = { 0 };
	char hex[2 * NK_HASH_LEN + 1];
	struct nk_str text;

	nk_hex_print(digest.b, NK_HASH_LEN, hex);
	kit_ok(nk_arena_printf(t->arena, &p.body, &err, "{\"materials\":[%s%s%s],\"name\":\"%s\"}",
		       step[0] == 'd' ? "{\"digest\":{\"sha256\":\"" : "", step[0] == 'd' ? hex : "",
		       step[0] == 'd' ? "\"},\"name\":\"x.deb\"}" : "", step),
		&err);
	kit_ok(nk_package_paper_sign(&p, seed, t->arena, &text, &err), &err);
	return nk_str_bytes(text);
}

static void the_steps_are_done_as_the_layout_says_by_its_keys_and_with_the_same_bytes(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_key seeds[2];
	const struct nk_package_party parties[] = { party(&seeds[0], 1, NK_STR("development")), party(&seeds[1], 2, NK_STR("build")) };
	const struct nk_package_keys keys = { parties, 2 };
	struct nk_package_steps s = { .file = NK_STR("x.deb"), .digest = { { 7 } } };
	const struct nk_hash other = { { 8 } };
	struct nk_package_layout got;
	struct nk_err err = { 0 };
	struct nk_str text;
	char path[512];

	(void)state;
	kit_ok(nk_package_layout_sign(&keys, NK_STR("x.deb"), KIT_START + NK_DAY, &seeds[0], t.arena, &text, &err), &err);
	put(t.tmp.dir, "layout", text.ptr);
	(void)snprintf(path, sizeof(path), "%s/layout", t.tmp.dir);
	kit_ok(nk_package_layout_read(kit_env(), path, &keys, t.arena, &got, &err), &err);
	s.layout = got.payload;
	s.made = link_of(&t, &seeds[0], "package", s.digest);
	kit_ok(nk_package_layout_steps(kit_env(), &s, t.arena, &err), &err);
	s.deployed = link_of(&t, &seeds[1], "deploy", s.digest);
	kit_ok(nk_package_layout_steps(kit_env(), &s, t.arena, &err), &err);
	s.deployed = link_of(&t, &seeds[1], "deploy", other);
	assert_int_equal(nk_package_layout_steps(kit_env(), &s, t.arena, &err).code, NK_DENIED);
	s.deployed = link_of(&t, &seeds[0], "deploy", s.digest);
	assert_int_equal(nk_package_layout_steps(kit_env(), &s, t.arena, &err).code, NK_DENIED);
	s.deployed = nk_bytes_of(NULL, 0);
	s.made = link_of(&t, &seeds[0], "package", other);
	assert_int_equal(nk_package_layout_steps(kit_env(), &s, t.arena, &err).code, NK_DENIED);
	s.made = link_of(&t, &seeds[1], "package", s.digest);
	assert_int_equal(nk_package_layout_steps(kit_env(), &s, t.arena, &err).code, NK_DENIED);
}

static void without_canary_texts_the_gate_states_nothing_of_them(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_package_gate_request req = { .known = NK_STR(""), .all_streams = true };
	struct nk_package_gate out;
	struct nk_err err = { 0 };
	char path[512];

	(void)state;
	put(t.tmp.dir, "p/clean.txt", "nothing\n");
	(void)snprintf(path, sizeof(path), "%s/p", t.tmp.dir);
	req.path = path;
	kit_ok(nk_package_gate(kit_env(), t.flow, &req, t.arena, &out, &err), &err);
	assert_true(out.passed);
	assert_false(out.no_canary);
	assert_true(gate(&t, path, "", false).no_canary);
}

static void test_results_say_passed_or_failed_or_are_refused(void **state)
{
	NK_OWNED(ft_done) struct ft t = begin();
	struct nk_str out;
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_package_test_body(NK_STR("ok 1 - a\n1..1\n"), NK_STR("now"), t.arena, &out, &err), &err);
	assert_true(nk_str_find(out, NK_STR("\"PASSED\"")) != SIZE_MAX);
	kit_ok(nk_package_test_body(NK_STR("ok 1 - a\nnot ok 2 - b\n"), NK_STR("now"), t.arena, &out, &err), &err);
	assert_true(nk_str_find(out, NK_STR("\"FAILED\"")) != SIZE_MAX);
	assert_int_equal(nk_package_test_body(NK_STR("1..0\n"), NK_STR("now"), t.arena, &out, &err).code, NK_INVALID);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canary_persons_are_persons_and_the_same_ones_come_again),
		cmocka_unit_test(the_gate_names_the_site_of_a_canary_and_nothing_explains_it),
		cmocka_unit_test(a_canary_person_hides_nobody_and_is_of_no_site_by_name_alone),
		cmocka_unit_test(a_finding_is_explained_as_often_as_its_row_says),
		cmocka_unit_test(a_row_with_a_star_explains_all_its_paths_together_and_not_each),
		cmocka_unit_test(somebody_of_the_roster_is_never_explained),
		cmocka_unit_test(the_allow_list_takes_what_is_committed_and_refuses_the_rest),
		cmocka_unit_test(drift_tells_what_nothing_explains),
		cmocka_unit_test(configuration_is_explained_by_what_was_written_down_and_not_by_its_name),
		cmocka_unit_test(a_file_in_the_place_of_a_certificate_is_explained_by_the_ledger_alone),
		cmocka_unit_test(a_file_that_is_only_called_like_one_of_the_home_is_residue),
		cmocka_unit_test(a_layout_is_good_only_by_development_and_until_it_expires),
		cmocka_unit_test(the_steps_are_done_as_the_layout_says_by_its_keys_and_with_the_same_bytes),
		cmocka_unit_test(without_canary_texts_the_gate_states_nothing_of_them),
		cmocka_unit_test(test_results_say_passed_or_failed_or_are_refused),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
