/*
 * nks_lattice.h: how a run of kanji is best read as words, and how much better it is read with the name of a person
 * in it. For this folder only. Never looks outside the run but for the two units beside it; knows nothing of labels
 * or honorifics.
 */
#ifndef NKS_LATTICE_H
#define NKS_LATTICE_H

#include "nks_words.h"

enum { NKS_RUN_MAX = 28, NKS_NODES_MAX = 420, NKS_NAMES_MAX = 24, NKS_LANES = 32, NKS_MARGIN_LEAST = -5000 };

struct nks_node {
	uint8_t at, end, class;
	int32_t cost;
};

struct nks_name {
	uint8_t at, mid,
		end; /* surname [at, mid), given name [mid, end); mid == end: a full name of the dictionary */
	bool surname_known, given_known;
	int32_t surname_cost, given_cost;
	int32_t margin; /* by how much the best reading with this name is cheaper than the best without any */
};

struct nks_lattice {
	nks_unit u[NKS_RUN_MAX + 2]; /* folded; behind the run its next unit */
	size_t n;
	size_t wall; /* a blank stands before this unit: no word goes across; 0: none */
	unsigned left, right; /* enum nks_beside, or a class */
	bool begins; /* the run begins here */
	bool ends; /* the run ends here: a word may go on in kana */
	struct nks_node nodes[NKS_NODES_MAX];
	size_t n_nodes;
	size_t first[NKS_RUN_MAX + 1]; /* first node that begins there */
	uint32_t active[NKS_RUN_MAX + 1]; /* classes that end there */
	/* Rows of costs by class; what is not there costs NKS_COST_NONE. */
	int32_t into[NKS_RUN_MAX + 1][NKS_LANES]; /* cheapest to a word that begins there, without it */
	int32_t to[NKS_RUN_MAX + 1][NKS_LANES]; /* cheapest from the beginning, with a word that ends there */
	int32_t from[NKS_RUN_MAX + 1][NKS_LANES]; /* cheapest to the end, behind a word that ends there */
	int32_t with[NKS_RUN_MAX + 1][NKS_LANES]; /* cheapest to the end, with a word that begins there */
	uint32_t begin[NKS_RUN_MAX + 1]; /* classes that begin there */
	int32_t after[NKS_RUN_MAX + 1]; /* cheapest to the end, behind a given name; 0: not asked yet */
	int32_t unknown[NKS_RUN_MAX + 1][3]; /* of given names that begin there, of 1 to 3 kanji; 0: not asked yet */
	int32_t plain; /* cheapest without a name */
	struct nks_name names[NKS_NAMES_MAX]; /* none with a margin below NKS_MARGIN_LEAST */
	size_t n_names;
};

/* nks_lattice_read: u, n, wall, left, right, ends are filled; fills the rest. */
void nks_lattice_read(struct nks_lattice *l);

#endif
