/*
 * intoto.c: in-toto statements as text.
 *
 * Invariant: what is cut out of a text or put into one was accepted whole by the JSON reader before; the cutting here
 * relies on that and on nothing else.
 */
#include "base.h"
#include "intoto.h"
#include "json.h"

/* Walks over the members of the outermost object of valid JSON. */
struct members {
	struct nk_str text;
	size_t at;
	struct nk_str key, value; /* the key without its quotes, as it is spelt */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct members *m)
{
	while (m->at < m->text.len && is_blank(m->text.ptr[m->at])) {
		m->at++;
	}
}

/* From the opening quote to behind the closing one. */
static void skip_string(struct members *m)
{
	m->at++;
	while (m->at < m->text.len && m->text.ptr[m->at] != '"') {
		m->at += m->text.ptr[m->at] == '\\' ? 2 : 1;
	}
	m->at = m->at < m->text.len ? m->at + 1 : m->text.len;
}

/* To the comma or bracket that ends a value. */
static void skip_value(struct members *m)
{
	size_t depth = 0;

	while (m->at < m->text.len) {
		const char c = m->text.ptr[m->at];

		if (c == '"') {
			skip_string(m);
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
			return;
		}
		depth += c == '{' || c == '[' ? 1 : 0;
		depth -= c == '}' || c == ']' ? 1 : 0;
		m->at++;
	}
}

static bool next_member(struct members *m)
{
	size_t from = 0;

	skip_blanks(m);
	if (m->at >= m->text.len || (m->text.ptr[m->at] != '{' && m->text.ptr[m->at] != ',')) {
		return false;
	}
	m->at++;
	skip_blanks(m);
	if (m->at >= m->text.len || m->text.ptr[m->at] != '"') {
		return false;
	}
	from = m->at;
	skip_string(m);
	m->key = nk_str_sub(m->text, from + 1, m->at - from - 2);
	skip_blanks(m);
	m->at = m->at < m->text.len ? m->at + 1 : m->at; /* the colon */
	from = m->at;
	skip_value(m);
	m->value = nk_str_trim(nk_str_sub(m->text, from, m->at - from));
	return true;
}

bool nk_json_member_text(struct nk_str object, const char *key, struct nk_str *out)
{
	struct members m = { .text = object };

	while (next_member(&m)) {
		if (nk_str_eq(m.key, nk_str_c(key))) {
			*out = m.value;
			return true;
		}
	}
	return false;
}

static NK_RESULT put_member(struct nk_buf *out, const char *key, struct nk_str text, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf value = { 0 };
	struct nk_json j;

	nk_buf_init(&value, NK_INTOTO_MAX);
	nk_json_init(&j, &value);
	nk_json_str(&j, text);
	NK_TRY(nk_json_end(&j, err));
	NK_TRY(nk_buf_printf(out, err, "\"%s\":", key));
	return nk_buf_add_str(out, nk_buf_str(&value), err);
}

/* The predicate with one member more, at its place in the order of keys. */
static NK_RESULT put_predicate(
	struct nk_str predicate, struct nk_str limitation, struct nk_buf *out, struct nk_err *err)
{
	static const char key[] = "limitation";
	struct members m = { .text = predicate };
	struct nk_str there;
	bool done = limitation.len == 0 || nk_json_member_text(predicate, key, &there);
	bool first = true;

	NK_TRY(nk_buf_add_c(out, "{", err));
	while (next_member(&m)) {
		if (!done && nk_str_cmp(m.key, nk_str_c(key)) > 0) {
			NK_TRY(nk_buf_add_c(out, first ? "" : ",", err));
			NK_TRY(put_member(out, key, limitation, err));
			done = true;
			first = false;
		}
		NK_TRY(nk_buf_add_c(out, first ? "\"" : ",\"", err));
		NK_TRY(nk_buf_add_str(out, m.key, err));
		NK_TRY(nk_buf_add_c(out, "\":", err));
		NK_TRY(nk_buf_add_str(out, m.value, err));
		first = false;
	}
	if (!done) {
		NK_TRY(nk_buf_add_c(out, first ? "" : ",", err));
		NK_TRY(put_member(out, key, limitation, err));
	}
	return nk_buf_add_c(out, "}", err);
}

