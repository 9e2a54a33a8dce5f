/*
 * scan_keys.c: where the index of a scan comes from, and index files with their keys.
 *
 * The key of an index file is made of the house's index key and the holding's id, so it is in the vault and nowhere
 * else, and after the next erasure (which turns that key) this house cannot give it out again.
 */
#include "base.h"
#include "scan_int.h"

#include "spell.h"

enum { SPELL_ARENA = 1024 * 1024, SPELLINGS_MAX = 256 };

static const char key_head[] = "nokosazu-scan-key 1\n";

void nk_scan_keys_done(struct nk_scan_keys *keys)
{
	nks_index_close(&keys->index);
	nk_os_unmap(&keys->map, keys->len);
	nk_os_fd_close(&keys->fd);
	nk_wipe(keys->key, sizeof(keys->key));
}

struct spelling_all {
	struct nks_builder *builder;
	struct nk_arena *scratch;
	struct nk_vec texts;
	uint64_t persons, left_out;
};

static NK_RESULT spell_one(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct spelling_all *const all = arg;
	bool is_short = false;

	nk_arena_reset(all->scratch);
	nk_vec_clear(&all->texts);
	NK_TRY(nk_spell(p, true, all->scratch, &all->texts, err));
	for (size_t i = 0; i < all->texts.len; i++) {
		const struct nk_spelling *const s = nk_vec_at(&all->texts, i);

		NK_TRY(nk_spell_add(all->builder, p->number, s->field, s->value, &is_short, err));
		all->left_out += is_short;
	}
	all->persons++;
	return nk_done();
}

/* Everybody, as one block of bytes. */
static NK_RESULT build(struct nk_flow *flow, const uint8_t key[static NKS_KEY_BYTES], struct nk_scan_keys *out,
	uint8_t **blob, size_t *len, struct nk_err *err)
{
	NK_OWNED(nks_builder_free) struct nks_builder *b = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *scratch = NULL;
	struct spelling_all all = { 0 };
	struct nk_people *people = NULL;
	enum nks_status status = nks_builder_new(key, &b);
	nk_rc rc;

	if (status != NKS_OK) {
		return nk_spell_fail(status, err);
	}
	NK_TRY(nk_flow_people(flow, &people, err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SPELL_ARENA, &scratch, err));
	all.builder = b;
	all.scratch = scratch;
	nk_vec_init_wiping(&all.texts, sizeof(struct nk_spelling), SPELLINGS_MAX);
	rc = nk_people_each(people, spell_one, &all, err);
	nk_vec_done(&all.texts);
	if (!nk_ok(rc)) {
		return rc;
	}
	out->persons = all.persons;
	out->left_out = all.left_out;
	status = nks_builder_seal(b, blob, len);
	return status == NKS_OK ? nk_done() : nk_spell_fail(status, err);
}

static NK_RESULT open_index(struct nk_scan_keys *keys, struct nk_err *err)
{
	struct nks_index_facts facts;
	enum nks_status status = NKS_OK;

	NK_TRY(nk_os_map(keys->fd, &keys->map, &keys->len, err));
	status = nks_index_open(keys->map, keys->len, keys->key, &keys->index);
	if (status != NKS_OK) {
		return nk_spell_fail(status, err);
	}
	nks_index_facts(keys->index, &facts);
	keys->persons = facts.persons;
	keys->keys = facts.keys;
	return nk_done();
}

NK_RESULT nk_scan_keys_roster(struct nk_flow *flow, struct nk_scan_keys *out, struct nk_err *err)
{
	const int64_t began = flow->env->mono_ms(flow->env->self);
	uint8_t *blob = NULL;
	size_t len = 0;
	nk_rc rc;

	nk_flow_tell(flow, NK_N("making the index of persons"), 0, 0);
	NK_TRY(nk_random(flow->env, out->key, sizeof(out->key), err));
	NK_TRY(build(flow, out->key, out, &blob, &len, err));
	rc = nk_os_memfd("nokosazu-index", &out->fd, err);
	rc = nk_ok(rc) ? nk_os_fd_write(out->fd, blob, len, err) : rc;
	nks_blob_free(&blob, len);
	NK_TRY(rc);
	NK_TRY(nk_os_memfd_seal(out->fd, err));
	NK_TRY(open_index(out, err));
	out->ms = nk_u64(flow->env->mono_ms(flow->env->self) - began);
	return nk_done();
}

