/*
 * carry_paper.c: the papers of carrying out: what is signed, what lies in the bundle, what comes back.
 *
 * Invariant: recipients are parties that are enrolled now with exactly that key; a receipt's proof can be made only by
 * who opened the bundle, and checked only by the house that sealed it.
 */
#include "base.h"

#include "carry_int.h"
#include "crypto_age.h"
#include "json.h"
#include "tar.h"

static NK_RESULT damaged(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, NK_N("this is no paper of a bundle that was carried out, or it is damaged"));
}

/* --- recipients --- */

static const struct nk_party *party_of(const struct nk_party *list, size_t n, struct nk_str to)
{
	struct nk_uuid id = { { 0 } };
	const bool is_id = nk_uuid_parse(to, &id);

	for (size_t i = 0; i < n; i++) {
		if (!list[i].ended && list[i].recipient.len > 0 &&
			(is_id ? nk_uuid_eq(list[i].id, id) : nk_str_eq(list[i].recipient, to))) {
			return &list[i];
		}
	}
	return NULL;
}

static int by_key(const void *a, const void *b)
{
	const struct nk_carry_to *const x = a;
	const struct nk_carry_to *const y = b;

	return nk_str_cmp(x->text, y->text);
}

NK_RESULT nk_carry_recipients(struct nk_flow *flow, const struct nk_str *to, size_t n, struct nk_arena *arena,
	struct nk_carry_to **out, size_t *out_n, struct nk_err *err)
{
	struct nk_carry_to *const list = nk_arena_array(arena, n, sizeof(*list));
	struct nk_party *parties = NULL;
	size_t n_parties = 0;

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	if (n == 0 || n > NK_CARRY_RECIPIENTS) {
		return nk_fail(err, NK_USAGE, NK_N("a bundle is for 1 to %d recipients"), (int)NK_CARRY_RECIPIENTS);
	}
	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &parties, &n_parties, err));
	for (size_t i = 0; i < n; i++) {
		const struct nk_party *const p = party_of(parties, n_parties, to[i]);

		if (p == NULL) {
			return nk_fail(err, NK_NOT_FOUND,
				NK_N("a recipient is nobody who is enrolled with such a key: nokosazu party add --recipient age1..."));
		}
		list[i].party = p->id;
		list[i].text = p->recipient;
		NK_TRY(nk_age_recipient_parse(p->recipient, &list[i].key, err));
	}
	qsort(list, n, sizeof(*list), by_key);
	for (size_t i = 1; i < n; i++) {
		if (by_key(&list[i - 1], &list[i]) == 0) {
			return nk_fail(err, NK_USAGE, NK_N("a recipient is named twice"));
		}
	}
	*out = list;
	*out_n = n;
	return nk_done();
}

/* --- what is signed --- */

static void put_uuid(struct nk_json *j, const char *key, struct nk_uuid id)
{
	char text[NK_UUID_TEXT];

	nk_json_key(j, key);
	nk_json_c(j, nk_uuid_print(id, text));
}

