/*
 * cert_level.c: how far the facts go. The one place where a level is decided, for whoever makes a certificate and
 * whoever checks one.
 *
 * Invariant: a level is reached only when every condition of it and of all levels below holds; unknown never counts
 * as good.
 */
#include "base.h"

#include "cert.h"

#include "cert_int.h"

static const char *const level_names[NK_LEVEL_COUNT] = {
	[NK_LEVEL_NONE] = "none",
	[NK_LEVEL_E1] = "E1",
	[NK_LEVEL_E2] = "E2",
	[NK_LEVEL_E3] = "E3",
	[NK_LEVEL_E4] = "E4",
};

static const char *const files_words[NK_FILES_COUNT] = {
	[NK_FILES_NOT_EXAMINED] = "not-examined",
	[NK_FILES_CLEAN] = "clean",
	[NK_FILES_REWRITTEN] = "rewritten-and-clean",
	[NK_FILES_NOT_ERASED] = "not-erased",
};

static const struct {
	enum nk_level level;
	const char *text;
} lacks[NK_LACK_COUNT] = {
	[NK_LACK_PERSONS] = { NK_LEVEL_E1, NK_N("it names nobody who was erased") },
	[NK_LACK_LIVE_TIME] = { NK_LEVEL_E1, NK_N("the live copies are not all read back as absent") },
	[NK_LACK_READBACK] = { NK_LEVEL_E1,
		NK_N("a connected system still shows these persons, or its answer proves nothing") },
	[NK_LACK_FILES_WORD] = { NK_LEVEL_E1,
		NK_N("what is said of the files of a connected system contradicts what was found in them") },
	[NK_LACK_SCAN] = { NK_LEVEL_E1, NK_N("no search for remains was made") },
	[NK_LACK_SCAN_INVALID] = { NK_LEVEL_E1,
		NK_N("the search for remains is not valid: a control person was not found, or something could not be "
		     "read") },
	[NK_LACK_SCAN_HITS] = { NK_LEVEL_E1, NK_N("the search for remains found values of these persons") },
	[NK_LACK_KEYS] = { NK_LEVEL_E2, NK_N("the persons' keys are not destroyed") },
	[NK_LACK_ROTATION] = { NK_LEVEL_E3, NK_N("the epoch secret was not replaced after the keys were destroyed") },
	[NK_LACK_SEALER] = { NK_LEVEL_E3, NK_N("where the epoch secret is kept, its destruction cannot be proven") },
	[NK_LACK_RECEIPTS] = { NK_LEVEL_E3,
		NK_N("there are too few signed receipts by different holders on different hosts") },
	[NK_LACK_BACKUPS] = { NK_LEVEL_E3, NK_N("backups are left by which these persons can still be opened") },
	[NK_LACK_EXTERNAL] = { NK_LEVEL_E4, NK_N("copies outside that held these persons are not verified as gone") },
	[NK_LACK_TARGET_FILES] = { NK_LEVEL_E4,
		NK_N("the files of a connected system are not examined, or not erased") },
};

const char *nk_level_name(enum nk_level level)
{
	return level < NK_LEVEL_COUNT ? level_names[level] : level_names[NK_LEVEL_NONE];
}

bool nk_level_by_name(struct nk_str name, enum nk_level *out)
{
	for (unsigned i = 0; i < NK_LEVEL_COUNT; i++) {
		if (nk_str_eq(name, nk_str_c(level_names[i]))) {
			*out = (enum nk_level)i;
			return true;
		}
	}
	return false;
}

bool nk_files_by_word(struct nk_str word, enum nk_files *out)
{
	for (unsigned i = 0; i < NK_FILES_COUNT; i++) {
		if (nk_str_eq(word, nk_str_c(files_words[i]))) {
			*out = (enum nk_files)i;
			return true;
		}
	}
	return false;
}

const char *nk_cert_lack_text(enum nk_cert_lack lack)
{
	return lacks[lack].text;
}

enum nk_level nk_cert_lack_level(enum nk_cert_lack lack)
{
	return lacks[lack].level;
}

bool nk_cert_searched(const struct nk_residue_report *scan)
{
	return scan != NULL && scan->n_places > 0;
}

const struct nk_residue_report *nk_cert_decisive(const struct nk_cert *cert)
{
	return nk_cert_searched(cert->scan_after)     ? cert->scan_after
		: nk_cert_searched(cert->scan_before) ? cert->scan_before
						      : NULL;
}

static unsigned bit(enum nk_cert_lack lack, bool failed)
{
	return failed ? 1U << lack : 0;
}

/* Findings in files of targets that are owned up to as not erased. */
static uint64_t owned_up(const struct nk_cert *cert)
{
	uint64_t hits = 0;

	for (size_t i = 0; i < cert->n_targets; i++) {
		enum nk_files files = NK_FILES_COUNT;

		if (nk_files_by_word(cert->targets[i].files, &files) && files == NK_FILES_NOT_ERASED) {
			hits += cert->targets[i].residue_hits;
		}
	}
	return hits;
}

