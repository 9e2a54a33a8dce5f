/*
 * apply_record.c: what apply writes down before and after it speaks to the target.
 *
 * A link gets every key of a person before the key is used outside, so that a crash in between leaves nothing at the
 * target that nobody could look for.
 */
#include "base.h"
#include "apply_int.h"

/* Attributes whose values name a person: a read-back asks for each of them. */
static const char *const naming[] = { "uid", "mail", "employeeNumber", "cn", "sn", "givenName", "displayName",
	"eduPersonPrincipalName" };

static bool is_naming(struct nk_str attr, struct nk_str *out_kind)
{
	const size_t semi = nk_str_chr(attr, ';');
	const struct nk_str base = nk_str_sub(attr, 0, semi == SIZE_MAX ? attr.len : semi);

	for (size_t i = 0; i < NK_ARRAY_LEN(naming); i++) {
		if (nk_str_ieq(base, nk_str_c(naming[i]))) {
			*out_kind = nk_str_c(naming[i]);
			return true;
		}
	}
	return false;
}

static NK_RESULT push_key(struct nk_vec *keys, struct nk_str kind, struct nk_str value, struct nk_err *err)
{
	void *at = NULL;

	for (size_t i = 0; i < keys->len; i++) {
		const struct nk_link_key *const k = nk_vec_at(keys, i);

		if (nk_str_eq(k->kind, kind) && nk_str_eq(k->value, value)) {
			return nk_done();
		}
	}
	NK_TRY(nk_vec_push(keys, &at, err));
	*(struct nk_link_key *)at = (struct nk_link_key){ .kind = kind, .value = value };
	return nk_done();
}

static NK_RESULT push_attr(struct nk_vec *keys, const struct nk_attr *a, struct nk_err *err)
{
	struct nk_str kind;

	if (!is_naming(a->name, &kind)) {
		return nk_done();
	}
	for (size_t i = 0; i < a->n; i++) {
		NK_TRY(push_key(keys, kind, a->values[i], err));
	}
	return nk_done();
}

static NK_RESULT keys_of_step(const struct nk_step *s, struct nk_vec *keys, struct nk_err *err)
{
	NK_TRY(push_key(keys, NK_STR("dn"), s->key, err));
	if (s->kind == NK_STEP_RENAME) {
		NK_TRY(push_key(keys, NK_STR("dn"), s->new_key, err));
	}
	for (size_t i = 0; i < s->n_attrs; i++) {
		NK_TRY(push_attr(keys, &s->attrs[i], err));
	}
	for (size_t i = 0; i < s->n_mods; i++) {
		NK_TRY(push_attr(keys, &s->mods[i].attr, err));
		NK_TRY(push_attr(keys, &s->mods[i].old, err));
	}
	return nk_done();
}

/* Whom a step copies something of to the target; membership and suspension copy nothing new. */
static bool copies(const struct nk_step *s)
{
	return s->person_number != 0 &&
		(s->kind == NK_STEP_ADD || s->kind == NK_STEP_MODIFY || s->kind == NK_STEP_RENAME ||
			s->kind == NK_STEP_RESUME);
}

static NK_RESULT announce_link(struct nk_applying *a, struct nk_tx *tx, const struct nk_step *s, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec keys = { 0 };
	const struct nk_link *const old = nk_links_of(a->planning.links, s->person_number);
	struct nk_link l = {
		.person_number = s->person_number, .target = a->planning.target.id, .state = NK_LINK_INTENDED
	};
	const struct nk_key *key = NULL;

	nk_vec_init_wiping(&keys, sizeof(struct nk_link_key), 4096);
	if (old != NULL) {
		l = *old;
	} else {
		l.slot = a->slots[a->links_made];
		key = &a->keys[a->links_made];
		a->links_made++;
	}
	NK_TRY(keys_of_step(s, &keys, err));
	l.keys = keys.items;
	l.n_keys = keys.len;
	return nk_links_put(a->planning.links, tx, &l, key, err);
}

static NK_RESULT object_state(struct nk_applying *a, struct nk_tx *tx, const struct nk_step *s, struct nk_str anchor,
	const char *state, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO target_object(target_id, object_id, anchor, state) VALUES (?1, ?2, ?3, ?4) "
		"ON CONFLICT (target_id, object_id) DO UPDATE SET anchor = excluded.anchor, state = excluded.state",
		&q, err));
	nk_stmt_uuid(q, 1, a->planning.target.id);
	nk_stmt_uuid(q, 2, s->object);
	nk_stmt_blob(q, 3, nk_str_bytes(anchor));
	nk_stmt_text(q, 4, nk_str_c(state));
	return nk_stmt_run(q, err);
}

static NK_RESULT object_gone(struct nk_applying *a, struct nk_tx *tx, const struct nk_step *s, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;

	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "DELETE FROM target_object WHERE target_id = ?1 AND object_id = ?2", &q, err));
	nk_stmt_uuid(q, 1, a->planning.target.id);
	nk_stmt_uuid(q, 2, s->object);
	return nk_stmt_run(q, err);
}

