/*
 * layout.c: a layout out of its JSON.
 *
 * Invariant: a layout that parses names only keys and steps that are in it; an unknown rule or kind of key is refused,
 * never passed over.
 */
#include "base.h"

#include "json.h"
#include "layout_int.h"

NK_RESULT nk_layout_bad(const char *what, struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, NK_N("the layout or link is damaged, or is none: %s"), what);
}

static NK_RESULT dup(struct nk_layout *l, struct nk_jval v, struct nk_str *out, struct nk_err *err)
{
	struct nk_str s = { 0 };

	if (!nk_jstr(v, &s) || s.len == 0) {
		return nk_layout_bad("text", err);
	}
	return nk_arena_dup(l->arena, s, out, err);
}

static NK_RESULT read_key(struct nk_layout *l, struct nk_str id, struct nk_jval v, struct nk_err *err)
{
	struct nk_layout_key *const key = &l->keys[l->n_keys];
	struct nk_str type = { 0 };
	struct nk_str pub = { 0 };

	if (!nk_jstr(nk_jget(v, "keytype"), &type) || !nk_str_eq(type, NK_STR("ed25519"))) {
		return nk_fail(err, NK_UNSUPPORTED, NK_N("the layout has a key that is not Ed25519"));
	}
	if (!nk_jstr(nk_jget(nk_jget(v, "keyval"), "public"), &pub) || !nk_hex_parse(pub, key->pub, sizeof(key->pub))) {
		return nk_layout_bad("keys", err);
	}
	NK_TRY(nk_arena_dup(l->arena, id, &key->id, err));
	l->n_keys++;
	return nk_done();
}

static NK_RESULT read_keys(struct nk_layout *l, struct nk_jval keys, struct nk_err *err)
{
	const size_t n = nk_jlen(keys);
	struct nk_str id = { 0 };
	struct nk_jval v = { 0 };
	void *pos = NULL;

	if (n == 0 || n > NK_LAYOUT_KEYS) {
		return nk_layout_bad("keys", err);
	}
	l->keys = nk_arena_array(l->arena, n, sizeof(*l->keys));
	if (l->keys == NULL) {
		return nk_fail_nomem(err);
	}
	while (nk_jnext(keys, &pos, &id, &v)) {
		NK_TRY(read_key(l, id, v, err));
	}
	return nk_done();
}

static bool verb_of(struct nk_str word, enum nk_layout_verb *out)
{
	static const char *const words[NK_LV_COUNT] = { [NK_LV_MATCH] = "MATCH",
		[NK_LV_ALLOW] = "ALLOW",
		[NK_LV_DISALLOW] = "DISALLOW",
		[NK_LV_REQUIRE] = "REQUIRE",
		[NK_LV_CREATE] = "CREATE",
		[NK_LV_DELETE] = "DELETE",
		[NK_LV_MODIFY] = "MODIFY" };

	for (size_t i = 0; i < NK_LV_COUNT; i++) {
		if (nk_str_ieq(word, nk_str_c(words[i]))) {
			*out = (enum nk_layout_verb)i;
			return true;
		}
	}
	return false;
}

static bool word_is(struct nk_jval rule, size_t at, const char *word)
{
	struct nk_str s = { 0 };

	return nk_jstr(nk_jat(rule, at), &s) && nk_str_ieq(s, nk_str_c(word));
}

static void without_slash(struct nk_str *prefix)
{
	while (prefix->len > 0 && prefix->ptr[prefix->len - 1] == '/') {
		prefix->len--;
	}
}

/* MATCH p [IN a] WITH MATERIALS|PRODUCTS [IN b] FROM step, behind the pattern. */
static NK_RESULT read_match(struct nk_layout *l, struct nk_jval rule, struct nk_layout_rule *out, struct nk_err *err)
{
	size_t at = 2;

	if (word_is(rule, at, "IN")) {
		NK_TRY(dup(l, nk_jat(rule, at + 1), &out->from_prefix, err));
		without_slash(&out->from_prefix);
		at += 2;
	}
	out->to_products = word_is(rule, at + 1, "PRODUCTS");
	if (!word_is(rule, at, "WITH") || (!out->to_products && !word_is(rule, at + 1, "MATERIALS"))) {
		return nk_layout_bad("MATCH", err);
	}
	at += 2;
	if (word_is(rule, at, "IN")) {
		NK_TRY(dup(l, nk_jat(rule, at + 1), &out->to_prefix, err));
		without_slash(&out->to_prefix);
		at += 2;
	}
	if (!word_is(rule, at, "FROM") || nk_jlen(rule) != at + 2) {
		return nk_layout_bad("MATCH", err);
	}
	return dup(l, nk_jat(rule, at + 1), &out->to_step, err);
}

static NK_RESULT read_rule(struct nk_layout *l, struct nk_jval rule, struct nk_layout_rule *out, struct nk_err *err)
{
	struct nk_str word = { 0 };

	if (!nk_jstr(nk_jat(rule, 0), &word) || !verb_of(word, &out->verb)) {
		return nk_layout_bad("rule", err);
	}
	NK_TRY(dup(l, nk_jat(rule, 1), &out->pattern, err));
	if (nk_str_chr(out->pattern, '[') != SIZE_MAX) {
		return nk_fail(err, NK_UNSUPPORTED, NK_N("patterns of a layout know * and ? only"));
	}
	if (out->verb == NK_LV_MATCH) {
		return read_match(l, rule, out, err);
	}
	return nk_jlen(rule) == 2 ? nk_done() : nk_layout_bad("rule", err);
}

