/*
 * intake.h: a file of somebody's becomes a roster in memory, or a list of what is wrong with it. Stage ① of the
 * roster's way.
 *
 * The bytes are opened, unzipped, split and decoded in a sandboxed child (tables.h); this side checks rows and
 * references by tables of rules and builds struct nk_roster. Nothing is unpacked to a disk, nothing is kept: staging
 * is RAM (wiping). Findings name file, line, column and rule, never a value (I12). Clear-text password columns are
 * dropped in the child and counted.
 */
#ifndef NK_INTAKE_H
#define NK_INTAKE_H

#include "people.h"

enum nk_severity { NK_FINDING_NOTE, NK_FINDING_WARNING, NK_FINDING_ERROR };

struct nk_finding {
	enum nk_severity severity;
	const char *rule; /* stable id such as "OR-REF-3"; static */
	struct nk_str file; /* name inside the zip, or the file */
	uint64_t line; /* 1 = first; 0 = not about a line */
	struct nk_str column; /* header name; empty = none */
	const char *what; /* msgid, no placeholders: what is wrong */
	const char *todo; /* msgid: what somebody does about it */
	uint64_t times; /* how often: findings of the same rule, file and column are folded after the first 20 */
};

struct nk_roster_unit {
	struct nk_str key, parent_key, kind, name, code;
};

struct nk_roster_group {
	struct nk_str key, unit_key, kind, title, code, grade;
	int school_year;
};

struct nk_roster_membership {
	size_t where; /* index into units or groups */
	bool is_group, primary, hidden;
	enum nk_role role;
	nk_date from, until;
	uint32_t number;
};

struct nk_roster_person {
	struct nk_str field[NK_FIELD_COUNT]; /* SOURCE is filled by the caller's name of the source */
	bool enabled;
	nk_date valid_from, valid_until; /* NK_DATE_NONE where the file says nothing */
	struct nk_roster_membership *memberships;
	size_t n_memberships;
	uint64_t line; /* 0: not in the file: known before, and a delta says nothing of it */
};

struct nk_roster {
	struct nk_str format; /* "oneroster" | "csv" | "sds1" | "sds2" */
	struct nk_str generation; /* "1.1", "1.2", "1.2.1", "jp-a", "jp-b", "jp-c"; "1", "2", "2.1"; "xlsx" or "" */
	struct nk_str encoding; /* names of kana.h, of the first file */
	int school_year; /* 0: the file does not say */
	struct nk_roster_unit *units;
	size_t n_units;
	struct nk_roster_group *groups;
	size_t n_groups;
	struct nk_roster_person *persons;
	size_t n_persons;
	uint64_t passwords_dropped; /* rows that carried a clear password */
	uint64_t rows_not_imported; /* gradebook and other files that are not read */
	uint64_t bytes;
	struct nk_hash digest; /* BLAKE2b-256 of the file under opt->digest_key */
};

/* An error in a row, each one, however many of a kind there are. */
struct nk_bad_row {
	struct nk_str file;
	uint64_t line;
	struct nk_str column;
	const char *rule, *what; /* as in struct nk_finding */
};

struct nk_intake_options {
	int fd; /* the file, readable at random places */
	uint64_t size;
	struct nk_str format; /* empty: by content */
	bool strict; /* certification strictness; else "school": harmless deviations are warnings */
	struct nk_bytes mapping; /* for csv: text of the mapping (INI, csv_mapping.h), else empty */
	const struct nk_key *digest_key;
	uint64_t max_bytes; /* 0: 1 GiB */
	/* For a delta: what the source last said; NULL: none was taken in. Borrowed. */
	const struct nk_people *base;
	struct nk_uuid base_source;
	struct nk_str base_name;
	struct nk_bytes here; /* for fuzzers: the file itself, without a child; else empty */
	bool look_only; /* nothing is going to be taken in: a delta is read for its own rows only */
	struct nk_vec *bad; /* of struct nk_bad_row, the caller's; NULL: not wanted. What does not fit is left out */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *progress_arg;
};

/*
 * nk_intake_read: roster and findings live in `arena` (wiping). NK_INVALID when an error was found (findings tell all
 * of them, up to 1,000); the roster is then not given out. NK_LIMIT, NK_DENIED, NK_UNSUPPORTED from the child.
 */
NK_RESULT nk_intake_read(const struct nk_env *env, const struct nk_intake_options *opt, struct nk_arena *arena,
	const struct nk_roster **out_roster, const struct nk_finding **out_findings, size_t *out_n,
	struct nk_err *err);

#endif
