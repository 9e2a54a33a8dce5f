/*
 * args.c: getopt_long fed from the tables of cmd.h. Its messages are ours, because its own are in one language.
 *
 * Invariant: args->given holds only options of the verb's table or of the common one.
 */
#include "base.h"

#include "args.h"

#include <getopt.h>

enum { OPTIONS_MAX = 48, FIRST_VALUE = 256 };

/* The verb's options and the common ones as getopt_long wants them; values are places in `from` + FIRST_VALUE. */
struct tables {
	struct option longs[OPTIONS_MAX + 1];
	const struct nk_cmd_option *from[OPTIONS_MAX];
	int n;
	char shorts[2 + 2 * OPTIONS_MAX + 1];
};

static void add_table(struct tables *t, const struct nk_cmd_option *options)
{
	size_t at = strlen(t->shorts);

	for (const struct nk_cmd_option *o = options; o != NULL && o->name != NULL; o++) {
		nk_assert(t->n < OPTIONS_MAX);
		t->longs[t->n] = (struct option){ o->name, o->arg != NULL ? required_argument : no_argument, NULL,
			FIRST_VALUE + t->n };
		t->from[t->n++] = o;
		if (o->letter != 0) {
			t->shorts[at++] = o->letter;
			if (o->arg != NULL) {
				t->shorts[at++] = ':';
			}
		}
	}
	t->shorts[at] = '\0';
}

static const struct nk_cmd_option *by_value(const struct tables *t, int value)
{
	if (value >= FIRST_VALUE && value < FIRST_VALUE + t->n) {
		return t->from[value - FIRST_VALUE];
	}
	for (int i = 0; i < t->n; i++) {
		if (value != 0 && t->from[i]->letter == value) {
			return t->from[i];
		}
	}
	return NULL;
}

static const char *verb_of(const struct nk_args *args)
{
	return args->cmd != NULL ? args->cmd->name : "";
}

/* An option that getopt_long does not know, or knows in more than one way, or that has a value too many. */
static NK_RESULT refuse(const struct nk_args *args, const struct tables *t, const char *typed, struct nk_err *err)
{
	const struct nk_cmd_option *const known = by_value(t, optopt);
	struct nk_str word = nk_str_c(typed);
	struct nk_str name = { NULL, 0 };
	const char *near = NULL;

	(void)nk_str_cut(&word, '=', &name);
	if (known != NULL) {
		return nk_fail(err, NK_USAGE, NK_N("the option \"--%s\" takes no value"), known->name);
	}
	if (optopt != 0) {
		return nk_fail(err, NK_USAGE, NK_N("unknown option \"-%1$c\"; see \"nokosazu %2$s --help\""), optopt,
			verb_of(args));
	}
	name = nk_str_sub(name, 2, name.len);
	near = nk_cmd_nearest_option(args->cmd, name);
	if (near != NULL) {
		return nk_fail(err, NK_USAGE, NK_N("unknown option \"--%1$s\"; the nearest known one is \"--%2$s\""),
			nk_short(name).text, near);
	}
	return nk_fail(err, NK_USAGE, NK_N("unknown option \"--%1$s\"; see \"nokosazu %2$s --help\""),
		nk_short(name).text, verb_of(args));
}

static NK_RESULT take(struct nk_args *args, const struct nk_cmd_option *o, const char *value, struct nk_err *err)
{
	if (args->n_given == NK_ARGS_GIVEN_MAX) {
		return nk_fail(err, NK_USAGE, NK_N("more than %d options"), NK_ARGS_GIVEN_MAX);
	}
	args->given[args->n_given].option = o;
	args->given[args->n_given].value = value;
	args->n_given++;
	return nk_done();
}

static NK_RESULT each(struct nk_args *args, const struct tables *t, int argc, char **argv, struct nk_err *err)
{
	int value = 0;

	optind = 0; /* glibc: start anew */
	opterr = 0;
	for (;;) {
		optopt = 0;
		value = getopt_long(argc, argv, t->shorts, t->longs, NULL);
		if (value == -1) {
			return nk_done();
		}
		if (value == '?') {
			return refuse(args, t, argv[optind - 1], err);
		}
		if (value == ':') {
			const struct nk_cmd_option *const o = by_value(t, optopt);

			nk_assert(o != NULL);
			return nk_fail(
				err, NK_USAGE, NK_N("the option \"--%1$s\" needs a value: %2$s"), o->name, o->arg);
		}
		NK_TRY(take(args, by_value(t, value), optarg, err));
	}
}

NK_RESULT nk_args_front(struct nk_args *args, int argc, char **argv, int *out_at, struct nk_err *err)
{
	struct tables t = { .shorts = "+:", .n = 0 };

	memset(args, 0, sizeof(*args));
	add_table(&t, nk_cmd_common());
	NK_TRY(each(args, &t, argc, argv, err));
	*out_at = optind;
	return nk_done();
}

