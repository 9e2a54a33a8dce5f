/*
 * cert_text.c: the certificate for people, in the form of a 消去証明書.
 *
 * Invariant: made from the statement alone, and everything that the statement says is in it. It claims nothing that
 * the level does not carry. All texts are msgids; the Japanese ones stand in i18n/ja.po.
 */
#include "base.h"

#include "cert.h"

#include "cert_int.h"

enum { ARENA_MAX = 64 * 1024 * 1024, WHEN_TEXT = 96 };
#define JAPAN (INT64_C(9) * 3600 * NK_SECOND)

struct page {
	struct nk_sheet sheet;
	const struct nk_cert *c;
	enum nk_level level;
	struct nk_arena *arena;
};

typedef unsigned long long ull;

/* Texts that nk_cert_read gives have a NUL behind them (nk_arena_dup), and none inside (JSON's reader refuses it). */
static const char *z(struct nk_str text)
{
	return text.ptr;
}

static struct nk_str when(const struct page *p, nk_time t, char room[static WHEN_TEXT])
{
	char iso[NK_TIME_TEXT];
	struct nk_ymd day;
	int len = 0;

	if (t == 0) {
		return nk_str_c(nk_tr(p->sheet.lang, "not done"));
	}
	(void)nk_time_print(t + JAPAN, iso);
	day = nk_date_split(nk_time_day(t, 540));
	len = snprintf(room, WHEN_TEXT, nk_tr(p->sheet.lang, "%1$04d-%2$02u-%3$02u %4$.8s (Japan, UTC+9)"), day.year,
		day.month, day.day, iso + 11);
	return (struct nk_str){ room, len < 0 ? 0 : (size_t)len };
}

static void field_time(struct page *p, const char *label, nk_time t)
{
	char room[WHEN_TEXT];

	nk_sheet_field(&p->sheet, label, when(p, t, room));
}

/* A text of the statement that may be one of ours, which then has a translation. */
static struct nk_str ours(struct page *p, struct nk_str text)
{
	struct nk_str kept;

	if (!nk_ok(nk_arena_dup(p->arena, text, &kept, NULL))) {
		p->sheet.rc = (nk_rc){ NK_NOMEM };
		return text;
	}
	return nk_str_c(nk_tr(p->sheet.lang, kept.ptr));
}

static const char *level_line(enum nk_level level)
{
	switch (level) {
	case NK_LEVEL_E1:
		return NK_N("E1: live copies removed, and searched for");
	case NK_LEVEL_E2:
		return NK_N("E2: keys destroyed");
	case NK_LEVEL_E3:
		return NK_N("E3: no backup of this installation opens any more");
	case NK_LEVEL_E4:
		return NK_N("E4: every registered copy outside is accounted for");
	case NK_LEVEL_NONE:
	case NK_LEVEL_COUNT:
		break;
	}
	return NK_N("none: NO ERASURE IS CERTIFIED");
}

static void put_form(struct page *p)
{
	struct nk_sheet *s = &p->sheet;
	char id[NK_UUID_TEXT];

	nk_sheet_title(s, "CERTIFICATE OF ERASURE");
	if (p->c->simulated_clock) {
		nk_sheet_para(s, "ATTENTION: the clock of this installation is simulated. No date below is real.");
		nk_sheet_gap(s);
	}
	nk_sheet_field(s, "Number", nk_str_c(nk_uuid_print(p->c->job, id)));
	nk_sheet_field(s, "Issuer", p->c->issuer);
	field_time(p, "Issued", p->c->issued_at);
	nk_sheet_field_f(s, "Covers", "%llu persons", (ull)p->c->persons);
	nk_sheet_field(s, "Level", nk_str_c(nk_tr(s->lang, level_line(p->level))));
	nk_sheet_field_f(s, "Made by", "Nokosazu %s", z(p->c->version));
}

