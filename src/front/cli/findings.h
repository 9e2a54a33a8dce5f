/*
 * findings.h: what reading a roster or the guard found, for people and as JSON.
 */
#ifndef NK_FINDINGS_H
#define NK_FINDINGS_H

#include "cli.h"

/* nk_findings_print: grouped by how grave they are, the gravest first; at most 40 on a terminal unless `all`. */
void nk_findings_print(struct nk_cli *cli, const struct nk_shown_finding *list, size_t n, bool all);
/* nk_findings_json: the key "findings" with an array. */
void nk_findings_json(const struct nk_cli *cli, struct nk_json *j, const struct nk_shown_finding *list, size_t n);
/* nk_findings_count: those of one severity ("error"). */
size_t nk_findings_count(const struct nk_shown_finding *list, size_t n, const char *severity);
/* nk_findings_kinds: an array of the severities from the gravest to the least, NULL at the end. */
const char *const *nk_findings_kinds(void);

#endif
