/*
 * cert_read.c: the facts out of a statement. Strict: every item is there, of its type and in its range, or it is
 * refused.
 *
 * Invariant: printing what was read gives the bytes that were read, when they were made by cert_statement.c; the
 * check of a certificate relies on that.
 */
#include "base.h"

#include "cert.h"

#include "cert_int.h"
#include "json.h"

enum { PLACES_MAX = 1000, TARGETS_MAX = 1000, RETAINED_MAX = 1000, SCOPE_MAX = 1000 };
#define FIGURE_MAX (INT64_C(1) << 53)

/* A reader that remembers the first item that was wrong. */
struct reader {
	struct nk_arena *arena;
	const char *bad;
	nk_rc rc;
};

static void wrong(struct reader *r, const char *key)
{
	if (r->bad == NULL) {
		r->bad = key;
	}
}

static struct nk_str text(struct reader *r, struct nk_jval obj, const char *key)
{
	struct nk_str out = { "", 0 };
	struct nk_str kept = { "", 0 };

	if (!nk_jstr(nk_jget(obj, key), &out)) {
		wrong(r, key);
		return kept;
	}
	if (!nk_ok(nk_arena_dup(r->arena, out, &kept, NULL))) {
		r->rc = (nk_rc){ NK_NOMEM };
		return (struct nk_str){ "", 0 };
	}
	return kept;
}

static int64_t figure(struct reader *r, struct nk_jval obj, const char *key, int64_t max)
{
	int64_t v = 0;

	if (!nk_jint(nk_jget(obj, key), &v) || v < 0 || v > max) {
		wrong(r, key);
		return 0;
	}
	return v;
}

static uint64_t count(struct reader *r, struct nk_jval obj, const char *key)
{
	return (uint64_t)figure(r, obj, key, FIGURE_MAX);
}

static bool truth(struct reader *r, struct nk_jval obj, const char *key)
{
	bool v = false;

	if (!nk_jbool(nk_jget(obj, key), &v)) {
		wrong(r, key);
	}
	return v;
}

static void hex(struct reader *r, struct nk_jval obj, const char *key, uint8_t *out, size_t len)
{
	struct nk_str s;

	if (!nk_jstr(nk_jget(obj, key), &s) || !nk_hex_parse(s, out, len)) {
		wrong(r, key);
	}
}

static struct nk_uuid uuid(struct reader *r, struct nk_jval obj, const char *key)
{
	const struct nk_jval v = nk_jget(obj, key);
	struct nk_uuid id = { { 0 } };
	struct nk_str s;

	if (!nk_jis_null(v) && (!nk_jstr(v, &s) || !nk_uuid_parse(s, &id))) {
		wrong(r, key);
	}
	return id;
}

static nk_time when(struct reader *r, struct nk_jval obj, const char *key)
{
	const struct nk_jval v = nk_jget(obj, key);
	nk_time t = 0;
	struct nk_str s;

	if (!nk_jis_null(v) && (!nk_jstr(v, &s) || !nk_time_parse(s, &t))) {
		wrong(r, key);
	}
	return t;
}

static enum nk_level level(struct reader *r, struct nk_jval obj, const char *key)
{
	enum nk_level out = NK_LEVEL_NONE;
	struct nk_str s;

	if (!nk_jstr(nk_jget(obj, key), &s) || !nk_level_by_name(s, &out)) {
		wrong(r, key);
	}
	return out;
}

static void fixed_text(struct reader *r, struct nk_jval obj, const char *key, char *out, size_t room)
{
	struct nk_str s;

	if (!nk_jstr(nk_jget(obj, key), &s) || s.len >= room || memchr(s.ptr, 0, s.len) != NULL) {
		wrong(r, key);
		return;
	}
	memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
}

/* Room for the items of an array: NULL when it is none, or too long. */
static void *items(struct reader *r, struct nk_jval obj, const char *key, size_t max, size_t size, size_t *out_n)
{
	const struct nk_jval arr = nk_jget(obj, key);
	void *room = NULL;

	*out_n = nk_jlen(arr);
	if (arr.v == NULL || *out_n > max) {
		wrong(r, key);
		*out_n = 0;
	}
	room = nk_arena_array(r->arena, *out_n, size);
	if (room == NULL) {
		r->rc = (nk_rc){ NK_NOMEM };
		*out_n = 0;
	}
	return room;
}

static void read_approval(struct reader *r, struct nk_jval p, struct nk_cert *c)
{
	const struct nk_jval a = nk_jget(p, "approval");

	c->approved_by = uuid(r, a, "approvedBy");
	c->limitation = text(r, a, "limitation");
	c->requested_by = uuid(r, a, "requestedBy");
}

static void read_dates(struct reader *r, struct nk_jval p, struct nk_cert *c)
{
	const struct nk_jval d = nk_jget(p, "dates");

	c->grace_days = (uint32_t)figure(r, d, "graceDays", UINT32_MAX);
	c->irrecoverable_at = when(r, d, "irrecoverableAt");
	c->issued_at = when(r, d, "issuedAt");
	c->keys_destroyed_at = when(r, d, "keysDestroyedAt");
	c->live_gone_at = when(r, d, "liveGoneAt");
	c->restricted_at = when(r, d, "restrictedAt");
}

