/*
 * table_test.c: columns by display width, what reaches a terminal, and the line of progress.
 */
#include "base.h"

#include "table.h"

#include <cmocka.h>
#include <unistd.h>

#include "kana.h"
#include "kit.h"
#include "progress.h"

/* Everything that is printed to `out` until it is read back. */
struct paper {
	struct kit_tmp tmp;
	int fd;
	struct nk_out out;
	struct nk_buf text;
};

static void paper_done(struct paper *p)
{
	nk_out_done(&p->out);
	nk_buf_done(&p->text);
	(void)close(p->fd);
	kit_tmp_done(&p->tmp);
}

static void paper_new(struct paper *p)
{
	struct nk_err err;

	p->tmp = kit_tmp();
	nk_buf_init(&p->text, 1 << 20);
	p->fd = -1;
	kit_ok(kit_env()->open(kit_env()->self, kit_path(&p->tmp, "out"), NK_OPEN_CREATE, &p->fd, &err), &err);
	nk_out_init(&p->out, p->fd, false, false);
}

static struct nk_str paper_read(struct paper *p)
{
	struct nk_err err;

	kit_ok(nk_out_flush(&p->out, &err), &err);
	kit_ok(nk_env_read_all(kit_env(), kit_path(&p->tmp, "out"), 1 << 20, &p->text, &err), &err);
	return nk_buf_str(&p->text);
}

static void assert_text(struct paper *p, const char *wanted)
{
	const struct nk_str got = paper_read(p);

	if (!nk_str_eq(got, nk_str_c(wanted))) {
		fail_msg("got [%.*s], not [%s]", NK_FMT(got), wanted);
	}
}

static void columns_are_aligned_by_what_is_seen_not_by_bytes(void **state)
{
	NK_OWNED(paper_done) struct paper p = { 0 };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_table_done) struct nk_table t = { 0 };
	static const char *const titles[] = { "Name", ">N", "State" };
	const struct nk_str a[] = { NK_STR("佐藤 花"), NK_STR("7"), NK_STR("active") };
	const struct nk_str b[] = { NK_STR("Li"), NK_STR("1234"), NK_STR("") };
	struct nk_err err;

	(void)state;
	paper_new(&p);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, &err), &err);
	nk_table_init(&t, arena, titles, 3);
	kit_ok(nk_table_row(&t, a, &err), &err);
	kit_ok(nk_table_row(&t, b, &err), &err);
	nk_table_print(&t, 2, &p.out);
	assert_text(&p,
		"  Name        N  State\n"
		"  佐藤 花     7  active\n"
		"  Li       1234\n");
}

static void a_table_without_rows_prints_nothing(void **state)
{
	NK_OWNED(paper_done) struct paper p = { 0 };
	NK_OWNED(nk_table_done) struct nk_table t = { 0 };
	static const char *const titles[] = { "Name" };

	(void)state;
	paper_new(&p);
	nk_table_init(&t, NULL, titles, 1);
	nk_table_print(&t, 0, &p.out);
	assert_text(&p, "");
}

static void nothing_of_others_steers_the_terminal(void **state)
{
	NK_OWNED(paper_done) struct paper p = { 0 };

	(void)state;
	paper_new(&p);
	nk_out_text(&p.out,
		NK_STR("a\033[2Jb\nc\td\x7f\xC2\x9B"
		       "e\xE2\x80\xAE"
		       "f"));
	nk_out_c(&p.out, "|");
	nk_out_lines(&p.out, NK_STR("a\nb\033"));
	nk_out_c(&p.out, "|");
	nk_out_text(&p.out, NK_STR("bad \xFF byte"));
	assert_text(&p, "a?[2Jb c d??e?f|a\nb?|bad ?");
}

