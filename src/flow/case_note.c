/*
 * case_note.c: what happened in a case: append-only records sealed under the case's key, each with its leaf.
 *
 * A record is a canonical JSON object of texts, padded and sealed; it opens only with the same case, time of knowing,
 * number, kind and time beside it. There is no statement here that changes or deletes a note.
 */
#include "base.h"

#include "case_int.h"
#include "json.h"

enum { NOTES_MAX = 1000000, RECORD_MAX = 4 * NK_CASE_TEXT_MAX, WORDS_MAX = 32 };

struct binding { /* what a sealed note is bound to; all bytes are set */
	uint8_t id[16];
	uint8_t known_at[8];
	uint8_t seq[8];
	uint8_t at[8];
	char kind[16];
	uint8_t is_file;
};

static struct nk_bytes bind(const struct nk_case *c, uint64_t seq, nk_time at, struct nk_str kind, bool is_file,
	struct binding *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->id, c->id.b, sizeof(out->id));
	nk_put_le64(out->known_at, nk_u64(c->known_at));
	nk_put_le64(out->seq, seq);
	nk_put_le64(out->at, nk_u64(at));
	(void)snprintf(out->kind, sizeof(out->kind), "%.*s", NK_FMT(kind));
	out->is_file = is_file ? 1 : 0;
	return nk_bytes_of(out, sizeof(*out));
}

static NK_RESULT case_key(struct nk_flow *flow, const struct nk_case *c, struct nk_key *out, struct nk_err *err)
{
	return nk_vault_key(flow->vault, NK_SLOT_CASE, c->slot, out, err);
}

static NK_RESULT seal_into(struct nk_flow *flow, const struct nk_key *key, struct nk_bytes aad, struct nk_bytes plain,
	struct nk_buf *box, struct nk_err *err)
{
	uint8_t *at = NULL;

	NK_TRY(nk_buf_reserve(box, plain.len + NK_SEAL_EXTRA, &at, err));
	NK_TRY(nk_seal(flow->env, key, aad, plain, at, err));
	box->len += plain.len + NK_SEAL_EXTRA;
	return nk_done();
}

static void sort_words(struct nk_case_word *words, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		for (size_t k = i; k > 0 && nk_str_cmp(words[k].key, words[k - 1].key) < 0; k--) {
			const struct nk_case_word held = words[k];

			words[k] = words[k - 1];
			words[k - 1] = held;
		}
	}
}

static NK_RESULT print_record(const struct nk_case_write *w, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	sort_words(w->words, w->n_words);
	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	for (size_t i = 0; i < w->n_words; i++) {
		if (w->words[i].text.len > NK_CASE_TEXT_MAX) {
			return nk_fail(err, NK_LIMIT, NK_N("a text of a case has at most 65,536 bytes; longer ones are files"));
		}
		if (w->words[i].text.len > 0) {
			nk_json_key(&j, w->words[i].key.ptr);
			nk_json_str(&j, w->words[i].text);
		}
	}
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	return nk_pad(out, err);
}

static NK_RESULT next_seq(struct nk_tx *tx, const struct nk_case *c, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(
		nk_tx_store(tx), "SELECT COALESCE(MAX(seq), -1) + 1 FROM incident_note WHERE incident_id = ?1", &s, err));
	nk_stmt_uuid(s, 1, c->id);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = nk_u64(nk_col_int(s, 0));
	return nk_done();
}

struct boxes {
	struct nk_buf record, file;
	nk_time at; /* one moment: sealed with it and written beside it */
};

static void boxes_done(struct boxes *b)
{
	nk_buf_done(&b->record);
	nk_buf_done(&b->file);
}

static NK_RESULT seal_both(struct nk_flow *flow, const struct nk_case *c, const struct nk_case_write *w, uint64_t seq,
	struct boxes *out, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	struct binding aad;
	const nk_time at = out->at;

	nk_buf_init_wiping(&plain, RECORD_MAX);
	nk_buf_init(&out->record, RECORD_MAX + 256);
	nk_buf_init(&out->file, NK_CASE_FILE_MAX + 256);
	if (w->file.len > NK_CASE_FILE_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("a photo or file of a case has at most 16 MiB"));
	}
	NK_TRY(case_key(flow, c, &key, err));
	NK_TRY(print_record(w, &plain, err));
	NK_TRY(seal_into(flow, &key, bind(c, seq, at, nk_str_c(w->kind), false, &aad), nk_buf_bytes(&plain),
		&out->record, err));
	if (w->file.len == 0) {
		return nk_done();
	}
	return seal_into(flow, &key, bind(c, seq, at, nk_str_c(w->kind), true, &aad), w->file, &out->file, err);
}

