/*
 * kit_import.h: rosters imported into a real store and vault, for tests of changes and guard. Persons made up.
 */
#ifndef KIT_IMPORT_H
#define KIT_IMPORT_H

#include "base.h"

#include <cmocka.h>

#include "changes.h"
#include "kit_roster.h"
#include "kit_store.h"

enum { KIT_GRACE = 200 };

/* A store, a vault and the people in them, for rosters one after another. */
struct kit_import {
	struct kit_store k;
	struct nk_people *people;
	struct nk_arena *arena;
	const struct nk_changes *changes; /* of the last import */
	uint32_t overlap; /* days for which who moves stays in the old place */
};

static inline void kit_world_new(struct kit_import *w)
{
	struct nk_err err = { 0 };

	kit_store_new(&w->k);
	w->people = kit_people_open(&w->k);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &w->arena, &err), &err);
}

static inline void kit_world_done(struct kit_import *w)
{
	nk_people_free(&w->people);
	nk_arena_free(&w->arena);
	kit_store_done(&w->k);
}

static inline nk_date kit_day(const char *text)
{
	nk_date d = 0;

	assert_true(nk_date_parse(nk_str_c(text), &d));
	return d;
}

static inline const struct nk_changes *kit_look(struct kit_import *w, const struct nk_roster *roster, nk_date today)
{
	struct nk_changes *c = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_changes_make(roster, w->people, NK_STR("kit"), w->k.source, today, w->arena, &c, &err), &err);
	w->changes = c;
	return c;
}

static inline uint32_t kit_overlap_(const void *arg, const struct nk_person *before)
{
	(void)before;
	return ((const struct kit_import *)arg)->overlap;
}

static inline nk_rc kit_write_rc(
	struct kit_import *w, const struct nk_changes *c, nk_date today, uint32_t *numbers, struct nk_err *err)
{
	const size_t n = c->counts[NK_CHANGE_JOIN];
	struct nk_uuid *ids = calloc(n + 1, sizeof(*ids));
	struct nk_slot *slots = calloc(n + 1, sizeof(*slots));
	struct nk_key *keys = calloc(n + 1, sizeof(*keys));
	const struct nk_join_keys joins = { ids, slots, keys };
	const struct nk_change_rules rules = { .today = today, .grace_days = KIT_GRACE, .overlap = kit_overlap_, .overlap_arg = w };
	struct nk_tx *tx = NULL;
	nk_rc rc = nk_done();

	assert_true(ids != NULL && slots != NULL && keys != NULL);
	for (size_t i = 0; i < n; i++) {
		kit_ok(nk_uuid_new(w->k.env, &ids[i], err), err);
	}
	if (n > 0) {
		kit_ok(nk_vault_add(w->k.vault, NK_SLOT_PERSON, n, slots, keys, err), err);
	}
	tx = kit_begin(&w->k);
	rc = nk_changes_apply(w->people, tx, c, &joins, &rules, numbers, err);
	if (nk_ok(rc)) {
		kit_commit(&tx);
	}
	nk_tx_end(&tx);
	nk_wipe(keys, n * sizeof(*keys));
	free(ids);
	free(slots);
	free(keys);
	return rc;
}

static inline void kit_write_down(struct kit_import *w, const struct nk_changes *c, nk_date today)
{
	uint32_t *numbers = calloc(c->n + 1, sizeof(*numbers));
	struct nk_err err = { 0 };

	assert_non_null(numbers);
	kit_ok(kit_write_rc(w, c, today, numbers, &err), &err);
	for (size_t i = 0; i < c->n; i++) {
		assert_non_null(nk_people_by_number(w->people, numbers[i]));
	}
	free(numbers);
	/* What is in memory and what is on the disk must be the same. */
	nk_people_free(&w->people);
	w->people = kit_people_open(&w->k);
}

#endif