static NK_RESULT read_rules(struct nk_layout *l, struct nk_jval rules, struct nk_layout_rules *out, struct nk_err *err)
{
	const size_t n = nk_jlen(rules);

	if (rules.v == NULL || n > NK_LAYOUT_RULES) {
		return nk_layout_bad("rules", err);
	}
	out->items = nk_arena_array(l->arena, n, sizeof(*out->items));
	if (out->items == NULL) {
		return nk_fail_nomem(err);
	}
	for (out->n = 0; out->n < n; out->n++) {
		NK_TRY(read_rule(l, nk_jat(rules, out->n), &out->items[out->n], err));
	}
	return nk_done();
}

static const struct nk_layout_key *key_named(const struct nk_layout *l, struct nk_str id)
{
	for (size_t i = 0; i < l->n_keys; i++) {
		if (nk_str_eq(l->keys[i].id, id)) {
			return &l->keys[i];
		}
	}
	return NULL;
}

static NK_RESULT step_keys(struct nk_layout *l, struct nk_jval ids, struct nk_layout_step *step, struct nk_err *err)
{
	const size_t n = nk_jlen(ids);

	if (n == 0 || n > NK_LAYOUT_KEYS) {
		return nk_layout_bad("pubkeys", err);
	}
	step->keys = nk_arena_array(l->arena, n, sizeof(const struct nk_layout_key *));
	if (step->keys == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_str id = { 0 };
		const struct nk_layout_key *const key = nk_jstr(nk_jat(ids, i), &id) ? key_named(l, id) : NULL;

		if (key == NULL) {
			return nk_layout_bad("pubkeys", err);
		}
		step->keys[step->n_keys++] = key;
	}
	return nk_done();
}

static NK_RESULT read_step(struct nk_layout *l, struct nk_jval v, struct nk_err *err)
{
	struct nk_layout_step *const step = &l->steps[l->n_steps];
	int64_t threshold = 0;

	NK_TRY(dup(l, nk_jget(v, "name"), &step->name, err));
	if (nk_layout_step_named(l, step->name) != NULL || !nk_jint(nk_jget(v, "threshold"), &threshold) ||
		threshold < 1 || threshold > NK_LAYOUT_KEYS) {
		return nk_layout_bad("steps", err);
	}
	step->threshold = (uint32_t)threshold;
	NK_TRY(step_keys(l, nk_jget(v, "pubkeys"), step, err));
	NK_TRY(read_rules(l, nk_jget(v, "expected_materials"), &step->materials, err));
	NK_TRY(read_rules(l, nk_jget(v, "expected_products"), &step->products, err));
	step->links = nk_arena_array(l->arena, NK_LAYOUT_LINKS, sizeof(*step->links));
	l->n_steps++;
	return step->links != NULL ? nk_done() : nk_fail_nomem(err);
}

static NK_RESULT check_froms(const struct nk_layout *l, const struct nk_layout_rules *rules, struct nk_err *err)
{
	for (size_t i = 0; i < rules->n; i++) {
		if (rules->items[i].verb == NK_LV_MATCH && nk_layout_step_named(l, rules->items[i].to_step) == NULL) {
			return nk_layout_bad("FROM", err);
		}
	}
	return nk_done();
}

static NK_RESULT read_steps(struct nk_layout *l, struct nk_jval steps, struct nk_err *err)
{
	const size_t n = nk_jlen(steps);

	if (n == 0 || n > NK_LAYOUT_STEPS) {
		return nk_layout_bad("steps", err);
	}
	l->steps = nk_arena_array(l->arena, n, sizeof(*l->steps));
	if (l->steps == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(read_step(l, nk_jat(steps, i), err));
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(check_froms(l, &l->steps[i].materials, err));
		NK_TRY(check_froms(l, &l->steps[i].products, err));
	}
	return nk_done();
}

NK_RESULT nk_layout_parse(struct nk_bytes json, struct nk_arena *arena, struct nk_layout **out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_layout *const l = nk_arena_alloc(arena, sizeof(*l));
	struct nk_str text = { 0 };
	struct nk_jval root;

	if (l == NULL) {
		return nk_fail_nomem(err);
	}
	l->arena = arena;
	NK_TRY(nk_jdoc_parse(json, NK_LAYOUT_MAX, &doc, err));
	root = nk_jdoc_root(doc);
	if (!nk_jstr(nk_jget(root, "_type"), &text) || !nk_str_eq(text, NK_STR("layout"))) {
		return nk_layout_bad("_type", err);
	}
	if (!nk_jstr(nk_jget(root, "expires"), &text) || !nk_time_parse(text, &l->expires)) {
		return nk_layout_bad("expires", err);
	}
	if (nk_jlen(nk_jget(root, "inspect")) != 0) {
		return nk_fail(err, NK_UNSUPPORTED, NK_N("the layout has inspections; nothing of a layout is run here"));
	}
	NK_TRY(read_keys(l, nk_jget(root, "keys"), err));
	NK_TRY(read_steps(l, nk_jget(root, "steps"), err));
	*out = l;
	return nk_done();
}

struct nk_layout_step *nk_layout_step_named(const struct nk_layout *layout, struct nk_str name)
{
	for (size_t i = 0; i < layout->n_steps; i++) {
		if (nk_str_eq(layout->steps[i].name, name)) {
			return &layout->steps[i];
		}
	}
	return NULL;
}
