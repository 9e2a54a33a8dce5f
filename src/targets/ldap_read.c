/*
 * ldap_read.c: everything the target holds under the three bases, or the word that it could not be read.
 *
 * Invariant: unreachable is not empty. A base that is missing is empty only where the server shows the entry above
 * it; any limit, reference or refusal makes the read NK_INCOMPLETE; a sentinel that is not seen leaves complete =
 * false.
 */
#include "base.h"

#include "ldap_int.h"

#include "dn.h"

enum { ENTRIES_MAX = 20000000 };

struct reader {
	struct nk_target_handle *h;
	struct nk_arena *arena;
	struct nk_ldap_names names;
	struct nk_vec entries;
	enum nk_object_kind kind;
	struct nk_str base; /* folded */
	bool base_seen; /* that of persons, or the server says that it is not there yet */
	bool seen[NK_SENTINELS_MAX];
	bool hidden; /* a base was missing and nothing showed that it is not only hidden */
};

static void reader_done(struct reader *r)
{
	nk_vec_done(&r->entries);
}

/* Names are kept once: an entry like the one before has the very same pointers, and there is nothing to note. */
static bool like_before(const struct reader *r, const struct nk_entry *e)
{
	const struct nk_entry *last = r->entries.len > 0 ? nk_vec_at(&r->entries, r->entries.len - 1) : NULL;

	if (last == NULL || last->kind != e->kind || last->n_attrs != e->n_attrs) {
		return false;
	}
	for (size_t i = 0; i < e->n_attrs; i++) {
		if (last->attrs[i].name.ptr != e->attrs[i].name.ptr) {
			return false;
		}
	}
	return true;
}

static NK_RESULT note_used(struct reader *r, const struct nk_entry *e, struct nk_err *err)
{
	if (like_before(r, e)) {
		return nk_done();
	}
	for (size_t i = 0; i < e->n_attrs; i++) {
		NK_TRY(nk_ldap_used_add(r->h, e->kind, e->attrs[i].name, err));
	}
	return nk_done();
}

static NK_RESULT take_entry(void *arg, LDAPMessage *m, struct nk_err *err)
{
	struct reader *r = arg;
	struct nk_entry entry;
	struct nk_str folded;
	void *room = NULL;

	NK_TRY(nk_ldap_entry(r->h, m, &r->names, r->arena, &entry, err));
	nk_arena_reset(r->h->scratch);
	NK_TRY(nk_dn_fold_into(entry.key, r->h->scratch, &folded, err));
	entry.kind = nk_str_eq(folded, r->base) ? NK_OBJECT_CONTAINER : r->kind;
	NK_TRY(note_used(r, &entry, err));
	r->base_seen = r->base_seen || (r->kind == NK_OBJECT_PERSON && entry.kind == NK_OBJECT_CONTAINER);
	for (size_t i = 0; i < r->h->n_sentinels; i++) {
		r->seen[i] = r->seen[i] || nk_str_eq(folded, r->h->sentinels[i]);
	}
	NK_TRY(nk_vec_push(&r->entries, &room, err));
	*(struct nk_entry *)room = entry;
	return nk_done();
}

static NK_RESULT nothing(void *arg, LDAPMessage *m, struct nk_err *err)
{
	(void)m;
	(void)err;
	++*(size_t *)arg;
	return nk_done();
}

static NK_RESULT fail_incomplete(const struct nk_target_handle *h, int code, struct nk_err *err)
{
	return nk_fail(err, NK_INCOMPLETE,
		"the target %1$s could not be read to its end: %2$s (LDAP result code %3$d): check limits and "
		"access of the bind_dn",
		h->name.ptr, ldap_err2string(code), code);
}

/* The suffix must answer and be seen; else "nothing there" would mean nothing. */
static NK_RESULT check_suffix(struct nk_target_handle *h, struct nk_err *err)
{
	static const char *const none[] = { "1.1", NULL };
	size_t seen = 0;
	struct nk_ldap_search s = {
		.base = h->base.ptr, .scope = LDAP_SCOPE_BASE, .attrs = none, .fn = nothing, .arg = &seen
	};
	int code = 0;

	NK_TRY(nk_ldap_search(h, &s, &code, err));
	if (code != LDAP_SUCCESS || seen != 1) {
		return fail_incomplete(h, code != LDAP_SUCCESS ? code : LDAP_NO_SUCH_OBJECT, err);
	}
	return nk_done();
}

static NK_RESULT read_base(struct reader *r, enum nk_object_kind kind, struct nk_err *err)
{
	struct nk_target_handle *h = r->h;
	struct nk_ldap_search s = { .base = h->bases[kind].ptr,
		.scope = LDAP_SCOPE_SUBTREE,
		.attrs = h->wanted,
		.fn = take_entry,
		.arg = r };
	int code = 0;

	r->kind = kind;
	NK_TRY(nk_dn_fold_into(h->bases[kind], r->arena, &r->base, err));
	NK_TRY(nk_ldap_search(h, &s, &code, err));
	if (code == LDAP_NO_SUCH_OBJECT && s.parent_seen) {
		/* The first run: nothing is there yet, and the server says so. */
		r->base_seen = r->base_seen || kind == NK_OBJECT_PERSON;
		return nk_done();
	}
	if (code == LDAP_NO_SUCH_OBJECT) {
		r->hidden = true;
		return nk_done();
	}
	if (code != LDAP_SUCCESS || s.references > 0) {
		return fail_incomplete(h, code != LDAP_SUCCESS ? code : LDAP_REFERRAL, err);
	}
	return nk_done();
}

static uint64_t bytes_of(const struct nk_entry *entries, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += entries[i].key.len;
		for (size_t a = 0; a < entries[i].n_attrs; a++) {
			for (size_t v = 0; v < entries[i].attrs[a].n; v++) {
				sum += entries[i].attrs[a].values[v].len;
			}
		}
	}
	return sum;
}

/* Every sentinel was seen; without one, the base of persons. */
static bool saw_all(const struct reader *r)
{
	bool all = r->h->n_sentinels > 0 || r->base_seen;

	for (size_t i = 0; i < r->h->n_sentinels; i++) {
		all = all && r->seen[i];
	}
	return all;
}

NK_RESULT nk_ldap_read(
	struct nk_target_handle *h, struct nk_arena *arena, struct nk_snapshot *out, struct nk_err *err)
{
	static const enum nk_object_kind order[] = { NK_OBJECT_UNIT, NK_OBJECT_GROUP, NK_OBJECT_PERSON };
	NK_OWNED(reader_done) struct reader r = { .h = h, .arena = arena };
	struct nk_entry *entries = NULL;

	nk_vec_init(&r.entries, sizeof(struct nk_entry), ENTRIES_MAX);
	NK_TRY(nk_ldap_ready(h, err));
	NK_TRY(check_suffix(h, err));
	for (size_t i = 0; i < NK_ARRAY_LEN(order); i++) {
		NK_TRY(read_base(&r, order[i], err));
	}
	entries = nk_vec_keep(&r.entries, arena);
	if (entries == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_ldap_present(h, arena, entries, r.entries.len, err));
	*out = (struct nk_snapshot){ .entries = entries,
		.n = r.entries.len,
		.sentinel_seen = saw_all(&r),
		.complete = saw_all(&r) && !r.hidden,
		.bytes = bytes_of(entries, r.entries.len) };
	return nk_done();
}
