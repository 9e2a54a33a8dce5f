/*
 * flow_carry.h: carrying out (持ち出し): asked for with what is really inside, sealed to named keys, received, destroyed
 * with a second look. Part of flow.h for the front ends.
 *
 * No wildcards, no folders: a file that is not named does not leave. Whose data is inside is computed from the bytes
 * by the scanner and the roster. Texts live in the given arena.
 */
#ifndef NK_FLOW_CARRY_H
#define NK_FLOW_CARRY_H

#include "flow.h"

enum { NK_CARRY_FILES = 256, NK_CARRY_RECIPIENTS = 16, NK_CARRY_ITEMS = 16 };

struct nk_carry_file {
	struct nk_str name; /* as it stands in the bundle */
	struct nk_str path;
	uint64_t size;
	struct nk_hash sha256;
};
struct nk_carry_item {
	const char *name; /* ids, login, mail … */
	uint64_t persons;
};
/* What is in the files, by their bytes. */
struct nk_carry_extent {
	uint64_t persons; /* of the roster; namesakes all of them */
	struct nk_carry_item items[NK_CARRY_ITEMS];
	size_t n_items;
	uint64_t others; /* places that look like data of persons and are nobody's of the roster */
	uint64_t unscanned; /* parts that could not be looked through whole */
	uint64_t persons_shown; /* sealing: what the approvers had been shown */
};

struct nk_carry_request {
	const char *const *paths;
	size_t n_paths;
	struct nk_str purpose, ticket;
	const struct nk_str *to; /* age1…, or the id of a party that has one */
	size_t n_to;
	nk_date until_day; /* destroyed by the end of that day at this place */
};
struct nk_carry_asked {
	struct nk_uuid warrant;
	struct nk_carry_file *files;
	size_t n_files;
	struct nk_carry_extent extent;
	struct nk_str needs; /* roles that must sign */
};
/* nk_op_carry_request: NK_USAGE (a folder, a wildcard, two files of one name), NK_NOT_FOUND (file; a recipient who is
 * not enrolled), NK_CONFLICT (a file changed while it was looked at). */
NK_RESULT nk_op_carry_request(struct nk_flow *flow, const struct nk_carry_request *req, struct nk_arena *arena,
	struct nk_carry_asked *out, struct nk_err *err);

struct nk_carry_sealed {
	struct nk_uuid holding, evidence;
	struct nk_hash sha256; /* of the bundle */
	uint64_t bytes;
	nk_time destroy_by;
	struct nk_carry_extent extent;
};
/*
 * nk_op_carry_seal: one use of the warrant. `to` (may be empty) must then be exactly the recipients of the warrant.
 * NK_DENIED: not granted, used, too late, a changed file, another recipient, more inside than was shown; each is
 * written down as refused. The bundle is `out_path`, which must not exist.
 */
struct nk_carry_seal_request {
	struct nk_uuid warrant;
	const char *out_path;
	const struct nk_str *to;
	size_t n_to;
};
NK_RESULT nk_op_carry_seal(struct nk_flow *flow, const struct nk_carry_seal_request *req, struct nk_arena *arena,
	struct nk_carry_sealed *out, struct nk_err *err);

/*
 * nk_op_carry_open: at the other side. All of the bundle is authenticated before the first byte is written; the files
 * go into `dir` (existing names are never overwritten) and must have the digests of the manifest. flow NULL: without a
 * store (a bundle whose day is over is told as late); else what is opened goes on the books as a holding before it
 * exists, and a late bundle is refused (NK_DENIED). `receipt`: to be given back.
 */
struct nk_carry_open_request {
	const char *bundle, *dir;
	struct nk_str identities; /* text of a file of age identities */
};
struct nk_carry_opened {
	struct nk_uuid warrant, from_holding, holding; /* holding nil: no store */
	size_t n_files;
	uint64_t bytes;
	struct nk_str destroy_by, receipt;
	bool late; /* its day is over by this machine's clock */
};
NK_RESULT nk_op_carry_open(const struct nk_env *env, struct nk_flow *flow, const struct nk_carry_open_request *req,
	struct nk_arena *arena, struct nk_carry_opened *out, struct nk_err *err);

/* nk_op_carry_receipt: takes a receipt in: only who opened that bundle can have made it. NK_DENIED: it is of no bundle
 * of this house; NK_EXISTS: taken in before. */
NK_RESULT nk_op_carry_receipt(struct nk_flow *flow, struct nk_bytes receipt, struct nk_arena *arena,
	struct nk_uuid *out_holding, struct nk_err *err);

/*
 * nk_op_carry_end: the place where it lay is scanned for the persons that were in it, a control person planted and
 * found; the bundle itself, where it still is, is destroyed. `seed`: the key of a second party who looked; without it,
 * or when something is left, nothing is closed. NK_DENIED: the key is nobody's or the custodian's; NK_INCOMPLETE: not
 * everything could be looked through; NK_PENDING: something is still there. Closed as unverified, and said why, when that
 * party does not judge here or had a part in it, no receipt is on the books, or the place is not the receipt's.
 */
struct nk_carry_end_request {
	struct nk_uuid warrant;
	const char *place;
	bool returned; /* else destroyed there */
	const struct nk_key *seed;
};
struct nk_carry_ended {
	struct nk_uuid holding, evidence;
	uint64_t files, bytes, traces, unscanned;
	bool control_found;
	bool unverified; /* gone, but not called verified */
	const char *why; /* msgid, when unverified */
};
NK_RESULT nk_op_carry_end(struct nk_flow *flow, const struct nk_carry_end_request *req, struct nk_arena *arena,
	struct nk_carry_ended *out, struct nk_err *err);

struct nk_carry_row {
	struct nk_uuid holding, warrant;
	struct nk_str place, gone;
	nk_time sealed_at, destroy_by, closed_at;
	uint64_t persons;
	bool received, overdue;
};
NK_RESULT nk_op_carry_list(struct nk_flow *flow, bool all, struct nk_arena *arena, struct nk_carry_row **out,
	size_t *out_n, struct nk_err *err);

#endif
