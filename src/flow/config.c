/*
 * config.c: the table of settings, and reading files by it. Refuses what it does not know.
 */
#include "base.h"
#include "config.h"

#include "custody.h"
#include "ini.h"

enum kind { K_TEXT, K_NUMBER, K_YES_NO, K_WORDS };

struct setting {
	const char *section; /* "target" stands for [target NAME] */
	const char *key;
	enum kind kind;
	size_t at; /* offset in struct nk_config, or in struct nk_config_target */
	uint32_t min, max, preset;
	const char *help;
};

#define AT(member) offsetof(struct nk_config, member)
#define TAT(member) offsetof(struct nk_config_target, member)

static const struct setting settings[] = {
	{ "site", "organisation", K_TEXT, AT(organisation), 0, 0, 0,
		"name of the organisation that issues certificates" },
	{ "site", "domain", K_TEXT, AT(domain), 0, 0, 0, "domain of logins and of the ledger's origin" },
	{ "site", "timezone_minutes", K_NUMBER, AT(tz_minutes), 0, 840, 540, "minutes east of UTC" },
	{ "site", "summary_days", K_NUMBER, AT(summary_days), 1, 366, 30,
		"days after which a third party's summary of this site is too old to be taken in" },
	{ "vault", "copy", K_TEXT, AT(copy_dir), 0, 0, 0, "second place of the vault, on another disk" },
	{ "vault", "single_copy", K_YES_NO, AT(single_copy), 0, 1, 0,
		"work without a second place; every statement says so" },
	{ "vault", "sealer", K_TEXT, AT(sealer), 0, 0, 0, "file or custodian" },
	{ "vault", "custodians", K_WORDS, AT(custodians), 0, 0, 0, "addresses as printed by nokosazu-custodian" },
	{ "vault", "threshold", K_NUMBER, AT(threshold), 1, 9, 2, "custodians needed to open" },
	{ "vault", "key_file", K_TEXT, AT(key_file), 0, 0, 0,
		"file with the unlock secret; without it a passphrase is asked for" },
	{ "people", "grace_days", K_NUMBER, AT(grace_days), 0, 3660, 30, "days from leaving to erasure" },
	{ "people", "tombstone_months", K_NUMBER, AT(tombstone_months), 0, 240, 24,
		"months for which nobody gets an erased login or mail address again" },
	{ "people", "keep_contact", K_YES_NO, AT(keep_contact), 0, 1, 0, "keep one mail of an erased person for notification only" },
	{ "people", "contact_months", K_NUMBER, AT(contact_months), 1, 240, 60,
		"months for which that mail is kept" },
	{ "plan", "expire_hours", K_NUMBER, AT(plan_hours), 1, 720, 24, "hours for which a plan can be applied" },
	{ "plan", "copy_hours", K_NUMBER, AT(copy_hours), 0, 168, 0, "hours for which what a plan read of a target is kept, sealed; 0: not" },
	{ "import", "destroy_days", K_NUMBER, AT(import_days), 1, 3660, 30,
		"days within which an imported file is to be destroyed" },
	{ "names", "login", K_TEXT, 0, 0, 0, 0,
		"rule for logins of persons whose source gives none: {year2}{romaji.family}{seq}; login.ROLE, login.protected" },
	{ "names", "mail", K_TEXT, 0, 0, 0, 0, "the same for mail addresses: {login}@{domain}; mail.ROLE, mail.protected" },
	{ "names", "length", K_NUMBER, AT(names_length), 3, 64, 20, "longest login made by rule" },
	{ "notice", "sign_in", K_TEXT, AT(notice_address), 0, 0, 0,
		"where people sign in (https://...): printed on each notice, with a QR code" },
	{ "notice", "help_desk", K_TEXT, AT(notice_desk), 0, 0, 0, "whom to ask, as printed on each notice" },
	{ "notice", "days", K_NUMBER, AT(notice_days), 1, 366, 14, "days within which notices are to be handed out" },
	{ "notice", "grades", K_WORDS, AT(notice_grades), 0, 0, 0, "grades whose joiners get an initial password" },
	{ "notice", "classes", K_WORDS, AT(notice_classes), 0, 0, 0,
		"classes whose joiners get one: title, code, or school/title" },
	{ "duty", "remind_hours", K_NUMBER, AT(remind_hours), 0, 8760, 24, "hours before the due time when the owner is reminded" },
	{ "duty", "deputy_hours", K_NUMBER, AT(deputy_hours), 0, 8760, 0, "hours behind it when the deputy is called" },
	{ "duty", "director_hours", K_NUMBER, AT(director_hours), 0, 8760, 24, "hours behind it when the director is called" },
	{ "duty", "channels", K_WORDS, AT(notify_channels), 0, 0, 0,
		"how people are called: mail, command, webhook; none: it is only printed" },
	{ "duty", "timeout_seconds", K_NUMBER, AT(notify_seconds), 1, 300, 20, "longest wait for one notice" },
	{ "duty", "mail_url", K_TEXT, AT(mail_url), 0, 0, 0, "mail server: smtp://host:port with STARTTLS, smtps://host" },
	{ "duty", "mail_user", K_TEXT, AT(mail_user), 0, 0, 0, "name for the mail server's login; none: without one" },
	{ "duty", "mail_password_file", K_TEXT, AT(mail_password_file), 0, 0, 0,
		"file (whole path, nobody else may read it) with the password of that login" },
	{ "duty", "mail_from", K_TEXT, AT(mail_from), 0, 0, 0, "sender of notices" },
	{ "duty", "mail_to", K_TEXT, AT(mail_to), 0, 0, 0, "where notices go for parties without an address" },
	{ "duty", "hosts", K_WORDS, AT(notify_hosts), 0, 0, 0, "mail servers that may be spoken to" },
	{ "duty", "command", K_TEXT, AT(notify_command), 0, 0, 0, "program (whole path) that reads a notice from its standard input" },
	{ "duty", "webhook", K_TEXT, AT(notify_webhook), 0, 0, 0, "where notices go as JSON for parties without such an address" },
	{ "duty", "urls", K_WORDS, AT(notify_urls), 0, 0, 0, "whole addresses that may be posted to" },
	{ "guard", "floor", K_NUMBER, AT(guard.floor), 1, 10000000, 1, "fewest persons of a source" },
	{ "guard", "cell_percent", K_NUMBER, AT(guard.cell_percent), 1, 100, 10,
		"largest change of a school, grade and role outside the season" },
	{ "guard", "cell_small", K_NUMBER, AT(guard.cell_small), 0, 1000, 20, "cells below this are judged by number" },
	{ "guard", "cell_season_percent", K_NUMBER, AT(guard.cell_season_percent), 1, 100, 30,
		"largest loss of a grade at the turn of the year, against the grade it was promoted from" },
	{ "guard", "entry_percent", K_NUMBER, AT(guard.entry_percent), 1, 100, 50,
		"the same for a first grade, against the first grade before" },
	{ "guard", "scheme_percent", K_NUMBER, AT(guard.scheme_percent), 1, 100, 10, "new and gone keys at once: id scheme changed" },
	{ "guard", "scheme_season_percent", K_NUMBER, AT(guard.scheme_season_percent), 1, 100, 25, "the same at the turn of the year" },
	{ "guard", "name_percent", K_NUMBER, AT(guard.name_percent), 1, 100, 10,
		"changed names or readings in one file without a second person" },
	{ "guard", "leave_percent", K_NUMBER, AT(guard.leave_percent), 0, 100, 2, "leavers without a second person" },
	{ "guard", "leave_number", K_NUMBER, AT(guard.leave_number), 0, 1000000, 5, "leavers without a second person, at least" },
	{ "guard", "small_percent", K_NUMBER, AT(guard.small_percent), 0, 100, 5, "leavers without a second person in a small season" },
	{ "guard", "season_percent", K_NUMBER, AT(guard.season_percent), 0, 100, 10,
		"leavers without a second person at the turn of the year" },
	{ "guard", "graduates", K_YES_NO, AT(guard.graduates), 0, 1, 1, "there, leavers of a school's highest grade are not counted" },
	{ "guard", "least_percent", K_NUMBER, AT(guard.least_percent), 1, 100, 90, "a source smaller than this share of its last stops" },
	{ "guard", "least_season_percent", K_NUMBER, AT(guard.least_season_percent), 1, 100, 75,
		"the same at the turn of the year, graduates left out" },
	{ "guard", "sentinels", K_WORDS, AT(guard_sentinels), 0, 0, 0, "codes of schools or units that every complete file must show" },
	{ "guard", "protected", K_WORDS, AT(guard_protected), 0, 0, 0, "logins that no import and no plan may take away" },
	{ "guard", "suspend_percent", K_NUMBER, AT(plan_guard.suspend_percent), 0, 100, 2,
		"accounts suspended by one plan, or by those of the window, without a second person" },
	{ "guard", "suspend_number", K_NUMBER, AT(plan_guard.suspend_number), 0, 1000000, 5,
		"accounts suspended without a second person, at least" },
	{ "guard", "suspend_season_percent", K_NUMBER, AT(suspend_season_percent), 0, 100, 40,
		"accounts suspended without a second person at the turn of the year" },
	{ "guard", "group_percent", K_NUMBER, AT(plan_guard.group_percent), 0, 100, 30,
		"groups deleted without a second person outside the season" },
	{ "guard", "change_percent", K_NUMBER, AT(plan_guard.change_percent), 0, 100, 10,
		"accounts whose names, logins or addresses change without a second person" },
	{ "guard", "attribute_percent", K_NUMBER, AT(plan_guard.attribute_percent), 0, 100, 30,
		"accounts of which one attribute is replaced or removed without a second person, outside the season" },
	{ "guard", "lost_percent", K_NUMBER, AT(plan_guard.lost_percent), 0, 100, 10,
		"accounts of ours that the target no longer shows: above it the plan stops" },
	{ "guard", "window_days", K_NUMBER, AT(guard.window_days), 1, 366, 30, "days over which leavers are added up" },
	{ "guard", "erase_percent", K_NUMBER, AT(erase_percent), 0, 100, 2, "erasures in one plan without a second person" },
	{ "guard", "erase_number", K_NUMBER, AT(erase_number), 0, 1000000, 5, "erasures in one plan without a second person, at least" },
	{ "guard", "erase_season_percent", K_NUMBER, AT(erase_season_percent), 0, 100, 10, "the same at the turn of the year" },
	{ "scan", "number_forms", K_WORDS, AT(number_forms), 0, 0, 0,
		"forms of student and staff numbers: 9 a digit, A a letter, others themselves" },
	{ "case", "regime", K_TEXT, AT(cases.regime), 0, 0, 0, "whose rules: public (default), private or appendix2" },
	{ "case", "address", K_TEXT, AT(cases.address), 0, 0, 0, "address of the organisation, for reports" },
	{ "case", "head", K_TEXT, AT(cases.head), 0, 0, 0, "its representative, for reports" },
	{ "case", "trade", K_TEXT, AT(cases.trade), 0, 0, 0, "its trade, for reports" },
	{ "case", "clerk", K_TEXT, AT(cases.clerk), 0, 0, 0, "whom the authority asks: unit, telephone, mail" },
	{ "case", "desk", K_TEXT, AT(cases.desk), 0, 0, 0, "where persons and the public ask" },
	{ "case", "law", K_TEXT, AT(cases.law), 0, 0, 0, "folder of law data (*.law) laid over those that come with the program" },
	{ "case", "pmark", K_YES_NO, AT(cases.pmark), 0, 0, 0, "has the Privacy Mark: its duties to report too" },
	{ "case", "contract_hours", K_NUMBER, AT(cases.contract_hours), 0, 8760, 0,
		"hours within which who entrusted the data is told, by contract" },
	{ "case", "drop", K_TEXT, AT(cases.drop), 0, 0, 0,
		"folder where anybody may put a text or a photo: each is a doubt at the next nokosazu duty run" },
	{ "case", "ack_minutes", K_NUMBER, AT(cases.ack_minutes), 1, 10080, 60,
		"minutes within which the officer acknowledges a doubt" },
	{ "case", "answer_hours", K_NUMBER, AT(cases.answer_hours), 1, 8760, 24, "hours within which an inquiry is answered" },
	{ "carry", "until_days", K_NUMBER, AT(carry_days), 1, 3660, 366, "days after which what is carried in or out is to be destroyed, at most" },
	{ "carry", "memory", K_NUMBER, AT(carry_memory), 1, 65536, 1024,
		"MiB of files carried out at once, which are held in memory; what is larger is refused" },
	{ "sweep", "places", K_WORDS, AT(sweep_places), 0, 0, 0, "further files and folders that the sweeper looks through" },
	{ "sweep", "temp", K_WORDS, AT(sweep_temp), 0, 0, 0,
		"temporary folders (default $TMPDIR /tmp /var/tmp; none: not looked at, the sweep is incomplete)" },
	{ "sweep", "logs", K_WORDS, AT(sweep_logs), 0, 0, 0, "folders of logs (default /var/log/nokosazu; none: as for temp)" },
	{ "sweep", "crash", K_WORDS, AT(sweep_crash), 0, 0, 0,
		"folders of crash reports (default: those of Debian and systemd; none: as for temp)" },
	{ "backup", "to", K_TEXT, AT(backup_to), 0, 0, 0, "folder for the data part of a backup" },
	{ "backup", "keys_to", K_TEXT, AT(backup_keys_to), 0, 0, 0, "folder for the keys part, on another device" },
	{ "backup", "recipients", K_WORDS, AT(backup_for), 0, 0, 0, "age keys of enrolled parties who can open a backup" },
	{ "backup", "keys_recipients", K_WORDS, AT(backup_keys_for), 0, 0, 0, "the same for the keys part (default: recipients)" },
	{ "backup", "expire_days", K_NUMBER, AT(backup_days), 1, 3660, 35, "days after which a backup is to be destroyed" },
	{ "backup", "warrant", K_YES_NO, AT(backup_warrant), 0, 1, 0, "a backup needs a warrant: egress, BACKUP, backup" },
	{ "backup", "drill_days", K_NUMBER, AT(backup_drill_days), 1, 3660, 92, "days within which a backup is to be restored for a trial" },
	{ "backup", "warn_days", K_NUMBER, AT(backup_warn_days), 0, 3660, 8, "days after which doctor calls the last backup old; 0: never" },
	{ "roles", "WORD", K_TEXT, 0, 0, 0, 0, "what a role is called here, such as: principal = 校長" },
	{ "year", "NAME", K_TEXT, 0, 0, 0, 0, "a rule: what happens to whom when, such as: suspend role=student graduated+30" },
	{ "separation", "apart", K_WORDS, AT(apart), 0, 0, 0,
		"pairs of units or roles kept apart, such as development/build" },
	{ "separation", "limitation", K_TEXT, AT(limitation), 0, 0, 0,
		"why too few people are kept less apart: allows it, and every statement says so" },
	{ "warrant", "access", K_TEXT, AT(needs.access), 0, 0, 0, "roles that sign such a warrant; all of them" },
	{ "warrant", "change", K_TEXT, AT(needs.change), 0, 0, 0, "the same, for changes" },
	{ "warrant", "egress", K_TEXT, AT(needs.egress), 0, 0, 0, "the same, for what is taken out" },
	{ "warrant", "exception", K_TEXT, AT(needs.exception), 0, 0, 0, "the same, for exceptions" },
	{ "warrant", "order", K_TEXT, AT(needs.order), 0, 0, 0, "the same, for orders" },
	{ "warrant", "release", K_TEXT, AT(needs.release), 0, 0, 0, "the same, for releases" },
	{ "training", "required_for", K_WORDS, AT(train_for), 0, 0, 0,
		"what needs a test passed: kinds of warrants, or case; egress, egress:PROCEDURE, or none (default: egress release, "
		"once procedures are registered)" },
	{ "training", "pass_percent", K_NUMBER, AT(train_percent), 1, 100, 80, "right answers that pass the test" },
	{ "training", "test_days", K_NUMBER, AT(train_days), 1, 180, 60,
		"days of a half-year within which the test is to be passed; until then the last half-year's pass stands" },
	{ "training", "read_days", K_NUMBER, AT(read_days), 1, 180, 14,
		"days within which a new revision of a procedure is to be read" },
	{ "target", "type", K_TEXT, TAT(type), 0, 0, 0, "ldap" },
	{ "target", "uri", K_TEXT, TAT(settings.uri), 0, 0, 0, "ldap://host:port, ldaps://host, ldapi://%2Fpath" },
	{ "target", "base", K_TEXT, TAT(settings.base), 0, 0, 0, "suffix, such as dc=example,dc=ac,dc=jp" },
	{ "target", "people_base", K_TEXT, TAT(settings.people_base), 0, 0, 0, "default ou=people under the base" },
	{ "target", "groups_base", K_TEXT, TAT(settings.groups_base), 0, 0, 0, "default ou=groups under the base" },
	{ "target", "units_base", K_TEXT, TAT(settings.units_base), 0, 0, 0, "default ou=units under the base" },
	{ "target", "bind_dn", K_TEXT, TAT(settings.bind_dn), 0, 0, 0,
		"whom to bind as; the password is in the vault's care (target add)" },
	{ "target", "ca_file", K_TEXT, TAT(settings.ca_file), 0, 0, 0, "certificates that sign the server's" },
	{ "target", "starttls", K_YES_NO, TAT(settings.starttls), 0, 1, 0, "StartTLS on ldap://" },
	{ "target", "allow_plain", K_YES_NO, TAT(settings.allow_plain), 0, 1, 0,
		"bind without TLS, on loopback only" },
	{ "target", "sentinel", K_TEXT, TAT(settings.sentinel), 0, 0, 0, "DNs that a complete read must show, separated by semicolons" },
	{ "target", "page", K_NUMBER, TAT(settings.page), 1, 10000, 1000, "entries a page" },
	{ "target", "window", K_NUMBER, TAT(settings.window), 1, 1024, 64, "operations in flight" },
	{ "target", "batch", K_NUMBER, TAT(settings.batch), 1, 1000, 250, "operations in one LDAP transaction" },
	{ "target", "timeout_seconds", K_NUMBER, TAT(timeout_seconds), 1, 300, 30, "longest wait for an answer" },
	{ "target", "profile", K_TEXT, TAT(profile), 0, 0, 0, "school or university" },
	{ "target", "files", K_TEXT, TAT(files), 0, 0, 0, "folder of the server's own files, for the residue scan" },
	{ "target", "rewrite", K_TEXT, TAT(rewrite), 0, 0, 0, "program that rewrites those files after an erasure" },
	{ "target", "scheduled_groups", K_YES_NO, TAT(scheduled_groups), 0, 1, 0, "groups for subject classes too" },
	{ "target", "name", K_TEXT, TAT(name), 0, 0, 0,
		"which name it takes: in-use (default: the name somebody goes by), legal, or both (as the rows say)" },
	{ "target", "hide_photo", K_WORDS, TAT(hide_photo), 0, 0, 0,
		"attributes taken away from protected persons, whoever wrote them (default jpegPhoto photo; none: left alone)" },
};

