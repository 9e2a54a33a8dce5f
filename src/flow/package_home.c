/*
 * package_home.c: which files of an installation are its own, and by what.
 *
 * Invariant: a name explains nothing that anybody could put there: a certificate, its texts and its proof are explained by the leaf
 * of the ledger that binds the certificate, a tile by the ledger, configuration by a digest that was written down. What is
 * left is explained by its name alone: the database, the vault, lock and clock, the public keys.
 */
#include "base.h"
#include "package_int.h"

#include "cert.h"
#include "dsse.h"
#include "json.h"
#include "note.h"

enum { FILE_MAX = 64 << 20, ENTRY_MAX = 1 << 17, HEX = 2 * NK_HASH_LEN };

static bool fits(struct nk_str path, const char *name)
{
	const struct nk_str n = nk_str_c(name);
	const size_t star = nk_str_chr(n, '*');
	const struct nk_str head = nk_str_sub(n, 0, star);
	const struct nk_str tail = star == SIZE_MAX ? NK_STR("") : nk_str_sub(n, star + 1, n.len);

	return star == SIZE_MAX ? nk_str_eq(n, path)
				: path.len >= head.len + tail.len && nk_str_starts(path, head) && nk_str_ends(path, tail);
}

static bool by_name(struct nk_str path)
{
	static const char *const names[] = { "lock", "clock", "public/certificate.pem", "public/ledger.vkey", "ledger/checkpoint",
		"store/nokosazu.db", "store/nokosazu.db-wal", "store/nokosazu.db-shm", "store/nokosazu.db.lock", "store/nokosazu.db-journal" };
	const char *const *const vault = nk_vault_file_names();

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		if (nk_str_eq(path, nk_str_c(names[i]))) {
			return true;
		}
	}
	for (size_t i = 0; vault[i] != NULL; i++) { /* the vault says its files itself; it has no other, at no time */
		if (nk_str_starts(path, NK_STR("vault/")) && nk_str_eq(nk_str_sub(path, 6, path.len), nk_str_c(vault[i]))) {
			return true;
		}
	}
	return false;
}

bool nk_package_home_is_config(struct nk_str path)
{
	return fits(path, "nokosazu.conf") || fits(path, "conf.d/*.conf");
}

/* --- certificates -------------------------------------------------------------------------------------------------------- */

struct certificate {
	struct nk_flow *flow;
	struct nk_arena *arena;
	struct nk_bytes there; /* the file */
	struct nk_str id, suffix; /* of its name */
};

static bool leaf_names(struct nk_bytes entry, struct nk_str id, struct nk_bytes payload)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_hash digest;
	struct nk_uuid job;
	struct nk_uuid named;
	char hex[HEX + 1];
	struct nk_str text = NK_STR("");
	struct nk_jval facts;

	if (!nk_ok(nk_jdoc_parse(entry, ENTRY_MAX, &doc, NULL)) || !nk_uuid_parse(id, &named)) {
		return false;
	}
	facts = nk_jget(nk_jdoc_root(doc), "facts");
	nk_sha256(payload, &digest);
	nk_hex_print(digest.b, NK_HASH_LEN, hex);
	return nk_jstr(nk_jget(facts, "payload"), &text) && nk_str_eq(text, nk_str_c(hex)) && nk_jstr(nk_jget(facts, "job"), &text) &&
		nk_hex_parse(text, job.b, sizeof(job.b)) && nk_uuid_eq(job, named);
}

static NK_RESULT is_text(const struct certificate *c, struct nk_bytes payload, enum nk_lang lang, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, FILE_MAX);
	NK_TRY(nk_cert_text(payload, lang, &text, err));
	*out = nk_bytes_eq(nk_buf_bytes(&text), c->there);
	return nk_done();
}

