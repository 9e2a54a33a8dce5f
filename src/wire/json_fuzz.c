/*
 * json_fuzz.c: JSON that parses is written by our writer to JSON that parses to the same.
 */
#include "base.h"
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 1 << 20 };

static void write_value(struct nk_json *j, struct nk_jval v);

static bool write_scalar(struct nk_json *j, struct nk_jval v)
{
	struct nk_str s = { 0 };
	int64_t n = 0;
	bool b = false;

	if (nk_jstr(v, &s)) {
		nk_json_str(j, s);
		return true;
	}
	if (nk_jint(v, &n)) {
		nk_json_int(j, n);
		return true;
	}
	if (nk_jbool(v, &b)) {
		nk_json_bool(j, b);
		return true;
	}
	return false;
}

static void write_object(struct nk_json *j, struct nk_jval v)
{
	struct nk_str key = { 0 };
	struct nk_jval value = { 0 };
	void *pos = NULL;
	size_t n = 0;

	nk_json_open(j, '{');
	while (nk_jnext(v, &pos, &key, &value)) {
		nk_assert(nk_jget(v, key.ptr).v == value.v);
		nk_json_key(j, key.ptr);
		write_value(j, value);
		n++;
	}
	nk_json_close(j, '}');
	nk_assert(n == nk_jlen(v));
}

static void write_array(struct nk_json *j, struct nk_jval v)
{
	nk_json_open(j, '[');
	for (size_t i = 0; i < nk_jlen(v); i++) {
		write_value(j, nk_jat(v, i));
	}
	nk_json_close(j, ']');
}

/* Reals, which the house does not use, and empty arrays and objects become null. */
static void write_value(struct nk_json *j, struct nk_jval v)
{
	struct nk_str key = { 0 };
	struct nk_jval value = { 0 };

	if (write_scalar(j, v)) {
		return;
	}
	if (nk_jat(v, 0).v != NULL) {
		write_array(j, v);
	} else if (nk_jmember(v, 0, &key, &value)) {
		write_object(j, v);
	} else {
		nk_json_null(j);
	}
}

static void write_root(struct nk_buf *out, struct nk_jval v)
{
	struct nk_json j;

	nk_buf_init_wiping(out, 8 * TEXT_MAX);
	nk_json_init(&j, out);
	write_value(&j, v);
	nk_assert(nk_ok(nk_json_end(&j, NULL)));
}

static void try_base64(struct nk_str text)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf again = { 0 };

	nk_buf_init(&bytes, SIZE_MAX);
	nk_buf_init(&again, SIZE_MAX);
	if (nk_ok(nk_base64_get(&bytes, text, NULL))) {
		nk_assert(nk_ok(nk_base64_put(&again, nk_buf_bytes(&bytes), NULL)));
		nk_assert(nk_str_eq(nk_buf_str(&again), text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc2 = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf once = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf twice = { 0 };
	struct nk_err err;

	try_base64(nk_bytes_str(nk_bytes_of(data, size)));
	if (!nk_ok(nk_jdoc_parse(nk_bytes_of(data, size), TEXT_MAX, &doc, &err))) {
		return 0;
	}
	if (nk_jlen(nk_jdoc_root(doc)) == 0) {
		return 0; /* would be written as null, which is no document */
	}
	write_root(&once, nk_jdoc_root(doc));
	nk_assert(nk_ok(nk_jdoc_parse(nk_buf_bytes(&once), 8 * TEXT_MAX, &doc2, NULL)));
	write_root(&twice, nk_jdoc_root(doc2));
	nk_assert(nk_bytes_eq(nk_buf_bytes(&once), nk_buf_bytes(&twice)));
	return 0;
}