static NK_RESULT choose_sub(struct nk_args *args, struct nk_err *err)
{
	const struct nk_cmd *const cmd = args->cmd;
	const char *near = NULL;

	if (args->n_operands == 0 && cmd->first_is_default) {
		args->sub = cmd->subs;
		return nk_done();
	}
	if (args->n_operands == 0 && cmd->run == NULL) {
		return nk_fail(err, NK_USAGE,
			NK_N("\"nokosazu %1$s\" needs to know what to do; see \"nokosazu %1$s --help\""), cmd->name);
	}
	for (const struct nk_cmd_sub *s = cmd->subs; args->n_operands > 0 && s->name != NULL; s++) {
		if (strcmp(s->name, args->operands[0]) == 0) {
			args->sub = s;
			args->operands++;
			args->n_operands--;
			return nk_done();
		}
	}
	if (cmd->run != NULL) {
		return nk_done();
	}
	near = nk_cmd_nearest_sub(cmd, nk_str_c(args->operands[0]));
	if (near != NULL) {
		return nk_fail(err, NK_USAGE,
			NK_N("\"nokosazu %1$s\" does not know this word; the nearest known one is \"%2$s\""),
			cmd->name, near);
	}
	return nk_fail(err, NK_USAGE, NK_N("\"nokosazu %1$s\" does not know this word; see \"nokosazu %1$s --help\""),
		cmd->name);
}

static bool word_in(const char *words, const char *word)
{
	struct nk_str rest = nk_str_c(words);
	struct nk_str one = { NULL, 0 };

	while (nk_str_cut(&rest, ' ', &one)) {
		if (nk_str_eq(one, nk_str_c(word))) {
			return true;
		}
	}
	return false;
}

/* Does every option that was typed belong to this sub-verb, and are there as many operands as it takes? */
static NK_RESULT judge(const struct nk_args *args, struct nk_err *err)
{
	const unsigned min = args->sub != NULL ? args->sub->min : args->cmd->min;
	const unsigned max = args->sub != NULL ? args->sub->max : args->cmd->max;

	for (size_t i = 0; i < args->n_given; i++) {
		const struct nk_cmd_option *const o = args->given[i].option;

		if (o->subs != NULL && !word_in(o->subs, args->sub != NULL ? args->sub->name : "-")) {
			return nk_fail(err, NK_USAGE,
				NK_N("the option \"--%1$s\" is not one of \"nokosazu %2$s %3$s\""), o->name,
				args->cmd->name, args->sub != NULL ? args->sub->name : "");
		}
	}
	if (args->n_operands < min) {
		return nk_fail(err, NK_USAGE,
			NK_N("\"nokosazu %1$s\": something is missing; see \"nokosazu %1$s --help\""),
			args->cmd->name);
	}
	if (args->n_operands > max) {
		return nk_fail(err, NK_USAGE, NK_N("\"nokosazu %1$s\": too many words; see \"nokosazu %1$s --help\""),
			args->cmd->name);
	}
	return nk_done();
}

NK_RESULT nk_args_parse(struct nk_args *args, int argc, char **argv, struct nk_err *err)
{
	struct tables t = { .shorts = ":", .n = 0 };

	nk_assert(args->cmd != NULL);
	add_table(&t, args->cmd->options);
	add_table(&t, nk_cmd_common());
	NK_TRY(each(args, &t, argc, argv, err));
	args->operands = argv + optind;
	args->n_operands = (size_t)(argc - optind);
	if (nk_args_has(args, "help")) {
		return nk_done();
	}
	if (args->cmd->subs != NULL) {
		NK_TRY(choose_sub(args, err));
	}
	return judge(args, err);
}

static bool known(const struct nk_cmd_option *options, const char *name)
{
	for (const struct nk_cmd_option *o = options; o != NULL && o->name != NULL; o++) {
		if (strcmp(o->name, name) == 0) {
			return true;
		}
	}
	return false;
}

static size_t last(const struct nk_args *args, const char *name)
{
	size_t found = SIZE_MAX;

	nk_assert(known(nk_cmd_common(), name) || (args->cmd != NULL && known(args->cmd->options, name)));
	for (size_t i = 0; i < args->n_given; i++) {
		if (strcmp(args->given[i].option->name, name) == 0) {
			found = i;
		}
	}
	return found;
}

bool nk_args_has(const struct nk_args *args, const char *name)
{
	return last(args, name) != SIZE_MAX;
}

const char *nk_args_get(const struct nk_args *args, const char *name)
{
	const size_t i = last(args, name);

	return i != SIZE_MAX ? args->given[i].value : NULL;
}

struct nk_str nk_args_str(const struct nk_args *args, const char *name)
{
	return nk_str_c(nk_args_get(args, name));
}

size_t nk_args_all(const struct nk_args *args, const char *name, const char **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < args->n_given && n < max; i++) {
		if (strcmp(args->given[i].option->name, name) == 0) {
			out[n++] = args->given[i].value;
		}
	}
	return n;
}

NK_RESULT nk_args_number(const struct nk_args *args, const char *name, uint64_t min, uint64_t max,
	uint64_t *preset_and_out, struct nk_err *err)
{
	const char *const value = nk_args_get(args, name);

	if (value != NULL && !nk_parse_u64(nk_str_c(value), min, max, preset_and_out)) {
		return nk_fail(err, NK_USAGE, NK_N("the option \"--%1$s\" wants a number from %2$llu to %3$llu"),
			name, (unsigned long long)min, (unsigned long long)max);
	}
	return nk_done();
}

NK_RESULT nk_args_need(const struct nk_args *args, const char *name, struct nk_err *err)
{
	return nk_args_has(args, name) ? nk_done()
				       : nk_fail(err, NK_USAGE, NK_N("the option \"--%s\" must be given"), name);
}

struct nk_str nk_args_operand(const struct nk_args *args, size_t i)
{
	return i < args->n_operands ? nk_str_c(args->operands[i]) : NK_STR("");
}
