/*
 * ldap_sweep.c: the same question for many needles: one read of everything below the suffix, each value looked up.
 *
 * Wider than the filters: any user attribute counts, whatever the needle's kind. Letters of ASCII compare without
 * case. The read must come to its end, else NK_INCOMPLETE.
 */
#include "base.h"

#include "ldap_int.h"

#include "dn.h"

enum { KEYS_MAX = 1 << 30, ENTRY_MAX = 64 << 20, VALUE_MAX = 4096 };

struct sweep {
	struct nk_target_handle *h;
	struct nk_arena *keys; /* folded needles */
	struct nk_arena *entry; /* of the entry at hand */
	struct nk_map values;
	struct nk_map dns;
	struct nk_ldap_names names;
	nk_entry_fn *fn;
	void *arg;
};

static void sweep_done(struct sweep *w)
{
	nk_map_done(&w->values);
	nk_map_done(&w->dns);
	nk_arena_free(&w->keys);
	nk_arena_free(&w->entry);
}

static NK_RESULT lowered(struct nk_str s, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_TRY(nk_arena_dup(arena, s, out, err));
	for (size_t i = 0; i < out->len; i++) {
		char *c = nk_ldap_c(out->ptr) + i;

		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
	}
	return nk_done();
}

static NK_RESULT take_needle(struct sweep *w, const struct nk_needle *needle, struct nk_err *err)
{
	struct nk_str key;

	if (needle->value.len == 0) {
		return nk_done();
	}
	if (nk_str_ieq(needle->kind, NK_STR("dn"))) {
		NK_TRY(nk_dn_fold_into(needle->value, w->keys, &key, err));
		return nk_map_put(&w->dns, nk_str_bytes(key), 1, err);
	}
	NK_TRY(lowered(needle->value, w->keys, &key, err));
	return nk_map_put(&w->values, nk_str_bytes(key), 1, err);
}

static bool is_reference(struct nk_str attr)
{
	const char *const *refs = nk_ldap_ref_attrs();

	for (size_t i = 0; refs[i] != NULL; i++) {
		if (nk_str_ieq(attr, nk_str_c(refs[i]))) {
			return true;
		}
	}
	return false;
}

/* A value of a reference that is no name of an entry is compared as a plain value only. */
static NK_RESULT value_hit(struct sweep *w, struct nk_str attr, struct nk_str value, bool *out, struct nk_err *err)
{
	struct nk_str key;
	uint64_t found = 0;

	*out = false;
	if (value.len > VALUE_MAX) {
		return nk_done();
	}
	if (is_reference(attr) && nk_ok(nk_dn_fold_into(value, w->entry, &key, NULL)) &&
		nk_map_get(&w->dns, nk_str_bytes(key), &found)) {
		*out = true;
		return nk_done();
	}
	NK_TRY(lowered(value, w->entry, &key, err));
	*out = nk_map_get(&w->values, nk_str_bytes(key), &found);
	return nk_done();
}

static NK_RESULT entry_hit(struct sweep *w, const struct nk_entry *e, bool *out, struct nk_err *err)
{
	struct nk_str key;
	uint64_t found = 0;

	NK_TRY(nk_dn_fold_into(e->key, w->entry, &key, err));
	*out = nk_map_get(&w->dns, nk_str_bytes(key), &found);
	if (!*out && e->anchor.len > 0) {
		NK_TRY(lowered(e->anchor, w->entry, &key, err));
		*out = nk_map_get(&w->values, nk_str_bytes(key), &found);
	}
	for (size_t a = 0; !*out && a < e->n_attrs; a++) {
		for (size_t v = 0; !*out && v < e->attrs[a].n; v++) {
			NK_TRY(value_hit(w, e->attrs[a].name, e->attrs[a].values[v], out, err));
		}
	}
	return nk_done();
}

static NK_RESULT take_entry(void *arg, LDAPMessage *m, struct nk_err *err)
{
	struct sweep *w = arg;
	struct nk_entry entry;
	bool hit = false;

	/* Names are kept for this entry only: the arena is reset with it. */
	nk_arena_reset(w->entry);
	w->names.n = 0;
	w->names.hint = 0;
	NK_TRY(nk_ldap_entry(w->h, m, &w->names, w->entry, &entry, err));
	NK_TRY(entry_hit(w, &entry, &hit, err));
	return hit ? w->fn(w->arg, &entry, err) : nk_done();
}

static NK_RESULT prepare(struct sweep *w, struct nk_err *err)
{
	uint8_t seed[16];

	NK_TRY(nk_random(w->h->env, seed, sizeof(seed), err));
	nk_map_init(&w->values, seed);
	nk_map_init(&w->dns, seed);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, KEYS_MAX, &w->keys, err));
	return nk_arena_new(NK_ARENA_WIPING, ENTRY_MAX, &w->entry, err);
}

NK_RESULT nk_ldap_sweep(struct nk_target_handle *h, const struct nk_needle *needles, size_t n, nk_entry_fn *fn,
	void *arg, struct nk_err *err)
{
	static const char *const attrs[] = { "*", "entryUUID", "entryCSN", NULL };
	NK_OWNED(sweep_done) struct sweep w = { .h = h, .fn = fn, .arg = arg };
	struct nk_ldap_search s = {
		.base = h->base.ptr, .scope = LDAP_SCOPE_SUBTREE, .attrs = attrs, .fn = take_entry, .arg = &w
	};
	int code = 0;

	NK_TRY(prepare(&w, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(take_needle(&w, &needles[i], err));
	}
	NK_TRY(nk_ldap_search(h, &s, &code, err));
	if (code != LDAP_SUCCESS || s.references > 0) {
		return nk_fail(err, NK_INCOMPLETE,
			"the target %1$s did not answer to the end whether something stayed there (LDAP result code %2$d)",
			h->name.ptr, code);
	}
	return nk_done();
}
