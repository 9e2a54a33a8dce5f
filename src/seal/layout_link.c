/*
 * layout_link.c: links: who signed that he did a step, with which files before and after.
 *
 * Invariant: a link counts only for keys that its step allows and whose signature over these very bytes is good.
 */
#include "base.h"

#include "dsse.h"
#include "json.h"
#include "layout_int.h"

static int by_path(const void *a, const void *b)
{
	const struct nk_layout_file *const x = a;
	const struct nk_layout_file *const y = b;

	return nk_str_cmp(x->path, y->path);
}

const struct nk_layout_file *nk_layout_find(const struct nk_layout_files *files, struct nk_str path)
{
	const struct nk_layout_file key = { .path = path };

	return files->n == 0 ? NULL : bsearch(&key, files->items, files->n, sizeof(key), by_path);
}

static NK_RESULT read_file(struct nk_arena *arena, struct nk_jval v, struct nk_layout_file *out, struct nk_err *err)
{
	struct nk_str path = { 0 };
	struct nk_str hex = { 0 };

	if ((!nk_jstr(nk_jget(v, "name"), &path) && !nk_jstr(nk_jget(v, "uri"), &path)) || path.len == 0 ||
		!nk_jstr(nk_jget(nk_jget(v, "digest"), "sha256"), &hex) ||
		!nk_hex_parse(hex, out->sha256.b, sizeof(out->sha256.b))) {
		return nk_layout_bad("digest", err);
	}
	return nk_arena_dup(arena, path, &out->path, err);
}

static NK_RESULT read_files(struct nk_arena *arena, struct nk_jval list, struct nk_layout_files *out, struct nk_err *err)
{
	const size_t n = nk_jlen(list);

	if (n > NK_LAYOUT_FILES) {
		return nk_fail(err, NK_LIMIT, NK_N("a link names more than %d files"), (int)NK_LAYOUT_FILES);
	}
	out->items = nk_arena_array(arena, n, sizeof(*out->items));
	if (out->items == NULL) {
		return nk_fail_nomem(err);
	}
	for (out->n = 0; out->n < n; out->n++) {
		NK_TRY(read_file(arena, nk_jat(list, out->n), &out->items[out->n], err));
	}
	if (n > 0) {
		qsort(out->items, n, sizeof(*out->items), by_path);
	}
	for (size_t i = 1; i < n; i++) {
		if (by_path(&out->items[i - 1], &out->items[i]) == 0) {
			return nk_layout_bad("name", err);
		}
	}
	return nk_done();
}

static NK_RESULT read_link(struct nk_layout *l, struct nk_jval root, struct nk_layout_step **out_step,
	struct nk_layout_link *out, struct nk_err *err)
{
	const struct nk_jval predicate = nk_jget(root, "predicate");
	struct nk_str text = { 0 };

	if (!nk_jstr(nk_jget(root, "predicateType"), &text) || !nk_str_eq(text, NK_STR(NK_LINK_PREDICATE)) ||
		!nk_jstr(nk_jget(predicate, "name"), &text)) {
		return nk_layout_bad("predicate", err);
	}
	*out_step = nk_layout_step_named(l, text);
	if (*out_step == NULL) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("the layout has no step \"%s\""), nk_short(text).text);
	}
	NK_TRY(read_files(l->arena, nk_jget(predicate, "materials"), &out->materials, err));
	return read_files(l->arena, nk_jget(root, "subject"), &out->products, err);
}

static bool has_signed(const struct nk_dsse *env, struct nk_bytes pae, const struct nk_layout_key *key)
{
	for (size_t i = 0; i < env->n_sigs; i++) {
		if (nk_sign_verify(key->pub, pae, env->sigs[i].sig)) {
			return true;
		}
	}
	return false;
}

static bool counted(const struct nk_layout_step *step, const struct nk_layout_key *key)
{
	for (size_t i = 0; i < step->n_links; i++) {
		if (memcmp(step->links[i].key->pub, key->pub, sizeof(key->pub)) == 0) {
			return true;
		}
	}
	return false;
}

static NK_RESULT count_link(struct nk_layout_step *step, const struct nk_dsse *env, struct nk_layout_link *link, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };
	size_t good = 0;

	nk_buf_init(&pae, 8 << 20);
	NK_TRY(nk_dsse_pae(env->payload_type, env->payload, &pae, err));
	for (size_t i = 0; i < step->n_keys; i++) {
		if (!has_signed(env, nk_buf_bytes(&pae), step->keys[i])) {
			continue;
		}
		good++;
		if (step->n_links == NK_LAYOUT_LINKS) {
			return nk_fail(err, NK_LIMIT, NK_N("a step has more than %d links"), (int)NK_LAYOUT_LINKS);
		}
		if (!counted(step, step->keys[i])) {
			link->key = step->keys[i];
			step->links[step->n_links++] = *link;
		}
	}
	return good > 0 ? nk_done()
			: nk_fail(err, NK_DENIED, NK_N("the link is signed by nobody who may do the step \"%s\""),
				  nk_short(step->name).text);
}

NK_RESULT nk_layout_add_link(struct nk_layout *layout, struct nk_bytes envelope, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_layout_link link = { 0 };
	struct nk_layout_step *step = NULL;
	struct nk_dsse env = { 0 };

	NK_TRY(nk_dsse_parse(envelope, layout->arena, &env, err));
	if (!nk_str_eq(env.payload_type, NK_STR(NK_STATEMENT_TYPE))) {
		return nk_layout_bad("payloadType", err);
	}
	NK_TRY(nk_jdoc_parse(env.payload, 4 << 20, &doc, err));
	NK_TRY(read_link(layout, nk_jdoc_root(doc), &step, &link, err));
	return count_link(step, &env, &link, err);
}

bool nk_layout_product(const struct nk_layout *layout, struct nk_str step, struct nk_str path, struct nk_hash *out)
{
	const struct nk_layout_step *const s = nk_layout_step_named(layout, step);
	const struct nk_layout_file *f = s != NULL && s->n_links > 0 ? nk_layout_find(&s->links[0].products, path) : NULL;

	if (f == NULL) {
		return false;
	}
	*out = f->sha256;
	return true;
}