static void put_files(struct nk_json *j, const struct nk_carry_file *f, size_t n, bool paths)
{
	nk_json_key(j, "files");
	nk_json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		nk_json_open(j, '{');
		nk_json_key(j, "name");
		nk_json_str(j, f[i].name);
		if (paths) {
			nk_json_key(j, "path");
			nk_json_str(j, f[i].path);
		}
		nk_json_key(j, "sha256");
		nk_json_hex(j, nk_bytes_of(f[i].sha256.b, sizeof(f[i].sha256.b)));
		nk_json_key(j, "size");
		nk_json_int(j, nk_i64(f[i].size));
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static void put_extent(struct nk_json *j, const struct nk_carry_extent *x)
{
	nk_json_key(j, "extent");
	nk_json_open(j, '{');
	nk_json_key(j, "items");
	nk_json_open(j, '[');
	for (size_t i = 0; i < x->n_items; i++) {
		nk_json_open(j, '{');
		nk_json_key(j, "item");
		nk_json_c(j, x->items[i].name);
		nk_json_key(j, "persons");
		nk_json_int(j, nk_i64(x->items[i].persons));
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
	nk_json_key(j, "others");
	nk_json_int(j, nk_i64(x->others));
	nk_json_key(j, "persons");
	nk_json_int(j, nk_i64(x->persons));
	nk_json_key(j, "unscanned");
	nk_json_int(j, nk_i64(x->unscanned));
	nk_json_close(j, '}');
}

NK_RESULT nk_carry_details(const struct nk_carry_paper *p, struct nk_buf *out, struct nk_err *err)
{
	char when[NK_TIME_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	put_extent(&j, &p->extent);
	put_files(&j, p->files, p->n_files, true);
	nk_json_key(&j, "format");
	nk_json_c(&j, NK_CARRY_FORMAT);
	nk_json_key(&j, "recipients");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < p->n_to; i++) {
		nk_json_open(&j, '{');
		nk_json_key(&j, "key");
		nk_json_str(&j, p->to[i].text);
		put_uuid(&j, "party", p->to[i].party);
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "ticket");
	nk_json_str(&j, p->ticket);
	nk_json_key(&j, "until");
	nk_json_c(&j, nk_time_print(p->until, when));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static bool get_number(struct nk_jval obj, const char *key, uint64_t *out)
{
	int64_t v = 0;

	if (!nk_jint(nk_jget(obj, key), &v) || v < 0) {
		return false;
	}
	*out = (uint64_t)v;
	return true;
}

static NK_RESULT get_text(struct nk_jval obj, const char *key, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	struct nk_str s = { 0 };

	return nk_jstr(nk_jget(obj, key), &s) ? nk_arena_dup(arena, s, out, err) : damaged(err);
}

static NK_RESULT get_files(struct nk_jval root, bool paths, struct nk_arena *arena, struct nk_carry_file **out,
	size_t *out_n, struct nk_err *err)
{
	const struct nk_jval list = nk_jget(root, "files");
	const size_t n = nk_jlen(list);
	struct nk_carry_file *const f = nk_arena_array(arena, n, sizeof(*f));

	if (f == NULL) {
		return nk_fail_nomem(err);
	}
	if (n == 0 || n > NK_CARRY_FILES) {
		return damaged(err);
	}
	for (size_t i = 0; i < n; i++) {
		const struct nk_jval v = nk_jat(list, i);
		struct nk_str hex = { 0 };

		NK_TRY(get_text(v, "name", arena, &f[i].name, err));
		if (paths) {
			NK_TRY(get_text(v, "path", arena, &f[i].path, err));
		}
		if (!nk_tar_name_ok(f[i].name) || !nk_jstr(nk_jget(v, "sha256"), &hex) ||
			!nk_hex_parse(hex, f[i].sha256.b, sizeof(f[i].sha256.b)) || !get_number(v, "size", &f[i].size)) {
			return damaged(err);
		}
	}
	*out = f;
	*out_n = n;
	return nk_done();
}

static NK_RESULT get_to(struct nk_flow *flow, struct nk_jval root, struct nk_arena *arena, struct nk_carry_paper *out, struct nk_err *err)
{
	const struct nk_jval list = nk_jget(root, "recipients");
	struct nk_str to[NK_CARRY_RECIPIENTS];
	const size_t n = nk_jlen(list);

	if (n == 0 || n > NK_CARRY_RECIPIENTS) {
		return damaged(err);
	}
	for (size_t i = 0; i < n; i++) {
		if (!nk_jstr(nk_jget(nk_jat(list, i), "key"), &to[i])) {
			return damaged(err);
		}
	}
	return nk_carry_recipients(flow, to, n, arena, &out->to, &out->n_to, err);
}

NK_RESULT nk_carry_details_read(struct nk_flow *flow, struct nk_str text, struct nk_arena *arena,
	struct nk_carry_paper *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval root;
	struct nk_jval extent;
	struct nk_str word = { 0 };

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_jdoc_parse(nk_str_bytes(text), NK_CARRY_MANIFEST_MAX, &doc, err));
	root = nk_jdoc_root(doc);
	extent = nk_jget(root, "extent");
	if (!nk_jstr(nk_jget(root, "format"), &word) || !nk_str_eq(word, NK_STR(NK_CARRY_FORMAT)) ||
		!get_number(extent, "persons", &out->extent.persons) || !get_number(extent, "others", &out->extent.others) ||
		!get_number(extent, "unscanned", &out->extent.unscanned) || !nk_jstr(nk_jget(root, "until"), &word) ||
		!nk_time_parse(word, &out->until)) {
		return damaged(err);
	}
	NK_TRY(get_text(root, "ticket", arena, &out->ticket, err));
	NK_TRY(get_files(root, true, arena, &out->files, &out->n_files, err));
	return get_to(flow, root, arena, out, err);
}

void nk_carry_scope(const struct nk_flow *flow, struct nk_str details, char out[static 80])
{
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu carry scope 1")), nk_str_bytes(details) };
	struct nk_hash h;

	nk_blake(flow->key[NK_HOUSE_DIGEST], parts, NK_ARRAY_LEN(parts), &h);
	memcpy(out, "carry:", 6);
	nk_hex_print(h.b, sizeof(h.b), out + 6);
}

void nk_carry_secret(const struct nk_flow *flow, struct nk_uuid holding, struct nk_key *out)
{
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu carry receipt 1")), nk_bytes_of(holding.b, sizeof(holding.b)) };
	struct nk_hash h;

	nk_blake(flow->key[NK_HOUSE_DIGEST], parts, NK_ARRAY_LEN(parts), &h);
	memcpy(out->b, h.b, sizeof(out->b));
	nk_wipe(&h, sizeof(h));
}

/* --- what lies in the bundle --- */

static NK_RESULT print_manifest(const struct nk_carry_manifest *m, bool with_signature, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	put_files(&j, m->files, m->n_files, false);
	nk_json_key(&j, "format");
	nk_json_c(&j, NK_CARRY_FORMAT);
	put_uuid(&j, "holding", m->holding);
	nk_json_key(&j, "receipt_key");
	nk_json_hex(&j, nk_bytes_of(m->secret.b, sizeof(m->secret.b)));
	if (with_signature) {
		nk_json_key(&j, "signature");
		nk_json_hex(&j, nk_bytes_of(m->signature, sizeof(m->signature)));
	}
	nk_json_key(&j, "signer");
	nk_json_hex(&j, nk_bytes_of(m->signer, sizeof(m->signer)));
	nk_json_key(&j, "until");
	nk_json_str(&j, m->until);
	put_uuid(&j, "warrant", m->warrant);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_carry_manifest_print(const struct nk_carry_manifest *m, struct nk_buf *out, struct nk_err *err)
{
	return print_manifest(m, true, out, err);
}

/* What is signed: "format" in it keeps it apart from everything else that this key signs (which begins with DSSEv1). */
static NK_RESULT to_sign(const struct nk_carry_manifest *m, struct nk_buf *out, struct nk_err *err)
{
	nk_buf_init_wiping(out, NK_CARRY_MANIFEST_MAX);
	return print_manifest(m, false, out, err);
}

NK_RESULT nk_carry_manifest_sign(const struct nk_flow *flow, struct nk_carry_manifest *m, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_sign_public(flow->key[NK_HOUSE_CERT], m->signer);
	NK_TRY(to_sign(m, &text, err));
	nk_sign(flow->key[NK_HOUSE_CERT], nk_buf_bytes(&text), m->signature);
	return nk_done();
}

static NK_RESULT is_site(struct nk_flow *flow, const uint8_t key[static NK_SIGN_PUB_LEN], bool *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	uint8_t own[NK_SIGN_PUB_LEN];
	struct nk_party *list = NULL;
	size_t n = 0;

	nk_sign_public(flow->key[NK_HOUSE_CERT], own);
	*out = nk_ct_equal(own, key, sizeof(own));
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 256 << 20, &arena, err));
	NK_TRY(nk_party_list(flow->store, NULL, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		*out = *out || (!list[i].ended && list[i].has_key && nk_str_eq(list[i].kind, NK_STR("site")) &&
				       nk_ct_equal(list[i].public_key, key, sizeof(own)));
	}
	return nk_done();
}

NK_RESULT nk_carry_manifest_of(struct nk_flow *flow, const struct nk_carry_manifest *m, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	bool known = false;

	NK_TRY(to_sign(m, &text, err));
	NK_TRY(is_site(flow, m->signer, &known, err));
	return known && nk_sign_verify(m->signer, nk_buf_bytes(&text), m->signature)
		? nk_done()
		: nk_fail(err, NK_DENIED,
			  NK_N("the bundle is not signed by a site that is enrolled here: it is not put on the books; nokosazu site enrol"));
}

static bool get_uuid(struct nk_jval root, const char *key, struct nk_uuid *out)
{
	struct nk_str s = { 0 };

	return nk_jstr(nk_jget(root, key), &s) && nk_uuid_parse(s, out);
}

NK_RESULT nk_carry_manifest_read(struct nk_bytes text, struct nk_arena *arena, struct nk_carry_manifest *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_str word = { 0 };
	struct nk_jval root;
	nk_time until = 0;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_jdoc_parse(text, NK_CARRY_MANIFEST_MAX, &doc, err));
	root = nk_jdoc_root(doc);
	if (!nk_jstr(nk_jget(root, "format"), &word) || !nk_str_eq(word, NK_STR(NK_CARRY_FORMAT)) ||
		!get_uuid(root, "holding", &out->holding) || !get_uuid(root, "warrant", &out->warrant) ||
		!nk_jstr(nk_jget(root, "receipt_key"), &word) || !nk_hex_parse(word, out->secret.b, sizeof(out->secret.b)) ||
		!nk_jstr(nk_jget(root, "signer"), &word) || !nk_hex_parse(word, out->signer, sizeof(out->signer)) ||
		!nk_jstr(nk_jget(root, "signature"), &word) || !nk_hex_parse(word, out->signature, sizeof(out->signature)) ||
		!nk_jstr(nk_jget(root, "until"), &word) || !nk_time_parse(word, &until)) {
		return damaged(err);
	}
	NK_TRY(get_text(root, "until", arena, &out->until, err));
	return get_files(root, false, arena, &out->files, &out->n_files, err);
}

/* --- what comes back --- */

void nk_carry_place(const struct nk_key *secret, struct nk_str real, struct nk_hash *out)
{
	NK_OWNED(nk_key_wipe) struct nk_key own = { { 0 } };
	struct nk_hash h;

	/* Under a key of its own: a receipt's proof is made with the secret itself. */
	nk_hmac_sha256(nk_bytes_of(secret->b, sizeof(secret->b)), nk_str_bytes(NK_STR("nokosazu carry place 1")), &h);
	memcpy(own.b, h.b, sizeof(own.b));
	nk_hmac_sha256(nk_bytes_of(own.b, sizeof(own.b)), nk_str_bytes(real), out);
	nk_wipe(&h, sizeof(h));
}

static void put_receipt(struct nk_json *j, const struct nk_carry_receipt *r, const struct nk_hash *proof)
{
	nk_json_open(j, '{');
	nk_json_key(j, "bundle");
	nk_json_hex(j, nk_bytes_of(r->bundle.b, sizeof(r->bundle.b)));
	nk_json_key(j, "files");
	nk_json_int(j, nk_i64(r->files));
	put_uuid(j, "holding", r->holding);
	nk_json_key(j, "opened_at");
	nk_json_str(j, r->opened_at);
	nk_json_key(j, "place");
	nk_json_hex(j, nk_bytes_of(r->place.b, sizeof(r->place.b)));
	if (proof != NULL) {
		nk_json_key(j, "proof");
		nk_json_hex(j, nk_bytes_of(proof->b, sizeof(proof->b)));
	}
	put_uuid(j, "warrant", r->warrant);
	nk_json_close(j, '}');
}

static NK_RESULT proof_of(const struct nk_carry_receipt *r, const struct nk_key *secret, struct nk_hash *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_json j;

	nk_buf_init(&text, 4096);
	nk_json_init_canonical(&j, &text);
	put_receipt(&j, r, NULL);
	NK_TRY(nk_json_end(&j, err));
	nk_hmac_sha256(nk_bytes_of(secret->b, sizeof(secret->b)), nk_buf_bytes(&text), out);
	return nk_done();
}

NK_RESULT nk_carry_receipt_print(const struct nk_carry_receipt *r, const struct nk_key *secret, struct nk_buf *out, struct nk_err *err)
{
	struct nk_hash proof;
	struct nk_json j;

	NK_TRY(proof_of(r, secret, &proof, err));
	nk_json_init_canonical(&j, out);
	put_receipt(&j, r, &proof);
	NK_TRY(nk_json_end(&j, err));
	return nk_buf_add_byte(out, '\n', err);
}

NK_RESULT nk_carry_receipt_read(struct nk_flow *flow, struct nk_bytes text, struct nk_arena *arena,
	struct nk_carry_receipt *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	NK_OWNED(nk_key_wipe) struct nk_key secret = { { 0 } };
	struct nk_str bundle = { 0 };
	struct nk_str place = { 0 };
	struct nk_str said = { 0 };
	struct nk_hash proof = { { 0 } };
	struct nk_hash right;
	struct nk_jval root;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_jdoc_parse(text, 65536, &doc, err));
	root = nk_jdoc_root(doc);
	if (!nk_jstr(nk_jget(root, "bundle"), &bundle) || !nk_hex_parse(bundle, out->bundle.b, sizeof(out->bundle.b)) ||
		!nk_jstr(nk_jget(root, "place"), &place) || !nk_hex_parse(place, out->place.b, sizeof(out->place.b)) ||
		!nk_jstr(nk_jget(root, "proof"), &said) || !nk_hex_parse(said, proof.b, sizeof(proof.b)) ||
		!get_uuid(root, "holding", &out->holding) || !get_uuid(root, "warrant", &out->warrant) ||
		!get_number(root, "files", &out->files)) {
		return damaged(err);
	}
	NK_TRY(get_text(root, "opened_at", arena, &out->opened_at, err));
	nk_carry_secret(flow, out->holding, &secret);
	NK_TRY(proof_of(out, &secret, &right, err));
	if (!nk_ct_equal(right.b, proof.b, sizeof(right.b))) {
		return nk_fail(err, NK_DENIED, NK_N("this receipt was not made by somebody who opened a bundle of this house"));
	}
	return nk_done();
}
