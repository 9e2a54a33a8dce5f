/*
 * sentence.h: the sentences that may be printed about reading, misuse, completion and numbers. Computed, never typed.
 *
 * Each appends one sentence without a line end. A number is followed by its query id: 「4件［case.readings］」 (I11).
 */
#ifndef NK_SENTENCE_H
#define NK_SENTENCE_H

#include "facts.h"

/* nk_sentence_read: §5: yes with the number of readings, no with the logs, unknown with the missing minutes. A "no"
 * without sources is printed as unknown (I8). */
NK_RESULT nk_sentence_read(const struct nk_affected *a, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);

/* A campaign over sites: all = done + waived + under way + silent. */
struct nk_rollout {
	uint32_t sites;
	uint32_t verified; /* every step of the site is verified */
	uint32_t waived; /* by warrant: named, never counted as done */
	uint32_t silent; /* no signed report */
	uint32_t ended; /* no longer enrolled and not proven: counted in sites */
};
/* nk_sentence_rollout: 「すべて完了」 only when every site is verified; else 「○校中○校完了、未回答○校」. *out_all (may be
 * NULL) says which. */
NK_RESULT nk_sentence_rollout(const struct nk_rollout *r, enum nk_lang lang, bool *out_all, struct nk_buf *out, struct nk_err *err);

/* nk_sentence_misuse: 「現時点で不正使用は確認されていない」 with date and sources. NK_DENIED when there are no sources, or
 * when it has expired at `now` or lies in the future: then nothing is appended. */
NK_RESULT nk_sentence_misuse(
	const struct nk_assertion *a, nk_time now, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);

/* Persons in two sets: proved obtained, and unaccounted for (an upper bound). Whether they overlap is not assumed. */
struct nk_two_sets {
	uint64_t obtained;
	uint64_t unaccounted;
	enum nk_tri disjoint;
};
/* nk_two_sets_count: {obtained, obtained + unaccounted}, the upper bound for classes and deadlines; disjoint = no (the
 * obtained ones are among the unaccounted): {obtained, the greater of both}. */
struct nk_count nk_two_sets_count(const struct nk_two_sets *s);
/* nk_sentence_two_sets (T11): disjoint: 「12名、最大819名のおそれ［q］」; contained: 「12名、807名のおそれ（12名は807名に含まれる）」;
 * not known: 「12名、807名のおそれ（12名が807名に含まれるかは確認中）」: it is never assumed. */
NK_RESULT nk_sentence_two_sets(
	const struct nk_two_sets *s, struct nk_str query, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);
/* nk_sentence_count: 「1,204名［q］」, 「12名、最大819名のおそれ［q］」, 「最大807名のおそれ［q］」, 「人数は調査中［q］」. */
NK_RESULT nk_sentence_count(
	struct nk_count c, struct nk_str query, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);

#endif
