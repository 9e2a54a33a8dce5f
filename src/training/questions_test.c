/*
 * questions_test.c: what a question set must be; and that the shipped ones are: tied to the shipped procedures, at least
 * forty items, every reference a section that exists.
 */
#include "base.h"

#include <cmocka.h>

#include "kit.h"
#include "questions.h"

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define HEAD "nokosazu-questions v1\nset carry\ntitle 試験\nprocedure carry@1 " ZERO "\n"
#define ITEM(id) "? " id " 何か\n- 甲\n+ 乙\n- 丙\n- 丁\n! carry#4.1 理由\n"

enum { SHIPPED_AT_LEAST = 40 };

struct parsed {
	struct nk_arena *arena;
	struct nk_questions q;
	struct nk_err err;
};

static void parsed_done(struct parsed *p)
{
	nk_arena_free(&p->arena);
}

static enum nk_code parse(struct parsed *p, const char *text)
{
	if (p->arena == NULL) {
		kit_ok(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &p->arena, &p->err), &p->err);
	}
	return nk_questions_parse(nk_str_bytes(nk_str_c(text)), p->arena, &p->q, &p->err).code;
}

static void a_set_is_read_with_its_ties_and_reasons(void **state)
{
	NK_OWNED(parsed_done) struct parsed p = { 0 };

	(void)state;
	assert_int_equal(parse(&p, "# a remark\n" HEAD "procedure residue@12 " ZERO "\n\n" ITEM("q-1") ITEM("q-2")), NK_OK);
	assert_int_equal(p.q.n_ties, 2);
	assert_int_equal(p.q.ties[1].revision, 12);
	assert_int_equal(p.q.n_items, 2);
	assert_int_equal(p.q.items[1].right, 1);
	assert_true(nk_str_eq(p.q.items[0].choices[3], NK_STR("丁")));
	assert_true(nk_str_eq(p.q.items[0].section, NK_STR("4.1")));
	assert_true(nk_str_eq(p.q.items[0].reason, NK_STR("理由")));
}

static void what_is_not_a_set_is_refused_with_its_line(void **state)
{
	static const char *const texts[] = {
		"",
		"set carry\n",
		"nokosazu-questions v2\n",
		HEAD,
		"nokosazu-questions v1\nset carry\ntitle 試験\n" ITEM("q-1"),
		"nokosazu-questions v1\nset Carry\ntitle 試験\nprocedure carry@1 " ZERO "\n" ITEM("q-1"),
		"nokosazu-questions v1\nset carry\ntitle  \nprocedure carry@1 " ZERO "\n" ITEM("q-1"),
		"nokosazu-questions v1\nset carry\ntitle 試験\nprocedure carry@0 " ZERO "\n" ITEM("q-1"),
		"nokosazu-questions v1\nset carry\ntitle 試験\nprocedure carry@1 00\n" ITEM("q-1"),
		HEAD "procedure carry@2 " ZERO "\n" ITEM("q-1"),
		HEAD ITEM("q-1") "procedure residue@1 " ZERO "\n",
		HEAD ITEM("q-1") ITEM("q-1"),
		HEAD "? q-1 何か\n- 甲\n- 乙\n- 丙\n- 丁\n! carry#4.1 理由\n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n+ 丙\n- 丁\n! carry#4.1 理由\n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n- 丙\n! carry#4.1 理由\n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n- 丙\n- 丁\n- 戊\n! carry#4.1 理由\n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n- 甲\n- 丁\n! carry#4.1 理由\n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n- 丙\n- 丁\n! residue#4.1 理由\n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n- 丙\n- 丁\n! carry 理由\n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n- 丙\n- 丁\n! carry#4.x 理由\n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n- 丙\n- 丁\n! carry#4.1 \n",
		HEAD "? q-1 何か\n- 甲\n+ 乙\n- 丙\n- 丁\n",
		HEAD "- 甲\n",
		HEAD "? q-1\n",
		HEAD "? q-1 \n",
		HEAD "~ q-1 何か\n",
		HEAD "? q-1 何\tか\n- 甲\n+ 乙\n- 丙\n- 丁\n! carry#4.1 理由\n",
	};

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		NK_OWNED(parsed_done) struct parsed p = { 0 };

		if (parse(&p, texts[i]) != NK_INVALID) {
			fail_msg("text %zu was taken", i);
		}
		assert_non_null(strstr(p.err.text[NK_LANG_EN], "line"));
	}
}

