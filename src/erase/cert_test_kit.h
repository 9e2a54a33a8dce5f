/*
 * cert_test_kit.h: the facts of a made-up erasure, for the tests of the certificate, and how these look at it. Three
 * persons, two directories, custodians.
 *
 * The facts carry E3 as they stand; tests change them. Everything is fixed, so that the bytes are.
 */
#ifndef NK_CERT_TEST_KIT_H
#define NK_CERT_TEST_KIT_H

#include "base.h"

#include <cmocka.h>

#include "cert.h"
#include "kit.h"

enum { FACTS_PERSONS = 3, FACTS_PLACES = 3, FACTS_TARGETS = 2, FACTS_RECEIPTS = 3 };

struct facts {
	struct nk_cert cert;
	struct nk_hash commitments[FACTS_PERSONS];
	struct nk_residue_place_report before_places[FACTS_PLACES], after_places[FACTS_PLACES];
	struct nk_residue_report before, after;
	struct nk_place places[FACTS_PLACES];
	struct nk_cert_target targets[FACTS_TARGETS];
	struct nk_receipt receipts[FACTS_RECEIPTS];
	struct nk_cert_retained retained[1];
	struct nk_str further[1];
};

static inline struct nk_key facts_seed(uint8_t fill)
{
	struct nk_key key;

	memset(key.b, fill, sizeof(key.b));
	return key;
}

static inline void facts_opening(unsigned i, uint8_t salt[static 32], struct nk_uuid *person)
{
	memset(salt, (int)(0x30 + i), 32);
	*person = (struct nk_uuid){ { (uint8_t)(i + 1) } };
}

static inline int facts_by_bytes(const void *a, const void *b)
{
	const struct nk_bytes x = nk_bytes_of(a, NK_HASH_LEN);
	const struct nk_bytes y = nk_bytes_of(b, NK_HASH_LEN);

	return nk_str_cmp(nk_bytes_str(x), nk_bytes_str(y));
}

static inline void facts_sign(struct nk_receipt *r, uint8_t fill)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_key seed = facts_seed(fill);
	struct nk_err err = { 0 };

	nk_buf_init(&text, 4096);
	nk_sign_public(&seed, r->pub);
	kit_ok(nk_receipt_text(r, &text, &err), &err);
	nk_sign(&seed, nk_buf_bytes(&text), r->sig);
	assert_true(nk_receipt_ok(r));
}

static inline void facts_receipt(struct nk_receipt *r, unsigned i, nk_time at)
{
	*r = (struct nk_receipt){ .epoch = 4, .at = at };
	(void)snprintf(r->holder, sizeof(r->holder), "custodian-%u", i + 1);
	(void)snprintf(r->medium, sizeof(r->medium), "memory");
	(void)snprintf(r->host, sizeof(r->host), "host-%u.example.ed.jp", i + 1);
	(void)snprintf(r->organisation, sizeof(r->organisation), "Example Board %u", i + 1);
	memset(r->rotation, 0x77, sizeof(r->rotation));
	facts_sign(r, (uint8_t)(0x40 + i));
}

static inline void facts_scans(struct facts *f)
{
	static const struct nk_residue_place_report clean = {
		.files = 12, .bytes = 4096000, .hits_of_others = 2, .control_found = true
	};

	f->places[0] = (struct nk_place){ NK_PLACE_STORE, "", NK_STR("store"), NULL, 0 };
	f->places[1] = (struct nk_place){ NK_PLACE_VAULT, "", NK_STR("vault"), NULL, 0 };
	f->places[2] = (struct nk_place){ NK_PLACE_TARGET_FILES, "", NK_STR("target ldap-main: files"), NULL, 0 };
	for (size_t i = 0; i < FACTS_PLACES; i++) {
		f->before_places[i] = clean;
		f->after_places[i] = clean;
	}
	f->before = (struct nk_residue_report){ .places = f->before_places,
		.n_places = FACTS_PLACES,
		.patterns = 57,
		.patterns_too_short = 1,
		.valid = true,
		.scanner = "0.1.0" };
	f->after = f->before;
	f->after.places = f->after_places;
}

