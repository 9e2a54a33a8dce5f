/*
 * orone_header.c: which header is this, and if it is none of ours, what is the nearest.
 *
 * The standard fixes the order; a header that is not one of the variants is never read by guess. Findings name the
 * known header that was expected, never the text found (a file without a header line begins with somebody's data).
 */
#include "base.h"
#include "orone.h"

#include "value_text.h"

static NK_RESULT tell(struct orone *o, const struct nk_rule *rule, struct nk_str column, struct nk_err *err)
{
	o->table[o->file].broken = o->table[o->file].broken || rule->school == NK_FINDING_ERROR;
	return nk_findings_add(o->run->findings, rule,
		(struct nk_place){ nk_str_c(nk_orone_rules_of(o->file)->name), 1, column }, err);
}

static size_t count_of(const char *names)
{
	size_t n = 1;

	for (const char *p = names; *p != '\0'; p++) {
		n += *p == ',' ? 1 : 0;
	}
	return n;
}

static struct nk_str name_at(const char *names, size_t i)
{
	struct nk_str rest = nk_str_c(names);
	struct nk_str name = NK_STR("");

	for (size_t k = 0; k <= i; k++) {
		if (!nk_str_cut(&rest, ',', &name)) {
			return NK_STR("");
		}
	}
	return name;
}

static size_t place_of(const char *names, struct nk_str name)
{
	struct nk_str rest = nk_str_c(names);
	struct nk_str word;

	for (size_t i = 0; nk_str_cut(&rest, ',', &word); i++) {
		if (nk_str_eq(word, name)) {
			return i;
		}
	}
	return SIZE_MAX;
}

static bool is_prefix(const char *names, const struct nk_str *found, size_t n)
{
	struct nk_str rest = nk_str_c(names);
	struct nk_str word;

	for (size_t i = 0; nk_str_cut(&rest, ',', &word); i++) {
		if (i >= n || !nk_str_eq(word, found[i])) {
			return false;
		}
	}
	return true;
}

/* Edit distance (Levenshtein) without case, for short names. */
static size_t distance(struct nk_str a, struct nk_str b)
{
	size_t row[64];

	if (a.len >= NK_ARRAY_LEN(row) || b.len >= NK_ARRAY_LEN(row)) {
		return SIZE_MAX;
	}
	for (size_t j = 0; j <= b.len; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a.len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			const size_t change =
				corner + (nk_str_ieq(nk_str_sub(a, i - 1, 1), nk_str_sub(b, j - 1, 1)) ? 0 : 1);
			size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			corner = row[j];
			best = change < best ? change : best;
			row[j] = best;
		}
	}
	return row[b.len];
}

/* The variant that shares most names with what was found. */
static const struct orone_header *nearest(const struct orone_def *def, const struct nk_str *found, size_t n)
{
	const struct orone_header *best = &def->headers[0];
	size_t best_score = 0;

	for (size_t h = 0; h < def->n_headers; h++) {
		const size_t width = count_of(def->headers[h].names);
		size_t score = 0;

		for (size_t i = 0; i < n; i++) {
			score += place_of(def->headers[h].names, found[i]) != SIZE_MAX ? 4 : 0;
		}
		score += width <= n ? 1 : 0;
		score += width == n ? 1 : 0;
		if (score > best_score) {
			best_score = score;
			best = &def->headers[h];
		}
	}
	return best;
}

static bool was_found(struct nk_str name, const struct nk_str *found, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(name, found[i])) {
			return true;
		}
	}
	return false;
}

/* Is there an unknown name in the file that was probably meant to be this one? */
static bool was_meant(const char *names, struct nk_str name, const struct nk_str *found, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (place_of(names, found[i]) == SIZE_MAX &&
			distance(name, nk_str_trim(found[i])) <= name.len / 4 + 1) {
			return true;
		}
	}
	return false;
}

/* No variant fits: say why, by comparing with the nearest one. */
static NK_RESULT explain(struct orone *o, const struct nk_str *found, size_t n, struct nk_err *err)
{
	const struct orone_header *near = nearest(nk_orone_rules_of(o->file), found, n);
	const size_t width = count_of(near->names);
	size_t told = 0;

	for (size_t i = 0; i < width; i++) {
		const struct nk_str name = name_at(near->names, i);

		if (!was_found(name, found, n)) {
			told++;
			NK_TRY(tell(o,
				nk_rule(was_meant(near->names, name, found, n) ? NK_RULE_OR_HDR_3 : NK_RULE_OR_HDR_1),
				name, err));
		}
	}
	for (size_t i = 0; told == 0 && i < width && i < n; i++) {
		if (!nk_str_eq(found[i], name_at(near->names, i))) {
			told++;
			NK_TRY(tell(o, nk_rule(NK_RULE_OR_HDR_2), name_at(near->names, i), err));
		}
	}
	return told > 0 ? nk_done() : tell(o, nk_rule(NK_RULE_OR_HDR_2), NK_STR(""), err);
}

/* Names that no header may have: none, and the same twice. */
static NK_RESULT check_names(
	struct orone *o, const char *names, const struct nk_str *found, size_t n, struct nk_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_value_blank(found[i])) {
			NK_TRY(tell(o, nk_rule(NK_RULE_OR_HDR_4), NK_STR(""), err));
			continue;
		}
		if (was_found(found[i], found, i)) {
			const size_t at = place_of(names, found[i]);

			NK_TRY(tell(o, nk_rule(NK_RULE_OR_HDR_5), at != SIZE_MAX ? name_at(names, at) : NK_STR(""), err));
		}
	}
	return nk_done();
}

