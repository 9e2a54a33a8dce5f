/*
 * residue.h: is anything of these persons still in these places? The scanner (scan/, extract/) asked for them alone.
 *
 * Every class of place gets the control person planted (a file or a row of its own) before it is scanned; a control
 * that is not found makes the scan of that class invalid. Containers and documents are opened; our own files, and a
 * target's, are looked through byte by byte in every encoding. What cannot be read is unscanned, never clean.
 * Findings carry the person's number, the kind of item and the place (file, offset), never the value. Patterns are
 * wiped at the end.
 */
#ifndef NK_RESIDUE_H
#define NK_RESIDUE_H

#include "nkscan.h"
#include "people.h"

enum nk_place_kind {
	NK_PLACE_STORE, /* database, its WAL and shm: control = a row of table control */
	NK_PLACE_VAULT,
	NK_PLACE_LEDGER,
	NK_PLACE_HOME, /* the rest of the home folder: configuration, logs, spool, temporary files */
	NK_PLACE_TARGET_FILES, /* a target's own files, when its settings name them */
	NK_PLACE_EXTRA, /* folders named by the caller */
	NK_PLACE_KIND_COUNT
};
/* nk_place_kind_name: "store", "target-files" …, static. nk_place_kind_by_name: false when there is no such kind. */
const char *nk_place_kind_name(enum nk_place_kind k);
bool nk_place_kind_by_name(struct nk_str name, enum nk_place_kind *out);

struct nk_place {
	enum nk_place_kind kind;
	const char *path; /* file or folder; folders are walked without following links to folders */
	struct nk_str label; /* for the certificate: "store", "target ldap-main: files" */
	const char *const *skip; /* names directly in a folder of kind EXTRA that are left out: somebody else's */
	size_t n_skip;
};

/* A pattern's reason for not counting: the same value belongs to somebody who stays, or it is kept by a rule. */
struct nk_residue_pattern {
	uint32_t person_number; /* 0: no pattern of anybody who leaves, but a longer value of somebody who stays: what
				   is found inside it is his */
	enum nk_item_class item;
	enum nks_field field;
	struct nk_str value; /* UTF-8 */
	bool also_of_others; /* somebody who stays has the same value: reported apart, not a finding */
	bool folded_of_others; /* his reads the same but is spelled otherwise (高 for 髙): only this very spelling
				  counts */
};

struct nk_residue_hit {
	size_t place;
	struct nk_str
		file; /* relative to the place, with what it lies in: "a.zip!/b.txt"; a value in a name is masked */
	size_t file_len; /* of the file itself in `file`; behind it "!/" and what it lies in */
	uint64_t offset; /* 0 for a finding in the file's name */
	uint32_t person_number;
	enum nk_item_class item;
	const char *encoding; /* "utf-8" …, "file-name"; static */
	bool digits; /* the value has digits only: by itself it may be anything */
	bool enough; /* more than coincidence, by itself or with another text beside it: true of every hit in a report */
	unsigned bits; /* of chance, in ciphertext or within a long number (residue_chance.c); 0: elsewhere */
	uint64_t stream; /* which of the scan, as a number */
	uint64_t token; /* equal texts, equal tokens */
};

/* A file, folder or part of one that could not be read whole, or is no regular file. */
struct nk_residue_unscanned {
	size_t place;
	struct nk_str file; /* as in a hit; "" for the place itself */
	const char *why; /* msgid, static */
};

struct nk_residue_place_report {
	uint64_t files, bytes, unscanned; /* unscanned: files, and parts of them, that could not be read whole */
	uint64_t hits; /* true findings */
	uint64_t hits_of_others;
	uint64_t by_chance; /* times that so little stood in ciphertext, or in a digest, that it is no finding */
	bool control_found;
};

struct nk_residue_report {
	struct nk_residue_place_report *places; /* same order as given */
	size_t n_places;
	const struct nk_residue_hit *hits; /* first 10,000, or as many as the options say */
	size_t n_hits;
	struct nk_residue_unscanned *unscanned; /* first 1,000 */
	size_t n_unscanned;
	uint64_t patterns;
	uint64_t patterns_too_short; /* not looked for, or not in every encoding: named in the certificate */
	uint64_t by_chance; /* in all places */
	bool valid; /* every control found and nothing unscanned, in at least one place */
	char scanner[16]; /* version of the scanning library */
};
/* nk_residue_hits: true findings in all places. */
uint64_t nk_residue_hits(const struct nk_residue_report *report);
/* nk_residue_is_valid: what `valid` must be, from the places. */
bool nk_residue_is_valid(const struct nk_residue_report *report);

/* nk_residue_patterns: from persons (all at once) by nk_spell; values that others share are marked, longer values of
 * others that contain one come with person number 0. Into `arena` (wiping). Costs one pass over everybody who stays.
 */
NK_RESULT nk_residue_patterns(const struct nk_people *people, const uint32_t *numbers, size_t n,
	struct nk_arena *arena, struct nk_residue_pattern **out, size_t *out_n, struct nk_err *err);

struct nk_residue_options {
	const struct nk_place *places;
	size_t n_places;
	const struct nk_residue_pattern *patterns;
	size_t n_patterns;
	/*
	 * plant, unplant: how the control gets into places of kind STORE: as a row of the database (UTF-8). NULL, or
	 * plant answering NK_UNSUPPORTED, and in all other places: a file nokosazu-control-<random> in the folder
	 * (beside a place that is one file), in every encoding. Any other failure to plant leaves the place without a
	 * control: scanned, and not valid.
	 */
	NK_RESULT (*plant)(void *arg, const struct nk_place *place, struct nk_str control, struct nk_err *err);
	NK_RESULT (*unplant)(void *arg, const struct nk_place *place, struct nk_err *err);
	void *plant_arg;
	size_t hits_max; /* 0: 10,000 */
	void (*progress)(void *arg, uint64_t bytes); /* bytes scanned so far, in all places */
	void *progress_arg;
};
/*
 * nk_residue_scan: plants, walks, scans and takes the controls away again, place by place. Report and hits live in
 * `arena`. Not being able to read or to plant is no error but stands in the report. Errors: NK_NOMEM, NK_LIMIT
 * (patterns), NK_UNSUPPORTED (no seccomp for the workers), a control that cannot be taken away. Opening and
 * closing a file gives up this process's fcntl locks on it: SQLite's own, so hold the house lock (flock) over a scan
 * of the store.
 */
NK_RESULT nk_residue_scan(const struct nk_env *env, const struct nk_residue_options *opt, struct nk_arena *arena,
	struct nk_residue_report *out, struct nk_err *err);

#endif
