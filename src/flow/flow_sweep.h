/*
 * flow_sweep.h: the sweeper: looks for persons of this installation in files that are no holding of it.
 *
 * A trace counts by itself, but digits alone (a number of a pupil, say) only beside another trace of the same person in
 * the same file, and in ciphertext only what is more than chance (residue.h: by_chance). A file that a live holding
 * lists with these very bytes is inside; every other one with a trace is a
 * SUSPECT, one with other bytes too: it gets a holding of kind residue, whose, where and who could read it, and a case.
 * No value is in any reply: a name of a file that holds one is masked.
 */
#ifndef NK_FLOW_SWEEP_H
#define NK_FLOW_SWEEP_H

#include "flow.h"

struct nk_sweep_request {
	const char *const *places; /* only these files and folders; none: the installation, temp, logs, crash folders, [sweep] */
	size_t n_places;
	const char *temp_dir; /* $TMPDIR, or NULL */
	bool installation_only; /* home and [sweep] places */
};
struct nk_sweep_place {
	struct nk_str label, path;
	uint64_t files, bytes, traces, unscanned;
	bool control_found;
};
struct nk_sweep_suspect {
	struct nk_uuid holding;
	struct nk_str path; /* masked */
	uint64_t persons, traces;
	bool known; /* found by an earlier sweep, and still there */
	bool changed; /* a live holding names this file, but with other bytes */
};
struct nk_sweep_unread {
	struct nk_str path;
	const char *why; /* msgid */
};
struct nk_sweep_left {
	struct nk_str path; /* a default folder that this user cannot write to: nothing of ours lies there; or a class that is off */
	bool off; /* [sweep] temp, logs or crash = none: nobody looked there, and the sweep is not complete */
};
struct nk_sweep_reply {
	const struct nk_sweep_place *places;
	size_t n_places;
	const struct nk_sweep_suspect *suspects;
	size_t n_suspects;
	uint64_t more; /* files with traces beyond the first 1,000: found again when these are cleared */
	const struct nk_sweep_unread *unread; /* first 1,000 */
	size_t n_unread;
	const struct nk_sweep_left *left_out;
	size_t n_left_out;
	uint64_t files, bytes, unscanned, inside, alone; /* inside: traces in live holdings; alone: digits with nothing
						       beside, and what may be chance */
	uint64_t persons, texts; /* of the dictionary */
	struct nk_str dictionary; /* keyed digest of it, hexadecimal */
	char scanner[16];
	bool controls; /* every control person was found */
	bool complete; /* and everything was read, and no class of places is off */
	bool whole; /* of all classes of places: neither `places` nor installation_only was asked for */
	bool clean; /* no suspect */
	char receipt[16]; /* of the case; "": none was opened */
};
/* nk_op_sweep: NK_NOT_FOUND: a place that is not there. Suspects and what could not be read are no error. */
NK_RESULT nk_op_sweep(struct nk_flow *flow, const struct nk_sweep_request *req, struct nk_arena *arena,
	struct nk_sweep_reply *out, struct nk_err *err);

struct nk_sweep_cleared {
	struct nk_str path;
	bool was_there;
	uint64_t files, bytes; /* of the second sweep of its place */
	struct nk_uuid evidence;
	struct nk_str envelope; /* DSSE of the statement svr/v0.2 with NOKOSAZU_NO_RESIDUE */
};
/*
 * nk_op_sweep_clear: removes the residue that this holding is (a file: overwritten, cut, unlinked; pages of the database:
 * rewritten), sweeps its place again, and signs for the house that nothing is left. The holding stays open until
 * another party has looked: nk_op_sweep_check, with that party's own key: it sweeps all classes of places and the
 * residue's own, on the books like any sweep. NK_INCOMPLETE: the second sweep still finds something, somebody of this
 * residue in another file (it may have been moved there), or was not complete; NK_DENIED: the key is nobody's, the
 * custodian's own, or of a party that does not judge here.
 */
struct nk_sweep_check {
	struct nk_uuid holding;
	const struct nk_key *seed;
	const char *temp_dir; /* as in nk_sweep_request */
};
NK_RESULT nk_op_sweep_clear(struct nk_flow *flow, struct nk_uuid holding, struct nk_arena *arena,
	struct nk_sweep_cleared *out, struct nk_err *err);
NK_RESULT nk_op_sweep_check(struct nk_flow *flow, const struct nk_sweep_check *req, struct nk_arena *arena,
	struct nk_sweep_cleared *out, struct nk_err *err);

/* nk_sweep_before_seal: for carry and package: sweeps the installation. NK_DENIED: there is a suspect, cleared or not
 * yet; NK_INCOMPLETE: not everything could be looked through. */
NK_RESULT nk_sweep_before_seal(struct nk_flow *flow, struct nk_err *err);

#endif