static void put_why_not_higher(struct page *p)
{
	const unsigned found = nk_cert_lacks(p->c);

	if (p->level == NK_LEVEL_E4) {
		return;
	}
	nk_sheet_gap(&p->sheet);
	nk_sheet_para(&p->sheet, "The level is not higher, because:");
	for (unsigned i = 0; i < NK_LACK_COUNT; i++) {
		if ((found >> i & 1) != 0) {
			nk_sheet_item(&p->sheet, 0, "%1$s (needed for %2$s)",
				nk_tr(p->sheet.lang, nk_cert_lack_text((enum nk_cert_lack)i)),
				nk_level_name(nk_cert_lack_level((enum nk_cert_lack)i)));
		}
	}
}

static void put_level(struct page *p)
{
	struct nk_sheet *s = &p->sheet;

	if (p->level >= NK_LEVEL_E1) {
		nk_sheet_item(s, 0,
			"E1: their accounts and records in use (\"live copies\") were removed, and a search in which "
			"a planted control person "
			"had to be found met none of their values outside the places named as not erased.");
	}
	if (p->level >= NK_LEVEL_E2) {
		nk_sheet_item(s, 0,
			"E2: each person's own encryption key is destroyed in the key vault. Their sealed records, "
			"in whatever copy of this "
			"installation's data, do not open with the vault as it is now.");
	}
	if (p->level >= NK_LEVEL_E3) {
		nk_sheet_item(s, 0,
			"E3: the epoch secret, without which no earlier copy of the key vault opens, is destroyed; "
			"its holders, on different "
			"hosts, confirm that by signed receipts. No backup that this installation made opens these "
			"records any more.");
	}
	if (p->level >= NK_LEVEL_E4) {
		nk_sheet_item(s, 0,
			"E4: every registered copy outside this installation is verified as absent, or its holder "
			"has acknowledged its end.");
	}
	if (p->c->rehearsed_e3) {
		nk_sheet_item(s, 0,
			"E3 was rehearsed: the epoch secret was shared among several holders, but these are not "
			"different parties on different "
			"hosts. The level is therefore not counted.");
	}
	put_why_not_higher(p);
}

static void put_claim(struct page *p)
{
	struct nk_sheet *s = &p->sheet;

	nk_sheet_head(s, "1. What is certified");
	if (p->level == NK_LEVEL_NONE) {
		nk_sheet_para(s,
			"Nothing. The conditions of the lowest level are not met for these %llu persons. This paper "
			"records what was measured.",
			(ull)p->c->persons);
		put_why_not_higher(p);
		return;
	}
	nk_sheet_para(s,
		"The issuer certifies that the personal data of %llu persons, which it held in this installation of "
		"Nokosazu and in the systems connected "
		"to it, were erased to the level named above, by the means and within the limits that are stated "
		"below.",
		(ull)p->c->persons);
	nk_sheet_para(s,
		"No name stands here. Each person is represented by a commitment: a SHA-256 value of a random salt "
		"and the person's number. Only who was "
		"given the salt can show that a commitment is of a certain person.");
	nk_sheet_gap(s);
	nk_sheet_para(s, "The level means:");
	put_level(p);
}

static void put_dates(struct page *p)
{
	struct nk_sheet *s = &p->sheet;

	nk_sheet_head(s, "2. Dates");
	field_time(p, "Use restricted", p->c->restricted_at);
	nk_sheet_field_f(s, "Grace period", "%u days", p->c->grace_days);
	field_time(p, "Live copies gone", p->c->live_gone_at);
	field_time(p, "Keys destroyed", p->c->keys_destroyed_at);
	if (p->c->irrecoverable_at != 0) {
		field_time(p, "Irrecoverable", p->c->irrecoverable_at);
	} else {
		nk_sheet_field_f(s, "Irrecoverable", "not claimed (needs E3)");
	}
}

