/*
 * tar_test.c: what goes into an archive comes out in pieces of any size; everything that is not a plain file is refused.
 */
#include "base.h"
#include "tar.h"

#include <cmocka.h>

struct heard {
	char text[512];
	size_t len;
};

static void put(struct heard *h, const char *text, size_t len)
{
	assert_true(h->len + len < sizeof(h->text));
	memcpy(h->text + h->len, text, len);
	h->len += len;
	h->text[h->len] = '\0';
}

static NK_RESULT on_begin(void *arg, struct nk_str name, uint64_t size, struct nk_err *err)
{
	(void)size;
	(void)err;
	put(arg, "[", 1);
	put(arg, name.ptr, name.len);
	put(arg, ":", 1);
	return nk_done();
}

static NK_RESULT on_bytes(void *arg, struct nk_bytes b, struct nk_err *err)
{
	(void)err;
	put(arg, (const char *)b.ptr, b.len);
	return nk_done();
}

static NK_RESULT on_end(void *arg, struct nk_err *err)
{
	(void)err;
	put(arg, "]", 1);
	return nk_done();
}

static void add(struct nk_buf *out, const char *name, const char *text)
{
	static const uint8_t zeros[NK_TAR_BLOCK] = { 0 };
	uint8_t header[NK_TAR_BLOCK];

	assert_true(nk_ok(nk_tar_header(nk_str_c(name), strlen(text), header, NULL)));
	assert_true(nk_ok(nk_buf_add(out, header, sizeof(header), NULL)));
	assert_true(nk_ok(nk_buf_add(out, text, strlen(text), NULL)));
	assert_true(nk_ok(nk_buf_add(out, zeros, nk_tar_padding(strlen(text)), NULL)));
}

static void archive(struct nk_buf *out)
{
	static const uint8_t zeros[2 * NK_TAR_BLOCK] = { 0 };

	nk_buf_init(out, 100000);
	add(out, "a.txt", "hello");
	add(out, "名簿.csv", "");
	add(out, "b", "world");
	assert_true(nk_ok(nk_buf_add(out, zeros, sizeof(zeros), NULL)));
}

static enum nk_code read_all(const struct nk_buf *in, size_t step, struct heard *heard)
{
	const struct nk_tar_sink sink = { heard, on_begin, on_bytes, on_end };
	struct nk_tar_reader r;

	memset(heard, 0, sizeof(*heard));
	nk_tar_reader_init(&r, &sink);
	for (size_t at = 0; at < in->len; at += step) {
		const size_t n = in->len - at < step ? in->len - at : step;
		const nk_rc rc = nk_tar_push(&r, nk_bytes_of(in->ptr + at, n), NULL);

		if (!nk_ok(rc)) {
			return rc.code;
		}
	}
	return nk_tar_end(&r, NULL).code;
}

static void files_come_out_as_they_went_in_whatever_the_pieces(void **state)
{
	static const size_t steps[] = { 1, 7, 512, 513, 100000 };
	NK_OWNED(nk_buf_done) struct nk_buf tar = { 0 };
	struct heard heard;

	(void)state;
	archive(&tar);
	for (size_t i = 0; i < NK_ARRAY_LEN(steps); i++) {
		assert_int_equal(read_all(&tar, steps[i], &heard), NK_OK);
		assert_string_equal(heard.text, "[a.txt:hello][名簿.csv:][b:world]");
	}
}

static void a_name_that_leads_elsewhere_is_refused(void **state)
{
	static const char *const names[] = { "", "/etc/passwd", "../x", ".x", "a/b", "-rf", "a\nb", "a\\b", "\xff" };
	uint8_t header[NK_TAR_BLOCK];

	(void)state;
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		assert_int_equal(nk_tar_header(nk_str_c(names[i]), 0, header, NULL).code, NK_INVALID);
	}
	assert_int_equal(nk_tar_header(NK_STR("a"), NK_TAR_SIZE_MAX + 1, header, NULL).code, NK_LIMIT);
}

/* Byte `at` of the first header becomes `v`, and its sum is made right again. */
static void change(struct nk_buf *tar, size_t at, uint8_t v)
{
	uint64_t sum = 0;
	char text[8];

	tar->ptr[at] = v;
	memset(tar->ptr + 148, ' ', 8);
	for (size_t i = 0; i < NK_TAR_BLOCK; i++) {
		sum += tar->ptr[i];
	}
	(void)snprintf(text, sizeof(text), "%06o", (unsigned)sum);
	memcpy(tar->ptr + 148, text, 7);
}

static void a_link_a_folder_a_device_and_a_path_are_refused(void **state)
{
	static const char types[] = { '1', '2', '3', '5', 'L', 'x' };
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < sizeof(types); i++) {
		NK_OWNED(nk_buf_done) struct nk_buf tar = { 0 };

		archive(&tar);
		change(&tar, 156, (uint8_t)types[i]);
		assert_int_equal(read_all(&tar, 512, &heard), NK_INVALID);
	}
	{
		NK_OWNED(nk_buf_done) struct nk_buf tar = { 0 };

		archive(&tar);
		change(&tar, 1, '/');
		assert_int_equal(read_all(&tar, 512, &heard), NK_INVALID);
	}
}

static void a_cut_or_a_wrong_sum_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf tar = { 0 };
	struct heard heard;
	size_t whole;

	(void)state;
	archive(&tar);
	whole = tar.len;
	for (size_t n = 0; n < whole; n += 100) {
		tar.len = n;
		assert_int_equal(read_all(&tar, 512, &heard), NK_INVALID);
	}
	tar.len = whole;
	tar.ptr[150] ^= 1;
	assert_int_equal(read_all(&tar, 512, &heard), NK_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_come_out_as_they_went_in_whatever_the_pieces),
		cmocka_unit_test(a_name_that_leads_elsewhere_is_refused),
		cmocka_unit_test(a_link_a_folder_a_device_and_a_path_are_refused),
		cmocka_unit_test(a_cut_or_a_wrong_sum_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
