/*
 * readback.c: asks for many persons in one search, and halves the group where anything answers.
 *
 * Invariant: a person is absent only by a search of that person's keys in which the sentinel was seen.
 */
#include "base.h"

#include "readback.h"

#include "dn.h"

enum { NEEDLES_AT_ONCE = 50000, KEYS_MAX = 1000000, ARENA_MAX = 64 * 1024 * 1024 };

struct asking {
	struct nk_target_link *target;
	const struct nk_link *const *links;
	nk_value_taken_fn *taken;
	void *taken_arg;
	struct nk_arena *arena; /* of one search */
	struct nk_vec needles;
	struct nk_str sentinel; /* folded; empty: seen by reading the whole target */
	struct nk_str sentinel_key; /* as it is asked for */
	bool sentinel_seen; /* in the search at hand */
	bool blind; /* one search did not show it */
	const struct nk_link *one; /* when the search is for one person */
	uint64_t entries; /* found by the search at hand, without the sentinel */
	struct nk_readback *out;
	bool *out_absent;
};

static void asking_done(struct asking *a)
{
	nk_vec_done(&a->needles);
	nk_arena_free(&a->arena);
}

static bool is_taken(const struct asking *a, const struct nk_link *link, const struct nk_link_key *key)
{
	return a->taken != NULL && a->taken(a->taken_arg, key->kind, key->value, link->person_number);
}

static NK_RESULT add_needle(struct asking *a, struct nk_str kind, struct nk_str value, struct nk_err *err)
{
	void *room = NULL;

	NK_TRY(nk_vec_push(&a->needles, &room, err));
	*(struct nk_needle *)room = (struct nk_needle){ kind, value };
	return nk_done();
}

/* Keys of one person that are worth asking with. */
static NK_RESULT add_needles(struct asking *a, const struct nk_link *link, struct nk_err *err)
{
	if (link->anchor.len > 0) {
		NK_TRY(add_needle(a, NK_STR("anchor"), link->anchor, err));
	}
	for (size_t i = 0; i < link->n_keys; i++) {
		if (link->keys[i].value.len > 0 && !is_taken(a, link, &link->keys[i])) {
			NK_TRY(add_needle(a, link->keys[i].kind, link->keys[i].value, err));
		}
	}
	return nk_done();
}

static NK_RESULT folded(struct asking *a, struct nk_str dn, struct nk_str *out, struct nk_err *err)
{
	const nk_rc rc = nk_dn_fold_into(dn, a->arena, out, NULL);

	if (rc.code == NK_NOMEM || rc.code == NK_LIMIT) {
		return nk_fail_nomem(err);
	}
	if (!nk_ok(rc)) {
		/* Not a distinguished name: compared as it stands. */
		*out = dn;
	}
	return nk_done();
}

/* Is this entry the person's own? */
static NK_RESULT is_own(struct asking *a, const struct nk_entry *entry, bool *out, struct nk_err *err)
{
	struct nk_str key;
	struct nk_str dn;

	*out = a->one->anchor.len > 0 && nk_str_ieq(entry->anchor, a->one->anchor);
	NK_TRY(folded(a, entry->key, &key, err));
	for (size_t i = 0; i < a->one->n_keys && !*out; i++) {
		if (nk_str_eq(a->one->keys[i].kind, NK_STR("dn"))) {
			NK_TRY(folded(a, a->one->keys[i].value, &dn, err));
			*out = nk_str_eq(key, dn);
		}
	}
	return nk_done();
}

static NK_RESULT on_entry(void *arg, const struct nk_entry *entry, struct nk_err *err)
{
	struct asking *a = arg;
	struct nk_str key;
	bool own = false;

	NK_TRY(folded(a, entry->key, &key, err));
	if (a->sentinel.len > 0 && nk_str_eq(key, a->sentinel)) {
		a->sentinel_seen = true;
		return nk_done();
	}
	a->entries++;
	if (a->one == NULL) {
		return nk_done();
	}
	NK_TRY(is_own(a, entry, &own, err));
	if (own) {
		a->out->present++;
	} else {
		a->out->mentions++;
	}
	return nk_done();
}

/* One search for the persons [from, to). */
static NK_RESULT search(struct asking *a, size_t from, size_t to, struct nk_err *err)
{
	nk_arena_reset(a->arena);
	nk_vec_clear(&a->needles);
	a->one = to - from == 1 ? a->links[from] : NULL;
	a->entries = 0;
	a->sentinel_seen = a->sentinel.len == 0;
	for (size_t i = from; i < to; i++) {
		NK_TRY(add_needles(a, a->links[i], err));
	}
	if (a->needles.len == 0) {
		return nk_done();
	}
	if (a->sentinel.len > 0) {
		NK_TRY(add_needle(a, NK_STR("dn"), a->sentinel_key, err));
	}
	NK_TRY(nk_target_find(a->target, a->needles.items, a->needles.len, on_entry, a, err));
	a->blind = a->blind || !a->sentinel_seen;
	return nk_done();
}

