/*
 * refusal.c: refused attempts as leaves, each with its reason as a word of one closed table.
 *
 * Invariant: nothing of a message goes to the ledger, which may name an id: only the word of the row whose piece stands in
 * it. refusal_test looks that every refusal of a warrant, a party or a package has its row.
 */
#include "base.h"

#include "measures_int.h"

/* Words and what they mean to people. */
static const struct {
	const char *word;
	const char *label;
} words[] = {
	{ "already-done", NK_N("it was done already") },
	{ "by-hand", NK_N("it was asked for by hand instead of by the operation") },
	{ "canary", NK_N("a canary person was in it") },
	{ "changed", NK_N("what was kept of the warrant had been changed") },
	{ "denied", NK_N("not permitted") },
	{ "expired", NK_N("the warrant or the layout had expired") },
	{ "false-signature", NK_N("the signature was not true") },
	{ "gate", NK_N("the gate had not found it empty of persons") },
	{ "key-enrolled", NK_N("the key was enrolled already") },
	{ "last-officer", NK_N("it would have left no officer") },
	{ "layout", NK_N("the layout of the package did not allow it") },
	{ "no-paper", NK_N("a paper beside the package was missing or not good") },
	{ "no-test", NK_N("the maker's tests were missing") },
	{ "no-third-party", NK_N("the summary of a third party was missing or not good") },
	{ "no-way-back", NK_N("an older version, or other bytes under the same version") },
	{ "nobodys-key", NK_N("the key was nobody's who is enrolled") },
	{ "not-called", NK_N("the signer neither owed the duty nor was called for it") },
	{ "not-needed", NK_N("nobody was needed in this role") },
	{ "not-released", NK_N("it was not released by the development unit") },
	{ "not-signed", NK_N("a signature was missing") },
	{ "not-vouched", NK_N("no officer had signed for this party") },
	{ "not-yet", NK_N("the warrant did not hold yet") },
	{ "one-human-twice", NK_N("one party or one key in two places") },
	{ "open-campaign", NK_N("an open campaign concerned the site") },
	{ "other-fingerprint", NK_N("the fingerprint of the site was another") },
	{ "other-scope", NK_N("the warrant was for something else") },
	{ "other-words", NK_N("other words were signed than those asked for") },
	{ "over", NK_N("the warrant was refused, revoked, reported, or had come too far") },
	{ "own-side", NK_N("who asks or carries out was to judge, or the other way round") },
	{ "separation", NK_N("units that must be apart") },
	{ "signer-gone", NK_N("a signer was no longer enrolled") },
	{ "somebody-in-it", NK_N("somebody was in it, or not all of it could be scanned") },
	{ "untrained", NK_N("no test passed that still stands") },
	{ "used-up", NK_N("the warrant was used up") },
	{ "wrong-number", NK_N("another number was typed than that of the plan") },
	{ "wrong-role", NK_N("the signer did not hold the role") },
	{ "wrong-unit", NK_N("the key was of another unit") },
};