struct reader {
	struct nk_config *config;
	struct nk_str file; /* name for messages */
	struct nk_vec *values; /* of struct nk_config_value, or NULL */
	struct nk_arena *values_arena;
};

/* The known word that is closest to a misspelt one: shared prefix and suffix length, which is enough for a hint. */
static const char *nearest(const char *section, struct nk_str word)
{
	const char *best = "";
	size_t best_score = 1;

	for (size_t i = 0; i < NK_ARRAY_LEN(settings); i++) {
		const struct nk_str key = nk_str_c(settings[i].key);
		size_t head = 0;
		size_t tail = 0;

		if (strcmp(settings[i].section, section) != 0) {
			continue;
		}
		while (head < key.len && head < word.len && key.ptr[head] == word.ptr[head]) {
			head++;
		}
		while (tail < key.len && tail < word.len &&
			key.ptr[key.len - 1 - tail] == word.ptr[word.len - 1 - tail]) {
			tail++;
		}
		if (head + tail > best_score) {
			best_score = head + tail;
			best = settings[i].key;
		}
	}
	return best;
}

enum fault { F_NUMBER, F_YES_NO, F_NO_NAME, F_UNKNOWN };

/* A sentence for each, so that every language has its own. `hint`: the setting, or the nearest known word. */
static NK_RESULT fault(const struct reader *r, unsigned line, enum fault what, struct nk_str word, const char *hint, struct nk_err *err)
{
	const struct nk_short file = nk_short(r->file);
	const struct nk_short w = nk_short(word);

	switch (what) {
	case F_NUMBER:
		return nk_fail(err, NK_CONFIG, NK_N("configuration file %1$s, line %2$u: \"%3$s\" is not a number within its limits (setting %4$s)"),
			file.text, line, w.text, hint);
	case F_YES_NO:
		return nk_fail(err, NK_CONFIG, NK_N("configuration file %1$s, line %2$u: yes or no is wanted, not \"%3$s\" (setting %4$s)"),
			file.text, line, w.text, hint);
	case F_NO_NAME:
		return nk_fail(err, NK_CONFIG, NK_N("configuration file %1$s, line %2$u: a target needs a name: [target NAME]"), file.text, line);
	case F_UNKNOWN:
		break;
	}
	return nk_fail(err, NK_CONFIG, NK_N("configuration file %1$s, line %2$u: unknown section or key: \"%3$s\" (nearest known: %4$s)"), file.text,
		line, w.text, hint[0] != '\0' ? hint : "-");
}

