/*
 * json_canonical.c: a parsed value printed canonically (RFC 8785), for what somebody gave and others will sign.
 *
 * Invariant: what cannot be printed so by our writer is refused, never bent: reals, keys that are not plain ASCII.
 */
#include "base.h"
#include "json.h"

enum { MEMBERS_MAX = 256 };

struct member {
	struct nk_str key;
	char name[128]; /* the key with its NUL */
	struct nk_jval value;
};

static bool plain(struct nk_str key)
{
	for (size_t i = 0; i < key.len; i++) {
		const unsigned char c = (unsigned char)key.ptr[i];

		if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
			return false;
		}
	}
	return key.len < sizeof(((struct member *)NULL)->name);
}

static int by_key(const void *a, const void *b)
{
	const struct member *const x = a;
	const struct member *const y = b;

	return nk_str_cmp(x->key, y->key);
}

static NK_RESULT members_of(struct nk_jval v, struct nk_vec *out, struct nk_err *err)
{
	struct nk_str key = { NULL, 0 };
	struct nk_jval value;
	void *pos = NULL;
	void *at = NULL;

	while (nk_jnext(v, &pos, &key, &value)) {
		struct member *m;

		if (!plain(key)) {
			return nk_fail(err, NK_INVALID,
				"a name in this JSON text is not plain ASCII, or longer than %d bytes", 127);
		}
		NK_TRY(nk_vec_push(out, &at, err));
		m = at;
		m->key = key;
		m->value = value;
		memcpy(m->name, key.ptr, key.len);
		m->name[key.len] = '\0';
	}
	if (out->len > 1) {
		qsort(out->items, out->len, sizeof(struct member), by_key);
	}
	return nk_done();
}

static NK_RESULT put(struct nk_json *j, struct nk_jval v, struct nk_err *err);

static NK_RESULT put_object(struct nk_json *j, struct nk_jval v, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec members = { 0 };

	nk_vec_init_wiping(&members, sizeof(struct member), MEMBERS_MAX);
	NK_TRY(members_of(v, &members, err));
	nk_json_open(j, '{');
	for (size_t i = 0; i < members.len; i++) {
		const struct member *const m = nk_vec_at(&members, i);

		nk_json_key(j, m->name);
		NK_TRY(put(j, m->value, err));
	}
	nk_json_close(j, '}');
	return nk_done();
}

static NK_RESULT put_array(struct nk_json *j, struct nk_jval v, struct nk_err *err)
{
	nk_json_open(j, '[');
	for (size_t i = 0; i < nk_jlen(v); i++) {
		NK_TRY(put(j, nk_jat(v, i), err));
	}
	nk_json_close(j, ']');
	return nk_done();
}

/* As deep as the reader lets a text be. */
static NK_RESULT put(struct nk_json *j, struct nk_jval v, struct nk_err *err)
{
	struct nk_str text = { NULL, 0 };
	int64_t number = 0;
	bool truth = false;

	if (nk_jis_object(v)) {
		return put_object(j, v, err);
	}
	if (nk_jis_array(v)) {
		return put_array(j, v, err);
	}
	if (nk_jstr(v, &text)) {
		nk_json_str(j, text);
	} else if (nk_jint(v, &number)) {
		nk_json_int(j, number);
	} else if (nk_jbool(v, &truth)) {
		nk_json_bool(j, truth);
	} else if (nk_jis_null(v)) {
		nk_json_null(j);
	} else {
		return nk_fail(err, NK_INVALID, "numbers in this JSON text must be whole");
	}
	return nk_done();
}

NK_RESULT nk_json_canonical(struct nk_jval v, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	NK_TRY(put(&j, v, err));
	return nk_json_end(&j, err);
}
