/*
 * cert_scope.c: what a certificate does not cover. A receipt without such a list is not honest, so it is never empty.
 *
 * Invariant: the entries follow from the facts alone; whoever checks a certificate computes them again.
 */
#include "base.h"

#include "cert_int.h"

static const struct {
	const char *code;
	const char *text; /* with %llu when it has a figure */
	bool has_count;
} scopes[NK_SCOPE_COUNT] = {
	[NK_SCOPE_SIMULATED_CLOCK] = { "simulated-clock",
		NK_N("The clock of this installation is simulated: no date of this certificate is real."), false },
	[NK_SCOPE_COPIES_NEVER_REGISTERED] = { "copies-never-registered",
		NK_N("Copies that nobody registered: screenshots, photographs, notes, print-outs, extracts made by "
		     "hand."),
		false },
	[NK_SCOPE_MEMORY_AND_SWAP] = { "memory-and-swap",
		NK_N("Main memory, swap space and crash dumps of the time before the erasure."), false },
	[NK_SCOPE_SNAPSHOTS_AND_FREED_BLOCKS] = { "snapshots-and-freed-blocks",
		NK_N("Snapshots made by a hypervisor or a file system, and freed blocks of the disks below us: file "
		     "systems and solid-state disks may keep earlier versions."),
		false },
	[NK_SCOPE_TARGET_BACKUPS] = { "target-backups",
		NK_N("Backups, logs and replicas of connected systems that others made."), false },
	[NK_SCOPE_EXISTENCE_IN_LEDGER] = { "existence-in-ledger",
		NK_N("That these persons existed: the ledger keeps the number and the times of events, under "
		     "pseudonyms."),
		false },
	[NK_SCOPE_OTHER_FORMS] = { "other-forms",
		NK_N("Values in a form that the search does not know: other spellings, parts of a value, images, and "
		     "compressed, encoded or encrypted files."),
		false },
	[NK_SCOPE_VALUES_TOO_SHORT] = { "values-too-short",
		NK_N("Values that are too short to be searched for, or to be searched for in every encoding: %llu."),
		true },
	[NK_SCOPE_LIKE_CHANCE] = { "like-chance",
		NK_N("Places where ciphertext or a digest holds so short a piece of a value that it stands there by chance: %llu."),
		true },
	[NK_SCOPE_NO_SECOND_SEARCH] = { "no-second-search",
		NK_N("The time after the keys were destroyed: no second search was made."), false },
	[NK_SCOPE_TARGET_FILES_NOT_ERASED] = { "target-files-not-erased",
		NK_N("Connected systems in whose files values of these persons were found and are NOT erased "
		     "(section 3): %llu."),
		true },
	[NK_SCOPE_TARGET_FILES_NOT_EXAMINED] = { "target-files-not-examined",
		NK_N("Connected systems whose files were not examined (section 3), although a directory server may "
		     "keep deleted entries in them: %llu."),
		true },
	[NK_SCOPE_EXTERNAL_OPEN] = { "external-copies-open",
		NK_N("Registered copies outside this installation (such as roster files and exports) that held these "
		     "persons and are not verified as gone: %llu."),
		true },
	[NK_SCOPE_BACKUPS_OPEN] = { "backups-open",
		NK_N("Parts of backups by which these persons can still be opened, until the keys parts among them are "
		     "destroyed: %llu."),
		true },
	[NK_SCOPE_EARLIER_VAULTS] = { "earlier-vaults",
		NK_N("Earlier copies of the key vault: with the unlock secret and the epoch secret of their time "
		     "they would still open, and with them earlier copies of the data."),
		false },
	[NK_SCOPE_EPOCH_SECRET_IN_FILE] = { "epoch-secret-in-file",
		NK_N("The medium of the epoch secret is a file: it is overwritten in place, which is not provably "
		     "erased below the file system."),
		false },
	[NK_SCOPE_SINGLE_COPY] = { "single-copy",
		NK_N("The key vault has only one place, as was chosen when it was made: there was no second one to "
		     "check against."),
		false },
};

const char *nk_scope_code(enum nk_scope what)
{
	return scopes[what].code;
}

bool nk_scope_has_count(enum nk_scope what)
{
	return scopes[what].has_count;
}

