/*
 * orone_manifest.c: what the package says about itself, and whether it is true. The manifest is read as a map.
 */
#include "base.h"
#include "orone.h"

/* Files of the standard that we do not read. */
static const char *const others[] = { "categories", "classResources", "courseResources",
	"lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "resources", "resultLearningObjectiveIds",
	"results", "resultScoreScales", "scoreScales", "userResources" };

static NK_RESULT tell(struct orone *o, const struct nk_rule *rule, struct nk_place place, struct nk_err *err)
{
	return nk_findings_add(o->run->findings, rule, place, err);
}

static struct nk_place in_manifest(uint64_t line, struct nk_str column)
{
	return (struct nk_place){ NK_STR("manifest.csv"), line, column };
}

static struct nk_place about_file(struct nk_str file, struct nk_str column)
{
	return (struct nk_place){ file, 0, column };
}

/* Which file a property speaks of; ORONE_FILE_COUNT: none that we read. */
static enum orone_file file_of(struct nk_str property)
{
	for (int f = ORONE_SESSIONS; f < ORONE_FILE_COUNT; f++) {
		if (nk_str_eq(nk_str_c(nk_orone_rules_of((enum orone_file)f)->property), property)) {
			return (enum orone_file)f;
		}
	}
	return ORONE_FILE_COUNT;
}