static NK_RESULT insert(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c, const struct nk_case_write *w,
	const struct boxes *b, uint64_t leaf, uint64_t seq, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO incident_note(incident_id, seq, kind, at, party_id, record, data, evidence_id, leaf) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		&s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_int(s, 2, nk_i64(seq));
	nk_stmt_text(s, 3, nk_str_c(w->kind));
	nk_stmt_int(s, 4, b->at);
	nk_stmt_uuid(s, 5, nk_uuid_is_nil(w->party) ? flow->actor : w->party);
	nk_stmt_blob(s, 6, nk_buf_bytes(&b->record));
	if (b->file.len > 0) {
		nk_stmt_blob(s, 7, nk_buf_bytes(&b->file));
	} else {
		nk_stmt_null(s, 7);
	}
	if (nk_uuid_is_nil(w->evidence)) {
		nk_stmt_null(s, 8);
	} else {
		nk_stmt_uuid(s, 8, w->evidence);
	}
	nk_stmt_int(s, 9, nk_i64(leaf));
	return nk_stmt_run(s, err);
}

NK_RESULT nk_case_write_note(struct nk_flow *flow, struct nk_tx *tx, const struct nk_case *c,
	const struct nk_case_write *w, struct nk_case_written *out, struct nk_err *err)
{
	NK_OWNED(boxes_done) struct boxes boxes = { .at = nk_now(flow->env) };
	const struct nk_uuid party = nk_uuid_is_nil(w->party) ? flow->actor : w->party;
	char known[NK_TIME_TEXT];
	uint64_t leaf = 0;

	NK_TRY(nk_case_scan_words(flow, w, err));
	NK_TRY(next_seq(tx, c, &out->seq, err));
	NK_TRY(seal_both(flow, c, w, out->seq, &boxes, err));
	nk_sha256(nk_buf_bytes(&boxes.record), &out->digest);
	const struct nk_leaf_item items[] = {
		nk_item_hex("case", c->id.b, sizeof(c->id.b)),
		nk_item_text("kind", nk_str_c(w->kind)),
		nk_item_text("known_at", nk_str_c(nk_time_print(c->known_at, known))),
		nk_item_hex("party", party.b, sizeof(party.b)),
		nk_item_hex("record", out->digest.b, sizeof(out->digest.b)),
		nk_item_number("seq", out->seq),
	};
	NK_TRY(nk_flow_leaf(flow, tx, w->leaf, items, NK_ARRAY_LEN(items), &leaf, err));
	NK_TRY(insert(flow, tx, c, w, &boxes, leaf, out->seq, err));
	return nk_evidence_add(tx, NK_STR("case-note"), &out->digest, nk_bytes_of("", 0), nk_i64(leaf),
		boxes.at, &out->evidence, err);
}

static NK_RESULT damaged(const struct nk_case *c, uint64_t seq, struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT,
		NK_N("note %2$llu of case %1$s does not open: it, or the time of knowing beside it, was changed"), c->receipt,
		(unsigned long long)seq);
}

/* The words of an opened record, copied into `arena`. */
static NK_RESULT take_words(struct nk_str json, struct nk_arena *arena, struct nk_case_note *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_case_word *words = NULL;
	struct nk_jval val;
	void *pos = NULL;
	struct nk_str key;
	struct nk_str text;

	NK_TRY(nk_jdoc_parse(nk_str_bytes(json), RECORD_MAX, &doc, err));
	words = nk_arena_array(arena, nk_jlen(nk_jdoc_root(doc)), sizeof(*words));
	if (words == NULL) {
		return nk_fail_nomem(err);
	}
	while (nk_jnext(nk_jdoc_root(doc), &pos, &key, &val)) {
		if (!nk_jstr(val, &text)) {
			return nk_fail(err, NK_CORRUPT, NK_N("a note of a case holds something else than texts"));
		}
		NK_TRY(nk_arena_dup(arena, key, &words[out->n_words].key, err));
		NK_TRY(nk_arena_dup(arena, text, &words[out->n_words].text, err));
		out->n_words++;
	}
	out->words = words;
	return nk_done();
}

