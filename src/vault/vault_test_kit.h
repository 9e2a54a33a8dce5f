/*
 * vault_test_kit.h: what vault_test.c and vault_crash_test.c share: a vault in a test's folder, and looks at its
 * bytes.
 */
#ifndef NK_VAULT_TEST_KIT_H
#define NK_VAULT_TEST_KIT_H

#include "cells.h"
#include "kit.h"
#include "vault_int.h"

#include <sys/stat.h>

/* Folders of one vault; the strings live as long as the fixture. */
struct room {
	struct kit_tmp tmp;
	char dir[128];
	char copy[128];
	struct nk_vault_options opt;
};

static inline struct room *room_new(void)
{
	struct room *room = calloc(1, sizeof(*room));

	nk_assert(room != NULL);
	room->tmp = kit_tmp();
	(void)snprintf(room->dir, sizeof(room->dir), "%s/vault", room->tmp.dir);
	(void)snprintf(room->copy, sizeof(room->copy), "%s/copy", room->tmp.dir);
	room->opt = (struct nk_vault_options){
		.dir = room->dir,
		.copy_dir = room->copy,
		.sealer = NK_STR("file"),
		.secret = nk_str_bytes(NK_STR("0123456789abcdef0123456789abcdef")),
		.secret_is_keyfile = true,
	};
	return room;
}

static inline void room_free(struct room **room)
{
	if (*room != NULL) {
		kit_tmp_done(&(*room)->tmp);
		free(*room);
		*room = NULL;
	}
}

static inline void room_file(const struct room *room, unsigned place, const char *name, char out[static 256])
{
	(void)snprintf(out, 256, "%s/%s", place == 0 ? room->dir : room->copy, name);
}

/* A whole file; malloc'd. */
static inline uint8_t *slurp(const char *path, size_t *out_len)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long len = 0;

	nk_assert(file != NULL);
	nk_assert(fseek(file, 0, SEEK_END) == 0);
	len = ftell(file);
	nk_assert(len >= 0 && fseek(file, 0, SEEK_SET) == 0);
	bytes = malloc((size_t)len + 1);
	nk_assert(bytes != NULL && fread(bytes, 1, (size_t)len, file) == (size_t)len);
	(void)fclose(file);
	*out_len = (size_t)len;
	return bytes;
}

