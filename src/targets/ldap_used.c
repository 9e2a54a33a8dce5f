/*
 * ldap_used.c: which attributes does the server's database hold already?
 *
 * Why anybody asks: slapd's mdb numbers an attribute (with its options) when a value of it is first written. When
 * that happens inside a transaction that is then refused, slapd 2.5.13 keeps the number in memory but not on disk,
 * and entries written afterwards cannot be read any more ("internal error in mdb_entry_decode"; tried, DESIGN.md). So
 * a request that brings an attribute we have not seen there goes alone, outside any transaction. Kinds are kept
 * apart: they may be in other databases.
 */
#include "base.h"

#include "ldap_int.h"

enum { KEY_MAX = 256 };

/* "2sn;lang-ja": kind, then the name in lower case; 0 when it is too long. */
static size_t make_key(enum nk_object_kind kind, struct nk_str attr, char key[static KEY_MAX])
{
	if (attr.len + 1 > KEY_MAX) {
		return 0;
	}
	key[0] = (char)('0' + (int)kind);
	for (size_t i = 0; i < attr.len; i++) {
		const char c = attr.ptr[i];

		key[i + 1] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	return attr.len + 1;
}

bool nk_ldap_used_has(const struct nk_target_handle *h, enum nk_object_kind kind, struct nk_str attr)
{
	char key[KEY_MAX];
	const size_t len = make_key(kind, attr, key);
	uint64_t found = 0;

	return len > 0 && nk_map_get(&h->used, nk_bytes_of(key, len), &found);
}

NK_RESULT nk_ldap_used_add(
	struct nk_target_handle *h, enum nk_object_kind kind, struct nk_str attr, struct nk_err *err)
{
	char key[KEY_MAX];
	const size_t len = make_key(kind, attr, key);
	struct nk_str copy;

	if (len == 0 || nk_ldap_used_has(h, kind, attr)) {
		return nk_done();
	}
	NK_TRY(nk_arena_dup(h->arena, (struct nk_str){ key, len }, &copy, err));
	return nk_map_put(&h->used, nk_str_bytes(copy), 1, err);
}

bool nk_ldap_used_all(const struct nk_target_handle *h, const struct nk_ldap_op *op)
{
	const struct nk_step *s = &op->steps[0];

	for (size_t i = 0; i < s->n_attrs; i++) {
		if (!nk_ldap_used_has(h, s->object_kind, s->attrs[i].name)) {
			return false;
		}
	}
	for (size_t i = 0; i < s->n_mods; i++) {
		if (s->mods[i].attr.n > 0 && !nk_ldap_used_has(h, s->object_kind, s->mods[i].attr.name)) {
			return false;
		}
	}
	return s->object_kind != NK_OBJECT_GROUP || s->kind == NK_STEP_DELETE ||
		nk_ldap_used_has(h, s->object_kind, NK_STR("member"));
}

void nk_ldap_used_op(struct nk_target_handle *h, const struct nk_ldap_op *op)
{
	const struct nk_step *s = &op->steps[0];

	/* A name that could not be kept costs one more request outside a transaction, no more. */
	for (size_t i = 0; i < s->n_attrs; i++) {
		(void)nk_ldap_used_add(h, s->object_kind, s->attrs[i].name, NULL).code;
	}
	for (size_t i = 0; i < s->n_mods; i++) {
		if (s->mods[i].attr.n > 0) {
			(void)nk_ldap_used_add(h, s->object_kind, s->mods[i].attr.name, NULL).code;
		}
	}
	for (size_t i = 0; i < op->n; i++) {
		if (op->steps[i].kind == NK_STEP_MEMBER_ADD) {
			(void)nk_ldap_used_add(h, s->object_kind, NK_STR("member"), NULL).code;
		}
	}
}
