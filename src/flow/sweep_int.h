/*
 * sweep_int.h: one sweep, for the files sweep_*.c.
 */
#ifndef NK_SWEEP_INT_H
#define NK_SWEEP_INT_H

#include "flow_sweep.h"
#include "measures_int.h"
#include "residue.h"

enum { NK_SWEEP_PLACES_MAX = 160, NK_SWEEP_SUSPECTS_MAX = 1000, NK_SWEEP_HITS_MAX = 2000000 };

/* One trace that may count. */
struct nk_sweep_trace {
	struct nk_str path; /* of the file from the root; values masked */
	uint32_t number;
	enum nk_item_class item;
	bool digits;
};
/* All traces of one file: a slice of `traces`. */
struct nk_sweep_file {
	struct nk_str path;
	size_t first, n;
	struct nk_uuid known; /* the residue holding that is open for it; nil: none */
	bool changed; /* a live holding names this file, with other bytes */
};

struct nk_sweeping {
	struct nk_flow *flow;
	struct nk_arena *arena; /* wiping */
	struct nk_place places[NK_SWEEP_PLACES_MAX];
	size_t n_places;
	struct nk_vec left_out; /* struct nk_sweep_left */
	size_t off; /* classes of places that the configuration turns off */
	uint32_t *numbers; /* everybody */
	size_t n;
	struct nk_residue_pattern *patterns;
	size_t n_patterns;
	char dictionary[2 * NK_HASH_LEN + 1];
	struct nk_residue_report report;
	uint64_t unscanned; /* without pipes and sockets, which hold nothing */
	struct nk_sweep_trace *traces; /* by file, person, item */
	size_t n_traces;
	struct nk_vec files; /* struct nk_sweep_file outside of live holdings */
	uint64_t inside, alone;
};
NK_RESULT nk_sweeping_init(struct nk_sweeping *s, struct nk_flow *flow, struct nk_arena *arena, struct nk_err *err);
void nk_sweeping_done(struct nk_sweeping *s);

/* sweep_start.c: how many files in temporary and crash folders bear a name that only we would give. Reads names alone. */
uint64_t nk_sweep_start(const struct nk_flow *flow);

/* op_sweep.c: places, scan, books; `also`: a folder that is looked through beside those of req, or NULL. */
NK_RESULT nk_sweep_look(
	struct nk_sweeping *s, const struct nk_sweep_request *req, const char *also, struct nk_sweep_reply *out, struct nk_err *err);

/* nk_sweep_fill: places, what could not be read, and whether all was found that was planted, into the reply. */
NK_RESULT nk_sweep_fill(struct nk_sweeping *s, struct nk_sweep_reply *out, struct nk_err *err);

/* sweep_places.c: the places of the installation itself, for the sweep and for an erasure. The last is all of it, the first three
 * again: whatever somebody left lying in the home folder is found too. */
enum { NK_OWN_PLACES = 4 };
struct nk_own_place {
	enum nk_place_kind kind;
	const char *name, *label;
};
extern const struct nk_own_place nk_own_places[NK_OWN_PLACES];
NK_RESULT nk_sweep_places(struct nk_sweeping *s, const struct nk_sweep_request *req, struct nk_err *err);
/* nk_sweep_place: one of the caller's; of a folder inside the installation the installation's own way to look at it. */
NK_RESULT nk_sweep_place(struct nk_sweeping *s, const char *path, const char *label, struct nk_err *err);
/* nk_sweep_places_digest: kind and path of each place, as a digest that nobody without the house's key can guess from. */
NK_RESULT nk_sweep_places_digest(struct nk_sweeping *s, char out[static 2 * NK_HASH_LEN + 1], struct nk_err *err);
/* nk_sweep_inside: is `path` this folder or below it? */
bool nk_sweep_inside(struct nk_str path, struct nk_str folder);

/* sweep_scan.c: dictionary, scan, and which files are outside. */
NK_RESULT nk_sweep_scan(struct nk_sweeping *s, struct nk_err *err);
bool nk_sweep_controls(const struct nk_sweeping *s);
/* nk_sweep_unread_counts: whether this reason means that something may be there; none (NULL): a copy on the books explains it. */
bool nk_sweep_unread_counts(const struct nk_residue_unscanned *u);

/* nk_sweep_find (sweep_clear.c): the file that a masked path means; *out_there false: there is none. NK_CONFLICT: two fit. */
NK_RESULT nk_sweep_find(
	const struct nk_env *env, struct nk_str place, char out[static PATH_MAX], bool *out_there, struct nk_err *err);

/* sweep_books.c: holdings for new files, leaf, facts. */
NK_RESULT nk_sweep_book(struct nk_sweeping *s, struct nk_sweep_reply *out, struct nk_err *err);
uint64_t nk_sweep_persons_in(const struct nk_sweeping *s, const struct nk_sweep_file *f);
/* sweep_case.c. nk_sweep_doubt: before the books: `fresh` files were not known. nk_sweep_doubt_about: behind them: the
 * doubt is about these holdings. */
NK_RESULT nk_sweep_doubt(struct nk_sweeping *s, size_t fresh, struct nk_sweep_reply *out, struct nk_err *err);
NK_RESULT nk_sweep_doubt_about(struct nk_sweeping *s, const struct nk_sweep_reply *out, struct nk_err *err);
/* nk_sweep_statement: the predicate svr/v0.2 as canonical JSON. */
NK_RESULT nk_sweep_statement(
	const struct nk_sweeping *s, bool passed, struct nk_str verifier, struct nk_buf *out, struct nk_err *err);

#endif
