/*
 * nks_names.h: what the files of the name finder share. For this folder only.
 */
#ifndef NKS_NAMES_H
#define NKS_NAMES_H

#include "nks_lattice.h"
#include "nks_layout.h"

/* A name that may be reported. Of two that overlap, the one with the higher score stays. */
struct nks_candidate {
	size_t at, len; /* units in the block */
	uint64_t why;
	int32_t score;
};

/* nks_names_seek: bits of units of the mask word w whose run is worth a look: a name may begin there by bit maps, or
 * kana or another run behind a blank may go with it, or it is longer than NKS_RUN_MAX. */
uint64_t nks_names_seek(const struct nks_text *text, size_t w);

/* nks_beside_left, nks_beside_right: what stands before unit `at`, and at unit `at`, for the lattice. */
unsigned nks_beside_left(const struct nks_text *text, size_t at);
unsigned nks_beside_right(const struct nks_text *text, size_t at);

/* What the units beside a name say: reasons HONORIFIC, NEAR (role, reading or dates in brackets), LABEL, COLUMN, ROW,
 * RANDOM; and by how much less the lattice need be sure. */
struct nks_around {
	uint64_t why;
	int32_t support;
};
struct nks_around nks_names_around(const struct nks_text *text, size_t at, size_t len);
/* nks_names_doubtful: whether what stands beside makes it the name of something else: a company, a building, an
 * address. */
bool nks_names_doubtful(const struct nks_text *text, size_t at, size_t len);
/* nks_names_role_behind: length of the form of address or role that begins there, or 0; *honorific: a form of
 * address. */
size_t nks_names_role_behind(const struct nks_text *text, size_t at, bool *honorific);

/* nks_names_kana_given: a surname that is the whole run [at, end) of kanji, with a given name in kana behind it. */
bool nks_names_kana_given(const struct nks_text *text, size_t at, size_t end, struct nks_candidate *out);

/* nks_names_kana_may: what it denies for the run's end, nks_names_kana_given denies. Cheap: asked for every run. */
static inline bool nks_names_kana_may(const struct nks_text *text, size_t end)
{
	bool kana = nks_text_is(text, NKS_M_KANA, end + 1);
	return nks_text_is(text, NKS_M_KANA, end) && (kana || nks_text_is(text, NKS_M_HAN, end + 1)) &&
		nks_kana_begins(text->u[end], text->u[end + 1], kana);
}

/* Names that were reported with a label, so that they are not reported twice. */
enum { NKS_SPANS_MAX = 256 };
struct nks_spans {
	size_t n; /* of the last NKS_SPANS_MAX */
	size_t at[NKS_SPANS_MAX];
	size_t end[NKS_SPANS_MAX];
};
void nks_spans_add(struct nks_spans *spans, size_t at, size_t len);
bool nks_spans_have(const struct nks_spans *spans, size_t at, size_t len);

/* nks_names_cells: names in the columns and under the labels that say so; but for those in `seen`. */
bool nks_names_cells(const struct nks_text *text, struct nks_spans *seen, nks_emit_fn *emit, void *arg);

#endif