static void put_files(struct page *p, const struct nk_cert_target *t)
{
	enum nk_files files = NK_FILES_COUNT;

	if (!nk_files_by_word(t->files, &files)) {
		return;
	}
	switch (files) {
	case NK_FILES_NOT_EXAMINED:
		nk_sheet_item(&p->sheet, 1, "Its own files on disk were NOT EXAMINED.");
		return;
	case NK_FILES_CLEAN:
		nk_sheet_item(&p->sheet, 1, "Its own files on disk were searched: nothing was found.");
		return;
	case NK_FILES_REWRITTEN:
		nk_sheet_item(
			&p->sheet, 1, "Its own files on disk were rewritten and then searched: nothing was found.");
		return;
	case NK_FILES_NOT_ERASED:
		nk_sheet_item(&p->sheet, 1,
			"Its own files on disk are NOT ERASED: values of these persons were found in %llu places of "
			"them.",
			(ull)t->residue_hits);
		return;
	case NK_FILES_COUNT:
		return;
	}
}

static void put_target(struct page *p, const struct nk_cert_target *t)
{
	struct nk_sheet *s = &p->sheet;
	const struct nk_readback *r = &t->readback;

	nk_sheet_item(s, 0, "%1$s (%2$s): %3$llu entries were deleted.", z(t->name), z(t->type), (ull)t->deleted);
	nk_sheet_item(s, 1,
		"It was then asked anew for %1$llu persons with %2$llu keys that they ever had there: %3$llu are "
		"absent, %4$llu present, %5$llu other "
		"entries name them.",
		(ull)r->persons, (ull)r->keys, (ull)r->absent, (ull)r->present, (ull)r->mentions);
	if (r->sentinel_seen) {
		nk_sheet_item(
			s, 1, "The same search showed an entry that had to be visible, so the answer was not blind.");
	} else if (r->persons > 0) {
		nk_sheet_item(
			s, 1, "The search did NOT show the entry that had to be visible: its answer proves nothing.");
	}
	put_files(p, t);
}

static void put_receipt(struct page *p, const struct nk_receipt *r)
{
	char room[WHEN_TEXT];
	const struct nk_str at = when(p, r->at, room);
	const char *signed_or_not =
		nk_tr(p->sheet.lang, nk_receipt_ok(r) ? "the receipt is signed." : "the receipt is NOT signed.");

	nk_sheet_item(&p->sheet, 2, "%1$s, host %2$s, %3$s; medium: %4$s; %5$s; %6$s", r->holder, r->host,
		r->organisation, r->medium, at.ptr, signed_or_not);
}

static void put_keys(struct page *p)
{
	struct nk_sheet *s = &p->sheet;

	nk_sheet_item(s, 0,
		"Records: every personal value is stored only sealed, under the person's own random 256-bit key "
		"(XChaCha20-Poly1305). "
		"Destroying the key is the erasure (cryptographic erasure).");
	if (p->c->keys_destroyed_at == 0) {
		nk_sheet_item(s, 1, "The keys are NOT destroyed.");
	} else {
		nk_sheet_item(s, 1, "The keys of these persons are destroyed in the vault.");
	}
	if (!p->c->rotated) {
		nk_sheet_item(s, 1, "The epoch secret was not replaced.");
		return;
	}
	nk_sheet_item(s, 1,
		"The epoch secret was replaced (epoch %1$llu by %2$llu). These holders destroyed the old one:",
		(ull)p->c->epoch_destroyed, (ull)p->c->epoch_now);
	for (size_t i = 0; i < p->c->n_receipts; i++) {
		put_receipt(p, &p->c->receipts[i]);
	}
}

static void put_means(struct page *p)
{
	nk_sheet_head(&p->sheet, "3. How it was erased");
	if (p->c->n_targets == 0) {
		nk_sheet_item(&p->sheet, 0, "No connected system held these persons.");
	}
	for (size_t i = 0; i < p->c->n_targets; i++) {
		put_target(p, &p->c->targets[i]);
	}
	put_keys(p);
}

static const char *place_text(enum nk_place_kind kind)
{
	static const char *const texts[NK_PLACE_KIND_COUNT] = {
		[NK_PLACE_STORE] = NK_N("Database"),
		[NK_PLACE_VAULT] = NK_N("Key vault"),
		[NK_PLACE_LEDGER] = NK_N("Ledger"),
		[NK_PLACE_HOME] = NK_N("Folder of this installation"),
		[NK_PLACE_TARGET_FILES] = NK_N("Files of a connected system"),
		[NK_PLACE_EXTRA] = NK_N("Further folder"),
	};

	return texts[kind];
}

