/*
 * orone_row.c: one row: blanks made blank, rules, a doubled id, references; then it becomes what it means
 * (orone_map.c).
 *
 * Invariant: an id is put into its table's map only with its first row, so that index = number of first rows before
 * it.
 */
#include "base.h"
#include "orone.h"

#include "value_text.h"

NK_RESULT nk_orone_row_finding(struct orone *o, const struct nk_rule *rule, enum orone_file file, uint64_t line,
	const char *column, struct nk_err *err)
{
	return nk_findings_add(o->run->findings, rule,
		(struct nk_place){ nk_str_c(nk_orone_rules_of(file)->name), line, nk_str_c(column) }, err);
}

bool nk_orone_row_find(const struct orone *o, enum orone_file file, struct nk_str id, size_t *out)
{
	uint64_t at = 0;

	if (!nk_map_get(&o->table[file].ids, nk_str_bytes(id), &at)) {
		return false;
	}
	*out = nk_size(at);
	return true;
}

/* NULL, null, a dash and blanks are no values. */
static NK_RESULT tidy(
	struct orone *o, struct orone_row *row, const struct nk_str *found, struct nk_str *out, struct nk_err *err)
{
	const struct orone_table *t = &o->table[row->file];

	for (size_t i = 0; i < t->width; i++) {
		out[i] = found[i];
		if (found[i].len == 0 ||
			(found[i].len > 4 && (unsigned char)found[i].ptr[0] > ' ' &&
				(unsigned char)found[i].ptr[0] < 0x80)) {
			continue;
		}
		if (nk_str_eq(found[i], NK_STR("NULL")) || nk_str_eq(found[i], NK_STR("null"))) {
			out[i] = NK_STR("");
		} else if (nk_str_eq(found[i], NK_STR("-")) || nk_value_blank(found[i])) {
			out[i] = NK_STR("");
			NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_BLANK_1), row->file, row->line, t->column_name[i], err));
		}
	}
	row->fields = out;
	return nk_done();
}

static NK_RESULT check_rules(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	const struct orone_table *t = &o->table[row->file];
	size_t told = SIZE_MAX;

	for (size_t i = 0; i < t->n_checks; i++) {
		const struct orone_rule *r = t->check[i].rule;
		const size_t at = t->check[i].column;
		const struct nk_str v = row->fields[at];
		const bool fine = r->ok == NULL ? v.len > 0 : v.len == 0 || r->ok(v);

		if (fine || at == told || (o->delta && r->rule == NK_RULE_OR_BULK_1)) {
			continue;
		}
		/* Only an error hides what comes behind it: two warnings about one name are two. */
		told = nk_rule(r->rule)->school == NK_FINDING_ERROR ? at : told;
		NK_TRY(nk_orone_row_finding(o, nk_rule(r->rule), row->file, row->line, r->column, err));
	}
	return nk_done();
}

/* The id's first row is kept; for another row with it both are told. */
static NK_RESULT take_id(struct orone *o, struct orone_row *row, bool *out_first, struct nk_err *err)
{
	struct orone_table *t = &o->table[row->file];
	const struct nk_str id = nk_orone_map_get(o, row, ORONE_sourcedId);
	struct orone_seen *seen = NULL;
	struct nk_str kept;
	void *item = NULL;

	*out_first = false;
	if (id.len == 0) {
		return nk_done();
	}
	if (nk_orone_row_find(o, row->file, id, &row->index)) {
		seen = nk_vec_at(&t->seen, row->index);
		if (seen->line == 0) {
			seen->line = row->line;
			row->known = true;
			*out_first = true;
			return nk_done();
		}
		if (!seen->told) {
			seen->told = true;
			NK_TRY(nk_orone_row_finding(o, nk_rule(NK_RULE_OR_DUP_1), row->file, seen->line, "sourcedId", err));
		}
		return nk_orone_row_finding(o, nk_rule(NK_RULE_OR_DUP_1), row->file, row->line, "sourcedId", err);
	}
	row->index = t->seen.len;
	NK_TRY(nk_arena_dup(o->run->arena, id, &kept, err));
	NK_TRY(nk_map_put(&t->ids, nk_str_bytes(kept), row->index, err));
	NK_TRY(nk_vec_push(&t->seen, &item, err));
	*(struct orone_seen *)item = (struct orone_seen){ .line = row->line };
	*out_first = true;
	return nk_done();
}

static NK_RESULT wait_for_end(struct orone *o, const struct orone_row *row, const struct orone_ref *ref,
	struct nk_str id, struct nk_err *err)
{
	struct nk_str kept;
	void *item = NULL;

	NK_TRY(nk_arena_dup(o->run->arena, id, &kept, err));
	NK_TRY(nk_vec_push(&o->later, &item, err));
	*(struct orone_later *)item = (struct orone_later){ row->file, ref, row->line, kept, row->index };
	return nk_done();
}

static NK_RESULT check_id(struct orone *o, const struct orone_row *row, const struct orone_ref *ref, struct nk_str id,
	struct nk_err *err)
{
	size_t at = 0;

	if (id.len == 0 || o->table[ref->to].broken || (o->table[ref->to].declared && !o->table[ref->to].here)) {
		return nk_done();
	}
	/* A delta does not bring what its rows point to; what we keep none of cannot be looked up. */
	if (o->delta && (o->run->opt->base == NULL || (ref->to != ORONE_ORGS && ref->to != ORONE_CLASSES && ref->to != ORONE_USERS))) {
		return nk_done();
	}
	if (ref->later) {
		return wait_for_end(o, row, ref, id, err);
	}
	if (nk_orone_row_find(o, ref->to, id, &at)) {
		return nk_done();
	}
	return nk_orone_row_finding(o, nk_rule(ref->rule), row->file, row->line, ref->column, err);
}

static NK_RESULT check_refs(struct orone *o, const struct orone_row *row, struct nk_err *err)
{
	const struct orone_def *def = nk_orone_rules_of(row->file);

	for (size_t i = 0; i < def->n_refs; i++) {
		const size_t at = o->table[row->file].ref_at[i];
		struct nk_str rest = at != SIZE_MAX ? row->fields[at] : NK_STR("");
		struct nk_str id;

		if (!def->refs[i].list) {
			NK_TRY(check_id(o, row, &def->refs[i], rest, err));
			continue;
		}
		while (nk_str_cut(&rest, ',', &id)) {
			NK_TRY(check_id(o, row, &def->refs[i], nk_str_trim(id), err));
		}
	}
	return nk_done();
}

NK_RESULT nk_orone_row_take(
	struct orone *o, enum orone_file file, uint64_t line, const struct nk_str *fields, struct nk_err *err)
{
	struct nk_str clean[ORONE_FIELDS_MAX];
	struct orone_row row = { .file = file, .line = line };
	bool first = false;
	bool take = true;

	NK_TRY(tidy(o, &row, fields, clean, err));
	o->table[file].rows++;
	NK_TRY(check_rules(o, &row, err));
	if (file == ORONE_MANIFEST) {
		return nk_orone_manifest_row(o, line, clean[0], clean[1], err);
	}
	if (o->delta) {
		NK_TRY(nk_orone_delta_row(o, &row, &take, err));
	}
	if (!take) {
		return nk_done();
	}
	NK_TRY(take_id(o, &row, &first, err));
	/* What a row that is to be deleted points to may be gone already. */
	NK_TRY(row.gone ? nk_done() : check_refs(o, &row, err));
	return first ? nk_orone_map_row(o, &row, err) : nk_done();
}