static void colours_come_only_where_they_are_wanted(void **state)
{
	NK_OWNED(paper_done) struct paper p = { 0 };

	(void)state;
	paper_new(&p);
	nk_out_colour(&p.out, NK_COLOUR_RED);
	nk_out_c(&p.out, "x");
	p.out.colour = true;
	nk_out_colour(&p.out, NK_COLOUR_RED);
	nk_out_colour(&p.out, NK_COLOUR_NONE);
	assert_text(&p, "x\033[31m\033[0m");
}

static void much_output_comes_out_whole_and_in_order(void **state)
{
	NK_OWNED(paper_done) struct paper p = { 0 };
	struct nk_str got;

	(void)state;
	paper_new(&p);
	for (unsigned i = 0; i < 20000; i++) {
		nk_out_f(&p.out, "%05u\n", i);
	}
	got = paper_read(&p);
	assert_int_equal(got.len, 120000);
	for (unsigned i = 0; i < 20000; i++) {
		char line[8];

		(void)snprintf(line, sizeof(line), "%05u\n", i);
		assert_memory_equal(got.ptr + (size_t)i * 6, line, 6);
	}
	assert_int_equal(p.out.written, 120000);
}

static void output_that_cannot_be_written_is_an_error(void **state)
{
	struct nk_out out;
	struct nk_err err;

	(void)state;
	nk_out_init(&out, -1, false, false);
	nk_out_c(&out, "lost");
	assert_false(nk_ok(nk_out_flush(&out, &err)));
	nk_out_done(&out);
}

static void progress_shows_phase_count_rate_and_time_left(void **state)
{
	struct nk_progress_facts f = { .phase = "applying",
		.done = 500,
		.total = 2000,
		.ms = 5000,
		.rate_format = "%s/s",
		.left_format = "%s left" };
	char text[512];

	(void)state;
	nk_progress_line(&f, 79, text);
	assert_non_null(strstr(text, "applying [#######"));
	assert_non_null(strstr(text, "500/2000"));
	assert_non_null(strstr(text, " 25 %"));
	assert_non_null(strstr(text, "100/s"));
	assert_non_null(strstr(text, "0:16 left"));
	f.total = 0;
	nk_progress_line(&f, 79, text);
	assert_string_equal(text, "applying  500  100/s");
	f.done = 12345678;
	f.ms = 0;
	nk_progress_line(&f, 79, text);
	assert_string_equal(text, "applying  12.3M");
}

static void progress_never_is_wider_than_the_screen(void **state)
{
	const struct nk_progress_facts f = { .phase = "適用しています",
		.done = UINT64_MAX / 2,
		.total = UINT64_MAX,
		.ms = INT64_MAX,
		.rate_format = "毎秒 %s",
		.left_format = "残り %s" };
	char text[512];

	(void)state;
	for (size_t width = 1; width < 200; width++) {
		nk_progress_line(&f, width, text);
		assert_true(nk_width(nk_str_c(text)) <= width);
		assert_true(nk_utf8_valid(nk_str_bytes(nk_str_c(text)), NULL));
	}
}

static void more_done_than_there_was_is_shown_as_all(void **state)
{
	const struct nk_progress_facts f = {
		.phase = "x", .done = 12, .total = 10, .ms = 3000, .rate_format = "%s/s", .left_format = "%s left"
	};
	char text[512];

	(void)state;
	nk_progress_line(&f, 79, text);
	assert_non_null(strstr(text, "10/10"));
	assert_non_null(strstr(text, "100 %"));
	assert_null(strstr(text, "left"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned_by_what_is_seen_not_by_bytes),
		cmocka_unit_test(a_table_without_rows_prints_nothing),
		cmocka_unit_test(nothing_of_others_steers_the_terminal),
		cmocka_unit_test(colours_come_only_where_they_are_wanted),
		cmocka_unit_test(much_output_comes_out_whole_and_in_order),
		cmocka_unit_test(output_that_cannot_be_written_is_an_error),
		cmocka_unit_test(progress_shows_phase_count_rate_and_time_left),
		cmocka_unit_test(progress_never_is_wider_than_the_screen),
		cmocka_unit_test(more_done_than_there_was_is_shown_as_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
