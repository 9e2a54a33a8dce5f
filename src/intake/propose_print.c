/*
 * propose_print.c: a proposal as the text of a mapping (csv_mapping.h), for people to read and edit.
 */
#include "base.h"
#include "propose.h"

#include "propose_count.h"

static bool yes(const struct nk_proposal *p, const char *id, bool preset)
{
	for (size_t i = 0; i < p->n_doubts; i++) {
		if (strcmp(p->doubts[i].id, id) == 0) {
			return p->doubts[i].yes;
		}
	}
	return preset;
}

static bool is_read(const struct nk_proposal *p, const struct nk_column *c)
{
	if (c->item[0] == '\0' || strcmp(c->item, "none") == 0 || strcmp(c->item, "unit") == 0 || c->header.len == 0) {
		return false;
	}
	return strcmp(c->item, "birth_date") != 0 || yes(p, "birth", true);
}

/* A header that an INI file could not say is left out; nothing is made up for it. */
static bool can_be_said(struct nk_str header)
{
	return header.len > 0 && nk_str_chr(header, '=') == SIZE_MAX && nk_str_chr(header, '\n') == SIZE_MAX &&
		nk_str_chr(header, ':') == SIZE_MAX && !nk_str_starts(header, NK_STR("#")) && !nk_str_starts(header, NK_STR(";")) &&
		!nk_str_starts(header, NK_STR("["));
}

static NK_RESULT put_columns(const struct nk_proposal *p, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add_c(out, "[columns]\n", err));
	for (size_t i = 0; i < p->n_columns; i++) {
		const struct nk_column *const c = &p->columns[i];

		if (is_read(p, c) && can_be_said(c->header)) {
			NK_TRY(nk_buf_printf(out, err, "%.*s = %s\n", NK_FMT(c->header), c->item));
		}
	}
	return nk_done();
}

static NK_RESULT put_unit(const struct nk_proposal *p, struct nk_buf *out, struct nk_err *err)
{
	static const struct {
		const char *item, *kind;
	} units[] = { { "unit", "school" }, { "faculty", "faculty" }, { "affiliation", "faculty" } };

	for (size_t u = 0; u < NK_ARRAY_LEN(units); u++) {
		for (size_t i = 0; i < p->n_columns; i++) {
			if (strcmp(p->columns[i].item, units[u].item) == 0) {
				return nk_buf_printf(
					out, err, "unit = %.*s\nunit_kind = %s\n", NK_FMT(p->columns[i].header), units[u].kind);
			}
		}
	}
	for (size_t i = 0; i < p->n_doubts; i++) {
		if (p->doubts[i].text.len > 0) {
			return nk_buf_printf(out, err, "unit_name = %.*s\nunit_kind = school\n", NK_FMT(p->doubts[i].text));
		}
	}
	return nk_done();
}

static bool has_item(const struct nk_proposal *p, const char *item)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		if (strcmp(p->columns[i].item, item) == 0) {
			return true;
		}
	}
	return false;
}

static NK_RESULT put_options(const struct nk_proposal *p, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_column *const key = p->key != SIZE_MAX ? &p->columns[p->key] : NULL;

	NK_TRY(nk_buf_add_c(out, "\n[options]\n", err));
	if (key != NULL) {
		NK_TRY(nk_buf_printf(out, err, "key = %.*s\n", NK_FMT(key->header)));
		NK_TRY(key->code > 0 ? nk_buf_add_c(out, "key_case = upper\n", err) : nk_done());
		if (yes(p, "zeros", false)) {
			NK_TRY(nk_buf_printf(out, err, "key_length = %zu\n", key->zero_longest));
		}
	}
	NK_TRY(put_unit(p, out, err));
	if (has_item(p, "grade") && has_item(p, "home_class")) {
		NK_TRY(nk_buf_add_c(out, "class_name = grade_class\n", err));
	}
	NK_TRY(yes(p, "split", true) ? nk_done() : nk_buf_add_c(out, "name_split = refuse\n", err));
	return nk_buf_add_c(out, "role = student\n", err);
}

static NK_RESULT put_values(const struct nk_proposal *p, struct nk_buf *out, struct nk_err *err)
{
	const char *word = NULL;
	const char *state = NULL;

	if (!has_item(p, "state")) {
		return nk_done();
	}
	NK_TRY(nk_buf_add_c(out, "\n[values]\nblank = active\n", err));
	for (size_t i = 0; nk_propose_states(i, &word, &state); i++) {
		NK_TRY(nk_buf_printf(out, err, "%s = %s\n", word, state));
	}
	return nk_done();
}

static NK_RESULT put_dates(const struct nk_proposal *p, struct nk_buf *out, struct nk_err *err)
{
	bool headed = false;

	for (size_t i = 0; i < p->n_columns; i++) {
		const struct nk_column *const c = &p->columns[i];

		if (!is_read(p, c) || c->dates_loose == 0 || c->kind != NK_COLUMN_DATE || !can_be_said(c->header)) {
			continue;
		}
		NK_TRY(headed ? nk_done() : nk_buf_add_c(out, "\n[dates]\n", err));
		headed = true;
		NK_TRY(nk_buf_printf(out, err, "%.*s = any\n", NK_FMT(c->header)));
	}
	return nk_done();
}

NK_RESULT nk_propose_print(const struct nk_proposal *p, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(put_columns(p, out, err));
	NK_TRY(put_options(p, out, err));
	NK_TRY(put_values(p, out, err));
	return put_dates(p, out, err);
}