static void read_receipt(struct reader *r, struct nk_jval v, struct nk_receipt *out)
{
	out->at = figure(r, v, "atMicroseconds", FIGURE_MAX);
	out->epoch = count(r, v, "epoch");
	fixed_text(r, v, "holder", out->holder, sizeof(out->holder));
	fixed_text(r, v, "host", out->host, sizeof(out->host));
	fixed_text(r, v, "medium", out->medium, sizeof(out->medium));
	fixed_text(r, v, "organisation", out->organisation, sizeof(out->organisation));
	hex(r, v, "pub", out->pub, sizeof(out->pub));
	hex(r, v, "rotation", out->rotation, sizeof(out->rotation));
	hex(r, v, "sig", out->sig, sizeof(out->sig));
}

static void read_keys(struct reader *r, struct nk_jval p, struct nk_cert *c)
{
	const struct nk_jval k = nk_jget(p, "keys");
	struct nk_receipt *receipts = items(r, k, "receipts", NK_RECEIPTS_MAX, sizeof(*receipts), &c->n_receipts);

	c->cap = level(r, k, "cap");
	c->epoch_destroyed = count(r, k, "epochDestroyed");
	c->epoch_now = count(r, k, "epochNow");
	c->holders = (unsigned)figure(r, k, "holders", 255);
	c->threshold = (unsigned)figure(r, k, "threshold", 255);
	c->rehearsed_e3 = truth(r, k, "rehearsedE3");
	c->rotated = truth(r, k, "rotated");
	c->single_copy = truth(r, k, "singleCopy");
	for (size_t i = 0; i < c->n_receipts; i++) {
		read_receipt(r, nk_jat(nk_jget(k, "receipts"), i), &receipts[i]);
	}
	c->receipts = receipts;
}

/* Only what was added by hand; the mandatory entries are computed. */
static void read_scope(struct reader *r, struct nk_jval p, struct nk_cert *c)
{
	struct nk_str *texts = items(r, p, "outOfScope", SCOPE_MAX, sizeof(*texts), &c->n_out_of_scope);
	const size_t n = c->n_out_of_scope;

	c->n_out_of_scope = 0;
	for (size_t i = 0; i < n; i++) {
		const struct nk_jval item = nk_jat(nk_jget(p, "outOfScope"), i);

		if (nk_str_eq(text(r, item, "code"), NK_STR("further"))) {
			texts[c->n_out_of_scope++] = text(r, item, "text");
		}
	}
	c->out_of_scope = texts;
}

static void read_retained(struct reader *r, struct nk_jval p, struct nk_cert *c)
{
	struct nk_cert_retained *all = items(r, p, "retained", RETAINED_MAX, sizeof(*all), &c->n_retained);

	for (size_t i = 0; i < c->n_retained; i++) {
		const struct nk_jval v = nk_jat(nk_jget(p, "retained"), i);
		const struct nk_str until = text(r, v, "until");

		all[i].count = count(r, v, "count");
		all[i].rule = text(r, v, "rule");
		all[i].what = text(r, v, "what");
		all[i].until = NK_DATE_NONE;
		if (!nk_str_eq(until, NK_STR("-")) && !nk_date_parse(until, &all[i].until)) {
			wrong(r, "until");
		}
	}
	c->retained = all;
}

static void read_place(
	struct reader *r, struct nk_jval v, struct nk_place *place, struct nk_residue_place_report *out)
{
	struct nk_str kind = text(r, v, "kind");

	out->bytes = count(r, v, "bytes");
	out->control_found = truth(r, v, "controlFound");
	out->files = count(r, v, "files");
	out->hits = count(r, v, "hits");
	out->hits_of_others = count(r, v, "hitsOfOthers");
	out->unscanned = count(r, v, "unscanned");
	place->label = text(r, v, "label");
	place->path = "";
	if (!nk_place_kind_by_name(kind, &place->kind)) {
		wrong(r, "kind");
	}
}

/* Both searches are of the same places; the second one's must be the first one's, which printing them again shows. */
static const struct nk_residue_report *read_scan(
	struct reader *r, struct nk_jval p, const char *key, struct nk_cert *c)
{
	const struct nk_jval v = nk_jget(nk_jget(p, "scans"), key);
	struct nk_residue_report *out = nk_arena_alloc(r->arena, sizeof(*out));
	struct nk_place *places = NULL;

