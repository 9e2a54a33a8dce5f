/*
 * link.c: all links of one target, opened into a wiping arena, by person number and by anchor.
 *
 * Invariant: list is sorted by person number, one link a person; each link with an anchor is in by_anchor. A link
 * whose own key is proven destroyed is left out; one that does not open stops the opening.
 */
#include "base.h"

#include "link.h"

#include "crypto.h"
#include "link_int.h"
#include "people_index_int.h"
#include "sealed_int.h"
#include "store.h"
#include "vault.h"

#define ARENA_MAX (SIZE_MAX / 4)
#define LINKS_MAX UINT32_C(16000000)

struct nk_links {
	struct nk_store *store;
	struct nk_vault *vault;
	struct nk_uuid target;
	uint64_t epoch;
	uint8_t seed[16];
	struct nk_arena *arena;
	struct nk_vec list; /* struct nk_link *, in the arena */
	struct nk_people_index by_anchor;
};

struct row {
	uint32_t number;
	struct nk_slot slot;
	struct nk_bytes record;
};

static void who_of(const struct nk_links *links, uint32_t number, uint8_t out[static NK_SEALED_WHO])
{
	memset(out, 0, NK_SEALED_WHO);
	memcpy(out, "link", 4);
	nk_put_le32(out + 4, number);
	memcpy(out + 16, links->target.b, sizeof(links->target.b));
}

static struct nk_link *link_at(const struct nk_links *links, size_t i)
{
	return *(struct nk_link **)nk_vec_at(&links->list, i);
}

/* Where the link of a person stands, or would stand. */
static size_t place_of(const struct nk_links *links, uint32_t number)
{
	size_t low = 0;
	size_t high = links->list.len;

	/* Most come in order of number: look at the end first. */
	if (high > 0 && link_at(links, high - 1)->person_number < number) {
		return high;
	}
	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (link_at(links, mid)->person_number < number) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	return low;
}

static struct nk_link *find(const struct nk_links *links, uint32_t number)
{
	const size_t i = place_of(links, number);

	return i < links->list.len && link_at(links, i)->person_number == number ? link_at(links, i) : NULL;
}

static uint32_t anchor_hash(const struct nk_links *links, struct nk_str anchor)
{
	return (uint32_t)(nk_map_hash(links->seed, nk_str_bytes(anchor)) >> 32);
}

static NK_RESULT index_anchor(struct nk_links *links, const struct nk_link *link, struct nk_err *err)
{
	if (link->anchor.len == 0) {
		return nk_done();
	}
	return nk_people_index_add(&links->by_anchor, anchor_hash(links, link->anchor), link->person_number, err);
}

static void unindex_anchor(struct nk_links *links, const struct nk_link *link)
{
	if (link->anchor.len > 0) {
		nk_people_index_remove(&links->by_anchor, anchor_hash(links, link->anchor), link->person_number);
	}
}

static NK_RESULT insert(struct nk_links *links, struct nk_link *link, struct nk_err *err)
{
	const size_t at = place_of(links, link->person_number);
	struct nk_link **list = NULL;
	void *item = NULL;

	NK_TRY(nk_vec_push(&links->list, &item, err));
	list = links->list.items;
	memmove(list + at + 1, list + at, (links->list.len - 1 - at) * sizeof(struct nk_link *));
	list[at] = link;
	return index_anchor(links, link, err);
}

static NK_RESULT open_row(struct nk_links *links, const struct row *row, struct nk_buf *plain, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct nk_sealed_header header = { 0 };
	struct nk_link *link = NULL;
	uint8_t who[NK_SEALED_WHO];
	const nk_rc rc = nk_vault_key(links->vault, NK_SLOT_LINK, row->slot, &key, err);

	if (rc.code == NK_GONE) {
		return nk_done();
	}
	if (rc.code == NK_CORRUPT) {
		return nk_fail(err, NK_CORRUPT,
			"the vault does not know the key of the link of person %1$lu (slot %2$llu): this is not an erasure; check that store and vault belong together",
			(unsigned long)row->number, (unsigned long long)row->slot.number);
	}
	NK_TRY(rc);
	who_of(links, row->number, who);
	if (!nk_sealed_peek(row->record, &header) || header.slot.number != row->slot.number ||
		header.slot.generation != row->slot.generation || !nk_sealed_read(&key, who, row->record, plain)) {
		return nk_fail(err, NK_CORRUPT,
			"the link of person %lu does not open with its key: it was changed or moved from another row; restore the store from a backup",
			(unsigned long)row->number);
	}
	link = nk_arena_alloc(links->arena, sizeof(*link));
	if (link == NULL) {
		return nk_fail_nomem(err);
	}
	*link = (struct nk_link){ .person_number = row->number, .target = links->target, .slot = row->slot };
	NK_TRY(nk_link_read(nk_buf_bytes(plain), links->arena, link, err));
	return insert(links, link, err);
}