/* A proof is what the format makes of its parts, carries that very entry, and leads to a checkpoint of this ledger. */
static NK_RESULT is_proof(const struct certificate *c, struct nk_bytes entry, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf again = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	struct nk_tlog_proof *const proof = nk_arena_alloc(c->arena, sizeof(*proof));

	if (proof == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_init(&again, FILE_MAX);
	nk_buf_init(&vkey, 4096);
	if (!nk_ok(nk_tlog_proof_parse(c->there, c->arena, proof, NULL)) || !proof->has_extra || !nk_bytes_eq(proof->extra, entry)) {
		return nk_done();
	}
	NK_TRY(nk_tlog_proof_print(proof, &again, err));
	NK_TRY(nk_ledger_vkey(c->flow->ledger, &vkey, err));
	*out = nk_bytes_eq(nk_buf_bytes(&again), c->there) &&
		nk_ok(nk_proof_check(c->there, nk_str_trim(nk_buf_str(&vkey)), entry, NULL, NULL, NULL));
	return nk_done();
}

/* One certificate of the store: is the file one of its four? */
static NK_RESULT try_one(const struct certificate *c, struct nk_bytes envelope, uint64_t leaf, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf entry = { 0 };
	struct nk_dsse *const dsse = nk_arena_alloc(c->arena, sizeof(*dsse));

	if (dsse == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_init(&entry, ENTRY_MAX);
	NK_TRY(nk_ledger_entry(c->flow->ledger, leaf, &entry, err));
	if (!nk_ok(nk_dsse_parse(envelope, c->arena, dsse, NULL)) || !leaf_names(nk_buf_bytes(&entry), c->id, dsse->payload)) {
		return nk_done();
	}
	if (nk_str_eq(c->suffix, NK_STR("tlog-proof"))) {
		return is_proof(c, nk_buf_bytes(&entry), out, err);
	}
	if (nk_str_eq(c->suffix, NK_STR("dsse.json"))) {
		*out = nk_bytes_eq(envelope, c->there);
		return nk_done();
	}
	return is_text(c, dsse->payload, nk_str_eq(c->suffix, NK_STR("ja.txt")) ? NK_LANG_JA : NK_LANG_EN, out, err);
}

static NK_RESULT look_up(const struct certificate *c, bool *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *q = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(c->flow->store,
		"SELECT statement, leaf FROM evidence WHERE kind = 'erasure certificate' AND leaf IS NOT NULL", &q, err));
	for (;;) {
		NK_TRY(nk_stmt_step(q, &have, err));
		if (!have || *out) {
			return nk_done();
		}
		NK_TRY(try_one(c, nk_col_blob(q, 0), nk_u64(nk_col_int(q, 1)), out, err));
	}
}

static NK_RESULT is_certificate(struct nk_flow *flow, struct nk_str path, const char *whole, struct nk_arena *arena, bool *out,
	struct nk_err *err)
{
	static const char *const suffixes[] = { "dsse.json", "tlog-proof", "ja.txt", "en.txt" };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	const struct nk_str folder = NK_STR("certificates/");
	struct certificate c = { .flow = flow, .arena = arena };
	struct nk_str name;
	struct nk_err why;
	bool known = false;

	if (!nk_str_starts(path, folder)) {
		return nk_done();
	}
	name = nk_str_sub(path, folder.len, path.len);
	c.id = nk_str_sub(name, 0, nk_str_chr(name, '.'));
	c.suffix = nk_str_sub(name, c.id.len + 1, name.len);
	for (size_t i = 0; i < NK_ARRAY_LEN(suffixes); i++) {
		known = known || nk_str_eq(c.suffix, nk_str_c(suffixes[i]));
	}
	nk_buf_init(&b, FILE_MAX);
	if (!known || !nk_ok(nk_env_read_all(flow->env, whole, b.max, &b, &why))) {
		return nk_done();
	}
	c.there = nk_buf_bytes(&b);
	return look_up(&c, out, err);
}

NK_RESULT nk_package_of_home(
	struct nk_flow *flow, struct nk_str path, const char *whole, struct nk_arena *arena, bool *out, struct nk_err *err)
{
	*out = by_name(path);
	if (!*out) {
		NK_TRY(is_certificate(flow, path, whole, arena, out, err));
	}
	return *out || !nk_str_starts(path, NK_STR("ledger/"))
		? nk_done()
		: nk_ledger_has_file(flow->ledger, nk_str_sub(path, 7, path.len), out, err);
}

/* --- configuration --------------------------------------------------------------------------------------------------------- */

NK_RESULT nk_package_config_digest(
	struct nk_flow *flow, struct nk_str path, const char *whole, char out[static 2 * NK_HASH_LEN + 1], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu configuration 1\n")), nk_str_bytes(path), nk_str_bytes(NK_STR("\n")),
		nk_bytes_of(NULL, 0) };
	struct nk_hash digest;

	nk_buf_init(&b, FILE_MAX);
	NK_TRY(nk_env_read_all(flow->env, whole, b.max, &b, err));
	parts[3] = nk_buf_bytes(&b);
	nk_blake(flow->key[NK_HOUSE_DIGEST], parts, NK_ARRAY_LEN(parts), &digest);
	nk_hex_print(digest.b, sizeof(digest.b), out);
	return nk_done();
}

NK_RESULT nk_package_config_known(struct nk_flow *flow, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_err why;
	nk_rc rc;

	*out = NK_STR("");
	nk_buf_init(&b, FILE_MAX);
	rc = nk_store_fact_blob(flow->store, "configuration", &b, &why);
	if (rc.code == NK_NOT_FOUND) {
		return nk_done();
	}
	return nk_ok(rc) ? nk_arena_dup(arena, nk_buf_str(&b), out, err) : nk_err_pass(err, &why);
}

NK_RESULT nk_package_config_keep(struct nk_flow *flow, struct nk_str lines, uint64_t n, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_bytes parts[] = { nk_str_bytes(lines) };
	struct nk_hash digest;
	struct nk_leaf_item items[3] = { nk_item_text("what", NK_STR("configuration-accepted")), nk_item_number("files", n) };

	nk_blake(flow->key[NK_HOUSE_DIGEST], parts, 1, &digest);
	items[2] = nk_item_hex("digest", digest.b, sizeof(digest.b));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_store_set_blob(tx, "configuration", nk_str_bytes(lines), err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_PACKAGE, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(flow, &tx, err);
}