static inline void facts_targets(struct facts *f)
{
	for (size_t i = 0; i < FACTS_TARGETS; i++) {
		f->targets[i] = (struct nk_cert_target){
			.name = i == 0 ? NK_STR("ldap-main") : NK_STR("ldap-図書館"),
			.type = NK_STR("ldap"),
			.deleted = FACTS_PERSONS,
			.readback = { .persons = FACTS_PERSONS,
				.keys = 24,
				.absent = FACTS_PERSONS,
				.sentinel_seen = true },
			.files = i == 0 ? NK_STR("rewritten-and-clean") : NK_STR("not-examined"),
		};
	}
}

static inline void facts_cert(struct facts *f, nk_time at)
{
	f->cert = (struct nk_cert){
		.job = { { 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x40, 0x70, 0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xd0, 0xe0,
			0xf0 } },
		.issuer = NK_STR("見本市教育委員会"),
		.origin = NK_STR("nokosazu.example.ed.jp/mihon"),
		.requested_by = { { 1 } },
		.approved_by = { { 2 } },
		.limitation = NK_STR(""),
		.grace_days = 30,
		.restricted_at = at,
		.live_gone_at = at + NK_SECOND * 60,
		.keys_destroyed_at = at + NK_SECOND * 120,
		.irrecoverable_at = at + NK_SECOND * 180,
		.persons = FACTS_PERSONS,
		.commitments = f->commitments,
		.epoch_destroyed = 4,
		.epoch_now = 5,
		.rotated = true,
		.cap = NK_LEVEL_E3,
		.receipts = f->receipts,
		.n_receipts = FACTS_RECEIPTS,
		.scan_before = &f->before,
		.scan_after = &f->after,
		.places = f->places,
		.targets = f->targets,
		.n_targets = FACTS_TARGETS,
		.retained = f->retained,
		.n_retained = 1,
		.external_open = 1,
		.out_of_scope = f->further,
		.n_out_of_scope = 1,
		.issued_at = at + NK_SECOND * 240,
		.holders = 3,
		.threshold = 2,
		.version = NK_STR("0.1.0"),
	};
	memset(f->cert.plan.b, 0xab, sizeof(f->cert.plan.b));
}

static inline void facts_init(struct facts *f)
{
	struct nk_err err = { 0 };

	kit_ok(nk_crypto_init(&err), &err);
	memset(f, 0, sizeof(*f));
	for (unsigned i = 0; i < FACTS_PERSONS; i++) {
		uint8_t salt[32];
		struct nk_uuid person;

		facts_opening(i, salt, &person);
		nk_cert_commit(salt, person, &f->commitments[i]);
	}
	qsort(f->commitments, FACTS_PERSONS, sizeof(f->commitments[0]), facts_by_bytes);
	for (unsigned i = 0; i < FACTS_RECEIPTS; i++) {
		facts_receipt(&f->receipts[i], i, KIT_START + NK_SECOND * 170 + 123456);
	}
	facts_scans(f);
	facts_targets(f);
	f->retained[0] = (struct nk_cert_retained){ NK_STR("tombstone of the login"),
		NK_STR("no re-issue of a login name"), 21276, FACTS_PERSONS };
	f->further[0] = NK_STR("The paper file of the nurse's office, which this installation does not know.");
	facts_cert(f, KIT_START);
}

/* facts_envelope: statement and envelope of these facts, signed by the seed of 0x99. */
static inline void facts_envelope(const struct facts *f, struct nk_buf *statement, struct nk_buf *envelope)
{
	const struct nk_key seed = facts_seed(0x99);
	struct nk_err err = { 0 };

	kit_ok(nk_cert_statement(&f->cert, statement, &err), &err);
	kit_ok(nk_cert_sign(nk_buf_bytes(statement), &seed, envelope, &err), &err);
}

struct made {
	struct facts facts;
	struct nk_buf statement, envelope;
};

static inline void made_done(struct made *m)
{
	nk_buf_done(&m->statement);
	nk_buf_done(&m->envelope);
}

