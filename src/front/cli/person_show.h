/*
 * person_show.h: one person for the screen: the head, and the lists that nk_op_person_show gives as lines of
 * fields between TABs.
 */
#ifndef NK_PERSON_SHOW_H
#define NK_PERSON_SHOW_H

#include "cli.h"

enum nk_person_show_list {
	NK_PERSON_SHOW_MEMBERSHIPS, /* unit|group, name, role, from, until, number */
	NK_PERSON_SHOW_TARGETS, /* target, state, anchor, keys … */
	NK_PERSON_SHOW_HOLDINGS, /* id, kind, place, since, until, gone, items */
	NK_PERSON_SHOW_FORMER, /* until, name, kana */
	NK_PERSON_SHOW_RECORDS, /* number, source, source key, login, state, name */
	NK_PERSON_SHOW_COUNT
};

NK_RESULT nk_person_show_head(struct nk_cli *cli, const struct nk_person_row *row, struct nk_err *err);
/* nk_person_show_part: a title and a table. nk_person_show_json: a key with an array of objects. */
NK_RESULT nk_person_show_part(
	struct nk_cli *cli, enum nk_person_show_list list, struct nk_str lines, struct nk_err *err);
void nk_person_show_json(struct nk_json *j, enum nk_person_show_list list, struct nk_str lines);

/* person_dates.c: the sub-verb "dates". */
NK_RESULT nk_person_dates_run(struct nk_cli *cli, struct nk_err *err);
/* person_merge.c: "merge" and "split". */
NK_RESULT nk_person_merge_run(struct nk_cli *cli, struct nk_err *err);
NK_RESULT nk_person_split_run(struct nk_cli *cli, struct nk_err *err);

#endif
