/*
 * json_read.c: JSON in, through jansson.
 *
 * Invariant: jansson's error text quotes the input and is never printed; only its code and the place are. What it
 * allocated is wiped when freed: documents may hold personal data.
 */
#include "base.h"
#include "json.h"

#include <jansson.h>
#include <sys/auxv.h>
#include <threads.h>

struct nk_jdoc {
	json_t *root;
};

static void *wiping_malloc(size_t size)
{
	size_t len = 0;

	if (!nk_add_size(size, sizeof(max_align_t), &len)) {
		return NULL;
	}
	uint8_t *block = malloc(len);
	if (block == NULL) {
		return NULL;
	}
	nk_put_le64(block, len);
	return block + sizeof(max_align_t);
}

static void wiping_free(void *ptr)
{
	if (ptr == NULL) {
		return;
	}
	uint8_t *block = (uint8_t *)ptr - sizeof(max_align_t);
	explicit_bzero(block, nk_size(nk_get_le64(block)));
	free(block);
}

/* The seed comes from the 16 random bytes that the kernel gave this process at its start: jansson would open
 * /dev/urandom, which a sandbox forbids. It only has to be hard to guess for who writes a text with colliding
 * keys. */
static void set_up(void)
{
	const uint8_t *chance = (const uint8_t *)(uintptr_t)getauxval(AT_RANDOM);
	const size_t seed = chance != NULL ? (size_t)nk_get_le64(chance) : 0;

	json_set_alloc_funcs(wiping_malloc, wiping_free);
	json_object_seed(seed != 0 ? seed : 1);
}

/* Brackets outside strings, before jansson recurses into them. */
static bool is_shallow(struct nk_bytes text)
{
	size_t depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i];
		if (in_string) {
			i += c == '\\' ? 1 : 0;
			in_string = c != '"';
			continue;
		}
		in_string = c == '"';
		depth += c == '{' || c == '[' ? 1 : 0;
		depth -= (c == '}' || c == ']') && depth > 0 ? 1 : 0;
		if (depth > NK_JSON_DEPTH) {
			return false;
		}
	}
	return true;
}

static nk_rc refuse(const json_error_t *error, struct nk_err *err)
{
	const enum json_error_code code = json_error_code(error);
	const int line = error->line;
	const int column = error->column;

	if (code == json_error_out_of_memory) {
		return nk_fail_nomem(err);
	}
	if (code == json_error_duplicate_key) {
		return nk_fail(err, NK_INVALID, "JSON, line %1$d, column %2$d: a key is given twice", line, column);
	}
	if (code == json_error_invalid_utf8) {
		return nk_fail(err, NK_INVALID, "JSON, line %1$d, column %2$d: the text is not UTF-8", line, column);
	}
	if (code == json_error_numeric_overflow) {
		return nk_fail(
			err, NK_INVALID, "JSON, line %1$d, column %2$d: a number is out of range", line, column);
	}
	if (code == json_error_premature_end_of_input) {
		return nk_fail(
			err, NK_INVALID, "JSON, line %1$d, column %2$d: the text ends too early", line, column);
	}
	return nk_fail(err, NK_INVALID, "JSON, line %1$d, column %2$d: this is not valid JSON", line, column);
}

NK_RESULT nk_jdoc_parse(struct nk_bytes text, size_t max, struct nk_jdoc **out, struct nk_err *err)
{
	static once_flag once = ONCE_FLAG_INIT;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	json_error_t error;

	call_once(&once, set_up);
	if (text.len > max) {
		return nk_fail(err, NK_LIMIT, "the JSON text is longer than %zu bytes", max);
	}
	if (!is_shallow(text)) {
		return nk_fail(err, NK_LIMIT, "the JSON text is nested deeper than %d levels", (int)NK_JSON_DEPTH);
	}
	doc = calloc(1, sizeof(*doc));
	if (doc == NULL) {
		return nk_fail_nomem(err);
	}
	doc->root = json_loadb(text.len > 0 ? (const char *)text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &error);
	const nk_rc rc = doc->root != NULL ? nk_done() : refuse(&error, err);
	explicit_bzero(&error, sizeof(error));
	NK_TRY(rc);
	*out = doc;
	doc = NULL;
	return nk_done();
}

void nk_jdoc_free(struct nk_jdoc **doc)
{
	if (*doc == NULL) {
		return;
	}
	json_decref((*doc)->root);
	free(*doc);
	*doc = NULL;
}

struct nk_jval nk_jdoc_root(const struct nk_jdoc *doc)
{
	return (struct nk_jval){ doc->root };
}

struct nk_jval nk_jget(struct nk_jval obj, const char *key)
{
	return (struct nk_jval){ json_object_get(obj.v, key) };
}

struct nk_jval nk_jat(struct nk_jval arr, size_t i)
{
	return (struct nk_jval){ json_array_get(arr.v, i) };
}

size_t nk_jlen(struct nk_jval v)
{
	const json_t *json = v.v;

	return json_is_array(json) ? json_array_size(json) : json_object_size(json);
}

bool nk_jstr(struct nk_jval v, struct nk_str *out)
{
	const json_t *json = v.v;

	if (!json_is_string(json)) {
		return false;
	}
	*out = (struct nk_str){ json_string_value(json), json_string_length(json) };
	return true;
}

bool nk_jint(struct nk_jval v, int64_t *out)
{
	const json_t *json = v.v;

	if (!json_is_integer(json)) {
		return false;
	}
	*out = json_integer_value(json);
	return true;
}

bool nk_jbool(struct nk_jval v, bool *out)
{
	const json_t *json = v.v;

	if (!json_is_boolean(json)) {
		return false;
	}
	*out = json_is_true(json);
	return true;
}

bool nk_jis_null(struct nk_jval v)
{
	const json_t *json = v.v;

	return json_is_null(json);
}

bool nk_jis_object(struct nk_jval v)
{
	const json_t *json = v.v;

	return json_is_object(json);
}

bool nk_jis_array(struct nk_jval v)
{
	const json_t *json = v.v;

	return json_is_array(json);
}

/* jansson walks objects through a pointer that is not const, though it changes nothing. */
static json_t *walkable(struct nk_jval v)
{
	return (json_t *)(uintptr_t)v.v;
}

bool nk_jnext(struct nk_jval obj, void **pos, struct nk_str *out_key, struct nk_jval *out_val)
{
	json_t *json = walkable(obj);
	void *next = *pos == NULL ? json_object_iter(json) : json_object_iter_next(json, *pos);

	if (next == NULL) {
		return false;
	}
	*pos = next;
	*out_key = nk_str_c(json_object_iter_key(next));
	*out_val = (struct nk_jval){ json_object_iter_value(next) };
	return true;
}

bool nk_jmember(struct nk_jval obj, size_t i, struct nk_str *out_key, struct nk_jval *out_val)
{
	void *pos = NULL;
	struct nk_str key = { 0 };
	struct nk_jval val = { 0 };

	for (size_t k = 0; k <= i; k++) {
		if (!nk_jnext(obj, &pos, &key, &val)) {
			return false;
		}
	}
	*out_key = key;
	*out_val = val;
	return true;
}
