/*
 * args.h: what was typed: options by the tables of cmd.h, and operands. Uses getopt_long, so one thread at a time.
 *
 * Values are borrowed from argv, which getopt_long puts into another order.
 */
#ifndef NK_ARGS_H
#define NK_ARGS_H

#include "cmd.h"

enum { NK_ARGS_GIVEN_MAX = 64 };

struct nk_args {
	const struct nk_cmd *cmd; /* NULL: only the common options */
	const struct nk_cmd_sub *sub; /* chosen by nk_args_parse; NULL: the verb has none, or none was typed */
	struct {
		const struct nk_cmd_option *option;
		const char *value; /* NULL: it takes none */
	} given[NK_ARGS_GIVEN_MAX];
	size_t n_given;
	char **operands; /* behind the sub-verb */
	size_t n_operands;
};

/*
 * nk_args_front: the options before the verb. *args is made new; *out_at is the place of the verb in argv, or argc.
 * nk_args_parse: the options and operands behind it: argv[0] is the verb, args->cmd says which; what was given before
 * stays. Both: NK_USAGE with a text that names the option and the nearest known one. With --help among the options
 * the number of operands and the sub-verb are not judged.
 */
NK_RESULT nk_args_front(struct nk_args *args, int argc, char **argv, int *out_at, struct nk_err *err);
NK_RESULT nk_args_parse(struct nk_args *args, int argc, char **argv, struct nk_err *err);

/* nk_args_has, nk_args_get: was it given, and its last value (NULL: not given). The name must be in the tables. */
bool nk_args_has(const struct nk_args *args, const char *name);
const char *nk_args_get(const struct nk_args *args, const char *name);
/* nk_args_str: the same as a slice, empty when it was not given. */
struct nk_str nk_args_str(const struct nk_args *args, const char *name);
/* nk_args_all: every value in order, at most `max`; returns how many. */
size_t nk_args_all(const struct nk_args *args, const char *name, const char **out, size_t max);
/* nk_args_number: a number from min to max; `preset` when it was not given. NK_USAGE. */
NK_RESULT nk_args_number(const struct nk_args *args, const char *name, uint64_t min, uint64_t max,
	uint64_t *preset_and_out, struct nk_err *err);
/* nk_args_need: NK_USAGE when the option was not given. */
NK_RESULT nk_args_need(const struct nk_args *args, const char *name, struct nk_err *err);
/* nk_args_operand: operand i, empty when there are fewer. */
struct nk_str nk_args_operand(const struct nk_args *args, size_t i);

#endif