/* Persons [from, to), at most as many as fit one search. Depth: log2 of the needles of one search. */
static NK_RESULT ask(struct asking *a, size_t from, size_t to, struct nk_err *err)
{
	const size_t middle = from + (to - from) / 2;

	NK_TRY(search(a, from, to, err));
	if (a->entries > 0 && to - from > 1) {
		NK_TRY(ask(a, from, middle, err));
		return ask(a, middle, to, err);
	}
	for (size_t i = from; i < to; i++) {
		a->out_absent[i] = a->entries == 0;
	}
	return nk_done();
}

static uint64_t keys_of(struct asking *a, const struct nk_link *link)
{
	uint64_t keys = link->anchor.len > 0;

	for (size_t i = 0; i < link->n_keys; i++) {
		keys += link->keys[i].value.len > 0 && !is_taken(a, link, &link->keys[i]);
	}
	return keys;
}

/* Groups of persons whose keys fit one search. */
static NK_RESULT ask_all(struct asking *a, size_t n, struct nk_err *err)
{
	size_t from = 0;

	while (from < n) {
		size_t to = from;
		uint64_t keys = 0;

		while (to < n && (to == from || keys + keys_of(a, a->links[to]) <= NEEDLES_AT_ONCE)) {
			keys += keys_of(a, a->links[to]);
			to++;
		}
		a->out->keys += keys;
		NK_TRY(ask(a, from, to, err));
		from = to;
	}
	return nk_done();
}

/* The entry above the newest name of the first person who has one. */
static struct nk_str parent_of_all(const struct nk_link *const *links, size_t n)
{
	struct nk_str rdn;
	struct nk_str parent;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = links[i]->n_keys; k > 0; k--) {
			const struct nk_link_key *key = &links[i]->keys[k - 1];

			if (nk_str_eq(key->kind, NK_STR("dn")) && nk_dn_split(key->value, &rdn, &parent)) {
				return parent;
			}
		}
	}
	return (struct nk_str){ NULL, 0 };
}

static NK_RESULT read_for_sentinel(struct asking *a, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_snapshot all = { .complete = false };

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX, &arena, err));
	NK_TRY(nk_target_read(a->target, arena, &all, err));
	a->blind = !all.complete || !all.sentinel_seen;
	return nk_done();
}

/* Who was not asked for with anything is not absent; in a blind session nobody is. */
static void conclude(struct asking *a, size_t n)
{
	a->out->sentinel_seen = !a->blind;
	for (size_t i = 0; i < n; i++) {
		a->out_absent[i] = a->out_absent[i] && !a->blind && keys_of(a, a->links[i]) > 0;
		a->out->absent += a->out_absent[i];
	}
}

bool nk_readback_good(const struct nk_readback *r)
{
	return r->persons == 0 ||
		(r->sentinel_seen && r->absent == r->persons && r->present == 0 && r->mentions == 0);
}

NK_RESULT nk_readback_run(struct nk_target_link *target, const struct nk_link *const *links, size_t n,
	nk_value_taken_fn *taken, void *taken_arg, bool *out_absent, struct nk_readback *out, struct nk_err *err)
{
	NK_OWNED(asking_done)
	struct asking a = { .target = target, .links = links, .taken = taken, .taken_arg = taken_arg };
	NK_OWNED(nk_buf_done) struct nk_buf sentinel = { 0 };

	nk_buf_init(&sentinel, 64 * 1024);
	nk_vec_init(&a.needles, sizeof(struct nk_needle), KEYS_MAX);
	*out = (struct nk_readback){ .persons = n };
	a.out = out;
	a.out_absent = out_absent;
	memset(out_absent, 0, n * sizeof(*out_absent));
	if (n == 0) {
		return nk_done();
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, ARENA_MAX, &a.arena, err));
	a.sentinel_key = parent_of_all(links, n);
	if (a.sentinel_key.len > 0 && nk_ok(nk_dn_fold(a.sentinel_key, &sentinel, NULL))) {
		a.sentinel = nk_buf_str(&sentinel);
	} else {
		NK_TRY(read_for_sentinel(&a, err));
	}
	NK_TRY(ask_all(&a, n, err));
	conclude(&a, n);
	return nk_done();
}
