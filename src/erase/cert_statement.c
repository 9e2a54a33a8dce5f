/*
 * cert_statement.c: facts as the canonical JSON of an in-toto Statement (RFC 8785).
 *
 * Invariant: the same facts give the same bytes. Level and scope are computed here, never taken from anybody; no
 * person's value is in it. cert_read.c reads exactly what is written here.
 */
#include "base.h"

#include "cert.h"

#include "cert_int.h"
#include "json.h"

void nk_cert_commit(const uint8_t salt[static 32], struct nk_uuid person, struct nk_hash *out)
{
	static const char tag[] = "nokosazu/subject/v1";
	const struct nk_bytes parts[] = { nk_bytes_of(tag, sizeof(tag) - 1), nk_bytes_of(salt, 32),
		nk_bytes_of(person.b, sizeof(person.b)) };

	nk_sha256_parts(parts, NK_ARRAY_LEN(parts), out);
}

static void put_text(struct nk_json *j, const char *key, struct nk_str value)
{
	nk_json_key(j, key);
	nk_json_str(j, value);
}

static void put_c(struct nk_json *j, const char *key, const char *value)
{
	nk_json_key(j, key);
	nk_json_c(j, value);
}

/* Figures that do not fit become one that canonical JSON refuses. */
static void put_count(struct nk_json *j, const char *key, uint64_t value)
{
	nk_json_key(j, key);
	nk_json_int(j, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

static void put_bool(struct nk_json *j, const char *key, bool value)
{
	nk_json_key(j, key);
	nk_json_bool(j, value);
}

static void put_hex(struct nk_json *j, const char *key, const void *bytes, size_t len)
{
	nk_json_key(j, key);
	nk_json_hex(j, nk_bytes_of(bytes, len));
}

static void put_uuid(struct nk_json *j, const char *key, struct nk_uuid id)
{
	char text[NK_UUID_TEXT];

	nk_json_key(j, key);
	if (nk_uuid_is_nil(id)) {
		nk_json_null(j);
	} else {
		nk_json_c(j, nk_uuid_print(id, text));
	}
}

static void put_time(struct nk_json *j, const char *key, nk_time t)
{
	char text[NK_TIME_TEXT];

	nk_json_key(j, key);
	if (t == 0) {
		nk_json_null(j);
	} else {
		nk_json_c(j, nk_time_print(t, text));
	}
}

static void put_approval(struct nk_json *j, const struct nk_cert *c)
{
	nk_json_key(j, "approval");
	nk_json_open(j, '{');
	put_uuid(j, "approvedBy", c->approved_by);
	put_text(j, "limitation", c->limitation);
	put_uuid(j, "requestedBy", c->requested_by);
	nk_json_close(j, '}');
}

static void put_dates(struct nk_json *j, const struct nk_cert *c, enum nk_level level)
{
	nk_json_key(j, "dates");
	nk_json_open(j, '{');
	put_count(j, "graceDays", c->grace_days);
	/* Nobody may claim it below E3. */
	put_time(j, "irrecoverableAt", level >= NK_LEVEL_E3 ? c->irrecoverable_at : 0);
	put_time(j, "issuedAt", c->issued_at);
	put_time(j, "keysDestroyedAt", c->keys_destroyed_at);
	put_time(j, "liveGoneAt", c->live_gone_at);
	put_time(j, "restrictedAt", c->restricted_at);
	nk_json_close(j, '}');
}

static void put_receipt(struct nk_json *j, const struct nk_receipt *r)
{
	nk_json_open(j, '{');
	nk_json_key(j, "atMicroseconds");
	nk_json_int(j, r->at);
	put_count(j, "epoch", r->epoch);
	put_c(j, "holder", r->holder);
	put_c(j, "host", r->host);
	put_c(j, "medium", r->medium);
	put_c(j, "organisation", r->organisation);
	put_hex(j, "pub", r->pub, sizeof(r->pub));
	put_hex(j, "rotation", r->rotation, sizeof(r->rotation));
	put_hex(j, "sig", r->sig, sizeof(r->sig));
	nk_json_close(j, '}');
}

static void put_keys(struct nk_json *j, const struct nk_cert *c)
{
	nk_json_key(j, "keys");
	nk_json_open(j, '{');
	put_c(j, "cap", nk_level_name(c->cap));
	put_count(j, "epochDestroyed", c->epoch_destroyed);
	put_count(j, "epochNow", c->epoch_now);
	put_count(j, "holders", c->holders);
	nk_json_key(j, "receipts");
	nk_json_open(j, '[');
	for (size_t i = 0; i < c->n_receipts; i++) {
		put_receipt(j, &c->receipts[i]);
	}
	nk_json_close(j, ']');
	put_bool(j, "rehearsedE3", c->rehearsed_e3);
	put_bool(j, "rotated", c->rotated);
	put_bool(j, "singleCopy", c->single_copy);
	put_count(j, "threshold", c->threshold);
	nk_json_close(j, '}');
}

static NK_RESULT put_scope(struct nk_json *j, const struct nk_cert *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_scope_item items[NK_SCOPE_COUNT];
	const size_t n = nk_scope_of(c, items);

	nk_buf_init(&text, 4096);
	nk_json_key(j, "outOfScope");
	nk_json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		nk_json_open(j, '{');
		put_c(j, "code", nk_scope_code(items[i].what));
		if (nk_scope_has_count(items[i].what)) {
			put_count(j, "count", items[i].count);
		}
		nk_buf_reset(&text);
		NK_TRY(nk_scope_text(&items[i], NK_LANG_EN, &text, err));
		put_text(j, "text", nk_buf_str(&text));
		nk_json_close(j, '}');
	}
	for (size_t i = 0; i < c->n_out_of_scope; i++) {
		nk_json_open(j, '{');
		put_c(j, "code", "further");
		put_text(j, "text", c->out_of_scope[i]);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
	return nk_done();
}

static void put_retained(struct nk_json *j, const struct nk_cert *c)
{
	char text[NK_DATE_TEXT];

	nk_json_key(j, "retained");
	nk_json_open(j, '[');
	for (size_t i = 0; i < c->n_retained; i++) {
		const struct nk_cert_retained *r = &c->retained[i];

		nk_json_open(j, '{');
		put_count(j, "count", r->count);
		put_text(j, "rule", r->rule);
		put_c(j, "until", nk_date_print(r->until, text));
		put_text(j, "what", r->what);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static void put_place(struct nk_json *j, const struct nk_place *place, const struct nk_residue_place_report *r)
{
	nk_json_open(j, '{');
	put_count(j, "bytes", r->bytes);
	put_bool(j, "controlFound", r->control_found);
	put_count(j, "files", r->files);
	put_count(j, "hits", r->hits);
	put_count(j, "hitsOfOthers", r->hits_of_others);
	put_c(j, "kind", nk_place_kind_name(place->kind));
	put_text(j, "label", place->label);
	put_count(j, "unscanned", r->unscanned);
	nk_json_close(j, '}');
}

static void put_scan(
	struct nk_json *j, const char *key, const struct nk_cert *c, const struct nk_residue_report *scan)
{
	nk_json_key(j, key);
	if (!nk_cert_searched(scan)) {
		nk_json_null(j);
		return;
	}
	nk_json_open(j, '{');
	if (scan->by_chance > 0) { /* statements of before know none, and stay what they are */
		put_count(j, "byChance", scan->by_chance);
	}
	put_c(j, "encodings", "utf-8 cp932 utf-16le utf-16be");
	put_count(j, "hits", nk_residue_hits(scan));
	put_c(j, "items", "name kana romaji login mail ids");
	put_count(j, "patterns", scan->patterns);
	put_count(j, "patternsTooShort", scan->patterns_too_short);
	nk_json_key(j, "places");
	nk_json_open(j, '[');
	for (size_t i = 0; i < scan->n_places; i++) {
		put_place(j, &c->places[i], &scan->places[i]);
	}
	nk_json_close(j, ']');
	put_text(j, "scanner", nk_str_c(scan->scanner));
	put_bool(j, "valid", scan->valid);
	nk_json_close(j, '}');
}

static void put_readback(struct nk_json *j, const struct nk_readback *r)
{
	nk_json_key(j, "readback");
	nk_json_open(j, '{');
	put_count(j, "absent", r->absent);
	put_count(j, "keys", r->keys);
	put_count(j, "mentions", r->mentions);
	put_count(j, "persons", r->persons);
	put_count(j, "present", r->present);
	put_bool(j, "sentinelSeen", r->sentinel_seen);
	nk_json_close(j, '}');
}

static void put_targets(struct nk_json *j, const struct nk_cert *c)
{
	nk_json_key(j, "targets");
	nk_json_open(j, '[');
	for (size_t i = 0; i < c->n_targets; i++) {
		const struct nk_cert_target *t = &c->targets[i];

		nk_json_open(j, '{');
		put_count(j, "deleted", t->deleted);
		put_text(j, "files", t->files);
		put_text(j, "name", t->name);
		put_readback(j, &t->readback);
		put_count(j, "residueHits", t->residue_hits);
		put_text(j, "type", t->type);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

static NK_RESULT put_predicate(struct nk_json *j, const struct nk_cert *c, struct nk_err *err)
{
	const enum nk_level level = nk_cert_level(c);

	nk_json_open(j, '{');
	put_approval(j, c);
	if (c->backups_open > 0) {
		put_count(j, "backupsOpen", c->backups_open);
		put_time(j, "backupsUntil", c->backups_until);
	}
	put_c(j, "clock", c->simulated_clock ? "simulated" : "real");
	put_dates(j, c, level);
	put_count(j, "externalOpen", c->external_open);
	put_text(j, "issuer", c->issuer);
	put_uuid(j, "job", c->job);
	put_keys(j, c);
	put_text(j, "ledger", c->origin);
	put_c(j, "level", nk_level_name(level));
	NK_TRY(put_scope(j, c, err));
	put_count(j, "persons", c->persons);
	put_hex(j, "plan", c->plan.b, sizeof(c->plan.b));
	nk_json_key(j, "product");
	nk_json_open(j, '{');
	put_c(j, "name", "nokosazu");
	put_text(j, "version", c->version.len > 0 ? c->version : nk_str_c(NK_VERSION));
	nk_json_close(j, '}');
	put_retained(j, c);
	nk_json_key(j, "scans");
	nk_json_open(j, '{');
	put_scan(j, "after", c, c->scan_after);
	put_scan(j, "before", c, c->scan_before);
	nk_json_close(j, '}');
	put_targets(j, c);
	nk_json_close(j, '}');
	return nk_done();
}

static NK_RESULT check_commitments(const struct nk_cert *c, struct nk_err *err)
{
	if (c->persons > NK_CERT_PERSONS_MAX) {
		return nk_fail(err, NK_LIMIT, "a certificate holds at most %d persons: erase fewer in one job",
			NK_CERT_PERSONS_MAX);
	}
	for (size_t i = 1; i < c->persons; i++) {
		const struct nk_bytes before = nk_bytes_of(c->commitments[i - 1].b, NK_HASH_LEN);

		if (nk_str_cmp(nk_bytes_str(before), nk_bytes_str(nk_bytes_of(c->commitments[i].b, NK_HASH_LEN))) >=
			0) {
			return nk_fail(err, NK_INVALID,
				"the commitments of a certificate are not in order, or one is there twice");
		}
	}
	return nk_done();
}

NK_RESULT nk_cert_statement(const struct nk_cert *cert, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	NK_TRY(check_commitments(cert, err));
	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	put_c(&j, "_type", "https://in-toto.io/Statement/v1");
	nk_json_key(&j, "predicate");
	NK_TRY(put_predicate(&j, cert, err));
	put_c(&j, "predicateType", NK_CERT_PREDICATE);
	nk_json_key(&j, "subject");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < cert->persons; i++) {
		nk_json_open(&j, '{');
		nk_json_key(&j, "digest");
		nk_json_open(&j, '{');
		put_hex(&j, "sha256", cert->commitments[i].b, NK_HASH_LEN);
		nk_json_close(&j, '}');
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}