static NK_RESULT check_extra(struct orone *o, const struct nk_str *found, size_t from, size_t n, struct nk_err *err)
{
	for (size_t i = from; i < n; i++) {
		if (!nk_value_blank(found[i])) {
			NK_TRY(tell(o,
				nk_rule(nk_str_starts(found[i], NK_STR("metadata.")) ? NK_RULE_OR_HDR_7 : NK_RULE_OR_HDR_6),
				NK_STR(""), err));
		}
	}
	return nk_done();
}

/* The name as it stands in our tables, so that findings may keep it for ever. */
static const char *static_name(const char *names, size_t i, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_str kept;

	return nk_ok(nk_arena_dup(arena, name_at(names, i), &kept, err)) ? kept.ptr : NULL;
}

static NK_RESULT adopt(struct orone *o, const struct orone_header *h, size_t n, struct nk_err *err)
{
	struct orone_table *t = &o->table[o->file];
	const size_t width = count_of(h->names);

	t->variants = h->variants;
	t->width = n;
	for (size_t c = 0; c < ORONE_COLUMN_COUNT; c++) {
		t->at[c] = SIZE_MAX;
	}
	for (size_t i = 0; i < width && i < ORONE_FIELDS_MAX; i++) {
		t->column_name[i] = static_name(h->names, i, o->run->arena, err);
		if (t->column_name[i] == NULL) {
			return nk_fail_nomem(err);
		}
		for (size_t c = 0; c < ORONE_COLUMN_COUNT; c++) {
			/* ShussekiNo and shussekiNo are the same column of two generations. */
			if (nk_str_ieq(nk_str_c(t->column_name[i]),
				    nk_str_c(nk_orone_rules_column((enum orone_column)c)))) {
				t->at[c] = i;
			}
		}
	}
	return nk_done();
}

/* Is one of our own names among the columns behind the standard's? Then this is no extension: a column before it is
 * wrong. */
static bool hides_ours(const struct orone_def *def, const struct nk_str *found, size_t from, size_t n)
{
	for (size_t i = from; i < n; i++) {
		for (size_t h = 0; h < def->n_headers; h++) {
			struct nk_str rest = nk_str_c(def->headers[h].names);
			struct nk_str name;

			while (nk_str_cut(&rest, ',', &name)) {
				if (nk_str_ieq(name, nk_str_trim(found[i]))) {
					return true;
				}
			}
		}
	}
	return false;
}

NK_RESULT nk_orone_header_take(struct orone *o, const struct nk_str *names, size_t n, struct nk_err *err)
{
	const struct orone_def *def = nk_orone_rules_of(o->file);
	const struct orone_header *best = NULL;
	size_t best_width = 0;

	for (size_t h = 0; h < def->n_headers; h++) {
		const size_t width = count_of(def->headers[h].names);

		if (width > best_width && is_prefix(def->headers[h].names, names, n)) {
			best = &def->headers[h];
			best_width = width;
		}
	}
	if (best == NULL || hides_ours(def, names, best_width, n)) {
		best = nearest(def, names, n);
		NK_TRY(check_names(o, best->names, names, n, err));
		return explain(o, names, n, err);
	}
	NK_TRY(check_names(o, best->names, names, n, err));
	NK_TRY(check_extra(o, names, best_width, n, err));
	return adopt(o, best, n, err);
}

static size_t column_of(const struct orone_table *t, const char *column)
{
	for (size_t i = 0; i < t->width && i < ORONE_FIELDS_MAX; i++) {
		if (t->column_name[i] != NULL && nk_str_ieq(nk_str_c(t->column_name[i]), nk_str_c(column))) {
			return i;
		}
	}
	return SIZE_MAX;
}

void nk_orone_header_checks(struct orone *o, enum orone_file file)
{
	struct orone_table *t = &o->table[file];
	const struct orone_def *def = nk_orone_rules_of(file);
	const unsigned profile = o->japan ? ORONE_JP : ORONE_BASE;

	t->n_checks = 0;
	for (size_t i = 0; i < def->n_rules; i++) {
		const size_t at = column_of(t, def->rules[i].column);

		if (at == SIZE_MAX || (def->rules[i].profiles & profile) == 0) {
			continue;
		}
		nk_assert(t->n_checks < ORONE_CHECKS_MAX);
		t->check[t->n_checks].rule = &def->rules[i];
		t->check[t->n_checks].column = at;
		t->n_checks++;
	}
	nk_assert(def->n_refs <= NK_ARRAY_LEN(t->ref_at));
	for (size_t i = 0; i < def->n_refs; i++) {
		t->ref_at[i] = column_of(t, def->refs[i].column);
	}
}

struct nk_str nk_orone_header_generation(const struct orone *o)
{
	const unsigned users = o->table[ORONE_USERS].variants;
	const unsigned enrollments = o->table[ORONE_ENROLLMENTS].variants;

	switch (users) {
	case ORONE_1_1:
		return NK_STR("1.1");
	case ORONE_1_2:
		return NK_STR("1.2");
	case ORONE_1_2_1:
		return NK_STR("1.2.1");
	case ORONE_JP_A:
		return NK_STR("jp-a");
	case ORONE_JP_BC:
		return (enrollments & ORONE_JP_C) != 0 ? NK_STR("jp-c") : NK_STR("jp-b");
	default:
		return NK_STR("");
	}
}
