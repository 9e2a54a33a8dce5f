/*
 * zip_write_test.c: what is written is read again by our own reader, which refuses whatever is not sound.
 */
#include "base.h"

#include <cmocka.h>

#include "kit.h"
#include "zip.h"
#include "zip_write.h"

static NK_RESULT read_buf(void *arg, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	const struct nk_buf *const b = arg;
	const size_t there = at < b->len ? b->len - (size_t)at : 0;

	(void)err;
	*out_len = len < there ? len : there;
	memcpy(buf, b->ptr + (there > 0 ? at : 0), *out_len);
	return nk_done();
}

static void write_two(struct nk_buf *out)
{
	struct nk_err err = { 0 };
	struct nk_zip_writer w;

	nk_buf_init(out, 1 << 20);
	nk_zip_write_begin(&w, out);
	kit_ok(nk_zip_write_add(&w, NK_STR("xl/名簿.xml"), nk_str_bytes(NK_STR("<a>架空</a><a>架空</a><a>架空</a>")), &err), &err);
	kit_ok(nk_zip_write_add(&w, NK_STR("empty"), nk_bytes_of("", 0), &err), &err);
	kit_ok(nk_zip_write_end(&w, &err), &err);
	nk_zip_write_drop(&w);
}

static void a_zip_is_read_as_it_was_written(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;
	const struct nk_zip_limits limits = { .folders = true };
	struct nk_err err = { 0 };
	char text[256];
	size_t got = 0;

	(void)state;
	write_two(&out);
	kit_ok(nk_zip_open(read_buf, &out, out.len, &limits, &zip, &err), &err);
	assert_int_equal(nk_zip_count(zip), 2);
	assert_int_equal(nk_zip_find(zip, NK_STR("xl/名簿.xml")), 0);
	kit_ok(nk_zip_begin(zip, 0, &err), &err);
	kit_ok(nk_zip_read(zip, text, sizeof(text), &got, &err), &err);
	assert_true(nk_str_eq((struct nk_str){ text, got }, NK_STR("<a>架空</a><a>架空</a><a>架空</a>")));
	kit_ok(nk_zip_read(zip, text, sizeof(text), &got, &err), &err);
	assert_int_equal(got, 0);
	kit_ok(nk_zip_begin(zip, 1, &err), &err);
	kit_ok(nk_zip_read(zip, text, sizeof(text), &got, &err), &err);
	assert_int_equal(got, 0);
}

static void the_same_entries_give_the_same_bytes(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf a = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	(void)state;
	write_two(&a);
	write_two(&b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.ptr, b.ptr, a.len);
}

static void a_name_that_is_too_long_and_a_buffer_that_is_full_are_refused(void **state)
{
	static char name[70000];
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_err err = { 0 };
	struct nk_zip_writer w;

	(void)state;
	memset(name, 'a', sizeof(name));
	nk_buf_init(&out, 40);
	nk_zip_write_begin(&w, &out);
	assert_int_equal(nk_zip_write_add(&w, (struct nk_str){ name, sizeof(name) }, nk_bytes_of("x", 1), &err).code, NK_LIMIT);
	assert_int_equal(nk_zip_write_add(&w, NK_STR("a-name-of-some-length"), nk_bytes_of("x", 1), &err).code, NK_LIMIT);
	nk_zip_write_drop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zip_is_read_as_it_was_written),
		cmocka_unit_test(the_same_entries_give_the_same_bytes),
		cmocka_unit_test(a_name_that_is_too_long_and_a_buffer_that_is_full_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