static const struct setting *setting_of(const char *section, struct nk_str key)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(settings); i++) {
		if (strcmp(settings[i].section, section) == 0 && nk_str_eq(nk_str_c(settings[i].key), key)) {
			return &settings[i];
		}
	}
	return NULL;
}

static NK_RESULT words_of(
	struct nk_arena *arena, struct nk_str value, struct nk_config_words *out, struct nk_err *err)
{
	struct nk_str item;

	out->n = 0;
	while (nk_str_cut(&value, ' ', &item)) {
		if (nk_str_trim(item).len == 0) {
			continue;
		}
		if (out->n == NK_CONFIG_WORDS_MAX) {
			return nk_fail(err, NK_LIMIT, NK_N("a configuration value has more than %d words"),
				NK_CONFIG_WORDS_MAX);
		}
		NK_TRY(nk_arena_dup(arena, nk_str_trim(item), &out->word[out->n], err));
		out->n++;
	}
	return nk_done();
}

static NK_RESULT put(
	struct reader *r, const struct setting *s, void *room, struct nk_str value, unsigned line, struct nk_err *err)
{
	char *const at = (char *)room + s->at;

	switch (s->kind) {
	case K_TEXT:
		return nk_arena_dup(r->config->arena, value, (struct nk_str *)(void *)at, err);
	case K_WORDS:
		return words_of(r->config->arena, value, (struct nk_config_words *)(void *)at, err);
	case K_NUMBER:
		if (!nk_parse_u32(value, s->min, s->max, (uint32_t *)(void *)at)) {
			return fault(r, line, F_NUMBER, value, s->key, err);
		}
		return nk_done();
	case K_YES_NO:
		if (!nk_str_eq(value, NK_STR("yes")) && !nk_str_eq(value, NK_STR("no"))) {
			return fault(r, line, F_YES_NO, value, s->key, err);
		}
		*(bool *)(void *)at = value.ptr[0] == 'y';
		return nk_done();
	}
	nk_assert(false); /* every kind is above */
	return nk_done();
}