static NK_RESULT load(struct nk_links *links, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	bool more = false;

	nk_buf_init_wiping(&plain, NK_SEALED_MAX);
	NK_TRY(nk_stmt_get(links->store,
		"SELECT person_number, slot, generation, record FROM link WHERE target_id = ?1 ORDER BY person_number",
		&stmt, err));
	nk_stmt_uuid(stmt, 1, links->target);
	NK_TRY(nk_stmt_step(stmt, &more, err));
	while (more) {
		const int64_t number = nk_col_int(stmt, 0);
		const int64_t slot = nk_col_int(stmt, 1);
		const int64_t generation = nk_col_int(stmt, 2);

		if (number < 1 || number >= LINKS_MAX || slot < 0 || generation < 0 || generation > UINT32_MAX) {
			return nk_fail(err, NK_CORRUPT,
				"table link: the row of person %lld is damaged; restore the store from a backup",
				(long long)number);
		}
		const struct row row = { (uint32_t)number, { (uint64_t)slot, (uint32_t)generation },
			nk_col_blob(stmt, 3) };
		NK_TRY(open_row(links, &row, &plain, err));
		NK_TRY(nk_stmt_step(stmt, &more, err));
	}
	return nk_done();
}

NK_RESULT nk_links_open(struct nk_store *store, struct nk_vault *vault, struct nk_uuid target, struct nk_links **out,
	struct nk_err *err)
{
	NK_OWNED(nk_links_free) struct nk_links *links = calloc(1, sizeof(*links));
	struct nk_vault_status status = { 0 };

	if (links == NULL) {
		return nk_fail_nomem(err);
	}
	nk_vault_status(vault, &status);
	links->store = store;
	links->vault = vault;
	links->target = target;
	links->epoch = status.epoch;
	nk_vec_init(&links->list, sizeof(struct nk_link *), LINKS_MAX);
	NK_TRY(nk_random(nk_store_env(store), links->seed, sizeof(links->seed), err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, ARENA_MAX, &links->arena, err));
	NK_TRY(load(links, err));
	*out = links;
	links = NULL;
	return nk_done();
}

void nk_links_free(struct nk_links **links)
{
	struct nk_links *l = *links;

	if (l == NULL) {
		return;
	}
	nk_people_index_done(&l->by_anchor);
	nk_vec_done(&l->list);
	nk_arena_free(&l->arena);
	free(l);
	*links = NULL;
}

size_t nk_links_count(const struct nk_links *links)
{
	return links->list.len;
}

const struct nk_link *nk_links_at(const struct nk_links *links, size_t i)
{
	return link_at(links, i);
}

const struct nk_link *nk_links_of(const struct nk_links *links, uint32_t person_number)
{
	return find(links, person_number);
}

const struct nk_link *nk_links_by_anchor(const struct nk_links *links, struct nk_str anchor)
{
	struct nk_people_walk walk = { 0, false };
	uint32_t number = 0;

	if (anchor.len == 0) {
		return NULL;
	}
	while ((number = nk_people_index_next(&links->by_anchor, anchor_hash(links, anchor), &walk)) != 0) {
		const struct nk_link *link = find(links, number);

		if (link != NULL && nk_str_eq(link->anchor, anchor)) {
			return link;
		}
	}
	return NULL;
}

static NK_RESULT write_row(struct nk_links *links, const struct nk_link *link, const struct nk_key *key,
	struct nk_buf *plain, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	const struct nk_sealed_header header = { NK_SEALED_FORMAT, link->slot, links->epoch };
	uint8_t who[NK_SEALED_WHO];

	nk_buf_init(&box, NK_SEALED_MAX);
	who_of(links, link->person_number, who);
	NK_TRY(nk_sealed_write(nk_store_env(links->store), key, who, &header, plain, &box, err));
	NK_TRY(nk_stmt_get(links->store,
		"INSERT INTO link(person_number, target_id, slot, generation, record) VALUES (?1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT (person_number, target_id) DO UPDATE SET slot = excluded.slot, generation = excluded.generation, "
		"record = excluded.record",
		&stmt, err));
	nk_stmt_int(stmt, 1, link->person_number);
	nk_stmt_uuid(stmt, 2, links->target);
	nk_stmt_int(stmt, 3, nk_i64(link->slot.number));
	nk_stmt_int(stmt, 4, link->slot.generation);
	nk_stmt_blob(stmt, 5, nk_buf_bytes(&box));
	return nk_stmt_run(stmt, err);
}