/* 4096000 as 4,096,000. */
static const char *grouped(uint64_t n, char room[static 32])
{
	char *at = room + 31;
	unsigned digits = 0;

	*at = '\0';
	do {
		if (digits > 0 && digits % 3 == 0) {
			*--at = ',';
		}
		*--at = (char)('0' + n % 10);
		n /= 10;
		digits++;
	} while (n > 0);
	return at;
}

static void put_place(struct page *p, const struct nk_place *place, const struct nk_residue_place_report *r)
{
	const struct nk_str label = ours(p, place->label);
	char bytes[32];

	nk_sheet_item(&p->sheet, 0,
		"%1$s (%2$s): %3$llu files, %4$s bytes; found: %5$llu; values shared with persons who stay: %6$llu; "
		"not readable: %7$llu; %8$s",
		nk_tr(p->sheet.lang, place_text(place->kind)), z(label), (ull)r->files, grouped(r->bytes, bytes),
		(ull)r->hits, (ull)r->hits_of_others, (ull)r->unscanned,
		nk_tr(p->sheet.lang,
			r->control_found ? "the control person was found." : "the control person was NOT FOUND."));
}

static void put_scan(struct page *p, const struct nk_residue_report *scan, const char *intro)
{
	nk_sheet_gap(&p->sheet);
	nk_sheet_para(&p->sheet, "%s", nk_tr(p->sheet.lang, intro));
	for (size_t i = 0; nk_cert_searched(scan) && i < scan->n_places; i++) {
		put_place(p, &p->c->places[i], &scan->places[i]);
	}
}

/* One of three texts: no search, a valid one, one that is not valid. */
static const char *search_text(
	const struct nk_residue_report *scan, const char *none, const char *valid, const char *invalid)
{
	return !nk_cert_searched(scan) ? none : scan->valid ? valid : invalid;
}

static void put_scans(struct page *p)
{
	const struct nk_residue_report *any = nk_cert_decisive(p->c);

	nk_sheet_head(&p->sheet, "4. The search for remains");
	if (any != NULL) {
		nk_sheet_para(&p->sheet,
			"Searched for: names, kana, romaji, login names, mail addresses and identifiers (%1$llu texts), "
			"in UTF-8, CP932, EUC-JP, ISO-2022-JP, UTF-16LE and UTF-16BE, in every width, with variants of "
			"kanji, with and without blanks, in archives and documents too (nkscan %2$s). Into each place a "
			"made-up control person was planted, which had to be found there.",
			(ull)any->patterns, any->scanner);
	}
	put_scan(p, p->c->scan_before,
		search_text(p->c->scan_before, NK_N("Before the keys were destroyed no search was made."),
			NK_N("Before the keys were destroyed (a valid search):"),
			NK_N("Before the keys were destroyed (NOT a valid search):")));
	put_scan(p, p->c->scan_after,
		search_text(p->c->scan_after, NK_N("After the keys were destroyed no search was made."),
			NK_N("After the keys were destroyed (a valid search):"),
			NK_N("After the keys were destroyed (NOT a valid search):")));
}

static void put_retained(struct page *p)
{
	char day[NK_DATE_TEXT];

	nk_sheet_head(&p->sheet, "5. What is retained");
	if (p->c->n_retained == 0) {
		nk_sheet_para(&p->sheet, "No item is retained under a rule.");
	}
	for (size_t i = 0; i < p->c->n_retained; i++) {
		const struct nk_cert_retained *r = &p->c->retained[i];
		const struct nk_str what = ours(p, r->what);
		const struct nk_str rule = ours(p, r->rule);

		nk_sheet_item(&p->sheet, 0, "%1$s: %2$llu, until %3$s (rule: %4$s)", z(what), (ull)r->count,
			nk_date_print(r->until, day), z(rule));
	}
}