static NK_RESULT target_of(struct reader *r, struct nk_str section, struct nk_config_target **out, struct nk_err *err)
{
	const struct nk_str name = nk_str_trim(nk_str_sub(section, sizeof("target ") - 1, section.len));
	struct nk_config *const c = r->config;

	for (size_t i = 0; i < c->n_targets; i++) {
		if (nk_str_eq(c->targets[i].settings.name, name)) {
			*out = &c->targets[i];
			return nk_done();
		}
	}
	if (c->n_targets == NK_CONFIG_TARGETS_MAX) {
		return nk_fail(
			err, NK_LIMIT, NK_N("more than %d targets in the configuration"), NK_CONFIG_TARGETS_MAX);
	}
	*out = &c->targets[c->n_targets++];
	for (size_t i = 0; i < NK_ARRAY_LEN(settings); i++) {
		if (strcmp(settings[i].section, "target") == 0 && settings[i].kind == K_NUMBER) {
			memcpy((char *)*out + settings[i].at, &settings[i].preset, sizeof(uint32_t));
		}
	}
	(*out)->profile = NK_STR("school");
	(*out)->name = nk_str_c(nk_name_use_word(NK_NAME_IN_USE));
	(*out)->hide_photo = (struct nk_config_words){ { NK_STR("jpegPhoto"), NK_STR("photo") }, 2 };
	return nk_arena_dup(c->arena, name, &(*out)->settings.name, err);
}

