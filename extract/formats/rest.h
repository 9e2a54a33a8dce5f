/*
 * rest.h: what libarchive does not give us of a tar or cpio: headers with words in them, their padding, what stands
 * behind the end mark.
 *
 * Every byte of such an archive is accounted for in its order: the data of an entry that went through a pipe, a header
 * that says nothing but what its entry was reported with, zeros; all else is looked at: of a plain archive by not
 * claiming it, of a packed one, whose bytes go by, in the archive's own stream. Another archive may follow the first.
 */
#ifndef NKX_REST_H
#define NKX_REST_H

#include "squash.h"
#include "unpack.h"

struct nkx_rest {
	struct nkx_work *w;
	const struct nkx_source *s; /* plain */
	struct nkx_unpack *u; /* packed; NULL: plain */
	uint64_t base; /* where the archive at hand begins; all places are those of unpacked bytes */
	uint64_t done; /* accounted for up to here */
	/* Packed: what was unpacked and is not accounted for: [done, pulled) stands from kept + from on. */
	uint8_t *kept;
	size_t from, room;
	uint64_t pulled, shown; /* shown: to libarchive */
	uint64_t passing; /* before this place nothing is kept */
	enum nkx_why why; /* why the unpacking ended */
	bool ended, looking;
	uint8_t *lent;
};

/* nkx_rest_open: libarchive over the archive that begins at r->base. `q` is for plain ones. */
struct archive *nkx_rest_open(struct nkx_rest *r, struct nkx_squash *q, nkx_squash_set_fn *set);
/* nkx_rest_header: the entry's header lies in [from, to); what lies before it since the last account is looked at
 * when it is not all zeros. told: name, owner and target were looked through. */
void nkx_rest_header(struct nkx_rest *r, uint64_t from, uint64_t to, bool told);
/* nkx_rest_data: the bytes before `to` went through a pipe. nkx_rest_pass: those that will come before `to` are
 * reported as left out. */
void nkx_rest_data(struct nkx_rest *r, uint64_t to);
void nkx_rest_pass(struct nkx_rest *r, uint64_t to);
/* nkx_rest_again: behind the end of an archive: passes zeros; whether another one begins there (r->base). */
bool nkx_rest_again(struct nkx_rest *r, uint64_t end);
/* nkx_rest_end: all that is left is looked at. */
void nkx_rest_end(struct nkx_rest *r);

#endif
