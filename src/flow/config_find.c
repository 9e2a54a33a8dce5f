/*
 * config_find.c: what is looked up in a configuration that was read, and the rows of [year].
 */
#include "base.h"
#include "config.h"

#include "custody.h"

struct nk_str nk_config_role_label(const struct nk_config *config, struct nk_str word)
{
	const char *const preset = nk_role_label(word);

	for (size_t i = 0; i < config->n_roles; i++) {
		if (nk_str_eq(config->roles[i].word, word)) {
			return config->roles[i].label;
		}
	}
	return preset != NULL ? nk_str_c(preset) : word;
}

const struct nk_config_target *nk_config_find_target(const struct nk_config *config, struct nk_str name)
{
	for (size_t i = 0; i < config->n_targets; i++) {
		if (nk_str_eq(config->targets[i].settings.name, name)) {
			return &config->targets[i];
		}
	}
	return NULL;
}

/* Any word is the name of a row. */
NK_RESULT nk_config_year_row(struct nk_config *config, const struct nk_year_source *from, struct nk_err *err)
{
	if (config->year.rule == NULL) {
		config->year.rule = nk_arena_array(config->arena, NK_YEAR_RULES_MAX, sizeof(*config->year.rule));
	}
	if (config->year.rule == NULL) {
		return nk_fail_nomem(err);
	}
	if (config->year.n == NK_YEAR_RULES_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("[year] has more than %d rows"), (int)NK_YEAR_RULES_MAX);
	}
	NK_TRY(nk_year_rule_parse(from, config->arena, &config->year.rule[config->year.n], err));
	config->year.n++;
	return nk_done();
}