static NK_RESULT map_row(
	struct reader *r, struct nk_config_target *t, struct nk_str key, struct nk_str value, struct nk_err *err)
{
	struct nk_map_row *rows = nk_arena_array(r->config->arena, t->n_rows + 1, sizeof(*rows));
	struct nk_str attr;
	struct nk_str template;

	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_arena_dup(r->config->arena, nk_str_sub(key, 4, key.len), &attr, err));
	NK_TRY(nk_arena_dup(r->config->arena, value, &template, err));
	if (t->n_rows > 0) {
		memcpy(rows, t->rows, t->n_rows * sizeof(*rows));
	}
	NK_TRY(nk_mapping_row(attr, template, r->config->arena, &rows[t->n_rows], err));
	t->rows = rows;
	t->n_rows++;
	return nk_done();
}

static NK_RESULT remember(struct reader *r, struct nk_str section, struct nk_str key, struct nk_str value,
	unsigned line, struct nk_err *err)
{
	void *at = NULL;
	struct nk_config_value *v;

	if (r->values == NULL) {
		return nk_done();
	}
	NK_TRY(nk_vec_push(r->values, &at, err));
	v = at;
	v->line = line;
	NK_TRY(nk_arena_dup(r->values_arena, section, &v->section, err));
	NK_TRY(nk_arena_dup(r->values_arena, key, &v->key, err));
	NK_TRY(nk_arena_dup(r->values_arena, value, &v->value, err));
	return nk_arena_dup(r->values_arena, r->file, &v->file, err);
}