static void bytes_that_are_no_text_and_texts_without_end_are_refused(void **state)
{
	NK_OWNED(parsed_done) struct parsed p = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf big = { 0 };

	(void)state;
	assert_int_equal(parse(&p, HEAD "? q-1 \xff\xfe\n"), NK_INVALID);
	nk_buf_init(&big, 4 << 20);
	for (size_t i = 0; i <= NK_QUESTIONS_SIZE; i++) {
		kit_ok(nk_buf_add_byte(&big, '\n', &p.err), &p.err);
	}
	kit_ok(nk_buf_add_byte(&big, '\0', &p.err), &p.err);
	assert_int_equal(parse(&p, (const char *)big.ptr), NK_LIMIT);
	nk_buf_reset(&big);
	kit_ok(nk_buf_add_c(&big, HEAD, &p.err), &p.err);
	for (unsigned i = 0; i <= NK_QUESTIONS_MAX; i++) {
		kit_ok(nk_buf_printf(&big, &p.err, "? q-%u 何か\n- 甲\n+ 乙\n- 丙\n- 丁\n! carry#4.1 理由\n", i), &p.err);
	}
	kit_ok(nk_buf_add_byte(&big, '\0', &p.err), &p.err);
	assert_int_equal(parse(&p, (const char *)big.ptr), NK_LIMIT);
}

static void a_section_is_found_by_its_whole_number_only(void **state)
{
	const struct nk_str text = NK_STR("# 表題\n## 4 申請\n### 4.1 方法\n4.2 は見出しでない\n");

	(void)state;
	assert_true(nk_procedure_section(text, NK_STR("4")));
	assert_true(nk_procedure_section(text, NK_STR("4.1")));
	assert_false(nk_procedure_section(text, NK_STR("4.2")));
	assert_false(nk_procedure_section(text, NK_STR("4.")));
	assert_false(nk_procedure_section(text, NK_STR("")));
}

/* --- what is shipped --- */

static struct nk_bytes read_file(struct nk_arena *arena, const char *path)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_err err = { 0 };
	struct nk_str kept;

	nk_buf_init(&b, NK_QUESTIONS_SIZE);
	kit_ok(nk_env_read_all(kit_env(), path, b.max, &b, &err), &err);
	kit_ok(nk_arena_dup(arena, nk_buf_str(&b), &kept, &err), &err);
	return nk_str_bytes(kept);
}

struct shipped {
	struct nk_arena *arena;
	size_t items, sets;
};

static struct nk_str procedure_text(struct shipped *s, struct nk_str name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), NK_SOURCE_DIR "/docs/procedures/ja/%.*s.md", NK_FMT(name));
	return nk_bytes_str(read_file(s->arena, path));
}

static void check_set(struct shipped *s, const struct nk_questions *q)
{
	for (size_t i = 0; i < q->n_ties; i++) {
		struct nk_hash digest;

		nk_sha256(nk_str_bytes(procedure_text(s, q->ties[i].name)), &digest);
		if (!nk_bytes_eq(nk_bytes_of(digest.b, 32), nk_bytes_of(q->ties[i].digest.b, 32))) {
			fail_msg("%.*s: the procedure was changed: read the questions again, then tools/tie_questions.py",
				NK_FMT(q->set));
		}
	}
	for (size_t i = 0; i < q->n_items; i++) {
		const struct nk_question *const x = &q->items[i];

		if (!nk_procedure_section(procedure_text(s, x->procedure), x->section)) {
			fail_msg("%.*s: there is no section %.*s", NK_FMT(x->id), NK_FMT(x->section));
		}
	}
}

static NK_RESULT shipped_set(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct shipped *const s = arg;
	struct nk_questions q;
	char path[512];

	if (is_dir || !nk_str_ends(name, NK_STR(".q"))) {
		return nk_done();
	}
	(void)snprintf(path, sizeof(path), NK_SOURCE_DIR "/training/ja/%.*s", NK_FMT(name));
	NK_TRY(nk_questions_parse(read_file(s->arena, path), s->arena, &q, err));
	check_set(s, &q);
	s->items += q.n_items;
	s->sets++;
	return nk_done();
}

static void the_shipped_sets_fit_the_shipped_procedures_section_by_section(void **state)
{
	struct shipped s = { 0 };
	struct nk_err err = { 0 };

	(void)state;
	kit_ok(nk_arena_new(NK_ARENA_PLAIN, 64 << 20, &s.arena, &err), &err);
	kit_ok(kit_env()->list(kit_env()->self, NK_SOURCE_DIR "/training/ja", shipped_set, &s, &err), &err);
	assert_int_equal(s.sets, 5);
	assert_true(s.items >= SHIPPED_AT_LEAST);
	nk_arena_free(&s.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_read_with_its_ties_and_reasons),
		cmocka_unit_test(what_is_not_a_set_is_refused_with_its_line),
		cmocka_unit_test(bytes_that_are_no_text_and_texts_without_end_are_refused),
		cmocka_unit_test(a_section_is_found_by_its_whole_number_only),
		cmocka_unit_test(the_shipped_sets_fit_the_shipped_procedures_section_by_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
