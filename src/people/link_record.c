/*
 * link_record.c: a link's record as bytes, and the merging of keys.
 *
 * Invariant: merging loses no key and no anchor: what was once at the target is looked for until it is verified
 * absent.
 */
#include "base.h"

#include "link_int.h"

static bool sound(struct nk_str s)
{
	return s.len <= NK_LINK_TEXT_MAX && nk_utf8_valid(nk_str_bytes(s), NULL);
}

static NK_RESULT put_text(struct nk_str s, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add_le32(out, nk_u32(s.len), err));
	return nk_buf_add_str(out, s, err);
}

/* Records without a handed-over name are written as they always were. */
static uint8_t schema_of(const struct nk_link *link)
{
	for (size_t i = 0; i < link->n_keys; i++) {
		if (link->keys[i].from != 0) {
			return NK_LINK_SCHEMA_FROM;
		}
	}
	return NK_LINK_SCHEMA;
}

NK_RESULT nk_link_write(const struct nk_link *link, struct nk_buf *out, struct nk_err *err)
{
	const uint8_t schema = schema_of(link);
	const uint8_t head[4] = { schema, nk_u8((uint64_t)link->state), link->password_set ? 1 : 0, 0 };

	if (link->state >= NK_LINK_STATE_COUNT || link->n_keys > NK_LINK_KEYS_MAX || !sound(link->anchor)) {
		return nk_fail(err, NK_LIMIT,
			"the link of person %1$lu has more than %2$d keys or a text that is too long",
			(unsigned long)link->person_number, (int)NK_LINK_KEYS_MAX);
	}
	NK_TRY(nk_buf_add(out, head, sizeof(head), err));
	NK_TRY(nk_buf_add_le32(out, link->person_number, err));
	NK_TRY(put_text(link->anchor, out, err));
	NK_TRY(nk_buf_add_le32(out, nk_u32(link->n_keys), err));
	for (size_t i = 0; i < link->n_keys; i++) {
		if (!sound(link->keys[i].kind) || !sound(link->keys[i].value)) {
			return nk_fail(err, NK_LIMIT,
				"the link of person %1$lu has a key that is not UTF-8 or is longer than %2$d bytes",
				(unsigned long)link->person_number, (int)NK_LINK_TEXT_MAX);
		}
		NK_TRY(put_text(link->keys[i].kind, out, err));
		NK_TRY(put_text(link->keys[i].value, out, err));
		if (schema == NK_LINK_SCHEMA_FROM) {
			NK_TRY(nk_buf_add_le32(out, link->keys[i].from, err));
		}
	}
	return nk_done();
}

static NK_RESULT damaged(const struct nk_link *link, struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT,
		"the link of person %lu opens but is not whole; restore the store from a backup",
		(unsigned long)link->person_number);
}

static NK_RESULT take_text(struct nk_cursor *c, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	const uint32_t len = nk_cursor_le32(c);

	return nk_arena_dup(arena, nk_bytes_str(nk_cursor_take(c, len)), out, err);
}

NK_RESULT nk_link_read(struct nk_bytes record, struct nk_arena *arena, struct nk_link *out, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(record);
	const struct nk_bytes head = nk_cursor_take(&c, 4);
	struct nk_link_key *keys = NULL;

	if (c.bad || head.ptr[1] >= NK_LINK_STATE_COUNT || head.ptr[2] > 1) {
		return damaged(out, err);
	}
	if (head.ptr[0] != NK_LINK_SCHEMA && head.ptr[0] != NK_LINK_SCHEMA_FROM) {
		return nk_fail(err, NK_NEWER,
			"the link of person %lu was written by a newer version of the program; install that version",
			(unsigned long)out->person_number);
	}
	if (nk_cursor_le32(&c) != out->person_number) {
		return damaged(out, err);
	}
	NK_TRY(take_text(&c, arena, &out->anchor, err));
	out->n_keys = nk_cursor_le32(&c);
	if (c.bad || out->n_keys > NK_LINK_KEYS_MAX) {
		return damaged(out, err);
	}
	keys = nk_arena_array(arena, out->n_keys, sizeof(*keys));
	if (keys == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n_keys; i++) {
		NK_TRY(take_text(&c, arena, &keys[i].kind, err));
		NK_TRY(take_text(&c, arena, &keys[i].value, err));
		keys[i].from = head.ptr[0] == NK_LINK_SCHEMA_FROM ? nk_cursor_le32(&c) : 0;
	}
	out->keys = keys;
	out->state = (enum nk_link_state)head.ptr[1];
	out->password_set = head.ptr[2] == 1;
	return c.bad || c.left > 0 ? damaged(out, err) : nk_done();
}

/* Whose name it was first stays said: a rename names the old one once more. */
static void add_key(struct nk_link_key *keys, size_t *n, struct nk_link_key key)
{
	for (size_t i = 0; i < *n; i++) {
		if (nk_str_eq(keys[i].kind, key.kind) && nk_str_eq(keys[i].value, key.value)) {
			return;
		}
	}
	keys[*n] = key;
	(*n)++;
}

NK_RESULT nk_link_merge(const struct nk_link *old, const struct nk_link *next, struct nk_arena *arena,
	struct nk_link *out, struct nk_err *err)
{
	const bool replaced = old->anchor.len > 0 && next->anchor.len > 0 && !nk_str_eq(old->anchor, next->anchor);
	struct nk_link_key *keys = nk_arena_array(arena, old->n_keys + next->n_keys + 1, sizeof(*keys));
	size_t n = 0;

	if (keys == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < old->n_keys; i++) {
		add_key(keys, &n, old->keys[i]);
	}
	if (replaced) {
		add_key(keys, &n, (struct nk_link_key){ .kind = NK_STR("anchor"), .value = old->anchor });
	}
	for (size_t i = 0; i < next->n_keys; i++) {
		add_key(keys, &n, next->keys[i]);
	}
	*out = *next;
	out->keys = keys;
	out->n_keys = n;
	if (next->anchor.len == 0) {
		out->anchor = old->anchor;
	}
	return nk_done();
}
