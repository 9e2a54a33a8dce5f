/*
 * nks_detect.h: what a detector is. One file and one row of detectors.rows each; its examples stand in the same file
 * and are its tests.
 *
 * nks_detect_block finds the triggers of a block once by its masks, and asks every detector of that trigger at each.
 * A detector looks around the place, and answers with extent, class and reasons; the confidence follows from the
 * reasons by weights.rows, never from code. A right check digit alone stays below the threshold in every class.
 */
#ifndef NKS_DETECT_H
#define NKS_DETECT_H

#include "nks_layout.h"

enum nks_trigger {
	NKS_ON_DIGITS, /* begin of a run of at least 4 digits counted over single separators (- － ー space ( ) .) */
	NKS_ON_AT, /* the @ */
	NKS_ON_DATE, /* where a date may begin: 1985/4/1, 昭和60年4月1日, S60.4.1, ㍼六十年四月一日 */
	NKS_ON_WORD, /* begin of a word of letters with at least 7 digits: passport, residence card */
	NKS_ON_PLACE, /* 市 区 郡 町 村 behind two units that stand before it in the name of some city */
	NKS_TRIGGER_COUNT
};

/* A run of digits with its separators, as NKS_ON_DIGITS found it. */
struct nks_run {
	size_t at, len; /* units, from the first to the last digit */
	uint8_t digits[40]; /* their values */
	uint8_t where[40]; /* unit of each, from `at` */
	uint8_t n; /* at most 40: longer ones are cut and `longer` set */
	bool longer;
	bool glued; /* a letter, digit or _ stands directly before or behind, or a letter beyond one hyphen, dot or
		       slash */
};

struct nks_detector {
	const char *name; /* as in detectors.rows */
	enum nks_class class;
	enum nks_trigger trigger;
	uint64_t digits; /* NKS_ON_DIGITS: bit n: runs of n digits are looked at */
	uint32_t needs; /* labels (1 << enum nks_label) without one of which in the block or its table nothing is
			   found: not asked then. 0: always asked */
	/* Returns true when something is there: hit->at, len, class, why filled (class is preset). */
	bool (*look)(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit);
	/* Its tests: UTF-8 with the finding between « and » (a hit), or none (misses). NULL ends. */
	const char *const *hits;
	const char *const *misses;
};

/* Context that detectors share. nks_context: WHY bits for the label before or above the place (LABEL, COLUMN, NEAR)
 * when it is one of `labels` (bits 1 << enum nks_label), and AGAINST when a label of another kind of number stands
 * there. */
uint64_t nks_context(const struct nks_text *text, size_t at, uint32_t labels);
/* nks_run_is: the run's separators stand exactly behind these counts of digits: "3-4-4". */
bool nks_run_is(const struct nks_run *run, const uint8_t *groups, size_t n);

#endif
