/*
 * flow_roster.h: what is done with a roster file before it is taken in: looked at, and its mapping found and kept.
 */
#ifndef NK_FLOW_ROSTER_H
#define NK_FLOW_ROSTER_H

#include "flow.h"

/* nk_roster_open: a file, or a folder of CSV files packed in memory; at most 1 GiB. The descriptor is the caller's. */
NK_RESULT nk_roster_open(const struct nk_env *env, const char *path, int *out_fd, uint64_t *out_size, struct nk_err *err);

/*
 * The mapping of a source: a plain row file, home/mappings/SOURCE.map, which people read and edit (docs/howto).
 * nk_mapping_load: empty when there is none. nk_mapping_save: takes the place of the one that was there.
 * NK_USAGE: a name that cannot be a file's.
 */
NK_RESULT nk_mapping_load(const struct nk_env *env, const char *home, struct nk_str source, struct nk_arena *arena,
	struct nk_bytes *out, struct nk_err *err);
NK_RESULT nk_mapping_save(
	const struct nk_env *env, const char *home, struct nk_str source, struct nk_bytes text, struct nk_err *err);

struct nk_check_request {
	int fd;
	uint64_t size;
	struct nk_str label; /* as in nk_import_request */
	struct nk_str format;
	struct nk_bytes mapping;
	bool strict;
	struct nk_str source; /* whose keys the rows have: for whose copy `rejects` is */
	enum nk_lang lang; /* of the reasons in `rejects` */
	const char *rejects; /* file that is made for the rows with errors; NULL: none */
};
struct nk_check_reply {
	bool sound; /* no error: it could be taken in */
	struct nk_str format, generation, encoding;
	uint64_t persons, units, groups, passwords_dropped, rows_not_imported;
	const struct nk_shown_finding *findings;
	size_t n_findings;
	uint64_t rejected; /* rows in the file that was made */
	uint64_t held_back; /* of these, rows of protected persons: line and reason only */
	struct nk_uuid holding; /* of that file; nil: none was made */
	nk_time destroy_by;
};
/*
 * nk_op_check: reads a roster by the rules, changes nothing. `flow` may be NULL (no installation is needed) unless
 * `rejects` is asked for: that copy is a holding with an end, safe to open in a spreadsheet. What is wrong with the
 * file as a whole (no sound zip) is an error; what is wrong in it are findings.
 */
NK_RESULT nk_op_check(const struct nk_env *env, struct nk_flow *flow, const struct nk_check_request *req,
	struct nk_arena *arena, struct nk_check_reply *out, struct nk_err *err);

/* What a list's columns probably are. */
struct nk_map_column {
	struct nk_str header;
	const char *item; /* "" or "none": not read */
	const char *kind; /* msgid: what stands in it */
	uint64_t filled, distinct;
	struct nk_str sample; /* a value, when it was asked for */
};
struct nk_map_doubt {
	const char *id;
	struct nk_str column; /* empty: none */
	uint64_t n;
	const char *ask; /* msgid with one number at most: %llu is n */
	bool open, yes;
	struct nk_str text; /* unit_name: the name that is presumed or was answered */
};
struct nk_map_request {
	int fd;
	uint64_t size;
	bool samples; /* of persons: for a terminal only */
	const struct nk_str *sets;
	size_t n_sets;
	struct nk_str key;
	const struct nk_str *answers; /* "id=yes", "id:column=no", "unit_name=NAME" */
	size_t n_answers;
	struct nk_str unit_name; /* presumed for classes of no named school; may be empty */
};
struct nk_map_reply {
	struct nk_str encoding;
	bool book;
	uint64_t rows, hidden_sheets;
	const struct nk_map_column *columns;
	size_t n_columns;
	struct nk_str key; /* column; empty: none */
	const struct nk_map_doubt *doubts;
	size_t n_doubts, n_open;
	struct nk_str text; /* the mapping */
};
/* nk_op_map: looks at a list and proposes; writes nothing (nk_mapping_save does). No installation is needed. */
NK_RESULT nk_op_map(const struct nk_env *env, const struct nk_map_request *req, struct nk_arena *arena,
	struct nk_map_reply *out, struct nk_err *err);

#endif