static bool is_other(struct nk_str stem)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(others); i++) {
		if (nk_str_eq(nk_str_c(others[i]), stem)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT take_file(
	struct orone *o, uint64_t line, struct nk_str property, struct nk_str value, struct nk_err *err)
{
	const enum orone_file file = file_of(property);

	const bool delta = nk_str_eq(value, NK_STR("delta"));

	o->delta = o->delta || delta;
	o->bulk = o->bulk || nk_str_eq(value, NK_STR("bulk"));
	if (!delta && !nk_str_eq(value, NK_STR("bulk")) && !nk_str_eq(value, NK_STR("absent"))) {
		return tell(o, nk_rule(NK_RULE_OR_MAN_3), in_manifest(line, NK_STR("value")), err);
	}
	if (file == ORONE_FILE_COUNT) {
		return is_other(nk_str_sub(property, 5, property.len))
			? nk_done()
			: tell(o, nk_rule(NK_RULE_OR_MAN_8), in_manifest(line, NK_STR("propertyName")), err);
	}
	if (o->table[file].declared || o->table[file].declared_absent) {
		return tell(o, nk_rule(NK_RULE_OR_MAN_6), in_manifest(line, NK_STR("propertyName")), err);
	}
	o->table[file].declared = !nk_str_eq(value, NK_STR("absent"));
	o->table[file].declared_absent = !o->table[file].declared;
	return nk_done();
}

static NK_RESULT take_version(struct orone *o, uint64_t line, struct nk_str value, struct nk_err *err)
{
	static const struct nk_str versions[] = { { "1.1", 3 }, { "1.2", 3 }, { "1.2.1", 5 }, { "1.2_JP", 6 } };

	if (o->version.len > 0) {
		return tell(o, nk_rule(NK_RULE_OR_MAN_6), in_manifest(line, NK_STR("propertyName")), err);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(versions); i++) {
		if (nk_str_eq(versions[i], value)) {
			o->version = versions[i];
			return nk_done();
		}
	}
	o->version = NK_STR("?");
	return tell(o, nk_rule(NK_RULE_OR_MAN_2), in_manifest(line, NK_STR("value")), err);
}

NK_RESULT nk_orone_manifest_row(
	struct orone *o, uint64_t line, struct nk_str property, struct nk_str value, struct nk_err *err)
{
	if (nk_str_starts(property, NK_STR("file."))) {
		return take_file(o, line, property, value, err);
	}
	if (nk_str_eq(property, NK_STR("oneroster.version"))) {
		return take_version(o, line, value, err);
	}
	if (nk_str_eq(property, NK_STR("manifest.version"))) {
		return nk_str_eq(value, NK_STR("1.0"))
			? nk_done()
			: tell(o, nk_rule(NK_RULE_OR_MAN_2), in_manifest(line, NK_STR("value")), err);
	}
	if (nk_str_eq(property, NK_STR("source.systemName")) || nk_str_eq(property, NK_STR("source.systemCode"))) {
		return nk_done();
	}
	return tell(o, nk_rule(NK_RULE_OR_MAN_8), in_manifest(line, NK_STR("propertyName")), err);
}

/* The nearest known name: the same but for capitals; else none. */
static struct nk_str nearest_file(struct nk_str name)
{
	for (int f = 0; f < ORONE_FILE_COUNT; f++) {
		const struct nk_str known = nk_str_c(nk_orone_rules_of((enum orone_file)f)->name);

		if (nk_str_ieq(known, name)) {
			return known;
		}
	}
	return NK_STR("");
}

NK_RESULT nk_orone_manifest_file(struct orone *o, struct nk_str name, struct nk_err *err)
{
	const struct nk_str stem = nk_str_ends(name, NK_STR(".csv")) ? nk_str_sub(name, 0, name.len - 4) : name;
	struct nk_str kept;

	for (int f = 0; f < ORONE_FILE_COUNT; f++) {
		if (nk_str_eq(nk_str_c(nk_orone_rules_of((enum orone_file)f)->name), name)) {
			o->file = (enum orone_file)f;
			o->known = true;
			o->table[f].here = true;
			return nk_done();
		}
	}
	o->known = false;
	NK_TRY(nk_arena_dup(o->run->arena, name, &kept, err));
	if (is_other(stem) && stem.len < name.len) {
		return tell(o, nk_rule(NK_RULE_OR_MAN_11), about_file(kept, NK_STR("")), err);
	}
	return tell(o, nk_rule(NK_RULE_OR_MAN_9), about_file(kept, nearest_file(name)), err);
}

/* Which versions go with which headers (rosters.md §1). */
static bool version_fits(struct nk_str version, struct nk_str generation)
{
	static const struct {
		const char *version, *generation;
	} pairs[] = { { "1.1", "1.1" }, { "1.2", "1.2" }, { "1.2", "jp-a" }, { "1.2", "jp-b" }, { "1.2.1", "1.2.1" },
		{ "1.2.1", "jp-b" }, { "1.2_JP", "jp-c" } };

	for (size_t i = 0; i < NK_ARRAY_LEN(pairs); i++) {
		if (nk_str_eq(nk_str_c(pairs[i].version), version) &&
			nk_str_eq(nk_str_c(pairs[i].generation), generation)) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_orone_manifest_end(struct orone *o, struct nk_err *err)
{
	const struct nk_str generation = nk_orone_header_generation(o);

	if (!o->table[ORONE_MANIFEST].here) {
		return tell(o, nk_rule(NK_RULE_OR_MAN_1), about_file(NK_STR("manifest.csv"), NK_STR("")), err);
	}
	if (o->table[ORONE_MANIFEST].broken) {
		return nk_done();
	}
	if (o->delta && o->bulk) {
		NK_TRY(tell(o, nk_rule(NK_RULE_OR_DEL_4), in_manifest(0, NK_STR("value")), err));
	}
	if (o->delta && o->run->opt->base == NULL) {
		NK_TRY(tell(o, nk_rule(o->run->opt->look_only ? NK_RULE_OR_DEL_3 : NK_RULE_OR_MAN_7), in_manifest(0, NK_STR("value")),
			err));
	}
	if (o->version.len == 0) {
		NK_TRY(tell(o, nk_rule(NK_RULE_OR_MAN_2), in_manifest(0, NK_STR("propertyName")), err));
	}
	for (int f = ORONE_SESSIONS; f < ORONE_FILE_COUNT; f++) {
		const struct orone_table *t = &o->table[f];
		const struct nk_str name = nk_str_c(nk_orone_rules_of((enum orone_file)f)->name);

		if (t->declared && !t->here) {
			NK_TRY(tell(o, nk_rule(NK_RULE_OR_MAN_4), about_file(name, NK_STR("")), err));
		}
		if (!t->declared && t->here) {
			NK_TRY(tell(o, nk_rule(NK_RULE_OR_MAN_5), about_file(name, NK_STR("")), err));
		}
	}
	/* Without enrollments.csv the last two generations of Japan's look the same. */
	if (generation.len > 0 && o->version.len > 1 && !version_fits(o->version, generation) &&
		(o->table[ORONE_ENROLLMENTS].here || !nk_str_eq(generation, NK_STR("jp-b")))) {
		NK_TRY(tell(o, nk_rule(NK_RULE_OR_MAN_10), in_manifest(0, NK_STR("value")), err));
	}
	return nk_done();
}