/* A piece of the English message, and its word; the first that stands in the message counts. */
static const struct {
	const char *piece;
	const char *word;
} pieces[] = {
	{ "What is missing: verified by a third", "no-third-party" },
	{ "What is missing: tests by the maker", "no-test" },
	{ "What is missing: released by", "not-released" },
	{ "What is missing: layout", "layout" },
	{ "What is missing: step ", "layout" },
	{ "What is missing: the gate", "gate" },
	{ "What is missing:", "no-paper" },
	{ "this package may not be released or installed", "no-paper" },
	{ "who asks for a warrant", "own-side" },
	{ "who signed a warrant", "own-side" },
	{ "who asks or carries out", "own-side" },
	{ "only who asked for a warrant", "own-side" },
	{ "not \"operator\"", "own-side" },
	{ "cannot say alone that it is gone", "own-side" },
	{ "each role needs a party of its own", "one-human-twice" },
	{ "are of one party or one key", "one-human-twice" },
	{ "one key makes and deploys", "one-human-twice" },
	{ "this key is enrolled already", "key-enrolled" },
	{ "the warrant is signed", "already-done" },
	{ "this is approved already", "already-done" },
	{ "this takes a second person", "not-signed" },
	{ "is not signed", "not-signed" },
	{ "the signature in the role", "not-signed" },
	{ "nobody has to sign this warrant", "not-signed" },
	{ "the warrant is used up", "used-up" },
	{ "and only once", "used-up" },
	{ "was refused, revoked", "over" },
	{ "has come too far", "over" },
	{ "there is no report that waits", "over" },
	{ "does not hold yet", "not-yet" },
	{ "has expired", "expired" },
	{ "does not need anybody in this role", "not-needed" },
	{ "an open campaign concerns this site", "open-campaign" },
	{ "the fingerprint is another", "other-fingerprint" },
	{ "known here by another key", "other-fingerprint" },
	{ "is signed by an officer, not by who made it", "own-side" },
	{ "built the package too", "own-side" },
	{ "mends a defect: a third party verifies it", "no-third-party" },
	{ "no third party has verified this package", "no-third-party" },
	{ "neither owes this duty nor was called", "not-called" },
	{ "no officer signed that this", "not-vouched" },
	{ "letters in clear leave only when an officer signs", "not-signed" },
	{ "does not have the role", "wrong-role" },
	{ "judges nothing here", "wrong-role" },
	{ "belongs to nobody who is enrolled", "nobodys-key" },
	{ "signed by nobody who is enrolled", "nobodys-key" },
	{ "no SSH key is enrolled", "nobodys-key" },
	{ "made with another key", "false-signature" },
	{ "without a touch of the device", "false-signature" },
	{ "the signature under this warrant is not true", "false-signature" },
	{ "made for another purpose", "other-words" },
	{ "does not fit what was to be signed", "other-words" },
	{ "what was signed is not this warrant", "other-words" },
	{ "no longer enrolled", "signer-gone" },
	{ "does not open: it was changed", "changed" },
	{ "says something else than what was asked for", "changed" },
	{ "carries no request", "changed" },
	{ "was changed after it was made", "changed" },
	{ "allows another kind of act", "other-scope" },
	{ "its scope is another one", "other-scope" },
	{ "what the officer signed names another", "other-scope" },
	{ "signed for another title", "other-scope" },
	{ "a revision needs a warrant", "not-signed" },
	{ "is not asked for by hand", "by-hand" },
	{ "this is the last officer", "last-officer" },
	{ "this is a site: it goes under", "not-signed" },
	{ "cannot be ended", "last-officer" },
	{ "must be apart", "separation" },
	{ "the right has lapsed", "untrained" },
	{ "there is no right yet", "untrained" },
	{ "needs a test passed", "untrained" },
	{ "the layout", "layout" },
	{ "the step \"package\"", "layout" },
	{ "this key's unit is", "wrong-unit" },
	{ "this one's unit is", "wrong-unit" },
	{ "the operator here is of", "wrong-unit" },
	{ "there is no way back", "no-way-back" },
	{ "installed with other bytes", "no-way-back" },
	{ "a canary person is in it", "canary" },
	{ "somebody of this site is in it", "somebody-in-it" },
	{ "the number typed", "wrong-number" },
	{ "signs himself that he knows", "not-signed" },
	{ "a key of one's own is enrolled", "not-signed" },
};

const char *nk_refusal_word(const struct nk_err *err)
{
	for (size_t i = 0; err != NULL && i < NK_ARRAY_LEN(pieces); i++) {
		if (strstr(err->text[NK_LANG_EN], pieces[i].piece) != NULL) {
			return pieces[i].word;
		}
	}
	return "denied";
}

const char *nk_refusal_label(struct nk_str word)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (nk_str_eq(word, nk_str_c(words[i].word))) {
			return words[i].label;
		}
	}
	return NULL;
}

void nk_flow_refused(struct nk_flow *flow, const char *what, const char *why)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[] = { nk_item_text("what", nk_str_c(what)), nk_item_text("why", nk_str_c(why)) };
	struct nk_err err = { 0 };

	if (!flow->write || flow->ledger == NULL || flow->store == NULL) {
		return;
	}
	if (nk_store_in_tx(flow->store)) { /* which is taken back: written by nk_flow_refused_late */
		(void)snprintf(flow->refused_what, sizeof(flow->refused_what), "%s", what);
		(void)snprintf(flow->refused_why, sizeof(flow->refused_why), "%s", why);
		return;
	}
	flow->refused_what[0] = '\0'; /* the same attempt, told by who knows it best */
	if (nk_ok(nk_tx_begin(flow->store, &tx, &err)) &&
		nk_ok(nk_flow_leaf(flow, tx, NK_LEAF_REFUSED, items, NK_ARRAY_LEN(items), NULL, &err))) {
		const nk_rc rc = nk_flow_commit(flow, &tx, &err);

		(void)rc; /* the refusal itself is being told already */
	}
}

void nk_flow_refused_why(struct nk_flow *flow, const char *what, const struct nk_err *err)
{
	nk_flow_refused(flow, what, nk_refusal_word(err));
}

void nk_flow_refused_late(struct nk_flow *flow)
{
	char what[sizeof(flow->refused_what)];

	if (flow->refused_what[0] != '\0' && flow->store != NULL && !nk_store_in_tx(flow->store)) {
		memcpy(what, flow->refused_what, sizeof(what));
		nk_flow_refused(flow, what, flow->refused_why);
	}
}
