/*
 * ask_int.h: the one question's three files: which copies (ask_walk.c); whose and how they ended (ask.c); who could read
 * them, and did they (ask_read.c).
 */
#ifndef NK_ASK_INT_H
#define NK_ASK_INT_H

#include "custody.h"

struct nk_ask_node {
	struct nk_ask_row row; /* what all rows of this copy share; depth UINT_MAX: not made from the one asked for */
	struct nk_uuid custodian, checked_by;
	nk_time opened_at, closed_at;
	enum nk_gone gone;
	bool known_read;
	bool counted; /* the numbers of persons stand in its row */
	size_t first, n_rows; /* in rows; before that: where its edges begin */
};

/* `child` was made from `parent`. */
struct nk_ask_edge {
	struct nk_uuid child, parent;
	size_t to; /* where the copy stands in nodes; SIZE_MAX: nowhere */
};

struct nk_ask_span {
	nk_time from, until;
	bool complete;
};

/*
 * A table's rows copy by copy, asked for in rising order of their ids: one look-up a copy, or, when most copies are in
 * the answer, all rows in the order of the index, those of other copies passed over. Column 0 is the copy.
 */

struct nk_ask_stream {
	struct nk_stmt *stmt;
	bool whole; /* one pass over the table */
	bool by_text; /* column 0 is "holding:" and the id as text */
	bool more; /* a row is at hand */
	struct nk_uuid key; /* in one pass: whose it is */
};

struct nk_asking {
	struct nk_store *store;
	const struct nk_key *place_key; /* NULL: places stay empty */
	struct nk_arena *arena;
	struct nk_vec nodes, edges, rows, spans; /* nodes by id */
	bool whole; /* most copies are in the answer */
};

/*
 * nk_ask_walk: fills `nodes` (each once, in order of their ids, with its depth) and `whole`: set when more than `limit`
 * copies are in the answer. NK_NOT_FOUND.
 */
NK_RESULT nk_ask_walk(struct nk_asking *a, struct nk_uuid root, size_t limit, struct nk_err *err);
/* nk_ask_limited: nk_ask with a limit of the caller's; each gives the same answer. SIZE_MAX: the best one. */
NK_RESULT nk_ask_limited(struct nk_store *store, const struct nk_key *place_key, struct nk_uuid holding, size_t limit,
	struct nk_arena *arena, struct nk_ask_row **out, size_t *out_n, struct nk_err *err);
/*
 * nk_ask_stream_open: into one that is all zero but `by_text`; `one` has the copy as ?1, `all` has none and is ordered by
 * column 0. _at: the first row of that copy; _next: the next one of the same. _close: for NK_OWNED.
 */
void nk_ask_stream_close(struct nk_ask_stream *stream);
NK_RESULT nk_ask_stream_open(
	const struct nk_asking *a, const char *one, const char *all, struct nk_ask_stream *out, struct nk_err *err);
NK_RESULT nk_ask_stream_at(struct nk_ask_stream *stream, struct nk_uuid holding, bool *out, struct nk_err *err);
NK_RESULT nk_ask_stream_next(struct nk_ask_stream *stream, struct nk_uuid holding, bool *out, struct nk_err *err);
/* nk_ask_readers: the rows of one copy, in order of time, behind those that are there. */
struct nk_ask_reading {
	struct nk_ask_stream reach, coverage;
	bool loaded; /* the spans are those of the copy at hand */
};
void nk_ask_reading_done(struct nk_ask_reading *reading);
NK_RESULT nk_ask_reading_open(struct nk_asking *a, struct nk_ask_reading *out, struct nk_err *err);
NK_RESULT nk_ask_readers(
	struct nk_asking *a, struct nk_ask_reading *reading, const struct nk_ask_node *n, struct nk_err *err);

#endif