/* The next line without its first word. */
static bool line(struct nk_str *rest, const char *word, struct nk_str *out)
{
	const size_t n = strlen(word);
	const size_t end = nk_str_chr(*rest, '\n');

	if (end == SIZE_MAX || !nk_str_starts(*rest, nk_str_c(word))) {
		return false;
	}
	*out = nk_str_sub(*rest, n, end - n);
	*rest = nk_str_sub(*rest, end + 1, rest->len);
	return true;
}

static NK_RESULT read_key(
	const struct nk_env *env, const char *path, uint8_t key[static NKS_KEY_BYTES], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_str rest;
	struct nk_str until;
	struct nk_str hex;
	nk_date day = NK_DATE_NONE;

	nk_buf_init_wiping(&text, NK_SCAN_KEY_FILE_MAX);
	NK_TRY(nk_env_read_all(env, path, text.max, &text, err));
	if (!nk_str_starts(nk_buf_str(&text), nk_str_c(key_head))) {
		return nk_fail(err, NK_INVALID, NK_N("this is no key of an index: %s"), path);
	}
	rest = nk_str_sub(nk_buf_str(&text), sizeof(key_head) - 1, text.len);
	if (!line(&rest, "until ", &until) || !line(&rest, "key ", &hex) || !nk_date_parse(until, &day) ||
		!nk_hex_parse(hex, key, NKS_KEY_BYTES)) {
		return nk_fail(err, NK_INVALID, NK_N("this is no key of an index: %s"), path);
	}
	if (day < (nk_date)(nk_now(env) / NK_DAY)) {
		return nk_fail(err, NK_DENIED,
			NK_N("the index had to be destroyed by %s: destroy it and its key, and ask for a new one"),
			nk_short(until).text);
	}
	return nk_done();
}

NK_RESULT nk_scan_keys_file(const struct nk_env *env, const char *index, const char *key_file,
	struct nk_scan_keys *out, struct nk_err *err)
{
	uint64_t size = 0;
	bool together = true;
	enum nks_status status = NKS_OK;

	NK_TRY(nk_os_fd_open_read(index, UINT64_MAX, &out->fd, &size, err));
	NK_TRY(nk_os_same_folder(index, key_file, &together, err));
	if (together) {
		return nk_fail(
			err, NK_DENIED, NK_N("index and key lie in one folder: keep them apart")); /* one thief */
	}
	NK_TRY(read_key(env, key_file, out->key, err));
	NK_TRY(open_index(out, err));
	status = nks_index_verify(out->index);
	return status == NKS_OK ? nk_done() : nk_spell_fail(status, err);
}

/* The key of the index file that this holding is. */
static void key_of(struct nk_flow *flow, struct nk_uuid holding, uint8_t out[static NKS_KEY_BYTES])
{
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu scan index 1")), nk_bytes_of(holding.b, 16) };
	struct nk_hash h;

	nk_blake(flow->key[NK_HOUSE_INDEX], parts, NK_ARRAY_LEN(parts), &h);
	memcpy(out, h.b, NKS_KEY_BYTES);
	nk_wipe(&h, sizeof(h));
}