static inline void make(struct made *m)
{
	nk_buf_init(&m->statement, NK_CERT_STATEMENT_MAX);
	nk_buf_init(&m->envelope, 2 * NK_CERT_STATEMENT_MAX);
	facts_envelope(&m->facts, &m->statement, &m->envelope);
}

static inline struct nk_cert_verify_report verify_bytes(
	struct nk_bytes envelope, struct nk_bytes proof, struct nk_str vkey, uint8_t key)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	const struct nk_key seed = facts_seed(key);
	struct nk_cert_verify_input in = { .envelope = envelope, .proof = proof, .ledger_vkey = vkey };
	struct nk_cert_verify_report report = { .good = false };
	const nk_rc none = { NK_INVALID };
	nk_rc rc;

	nk_buf_init(&statement, 4 * NK_CERT_STATEMENT_MAX);
	nk_sign_public(&seed, in.cert_pub);
	rc = nk_cert_verify(&in, &statement, &report, NULL);
	assert_true(nk_ok(rc) || rc.code == none.code);
	report.good = report.good && nk_ok(rc);
	return report;
}

static inline struct nk_cert_verify_report verify(const struct made *m)
{
	return verify_bytes(
		nk_buf_bytes(&m->envelope), (struct nk_bytes){ NULL, 0 }, (struct nk_str){ NULL, 0 }, 0x99);
}

/* The statement with one text put for another, signed again by the true key. */
static inline struct nk_cert_verify_report verify_edited(const struct made *m, const char *from, const char *to)
{
	NK_OWNED(nk_buf_done) struct nk_buf edited = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	const struct nk_key seed = facts_seed(0x99);
	const struct nk_str whole = nk_buf_str(&m->statement);
	const size_t at = nk_str_find(whole, nk_str_c(from));
	struct nk_err err = { 0 };

	assert_true(at != SIZE_MAX);
	nk_buf_init(&edited, NK_CERT_STATEMENT_MAX);
	nk_buf_init(&envelope, 2 * NK_CERT_STATEMENT_MAX);
	kit_ok(nk_buf_add_str(&edited, nk_str_sub(whole, 0, at), &err), &err);
	kit_ok(nk_buf_add_c(&edited, to, &err), &err);
	kit_ok(nk_buf_add_str(&edited, nk_str_sub(whole, at + strlen(from), SIZE_MAX), &err), &err);
	kit_ok(nk_cert_sign(nk_buf_bytes(&edited), &seed, &envelope, &err), &err);
	return verify_bytes(nk_buf_bytes(&envelope), (struct nk_bytes){ NULL, 0 }, (struct nk_str){ NULL, 0 }, 0x99);
}

static inline enum nk_check check_of(const struct nk_cert_verify_report *r, const char *what)
{
	for (size_t i = 0; i < r->n; i++) {
		if (nk_str_eq(nk_str_c(r->checks[i].what), nk_str_c(what))) {
			return r->checks[i].result;
		}
	}
	fail_msg("no such check: %s", what);
	return NK_CHECK_NOT_DONE;
}

static inline void text_of(const struct made *m, enum nk_lang lang, struct nk_buf *out)
{
	struct nk_err err = { 0 };

	nk_buf_init(out, 1 << 20);
	kit_ok(nk_cert_text(nk_buf_bytes(&m->statement), lang, out, &err), &err);
}

static inline bool says(const struct made *m, enum nk_lang lang, const char *what)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf flat = { 0 };
	struct nk_err err = { 0 };
	bool blank = false;

	/* Lines are broken anywhere: blanks and line ends count as one blank. */
	text_of(m, lang, &text);
	nk_buf_init(&flat, 1 << 20);
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i];

		if (c != ' ' && c != '\n') {
			if (blank && lang == NK_LANG_EN) {
				kit_ok(nk_buf_add_byte(&flat, ' ', &err), &err);
			}
			kit_ok(nk_buf_add_byte(&flat, c, &err), &err);
		}
		blank = c == ' ' || c == '\n';
	}
	return nk_str_find(nk_buf_str(&flat), nk_str_c(what)) != SIZE_MAX;
}

#endif