NK_RESULT nk_scope_text(const struct nk_scope_item *item, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const char *text = nk_tr(lang, scopes[item->what].text);
	const char *figure = strstr(text, "%llu");

	/* The figure is put in by hand: the text comes out of a table, where no compiler checks a format. */
	if (!scopes[item->what].has_count || figure == NULL) {
		return nk_buf_add_c(out, text, err);
	}
	NK_TRY(nk_buf_add(out, text, (size_t)(figure - text), err));
	NK_TRY(nk_buf_printf(out, err, "%" PRIu64, item->count));
	return nk_buf_add_c(out, figure + 4, err);
}

static uint64_t targets_with(const struct nk_cert *cert, enum nk_files wanted)
{
	uint64_t n = 0;

	for (size_t i = 0; i < cert->n_targets; i++) {
		enum nk_files files = NK_FILES_COUNT;

		n += nk_files_by_word(cert->targets[i].files, &files) && files == wanted;
	}
	return n;
}

/* Unsigned receipts, or none, are those of a file. */
static bool epoch_in_file(const struct nk_cert *cert)
{
	bool file = cert->n_receipts == 0;

	for (size_t i = 0; i < cert->n_receipts; i++) {
		file = file || nk_str_eq(nk_str_c(cert->receipts[i].medium), NK_STR("file"));
	}
	return file;
}

static uint64_t too_short(const struct nk_cert *cert)
{
	const struct nk_residue_report *scan = nk_cert_decisive(cert);

	return scan == NULL ? 0 : scan->patterns_too_short;
}

static uint64_t by_chance(const struct nk_cert *cert)
{
	const struct nk_residue_report *scan = nk_cert_decisive(cert);

	return scan == NULL ? 0 : scan->by_chance;
}

/* Whether an entry belongs to these facts; its figure in *out_count. */
static bool applies(const struct nk_cert *cert, enum nk_scope what, uint64_t *out_count)
{
	*out_count = 0;
	switch (what) {
	case NK_SCOPE_SIMULATED_CLOCK:
		return cert->simulated_clock;
	case NK_SCOPE_COPIES_NEVER_REGISTERED:
	case NK_SCOPE_MEMORY_AND_SWAP:
	case NK_SCOPE_SNAPSHOTS_AND_FREED_BLOCKS:
	case NK_SCOPE_TARGET_BACKUPS:
	case NK_SCOPE_EXISTENCE_IN_LEDGER:
	case NK_SCOPE_OTHER_FORMS:
		return true;
	case NK_SCOPE_VALUES_TOO_SHORT:
		*out_count = too_short(cert);
		return *out_count > 0;
	case NK_SCOPE_LIKE_CHANCE:
		*out_count = by_chance(cert);
		return *out_count > 0;
	case NK_SCOPE_NO_SECOND_SEARCH:
		return !nk_cert_searched(cert->scan_after);
	case NK_SCOPE_TARGET_FILES_NOT_ERASED:
		*out_count = targets_with(cert, NK_FILES_NOT_ERASED);
		return *out_count > 0;
	case NK_SCOPE_TARGET_FILES_NOT_EXAMINED:
		*out_count = targets_with(cert, NK_FILES_NOT_EXAMINED);
		return *out_count > 0;
	case NK_SCOPE_EXTERNAL_OPEN:
		*out_count = cert->external_open;
		return *out_count > 0;
	case NK_SCOPE_BACKUPS_OPEN:
		*out_count = cert->backups_open;
		return *out_count > 0;
	case NK_SCOPE_EARLIER_VAULTS:
		return nk_cert_level(cert) < NK_LEVEL_E3;
	case NK_SCOPE_EPOCH_SECRET_IN_FILE:
		return epoch_in_file(cert);
	case NK_SCOPE_SINGLE_COPY:
		return cert->single_copy;
	case NK_SCOPE_COUNT:
		break;
	}
	return false;
}

size_t nk_scope_of(const struct nk_cert *cert, struct nk_scope_item out[static NK_SCOPE_COUNT])
{
	size_t n = 0;

	for (unsigned i = 0; i < NK_SCOPE_COUNT; i++) {
		uint64_t count = 0;

		if (applies(cert, (enum nk_scope)i, &count)) {
			out[n++] = (struct nk_scope_item){ (enum nk_scope)i, count };
		}
	}
	return n;
}