static NK_RESULT open_words(const struct nk_case *c, const struct nk_key *key, struct nk_bytes box,
	struct nk_arena *arena, struct nk_case_note *out, struct nk_err *err)
{
	struct binding aad;
	uint8_t *plain;
	size_t len = 0;

	if (box.len < NK_SEAL_EXTRA) {
		return damaged(c, out->seq, err);
	}
	plain = nk_arena_alloc(arena, box.len);
	if (plain == NULL) {
		return nk_fail_nomem(err);
	}
	if (!nk_open(key, bind(c, out->seq, out->at, out->kind, false, &aad), box, plain) ||
		!nk_unpad(nk_bytes_of(plain, box.len - NK_SEAL_EXTRA), &len)) {
		return damaged(c, out->seq, err);
	}
	return take_words(nk_bytes_str(nk_bytes_of(plain, len)), arena, out, err);
}

static NK_RESULT take_note(const struct nk_case *c, const struct nk_key *key, const struct nk_stmt *s,
	struct nk_arena *arena, struct nk_case_note *out, struct nk_err *err)
{
	const size_t data = nk_size(nk_u64(nk_col_int(s, 5)));

	out->seq = nk_u64(nk_col_int(s, 0));
	out->at = nk_col_int(s, 2);
	out->data_len = data > NK_SEAL_EXTRA ? data - NK_SEAL_EXTRA : 0;
	out->leaf = nk_col_int(s, 7);
	(void)nk_col_uuid(s, 3, &out->party);
	(void)nk_col_uuid(s, 6, &out->evidence);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 1), &out->kind, err));
	return open_words(c, key, nk_col_blob(s, 4), arena, out, err);
}

NK_RESULT nk_case_notes(struct nk_flow *flow, const struct nk_case *c, const char *kind, struct nk_arena *arena,
	struct nk_case_note **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_case_note), NOTES_MAX);
	NK_TRY(case_key(flow, c, &key, err));
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT seq, kind, at, party_id, record, COALESCE(length(data), 0), evidence_id, leaf FROM incident_note "
		"WHERE incident_id = ?1 AND (?2 = '' OR kind = ?2) ORDER BY seq",
		&s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_text(s, 2, nk_str_c(kind));
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_note(c, &key, s, arena, item, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = nk_vec_keep(&rows, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = rows.len;
	return nk_done();
}

struct nk_str nk_case_text(const struct nk_case_note *note, const char *key)
{
	for (size_t i = 0; i < note->n_words; i++) {
		if (nk_str_eq(note->words[i].key, nk_str_c(key))) {
			return note->words[i].text;
		}
	}
	return NK_STR("");
}

NK_RESULT nk_case_file(
	struct nk_flow *flow, const struct nk_case *c, uint64_t seq, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct binding aad;
	struct nk_bytes box;
	uint8_t *at = NULL;
	bool have = false;

	NK_TRY(case_key(flow, c, &key, err));
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT data, kind, at FROM incident_note WHERE incident_id = ?1 AND seq = ?2 AND data IS NOT NULL", &s,
		err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_int(s, 2, nk_i64(seq));
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("no file came with this note"));
	}
	box = nk_col_blob(s, 0);
	if (box.len < NK_SEAL_EXTRA) {
		return damaged(c, seq, err);
	}
	NK_TRY(nk_buf_reserve(out, box.len - NK_SEAL_EXTRA, &at, err));
	if (!nk_open(&key, bind(c, seq, nk_col_int(s, 2), nk_col_text(s, 1), true, &aad), box, at)) {
		return damaged(c, seq, err);
	}
	out->len += box.len - NK_SEAL_EXTRA;
	return nk_done();
}

NK_RESULT nk_case_first_digest(
	struct nk_flow *flow, const struct nk_case *c, struct nk_hash *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(
		flow->store, "SELECT record FROM incident_note WHERE incident_id = ?1 AND seq = 0", &s, err));
	nk_stmt_uuid(s, 1, c->id);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have) {
		return damaged(c, 0, err);
	}
	nk_sha256(nk_col_blob(s, 0), out);
	return nk_done();
}
