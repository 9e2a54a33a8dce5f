/*
 * people_int.h: inside of struct nk_people, for the files of this floor.
 *
 * Invariant: entries stand by number; each live person is in by_id, in by_source and in one index a unique item that
 * is not blank; every record in the arena has passed nk_record_check; a record that is replaced or erased is wiped at
 * once.
 */
#ifndef NK_PEOPLE_INT_H
#define NK_PEOPLE_INT_H

#include "people.h"

#include "people_index_int.h"

/* A person as others see it; filled anew in place when the record changes, so that a pointer that somebody kept is
 * never wild. */
struct nk_people_view {
	struct nk_person person;
	struct nk_membership *room;
	size_t n_room;
};

struct nk_people_entry {
	struct nk_uuid id;
	struct nk_slot slot;
	uint8_t *record;
	struct nk_people_view *view; /* made when first asked for */
	uint32_t record_len;
	uint32_t number;
};

/* A record that points to another one (whole.c). */
struct nk_people_part {
	struct nk_uuid head;
	uint32_t number;
};

struct nk_search;
struct nk_people_places;

struct nk_people {
	struct nk_people *self; /* for caches behind const handles */
	struct nk_store *store;
	struct nk_vault *vault;
	struct nk_uuid tenant;
	uint64_t epoch;
	struct nk_key *token_key[NK_FIELD_COUNT]; /* NULL for items that are not unique */
	struct nk_key *tombstone_key;
	uint8_t seed[16];
	struct nk_arena *arena; /* records */
	struct nk_arena *views;
	struct nk_vec entries; /* struct nk_people_entry */
	struct nk_vec by_number; /* uint32_t: place in entries + 1, or 0 */
	struct nk_vec unfinished; /* uint32_t: key destroyed, record still there */
	struct nk_vec merged; /* struct nk_people_part, by head, then number */
	uint32_t next_number;
	struct nk_people_index by_id;
	struct nk_people_index by_source;
	struct nk_people_index by_field[NK_FIELD_COUNT];
	struct nk_search *search; /* NULL: made by the next search */
	struct nk_people_places *places;
};

static inline struct nk_bytes nk_people_entry_record(const struct nk_people_entry *e)
{
	return nk_bytes_of(e->record, e->record_len);
}

/* nk_people_entry_of: NULL when there is no such person. */
struct nk_people_entry *nk_people_entry_of(const struct nk_people *people, uint32_t number);
/* nk_people_entry_by_id: the same by id. */
struct nk_people_entry *nk_people_entry_by_id(const struct nk_people *people, struct nk_uuid id);
/* whole.c: a record into and out of the list of parts; the flags of hold and protection that anybody of the whole has; views made
 * anew; may the record that is to be written point where it points? (NK_INVALID, NK_LIMIT). */
NK_RESULT nk_people_whole_index(struct nk_people *people, const struct nk_people_entry *e, struct nk_err *err);
void nk_people_whole_unindex(struct nk_people *people, const struct nk_people_entry *e);
unsigned nk_people_strict(const struct nk_people *people, const struct nk_people_entry *e);
void nk_people_whole_refill(const struct nk_people *people, const uint32_t *numbers, size_t n);
NK_RESULT nk_people_whole_check(const struct nk_people *people, const struct nk_person *next, struct nk_err *err);
/* nk_people_who: the 32 bytes that name a person's row in the associated data. */
void nk_people_who(const struct nk_people *people, struct nk_uuid id, uint8_t out[static 32]);
/* nk_people_keep: a new entry at the end, its record copied into the arena. nk_people_index_entry: into all indexes;
 * NK_EXISTS names item and numbers. nk_people_unindex: out of them. */
NK_RESULT nk_people_keep(
	struct nk_people *people, struct nk_uuid id, struct nk_slot slot, struct nk_bytes record, struct nk_err *err);
NK_RESULT nk_people_index_entry(struct nk_people *people, const struct nk_people_entry *e, struct nk_err *err);
void nk_people_unindex(struct nk_people *people, const struct nk_people_entry *e);
/* nk_people_view_fill: the entry's view (there is one) from its record. */
void nk_people_view_fill(const struct nk_people *people, struct nk_people_entry *e);
/* nk_people_replace: other bytes for an entry; the old ones are wiped. */
NK_RESULT nk_people_replace(
	struct nk_people *people, struct nk_people_entry *e, struct nk_bytes record, struct nk_err *err);
/* nk_people_forget: entries of these numbers go, wiped; unknown ones are passed over. */
void nk_people_forget(struct nk_people *people, const uint32_t *numbers, size_t n);
/* nk_people_search_drop: wiped; made anew by the next search. */
void nk_people_search_drop(struct nk_people *people);

NK_RESULT nk_people_places_load(struct nk_people *people, struct nk_err *err);
void nk_people_places_free(struct nk_people_places **places);

/* nk_people_name_of: preferred name if there is one, else the legal one; either half may be empty. */
void nk_people_name_of(const struct nk_person *p, bool kana, struct nk_str *out_family, struct nk_str *out_given);

#endif
