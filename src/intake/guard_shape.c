/*
 * guard_shape.c: counting a roster, and writing and reading the counts.
 */
#include "base.h"
#include "guard_shape.h"

#include "json.h"

enum { SHAPE_BYTES_MAX = 16 << 20, CELLS_MAX = 1000000 };

int nk_guard_shape_cmp(const struct nk_shape_cell *a, const struct nk_shape_cell *b)
{
	int c = nk_str_cmp(a->unit, b->unit);

	c = c != 0 ? c : nk_str_cmp(a->grade, b->grade);
	return c != 0 ? c : nk_str_cmp(a->role, b->role);
}

static int cmp_cells(const void *a, const void *b)
{
	return nk_guard_shape_cmp(a, b);
}

/* The cell a person stands in: the primary unit, else the first. */
static struct nk_shape_cell cell_of(const struct nk_roster *roster, const struct nk_roster_person *p)
{
	const struct nk_roster_membership *best = NULL;
	struct nk_shape_cell cell = { .unit = NK_STR(""),
		.name = NK_STR(""),
		.grade = p->field[NK_FIELD_GRADE],
		.role = NK_STR(""),
		.count = 1 };

	for (size_t i = 0; i < p->n_memberships; i++) {
		const struct nk_roster_membership *m = &p->memberships[i];

		best = !m->is_group && (best == NULL || (m->primary && !best->primary)) ? m : best;
	}
	if (best != NULL) {
		cell.unit = roster->units[best->where].key;
		cell.name = roster->units[best->where].name;
		cell.role = nk_str_c(nk_role_name(best->role));
	}
	return cell;
}

/* Sorts cells and adds up equal ones; how many are left. */
static size_t folded(struct nk_shape_cell *cells, size_t count)
{
	size_t n = 0;

	if (count > 0) {
		qsort(cells, count, sizeof(*cells), cmp_cells);
	}
	for (size_t i = 0; i < count; i++) {
		if (n > 0 && nk_guard_shape_cmp(&cells[n - 1], &cells[i]) == 0) {
			cells[n - 1].count++;
		} else {
			cells[n++] = cells[i];
		}
	}
	return n;
}

NK_RESULT nk_guard_shape_of(
	const struct nk_roster *roster, struct nk_arena *arena, struct nk_shape *out, struct nk_err *err)
{
	struct nk_shape_cell *cells = nk_arena_array(arena, roster->n_persons, sizeof(*cells));

	if (cells == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < roster->n_persons; i++) {
		cells[i] = cell_of(roster, &roster->persons[i]);
	}
	*out = (struct nk_shape){
		.cells = cells, .n = folded(cells, roster->n_persons), .persons = roster->n_persons, .school_year = roster->school_year
	};
	return nk_done();
}

NK_RESULT nk_shape_print(const struct nk_roster *roster, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_shape shape;
	struct nk_json j;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	NK_TRY(nk_guard_shape_of(roster, arena, &shape, err));
	nk_json_init(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "cells");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < shape.n; i++) {
		const struct nk_shape_cell *c = &shape.cells[i];

		nk_json_open(&j, '[');
		nk_json_str(&j, c->unit);
		nk_json_str(&j, c->name);
		nk_json_str(&j, c->grade);
		nk_json_str(&j, c->role);
		nk_json_int(&j, nk_i64(c->count));
		nk_json_close(&j, ']');
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "persons");
	nk_json_int(&j, nk_i64(shape.persons));
	nk_json_key(&j, "schoolYear");
	nk_json_int(&j, shape.school_year);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT corrupt(struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT, "table source: the counts of the last file cannot be read");
}

static NK_RESULT read_cell(struct nk_jval v, struct nk_arena *arena, struct nk_shape_cell *out, struct nk_err *err)
{
	struct nk_str *const texts[] = { &out->unit, &out->name, &out->grade, &out->role };
	int64_t count = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		struct nk_str s;

		if (!nk_jstr(nk_jat(v, i), &s)) {
			return corrupt(err);
		}
		NK_TRY(nk_arena_dup(arena, s, texts[i], err));
	}
	if (!nk_jint(nk_jat(v, NK_ARRAY_LEN(texts)), &count) || count <= 0) {
		return corrupt(err);
	}
	out->count = nk_u64(count);
	return nk_done();
}

NK_RESULT nk_guard_shape_read(struct nk_bytes json, struct nk_arena *arena, struct nk_shape *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval cells;
	int64_t persons = 0;
	int64_t year = 0;

	NK_TRY(nk_jdoc_parse(json, SHAPE_BYTES_MAX, &doc, err));
	cells = nk_jget(nk_jdoc_root(doc), "cells");
	if (!nk_jint(nk_jget(nk_jdoc_root(doc), "persons"), &persons) ||
		!nk_jint(nk_jget(nk_jdoc_root(doc), "schoolYear"), &year) || persons < 0 || year < 0 || year > 9999 ||
		nk_jlen(cells) > CELLS_MAX) {
		return corrupt(err);
	}
	*out = (struct nk_shape){ .n = nk_jlen(cells), .persons = nk_u64(persons), .school_year = (int)year };
	out->cells = nk_arena_array(arena, out->n, sizeof(*out->cells));
	if (out->cells == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n; i++) {
		NK_TRY(read_cell(nk_jat(cells, i), arena, &out->cells[i], err));
	}
	return nk_done();
}
