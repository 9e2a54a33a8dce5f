/*
 * scan_keys.c: where the index of a scan comes from, and index files with their keys.
 *
 * The key of an index file is made of the house's index key and the holding's id, so it is in the vault and nowhere
 * else, and after the next erasure (which turns that key) this house cannot give it out again.
 */
#include "base.h"
#include "scan_int.h"

#include "measures_int.h"
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

static bool field_of(const char *name, enum nks_field *out)
{
	for (int f = 0; f < (int)NKS_FIELD_COUNT; f++) {
		if (strcmp(nks_field_name((enum nks_field)f), name) == 0) {
			*out = (enum nks_field)f;
			return true;
		}
	}
	return false;
}

static NK_RESULT build_texts(const struct nk_scan_text *texts, size_t n, struct nks_builder *b, struct nk_scan_keys *out,
	struct nk_err *err)
{
	for (size_t i = 0; i < n; i++) {
		enum nks_field field = NKS_FIELD_COUNT;
		bool is_short = false;

		if (!field_of(texts[i].field, &field)) {
			return nk_fail(err, NK_INVALID, NK_N("no field of a person is called \"%s\""), nk_short(nk_str_c(texts[i].field)).text);
		}
		NK_TRY(nk_spell_add(b, texts[i].number, field, texts[i].value, &is_short, err));
		out->left_out += is_short;
	}
	return nk_done();
}

NK_RESULT nk_scan_keys_texts(const struct nk_env *env, const struct nk_scan_text *texts, size_t n,
	struct nk_scan_keys *out, struct nk_err *err)
{
	NK_OWNED(nks_builder_free) struct nks_builder *b = NULL;
	enum nks_status status = NKS_OK;
	uint8_t *blob = NULL;
	size_t len = 0;
	nk_rc rc;

	NK_TRY(nk_random(env, out->key, sizeof(out->key), err));
	status = nks_builder_new(out->key, &b);
	if (status != NKS_OK) {
		return nk_spell_fail(status, err);
	}
	NK_TRY(build_texts(texts, n, b, out, err));
	status = nks_builder_seal(b, &blob, &len);
	if (status != NKS_OK) {
		return nk_spell_fail(status, err);
	}
	rc = nk_os_memfd("nokosazu-index", &out->fd, err);
	rc = nk_ok(rc) ? nk_os_fd_write(out->fd, blob, len, err) : rc;
	nks_blob_free(&blob, len);
	NK_TRY(rc);
	NK_TRY(nk_os_memfd_seal(out->fd, err));
	return open_index(out, err);
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

/* Everybody, and what of each. */
static NK_RESULT open_hold(
	struct nk_flow *flow, unsigned days, const char *path, struct nk_hold **out, struct nk_err *err)
{
	struct nk_hold_spec spec = {
		.kind = NK_HOLDING_scan_index,
		.path = path,
		.purpose = NK_STR("scanning where the store is not"),
		.warrant = flow->standing_order,
		.expires_at = nk_now(flow->env) + (int64_t)days * NK_DAY,
		.classes = 1U << NK_ITEM_name | 1U << NK_ITEM_kana | 1U << NK_ITEM_login | 1U << NK_ITEM_mail |
			1U << NK_ITEM_ids | 1U << NK_ITEM_birth,
	};
	struct nk_people *people = NULL;
	uint32_t *numbers = NULL;
	nk_rc rc;

	NK_TRY(nk_flow_people(flow, &people, err));
	spec.n = nk_people_count(people);
	numbers = calloc(spec.n + 1, sizeof(*numbers));
	if (numbers == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < spec.n; i++) {
		numbers[i] = nk_people_at(people, i)->number;
	}
	spec.numbers = numbers;
	rc = nk_hold_open(flow, &spec, out, err);
	free(numbers);
	return rc;
}

/* The key of the file is made of its holding, so the books come first; a file that is not written whole goes again. */
static NK_RESULT write_index(struct nk_flow *flow, struct nk_hold **hold, struct nk_scan_keys *keys,
	struct nk_scan_index_reply *out, struct nk_err *err)
{
	const struct nk_env *const env = flow->env;
	struct nks_index *index = NULL;
	struct nks_index_facts facts = { 0 };
	uint8_t *blob = NULL;
	size_t len = 0;
	nk_rc rc;

	key_of(flow, nk_hold_id(*hold), keys->key);
	rc = build(flow, keys->key, keys, &blob, &len, err);
	if (nk_ok(rc) && nks_index_open(blob, len, keys->key, &index) == NKS_OK) {
		nks_index_facts(index, &facts);
	}
	nks_index_close(&index);
	nk_wipe(keys->key, sizeof(keys->key));
	rc = nk_ok(rc) ? env->write(env->self, nk_hold_fd(*hold), 0, blob, len, err) : rc;
	nks_blob_free(&blob, len);
	out->persons = keys->persons;
	out->left_out = keys->left_out;
	out->keys = facts.keys;
	out->bytes = len;
	return nk_ok(rc) ? nk_hold_keep(hold, err) : rc;
}

NK_RESULT nk_scan_index_write(
	struct nk_flow *flow, const char *path, unsigned days, struct nk_scan_index_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *hold = NULL;
	const int64_t began = flow->env->mono_ms(flow->env->self);
	struct nk_scan_keys keys = { .fd = -1 };

	memset(out, 0, sizeof(*out));
	NK_TRY(open_hold(flow, days, path, &hold, err));
	out->holding = nk_hold_id(hold);
	out->destroy_by = nk_now(flow->env) + (int64_t)days * NK_DAY;
	NK_TRY(write_index(flow, &hold, &keys, out, err));
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
	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], holding, arena, &h, err));
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