/* [names] login.teacher = {romaji.family}{seq} */
static NK_RESULT names_row(struct reader *r, struct nk_str key, struct nk_str value, struct nk_err *err)
{
	struct nk_config *const c = r->config;
	struct nk_names_rule rule = { .field = NK_FIELD_LOGIN };

	NK_TRY(nk_names_rule(key, value, c->arena, &rule, err));
	for (size_t i = 0; i < c->n_names; i++) {
		if (c->names[i].field == rule.field && nk_str_eq(c->names[i].who, rule.who)) {
			c->names[i] = rule; /* a later file overrules */
			return nk_done();
		}
	}
	if (c->n_names == NK_NAMES_RULES_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("a configuration value has more than %d words"), NK_NAMES_RULES_MAX);
	}
	c->names[c->n_names++] = rule;
	return nk_done();
}

/* [roles] takes any word: a site has its own. */
static NK_RESULT role_row(struct reader *r, struct nk_str key, struct nk_str value, struct nk_err *err)
{
	struct nk_config *const c = r->config;

	if (c->n_roles == NK_CONFIG_WORDS_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("a configuration value has more than %d words"), NK_CONFIG_WORDS_MAX);
	}
	NK_TRY(nk_arena_dup(c->arena, key, &c->roles[c->n_roles].word, err));
	NK_TRY(nk_arena_dup(c->arena, value, &c->roles[c->n_roles].label, err));
	c->n_roles++;
	return nk_done();
}

