/*
 * nks_whose.h: from findings to persons: which of them speak for each other, and what is known of each person then.
 *
 * Fed with the findings of the index in the order in which a scan reports them, stream after stream. Two findings
 * corroborate each other when they have a person in common, are of different fields (kanji, kana and romaji are one:
 * the name), and stand in the same row of the same table or within 300 characters. Each finding is handed on once
 * that is certain, in order. Memory: 16 bytes a person, and a window of at most NKS_WHOSE_WINDOW findings: of a
 * denser place the oldest leave early.
 */
#ifndef NKS_WHOSE_H
#define NKS_WHOSE_H

#include "nkscan.h"

enum { NKS_WHOSE_WINDOW = 256 };

struct nks_whose;
struct nks_sighting {
	uint64_t stream; /* any number that tells streams apart */
	struct nks_finding finding; /* of_index */
	void *user; /* handed back */
};
/* Called for each finding in order; `corroborated`: another field of one of its persons stands near. */
typedef void nks_whose_fn(void *arg, const struct nks_sighting *sighting, bool corroborated);

/* nks_whose_new: for the persons of this index, which must outlive it. fn may be NULL. NKS_LIMIT: ordinals above
 * 2^28. */
enum nks_status nks_whose_new(const struct nks_index *index, nks_whose_fn *fn, void *arg, struct nks_whose **out);
void nks_whose_free(struct nks_whose **w);
/* nks_whose_add: findings that are not of the index, and literal texts, are handed on as they are. nks_whose_flush:
 * the rest of the window; at the end, and whenever the caller wants to know. */
void nks_whose_add(struct nks_whose *w, const struct nks_sighting *sighting);
void nks_whose_flush(struct nks_whose *w);

/* What is known of one person. */
struct nks_verdict {
	uint16_t fields; /* bit per enum nks_field that was found */
	uint16_t corroborated; /* those that another one speaks for */
	uint32_t findings;
	uint32_t namesakes; /* most persons that one of the keys found can mean, this one among them; 0 when none */
	double chance; /* that all of it stands there without meaning this person: product of the chances of its
			  fields, only of those that corroborate each other when there are any */
};
/* nks_whose_person: false: nothing was found of this person. */
bool nks_whose_person(const struct nks_whose *w, uint32_t person, struct nks_verdict *out);
struct nks_whose_totals {
	uint64_t persons; /* of whom anything was found */
	uint64_t corroborated; /* at least two fields that speak for each other */
	uint64_t certain; /* a login, id, mail or phone alone, without namesakes of that key */
	uint64_t name_only; /* nothing but the name */
};
void nks_whose_totals(const struct nks_whose *w, struct nks_whose_totals *out);

#endif
