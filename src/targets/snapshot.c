/*
 * snapshot.c: what was read of a target as bytes, and back.
 *
 * Invariant: every length is checked before it is used, and nothing may stand behind the last entry: a part is never
 * taken for the whole.
 */
#include "base.h"

#include "snapshot.h"

static const char magic[8] = { 'n', 'k', 's', 'n', 'a', 'p', '0', '1' };

enum { COMPLETE = 1, SENTINEL = 2, KIND_BITS = 3 };
_Static_assert(NK_OBJECT_KIND_COUNT <= 1 << KIND_BITS && KIND_BITS + NK_PRESENT_MAX <= 8, "a kind and who has what are one byte");

/* ---- printing ------------------------------------------------------------------------------------------------- */

static NK_RESULT put_str(struct nk_buf *out, struct nk_str s, struct nk_err *err)
{
	if (s.len > UINT32_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("a value of the target is too long to be kept"));
	}
	NK_TRY(nk_buf_add_le32(out, (uint32_t)s.len, err));
	return nk_buf_add_str(out, s, err);
}

static NK_RESULT put_count(struct nk_buf *out, size_t n, struct nk_err *err)
{
	return n > UINT32_MAX ? nk_fail(err, NK_LIMIT, NK_N("the target holds too much to be kept")) : nk_buf_add_le32(out, (uint32_t)n, err);
}

static NK_RESULT put_entry(struct nk_buf *out, const struct nk_entry *e, struct nk_err *err)
{
	NK_TRY(nk_buf_add_byte(out, (uint8_t)((unsigned)e->kind | e->present << KIND_BITS), err));
	NK_TRY(put_str(out, e->key, err));
	NK_TRY(put_str(out, e->anchor, err));
	NK_TRY(put_str(out, e->version, err));
	NK_TRY(put_count(out, e->n_attrs, err));
	for (size_t i = 0; i < e->n_attrs; i++) {
		NK_TRY(put_str(out, e->attrs[i].name, err));
		NK_TRY(put_count(out, e->attrs[i].n, err));
		for (size_t v = 0; v < e->attrs[i].n; v++) {
			NK_TRY(put_str(out, e->attrs[i].values[v], err));
		}
	}
	return nk_done();
}

NK_RESULT nk_snapshot_print(
	const struct nk_snapshot *s, const struct nk_str *lacking, size_t n_lacking, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add(out, magic, sizeof(magic), err));
	NK_TRY(nk_buf_add_byte(out, (uint8_t)((s->complete ? COMPLETE : 0) | (s->sentinel_seen ? SENTINEL : 0)), err));
	NK_TRY(nk_buf_add_le64(out, s->bytes, err));
	NK_TRY(put_count(out, n_lacking, err));
	for (size_t i = 0; i < n_lacking; i++) {
		NK_TRY(put_str(out, lacking[i], err));
	}
	NK_TRY(put_count(out, s->n, err));
	for (size_t i = 0; i < s->n; i++) {
		NK_TRY(put_entry(out, &s->entries[i], err));
	}
	return nk_done();
}

/* ---- the target that can only be read --------------------------------------------------------------------------- */

struct nk_target_handle {
	struct nk_buf bytes;
	struct nk_str *lacking; /* into `bytes` */
	size_t n_lacking;
	struct nk_cursor entries;
};

static NK_RESULT damaged(struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT, NK_N("the copy of the target is damaged"));
}

static struct nk_str take_str(struct nk_cursor *c)
{
	const uint32_t n = nk_cursor_le32(c);

	return nk_bytes_str(nk_cursor_take(c, n));
}

/* A count of things of at least `least` bytes: what the rest cannot hold is damage, and asks for no memory. */
static size_t take_count(struct nk_cursor *c, size_t least)
{
	const uint32_t n = nk_cursor_le32(c);

	c->bad = c->bad || n > c->left / least;
	return c->bad ? 0 : n;
}

static NK_RESULT take_attr(struct nk_cursor *c, struct nk_arena *arena, struct nk_attr *out, struct nk_err *err)
{
	struct nk_str *values = NULL;

	NK_TRY(nk_arena_dup(arena, take_str(c), &out->name, err));
	out->n = take_count(c, sizeof(uint32_t));
	values = nk_arena_array(arena, out->n, sizeof(*values));
	if (values == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n && !c->bad; i++) {
		NK_TRY(nk_arena_dup(arena, take_str(c), &values[i], err));
	}
	out->values = values;
	return nk_done();
}