static NK_RESULT copied(
	struct nk_applying *a, struct nk_tx *tx, const uint32_t *numbers, size_t n, struct nk_err *err)
{
	static const enum nk_item_class classes[] = { NK_ITEM_ids, NK_ITEM_login, NK_ITEM_mail, NK_ITEM_name,
		NK_ITEM_kana, NK_ITEM_class };
	struct nk_leaf_item items[1] = { nk_item_hex("holding", a->planning.target.holding.b, 16) };

	for (size_t c = 0; n > 0 && c < NK_ARRAY_LEN(classes); c++) {
		NK_TRY(nk_extent_add(tx, a->planning.target.holding, classes[c], numbers, n, err));
	}
	return n > 0 ? nk_flow_person_leaves(a->flow, tx, NK_LEAF_COPY_OUT, numbers, NULL, n, items, 1, err)
		     : nk_done();
}

NK_RESULT nk_apply_announce(struct nk_applying *a, struct nk_tx *tx, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec numbers = { 0 };
	void *at = NULL;

	nk_vec_init(&numbers, sizeof(uint32_t), SIZE_MAX / 8);
	for (size_t i = a->from; i < a->end; i++) {
		const struct nk_step *const s = &a->todo[i];

		if (copies(s)) {
			NK_TRY(announce_link(a, tx, s, err));
			NK_TRY(nk_vec_push(&numbers, &at, err));
			*(uint32_t *)at = s->person_number;
		} else if (s->kind == NK_STEP_ADD && s->object_kind != NK_OBJECT_CONTAINER) {
			NK_TRY(object_state(a, tx, s, NK_STR(""), "intended", err));
		}
	}
	NK_TRY(copied(a, tx, numbers.items, numbers.len, err));
	return nk_plan_mark_steps(tx, a->row.id, a->todo + a->from, a->end - a->from, NK_STEP_IN_FLIGHT, err);
}

static NK_RESULT record_done(struct nk_applying *a, struct nk_tx *tx, size_t i, struct nk_err *err)
{
	const struct nk_step *const s = &a->todo[i];
	const struct nk_link *const old =
		s->person_number != 0 ? nk_links_of(a->planning.links, s->person_number) : NULL;
	struct nk_link l;

	if (s->object_kind == NK_OBJECT_GROUP || s->object_kind == NK_OBJECT_UNIT) {
		if (s->kind == NK_STEP_DELETE) {
			return object_gone(a, tx, s, err);
		}
		return s->kind == NK_STEP_ADD ? object_state(a, tx, s, a->results[i].anchor, "present", err)
					      : nk_done();
	}
	if (old == NULL || (s->kind != NK_STEP_ADD && s->kind != NK_STEP_SUSPEND)) {
		return nk_done();
	}
	l = *old;
	l.keys = NULL;
	l.n_keys = 0;
	if (s->kind == NK_STEP_SUSPEND) {
		l.password_set = false;
	} else {
		l.state = NK_LINK_PRESENT;
		l.anchor = a->results[i].anchor;
	}
	return nk_links_put(a->planning.links, tx, &l, NULL, err);
}

static NK_RESULT record_refused(struct nk_applying *a, size_t i, struct nk_err *err)
{
	const struct nk_step *const s = &a->todo[i];

	return nk_buf_printf(&a->refused, err, "%s: %s, %s %u, code %d\n",
		a->results[i].outcome == NK_OUTCOME_REFUSED ? "refused" : "conflict", nk_step_kind_name(s->kind),
		s->person_number != 0 ? "person" : "object", s->person_number, a->results[i].code);
}

NK_RESULT nk_apply_record(struct nk_applying *a, struct nk_tx *tx, struct nk_err *err)
{
	struct nk_leaf_item items[2];
	size_t done = 0;

	for (size_t i = a->from; i < a->end; i++) {
		const enum nk_outcome o = a->results[i].outcome;
		const int state = o == NK_OUTCOME_DONE ? NK_STEP_DONE
			: o == NK_OUTCOME_REFUSED      ? NK_STEP_REFUSED
						       : NK_STEP_OPEN;

		if (o == NK_OUTCOME_DONE) {
			NK_TRY(record_done(a, tx, i, err));
			done++;
		} else if (o == NK_OUTCOME_REFUSED || o == NK_OUTCOME_CONFLICT) {
			NK_TRY(record_refused(a, i, err));
			a->out->refused += o == NK_OUTCOME_REFUSED ? 1 : 0;
		}
		NK_TRY(nk_plan_mark_steps(tx, a->row.id, &a->todo[i], 1, state, err));
	}
	a->out->done += done;
	if (a->end == a->from) {
		return nk_done();
	}
	items[0] = nk_item_number("done", done);
	items[1] = nk_item_hex("hash", a->row.hash.b, NK_HASH_LEN);
	return nk_flow_leaf(a->flow, tx, NK_LEAF_APPLY_PART, items, 2, NULL, err);
}

void nk_apply_look(struct nk_applying *a)
{
	for (size_t i = a->from; i < a->end; i++) {
		const enum nk_outcome o = a->results[i].outcome;

		a->unknown += o == NK_OUTCOME_UNKNOWN ? 1 : 0;
		a->drifted += o == NK_OUTCOME_CONFLICT ? 1 : 0;
		a->stop = a->stop || o == NK_OUTCOME_UNKNOWN || o == NK_OUTCOME_CONFLICT || o == NK_OUTCOME_NOT_SENT;
	}
}
