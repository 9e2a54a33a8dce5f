/*
 * json.h: JSON out by appending (RFC 8259), canonical where it is signed (RFC 8785, JCS); JSON in through jansson.
 *
 * The writer keeps commas and nesting; text is escaped and must be valid UTF-8.
 * Canonical writing: the caller adds keys in code-unit order (asserted), integers within ±2^53, no reals.
 */
#ifndef NK_JSON_H
#define NK_JSON_H

enum { NK_JSON_DEPTH = 32 };

/* All fields are the writer's own. */
struct nk_json {
	struct nk_buf *out;
	uint64_t filled; /* bit per depth: something was written there */
	uint64_t objects; /* bit per depth: it is an object */
	unsigned depth; /* at most NK_JSON_DEPTH (asserted) */
	bool after_key;
	bool canonical;
	size_t key_at[NK_JSON_DEPTH + 1]; /* canonical: where the last key of each depth stands in `out` */
	size_t key_len[NK_JSON_DEPTH + 1];
	nk_rc failed; /* sticky: calls after the first failure do nothing */
};

/* nk_json_init: writes into `out`, which the caller owns. The calls below return nothing; nk_json_end gives the
 * first failure: NK_INVALID (text that is not UTF-8; canonical: a number beyond ±2^53), NK_LIMIT or NK_NOMEM of
 * the buffer; what `out` got until then is of no use. Wrong nesting is our own bug and asserted. */
void nk_json_init(struct nk_json *j, struct nk_buf *out);
/* nk_json_init_canonical: the same by RFC 8785: keys must come in strictly rising order, be plain ASCII without
 * quotes or backslashes (asserted). */
void nk_json_init_canonical(struct nk_json *j, struct nk_buf *out);
/* One value each, in an array, behind a key, or alone. Brackets are '{' or '[' and their partners; text is
 * escaped. */
void nk_json_open(struct nk_json *j, char bracket);
void nk_json_close(struct nk_json *j, char bracket);
void nk_json_key(struct nk_json *j, const char *key);
void nk_json_str(struct nk_json *j, struct nk_str s);
void nk_json_c(struct nk_json *j, const char *text);
void nk_json_int(struct nk_json *j, int64_t v);
void nk_json_bool(struct nk_json *j, bool v);
void nk_json_null(struct nk_json *j);
void nk_json_hex(struct nk_json *j, struct nk_bytes b);
void nk_json_base64(struct nk_json *j, struct nk_bytes b);
/* nk_json_end: the first failure, see nk_json_init; asserts that everything is closed. */
NK_RESULT nk_json_end(struct nk_json *j, struct nk_err *err);

/*
 * Reading: a parsed value, borrowed from its document. Depth ≤ 32, size ≤ max, duplicate keys refused; the
 * outermost value is an object or an array; errors give the place, never the text.
 *
 * Threads: the first nk_jdoc_parse of the process gives jansson its allocators (memory is wiped before it is
 * freed) and its hash seed, once (call_once). Nothing else in the process may use jansson before or set its
 * allocators. A document belongs to one thread at a time.
 */
struct nk_jdoc;
struct nk_jval {
	const void *v; /* NULL: not there */
};
/* nk_jdoc_parse: *out is the caller's (nk_jdoc_free, which wipes and accepts NULL). NK_LIMIT (size, depth),
 * NK_INVALID. */
NK_RESULT nk_jdoc_parse(struct nk_bytes text, size_t max, struct nk_jdoc **out, struct nk_err *err);
void nk_jdoc_free(struct nk_jdoc **doc);
/* Values live as long as the document. Asking a value of another kind, or one that is not there, gives "not there", 0
 * or false, and leaves *out as it was. */
struct nk_jval nk_jdoc_root(const struct nk_jdoc *doc);
struct nk_jval nk_jget(struct nk_jval obj, const char *key);
struct nk_jval nk_jat(struct nk_jval arr, size_t i);
size_t nk_jlen(struct nk_jval arr_or_obj);
bool nk_jstr(struct nk_jval v, struct nk_str *out); /* false: not a string */
bool nk_jint(struct nk_jval v, int64_t *out);
bool nk_jbool(struct nk_jval v, bool *out);
bool nk_jis_null(struct nk_jval v);
bool nk_jis_object(struct nk_jval v);
bool nk_jis_array(struct nk_jval v);
/* nk_jmember: the i-th member of an object in the order of the text; takes i steps: for small objects. */
bool nk_jmember(struct nk_jval obj, size_t i, struct nk_str *out_key, struct nk_jval *out_val);
/* nk_jnext: the members one after the other: *pos is NULL before the first; false at the end. */
bool nk_jnext(struct nk_jval obj, void **pos, struct nk_str *out_key, struct nk_jval *out_val);

/* nk_json_canonical: appends a parsed object or array by RFC 8785. NK_INVALID: a real number, or a key that is not
 * plain ASCII; NK_LIMIT: an object of more than 256 members, or `out`. */
NK_RESULT nk_json_canonical(struct nk_jval v, struct nk_buf *out, struct nk_err *err);

/* Base64 (RFC 4648 §4, with padding). nk_base64_get is strict: one spelling only, no blanks (NK_INVALID). Both append
 * to `out` and leave it as it was when they fail (NK_LIMIT). */
NK_RESULT nk_base64_put(struct nk_buf *out, struct nk_bytes b, struct nk_err *err);
NK_RESULT nk_base64_get(struct nk_buf *out, struct nk_str text, struct nk_err *err);

#endif
