/*
 * ask_int.h: the one question's two files: which copies, whose and how they ended (ask.c); who could read them, and did
 * they (ask_read.c).
 */
#ifndef NK_ASK_INT_H
#define NK_ASK_INT_H

#include "custody.h"

struct nk_ask_node {
	struct nk_ask_row row; /* what all rows of this copy share */
	struct nk_uuid custodian, checked_by;
	nk_time opened_at, closed_at;
	enum nk_gone gone;
	bool known_read;
	size_t first, n_rows; /* in rows */
};

struct nk_ask_span {
	nk_time from, until;
	bool complete;
};

struct nk_asking {
	struct nk_store *store;
	struct nk_arena *arena;
	struct nk_map index; /* id → place in nodes */
	struct nk_vec nodes, edges, rows, spans;
	bool has_anyone; /* is a party of the kind "anyone" enrolled? */
	bool has_upper; /* is there any upper bound at all? */
	struct nk_buf last; /* the bitmap that was joined last, as it lay in the store */
};

/* nk_ask_readers: the rows of one copy, in order of time, behind those that are there; `has_anyone` must be right. */
NK_RESULT nk_ask_readers(struct nk_asking *a, const struct nk_ask_node *n, struct nk_err *err);

#endif