static NK_RESULT take_entry(struct nk_cursor *c, struct nk_arena *arena, struct nk_entry *out, struct nk_err *err)
{
	const uint8_t first = nk_cursor_u8(c);
	const unsigned kind = first & ((1u << KIND_BITS) - 1);
	struct nk_attr *attrs = NULL;

	if (kind >= NK_OBJECT_KIND_COUNT) {
		return damaged(err);
	}
	*out = (struct nk_entry){ .kind = (enum nk_object_kind)kind, .present = (unsigned)first >> KIND_BITS };
	NK_TRY(nk_arena_dup(arena, take_str(c), &out->key, err));
	NK_TRY(nk_arena_dup(arena, take_str(c), &out->anchor, err));
	NK_TRY(nk_arena_dup(arena, take_str(c), &out->version, err));
	out->n_attrs = take_count(c, 2 * sizeof(uint32_t));
	attrs = nk_arena_array(arena, out->n_attrs, sizeof(*attrs));
	if (attrs == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n_attrs && !c->bad; i++) {
		NK_TRY(take_attr(c, arena, &attrs[i], err));
	}
	out->attrs = attrs;
	return nk_done();
}

static NK_RESULT read_all(struct nk_target_handle *h, struct nk_arena *arena, struct nk_snapshot *out, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(nk_bytes_of(h->bytes.ptr + sizeof(magic), h->bytes.len - sizeof(magic)));
	const uint8_t flags = nk_cursor_u8(&c);
	struct nk_entry *entries = NULL;

	*out = (struct nk_snapshot){ .complete = (flags & COMPLETE) != 0, .sentinel_seen = (flags & SENTINEL) != 0 };
	out->bytes = nk_cursor_le64(&c);
	c = h->entries;
	out->n = take_count(&c, 1 + 4 * sizeof(uint32_t));
	entries = nk_arena_array(arena, out->n, sizeof(*entries));
	if (entries == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n && !c.bad; i++) {
		NK_TRY(take_entry(&c, arena, &entries[i], err));
	}
	out->entries = entries;
	return c.bad || c.left > 0 ? damaged(err) : nk_done();
}

static bool has(struct nk_target_handle *h, struct nk_str name)
{
	for (size_t i = 0; i < h->n_lacking; i++) {
		if (nk_str_ieq(h->lacking[i], name)) {
			return false;
		}
	}
	return true;
}

static void close_copy(struct nk_target_handle **h)
{
	if (*h != NULL) {
		nk_buf_done(&(*h)->bytes);
		free((*h)->lacking);
		free(*h);
		*h = NULL;
	}
}

static NK_RESULT not_a_target(struct nk_err *err)
{
	return nk_fail(err, NK_DENIED, NK_N("this is a copy of what was read of the target, not the target"));
}

static NK_RESULT no_probe(struct nk_target_handle *h, struct nk_target_probe *out, struct nk_err *err)
{
	(void)h;
	(void)out;
	return not_a_target(err);
}

static NK_RESULT no_apply(struct nk_target_handle *h, const struct nk_step *steps, size_t n, struct nk_step_result *results,
	struct nk_arena *arena, struct nk_err *err)
{
	(void)h;
	(void)steps;
	(void)n;
	(void)results;
	(void)arena;
	return not_a_target(err);
}

static NK_RESULT no_password(struct nk_target_handle *h, struct nk_str key, struct nk_bytes password, struct nk_err *err)
{
	(void)h;
	(void)key;
	(void)password;
	return not_a_target(err);
}

static NK_RESULT no_find(struct nk_target_handle *h, const struct nk_needle *needles, size_t n, nk_entry_fn *fn, void *arg,
	struct nk_err *err)
{
	(void)h;
	(void)needles;
	(void)n;
	(void)fn;
	(void)arg;
	return not_a_target(err);
}

static const struct nk_target copy_type = { .name = "copy",
	.summary = "",
	.close = close_copy,
	.probe = no_probe,
	.has = has,
	.read = read_all,
	.apply = no_apply,
	.set_password = no_password,
	.find = no_find };

static NK_RESULT take_lacking(struct nk_target_handle *h, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(nk_buf_bytes(&h->bytes));
	const struct nk_bytes head = nk_cursor_take(&c, sizeof(magic));

	if (head.len != sizeof(magic) || memcmp(head.ptr, magic, sizeof(magic)) != 0) {
		return damaged(err);
	}
	(void)nk_cursor_u8(&c);
	(void)nk_cursor_le64(&c);
	h->n_lacking = take_count(&c, sizeof(uint32_t));
	h->lacking = calloc(h->n_lacking + 1, sizeof(*h->lacking));
	if (h->lacking == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < h->n_lacking; i++) {
		h->lacking[i] = take_str(&c);
	}
	h->entries = c;
	return c.bad ? damaged(err) : nk_done();
}

NK_RESULT nk_snapshot_open(struct nk_bytes bytes, struct nk_target_link **out, struct nk_err *err)
{
	NK_OWNED(nk_target_close) struct nk_target_link *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		return nk_fail_nomem(err);
	}
	t->type = &copy_type;
	t->handle = calloc(1, sizeof(*t->handle));
	if (t->handle == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_init_wiping(&t->handle->bytes, NK_SNAPSHOT_MAX);
	NK_TRY(nk_buf_add(&t->handle->bytes, bytes.ptr, bytes.len, err));
	NK_TRY(take_lacking(t->handle, err));
	*out = t;
	t = NULL;
	return nk_done();
}
