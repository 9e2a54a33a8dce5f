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

NK_RESULT nk_config_target_check(const struct nk_config_target *t, struct nk_err *err)
{
	const struct nk_str name = t->settings.name;
	enum nk_name_use use = NK_NAME_IN_USE;

	if (nk_target_find_type(t->type) == NULL) {
		return nk_fail(err, NK_CONFIG, NK_N("target %1$s: unknown type \"%2$s\""), nk_short(name).text, nk_short(t->type).text);
	}
	if (nk_mapping_default(t->profile) == NULL) {
		return nk_fail(err, NK_CONFIG, NK_N("target %1$s: unknown profile \"%2$s\"; known: school, university"),
			nk_short(name).text, nk_short(t->profile).text);
	}
	if (!nk_name_use_of(t->name, &use)) {
		return nk_fail(err, NK_CONFIG, NK_N("target %1$s: unknown name \"%2$s\"; known: in-use, legal, both"),
			nk_short(name).text, nk_short(t->name).text);
	}
	return t->hide_photo.n > 0 && t->hide_photo.n <= NK_PRESENT_MAX
		? nk_done()
		: nk_fail(err, NK_CONFIG, NK_N("target %1$s: hide_photo names one to %2$d attributes, or none"), nk_short(name).text,
			  (int)NK_PRESENT_MAX);
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
