/*
 * ledger_append.c: leaves as canonical JSON (RFC 8785), written in the transaction of the change they tell of.
 *
 * A leaf: {"actor":…,"clock":"simulated"?,"facts":{…},"seq":n,"time":…,"type":…,"v":1,"who":…?}.
 * Nothing guessable is hashed (DECISIONS 10): callers give ids, counts,
 * pseudonyms and commitments; batches are ordered by pseudonym.
 */
#include "base.h"

#include "ledger.h"

#include "json.h"
#include "ledger_int.h"

enum { ITEMS_MAX = 64, WORD_MAX = 32 };

static const char *const words[NK_LEAF_COUNT] = {
#define ROW(name, summary) [NK_LEAF_##name] = #name,
#include "leaves.inc"
#undef ROW
};

/* What all leaves of one call share. */
struct writing {
	struct nk_ledger *ledger;
	struct nk_stmt *insert;
	nk_time now;
	uint64_t next;
};

static struct nk_str lower(enum nk_leaf_type type, char text[static WORD_MAX])
{
	size_t n = 0;

	for (const char *p = words[type]; *p != '\0' && n < WORD_MAX; p++, n++) {
		text[n] = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
	}
	return (struct nk_str){ text, n };
}

static bool is_key(const char *key)
{
	for (const char *p = key; *p != '\0'; p++) {
		if ((*p < 'a' || *p > 'z') && (*p < '0' || *p > '9') && *p != '_') {
			return false;
		}
	}
	return *key != '\0';
}

/* Pointers to the items in the order of their keys (insertion sort: there are few). */
static nk_rc sort_items(
	const struct nk_leaf *leaf, const struct nk_leaf_item *out[static ITEMS_MAX], struct nk_err *err)
{
	if (leaf->n_items > ITEMS_MAX) {
		return nk_fail(err, NK_INTERNAL, "a ledger entry has too many facts");
	}
	for (size_t i = 0; i < leaf->n_items; i++) {
		const struct nk_leaf_item *item = &leaf->items[i];
		size_t at = i;

		while (at > 0 && strcmp(out[at - 1]->key, item->key) > 0) {
			out[at] = out[at - 1];
			at--;
		}
		if (!is_key(item->key) || (at > 0 && strcmp(out[at - 1]->key, item->key) == 0)) {
			return nk_fail(err, NK_INTERNAL,
				"a ledger entry has the fact \"%s\" twice, or its name is no lower-case word",
				item->key);
		}
		out[at] = item;
	}
	return nk_done();
}

static void put_item(struct nk_json *j, const struct nk_leaf_item *item)
{
	nk_json_key(j, item->key);
	switch (item->form) {
	case NK_ITEM_TEXT:
		nk_json_str(j, item->text);
		return;
	case NK_ITEM_HEX:
		nk_json_hex(j, item->hex);
		return;
	case NK_ITEM_NUMBER:
		nk_json_int(j, item->number);
		return;
	}
}

static nk_rc print_leaf(const struct writing *w, const struct nk_leaf *leaf, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_leaf_item *sorted[ITEMS_MAX];
	char time_text[NK_TIME_TEXT];
	char actor[NK_UUID_TEXT];
	char word[WORD_MAX];
	struct nk_json j;

	NK_TRY(sort_items(leaf, sorted, err));
	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "actor");
	nk_json_c(&j, nk_uuid_print(leaf->actor, actor));
	if (w->ledger->simulated_clock) {
		nk_json_key(&j, "clock");
		nk_json_c(&j, "simulated");
	}
	nk_json_key(&j, "facts");
	nk_json_open(&j, '{');
	for (size_t i = 0; i < leaf->n_items; i++) {
		put_item(&j, sorted[i]);
	}
	nk_json_close(&j, '}');
	nk_json_key(&j, "seq");
	nk_json_int(&j, nk_i64(w->next));
	nk_json_key(&j, "time");
	nk_json_c(&j, nk_time_print(w->now, time_text));
	nk_json_key(&j, "type");
	nk_json_str(&j, lower(leaf->type, word));
	nk_json_key(&j, "v");
	nk_json_int(&j, 1);
	if (leaf->about_person) {
		nk_json_key(&j, "who");
		nk_json_hex(&j, nk_bytes_of(leaf->who.b, sizeof(leaf->who.b)));
	}
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static nk_rc write_leaf(struct writing *w, struct nk_tx *tx, const struct nk_leaf *leaf, struct nk_err *err)
{
	struct nk_buf *entry = &w->ledger->scratch;
	struct nk_hash hash;

	nk_buf_reset(entry);
	NK_TRY(print_leaf(w, leaf, entry, err));
	nk_merkle_leaf(nk_buf_bytes(entry), &hash);
	nk_stmt_int(w->insert, 1, nk_i64(w->next));
	nk_stmt_blob(w->insert, 2, nk_buf_bytes(entry));
	nk_stmt_blob(w->insert, 3, nk_bytes_of(hash.b, sizeof(hash.b)));
	NK_TRY(nk_stmt_run(w->insert, err));
	nk_tx_count_leaf(tx);
	w->next++;
	return nk_done();
}

static nk_rc write_all(
	struct nk_ledger *ledger, struct nk_tx *tx, const struct nk_leaf *leaves, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *insert = NULL;
	struct writing w = { .ledger = ledger, .now = nk_now(ledger->files.env) };

	nk_assert(nk_tx_store(tx) == ledger->store);
	NK_TRY(nk_ledger_count(ledger->store, &w.next, err));
	NK_TRY(nk_stmt_get(ledger->store, "INSERT INTO leaf (seq, entry, hash) VALUES (?1, ?2, ?3)", &insert, err));
	w.insert = insert;
	for (size_t i = 0; i < n; i++) {
		NK_TRY(write_leaf(&w, tx, &leaves[i], err));
	}
	return nk_done();
}

NK_RESULT nk_ledger_append(struct nk_ledger *ledger, struct nk_tx *tx, const struct nk_leaf *leaf,
	uint64_t *out_index, struct nk_err *err)
{
	uint64_t index = 0;

	NK_TRY(nk_ledger_count(ledger->store, &index, err));
	NK_TRY(write_all(ledger, tx, leaf, 1, err));
	if (out_index != NULL) {
		*out_index = index;
	}
	return nk_done();
}

static int by_pseudonym(const void *a, const void *b)
{
	const struct nk_leaf *x = a;
	const struct nk_leaf *y = b;

	for (size_t i = 0; i < NK_MAC_LEN; i++) {
		if (x->who.b[i] != y->who.b[i]) {
			return x->who.b[i] < y->who.b[i] ? -1 : 1;
		}
	}
	return x->type < y->type ? -1 : x->type > y->type;
}

NK_RESULT nk_ledger_append_many(
	struct nk_ledger *ledger, struct nk_tx *tx, struct nk_leaf *leaves, size_t n, struct nk_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!leaves[i].about_person) {
			return nk_fail(err, NK_INTERNAL, "a batch of ledger entries holds one that is about nobody");
		}
	}
	if (n > 1) {
		qsort(leaves, n, sizeof(leaves[0]), by_pseudonym);
	}
	return write_all(ledger, tx, leaves, n, err);
}