static void put_scope(struct page *p)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_scope_item items[NK_SCOPE_COUNT];
	const size_t n = nk_scope_of(p->c, items);

	nk_buf_init(&text, 8192);
	nk_sheet_head(&p->sheet, "6. What this certificate does not cover");
	for (size_t i = 0; i < n; i++) {
		nk_buf_reset(&text);
		if (nk_ok(p->sheet.rc)) {
			p->sheet.rc = nk_scope_text(&items[i], p->sheet.lang, &text, NULL);
		}
		nk_sheet_item_text(&p->sheet, 0, nk_buf_str(&text));
	}
	for (size_t i = 0; i < p->c->n_out_of_scope; i++) {
		nk_sheet_item_text(&p->sheet, 0, ours(p, p->c->out_of_scope[i]));
	}
}

static void put_order(struct page *p)
{
	struct nk_sheet *s = &p->sheet;
	char id[NK_UUID_TEXT];
	char hash[2 * NK_HASH_LEN + 1];

	nk_hex_print(p->c->plan.b, NK_HASH_LEN, hash);
	nk_sheet_head(s, "7. Order and approval");
	nk_sheet_field(s, "Requested by", nk_str_c(nk_uuid_print(p->c->requested_by, id)));
	if (nk_uuid_is_nil(p->c->approved_by)) {
		nk_sheet_field_f(s, "Approved by", "nobody: the rules asked for no second person");
	} else {
		nk_sheet_field(s, "Approved by", nk_str_c(nk_uuid_print(p->c->approved_by, id)));
	}
	nk_sheet_field(s, "Erase plan (hash)", nk_str_c(hash));
	if (p->c->limitation.len > 0) {
		nk_sheet_field(s, "Limitation", ours(p, p->c->limitation));
	}
}

static void put_how(struct page *p)
{
	struct nk_sheet *s = &p->sheet;

	nk_sheet_head(s, "8. How to verify this certificate");
	nk_sheet_para(s,
		"This text was made from the signed statement beside it and adds nothing; the signed statement "
		"decides. It is an in-toto Statement in a DSSE "
		"envelope, signed by the issuer's certificate key (Ed25519).");
	nk_sheet_item(s, 0,
		"\"nokosazu verify\" checks signature, level, receipts and the place in the ledger, without a "
		"network and without this installation. "
		"It needs two public keys: the issuer's certificate key and the verifier key of the ledger. Get them "
		"another way than this certificate.");
	nk_sheet_item(s, 0,
		"Programs of others can do the same: openssl for the signature, any tool for C2SP transparency logs "
		"for the proof file.");
	nk_sheet_item(s, 0,
		"The ledger is %s. The proof file shows that this certificate stands in it. That no other copy of "
		"these persons was registered is "
		"shown only by reading the whole ledger.",
		z(p->c->origin));
	nk_sheet_item(s, 0,
		"Somebody who was given the opening of his or her commitment can check to be among the persons of "
		"this certificate.");
}

NK_RESULT nk_cert_text(struct nk_bytes statement, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_cert cert;
	enum nk_level stated = NK_LEVEL_NONE;
	struct page p = { .sheet = { out, lang, { NK_OK } }, .c = &cert };

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, ARENA_MAX, &arena, err));
	NK_TRY(nk_cert_read(statement, arena, &cert, &stated, err));
	p.arena = arena;
	p.level = nk_cert_level(&cert);
	if (p.level != stated) {
		return nk_fail(err, NK_INVALID,
			"the certificate states the level %1$s, but its facts carry %2$s: it is not to be believed",
			nk_level_name(stated), nk_level_name(p.level));
	}
	put_form(&p);
	put_claim(&p);
	put_dates(&p);
	put_means(&p);
	put_scans(&p);
	put_retained(&p);
	put_scope(&p);
	put_order(&p);
	put_how(&p);
	return nk_ok(p.sheet.rc) ? nk_done()
				 : nk_fail(err, p.sheet.rc.code, "the text of the certificate is too long");
}