static unsigned scan_lacks(const struct nk_cert *cert)
{
	const struct nk_residue_report *scan = nk_cert_decisive(cert);
	uint64_t in_files = 0;
	uint64_t elsewhere = 0;

	if (scan == NULL) {
		return bit(NK_LACK_SCAN, true);
	}
	for (size_t i = 0; i < scan->n_places; i++) {
		if (cert->places[i].kind == NK_PLACE_TARGET_FILES) {
			in_files += scan->places[i].hits;
		} else {
			elsewhere += scan->places[i].hits;
		}
	}
	return bit(NK_LACK_SCAN_INVALID, !scan->valid || !nk_residue_is_valid(scan) || scan->patterns == 0) |
		bit(NK_LACK_SCAN_HITS, elsewhere > 0 || in_files > owned_up(cert));
}

static unsigned target_lacks(const struct nk_cert *cert)
{
	unsigned found = 0;

	for (size_t i = 0; i < cert->n_targets; i++) {
		const struct nk_cert_target *t = &cert->targets[i];
		enum nk_files files = NK_FILES_COUNT;
		const bool known = nk_files_by_word(t->files, &files);
		const bool said_clean = files == NK_FILES_CLEAN || files == NK_FILES_REWRITTEN;

		found |= bit(NK_LACK_READBACK, !nk_readback_good(&t->readback));
		found |= bit(NK_LACK_FILES_WORD, !known || (files != NK_FILES_NOT_ERASED && t->residue_hits > 0));
		found |= bit(NK_LACK_TARGET_FILES, !said_clean);
	}
	return found;
}

/* A receipt says that every epoch secret up to its epoch is destroyed: it must cover the old one, and not the one in
 * force. */
bool nk_receipt_counts(const struct nk_cert *cert, const struct nk_receipt *r)
{
	return nk_receipt_ok(r) && !nk_str_eq(nk_str_c(r->medium), NK_STR("file")) && r->medium[0] != '\0' &&
		r->epoch >= cert->epoch_destroyed && r->epoch < cert->epoch_now;
}

static bool same_holder(const struct nk_receipt *a, const struct nk_receipt *b)
{
	return nk_str_eq(nk_str_c(a->holder), nk_str_c(b->holder)) ||
		nk_str_eq(nk_str_c(a->host), nk_str_c(b->host)) ||
		nk_bytes_eq(nk_bytes_of(a->pub, sizeof(a->pub)), nk_bytes_of(b->pub, sizeof(b->pub)));
}

/* How many receipts are by holders that differ in name, host and key. */
static size_t independent_receipts(const struct nk_cert *cert)
{
	size_t n = 0;

	for (size_t i = 0; i < cert->n_receipts; i++) {
		bool counts = nk_receipt_counts(cert, &cert->receipts[i]);

		for (size_t j = 0; j < i && counts; j++) {
			counts = !nk_receipt_counts(cert, &cert->receipts[j]) ||
				!same_holder(&cert->receipts[i], &cert->receipts[j]);
		}
		n += counts;
	}
	return n;
}

static unsigned sealer_lacks(const struct nk_cert *cert)
{
	const bool shares = cert->holders > 0 && cert->threshold > 0 && cert->threshold <= cert->holders;
	const size_t wanted = shares ? cert->holders - cert->threshold + 1 : 2;

	return bit(NK_LACK_ROTATION, !cert->rotated || cert->epoch_now <= cert->epoch_destroyed) |
		bit(NK_LACK_SEALER, cert->cap < NK_LEVEL_E3 || cert->rehearsed_e3) |
		bit(NK_LACK_RECEIPTS, independent_receipts(cert) < wanted);
}

unsigned nk_cert_lacks(const struct nk_cert *cert)
{
	return bit(NK_LACK_PERSONS, cert->persons == 0) | bit(NK_LACK_LIVE_TIME, cert->live_gone_at <= 0) |
		target_lacks(cert) | scan_lacks(cert) | bit(NK_LACK_KEYS, cert->keys_destroyed_at <= 0) |
		sealer_lacks(cert) | bit(NK_LACK_BACKUPS, cert->backups_open > 0) |
		bit(NK_LACK_EXTERNAL, cert->external_open > 0);
}

enum nk_level nk_cert_level(const struct nk_cert *cert)
{
	const unsigned found = nk_cert_lacks(cert);
	enum nk_level lowest = NK_LEVEL_COUNT;

	for (unsigned i = 0; i < NK_LACK_COUNT; i++) {
		if ((found >> i & 1) != 0 && lacks[i].level < lowest) {
			lowest = lacks[i].level;
		}
	}
	return (enum nk_level)(lowest - 1);
}