static NK_RESULT check_object(struct nk_str text, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;

	if (text.len == 0 || text.ptr[0] != '{') {
		return nk_fail(err, NK_INVALID, "the predicate of a statement must be a JSON object");
	}
	return nk_jdoc_parse(nk_str_bytes(text), NK_INTOTO_MAX, &doc, err);
}

static NK_RESULT put_subjects(const struct nk_intoto *st, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '[');
	for (size_t i = 0; i < st->n_subjects; i++) {
		nk_json_open(&j, '{');
		nk_json_key(&j, "digest");
		nk_json_open(&j, '{');
		if (st->subjects[i].has_sha256) {
			nk_json_key(&j, "sha256");
			nk_json_hex(&j, nk_bytes_of(st->subjects[i].sha256, NK_INTOTO_SHA256));
		}
		nk_json_close(&j, '}');
		nk_json_key(&j, "name");
		nk_json_str(&j, st->subjects[i].name);
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	return nk_json_end(&j, err);
}

NK_RESULT nk_intoto_print(const struct nk_intoto *st, struct nk_str limitation, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(check_object(st->predicate, err));
	NK_TRY(nk_buf_add_c(out, "{\"_type\":\"" NK_INTOTO_STATEMENT "\",\"predicate\":", err));
	NK_TRY(put_predicate(st->predicate, limitation, out, err));
	NK_TRY(nk_buf_add_c(out, ",", err));
	NK_TRY(put_member(out, "predicateType", st->type, err));
	NK_TRY(nk_buf_add_c(out, ",\"subject\":", err));
	NK_TRY(put_subjects(st, out, err));
	return nk_buf_add_c(out, "}", err);
}

static NK_RESULT take_text(struct nk_jval v, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	struct nk_str s = { NULL, 0 };

	return nk_arena_dup(arena, nk_jstr(v, &s) ? s : NK_STR(""), out, err);
}

static NK_RESULT take_subjects(
	struct nk_jval list, struct nk_arena *arena, struct nk_intoto *out, struct nk_err *err)
{
	const size_t n = nk_jlen(list);
	struct nk_intoto_subject *all = NULL;
	struct nk_str hex = { NULL, 0 };

	if (n == 0 || n > NK_INTOTO_SUBJECTS_MAX) {
		return nk_fail(err, n == 0 ? NK_INVALID : NK_LIMIT,
			"a statement must be about one thing at least, and about %d at most", (int)NK_INTOTO_SUBJECTS_MAX);
	}
	all = nk_arena_array(arena, n, sizeof(*all));
	if (all == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		const struct nk_jval one = nk_jat(list, i);

		if (nk_jlen(nk_jget(one, "digest")) == 0) {
			return nk_fail(err, NK_INVALID, "a subject of the statement has no digest");
		}
		NK_TRY(take_text(nk_jget(one, "name"), arena, &all[i].name, err));
		all[i].has_sha256 = nk_jstr(nk_jget(nk_jget(one, "digest"), "sha256"), &hex) &&
			nk_hex_parse(hex, all[i].sha256, NK_INTOTO_SHA256);
	}
	out->subjects = all;
	out->n_subjects = n;
	return nk_done();
}

NK_RESULT nk_intoto_parse(struct nk_bytes text, struct nk_arena *arena, struct nk_intoto *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_str type = { NULL, 0 };
	struct nk_jval root;

	*out = (struct nk_intoto){ .n_subjects = 0 };
	NK_TRY(nk_jdoc_parse(text, NK_INTOTO_MAX, &doc, err));
	root = nk_jdoc_root(doc);
	if (!nk_jstr(nk_jget(root, "_type"), &type) || !nk_str_eq(type, NK_STR(NK_INTOTO_STATEMENT))) {
		return nk_fail(err, NK_INVALID, "this is no in-toto statement of version 1");
	}
	NK_TRY(take_text(nk_jget(root, "predicateType"), arena, &out->type, err));
	if (out->type.len == 0) {
		return nk_fail(err, NK_INVALID, "the statement does not say of which type it is");
	}
	NK_TRY(take_subjects(nk_jget(root, "subject"), arena, out, err));
	if (nk_json_member_text(nk_str_trim(nk_bytes_str(text)), "predicate", &out->predicate) &&
		(out->predicate.len == 0 || out->predicate.ptr[0] != '{')) {
		return nk_fail(err, NK_INVALID, "the predicate of the statement is no object");
	}
	return nk_done();
}