static NK_RESULT row(
	void *arg, struct nk_str section, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	struct reader *const r = arg;
	const bool is_target = nk_str_starts(section, NK_STR("target "));
	struct nk_config_target *t = NULL;
	const struct setting *s;

	NK_TRY(remember(r, section, key, value, line, err));
	if (nk_str_eq(nk_str_trim(section), NK_STR("target"))) {
		return fault(r, line, F_NO_NAME, section, "target NAME", err);
	}
	if (is_target) {
		NK_TRY(target_of(r, section, &t, err));
		if (nk_str_starts(key, NK_STR("map."))) {
			return map_row(r, t, key, value, err);
		}
	}
	if (nk_str_eq(section, NK_STR("roles"))) {
		return role_row(r, key, value, err);
	}
	if (nk_str_eq(section, NK_STR("year"))) {
		return nk_config_year_row(r->config, &(struct nk_year_source){ key, value, r->file, line }, err);
	}
	if (nk_str_eq(section, NK_STR("names")) &&
		(nk_str_starts(key, NK_STR("login")) || nk_str_starts(key, NK_STR("mail")))) {
		return names_row(r, key, value, err);
	}
	s = setting_of(is_target ? "target" : nk_short(section).text, key);
	if (s == NULL) {
		return fault(r, line, F_UNKNOWN, key,
			nearest(is_target ? "target" : nk_short(section).text, key), err);
	}
	return put(r, s, is_target ? (void *)t : (void *)r->config, value, line, err);
}

static NK_RESULT read_file(
	const struct nk_env *env, struct reader *r, const char *path, struct nk_str name, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, 1 << 20);
	NK_TRY(nk_env_read_all(env, path, text.max, &text, err));
	r->file = name;
	return nk_ini_each(nk_buf_bytes(&text), row, r, err);
}

struct listing {
	const struct nk_env *env;
	struct reader *reader;
	const char *dir;
};

static NK_RESULT conf_file(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	const struct listing *const l = arg;
	char path[PATH_MAX];

	if (is_dir || !nk_str_ends(name, NK_STR(".conf"))) {
		return nk_done();
	}
	(void)snprintf(path, sizeof(path), "%s/%.*s", l->dir, NK_FMT(name));
	return read_file(l->env, l->reader, path, name, err);
}