/* Only bytes of the arena of links: they are ours to wipe. */
static void wipe_text(struct nk_str s)
{
	if (s.len > 0) {
		nk_wipe((void *)(uintptr_t)s.ptr, s.len);
	}
}

static void wipe_link(struct nk_link *link)
{
	for (size_t i = 0; i < link->n_keys; i++) {
		wipe_text(link->keys[i].kind);
		wipe_text(link->keys[i].value);
	}
	wipe_text(link->anchor);
}

static NK_RESULT put_new(
	struct nk_links *links, const struct nk_link *link, const struct nk_key *key, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	struct nk_link *kept = nk_arena_alloc(links->arena, sizeof(*kept));

	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_init_wiping(&plain, NK_LINK_RECORD_MAX);
	NK_TRY(nk_link_write(link, &plain, err));
	*kept = (struct nk_link){ .person_number = link->person_number, .target = links->target, .slot = link->slot };
	NK_TRY(nk_link_read(nk_buf_bytes(&plain), links->arena, kept, err));
	NK_TRY(insert(links, kept, err));
	return write_row(links, kept, key, &plain, err);
}

static NK_RESULT put_over(struct nk_links *links, struct nk_link *old, const struct nk_link *link, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	NK_OWNED(nk_arena_free) struct nk_arena *room = NULL;
	struct nk_link merged = { 0 };
	struct nk_link next = { .person_number = old->person_number, .target = links->target, .slot = old->slot };

	nk_buf_init_wiping(&plain, NK_LINK_RECORD_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, NK_LINK_RECORD_MAX, &room, err));
	NK_TRY(nk_vault_key(links->vault, NK_SLOT_LINK, old->slot, &key, err));
	NK_TRY(nk_link_merge(old, link, room, &merged, err));
	NK_TRY(nk_link_write(&merged, &plain, err));
	NK_TRY(nk_link_read(nk_buf_bytes(&plain), links->arena, &next, err));
	unindex_anchor(links, old);
	wipe_link(old);
	*old = next;
	NK_TRY(index_anchor(links, old, err));
	return write_row(links, old, &key, &plain, err);
}

NK_RESULT nk_links_put(struct nk_links *links, struct nk_tx *tx, const struct nk_link *link, const struct nk_key *key,
	struct nk_err *err)
{
	struct nk_link *old = find(links, link->person_number);

	nk_assert(nk_tx_store(tx) == links->store);
	if (link->person_number == 0) {
		return nk_fail(err, NK_INVALID, "a link without a person's number; this is a fault of the program");
	}
	if (key == NULL) {
		return old == NULL ? nk_fail(err, NK_NOT_FOUND, "person %lu has no link to this target",
					     (unsigned long)link->person_number)
				   : put_over(links, old, link, err);
	}
	if (old != NULL) {
		return nk_fail(err, NK_EXISTS, "person %lu has a link to this target already",
			(unsigned long)link->person_number);
	}
	return put_new(links, link, key, err);
}

NK_RESULT nk_links_erase(struct nk_links *links, struct nk_tx *tx, uint32_t person_number, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	struct nk_link *old = find(links, person_number);

	nk_assert(nk_tx_store(tx) == links->store);
	NK_TRY(nk_stmt_get(links->store, "DELETE FROM link WHERE person_number = ?1 AND target_id = ?2", &stmt, err));
	nk_stmt_int(stmt, 1, person_number);
	nk_stmt_uuid(stmt, 2, links->target);
	NK_TRY(nk_stmt_run(stmt, err));
	if (old != NULL) {
		const size_t at = place_of(links, person_number);
		struct nk_link **list = links->list.items;

		unindex_anchor(links, old);
		wipe_link(old);
		memmove(list + at, list + at + 1, (links->list.len - at - 1) * sizeof(struct nk_link *));
		links->list.len--;
	}
	return nk_done();
}