static inline void spill(const char *path, const uint8_t *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	nk_assert(file != NULL && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

/* Overwrites some bytes of a file. */
static inline void poke(const char *path, uint64_t at, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "r+b");

	nk_assert(file != NULL && fseek(file, (long)at, SEEK_SET) == 0 && fwrite(bytes, 1, len, file) == len &&
		fclose(file) == 0);
}

static inline void peek(const char *path, uint64_t at, void *bytes, size_t len)
{
	FILE *file = fopen(path, "rb");

	nk_assert(file != NULL && fseek(file, (long)at, SEEK_SET) == 0 && fread(bytes, 1, len, file) == len &&
		fclose(file) == 0);
}

/* The bytes of all files of a room that make up a state: vault in both places, epoch file. */
struct image {
	uint8_t *bytes[3];
	size_t len[3];
};

static inline void image_path(const struct room *room, unsigned i, char out[static 256])
{
	room_file(room, i == 1 ? 1 : 0, i == 2 ? "epoch" : "vault", out);
}

static inline struct image image_take(const struct room *room)
{
	struct image image = { .len = { 0 } };
	char path[256];
	unsigned i;

	for (i = 0; i < 3; i++) {
		image_path(room, i, path);
		image.bytes[i] = slurp(path, &image.len[i]);
	}
	return image;
}

/* Puts the first n files back (2: the vault without its epoch file, as an old backup would). */
static inline void image_put(const struct room *room, const struct image *image, unsigned n)
{
	char path[256];
	unsigned i;

	for (i = 0; i < n; i++) {
		image_path(room, i, path);
		spill(path, image->bytes[i], image->len[i]);
	}
}

static inline void image_free(struct image *image)
{
	unsigned i;

	for (i = 0; i < 3; i++) {
		free(image->bytes[i]);
	}
}

static inline bool room_has(const struct room *room, const void *needle, size_t len)
{
	bool found = false;
	unsigned i;

	for (i = 0; i < 3; i++) {
		char path[256];
		uint8_t *bytes = NULL;
		size_t size = 0;

		image_path(room, i, path);
		if (access(path, R_OK) != 0) {
			continue;
		}
		bytes = slurp(path, &size);
		found = found || memmem(bytes, size, needle, len) != NULL;
		free(bytes);
	}
	return found;
}

/* Both places hold the same bytes, no more than the header says, and nothing in what is not in force. */
static inline void places_agree(const struct room *room)
{
	struct image image = image_take(room);
	struct nk_vhead head;
	struct nk_vhead other;
	const uint8_t *bytes = image.bytes[0];
	uint64_t b;

	assert_int_equal(image.len[0], image.len[1]);
	assert_memory_equal(image.bytes[0], image.bytes[1], image.len[0]);
	assert_int_equal(nk_layout_head_get(bytes, &head), NK_HEAD_GOOD);
	assert_int_equal(nk_layout_head_get(bytes + NKV_HEAD_STEP, &other), NK_HEAD_GOOD);
	head = other.sequence > head.sequence ? other : head;
	assert_int_equal(head.flags & NKV_UNFINISHED, 0);
	assert_int_equal(image.len[0], nk_layout_size(head.buckets));
	assert_true(nk_layout_zero(bytes + nk_layout_table_at(1 - head.table), NKV_TABLE_LEN));
	for (b = 0; b < head.buckets; b++) {
		const unsigned area = bytes[nk_layout_table_at(head.table) + b * NKV_ENTRY_LEN];

		assert_true(nk_layout_zero(bytes + nk_layout_area_at(b, 1 - area), NKV_AREA_LEN));
	}
	image_free(&image);
}

/* How many secrets the epoch file holds. */
static inline unsigned epochs_held(const struct room *room)
{
	unsigned held = 0;
	unsigned i;

	for (i = 0; i < 2; i++) {
		uint8_t bytes[NK_CELL_LEN];
		struct nk_cell cell;
		char path[256];

		image_path(room, 2, path);
		peek(path, (uint64_t)i * 4096, bytes, sizeof(bytes));
		held += nk_cell_get(bytes, &cell) && cell.state == NK_CELL_HELD ? 1 : 0;
	}
	return held;
}

static inline struct nk_vault *must_open(const struct room *room)
{
	struct nk_vault *vault = NULL;
	struct nk_err err;

	kit_ok(nk_vault_open(kit_env(), &room->opt, 0, &vault, &err), &err);
	return vault;
}

static inline enum nk_code try_open(const struct room *room, uint64_t min_sequence)
{
	NK_OWNED(nk_vault_close) struct nk_vault *vault = NULL;
	struct nk_err err;

	return nk_vault_open(kit_env(), &room->opt, min_sequence, &vault, &err).code;
}

static inline enum nk_code key_code(struct nk_vault *vault, enum nk_slot_kind kind, struct nk_slot slot)
{
	struct nk_key key;
	struct nk_err err;

	return nk_vault_key(vault, kind, slot, &key, &err).code;
}

static inline void opens_as(
	struct nk_vault *vault, enum nk_slot_kind kind, struct nk_slot slot, const struct nk_key *want)
{
	struct nk_key key;
	struct nk_err err;

	kit_ok(nk_vault_key(vault, kind, slot, &key, &err), &err);
	assert_true(nk_ct_equal(&key, want, sizeof(key)));
}

/* All steps of a change that was prepared. */
static inline void run_change(struct nk_vault_change *change, struct nk_vault_finish *out)
{
	uint64_t survivors = 0;
	uint64_t sequence = 0;
	struct nk_err err;

	kit_ok(nk_vault_change_verify(change, &survivors, &err), &err);
	kit_ok(nk_vault_change_commit(change, &sequence, &err), &err);
	kit_ok(nk_vault_change_finish(&change, out, &err), &err);
	assert_null(change);
}

static inline void destroy_keys(
	struct nk_vault *vault, const struct nk_slot *slots, size_t n, struct nk_vault_finish *out)
{
	struct nk_vault_change *change = NULL;
	struct nk_err err;

	kit_ok(nk_vault_destroy_prepare(vault, slots, n, &change, &err), &err);
	run_change(change, out);
}

static inline void rotate(struct nk_vault *vault, struct nk_vault_finish *out)
{
	struct nk_vault_change *change = NULL;
	struct nk_err err;

	kit_ok(nk_vault_rotate_prepare(vault, &change, &err), &err);
	run_change(change, out);
}

/* Fixture of the tests: a fresh vault, and its end. */
static inline int room_setup(void **state)
{
	struct nk_err err;
	struct room *room;

	kit_seed(11);
	room = room_new();
	*state = room;
	kit_ok(nk_vault_create(kit_env(), &room->opt, &err), &err);
	return 0;
}

static inline int room_teardown(void **state)
{
	struct room *room = *state;

	room_free(&room);
	return 0;
}

static inline void add_persons(struct nk_vault *vault, size_t n, struct nk_slot *slots, struct nk_key *keys)
{
	struct nk_err err;

	kit_ok(nk_vault_add(vault, NK_SLOT_PERSON, n, slots, keys, &err), &err);
}

#endif