	if (v.v == NULL || out == NULL) {
		wrong(r, key);
		return NULL;
	}
	if (nk_jis_null(v)) {
		return NULL;
	}
	out->places = items(r, v, "places", PLACES_MAX, sizeof(*out->places), &out->n_places);
	places = nk_arena_array(r->arena, out->n_places, sizeof(*places));
	if (places == NULL) {
		r->rc = (nk_rc){ NK_NOMEM };
		return NULL;
	}
	for (size_t i = 0; i < out->n_places; i++) {
		read_place(r, nk_jat(nk_jget(v, "places"), i), &places[i], &out->places[i]);
	}
	out->by_chance = nk_jget(v, "byChance").v == NULL ? 0 : count(r, v, "byChance");
	out->patterns = count(r, v, "patterns");
	out->patterns_too_short = count(r, v, "patternsTooShort");
	out->valid = truth(r, v, "valid");
	fixed_text(r, v, "scanner", out->scanner, sizeof(out->scanner));
	c->places = places;
	return out;
}

static void read_target(struct reader *r, struct nk_jval v, struct nk_cert_target *t)
{
	const struct nk_jval b = nk_jget(v, "readback");

	t->deleted = count(r, v, "deleted");
	t->files = text(r, v, "files");
	t->name = text(r, v, "name");
	t->type = text(r, v, "type");
	t->residue_hits = count(r, v, "residueHits");
	t->readback.absent = count(r, b, "absent");
	t->readback.keys = count(r, b, "keys");
	t->readback.mentions = count(r, b, "mentions");
	t->readback.persons = count(r, b, "persons");
	t->readback.present = count(r, b, "present");
	t->readback.sentinel_seen = truth(r, b, "sentinelSeen");
}

static void read_targets(struct reader *r, struct nk_jval p, struct nk_cert *c)
{
	struct nk_cert_target *all = items(r, p, "targets", TARGETS_MAX, sizeof(*all), &c->n_targets);

	for (size_t i = 0; i < c->n_targets; i++) {
		read_target(r, nk_jat(nk_jget(p, "targets"), i), &all[i]);
	}
	c->targets = all;
}

static void read_subjects(struct reader *r, struct nk_jval root, struct nk_cert *c)
{
	size_t n = 0;
	struct nk_hash *all = items(r, root, "subject", NK_CERT_PERSONS_MAX, sizeof(*all), &n);

	for (size_t i = 0; i < n; i++) {
		hex(r, nk_jget(nk_jat(nk_jget(root, "subject"), i), "digest"), "sha256", all[i].b, sizeof(all[i].b));
	}
	if (n != c->persons) {
		wrong(r, "subject");
	}
	c->commitments = all;
}

static void read_predicate(struct reader *r, struct nk_jval p, struct nk_cert *c)
{
	const struct nk_str clock = text(r, p, "clock");

	read_approval(r, p, c);
	c->simulated_clock = nk_str_eq(clock, NK_STR("simulated"));
	if (!c->simulated_clock && !nk_str_eq(clock, NK_STR("real"))) {
		wrong(r, "clock");
	}
	if (nk_jget(p, "backupsOpen").v != NULL) { /* only where there are any */
		c->backups_open = count(r, p, "backupsOpen");
		c->backups_until = when(r, p, "backupsUntil");
	}
	read_dates(r, p, c);
	c->external_open = count(r, p, "externalOpen");
	c->issuer = text(r, p, "issuer");
	c->job = uuid(r, p, "job");
	read_keys(r, p, c);
	c->origin = text(r, p, "ledger");
	read_scope(r, p, c);
	c->persons = (uint64_t)figure(r, p, "persons", NK_CERT_PERSONS_MAX);
	hex(r, p, "plan", c->plan.b, sizeof(c->plan.b));
	c->version = text(r, nk_jget(p, "product"), "version");
	read_retained(r, p, c);
	c->scan_after = read_scan(r, p, "after", c);
	c->scan_before = read_scan(r, p, "before", c);
	/* What was read last gave `places`; when there was no search before, those of the one after stay. */
	read_targets(r, p, c);
}

NK_RESULT nk_cert_read(struct nk_bytes statement, struct nk_arena *arena, struct nk_cert *out,
	enum nk_level *out_level, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct reader r = { arena, NULL, { NK_OK } };
	struct nk_cert c = { .persons = 0 };
	enum nk_level stated = NK_LEVEL_NONE;
	struct nk_jval root;
	struct nk_jval p;

	NK_TRY(nk_jdoc_parse(statement, NK_CERT_STATEMENT_MAX, &doc, err));
	root = nk_jdoc_root(doc);
	if (!nk_str_eq(text(&r, root, "predicateType"), NK_STR(NK_CERT_PREDICATE))) {
		return nk_fail(err, NK_INVALID,
			"this statement is no certificate of erasure of the form that this program knows");
	}
	p = nk_jget(root, "predicate");
	read_predicate(&r, p, &c);
	stated = level(&r, p, "level");
	read_subjects(&r, root, &c);
	if (!nk_ok(r.rc)) {
		return nk_fail_nomem(err);
	}
	if (r.bad != NULL) {
		return nk_fail(
			err, NK_INVALID, "the certificate's item \"%s\" is missing or is not of its form", r.bad);
	}
	if (c.scan_after != NULL && c.scan_before != NULL && c.scan_after->n_places != c.scan_before->n_places) {
		return nk_fail(err, NK_INVALID, "the certificate's two searches are not of the same places");
	}
	*out = c;
	*out_level = stated;
	return nk_done();
}
