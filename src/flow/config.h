/*
 * config.h: the configuration of an installation: nokosazu.conf, then conf.d/ *.conf in byte order of names.
 *
 * One table of settings (config.c) is the only source of sections, keys, types, limits and help: the parser,
 * `config show`, and nokosazu.conf(5) follow it. Unknown keys are errors that name the nearest known one.
 * Secrets never stand here. Texts live in the configuration's own arena.
 */
#ifndef NK_CONFIG_H
#define NK_CONFIG_H

#include "guard_source.h"
#include "mapping.h"
#include "names.h"
#include "plan.h"
#include "target.h"
#include "year.h"

enum { NK_CONFIG_TARGETS_MAX = 64, NK_CONFIG_CUSTODIANS_MAX = 9, NK_CONFIG_WORDS_MAX = 64 };

struct nk_config_words {
	struct nk_str word[NK_CONFIG_WORDS_MAX];
	size_t n;
};

struct nk_config_target {
	struct nk_target_settings settings;
	struct nk_str type;
	struct nk_str profile; /* school | university */
	struct nk_str files; /* folder of the target's own files, for the residue scan; empty: not ours to see */
	struct nk_str rewrite; /* program that rewrites those files after an erasure; empty: none */
	bool scheduled_groups;
	struct nk_str name; /* which name it takes: in-use | legal | both */
	struct nk_config_words hide_photo; /* attributes with a photo, taken from protected persons; "none": none */
	uint32_t timeout_seconds; /* settings.timeout_ms comes of it */
	struct nk_map_row *rows; /* map.* keys over the profile's */
	size_t n_rows;
};

struct nk_config_role {
	struct nk_str word, label;
};

/* Roles that sign a warrant of each kind, separated by blanks or commas; empty: those of warrants.rows. */
struct nk_config_needs {
	struct nk_str access, change, egress, exception, order, release;
};

/* What cases need to know of the organisation; all of it may be empty. */
struct nk_config_cases {
	struct nk_str regime, address, head, trade, clerk, desk, law, drop;
	bool pmark;
	uint32_t contract_hours, ack_minutes, answer_hours;
};

struct nk_config {
	struct nk_arena *arena;
	struct nk_str organisation, domain;
	uint32_t tz_minutes; /* east of UTC */
	uint32_t summary_days; /* a third party's summary older than this is not taken in */
	struct nk_str copy_dir;
	bool single_copy;
	struct nk_str sealer;
	struct nk_config_words custodians;
	uint32_t threshold;
	struct nk_str key_file;
	uint32_t grace_days;
	uint32_t tombstone_months;
	uint32_t plan_hours;
	uint32_t copy_hours; /* of what was last read of a target; 0: none is kept */
	uint32_t import_days; /* destroy an imported file by */
	bool keep_contact;
	uint32_t contact_months;
	uint32_t notice_days;
	struct nk_config_words number_forms; /* of the scanner */
	uint32_t carry_memory; /* MiB */
	uint32_t carry_days;
	struct nk_config_words sweep_places, sweep_temp, sweep_logs, sweep_crash; /* of the sweeper; "none": none */
	struct nk_names_rule names[NK_NAMES_RULES_MAX]; /* [names] login, mail, with .ROLE or .protected */
	size_t n_names;
	uint32_t names_length;
	struct nk_str notice_address, notice_desk; /* where to sign in; whom to ask */
	struct nk_config_words notice_grades, notice_classes;
	struct nk_guard_limits guard;
	struct nk_plan_limits plan_guard; /* outside of the seasons */
	uint32_t suspend_season_percent;
	struct nk_config_words guard_sentinels, guard_protected;
	uint32_t erase_percent, erase_number, erase_season_percent;
	uint32_t remind_hours, deputy_hours, director_hours; /* before the due time; behind it */
	uint32_t notify_seconds;
	struct nk_config_words notify_channels, notify_hosts, notify_urls; /* notices.rows; allow-lists */
	struct nk_str mail_url, mail_user, mail_password_file, mail_from, mail_to, notify_command, notify_webhook;
	struct nk_str backup_to, backup_keys_to;
	struct nk_config_words backup_for, backup_keys_for; /* age1… */
	uint32_t backup_days, backup_drill_days, backup_warn_days;
	bool backup_warrant;
	struct nk_config_words train_for; /* kinds of warrants that need a pass: "egress", "egress:carry" */
	uint32_t train_percent, train_days, read_days;
	struct nk_config_cases cases;
	struct nk_config_target targets[NK_CONFIG_TARGETS_MAX];
	size_t n_targets;
	struct nk_config_role roles[NK_CONFIG_WORDS_MAX]; /* [roles]: own words, or other labels */
	size_t n_roles;
	struct nk_config_needs needs;
	struct nk_config_words apart; /* "development/build" */
	struct nk_str limitation; /* why too few people are kept less apart */
	struct nk_year_rules year; /* [year]: rows in the order of reading */
};

/* nk_config_role_label: what a role is called: [roles], else roles.rows, else the word itself. */
struct nk_str nk_config_role_label(const struct nk_config *config, struct nk_str word);

/* nk_config_target_check (config_find.c): words of a target that was read; NK_CONFIG names it. */
NK_RESULT nk_config_target_check(const struct nk_config_target *target, struct nk_err *err);
/* nk_config_year_row (config_find.c): one row of [year]; NK_CONFIG, NK_LIMIT. */
NK_RESULT nk_config_year_row(struct nk_config *config, const struct nk_year_source *from, struct nk_err *err);
/* nk_config_load: NK_CONFIG with file and line; NK_NOT_FOUND when `home` is no installation. */
NK_RESULT nk_config_load(const struct nk_env *env, const char *home, struct nk_config **out, struct nk_err *err);
/* nk_config_shipped: everything as it is shipped: nothing was set. Not of use without a domain. */
NK_RESULT nk_config_shipped(struct nk_config **out, struct nk_err *err);
/*
 * config_weak.c: what of [guard], [training], [warrant] and [carry] holds back less, or asks fewer, than as shipped: one table
 * of keys and directions. nk_config_weak: those rows, at most NK_CONFIG_WEAK; texts in `arena` or of `config`. nk_config_strength: a text
 * of all rows of that table as they are in force: two configurations with the same text are equally strong.
 */
enum { NK_CONFIG_WEAK = 64 };
struct nk_config_weaker {
	const char *section, *key;
	struct nk_str now, shipped;
};
NK_RESULT nk_config_weak(const struct nk_config *config, struct nk_arena *arena,
	struct nk_config_weaker out[static NK_CONFIG_WEAK], size_t *out_n, struct nk_err *err);
NK_RESULT nk_config_strength(const struct nk_config *config, struct nk_buf *out, struct nk_err *err);
void nk_config_free(struct nk_config **config);
const struct nk_config_target *nk_config_find_target(const struct nk_config *config, struct nk_str name);
/* nk_config_rows: every key with its value in force and where it was set, for `config show`. */
struct nk_config_value {
	struct nk_str section, key, value, file;
	unsigned line;
};
NK_RESULT nk_config_rows(const struct nk_env *env, const char *home, struct nk_arena *arena,
	struct nk_config_value **out, size_t *out_n, struct nk_err *err);
/* nk_config_help: the table as text for the man page: "section key  type  default  help". */
NK_RESULT nk_config_help(struct nk_buf *out, struct nk_err *err);

#endif
