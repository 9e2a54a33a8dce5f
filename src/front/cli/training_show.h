/*
 * training_show.h: the parts of the verb training that talk longer: a sitting, and drills.
 */
#ifndef NK_TRAINING_SHOW_H
#define NK_TRAINING_SHOW_H

#include "cli.h"

/* nk_training_take: asks the questions on standard output, reads a digit a line from standard input, then shows what
 * was right and why. Exit status 2 when a set was not passed. NK_CANCELLED: the input ended; that set is not recorded. */
NK_RESULT nk_training_take(struct nk_cli *cli, struct nk_err *err);
/* nk_training_drill: plant, score, list. */
NK_RESULT nk_training_drill(struct nk_cli *cli, struct nk_err *err);

#endif