/* Bases that follow from the suffix unless they are given. */
static NK_RESULT fill_bases(struct nk_config *c, struct nk_err *err)
{
	for (size_t i = 0; i < c->n_targets; i++) {
		struct nk_target_settings *const s = &c->targets[i].settings;
		struct nk_str *const at[] = { &s->people_base, &s->groups_base, &s->units_base };
		static const char *const word[] = { "people", "groups", "units" };

		s->timeout_ms = (int64_t)c->targets[i].timeout_seconds * 1000;
		for (size_t k = 0; k < NK_ARRAY_LEN(at); k++) {
			if (at[k]->len == 0) {
				NK_TRY(nk_arena_printf(c->arena, at[k], err, "ou=%s,%.*s", word[k], NK_FMT(s->base)));
			}
		}
		NK_TRY(nk_config_target_check(&c->targets[i], err));
	}
	return nk_done();
}

static NK_RESULT read_all(const struct nk_env *env, const char *home, struct reader *r, struct nk_err *err)
{
	char path[PATH_MAX];
	struct listing l = { env, r, path };

	(void)snprintf(path, sizeof(path), "%s/nokosazu.conf", home);
	if (!nk_ok(read_file(env, r, path, NK_STR("nokosazu.conf"), err))) {
		return err->code == NK_NOT_FOUND
			? nk_fail(err, NK_NOT_FOUND,
				  NK_N("%s is no installation (no nokosazu.conf there); make one with \"nokosazu init\""),
				  home)
			: (nk_rc){ err->code };
	}
	(void)snprintf(path, sizeof(path), "%s/conf.d", home);
	if (!nk_ok(env->list(env->self, path, conf_file, &l, err))) {
		if (err->code != NK_NOT_FOUND) {
			return (nk_rc){ err->code };
		}
	}
	NK_TRY(nk_year_rules_check(&r->config->year, err));
	return fill_bases(r->config, err);
}

NK_RESULT nk_config_shipped(struct nk_config **out, struct nk_err *err)
{
	struct nk_config *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		return nk_fail_nomem(err);
	}
	*out = c;
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 8 << 20, &c->arena, err));
	nk_guard_limits_default(&c->guard);
	nk_plan_limits_default(&c->plan_guard, false);
	for (size_t i = 0; i < NK_ARRAY_LEN(settings); i++) {
		if (strcmp(settings[i].section, "target") != 0 && settings[i].kind == K_NUMBER) {
			memcpy((char *)c + settings[i].at, &settings[i].preset, sizeof(uint32_t));
		}
	}
	c->sealer = NK_STR("file");
	return nk_done();
}

NK_RESULT nk_config_load(const struct nk_env *env, const char *home, struct nk_config **out, struct nk_err *err)
{
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	struct reader r = { .config = NULL };
	struct nk_err own;

	NK_TRY(nk_config_shipped(&c, err));
	r.config = c;
	NK_TRY(read_all(env, home, &r, err != NULL ? err : &own));
	*out = c;
	c = NULL;
	return nk_done();
}

void nk_config_free(struct nk_config **config)
{
	if (*config != NULL) {
		nk_arena_free(&(*config)->arena);
		free(*config);
		*config = NULL;
	}
}

NK_RESULT nk_config_rows(const struct nk_env *env, const char *home, struct nk_arena *arena,
	struct nk_config_value **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_config_free) struct nk_config *c = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec values = { 0 };
	struct reader r = { .values = &values, .values_arena = arena };
	struct nk_err own;

	nk_vec_init(&values, sizeof(struct nk_config_value), 100000);
	NK_TRY(nk_config_shipped(&c, err));
	r.config = c;
	NK_TRY(read_all(env, home, &r, err != NULL ? err : &own));
	*out = nk_vec_keep(&values, arena);
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = values.len;
	return nk_done();
}

NK_RESULT nk_config_help(struct nk_buf *out, struct nk_err *err)
{
	static const char *const kinds[] = { "text", "number", "yes or no", "words" };

	for (size_t i = 0; i < NK_ARRAY_LEN(settings); i++) {
		const struct setting *const s = &settings[i];

		if (s->kind == K_NUMBER) {
			NK_TRY(nk_buf_printf(out, err, "[%s] %s: %u to %u, default %u: %s\n", s->section, s->key,
				s->min, s->max, s->preset, s->help));
		} else {
			NK_TRY(nk_buf_printf(
				out, err, "[%s] %s: %s: %s\n", s->section, s->key, kinds[s->kind], s->help));
		}
	}
	return nk_done();
}