static NK_RESULT open_holding(
	struct nk_flow *flow, unsigned days, const char *path, struct nk_scan_index_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	static const enum nk_item_class classes[] = { NK_ITEM_name, NK_ITEM_kana, NK_ITEM_login, NK_ITEM_mail,
		NK_ITEM_ids, NK_ITEM_birth };
	const nk_time now = nk_now(flow->env);
	const struct nk_holding h = {
		.kind = NK_HOLDING_scan_index,
		.place = nk_str_c(path),
		.custodian = flow->actor,
		.purpose = NK_STR("scanning where the store is not"),
		.warrant = flow->standing_order,
		.opened_at = now,
		.expires_at = now + (int64_t)days * NK_DAY,
		.was_read = "unknown",
	};
	struct nk_people *people = NULL;
	struct nk_leaf_item items[2];
	uint32_t *numbers = NULL;
	size_t n = 0;
	nk_rc rc = nk_done();

	NK_TRY(nk_flow_people(flow, &people, err));
	n = nk_people_count(people);
	numbers = calloc(n + 1, sizeof(*numbers));
	if (numbers == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		numbers[i] = nk_people_at(people, i)->number;
	}
	rc = nk_tx_begin(flow->store, &tx, err);
	rc = nk_ok(rc) ? nk_holding_open(tx, &h, &out->holding, err) : rc;
	for (size_t c = 0; c < NK_ARRAY_LEN(classes) && nk_ok(rc); c++) {
		rc = nk_extent_add(tx, out->holding, classes[c], numbers, n, err);
	}
	free(numbers);
	NK_TRY(rc);
	items[0] = nk_item_hex("holding", out->holding.b, 16);
	items[1] = nk_item_text("kind", NK_STR("scan_index"));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_HOLDING_OPEN, items, 2, NULL, err));
	out->destroy_by = h.expires_at;
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_scan_index_write(
	struct nk_flow *flow, const char *path, unsigned days, struct nk_scan_index_reply *out, struct nk_err *err)
{
	const int64_t began = flow->env->mono_ms(flow->env->self);
	struct nk_scan_keys keys = { .fd = -1 };
	struct nks_index *index = NULL;
	struct nks_index_facts facts = { 0 };
	uint8_t *blob = NULL;
	size_t len = 0;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	NK_TRY(open_holding(flow, days, path, out, err));
	key_of(flow, out->holding, keys.key);
	rc = build(flow, keys.key, &keys, &blob, &len, err);
	if (nk_ok(rc) && nks_index_open(blob, len, keys.key, &index) == NKS_OK) {
		nks_index_facts(index, &facts);
	}
	nks_index_close(&index);
	nk_wipe(keys.key, sizeof(keys.key));
	rc = nk_ok(rc) ? nk_env_write_new(flow->env, path, nk_bytes_of(blob, len), err) : rc;
	nks_blob_free(&blob, len);
	if (!nk_ok(rc)) {
		struct nk_err second;
		const nk_rc closed = nk_holding_end(flow, out->holding, NK_HOLDING_scan_index,
			rc.code == NK_EXISTS ? NK_GONE_VERIFIED : NK_GONE_UNVERIFIED, NK_STR("not written whole"),
			&second);

		/* When the books cannot be closed either, the holding stays on them: the safe side. */
		(void)closed;
		return rc;
	}
	out->persons = keys.persons;
	out->left_out = keys.left_out;
	out->keys = facts.keys;
	out->bytes = len;
	out->build_ms = nk_u64(flow->env->mono_ms(flow->env->self) - began);
	return nk_done();
}

static NK_RESULT tell_key_out(struct nk_flow *flow, struct nk_uuid holding, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item item = nk_item_hex("holding", holding.b, 16);

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_KEY_OUT, &item, 1, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_scan_key_write(struct nk_flow *flow, struct nk_uuid holding, const char *path, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_holding h;
	uint8_t key[NKS_KEY_BYTES];
	char hex[2 * NKS_KEY_BYTES + 1];
	char day[NK_DATE_TEXT];
	nk_rc rc;

	nk_buf_init_wiping(&text, NK_SCAN_KEY_FILE_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_holding_get(flow->store, holding, arena, &h, err));
	if (h.kind != NK_HOLDING_scan_index || h.closed_at != 0) {
		return nk_fail(err, NK_INVALID, NK_N("this holding is no index of persons that is still open"));
	}
	key_of(flow, holding, key);
	nk_hex_print(key, sizeof(key), hex);
	nk_date_print((nk_date)(h.expires_at / NK_DAY), day);
	rc = nk_buf_printf(&text, err, "%suntil %s\nkey %s\n", key_head, day, hex);
	nk_wipe(key, sizeof(key));
	nk_wipe(hex, sizeof(hex));
	NK_TRY(rc);
	NK_TRY(tell_key_out(flow, holding, err)); /* before there is a copy of it */
	return nk_env_write_new(flow->env, path, nk_buf_bytes(&text), err);
}
